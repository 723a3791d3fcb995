#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# simex run --seeds: output and store do not depend on the number of workers, one cell is what a single run is, a
# scenario that fails does not keep the others from running, and nonsense is refused.
. "$SIMEX_SOURCE/tests/checks.sh"

short=$source/tests/scenarios/short.json
for jobs in 1 2 5; do
    "$simex" run "$short" --seeds 3..9 --jobs $jobs --db $jobs.db >$jobs.txt 2>$jobs.err
    "$simex" run "$short" --seeds 3..9 --jobs $jobs --no-store --format json >$jobs.json 2>/dev/null
    "$simex" runs --db $jobs.db >$jobs.runs
    sqlite3 $jobs.db .dump >$jobs.dump
done
check "nothing on standard error" test ! -s 2.err
check "seven runs stored" test "$(tail -n +2 1.runs | wc -l)" -eq 7
for form in txt json runs dump; do
    check "one worker gives something as $form" test -s 1.$form
    for jobs in 2 5; do
        check "$jobs workers give the same $form as one" cmp -s 1.$form $jobs.$form
    done
done

"$simex" run "$short" --seed 5 --db one.db >one.txt 2>/dev/null
id=$("$simex" runs --db one.db | tail -n 1 | cut -d ' ' -f 1)
"$simex" show "$id" --db 2.db >shown.txt
check "a cell of a batch is stored as a single run is" cmp -s one.txt shown.txt

cat >endless.json <<END
{"extends": "$short", "title": "stopped by its limit", "run": {"max_events": 1000}}
END
check "a cell that fails gives its code" code_is 65 "$simex" run endless.json "$short" --seeds 1..2 --db mixed.db
check "and says which" grep -q 'endless, seed 2' err
check "and the rest goes on" test "$("$simex" runs --db mixed.db | tail -n +2 | wc -l)" -eq 2

check "a run named twice is deleted once" code_is 0 "$simex" delete "$id" "$id" --db 2.db
check "and the others stay" test "$("$simex" runs --db 2.db | tail -n +2 | wc -l)" -eq 6

check "a range upside down" code_is 64 "$simex" run "$short" --seeds 9..3 --no-store
check "a range without an end" code_is 64 "$simex" run "$short" --seeds 9.. --no-store
check "no workers" code_is 64 "$simex" run "$short" --seeds 1..2 --jobs 0 --no-store
check "--seed beside --seeds" code_is 64 "$simex" run "$short" --seeds 1..2 --seed 1 --no-store
check "the largest seeds" code_is 0 "$simex" run "$short" --no-store --seeds 18446744073709551614..18446744073709551615

echo "$checks checks, $failed failed"
[ "$failed" -eq 0 ]
