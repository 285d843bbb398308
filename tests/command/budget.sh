#!/bin/sh
# A budget of memory that is too small: the message names it and what to do; spilling leaves nothing behind.
. "${top_srcdir:-.}/tests/house/lib.sh"
. "$house/tests/command/lib.sh"

mixed 300000 >mixed.csv
mkdir spill
cat >sort.pel <<'PEL'
let t: [n]{ k: i64, a: i64 } = read("mixed.csv")
out sorted = t |> sort(.k) |> write("sorted.csv")
PEL
cat >group.pel <<'PEL'
let t: [n]{ k: i64, a: i64 } = read("mixed.csv")
out keys = t |> group(.k) |> select(.k, n: len(.rows)) |> len()
PEL

"$PEL" run sort.pel --memory 12MiB --spill spill --stats=json 2>stats
same 'a sort beyond its budget succeeds' 0 "$?"
found 'by spilling' 'yes' "$(grep -q '"spilled": *0[,}]' stats || echo yes)"
same 'it leaves nothing in the folder' '' "$(ls -A spill)"
same 'and gives every row in order' "$(sed 1d mixed.csv | sort -t, -k1,1n -k2,2n | cksum)" "$(sed 1d sorted.csv | cksum)"

"$PEL" run group.pel --workers 2 --memory 2MiB --spill spill >said 2>&1
same 'too little for groups: exit code 3' 3 "$?"
found 'the budget is named' 'the budget of 2MiB is used up, and at least ' "$(cat said)"
found 'and what to do' 'give more with --memory, or use fewer --workers' "$(cat said)"
same 'nothing is left in the folder' '' "$(ls -A spill)"

# The least that is named is true: with less than that the same message comes.
for least in 1kB 10KiB 40KiB 100KiB; do
  "$PEL" run group.pel --workers 1 --memory "$least" >said 2>&1
  same "$least: exit code 3" 3 "$?"
  found "$least: what is needed is named" 'needed to go on: give more with --memory' "$(cat said)"
done
"$PEL" run sort.pel --memory 12MiB --spill nowhere >said 2>&1
same 'a folder for spilling that is not there: exit code 3' 3 "$?"
found 'is named' 'nowhere' "$(cat said)"

for wrong in '' 0 -5 abc 1e3 0x10 nan inf 1. .5MB '5 MB' ' 5MB' 10XB 64mib 0.1B 99999999TB 18446744073709551616; do
  "$PEL" run --memory "$wrong" -e 'out a = 1' >said 2>&1
  same "--memory '$wrong': exit code 2" 2 "$?"
  found "--memory '$wrong' is told so" 'pel: --memory ' "$(cat said)"
done
for right in 1000000 1000000B 64MiB 1.5GiB 200kB 2MB 1GB 1TB 300KiB 1TiB; do
  same "--memory $right" 1 "$("$PEL" run --memory "$right" -e 'out a = 1' 2>&1)"
done
finish
