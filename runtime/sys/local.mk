# The whole contract with the operating system.
# When the first C file lands:
#   PEL_FLOORS += libpelsys.la
#   libpelsys_la_SOURCES = %D%/FILE.c %D%/FILE.h
