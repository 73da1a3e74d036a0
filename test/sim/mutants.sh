#!/bin/sh
# Is the simulator awake? Every line of the list below breaks the core of vrrp.h in one place; each
# broken copy must fail. A mutation that no longer fits the source is a failure, too.
# usage: mutants.sh [vrrp.h]     (JOBS=2, MUTANT_UNIVERSES=8000, CC=cc)
#        OUTSIDE=--outside mutants.sh shows how many the oracles between nodes notice alone
cd "$(dirname "$0")" || exit 1

[ "$1" = --one ] || HEADER=$(realpath "${1:-../../vrrp.h}")
JOBS=${JOBS:-2}
MUTANT_UNIVERSES=${MUTANT_UNIVERSES:-8000}
CC=${CC:-cc}
export HEADER MUTANT_UNIVERSES CC

# name; function (or first line of the place); sed command on the lines of that function
list() {
    cat <<'LIST'
prio-0-ignored-in-backup; ^static void vrrp__backup_hears; s/if (a->priority == 0) {/if (a->priority == 0 \&\& now == 0) {/
prio-0-adopts-interval; ^static void vrrp__backup_hears; s/vrrp__restart_down(v, true, now);/{ v->master_interval = a->interval; vrrp__restart_down(v, true, now); }/
equal-priority-rejected; ^static void vrrp__backup_hears; s/a->priority >= v->priority/a->priority > v->priority/
lower-priority-rearms; ^static void vrrp__backup_hears; s/v->outranks = true;/vrrp__accept(v, rx, a, now);/
skew-is-0; ^VRRP_DEF uint64_t vrrp_skew; s/return vrrp__step_of(v, 256u - v->priority)/return 0 * v->priority/
skew-of-interval-in-v2; ^static uint64_t vrrp__step_of; s/v->d.version == 2 ? VRRP_SECOND : v->master_interval/v->master_interval/
tie-spread-reversed; ^static uint64_t vrrp__spread; s/(n - 1 - rank)/rank/
one-interval-more; ^VRRP_DEF uint64_t vrrp_down_interval; s/v->d.down_adverts \*/(v->d.down_adverts + 1u) */
interval-not-learned; ^static void vrrp__accept; s/v->d.version == 2 ? v->d.interval : a->interval/v->d.interval/
advert-does-not-end-question; ^static void vrrp__accept; s/v->asking = v->asked = 0;//
nopreempt-ignored; ^static bool vrrp__spares; s/if (v->d.no_preempt/if (0 \&\& v->d.no_preempt/
nopreempt-binds-the-owner; ^static bool vrrp__spares; s/ && v->priority != VRRP_OWNER//
preempt-delay-ignored; ^static bool vrrp__spares; s/v->d.preempt_delay == 0/1/
yield-ignored; ^static bool vrrp__spares; s/now < v->yield_until/0/
master-silent-on-prio-0; ^static void vrrp__master_hears; 0,/vrrp__send(v, v->priority);/s///
prio-0-keeps-adver-timer; ^static void vrrp__master_hears; s/v->timer\[VRRP__T_ADVERT\] = now + v->d.interval;//
tie-break-reversed; ^static bool vrrp__beats_us; s/> 0;/< 0;/
tie-break-signed; ^static bool vrrp__beats_us; s/return memcmp.*/return (int8_t)(rx->from.byte[3] - v->primary.byte[3]) > 0 || (int8_t)(rx->from.byte[15] - v->primary.byte[15]) > 0;/
tie-never-yields; ^static bool vrrp__beats_us; s/return memcmp.*/return rx->ttl == 0;/
priority-does-not-beat-us; ^static bool vrrp__beats_us; s/a->priority > v->priority/a->priority > v->priority + 1/
losing-advert-not-answered; ^static void vrrp__answer_loser; s/vrrp__send(v, v->priority);//
answers-without-limit; ^static void vrrp__answer_loser; s/v->answered_at = now;//
answer-restarts-adver-timer; ^static void vrrp__answer_loser; s/v->answered_at = now;/& v->timer[VRRP__T_ADVERT] = now + v->d.interval;/
no-release; ^static void vrrp__leave; s/vrrp__push(v, VRRP_RELEASE, 0, 0, 0);/;/
speaks-before-it-lets-go; ^static void vrrp__leave; s/vrrp__push(v, VRRP_RELEASE, 0, 0, 0);/{ for (i = why == VRRP_WHY_PRIORITY || mute ? v->d.leave_adverts : 0; i < v->d.leave_adverts; i++) vrrp__send(v, 0); vrrp__push(v, VRRP_RELEASE, 0, 0, 0); why = VRRP_WHY_PRIORITY; }/
one-goodbye-only; ^static void vrrp__leave; s/i < v->d.leave_adverts/i < 1/
goodbye-though-beaten; ^static void vrrp__leave; s/why == VRRP_WHY_PRIORITY || mute/mute/
speaks-without-a-link; ^static void vrrp__leave; s/why == VRRP_WHY_PRIORITY || mute/why == VRRP_WHY_PRIORITY/
claims-before-it-speaks; ^static void vrrp__take; s/vrrp__send(v, v->priority);/if (!v->d.settle) vrrp__claim(v); vrrp__send(v, v->priority); if (!v->d.settle) { v->timer[VRRP__T_ADVERT] = now + v->d.interval; return; }/
settle-ignored; ^static void vrrp__take; s/if (v->d.settle)/if (0)/
adver-timer-drifts; ^static void vrrp__advert; s/vrrp__after(due, v->d.interval, now)/now + v->d.interval/
timers-survive-transitions; ^static void vrrp__enter; s/vrrp__quiet(v);//
no-late-grace; ^static void vrrp__down; s/(now - due > v->master_interval/(0 \&\& now - due > v->master_interval/
late-grace-forever; ^static void vrrp__down; s/ && !v->waited//
question-not-asked; ^static void vrrp__down; s/v->asked = v->d.ask & (VRRP_ASK_PROBE | VRRP_ASK_FENCE);/v->asked = 0;/
no-probe-after-a-death; ^static void vrrp__down; s/if (v->dead && v->d.ask/if (0 \&\& v->d.ask/
refused-but-claims; ^static void vrrp__refused; s/} else if (v->d.ask_refuse) {/} else if (0) {/
dead-node-probed-once; ^static void vrrp__refused; s/ && v->dead && now < v->ask_limit/ \&\& v->dead \&\& now == 0/
deaf-ignored; ^VRRP_DEF void vrrp_deaf; s/vrrp__restart_down(v, false, now);//
claim-failure-ignored; ^VRRP_DEF void vrrp_claimed; s/if (!ok) {/if (0 \&\& !ok) {/
claim-never-tried-again; ^static void vrrp__claim_failed; s/v->timer\[VRRP__T_RETRY\] = .*/(void)delay;/
retries-without-backoff; ^static void vrrp__claim_failed; s/ << v->retries//
lost-lease-claims-again; ^VRRP_DEF void vrrp_lost; s/if (why == VRRP_LOST_LEASE)/if (why == 99)/
deletion-not-put-back; ^static void vrrp__put_back; 0,/vrrp__claim(v);/s///
deletions-put-back-forever; ^static void vrrp__put_back; s|if (v->lost_count < 3)|if (v->lost_count < 30)|
second-round-missing; ^static void vrrp__announce(; s/v->timer\[VRRP__T_SECOND\] = .*/;/
no-round-after-taking; ^static void vrrp__announce(; s/v->timer\[VRRP__T_AGAIN\] = .*/;/
no-round-after-conflict; ^static void vrrp__contested; s/v->timer\[VRRP__T_AGAIN\] = .*/;/
conflict-notices-unlimited; ^static void vrrp__contested; s/v->conflict_at = now;//
one-frame-less; ^static void vrrp__frames(; s/v->frame < v->frames/v->frame + 1 < v->frames/
frames-catch-up; ^static void vrrp__frame(; s/if (now - due < vrrp__gap(v, index)) {/if (due) {/
slots-not-taken; ^static uint64_t vrrp__reserve; s/\*next = at + gap;/*next = now;/
round-begun-anew; ^static void vrrp__round; s/(left > more ? left : more)/more/
lower-round-missing; ^static void vrrp__announce_lower; s/v->timer\[VRRP__T_LOWER\] = .*/;/
lower-rounds-without-limit; ^static void vrrp__announce_lower; s/v->lower_at = now;//
lower-round-of-one-member; ^static void vrrp__losing; s/m = v->group ? v->group->members : NULL;/m = NULL;/
no-last-advert; ^static void vrrp__beaten; s/if (v->d.higher_answer)/if (0)/
refresh-off-the-grid; ^static void vrrp__arm_refresh; s/(now .*;/now + v->d.refresh;/
group-not-waited-for; ^static bool vrrp__group_agrees; s/if (!v->group)/if (1)/
group-does-not-follow-down; ^static void vrrp__follow_one; s/old == VRRP_MASTER && m->state == VRRP_MASTER/0/
group-does-not-share-faults; ^static void vrrp__follow_one; s/} else if (state == VRRP_FAULT.*/} else if (now == 0) {/
fault-left-too-early; ^static void vrrp__set_fault; s/!on && !vrrp__own_fault(v)/!on/
fault-never-left; ^static void vrrp__set_fault; s/else if (!on && /else if (now == 0 \&\& /
peer-dead-from-anyone; ^VRRP_DEF void vrrp_peer_dead; s/ || !vrrp__same(address, &v->master)/ || !address/
peer-dead-ignored; ^VRRP_DEF void vrrp_peer_dead; s/vrrp__restart_down(v, true, now);/if (1) return;/
priority-change-keeps-timer; ^static void vrrp__track(; s/vrrp__arm_down(v, now);/;/
startup-delay-ignored; ^VRRP_DEF void vrrp_start; s/if (v->d.startup_delay)/if (0)/
v2-copy-not-shadowed; ^static bool vrrp__shadowed; s/if (!v->d.dual)/if (1)/
own-advert-heard; ^static int vrrp__check_target; s/if (vrrp__same(&rx->from, &v->primary))/if (!rx->message)/
checksum-not-checked; ^static int vrrp__parse; s/if (form == 0)/if (form < 0)/
group-newcomer-not-waited-for; ^static void vrrp__begin; s/else if (v->group)/else if (0)/
stop-leaves-group-in-fault; ^VRRP_DEF void vrrp_stop; s/if (v->group/if (0/
stop-keeps-claim-failure; ^VRRP_DEF void vrrp_stop; s/v->faults = .*//
probes-past-the-limit; ^static void vrrp__ask_timer; s/v->asked = .*/;/
death-notice-delays; ^static void vrrp__arm_down; s|at = at < v->ask_limit ? at : v->ask_limit;||
owner-deaf-in-backup; ^static int vrrp__check_owner; s/ || v->state != VRRP_MASTER//
prio-0-ends-question; ^static void vrrp__backup_hears; s/if (v->asking == 0 && v->asked == 0)/if (1)/
ttl-not-checked; ^static int vrrp__parse; s/if (rx->ttl < ttl.min || /if (/
reverse-ignored; ^static int vrrp__weigh; s/t->reverse ? -t->weight : t->weight/t->weight/
weight-counts-when-down; ^static int vrrp__weigh; s/t->up == (t->weight > 0)/t->up/
reverse-fault-ignored; ^static int vrrp__weigh; s/\*down |= t->up == t->reverse/*down |= !t->up/
weights-move-the-owner; ^static int vrrp__weigh; s/v->d.priority == VRRP_OWNER || //
group-counts-weights; ^static int vrrp__weigh; s/ || (v->group && !v->group->weights)//
group-tracks-ignored; ^static bool vrrp__weighed; s/if (v->group)/if (0)/
priority-as-set-forgotten; ^static bool vrrp__weighed; s/v->base + sum/v->d.priority + sum/
weights-make-an-owner; ^static uint8_t vrrp__clamp; s/priority > 254 ? 254/priority > 255 ? 255/
track-fault-stays; ^static void vrrp__track(; s!v->track_down || v->track_block, now!true, now!
tracks-not-looked-at-at-start; ^VRRP_DEF void vrrp_start; s/vrrp__track(v, now);//
tracks-of-one-member; ^VRRP_DEF void vrrp_tracked; s/        vrrp__track(m, now);/        if (m == v) vrrp__track(m, now);/
update-forgets-tracks; ^VRRP_DEF int vrrp_update; s/vrrp__track(v, now);//
update-forgets-priority-as-set; ^static uint8_t vrrp__keep_offset; s/base + v->base - v->d.priority/base/
stalled-master-goes-on; ^static void vrrp__advert(; s/if (vrrp__stalled(v, due, now))/if (0)/
stalled-master-hears-nothing; ^static void vrrp__master_hears; s/vrrp__stalled(v, v->timer\[VRRP__T_ADVERT\], now)/0/
stalled-though-it-preempts; ^static bool vrrp__stalled; s/ && v->d.no_preempt//
stalled-by-its-own-priority; ^static bool vrrp__stalled; s/256u - v->d.expired_priority/256u - v->priority/
stranger-is-heard; ^static int vrrp__check_target; s/v->d.check_peers && v->d.n_peers/0/
other-group-is-heard; ^static int vrrp__check_target; s/!vrrp__same(&rx->to, &v->d.group_address)/!vrrp__is_multicast(\&rx->to, rx->family)/
peer-ttl-ignored; ^static vrrp_ttl vrrp__ttl_of; s/ttl = v->d.peer_ttl\[peer\];/;/
ttl-not-sent; ^static void vrrp__put_ip; s/: v->d.ttl;/: (uint8_t)VRRP_TTL;/
one-pace-for-both-families; ^static uint64_t vrrp__reserve; s!vrrp__is_six(v, index) ? &pace->na_next : !!
pace-not-shared; ^static vrrp_pace \*vrrp__pace; s/return .*/return \&v->pace;/
extra-round-of-all; ^static bool vrrp__is_extra; s/return .*/return v->d.n_addresses > index;/
extra-round-missing; ^static void vrrp__announce(; s/v->timer\[VRRP__T_EXTRA\] = .*/;/
extra-round-stays-extra; ^static void vrrp__round; s/v->frame_extra = .*/v->frame_extra |= extra;/
update-keeps-frames; ^VRRP_DEF int vrrp_update; s/v->frame = v->frames = 0;//
ah-counts-for-itself; ^static uint64_t vrrp__newest; s/return .*/return v->sequence;/
ah-hears-older-than-heard; ^static bool vrrp__number_ok; s/number > v->heard && //
ah-masters-in-step; ^static bool vrrp__number_ok; s/number + vrrp__burst(v) > v->sequence/number > v->sequence/
ah-hears-all-above-heard; ^static bool vrrp__number_ok; s/ && number + vrrp__burst(v) > v->sequence//
ah-does-not-overtake; ^static void vrrp__number_used; s/        v->sequence = number;/        ;/
ah-says-a-number-twice; ^static bool vrrp__spent; s/return .*/return last == 0;/
ah-spent-but-takes; ^static void vrrp__down; s/if (vrrp__spent(v))/if (0)/
ah-spent-but-stays; ^static void vrrp__advert; s/if (vrrp__spent(v))/if (0)/
ah-spent-but-asks-to-send; ^static void vrrp__send(; s/if (vrrp__spent(v))/if (0)/
ah-spent-owner-begins; ^static void vrrp__begin; s/ && !vrrp__spent(v)//
ah-begins-at-1; ^VRRP_DEF int vrrp_init; s/v->sequence = v->d.ah_sequence;//
ah-icv-not-checked; ^static int vrrp__unseal; s/!vrrp__equal(icv,/!ah || 0 \&\& !vrrp__equal(icv,/
ah-window-moves-before-icv; ^static int vrrp__unseal; s/if (!vrrp__number_ok(v, s, number))/if (vrrp__number_ok(v, s, number)) { vrrp__number_used(v, s, \&rx->from, number); s = vrrp__sender(v, \&rx->from, v->d.ah_spi); } else/
ah-window-forgets; ^static void vrrp__saw; s/s->seen << ahead | 1 : 1/1 : 1/
ah-window-takes-twice; ^static bool vrrp__fresh; s/ && !(s->seen >> (s->top - number) & 1)//
ah-one-window-for-all; ^static vrrp_sender \*vrrp__sender(; s/ && vrrp__same(&s->from, from)//
ah-no-window; ^static bool vrrp__fresh; s/return s->top - number < v->.*/return false;/
esn-guesses-from-0; ^static uint64_t vrrp__whole_number; s/s ? s->top : v->sequence/s ? s->top : 0/
esn-late-is-next-round; ^static uint64_t vrrp__whole_number; s/back = s ? v->d.ah_window - 1u/back = s ? 0/
esn-high-half-not-signed; ^static void vrrp__seal; s/(uint32_t)(v->sequence >> 32)/0/
trailer-missing-is-heard; ^static int vrrp__check_trailer; s/v->d.trailer->mode == VRRP_HMAC_ENFORCE/0/
trailer-stale-is-heard; ^static int vrrp__check_trailer; s/!v->d.trailer->monotonic && //
trailer-from-the-future; ^static bool vrrp__is_stale; s/ || late < -most//
trailer-window-in-ms; ^static bool vrrp__is_stale; s|window / VRRP_SECOND|window / VRRP_SECOND * 2|
trailer-hmac-not-checked; ^static int vrrp__check_trailer; s/if (!vrrp__equal(hmac/if (0 \&\& !vrrp__equal(hmac/
trailer-first-key-only; ^static int vrrp__check_trailer; s/key = vrrp__key_of(v, t\[1\]);/key = v->d.keys;/
trailer-replay-is-heard; ^static int vrrp__check_trailer; s/(int64_t)(number - s->top) <= 0/0/
trailer-again-is-heard; ^static int vrrp__check_trailer; s/(int64_t)(number - s->top) <= 0/(int64_t)(number - s->top) < 0/
trailer-ends-in-2106; ^static int vrrp__check_trailer; s/(int64_t)(number - s->top) <= 0/number <= s->top/
trailer-of-2038; ^static uint64_t vrrp__next_time; s/v->sequence == 0 || //
trailer-time-stands; ^static uint64_t vrrp__next_time; s/v->sequence++;/;/
trailer-not-sent; ^static size_t vrrp__tail_size; s/v->d.trailer->mode != VRRP_HMAC_RECEIVE_ONLY/v->d.trailer->mode == VRRP_HMAC_ENFORCE/
lists-more-than-fit; ^static size_t vrrp__list_most; s/if (v->mtu && /if (0 \&\& /
lists-less-than-fit; ^static size_t vrrp__list_most; s/most = v->mtu < head ? 0 : (v->mtu - head) \/ size;/most = 1;/
trailer-does-not-count-in-size; ^static size_t vrrp__list_most; s/vrrp__ah_size(v) + vrrp__tail_size(v)/vrrp__ah_size(v)/
dual-copy-does-not-fit; ^static size_t vrrp__list_most; s/v->d.dual ? 2 : //
LIST
}

# One mutation, in a place of its own: prints "killed", "SURVIVED" or what is wrong with it.
one() {
    work=$(mktemp -d) || exit 1
    trap 'rm -rf "$work"' EXIT
    line=$(list | sed -n "$1p")
    name=${line%%; *}
    line=${line#*; }
    begin=${line%%; *}
    edit=${line#*; }
    sed "/$begin.*[^;]\$/,/^}/{
$edit
}" "$HEADER" > "$work/vrrp.h"
    diff "$HEADER" "$work/vrrp.h" > "$work/diff"
    case $(grep -c '^[0-9]' "$work/diff"):$(grep -c '^<' "$work/diff") in
    1:1) ;;
    *)  echo "BROKEN $name: the mutation does not change exactly one place"
        exit ;;
    esac
    if ! $CC -std=gnu99 -O0 -w -DVRRP_H_FILE="\"$work/vrrp.h\"" -o "$work/sim" sim.c \
        2> "$work/errors"; then
        echo "BROKEN $name: does not compile"
        head -n 3 "$work/errors"
        exit
    fi
    timeout 120 "$work/sim" --universes "$MUTANT_UNIVERSES" $OUTSIDE > "$work/out"
    status=$?
    case $status in
    0)  echo "SURVIVED $name" ;;
    1)  echo "BROKEN $name: the simulator could not run" ;;
    2|3|4|5)
        seed=$(sed -n 's/^seed \([0-9]*\):.*/\1/p' "$work/out")
        echo "killed $name at seed $seed: $(tail -n 2 "$work/out" | head -n 1)" ;;
    *)  echo "killed $name: the simulator ended with status $status" ;;
    esac
}

if [ "$1" = --one ]; then
    one "$2"
    exit
fi

out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
total=$(list | wc -l)
seq "$total" | xargs -P "$JOBS" -I N sh ./mutants.sh --one N | tee "$out"
killed=$(grep -c '^killed' "$out")
grep -v '^killed' "$out"
echo "mutants killed $killed/$total"
[ "$killed" = "$total" ]
