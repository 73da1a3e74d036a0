# shellcheck shell=bash
# Knobs as they are seen from outside: on the wire, in the kernel, and by keepalived.

VIPS4="$VIP/24,198.51.100.11/24,198.51.100.12/24,198.51.100.13/24"

# conf LINES...: a keepalived.conf in $W/ka/conf with these lines of global_defs
conf() {
    mkdir -p $W/ka
    printf 'global_defs {\n%s\n}\n' "$1" >$W/ka/conf
    cat >>$W/ka/conf <<END
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 100
    advert_int 1
$2
    virtual_ipaddress {
        $VIP/24
    }
}
END
}
keepalived_starts() {
    start n2 n2 keepalived -n -l -D -P -f $W/ka/conf -p $W/ka/pid -r $W/ka/vrrp.pid -c $W/ka/check
}
# better VARIABLE=VALUE ...: sidecar on n1, with 150
better() {
    sidecar n1 n1 VRRP_VIRTUAL_ROUTER_ID=51 VRRP_PRIORITY=150 "VRRP_VIRTUAL_IPADDRESS=$VIP/24" "$@"
}
# beside_keepalived VARIABLE=VALUE ...: n1 is MASTER, keepalived its backup takes over and yields
beside_keepalived() {
    watch_nodes $VIP n1 n2
    better "$@"
    keepalived_starts
    wait_for 15 alone n1 || die "n1 did not become MASTER"
    for_all_of 4 alone n1 || die "keepalived does not hear n1"
    end n1
    wait_for 10 alone n2 || die "keepalived did not take over"
    better "$@"
    wait_for 10 alone n1 || die "n1 does not hear keepalived, or the reverse"
}

t_knob_another_multicast_group() {
    world n1 n2
    conf "vrrp_mcast_group4 224.0.0.200"
    beside_keepalived VRRP_MCAST_GROUP4=224.0.0.200
}
t_knob_two_multicast_groups_on_one_interface() {
    world n1 n2
    watch_nodes $VIP,198.51.100.11 n1 n2
    local node
    for node in n1 n2; do
        sidecar $node $node VRRP_ADVERT_INT=0.2 "VRRP_A_VIRTUAL_IPADDRESS=$VIP/24" \
            VRRP_B_VIRTUAL_IPADDRESS=198.51.100.11/24 VRRP_B_MCAST_DST_IP=224.0.0.201 \
            "VRRP_PRIORITY=n1=150 100" SIDECAR_NODE=$node
    done
    wait_for 10 eval "alone n1 && alone n1 198.51.100.11" || die "n1 did not become MASTER of both"
    for_all_of 2 eval "alone n1 && alone n1 198.51.100.11" || die "n2 does not hear n1"
}
t_knob_another_ipv6_group() {
    world n1 n2
    watch_nodes $VIP6 n1 n2
    local node
    for node in n1 n2; do
        sidecar $node $node VRRP_ADVERT_INT=0.2 VRRP_INTERFACE=eth0 \
            "VRRP_VIRTUAL_IPADDRESS=$VIP6LL/64, $VIP6/64" VRRP_MCAST_GROUP6=ff12::12 \
            "VRRP_PRIORITY=n1=150 100" SIDECAR_NODE=$node
    done
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    for_all_of 2 alone n1 || die "n2 does not hear n1"
}
t_knob_strict_beside_keepalived() { # both leave the password out; the address still answers
    world n1 n2 client
    conf "vrrp_strict" "    authentication {
        auth_type PASS
        auth_pass secret
    }"
    watch_nodes $VIP n1 n2
    better VRRP_STRICT=yes VRRP_AUTH_PASS=secret
    keepalived_starts
    wait_for 15 alone n1 || die "n1 did not become MASTER"
    for_all_of 4 alone n1 || die "keepalived does not hear n1"
    wait_for 5 said n1 'AUTH_PASS: left out' || die "n1 does not say what it leaves out"
    probe_start $VIP
    end n1
    wait_for 10 alone n2 || die "keepalived did not take over"
}
t_knob_ttl_of_unicast() {
    world n1 n2
    capture n1 "ip proto 112"
    better VRRP_UNICAST_PEER=198.51.100.2 VRRP_UNICAST_TTL=17
    wait_for 10 said n1 MASTER || die "n1 did not become MASTER"
    nap 1.2
    captured ip.src ip.dst ip.ttl
    [ "$(sort -u $W/packets | tr '\t' ' ')" = "198.51.100.1 198.51.100.2 17" ] ||
        die "sent: $(sort -u $W/packets)"
}
# stalled VARIABLE=VALUE ...: n1 (150) and n2 with nopreempt; n1 is stopped until n2 has it
stalled() {
    world n1 n2
    watch_nodes $VIP n1 n2
    better VRRP_ADVERT_INT=0.2 VRRP_NOPREEMPT=yes "$@"
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    sidecar n2 n2 VRRP_VIRTUAL_ROUTER_ID=51 "VRRP_VIRTUAL_IPADDRESS=$VIP/24" \
        VRRP_ADVERT_INT=0.2 VRRP_NOPREEMPT=yes
    wait_for 5 said n2 BACKUP || die "n2 did not start"
    all n1 STOP
    wait_for 10 holds n2 || die "n2 did not take over"
    nap 1
    all n1 CONT
}
t_knob_expired_master_steps_down() {
    stalled VRRP_TIMER_EXPIRED_BACKUP=yes
    wait_for 5 alone n2 || die "n1 does not let go"
    for_all_of 2 alone n2 || die "n1 takes it back"
    end n2
    wait_for 5 alone n1 || die "n1 did not take over"
}
# mean_gap LEAST MS: between the packets of the capture; a frame that was late makes a short one
mean_gap() {
    MS=$(cut -f 1 $W/packets | sort -n | awk '
        NR == 1 { first = $1 } END { printf "%d", ($1 - first) * 1000 / (NR - 1) }')
    ((MS >= $1)) || die "$(wc -l <$W/packets) packets, a mean gap of $MS ms"
    say "$(wc -l <$W/packets) packets, a mean gap of $MS ms"
}
has_captured() { (($(stat -c %s $W/pcap) >= 24 + $1 * 58)); } # has_captured N: so many ARP packets
t_knob_gap_between_arp() {
    world n1
    capture n1 "arp and ether src 02:00:00:00:00:01"
    sidecar n1 n1 "VRRP_VIRTUAL_IPADDRESS=$VIPS4" VRRP_ADVERT_INT=0.1 VRRP_GARP_INTERVAL=0.05 \
        VRRP_GARP_MASTER_DELAY=0
    wait_for 10 said n1 MASTER || die "n1 did not become MASTER"
    wait_for 10 has_captured 20 || die "not 20 packets"
    captured frame.time_epoch arp.src.proto_ipv4
    [ "$(cut -f 2 $W/packets | sort -u | wc -l)" = 4 ] || die "not every address: $(<$W/packets)"
    mean_gap 45
}
t_knob_gap_for_a_group_of_interfaces() {
    world n1
    ipn n1 link add link eth0 name eth1 type macvlan mode bridge
    ipn n1 link set eth1 address 02:00:00:00:01:01 up
    ipn n1 addr add 203.0.113.1/24 dev eth1
    capture n1 "arp and ether[6:4] == 0x02000000 and arp[14:4] == arp[24:4]"
    sidecar n1 n1 "VRRP_A_VIRTUAL_IPADDRESS=$VIP/24" "VRRP_A_INTERFACE=eth0" \
        "VRRP_B_VIRTUAL_IPADDRESS=203.0.113.10/24" "VRRP_B_INTERFACE=eth1" VRRP_ADVERT_INT=0.1 \
        "SIDECAR_GARP_GROUP=eth0 eth1 garp_interval 0.1" VRRP_GARP_MASTER_DELAY=0
    wait_for 10 said n1 'A: Entering MASTER' || die "A did not become MASTER"
    wait_for 10 said n1 'B: Entering MASTER' || die "B did not become MASTER"
    nap 2
    captured frame.time_epoch arp.src.proto_ipv4
    [ "$(cut -f 2 $W/packets | sort -u | wc -l)" = 2 ] || die "not both: $(<$W/packets)"
    mean_gap 90
}
t_knob_as_few_arp_as_possible() {
    world n1
    capture n1 "arp and ether src 02:00:00:00:00:01 and arp[14:4] == 0xc633640a"
    sidecar n1 n1 "VRRP_VIRTUAL_IPADDRESS=$VIP/24" VRRP_ADVERT_INT=0.1 VRRP_MIN_GARP=yes
    wait_for 10 said n1 MASTER || die "n1 did not become MASTER"
    nap 0.8
    captured frame.time_epoch # one more comes 1.1 s after it, whatever the options are
    [ "$(awk 'NR == 1 { t = $1 } $1 < t + 1' $W/packets | wc -l)" = 1 ] ||
        die "$(wc -l <$W/packets) packets: $(cat $W/packets)"
}
t_knob_rounds_on_other_interfaces() {
    world n1
    ipn n1 link add e2 type veth peer name e3
    ipn n1 link set e2 up
    ipn n1 link set e3 up
    local ns=/run/netns/${NS[n1]}
    sidecar n1 n1 "VRRP_VIRTUAL_IPADDRESS=$VIP/24, 203.0.113.10/24 dev e2" VRRP_ADVERT_INT=0.1 \
        "VRRP_GARP_EXTRA_IF=all 0.2" VRRP_GARP_MASTER_DELAY=0
    wait_for 10 said n1 MASTER || die "n1 did not become MASTER"
    nap 1.5 # what follows taking it is over
    nsenter --net="$ns" dumpcap -q -P -i e3 -f arp -w $W/pcap >$W/dumpcap.log 2>&1 </dev/null &
    PID[dumpcap]=$!
    wait_for 10 grep -q '^File:' $W/dumpcap.log || die "dumpcap: $(cat $W/dumpcap.log)"
    wait_for 3 has_captured 4
    captured frame.time_epoch arp.src.proto_ipv4
    (($(grep -c 203.0.113.10 $W/packets) >= 4)) || die "$(wc -l <$W/packets) packets"
}
