# Floor of the compiler: diag.
# When the first C file lands:
#   PEL_FLOORS += libpeldiag.la
#   libpeldiag_la_SOURCES = %D%/FILE.c %D%/FILE.h
