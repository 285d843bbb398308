UNIT += tests/unit_lower
tests_unit_lower_SOURCES = \
  tests/unit/ir/testops.c \
  %D%/golden.c
EXTRA_DIST += \
  tests/golden/plan/concat.ir \
  tests/golden/plan/join.ir \
  tests/golden/plan/lists.ir \
  tests/golden/plan/lists_as_rows.ir \
  tests/golden/plan/masks.ir \
  tests/golden/plan/masks_null.ir \
  tests/golden/plan/reader.ir \
  tests/golden/plan/scalars.ir \
  tests/golden/plan/shared.ir \
  tests/golden/plan/sort_distinct.ir \
  tests/golden/plan/totals.ir
