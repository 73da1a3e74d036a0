#!/bin/sh
# Line 1 says what the file is, line 2 how to compile it; who forgets is told so in a sentence.
. "$(dirname "$0")/lib.sh"
cd "$build" || exit 1

second_line() {
    sed -n 1p "$top/$1.h" | grep -E "^/\* $1\.h - v[0-9.]+ - " &&
        sed -n 2p "$top/$1.h" | grep -e '-D_GNU_SOURCE'
}

told() {
    printf '#define %s_IMPLEMENTATION\n#include "%s.h"\n' "$2" "$1" >forgot.c
    if gcc -std=c99 "-I$top" -fsyntax-only forgot.c 2>err; then
        echo "it compiled without -D_GNU_SOURCE"
        return 1
    fi
    grep -e '#error.*-D_GNU_SOURCE' err
}

version() {
    first=$(sed -n '1s/.* - v\([0-9.]*\) - .*/\1/p' "$top/$1.h")
    grep "#define $2_VERSION \"$first\"" "$top/$1.h"
}

for both in 'vrrp VRRP' 'ipvs IPVS' 'check CHECK'; do
    # shellcheck disable=SC2086
    set -- $both
    gate "order: line 1 names $1.h, line 2 says -D_GNU_SOURCE" second_line "$@"
    gate "order: forgetting -D_GNU_SOURCE with $1.h is an #error sentence" told "$@"
    gate "order: the version of line 1 is $2_VERSION" version "$@"
done
exit $bad
