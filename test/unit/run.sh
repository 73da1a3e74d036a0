#!/bin/sh
# Builds and runs the unit tests: "ok - name" or "not ok - name" each, one line at the end.
# CC and CFLAGS may be set; the default finds mistakes while it runs (ASan, UBSan).
cd "$(dirname "$0")" || exit 1
CC=${CC:-gcc}
CFLAGS=${CFLAGS:--O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all}
mkdir -p ../build
build=$(mktemp -d ../build/unit.XXXXXX) || exit 1
trap 'rm -rf "$build"' EXIT
log=$build/log
: >$log

say() {
    tee -a $log
}

have_mbedtls() {
    echo '#include <mbedtls/md.h>' | $CC -E - >/dev/null 2>&1
}

# stops at the first crash, so a program that dies is a failure of its own
program() {
    name=$1 libraries=
    shift
    [ $name != auth ] || libraries=-lmbedcrypto
    # shellcheck disable=SC2086
    if ! $CC -std=gnu99 -D_GNU_SOURCE $CFLAGS -Wall -Wextra -Wshadow -Wno-unused-function \
        -I$build -o $build/$name $name.c $libraries 2>$build/$name.log; then
        cat $build/$name.log
        echo "not ok - $name.c compiles"
        return
    fi
    $build/$name "$@" 2>&1
    status=$?
    [ $status -le 1 ] || echo "not ok - $name ended with status $status"
}

python3 vectors.py vectors.json >$build/vectors.h || echo "not ok - vectors.py" | say
python3 vectors.py vectors.json auth >$build/auth_vectors.h || echo "not ok - vectors.py" | say
program vectors | say
if have_mbedtls; then
    program auth | say
else
    echo "skip - auth: what needs an HMAC (needs libmbedtls-dev)" | say
fi
program rules_packets | say
program rules_machine | say
program shell | say
program trace traces/*.in | say
for script in gates/*.sh; do
    [ $script = gates/lib.sh ] || sh $script 2>&1 | say
done
for script in config*.sh; do
    [ ! -f "$script" ] || sh "$script" 2>&1 | say
done

# The conformance list: a line passed when every test that names it did, and there is one.
lines() {
    seq -f 'C-%03g' "$1" "$2"
}
{ lines 1 69; lines 79 95; ! have_mbedtls || lines 96 111; lines 112 114; lines 136 138; lines 140 143; } >$build/wanted
grep '^ok - ' $log | grep -o 'C-[0-9][0-9][0-9]' | sort -u >$build/named
grep '^not ok - ' $log | grep -o 'C-[0-9][0-9][0-9]' | sort -u >$build/broken
comm -23 $build/named $build/broken >$build/proved
echo "conformance:"
sed 's/$/ passed/' $build/proved | paste -d, - - - - - - | sed 's/,/  /g; s/^/    /'
for line in $(comm -23 $build/wanted $build/proved); do
    echo "not ok - $line has no passing test" | say
done

passed=$(grep -c '^ok - ' $log)
failed=$(grep -c '^not ok - ' $log)
skipped=$(grep -c '^skip - ' $log)
echo "unit: $passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
