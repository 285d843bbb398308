# What everything else is written with.
PEL_FLOORS += libpelbase.la
libpelbase_la_SOURCES = \
  %D%/alloc.c %D%/alloc.h \
  %D%/arena.c %D%/arena.h \
  %D%/atomic.h \
  %D%/buf.c \
  %D%/check.h \
  %D%/error.c \
  %D%/hash.c %D%/hash.h \
  %D%/map.c %D%/map.h \
  %D%/str.c %D%/str.h \
  %D%/utf8.c \
  %D%/vec.c %D%/vec.h
