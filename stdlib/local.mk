# Operators, one family per file. Each family's folder adds its files to this floor's one library.
PEL_FLOORS += libpelstd.la
libpelstd_la_CFLAGS = $(AM_CFLAGS) -O3
libpelstd_la_SOURCES = %D%/env_alloc.c %D%/env_alloc.h %D%/ops.c %D%/ops.h
nodist_libpelstd_la_SOURCES = %D%/optable.c
EXTRA_DIST += %D%/gen_optable.awk
CLEANFILES += %D%/optable.c
include $(srcdir)/stdlib/agg/local.mk
include $(srcdir)/stdlib/core/local.mk
include $(srcdir)/stdlib/io/local.mk
include $(srcdir)/stdlib/num/local.mk
include $(srcdir)/stdlib/table/local.mk
include $(srcdir)/stdlib/text/local.mk
include $(srcdir)/stdlib/time/local.mk

# The table of operators is gathered from their rows.
%D%/optable.c: $(libpelstd_la_SOURCES) $(srcdir)/%D%/gen_optable.awk
	$(AM_V_GEN)$(MKDIR_P) %D% && (cd $(srcdir) && LC_ALL=C $(AWK) -v HOW=table -f stdlib/gen_optable.awk \
	  $(filter %.c,$(libpelstd_la_SOURCES))) >$@.tmp && mv $@.tmp $@

# docs/OPERATORS.md is what the rows say; a checkout gets it anew when they change.
%D%/operators.md: $(libpelstd_la_SOURCES) $(srcdir)/%D%/gen_optable.awk
	$(AM_V_GEN)$(MKDIR_P) %D% && (cd $(srcdir) && LC_ALL=C $(AWK) -v HOW=doc -f stdlib/gen_optable.awk \
	  $(filter %.c,$(libpelstd_la_SOURCES))) >$@.tmp && mv $@.tmp $@
	@if test -e $(srcdir)/.git && ! cmp -s $@ $(srcdir)/docs/OPERATORS.md; then cp $@ $(srcdir)/docs/OPERATORS.md; fi
noinst_DATA += %D%/operators.md
CLEANFILES += %D%/operators.md
