# The scheduler.
PEL_FLOORS += libpelsched.la
libpelsched_la_CFLAGS = $(AM_CFLAGS) -O3
libpelsched_la_SOURCES = \
  %D%/deque.c %D%/deque.h \
  %D%/internal.h \
  %D%/job.c \
  %D%/park.c \
  %D%/sched.c %D%/sched.h \
  %D%/work.c
