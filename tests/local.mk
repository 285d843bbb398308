# Tests speak TAP. Unit tests (Criterion) plug in per folder, from tests/unit/FOLDER/local.mk:
#
#   UNIT += tests/unit_FOLDER
#   tests_unit_FOLDER_SOURCES = %D%/one.c %D%/two.c
#
# and one include line below. They link the static floors, so they see pel__ functions.
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

# The part of the tests that ThreadSanitizer repeats in every ./dev check: whatever runs threads. A folder adds
# its programs to ENGINE_TESTS.
ENGINE_TESTS =
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

dist_check_SCRIPTS += %D%/install.sh %D%/docs.sh
if PLAIN
TESTS += %D%/install.sh %D%/docs.sh
endif

include $(srcdir)/tests/golden/local.mk
include $(srcdir)/tests/matrix/local.mk
include $(srcdir)/tests/fuzz/local.mk
include $(srcdir)/tests/house/local.mk
