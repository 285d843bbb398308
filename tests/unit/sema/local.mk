UNIT += tests/unit_sema
tests_unit_sema_SOURCES = \
  %D%/ops.c %D%/ops.h \
  %D%/rig.c %D%/rig.h \
  %D%/types.c
