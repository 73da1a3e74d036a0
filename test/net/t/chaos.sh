# shellcheck shell=bash
# Three nodes and a dice: stops, crashes, pulled cables, lost addresses, new priorities, one after
# the other. Never do two hold the address for longer than a reaction takes, and at the end, when
# all are well, the best one has it. CHAOS=SEED plays the same game again (the machine's timing
# aside).

chaos_node() { # chaos_node NODE
    [ -n "${PID[$1]}" ] && return
    : >$W/$1.log
    sidecar "$1" "$1" VRRP_INTERFACE=eth0 VRRP_VIRTUAL_ROUTER_ID=51 VRRP_VERSION=3 \
        VRRP_ADVERT_INT=0.1 "VRRP_VIRTUAL_IPADDRESS=$CHAOS_VIPS" SIDECAR_ENV_FILE=$W/$1.env
}
chaos_priority() {
    echo "VRRP_PRIORITY=$2" >$W/$1.env
    [ -n "${PID[$1]}" ] || return
    begun "$1"
    kill -HUP "${PID[$1]}"
}
chaos_step() { # chaos_step NODE: something happens to it
    local what=$((RANDOM % 8))
    EVENTS+=("$1:$what")
    case $what in
    0) end "$1" ;;
    1) # its parent cleans up and ends
        worker_of "$1" 2>/dev/null || return
        kill -KILL "$WORKER" 2>/dev/null
        wait_for 5 not alive "$1" || die "$1's parent outlived its worker"
        unset "PID[$1]"
        ;;
    2) unplug "$1" ;;
    3) plug "$1" ;;
    4) ipn "$1" addr del "$CHAOS_PLAIN" dev eth0 2>/dev/null ;;
    5) chaos_priority "$1" $((RANDOM % 254 + 1)) ;;
    *) chaos_node "$1" ;;
    esac
}
chaos() { # chaos VIPS ADDRESS ADDRESS/LEN
    local i node seed=${CHAOS:-$RANDOM}
    CHAOS_VIPS=$1 CHAOS_PLAIN=$3 EVENTS=()
    RANDOM=$seed
    world n1 n2 n3 client
    watch_nodes "$2" n1 n2 n3
    for node in n1 n2 n3; do
        chaos_priority $node 100
        chaos_node $node
    done
    wait_for 5 not nobody || die "nobody became MASTER"
    mark
    for ((i = 0; i < 40; i++)); do
        chaos_step n$((RANDOM % 3 + 1))
        nap 0.$((RANDOM % 9 + 1))
    done
    no_overlap_over 1000 "by the end of seed $seed: ${EVENTS[*]}"
    local longest=$MS
    for node in n1 n2 n3; do
        plug $node
        chaos_priority $node 1${node#n}0
        chaos_node $node
    done
    wait_for 8 alone n3 || die "the best one does not have it, seed $seed: ${EVENTS[*]}"
    wait_for 8 for_all_of 2 alone n3 || die "no peace, seed $seed: ${EVENTS[*]}"
    for node in n1 n2 n3; do
        end $node
        [ "$STATUS" = 0 ] || die "$node ended with $STATUS, seed $seed"
    done
    nobody || die "somebody kept it, seed $seed"
    say "seed $seed, ${#EVENTS[@]} events, two holders for $longest ms at most"
}
t_chaos_ipv4() { chaos $VIP/24 $VIP $VIP/24; }
t_chaos_ipv6() { chaos "$VIP6LL/64 $VIP6/64" $VIP6 $VIP6/64; }
t_chaos_three_addresses() {
    chaos "$VIP/24 198.51.100.11/24 203.0.113.10/32" 198.51.100.11 198.51.100.11/24
}
