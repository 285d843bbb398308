# Unit tests of syntax. When the first lands:
#   UNIT += tests/unit_syntax
#   tests_unit_syntax_SOURCES = %D%/FILE.c
