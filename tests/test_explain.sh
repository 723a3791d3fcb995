#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# simex explain and answers: the cause that is named follows from the scenario, every number is found again by the command
# that is printed beside it, the JSON is what the documentation says.
. "$SIMEX_SOURCE/tests/wants.sh"
export NO_COLOR=1
mkdir bin
ln -s "$SIMEX" bin/simex
PATH=$work/bin:$PATH

# Part 1 in a fifth of its time, the regime all the same.
cat >part1.json <<'END'
{
  "extends": "part1", "run": {"until": "350s"}, "expectations": null,
  "faults": {"slow-database": {"at": "90s", "until": "330s"}},
  "phases": {"steady": {"from": "30s", "to": "90s"}, "chaos": {"from": "90s", "to": "330s", "settle": "60s"},
             "recovery": {"from": "330s", "to": "350s", "settle": "10s"}}
}
END

# answer QUESTION OPTION... : puts the answer into $text, in one line. (Not for $(...): there a failure would be lost.)
answer()
{
    question=$1
    shift
    simex answers "$scenario" --question "$question" --replications 1 "$@" >answer.txt || fail "answers $* ended $?"
    text=$(tail -n +6 answer.txt | tr -s ' \n' '  ')
    [ -n "$text" ] || fail "answers $* answers nothing: $(cat answer.txt)"
}

# says PATTERN...: all of them are in $text; a pattern that begins with ! is not.
says()
{
    for pattern in "$@"; do
        case $pattern in
        !*) printf '%s' "$text" | grep -Eq "${pattern#!}" && fail "does say \"${pattern#!}\": $text" ;;
        *) printf '%s' "$text" | grep -Eq "$pattern" || fail "does not say \"$pattern\": $text" ;;
        esac
    done
}

# ---- the cause that is named ----

scenario=./part1.json
answer latency
says "P95 \(5000.0 ms\) is the gateway's deadline of 5s" 'waits in vain for a connection' \
    'It is retries that fill the time' 'with 150 of them P95 would be 306' '!is the query itself'
answer latency --set gateway.timeout=8s
says "is the gateway's deadline of 8s" '!deadline of 5s'

# Without retries 4.95 of 100 requests get a query: P95 stands beside a gap, so this needs the whole length.
scenario=part1
answer latency --set gateway.retry.max_attempts=1
says 'P95 \(3[01][0-9]\.[0-9] ms\) is one wait for a connection' \
    "!gateway's deadline" 'Deadline and retries have no part in it'
scenario=./part1.json
answer latency --set db-pool.size=150
says 'P95 \(306[0-9].[0-9] ms\) is the query itself' "!gateway's deadline" \
    '!waits in vain'
answer errors
says 'are 504s' '15 connections, each held for 304' 'Retries save many'
answer errors --set gateway.retry.max_attempts=1
says 'are 503s of the exhausted pool, passed on' '!are 504s' \
    '!Retries save'
answer errors --set db-pool.size=150
says 'hardly any errors' 'The pool is not short' '!504s' '!503s'
answer hit-rate
says 'refilled slowly and seldom' 'Retries do the rest'
answer hit-rate --set gateway.retry.max_attempts=1
says 'Retries have no part in it' '!Retries do the rest'
answer hit-rate --set db-pool.size=150
says 'is not what it lacks' '!slowly and seldom'
answer latency --set faults.slow-database.added_latency=0s
says '!deadline' '!waits in vain'
answer hit-rate --set faults.slow-database.added_latency=0s
says 'It did not'

# ---- the commands ----

# Every command that is printed finds the number: of the first what-if its P95, of the blame its greatest share.
simex explain ./part1.json --question latency --replications 2 >text.txt || fail "explain ended $?"
awk 'length($0) > 160 { print; bad = 1 } END { exit bad }' text.txt || fail 'lines are too long'
grep -v '[^ -~]' text.txt | awk 'length($0) > 80 { print; bad = 1 } END { exit bad }' || fail 'wider than 80 columns'
# Joins the lines of commands.
sed -e ':a' -e '/\\$/N; s/ *\\\n */ /; ta' text.txt | sed -n 's/^ *\$ //p' >commands.txt
[ "$(wc -l <commands.txt)" -eq 6 ] || fail "6 commands wanted: $(cat commands.txt)"
want=$(sed -n 's/^ *no retries  *\([0-9.]* ms\).*/\1/p' text.txt)
command=$(grep 'max_attempts=1' commands.txt)
[ -n "$want" ] && eval "$command --no-store" | grep -Eq "^chaos .*P95 latency.* $want " ||
    fail "$command does not find $want"
want=$(sed -n 's/^ *db-pool: pool queue  *\([0-9.]* %\).*/\1/p' text.txt)
command=$(grep '^simex profile' commands.txt)
[ -n "$want" ] && eval "$command --no-store" | grep -q "db-pool: pool queue  *$want" ||
    fail "$command does not find $want"
# A reading that the panel has not.
want=$(grep -Eo 'the time of a query \([0-9.]+ ms' text.txt || tr -s ' \n' '  ' <text.txt | grep -Eo 'time of a query \([0-9.]+ ms')
want=${want##*\(}
command=$(grep '^simex run' commands.txt | head -n 1)
[ -n "$want" ] && eval "$command --no-store" | grep -Eq "^chaos .*postgres.latency.mean +$want " ||
    fail "$command does not find $want"

# ---- JSON ----

simex explain ./part1.json --question errors --replications 2 --seed 7 --format json >one.json || fail "JSON ended $?"
simex explain ./part1.json --question errors --replications 2 --seed 7 --format json --jobs 1 >two.json
cmp one.json two.json || fail 'with one worker something else comes out'
for key in scenario seed replications questions remedies id ask phase key answer blame where kind share what_if title \
    overrides panel value change low high; do
    grep -q "\"$key\":" one.json || fail "no $key in the JSON"
done
awk -F: '/"share":/ { sum += $2 } END { exit !(sum > 0.999999 && sum < 1.000001) }' one.json || fail 'shares do not add up'
if command -v python3 >/dev/null; then
    python3 -c 'import json,sys
o = json.load(open("one.json"))
q = o["questions"][0]
assert o["scenario"] == "part1" and o["seed"] == 7 and o["replications"] == 2 and len(o["questions"]) == 1
assert q["id"] == "errors" and q["phase"] == "chaos" and q["key"] == "error_rate" and "504s" in q["answer"]
assert abs(sum(b["share"] for b in q["blame"]) - 1) < 1e-9
w = {x["id"]: x for x in q["what_if"]}
assert w["large-pool"]["overrides"] == {"db-pool.size": "150"}
e = w["large-pool"]["panel"]["error_rate"]
assert e["low"] <= e["change"] <= e["high"] < 0 and e["value"] < 0.01' || fail 'the JSON is another'
fi

# ---- remedies ----

cat >few.json <<'END'
{"extends": "part1.json",
 "remedies": {"query-timeout-stale": null, "load-shedding": null, "retry-cap": null, "breaker-stale": null,
              "longer-ttl": null, "larger-pool": null},
 "questions": {"backlog": {"sentences": [{"say": "A query timeout alone: {query-timeout.error_rate}.",
                                          "when": "query-timeout.error_rate rises"}]}}}
END
simex explain few.json --question backlog --replications 1 >remedies.txt || fail "explain of remedies ended $?"
tr -s ' \n' '  ' <remedies.txt >line.txt
grep -q 'A query timeout alone: 100.00 %' line.txt || fail 'a query timeout is not told to be fatal'
grep -q 'For the backlog: 1. stale if error' remedies.txt || fail "another remedy is the best: $(sed -n 6,9p remedies.txt)"
sed -n 's/^     \([+-][0-9]\.[0-9][0-9]\)  .*/\1/p; /Two together/q' remedies.txt >scores.txt
[ "$(wc -l <scores.txt)" -eq 4 ] || fail '4 remedies wanted'

sort -rg scores.txt | cmp - scores.txt || fail 'remedies are not in the order of their scores'

# ---- refused ----

simex explain sre-lab --quiet 2>error.txt
[ $? -eq 65 ] || fail 'a scenario without questions is not refused'
simex answers part1 --question erors 2>error.txt
[ $? -eq 64 ] && grep -q 'did you mean "errors"' error.txt || fail 'an unknown question is not refused'
simex explain part1 --replications 0 2>/dev/null
[ $? -eq 64 ] || fail '--replications 0 is not refused'
simex explain part1 --set gateway.timeout=soon --question errors 2>/dev/null
[ $? -eq 65 ] || fail 'a wrong override is not refused'

# A command holds all of an override, however long it is.
long=$(printf "8.%01100ds" 0)
simex explain part3-breaker --replications 1 --set "sre-lab.breaker.window_time=$long" --format json >long.json ||
    fail 'explain with a long override'
grep -q -- "--set sre-lab.breaker.window_time=$long" long.json || fail 'a long override is cut off in a command'

simex run part1 --show gateway.nothing --no-store 2>error.txt
[ $? -eq 65 ] && grep -q -- '--show gateway.nothing' error.txt || fail '--show of no reading is not refused'
simex profile part1 --of gateway.nothing 2>/dev/null
[ $? -eq 64 ] || fail '--of no reading is not refused'

exit $failed
