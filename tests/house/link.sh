#!/bin/sh
# Calls go down: each floor links as a shared object against lower floors only, with -z defs. Catches a call without an
# include.
. "${top_srcdir:-.}/tests/house/lib.sh"
table=$house/tests/house/floors.tbl
libs=$top_builddir/.libs

below() { # LIBRARY: the libraries it may call, upper floors first; its own folder's others too
  awk -v lib="$1" '
    /^#/ || NF < 5 || $5 == "-" { next }
    { n++; floor[n] = $1; group[n] = $2; step[n] = $3; folder[n] = $4; libs[n] = $5
      if (("," $5 ",") ~ ("," lib ",")) me = n }
    END {
      for (i = n; i > 0; i--)
        if (i == me || floor[i] + 0 < floor[me] + 0 || (floor[i] == floor[me] && group[i] == group[me] && step[i] + 0 < step[me] + 0)) {
          k = split(libs[i], l, ",")
          for (j = 1; j <= k; j++) if (l[j] != lib) print l[j]
        }
    }' "$table"
}

link() { # ARCHIVE LOWER…: the linker's complaints
  whole=$1
  shift
  # shellcheck disable=SC2086
  $CC -shared -pthread -o "$house_tmp/floor.so" -Wl,-z,defs -Wl,--whole-archive "$whole" -Wl,--no-whole-archive "$@" \
    $PEL_OUTSIDE $LIBS 2>&1 | grep -E 'undefined reference|error|multiple definition' | sed 's/.*\(undefined reference\)/\1/' | sort -u
}

for la in $PEL_FLOORS; do
  lib=${la%.la}
  grep -qE "[ ,]$lib(,|\$)" "$table" || { clean "$lib stands in floors.tbl" "$lib: add it to tests/house/floors.tbl"; continue; }
  lower=
  for name in $(below "$lib"); do
    if [ -e "$libs/$name.a" ]; then lower="$lower $libs/$name.a"; fi
  done
  # shellcheck disable=SC2086
  clean "$lib calls only what is below it" "$(link "$libs/$lib.a" $lower)"
done

cat >"$house_tmp/up.c" <<'X'
void pel__planted_above(void);
void pel__planted(void);
void pel__planted(void) { pel__planted_above(); }
X
$CC -fPIC -c "$house_tmp/up.c" -o "$house_tmp/up.o" && ar rc "$house_tmp/up.a" "$house_tmp/up.o"
found 'catches a call upwards' 'pel__planted_above' "$(link "$house_tmp/up.a" "$libs/libpelbase.a")"
found 'knows what is below the engine' 'libpelsched' "$(below libpelengine)"
clean 'does not put the compiler below the engine' "$(below libpelengine | grep -E 'syntax|sema|api')"
finish
