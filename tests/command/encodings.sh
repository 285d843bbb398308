#!/bin/sh
# Files that are not UTF-8 text: whoever looks for their columns is told what they are, at compile time, and what to do.
. "${top_srcdir:-.}/tests/house/lib.sh"
. "$house/tests/command/lib.sh"

refused() { # TITLE EXIT WORDS COMMAND…: that exit code, these words, and nothing on stdout
  title=$1 code=$2 wanted=$3
  shift 3
  "$PEL" "$@" >printed 2>said
  same "$title: exit code" "$code" "$?"
  found "$title: says why" "$wanted" "$(cat said)"
  same "$title: prints nothing" '' "$(cat printed)"
}

printf '\377\376i\000d\000\n\0001\000\n\000' >little.csv
printf '\376\377\000i\000d\000\n\0001\000\n' >big.csv
printf 'id,caf\351\n1,x\n2,y\n' >latin.csv
printf 'id,a\000b\n1,2\n' >nul.csv
typed='let t = read("FILE") as [*]{ id: i64 }
out n = len(t)'

for file in little big; do
  words="\`$file.csv\` is UTF-16, and text is UTF-8: convert it, such as with \`iconv -f UTF-16 -t UTF-8\`"
  refused "$file.csv, its schema" 3 "$words" schema "$file.csv"
  refused "$file.csv, sampled" 1 "error[E0608]: $words" run -e "out t = read(\"$file.csv\")"
  refused "$file.csv, typed" 3 "$words" run -e "$(echo "$typed" | sed "s/FILE/$file.csv/")"
done

words='`latin.csv`: the name of column 2 is not valid UTF-8 (byte 0xE9)'
refused 'latin.csv, its schema' 3 "$words" schema latin.csv
refused 'latin.csv, sampled' 1 "error[E0608]: $words" run -e 'out t = read("latin.csv") |> select(.id)'
same 'latin.csv, its other columns' 2 "$("$PEL" run -e "$(echo "$typed" | sed 's/FILE/latin.csv/')" 2>&1)"

words='`nul.csv`:1: the name of column 2 has a NUL byte in it: is this a text file?'
refused 'nul.csv, its schema' 3 "$words" schema nul.csv
refused 'nul.csv, sampled' 1 "error[E0608]: $words" run -e 'out t = read("nul.csv")'
refused 'nul.csv, typed' 3 "$words" run -e "$(echo "$typed" | sed 's/FILE/nul.csv/')"

finish
