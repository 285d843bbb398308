#!/bin/sh
# Every committed corpus through its harness; in sanitizer builds under the sanitizers.
n=0
for program in $FUZZ; do
  name=${program##*/}
  n=$((n + 1))
  said=$("$top_builddir/$program" "$top_srcdir/tests/fuzz/corpus/$name" 2>&1 >/dev/null) && status=0 || status=$?
  inputs=$(find "$top_srcdir/tests/fuzz/corpus/$name" -type f | wc -l)
  if [ "$status" = 0 ] && [ "$inputs" -gt 0 ]; then
    echo "ok $n - $name: $inputs inputs"
  else
    echo "not ok $n - $name: status $status, $inputs inputs"
    printf '%s\n' "$said" | tail -n 30 | sed 's/^/# /'
  fi
done
echo "1..$n"
