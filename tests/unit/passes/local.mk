# Unit tests of passes. When the first lands:
#   UNIT += tests/unit_passes
#   tests_unit_passes_SOURCES = %D%/FILE.c
