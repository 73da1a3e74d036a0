# shellcheck shell=bash
# What whoever runs it meets: reloads, mistakes, things that come late.

# sources NODE ADDRESS: the source that its kernel chooses for traffic there
sources() { ipn "$1" route get "$2" oif eth0 | sed -n 's/.* src \([^ ]*\).*/\1/p'; }

# A floating address is where others go to, not where this node's own traffic comes from.
t_ops_source() {
    local to
    world n1 client
    watch_nodes 2001:db8::1:0 n1
    sidecar n1 n1 VRRP_INTERFACE=eth0 VRRP_ADVERT_INT=0.1 \
        VRRP_VI_6_VIRTUAL_IPADDRESS="fe80::10/64, 2001:db8::1:0/64, 2001:db8::ff/128" \
        VRRP_VI_4_VIRTUAL_IPADDRESS="198.51.100.99/24, 198.51.100.98/32"
    wait_for 10 holds n1 || die "n1 did not become MASTER"
    wait_for 10 eval 'ipn n1 addr | grep -q 198.51.100.98' || die "n1 has no IPv4 addresses"
    for to in 2001:db8::1:1 2001:db8::fe 2001:db8::100; do
        [ "$(sources n1 $to)" = 2001:db8::1 ] || die "to $to it comes from $(sources n1 $to)"
    done
    [ "$(sources n1 fe80::11)" = fe80::1 ] || die "the link-local one is a source"
    for to in 198.51.100.100 198.51.100.97; do
        [ "$(sources n1 $to)" = 198.51.100.1 ] || die "to $to it comes from $(sources n1 $to)"
    done
}
