#!/bin/bash
# Two nodes and a client on one bridge, in namespaces that vanish with this script. The node that
# holds the address crashes, comes back, and then the other one is stopped.
[ -n "$BASH_VERSION" ] || exec bash "$0" "$@"
. "$(dirname "$0")/net/lib.sh"

if [ "$1" != --inside ]; then
    [ -x "$SIDECAR" ] || { echo "demo: $SIDECAR is not there: run make" >&2 && exit 1; }
    world_words || {
        echo "demo: it takes root or unprivileged user namespaces; try: sudo make demo" >&2
        exit 1
    }
    exec "${WORLD_WORDS[@]}" bash "$0" --inside
fi

TEST=demo
SCALE=200 # ms for one column of the chart
BEGAN=0

tell() { # tell MICROSECONDS TEXT: a line of the story
    printf '  %6.2f  %s\n' "$((($1 - BEGAN) / 10000))e-2" "$2"
}
tell_now() {
    clock
    tell "$NOW" "$1"
}
run_node() { # with one variable
    sidecar "$1" "$1" VRRP_VIRTUAL_IPADDRESS=$VIP/24
}
power_off() { # both processes by kill -9, then the cable: nothing of the node is left
    end "$1" KILL
    ip link del "$1"
}
power_on() {
    ip link add "$1" type veth peer name eth0 netns "${NS[$1]}"
    wire "$1" "${1#node}"
}
holder() {
    alone node1 && HOLDER=node1 OTHER=node2 && return
    alone node2 && HOLDER=node2 OTHER=node1
}

# chart: one row for each node and the client, a column for each $SCALE ms
chart() {
    local columns=$((($1 - BEGAN) / 1000 / SCALE + 1)) i who
    printf '\n  %8s ' seconds
    for ((i = 0; i * SCALE / 1000 <= columns * SCALE / 1000; i += 1000 / SCALE)); do
        printf "%-$((1000 / SCALE))s" $((i * SCALE / 1000))
    done
    echo
    for who in node1 node2; do
        printf '  %8s %s\n' $who "$(awk -v who=$who -v columns=$columns -v scale=$SCALE \
            -v began=$BEGAN -v off="${OFF[$who]}" -v on="${ON[$who]}" '
            function column(t) { return int((t * 1e6 - began) / 1000 / scale) }
            function fill(from, to, c) { for (i = from; i < to; i++) row[i] = c }
            BEGIN { fill(0, columns, ".")
                    if (off) fill(column(off / 1e6), on ? column(on / 1e6) : columns, " ") }
            $2 == who && $3 == "has" { since = column($1) }
            $2 == who && $3 == "lost" { fill(since, column($1), "#"); since = "" }
            END { if (since != "") fill(since, columns, "#")
                  if (off) row[column(off / 1e6)] = "X"
                  for (i = 0; i < columns; i++) printf "%s", row[i] }' "$W/watch")"
    done
    printf '  %8s %s\n' client "$(awk -v columns=$columns -v scale=$SCALE -v began=$BEGAN '
        function column(t) { return int((t * 1e6 - began) / 1000 / scale) }
        $2 == "first" { for (i = column($1); i < columns; i++) row[i] = "+" }
        $2 == "gap" { for (i = column($1) + 1; i < column($1 + $3 / 1000); i++) row[i] = " " }
        END { for (i = 0; i < columns; i++) printf "%s", i in row ? row[i] : " " }' \
        "${LOG[probe]}")"
    printf '\n  # holds %s    . does not    X crashed    + the client gets answers\n\n' $VIP
}

world node1 node2 client
TOOLS=$W/bin
mkdir "$TOOLS"
for tool in watch probe; do
    "${CC:-cc}" -std=gnu99 -D_GNU_SOURCE -O1 -o "$TOOLS/$tool" "$NET/$tool.c" || exit 1
done
declare -A OFF ON

echo
echo "  Two nodes and a client on one wire. Each node runs"
echo "      VRRP_VIRTUAL_IPADDRESS=$VIP/24 ./sidecar"
echo
watch_nodes $VIP node1 node2
clock
BEGAN=$NOW
tell "$NOW" "node1 and node2 start"
run_node node1
run_node node2
wait_for 10 holder || die "nobody took the address"
FIRST=$HOLDER SECOND=$OTHER
tell "${GOT[$FIRST $VIP]}" "$FIRST is MASTER: nobody was heard for three intervals"
probe_start $VIP
nap 0.7

clock
CRASH=$NOW OFF[$FIRST]=$NOW
power_off "$FIRST"
tell "$CRASH" "$FIRST crashes: kill -9 for all its processes, and its cable is gone"
wait_for 10 alone "$SECOND" || die "$SECOND did not take over"
took=$((${GOT[$SECOND $VIP]} - CRASH))
tell "${GOT[$SECOND $VIP]}" "$SECOND is MASTER, $((took / 1000)) ms after the crash"
nap 0.3

power_on "$FIRST"
: >"${LOG[$FIRST]}"
run_node "$FIRST"
clock
ON[$FIRST]=$NOW
tell "$NOW" "$FIRST is back and listens"
wait_for 5 said "$FIRST" BACKUP || die "$FIRST did not become BACKUP"
nap 1.2
alone "$SECOND" || die "$FIRST took the address from a healthy $SECOND"

clock
STOP=$NOW
tell "$STOP" "$SECOND is stopped by SIGTERM: it lets go, and says so"
end "$SECOND"
wait_for 10 alone "$FIRST" || die "$FIRST did not take over"
left=$((${GOT[$FIRST $VIP]} - STOP))
tell "${GOT[$FIRST $VIP]}" "$FIRST is MASTER, $((left / 1000)) ms after the stop"
nap 0.5
clock
probe_end
two_ms
chart "$NOW"
printf '  longest silence for the client: %s ms (the crash)\n' "$GAP"
printf '  two holders at once: %s\n\n' "$([ "$MS" = 0 ] && echo never || echo "for $MS ms")"
