# The embedding interface, seen through include/pel alone.
UNIT += tests/unit_api
tests_unit_api_SOURCES = \
  %D%/arrow_move.c
