#include "compiler/syntax/report.h"

/* Tokens that are told together when `lead` and `second` are both expected. */
typedef struct family {
  const char *name; /* NULL: not worth telling */
  int lead, second;
  int members[44]; /* 0 ends them */
} family;

#define WORDS                                                                       \
  T_USE, T_PARAM, T_TYPE, T_FN, T_EXTERN, T_LET, T_OUT, T_TEST, T_WITH, T_IN, T_IF, \
      T_THEN, T_ELSE, T_ITERATE, T_FOR, T_UNTIL, T_DO, T_TRY, T_MATCH, T_AS, T_AND, \
      T_OR, T_NOT, T_TRUE, T_FALSE, T_NULL, T_INOUT

static const family families[] = {
    /* behind a whole expression nobody thinks of the next item */
    {NULL,
     T_LET,
     T_STAR,
     {T_USE, T_PARAM, T_TYPE, T_FN, T_EXTERN, T_LET, T_OUT, T_TEST, T_ATTR}},
    {"an expression",
     T_INT,
     T_BACKSLASH,
     {T_IDENT, T_FIELD, T_DOT,     T_STRING, T_INT,       T_FLOAT,    T_QUANTITY,
      T_TRUE,  T_FALSE, T_NULL,    T_LPAREN, T_LBRACE,    T_LBRACKET, T_MATCH,
      T_WITH,  T_IF,    T_ITERATE, T_TRY,    T_BACKSLASH, T_NOT,      T_MINUS}},
    {"a value",
     T_INT,
     T_MINUS,
     {T_IDENT, T_FIELD, T_DOT, T_STRING, T_INT, T_FLOAT, T_QUANTITY, T_TRUE, T_FALSE,
      T_NULL, T_LPAREN, T_LBRACE, T_LBRACKET, T_MATCH, T_MINUS}},
    {"a value",
     T_INT,
     T_MATCH,
     {T_IDENT, T_FIELD, T_DOT, T_STRING, T_INT, T_FLOAT, T_QUANTITY, T_TRUE, T_FALSE,
      T_NULL, T_LPAREN, T_LBRACE, T_LBRACKET, T_MATCH}},
    {"a type", T_AMP, T_TYVAR, {T_IDENT, T_TYVAR, T_LBRACE, T_LPAREN, T_LBRACKET, T_AMP}},
    {"a type", T_TYVAR, T_LBRACKET, {T_IDENT, T_TYVAR, T_LBRACE, T_LPAREN, T_LBRACKET}},
    {"a label", T_THEN, T_UNTIL, {T_IDENT, T_STRING, WORDS}},
    {NULL, T_PLUS, T_STAR, {T_PLUS,  T_MINUS,  T_STAR,    T_SLASH, T_PERCENT,  T_CARET,
                            T_AS,    T_EQ,     T_NE,      T_LT,    T_LE,       T_GT,
                            T_GE,    T_AND,    T_OR,      T_PIPE,  T_COALESCE, T_DOTDOT,
                            T_FIELD, T_LPAREN, T_LBRACKET}},
    {NULL, T_AND, T_OR, {T_AND, T_OR, T_PIPE}},
    {"an item",
     T_LET,
     T_USE,
     {T_USE, T_PARAM, T_TYPE, T_FN, T_EXTERN, T_LET, T_OUT, T_TEST, T_ATTR}},
};

static void drop(bool *set, const family *f) {
  for (size_t i = 0; i < sizeof f->members / sizeof *f->members && f->members[i]; i++)
    set[f->members[i] - PEL_TOKEN_FIRST] = false;
}

static const char *told(pel_parse *cx, int token) {
  const char *name = pel__token_name(token);
  bool kind = token == T_IDENT || token == T_TYVAR || token == T_FIELD ||
              token == T_ATTR || token == T_STRING || token == T_INT ||
              token == T_FLOAT || token == T_QUANTITY;
  const char *article = name[0] == 'i' || name[0] == 'a' ? "an" : "a";
  const char *text = kind ? pel__arena_printf(cx->arena, "%s %s", article, name)
                          : pel__arena_printf(cx->arena, "`%s`", name);
  return text ? text : "";
}

const char *pel__expected_list(pel_parse *cx, const bool *expected) {
  enum { MOST = 8 };
  const char *names[PEL_TOKEN_END - PEL_TOKEN_FIRST + 16];
  bool left[PEL_TOKEN_END - PEL_TOKEN_FIRST];
  uint32_t n = 0;
  memcpy(left, expected, sizeof left);
  for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
    const family *f = &families[i];
    if (!pel__expects(left, f->lead) || !pel__expects(left, f->second)) continue;
    if (f->name) names[n++] = f->name;
    drop(left, f);
  }
  for (int t = PEL_TOKEN_FIRST; t < PEL_TOKEN_END; t++)
    if (pel__expects(left, t)) names[n++] = told(cx, t);
  const char *list = "";
  for (uint32_t i = 0; i < n && n <= MOST && list; i++)
    list = pel__arena_printf(cx->arena, "%s%s%s", list,
                             i == 0       ? ""
                             : i + 1 == n ? " or "
                                          : ", ",
                             names[i]);
  return list ? list : "";
}
