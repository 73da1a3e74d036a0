# shellcheck shell=bash
# Interfaces in a VRF: adverts go out by the table of the VRF and are heard there, also unicast ones.

# in_vrf NODE NUMBER: its eth0 moves into the VRF "blue", which has no default route
in_vrf() {
    ipn "$1" link add blue type vrf table 100
    ipn "$1" link set blue up
    ipn "$1" link set eth0 master blue
    ipn "$1" addr replace "198.51.100.$2/24" brd + dev eth0
    ipn "$1" addr replace "2001:db8::$2/64" dev eth0 nodad
    ipn "$1" addr replace "fe80::$2/64" dev eth0 nodad
}
# in_vrfs ADDRESS VARIABLE=VALUE ...: n1 is better, then stops
in_vrfs() {
    local address=$1 node
    shift
    world n1 n2
    in_vrf n1 1
    in_vrf n2 2
    watch_nodes "$address" n1 n2
    for node in n1 n2; do
        sidecar $node $node VRRP_INTERFACE=eth0 VRRP_ADVERT_INT=0.5 VRRP_VRF=blue \
            "VRRP_PRIORITY=n1=150 100" SIDECAR_NODE=$node "$@"
    done
    wait_for 15 alone n1 || die "n1 did not become MASTER"
    wait_for 10 said n2 BACKUP || die "n2 did not start"
    for_all_of 4 alone n1 || die "n2 does not hear n1"
    end n1
    wait_for 10 alone n2 || die "n2 did not take over"
}
t_vrf_multicast() { in_vrfs $VIP "VRRP_VIRTUAL_IPADDRESS=$VIP/24"; }
t_vrf_unicast() {
    in_vrfs $VIP "VRRP_VIRTUAL_IPADDRESS=$VIP/24" "VRRP_UNICAST_PEER=198.51.100.1, 198.51.100.2"
}
t_vrf_unicast_ipv6() {
    in_vrfs $VIP6 "VRRP_VIRTUAL_IPADDRESS=fe80::10/64, $VIP6/64" \
        "VRRP_UNICAST_PEER=2001:db8::1, 2001:db8::2"
}
