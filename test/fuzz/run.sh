#!/bin/sh
# Builds every fuzz_*.c here with libFuzzer and runs it for a fixed number of inputs, from its
# corpus. A longer hunt:  RUNS=10000000 test/fuzz/run.sh
cd "$(dirname "$0")" || exit 1
mkdir -p ../build
build=$(mktemp -d ../build/fuzz.XXXXXX) || exit 1
trap 'rm -rf "$build"' EXIT
passed=0 failed=0

one() {
    name=$1
    runs=${RUNS:-$(sed -n 's/^ *fuzz-runs: \([0-9]*\).*/\1/p' "$name.c")}
    flags=$(sed -n 's/^ *fuzz-flags: //p' "$name.c")
    # shellcheck disable=SC2086
    clang -std=gnu99 -D_GNU_SOURCE -O1 -g -w -fsanitize=fuzzer,address,undefined \
        -fno-sanitize-recover=all -o "$build/$name" "$name.c" $flags || return 1
    mkdir -p "$build/$name.found" "corpus/$name"
    "$build/$name" "-runs=${runs:-8000}" -seed=1 -max_len=1400 -timeout=60 -rss_limit_mb=1024 \
        "-artifact_prefix=../build/$name-" "$build/$name.found" "corpus/$name" \
        >"$build/$name.log" 2>&1
}

for source in fuzz_*.c; do
    name=${source%.c}
    if one "$name"; then
        done='s/^Done \([0-9]*\) runs in \([0-9]*\) second.*/\1 inputs, \2 s/p'
        echo "ok - $name, $(sed -n "$done" "$build/$name.log")"
        passed=$((passed + 1))
    else
        tail -n 30 "$build/$name.log"
        echo "not ok - $name"
        failed=$((failed + 1))
    fi
done
echo "fuzz: $passed passed, $failed failed, 0 skipped"
[ $failed = 0 ]
