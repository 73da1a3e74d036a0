# shellcheck shell=bash
# AH with HMAC-SHA-256-128 as Linux itself speaks it: on a node set up by kernel_ah the kernel wraps
# every advert that leaves for the group in AH and lets in none without it. VRRP's daemon there,
# keepalived, sends and hears plain version 3.
#
#   keepalived -> kernel: AH -> wire -> sidecar: AH          and the other way round

# shellcheck source=test/net/t/interop.sh
. "$NET/t/interop.sh"
HERE=${BASH_SOURCE[0]%/*}
KEY=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
WRONG=ff${KEY#00}
SPI=4096
# shellcheck disable=SC2034 # of interop()
SLACK=20000 # ms; programs start slowly here
# Its IPv4 header as RFC 4302 has it, 28 bytes. Without the flag Linux sends 32, which sidecar takes
# too, but accepts nothing else.
FORM=(flag align4)

group_is() { # group_is FAMILY
    GROUP=224.0.0.18 ANY=0.0.0.0
    [ "$1" = 4 ] || GROUP=ff02::12 ANY=::
}
# kernel_ah NODE KEY: its numbers go on above those of an earlier life
kernel_ah() {
    local node=$1 key=$2 dir
    must ipn "$node" xfrm state add src $ANY dst $GROUP proto ah spi $SPI mode transport \
        replay-window 32 replay-oseq "$(date +%s)" "${FORM[@]}" \
        auth-trunc 'hmac(sha256)' "0x$key" 128
    for dir in in out; do
        must ipn "$node" xfrm policy add src $ANY/0 dst $GROUP dir $dir \
            tmpl proto ah mode transport
    done
}
# peer_kernel NAME NODE PRIORITY: keepalived behind the kernel's AH
peer_kernel() {
    group_is "$FAMILY"
    ipn "$2" xfrm state | grep -q "dst $GROUP" || kernel_ah "$2" $KEY
    peer_keepalived "$@"
}
# peer_sidecar NAME NODE PRIORITY [VARIABLE=VALUE ...]
peer_sidecar() {
    local name=$1 node=$2 priority=$3
    shift 3
    with_tls
    peer_vips
    local IFS=,
    sidecar "$name" "$node" VRRP_INTERFACE=eth0 VRRP_VIRTUAL_ROUTER_ID=51 VRRP_VERSION=3 \
        "VRRP_VIRTUAL_IPADDRESS=${VIPS[*]}" VRRP_PRIORITY="$priority" \
        VRRP_AUTH_TYPE=AH-SHA256 VRRP_AUTH_KEY="hex:$KEY" VRRP_AH_SPI=$SPI "$@"
}
# refuses NODE COUNTER: its kernel refused something for that reason since the last time
refuses() {
    local before=${REFUSED:-0}
    REFUSED=$(at "$1" sed -n "s/^Xfrm$2 *//p" /proc/net/xfrm_stat)
    ((REFUSED > before))
}
# judged: every packet of the capture is AH, and scapy finds their ICVs right
judged() {
    end dumpcap INT
    /usr/bin/python3 "$HERE/../judge.py" $W/pcap $KEY $SPI >$W/judge 2>&1 ||
        die "$(tail -n 3 $W/judge)"
    say "$(tail -n 1 $W/judge)"
}
check_packets() { judged; } # of interop()

# The judge itself: keepalived on both nodes
keepalived_pair() { # keepalived_pair FAMILY [WORDS...]
    settings 3 "$1"
    shift
    FORM=("$@")
    world n1 n2
    watch_nodes "$ADDRESS" n1 n2
    capture n1 'ip proto 51 or ip proto 112 or ip6 proto 51 or ip6 proto 112'
    peer_kernel k1 n1 150
    peer_kernel k2 n2 100
    wait_for 30 alone n1 || die "n1 did not become MASTER"
    wait_for 20 said k2 BACKUP || die "n2 did not become BACKUP"
    for_all_of 5 alone n1 || die "n2 does not hear n1"
    mark
    end k1
    wait_for 10 alone n2 || die "n2 did not take over"
    took n2
    between 0 $MS 5000 takeover
    say "takeover $MS ms"
    judged
}
t_kernel_ah_keepalived() { keepalived_pair 4 flag align4; }
t_kernel_ah_keepalived_32_bytes() { keepalived_pair 4; }
t_kernel_ah_keepalived_ipv6() { keepalived_pair 6; }
t_kernel_ah_wrong_key() {
    settings 3 4
    group_is 4
    world n1 n2
    watch_nodes "$ADDRESS" n1 n2
    kernel_ah n1 $KEY
    kernel_ah n2 $WRONG
    peer_keepalived k1 n1 150
    peer_keepalived k2 n2 100
    wait_for 30 holds n1 || die "n1 did not become MASTER"
    wait_for 30 holds n2 || die "n2 accepts the wrong key"
    refuses n2 InStateProtoError || die "n2's kernel refused nothing"
}

# sidecar beside it: takes over and yields, in both roles
t_sidecar_kernel_master() { interop kernel master "v3 IPv4 AH-SHA256" 3 4; }
t_sidecar_kernel_backup() { interop kernel backup "v3 IPv4 AH-SHA256" 3 4; }
t_sidecar_kernel_ipv6_master() { interop kernel master "v3 IPv6 AH-SHA256" 3 6; }
t_sidecar_kernel_ipv6_backup_c103() { interop kernel backup "v3 IPv6 AH-SHA256" 3 6; }
t_sidecar_kernel_32_bytes_master_c102() {
    FORM=()
    interop kernel master "v3 AH-SHA256 32 B" 3 4
}

# kernel_and_sidecar FAMILY KEY: n1, the better one, is keepalived behind a kernel with that key
kernel_and_sidecar() {
    settings 3 "$1"
    group_is "$1"
    world n1 n2
    watch_nodes "$ADDRESS" n1 n2
    kernel_ah n1 "$2"
    capture n1 'ip proto 51 or ip6 proto 51'
    peer_keepalived n1 n1 150
    wait_for 30 holds n1 || die "n1 did not become MASTER"
}
# neither accepts the other's packets
wrong_key() {
    kernel_and_sidecar "$1" $WRONG
    peer_sidecar n2 n2 100
    wait_for 30 holds n2 || die "n2 accepts the wrong key"
    for_all_of 3 holds n1 || die "n1 accepts the wrong key"
    refuses n1 InStateProtoError || die "n1's kernel refused nothing"
    wait_for 20 said n2 'ICV|authentic|key' || die "n2 does not say what is wrong"
}
t_sidecar_kernel_wrong_key_c100() { wrong_key 4; }
t_sidecar_kernel_wrong_key_ipv6_c100() { wrong_key 6; }
t_sidecar_kernel_starts_again() {
    kernel_and_sidecar 4 $KEY
    peer_sidecar n2 n2 100
    wait_for 20 said n2 BACKUP || die "n2 did not become BACKUP"
    for_all_of 5 not holds n2 || die "n2 does not hear n1"
    crash n1 # of interop()
    wait_for 20 alone n2 || die "n2 did not take over"
    ipn n1 xfrm policy flush
    ipn n1 xfrm state flush
    plug n1
    peer_kernel n1 n1 150
    wait_for 30 alone n1 || die "n2 does not hear the n1 that came back"
}
# what n1 sent is sent again when it is gone, again and again
replay_of_n1() {
    wait_for 20 said n2 BACKUP || die "n2 did not become BACKUP"
    start replay n1 /usr/bin/python3 "$HERE/../replay.py" $W/again eth0
    for_all_of 4 not holds n2 || die "n2 does not hear n1"
    end dumpcap INT
    wait_for 20 said replay ready || die "the replay does not start"
    end n1 KILL
    mv $W/pcap $W/again
    mark
    wait_for 20 said replay sent || die "nothing was replayed"
}
n2_takes_over() {
    wait_for 30 holds n2 || die "n2 believes what is replayed"
    took n2
    say "takeover $MS ms in spite of it"
}
t_sidecar_refuses_a_replay() {
    kernel_and_sidecar 4 $KEY
    peer_sidecar n2 n2 100
    replay_of_n1
    n2_takes_over
}
# the same with the protection off: so the replay above was heard
t_sidecar_without_replay_protection() {
    kernel_and_sidecar 4 $KEY
    peer_sidecar n2 n2 100 VRRP_AH_REPLAY=no
    replay_of_n1
    for_all_of 6 not holds n2 || die "n2 does not hear what is replayed"
}
t_kernel_refuses_a_replay() {
    settings 3 4
    group_is 4
    world n1 n2
    watch_nodes "$ADDRESS" n1 n2
    kernel_ah n2 $KEY
    capture n1 'ip proto 51'
    peer_sidecar n1 n1 150
    wait_for 30 holds n1 || die "n1 did not become MASTER"
    peer_keepalived n2 n2 100
    replay_of_n1
    n2_takes_over
    refuses n2 InStateSeqError || die "n2's kernel refused nothing"
}
