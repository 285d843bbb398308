# Floor of the compiler: lower.
# When the first C file lands:
#   PEL_FLOORS += libpellower.la
#   libpellower_la_SOURCES = %D%/FILE.c %D%/FILE.h
