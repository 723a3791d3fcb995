#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The USDT probes: their notes are in the program; the real bpftrace attaches to them, and what the scripts of docs/bpf
# count is what simex itself counted; and that somebody looks on changes nothing. Without probes in the program, or where
# bpftrace cannot run (it needs root and a kernel with BPF), the rest is skipped: exit status 77.
set -u

: "${SIMEX:?}" "${SIMEX_SOURCE:?}"
unset SIMEX_SCENARIOS SIMEX_DB
export SIMEX LC_ALL=C

failed=0
skip()
{
    [ $failed = 0 ] || exit 1
    echo "test_probes: SKIPPED: $*" >&2
    exit 77
}

work=$(mktemp -d) || exit 70
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work" || exit 70

fail()
{
    printf 'test_probes: %s\n' "$*" >&2
    failed=1
}

# ---- the notes ----

"$SIMEX" version --format json | grep -q '"probes":.true' ||
    skip "simex was built without probes (Debian package systemtap-sdt-dev)"
if command -v readelf >/dev/null; then
    readelf -n "$SIMEX" >notes || fail "readelf ended $?"
    for probe in call_begin call_arrive call_reply call_end wait_begin wait_end cpu_run network_send retransmit \
        breaker_state cache_lookup fault; do
        awk -v probe=$probe '$1 == "Provider:" { own = $2 == "simex" } $1 == "Name:" { hit = own && $2 == probe }
            $1 == "Location:" && hit { found = found || ($NF !~ /0x0+$/) } END { exit !found }' notes ||
            fail "no note of the probe $probe with a semaphore"
    done
fi

# ---- the scripts ----

scripts=0
for script in "$SIMEX_SOURCE"/docs/bpf/*.bt; do
    scripts=$((scripts + 1))
    name=$(basename "$script" .bt)
    sed -n 's|^usdt:/usr/bin/simex:simex:\(.*\)|\1|p' "$script" >used
    [ -s used ] || fail "$name.bt uses no probe"
    grep -q "bpf/trace $name " "$script" || fail "$name.bt does not say how it is run"
    grep -q "$name" "$SIMEX_SOURCE/docs/bpf.md" || fail "docs/bpf.md does not mention $name.bt"
done
[ $scripts -ge 6 ] || fail "only $scripts scripts in docs/bpf"

command -v bpftrace >/dev/null || skip "bpftrace is not installed (Debian package bpftrace)"
timeout 20 bpftrace -e 'BEGIN { exit(); }' >can 2>&1 || skip "bpftrace cannot run here: $(tail -n 1 can)"

# ---- its counts are ours ----

# Losses are for the retransmissions, the slow database for pool, retries and errors.
cat >world.json <<END
{"extends": "$SIMEX_SOURCE/tests/scenarios/short.json", "run": {"until": "190s"}, "phases": {"chaos": {"to": "190s"}}}
END
arguments="world.json --set links.edge.loss=0.01"
# shellcheck disable=SC2086
"$SIMEX" export $arguments --no-store --out run.csv || fail "export ended $?"
# shellcheck disable=SC2086
"$SIMEX" run $arguments --no-store --format json >plain.json
status=$?

# ours NODE PART METRIC [REASON]: the sum of a counter's increases, or of a histogram's samples
ours()
{
    awk -F , -v node="$1" -v part="$2" -v metric="$3" -v reason="${4-}" '$2 == node && $3 == part && $4 == metric &&
        $6 == reason && ($7 == "increase" || $7 == "count") { sum += $9 } END { printf "%d", sum }' run.csv
}

# theirs SCRIPT MAP: one of the numbers that bpftrace printed
theirs()
{
    sed -n "s/^@$2: //p" "$1.out"
}

for script in "$SIMEX_SOURCE"/docs/bpf/*.bt; do
    name=$(basename "$script" .bt)
    # shellcheck disable=SC2086
    timeout 60 "$SIMEX_SOURCE/docs/bpf/trace" "$name" run $arguments --no-store --format json >"$name.out" 2>"$name.err"
    # bpftrace does not pass on how its child ended; that must be seen from what it printed.
    grep -q '^Attaching' "$name.out" || fail "$name.bt did not attach: $(tail -n 3 "$name.err")"
    grep -q "$(sed -n 's/.*\("fingerprint":.*"\).*/\1/p' plain.json)" "$name.out" ||
        fail "$name.bt: with probes the run has another fingerprint, or none"
done

compared=0
# same SCRIPT MAP NUMBER: what bpftrace counted is what simex counted, and is something
same()
{
    compared=$((compared + 1))
    [ "$(theirs "$1" "$2")" = "$3" ] || fail "$1: @$2: bpftrace counts $(theirs "$1" "$2"), simex $3"
    [ "$3" -gt 0 ] || fail "$1: @$2: nothing happened"
}

for node in gateway sre-lab redis db-pool postgres; do
    same latency_by_node "answered\[$node\]" "$(ours $node '' latency)"
    [ "$(ours $node '' latency)" = "$(ours $node '' ended)" ] || fail "$node: latency is not of every ended call"
done
same pool_waits "exhausted\[db-pool\]" "$(ours db-pool '' exhausted)"
same pool_waits "exhausted\[sre-lab\]" "$(ours sre-lab '' reason 'Pool Exhausted')"
same who_retries "retries\[gateway, sre-lab\]" "$(ours gateway retry retries)"
same run_queue_delay "bursts\[sre-lab\]" "$(awk -F , '$4 == "bursts" && $7 == "increase" { n += $9 }
    $4 == "busy" && $7 == "last" { busy = $9 } $4 == "queue" && $7 == "last" { queue = $9 }
    END { print n - busy - queue }' run.csv)"
same timeline "lookups\[redis\]" "$(ours redis '' judged)"
same timeline "hits\[redis\]" "$(ours redis '' hits)"
same timeline faults 1
same errors_by_reason "errors\[sre-lab, UNAVAILABLE, Pool Exhausted\]" "$(ours sre-lab '' reason 'Pool Exhausted')"
same errors_by_reason "errors\[gateway, TIMEOUT, Gateway Timeout\]" "$(ours gateway '' reason 'Gateway Timeout')"
# Over the link go the gateway's requests and the service's replies.
same retransmissions "messages\[edge\]" $(($(ours gateway '' sent) + $(ours sre-lab '' ended)))
tries=$(theirs retransmissions 'retransmissions\[edge\]')
messages=$(theirs retransmissions 'messages\[edge\]')
[ $((tries * 1000 / messages)) -ge 8 ] && [ $((tries * 1000 / messages)) -le 12 ] ||
    fail "1 % of the messages are lost, but bpftrace sees $tries retransmissions of $messages"

# A breaker's states, in their order, are those that simex logs.
"$SIMEX_SOURCE/docs/bpf/trace" timeline run part3-breaker --no-store --quiet 2>&1 |
    sed -n 's/^ *\([0-9.]*\) s  sre-lab\.breaker  /\1 /p' >theirs
"$SIMEX" logs part3-breaker --no-store |
    sed -n 's/^{"time_s":\([0-9]*\....\).*"service":"sre-lab","message":"breaker \([^"]*\)".*/\1 \2/p' >ours
[ "$(wc -l <ours)" -ge 3 ] || fail "the breaker of part3-breaker does not open, half-open and close"
cmp -s ours theirs || fail "the breaker's states differ: $(diff ours theirs)"

[ $failed = 0 ] && echo "test_probes: $compared counts of bpftrace equal to those of simex (a run's own status: $status)"
exit $failed
