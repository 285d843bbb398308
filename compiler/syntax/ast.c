#include "compiler/syntax/ast.h"

const char *pel__ast_kind_name(pel_ast_kind kind) {
  static const char *const names[] = {
#define PEL_AST(kind, name) name,
#include "compiler/syntax/ast.def"
#undef PEL_AST
  };
  return names[kind];
}

const char *pel__ast_op_text(pel_ast_op op) {
  static const char *const texts[] = {"",  "or", "and", "??", "|>", "+",  "-", "*",
                                      "/", "%",  "==",  "!=", "<",  "<=", ">", ">="};
  return texts[op];
}

const char *pel__ast_item_word(pel_ast_item_kind kind) {
  static const char *const words[] = {"use", "param", "type", "fn",  "extern",
                                      "fn",  "let",   "out",  "test"};
  return words[kind];
}

typedef struct unit_row {
  const char *name;
  uint64_t factor;
} unit_row;

static const unit_row units[PEL_AST_UNIT_COUNT] = {
    [PEL_AST_UNIT_NS] = {"ns", 1},
    [PEL_AST_UNIT_US] = {"us", 1000},
    [PEL_AST_UNIT_MS] = {"ms", 1000000},
    [PEL_AST_UNIT_S] = {"s", 1000000000},
    [PEL_AST_UNIT_MIN] = {"min", 60 * UINT64_C(1000000000)},
    [PEL_AST_UNIT_H] = {"h", 3600 * UINT64_C(1000000000)},
    [PEL_AST_UNIT_D] = {"d", 86400 * UINT64_C(1000000000)},
    [PEL_AST_UNIT_W] = {"w", 604800 * UINT64_C(1000000000)},
    [PEL_AST_UNIT_KB] = {"kB", 1000},
    [PEL_AST_UNIT_MB] = {"MB", 1000000},
    [PEL_AST_UNIT_GB] = {"GB", 1000000000},
    [PEL_AST_UNIT_KIB] = {"KiB", 1024},
    [PEL_AST_UNIT_MIB] = {"MiB", 1 << 20},
    [PEL_AST_UNIT_GIB] = {"GiB", 1 << 30},
};

const char *pel__ast_unit_name(pel_ast_unit unit) { return units[unit].name; }
uint64_t pel__ast_unit_factor(pel_ast_unit unit) { return units[unit].factor; }
