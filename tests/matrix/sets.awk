# Reads axes.tbl; writes sets of flags, one a line: all of them, or with -v mode=pairwise few in which each two values of
# different axes meet at least once (greedy: always the set in which most new pairs meet).
BEGIN { FS = "|" }
/^#/ || NF < 2 { next }
{
  axes++
  for (i = 2; i <= NF; i++) {
    gsub(/^ +| +$/, "", $i)
    value[axes, i - 1] = $i
  }
  size[axes] = NF - 1
}
function text(set,   a, out) {
  for (a = 1; a <= axes; a++)
    if (value[a, pick[set, a]] != "") out = out (out == "" ? "" : " ") value[a, pick[set, a]]
  return out
}
function pair(set, a, b) { return a " " pick[set, a] " " b " " pick[set, b] }
function fresh(set,   a, b, n) {
  for (a = 1; a < axes; a++)
    for (b = a + 1; b <= axes; b++)
      if (!(pair(set, a, b) in met)) n++
  return n + 0
}
END {
  sets = 1
  for (a = 1; a <= axes; a++) sets *= size[a]
  for (s = 0; s < sets; s++) {
    rest = s
    for (a = 1; a <= axes; a++) {
      pick[s, a] = rest % size[a] + 1
      rest = int(rest / size[a])
    }
  }
  if (mode != "pairwise") {
    for (s = 0; s < sets; s++) print text(s)
    exit
  }
  for (;;) {
    most = 0
    for (s = 0; s < sets; s++)
      if ((n = fresh(s)) > most) { most = n; best = s }
    if (!most) exit
    print text(best)
    for (a = 1; a < axes; a++)
      for (b = a + 1; b <= axes; b++) met[pair(best, a, b)] = 1
  }
}
