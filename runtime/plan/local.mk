# The sealed plan.
# When the first C file lands:
#   PEL_FLOORS += libpelplan.la
#   libpelplan_la_SOURCES = %D%/FILE.c %D%/FILE.h
