# What kernels are written with.
libpelstd_la_SOURCES += \
  %D%/kernel.h
