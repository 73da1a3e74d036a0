# shellcheck shell=bash
# One configuration in keepalived's words and in ours leads to the same table. Every row has a
# virtual address of its own, so both daemons are started once with all of them.

# shellcheck source=test/vm/lab.sh
. "${BASH_SOURCE[0]%/*}/../lab.sh"

# row LABEL KEEPALIVED'S OURS...: @ is the row's address, @6 its IPv6 address; CHECKS and CHECKED_N
# are a check of a server. The protocol, NAT and two servers are added where a row does not say
# otherwise; HEAD and HEAD_OURS are the virtual server's own words.
CHECKS='delay_loop 1; TCP_CHECK { connect_timeout 3; retry 1; delay_before_retry 1 }'
row() {
    LABELS+=("$1")
    local n=${#LABELS[@]} conf=$2 word words=()
    shift 2
    [[ $conf == *real_server* ]] ||
        conf+='; real_server 203.0.113.3 80 { weight 1 }; real_server 203.0.113.4 80 { weight 1 }'
    [[ $conf == *protocol* || -n $UNSAID ]] || conf+='; protocol TCP'
    [[ $conf == *lb_kind* || $conf == *lvs_method* ]] || conf+='; lb_kind NAT'
    conf="virtual_server ${HEAD:-@ 80} { $conf }"
    [ -z "$GROUP" ] || conf="virtual_server_group G$n { ${GROUP//,/;} }; $conf"
    CONFS+=("$(fill "$n" "${conf//CHECKS/$CHECKS}")")
    [ -z "$GROUP" ] || words=("IPVS_GROUP_G$n=$GROUP")
    words+=("IPVS_R$n=${HEAD_OURS:-tcp://@:80}")
    for word; do
        case $word in
        CHECKED_*) words+=("IPVS_R${n}_REAL_SERVER_${word#*_}_TCP_CHECK_CONNECT_TIMEOUT=3"
            "IPVS_R${n}_REAL_SERVER_${word#*_}_DELAY_LOOP=1") ;;
        *) words+=("IPVS_R${n}_$word") ;;
        esac
    done
    [[ "$*" == *REAL_SERVER* ]] ||
        words+=("IPVS_R${n}_REAL_SERVER=203.0.113.3:80, 203.0.113.4:80")
    for word in "${words[@]}"; do OURS+=("$(fill "$n" "$word")"); done
}
fill() { # fill NUMBER TEXT
    local text=${2//@6/2001:db8:6::$1}
    text=${text//@N/$1}
    echo "${text//@/198.18.0.$1}"
}
all_rows() {
    local name
    for name in rr wrr lc wlc lblc lblcr dh sh mh sed nq fo ovf; do
        row "lb_algo $name" "lb_algo $name" "LB_ALGO=$name"
    done
    row "lvs_sched" "lvs_sched lc" LB_ALGO=lc
    row "no lb_algo" "quorum 1"
    row "lb_kind DR" "lb_kind DR" LB_KIND=DR
    row "lb_kind TUN" "lb_kind TUN" LB_KIND=TUN
    row "lvs_method" "lvs_method TUN" LVS_METHOD=TUN
    row "TUN type ipip" "lb_kind TUN type ipip" "LB_KIND=TUN type ipip"
    row "TUN type gue" "lb_kind TUN type gue port 6080" "LB_KIND=TUN type gue port 6080"
    row "TUN type gue csum" "lb_kind TUN type gue port 6080 csum" \
        "LB_KIND=TUN type gue port 6080 csum"
    row "TUN type gue remcsum" "lb_kind TUN type gue port 6080 remcsum" \
        "LB_KIND=TUN type gue port 6080 remcsum"
    row "TUN type gre" "lb_kind TUN type gre" "LB_KIND=TUN type gre"
    row "TUN type gre csum" "lb_kind TUN type gre csum" "LB_KIND=TUN type gre csum"
    HEAD_OURS=udp://@:80 row "protocol UDP" "protocol UDP"
    HEAD_OURS=sctp://@:80 row "protocol SCTP" "protocol SCTP"
    row "persistence_timeout" "persistence_timeout 50" PERSISTENCE_TIMEOUT=50
    row "persistence_timeout alone" "persistence_timeout" PERSISTENCE_TIMEOUT=yes
    row "persistence_granularity" "persistence_timeout 60; persistence_granularity 255.255.255.0" \
        PERSISTENCE_TIMEOUT=60 PERSISTENCE_GRANULARITY=255.255.255.0
    HEAD_OURS=udp://@:80 row "persistence_engine" \
        "protocol UDP; persistence_timeout 60; persistence_engine sip" \
        PERSISTENCE_TIMEOUT=60 PERSISTENCE_ENGINE=sip
    HEAD='@ 0' HEAD_OURS='@ 0' row "all ports" "persistence_timeout 60;
        real_server 203.0.113.3 0 { weight 1 }" PROTOCOL=TCP \
        PERSISTENCE_TIMEOUT=60 REAL_SERVER=203.0.113.3
    HEAD_OURS=udp://@:80 row "ops" "protocol UDP; ops" OPS=yes
    row "flag-1, flag-3" "flag-1; flag-3" FLAG_1=yes FLAG_3=yes
    row "flag-2" "flag-2" FLAG_2=yes
    row "sh-port" "lb_algo sh; sh-port" LB_ALGO=sh SH_PORT=yes
    row "sh-fallback" "lb_algo sh; sh-fallback" LB_ALGO=sh SH_FALLBACK=yes
    row "mh-port" "lb_algo mh; mh-port" LB_ALGO=mh MH_PORT=yes
    row "mh-fallback" "lb_algo mh; mh-fallback" LB_ALGO=mh MH_FALLBACK=yes
    row "hashed" "lb_algo sh; hashed" LB_ALGO=sh HASHED=yes
    HEAD='fwmark 5' HEAD_OURS=fwmark:5 row "fwmark" "real_server 203.0.113.3 80 { weight 1 }" \
        REAL_SERVER=203.0.113.3:80
    HEAD='fwmark 6' HEAD_OURS=fwmark:6 row "fwmark of IPv6" \
        "ip_family inet6; real_server 2001:db8:1::3 80 { weight 1 }" IP_FAMILY=inet6 \
        "REAL_SERVER=[2001:db8:1::3]:80"
    HEAD='@6 80' HEAD_OURS='tcp://[@6]:80' row "IPv6" \
        "persistence_timeout 60; persistence_granularity 64;
        real_server 2001:db8:1::3 80 { weight 1 }" PERSISTENCE_TIMEOUT=60 \
        PERSISTENCE_GRANULARITY=64 "REAL_SERVER=[2001:db8:1::3]:80"
    row "TUN of another family" "lb_kind TUN; real_server 2001:db8:1::3 80 { weight 1 }" \
        LB_KIND=TUN "REAL_SERVER=[2001:db8:1::3]:80"
    row "weights" "real_server 203.0.113.3 80 { weight 3 }; real_server 203.0.113.4 80 { weight 0 };
        real_server 203.0.113.5 8080 { weight 65535 }" \
        "REAL_SERVER=203.0.113.3:80 weight=3, 203.0.113.4:80 weight=0,
        203.0.113.5:8080 weight=65535"
    row "weight of all" "weight 7;
        real_server 203.0.113.3 80 { }; real_server 203.0.113.4 80 { weight 2 }" \
        WEIGHT=7 "REAL_SERVER=203.0.113.3:80, 203.0.113.4:80 weight=2"
    row "lvs_method of a server" "lb_kind NAT;
        real_server 203.0.113.3 80 { weight 1; lvs_method DR };
        real_server 203.0.113.4 80 { weight 1; lvs_method TUN type gue port 7000 }" \
        "REAL_SERVER_1=203.0.113.3:80 lvs_method=DR" REAL_SERVER_2=203.0.113.4:80 \
        "REAL_SERVER_2_LVS_METHOD=TUN type gue port 7000"
    row "thresholds" "real_server 203.0.113.3 80 { weight 1; uthreshold 100; lthreshold 50 }" \
        "REAL_SERVER=203.0.113.3:80 uthreshold=100 lthreshold=50"
    row "alpha" "alpha; real_server 203.0.113.3 80 { weight 1; CHECKS };
        real_server 203.0.113.4 80 { weight 1 }" ALPHA=yes REAL_SERVER_1=203.0.113.3:80 \
        CHECKED_1 REAL_SERVER_2=203.0.113.4:80
    row "sorry_server" "alpha; sorry_server 203.0.113.5 80;
        real_server 203.0.113.3 80 { weight 1; CHECKS }" ALPHA=yes \
        SORRY_SERVER=203.0.113.5:80 REAL_SERVER_1=203.0.113.3:80 \
        CHECKED_1
    row "sorry_server_inhibit, sorry_server_lvs_method" "alpha; sorry_server 203.0.113.5 80;
        sorry_server_inhibit; sorry_server_lvs_method DR;
        real_server 203.0.113.3 80 { weight 1 }" ALPHA=yes SORRY_SERVER=203.0.113.5:80 \
        SORRY_SERVER_INHIBIT=yes SORRY_SERVER_LVS_METHOD=DR REAL_SERVER_1=203.0.113.3:80
    row "quorum not reached" "alpha; quorum 3; sorry_server 203.0.113.5 80;
        real_server 203.0.113.3 80 { weight 2 };
        real_server 203.0.113.4 80 { weight 5; CHECKS }" ALPHA=yes QUORUM=3 \
        SORRY_SERVER=203.0.113.5:80 "REAL_SERVER_1=203.0.113.3:80 weight=2" \
        "REAL_SERVER_2=203.0.113.4:80 weight=5" CHECKED_2
    row "hysteresis" "alpha; quorum 3; hysteresis 2; sorry_server 203.0.113.5 80;
        real_server 203.0.113.3 80 { weight 4 };
        real_server 203.0.113.4 80 { weight 5; CHECKS }" ALPHA=yes QUORUM=3 \
        HYSTERESIS=2 SORRY_SERVER=203.0.113.5:80 "REAL_SERVER_1=203.0.113.3:80 weight=4" \
        "REAL_SERVER_2=203.0.113.4:80 weight=5" CHECKED_2
    row "inhibit_on_failure" "alpha; inhibit_on_failure;
        real_server 203.0.113.3 80 { weight 1; CHECKS };
        real_server 203.0.113.4 80 { weight 1 }" ALPHA=yes INHIBIT_ON_FAILURE=yes \
        REAL_SERVER_1=203.0.113.3:80 CHECKED_1 \
        REAL_SERVER_2=203.0.113.4:80
    UNSAID=1 HEAD_OURS='@ 80' row "no protocol" "quorum 1"
    HEAD='group G@N' HEAD_OURS='group G@N'
    GROUP='@ 80, 198.18.200.1 8080' row "group of addresses" \
        "protocol TCP; real_server 203.0.113.3 80 { weight 1 }" PROTOCOL=TCP \
        REAL_SERVER=203.0.113.3:80
    GROUP='198.18.201.10-20 80' row "group with a range" \
        "protocol TCP; real_server 203.0.113.3 80 { weight 1 }" PROTOCOL=TCP \
        REAL_SERVER=203.0.113.3:80
    HEAD='@ 0' HEAD_OURS=tcp://@:0 row "all ports, DR" "lb_kind DR; persistence_timeout 60;
        real_server 203.0.113.3 8080 { weight 1 }" LB_KIND=DR PERSISTENCE_TIMEOUT=60 \
        REAL_SERVER=203.0.113.3:8080
    HEAD='fwmark 7' HEAD_OURS=fwmark:7 row "fwmark, DR" "lb_kind DR;
        real_server 203.0.113.3 80 { weight 2147483647 }" LB_KIND=DR \
        "REAL_SERVER=203.0.113.3:80 weight=2147483647"
    GROUP='fwmark 8, fwmark 9' row "group of fwmarks" \
        "lb_kind DR; real_server 203.0.113.3 80 { weight 1 }" LB_KIND=DR REAL_SERVER=203.0.113.3:80
}

# lines as keepalived reads them
in_lines() { tr ';' '\n' | sed 's/{/{\n/g; s/}/\n}\n/g'; }
whole_table() { # ipvsadm -S does not say the thresholds
    at "$1" ipvsadm -Sn | sort
    at "$1" ipvsadm -Ln --thresholds | awk '$3 + $4 > 0' | sort
}
same_table() {
    whole_table dir1 >$W/theirs
    whole_table dir2 >$W/ours
    diff $W/theirs $W/ours >$W/difference
}
explain() { # which rows
    local n
    grep -oE '198\.18\.0\.[0-9]+|2001:db8:6::[0-9]+' $W/difference | sed 's/.*[.:]//' | sort -nu |
        while read -r n; do echo "    differs: ${LABELS[n - 1]}"; done
    head -n 40 $W/difference | sed 's/^/    /'
}
settled() { same_table && for_all_of 2 same_table; }
as_keepalived() { # as_keepalived WHEN
    wait_for 30 settled || { explain && die "other tables $1"; }
    say "$(grep -c -- -A $W/ours) services and $(grep -c -- -a $W/ours) servers $1"
}
sorry_servers() { [ "$(table dir1 | grep -c '203.0.113.5:80 -m')" = "$1" ]; }

t_same_table_as_keepalived() {
    lab nat
    LABELS=() CONFS=() OURS=()
    all_rows
    printf '%s\n' "${CONFS[@]}" | in_lines >$W/conf
    balancer_keepalived k dir1 $W/conf
    wait_for 30 said k 'Startup complete' || die "keepalived did not start"
    sidecar s dir2 "${OURS[@]}"
    as_keepalived "at start"
    web rs1
    web rs2
    wait_for 20 sorry_servers 0 || die "keepalived does not see the servers"
    as_keepalived "with all servers"
    end rs1
    end rs2
    wait_for 20 sorry_servers 2 || # hysteresis keeps the third one's quorum
        die "keepalived does not see the servers die"
    as_keepalived "with dead servers"
    end s
    [ -z "$(table dir2)" ] || die "something is left: $(table dir2 | head -n 5)"
}
