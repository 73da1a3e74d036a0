# shellcheck shell=bash
# accept and no_accept: who may talk to a floating address. Rules stand in a table of nftables that
# is gone with the process, whatever ends it.

# shellcheck source=test/net/peers.sh
. "$NET/peers.sh"

family() { # family 4|6
    FAMILY=$1
    [ "$1" = 4 ] && ADDRESS=$VIP TARGET=$VIP || ADDRESS=$VIP6LL TARGET=$VIP6
    peer_vips
}
router() { # router NODE PRIORITY [VARIABLE=VALUE ...]
    local node=$1 priority=$2 IFS=,
    shift 2
    sidecar "$node" "$node" VRRP_INTERFACE=eth0 VRRP_VIRTUAL_ROUTER_ID=51 VRRP_VERSION=3 \
        VRRP_ADVERT_INT=0.2 "VRRP_VIRTUAL_IPADDRESS=${VIPS[*]}" VRRP_PRIORITY="$priority" "$@"
}
alone_with() { # alone_with FAMILY [VARIABLE=VALUE ...]: n1, MASTER
    family "$1"
    [ -n "${NS[n1]}" ] || world n1 client
    watch_nodes "$ADDRESS" n1
    router n1 100 "${@:2}"
    wait_for 10 holds n1 || die "n1 did not become MASTER"
}
answers() { at client ping -c 2 -i 0.2 -W "${2:-2}" "$1" >/dev/null; } # answers ADDRESS [SECONDS]
resolved() {                                                    # resolved ADDRESS: by ARP or ND
    ipn client neigh flush all
    at client ping -c 1 -W 1 "$1" >/dev/null
    ipn client neigh show "${1%\%*}" | grep -q lladdr
}
tables() { at "$1" nft list ruleset | grep -c '^table'; }
tables_are() { [ "$(tables "$1")" = "$2" ]; } # tables_are NODE N

t_accept_is_the_default_c075() {
    alone_with 4
    wait_for 5 answers $VIP || die "no answer"
    [ "$(tables n1)" = 0 ] || die "there are rules all the same"
}
t_accept_is_the_default_ipv6_c075() {
    alone_with 6
    wait_for 5 answers $VIP6 || die "no answer"
}
# C-074, C-076: nothing answers but ARP and neighbour discovery; a node behind is reached through it
gateway() { # gateway FAMILY OWN BEHIND ROUTE [VARIABLE=VALUE ...]
    local own=$2 behind=$3 to=$4
    family "$1"
    world n1 n2 client
    ipn n1 link add in type veth peer name eth1 netns "${NS[n2]}"
    if [ "$1" = 4 ]; then
        ipn n1 addr add 203.0.113.1/24 dev in
        ipn n2 addr add "$behind/24" dev eth1
    else
        ipn n1 addr add 2001:db8:1::1/64 dev in nodad
        ipn n2 addr add "$behind/64" dev eth1 nodad
    fi
    ipn n1 link set in up
    ipn n2 link set eth0 down
    ipn n2 link set eth1 up
    if [ "$1" = 4 ]; then ipn n2 route add default via 203.0.113.1; else
        ipn n2 route add default via 2001:db8:1::1; fi
    at n1 sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
    alone_with "$1" VRRP_NO_ACCEPT=yes "${@:5}"
    # shellcheck disable=SC2086
    ipn client route add $to
    wait_for 5 resolved "$TARGET" || die "nobody says where $TARGET is"
    ! answers "$TARGET" 1 || die "$TARGET answers"
    wait_for 5 answers "$own" || die "its own address does not answer"
    wait_for 5 answers "$behind" || die "$behind is not reached through it"
    ! at n1 ping -c 1 -W 1 -I "$TARGET" "$CLIENT" >/dev/null 2>&1 ||
        die "something speaks from the address"
}
t_no_accept_c074_c076() {
    CLIENT=198.51.100.100 gateway 4 198.51.100.1 203.0.113.2 "203.0.113.0/24 via $VIP"
}
t_no_accept_ipv6_c074_c076() {
    CLIENT=2001:db8::100 gateway 6 2001:db8::1 2001:db8:1::2 "2001:db8:1::/64 via $VIP6"
    ! answers $VIP6LL%eth0 1 || die "$VIP6LL answers"
    wait_for 5 resolved $VIP6LL%eth0 || die "nobody says where $VIP6LL is"
    # the same link-local address on another interface is another address
    ipn n1 addr add $VIP6LL/64 dev in nodad
    wait_for 5 at n2 ping -c 2 -W 2 -i 0.2 $VIP6LL%eth1 >/dev/null ||
        die "the one on another link is dropped"
}
t_no_accept_vmac_c074_c076() {
    CLIENT=198.51.100.100 gateway 4 198.51.100.1 203.0.113.2 "203.0.113.0/24 via $VIP" \
        VRRP_USE_VMAC=yes
    ipn client neigh show $VIP | grep -q 00:00:5e:00:01:33 || die "not at the virtual MAC"
}
t_no_accept_vmac_ipv6_c074_c076() {
    CLIENT=2001:db8::100 gateway 6 2001:db8::1 2001:db8:1::2 "2001:db8:1::/64 via $VIP6" \
        VRRP_USE_VMAC=yes
    ipn client neigh show $VIP6 | grep -q 00:00:5e:00:02:33 || die "not at the virtual MAC"
}
# C-072, C-139: what a solicitation is answered with, and what a host's unsolicited advertisement
# does, as BACKUP and as MASTER: neither is filtered
neighbours() { # neighbours [VARIABLE=VALUE ...]
    family 6
    world n1 n2 client
    watch_nodes $VIP6LL n1 n2
    router n1 150 VRRP_NO_ACCEPT=yes "$@"
    router n2 100 VRRP_NO_ACCEPT=yes "$@"
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    wait_for 5 said n2 BACKUP || die "n2 did not become BACKUP"
    local node
    for node in n1 n2; do
        ipn $node neigh replace 2001:db8::77 lladdr 02:00:00:00:77:01 dev eth0 nud stale
    done
    at client /usr/bin/python3 -c '
from scapy.all import *
sendp(Ether(src="02:00:00:00:77:02", dst="33:33:00:00:00:01") /
    IPv6(src="2001:db8::77", dst="ff02::1", hlim=255) / ICMPv6ND_NA(tgt="2001:db8::77", R=0, S=0, O=1) /
    ICMPv6NDOptDstLLAddr(lladdr="02:00:00:00:77:02"), iface="eth0", verbose=0)
sendp(Ether(src="02:00:00:00:77:03", dst="33:33:00:00:00:01") /
    IPv6(src="2001:db8::77", dst="ff02::1", hlim=64) / ICMPv6ND_NA(tgt="2001:db8::77", R=0, S=0, O=1) /
    ICMPv6NDOptDstLLAddr(lladdr="02:00:00:00:77:03"), iface="eth0", verbose=0)
' 2>$W/scapy || die "$(cat $W/scapy)"
    for node in n1 n2; do
        wait_for 5 eval "ipn $node neigh show 2001:db8::77 | grep -q 02:00:00:00:77:02" ||
            die "$node did not hear it: $(ipn $node neigh show 2001:db8::77)"
    done
    capture client 'icmp6'
    wait_for 5 resolved $VIP6 || die "nobody says where it is"
    # somebody who wants that address for himself
    at client /usr/bin/python3 -c '
from scapy.all import *
sendp(Ether(src="02:00:00:00:77:04", dst="33:33:ff:00:00:10") / IPv6(src="::", dst="ff02::1:ff00:10",
    hlim=255) / ICMPv6ND_NS(tgt="2001:db8::10"), iface="eth0", verbose=0)' 2>$W/scapy ||
        die "$(cat $W/scapy)"
    captured eth.src ipv6.dst icmpv6.type icmpv6.nd.na.target_address icmpv6.nd.na.flag.s \
        icmpv6.nd.na.flag.o icmpv6.opt.linkaddr
    answered 2001:db8::100 11 || die "no answer to a solicitation: $(cat $W/packets)"
    answered ff02::1 01 || die "no answer to a probe: $(cat $W/packets)"
    for node in n1 n2; do # the one with hop limit 64 does not count
        ipn $node neigh show 2001:db8::77 | grep -q 02:00:00:00:77:02 || die "$node believed it"
    done
    say "R=0, as the kernel of a host that is no router says it"
}
# answered TO FLAGS: of the captured ones, by the MASTER, with S and O like that
answered() {
    awk -F '\t' -v mac="${ANSWER:-02:00:00:00:00:01}" -v to="$1" -v flags="$2" \
        '$3 == 136 && $4 == "2001:db8::10" && $1 == mac && $2 == to && $5 $6 == flags && $7 ~ mac {
            n++ } END { exit !n }' $W/packets
}
t_no_accept_neighbours_c072_c076_c139() { neighbours; }
t_no_accept_neighbours_vmac_c072_c076_c139() {
    ANSWER=00:00:5e:00:02:33 neighbours VRRP_USE_VMAC=yes
}

# the owner of an address accepts, whatever is asked for
t_no_accept_owner() {
    family 4
    world n1 client
    ipn n1 addr add $VIP/24 dev eth0
    watch_nodes $VIP n1
    router n1 255 VRRP_NO_ACCEPT=yes
    wait_for 5 said n1 MASTER || die "the owner did not become MASTER"
    wait_for 5 said n1 'no effect with priority 255' || die "it is not told"
    wait_for 5 answers $VIP || die "the owner does not answer"
}

# --- the table ----------------------------------------------------------------------------------

t_no_accept_gone_after_stop() {
    world n1 client
    remember n1
    alone_with 4 VRRP_NO_ACCEPT=yes
    [ "$(tables n1)" = 1 ] || die "there is no table"
    end n1
    nothing_left n1 "after stop"
}
t_no_accept_gone_after_kill() {
    world n1 client
    alone_with 4 VRRP_NO_ACCEPT=yes
    end n1 KILL
    wait_for 5 tables_are n1 0 || die "the table stays: $(at n1 nft list ruleset)"
}
t_no_accept_beside_others() {
    world n1 client
    at n1 nft add table inet keepalived
    at n1 nft add table ip filter
    remember n1
    alone_with 4 VRRP_NO_ACCEPT=yes
    sidecar other n1 VRRP_INTERFACE=eth0 VRRP_VIRTUAL_ROUTER_ID=52 VRRP_VERSION=3 \
        VRRP_ADVERT_INT=0.2 VRRP_VIRTUAL_IPADDRESS=198.51.100.20/24 VRRP_NO_ACCEPT=yes
    wait_for 5 said other MASTER || die "the other process did not become MASTER"
    wait_for 5 tables_are n1 4 || die "two processes need two tables: $(at n1 nft list ruleset)"
    ! answers 198.51.100.20 1 || die "the other address answers"
    end n1
    wait_for 5 tables_are n1 3 || die "the other's table is gone"
    ! answers 198.51.100.20 1 || die "the other address answers now"
    end other
    nothing_left n1
}
t_no_accept_reload() {
    local settings=(VRRP_INTERFACE=eth0 VRRP_VIRTUAL_ROUTER_ID=51 VRRP_VERSION=3 VRRP_ADVERT_INT=0.2)
    world n1 client
    printf '%s\n' "${settings[@]}" VRRP_VIRTUAL_IPADDRESS=$VIP/24 >$W/env
    watch_nodes $VIP,198.51.100.20 n1
    sidecar n1 n1 SIDECAR_ENV_FILE=$W/env
    wait_for 10 holds n1 || die "n1 did not become MASTER"
    wait_for 5 answers $VIP || die "no answer"
    mark
    printf '%s\n' "${settings[@]}" "VRRP_VIRTUAL_IPADDRESS=$VIP/24, 198.51.100.20/24" \
        VRRP_NO_ACCEPT=yes >$W/env
    kill -HUP "${PID[n1]}"
    wait_for 5 holds n1 198.51.100.20 || die "the new address was not added"
    wait_for 5 not answers $VIP 1 || die "it answers still"
    ! answers 198.51.100.20 1 || die "the new address answers"
    printf '%s\n' "${settings[@]}" "VRRP_VIRTUAL_IPADDRESS=198.51.100.20/24" VRRP_NO_ACCEPT=yes >$W/env
    kill -HUP "${PID[n1]}"
    wait_for 5 not holds n1 || die "the old address was not removed"
    has_rule() { at n1 nft list ruleset | grep -q "$VIP"; }
    wait_for 5 not has_rule || die "its rule stays"
    ipn n1 addr add $VIP/24 dev eth0
    wait_for 5 answers $VIP || die "an address that is no longer ours is dropped"
    printf '%s\n' "${settings[@]}" "VRRP_VIRTUAL_IPADDRESS=198.51.100.20/24" >$W/env
    kill -HUP "${PID[n1]}"
    wait_for 5 answers 198.51.100.20 || die "it does not answer"
    wait_for 5 eval '[ -z "$(at n1 nft list tables)" ]' || die "a table that nobody needs is left"
    printf '%s\n' "${settings[@]}" "VRRP_VIRTUAL_IPADDRESS=198.51.100.20/24" VRRP_NO_ACCEPT=yes >$W/env
    kill -HUP "${PID[n1]}"
    wait_for 5 not answers 198.51.100.20 1 || die "it answers again"
    ! said n1 'FAULT|Stopped' || die "the instance was stopped"
}
# no nf_tables: not MASTER, and told why. What stands for such a kernel here is a filter of ours.
t_no_accept_without_nf_tables() {
    world n1 n2 client
    cat >$W/no_nft.c <<'C'
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(int n, char **argv)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NETLINK_NETFILTER, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPROTONOSUPPORT),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof code / sizeof *code, code};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
    return n > 1 && execv(argv[1], argv + 1);
}
C
    must "${CC:-cc}" -o $W/no_nft $W/no_nft.c
    family 4
    watch_nodes $VIP n1 n2
    start n1 n1 VRRP_INTERFACE=eth0 VRRP_VIRTUAL_ROUTER_ID=51 VRRP_VERSION=3 VRRP_ADVERT_INT=0.2 \
        VRRP_VIRTUAL_IPADDRESS=$VIP/24 VRRP_NO_ACCEPT=yes $W/no_nft "$SIDECAR"
    wait_for 5 said n1 'this kernel has no nf_tables' || die "it is not told"
    wait_for 5 said n1 FAULT || die "not in FAULT"
    router n2 100
    wait_for 5 alone n2 || die "n2 did not become MASTER"
    for_all_of 2 alone n2 || die "n1 became MASTER"
}
# a kernel before 5.12 has no owner of a table: the next process removes what a dead one left
t_no_accept_without_owners() {
    world n1 client
    mkdir $W/src
    sed 's/VRRP__NFT_OWNER = 2 /VRRP__NFT_OWNER = 64 /' "$TOP/vrrp.h" >$W/src/vrrp.h
    cmp -s "$TOP/vrrp.h" $W/src/vrrp.h && die "the constant has moved"
    cp "$TOP/sidecar.c" "$TOP/check.h" "$TOP/ipvs.h" $W/src
    must "${CC:-cc}" -std=gnu99 -D_GNU_SOURCE -O1 -w -o "$W/sidecar" $W/src/sidecar.c
    SIDECAR=$W/sidecar
    remember n1
    alone_with 4 VRRP_NO_ACCEPT=yes
    ! answers $VIP 1 || die "it answers"
    end n1
    nothing_left n1 "after stop"
    router n1 100 VRRP_NO_ACCEPT=yes
    wait_for 5 holds n1 || die "n1 did not become MASTER"
    end n1 KILL
    [ "$(tables n1)" = 1 ] || die "the table has an owner"
    : >"${LOG[n1]}"
    router n1 100 VRRP_NO_ACCEPT=yes
    wait_for 5 said n1 MASTER || die "n1 did not become MASTER again"
    wait_for 5 tables_are n1 1 || die "what was left stays"
    end n1
    nothing_left n1 "after kill -9, start and stop"
}
