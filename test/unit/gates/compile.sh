#!/bin/sh
# Every compiler and language the headers promise: no warning, in each way of using them.
. "$(dirname "$0")/lib.sh"
cd "$build" || exit 1
warn="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -I$top"

# header, its prefix in capitals, one of its types, an expression of an x of it, statements that use
# an implementation and return an error
sources() {
    # declarations only, twice, without _GNU_SOURCE: a translation unit that just uses it
    cat >twice.c <<X
#include "$1.h"
#include "$1.h"
int twice(const $3 *x);
int twice(const $3 *x) { return $4; }
X
    printf '%s\n' "#define $2_IMPLEMENTATION" "#include \"$1.h\"" >whole.c
    printf '#include "%s.h"\n' "$1" >>whole.c
    printf '%s\n' "#define $2_NO_LINUX" "#define $2_IMPLEMENTATION" "#include \"$1.h\"" >core.c
    # the implementation twice in one program, each copy private
    for copy in one two; do
        printf '%s\n' "#define $2_STATIC" "#define $2_IMPLEMENTATION" "#include \"$1.h\"" \
            'int two(void);' >$copy.c
    done
    echo "int two(void) { $5; }" >>two.c
    echo "int main(void) { $5 != two(); }" >>one.c
    # C++ that uses an implementation compiled as C
    cat >user.cpp <<X
#include "$1.h"
int main() { $5 == 0; }
X
}

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

all() {     # the arguments of sources
    sources "$@"
    for cc in gcc clang musl-gcc; do
        for std in c99 c11; do
            gate "compile $1.h $cc $std" ways $cc $std c
        done
    done
    for cc in g++ clang++; do
        gate "compile $1.h $cc c++11" ways $cc c++11 c++
    done
    gate "compile $1.h implementation in C, user in C++" mixed
    if echo 'int main(void) { return 0; }' | gcc -m32 -x c -o 32 - 2>/dev/null; then
        # shellcheck disable=SC2086
        gate "compile $1.h -m32" gcc -m32 -std=c99 $warn -D_GNU_SOURCE -O2 -c -o way.o whole.c
    fi
}

tls() {     # header prefix: whole.c of the last all
    for cc in "gcc -x c -std=c99" "clang -x c -std=c99" "g++ -x c++ -std=c++11"; do
        # shellcheck disable=SC2086
        [ ! -f /usr/include/mbedtls/md.h ] || gate "compile $1.h ${cc%% *} $2_MBEDTLS" $cc $warn \
            -D_GNU_SOURCE "-D$2_MBEDTLS" -O2 -c -o way.o whole.c
    done
}

begin() { echo "static $1 x; static $1_desc d; return $1_init(&x, &d)"; }

all vrrp VRRP vrrp 'vrrp_deadline(x) == VRRP_NEVER' "$(begin vrrp)"
tls vrrp VRRP
all check CHECK check 'check_due(x) == CHECK_NEVER' "$(begin check)"
tls check CHECK
all ipvs IPVS ipvs_service 'ipvs_service_check(x) == IPVS_E_PORT' \
    'static ipvs_service x; return ipvs_service_check(&x)'

# all headers in one program, whatever their order
together() {
    printf '#define %s\n' VRRP_IMPLEMENTATION CHECK_IMPLEMENTATION IPVS_IMPLEMENTATION >together.c
    printf '#include "%s.h"\n' "$@" >>together.c
    # shellcheck disable=SC2086
    gcc -std=c99 $warn -D_GNU_SOURCE -c -o way.o together.c
}
gate "compile all headers together" together check vrrp ipvs
gate "compile all headers together, the other way round" together ipvs vrrp check
exit $bad
