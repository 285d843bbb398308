# The sealed plan.
PEL_FLOORS += libpelplan.la
libpelplan_la_SOURCES = \
  %D%/build.c %D%/build.h \
  %D%/codec.c \
  %D%/codes.c %D%/codes.h \
  %D%/needed.c \
  %D%/plan.c %D%/plan.h \
  %D%/print.c \
  %D%/verify.c %D%/verify_family.h \
  %D%/verify_flow.c \
  %D%/verify_prog.c \
  %D%/verify_value.c
