/* The specification of one instance: RFC 9568 6.4 and what vrrp.h promises beyond it, read a second
   time. Given a call and the picture before, spec_call() and spec_enter() say which actions must
   come and when every timer must fire next. */

enum {
    K_START, K_STOP, K_TICK, K_RECEIVE, K_DEAF, K_PRIORITY, K_BLOCK, K_CLAIMED, K_LOST, K_ANSWER,
    K_DEAD, K_CONFLICT, K_YIELD, K_UPDATE, K_TRACKED
};

static const char *const call_words[] = {
    "start", "stop", "tick", "receive", "deaf", "priority", "block", "claimed", "lost", "answer",
    "peer dead", "conflict", "yield", "update", "tracked"
};

#define FRAMES 128

/* What one call must cause in one instance. */
typedef struct expect {
    int  send, send0, claim, release, refresh, ask;
    int  frames;                        /* announcements, one by one */
    uint8_t frame[FRAMES];              /* address; | 128 if only where it has another device */
    bool master;                        /* must be MASTER afterwards */
    bool backup;                        /* must be BACKUP afterwards */
} expect;

/* One call of the core, from both sides. */
typedef struct call {
    inst       *in;
    int         kind;
    uint8_t     arg;                    /* priority, reason, why, question */
    bool        on;                     /* block on; answer ok */
    uint64_t    until;                  /* yield */
    vrrp_ip     who;                    /* peer dead, conflict; sender */
    vrrp_rx     rx;
    bool        damaged;                /* the packet was changed on the wire */
    bool        stranger;               /* it came from none of the nodes */
    int         rc;
    uint8_t     prio, version, peer;    /* of the packet */
    bool        trailer;
    uint64_t    number;                 /* of AH or the trailer */
    uint64_t    interval;
    vrrp_view   before[SEGMENTS], after[SEGMENTS];
    vrrp_action act[2 * VRRP_QUEUE + 2];
    int         n;
    expect      want[SEGMENTS];
} call;

/* >>arithmetic */

static int copies(const inst *i)
{
    return i->desc.dual ? 2 : 1;
}

static bool version2(const inst *i)
{
    return i->desc.version == 2 && !i->desc.dual;
}

static int by_address(const vrrp_ip *a, const vrrp_ip *b)
{
    int i;

    for (i = 0; i < 16; i++)
        if (a->byte[i] != b->byte[i])
            return (int)a->byte[i] - (int)b->byte[i];
    return 0;
}

/* The share of one priority step this address waits longer: none for the highest. */
static uint64_t spread(const inst *i, uint64_t step)
{
    int k, higher = 0, n = i->desc.n_peers + 1;

    if (!i->desc.tie_spread)
        return 0;
    if (i->desc.n_peers == 0)
        return step * (31 - (i->primary.byte[w.family == VRRP_IPV6 ? 15 : 3] & 31)) / 32;
    for (k = 0; k < i->desc.n_peers; k++)
        higher += by_address(&i->peers[k], &i->primary) > 0;
    return step * (unsigned)higher / (unsigned)n;
}

/* RFC 9568 6.1: of the learned interval; RFC 3768 6.1: of one second. */
static uint64_t skew_at(const inst *i, int priority, uint64_t interval)
{
    uint64_t unit = version2(i) ? VRRP_SECOND : interval;

    return unit * (unsigned)(256 - priority) / 256 + spread(i, unit / 256);
}

static uint64_t skew_of(const inst *i)
{
    return skew_at(i, i->s.priority, i->s.interval);
}

static uint64_t down_of(const inst *i)
{
    return i->desc.down_adverts * i->s.interval + skew_of(i);
}

static uint64_t next_period(uint64_t last, uint64_t period, uint64_t now)
{
    return last + period > now ? last + period : now + period;
}

static bool numbered(const inst *i)
{
    return i->desc.auth >= VRRP_AUTH_AH;
}

static bool secured(const inst *i)
{
    return numbered(i) || i->desc.trailer;
}

static bool counts_as_one(const inst *i)
{
    return i->desc.auth == VRRP_AUTH_AH && i->desc.ah == VRRP_AH_KEEPALIVED;
}

static uint64_t newest(const inst *i)
{
    return i->s.number > i->s.taken ? i->s.number : i->s.taken;
}

/* No number is left to speak with. */
static bool spent(const inst *i)
{
    return numbered(i) && !i->desc.ah_esn &&
           newest(i) >= (counts_as_one(i) ? 0xfffffffdu : 0xffffffffu);
}

/* What one advert is in packets: none where no number is left for it. */
static int said(const inst *i)
{
    return spent(i) ? 0 : copies(i);
}

/* >>spec of tracking */

/* Weights are none for an owner, and in a sync group that does not want them. */
static bool weightless(const inst *i)
{
    return i->desc.priority == VRRP_OWNER || (w.grouped && !w.node[i->node].group.weights);
}

/* What tracked objects say: what they add to the priority, and whether one without a weight is a
   reason for FAULT. */
static bool weigh(const inst *i, const vrrp_track *t, int n, int *sum)
{
    bool fault = false;
    int  k;

    for (k = 0; k < n; k++) {
        int sign = t[k].reverse ? -1 : 1;

        if (weightless(i) || t[k].weight == 0)
            fault |= t[k].reverse ? t[k].up : !t[k].up;
        else if (t[k].weight > 0)
            *sum += t[k].up ? sign * t[k].weight : 0;
        else
            *sum += t[k].up ? 0 : sign * t[k].weight;
    }
    return fault;
}

static bool weigh_all(const inst *i, int *sum)
{
    const node *n = &w.node[i->node];
    bool        fault = weigh(i, i->tracks, i->desc.n_tracks, sum);

    return weigh(i, n->tracks, w.grouped ? n->group.n_tracks : 0, sum) || fault;
}

static uint8_t clamped(int priority)
{
    return (uint8_t)(priority < 1 ? 1 : priority > 254 ? 254 : priority);
}

static uint8_t effective(const inst *i)
{
    int sum = i->s.base;

    weigh_all(i, &sum);
    return i->desc.priority == VRRP_OWNER ? (uint8_t)VRRP_OWNER : clamped(sum);
}

/* The instance's own reasons for FAULT. */
static uint8_t faults_of(const inst *i)
{
    int sum = 0;

    return (uint8_t)(i->reasons | (weigh_all(i, &sum) ? VRRP_FAULT_TRACK : 0) |
                     (i->s.claim_fault ? VRRP_FAULT_CLAIM : 0));
}

/* >>spec */

static void spec_quiet(spec *s)
{
    s->start = s->down = s->ask_at = s->settle = s->adver = s->retry = s->refresh = VRRP_NEVER;
    s->second = s->lower = s->again = s->periodic = s->extra = s->frame = VRRP_NEVER;
    s->preempt_at = VRRP_NEVER;
    s->frames = s->frame_at = 0;
    s->ask = s->left = 0;
    s->released = s->dead = s->waited = s->ready = s->claiming = s->holding = s->stolen = false;
}

static void spec_init(inst *i)
{
    memset(&i->s, 0, sizeof i->s);
    spec_quiet(&i->s);
    i->s.interval = i->desc.interval;
    i->s.answered = i->s.lowered = i->s.conflict_at = i->s.window = i->s.v3_at = VRRP_NEVER;
    i->s.base = i->s.configured = i->desc.priority;
    i->s.priority = effective(i);
    i->s.number = i->desc.ah_sequence;
}

/* Master_Down_Timer from now: the whole wait, or Skew_Time alone. */
static void spec_wait(inst *i, bool released)
{
    i->s.from = w.now;
    i->s.released = released;
    i->s.dead = i->s.ready = false;
    i->s.down = w.now + (released ? skew_of(i) : down_of(i));
}

/* The sender of this advert is our master. */
static void spec_accept(inst *i, const call *c)
{
    i->s.interval = version2(i) ? i->desc.interval : c->interval;
    i->s.master = c->who;
    i->s.master_priority = c->prio;
    i->s.ask = i->s.left = 0;
    i->s.ask_at = VRRP_NEVER;
    i->s.waited = false;
    spec_wait(i, false);
}

/* >>spec of announcements */

static uint64_t after(uint64_t delay)
{
    return delay == VRRP_NEVER ? VRRP_NEVER : w.now + delay;
}

static bool elsewhere(const inst *i, uint32_t k)
{
    return i->vips[k].device[0] != 0;
}

static bool is_six(const inst *i, uint32_t k)
{
    return (i->vips[k].family ? i->vips[k].family : w.family) == VRRP_IPV6;
}

static uint64_t gap_of(const inst *i, uint32_t k)
{
    if (!i->desc.pace)
        return i->desc.announce_gap;
    return is_six(i, k) ? i->desc.pace->na_gap : i->desc.pace->arp_gap;
}

static void say(expect *want, uint32_t k, bool extra)
{
    if (want->frames < FRAMES)
        want->frame[want->frames++] = (uint8_t)(k | (extra ? 128u : 0u));
}

/* Each frame reserves a moment, a gap behind the one before it: of this instance or of whoever
   shares the pace. */
static uint64_t reserve(inst *i, uint32_t k)
{
    slots    *of = i->desc.pace ? &w.node[i->node].slots : &i->s.own;
    uint64_t *next = is_six(i, k) ? &of->na : &of->arp, at = w.now;

    if (gap_of(i, k) && *next > at)
        at = *next;
    *next = at + gap_of(i, k);
    return at;
}

/* Frames whose moment has come. */
static void spec_frames(inst *i, expect *want)
{
    spec *s = &i->s;

    for (s->frame = VRRP_NEVER; s->frame_at < s->frames; s->frame_at++) {
        uint32_t k = s->frame_at % i->desc.n_addresses;
        uint64_t at;

        if (s->only_extra && !elsewhere(i, k))
            continue;
        at = reserve(i, k);
        if (at > w.now) {
            s->frame = at;
            return;
        }
        say(want, k, s->only_extra);
    }
}

/* A round that comes before the last one ended lets it go on, until all had their share. */
static void spec_round(inst *i, uint8_t repeat, bool extra, expect *want)
{
    spec    *s = &i->s;
    uint32_t n = i->desc.n_addresses, left = s->frames - s->frame_at, more = n * repeat, k;
    bool     paced = false;

    for (k = 0; k < n; k++)
        paced |= gap_of(i, k) && (elsewhere(i, k) || !extra);
    if (!paced) {
        for (k = 0; k < more; k++)
            if (elsewhere(i, k % n) || !extra)
                say(want, k % n, extra);
    } else if (left) {
        s->only_extra &= extra;
        s->frame_at %= n;
        s->frames = s->frame_at + (left > more ? left : more);
    } else {
        s->only_extra = extra;
        s->frame_at = 0;
        s->frames = more;
        spec_frames(i, want);
    }
}

static void spec_rounds(inst *i, expect *want)
{
    spec    *s = &i->s;
    bool     any = false;
    uint32_t k;

    for (k = 0; k < i->desc.n_addresses; k++)
        any |= elsewhere(i, k);
    spec_round(i, i->desc.announce_repeat, false, want);
    s->second = after(i->desc.announce_delay);
    s->again = after(i->desc.announce_again);
    s->periodic = i->desc.announce_refresh ? w.now + i->desc.announce_refresh : VRRP_NEVER;
    s->extra = any && i->desc.announce_extra ? w.now + i->desc.announce_extra : VRRP_NEVER;
}

/* A loser was heard: whoever heard its announcements has to hear ours, once a second. */
static void spec_lower(inst *i, expect *want)
{
    spec *s = &i->s;

    if (!s->holding || i->desc.lower_quiet ||
        (s->lowered != VRRP_NEVER && w.now - s->lowered < VRRP_SECOND))
        return;
    s->lowered = w.now;
    s->lower = after(i->desc.lower_delay);
    spec_round(i, i->desc.lower_repeat, false, want);
}

static void spec_contested(inst *i)
{
    if (i->s.holding)
        i->s.again = after(i->desc.announce_again);
}

/* Nothing stands in the way: MASTER, with a sync group once all are that far. */
static void spec_go(inst *i, const call *c, expect *want)
{
    int s;

    i->s.ready = true;
    i->s.down = i->s.ask_at = VRRP_NEVER;
    want->master = true;
    for (s = 0; w.grouped && s < w.segs; s++) {
        const inst *m = &w.node[i->node].in[s];

        if (m != i && m->v.started && c->before[s].state != VRRP_MASTER && !m->s.ready)
            want->master = false;
    }
}

static void spec_ask(inst *i, const call *c, expect *want)
{
    spec *s = &i->s;

    s->ask = s->left & VRRP_ASK_PROBE ? VRRP_ASK_PROBE : s->left & VRRP_ASK_FENCE;
    if (!s->left) {
        spec_go(i, c, want);
        return;
    }
    s->ask_at = w.now + i->desc.ask_timeout;
    want->ask++;
}

static void spec_answered(inst *i, const call *c, bool ok, expect *want)
{
    spec *s = &i->s;

    if (!ok && s->ask == VRRP_ASK_PROBE && s->dead && w.now < s->limit) {
        s->ask = 0;
        s->ask_at = w.now + 50 * MS < s->limit ? w.now + 50 * MS : s->limit;
    } else if (!ok && i->desc.ask_refuse) {
        s->ask = s->left = 0;
        s->ask_at = VRRP_NEVER;
        spec_wait(i, false);
    } else {
        s->left = (uint8_t)(s->left & ~s->ask);
        s->ask_at = VRRP_NEVER;
        spec_ask(i, c, want);
    }
}

/* Silence counts only while we listened: too late by half an interval, once, starts again. */
static void spec_silence(inst *i, const call *c, expect *want)
{
    spec *s = &i->s;

    if (spent(i) || (w.now - s->down > s->interval / 2 && !s->waited)) {
        s->waited |= !spent(i);
        spec_wait(i, false);
        want->backup = true;
        return;
    }
    s->down = VRRP_NEVER;
    s->left = i->desc.ask & (VRRP_ASK_PROBE | VRRP_ASK_FENCE);
    if (s->dead && i->desc.ask & VRRP_ASK_PROBE_DEAD)
        s->left |= VRRP_ASK_PROBE;
    spec_ask(i, c, want);
}

/* >>spec of ticks */

/* Late by a whole gap, a frame waits for another moment. */
static void spec_frame(inst *i, expect *want)
{
    spec *s = &i->s;

    uint32_t k = s->frame_at % i->desc.n_addresses;

    if (w.now - s->frame < gap_of(i, k)) {
        say(want, k, s->only_extra);
        s->frame_at++;
    }
    spec_frames(i, want);
}

static void spec_announces(inst *i, expect *want)
{
    spec *s = &i->s;

    if (s->second <= w.now) {
        s->second = VRRP_NEVER;
        spec_round(i, i->desc.announce_repeat, false, want);
    }
    if (s->lower <= w.now) {
        s->lower = VRRP_NEVER;
        spec_round(i, i->desc.lower_repeat, false, want);
    }
    if (s->again <= w.now) {
        s->again = VRRP_NEVER;
        spec_round(i, 1, false, want);
    }
    if (s->periodic <= w.now) {
        spec_round(i, i->desc.announce_refresh_repeat, false, want);
        s->periodic = next_period(s->periodic, i->desc.announce_refresh, w.now);
    }
    if (s->extra <= w.now) {
        spec_round(i, 1, true, want);
        s->extra = next_period(s->extra, i->desc.announce_extra, w.now);
    }
    if (s->frame <= w.now)
        spec_frame(i, want);
}

/* So late with our advert that one of expired_priority would not have waited for it. */
static bool stalled(const inst *i)
{
    const vrrp_desc *d = &i->desc;
    uint64_t         unit = version2(i) ? VRRP_SECOND : d->interval;

    if (d->expired_priority == 0 || !d->no_preempt || d->priority == VRRP_OWNER)
        return false;
    return i->s.adver <= w.now && w.now - i->s.adver + d->interval >
           d->down_adverts * d->interval + unit * (256u - d->expired_priority) / 256;
}

static void spec_master_tick(inst *i, expect *want)
{
    spec *s = &i->s;

    if (s->settle <= w.now) {
        s->settle = VRRP_NEVER;
        s->claiming = true;
        want->claim++;
    }
    if (stalled(i)) {
        want->backup = true;
        return;
    }
    if (s->adver <= w.now) {
        want->send += said(i);
        s->adver = next_period(s->adver, i->desc.interval, w.now);
        if (spent(i)) {
            want->backup = true;
            return;
        }
    }
    if (s->retry <= w.now) {
        s->retry = VRRP_NEVER;
        want->claim += !s->claiming;
        s->claiming = true;
    }
    if (s->refresh <= w.now) {
        want->refresh++;
        s->refresh = (w.now / i->desc.refresh + 1) * i->desc.refresh;
    }
    spec_announces(i, want);
    want->master = true;
}

static void spec_tick(inst *i, call *c, uint8_t state, expect *want)
{
    spec *s = &i->s;

    if (state == VRRP_MASTER) {
        spec_master_tick(i, want);
        return;
    }
    if (s->start <= w.now)
        s->start = VRRP_NEVER;
    if (s->retry <= w.now) {
        s->retry = VRRP_NEVER;
        s->claim_fault = false;
    }
    if (state != VRRP_BACKUP)
        return;
    if (s->down <= w.now) {
        spec_silence(i, c, want);
    } else if (s->ask_at <= w.now) {
        s->ask_at = VRRP_NEVER;
        if (s->ask == 0 && s->dead && w.now >= s->limit)
            s->left = (uint8_t)(s->left & ~VRRP_ASK_PROBE);
        if (s->ask == 0)
            spec_ask(i, c, want);
        else
            spec_answered(i, c, !i->desc.ask_refuse, want);
    }
}

/* >>spec of adverts */

/* A lower priority is heard: is it left alone? */
static bool spec_spares(inst *i)
{
    if (w.now < i->s.yield_until || (i->desc.no_preempt && i->desc.priority != VRRP_OWNER))
        return true;
    if (i->desc.preempt_delay == 0)
        return false;
    if (i->s.preempt_at == VRRP_NEVER)
        i->s.preempt_at = w.now + i->desc.preempt_delay;
    return w.now < i->s.preempt_at;
}

static void spec_backup_hears(inst *i, const call *c, const vrrp_view *b, expect *want)
{
    want->backup = true;
    if (c->prio == 0) {
        if (!i->s.left)
            spec_wait(i, true);
    } else if (c->prio >= b->priority) {
        i->s.preempt_at = VRRP_NEVER;
        spec_accept(i, c);
    } else if (spec_spares(i)) {
        spec_accept(i, c);
    }
}

static bool wins(const inst *i, const call *c, const vrrp_view *b)
{
    if (c->prio != b->priority)
        return c->prio > b->priority;
    return by_address(&c->who, &i->primary) > 0;
}

static void spec_master_hears(inst *i, call *c, const vrrp_view *b, expect *want)
{
    bool speak = !i->desc.no_answer && (c->version == 3 || i->desc.answer_v2);
    int  s;

    if (c->prio && wins(i, c, b)) {
        want->backup = true;
        want->send = i->desc.higher_answer ? said(i) : 0;
        return;
    }
    want->master = true;
    if (c->prio == 0) {
        want->send = said(i);
        i->s.adver = w.now + i->desc.interval;
        return;
    }
    if (stalled(i)) {
        want->master = false;
        want->backup = true;
        return;
    }
    spec_contested(i);
    if (speak && (i->s.answered == VRRP_NEVER || w.now - i->s.answered >= 10 * MS)) {
        want->send = said(i);
        i->s.answered = w.now;
    }
    spec_lower(i, &c->want[i->seg]);
    for (s = 0; w.grouped && s < w.segs; s++)
        if (s != i->seg)
            spec_lower(&w.node[i->node].in[s], &c->want[s]);
}

/* The v2 copy of a router that was heard with v3 a short while ago says nothing new. */
static bool shadowed(inst *i, const call *c, const vrrp_view *b)
{
    if (!i->desc.dual)
        return false;
    if (c->version == 3) {
        i->s.v3_from = c->who;
        i->s.v3_at = w.now;
        return false;
    }
    return i->s.v3_at != VRRP_NEVER && by_address(&i->s.v3_from, &c->who) == 0 &&
           w.now - i->s.v3_at < b->master_down_interval;
}

/* RFC 4302 3.4.3: above all, or one of the last 64 and not taken before. */
static bool in_window(const ledger *l, uint64_t number)
{
    if (number == 0 || number > l->top)
        return number != 0;
    return l->top - number < 64 && l->taken[number % 64] != number;
}

static void take(ledger *l, uint64_t number)
{
    l->known = true;
    l->taken[number % 64] = number;
    if (number > l->top)
        l->top = number;
}

/* AH: every authentic packet has a number of its own. With 64-bit numbers one far behind is taken
   for one far ahead, with which its ICV does not fit. */
static int verdict_ah(inst *i, const call *c, const vrrp_view *b)
{
    ledger *l = &i->s.ledger[c->peer];
    bool    good = in_window(l, c->number) || i->desc.ah_no_replay;

    if (counts_as_one(i)) {
        uint64_t advert = i->desc.n_peers ? i->desc.n_peers : 1;       /* in packets */

        good = c->number > i->s.taken && c->number + advert > i->s.number;
        if (good)
            i->s.taken = c->number;
        if (good && b->state == VRRP_MASTER && c->number + advert > i->s.number)
            i->s.number = c->number + advert;
    } else if (good) {
        take(l, c->number);
    } else if (i->desc.ah_esn && l->top - c->number >= 64) {
        return VRRP_E_AUTH;
    }
    return good ? 0 : VRRP_E_AUTH_REPLAY;
}

/* The trailer: whose clock is not too far from ours, and goes on. */
static int verdict_trailer(inst *i, const call *c)
{
    ledger  *l = &i->s.ledger[c->peer];
    uint64_t ours = (w.wall + (w.now - w.born) + (uint64_t)w.node[i->node].clock) / VRRP_SECOND;
    uint64_t window = i->desc.trailer->window;
    int64_t  late = (int32_t)((uint32_t)ours - (uint32_t)(c->number >> 32));

    if (!c->trailer)
        return i->desc.trailer->mode == VRRP_HMAC_ENFORCE ? VRRP_E_AUTH_MISSING : 0;
    if (!window)
        window = 3 * i->desc.interval > 5 * VRRP_SECOND ? 3 * i->desc.interval : 5 * VRRP_SECOND;
    window /= VRRP_SECOND;
    if (!i->desc.trailer->monotonic && (late > (int64_t)window || -late > (int64_t)window))
        return VRRP_E_AUTH_STALE;
    if (l->known && (int64_t)(c->number - l->top) <= 0)
        return VRRP_E_AUTH_REPLAY;
    l->known = true;
    l->top = c->number;
    return 0;
}

/* What vrrp_receive() must return. */
static int verdict_sender(const inst *i, const call *c, const vrrp_view *b)
{
    if (by_address(&c->who, &i->primary) == 0)
        return VRRP_E_OWN;
    return b->state != VRRP_BACKUP && b->state != VRRP_MASTER ? VRRP_E_STATE : 0;
}

static int verdict(inst *i, const call *c, const vrrp_view *b)
{
    int rc = numbered(i) ? verdict_sender(i, c, b) : 0;

    if (rc == 0 && numbered(i))
        rc = verdict_ah(i, c, b);
    if (rc)
        return rc;
    if (!i->desc.dual && c->version != (i->desc.version ? i->desc.version : 3))
        return VRRP_E_VERSION;
    rc = verdict_sender(i, c, b);
    if (rc)
        return rc;
    if (c->stranger)
        return w.unicast ? VRRP_E_PEER : VRRP_E_DESTINATION;
    if (i->desc.priority == VRRP_OWNER && c->version == 2 && b->state == VRRP_MASTER)
        return VRRP_E_OWNER;
    rc = i->desc.trailer ? verdict_trailer(i, c) : 0;
    if (rc)
        return rc;
    return shadowed(i, c, b) ? VRRP_E_SHADOW : 0;
}

static void spec_receive(inst *i, call *c, const vrrp_view *b, expect *want)
{
    int rc;

    if (c->damaged) {
        if (c->rc == 0)
            fail(SAFETY, "n%d took a damaged advert", i->node);
        return;
    }
    rc = verdict(i, c, b);
    if (rc != c->rc && !w.outside)
        fail(SAFETY, "n%d: vrrp_receive says \"%s\", not \"%s\"", i->node, vrrp_str(c->rc),
             vrrp_str(rc));
    if (c->rc == 0 && b->state == VRRP_BACKUP)
        spec_backup_hears(i, c, b, want);
    else if (c->rc == 0)
        spec_master_hears(i, c, b, want);
}

/* >>spec of events */

static void spec_claimed(inst *i, const call *c, const vrrp_view *b, expect *want)
{
    spec *s = &i->s;

    if (b->state != VRRP_MASTER || !(s->claiming || s->holding))
        return;
    want->master = c->on;
    if (!c->on) {
        s->claim_fault = true;
    } else if (s->claiming) {
        s->claiming = s->stolen = false;
        s->holding = true;
        s->retries = 0;
        spec_rounds(i, want);
        if (i->desc.refresh)
            s->refresh = (w.now / i->desc.refresh + 1) * i->desc.refresh;
    }
}

/* Deleted by somebody: put back at once three times in ten intervals, then once an interval. */
static void spec_lost(inst *i, const call *c, const vrrp_view *b, expect *want)
{
    spec    *s = &i->s;
    uint64_t window = 10 * i->desc.interval;

    if (b->state != VRRP_MASTER || !s->holding)
        return;
    want->backup = c->arg == VRRP_LOST_LEASE;
    want->master = !want->backup;
    if (want->backup || s->claiming)
        return;
    if (s->window == VRRP_NEVER || w.now - s->window >= window) {
        s->window = w.now;
        s->deleted = 0;
    }
    if (s->deleted < 3) {
        s->deleted++;
        s->claiming = true;
        want->claim++;
    } else {
        s->stolen = true;
        if (s->retry == VRRP_NEVER)
            s->retry = w.now + i->desc.interval;
    }
}

static void spec_peer_dead(inst *i, const call *c, const vrrp_view *b)
{
    spec    *s = &i->s;
    uint64_t limit = s->down, from = s->from;

    if (b->state != VRRP_BACKUP || s->down == VRRP_NEVER || s->released ||
        s->master_priority == 0 || by_address(&c->who, &s->master) != 0)
        return;
    spec_wait(i, true);
    s->dead = true;
    s->limit = limit;
    s->heard = from;
    if (s->down > limit)
        s->down = limit > w.now ? limit : w.now;
}

/* Master_Down_Timer after the priority or the interval changed. */
static void spec_again(inst *i)
{
    uint64_t at = i->s.from + (i->s.released ? skew_of(i) : down_of(i));

    if (i->s.down == VRRP_NEVER)
        return;
    if (i->s.dead) {                    /* a notice never makes it later */
        i->s.limit = i->s.heard + down_of(i);
        at = at < i->s.limit ? at : i->s.limit;
    }
    i->s.down = at > w.now ? at : w.now;
}

static void spec_update(inst *i, const call *c, const vrrp_view *b, expect *want)
{
    spec *s = &i->s;

    s->frame = VRRP_NEVER;
    s->frames = s->frame_at = 0;
    s->base = clamped(i->desc.priority + s->base - s->configured);
    s->configured = i->desc.priority;
    s->priority = effective(i);
    if (b->state == VRRP_MASTER) {
        if (c->on)
            s->adver = w.now + i->desc.interval;
        want->send += said(i);
        if (s->settle == VRRP_NEVER) {
            s->claiming = true;
            want->claim++;
        }
    } else if (b->state == VRRP_BACKUP) {
        if (version2(i) || s->master_priority == 0)
            s->interval = i->desc.interval;
        spec_again(i);
    }
}

static void spec_call(inst *i, call *c, const vrrp_view *b, expect *want)
{
    switch (c->kind) {
    case K_START:
        if (i->desc.startup_delay)
            i->s.start = w.now + i->desc.startup_delay;
        i->s.priority = effective(i);
        break;
    case K_STOP:
        i->s.claim_fault = false;
        i->s.retries = 0;
        break;
    case K_TICK:    spec_tick(i, c, b->state, want); break;
    case K_RECEIVE: spec_receive(i, c, b, want); break;
    case K_DEAF:
        if (i->s.down != VRRP_NEVER && !i->s.waited) {
            i->s.waited = true;
            spec_wait(i, false);
        }
        break;
    case K_PRIORITY:
        i->s.base = clamped(c->arg);
        /* fall through */
    case K_TRACKED:
        i->s.priority = effective(i);
        spec_again(i);
        break;
    case K_CLAIMED:  spec_claimed(i, c, b, want); break;
    case K_LOST:     spec_lost(i, c, b, want); break;
    case K_ANSWER:
        if (i->s.ask && i->s.ask == c->arg)
            spec_answered(i, c, c->on, want);
        break;
    case K_DEAD: spec_peer_dead(i, c, b); break;
    case K_CONFLICT:
        if (b->state == VRRP_MASTER && by_address(&c->who, &i->primary) != 0)
            spec_contested(i);
        break;
    case K_YIELD:
        i->s.yield_until = c->until;
        want->backup = b->state == VRRP_MASTER;
        break;
    case K_UPDATE: spec_update(i, c, b, want); break;
    default: break;
    }
}

/* >>spec of transitions */

/* Leaving MASTER: let go, then say so, unless somebody better was just heard or nothing can be
   sent. */
static void spec_leave(inst *i, const call *c, expect *want)
{
    bool beaten = c->in == i && c->kind == K_RECEIVE && wins(i, c, &c->before[i->seg]);
    bool mute = i->reasons & (VRRP_FAULT_LINK | VRRP_FAULT_ADDRESS);

    want->release = i->s.claiming || i->s.holding;
    if (!beaten && !mute)
        want->send0 = i->desc.leave_adverts * said(i);
}

static void spec_enter_backup(inst *i, const call *c, expect *want)
{
    bool owner = i->desc.priority == VRRP_OWNER && w.now >= i->s.yield_until && !spent(i);

    i->s.interval = i->desc.interval;
    i->s.master_priority = 0;
    memset(&i->s.master, 0, sizeof i->s.master);
    spec_wait(i, false);
    if (c->in == i && c->kind == K_RECEIVE)
        spec_accept(i, c);
    else if (owner && c->before[i->seg].state != VRRP_MASTER)
        spec_go(i, c, want);
}

/* Every state begins with all timers of the last one gone. */
static void spec_enter(inst *i, const call *c, uint8_t from, uint8_t to, expect *want)
{
    uint64_t delay;

    if (from == VRRP_MASTER)
        spec_leave(i, c, want);
    if (from == to && c->kind != K_STOP)
        return;
    spec_quiet(&i->s);
    if (to == VRRP_BACKUP) {
        spec_enter_backup(i, c, want);
    } else if (to == VRRP_MASTER) {
        i->s.adver = w.now + i->desc.interval;
        i->s.settle = i->desc.settle ? w.now + i->desc.settle : VRRP_NEVER;
        i->s.claiming = i->desc.settle == 0;
        i->s.transitions++;
        want->send = said(i);
        want->claim = i->s.claiming;
    } else if (c->in == i && c->kind == K_CLAIMED) {
        delay = down_of(i) << i->s.retries;
        i->s.retry = w.now + (delay < 60 * VRRP_SECOND ? delay : 60 * VRRP_SECOND);
        if (i->s.retries < 6)
            i->s.retries++;
    }
}
