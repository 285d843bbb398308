# The public functions: joins compiler and engine.
# When the first C file lands:
#   PEL_FLOORS += libpelapi.la
#   libpelapi_la_SOURCES = %D%/FILE.c %D%/FILE.h
