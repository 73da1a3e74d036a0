# shellcheck shell=bash
# Every option of services, real servers and sync daemons, set through ipvs.h (lvs.c) and read back
# by ipvsadm and by ipvs.h; what cannot be done is told in a sentence.

director() {
    ipvs_here || skip "this kernel has no IPVS, or does not give it to us"
    world n1 n2
}
ipvs_here() { unshare -n ipvsadm -Ln >/dev/null 2>&1; }
lvs() { at n1 "$TOOLS/lvs" "$@"; }
adm() { at n1 ipvsadm "$@"; }
rules() { printf '%s\n' "$@" | lvs || die "refused: $*"; } # rules LINE...: in ipvsadm's words

# table LINE...: that is what both say the kernel has (ipvsadm -S does not print thresholds). A list
# is not of one moment: services of other namespaces that come meanwhile make some come twice.
table() {
    printf '%s\n' "$@" | grep . | sort >$W/want
    wait_for 15 read_so || die "read back: $(cat $W/difference)"
}
read_so() {
    lvs -S | sort >$W/ours
    adm -Sn | sort >$W/theirs
    diff $W/want $W/ours >$W/difference || return 1
    sed 's/ -x [0-9]* -y [0-9]*//' $W/want | diff - $W/theirs >$W/difference
}
# same LINE...: set it, and it is there as it was said
same() {
    rules "$@"
    table "$@"
}

V4='-t 198.51.100.1:80' V6='-t [2001:db8::1]:80'
t_ipvs_services() {
    director
    same "-A $V4 -s wlc" '-A -u 198.51.100.1:53 -s rr -o' "-A $V6 -s rr" '-A -f 7 -s wlc' \
        '-A --sctp-service 198.51.100.1:80 -s lc' '-A -t 198.51.100.2:0 -s rr -p 300' \
        '-A -f 7 -6 -s rr -p 9' '-A -f 2147483647 -s none' \
        '-A -u 198.51.100.1:5060 -s rr -p 60 --pe sip'
    rules -C
    table ''
}
# all that Debian's kernel has (twos may be missing), and the flags of those that have some
t_ipvs_schedulers() {
    director
    local lines=() port=1 scheduler
    for scheduler in dh fo lblc lblcr lc mh nq ovf rr sed sh wlc wrr; do
        lines+=("-A -t 198.51.100.1:$((port++)) -s $scheduler")
    done
    for scheduler in sh mh; do
        lines+=("-A -t 198.51.100.1:$((port++)) -s $scheduler -b $scheduler-fallback"
            "-A -t 198.51.100.1:$((port++)) -s $scheduler -b $scheduler-port"
            "-A -t 198.51.100.1:$((port++)) -s $scheduler -b $scheduler-fallback,$scheduler-port")
    done
    lines+=('-A -u 198.51.100.1:100 -s rr -b flag-1' '-A -u 198.51.100.1:101 -s rr -b flag-2,flag-3'
        '-A -u 198.51.100.1:102 -s rr -o -b flag-1,flag-2,flag-3')
    same "${lines[@]}"
}
t_ipvs_persistence() {
    director
    local lines=() n
    for n in 1 8 15 24 31; do
        lines+=("-A -t 198.51.100.1:$n -s rr -p 100 -M $(mask $n)")
        lines+=("-A -t [2001:db8::1]:$n -s rr -p 2678400 -M $((n * 4))")
    done
    same "${lines[@]}" "-A $V4 -s rr -p 1" "-A $V6 -s rr -p 1"
}
mask() {
    local bits=$((0xffffffff << (32 - $1) & 0xffffffff))
    echo "$((bits >> 24)).$((bits >> 16 & 255)).$((bits >> 8 & 255)).$((bits & 255))"
}

R4=203.0.113.3:80
t_ipvs_real_servers() {
    director
    same "-A $V4 -s wrr" "-a $V4 -r 203.0.113.1:8080 -m -w 65535" \
        "-a $V4 -r 203.0.113.2:80 -g -w 0" "-a $V4 -r $R4 -i -w 1 --tun-type ipip" \
        "-A $V6 -s rr" "-a $V6 -r [2001:db8::7]:81 -m -w 3" \
        "-a $V6 -r [2001:db8::8]:80 -g -w 4" "-a $V6 -r [2001:db8::9]:80 -i -w 4 --tun-type ipip" \
        '-A -f 7 -s rr' '-a -f 7 -r 203.0.113.1:0 -g -w 1' '-A -u 198.51.100.1:53 -s rr' \
        '-a -u 198.51.100.1:53 -r 127.0.0.1:53 -m -w 1'
}
t_ipvs_tunnels() {
    director
    same "-A $V4 -s wrr" \
        "-a $V4 -r 203.0.113.1:80 -i -w 1 --tun-type gue --tun-port 6080 --tun-nocsum" \
        "-a $V4 -r 203.0.113.2:80 -i -w 1 --tun-type gue --tun-port 65535 --tun-csum" \
        "-a $V4 -r 203.0.113.3:80 -i -w 1 --tun-type gue --tun-port 1 --tun-remcsum" \
        "-a $V4 -r 203.0.113.4:80 -i -w 1 --tun-type gre --tun-nocsum" \
        "-a $V4 -r 203.0.113.5:80 -i -w 1 --tun-type gre --tun-csum" \
        "-a $V4 -r [2001:db8::9]:80 -i -w 1 --tun-type ipip" \
        "-A $V6 -s rr" "-a $V6 -r 203.0.113.5:80 -i -w 1 --tun-type ipip"
}
t_ipvs_thresholds() {
    director
    same "-A $V4 -s rr" "-a $V4 -r 203.0.113.1:80 -m -w 1 -x 1000 -y 500" \
        "-a $V4 -r 203.0.113.2:80 -m -w 1 -x 4294967295 -y 0"
    adm -Ln --thresholds >$W/thresholds
    grep -qE '203.0.113.1:80 +1000 +500 ' $W/thresholds || die "$(cat $W/thresholds)"
    grep -qE '203.0.113.2:80 +4294967295 +0 ' $W/thresholds || die "$(cat $W/thresholds)"
}

# what is there is changed in place, one option after the other, forth and back
t_ipvs_edit() {
    director
    local plain="-A $V4 -s rr" server="-a $V4 -r $R4 -m -w 1" line
    same "$plain" "$server"
    for line in "-A $V4 -s wrr" "-A $V4 -s rr -p 10" "-A $V4 -s rr -p 20 -M 255.255.255.0" \
        "-A $V4 -s rr -b flag-2" "-A $V4 -s rr -p 20 --pe sip" "$plain"; do
        rules "$line"
        table "$line" "$server"
    done
    for line in "-w 0" "-w 7" "-w 7 -x 9 -y 3" "-w 1"; do
        rules "-a $V4 -r $R4 -m $line"
        table "$plain" "-a $V4 -r $R4 -m $line"
    done
    for line in '-g -w 1' '-i -w 1 --tun-type gue --tun-port 9 --tun-csum' \
        '-i -w 1 --tun-type gre --tun-nocsum' '-i -w 1 --tun-type ipip' '-m -w 1'; do
        rules "-a $V4 -r $R4 $line"
        table "$plain" "-a $V4 -r $R4 $line"
    done
    rules "-d $V4 -r $R4"
    table "$plain"
    rules "-D $V4"
    table ''
}

# more than one message can hold, and questions in the middle of a list
t_ipvs_long_lists() {
    director
    local i j lines=()
    for i in {1..12}; do
        lines+=("-A -t 198.51.100.1:$i -s rr")
        for j in {1..90}; do lines+=("-a -t 198.51.100.1:$i -r 203.0.113.$j:$i -m -w $j"); done
    done
    same "${lines[@]}"
    say "${#lines[@]} lines"
}

t_ipvs_sync_daemons() {
    director
    local usual='group=224.0.0.81, port=8848, ttl=1' six='--mcast-group-port [ff02::81]:1'
    local other='--mcast-ttl 4 --sync-maxlen 1000 --mcast-group-port 224.1.2.3:9999'
    local told='maxlen=1024, group=224.1.2.3, port=9999, ttl=4' # it makes 1024 of a backup's 1000
    rules '--start-daemon=master --mcast-interface eth0 --syncid 7'
    daemons "master sync daemon (mcast=eth0, syncid=7, maxlen=1472, $usual)"
    rules "--start-daemon=backup --mcast-interface eth0 --syncid 255 $other" '--stop-daemon=master'
    daemons "backup sync daemon (mcast=eth0, syncid=255, $told)"
    rules '--stop-daemon=backup' \
        "--start-daemon=master --mcast-interface eth0 --sync-maxlen 1000 $six"
    daemons 'master sync daemon (mcast=eth0, syncid=0, maxlen=1000, group=ff02::81, port=1, ttl=1)'
    rules '--stop-daemon=master'
    daemons ''
}
daemons() { # what ipvsadm and ipvs.h say of them
    [ "$(lvs --daemon)" = "$1" ] || die "ipvs.h reads $(lvs --daemon)"
    [ "$(adm -L --daemon)" = "$1" ] || die "ipvsadm reads $(adm -L --daemon)"
}

t_ipvs_timeouts() {
    director
    local all info
    rules '--set 100 50 30'
    [ "$(lvs --timeout)" = 'Timeout (tcp tcpfin udp): 100 50 30' ] || die "$(lvs --timeout)"
    rules '--set 0 60 0'
    all=$(lvs --timeout)
    [ "$all" = 'Timeout (tcp tcpfin udp): 100 60 30' ] || die "$all"
    [ "$(adm -L --timeout)" = "$all" ] || die "ipvsadm reads $(adm -L --timeout)"
    info=$(lvs --info)
    adm -Ln | grep -qF "version ${info% *} (${info#* })" || die "$info: $(adm -Ln)"
}

# three connections from the director itself, counted by both; the kernel sums up every 2 s
t_ipvs_counters() {
    director
    local i
    rules "-A $V4 -s rr" "-a $V4 -r 198.51.100.2:8080 -m -w 1"
    start server n2 python3 -m http.server -d $W 8080
    wait_for 30 listens || die "no server"
    for i in 1 2 3; do
        at n1 curl -sf -m 10 -o /dev/null http://198.51.100.1/ || die "curl $i: $?"
    done
    wait_for 20 agreed || die "$(cat $W/counted $W/stats)"
    grep -q '^-a.* inactive 3 ' $W/counted || die "$(cat $W/counted)"
    rules "-Z $V4"
    lvs -c | grep -q '^-a.*connections 0 packets 0 0 bytes 0 0' || die "not zero: $(lvs -c)"
}
agreed() {
    local counted
    lvs -c >$W/counted
    adm -Ln --stats --exact >$W/stats
    counted=$(sed -n 's/^-a.*connections \([0-9]*\) packets \([0-9 ]*\) bytes \(.*\)/\1 \2 \3/p' \
        $W/counted)
    [ "${counted%% *}" = 3 ] && grep -qE "198.51.100.2:8080 +${counted// / +} *$" $W/stats
}
listens() { at n2 curl -s -m 2 -o /dev/null http://198.51.100.2:8080/; }

# refused LINE REGEX: and it says why
refused() {
    printf '%s\n' "$1" | lvs 2>$W/error && die "accepted: $1"
    grep -qE -- "$2" $W/error || die "$1: $(cat $W/error)"
}
t_ipvs_sentences() {
    director
    rules "-A $V4 -s rr" "-a $V4 -r 203.0.113.1:80 -m -w 1"
    local server='real server 203.0.113.9:80 of TCP 198.51.100.1:80'
    refused '-A -t 198.51.100.9:80 -s nosuch' '^-2 cannot add TCP 198.51.100.9:80: the kernel'
    grep -q 'has no scheduler nosuch: modprobe ip_vs_nosuch on the host$' $W/error ||
        die "$(cat $W/error)"
    refused '-A -t 198.51.100.9:80 -s rr -p 9 --pe nosuch' 'or no engine nosuch: modprobe'
    refused "-A $V4 -s RR" 'cannot add TCP 198.51.100.1:80: a scheduler is named by'
    refused '-A -t 198.51.100.9:0 -s rr' 'port 0 needs persistence'
    refused "-d $V4 -r 203.0.113.9:80" "^-2 cannot delete $server: no such real server"
    refused '-D -t 198.51.100.9:80' '^-3 cannot delete TCP 198.51.100.9:80: no such service'
    refused '-a -t 198.51.100.9:80 -r 203.0.113.9:80 -m' '^-3 cannot add real.*no such service'
    refused "-a $V4 -r 224.0.0.1:80 -m" '^-22 cannot add real server 224.0.0.1:80.*of a host'
    refused "-a $V4 -r [2001:db8::9]:80 -m" '^-1000 cannot add.*unless by tunnel'
    refused "-a $V4 -r 203.0.113.9:80 -m -w -1" "cannot add $server: weight must be 0..2147483647"
    refused "-a $V4 -r 203.0.113.9:80 -i --tun-type gue" 'GUE needs a port'
    refused '--start-daemon=master --mcast-interface eth9' 'MASTER on eth9: no such interface'
    refused '--stop-daemon=backup' '^-3 cannot stop the sync daemon BACKUP: it does not run'
    refused '--set 99999999 0 0' '^-22 cannot set the timeouts'
    rules '--start-daemon=master --mcast-interface eth0'
    refused '--start-daemon=master --mcast-interface eth0' '^-17 .*it runs already'
    refused "-a $V4 -r [2001:db8::9]:80 -i" 'a real server of another family needs a tunnel, and no'
    rules '--stop-daemon=master' "-a $V4 -r [2001:db8::9]:80 -i -w 1"
    refused '--start-daemon=master --mcast-interface eth0' 'not together with real servers'
    table "-A $V4 -s rr" "-a $V4 -r 203.0.113.1:80 -m -w 1" \
        "-a $V4 -r [2001:db8::9]:80 -i -w 1 --tun-type ipip"
    if at n1 unshare -Ur true 2>/dev/null; then
        at n1 unshare -Ur "$TOOLS/lvs" -S 2>$W/error && die "listed without the right to"
        grep -q '^-1 .*CAP_NET_ADMIN in the initial' $W/error || die "$(cat $W/error)"
    fi
}

# the program of the manual
t_ipvs_example() {
    director
    awk '/^   EXAMPLE/ { on = 1; next }
        on && /^   [A-Z]/ { exit }
        on && /^    / { print substr($0, 5) }' "$TOP/ipvs.h" >$W/example.c
    must gcc -std=gnu99 -D_GNU_SOURCE -I"$TOP" -o $W/example $W/example.c
    at n1 $W/example 198.51.100.10 203.0.113.1 203.0.113.2 | sort >$W/said
    printf '%s:80 0 connections\n' 203.0.113.1 203.0.113.2 | diff - $W/said || die "$(cat $W/said)"
    table '-A -t 198.51.100.10:80 -s rr' '-a -t 198.51.100.10:80 -r 203.0.113.1:80 -m -w 1' \
        '-a -t 198.51.100.10:80 -r 203.0.113.2:80 -m -w 1'
}

# without the module: the sentence; a program that was there before goes on when it comes anew
t_ipvs_absent_alone() {
    director
    grep -q '^ip_vs ' /proc/modules || skip "ip_vs is no module of this kernel"
    local helper
    helper=$(cat /proc/sys/kernel/modprobe)
    # shellcheck disable=SC2064
    trap "echo '$helper' >/proc/sys/kernel/modprobe; leave" EXIT
    mkfifo $W/words
    start lvs n1 bash -c "exec $TOOLS/lvs <$W/words"
    exec {words}>$W/words
    echo "-A $V4 -s rr" >&$words
    wait_for 20 counted 1 || die "not added"
    must adm -C
    unload || die "the module stays: $(grep ip_vs /proc/modules)"
    lvs -S 2>$W/error && die "there is one"
    grep -qx -- '-1016 the kernel has no ip_vs: modprobe ip_vs on the host' $W/error ||
        die "$(cat $W/error)"
    echo "$helper" >/proc/sys/kernel/modprobe
    at n1 "$TOOLS/lvs" --info >/dev/null || die "the kernel does not load it"
    unload || die "the module stays: $(grep ip_vs /proc/modules)"
    echo "$helper" >/proc/sys/kernel/modprobe
    echo "-A $V4 -s wrr" >&$words
    wait_for 20 counted 1 || die "not added again: $(cat "${LOG[lvs]}")"
    table "-A $V4 -s wrr"
}
counted() { [ "$(adm -Sn | grep -c '^-A')" = "$1" ]; }
unload() {
    local list
    echo /bin/false >/proc/sys/kernel/modprobe
    list=$(sed -n 's/^\(ip_vs_[a-z0-9_]*\) .*/\1/p' /proc/modules)
    # shellcheck disable=SC2086
    wait_for 30 rmmod $list ip_vs 2>/dev/null || wait_for 10 rmmod ip_vs 2>/dev/null
    ! grep -q '^ip_vs ' /proc/modules
}
