UNIT += tests/unit_ir
tests_unit_ir_SOURCES = \
  %D%/cases.h \
  %D%/testops.c %D%/testops.h \
  %D%/text.c
