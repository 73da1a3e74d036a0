#!/bin/bash
# Figures of sidecar beside Debian's keepalived, both measured in the same run, in the same
# namespaces, with the same settings. Ratios travel between machines, absolute times do not.
[ -n "$BASH_VERSION" ] || exec bash "$0" "$@"
. "$(dirname "$0")/../net/lib.sh"
. "$NET/peers.sh"
. "$TOP/test/bench/checks.sh"

if [ "$1" != --inside ]; then
    [ -x "$SIDECAR" ] || { echo "bench: $SIDECAR is not there: run make" >&2 && exit 1; }
    command -v keepalived >/dev/null || { echo "bench: no keepalived: make deps" >&2 && exit 1; }
    command -v haproxy nginx >/dev/null || { echo "bench: no haproxy or nginx: make deps" >&2 && exit 1; }
    world_words || { echo "bench: this takes root or user namespaces" >&2 && exit 1; }
    "${WORLD_WORDS[@]}" bash "$0" --inside || exit
    echo
    LIMIT=900 TEST_LIMIT=800 exec bash "$TOP/test/vm/run.sh" -s bench
fi

TEST=bench
ROUNDS=${ROUNDS:-9}
SECONDS_OF_CPU=${SECONDS_OF_CPU:-10}
FAMILY=4 VERSION=3 INTERVAL=0.1 AUTH=PASS PASS='' UNICAST=''
COUNT=500
SKEW=$((100000 * 156 / 256)) # of priority 100, in us

table() { printf '  %-44s %14s %14s %8s\n' "$@"; }
median() { printf '%s\n' "$@" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# row LABEL UNIT OURS THEIRS [DIVISOR]
row() {
    local words
    words=$(awk -v a="$3" -v b="$4" -v d="${5:-1}" -v unit="$2" 'BEGIN {
        ratio = b ? sprintf("%.2f", a / b) : "-"
        printf "%.1f_%s %.1f_%s %s", a / d, unit, b / d, unit, ratio }')
    read -r -a words <<<"$words"
    table "$1" "${words[@]//_/ }"
}

# of a process and all its descendants: PSS in kB, time on a CPU in ms
pss() {
    local pid sum=0 n
    kin "${PID[$1]}"
    for pid in "${KIN[@]}"; do
        n=$(awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup")
        sum=$((sum + n))
    done
    PSS=$sum
}
cpu() {
    local pid n sum=0
    kin "${PID[$1]}"
    for pid in "${KIN[@]}"; do
        read -r n _ <"/proc/$pid/schedstat"
        sum=$((sum + n))
    done
    CPU=$((sum / 1000))
}

sizes() {
    local ours theirs libs
    ours=$(stat -Lc %s "$SIDECAR")
    theirs=$(stat -Lc %s "$(command -v keepalived)")
    libs=$(ldd "$(command -v keepalived)" | awk '/=> \// { print $3 }' | xargs stat -Lc %s |
        awk '{ s += $1 } END { print s }')
    row "binary" kB "$ours" "$theirs" 1000
    row "binary with its shared libraries" kB "$ours" "$((theirs + libs))" 1000
}

# alone_start KIND: from exec to the address in the kernel, minus Master_Down_Interval, in us
alone_start() {
    local i all=() down=$((300000 + SKEW))
    for ((i = 0; i < ROUNDS; i++)); do
        mark
        "peer_$1" n1 n1 100
        wait_for 10 holds n1 || die "$1 did not become MASTER"
        all+=($((${GOT[n1 $VIP]} - MARK - down)))
        [ $i -gt 0 ] || { pss n1 && ONE=$PSS; }
        end n1
        wait_for 5 nobody
    done
    US=$(median "${all[@]}")
}
# handover KIND: from SIGTERM to the address on the other node, minus Skew_Time, in us
handover() {
    local i all=()
    "peer_$1" n2 n2 100
    wait_for 10 holds n2 || die "$1 did not become MASTER"
    for ((i = 0; i < ROUNDS; i++)); do
        "peer_$1" n1 n1 150
        wait_for 10 alone n1 || die "$1 did not preempt"
        nap 0.3
        mark
        end n1
        wait_for 10 alone n2 || die "$1 did not take over"
        all+=($((${GOT[n2 $VIP]} - MARK - SKEW)))
        nap 0.2
    done
    end n2
    US=$(median "${all[@]}")
}

many_sidecar() { # many_sidecar NODE PRIORITY
    local i words=()
    for ((i = 1; i <= COUNT / 2; i++)); do
        words+=("VRRP_A${i}_VIRTUAL_IPADDRESS=198.18.1.$i/32" "VRRP_A${i}_INTERFACE=eth0"
            "VRRP_A${i}_VIRTUAL_ROUTER_ID=$i" "VRRP_B${i}_VIRTUAL_IPADDRESS=198.18.2.$i/32"
            "VRRP_B${i}_INTERFACE=eth1" "VRRP_B${i}_VIRTUAL_ROUTER_ID=$i")
    done
    sidecar "$1" "$1" "${words[@]}" VRRP_PRIORITY="$2" VRRP_ADVERT_INT=1 VRRP_VERSION=3
}
many_keepalived() {
    local i dir=$W/many-$1 conf=$W/many-$1/conf
    mkdir -p "$dir"
    for ((i = 1; i <= COUNT / 2; i++)); do
        printf 'vrrp_instance %s%d {\n interface %s\n virtual_router_id %d\n priority %d
            version 3\n advert_int 1\n virtual_ipaddress {\n 198.18.%d.%d/32\n }\n}\n' \
            A $i eth0 $i "$2" 1 $i B $i eth1 $i "$2" 2 $i
    done >"$conf"
    start "$1" "$1" keepalived -n -l -P -f "$conf" -p "$dir/p" -r "$dir/r" -c "$dir/c"
}
has_all() {
    [ "$(ipn "$1" -4 -o addr show to 198.18.0.0/15 2>/dev/null | grep -c '198\.18\.[12]\.')" = $COUNT ]
}
# many KIND: PSS and CPU of 500 instances, MASTER on n1 and BACKUP on n2
many() {
    "many_$1" n1 150
    "many_$1" n2 100
    wait_for 30 has_all n1 || die "$1 is not MASTER of $COUNT"
    nap 7 # the later announcements of start-up are over
    pss n1
    PSS_MANY=$PSS
    cpu n1
    local m=$CPU b
    cpu n2
    b=$CPU
    nap "$SECONDS_OF_CPU"
    cpu n1
    MASTER_CPU=$((CPU - m))
    cpu n2
    BACKUP_CPU=$((CPU - b))
    end n1
    end n2
}

world n1 n2 client
ip link add br1 type bridge mcast_snooping 0 stp_state 0 forward_delay 0
ip link set br1 addrgenmode none up
for node in n1 n2; do
    ip link add "$node-b" type veth peer name eth1 netns "${NS[$node]}"
    ip link set "$node-b" master br1 addrgenmode none up
    ipn $node link set eth1 addrgenmode none up
    ipn $node addr add "203.0.113.${node#n}/24" dev eth1
done
TOOLS=$W/bin
mkdir "$TOOLS"
"${CC:-cc}" -std=gnu99 -D_GNU_SOURCE -O1 -o "$TOOLS/watch" "$NET/watch.c" || exit 1

echo
table "" sidecar keepalived ratio
sizes
watch_nodes -p200 $VIP n1 n2
alone_start sidecar && ours=$US ours_pss=$ONE
alone_start keepalived && theirs=$US theirs_pss=$ONE
row "start to address held, above Master_Down" ms "$ours" "$theirs" 1000
handover sidecar && ours=$US
handover keepalived && theirs=$US
row "takeover after stop, above Skew_Time" ms "$ours" "$theirs" 1000
row "takeover after stop, whole (interval 0.1 s)" ms $((SKEW + ours)) $((SKEW + theirs)) 1000
end watch
row "PSS of all processes, 1 instance" kB "$ours_pss" "$theirs_pss"
many sidecar && ours_pss=$PSS_MANY ours=$MASTER_CPU ours_b=$BACKUP_CPU
many keepalived && theirs_pss=$PSS_MANY theirs=$MASTER_CPU theirs_b=$BACKUP_CPU
row "PSS of all processes, $COUNT instances" kB "$ours_pss" "$theirs_pss"
per_second=$((1000 * SECONDS_OF_CPU))
row "CPU of $COUNT MASTERs at 1 s, per second" ms "$ours" "$theirs" $per_second
row "CPU of $COUNT BACKUPs at 1 s, per second" ms "$ours_b" "$theirs_b" $per_second
checks
theirs=$(keepalived -v 2>&1 | sed -n 's/^\(Keepalived [^ ]*\).*/\1/p')
echo
echo "  $("$SIDECAR" --version), $theirs, Linux $(uname -r), $(nproc) CPUs"
echo "  medians of $ROUNDS; the kernels asked every 0.2 ms; the same bridge and settings for both"
