# What the house checks share; sourced. Each check is a function that prints one line per violation. A test runs it on
# the house, where it must be silent, and on a planted violation, where it must speak.
house_n=0
house=${top_srcdir:-.}
house_tmp=$(mktemp -d "${TMPDIR:-/var/tmp}/pel-house.XXXXXX") || exit 99
trap 'rm -rf "$house_tmp"' EXIT

clean() { # TITLE FINDINGS
  house_n=$((house_n + 1))
  if [ -z "$2" ]; then
    echo "ok $house_n - $1"
  else
    echo "not ok $house_n - $1"
    printf '%s\n' "$2" | sed 's/^/# /'
  fi
}

found() { # TITLE NEEDLE FINDINGS
  house_n=$((house_n + 1))
  case $3 in
    *"$2"*) echo "ok $house_n - $1" ;;
    *)
      echo "not ok $house_n - $1: expected a finding with '$2', got:"
      printf '%s\n' "$3" | sed 's/^/# /'
      ;;
  esac
}

skipped() { # TITLE WHY
  house_n=$((house_n + 1))
  echo "ok $house_n - $1 # SKIP $2"
}

finish() { echo "1..$house_n"; }

plant() { # FILE: standard input becomes $house_tmp/tree/FILE
  mkdir -p "$house_tmp/tree/$(dirname "$1")"
  cat >"$house_tmp/tree/$1"
}

sources() { # PATTERN…: those files of the house's C folders, in the current directory; not what flex and bison made, which is shipped
  for pattern; do
    find include runtime compiler stdlib tools -name "$pattern" -type f ! -name 'lexer.[ch]' ! -name 'parser.[ch]' 2>/dev/null
  done | sort
}
