#!/bin/sh
# What libpel.so shows is what tests/house/exports.txt lists.   To change it, edit the list: it is the review of an ABI change.
. "${top_srcdir:-.}/tests/house/lib.sh"
list=$house/tests/house/exports.txt

exported() { $NM -D --defined-only "$1" | awk '{ print $NF }' | LC_ALL=C sort; } # OBJECT

differences() { # LIST OBJECT
  exported "$2" >"$house_tmp/now"
  LC_ALL=C comm -3 "$1" "$house_tmp/now" | awk -F '\t' '
    $1 != "" { print $1 ": listed, no longer exported" }
    $1 == "" { print $2 ": exported, not listed (internal: drop PEL_API; public: list it)" }'
}

clean 'exports are the listed ones' "$(differences "$list" "$top_builddir/.libs/libpel.so")"
clean 'exports are named pel_, never pel__' "$(grep -vE '^pel_[a-z0-9]' "$list")"

echo 'int pel_planted(void); int pel_planted(void) { return 1; }' >"$house_tmp/x.c"
$CC -shared -fPIC "$house_tmp/x.c" -o "$house_tmp/x.so"
found 'catches a new export' 'pel_planted: exported' "$(differences "$list" "$house_tmp/x.so")"
found 'catches a lost export' 'pel_error_set: listed' "$(differences "$list" "$house_tmp/x.so")"
finish
