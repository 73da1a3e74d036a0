# shellcheck shell=bash
# What stays behind when it is over: nothing, in addresses, routes, rules, interfaces, settings, nft.

# left WHEN SETTINGS...: n1 alone holds what the settings say, ends as WHEN says, and it is as before
left() {
    local when=$1
    shift
    [ -n "${NS[n1]}" ] || world n1 client
    remember n1
    watch_nodes "${HELD:-$VIP}" n1
    sidecar n1 n1 VRRP_INTERFACE=eth0 VRRP_VIRTUAL_ROUTER_ID=51 VRRP_VERSION=3 \
        VRRP_ADVERT_INT=0.1 "$@"
    wait_for 10 holds n1 || die "n1 did not become MASTER"
    case $when in
    stop) end n1 ;;
    again) # everything is killed at once; the next start and stop must clean up after both
        end n1 KILL
        : >"${LOG[n1]}"
        sidecar n1 n1 VRRP_INTERFACE=eth0 VRRP_VIRTUAL_ROUTER_ID=51 VRRP_VERSION=3 \
            VRRP_ADVERT_INT=0.1 "$@"
        wait_for 10 said n1 MASTER || die "n1 did not become MASTER again"
        wait_for 10 holds n1 || die "n1 did not become MASTER again"
        end n1
        ;;
    worker)
        worker_of n1
        kill -KILL "$WORKER"
        wait_for 10 not alive n1
        ;;
    esac
    nothing_left n1 "after $when"
}

t_left_after_stop() { left stop VRRP_VIRTUAL_IPADDRESS=$VIP/24; }
t_left_after_stop_ipv6() {
    HELD=$VIP6 left stop "VRRP_VIRTUAL_IPADDRESS=$VIP6LL/64, $VIP6/64"
}
t_left_after_kill_and_restart() { left again VRRP_VIRTUAL_IPADDRESS=$VIP/24; }
t_left_after_death_of_the_worker() { left worker VRRP_VIRTUAL_IPADDRESS=$VIP/24; }
