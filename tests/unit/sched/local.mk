# Unit tests of sched. When the first lands:
#   UNIT += tests/unit_sched
#   tests_unit_sched_SOURCES = %D%/FILE.c
