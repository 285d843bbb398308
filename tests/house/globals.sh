#!/bin/sh
# No mutable globals: no object of any floor has a symbol in .data, .bss or thread-local storage.
. "${top_srcdir:-.}/tests/house/lib.sh"

check() { # OBJECT|ARCHIVE…
  objdump -t "$@" 2>/dev/null | awk '
    /file format/ { file = $1; sub(/:$/, "", file) }
    {
      section = ""
      for (i = 1; i <= NF; i++) if ($i ~ /^(\.data|\.bss|\.tdata|\.tbss|\*COM\*)/) section = $i
      if (section == "" || section ~ /^\.data\.rel\.ro/ || $0 ~ / d  /) next
      if ($(NF - 1) !~ /[1-9a-f]/) next # no bytes
      print file ": " $NF " in " section
    }'
}

# shellcheck disable=SC2046
clean 'nothing mutable outlives a context' "$(check $(for la in $PEL_FLOORS; do echo "$top_builddir/.libs/${la%.la}.a"; done; find "$top_builddir/tools" -name '*.o' ! -name signals.o 2>/dev/null))" # a signal handler has nothing else

cat >"$house_tmp/planted.c" <<'X'
static int counter;
int given = 7;
_Thread_local int mine;
const char *const names[] = {"a", "b"};
const int table[] = {1, 2};
int next(void);
int next(void) { static long calls; return ++counter + (int)++calls; }
X
$CC -fPIC -c "$house_tmp/planted.c" -o "$house_tmp/planted.o"
seen=$(check "$house_tmp/planted.o")
found 'catches a static' 'counter in .bss' "$seen"
found 'catches an initialised global' 'given in .data' "$seen"
found 'catches a thread-local' 'mine in .tbss' "$seen"
found 'catches a static inside a function' 'calls' "$seen"
clean 'lets constants be' "$(printf '%s\n' "$seen" | grep -E 'names|table')"
finish
