#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# simex hypothesis: exit codes, the form of the JSON, what --blind hides and --reveal opens, what is stored.
. "$SIMEX_SOURCE/tests/checks.sh"
command -v python3 >/dev/null || {
    echo "test_hypothesis: SKIPPED: python3 is not installed, and reads the JSON" >&2
    exit 77
}

lacks()
{
    for secret in "$@"; do
        ! grep -q -- "$secret" out err || { echo "\"$secret\" is there" >&2; return 1; }
    done
}

# Part 1 in a minute.
short=short.json
cat >short.json <<END
{"extends": "$source/scenarios/part1.json", "title": "A minute of chaos", "run": {"until": "60s"},
 "faults": {"slow-database": {"at": "20s", "until": "none"}}, "expectations": null,
 "phases": {"steady": {"from": "5s", "to": "20s"}, "chaos": {"from": "20s", "to": "60s", "settle": "10s"},
            "recovery": null}}
END
hypothesis() { "$simex" hypothesis "$@"; }

# ---- the score ----
check "being wrong is no error" code_is 0 hypothesis "$short" --say 'p95_latency = 3s +- 10%' --say 'error_rate > 1%'
check "the score is printed" grep -q '^1 of 2 right$' out
check "and by how much the miss is off" grep -q 'off by +2000.0 ms (67 %)' out
check "and how to see why" grep -q -- "--phase chaos --slowest 5" out
check "--strict tells the wrong" code_is 99 hypothesis "$short" --strict --say 'p95_latency < 1s'
check "--strict is content with the right" code_is 0 hypothesis "$short" --strict --say 'p95_latency > 4s'
check "--quiet prints nothing" code_is 0 hypothesis "$short" --quiet --say 'p95_latency > 4s'
check "nothing" test ! -s out
check "without a prediction: what is known" code_is 0 hypothesis "$short" --db none.db
check "the steady phase only" lacks 'chaos  *[0-9]' '5000'
check "and nothing is stored" test ! -e none.db

# ---- JSON ----
check "JSON" code_is 0 hypothesis "$short" --format json --say 'hit_rate unchanged' --say 'cpu rises' --blast redis
check "has the form it should" python3 - <<END
import json
card = json.load(open('out'))
assert len(card['predictions']) == 3
for entry in card['predictions']:
    assert {'say', 'phase', 'key', 'predicted', 'happened', 'right', 'off_by', 'why'} <= set(entry), entry
    assert entry['phase'] == 'chaos' and isinstance(entry['right'], bool)
    assert (entry['why'] is None) == entry['right'] and (entry['off_by'] is None) == entry['right']
assert [entry['right'] for entry in card['predictions']] == [False, True, False]
assert abs(card['score'] - 1 / 3) < 1e-9
END
for jobs in 1 3; do
    hypothesis "$short" --replications 3 --jobs $jobs --no-store --format json --say 'cpu rises' >$jobs.json
done
check "the number of workers changes nothing" cmp -s 1.json 3.json
check "one seed" code_is 0 hypothesis "$short" --no-store --format json --say 'cpu rises'
check "has another mean" sh -c '! cmp -s out 1.json'

# ---- a file ----
printf '["p95_latency > 4s",\n "error_rate > 1%% during chaos"]\n' >good.json
printf '["p95_latency > 4s",\n  "eror_rate > 1%%", 7]\n' >bad.json
check "sentences of a file" code_is 0 hypothesis "$short" --file good.json --strict
check "a bad one is refused" code_is 64 hypothesis "$short" --file bad.json
check "at its place, with what is near" grep -q '^bad.json:2:4: want a key.*did you mean "error_rate"' err
check "and so is what is no sentence" grep -q '^bad.json:2:21: .*want a sentence' err
check "no file" code_is 66 hypothesis "$short" --file none.json
check "no list" sh -c 'echo "{}" >no.json'
check "is refused" code_is 64 hypothesis "$short" --file no.json

# ---- usage ----
check "all bad sentences at once" code_is 64 hypothesis "$short" --say 'p95 < 1s' --say 'cpu explodes' --blast 'rediss'
check "three of them" test "$(grep -c 'column' err)" -eq 3
check "places in --blast are its own" grep -q -- '--blast "rediss": column 1:.*did you mean "redis"' err
check "no scenario" code_is 64 hypothesis --say 'cpu rises'
check "none of that name" code_is 66 hypothesis partt1 --say 'cpu rises'
check "a bad override" code_is 65 hypothesis "$short" --set redis.tll=1s --say 'cpu rises'
check "no replications" code_is 64 hypothesis "$short" --replications 0 --say 'cpu rises'
check "--blind without a store" code_is 64 hypothesis "$short" --blind --no-store --say 'cpu rises'
check "--reveal of nothing" code_is 66 hypothesis --reveal 12345678 --db empty.db
check "--reveal and a scenario" code_is 64 hypothesis "$short" --reveal last
check "a list of nothing" code_is 0 hypothesis --list --db empty.db

# ---- blind ----
for format in text json; do
    rm -f blind.db
    check "blind ($format)" code_is 0 hypothesis "$short" --blind --db blind.db --format $format \
        --say 'p95_latency < 1s' --say 'blast radius: none'
    check "hides title, name, faults and outcome" lacks 'A minute of' short slow-database added_latency 5000 ' right' trace
    check "blind without a word hides as well" code_is 0 hypothesis "$short" --blind --db blind.db --format $format
    check "title, name, faults" lacks 'A minute of' 'short' slow-database added_latency 5000
    check "the list" code_is 0 hypothesis --list --db blind.db --format $format
    check "hides, too" lacks 'A minute of' short slow-database ' right'
done
check "blind, a script" code_is 0 hypothesis "$source/scenarios/part2-dashboard.json" --blind --db blind.db --say 'cpu rises'
check "chaos requests of a script are hidden" lacks chaos/ db_latency 'Part 2' part2
token=$(hypothesis --list --db blind.db | awk '$1 ~ /^[0-9a-f]+$/ && NR == 1 { print $1 }')
check "what was blind is opened" code_is 0 hypothesis --reveal "$token" --db blind.db
check "with its title" grep -q 'A minute of' out
check "and score" grep -q '^0 of 2 right$' out
check "from then on it is open" sh -c '"$0" hypothesis --list --db blind.db | grep -q "$1.*0 of 2"' "$simex" "$token"
check "strict tells at the end" code_is 99 hypothesis --reveal "$token" --db blind.db --strict
hypothesis "$short" --db same.db --say 'cpu rises' >first.txt
hypothesis "$short" --db same.db --say 'cpu rises' >second.txt
check "the same again prints the same" cmp -s first.txt second.txt
check "and is stored once" test "$(hypothesis --list --db same.db | wc -l)" -eq 1
hypothesis --reveal last --db same.db >third.txt
check "what was stored prints as it did" cmp -s first.txt third.txt

# ---- a question that went with its phase is pointed to no more ----
cat >storm.json <<'END'
{"extends": "part1", "run": {"until": "350s"}, "expectations": null,
 "faults": {"slow-database": {"at": "90s", "until": "330s"}},
 "phases": {"steady": {"from": "30s", "to": "90s"}, "chaos": null, "recovery": null,
            "storm": {"from": "90s", "to": "330s", "settle": "60s"}}}
END
check "no question fits" code_is 65 "$simex" explain storm.json
check "a miss" code_is 0 hypothesis storm.json --no-store --say 'p95_latency = 3s'
check "leads to what there is" grep -Fq 'simex trace storm.json --phase storm' out
check "not to an answer that there is not" lacks 'simex explain'

# ---- a hostile title stays text ----
printf '{"extends": "%s", "title": "a\\u001b[31mb\\u0007"}' "$short" >hostile.json
check "a hostile title" code_is 0 hypothesis hostile.json --no-store --say 'cpu rises'
check "reaches no terminal" sh -c '! grep -q "$(printf "\033")" out'

echo "$checks checks, $failed failed"
[ "$failed" -eq 0 ]
