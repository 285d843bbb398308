# The contract with the system.
UNIT += tests/unit_sys
tests_unit_sys_SOURCES = \
  tests/unit/counting.h \
  tests/unit/temp.h \
  %D%/files.c \
  %D%/folder.h \
  %D%/library.c \
  %D%/machine.c
ENGINE_TESTS += tests/unit_sys
