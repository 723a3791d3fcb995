# SPDX-License-Identifier: GPL-3.0-or-later
# What tests share that say what they want: `. "$SIMEX_SOURCE/tests/wants.sh"`. A folder of their own to be in, `fail`, and ways
# to run a command, whose output is then in `out` and `err`. Such a test ends with `exit "$failed"`.
set -u

: "${SIMEX:?}" "${SIMEX_SOURCE:?}"
unset SIMEX_SCENARIOS SIMEX_DB NO_COLOR
export LC_ALL=C

test_name=$(basename "$0" .sh)
work=$(mktemp -d) || exit 70
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work" || exit 70
failed=0

fail()
{
    printf '%s: %s\n' "$test_name" "$*" >&2
    failed=1
}

# needs PROGRAM: without it the test is skipped (77), and says so
needs()
{
    command -v "$1" >/dev/null && return
    echo "$test_name: SKIPPED: $1 is not installed" >&2
    exit 77
}

# same WHAT WANTED GOT
same()
{
    [ "$2" = "$3" ] || fail "$1: want $2, got $3"
}

# ends STATUS COMMAND...: its exit status, whatever it says
ends()
{
    status=$1
    shift
    "$@" >out 2>err </dev/null
    got=$?
    [ "$got" = "$status" ] || fail "$*: want exit status $status, got $got: $(head -n 3 err)"
}

# want STATUS PATTERN COMMAND...: its exit status, and what it says on standard error; "" for nothing
want()
{
    status=$1
    pattern=$2
    shift 2
    ends "$status" "$@"
    if [ -z "$pattern" ]; then
        [ ! -s err ] || fail "$*: says $(cat err)"
    else
        grep -q -- "$pattern" err || fail "$*: want \"$pattern\" on standard error, got: $(cat err)"
    fi
}

# says FILE TEXT: some line of it has this text
says()
{
    grep -qF -- "$2" "$1" || fail "want in $1: $2, got: $(head -n 5 "$1")"
}
