#!/bin/sh
# The invariance matrix: every run test under sets of flags that must not change its bytes. In `make check` each two
# values of different axes meet once; `full.sh` (./dev matrix) goes through them all.
: "${top_srcdir:=.}" "${top_builddir:=build}" "${mode:=pairwise}"
export top_srcdir top_builddir
sets=$(mktemp "${TMPDIR:-/var/tmp}/pel-matrix.XXXXXX") || exit 99
trap 'rm -f "$sets"' EXIT
awk -v mode="$mode" -f "$top_srcdir/tests/matrix/sets.awk" "$top_srcdir/tests/matrix/axes.tbl" >"$sets"
[ "$(wc -l <"$sets")" -ge 12 ] || { echo 'Bail out! too few sets of flags'; exit 99; }
"$top_srcdir/tests/golden/golden.sh" --matrix "$sets" "$@"
