#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# simex profile from outside: the table, folded stacks, the flame graph, comparisons; that they tell the same numbers.
. "$SIMEX_SOURCE/tests/wants.sh"

narrow()
{
    wide=$(awk 'length > 80' out | head -n 1)
    [ -z "$wide" ] || fail "$*: wider than 80 columns: $wide"
}

cat >calm.json <<END
{"extends": "$SIMEX_SOURCE/scenarios/part1.json", "run": {"until": "60s"}, "title": "<Part> & \"one\"",
 "faults": {"slow-database": {"at": "20s", "until": "50s"}}, "expectations": null,
 "phases": {"steady": {"from": "5s", "to": "20s"}, "chaos": {"from": "20s", "to": "50s", "settle": "10s"},
            "recovery": null}}
END

# ---- the table ----

ends 0 "$SIMEX" profile calm.json --phase chaos
narrow the table
says out 'calm, seed 1, chaos'
says out 'wait  db-pool acquire: pool queue'
says out 'abandoned, while nobody waited'
awk '/ wait | work / { sum += $3 } END { exit sum > 99.9 && sum < 100.1 ? 0 : 1 }' out || fail "shares are not 100 %"
cp out first
ends 0 "$SIMEX" profile calm.json --phase chaos
cmp -s out first || fail "the same table twice: other bytes"
ends 0 "$SIMEX" profile calm.json --phase chaos --cpu
narrow the table of CPU
says out 'work  sre-lab get_product: cpu'
says out 'gone  sre-lab get_product: cpu'
grep -q 'pool queue' out && fail "waiting is no CPU"
ends 0 "$SIMEX" profile calm.json --phase chaos --diff-phase steady
narrow the comparison
says out 'compared with '
awk '/ wait | work / { print; exit }' out | grep -q '^ *+.*pool queue' || fail "the pool's queue has not grown most: $(head -n 6 out)"

# ---- folded, JSON: the same sums ----

ends 0 "$SIMEX" profile calm.json --phase chaos --format folded
cp out folded
grep -vqE '^[^;]+(;[^;]+)* [1-9][0-9]*$' folded && fail "no folded stack: $(grep -vE '^[^;]+(;[^;]+)* [1-9][0-9]*$' folded | head -n 1)"
sum=$(awk '{ sum += $NF } END { printf "%.0f", sum }' folded)
ends 0 "$SIMEX" profile calm.json --phase chaos --format json
total=$(awk '/"total_ns"/ { gsub(/[^0-9]/, "", $2); print $2; exit }' out)
[ "$sum" = "$total" ] || fail "folded stacks are $sum ns, the tree is $total ns"
ends 0 "$SIMEX" profile calm.json --phase chaos --diff-phase steady --format folded
[ -s out ] || fail "a comparison has no folded stacks"
grep -vqE '^[^;]+(;[^;]+)* [0-9]+ [0-9]+$' out && fail "a comparison has two numbers a line"

# ---- the flame graph ----

ends 0 "$SIMEX" profile calm.json --phase chaos --format svg --out flame.svg
[ ! -s out ] || fail "--out prints on standard output too"
ends 0 "$SIMEX" profile calm.json --phase chaos --diff-phase steady --format svg --out diff.svg
for svg in flame.svg diff.svg; do
    says $svg '<title>db-pool acquire: '
    says $svg '</svg>'
    grep -qiE '<script|href|nan|inf"' $svg && fail "$svg is not plain and self-contained"
done
if command -v python3 >/dev/null; then
    python3 - <<'END' || failed=1
import re, sys, xml.etree.ElementTree as xml

space = "{http://www.w3.org/2000/svg}"
for name in "flame.svg", "diff.svg":
    root = xml.parse(name).getroot()
    width = float(root.get("width"))
    rows = {}
    for frame in root.iter(space + "g"):
        box = frame.find(space + "rect")
        title = frame.find(space + "title").text
        assert re.search(r"\d (ns|us|ms|s), \d+\.\d\d %", title), title
        x, wide = float(box.get("x")), float(box.get("width"))
        assert 0 <= x and x + wide <= width, (name, title)
        rows.setdefault(float(box.get("y")), []).append((x, x + wide))
    assert len(rows) >= 4, (name, len(rows))
    for row in rows.values():
        row.sort()
        for one, other in zip(row, row[1:]):
            assert one[1] <= other[0] + 0.02, (name, one, other)
END
else
    echo "test_profile: python3 is not installed: the flame graph is not checked as XML" >&2
fi

# ---- what is wrong ----

ends 73 "$SIMEX" profile calm.json --out none/flame.svg
ends 64 "$SIMEX" profile calm.json --format xml
ends 64 "$SIMEX" profile calm.json --diff-phase storm
says err 'has no phase "storm"'
ends 66 "$SIMEX" profile calm.json --diff nosuch
ends 64 "$SIMEX" profile

# ---- another run ----

"$SIMEX" run calm.json --set db-pool.size=60 --quiet --db s.db || fail "cannot store a run"
ends 0 "$SIMEX" profile calm.json --phase chaos --diff last --db s.db
says out 'compared with '
awk '/pool queue/ { grown = $1 ~ /^\+/; exit } END { exit !grown }' out || fail "a larger pool has no shorter queue: $(cat out)"
exit $failed
