# Golden cases: the driver, and every case below this folder (no case has to be listed).
check_PROGRAMS += tests/golden/golden
tests_golden_golden_SOURCES = \
  %D%/case.c %D%/case.h \
  %D%/golden.c \
  %D%/job.c %D%/job.h
# Paths longer than the buffers end a case with an error of the system.
tests_golden_golden_CFLAGS = $(AM_CFLAGS) -Wno-format-truncation
tests_golden_golden_LDADD =
EXTRA_DIST += %D%/parse %D%/error %D%/pass %D%/plan %D%/run
dist_check_SCRIPTS += %D%/golden.sh %D%/selftest.sh
TESTS += %D%/golden.sh %D%/selftest.sh
ENGINE_TESTS += %D%/golden.sh
if !PLAIN
AM_TESTS_ENVIRONMENT += GOLDEN_PATIENCE=10; export GOLDEN_PATIENCE;
endif
