#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# simex trace from outside: lists, trees, filters, what is wrong with them, and whether the spans of what it prints as JSON
# nest and add up to the nanosecond (python3 looks; without it that part is skipped, and says so).
. "$SIMEX_SOURCE/tests/wants.sh"

# No line is wider than 80 columns; a character of UTF-8 counts once.
narrow()
{
    wide=$(sed 's/[\x80-\xbf]//g' out | awk 'length > 80' | head -n 1)
    [ -z "$wide" ] || fail "$*: wider than 80 columns: $wide"
}

cat >calm.json <<END
{"extends": "$SIMEX_SOURCE/scenarios/part1.json", "run": {"until": "60s"},
 "faults": {"slow-database": {"at": "20s", "until": "50s"}}, "expectations": null,
 "phases": {"steady": {"from": "5s", "to": "20s"}, "chaos": {"from": "20s", "to": "50s", "settle": "10s"},
            "recovery": null}}
END

# ---- lists and trees ----

ends 0 "$SIMEX" trace calm.json --no-store
narrow a list
says out 'TRACE'
says out ' traces ended: '
says out '20 shown, '
[ "$(grep -c ' s  [A-Z]* .* ms  *get_product  gateway' out)" = 20 ] || fail "want 20 traces in the list"
cp out first
ends 0 "$SIMEX" trace calm.json --no-store
cmp -s out first || fail "the same list twice: other bytes"

ends 0 "$SIMEX" trace calm.json --slowest 1
narrow a tree
says out 'clients asks gateway for get_product at '
says out 'to the nanosecond: '
says out 'work '
says out '━ call  █ work  ░ wait'
id=$(sed -n 's/^trace \([0-9]*\) of calm, seed 1, run .*/\1/p' out)
sed '/ traces ended/,$d' out | sed '$d' >slowest
ends 0 "$SIMEX" trace calm.json --id "$id"
cmp -s out slowest || fail "--id $id and --slowest 1 show other trees: $(diff out slowest | head -n 3)"
awk '/^to the nanosecond/ { exit $4 + $6 == $8 ? 0 : 1 }' out || fail "work and waits are not the duration: $(tail -n 1 out)"

# What begins at one instant stands in the order of happening: the empty span db.pool_error before the wait for a core that
# follows it, behind the wait for a connection.
ends 0 "$SIMEX" trace calm.json --no-store --where 'op=db.pool_error and segment:cpu_queue' --slowest 1
awk '
    $1 == "db.pool_error" { errors++; if (before != "pool queue") { print NR ": behind " before; bad = 1 } }
    $NF ~ /^[░█]+$/ { before = $1 ($2 ~ /^[a-z]/ ? " " $2 : "") }
    END { exit bad || errors == 0 }' out >bad || fail "db.pool_error is out of order, or missing: $(cat bad)"

ends 0 "$SIMEX" trace calm.json --slowest 5
[ "$(grep -c 'get_product  gateway' out)" = 5 ] || fail "want five traces of --slowest 5"
ends 0 "$SIMEX" trace calm.json --quiet
[ ! -s out ] || fail "--quiet prints"
ends 66 "$SIMEX" trace calm.json --id 99999999
says err 'has no trace 99999999'
ends 66 "$SIMEX" trace calm.json --id 2
says err 'that is a span of trace 1'
ends 66 "$SIMEX" trace calm.json --id 00000000000000000000000000000001
says err 'is not of this run'
ends 66 "$SIMEX" trace calm.json --id 1 --where status=504
says err 'has no trace 1 of which that is true'

# ---- a stored run is simulated again, and is the same ----

"$SIMEX" run calm.json --seed 5 --quiet --db s.db || fail "cannot store a run"
ends 0 "$SIMEX" trace last --db s.db --slowest 2
says out 'traces ended'
cp out stored
ends 0 "$SIMEX" trace calm.json --seed 5 --no-store --slowest 2
cmp -s out stored || fail "the stored run and its scenario differ"
ends 64 "$SIMEX" trace last --db s.db --seed 6
says err '--seed, --set and --script go with a scenario'
ends 64 "$SIMEX" trace last --db s.db --script calm.json
ends 66 "$SIMEX" trace last --no-store
says err 'with --no-store no store is read'

# ---- filters ----

ends 0 "$SIMEX" trace calm.json --phase chaos --where 'status=503 and node=db-pool and duration>2s'
says out ' match: '
ends 0 "$SIMEX" trace calm.json --where 'status=599'
says out '; 0 match'
ends 0 "$SIMEX" trace calm.json --phase steady --where 'segment:pool_queue or status=504'
says out '; 0 match'
ends 64 "$SIMEX" trace calm.json --where 'status=503 & node=redis'
says err 'simex: --where: character 12: want "and", "or" or the end, got "&"'
says err '  status=503 & node=redis'
grep -q '^             ^$' err || fail "want a mark below character 12: $(cat err)"
ends 64 "$SIMEX" trace calm.json --where 'node=postgras'
says err 'the scenario has no node "postgras"; did you mean "postgres"?'
ends 64 "$SIMEX" trace calm.json --where 'not phase=storm'
says err 'the scenario has no phase "storm"'
ends 64 "$SIMEX" trace calm.json --phase chaoss
says err 'calm has no phase "chaoss"; did you mean "chaos"?'
ends 64 "$SIMEX" trace calm.json --slowest 0
ends 64 "$SIMEX" trace calm.json --limit 1e3
ends 64 "$SIMEX" trace calm.json --id 0x1
ends 64 "$SIMEX" trace
ends 66 "$SIMEX" trace nosuch
ends 66 "$SIMEX" trace last --db none.db
ends 65 "$SIMEX" trace calm.json --set gateway.timeout=0s

# ---- JSON: every span nests, every trace adds up ----

ends 0 "$SIMEX" trace calm.json --format json --limit 400
cp out traces.json
command -v python3 >/dev/null || {
    echo "test_trace: python3 is not installed: the spans in the JSON are not checked" >&2
    exit $failed
}
python3 - <<'END' || failed=1
import json, sys

tree = json.load(open("traces.json"))
wrong = 0


def check(holds, *what):
    global wrong
    if not holds:
        wrong += 1
        if wrong < 10:
            print("test_trace:", *what, file=sys.stderr)


def own(span):
    """What tiles the callee's own time: its segments and the calls it made, clipped to it."""
    first = span.get("arrived_ns", span["begun_ns"])
    last = span.get("replied_ns", span.get("ended_ns"))
    parts = [(s["from_ns"], s["to_ns"]) for s in span["segments"] if s["name"] != "network"]
    parts += [(c["begun_ns"], c["ended_ns"]) for c in span["children"]]
    parts = sorted((max(a, first), min(b, last)) for a, b in parts)
    return first, last, [p for p in parts if p[0] < p[1]]


def walk(span, parent, seen):
    seen.add(span["span_id"])
    check(len(span["span_id"]) == 16, "a span's id", span["span_id"])
    check(span["begun_ns"] <= span["ended_ns"], "ends before it begins", span)
    if parent:
        check(parent["arrived_ns"] <= span["begun_ns"] <= parent["replied_ns"], "begins outside of its parent", span)
    first, last, parts = own(span)
    at = first
    for a, b in parts:
        check(a == at, "a hole or an overlap at", at, "of", span["name"])
        at = b
    check(at == last or not parts and first == last, "does not reach its end:", span["name"], at, last)
    for child in span["children"]:
        walk(child, span, seen)


check(len(tree["traces"]) == 400, "want 400 traces, got", len(tree["traces"]))
check(sum(tree["matching_by_status"].values()) == tree["matching"] == tree["seen"], "counts do not add up")
statuses, spans, abandoned = set(), 0, 0
for trace in tree["traces"]:
    seen = set()
    statuses.add(trace["http_status"])
    check(trace["trace_id"] == tree["run"] + "%016x" % trace["trace"], "the id", trace["trace_id"])
    check(trace["work_ns"] + trace["wait_ns"] + trace["other_ns"] == trace["duration_ns"], "does not add up", trace["trace"])
    root = trace["root"]
    if trace["complete"]:
        check(trace["other_ns"] == 0, "time that nothing accounts for", trace["trace"])
        check(root["ended_ns"] - root["begun_ns"] == trace["duration_ns"], "duration", trace["trace"])
        walk(root, None, seen)
        spans += len(seen)
    abandoned += json.dumps(trace).count('"abandoned_ns"')
check({200, 504} <= statuses, "want 200 and 504 among", statuses)
check(spans > 2000, "only", spans, "spans")
check(abandoned > 0, "no abandoned work")
sys.exit(wrong > 0)
END
exit $failed
