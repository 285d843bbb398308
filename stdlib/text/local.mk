# Texts.
libpelstd_la_SOURCES += \
  %D%/text.c
