# shellcheck shell=bash
# The field's daemons, started with the settings under test. Variables of peer_*:
#   VERSION 2|3, FAMILY 4|6, INTERVAL seconds, AUTH PASS|AH and PASS password, UNICAST the other's
#   address

peer_vips() { [ "$FAMILY" = 4 ] && VIPS=("$VIP/24") || VIPS=("$VIP6LL/64" "$VIP6/64"); }

# peer_keepalived NAME NODE PRIORITY
peer_keepalived() {
    local name=$1 node=$2 priority=$3 dir=$W/$1
    mkdir -p "$dir"
    peer_vips
    {
        echo "vrrp_instance VI_1 {"
        printf '    %s\n' "interface eth0" "virtual_router_id 51" "version $VERSION" \
            "priority $priority" "advert_int $INTERVAL" "garp_master_delay 1"
        [ -z "$PASS" ] ||
            printf '    authentication {\n auth_type %s\n auth_pass %s\n }\n' "$AUTH" "$PASS"
        [ -z "$UNICAST" ] || printf '    unicast_peer {\n %s\n }\n' "$UNICAST"
        printf '    virtual_ipaddress {\n'
        printf '        %s\n' "${VIPS[@]}"
        printf '    }\n}\n'
    } >"$dir/conf"
    start "$name" "$node" keepalived -n -l -D -P -f "$dir/conf" -p "$dir/pid" -r "$dir/vrrp.pid" \
        -c "$dir/check.pid"
}

# peer_frr NAME NODE PRIORITY: FRR wants a macvlan with the virtual MAC that carries the address
# all the time; being Backup it takes the macvlan's carrier away (watch -c).
peer_frr() {
    local name=$1 node=$2 priority=$3 dir=$W/$1 mac=00:00:5e:00:01:33 ip=ip vip
    have_users || skip "FRR wants its own user, which takes root"
    peer_vips
    [ "$FAMILY" = 4 ] || mac=00:00:5e:00:02:33 ip=ipv6
    if ! ipn "$node" link show vrrp-51 >/dev/null 2>&1; then
        ipn "$node" link add vrrp-51 link eth0 type macvlan mode bridge
        ipn "$node" link set vrrp-51 address $mac addrgenmode none protodown on
        for vip in "${VIPS[@]}"; do
            # shellcheck disable=SC2046
            ipn "$node" addr add "$vip" dev vrrp-51 $([ "$FAMILY" = 4 ] || echo nodad)
        done
        # its IPv6 adverts leave from a link-local address of the macvlan, the floating one aside
        [ "$FAMILY" = 4 ] || ipn "$node" addr add fe80::51:1/64 dev vrrp-51 nodad
        ipn "$node" link set vrrp-51 up
    fi
    mkdir -p "$dir"
    chown frr: "$dir"
    {
        echo "log stdout"
        echo "interface eth0"
        echo " vrrp 51 version $VERSION"
        echo " vrrp 51 priority $priority"
        echo " vrrp 51 advertisement-interval ${INTERVAL}000"
        for vip in "${VIPS[@]}"; do echo " vrrp 51 $ip ${vip%/*}"; done
    } >"$dir/vrrpd.conf"
    echo "log stdout" >"$dir/zebra.conf"
    chmod 644 "$dir"/*.conf
    if [ -z "${PID[$name-zebra]}" ]; then
        start "$name-zebra" "$node" zebra -u frr -g frr -i "$dir/zebra.pid" -z "$dir/zserv.api" \
            --vty_socket "$dir" -f "$dir/zebra.conf" -P 0
        wait_for 10 test -S "$dir/zserv.api" || die "zebra did not start"
    fi
    start "$name" "$node" vrrpd -u frr -g frr -i "$dir/vrrpd.pid" -z "$dir/zserv.api" \
        --vty_socket "$dir" -f "$dir/vrrpd.conf" -P 0
}

# peer_sidecar NAME NODE PRIORITY
peer_sidecar() {
    local words=()
    peer_vips
    [ -z "$PASS" ] || words+=("VRRP_AUTH_TYPE=$AUTH" "VRRP_AUTH_PASS=$PASS")
    [ "$AUTH" = PASS ] || with_tls
    [ -z "$UNICAST" ] || words+=("VRRP_UNICAST_PEER=$UNICAST")
    local IFS=,
    sidecar "$1" "$2" VRRP_INTERFACE=eth0 VRRP_VIRTUAL_ROUTER_ID=51 \
        "VRRP_VIRTUAL_IPADDRESS=${VIPS[*]}" VRRP_PRIORITY="$3" \
        VRRP_ADVERT_INT="$INTERVAL" VRRP_VERSION="$VERSION" "${words[@]}"
}

# BFD of n2 with n1: peer_bfd_keepalived, peer_bfd_frr [multihop]
peer_bfd_keepalived() {
    {
        local form='bfd_instance %s {\n neighbor_ip %s\n source_ip %s\n hoplimit 255\n'
        form+=' min_tx 100\n min_rx 100\n multiplier 20\n}\n' # two seconds: machines stall
        # shellcheck disable=SC2059
        printf "$form" four 198.51.100.1 198.51.100.2 six 2001:db8::1 2001:db8::2
    } >$W/keepalived.conf
    start peer n2 keepalived -n -l -D -f $W/keepalived.conf -p $W/pid \
        -r $W/vrrp.pid -c $W/check.pid -b $W/bfd.pid
}
peer_bfd_frr() {
    have_users || skip "FRR wants its own user, which takes root"
    mkdir -p $W/frr
    chown frr: $W/frr
    {
        echo "log stdout"
        echo "bfd"
        for words in "198.51.100.1 local-address 198.51.100.2 interface eth0" \
            "2001:db8::1 local-address 2001:db8::2 interface eth0"; do
            printf ' peer %s\n  transmit-interval 100\n  receive-interval 100\n' "$words"
            printf '  detect-multiplier 20\n  no shutdown\n'
        done
        [ -z "$1" ] || printf ' peer %s multihop local-address %s\n  no shutdown\n' \
            198.51.100.1 198.51.100.2
    } >$W/frr/bfdd.conf
    echo "log stdout" >$W/frr/zebra.conf
    chmod 644 $W/frr/*.conf
    start zebra n2 zebra -u frr -g frr -i $W/frr/zebra.pid -z $W/frr/zserv.api \
        --vty_socket $W/frr -f $W/frr/zebra.conf -P 0
    wait_for 10 test -S $W/frr/zserv.api || die "zebra did not start"
    start peer n2 bfdd -u frr -g frr -i $W/frr/bfdd.pid -z $W/frr/zserv.api \
        --vty_socket $W/frr --bfdctl $W/frr/bfdd.sock -f $W/frr/bfdd.conf -P 0
}
