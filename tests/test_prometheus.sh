#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Real Prometheus on what `simex export` writes: promtool takes in every sample, a server on loopback answers PromQL, and
# its answers are those that simex computes itself (`show --as-prometheus`) and, within a bucket, the exact ones.
# Without promtool and prometheus (Debian package `prometheus`) or sqlite3 it is skipped: exit status 77.
set -u

: "${SIMEX:?}" "${SIMEX_SOURCE:?}"
unset SIMEX_SCENARIOS SIMEX_DB
export LC_ALL=C

for program in promtool prometheus sqlite3; do
    command -v "$program" >/dev/null || {
        echo "test_prometheus: SKIPPED: $program is not installed (Debian packages prometheus, sqlite3)" >&2
        exit 77
    }
done

work=$(mktemp -d) || exit 70
server=
finish()
{
    [ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM
cd "$work" || exit 70
failed=0

fail()
{
    printf 'test_prometheus: %s\n' "$*" >&2
    failed=1
}

"$SIMEX" run part1 --quiet --db store.db || fail "run part1 ended $?"
"$SIMEX" export last --db store.db --format openmetrics --out run.om || fail "export ended $?"

# ---- samples in = samples out ----

promtool tsdb create-blocks-from openmetrics run.om data >blocks 2>&1 || fail "promtool refuses: $(tail -n 3 blocks)"
in=$(grep -vc '^#' run.om)
# BLOCK ULID, MIN TIME, MAX TIME, DURATION, NUM SAMPLES, NUM CHUNKS, NUM SERIES, SIZE: one line a block, here one block.
out=$(awk '/^[0-9A-Z]* +[0-9]/ { print $5 }' blocks)
[ "$in" -gt 400000 ] || fail "only $in samples exported"
[ "$in" = "$out" ] || fail "$in samples in, $out out"
series=$(sed -n 's/^\([^#].*\) [^ ]* [^ ]*$/\1/p' run.om | sort -u | wc -l)
kept=$(awk '/^[0-9A-Z]* +[0-9]/ { print $7 }' blocks)
[ "$series" = "$kept" ] || fail "$series series in, $kept out"

# ---- a server ----

echo 'global: {}' >prometheus.yml
start_server()
{
    prometheus --config.file=prometheus.yml --storage.tsdb.path=data --storage.tsdb.retention.time=100y \
        --web.listen-address="127.0.0.1:$1" >server.log 2>&1 &
    server=$!
    waits=0
    while kill -0 "$server" 2>/dev/null && [ $((waits += 1)) -lt 100 ]; do
        grep -q 'Server is ready' server.log && return 0
        sleep 0.1
    done
    return 1
}
for try in 0 1 2 3 4; do
    port=$((20000 + ($$ * 13 + try * 1009) % 20000))
    start_server "$port" && break
    kill "$server" 2>/dev/null
    wait "$server" 2>/dev/null
    server=
done
[ -n "$server" ] || {
    fail "prometheus does not start: $(tail -n 3 server.log)"
    exit 1
}
url=http://127.0.0.1:$port

# ask EXPRESSION SECONDS: its value at that simulated time
ask()
{
    promtool query instant --time=$((1700000000 + $2)) "$url" "$1" | sed -n 's/.*=> \([^ ]*\) @.*/\1/p'
}

# exact KEY PHASE: what simex stored
exact()
{
    sqlite3 store.db "SELECT printf('%.17g', value) FROM reading JOIN panel USING (run, item) JOIN phase USING (run, phase)
        WHERE key = '$1' AND name = '$2'"
}

# near WHAT WANTED GOT WITHIN: relatively
near()
{
    awk -v a="$2" -v b="$3" -v within="$4" 'BEGIN { d = a - b; if (d < 0) d = -d
        exit !(a != "" && b != "" && a > 0 && d <= within * a) }' || fail "$1: want $2 (within $4), got $3"
}

# ---- the same estimate, point by point ----

"$SIMEX" show last --db store.db --as-prometheus --format json >as.json || fail "show --as-prometheus ended $?"
json()
{
    sqlite3 :memory: "SELECT $1 FROM (SELECT readfile('as.json') AS whole), $2"
}
query=$(json "json_extract(value, '\$.query')" "json_each(whole, '\$.readings')")
points=0
for phase in 0:60:660 1:720:1260 2:1290:1560; do
    number=${phase%%:*}
    from=${phase#*:}
    from=${from%:*}
    to=${phase##*:}
    json "printf('%d %.12g', json_extract(value, '\$.t_s') + 1700000000, json_extract(value, '\$.value'))" \
        "json_each(whole, '\$.readings[0].phases[$number].steps')" >ours
    promtool query range --start=$((1700000000 + from)) --end=$((1700000000 + to)) --step=15s "$url" "$query" |
        sed -n 's/^\([^ ]*\) @\[\([0-9]*\).*/\2 \1/p' >theirs
    points=$((points + $(wc -l <theirs)))
    paste -d ' ' ours theirs | awk '{ d = $2 - $4; if (d < 0) d = -d } $1 != $3 || !(d <= 1e-9 * $2) { print; exit 1 }' ||
        fail "phase $number: simex (left) and Prometheus (right) differ"
    whole=$(json "printf('%.12g', json_extract(value, '\$.whole_phase'))" \
        "json_each(whole, '\$.readings[0].phases') WHERE key = $number")
    near "P95 of the whole of phase $number" "$whole" \
        "$(ask "$(printf '%s' "$query" | sed "s/60s/$((to - from))s/")" "$to")" 1e-9
done
[ "$points" = 97 ] || fail "want 97 points compared, got $points"

# ---- near the exact values ----

p95='histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{service="gateway"}[540s])))'
chaos=$(ask "$p95" 1260)
near "P95 in chaos" "$(exact p95_latency chaos)" "$chaos" 0.5 # the bucket 2.5..5 s
steady=$(ask "$(printf '%s' "$p95" | sed s/540s/600s/)" 660)
near "P95 in steady" "$(exact p95_latency steady)" "$steady" 0.5 # 0.025..0.05 s
for phase in steady:600:660 chaos:540:1260; do
    name=${phase%%:*}
    range=${phase#*:}
    range=${range%:*}s
    at=${phase##*:}
    near "hit rate in $name" "$(exact hit_rate "$name")" "$(ask "sum(rate(simex_hits_total{node=\"redis\"}[$range])) /
        sum(rate(simex_judged_total{node=\"redis\"}[$range]))" "$at")" 1e-9
    near "hit rate in $name by the lab's names" "$(exact hit_rate "$name")" "$(ask "sum(rate(catalog_cache_hit_total[$range])) /
        (sum(rate(catalog_cache_hit_total[$range])) + sum(rate(catalog_cache_miss_total[$range])))" "$at")" 1e-9
    near "error rate in $name" "$(exact error_rate "$name")" \
        "$(ask "sum(rate(http_requests_total{service=\"gateway\",status=~\"5..\"}[$range])) /
        sum(rate(http_requests_total{service=\"gateway\"}[$range]))" "$at")" 1e-9
    near "CPU in $name" "$(exact cpu "$name")" "$(ask "avg_over_time(simex_busy_mean{node=\"sre-lab\",part=\"cpu\"}[$((${range%s} - 1))s]) /
        avg_over_time(simex_cores_mean{node=\"sre-lab\",part=\"cpu\"}[$((${range%s} - 1))s])" "$at")" 1e-9
done

# ---- the queries of docs/prometheus.md: "# at TIME: VALUE" and the expression ----

awk '/^```promql$/ { inside = 1; n++; next } /^```/ { inside = 0 } inside { print > ("doc" n) }' \
    "$SIMEX_SOURCE/docs/prometheus.md"
asked=0
for file in doc*; do
    time=$(sed -n 's/^# at \([0-9]*\): .*/\1/p' "$file")
    value=$(sed -n 's/^# at [0-9]*: \(.*\)/\1/p' "$file")
    near "docs/prometheus.md: $(tail -n +2 "$file")" "$value" "$(ask "$(cat "$file")" $((time - 1700000000)))" 0.01
    asked=$((asked + 1))
done
[ $asked -ge 6 ] || fail "only $asked queries found in docs/prometheus.md"

[ $failed = 0 ] && echo "test_prometheus: $in samples, $points points of P95 equal to Prometheus'"
exit $failed
