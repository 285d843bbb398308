# The compiler's front door: compile.c, one call per line.
# When the first C file lands:
#   PEL_FLOORS += libpelcompiler.la
#   libpelcompiler_la_SOURCES = %D%/FILE.c %D%/FILE.h
