# shellcheck shell=bash
# Reading the configuration again, and what must not be felt while a process comes, goes or is refused.

VIP2=198.51.100.20
VIP3=203.0.113.10

# again VARIABLE=VALUE ...: the environment file of n1
again() { printf '%s\n' "$@" >$W/env; }
# reread: SIGHUP, and the answer to it
reread() {
    local before
    before=$(grep -c 'configuration read again' "${LOG[n1]}")
    kill -HUP "${PID[n1]}"
    wait_for 5 eval "[ \"\$(grep -c 'configuration read again' ${LOG[n1]})\" -gt $before ]" ||
        die "SIGHUP is not answered"
}
# two instances on n1, MASTER of VIP and VIP2
two() {
    world n1 client
    again VRRP_INTERFACE=eth0 VRRP_A_VIRTUAL_ROUTER_ID=1 VRRP_B_VIRTUAL_ROUTER_ID=2 "$@"
    watch_nodes $VIP,$VIP2,$VIP3 n1
    sidecar n1 n1 SIDECAR_ENV_FILE=$W/env SIDECAR_LOG="${FORM:-text}"
    wait_for 10 eval "holds n1 && holds n1 $VIP2" || die "n1 did not become MASTER"
    mark
}
# kept ADDRESS: never gone since the mark, but for the moment of a move; an election takes 3.6 s
kept() {
    no_gap_over 1500 "$1"
    holds n1 "$1" || die "$1 is not held"
}

t_reload_moves_an_address_between_instances() {
    local a="VRRP_A_VIRTUAL_IPADDRESS=$VIP/24" b="VRRP_B_VIRTUAL_IPADDRESS=$VIP2/24, 198.51.100.30/24"
    two "$a" "$b"
    again VRRP_INTERFACE=eth0 VRRP_A_VIRTUAL_ROUTER_ID=1 VRRP_B_VIRTUAL_ROUTER_ID=2 \
        "VRRP_A_VIRTUAL_IPADDRESS=$VIP/24, $VIP2/24" \
        VRRP_B_VIRTUAL_IPADDRESS=198.51.100.30/24
    reread
    nap 0.5
    kept $VIP
    kept $VIP2
    again VRRP_INTERFACE=eth0 VRRP_A_VIRTUAL_ROUTER_ID=1 VRRP_B_VIRTUAL_ROUTER_ID=2 "$a" "$b"
    reread
    nap 0.5
    kept $VIP
    kept $VIP2
    ! said n1 'Stopped|FAULT|BACKUP.*was MASTER' || die "an instance was stopped"
}
t_reload_adds_a_device() {
    two "VRRP_A_VIRTUAL_IPADDRESS=$VIP/24" "VRRP_B_VIRTUAL_IPADDRESS=$VIP2/24"
    ipn n1 link add e2 type veth peer name e3
    ipn n1 addr add 203.0.113.1/24 dev e2
    ipn n1 link set e2 up
    ipn n1 link set e3 up
    again VRRP_INTERFACE=eth0 VRRP_A_VIRTUAL_ROUTER_ID=1 VRRP_B_VIRTUAL_ROUTER_ID=2 \
        "VRRP_A_VIRTUAL_IPADDRESS=$VIP/24, $VIP3/24 dev e2" \
        "VRRP_B_VIRTUAL_IPADDRESS=$VIP2/24"
    reread
    wait_for 5 holds n1 $VIP3 || die "$VIP3 was not added"
    kept $VIP
    kept $VIP2
    ! said n1 FAULT || die "went through FAULT"
}
t_reload_keeps_a_sync_group() {
    two "VRRP_A_VIRTUAL_IPADDRESS=$VIP/24" "VRRP_B_VIRTUAL_IPADDRESS=$VIP2/24" "VRRP_GROUP_ALL=A B"
    reread
    nap 0.5
    kept $VIP
    kept $VIP2
    ! said n1 Stopped || die "the group was stopped"
    unplug n1
    wait_for 5 eval "nobody && nobody $VIP2" || die "the group did not let go of both"
}
# What cannot be changed while it runs is ended, one after the other, and of those that were nothing
# is asked any more: their memory would say MASTER (2) here.
t_reload_ends_the_instance_of_a_daemon() {
    with_tls # as the C library of that one fills what is freed
    world n1
    again VRRP_INTERFACE=eth0 VRRP_{A_VIRTUAL_ROUTER_ID=1,B_VIRTUAL_ROUTER_ID=2} \
        VRRP_A_VIRTUAL_IPADDRESS=$VIP/24 VRRP_B_VIRTUAL_IPADDRESS=$VIP2/24 \
        'SIDECAR_LVS_SYNC_DAEMON="eth0 A"'
    watch_nodes $VIP,$VIP2 n1
    sidecar n1 n1 SIDECAR_ENV_FILE=$W/env MALLOC_PERTURB_=2
    wait_for 10 eval "holds n1 && holds n1 $VIP2" || die "n1 did not become MASTER"
    wait_for 5 said n1 'IPVS sync daemon: master' || die "the sync daemon does not run"
    echo VRRP_USE_VMAC=yes >>$W/env
    reread
    said n1 'B: Stopped' || die "the other one was not ended"
    [ "$(sed '/read again/q' "${LOG[n1]}" | grep -c 'IPVS sync daemon: master')" = 1 ] ||
        die "what is gone was asked"
}
t_reload_with_a_mistake_changes_nothing() {
    two "VRRP_A_VIRTUAL_IPADDRESS=$VIP/24" "VRRP_B_VIRTUAL_IPADDRESS=$VIP2/24"
    echo VRRP_PRIORTY=200 >>$W/env
    kill -HUP "${PID[n1]}"
    wait_for 5 said n1 'did you mean VRRP_PRIORITY' || die "the mistake is not named"
    wait_for 5 said n1 'nothing was changed' || die "does not say that nothing was changed"
    nap 0.5
    kept $VIP
    kept $VIP2
}
t_reload_json_and_killed_worker() { # the names in the log are the new model's
    FORM=json two "VRRP_A_VIRTUAL_IPADDRESS=$VIP/24" "VRRP_B_VIRTUAL_IPADDRESS=$VIP2/24"
    reread
    reread
    worker_of n1
    kill -KILL "$WORKER"
    wait_for 5 eval "nobody && nobody $VIP2" || die "the addresses stayed after the worker's death"
    wait_for 5 not alive n1 || die "the first process did not end"
    python3 -c 'import json, sys
for line in open(sys.argv[1]):
    if line[0] == "{": assert json.loads(line)["node"]' "${LOG[n1]}" || die "a log line is no JSON"
}
t_found_interface_and_killed_worker() { # the first process learns where the addresses went
    world n1 client
    ipn n1 addr flush dev eth0
    watch_nodes $VIP n1
    sidecar n1 n1 VRRP_VIRTUAL_IPADDRESS=$VIP/24 VRRP_ADVERT_INT=0.2
    wait_for 5 said n1 'waiting for one' || die "does not say that it waits"
    ipn n1 addr add 198.51.100.1/24 dev eth0
    wait_for 10 holds n1 || die "did not start when an interface fitted"
    worker_of n1
    kill -KILL "$WORKER"
    wait_for 5 nobody || die "the address stayed after the worker's death"
}
t_killed_worker_whose_files_have_changed() { # what counts is what it had read
    world n1 client
    watch_nodes $VIP,$VIP2,$VIP3 n1
    echo "$VIP2/24 dev eth0" >$W/address
    echo secret >$W/secret
    again "KEEPALIVED_VIRTUAL_IPS=$VIP/24" KEEPALIVED_PASSWORD_FILE=$W/secret VRRP_INTERFACE=eth0 \
        VRRP_ADVERT_INT=1 VRRP_VERSION=2 SIDECAR_STATIC_IPADDRESS_FILE=$W/address \
        VRRP_VIRTUAL_ROUTES="203.0.113.0/25 dev eth0" VRRP_TRACK="file:$W/secret weight 2"
    sidecar n1 n1 SIDECAR_ENV_FILE=$W/env
    wait_for 10 eval "holds n1 && holds n1 $VIP2" || die "n1 did not become MASTER"
    wait_for 5 has_route || die "the route is not there"
    again VRRP_INTERFACE=eth9 VRRP_VIRTUAL_IPADDRESS=nonsense
    kill -HUP "${PID[n1]}"
    wait_for 5 said n1 'nothing was changed' || die "the reload was not refused"
    again "VRRP_VIRTUAL_IPADDRESS=$VIP3/24"
    : >$W/address
    rm $W/secret
    worker_of n1
    kill -KILL "$WORKER"
    wait_for 5 eval "nobody && nobody $VIP2" || die "the addresses stayed after the worker's death"
    wait_for 5 not has_route || die "the route stayed after the worker's death"
    wait_for 5 not alive n1 || die "the first process did not end"
    end n1 || true
    [ "$STATUS" = 137 ] || die "exit status $STATUS"
}
has_route() { [ -n "$(ipn n1 route show 203.0.113.0/25)" ]; }
t_refused_processes_leave_the_holder_alone() {
    local i
    world n1 client
    watch_nodes $VIP n1
    sidecar n1 n1 VRRP_INTERFACE=eth0 VRRP_VIRTUAL_IPADDRESS=$VIP/24 VRRP_ADVERT_INT=0.2
    wait_for 10 holds n1 || die "n1 did not become MASTER"
    worker_of n1
    mark
    for i in 1 2 3 4 5 6; do
        sidecar twin n1 VRRP_INTERFACE=eth0 VRRP_VIRTUAL_IPADDRESS=$VIP/24 VRRP_ADVERT_INT=0.2
        wait_for 5 not alive twin || die "a second process for the same virtual router runs"
        wait_for 5 said twin "pid $WORKER" || die "refusal $i does not name the pid $WORKER"
        : >"${LOG[twin]}"
    done
    no_gap_over 0 # a refused process takes nothing away
    holds n1 || die "the address is gone"
}
t_renamed_interface() {
    single_fast
    ipn n1 link set eth0 name other 2>/dev/null || {
        ipn n1 link set eth0 down # kernels before 6.2 rename only what is down
        ipn n1 link set eth0 name other
        ipn n1 link set other up
    }
    wait_for 5 nobody || die "the address stayed on the renamed interface"
    wait_for 5 said n1 FAULT || die "does not say FAULT"
    ipn n1 link set other down
    ipn n1 link set other name eth0
    ipn n1 link set eth0 up
    wait_for 10 holds n1 || die "did not come back with the name"
}
single_fast() {
    world n1 client
    watch_nodes $VIP n1
    sidecar n1 n1 VRRP_INTERFACE=eth0 VRRP_VIRTUAL_IPADDRESS=$VIP/24 VRRP_ADVERT_INT=0.2
    wait_for 10 holds n1 || die "n1 did not become MASTER"
    mark
}
t_own_address_comes_back_as_a_secondary() { # a DHCP renewal while the floating one is there
    world n1 client
    at n1 sysctl -qw net.ipv4.conf.eth0.promote_secondaries=1
    watch_nodes $VIP n1
    sidecar n1 n1 VRRP_INTERFACE=eth0 VRRP_VIRTUAL_IPADDRESS=$VIP/24 VRRP_ADVERT_INT=0.2
    wait_for 10 holds n1 || die "n1 did not become MASTER"
    ipn n1 addr del 198.51.100.1/24 dev eth0
    ipn n1 addr add 198.51.100.1/24 dev eth0
    wait_for 10 holds n1 || die "does not hold the address any more"
    for_all_of 2 holds n1 || die "lost the address"
}
promoting_pair() { # n1 MASTER, n2 BACKUP; the floating address survives the loss of n1's own
    world n1 n2 client
    at n1 sysctl -qw net.ipv4.conf.eth0.promote_secondaries=1
    watch_nodes $VIP n1 n2
    sidecar n1 n1 VRRP_INTERFACE=eth0 VRRP_VIRTUAL_IPADDRESS=$VIP/24 VRRP_PRIORITY=150
    sidecar n2 n2 VRRP_INTERFACE=eth0 VRRP_VIRTUAL_IPADDRESS=$VIP/24
    wait_for 10 alone n1 || die "n1 did not become MASTER"
}
t_own_address_is_renewed() { # gone for less than an interval: nobody is to feel it
    promoting_pair
    wait_for 5 said n2 BACKUP || die "n2 did not become BACKUP"
    mark
    ipn n1 addr del 198.51.100.1/24 dev eth0
    nap 0.2
    ipn n1 addr add 198.51.100.1/24 dev eth0
    for_all_of 5 alone n1 || die "n1 does not hold the address alone any more"
    no_gap_over 0
    ! said n1 FAULT || die "went through FAULT"
}
t_own_address_is_lost() { # for good: the others take over
    promoting_pair
    ipn n1 addr del 198.51.100.1/24 dev eth0
    wait_for 10 alone n2 || die "n2 did not take over"
    wait_for 5 said n1 'FAULT.*no address to send from' || die "n1 does not say why"
}
t_deleted_again_and_again() {
    local i
    single_fast
    for i in 1 2 3 4 5 6; do
        wait_for 3 holds n1 || die "deletion $i was not put back within 3 s"
        ipn n1 addr del $VIP/24 dev eth0 2>/dev/null
        nap 0.02
    done
    wait_for 3 holds n1 || die "the last deletion was not put back within 3 s"
    wait_for 1 said n1 'again and again' || die "does not say so"
}
t_owner_of_nothing_is_said() {
    world n1 client
    sidecar n1 n1 VRRP_INTERFACE=eth0 VRRP_VIRTUAL_IPADDRESS=$VIP/24 VRRP_PRIORITY=255
    wait_for 5 said n1 'priority 255 is for the node that has' || die "says nothing"
    end n1
    ipn n1 addr add $VIP/24 dev eth0
    sidecar owner n1 VRRP_INTERFACE=eth0 VRRP_VIRTUAL_IPADDRESS=$VIP/24 VRRP_PRIORITY=255
    wait_for 5 said owner MASTER || die "the owner is not MASTER"
    ! said owner 'priority 255 is for' || die "complains about the real owner"
}
t_command_line_of_keepalived() {
    world n1 client
    watch_nodes $VIP n1
    start n1 n1 VRRP_INTERFACE=eth0 VRRP_VIRTUAL_IPADDRESS=$VIP/24 VRRP_ADVERT_INT=0.2 \
        "$SIDECAR" -n -l --log-detail -P
    wait_for 10 holds n1 || die "n1 did not become MASTER"
    start wrong n1 VRRP_INTERFACE=eth0 VRRP_VIRTUAL_IPADDRESS=$VIP/24 "$SIDECAR" -n --nonsense
    wait_for 5 said wrong '--nonsense: not understood' || die "accepts --nonsense"
}
t_reload_brings_many_interfaces() {
    local i more=()
    two "VRRP_A_VIRTUAL_IPADDRESS=$VIP/24" "VRRP_B_VIRTUAL_IPADDRESS=$VIP2/24"
    for ((i = 3; i < 123; i++)); do
        more+=("VRRP_N${i}_VIRTUAL_IPADDRESS=198.18.1.$i/32" "VRRP_N${i}_VIRTUAL_ROUTER_ID=$i"
            "VRRP_N${i}_USE_VMAC=yes")
    done
    again VRRP_INTERFACE=eth0 VRRP_ADVERT_INT=1 VRRP_A_VIRTUAL_ROUTER_ID=1 \
        VRRP_B_VIRTUAL_ROUTER_ID=2 "VRRP_A_VIRTUAL_IPADDRESS=$VIP/24" \
        "VRRP_B_VIRTUAL_IPADDRESS=$VIP2/24" "${more[@]}"
    reread
    wait_for 20 eval '[ "$(ipn n1 -4 -o addr show to 198.18.1.0/24 | wc -l)" = 120 ]' ||
        die "$(ipn n1 -4 -o addr show to 198.18.1.0/24 | wc -l) of 120 addresses came"
    holds n1 && holds n1 $VIP2 || die "an address was lost"
}
