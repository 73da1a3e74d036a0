# shellcheck shell=bash
# A laboratory for layer 4 load balancing: a client, two directors, three real servers, on the world
# of ../net/lib.sh. IPVS, as its tables, belongs to a network namespace: each director has its own.
# "lab KIND [6]" says where the servers are and how they send their answers:
#
#   dr   on the client's network, the virtual address on lo, deaf for ARP; they answer the client
#   tun  the same, the address on a tunnel's end
#   nat  on a network behind the directors, 203.0.113.0/24 or 2001:db8:1::/64, whose router is
#        GATEWAY, an address that has to be on the active director
#
# rs1 is .3 (::3) there, rs2 .4, rs3 .5; the same is in RS[1] to RS[3]. V is the virtual address,
# and HTTP, GATEWAY and so on are in the form that URLs want.

# ipvs_here: true when this kernel has IPVS, of which a guest (run.sh) loads the modules on demand
ipvs_here() { unshare -n ipvsadm -Ln >/dev/null 2>&1; }

lab() { # lab nat|dr|tun [6]
    KIND=$1 IPV=${2:-4}
    ipvs_here || skip "this kernel has no IPVS, or does not give it to us"
    world dir1 dir2 rs1 rs2 rs3 client
    lab_words
    local i
    for i in rs1 rs2 rs3 client; do # all networks are one wire: nobody must learn of short cuts
        set_in $i net.ipv{4,6}.conf.{all,eth0}.accept_redirects=0
    done
    for i in 1 2 3; do "lab_$KIND" rs$i $((i + 2)); done
    for i in dir1 dir2; do lab_director $i; done
}
lab_words() {
    local i
    RS=()
    for i in 1 2 3; do
        case $KIND$IPV in
        nat4) RS[i]=203.0.113.$((i + 2)) ;;
        nat6) RS[i]=2001:db8:1::$((i + 2)) ;;
        *4) RS[i]=198.51.100.$((i + 2)) ;;
        *6) RS[i]=2001:db8::$((i + 2)) ;;
        esac
    done
    V=$VIP GATEWAY=203.0.113.10 BITS=32
    [ "$IPV" = 4 ] || { V=$VIP6 GATEWAY=2001:db8:1::10 BITS=128; }
    AT=$(url_of "$V")
}
url_of() { [[ $1 != *:* ]] && echo "$1" || echo "[$1]"; } # url_of ADDRESS: as URLs have it
# set_in NODE NAME=VALUE...: settings of its kernel
set_in() {
    local node=$1
    shift
    must at "$node" sysctl -qw "$@"
}
lab_director() {
    set_in "$1" net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
        net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.eth0.send_redirects=0
    # the client's ports come again: a director that sees one direction alone takes that for the
    # connection before, and the shares are not exact
    at "$1" ipvsadm -Ln >/dev/null && set_in "$1" net.ipv4.vs.conn_reuse_mode=3
    must ipn "$1" addr add "203.0.113.${1#dir}/24" dev eth0
    must ipn "$1" addr add "2001:db8:1::${1#dir}/64" dev eth0 nodad
}
lab_dr() { # lab_dr NODE NUMBER
    set_in "$1" net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
    must ipn "$1" addr add "$V/$BITS" dev "${3:-lo}"
}
lab_tun() {
    local device=tunl0 type=ipip
    [ "$IPV" = 4 ] || device=ip6tnl0 type=ip6tnl
    # the device is there as soon as its module is
    ipn "$1" link show $device >/dev/null 2>&1 || ipn "$1" link add $device type $type 2>/dev/null
    [ "$IPV" = 4 ] || ipn "$1" link set $device type ip6tnl mode any 2>/dev/null
    must ipn "$1" link set $device up
    set_in "$1" net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
    [ "$IPV" = 6 ] || set_in "$1" "net.ipv4.conf.$device.rp_filter=0"
    lab_dr "$1" "$2" $device
}
lab_nat() {
    must ipn "$1" addr flush dev eth0 scope global
    must ipn "$1" addr add "203.0.113.$2/24" dev eth0
    must ipn "$1" addr add "2001:db8:1::$2/64" dev eth0 nodad
    must ipn "$1" route add default via 203.0.113.10
    must ipn "$1" -6 route add default via 2001:db8:1::10
}
# by_hand DIRECTOR: the addresses it has when it is the active one. Nothing that it sends of its own
# comes from them, a tunnel's outer header least of all: its server would take that for its own.
by_hand() {
    local address flags=()
    [ "$IPV" = 4 ] || flags=(nodad preferred_lft 0)
    for address in "$V" "$GATEWAY"; do
        must ipn "$1" addr add "$address/$BITS" dev eth0 "${flags[@]}"
    done
}

# --- servers and users --------------------------------------------------------------------------

# web NODE [NAME] [DIRECTIVE]: nginx there, which says NAME; /healthz says ok. end NAME ends it.
# Port 443 has TLS when there is a certificate.
web() {
    local node=$1 name=${2:-$1} dir=$W/web-${2:-$1}
    mkdir -p "$dir"
    {
        echo "pid $dir/pid; error_log stderr; worker_processes 1; daemon off; user root;"
        echo "events { worker_connections 512; }"
        echo "http { access_log off; keepalive_timeout 0;"
        printf '%s_temp_path %s;\n' client_body "$dir" proxy "$dir" fastcgi "$dir" uwsgi "$dir" \
            scgi "$dir"
        echo "server { listen 80 reuseport; listen [::]:80 ipv6only=on reuseport;"
        [ ! -s $W/cert ] || echo "listen 443 ssl; listen [::]:443 ssl;
            ssl_certificate $W/cert; ssl_certificate_key $W/key;"
        echo "default_type text/plain; $3"
        echo "location = /healthz { return 200 \"ok\\n\"; }"
        echo "location / { return 200 \"$name\\n\"; } } }"
    } >"$dir/conf"
    start "$name" "$node" nginx -p "$dir" -c "$dir/conf" -g ''
    wait_for 15 listens "$node" 80 || die "nginx on $node does not listen"
}
listens() { [ -n "$(at "$1" ss -Hltn "sport = :$2")" ]; } # listens NODE PORT
certificate() {
    must openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
        -subj /CN=rs.example -keyout $W/key -out $W/cert 2>/dev/null
}
webs() {
    local i
    for i in rs1 rs2 rs3; do web $i; done
}
# speaker NODE PORT [NAME]: says its name, then whatever it is told
speaker() {
    local name=${3:-$1}
    start "speak-$name" "$1" busybox nc -ll -p "$2" -e sh -c "echo $name; exec cat"
    wait_for 15 listens "$1" "$2" || die "nobody listens on $1 at $2"
}

# ask N [URL]: the client asks N times, each time by a new connection; SAYS[rs1] ... count the
# answers, SAYS[none] the failures; one by one they are in $W/answers
declare -A SAYS
ask() {
    local code name
    SAYS=([none]=0)
    at client curl -sS -H 'Connection: close' --connect-timeout 6 --max-time 10 \
        --fail-early -w '%{http_code}\n' "${2:-http://$AT/}?[1-$1]" >$W/answers 2>$W/failures
    while read -r name && { [[ $name == [0-9][0-9][0-9] ]] && code=$name || read -r code; }; do
        [ "$code" = 200 ] || name=none
        SAYS[$name]=$((${SAYS[$name]:-0} + 1))
    done <$W/answers
}
# shares RS1 RS2 RS3 [FAILURES]: that is what they said, give or take two and 0.3 %
shares() {
    local i=0 said want=("$@") right=1 slack=$((2 + ($1 + $2 + $3) / 300))
    for said in "${SAYS[rs1]:-0}" "${SAYS[rs2]:-0}" "${SAYS[rs3]:-0}" "${SAYS[none]}"; do
        ((said - ${want[i]:-0} <= slack && ${want[i]:-0} - said <= slack)) || right=
        i=$((i + 1))
    done
    said="${SAYS[rs1]:-0} ${SAYS[rs2]:-0} ${SAYS[rs3]:-0} ${SAYS[none]}"
    [ -n "$right" ] || die "rs1, rs2, rs3, failures: $said, expected $* $(tail -n 1 $W/failures)"
    say "rs1, rs2, rs3: ${said% *}"
}
table() { at "$1" ipvsadm -Sn; } # table DIRECTOR: what its kernel has, as ipvsadm's options
# balancer_keepalived NAME NODE FILE: its checkers and virtual servers, without VRRP
balancer_keepalived() {
    start "$1" "$2" keepalived -n -l -D -C -f "$3" -p "$W/$1.pid" -c "$W/$1.check"
}
