#!/bin/sh
# What the object file and the preprocessor show to others begins with the header's prefix; its pure
# half calls nothing but mem*() (check.h: str*() too) and keeps nothing of its own.
. "$(dirname "$0")/lib.sh"
cd "$build" || exit 1

only() {    # no line on stdin, else show them
    ! grep .
}

symbols() { # header
    gcc -std=c99 -D_GNU_SOURCE "-I$top" -O1 -fno-common -c -o all.o all.c || return 1
    nm -g --defined-only all.o | awk '{ print $3 }' | grep -v "^$1_" | only
}

macros() {  # header prefix file macros-of-the-command-line
    # the headers that it includes bring their own: take those away
    grep -h '^ *# *include <' "$top/$1.h" >system.c
    [ "$3" = all.c ] || grep -h '^#include <std' "$top/$1.h" | sort -u >system.c
    # shellcheck disable=SC2086
    gcc -std=c99 $4 -dM -E system.c | awk '{ sub(/\(.*/, "", $2); print $2 }' | sort -u >theirs
    # shellcheck disable=SC2086
    gcc -std=c99 $4 "-I$top" -dM -E "$3" | awk '{ sub(/\(.*/, "", $2); print $2 }' | sort -u >ours
    # __need_*: what system headers ask each other for, in whatever order they are read
    comm -13 theirs ours | grep -vE "^($2_|SIDECAR_CHECK_H\$|__need_)" | only
}

pure() {    # what it may call
    gcc -std=c99 "-I$top" -O2 -fno-pic -c -o pure.o pure.c || return 1
    nm -u pure.o | awk '{ print $2 }' | grep -vE "^($1|__stack_chk_fail)\$" | only
}

constant() {
    nm pure.o | grep -E ' [bBdDC] ' | only
}

all() {     # header prefix what-the-pure-half-may-call [what a whole program defines]
    printf '%s\n' "${4:+#define $4}" "#define $2_IMPLEMENTATION" "#include \"$1.h\"" >all.c
    printf '%s\n' "#define $2_NO_LINUX" "#define $2_IMPLEMENTATION" "#include \"$1.h\"" >pure.c
    printf '#include "%s.h"\n' "$1" >decl.c
    gate "symbols: $1.h exports only $1_" symbols "$1"
    gate "macros: declarations of $1.h leave only $2_ behind" macros "$1" "$2" decl.c ""
    gate "macros: implementation of $1.h leaves only $2_ behind" macros "$1" "$2" all.c \
        -D_GNU_SOURCE
    gate "pure: the pure half of $1.h calls nothing but mem*() and the like" pure "$3"
    gate "pure: the pure half of $1.h has no variables of its own" constant
}

mem='memcpy|memset|memcmp|memmove|memchr'
all vrrp VRRP "$mem"
all ipvs IPVS "$mem"
all check CHECK "$mem|strlen|strcmp|strncmp|strchr|strspn|strcspn"
exit $bad
