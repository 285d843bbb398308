# Unit tests of engine. When the first lands:
#   UNIT += tests/unit_engine
#   tests_unit_engine_SOURCES = %D%/FILE.c
