# Blocks and tier-0 register code (hot: add libpelvec_la_CFLAGS = $(AM_CFLAGS) -O3).
# When the first C file lands:
#   PEL_FLOORS += libpelvec.la
#   libpelvec_la_SOURCES = %D%/FILE.c %D%/FILE.h
