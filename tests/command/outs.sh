#!/bin/sh
# Where outs go: never two to one place, however it is spelled; standard output holds one that writes there itself.
. "${top_srcdir:-.}/tests/house/lib.sh"
. "$house/tests/command/lib.sh"

cat >two.pel <<'PEL'
let rows = [{ a: 1 }, { a: 2 }]
out x = rows |> write("x.csv")
out y = rows |> write("y.csv")
out n = 7
PEL

for flags in '--out x=- --out y=-' '--out x=- --out n' '--out x=- --out n --format json' '--out y=- --out n --format csv'; do
  # shellcheck disable=SC2086
  "$PEL" run two.pel $flags >printed 2>said
  same "$flags: exit code 2" 2 "$?"
  found "$flags: says why" '2 outs go to standard output' "$(cat said)"
  same "$flags: nothing is printed" '' "$(cat printed)"
done
same 'and nothing was written' '' "$(ls ./*.csv 2>/dev/null)"
same 'one alone is printed' 'a 1 2' "$("$PEL" run two.pel --out x=- | xargs)"
same 'beside one that goes to a file' 'a 1 2' "$("$PEL" run two.pel --out x=- --out y | xargs)"

mkdir -p sub
ln -s ../one.csv sub/link.csv
ln -s . here
alike() { # TITLE PATH PATH
  echo old >one.csv
  "$PEL" run two.pel --out x="$2" --out y="$3" --out n >printed 2>said
  same "$1: exit code 3" 3 "$?"
  same "$1: both are named" 2 "$(grep -c 'each needs a path of its own' said)"
  same "$1: the old file stands" old "$(cat one.csv)"
  same "$1: what is healthy is printed" 7 "$(xargs <printed)"
}
alike 'one path twice' one.csv one.csv
alike 'a dot before it' one.csv ./one.csv
alike 'the whole path' "$PWD/one.csv" one.csv
alike 'through a link to the folder' here/one.csv one.csv
alike 'through a link to the file' sub/link.csv one.csv
rm one.csv sub/link.csv
"$PEL" run two.pel --out x=new.csv --out y=sub/../new.csv >/dev/null 2>said
same 'a file that is not there yet: exit code 3' 3 "$?"
same 'and it is not made' '' "$(ls new.csv 2>/dev/null)"
mkfifo pipe.csv
exec 3<>pipe.csv
"$PEL" run two.pel --out x=pipe.csv --out y=./pipe.csv >/dev/null 2>said
same 'a pipe: exit code 3' 3 "$?"
echo end >&3
same 'and nothing came through it' end "$(head -1 <&3)"
exec 3>&-

printf 'a\n1\nx\n' >bad.csv
cat >skip.pel <<'PEL'
let t: [n]{ a: i64 } = read("bad.csv", on_error: skip)
out rows = t |> write("rows.csv")
out n = len(t)
PEL
"$PEL" run skip.pel --rejects ./rows.csv >printed 2>said
same 'an out and the rejected rows: exit code 3' 3 "$?"
found 'is told so' 'and so would the rejected rows' "$(cat said)"
found 'the rejected rows are there' 'x' "$(cat rows.csv)"
same 'and so is what is healthy' 1 "$(xargs <printed)"
"$PEL" run skip.pel --rejects - >printed 2>said
same 'rejected rows on standard output: exit code 2' 2 "$?"
same 'and no file of that name' '' "$(ls ./- 2>/dev/null)"

# The ending of a path says the format.
cat >forms.pel <<'PEL'
let rows = [{ a: 1, b: "p q" }, { a: 2, b: "r" }]
out plain = rows |> write("plain.csv")
out tabbed = rows |> write("tabbed.tsv")
PEL
tab=$(printf '\t')
"$PEL" run forms.pel --out plain=o.tsv --out tabbed=t.csv
same 'csv to .tsv' "a${tab}b 1${tab}p q 2${tab}r" "$(tr '\n' ' ' <o.tsv | sed 's/ $//')"
same 'tsv to .csv' 'a,b 1,p q 2,r' "$(tr '\n' ' ' <t.csv | sed 's/ $//')"
for path in o.json o.parquet o /dev/null; do
  "$PEL" run forms.pel --out plain="$path" >said 2>&1
  same "to $path: exit code 2" 2 "$?"
  found "to $path: says which endings there are" '(.csv, .tsv)' "$(cat said)"
done
finish
