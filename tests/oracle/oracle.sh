#!/bin/sh
# Random pipelines, answered by pel and by sqlite3: the same values in the same order, whatever the workers, the cuts and the
# bits of the hash. ORACLE_FIRST and ORACLE_COUNT choose the seeds; a failing seed's folder is kept.
: "${top_builddir:=build}" "${PEL:=$top_builddir/pel}"
first=${ORACLE_FIRST:-1} count=${ORACLE_COUNT:-120} batch=20
random=$top_builddir/tests/random
if ! command -v sqlite3 >/dev/null 2>&1; then
  echo "1..0 # SKIP sqlite3 is not installed"
  exit 0
fi
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
set -f
echo "1..$(((count + batch - 1) / batch))"

flags() { # SEED: the axes that must not matter
  case $(($1 % 4)) in 0) w=1 ;; 1) w=2 ;; 2) w=4 ;; *) w=8 ;; esac
  printf -- '--workers %s' "$w"
  case $(($1 % 5)) in
    0) printf -- ' --debug morsel_rows=%s;hash_bits=3' $((1 + $1 % 97)) ;;
    1) printf -- ' --debug passes=none;seed=%s' "$1" ;;
    2) printf -- ' --debug reload=1;morsel_rows=%s' $((50 + $1 % 4000)) ;;
  esac
}

one() { # SEED
  mkdir "$dir/$1" && "$random" make "$1" "$dir/$1" || return 1
  cd "$dir/$1" || return 1
  sqlite3 :memory: <query.sql >want.csv 2>sql.err || true
  [ ! -s sql.err ] || { sed 's/^/# sqlite3: /' sql.err; return 1; }
  # shellcheck disable=SC2046 # several words
  "$PEL" run program.pel --format csv $(flags "$1") >got.csv 2>err || { sed 's/^/# /' err; return 1; }
  [ -s want.csv ] || head -n 1 got.csv >want.csv # sqlite3 prints no header without rows
  "$random" compare got.csv want.csv || return 1
}

n=0 seed=$first last=$((first + count - 1)) failures=0
while [ "$seed" -le "$last" ]; do
  end=$((seed + batch - 1)) bad=
  [ "$end" -le "$last" ] || end=$last
  from=$seed
  while [ "$seed" -le "$end" ]; do
    if (one "$seed") >"$dir/said" 2>&1; then rm -rf "${dir:?}/$seed"; else
      bad="$bad $seed"
      sed 's/^/# /' "$dir/said"
      sed 's/^/#   /' "$dir/$seed/program.pel" 2>/dev/null
    fi
    seed=$((seed + 1))
  done
  n=$((n + 1))
  if [ -z "$bad" ]; then echo "ok $n - pel and sqlite3 agree on seeds $from to $end"; else
    echo "not ok $n - pel and sqlite3 differ on seeds$bad"
    failures=1
  fi
done
[ $failures = 0 ]
