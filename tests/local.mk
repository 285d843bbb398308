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
EXTRA_DIST += %D%/criterion-tap.sh
LOG_COMPILER = $(SHELL) $(top_srcdir)/%D%/criterion-tap.sh
AM_TESTS_ENVIRONMENT = top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' PEL='$(abs_top_builddir)/pel$(EXEEXT)' \
  CC='$(CC)' NM='$(NM)' AWK='$(AWK)'; export top_srcdir top_builddir PEL CC NM AWK;
