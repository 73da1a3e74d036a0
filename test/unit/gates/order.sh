#!/bin/sh
# Line 1 says what the file is, line 2 how to compile it; who forgets is told so in a sentence.
. "$(dirname "$0")/lib.sh"
cd "$build" || exit 1
printf '#define VRRP_IMPLEMENTATION\n#include "vrrp.h"\n' >forgot.c

second_line() {
    sed -n 1p "$top/vrrp.h" | grep -E '^/\* vrrp\.h - v[0-9.]+ - ' &&
        sed -n 2p "$top/vrrp.h" | grep -e '-D_GNU_SOURCE'
}

told() {
    if gcc -std=c99 "-I$top" -fsyntax-only forgot.c 2>err; then
        echo "it compiled without -D_GNU_SOURCE"
        return 1
    fi
    grep -e '#error.*-D_GNU_SOURCE' err
}

version() {
    first=$(sed -n '1s/.* - v\([0-9.]*\) - .*/\1/p' "$top/vrrp.h")
    grep "#define VRRP_VERSION \"$first\"" "$top/vrrp.h"
}

gate "order: line 1 names the file, line 2 says -D_GNU_SOURCE" second_line
gate "order: forgetting -D_GNU_SOURCE is an #error sentence" told
gate "order: the version of line 1 is VRRP_VERSION" version
exit $bad
