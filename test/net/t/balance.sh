# shellcheck shell=bash
# Virtual servers where the kernel has no IPVS, and what does not need it: what is decided is logged
# and told to scripts all the same. With IPVS: ../../vm/t/balance.sh.

listen() {
    start "$1" "$1" busybox nc -ll -p 80 -e true
    wait_for 10 listening "$1" || die "nobody listens on $1"
}
listening() { [ -n "$(at "$1" ss -Hltn 'sport = :80')" ]; }
notes() {
    printf '#!/bin/sh\necho $1 >>%s/notes\n%s\n' $W "$1" >$W/note
    chmod 755 $W/note
    : >$W/notes
}
noted() { [ "$(tr '\n' ' ' <$W/notes)" = "$* " ]; }
has_ipvs() { at n1 ipvsadm -Ln >/dev/null 2>&1; }

t_balance_without_ip_vs() {
    world n1 n2
    notes
    listen n2
    sidecar n1 n1 VRRP_VIRTUAL_IPADDRESS=$VIP/24 VRRP_INTERFACE=eth0 VRRP_ADVERT_INT=0.2 \
        VRRP_VERSION=3 IPVS_WEB=tcp://$VIP:80 IPVS_WEB_REAL_SERVER=198.51.100.2 \
        IPVS_WEB_CHECK=tcp:// IPVS_WEB_DELAY_LOOP=0.2 IPVS_WEB_QUORUM_UP="$W/note up" \
        IPVS_WEB_QUORUM_DOWN="$W/note down"
    watch_nodes $VIP n1
    wait_for 10 holds n1 || die "it is not MASTER"
    if ! has_ipvs; then
        wait_for 5 said n1 'modprobe ip_vs' || die "it does not say what to do"
    fi
    wait_for 5 noted up || die "quorum_up was not run: $(cat $W/notes)"
    end n2
    wait_for 5 said n1 'Lost quorum 1-0=1 > 0 for VS' || die "the quorum is not lost"
    wait_for 5 noted up down || die "quorum_down was not run: $(cat $W/notes)"
    holds n1 || die "it is no longer MASTER"
    has_ipvs || [ "$(grep -c 'modprobe ip_vs' "${LOG[n1]}")" = 1 ] || die "it is said again"
    end n1
    [ "$STATUS" = 0 ] || die "exit status $STATUS"
}

# Without VRRP no raw socket is needed.
t_balance_needs_no_net_raw() {
    world n1 n2
    start n1 n1 IPVS_WEB=tcp://$VIP:80 IPVS_WEB_REAL_SERVER=198.51.100.2 IPVS_WEB_CHECK=tcp:// \
        setpriv --bounding-set -net_raw --inh-caps -net_raw "$SIDECAR"
    wait_for 10 said n1 'Removing service \[198.51.100.2\]:tcp:80 from VS' || die "it does not run"
    worker_of n1
    grep -qE '^CapPrm:\s*0000000000001000$' "/proc/$WORKER/status" ||
        die "more than NET_ADMIN: $(grep CapPrm "/proc/$WORKER/status")"
    end n1
    [ "$STATUS" = 0 ] || die "exit status $STATUS"
}

# Each page of each server may have a regex of its own.
t_balance_many_regexes() {
    world n1
    local i
    echo IPVS_WEB=tcp://$VIP:80 >$W/env
    for ((i = 1; i <= 300; i++)); do
        echo "IPVS_WEB_REAL_SERVER_$i=198.51.100.2:$i"
        echo "IPVS_WEB_REAL_SERVER_${i}_HTTP_GET_URL_PATH=/"
        echo "IPVS_WEB_REAL_SERVER_${i}_HTTP_GET_URL_REGEX=a$i"
    done >>$W/env
    sidecar n1 n1 SIDECAR_ENV_FILE=$W/env
    wait_for 15 said n1 'Gained quorum .* <= 300' || die "it does not start"
    said n1 'different regexes' && die "some have no room"
    end n1
    [ "$STATUS" = 0 ] || die "exit status $STATUS"
}

# Without its port it is the same server, and goes on as it was.
t_balance_port_left_out() {
    world n1 n2
    listen n2
    printf '%s\n' "IPVS_WEB_REAL_SERVER='198.51.100.2:80, 198.51.100.3:80'" >$W/env
    sidecar n1 n1 SIDECAR_ENV_FILE=$W/env IPVS_WEB=tcp://$VIP:80 IPVS_WEB_CHECK=tcp:// \
        IPVS_WEB_DELAY_LOOP=1 IPVS_WEB_DRAIN=60
    wait_for 15 said n1 'Removing service \[198.51.100.3\]:tcp:80 .*198.51.100.3:80 tcp' ||
        die "the dead one stays"
    printf '%s\n' "IPVS_WEB_REAL_SERVER='198.51.100.2, 198.51.100.3'" >$W/env
    kill -s HUP "${PID[n1]}"
    wait_for 15 said n1 'configuration read again' || die "no reload"
    [ "$(grep -c 'ing service' "${LOG[n1]}")" = 1 ] || die "something came or went"
    said n1 'two real servers' && die "one server is two"
    end n1
    [ "$STATUS" = 0 ] || die "exit status $STATUS"
}

t_balance_one_half() {
    world n1 n2
    local what=(VRRP_VIRTUAL_IPADDRESS=$VIP/24 VRRP_INTERFACE=eth0 VRRP_ADVERT_INT=0.2
        VRRP_VERSION=3 IPVS_WEB=tcp://$VIP:80 IPVS_WEB_REAL_SERVER=198.51.100.2
        IPVS_WEB_CHECK=tcp:// IPVS_WEB_DELAY_LOOP=0.2)
    start vrrp n1 "${what[@]}" "$SIDECAR" -P
    watch_nodes $VIP n1
    wait_for 10 holds n1 || die "-P: it is not MASTER"
    said vrrp 'VS' && die "-P: virtual servers run"
    end vrrp
    start lvs n1 "${what[@]}" "$SIDECAR" --check
    wait_for 10 said lvs 'Removing service' || die "-C: virtual servers do not run"
    said lvs 'STATE' && die "-C: VRRP runs"
    end lvs
    [ "$STATUS" = 0 ] || die "exit status $STATUS"
}

# One that hangs holds up those behind it, and nothing else; all are ended with the process.
t_balance_scripts_wait_for_each_other() {
    world n1 n2
    notes 'echo said $1; case $1 in *-slow) exec sleep 5;; fail) exit 3;; esac'
    listen n2
    sidecar n1 n1 IPVS_WEB=tcp://$VIP:80 IPVS_WEB_REAL_SERVER_1=198.51.100.2 IPVS_WEB_CHECK=tcp:// \
        IPVS_WEB_DELAY_LOOP=0.1 IPVS_WEB_QUORUM_UP="$W/note up-slow" \
        IPVS_WEB_QUORUM_DOWN="sh:$W/note fail; $W/note down" \
        IPVS_WEB_REAL_SERVER_1_NOTIFY_DOWN="$W/missing"
    wait_for 5 noted up-slow || die "quorum_up was not run"
    end n2
    wait_for 5 said n1 'Lost quorum' || die "the quorum is not lost"
    noted up-slow || die "quorum_down did not wait: $(cat $W/notes)"
    wait_for 8 noted up-slow fail down || die "quorum_down was not run: $(cat $W/notes)"
    wait_for 5 said n1 'quorum_up says: said up-slow' || die "what it wrote is not in the log"
    wait_for 5 said n1 'WEB: notify_down "exec:.*/missing" failed: .*No such file' ||
        die "a command that is not there is not said"
    wait_for 5 said n1 'quorum_down says: said down' || die "what it wrote is not in the log"
    listen n2
    wait_for 5 said n1 'Adding service' || die "it does not come back"
    wait_for 5 noted up-slow fail down up-slow || die "quorum_up was not run again"
    clock
    local before=$NOW
    end n1
    clock
    ((NOW - before < 12000000)) || die "the end took $(((NOW - before) / 1000)) ms"
    [ "$STATUS" = 0 ] || die "exit status $STATUS"
}

# Servers, groups and options come and go, twenty times: what stays is not told again.
t_balance_reload_storm() {
    world n1 n2
    listen n2
    local i lines
    write_env 0
    sidecar n1 n1 SIDECAR_ENV_FILE=$W/env SIDECAR_LOG='text debug'
    wait_for 10 said n1 'Removing service \[198.51.100.77\]:tcp:80 from VS' || die "it does not run"
    for i in $(seq 1 20); do
        write_env "$i"
        lines=$(grep -c 'configuration read again' "${LOG[n1]}")
        kill -s HUP "${PID[n1]}"
        wait_for 5 more_than "$lines" 'configuration read again' || die "reload $i: not read again"
    done
    nap 1
    alive n1 || die "it ended"
    [ "$(grep -c 'Removing service \[198.51.100.77\]:tcp:80 from VS \[198.51.100.10\]' \
        "${LOG[n1]}")" = 1 ] || die "the one that stays down is told again"
    grep -q 'Removing service \[198.51.100.2\]:tcp:80 from VS \[198.51.100.10\].*check' \
        "${LOG[n1]}" && die "the one that stays up was down"
    end n1
    [ "$STATUS" = 0 ] || die "exit status $STATUS"
}
more_than() { (($(grep -c -- "$2" "${LOG[n1]}") > $1)); }
write_env() { # write_env NUMBER: the configuration of that round
    {
        echo "IPVS_WEB=tcp://198.51.100.10:80"
        echo "IPVS_WEB_CHECK=tcp://"
        echo "IPVS_WEB_DELAY_LOOP=0.$((1 + $1 % 3))"
        echo "CHECK_FILE=file:$W/env"
        echo "IPVS_WEB_REAL_SERVER_1=198.51.100.2"
        echo "IPVS_WEB_REAL_SERVER_2=198.51.100.77"
        ((($1 % 4) == 1)) && echo "IPVS_WEB_REAL_SERVER_3=198.51.100.$((100 + $1))"
        ((($1 % 4) == 1)) && echo "IPVS_WEB_REAL_SERVER_3_CHECK='tcp://, FILE'"
        ((($1 % 4) == 2)) && echo "IPVS_WEB_REAL_SERVER_4='198.51.100.2 8080 weight 7'"
        ((($1 % 4) == 3)) && echo "IPVS_WEB_SORRY_SERVER=198.51.100.99:80"
        ((($1 % 4) == 3)) && echo "IPVS_WEB_QUORUM=2"
        ((($1 % 5) == 0)) && echo "IPVS_DNS=udp://198.51.100.10:53"
        ((($1 % 5) == 0)) && echo "IPVS_DNS_REAL_SERVER='198.51.100.2, 198.51.100.3 drain=5'"
        ((($1 % 5) == 1)) && echo "IPVS_DNS=group:ALL"
        ((($1 % 5) == 1)) && echo "IPVS_DNS_PROTOCOL=UDP"
        ((($1 % 5) == 1)) && echo "IPVS_DNS_REAL_SERVER='198.51.100.2'"
        ((($1 % 5) == 1)) && echo "IPVS_GROUP_ALL='198.51.100.10-14 53, 198.51.100.20 53, fwmark 5'"
        :
    } >$W/env
}

# Whoever is suspended is not for good.
t_balance_suspended_until_a_reload() {
    world n1 n2
    local words=(IPVS_WEB=tcp://$VIP:80 IPVS_WEB_REAL_SERVER=198.51.100.2 IPVS_WEB_CHECK=tcp://
        IPVS_WEB_DELAY_LOOP=0.2)
    printf '%s\n' "${words[@]}" IPVS_WEB_HA_SUSPEND=yes >$W/env
    sidecar n1 n1 SIDECAR_ENV_FILE=$W/env
    wait_for 10 said n1 'Suspending the checks' || die "it is not suspended"
    printf '%s\n' "${words[@]}" >$W/env
    kill -s HUP "${PID[n1]}"
    wait_for 10 said n1 'Resuming the checks of VS .*without ha_suspend' || die "not resumed"
    wait_for 10 said n1 'Removing service \[198.51.100.2\]:tcp:80' || die "it is not checked"
}

# A shell that cannot run a command says 127, which is no weight.
t_balance_weight_of_a_shell() {
    world n1 n2
    sidecar n1 n1 IPVS_WEB=tcp://$VIP:80 IPVS_WEB_REAL_SERVER=198.51.100.2 IPVS_WEB_CHECK=BAD \
        CHECK_BAD=sh:/no/such/command CHECK_BAD_MISC_DYNAMIC=yes CHECK_BAD_INTERVAL=0.2
    wait_for 10 said n1 'Removing service .*check BAD: .*127' || die "it counts as good"
    said n1 'Changing weight' && die "it is a weight"
    :
}

# Of two commands the one that goes takes its verdict with it, and not that of the other.
t_balance_reload_of_twin_checks() {
    world n1
    local words=(IPVS_WEB=tcp://$VIP:80 IPVS_WEB_REAL_SERVER=198.51.100.2 IPVS_WEB_WARMUP=0
        IPVS_WEB_MISC_CHECK_2_MISC_PATH=/bin/false)
    printf '%s\n' "${words[@]}" IPVS_WEB_MISC_CHECK_1_MISC_PATH=/bin/true >$W/env
    sidecar n1 n1 SIDECAR_ENV_FILE=$W/env
    wait_for 10 said n1 'Removing service .*MISC_CHECK.*1' || die "it is not checked"
    printf '%s\n' "${words[@]}" IPVS_WEB_DELAY_LOOP=30 >$W/env
    kill -s HUP "${PID[n1]}"
    wait_for 10 said n1 'configuration read again' || die "not read again"
    said n1 'Adding service' && die "a check has another's verdict"
    printf '%s\n' "${words[@]}" IPVS_WEB_MISC_CHECK_1_MISC_PATH=/bin/true | grep -v _2_ >$W/env
    kill -s HUP "${PID[n1]}"
    wait_for 10 said n1 'Adding service' || die "one that was down is there still"
}

# A check that is DOWN already says so of those that come.
t_balance_reload_brings_a_dead_server() {
    world n1
    notes
    local words=(IPVS_WEB=tcp://$VIP:80 IPVS_WEB_REAL_SERVER_1=198.51.100.2 IPVS_WEB_CHECK=X
        CHECK_X=exec:/bin/false)
    printf '%s\n' "${words[@]}" >$W/env
    sidecar n1 n1 SIDECAR_ENV_FILE=$W/env
    wait_for 10 said n1 'Removing service \[198.51.100.2\]' || die "it is not checked"
    printf '%s\n' "${words[@]}" IPVS_WEB_REAL_SERVER_2=198.51.100.3 \
        "IPVS_WEB_REAL_SERVER_2_NOTIFY_DOWN=$W/note down" >$W/env
    kill -s HUP "${PID[n1]}"
    wait_for 10 said n1 'configuration read again' || die "not read again"
    said n1 'Removing service \[198.51.100.3\].*check X is DOWN' || die "it is not said"
    wait_for 5 noted down || die "notify_down was not run"
    [ "$(grep -c 'Removing service' "${LOG[n1]}")" = 2 ] || die "the other one is told again"
}

# A command that has said no weight yet goes along with that of the server.
t_balance_reload_of_a_weight() {
    world n1
    printf '#!/bin/sh\nexit $(cat %s/weight)\n' $W >$W/check
    chmod 755 $W/check
    local words=(IPVS_WEB=tcp://$VIP:80 IPVS_WEB_REAL_SERVER=198.51.100.2 IPVS_WEB_DELAY_LOOP=0.1
        IPVS_WEB_MISC_CHECK_{1_MISC_PATH=$W/check,2_MISC_PATH=/bin/true}
        IPVS_WEB_MISC_CHECK_{1,2}_MISC_DYNAMIC=yes)
    printf '%s\n' "${words[@]}" IPVS_WEB_WEIGHT=4 >$W/env
    echo 12 >$W/weight
    sidecar n1 n1 SIDECAR_ENV_FILE=$W/env
    wait_for 10 said n1 'Changing weight from 4 to 10' || die "not the weight of the command"
    printf '%s\n' "${words[@]}" IPVS_WEB_WEIGHT=6 >$W/env
    kill -s HUP "${PID[n1]}"
    wait_for 10 said n1 'configuration read again' || die "not read again"
    echo 14 >$W/weight.new
    mv $W/weight.new $W/weight
    wait_for 10 said n1 'Changing weight from 10 to 12' || die "the other one says something"
}
