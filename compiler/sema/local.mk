# Floor of the compiler: sema.
# When the first C file lands:
#   PEL_FLOORS += libpelsema.la
#   libpelsema_la_SOURCES = %D%/FILE.c %D%/FILE.h
