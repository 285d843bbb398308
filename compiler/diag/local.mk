# What is wrong with a program, as data, and how it is shown.
PEL_FLOORS += libpeldiag.la
libpeldiag_la_SOURCES = \
  %D%/codes.def \
  %D%/diag.c %D%/diag.h \
  %D%/render.c %D%/render.h \
  %D%/render_family.h \
  %D%/render_human.c \
  %D%/source.c %D%/source.h
