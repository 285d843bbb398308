#!/bin/sh
# More failing cells than are kept with their texts: `try` selects on them all the same, with any number of workers,
# within bounded memory, and one that is needed after all names its row.
. "${top_srcdir:-.}/tests/house/lib.sh"
. "$house/tests/command/lib.sh"

awk 'BEGIN { print "a,b"; for (i = 0; i < 600000; i++) print i "," 0 }' >zero.csv
cat >tried.pel <<'PEL'
let t: [*]{ a: i64, b: i64 } = read("zero.csv")
out x = t |> select(x: try div(.a, .b) else 7) |> group() |> select(s: sum(.x), n: len(.x))
PEL
cat >needed.pel <<'PEL'
let t: [*]{ a: i64, b: i64 } = read("zero.csv")
let both = t |> select(.a, x: try div(.a, .b) else 7, y: div(.a, .b))
out all = both |> select(n: .x) |> group() |> select(n: sum(.n))
out x = both |> filter(.a > 590000) |> filter(.y > 0)
PEL
for workers in 1 2 8; do
  same "tried, $workers workers" "$(printf 's,n\n4200000,600000')" "$("$PEL" run --workers $workers --format csv tried.pel 2>&1)"
  "$PEL" run --workers $workers --memory 192MiB needed.pel >said 2>&1
  same "needed, $workers workers: exit code" 3 "$?"
  found "needed, $workers workers: its place" 'row 590002: ' "$(sed 's/`zero.csv`:590003: /row 590002: /' said)"
done
finish
