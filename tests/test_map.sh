#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# simex map from outside: the same numbers in all four formats, equal to the panel's; dot reads the graph, an XML parser
# the picture. Needs the sqlite3 program (it reads JSON), else it is skipped (77).
. "$SIMEX_SOURCE/tests/wants.sh"
needs sqlite3

# A title that no format may take for its own.
cat >world.json <<END
{"extends": "$SIMEX_SOURCE/tests/scenarios/short.json", "title": "A \"title\" <b>&amp; \\\\n \u001b[31m ]]> --> </svg>",
 "run": {"until": "300s"}, "phases": {"chaos": {"to": "300s", "settle": "20s"}},
 "panel": {"p95": {"reading": "gateway.latency.p95", "title": "P95"}, "errors": {"reading": "gateway.error_rate", "title": "errors"}}}
END
want 0 "" "$SIMEX" run world.json --quiet --db s.db
for format in text json dot svg; do
    want 0 "" "$SIMEX" map last --db s.db --phase chaos --format $format
    mv out map.$format
    want 0 "" "$SIMEX" map world.json --no-store --phase chaos --format $format
    cmp -s out map.$format || fail "--format $format: the scenario gives another map than its stored run"
done

# json EXPRESSION FROM
json()
{
    sqlite3 :memory: "SELECT $1 FROM (SELECT readfile('map.json') AS whole)${2:+, $2}"
}

# ---- the panel's numbers ----

reading()
{
    sqlite3 s.db "SELECT printf('%.9g', value) FROM reading JOIN panel USING (run, item) JOIN phase USING (run, phase)
        WHERE key = '$1' AND name = 'chaos'"
}
# The gateway's own latency is what its only caller waits: there is no link between.
same "P95" "$(reading p95)" "$(json "printf('%.9g', json_extract(value, '\$.p95_s'))" \
    "json_each(whole, '\$.edges') WHERE json_extract(value, '\$.to') = 'gateway'")"
same "error rate" "$(reading errors)" \
    "$(json "printf('%.9g', json_extract(whole, '\$.failed') * 1.0 / json_extract(whole, '\$.requests'))")"
same "from and to" 140.0..300.0 "$(json "printf('%.1f..%.1f', json_extract(whole, '\$.from_s'), json_extract(whole, '\$.to_s'))")"
same "deaths" "$(json "json_extract(whole, '\$.failed')")" \
    "$(json "sum(json_extract(value, '\$.requests'))" "json_each(whole, '\$.deaths')")"
same "where most requests died" "gateway Gateway Timeout db-pool Pool Exhausted" \
    "$(json "json_extract(whole, '\$.deaths[0].node') || ' ' || json_extract(whole, '\$.deaths[0].reason') || ' ' ||
        json_extract(whole, '\$.deaths[0].last_heard.node') || ' ' || json_extract(whole, '\$.deaths[0].last_heard.reason')")"
same "edges" "clients-gateway gateway-sre-lab sre-lab-db-pool sre-lab-postgres sre-lab-redis" \
    "$(json "json_extract(value, '\$.from') || '-' || json_extract(value, '\$.to')" "json_each(whole, '\$.edges')" |
        tr '\n' ' ' | sed 's/ $//')"

# ---- text: nothing of the title acts on a terminal, nothing is wider than it ----

! grep -q "$(printf '\033')" map.text || fail "the title's escape character came through"
[ "$(awk '{ if (length($0) > w) w = length($0) } END { print w }' map.text)" -le 80 ] ||
    fail "lines wider than 80 columns: $(awk 'length($0) > 80' map.text)"
# A long reason goes on in the next line.
"$SIMEX" map part3-breaker --no-store >long.text 2>err || fail "map part3-breaker: $(cat err)"
grep -q 'Circuit Breaker is OPEN' long.text && grep -q 'available\.' long.text || fail "a long reason is cut: $(cat long.text)"
awk 'length($0) > 80 { exit 1 }' long.text || fail "lines wider than 80 columns: $(awk 'length($0) > 80' long.text)"
counts=$(json "json_extract(whole, '\$.requests') || ' requests, ' || json_extract(whole, '\$.failed')")
grep -qF "Of the users' $counts (" map.text || fail "not the numbers of the JSON, $counts: $(cat map.text)"

# ---- dot, svg ----

if command -v dot >/dev/null; then
    dot -Tplain map.dot >plain 2>err || fail "dot refuses the graph: $(cat err)"
    same "edges that dot sees" 5 "$(grep -c '^edge ' plain)"
    same "nodes that dot sees" 6 "$(grep -c '^node ' plain)"
else
    echo "test_map: dot is not installed (Debian package graphviz): the graph is not read" >&2
fi
if command -v xmllint >/dev/null; then
    xmllint --noout map.svg 2>err || fail "xmllint refuses the picture: $(head -n 3 err)"
else
    echo "test_map: xmllint is not installed (Debian package libxml2-utils): the picture is not read" >&2
fi
grep -q '&lt;b&gt;&amp;amp;' map.svg || fail "the title is not escaped in the picture"
same "boxes" 6 "$(grep -c '<rect .*fill="#f6f8fa"' map.svg)"
same "arrows" 5 "$(grep -c 'l-9,-5 v10 z' map.svg)"
! grep -q '<script\|http[^ ]*://[^w]\|xlink' map.svg || fail "the picture needs something else"

# ---- a run that ends with its script ----

want 0 "" "$SIMEX" map sre-lab-original --no-store
same "seconds of the run" "sre-lab-original, the whole run: 0..20 s" "$(sed -n 2p out)"
same "requests a second" "0.2/s" "$(awk '$1 == "client" { print $3 }' out)"

# ---- refusals ----

want 64 "did you mean \"chaos\"" "$SIMEX" map last --db s.db --phase chaso
want 64 "wants text, json, dot or svg" "$SIMEX" map last --db s.db --format png
want 64 "go with a scenario" "$SIMEX" map last --db s.db --seed 3
want 0 "" "$SIMEX" map last --db s.db --quiet
[ ! -s out ] || fail "--quiet prints"

[ $failed = 0 ] && echo "test_map: four formats, one map"
exit $failed
