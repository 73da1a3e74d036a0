# shellcheck shell=bash
# check.h beside real servers, and beside servers that misbehave. n1 checks what n2 offers.

# shellcheck source=test/net/peers.sh
. "$NET/peers.sh"

# first URL WORDS [checker OPTION...]: the first event of it says WORDS
first() {
    local url=$1 words=$2
    shift 2
    at n1 timeout 60 "$TOOLS/checker" count=1 interval=60000 timeout=20000 "$@" "$url" \
        >$W/first 2>&1 ||
        die "checker $url: $(cat $W/first)"
    grep -qE -- "$words" $W/first || die "$url: expected $words: $(head -n 3 $W/first)"
    grep -q '^descriptors 0' $W/first || die "$url leaves descriptors: $(cat $W/first)"
}
listens() { # listens NODE PORT
    at "$1" ss -Hlntu "sport = $2" | grep -q .
}
# what an attempt takes whose timeout is 300, 500, 2000 ms, late as a machine may be; first() is
# content with 20 s
AFTER_300='([3-9][0-9]{2}|[1-9][0-9]{3})\.'
AFTER_500='([5-9][0-9]{2}|[1-9][0-9]{3})\.'
AFTER_2000='[2-9][0-9]{3}\.'
# begin NAME [OPTION | URL]...: a checker in n1
begin() {
    local name=$1
    shift
    start "$name" n1 "$TOOLS/checker" "$@"
}
evil() {
    world n1 n2
    start evil n2 python3 "$NET/evil.py" 198.51.100.2
    wait_for 10 said evil ready || die "evil.py did not start"
}

# --- real servers ---------------------------------------------------------------------------------

# certificate NAME SUBJECT DAYS [SAN]
certificate() {
    openssl req -newkey rsa:2048 -nodes -keyout "$W/$1.key" -out "$W/$1.csr" -subj "/CN=$2" \
        2>/dev/null
    printf 'subjectAltName=%s\n' "${4:-DNS:$2}" >"$W/$1.ext"
    openssl x509 -req -in "$W/$1.csr" -CA $W/ca.crt -CAkey $W/ca.key -CAcreateserial \
        -out "$W/$1.crt" -days "$3" -extfile "$W/$1.ext" 2>/dev/null || die "openssl: $1"
}
certificates() {
    openssl req -x509 -newkey rsa:2048 -nodes -keyout $W/ca.key -out $W/ca.crt -subj "/CN=test CA" \
        -days 2 2>/dev/null || die "openssl"
    certificate good www.example.com 2
    certificate expired www.example.com -1
    certificate client "a client" 2
}
peer_nginx() {
    local servers='' entry
    mkdir -p $W/www
    echo "hello world" >$W/www/index.html
    for entry in "$@"; do
        servers+="server { listen ${entry%%=*}; listen [::]:${entry%%=*}; root $W/www;
            location /busy { return 503; } location /empty { return 204; } ${entry#*=} }"
    done
    cat >$W/nginx.conf <<CONF
user root; daemon off; pid $W/nginx.pid; error_log stderr; worker_processes 1;
events { worker_connections 500; }
http { access_log $W/access.log; $servers }
CONF
    start nginx n2 nginx -p $W -c $W/nginx.conf
    wait_for 10 listens n2 "${1%%[ =]*}" || die "nginx did not start"
}
crypt() { # crypt NAME [MORE]: what a server of nginx says about its certificate
    echo "ssl_certificate $W/$1.crt; ssl_certificate_key $W/$1.key; $2"
}

t_check_http() {
    world n1 n2
    peer_nginx 80=
    local md5
    md5=$(md5sum <$W/www/index.html | cut -c1-32)
    first http://198.51.100.2/ 'UP .* ok'
    first 'http://[2001:db8::2]/' 'UP .* ok'
    first 'http://[fe80::2%eth0]/' 'UP .* ok'
    first http://198.51.100.2/busy 'DOWN .* HTTP status 503'
    first http://198.51.100.2/none 'DOWN .* HTTP status 404'
    first http://198.51.100.2/empty 'UP .* ok'
    first http://198.51.100.2/busy 'UP .* ok' status=500-599
    first http://198.51.100.2/empty 'UP .* ok' status=204 keep=1
    first http://198.51.100.2/ 'UP .* ok' digest="$md5"
    first http://198.51.100.2/busy 'DOWN .* digest differs' digest="$md5" status=503
    first http://198.51.100.2/ 'UP .* ok' regex='w[o]r\w+$'
    first http://198.51.100.2/ 'DOWN .* regex' regex=nothing
    first http://198.51.100.2/ 'DOWN .* regex' regex=hello no_match=1
    first http://198.51.100.2/ 'DOWN .* regex' regex=hello regex_min=1
    first http://198.51.100.2/ 'UP .* ok' regex=WORLD caseless=1 regex_min=6 regex_max=6
    # what is behind the memory for a body may have the word or not
    { yes xxxxxxx | head -c 70000 && echo ERROR; } >$W/www/long
    first http://198.51.100.2/long 'DOWN .* too long 65535' regex=ERROR no_match=1
    first http://198.51.100.2/long 'UP .* ok' regex=ERROR no_match=1 regex_max=60000
    first http://198.51.100.2/long 'UP .* ok' regex=xx
    first http://198.51.100.2/ 'UP .* ok' protocol=1
    first http://198.51.100.2/ 'UP .* ok' method=HEAD
    first http://198.51.100.2/ 'UP .* ok' from=198.51.100.1 device=eth0
    first http://198.51.100.2/ 'done .* ok \(12 bytes: hello world\)' once=1
    first http://198.51.100.2:81/ 'DOWN .* connection refused'
    first http://203.0.113.1/ 'DOWN .* Network is unreachable'
}
# killed and started again: the verdict follows within an interval, and what is between is said
t_check_http_follows() {
    world n1 n2
    peer_nginx 80=
    begin c1 interval=200 fall=2 http://198.51.100.2/
    wait_for 5 said c1 'UP .* ok' || die "not UP"
    end nginx KILL
    wait_for 5 said c1 'failed .* connection refused' || die "the first failure is not told"
    wait_for 5 said c1 'DOWN .* connection refused' || die "not DOWN"
    peer_nginx 80=
    wait_for 5 eval '[ "$(grep -c UP ${LOG[c1]})" = 2 ]' || die "not UP again"
    end c1
    wait_for 5 said c1 '^descriptors 0' || die "descriptors are left"
}
# one connection carries all; the server closes it when it likes, and nobody hears of it
t_check_http_kept() {
    world n1 n2
    peer_nginx '80=keepalive_requests 10;' '81=keepalive_timeout 0;'
    begin c1 interval=20 timeout=5000 keep=1 http://198.51.100.2/ http://198.51.100.2:81/empty
    wait_for 10 eval '[ "$(wc -l <$W/access.log)" -gt 200 ]' || die "too few requests"
    end c1
    [ "$(grep -c . "${LOG[c1]}")" = 3 ] || die "$(cat "${LOG[c1]}")"
    wait_for 5 said c1 '^descriptors 0' || die "descriptors are left"
}
t_check_http_kept_closed() {
    evil
    begin c1 interval=150 timeout=5000 keep=1 http://198.51.100.2:9015/
    begin c2 interval=150 timeout=5000 keep=1 http://198.51.100.2:9012/
    for_all_of 2 not said c1 'DOWN|failed' || die "$(cat "${LOG[c1]}")"
    said c1 UP || die "not UP"
    wait_for 5 said c2 UP || die "not UP when two answers come"
    not said c2 'DOWN|failed' || die "$(cat "${LOG[c2]}")"
}
t_check_haproxy() {
    world n1 n2
    peer_nginx 8080=
    cat >$W/haproxy.cfg <<CONF
defaults
    mode http
    timeout connect 1s
    timeout client 5s
    timeout server 5s
frontend f
    bind :::80 v4v6
    default_backend b
backend b
    server s 198.51.100.2:8080 check inter 100ms
CONF
    start haproxy n2 haproxy -db -f $W/haproxy.cfg
    wait_for 10 listens n2 80 || die "haproxy did not start"
    begin c1 interval=100 http://198.51.100.2/ keep=1 'http://[2001:db8::2]/'
    wait_for 5 eval '[ "$(grep -c UP ${LOG[c1]})" = 2 ]' || die "not UP"
    end nginx KILL
    wait_for 5 eval '[ "$(grep -c "HTTP status 503" ${LOG[c1]})" -ge 2 ]' ||
        die "no 503: $(cat "${LOG[c1]}")"
    end haproxy KILL
    wait_for 5 eval '[ "$(grep -c "failed .* connection refused" ${LOG[c1]})" -ge 2 ]' ||
        die "no refusal"
}
tls_or_skip() {
    echo '#include <mbedtls/ssl.h>' | cc -E - >/dev/null 2>&1 || skip "https needs libmbedtls-dev"
}
t_check_https() {
    tls_or_skip
    world n1 n2
    certificates
    peer_nginx "443 ssl=$(crypt good)" "444 ssl=$(crypt expired)" \
        "445 ssl=$(crypt good "ssl_client_certificate $W/ca.crt; ssl_verify_client on;")" 80=
    first https://198.51.100.2/ 'UP .* ok' ca=$W/ca.crt name=www.example.com
    first 'https://[2001:db8::2]/' 'UP .* ok' ca=$W/ca.crt vhost=www.example.com
    first https://198.51.100.2/ 'UP .* ok' ca=$W/ca.crt name=www.example.com no_sni=1
    first https://198.51.100.2/ 'DOWN .* certificate' name=www.example.com
    first https://198.51.100.2/ 'DOWN .* certificate' ca=$W/ca.crt name=www.example.org
    first https://198.51.100.2/ 'DOWN .* certificate' ca=$W/ca.crt name=www.example.org no_sni=1
    first https://198.51.100.2/ 'DOWN .* certificate' ca=$W/ca.crt
    first https://198.51.100.2:444/ 'DOWN .* certificate' ca=$W/ca.crt name=www.example.com
    first https://198.51.100.2:444/ 'UP .* ok' no_verify=1
    first https://198.51.100.2:445/ 'DOWN .* HTTP status 400' ca=$W/ca.crt name=www.example.com
    first https://198.51.100.2:445/ 'UP .* ok' ca=$W/ca.crt name=www.example.com \
        certificate=$W/client.crt key=$W/client.key
    first https://198.51.100.2:80/ 'DOWN .* TLS' no_verify=1
    first https://198.51.100.2:81/ 'DOWN .* connection refused' no_verify=1
    first https://198.51.100.2/ 'done .* ok \(12 bytes: hello world\)' once=1 no_verify=1
    begin c1 interval=400 timeout=5000 ca=$W/ca.crt name=www.example.com keep=1 \
        https://198.51.100.2/ keep=0 https://198.51.100.2/
    for_all_of 2 not said c1 'DOWN|failed' || die "$(cat "${LOG[c1]}")"
    [ "$(grep -c UP "${LOG[c1]}")" = 2 ] || die "not UP"
    end c1
    wait_for 5 said c1 '^descriptors 0' || die "descriptors are left"
}
t_check_dns() {
    world n1 n2
    start dns n2 dnsmasq -k --no-resolv --no-hosts --address=/example.com/198.51.100.7 \
        --user=root --pid-file= --log-facility=-
    wait_for 10 listens n2 53 || die "dnsmasq did not start"
    first dns://198.51.100.2/example.com 'UP .* ok'
    first 'dns://[2001:db8::2]/www.example.com' 'UP .* ok'
    first dns://198.51.100.2/example.org 'DOWN .* DNS rcode 5'
    first dns://198.51.100.2:54/example.com 'DOWN .* connection refused'
    first dns://198.51.100.2/example.com 'done .* ok \([1-9]' once=1
}
peer_exim() {
    mkdir -p $W/exim
    chown Debian-exim $W/exim
    cp $W/good.key $W/good.crt $W/exim
    chmod 644 $W/exim/*
    cat >$W/exim.conf <<CONF
spool_directory = $W/exim
log_file_path = $W/exim/%slog
local_interfaces = <; 198.51.100.2 ; 2001:db8::2
primary_hostname = n2
tls_advertise_hosts = 198.51.100.0/24
tls_certificate = $W/exim/good.crt
tls_privatekey = $W/exim/good.key
acl_smtp_rcpt = accept
queue_only = true
begin acl
accept:
  accept
begin routers
r:
  driver = accept
  transport = t
begin transports
t:
  driver = appendfile
  file = /dev/null
CONF
    start exim n2 exim4 -C $W/exim.conf -bdf
    wait_for 20 listens n2 25 || die "exim did not start"
}
t_check_smtp() {
    have_users || skip "exim wants its own user, which takes root"
    world n1 n2
    certificates
    peer_exim
    first smtp://198.51.100.2 'UP .* ok'
    first 'smtp://[2001:db8::2]' 'UP .* ok'
    first smtp://198.51.100.2:26 'DOWN .* connection refused'
    first smtp://198.51.100.2 'done .* ok' once=1 mail=1
    wait_for 10 grep -rqs "^a line" $W/exim/input || die "no mail came"
    grep -rqs '^\.a dot' $W/exim/input || die "the dot is lost: $(cat $W/exim/input/*/*-D)"
    tls_or_skip
    first smtp://198.51.100.2 'UP .* ok' starttls=1 ca=$W/ca.crt name=www.example.com
    first smtp://198.51.100.2 'DOWN .* certificate' starttls=1 ca=$W/ca.crt name=www.example.org
    first 'smtp://[2001:db8::2]' 'DOWN .* SMTP code 50' starttls=1 no_verify=1
    rm -rf $W/exim/input
    first smtp://198.51.100.2 'done .* ok' once=1 mail=1 starttls=1 no_verify=1
    wait_for 10 grep -rqs "^a line" $W/exim/input || die "no mail came in TLS"
}
t_check_icmp_udp() {
    evil
    at n1 sysctl -qw net.ipv4.ping_group_range="${1:-0 2147483647}"
    first icmp://198.51.100.2 'UP .* ok'
    first 'icmp://[2001:db8::2]' 'UP .* ok'
    first 'icmp://[fe80::2%eth0]' 'UP .* ok'
    first icmp://198.51.100.2 'UP .* ok' from=198.51.100.1 device=eth0
    first icmp://203.0.113.1 'DOWN .* unreachable'
    first udp://198.51.100.2:9105 'UP .* ok' payload=0a0b require_reply=1 'reply=0a XX'
    first udp://198.51.100.2:9105 'DOWN .* 2$' payload=0a0b require_reply=1 reply=0b
    first udp://198.51.100.2:9101 'UP .* ok' timeout=200
    first udp://198.51.100.2:9101 'DOWN .* time' require_reply=1 timeout=200
    first udp://198.51.100.2:9100 'DOWN .* connection refused'
}
t_check_icmp_raw() { # no group may open a ping socket: the default of most distributions
    t_check_icmp_udp '1 0'
}

# --- what goes wrong ------------------------------------------------------------------------------

t_check_evil() {
    local md5=d41d8cd98f00b204e9800998ecf8427e
    evil
    first tcp://198.51.100.2:9001 'UP .* ok'
    first tcp://198.51.100.2:9006 'UP .* ok'
    first tcp://198.51.100.2:9010 "DOWN $AFTER_500.*connection timed out" timeout=500
    first http://198.51.100.2:9001/ "DOWN $AFTER_500.*time" timeout=500
    first http://198.51.100.2:9002/ "DOWN $AFTER_2000.*time" timeout=2000
    first http://198.51.100.2:9003/ 'DOWN .* 16384'
    first http://198.51.100.2:9004/ 'DOWN .* 1000000' digest=$md5 body_max=1000000
    first http://198.51.100.2:9004/ 'UP .* ok'
    first http://198.51.100.2:9006/ 'DOWN .* closed|DOWN .* broke'
    first http://198.51.100.2:9007/ 'DOWN .* Connection reset'
    first http://198.51.100.2:9009/ 'DOWN .*' digest=$md5
    first http://198.51.100.2:9011/ "DOWN $AFTER_500.*time" timeout=500
    first smtp://198.51.100.2:9001 "DOWN $AFTER_500.*time" timeout=500
    first smtp://198.51.100.2:9008 'DOWN .* SMTP code 550'
    first smtp://198.51.100.2:9013 'DOWN .* long'
    first smtp://198.51.100.2:9017 'done .* ok' once=1 mail=1
    first smtp://198.51.100.2:9018 'done .* ok' once=1 mail=1 timeout=700
    first dns://198.51.100.2:9102/example.com 'UP .* ok'
    first dns://198.51.100.2:9103/example.com '(UP|DOWN) .*'
    first dns://198.51.100.2:9104/example.com 'DOWN .*'
    first dns://198.51.100.2:9106/example.com "DOWN $AFTER_500.*time" timeout=500
    first dns://198.51.100.2:9101/example.com "DOWN $AFTER_500.*time" timeout=500
}
t_check_evil_tls() {
    tls_or_skip
    evil
    first https://198.51.100.2:9001/ "DOWN $AFTER_500.*time" timeout=500 no_verify=1
    first https://198.51.100.2:9005/ 'DOWN .* TLS' no_verify=1
    first https://198.51.100.2:9006/ 'DOWN .*' no_verify=1
    first https://198.51.100.2:9003/ 'DOWN .* TLS' no_verify=1
    first smtp://198.51.100.2:9008 'DOWN .* SMTP code 550' starttls=1 no_verify=1
}
# an address that swallows everything, and one that nobody has
t_check_blackhole() {
    world n1 n2
    ipn n1 neigh add 198.51.100.66 lladdr 02:00:00:00:00:66 dev eth0
    first tcp://198.51.100.66:80 "DOWN $AFTER_300.*connection timed out" timeout=300
    first http://198.51.100.66/ "DOWN $AFTER_300.*connection timed out" timeout=300
    first icmp://198.51.100.66 "DOWN $AFTER_300.*time" timeout=300
    first dns://198.51.100.66/example.com "DOWN $AFTER_300.*time" timeout=300
    first tcp://198.51.100.67:80 'DOWN .* (unreachable|timed out)' timeout=4500 interval=10000
    first icmp://198.51.100.67 'DOWN .* unreachable' timeout=4500 interval=10000
}
# answers that anybody on the way could send but who did not see the whole request
t_check_icmp_forged() {
    world n1 n2
    ipn n1 neigh add 198.51.100.66 lladdr 02:00:00:00:00:66 dev eth0
    at n1 sysctl -qw net.ipv4.ping_group_range="${1:-0 2147483647}"
    nsenter --net=/proc/self/ns/net python3 "$NET/forge.py" n1 198.51.100.66 >$W/forge.log 2>&1 &
    PID[forge]=$! LOG[forge]=$W/forge.log
    wait_for 10 said forge ready || die "forge.py did not start: $(cat $W/forge.log)"
    begin c1 interval=200 timeout=150 icmp://198.51.100.66
    wait_for 10 said forge 'forged 20' || die "nothing was forged: $(cat $W/forge.log)"
    not said c1 UP || die "a forged answer was believed: $(cat "${LOG[c1]}")"
    not said c1 unreachable || die "a forged error was believed: $(cat "${LOG[c1]}")"
    wait_for 5 said c1 'DOWN .* time' || die "$(cat "${LOG[c1]}")"
}
t_check_icmp_forged_raw() {
    t_check_icmp_forged '1 0'
}
# frozen around a deadline, in the middle of dialogues: what it missed is not held against the others
t_check_frozen() {
    local i
    evil
    begin c1 interval=1500 timeout=1400 copies=20 smtp://198.51.100.2:9016 \
        http://198.51.100.2:9015/
    wait_for 10 eval '[ "$(grep -c UP ${LOG[c1]})" = 21 ]' || die "not UP"
    for i in 3 1.43 1.45 1.5 1.55 1.6; do
        all c1 STOP
        nap $i
        all c1 CONT
        nap 0.9
    done
    for_all_of 2 not said c1 DOWN || die "$(cat "${LOG[c1]}")"
}
# fewer descriptors than checks: they take turns, and none is down for it
t_check_few_descriptors() {
    world n1 n2
    peer_nginx 80=
    local urls=() i
    for ((i = 0; i < 200; i++)); do urls+=(http://198.51.100.2/empty); done
    start c1 n1 prlimit --nofile=40 "$TOOLS/checker" interval=500 timeout=10000 warmup=1 \
        keep=1 "${urls[@]}"
    wait_for 10 eval '[ "$(grep -c UP ${LOG[c1]})" = 200 ]' || die "$(grep -c UP "${LOG[c1]}") UP"
    for_all_of 1 not said c1 'DOWN|failed|error' || die "$(grep -v UP "${LOG[c1]}" | head -n 3)"
    end c1
    wait_for 5 said c1 '^descriptors 0' || die "descriptors are left"
}
# more handshakes than there is memory for: they take turns too, also where connections are kept
t_check_few_sessions() {
    tls_or_skip
    world n1 n2
    certificates
    peer_nginx "443 ssl=$(crypt good)"
    begin c1 interval=20000 timeout=15000 warmup=1 no_verify=1 keep=1 copies=100 \
        https://198.51.100.2/empty
    wait_for 30 eval '[ "$(grep -c UP ${LOG[c1]})" = 100 ]' || die "$(grep -c UP "${LOG[c1]}") UP"
    end c1
    wait_for 5 said c1 '^descriptors 0' || die "descriptors are left"
}
# the digest is that of keepalived's own tool
t_check_genhash() {
    local theirs ours
    command -v genhash >/dev/null || skip "genhash needs keepalived"
    with_tls
    world n1 n2
    certificates
    peer_nginx 80= "443 ssl=$(crypt good)"
    head -c 100000 /dev/urandom >$W/www/big
    while read -r words; do
        # shellcheck disable=SC2086
        theirs=$(at n1 genhash $words) ours=$(at n1 "$SIDECAR" genhash $words) || die "$words"
        [ "$ours" = "$theirs" ] && [ ${#ours} = 32 ] || die "$words: $ours, genhash: $theirs"
    done <<END
-s 198.51.100.2 -p 80 -u /
-s 198.51.100.2 -p 80 -u /big -V www.example.com -P 1.1
-s 2001:db8::2 -p 80 -u /big -P 1.0c -t 5 -m 7
-s 198.51.100.2 -p 80 -u /busy
--use-ssl --server 198.51.100.2 --port 443 --url /big
-S -I -V www.example.com -s 198.51.100.2 -p 443 -u /
END
    first http://198.51.100.2/ 'UP .* ok' digest="$(at n1 "$SIDECAR" genhash -s 198.51.100.2 -u /)"
    not at n1 "$SIDECAR" genhash -s 198.51.100.2 -p 81 -u / 2>$W/refused || die "no error"
    grep -q 'connection refused' $W/refused || die "$(cat $W/refused)"
}
# the descriptor is readable when there is something to do, and only then
t_check_sleeps() {
    local turns rounds
    has_failed() { (($(grep -cE ':9001/ (DOWN|failed)' "${LOG[c1]}") >= $1)); }
    evil
    begin c1 interval=250 timeout=200 http://198.51.100.2:9001/ tcp://198.51.100.2:9001 \
        icmp://198.51.100.2 tcp://nowhere:1 udp://198.51.100.2:9101
    wait_for 10 has_failed 8 || die "too few attempts: $(cat "${LOG[c1]}")"
    end c1
    turns=$(sed -n 's/^descriptors.*turns //p' "${LOG[c1]}")
    rounds=$(grep -cE ':9001/ (DOWN|failed)' "${LOG[c1]}")
    ((turns >= 3 * rounds && turns <= 20 * rounds)) || die "$turns turns for $rounds rounds"
    say "$turns turns for $rounds rounds"
}
t_check_no_time_wait() {
    world n1 n2
    peer_nginx 80=
    begin c1 interval=10 tcp://198.51.100.2:80 http://198.51.100.2/
    wait_for 10 eval '[ "$(wc -l <$W/access.log)" -gt 100 ]' || die "too few requests"
    end c1
    [ "$(at n1 ss -Hant state time-wait | wc -l)" = 0 ] || die "$(at n1 ss -ant | head)"
}
# paused, aimed elsewhere, removed: at any moment, with an attempt under way too
t_check_commands() {
    local i
    evil
    mkfifo $W/commands
    begin c1 commands=$W/commands interval=1000 timeout=900 http://198.51.100.2:9001/ \
        tcp://198.51.100.2:9001 icmp://198.51.100.2 tcp://nowhere:9001 keep=1 \
        http://198.51.100.2:9015/
    wait_for 5 said c1 'nowhere:9001 DOWN .*address' || die "no address is not told"
    echo "aim 3 198.51.100.2" >$W/commands
    wait_for 5 said c1 'nowhere:9001 UP' || die "the address does not help"
    echo "aim 1 198.51.100.1" >$W/commands
    wait_for 5 said c1 'tcp://198.51.100.2:9001 DOWN .*refused' || die "the aim is the same"
    wait_for 5 said c1 ':9001/ failed' || die "no failures of a silent server"
    for i in 0 2 3 4; do echo "pause $i" >$W/commands; done
    nap 1.5
    i=$(grep -c ':9001/ failed' "${LOG[c1]}")
    nap 2.5
    [ "$(grep -c ':9001/ failed' "${LOG[c1]}")" = "$i" ] || die "paused, it goes on"
    for i in 0 2 3 4; do echo "go $i" >$W/commands; done
    wait_for 5 eval "[ \"\$(grep -c ':9001/ failed' ${LOG[c1]})\" -gt $i ]" || die "no more attempts"
    for i in 1 2 3 4 5 6; do echo "change 0 timeout=$((200 + i))" >$W/commands; done
    echo "change 4 regex=^ok" >$W/commands
    echo "change 2 interval=100" >$W/commands
    wait_for 5 said c1 ':9001/ failed [2-6][0-9][0-9]\.' || die "the new timeout is not used"
    not said c1 ':9015/ (DOWN|failed)' || die "$(cat "${LOG[c1]}")"
    for i in 0 1 2 3 4; do echo "remove $i" >$W/commands; done
    end c1
    [ "$STATUS" = 0 ] || die "exit status $STATUS"
    wait_for 5 said c1 '^descriptors 0' || die "descriptors are left"
}

# --- bfd ------------------------------------------------------------------------------------------

# up with both families, down within the detection time of a peer that is killed, up again
bfd_follows() {
    local peer=$1 ms before
    world n1 n2
    "peer_bfd_$peer"
    begin c1 interval=30000 min_tx=100 min_rx=100 multiplier=20 bfd://198.51.100.2 \
        'bfd://[2001:db8::2]'
    wait_for 20 eval '[ "$(grep -c UP ${LOG[c1]})" = 2 ]' || die "not UP: $(cat "${LOG[c1]}")"
    for_all_of 2 not said c1 DOWN || die "it does not stay UP: $(cat "${LOG[c1]}")"
    clock && before=$NOW
    end peer KILL
    wait_for 10 eval '[ "$(grep -c DOWN ${LOG[c1]})" = 2 ]' || die "not DOWN"
    clock && ms=$(((NOW - before) / 1000))
    between 1400 $ms $((2200 + SLACK)) "noticing that $peer was killed"
    say "$peer killed: noticed after $ms ms"
    "peer_bfd_$peer"
    wait_for 30 eval '[ "$(grep -c UP ${LOG[c1]})" = 4 ]' || die "not UP again"
    end c1
    wait_for 5 said c1 '^descriptors 0' || die "descriptors are left"
}
SLACK=1500
t_check_bfd_keepalived_c135() { bfd_follows keepalived; }
t_check_bfd_frr_c135() { bfd_follows frr; }
t_check_bfd_both() {
    world n1 n2
    start peer n2 "$TOOLS/checker" multiplier=10 bfd_auth=2 bfd_key=secret bfd_key_id=7 \
        bfd://198.51.100.1 bfd+multihop://198.51.100.1
    mkfifo $W/commands
    begin c1 commands=$W/commands multiplier=10 bfd_auth=2 bfd_key=secret \
        bfd_key_id=7 bfd://198.51.100.2 bfd_auth=0 bfd+multihop://198.51.100.2
    wait_for 10 said c1 'bfd://198.51.100.2 UP' || die "not UP with MD5: $(cat "${LOG[c1]}")"
    not said c1 'multihop://198.51.100.2 UP' || die "UP without the key"
    wait_for 5 said c1 'error .*BFD packet dropped: .*authenticated' || die "the missing key is not told"
    echo "change 0 min_rx=50" >$W/commands
    for_all_of 2 not said c1 'bfd://198.51.100.2 DOWN' || die "new intervals tear it down"
    end peer
    wait_for 5 said c1 'DOWN .*neighbor' || die "the other's end was not told"
}
# Two sessions with one neighbor: its first packets say by their destination which of them is meant.
t_check_bfd_pairs_c132() {
    world n1 n2
    ipn n1 addr add 198.51.100.11/24 dev eth0
    begin c1 passive=1 from=198.51.100.1 bfd+multihop://198.51.100.2 from=198.51.100.11 \
        bfd+multihop://198.51.100.2
    start peer n2 "$TOOLS/checker" bfd+multihop://198.51.100.1 bfd+multihop://198.51.100.11
    wait_for 15 eval '[ "$(grep -c UP ${LOG[c1]})" = 2 ]' || die "not both UP: $(cat "${LOG[c1]}")"
    for_all_of 2 not said c1 'DOWN' || die "they do not stay UP: $(cat "${LOG[c1]}")"
}

# who is UP to begin with has the timeout to come Up; without a neighbor it is DOWN then
t_check_bfd_starts_up() {
    world n1 n2
    start peer n2 "$TOOLS/checker" bfd://198.51.100.1
    begin c1 start=1 timeout=15000 bfd://198.51.100.2 timeout=2000 bfd://198.51.100.9
    wait_for 10 said c1 '198.51.100.9 DOWN' || die "UP without a neighbor"
    said c1 '^([2-9]|..+)\.[0-9]* bfd://198.51.100.9 DOWN' || die "DOWN too soon: $(cat "${LOG[c1]}")"
    for_all_of 2 not said c1 '198.51.100.2 DOWN' || die "not adopted: $(cat "${LOG[c1]}")"
}
# More sessions than a turn reads packets: who stood still finds those of all before it calls any dead.
t_check_bfd_many_after_a_stall() {
    local i ours=() theirs=(min_tx=1000 min_rx=1000)
    world n1 n2
    ipn n1 route add 203.0.113.0/24 dev eth0
    for i in {1..150}; do
        echo "addr add 203.0.113.$i/32 dev eth0"
        ours+=("bfd://203.0.113.$i")
        theirs+=("from=203.0.113.$i" bfd://198.51.100.1)
    done >$W/addresses
    must ipn n2 -batch $W/addresses
    start peer n2 "$TOOLS/checker" "${theirs[@]}"
    begin c1 multiplier=100 min_rx=1000 "${ours[@]}"
    wait_for 20 eval '[ "$(grep -c UP ${LOG[c1]})" = 150 ]' || die "$(grep -c UP "${LOG[c1]}") of 150 UP"
    all c1 STOP
    nap 4
    all c1 CONT
    for_all_of 2 not said c1 DOWN || die "$(grep -c DOWN "${LOG[c1]}") of 150 are DOWN"
}

# RFC 5881 6: once it has learnt our discriminator the neighbor may send from any of its addresses.
t_check_bfd_source_changes() {
    world n1 n2
    ipn n2 addr add 198.51.100.12/24 dev eth0
    cat >$W/neighbor.py <<'PY'
import socket, struct
def udp(address, port):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 255)
    s.bind((address, port))
    return s
hears, first, later = udp('198.51.100.2', 3784), udp('198.51.100.2', 0), udp('198.51.100.12', 0)
while True:
    packet = hears.recv(100)
    down = packet[1] >> 6 == 1
    head = bytes((0x20, 0x40 if down else 0xc0, 3, 24))
    your = b'\0\0\0\0' if down else packet[4:8]
    (first if down else later).sendto(head + b'\0\0\0\7' + your + struct.pack(
        '>III', 1000000, 300000, 0), ('198.51.100.1', 3784))
PY
    start neighbor n2 python3 $W/neighbor.py
    begin c1 bfd://198.51.100.2
    wait_for 15 said c1 'bfd://198.51.100.2 UP' || die "not UP: $(cat "${LOG[c1]}")"
}

# A file that is missing is found while the configuration is read: what runs goes on.
t_check_authority_vanishes() {
    tls_or_skip
    with_tls
    world n1 n2
    certificates
    peer_nginx "443 ssl=$(crypt good)"
    printf '%s\n' CHECK_W=https://198.51.100.2/ CHECK_W_TLS_CA=$W/ca.crt CHECK_W_INTERVAL=0.3 \
        CHECK_W_TLS_NAME=www.example.com VRRP_VIRTUAL_IPADDRESS=$VIP/24 VRRP_INTERFACE=eth0 \
        VRRP_TRACK=W >$W/env
    sidecar n1 n1 SIDECAR_ENV_FILE=$W/env
    wait_for 10 said n1 'check W is UP' || die "not UP"
    mv $W/ca.crt $W/gone.crt
    kill -s HUP "${PID[n1]}"
    wait_for 10 said n1 'CHECK_W_TLS_CA: .*ca.crt: No such file' || die "what is wrong is not said"
    wait_for 10 said n1 'nothing was changed' || die "it was taken"
    end nginx
    wait_for 10 said n1 'check W is DOWN' || die "the check has ended"
}
# A source that is not ours: it counts neither way, and is said for what it is; when it comes, it
# counts.
t_check_source_elsewhere() {
    local url n=0
    world n1 n2
    peer_nginx 80=
    for url in http://198.51.100.2/ tcp://198.51.100.2:80 icmp://198.51.100.2 \
        udp://198.51.100.2:9 dns://198.51.100.2/example.com; do
        begin "c$((++n))" interval=200 from=198.51.100.9 "$url"
    done
    begin c6 interval=200 from=2001:db8::9 'tcp://[2001:db8::2]:80'
    begin c7 interval=200 from=2001:db8::9 'icmp://[2001:db8::2]'
    for n in 1 2 3 4 5; do
        wait_for 5 said c$n 'failed .*cannot bind to 198.51.100.9: not an address of this host' ||
            die "c$n: $(head -n 2 "${LOG[c$n]}")"
    done
    for n in 6 7; do
        wait_for 5 said c$n 'failed .*cannot bind to 2001:db8::9: not an address of this host' ||
            die "c$n: $(head -n 2 "${LOG[c$n]}")"
    done
    grep -hE ' (UP|DOWN) ' $W/c?.log && die "it counts"
    must ipn n1 addr add 198.51.100.9/32 dev eth0
    must ipn n1 addr add 2001:db8::9/128 dev eth0 nodad
    for n in 1 2 3 6 7; do
        wait_for 10 said c$n 'UP .* ok' || die "c$n is not UP with the address"
    done
}
