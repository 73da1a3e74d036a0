# shellcheck shell=bash
# The director dies under its clients: new connections go on at the other one, and so do those that
# are established, which the kernel's sync daemons have told it.

# shellcheck source=test/vm/t/director.sh
. "${BASH_SOURCE[0]%/*}/director.sh"

# The client asks ten times a second until it is ended; codes and times are in $W/loop.
loop_start() {
    start loop client curl -s -H 'Connection: close' --connect-timeout 0.5 --max-time 2 \
        --rate 10/s -o /dev/null -w '%{stderr}%{http_code} %{time_total}\n' "http://$AT/?[1-100000]"
    wait_for 10 grep -q '^200' "${LOG[loop]}" || die "the loop gets no answer"
}
loop_lines() { grep -c "^$1" "${LOG[loop]}"; }
loop_goes_on() { # from where MARKED lines were there, to the third answer in a row
    [ "$(tail -n +$((MARKED + 1)) "${LOG[loop]}" | tail -n 3 | grep -c '^200')" = 3 ]
}
# One connection to a server's echo, ten words a second; what comes back is in $W/talk
talk_start() {
    # shellcheck disable=SC2016
    start talk client /usr/bin/python3 -uc '
import socket, sys, time
s = socket.create_connection((sys.argv[1], 7000), 10)
f = s.makefile("rw")
print("name", f.readline().strip())
for n in range(100000):
    f.write(f"{n}\n")
    f.flush()
    print("word", f.readline().strip() or sys.exit("closed"))
    time.sleep(0.1)
' "$V"
    wait_for 20 said talk '^word 5$' || die "no connection: $(cat "${LOG[talk]}")"
}
words() { grep -c '^word .' "${LOG[talk]}"; }
more_words() { (($(words) > $1 + 5)); }
synced() { # synced DIRECTOR: it knows the connection
    at "$1" ipvsadm -Lnc | grep -q "ESTABLISHED.*$(quoted "$AT"):7000"
}

takeover() { # takeover KIND FAMILY HOW
    local i
    lab "$1" "$2"
    webs
    for i in 1 2 3; do speaker rs$i 7000; done
    directors IPVS_WEB_CHECK=tcp:// "SIDECAR_LVS_SYNC_DAEMON=eth0 VI_1 id 7" \
        "IPVS_TALK=tcp://$AT:7000" IPVS_TALK_CHECK=tcp:// "IPVS_TALK_LB_KIND=${KIND^^}" \
        "IPVS_TALK_REAL_SERVER=$(reals 1 1 1 | sed 's/:80/:7000/g')"
    wait_for 10 daemon_is dir1 master || die "no master daemon: $(at dir1 ipvsadm -L --daemon)"
    wait_for 10 daemon_is dir2 backup || die "no backup daemon: $(at dir2 ipvsadm -L --daemon)"
    talk_start
    wait_for 20 synced dir2 || die "dir2 does not know the connection: $(at dir2 ipvsadm -Lnc)"
    loop_start
    MARKED=$(wc -l <"${LOG[loop]}")
    mark
    "$3"
    wait_for 15 holds dir2 || die "dir2 did not take over"
    took dir2
    say "takeover $MS ms"
    wait_for 15 loop_goes_on || die "new connections fail: $(tail -n 5 "${LOG[loop]}")"
    say "$(loop_lines '[0-13-9]') requests failed"
    i=$(words)
    wait_for 30 more_words "$i" || die "the established connection is dead after word $i"
    wait_for 10 daemon_is dir2 master || die "the sync daemon did not follow"
    not daemon_is dir2 backup || die "both sync daemons on dir2"
    end loop
    end talk
}
daemon_is() { at "$1" ipvsadm -L --daemon | grep -q "^$2 sync daemon (mcast=eth0, syncid=7"; }
killed() { end dir1 KILL; }
cut_off() { unplug dir1; }
t_takeover_killed_dr() { takeover dr 4 killed; }
t_takeover_cut_off_nat() { takeover nat 4 cut_off; }
t_takeover_cut_off_dr_ipv6() { takeover dr 6 cut_off; }

# Two database hosts: the address is where a database lives, since its death ends sidecar there.
# Nothing else than the host itself is behind the address.
database() { # database NODE VARIABLE=VALUE...
    local node=$1 own=198.51.100.${1#dir}
    sidecar "$node" "$node" VRRP_INTERFACE=eth0 VRRP_VIRTUAL_ROUTER_ID=51 \
        "VRRP_VIRTUAL_IPADDRESS=$V/24" VRRP_NOPREEMPT=yes "${@:2}" \
        "IPVS_DB=tcp://$V:3306" IPVS_DB_LB_KIND=DR IPVS_DB_PERSISTENCE_TIMEOUT=50 \
        IPVS_DB_DELAY_LOOP=2 "IPVS_DB_REAL_SERVER_1=$own:3306 weight=3" \
        "IPVS_DB_REAL_SERVER_1_NOTIFY_DOWN=sh:kill -TERM \$(cat $W/pid-$node)" \
        IPVS_DB_REAL_SERVER_1_TCP_CHECK_CONNECT_TIMEOUT=3 \
        IPVS_DB_REAL_SERVER_1_TCP_CHECK_RETRY=3 \
        IPVS_DB_REAL_SERVER_1_TCP_CHECK_DELAY_BEFORE_RETRY=1
    echo "${PID[$node]}" >"$W/pid-$node"
}
database_is() { # what the client gets at the address
    local name
    name=$(at client timeout 2 bash -c "read -r name <>/dev/tcp/$V/3306 && echo \$name" 2>/dev/null)
    [ "$name" = "$1" ]
}
t_takeover_database() {
    local node
    lab dr
    for node in dir1 dir2; do speaker $node 3306; done
    watch_nodes "$V" dir1 dir2
    database dir1 VRRP_PRIORITY=100
    wait_for 20 alone dir1 || die "dir1 did not become MASTER"
    database dir2 VRRP_PRIORITY=90
    wait_for 20 said dir2 BACKUP || die "dir2 did not become BACKUP"
    wait_for 10 database_is dir1 || die "the client does not reach the database"
    wait_for 20 table_has dir2 '198\.51\.100\.2:3306' || die "dir2 has no table"
    mark
    end speak-dir1 KILL
    wait_for 20 alone dir2 || die "dir2 did not take over"
    took dir2
    say "takeover $MS ms after the database's death"
    wait_for 5 not alive dir1 || die "notify_down did not end sidecar"
    end dir1
    [ "$STATUS" = 0 ] || die "dir1's exit status is $STATUS"
    [ -z "$(table dir1)" ] || die "dir1 left a table"
    wait_for 10 database_is dir2 || die "the client does not reach the other database"
    speaker dir1 3306
    database dir1 VRRP_PRIORITY=100
    wait_for 20 said dir1 BACKUP || die "dir1 did not come back"
    for_all_of 5 alone dir2 || die "the address moved in spite of nopreempt"
    database_is dir2 || die "the client does not reach dir2 any more"
}
