# Runs sealed plans.
PEL_FLOORS += libpelengine.la
libpelengine_la_SOURCES = \
  %D%/bind.c \
  %D%/engine.c %D%/engine.h \
  %D%/env.c \
  %D%/failures.c \
  %D%/graph.c \
  %D%/native.c %D%/native.h %D%/native_family.h \
  %D%/native_call.c \
  %D%/native_op.c \
  %D%/pipe.c \
  %D%/results.c \
  %D%/run.c \
  %D%/sink.c \
  %D%/state.h \
  %D%/targets.c
