# shellcheck shell=bash
# Somebody else changes our table.

# shellcheck source=test/vm/t/director.sh
. "${BASH_SOURCE[0]%/*}/director.sh"

service() { # service VARIABLE=VALUE...: without VRRP, checks or servers that are there
    lab nat
    sidecar s dir1 "IPVS_WEB=tcp://$AT:80" "IPVS_WEB_REAL_SERVER=$(reals 1 2 3)" \
        IPVS_WEB_LB_ALGO=wrr "IPVS_DNS=udp://$V:53" "IPVS_DNS_REAL_SERVER=203.0.113.3:53" "$@"
    wait_for 15 complete || die "no table: $(table dir1)"
    table dir1 >$W/right
}
complete() { [ "$(table dir1 | wc -l)" = 6 ]; }
right() { table dir1 | cmp -s - $W/right; }
restored() { # the table is as it was, in MS
    ms_of 10 "not put back: $(table dir1 | tr '\n' ';')" right
    TIMES+=("$MS")
}
t_fight_put_back() { # within a second, and what that takes on a busy machine
    service
    TIMES=()
    must at dir1 ipvsadm -d -t "$AT:80" -r "${RS[2]}:80"
    restored
    must at dir1 ipvsadm -e -t "$AT:80" -r "${RS[3]}:80" -m -w 9
    restored
    must at dir1 ipvsadm -E -t "$AT:80" -s rr -p 77
    restored
    must at dir1 ipvsadm -D -u "$V:53"
    restored
    must at dir1 ipvsadm -C
    restored
    say "put back within ${TIMES[*]} ms"
    said s "WEB: .*put back its server $(quoted "${RS[2]}"):80$" &&
        said s "WEB: .*put back its settings" &&
        wait_for 5 said s "WEB: .*deleted by somebody else: put back" && said s "DNS: .*put back" ||
        die "the log does not say it"
}
# several of its servers: which, and how many
t_fight_names_servers() {
    service SIDECAR_IPVS_SYNC=3
    local i
    for i in 1 2 3 4; do # a look may come between the two
        at dir1 ipvsadm -d -t "$AT:80" -r "${RS[2]}:80"
        at dir1 ipvsadm -d -t "$AT:80" -r "${RS[3]}:80"
        restored
        wait_for 2 said s "WEB: .*put back its servers $(quoted "${RS[2]}"):80 and 1 more$" && return
    done
    die "it does not say which: $(grep 'put back' "${LOG[s]}")"
}
# too seldom to be fought with, but nobody's accident: it is said, and put back at once all the same
t_fight_seldom() {
    local i
    service SIDECAR_IPVS_SYNC=0.1
    TIMES=()
    for i in 1 2 3 4 5; do
        said s 'again and again' && die "said after $i times"
        must at dir1 ipvsadm -D -t "$AT:80"
        restored
        nap 1.5
    done
    wait_for 5 said s 'deleted again and again by somebody else.* with this address$' ||
        die "it is not said"
    must at dir1 ipvsadm -D -t "$AT:80"
    restored
    [ "$(grep -c 'again and again' "${LOG[s]}")" = 1 ] || die "it is said more than once"
}
counted() { # the first is told, the others are counted: in one go, unless the machine is slow
    local n
    n=$(sed -n 's/.* the same of \([0-9]*\) more .*/\1/p' "${LOG[s]}" | paste -sd+ | bc)
    [ $((${n:-0} + $(grep -c 'cannot add.*twos' "${LOG[s]}"))) = 15 ]
}
# what many services lack is one line, and another one that counts them
t_fight_one_cause() {
    local i many=()
    lab nat
    for i in {1..16}; do
        many+=("IPVS_S${i}=tcp://198.51.100.$((i + 100)):80"
            "IPVS_S${i}_REAL_SERVER=203.0.113.3:80")
    done
    sidecar s dir1 "${many[@]}" IPVS_LB_ALGO=twos IPVS_S7_LB_ALGO=rr
    wait_for 60 counted || die "they are not counted"
    said s 'the same of [0-9]* more services \(TCP 198.51.100.1[0-9]*:80, TCP .*\): .*twos' ||
        die "nobody is named: $(grep 'the same' "${LOG[s]}")"
    for_all_of 8 counted || die "it is said again and again"
    # a kernel that takes seconds to look for a module has several goes at it; without it: 15 lines
    [ "$(grep -c twos "${LOG[s]}")" -le 9 ] || die "many lines"
    table_has dir1 '-A .*-s rr' || die "the good one is not there"
}
# what is not ours stays, whatever is done to it
t_fight_foreign_services() {
    service SIDECAR_IPVS_SYNC=3
    must at dir1 ipvsadm -A -t 198.18.0.1:80 -s rr
    must at dir1 ipvsadm -a -t 198.18.0.1:80 -r 203.0.113.9:80 -m
    must at dir1 ipvsadm -A -f 77 -s rr
    must at dir1 ipvsadm -a -t "$AT:80" -r 203.0.113.9:80 -m # but this is ours
    wait_for 8 not table_has dir1 "$AT:80 -r 203.0.113.9" ||
        die "a foreign server in our service stays"
    table_has dir1 '198.18.0.1:80 -r 203.0.113.9:80' && table_has dir1 '-f 77' ||
        die "foreign services are gone"
    end s
    [ "$(table dir1 | wc -l)" = 3 ] || die "the exit touched foreign services: $(table dir1)"
}
# kube-proxy in IPVS mode deletes every service that it does not know
t_fight_kube_proxy() {
    local before after
    service
    start fighter dir1 bash -c 'while sleep 1; do ipvsadm -D -t "$0:80"; done' "$AT" 2>/dev/null
    wait_for 30 said s 'ipvs-exclude-cidrs' || die "the log does not say what to do"
    wait_for 5 said s "$(quoted "$V").*ipvs-exclude-cidrs" ||
        die "the sentence does not name the service"
    nap 7 # from one second on it waits twice as long each time
    before=$(wc -l <"${LOG[s]}")
    nap 8
    after=$(wc -l <"${LOG[s]}")
    ((after - before <= 3)) || die "$((after - before)) lines in 8 s: it fights"
    alive s || die "it ended"
    end fighter KILL
    ms_of 90 "not put back after the fight" right
    say "back $MS ms after the fight"
}
