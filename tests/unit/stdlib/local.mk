UNIT += tests/unit_stdlib tests/unit_ops
tests_unit_stdlib_SOURCES = %D%/csv.c %D%/csv_check.h %D%/csv_reference.h %D%/csv_world.h %D%/csv_written.h
# Elementwise operators, each against an oracle of its own.
tests_unit_ops_SOURCES = tests/unit/vec/rig.h %D%/ops_rig.h %D%/ops_compare.c %D%/ops_number.c \
  %D%/ops_cast.c %D%/ops_text.c %D%/ops_time.c
