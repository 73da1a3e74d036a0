# shellcheck shell=bash
# AH with HMAC-SHA-256-128 as Linux itself speaks it: on a node set up by kernel_ah the kernel wraps
# every advert that leaves for the group in AH and lets in none without it. VRRP's daemon there,
# keepalived, sends and hears plain version 3.
#
#   keepalived -> kernel: AH -> wire -> sidecar: AH          and the other way round

. "$NET/peers.sh"
HERE=${BASH_SOURCE[0]%/*}
KEY=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
WRONG=${KEY/00/ff}
SPI=0x1000

group_is() { # group_is FAMILY
    FAMILY=$1 VERSION=3 INTERVAL=1
    GROUP=224.0.0.18 ANY=0.0.0.0
    [ "$FAMILY" = 4 ] || GROUP=ff02::12 ANY=::
    ADDRESS=$VIP
    [ "$FAMILY" = 4 ] || ADDRESS=$VIP6
}
# kernel_ah NODE KEY [WORDS OF ip xfrm state...]
kernel_ah() {
    local node=$1 key=$2 dir
    shift 2
    must ipn "$node" xfrm state add src $ANY dst $GROUP proto ah spi $SPI mode transport \
        replay-window 32 "$@" auth-trunc 'hmac(sha256)' "0x$key" 128
    for dir in in out; do
        must ipn "$node" xfrm policy add src $ANY/0 dst $GROUP dir $dir \
            tmpl proto ah mode transport
    done
}
# refused NODE COUNTER: what its kernel refused, in REFUSED
refused() {
    REFUSED=$(at "$1" cat /proc/net/xfrm_stat | sed -n "s/^Xfrm$2 *//p")
}
refuses() { # refuses NODE COUNTER: more than at the last call
    refused "$1" "$2"
    ((REFUSED > ${BEFORE:-0}))
}
# judged FILE KEY: every packet of the capture is AH, and scapy finds their ICVs right
judged() {
    /usr/bin/python3 "$HERE/../judge.py" "$1" "$2" $SPI >$W/judge 2>&1 || die "$(tail -n 3 $W/judge)"
    say "$(tail -n 1 $W/judge)"
}

# The judge itself: keepalived on both nodes
keepalived_pair() { # keepalived_pair FAMILY [WORDS...]
    group_is "$1"
    shift
    world n1 n2
    watch_nodes "$ADDRESS" n1 n2
    kernel_ah n1 $KEY "$@"
    kernel_ah n2 $KEY "$@"
    capture n1 'ip proto 51 or ip proto 112 or ip6 proto 51 or ip6 proto 112'
    peer_keepalived k1 n1 150
    peer_keepalived k2 n2 100
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    for_all_of 5 alone n1 || die "n2 does not hear n1"
    mark
    end k1
    wait_for 5 alone n2 || die "n2 did not take over"
    took n2
    between 0 $MS 2500 takeover
    say "takeover $MS ms"
    end dumpcap INT
    judged $W/pcap $KEY
}
t_kernel_ah_keepalived() { keepalived_pair 4; }
t_kernel_ah_keepalived_28_bytes() { keepalived_pair 4 flag align4; }
t_kernel_ah_keepalived_ipv6() { keepalived_pair 6; }
t_kernel_ah_wrong_key() {
    group_is 4
    world n1 n2
    watch_nodes "$ADDRESS" n1 n2
    kernel_ah n1 $KEY
    kernel_ah n2 $WRONG
    peer_keepalived k1 n1 150
    peer_keepalived k2 n2 100
    wait_for 10 holds n1 || die "n1 did not become MASTER"
    wait_for 10 holds n2 || die "n2 accepts the wrong key"
    refuses n2 InStateProtoError || die "n2's kernel refused nothing"
}
