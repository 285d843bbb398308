#!/usr/bin/env bash
# Times PEL on tables beside DuckDB, Polars and mawk:
#   ./dev bench tables [--json FILE] [--rows N] [--rounds N] [--only WORK,…] [--keep]
# Peers that can be had are brought into build/bench (git ignores it); one that is missing is named as missing.
# Results are compared before anything is timed. Then rounds A B A B …, medians, the same threads for everyone. Data and
# results lie in memory (/dev/shm) where there is room, so that no disk is timed; input is read once before each run.
# Writes bench/RESULTS.md when every work was timed over 10 million rows.
set -uo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
here=$top/bench cache=$top/build/bench pel=${PEL:-$top/build/pel}
rows=10000000 rounds=5 threads=2 json='' only='' keep=''

say() { printf 'bench: %s\n' "$*" >&2; }
die() { say "$*"; exit 2; }

while (($# > 0)); do
  case $1 in
    --json) json=${2:?--json wants a file}; shift ;;
    --rows) rows=${2:?--rows wants a number}; shift ;;
    --rounds) rounds=${2:?--rounds wants a number}; shift ;;
    --only) only=${2:?--only wants names}; shift ;;
    --keep) keep=yes ;;
    *) die "unknown argument '$1'" ;;
  esac
  shift
done
[[ -z $json || $json == /* ]] || json=$PWD/$json

# ---- what is measured, and with what

missing=() # "NAME: why"

tool() { # NAME FLAG…: a C file of ours
  local name=$1
  shift
  [[ $cache/$name -nt $here/$name.c ]] ||
    "${CC:-cc}" -std=c17 -O2 -D_GNU_SOURCE "$here/$name.c" -o "$cache/$name" "$@"
}

peers() { # npm packages, for DuckDB's library and Polars
  mkdir -p "$cache/peers"
  if [[ ! -e $cache/peers/node_modules ]]; then
    command -v npm >/dev/null || return 0
    say "fetching DuckDB and Polars (log: build/bench/npm.log)"
    (cd "$cache/peers" && { [[ -e package.json ]] || echo '{ "private": true }' >package.json; } &&
      npm i --no-audit --no-fund @duckdb/node-api nodejs-polars nodejs-polars-linux-x64-gnu@0.26.1) >"$cache/npm.log" 2>&1
  fi
}

have_duck='' have_polars='' have_mawk=''

prepare_duck() {
  local lib
  lib=$(find "$cache/peers" -name libduckdb.so -print -quit 2>/dev/null)
  if [[ -z $lib ]]; then missing+=("DuckDB: libduckdb.so did not come with npm"); return; fi
  if tool duck "$lib" -Wl,-rpath,"$(dirname "$lib")" && echo version | "$cache/duck" 2 >"$cache/duck.version"; then
    have_duck=$(<"$cache/duck.version")
  else
    missing+=("DuckDB: its library does not link or load")
  fi
}

prepare_polars() {
  if ! command -v node >/dev/null; then missing+=("Polars: there is no node"); return; fi
  have_polars=$(echo version | node "$here/polars.js" "$cache/peers/node_modules" 2>/dev/null) ||
    { have_polars=''; missing+=("Polars: its package does not load"); }
  [[ $have_polars ]] && have_polars="nodejs-polars $have_polars"
}

prepare() {
  mkdir -p "$cache"
  local t
  for t in gen spent same; do tool $t -lm || die "$t.c does not compile"; done
  peers
  prepare_duck
  prepare_polars
  if command -v mawk >/dev/null; then have_mawk=$(mawk -W version 2>&1 | head -n 1); else missing+=("mawk: not installed"); fi
  data=$cache/rows-$rows.csv
  [[ -s $data ]] || { "$cache/gen" "$rows" >"$data.new" && mv "$data.new" "$data"; } || die "no room for the table"
  local room
  room=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
  if ((${room:-0} > rows / 2500)); then work=$(mktemp -d /dev/shm/pel-bench.XXXXXX); else work=$(mktemp -d "$cache/work.XXXXXX"); fi
  trap finish EXIT
  cp "$data" "$work/rows.csv" && "$cache/gen" 100 >"$work/small.csv" || die "no room for a copy of the table"
  cp "$here"/programs/*.pel "$work"
  cd "$work" || exit 2
}

finish() {
  exec 7>&- 8>&- # the peers end with their input
  cd / && { [[ $keep ]] && say "kept $work" || rm -rf "$work"; }
}

# DuckDB and Polars stay alive over the rounds, so that their own clock leaves their start out.
start_peer() { # NAME FD COMMAND…
  local name=$1 fd=$2
  shift 2
  mkfifo "$name.in" "$name.out"
  "$@" <"$name.in" >"$name.out" 2>"$name.err" &
  if [[ $fd == 7 ]]; then exec 7>duck.in 5<duck.out; else exec 8>polars.in 6<polars.out; fi
}

ask_duck() { local t; echo "$1" >&7 && IFS= read -r t <&5 && echo "$t"; }
ask_polars() { local t; echo "$1" >&8 && IFS= read -r t <&6 && echo "$t"; }

table="read_csv('rows.csv')"
declare -A sql=(
  [a]="SELECT id1, sum(v1) AS v1 FROM $table WHERE v2 > 7 GROUP BY id1"
  [b]="SELECT id3, sum(v1) AS v1, avg(v3) AS m FROM $table GROUP BY id3"
  [c]="SELECT count(*) AS n FROM $table"
  [small]="SELECT id1, sum(v1) AS v1 FROM read_csv('small.csv') WHERE v2 > 7 GROUP BY id1"
  [filter]="SELECT * FROM $table WHERE v2 > 7"
  [sort]="SELECT id6, v3 FROM $table ORDER BY v3, id6"
  [join]="SELECT sum(w) AS n, sum(v2) AS v2 FROM $table JOIN (SELECT id6, sum(v1) AS w FROM $table GROUP BY id6) USING (id6)"
  [distinct]="SELECT count(DISTINCT id3) AS n FROM $table"
)
declare -A awk_program=(
  [a]='BEGIN { print "id1,v1" } NR > 1 && $8 > 7 { s[$1] += $7 } END { for (k in s) print k "," s[k] }'
  [c]='BEGIN { print "n" } END { print NR - 1 }'
)

copy() { echo "COPY (${sql[$1]}) TO '$2' (FORMAT csv, HEADER)"; }

# What PEL is run with. filter and sort write their own file.
pel_words() { # WORK WORKERS
  case $1 in
    filter | sort) echo "$pel run --workers $2 $1.pel" ;;
    *) echo "$pel run --workers $2 --format csv $1.pel" ;;
  esac
}

# ---- measuring

warm() { cat rows.csv >/dev/null; }

spent() { # COMMAND…: its seconds; the rest in $cpu, $rss
  local line
  line=$("$cache/spent" stdout "$@") || { echo failed; return 1; }
  local seconds status
  read -r seconds cpu rss status <<<"$line"
  ((status == 0)) || { say "status $status: $*"; head -n 5 stdout.err >&2; echo failed; return 1; }
  echo "$seconds $cpu $rss"
}

median() { # of the numbers given; nothing of nothing
  printf '%s\n' "$@" | sort -g | awk '$1 == $1 + 0 { v[n++] = $1 } END { if (n) printf "%.6g", n % 2 ? v[(n - 1) / 2] : (v[n / 2 - 1] + v[n / 2]) / 2 }'
}

busy() { awk '/^cpu / { print $2 + $3 + $4 + $7 + $8, $9 }' /proc/stat; } # ticks of everyone, and stolen ones

records=() # JSON objects
lines=()   # rows of the table for people

number() { [[ $1 =~ ^[0-9.e+-]+$ ]] && echo "$1" || echo null; }

# A row. A ratio above 1 is in PEL's favour: what the peer takes over what PEL takes.
row() { # WORK PEL PEER PEER_VALUE GOAL-ON-RATIO|- UNIT
  local work=$1 mine=$2 peer=$3 theirs=$4 goal=$5 unit=$6 ratio=null met=null
  if [[ $mine =~ ^[0-9] && $theirs =~ ^[0-9] ]]; then ratio=$(awk -v a="$theirs" -v b="$mine" 'BEGIN { printf "%.3g", a / b }'); fi
  if [[ $goal != - ]]; then
    met=false
    [[ $ratio == null ]] || met=$(awk -v r="$ratio" -v g="$goal" 'BEGIN { print ((r >= g) ? "true" : "false") }')
    [[ $ratio != null || $mine == failed ]] || met=null
  fi
  records+=("{\"work\": \"$work\", \"pel\": $(number "$mine"), \"peer\": \"$peer\", \"peer_value\": $(number "$theirs"), \"ratio\": $ratio, \"goal\": $([[ $goal == - ]] && echo null || echo "$goal"), \"met\": $met, \"unit\": \"$unit\"}")
  local said=$met
  case $met in true) said=yes ;; false) said='**no**' ;; null) said=– ;; esac
  lines+=("| $work | $mine $unit | $peer | $theirs $unit | $ratio | ${goal/#-/–} | $said |")
}

wanted() { [[ -z $only || ,$only, == *,$1,* ]]; }

result_of() { case $1 in filter | sort) echo "pel.$1.csv" ;; *) echo "pel.$1.out" ;; esac; }

run_pel() { # WORK WORKERS: spent's line
  # shellcheck disable=SC2046
  spent $(pel_words "$1" "$2")
}

# Every result against DuckDB's (or, where it is missing, against the next one's). 1: PEL's is wrong or there is none.
compare() { # WORK
  local work=$1 mine reference='' order=()
  mine=$(result_of "$work")
  [[ $work != sort && $work != filter ]] || order=(-o)
  if ! run_pel "$work" 2 >/dev/null; then say "$work: pel fails"; return 1; fi
  [[ $mine == pel."$work".csv ]] || cp stdout "$mine"
  if [[ $have_duck ]]; then
    reference=duck.$work.csv
    [[ $(ask_duck "$(copy "$work" "$reference")") != failed ]] || { say "$work: DuckDB fails"; reference=''; }
  fi
  local other
  for other in polars mawk; do
    case $other in
      polars) [[ $have_polars && "a b c" == *$work* && $(ask_polars "$work rows.csv polars.$work.csv") != failed ]] || continue ;;
      mawk) [[ $have_mawk && ${awk_program[$work]:-} ]] || continue
        mawk -F, "${awk_program[$work]}" rows.csv >mawk."$work".csv ;;
    esac
    if [[ -z $reference ]]; then reference=$other.$work.csv; continue; fi
    "$cache/same" "${order[@]}" "$other.$work.csv" "$reference" >&2 || say "$work: $other and DuckDB differ"
  done
  [[ $reference ]] || { say "$work: nothing to compare with"; return 0; }
  "$cache/same" "${order[@]}" "$mine" "$reference" >&2 || { say "$work: PEL's result is another one"; return 1; }
  say "$work: results are the same"
}

# Rounds of PEL and its peers on one work; fills the arrays below with what each took.
measure() { # WORK
  local work=$1 i line
  pel_times=() pel_rss=() duck_in=() duck_all=() duck_rss=() polars_in=() mawk_all=()
  for ((i = 0; i < rounds; i++)); do
    warm
    line=$(run_pel "$work" 2) && { read -r -a line <<<"$line"; pel_times+=("${line[0]}"); pel_rss+=("${line[2]}"); }
    if [[ $have_duck ]]; then
      warm
      case $work in
        filter | sort) duck_in+=("$(ask_duck "$(copy "$work" duck.out.csv)")") ;;
        *) duck_in+=("$(ask_duck "${sql[$work]}")") ;;
      esac
      if [[ $work == a || $work == small ]]; then
        copy "$work" /dev/null >query
        warm
        line=$(spent sh -c "exec '$cache/duck' $threads <query") && { read -r -a line <<<"$line"; duck_all+=("${line[0]}"); duck_rss+=("${line[2]}"); }
      fi
    fi
    if [[ $have_polars && "a b c filter sort" == *$work* ]]; then
      warm
      local to=-
      [[ $work != filter && $work != sort ]] || to=polars.out.csv
      polars_in+=("$(ask_polars "$work rows.csv $to")")
    fi
    if [[ $have_mawk && ${awk_program[$work]:-} ]]; then
      warm
      line=$(spent mawk -F, "${awk_program[$work]}" rows.csv) && mawk_all+=("${line%% *}")
    fi
  done
}

against_peers() { # WORK GOAL-AGAINST-DUCKDB
  local work=$1 goal=$2 mine
  wanted "$work" || return 0
  if ! compare "$work"; then
    row "$work" failed DuckDB "$([[ $have_duck ]] && echo "not timed" || echo missing)" "$goal" s
    return 0
  fi
  say "$work: $rounds rounds"
  measure "$work"
  mine=$(median "${pel_times[@]}")
  if [[ $have_duck ]]; then row "$work" "$mine" "DuckDB, query only" "$(median "${duck_in[@]}")" "$goal" s; else row "$work" "$mine" DuckDB missing "$goal" s; fi
  ((${#duck_all[@]} == 0)) || row "$work" "$mine" "DuckDB, whole process" "$(median "${duck_all[@]}")" - s
  if [[ "a b c filter sort" == *$work* ]]; then
    if [[ $have_polars ]]; then row "$work" "$mine" "Polars, query only" "$(median "${polars_in[@]}")" - s; else row "$work" "$mine" Polars missing - s; fi
  fi
  [[ -z ${awk_program[$work]:-} ]] || if [[ $have_mawk ]]; then row "$work" "$mine" "mawk, whole process" "$(median "${mawk_all[@]}")" - s; else row "$work" "$mine" mawk missing - s; fi
  if [[ $work == a ]]; then
    local peak
    peak=$(median "${pel_rss[@]}" | awk '{ printf "%.4g", $1 / 1024 }')
    row "a, peak memory" "$peak" "the goal, 128 MiB" 128 1 MiB
    ((${#duck_rss[@]} == 0)) || row "a, peak memory" "$peak" "DuckDB, whole process" "$(median "${duck_rss[@]}" | awk '{ printf "%.4g", $1 / 1024 }')" - MiB
  fi
}

start_up() {
  wanted small || return 0
  local i line mine=() duck_all=() awk_all=()
  run_pel small 2 >/dev/null && cp stdout pel.small.csv || { row "start-up, 100 rows" failed "the goal, 8 ms" 8 1 ms; return 0; }
  if [[ $have_duck ]]; then
    ask_duck "$(copy small duck.small.csv)" >/dev/null
    "$cache/same" pel.small.csv duck.small.csv >&2 || { row "start-up, 100 rows" failed "the goal, 8 ms" 8 1 ms; return 0; }
    copy small /dev/null >query
  fi
  for ((i = 0; i < 4 * rounds + 1; i++)); do
    line=$(run_pel small 2) && mine+=("${line%% *}")
    [[ $have_duck ]] && line=$(spent sh -c "exec '$cache/duck' $threads <query") && duck_all+=("${line%% *}")
    [[ $have_mawk ]] && line=$(spent mawk -F, "${awk_program[a]}" small.csv) && awk_all+=("${line%% *}")
  done
  ms() { median "$@" | awk '{ printf "%.3g", $1 * 1000 }'; }
  local took
  took=$(ms "${mine[@]}")
  row "start-up, 100 rows" "$took" "the goal, 8 ms" 8 1 ms
  if [[ $have_duck ]]; then row "start-up, 100 rows" "$took" "DuckDB, whole process" "$(ms "${duck_all[@]}")" - ms; fi
  if [[ $have_mawk ]]; then row "start-up, 100 rows" "$took" "mawk, whole process" "$(ms "${awk_all[@]}")" - ms; fi
}

# The same bytes from one worker and from two; then how much sooner two are, and that two were at work.
speed_up() { # WORK NAME
  local work=$1 name=$2 i line one=() two=() shown
  wanted "speed-up" || wanted "$work" || return 0
  if ! run_pel "$work" 1 >/dev/null; then row "speed-up, $name" failed "PEL, 1 worker" failed 1.6 s; return 0; fi
  if [[ $work == filter || $work == sort ]]; then mv "pel.$work.csv" one; else mv stdout one; fi
  run_pel "$work" 2 >/dev/null
  if [[ $work == filter || $work == sort ]]; then cp "pel.$work.csv" two; else cp stdout two; fi
  if ! cmp -s one two; then say "$work: one and two workers differ"; row "speed-up, $name" failed "PEL, 1 worker" differs 1.6 s; return 0; fi
  say "speed-up, $name: $rounds rounds"
  for ((i = 0; i < rounds; i++)); do
    warm
    line=$(run_pel "$work" 1) && one+=("${line%% *}")
    warm
    line=$(run_pel "$work" 2) && two+=("${line%% *}")
  done
  row "speed-up, $name" "$(median "${two[@]}")" "PEL, 1 worker" "$(median "${one[@]}")" 1.6 s
  # shellcheck disable=SC2046
  "$cache/spent" stdout $(pel_words "$work" 2) --stats=json >/dev/null
  shown=$(grep -o '"workers": *[0-9]*' stdout.err | grep -o '[0-9]*$' | sort -n | tail -n 1)
  at_work+=("| $name | ${shown:-?} |")
}

at_work=()

# ---- all of it

[[ -x $pel ]] || die "there is no $pel: ./dev build"
prepare
say "$rows rows in $work; missing: ${missing[*]:-none}"
[[ -z $have_duck ]] || start_peer duck 7 "$cache/duck" $threads
[[ -z $have_polars ]] || start_peer polars 8 env POLARS_MAX_THREADS=$threads node "$here/polars.js" "$cache/peers/node_modules"
began=$(date -u '+%F %H:%M UTC') load=$(cut -d' ' -f1-3 /proc/loadavg)
read -r ticks_before stolen_before < <(busy)

against_peers a 1
against_peers b 1
against_peers c 1
against_peers filter -
against_peers sort -
start_up
speed_up c 'reading'
speed_up a 'filter and group, few keys'
speed_up b 'group, many keys'
speed_up distinct 'distinct'
speed_up join 'join'
speed_up sort 'sort and write'
speed_up filter 'filter and write'

read -r ticks stolen < <(busy)
ours=$(awk -v t="$(getconf CLK_TCK)" '{ print ($14 + $15 + $16 + $17) }' /proc/$$/stat)
for p in $(jobs -p); do ours=$((ours + $(awk '{ print $14 + $15 + $16 + $17 }' "/proc/$p/stat" 2>/dev/null || echo 0))); done
others=$(awk -v all=$((ticks - ticks_before)) -v mine="$ours" -v st=$((stolen - stolen_before)) 'BEGIN { printf "%.1f", (all > 0 ? 100 * (all - mine + st) / (all + st) : 0) }')
quiet='quiet: '
awk -v o="${others:-100}" 'BEGIN { exit o + 0 < 5 }' && quiet='DISTURBED, do not quote: '

report() {
  cat <<TEXT
# Tables: what PEL takes beside its peers

Made by \`./dev bench tables\`; do not edit. A ratio above 1 is in PEL's favour.

- began $began, load then $load; the machine was ${quiet}others used $others % of what it did meanwhile
- $(awk -F': ' '/^model name/ { print $2; exit }' /proc/cpuinfo), $(nproc) processors, $(awk '/^MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo), Linux $(uname -r)
- $rows rows, $(stat -c %s rows.csv) bytes; $threads threads for everyone; medians of $rounds rounds, A B A B; input and results in memory ($(stat -f -c %T "$work"))
- PEL $("$pel" --version | head -n 1), $(git -C "$top" rev-parse --short HEAD)$(git -C "$top" diff --quiet HEAD 2>/dev/null || echo ' with changes'); DuckDB ${have_duck:-missing}; Polars ${have_polars:-missing}; ${have_mawk:-mawk missing}; $("${CC:-cc}" --version | head -n 1)
- missing: $( ((${#missing[@]})) && (IFS=';'; echo "${missing[*]}") || echo none)

PEL is always the whole process, seen from outside; results were compared before the rounds (integers exactly, floats
within 1e-9, for peers do not sum exactly). mawk takes every line for a row: it does not know quotes.

| work | PEL | beside | it takes | ratio | goal | met |
|---|---|---|---|---|---|---|
$(printf '%s\n' "${lines[@]}")

| operator | workers at work (\`--stats=json\`) |
|---|---|
$(printf '%s\n' "${at_work[@]:-| – | – |}")

## Commands

In a folder that holds \`rows.csv\` and \`bench/programs/*.pel\`:

TEXT
  local w
  for w in a b c filter sort small distinct join; do
    echo "- $w: \`$(pel_words $w 2 | sed "s|$pel|pel|")\`; DuckDB: \`${sql[$w]}\`"
    [[ -z ${awk_program[$w]:-} ]] || echo "  mawk: \`mawk -F, '${awk_program[$w]}' rows.csv\`"
  done
}

report >report.md
cat report.md
if [[ -z $only && $rows == 10000000 ]]; then cp report.md "$here/RESULTS.md"; fi
[[ -z $json ]] || { echo '['; (IFS=$'\n'; printf '%s\n' "${records[*]}") | sed '$!s/$/,/; s/^/  /'; echo ']'; } >"$json"
