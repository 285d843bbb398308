UNIT += tests/unit_base
tests_unit_base_SOURCES = \
  tests/unit/counting.h \
  %D%/arena.c \
  %D%/calendar.c \
  %D%/exactsum.c \
  %D%/int128.c \
  %D%/num_parse.c \
  %D%/num_print.c \
  %D%/num_table.c \
  %D%/oracle.h \
  %D%/text.c
EXTRA_DIST += %D%/oracle.txt %D%/oracle.py
