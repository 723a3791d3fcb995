#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Prints the source of simex(1) for scdoc: the commands and options as packaging/tables.sh has them from the program,
# the exit codes as README.md has them. $SIMEX is the program.
set -u
export LC_ALL=C
here=$(cd -P -- "$(dirname -- "$0")" && pwd) || exit 1

tables=$(sh "$here/tables.sh") || exit 1

# Text as scdoc wants it.
escape='function plain(text) { gsub(/[\\_*#~\[\]<>]/, "\\\\&", text); gsub(/`/, "", text); return text }'

cat <<'END'
simex(1)

# NAME

simex - deterministic simulator of web services under failure

# SYNOPSIS

*simex* _COMMAND_ [_OPTION_...] [_ARGUMENT_...]

# DESCRIPTION

simex simulates a web service and its faults: clients, an API gateway, a service, its cache, connection pool and
database. A *scenario* says of what the world consists, which faults happen when, what is measured in which phase, and
what is expected. Every number comes out of queues, timeouts, retries and expiry; the same scenario and seed give the
same bytes.

Data goes to standard output, messages and progress to standard error.

# COMMANDS

Every command takes *--help* (*-?*) and *--usage*.

END
printf '%s\n' "$tables" | awk "$escape"'
BEGIN { FS = "\t" }
$1 == "command" {
    usage = "*simex " $2 "* [_OPTION_...]"
    n = split($4, words, / +/)
    for (i = 1; i <= n; i++) {
        word = plain(words[i])
        if (match(words[i], /[A-Z]+/)) sub(/[A-Z]+/, "_&_", word)
        usage = usage " " word
    }
    print "## simex " $2 "\n\n" usage "\n"
}
$1 == "about" || $1 == "group" || $1 == "notes" { print plain($3) "\n" }
$1 == "option" && $4 != "help" && $4 != "usage" {
    names = $4 == "" ? "" : "*--" $4 "*" ($5 == "" ? "" : "=_" plain($5) "_")
    if ($3 != "") names = "*-" $3 "*" ($4 != "" ? ", " names : $5 == "" ? "" : " _" plain($5) "_")
    print names "\n\t" plain($6) "\n"
}' || exit 1

printf '# EXIT STATUS\n\n'
awk "$escape"'
/^## / { inside = $0 == "## Exit codes" }
inside && /^\| *[0-9]/ {
    split($0, cell, / *\| */)
    print "*" cell[2] "*\n\t" plain(cell[3]) "\n"
    found++
}
END { exit found < 5 }' "$here/../README.md" || {
    echo "man.sh: README.md has no table of exit codes" >&2
    exit 1
}

cat <<'END'
Where several apply, the highest of this order counts: 130 and 143, 70, 73 and 74, 69, 66, 65, 64, 99.

# ENVIRONMENT

*SIMEX_DB*
	The store where runs are kept. Default: _simex.db_ in the current folder.

*SIMEX_SCENARIOS*
	A folder of scenarios that comes before those that ship with simex.

*SIMEX_DYGRAPHS*
	The folder of _dygraph.min.js_ and _dygraph.min.css_ for *simex report*. Default: _/usr/share/javascript/dygraphs_.

*TMPDIR*
	The folder of temporary files. Default: _/tmp_.

*NO_COLOR*, *TERM*
	When *NO_COLOR* is set, or *TERM* is _dumb_, nothing is coloured.

*LC_ALL*, *LC_CTYPE*, *LANG*
	When the first that is set does not name UTF-8, sparklines and lines on a terminal are drawn in ASCII.

*ARGP_HELP_FMT*
	How *--help* is laid out; see glibc's manual.

# FILES

_simex.db_
	The store: one SQLite file.

_../share/simex/scenarios_, beside the folder of the program
	The scenarios that ship with simex. A name such as _part1_ is looked for in *SIMEX_SCENARIOS*, in the source tree from
	which simex was built, here, and in the install prefix; an argument that holds a slash or ends in _.json_ is a file.

# EXAMPLES

	simex list++
simex run part1++
simex run part1 --seed 7 --set gateway.timeout=8s++
simex show last --format json

# SEE ALSO

*gnuplot*(1), *sqlite3*(1)

The format of scenarios, the reference of every type, and libsimex: the _docs_ folder beside _README.md_.
END
