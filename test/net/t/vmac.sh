# shellcheck shell=bash
# use_vmac: the addresses keep their MAC. What is on the wire is asked of tshark and of neighbours,
# who holds an address of the kernels.

# shellcheck source=test/net/peers.sh
. "$NET/peers.sh"

MAC4=00:00:5e:00:01:33 MAC6=00:00:5e:00:02:33

family() { # family 4|6
    FAMILY=$1
    [ "$1" = 4 ] && ADDRESS=$VIP MAC=$MAC4 NAME=vrrp.51 || ADDRESS=$VIP6LL MAC=$MAC6 NAME=vrrp6.51
}
# vmac NODE PRIORITY [VARIABLE=VALUE ...]: sidecar with a macvlan
vmac() {
    local node=$1 priority=$2 IFS=,
    shift 2
    peer_vips
    sidecar "$node" "$node" VRRP_INTERFACE=eth0 VRRP_VIRTUAL_ROUTER_ID=51 VRRP_VERSION=3 \
        VRRP_ADVERT_INT="${INTERVAL:-0.2}" "VRRP_VIRTUAL_IPADDRESS=${VIPS[*]}" \
        VRRP_PRIORITY="$priority" VRRP_USE_VMAC="${VMAC:-yes}" "$@"
}
pair() { # pair FAMILY [VARIABLE=VALUE ...]: n1 holds the address, n2 is its backup
    family "$1"
    shift
    world n1 n2 client
    watch_nodes "$ADDRESS" n1 n2
    vmac n1 150 "$@"
    begun n1
    vmac n2 100 "$@"
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    wait_for 5 said n2 BACKUP || die "n2 did not become BACKUP"
    mark
}
target() { [ "$FAMILY" = 4 ] && TARGET=$VIP || TARGET=$VIP6; }
reach() { # reach: the client, which knows nobody yet
    target
    ipn client neigh flush all
    at client ping -c 1 -W 2 "$TARGET" >/dev/null
}
neighbour() { ipn client neigh show "$TARGET" | sed -n 's/.*lladdr \([^ ]*\).*/\1/p'; }
seen_as() { # the client reaches the address, and at this MAC
    wait_for 5 reach || die "the client gets no answer from $TARGET"
    [ "$(neighbour)" = "$1" ] || die "$TARGET is at $(neighbour), expected $1"
}
link_of() { ipn "$1" -d link show "$2" 2>/dev/null; }
has_vmac() { [[ $(link_of "$1" "${2:-$NAME}") == *"macvlan mode private"* ]]; }

# --- who is who on the wire ---------------------------------------------------------------------

# C-013, C-070, C-071, C-072, C-078: what frames of n1, then of n2, look like over a failover
on_the_wire() {
    local other bad
    pair "$1"
    end n1
    wait_for 5 alone n2 || die "n2 did not take over"
    end n2
    for other in n1 n2; do link_of $other "$NAME" | grep -q . && die "$NAME is left on $other"; done
    capture br0 'ip proto 112 or ip6 proto 112 or arp or icmp6'
    vmac n1 150
    vmac n2 100
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    seen_as $MAC
    for_all_of 1 alone n1 || die "n2 took part"
    seen_as $MAC # still: nobody else answered
    [ "$FAMILY" = 4 ] || ipn n1 route get 2001:db8::100 | grep -q 'dev eth0 .*src 2001:db8::1 ' ||
        die "n1 speaks for itself as $(ipn n1 route get 2001:db8::100)"
    end n1
    wait_for 5 alone n2 || die "n2 did not take over"
    seen_as $MAC
    captured eth.src ip.src ipv6.src vrrp.version arp.opcode arp.src.proto_ipv4 arp.src.hw_mac \
        icmpv6.type icmpv6.nd.na.target_address icmpv6.opt.linkaddr frame.number
    [ "$(awk -F '\t' '$4 != ""' $W/packets | wc -l)" -gt 5 ] || die "no adverts were captured"
    bad=$(awk -F '\t' -v mac=$MAC '$4 != "" && $1 != mac' $W/packets)
    [ -z "$bad" ] || die "adverts from another MAC: $bad"
    bad=$(awk -F '\t' -v vip="$VIP" -v mac=$MAC '$6 == vip && ($1 != mac || $7 != mac)' $W/packets)
    [ -z "$bad" ] || die "ARP of the address with another MAC: $bad"
    bad=$(awk -F '\t' -v mac=$MAC '$8 == 136 && $9 ~ /::10$/ && ($1 != mac || $10 != mac)' \
        $W/packets)
    [ -z "$bad" ] || die "advertisements of the address with another MAC: $bad"
    # nothing but adverts and what announces or answers for the address leaves the virtual MAC
    bad=$(awk -F '\t' -v mac=$MAC '$1 == mac && $4 == "" && $5 == "" && $8 !~ /^(129|13[56]|143)$/' \
        $W/packets)
    [ -z "$bad" ] || die "also sent from the virtual MAC: $bad"
}
t_vmac_wire_c013_c071_c078() { on_the_wire 4; }
t_vmac_wire_ipv6_c013_c072_c078() { on_the_wire 6; }

# the macvlan of a backup sends nothing, not even group memberships: a switch would look there for
# the virtual MAC
sent() { ipn "$1" -s -j link show "$NAME" | sed 's/.*"tx":{"bytes":[0-9]*,"packets":\([0-9]*\).*/\1/'; }
backup_is_silent() {
    pair "$1"
    wait_for 5 reach || die "n1 does not answer"
    reach
    for_all_of 1 alone n1 || die "n2 took part"
    [ "$(sent n1)" -gt 5 ] || die "n1 sends from elsewhere"
    [ "$(sent n2)" = 0 ] || die "the macvlan of the backup sent $(sent n2) frames"
}
t_vmac_backup_is_silent_c070() { backup_is_silent 4; }
t_vmac_backup_is_silent_ipv6_c070() { backup_is_silent 6; }

# a switch that floods what is for the virtual MAC: the backup would forward it a second time
forwarded() { at n2 cat /proc/net/snmp | awk "/^Ip:/ { n = \$7 } END { print n }"; }
t_vmac_backup_drops_c073() {
    pair 4
    at n2 sysctl -qw net.ipv4.ip_forward=1
    ipn n2 route add 203.0.113.0/24 via 198.51.100.1
    ip link set n1 type bridge_slave learning off
    bridge fdb del $MAC dev n1 master 2>/dev/null
    ipn client neigh add 198.51.100.77 lladdr 02:00:00:00:00:02 dev eth0
    ipn client neigh add 198.51.100.78 lladdr $MAC dev eth0
    ipn client route add 203.0.113.1 via 198.51.100.77
    ipn client route add 203.0.113.2 via 198.51.100.78
    at client ping -c 2 -i 0.2 -W 1 203.0.113.1 >/dev/null
    [ "$(forwarded)" -ge 1 ] || die "n2 does not forward what is for itself"
    local before
    before=$(forwarded)
    at client ping -c 2 -i 0.2 -W 1 203.0.113.2 >/dev/null
    [ "$(ipn n2 -s -j link show $NAME | grep -c '"packets":[1-9]')" = 1 ] || die "nothing was flooded"
    [ "$(forwarded)" = "$before" ] || die "it forwards what is for the virtual MAC"
}

# --- failover -----------------------------------------------------------------------------------

failover() { # failover FAMILY [VARIABLE=VALUE ...]
    pair "$@"
    seen_as $MAC
    end n1
    wait_for 5 alone n2 || die "n2 did not take over"
    seen_as $MAC
    mark
    vmac n1 150 "${@:2}"
    wait_for 5 alone n1 || die "n1 did not take it back"
    no_overlap_over 1000 "when n1 came back"
    all n1 STOP
    wait_for 5 holds n2 || die "n2 did not take over from a frozen node"
    all n1 CONT
    wait_for 5 alone n1 || die "n1 did not take it back when it went on"
    for_all_of 1 alone n1 || die "it did not stay with n1"
}
t_vmac_failover() { failover 4; }
t_vmac_failover_ipv6() { failover 6; }
t_vmac_failover_xmit_base() { failover 4 VRRP_VMAC_XMIT_BASE=yes; }
t_vmac_failover_xmit_base_ipv6() { failover 6 VRRP_VMAC_XMIT_BASE=yes; }
t_vmac_with_own_mac() { VMAC='vm0 02:00:00:00:51:51 group 7' MAC4=02:00:00:00:51:51 failover 4; }
t_vmac_unicast() {
    failover 4 "VRRP_UNICAST_PEER=198.51.100.1, 198.51.100.2"
    [ "$(at n1 grep -c 198.51.100.2 /proc/net/arp)" -gt 0 ] || die "the peer was not asked for"
}

# adverts in AH come to the macvlan as well
t_vmac_ah() {
    with_tls
    failover 6 VRRP_AUTH_TYPE=AH-SHA256 \
        VRRP_AUTH_KEY=hex:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
}

# one node has a macvlan and the other has not: each hears the other, whichever is better
mixed() { # mixed FAMILY PRIORITY-OF-THE-MACVLAN
    family "$1"
    world n1 n2 client
    watch_nodes "$ADDRESS" n1 n2
    vmac n1 "$2"
    VMAC=no vmac n2 100
    wait_for 10 eval "alone n1 || alone n2"
    [ "$2" -gt 100 ] && set -- n1 n2 "$MAC" || set -- n2 n1 02:00:00:00:00:02
    wait_for 5 alone "$1" || die "$1 did not become MASTER"
    seen_as "$3"
    for_all_of 2 alone "$1" || die "$2 did not stay backup"
    end "$1"
    wait_for 5 alone "$2" || die "$2 did not take over"
    wait_for 5 reach || die "the client gets no answer from $2"
}
t_vmac_mixed_master() { mixed 4 150; }
t_vmac_mixed_backup() { mixed 4 50; }
t_vmac_mixed_master_ipv6() { mixed 6 150; }
t_vmac_mixed_backup_ipv6() { mixed 6 50; }
t_vmac_mixed_xmit_base() {
    family 4
    world n1 n2 client
    watch_nodes "$ADDRESS" n1 n2
    vmac n1 150 VRRP_VMAC_XMIT_BASE=yes
    vmac n2 100
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    for_all_of 2 alone n1 || die "n2 does not hear n1"
    end n1
    wait_for 5 alone n2 || die "n2 did not take over"
    vmac n1 150 VRRP_VMAC_XMIT_BASE=yes
    wait_for 5 alone n1 || die "n1 did not take it back"
    for_all_of 1 alone n1 || die "n1 does not hear n2"
}

# --- beside keepalived --------------------------------------------------------------------------

# its instance with use_vmac, by the same words
keepalived_vmac() { # keepalived_vmac NODE PRIORITY [WORD ...]
    local node=$1 priority=$2 dir=$W/$1
    shift 2
    peer_vips
    mkdir -p "$dir"
    {
        echo "vrrp_instance VI_1 {"
        printf '    %s\n' "interface eth0" "virtual_router_id 51" "version 3" \
            "priority $priority" "advert_int ${INTERVAL:-0.5}" "$@"
        printf '    virtual_ipaddress {\n'
        printf '        %s\n' "${VIPS[@]}"
        printf '    }\n}\n'
    } >"$dir/conf"
    start "$node" "$node" keepalived -n -l -D -P -f "$dir/conf" -p "$dir/pid" -r "$dir/vrrp.pid" \
        -c "$dir/check.pid"
}
# beside FAMILY ROLE [WORD ...]: n1 runs keepalived with these words; ROLE is what it is when all
# is well. Our side in OURS: yes or no.
beside() {
    local role=$2 better=n1 worse=n2 INTERVAL=0.5 # keepalived is not excused when it stalls
    family "$1"
    shift 2
    world n1 n2 client
    watch_nodes "$ADDRESS" n1 n2
    [ "$role" = master ] || better=n2 worse=n1
    keepalived_vmac n1 $([ "$role" = master ] && echo 150 || echo 100) "$@"
    local ours=()
    # that listens on the interface, where nothing from the virtual MAC arrives
    [[ "$*" != *xmit_base* ]] || ours=(VRRP_VMAC_XMIT_BASE=yes)
    VMAC=${OURS:-yes} vmac n2 $([ "$role" = master ] && echo 100 || echo 150) "${ours[@]}"
    wait_for 15 alone $better || die "$better did not become MASTER"
    for_all_of 3 alone $better || die "$worse did not stay backup"
    # keepalived asks for neighbours in the name of the address, with the MAC of the interface
    case $role$FAMILY$OURS${1:-plain} in
    backup?use_vmac | backup?plain | master6use_vmac) seen_as "$MAC" ;;
    esac
    mark
    end $better
    wait_for 5 alone $worse || die "$worse did not take over"
    wait_for 5 reach || die "the client gets no answer from $worse"
    mark
    if [ $better = n1 ]; then
        keepalived_vmac n1 150 "$@"
    else
        VMAC=${OURS:-yes} vmac n2 150 "${ours[@]}"
    fi
    wait_for 15 alone $better || die "$better did not take it back"
    for_all_of 3 alone $better || die "$worse did not stay backup"
    row "keepalived|v3 IPv$FAMILY ${*:-no vmac} / ${OURS:-use_vmac}|$role|took over and yielded"
}
t_keepalived_vmac_master() { beside 4 master use_vmac; }
t_keepalived_vmac_backup() { beside 4 backup use_vmac; }
t_keepalived_vmac_master_ipv6() { beside 6 master use_vmac; }
t_keepalived_vmac_backup_ipv6() { beside 6 backup use_vmac; }
t_keepalived_vmac_base_master() { beside 4 master use_vmac vmac_xmit_base; }
t_keepalived_vmac_base_backup() { beside 4 backup use_vmac vmac_xmit_base; }
t_keepalived_plain_master() { beside 4 master; }
t_keepalived_plain_backup() { beside 4 backup; }
t_keepalived_plain_master_ipv6() { beside 6 master; }
t_keepalived_plain_backup_ipv6() { beside 6 backup; }
t_keepalived_vmac_we_plain_master() { OURS=no beside 4 master use_vmac; }
t_keepalived_vmac_we_plain_backup() { OURS=no beside 4 backup use_vmac; }

# --- settings -----------------------------------------------------------------------------------

setting() { at "$1" cat "/proc/sys/net/$2/conf/$3/$4"; } # setting NODE ipv4|ipv6 INTERFACE WHICH
is_set() {                                               # is_set NODE FAMILY INTERFACE WHICH VALUE
    [ "$(setting "${@:1:4}")" = "$5" ] || die "$3 $4 is $(setting "${@:1:4}"), expected $5"
}
alone_with() { # alone_with [VARIABLE=VALUE ...]: n1, MASTER
    [ -n "${NS[n1]}" ] || world n1 client
    [ -n "$FAMILY" ] || family 4
    watch_nodes "$ADDRESS" n1
    vmac n1 100 "$@"
    wait_for 10 holds n1 || die "n1 did not become MASTER"
}
t_vmac_settings() {
    alone_with
    is_set n1 ipv4 vrrp.51 arp_ignore 1
    is_set n1 ipv4 vrrp.51 accept_local 1
    is_set n1 ipv4 vrrp.51 promote_secondaries 1
    is_set n1 ipv6 vrrp.51 disable_ipv6 1
    is_set n1 ipv4 eth0 arp_ignore 1
    is_set n1 ipv4 eth0 arp_filter 1
    [[ $(link_of n1 vrrp.51) == *"addrgenmode none"* ]] || die "it makes addresses of its MAC"
    [ "$(ipn n1 addr show vrrp.51 | grep -c inet)" = 1 ] || die "more addresses than one"
}
t_vmac_settings_ipv6() {
    family 6
    alone_with
    is_set n1 ipv6 vrrp6.51 accept_ra 0
    is_set n1 ipv6 vrrp6.51 autoconf 0
    [ "$(ipn n1 addr show vrrp6.51 | grep -c inet)" = 2 ] || die "more addresses than its two"
}
# whatever reverse path filter the node has: adverts are heard, and the address answers
t_vmac_rp_filter() {
    local value
    for value in 1 2; do
        unset "NS[n1]" "NS[n2]"
        NS_SUFFIX=$value
    done
    world n1 n2 client
    for value in n1 n2; do
        at $value sysctl -qw net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.default.rp_filter=1
    done
    family 4
    watch_nodes $VIP n1 n2
    vmac n1 150
    vmac n2 100
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    for_all_of 1 alone n1 || die "n2 does not hear n1"
    seen_as $MAC4
    is_set n1 ipv4 all rp_filter 1
    end n1
    wait_for 5 alone n2 || die "n2 did not take over"
    at n2 sysctl -qw net.ipv4.conf.all.rp_filter=2
    seen_as $MAC4
    vmac n1 50
    wait_for 5 said n1 BACKUP || die "n1 did not start"
    for_all_of 1 alone n2 || die "n1 does not hear n2 with rp_filter"
}
t_vmac_two_routers_on_one_interface() {
    family 4
    world n1 client
    remember n1
    watch_nodes $VIP,198.51.100.11 n1
    sidecar n1 n1 VRRP_INTERFACE=eth0 VRRP_VERSION=3 VRRP_ADVERT_INT=0.2 VRRP_USE_VMAC=yes \
        VRRP_A_VIRTUAL_IPADDRESS=$VIP/24 VRRP_A_VIRTUAL_ROUTER_ID=51 \
        VRRP_B_VIRTUAL_IPADDRESS=198.51.100.11/24 VRRP_B_VIRTUAL_ROUTER_ID=52
    wait_for 10 eval 'holds n1 && holds n1 198.51.100.11' || die "n1 did not become MASTER"
    has_vmac n1 vrrp.51 && has_vmac n1 vrrp.52 || die "two macvlans are needed"
    seen_as $MAC4
    end n1
    nothing_left n1
}
# more than are made in one turn: all of them start, none by way of a fault
t_vmac_many() {
    local i words=()
    world n1 client
    family 4
    remember n1
    for ((i = 1; i <= 60; i++)); do
        words+=("VRRP_R${i}_VIRTUAL_IPADDRESS=198.51.100.$((100 + i))/24" \
            "VRRP_R${i}_VIRTUAL_ROUTER_ID=$i")
    done
    watch_nodes 198.51.100.101,198.51.100.160 n1
    sidecar n1 n1 VRRP_INTERFACE=eth0 VRRP_VERSION=3 VRRP_ADVERT_INT=1 VRRP_USE_VMAC=yes \
        VRRP_NO_ACCEPT=yes "${words[@]}"
    wait_for 30 eval 'holds n1 198.51.100.101 && holds n1 198.51.100.160' || die "not MASTER"
    wait_for 10 eval '[ "$(grep -c "Entering MASTER" "${LOG[n1]}")" = 60 ]' || die "not all are"
    ! said n1 FAULT || die "went through FAULT"
    [ "$(ipn n1 -o link show type macvlan | wc -l)" = 60 ] || die "not 60 macvlans"
    end n1
    nothing_left n1
}
# names: a clash, a given one, prefixes, addresses with an interface of their own
t_vmac_names() {
    family 4
    world n1 client
    ipn n1 link add vrrp.51 type bridge
    ipn n1 link add eth1 type veth peer name eth2
    ipn n1 link set eth1 addrgenmode none up
    ipn n1 link set eth2 addrgenmode none up
    remember n1
    alone_with VRRP_USE_VMAC_ADDR=yes "VRRP_VIRTUAL_IPADDRESS_EXCLUDED=203.0.113.7/24 dev eth1" \
        SIDECAR_VMAC_ADDR_PREFIX=vip
    has_vmac n1 vrrp1.51 || die "no macvlan beside the interface that has its name"
    wait_for 5 has_vmac n1 vip.51 || die "no macvlan for the address on eth1"
    wait_for 5 eval 'ipn n1 addr show dev vip.51 | grep -q 203.0.113.7/24' ||
        die "203.0.113.7 is not on vip.51"
    end n1
    nothing_left n1
    VMAC=my0 vmac n1 100
    wait_for 5 holds n1 || die "n1 did not become MASTER again"
    has_vmac n1 my0 || die "not the name that was asked for"
    end n1
    VMAC=eth2 vmac n1 100
    wait_for 5 said n1 'there is an interface of that name' || die "the clash is not told"
    for_all_of 1 nobody || die "MASTER without its macvlan"
    end n1
    nothing_left n1
}
t_vmac_group() {
    family 4
    world n1 client
    ipn n1 link set eth0 group 9
    remember n1
    alone_with
    [[ $(link_of n1 vrrp.51) == *"group 9"* ]] || die "the interface's group is not the macvlan's"
    end n1
    nothing_left n1
    VMAC='group 7' vmac n1 100
    wait_for 5 holds n1 || die "n1 did not become MASTER again"
    [[ $(link_of n1 vrrp.51) == *"group 7"* ]] || die "not in group 7"
}

# --- what others do to it -----------------------------------------------------------------------

t_vmac_deleted_by_somebody() {
    alone_with
    mark
    ipn n1 link del vrrp.51
    wait_for 5 let_go || :
    wait_for 5 eval 'holds n1 && has_vmac n1' || die "it was not made again"
    seen_as $MAC4
    ! said n1 FAULT || die "went through FAULT"
    end n1
}
t_vmac_base_gone_and_back() {
    pair 4
    remember client
    ipn n1 link del eth0
    wait_for 5 alone n2 || die "n2 did not take over"
    ip link add n1 type veth peer name eth0 netns "${NS[n1]}"
    wire n1 1
    wait_for 10 alone n1 || die "n1 did not take it back"
    has_vmac n1 || die "no macvlan on the new interface"
    seen_as $MAC4
    is_set n1 ipv4 eth0 arp_ignore 1
}
t_vmac_base_in_another_namespace() { # where a macvlan does not follow it
    pair 4
    ipn n1 link set eth0 netns "${NS[client]}" name moved
    wait_for 5 alone n2 || die "n2 did not take over"
    wait_for 5 not has_vmac n1 || die "the macvlan is left alone"
    ip link set n1 name old
    ip link add n1 type veth peer name eth0 netns "${NS[n1]}"
    wire n1 1
    wait_for 10 alone n1 || die "n1 did not take it back"
    seen_as $MAC4
    end n1
    wait_for 5 not has_vmac n1 || die "the macvlan is left behind"
}
t_vmac_base_renamed() {
    pair 4
    ipn n1 link set eth0 down
    ipn n1 link set eth0 name lan0
    ipn n1 link set lan0 up
    wait_for 5 alone n2 || die "n2 did not take over"
    wait_for 5 not has_vmac n1 || die "the macvlan is left on lan0"
    wait_for 5 eval '[ "$(setting n1 ipv4 lan0 arp_ignore)" = 0 ]' || die "lan0 keeps its settings"
    ipn n1 link set lan0 down
    ipn n1 link set lan0 name eth0
    ipn n1 link set eth0 up
    wait_for 10 alone n1 || die "n1 did not take it back"
    seen_as $MAC4
}
t_vmac_unplugged() {
    pair 4
    unplug n1
    wait_for 5 holds n2 || die "n2 did not take over"
    wait_for 5 alone n2 || die "n1 keeps it with its link down"
    plug n1
    wait_for 10 alone n1 || die "n1 did not take it back"
    seen_as $MAC4
}

# --- what is left behind ------------------------------------------------------------------------

restart() { # restart [VARIABLE=VALUE ...]: everything killed, started again, stopped
    world n1 client
    [ -n "$FAMILY" ] || family 4
    at n1 sysctl -qw net.ipv4.conf.eth0.arp_filter=1 # was so before: stays so
    remember n1
    alone_with "$@"
    end n1 KILL
    has_vmac n1 || die "the kernel took it away by itself"
    : >"${LOG[n1]}"
    vmac n1 100 "$@"
    wait_for 5 said n1 MASTER && wait_for 5 holds n1 || die "n1 did not become MASTER again"
    end n1
    nothing_left n1 "after kill -9, start and stop"
}
t_vmac_left_after_kill_and_restart() { restart; }
t_vmac_left_after_kill_and_restart_ipv6() { family 6 && restart; }
t_vmac_left_after_kill_and_another_name() {
    world n1 client
    family 4
    remember n1
    alone_with
    end n1 KILL
    : >"${LOG[n1]}"
    VMAC=other vmac n1 100
    wait_for 5 said n1 MASTER || die "n1 did not become MASTER again"
    wait_for 5 not has_vmac n1 vrrp.51 || die "what was left has not been replaced"
    end n1
    nothing_left n1
}
t_vmac_left_after_kill_and_none() {
    world n1 client
    family 4
    remember n1
    alone_with
    end n1 KILL
    : >"${LOG[n1]}"
    VMAC=no vmac n1 100
    wait_for 5 said n1 MASTER || die "n1 did not become MASTER again"
    wait_for 5 not has_vmac n1 || die "what was left is still there"
    wait_for 5 eval 'ipn n1 addr show eth0 | grep -q 198.51.100.10/24' || die "it is not on eth0"
    end n1
    nothing_left n1
}
t_vmac_left_after_stop() {
    world n1 client
    remember n1
    alone_with VRRP_NO_ACCEPT=yes
    end n1
    nothing_left n1 "after stop"
}
t_vmac_left_after_death_of_the_worker() {
    world n1 client
    remember n1
    alone_with VRRP_NO_ACCEPT=yes
    worker_of n1
    kill -KILL "$WORKER"
    wait_for 10 not alive n1
    nothing_left n1 "after the worker's death"
}
# Routes that name the macvlan go and come with it; the static address below has nothing to do with it.
t_vmac_routes() {
    local words="VRRP_VIRTUAL_ROUTES=203.0.113.0/25 dev vrrp.51, 203.0.113.128/25 via 198.51.100.9"
    world n1 client
    family 4
    remember n1
    both() {
        [[ $(ipn n1 route) == *"203.0.113.0/25 dev vrrp.51 proto keepalived"* ]] &&
            [[ $(ipn n1 route) == *"203.0.113.128/25 via 198.51.100.9 "* ]] &&
            [[ $(ipn n1 rule) == *"from $VIP lookup 7"* ]]
    }
    printf '%s\n' VRRP_INTERFACE=eth0 VRRP_VIRTUAL_ROUTER_ID=51 VRRP_VERSION=3 VRRP_ADVERT_INT=0.2 \
        VRRP_VIRTUAL_IPADDRESS=$VIP/24 VRRP_USE_VMAC=yes VRRP_NO_ACCEPT=yes "$words" \
        "VRRP_VIRTUAL_RULES=from $VIP table 7 preference 100" \
        "SIDECAR_STATIC_IPADDRESS=203.0.113.77/32 dev eth0" >$W/env
    watch_nodes $VIP n1
    sidecar n1 n1 SIDECAR_ENV_FILE=$W/env
    wait_for 10 holds n1 || die "n1 did not become MASTER"
    wait_for 5 both || die "not all routes are there"
    ipn n1 link del vrrp.51
    wait_for 5 eval 'has_vmac n1 && both' || die "the routes did not come back"
    sed -i /ROUTES/d $W/env
    kill -HUP "${PID[n1]}"
    wait_for 5 eval '[[ $(ipn n1 route) != *203.0.113* ]]' || die "the routes stay"
    nap 0.5
    holds n1 && has_vmac n1 && ! said n1 FAULT || die "the macvlan went with them"
    printf '%s\n' "$words" >>$W/env
    kill -HUP "${PID[n1]}"
    wait_for 5 both || die "no routes after a reload"
    end n1 KILL
    : >"${LOG[n1]}"
    sidecar n1 n1 SIDECAR_ENV_FILE=$W/env
    wait_for 10 said n1 MASTER && wait_for 5 both || die "no routes after kill -9"
    ! said n1 'there already and is not ours' || die "what was left is not known again"
    end n1
    nothing_left n1 "after kill -9, start and stop"
}
t_vmac_reload() {
    world n1 client
    family 4
    remember n1
    printf '%s\n' VRRP_INTERFACE=eth0 VRRP_VIRTUAL_ROUTER_ID=51 VRRP_VERSION=3 \
        VRRP_ADVERT_INT=0.2 VRRP_VIRTUAL_IPADDRESS=$VIP/24 VRRP_USE_VMAC=yes >$W/env
    watch_nodes $VIP n1
    sidecar n1 n1 SIDECAR_ENV_FILE=$W/env
    wait_for 10 holds n1 || die "n1 did not become MASTER"
    sed -i s/USE_VMAC=yes/USE_VMAC=no/ $W/env
    kill -HUP "${PID[n1]}"
    wait_for 5 not has_vmac n1 || die "the macvlan stays"
    wait_for 5 eval 'ipn n1 addr show dev eth0 | grep -q 198.51.100.10' || die "not on eth0"
    wait_for 5 said n1 \
        'warning VI_1: .*use_vmac cannot change while it runs: it stops and starts again' ||
        die "it is not said what happens"
    sed -i s/USE_VMAC=no/USE_VMAC=yes/ $W/env
    kill -HUP "${PID[n1]}"
    wait_for 5 has_vmac n1 || die "no macvlan"
    wait_for 5 eval 'ipn n1 addr show dev vrrp.51 | grep -q 198.51.100.10' || die "not on vrrp.51"
    end n1
    nothing_left n1
}

# an address of the other family comes to a macvlan that had no IPv6
t_vmac_reload_adds_ipv6() {
    world n1 client
    family 4
    remember n1
    printf '%s\n' VRRP_INTERFACE=eth0 VRRP_VIRTUAL_ROUTER_ID=51 VRRP_VERSION=3 \
        VRRP_ADVERT_INT=0.2 VRRP_VIRTUAL_IPADDRESS=$VIP/24 VRRP_USE_VMAC=yes >$W/env
    watch_nodes $VIP,$VIP6 n1
    sidecar n1 n1 SIDECAR_ENV_FILE=$W/env
    wait_for 10 holds n1 || die "n1 did not become MASTER"
    is_set n1 ipv6 vrrp.51 disable_ipv6 1
    echo VRRP_VIRTUAL_IPADDRESS_EXCLUDED=$VIP6/64 >>$W/env
    kill -HUP "${PID[n1]}"
    wait_for 5 holds n1 $VIP6 || die "the IPv6 address was not added"
    is_set n1 ipv6 vrrp.51 accept_ra 0
    TARGET=$VIP6
    ipn client neigh flush all
    wait_for 5 at client ping -c 1 -W 2 $VIP6 >/dev/null || die "$VIP6 does not answer"
    [ "$(neighbour)" = $MAC4 ] || die "$VIP6 is at $(neighbour)"
    end n1
    nothing_left n1
}

# --- /proc/sys is read-only, as in a container --------------------------------------------------

read_only() {
    mount -t proc -o ro proc /mnt && mount --bind /mnt/sys /proc/sys && mount -o remount,bind,ro /proc/sys ||
        die "cannot make /proc/sys read-only"
    ! at n1 sh -c 'echo 1 >/proc/sys/net/ipv4/conf/eth0/arp_ignore' 2>/dev/null ||
        die "/proc/sys is not read-only"
}
t_vmac_read_only() {
    family 4
    world n1 client
    at n1 sysctl -qw net.ipv4.conf.all.rp_filter=1
    remember n1
    read_only
    alone_with
    seen_as $MAC4
    is_set n1 ipv4 vrrp.51 arp_ignore 1
    ! said n1 'sysctl' || die "a warning where nothing is wrong"
    router_advert
    [ "$(ipn n1 addr show vrrp.51 | grep -c inet)" = 1 ] || die "it took an address"
    end n1
    nothing_left n1
}
t_vmac_read_only_ipv6() {
    family 6
    world n1 client
    remember n1
    read_only
    alone_with
    seen_as $MAC6
    router_advert
    [ "$(ipn n1 addr show vrrp6.51 | grep -c inet)" = 2 ] || die "it took an address"
    end n1
    nothing_left n1
}
# a router on the network offers a prefix; eth0 takes it, so it was heard
router_advert() {
    command -v python3 >/dev/null || return 0
    local python=/usr/bin/python3
    at client $python -c '
from scapy.all import *
p = Ether(src=get_if_hwaddr("eth0"), dst="33:33:00:00:00:01") / IPv6(src="fe80::100", dst="ff02::1", hlim=255)
p = p / ICMPv6ND_RA(routerlifetime=0) / ICMPv6NDOptPrefixInfo(prefix="2001:db8:1::", prefixlen=64,
    L=1, A=1, validlifetime=7, preferredlifetime=6)
sendp(p, iface="eth0", count=3, inter=0.05, verbose=0)' 2>$W/scapy || die "$(cat $W/scapy)"
    wait_for 5 eval 'ipn n1 addr show eth0 | grep -q 2001:db8:1:' || die "the advert was not heard"
    wait_for 10 not eval 'ipn n1 addr show eth0 | grep -q 2001:db8:1:' || die "it did not expire"
}
