# Text to tree. The generated parser.c, parser.h and lexer.c are not committed; a tarball carries them.
# When the grammar lands:
#   PEL_FLOORS += libpelsyntax.la
#   BUILT_SOURCES += %D%/parser.h
#   libpelsyntax_la_SOURCES = %D%/parser.y %D%/lexer.l …
# parser.y says %define api.header.include {"compiler/syntax/parser.h"}; lexer.l says %option outfile="lex.yy.c".
# Warnings in generated code are silenced by pragmas in their %code top / %top, so that hand-written files keep all.
