#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# simex report from outside: what is in the page, that it holds nothing that runs but its own scripts, the same bytes for
# the same input, exit codes. How a browser takes it: test_report_browser.sh. Needs dygraphs, else it is skipped (77).
. "$SIMEX_SOURCE/tests/wants.sh"

# holds FILE TEXT...: each is a part of the file
holds()
{
    file=$1
    shift
    for text in "$@"; do
        grep -qF -- "$text" "$file" || fail "$file does not hold: $text"
    done
}

# count FILE PATTERN: how often an extended regular expression occurs
count()
{
    grep -oE -- "$2" "$1" | wc -l
}

cat >short.json <<END
{"extends": "$SIMEX_SOURCE/tests/scenarios/short.json", "run": {"until": "40s"},
 "phases": {"steady": {"from": "5s", "to": "20s"}, "chaos": {"from": "20s", "to": "40s", "settle": "5s"}},
 "faults": {"slow-database": {"at": "20s"}}}
END
short=short.json

# ---- without the library ----

want 69 libjs-dygraphs env SIMEX_DYGRAPHS=/nonexistent "$SIMEX" report "$short" --out none.html
[ ! -e none.html ] || fail "a page without charts was written"
if "$SIMEX" report nothing 2>&1 </dev/null | grep -q libjs-dygraphs; then
    echo "test_report: SKIPPED: libjs-dygraphs is not installed" >&2
    [ "$failed" = 0 ] || exit 1
    exit 77
fi

# ---- a run ----

want 0 "" "$SIMEX" run "$short" --quiet --db s.db --set gateway.timeout=4s
want 0 "" "$SIMEX" report last --db s.db --out one.html
[ ! -s out ] || fail "--out prints on standard output"
want 0 "" "$SIMEX" report last --db s.db
cmp -s out one.html || fail "--out is other than standard output"
want 0 "" "$SIMEX" report "$short" --set gateway.timeout=4s --no-store --out file.html
[ ! -e simex.db ] || fail "--no-store made a store"
id=$(sed -n 's/.*<dt>Run<\/dt><dd><code>\([0-9a-f]*\).*/\1/p' one.html)
[ ${#id} = 16 ] || fail "no run id in the page"
holds one.html '<!DOCTYPE html>' '<html lang="en">' '<main id="main">' 'gateway.timeout=4s' 'slow-database' \
    'P95 latency (API)' "simex profile $id --db s.db --phase chaos --format svg" "simex trace $id --db s.db --id" \
    "simex show $id --db s.db" 'svg class="flame"' '<td class="bar">'
holds file.html "simex run $short --seed 1 --set gateway.timeout=4s" \
    "<code>simex report $short --set gateway.timeout=4s --out page.html</code>"
# All but the commands is the same for a stored run and for its scenario.
sed 's/<code>simex [^<]*<\/code>//' one.html >one.plain
sed 's/<code>simex [^<]*<\/code>//' file.html >file.plain
cmp -s one.plain file.plain || fail "the page of a stored run is other than that of its scenario"

# Every command that the page names works and shows what it says.
sed -n 's/.*<p class="again">Again: <code>\(simex [^<]*\)<\/code>.*/\1/p' one.html | sort -u >commands
[ "$(wc -l <commands)" -ge 5 ] || fail "few commands: $(cat commands)"
while read -r _ rest; do
    sh -c "\"\$SIMEX\" $rest" >out 2>err || fail "simex $rest: $(cat err)"
    [ -s out ] || fail "simex $rest prints nothing"
done <commands

# ---- nothing from elsewhere ----

# In the page but for its scripts and styles.
sed -e 's/<script>/\n&/g' -e 's/<style>/\n&/g' one.html |
    awk '/^<script>|^<style>/ { skip = 1 } !skip { print } /<\/script>|<\/style>/ { skip = 0 }' >frame.html
[ "$(count frame.html ' (src|srcset|style|on[a-z]+|action|formaction|data|poster)=')" = 0 ] ||
    fail "an attribute that loads, runs or styles: $(grep -oE ' (src|style|on[a-z]+)=.{40}' frame.html | head -n 3)"
[ "$(count frame.html 'href="')" = "$(count frame.html 'href="#')" ] || fail "a link leads out of the page"
[ "$(count frame.html '(url\(|@import|<base|<link|<iframe|<object|<embed|<form)')" = 0 ] || fail "it loads something"
[ "$(count one.html '<script')" -ge 3 ] || fail "scripts are missing"
holds one.html "content=\"default-src 'none'; script-src 'sha256-" "base-uri 'none'; form-action 'none'\">"
if grep -q "unsafe-\|sourceMappingURL" one.html; then fail "the policy is weak, or a source map is named"; fi

# ---- accessible: one h1, sections with headings, ids unique, tables with scopes, pictures with words ----

[ "$(count frame.html '<h1>')" = 1 ] || fail "want one h1"
[ "$(count frame.html '<section ')" = "$(count frame.html '<h2 id=')" ] || fail "a section without a heading"
[ "$(count frame.html '<th( [a-z]+="[^"]*")* ?>')" = "$(count frame.html '<th scope="(col|row)"')" ] ||
    fail "a th without scope"
grep -oE ' id="[^"]*"' frame.html | sort | uniq -d >twice
[ ! -s twice ] || fail "ids twice: $(cat twice)"
grep -oE 'href="#[^"]*"' frame.html | sed 's/href="#\(.*\)"/\1/' | while read -r target; do
    grep -q " id=\"$target\"" frame.html || echo "$target"
done >nowhere
[ ! -s nowhere ] || fail "links lead nowhere: $(cat nowhere)"
[ "$(count frame.html 'role="img"')" = "$(count frame.html 'role="img" aria-label="[^"]')" ] || fail "a picture without words"

# ---- bounded ----

size=$(wc -c <one.html)
[ "$size" -lt 700000 ] || fail "the page has $size bytes"

# ---- a hostile scenario ----

cat >hostile.json <<END
{"extends": "short.json",
 "title": "</script><img src=x onerror=alert(1)> \"' \u202e \u05d0 \u0001 \u2028 <!--",
 "panel": {"p50": {"reading": "gateway.latency.p50", "title": "</title></script><script>alert(2)</script>\" onload=\"x"}}}
END
want 0 "" "$SIMEX" report hostile.json --no-store --out hostile.html
[ "$(count hostile.html '<img')" = 0 ] || fail "a title became an element"
[ "$(count hostile.html '<script')" = "$(count one.html '<script')" ] || fail "a title became a script"
holds hostile.html '&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt; &quot;&#39; \u202e ' \
    '"\u003c/title\u003e\u003c/script\u003e\u003cscript\u003ealert(2)' '\u0022 onload=\u0022x"'

# ---- files of other commands ----

cat >why.json <<'END'
{"scenario": "part1", "seed": "1", "replications": 2, "questions": [{"id": "a", "ask": "Why <b>?", "phase": "chaos",
  "key": "p95_latency", "answer": "Because of <script>alert(3)</script>.",
  "blame": [{"where": "pool queue", "kind": "wait", "share": 0.75}, {"where": "rest", "kind": "work", "share": 0.25}],
  "what_if": [{"title": "no retry", "overrides": [["a.b", "1"]],
    "panel": {"p95_latency": {"value": 3.05, "change": -1.95, "low": -1.96, "high": -1.94},
              "error_rate": {"value": 0.3, "change": 0, "low": 0, "high": 0, "identical": true}}}]}],
 "remedies": [{"title": "breaker", "panel": {"error_rate": {"value": 0.01}}, "rank": 1}]}
END
echo '{"predictions": [{"say": "p95 < 3s", "right": false}, {"say": "x", "right": true}], "score": "1 of 2"}' >score.json
echo '{"scenario": "x", "questions": [{}, 3, null, {"blame": 7, "what_if": {"a": 1}, "answer": [1, null]}]}' >odd.json
want 0 "" "$SIMEX" report why.json score.json odd.json --out files.html
holds files.html 'Why &lt;b&gt;?' 'Because of &lt;script&gt;alert(3)&lt;/script&gt;.' '75.0 %' '3050.0 ms' '-1950.0 ms' \
    'identical' '&#10007; wrong' '&#10003; right' '1 of 2' 'simex explain part1 --seed 1 --replications 2' \
    'id="explanation-2"' "--say &#39;p95 &lt; 3s&#39;"
want 0 "" "$SIMEX" report "$SIMEX_SOURCE/scenarios/part3-breaker.json" score.json --no-store --out script.html
holds script.html 'Answers to the script' 'GET /products/' 'Score card' 'Changes of the breaker'

# ---- side by side ----

want 0 "" "$SIMEX" run "$short" --quiet --db s.db
want 0 "" "$SIMEX" report "$id" last --db s.db --out two.html
holds two.html 'Run A' 'Run B' 'What differs' 'gateway timeout' 'more time a request' '"name": "B"'
[ "$(count two.html '<tr><th scope="row"><bdi>node ')" = 1 ] || fail "more than the timeout differs"

want 0 "" "$SIMEX" report "$short" +gateway.timeout=4s,db-pool.size=20 +db-pool.size=30 --no-store --out plus.html
holds plus.html 'Run C' "simex run $short --seed 1 --set gateway.timeout=4s --set db-pool.size=20" 'node db-pool size' \
    "simex run $short --seed 1 --set db-pool.size=30" "<th scope=\"col\">C</th>"
want 0 "" "$SIMEX" report "$short" --show gateway.latency.p50 --no-store --out show.html
holds show.html "simex profile $short --seed 1 --show gateway.latency.p50 --phase chaos" \
    "simex report $short --show gateway.latency.p50 --out page.html" '<bdi>gateway.latency.p50</bdi></th>'
want 64 'before the first "+"' "$SIMEX" report +db-pool.size=3 --no-store

# ---- what is wrong ----

want 64 "which run" "$SIMEX" report
want 66 "no scenario or file" "$SIMEX" report nothing --no-store
want 73 "cannot create" "$SIMEX" report score.json --out none/page.html
want 64 "at most 6 runs" "$SIMEX" report part1 part1 part1 part1 part1 part1 part1 --no-store
[ ! -c /dev/full ] || want 74 "cannot write" "$SIMEX" report score.json --out /dev/full
echo '{"questions": 1}' >bad.json
want 65 "bad.json" "$SIMEX" report bad.json --no-store

exit "$failed"
