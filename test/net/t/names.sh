# shellcheck shell=bash
# Names instead of addresses: dnsmasq on "client" (198.51.100.100) knows them, or the hosts file.

# names LINE...: what the name server knows, lines of a hosts file
names() {
    printf '%s\n' "$@" >$W/names
    [ -z "${PID[dns]}" ] || kill -s HUP "${PID[dns]}"
}
asks() { at client ss -Hln "sport = :53" | grep -q .; }
# dns [OPTION...]: starts it
dns() {
    start dns client dnsmasq -k --conf-file=/dev/null --no-resolv --no-hosts --addn-hosts=$W/names \
        --local-ttl=1 --user=root --pid-file= --log-facility=- "$@"
    wait_for 10 asks || die "dnsmasq did not start"
}
# lab NODE...: a world with them and a name server; the files of the libc are our own
lab() {
    world "$@" client
    printf 'nameserver 198.51.100.100\nsearch none.example net.example\n' >$W/resolv.conf
    printf '127.0.0.1 localhost\n' >$W/hosts
    must mount --bind $W/resolv.conf /etc/resolv.conf
    must mount --bind $W/hosts /etc/hosts
    names "198.51.100.1 nodes.net.example" "198.51.100.2 nodes.net.example"
}
# run NODE PRIORITY [VARIABLE=VALUE ...]
run() {
    local node=$1 priority=$2
    shift 2
    sidecar "$node" "$node" VRRP_INTERFACE=eth0 VRRP_VIRTUAL_ROUTER_ID=51 VRRP_ADVERT_INT=0.2 \
        VRRP_VIRTUAL_IPADDRESS=$VIP/24 "VRRP_PRIORITY=$priority" SIDECAR_RESOLVE_MAX=1 "$@"
}
pair() { # pair [VARIABLE=VALUE ...]: n1 with 150 and n2 with 100; n1 has it
    watch_nodes $VIP n1 n2
    run n1 150 "$@"
    begun n1
    run n2 100 "$@"
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    wait_for 10 said n2 'Entering BACKUP' || die "n2 did not start"
}

t_names_peers() { # one list for all nodes; what was known stays when DNS dies
    lab n1 n2
    dns
    pair VRRP_UNICAST_PEER=nodes
    wait_for 5 said n1 'nodes is 198.51.100.1, 198.51.100.2' ||
        die "n1 does not say what the name stands for"
    capture n1 'ip proto 112'
    for_all_of 2 alone n1 || die "n2 does not hear n1"
    end dns KILL
    wait_for 20 said n2 'nodes: name server 198.51.100.100: .*; it stays 198.51.100.1, 198.51.100.2' ||
        die "n2 does not say that DNS is dead"
    for_all_of 3 alone n1 || die "the death of DNS changed something"
    captured ip.dst
    [ "$(sort -u $W/packets)" = 198.51.100.2 ] || die "adverts to $(sort -u $W/packets | xargs)"
    end n1
    wait_for 10 alone n2 || die "n2 did not take over without DNS"
    dns
    wait_for 20 said n2 'nodes is answered again' || die "n2 does not say that DNS is back"
    [ "$(grep -c 'it stays' "$W/n2.log")" = 1 ] || die "the failure was not said once"
}
t_names_peers6() { # the family of the virtual router counts
    lab n1 n2
    names '198.51.100.3 nodes.net.example' '2001:db8::1 nodes.net.example' \
        '2001:db8::2 nodes.net.example'
    dns
    watch_nodes $VIP6LL n1 n2
    run n1 150 VRRP_UNICAST_PEER=nodes VRRP_VIRTUAL_IPADDRESS=$VIP6LL/64
    run n2 100 VRRP_UNICAST_PEER=nodes VRRP_VIRTUAL_IPADDRESS=$VIP6LL/64
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    for_all_of 3 alone n1 || die "n2 does not hear n1"
    wait_for 5 said n1 'nodes is 2001:db8::1, 2001:db8::2' || die "n1 has other peers"
}
t_names_change() { # a node that comes is told at once, one whose name is gone for a while longer
    lab n1 n2 n3
    dns --local=/example/ --local=/nodes/
    pair VRRP_UNICAST_PEER=nodes
    watch_nodes $VIP n1 n2 n3
    names 198.51.100.{1,2,3}' nodes.net.example'
    for n in n1 n2; do
        wait_for 10 said $n 'nodes is 198.51.100.1, 198.51.100.2, 198.51.100.3' ||
            die "$n does not know n3"
    done
    run n3 50 VRRP_UNICAST_PEER=nodes
    wait_for 10 said n3 'Entering BACKUP' || die "n3 did not start"
    for_all_of 2 alone n1 || die "n3 does not hear n1"
    names 198.51.100.{1,2}' nodes.net.example'
    wait_for 10 said n1 'nodes is 198.51.100.1, 198.51.100.2$' || die "n1 does not see it go"
    for_all_of 2 alone n1 || die "n3 does not hear n1 any more"
    names '203.0.113.1 other.example'
    wait_for 10 said n1 'nodes: there is no such name.*; it stays 198.51.100.1, 198.51.100.2' ||
        die "n1 does not say that the name is gone"
    for_all_of 2 alone n1 || die "a name that is gone changed something"
    end n1
    wait_for 10 alone n2 || die "n2 did not take over"
}
t_names_hosts() { # the hosts file needs nobody, and may change
    lab n1 n2 n3
    printf 'nameserver 198.51.100.99\n' >$W/resolv.conf
    printf '198.51.100.1 A.example\n198.51.100.2 x a.example\n' >$W/hosts
    pair VRRP_UNICAST_PEER=a.example
    echo '198.51.100.3 a.example' >>$W/hosts
    wait_for 15 said n1 'a.example is 198.51.100.1, 198.51.100.2, 198.51.100.3' ||
        die "the file was not read again"
    for_all_of 2 alone n1 || die "n2 does not hear n1"
}
t_names_unknown() { # who knows no peer waits; who knows one of them does so for a moment
    lab n1 n2
    echo 'nameserver 198.51.100.99' >$W/resolv.conf
    watch_nodes $VIP,198.51.100.11,198.51.100.12 n1
    sidecar n1 n1 VRRP_INTERFACE=eth0 VRRP_ADVERT_INT=0.2 SIDECAR_RESOLVE_MAX=1 \
        VRRP_A_VIRTUAL_IPADDRESS=$VIP/24 VRRP_A_UNICAST_PEER=nodes.net.example \
        VRRP_B_VIRTUAL_IPADDRESS=198.51.100.11/24 \
        VRRP_B_UNICAST_PEER=198.51.100.7,nodes.net.example \
        VRRP_C_VIRTUAL_IPADDRESS=198.51.100.12/24
    wait_for 4 holds n1 198.51.100.12 || die "what has no names does not start"
    wait_for 15 holds n1 198.51.100.11 || die "B waits for ever"
    sed '/C: Entering MASTER/q' "${LOG[n1]}" | grep -q 'B: Entering' &&
        die "B did not wait, or C did"
    wait_for 15 said n1 'no address of another node is known yet' || die "A does not say that it waits"
    for_all_of 2 not holds n1 $VIP || die "A started without a peer"
    dns
    echo 'nameserver 198.51.100.100' >$W/resolv.conf
    wait_for 20 holds n1 $VIP || die "A did not start when its peer was known"
}
t_names_servers() { # the first name server is dead, then the file names another one
    lab n1 n2
    printf 'nameserver 198.51.100.99\nnameserver 198.51.100.100\noptions timeout:1\n' \
        >$W/resolv.conf
    dns
    watch_nodes $VIP n1
    run n1 150 VRRP_UNICAST_PEER=nodes.net.example
    wait_for 15 alone n1 || die "the second server was not asked"
    wait_for 5 said n1 'VI_1: Entering BACKUP' || die "no state"
    not said n1 'name server' || die "it complains although there is an answer"
}
t_names_many() { # 100 pods in a datagram, 400 by TCP; a server that allows little
    lab n1
    local i j many=() more=()
    for i in {1..100}; do many+=("203.0.113.$i many.example"); done
    for j in 0 1; do
        for i in {1..200}; do more+=("198.18.$j.$i more.example"); done
    done
    names "${many[@]}" "${more[@]}"
    dns --edns-packet-max=4096
    capture client 'tcp port 53'
    run n1 150 VRRP_TRACK=tcp://many.example:1 SIDECAR_LOG=info
    wait_for 10 said n1 'many.example is 203.0.113.1, .*, 203.0.113.8 and 92 more' ||
        die "100 addresses did not come"
    captured tcp.port
    [ ! -s $W/packets ] || die "TCP for 100 addresses"
    end n1
    run n1 150 VRRP_TRACK=tcp://more.example:1
    wait_for 10 said n1 'more.example is 198.18.0.1, .* and 392 more' || die "400 did not come"
    end n1
    end dns
    dns --edns-packet-max=512
    run n1 150 VRRP_TRACK=tcp://many.example:1
    wait_for 10 eval '[ "$(grep -c "and 92 more" "$W/n1.log")" = 2 ]' || die "100 by TCP did not come"
}
t_names_checks() { # a check goes where its name goes; while that is unknown it fails
    lab n1 n2 n3
    names '198.51.100.2 web.net.example'
    dns
    for n in n2 n3; do
        start "web-$n" "$n" python3 -m http.server -b "198.51.100.${n#n}" 80
        wait_for 10 at "$n" bash -c 'ss -Hltn "sport = :80" | grep -q .' || die "no server on $n"
    done
    watch_nodes $VIP n1
    run n1 150 VRRP_TRACK=http://web/ CHECK_INTERVAL=0.2 CHECK_TIMEOUT=1 CHECK_FALL=3
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    wait_for 5 said n1 'check http://web/ is UP' || die "the check is not up"
    grep -q 'check http://web/ is DOWN' "$W/n1.log" && die "it was down before the answer came"
    names '198.51.100.3 web.net.example'
    end web-n2 KILL
    wait_for 10 said n1 'web is 198.51.100.3' || die "the change was not seen"
    wait_for 10 grep -q 'GET /' "$W/web-n3.log" || die "n3 is not asked"
    wait_for 10 alone n1 || die "n1 does not have it"
    end dns KILL
    wait_for 20 said n1 'it stays 198.51.100.3' || die "n1 does not say that DNS is dead"
    for_all_of 2 alone n1 || die "the death of DNS changed something"
}
t_names_check_of_another_name() { # what has no answer yet is not the one that it was before
    lab n1 n2
    printf '198.51.100.2 web.example\n127.0.0.1 localhost\n' >$W/hosts
    dns
    start web n2 python3 -m http.server -b 198.51.100.2 80
    wait_for 10 at n2 bash -c 'ss -Hltn "sport = :80" | grep -q .' || die "no server"
    echo CHECK_WEB=http://web.example/ >$W/env
    watch_nodes $VIP n1
    run n1 150 VRRP_TRACK=WEB CHECK_INTERVAL=0.2 CHECK_TIMEOUT=1 SIDECAR_ENV_FILE=$W/env
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    echo CHECK_WEB=http://nobody.example/ >$W/env
    kill -s HUP "${PID[n1]}"
    wait_for 15 said n1 'configuration read again' || die "not read again"
    wait_for 10 said n1 'check WEB is DOWN' || die "the old one is checked still"
}
t_names_reload_of_a_sorry_server() { # it stays while its address is in the answer
    lab n1
    names '198.51.100.3 sorry.net.example'
    dns
    local words=(IPVS_WEB=tcp://$VIP:80 IPVS_WEB_REAL_SERVER=198.51.100.9 IPVS_WEB_CHECK=X
        IPVS_WEB_SORRY_SERVER=sorry:80 "CHECK_X='exec:/usr/bin/test -e $W/up'" CHECK_INTERVAL=0.2)
    printf '%s\n' "${words[@]}" >$W/env
    : >$W/up
    run n1 150 SIDECAR_ENV_FILE=$W/env
    wait_for 10 said n1 'sorry is 198.51.100.3' || die "its address is not known"
    rm $W/up
    wait_for 10 said n1 'Adding sorry server \[198.51.100.3\]' || die "it does not serve"
    names 198.51.100.{2,3}' sorry.net.example'
    wait_for 10 said n1 'sorry is 198.51.100.2, 198.51.100.3' || die "the change was not seen"
    echo IPVS_WEB_WEIGHT=2 >>$W/env
    kill -s HUP "${PID[n1]}"
    wait_for 10 said n1 'configuration read again' || die "not read again"
    : >$W/up
    wait_for 10 said n1 'Removing sorry server' || die "no quorum"
    said n1 'Removing sorry server \[198.51.100.3\]' || die "the reload moved it"
}
t_names_reload() { # names that are new are looked up first; those without an answer change nothing
    lab n1 n2
    names 198.51.100.{1,2}' nodes.net.example' 198.51.100.{1,2}' all.net.example'
    dns
    echo VRRP_UNICAST_PEER=198.51.100.1,198.51.100.2 >$W/env
    pair SIDECAR_ENV_FILE=$W/env
    mark
    echo VRRP_UNICAST_PEER=all >$W/env
    for n in n1 n2; do kill -s HUP "${PID[$n]}"; done
    for n in n1 n2; do
        wait_for 10 said $n 'configuration read again' || die "$n did not reload"
    done
    for_all_of 2 alone n1 || die "the reload moved the address"
    end dns KILL
    echo VRRP_UNICAST_PEER=strangers >$W/env
    for n in n1 n2; do kill -s HUP "${PID[$n]}"; done
    for n in n1 n2; do
        wait_for 20 said $n 'no address of another node is known: nothing was changed' ||
            die "$n did not refuse it"
    done
    for_all_of 2 alone n1 || die "a name that nobody knows moved the address"
    no_overlap_over 0 "at a reload"
    no_gap_over 0
}
# What is asked while the process ends must not start anything any more.
t_names_answer_at_the_end() {
    lab n1 n2
    dns
    run n1 150 VRRP_UNICAST_PEER=nodes \
        IPVS_WEB=tcp://198.51.100.11:80 IPVS_WEB_REAL_SERVER=nodes \
        IPVS_WEB_OMEGA=yes IPVS_WEB_QUORUM_DOWN='/bin/sleep 4'
    watch_nodes $VIP n1
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    kill -s STOP "${PID[dns]}"
    wait_for 10 asked || die "it does not ask"
    names 198.51.100.{2,3}' nodes.net.example'
    kill -s TERM "${PID[n1]}"
    wait_for 5 said n1 'Removing VS' || die "it does not end"
    kill -s CONT "${PID[dns]}"
    end n1
    [ "$STATUS" = 0 ] || die "exit status $STATUS"
    said n1 'nodes is 198.51.100.2, 198.51.100.3' && die "an answer counts after the end"
    [ "$(grep -c 'Entering MASTER' "${LOG[n1]}")" = 1 ] || die "it began again"
    holds n1 && die "the address stays"
    :
}
asked() { [ -n "$(at n1 ss -Hun 'dport = :53')" ]; }

# One that waits for its names is no reason to refuse a reload, as it does not run.
t_names_waiting_may_be_reloaded() {
    lab n1
    printf '%s\n' IPVS_Q=tcp://$VIP:80 IPVS_Q_REAL_SERVER=nobody >$W/env
    sidecar n1 n1 SIDECAR_ENV_FILE=$W/env
    wait_for 10 said n1 'nobody: ' || die "it does not ask"
    printf '%s\n' IPVS_R=tcp://$VIP:81 IPVS_R_REAL_SERVER=198.51.100.2 >>$W/env
    kill -s HUP "${PID[n1]}"
    wait_for 15 said n1 'configuration read again' || die "it was refused"
    wait_for 5 said n1 'R: Gained quorum' || die "the other one does not run"
    said n1 'Removing VS' && die "what never was is removed"
    end n1
    [ "$STATUS" = 0 ] || die "exit status $STATUS"
}

# A name server that is mad, or not the one that was asked. What is known stays, adverts are on time
# in both directions (a second without one, and n2 takes over), and the log does not grow with it.
DNS_EVILS='ids other questions cut loops circle garbage huge zero nothing flapping refused stalls
    drips resets mapped sinkhole flood silent lies empty'
evil_dns() { # evil_dns ADDRESS...: says so until $W/how has another word
    echo good >$W/how
    start dns client python3 "$NET/evil_dns.py" 198.51.100.100 $W/how "$@"
    wait_for 10 said dns ready || die "evil_dns.py did not start"
}
evil_to() { # evil_to WORD: and some questions were asked meanwhile
    local before
    before=$(asked)
    echo "$1" >$W/how
    wait_for 30 more_asked $((before + 4)) || die "$1: nobody asks any more"
}
asked() { at client cat /proc/net/snmp | sed -n 's/^Udp: \([0-9]*\) .*/\1/p'; }
more_asked() { (($(asked) > $1)); }
t_names_evil() {
    lab n1 n2
    printf 'nameserver 198.51.100.100\noptions timeout:1 attempts:1\n' >$W/resolv.conf
    evil_dns 198.51.100.1 198.51.100.2
    local how lines open
    pair VRRP_UNICAST_PEER=nodes.example VRRP_TRACK="tcp://web.example:1 weight -10" \
        IPVS_WEB=tcp://$VIP:80 IPVS_WEB_REAL_SERVER=pods.example:80 IPVS_WEB_CHECK=tcp:// \
        CHECK_INTERVAL=0.5 CHECK_TIMEOUT=0.4
    wait_for 15 said n1 'pods.example is 198.51.100.1, 198.51.100.2' || die "no servers"
    open=$(descriptors)
    for how in $DNS_EVILS; do
        evil_to "$how"
        alone n1 || die "$how: n2 does not hear n1"
    done
    not grep -q '198\.51\.100\.66\|203\.0\.' $W/n1.log $W/n2.log || die "lies were believed"
    lines=$(wc -l <$W/n1.log)
    ((lines < 150)) || die "$lines lines of log"
    echo good >$W/how
    wait_for 30 said n1 'answered again' || die "the truth is not heard again"
    [ "$(grep -c 'Entering MASTER' $W/n1.log) $(grep -c 'Entering MASTER' $W/n2.log)" = '1 0' ] ||
        die "the address moved"
    wait_for 10 eval "((\$(descriptors) <= $open + 1))" || die "$(descriptors) descriptors, were $open"
    end n1
    [ "$STATUS" = 0 ] || die "exit status $STATUS"
    wait_for 10 alone n2 || die "n2 did not take over"
}
descriptors() {
    worker_of n1
    find "/proc/$WORKER/fd" -mindepth 1 2>/dev/null | wc -l
}
t_names_evil_thousand() { # more than anybody needs: what is used is said, and is bounded
    lab n1 n2
    evil_dns 198.51.100.1 198.51.100.2
    pair VRRP_UNICAST_PEER=nodes.example
    echo thousand >$W/how
    wait_for 15 said n1 'nodes.example is 203\.0\.113\.1, .* and [0-9]+ more' ||
        die "the thousand did not come"
    for_all_of 2 alone n1 || die "n2 does not hear n1 beside 1000 others"
    echo good >$W/how
    wait_for 15 eval "[ \$(grep -c 'nodes.example is 198.51.100.1, 198.51.100.2\$' $W/n1.log) = 2 ]" ||
        die "the truth is not heard again"
    alone n1 || die "the address moved"
}

# Whoever asks for a reload again and again while DNS is dead gets it all the same.
t_names_reload_patience() {
    local i
    lab n1
    printf 'nameserver 198.51.100.99\n' >$W/resolv.conf
    echo "VRRP_PRIORITY=100" >$W/env
    sidecar n1 n1 VRRP_INTERFACE=eth0 VRRP_VIRTUAL_IPADDRESS=$VIP/24 SIDECAR_ENV_FILE=$W/env
    wait_for 10 said n1 'Entering MASTER' || die "n1 did not become MASTER"
    for i in {1..8}; do
        printf '%s\n' "VRRP_TRACK=tcp://nobody$i.example:80 weight 5" >$W/env
        kill -s HUP "${PID[n1]}"
        nap 1.5
    done
    said n1 'configuration read again' || die "the reload never happens"
}
