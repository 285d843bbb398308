# Every public header; what is listed here is installed and can be included as "pel/NAME.h".
pkginclude_HEADERS += \
  %D%/pel/base.h \
  %D%/pel/op.h
