#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# simex logs from outside: every line is JSON with its fields in place, as many of each kind as the nodes counted, and
# the options choose among them. Needs the sqlite3 program (it reads JSON), else it is skipped (77).
. "$SIMEX_SOURCE/tests/wants.sh"
needs sqlite3

# Chaos from 120 s on; the service is killed for two seconds, too.
cat >world.json <<END
{"extends": "$SIMEX_SOURCE/tests/scenarios/short.json", "run": {"until": "190s"},
 "faults": {"crash": {"node": "redis", "at": "30s", "do": "kill"}, "back": {"node": "redis", "at": "32s", "do": "restart"}},
 "phases": {"chaos": {"to": "190s"}}}
END
want 0 "" "$SIMEX" run world.json --quiet --db s.db
want 0 "" "$SIMEX" export last --db s.db --out run.csv
want 0 "" "$SIMEX" logs last --db s.db
mv out all
run=$("$SIMEX" show last --db s.db --format json | sed -n 's/^.*"run":.*"\([0-9a-f]*\)".*/\1/p')
[ ${#run} = 16 ] || fail "no id of the run: $run"

# lines PATTERN...: how many lines of `all` hold every pattern
lines()
{
    cp all some
    for pattern in "$@"; do
        grep -- "$pattern" some >fewer
        mv fewer some
    done
    wc -l <some | tr -d ' '
}

# ours NODE PART METRIC [REASON]: the sum of a counter
ours()
{
    awk -F , -v node="$1" -v part="$2" -v metric="$3" -v reason="${4-}" '$2 == node && $3 == part && $4 == metric &&
        $6 == reason && $7 == "increase" { sum += $9 } END { printf "%d", sum }' run.csv
}

# ---- every line ----

sqlite3 :memory: "CREATE TABLE t (line)" ".mode ascii" '.separator "\037" "\n"' ".import all t" \
    "SELECT count(*) FROM t" "SELECT count(*) FROM t WHERE NOT json_valid(line)
        OR json_type(line, '\$.time_s') IS NOT 'real' OR json_type(line, '\$.service') IS NOT 'text'
        OR json_type(line, '\$.message') IS NOT 'text' OR json_type(line, '\$.attributes') IS NOT 'object'
        OR ifnull(json_extract(line, '\$.level'), '') NOT IN ('info', 'warn', 'error')
        OR (json_type(line, '\$.trace_id') IS NULL) <> (json_type(line, '\$.span_id') IS NULL)
        OR length(json_extract(line, '\$.trace_id')) <> 32 OR length(json_extract(line, '\$.span_id')) <> 16" >bad
same "lines that are not as they should be" "$(wc -l <all) 0" "$(tr '\n' ' ' <bad | sed 's/ $//')"
grep -q "\"trace_id\":\"$run" all || fail "trace ids do not begin with the run's id $run"
sed 's/^{"time_s":\([0-9.]*\),.*/\1/' all | sort -c -n || fail "time goes back"

# ---- as many as were counted ----

same "errors of the pool" "$(ours db-pool '' exhausted)" "$(lines '"service":"db-pool"' '"message":"Pool Exhausted"')"
same "errors of the service" "$(ours sre-lab '' errors)" "$(lines '"level":"error","service":"sre-lab"' '"attributes":{"after_s"')"
same "retries" "$(ours gateway retry retries)" "$(lines '"service":"gateway","message":"retry"')"
same "timeouts of the gateway's calls" "$(ours gateway '' timed_out)" "$(lines '"service":"gateway","message":"Timed Out"')"
same "errors of the gateway" "$(ours gateway '' errors)" "$(lines '"level":"error","service":"gateway"')"
same "faults" 3 "$(lines '"service":"simex","message":"fault: ')"
same "what a dead cache says" 0 "$(lines '"service":"redis"' 'Connection')"
[ "$(lines '"service":"sre-lab","message":"Connection Refused"' '"to":"redis"')" -gt 0 ] ||
    fail "the service does not complain of the dead cache"
same "the kill" 1 "$(lines '"level":"error","service":"redis","message":"killed"')"

# ---- choosing ----

want 0 "" "$SIMEX" logs last --db s.db --level error
same "--level error" "$(grep -c '"level":"error"' all)" "$(wc -l <out | tr -d ' ')"
want 0 "" "$SIMEX" logs last --db s.db --phase steady --level warn
same "--phase steady" "$(awk -F '[:,]' '$2 >= 60 && $2 < 120' all | grep -cv '"level":"info"')" "$(wc -l <out | tr -d ' ')"
# A trace that died of its deadline, by its 32 digits and by its number, with all that belongs to it.
trace=$(sed -n 's/.*"message":"Gateway Timeout","trace_id":"\([0-9a-f]*\)".*/\1/p' all | head -n 1)
want 0 "" "$SIMEX" logs last --db s.db --trace "$trace"
mv out by-digits
want 0 "" "$SIMEX" logs last --db s.db --trace "$(printf '%d' "0x$(printf '%s' "$trace" | cut -c 17-)")"
cmp -s out by-digits || fail "a trace's number and its digits give different lines"
grep -v '"level":"debug"' out >plain
grep "$trace" all >of-all
cmp -s plain of-all || fail "--trace leaves out or adds lines"
grep -q '"level":"debug","service":"redis"' out || fail "--trace does not show the replies that went well"
want 0 "" "$SIMEX" logs last --db s.db --trace "$trace" --format text
same "lines of text" "$(wc -l <by-digits)" "$(wc -l <out)"
! grep -q '{' out || fail "--format text prints JSON"

# The same ids as simex trace.
want 0 "" "$SIMEX" trace last --db s.db --id "$trace" --format json
grep -q "\"$trace\"" out || fail "simex trace does not know the trace $trace by this id"
for span in $(sed -n 's/.*"span_id":"\([0-9a-f]*\)".*/\1/p' by-digits | sort -u); do
    grep -q "\"$span\"" out || fail "simex trace has no span $span in trace $trace"
done

want 66 "there is no trace" "$SIMEX" logs last --db s.db --trace 99999999999
want 66 "is not of this run" "$SIMEX" logs last --db s.db --trace "0123456789abcdef$(printf '%s' "$trace" | cut -c 17-)"
want 64 "wants the number of a trace" "$SIMEX" logs last --db s.db --trace zero
want 64 "wants debug, info, warn or error" "$SIMEX" logs last --db s.db --level loud
want 64 "has no phase" "$SIMEX" logs last --db s.db --phase caos

[ $failed = 0 ] && echo "test_logs: $(wc -l <all | tr -d ' ') lines in their place"
exit $failed
