#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# simex compare: runs, scenarios and variants; exit codes; the form of the JSON; the first divergence; pictures.
. "$SIMEX_SOURCE/tests/checks.sh"
command -v python3 >/dev/null || {
    echo "test_compare: SKIPPED: python3 is not installed, and reads the JSON" >&2
    exit 77
}

# Part 1 in a minute.
short=short.json
cat >short.json <<END
{"extends": "$source/scenarios/part1.json", "title": "A minute of chaos", "run": {"until": "60s"},
 "faults": {"slow-database": {"at": "20s", "until": "none"}}, "expectations": null,
 "phases": {"steady": {"from": "5s", "to": "20s"}, "chaos": {"from": "20s", "to": "60s", "settle": "10s"},
            "recovery": null}}
END
compare() { "$simex" compare "$@"; }

# ---- variants ----
check "variants of a scenario" code_is 0 compare "$short" +gateway.timeout=8s --replications 3 --format json
check "what differs, and by how much" python3 - <<END
import json
it = json.load(open('out'))
assert [side['label'] for side in it['sides']] == ['short', 'short gateway.timeout=8s'], it['sides']
assert it['params'] == [{'path': 'gateway.timeout', 'values': ['5s', '8s']}], it['params']
assert it['replications'] == 3
by = {(r['phase'], r['key']): r for r in it['readings']}
steady, chaos = by['steady', 'p95_latency'], by['chaos', 'p95_latency']
assert steady['changes'][0]['identical'] and steady['changes'][0]['change'] == 0
change = chaos['changes'][0]
assert not change['identical'] and change['low'] <= change['change'] <= change['high'] and change['change'] > 1
assert abs(change['change'] - (chaos['values'][1]['value'] - chaos['values'][0]['value'])) < 1e-9
END
for jobs in 1 3; do
    compare "$short" +gateway.timeout=8s +db-pool.size=30 --replications 3 --jobs $jobs >$jobs.txt
done
check "the number of workers changes nothing" cmp -s 1.txt 3.txt
check "a third side" grep -q 'C - A' 1.txt
check "lines fit into 80 columns" sh -c '! grep -q ".\{81\}" 1.txt'
check "--set is for all sides" code_is 0 compare "$short" +gateway.timeout=8s --set db-pool.size=30 --replications 1
check "so it does not differ" sh -c '! grep -q db-pool.size out'
check "one seed has no interval" sh -c 'grep -q "^One seed, 1" out && ! grep -q "+- " out'
check "nothing is stored" test ! -e simex.db

# ---- runs ----
"$simex" run "$short" --seed 4 -q
"$simex" run "$short" --seed 4 --set db-pool.size=13 -q
"$simex" run "$short" --seed 5 -q
set -- $("$simex" runs | awk 'NR > 1 { print $1 }')
check "stored runs" code_is 0 compare "$1" "$2"
check "as they are" grep -q 'db-pool.size  15  13' out
check "on their seed" grep -q '^One seed, 4' out
check "a scenario beside a run has its seed" code_is 0 compare "$1" "$short"
check "so they are identical" test "$(grep -c identical out)" -eq 8
check "different seeds are told" code_is 0 compare "$1" "$3"
check "as such" grep -q 'of different seeds' out
check "a run with an override" code_is 0 compare "$2" "$2+db-pool.size=15" --replications 2
check "is simulated again" grep -q 'db-pool.size  13  15' out

# ---- the first divergence ----
check "lockstep" code_is 0 compare "$short" +faults.slow-database.at=21s --replications 1 --first-divergence --common 2
check "finds where they part" grep -q '^  A  *20.000000000 s  postgres' out
check "two events before it" test "$(grep -c '^  both ' out)" -eq 2
check "equal sides" code_is 0 compare "$short" "$short" --replications 1 --first-divergence
check "never part" grep -q '^No divergence of A and B: all [0-9]* events are equal' out

# ---- pictures ----
if command -v gnuplot >/dev/null; then
    check "pictures" code_is 0 compare "$short" +gateway.timeout=8s --replications 1 --plot pictures
    check "are drawn" test -s pictures/overview.svg
    check "and listed" grep -q '^pictures/overview.svg$' out
    check "with JSON, too" code_is 0 compare "$short" +gateway.timeout=8s --replications 1 --plot pictures --format json
    check "in it" python3 -c 'import json; assert "pictures/overview.svg" in json.load(open("out"))["files"]'
fi

# ---- usage ----
check "one side" code_is 64 compare "$short"
check "none" code_is 64 compare
check "no base" code_is 64 compare +gateway.timeout=8s "$short"
check "no such scenario" code_is 66 compare "$short" partt1
check "no such run" code_is 66 compare "$short" 00000000
check "a bad override" code_is 65 compare "$short" +gatway.timeout=8s
check "says what is near" grep -q 'did you mean "gateway"' err
check "no replications" code_is 64 compare "$short" "$short" --replications 0
check "--plot without a store" code_is 64 compare "$short" "$short" --plot x --no-store
check "an endless scenario" sh -c 'echo "{\"extends\": \"$1\", \"run\": {\"max_events\": 1000}}" >endless.json' - "$short"
check "is told" code_is 65 compare "$short" endless.json --replications 1

echo "$checks checks, $failed failed"
[ "$failed" -eq 0 ]
