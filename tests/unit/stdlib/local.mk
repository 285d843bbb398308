# Unit tests of stdlib. When the first lands:
#   UNIT += tests/unit_stdlib
#   tests_unit_stdlib_SOURCES = %D%/FILE.c
