# shellcheck shell=bash
# Two directors that sidecar runs, real servers behind them, a client that knows one address.

# shellcheck source=test/vm/lab.sh
. "${BASH_SOURCE[0]%/*}/../lab.sh"

# directors [VARIABLE=VALUE...]: a pair with a web service, dir1 before dir2. rs1 to rs3 serve.
directors() {
    local node
    # shellcheck disable=SC2034
    SERVICE=(VRRP_INTERFACE=eth0 VRRP_VIRTUAL_ROUTER_ID=51 "VRRP_VIRTUAL_IPADDRESS=$(vips)"
        "IPVS_WEB=tcp://$AT:80" "IPVS_WEB_LB_KIND=${KIND^^}" "$@")
    [[ "$*" == *IPVS_WEB_REAL_SERVER* ]] || SERVICE+=("IPVS_WEB_REAL_SERVER=$(reals 1 2 1)")
    watch_nodes "$V" dir1 dir2
    for node in dir1 dir2; do director $node; done
    wait_for 20 alone dir1 || die "dir1 did not become MASTER"
    wait_for 20 said dir2 'BACKUP' || die "dir2 did not become BACKUP"
    wait_for 20 for_all_of 1 same_tables ||
        die "the directors have different tables: $(table dir1) $(table dir2)"
}
same_tables() { table_has dir1 '^-a' && cmp -s <(table dir1) <(table dir2); }
director() { # director NODE [VARIABLE=VALUE...]
    local node=$1 priority=100
    shift
    [ "$node" != dir1 ] || priority=150
    sidecar "$node" "$node" "${SERVICE[@]}" VRRP_PRIORITY=$priority "$@"
}
vips() { # V, behind NAT the servers' gateway too
    local all="$V/24, $GATEWAY/24"
    [ "$IPV" = 4 ] || all="$VIP6LL/64, $V/64, $GATEWAY/64"
    [ "$KIND" = nat ] || all=${all%,*}
    echo "$all"
}
reals() { # reals WEIGHT...: rs1 with the first one
    local weight i=0 all=
    for weight; do
        i=$((i + 1))
        all+=", $(url_of "${RS[i]}"):80 weight=$weight"
    done
    echo "${all#, }"
}
servers_are() { [ "$(table "$1" | grep -c -- -a)" = "$2" ]; } # servers_are DIRECTOR N
table_has() { table "$1" | grep -qE -- "$2"; } # table_has DIRECTOR REGEX
# serves DIRECTOR 1|2|3
serves() { table_has "$1" "-r $(quoted "$(url_of "${RS[$2]}")"):80 .*-w [1-9]"; }
quoted() { sed 's/[].[]/\\&/g' <<<"$1"; }
both() { "$1" dir1 "${@:2}" && "$1" dir2 "${@:2}"; }
neither() { ! "$1" dir1 "${@:2}" && ! "$1" dir2 "${@:2}"; }
ms_of() { # ms_of SECONDS WHAT CONDITION...: how long it takes, in MS
    local limit=$1 what=$2 from
    shift 2
    clock
    from=$NOW
    wait_for "$limit" "$@" || die "$what: not within $limit s"
    clock
    MS=$(((NOW - from) / 1000))
}

# The whole job: weights, a server dies and returns, the director dies
balances() { # balances KIND FAMILY REQUESTS
    local n=$3
    lab "$1" "$2"
    webs
    directors IPVS_WEB_LB_ALGO=wrr IPVS_WEB_CHECK=tcp://
    ask "$n"
    shares $((n / 4)) $((n / 2)) $((n / 4))
    same_tables || die "the directors have different tables"

    end rs2
    ms_of 10 "rs2 is dead, but stays" neither serves 2
    say "dead server out after $MS ms"
    ask 100
    shares 50 0 50
    web rs2
    ms_of 10 "rs2 is back, but not used" both serves 2
    say "in after $MS ms"
    ask 100
    shares 25 50 25

    unplug dir1
    ms_of 20 "dir2 did not take over" holds dir2
    say "other director after $MS ms"
    wait_for 10 answered || die "no answer from dir2"
    ask 100
    shares 25 50 25
    end dir2
    [ "$STATUS" = 0 ] || die "dir2's exit status is $STATUS"
    [ -z "$(table dir2)" ] || die "dir2 left something: $(table dir2)"
}
answered() {
    ask 1
    [ "${SAYS[none]}" = 0 ]
}
t_director_nat() { balances nat 4 1000; }
t_director_nat_ipv6() { balances nat 6 200; }
t_director_dr() { balances dr 4 200; }
t_director_dr_ipv6() { balances dr 6 1000; }
t_director_tun() { balances tun 4 1000; }
t_director_tun_ipv6() { balances tun 6 200; }

# As the tutorials have it: keepalived's checker, a sorry server on the directors themselves
t_director_sorry_server() {
    local node
    lab dr
    webs
    web dir1 sorry1
    web dir2 sorry2
    directors IPVS_WEB_LB_ALGO=rr IPVS_WEB_DELAY_LOOP=2 IPVS_WEB_TCP_CHECK_CONNECT_TIMEOUT=3 \
        IPVS_WEB_TCP_CHECK_RETRY=3 IPVS_WEB_TCP_CHECK_DELAY_BEFORE_RETRY=1 \
        IPVS_WEB_SORRY_SERVER=127.0.0.1:80 "IPVS_WEB_REAL_SERVER=$(reals 1 1 1)"
    ask 60
    shares 20 20 20
    end rs1
    ms_of 20 "rs1 is dead, but stays" neither serves 1
    ((MS >= 2000)) || die "rs1 left after $MS ms: three more tries take 3 s"
    say "out after $MS ms"
    end rs2
    end rs3
    wait_for 20 both table_has '127\.0\.0\.1:80' || die "no sorry server"
    ask 20
    [ "${SAYS[sorry1]}" = 20 ] || die "the sorry server answered ${SAYS[sorry1]:-0} of 20"
    wait_for 5 both servers_are 1 || die "others beside it"
    wait_for 5 said dir1 'Lost quorum' || die "the log does not say it"
    web rs3
    wait_for 20 not table_has dir1 '127\.0\.0\.1:80' || die "the sorry server stays"
    wait_for 5 serves dir1 3 || die "rs3 is back, but not used"
    ask 20
    shares 0 0 20
}

t_director_quorum() {
    lab nat
    webs
    web dir1 sorry1
    directors IPVS_WEB_LB_ALGO=rr IPVS_WEB_CHECK=tcp:// IPVS_WEB_QUORUM=3 \
        "IPVS_WEB_REAL_SERVER=$(reals 2 2 2)" IPVS_WEB_SORRY_SERVER=198.51.100.1:80 \
        "IPVS_WEB_QUORUM_UP=sh:echo up >>$W/quorum-\$\$.said; echo up >>$W/quorum" \
        "IPVS_WEB_QUORUM_DOWN=sh:echo down >>$W/quorum"
    end rs1
    wait_for 10 neither serves 1 || die "rs1 stays"
    both serves 2 || die "4 of 3 are enough"
    end rs2
    wait_for 10 both table_has '198\.51\.100\.1:80' || die "no sorry server below the quorum"
    wait_for 5 neither serves 3 || die "rs3 serves without quorum"
    ask 20
    [ "${SAYS[sorry1]}" = 20 ] || die "the sorry server answered ${SAYS[sorry1]:-0} of 20"
    web rs2
    wait_for 10 both serves 3 || die "no quorum again"
    wait_for 5 neither table_has '198\.51\.100\.1:80' || die "the sorry server stays"
    wait_for 5 script_lines 2 down up || die "the scripts: $(cat $W/quorum)"
}
# script_lines N LAST...: each of the words was said N times at the least
script_lines() {
    local n=$1 word
    shift
    for word; do [ "$(grep -cx "$word" $W/quorum)" -ge "$n" ] || return 1; done
}

t_director_persistence() {
    local before
    lab dr
    webs
    directors IPVS_WEB_LB_ALGO=rr IPVS_WEB_CHECK=tcp:// IPVS_WEB_PERSISTENCE_TIMEOUT=50 \
        "IPVS_WEB_REAL_SERVER=$(reals 1 1 1)"
    ask 30
    [ ${#SAYS[@]} = 2 ] && [ "${SAYS[none]}" = 0 ] ||
        die "a client went to several servers: $(declare -p SAYS)"
    table_has dir1 '-p 50' || die "no persistence in the table"
    before=${!SAYS[*]}
    end "${before/none/}" 2>/dev/null || end "$(tr -d ' ' <<<"${before/none/}")"
    wait_for 10 answered || die "the client stays with the dead server"
}

# Checks that come from the floating address wait where that is not: who is BACKUP keeps the servers,
# says so once, and finds out what is dead when it has the address.
t_director_checks_from_the_address() {
    lab nat
    webs
    directors "IPVS_WEB_REAL_SERVER=$(reals 1 1 1)" "IPVS_WEB_CHECK=WEB" CHECK_WEB=tcp:// \
        "CHECK_WEB_BINDTO=$GATEWAY"
    end rs2
    wait_for 10 not serves dir1 2 || die "the MASTER does not check"
    for_all_of 3 serves dir2 2 || die "a BACKUP without the address takes a server out"
    serves dir1 1 && serves dir2 1 && serves dir1 3 && serves dir2 3 || die "others are gone"
    said dir2 "cannot bind to $(quoted "$GATEWAY"): not an address of this host" ||
        die "it does not say why"
    [ "$(grep -c 'cannot bind' "${LOG[dir2]}")" = 1 ] || die "it says it again and again"
    end dir1
    wait_for 20 alone dir2 || die "dir2 did not take over"
    wait_for 10 not serves dir2 2 || die "the new MASTER does not check"
    serves dir2 1 && serves dir2 3 || die "the good ones are gone"
}
