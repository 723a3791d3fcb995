#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Completion as packaging/completion.sh makes it: what bash offers for lines that a user might have begun, and that zsh
# and fish, where they are installed, take their files.
set -u
unset SIMEX_SCENARIOS SIMEX_DB ARGP_HELP_FMT
export LC_ALL=C
work=$(mktemp -d) || exit 70
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

mkdir "$work/bin" "$work/here"
ln -s "$SIMEX" "$work/bin/simex"
PATH=$work/bin:$PATH
export PATH
for shell in bash zsh fish; do
    sh "$SIMEX_SOURCE/packaging/completion.sh" $shell >"$work/$shell" || exit 1
    if command -v $shell >/dev/null; then
        $shell -n "$work/$shell" || exit 1
    fi
done
command -v bash >/dev/null || {
    echo "test_completion: bash is not installed: nothing tried" >&2
    exit 0
}
cd "$work/here" || exit 70
cat >mine.json <<'END'
{"extends": "sre-lab", "run": {"until": "2s"}, "phases": {"steady": {"from": "1s", "to": "2s"}}}
END
for store in simex.db other.db; do
    simex run mine.json --quiet --db $store --seed ${#store} >"$work/log" 2>&1 || {
        cat "$work/log" >&2
        exit 1
    }
done

cat >"$work/try.bash" <<'END'
. "$1"
failed=0

# offers 'WORDS OF THE LINE' WANT...: all that is offered, in any order. The last word of the line is what Tab is
# pressed behind; "=" is a word of its own, as it is to bash; a last word "_" is an empty one.
offers()
{
    local line=$1 got want
    shift
    # shellcheck disable=SC2206
    COMP_WORDS=($line)
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    [[ ${COMP_WORDS[COMP_CWORD]} == _ ]] && COMP_WORDS[COMP_CWORD]=''
    _simex simex "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    got=$(printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' ')
    want=$(printf '%s\n' "$@" | sort | tr '\n' ' ')
    if [[ $got != "$want" ]]; then
        printf 'test_completion: "%s": want %s, got %s\n' "$line" "$want" "$got" >&2
        failed=1
    fi
}

# Among others.
also()
{
    local line=$1 want
    offers "$line" '?' 2>/dev/null
    failed=$before
    shift
    for want; do
        if [[ " ${COMPREPLY[*]} " != *" $want "* ]]; then
            printf 'test_completion: "%s": want also %s, got %s\n' "$line" "$want" "${COMPREPLY[*]}" >&2
            failed=1
        fi
    done
    before=$failed
}

offers 'simex ru' run runs
offers 'simex val' validate
offers 'simex compl'
offers 'simex run part1' part1
offers 'simex run part3-s' part3-saturation part3-saturation-original
offers 'simex run min' mine.json
offers 'simex run --se' --seed= --seeds= --set=
offers 'simex run --form' --format=
offers 'simex run --format = _' text json
offers 'simex run --format = j' json
offers 'simex run --format t' text
offers 'simex run --seed _'
offers 'simex describe cac' cache
offers 'simex describe retr' retry
offers 'simex list p'
offers 'simex run part1 --set gateway.tim' gateway.timeout=
offers 'simex run part1 --set = redis.ttl_' redis.ttl_jitter=
offers 'simex run --seed 7 part1 --set sre-lab.cpu.' sre-lab.cpu.cores=
offers 'simex run --seed = 7 part1 --set faults.slow-database.un' faults.slow-database.until=
offers 'simex run part1 --set phases.chaos.se' phases.chaos.settle=
offers 'simex run part1 --set links.edge.lo' links.edge.loss=
offers 'simex run --set gateway.tim'
offers 'simex show --db other' other.db
before=$failed
also 'simex show _' last part1 "$(simex runs | awk 'NR == 2 { print $1 }')"
also 'simex show --db other.db _' "$(simex runs --db other.db | awk 'NR == 2 { print $1 }')"
also 'simex show --db = other.db _' "$(simex runs --db other.db | awk 'NR == 2 { print $1 }')"
also 'simex _' list run version --help
also 'simex describe _' clients gateway cpu link

# Every command offers every option that its help shows.
before=$failed
for command in $(simex --help | sed -n 's/^  \([a-z-]*\)  .*/\1/p'); do
    also "simex $command -" $(simex "$command" --help | grep -oE '^ {2,6}-[^ ]*( -[^ ]*)?' | grep -oE -- '--[a-z-]+=?')
done
exit $failed
END
bash --norc --noprofile "$work/try.bash" "$work/bash"
