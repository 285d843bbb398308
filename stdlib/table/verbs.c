#include "pel/op.h"

/* The verbs the compiler itself makes something of: no code of theirs runs, but people
 * look them up where all the others stand. */

/* What all are that touch no file. Names, signatures and documents are read from this
 * text to make the table, and stand in the rows. */
#define PLAIN .props = PEL_PURE | PEL_THREADSAFE | PEL_KEEPS_ORDER

PEL_OP(filter, "filter", "(rows: [n]'r, keep: bool) -> [m]'r", PEL_OP_VERB, PLAIN,
       .doc = "Rows for which `keep` is true; of an array or a list, its items.");
PEL_OP(select, "select", "(rows: [n]{..r}, columns: 'c...) -> [n]{..s}", PEL_OP_VERB,
       PLAIN,
       .doc = "Only these columns, in this order: `.a`, or a new one, `name: value`.");
PEL_OP(derive, "derive", "(rows: [n]{..r}, columns: 'c...) -> [n]{..s}", PEL_OP_VERB,
       PLAIN,
       .doc = "All columns and these, `name: value`; one of the same name is replaced.");
PEL_OP(drop, "drop", "(rows: [n]{..r}, columns: 'c...) -> [n]{..s}", PEL_OP_VERB, PLAIN,
       .doc = "All columns but these.");
PEL_OP(rename, "rename", "(rows: [n]{..r}, columns: 'c...) -> [n]{..s}", PEL_OP_VERB,
       PLAIN, .doc = "All columns, these under other names: `rename(new: .old)`.");
PEL_OP(take, "take", "(rows: [n]'r, n: i64) -> [m]'r", PEL_OP_VERB, PLAIN,
       .doc = "The first n rows, or all where there are fewer.");
PEL_OP(skip, "skip", "(rows: [n]'r, n: i64) -> [m]'r", PEL_OP_VERB, PLAIN,
       .doc = "All rows but the first n.");
PEL_OP(
    concat, "concat", "(rows: [n]'r, more: [m]'r...) -> [k]'r", PEL_OP_VERB, PLAIN,
    .doc = "The rows of one table behind those of another; columns go by their names.");
PEL_OP(
    read, "read",
    "(path: str, delim: str, quote: str, header: bool, null: str, on_error: word) -> "
    "[n]{..r}",
    PEL_OP_VERB, .props = PEL_THREADSAFE | PEL_KEEPS_ORDER,
    .doc =
        "The rows of a csv or tsv file, which `format: csv` says where the path does "
        "not. `on_error` is fail, skip or as_null; all but the path may be left away.");
PEL_OP(write, "write", "(rows: [n]{..r}, path: str)", PEL_OP_VERB,
       .props = PEL_THREADSAFE | PEL_KEEPS_ORDER,
       .doc =
           "Writes a table to a csv or tsv file, which `format: csv` says where the path "
           "does not; stands outermost in an `out`.");
