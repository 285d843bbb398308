#!/bin/sh
# Runs the golden cases. In `make check` without arguments; by hand:
#   ./dev golden [--bless] [--keep] [--matrix FILE] [FILTER…]
: "${top_srcdir:=.}" "${top_builddir:=build}"
: "${PEL:=$top_builddir/pel}"
: "${GOLDEN_JOBS:=$(nproc 2>/dev/null || echo 2)}"
export top_srcdir top_builddir PEL GOLDEN_JOBS
# A sanitizer's report must not look like PEL's own exit codes.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}exitcode=99" UBSAN_OPTIONS="${UBSAN_OPTIONS:+$UBSAN_OPTIONS:}exitcode=99" \
  TSAN_OPTIONS="${TSAN_OPTIONS:+$TSAN_OPTIONS:}exitcode=99"
# An option of golden's own stands before the folder, a filter behind it.
options=
while :; do
  case ${1:-} in
    --bless | --keep) options="$options $1"; shift ;;
    --matrix) options="$options $1 $2"; shift 2 ;;
    *) break ;;
  esac
done
# shellcheck disable=SC2086
exec "$top_builddir/tests/golden/golden" $options "${GOLDEN_DIR:-$top_srcdir/tests/golden}" "$@"
