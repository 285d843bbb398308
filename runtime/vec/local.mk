# Tables in memory, blocks, and the tier-0 register code.
PEL_FLOORS += libpelvec.la
libpelvec_la_CFLAGS = $(AM_CFLAGS) -O3
libpelvec_la_SOURCES = \
  %D%/column.c %D%/column.h \
  %D%/exec.h \
  %D%/gather.c %D%/gather.h \
  %D%/list_agg.c \
  %D%/lists.c \
  %D%/local.c \
  %D%/masks.c \
  %D%/pieces.c \
  %D%/prepare.c \
  %D%/run.c \
  %D%/steps.c \
  %D%/table.c %D%/table.h \
  %D%/vm.h
