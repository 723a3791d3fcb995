#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every scenario that ships: valid, with a level and a title that fits its line of `simex list`, and all its
# expectations hold on seeds 1 to 20. Part 1 runs with few seeds here: tests/test_part1.c has forty of them.
#
#   sh tests/test_scenarios.sh [SEEDS]
#
# $SIMEX is the program; without it build/release/simex of the tree this script is in.
set -u

source=${SIMEX_SOURCE:-$(cd -P -- "$(dirname -- "$0")/.." && pwd)}
SIMEX=${SIMEX:-$source/build/release/simex}
all_seeds=${1:-20}
slow_seeds=2
worlds='sre-lab sre-lab-documented sre-lab-original' # to extend: without expectations
work=$(mktemp -d) || exit 70
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
unset SIMEX_DB
export LC_ALL=C SIMEX_SCENARIOS="$source/scenarios"
cd "$work" || exit 70
failed=0

fail()
{
    printf 'test_scenarios: %s\n' "$*" >&2
    failed=1
}

is_world()
{
    case " $worlds " in
    *" $1 "*) return 0 ;;
    *) return 1 ;;
    esac
}

# run NAME SEEDS: all expectations hold on all seeds
run()
{
    "$SIMEX" run "$1" --seeds "1..$2" --jobs 2 --no-store >out 2>err </dev/null || {
        fail "$1: exit status $?, want 0"
        grep -v 'holds on' out | tail -n 5 >&2
        cat err >&2
    }
    grep -q "^$1, seeds 1 to $2, $2 of $2 runs ended$" out || is_world "$1" || fail "$1: not all seeds ran to their end"
    verdicts=$(grep -c 'holds on [0-9]* of [0-9]* seeds$' out)
    if ! is_world "$1" && [ "$verdicts" -eq 0 ]; then
        fail "$1 has no expectations"
    fi
    if [ "$verdicts" -ne "$(grep -c "holds on $2 of $2 seeds$" out)" ]; then
        fail "$1: $(grep 'holds on' out | grep -v "holds on $2 of $2 seeds$" | head -n 3)"
    fi
}

"$SIMEX" list >listed || fail "simex list"
[ "$(wc -l <listed)" -eq "$(ls "$source"/scenarios/*.json | wc -l)" ] ||
    fail "simex list has not one line for each file of scenarios/"
count=0
while read -r name level title; do
    count=$((count + 1))
    case $level in
    L[1-5]*) ;;
    *) fail "$name has no levels, its line says: $level $title" ;;
    esac
    [ -n "$title" ] || fail "$name has no title"
    "$SIMEX" validate "$name" >out 2>&1 || fail "$(cat out)"
    case $name in
    part1 | sre-lab) run "$name" "$slow_seeds" ;;
    *) run "$name" "$all_seeds" ;;
    esac
done <listed
[ "$count" -ge 15 ] || fail "only $count scenarios were listed"

# Each exercise of Parts 3 and 4 has the course's promise and the original beside it.
for name in part3-saturation part3-breaker part4-pool part4-fallback part4-leak; do
    grep -q "^$name  " listed && grep -q "^$name-original  " listed || fail "$name or $name-original is not listed"
done

# What a level keeps is what the column says.
for level in 1 2 3 4 5; do
    "$SIMEX" list --level "$level" | sed 's/ .*//' >kept
    awk -v level="$level" '{
        range = $2; sub(/^L/, "", range)
        n = split(range, parts, ",")
        for (i = 1; i <= n; i++) {
            split(parts[i], ends, "-")
            last = ends[2] == "" ? ends[1] : ends[2]
            if (level + 0 >= ends[1] + 0 && level + 0 <= last + 0) { print $1; break }
        }
    }' listed >want
    [ -s want ] || fail "no scenario is of level $level"
    cmp -s want kept || fail "simex list --level $level: $(tr '\n' ' ' <kept)"
done
exit $failed
