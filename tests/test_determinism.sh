#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Same build, scenario, overrides and seed: the same bytes on standard output, wherever and however simex is run; and
# what nobody uses changes no number. Fingerprints that were once written down come out again (golden/fingerprints.txt).
#
#   sh tests/test_determinism.sh [--update]     --update: a change of the models was meant; writes the fingerprints anew
#
# $SIMEX is the program, $SIMEX_SOURCE the source tree; without them build/release/simex and the tree this script is in.
set -u

source=${SIMEX_SOURCE:-$(cd -P -- "$(dirname -- "$0")/.." && pwd)}
SIMEX=${SIMEX:-$source/build/release/simex}
golden=$source/tests/golden/fingerprints.txt
short=$source/tests/scenarios/short.json
work=$(mktemp -d) || exit 70
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
unset SIMEX_SCENARIOS SIMEX_DB
failed=0
done=0

fail()
{
    printf 'FAIL: %s\n' "$*"
    failed=$((failed + 1))
}

# same NAME FILE FILE
same()
{
    done=$((done + 1))
    if ! cmp -s "$2" "$3"; then
        fail "$1"
        diff "$2" "$3" | head -n 10
    fi
}

# Runs a command with its output in $work/got; it must end well and hold its tongue.
got()
{
    "$@" >"$work/got" 2>"$work/errors" </dev/null || fail "exit status $? of: $*"
    [ ! -s "$work/errors" ] || fail "on standard error of $*: $(head -n 1 "$work/errors")"
}

run()
{
    "$SIMEX" run "$short" --no-store --seed 3 --set gateway.timeout=4s "$@"
}

# ---- the same bytes everywhere ----

run >"$work/text" 2>/dev/null || fail "the first run"
run --format json >"$work/json" 2>/dev/null || fail "the first run, JSON"
if [ ! -s "$work/text" ] || [ ! -s "$work/json" ]; then
    fail "nothing was printed"
fi

got run
same "a second run" "$work/text" "$work/got"
got run --format json
same "a second run, JSON" "$work/json" "$work/got"

# A locale with a decimal comma, if one can be made; names of locales that there are not must not matter either.
if localedef -i de_DE -f UTF-8 "$work/de_DE.UTF-8" >/dev/null 2>&1; then
    LOCPATH=$work
    export LOCPATH
else
    echo "no locale with a decimal comma here (Debian package: locales): only the names are tried"
fi
for locale in de_DE.UTF-8 tr_TR.UTF-8 C POSIX no_SUCH; do
    got env LC_ALL=$locale "$SIMEX" run "$short" --no-store --seed 3 --set gateway.timeout=4s
    same "LC_ALL=$locale" "$work/text" "$work/got"
    got env -u LC_ALL LANG=$locale LC_NUMERIC=$locale "$SIMEX" run "$short" --no-store --seed 3 \
        --set gateway.timeout=4s --format json
    same "LANG=$locale, JSON" "$work/json" "$work/got"
done
unset LOCPATH
for zone in America/New_York Pacific/Kiritimati :nonsense ''; do
    got env TZ=$zone "$SIMEX" run "$short" --no-store --seed 3 --set gateway.timeout=4s --format json
    same "TZ=$zone" "$work/json" "$work/got"
done
got env -i "$SIMEX" run "$short" --no-store --seed 3 --set gateway.timeout=4s
same "an empty environment, HOME unset" "$work/text" "$work/got"
got env HOME=/nonexistent TERM=xterm-256color COLUMNS=40 LINES=5 "$SIMEX" run "$short" --no-store --seed 3 \
    --set gateway.timeout=4s
same "HOME, TERM and COLUMNS of another terminal" "$work/text" "$work/got"
# glibc fills what is allocated and what is freed with these bytes: what was never set would show.
got env MALLOC_PERTURB_=165 "$SIMEX" run "$short" --no-store --seed 3 --set gateway.timeout=4s --format json
same "memory that is not zero" "$work/json" "$work/got"

mkdir "$work/elsewhere"
(cd "$work/elsewhere" && run) >"$work/got" 2>/dev/null
same "another working directory" "$work/text" "$work/got"
(cd "$(dirname "$short")" && "$SIMEX" run ./short.json --no-store --seed 3 --set gateway.timeout=4s) \
    >"$work/got" 2>/dev/null
same "the same file by another path" "$work/text" "$work/got"
run 2>/dev/null | cat >"$work/got"
same "standard output is a pipe" "$work/text" "$work/got"
run --format json 2>&1 | cat >"$work/got"
same "standard error is a pipe too" "$work/json" "$work/got"
run <&- >"$work/got" 2>/dev/null
same "standard input is closed" "$work/text" "$work/got"

# ---- what nobody uses changes nothing ----

# The JSON of a run without what tells runs apart.
numbers()
{
    sed -e '/^	"run":/d' -e '/^	"scenario":/d' -e '/^	"fingerprint":/d' "$1"
}

"$SIMEX" run part1 --no-store --format json >"$work/part1" 2>/dev/null || fail "part1"
"$SIMEX" run "$source/tests/scenarios/idle-nodes.json" --no-store --format json >"$work/idle" 2>/dev/null ||
    fail "idle-nodes.json"
numbers "$work/part1" >"$work/part1.numbers"
numbers "$work/idle" >"$work/idle.numbers"
same "nodes that nobody calls" "$work/part1.numbers" "$work/idle.numbers"
done=$((done + 1))
! cmp -s "$work/part1" "$work/idle" || fail "idle-nodes.json is part1"
# A test that cannot fail is a defect: another seed gives other numbers.
"$SIMEX" run part1 --no-store --format json --seed 2 2>/dev/null | sed '/^	"seed":/d' >"$work/other"
numbers "$work/other" >"$work/other.numbers"
sed '/^	"seed":/d' "$work/part1.numbers" >"$work/got"
! cmp -s "$work/got" "$work/other.numbers" || fail "seed 2 gives the numbers of seed 1"

# ---- golden fingerprints ----

# One line a run: the fingerprint, then the arguments.
fingerprints()
{
    sed -n 's/^[0-9a-f]\{16\} //p' "$golden" | while read -r arguments; do
        # shellcheck disable=SC2086
        print=$("$SIMEX" run $arguments --no-store --format json 2>/dev/null |
            sed -n 's/^	"fingerprint":	"\([0-9a-f]*\)",$/\1/p')
        printf '%s %s\n' "$print" "$arguments"
    done
}

# Numbers of other libms and CPUs may differ in their last bits.
machine=$("$SIMEX" version | grep '^libm of')
if [ "${1-}" = --update ]; then
    fingerprints >"$work/new"
    { printf '%s\n' "$machine" && cat "$work/new"; } >"$golden"
    echo "written: $golden"
elif [ "$(head -n 1 "$golden")" != "$machine" ]; then
    echo "SKIPPED: golden fingerprints are of another machine"
    printf '    theirs: %s\n    ours:   %s\n' "$(head -n 1 "$golden")" "$machine"
else
    fingerprints >"$work/new"
    sed 1d "$golden" >"$work/old"
    same "golden fingerprints; if a change of the models was meant: sh tests/test_determinism.sh --update" \
        "$work/old" "$work/new"
fi

echo "$done comparisons, $failed failed"
[ "$failed" -eq 0 ]
