#!/bin/sh
# Two contexts in two threads (examples/embed/threads.c), in this build: ./dev check repeats it under ThreadSanitizer.
. "${top_srcdir:-.}/tests/house/lib.sh"
clean 'two contexts in two threads' \
  "$("$top_builddir/tests/embed_threads" 2>&1 | diff "$house/examples/embed/threads.expected.txt" - 2>&1)"
finish
