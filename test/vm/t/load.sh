# shellcheck shell=bash
# 300 services of 100 servers each, beside adverts thrice a second: a second without one, and the
# other node takes over.

# shellcheck source=test/vm/t/director.sh
. "${BASH_SOURCE[0]%/*}/director.sh"

# services N: variables of N services whose servers are those in $W/reals
services() {
    local i
    WORDS=()
    for ((i = 1; i <= $1; i++)); do
        WORDS+=("IPVS_S$i=tcp://198.18.$((2 + i / 250)).$((1 + i % 250)):80"
            "IPVS_S${i}_REAL_SERVER_FILE=$W/reals")
    done
}
reals_are() { # reals_are N
    local j list=
    for ((j = 1; j <= $1; j++)); do list+=", 198.18.1.$j"; done
    echo "${list#, }" >$W/reals
}
entries() { at "$1" sh -c 'cat /proc/net/ip_vs' | wc -l; } # with three lines of title
entries_are() { [ "$(entries "$1")" = $(($2 + 3)) ]; }

t_load_300_services_alone() {
    local own=(VRRP_INTERFACE=eth0 VRRP_VIRTUAL_ROUTER_ID=51 "VRRP_VIRTUAL_IPADDRESS=$VIP/24"
        VRRP_ADVERT_INT=0.3 VRRP_VERSION=3)
    local i
    lab nat
    services 300
    reals_are 100
    watch_nodes $VIP dir1 dir2
    sidecar dir2 dir2 "${own[@]}" VRRP_PRIORITY=100
    wait_for 10 alone dir2 || die "dir2 did not become MASTER"
    clock
    local from=$NOW
    sidecar dir1 dir1 "${own[@]}" VRRP_PRIORITY=150 SIDECAR_IPVS_SYNC=2 "${WORDS[@]}"
    wait_for 120 alone dir1 || die "dir1 did not become MASTER"
    wait_for 120 entries_are dir1 30300 || die "not loaded: $(entries dir1) lines"
    clock
    say "30300 entries $(((NOW - from) / 1000)) ms after the start"
    still_master "while it loaded its tables"
    nap 6
    still_master "while it compared its tables"
    for i in 1 2; do
        kill -s HUP "${PID[dir1]}"
        wait_for 60 read_again $i || die "it does not read its configuration again"
    done
    entries_are dir1 30300 || die "the reload changed something: $(entries dir1) lines"
    still_master "while it read its configuration again"
    must at dir1 ipvsadm -C
    ms_of 120 "not put back" entries_are dir1 30300
    say "back in $MS ms after ipvsadm -C"
    still_master "while it put its tables back"
    wait_for 60 said dir1 '[0-9]+ more services were deleted' || die "it is not summed up"
    i=$(grep -c 'deleted by somebody else' "${LOG[dir1]}")
    ((i < 60)) || die "$i lines tell of it"
    clock
    from=$NOW
    end dir1
    [ "$STATUS" = 0 ] || die "dir1's exit status is $STATUS"
    clock
    say "exit in $(((NOW - from) / 1000)) ms"
    entries_are dir1 0 || die "$(entries dir1) lines are left"
}
read_again() { [ "$(grep -c 'configuration read again' "${LOG[dir1]}")" = "$1" ]; }
still_master() {
    alone dir1 && [ "$(grep -c 'Entering MASTER' "${LOG[dir2]}")" = 1 ] ||
        die "dir2 took over from dir1 $1"
}
