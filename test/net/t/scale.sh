# shellcheck shell=bash
# Five hundred virtual routers in one process.

vips() { # vips NETWORK HOSTS: 198.18.NETWORK.1 ... in LIST, separated by commas
    LIST=$(seq -f "198.18.$1.%g" -s , 1 "$2")
}
# environment NODE-PRIORITY: 500 instances on INTERFACES, in CONF
# a dump that changes come between is not complete, which ip says; the next one is
count_on() { ipn "$1" -4 -o addr show to 198.18.0.0/16 2>/dev/null | grep -c '198\.18\.[12]\.'; }
has_exactly() { [ "$(count_on "$1")" = "$2" ]; }

two_interfaces() { # a second bridge beside br0
    local node
    ip link add br1 type bridge mcast_snooping 0 stp_state 0 forward_delay 0
    ip link set br1 addrgenmode none up
    for node in n1 n2; do
        ip link add "$node-b" type veth peer name eth1 netns "${NS[$node]}"
        ip link set "$node-b" master br1 addrgenmode none up
        ipn $node link set eth1 addrgenmode none up
        ipn $node addr add "203.0.113.${node#n}/24" dev eth1
    done
}
t_500_instances_on_2_interfaces() {
    local i words=()
    world n1 n2 client
    two_interfaces
    for ((i = 1; i <= 250; i++)); do
        words+=("VRRP_A${i}_VIRTUAL_IPADDRESS=198.18.1.$i/32" "VRRP_A${i}_INTERFACE=eth0"
            "VRRP_A${i}_VIRTUAL_ROUTER_ID=$i")
        words+=("VRRP_B${i}_VIRTUAL_IPADDRESS=198.18.2.$i/32" "VRRP_B${i}_INTERFACE=eth1"
            "VRRP_B${i}_VIRTUAL_ROUTER_ID=$i")
    done
    vips 1 250
    watch_nodes -p5000 "$LIST,$(vips 2 250 && echo "$LIST")" n1 n2
    sidecar n1 n1 "${words[@]}" VRRP_PRIORITY=150
    sidecar n2 n2 "${words[@]}" VRRP_PRIORITY=100
    wait_for 15 has_exactly n1 500 || die "n1 has $(count_on n1) of 500 addresses"
    has_exactly n2 0 || die "n2 has $(count_on n2) addresses"
    nap 3
    wait_for 1 has_exactly n1 500 && has_exactly n2 0 ||
        die "n1 has $(count_on n1), n2 has $(count_on n2)"
    mark
    end n1
    has_exactly n1 0 || die "n1 left $(count_on n1) addresses"
    wait_for 8 has_exactly n2 500 || die "n2 has $(count_on n2) of 500 addresses"
    look
    local last=0 worst=0 key
    for key in "${!GOT[@]}"; do
        [[ $key != "n2 "* ]] || ((GOT[$key] <= last)) || last=${GOT[$key]}
    done
    for key in "${!TWO[@]}"; do ((TWO[$key] <= worst)) || worst=${TWO[$key]}; done
    ((worst == 0)) || die "two nodes held one of 500 for $((worst / 10)) ms"
    between 0 $(((last - MARK) / 1000)) 4000 "the takeover of 500 addresses"
    say "all 500 taken over $(((last - MARK) / 1000)) ms after the stop began, never two holders"
    must worker_of n2
    kill -KILL "$WORKER"
    wait_for 5 has_exactly n2 0 || die "n2's worker was killed and left $(count_on n2) addresses"
}
t_500_instances_on_500_interfaces() {
    local i words=()
    world n1 client
    for ((i = 0; i < 500; i++)); do
        echo "link add v$i type veth peer name w$i"
        echo "link set v$i addrgenmode none"
        echo "link set w$i addrgenmode none"
        echo "link set v$i up"
        echo "link set w$i up"
        echo "addr add 198.19.$((i / 250)).$((i % 250 + 1))/32 dev v$i"
    done >$W/links
    ipn n1 -batch $W/links || die "no 500 interfaces"
    for ((i = 0; i < 500; i++)); do
        words+=("VRRP_V${i}_VIRTUAL_IPADDRESS=198.18.$((i / 250 + 1)).$((i % 250 + 1))/32"
            "VRRP_V${i}_INTERFACE=v$i")
    done
    clock
    local began=$NOW
    sidecar n1 n1 "${words[@]}"
    wait_for 30 has_exactly n1 500 || die "n1 has $(count_on n1) of 500 addresses"
    clock
    say "500 MASTER $(((NOW - began) / 1000)) ms after the start"
    nap 2
    wait_for 1 has_exactly n1 500 || die "n1 has $(count_on n1) of 500 addresses a little later"
    for ((i = 0; i < 500; i += 50)); do echo "link set v$i down"; done | ipn n1 -batch -
    wait_for 5 has_exactly n1 490 || die "ten links down, but $(count_on n1) addresses"
    for ((i = 0; i < 500; i += 50)); do echo "link set v$i up"; done | ipn n1 -batch -
    wait_for 10 has_exactly n1 500 || die "ten links up again, but $(count_on n1) addresses"
    end n1
    [ "$STATUS" = 0 ] || die "exit status $STATUS"
    has_exactly n1 0 || die "left $(count_on n1) addresses"
}
