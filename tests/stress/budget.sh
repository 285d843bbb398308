#!/bin/sh
# Every memory budget, from too small for anything to ample: a run gives the bytes it gives with all the memory there
# is, or exits with 3, says that the budget is used up, and leaves nothing behind. It never crashes.
: "${top_srcdir:=.}" "${top_builddir:=build}"
top_builddir=$(cd "$top_builddir" && pwd) || exit 99
pel=$top_builddir/pel
dir=$(mktemp -d "${TMPDIR:-/var/tmp}/pel-budget.XXXXXX") || exit 99
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 99
mkdir spill
awk 'BEGIN { srand(7); print "id,k,name,v"; for (i = 0; i < 30000; i++) printf "%d,%d,name %d of many,%.6f\n", i, i * 7919 % 4001, rand() * 900, rand() }' >t.csv
read='let t = read("t.csv") as [*]{ id: i64, k: i64, name: str, v: f64 }'
cat >group.pel <<END
$read
out g = t |> group(.k) |> select(.k, n: len(.rows), s: sum(.v), names: min(.name)) |> sort(.k) |> write("out.csv")
END
cat >sort.pel <<END
$read
out s = t |> sort(.name, -.v) |> write("out.csv")
END
cat >join.pel <<END
$read
let totals = t |> group(.k) |> select(.k, s: sum(.v))
out j = t |> filter(.id % 3 == 0) |> join(totals, on: .k) |> distinct(.name, .k) |> write("out.csv")
END
cat >lists.pel <<END
$read
let named = t |> group(.name)
out l = named |> select(.name, longest: max([r.v * 2.0 for r in .rows if r.k > 5], empty: 0.0), n: len(.k)) |> write("out.csv")
END
cat >filter.pel <<END
$read
out f = t |> derive(w: .v * 2.0, up: upper(.name)) |> filter(.w > 0.25) |> write("out.csv")
END

count=0 bad=0
result() { # ok|not TITLE
  count=$((count + 1))
  [ "$1" = ok ] || { bad=$((bad + 1)); }
  echo "$([ "$1" = ok ] || echo 'not ')ok $count - $2"
}

try() { # PROGRAM WORKERS BYTES: what is wrong, or nothing; counts refusals and results
  rm -f out.csv
  timeout 60 "$pel" run --workers "$2" --memory "$3" --spill spill "$1.pel" >stdout 2>stderr
  status=$?
  case $status in
    0) cmp -s out.csv "$1.csv" || echo "$2 workers, $3 bytes: other results"; echo . >>"$1.given" ;;
    3) [ ! -e out.csv ] || echo "$2 workers, $3 bytes: a failed run left a file"
      grep -q 'the budget of .* is used up' stderr || { echo "$2 workers, $3 bytes: another message:"; head -n 3 stderr; }
      echo . >>"$1.refused" ;;
    *) echo "$2 workers, $3 bytes: exit $status"; head -n 3 stderr ;;
  esac
  [ -z "$(ls spill)" ] || echo "$2 workers, $3 bytes: something is left in the spill folder"
}

steps=${PEL_BUDGET_STEPS:-24}
for program in group sort join lists filter; do
  "$pel" run "$program.pel" >/dev/null 2>stderr && mv out.csv "$program.csv" || { result not "$program runs"; cat stderr; continue; }
  awk -v n="$steps" 'BEGIN { for (i = 0; i <= n; i++) printf "%d\n", 50000 * exp(log(1000) * i / n) }' >budgets
  wrong=$(while read -r bytes; do for workers in 1 4; do try "$program" "$workers" "$bytes"; done; done <budgets)
  if [ "$wrong" ]; then result not "$program"; echo "$wrong" | sed 's/^/# /'; else result ok "$program, under any budget"; fi
  if [ -s "$program.given" ] && [ -s "$program.refused" ]; then result ok "$program: some budgets do, some do not"; else result not "$program: some budgets do, some do not"; fi
done
echo "1..$count"
[ "$bad" = 0 ]
