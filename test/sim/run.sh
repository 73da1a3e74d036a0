#!/bin/sh
# Builds the simulator, runs the universes, then proves with mutants that the oracles bite.
# usage: run.sh     (CC=cc, UNIVERSES=20000, SEED=1)
cd "$(dirname "$0")" || exit 1
mkdir -p ../build
passed=0 failed=0

ok() {
    passed=$((passed + 1))
    echo "ok - $*"
}

not_ok() {
    failed=$((failed + 1))
    echo "not ok - $*"
}

if ${CC:-cc} -std=gnu99 -O2 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-unused-function \
    -Werror -o ../build/sim sim.c; then
    ok "the simulator compiles without warnings"
    half=$((${UNIVERSES:-20000} / 2)) first=${SEED:-1}
    ../build/sim --seed "$first" --universes $half &
    if ../build/sim --seed $((first + half)) --universes $half && wait $!; then
        ok "universes: safety, liveness, timing, exact replay"
    else
        not_ok "universes"
    fi
    if sh ./mutants.sh; then
        ok "mutants: every one is noticed"
    else
        not_ok "mutants"
    fi
else
    not_ok "the simulator does not compile"
fi

echo "sim: $passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
