#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# How a browser takes the pages of simex report: headless Chromium draws the charts, finds nothing to complain of, runs no
# script but the page's own. Needs Chromium and dygraphs, else it is skipped (77).
#
#   SIMEX_SCREENSHOTS=DIR sh tests/test_report_browser.sh     also leaves screenshots: phone and desktop, light and dark
set -u

: "${SIMEX:?}" "${SIMEX_SOURCE:?}"
unset SIMEX_SCENARIOS SIMEX_DB
export LC_ALL=C

work=$(mktemp -d) || exit 70
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work" || exit 70
failed=0

skip()
{
    echo "test_report_browser: SKIPPED: $*" >&2
    exit 77
}

fail()
{
    printf 'test_report_browser: %s\n' "$*" >&2
    failed=1
}

browser=
for name in chromium chromium-browser google-chrome; do
    [ -n "$browser" ] || browser=$(command -v $name)
done
[ -n "$browser" ] || skip "chromium is not installed: nobody has looked at the pages of simex report"
if "$SIMEX" report nothing 2>&1 </dev/null | grep -q libjs-dygraphs; then skip "libjs-dygraphs is not installed"; fi

# browse FILE OPTION...: standard output in `page`, what the console says in `console`. A wall-clock limit, as no browser is
# to hold up the other tests.
browse()
{
    file=$1
    shift
    rm -rf profile
    HOME=$work timeout 60 "$browser" --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars \
        --no-first-run --user-data-dir="$work/profile" --virtual-time-budget=4000 --enable-logging=stderr --log-level=0 \
        "$@" "file://$work/$file" >page 2>log
    got=$?
    [ "$got" != 124 ] || skip "$browser does not come to an end here"
    [ "$got" = 0 ] || skip "$browser does not run here (exit status $got): $(tail -n 3 log)"
    grep -E ':CONSOLE' log >console
    [ ! -s console ] || fail "$file: the console says: $(head -n 3 console)"
}

cat >short.json <<END
{"extends": "$SIMEX_SOURCE/tests/scenarios/short.json", "run": {"until": "40s"},
 "phases": {"steady": {"from": "5s", "to": "20s"}, "chaos": {"from": "20s", "to": "40s", "settle": "5s"}},
 "faults": {"slow-database": {"at": "20s"}}}
END
cat >hostile.json <<'END'
{"extends": "short.json",
 "title": "</script><img src=x onerror=alert(1)> \u202e \u05d0",
 "panel": {"p50": {"reading": "gateway.latency.p50", "title": "</script><script>document.title = 'owned'</script>"}}}
END
"$SIMEX" report hostile.json --no-store --out run.html || fail "no page"
"$SIMEX" report hostile.json hostile.json --no-store --out two.html || fail "no page of two"
echo '{"predictions": [{"say": "<img src=x onerror=alert(1)>", "right": true}], "score": 1}' >score.json
"$SIMEX" report score.json --out score.html || fail "no page of a file"

# file, charts: each is drawn on two canvases, the lower of which has what does not move
while read -r file charts; do
    browse "$file" --dump-dom
    canvases=$(grep -o '<canvas' page | wc -l)
    [ "$canvases" = $((2 * charts)) ] || fail "$file: want $((2 * charts)) canvases, got $canvases"
    labels=$(grep -o 'class="dygraph-axis-label' page | wc -l)
    [ "$charts" = 0 ] || [ "$labels" -ge $((4 * charts)) ] || fail "$file: $labels labels of axes"
    if grep -q '<img\|<title>owned' page; then fail "$file: a text of the scenario became more than text"; fi
done <<END
run.html 5
two.html 5
score.html 0
END

# A page whose script is not the one that the policy names is a page without charts: the policy works.
sed 's/no data/No data/' run.html >changed.html
HOME=$work timeout 60 "$browser" --headless=new --no-sandbox --disable-gpu --user-data-dir="$work/profile" \
    --virtual-time-budget=4000 --dump-dom "file://$work/changed.html" >page 2>log
if grep -q '<canvas' page; then fail "a changed script ran: the policy does not work"; fi

# Keys, a click on a phase, the mouse, a click on a frame: in a copy without the policy, so that a script can do them.
cat >acts.js <<'END'
const said = function () { return Array.from(document.querySelectorAll('.readout')).map(function (r) { return r.textContent; }); };
const key = function (name) {
  document.getElementById('chart-0').dispatchEvent(new KeyboardEvent('keydown', {key: name, bubbles: true, cancelable: true}));
};
const labels = function () {
  return Array.from(document.querySelectorAll('.dygraph-axis-label-x')).map(function (l) { return l.textContent; }).join();
};
const results = [];
for (let i = 0; i < 12; i++) key('ArrowRight');
results.push('cursor ' + (said().filter(function (t) { return t.startsWith('12 s: '); }).length));
const whole = labels();
document.querySelectorAll('#tools button')[1].click();
results.push('phase ' + (labels() !== whole) + ' ' + document.querySelectorAll('#tools [aria-pressed=true]').length);
key('0');
results.push('whole ' + (labels() === whole));
key('+');
results.push('zoom ' + (labels() !== whole));
key('0');
const canvas = document.querySelectorAll('#chart-1 canvas')[1], box = canvas.getBoundingClientRect();
canvas.dispatchEvent(new MouseEvent('mousemove', {bubbles: true, clientX: box.left + box.width / 2, clientY: box.top + 50}));
results.push('mouse ' + (said().filter(function (t) { return t === said()[0] || !t.startsWith('12 s: '); }).length));
const frame = document.querySelectorAll('svg.flame')[1].querySelectorAll('g')[3], rect = frame.querySelector('rect');
const before = Number(rect.getAttribute('width'));
frame.dispatchEvent(new MouseEvent('click', {bubbles: true}));
results.push('flame ' + (before < 1180 && Number(rect.getAttribute('width')) === 1180));
document.body.setAttribute('data-results', results.join('; '));
END
awk '/http-equiv="Content-Security-Policy"/ { next } /^<\/body>/ { print "<script src=\"acts.js\"></script>" } { print }' run.html >acts.html
browse acts.html --dump-dom
wanted='cursor 5; phase true 1; whole true; zoom true; mouse 5; flame true'
grep -qF "data-results=\"$wanted\"" page || fail "acts: want $wanted, got $(grep -o 'data-results="[^"]*"' page)"

# The console is heard: a page that complains is noticed.
echo '<script>console.error("heard")</script>' >loud.html
HOME=$work timeout 60 "$browser" --headless=new --no-sandbox --disable-gpu --user-data-dir="$work/profile" \
    --virtual-time-budget=1000 --enable-logging=stderr --log-level=0 --dump-dom "file://$work/loud.html" >page 2>log
grep -q ':CONSOLE.*heard' log || fail "the console of $browser cannot be heard: the above shows nothing"

if [ -n "${SIMEX_SCREENSHOTS-}" ]; then
    mkdir -p "$SIMEX_SCREENSHOTS"
    echo '<!DOCTYPE html><style>body{margin:0}iframe{border:0;width:390px;height:5000px}</style><iframe src="run.html"></iframe>' >phone.html
    browse run.html --window-size=1280,4500 --screenshot="$SIMEX_SCREENSHOTS/desktop-light.png"
    browse run.html --window-size=1280,4500 --screenshot="$SIMEX_SCREENSHOTS/desktop-dark.png" --force-dark-mode \
        --blink-settings=preferredColorScheme=0
    browse phone.html --window-size=500,5000 --screenshot="$SIMEX_SCREENSHOTS/phone-light.png"
    browse phone.html --window-size=500,5000 --screenshot="$SIMEX_SCREENSHOTS/phone-dark.png" --force-dark-mode \
        --blink-settings=preferredColorScheme=0
    browse run.html --no-pdf-header-footer --print-to-pdf="$SIMEX_SCREENSHOTS/print.pdf"
fi
exit "$failed"
