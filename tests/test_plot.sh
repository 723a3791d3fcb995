#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# simex plot: the files, their numbers, that pictures come out byte for byte again, that users' texts stay texts, and
# what is said when something is wrong. $SIMEX is the program.
set -u

command -v gnuplot >/dev/null || {
    echo "test_plot: gnuplot is not installed" >&2
    exit 77
}
unset SIMEX_DB ARGP_HELP_FMT GNUTERM
export LC_ALL=C
work=$(mktemp -d) || exit 70
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work" || exit 70
failed=0

fail()
{
    printf 'test_plot: %s\n' "$*" >&2
    failed=1
}

# expect CODE TEXT COMMAND...: the exit code, and a text on standard error
expect()
{
    want=$1
    text=$2
    shift 2
    "$@" >out 2>err
    got=$?
    [ "$got" -eq "$want" ] || fail "$* gave $got, want $want: $(cat err)"
    grep -qF -- "$text" err || fail "$* does not say \"$text\": $(cat err)"
}

same_folders()
{
    diff -r "$1" "$2" >differ || fail "$3: $(cat differ)"
}

charts="latency errors hit_rate cpu pool attempts throughput"

# ---- one run ----

"$SIMEX" plot part1 --out one >list 2>err || fail "plot part1: $(cat err)"
[ ! -s err ] || fail "part1 says something on standard error: $(cat err)"
id=$("$SIMEX" runs --format json | sed -n 's/.*"run":.*"\([0-9a-f]*\)".*/\1/p')
{
    for chart in $charts; do echo "one/$chart.csv"; done
    for sheet in overview $charts; do echo "one/$sheet.gp"; echo "one/$sheet.svg"; echo "one/$sheet.png"; done
} >want
cmp -s list want || fail "the list of files is $(cat list)"
while read -r file; do
    size=$(wc -c <"$file")
    case $file in
    *.csv) least=1000 ;;
    *.gp) least=2000 ;;
    *) least=12000 ;;
    esac
    [ "$size" -ge $least ] || fail "$file has only $size bytes"
done <list
for text in 'Part 1: the database gets slow' warm-up steady chaos recovery slow-database P50 P95 P99 '504 TIMEOUT' \
    redis sre-lab 'db-pool size' 'gateway attempts' 'ended OK' 'simulated time (s)'; do
    grep -qF ">$text" one/overview.svg || fail "the overview does not show $text"
done

# The bins of the chaos phase: P95 is the gateway's deadline. Bins of 10 s, 156 of them.
awk -F, 'NR > 1 && $1 >= 720 && $2 <= 1260 { bins++; if ($4 != 5) wrong++ } END { exit bins != 54 || wrong > 0 }' \
    one/latency.csv || fail "P95 is not 5 s in every bin of the chaos phase"
[ "$(wc -l <one/latency.csv)" -eq 157 ] || fail "latency.csv has not 156 bins"
[ "$(head -n 1 one/latency.csv)" = from_s,to_s,latency_p50_s,latency_p95_s,latency_p99_s ] || fail "columns of latency"

# A bin that is a phase's measured part has the panel's readings.
cat >cut.json <<'END'
{"extends": "part1.json", "title": "cut", "run": {"until": "1560s"}, "expectations": [],
 "phases": {"steady": {"from": "60s", "to": "120s"}, "chaos": {"from": "720s", "to": "780s", "settle": "0s"},
            "recovery": null}}
END
"$SIMEX" plot cut.json --bin 60s --out cut >out 2>err || fail "plot cut.json: $(cat err)"
"$SIMEX" show last --format json >shown
# reading KEY PHASE: from what `show` says
reading()
{
    tr -d ' \t\n' <shown | grep -o "\"name\":\"$2\".*" | grep -o "\"key\":\"$1\"[^}]*\"value\":[^,}]*" | head -n 1 |
        sed 's/.*://'
}
# bin FILE COLUMN FROM
bin()
{
    awk -F, -v from="$3" -v column="$2" '$1 == from { print $column }' "cut/$1.csv"
}
for check in p95_latency:latency:4 error_rate:errors:3 hit_rate:hit_rate:3 cpu:cpu:3; do
    key=${check%%:*}
    column=${check##*:}
    file=${check#*:}
    file=${file%:*}
    for phase in steady:60 chaos:720; do
        a=$(reading "$key" "${phase%:*}")
        b=$(bin "$file" "$column" "${phase#*:}")
        awk -v a="${a:-none}" -v b="${b:-none}" \
            'BEGIN { exit !(a ~ /^[0-9]/ && b ~ /^[0-9]/ && (a - b) ^ 2 <= (1e-9 * a) ^ 2) }' ||
            fail "$key in ${phase%:*}: the panel has ${a:-nothing}, the bin ${b:-nothing}"
    done
done

# ---- the same bytes ----

cp -r one again
rm again/*.svg again/*.png
for script in again/*.gp; do
    (cd again && LC_ALL=C.UTF-8 gnuplot "$(basename "$script")") >out 2>&1 || fail "gnuplot $script: $(cat out)"
    [ ! -s out ] || fail "gnuplot $script says $(cat out)"
done
same_folders one again "gnuplot run by hand draws something else"
"$SIMEX" plot "$id" --out one >out 2>err || fail "plotting into the same folder: $(cat err)"
same_folders one again "plotting again draws something else"

# ---- several runs ----

"$SIMEX" run part1 --quiet --set gateway.timeout=8s --set redis.ttl=60s >out 2>err
"$SIMEX" plot "$id" last --out both --format json >out 2>err || fail "overlay: $(cat err)"
grep -q '"folder":.*"both"' out || fail "the JSON of an overlay is $(cat out)"
for text in 'as the scenario says' 'gateway.timeout=8s, redis.ttl=60s' 'Latency of gateway: P95'; do
    grep -qF "$text" both/overview.svg || fail "the overlay does not show $text"
done
[ "$(head -n 1 both/hit_rate.csv | tr ',' '\n' | grep -c redis_hit_ratio)" -eq 2 ] || fail "the overlay has not two hit rates"
"$SIMEX" plot "$id" "$id" --out twice >out 2>err || fail "one run twice: $(cat err)"
same_folders one twice "one run given twice is not drawn as one"
"$SIMEX" plot last >list 2>err || fail "plot last: $(cat err)"
grep -q '^plots-part1-[0-9a-f]\{8\}/overview.png$' list || fail "the default folder: $(cat list)"

# ---- worlds with less ----

cat >plain.json <<'END'
{"extends": "sre-lab.json", "title": "No phases", "run": {"until": "50s"}, "phases": {"steady": null},
 "panel": {"p95_latency": null}, "nodes": {"spare": {"type": "cache"}}}
END
"$SIMEX" plot plain.json --out plain >list 2>err || fail "no phases: $(cat err)"
[ "$(cat err)" = "simex: chart hit_rate: no data of spare" ] || fail "of an empty cache it says: $(cat err)"
grep -q spare plain/hit_rate.csv && fail "a cache without data has a column"
cat >idle.json <<'END'
{"extends": "sre-lab.json", "title": "Nobody comes", "run": {"until": "5s"}, "phases": {"steady": null},
 "nodes": {"clients": {"rate": "1/h"}}}
END
"$SIMEX" plot idle.json --out idle >list 2>err || fail "an idle world: $(cat err)"
grep -q "no chart latency" err || fail "an idle world says: $(cat err)"
[ ! -e idle/latency.gp ] || fail "an idle world has a chart of latency"

# ---- users' texts ----

cat >"it's \`touch pwned\`.json" <<'END'
{"title": "🎉 it's `touch pwned` $(touch pwned) \"%s %d {/Bold x} @a \\n\\\"\n\t\u0007'; system('touch pwned'); ' }} # <b>&amp; ü",
 "extends": "part1.json", "run": {"until": "60s"}, "expectations": [], "faults": {"slow-database": null},
 "phases": {"steady": {"from": "10s", "to": "30s"}, "chaos": null, "recovery": null}}
END
"$SIMEX" plot "./it's \`touch pwned\`.json" >list 2>err || fail "hostile title: $(cat err)"
[ -z "$(find . -name 'pwned')" ] || fail "a title was run"
folder=$(sed -n '1s,/.*,,p' list)
case $folder in
*[!A-Za-z0-9_-]*) fail "a folder is named $folder" ;;
esac
grep -qF "it's \`touch pwned\` \$(touch pwned)" "$folder/overview.svg" || fail "the title is not shown as it is"
grep -qF "'; system('touch pwned');" "$folder/overview.svg" || fail "the title is not shown as it is"
grep -q "^heading_png = '? it''s " "$folder/overview.gp" || fail "pngcairo is given a character that fonts may lack"

# ---- what goes wrong ----

expect 69 gnuplot-nox env PATH=/nonexistent "$SIMEX" plot "$id" --out none
[ ! -e none ] || fail "without gnuplot there is a folder"
mkdir bin
cat >bin/gnuplot <<'END'
#!/bin/sh
[ "$1" = --version ] || { echo "line 7: I cannot"; exit 1; }
END
chmod +x bin/gnuplot
expect 70 "line 7: I cannot" env PATH="$work/bin:$PATH" "$SIMEX" plot "$id" --out broken
printf '#!/bin/sh\nexit 0\n' >bin/gnuplot
expect 74 "did not write it whole" env PATH="$work/bin:$PATH" "$SIMEX" plot "$id" --out broken2
expect 66 "no run \"beef\"" "$SIMEX" plot beef
expect 66 "no scenario or file" "$SIMEX" plot nonsense
expect 64 "which run?" "$SIMEX" plot
expect 64 "multiple of the run's window" "$SIMEX" plot "$id" --bin 1500ms
expect 64 "--bin wants" "$SIMEX" plot "$id" --bin 0s
expect 64 "at most 12 runs" "$SIMEX" plot 1 2 3 4 5 6 7 8 9 10 11 12 13
mkdir theirs
echo mine >theirs/latency.csv
expect 73 "theirs/latency.csv is there" "$SIMEX" plot "$id" --out theirs
[ "$(cat theirs/latency.csv)" = mine ] || fail "somebody else's file was overwritten"
expect 73 "cannot create the folder" "$SIMEX" plot "$id" --out theirs/latency.csv/x

exit $failed
