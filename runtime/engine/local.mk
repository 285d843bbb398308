# Runs plans.
# When the first C file lands:
#   PEL_FLOORS += libpelengine.la
#   libpelengine_la_SOURCES = %D%/FILE.c %D%/FILE.h
