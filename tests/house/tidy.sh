#!/bin/sh
# Every C folder has a README that names each file; files stay short; no paths of one machine; no unfinished work.
. "${top_srcdir:-.}/tests/house/lib.sh"

unlisted() { # TREE
  (cd "$1" && { sources '*.[chly]' '*.def' '*.awk'; find bench tests -name '*.[ch]' 2>/dev/null; } | while read -r file; do
    readme=$(dirname "$file")/README.md
    if [ ! -e "$readme" ]; then echo "$readme: missing"; continue; fi
    grep -qF "$(basename "$file")" "$readme" || echo "$readme: has no line for $(basename "$file")"
  done | sort -u)
}

long() { # TREE
  (cd "$1" && { sources '*.[chl]' '*.sh' '*.awk'; find tests bench -name '*.[ch]' 2>/dev/null; } | xargs -r wc -l | awk '$1 > 800 && $2 != "total" { print $2 ": " $1 " lines; split it" }')
}

wide() { # TREE: what .clang-format would break; a character of two bytes is one
  (cd "$1" && { sources '*.[ch]'; find tests bench examples -name '*.[ch]' 2>/dev/null; } | sort -u | xargs -r awk '
    length > 90 { line = $0; gsub(/[\200-\277]/, "", line); if (length(line) > 90) print FILENAME ":" FNR ": wider than 90 columns" }')
}

# The words are put together so that this file does not find itself.
personal() { # TREE
  (cd "$1" && grep -rnIE "(^|[^A-Za-z0-9_.])/(w[o]rk|r[o]ot|h[o]me)/[a-zA-Z]" --include='*.[chlyp]*' --include='*.md' --include='*.mk' --include='*.am' \
    --include='*.ac' --include='*.sh' --include=dev include runtime compiler stdlib tools tests docs examples bench configure.ac Makefile.am dev README.md 2>/dev/null)
}

unfinished() { # TREE
  (cd "$1" && { sources '*.[chly]' '*.def' '*.awk'; } | xargs -r grep -nE '(^|[^A-Za-z])(T[O]DO|F[I]XME|X[X]X|H[A]CK)([^A-Za-z]|$)')
}

clean 'every file has its line in a README' "$(unlisted "$house")"
clean 'no file is longer than 800 lines' "$(long "$house")"
clean 'no line of C is wider than 90 columns' "$(wide "$house")"
clean 'no path of one machine' "$(personal "$house")"
clean 'no unfinished work' "$(unfinished "$house")"

echo 'int x;' | plant runtime/base/lost.c
echo 'nothing' | plant runtime/base/README.md
echo 'int y;' | plant runtime/sys/bare.c
awk 'BEGIN { for (i = 0; i < 801; i++) print "int x" i ";" }' | plant runtime/sys/endless.c
awk 'BEGIN { printf "//"; while (i++ < 89) printf "x"; print "" }' | plant runtime/sys/wide.c
printf '// /%s/someone/pel\n' home | plant runtime/base/mine.c
printf '// %s later\n' TO''DO | plant runtime/base/later.c
found 'catches a file without a line' 'lost.c' "$(unlisted "$house_tmp/tree")"
found 'catches a folder without a README' 'runtime/sys/README.md: missing' "$(unlisted "$house_tmp/tree")"
found 'catches a long file' 'endless.c: 801' "$(long "$house_tmp/tree")"
found 'catches a wide line' 'wide.c:1' "$(wide "$house_tmp/tree")"
found 'catches a path of one machine' 'mine.c:1' "$(personal "$house_tmp/tree")"
found 'catches unfinished work' 'later.c:1' "$(unfinished "$house_tmp/tree")"
finish
