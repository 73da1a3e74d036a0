# shellcheck shell=bash
# Two nodes with real proxies (nginx, HAProxy) and sidecar beside them: the address is where the
# service is. All servers answer with the name of their node.

# shellcheck source=test/net/peers.sh
. "$NET/peers.sh"

SLACK=1500 # a stall of a shared machine, in ms
ADVERT=200 EVERY=200
SKEW=$((ADVERT * 156 / 256))
FOUND=$((3 * EVERY)) # fall 2, and the timeout of the last attempt

# A timeout is not the interval's where a machine may stall for that long.
run() { # run NODE PRIORITY [VARIABLE=VALUE ...]
    local node=$1 priority=$2
    shift 2
    sidecar "$node" "$node" VRRP_INTERFACE=eth0 VRRP_VIRTUAL_ROUTER_ID=51 VRRP_ADVERT_INT=0.2 \
        VRRP_VIRTUAL_IPADDRESS=$VIP/24 "VRRP_PRIORITY=$priority" CHECK_TIMEOUT=3 "$@"
}
# both [VARIABLE=VALUE ...]: n1 with 150 and n2 with 100, checks at 0.2 s; n1 has the address
both() {
    watch_nodes $VIP n1 n2
    run n1 150 CHECK_INTERVAL=0.2 "$@"
    run n2 100 CHECK_INTERVAL=0.2 "$@"
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    wait_for 5 said n2 BACKUP || die "n2 did not become BACKUP"
}
listens() { at "$1" ss -Hltn "sport = :$2" | grep -q .; }
nginx_on() { # nginx_on NODE [PORT]
    local port=${2:-80}
    mkdir -p "$W/www-$1"
    echo "$1" >"$W/www-$1/index.html"
    cat >"$W/nginx-$1.conf" <<CONF
user root; daemon off; pid $W/nginx-$1.pid; error_log stderr; worker_processes 1;
events { worker_connections 100; }
http { access_log off; server { listen $port; root $W/www-$1; $CRYPT } }
CONF
    start "nginx-$1" "$1" nginx -p $W -c "$W/nginx-$1.conf"
    wait_for 10 listens "$1" "${port%% *}" || die "nginx did not start on $1"
}
haproxy_on() { # haproxy_on NODE
    cat >"$W/haproxy-$1.cfg" <<CONF
defaults
    mode http
    timeout connect 1s
    timeout client 5s
    timeout server 5s
frontend f
    bind :80
    http-request return status 200 content-type text/plain string $1
CONF
    start "haproxy-$1" "$1" haproxy -db -f "$W/haproxy-$1.cfg"
    echo "${PID[haproxy-$1]}" >"$W/haproxy-$1.pid"
    wait_for 10 listens "$1" 80 || die "haproxy did not start on $1"
}
# page NODE: it is this node's page that a client sees at the floating address
page() {
    [ "$(at client timeout 2 bash -c "exec 3<>/dev/tcp/$VIP/80 &&
        printf 'GET / HTTP/1.0\r\n\r\n' >&3 && tail -n 1 <&3" 2>/dev/null | tr -d '\r')" = "$1" ]
}
n2_within() { # n2_within HIGH: n2 has it alone by HIGH ms after the mark, and serves
    wait_for $(($1 / 1000 + 3)) alone n2 || die "n2 did not take over"
    took n2
    local ms=$MS
    between 0 "$ms" "$1" takeover
    no_overlap_over 300 "at the takeover"
    say "takeover $ms ms"
}
n1_within() {
    wait_for $(($1 / 1000 + 3)) alone n1 || die "n1 did not get it back"
    took n1
    say "back after $MS ms"
}

# --- the proxy next door ----------------------------------------------------------------------------

t_proxy_nginx_dies() { # one variable; without a weight it is a FAULT
    world n1 n2 client
    nginx_on n1
    nginx_on n2
    both VRRP_TRACK=http://127.0.0.1/ CHECK_FALL=2
    wait_for 5 page n1 || die "the client does not see n1's page"
    mark
    end nginx-n1 KILL
    n2_within $((FOUND + SKEW + SLACK))
    wait_for 5 page n2 || die "the client does not see n2's page"
    wait_for 5 said n1 \
        'check http://127.0.0.1/ is DOWN \(connection refused, [0-9.]* ms; was UP\)' ||
        die "n1 does not say why"
    wait_for 5 said n1 'Entering FAULT STATE \(a tracked object is down' || die "n1 is not in FAULT"
    mark
    nginx_on n1
    n1_within $((FOUND + 4 * ADVERT + SLACK))
    wait_for 5 page n1 || die "the client does not see n1's page again"
}
t_proxy_haproxy_weight() { # 150 - 60 is less than 100, and no FAULT
    world n1 n2 client
    haproxy_on n1
    haproxy_on n2
    both VRRP_TRACK="proxy weight -60" CHECK_PROXY=tcp://127.0.0.1:80 CHECK_FALL=2
    mark
    end haproxy-n1 KILL
    n2_within $((FOUND + 4 * ADVERT + SLACK))
    wait_for 5 page n2 || die "the client does not see n2's page"
    ! said n1 FAULT || die "n1 was in FAULT"
    mark
    haproxy_on n1
    n1_within $((FOUND + 4 * ADVERT + SLACK))
}
t_proxy_haproxy_weight_added() { # 90 + 60 while it is there; the check's own weight
    world n1 n2 client
    haproxy_on n1
    haproxy_on n2
    watch_nodes $VIP n1 n2
    run n1 90 VRRP_TRACK_SCRIPT=PROXY CHECK_PROXY=process:$W/haproxy-n1.pid CHECK_PROXY_WEIGHT=60 \
        CHECK_INTERVAL=0.2
    run n2 100
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    wait_for 5 said n2 BACKUP || die "n2 did not become BACKUP"
    mark
    end haproxy-n1 KILL
    n2_within $((FOUND + 4 * ADVERT + SLACK))
    ! said n1 FAULT || die "n1 was in FAULT"
}
t_proxy_process() { # by name, without ps
    world n1 n2 client
    haproxy_on n1
    watch_nodes $VIP n1 n2
    run n1 150 VRRP_TRACK=process:haproxy CHECK_INTERVAL=0.2
    run n2 100
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    wait_for 5 said n2 BACKUP || die "n2 did not become BACKUP"
    mark
    end haproxy-n1 KILL
    n2_within $((EVERY + SKEW + SLACK))
    mark
    haproxy_on n1
    n1_within $((FOUND + 4 * ADVERT + SLACK))
}
t_proxy_unplugged() { # scenario 11: the link of the holder, with the proxy in order
    world n1 n2 client
    haproxy_on n1
    haproxy_on n2
    both VRRP_TRACK=http://127.0.0.1/
    probe_start $VIP
    mark
    unplug n1
    n2_within $((3 * ADVERT + SKEW + SLACK))
    nap 0.3
    probe_end
    between 0 "$GAP" $((3 * ADVERT + SKEW + SLACK)) "what the client saw as a silence"
    say "client's gap $GAP ms"
    mark
    plug n1
    n1_within $((4 * ADVERT + SLACK))
    ! said n1 'is DOWN' || die "the check of n1 was down"
}
t_proxy_https() {
    with_tls
    world n1 n2 client
    openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=www.example.com -days 2 \
        -addext 'subjectAltName=DNS:www.example.com' -keyout $W/key -out $W/crt 2>/dev/null ||
        die "no certificate"
    CRYPT="ssl_certificate $W/crt; ssl_certificate_key $W/key;" nginx_on n1 "443 ssl"
    watch_nodes $VIP n1 n2
    run n1 150 VRRP_TRACK=WEB CHECK_WEB=https://127.0.0.1/ CHECK_WEB_TLS_CA=$W/crt \
        CHECK_WEB_TLS_NAME=www.example.com CHECK_INTERVAL=0.2 CHECK_WEB_REGEX=n1
    run n2 100 VRRP_TRACK="BAD weight -1" CHECK_BAD=https://198.51.100.1/
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    wait_for 5 said n2 'check BAD is DOWN \(.*certificate' || die "n2 trusts the certificate"
    wait_for 5 said n2 BACKUP || die "n2 did not become BACKUP"
    mark
    end nginx-n1 KILL
    n2_within $((FOUND + SKEW + SLACK))
}

# --- files, scripts, gateways -----------------------------------------------------------------------

t_proxy_file_drain() { # scenario 4, with the number in a file and with the file alone
    world n1 n2 client
    watch_nodes $VIP n1 n2
    run n1 150 "VRRP_TRACK=file:$W/drain weight -60, file:$W/out reverse"
    run n2 100
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    wait_for 5 said n2 BACKUP || die "n2 did not become BACKUP"
    mark
    echo 1 >$W/drain
    n2_within $((4 * ADVERT + SLACK))
    ! said n1 FAULT.STATE.*MASTER || die "n1 was in FAULT"
    mark
    echo 0 >$W/drain
    n1_within $((4 * ADVERT + SLACK))
    mark
    touch $W/out
    n2_within $((SKEW + SLACK))
    wait_for 5 said n1 'Entering FAULT STATE.*was MASTER' || die "n1 is not in FAULT"
    mark
    rm $W/out $W/drain
    n1_within $((4 * ADVERT + SLACK))
}
t_proxy_script() { # it fails, it hangs, and nothing of it is left
    world n1 n2 client
    cat >$W/test.sh <<CODE
#!/bin/sh
[ "\$1" = 'a b' ] || exit 7
[ ! -e $W/bad ] || exit 3
[ ! -e $W/hang ] || exec sleep 4321
CODE
    chmod 755 $W/test.sh
    watch_nodes $VIP n1 n2
    run n1 150 VRRP_TRACK=t "CHECK_T=exec:$W/test.sh 'a b'" CHECK_INTERVAL=0.2 \
        CHECK_TIMEOUT=1.6 CHECK_FALL=2
    run n2 100
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    wait_for 5 said n2 BACKUP || die "n2 did not become BACKUP"
    mark
    touch $W/bad
    n2_within $((FOUND + SKEW + SLACK))
    wait_for 5 said n1 'is DOWN \(exit status 3' || die "n1 does not say why"
    mark
    rm $W/bad
    n1_within $((FOUND + 4 * ADVERT + SLACK))
    mark
    touch $W/hang
    n2_within $((2 * 1800 + SKEW + SLACK))
    wait_for 5 pgrep -f 'sleep 4321' >/dev/null || die "the script does not hang"
    end n1
    [ "$STATUS" = 0 ] || die "n1's exit status is $STATUS"
    wait_for 5 not pgrep -f 'sleep 4321' >/dev/null || die "the script is still there"
}
t_proxy_script_user() { # as another user, in a process that keeps only what that needs
    have_users || skip "no other users here"
    world n1 client
    printf '#!/bin/sh\n[ "$(id -u):$(id -g)" = 65534:65533 ]\n' >$W/test.sh
    chmod 755 $W $W/test.sh
    watch_nodes $VIP n1
    run n1 150 "VRRP_TRACK=exec:$W/test.sh" CHECK_USER="65534 65533" CHECK_INTERVAL=0.2
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    worker_of n1
    [[ $(grep CapPrm "/proc/$WORKER/status") == *00000000000030e0 ]] ||
        die "$(grep Cap "/proc/$WORKER/status")"
}
t_proxy_gateway() { # scenario 12c: a node that lost the gateway gives up
    world n1 n2 n3 client
    both VRRP_TRACK=icmp://198.51.100.3 CHECK_FALL=2
    mark
    ipn n1 route add blackhole 198.51.100.3
    n2_within $((FOUND + SKEW + SLACK))
    mark
    ipn n1 route del blackhole 198.51.100.3
    n1_within $((FOUND + 4 * ADVERT + SLACK))
}
t_proxy_bfd() { # another process is at the other end
    world n1 n2 n3 client
    sidecar n3 n3 VRRP_INTERFACE=eth0 VRRP_VIRTUAL_IPADDRESS=198.51.100.77/24 CHECK_MIN_TX=0.05 \
        CHECK_MIN_RX=0.05 "VRRP_TRACK=bfd://198.51.100.1 weight 1"
    watch_nodes $VIP n1 n2
    run n1 150 VRRP_TRACK=bfd://198.51.100.3 CHECK_MIN_TX=0.05 CHECK_MIN_RX=0.05
    run n2 100
    wait_for 15 alone n1 || die "n1 did not become MASTER"
    wait_for 5 said n2 BACKUP || die "n2 did not become BACKUP"
    mark
    end n3 KILL
    n2_within $((3 * 50 + SKEW + SLACK))
    wait_for 5 said n1 'check bfd://198.51.100.3 is DOWN' || die "n1 does not say why"
}

bfd_with() { # bfd_with PEER: n2 is a router; n1 and n3 want a BFD session with it
    world n1 n2 n3 client
    "peer_bfd_$1"
    watch_nodes $VIP n1 n3
    run n1 150 VRRP_TRACK=ROUTER CHECK_ROUTER=bfd://198.51.100.2 CHECK_MIN_TX=0.1 CHECK_MIN_RX=0.1 \
        CHECK_MULTIPLIER=20
    wait_for 20 alone n1 || die "n1 did not become MASTER"
    run n3 100
    wait_for 5 said n3 BACKUP || die "n3 did not become BACKUP"
    for_all_of 2 alone n1 || die "n1 does not keep it"
    mark
    end peer KILL
    wait_for 5 alone n3 || die "n3 did not take over"
    took n3
    between 1400 $MS $((2300 + SKEW + SLACK)) takeover # twenty packets, a tenth of a second apart
    wait_for 5 said n1 'check ROUTER is DOWN \(BFD .*time expired; was UP' ||
        die "n1 does not say why"
    say "$1 killed: takeover $MS ms"
    "peer_bfd_$1"
    wait_for 20 alone n1 || die "n1 did not get it back"
}
t_proxy_bfd_frr() { bfd_with frr; }
t_proxy_bfd_keepalived() { bfd_with keepalived; }

# --- before the first result, groups, reload --------------------------------------------------------

t_proxy_unknown() { # no address before the check has said something; with a weight it only counts
    world n1 n2 client
    watch_nodes $VIP n1 n2
    ipn n2 route add blackhole 203.0.113.1
    run n1 150 VRRP_TRACK=file:$W/hold CHECK_UP_DELAY=600 # up would take ten minutes
    for_all_of 3 nobody || die "n1 took it while nothing was known"
    wait_for 5 said n1 'Entering FAULT STATE' || die "n1 does not wait in FAULT"
    run n2 100 "VRRP_TRACK=icmp://203.0.113.1 weight 50"
    wait_for 10 alone n2 || die "n2 did not become MASTER"
}
t_proxy_group() { # what a group tracks moves all its members
    world n1 n2 client
    nginx_on n1
    local common=(VRRP_INTERFACE=eth0 VRRP_ADVERT_INT=0.2 VRRP_A_VIRTUAL_IPADDRESS=$VIP/24
        VRRP_B_VIRTUAL_IPADDRESS=198.51.100.11/24 VRRP_GROUP_G="A B")
    watch_nodes $VIP,198.51.100.11 n1 n2
    sidecar n1 n1 "${common[@]}" VRRP_PRIORITY=150 VRRP_GROUP_G_TRACK=http://127.0.0.1/ \
        CHECK_INTERVAL=0.2
    sidecar n2 n2 "${common[@]}" VRRP_PRIORITY=100
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    wait_for 10 alone n1 198.51.100.11 || die "n1 did not become MASTER of B"
    wait_for 5 said n2 BACKUP || die "n2 did not become BACKUP"
    mark
    end nginx-n1 KILL
    n2_within $((FOUND + SKEW + SLACK))
    wait_for 5 alone n2 198.51.100.11 || die "B did not follow"
}
verdicts() { grep -cE "check $2 is " "${LOG[$1]}"; }
reloads() { # reloads NODE N: it has read its configuration for the Nth time
    kill -HUP "${PID[$1]}"
    wait_for 5 eval "[ \$(grep -c 'configuration read again' ${LOG[$1]}) = $2 ]" ||
        die "no reload $2"
}
t_proxy_reload() { # verdicts stay, checks come and go, and the address does not move
    world n1 n2 client
    nginx_on n1
    local env=$W/env
    printf 'CHECK_WEB=http://127.0.0.1/\nVRRP_TRACK=WEB, tcp://127.0.0.1:80\n' >$env
    watch_nodes $VIP n1 n2
    run n1 150 SIDECAR_ENV_FILE=$env CHECK_INTERVAL=0.2
    run n2 100
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    wait_for 5 said n2 BACKUP || die "n2 did not become BACKUP"
    mark
    reloads n1 1
    printf 'CHECK_WEB=http://127.0.0.1/index.html\nCHECK_WEB_FALL=3\nVRRP_TRACK=WEB, file:/\n' >$env
    reloads n1 2
    for_all_of 2 alone n1 || die "a reload moved the address"
    [ "$(verdicts n1 WEB)" = 1 ] || die "the verdict of WEB was lost"
    [ "$(verdicts n1 tcp://127.0.0.1:80)" = 1 ] || die "the verdict of tcp was lost"
    wait_for 5 said n1 'check file:/ is UP' || die "the new check did not start"
    mark
    end nginx-n1 KILL
    n2_within $((4 * EVERY + SKEW + SLACK))
    reloads n1 3 # while it is down
    for_all_of 1 alone n2 || die "a reload brought n1 back"
    [ "$(verdicts n1 WEB)" = 2 ] || die "the verdict DOWN was lost"
    ! said n1 'tcp.*is DOWN' || die "the check that went still runs"
    printf 'CHECK_WEB=http://127.0.0.1/\nVRRP_TRACK=WEB, nonsense\n' >$env
    kill -HUP "${PID[n1]}"
    wait_for 5 said n1 'there is no check .nonsense' || die "no word about the mistake"
    mark
    nginx_on n1
    n1_within $((FOUND + 4 * ADVERT + SLACK))
}
t_proxy_reload_shared() { # checks that share a regex or a TLS setting, over many reloads
    with_tls
    world n1 client
    nginx_on n1
    local env=$W/env i
    cat >$env <<VARIABLES
VRRP_TRACK=A, B, C, D weight 1, E weight 1
CHECK_A=http://127.0.0.1/
CHECK_A_REGEX=n1
CHECK_B=http://127.0.0.1/
CHECK_B_REGEX=n1
CHECK_C=http://127.0.0.1/
CHECK_C_URL=/ regex n1, /index.html regex n1
CHECK_D=https://198.51.100.1/
CHECK_E=https://198.51.100.1/
CHECK_TLS_CA=/etc/ssl/certs/ca-certificates.crt
VARIABLES
    watch_nodes $VIP n1
    run n1 150 SIDECAR_ENV_FILE=$env CHECK_INTERVAL=0.2
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    for i in 1 2 3 4; do
        sed -i "/FALL/d; \$aCHECK_A_FALL=$i" $env
        reloads n1 $i
    done
    for_all_of 1 alone n1 || die "a reload moved the address"
    sed -i '/CHECK_A/d; s/TRACK=A, /TRACK=/' $env
    reloads n1 5
    for_all_of 1 alone n1 || die "the end of A moved the address"
    ! said n1 'check [ABC] is DOWN' || die "a check was down"
}
t_proxy_reload_storm() { # an attempt under way goes on, or a slow check would never end
    world n1 client
    printf '#!/bin/sh\nsleep 1.5\n' >$W/slow.sh
    chmod 755 $W/slow.sh
    watch_nodes $VIP n1
    run n1 150 VRRP_TRACK=exec:$W/slow.sh CHECK_TIMEOUT=10
    local i
    begun n1
    for i in {1..12}; do
        nap 0.25
        kill -HUP "${PID[n1]}"
    done
    said n1 'check exec:.* is UP \(ok, [1-9][0-9]{3}.[0-9] ms' || die "no attempt came to its end"
    wait_for 10 alone n1 || die "n1 did not become MASTER"
}
t_proxy_reload_certificate() { # a file of certificates that was replaced is read again
    with_tls
    world n1 client
    local i
    for i in 1 2; do
        openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=www.example.com -days 2 \
            -addext 'subjectAltName=DNS:www.example.com' -keyout $W/key$i -out $W/crt$i \
            2>/dev/null || die "no certificate"
    done
    cp $W/crt1 $W/ca
    CRYPT="ssl_certificate $W/crt2; ssl_certificate_key $W/key2;" nginx_on n1 "443 ssl"
    watch_nodes $VIP n1
    run n1 150 VRRP_TRACK="A, B" CHECK_A=https://127.0.0.1/ CHECK_B=https://127.0.0.1/ \
        CHECK_TLS_CA=$W/ca CHECK_A_TLS_NAME=www.example.com CHECK_B_TLS_NAME=www.example.com \
        CHECK_INTERVAL=0.2
    wait_for 10 said n1 'check B is DOWN \(.*certificate' || die "n1 trusts the certificate"
    reloads n1 1
    for_all_of 1 nobody || die "n1 trusts the certificate by now"
    cp $W/crt2 $W/ca2
    mv $W/ca2 $W/ca
    reloads n1 2
    wait_for 10 alone n1 || die "the new certificate was not read"
}
t_proxy_script_groups() { # a user by name has its groups, whatever its line looks like
    have_users || skip "no other users here"
    world n1 client
    cp /etc/passwd $W/passwd
    cp /etc/group $W/group
    echo 'drop::61001:61002:x:/:/bin/false' >>$W/passwd
    { printf 'long:x:61003:%0.2000d\n' 1 && printf 'more:x:61004:root,drop,x\nlast:x:61005:drop\n'; } >>$W/group
    must mount --bind $W/passwd /etc/passwd
    must mount --bind $W/group /etc/group
    printf '#!/bin/sh\n[ "$(id -u) $(id -G)" = "61001 $1" ] || { id >&2; exit 1; }\n' >$W/test.sh
    chmod 755 $W $W/test.sh
    watch_nodes $VIP n1
    run n1 150 VRRP_TRACK="A, B" "CHECK_A=exec:$W/test.sh '61002 61004 61005'" CHECK_A_USER=drop \
        "CHECK_B=exec:$W/test.sh 61002" CHECK_B_USER="drop 61002" CHECK_INTERVAL=0.2
    wait_for 10 alone n1 || die "n1 did not become MASTER"
}
t_proxy_script_number() { # misc_dynamic: the exit status is a number
    world n1 n2 client
    printf '#!/bin/sh\nexit $(cat %s)\n' $W/status >$W/test.sh
    chmod 755 $W/test.sh
    echo 2 >$W/status
    both "VRRP_TRACK=T weight -2" CHECK_T=exec:$W/test.sh CHECK_T_MISC_DYNAMIC=yes
    mark
    echo 25 >$W/status # 150 - 46 is enough
    wait_for 5 said n1 'the number is 23' || die "n1 does not say the number"
    for_all_of 1 alone n1 || die "a small number moved the address"
    echo 32 >$W/status # of both: 90 and 40
    wait_for 5 said n1 'the number is 30' || die "n1 does not say the number"
    for_all_of 1 alone n1 || die "the number of both moved the address"
    end n2
    run n2 100
    n2_within $((4 * ADVERT + 3000))
    mark
    echo 2 >$W/status
    n1_within $((FOUND + 4 * ADVERT + SLACK))
    mark
    echo 1 >$W/status # a failure is the worst
    n2_within $((FOUND + 4 * ADVERT + SLACK))
}
t_proxy_pages() { # several pages: all have to be good; what is sent
    world n1 n2 client
    nginx_on n1
    mkdir $W/www-n1/sub
    echo fine >$W/www-n1/sub/health
    watch_nodes $VIP n1 n2
    run n1 150 VRRP_TRACK=WEB CHECK_WEB=http://127.0.0.1 CHECK_WEB_URL_1_PATH=/ \
        CHECK_WEB_URL_2_PATH=/sub/health CHECK_WEB_URL_2_REGEX='^FINE$' \
        CHECK_WEB_URL_2_REGEX_OPTIONS='caseless multiline' CHECK_WEB_URL_3_PATH=/missing \
        CHECK_WEB_URL_3_STATUS_CODE=404 CHECK_INTERVAL=0.2 CHECK_WEB_FAST_RECOVERY=yes
    run n2 100
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    wait_for 5 said n2 BACKUP || die "n2 did not become BACKUP"
    mark
    echo sick >$W/www-n1/sub/health
    n2_within $((4 * EVERY + SKEW + SLACK))
    wait_for 5 said n1 'check WEB is DOWN \(/sub/health: the regex says no' ||
        die "n1 does not say why"
    mark
    echo Fine >$W/www-n1/sub/health
    n1_within $((2 * EVERY + 4 * ADVERT + SLACK))
}
t_proxy_nopreempt() { # scenario 9: a database on each node; after a repair the address stays
    world n1 n2 client
    local node
    serves() { at "$1" ss -Hltn 'sport = :3306' | grep -q .; }
    base() { # base NODE: something that answers with the name of its node
        start "db-$1" "$1" python3 -c "
import socketserver
class Hello(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.sendall(b'$1\n')
socketserver.ThreadingTCPServer.allow_reuse_address = True
socketserver.ThreadingTCPServer(('', 3306), Hello).serve_forever()"
        wait_for 10 serves "$1" || die "no database on $1"
    }
    asks() { [ "$(at client timeout 2 bash -c "exec 3<>/dev/tcp/$VIP/3306 && head -n 1 <&3" 2>/dev/null)" = "$1" ]; }
    base n1
    base n2
    watch_nodes $VIP n1 n2
    local words=(VRRP_TRACK=tcp://127.0.0.1:3306 VRRP_NOPREEMPT=yes CHECK_FALL=2 CHECK_INTERVAL=0.2)
    run n1 150 "${words[@]}"
    wait_for 10 alone n1 || die "n1 did not become MASTER" # whoever is first has it
    run n2 100 "${words[@]}"
    wait_for 5 said n2 'Entering BACKUP' || die "n2 did not become BACKUP"
    wait_for 5 asks n1 || die "the client does not reach n1"
    mark
    end db-n1 KILL
    n2_within $((FOUND + SKEW + SLACK))
    wait_for 5 asks n2 || die "the client does not reach n2"
    base n1
    wait_for 5 said n1 'check tcp://127.0.0.1:3306 is UP .*was DOWN' || die "n1 does not see its database"
    wait_for 5 said n1 'Entering BACKUP STATE \(fault cleared' || die "n1 stays in FAULT"
    for_all_of 3 alone n2 || die "the address went back"
    asks n2 || die "the client does not reach n2 any more"
    end db-n2 KILL
    wait_for 5 alone n1 || die "n1 did not take over"
    wait_for 5 asks n1 || die "the client does not reach n1 in the end"
}
t_proxy_many() { # 300 checks, each with a regex of its own
    world n1 client
    nginx_on n1
    local i list=
    for i in {1..300}; do
        printf 'CHECK_C%d=http://127.0.0.1/\nCHECK_C%d_REGEX=n1|%d\n' $i $i $i
        list+="C$i,"
    done >$W/env
    watch_nodes $VIP n1
    run n1 150 SIDECAR_ENV_FILE=$W/env "VRRP_TRACK=$list"
    wait_for 15 alone n1 || die "n1 did not become MASTER"
}
