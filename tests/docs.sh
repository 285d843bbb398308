#!/bin/sh
# Code blocks of the documents are tests. What stands behind the fence's language says how:
#   ```pel            must pass `pel check`        ```pel run     is run; a ```text block right behind it is its output
#   ```pel fragment   is only read by people       ```pel error   must draw a diagnostic
. "${top_srcdir:-.}/tests/house/lib.sh"

# Each block becomes $house_tmp/blocks/NNN.pel with its kind in NNN.kind, its place in NNN.at and its output in NNN.out.
extract() { # OUT FILE…
  out=$1
  shift
  mkdir -p "$out"
  awk -v out="$out" '
    FNR == 1 { n = ""; in_block = 0; last = "" }
    !in_block && /^```pel/ {
      count++; n = sprintf("%s/%03d", out, count); kind = $2 == "" ? "check" : $2
      print kind >(n ".kind"); print FILENAME ":" FNR >(n ".at"); printf "" >(n ".pel")
      in_block = 1; target = n ".pel"; last = kind; next
    }
    !in_block && /^```text/ && last == "run" { in_block = 1; target = n ".out"; printf "" >target; last = ""; next }
    !in_block && /^```/ { in_block = 1; target = "/dev/null"; last = ""; next }
    in_block && /^```/ { in_block = 0; close(target); next }
    in_block { print >target; next }
    /[^ ]/ { last = "" }' "$@"
}

try_block() { # NNN: prints what is wrong with it
  kind=$(cat "$1.kind")
  case $kind in
    fragment) ;;
    check) (cd "$house" && "$PEL" check "$1.pel" 2>&1) && return ;;
    error) (cd "$house" && "$PEL" check "$1.pel" >/dev/null 2>&1) && echo 'draws no diagnostic' ;;
    run)
      (cd "$house" && "$PEL" run "$1.pel") >"$1.came" 2>&1 || { echo 'fails:'; cat "$1.came"; return; }
      if [ -e "$1.out" ]; then diff "$1.out" "$1.came"; fi
      ;;
    *) echo "unknown kind of block: $kind" ;;
  esac
}

[ -x "$PEL" ] || { echo '1..0 # SKIP no pel in this build'; exit; }
if [ -e "$top_builddir/stdlib/operators.md" ]; then
  clean 'docs/OPERATORS.md is what the operators say' "$(diff "$house/docs/OPERATORS.md" "$top_builddir/stdlib/operators.md" 2>&1)"
fi
extract "$house_tmp/blocks" "$house"/README.md "$house"/docs/*.md
for at in "$house_tmp"/blocks/*.at; do
  [ -e "$at" ] || continue
  clean "$(sed "s|^$house/||" "$at") $(cat "${at%.at}.kind")" "$(try_block "${at%.at}")"
done

printf '# t\n```pel\nout x = = 1\n```\n```pel run\nout x = 1\n```\n\n```text\nwrong\n```\n' >"$house_tmp/planted.md"
extract "$house_tmp/planted" "$house_tmp/planted.md"
found 'catches a program that does not compile' 'error' "$(try_block "$house_tmp/planted/001")"
found 'catches output that differs' 'wrong' "$(try_block "$house_tmp/planted/002")"
finish
