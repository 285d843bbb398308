# Unit tests of diag. When the first lands:
#   UNIT += tests/unit_diag
#   tests_unit_diag_SOURCES = %D%/FILE.c
