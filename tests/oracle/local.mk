# Random pipelines against sqlite3.
check_PROGRAMS += tests/random
tests_random_SOURCES = %D%/random.c
tests_random_LDADD =
dist_check_SCRIPTS += %D%/oracle.sh
TESTS += %D%/oracle.sh
