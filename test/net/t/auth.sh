# shellcheck shell=bash
# Authentication between sidecars: restarts, keys that change while all run, keys that differ.
# Beside keepalived: interop.sh.

KEY=hex:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
KEY2=hex:f00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f

auth_settings() { # auth_settings VARIABLE=VALUE ...: of both nodes
    ADDRESS=$VIP
    AUTH_COMMON=(VRRP_INTERFACE=eth0 VRRP_VIRTUAL_ROUTER_ID=51 VRRP_ADVERT_INT=0.2 VRRP_VERSION=3
        "$@")
    [[ "$*" != *2001:db8* ]] || ADDRESS=$VIP6
    [ $ADDRESS = $VIP6 ] || AUTH_COMMON+=("VRRP_VIRTUAL_IPADDRESS=$VIP/24")
    world n1 n2
    with_tls
    watch_nodes $ADDRESS n1 n2
}
auth_run() { # auth_run NODE PRIORITY [VARIABLE=VALUE ...]
    local node=$1 priority=$2
    shift 2
    sidecar "$node" "$node" "${AUTH_COMMON[@]}" "VRRP_PRIORITY=$priority" "$@"
}
auth_pair() {
    auth_settings "$@"
    auth_run n1 150
    begun n1
    auth_run n2 100
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    wait_for 5 said n2 BACKUP || die "n2 did not become BACKUP"
}
# nobody dropped anything
nothing_dropped() {
    not said n1 'dropping adverts' || die "n1 dropped adverts"
    not said n2 'dropping adverts' || die "n2 dropped adverts"
}
# A node that starts again has to be heard at once: its numbers go on above those of before.
restarts() {
    local i
    auth_pair "$@"
    capture br0 'ip proto 51 or ip6 proto 51 or ip proto 112 or ip6 proto 112'
    for i in 1 2 3; do
        mark
        end n1 KILL
        wait_for 5 holds n2 || die "n2 did not take over (crash $i)"
        auth_run n1 150
        wait_for 5 alone n1 || die "n1 did not get it back (crash $i)"
        no_overlap_over 1000 "when n1 came back"
    done
    end n1
    wait_for 5 holds n2 || die "n2 did not take over"
    nothing_dropped
    captured ip.proto ipv6.nxt vrrp.version ah.spi ah.sequence
    awk -F '\t' '$1 $2 != 51 || $3 != 3 || $4 != "0x00000133" { exit 1 }' $W/packets ||
        die "other packets than AH: $(sort $W/packets | uniq -c | head)"
    say "$(wc -l <$W/packets) packets"
}
t_auth_ah_sha256() { restarts VRRP_AUTH_TYPE=AH-SHA256 VRRP_AUTH_KEY=$KEY; }
t_auth_ah_sha256_ipv6() {
    restarts VRRP_AUTH_TYPE=AH-SHA256 VRRP_AUTH_KEY=$KEY VRRP_AH_ESN=yes \
        VRRP_VIRTUAL_IPADDRESS=$VIP6/64
}

# every_node VARIABLE=VALUE ...: these settings for all, one node after the other, without a reload
# being seen outside
every_node() {
    local node
    for node in n2 n1; do
        printf '%s\n' "$@" >"$W/$node.env"
        local before
        before=$(grep -c 'configuration read again' "${LOG[$node]}")
        kill -HUP "${PID[$node]}"
        wait_for 5 more_reads "$node" "$before" || die "$node did not read $*"
        for_all_of 1 alone n1 || die "n1 lost the address by: $*"
    done
}
more_reads() { (($(grep -c 'configuration read again' "${LOG[$1]}") > $2)); }

with_env_files() { # with_env_files [VARIABLE=VALUE ...]: at first
    auth_settings
    printf '%s\n' "$@" >$W/n1.env
    printf '%s\n' "$@" >$W/n2.env
    auth_run n1 150 SIDECAR_ENV_FILE=$W/n1.env
    begun n1
    auth_run n2 100 SIDECAR_ENV_FILE=$W/n2.env
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    wait_for 5 said n2 BACKUP || die "n2 did not become BACKUP"
}
t_auth_hmac_rotation() {
    with_env_files "VRRP_AUTH_HMAC_KEY=1 $KEY"
    every_node "VRRP_AUTH_HMAC_KEY=1 $KEY, 2 $KEY2"
    every_node "VRRP_AUTH_HMAC_KEY=1 $KEY, 2 $KEY2" VRRP_AUTH_HMAC_ACTIVE_KEY=2
    every_node "VRRP_AUTH_HMAC_KEY=2 $KEY2"
    nothing_dropped
    end n1
    wait_for 5 holds n2 || die "n2 did not take over"
}
t_auth_hmac_migration() {
    local mode
    with_env_files
    for mode in receive-only permissive enforce permissive receive-only; do
        every_node "VRRP_AUTH_HMAC_KEY=1 $KEY" VRRP_AUTH_HMAC_MODE=$mode
    done
    every_node
    nothing_dropped
    not said n2 MASTER || die "n2 became MASTER on the way"
}
# From no authentication to AH and back, by reloads: another socket, another group membership.
t_auth_reload_to_ah() {
    local node words
    with_env_files
    for words in "VRRP_AUTH_TYPE=AH-SHA256 VRRP_AUTH_KEY=$KEY" "" \
        "VRRP_AUTH_TYPE=AH-SHA256 VRRP_AUTH_KEY=$KEY2"; do
        for node in n1 n2; do
            tr ' ' '\n' <<<"$words" >"$W/$node.env"
            kill -HUP "${PID[$node]}"
        done
        wait_for 8 alone n1 || die "n1 did not become MASTER with: $words"
        for_all_of 2 alone n1 || die "n2 did not believe n1 with: $words"
    done
    end n1
    wait_for 5 holds n2 || die "n2 did not take over"
}
t_auth_hmac_restarts() {
    local i
    auth_pair "VRRP_AUTH_HMAC_KEY=1 $KEY"
    for i in 1 2 3; do
        end n1 KILL
        auth_run n1 150
        wait_for 5 alone n1 || die "n1 did not get it back"
    done
    nothing_dropped
}

# n2's clock is a minute ahead: said; and no matter where only order counts
t_auth_hmac_clocks() {
    auth_settings "VRRP_AUTH_HMAC_KEY=1 $KEY"
    auth_run n1 150
    auth_run n2 100 LD_PRELOAD="$TOOLS/shift.so" SHIFT=60
    wait_for 8 holds n1 || die "n1 did not become MASTER"
    wait_for 8 holds n2 || die "n2 believed an advert from another time"
    wait_for 5 said n1 'clocks of both nodes differ too much \(theirs is (59|60|61) s ahead' ||
        die "n1 does not say how much"
    wait_for 5 said n2 'theirs is -(59|60|61) s ahead' || die "n2 does not say how much"
    end n1
    end n2
    wait_for 5 nobody || die "the address stayed"
    auth_run n1 150 VRRP_AUTH_HMAC_ANTI_REPLAY=monotonic
    auth_run n2 100 VRRP_AUTH_HMAC_ANTI_REPLAY=monotonic LD_PRELOAD="$TOOLS/shift.so" SHIFT=60
    wait_for 8 alone n1 || die "n1 did not become MASTER"
    for_all_of 2 alone n1 || die "n2 did not believe n1"
}

# With AH a node whose clock went back is not heard until its numbers have caught up; without
# anti-replay it is.
t_auth_ah_clock_goes_back() {
    auth_pair VRRP_AUTH_TYPE=AH-SHA256 VRRP_AUTH_KEY=$KEY
    end n1
    wait_for 5 alone n2 || die "n2 did not take over"
    auth_run n1 150 LD_PRELOAD="$TOOLS/shift.so" SHIFT=-3600
    wait_for 5 holds n1 || die "n1 did not become MASTER"
    wait_for 5 said n2 'dropping adverts from 198.51.100.1: sequence number already used' ||
        die "n2 does not say why"
    end n1
    end n2
    auth_run n2 100 VRRP_AH_REPLAY=no
    auth_run n1 150
    wait_for 5 alone n1 || die "n1 did not become MASTER again"
    end n1
    auth_run n1 150 LD_PRELOAD="$TOOLS/shift.so" SHIFT=-3600
    wait_for 8 alone n1 || die "without anti-replay n2 did not yield"
}

# Nodes that do not trust each other both hold the address, and say why.
t_auth_keys_differ() {
    auth_settings VRRP_AUTH_TYPE=AH-SHA256
    auth_run n1 150 VRRP_AUTH_KEY=$KEY
    auth_run n2 100 VRRP_AUTH_KEY=$KEY2
    wait_for 8 holds n1 || die "n1 did not become MASTER"
    wait_for 8 holds n2 || die "n2 believed an advert with another key"
    wait_for 5 said n1 'dropping adverts from 198.51.100.2: wrong password or key' ||
        die "n1 does not say why"
    wait_for 5 said n2 'dropping adverts from 198.51.100.1: wrong password or key' ||
        die "n2 does not say why"
    not grep -q 0001020304 "${LOG[n1]}" || die "a key in the log"
}
t_auth_one_without() {
    auth_settings
    auth_run n1 150 VRRP_AUTH_TYPE=AH-SHA256 VRRP_AUTH_KEY=$KEY
    auth_run n2 100
    wait_for 8 holds n1 || die "n1 did not become MASTER"
    wait_for 8 holds n2 || die "n2 did not become MASTER"
    wait_for 5 said n1 'dropping adverts from 198.51.100.2: another authentication type' ||
        die "n1 does not say why"
}
# Numbers that some node may compare are the clock's, whatever this one does with those it hears.
t_auth_ah_replay_of_one_node() {
    auth_settings VRRP_AUTH_TYPE=AH-SHA256 VRRP_AUTH_KEY=$KEY
    auth_run n1 150 VRRP_AH_REPLAY=no
    auth_run n2 100
    wait_for 10 alone n1 || die "n1 did not become MASTER"
    for_all_of 4 alone n1 || die "n1 was not heard"
    end n1 KILL
    wait_for 5 holds n2 || die "n2 did not take over"
    auth_run n1 150 VRRP_AH_REPLAY=no
    wait_for 5 alone n1 || die "n1 did not get it back"
    nothing_dropped
}
t_auth_ah_reload_goes_on() {
    with_env_files VRRP_AUTH_TYPE=AH-SHA256 VRRP_AUTH_KEY=$KEY
    : >$W/n1.env
    kill -HUP "${PID[n1]}"
    wait_for 5 holds n2 || die "n2 believed an advert without AH"
    printf '%s\n' VRRP_AUTH_TYPE=AH-SHA256 VRRP_AUTH_KEY=$KEY >$W/n1.env
    kill -HUP "${PID[n1]}"
    wait_for 5 alone n1 || die "n1 did not get it back"
    for_all_of 2 alone n1 || die "n2 does not hear n1"
}
t_auth_ah_numbers_left() { # in 2030
    local words
    auth_settings VRRP_AUTH_TYPE=AH-SHA256 VRRP_AUTH_KEY=$KEY LD_PRELOAD="$TOOLS/shift.so" \
        SHIFT=$((1893456000 - ${EPOCHREALTIME%.*}))
    AUTH_COMMON+=(VRRP_ADVERT_INT=0.01)
    for words in "" -t; do
        at n1 env -i "${AUTH_COMMON[@]}" "$SIDECAR" $words 2>$W/err
        (($? == 2)) || die "exit status with '$words'"
        grep -q 'no sequence numbers are left.*ah_esn' $W/err || die "said: $(cat $W/err)"
    done
    auth_run n1 150 VRRP_AH_ESN=yes
    wait_for 5 alone n1 || die "n1 did not become MASTER"
    end n1
    echo VRRP_ADVERT_INT=1 >$W/n1.env
    AUTH_COMMON=("${AUTH_COMMON[@]/VRRP_ADVERT_INT=*/A=}")
    auth_run n1 150 SIDECAR_ENV_FILE=$W/n1.env
    wait_for 5 alone n1 || die "n1 did not become MASTER, a second apart"
    echo VRRP_ADVERT_INT=0.01 >$W/n1.env
    kill -HUP "${PID[n1]}"
    wait_for 5 said n1 'no sequence numbers are left' || die "n1 says nothing about it"
    for_all_of 1 alone n1 || die "n1 does not go on"
}
