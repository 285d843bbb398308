#!/bin/sh
# What tests/planted/bugs.txt would exchange stands once in its file, however it is laid out: a bug that cannot be planted any more
# shows nothing.
. "${top_srcdir:-.}/tests/house/lib.sh"

command -v perl >/dev/null || { skipped 'every bug can be planted' 'perl is not installed'; finish; exit; }

unplantable() { # TREE
  (cd "$1" && perl -ne '
    $bug = $1 if /^bug: (.*)/;
    $file = $1 if /^file: (.*)/;
    next unless /^old: (.*)/;
    my $old = join "(?:\\s|\\\\\n)*", map quotemeta, $1 =~ /(\w+|[^\w\s])/g; # as planted.sh does
    my $text = do { local $/; open my $f, "<", $file or print("$bug: no $file\n"), next; <$f> };
    my $n = () = $text =~ /$old/g;
    print "$bug: its old text stands $n times in $file\n" if $n != 1;' tests/planted/bugs.txt)
}

clean 'every bug can be planted' "$(unplantable "$house")"

printf 'int a = 1;\nint b =\n  2;\nint a = 1;\n' | plant x.c
plant tests/planted/bugs.txt <<'X'
bug: twice
file: x.c
old: int a = 1;

bug: laid out anew
file: x.c
old: int b = 2;

bug: moved
file: y.c
old: int b = 2;
X
seen=$(unplantable "$house_tmp/tree")
found 'catches what stands twice' 'twice: its old text stands 2 times in x.c' "$seen"
found 'catches a file that is gone' 'moved: no y.c' "$seen"
clean 'finds what is laid out anew' "$(printf '%s\n' "$seen" | grep anew)"
finish
