#!/bin/sh
# docs/STATUS.md names only tests that exist. Its third column holds paths in `…`, or `path::name` for a test inside a
# file; — means none. And it lists what is parsed, but comes later.
. "${top_srcdir:-.}/tests/house/lib.sh"

check() { # TREE
  (cd "$1" && awk -F '|' '/^\|/ && NF >= 5 { print FNR "\t" $4 }' docs/STATUS.md | while IFS='	' read -r line cell; do
    printf '%s\n' "$cell" | grep -o '`[^`]*`' | tr -d '`' | while read -r name; do
      file=${name%%::*}
      # shellcheck disable=SC2086
      set -- $file
      if [ ! -e "$1" ]; then
        echo "docs/STATUS.md:$line: $name does not exist"
      elif [ "$name" != "$file" ] && ! grep -rqF "${name#*::}" "$1"; then
        echo "docs/STATUS.md:$line: $file has no ${name#*::}"
      fi
    done
  done)
}

clean 'STATUS names tests that exist' "$(check "$house")"
# Every diagnostic of what comes later stands there: all of E09 but a program's size and a bug of the compiler's.
unlisted() { # TREE
  grep -o 'PEL_CODE(E09[0-9][0-9]' "$1/compiler/diag/codes.def" | cut -c10- | grep -v -e E0956 -e E0999 |
    while read -r code; do
      grep -q "later ($code" "$1/docs/STATUS.md" || echo "docs/STATUS.md: $code is not listed"
    done
}
clean 'STATUS lists what is parsed, but later' "$(unlisted "$house")"

clean 'STATUS says "works" only with a test' "$(awk -F '|' '/^\|/ && $3 ~ /^ *works/ && $4 !~ /`/ { print "docs/STATUS.md:" FNR ":" $2 }' "$house/docs/STATUS.md")"

plant docs/STATUS.md <<'X'
| line | state | test | figure |
|---|---|---|---|
| a | works | `tests/nowhere.sh` | |
| b | works | `tests/here.c::absent` | |
| c | works | `tests/here.c::present` | |
X
echo 'Test(x, present)' | plant tests/here.c
echo 'PEL_CODE(E0901, "variants", "")' | plant compiler/diag/codes.def
found 'catches a code that is not listed' 'E0901 is not listed' "$(unlisted "$house_tmp/tree")"
seen=$(check "$house_tmp/tree")
found 'catches a test that is not there' 'tests/nowhere.sh does not exist' "$seen"
found 'catches a name that is not in the file' 'has no absent' "$seen"
clean 'finds a name that is' "$(printf '%s\n' "$seen" | grep present)"
finish
