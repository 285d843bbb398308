EXTRA_DIST += \
  tests/golden/parse/corners.tree tests/golden/parse/coupled.tree tests/golden/parse/groupby.tree \
  tests/golden/parse/kmers.tree tests/golden/parse/logreg.tree tests/golden/parse/risk.tree \
  tests/golden/parse/error/direction.tree tests/golden/parse/error/docs.tree
UNIT += tests/unit_syntax
tests_unit_syntax_SOURCES = \
  %D%/format.c \
  %D%/generate.c %D%/generate.h \
  %D%/golden.c \
  %D%/helper.h \
  %D%/limits.c \
  %D%/literals.c \
  %D%/memory.c \
  %D%/mutate.c \
  %D%/recovery.c \
  %D%/tree.c
