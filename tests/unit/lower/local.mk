# Unit tests of lower. When the first lands:
#   UNIT += tests/unit_lower
#   tests_unit_lower_SOURCES = %D%/FILE.c
