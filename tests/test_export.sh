#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# simex export and show --as-prometheus from outside. CSV and JSON must hold what the store holds, OpenMetrics must keep
# to its grammar; real Prometheus is asked in test_prometheus.sh. Needs the sqlite3 program, else it is skipped (77).
. "$SIMEX_SOURCE/tests/wants.sh"
needs sqlite3

# A title and node names are the user's; the window does not divide the run.
cat >odd.json <<END
{"extends": "$SIMEX_SOURCE/tests/scenarios/short.json", "title": "A \"title\", with\\\\backslash and \u001b[31m",
 "run": {"until": "200500ms", "window": "3s"},
 "phases": {"steady": {"from": "10s", "to": "120s"}, "chaos": {"from": "120s", "to": "200s", "settle": "0s"}},
 "panel": {"p50": {"reading": "gateway.latency.p50", "title": "P50"},
           "wait": {"reading": "db-pool.wait.p99.9", "title": "Wait"},
           "cpu_wait": {"reading": "sre-lab.cpu.wait.p99", "title": "CPU wait"}}}
END
want 0 "" "$SIMEX" run odd.json --quiet --db s.db
for format in csv json openmetrics; do
    want 0 "" "$SIMEX" export last --db s.db --format $format
    mv out run.$format
    want 0 "" "$SIMEX" export last --db s.db --format $format --out file.$format
    [ ! -s out ] || fail "--out prints on standard output"
    cmp run.$format file.$format || fail "$format with --out is other than without"
    want 0 "" "$SIMEX" export odd.json --no-store --format $format
    cmp run.$format out || fail "$format of the scenario is other than of its stored run"
done
[ ! -e simex.db ] || fail "--no-store made a store"
want 0 "" "$SIMEX" export odd.json --seed 2 --db new.db --format csv
same "runs after an export of a scenario" 1 "$(sqlite3 new.db 'SELECT count(*) FROM run')"

# ---- CSV: every number of the store, and no other ----

sqlite3 -cmd '.mode csv' check.db '.import run.csv csv' "ATTACH 's.db' AS store" "
SELECT count(*) FROM csv;
SELECT count(*) FROM csv JOIN store.series s ON csv.node = s.node AND csv.part = ifnull(s.part, '')
    AND csv.metric = s.metric AND csv.status = ifnull(s.status, '') AND csv.reason = ifnull(s.reason, '')
    WHERE kind = 'counter' AND stat = 'increase' AND s.unit <> 'ns' AND
          value = (SELECT increase FROM store.counter_point p WHERE p.series = s.series AND t_ns = round(t_s * 1e9));
SELECT count(*) FROM store.counter_point JOIN store.series USING (series) WHERE unit <> 'ns';
SELECT round(sum(value), 6) FROM csv WHERE stat = 'max' AND unit = 's';
SELECT round(sum(max_ns) / 1e9, 6) FROM store.histogram_point;
SELECT count(*) FROM csv WHERE stat = 'mean';
SELECT count(*) FROM store.gauge_point;
SELECT group_concat(DISTINCT stat) FROM csv;" >numbers 2>err || fail "the CSV cannot be imported: $(cat err)"
[ ! -s err ] || fail "importing the CSV: $(cat err)"
{
    read -r lines
    read -r equal
    read -r counters
    read -r max
    read -r max_wanted
    read -r means
    read -r gauges
    read -r stats
} <numbers
same "CSV lines with their header" $((lines + 1)) "$(wc -l <run.csv)"
same "counters in the CSV" "$counters" "$equal"
same "sum of maxima in the CSV" "$max_wanted" "$max"
same "gauges in the CSV" "$gauges" "$means"
same "header" "t_s,node,part,metric,status,reason,stat,unit,value" "$(head -n 1 run.csv)"
for stat in increase mean min max last count sum p50 p95 p99; do
    case ,$(printf '%s' "$stats" | tr -d '"'), in
    *,$stat,*) ;;
    *) fail "the CSV has no $stat" ;;
    esac
done

# ---- JSON ----

json()
{
    sqlite3 :memory: "SELECT $1 FROM (SELECT readfile('run.json') AS whole) $2"
}
same "valid JSON" 1 "$(json 'json_valid(whole)' '')"
same "the run in the JSON" "$(sqlite3 s.db 'SELECT id FROM run')" "$(json "json_extract(whole, '\$.run.run')" '')"
same "the window in the JSON" 3 "$(json "json_extract(whole, '\$.window_s')" '')"
same "series in the JSON" "$(sqlite3 s.db 'SELECT count(*) FROM series')" \
    "$(json "json_array_length(whole, '\$.series')" '')"
same "points in the JSON" \
    "$(sqlite3 s.db 'SELECT (SELECT count(*) FROM counter_point) + (SELECT count(*) FROM gauge_point) +
        (SELECT count(*) FROM histogram_point)')" \
    "$(json "sum(json_array_length(value, '\$.points'))" ", json_each(whole, '\$.series')")"
same "rows as long as their columns" 0 "$(json 'count(*)' ", json_each(whole, '\$.series') s, json_each(s.value, '\$.points') p
    WHERE json_array_length(p.value) <> json_array_length(s.value, '\$.columns')")"
grep -qiE '[:,[] *-?(nan|inf)' run.json && fail "the JSON has NaN or an infinity"

# ---- OpenMetrics ----

same "the last line" "# EOF" "$(tail -n 1 run.openmetrics)"
awk '
    function bad(what) { print FNR ": " what ": " $0; failures++; if (failures > 5) exit }
    ended { bad("after # EOF") }
    $1 == "#" && $2 == "EOF" { ended = 1; next }
    $1 == "#" {
        if ($2 == "TYPE") { if ($3 in seen) bad("family again"); seen[$3] = 1; family = $3; type = $4 }
        else if ($3 != family) bad("heading of another family")
        if ($2 == "UNIT" && family !~ ("_" $4 "$")) bad("unit is no suffix")
        next
    }
    !/^[a-z_]+\{([a-z]+="([^"\\\n]|\\["\\n])*",?)+\} [-+.0-9e]+ [0-9]+(\.[0-9]+)?$/ { bad("no sample") }
    {
        name = $0; sub(/\{.*/, "", name)
        series = $0; sub(/ [^ ]+ [^ ]+$/, "", series)
        if (index(name, family) != 1) bad("sample of another family")
        suffix = substr(name, length(family) + 1)
        if (type == "counter" ? suffix != "_total" : type == "gauge" ? suffix != "" : suffix !~ /^_(bucket|count|sum)$/)
            bad("suffix")
        value = $(NF - 1); time = $NF
        if (series in last && time <= last[series]) bad("time does not rise")
        if (series in last && type != "gauge" && value + 0 < was[series] + 0) bad("a counter falls")
        last[series] = time; was[series] = value; count[series]++
        if (suffix == "_bucket") {
            if (series ~ /le="0.005"/) below = 0
            if (value < below) bad("buckets do not rise")
            below = value
        }
        if (suffix == "_count" && value != below) bad("count is not the last bucket")
    }
    END {
        for (series in count) { all++; if (count[series] != 67) bad("want 67 samples of " series ", got " count[series]) }
        if (all < 300) bad("only " all " series")
        if (failures) exit 1
    }' run.openmetrics >bad || fail "OpenMetrics: $(cat bad)"
same "the first window's end" 1700000003 "$(sed -n 's/^simex_calls_total{node="gateway"} [^ ]* //p' run.openmetrics | head -n 1)"
same "the last window's end" 1700000200.5 "$(sed -n 's/^simex_calls_total{node="gateway"} [^ ]* //p' run.openmetrics | tail -n 1)"
same "all calls" "$(sqlite3 s.db "SELECT sum(increase) FROM series JOIN counter_point USING (series) WHERE node = 'gateway' AND metric = 'calls'")" \
    "$(sed -n 's/^simex_calls_total{node="gateway"} \([^ ]*\) .*/\1/p' run.openmetrics | tail -n 1)"
same "the lab's name" "$(grep -c '^simex_latency_seconds_.*node="gateway"' run.openmetrics)" \
    "$(grep -c '^http_request_duration_seconds_.*service="gateway"' run.openmetrics)"
want 0 "" "$SIMEX" export last --db s.db --format openmetrics --epoch 0 --buckets 0.1,2
same "--epoch" 3 "$(sed -n 's/^simex_calls_total{node="gateway"} [^ ]* //p' out | head -n 1)"
same "--buckets" "0.1 2 +Inf " "$(sed -n 's/^simex_latency_seconds_bucket{node="gateway",le="\([^"]*\)"} [^ ]* 3$/\1/p' out | tr '\n' ' ')"
want 0 "" "$SIMEX" export last --db s.db --format openmetrics --buckets prometheus
cmp -s out run.openmetrics || fail "Prometheus' default buckets are not the lab's"

# ---- as Prometheus ----

want 0 "" "$SIMEX" show last --db s.db --as-prometheus
same "readings of percentiles" 4 "$(grep -c '^histogram_quantile' out)"
grep -qF 'histogram_quantile(0.999, sum by (le) (rate(simex_wait_seconds_bucket{node="db-pool"}[60s])))' out ||
    fail "the query of db-pool.wait.p99.9 is missing: $(cat out)"
grep -qF '{node="sre-lab",part="cpu"}' out || fail "the query of a part's histogram is missing: $(cat out)"
awk 'length > 80 && !/^histogram_quantile/ { exit 1 }' out || fail "lines above 80 columns"
want 0 "" "$SIMEX" show last --db s.db --as-prometheus --format json
same "valid JSON as Prometheus" 1 "$(sqlite3 :memory: "SELECT json_valid(readfile('out'))")"
want 0 "" "$SIMEX" show last --db s.db --as-prometheus --buckets 0.001
grep -q "above the highest bound" out || fail "the highest bound is not explained: $(cat out)"
cat >plain.json <<END
{"extends": "$SIMEX_SOURCE/tests/scenarios/short.json", "panel": null}
END
"$SIMEX" run plain.json --quiet --db plain.db
want 0 "" "$SIMEX" show last --db plain.db --as-prometheus
grep -q "no percentile" out || fail "a panel without percentiles: $(cat out)"

# ---- wrong use ----

want 64 "which run?" "$SIMEX" export
want 64 "one run at a time" "$SIMEX" export last last
want 64 "wants csv, openmetrics, json, otlp, otlp-metrics, otlp-logs, chrome or folded" "$SIMEX" export last --format xml
want 64 "go with a scenario" "$SIMEX" export last --db s.db --seed 2
want 64 "go with a scenario" "$SIMEX" export last --db s.db --set gateway.timeout=8s
want 64 "whole seconds" "$SIMEX" export last --epoch -1
want 64 "whole seconds" "$SIMEX" export last --epoch 999999999999999
for buckets in "" 0 -1 1,1 2,1 1,,2 "1," nan inf 1e30 x; do
    want 64 "rising seconds" "$SIMEX" export last "--buckets=$buckets"
done
want 66 "no run \"last\"" "$SIMEX" export last --db none.db
want 66 "no run \"abcdef\"" "$SIMEX" export abcdef --db s.db
want 73 "none/file: cannot create: No such file" "$SIMEX" export last --db s.db --out none/file
[ ! -e /dev/full ] || want 74 "/dev/full: cannot write" "$SIMEX" export last --db s.db --out /dev/full
exit $failed
