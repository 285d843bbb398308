#!/bin/sh
# Flags that are the program's parameters, and what of them is wanted; the tests that --filter chooses.
. "${top_srcdir:-.}/tests/house/lib.sh"
. "$house/tests/command/lib.sh"

# R5: what nothing chosen reads need not be given.
unread='param t: [n]{a: i64} param r: f64 out y = 5 out z = r + sum(t.a)'
same 'a parameter that nothing chosen reads is not wanted' 5 "$("$PEL" run -e "$unread" --out y 2>&1)"
"$PEL" run -e "$unread" --out z >said 2>&1
same 'one that is read is: exit code 2' 2 "$?"
found 'and named' 'the program needs --t FILE' "$(cat said)"
same 'it may be given all the same' 5 "$("$PEL" run -e "$unread" --out y --r 1.5 2>&1)"
half='param r: f64 param s: f64 out o = r test "plain" = true test "of s" = s > 0'
same 'a test wants what it reads' '1 passed, 0 failed' "$("$PEL" test -e "$half" --filter plain 2>&1 | tail -1)"
"$PEL" test -e "$half" >said 2>&1
same 'another test wants more: exit code 2' 2 "$?"
found 'which is named' 'give --s VALUE' "$(cat said)"
same 'and no more than that' '2 passed, 0 failed' "$("$PEL" test -e "$half" --s 1 2>&1 | tail -1)"
same 'help says what is required' '(required)' "$("$PEL" run -e "$half" --help | grep -o '(required)')"

# Arrays: a comma stands between two elements, also when one is empty.
words='param xs: [n]str out n = len(xs) out last = skip(xs, len(xs) - 1)'
numbers='param xs: [n]i64 out n = len(xs)'
for row in 'a,:2' 'a:1' ',:2' 'a,,b:3' ':0'; do
  same "--xs '${row%:*}' of [n]str" "${row#*:}" "$("$PEL" run -e "$words" --out n --xs="${row%:*}" 2>&1)"
done
for row in '1,2:2' ':0'; do
  same "--xs '${row%:*}' of [n]i64" "${row#*:}" "$("$PEL" run -e "$numbers" --xs="${row%:*}" 2>&1)"
done
for wrong in '1,2,' ',' ',1' '1,,2'; do
  "$PEL" run -e "$numbers" --xs="$wrong" >said 2>&1
  same "--xs '$wrong' of [n]i64: exit code 2" 2 "$?"
  found "--xs '$wrong' is told so" '"" is not of type i64' "$(cat said)"
done
same 'of [n]i64? an empty one is null' 3 "$("$PEL" run -e 'param xs: [n]i64? out n = len(xs)' --xs=1,,2 2>&1)"


# A bool takes no value, which nobody knows before the program is read.
cat >fast.pel <<'PEL'
param fast: bool = false
param n: i64 = 1
out x = fast
out y = n
PEL
cp fast.pel fast
same 'a program behind a bool is the program' true "$("$PEL" run --fast fast.pel --out x 2>&1)"
same 'a program behind two' 'x: true y: 4' "$("$PEL" run --n 4 --fast fast.pel 2>&1 | xargs)"
same 'without an ending, at the end' true "$("$PEL" run --out x --fast fast 2>&1)"
same 'on standard input' true "$("$PEL" run --out x --fast - <fast.pel 2>&1)"
same 'a bool with its value' false "$("$PEL" run --fast false fast.pel --out x 2>&1)"
same 'help too' 1 "$("$PEL" run --fast fast.pel --help 2>&1 | grep -c -- --fast)"
"$PEL" run --n fast.pel >said 2>&1
same 'what is no bool: exit code 2' 2 "$?"
found 'wants its value' '--n wants a value of type i64' "$(cat said)"
"$PEL" run --fast nowhere.pel >said 2>&1
same 'a file that is not there: exit code 2' 2 "$?"
same 'the same for tests' '0 passed, 0 failed' "$("$PEL" test --fast fast.pel 2>&1)"

# --filter
"$PEL" test -e "$half" --s 1 --filter zzz >said 2>&1
same 'a filter that no test passes: exit code 2' 2 "$?"
found 'says so' '--filter zzz: no test has that in its name' "$(cat said)"
"$PEL" test -e 'out a = 1' >said 2>&1
same 'no tests and no filter is well' 0 "$?"
"$PEL" test --json --plugin ./nope.so -e 'test "q" = true' >printed 2>said
same 'a plug-in that is not there: no half of an object' '' "$(cat printed)"
finish
