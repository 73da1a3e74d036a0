# shellcheck shell=bash
# What this kernel has and the machine's own may lack: the other tests here rely on it. And some of
# the tests of test/net, since it is another kernel.

# shellcheck source=test/net/t/failover.sh
. "$NET/t/failover.sh"

t_kernel_has_the_devices() {
    world n1
    must ipn n1 link add one type dummy
    must ipn n1 link add two type vrf table 10
    must ipn n1 link add link eth0 name three type ipvlan
    must ipn n1 link del three
    must ipn n1 link add link eth0 name four type macvlan mode private
    must ipn n1 link set one master two
    must ipn n1 -6 route add 2001:db8:1::/64 encap mpls 16/17 via fe80::2 dev eth0
}

t_also_here_stop() { t_stop; }
t_also_here_worker_killed() { t_worker_killed; }
t_also_here_link_down_ipv6() { t_ipv6_link_down; }
