#!/bin/sh
# The golden harness itself: what it must let pass, and what it must catch, with a small shell program in PEL's place.
dir=$(mktemp -d "${TMPDIR:-/var/tmp}/golden-selftest.XXXXXX") || exit 99
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/cases"
cat >"$dir/pel" <<'X'
#!/bin/sh
# prints its arguments, then does what the program says
echo "args: $*"
for word; do case $word in *.pel) file=$word ;; esac; done
grep -v '^//!' "$file" >program
. ./program
X
chmod +x "$dir/pel"
n=0

judge() { # TITLE pass|fail NEEDLE [ARG…]: standard input is the case
  title=$1 want=$2 needle=$3
  shift 3
  rm -f "$dir"/cases/*
  cat >"$dir/cases/case.pel"
  said=$(PEL=$dir/pel GOLDEN_DIR=$dir/cases "$top_srcdir/tests/golden/golden.sh" "$@" 2>&1)
  status=$?
  n=$((n + 1))
  [ "$status" = 0 ] && got=pass || got=fail
  case $said in *"$needle"*) there=yes ;; *) there=no ;; esac
  if [ "$got" = "$want" ] && [ "$there" = yes ]; then
    echo "ok $n - $title"
  else
    echo "not ok $n - $title: wanted $want with '$needle', got $got"
    printf '%s\n' "$said" | sed 's/^/# /'
  fi
}

judge 'passes what is as expected' pass 'ok - case.pel' <<'X'
echo hello; echo oops >&2; cat in/a.csv; printf 'x\r\n' >out.csv; exit 3
//! args: run --format csv
//! exit: 3
//! file in/a.csv:
//! | a,b
//! e| 1,\t
//! stdout:
//! | args: run --format csv case.pel
//! | hello
//! | a,b
//! e| 1,\t
//! stderr:
//! | oops
//! out-file out.csv:
//! e| x\r\n
//! oracle: none
X
judge 'puts the file at {}' pass 'ok' <<'X'
//! args: run {} --steps '5 6'
:
//! stdout:
//! | args: run case.pel --steps 5 6
X
judge 'catches another stdout' fail 'stdout differs' <<'X'
echo hello
//! stdout:
//! | args: run case.pel
//! | hallo
X
judge 'catches a missing newline at the end' fail 'stdout differs' <<'X'
printf hello
//! stdout:
//! | args: run case.pel
//! | hello
X
judge 'catches output nobody expects' fail 'stderr differs' <<'X'
echo warning >&2
//! stdout:
//! | args: run case.pel
X
judge 'catches another exit code' fail 'exit 1, expected 0' <<'X'
exit 1
//! stdout:
//! | args: run case.pel
X
judge 'catches a death by signal' fail 'exit 139' <<'X'
kill -SEGV $$
//! exit: 3
//! stdout:
//! | args: run case.pel
X
judge 'catches a message that lacks a word' fail 'stderr lacks' <<'X'
echo 'no such column' >&2
//! stderr-has: no such table
//! stdout:
//! | args: run case.pel
X
judge 'catches a missing output file' fail 'no file out.csv' <<'X'
:
//! out-file out.csv:
//! | a
//! stdout:
//! | args: run case.pel
X
judge 'catches a misspelt directive' fail 'unknown directive stdoud' <<'X'
:
//! stdoud:
//! | args: run case.pel
X
judge 'catches a case without expectation' fail 'no //! directive' <<'X'
:
X
judge 'stops what hangs' fail 'out of time' <<'X'
exec sleep 100
//! timeout: 1
//! stdout:
//! | args: run case.pel
X
cat >"$dir/sets" <<'X'
--workers 1
--workers 2   # both must be equal
X
judge 'runs every flag set of a matrix' fail 'not ok - case.pel [--workers 2' --matrix "$dir/sets" <<'X'
case "$*" in *'--workers 2'*) echo 'differs' ;; esac
//! stdout:
//! | args: run --workers 1 case.pel
X
judge 'blesses' pass 'blessed' --bless <<'X'
printf 'a \n\n\tb'; exit 2
//! exit: 0
//! stdout:
X
n=$((n + 1))
if PEL=$dir/pel GOLDEN_DIR=$dir/cases "$top_srcdir/tests/golden/golden.sh" >"$dir/said" 2>&1; then
  echo "ok $n - what was blessed passes"
else
  echo "not ok $n - what was blessed passes"
  sed 's/^/# /' "$dir/said" "$dir/cases/case.pel"
fi
echo "1..$n"
