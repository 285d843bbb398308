UNIT += tests/unit_sema
tests_unit_sema_SOURCES = \
  %D%/dump.c \
  %D%/errors.c \
  %D%/limits.c \
  %D%/ops.c %D%/ops.h \
  %D%/rig.c %D%/rig.h \
  %D%/types.c
