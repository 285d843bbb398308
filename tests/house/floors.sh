#!/bin/sh
# Includes go down: every #include "…" against floors.tbl.
. "${top_srcdir:-.}/tests/house/lib.sh"
table=$(cd "$house" && pwd)/tests/house/floors.tbl

check() { # TREE
  (cd "$1" && sources '*.[chly]' '*.def' | awk -v table="$table" '
    BEGIN {
      while ((getline line < table) > 0) {
        if (line ~ /^#/ || split(line, f, " ") < 4) continue
        floor[f[4]] = f[1]; group[f[4]] = f[2]; step[f[4]] = f[3]
      }
    }
    function home(path) { # the longest folder of the table that holds path
      if (path ~ /^pel\//) path = "include/" path
      while (sub(/\/[^\/]*$/, "", path)) if (path in floor) return path
      return ""
    }
    function allowed(from, to) {
      if (from == to || floor[to] + 0 < floor[from] + 0) return 1
      return floor[to] == floor[from] && group[to] == group[from] && step[to] + 0 < step[from] + 0
    }
    {
      file = $0; from = home(file); n = 0
      if (from == "") { print file ": its folder is not in tests/house/floors.tbl"; next }
      while ((getline line < file) > 0) {
        n++
        if (!match(line, /^[ \t]*#[ \t]*include[ \t]*"[^"]+"/)) continue
        sub(/^[^"]*"/, "", line); sub(/".*/, "", line)
        if (line == "config.h") continue
        to = home(line)
        if (to == "") print file ":" n ": include \"" line "\" by its full path from the root"
        else if (!allowed(from, to)) print file ":" n ": " from " (floor " floor[from] ") may not include " line " (floor " floor[to] ")"
      }
      close(file)
    }')
}

clean 'includes only go down' "$(check "$house")"

plant runtime/base/up.c <<'X'
#include "runtime/sched/task.h"
X
plant stdlib/core/side.c <<'X'
#include "runtime/sched/task.h"
X
plant compiler/syntax/step.c <<'X'
#include "compiler/sema/types.h"
X
plant runtime/engine/meet.c <<'X'
#include "compiler/ir/ir.h"
X
plant runtime/sys/short.c <<'X'
#include "sys.h"
X
plant stdlib/core/fine.c <<'X'
#include "pel/op.h"
#include "runtime/vec/table.h"
#include "stdlib/table/keys.h"
X
seen=$(check "$house_tmp/tree")
found 'catches an include of a higher floor' 'runtime/base/up.c:1' "$seen"
found 'catches an include of a sibling' 'stdlib/core/side.c:1' "$seen"
found 'catches a later step of the compiler' 'compiler/syntax/step.c:1' "$seen"
found 'catches compiler and engine meeting' 'runtime/engine/meet.c:1' "$seen"
found 'catches an include that is no full path' 'runtime/sys/short.c:1' "$seen"
clean 'lets a downward include be' "$(printf '%s\n' "$seen" | grep fine.c)"
finish
