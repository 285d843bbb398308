UNIT += tests/unit_passes
tests_unit_passes_SOURCES = \
  tests/unit/ir/testops.c \
  %D%/golden.c
EXTRA_DIST += \
  tests/golden/pass/all.ir \
  tests/golden/pass/combine.ir \
  tests/golden/pass/cse.ir \
  tests/golden/pass/dce.ir \
  tests/golden/pass/fuse_chain.ir \
  tests/golden/pass/fuse_group.ir \
  tests/golden/pass/fuse_group_keeps.ir \
  tests/golden/pass/fuse_group_key.ir \
  tests/golden/pass/fuse_list.ir \
  tests/golden/pass/fuse_zip.ir \
  tests/golden/pass/prune.ir \
  tests/golden/pass/prune_shared.ir \
  tests/golden/pass/push_filter.ir \
  tests/golden/pass/limits.ir \
  tests/golden/pass/simplify_choices.ir \
  tests/golden/pass/simplify_filter.ir \
  tests/golden/pass/simplify_fold.ir
