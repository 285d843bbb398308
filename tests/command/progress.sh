#!/bin/sh
# While a run goes on: a line every 10 s that says how far it is.
. "${top_srcdir:-.}/tests/house/lib.sh"
. "$house/tests/command/lib.sh"
cat >slow.pel <<'PEL'
let t: [n]{ k: i64 } = read("-", format: csv)
out n = len(t)
PEL
progress() { { printf 'k\n1\n2\n'; sleep 0.5; printf '3\n'; } | "$PEL" run slow.pel "$@" 2>said; }
same 'a run that takes long gives its result' 3 "$(progress --debug progress_ms=50)"
found 'and says how far it is' 'pel: 0 s, 0 rows and 0.0 MiB read, 0 of ' "$(cat said)"
same 'nothing else is said' '' "$(grep -v '^pel: [0-9]* s, [0-9]* rows and [0-9.]* MiB read, [0-9] of [0-9] parts done$' said)"
same 'more than once' yes "$([ "$(wc -l <said)" -ge 3 ] && echo yes)"
same 'a short one' 3 "$(progress)"
same 'says nothing' '' "$(cat said)"
same 'messages for programs' 3 "$(progress --debug progress_ms=50 --message-format json)"
same 'hold no such lines' '' "$(cat said)"
mixed 300000 >mixed.csv
cat >long.pel <<'PEL'
let t: [n]{ k: i64, a: i64 } = read("mixed.csv")
out n = t |> join(t |> rename(b: .a), on: .k) |> len()
PEL
"$PEL" run long.pel --debug progress_ms=1 >printed 2>said
same 'rows that are read are counted' yes "$(sed 's/.* s, \([0-9]*\) rows.*/\1/' said | awk '$1 > 1000 && $1 <= 600000 { n++ } END { if (n) print "yes" }')"
finish
