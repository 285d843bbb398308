# A third-party plug-in: logfmt.c is compiled from installed headers alone and used through `pel run --plugin`. Part of
# tests/install.sh, which has installed PEL into $root$prefix.

plugin_log() { # 5,000 lines, some without a time
  awk 'BEGIN {
    for (i = 0; i < 5000; i++) {
      printf "cached=%s status=%d ", i % 5 == 3 ? "true" : "false", i % 7 == 0 ? 500 : i % 3 ? 200 : 404
      if (i % 11) printf "ms=%s ", (i * 7919 % 1000 + 1) / 8
      printf "path=\"/item %d \\\"%s\\\"\"\n", i, substr("abcdefghij", 1, i % 10)
    }
  }'
}

plugin_oracle() { # LOG: the program'\''s result by_status, by awk
  awk '/^cached=true/ { next }
    { status = substr($2, 8); if (!(status in n)) order[++k] = status; n[status]++ }
    /^cached=false status=[0-9]+ ms=/ { timed[status]++; logs[status] += log(substr($3, 4)) }
    !(status in path) { path[status] = $0; sub(/.*path="/, "", path[status]); sub(/"$/, "", path[status]); gsub(/\\/, "", path[status]) }
    END { for (i = 1; i <= k; i++) { s = order[i]
      printf "%s|%d|%d|%.9g|%s\n", s, n[s], timed[s], exp(logs[s] / timed[s]), path[s] } }' "$1"
}

plugin_run() { # OPTION…
  (cd "$house_tmp/plugin" && LD_LIBRARY_PATH="$root$prefix/lib" "$root$prefix/bin/pel" run --plugin ./logfmt.so "$@" 2>&1)
}

mkdir -p "$house_tmp/plugin"
cp "$house/tests/plugin/requests.pel" "$house_tmp/plugin/"
# shellcheck disable=SC2046
clean 'a plug-in compiles from installed headers alone' "$($CC -std=c17 -O2 -Wall -Wextra -shared -fPIC -fvisibility=hidden \
  -o "$house_tmp/plugin/logfmt.so" "$house/tests/plugin/logfmt.c" $(pkg-config --cflags pel) -lm 2>&1)"

if [ -x "$PEL" ]; then
  plugin_log >"$house_tmp/plugin/requests.logfmt"
  plugin_oracle "$house_tmp/plugin/requests.logfmt" >"$house_tmp/plugin/want"
  plugin_run --format tsv --out by_status requests.pel >"$house_tmp/plugin/came.tsv"
  clean "a plug-in's reader and aggregate give what awk gives" "$(awk -F'\t' 'NR > 1 { gsub(/^"|"$/, "", $5); gsub(/""/, "\"", $5)
    printf "%s|%d|%d|%.9g|%s\n", $1, $2, $3, $4, $5 }' "$house_tmp/plugin/came.tsv" | diff "$house_tmp/plugin/want" - 2>&1)"
  plugin_run requests.pel >"$house_tmp/plugin/one"
  clean 'a plug-in runs' "$([ "$(wc -l <"$house_tmp/plugin/one")" -ge 9 ] || cat "$house_tmp/plugin/one")"
  for flags in '--workers 1' '--workers 2' '--workers 4' '--workers 1 --debug morsel_rows=1' '--workers 4 --debug morsel_rows=1' \
    '--workers 2 --debug morsel_rows=7;passes=none;reload=1'; do
    # shellcheck disable=SC2086
    clean "a plug-in gives the same bytes with $flags" "$(plugin_run $flags requests.pel | diff "$house_tmp/plugin/one" - 2>&1)"
  done
  found "a plug-in's reader finds the columns by itself" '"/item 0 ' "$(plugin_run --format json \
    -e 'out x = read("requests.logfmt") |> take(1) |> select(.path, .ms, .status)')"
  printf 'status=1 ms=x\nstatus=2 ms=-1\n' >"$house_tmp/plugin/bad.logfmt"
  found "a plug-in's reader says what is bad" '"x"' "$(plugin_run -e 'let r: [n]{ ms: f64 } = read("bad.logfmt") out x = sum(r.ms)')"
  found "what a plug-in's reader need not look at is not bad" '3' "$(plugin_run -e 'let r: [n]{ ms: f64, status: i64 } = read("bad.logfmt") out x = sum(r.status)')"
  found "a plug-in's aggregate fails with its own words" 'positive' "$(plugin_run -e 'out x = geomean([1.0, -1.0])')"
  found "a plug-in's operators are listed" 'geomean(xs: [*]f64) -> f64' \
    "$(LD_LIBRARY_PATH="$root$prefix/lib" "$root$prefix/bin/pel" ops --plugin "$house_tmp/plugin/logfmt.so" geomean 2>&1)"
  found 'a file that is no plug-in is refused' 'pel_plugin' "$(plugin_run --plugin libm.so.6 -e 'out x = 1')"
else
  skipped 'a plug-in runs' 'no pel in this build'
fi
