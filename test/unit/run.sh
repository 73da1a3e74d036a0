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
python3 vectors.py vectors.json bfd >$build/bfd_vectors.h || echo "not ok - vectors.py" | say
program vectors | say
if have_mbedtls; then
    program auth | say
else
    echo "skip - auth: what needs an HMAC (needs libmbedtls-dev)" | say
fi
program rules_packets | say
program rules_machine | say
program shell | say
program ipvs_pool | say
program check_verdict | say
program check_wire | say
program check_bfd | say
program check_local | say
program check_local_old | say
program ipvs_wire | say
program check_io | say
program resolve | say
program trace traces/*.in | say
for script in gates/*.sh; do
    [ $script = gates/lib.sh ] || sh $script 2>&1 | say
done
for script in config*.sh; do
    [ ! -f "$script" ] || sh "$script" 2>&1 | say
done

passed=$(grep -c '^ok - ' $log)
failed=$(grep -c '^not ok - ' $log)
skipped=$(grep -c '^skip - ' $log)
echo "unit: $passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
