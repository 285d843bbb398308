# The intermediate form.
PEL_FLOORS += libpelir.la
libpelir_la_SOURCES = \
  %D%/build.c %D%/build.h \
  %D%/build_module.c \
  %D%/build_verbs.c \
  %D%/ir.c %D%/ir.h \
  %D%/ops.def \
  %D%/irtext.c %D%/irtext.h \
  %D%/irtext_value.c \
  %D%/parse.c \
  %D%/parse_node.c \
  %D%/print.c \
  %D%/text.h \
  %D%/types.c \
  %D%/verify.c
