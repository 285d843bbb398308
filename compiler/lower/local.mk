# From the intermediate form to the sealed plan.
PEL_FLOORS += libpellower.la
libpellower_la_SOURCES = \
  %D%/face.c \
  %D%/lower.c %D%/lower.h %D%/lower_family.h \
  %D%/prog.c %D%/prog.h \
  %D%/reach.c %D%/reach.h \
  %D%/rows.c \
  %D%/stream.c %D%/stream.h \
  %D%/verbs.c
