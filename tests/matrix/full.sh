#!/bin/sh
# ./dev matrix [FILTER…]: the whole invariance matrix over the run tests. Shows failures only, then counts.
cd "$(dirname "$0")/../.." || exit 99
make -s -C build --no-print-directory tests/golden/golden >&2 || exit 1
mode=full tests/matrix/pairwise.sh "$@" | awk '
  /^ok/ { good++ } /^not ok/ { bad++ }
  !/^ok/ && !/^1\.\./ { print }
  END { printf "%d passed, %d failed\n", good, bad; exit bad > 0 || good == 0 }'
