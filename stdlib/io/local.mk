# Readers and writers.
libpelstd_la_SOURCES += \
  %D%/csv.h \
  %D%/csv_automaton.c \
  %D%/csv_cells.c \
  %D%/csv_head.c \
  %D%/csv_convert.c %D%/csv_convert.h \
  %D%/csv_index.c \
  %D%/csv_infer.c \
  %D%/csv_open.c \
  %D%/csv_options.c \
  %D%/csv_read.c %D%/csv_read.h \
  %D%/csv_said.c \
  %D%/csv_units.c %D%/csv_units.h \
  %D%/csv_value.c \
  %D%/csv_write.c
