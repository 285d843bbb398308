# What the tests of the command share; sourced after tests/house/lib.sh. Everything happens in a folder of its own.
PEL=$(CDPATH='' cd "$(dirname "$PEL")" && pwd)/$(basename "$PEL")
cd "$house_tmp" || exit 99

same() { # TITLE WANTED GOT
  clean "$1" "$([ "$2" = "$3" ] || printf 'wanted: %s\ngot:    %s\n' "$2" "$3")"
}

interrupted() { # SECONDS: SIGINT to $pid after so long; its exit code
  sleep "$1"
  kill -INT "$pid"
  code=0
  wait "$pid" || code=$?
  echo "$code"
}

clock_ms() { echo $(($(date +%s%N) / 1000000)); }

# 30,000 rows of one key: a join with itself has 900,000,000.
pairs() { awk 'BEGIN { print "k,a"; for (i = 0; i < 30000; i++) print "1," i }'; }
# Keys in no order.
mixed() { awk -v n="$1" 'BEGIN { print "k,a"; x = 1; for (i = 0; i < n; i++) { x = (x * 48271) % 2147483647; print x "," i } }'; }
