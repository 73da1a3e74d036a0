#!/bin/sh
# What the object file and the preprocessor show to others begins with vrrp_ or VRRP_; the core
# calls nothing but mem*() and keeps nothing of its own.
. "$(dirname "$0")/lib.sh"
cd "$build" || exit 1
printf '#define VRRP_IMPLEMENTATION\n#include "vrrp.h"\n' >all.c
printf '#define VRRP_NO_LINUX\n#define VRRP_IMPLEMENTATION\n#include "vrrp.h"\n' >pure.c
printf '#include "vrrp.h"\n' >decl.c

only() {    # no line on stdin, else show them
    ! grep . 
}

symbols() {
    gcc -std=c99 -D_GNU_SOURCE "-I$top" -O1 -fno-common -c -o all.o all.c || return 1
    nm -g --defined-only all.o | awk '{ print $3 }' | grep -v '^vrrp_' | only
}

macros() {  # file macros-of-the-command-line
    # the headers that vrrp.h includes bring their own: take those away
    grep -h '^ *# *include <' "$top/vrrp.h" >system.c
    [ "$1" = all.c ] || grep -h '^#include <std' "$top/vrrp.h" | sort -u >system.c
    # shellcheck disable=SC2086
    gcc -std=c99 $2 -dM -E system.c | awk '{ sub(/\(.*/, "", $2); print $2 }' | sort -u >theirs
    # shellcheck disable=SC2086
    gcc -std=c99 $2 "-I$top" -dM -E "$1" | awk '{ sub(/\(.*/, "", $2); print $2 }' | sort -u >ours
    # __need_*: what system headers ask each other for, in whatever order they are read
    comm -13 theirs ours | grep -vE '^(VRRP_|__need_)' | only
}

pure() {
    gcc -std=c99 "-I$top" -O2 -fno-pic -c -o pure.o pure.c || return 1
    nm -u pure.o | awk '{ print $2 }' |
        grep -vE '^(memcpy|memset|memcmp|memmove|__stack_chk_fail)$' | only
}

constant() {
    nm pure.o | grep -E ' [bBdDC] ' | only
}

gate "symbols: only vrrp_ is exported" symbols
gate "macros: declarations leave only VRRP_ behind" macros decl.c ""
gate "macros: the implementation leaves only VRRP_ behind" macros all.c -D_GNU_SOURCE
gate "pure: the core calls nothing but mem*()" pure
gate "pure: the core has no variables of its own" constant
exit $bad
