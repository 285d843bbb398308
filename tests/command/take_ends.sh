#!/bin/sh
# `take` ends the reading: what fails or is rejected behind the last row that is taken is as if it had not been read,
# with any number of workers, any morsels, with and without passes; what stands in front of it counts.
. "${top_srcdir:-.}/tests/house/lib.sh"
. "$house/tests/command/lib.sh"

awk 'BEGIN { print "a,b"; for (i = 2; i < 150002; i++) print i "," (i == 50021 || i == 100042 ? 0 : i) }' >zero.csv
awk 'BEGIN { print "a,b"; for (i = 2; i < 150002; i++) print (i == 60000 ? "1" : i "," i) }' >short.csv
awk 'BEGIN { print "a,b"; for (i = 2; i < 150002; i++) print (i % 7 ? i "," i * 1.5 : "x,1") }' >bad.csv
awk 'BEGIN { print "a,c"; for (i = 0; i < 60000; i++) print i % 50000 "," i }' >right.csv
read='let z: [*]{ a: i64, b: i64 } = read("zero.csv")
let s: [*]{ a: i64, b: i64 } = read("short.csv")
let bad: [*]{ a: i64, b: f64 } = read("bad.csv", on_error: skip)
let right: [*]{ a: i64, c: i64 } = read("right.csv")'

# NAME STATUS TEXT PROGRAM: the same exit status, output, messages and rejects in every run, and TEXT among them.
always() {
  printf '%s\n%s\n' "$read" "$4" >"$1.pel"
  first=''
  for flags in '--workers 1' '--workers 2' '--workers 2' '--workers 4' '--workers 4' '--workers 16' '--workers 16'; do
    rm -f rejects
    # shellcheck disable=SC2086
    timeout 120 "$PEL" run $flags --rejects rejects "$1.pel" >said 2>&1
    got="exit $? $(cat said rejects 2>/dev/null)"
    [ "$first" ] || first=$got
    [ "$got" = "$first" ] || { same "$1: $flags gives another result than one worker" "$first" "$got"; return; }
  done
  for flags in '--debug morsel_rows=500' '--workers 4 --debug morsel_rows=70000' '--workers 3 --debug passes=none'; do
    rm -f rejects
    # shellcheck disable=SC2086
    timeout 120 "$PEL" run $flags --rejects rejects "$1.pel" >said 2>&1
    got="exit $? $(cat said rejects 2>/dev/null)"
    [ "$got" = "$first" ] || [ "${units-}" ] || { same "$1: $flags gives another result" "$first" "$got"; return; }
  done
  found "$1" "exit $2 " "$first"
  found "$1: what it says" "$3" "$first"
}

always behind_the_end 0 '49004' 'out x = z |> filter(div(100, .b) >= 0) |> skip(49000) |> take(3)'
always before_the_end 3 '`zero.csv`:50021: 100 div 0' 'out x = z |> filter(div(100, .b) >= 0) |> skip(51000) |> take(3)'
always at_the_end 3 '`zero.csv`:50021: 100 div 0' 'out x = z |> filter(div(100, .b) >= 0) |> take(50020)'
always just_behind 0 '50019' 'out x = z |> filter(div(100, .b) >= 0) |> take(50019) |> len()'
always short_row_behind 0 '50002' 'out x = s |> skip(50000) |> take(1)'
always short_row_before 3 '`short.csv`:60000: the row has 1 field' 'out x = s |> skip(59000) |> derive(c: .a) |> take(1000)'
always first_rows 0 '4.5' 'out x = bad |> take(3)'
always rejects 0 'warning: 8333 bad values' 'out x = bad |> skip(50000) |> derive(c: .a) |> take(3)'
always a_list_in_a_filter 3 '50021: 9 div 0' 'out x = z |> filter(any([x > 2 for x in [.a, .b] if div(9, x) >= 0])) |> skip(50018) |> take(2)'
always in_a_join 3 '50021: 9 div 0' 'out y = z |> filter(div(9, .b) >= 0) |> join(right, on: .a) |> filter(div(.c, .a - 50010) >= -9) |> skip(60000) |> take(3)'
always behind_a_join 3 'div 0' 'out y = z |> join(right, on: .a) |> filter(div(.c, .a - 40000) >= 0) |> filter(div(9, .b) > 0) |> skip(50000) |> take(3)'
always key_behind 0 '50003' 'out y = z |> derive(c: div(100000, .b)) |> join(right |> filter(.c < 50000), left: .c, right: .a, kind: semi) |> skip(50000) |> take(1)'
always key_before 3 '50021: 9 div 0' 'out y = z |> derive(d: div(9, .b)) |> join(right, left: .d, right: .a, kind: semi) |> skip(60000) |> take(1)'
always behind_a_sort 0 '150001' 'out x = z |> sort(-.b) |> filter(div(9, .b) >= 0) |> take(1)'
units=whole # rejects of a read that a join numbers anew are told by units
always rejects_of_a_join 0 'bad values' 'out x = bad |> join(right, on: .a) |> skip(20000) |> take(3)'
finish
