#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Keeps README.md and docs/*.md true. In them
#
#   a block ```console           holds commands, lines that begin with "$ ", each followed by what it prints. They are run
#                                in the order of the file, in a folder of the file's own, with simex and ./lab at hand; a
#                                line "..." stands for any lines. git clone, cd and ./lab test are not run.
#   a block ```json file=NAME    is put into that folder before the commands run.
#   a block ```c file=PATH/NAME  is that file of the source tree, word for word.
#
# Other blocks (```text, ```sh) are not looked at: that is where figures of one machine belong. Fingerprints, run ids,
# model ids and counts of events may differ; on another libm or CPU class than docs/written_on.txt says all numbers may.
#
# Further: links lead somewhere, docs/reference.md is what docs/generate_reference.sh makes, the README has a
# row for every command, the examples are valid.
#
#   sh tests/test_docs.sh [--update]       --update writes what is true now into the files
#
# $SIMEX is the program, $SIMEX_SOURCE the source tree; without them build/release/simex and the tree this script is in.
set -u

source=${SIMEX_SOURCE:-$(cd -P -- "$(dirname -- "$0")/.." && pwd)}
SIMEX=${SIMEX:-$source/build/release/simex}
export SIMEX
update=false
[ "${1-}" = --update ] && update=true

unset SIMEX_SCENARIOS SIMEX_DB ARGP_HELP_FMT
export LC_ALL=C NO_COLOR=1
work=$(mktemp -d) || exit 70
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
failed=0

fail()
{
    printf 'test_docs: %s\n' "$*" >&2
    failed=1
}

# Pass 1: writes the files of a document into $folder, its commands as $folder.run/BLOCK.sh (each command announced on
# standard output by a line \001N), the names of files of the source tree into $folder.run/files.
extract='
function close_block() { if (kind == "console") { close(out) } else if (kind == "file") { close(out) } kind = "" }
/^```/ && kind != "" { close_block(); next }
/^```console$/ { kind = "console"; blocks++; out = run "/" blocks ".sh"; commands = 0; printf "" > out; next }
/^```[a-z]+ file=/ {
    name = $0; sub(/^```[a-z]+ file=/, "", name)
    kind = "file"
    if (name ~ /\//) { print name > (run "/files"); out = run "/" blocks ".tree" (++trees) } else out = folder "/" name
    printf "" > out
    next
}
/^```/ { kind = "other"; next }
kind == "file" { print > out }
kind == "console" && continued { print > out; continued = /\\$/; next }
kind == "console" && /^\$ / {
    command = substr($0, 3)
    printf "code=$?; printf \"\\001%d\\n\"\n", ++commands > out
    if (command ~ /^(git clone|cd|\.\/lab test)( |$)/) print ":" > out
    else printf "(exit $code)\n%s\n", command > out
    continued = command ~ /\\$/
}
'

# Pass 2: prints the document with the outputs of $folder.run/BLOCK.out and the files of the tree in their places. What
# still matches is left as it is.
merge='
BEGIN { hex = "[0-9a-f]"; for (i = 0; i < 4; i++) hex = hex hex }
function plain(line) {
    gsub(hex, "X", line)
    gsub(/[0-9]+ events/, "N events", line)
    gsub(/"events":[ \t][0-9]+/, "N events", line)
    if (loose) { gsub(/[0-9][0-9.]*/, "N", line); gsub(/ +/, " ", line) }
    return line
}
function matches(i, j,    k) {
    for (; i <= olds && old[i] != "..."; i++ + j++)
        if (j > news || plain(old[i]) != plain(new[j])) return 0
    if (i > olds) return j > news
    for (k = j; k <= news + 1; k++) if (matches(i + 1, k)) return 1
    return 0
}
function flush_command(    i, head, tail) {
    if (command == "") return
    print command
    news = count[number]
    for (i = 1; i <= news; i++) new[i] = output[number, i]
    if (skipped || matches(1, 1)) for (i = 1; i <= olds; i++) print old[i]
    else {
        head = news; tail = 0
        for (i = olds; i >= 1; i--) if (old[i] == "...") head = i - 1
        for (i = olds; i >= 1 && old[i] != "..." && head < news; i--) tail++
        if (head + tail >= news) { head = news; tail = 0 }
        for (i = 1; i <= head; i++) print new[i]
        if (head < news) print "..."
        for (i = news - tail + 1; i <= news; i++) print new[i]
    }
    command = ""
}
function read_output(file,    line, at) {
    at = 0
    for (i in count) delete count[i]
    while ((getline line < file) > 0) {
        if (line ~ /^\001[0-9]+$/) { at = substr(line, 2) + 0; count[at] = 0 }
        else output[at, ++count[at]] = line
    }
    close(file)
}
/^```/ && kind != "" { if (kind == "console") flush_command(); kind = ""; print; next }
/^```console$/ { kind = "console"; blocks++; read_output(run "/" blocks ".out"); number = 0; print; next }
/^```[a-z]+ file=.*\// {
    name = $0; sub(/^```[a-z]+ file=/, "", name)
    kind = "tree"; print
    while ((getline line < (source "/" name)) > 0) print line
    next
}
/^```/ { kind = "other"; print; next }
kind == "tree" { next }
kind != "console" { print; next }
continued { command = command "\n" $0; continued = /\\$/; next }
/^\$ / {
    flush_command()
    command = $0; number++; olds = 0
    skipped = $0 ~ /^\$ (git clone|cd|\.\/lab test)( |$)/
    continued = /\\$/
    next
}
{ old[++olds] = $0 }
'

# Numbers are compared loosely where equal ones are not promised.
loose=0
"$SIMEX" version >"$work/version" || {
    fail "cannot run $SIMEX (build it, or set SIMEX)"
    exit 70
}
sed -n 2p "$work/version" >"$work/here"
if $update; then
    cp "$work/here" "$source/docs/written_on.txt"
elif ! cmp -s "$work/here" "$source/docs/written_on.txt"; then
    echo "test_docs: another libm or CPU class than docs/written_on.txt says: numbers are not compared" >&2
    loose=1
fi

# settle FILE NEW WHAT: FILE must equal NEW; --update makes it so.
settle()
{
    cmp -s "$1" "$2" && return
    if $update; then
        cp "$2" "$1"
        printf 'updated %s\n' "$3"
    else
        fail "$3 is not what simex says now; sh tests/test_docs.sh --update mends it:"
        diff -u "$1" "$2" >&2
    fi
}

mkdir "$work/bin"
ln -s "$SIMEX" "$work/bin/simex"
PATH=$work/bin:$PATH

folder_of()
{
    printf '%s' "$work/$(printf '%s' "$1" | tr / _)"
}

run_commands()
{
    folder=$(folder_of "$1")
    mkdir "$folder" "$folder.run"
    ln -s "$source/docs" "$folder/docs"
    ln -s "$source/scenarios" "$folder/scenarios"
    printf '#!/bin/sh\nexec simex "$@"\n' >"$folder/lab"
    chmod +x "$folder/lab"
    awk -v folder="$folder" -v run="$folder.run" "$extract" "$source/$1"
    block=1
    while [ -f "$folder.run/$block.sh" ]; do
        (cd "$folder" && exec sh "$folder.run/$block.sh" >"$folder.run/$block.out" 2>&1 </dev/null)
        block=$((block + 1))
    done
}

check_outputs()
{
    folder=$(folder_of "$1")
    if [ -f "$folder.run/files" ]; then
        while read -r name; do
            [ -f "$source/$name" ] || fail "$1 shows $name, which there is not"
        done <"$folder.run/files"
    fi
    awk -v run="$folder.run" -v source="$source" -v loose="$loose" "$merge" "$source/$1" >"$folder.run/new"
    settle "$source/$1" "$folder.run/new" "$1"
}

check_links()
{
    case $1 in
    */*) base=$source/$(dirname "$1") ;;
    *) base=$source ;;
    esac
    grep -o ']([^)#]*' "$source/$1" | cut -c 3- | sort -u >"$work/links"
    while read -r target; do
        case $target in
        '' | http*) ;;
        *) [ -e "$base/$target" ] || fail "$1 links to $target, which there is not" ;;
        esac
    done <"$work/links"
}

if sh "$source/docs/generate_reference.sh" >"$work/reference.md"; then
    settle "$source/docs/reference.md" "$work/reference.md" docs/reference.md
else
    fail "docs/generate_reference.sh failed"
fi
cd "$source" || exit 70
for document in README.md docs/*.md; do
    run_commands "$document" &
done
wait
for document in README.md docs/*.md; do
    [ "$document" = docs/reference.md ] || check_outputs "$document"
    check_links "$document"
done
for example in docs/examples/*.json; do
    simex validate "$example" >"$work/valid" 2>&1 || fail "$(cat "$work/valid")"
done
simex --help | sed -n 's/^  \([a-z]*\) .*/\1/p' >"$work/commands"
sed -n 's/^| `simex \([a-z]*\).*/\1/p' README.md >"$work/rows"
diff "$work/rows" "$work/commands" >"$work/differ" ||
    fail "the rows of commands in README.md (<) are not those of simex --help (>):
$(cat "$work/differ")"
exit $failed
