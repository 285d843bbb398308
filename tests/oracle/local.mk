# Random pipelines against sqlite3 and the slow reference.
check_PROGRAMS += tests/random
tests_random_SOURCES = \
  %D%/compare.c \
  %D%/draw.c \
  %D%/eval.c \
  %D%/make.c \
  %D%/make_expr.c \
  %D%/need.c \
  %D%/pipe.h \
  %D%/random.c \
  %D%/say.c \
  %D%/sums.c \
  %D%/verbs.c \
  %D%/write_pel.c \
  %D%/write_sql.c
tests_random_LDADD =
dist_check_SCRIPTS += %D%/oracle.sh
TESTS += %D%/oracle.sh
ENGINE_TESTS += %D%/oracle.sh
if !PLAIN
AM_TESTS_ENVIRONMENT += ORACLE_SEEDS=40; export ORACLE_SEEDS;
endif
