# Tests speak TAP. Unit tests (Criterion) plug in per folder, from tests/unit/FOLDER/local.mk:
#
#   UNIT += tests/unit_FOLDER
#   tests_unit_FOLDER_SOURCES = %D%/one.c %D%/two.c
#
# They link the static floors, so they see pel__ functions. What runs threads also says ENGINE_TESTS += tests/unit_FOLDER:
# ThreadSanitizer repeats those in every ./dev check.
ENGINE_TESTS =
include $(srcdir)/tests/unit/base/local.mk
include $(srcdir)/tests/unit/sys/local.mk
include $(srcdir)/tests/unit/plan/local.mk
include $(srcdir)/tests/unit/mem/local.mk
include $(srcdir)/tests/unit/vec/local.mk
include $(srcdir)/tests/unit/sched/local.mk
include $(srcdir)/tests/unit/stdlib/local.mk
include $(srcdir)/tests/unit/table/local.mk
include $(srcdir)/tests/unit/diag/local.mk
include $(srcdir)/tests/unit/syntax/local.mk
include $(srcdir)/tests/unit/sema/local.mk
include $(srcdir)/tests/unit/ir/local.mk
include $(srcdir)/tests/unit/passes/local.mk
include $(srcdir)/tests/unit/lower/local.mk
include $(srcdir)/tests/unit/api/local.mk
include $(srcdir)/tests/stress/local.mk

LDADD = $(PEL_FLOORS) $(PEL_OUTSIDE) $(CRITERION_LIBS)

if HAVE_CRITERION
check_PROGRAMS += $(UNIT)
TESTS += $(UNIT)
endif

TEST_EXTENSIONS = .sh
LOG_DRIVER = $(TAP)
SH_LOG_DRIVER = $(TAP)
EXTRA_DIST += %D%/criterion-tap.sh %D%/coverage.sh
LOG_COMPILER = $(SHELL) $(top_srcdir)/%D%/criterion-tap.sh
AM_TESTS_ENVIRONMENT = top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' PEL='$(abs_top_builddir)/pel$(EXEEXT)' \
  CC='$(CC)' NM='$(NM)' AWK='$(AWK)'; export top_srcdir top_builddir PEL CC NM AWK;

# ./dev check runs this in a build with ThreadSanitizer.
check-engine:
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(ENGINE_TESTS)'
.PHONY: check-engine

# ThreadSanitizer's address layout has no room where Criterion maps what its processes share.
# (The object, not its archive: libtsan answers for the same names first, so the linker would not look there.)
if TSAN
check_LIBRARIES = tests/libtsanmap.a
tests_libtsanmap_a_SOURCES = tests/tsan_map.c
tests_libtsanmap_a_CFLAGS = $(AM_CFLAGS) -fno-sanitize=all
LDADD += tests/libtsanmap_a-tsan_map.$(OBJEXT)
endif

dist_check_SCRIPTS += %D%/install.sh %D%/docs.sh %D%/examples.sh %D%/planted/planted.sh
EXTRA_DIST += %D%/planted/bugs.txt
if PLAIN
TESTS += %D%/install.sh %D%/docs.sh %D%/examples.sh
endif

include $(srcdir)/examples/local.mk
include $(srcdir)/tests/embed/local.mk
include $(srcdir)/tests/plugin/local.mk
include $(srcdir)/tests/golden/local.mk
include $(srcdir)/tests/matrix/local.mk
include $(srcdir)/tests/oracle/local.mk
include $(srcdir)/tests/command/local.mk
include $(srcdir)/tests/fuzz/local.mk
include $(srcdir)/tests/house/local.mk
