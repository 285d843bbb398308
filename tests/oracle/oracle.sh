#!/bin/sh
# Random pipelines, judged by a slow reference (bytes of every result, or that it fails) and, where they are within what SQL
# means, by sqlite3 (values and order), whatever the workers, the cuts and the bits of the hash. A second run with others
# must give the same bytes, messages and exit code, be it a failure. ORACLE_FIRST and ORACLE_COUNT choose the seeds; ORACLE_KEEP=DIR keeps those that differ.
: "${top_builddir:=build}" "${PEL:=$top_builddir/pel}" "${ORACLE_KEEP:=}"
first=${ORACLE_FIRST:-1} count=${ORACLE_COUNT:-${ORACLE_SEEDS:-120}} batch=20
random=$top_builddir/tests/random
sql=$(command -v sqlite3)
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
set -f
[ -n "$sql" ] || echo '# sqlite3 is not installed: the reference judges alone'
echo "1..$(((count + batch - 1) / batch))"

flags() { # SEED: the axes that must not matter
  case $(($1 % 4)) in 0) w=1 ;; 1) w=2 ;; 2) w=4 ;; *) w=8 ;; esac
  printf -- '--workers %s' "$w"
  case $(($1 / 4 % 7)) in
    0) printf -- ' --debug morsel_rows=%s;hash_bits=3' $((1 + $1 % 97)) ;;
    1) printf -- ' --debug passes=none;seed=%s' "$1" ;;
    2) printf -- ' --debug reload=1;morsel_rows=%s' $((50 + $1 % 4000)) ;;
    3) printf -- ' --debug morsel_rows=1' ;;
    4) printf -- ' --debug passes=none;reload=1;morsel_rows=7;hash_bits=3' ;;
  esac
}

judged_by_sql() { # NAME: of an out that holds
  [ -n "$sql" ] && [ -e "$1.sql" ] || return 0
  sqlite3 :memory: <"$1.sql" >"$1.sqlite" 2>sql.err || true
  [ ! -s sql.err ] || { sed 's/^/sqlite3: /' sql.err; return 1; }
  [ -s "$1.sqlite" ] || head -n 1 "$1.want" >"$1.sqlite" # it prints no header without rows
  "$random" compare "$1.want" "$1.sqlite" || { echo "$1: the reference and sqlite3 differ"; return 1; }
}

judged() { # NAME printed|written holds|fails
  got=$1.csv
  [ "$2" = written ] || got=stdout
  if [ "$3" = fails ]; then
    failures=1
    [ ! -s "$got" ] || { echo "$1 should fail"; return 1; }
  else
    cmp "$1.want" "$got" || return 1
    judged_by_sql "$1"
  fi
}

# As many workers as no run before, other cuts.
again() { # SEED
  mkdir before
  while read -r name how what; do [ ! -e "$name.csv" ] || mv "$name.csv" before/; done <outs
  # shellcheck disable=SC2046
  "$PEL" run program.pel --format csv $(flags $((5 * $1 + 11))) $(cat args) >stdout.again 2>stderr.again
  last=$?
  [ $code = $last ] || { echo "exit code $code, then $last"; return 1; }
  cmp stdout stdout.again && cmp stderr stderr.again || { head -4 stderr stderr.again; return 1; }
  while read -r name how what; do
    [ "$how" = printed ] || [ "$what" = fails ] || cmp "$name.csv" "before/$name.csv" || return 1
    [ "$how" = printed ] || [ "$what" = holds ] || [ ! -e "$name.csv" ] || return 1
  done <outs
}

one() { # SEED
  mkdir "$dir/$1" && "$random" make "$1" "$dir/$1" || return 1
  cd "$dir/$1" || return 1
  # shellcheck disable=SC2046 # several words
  "$PEL" run program.pel --format csv $(flags "$1") $(cat args) >stdout 2>stderr
  code=$? failures=0
  [ $code = 0 ] || [ $code = 3 ] || { sed 's/^/pel: /' stderr; echo "exit code $code"; return 1; }
  while read -r name how what; do judged "$name" "$how" "$what" || { head -5 stderr; return 1; }; done <outs
  [ $code = $((3 * failures)) ] || { head -8 stderr; echo "exit code $code"; return 1; }
  again "$1"
}

n=0 seed=$first last=$((first + count - 1)) failed=0
while [ "$seed" -le "$last" ]; do
  end=$((seed + batch - 1)) bad=
  [ "$end" -le "$last" ] || end=$last
  from=$seed
  while [ "$seed" -le "$end" ]; do
    if (one "$seed") >"$dir/said" 2>&1; then rm -rf "${dir:?}/$seed"; else
      bad="$bad $seed"
      sed 's/^/# /' "$dir/said"
      sed 's/^/#   /' "$dir/$seed/program.pel" 2>/dev/null
      [ -z "$ORACLE_KEEP" ] || cp -r "$dir/$seed" "$ORACLE_KEEP/"
      rm -rf "${dir:?}/$seed"
    fi
    seed=$((seed + 1))
  done
  n=$((n + 1))
  if [ -z "$bad" ]; then echo "ok $n - pel, the reference and sqlite3 agree on seeds $from to $end"; else
    echo "not ok $n - they differ on seeds$bad"
    failed=1
  fi
done
[ $failed = 0 ]
