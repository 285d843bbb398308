# Unit tests of sema. When the first lands:
#   UNIT += tests/unit_sema
#   tests_unit_sema_SOURCES = %D%/FILE.c
