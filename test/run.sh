#!/bin/sh
# Runs every suite and adds up what they say. Each ends with "NAME: N passed, N failed, N skipped".
cd "$(dirname "$0")" || exit 1
mkdir -p build
passed=0 failed=0 skipped=0 logs=

suite() {
    name=$1
    shift
    logs="$logs build/$name.log"
    printf '\n== %s\n' "$name"
    "$@" 2>&1 | tee "build/$name.log"
    line=$(grep -E "^$name: [0-9]+ passed, [0-9]+ failed, [0-9]+ skipped" "build/$name.log" | tail -n 1)
    if [ -z "$line" ]; then
        echo "$name: did not finish"
        failed=$((failed + 1))
        return
    fi
    # shellcheck disable=SC2046
    set -- $(echo "$line" | tr -dc '0-9 ')
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
}

suite unit sh unit/run.sh
suite sim sh sim/run.sh
suite fuzz sh fuzz/run.sh
suite net bash net/run.sh
suite vm bash vm/run.sh

printf '\n== conformance\n'
# shellcheck disable=SC2086
sh conformance.sh $logs | tee build/conformance.out
failed=$((failed + $(grep -c '^not ok - ' build/conformance.out)))

printf '\n'
[ -z "$CI" ] || [ "$skipped" = 0 ] || failed=$((failed + skipped))
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
