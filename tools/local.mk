# The command line. pel carries the library inside: it starts faster, and build/pel is the program itself.
# -export-dynamic shows the public functions to the shared objects it opens.
# When pel_main.c lands:
#   bin_PROGRAMS += pel
#   pel_SOURCES = %D%/pel_main.c …
#   pel_LDADD = $(PEL_FLOORS) $(PEL_OUTSIDE)
#   pel_LDFLAGS = $(AM_LDFLAGS) -export-dynamic
