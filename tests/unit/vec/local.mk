# Unit tests of vec. When the first lands:
#   UNIT += tests/unit_vec
#   tests_unit_vec_SOURCES = %D%/FILE.c
