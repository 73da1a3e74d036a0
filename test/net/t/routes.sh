# shellcheck shell=bash
# Routes, rules, static items and the options of addresses: what iproute2 makes of the same words is
# what must be there, and nothing of it may stay.

LINES4=(
    "203.0.113.0/28 via 198.51.100.7"
    "203.0.113.16/28 dev eth0"
    "203.0.113.32/28 dev eth0 scope global src $VIP"
    "203.0.113.48/28 via 198.51.100.7 dev eth0 table 100 metric 5"
    "203.0.113.48/28 via 198.51.100.8 dev eth0 table 100 metric 6"
    "203.0.113.64/28 via 192.0.2.1 dev eth0 onlink table 1000000"
    "203.0.113.80/28 via inet6 fe80::7 dev eth0"
    "203.0.113.96/28 dev eth0 tos 0x10"
    "203.0.113.96/28 dev eth0 mtu 1400 advmss 1300 window 20000 hoplimit 60 initcwnd 12 initrwnd 13"
    "203.0.113.112/28 dev eth0 mtu lock 1400 ssthresh 10 cwnd 11 reordering 5 quickack 1"
    "203.0.113.128/28 dev eth0 rtt 100ms rttvar 50ms rto_min 200ms features ecn congctl reno"
    "203.0.113.144/28 dev eth0 realms 3/4 fastopen_no_cookie 1"
    "203.0.113.160/28 nexthop via 198.51.100.7 weight 3 nexthop via 198.51.100.8 dev eth0 weight 5"
    "203.0.113.176/28 nexthop via inet6 fe80::7 dev eth0 nexthop via 192.0.2.9 dev eth0 onlink"
    "blackhole 203.0.113.192/28" "unreachable 203.0.113.208/28 metric 9"
    "prohibit 203.0.113.224/28 table 100" "throw 203.0.113.240/28"
    "local 198.18.0.1 dev eth0" "broadcast 198.18.0.255 dev eth0"
    "unicast 198.18.1.0/24 dev eth0 table local"
    "default via 198.51.100.7 table 100" "append default via 198.51.100.8 table 100"
    "prepend default via 198.51.100.9 table 100"
    "198.18.2.0/24 encap ip id 5 dst 203.0.113.1 tos 0x10 ttl 9 csum dev eth0"
)
LINES6=(
    "2001:db8:1::/64 via fe80::7 dev eth0" "2001:db8:2::/64 dev eth0 metric 7"
    "2001:db8:3::/64 via 2001:db8::7 src $VIP6" "2001:db8:4::1 dev eth0 pref high"
    "2001:db8:5::/64 dev eth0 pref low mtu lock 1400 hoplimit 60"
    "2001:db8:6::/64 nexthop via fe80::7 dev eth0 weight 3 nexthop via fe80::8 dev eth0"
    "blackhole 2001:db8:7::/64" "unreachable 2001:db8:8::/64 table 100"
    "prohibit 2001:db8:9::/64" "default via 2001:db8::7 table 100"
    "default dev eth0 metric 9 table 101"
    "2001:db8:a::/64 encap ip6 id 7 dst 2001:db8::9 hoplimit 5 tc 3 dev eth0"
)
RULES4=(
    "from 198.51.100.10 table 100" "to 203.0.113.0/24 lookup 1000000" "iif eth0 table 100"
    "oif eth0 fwmark 0x10/0xff table 100" "not fwmark 5 tos 0x10 table 100" "table main"
    "from all goto 30000" "nop" "blackhole to 203.0.113.1" "unreachable to 203.0.113.2"
    "prohibit to 203.0.113.3" "ipproto tcp dport 80 table 100" "ipproto udp sport 5-9 table 100"
    "uidrange 5-9 table 100" "table main suppress_prefixlength 0"
    "table main suppress_ifgroup 7" "table 100 realms 3/4" "tun_id 77 table 100" "l3mdev"
)

comma() { # comma ITEM...: as a list, in LIST
    printf -v LIST '%s, ' "$@"
    LIST=${LIST%, }
}
ours() { # ours NODE: the routes and rules that carry keepalived's mark, as ip(8) shows them
    local ip="ip -n ${NS[$1]} -d"
    { $ip -4 route show table all proto 18; $ip -6 route show table all proto 18
      $ip -4 rule; $ip -6 rule; } | grep -v 'proto kernel' | sed 's/ *$//' | sort
}
has_route() { ours "$1" | grep -q -- "$2"; } # has_route NODE REGEX
# solo VARIABLE=VALUE ...: n1 is the only node, and MASTER
solo() {
    world n1 n2
    ipn n1 addr add 192.0.2.77/32 dev lo
    watch_nodes $VIP n1 n2
    sidecar n1 n1 VRRP_VIRTUAL_IPADDRESS=$VIP/24 VRRP_ADVERT_INT=0.1 VRRP_INTERFACE=eth0 "$@"
    wait_for 10 holds n1 || die "n1 did not become MASTER"
}
# same_as_ip WHAT: n1 has by sidecar what n2 has by ip(8)
same_now() {
    ours n1 >$W/n1
    diff $W/n2 $W/n1 >$W/difference
}
same_as_ip() {
    ours n2 >$W/n2
    [ "$(wc -l <$W/n2)" -ge "$1" ] || die "ip made only $(wc -l <$W/n2) of $1"
    wait_for 5 same_now && return
    sed 's/^/    /' $W/difference
    die "not what ip makes of it"
}

t_routes_every_word() {
    local line list4 list6
    comma "${LINES4[@]}"
    list4=$LIST
    comma "${LINES6[@]}"
    list6=$LIST
    solo "VRRP_VIRTUAL_ROUTES=$list4, $list6" "VRRP_VIRTUAL_IPADDRESS_EXCLUDED=$VIP6"
    ipn n2 addr add $VIP/24 dev eth0
    ipn n2 addr add $VIP6/128 dev eth0 nodad
    for line in "${LINES4[@]}" "${LINES6[@]}"; do
        local command=add
        case $line in append* | prepend*) command=${line%% *} line=${line#* } ;; esac
        case $line in
        *nexthop*) line="${line%% nexthop*} proto 18 nexthop${line#* nexthop}" ;;
        *) line="$line proto 18" ;;
        esac
        # shellcheck disable=SC2086
        ipn n2 route $command $line || die "ip refuses: $line"
    done
    same_as_ip 40
    end n1
    [ -z "$(ours n1)" ] || die "still there: $(ours n1)"
    say "${#LINES4[@]} IPv4 and ${#LINES6[@]} IPv6 routes"
}

t_rules_every_word() {
    local rule list=() number=100
    for rule in "${RULES4[@]}"; do
        number=$((number + 1))
        list+=("$rule preference $number")
    done
    comma "${list[@]}"
    solo "VRRP_VIRTUAL_RULES=$LIST, inet6 from all fwmark 9 table 9 preference 200"
    for rule in "${list[@]}"; do
        # shellcheck disable=SC2086
        ipn n2 rule add $rule protocol 18 || die "ip refuses: $rule"
    done
    ipn n2 -6 rule add fwmark 9 table 9 preference 200 protocol 18
    same_as_ip 20
    end n1
    [ -z "$(ours n1)" ] || die "still there: $(ours n1)"
    say "${#RULES4[@]} rules"
}

t_routes_move_with_the_address() {
    local common=(VRRP_VIRTUAL_IPADDRESS=$VIP/24 VRRP_ADVERT_INT=0.1 VRRP_INTERFACE=eth0
        "VRRP_VIRTUAL_ROUTES=default via 198.51.100.7 src $VIP table 100"
        "VRRP_VIRTUAL_RULES=from $VIP table 100 preference 100")
    world n1 n2
    watch_nodes $VIP n1 n2
    sidecar n1 n1 "${common[@]}" VRRP_PRIORITY=200
    wait_for 10 holds n1 || die "n1 did not become MASTER"
    wait_for 5 has_route n1 'from 198.51.100.10 lookup 100' || die "n1 has no rule"
    sidecar n2 n2 "${common[@]}" VRRP_PRIORITY=100
    for_all_of 1 not has_route n2 . || die "n2 has routes while BACKUP"
    end n1
    wait_for 10 alone n2 || die "n2 did not take over"
    [ -z "$(ours n1)" ] || die "n1 kept $(ours n1)"
    wait_for 5 has_route n2 'from 198.51.100.10 lookup 100' || die "n2 has no rule"
    wait_for 5 has_route n2 'default via 198.51.100.7 .*src 198.51.100.10' || die "n2 has no route"
}

t_routes_are_put_back() {
    solo "VRRP_VIRTUAL_ROUTES=default via 198.51.100.7 table 100, 203.0.113.0/24 dev d1 no_track,
        2001:db8:1::/64 dev eth0" "VRRP_VIRTUAL_RULES=from $VIP table 100 preference 100"
    wait_for 5 has_route n1 'lookup 100' || die "no rule"
    ipn n1 link add d1 type veth peer name d2
    ipn n1 link set d2 up
    ipn n1 link set d1 up
    wait_for 5 has_route n1 203.0.113.0/24 || die "not added when its interface came"
    wait_for 5 eval '[ "$(ours n1 | wc -l)" = 4 ]' || die "not four: $(ours n1)"
    ours n1 >$W/all
    all_back() { ours n1 | diff -q $W/all - >/dev/null; }
    ipn n1 route del default table 100
    wait_for 5 all_back || die "the route was not put back: $(ours n1 | diff $W/all -)"
    ipn n1 rule del preference 100
    wait_for 5 all_back || die "the rule was not put back"
    ipn n1 -6 route del 2001:db8:1::/64
    wait_for 5 all_back || die "the IPv6 route was not put back"
    ipn n1 link set d1 down
    wait_for 5 not has_route n1 203.0.113.0/24 || die "the kernel keeps it?"
    ipn n1 link set d1 up
    wait_for 5 all_back || die "not put back when its link came back"
    ipn n1 link del d1
    ipn n1 link add d1 type veth peer name d2
    ipn n1 link set d2 up
    ipn n1 link set d1 up
    wait_for 5 all_back || die "not put back when its interface came back"
    ipn n1 route flush table 100
    wait_for 5 all_back || die "not put back after a flush"
    ! said n1 'FAULT' || die "that was no fault"
}

# The kernel takes a route along when the subnet of its gateway goes, and says nothing.
t_routes_follow_a_foreign_address() {
    solo "VRRP_VIRTUAL_ROUTES=198.18.0.0/16 via 203.0.113.7 src 203.0.113.1"
    wait_for 5 said n1 'adding route 198.18.0.0/16.*invalid' ||
        die "the kernel's refusal is not told"
    ipn n1 addr add 203.0.113.1/24 dev eth0
    wait_for 5 has_route n1 198.18.0.0 || die "not added when its gateway could be reached"
    ipn n1 addr del 203.0.113.1/24 dev eth0
    wait_for 5 not has_route n1 198.18.0.0 || die "the kernel keeps it?"
    nap 1.2
    ipn n1 addr add 203.0.113.1/24 dev eth0
    wait_for 5 has_route n1 198.18.0.0 || die "not put back"
    ! said n1 'FAULT' || die "that was no fault"
}

# What is there already is somebody else's.
t_routes_of_others_stay() {
    world n1
    ipn n1 route add 203.0.113.0/24 via 198.51.100.9
    ipn n1 rule add from $VIP table 7 preference 100
    remember n1
    watch_nodes $VIP n1
    sidecar n1 n1 VRRP_VIRTUAL_IPADDRESS=$VIP/24 VRRP_ADVERT_INT=0.1 VRRP_INTERFACE=eth0 \
        "VRRP_VIRTUAL_ROUTES=203.0.113.0/24 via 198.51.100.8, blackhole 198.18.0.0/16" \
        "VRRP_VIRTUAL_RULES=from $VIP table 7 preference 100"
    wait_for 10 holds n1 || die "n1 did not become MASTER"
    wait_for 5 said n1 'route 203.0.113.0/24 .* is not ours' || die "not said"
    ipn n1 route | grep -q '203.0.113.0/24 via 198.51.100.9' || die "somebody's route was changed"
    end n1
    nothing_left n1 "after a stop"
    sidecar n1 n1 VRRP_VIRTUAL_IPADDRESS=$VIP/24 VRRP_ADVERT_INT=0.1 VRRP_INTERFACE=eth0 \
        "VRRP_VIRTUAL_ROUTES=203.0.113.0/24 via 198.51.100.8" \
        "VRRP_VIRTUAL_RULES=from $VIP table 7 preference 100"
    wait_for 10 holds n1 || die "n1 did not become MASTER again"
    ipn n1 route del 203.0.113.0/24
    wait_for 5 has_route n1 'via 198.51.100.8' || die "ours did not follow"
    end n1
    ipn n1 route add 203.0.113.0/24 via 198.51.100.9
    nothing_left n1 "after the other one went"
}

ROUTING=("VRRP_VIRTUAL_ROUTES=default via 198.51.100.7 src $VIP table 100, blackhole 198.18.5.0/24,
        2001:db8:1::/64 via fe80::7 dev eth0, 198.18.0.0/24 nexthop via 198.51.100.7 nexthop dev eth0"
    "VRRP_VIRTUAL_RULES=from $VIP table 100 preference 100, inet6 from all table 9 preference 101"
    "SIDECAR_STATIC_IPADDRESS=203.0.113.77/24 dev eth0, 2001:db8:7::7/64 dev eth0"
    "SIDECAR_STATIC_ROUTES=198.18.9.0/24 via 203.0.113.78"
    "SIDECAR_STATIC_RULES=from 203.0.113.77 table 101 preference 102")
routing() {
    sidecar n1 n1 VRRP_VIRTUAL_IPADDRESS=$VIP/24 VRRP_ADVERT_INT=0.1 VRRP_INTERFACE=eth0 \
        VRRP_PRIORITY=200 "$@" "${ROUTING[@]}"
    STARTS=$((STARTS + 1)) # what a crash left would look like success
    wait_for 10 eval '[ "$(grep -c "Entering MASTER" ${LOG[n1]})" = $STARTS ] && holds n1' ||
        die "n1 did not become MASTER"
    wait_for 5 eval '[ "$(ours n1 | wc -l)" = 10 ]' || die "not all there: $(ours n1)"
}
t_routes_leave_nothing() {
    world n1
    remember n1
    watch_nodes $VIP n1
    routing
    end n1
    [ "$STATUS" = 0 ] || die "exit status $STATUS"
    nothing_left n1 "after a stop"
    routing
    end n1 KILL
    [ "$(ours n1 | wc -l)" = 10 ] || die "kill -9 took something along?"
    routing # the same again; what was left is taken over or replaced
    end n1
    nothing_left n1 "after kill -9, a start and a stop"
    routing
    worker_of n1
    kill -9 "$WORKER"
    wait_for 5 not alive n1 || die "the first process goes on without its worker"
    nothing_left n1 "after the worker died"
}
# A crash, and then somebody else is MASTER: what was left goes at the start.
t_routes_are_swept() {
    world n1 n2
    watch_nodes $VIP n1 n2
    routing
    end n1 KILL
    sidecar n2 n2 VRRP_VIRTUAL_IPADDRESS=$VIP/24 VRRP_ADVERT_INT=0.1 VRRP_INTERFACE=eth0 \
        VRRP_PRIORITY=250
    wait_for 10 holds n2 || die "n2 did not take over"
    sidecar n1 n1 VRRP_VIRTUAL_IPADDRESS=$VIP/24 VRRP_ADVERT_INT=0.1 VRRP_INTERFACE=eth0 \
        VRRP_PRIORITY=100 "${ROUTING[@]}"
    wait_for 5 alone n2 || die "n1 keeps the address"
    wait_for 5 eval '[ "$(ours n1 | wc -l)" = 2 ]' || die "n1 keeps $(ours n1)"
    has_route n1 198.18.9.0 || die "what is static went, too"
}

t_routes_reload() {
    world n1
    remember n1
    watch_nodes $VIP n1
    local common=(VRRP_INTERFACE=eth0 VRRP_ADVERT_INT=0.1 VRRP_VIRTUAL_IPADDRESS=$VIP/24)
    again() { printf '%s\n' "${common[@]}" "$@" >$W/env; }
    again "VRRP_VIRTUAL_ROUTES=203.0.113.0/24 via 198.51.100.7, blackhole 198.18.0.0/24" \
        "VRRP_VIRTUAL_RULES=from $VIP table 100 preference 100" \
        "SIDECAR_STATIC_ROUTES=198.18.9.0/24 via 198.51.100.7, 198.18.8.0/24 dev eth0"
    sidecar n1 n1 SIDECAR_ENV_FILE=$W/env
    wait_for 10 has_route n1 'lookup 100' || die "no rule"
    start monitor n1 stdbuf -oL ip -o monitor route rule
    wait_for 5 at n1 grep -q " ${PID[monitor]} " /proc/net/netlink || die "ip monitor did not start"
    again "VRRP_VIRTUAL_ROUTES=203.0.113.0/24 via 198.51.100.8, blackhole 198.18.0.0/24" \
        "VRRP_VIRTUAL_RULES=from $VIP table 101 preference 100" \
        "SIDECAR_STATIC_ROUTES=198.18.8.0/24 dev eth0, 198.18.7.0/24 dev eth0"
    kill -HUP "${PID[n1]}"
    wait_for 5 has_route n1 'via 198.51.100.8' || die "the new gateway is not there"
    wait_for 5 has_route n1 'lookup 101' || die "the new rule is not there"
    wait_for 5 has_route n1 198.18.7.0 || die "the new static route is not there"
    wait_for 5 not has_route n1 'via 198.51.100.7' || die "an old route stayed"
    wait_for 5 not has_route n1 'lookup 100' || die "the old rule stayed"
    ! grep -q '198.18.[08].0' "${LOG[monitor]}" || die "what stays the same was touched"
    again
    kill -HUP "${PID[n1]}"
    wait_for 5 not has_route n1 . || die "still there: $(ours n1)"
    holds n1 || die "the address went"
    end n1
    nothing_left n1
}

# keepalived tracks the interface of each item unless told otherwise.
t_routes_device_down_is_a_fault() {
    world n1
    ipn n1 link add d1 type veth peer name d2
    ipn n1 link set d2 up
    ipn n1 link set d1 up
    watch_nodes $VIP n1
    sidecar n1 n1 VRRP_VIRTUAL_IPADDRESS=$VIP/24 VRRP_ADVERT_INT=0.1 VRRP_INTERFACE=eth0 \
        "VRRP_VIRTUAL_ROUTES=203.0.113.0/24 dev d1"
    wait_for 10 holds n1 || die "n1 did not become MASTER"
    ipn n1 link set d1 down
    wait_for 5 nobody || die "n1 keeps the address without its route"
    ipn n1 link set d1 up
    wait_for 10 holds n1 || die "n1 did not come back"
    wait_for 5 has_route n1 203.0.113.0 || die "the route did not come back"
}

# Two virtual routers that want the same route: it stays while one of them is MASTER.
t_routes_shared_by_two() {
    world n1
    watch_nodes $VIP,198.51.100.20 n1
    printf '%s\n' VRRP_INTERFACE=eth0 VRRP_ADVERT_INT=0.1 VRRP_A_VIRTUAL_IPADDRESS=$VIP/24 \
        VRRP_B_VIRTUAL_IPADDRESS=198.51.100.20/24 \
        "VRRP_VIRTUAL_ROUTES=blackhole 203.0.113.0/24" >$W/env
    sidecar n1 n1 SIDECAR_ENV_FILE=$W/env
    wait_for 10 eval "holds n1 && holds n1 198.51.100.20" || die "n1 did not become MASTER"
    wait_for 5 has_route n1 203.0.113.0 || die "no route"
    local reads=0
    for gone in A B; do
        grep -v "VRRP_${gone}_" $W/env >$W/env.new
        cp $W/env $W/env.old
        cp $W/env.new $W/env
        kill -HUP "${PID[n1]}"
        reads=$((reads + 1))
        wait_for 5 eval "[ \"\$(grep -c 'read again' ${LOG[n1]})\" = $reads ]" || die "no reload"
        for_all_of 1 has_route n1 203.0.113.0 || die "the route went with $gone"
        cp $W/env.old $W/env
        kill -HUP "${PID[n1]}"
        reads=$((reads + 1))
        wait_for 10 eval "holds n1 && holds n1 198.51.100.20" || die "$gone did not come back"
    done
}

# What stays MASTER when that interface gets another name must not leave addresses there.
t_address_no_track_is_not_left_on_a_renamed_interface() {
    world n1
    ipn n1 link add e2 type veth peer name e3
    ipn n1 link set e2 up
    ipn n1 link set e3 up
    watch_nodes $VIP,203.0.113.10,203.0.113.77 n1
    sidecar n1 n1 VRRP_INTERFACE=eth0 VRRP_VIRTUAL_ROUTER_ID=51 VRRP_VERSION=3 VRRP_ADVERT_INT=0.1 \
        "VRRP_VIRTUAL_IPADDRESS=$VIP/24, 203.0.113.10/24 dev e2 no_track" \
        "SIDECAR_STATIC_IPADDRESS=203.0.113.77/24 dev e2"
    wait_for 10 eval "holds n1 && holds n1 203.0.113.10 && holds n1 203.0.113.77" ||
        die "n1 did not become MASTER"
    ipn n1 link set e2 name lan2
    wait_for 5 not holds n1 203.0.113.10 || die "203.0.113.10 is left on lan2"
    wait_for 5 not holds n1 203.0.113.77 || die "203.0.113.77 is left on lan2"
    wait_for 5 eval '[ "$(at n1 cat /proc/sys/net/ipv4/conf/lan2/promote_secondaries)" = 0 ]' ||
        die "promote_secondaries is left on lan2"
    ipn n1 link set lan2 name e2
    wait_for 5 eval "holds n1 203.0.113.10 && holds n1 203.0.113.77" || die "they did not come back"
    ! said n1 FAULT || die "it went through FAULT"
    ipn n1 link set e2 name lan2
    end n1
    [ -z "$(ipn n1 -4 -o addr show dev lan2)" ] || die "an address is left behind"
}

# One that comes by a reload does not take it from the other for a moment.
t_routes_shared_with_a_newcomer() {
    world n1
    watch_nodes $VIP,198.51.100.20 n1
    printf '%s\n' VRRP_INTERFACE=eth0 VRRP_ADVERT_INT=0.1 VRRP_A_VIRTUAL_IPADDRESS=$VIP/24 \
        "VRRP_VIRTUAL_ROUTES=blackhole 203.0.113.0/24" \
        "VRRP_VIRTUAL_RULES=from 203.0.113.1 table 100 preference 100" >$W/env
    sidecar n1 n1 SIDECAR_ENV_FILE=$W/env
    wait_for 10 has_route n1 203.0.113.0 || die "no route"
    start monitor n1 stdbuf -oL ip monitor route rule
    wait_for 5 eval 'ipn n1 route add blackhole 203.0.113.99; ipn n1 route del blackhole 203.0.113.99
        said monitor "Deleted blackhole 203.0.113.99"' || die "nothing is monitored"
    echo VRRP_B_VIRTUAL_IPADDRESS=198.51.100.20/24 >>$W/env
    kill -HUP "${PID[n1]}"
    wait_for 10 holds n1 198.51.100.20 || die "B did not become MASTER"
    nap 0.5
    ! said monitor 'Deleted.*(203.0.113.0/24|203.0.113.1 )' || die "the route or the rule was gone"
    ! said n1 'dead process|not ours|put back' || die "it is taken for somebody else's"
    end n1
    [ -z "$(ipn n1 route show table all proto 18)$(ipn n1 rule | grep 203.0.113.1)" ] ||
        die "something is left behind"
}

t_static_needs_no_election() {
    world n1
    remember n1
    sidecar n1 n1 "SIDECAR_STATIC_IPADDRESS=203.0.113.77/24 dev eth0 label eth0:x,
        2001:db8:7::7/64 dev d1" "SIDECAR_STATIC_ROUTES=198.18.9.0/24 via 203.0.113.78"
    wait_for 5 has_route n1 198.18.9.0 || die "no route"
    ipn n1 addr | grep -q '203.0.113.77/24 .*eth0:x' || die "no address"
    ipn n1 addr del 203.0.113.77/24 dev eth0
    wait_for 5 eval 'ipn n1 addr | grep -q 203.0.113.77/24' || die "the address was not put back"
    wait_for 5 has_route n1 198.18.9.0 || die "the route was not put back"
    ipn n1 link add d1 type veth peer name d2
    wait_for 5 eval 'ipn n1 addr show d1 | grep -q 2001:db8:7::7/64' || die "d1 has no address"
    ipn n1 link del d1
    end n1
    [ "$STATUS" = 0 ] || die "exit status $STATUS"
    nothing_left n1
}

# A router's big table changes all the time: nobody is to be woken up by that.
t_routes_of_others_wake_nobody() {
    local before after
    solo "VRRP_VIRTUAL_ROUTES=blackhole 203.0.113.0/24" VRRP_ADVERT_INT=40 VRRP_VERSION=3 \
        VRRP_PRIORITY=255
    wait_for 5 has_route n1 203.0.113.0 || die "no route"
    for ((i = 0; i < 250 * 20; i++)); do
        echo "route add blackhole 198.18.$((i / 250)).$((i % 250))/32 proto bird"
    done >$W/batch
    nap 2 # its start is over
    worker_of n1
    switches() { awk '/ctxt/ { n += $2 } END { print n }' "/proc/$WORKER/status"; }
    before=$(switches)
    ipn n1 -batch $W/batch || die "ip refuses"
    sed -i 's/add/del/' $W/batch
    ipn n1 -batch $W/batch || die "ip refuses"
    after=$(switches)
    ((after - before < 100)) || die "woken up $((after - before)) times by 10000 foreign changes"
    say "10000 foreign changes, woken up $((after - before)) times"
}

# --- addresses ------------------------------------------------------------------------------------

ADDRESSES=("198.51.100.10/24" "198.51.100.11/24 brd +" "198.51.100.12/24 brd 198.51.100.250"
    "198.51.100.13/32" "203.0.113.1/26 scope link" "203.0.113.65/26 scope 100"
    "203.0.113.129/26 label eth0:vip" "203.0.113.4/32 peer 203.0.113.5"
    "198.18.0.1/24 noprefixroute" "198.18.0.2/24 home=no preferred_lft forever"
    "198.18.1.1/24 dev d1" "198.18.1.2/24 preferred_lft 0"
    "2001:db8::10/64" "2001:db8::11/128" "2001:db8::12/128 preferred_lft forever"
    "2001:db8::13/64 noprefixroute" "2001:db8::14/64 home" "2001:db8:1::1/64 mngtmpaddr"
    "2001:db8::15/64 -nodad" "2001:db8::16/64 dev d1" "2001:db8::17/128 preferred_lft 0")
# what ip(8) must be told for the same
ip_words() {
    local words=$1
    words=${words/ -nodad/} words=${words/home=no /}
    case $1 in
    2001*128*) words="$words noprefixroute" ;;
    esac
    case $1 in *preferred_lft* | *mngtmpaddr) ;; 2001*) words="$words preferred_lft 0" ;; esac
    case $1 in 2001*-nodad) ;; 2001*) words="$words nodad" ;; esac
    case $1 in *" dev "*) ;; *) words="$words dev eth0" ;; esac
    case $words in *preferred_lft*) words="$words valid_lft forever" ;; esac
    echo "$words"
}
addresses() { # addresses NODE: without what a node has of its own
    ip -n "${NS[$1]}" -o -d addr show | grep -E ' (eth0|d1) ' |
        grep -vE ' (198\.51\.100\.[12]/|2001:db8::[12]/|fe80)' |
        sed -E 's/^[0-9]+: *//; s/ proto [^ ]+//; s/valid_lft.*preferred/preferred/; s/ +/ /g' | sort
}
t_address_options_as_ip() {
    local item
    world n1 n2
    for item in n1 n2; do
        ip link set $item type bridge_slave isolated on # each finds nobody with its addresses
        ipn $item link add d1 type veth peer name d2
        ipn $item link set d2 up
        ipn $item link set d1 up addrgenmode none
    done
    watch_nodes $VIP n1 n2
    comma "${ADDRESSES[@]:1}"
    sidecar n1 n1 VRRP_VIRTUAL_IPADDRESS=$VIP/24 VRRP_ADVERT_INT=0.1 VRRP_INTERFACE=eth0 \
        "VRRP_VIRTUAL_IPADDRESS_EXCLUDED=$LIST"
    wait_for 10 holds n1 || die "n1 did not become MASTER"
    for item in "${ADDRESSES[@]}"; do
        # shellcheck disable=SC2046
        ipn n2 addr add $(ip_words "$item") || die "ip refuses: $(ip_words "$item")"
    done
    settled() {
        addresses n1 >$W/n1
        addresses n2 >$W/n2
        diff $W/n2 $W/n1 >$W/difference
    }
    wait_for 5 settled && [ "$(wc -l <$W/n1)" = ${#ADDRESSES[@]} ] || {
        sed 's/^/    /' $W/difference
        die "not what ip makes of it: $(wc -l <$W/n1) addresses"
    }
    end n1
    wait_for 5 eval '[ -z "$(addresses n1)" ]' || die "still there: $(addresses n1)"
    say "${#ADDRESSES[@]} addresses"
}

# More than an advert can list: all are held, the first ones are listed, and the other node agrees.
t_address_list_is_cut_to_the_mtu() {
    local i list=$VIP/24
    world n1 n2
    for i in 1 2; do
        ip link set n$i mtu 600
        ipn n$i link set eth0 mtu 600
    done
    for ((i = 20; i < 220; i++)); do list+=",203.0.113.$i/32"; done
    watch_nodes $VIP,203.0.113.219 n1 n2
    capture n1 'ip proto 112'
    for i in 1 2; do
        sidecar n$i n$i "VRRP_VIRTUAL_IPADDRESS=$list" VRRP_ADVERT_INT=0.3 VRRP_INTERFACE=eth0 \
            VRRP_PRIORITY=$((300 - i * 100 - 1)) VRRP_SKIP_CHECK_ADV_ADDR=no
    done
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    wait_for 10 holds n1 203.0.113.219 || die "n1 does not hold the last one"
    wait_for 5 said n1 'first [0-9]+ of 201 addresses' || die "not said"
    for_all_of 3 not holds n2 || die "n2 does not accept the adverts"
    captured ip.len vrrp.addr_count vrrp.ip_addr
    cut -f1,2 $W/packets | sort -u >$W/sizes
    [ "$(cat $W/sizes)" = $'600\t143' ] || die "adverts of $(cat $W/sizes)"
}
t_address_promote_secondaries_after_everything() {
    solo
    [ "$(at n1 cat /proc/sys/net/ipv4/conf/eth0/promote_secondaries)" = 0 ] ||
        die "its own address is the primary one: nothing was to be set"
    end n1
    promoted() { [ "$(at n1 cat /proc/sys/net/ipv4/conf/eth0/promote_secondaries)" = "$1" ]; }
    other=(VRRP_VIRTUAL_IPADDRESS=203.0.113.10/24 VRRP_ADVERT_INT=1 VRRP_INTERFACE=eth0)
    sidecar n1 n1 "${other[@]}"
    wait_for 10 promoted 1 || die "not set where the address is the first of its subnet"
    end n1 KILL
    promoted 1 || die "nobody could have"
    sidecar n1 n1 "${other[@]}"
    wait_for 10 promoted 0 || die "the next one does not put it back, once it has swept"
    wait_for 10 promoted 1 || die "not set again"
    worker_of n1
    kill -9 "$WORKER"
    wait_for 5 not alive n1
    promoted 0 || die "the first process does not put it back"
}

# An address that may wait for its interface is announced when that comes.
t_address_no_track_comes_late() {
    solo "VRRP_VIRTUAL_IPADDRESS_EXCLUDED=203.0.113.10/24 dev d1 no_track"
    ipn n1 link add d1 type veth peer name d2 netns "${NS[n2]}"
    ipn n2 addr add 203.0.113.2/24 dev d2
    ipn n2 link set d2 up
    ipn n2 neigh add 203.0.113.10 lladdr 02:00:00:00:00:99 dev d2 nud stale
    ipn n1 link set d1 up
    wait_for 5 eval 'ipn n1 addr show d1 | grep -q 203.0.113.10' || die "d1 has no address"
    wait_for 5 eval '! ipn n2 neigh show 203.0.113.10 | grep -q 00:99' || die "it is not announced"
    ! said n1 'FAULT' || die "that was no fault"
    ipn n1 link del d1
    for_all_of 1 holds n1 || die "that was no fault either"
}
