# The command as a process: signals, closed outputs, budgets.
dist_check_SCRIPTS += %D%/interrupt.sh %D%/budget.sh %D%/outs.sh %D%/fmt.sh %D%/flags.sh %D%/progress.sh
EXTRA_DIST += %D%/lib.sh
TESTS += %D%/interrupt.sh %D%/budget.sh %D%/outs.sh %D%/fmt.sh %D%/flags.sh %D%/progress.sh
