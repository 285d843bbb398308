#include "runtime/plan/codes.h"

const char *pel__plan_kind_name(pel_kind k) {
  static const char *const names[] = {
      "none", "bool", "i8",  "i16",   "i32",  "i64",  "u8",  "u16",  "u32",   "u64",
      "f32",  "f64",  "str", "bytes", "date", "time", "dur", "list", "record"};
  return (unsigned)k < PEL_KIND_COUNT ? names[k] : "?";
}

const char *pel__plan_code_name(uint16_t code) {
  static const char *const names[] = {
      "?",      "column", "const",  "slot",     "call",     "native", "field", "record",
      "filter", "mask",   "select", "list_map", "list_agg", "list",   "poison"};
  return code < sizeof names / sizeof *names ? names[code] : "?";
}

const char *pel__plan_op_kind_name(pel_op_kind k) {
  static const char *const names[] = {"map",   "aggregate", "source", "breaker",
                                      "probe", "sink",      "verb"};
  return (unsigned)k <= PEL_OP_VERB ? names[k] : "?";
}

void pel__plan_type_print(const pel_type *t, pel_buf *out) {
  switch ((int)t->kind) {
    case PEL_LIST:
      pel__buf_text(out, "[*]");
      pel__plan_type_print(t->item, out);
      break;
    case PEL_RECORD:
      pel__buf_char(out, '{');
      for (uint32_t i = 0; i < t->nfields; i++) {
        if (i) pel__buf_text(out, ", ");
        pel__buf_printf(out, "%s: ", t->fields[i].name);
        pel__plan_type_print(t->fields[i].type, out);
      }
      pel__buf_char(out, '}');
      break;
    default:
      pel__buf_text(out, pel__plan_kind_name(t->kind));
      break;
  }
  if (t->nullable) pel__buf_char(out, '?');
}
