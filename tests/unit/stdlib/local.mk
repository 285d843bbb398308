UNIT += tests/unit_stdlib
tests_unit_stdlib_SOURCES = %D%/csv.c %D%/csv_check.h %D%/csv_reference.h %D%/csv_world.h
