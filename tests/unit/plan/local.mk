# Unit tests of plan. When the first lands:
#   UNIT += tests/unit_plan
#   tests_unit_plan_SOURCES = %D%/FILE.c
