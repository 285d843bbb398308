# The house checks itself; not in sanitizer and coverage builds, whose objects carry the tools' own globals.
EXTRA_DIST += %D%/lib.sh %D%/floors.tbl %D%/seam.tbl %D%/exports.txt
HOUSE = %D%/floors.sh %D%/link.sh %D%/exports.sh %D%/globals.sh %D%/headers.sh %D%/seam.sh %D%/tidy.sh %D%/status.sh %D%/criterion.sh \
  %D%/dist.sh %D%/planted.sh
dist_check_SCRIPTS += $(HOUSE)
if PLAIN
TESTS += $(HOUSE)
endif
AM_TESTS_ENVIRONMENT += PEL_FLOORS='$(PEL_FLOORS)' PEL_OUTSIDE='$(PEL_OUTSIDE)' LIBS='$(LIBS)' \
  PEL_CPPFLAGS='$(PEL_CPPFLAGS) $(FFI_CFLAGS) $(XXHASH_CFLAGS) $(LZ4_CFLAGS) $(SLEEF_CFLAGS) $(HWLOC_CFLAGS) -D_GNU_SOURCE'; \
  export PEL_FLOORS PEL_OUTSIDE LIBS PEL_CPPFLAGS;
