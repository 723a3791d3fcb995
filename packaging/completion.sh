#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Prints the completion file of a shell: sh completion.sh bash|zsh|fish. Commands and options are those of
# packaging/tables.sh, which has them from the program ($SIMEX); scenarios, runs, types and paths are asked of
# `simex complete` when Tab is pressed.
set -u
export LC_ALL=C
here=$(cd -P -- "$(dirname -- "$0")" && pwd) || exit 1
shell=${1-}
tables=$(sh "$here/tables.sh") || exit 1

# What completes a value: "words a b c" when the help text is a list of words ("text (default) or json"), else by the
# value's name: scenario, run, type, path, file, folder; or "none".
# shellcheck disable=SC2016 # awk's, not the shell's
kinds='
function words_of(text) {
    gsub(/ \(default\)/, "", text)
    if (text !~ /^[a-z-]+((, or |, | or )[a-z-]+)+$/) return ""
    gsub(/, or |, | or /, " ", text)
    return text
}
function kind(value, text) {
    gsub(/[\[\].]|\|.*/, "", value)
    sub(/ +$/, "", value)
    if (words_of(text) != "") return "words " words_of(text)
    if (value == "PATH=VALUE") return "path"
    if (value == "DIR") return "folder"
    if (value ~ /^(SCENARIO|RUN|TYPE|FILE)$/) return tolower(value)
    return "none"
}
BEGIN { FS = "\t"; q = sprintf("%c", 39) }
$1 == "command" { names[++count] = $2; help[$2] = $3; takes[$2] = kind($4, ""); value_name[$2] = $4 }
$1 == "option" {
    n = ++options[$2]
    letter[$2, n] = $3; long[$2, n] = $4; value[$2, n] = $5; text[$2, n] = $6
    wants[$2, n] = $5 == "" ? "" : kind($5, $6)
}'

# ---- bash ----

print_bash()
{
    cat <<'END'
# Completion of simex for bash; written by packaging/completion.sh.

# The scenario that the words of the command line name, for the paths of --set.
_simex_scenario()
{
    local i word
    for ((i = 2; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $word != -* && $word != '=' && ${COMP_WORDS[i - 1]} != '=' && \
            " $1 " != *" ${COMP_WORDS[i - 1]} "* ]]; then
            printf '%s' "$word"
            return
        fi
    done
}

# The value of --db, if there is one.
_simex_db()
{
    local i
    for ((i = 2; i < COMP_CWORD; i++)); do
        if [[ ${COMP_WORDS[i]} == --db ]]; then
            [[ ${COMP_WORDS[i + 1]} == '=' ]] && ((i++))
            printf '%s' "${COMP_WORDS[i + 1]}"
            return
        fi
    done
}

_simex()
{
    local simex=${1/#\~/$HOME} current=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]}
    local options='' valued='' takes=none kind='' words='' db scenario
    COMPREPLY=()
    # "=" is a word of its own to bash.
    if [[ $current == '=' ]]; then
        current=''
    elif [[ $option == '=' ]]; then
        option=${COMP_WORDS[COMP_CWORD - 2]}
    fi
END
    printf '%s\n' "$tables" | awk "$kinds"'
    END {
        all = ""
        for (i = 1; i <= count; i++) all = all (i > 1 ? " " : "") names[i]
        print "    if ((COMP_CWORD == 1)); then"
        print "        mapfile -t COMPREPLY < <(compgen -W " q all " --help --version" q " -- \"$current\")"
        print "        return"
        print "    fi"
        print "    case ${COMP_WORDS[1]} in"
        for (i = 1; i <= count; i++) {
            c = names[i]; list = valued = ""
            for (n = 1; n <= options[c]; n++) {
                if (long[c, n] != "") list = list " --" long[c, n] (value[c, n] == "" ? "" : "=")
                if (value[c, n] == "") continue
                if (long[c, n] != "") valued = valued " --" long[c, n]
                if (letter[c, n] != "") valued = valued " -" letter[c, n]
            }
            print "    " c ") options=" q substr(list, 2) q " valued=" q substr(valued, 2) q " takes=" takes[c] " ;;"
        }
        print "    esac"
        print "    case ${COMP_WORDS[1]}:$option in"
        for (i = 1; i <= count; i++) {
            c = names[i]
            for (n = 1; n <= options[c]; n++) {
                if (value[c, n] == "") continue
                pattern = ""
                if (long[c, n] != "") pattern = c ":--" long[c, n]
                if (letter[c, n] != "") pattern = pattern (pattern == "" ? "" : " | ") c ":-" letter[c, n]
                print "    " pattern ") kind=" q wants[c, n] q " ;;"
            }
        }
        print "    esac"
    }'
    cat <<'END'
    if [[ -z $kind && $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
        [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
        return
    fi
    case ${kind:-$takes} in
    words*) words=${kind#words } ;;
    scenario) words=$("$simex" complete scenarios 2>/dev/null) ;;
    type) words=$("$simex" complete types 2>/dev/null) ;;
    run)
        db=$(_simex_db)
        words="$("$simex" complete runs ${db:+"$db"} 2>/dev/null) $("$simex" complete scenarios 2>/dev/null)"
        ;;
    path)
        scenario=$(_simex_scenario "$valued")
        [[ -n $scenario ]] && words=$("$simex" complete paths "$scenario" 2>/dev/null)
        compopt -o nospace 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -S = -W "$words" -- "$current")
        return
        ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    case ${kind:-$takes} in
    scenario | run | file)
        compopt -o filenames 2>/dev/null
        mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$current")
        ;;
    folder)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -d -- "$current")
        ;;
    esac
}
complete -F _simex simex
END
}

# ---- zsh ----

print_zsh()
{
    cat <<'END'
#compdef simex
# Completion of simex for zsh; written by packaging/completion.sh.

_simex_words()
{
    local -a found
    found=(${(f)"$(_call_program $1 $simex complete "$@" 2>/dev/null)"})
    compadd -a found
}
_simex_scenario() { _simex_words scenarios; _files -g '*.json' }
_simex_type() { _simex_words types }
_simex_run() { _simex_words runs ${opt_args[--db]:+${opt_args[--db]}}; _simex_scenario }
_simex_path()
{
    local -a found
    local scenario
    for scenario in ${line[@]} ${words[2,-1]:#-*}; do
        found=(${(f)"$($simex complete paths $scenario 2>/dev/null)"})
        ((${#found})) && break
    done
    compadd -S = -a found
}

_simex()
{
    local curcontext=$curcontext simex=${~words[1]} state line
    typeset -A opt_args
    local -a commands
END
    printf '%s\n' "$tables" | awk "$kinds"'
    function quoted(t) { gsub(q, q "\\" q q, t); return t }
    function spec_text(t) { gsub(/[\[\]:\\]/, "\\\\&", t); return quoted(t) }
    function action(k) {
        if (k ~ /^words /) return "(" substr(k, 7) ")"
        if (k == "file") return "_files"
        if (k == "folder") return "_files -/"
        return k == "none" ? " " : "_simex_" k
    }
    END {
        line = " \\\n                "
        print "    commands=("
        for (i = 1; i <= count; i++) print "        " q names[i] ":" spec_text(help[names[i]]) q
        print "    )"
        print "    _arguments -C " q "(- *)--help[help]" q " " q "(- *)--version[version]" q \
              " " q "1:command:->command" q " " q "*::argument:->argument" q " && return"
        print "    case $state in"
        print "    command) _describe command commands ;;"
        print "    argument)"
        print "        case $words[1] in"
        for (i = 1; i <= count; i++) {
            c = names[i]
            print "        " c ")"
            printf "            _arguments -s"
            for (n = 1; n <= options[c]; n++) {
                many = text[c, n] ~ /may be repeated/ ? "*" : ""
                tail = "[" spec_text(text[c, n]) "]"
                if (value[c, n] != "") tail = tail ":" spec_text(value[c, n]) ":" action(wants[c, n])
                if (long[c, n] != "") printf "%s", line q many "--" long[c, n] (value[c, n] != "" ? "=" : "") tail q
                if (letter[c, n] != "") printf "%s", line q many "-" letter[c, n] (value[c, n] != "" ? "+" : "") tail q
            }
            if (takes[c] != "none") printf "%s", line q "*:" spec_text(value_name[c]) ":" action(takes[c]) q
            print "\n            ;;"
        }
        print "        esac"
        print "        ;;"
        print "    esac"
    }'
    cat <<'END'
}

_simex "$@"
END
}

# ---- fish ----

print_fish()
{
    cat <<'END'
# Completion of simex for fish; written by packaging/completion.sh.

function __simex_paths
    for word in (commandline -opc)[3..-1]
        string match -q -- '-*' $word; and continue
        set -l found (simex complete paths $word 2>/dev/null)
        test (count $found) -gt 0; and printf '%s=\n' $found; and return
    end
end

complete -c simex -f
complete -c simex -n __fish_use_subcommand -l help -d 'help'
complete -c simex -n __fish_use_subcommand -l version -d 'version'
END
    printf '%s\n' "$tables" | awk "$kinds"'
    function quoted(t) { gsub(/[\\]/, "\\\\&", t); gsub(q, "\\" q, t); return q t q }
    function action(k) {
        if (k ~ /^words /) return " -x -a " quoted(substr(k, 7))
        if (k == "file") return " -r -F"
        if (k == "folder") return " -x -a " quoted("(__fish_complete_directories)")
        if (k == "path") return " -x -a " quoted("(__simex_paths)")
        if (k == "scenario") return " -k -F -a " quoted("(simex complete scenarios 2>/dev/null)")
        if (k == "run")
            return " -k -F -a " quoted("(simex complete runs 2>/dev/null; simex complete scenarios 2>/dev/null)")
        if (k == "type") return " -a " quoted("(simex complete types 2>/dev/null)")
        return " -x"
    }
    END {
        for (i = 1; i <= count; i++)
            print "complete -c simex -n __fish_use_subcommand -a " names[i] " -d " quoted(help[names[i]])
        for (i = 1; i <= count; i++) {
            c = names[i]
            seen = "complete -c simex -n " quoted("__fish_seen_subcommand_from " c)
            if (takes[c] != "none") print seen action(takes[c])
            for (n = 1; n <= options[c]; n++)
                print seen (letter[c, n] != "" ? " -s " quoted(letter[c, n]) : "") \
                      (long[c, n] != "" ? " -l " long[c, n] : "") \
                      (value[c, n] != "" ? action(wants[c, n]) : "") " -d " quoted(text[c, n])
        }
    }'
}

case $shell in
bash | zsh | fish) "print_$shell" ;;
*)
    echo "usage: completion.sh bash|zsh|fish" >&2
    exit 64
    ;;
esac
