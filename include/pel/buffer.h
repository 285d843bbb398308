/* How tables enter and leave a host without a copy: the Arrow C data interface
 * (https://arrow.apache.org/docs/format/CDataInterface.html), whose two structs every
 * user declares. Whoever holds a struct whose release is not NULL owns what it points to
 * and calls release once; moving a struct is a copy of its bytes and setting the source's
 * release to NULL. As the interface says: one thread at a time per struct. */
#ifndef PEL_BUFFER_H
#define PEL_BUFFER_H

#include "pel/base.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char *format;
  const char *name;
  const char *metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema **children;
  struct ArrowSchema *dictionary;
  void (*release)(struct ArrowSchema *);
  void *private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void **buffers;
  struct ArrowArray **children;
  struct ArrowArray *dictionary;
  void (*release)(struct ArrowArray *);
  void *private_data;
};
#endif

/* Types: bool "b", i8 "c" … u64 "L", f32 "f", f64 "g", str "u" or "U" in and "U" out,
 * bytes "z" or "Z" in and "Z" out, date "tdD", time "tsu:UTC" ("tsu:" in too), dur "tDu",
 * lists "+l" or "+L" in and "+L" out, records "+s". A table is a "+s" whose children are
 * its columns, found by name (more of them than the program names do no harm); a single
 * value is an array of length 1.
 *
 * What goes in is checked: formats, counts, pointers, offsets, text, years; the interface
 * does not say how long a buffer is, so that it is as long as its offset, length and
 * offsets ask for is the host's promise. null_count may be -1. Numbers and long text stay
 * where the host has them; the array's release is called once, by whichever thread lets
 * go last: when the run and every result that shows its memory are gone. */

#ifdef __cplusplus
}
#endif
#endif
