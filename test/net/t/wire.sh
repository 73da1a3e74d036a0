# shellcheck shell=bash
# Somebody else on the wire: each mistake of two nodes that should be one virtual router, or of two
# that should not, is said once, with both values and the variable that is to be looked at.

# pair_of "SETTINGS OF N1" "SETTINGS OF N2": no value has a blank in it
pair_of() {
    world n1 n2
    # shellcheck disable=SC2086
    sidecar n1 n1 VRRP_INTERFACE=eth0 VRRP_VIRTUAL_ROUTER_ID=51 VRRP_PRIORITY=150 $1
    # shellcheck disable=SC2086
    sidecar n2 n2 VRRP_INTERFACE=eth0 VRRP_VIRTUAL_ROUTER_ID=51 VRRP_PRIORITY=140 $2
}
V=VRRP_VIRTUAL_IPADDRESS=$VIP/24
# says NODE REGEX: it does, and for two more seconds not again
says() {
    wait_for 10 said "$1" "$2" || die "$1 does not say '$2'"
    nap 2
    [ "$(grep -cE -- "$2" "${LOG[$1]}")" = 1 ] || die "$1 says it again and again"
}

t_wire_another_id_with_our_addresses() { # SCENARIOS 12d
    pair_of "$V VRRP_ADVERT_INT=0.1" "$V VRRP_ADVERT_INT=0.1 VRRP_VIRTUAL_ROUTER_ID=52"
    says n1 "advert for VRID 52 from 198.51.100.2 lists our address $VIP, and we run 51; VRRP_VIRTUAL_ROUTER_ID must be the same on all nodes"
    says n2 "advert for VRID 51 from 198.51.100.1 lists our address $VIP, and we run 52"
}
t_wire_another_id_with_other_addresses() {
    pair_of "$V VRRP_ADVERT_INT=0.1" "VRRP_VIRTUAL_IPADDRESS=198.51.100.20/24 VRRP_ADVERT_INT=0.1
        VRRP_VIRTUAL_ROUTER_ID=52 SIDECAR_LOG_UNKNOWN_VRIDS=yes"
    says n2 'advert for VRID 51 from 198.51.100.1 seen on eth0, this process does not run it'
    ! said n1 'VRID 52' || die "n1 was not asked for strangers"
}
t_wire_other_addresses() {
    pair_of "$V VRRP_ADVERT_INT=0.1" "VRRP_VIRTUAL_IPADDRESS=198.51.100.20/24 VRRP_ADVERT_INT=0.1"
    says n1 "dropping adverts from 198.51.100.2: another address list \(theirs has 198.51.100.20 that ours has not; ours $VIP that theirs has not\); VRRP_VIRTUAL_IPADDRESS must be the same on all nodes; another virtual router needs another virtual_router_id"
}
t_wire_one_more_address() {
    pair_of "$V VRRP_ADVERT_INT=0.1" "$V,198.51.100.20/24,198.51.100.21/24 VRRP_ADVERT_INT=0.1"
    says n2 'adverts from 198.51.100.1 count, but: another address list \(ours has 198.51.100.20 and 1 more that theirs has not\); VRRP_VIRTUAL_IPADDRESS'
}
t_wire_another_interval_of_version_2() {
    pair_of "$V VRRP_ADVERT_INT=1" "$V VRRP_ADVERT_INT=2"
    says n2 'dropping adverts from 198.51.100.1: another advertisement interval \(theirs 1 s, ours 2 s\); VRRP_ADVERT_INT must be the same on all nodes'
}
t_wire_another_interval_of_version_3() {
    pair_of "$V VRRP_ADVERT_INT=0.1" "$V VRRP_ADVERT_INT=0.2"
    says n2 'adverts from 198.51.100.1 count, but: another advertisement interval \(theirs 0.1 s, ours 0.2 s\); VRRP_ADVERT_INT'
}
t_wire_another_version() {
    pair_of "$V VRRP_VERSION=2" "$V VRRP_VERSION=3"
    says n2 'dropping adverts from 198.51.100.1: wrong VRRP version \(theirs 2, ours 3\); VRRP_VERSION must be the same on all nodes'
}
t_wire_a_password_on_one_side() {
    pair_of "$V VRRP_AUTH_PASS=secret" "$V"
    says n2 'dropping adverts from 198.51.100.1: another authentication type \(theirs a password, ours none\); VRRP_AUTH_TYPE and the password must be the same on all nodes'
}
t_wire_another_password() {
    pair_of "$V VRRP_AUTH_PASS=secret" "$V VRRP_AUTH_PASS=secrets"
    says n2 'dropping adverts from 198.51.100.1: wrong password or key; VRRP_AUTH_PASS must be the same on all nodes'
    ! said n2 secret || die "a password in the log"
}
t_wire_unicast_on_one_side() {
    pair_of "$V VRRP_ADVERT_INT=0.1 VRRP_UNICAST_PEER=198.51.100.2" "$V VRRP_ADVERT_INT=0.1"
    says n2 'dropping adverts from 198.51.100.1: wrong destination \(theirs unicast, ours multicast\); VRRP_UNICAST_PEER must be set on all nodes or on none'
}
t_wire_no_peer() {
    pair_of "$V VRRP_ADVERT_INT=0.1 VRRP_UNICAST_PEER=198.51.100.2" \
        "$V VRRP_ADVERT_INT=0.1 VRRP_UNICAST_PEER=198.51.100.3 VRRP_CHECK_UNICAST_SRC=yes"
    says n2 'dropping adverts from 198.51.100.1: sender is no unicast peer; VRRP_UNICAST_PEER does not have it'
}
t_wire_through_a_router() {
    pair_of "$V VRRP_ADVERT_INT=0.1" "$V VRRP_ADVERT_INT=0.1"
    wait_for 10 said n1 MASTER || die "n1 did not become MASTER"
    at n2 "$TOOLS/noise" eth0 51 3 4 $VIP 100 good 64 >/dev/null
    says n1 'dropping adverts from 198.51.100.2: TTL is not accepted \(it is 64\)'
}
t_wire_limits_of_a_peer() {
    pair_of "$V VRRP_ADVERT_INT=0.1 VRRP_UNICAST_PEER=198.51.100.2 VRRP_UNICAST_TTL=60" \
        "$V VRRP_ADVERT_INT=0.1 VRRP_UNICAST_PEER_1=198.51.100.1 VRRP_UNICAST_PEER_1_MIN_TTL=61"
    says n2 'dropping adverts from 198.51.100.1: TTL is not accepted \(it is 60\); VRRP_MIN_TTL'
}
t_wire_our_own_address() {
    world n1 n2
    ipn n2 addr del 198.51.100.2/24 dev eth0
    ipn n2 addr add 198.51.100.1/24 brd + dev eth0
    # else the kernel drops what comes from an address of this node before anybody sees it
    at n1 sysctl -qw net.ipv4.conf.eth0.accept_local=1 || skip "accept_local cannot be set here"
    sidecar n1 n1 VRRP_INTERFACE=eth0 $V VRRP_ADVERT_INT=0.1
    sidecar n2 n2 VRRP_INTERFACE=eth0 $V VRRP_ADVERT_INT=0.1
    says n1 'dropping adverts from 198.51.100.1: own advert; VRRP_INTERFACE has an address that another node has, too'
}
t_wire_once_for_each_name() { # with a name the variable has it, and a variable for all is named
    world n1 n2
    sidecar n1 n1 VRRP_INTERFACE=eth0 "VRRP_WEB_VIRTUAL_IPADDRESS=$VIP/24" \
        VRRP_WEB_VIRTUAL_ROUTER_ID=51 VRRP_ADVERT_INT=1 VRRP_PRIORITY=150
    sidecar n2 n2 VRRP_INTERFACE=eth0 "VRRP_WEB_VIRTUAL_IPADDRESS=$VIP/24" \
        VRRP_WEB_VIRTUAL_ROUTER_ID=51 VRRP_ADVERT_INT=2 VRRP_WEB_AUTH_PASS=x
    says n2 'WEB: dropping adverts from 198.51.100.1: another authentication type .* VRRP_WEB_AUTH_TYPE and'
}
t_wire_all_is_well() { # nothing is said about nodes that agree, whatever becomes of them
    pair_of "$V VRRP_ADVERT_INT=0.1" "$V VRRP_ADVERT_INT=0.1"
    wait_for 10 said n1 MASTER || die "n1 did not become MASTER"
    unplug n1
    wait_for 10 said n2 MASTER || die "n2 did not become MASTER"
    plug n1
    wait_for 10 said n2 'BACKUP.*was MASTER' || die "n1 did not get it back"
    end n1
    ! said n1 'adverts from|VRID 5' || die "n1 complains"
    ! said n2 'adverts from|VRID 5' || die "n2 complains"
}
