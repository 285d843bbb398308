#!/bin/sh
# ./dev full: builds with coverage, runs the tests, and prints the share of lines they reach, per folder.
# Fails when a folder of the house is reached less than the floor below.
cd "$(dirname "$0")/.." || exit 99
least=${PEL_LEAST_COVERAGE:-75}
mkdir -p build-coverage && cd build-coverage || exit 99
[ -e Makefile ] || ../configure --enable-coverage >configure.log 2>&1 || { tail configure.log; exit 1; }
find . -name '*.gcda' -delete
make -s -k -j"$(nproc)" check >check.log 2>&1 || { grep -E '^(FAIL|ERROR)|error:' check.log; echo 'tests failed under coverage'; exit 1; }
find . -name '*.gcda' | while read -r data; do gcov -n -o "$(dirname "$data")" "$data" 2>/dev/null; done | awk -v least="$least" '
  /^File / { file = $2; gsub(/\047/, "", file); sub(/^(\.\.\/)+/, "", file) }
  /^Lines executed:/ && file != "" {
    split($2, part, ":"); share = part[2] + 0; lines = $NF
    if (file ~ /^(runtime|compiler|stdlib|tools)\// && file !~ /\/(parser|lexer)\.[cly]$/ && (!(file in all) || share > best[file])) { best[file] = share; all[file] = lines }
    file = ""
  }
  END {
    for (f in all) { d = f; sub(/\/[^\/]*$/, "", d); reached[d] += best[f] / 100 * all[f]; sum[d] += all[f] }
    for (d in sum) { p = 100 * reached[d] / sum[d]; printf "%6.1f %%  %s (%d lines)%s\n", p, d, sum[d], p < least ? "  below " least " %" : ""; bad += p < least }
    exit bad > 0
  }' >coverage.txt
status=$?
sort -k3 coverage.txt
exit $status
