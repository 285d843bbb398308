UNIT += tests/unit_plan
tests_unit_plan_SOURCES = \
  tests/unit/counting.h \
  %D%/plan.c \
  %D%/sample.c %D%/sample.h
