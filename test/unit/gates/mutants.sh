#!/bin/sh
# ipvs_pool.c notices when what it tests is wrong: one line of ipvs.h changed at a time.
. "$(dirname "$0")/lib.sh"
cd "$build" || exit 1
mkdir -p a/b # test.h includes ../../vrrp.h
cp "$top/vrrp.h" .

notices() { # expression of sed that changes the header
    sed "$1" "$top/ipvs.h" >ipvs.h
    ! cmp -s ipvs.h "$top/ipvs.h" || { echo "nothing was changed" && return 1; }
    cp "$top/test/unit/test.h" "$top/test/unit/ipvs_pool.c" a/b/
    gcc -std=gnu99 -D_GNU_SOURCE -w -o mutant a/b/ipvs_pool.c || return 1
    ! timeout 60 ./mutant >mutant.log
}

gate "mutant: the quorum is gained without its hysteresis" notices \
    's/p->need - p->margin : p->need + p->margin/p->need - p->margin : p->need/'
gate "mutant: the quorum is lost one too early" notices 's/p->weight >= limit/p->weight > limit/'
gate "mutant: without a sorry server nobody serves" notices 's/r->up && (p->quorum_up || !p->sorry)/r->up \&\& p->quorum_up/'
gate "mutant: a weight of 0 is not remembered" notices 's/(zero ? IPVS__ZERO : 0)/0/'
gate "mutant: what is missing is not put back" notices 's/if (!(marks\[i\] & IPVS__SEEN)) {/if (0) {/'
gate "mutant: what should not be there stays" notices 's/return mark & IPVS__IN ? IPVS__TAKE : IPVS__KEEP;/return IPVS__KEEP;/'
gate "mutant: each look sends everything again" notices \
    's/else if (ipvs_diff_dest(have, &want, s) != IPVS_SAME)/else/'
exit $bad
