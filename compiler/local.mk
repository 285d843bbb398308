# The compiler's front door: compile.c, one call per line.
PEL_FLOORS += libpelcompiler.la
libpelcompiler_la_SOURCES = %D%/compile.c %D%/compile.h
