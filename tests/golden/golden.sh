#!/bin/sh
# Runs the golden cases. In `make check` without arguments; by hand:
#   ./dev golden [--bless] [--keep] [--matrix FILE] [FILTER…]
: "${top_srcdir:=.}" "${top_builddir:=build}"
: "${PEL:=$top_builddir/pel}"
: "${GOLDEN_JOBS:=$(nproc 2>/dev/null || echo 2)}"
export top_srcdir top_builddir PEL GOLDEN_JOBS
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
