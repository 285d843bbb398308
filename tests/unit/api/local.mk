# The embedding interface, seen through include/pel alone.
UNIT += tests/unit_api
ENGINE_TESTS += tests/unit_api
tests_unit_api_SOURCES = \
  tests/unit/counting.h \
  tests/unit/temp.h \
  %D%/arrow_lent.c \
  %D%/arrow_move.c \
  %D%/arrow_refused.c \
  %D%/arrow_types.c \
  %D%/at_once.c \
  %D%/cancel.c \
  %D%/fork.c \
  %D%/host.c \
  %D%/host.h \
  %D%/nomem.c \
  %D%/null_cells.c \
  %D%/one_by_one.c \
  %D%/options.c \
  %D%/plans.c \
  %D%/refused_memory.c \
  %D%/texts.c \
  %D%/width.c \
  %D%/world.h
