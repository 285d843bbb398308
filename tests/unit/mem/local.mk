# Unit tests of mem. When the first lands:
#   UNIT += tests/unit_mem
#   tests_unit_mem_SOURCES = %D%/FILE.c
