#include "compiler/sema/exprs.h"

/* What the language has and this version does not run: one code for each, said once where
 * it stands. */

typedef struct later {
  const char *name;
  pel_diag_code code;
} later;

static const later names[] = {
    {"over", PEL_E0907},    {"lag", PEL_E0907},       {"rank", PEL_E0907},
    {"asof", PEL_E0908},    {"explode", PEL_E0909},   {"zip", PEL_E0910},
    {"pivot", PEL_E0911},   {"std", PEL_E0913},       {"var", PEL_E0913},
    {"median", PEL_E0913},  {"quantile", PEL_E0913},  {"window", PEL_E0906},
    {"shift", PEL_E0914},   {"transpose", PEL_E0914}, {"reshape", PEL_E0914},
    {"matmul", PEL_E0914},  {"zeros", PEL_E0914},     {"fill_array", PEL_E0914},
    {"iota", PEL_E0914},    {"where", PEL_E0914},     {"scatter", PEL_E0914},
    {"argsort", PEL_E0914}, {"batches", PEL_E0914},   {"shuffle", PEL_E0914},
    {"normal", PEL_E0914},  {"solve", PEL_E0914},     {"norm", PEL_E0914},
    {"map", PEL_E0915},     {"reduce", PEL_E0915},    {"scan", PEL_E0915},
    {"decimal", PEL_E0903}, {"revcomp", PEL_E0914},
};

pel_diag_code pel__later_named(pel_str name) {
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (pel__str_is(name, names[i].name)) return names[i].code;
  return PEL_DIAG_CODE_COUNT;
}

pel_x *pel__later(pel_sema *s, pel_diag_code code, pel_span span, const char *what) {
  pel_diag *d = pel__sema_error(s, code, span, "%s is not part of this version", what);
  pel__diag_label(s->ds, d, "this is PEL, but it comes later");
  return pel__x_error(s, span);
}
