#!/bin/sh
# vrrp.h and ipvs.h stand alone, so each has its own netlink: the same but for the prefix.
. "$(dirname "$0")/lib.sh"
cd "$build" || exit 1

block() {   # header prefix
    awk '/^\/\* Private: a netlink conversation/ { on = 1 }
        /^\/\/ >>/ { on = 0 }
        /^\/\/ >>(messages|netlink)$/ { on = 1 }
        on { print }
        on == 1 && /nl;$/ { on = 0 }' "$top/$1.h" | sed "s/$1__/x__/g; s/$2__*/X__/g"
}

equal() {
    block vrrp VRRP >vrrp.txt
    block ipvs IPVS >ipvs.txt
    grep -q 'x__nl_talk' vrrp.txt && grep -q 'x__nl_pop' vrrp.txt && diff -u vrrp.txt ipvs.txt
}

gate "netlink: the blocks of vrrp.h and ipvs.h are equal" equal
exit $bad
