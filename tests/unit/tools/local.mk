# Unit tests of tools. When the first lands:
#   UNIT += tests/unit_tools
#   tests_unit_tools_SOURCES = %D%/FILE.c
