#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Traces for other programs: OTLP/JSON field by field against opentelemetry-proto, Chrome trace events against Google's
# format, folded stacks; then speedscope opens them. Without python3 nothing is checked (77). speedscope (npm) and Chromium
# are looked for; without them, or without a registry, that part is skipped, and says so.
. "$SIMEX_SOURCE/tests/wants.sh"
needs python3

cat >calm.json <<END
{"extends": "$SIMEX_SOURCE/scenarios/part1.json", "run": {"until": "60s"},
 "faults": {"slow-database": {"at": "20s", "until": "50s"}}, "expectations": null,
 "phases": {"steady": {"from": "5s", "to": "20s"}, "chaos": {"from": "20s", "to": "50s", "settle": "10s"},
            "recovery": null}}
END

ends 0 "$SIMEX" export calm.json --format otlp --epoch 1700000000 --limit 300 --out spans.json
says err 'traces: a fair sample, and the slowest (--limit)'
ends 0 "$SIMEX" export calm.json --format otlp --epoch 1700000000 --limit 300
cmp -s out spans.json || fail "to a file and to standard output: other bytes"
ends 0 "$SIMEX" export calm.json --format chrome --phase chaos --limit 12 --out chrome.json
ends 0 "$SIMEX" export calm.json --format folded --phase chaos --out calm.folded
ends 0 "$SIMEX" profile calm.json --format folded --phase chaos
cmp -s out calm.folded || fail "export and profile write other folded stacks"
ends 0 "$SIMEX" export calm.json --format folded --where 'status=504' --out lost.folded
cmp -s lost.folded calm.folded && fail "--where changes nothing"
ends 0 "$SIMEX" export calm.json --format otlp-logs --out logs.json
[ ! -s err ] || fail "otlp-logs: says $(cat err)"
ends 0 "$SIMEX" export calm.json --format otlp-logs
cmp -s out logs.json || fail "otlp-logs to a file and to standard output: other bytes"
ends 0 "$SIMEX" logs calm.json
cp out lines.jsonl
ends 0 "$SIMEX" export calm.json --format otlp-logs --phase chaos --level error --env staging --service-version 4.2 \
    --epoch 0 --out few.json
ends 0 "$SIMEX" logs calm.json --phase chaos --level error
cp out few.jsonl
ends 0 "$SIMEX" export calm.json --format otlp --env staging --service-version 4.2 --limit 5 --out staged.json
ends 0 "$SIMEX" export calm.json --no-store --format otlp-metrics --env staging --service-version 4.2 --out staged-metrics.json
ends 0 "$SIMEX" trace calm.json --format json --limit 10000
cp out all.json

"$SIMEX" run calm.json --quiet --db s.db || fail "cannot store a run"
ends 0 "$SIMEX" export last --db s.db --format otlp-metrics --out metrics.json
ends 0 "$SIMEX" export last --db s.db --format csv --out windows.csv

ends 64 "$SIMEX" export calm.json --format csv --where status=504
says err '--where and --limit go with'
ends 64 "$SIMEX" export calm.json --format csv --phase chaos
says err '--phase goes with'
ends 64 "$SIMEX" export calm.json --format otlp-logs --where status=504
ends 64 "$SIMEX" export calm.json --format otlp-logs --level loud
says err 'wants debug, info, warn or error'
ends 64 "$SIMEX" export calm.json --format otlp-logs --phase caos
says err 'has no phase "caos"'
ends 64 "$SIMEX" export calm.json --format otlp --level warn
ends 64 "$SIMEX" export calm.json --format json --env staging
says err '--env and --service-version go with'
ends 73 "$SIMEX" export calm.json --format otlp-logs --out none/logs.json
ends 74 env TMPDIR="$work/none" "$SIMEX" export calm.json --no-store --format otlp-logs
says err 'temporary file: No such file'
ends 64 "$SIMEX" export calm.json --format folded --limit 3
ends 64 "$SIMEX" export calm.json --format otlp --where 'status='
ends 64 "$SIMEX" export calm.json --format otlp --epoch 99999999999
says err 'the year 2554'
ends 73 "$SIMEX" export calm.json --format otlp --out none/spans.json

python3 - <<'END' || failed=1
import csv, json, re

epoch = 1700000000 * 10**9
known = {t["trace_id"]: t for t in json.load(open("all.json"))["traces"]}


def values(attributes):
    found = {}
    for attribute in attributes:
        assert set(attribute) == {"key", "value"} and len(attribute["value"]) == 1, attribute
        ((kind, value),) = attribute["value"].items()
        check = {"stringValue": str, "boolValue": bool, "intValue": str, "doubleValue": (int, float)}[kind]
        assert isinstance(value, check), attribute
        assert kind != "intValue" or re.fullmatch(r"-?\d+", value), attribute
        assert attribute["key"] not in found, attribute
        found[attribute["key"]] = value
    return found


def nanoseconds(text):
    assert isinstance(text, str) and re.fullmatch(r"[1-9]\d*", text), text
    return int(text) - epoch


# ---- OTLP ----

tree = json.load(open("spans.json"))
assert set(tree) == {"resourceSpans"}
spans, services = {}, set()
for resource in tree["resourceSpans"]:
    assert set(resource) == {"resource", "scopeSpans"}
    of = values(resource["resource"]["attributes"])
    assert of["service.version"] and of["deployment.environment"], of
    assert of["service.name"] not in services, of
    services.add(of["service.name"])
    for scope in resource["scopeSpans"]:
        assert scope["scope"]["name"] == "simex" and scope["scope"]["version"], scope["scope"]
        for span in scope["spans"]:
            fields = {"traceId", "spanId", "parentSpanId", "name", "kind", "startTimeUnixNano", "endTimeUnixNano",
                      "attributes", "events", "status"}
            assert set(span) | {"parentSpanId"} == fields, span
            assert re.fullmatch(r"[0-9a-f]{32}", span["traceId"]) and int(span["traceId"], 16), span
            assert re.fullmatch(r"[0-9a-f]{16}", span["spanId"]) and int(span["spanId"], 16), span
            assert span["name"] and span["kind"] in (1, 2), span
            start, end = nanoseconds(span["startTimeUnixNano"]), nanoseconds(span["endTimeUnixNano"])
            assert 0 <= start <= end <= 60 * 10**9, span
            about = values(span["attributes"])
            assert (span["kind"] == 2) == ("http.response.status_code" in about), span
            if span["kind"] == 2:
                code = int(about["http.response.status_code"])
                assert span["status"]["code"] == (2 if code in (500, 502, 503, 504) else 0), span
            assert span["status"]["code"] in (0, 2), span
            assert ("message" in span["status"]) == (span["status"]["code"] == 2), span
            for event in span["events"]:
                assert event["name"] and nanoseconds(event["timeUnixNano"]) >= start, event
                values(event["attributes"])
            assert span["spanId"] not in spans, "a span's id twice"
            spans[span["spanId"]] = (span, of["service.name"], start, end)
assert services == {"gateway", "sre-lab", "redis", "db-pool", "postgres"}, services
traces = {}
for span, service, start, end in spans.values():
    above = span.get("parentSpanId")
    if above is None:
        assert service == "gateway" and span["traceId"] not in traces, span
        traces[span["traceId"]] = (start, end)
    else:
        assert re.fullmatch(r"[0-9a-f]{16}", above), span
        assert spans[above][0]["traceId"] == span["traceId"], span
        assert spans[above][2] <= start, span
assert 280 <= len(traces) <= 300, len(traces)
shared = 0
for trace, (start, end) in traces.items():
    if trace in known:
        shared += 1
        assert start == known[trace]["begun_ns"] and end - start == known[trace]["duration_ns"], trace
assert shared > 100, shared
texts = open("spans.json").read()
assert '"abandoned"' in texts and '"error.type"' in texts and "Pool Exhausted" in texts

# ---- OTLP logs: fields, and what simex logs says ----

severities = {"debug": 5, "info": 9, "warn": 13, "error": 17}


def check_logs(name, lines, epoch, env, version):
    said = {}
    for line in open(lines):
        line = json.loads(line)
        said.setdefault(line["service"], []).append(line)
    found = {}
    tree = json.load(open(name))
    assert set(tree) == {"resourceLogs"}
    for resource in tree["resourceLogs"]:
        assert set(resource) == {"resource", "scopeLogs"}, resource
        of = values(resource["resource"]["attributes"])
        assert of["env"] == of["deployment.environment"] == env, of
        assert (of["version"] == of["service.version"] == version) if version else of["version"], of
        (scope,) = resource["scopeLogs"]
        assert scope["scope"]["name"] == "simex", scope["scope"]
        assert of["service.name"] not in found
        found[of["service.name"]] = scope["logRecords"]
    assert set(found) == set(said), (set(found), set(said))
    for service, records in found.items():
        assert len(records) == len(said[service]), service
        for record, line in zip(records, said[service]):
            fields = {"timeUnixNano", "observedTimeUnixNano", "severityNumber", "severityText", "body", "attributes"}
            if "trace_id" in line:
                fields |= {"traceId", "spanId"}
                assert (record["traceId"], record["spanId"]) == (line["trace_id"], line["span_id"]), record
                assert re.fullmatch(r"[0-9a-f]{32}", record["traceId"]), record
                assert re.fullmatch(r"[0-9a-f]{16}", record["spanId"]), record
            assert set(record) == fields, record
            assert record["timeUnixNano"] == record["observedTimeUnixNano"], record
            assert re.fullmatch(r"\d+", record["timeUnixNano"]), record
            assert abs((int(record["timeUnixNano"]) - epoch) / 1e9 - line["time_s"]) < 1e-6, (record, line)
            assert record["severityNumber"] == severities[line["level"]], record
            assert record["severityText"] == line["level"].upper(), record
            assert record["body"] == {"stringValue": line["message"]}, record
            about = values(record["attributes"])
            assert set(about) == set(line["attributes"]), record
            for key, value in line["attributes"].items():
                assert about[key] == (str(value) if isinstance(value, int) else value), (key, record)
    return found


found = check_logs("logs.json", "lines.jsonl", epoch, "simex", None)
assert {"simex", "gateway", "sre-lab", "db-pool"} == set(found), set(found)
linked = [r for r in found["sre-lab"] if r["spanId"] in spans and spans[r["spanId"]][0]["traceId"] == r["traceId"]]
assert len(linked) > 100, len(linked)
found = check_logs("few.json", "few.jsonl", 0, "staging", "4.2")
assert "simex" not in found and "gateway" in found, set(found)
for name, signal in (("staged.json", "resourceSpans"), ("staged-metrics.json", "resourceMetrics")):
    for resource in json.load(open(name))[signal]:
        of = values(resource["resource"]["attributes"])
        assert (of["env"], of["version"]) == ("staging", "4.2"), of

# ---- OTLP metrics: fields, and the sums of the windows ----

sums, seen = {}, {"sum": 0, "gauge": 0, "histogram": 0}
for resource in json.load(open("metrics.json"))["resourceMetrics"]:
    node = values(resource["resource"]["attributes"])["service.name"]
    names = set()
    for metric in resource["scopeMetrics"][0]["metrics"]:
        ((kind, data),) = [(key, value) for key, value in metric.items() if key not in ("name", "unit")]
        seen[kind] += 1
        assert metric["name"] not in names and metric["name"].startswith("simex."), metric["name"]
        names.add(metric["name"])
        assert kind == "gauge" or data["aggregationTemporality"] == 1, metric["name"]
        assert kind != "sum" or data["isMonotonic"] is True, metric["name"]
        for point in data["dataPoints"]:
            start, end = nanoseconds(point["startTimeUnixNano"]), nanoseconds(point["timeUnixNano"])
            assert 0 <= start < end <= 60 * 10**9, point
            values(point["attributes"])
            key = (node, metric["name"].removeprefix("simex."))
            if kind == "histogram":
                assert sum(map(int, point["bucketCounts"])) == int(point["count"]), point
                assert len(point["bucketCounts"]) == len(point["explicitBounds"]) + 1, point
                assert 0 <= point["min"] <= point["max"] and point["sum"] >= point["max"], point
                sums[key] = sums.get(key, 0) + int(point["count"])
            elif kind == "sum":
                sums[key] = sums.get(key, 0) + float(point.get("asInt", point.get("asDouble")))
            else:
                assert ("asInt" in point) != ("asDouble" in point), point
assert min(seen.values()) > 5, seen
stored = {}
for row in csv.DictReader(open("windows.csv")):
    if row["stat"] in ("increase", "count"):
        key = (row["node"], (row["part"] + "." if row["part"] else "") + row["metric"])
        stored[key] = stored.get(key, 0) + float(row["value"])
assert len(stored) > 20 and set(stored) <= set(sums), set(stored) - set(sums)
for key, total in stored.items():
    assert abs(sums[key] - total) < 1e-6 * max(1, total), (key, sums[key], total)

# ---- Chrome ----

events = json.load(open("chrome.json"))["traceEvents"]
open_async, stacks, names, last = {}, {}, set(), {}
for event in events:
    assert {"ph", "pid", "tid", "ts", "name"} <= set(event), event
    if event["ph"] == "M":
        assert event["name"] in ("process_name", "thread_name") and event["args"]["name"], event
        continue
    names.add(event["name"])
    key = (event["pid"], event["tid"])
    if event["ph"] in "BE":
        stack = stacks.setdefault(key, [])
        assert event["ts"] >= last.get(key, 0), event
        last[key] = event["ts"]
        if event["ph"] == "B":
            stack.append(event["name"])
        else:
            assert stack.pop() == event["name"], event
    else:
        assert event["ph"] in "be" and event["cat"] == "span" and event["id"].startswith("0x"), event
        stack = open_async.setdefault(event["id"], [])
        if event["ph"] == "b":
            stack.append((event["name"], event["ts"]))
        else:
            name, ts = stack.pop()
            assert name == event["name"] and ts <= event["ts"], event
assert all(not stack for stack in open_async.values()) and all(not stack for stack in stacks.values())
assert 10 <= len(stacks) <= 12, len(stacks)
assert {"gateway get_product", "pool queue", "backoff", "cpu"} <= names, names

# ---- folded ----

total = 0
for line in open("calm.folded"):
    stack, count = line.rsplit(" ", 1)
    assert stack.split(";")[0] == "gateway get_product" and int(count) > 0, line
    total += int(count)
assert total > 10**9
END

# ---- speedscope ----

skip()
{
    echo "test_exports: SKIPPED: speedscope: $*" >&2
    exit $failed
}
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || skip "Chromium is not installed"
command -v npm >/dev/null || skip "npm is not installed"
timeout 60 npm pack --silent speedscope@1.25.0 >pack 2>&1 && tar xzf speedscope-1.25.0.tgz || skip "npm cannot fetch it: $(tail -n 1 pack)"

# open_in_speedscope FILE SECONDS: what it shows of a file, as HTML, in FILE.html; nothing when it says that it cannot.
open_in_speedscope()
{
    printf 'speedscope.loadFileFromBase64("%s", "%s")\n' "$1" "$(base64 -w0 "$1")" >"$1.js"
    timeout "$2" "$browser" --headless=new --no-sandbox --disable-gpu --enable-unsafe-swiftshader --no-first-run \
        --user-data-dir="$work/browser" --virtual-time-budget=5000 --dump-dom \
        "file://$work/package/dist/release/index.html#localProfilePath=$work/$1.js" >"$1.html" 2>browser.log
}

open_in_speedscope calm.folded 90
[ -s calm.folded.html ] || skip "Chromium does not run here: $(tail -n 1 browser.log)"
says calm.folded.html '<title>calm.folded - speedscope</title>'
says calm.folded.html 'Left Heavy'
open_in_speedscope chrome.json 90
says chrome.json.html 'where the time went (pid 2), trace '
threads=$(grep -o 'trace [0-9]*, [A-Z_]* (tid [0-9]*)"' chrome.json.html | sort -u | wc -l)
[ "$threads" -ge 10 ] || fail "speedscope lists $threads traces of chrome.json"
says chrome.json.html '5.00s'
echo nonsense >bad.json
open_in_speedscope bad.json 8 # it asks to be told that this was read, for ever
grep -qF 'Left Heavy' bad.json.html && fail "speedscope opens anything: this test proves nothing"
exit $failed
