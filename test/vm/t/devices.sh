# shellcheck shell=bash
# Devices that the machine's own kernel may lack, under a virtual router or under its addresses.

# shellcheck source=test/net/t/failover.sh
. "$NET/t/failover.sh"

# the cable of NODE goes to a routing table of its own, which takes its IPv6 addresses away
in_a_vrf() { # in_a_vrf NODE NUMBER
    must ipn "$1" link add red type vrf table 10
    must ipn "$1" link set red up
    must ipn "$1" link set eth0 master red
    must ipn "$1" addr add 2001:db8::"$2"/64 dev eth0 nodad
    must ipn "$1" addr add fe80::"$2"/64 dev eth0 nodad
}
# n1 before n2, n1 stops, n2 takes over, n1 comes back
stop_and_return() {
    run n1 150
    run n2 100
    wait_for 20 alone n1 || die "n1 did not become MASTER"
    wait_for 20 said n2 BACKUP || die "n2 did not become BACKUP"
    for_all_of 4 alone n1 || die "n2 does not hear n1"
    mark
    end n1
    wait_for 5 alone n2 || die "n2 did not take over"
    took n2
    say "takeover $MS ms"
    run n1 150
    wait_for 20 alone n1 || die "n1 did not get it back"
    end n1
    end n2
    wait_for 5 nobody || die "an address stayed"
}
vrf() { # vrf VARIABLE=VALUE ...
    settings "$@"
    world n1 n2
    in_a_vrf n1 1
    in_a_vrf n2 2
    watch_nodes "$ADDRESS" n1 n2
    stop_and_return
}
t_vrf() { vrf; }
t_vrf_ipv6() { vrf "VRRP_VIRTUAL_IPADDRESS=$VIP6LL/64,$VIP6/64"; }
t_vrf_unicast() { vrf VRRP_UNICAST_PEER=198.51.100.1,198.51.100.2; }
t_vrf_unicast_ipv6() {
    vrf "VRRP_VIRTUAL_IPADDRESS=$VIP6LL/64,$VIP6/64" VRRP_UNICAST_PEER=2001:db8::1,2001:db8::2
}

# the usual home of a service's address
t_dummy_holds_the_address() {
    local node
    settings "VRRP_VIRTUAL_IPADDRESS=$VIP/32 dev dummy0"
    world n1 n2
    for node in n1 n2; do
        must ipn $node link add dummy0 type dummy
        must ipn $node link set dummy0 up
    done
    watch_nodes $VIP n1 n2
    stop_and_return
}
# a container's: same MAC as its parent
t_ipvlan() {
    local node number=1
    settings VRRP_INTERFACE=ipvl
    world n1 n2
    for node in n1 n2; do
        must ipn $node link add link eth0 name ipvl type ipvlan mode l2
        must ipn $node addr flush dev eth0
        must ipn $node link set ipvl up
        must ipn $node addr add 198.51.100.$number/24 dev ipvl
        number=2
    done
    watch_nodes $VIP n1 n2
    stop_and_return
}
