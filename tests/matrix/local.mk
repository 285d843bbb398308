# The invariance matrix; its cases are the golden ones.
EXTRA_DIST += %D%/axes.tbl %D%/sets.awk
dist_check_SCRIPTS += %D%/pairwise.sh %D%/full.sh
if PLAIN
TESTS += %D%/pairwise.sh
endif
