/* What must hold.
   - After every call of the core: what it did is what spec.h says, action by action and timer by
     timer, in the right order.
   - Between nodes: who holds what at the same time, and for how long (two_holders).
   How long a takeover may take is measured from outside, in drill.h. */

/* What it did cause: how often, and where in the order (-1: not at all). */
typedef struct seen {
    int send, send0, claim, release, announce, refresh, ask, notify;
    int first_send, first_send0, first_claim, last_release, first_announce;
} seen;

/* >>comparison */

/* Which transitions a call may cause in the instance that was called. */
static bool allowed(const call *c, const inst *i, uint8_t from, uint8_t to)
{
    int k = c->kind;

    if (from == to)
        return true;
    if (to == VRRP_INIT)
        return k == K_STOP;
    if (to == VRRP_FAULT)
        return k == K_BLOCK || k == K_CLAIMED || k == K_TRACKED || k == K_UPDATE ||
               ((k == K_START || k == K_TICK) && faults_of(i)) ||
               (w.grouped && (k == K_START || k == K_TICK));
    if (from == VRRP_INIT || from == VRRP_FAULT)
        return (k == K_START || k == K_TICK || k == K_BLOCK || k == K_TRACKED || k == K_UPDATE) &&
               (to == VRRP_BACKUP || i->desc.priority == VRRP_OWNER || w.grouped);
    if (to == VRRP_BACKUP)
        return k == K_RECEIVE || k == K_LOST || k == K_YIELD ||
               (k == K_TICK && c->want[i->seg].backup);
    return k == K_TICK || k == K_ANSWER;
}

static void expect_n(const inst *i, const call *c, const char *what, int got, int want)
{
    if (got != want)
        fail(SAFETY, "n%d/%d: %s caused %d %s, not %d", i->node, i->seg, call_words[c->kind], got,
             what, want);
}

static void tally(const call *c, const inst *i, seen *t)
{
    int k;

    memset(t, 0, sizeof *t);
    t->first_send = t->first_send0 = t->first_claim = t->last_release = t->first_announce = -1;
    for (k = 0; k < c->n; k++) {
        const vrrp_action *a = &c->act[k];

        if (a->v != &i->v || a->group)
            continue;
        if (a->kind == VRRP_SEND && a->priority) {
            if (t->send++ == 0)
                t->first_send = k;
        } else if (a->kind == VRRP_SEND) {
            if (t->send0++ == 0)
                t->first_send0 = k;
        } else if (a->kind == VRRP_CLAIM) {
            if (t->claim++ == 0)
                t->first_claim = k;
        } else if (a->kind == VRRP_ANNOUNCE) {
            if (t->announce++ == 0)
                t->first_announce = k;
        } else if (a->kind == VRRP_RELEASE) {
            t->release++;
            t->last_release = k;
        }
        t->refresh += a->kind == VRRP_REFRESH;
        t->ask += a->kind == VRRP_ASK;
        t->notify += a->kind == VRRP_NOTIFY;
    }
}

/* Speak before you take, let go before you speak. */
static void check_order(const inst *i, const call *c, const seen *t)
{
    const vrrp_view *a = &c->after[i->seg], *b = &c->before[i->seg];

    if (t->send && a->state != VRRP_MASTER && !(i->desc.higher_answer && c->kind == K_RECEIVE))
        fail(SAFETY, "n%d/%d sends an advert in %s", i->node, i->seg, vrrp_state_str(a->state));
    if (t->send0 && (b->state != VRRP_MASTER || a->state == VRRP_MASTER))
        fail(SAFETY, "n%d/%d says priority 0 without leaving MASTER", i->node, i->seg);
    if (t->release && t->send0 && t->last_release > t->first_send0)
        fail(SAFETY, "n%d/%d says priority 0 before it lets go", i->node, i->seg);
    if (t->claim && b->state != VRRP_MASTER && (t->send == 0 || t->first_claim < t->first_send))
        fail(SAFETY, "n%d/%d claims before it speaks", i->node, i->seg);
    /* what was stolen is announced in part: only the shell knows which addresses are left; that
       the lease ran out in a pause is told after what happened before */
    if (t->announce && !((i->held || i->s.stolen || i->lease_lost) && a->holding))
        fail(SAFETY, "n%d/%d announces addresses that are not there", i->node, i->seg);
}

static void check_actions(const inst *i, const call *c, const expect *want, const seen *t)
{
    check_order(i, c, t);
    expect_n(i, c, "SEND", t->send, want->send);
    expect_n(i, c, "SEND of priority 0", t->send0, want->send0);
    expect_n(i, c, "CLAIM", t->claim, want->claim);
    expect_n(i, c, "RELEASE", t->release, want->release);
    expect_n(i, c, "REFRESH", t->refresh, want->refresh);
    expect_n(i, c, "ASK", t->ask, want->ask);
}

/* Frames that share a pace keep their distance, but for what each came late. */
static void check_pace(inst *i, uint32_t k)
{
    node     *n = &w.node[i->node];
    uint64_t *last = is_six(i, k) ? &n->spoken.na : &n->spoken.arp, gap = gap_of(i, k);

    if (!i->desc.pace || gap == 0)
        return;
    if (*last > n->changed && w.now - *last + w.wake_max < gap)
        fail(TIMING, "n%d/%d announces %.6f s after another, not %.6f s", i->node, i->seg,
             (double)(w.now - *last) / 1e9, (double)gap / 1e9);
    *last = w.now;
}

/* Announcements, one by one: which address, and in which order. */
static void check_announce(inst *i, const call *c, const expect *want)
{
    int      at = 0, k;
    uint32_t n, r;

    for (k = 0; k < c->n; k++) {
        const vrrp_action *a = &c->act[k];

        if (a->v != &i->v || a->group || a->kind != VRRP_ANNOUNCE)
            continue;
        for (r = 0; r < a->repeat; r++)
            for (n = a->first; n < (uint32_t)a->first + a->n; n++) {
                if (a->extra && !elsewhere(i, n))
                    continue;
                if (at == want->frames || want->frame[at++] != (n | (a->extra ? 128u : 0u)))
                    fail(TIMING, "n%d/%d: announcement %d, of address %u, was not due", i->node,
                         i->seg, at, n);
                check_pace(i, n);
            }
    }
    if (at != want->frames)
        fail(TIMING, "n%d/%d: %s caused %d announcements, not %d", i->node, i->seg,
             call_words[c->kind], at, want->frames);
}

static void check_notify(inst *i, const vrrp_action *a)
{
    bool news = a->from != a->to;

    if (a->from != i->s.told && news)
        fail(SAFETY, "n%d/%d: notified from %s, was told %s", i->node, i->seg,
             vrrp_state_str(a->from), vrrp_state_str(i->s.told));
    if (!news && a->why != VRRP_WHY_CONFLICT && a->why != VRRP_WHY_STOLEN)
        fail(SAFETY, "n%d/%d: notified of nothing", i->node, i->seg);
    if (a->why == VRRP_WHY_CONFLICT) {
        if (i->s.conflict_at != VRRP_NEVER && w.now - i->s.conflict_at < 10 * i->desc.interval)
            fail(SAFETY, "n%d/%d: too many conflict notices", i->node, i->seg);
        i->s.conflict_at = w.now;
    }
    if (news)
        i->s.told = a->to;
}

static void check_details(inst *i, const call *c)
{
    int k;

    for (k = 0; k < c->n; k++) {
        const vrrp_action *a = &c->act[k];

        if (a->v != &i->v || a->group)
            continue;
        if (a->kind == VRRP_NOTIFY)
            check_notify(i, a);
        if (a->kind == VRRP_SEND && a->priority && a->priority != c->after[i->seg].priority)
            fail(SAFETY, "n%d/%d advertises priority %u", i->node, i->seg, a->priority);
        if (a->kind == VRRP_SEND)
            i->s.sent++;
        if (a->kind == VRRP_ASK && (a->ask != i->s.ask || a->deadline != i->s.ask_at))
            fail(SAFETY, "n%d/%d asks %u, not %u", i->node, i->seg, a->ask, i->s.ask);
    }
}

static uint64_t spec_deadline(const spec *s)
{
    const uint64_t t[] = { s->start, s->down, s->ask_at, s->settle, s->adver, s->retry,
                           s->refresh, s->second, s->lower, s->again, s->periodic, s->extra,
                           s->frame };
    uint64_t first = VRRP_NEVER;
    size_t   k;

    for (k = 0; k < sizeof t / sizeof t[0]; k++)
        if (t[k] < first)
            first = t[k];
    return first;
}

/* The same moment: arithmetic may round by less than a microsecond. */
static bool close_to(uint64_t a, uint64_t b)
{
    return (a > b ? a - b : b - a) < US;
}

static double from_now(uint64_t at)
{
    return at == VRRP_NEVER ? -1. : (double)(int64_t)(at - w.now) / 1e9;
}

static void check_timer(const inst *i, const call *c, const char *name, uint64_t got, uint64_t want)
{
    if (!close_to(got, want))
        fail(TIMING, "n%d/%d: after %s %s fires in %.6f s, not %.6f s (-1: never)", i->node,
             i->seg, call_words[c->kind], name, from_now(got), from_now(want));
}

static void check_timers(inst *i, const call *c)
{
    const vrrp_view *a = &c->after[i->seg];

    if (i->v.started && a->priority != i->s.priority)
        fail(SAFETY, "n%d/%d: after %s the priority is %u, not %u", i->node, i->seg,
             call_words[c->kind], a->priority, i->s.priority);
    check_timer(i, c, "Master_Down_Timer", a->master_down_timer, i->s.down);
    check_timer(i, c, "Adver_Timer", a->adver_timer, i->s.adver);
    check_timer(i, c, "the first timer", a->deadline, spec_deadline(&i->s));
    if (a->state != VRRP_BACKUP)
        i->s.interval = a->master_interval;     /* nobody's: not used outside BACKUP */
    if (i->v.started && (!close_to(a->skew_time, skew_of(i)) ||
                         a->master_interval != i->s.interval))
        fail(TIMING, "n%d/%d: Skew_Time %" PRIu64 " ns of interval %" PRIu64 ", not %" PRIu64
             " of %" PRIu64, i->node, i->seg, a->skew_time, a->master_interval, skew_of(i),
             i->s.interval);
    if (c->kind == K_TICK && c->in == i && a->deadline <= w.now)
        fail(INTERNAL, "n%d/%d: still due after a tick", i->node, i->seg);
}

/* FAULT while any reason is set, in a group while any member has one. */
static void check_fault(const inst *i, uint8_t state)
{
    const node *n = &w.node[i->node];
    bool        faulty = false;
    int         s;

    if (!i->v.started)
        return;
    for (s = 0; s < w.segs; s++)
        if ((w.grouped || &n->in[s] == i) && n->in[s].s.start != VRRP_NEVER)
            return;                     /* startup_delay: nothing is looked at yet */
    for (s = 0; s < w.segs; s++)
        if (&n->in[s] == i || (w.grouped && n->in[s].v.started))
            faulty |= faults_of(&n->in[s]) != 0;
    if (faulty != (state == VRRP_FAULT))
        fail(SAFETY, "n%d/%d is %s, reasons for FAULT: %s", i->node, i->seg,
             vrrp_state_str(state), faulty ? "yes" : "none");
}

static void check_state(const inst *i, const call *c, const expect *want)
{
    const vrrp_view *a = &c->after[i->seg];
    uint8_t          from = c->before[i->seg].state;

    if (c->in == i && !allowed(c, i, from, a->state))
        fail(SAFETY, "n%d/%d: %s leads from %s to %s", i->node, i->seg, call_words[c->kind],
             vrrp_state_str(from), vrrp_state_str(a->state));
    if (want->master && a->state != VRRP_MASTER)
        fail(SAFETY, "n%d/%d: %s leaves %s, MASTER is due", i->node, i->seg, call_words[c->kind],
             vrrp_state_str(a->state));
    if (want->backup && a->state != VRRP_BACKUP)
        fail(SAFETY, "n%d/%d: %s leads to %s, BACKUP is due", i->node, i->seg,
             call_words[c->kind], vrrp_state_str(a->state));
    if (from == VRRP_BACKUP && a->state == VRRP_MASTER && c->in == i && !want->master)
        fail(SAFETY, "n%d/%d is MASTER too early", i->node, i->seg);
    if (c->kind == K_START && c->in == i && i->desc.startup_delay && a->state != VRRP_INIT)
        fail(SAFETY, "n%d/%d does not wait for startup_delay", i->node, i->seg);
    check_fault(i, a->state);
    if (a->holding != i->s.holding)
        fail(SAFETY, "n%d/%d says it %s the addresses", i->node, i->seg,
             a->holding ? "holds" : "does not hold");
    if (i->s.told != a->state && !(a->state == VRRP_MASTER && !a->holding))
        fail(SAFETY, "n%d/%d is %s, told %s", i->node, i->seg, vrrp_state_str(a->state),
             vrrp_state_str(i->s.told));
    if (a->stats.advertisement_sent != i->s.sent || a->stats.master_transitions != i->s.transitions)
        fail(SAFETY, "n%d/%d miscounts", i->node, i->seg);
}

/* The members of a sync group are MASTER together or not at all. */
static void check_group(const node *n)
{
    if (w.grouped && n->in[0].v.started && n->in[1].v.started && n->in[0].s.start == VRRP_NEVER &&
        n->in[1].s.start == VRRP_NEVER &&
        (n->in[0].v.state == VRRP_MASTER) != (n->in[1].v.state == VRRP_MASTER))
        fail(SAFETY, "n%d: one half of a sync group is MASTER", n->in[0].node);
}

/* After every call: spec first for the instance that was called, as the others follow it. */
static void check_call(call *c)
{
    node *n = &w.node[c->in->node];
    seen  t;
    int   k, s;

    for (k = 0; k < w.segs; k++) {
        inst   *i = &n->in[(c->in->seg + k) % w.segs];
        expect *want = &c->want[i->seg];

        s = i->seg;
        if (i == c->in || (c->kind == K_TRACKED && w.grouped))
            spec_call(i, c, &c->before[s], want);
        if (c->before[s].state != c->after[s].state || (c->kind == K_STOP && i == c->in))
            spec_enter(i, c, c->before[s].state, c->after[s].state, want);
        if (w.outside)
            continue;
        tally(c, i, &t);
        check_actions(i, c, want, &t);
        check_announce(i, c, want);
        check_details(i, c);
        check_state(i, c, want);
        check_timers(i, c);
    }
    if (!w.outside)
        check_group(n);
}

/* >>two holders */

/* Nodes that can't hear each other until then have an excuse for both holding. */
static void excuse(int seg, int a, int b, uint64_t until)
{
    if (w.bad[seg][a][b] < until)
        w.bad[seg][a][b] = w.bad[seg][b][a] = until;
}

static uint64_t latest(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* RFC 3768 drops v2 adverts at an owner: two owners of v2 never agree, by the book. */
static bool never_agree(const inst *a, const inst *b)
{
    return a->desc.priority == VRRP_OWNER && b->desc.priority == VRRP_OWNER &&
           (version2(a) || version2(b));
}

/* Two that hear each other hold at most until the winner's next advert has arrived: one interval
   and the way, both wakings included. Preemption and equal priorities overlap within that. */
static void two_holders(int seg)
{
    uint64_t bound = w.longest + w.wire_max + w.spike + 2 * w.wake_max + MS, since;
    int      a, b;

    for (a = 0; a < w.nodes; a++) {
        const inst *x = &w.node[a].in[seg];

        if (!x->held || !w.node[a].alive || w.node[a].paused)
            continue;
        for (b = a + 1; b < w.nodes; b++) {
            const inst *y = &w.node[b].in[seg];

            if (!y->held || !w.node[b].alive || w.node[b].paused || never_agree(x, y))
                continue;
            since = latest(latest(x->held_since, y->held_since), w.bad[seg][a][b]);
            since = latest(since, latest(w.node[a].changed, w.node[b].changed));
            if (w.now > since && w.now - since > bound)
                fail(SAFETY, "n%d and n%d both hold the addresses of segment %d for %.6f s", a, b,
                     seg, (double)(w.now - since) / 1e9);
        }
    }
}
