# What everything else is written with.
PEL_FLOORS += libpelbase.la
libpelbase_la_CFLAGS = $(AM_CFLAGS) -O3
libpelbase_la_SOURCES = \
  %D%/alloc.c %D%/alloc.h \
  %D%/arena.c %D%/arena.h \
  %D%/atomic.h \
  %D%/bignum.c %D%/bignum.h \
  %D%/buf.c \
  %D%/calendar.c %D%/calendar_text.c %D%/calendar.h \
  %D%/check.h \
  %D%/error.c \
  %D%/exactsum.c %D%/exactsum_block.c %D%/exactsum_bytes.c %D%/exactsum_round.c \
  %D%/exactsum_wide.c %D%/exactsum.h %D%/exactsum_wide.h \
  %D%/float_bits.c %D%/float_bits.h \
  %D%/hash.c %D%/hash.h \
  %D%/int128.c %D%/int128.h \
  %D%/map.c %D%/map.h \
  %D%/mask64.h \
  %D%/num_int.c \
  %D%/num_parse.c %D%/num_parse.h \
  %D%/num_print.c %D%/num_print.h \
  %D%/num_swar.h \
  %D%/num_table.c %D%/num_table.h \
  %D%/str.c %D%/str.h \
  %D%/utf8.c \
  %D%/vec.c %D%/vec.h
EXTRA_DIST += %D%/num_table.py
