#include "compiler/sema/check.h"

/* Attributes (section 6): those this version knows stand before C functions; the others
 * of the language come later, each with its own code; anything else is a mistake. */

static const struct {
  const char *name;
  pel_diag_code code;
} later[] = {
    {"retry", PEL_E0926},      {"timeout", PEL_E0927}, {"isolated", PEL_E0928},
    {"checkpoint", PEL_E0929}, {"mem", PEL_E0930},     {"place", PEL_E0931},
    {"weight", PEL_E0932},     {"device", PEL_E0933},
};

static const char *const native[] = {"pure", "threadsafe", "ok", "message", "fenv"};

static bool is_later(pel_sema *s, const pel_ast_attr *a) {
  for (size_t i = 0; i < sizeof later / sizeof *later; i++) {
    if (!pel__str_is(a->name.text, later[i].name)) continue;
    (void)pel__later(s, later[i].code, a->span,
                     pel__sema_text(s, "`@%s`", later[i].name));
    return true;
  }
  return false;
}

static void unknown(pel_sema *s, const pel_ast_attr *a) {
  pel_guess g = {a->name.text, {0}, 0};
  for (size_t i = 0; i < sizeof later / sizeof *later; i++)
    pel__guess(&g, pel__str(later[i].name));
  for (size_t i = 0; i < sizeof native / sizeof *native; i++)
    pel__guess(&g, pel__str(native[i]));
  pel_diag *d = pel__sema_error(s, PEL_E0111, a->name.span,
                                "there is no attribute `@" PEL_STR_FMT "`",
                                PEL_STR_ARG(a->name.text));
  if (!g.best.n) {
    pel__diag_help(s->ds, d,
                   "before functions of an `extern` block there are `@pure`, "
                   "`@threadsafe`, `@ok(…)` and `@message(…)`");
    return;
  }
  pel__diag_help(s->ds, d, "did you mean `@" PEL_STR_FMT "`?", PEL_STR_ARG(g.best));
  pel__diag_fix(s->ds, d, a->name.span, "@" PEL_STR_FMT, PEL_STR_ARG(g.best));
}

bool pel__attr_known(pel_sema *s, const pel_ast_attr *a) {
  if (!is_later(s, a)) unknown(s, a);
  return false;
}

void pel__check_attrs(pel_sema *s, const pel_ast_item *item) {
  pel_ast_item_kind k = item->kind;
  if (k == PEL_AST_ITEM_CFN || k == PEL_AST_ITEM_EXTERN)
    return; /* each function looks at its own */
  for (uint32_t i = 0; i < item->attr_n; i++) {
    const pel_ast_attr *a = &item->attrs[i];
    bool misplaced = false;
    for (size_t j = 0; j < sizeof native / sizeof *native; j++)
      misplaced |= pel__str_is(a->name.text, native[j]);
    if (misplaced) {
      pel_diag *d = pel__sema_error(s, PEL_E0112, a->span,
                                    "`@" PEL_STR_FMT
                                    "` stands before functions of an `extern` block",
                                    PEL_STR_ARG(a->name.text));
      pel__diag_note(s->ds, d, item->keyword_span, "this is %s `%s`",
                     k == PEL_AST_ITEM_OUT ? "an" : "a", pel__ast_item_word(k));
    } else {
      (void)pel__attr_known(s, a);
    }
  }
}
