#!/bin/sh
# The configuration: every case of config.table, and the log; and what a sidecar without mbedTLS
# says to options that need it. One line for each test.
# CC and CFLAGS may be given; the default has the sanitizers on.
cd "$(dirname "$0")" || exit 1
mkdir -p ../build
: "${CC:=cc}" "${CFLAGS:=-g -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined}"

built() {   # NAME FLAGS...
    name=$1
    shift
    # shellcheck disable=SC2086
    $CC -std=gnu99 -D_GNU_SOURCE $CFLAGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion \
        -Wno-unused-function -o ../build/$name config.c "$@" && return
    echo "not ok - config: $name does not compile"
    exit 1
}

built config-plain
status=0
if echo '#include <mbedtls/md.h>' | $CC -E - >/dev/null 2>&1; then
    built config -DSIDECAR_TLS -lmbedtls -lmbedx509 -lmbedcrypto
    ../build/config config.table config_ipvs.table
    status=$?
else
    echo "skip - config: the whole table (needs libmbedtls-dev)"
fi
../build/config-plain config_plain.table && exit $status
