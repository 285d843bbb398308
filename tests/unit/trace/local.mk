# Unit tests of trace. When the first lands:
#   UNIT += tests/unit_trace
#   tests_unit_trace_SOURCES = %D%/FILE.c
