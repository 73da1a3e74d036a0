#!/bin/sh
# The configuration: every case of config.table, and the log. One line for each test.
# CC and CFLAGS may be given; the default has the sanitizers on.
cd "$(dirname "$0")" || exit 1
mkdir -p ../build
: "${CC:=cc}" "${CFLAGS:=-g -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined}"
# shellcheck disable=SC2086
if ! $CC -std=gnu99 -D_GNU_SOURCE $CFLAGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion \
    -Wno-unused-function -o ../build/config config.c; then
    echo "not ok - config: does not compile"
    exit 1
fi
exec ../build/config config.table
