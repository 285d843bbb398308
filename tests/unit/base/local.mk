# Unit tests of base. When the first lands:
#   UNIT += tests/unit_base
#   tests_unit_base_SOURCES = %D%/FILE.c
