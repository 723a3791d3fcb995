# SPDX-License-Identifier: GPL-3.0-or-later
# What tests share that say what they check: `. "$SIMEX_SOURCE/tests/checks.sh"`. A folder of their own to be in, `check` and
# `code_is`. What a command printed is in `out` and `err`. Such a test ends with a look at $failed.
set -u
simex=${SIMEX:?the simex program}
source=${SIMEX_SOURCE:?the source tree}
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
unset SIMEX_DB
failed=0
checks=0

# check WHAT COMMAND...: the command succeeds
check()
{
    what=$1
    shift
    checks=$((checks + 1))
    "$@" && return
    failed=$((failed + 1))
    echo "FAIL: $what" >&2
}

# code_is STATUS COMMAND...
code_is()
{
    want=$1
    shift
    "$@" >out 2>err
    code=$?
    [ "$code" -eq "$want" ] || { echo "exit $code, want $want: $*" >&2; cat out err >&2; false; }
}
