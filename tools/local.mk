# The command line. pel carries the library inside: it starts faster, and build/pel is the program itself.
# -export-dynamic shows the public functions to the shared objects it opens.
bin_PROGRAMS += pel
pel_SOURCES = \
  %D%/cli.h \
  %D%/cmd_check.c \
  %D%/cmd_explain.c \
  %D%/cmd_fmt.c \
  %D%/cmd_ops.c \
  %D%/cmd_run.c \
  %D%/cmd_schema.c \
  %D%/cmd_test.c \
  %D%/common.c \
  %D%/options.c \
  %D%/params.c \
  %D%/pel_main.c \
  %D%/progress.c \
  %D%/signals.c \
  %D%/stats.c
pel_LDADD = $(PEL_FLOORS) $(PEL_OUTSIDE)
pel_LDFLAGS = $(AM_LDFLAGS) -export-dynamic
