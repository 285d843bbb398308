#!/bin/sh
# make install, and what others build against it with nothing but pkg-config: a program, the hosts of examples/embed, a plug-in.
. "${top_srcdir:-.}/tests/house/lib.sh"
unset MAKEFLAGS MAKELEVEL MFLAGS
root=$house_tmp/root

said=$(cd "$top_builddir" && make -s install DESTDIR="$root" 2>&1) && said=
clean 'make install works' "$said"
prefix=$(cd "$top_builddir" && sed -n 's/^prefix=//p' pel.pc)
for want in include/pel/base.h lib/libpel.so lib/pkgconfig/pel.pc; do
  clean "installs $want" "$([ -e "$root$prefix/$want" ] || echo missing)"
done
clean 'installs no internal header' "$(find "$root$prefix/include" -name '*.h' | grep -v '/include/pel/[a-z_]*\.h$')"

cat >"$house_tmp/user.c" <<'X'
#include <pel/base.h>
#include <pel/op.h>
#include <stdio.h>
int main(void) {
  pel_error e = {0};
  pel_status s = pel_error_set(&e, PEL_E_IO, "seen by %s", "a user");
  printf("%s: %s\n", pel_status_name(s), e.message);
  return 0;
}
X
export PKG_CONFIG_PATH="$root$prefix/lib/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$root"
# shellcheck disable=SC2046
said=$($CC -o "$house_tmp/user" "$house_tmp/user.c" $(pkg-config --cflags --libs pel) 2>&1 &&
  LD_LIBRARY_PATH="$root$prefix/lib" "$house_tmp/user")
clean 'a program builds and runs with pkg-config alone' "$([ "$said" = 'PEL_E_IO: seen by a user' ] || printf '%s' "$said")"
clean 'the library names what it needs' "$(readelf -d "$root$prefix/lib/libpel.so" | grep NEEDED | grep -E 'hwloc|criterion')"
if [ -x "$PEL" ]; then
  clean 'the installed program runs' "$("$root$prefix/bin/pel" --version >/dev/null 2>&1 || echo "pel --version failed")"
else
  skipped 'the installed program runs' 'no pel in this build'
fi
. "$house/tests/embed/embed.sh"
. "$house/tests/plugin/plugin.sh"
finish
