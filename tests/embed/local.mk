dist_check_SCRIPTS += %D%/threads.sh
EXTRA_DIST += %D%/embed.sh
check_PROGRAMS += tests/embed_threads
tests_embed_threads_SOURCES = examples/embed/threads.c
tests_embed_threads_LDADD = $(PEL_FLOORS) $(PEL_OUTSIDE)
TESTS += %D%/threads.sh
ENGINE_TESTS += %D%/threads.sh
