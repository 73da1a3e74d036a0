# shellcheck shell=bash
# The shell of ipvs.h against the kernel: what is wanted comes and stays, with the fewest messages.
# ../../net/director.c does what it is told; ipvsadm is the judge, and the other hand in the tables.

ipvs_world() {
    unshare -n ipvsadm -Ln >/dev/null 2>&1 || skip "this kernel has no IPVS, or not for us"
    world n1
}
# director [PERIOD_MS [WORD...]]: one in that world, which looks at its tables that often
director() {
    [ -n "$W" ] || ipvs_world
    rm -f $W/orders $W/d.log
    must mkfifo $W/orders
    start d n1 "${@:2}" "$TOOLS/director" $W/orders "${1:-200}"
    exec {ORDERS}<>$W/orders
    DONE=0
}
tell() { # tell COMMAND...: and wait until it is done
    echo "$*" >&$ORDERS
    DONE=$((DONE + 1))
    wait_for 60 is_done || die "the director does not do: $*"
}
is_done() { [ "$(grep -c '^done' "${LOG[d]}")" -ge $DONE ]; }
forget() { : >"${LOG[d]}"; DONE=0; } # what was said so far
adm() { at n1 ipvsadm "$@"; }
# table: a line for each service and server, without what is default
table() { adm -Sn | sed -E 's/ -m / /; s/:80//g; s/198\.51\.100\./V/; s/203\.0\.113\./R/; s/^-A -t/service/; s/^-a -t V[0-9]+ -r/ /'; }
is() { [ "$(table | sort)" = "$(printf '%s\n' "$@" | sort)" ]; }
becomes() { # becomes LINE...: within a few periods, and stays
    wait_for 10 is "$@" || die "the table is: $(table)"
}
sent() { # sent: messages that changed something since the last time, and the longest turn
    local before
    before=$(grep -c ^sent "${LOG[d]}")
    echo sent >&$ORDERS
    DONE=$((DONE + 1))
    wait_for 10 is_done || die "the director does not answer"
    ((before < $(grep -c ^sent "${LOG[d]}"))) || die "the director does not say"
    read -r _ SENT _ LONGEST _ <<<"$(grep ^sent "${LOG[d]}" | tail -n 1)"
}
sends() { # sends N: exactly so many
    sent
    [ "$SENT" = "$1" ] || die "$SENT messages instead of $1"
}
event() { wait_for 10 said d "^$1" || die "no event $1: $(tail -n 5 "${LOG[d]}")"; }
quiet() { for_all_of 1 not said d '^(RESTORED|ERROR|FOUGHT|MODULE|DRAINED)' || die "$(tail -n 3 "${LOG[d]}")"; }

t_ipvs_fewest_messages() {
    director
    tell add 1 3 wrr
    becomes 'service V1 -s wrr' '  R1 -w 1' '  R2 -w 1' '  R3 -w 1'
    sends 4
    tell weight 1 2 5
    becomes 'service V1 -s wrr' '  R1 -w 1' '  R2 -w 5' '  R3 -w 1'
    sends 1
    tell down 1 3
    becomes 'service V1 -s wrr' '  R1 -w 1' '  R2 -w 5'
    sends 1
    tell update 1 4 rr
    becomes 'service V1 -s rr' '  R1 -w 1' '  R2 -w 5' '  R4 -w 1'
    sends 2
    tell update 1 2 rr
    becomes 'service V1 -s rr' '  R1 -w 1' '  R2 -w 5'
    sends 1
    quiet
    sends 0
    tell remove 1
    becomes ''
}
t_ipvs_sorry_and_quorum() {
    director
    tell add 1 3 rr quorum=2 sorry
    becomes 'service V1 -s rr' '  R1 -w 1' '  R2 -w 1' '  R3 -w 1'
    tell down 1 1
    tell down 1 2
    wait_for 5 said d '^quorum lost' || die "the quorum is not lost"
    becomes 'service V1 -s rr' '  R250 -w 1'
    tell up 1 1
    becomes 'service V1 -s rr' '  R1 -w 1' '  R3 -w 1'
    tell add 2 2 rr inhibit
    tell down 2 1
    becomes 'service V1 -s rr' '  R1 -w 1' '  R3 -w 1' 'service V2 -s rr' '  R1 -w 0' '  R2 -w 1'
    quiet
}

three() { # three: a service that is settled, and somebody else's beside it
    director
    must adm -A -t 198.51.100.9:80 -s lc
    must adm -a -t 198.51.100.9:80 -r 203.0.113.9:80 -m -w 9
    tell add 1 3 wrr
    settled
    quiet
    sent
}
settled() {
    becomes 'service V9 -s lc' '  R9 -w 9' 'service V1 -s wrr' '  R1 -w 1' '  R2 -w 1' '  R3 -w 1'
}
# other_hand COMMAND...: somebody else's, all of it between two looks: what a look sees half of takes
# more messages
other_hand() {
    tell hold
    must "$@"
    tell go
}
put_back() { # put_back N TEXT: with so many messages, and it is said
    settled
    event "RESTORED .*$2"
    sends "$1"
    forget
    quiet
    sends 0
}
t_ipvs_restores_a_server() {
    three
    other_hand adm -d -t 198.51.100.1:80 -r 203.0.113.2:80
    put_back 1 'TCP 198.51.100.1:80 was changed .* its server 203.0.113.2:80'
}
t_ipvs_restores_a_weight() {
    three
    other_hand adm -e -t 198.51.100.1:80 -r 203.0.113.2:80 -m -w 77
    put_back 1 'its server 203.0.113.2:80'
}
t_ipvs_restores_a_method() {
    three
    other_hand adm -e -t 198.51.100.1:80 -r 203.0.113.2:80 -g -w 1
    put_back 1 'its server 203.0.113.2:80'
}
t_ipvs_restores_the_scheduler() {
    three
    other_hand adm -E -t 198.51.100.1:80 -s sh -p 60
    put_back 1 'its settings$'
}
t_ipvs_removes_a_strange_server() {
    three
    local i
    for i in {101..500}; do echo "-a -t 198.51.100.1:80 -r 203.0.113.9:$i -m"; done >$W/rules
    other_hand adm -R <$W/rules
    settled
    event 'RESTORED .*servers'
    sends 400
}
t_ipvs_restores_a_service() {
    three
    other_hand adm -D -t 198.51.100.1:80
    put_back 4 'was deleted by somebody else'
}
t_ipvs_restores_after_clear() {
    three
    other_hand adm -C
    event 'RESTORED .*was deleted'
    becomes 'service V1 -s wrr' '  R1 -w 1' '  R2 -w 1' '  R3 -w 1'
    sends 4
}
t_ipvs_default_period_is_a_second() {
    director 0
    tell add 1 3 rr
    becomes 'service V1 -s rr' '  R1 -w 1' '  R2 -w 1' '  R3 -w 1'
    must adm -C
    clock
    local began=$NOW
    wait_for 10 is 'service V1 -s rr' '  R1 -w 1' '  R2 -w 1' '  R3 -w 1' || die "$(table)"
    clock
    say "after $(((NOW - began) / 1000)) ms" # what never looks never puts it back
}
t_ipvs_fought_over() {
    director 1000
    tell add 1 2 rr
    local i
    for i in 1 2 3 4 5; do
        becomes 'service V1 -s rr' '  R1 -w 1' '  R2 -w 1'
        must adm -C
        wait_for 10 restored $i || die "its end is not seen"
    done
    for_all_of 1 is '' || die "it does not wait" # four seconds by now
    becomes 'service V1 -s rr' '  R1 -w 1' '  R2 -w 1'
    wait_for 5 said d '^FOUGHT .*--ipvs-exclude-cidrs' || die "it is not said"
    [ "$(grep -c ^FOUGHT "${LOG[d]}")" = 1 ] || die "said more than once"
}
restored() { [ "$(grep -c '^RESTORED' "${LOG[d]}")" -ge "$1" ]; }

t_ipvs_adopts() {
    director
    tell add 1 3 wrr inhibit
    tell add 2 3 wrr
    tell down 1 2
    tell down 2 2
    local list=('service V1 -s wrr' '  R1 -w 1' '  R2 -w 0' '  R3 -w 1'
        'service V2 -s wrr' '  R1 -w 1' '  R3 -w 1')
    becomes "${list[@]}"
    end d KILL
    is "${list[@]}" || die "the table went with the process"
    director
    tell look 1 3 wrr inhibit
    tell look 2 3 wrr
    wait_for 5 said d '^looked 0' || die "the service was not found"
    [ "$(grep -c '^adopted . up' "${LOG[d]}") $(grep -c '^adopted 2 down' "${LOG[d]}")" = '4 2' ] ||
        die "$(grep adopted "${LOG[d]}")"
    quiet
    is "${list[@]}" || die "the table changed: $(table)"
    sends 0
    tell look 3 2 rr
    wait_for 5 said d '^looked -3' || die "a service that is not there was found"
}
# talker: a client of the service; what it is told on LINE it says to the server, and prints what
# that answers; at the end it resets the connection, which leaves no state that lasts for minutes
talker() {
    must ipn n1 addr add 198.51.100.1/32 dev lo
    must ipn n1 addr add 203.0.113.1/32 dev lo
    must at n1 sysctl -qw net.ipv4.tcp_orphan_retries=1 # no socket stays for minutes
    start echo n1 busybox nc -ll -p 80 -e cat
    wait_for 10 served || die "nobody listens"
    must mkfifo $W/line
    exec {LINE}<>$W/line
    start talk n1 python3 -uc '
import socket, struct
s = socket.create_connection(("198.51.100.1", 80))
s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
for line in open("'$W/line'"):
    if line == "end\n": break
    s.sendall(line.encode())
    print(s.recv(100))
s.close()'
    says hello
}
served() { [ -n "$(at n1 ss -Hltn 'sport = :80')" ]; }
says() {
    echo "$1" >&"$LINE"
    wait_for 15 said talk "$1" || die "no answer through the service"
}
t_ipvs_drains() {
    director
    tell add 1 1 rr
    becomes 'service V1 -s rr' '  R1 -w 1'
    talker
    tell drain 1 1 0
    becomes 'service V1 -s rr' '  R1 -w 0'
    for_all_of 2 not said d '^DRAINED' || die "drained with a connection open"
    says again
    echo end >&"$LINE"
    wait_for 60 said d '^DRAINED 0 server 1 203.0.113.1:80 has no connections' ||
        die "not drained: $(adm -Ln)"
    becomes 'service V1 -s rr'
    quiet_but_drained
}
quiet_but_drained() {
    for_all_of 1 not said d '^(RESTORED|ERROR|FOUGHT|MODULE)' || die "$(tail -n 3 "${LOG[d]}")"
}
t_ipvs_drain_has_a_limit() {
    director
    tell add 1 2 rr
    tell down 1 2
    becomes 'service V1 -s rr' '  R1 -w 1'
    talker
    tell drain 1 1 6000
    becomes 'service V1 -s rr' '  R1 -w 0'
    wait_for 20 said d '^DRAINED 0 server 1 203.0.113.1:80 still has' || die "the limit is not kept"
    becomes 'service V1 -s rr'
    quiet_but_drained
}

t_ipvs_errors_are_told_once() {
    director
    tell add 1 2 no_such_one
    event 'ERROR -2 .*TCP 198.51.100.1:80.*ip_vs_no_such_one on the host'
    forget
    tell down 1 2
    quiet
    tell update 1 2 rr
    becomes 'service V1 -s rr' '  R1 -w 1'
    quiet
}
t_ipvs_without_rights() {
    director 200 unshare -Ur
    tell add 1 2 rr
    event 'ERROR -1 .*CAP_NET_ADMIN'
    forget
    for_all_of 3 not said d '^ERROR' || die "said again"
    is '' || die "$(table)"
}

t_ipvs_sync_daemon() {
    director
    tell daemon 1 eth0 7
    wait_for 10 syncs 'master sync daemon (mcast=eth0, syncid=7' || die "$(adm -L --daemon)"
    tell daemon 2 eth0 7 # not before a turn, and then the end: nothing stays
    tell flush
    wait_for 10 not syncs daemon || die "it stays: $(adm -L --daemon)"
    tell daemon 1 eth0 7
    wait_for 10 syncs 'master sync daemon' || die "$(adm -L --daemon)"
    tell daemon 2 eth0 7
    wait_for 10 syncs 'backup sync daemon (mcast=eth0, syncid=7' || die "$(adm -L --daemon)"
    not syncs 'master sync' || die "the master still runs"
    quiet
    tell add 1 1 rr
    must adm --stop-daemon backup
    event 'RESTORED 1 the sync daemon \(backup\)'
    wait_for 10 syncs 'backup sync daemon' || die "it was not started again"
    tell daemon 3 eth0 8
    wait_for 10 syncs 'master sync daemon (mcast=eth0, syncid=8' || die "$(adm -L --daemon)"
    wait_for 10 syncs 'backup sync daemon (mcast=eth0, syncid=8' || die "$(adm -L --daemon)"
    forget
    tell daemon 3 eth9 8
    event 'ERROR -19 .*no such interface'
    tell daemon 0
    wait_for 10 not syncs daemon || die "it does not stop: $(adm -L --daemon)"
    must adm --start-daemon master --mcast-interface eth0 --syncid 3
    for_all_of 1 syncs 'syncid=3' || die "another's daemon was stopped"
    tell flush
    syncs 'syncid=3' || die "another's daemon was stopped"
}
syncs() { adm -L --daemon | grep -qF "$1"; }
t_ipvs_timeouts() {
    director
    must adm --set 800 70 200
    tell timeouts 500 0 100
    wait_for 10 times '500 70 100' || die "$(adm -L --timeout)"
    tell timeouts 0 0 0
    times '800 70 200' || die "$(adm -L --timeout)"
    tell timeouts 500 50 100
    wait_for 10 times '500 50 100' || die "$(adm -L --timeout)"
    tell flush
    times '800 70 200' || die "$(adm -L --timeout)"
}
times() { [ "$(adm -L --timeout | grep -oE '[0-9]+' | tr '\n' ' ')" = "$1 " ]; }

count() { adm -Sn | grep -c -- "$1"; }
counts() { [ "$(count '^-A') $(count '^-a')" = "$1 $2" ]; }
t_ipvs_many() {
    director 0
    must adm -A -t 198.51.100.9:80 -s lc
    clock
    local began=$NOW
    echo many 1 300 100 >&$ORDERS
    wait_for 120 counts 301 30000 || die "$(count '^-A') services, $(count '^-a') servers"
    clock
    say "300 x 100 in $(((NOW - began) / 1000)) ms"
    DONE=1
    wait_for 10 is_done || die "the director hangs"
    sent
    say "longest turn $LONGEST us"
    [ "$SENT" = 30300 ] || die "$SENT messages"
    tell weight 150 7 9
    wait_for 10 has '-t 198.18.1.150:80 -r 203.0.113.7:80 -m -w 9' || die "the weight did not come"
    sends 1
    for_all_of 5 counts 301 30000 || die "it does not stay"
    sent
    say "looking: longest turn $LONGEST us"
    [ "$SENT" = 0 ] || die "$SENT messages in peace"
    must adm -D -t 198.18.1.44:80
    wait_for 60 counts 301 30000 || die "not put back"
    tell flush
    say "$(grep -o 'flushed 0 in.*' "${LOG[d]}")"
    is 'service V9 -s lc' || die "left behind: $(count '^-A') services"
}
has() { adm -Sn | grep -qF -- "$1"; }

# --- the module ---

no_module() { # the kernel has none, and does not find one
    local list
    adm -C 2>/dev/null
    echo /bin/false >/proc/sys/kernel/modprobe
    list=$(sed -n 's/^\(ip_vs_[a-z0-9_]*\) .*/\1/p' /proc/modules)
    # shellcheck disable=SC2086
    rmmod $list ip_vs 2>/dev/null
    ! grep -q '^ip_vs ' /proc/modules
}
t_ipvs_module_comes_and_goes_alone() {
    ipvs_world
    grep -q '^ip_vs ' /proc/modules || skip "ip_vs is no module of this kernel"
    local helper list=('service V1 -s rr' '  R1 -w 1' '  R2 -w 1')
    helper=$(cat /proc/sys/kernel/modprobe)
    # shellcheck disable=SC2064 # what it is now
    trap "echo '$helper' >/proc/sys/kernel/modprobe; leave" EXIT
    wait_for 120 no_module || die "the module cannot be removed: $(grep ip_vs /proc/modules)"
    director 3000
    tell add 1 2 rr
    event 'MODULE -[0-9]+ .*modprobe ip_vs'
    for_all_of 3 not grep -q MODULE.*MODULE <(tr '\n' ' ' <"${LOG[d]}") || die "said again"
    echo "$helper" >/proc/sys/kernel/modprobe
    event 'MODULE 0 ip_vs .*is there now'
    becomes "${list[@]}"
    forget
    wait_for 120 no_module || die "the module cannot be removed: $(grep ip_vs /proc/modules)"
    event 'MODULE -[0-9]+ .*modprobe ip_vs'
    echo "$helper" >/proc/sys/kernel/modprobe
    event 'MODULE 0'
    becomes "${list[@]}"
}
