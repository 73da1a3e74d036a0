# shellcheck shell=bash
# Virtual servers run by sidecar: what checks, weights, quorum and scripts do to the kernel's table,
# and to what the client gets.

# shellcheck source=test/vm/lab.sh
. "${BASH_SOURCE[0]%/*}/../lab.sh"

# direct [SERVER...]: three web servers, the client's packets go to dir1 and on by DR
direct() {
    lab dr
    webs
    by_hand dir1
}
# balancer VARIABLE=VALUE... COMMAND...: a virtual server of the three, checked five times a second
balancer() {
    start dir dir1 IPVS_WEB=tcp://$V:80 IPVS_WEB_LB_ALGO=rr IPVS_WEB_LB_KIND=DR \
        IPVS_WEB_REAL_SERVER="${RS[1]}:80, ${RS[2]}:80, ${RS[3]}:80" \
        IPVS_WEB_CHECK=http:///healthz IPVS_WEB_DELAY_LOOP=0.2 IPVS_WEB_CONNECT_TIMEOUT=3 "$@"
}
director() { balancer "$@" "$SIDECAR"; }
# serves NUMBER [WEIGHT]: is that one in the table
serves() { table dir1 | grep -q -- "-r ${RS[$1]}:80 .*-w ${2:-[0-9]*}\$"; }
all_serve() { serves 1 && serves 2 && serves 3; }
served_by() { # served_by NUMBER...: by these and no others
    local i here
    for i in 1 2 3; do
        here=
        serves $i && here=1
        [[ " $* " == *" $i "* ]] || { [ -n "$here" ] && return 1 || continue; }
        [ -n "$here" ] || return 1
    done
}
no_table() { [ -z "$(table dir1)" ]; }

t_balance_dead_server_leaves_and_returns() {
    direct
    director
    wait_for 10 all_serve || die "the table: $(table dir1)"
    ask 90
    shares 30 30 30
    end rs2
    mark
    wait_for 5 served_by 1 3 || die "a dead server stays in the table: $(table dir1)"
    wait_for 5 said dir "Removing service \[${RS[2]}\]:tcp:80 from VS \[$V\]:tcp:80 \(check .*" ||
        die "the log does not say why"
    ask 60
    shares 30 0 30
    web rs2
    wait_for 5 all_serve || die "it does not come back: $(table dir1)"
    wait_for 5 said dir "Adding service \[${RS[2]}\]:tcp:80 to VS" || die "the log does not say so"
    end dir
    [ "$STATUS" = 0 ] || die "exit status $STATUS"
    no_table || die "left behind: $(table dir1)"
}

t_balance_weights() {
    direct
    director IPVS_WEB_LB_ALGO=wrr IPVS_WEB_REAL_SERVER="${RS[1]}:80 weight=1, ${RS[2]}:80 weight=2,
        ${RS[3]}:80 weight=5"
    wait_for 10 all_serve || die "the table: $(table dir1)"
    ask 400
    shares 50 100 250
}

# a script that writes down what it is called with; SLOW: it takes its time
notes() {
    printf '#!/bin/sh\n[ -z "$2" ] || sleep $2\necho $1 >>%s/notes\necho heard $1\n' $W >$W/note
    chmod 755 $W/note
    : >$W/notes
}
noted() { [ "$(tr '\n' ' ' <$W/notes)" = "$* " ]; }

t_balance_quorum_and_sorry_server() {
    direct
    notes
    director IPVS_WEB_QUORUM=2 IPVS_WEB_SORRY_SERVER="${RS[3]}:80" IPVS_WEB_REAL_SERVER= \
        IPVS_WEB_REAL_SERVER_1="${RS[1]}:80" IPVS_WEB_REAL_SERVER_2="${RS[2]}:80" \
        IPVS_WEB_QUORUM_UP="$W/note up" IPVS_WEB_QUORUM_DOWN="$W/note down 1" \
        IPVS_WEB_REAL_SERVER_1_NOTIFY_DOWN="$W/note one-down" \
        IPVS_WEB_REAL_SERVER_1_NOTIFY_UP="$W/note one-up"
    wait_for 10 served_by 1 2 || die "the table: $(table dir1)"
    wait_for 5 noted up || die "quorum_up was not run: $(cat $W/notes)"
    said dir "sorry server" && die "a sorry server that was never there is taken out"
    end rs1
    wait_for 5 served_by 3 || die "the sorry server does not serve alone: $(table dir1)"
    wait_for 5 said dir "Lost quorum 2-0=2 > 1 for VS \[$V\]:tcp:80" ||
        die "the log does not say so"
    wait_for 5 said dir "Adding sorry server \[${RS[3]}\]:tcp:80 to VS" ||
        die "nor of the sorry server"
    wait_for 5 said dir "Removing alive servers from the pool for VS" ||
        die "nor of the one that is up"
    ask 10
    shares 0 0 10
    web rs1
    wait_for 5 served_by 1 2 || die "they do not come back: $(table dir1)"
    wait_for 5 said dir "Gained quorum 2\+0=2 <= 2 for VS" || die "the log does not say so"
    wait_for 8 noted up one-down down one-up up || die "scripts out of order: $(cat $W/notes)"
    wait_for 5 said dir 'WEB: quorum_down says: heard down' ||
        die "what a script says is not in the log"
}

t_balance_inhibit_on_failure() {
    direct
    director IPVS_WEB_INHIBIT_ON_FAILURE=yes
    wait_for 10 all_serve || die "the table: $(table dir1)"
    end rs2
    wait_for 5 serves 2 0 || die "no weight 0: $(table dir1)"
    wait_for 5 said dir "Disabling service \[${RS[2]}\]" || die "the log does not say so"
    ask 20
    shares 10 0 10
    web rs2
    wait_for 5 serves 2 1 || die "its weight does not come back: $(table dir1)"
}

t_balance_alpha() {
    direct
    end rs3
    notes
    director IPVS_WEB_ALPHA=yes IPVS_WEB_REAL_SERVER_3_NOTIFY_DOWN="$W/note three-down" \
        IPVS_WEB_REAL_SERVER= IPVS_WEB_REAL_SERVER_1="${RS[1]}:80" \
        IPVS_WEB_REAL_SERVER_2="${RS[2]}:80" IPVS_WEB_REAL_SERVER_3="${RS[3]}:80"
    wait_for 10 served_by 1 2 || die "the table: $(table dir1)"
    wait_for 5 noted three-down || die "the first failure is not told: $(cat $W/notes)"
    said dir "Removing service" && die "one that was never there is removed"
    web rs3
    wait_for 5 all_serve || die "it does not come: $(table dir1)"
}

t_balance_misc_dynamic() {
    direct
    printf '#!/bin/sh\nexit $(cat %s/weight)\n' $W >$W/check
    chmod 755 $W/check
    echo 0 >$W/weight
    director IPVS_WEB_CHECK= IPVS_WEB_REAL_SERVER= IPVS_WEB_REAL_SERVER_1="${RS[1]}:80" \
        IPVS_WEB_REAL_SERVER_1_MISC_CHECK_MISC_PATH=$W/check \
        IPVS_WEB_REAL_SERVER_1_MISC_CHECK_MISC_DYNAMIC=yes \
        IPVS_WEB_REAL_SERVER_1_MISC_CHECK_MISC_TIMEOUT=5
    wait_for 10 serves 1 1 || die "the table: $(table dir1)"
    echo 42 >$W/weight
    wait_for 5 serves 1 40 || die "not the weight of the script: $(table dir1)"
    echo 2 >$W/weight
    wait_for 5 serves 1 0 || die "no weight 0: $(table dir1)"
    echo 1 >$W/weight
    wait_for 5 served_by || die "it failed and is still there: $(table dir1)"
    echo 255 >$W/weight
    wait_for 5 serves 1 253 || die "it does not come back: $(table dir1)"
}

t_balance_nat_says_what_it_needs() {
    lab nat
    set_in dir1 net.ipv4.ip_forward=0
    start dir dir1 IPVS_WEB=tcp://$V:80 IPVS_WEB_REAL_SERVER="${RS[1]}, ${RS[2]}" \
        IPVS_DB=tcp://$V:81 IPVS_DB_REAL_SERVER="${RS[1]}" "$SIDECAR"
    wait_for 10 said dir 'lost until net.ipv4.ip_forward is 1' || die "nothing is said"
    wait_for 10 serves 2 || die "the table: $(table dir1)"
    [ "$(grep -c ip_forward "${LOG[dir]}")" = 1 ] || die "said for each"
    end dir
    set_in dir1 net.ipv4.ip_forward=1
    start dir dir1 IPVS_WEB=tcp://$V:80 IPVS_WEB_REAL_SERVER="${RS[1]}, ${RS[2]}" "$SIDECAR"
    wait_for 10 serves 2 || die "the table: $(table dir1)"
    [ "$(grep -c ip_forward "${LOG[dir]}")" = 1 ] || die "said without a reason"
}

# --- a configuration that changes -----------------------------------------------------------------

# The table never changes, however often it is looked at: what is in $W/table
watch_table() {
    start seen dir1 bash -c 'while :; do ipvsadm -Sn; echo; sleep 0.05; done'
}
seen_without() { # seen_without NUMBER: a table that did not have it, but others
    end seen
    awk -v RS= -v want="-r ${RS[$1]}:80" '!index($0, want) { exit 1 }' "${LOG[seen]}" && return 1
    return 0
}
again() { # again VARIABLE=VALUE...: SIDECAR_ENV_FILE with these, read by the running sidecar
    local n
    n=$(grep -c 'configuration read again' "${LOG[dir]}")
    printf '%s\n' "$@" >$W/env
    kill -s HUP "${PID[dir]}"
    wait_for 5 said_more dir 'configuration read again' "$n" || die "it is not read again"
}
said_more() { (($(grep -c -- "$2" "${LOG[$1]}") > $3)); }

t_balance_reload_moves_nothing() {
    direct
    end rs2
    printf '%s\n' IPVS_WEB_CHECK=http:///healthz IPVS_WEB_DELAY_LOOP=0.2 >$W/env
    sidecar dir dir1 SIDECAR_ENV_FILE=$W/env IPVS_WEB=tcp://$V:80 IPVS_WEB_LB_KIND=DR \
        IPVS_WEB_CONNECT_TIMEOUT=3 \
        IPVS_WEB_LB_ALGO=rr IPVS_WEB_REAL_SERVER="${RS[1]}:80, ${RS[2]}:80"
    wait_for 10 served_by 1 || die "the table: $(table dir1)"
    watch_table
    again IPVS_WEB_CHECK=http:///healthz IPVS_WEB_DELAY_LOOP=0.2 IPVS_WEB_QUORUM=1
    again IPVS_WEB_CHECK=http:///healthz IPVS_WEB_DELAY_LOOP=0.3
    again IPVS_WEB_CHECK=tcp:// IPVS_WEB_DELAY_LOOP=0.2
    nap 1
    served_by 1 || die "a failed server came back: $(table dir1)"
    seen_without 1 && die "the good one was away: $(cat "${LOG[seen]}")"
    grep -q -- "-r ${RS[2]}:80" "${LOG[seen]}" && die "the failed one was there"
    [ "$(grep -c 'Removing service' "${LOG[dir]}")" = 1 ] || die "a flap in the log"
    web rs2
    wait_for 5 served_by 1 2 || die "it does not come back: $(table dir1)"
}

t_balance_reload_of_servers() {
    direct
    echo "IPVS_WEB_REAL_SERVER='${RS[1]}:80 weight 3, ${RS[2]}:80'" >$W/env
    sidecar dir dir1 SIDECAR_ENV_FILE=$W/env IPVS_WEB=tcp://$V:80 IPVS_WEB_LB_KIND=DR \
        IPVS_WEB_CHECK=http:///healthz IPVS_WEB_DELAY_LOOP=0.2 IPVS_WEB_CONNECT_TIMEOUT=3
    wait_for 10 served_by 1 2 || die "the table: $(table dir1)"
    watch_table
    again "IPVS_WEB_REAL_SERVER='${RS[1]}:80 weight 5, ${RS[3]}:80'" "IPVS_DNS=udp://$V:53" \
        "IPVS_DNS_REAL_SERVER=${RS[1]}"
    wait_for 5 served_by 1 3 || die "the table: $(table dir1)"
    wait_for 5 serves 1 5 || die "the weight: $(table dir1)"
    wait_for 5 eval '[ "$(table dir1 | grep -c ^-A)" = 2 ]' || die "no second one: $(table dir1)"
    seen_without 1 && die "the one that stays was away"
    again "IPVS_WEB_REAL_SERVER='${RS[1]}:80 weight 5, ${RS[3]}:80'" IPVS_WEB_LB_ALGO=wrr
    wait_for 5 eval 'table dir1 | grep -q -- "-A .* wrr"' || die "the scheduler: $(table dir1)"
    [ "$(table dir1 | grep -c ^-A)" = 1 ] || die "what was taken out stays: $(table dir1)"
}

t_balance_killed_and_started_again() {
    direct
    end rs2
    director
    wait_for 10 served_by 1 3 || die "the table: $(table dir1)"
    end dir KILL
    served_by 1 3 || die "the table went with it: $(table dir1)"
    watch_table
    director
    wait_for 10 said dir 'quorum 1.0=1 <= 2 for VS' || die "it does not start"
    nap 2
    served_by 1 3 || die "the table: $(table dir1)"
    seen_without 1 && die "a good one was away"
    grep -q -- "-r ${RS[2]}:80" "${LOG[seen]}" && die "the failed one was there"
    web rs2
    wait_for 5 all_serve || die "it does not come back: $(table dir1)"
    worker_of dir
    kill -s KILL "$WORKER"
    wait_for 5 not alive dir || die "the first process stays"
    all_serve || die "the table went with the worker"
}

t_balance_stays_at_exit() {
    direct
    balancer "$SIDECAR" -I
    wait_for 10 all_serve || die "the table: $(table dir1)"
    end dir
    all_serve || die "it is gone: $(table dir1)"
}

t_balance_others_are_left_alone() {
    direct
    must at dir1 ipvsadm -A -t $V:8080 -s sh
    must at dir1 ipvsadm -a -t $V:8080 -r ${RS[1]}:8080 -g
    director
    wait_for 10 all_serve || die "the table: $(table dir1)"
    end dir
    [ "$(table dir1 | wc -l)" = 2 ] || die "not as before: $(table dir1)"
}

t_balance_omega() {
    direct
    notes
    director IPVS_WEB_OMEGA=yes IPVS_WEB_QUORUM_DOWN="$W/note down" IPVS_WEB_REAL_SERVER= \
        IPVS_WEB_REAL_SERVER_1="${RS[1]}:80" IPVS_WEB_REAL_SERVER_1_NOTIFY_DOWN="$W/note one-down"
    wait_for 10 served_by 1 || die "the table: $(table dir1)"
    end dir
    [ "$STATUS" = 0 ] || die "exit status $STATUS"
    noted one-down down || die "scripts at the end: $(cat $W/notes)"
}

t_balance_ha_suspend() {
    direct
    must ipn dir1 addr del $V/32 dev eth0
    director IPVS_WEB_HA_SUSPEND=yes
    wait_for 10 said dir 'Suspending the checks' || die "its checks are not suspended"
    wait_for 10 all_serve || die "the table: $(table dir1)"
    end rs2
    nap 1.5
    all_serve || die "it was checked: $(table dir1)"
    must ipn dir1 addr add $V/32 dev eth0
    wait_for 5 served_by 1 3 || die "it is not checked: $(table dir1)"
    must ipn dir1 addr del $V/32 dev eth0
    wait_for 5 eval '[ "$(grep -c Suspending "${LOG[dir]}")" = 2 ]' || die "not suspended again"
    web rs2
    nap 1
    served_by 1 3 || die "it was checked: $(table dir1)"
}

# A kernel whose module comes later, or goes and comes back.
t_balance_module_comes_later_alone() {
    direct
    grep -q '^ip_vs ' /proc/modules || skip "ip_vs is no module of this kernel"
    local helper
    helper=$(cat /proc/sys/kernel/modprobe)
    # shellcheck disable=SC2064 # what it is now
    trap "echo '$helper' >/proc/sys/kernel/modprobe; leave" EXIT
    wait_for 60 no_module || die "the module cannot be removed: $(grep ip_vs /proc/modules)"
    director SIDECAR_LVS_TIMEOUTS='tcp 700' SIDECAR_LVS_SYNC_DAEMON=eth0
    wait_for 10 said dir 'modprobe ip_vs on the host' || die "it does not say what to do"
    end rs2
    wait_for 10 said dir "Removing service \[${RS[2]}\]:tcp:80" || die "the checks do not run"
    echo "$helper" >/proc/sys/kernel/modprobe
    modprobe -d /run/m ip_vs 2>/dev/null || modprobe ip_vs
    wait_for 60 served_by 1 3 || die "the table: $(table dir1)"
    [ "$(grep -c 'modprobe ip_vs' "${LOG[dir]}")" = 1 ] || die "it says so again"
    wait_for 10 eval 'at dir1 ipvsadm -L --timeout | grep -q ": 700 "' || die "no timeouts"
    wait_for 10 eval 'at dir1 ipvsadm -L --daemon | grep -q "^master"' || die "no sync daemon"
    ask 20
    shares 10 0 10
    end dir
    [ "$STATUS" = 0 ] || die "exit status $STATUS"
    no_table || die "left behind: $(table dir1)"
}
no_module() {
    local list
    echo /bin/false >/proc/sys/kernel/modprobe
    list=$(sed -n 's/^\(ip_vs_[a-z0-9_]*\) .*/\1/p' /proc/modules)
    # shellcheck disable=SC2086
    rmmod $list ip_vs 2>/dev/null
    ! grep -q '^ip_vs ' /proc/modules
}

# A suspended virtual server that a reload frees, and one that a dead predecessor's table lacks a
# server of: what checks say counts, not what was found.
t_balance_adopts_what_files_say() {
    direct
    echo 3 >$W/weight
    balancer IPVS_WEB_CHECK='F weight=1' IPVS_WEB_REAL_SERVER="${RS[1]}:80, ${RS[2]}:80" \
        CHECK_F=file:$W/weight IPVS_WEB_DELAY_LOOP= IPVS_WEB_CONNECT_TIMEOUT= "$SIDECAR"
    wait_for 10 served_by 1 2 || die "the table: $(table dir1)"
    end dir KILL
    balancer IPVS_WEB_CHECK='F weight=1' CHECK_F=file:$W/weight IPVS_WEB_DELAY_LOOP= \
        IPVS_WEB_CONNECT_TIMEOUT= "$SIDECAR"
    wait_for 10 all_serve || die "the new one stays out: $(table dir1)"
}

# Its services go over to others. As long as one of these does not know its servers, nothing changes.
t_balance_services_change_hands() {
    lab dr
    local servers="${RS[1]}:80, ${RS[2]}:80, ${RS[3]}:80" words
    echo 'nameserver 198.51.100.100' >$W/resolv.conf
    must mount --bind $W/resolv.conf /etc/resolv.conf
    printf '%s\n' "IPVS_GROUP_G=$V 80, $V 81" IPVS_X=group:G IPVS_X_PROTOCOL=TCP \
        "IPVS_X_REAL_SERVER=$servers" >$W/env
    sidecar dir dir1 SIDECAR_ENV_FILE=$W/env
    wait_for 10 lines_are 8 || die "the table: $(table dir1)"
    words=("IPVS_P=tcp://$V:80" "IPVS_P_REAL_SERVER=$servers" "IPVS_Q=tcp://$V:81"
        IPVS_Q_REAL_SERVER=nobody:80)
    printf '%s\n' "${words[@]}" >$W/env
    kill -s HUP "${PID[dir]}"
    wait_for 20 said dir 'Q: no address of its servers is known: nothing was changed' ||
        die "not read again"
    for_all_of 3 lines_are 8 || die "what was there did not stay: $(table dir1)"
    printf '%s\n' "${words[@]:0:3}" "IPVS_Q_REAL_SERVER=${RS[1]}:80" >$W/env
    kill -s HUP "${PID[dir]}"
    wait_for 20 lines_are 6 || die "the table: $(table dir1)"
    end dir
    [ "$STATUS" = 0 ] || die "exit status $STATUS"
    no_table || die "left behind: $(table dir1)"
}
lines_are() { [ "$(table dir1 | wc -l)" = "$1" ]; }

# --- with VRRP ----------------------------------------------------------------------------------

t_balance_sync_daemon_follows_the_instance() {
    lab dr
    webs
    local i
    for i in 1 2; do
        sidecar dir$i dir$i VRRP_VIRTUAL_IPADDRESS=$V/24 VRRP_INTERFACE=eth0 \
            VRRP_PRIORITY=$((200 - i)) VRRP_ADVERT_INT=0.2 VRRP_VERSION=3 \
            VRRP_LVS_SYNC_DAEMON_INTERFACE=eth0 \
            IPVS_WEB=tcp://$V:80 IPVS_WEB_LB_KIND=DR IPVS_WEB_LB_ALGO=rr \
            IPVS_WEB_REAL_SERVER="${RS[1]}, ${RS[2]}" IPVS_WEB_CHECK=tcp://
    done
    wait_for 15 sync_daemon dir1 master || die "dir1: $(at dir1 ipvsadm -ln --daemon)"
    wait_for 15 sync_daemon dir2 backup || die "dir2: $(at dir2 ipvsadm -ln --daemon)"
    wait_for 5 eval '[ "$(table dir1)" = "$(table dir2)" ] && [ "$(table dir1 | wc -l)" = 3 ]' ||
        die "two tables: $(table dir1) $(table dir2)"
    end dir1
    wait_for 15 sync_daemon dir2 master || die "dir2: $(at dir2 ipvsadm -ln --daemon)"
    sync_daemon dir1 '' || die "dir1 has still one: $(at dir1 ipvsadm -ln --daemon)"
}
sync_daemon() { # sync_daemon NODE STATE: that one runs alone
    [ "$(at "$1" ipvsadm -ln --daemon | grep -o '^[a-z]* sync' | tr -d '\n')" = "${2:+$2 sync}" ]
}

# --- what else the kernel is told -----------------------------------------------------------------

t_balance_drain() {
    direct
    end rs2
    speaker rs2 80
    echo "IPVS_WEB_REAL_SERVER='${RS[2]}:80 drain=60'" >$W/env
    sidecar dir dir1 SIDECAR_ENV_FILE=$W/env IPVS_WEB=tcp://$V:80 IPVS_WEB_LB_KIND=DR
    wait_for 10 served_by 2 || die "the table: $(table dir1)"
    : >$W/say
    start talk client sh -c "tail -f $W/say | busybox nc $V 80"
    wait_for 10 said talk rs2 || die "no connection"
    again "IPVS_WEB_REAL_SERVER='${RS[1]}:80'"
    wait_for 5 serves 2 0 || die "it does not drain: $(table dir1)"
    wait_for 5 said dir "Draining service \[${RS[2]}\]:tcp:80 of VS" ||
        die "the log does not say so"
    ask 10
    shares 10 0 0
    nap 2.5
    echo still >>$W/say
    wait_for 5 said talk still || die "its connection is gone"
    serves 2 0 || die "it did not wait for its connection: $(table dir1)"
    must at dir1 ipvsadm --set 1 1 1 # what the client closes is soon forgotten
    end talk KILL
    wait_for 20 served_by 1 || die "it is idle and still there: $(table dir1)"
    wait_for 5 said dir "Removing service \[${RS[2]}\].*drained" || die "the log does not say so"
}

t_balance_file_weight() {
    direct
    echo 5 >$W/number
    director CHECK_LOAD=file:$W/number IPVS_WEB_REAL_SERVER= IPVS_WEB_CHECK= \
        IPVS_WEB_REAL_SERVER_1="${RS[1]}:80 weight 10" \
        IPVS_WEB_REAL_SERVER_1_FILE_CHECK="track_file=LOAD weight=2" \
        IPVS_WEB_REAL_SERVER_2="${RS[2]}:80 weight 10" \
        IPVS_WEB_REAL_SERVER_2_FILE_CHECK="track_file LOAD weight 1 reverse"
    wait_for 10 serves 1 20 || die "not 10 + 2 * 5: $(table dir1)"
    wait_for 5 serves 2 5 || die "not 10 - 5: $(table dir1)"
    echo 60 >$W/number
    wait_for 5 serves 1 130 || die "not 10 + 2 * 60: $(table dir1)"
    wait_for 5 serves 2 0 || die "less than nothing: $(table dir1)"
    rm $W/number
    wait_for 5 serves 1 10 || die "without a file: $(table dir1)"
    wait_for 5 serves 2 10 || die "without a file: $(table dir1)"
}
t_balance_file_that_takes_out() {
    direct
    director IPVS_WEB_REAL_SERVER= IPVS_WEB_REAL_SERVER_1="${RS[1]}:80" \
        IPVS_WEB_REAL_SERVER_2="${RS[2]}:80" IPVS_WEB_REAL_SERVER_2_CHECK="file:$W/drain reverse"
    wait_for 10 served_by 1 2 || die "the table: $(table dir1)"
    : >$W/drain
    wait_for 5 served_by 1 || die "it is not taken out: $(table dir1)"
    rm $W/drain
    wait_for 5 served_by 1 2 || die "it does not come back: $(table dir1)"
}

t_balance_group() {
    direct
    director IPVS_WEB=group:ALL IPVS_GROUP_ALL="$VIP 80, 198.51.100.20-22 80, fwmark 7" \
        IPVS_WEB_PROTOCOL=TCP
    wait_for 10 eval '[ "$(table dir1 | grep -c ^-A)" = 5 ]' || die "the services: $(table dir1)"
    wait_for 10 eval '[ "$(table dir1 | grep -c -- "-r ${RS[2]}")" = 5 ]' || die "$(table dir1)"
    end rs2
    wait_for 5 eval '[ "$(table dir1 | grep -c -- "-r ${RS[2]}")" = 0 ]' || die "$(table dir1)"
    [ "$(grep -c 'Removing service' "${LOG[dir]}")" = 1 ] || die "told for each service"
    end dir
    no_table || die "left behind: $(table dir1)"
}

t_balance_timeouts_and_flush() {
    lab dr
    local before
    before=$(at dir1 ipvsadm -l --timeout)
    must at dir1 ipvsadm -A -t 198.51.100.77:80 -s rr
    sidecar dir dir1 SIDECAR_LVS_TIMEOUTS="tcp 111 tcpfin 22 udp 33" SIDECAR_LVS_FLUSH=yes \
        IPVS_WEB=tcp://$V:80 IPVS_WEB_REAL_SERVER="${RS[1]}:80"
    wait_for 10 eval 'at dir1 ipvsadm -l --timeout | grep -q "111 22 33"' || die "the timeouts"
    wait_for 10 eval '[ "$(table dir1 | wc -l)" = 2 ]' || die "no flush: $(table dir1)"
    must at dir1 ipvsadm -A -t 198.51.100.77:80 -s rr
    end dir
    [ "$(at dir1 ipvsadm -l --timeout)" = "$before" ] || die "timeouts are not put back"
    [ "$(table dir1 | wc -l)" = 1 ] || die "not as it should be: $(table dir1)"
    sidecar dir dir1 SIDECAR_LVS_FLUSH_ON_STOP=yes IPVS_WEB=tcp://$V:80 \
        IPVS_WEB_REAL_SERVER="${RS[1]}:80"
    wait_for 10 serves 1 || die "the table: $(table dir1)"
    end dir
    no_table || die "no flush at the end: $(table dir1)"
}
