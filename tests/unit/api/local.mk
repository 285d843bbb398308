# Unit tests of api. When the first lands:
#   UNIT += tests/unit_api
#   tests_unit_api_SOURCES = %D%/FILE.c
