#!/usr/bin/env bash
# Plants each bug of bugs.txt in a copy of the house and demands that the named test fails there.
#   tests/planted/planted.sh [WORD…]   only bugs whose description holds a WORD
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 99
tree=build-planted/tree
good=0 bad=0

copy_house() {
  mkdir -p $tree
  [[ -x configure ]] || autoreconf -fi >/dev/null 2>&1
  # tar keeps times: what has not changed since the last planting is not built again.
  tar -cf - --exclude=./build --exclude='./build-[!a]*' --exclude=./build-asan --exclude=./.git . | tar -xf - -C $tree
  mkdir -p $tree/build
  [[ -e $tree/build/Makefile ]] || (cd $tree/build && ../configure >configure.log 2>&1) || exit 99
}

is_caught() { # KIND ARG…: quiet; 0 when the test fails
  local kind=$1
  shift
  case $kind in
    check) ! make -s -C $tree/build -j"$(nproc)" check TESTS="$*" >$tree/../log 2>&1 && ! grep -q 'error:' $tree/../log ;;
    fuzz) $tree/tests/fuzz/fuzz.sh "$@" >$tree/../log 2>&1; (($? == 1)) && grep -q '^not ok' $tree/../log ;;
    *) echo "planted: unknown test '$kind'" >&2; return 1 ;;
  esac
}

result() { # ok|not TITLE
  if [[ $1 == ok ]]; then good=$((good + 1)); echo "ok - $2"; else bad=$((bad + 1)); echo "not ok - $2"; fi
}

# Puts NEW where OLD stands in FILE, however the two are laid out; fails unless OLD stands there exactly once.
exchange() { # FILE OLD NEW
  FILE=$1 OLD=$2 NEW=$3 perl -0777 -e '
    open my $f, "<", $ENV{FILE} or die; my $text = <$f>;
    my $old = join "(?:\\s|\\\\\n)*", map quotemeta, $ENV{OLD} =~ /(\w+|[^\w\s])/g;
    my @at = $text =~ /$old/g;
    exit 1 if @at != 1;
    $text =~ s/$old/$ENV{NEW}/;
    open $f, ">", $ENV{FILE} or die; print $f $text;'
}

plant() { # DESCRIPTION FILE OLD NEW TEST…
  local title=$1 file=$tree/$2 old=$3 new=$4
  shift 4
  cp -p "$file" "$tree/../kept" || { result not "$title: no $file"; return; }
  if ! exchange "$file" "$old" "$new"; then result not "$title: its old text does not stand once in ${file#"$tree"/}"; return; fi
  if is_caught "$@"; then result ok "$title: caught by $*"; else result not "$title: not caught by $* (log: build-planted/log)"; fi
  cp "$tree/../kept" "$file" # newer than what was built of the bug
}

copy_house
bug='' file='' old='' new=''
while IFS= read -r line; do
  case $line in
    'bug: '*) bug=${line#bug: } ;;
    'file: '*) file=${line#file: } ;;
    'old: '*) old=${line#old: } ;;
    'new: '*) new=${line#new: } ;;
    'caught-by: '*)
      wanted=$((${#@} == 0))
      for word; do [[ $bug != *"$word"* ]] || wanted=1; done
      # shellcheck disable=SC2086
      ((!wanted)) || plant "$bug" "$file" "$old" "$new" ${line#caught-by: } </dev/null
      ;;
  esac
done <tests/planted/bugs.txt
echo "planted: $good caught, $bad not"
((bad == 0 && good > 0))
