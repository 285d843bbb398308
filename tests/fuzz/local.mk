# Fuzz harnesses. One file each, tests/fuzz/NAME.c with LLVMFuzzerTestOneInput and a line "target: FILE…"; its corpus is
# tests/fuzz/corpus/NAME/. Here each is built with replay.c, which runs the corpora in every check; fuzz.sh builds them
# with libFuzzer. Plugging one in:
#
#   FUZZ += tests/fuzz/NAME
#   tests_fuzz_NAME_SOURCES = %D%/NAME.c %D%/replay.c
#   tests_fuzz_NAME_LDADD = $(PEL_FLOORS) $(PEL_OUTSIDE)
FUZZ =

FUZZ += tests/fuzz/number
tests_fuzz_number_SOURCES = %D%/number.c %D%/replay.c
tests_fuzz_number_LDADD = $(PEL_FLOORS) $(PEL_OUTSIDE)

FUZZ += tests/fuzz/csv
tests_fuzz_csv_SOURCES = %D%/csv.c %D%/replay.c
tests_fuzz_csv_LDADD = $(PEL_FLOORS) $(PEL_OUTSIDE)

FUZZ += tests/fuzz/syntax
tests_fuzz_syntax_SOURCES = %D%/syntax.c %D%/replay.c
tests_fuzz_syntax_LDADD = $(PEL_FLOORS) $(PEL_OUTSIDE)
EXTRA_DIST += %D%/syntax.dict

FUZZ += tests/fuzz/plan
tests_fuzz_plan_SOURCES = %D%/plan.c %D%/plan_oracle.h %D%/replay.c
tests_fuzz_plan_LDADD = $(PEL_FLOORS) $(PEL_OUTSIDE)
EXTRA_DIST += %D%/plan.pel

# Not run by any check: it makes seeds for `plan` (fuzz.sh seed).
tests_fuzz_plan_seed_SOURCES = %D%/plan_seed.c
tests_fuzz_plan_seed_LDADD = $(PEL_FLOORS) $(PEL_OUTSIDE)

check_PROGRAMS += $(FUZZ) tests/fuzz/plan_seed
dist_check_SCRIPTS += %D%/replay.sh %D%/fuzz.sh %D%/coverage.sh
EXTRA_DIST += %D%/corpus %D%/csv.dict
TESTS += %D%/replay.sh
AM_TESTS_ENVIRONMENT += FUZZ='$(FUZZ)'; export FUZZ;

print-floors:
	@echo '$(PEL_FLOORS)'
print-outside:
	@echo '$(PEL_OUTSIDE) $(LIBS)'
print-fuzz:
	@echo '$(FUZZ)'
print-built:
	@echo '$(BUILT_SOURCES)'
.PHONY: print-built print-floors print-outside print-fuzz
