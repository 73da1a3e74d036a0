/* A node: the shell's contract in small. After waking up it hears what the kernel says, drains the
   sockets, then fires timers; after every call it empties the queue of actions. The wire between
   nodes carries real bytes. */

static vrrp_view view_of(const inst *i)
{
    vrrp_view view;

    vrrp_look(&i->v, &view);
    return view;
}

/* >>wire */

static bool lost(int seg, int from, int to)
{
    const inst *a = &w.node[from].in[seg], *b = &w.node[to].in[seg];

    if (w.now < w.cut[seg][from][to])
        return true;
    return a->port_down || b->port_down || chance(w.now < w.loss_until ? 500 : w.loss);
}

/* A bit flips, or somebody off the link sends a copy. With unicast all come from as far. */
static void damage(event *e)
{
    const inst     *to = &w.node[e->node].in[e->seg];
    const vrrp_ttl *ttls = to->desc.peer_ttl;
    int             header = w.family == VRRP_IPV6 ? 40 : 20, bit;

    if ((!w.unicast || ttls) && chance(200)) {
        e->data[w.family == VRRP_IPV6 ? 7 : 8] = w.unicast ? (uint8_t)(ttls->min - 1) : 254;
        return;
    }
    if (to->desc.trailer && to->trailer.mode == VRRP_HMAC_ENFORCE && w.family == VRRP_IPV4 &&
        chance(200)) {                  /* all that proves who sent it is cut off */
        e->size = (uint16_t)(e->size - 28);
        e->data[3] = (uint8_t)e->size;
        return;
    }
    bit = (int)rnd(8 * (uint64_t)(e->size - header));
    e->data[header + bit / 8] ^= (uint8_t)(1u << bit % 8);
}

static void carry(const inst *i, int to, const uint8_t *packet, int size)
{
    uint64_t *last = &w.last[i->seg][i->node][to], at;
    event    *e;

    at = w.now + between(w.wire_min, w.wire_max);
    if (chance(w.spike_p))
        at += rnd(w.spike);
    if (!w.reorder && at < *last)
        at = *last;
    *last = at;
    e = push(EV_PACKET, to, i->seg, at);
    e->from = (uint8_t)i->node;
    e->number = i->s.number;
    e->token = w.serial;
    e->place = w.place;
    e->size = (uint16_t)size;
    memcpy(e->data, packet, (size_t)size);
    if (chance(w.corrupt)) {
        event *bad = push(EV_PACKET, to, i->seg, at);

        bad->from = e->from;
        bad->size = e->size;
        bad->arg = 1;
        memcpy(bad->data, packet, (size_t)size);
        damage(bad);
    }
}

static void send_to(const inst *i, int to, const uint8_t *packet, int size)
{
    if (to == i->node && !w.loop)
        return;
    if (to != i->node && lost(i->seg, i->node, to)) {
        excuse(i->seg, i->node, to, w.now);
        note(i->node, i->seg, "is not heard by n%u", (uint32_t)to, 0, 0, 0);
        return;
    }
    carry(i, to, packet, size);
    if (chance(w.duplicate))
        carry(i, to, packet, size);
}

static int encode(inst *i, const vrrp_action *a, const vrrp_ip *to, uint8_t *packet)
{
    int size = vrrp_packet(&i->v, a, to, packet, PACKET);

    if (size == VRRP_E_AUTH_REPLAY && spent(i))
        return 0;
    if (size <= 0)
        fail(INTERNAL, "vrrp_packet: %d", size);
    check_number(i, packet, size);
    check_size(i, message_in(packet), size);
    if (w.attacked)
        record_packet(i, packet, size);
    return size;
}

static void send(inst *i, const vrrp_action *a)
{
    uint8_t packet[PACKET];
    int     n, size = 0;

    if (!w.unicast)
        size = encode(i, a, NULL, packet);
    if (!w.unicast && size && memcmp(packet + (w.family == VRRP_IPV6 ? 24 : 16),
                                     i->desc.group_address.byte, w.family == VRRP_IPV6 ? 16 : 4))
        fail(SAFETY, "n%d/%d sends to another group", i->node, i->seg);
    for (n = 0; n < w.nodes; n++) {
        if (w.unicast && n == i->node)
            continue;
        if (w.unicast)
            size = encode(i, a, &w.node[n].in[i->seg].primary, packet);
        if (size == 0)
            excuse(i->seg, i->node, n, w.now);
        else
            send_to(i, n, packet, size);
    }
}

/* The best of adverts, from a node that is no peer, or is of another group. */
static void stranger(void)
{
    inst       *i = &w.node[rnd((uint64_t)w.nodes)].in[rnd((uint64_t)w.segs)];
    vrrp_desc   d = i->desc;
    vrrp_ip     from = i->primary;
    vrrp_action a;
    vrrp        v;
    event      *e = push(EV_PACKET, i->node, i->seg, w.now + between(w.wire_min, w.wire_max));

    push(EV_STRANGER, 0, 0, w.now + between(w.longest / 8, 2 * w.longest));
    memset(&d.group_address, 0, sizeof d.group_address);
    memset(&a, 0, sizeof a);
    d.priority = a.priority = 254;
    d.tracks = NULL;
    d.n_tracks = 0;
    from.byte[w.family == VRRP_IPV6 ? 14 : 2] ^= 1;
    if (vrrp_init(&v, &d))
        fail(INTERNAL, "the stranger cannot speak");
    vrrp_primary(&v, &from);
    a.kind = VRRP_SEND;
    a.version = v.d.version;
    e->arg = 3;
    e->from = (uint8_t)i->node;
    e->size = (uint16_t)vrrp_packet(&v, &a, w.unicast ? &i->primary : NULL, e->data, PACKET);
}

/* >>kernel */

static void hold(inst *i, bool on)
{
    int n;

    for (n = 0; on && !i->held && n < w.nodes; n++)
        if (w.node[n].in[i->seg].held && !w.node[n].alive)
            w.over_dead[i->seg] = w.now;
    if (on && !i->held)
        i->held_since = w.now;
    i->held = on;
}

static void lease_arm(inst *i)
{
    if (!w.lease)
        return;
    i->lease_until = w.now + w.lease_time;
    push(EV_LEASE, i->node, i->seg, i->lease_until);
}

static bool failing(const inst *i)
{
    return w.now < i->fails_until;
}

/* Does somebody that i can reach both ways answer for the addresses? Kernels answer for the dead,
   and for the paused. */
static bool answered(const inst *i)
{
    int n;

    for (n = 0; n < w.nodes; n++) {
        const inst *o = &w.node[n].in[i->seg];

        if (n != i->node && o->held && !o->port_down && !i->port_down &&
            w.now >= w.cut[i->seg][n][i->node] && w.now >= w.cut[i->seg][i->node][n])
            return true;
    }
    return false;
}

static void put_question(inst *i, const vrrp_action *a)
{
    event *e;

    if (w.chaos && chance(100))
        return;                         /* no answer at all: the deadline decides */
    e = push(EV_ANSWER, i->node, i->seg, w.now + between(10 * US, w.answer_max));
    e->arg = a->ask;
    e->ok = a->ask == VRRP_ASK_PROBE ? !answered(i) : !(w.chaos && chance(100));
}

/* The kernel does as it is told at once; whether its answer is read at once is chance. Returns
   true if it is: the caller then answers. */
static bool claim(inst *i)
{
    event *e;

    i->token++;
    if (!failing(i)) {
        hold(i, true);
        lease_arm(i);
    }
    if (chance(500))
        return true;
    e = push(EV_CLAIMED, i->node, i->seg, w.now + between(10 * US, w.answer_max));
    e->token = i->token;
    e->ok = !failing(i);
    return false;
}

static void let_go(inst *i)
{
    i->token++;
    i->lease_lost = false;
    hold(i, false);
}

/* >>calls */

static void act(const vrrp_action *a, uint8_t *answer)
{
    inst *i = (inst *)((char *)a->v - offsetof(inst, v));

    if (a->group)
        return;
    switch (a->kind) {
    case VRRP_SEND:    send(i, a); break;
    case VRRP_CLAIM:   *answer |= (uint8_t)(claim(i) << i->seg); break;
    case VRRP_RELEASE:
        let_go(i);
        *answer = (uint8_t)(*answer & ~(1u << i->seg));
        break;
    case VRRP_REFRESH:
        if (i->held && !failing(i))     /* renews; does not put back what was stolen */
            lease_arm(i);
        *answer |= (uint8_t)(1u << i->seg);
        break;
    case VRRP_ASK: put_question(i, a); break;
    default: break;
    }
}

static void dispatch(call *c)
{
    inst *i = c->in;

    switch (c->kind) {
    case K_START:    vrrp_start(&i->v, w.now); break;
    case K_STOP:     vrrp_stop(&i->v, w.now); break;
    case K_TICK:     vrrp_tick(&i->v, w.now); break;
    case K_RECEIVE:  c->rc = vrrp_receive(&i->v, &c->rx, w.now); break;
    case K_DEAF:     vrrp_deaf(&i->v, w.now); break;
    case K_PRIORITY: vrrp_set_priority(&i->v, c->arg, w.now); break;
    case K_BLOCK:    vrrp_block(&i->v, c->arg, c->on, w.now); break;
    case K_CLAIMED:  vrrp_claimed(&i->v, c->on, w.now); break;
    case K_LOST:     vrrp_lost(&i->v, c->arg, w.now); break;
    case K_ANSWER:   vrrp_answer(&i->v, c->arg, c->on, w.now); break;
    case K_DEAD:     vrrp_peer_dead(&i->v, &c->who, w.now); break;
    case K_CONFLICT: vrrp_conflict(&i->v, &c->who, w.now); break;
    case K_YIELD:    vrrp_yield(&i->v, c->until, w.now); break;
    case K_TRACKED:  vrrp_tracked(&i->v, w.now); break;
    default:
        c->rc = vrrp_update(&i->v, &i->desc, w.now);
        if (c->rc)
            fail(INTERNAL, "vrrp_update: %s", vrrp_str(c->rc));
    }
}

static void note_action(const vrrp_action *a)
{
    const inst *i = (const inst *)((const char *)a->v - offsetof(inst, v));

    if (a->group)
        note(i->node, -1, "-> group NOTIFY ", a->from, a->to, a->why, 0);
    else if (a->kind == VRRP_NOTIFY)
        note(i->node, i->seg, "-> NOTIFY ", a->from, a->to, a->why, 0);
    else if (a->kind == VRRP_SEND)
        note(i->node, i->seg, "-> SEND v%u priority %u", a->version, a->priority, 0, 0);
    else if (a->kind == VRRP_ANNOUNCE)
        note(i->node, i->seg, "-> ANNOUNCE %u + %u, times %u", a->first, a->n, a->repeat, 0);
    else if (a->kind == VRRP_ASK)
        note(i->node, i->seg, "-> ASK %u", a->ask, 0, 0, 0);
    else
        note(i->node, i->seg, a->kind == VRRP_CLAIM   ? "-> CLAIM"
                            : a->kind == VRRP_RELEASE ? "-> RELEASE" : "-> REFRESH", 0, 0, 0, 0);
}

static void note_call(const call *c)
{
    static const char *const words[] = {
        "start", "stop", "tick", "<- priority %u from n%u", "deaf", "priority %u",
        "block %u, on %u", "claimed, ok %u", "lost, why %u", "answer to %u, ok %u",
        "peer n%u is dead", "conflict with n%u", "yield", "update", "tracked"
    };
    uint32_t a = c->kind == K_RECEIVE ? c->prio : c->kind == K_CLAIMED ? c->on : c->arg;
    uint32_t b = c->kind == K_RECEIVE ? c->peer : c->on;

    if (c->kind == K_DEAD || c->kind == K_CONFLICT)
        a = c->peer;
    note(c->in->node, c->in->seg, words[c->kind], a, b, (uint32_t)-c->rc,
         c->kind == K_YIELD ? c->until - w.now : 0);
}

/* What the drills measure: who left BACKUP for MASTER first, and when anybody last moved. */
static void watch(const call *c)
{
    int s;

    for (s = 0; s < w.segs; s++) {
        if (c->before[s].state == c->after[s].state)
            continue;
        w.moved_at = w.now;
        if (c->after[s].state == VRRP_MASTER && w.taker[s] < 0) {
            w.taker[s] = c->in->node;
            w.took_at[s] = w.now;
        }
    }
}

static void call_arg(inst *i, int kind, uint8_t arg, bool on);

/* One call of the core: both pictures, the drained queue, the verdict, then the consequences. */
static void call_core(call *c)
{
    node   *n = &w.node[c->in->node];
    uint8_t answer = 0;
    int     s, k;

    for (s = 0; s < w.segs; s++)
        c->before[s] = view_of(&n->in[s]);
    memset(c->want, 0, sizeof c->want);
    c->n = 0;
    if (c->kind == K_BLOCK)
        c->in->reasons = (uint8_t)(c->on ? c->in->reasons | c->arg : c->in->reasons & ~c->arg);
    tell_time(n);
    dispatch(c);
    note_call(c);
    while (c->n < 2 * VRRP_QUEUE + 2 && vrrp_next(&c->in->v, &c->act[c->n]))
        note_action(&c->act[c->n++]);
    if (c->n > VRRP_QUEUE * (w.grouped ? 2 : 1) + (w.grouped ? 1 : 0))
        fail(INTERNAL, "n%d: %d actions from one call", c->in->node, c->n);
    for (s = 0; s < w.segs; s++)
        c->after[s] = view_of(&n->in[s]);
    check_call(c);
    watch(c);
    for (k = 0; k < c->n; k++)
        act(&c->act[k], &answer);
    for (s = 0; s < w.segs; s++)
        if (answer >> s & 1)
            call_arg(&n->in[s], K_CLAIMED, 0, !failing(&n->in[s]));
}

static call *plain(call *c, inst *i, int kind)
{
    memset(c, 0, offsetof(call, before));
    c->in = i;
    c->kind = kind;
    return c;
}

static void call_plain(inst *i, int kind)
{
    call c;

    call_core(plain(&c, i, kind));
}

static void call_arg(inst *i, int kind, uint8_t arg, bool on)
{
    call c;

    plain(&c, i, kind);
    c.arg = arg;
    c.on = on;
    call_core(&c);
}

static void call_peer(inst *i, int kind, int peer)
{
    call c;

    plain(&c, i, kind);
    c.peer = (uint8_t)peer;
    c.who = w.node[peer].in[i->seg].primary;
    call_core(&c);
}

/* The oracle reads the few bytes it needs by itself. */
static void hear(inst *i, const event *e)
{
    const uint8_t *m = message_in(e->data);
    call           c;
    int            rc;

    plain(&c, i, K_RECEIVE);
    rc = vrrp_rx_ip(&c.rx, e->data, e->size);
    if (rc)
        fail(SAFETY, "vrrp_rx_ip refuses what vrrp_packet made: %s", vrrp_str(rc));
    c.damaged = e->arg == 1;
    c.stranger = e->arg == 3;
    c.number = e->number;
    c.trailer = e->size == m - e->data + 8 + m[3] * (w.family == VRRP_IPV6 ? 16 : 4) + 28 +
                           (m[0] >> 4 == 2 ? 8 : 0);
    c.version = m[0] >> 4;
    c.prio = m[2];
    c.interval = c.version == 2 ? m[5] * VRRP_SECOND : ((m[4] & 15u) << 8 | m[5]) * (10 * MS);
    c.peer = e->from;
    c.who = c.rx.from;
    call_core(&c);
    check_taken(i, e, c.rc);
}

/* >>turns */

static void arm(node *n)
{
    uint64_t first = VRRP_NEVER;
    event   *e;
    int      s;

    if (!n->alive || n->paused)
        return;
    for (s = 0; s < w.segs; s++)
        if (vrrp_deadline(&n->in[s].v) < first)
            first = vrrp_deadline(&n->in[s].v);
    if (first == VRRP_NEVER)
        return;
    if (n->wake_at >= w.now && (n->wake_at <= first || n->due == first))
        return;                         /* wakes early enough; arms again then */
    n->due = first;
    n->wake_at = latest(first, w.now) + rnd(w.wake_max + 1);
    e = push(EV_WAKE, (int)(n - w.node), 0, n->wake_at);
    e->gen = ++n->wake_gen;
}

static void drain(inst *i)
{
    int k, n = i->waiting;

    i->waiting = 0;
    for (k = 0; k < n; k++) {
        hear(i, &pool[i->inbox[k]]);
        release(i->inbox[k]);
    }
    if (!i->overflow)
        return;
    i->overflow = false;
    call_plain(i, K_DEAF);
}

static void read_answer(inst *i, const heard *a)
{
    if (!a->claim)
        call_arg(i, K_ANSWER, a->ask, a->ok);
    else if (a->token == i->token)      /* nobody waits for an older one */
        call_arg(i, K_CLAIMED, 0, a->ok);
}

static void kernel_news(inst *i)
{
    int k, n = i->n_unread;

    i->n_unread = 0;
    for (k = 0; k < n; k++)
        read_answer(i, &i->unread[k]);
    if (i->port_down != !!(i->reasons & VRRP_FAULT_LINK))
        call_arg(i, K_BLOCK, VRRP_FAULT_LINK, i->port_down);
    if (!i->lease_lost)
        return;
    if (i->s.claiming) {                /* the kernel reports in order: it had said yes */
        i->token++;
        call_arg(i, K_CLAIMED, 0, true);
    }
    i->lease_lost = false;
    call_arg(i, K_LOST, VRRP_LOST_LEASE, false);
}

/* Everything a node does after waking up, in the order that vrrp.h asks for. */
static void turn(node *n)
{
    int s;

    if (!n->alive || n->paused)
        return;
    for (s = 0; s < w.segs; s++)
        kernel_news(&n->in[s]);
    for (s = 0; s < w.segs; s++)
        drain(&n->in[s]);
    for (s = 0; s < w.segs; s++)
        if (vrrp_deadline(&n->in[s].v) <= w.now)
            call_plain(&n->in[s], K_TICK);
    arm(n);
}

static void socket_drop(inst *i)
{
    while (i->waiting)
        release(i->inbox[--i->waiting]);
    i->n_unread = 0;
    i->overflow = false;
}

static void arrive(inst *i, uint16_t id)
{
    node *n = &w.node[i->node];

    if (!n->alive || i->port_down || (n->paused && (n->suspended || i->waiting >= w.backlog))) {
        if (n->alive && !i->port_down && !n->suspended)
            i->overflow = true;
        excuse(i->seg, i->node, pool[id].from, w.now);
        release(id);
        return;
    }
    i->inbox[i->waiting++] = id;
    turn(n);
}

/* >>life */

/* A new process. again: the object was stopped and is started once more. */
static void boot(node *n, bool again)
{
    int s, rc;

    for (s = 0; s < w.segs && !again; s++) {
        inst *i = &n->in[s];

        let_go(i);                      /* the sweep at start */
        memset(i->senders, 0, sizeof i->senders);
        if (numbered(i))
            i->desc.ah_sequence = counts_as_one(i) ? w.number : first_number(i);
        rc = vrrp_init(&i->v, &i->desc);
        if (rc)
            fail(INTERNAL, "vrrp_init: %s", vrrp_str(rc));
        i->desc = i->v.d;
        vrrp_primary(&i->v, &i->primary);
        if (w.mtu)
            vrrp_mtu(&i->v, w.mtu);
        i->reasons = 0;
        spec_init(i);
    }
    if (!again && w.grouped) {
        bool     weights = n->group.weights;
        uint16_t n_tracks = n->group.n_tracks;

        vrrp_group_init(&n->group, "group");
        n->group.weights = weights;
        n->group.n_tracks = n_tracks;
        n->group.tracks = n->tracks;
        for (s = 0; s < w.segs; s++)
            vrrp_group_add(&n->group, &n->in[s].v);
    }
    if (!again) {
        n->pace.arp_next = n->pace.na_next = 0;
        memset(&n->slots, 0, sizeof n->slots);
        memset(&n->spoken, 0, sizeof n->spoken);
        forget_taken(n);
    }
    n->alive = true;
    n->stopped = false;
    n->changed = w.now;
    n->wake_at = 0;
    note((int)(n - w.node), -1, "boots, same process %u", again, 0, 0, 0);
    for (s = 0; s < w.segs; s++) {
        kernel_news(&n->in[s]);
        call_plain(&n->in[s], K_START);
    }
    arm(n);
}

static void halt(node *n)
{
    int s;

    for (s = 0; s < w.segs; s++)
        call_plain(&n->in[s], K_STOP);
    n->alive = false;
    n->stopped = true;
    n->changed = w.now;
    for (s = 0; s < w.segs; s++)
        socket_drop(&n->in[s]);
}

static void resume(node *n)
{
    if (!n->paused)
        return;
    note((int)(n - w.node), -1, "resumes", 0, 0, 0, 0);
    n->paused = n->suspended = false;
    n->changed = w.now;
    n->wake_at = 0;
    turn(n);
}

/* A process that stands still; with its whole host (suspended) even the socket hears nothing. */
static void freeze(node *n, uint64_t how_long, bool suspended)
{
    note((int)(n - w.node), -1, suspended ? "suspended for" : "pauses for", 0, 0, 0, how_long);
    n->paused = true;
    n->suspended = suspended;
    n->resume_at = w.now + how_long;
    push(EV_RESUME, (int)(n - w.node), 0, n->resume_at);
}

/* Killed: the kernel keeps the addresses until the warden, the lease or the next start. Others may
   get a notice. */
static void crash(node *n)
{
    int s, k, me = (int)(n - w.node);

    note(me, -1, "crashes", 0, 0, 0, 0);
    n->alive = n->stopped = n->paused = n->suspended = false;
    n->gen++;
    n->changed = w.now;
    for (s = 0; s < w.segs; s++) {
        socket_drop(&n->in[s]);
        if (w.warden)
            push(EV_SWEEP, me, s, w.now + between(10 * US, 4 * MS));
        for (k = 0; k < w.nodes && w.notice; k++) {
            event *e;

            if (k == me || n->in[s].v.state != VRRP_MASTER)
                continue;
            e = push(EV_NOTICE, k, s, latest(w.last[s][me][k] + 1,      /* behind its adverts */
                                             w.now + between(w.wire_min, 2 * w.wire_max)));
            e->from = (uint8_t)me;
        }
    }
}

static void link_set(inst *i, bool down)
{
    node *n = &w.node[i->node];

    if (i->port_down == down)
        return;
    i->port_down = down;
    n->changed = w.now;
    note(i->node, i->seg, down ? "link down" : "link up", 0, 0, 0, 0);
    turn(n);
}

/* The lease of a process that does not run ends, too: that is its point. */
static void lease_end(inst *i)
{
    node *n = &w.node[i->node];

    if (!i->held || w.now < i->lease_until)
        return;
    hold(i, false);
    note(i->node, i->seg, "lease ends, alive %u", n->alive, 0, 0, 0);
    if (n->alive)
        i->lease_lost = true;
    turn(n);
}
