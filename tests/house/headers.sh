#!/bin/sh
# Every header compiles alone and twice, as C17; the public ones also as C++.
. "${top_srcdir:-.}/tests/house/lib.sh"

check() { # TREE COMPILER… : headers on standard input
  tree=$1
  shift
  while read -r header; do
    printf '#include "%s"\n#include "%s"\n' "${header#include/}" "${header#include/}" >"$house_tmp/alone.c"
    # shellcheck disable=SC2086
    "$@" -fsyntax-only -Wall -Wextra -Werror -I"$tree/include" -I"$tree" -I"$top_builddir" $PEL_CPPFLAGS "$house_tmp/alone.c" \
      >"$house_tmp/said" 2>&1 || { echo "$header:"; head -n 5 "$house_tmp/said"; }
  done
}

clean 'every header compiles alone' "$(cd "$house" && sources '*.h' | check . $CC -std=c17 -x c)"
if command -v g++ >/dev/null; then
  clean 'every public header compiles as C++' "$(cd "$house" && find include -name '*.h' | sort | check . g++ -std=c++17 -x c++)"
else
  skipped 'every public header compiles as C++' 'no g++'
fi

plant runtime/base/needy.h <<'X'
#ifndef NEEDY_H
#define NEEDY_H
size_t needy(void);
#endif
X
plant runtime/base/twice.h <<'X'
struct twice { int x; };
X
seen=$(cd "$house_tmp/tree" && sources '*.h' | check . $CC -std=c17 -x c)
found 'catches a header that needs another' 'needy.h' "$seen"
found 'catches a header without a guard' 'twice.h' "$seen"
finish
