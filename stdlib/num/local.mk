# Conversions, floats, elementary functions.
libpelstd_la_SOURCES += \
  %D%/cast.c
