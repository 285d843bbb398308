# Host programs: examples/embed is compiled with nothing but `pkg-config --cflags --libs pel` and run. Part of
# tests/install.sh, which has installed PEL into $root$prefix.

embed_build() { # NAME FLAG…
  name=$1
  shift
  # shellcheck disable=SC2046
  $CC -std=c17 -O2 -Wall -Wextra "$@" -o "$house_tmp/embed-$name" "$house/examples/embed/$name.c" \
    $(pkg-config --cflags --libs pel) 2>&1
}

embed_run() { # NAME: output and messages; its exit status at the end unless that is 0
  (cd "$house_tmp" && LD_LIBRARY_PATH="$root$prefix/lib" "./embed-$1" 2>&1) || echo "exit status $?"
}

for name in host threads; do
  clean "the host program $name compiles with pkg-config alone" "$(embed_build "$name" -pthread)"
  if [ -x "$PEL" ]; then
    clean "the host program $name does what is expected" \
      "$(embed_run "$name" | diff "$house/examples/embed/$name.expected.txt" - 2>&1)"
  else
    skipped "the host program $name does what is expected" 'no pel in this build'
  fi
done
