# Plain TAP programs, without Criterion: ThreadSanitizer then sees no threads but ours.
STRESS = tests/stress_deque tests/stress_sched
check_PROGRAMS += $(STRESS)
TESTS += $(STRESS)
ENGINE_TESTS += $(STRESS)
tests_stress_deque_SOURCES = %D%/deque.c %D%/tap.h
tests_stress_deque_LDADD = $(PEL_FLOORS) $(PEL_OUTSIDE)
tests_stress_sched_SOURCES = %D%/sched.c %D%/tap.h
tests_stress_sched_LDADD = $(PEL_FLOORS) $(PEL_OUTSIDE)
dist_check_SCRIPTS += %D%/budget.sh
TESTS += %D%/budget.sh
ENGINE_TESTS += %D%/budget.sh
