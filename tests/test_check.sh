#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# simex check from outside: exit codes, what it prints of failures, JUnit and GitHub's lines, baselines, and that seeded
# regressions are caught while an unchanged build on other seeds passes.
. "$SIMEX_SOURCE/tests/checks.sh"
unset SIMEX_SCENARIOS
export LC_ALL=C NO_COLOR=1

says() { grep -qF -- "$1" out || { echo "no \"$1\" in:" >&2; cat out >&2; false; }; }
complains() { grep -qF -- "$1" err || { echo "no \"$1\" in:" >&2; cat err >&2; false; }; }

# Values of a file of JSON, a list of them.
json()
{
    file=$1
    shift
    paths=
    for path in "$@"; do paths="$paths, '\$.$path'"; done
    sqlite3 :memory: "SELECT json_extract(CAST(readfile('$file') AS TEXT)$paths)"
}

# ---- the command line ----

usage()
{
    message=$1
    shift
    check "usage: $*" code_is 64 "$simex" check "$@"
    check "usage of $*" complains "$message"
}
usage "which scenario?"
usage "scenarios or --all, not both" part3-breaker --all
usage "--replications wants a whole number from 1 to 100000, got \"0\"" part3-breaker --replications 0
usage "--jobs wants a whole number from 1 to 1024, got \"x\"" part3-breaker --jobs x
usage "--format wants text, json or github, got \"xml\"" part3-breaker --format xml
usage "--exact wants a --baseline" part3-breaker --exact
usage "--baseline or --write-baseline, not both" part3-breaker --baseline a --write-baseline b
usage "--baseline wants --replications of 10 or more" part3-breaker --baseline a --replications 9
usage "two scenarios are called \"part3-breaker\"" part3-breaker part3-breaker
check "no such scenario" code_is 66 "$simex" check part99
check "a wrong override" code_is 65 "$simex" check part3-breaker --set redis.tll=1s
check "is said" complains "did you mean \"ttl\"?"

# ---- passing and failing ----

check "all of a scenario" code_is 0 "$simex" check part3-breaker part4-pool
check "one line a scenario" says "ok    part4-pool     7 of 7 expectations hold"
check "and a summary" says "2 of 2 scenarios pass, seed 1"
check "nothing is stored" test ! -e simex.db

check "a failure" code_is 99 "$simex" check part3-breaker part4-pool --set sre-lab.breaker.threshold=10
check "is named" says "FAIL  part3-breaker  4 of 10 expectations hold"
check "with expected and got" says "  fails    queries = 0 during open: want 0 calls, got 5 calls"
check "and the command that does it again" \
    says "  again    simex check part3-breaker --seed 1 --set sre-lab.breaker.threshold=10"
again=$(sed -n 's/^  again    simex //p' out | head -n 1)
# shellcheck disable=SC2086 # words of a command
check "which does it again" code_is 99 "$simex" $again

cat >none.json <<END
{"extends": "part3-breaker", "expectations": null}
END
check "no expectations are no pass" code_is 99 "$simex" check none.json
check "and it says so" says "it has no expectations: nothing was checked"
cat >quiet.json <<END
{"extends": "part3-breaker", "expectations": ["slowest < 1s during failing", "never postgres.latency.p99 > 1s during open"]}
END
check "no data is no pass" code_is 99 "$simex" check quiet.json
check "and it says so" says "  no data  never postgres.latency.p99 > 1s during open: want never above 1000.0 ms, got no data"

cat >means.json <<END
{"extends": "sre-lab", "title": "means", "run": {"until": "60s"},
 "phases": {"steady": {"from": "10s", "to": "60s"}},
 "panel": {"requests": {"reading": "clients.requests.rate"}},
 "expectations": ["clients.requests.rate in 99/s..101/s during steady", "never clients.requests.rate > 1000/s during steady"]}
END
check "means over seeds" code_is 0 "$simex" check means.json --replications 20 --seed 3 --jobs 2
check "of 20 seeds" says "1 of 1 scenarios pass, seeds 3 to 22"
"$simex" check means.json --replications 20 --seed 3 --format json >means.out
holding=$(json means.out 'scenarios[0].expectations[0].seeds_holding')
check "hold though not each does ($holding)" test "$holding" -lt 20
check "never must hold on every seed" test "$(json means.out 'scenarios[0].expectations[1].seeds_holding')" -eq 20
for jobs in 1 3; do
    "$simex" check means.json part3-breaker --replications 6 --jobs $jobs --format json >jobs.$jobs
done
check "the number of workers changes nothing" cmp -s jobs.1 jobs.3

# ---- for programs ----

"$simex" check part3-breaker --set sre-lab.breaker.threshold=10 --format json >out
check "JSON" test "$(json out passes seed replications 'scenarios[0].passes' 'scenarios[0].expectations[10]')" = \
    '[false,"1",1,false,null]'
e='scenarios[0].expectations[3]'
check "JSON of an expectation" test "$(json out $e.phase $e.key $e.want $e.value $e.result $e.got)" = \
    '["open","queries",{"min":0,"max":0},5,"fails","5 calls"]'

# shellcheck disable=SC2016
cat >'a b,c:%.json' <<'END'
{"extends": "part3-breaker", "title": "hostile", "expectations": [
  {"name": "<b>&\"'\n%0A::error::]]>", "phase": "open", "key": "queries", "max": -1},
  "queries = 0 during open"]}
END
check "hostile names" code_is 99 "$simex" check './a b,c:%.json' --junit junit.xml --format github
check "GitHub's line is one line" test "$(grep -c '^::' out)" -eq 1
check "GitHub's line is escaped" says '::error file=./a b%2Cc%3A%25.json,line=2,title=a b%2Cc%3A%25%3A <b>&"'"'"'%0A%250A%3A%3Aerror%3A%3A]]>::want at most -1 calls, got 0 calls%0Asimex check '
check "the command is quoted" says "again    simex check './a b,c:%.json' --seed 1"
check "JUnit" grep -q '<testsuites name="simex check" tests="2" failures="1" errors="0">' junit.xml
check "JUnit has a case an expectation" test "$(grep -c '<testcase' junit.xml)" -eq 2
if command -v xmllint >/dev/null; then
    check "JUnit is XML" xmllint --noout junit.xml
    check "and its text is the name" test "$(xmllint --xpath 'string(//testcase[1]/@name)' junit.xml)" = "<b>&\"'
%0A::error::]]>"
fi
check "a file that cannot be written" code_is 73 "$simex" check part3-breaker --junit missing/j.xml

# ---- baselines ----

check "a baseline" code_is 0 "$simex" check part3-breaker part4-pool means.json --write-baseline base.json
check "says what it wrote" complains "wrote the baseline base.json: 3 scenarios, 10 replications"
check "the same again" code_is 0 "$simex" check part3-breaker part4-pool means.json --baseline base.json
check "has changed nothing" says "ok    part3-breaker  10 of 10 expectations hold, 0 of 18 readings changed"
for seed in 11 21 31 41 51; do
    check "other seeds pass" code_is 0 "$simex" check part3-breaker part4-pool means.json --seed $seed --baseline base.json
done
check "exact on equal seeds" code_is 0 "$simex" check part3-breaker --baseline base.json --exact --replications 10
check "compares ten" says "0 of 10 fingerprints changed"
check "exact on no equal seed" code_is 99 "$simex" check part3-breaker --baseline base.json --exact --seed 100
check "says so" says "the baseline has none of the seeds"
check "exact sees what no reading shows" code_is 99 "$simex" check means.json --baseline base.json --exact --set clients.zipf=0.71
check "and what differs" says "  differs  clients.zipf: 0.7 -> 0.71"

check "a regression" code_is 99 "$simex" check part3-breaker --baseline base.json --set sre-lab.breaker.threshold=10
check "its readings" says "  changed  queries during open: 0 calls -> 5 calls"
check "its param" says "  differs  sre-lab.breaker.threshold: 5 -> 10"
check "its command" says \
    "  again    simex check part3-breaker --seed 1 --replications 10 --set sre-lab.breaker.threshold=10 --baseline base.json"
check "a slight one" code_is 99 "$simex" check means.json --baseline base.json --seed 100 --set clients.rate=110/s --format json
b='scenarios[0].baseline'
check "in JSON" test "$(json out $b.compared $b.exact $b.found "$b.changes[#-1].key" $b.params)" = \
    '[5,false,true,"requests",[{"path":"clients.rate","before":"100/s","after":"110/s"}]]'
check "a scenario that is not in it" code_is 99 "$simex" check part4-fallback --baseline base.json
check "is said" says "it is not in the baseline"
check "no such file" code_is 66 "$simex" check part3-breaker --baseline missing.json
echo '{"a": 1}' >wrong.json
check "another file" code_is 65 "$simex" check part3-breaker --baseline wrong.json
check "is said" complains "wrong.json: is no baseline of this simex"
check "a baseline of few" code_is 0 "$simex" check part3-breaker --write-baseline few.json --replications 3
check "is not compared" code_is 64 "$simex" check part3-breaker --baseline few.json
check "but exactly" code_is 0 "$simex" check part3-breaker --baseline few.json --exact --replications 3
check "a baseline that cannot be written" code_is 73 "$simex" check part3-breaker --write-baseline missing/b.json

# ---- the store keeps what windows came to ----

cat >windows.json <<END
{"extends": "part3-breaker", "expectations": ["never breaker = open during failing", "always breaker = open during open",
 "sre-lab.breaker = closed within 5s of phases.recovered.from", "postgres.latency.p99 < 1s within 5s of 20s"]}
END
for format in text json; do
    "$simex" run windows.json --no-store --format $format >run.$format
    "$simex" run windows.json --quiet --db w.db
    "$simex" show last --db w.db --format $format | grep -v '^next: ' >show.$format
    check "show prints what run printed, as $format" cmp -s run.$format show.$format
done
check "a run of them is 99" code_is 99 "$simex" run windows.json --no-store --quiet

[ $failed -eq 0 ] || { echo "$failed failed" >&2; exit 1; }
