#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The same bytes from every build: gcc -O2, gcc -O0, clang -O1 with AddressSanitizer and UndefinedBehaviorSanitizer,
# and, for a short run, the gcc build under valgrind. Takes some minutes; builds in a temporary folder.
#
#   sh tests/compare_builds.sh
set -u

source=${SIMEX_SOURCE:-$(cd -P -- "$(dirname -- "$0")/.." && pwd)}
work=$(mktemp -d) || exit 70
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
unset SIMEX_SCENARIOS SIMEX_DB
failed=0

# build NAME CMAKE-ARGUMENT...
build()
{
    name=$1
    shift
    echo "building $name"
    { cmake -S "$source" -B "$work/$name" -G Ninja -DSIMEX_TESTS=OFF "$@" &&
        cmake --build "$work/$name" --target simex; } >"$work/$name.log" 2>&1 || {
        tail -n 20 "$work/$name.log"
        exit 1
    }
}

# One line a run.
runs()
{
    cat <<END
part1 --seed 1
part1 --seed 2 --format json
part1 --seed 3 --format json
part1 --seed 1 --format json --set sre-lab.single_flight=true --set gateway.timeout=8s
part1 --seed 1 --format json --set sre-lab.on_abandon=cancel --set sre-lab.query_timeout=4s
sre-lab --seed 1
sre-lab --seed 2 --format json --set redis.ttl=1s --set redis.capacity=20 --set redis.failure_rate=0.1
sre-lab --seed 3 --format json --set clients.load=closed --set clients.population=500 --set db-pool.size=3
sre-lab --seed 4 --format json --set postgres.latency=pareto:min=20ms,alpha=1.5 --set postgres.failure_rate=0.2
sre-lab --seed 5 --format json --set links.edge.loss=0.05 --set gateway.retry.jitter=decorrelated
END
}

short="sre-lab --format json --set run.until=20s --set phases.steady.from=5s --set phases.steady.to=20s
 --set postgres.added_latency=1s"

# print_all NAME COMMAND...: all runs of a build
print_all()
{
    name=$1
    shift
    runs | while read -r arguments; do
        echo "== $arguments"
        # shellcheck disable=SC2086
        "$@" run $arguments --no-store </dev/null
    done >"$work/$name.out" 2>"$work/$name.errors"
}

# same NAME FILE FILE
same()
{
    if cmp -s "$2" "$3"; then
        echo "$1: the same $(wc -c <"$3") bytes"
    else
        echo "FAIL: $1"
        diff "$2" "$3" | head -n 20
        failed=1
    fi
}

build gcc-O2 -DCMAKE_C_COMPILER=gcc -DCMAKE_BUILD_TYPE=Release
build gcc-O0 -DCMAKE_C_COMPILER=gcc -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG="-g -O0"
build clang-O1-sanitized -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG="-g -O1" \
    -DSIMEX_SANITIZE=ON

export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
for name in gcc-O2 gcc-O0 clang-O1-sanitized; do
    print_all "$name" "$work/$name/simex"
    "$work/$name/simex" version >"$work/$name.version"
    if grep -E 'Sanitizer|runtime error' "$work/$name.errors"; then
        failed=1
    fi
done
[ "$(grep -c '"fingerprint"' "$work/gcc-O2.out")" -eq 8 ] || {
    echo "FAIL: some runs printed nothing"
    head -n 5 "$work/gcc-O2.errors"
    failed=1
}
for name in gcc-O0 clang-O1-sanitized; do
    same "$name and gcc-O2" "$work/gcc-O2.out" "$work/$name.out"
    same "$name and gcc-O2, version" "$work/gcc-O2.version" "$work/$name.version"
done

if command -v valgrind >/dev/null; then
    # shellcheck disable=SC2086
    "$work/gcc-O2/simex" run $short --no-store >"$work/bare.out" </dev/null
    # shellcheck disable=SC2086
    valgrind --quiet --error-exitcode=70 "$work/gcc-O2/simex" run $short --no-store >"$work/valgrind.out" \
        2>"$work/valgrind.errors" </dev/null
    if [ $? -eq 70 ] || [ -s "$work/valgrind.errors" ]; then
        echo "FAIL: valgrind complains"
        head -n 20 "$work/valgrind.errors"
        failed=1
    fi
    same "valgrind and gcc-O2" "$work/bare.out" "$work/valgrind.out"
else
    echo "SKIPPED: valgrind is not installed"
fi
exit "$failed"
