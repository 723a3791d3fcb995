#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The command line: help, exit codes, suggestions, what goes to which stream, and the words and keys of what is printed.
#
#   sh tests/test_cli.sh [--update]     --update writes golden/part1.txt anew
#
# $SIMEX is the program, $SIMEX_SOURCE the source tree; without them build/release/simex and the tree this script is in.
set -u

source=${SIMEX_SOURCE:-$(cd -P -- "$(dirname -- "$0")/.." && pwd)}
SIMEX=${SIMEX:-$source/build/release/simex}
golden=$source/tests/golden/part1.txt
work=$(mktemp -d) || exit 70
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
unset SIMEX_SCENARIOS SIMEX_DB NO_COLOR
export LC_ALL=C
cd "$work" || exit 70
failed=0
done=0

fail()
{
    printf 'FAIL: %s\n' "$*"
    failed=$((failed + 1))
}

# expect CODE COMMAND...: the exit status; what was printed is in $work/out and $work/err
expect()
{
    want=$1
    shift
    done=$((done + 1))
    "$@" >out 2>err </dev/null
    code=$?
    [ "$code" -eq "$want" ] || {
        fail "exit status $code, want $want: $*"
        head -n 3 err
    }
}

# says FILE TEXT: the file has a line with this text in it
says()
{
    grep -qF -- "$2" "$1" || {
        fail "want in $1: $2"
        head -n 5 "$1"
    }
}

silent()
{
    [ ! -s "$1" ] || {
        fail "want nothing in $1"
        head -n 3 "$1"
    }
}

# No line longer than the 80 columns of a file or a pipe; a character of UTF-8 counts once.
narrow()
{
    tr -d '\200-\277' <"$1" |
        awk 'length($0) > 80 { print length($0) " columns: " $0; wide = 1 } END { exit wide }' ||
        fail "a line of $1 is too wide"
}

short=$source/tests/scenarios/short.json

# What checks JSON: `json FILE` (is it JSON?), `keys FILE` (every path of keys that occurs, lists as []).
if python3 -c '' 2>/dev/null; then
    cat >keys.py <<'END'
import json, sys
seen = set()
def walk(value, path):
    if isinstance(value, dict):
        for key in value:
            seen.add(path + "." + key if path else key)
            walk(value[key], path + "." + key if path else key)
    elif isinstance(value, list):
        for item in value:
            walk(item, path + "[]")
walk(json.load(open(sys.argv[1])), "")
print("\n".join(sorted(seen)))
END
    keys() { python3 keys.py "$1"; }
elif node -e '' 2>/dev/null; then
    cat >keys.js <<'END'
const seen = new Set();
function walk(value, path) {
    if (Array.isArray(value)) value.forEach(item => walk(item, path + "[]"));
    else if (value !== null && typeof value === "object")
        for (const key of Object.keys(value)) { const at = path ? path + "." + key : key; seen.add(at); walk(value[key], at); }
}
walk(JSON.parse(require("fs").readFileSync(process.argv[2], "utf8")), "");
console.log([...seen].sort().join("\n"));
END
    keys() { node keys.js "$1"; }
else
    echo "test_cli: SKIPPED: neither python3 nor node is there to read JSON: its keys are not checked" >&2
    keys() { return 0; }
fi

json()
{
    keys "$1" >keys 2>keys_errors || {
        fail "no JSON: $1"
        head -n 3 keys_errors
    }
}

# ---- commands ----

expect 64 "$SIMEX"
says err "Usage: simex COMMAND"
silent out
for help in --help -h help; do
    expect 0 "$SIMEX" $help
    says out "Usage: simex COMMAND"
    silent err
done
for command in $(sed -n 's/^  \([a-z]*\)  .*/\1/p' out); do
    expect 0 "$SIMEX" "$command" --help
    says out "Usage: simex $command"
    silent err
    narrow out
    expect 64 "$SIMEX" "$command" --no-such-option
    silent out
done
[ "$done" -gt 12 ] || fail "only $done commands were found in simex --help"
expect 0 "$SIMEX" --version
expect 64 "$SIMEX" rnu
says err 'simex: no command "rnu"; did you mean "run"?'
silent out
expect 64 "$SIMEX" frobnicate
says err 'simex: no command "frobnicate"; see: simex --help'

# ---- list, describe, version ----

expect 0 "$SIMEX" list
says out part1
says out sre-lab
narrow out
expect 0 "$SIMEX" list --format json
json out
expect 64 "$SIMEX" list extra
grep -q '^\[\]\.levels$' keys || [ ! -s keys ] || fail "no levels in list --format json"
expect 0 "$SIMEX" list --level 2
says out part3-breaker
! grep -q part1 out || fail "list --level 2 lists part1"
narrow out
for level in 0 6 12 x '' -1; do
    expect 64 "$SIMEX" list --level "$level"
    says err "--level wants a number from 1 to 5, got \"$level\""
done
expect 0 "$SIMEX" describe
narrow out
for type in cache catalogue clients database gateway pool budget cpu rate_limit retry link; do
    expect 0 "$SIMEX" describe $type
    says out " $type: "
    says out "Params"
    expect 0 "$SIMEX" describe $type --format json
    json out
    grep -q 'params\[\]\.name$' keys || [ ! -s keys ] || fail "no params in describe $type --format json"
done
expect 66 "$SIMEX" describe cahce
says err 'simex: no type "cahce"; did you mean "cache"?'
expect 66 "$SIMEX" describe teapot
says err 'simex: no type "teapot"; see: simex describe'
expect 64 "$SIMEX" describe cache pool
expect 64 "$SIMEX" describe --format xml
says err '--format wants text or json, got "xml"'
expect 0 "$SIMEX" version
expect 0 "$SIMEX" version --format json
json out

# ---- validate ----

printf '{"extends": "part1.json", "runn": 1}\n' >wrong.json
printf '{"extends": "part1.json",}\n' >syntax.json
printf '{"extends": "part1.json"}\n' >right.json
expect 0 "$SIMEX" validate right.json part1 sre-lab
[ "$(cat out)" = "right.json: valid
part1: valid
sre-lab: valid" ] || fail "what validate says of what is right"
expect 65 "$SIMEX" validate right.json wrong.json syntax.json
says out "right.json: valid"
says err 'wrong.json:1:27: /runn: unknown key "runn"; did you mean "run"?'
says err 'syntax.json:1:25: want no comma before "}"'
expect 66 "$SIMEX" validate wrong.json missing.json
says err 'missing.json: want a readable file, got "No such file or directory"'
says err 'wrong.json:1:27:'
expect 66 "$SIMEX" validate .
says err '.: want a regular file, got a directory'
expect 64 "$SIMEX" validate
expect 65 "$SIMEX" validate --format json right.json wrong.json
json out
silent err
if [ "$(id -u)" -ne 0 ]; then
    chmod 000 right.json
    expect 66 "$SIMEX" validate right.json
    says err 'right.json: want a readable file, got "Permission denied"'
    chmod 644 right.json
fi
for scenario in "$source"/scenarios/*.json; do
    expect 0 "$SIMEX" validate "$scenario"
done

# ---- scripts ----

printf '[{"at": 0, "request": "GET /products/1"}, {"at": 0.5, "request": "GET /products/bulk/test?requests=2"}]\n' >script.json
expect 0 "$SIMEX" run sre-lab-original --no-store --script script.json
says out "0.500 s  GET /products/bulk/test?requests=2     200"
says out "2 of 2 succeeded"
says out "0.500 s    GET /products/1"
narrow out
silent err
expect 0 "$SIMEX" run sre-lab-original --no-store --script script.json --format json
json out
for key in at_s request in_bulk status source reason duration_s total success failed spans; do
    grep -q "^responses\[\]\.$key\$" keys || [ ! -s keys ] || fail "no $key in responses"
done
printf '[{"at": 0, "request": "GET /product/1"}, {"request": "POST /chaos/configure?db_latncy=1"}]\n' >wrong_script.json
expect 65 "$SIMEX" run sre-lab-original --no-store --script wrong_script.json
silent out
says err 'wrong_script.json:1:23: /script/0/request: want a request of the lab such as "GET /products/1"'
says err 'got "GET /product/1"; did you mean "GET /products/1"?'
says err 'wrong_script.json:1:42: /script/1/at: is missing'
says err 'got "db_latncy"; did you mean "db_latency"?'
printf '{"at": 0}\n' >no_list.json
expect 65 "$SIMEX" run sre-lab-original --no-store --script no_list.json
says err 'no_list.json:1:1: want a list of requests such as'
expect 66 "$SIMEX" run sre-lab-original --no-store --script no_such.json
says err 'no_such.json: want a readable file'
expect 65 "$SIMEX" run part1 --no-store --script script.json
says err 'want a node of the type "script" to follow it, got none'
printf '[]\n' >no_requests.json
expect 65 "$SIMEX" run sre-lab-original --no-store --script no_requests.json
says err 'no_requests.json:1:1: /script: want a list of requests, at least one'

# ---- run: what it wants ----

expect 64 "$SIMEX" run
says err "which scenario?"
expect 66 "$SIMEX" run prat1
says err 'simex: no scenario or file "prat1"; did you mean "part1"?'
expect 66 "$SIMEX" run zzz
says err 'simex: no scenario or file "zzz"; see: simex list'
expect 66 "$SIMEX" run ./no/such.json
silent out
expect 66 "$SIMEX" run .
says err '.: want a regular file, got a directory'
: >empty.json
expect 65 "$SIMEX" run empty.json
says err 'empty.json:1:1: want a value, got the end of the text'
for seed in -1 x 1e3 1.5 18446744073709551616 '' ' 1' 0x1; do
    expect 64 "$SIMEX" run "$short" --seed "$seed"
    says err "--seed wants a whole number from 0 to 18446744073709551615, got \"$seed\""
    silent out
done
for set in gateway.timeout =8s ''; do
    expect 64 "$SIMEX" run "$short" --set "$set"
    says err "--set wants PATH=VALUE such as gateway.timeout=8s, got \"$set\""
done
expect 65 "$SIMEX" run "$short" --set gateway.timout=8s
says err '--set gateway.timout=8s: want a param of "gateway", got "timout"; did you mean "timeout"?'
expect 65 "$SIMEX" run "$short" --set gateway.timeout=8
says err '--set gateway.timeout=8: want a duration above 0 with its unit, such as "60s", or "none", got "8"'
silent out
[ ! -e simex.db ] || fail "something was stored"

# ---- run: what it says ----

expect 0 "$SIMEX" run "$short" --no-store
silent err
narrow out
if LC_ALL=C grep -q "$(printf '\033')" out; then fail "escape codes in a file"; fi
[ ! -e simex.db ] || fail "--no-store stored something"
mv out first
expect 0 "$SIMEX" run "$short" --no-store --seed 1
cmp -s out first || fail "the seed is not 1 when none is given"
NO_COLOR=1 TERM=xterm-256color expect 0 "$SIMEX" run "$short" --no-store
cmp -s out first || fail "NO_COLOR changes what a file gets"
COLUMNS=40 expect 0 "$SIMEX" run "$short" --no-store
cmp -s out first || fail "COLUMNS changes what a file gets"
expect 0 "$SIMEX" run "$short" --no-store --quiet
silent out
silent err
mkdir -p elsewhere/deep
(cd elsewhere/deep && "$SIMEX" run "$short" --no-store) >out 2>err || fail "a run from another folder"
cmp -s out first || fail "another folder changes what is printed"
printf '{"extends": "../right.json"}\n' >elsewhere/child.json
expect 0 "$SIMEX" validate elsewhere/child.json
expect 0 "$SIMEX" run part1 --no-store --set run.until=1290s --set phases.recovery.to=1290s \
    --set phases.recovery.settle=1s
says out "Part 1: the database gets slow"

# ---- run --format json: the documented keys, no others ----

"$SIMEX" run part1 --no-store --format json --seed 18446744073709551615 >out 2>err
json out
says out '"18446744073709551615"'
cat >documented <<'END'
events
fingerprint
phases
phases[].from_s
phases[].measured_from_s
phases[].name
phases[].panel
phases[].panel[].key
phases[].panel[].reading
phases[].panel[].samples
phases[].panel[].title
phases[].panel[].unit
phases[].panel[].value
phases[].to_s
run
scenario
seed
simulated_s
title
verdicts
verdicts[].key
verdicts[].name
verdicts[].phase
verdicts[].result
verdicts[].value
verdicts[].want
verdicts[].want.max
verdicts[].want.min
version
END
# A bound that an expectation has not is left out.
grep -vx 'verdicts\[\].want.\(min\|max\)' documented >documented_always
grep -vx 'verdicts\[\].want.\(min\|max\)' keys >keys_always
[ ! -s keys ] || cmp -s keys_always documented_always || {
    fail "the keys of run --format json"
    diff documented_always keys_always
}

# ---- the paths that the lab uses: accepted, and they change something ----

expect 0 "$SIMEX" run "$short" --no-store --quiet
before=$("$SIMEX" run "$short" --no-store --format json | grep '"fingerprint"')
for set in clients.rate=50/s clients.products=500 clients.zipf=0 gateway.timeout=100ms gateway.retry.max_attempts=1 \
    gateway.retry.on=ERROR sre-lab.cpu.cores=1 sre-lab.error_cpu=50ms sre-lab.single_flight=true redis.ttl=1s \
    db-pool.size=1 postgres.added_latency=1s postgres.latency=lognormal:median=80ms,sigma=0.2 \
    links.edge.delay.median=5ms; do
    done=$((done + 1))
    after=$("$SIMEX" run "$short" --no-store --format json --set $set 2>err | grep '"fingerprint"')
    [ -n "$after" ] || fail "--set $set: $(head -n 1 err)"
    [ "$after" != "$before" ] || fail "--set $set changes nothing"
done
for set in sre-lab.on_abandon=cancel sre-lab.fill_when_abandoned=false db-pool.acquire_timeout=1s db-pool.queue_max=5 \
    gateway.retry.on=UNAVAILABLE,504 'gateway.retry.on=["UNAVAILABLE"]' clients.rate=100/s; do
    done=$((done + 1))
    "$SIMEX" run "$short" --no-store --quiet --set "$set" 2>err
    code=$?
    [ $code -eq 0 ] || [ $code -eq 99 ] || fail "--set $set: exit $code: $(head -n 1 err)"
done

# ---- part1, word for word ----

expect 0 "$SIMEX" run part1 --no-store
silent err
narrow out
sed -e 's/, run [0-9a-f]*$/, run RUN/' -e 's/fingerprint [0-9a-f]*$/fingerprint FINGERPRINT/' out >part1.txt
"$SIMEX" version | tail -n 1 >here
if [ "${1-}" = --update ]; then
    cp part1.txt "$golden"
elif ! cmp -s here "$source/docs/written_on.txt"; then
    echo "test_cli: another libm or CPU class than docs/written_on.txt says: golden/part1.txt is not compared" >&2
else
    cmp -s part1.txt "$golden" || {
        fail "simex run part1 is not golden/part1.txt any more"
        diff "$golden" part1.txt | head -n 20
    }
fi
expect 99 "$SIMEX" run part1 --no-store --set db-pool.size=150
says out "fails"
expect 99 "$SIMEX" run part1 --no-store --quiet --set db-pool.size=150
silent out
expect 0 "$SIMEX" run part1 --no-store --quiet --set faults.slow-database.added_latency=3000ms

# ---- where output cannot go ----

if [ -c /dev/full ]; then
    for arguments in "list" "describe" "run $short --no-store" "run $short --no-store --format json"; do
        done=$((done + 1))
        # shellcheck disable=SC2086
        "$SIMEX" $arguments >/dev/full 2>err
        code=$?
        [ $code -eq 74 ] || fail "exit $code, want 74: simex $arguments >/dev/full"
        says err "simex: cannot write to standard output"
    done
fi
expect 73 "$SIMEX" run "$short" --db /no/such/folder/simex.db
silent out

# ---- interrupts ----

printf '{"extends": "%s", "run": {"until": "3650d"}}\n' "$short" >long.json
for signal in INT:130 TERM:143; do
    done=$((done + 1))
    "$SIMEX" run long.json --no-store >out 2>err </dev/null &
    child=$!
    sleep 0.5
    kill -s "${signal%:*}" $child
    wait $child
    code=$?
    [ $code -eq "${signal#*:}" ] || fail "exit $code after SIG${signal%:*}"
    says err "simex: interrupted at "
    silent out
done

[ "$failed" -eq 0 ] || {
    echo "$failed of $done checks failed"
    exit 1
}
echo "$done checks"
