#!/bin/sh
# Every compiler and language the header promises: no warning, in each way of using it.
. "$(dirname "$0")/lib.sh"
cd "$build" || exit 1
warn="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -I$top"

# declarations only, twice, without _GNU_SOURCE: a translation unit that just uses it
cat >twice.c <<'X'
#include "vrrp.h"
#include "vrrp.h"
int twice(const vrrp *v);
int twice(const vrrp *v) { return vrrp_deadline(v) == VRRP_NEVER; }
X
cat >whole.c <<'X'
#define VRRP_IMPLEMENTATION
#include "vrrp.h"
#include "vrrp.h"
X
cat >core.c <<'X'
#define VRRP_NO_LINUX
#define VRRP_IMPLEMENTATION
#include "vrrp.h"
X
# the implementation twice in one program, each copy private
cat >one.c <<'X'
#define VRRP_STATIC
#define VRRP_IMPLEMENTATION
#include "vrrp.h"
int two(void);
int main(void) { static vrrp v; static vrrp_desc d; return vrrp_init(&v, &d) != two(); }
X
cat >two.c <<'X'
#define VRRP_STATIC
#define VRRP_IMPLEMENTATION
#include "vrrp.h"
int two(void);
int two(void) { static vrrp v; static vrrp_desc d; return vrrp_init(&v, &d); }
X
# C++ that uses an implementation compiled as C
cat >user.cpp <<'X'
#include "vrrp.h"
static vrrp v;
static vrrp_desc d;
int main() { d.vrid = 1; return vrrp_init(&v, &d); }
X

ways() {    # compiler standard language
    for file in twice whole core; do
        gnu=-D_GNU_SOURCE
        [ $file = whole ] || gnu=
        # shellcheck disable=SC2046,SC2086
        $1 -x "$3" -std="$2" $warn $gnu $(uapi "$1") -O2 -c -o way.o $file.c || return 1
    done
    # shellcheck disable=SC2046,SC2086
    $1 -x "$3" -std="$2" $warn -Wno-unused-function -D_GNU_SOURCE $(uapi "$1") -O1 -o way one.c \
        two.c && ./way
}

mixed() {
    gcc -std=c99 -D_GNU_SOURCE "-I$top" -c -o whole.o whole.c &&
        g++ -std=c++11 "-I$top" -o mixed user.cpp whole.o && ./mixed
}

for cc in gcc clang musl-gcc; do
    for std in c99 c11; do
        gate "compile $cc $std" ways $cc $std c
    done
done
for cc in g++ clang++; do
    gate "compile $cc c++11" ways $cc c++11 c++
done
gate "compile implementation in C, user in C++" mixed
for cc in "gcc -x c -std=c99" "clang -x c -std=c99" "g++ -x c++ -std=c++11"; do
    # shellcheck disable=SC2086
    [ ! -f /usr/include/mbedtls/md.h ] || gate "compile ${cc%% *} VRRP_MBEDTLS" $cc $warn -D_GNU_SOURCE -DVRRP_MBEDTLS -O2 -c -o way.o \
        whole.c
done
if echo 'int main(void) { return 0; }' | gcc -m32 -x c -o 32 - 2>/dev/null; then
    # shellcheck disable=SC2086
    gate "compile -m32" gcc -m32 -std=c99 $warn -D_GNU_SOURCE -O2 -c -o way.o whole.c
fi
exit $bad
