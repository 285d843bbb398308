# Conversions, rounding, elementary functions.
libpelstd_la_SOURCES += \
  %D%/cast.c \
  %D%/elementary.c %D%/elementary.h \
  %D%/pick.c \
  %D%/round.c
