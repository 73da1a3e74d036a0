# shellcheck shell=bash
# The laboratory itself (../lab.sh), with a table written by hand.

# shellcheck source=test/vm/lab.sh
. "${BASH_SOURCE[0]%/*}/../lab.sh"

by_ipvsadm() { # by_ipvsadm DIRECTOR FLAG SCHEDULER WEIGHT...
    local node=$1 flag=$2 i=0 weight
    must at "$node" ipvsadm -A -t "$AT:80" -s "$3"
    shift 3
    for weight; do
        i=$((i + 1))
        must at "$node" ipvsadm -a -t "$AT:80" -r "$(url_of "${RS[i]}"):80" "$flag" -w "$weight"
    done
}
forwards() { # forwards KIND FAMILY FLAG
    lab "$1" "$2"
    webs
    by_hand dir1
    by_ipvsadm dir1 "$3" wrr 1 2 1
    ask 1000
    shares 250 500 250
}
t_lab_nat() { forwards nat 4 -m; }
t_lab_nat_ipv6() { forwards nat 6 -m; }
t_lab_dr() { forwards dr 4 -g; }
t_lab_dr_ipv6() { forwards dr 6 -g; }
t_lab_tun() { forwards tun 4 -i; }
t_lab_tun_ipv6() { forwards tun 6 -i; }
