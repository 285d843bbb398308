libpelstd_la_SOURCES += \
  %D%/agg.c %D%/agg.h \
  %D%/collect.c \
  %D%/count.c \
  %D%/len_distinct.c \
  %D%/mean.c \
  %D%/minmax.c \
  %D%/pick.c \
  %D%/sum.c \
  %D%/text.c %D%/text.h
