# libpel's public interface: joins compiler and engine behind include/pel.
PEL_FLOORS += libpelapi.la
libpelapi_la_CPPFLAGS = $(AM_CPPFLAGS) -DPEL_VERSION='"$(PACKAGE_VERSION)"'
libpelapi_la_SOURCES = \
  %D%/api.h \
  %D%/arrow.h \
  %D%/arrow_check.c \
  %D%/arrow_in.c \
  %D%/arrow_out.c \
  %D%/bind.c \
  %D%/compile.c \
  %D%/context.c \
  %D%/escape.c \
  %D%/files.c \
  %D%/from_text.c \
  %D%/plan.c \
  %D%/print.c \
  %D%/print_table.c \
  %D%/print_text.c \
  %D%/rejects.c \
  %D%/run.c \
  %D%/said.c \
  %D%/types_text.c \
  %D%/width.c \
  %D%/width.h \
  %D%/width_table.c
EXTRA_DIST += %D%/width_table.py
