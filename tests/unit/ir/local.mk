# Unit tests of ir. When the first lands:
#   UNIT += tests/unit_ir
#   tests_unit_ir_SOURCES = %D%/FILE.c
