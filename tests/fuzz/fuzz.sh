#!/usr/bin/env bash
# Fuzzes: tests/fuzz/fuzz.sh NAME|all [SECONDS]   (./dev fuzz installs clang first)
# New inputs gather in build-fuzz/corpus/NAME; `fuzz.sh keep NAME` makes tests/fuzz/corpus/NAME anew of them and what was
# there, minimised, and of all that has a name of its own; `fuzz.sh seed NAME` makes seeds of the programs in tests/fuzz/NAME.pel.
# Runs of five minutes and more are entered in tests/fuzz/LEDGER.md.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 99
cc=${FUZZ_CC:-clang-14}
dir=build-fuzz
san=address,undefined
command -v "$cc" >/dev/null || { echo "fuzz: $cc is not here (Debian: clang-14 libclang-rt-14-dev)" >&2; exit 2; }

prepare() { # the floors, compiled so that libFuzzer sees their edges
  mkdir -p $dir/log
  [[ -e $dir/Makefile ]] ||
    (cd $dir && ../configure CC="$cc" CFLAGS='-g -fsanitize=fuzzer-no-link' --enable-sanitizer=$san) >$dir/log/configure 2>&1 ||
    { tail -n 20 $dir/log/configure >&2; exit 1; }
  make -s -C $dir Makefile >/dev/null 2>&1 # it may say that it is made anew
  # shellcheck disable=SC2046
  { make -s -C $dir $(make -s -C $dir print-built) && make -s -C $dir -j"$(nproc)" $(make -s -C $dir print-floors); } >$dir/log/make 2>&1 ||
    { tail -n 20 $dir/log/make >&2; exit 1; }
}

link() { # NAME: build-fuzz/fuzz-NAME
  local la archives=()
  for la in $(make -s -C $dir print-floors); do archives+=("$dir/.libs/${la%.la}.a"); done
  # shellcheck disable=SC2046
  "$cc" -std=c17 -g -O1 -DPEL_DEBUG=1 -D_GNU_SOURCE -fsanitize=fuzzer,$san -fno-sanitize-recover=undefined -Iinclude -I. -I$dir \
    "tests/fuzz/$1.c" "${archives[@]}" $(make -s -C $dir print-outside) -pthread -o "$dir/fuzz-$1" ||
    { echo "fuzz: $1 does not link" >&2; exit 1; }
}

ledger() { # NAME SECONDS RUNS FINDINGS
  (($2 >= 300)) || return 0
  [[ -e tests/fuzz/LEDGER.md ]] || printf '# Fuzzing, added up\n\n| day | harness | seconds | runs | findings |\n|---|---|---|---|---|\n' >tests/fuzz/LEDGER.md
  printf '| %s | %s | %s | %s | %s |\n' "$(date -u +%F)" "$1" "$2" "$3" "$4" >>tests/fuzz/LEDGER.md
}

fuzz_one() { # NAME SECONDS
  local name=$1 seconds=$2 log=$dir/log/$1 dictionary=() status=0 runs began
  link "$name"
  mkdir -p "$dir/corpus/$name" "$dir/found"
  [[ ! -e tests/fuzz/$name.dict ]] || dictionary=(-dict="tests/fuzz/$name.dict")
  echo "fuzz: $name for $seconds s (log: $log)" >&2
  began=$SECONDS
  "$dir/fuzz-$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$dir/found/$name-" ${dictionary[@]+"${dictionary[@]}"} "$dir/corpus/$name" "tests/fuzz/corpus/$name" >"$log" 2>&1 || status=$?
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  if ((status == 0)); then
    echo "ok - $name: ${runs:-0} runs in $((SECONDS - began)) s, nothing found"
    ledger "$name" $((SECONDS - began)) "${runs:-0}" none
  else
    grep -E 'ERROR|runtime error|SUMMARY|Test unit written|^[a-z]+: ' "$log" | head -n 10 >&2
    echo "not ok - $name: see $log; the input lies in $dir/found/"
    ledger "$name" $((SECONDS - began)) "${runs:-0}" "$(grep -m1 -oE 'SUMMARY: .*' "$log" | head -c 80)"
  fi
  return $status
}

count() { find "$1" -type f | wc -l; }

cover() { # NAME [FLAG]: into build-fuzz/kept, few inputs that reach what all that are known reach
  local name=$1
  shift
  rm -rf $dir/kept
  mkdir $dir/kept
  "$dir/fuzz-$name" -set_cover_merge=1 "$@" $dir/kept "tests/fuzz/corpus/$name" "$dir/corpus/$name" >"$dir/log/merge" 2>&1 ||
    { tail "$dir/log/merge" >&2; return 1; }
}

prepare
names=()
for program in $(make -s -C $dir print-fuzz); do names+=("${program##*/}"); done
case ${1:-all} in
  keep)
    link "${2:?which harness}"
    mkdir -p "tests/fuzz/corpus/$2" "$dir/corpus/$2"
    cover "$2" && { (($(count $dir/kept) <= 200)) || cover "$2" -use_counters=0; } || exit 1
    find "tests/fuzz/corpus/$2" -type f ! -name "$(printf '[0-9a-f]%.0s' {1..40})" -exec cp {} $dir/kept/ \; # named by people
    rm -rf "tests/fuzz/corpus/$2"
    mv $dir/kept "tests/fuzz/corpus/$2"
    echo "tests/fuzz/corpus/$2: $(count "tests/fuzz/corpus/$2") inputs"
    ;;
  seed)
    program=tests/fuzz/${2:?which harness}_seed
    mkdir -p "$dir/corpus/$2"
    make -s -C $dir "$program" >$dir/log/seed 2>&1 || { tail $dir/log/seed >&2; exit 1; }
    "$dir/$program" "tests/fuzz/$2.pel" "$dir/corpus/$2"
    ;;
  *)
    [[ ${1:-all} == all ]] || names=("$1")
    bad=0
    for name in "${names[@]}"; do
      [[ -e tests/fuzz/$name.c ]] || { echo "fuzz: there is no harness '$name'; there are: ${names[*]}" >&2; exit 2; }
      fuzz_one "$name" "${2:-60}" || bad=1
    done
    exit $bad
    ;;
esac
