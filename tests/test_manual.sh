#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# simex(1) as packaging/man.sh makes it: it has every command and option of the program, every environment variable that
# the sources read, and every exit code; scdoc and groff take it without complaint.
set -u
unset ARGP_HELP_FMT
export LC_ALL=C
work=$(mktemp -d) || exit 70
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
failed=0

fail()
{
    printf 'test_manual: %s\n' "$*" >&2
    failed=1
}

has()
{
    grep -qF -- "$1" "$work/simex.1.scd" || fail "simex(1) does not say $1"
}

sh "$SIMEX_SOURCE/packaging/man.sh" >"$work/simex.1.scd" || exit 1

# Not by packaging/tables.sh, which the page is made with.
"$SIMEX" --help | sed -n 's/^  \([a-z-]*\)  .*/\1/p' >"$work/commands"
[ "$(wc -l <"$work/commands")" -gt 5 ] || fail "simex --help lists no commands"
while read -r command; do
    awk -v head="## simex $command" '/^#/ { inside = $0 == head } inside' "$work/simex.1.scd" >"$work/section"
    [ -s "$work/section" ] || fail "no section of simex $command"
    "$SIMEX" "$command" --help | grep -o '^ \{2,6\}-.*' | grep -oE -- '--[a-z-]+' | sort -u >"$work/options"
    [ -s "$work/options" ] || fail "simex $command --help shows no options"
    while read -r option; do
        case $option in
        --help | --usage) ;;
        *) grep -qF -- "*$option*" "$work/section" || fail "simex $command: no $option" ;;
        esac
    done <"$work/options"
done <"$work/commands"

cd "$SIMEX_SOURCE" || exit 70
find main.c sim models scenarios reports plots -name '*.[ch]' -exec cat {} + >"$work/sources"
grep -oE 'getenv\("[A-Z_]+"\)' "$work/sources" | sed 's/.*"\(.*\)".*/*\1*/' | sort -u >"$work/variables"
grep -q SIMEX_DB "$work/variables" || fail "no source reads SIMEX_DB"
while read -r variable; do
    has "$variable"
done <"$work/variables"
grep -oE 'EXIT_[A-Z_]+ = [0-9]+' reports/command.h | sed 's/.* //' >"$work/codes"
while read -r code; do
    grep -qE "^\*([0-9]+, )?$code(, [0-9]+)?\*$" "$work/simex.1.scd" || fail "simex(1) has no exit code $code"
done <"$work/codes"

if command -v scdoc >/dev/null; then
    scdoc <"$work/simex.1.scd" >"$work/simex.1" || fail "scdoc refuses the page"
    if command -v groff >/dev/null; then
        groff -man -Tutf8 -ww -z "$work/simex.1" >"$work/warnings" 2>&1
        [ ! -s "$work/warnings" ] || fail "groff: $(cat "$work/warnings")"
    fi
fi
exit $failed
