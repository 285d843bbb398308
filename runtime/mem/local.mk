# Pages, budget, spill.
# When the first C file lands:
#   PEL_FLOORS += libpelmem.la
#   libpelmem_la_SOURCES = %D%/FILE.c %D%/FILE.h
