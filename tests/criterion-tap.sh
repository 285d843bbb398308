#!/bin/sh
# Runs one Criterion program and passes on its TAP. Fails what Criterion lets pass: an empty plan (the linker
# dropped the tests) and a sanitizer's report (a leak is found after the test has said ok).
dir=$(mktemp -d "${TMPDIR:-/var/tmp}/criterion.XXXXXX") || exit 99
trap 'rm -rf "$dir"' EXIT
ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}log_path=$dir/report"
TSAN_OPTIONS="${TSAN_OPTIONS:+$TSAN_OPTIONS:}log_path=$dir/report"
UBSAN_OPTIONS="${UBSAN_OPTIONS:+$UBSAN_OPTIONS:}print_stacktrace=1:log_path=$dir/report"
export ASAN_OPTIONS TSAN_OPTIONS UBSAN_OPTIONS
"$@" -j1 --quiet --tap="$dir/tap" >&2
status=$?
[ -s "$dir/tap" ] || { echo 'Bail out! the program died before it wrote a result'; exit 99; }
cat "$dir/tap"
grep -q '^1\.\.[1-9]' "$dir/tap" || { echo 'Bail out! no tests in the program'; exit 99; }
for report in "$dir"/report*; do
  [ -s "$report" ] || continue
  sed 's/^/# /' "$report"
  echo 'Bail out! a sanitizer reported'
  exit 99
done
exit "$status"
