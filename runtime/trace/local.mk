# Counters and rings.
# When the first C file lands:
#   PEL_FLOORS += libpeltrace.la
#   libpeltrace_la_SOURCES = %D%/FILE.c %D%/FILE.h
