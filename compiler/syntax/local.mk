# Text to tree. The generated parser.c, parser.h and lexer.c are not committed; a tarball carries them.
PEL_FLOORS += libpelsyntax.la
BUILT_SOURCES += %D%/parser.h
libpelsyntax_la_SOURCES = \
  %D%/ast.c %D%/ast.h %D%/ast.def \
  %D%/build.c %D%/build.h \
  %D%/build_item.c \
  %D%/build_type.c \
  %D%/dump.c \
  %D%/expected.c \
  %D%/fmt.c \
  %D%/fmt_doc.c %D%/fmt_doc.h \
  %D%/fmt_expr.c \
  %D%/fmt_item.c \
  %D%/fmt_tree.c %D%/fmt_tree.h \
  %D%/fmt_type.c \
  %D%/lex.c %D%/lex.h \
  %D%/lex_rules.c \
  %D%/lexer.l \
  %D%/literal.c \
  %D%/parse.c %D%/parse.h \
  %D%/parser.y \
  %D%/report.c %D%/report.h \
  %D%/syntax.h
