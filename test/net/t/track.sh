# shellcheck shell=bash
# Tracked interfaces: what becomes of the address when one goes down, vanishes or flaps, with and
# without a weight, in a group, over a reload, and beside keepalived that tracks one, too.

VIP2=198.51.100.20

# uplink NODE: up0 in that node, whose carrier is pulled by "cable NODE down"
uplink() {
    ipn "$1" link add up0 type veth peer name up0-peer
    ipn "$1" link set up0 up
    ipn "$1" link set up0-peer up
}
cable() { ipn "$1" link set up0-peer "$2"; } # cable NODE up|down
both() { # both VARIABLE=VALUE ...: n1 with 150 and an uplink, n2 with 140; n1 is MASTER
    world n1 n2
    uplink n1
    watch_nodes $VIP n1 n2
    local priority=VRRP_PRIORITY=150
    [[ $1 != VRRP_PRIORITY=* ]] || { priority=$1 && shift; }
    sidecar n1 n1 "VRRP_VIRTUAL_IPADDRESS=$VIP/24" VRRP_ADVERT_INT=0.2 "$priority" "$@"
    sidecar n2 n2 "VRRP_VIRTUAL_IPADDRESS=$VIP/24" VRRP_ADVERT_INT=0.2 VRRP_PRIORITY=140
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    wait_for 5 said n2 BACKUP || die "n2 did not become BACKUP"
    mark
}
moves() { # moves TO WHY: it alone, without two for long
    wait_for 8 alone "$1" || die "$1 did not take it: $2"
    no_overlap_over 500 "$2"
    took "$1"
    ((MS > 0)) || MS=0
    say "$2: $MS ms"
    mark
}

t_track_with_a_weight_moves_the_address() {
    both "VRRP_TRACK_INTERFACE=up0 weight -20"
    cable n1 down
    moves n2 down
    ! said n1 FAULT || die "a weight is no FAULT"
    cable n1 up
    moves n1 up
}
t_track_with_a_positive_weight() {
    both VRRP_PRIORITY=130 "VRRP_TRACK_INTERFACE=up0 weight 20"
    cable n1 down
    moves n2 down
    cable n1 up
    moves n1 up
}
t_track_without_a_weight_is_a_fault() {
    both "VRRP_TRACK_INTERFACE=up0"
    cable n1 down
    moves n2 down
    wait_for 5 said n1 'Entering FAULT STATE' || die "no FAULT"
    cable n1 up
    moves n1 up
}
t_track_group_follows_a_static_item() {
    both "SIDECAR_TRACK_GROUP=uplink VI_1" \
        "SIDECAR_STATIC_IPADDRESS=203.0.113.7/24 dev up0 track_group uplink"
    wait_for 5 has n1 203.0.113.7 up0 || die "the static address is not there"
    cable n1 down
    moves n2 down
    wait_for 5 said n1 'Entering FAULT STATE' || die "no FAULT"
    has n1 203.0.113.7 up0 || die "the static address went with the link"
    cable n1 up
    moves n1 up
}
has() { ipn "$1" -o addr show dev "$3" | grep -qw "$2"; } # has NODE ADDRESS INTERFACE
t_track_reverse() {
    both "VRRP_TRACK_INTERFACE=gone weight 20 reverse"
    ipn n1 link add gone type veth peer name gone-peer
    ipn n1 link set gone up
    ipn n1 link set gone-peer up
    moves n2 "what is down for good came up"
    ipn n1 link del gone
    moves n1 "and went"
}
t_track_an_interface_that_is_missing() {
    world n1 n2
    watch_nodes $VIP n1 n2
    sidecar n1 n1 "VRRP_VIRTUAL_IPADDRESS=$VIP/24" VRRP_ADVERT_INT=0.2 VRRP_PRIORITY=150 \
        VRRP_TRACK_INTERFACE=up0
    sidecar n2 n2 "VRRP_VIRTUAL_IPADDRESS=$VIP/24" VRRP_ADVERT_INT=0.2 VRRP_PRIORITY=140 \
        "VRRP_TRACK_INTERFACE=up0 weight -20"
    wait_for 10 alone n2 || die "n2 did not become MASTER"
    wait_for 5 said n1 'interface up0 does not exist yet' || die "n1 does not say what is missing"
    mark
    uplink n1
    moves n1 "it appeared"
    ipn n1 link del up0
    moves n2 "it vanished"
}
t_track_in_a_group() {
    world n1 n2
    uplink n1
    watch_nodes $VIP,$VIP2 n1 n2
    local node
    for node in n1 n2; do
        sidecar $node $node VRRP_ADVERT_INT=0.2 "VRRP_A_VIRTUAL_IPADDRESS=$VIP/24" \
            "VRRP_B_VIRTUAL_IPADDRESS=$VIP2/24" "VRRP_GROUP_ALL=A B" \
            VRRP_GROUP_ALL_TRACK_INTERFACE=$([ $node = n1 ] && echo up0 || echo eth0) \
            "VRRP_PRIORITY=n1=150 140" SIDECAR_NODE=$node
    done
    wait_for 10 eval "alone n1 && alone n1 $VIP2" || die "n1 did not become MASTER of both"
    mark
    cable n1 down
    wait_for 8 eval "alone n2 && alone n2 $VIP2" || die "the group did not move"
    cable n1 up
    wait_for 8 eval "alone n1 && alone n1 $VIP2" || die "the group did not return"
}
t_track_in_a_group_with_weights() {
    world n1 n2
    uplink n1
    watch_nodes $VIP,$VIP2 n1 n2
    local node
    for node in n1 n2; do
        sidecar $node $node VRRP_ADVERT_INT=0.2 "VRRP_A_VIRTUAL_IPADDRESS=$VIP/24" \
            "VRRP_B_VIRTUAL_IPADDRESS=$VIP2/24" "VRRP_GROUP_ALL=A B" \
            VRRP_GROUP_ALL_SYNC_GROUP_TRACKING_WEIGHT=yes \
            "VRRP_GROUP_ALL_TRACK_INTERFACE=$([ $node = n1 ] && echo up0 || echo eth0) weight -20" \
            "VRRP_PRIORITY=n1=150 140" SIDECAR_NODE=$node
    done
    wait_for 10 eval "alone n1 && alone n1 $VIP2" || die "n1 did not become MASTER of both"
    cable n1 down
    wait_for 8 eval "alone n2 && alone n2 $VIP2" || die "the group did not move"
    ! said n1 FAULT || die "a weight is no FAULT"
}
t_track_after_a_delay() {
    both "VRRP_TRACK_INTERFACE=up0 weight -20" "SIDECAR_INTERFACE_UP_DOWN_DELAYS=up0 4 2"
    cable n1 down
    nap 0.3
    cable n1 up
    for_all_of 2 holds n1 || die "a flap of 0.3 s counts"
    mark
    cable n1 down
    wait_for 8 alone n2 || die "n2 did not take it"
    took n2
    ((MS > 3900)) || die "it counts after $MS ms, not after 4 s"
    mark
    cable n1 up
    wait_for 8 alone n1 || die "n1 did not get it back"
    took n1
    ((MS > 1900)) || die "it counts after $MS ms, not after 2 s"
}
t_track_delay_of_the_interface_of_the_adverts() {
    both "SIDECAR_INTERFACE_UP_DOWN_DELAYS=eth0 5"
    unplug n1
    nap 0.3
    plug n1
    for_all_of 1 not said n1 FAULT || die "a flap of 0.3 s counts"
    wait_for 5 alone n1 || die "n1 lost it"
}
# reload VARIABLE=VALUE ...: n1 reads again
reload() {
    printf '%s\n' "$@" >$W/env
    local before
    before=$(grep -c 'configuration read again' "${LOG[n1]}")
    kill -HUP "${PID[n1]}"
    wait_for 5 eval "[ \"\$(grep -c 'configuration read again' ${LOG[n1]})\" -gt $before ]" ||
        die "SIGHUP is not answered"
}
t_track_reload() {
    both
    end n1
    echo "VRRP_TRACK_INTERFACE=up0 weight -5" >$W/env
    sidecar n1 n1 "VRRP_VIRTUAL_IPADDRESS=$VIP/24" VRRP_ADVERT_INT=0.2 VRRP_PRIORITY=150 \
        SIDECAR_ENV_FILE=$W/env
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    reload "VRRP_TRACK_INTERFACE=up0 weight -5, lo weight -3"
    cable n1 down
    for_all_of 1 holds n1 || die "150 - 5 is still more than 140"
    mark
    reload "VRRP_TRACK_INTERFACE=up0 weight -20"
    moves n2 "the weight is larger now"
    reload "VRRP_TRACK_INTERFACE=lo weight -20"
    moves n1 "up0 is not tracked any more"
    reload VRRP_TRACK_INTERFACE=up0
    moves n2 "tracked without a weight"
    reload "VRRP_TRACK_INTERFACE=up0 reverse"
    moves n1 "down is good now"
    reload "VRRP_TRACK_INTERFACE=up0 reverse" "SIDECAR_INTERFACE_UP_DOWN_DELAYS=up0 0 5"
    cable n1 up
    for_all_of 1 holds n1 || die "the delay that was read again does not count"
    moves n2 "up is not good"
}
t_track_reload_of_a_group() {
    world n1
    uplink n1
    local two="VRRP_A_VIRTUAL_IPADDRESS=$VIP/24 VRRP_B_VIRTUAL_IPADDRESS=$VIP2/24"
    watch_nodes $VIP,$VIP2 n1
    echo >$W/env
    # shellcheck disable=SC2086
    sidecar n1 n1 $two "VRRP_GROUP_ALL=A B" VRRP_ADVERT_INT=0.2 SIDECAR_ENV_FILE=$W/env
    wait_for 10 eval "alone n1 && alone n1 $VIP2" || die "n1 did not become MASTER of both"
    mark
    reload VRRP_GROUP_ALL_TRACK_INTERFACE=up0
    for_all_of 1 eval "holds n1 && holds n1 $VIP2" || die "a track that is up costs the address"
    ! said n1 FAULT || die "through FAULT"
    cable n1 down
    wait_for 5 eval "nobody && nobody $VIP2" || die "the group did not let go"
    reload
    wait_for 5 eval "holds n1 && holds n1 $VIP2" || die "nothing is tracked, nothing is held"
}
t_track_dont_track_primary() {
    both VRRP_DONT_TRACK_PRIMARY=yes "VRRP_TRACK_INTERFACE=eth0 weight -20"
    unplug n1
    wait_for 8 holds n2 || die "n2 hears nothing and does not take over"
    for_all_of 1 not said n1 FAULT || die "n1's own interface is not to count"
}
t_startup_after_boot() { # in a time namespace the machine was started five seconds ago
    local up
    read -r up _ </proc/uptime
    unshare --time --boottime -"${up%.*}" true 2>/dev/null || skip "no time namespaces here"
    world n1 n2
    watch_nodes $VIP n1 n2
    mark
    sidecar n2 n2 "VRRP_VIRTUAL_IPADDRESS=$VIP/24" VRRP_ADVERT_INT=0.2 VRRP_DELAY_AFTER_BOOT=12
    start n1 n1 "VRRP_VIRTUAL_IPADDRESS=$VIP/24" VRRP_ADVERT_INT=0.2 VRRP_DELAY_AFTER_BOOT=12 \
        VRRP_PRIORITY=200 unshare --time --boottime -$((${up%.*} - 1)) "$SIDECAR"
    wait_for 5 holds n2 || die "the other machine is not new: n2 does not hold it"
    took n2
    ((MS < 8000)) || die "n2 waited $MS ms"
    wait_for 5 said n1 'nothing is sent and nothing counts' || die "n1 does not say that it waits"
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    took n1
    ((MS > 8000)) || die "n1 waited $MS ms only"
}
t_startup_delay() {
    world n1
    watch_nodes $VIP n1
    mark
    sidecar n1 n1 "VRRP_VIRTUAL_IPADDRESS=$VIP/24" VRRP_ADVERT_INT=0.2 VRRP_STARTUP_DELAY=2
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    took n1
    ((MS > 2000)) || die "it waited $MS ms only"
}
t_unicast_without_peers_is_a_fault() {
    world n1
    watch_nodes $VIP n1
    sidecar n1 n1 "VRRP_VIRTUAL_IPADDRESS=$VIP/24" VRRP_ADVERT_INT=0.2 \
        VRRP_UNICAST_FAULT_NO_PEER=yes VRRP_UNICAST_PEER=198.51.100.1
    wait_for 5 said n1 'Entering FAULT STATE' || die "no FAULT"
    for_all_of 2 nobody || die "without peers it holds the address"
}
# room_of NAME: the receive buffers of its sockets of protocol 112, in ROOM
room_of() {
    worker_of "$1" || return 1
    ROOM=$(/usr/bin/python3 - "$WORKER" <<'END'
import ctypes, os, socket, sys
pid = int(sys.argv[1])
libc = ctypes.CDLL(None, use_errno=True)
held = os.pidfd_open(pid)
for number in os.listdir("/proc/%d/fd" % pid):
    fd = libc.syscall(438, held, int(number), 0)  # pidfd_getfd
    if fd < 0 or not os.readlink("/proc/self/fd/%d" % fd).startswith("socket:"):
        continue
    s = socket.socket(fileno=fd)
    if s.type == socket.SOCK_RAW and s.proto == 112:
        print(s.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF))
END
    )
}
has_room() { room_of "$1" && [ "$ROOM" = "$2" ]; }
t_receive_buffer_of_a_size() { # the kernel keeps twice what is asked for
    world n1
    local vip="VRRP_VIRTUAL_IPADDRESS=$VIP/24"
    sidecar n1 n1 "$vip" VRRP_KERNEL_RX_BUF_SIZE=123456
    wait_for 5 has_room n1 246912 || die "$ROOM, not 246912"
    end n1
    sidecar n1 n1 "$vip" VRRP_RX_BUFS_POLICY=MTU VRRP_RX_BUFS_MULTIPLIER=20
    wait_for 5 has_room n1 60000 || die "$ROOM, not 60000"
    end n1
    sidecar n1 n1 VRRP_INTERFACE=eth0 VRRP_KERNEL_RX_BUF_SIZE=50000 \
        "VRRP_A_VIRTUAL_IPADDRESS=$VIP/24" "VRRP_B_VIRTUAL_IPADDRESS=$VIP2/24"
    wait_for 5 has_room n1 200000 || die "$ROOM, not 200000"
}

# beside_keepalived MASTER: both track an uplink with a weight, ten adverts a second
beside_keepalived() {
    world n1 n2
    uplink n1
    uplink n2
    watch_nodes $VIP n1 n2
    mkdir -p $W/ka
    cat >$W/ka/conf <<END
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    version 3
    priority $([ "$1" = keepalived ] && echo 150 || echo 140)
    advert_int 0.1
    track_interface {
        up0 weight -20
    }
    virtual_ipaddress {
        $VIP/24
    }
}
END
    start n2 n2 keepalived -n -l -D -P -f $W/ka/conf -p $W/ka/pid -r $W/ka/vrrp.pid -c $W/ka/check
    sidecar n1 n1 VRRP_VIRTUAL_ROUTER_ID=51 "VRRP_VIRTUAL_IPADDRESS=$VIP/24" VRRP_ADVERT_INT=0.1 \
        VRRP_PRIORITY="$([ "$1" = keepalived ] && echo 140 || echo 150)" \
        "VRRP_TRACK_INTERFACE=up0 weight -20"
    local better=n1 other=n2
    [ "$1" != keepalived ] || better=n2 other=n1
    wait_for 15 alone $better || die "$better did not become MASTER"
    mark
    cable $better down
    moves $other "$better lost its uplink"
    cable $other down
    moves $better "$other lost it, too"
    cable $other up
    moves $other "back"
    cable $better up
    moves $better "and both"
    end n1
    wait_for 5 alone n2 || die "keepalived did not take it"
}
t_track_beside_keepalived_as_master() { beside_keepalived sidecar; }
t_track_beside_keepalived_as_backup() { beside_keepalived keepalived; }
