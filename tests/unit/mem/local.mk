# Budget, pool, spill.
UNIT += tests/unit_mem
tests_unit_mem_SOURCES = tests/unit/counting.h %D%/mem.c
ENGINE_TESTS += tests/unit_mem
