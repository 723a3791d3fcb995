#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What cmake --install puts into a prefix works there, after the prefix was moved: the program finds its scenarios,
# every header of libsimex compiles on its own, and docs/mm1.c compiles and runs against library and headers by simex.pc
# alone. With SIMEX_MANY_SEEDS also the packages that cpack makes.
set -u
build=$(dirname -- "$SIMEX")
unset SIMEX_SCENARIOS SIMEX_DB PKG_CONFIG_PATH DESTDIR
export LC_ALL=C
work=$(mktemp -d) || exit 70
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
failed=0

fail()
{
    printf 'test_install: %s\n' "$*" >&2
    failed=1
}

cached()
{
    sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"
}

cmake --install "$build" --prefix "$work/first" >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    fail "cmake --install failed"
    exit 1
}
prefix="$work/second place"
mv "$work/first" "$prefix"

# ---- the program ----

cp "$prefix/share/simex/scenarios/part1.json" "$prefix/share/simex/scenarios/only-installed.json"
mkdir "$work/elsewhere"
cd "$work/elsewhere" || exit 70
"$prefix/bin/simex" run only-installed --no-store >"$work/installed" 2>&1 || fail "$(cat "$work/installed")"
"$SIMEX" run part1 --no-store >"$work/built" 2>&1
[ "$(sed 2d "$work/installed")" = "$(sed 2d "$work/built")" ] || fail "the installed program prints something else"
for file in "bin/simex" "lib*/libsimex.a" "include/simex/sim/world.h" "lib*/pkgconfig/simex.pc" \
    "share/bash-completion/completions/simex" "share/zsh/site-functions/_simex" \
    "share/fish/vendor_completions.d/simex.fish" "share/doc/simex/LICENSE" "share/doc/simex/README.md" \
    "share/doc/simex/docs/tour.md" "share/doc/simex/docs/mm1.c"; do
    # shellcheck disable=SC2086 # a pattern
    (cd "$prefix" && ls $file) >/dev/null 2>&1 || fail "$file is not installed"
done
if command -v scdoc >/dev/null; then
    [ -s "$prefix/share/man/man1/simex.1" ] || fail "the manual page is not installed"
fi

# ---- the library ----

# pkg-config writes a blank of the prefix as "\ ", which only a shell reads; so a prefix without one.
mv "$prefix" "$work/third"
prefix=$work/third
PKG_CONFIG_PATH=$(dirname "$(ls "$prefix"/lib*/pkgconfig/simex.pc "$prefix"/lib/*/pkgconfig/simex.pc 2>/dev/null)")
export PKG_CONFIG_PATH
cflags=$(pkg-config --cflags simex) || fail "pkg-config does not know simex"
libs=$(pkg-config --libs simex)
[ "$(pkg-config --modversion simex)" = "$(cached CMAKE_PROJECT_VERSION)" ] || fail "the version in simex.pc is wrong"

compilers="$(cached CMAKE_C_COMPILER)"
extra=
case $(cached SIMEX_SANITIZE) in
ON) extra=-fsanitize=address,undefined ;;
*)
    for other in gcc clang; do
        command -v $other >/dev/null && [ "$(command -v $other)" != "$compilers" ] && compilers="$compilers $other"
    done
    ;;
esac

for header in "$prefix"/include/simex/*/*.h; do
    printf '#include "%s"\n' "${header#"$prefix"/include/simex/}"
done >"$work/headers"
while read -r line; do
    # shellcheck disable=SC2086 # flags are words
    printf '%s\n' "$line" |
        "${compilers%% *}" -std=gnu17 -Wall -Wextra -Wpedantic -Werror $cflags -fsyntax-only -xc - ||
        fail "does not compile on its own: $line"
done <"$work/headers"

for compiler in $compilers; do
    # shellcheck disable=SC2086
    "$compiler" -O2 $extra "$SIMEX_SOURCE/docs/mm1.c" $cflags $libs -o "$work/mm1" ||
        fail "$compiler: mm1.c does not build"
    "$work/mm1" >"$work/mm1.$(basename "$compiler")" || fail "mm1 of $compiler ended with status $?"
    awk '{ wait = $4; theory = $(NF - 1); exit !(wait > theory * 0.97 && wait < theory * 1.03) }' \
        "$work/mm1.$(basename "$compiler")" || fail "not what theory says: $(cat "$work/mm1.$(basename "$compiler")")"
done
[ "$(sort -u "$work"/mm1.* | wc -l)" -eq 1 ] || fail "compilers differ: $(cat "$work"/mm1.*)"
if [ "$("$SIMEX" version | sed -n 2p)" = "$(cat "$SIMEX_SOURCE/docs/written_on.txt")" ]; then
    grep -qxF "$(cat "$work/mm1.$(basename "${compilers%% *}")")" "$SIMEX_SOURCE/docs/library.md" ||
        fail "docs/library.md shows another output of mm1 than: $(cat "$work"/mm1.*)"
fi

# ---- the packages ----

if [ -n "${SIMEX_MANY_SEEDS-}" ] && command -v dpkg-shlibdeps >/dev/null; then
    cpack -G DEB --config "$build/CPackConfig.cmake" -B "$work/deb" >"$work/log" 2>&1 ||
        fail "cpack: $(cat "$work/log")"
    dpkg-deb --field "$work"/deb/simex_*.deb >"$work/control" || fail "no package simex"
    grep -q '^Depends:.*libc6.*libcjson1.*libgsl27.*libsqlite3-0' "$work/control" ||
        fail "Depends: $(cat "$work/control")"
    grep -q '^Recommends: gnuplot-nox' "$work/control" || fail "no Recommends: $(cat "$work/control")"
    dpkg-deb --extract "$work"/deb/simex_*.deb "$work/root"
    "$work/root/usr/bin/simex" run part1 --no-store >"$work/packaged" || fail "the packaged program fails"
    cmp -s "$work/packaged" "$work/built" || fail "the packaged program prints something else"
    dpkg-deb --contents "$work"/deb/libsimex-dev_*.deb | grep '/libsimex.a$' >/dev/null ||
        fail "no library in libsimex-dev"
fi
exit $failed
