# Unit tests of sys. When the first lands:
#   UNIT += tests/unit_sys
#   tests_unit_sys_SOURCES = %D%/FILE.c
