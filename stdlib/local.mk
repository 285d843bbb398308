# Operators, one family per file (hot: add libpelstd_la_CFLAGS = $(AM_CFLAGS) -O3).
# When the first C file lands:
#   PEL_FLOORS += libpelstd.la
#   libpelstd_la_SOURCES = %D%/FILE.c %D%/FILE.h
