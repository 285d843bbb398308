UNIT += tests/unit_syntax
tests_unit_syntax_SOURCES = \
  %D%/format.c \
  %D%/generate.c %D%/generate.h \
  %D%/golden.c \
  %D%/helper.h \
  %D%/limits.c \
  %D%/literals.c \
  %D%/mutate.c \
  %D%/recovery.c \
  %D%/tree.c
