# shellcheck shell=bash
# Sourced by run.sh: check.h beside HAProxy's checks and beside a plain loop of the same system
# calls, 10 000 checks a second from n1 of an nginx in n2.

CHECKS=10000

checks_server() {
    cat >$W/nginx.conf <<CONF
user root; daemon off; pid $W/nginx.pid; error_log stderr; worker_processes 1;
worker_rlimit_nofile 20000;
events { worker_connections 15000; }
http { access_log off; keepalive_requests 1000000; keepalive_timeout 1000;
    server { listen 80 backlog=10000; location / { return 204; } } }
CONF
    start nginx n2 prlimit --nofile=20000 nginx -p $W -c $W/nginx.conf
    wait_for 10 eval 'at n2 ss -Hlnt sport = 80 | grep -q .' || die "nginx did not start"
}
checks_haproxy() { # checks_haproxy tcp|http
    {
        printf 'global\n nbthread 1\n maxconn 100\ndefaults\n mode http\n timeout connect 1s\n'
        printf ' timeout client 1s\n timeout server 1s\nfrontend f\n bind 127.0.0.1:1\nbackend b\n'
        [ "$1" != http ] ||
            printf ' option httpchk\n http-check send meth GET uri / ver HTTP/1.1 hdr Host x\n'
        printf ' server-template s %d 198.51.100.2:80 check inter 1s\n' $CHECKS
    } >$W/haproxy.cfg
    start checks n1 prlimit --nofile=20000 haproxy -db -f $W/haproxy.cfg
}
checks_ours() { # checks_ours tcp|http [OPTION]
    local url=http://198.51.100.2/
    [ "$1" = http ] || url=tcp://198.51.100.2:80
    start checks n1 prlimit --nofile=20000 "$TOOLS/checker" quiet=1 warmup=1000 "${@:2}" \
        copies=$CHECKS $url
}
checks_bare() { start checks n1 "$TOOLS/bare" "$1" 198.51.100.2 80 $CHECKS; }

# run_checks KIND tcp|http [OPTION]: CPU in us a second, and PSS
run_checks() {
    local before
    "checks_$1" "${@:2}"
    nap 4
    alive checks || die "$1 ended: $(tail -n 3 "${LOG[checks]}")"
    cpu checks
    before=$CPU
    nap "$SECONDS_OF_CPU"
    cpu checks
    CPU=$(((CPU - before) / SECONDS_OF_CPU))
    pss checks
    if [ "$1" = ours ] && [ -s "${LOG[checks]}" ]; then
        die "checks failed: $(head -n 3 "${LOG[checks]}")"
    fi
    end checks
    unset "LOG[checks]"
    rm -f $W/checks.log
}
checks() {
    local how kept theirs bare ours=()
    "${CC:-cc}" -std=gnu99 -D_GNU_SOURCE -O2 -Wno-unused-function -o "$TOOLS/checker" \
        "$NET/checker.c" || exit 1
    "${CC:-cc}" -std=gnu99 -D_GNU_SOURCE -O2 -o "$TOOLS/bare" "$TOP/test/bench/bare.c" || exit 1
    checks_server
    echo
    table "" check.h "plain loop" ratio
    for how in tcp http; do
        run_checks bare $how && bare=$CPU
        run_checks ours $how && ours[${#how}]=$CPU PSS_MANY=$PSS
        row "CPU of a $how check" us "${ours[${#how}]}" "$bare" $CHECKS
    done
    run_checks ours http keep=1 && kept=$CPU # before HAProxy's TIME_WAITs
    echo
    table "" check.h HAProxy ratio
    for how in tcp http; do
        run_checks haproxy $how && theirs=$CPU
        row "CPU of a $how check" us "${ours[${#how}]}" "$theirs" $CHECKS
    done
    row "PSS, $CHECKS checks" MB "$PSS_MANY" "$PSS" 1000
    row "CPU of a http check, connection kept" us "$kept" "$theirs" $CHECKS
    end nginx KILL
}
