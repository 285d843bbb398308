# The command as a process: signals, closed outputs, budgets.
COMMAND_TESTS = \
  %D%/budget.sh \
  %D%/encodings.sh \
  %D%/failing_cells.sh \
  %D%/flags.sh \
  %D%/fmt.sh \
  %D%/interrupt.sh \
  %D%/outs.sh \
  %D%/progress.sh \
  %D%/take_ends.sh
dist_check_SCRIPTS += $(COMMAND_TESTS)
EXTRA_DIST += %D%/lib.sh
TESTS += $(COMMAND_TESTS)
