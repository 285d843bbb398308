#!/bin/sh
# pel fmt --write: the new text takes the old one's place and nothing else changes.
. "${top_srcdir:-.}/tests/house/lib.sh"
. "$house/tests/command/lib.sh"

ugly='out   a=1'
neat='out a = 1'
printf '%s\n' "$ugly" >program.pel
chmod 755 program.pel
"$PEL" fmt --write program.pel
same 'it is written' "$neat" "$(cat program.pel)"
same 'its mode stays' 755 "$(stat -c %a program.pel)"

mkdir real
printf '%s\n' "$ugly" >real/far.pel
chmod 640 real/far.pel
ln -s real/far.pel near.pel
"$PEL" fmt --write near.pel
same 'a link stays a link' real/far.pel "$(readlink near.pel)"
same 'what it leads to is written' "$neat" "$(cat real/far.pel)"
same 'with its mode' 640 "$(stat -c %a real/far.pel)"
same 'nothing lies beside it' far.pel "$(ls -A real)"

inode=$(stat -c %i program.pel)
"$PEL" fmt --write program.pel
same 'what is formatted is not touched' "$inode" "$(stat -c %i program.pel)"

for words in '-' 'program.pel -'; do
  # shellcheck disable=SC2086
  printf '%s\n' "$ugly" | "$PEL" fmt --write $words >printed 2>said
  same "--write $words: exit code 2" 2 "$?"
  found "--write $words: says why" '--write wants files' "$(cat said)"
  same "--write $words: no file of that name" '' "$(ls ./- 2>/dev/null)"
done
same 'standard input without --write is printed' "$neat" "$(printf '%s\n' "$ugly" | "$PEL" fmt -)"
printf 'out a = \n' >wrong.pel
"$PEL" fmt --write wrong.pel 2>said
same 'a program that is wrong: exit code 1' 1 "$?"
same 'stays as it was' 'out a = ' "$(cat wrong.pel)"
finish
