#!/bin/sh
# How many lines of its targets, the files its first comment names, each harness reaches with its committed corpus; wants 85 %.
# Uses build-coverage (tests/coverage.sh makes it).
cd "$(dirname "$0")/../.." || exit 99
least=85 bad=0
mkdir -p build-coverage
[ -e build-coverage/Makefile ] || (cd build-coverage && ../configure --enable-coverage >configure.log 2>&1) || exit 1
make -s -C build-coverage Makefile >/dev/null 2>&1 # it may say that it is made anew
# shellcheck disable=SC2046
make -s -C build-coverage $(make -s -C build-coverage print-built) >/dev/null || exit 1
for program in $(make -s -C build-coverage print-fuzz); do
  name=${program##*/}
  make -s -j"$(nproc)" -C build-coverage "$program" >/dev/null || exit 1
  find build-coverage -name '*.gcda' -delete
  "build-coverage/$program" "tests/fuzz/corpus/$name" >/dev/null 2>&1 || { echo "$name: fails on its corpus"; bad=1; }
  targets=$(sed '/\*\//q' "tests/fuzz/$name.c" | sed -n '/target:/,$p' | grep -oE '(runtime|compiler|stdlib)/[a-z_/]+\.[cly]')
  [ "$targets" ] || { echo "$name: names no targets"; bad=1; }
  for target in $targets; do
    data=$(find "build-coverage/$(dirname "$target")" -name "*$(basename "${target%.*}").gcda" | head -n 1)
    share=$(gcov -n -o "$(dirname "$data")" "$data" 2>/dev/null | awk -v file="${target##*/}" '
      /^File / { mine = index($0, file) > 0 } mine && /^Lines executed:/ { sub(/.*:/, ""); sub(/%.*/, ""); print; exit }')
    echo "$name: ${share:-0} % of $target"
    awk -v s="${share:-0}" -v l=$least 'BEGIN { exit s + 0 < l }' || bad=1
  done
done
exit $bad
