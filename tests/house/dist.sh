#!/bin/sh
# `make dist` takes every file that git knows: a header that no local.mk names would be missing only for others.
. "${top_srcdir:-.}/tests/house/lib.sh"

# Files on standard input that are neither in the list nor in a folder of it; READMEs and their like go by the dist-hook.
check() { # LIST OF FILES AND FOLDERS, one per line
  awk -v list="$1" '
    BEGIN { while ((getline name < list) > 0) taken[name] = 1 }
    /\.md$/ || /(^|\/)\.gitignore$/ { next }
    { for (at = $0; at != ""; at = at ~ /\// ? substr(at, 1, match(at, /\/[^\/]*$/) - 1) : "") if (at in taken) next; print }'
}

make -s -C "$top_builddir" print-dist | tr ' ' '\n' | sed 's|^\./||; s|^\.\./||; s|^\$(srcdir)/||' >"$house_tmp/list"
if [ -e "$house/.git" ] && git -C "$house" rev-parse >/dev/null 2>&1; then
  clean 'make dist takes every file' "$(git -C "$house" ls-files | check "$house_tmp/list")"
else
  skipped 'make dist takes every file' 'not a checkout'
fi

printf 'runtime/base/map.h\ntests/golden/run\n' >"$house_tmp/list"
found 'catches a file that no list names' 'runtime/base/other.h' "$(echo runtime/base/other.h | check "$house_tmp/list")"
clean 'lets what a list names be' "$(echo runtime/base/map.h | check "$house_tmp/list")"
clean 'lets what lies in a folder of a list be' "$(echo tests/golden/run/sub/a.pel | check "$house_tmp/list")"
finish
