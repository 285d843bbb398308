#!/bin/sh
# Ctrl-C and closed outputs: what docs/CLI.md says of exit codes, and that nothing half-written is left.
. "${top_srcdir:-.}/tests/house/lib.sh"
. "$house/tests/command/lib.sh"

pairs >pairs.csv
mkdir out spill
echo 'the old one' >out/big.csv
cat >long.pel <<'PEL'
let t: [n]{ k: i64, a: i64 } = read("pairs.csv")
out big = t |> join(t |> rename(b: .a), on: .k) |> write("out/big.csv")
PEL
"$PEL" run long.pel --spill spill >said 2>&1 &
pid=$!
code=$(sleep 0.6; kill -INT "$pid"; clock_ms)
wait "$pid"
same 'SIGINT while it works: exit code 130' 130 "$?"
took=$(($(clock_ms) - code))
clean 'it ends soon' "$([ "$took" -lt 3000 ] || echo "after $took ms")"
same 'the old output stands' 'the old one' "$(cat out/big.csv)"
same 'nothing lies beside it' 'big.csv' "$(ls -A out)"
same 'one line says so' 'pel: interrupted' "$(cat said)"

cat >stdin.pel <<'PEL'
let t: [n]{ k: i64, a: i64 } = read("-", format: csv)
out n = len(t)
PEL
mkfifo never
exec 3<>never
printf 'k,a\n1,2\n' >&3
"$PEL" run stdin.pel <never >said 2>&1 &
pid=$!
sleep 0.4
kill -INT "$pid"
wait "$pid"
same 'SIGINT while it waits for a pipe that never ends: exit code 130' 130 "$?"
same 'and the same line' 'pel: interrupted' "$(cat said)"
exec 3>&-

mixed 300000 >mixed.csv
cat >sort.pel <<'PEL'
let t: [n]{ k: i64, a: i64 } = read("mixed.csv")
out sorted = t |> sort(.k) |> join(t |> rename(b: .a), on: .k) |> sort(.b, .k) |> write("out/sorted.csv")
PEL
for wait in 0.05 0.1 0.2 0.3; do
  "$PEL" run sort.pel --memory 24MiB --spill spill >said 2>&1 &
  pid=$!
  sleep "$wait"
  kill -INT "$pid" 2>/dev/null
  wait "$pid"
  code=$?
  clean "SIGINT after $wait s: 130, or it was done" "$(case $code in 0 | 3 | 130) ;; *) echo "$code"; cat said ;; esac)"
  same "and the folder for spilling is empty" '' "$(ls -A spill)"
done

# Results that nobody reads, or that cannot be written.
cat >rows.pel <<'PEL'
let t: [n]{ k: i64, a: i64 } = read("mixed.csv")
out rows = t
PEL
first=$({ "$PEL" run rows.pel --format csv 2>said; echo "$?" >code; } | head -1)
same 'head gets its line' 'k,a' "$first"
same 'and SIGPIPE ends the command' 141 "$(cat code)"
same 'quietly' '' "$(cat said)"
"$PEL" run rows.pel --format csv >/dev/full 2>said
same 'no room on stdout: exit code 3' 3 "$?"
same 'with a line' 'error: standard output could not be written' "$(cat said)"
"$PEL" run rows.pel --format csv 2>said >&-
same 'no stdout: exit code 3' 3 "$?"
finish
