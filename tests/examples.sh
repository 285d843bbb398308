#!/bin/sh
# The examples: each must pass its own tests, print what stands in examples/expected/NAME.txt, and give, as csv, what another
# tool gave (NAME.OUT.csv; its command stands in the program behind `//= OUT`, and is run again where that tool is installed).
# Runs in a copy of examples/: the native library is compiled there, and some programs write files.
. "${top_srcdir:-.}/tests/house/lib.sh"

expected=$house/examples/expected
tree=$house_tmp/tree
mkdir -p "$tree"
cp -R "$house/examples" "$tree/examples" && chmod -R u+w "$tree"

oracles() { # PROGRAM: "OUT" per line
  sed -n 's|^//= ||p' "$1"
}

oracle() { # PROGRAM OUT: its shell command
  awk -v out="$2" '/^\/\/= / { on = substr($0, 5) == out; next } on && /^\/\/\$ / { print substr($0, 5) }' "$1"
}

tool_missing() { # COMMAND: the first of its tools that is not here
  for tool in sqlite3 python3 awk sort; do
    if printf '%s\n' "$1" | grep -q "$tool" && ! command -v "$tool" >/dev/null; then echo "$tool" && return; fi
  done
}

run() { # PROGRAM OPTION…: in the tree, output and messages
  program=$1
  shift
  (cd "$tree" && "$PEL" run "$@" "examples/$program.pel" 2>&1)
}

as_csv() { # PROGRAM OUT
  case $2 in
    *.csv) run "$1" --out "${2%.csv}" >/dev/null; cat "$tree/$2" ;;
    *) (cd "$tree" && "$PEL" run --format csv --out "$2" "examples/$1.pel" 2>/dev/null) ;;
  esac
}

differs() { # FILE: how the input differs from it
  diff "$1" - 2>&1
}

try_oracle() { # PROGRAM OUT
  command=$(oracle "$expected/../$1.pel" "$2")
  missing=$(tool_missing "$command")
  if [ -n "$missing" ]; then
    skipped "$1, $2: another tool gives the same" "no $missing here"
  else
    clean "$1, $2: another tool gives the same" \
      "$(cd "$tree" && printf '%s\n' "$command" | sh 2>&1 | differs "$expected/$1.${2%.csv}.csv")"
  fi
}

if [ "${1:-}" = --bless ]; then # writes the texts (read the diff); the csv files come from the oracles
  "$CC" -O2 -shared -fPIC -o "$tree/examples/native/libgeo.so" "$tree/examples/native/geo.c" -lm || exit 1
  for file in "$house"/examples/*.pel; do
    name=$(basename "$file" .pel)
    run "$name" >"$expected/$name.txt"
    oracles "$file" | while read -r out; do
      (cd "$tree" && oracle "$file" "$out" | sh) >"$expected/$name.${out%.csv}.csv"
    done
  done
  exit
fi

if [ -x "$PEL" ]; then
  clean 'the native library compiles' \
    "$($CC -O2 -Wall -Wextra -shared -fPIC -o "$tree/examples/native/libgeo.so" "$tree/examples/native/geo.c" -lm 2>&1)"
fi
for file in "$house"/examples/*.pel; do
  name=$(basename "$file" .pel)
  if [ -x "$PEL" ]; then
    clean "$name prints what is expected" "$(run "$name" | differs "$expected/$name.txt")"
    clean "$name is the same on one worker, row by row" \
      "$(run "$name" --workers 1 --debug morsel_rows=1 | differs "$expected/$name.txt")"
    clean "$name is the same on four workers, without passes" \
      "$(run "$name" --workers 4 --debug 'morsel_rows=7;passes=none;reload=1' | differs "$expected/$name.txt")"
    clean "$name passes its tests" "$(cd "$tree" && "$PEL" test "examples/$name.pel" 2>&1 | grep -v '^ok ' | grep -v ' 0 failed$')"
    clean "$name is laid out as pel fmt does" "$(cd "$tree" && "$PEL" fmt --check "examples/$name.pel" 2>&1)"
  else
    skipped "$name runs" 'no pel in this build'
  fi
  for out in $(oracles "$file"); do
    if [ -x "$PEL" ]; then clean "$name, $out as csv" "$(as_csv "$name" "$out" | differs "$expected/$name.${out%.csv}.csv")"; fi
    try_oracle "$name" "$out"
  done
done

if [ -x "$PEL" ]; then # line numbers of the file, and what stood there
  run strikes --rejects rejects.txt >/dev/null
  clean 'the damaged rows of strikes are kept with their reasons' "$(
    { sed -n 's/^# .*strikes.csv`:\([0-9]*\): .*/\1/p' "$tree/rejects.txt"
      grep -v '^#' "$tree/rejects.txt"; } | differs "$expected/strikes.rejects")"
fi

printf 'x\n' >"$house_tmp/expected"
found 'catches output that differs' 'y' "$(echo y | differs "$house_tmp/expected")"
finish
