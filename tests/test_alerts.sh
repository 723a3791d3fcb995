#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# simex alerts from outside, with the real promtool: Part 1's four alerts find the fault and nothing else, rules that
# promtool refuses are refused, and the files that are kept say the same again. Without promtool (Debian package
# `prometheus`) or sqlite3 only the refusals are looked at, and the rest is skipped: exit status 77.
. "$SIMEX_SOURCE/tests/wants.sh"
mkdir tmp
export TMPDIR="$work/tmp" # of simex alone, whatever else runs

# A short Part 1: chaos from 120 s to 300 s.
cat >world.json <<END
{"extends": "$SIMEX_SOURCE/tests/scenarios/short.json", "run": {"until": "480s"},
 "faults": {"slow-database": {"at": "120s", "until": "300s"}},
 "phases": {"chaos": {"to": "300s"}},
 "alerts": {
   "HighErrorRate": {"expr": "sum(rate(http_requests_total{service=\"gateway\",status=~\"5..\"}[1m])) / sum(rate(http_requests_total{service=\"gateway\"}[1m])) > 0.05",
                     "for": "30s", "labels": {"note": "a \"quote\", {braces} and \\\\ alertname=\"Other\""}},
   "Always": {"expr": "vector(1)"},
   "Patient": {"expr": "simex_in_use{node=\"db-pool\"} >= 15", "for": "1h"},
   "Never": {"expr": "absent(simex_in_use{node=\"db-pool\"}) and on() vector(time()) > 30"}}}
END
quiet='"extends": "sre-lab", "run": {"until": "90s"}, "phases": {"steady": {"to": "90s"}}'
printf '{%s}' "$quiet" >none.json
printf '{%s, "alerts": {"Broken": {"expr": "sum(rate(x[1m])"}}}' "$quiet" >broken.json
printf '{%s, "alerts": {"Clash": {"expr": "simex_calls_total * on() group_left simex_ended_total"}}}' "$quiet" >clash.json

"$SIMEX" run world.json --quiet --db s.db || fail "run ended $?"
want 64 "wants a duration of at least 1s" "$SIMEX" alerts last --db s.db --every 10ms
want 64 "go with a scenario" "$SIMEX" alerts last --db s.db --seed 3
want 66 "has no alerts" "$SIMEX" alerts none.json --no-store
mkdir empty
want 69 "Debian package: prometheus" env PATH="$work/empty" "$SIMEX" alerts last --db s.db

for program in promtool sqlite3; do
    command -v "$program" >/dev/null || {
        [ $failed = 0 ] || exit 1
        echo "test_alerts: SKIPPED: $program is not installed (Debian packages prometheus, sqlite3)" >&2
        exit 77
    }
done

want 65 "Broken.*parse error" "$SIMEX" alerts broken.json --no-store
want 65 "Clash.*many-to-many" "$SIMEX" alerts clash.json --no-store
[ ! -s out ] || fail "a refused rule prints something"

# ---- when ----

want 0 "" "$SIMEX" alerts last --db s.db --format json
mv out alerts.json
# fired NAME: its stretches, "from..to fault after"
fired()
{
    sqlite3 -separator ' ' :memory: "SELECT printf('%g..%s', json_extract(f.value, '\$.from_s'),
            CASE WHEN json_extract(f.value, '\$.to_s') IS NULL THEN 'end' ELSE printf('%g', json_extract(f.value, '\$.to_s')) END),
            coalesce(json_extract(f.value, '\$.fault'), 'none')
        FROM json_each(readfile('alerts.json'), '\$.alerts') AS a, json_each(a.value, '\$.fired') AS f
        WHERE json_extract(a.value, '\$.alert') = '$1'"
}
same "Always" "15..end none" "$(fired Always)"
grep -q '"to_s":.*null' alerts.json || fail "an alert that fires to the end has an end"
same "Patient" "" "$(fired Patient)"
grep -A 12 '"Patient"' alerts.json | grep -q '"first_pending_s":.*1[2-9]' || fail "Patient was not even pending"
same "Never" "" "$(fired Never)"
# 5 % of a minute's requests end by a deadline of 5 s: some 30 s after the fault, and 30 s of `for` more. The minute
# that is looked back on holds errors until a minute after the end.
case $(fired HighErrorRate) in
"1"[6-9][05]"..3"[5-9]*" slow-database") ;;
*) fail "HighErrorRate: $(fired HighErrorRate)" ;;
esac
detected=$(sqlite3 :memory: "SELECT json_extract(readfile('alerts.json'), '\$.faults[0].detected_by') || ' ' ||
    json_extract(readfile('alerts.json'), '\$.faults[0].detected_after_s')")
after=$(fired HighErrorRate | sed 's/\..*//')
same "detected" "HighErrorRate $((after - 120))" "$detected"

# The same rule, asked of what the store holds: the first evaluation at which it has held for 30 s.
"$SIMEX" export last --db s.db --out run.csv || fail "export ended $?"
since=$(awk -F , '$2 == "gateway" && $3 == "" && $7 == "increase" && ($4 == "ended" || $4 == "errors") { n[$4, $1 + 1] = $9 }
    END { for (t = 15; t <= 480; t += 15) { all = bad = 0
        for (s = t - 59; s <= t; s++) { all += n["ended", s]; bad += n["errors", s] }
        if (bad > 0.05 * all) { print t; exit } } }' run.csv)
same "HighErrorRate, from the windows" "$((since + 30))" "$after"

# ---- the files that are kept ----

want 0 "" "$SIMEX" alerts last --db s.db --out kept
mv out kept.text
(cd kept && promtool check rules rules.yml >/dev/null 2>&1) || fail "promtool refuses the rules that were kept"
(cd kept && promtool test rules test.yml) >again 2>&1
grep -q 'alertname="HighErrorRate", alertstate="firing"' again || fail "the files that were kept give no alert"
want 0 "" "$SIMEX" alerts world.json --no-store
cmp -s out kept.text || fail "the scenario gives other alerts than its stored run"
[ "$(awk '{ if (length($0) > w) w = length($0) } END { print w }' kept.text)" -le 80 ] || fail "wider than 80 columns"
[ -z "$(ls "$TMPDIR")" ] ||
    fail "a temporary folder was left"

want 73 "cannot make a temporary file" env TMPDIR="$work/nowhere" "$SIMEX" alerts last --db s.db --out kept

# A promtool that was killed has found nothing: that is no answer.
mkdir bin
printf '#!/bin/sh\n[ "$1" != test ] || kill -9 $$\n' >bin/promtool
chmod +x bin/promtool
want 70 "promtool was killed" env PATH="$work/bin:$PATH" "$SIMEX" alerts last --db s.db
[ ! -s out ] || fail "a promtool that was killed gives an answer: $(cat out)"

# Alerts are no part of a run's id: a rewritten rule is asked of the run that there is, under the same name.
id=$("$SIMEX" alerts last --db s.db --format json | sed -n 's/.*"run":.*"\(.*\)".*/\1/p')
sed 's/> 0.05/> 2/' world.json >rewritten && mv rewritten world.json
want 0 "" "$SIMEX" alerts world.json --db s.db --format json
same "the id with another rule" "$id" "$(sed -n 's/.*"run":.*"\(.*\)".*/\1/p' out)"
mv out alerts.json
same "the rewritten rule" "" "$(fired HighErrorRate)"

# ---- Part 1 ----

want 0 "" "$SIMEX" alerts part1 --db p.db
mv out part1.out
want 0 "" "$SIMEX" alerts last --db p.db --format json
mv out alerts.json
same "Part 1's alerts" 4 "$(sqlite3 :memory: "SELECT count(*) FROM json_each(readfile('alerts.json'), '\$.alerts')")"
same "fired once each, for the fault" 4 "$(sqlite3 :memory: "SELECT count(*)
    FROM json_each(readfile('alerts.json'), '\$.alerts') AS a, json_each(a.value, '\$.fired') AS f
    WHERE json_extract(f.value, '\$.fault') = 'slow-database' AND json_extract(f.value, '\$.detects')
        AND json_extract(f.value, '\$.from_s') BETWEEN 720 AND 780 AND json_extract(f.value, '\$.to_s') BETWEEN 1260 AND 1340")"
same "false alarms" 4 "$(sqlite3 :memory: "SELECT count(*)
    FROM json_each(readfile('alerts.json'), '\$.alerts') AS a, json_each(a.value, '\$.fired')")"

# ---- the alert of docs/detective.md: a script's knob is the fault ----

awk '/^```json$/ { inside = 1; next } /^```/ { inside = 0 } inside' "$SIMEX_SOURCE/docs/detective.md" >survival.json
want 0 "" "$SIMEX" alerts survival.json --no-store
grep -q '^SurvivalMode .* 14 s after configure?db_failure_rate=1.0$' out ||
    fail "the alert of docs/detective.md does not fire 14 s after the fault: $(cat out)"

# ---- docs/alerts.md: what it says is printed ----

awk '/^```json$/ { inside = 1; next } /^```/ { inside = 0 } inside' "$SIMEX_SOURCE/docs/alerts.md" >eager.json
"$SIMEX" alerts eager.json --no-store >eager.json.out
for scenario in part1 eager.json; do
    sed 's/run [0-9a-f]*;/run ID;/' $scenario.out >out
    awk -v command="\$ simex alerts $scenario --no-store" '/^```/ { inside = 0 } inside { print } $0 == command { inside = 1 }' \
        "$SIMEX_SOURCE/docs/alerts.md" | sed 's/run [0-9a-f]*;/run ID;/' >documented
    cmp -s out documented || fail "docs/alerts.md is not true of $scenario: $(diff out documented)"
done

[ $failed = 0 ] && echo "test_alerts: the fault was detected after $((after - 120)) s"
exit $failed
