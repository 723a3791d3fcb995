#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Prints docs/reference.md: all that `simex describe` says of every type, as tables. $SIMEX is the program.
#
#     SIMEX=build/release/simex sh docs/generate_reference.sh >docs/reference.md
#
# A line of `simex describe` that does not look as expected ends it with status 1.
set -u
export LC_ALL=C
simex=${SIMEX:-simex}

text=$("$simex" describe) || exit
types=$(printf '%s\n' "$text" | sed -nE 's/^(node|part|link) +([a-z_]+) .*/\2/p')
[ -n "$types" ] || exit 1

for type in $types; do
    printf '@type\n'
    "$simex" describe "$type" || exit
done | awk '
function die(what) { print "generate_reference.sh: unexpected line " NR ": " what > "/dev/stderr"; bad = 1; exit 1 }
function cell(text) { gsub(/\|/, "\\|", text); return text }
function open_table(kind) {
    if (table == kind) return
    table = kind
    if (kind == "param") put("| param | kind | changes | default | range | |\n|---|---|---|---|---|---|")
    if (kind == "action") put("| action | |\n|---|---|")
    if (kind == "metric") put("| metric | kind | unit, or ratio of | |\n|---|---|---|---|")
}
function put(text) { body[types] = body[types] text "\n" }
function heading(text) { put("\n" text "\n"); table = "" }

# "count, live, default 10 (1 to 1000000)"
function param(name, rest,    kind, live, range, i) {
    kind = rest; sub(/,.*/, "", kind)
    sub(/^[^,]*, /, "", rest)
    live = rest; sub(/,.*/, "", live)
    if (!sub(/^(live|fixed), default /, "", rest)) die($0)
    range = ""
    i = match(rest, / \([^()]*\)$/)
    if (i > 0) { range = substr(rest, i + 2, RLENGTH - 3); rest = substr(rest, 1, i - 1) }
    if (rest !~ /^\(/) rest = "`" rest "`"
    return "| `" name "` | " kind " | " live " | " cell(rest) " | " cell(range) " | "
}
function metric(name, rest,    kind) {
    kind = rest; sub(/,.*/, "", kind)
    if (!sub(/^(counter|gauge|histogram|ratio), /, "", rest)) die($0)
    return "| `" name "` | " kind " | " cell(rest) " | "
}

$0 == "@type" { types++; section = "title"; next }
section == "title" {
    if ($0 !~ /^(node|part|link) [a-z_]+: /) die($0)
    sort[types] = $1; name[types] = $2; sub(/:$/, "", name[types])
    help[types] = $0; sub(/^[a-z]+ [a-z_]+: /, "", help[types])
    section = ""; next
}
$0 == "" { next }
$0 == "Params" || /^Part [a-z_]+: / {
    section = "param"
    if ($0 ~ /^Part/) {
        part = $2; sub(/:$/, "", part)
        of = $0; sub(/^Part [a-z_]+: /, "", of)
        heading("Part `" part "`: " of)
    } else heading("Params")
    open_table("param"); next
}
$0 == "Actions" { section = "action"; table = ""; next }
$0 == "Metrics" || /^Metrics of part / {
    section = $0 == "Metrics" ? "metric" : "part metric"
    waiting = $0 == "Metrics" ? "Metrics" : "Metrics of part `" $4 "`"; next
}
section == "action" && /^  [a-z]/ {
    word = $1; sub(/^ +[a-z_]+ +/, "")
    row = "| `" word "` | " cell($0) " |"
    if (word == "kill" || word == "restart") { common[word] = row; next }
    if (table != "action") heading("Actions")
    open_table("action"); put(row); next
}
/^  [a-z]/ {
    word = $1; rest = $0; sub(/^ +[a-z_]+ +/, "", rest)
    row = section == "param" ? param(word, rest) : metric(word, rest); next
}
/^      [^ ]/ {
    sub(/^ +/, "")
    row = row cell($0) " |"
    if (section == "param") put(row)
    else if (section == "metric" && sort[types] == "node") { rows++; key[rows] = row; of_type[rows] = types; seen[row]++ }
    else { if (waiting != "") { heading(waiting); waiting = ""; open_table("metric") } put(row) }
    next
}
{ die($0) }

END {
    if (bad) exit 1
    print "# Reference\n"
    print "Made by `docs/generate_reference.sh` from `simex describe`: do not edit. What the kinds of values are and how"
    print "paths are written: [scenario_format.md](scenario_format.md). *live* params may change while the simulation runs,"
    print "by a fault; *fixed* ones only before.\n"
    for (i = 1; i <= types; i++) nodes += sort[i] == "node"
    print "Every node has these actions and metrics."
    print "\n| action | |\n|---|---|\n" common["kill"] "\n" common["restart"]
    print "\n| metric | kind | unit, or ratio of | |\n|---|---|---|---|"
    for (i = 1; i <= rows; i++) if (of_type[i] == 1 && seen[key[i]] == nodes) print key[i]
    for (t = 1; t <= types; t++) {
        print "\n## " (sort[t] == "link" ? "link" : sort[t] " `" name[t] "`") "\n\n" help[t]
        own = ""
        for (i = 1; i <= rows; i++) if (of_type[i] == t && seen[key[i]] < nodes) own = own key[i] "\n"
        if (own != "") own = "\nMetrics\n\n| metric | kind | unit, or ratio of | |\n|---|---|---|---|\n" own
        split_at = index(body[t], "\nMetrics of part ")
        if (split_at == 0) printf "%s%s", body[t], own
        else printf "%s%s%s", substr(body[t], 1, split_at - 1), own, substr(body[t], split_at)
    }
}'
