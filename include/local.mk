# Every public header; what is listed here is installed and can be included as "pel/NAME.h".
pkginclude_HEADERS += \
  %D%/pel/base.h \
  %D%/pel/buffer.h \
  %D%/pel/compile.h \
  %D%/pel/context.h \
  %D%/pel/op.h \
  %D%/pel/pel.h \
  %D%/pel/plan.h \
  %D%/pel/run.h
