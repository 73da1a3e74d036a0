# shellcheck shell=bash
# Traffic through the tunnels that came after IPIP. The real server takes GUE off at its port and
# GRE at its device; what was in it is for the virtual address, which is on the tunnel's end.

# shellcheck source=test/vm/t/director.sh
. "${BASH_SOURCE[0]%/*}/director.sh"

# tunnel_end NODE DEVICE: what comes out of it is taken, wherever it seems to come from
tunnel_end() {
    must ipn "$1" link set "$2" up
    set_in "$1" net.ipv4.conf.all.rp_filter=0 "net.ipv4.conf.$2.rp_filter=0"
    set_in "$1" net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
    must ipn "$1" addr add "$V/32" dev lo
}
end_of() { # end_of NODE gue|gre [WORD]: how the packets come to it
    case $2 in
    gue) # the inner packet is IPIP's, which the device without a peer takes
        at "$1" ip fou add port 6080 gue >$W/fou 2>&1 ||
            skip "this kernel has no GUE (module fou): $(cat $W/fou)"
        ipn "$1" link show tunl0 >/dev/null 2>&1 || must ipn "$1" link add tunl0 type ipip
        ;;
    gre) # a device takes packets with a checksum, or those without
        ipn "$1" link add end type gre local "${RS[1]}" $3 ||
            skip "this kernel has no GRE (module ip_gre)"
        ;;
    esac
    if [ "$2" = gre ]; then tunnel_end "$1" end; else tunnel_end "$1" tunl0; fi
}
# through TYPE KIND DEVICE [WORD]: rs1 by TYPE, as LB_KIND has it, and nobody else; the packets come
# out of DEVICE
through() {
    local before
    lab dr
    web rs1
    must ipn rs1 addr del "$V/32" dev lo
    end_of rs1 "$1" "$4"
    by_hand dir1
    before=$(received "$3")
    sidecar dir1 dir1 "IPVS_WEB=tcp://$V:80" "IPVS_WEB_LB_KIND=$2" \
        "IPVS_WEB_REAL_SERVER=${RS[1]}:80" IPVS_WEB_CHECK=tcp://
    wait_for 20 serves dir1 1 || die "the table: $(table dir1)"
    ask 20
    shares 20 0 0
    (($(received "$3") - before >= 60)) || die "not through $3: $(at rs1 cat /proc/net/dev)"
    say "$(table dir1 | sed -n 's/.*\(--tun-type.*\)/\1/p')"
}
received() { at rs1 sed -n "s/^ *$1: *[0-9]* *\\([0-9]*\\) .*/\\1/p" /proc/net/dev; }
t_tunnel_gue() { through gue 'TUN type gue port 6080' tunl0; }
t_tunnel_gue_csum() { through gue 'TUN type gue port 6080 csum' tunl0; }
t_tunnel_gre() { through gre 'TUN type gre' end; }
t_tunnel_gre_csum() { through gre 'TUN type gre csum' end icsum; }
