/* Drills: on a calm network one thing happens to a MASTER and the takeover is timed from outside,
   against bounds worked out from the settings alone. */

enum {
    D_STOP, D_CRASH, D_YIELD, D_TRACK, D_LEASE, D_LINK, D_PREEMPT, D_WEIGHT, D_RETURN, D_BACKUP,
    D_SUSPEND, D_RUMOUR, D_SPLIT, DRILLS
};

static const char *const drill_words[] = {
    "stop", "crash", "yield", "track", "lease", "link", "preempt", "weight", "return",
    "backup stops", "backup suspended", "false death notice", "split"
};

typedef struct drill {
    int      kind, seg;
    inst    *old;                       /* the MASTER it happens to */
    bool     measured[SEGMENTS], notice;
    uint64_t t0, low[SEGMENTS], high[SEGMENTS], until;
    uint64_t wait[SEGMENTS], slack;     /* before Skew_Time; what chance may add */
} drill;

/* Skew_Time of a survivor that has learned the interval of the old MASTER. */
static uint64_t survivor_skew(const inst *i, const inst *old)
{
    return skew_at(i, i->s.priority, version2(i) ? i->desc.interval : old->desc.interval);
}

static bool survivor(const inst *i, const inst *old)
{
    return i->node != old->node && w.node[i->node].alive && i->v.state == VRRP_BACKUP;
}

static unsigned questions(const drill *d, const inst *i)
{
    unsigned probe = VRRP_ASK_PROBE | (d->notice ? (unsigned)VRRP_ASK_PROBE_DEAD : 0);

    return (i->desc.ask & probe ? 1u : 0u) + (i->desc.ask & VRRP_ASK_FENCE ? 1u : 0u);
}

/* The old MASTER says priority 0: one skew. It says nothing: down_adverts intervals from its last
   advert, which left at most one interval ago. Told by a notice: in between. */
static void bounds(drill *d, const inst *old, bool silent)
{
    int      s = old->seg, n;
    uint64_t best = VRRP_NEVER, wait = 0, reply = 0;

    for (n = 0; n < w.nodes; n++) {
        const inst *i = &w.node[n].in[s];

        if (!survivor(i, old))
            continue;
        if (i->v.master_interval != (version2(i) ? i->desc.interval : old->desc.interval))
            fail(TIMING, "n%d/%d has not learned the interval of its master", n, s);
        if (survivor_skew(i, old) < best)
            best = survivor_skew(i, old);
        reply = latest(reply, questions(d, i) * (w.answer_max + w.wake_max));
    }
    if (silent)
        wait = old->desc.down_adverts * old->desc.interval;
    d->wait[s] = wait;
    d->slack = latest(d->slack, w.wire_max + w.wake_max + reply);
    d->low[s] = best + wait + w.wire_min;
    d->high[s] = best + wait + w.wire_max + w.wake_max + reply;
    if (silent)
        d->low[s] -= old->desc.interval + w.wake_max;
    if (d->notice) {
        d->low[s] = best < d->low[s] ? best : d->low[s];
        d->slack = latest(d->slack, 2 * w.wire_max + w.wake_max + reply + 60 * MS);
        if (!questions(d, old) && best + 2 * w.wire_max + w.wake_max + reply < d->high[s])
            d->high[s] = best + 2 * w.wire_max + w.wake_max + reply;
    }
    d->measured[s] = true;
}

/* A sync group moves when its last member is ready. */
static void join_group(drill *d)
{
    uint64_t low = latest(d->low[0], d->low[1]), high = latest(d->high[0], d->high[1]);

    d->low[0] = d->low[1] = low;
    d->high[0] = d->high[1] = high;
}

static void all_bounds(drill *d, bool silent)
{
    node *n = &w.node[d->old->node];
    bool  whole = w.grouped || d->kind == D_STOP || d->kind == D_CRASH;
    int   s;

    for (s = 0; s < w.segs; s++)
        if (n->in[s].v.state == VRRP_MASTER && (whole || s == d->seg))
            bounds(d, &n->in[s], silent && (d->kind == D_CRASH || s == d->seg));
    if (w.grouped)
        join_group(d);
}

/* A tracked object that is a reason for FAULT goes away, or comes back. */
static void track_fault(const drill *d, bool down)
{
    inst *i = d->old;
    node *n = &w.node[i->node];
    int   k;

    for (k = 0; k < i->desc.n_tracks; k++)
        if (i->tracks[k].weight == 0 || weightless(i)) {
            i->tracks[k].up = down == i->tracks[k].reverse;
            call_plain(i, K_TRACKED);
            return;
        }
    for (k = 0; w.grouped && k < n->group.n_tracks; k++)
        if (n->tracks[k].weight == 0 || weightless(i)) {
            n->tracks[k].up = down == n->tracks[k].reverse;
            call_plain(i, K_TRACKED);
            return;
        }
    call_arg(i, K_BLOCK, VRRP_FAULT_TRACK, down);
}

static void drill_begin(drill *d)
{
    node *n = &w.node[d->old->node];
    call  c;
    int   s;

    switch (d->kind) {
    case D_STOP:  halt(n); break;
    case D_CRASH: crash(n); break;
    case D_TRACK: track_fault(d, true); break;
    case D_LINK:  link_set(d->old, true); break;
    case D_LEASE:
        hold(d->old, false);
        call_arg(d->old, K_LOST, VRRP_LOST_LEASE, false);
        break;
    default:
        d->until = w.now + d->high[d->seg] + 4 * w.longest;
        for (s = 0; s < w.segs; s++)
            if (w.grouped || s == d->seg) {
                plain(&c, &n->in[s], K_YIELD);
                c.until = d->until;
                call_core(&c);
            }
    }
    n->changed = w.now;
    arm(n);
}

/* When a survivor is ready, in a sync group with all of its members. */
static uint64_t ready_at(const drill *d, int n, int seg)
{
    uint64_t at = 0;
    int      s;

    for (s = 0; s < w.segs; s++)
        if (w.grouped || s == seg)
            at = latest(at, d->wait[s] + survivor_skew(&w.node[n].in[s],
                                                       &w.node[d->old->node].in[s]));
    return at;
}

/* Who may be first: those whose wait ends so soon after the best one's that the wire decides. */
static void check_taker(const drill *d, int s)
{
    const inst *old = &w.node[d->old->node].in[s], *i;
    uint64_t    at = w.took_at[s] - d->t0;
    int         n;

    if (w.taker[s] < 0)
        fail(TIMING, "%s: nobody took over segment %d within %.6f s", drill_words[d->kind], s,
             (double)d->high[s] / 1e9);
    i = &w.node[w.taker[s]].in[s];
    if (at < d->low[s] || at > d->high[s])
        fail(TIMING, "%s: n%d/%d took over after %.6f s, not %.6f..%.6f s", drill_words[d->kind],
             i->node, s, (double)at / 1e9, (double)d->low[s] / 1e9, (double)d->high[s] / 1e9);
    if (d->notice && questions(d, i))
        return;                         /* whose probe is first after the lease ended */
    for (n = 0; n < w.nodes; n++)
        if ((n == i->node || survivor(&w.node[n].in[s], old)) &&
            ready_at(d, n, s) + d->slack < ready_at(d, i->node, s))
            fail(TIMING, "%s: n%d/%d took over, not n%d", drill_words[d->kind], i->node, s, n);
}

static void check_held(const drill *d, int s)
{
    const inst *m = best_master(s), *taker = &w.node[w.taker[s]].in[s];

    if (taker->held && taker->held_since < w.took_at[s] + taker->desc.settle)
        fail(TIMING, "%s: n%d/%d claimed before settle was over", drill_words[d->kind],
             taker->node, s);
    if (m && !m->held && w.now < m->v.since + m->desc.settle + w.answer_max + w.wake_max)
        return;                         /* a better one came right behind the first */
    if (!m || !m->held)
        fail(TIMING, "%s: nobody holds the addresses of segment %d in time", drill_words[d->kind],
             s);
}

/* Nobody claims what the dead node's kernel still answers for: who was told of the death asks
   first, up to the ordinary time; who was not comes later than the lease ends. */
static void check_dead(const drill *d, int s)
{
    const inst *old = &w.node[d->old->node].in[s];
    uint64_t    silent = (old->desc.down_adverts - 1u) * old->desc.interval - 4 * MS;
    bool        asks = old->desc.ask & (VRRP_ASK_PROBE | VRRP_ASK_PROBE_DEAD);

    if (d->kind != D_CRASH || !w.over_dead[s] || w.over_dead[s] >= d->t0 + silent)
        return;
    if (d->notice && asks)
        fail(TIMING, "crash: segment %d was claimed while the dead node's kernel answered", s);
    if (!d->notice && w.lease && w.lease_time < silent)
        fail(TIMING, "crash: segment %d was claimed before the lease ended", s);
}

static void drill_end(const drill *d)
{
    node *n = &w.node[d->old->node];
    int   s;

    if (d->kind == D_TRACK)
        track_fault(d, false);
    if (d->kind == D_LINK)
        link_set(d->old, false);
    if (d->kind == D_YIELD) {
        run(d->until - 1);
        /* Not with mixed intervals, where a short-lived MASTER may teach one that is too short, nor
           in a sync group, where the priority 0 of one that follows may pass the answer to it. */
        for (s = 0; s < w.segs && w.longest == w.shortest && !w.grouped; s++)
            if (d->measured[s] && n->in[s].v.state == VRRP_MASTER)
                fail(TIMING, "n%d/%d took back before the end of its yield", d->old->node, s);
    }
    for (s = 0; s < w.segs; s++)
        if (!n->alive)
            let_go(&n->in[s]);
    arm(n);
}

static void drill_master(drill *d)
{
    bool silent = d->kind == D_CRASH || d->kind == D_LINK;
    int  s;

    d->notice = d->kind == D_CRASH && w.notice;
    if (d->kind == D_CRASH && !w.warden && d->old->desc.ask_refuse && questions(d, d->old))
        return;                         /* whoever asks hears the dead node's kernel for long */
    all_bounds(d, silent);
    for (s = 0; s < SEGMENTS; s++) {
        w.taker[s] = -1;
        w.over_dead[s] = 0;
    }
    drill_begin(d);
    for (s = 0; s < w.segs; s++)
        if (d->measured[s] && w.now < d->t0 + d->high[s])
            run(d->t0 + d->high[s]);
    for (s = 0; s < w.segs; s++)
        if (d->measured[s])
            check_taker(d, s);
    run(w.now + d->slack + d->old->desc.settle + w.answer_max + 2 * w.wake_max + w.wire_max);
    for (s = 0; s < w.segs; s++)
        if (d->measured[s]) {
            check_held(d, s);
            check_dead(d, s);
        }
    drill_end(d);
}

/* When i has preempted its master, at the latest (and not before low). */
static uint64_t preempt_bounds(const drill *d, const inst *i, uint64_t *low)
{
    const inst *old = &w.node[d->old->node].in[i->seg];
    uint64_t    learned = i->v.master_interval;
    uint64_t    down = i->desc.down_adverts * learned + skew_at(i, i->s.priority, learned);

    *low = i->desc.preempt_delay ? i->desc.preempt_delay
                                 : down - learned - w.wire_max - w.wake_max;
    down += w.wire_max + w.wake_max + questions(d, i) * (w.answer_max + w.wake_max);
    if (i->desc.preempt_delay)
        down += i->desc.preempt_delay + old->desc.interval + w.wake_max;
    return down;
}

/* The best that tracked objects can do for a priority, or the worst. */
static void track_all(const inst *i, vrrp_track *t, int n, bool best)
{
    int k;

    for (k = 0; k < n; k++)
        if (t[k].weight && !weightless(i))
            t[k].up = best != t[k].reverse;
}

static void weights(inst *i, bool best)
{
    node *n = &w.node[i->node];
    int   s;

    track_all(i, n->tracks, n->group.n_tracks, best);
    for (s = 0; s < w.segs; s++)
        if (w.grouped || s == i->seg) {
            track_all(i, n->in[s].tracks, n->in[s].desc.n_tracks, best);
            call_plain(&n->in[s], K_TRACKED);
        }
}

/* By what it tracks if that is enough, else by hand. */
static void rise(inst *i, uint8_t above)
{
    int s, base;

    if (chance(600))
        weights(i, true);
    for (base = i->s.base; i->s.priority <= above && base < 254; ) {
        base = (int)between((uint64_t)base + 1, 254);
        for (s = 0; s < w.segs; s++)
            if (w.grouped || s == i->seg)
                call_arg(&w.node[i->node].in[s], K_PRIORITY, (uint8_t)base, false);
    }
}

/* A backup's priority rises above the MASTER's: it takes over, but not before preempt_delay, and
   never with nopreempt. */
static void drill_preempt(drill *d)
{
    inst    *old = d->old, *i = &w.node[rnd((uint64_t)w.nodes)].in[d->seg];
    uint64_t low = 0, high = 0, t;
    int      s;

    if (!survivor(i, old) || old->s.priority >= 254 || i->desc.priority == VRRP_OWNER)
        return;
    rise(i, old->s.priority);
    if (i->s.priority <= old->s.priority)
        return;                         /* what it tracks keeps it down */
    for (s = 0; s < w.segs; s++)
        if (w.grouped || s == d->seg) {
            high = latest(high, preempt_bounds(d, &w.node[i->node].in[s], &t));
            low = latest(low, t);
        }
    w.taker[d->seg] = -1;
    arm(&w.node[i->node]);
    run(w.now + high);
    if (i->desc.no_preempt || refuses(i)) {
        if (w.taker[d->seg] >= 0)
            fail(TIMING, "n%d/%d preempted a master", w.taker[d->seg], d->seg);
        return;
    }
    if (w.taker[d->seg] != i->node)
        fail(TIMING, "n%d/%d did not preempt within %.6f s", i->node, d->seg, (double)high / 1e9);
    if (w.took_at[d->seg] < d->t0 + low)
        fail(TIMING, "n%d/%d preempted after %.6f s, not after %.6f s", i->node, d->seg,
             (double)(w.took_at[d->seg] - d->t0) / 1e9, (double)low / 1e9);
}

/* What the MASTER tracks takes its priority away: the best of those that outrank it now and may
   preempt, or one as good, is MASTER in time. */
static void drill_weight(const drill *d)
{
    const inst *old = d->old, *best = NULL;
    uint64_t    high = 0, low;
    int         n, s;

    weights(d->old, false);
    arm(&w.node[old->node]);
    for (n = 0; n < w.nodes; n++) {
        const inst *i = &w.node[n].in[d->seg];

        if (!survivor(i, old) || patient(i, old))
            continue;
        if (refuses(i) || i->desc.no_preempt)
            return;
        if (!best || outranks(i, best))
            best = i;
    }
    if (!best || w.longest != w.shortest)
        return;                         /* a short-lived MASTER may teach another interval */
    for (s = 0; s < w.segs; s++)
        if (w.grouped || s == d->seg)
            high = latest(high, preempt_bounds(d, &w.node[best->node].in[s], &low));
    run(w.now + high);
    old = best_master(d->seg);
    if (!old || old->s.priority < best->s.priority)
        fail(TIMING, "n%d/%d is not MASTER after %.6f s", best->node, d->seg, (double)high / 1e9);
}

/* A dead node comes back: deaf and silent for startup_delay, then as anybody. */
static void drill_return(drill *d)
{
    node *n = NULL;
    int   k;

    for (k = 0; k < w.nodes; k++)
        if (!w.node[k].alive)
            n = &w.node[k];
    if (!n)
        return;
    w.taker[0] = -1;
    boot(n, false);
    run(w.now + n->in[0].desc.startup_delay + 1);
    if (w.taker[0] == (int)(n - w.node) && w.took_at[0] < d->t0 + n->in[0].desc.startup_delay)
        fail(TIMING, "n%d is MASTER before startup_delay", w.taker[0]);
}

/* A node that is BACKUP everywhere, or NULL. */
static node *pick_backup(void)
{
    node *n = any_node();
    int   s;

    for (s = 0; s < w.segs; s++)
        if (!n->alive || n->in[s].v.state != VRRP_BACKUP)
            return NULL;
    return n;
}

/* Nobody moves when a backup stops (the last but one stays, for the other drills), when its host
   is suspended longer than it would wait for its master, or is told that somebody else died. */
static void drill_backup(drill *d)
{
    node    *n = pick_backup(), *other = any_node();
    uint64_t moved, down;
    int      k, alive = 0;

    for (k = 0; k < w.nodes; k++)
        alive += w.node[k].alive;
    if (!n || (d->kind == D_BACKUP && alive < 3))
        return;
    down = (uint64_t)n->in[0].desc.down_adverts * w.slowest + latest(w.slowest, VRRP_SECOND);
    if (d->kind == D_BACKUP)
        halt(n);
    else if (d->kind == D_SUSPEND)
        freeze(n, down + w.slowest + rnd(down), true);
    else if (other->in[d->seg].v.state == VRRP_BACKUP)
        call_peer(&n->in[d->seg], K_DEAD, other->in[0].node);
    arm(n);
    moved = w.moved_at;
    run((n->paused ? n->resume_at : w.now) + 4 * w.longest);
    if (w.moved_at != moved)
        fail(TIMING, "somebody moved: %s (n%d)", drill_words[d->kind], n->in[0].node);
}

/* >>split */

static void cut_off(const drill *d, int n, uint64_t until)
{
    int s, k;

    for (s = 0; s < w.segs; s++)
        for (k = 0; k < w.nodes; k++) {
            if (!w.grouped && s != d->seg)
                continue;
            w.cut[s][n][k] = w.cut[s][k][n] = until;
            excuse(s, n, k, until);
        }
}

/* Both are MASTER and hear each other from now on: until when? The loser of v3 is answered at
   once. */
static uint64_t split_end(const inst *x, const inst *m)
{
    bool     same = (x->desc.dual || !version2(x)) && (m->desc.dual || !version2(m));
    bool     owner = m->desc.priority == VRRP_OWNER;     /* of v2: does not even listen */
    bool     answers = !m->desc.no_answer && (same || (m->desc.answer_v2 && !owner));
    uint64_t next_x = view_of(x).adver_timer + w.wake_max + w.wire_max;
    uint64_t next_m = view_of(m).adver_timer + w.wake_max + w.wire_max;

    if (counts_as_one(x))               /* who counts behind is heard once it has heard the other */
        return latest(next_x, next_m) + w.longest + w.wake_max + w.wire_max;
    if (outranks(x, m))
        return next_x;
    return answers && next_x + w.wire_max < next_m ? next_x + w.wire_max : next_m;
}

static void check_split_over(const inst *x, const inst *m)
{
    if (x->v.state == VRRP_MASTER && m->v.state == VRRP_MASTER)
        fail(TIMING, "n%d/%d and n%d/%d are both MASTER after they heard each other", x->node,
             x->seg, m->node, m->seg);
}

/* A backup is cut off until it is MASTER, too; then the cut heals. */
static void drill_split(drill *d)
{
    node    *n = pick_backup();
    uint64_t end = 0;
    inst    *m[SEGMENTS];
    int      s;

    if (!n)
        return;
    for (s = 0; s < w.segs; s++)
        m[s] = best_master(s);
    cut_off(d, n->in[0].node, VRRP_NEVER);
    run(w.now + patience());
    cut_off(d, n->in[0].node, 0);
    for (s = 0; s < w.segs; s++) {
        w.bad[s][n->in[0].node][m[s]->node] = w.bad[s][m[s]->node][n->in[0].node] = w.now;
        if (!w.grouped && s != d->seg)
            continue;
        if (n->in[s].v.state != VRRP_MASTER || m[s]->v.state != VRRP_MASTER)
            fail(LIVENESS, "n%d/%d is %s though it hears nobody", n->in[0].node, s,
                 vrrp_state_str(n->in[s].v.state));
        end = latest(end, split_end(&n->in[s], m[s]));
    }
    run(end);
    for (s = 0; s < w.segs; s++)
        if (w.grouped || s == d->seg)
            check_split_over(&n->in[s], m[s]);
}

/* A survivor that is kept from preempting by ask_refuse learns nothing of its master. */
static bool orderly(int seg)
{
    const inst *m = best_master(seg);
    int         n, alive = 0;

    for (n = 0; n < w.nodes; n++) {
        const inst *i = &w.node[n].in[seg];

        if (!w.node[n].alive)
            continue;
        alive++;
        if (i != m && (!patient(i, m) || never_agree(i, m)))
            return false;
    }
    return alive > 1;
}

static void drills(void)
{
    int   k, s, n = (int)between(1, 4);
    char  when[40];
    drill d;

    for (k = 0; k < n; k++) {
        memset(&d, 0, sizeof d);
        d.kind = (int)rnd(DRILLS);
        d.seg = (int)rnd((uint64_t)w.segs);
        d.old = best_master(d.seg);
        d.t0 = w.now;
        for (s = 0; s < w.segs; s++)
            if (!orderly(s))
                d.kind = D_RETURN;
        note(d.old->node, d.seg, drill_words[d.kind], 0, 0, 0, 0);
        if (d.kind == D_PREEMPT)
            drill_preempt(&d);
        else if (d.kind == D_WEIGHT)
            drill_weight(&d);
        else if (d.kind == D_RETURN)
            drill_return(&d);
        else if (d.kind == D_SPLIT)
            drill_split(&d);
        else if (d.kind >= D_BACKUP)
            drill_backup(&d);
        else
            drill_master(&d);
        run(w.now + patience());
        snprintf(when, sizeof when, "after the drill %s", drill_words[d.kind]);
        quiet_or_fail(when);
    }
}
