# shellcheck shell=bash
# A pod without Docker (pod.c): nothing but the binary in an empty read-only root, process 1, host
# network, NET_ADMIN and NET_RAW at most. Each: MASTER, hands over at SIGTERM, no zombie, no trace.

WORDS=(VRRP_INTERFACE=eth0 VRRP_VIRTUAL_ROUTER_ID=51 "VRRP_VIRTUAL_IPADDRESS=$VIP/24")

pod() { # pod FLAGS...
    [[ " $* " != *" -u "* ]] || have_users || skip "other users than root take root"
    world n1 n2 client
    watch_nodes $VIP n1 n2
    start n1 n1 "${WORDS[@]}" VRRP_PRIORITY=150 "$TOOLS/pod" "$@" "$SIDECAR"
    sidecar n2 n2 "${WORDS[@]}" VRRP_PRIORITY=100
    wait_for 10 alone n1 || die "the pod did not become MASTER"
    wait_for 5 said n2 BACKUP || die "n2 did not become BACKUP"
    privileges
    mark
    end n1
    [ "$STATUS" = 0 ] || die "the pod's exit status is $STATUS"
    wait_for 5 alone n2 || die "n2 did not take over"
    took n2
    between 0 "$MS" 2500 takeover
    say "takeover $MS ms"
    no_overlap_over 300
}
# process 1 of the pod and its worker: exactly the two capabilities, and no zombie among them
privileges() {
    local pid caps
    kin "${PID[n1]}"
    ((${#KIN[@]} == 3)) || die "${#KIN[@]} processes instead of pod, parent, worker"
    for pid in "${KIN[@]:1}"; do
        ! grep -q '^State:.Z' "/proc/$pid/status" || die "a zombie"
        caps=$(sed -n 's/^CapPrm:\t*0*//p' "/proc/$pid/status")
        [ "$caps" = 3000 ] || die "permitted capabilities are $caps, not NET_ADMIN and NET_RAW"
    done
}
t_pod_root() { pod; }
t_pod_root_no_new_privs() { pod -n; }
t_pod_uid1000_file_capabilities() { pod -u 1000 -f; }
t_pod_uid1000_ambient() { pod -u 1000 -a; }
t_pod_uid1000_ambient_no_new_privs() { pod -u 1000 -a -n; }

t_pod_killed_worker() { # process 1 cleans up, and the pod ends: the kubelet starts it again
    world n1 n2 client
    watch_nodes $VIP n1 n2
    start n1 n1 "${WORDS[@]}" VRRP_PRIORITY=150 "$TOOLS/pod" "$SIDECAR"
    sidecar n2 n2 "${WORDS[@]}" VRRP_PRIORITY=100
    wait_for 10 alone n1 || die "the pod did not become MASTER"
    mark
    kin "${PID[n1]}"
    kill -KILL "${KIN[2]}"
    wait_for 3 not holds n1 || die "the address stayed"
    wait_for 5 not alive n1 || die "the pod did not end"
    wait_for 8 alone n2 || die "n2 did not take over"
    no_overlap_over 0
}
t_pod_killed_whole() { # the pod's process 1 takes all with it; the next pod sweeps what it left
    world n1 client
    watch_nodes $VIP n1
    start n1 n1 "${WORDS[@]}" "$TOOLS/pod" "$SIDECAR"
    wait_for 10 holds n1 || die "the pod did not become MASTER"
    kin "${PID[n1]}"
    kill -KILL "${KIN[1]}"
    wait_for 5 not alive n1 || die "the pod did not end"
    unset "PID[n1]"
    holds n1 || say "address gone at once"
    start again n1 "${WORDS[@]}" "$TOOLS/pod" "$SIDECAR"
    wait_for 5 eval "said again BACKUP && nobody" || die "the next pod did not sweep the address"
    wait_for 10 holds n1 || die "the next pod did not become MASTER"
}
refused() { # refused FLAGS...: ends with one sentence about the capability in $CAP
    [[ " $* " != *" -u "* ]] || have_users || skip "other users than root take root"
    world n1
    start n1 n1 "${WORDS[@]}" "$TOOLS/pod" "$@" "$SIDECAR"
    wait_for 5 not alive n1 || die "runs"
    wait "${PID[n1]}"
    STATUS=$?
    unset "PID[n1]"
    [ $STATUS = 1 ] || die "exit status $STATUS, not 1"
    wait_for 5 said n1 "$CAP" || die "does not name $CAP"
}
t_pod_uid1000_nothing() { CAP=CAP_NET_RAW refused -u 1000; }
t_pod_uid1000_file_capabilities_no_new_privs() { CAP=CAP_NET_ADMIN refused -u 1000 -f -n; }
t_pod_root_without_net_raw() { CAP=CAP_NET_RAW refused -b 12; }
t_pod_file_capabilities_but_one_not_granted() { CAP=CAP_NET_RAW refused -u 1000 -f -b 12; }
