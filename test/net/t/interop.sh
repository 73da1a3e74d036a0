# shellcheck shell=bash
# sidecar beside Debian's keepalived and FRR's vrrpd: each takes over from the other and yields.
#
# n1 runs the peer, n2 sidecar. In one test the peer is the better one (sidecar is its backup), in
# the other sidecar is. Every packet on the wire is checked by tshark.

# shellcheck source=test/net/peers.sh
. "$NET/peers.sh"

# three intervals and the skew of a priority, in ms
master_down() { DOWN=$((INTERVAL * 3000 + (256 - $1) * INTERVAL * 1000 / 256)); }
skew() { SKEW=$(((256 - $1) * INTERVAL * 1000 / 256)); }

# every advert of both nodes is well-formed, with a good checksum and the hop limit of VRRP
check_packets() {
    local bad n1=0 n2=0 checked
    captured ip.src ipv6.src vrrp.checksum.status ip.ttl ipv6.hlim vrrp.version vrrp.virt_rtr_id \
        _ws.malformed
    bad=$(awk -F '\t' -v version="$VERSION" \
        '$3 != 1 || $4 $5 != 255 || $6 != version || $7 != 51 || $8 != ""' $W/packets)
    [ -z "$bad" ] || die "wrong packets: $bad"
    n1=$(awk -F '\t' '$1 $2 ~ /(100\.|::|:51:)1$/' $W/packets | wc -l)
    n2=$(awk -F '\t' '$1 $2 ~ /(100\.|::)2$/' $W/packets | wc -l)
    checked=$(wc -l <$W/packets)
    ((n1 > 0 && n2 > 0 && n1 + n2 == checked)) ||
        die "$checked packets, from $(cut -f 1,2 $W/packets | sort | uniq -c | tr -s ' \t\n' ' ')"
    say "$checked packets good"
}

settings() { # settings VERSION FAMILY [PASS|AH:PASS] [unicast]
    VERSION=$1 FAMILY=$2 PASS=${3#AH:} INTERVAL=1 AUTH=PASS
    [ "$3" = "$PASS" ] || AUTH=AH
    [ "$4" = unicast ] && MODE=unicast || MODE=
    [ "$FAMILY" = 4 ] && ADDRESS=$VIP || ADDRESS=$VIP6LL
}
node_starts() { # node_starts KIND NODE PRIORITY
    local UNICAST=
    [ -z "$MODE" ] || { [ "$2" = n1 ] && UNICAST=198.51.100.2 || UNICAST=198.51.100.1; }
    "peer_$1" "$2" "$2" "$3"
}

# takeover NODE LOW HIGH WHAT: it alone, LOW..HIGH ms after the mark, and never two for long
takeover() {
    wait_for $(($3 / 1000 + 5)) alone "$1" || die "$1 did not take over: $4"
    took "$1"
    between "$2" "$MS" "$3" "$4"
    say "$4 $MS ms"
}
silent_overlap() { no_overlap_over "$1" "$2" && mark; }

# cut NODE: the node crashes, its cable with it
crash() {
    unplug "$1"
    end "$1" KILL
    [ -z "${PID[$1-zebra]}" ] || end "$1-zebra" KILL
    ipn "$1" link del vrrp-51 2>/dev/null
    local vip
    for vip in "${VIPS[@]}"; do ipn "$1" addr del "$vip" dev eth0 2>/dev/null; done
}

# interop PEER ROLE LABEL SETTINGS...: ROLE is what the peer is when all is well
interop() {
    local peer=$1 role=$2 label=$3 better worse b w carrier=()
    shift 3
    settings "$@"
    world n1 n2 client
    capture br0 'ip proto 112 or ip6 proto 112 or ip proto 51 or ip6 proto 51'
    better=n1 worse=n2 b=$peer w=sidecar
    [ "$role" = master ] || better=n2 worse=n1 b=sidecar w=$peer
    # the new master's first advert ends the old one; FRR's first IPv6 advert fails (the carrier of
    # its macvlan is not there yet), its second comes an interval later
    local slack=${SLACK:-1500} grace=1000
    [ "$peer $FAMILY" != "frr 6" ] || grace=$((grace + INTERVAL * 1000))
    [ "$peer" = frr ] && carrier=(-c)
    watch_nodes "${carrier[@]}" "$ADDRESS" n1 n2

    node_starts "$w" "$worse" 100
    master_down 100
    takeover "$worse" 0 $((DOWN + slack)) "first start ($w)"

    mark
    node_starts "$b" "$better" 150
    master_down 150
    takeover "$better" 0 $((DOWN + slack)) "preempted by $b"
    silent_overlap $grace "when $b took it from $w"

    for_all_of 2 alone "$better" || die "$w did not stay backup"
    mark
    end "$better"
    skew 100
    takeover "$worse" 0 $((SKEW + slack)) "$w after stop of $b"
    silent_overlap 300 "when $b stopped"

    mark
    node_starts "$b" "$better" 150
    takeover "$better" 0 $((DOWN + slack)) "taken back by $b"
    silent_overlap $grace "when $b came back"

    mark
    crash "$better"
    master_down 100
    takeover "$worse" $((DOWN - INTERVAL * 2000)) $((DOWN + slack)) "$w after crash of $b"
    check_packets
    row "$peer|$label|$role|took over and yielded twice, packets good"
}

t_keepalived_v2_master() { interop keepalived master "v2 IPv4" 2 4; }
t_keepalived_v2_backup() { interop keepalived backup "v2 IPv4" 2 4; }
t_keepalived_v2_pass_master() { interop keepalived master "v2 IPv4 PASS" 2 4 s3cret; }
t_keepalived_v2_pass_backup() { interop keepalived backup "v2 IPv4 PASS" 2 4 s3cret; }
t_keepalived_v2_ah_master() { interop keepalived master "v2 IPv4 AH" 2 4 AH:s3cret; }
t_keepalived_v2_ah_backup() { interop keepalived backup "v2 IPv4 AH" 2 4 AH:s3cret; }
t_keepalived_v2_ah_unicast_master() {
    interop keepalived master "v2 IPv4 AH unicast" 2 4 AH:s3cret unicast
}
t_keepalived_v2_ah_unicast_backup() {
    interop keepalived backup "v2 IPv4 AH unicast" 2 4 AH:s3cret unicast
}
t_keepalived_v3_master() { interop keepalived master "v3 IPv4" 3 4; }
t_keepalived_v3_backup() { interop keepalived backup "v3 IPv4" 3 4; }
t_keepalived_v3_ipv6_master() { interop keepalived master "v3 IPv6" 3 6; }
t_keepalived_v3_ipv6_backup() { interop keepalived backup "v3 IPv6" 3 6; }
t_keepalived_v2_unicast_master() { interop keepalived master "v2 IPv4 unicast" 2 4 '' unicast; }
t_keepalived_v2_unicast_backup() { interop keepalived backup "v2 IPv4 unicast" 2 4 '' unicast; }
t_keepalived_v3_unicast_master() { interop keepalived master "v3 IPv4 unicast" 3 4 '' unicast; }
t_keepalived_v3_unicast_backup() { interop keepalived backup "v3 IPv4 unicast" 3 4 '' unicast; }
t_frr_v2_master() { interop frr master "v2 IPv4" 2 4; }
t_frr_v2_backup() { interop frr backup "v2 IPv4" 2 4; }
t_frr_v3_master() { interop frr master "v3 IPv4" 3 4; }
t_frr_v3_backup() { interop frr backup "v3 IPv4" 3 4; }
t_frr_v3_ipv6_master() { interop frr master "v3 IPv6" 3 6; }
t_frr_v3_ipv6_backup() { interop frr backup "v3 IPv6" 3 6; }
