# Operators, one family per file. Each family's folder adds its files to the one library of this floor.
PEL_FLOORS += libpelstd.la
libpelstd_la_CFLAGS = $(AM_CFLAGS) -O3
libpelstd_la_SOURCES =
include $(srcdir)/stdlib/agg/local.mk
include $(srcdir)/stdlib/table/local.mk
