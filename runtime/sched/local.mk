# The scheduler (hot: add libpelsched_la_CFLAGS = $(AM_CFLAGS) -O3).
# When the first C file lands:
#   PEL_FLOORS += libpelsched.la
#   libpelsched_la_SOURCES = %D%/FILE.c %D%/FILE.h
