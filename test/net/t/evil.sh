# shellcheck shell=bash
# 2000 checks of servers that misbehave, beside adverts. ADVERT=0.05 shows what is possible; that is
# not to be asked of a machine that does other things: there a process waits 100 ms for its turn.

gap_of() { # gap_of FILTER: the longest time between two adverts of the capture, in MS
    captured frame.time_epoch
    MS=$(awk '{ if (NR > 1 && $1 - last > gap) gap = $1 - last; last = $1 }
        END { printf "%d", gap * 1000 + 0.5 }' $W/packets)
}
# evil_service NAME URL PORT: 200 servers that are all one, which is evil
evil_service() {
    local i list=
    NUMBER=$((NUMBER + 1))
    for ((i = 1; i <= 200; i++)); do list+=", 198.18.$NUMBER.$i:$3"; done
    WORDS+=("IPVS_$1=tcp://198.51.100.11:$3" "IPVS_$1_CHECK=$2" "IPVS_$1_REAL_SERVER=${list#, }")
}
t_evil_2000_checks() {
    local quiet loud lines advert=${ADVERT:-0.2}
    WORDS=() NUMBER=0
    world n1 n2 n3
    must ipn n3 route add local 198.18.0.0/16 dev lo
    must ipn n1 route add 198.18.0.0/16 via 198.51.100.3
    start evil n3 python3 "$NET/evil.py" 0.0.0.0
    wait_for 10 said evil ready || die "evil.py did not start"
    evil_service SILENT http:/// 9001
    evil_service DRIP http:/// 9002
    evil_service HEADERS http:/// 9003
    evil_service GARBAGE http:/// 9005
    evil_service CLOSES http:/// 9006
    evil_service RESETS http:/// 9007
    evil_service FULL tcp:// 9010
    evil_service HALF http:/// 9011
    evil_service GREETING smtp:// 9013
    evil_service CHUNK http:/// 9009
    watch_nodes $VIP n1 n2
    sidecar n2 n2 VRRP_INTERFACE=eth0 VRRP_VIRTUAL_IPADDRESS=$VIP/24 VRRP_ADVERT_INT=$advert
    wait_for 10 alone n2 || die "n2 did not become MASTER"
    capture n2 'ip proto 112'
    nap 8
    gap_of
    quiet=$MS
    sidecar n1 n1 VRRP_INTERFACE=eth0 VRRP_VIRTUAL_IPADDRESS=$VIP/24 VRRP_ADVERT_INT=$advert \
        VRRP_PRIORITY=150 CHECK_INTERVAL=4 CHECK_TIMEOUT=3 "${WORDS[@]}"
    wait_for 20 alone n1 || die "n1 did not become MASTER"
    capture n1 'ip proto 112'
    nap 16
    gap_of
    loud=$MS
    say "longest time between adverts every $advert s: $loud ms, without checks $quiet ms"
    [ "$(grep -c 'Entering MASTER' "${LOG[n2]}")" = 1 ] ||
        die "n2 took over: $loud ms without advert"
    lines=$(wc -l <"${LOG[n1]}")
    ((lines < 2600)) || die "$lines lines of log"
    grep -q 'Removing service .*http.*: ' "${LOG[n1]}" || die "no check failed"
    end n1
    [ "$STATUS" = 0 ] || die "exit status $STATUS"
}
