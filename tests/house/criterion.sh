#!/bin/sh
# tests/criterion-tap.sh passes on what Criterion says, and fails what Criterion would let pass.
. "${top_srcdir:-.}/tests/house/lib.sh"

judge() { # shell text that stands in a test program's place; prints what the wrapper says and its status
  cat >"$house_tmp/program" <<X
#!/bin/sh
for word; do case \$word in --tap=*) tap=\${word#--tap=} ;; esac; done
report=\$(printf '%s' "\$ASAN_OPTIONS" | sed 's/.*log_path=//')
$1
X
  chmod +x "$house_tmp/program"
  sh "$house/tests/criterion-tap.sh" "$house_tmp/program" 2>/dev/null
  echo "status $?"
}

found 'passes a good program on' 'status 0' "$(judge 'printf "1..1\nok - a::b\n" >$tap')"
found 'shows its results' 'ok - a::b' "$(judge 'printf "1..1\nok - a::b\n" >$tap')"
found 'keeps its status' 'status 1' "$(judge 'printf "1..1\nnot ok - a::b\n" >$tap; exit 1')"
found 'catches an empty plan' 'Bail out! no tests' "$(judge 'echo 1..0 >$tap')"
found 'catches a program that dies at once' 'Bail out! the program died' "$(judge 'kill -SEGV $$')"
found 'catches a leak after the test' 'Bail out! a sanitizer' "$(judge 'printf "1..1\nok - a::b\n" >$tap; echo leaked >$report.7')"
finish
