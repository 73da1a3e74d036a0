#!/bin/sh
# The programs in the manuals: cut out, compiled as C and C++; that of vrrp.h runs until it is
# MASTER, that of check.h until it has found out what is up and what is down; that of ipvs.h needs a
# kernel with IPVS (test/vm runs it).
. "$(dirname "$0")/lib.sh"
cd "$build" || exit 1
warn="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -D_GNU_SOURCE -I$top"

cut_out() { # header
    awk '/^   EXAMPLE/ { on = 1; next }
        on && /^   [A-Z]/ { exit }
        on && /^    / { print substr($0, 5) }' "$top/$1.h" >example.c
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

verdicts() {
    inside sh -c '
        ip link set lo up
        python3 -c "
import socket, time
s = socket.socket()
s.bind((\"127.0.0.1\", 8080))
s.listen(9)
print(\"ready\", flush=True)
time.sleep(60)" >server.log &
        server=$!
        ./example tcp://127.0.0.1:8080 tcp://127.0.0.1:8081 >example.log 2>&1 &
        pid=$!
        trap "kill $pid $server" EXIT
        i=0
        while [ $i -lt 300 ]; do
            grep -q "^tcp://127.0.0.1:8080 UP" example.log &&
                grep -q "^tcp://127.0.0.1:8081 DOWN: connection refused" example.log && exit 0
            sleep 0.1
            i=$((i + 1))
        done
        cat example.log
        exit 1'
}

both() {    # header
    gate "example: that of $1.h has at most 25 lines" cut_out "$1"
    # shellcheck disable=SC2086
    gate "example: that of $1.h compiles as C99" gcc -std=c99 $warn -o example example.c
    # shellcheck disable=SC2086
    gate "example: that of $1.h compiles as C++11" g++ -x c++ -std=c++11 $warn -o example++ example.c
}

both vrrp
if inside true 2>/dev/null; then
    gate "example: becomes MASTER and holds the address" master
else
    echo "skip - example: becomes MASTER (needs root or user namespaces)"
fi
both check
if inside true 2>/dev/null; then
    gate "example: tells what is up and what is down" verdicts
else
    echo "skip - example: tells what is up and what is down (needs root or user namespaces)"
fi
both ipvs
exit $bad
