UNIT += tests/unit_table
tests_unit_table_SOURCES = \
  %D%/agg.c \
  %D%/cancel.c \
  %D%/driver.c %D%/driver.h \
  %D%/group.c \
  %D%/join.c \
  %D%/reference.c %D%/reference.h \
  %D%/rows.c \
  %D%/sort.c \
  %D%/values.c
