# The embedding interface, seen through include/pel alone.
UNIT += tests/unit_api
ENGINE_TESTS += tests/unit_api
tests_unit_api_SOURCES = \
  %D%/arrow_move.c \
  %D%/cancel.c \
  %D%/fork.c \
  %D%/nomem.c \
  %D%/plans.c \
  %D%/world.h
