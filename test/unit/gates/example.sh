#!/bin/sh
# The program in the manual of vrrp.h: cut out, compiled as C and C++, and run until it is MASTER.
. "$(dirname "$0")/lib.sh"
cd "$build" || exit 1
warn="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -D_GNU_SOURCE -I$top"

cut_out() {
    awk '/^   EXAMPLE/ { on = 1; next }
        on && /^   [A-Z]/ { exit }
        on && /^    / { print substr($0, 5) }' "$top/vrrp.h" >example.c
    lines=$(grep -c . example.c)
    echo "$lines lines"
    [ "$lines" -gt 5 ] && [ "$lines" -le 25 ]
}

# its own network namespace, which goes with the process; root, or user namespaces
inside() {
    if [ "$(id -u)" = 0 ]; then unshare -n "$@"; else unshare -Urn "$@"; fi
}

master() {
    inside sh -c '
        ip link set lo up && ip link add vip0 type veth peer name vip1 &&
            ip link set vip0 up && ip link set vip1 up &&
            ip address add 198.51.100.1/24 dev vip0 || exit 1
        ./example vip0 >example.log 2>&1 &
        pid=$!
        trap "kill $pid" EXIT
        i=0
        while [ $i -lt 300 ]; do
            grep -q "^MASTER" example.log && ip -o address show dev vip0 |
                grep -q "198.51.100.10/32" && exit 0
            sleep 0.1
            i=$((i + 1))
        done
        cat example.log
        ip address show dev vip0
        exit 1'
}

gate "example: at most 25 lines" cut_out
# shellcheck disable=SC2086
gate "example: compiles as C99" gcc -std=c99 $warn -o example example.c
# shellcheck disable=SC2086
gate "example: compiles as C++11" g++ -x c++ -std=c++11 $warn -o example++ example.c
if inside true 2>/dev/null; then
    gate "example: becomes MASTER and holds the address" master
else
    echo "skip - example: becomes MASTER (needs root or user namespaces)"
fi
exit $bad
