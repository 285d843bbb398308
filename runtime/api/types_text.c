#include "runtime/api/api.h"

static const char *const words[PEL_KIND_COUNT] = {
    "?",   "bool", "i8",  "i16",   "i32",  "i64",  "u8",  "u16", "u32", "u64",
    "f32", "f64",  "str", "bytes", "date", "time", "dur", "",    ""};

static bool plain_name(const char *z) {
  if (!(*z == '_' || (*z >= 'a' && *z <= 'z') || (*z >= 'A' && *z <= 'Z'))) return false;
  for (; *z; z++)
    if (!(*z == '_' || (*z >= 'a' && *z <= 'z') || (*z >= 'A' && *z <= 'Z') ||
          (*z >= '0' && *z <= '9')))
      return false;
  return true;
}

void pel__field_print(const pel_field *f, pel_buf *out) {
  if (plain_name(f->name))
    pel__buf_text(out, f->name);
  else
    pel__text_literal(out, pel__str(f->name));
  pel__buf_text(out, ": ");
  pel__type_print(f->type, out);
}

void pel__type_print(const pel_type *t, pel_buf *out) {
  if (t->kind == PEL_LIST) {
    pel__buf_text(out, "[*]");
    pel__type_print(t->item, out);
  } else if (t->kind == PEL_RECORD) {
    pel__buf_text(out, "{ ");
    for (uint32_t i = 0; i < t->nfields; i++) {
      if (i) pel__buf_text(out, ", ");
      pel__field_print(&t->fields[i], out);
    }
    pel__buf_text(out, " }");
  } else {
    pel__buf_text(out, words[t->kind]);
  }
  if (t->nullable) pel__buf_char(out, '?');
}
