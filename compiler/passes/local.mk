# Floor of the compiler: passes.
# When the first C file lands:
#   PEL_FLOORS += libpelpasses.la
#   libpelpasses_la_SOURCES = %D%/FILE.c %D%/FILE.h
