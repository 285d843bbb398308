UNIT += tests/unit_diag
tests_unit_diag_SOURCES = \
  %D%/diag.c \
  %D%/render.c
