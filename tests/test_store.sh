#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The store from outside: what is reported stored is there, whole, whatever happens to the process, the disk or the file.
# Looks into it with the sqlite3 program (Debian package sqlite3); without it the test is skipped: exit status 77.
set -u

: "${SIMEX:?}" "${SIMEX_SOURCE:?}"
unset SIMEX_SCENARIOS SIMEX_DB TMPDIR
export LC_ALL=C

command -v sqlite3 >/dev/null || {
    echo "test_store: SKIPPED: sqlite3 is not installed" >&2
    exit 77
}

work=$(mktemp -d) || exit 70
mounted=
finish()
{
    [ -z "$mounted" ] || umount "$mounted"
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM
chmod 755 "$work"
cd "$work" || exit 70
failed=0
skipped=0
scenario=$SIMEX_SOURCE/tests/scenarios/short.json

fail()
{
    printf 'test_store: %s\n' "$*" >&2
    failed=1
}

skip()
{
    printf 'test_store: SKIPPED: %s\n' "$*" >&2
    skipped=1
}

# want STATUS WHAT COMMAND...: output in out, messages in err
want()
{
    status=$1
    what=$2
    shift 2
    "$@" >out 2>err
    got=$?
    [ "$got" = "$status" ] || fail "$what: want exit status $status, got $got: $(tail -n 2 err)"
}

# says WHAT PATTERN: one line of messages, and it matches
says()
{
    [ "$(wc -l <err)" = 1 ] && grep -q -- "$2" err || fail "$1: want one line like \"$2\", got: $(cat err)"
}

# All that a store holds; equal stores give equal dumps.
dump()
{
    sqlite3 "$1" .dump
}

# sound STORE: SQLite finds nothing wrong with it
sound()
{
    [ "$(sqlite3 "$1" 'PRAGMA integrity_check; PRAGMA foreign_key_check')" = ok ] || fail "$1 is not sound"
}

runs()
{
    sqlite3 "$1" 'SELECT count(*) FROM run'
}

# Everything of the run of a seed but its keys: whole runs of one seed are equal in every store.
whole_run()
{
    sqlite3 "$1" "SELECT r.id, r.fingerprint, r.events, r.canonical,
        (SELECT group_concat(p.name || p.ended) FROM phase p WHERE p.run = r.run),
        (SELECT group_concat(v.item || v.phase || v.value) FROM reading v WHERE v.run = r.run),
        (SELECT count(*) FROM bin b WHERE b.run = r.run), (SELECT count(*) FROM series s WHERE s.run = r.run),
        (SELECT sum(c.increase) + count(*) FROM counter_point c JOIN series USING (series) WHERE series.run = r.run),
        (SELECT sum(g.last) + count(*) FROM gauge_point g JOIN series USING (series) WHERE series.run = r.run),
        (SELECT sum(h.sum_ns) + sum(length(h.buckets)) FROM histogram_point h JOIN series USING (series)
            WHERE series.run = r.run)
        FROM run r WHERE r.seed = '$2'"
}

# ---- round trip ----

for file in "$SIMEX_SOURCE"/tests/scenarios/*.json part1; do
    "$SIMEX" run "$file" --seed 7 --set postgres.latency.sigma=0.3 --db trip.db >text 2>err
    status=$?
    [ $status = 0 ] || [ $status = 99 ] || fail "run $file: $status: $(cat err)"
    "$SIMEX" run "$file" --seed 7 --set postgres.latency.sigma=0.3 --no-store --format json >json 2>err
    "$SIMEX" show last --db trip.db | cmp - text || fail "$file: show is not what run printed"
    "$SIMEX" show last --db trip.db --format json | cmp - json || fail "$file: show --format json is not what run printed"
done
sound trip.db

# ---- an equal run ----

want 0 "a first run" "$SIMEX" run "$scenario" --quiet --db twice.db
dump twice.db >once
want 0 "an equal run" "$SIMEX" run "$scenario" --quiet --db twice.db
dump twice.db | cmp - once || fail "an equal run, stored again, changed the store"
sqlite3 twice.db "UPDATE run SET fingerprint = '0000000000000000'"
want 70 "an equal run that comes out otherwise" "$SIMEX" run "$scenario" --quiet --db twice.db
says "an equal run that comes out otherwise" "another fingerprint"

# ---- several processes ----

for seed in 1 2 3 4 5 6 7 8 9 10; do
    "$SIMEX" run "$scenario" --quiet --seed $seed --db many.db 2>>many.err &
done
wait
[ "$(runs many.db)" = 10 ] || fail "want 10 runs of 10 processes, got $(runs many.db): $(cat many.err)"
[ ! -s many.err ] || fail "10 processes on one store: $(cat many.err)"
sound many.db
for seed in 1 5 10; do
    rm -f one.db
    "$SIMEX" run "$scenario" --quiet --seed $seed --db one.db
    [ "$(whole_run many.db $seed)" = "$(whole_run one.db $seed)" ] || fail "seed $seed is not whole among ten"
done

# ---- killed, interrupted ----

# begin SEED: a run in the background, $process
begin()
{
    "$SIMEX" run "$scenario" --quiet --seed "$1" --db killed.db 2>/dev/null &
    process=$!
}
end()
{
    kill "-$1" "$process" 2>/dev/null
    wait "$process" 2>/dev/null
}

want 0 "a run before those that are killed" "$SIMEX" run "$scenario" --quiet --seed 1 --db killed.db
before=$(whole_run killed.db 1)
for delay in 0.02 0.05 0.08 0.1 0.15; do
    begin 2
    sleep $delay
    end KILL
done
# While it is being stored, which is when there is a journal.
hot=0
for try in 1 2 3 4 5 6 7 8; do
    begin $((10 + try))
    while [ ! -s killed.db-journal ] && kill -0 $process 2>/dev/null; do :; done
    end KILL
    [ ! -s killed.db-journal ] || hot=$((hot + 1))
    want 0 "runs after a kill" "$SIMEX" runs --db killed.db
done
[ $hot -gt 0 ] || skip "no kill came while a run was being stored"
sound killed.db
[ "$(whole_run killed.db 1)" = "$before" ] || fail "a kill changed another run"
for seed in $(sqlite3 killed.db 'SELECT seed FROM run'); do
    rm -f one.db
    "$SIMEX" run "$scenario" --quiet --seed "$seed" --db one.db
    [ "$(whole_run killed.db "$seed")" = "$(whole_run one.db "$seed")" ] || fail "after kills seed $seed is not whole"
done

cat >long.json <<END
{"extends": "$scenario", "run": {"until": "86400s"}}
END
count=$(runs killed.db)
for signal in INT:130 TERM:143; do
    "$SIMEX" run long.json --quiet --db killed.db 2>err &
    process=$!
    sleep 0.5
    kill "-${signal%:*}" $process
    wait $process
    got=$?
    [ $got = "${signal#*:}" ] || fail "want ${signal#*:} after SIG${signal%:*}, got $got"
    says "SIG${signal%:*}" "interrupted at .* stored"
done
[ "$(runs killed.db)" = "$count" ] || fail "an interrupted run was stored"

# ---- no room ----

want 0 "a run before the disk is full" "$SIMEX" run "$scenario" --quiet --db full.db
dump full.db >once
want 74 "windows above ulimit -f" sh -c "ulimit -f 64; exec '$SIMEX' run part1 --quiet --db full.db"
says "windows above ulimit -f" "cannot keep the run's windows in a temporary file: File too large; nothing stored"
mkdir disk
if mount -t tmpfs -o size=1m none disk 2>/dev/null; then
    mounted=$work/disk
    want 74 "windows on a full disk" env TMPDIR="$work/disk" "$SIMEX" run part1 --quiet --db full.db
    says "windows on a full disk" "temporary file: No space left on device; nothing stored"
    dump full.db | cmp - once || fail "a full disk for windows changed the store"
    want 74 "a store on a full disk" "$SIMEX" run part1 --quiet --db disk/store.db
    says "a store on a full disk" "disk/store.db: cannot store the run: database or disk is full"
    want 0 "runs after a full disk" "$SIMEX" runs --db disk/store.db
    [ ! -s out ] || fail "a run is listed that the full disk had no room for"
    sound disk/store.db
    want 74 "an export to a full disk" "$SIMEX" export last --db full.db --format openmetrics --out disk/run.om
    says "an export to a full disk" "disk/run.om: cannot write: No space left on device"
    umount disk && mounted=
else
    skip "a full disk: may not mount a tmpfs"
fi
want 73 "no folder for windows" env TMPDIR="$work/none" "$SIMEX" run "$scenario" --quiet --db full.db
says "no folder for windows" "cannot make a temporary file: No such file or directory"
want 73 "no folder for the store" "$SIMEX" run "$scenario" --quiet --db none/store.db
says "no folder for the store" "none/store.db: cannot create: unable to open database file; choose another store"
want 73 "a folder as store" "$SIMEX" run "$scenario" --quiet --db disk
says "a folder as store" "disk: cannot create"

# ---- read-only; root may write everywhere, so as nobody ----

unprivileged=
if [ "$(id -u)" = 0 ]; then
    cp "$SIMEX" program && cp -R "$SIMEX_SOURCE/scenarios" "$SIMEX_SOURCE/tests/scenarios/"*.json . && chmod -R a+rX .
    unprivileged="setpriv --reuid=65534 --regid=65534 --clear-groups env SIMEX_SCENARIOS=$work/scenarios"
    program=$work/program
else
    program=$SIMEX
fi
# shellcheck disable=SC2086 # several words
if $unprivileged "$program" version >/dev/null 2>&1; then
    mkdir locked
    cp full.db locked/store.db
    chmod 444 locked/store.db
    chmod 555 locked
    want 73 "a read-only store" $unprivileged "$program" run part1 --quiet --db locked/store.db
    says "a read-only store" "locked/store.db: is read-only; choose another store with --db, or none with --no-store"
    want 73 "a new store in a read-only folder" $unprivileged "$program" run part1 --quiet --db locked/new.db
    says "a new store in a read-only folder" "locked/new.db: cannot create: .*; choose another store"
    want 73 "delete from a read-only store" $unprivileged "$program" delete last --db locked/store.db
    says "delete from a read-only store" "cannot .*readonly database"
    for command in "runs" "show last" "show last --as-prometheus" "export last" "export last --format json"; do
        want 0 "$command from a read-only store" $unprivileged "$program" $command --db locked/store.db
        [ -s out ] || fail "$command from a read-only store prints nothing"
    done
    chmod 777 locked/store.db && [ "$(id -u)" != 0 ] || chown 65534 locked/store.db
    want 73 "a store whose folder is read-only" $unprivileged "$program" run part1 --quiet --db locked/store.db
    says "a store whose folder is read-only" "locked/store.db: cannot .*; choose another store"
    chmod 755 locked
    dump locked/store.db | cmp - once || fail "a read-only store changed"
else
    skip "read-only files: cannot run simex as nobody"
fi

# ---- not a store, a damaged one, a newer one ----

size=$(wc -c <full.db)
head -c $((size / 2)) full.db >truncated.db
head -c 100 full.db >short.db
{ printf 'This is a text and no store. %01000d' 0; } >text.db
{ head -c 4096 /dev/zero | tr '\0' '\377' && tail -c +4097 full.db; } >header.db
{ head -c $((size / 8)) full.db && head -c $((size / 2)) /dev/zero | tr '\0' '\252' && tail -c $((size * 3 / 8)) full.db; } >middle.db
sqlite3 other.db "CREATE TABLE t (a); INSERT INTO t VALUES (1)"
cp full.db newer.db
sqlite3 newer.db "PRAGMA user_version = 1000"
for file in truncated:'damaged' short:'damaged' text:'no simex store' header:'no simex store' middle:'damaged' \
    other:'is no simex store but another SQLite file' newer:'was written by a newer simex (schema 1000'; do
    db=${file%%:*}.db
    cp "$db" copy
    for command in "export last --format openmetrics" "export last --format json" "show last" "runs" \
        "show last --as-prometheus" "delete last" "run $scenario --quiet --seed 3"; do
        # shellcheck disable=SC2086
        "$SIMEX" $command --db "$db" >out 2>err
        got=$?
        case $db:$command:$got in
        *:74) says "$command of $db" "${file#*:}" ;;
        middle.db:show*:0 | middle.db:runs:0 | middle.db:run*:0) ;; # what these read may be unharmed
        *) fail "$command of $db: want exit status 74, got $got: $(cat err)" ;;
        esac
    done
    case $db in
    middle.db) ;;
    *) cmp "$db" copy || fail "$db was changed" ;;
    esac
done

# ---- nothing there ----

for db in missing.db empty.db; do
    [ $db = missing.db ] || : >$db
    want 0 "runs of $db" "$SIMEX" runs --db $db
    [ ! -s out ] || fail "runs of $db prints something: $(cat out)"
    want 0 "runs of $db as JSON" "$SIMEX" runs --format json --db $db
    [ "$(cat out)" = "[]" ] || fail "runs of $db as JSON is $(cat out)"
    want 66 "show of $db" "$SIMEX" show last --db $db
    says "show of $db" "$db: no run \"last\" (see: simex runs)"
done
[ ! -e missing.db ] || fail "looking for runs made a store"

# ---- delete ----

want 0 "a second run" "$SIMEX" run "$scenario" --quiet --seed 2 --db full.db
id=$(sqlite3 full.db "SELECT id FROM run WHERE seed = '1'")
want 0 "delete" "$SIMEX" delete "$id" --db full.db
sound full.db
left=$(for table in phase fault panel reading bin verdict series; do sqlite3 full.db "SELECT DISTINCT run FROM $table"; done | sort -u)
[ "$left" = "$(sqlite3 full.db 'SELECT run FROM run')" ] || fail "after delete there are rows of runs $left"
for table in counter_point gauge_point histogram_point; do
    [ "$(sqlite3 full.db "SELECT count(*) FROM $table WHERE series NOT IN (SELECT series FROM series)")" = 0 ] ||
        fail "delete left rows in $table"
done
rm -f one.db
"$SIMEX" run "$scenario" --quiet --seed 2 --db one.db
[ "$(whole_run full.db 2)" = "$(whole_run one.db 2)" ] || fail "delete harmed another run"
want 0 "show after delete" "$SIMEX" show last --db full.db
want 0 "delete last" "$SIMEX" delete last --db full.db
want 66 "delete again" "$SIMEX" delete last --db full.db
[ "$(sqlite3 full.db 'SELECT count(*) FROM series')" = 0 ] || fail "an empty store has series"

# ---- docs/store.md has every table and column, with its type ----

sqlite3 one.db "SELECT m.name || ' ' || c.name || ' ' || c.type FROM sqlite_schema m, pragma_table_info(m.name) c
    WHERE m.type = 'table' ORDER BY 1" >schema
awk -F ' *[|] *' '/^### `/ { gsub(/[#` ]/, ""); table = $0 }
    /^\| `/ { gsub(/`/, "", $2); print table, $2, $3; if ($4 == "") print table, $2, "WITHOUT MEANING" }' \
    "$SIMEX_SOURCE/docs/store.md" | sort >documented
LC_ALL=C sort schema | diff - documented >differ || fail "docs/store.md (>) is not the schema (<): $(cat differ)"

[ $failed = 0 ] || exit 1
[ $skipped = 0 ] || exit 77
