# Unit tests of compiler. When the first lands:
#   UNIT += tests/unit_compiler
#   tests_unit_compiler_SOURCES = %D%/FILE.c
