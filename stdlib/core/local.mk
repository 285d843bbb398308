# Arithmetic, comparison, logic.
libpelstd_la_SOURCES += \
  %D%/arith.h \
  %D%/arith_div.c \
  %D%/arith_fail.c \
  %D%/arith_float.c \
  %D%/arith_int.c \
  %D%/compare.c %D%/compare.h \
  %D%/compare_mixed.c \
  %D%/hash.c \
  %D%/kernel.h \
  %D%/logic.c \
  %D%/same.c
