#!/bin/sh
# The headers stand alone, so each has its own netlink, or heap: the same but for the prefix.
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

heap() {    # header type
    awk '/^\/\/ >>/ { on = 0 } /^\/\/ >>heap$/ { on = 1 } on { print }' "$top/$1.h" |
        sed "s/$1__/x__/g; s/\\b$2 \\*/thing */g; s/VRRP_\|CHECK_/X_/g"
}

equal_heaps() {
    heap vrrp vrrp_router >vrrp.txt
    heap check check >check.txt
    grep -q 'x__meld' vrrp.txt && diff -u vrrp.txt check.txt
}

gate "netlink: the blocks of vrrp.h and ipvs.h are equal" equal
gate "heap: the blocks of vrrp.h and check.h are equal" equal_heaps
exit $bad
