# shellcheck shell=bash
# Two nodes, one address: every way to lose the holder, every way to get it back.

SLACK=1500 # a stall of a shared machine, in ms
INTERVAL=1000 COMMON=()

# three intervals and the skew of priority 100, which the backup n2 has in every test
skew() { SKEW=$((${FACTOR:-156} * INTERVAL / 256)); }
settings() { # settings VARIABLE=VALUE ...: common to both nodes
    COMMON=(VRRP_INTERFACE=eth0 VRRP_VIRTUAL_ROUTER_ID=51 "$@")
    ADDRESS=$VIP
    local word
    for word; do
        case $word in
        VRRP_ADVERT_INT=*) INTERVAL=$(awk "BEGIN { print 1000 * ${word#*=} }") ;;
        VRRP_VIRTUAL_IPADDRESS=*) ADDRESS=${word#*=} ADDRESS=${ADDRESS%%/*} OWN_VIP=1 ;;
        esac
    done
    [ -n "$OWN_VIP" ] || COMMON+=("VRRP_VIRTUAL_IPADDRESS=$VIP/24")
    skew
}
run() { # run NODE PRIORITY [VARIABLE=VALUE ...]
    local node=$1 priority=$2
    shift 2
    sidecar "$node" "$node" "${COMMON[@]}" "VRRP_PRIORITY=$priority" "$@"
}
# pair [VARIABLE=VALUE ...]: n1 with 150 holds the address, n2 with 100 is its backup
pair() {
    settings "$@"
    world n1 n2 client
    watch_nodes "$ADDRESS" n1 n2
    run n1 150
    begun n1
    run n2 100
    wait_for $((4 * INTERVAL / 1000 + 6)) alone n1 || die "n1 did not become MASTER"
    wait_for 5 said n2 BACKUP || die "n2 did not become BACKUP"
    mark
}
# n2 has it alone, LOW..HIGH after the mark
n2_takes_over() {
    wait_for $(($2 / 1000 + 3)) holds n2 || die "n2 did not take over"
    took n2
    ((MS > 0)) || MS=0 # on a stalled machine it may have had it before
    between "$1" "$MS" "$2" takeover
    say "takeover $MS ms"
}
crash_takeover() { n2_takes_over $((INTERVAL + SKEW)) $((3 * INTERVAL + SKEW + SLACK)); }
stop_takeover() { n2_takes_over 0 $((SKEW + SLACK)); }
n1_returns() { # it takes the address back from n2, and they overlap by a reaction at most
    wait_for $((4 * INTERVAL / 1000 + 6)) alone n1 || die "n1 did not get it back"
    no_overlap_over 1000 "when n1 came back"
    say "back with an overlap of $MS ms"
}
client_gap() { # client_gap HIGH
    nap 0.3 # for the answers of the new holder
    probe_end
    between 0 "$GAP" "$1" "what the client saw as a silence"
    say "client's gap $GAP ms"
}
stop_it() { # n1 stops: n2 has it after Skew_Time and no two ever
    local ask=$ADDRESS
    [ "$ask" != $VIP6LL ] || ask=$VIP6
    probe_start "$ask"
    mark
    end n1
    [ "$STATUS" = 0 ] || die "n1's exit status is $STATUS"
    stop_takeover
    no_overlap_over 300 "after a stop"
    client_gap $((SKEW + SLACK))
}

t_stop() {
    pair
    stop_it
    run n1 150
    mark
    n1_returns
}
t_stop_by_sigint() {
    pair
    end n1 INT
    [ "$STATUS" = 0 ] || die "n1's exit status is $STATUS"
    stop_takeover
    no_overlap_over 300 "after a stop"
}
t_worker_killed() {
    pair
    must worker_of n1
    kill -KILL "$WORKER"
    wait_for 3 not holds n1 || die "the address stayed on n1"
    let_go n1
    between 0 $MS 1000 "taking the address off the dead worker's node"
    say "address gone after $MS ms"
    wait_for 5 not alive n1 || die "the parent outlived its worker"
    wait "${PID[n1]}"
    [ $? -ge 1 ] || die "exit status 0 after its worker was killed"
    unset "PID[n1]"
    crash_takeover
    no_overlap_over 0 "after kill -9 of the worker"
    run n1 150
    mark
    n1_returns
}
t_parent_killed() {
    pair
    must worker_of n1
    kill -KILL "${PID[n1]}"
    wait_for 3 not holds n1 || die "the address stayed on n1"
    wait_for 5 not test -d "/proc/$WORKER" || die "the worker outlived its parent"
    n2_takes_over 0 $((3 * INTERVAL + SKEW + SLACK))
    no_overlap_over 300 "after kill -9 of the parent"
    unset "PID[n1]"
    run n1 150
    mark
    n1_returns
}
# Nobody is left to remove the address: the next start sweeps it before it does anything else
t_all_killed_then_restarted() {
    pair
    end n1 KILL
    crash_takeover
    mark
    run n1 150
    wait_for 3 not holds n1 || die "the start did not sweep what the crash left"
    let_go n1
    say "swept after $MS ms"
    mark
    n1_returns
}
t_link_down() {
    pair
    probe_start "$ADDRESS"
    mark
    unplug n1
    wait_for 3 not holds n1 || die "n1 kept the address without a link"
    let_go n1
    between 0 $MS 1000 "letting go"
    crash_takeover
    no_overlap_over 0 "after the cable was pulled"
    client_gap $((3 * INTERVAL + SKEW + SLACK))
    wait_for 5 said n1 FAULT || die "n1 does not say FAULT"
    plug n1
    mark
    n1_returns
}
# a second one, by the node's own interface
t_interface_down() {
    pair
    ipn n1 link set eth0 down
    wait_for 3 not holds n1 || die "n1 kept the address on an interface that is down"
    crash_takeover
    no_overlap_over 0 "after the interface went down"
    ipn n1 link set eth0 up
    mark
    n1_returns
}
t_frozen_master() {
    pair
    all n1 STOP
    crash_takeover # its kernel still has the address: nothing that is frozen can let go
    nap 1
    mark
    all n1 CONT
    wait_for 6 alone n1 || die "after the freeze not one holder"
    let_go n2
    between 0 $MS $((INTERVAL + SLACK)) "one of two to let go after the freeze"
    say "one holder $MS ms after the freeze"
}
t_frozen_backup() { # its socket is full of adverts when it wakes up: no reason to take over
    pair
    all n2 STOP
    nap 5
    all n2 CONT
    for_all_of 5 alone n1 || die "n2 took over after having slept"
    ! said n2 MASTER || die "n2 wanted to take over after having slept"
}
t_frozen_backup_with_an_overflow() { # more adverts than its socket keeps
    pair VRRP_VERSION=3 VRRP_ADVERT_INT=0.5 VRRP_KERNEL_RX_BUF_SIZE=2048
    all n2 STOP
    nap 8
    dropped || die "its socket keeps all: $(at n2 cat /proc/net/raw)"
    all n2 CONT
    for_all_of 4 alone n1 || die "n2 took over after having slept"
    ! said n2 MASTER || die "n2 wanted to take over after having slept"
}
dropped() { at n2 cat /proc/net/raw | awk '$2 ~ /:0070$/ && $NF > 0 { n++ } END { exit !n }'; }
t_preempt() {
    settings
    world n1 n2 client
    watch_nodes $VIP n1 n2
    run n2 100
    wait_for 10 alone n2 || die "n2 did not become MASTER"
    mark
    run n1 150
    n1_returns
    took n1
    between $((2 * INTERVAL)) "$MS" $((4 * INTERVAL + SLACK)) preemption
}
t_nopreempt() {
    settings VRRP_NOPREEMPT=yes
    world n1 n2 client
    watch_nodes $VIP n1 n2
    run n2 100
    wait_for 10 alone n2 || die "n2 did not become MASTER"
    mark
    run n1 150
    wait_for 5 said n1 BACKUP || die "n1 did not become BACKUP"
    for_all_of 5 alone n2 || die "n1 preempted in spite of nopreempt"
    mark
    end n2
    wait_for 5 alone n1 || die "n1 did not take over"
    no_overlap_over 300
}
t_preempt_delay() {
    settings VRRP_PREEMPT_DELAY=6
    world n1 n2 client
    watch_nodes $VIP n1 n2
    run n2 100
    wait_for 10 alone n2 || die "n2 did not become MASTER"
    mark
    run n1 150
    wait_for 15 alone n1 || die "n1 did not preempt"
    took n1
    between 6000 "$MS" $((6000 + 4 * INTERVAL + SLACK)) "preemption with a delay of 6 s"
    say "preempted after $MS ms"
    no_overlap_over 1000
}
t_v3() {
    pair VRRP_VERSION=3
    stop_it
}
t_v3_with_v2_peer_not_heard() { # another version is not understood: said, not believed
    settings VRRP_VERSION=3
    world n1 n2 client
    watch_nodes $VIP n1 n2
    run n1 100
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    COMMON+=(VRRP_VERSION=2)
    sidecar n2 n2 VRRP_INTERFACE=eth0 VRRP_VIRTUAL_ROUTER_ID=51 VRRP_VIRTUAL_IPADDRESS=$VIP/24 \
        VRRP_PRIORITY=150 VRRP_VERSION=2
    wait_for 8 holds n2 || die "n2 did not become MASTER"
    holds n1 || die "n1 believed an advert of another version"
    wait_for 5 said n1 'version .theirs 2, ours 3' || die "n1 does not say which versions"
}
t_another_interval_is_said() {
    world n1 n2 client
    watch_nodes $VIP n1 n2
    sidecar n1 n1 VRRP_INTERFACE=eth0 VRRP_VIRTUAL_IPADDRESS=$VIP/24 VRRP_PRIORITY=100
    sidecar n2 n2 VRRP_INTERFACE=eth0 VRRP_VIRTUAL_IPADDRESS=$VIP/24 VRRP_ADVERT_INT=2
    wait_for 10 holds n1 || die "n1 did not become MASTER"
    wait_for 5 said n2 'interval .theirs 1 s, ours 2 s' || die "n2 does not say which intervals"
}
t_ipv6() {
    pair "VRRP_VIRTUAL_IPADDRESS=$VIP6LL/64, $VIP6/64"
    stop_it
    ipn n2 -6 addr show dev eth0 to $VIP6 | grep -q $VIP6 || die "n2 does not have $VIP6"
    ! ipn n2 -6 addr show dev eth0 to $VIP6 | grep -qE 'tentative|dadfailed' ||
        die "$VIP6 is tentative"
    run n1 150
    mark
    n1_returns
}
t_ipv6_link_down() {
    pair "VRRP_VIRTUAL_IPADDRESS=$VIP6LL/64, $VIP6/64"
    unplug n1
    wait_for 3 not holds n1 || die "n1 kept the address without a link"
    crash_takeover
    no_overlap_over 0
    plug n1
    mark
    n1_returns
}
# only packets to the peer, none to the group; the same list of all nodes on each of them
t_unicast() {
    settings "VRRP_UNICAST_PEER=198.51.100.1, 198.51.100.2"
    world n1 n2 client
    capture br0 'ip proto 112'
    watch_nodes $VIP n1 n2
    run n1 150
    run n2 100
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    stop_it
    nap 1.2
    captured ip.src ip.dst
    printf '%s\t%s\n' 198.51.100.1 198.51.100.2 198.51.100.2 198.51.100.1 >$W/expected
    sort -u $W/packets | diff - $W/expected >$W/diff ||
        die "packets other than expected: $(cat $W/diff)"
}
t_unicast_ipv6() {
    pair VRRP_VIRTUAL_IPADDRESS=$VIP6/64 "VRRP_UNICAST_PEER=fe80::1, fe80::2"
    stop_it
}
t_unicast_source() {
    settings VRRP_UNICAST_PEER="198.51.100.21 198.51.100.22"
    world n1 n2 client
    ipn n1 addr add 198.51.100.21/24 dev eth0
    ipn n2 addr add 198.51.100.22/24 dev eth0
    watch_nodes $VIP n1 n2
    run n1 150 VRRP_UNICAST_SRC_IP=198.51.100.21
    run n2 100 VRRP_UNICAST_SRC_IP=198.51.100.22
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    for_all_of 4 alone n1 || die "they do not hear each other"
    stop_it
}
t_pass() {
    pair VRRP_AUTH_TYPE=PASS VRRP_AUTH_PASS=s3cret
    stop_it
}
t_wrong_password() { # an advert with the wrong password is nobody's
    settings
    world n1 n2 client
    watch_nodes $VIP n1 n2
    run n1 100 VRRP_AUTH_TYPE=PASS VRRP_AUTH_PASS=kJ7mine
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    run n2 150 VRRP_AUTH_TYPE=PASS VRRP_AUTH_PASS=kJ8else
    wait_for 8 holds n2 || die "n2 did not become MASTER"
    for_all_of 2 holds n1 || die "n1 believed an advert with the wrong password"
    wait_for 5 said n1 '[Aa]uth|[Pp]assword' || die "n1 does not say that the password is wrong"
    ! grep -qE 'kJ7mine|kJ8else' "${LOG[n1]}" "${LOG[n2]}" || die "a password is in the log"
}
t_interval_100ms() {
    pair VRRP_VERSION=3 VRRP_ADVERT_INT=0.1
    stop_it
    run n1 150
    mark
    n1_returns
    all n1 KILL
    ipn n1 link set eth0 down
    wait_for 5 holds n2 || die "n2 did not take over"
}
t_interval_20ms() {
    pair VRRP_VERSION=3 VRRP_ADVERT_INT=0.02
    stop_it
}
t_interval_100ms_is_v3() { # no version given: the interval needs 3
    pair VRRP_ADVERT_INT=0.1
    stop_it
}
isolated() { # isolated on|off: the nodes still have a link, but do not hear each other
    ip link set n1 type bridge_slave isolated "$1"
    ip link set n2 type bridge_slave isolated "$1"
}
# split PRIORITY-OF-N1 WINNER LOSER: both MASTER while they cannot hear each other, one afterwards
split() {
    settings
    world n1 n2 client
    watch_nodes $VIP n1 n2
    isolated on
    run n1 "$1"
    run n2 100
    wait_for 10 eval 'holds n1 && holds n2' || die "not both MASTER without hearing each other"
    nap 0.5
    isolated off
    mark
    wait_for 5 alone "$2" || die "not exactly $2 holds it"
    let_go "$3"
    between 0 "$MS" $((INTERVAL + SLACK)) "the end of the split"
    say "one holder after $MS ms"
    for_all_of 3 alone "$2" || die "$2 did not keep it"
}
t_split_healed_by_priority() { split 150 n1 n2; }
t_split_healed_by_address() { split 100 n2 n1; } # equal priorities: the higher address stays
t_equal_priorities() { # no node is better: one of them has it, and no other takes it away
    local node
    settings
    world n1 n2 n3 client
    watch_nodes $VIP n1 n2 n3
    for node in n1 n2 n3; do run $node 100; done
    wait_for 10 eval 'alone n1 || alone n2 || alone n3' || die "nobody alone"
    for node in n1 n2 n3; do holds $node && HOLDER=$node; done
    for_all_of 3 alone $HOLDER || die "an equal one took it from $HOLDER"
    no_overlap_over 1000 "at the start with equal priorities"
    mark
    end $HOLDER
    wait_for 5 not nobody || die "nobody took over"
    wait_for 3 eval 'alone n1 || alone n2 || alone n3' || die "nobody alone after a stop"
    no_overlap_over 1000 "after a stop with equal priorities"
    run $HOLDER 100
    wait_for 5 eval "[ \$(grep -c BACKUP ${LOG[$HOLDER]}) -ge 2 ]" ||
        die "$HOLDER did not become BACKUP"
    for_all_of 4 not holds $HOLDER || die "$HOLDER took it back from an equal one"
}
t_one_variable() { # all the rest is found: interface, VRID, priorities by address
    world n1 n2 client
    watch_nodes $VIP n1 n2
    sidecar n1 n1 VRRP_VIRTUAL_IPADDRESS=$VIP/24
    sidecar n2 n2 VRRP_VIRTUAL_IPADDRESS=$VIP/24
    wait_for 10 eval 'alone n1 || alone n2' || die "nobody alone"
    alone n1 && FIRST=n1 OTHER=n2 || FIRST=n2 OTHER=n1
    mark
    end $FIRST
    wait_for 5 alone $OTHER || die "$OTHER did not take over"
    took $OTHER
    between 0 "$MS" $((1000 + SLACK)) takeover
    say "takeover $MS ms"
    no_overlap_over 300
}
t_two_instances_cross() { # each node MASTER of one; one stops, the other has both
    world n1 n2 client
    watch_nodes $VIP,198.51.100.11 n1 n2
    local common=(VRRP_INTERFACE=eth0 "VRRP_A_VIRTUAL_IPADDRESS=$VIP/24"
        VRRP_B_VIRTUAL_IPADDRESS=198.51.100.11/24)
    sidecar n1 n1 "${common[@]}" VRRP_A_PRIORITY=150 VRRP_B_PRIORITY=100
    sidecar n2 n2 "${common[@]}" VRRP_A_PRIORITY=100 VRRP_B_PRIORITY=150
    wait_for 10 eval "alone n1 $VIP && alone n2 198.51.100.11" || die "not one address each"
    mark
    end n1
    wait_for 5 eval "alone n2 $VIP && alone n2 198.51.100.11" || die "n2 does not have both"
    no_overlap_over 300
}
t_both_say_state_master() { # a hint from keepalived's tutorials: the priority decides
    pair VRRP_STATE=MASTER
    stop_it
}
t_other_vrid_is_said() { # a mistake in one of two nodes: both MASTER, and each says why
    settings
    world n1 n2 client
    watch_nodes $VIP n1 n2
    run n1 150
    run n2 100 VRRP_VIRTUAL_ROUTER_ID=52
    wait_for 10 eval 'holds n1 && holds n2' || die "not both MASTER"
    wait_for 5 said n1 'VRID 52' || die "n1 does not say that it hears VRID 52"
    wait_for 5 said n2 'VRID 51' || die "n2 does not say that it hears VRID 51"
}
t_owner() { # priority 255: the address is its own; MASTER at once, and nobody ever takes it from it
    settings VRRP_VIRTUAL_IPADDRESS=198.51.100.1/24
    world n1 n2 client
    # a second address to speak from: adverts from the floating one would be martians to n2, which
    # has it too while n1 is away
    ipn n1 addr flush dev eth0 scope global
    ipn n1 addr add 198.51.100.21/24 dev eth0
    ipn n1 addr add 198.51.100.1/24 dev eth0
    watch_nodes 198.51.100.1 n1 n2
    run n2 100
    wait_for 10 holds n2 || die "n2 did not become MASTER"
    mark
    run n1 255
    wait_for 3 not holds n2 || die "n2 did not yield to the owner"
    let_go n2
    between 0 "$MS" $SLACK "yielding to the owner"
    end n1
    for_all_of 1 holds n1 || die "it removed the node's own address"
    wait_for 5 holds n2 || die "n2 did not take over from the owner"
}
t_address_on_another_device() {
    world n1 n2 client
    local node
    for node in n1 n2; do
        ipn $node link add inner type veth peer name outer
        ipn $node link set inner up
        ipn $node link set outer up
    done
    watch_nodes $VIP,203.0.113.10 n1 n2
    local words=(VRRP_INTERFACE=eth0 VRRP_VIRTUAL_ROUTER_ID=51 "VRRP_VIRTUAL_IPADDRESS=$VIP/24"
        "VRRP_VIRTUAL_IPADDRESS_EXCLUDED=203.0.113.10/24 dev inner, 2001:db8::10/64")
    sidecar n1 n1 "${words[@]}" VRRP_PRIORITY=150
    sidecar n2 n2 "${words[@]}" VRRP_PRIORITY=100
    wait_for 10 eval 'alone n1 && alone n1 203.0.113.10' || die "n1 does not have both"
    ipn n1 addr show dev inner | grep -q 203.0.113.10/24 || die "not on its device"
    ipn n1 addr show dev eth0 | grep -q $VIP6/64 || die "no address of the other family"
    mark
    end n1
    wait_for 5 eval 'alone n2 && alone n2 203.0.113.10' || die "n2 does not have both"
    no_overlap_over 300
    ! ipn n1 addr | grep -qE "$VIP6|203.0.113.10" || die "n1 kept one"
}
t_ipv4_and_ipv6_side_by_side() { # the same VRID for both families: two virtual routers
    world n1 n2 client
    watch_nodes $VIP,$VIP6 n1 n2
    local words=(VRRP_INTERFACE=eth0 VRRP_FOUR_VIRTUAL_ROUTER_ID=51 VRRP_SIX_VIRTUAL_ROUTER_ID=51
        "VRRP_FOUR_VIRTUAL_IPADDRESS=$VIP/24" "VRRP_SIX_VIRTUAL_IPADDRESS=$VIP6/64")
    sidecar n1 n1 "${words[@]}" VRRP_PRIORITY=150
    sidecar n2 n2 "${words[@]}" VRRP_PRIORITY=100
    wait_for 10 eval "alone n1 && alone n1 $VIP6" || die "n1 does not have both"
    mark
    end n1
    wait_for 5 eval "alone n2 && alone n2 $VIP6" || die "n2 does not have both"
    no_overlap_over 300
}
