# Pages, budget, spill.
PEL_FLOORS += libpelmem.la
libpelmem_la_SOURCES = \
  %D%/budget.c %D%/budget.h \
  %D%/pool.c %D%/pool.h \
  %D%/spill.c %D%/spill.h
