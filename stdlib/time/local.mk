# Dates, times, durations.
libpelstd_la_SOURCES += \
  %D%/calendar.c \
  %D%/span.c
