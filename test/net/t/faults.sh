# shellcheck shell=bash
# What goes wrong around the process: interfaces, addresses, other programs, bad input, noise.

SLACK=1500
ONE=(VRRP_INTERFACE=eth0 VRRP_VIRTUAL_ROUTER_ID=51 "VRRP_VIRTUAL_IPADDRESS=$VIP/24")

single() { # single [VARIABLE=VALUE ...]: n1 alone, MASTER
    world n1 client
    watch_nodes $VIP n1
    sidecar n1 n1 "${ONE[@]}" VRRP_PRIORITY=150 "$@"
    wait_for 10 holds n1 || die "n1 did not become MASTER"
    mark
}
pair() {
    world n1 n2 client
    watch_nodes $VIP n1 n2
    sidecar n1 n1 "${ONE[@]}" VRRP_PRIORITY=150 "$@"
    begun n1
    sidecar n2 n2 "${ONE[@]}" VRRP_PRIORITY=100 "$@"
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    wait_for 5 said n2 BACKUP || die "n2 did not become BACKUP"
    mark
}
# picture NODE: all that a process could leave behind
picture() {
    ipn "$1" -d -o addr | sed 's/valid_lft.*//'
    ipn "$1" -o link | sed 's/qdisc.*//'
    ipn "$1" route show table all
    ipn "$1" -6 route show table all
    ipn "$1" rule
    ipn "$1" -6 rule
    ipn "$1" -o maddr
    at "$1" cat /proc/net/raw /proc/net/raw6 | awk '{ print $1, $2, $3 }'
    at "$1" sh -c 'cat /proc/net/unix' | grep -c vrrp
    at "$1" sh -c 'cd /proc/sys/net/ipv4/conf/eth0 && grep . promote_secondaries rp_filter arp_*'
}

as_in_the_picture() { picture n1 | diff $W/before - >$W/diff; }

t_leaves_nothing() {
    world n1 client
    watch_nodes $VIP,$VIP6 n1
    remember n1 # when the kernel is through
    picture n1 >$W/before
    sidecar n1 n1 VRRP_A_VIRTUAL_IPADDRESS=$VIP/24 VRRP_B_VIRTUAL_IPADDRESS="$VIP6LL/64, $VIP6/64" \
        VRRP_C_VIRTUAL_IPADDRESS="203.0.113.10/24 dev eth0 label eth0:c" \
        VRRP_C_VIRTUAL_ROUTER_ID=53 VRRP_INTERFACE=eth0
    wait_for 10 eval "holds n1 && holds n1 $VIP6" || die "n1 did not become MASTER"
    wait_for 5 eval 'ipn n1 addr show dev eth0 label eth0:c | grep -q 203.0.113.10' ||
        die "no 203.0.113.10 with its label"
    end n1
    [ "$STATUS" = 0 ] || die "exit status $STATUS"
    wait_for 5 as_in_the_picture || die "not as before: $(cat $W/diff)"
}
t_backup_leaves_nothing() {
    pair
    picture n2 | grep -v vrrp >$W/before
    end n2
    [ "$STATUS" = 0 ] || die "exit status $STATUS"
    for_all_of 1 alone n1 || die "the stop of a backup was felt"
}
# no neighbour loses its address because a floating one of the same subnet goes
t_other_addresses_stay() {
    local promote
    world n1 client
    ipn n1 addr flush dev eth0
    watch_nodes $VIP n1
    ipn n1 addr add 203.0.113.1/24 dev eth0
    promote=$(at n1 cat /proc/sys/net/ipv4/conf/eth0/promote_secondaries)
    sidecar n1 n1 "${ONE[@]}"
    wait_for 10 holds n1 || die "n1 did not become MASTER"
    ipn n1 addr add 198.51.100.77/24 dev eth0 # now the floating one is its subnet's primary
    end n1
    ipn n1 addr show dev eth0 | grep -q 198.51.100.77 ||
        die "198.51.100.77 went with the floating one"
    nobody || die "the address stayed"
    [ "$promote" = "$(at n1 cat /proc/sys/net/ipv4/conf/eth0/promote_secondaries)" ] ||
        die "promote_secondaries is not what it was"
}
# an address that was there before is not ours to remove
t_address_was_there() {
    world n1 client
    ipn n1 addr add $VIP/24 dev eth0
    watch_nodes $VIP n1
    sidecar n1 n1 "${ONE[@]}"
    wait_for 10 said n1 'MASTER' || die "n1 did not become MASTER"
    nap 0.5
    end n1
    for_all_of 1 holds n1 || die "it removed an address that somebody else had added"
}
t_interface_missing_then_there() {
    world n1 client
    ipn n1 link set eth0 down # kernels before 6.2 rename only what is down
    ipn n1 link set eth0 name later
    watch_nodes $VIP n1
    sidecar n1 n1 "${ONE[@]}"
    wait_for 5 said n1 'FAULT' || die "does not say FAULT"
    for_all_of 1 alive n1 || die "gave up"
    mark
    ipn n1 link set later name eth0
    ipn n1 link set eth0 up
    wait_for 10 holds n1 || die "did not start when the interface appeared"
    took n1
    say "MASTER $MS ms after the interface came"
}
t_interface_deleted_and_recreated() {
    pair
    ipn n1 link del eth0
    wait_for 10 alone n2 || die "n2 did not take over"
    wait_for 5 said n1 FAULT || die "n1 does not say FAULT"
    mark
    ip link add n1 type veth peer name eth0 netns "${NS[n1]}"
    ip link set n1 master br0 up
    ipn n1 link set eth0 up
    ipn n1 addr add 198.51.100.1/24 dev eth0
    wait_for 12 alone n1 || die "n1 did not come back on the new interface"
    took n1
    say "back $MS ms after the new interface"
    no_overlap_over 1000
}
t_interface_found_later() { # no interface given, none fits; then an address makes one fit
    world n1 client
    ipn n1 addr flush dev eth0
    watch_nodes $VIP n1
    sidecar n1 n1 VRRP_VIRTUAL_IPADDRESS=$VIP/24
    for_all_of 2 alive n1 || die "gave up"
    ! holds n1 || die "has an address on no interface"
    ipn n1 addr add 198.51.100.1/24 dev eth0
    wait_for 10 holds n1 || die "did not start when an interface fitted"
}
# deleted ADDRESS PREFIX: "ip monitor" sees it go and come, the client's side that it is announced
deleted() {
    local n
    start monitor n1 ip -o monitor address
    wait_for 5 at n1 grep -q " ${PID[monitor]} " /proc/net/netlink || die "ip monitor did not start"
    capture n1 "arp or icmp6"
    mark
    ipn n1 addr del "$1/$2" dev eth0 || die "it was not there"
    wait_for 5 eval "said monitor 'Deleted.*$1/' && tail -n 1 ${LOG[monitor]} | grep -q '$1/' &&
        ! tail -n 1 ${LOG[monitor]} | grep -q Deleted" || die "was not put back"
    wait_for 1 holds n1 || die "n1 does not have it"
    no_gap_over 1000
    n=$((${NOBODY[$1]:-0} / 10))
    ((n > 0)) && say "back after $n ms" || say "back within a millisecond"
    nap 1.2
    captured frame.time_epoch arp.src.proto_ipv4 arp.dst.proto_ipv4 icmpv6.nd.na.target_address
    awk -F '\t' -v mark="$MARK" -v vip="$1" \
        '$1 * 1e6 > mark && ($2 == vip && $3 == vip || $4 == vip) { n++ } END { exit !n }' $W/packets ||
        die "was not announced again"
}
t_address_deleted_by_somebody() {
    pair
    deleted $VIP 24
    for_all_of 2 alone n1 || die "not alone afterwards"
}
t_ipv6_address_deleted_by_somebody() {
    world n1 client
    watch_nodes $VIP6 n1
    sidecar n1 n1 VRRP_INTERFACE=eth0 VRRP_VIRTUAL_IPADDRESS=$VIP6/64
    wait_for 10 holds n1 || die "n1 did not become MASTER"
    deleted $VIP6 64
}
t_primary_address_lost_and_found() {
    pair
    ipn n1 addr del 198.51.100.1/24 dev eth0
    wait_for 3 not holds n1 || die "n1 kept the floating address without an address of its own"
    wait_for 8 alone n2 || die "n2 did not take over"
    no_overlap_over 300
    mark
    ipn n1 addr add 198.51.100.1/24 dev eth0
    wait_for 10 alone n1 || die "n1 did not come back"
    no_overlap_over 1000
}
# More netlink messages than any buffer holds while it cannot read: it has to look for itself
t_netlink_overrun() {
    local i
    single
    for ((i = 0; i < 15000; i++)); do
        echo "addr add 203.0.113.1/32 dev lo"
        echo "addr del 203.0.113.1/32 dev lo"
    done >$W/flood
    all n1 STOP
    ipn n1 -batch $W/flood
    ipn n1 addr del $VIP/24 dev eth0
    wait_for 2 not holds n1 || die "the address is still there"
    all n1 CONT
    wait_for 5 holds n1 || die "did not notice after the overrun"
    ipn n1 link set eth0 down
    wait_for 3 not holds n1 || die "is deaf after the overrun"
    alive n1 || die "ended"
}
t_second_process_refused() {
    single
    must worker_of n1
    start second n1 "${ONE[@]}" "$SIDECAR"
    wait_for 5 not alive second || die "a second process for the same virtual router runs"
    wait "${PID[second]}"
    STATUS=$?
    unset "PID[second]"
    [ $STATUS = 1 ] || die "its exit status is $STATUS"
    grep -qwE "$WORKER|${PID[n1]}" "${LOG[second]}" || die "it does not name who has it"
    for_all_of 1 alone n1 || die "the first one lost its address"
    start third n1 VRRP_INTERFACE=eth0 VRRP_VIRTUAL_IPADDRESS=198.51.100.11/24 "$SIDECAR"
    wait_for 10 said third 'MASTER' || die "another VRID was refused"
}
# every mistake at once, and the network as it was
t_bad_input() {
    local word
    world n1
    remember n1
    picture n1 >$W/before
    start bad n1 VRRP_VIRTUAL_IPADDRESS=198.51.100.300/24 VRRP_PRIORTY=100 \
        VRRP_VIRTUAL_ROUTER_ID=256 VRRP_ADVERT_INT=fast VRRP_VERSION=4 VRRP_NOPREEMPT=perhaps \
        VRRP_AUTH_PASS=longer-than-eight SIDECAR_LOGS=json "$SIDECAR"
    wait_for 5 not alive bad || die "runs with a wrong configuration"
    wait "${PID[bad]}"
    STATUS=$?
    unset "PID[bad]"
    [ $STATUS = 2 ] || die "exit status $STATUS, not 2"
    for word in VRRP_VIRTUAL_IPADDRESS VRRP_PRIORTY VRRP_PRIORITY VRRP_VIRTUAL_ROUTER_ID 256 \
        VRRP_ADVERT_INT fast VRRP_VERSION VRRP_NOPREEMPT perhaps VRRP_AUTH_PASS SIDECAR_LOGS \
        SIDECAR_LOG; do
        wait_for 5 said bad "\\b$word\\b" || die "does not name $word"
    done
    ! said bad longer-than-eight || die "shows the password"
    wait_for 5 as_in_the_picture || die "touched the network: $(cat $W/diff)"
    say "$(wc -l <"${LOG[bad]}") lines"
}
t_injected_variables_are_no_mistake() {
    world n1 client
    watch_nodes $VIP n1
    sidecar n1 n1 "${ONE[@]}" VRRP_SERVICE_HOST=198.18.0.1 VRRP_SERVICE_PORT=80 \
        VRRP_PORT=tcp://198.18.0.1:80 VRRP_PORT_80_TCP=tcp://198.18.0.1:80 \
        VRRP_PORT_80_TCP_PROTO=tcp VRRP_PORT_80_TCP_PORT=80 \
        VRRP_PORT_80_TCP_ADDR=198.18.0.1 KUBERNETES_SERVICE_HOST=198.18.0.2
    wait_for 10 holds n1 || die "n1 did not become MASTER"
}
lacks() { # lacks CAPABILITY: without it one sentence that names it
    world n1
    start lacks n1 setpriv --bounding-set="-${1,,}" --inh-caps="-${1,,}" env "${ONE[@]}" "$SIDECAR"
    wait_for 5 not alive lacks || die "runs without CAP_$1"
    wait "${PID[lacks]}"
    STATUS=$?
    unset "PID[lacks]"
    [ $STATUS = 1 ] || die "exit status $STATUS, not 1"
    wait_for 5 said lacks "CAP_$1" || die "does not name CAP_$1"
    [ "$(grep -c missing "${LOG[lacks]}")" = 1 ] || die "not one sentence"
}
t_without_net_raw() { lacks NET_RAW; }
t_without_net_admin() { lacks NET_ADMIN; }

# noise VERSION FAMILY ADDRESS: neither node changes its mind, nor fills its log
noise() {
    world n1 n2 client
    watch_nodes "$3" n1 n2
    local words=(VRRP_INTERFACE=eth0 VRRP_VIRTUAL_ROUTER_ID=51 "VRRP_VIRTUAL_IPADDRESS=$3/24"
        "VRRP_VERSION=$1") lines
    sidecar n1 n1 "${words[@]}" VRRP_PRIORITY=150
    sidecar n2 n2 "${words[@]}" VRRP_PRIORITY=100
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    mark
    lines=$(cat "${LOG[n1]}" "${LOG[n2]}" | wc -l)
    at client "$TOOLS/noise" eth0 51 "$1" "$2" "$3" 20000 $RANDOM >$W/noise 2>&1 ||
        die "$(cat $W/noise)"
    for_all_of 4 alone n1 || die "somebody believed noise"
    no_overlap_over 0
    no_gap_over 0
    alive n1 && alive n2 || die "a process ended"
    lines=$(($(cat "${LOG[n1]}" "${LOG[n2]}" | wc -l) - lines))
    ((lines > 0 && lines < 60)) || die "$lines lines were logged for 20000 packets"
    mark
    end n1
    wait_for 5 alone n2 || die "n2 did not take over afterwards"
    # the same packet without a flaw is believed, so the flaw alone was the reason
    at client "$TOOLS/noise" eth0 51 "$1" "$2" "$3" 1 good >/dev/null
    wait_for 3 not holds n2 || die "n2 does not believe a good advert: the noise proves nothing"
    say "$(cat $W/noise), $lines lines logged"
}
t_noise_v2() { noise 2 4 $VIP; }
t_noise_v3() { noise 3 4 $VIP; }
t_noise_ipv6() { noise 3 6 $VIP6; }

t_interface_renamed() { # the name is what was configured: without it FAULT, with it again MASTER
    single
    ipn n1 link set eth0 down
    ipn n1 link set eth0 name away
    ipn n1 link set away up
    wait_for 3 not holds n1 || die "kept the address on another interface"
    ipn n1 link set away down
    ipn n1 link set away name eth0
    ipn n1 link set eth0 up
    wait_for 10 holds n1 || die "did not come back"
}
t_reload_of_a_priority() { # n1 gives way, and the address moves without a gap of its own
    world n1 n2 client
    watch_nodes $VIP n1 n2
    echo VRRP_PRIORITY=150 >$W/env
    sidecar n1 n1 "${ONE[@]}" SIDECAR_ENV_FILE=$W/env
    sidecar n2 n2 "${ONE[@]}" VRRP_PRIORITY=100
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    wait_for 5 said n2 BACKUP || die "n2 did not become BACKUP"
    mark
    echo VRRP_PRIORITY=50 >$W/env
    kill -HUP "${PID[n1]}"
    wait_for 8 alone n2 || die "n2 did not preempt the lower priority"
    no_overlap_over 1000
    no_gap_over 1000
}
t_reload_of_an_address_list() { # one more address, one less: the others are not touched
    world n1 client
    watch_nodes $VIP,198.51.100.11,198.51.100.12 n1
    echo "VRRP_VIRTUAL_IPADDRESS=$VIP/24, 198.51.100.11/24" >$W/env
    sidecar n1 n1 VRRP_INTERFACE=eth0 VRRP_VIRTUAL_ROUTER_ID=51 SIDECAR_ENV_FILE=$W/env
    wait_for 10 eval 'holds n1 && holds n1 198.51.100.11' || die "n1 did not become MASTER"
    echo "VRRP_VIRTUAL_IPADDRESS=$VIP/24, 198.51.100.12/24" >$W/env
    kill -HUP "${PID[n1]}"
    wait_for 5 eval 'not holds n1 198.51.100.11 && holds n1 198.51.100.12' || die "not changed"
    [ -z "${GONE[n1 $VIP]}" ] || die "the address that did not change flapped"
    end n1
    nobody && nobody 198.51.100.12 || die "the stop left an address"
}
# a change in the file that SIGHUP reads again: what did not change does not flap
t_reload() {
    world n1 client
    watch_nodes $VIP,198.51.100.11,198.51.100.12 n1
    printf '%s\n' VRRP_A_VIRTUAL_IPADDRESS=$VIP/24 VRRP_B_VIRTUAL_IPADDRESS=198.51.100.11/24 >$W/env
    sidecar n1 n1 VRRP_INTERFACE=eth0 SIDECAR_ENV_FILE=$W/env
    wait_for 10 eval 'holds n1 && holds n1 198.51.100.11' || die "n1 did not become MASTER"
    mark
    printf '%s\n' VRRP_A_VIRTUAL_IPADDRESS=$VIP/24 VRRP_C_VIRTUAL_IPADDRESS=198.51.100.12/24 >$W/env
    kill -HUP "${PID[n1]}"
    wait_for 10 eval 'not holds n1 198.51.100.11 && holds n1 198.51.100.12' || die "not changed"
    [ -z "${GONE[n1 $VIP]}" ] || die "the instance that did not change flapped"
    echo 'VRRP_A_PRIORITY=nonsense' >>$W/env
    kill -HUP "${PID[n1]}"
    wait_for 5 said n1 nonsense || die "does not name the mistake"
    for_all_of 1 eval 'holds n1 && holds n1 198.51.100.12' || die "a wrong file changed something"
    kill -KILL "$(must worker_of n1 && echo "$WORKER")"
    wait_for 5 eval "nobody && nobody 198.51.100.12" ||
        die "what came by a reload stayed after a crash"
}

# every option of an address, as the kernel has it
t_address_options() {
    world n1 client
    watch_nodes $VIP,$VIP6,203.0.113.20,203.0.113.30 n1
    sidecar n1 n1 VRRP_INTERFACE=eth0 VRRP_ADVERT_INT=0.2 VRRP_VIRTUAL_ROUTER_ID=51 \
        VRRP_VIRTUAL_IPADDRESS="$VIP/24 label eth0:vip, 203.0.113.20/24 brd + scope link,
            203.0.113.30 peer 203.0.113.31" \
        VRRP_VIRTUAL_IPADDRESS_EXCLUDED="$VIP6/64 preferred_lft forever home noprefixroute"
    wait_for 10 eval "holds n1 && holds n1 $VIP6 && holds n1 203.0.113.20 && holds n1 203.0.113.30" ||
        die "not all addresses are there"
    ipn n1 -o addr show dev eth0 >$W/addr
    grep -q "$VIP/24.* eth0:vip" $W/addr || die "label: $(grep $VIP $W/addr)"
    grep -q '203.0.113.20/24 brd 203.0.113.255 scope link' $W/addr || die "brd, scope"
    grep -q '203.0.113.30 peer 203.0.113.31/32' $W/addr || die "peer"
    grep -q "$VIP6/64 scope global.*home.*noprefixroute.*preferred_lft forever" $W/addr ||
        die "IPv6 flags: $(grep $VIP6 $W/addr)"
    end n1
    nobody && nobody $VIP6 && nobody 203.0.113.20 && nobody 203.0.113.30 || die "something stayed"
}
t_migration_mode_is_heard_by_both_versions() {
    world n1 n2 n3 client
    watch_nodes $VIP n1 n2 n3
    sidecar n1 n1 "${ONE[@]}" VRRP_PRIORITY=150 VRRP_VERSION=2+3
    wait_for 10 holds n1 || die "n1 did not become MASTER"
    sidecar n2 n2 "${ONE[@]}" VRRP_PRIORITY=120 VRRP_VERSION=2
    sidecar n3 n3 "${ONE[@]}" VRRP_PRIORITY=110 VRRP_VERSION=3
    for_all_of 6 alone n1 || die "one of the versions did not hear the master"
    end n1
    wait_for 5 eval "holds n2 && holds n3" || die "one of the versions did not take over"
}
