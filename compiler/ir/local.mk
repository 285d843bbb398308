# Floor of the compiler: ir.
# When the first C file lands:
#   PEL_FLOORS += libpelir.la
#   libpelir_la_SOURCES = %D%/FILE.c %D%/FILE.h
