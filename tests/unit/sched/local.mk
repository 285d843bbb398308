# The scheduler.
UNIT += tests/unit_sched
tests_unit_sched_SOURCES = tests/unit/counting.h %D%/deque.c %D%/job.c
ENGINE_TESTS += tests/unit_sched
