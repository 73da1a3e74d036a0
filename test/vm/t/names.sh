# shellcheck shell=bash
# Real servers by name: what DNS says of a name is what the kernel's table holds.

# shellcheck source=test/vm/lab.sh
. "${BASH_SOURCE[0]%/*}/../lab.sh"

# names LINE...: what the name server knows, lines of a hosts file
names() {
    printf '%s\n' "$@" >$W/names
    [ -z "${PID[dns]}" ] || kill -s HUP "${PID[dns]}"
}
asks() { at client ss -Hln "sport = :53" | grep -q .; }
dns() {
    start dns client dnsmasq -k --conf-file=/dev/null --no-resolv --no-hosts --addn-hosts=$W/names \
        --local=/example/ --local-ttl=1 --user=root --pid-file= --log-facility=-
    wait_for 15 asks || die "dnsmasq did not start"
}
# pods [NUMBER...]: the servers that web.example stands for
pods() {
    local i lines=()
    for i; do lines+=("${RS[i]} web.example"); done
    names "${lines[@]}" '198.51.100.5 sorry.example'
}
named() {
    lab dr
    webs
    by_hand dir1
    printf 'nameserver 198.51.100.100\noptions timeout:1\n' >$W/resolv.conf
    must mount --bind $W/resolv.conf /etc/resolv.conf
}
director() { # director [VARIABLE=VALUE...]
    start dir dir1 IPVS_WEB=tcp://$V:80 IPVS_WEB_LB_ALGO=rr IPVS_WEB_LB_KIND=DR \
        IPVS_WEB_REAL_SERVER="web.example:80 weight 7" IPVS_WEB_CHECK=http:///healthz \
        CHECK_INTERVAL=0.2 CHECK_TIMEOUT=3 SIDECAR_RESOLVE_MAX=1 "$@" \
        "$SIDECAR"
}
# serve NUMBER...: by these and no others
serve() {
    local i want=$#
    [ "$(table dir1 | grep -c -- '-a ')" = $want ] || return 1
    for i; do table dir1 | grep -q -- "-a .* -r ${RS[i]}:80 -g -w 7" || return 1; done
}

t_names_of_servers() { # they come, they go, and DNS dies
    named
    pods 1 2
    dns
    director
    wait_for 15 serve 1 2 || die "the table: $(table dir1)"
    ask 60
    shares 30 30 0
    pods 1 2 3
    wait_for 10 serve 1 2 3 || die "the third is not there: $(table dir1)"
    ask 90
    shares 30 30 30
    pods 2 3
    wait_for 10 serve 2 3 || die "the first is still there: $(table dir1)"
    pods
    wait_for 10 said dir 'web.example: there is no such name.*; it stays 198.51.100.4, 198.51.100.5' ||
        die "it does not say that the name is gone"
    end dns KILL
    wait_for 15 grep -q 'web.example' "${LOG[dir]}"
    for_all_of 3 serve 2 3 || die "without DNS: $(table dir1)"
    end rs2
    wait_for 10 serve 3 || die "who is dead stays: $(table dir1)"
    web rs2
    wait_for 10 serve 2 3 || die "who is back is not: $(table dir1)"
    pods 1
    dns
    wait_for 15 serve 1 || die "DNS is back, and its answer does not count: $(table dir1)"
    wait_for 5 said dir 'web.example is answered again' || die "it does not say that DNS is back"
    grep -q 'UNRESOLVED\|not tried' "${LOG[dir]}" && die "a check was not tried"
    end dir
    [ "$STATUS" = 0 ] || die "exit status $STATUS"
    [ -z "$(table dir1)" ] || die "left behind: $(table dir1)"
}
t_names_untouched() { # who stays in the answer is not touched when others come and go
    named
    pods 1 2
    dns
    director CHECK_RISE=2
    wait_for 15 serve 1 2 || die "the table: $(table dir1)"
    pods 2 3
    wait_for 10 serve 2 3 || die "the table: $(table dir1)"
    [ "$(grep -c "ing service \[${RS[2]}\]" "${LOG[dir]}")" -le 1 ] || die "the second one flapped"
}
t_names_after_a_crash() { # what the dead one left stays while its successor looks up the names
    named
    pods 1 2
    dns
    director
    wait_for 15 serve 1 2 || die "the table: $(table dir1)"
    end dir KILL
    end dns KILL
    serve 1 2 || die "nothing is left: $(table dir1)"
    director
    for_all_of 8 serve 1 2 || die "it was taken away: $(table dir1)"
    wait_for 5 said dir 'web.example: name server .*; asking again' ||
        die "it does not say that DNS is dead"
    dns
    wait_for 15 said dir 'web.example is 198.51.100.3, 198.51.100.4' || die "no answer"
    for_all_of 2 serve 1 2 || die "it flapped: $(table dir1)"
    pods 1 2 3
    wait_for 15 serve 1 2 3 || die "the third is not there: $(table dir1)"
}
t_names_reload_servers() { # a new name is looked up before anything is changed
    named
    pods 1 2
    dns
    echo "IPVS_WEB_REAL_SERVER=${RS[1]}:80 weight 7, ${RS[2]}:80 weight 7" >$W/env
    director IPVS_WEB_REAL_SERVER= SIDECAR_ENV_FILE=$W/env
    wait_for 15 serve 1 2 || die "the table: $(table dir1)"
    echo 'IPVS_WEB_REAL_SERVER=web.example:80 weight 7' >$W/env
    kill -s HUP "${PID[dir]}"
    wait_for 10 said dir 'configuration read again' || die "no reload"
    for_all_of 2 serve 1 2 || die "the reload changed something: $(table dir1)"
    pods 2 3
    wait_for 10 serve 2 3 || die "the table: $(table dir1)"
    echo 'IPVS_WEB_REAL_SERVER=other.example:80 weight 7' >$W/env
    kill -s HUP "${PID[dir]}"
    wait_for 15 said dir 'no address of its servers is known: nothing was changed' ||
        die "a name that nobody knows was not refused"
    serve 2 3 || die "a name that nobody knows changed something: $(table dir1)"
}
# the service goes on whatever its variables are called: the same names have the same answers, and
# new ones without an answer do not take its servers away
t_names_renamed() {
    local word
    named
    pods 1 2
    dns
    words() { # words NAME HOST
        for word in "=tcp://$V:80" _LB_ALGO=rr _LB_KIND=DR "_REAL_SERVER=$2:80 weight 7"; do
            echo "IPVS_$1$word"
        done >$W/env
    }
    words WEB web.example
    start dir dir1 SIDECAR_ENV_FILE=$W/env SIDECAR_RESOLVE_MAX=1 "$SIDECAR"
    wait_for 15 serve 1 2 || die "the table: $(table dir1)"
    end dns KILL
    wait_for 15 said dir 'web.example: .*it stays' || die "DNS is not dead"
    words SHOP web.example
    kill -s HUP "${PID[dir]}"
    wait_for 15 said dir 'configuration read again' || die "no reload"
    for_all_of 3 serve 1 2 || die "with the same name: $(table dir1)"
    words OTHER other.example
    kill -s HUP "${PID[dir]}"
    wait_for 20 said dir 'OTHER: no address of its servers is known: nothing was changed' ||
        die "servers that nobody knows are not refused"
    serve 1 2 || die "with another name: $(table dir1)"
}
t_names_sorry_server() { # none while it is one of the others
    named
    pods 1 3
    dns
    director IPVS_WEB_SORRY_SERVER=sorry.example:80
    wait_for 15 serve 1 3 || die "the table: $(table dir1)"
    said dir 'sorry server sorry.example:80 is a real server of VS' || die "it does not say so"
    for_all_of 2 serve 1 3 || die "it is not left alone: $(table dir1)"
    pods 1
    wait_for 15 serve 1 || die "the table: $(table dir1)"
    end rs1
    wait_for 10 eval 'table dir1 | grep -q -- "-r 198.51.100.5:80 -g"' ||
        die "the sorry server does not serve: $(table dir1)"
    ask 10
    shares 0 0 10
}
