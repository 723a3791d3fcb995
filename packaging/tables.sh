#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Prints what `simex --help` and `simex COMMAND --help` say, which is what the program's own tables hold, as lines of
# fields with tabs between them. $SIMEX is the program.
#
#     command  NAME  HELP  ARGUMENTS       such as: run, "simulate a scenario: ...", SCENARIO
#     about    NAME  TEXT                  a paragraph before the options
#     option   NAME  LETTER  LONG  VALUE  TEXT     some may be empty: "", no-store, "", "do not store the run"
#     group    NAME  TEXT                  a line above the options that follow
#     notes    NAME  TEXT                  a paragraph after the options
#
# A line that does not look as expected ends it with status 1.
set -u
export LC_ALL=C
simex=${SIMEX:-simex}
ARGP_HELP_FMT=rmargin=9000 # a paragraph a line
export ARGP_HELP_FMT

help=$("$simex" --help) || exit
commands=$(printf '%s\n' "$help" | sed -n 's/^  \([a-z][a-z-]*\)  *\([^ ].*\)/\1 \2/p')
[ -n "$commands" ] || exit 1

printf '%s\n' "$commands" | while read -r name text; do
    printf '@command\t%s\t%s\n' "$name" "$text"
    "$simex" "$name" --help || exit
done | awk '
BEGIN { FS = OFS = "\t" }
function die(what) { print "tables.sh: unexpected line of " name ": " what > "/dev/stderr"; bad = 1; exit 1 }
function flush_option() { if (pending != "") print pending, text; pending = "" }

$1 == "@command" { flush_option(); name = $2; help = $3; arguments = ""; section = "usage"; next }
section == "usage" && /^( +or|Usage): / {
    if (!sub("^( +or|Usage): *simex " name " ?", "")) die($0)
    gsub(/\[-[^]]*\] ?|\[OPTION\.\.\.\] ?/, "")
    arguments = arguments (arguments == "" ? "" : " | ") $0
    next
}
section == "usage" { print "command", name, help, arguments; section = "about" }
/^Mandatory or optional arguments to long options/ || /^Report bugs to/ { next }
/^ +-/ {
    flush_option()
    section = "options"
    letter = long = value = ""
    line = $0
    if (match(line, /^  -[^ ,-]/)) letter = substr(line, 4, 1)
    if (match(line, /--[a-z][a-z0-9-]*/)) {
        long = substr(line, RSTART + 2, RLENGTH - 2)
        line = substr(line, RSTART + RLENGTH)
        if (match(line, /^(\[?=[^ ]+)/)) {
            value = substr(line, RSTART, RLENGTH)
            line = substr(line, RLENGTH + 1)
            gsub(/^\[?=|\]$/, "", value)
        }
    } else sub(/^ *-./, "", line)
    sub(/^ +/, "", line)
    text = line
    pending = "option" OFS name OFS letter OFS long OFS value
    next
}
section == "options" && /^          +[^ ]/ {
    sub(/^ +/, "")
    text = text (text == "" ? "" : " ") $0
    next
}
/^ [^ ].*:$/ { flush_option(); sub(/^ /, ""); print "group", name, $0; section = "options"; next }
/^ *$/ { flush_option(); if (section == "options") section = "notes"; next }
section == "options" { section = "notes" }
{ flush_option(); sub(/^ +/, ""); print section, name, $0 }
END { flush_option(); if (name == "") bad = 1; exit bad }
'
