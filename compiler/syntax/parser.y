/* The grammar of PEL: LALR(1) with LAC, no conflicts, no precedence declarations.
 * An item that does not parse is given up at the next item's first word (see lex.c, begins_item_here). */
%code top {
#if defined(__GNUC__)
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wswitch-enum"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
#endif
}
%define api.pure full
%define api.prefix {pel__yy}
%define api.token.prefix {T_}
%define api.header.include {"compiler/syntax/parser.h"}
%define api.location.type {pel_span}
%define api.value.type {pel_yyval}
%define parse.lac full
%define parse.error custom
%locations
%expect 0
%param { pel_parse *cx }
%code requires {
#include "compiler/syntax/parse.h"
}
%code {
#include "compiler/syntax/build.h"
#include "compiler/syntax/lex.h"
#include "compiler/syntax/report.h"

/* A nonterminal begins with its first part that is not empty. */
#define YYLLOC_DEFAULT(Current, Rhs, N) ((Current) = join(&(Rhs)[0], (int)(N)))
/* Deep enough for PEL_SYNTAX_DEPTH levels of any construct. */
#define YYMAXDEPTH 40000

static pel_span join(const pel_span *rhs, int n);
static void pel__yyerror(const pel_span *span, pel_parse *cx, const char *message);

#define LIST() pel__list_new(cx)
#define PUSH(list, value) PEL_LIST_PUSH(cx, list, value)
#define NAME(text, span) ((pel_ast_name){(text), (span)})
#define NO_SPAN ((pel_span){0})
#define ARG(label, span, value) ((pel_ast_arg){(label), (span), (value), false})
#define BIND(pattern, type, value) ((pel_ast_bind){(pattern), (type), (value)})
#define CHAIN(kind, span, left, op, op_span, right) \
  pel__ast_chain(cx, PEL_AST_##kind, (span), (left), PEL_AST_OP_##op, (op_span), (right))
#define RANGE(span, left, op_span, right) \
  pel__ast_binary(cx, PEL_AST_RANGE, (span), (left), PEL_AST_OP_NONE, (op_span), (right))
}
%initial-action { @$ = (pel_span){cx->src->file, 0, 0, 1, 1}; }

%token END 0 "end of file"
%token <text> IDENT "name" TYVAR "type variable" FIELD "field" ATTR "attribute" STRING "string"
%token <node> INT "integer" FLOAT "float" QUANTITY "quantity"
%token <text> USE "use" PARAM "param" TYPE "type" FN "fn" EXTERN "extern" LET "let" OUT "out" TEST "test"
  WITH "with" IN "in" IF "if" THEN "then" ELSE "else" ITERATE "iterate" FOR "for" UNTIL "until" DO "do"
  TRY "try" MATCH "match" AS "as" AND "and" OR "or" NOT "not" TRUE "true" FALSE "false" NULL "null"
  INOUT "inout"
%token PIPE "|>" ARROW "->" COALESCE "??" DOTDOT ".." ELLIPSIS "..." DOT "."
  EQ "==" NE "!=" LT "<" LE "<=" GT ">" GE ">=" ASSIGN "=" PLUS "+" MINUS "-" STAR "*" SLASH "/"
  PERCENT "%" CARET "^" QUESTION "?" AMP "&" BAR "|" BACKSLASH "\\" COMMA "," COLON ":"
  LPAREN "(" RPAREN ")" LBRACKET "[" RBRACKET "]" LBRACE "{" RBRACE "}"
/* Of the lexer only: comments never reach the parser, numbers reach it by kind. */
%token COMMENT "comment" NUMBER "number"

%type <item> decl extern_fn
%type <items> externs
%type <attrs> attrs
%type <names> path tparams opttparams
%type <params> params paramlist cparams cparamlist tfields tfieldlist
%type <variants> variants
%type <node> type ptype qtype atype tname targ dim qcast opttype optinit optret
%type <node> pattern mpat literal number
%type <node> expr or and not cmp comparison chained pipe coal range add mul unary power cast postfix
  primary index optfilter
%type <nodes> types typelist targs dims patterns lparams mpats indices exprs exprlist
%type <args> args arglist fields fieldlist mfields
%type <binds> binds gens arms
%type <text> label word optalias tparam
%type <op> cmpop
%type <mode> mode

%%
file: items ;
items: %empty | items item ;
item: attrs decl { pel__item_end(cx, $2, @$, $1); }
    | error {
        /* Either the token at hand begins an item, or it goes and the lexer skips to one that does. */
        if (cx->status != PEL_OK) YYABORT;
        bool next = pel__begins_item_here(cx);
        if (!next) cx->recovering = true;
        if (!next || cx->pending) yyclearin;
        yyerrok;
      } ;
attrs: %empty { $$ = LIST(); } | attrs attr { $$ = $1; PUSH($$, cx->attr); } ;
attr: ATTR { cx->attr = pel__attr(NAME($1, @1), @$, NULL); }
    | ATTR "(" args ")" { cx->attr = pel__attr(NAME($1, @1), @$, $3); } ;

decl: USE path optalias { $$ = pel__item_use(cx, @1, $2, NAME($3, @3)); }
    | USE STRING optalias { $$ = pel__item_use_file(cx, @1, NAME($2, @2), NAME($3, @3)); }
    | PARAM IDENT ":" type optinit {
        $$ = pel__item(cx, PEL_AST_ITEM_PARAM, @1, NAME($2, @2), $4, $5); }
    | TYPE IDENT opttparams "=" type { $$ = pel__item_type(cx, @1, NAME($2, @2), $3, $5); }
    | TYPE IDENT opttparams "=" variants {
        $$ = pel__item_type(cx, @1, NAME($2, @2), $3, pel__ast_variants(cx, @5, $5)); }
    | FN IDENT "(" params ")" optret "=" expr {
        $$ = pel__item_fn(cx, PEL_AST_ITEM_FN, @1, NAME($2, @2), $4, $6, $8); }
    | EXTERN STRING optalias "{" externs "}" {
        $$ = pel__item_extern(cx, @1, NAME($2, @2), NAME($3, @3), $5); }
    | LET pattern opttype "=" expr { $$ = pel__item_let(cx, @1, $2, $3, $5); }
    | OUT IDENT "=" expr { $$ = pel__item(cx, PEL_AST_ITEM_OUT, @1, NAME($2, @2), NULL, $4); }
    | TEST STRING "=" expr { $$ = pel__item(cx, PEL_AST_ITEM_TEST, @1, NAME($2, @2), NULL, $4); } ;

path: IDENT { $$ = LIST(); PUSH($$, NAME($1, @1)); } | path FIELD { $$ = $1; PUSH($$, NAME($2, @2)); } ;
optalias: %empty { $$ = PEL_STR(""); } | AS IDENT { $$ = $2; @$ = @2; } ;
opttype: %empty { $$ = NULL; } | ":" type { $$ = $2; } ;
optinit: %empty { $$ = NULL; } | "=" expr { $$ = $2; } ;
optret: %empty { $$ = NULL; } | "->" type { $$ = $2; } ;
optcomma: %empty | "," ;

opttparams: %empty { $$ = LIST(); } | "(" tparams ")" { $$ = $2; } ;
tparams: tparam { $$ = LIST(); PUSH($$, NAME($1, @1)); }
       | tparams "," tparam { $$ = $1; PUSH($$, NAME($3, @3)); } ;
tparam: IDENT | TYVAR ;

params: %empty { $$ = LIST(); } | paramlist optcomma ;
paramlist: fparam { $$ = LIST(); PUSH($$, cx->param); } | paramlist "," fparam { $$ = $1; PUSH($$, cx->param); } ;
fparam: IDENT ":" type optinit {
          cx->param = pel__param(cx, @$, PEL_MODE_IN, NAME($1, @1), $3, $4); } ;

variants: "|" variant { $$ = LIST(); PUSH($$, pel__variant_doc(cx, @1)); }
        | variants "|" variant { $$ = $1; PUSH($$, pel__variant_doc(cx, @2)); } ;
variant: IDENT { cx->variant = pel__variant(cx, NAME($1, @1), NULL); }
       | IDENT "(" types ")" { cx->variant = pel__variant(cx, NAME($1, @1), $3); } ;

externs: %empty { $$ = LIST(); }
       | externs attrs extern_fn { pel__item_attrs(cx, $3, $2, @2); $$ = $1; PUSH($$, $3); } ;
extern_fn: FN IDENT "(" cparams ")" optret {
             $$ = pel__item_fn(cx, PEL_AST_ITEM_CFN, @1, NAME($2, @2), $4, $6, NULL);
             $$->span = @$;
             $$->varargs = cx->varargs; } ;
cparams: %empty { $$ = LIST(); cx->varargs = false; }
       | cparamlist optcomma { cx->varargs = false; }
       | cparamlist "," "..." { cx->varargs = true; } ;
cparamlist: cparam { $$ = LIST(); PUSH($$, cx->param); }
          | cparamlist "," cparam { $$ = $1; PUSH($$, cx->param); } ;
cparam: mode IDENT ":" type optinit {
          cx->param = pel__param(cx, @$, $1, NAME($2, @2), $4, $5); } ;
mode: %empty { $$ = PEL_MODE_IN; } | OUT { $$ = PEL_MODE_OUT; } | INOUT { $$ = PEL_MODE_INOUT; } ;

/* ---- types */
type: ptype | ptype "->" type { $$ = pel__ast_type_fn(cx, @$, $1, $3); } ;
ptype: "[" dims "]" ptype { $$ = pel__ast_type_array(cx, @$, $2, $4); }
     | "&" ptype { $$ = pel__ast_unary(cx, PEL_AST_TYPE_REF, @$, $2); }
     | qtype ;
qtype: atype | qtype "?" { $$ = pel__ast_unary(cx, PEL_AST_TYPE_OPTION, @$, $1); } ;
atype: tname
     | tname "(" targs optcomma ")" { $$ = pel__ast_type_args(cx, @$, $1, $3); }
     | TYVAR { $$ = pel__ast_type_var(cx, @$, $1); }
     | "{" tfields "}" { $$ = pel__ast_type_record(cx, @$, $2); }
     | "(" types ")" { $$ = pel__ast_tuple(cx, PEL_AST_TYPE_TUPLE, @$, $2); } ;
tname: IDENT { $$ = pel__ast_type_name(cx, @$, NULL, $1); }
     | IDENT FIELD { pel_ast_name module = NAME($1, @1);
                     $$ = pel__ast_type_name(cx, @$, &module, $2); } ;
targs: targ { $$ = LIST(); PUSH($$, $1); } | targs "," targ { $$ = $1; PUSH($$, $3); } ;
targ: type
    | INT { $$ = pel__ast_size_int($1); }
    | "*" { $$ = pel__ast_new(cx, PEL_AST_SIZE_ANY, @$); } ;
types: %empty { $$ = LIST(); } | typelist optcomma ;
typelist: type { $$ = LIST(); PUSH($$, $1); } | typelist "," type { $$ = $1; PUSH($$, $3); } ;
dims: dim { $$ = LIST(); PUSH($$, $1); } | dims "," dim { $$ = $1; PUSH($$, $3); } ;
dim: IDENT { $$ = pel__ast_named(cx, PEL_AST_SIZE_NAME, @$, $1); }
   | INT { $$ = pel__ast_size_int($1); }
   | "*" { $$ = pel__ast_new(cx, PEL_AST_SIZE_ANY, @$); } ;
tfields: %empty { $$ = LIST(); } | tfieldlist optcomma ;
tfieldlist: tfield { $$ = LIST(); PUSH($$, cx->param); }
          | tfieldlist "," tfield { $$ = $1; PUSH($$, cx->param); } ;
tfield: label ":" type { cx->param = pel__param(cx, @$, PEL_MODE_IN, NAME($1, @1), $3, NULL); }
      | ".." IDENT { cx->param = pel__param(cx, @$, PEL_MODE_IN, NAME($2, @2), NULL, NULL); } ;

/* Any word may be a label, so that a column can be called type, in, out … */
label: IDENT | STRING | word ;
word: USE | PARAM | TYPE | FN | EXTERN | LET | OUT | TEST | WITH | IN | IF | THEN | ELSE | ITERATE | FOR
    | UNTIL | DO | TRY | MATCH | AS | AND | OR | NOT | TRUE | FALSE | NULL | INOUT ;

/* ---- patterns */
pattern: IDENT { $$ = pel__ast_pattern_name(cx, @$, $1); }
       | "(" patterns ")" { $$ = pel__ast_tuple(cx, PEL_AST_PAT_TUPLE, @$, $2); } ;
patterns: pattern { $$ = LIST(); PUSH($$, $1); } | patterns "," pattern { $$ = $1; PUSH($$, $3); } ;

/* ---- expressions, loosest first */
expr: WITH binds IN expr { $$ = pel__ast_with(cx, @$, $2, $4); }
    | IF expr THEN expr ELSE expr { $$ = pel__ast_if(cx, @$, $2, $4, $6); }
    | ITERATE pattern "=" expr FOR pattern IN expr DO expr {
        $$ = pel__ast_iterate(cx, @$, (pel_ast *[]){$2, $4, $6, $8, NULL, $10}); }
    | ITERATE pattern "=" expr FOR pattern IN expr UNTIL expr DO expr {
        $$ = pel__ast_iterate(cx, @$, (pel_ast *[]){$2, $4, $6, $8, $10, $12}); }
    | TRY expr ELSE expr { $$ = pel__ast_try(cx, @$, $2, $4); }
    | "\\" lparams "->" expr { $$ = pel__ast_lambda(cx, @$, $2, $4); }
    | or ;
binds: bind { $$ = LIST(); PUSH($$, cx->bind); } | binds "," bind { $$ = $1; PUSH($$, cx->bind); } ;
bind: pattern opttype "=" expr { cx->bind = BIND($1, $2, $4); } ;
lparams: pattern { $$ = LIST(); PUSH($$, $1); } | lparams "," pattern { $$ = $1; PUSH($$, $3); } ;
or: and | or OR and { $$ = CHAIN(OR, @$, $1, OR, @2, $3); } ;
and: not | and AND not { $$ = CHAIN(AND, @$, $1, AND, @2, $3); } ;
not: cmp | NOT not { $$ = pel__ast_unary(cx, PEL_AST_NOT, @$, $2); } ;
cmp: pipe | comparison | chained ;
comparison: pipe cmpop pipe { $$ = pel__ast_binary(cx, PEL_AST_COMPARE, @$, $1, $2, @2, $3); } ;
chained: comparison cmpop pipe { pel__report_chained(cx, $1, @2, $3); }
       | chained cmpop pipe ;
cmpop: "==" { $$ = PEL_AST_OP_EQ; } | "!=" { $$ = PEL_AST_OP_NE; } | "<" { $$ = PEL_AST_OP_LT; }
     | ">" { $$ = PEL_AST_OP_GT; } | "<=" { $$ = PEL_AST_OP_LE; } | ">=" { $$ = PEL_AST_OP_GE; } ;
pipe: coal
    | pipe "|>" path { $$ = CHAIN(PIPE, @$, $1, PIPE, @2, pel__ast_stage(cx, @3, $3, NULL)); }
    | pipe "|>" path "(" args ")" {
        $$ = CHAIN(PIPE, @$, $1, PIPE, @2, pel__ast_stage(cx, join(&@2, 4), $3, $5)); } ;
coal: range | coal "??" range { $$ = CHAIN(COALESCE, @$, $1, COALESCE, @2, $3); } ;
range: add | add ".." add { $$ = RANGE(@$, $1, @2, $3); } ;
add: mul
   | add "+" mul { $$ = CHAIN(SUM, @$, $1, ADD, @2, $3); }
   | add "-" mul { $$ = CHAIN(SUM, @$, $1, SUB, @2, $3); } ;
mul: unary
   | mul "*" unary { $$ = CHAIN(PRODUCT, @$, $1, MUL, @2, $3); }
   | mul "/" unary { $$ = CHAIN(PRODUCT, @$, $1, DIV, @2, $3); }
   | mul "%" unary { $$ = CHAIN(PRODUCT, @$, $1, MOD, @2, $3); } ;
unary: power | "-" unary { $$ = pel__ast_unary(cx, PEL_AST_NEGATE, @$, $2); } ;
power: cast
     | cast "^" unary { $$ = pel__ast_binary(cx, PEL_AST_POWER, @$, $1, PEL_AST_OP_NONE, @2, $3); } ;
cast: postfix | cast AS qcast { $$ = pel__ast_cast(cx, @$, $1, $3); } ;
qcast: "[" dims "]" qcast { $$ = pel__ast_type_array(cx, @$, $2, $4); } | qtype ;
postfix: primary
       | postfix FIELD { $$ = pel__ast_field(cx, @$, $1, NAME($2, @2)); }
       | postfix "(" args ")" { $$ = pel__ast_call(cx, PEL_AST_CALL, @$, $1, $3); }
       | postfix "[" indices optcomma "]" { $$ = pel__ast_index(cx, @$, $1, $3); } ;
primary: IDENT { $$ = pel__ast_named(cx, PEL_AST_NAME, @$, $1); }
       | FIELD { $$ = pel__ast_named(cx, PEL_AST_ELEMENT_FIELD, @$, $1); }
       | "." { $$ = pel__ast_new(cx, PEL_AST_ELEMENT, @$); }
       | STRING { $$ = pel__ast_string(cx, @$, $1); }
       | number
       | TRUE { $$ = pel__ast_bool(cx, @$, true); }
       | FALSE { $$ = pel__ast_bool(cx, @$, false); }
       | NULL { $$ = pel__ast_new(cx, PEL_AST_NULL, @$); }
       | "(" ")" { $$ = pel__ast_new(cx, PEL_AST_TUPLE, @$); }
       | "(" expr ")" { $$ = $2; $$->paren = true; }
       | "(" expr "," exprs ")" { $$ = pel__ast_tuple_of(cx, @$, $2, $4); }
       | "{" fields "}" { $$ = pel__ast_record(cx, PEL_AST_RECORD, @$, $2); }
       | "[" "]" { $$ = pel__ast_new(cx, PEL_AST_ARRAY, @$); }
       | "[" exprs "]" { $$ = pel__ast_list(cx, PEL_AST_ARRAY, @$, $2); }
       | "[" expr FOR gens optfilter "]" { $$ = pel__ast_comprehension(cx, @$, $2, $4, $5); }
       | MATCH expr "{" arms optcomma "}" { $$ = pel__ast_match(cx, @$, $2, $4); } ;
number: INT | FLOAT | QUANTITY ;
indices: index { $$ = LIST(); PUSH($$, $1); } | indices "," index { $$ = $1; PUSH($$, $3); } ;
index: expr
     | add ".." { $$ = RANGE(@$, $1, @2, NULL); }
     | ".." add { $$ = RANGE(@$, NULL, @1, $2); }
     | ".." { $$ = RANGE(@$, NULL, @1, NULL); } ;
exprs: exprlist optcomma ;
exprlist: expr { $$ = LIST(); PUSH($$, $1); } | exprlist "," expr { $$ = $1; PUSH($$, $3); } ;
args: %empty { $$ = LIST(); } | arglist optcomma ;
arglist: arg { $$ = LIST(); PUSH($$, cx->arg); } | arglist "," arg { $$ = $1; PUSH($$, cx->arg); } ;
arg: expr { cx->arg = ARG(PEL_STR(""), NO_SPAN, $1); }
   | label ":" expr { cx->arg = ARG($1, @1, $3); } ;
fields: %empty { $$ = LIST(); } | fieldlist optcomma ;
fieldlist: rfield { $$ = LIST(); PUSH($$, cx->arg); } | fieldlist "," rfield { $$ = $1; PUSH($$, cx->arg); } ;
rfield: label ":" expr { cx->arg = ARG($1, @1, $3); }
      | IDENT { cx->arg = ARG($1, NO_SPAN, pel__ast_named(cx, PEL_AST_NAME, @$, $1)); }
      | FIELD { cx->arg = ARG($1, NO_SPAN, pel__ast_named(cx, PEL_AST_ELEMENT_FIELD, @$, $1)); }
      | ".." postfix { cx->arg = ARG(PEL_STR(""), NO_SPAN, $2); cx->arg.spread = true; } ;
gens: gen { $$ = LIST(); PUSH($$, cx->bind); } | gens "," gen { $$ = $1; PUSH($$, cx->bind); } ;
gen: pattern IN expr { cx->bind = BIND($1, NULL, $3); } ;
optfilter: %empty { $$ = NULL; } | IF expr { $$ = $2; } ;
arms: arm { $$ = LIST(); PUSH($$, cx->bind); } | arms "," arm { $$ = $1; PUSH($$, cx->bind); } ;
arm: mpat "->" expr { cx->bind = BIND($1, NULL, $3); } ;
mpat: path { $$ = pel__ast_pattern_path(cx, @$, $1, NULL); }
    | path "(" mpats ")" { $$ = pel__ast_pattern_path(cx, @$, $1, $3); }
    | "(" mpats ")" { $$ = pel__ast_tuple(cx, PEL_AST_PAT_TUPLE, @$, $2); }
    | "{" mfields "}" { $$ = pel__ast_record(cx, PEL_AST_PAT_RECORD, @$, $2); }
    | literal { $$ = pel__ast_unary(cx, PEL_AST_PAT_LITERAL, @$, $1); } ;
mpats: mpat { $$ = LIST(); PUSH($$, $1); } | mpats "," mpat { $$ = $1; PUSH($$, $3); } ;
mfields: mfield { $$ = LIST(); PUSH($$, cx->arg); } | mfields "," mfield { $$ = $1; PUSH($$, cx->arg); } ;
mfield: IDENT { cx->arg = ARG($1, NO_SPAN, pel__ast_pattern_name(cx, @$, $1)); }
      | label ":" mpat { cx->arg = ARG($1, @1, $3); } ;
literal: NULL { $$ = pel__ast_new(cx, PEL_AST_NULL, @$); }
       | TRUE { $$ = pel__ast_bool(cx, @$, true); }
       | FALSE { $$ = pel__ast_bool(cx, @$, false); }
       | STRING { $$ = pel__ast_string(cx, @$, $1); }
       | number
       | "-" number { $$ = pel__ast_unary(cx, PEL_AST_NEGATE, @$, $2); } ;
%%
static bool empty(const pel_span *s) { return s->begin == s->end; }

/* rhs[1 … n] are the parts; rhs[0], which counts only when there are none, stands before them. */
static pel_span join(const pel_span *rhs, int n) {
  pel_span s = rhs[n ? 1 : 0];
  if (n == 0) s.begin = s.end;
  for (int i = 2; i <= n; i++) {
    if (empty(&rhs[i])) continue;
    if (empty(&s)) s = rhs[i];
    s.end = rhs[i].end;
  }
  return s;
}

/* Called for no memory and for a stack of YYMAXDEPTH only: the first is next to impossible below it. */
static void pel__yyerror(const pel_span *span, pel_parse *cx, const char *message) {
  (void)message;
  pel__report_depth(cx, *span);
}

static int yyreport_syntax_error(const yypcontext_t *at, pel_parse *cx) {
  enum { COUNT = PEL_TOKEN_END - PEL_TOKEN_FIRST };
  yysymbol_kind_t kinds[YYNTOKENS];
  bool expected[COUNT] = {false}, known[YYNTOKENS] = {false};
  if (cx->status != PEL_OK || cx->mute || cx->ended_mute) return 0;
  int n = yypcontext_expected_tokens(at, kinds, YYNTOKENS);
  for (int i = 0; i < n; i++) known[kinds[i]] = true;
  for (int t = 0; t < COUNT; t++) expected[t] = known[YYTRANSLATE(t + PEL_TOKEN_FIRST)];
  pel__report_unexpected(cx, expected);
  return 0;
}

const char *pel__token_name(int token) { return yysymbol_name(YYTRANSLATE(token)); }
