/* The bytes are a program: what happens to one router, or to two in a sync group, and when. After
   every step the promises that hold at any time are checked.
   fuzz-runs: 150000 */
#define VRRP_IMPLEMENTATION
#define VRRP_STATIC
#define VRRP_NO_LINUX
#include "../../vrrp.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(truth) ((truth) ? (void)0 : abort())
#define MS ((uint64_t)1000000)

struct node {
    vrrp       v;
    vrrp_desc  d;
    vrrp_vip   vip[4];
    vrrp_track track[2];
    vrrp_stats last;
    uint8_t    notified;                /* by the NOTIFYs seen */
    bool       holds;                   /* by CLAIM and RELEASE */
    bool       owes;                    /* a CLAIM waits for its answer */
};

struct bench {
    struct node    node[2];
    unsigned       n;
    vrrp_group     group;
    vrrp_track     shared;              /* the group's */
    vrrp_pace      pace;
    uint64_t       now;
    const uint8_t *byte, *end;
    unsigned       claims;              /* how CLAIM is answered: 0, 1 ok; 2 fails; 3 later */
};

static uint8_t next(struct bench *b)
{
    return b->byte < b->end ? *b->byte++ : 0;
}

/* 0 .. about 5 minutes, fine steps where it matters. */
static uint64_t span(struct bench *b)
{
    uint8_t x = next(b);

    return (uint64_t)(x & 15) * MS << (x >> 4);
}

static void choose(struct bench *b, struct node *n, uint8_t vrid)
{
    static const uint64_t intervals[] = { 10, 100, 1000, 3000, 40950, 1000, 2000, 1000 };
    vrrp_desc            *d = &n->d;
    uint8_t               x = next(b), y = next(b), z = next(b), t = next(b), i;

    d->vrid = vrid;
    d->version = x & 1 ? 2 : 3;
    d->dual = !(x & 1) && x & 2;
    d->priority = x & 4 ? (x & 8 ? 255 : 200) : 100;
    d->no_preempt = x >> 4 & 1;
    d->preempt_delay = x & 32 ? 2500 * MS : 0;
    d->startup_delay = x & 64 ? 700 * MS : 0;
    d->settle = x & 128 ? 5 * MS : 0;
    d->interval = intervals[y & 7] * MS;
    if (d->version == 2)
        d->interval = (1 + (y & 3)) * 1000 * MS;
    d->refresh = y & 8 ? 500 * MS : 0;
    d->ask = y >> 4 & 7;
    d->ask_refuse = y >> 7;
    d->announce_gap = z & 1 ? 3 * MS : 0;
    d->announce_refresh = z & 2 ? 900 * MS : 0;
    d->announce_delay = z & 4 ? VRRP_NEVER : 0;
    d->leave_adverts = z & 8 ? 3 : 1;
    d->tie_spread = z >> 4 & 1;
    d->n_addresses = (z >> 5 & 3);
    d->answer_v2 = z >> 7;
    d->addresses = n->vip;
    d->lower_quiet = t & 1;
    d->higher_answer = t >> 1 & 1;
    d->expired_priority = t & 4 ? 200 : 0;
    d->announce_extra = t & 8 ? 700 * MS : 0;
    d->pace = t & 16 ? &b->pace : NULL;
    n->vip[1].device[0] = t & 32 ? 'x' : 0;
    n->vip[1].family = z & 64 ? VRRP_IPV4 : 0;
    d->tracks = n->track;
    d->n_tracks = (t >> 6) % 3;
    n->track[0].weight = -60;
    n->track[0].up = n->track[1].up = true;
    for (i = 0; i < 4; i++)
        memcpy(n->vip[i].address.byte, "\306\063\144", 3), n->vip[i].address.byte[3] = i;
}

static struct node *node_of(struct bench *b, const vrrp *v)
{
    return v == &b->node[0].v ? &b->node[0] : &b->node[1];
}

static void obey(struct bench *b, const vrrp_action *a)
{
    struct node *n = node_of(b, a->v);

    switch (a->kind) {
    case VRRP_SEND:
        MUST(a->version == n->v.d.version || (n->v.d.dual && a->version == 2));
        if (a->priority == 0)
            MUST(!n->holds);            /* let go before you speak */
        break;
    case VRRP_CLAIM:    n->holds = n->owes = true; break;
    case VRRP_RELEASE:  n->holds = n->owes = false; break;
    case VRRP_REFRESH:  MUST(n->holds); n->owes = true; break;
    case VRRP_ANNOUNCE: MUST(n->holds && a->repeat && a->first + a->n <= n->v.d.n_addresses); break;
    case VRRP_ASK:      MUST(n->v.state != VRRP_BACKUP || a->deadline > b->now); break;
    case VRRP_NOTIFY:
        if (a->group || a->from == a->to)
            break;
        MUST(a->from == n->notified && a->why);
        n->notified = a->to;
        break;
    default: abort();
    }
}

static void drain(struct bench *b)
{
    vrrp_action a;
    unsigned    i, count = 0;

    for (i = 0; i < b->n; i++)
        while (vrrp_next(&b->node[i].v, &a)) {
            obey(b, &a);
            MUST(++count < 200);
        }
}

static void answer_claims(struct bench *b)
{
    unsigned i, turn;

    for (turn = 0; turn < 4 && b->claims < 3; turn++)
        for (i = 0; i < b->n; i++)
            if (b->node[i].owes) {
                b->node[i].owes = false;
                vrrp_claimed(&b->node[i].v, b->claims < 2, b->now);
                drain(b);
            }
}

static void counters_grow(struct node *n)
{
    const uint64_t *was = (const uint64_t *)&n->last, *is = (const uint64_t *)&n->v.stats;
    size_t          i;

    for (i = 0; i < offsetof(vrrp_stats, master_transitions) / 8; i++)
        MUST(is[i] >= was[i]);
    n->last = n->v.stats;
}

/* Those without weight, or taken as such, that are down. */
static bool track_down(const struct bench *b, const struct node *n)
{
    bool     plain = n->v.d.priority == 255 || (n->v.group && !b->group.weights), down;
    unsigned i;

    down = n->v.group && b->group.n_tracks && plain && !b->shared.up;
    for (i = 0; i < n->v.d.n_tracks; i++)
        down |= !n->track[i].up && (plain || n->track[i].weight == 0);
    return down;
}

/* What must be true between any two calls. */
static void promises(struct bench *b, struct node *n)
{
    const vrrp *v = &n->v;
    uint64_t    deadline = vrrp_deadline(v);
    bool        starting = v->timer[VRRP__T_START] != VRRP_NEVER;

    MUST(v->queued == 0);
    MUST(!v->claimed || v->state == VRRP_MASTER);
    MUST(n->holds == (v->claimed || v->claiming));
    MUST(n->notified == v->notified);
    MUST(!track_down(b, n) || v->faults & VRRP_FAULT_TRACK);
    MUST(v->priority >= 1 && (v->d.priority == 255) == (v->priority == 255));
    switch (v->state) {
    case VRRP_INIT:
        MUST(!v->started || starting);
        break;
    case VRRP_BACKUP:
        MUST(v->started && !v->faults);
        MUST(deadline != VRRP_NEVER || (v->ready && v->group));     /* never stuck */
        MUST(v->timer[VRRP__T_ADVERT] == VRRP_NEVER);
        break;
    case VRRP_MASTER:
        MUST(v->started && !v->faults);
        MUST(v->timer[VRRP__T_ADVERT] <= b->now + v->d.interval);
        MUST(v->timer[VRRP__T_DOWN] == VRRP_NEVER && v->timer[VRRP__T_ASK] == VRRP_NEVER);
        break;
    default:
        MUST(v->started && v->faults);
        MUST(v->faults != VRRP_FAULT_CLAIM || v->timer[VRRP__T_RETRY] != VRRP_NEVER);
        break;
    }
    counters_grow(n);
}

static void hear(struct bench *b, struct node *n)
{
    uint8_t       packet[20 + 8 + 16 + 8] = { 0x45, 0xc0 }, x = next(b), size;
    const uint8_t version = n->d.version == 2 || (n->d.dual && x & 1) ? 2 : 3;
    vrrp_rx       rx;
    vrrp_ip       group;

    size = (uint8_t)vrrp__message_size(version, VRRP_IPV4, n->v.d.n_addresses);
    packet[3] = (uint8_t)(20 + size);
    packet[8] = 255, packet[9] = 112;
    memcpy(packet + 12, x & 2 ? "\306\063\144\311" : "\306\063\144\143", 4);
    vrrp_group_address(&group, VRRP_IPV4);
    memcpy(packet + 16, group.byte, 4);
    packet[20] = (uint8_t)(version << 4 | 1);
    packet[21] = n->d.vrid;
    packet[22] = next(b);
    packet[23] = vrrp__put_addresses(&n->v, packet + 28);
    packet[25] = version == 2 ? (uint8_t)(n->v.d.interval / VRRP_SECOND) : x | 1;
    MUST(vrrp_rx_ip(&rx, packet, 20u + size) == 0);
    vrrp__put16(packet + 26, vrrp__fold(vrrp__sum(
        version == 2 ? 0 : vrrp__pseudo(&rx.from, &rx.to, VRRP_IPV4, VRRP_PROTOCOL, size),
        packet + 20, size)));
    vrrp_receive(&n->v, &rx, b->now);
}

/* Serves every timer that is due, as the shell does: at once, not when it was due. */
static void tick(struct bench *b)
{
    unsigned i;

    for (i = 0; i < b->n; i++) {
        vrrp *v = &b->node[i].v;

        if (vrrp_deadline(v) > b->now)
            continue;
        vrrp_tick(v, b->now);
        drain(b);
        answer_claims(b);
        MUST(vrrp_deadline(v) > b->now);
    }
}

static void sleep_until_next(struct bench *b)
{
    uint64_t first = VRRP_NEVER;
    unsigned i;

    for (i = 0; i < b->n; i++)
        if (vrrp_deadline(&b->node[i].v) < first)
            first = vrrp_deadline(&b->node[i].v);
    if (first != VRRP_NEVER && first > b->now)
        b->now = first;
    tick(b);
}

static void update(struct bench *b, struct node *n)
{
    vrrp_desc d = n->d;

    d.n_addresses = next(b) & 3;
    d.priority = next(b);
    if ((d.priority == 0 || d.priority == 255) != (n->d.priority == 255))
        d.priority = n->d.priority;
    n->d = d;
    MUST(vrrp_update(&n->v, &d, b->now) == 0);
}

static void other_node(struct bench *b, struct node *n, uint8_t op)
{
    static const vrrp_ip one = { { 0306, 063, 0144, 0311 } }, two = { { 0306, 063, 0144, 0143 } };

    if (op & 1)
        vrrp_peer_dead(&n->v, next(b) & 1 ? &one : &two, b->now);
    else
        vrrp_conflict(&n->v, &one, b->now);
}

static void claimed_later(struct bench *b, struct node *n)
{
    bool ok = next(b) & 1;

    if (!n->owes)
        return;
    n->owes = false;
    vrrp_claimed(&n->v, ok, b->now);
}

static void restart(struct bench *b, bool start)
{
    unsigned i;

    for (i = 0; i < b->n; i++) {
        if (start)
            vrrp_start(&b->node[i].v, b->now);
        else
            vrrp_stop(&b->node[i].v, b->now);
        drain(b);
    }
}

/* CLAIM and GROUP are the core's own. */
static uint8_t reason(uint8_t x)
{
    static const uint8_t reasons[] = {
        VRRP_FAULT_LINK, VRRP_FAULT_ADDRESS, VRRP_FAULT_TRACK, VRRP_FAULT_ADMIN
    };

    return reasons[x & 3];
}

static void track(struct bench *b, struct node *n)
{
    uint8_t     x = next(b);
    vrrp_track *t = x & 2 ? &b->shared : &n->track[x & 1];

    t->up = !t->up;
    vrrp_tracked(&n->v, b->now);
}

static void step(struct bench *b)
{
    uint8_t      op = next(b);
    struct node *n = &b->node[(op >> 7) % b->n];

    switch (op & 15) {
    case 0:  b->now += span(b); tick(b); break;
    case 1:  case 2: sleep_until_next(b); break;
    case 3:  case 4: hear(b, n); break;
    case 5:  vrrp_set_priority(&n->v, next(b), b->now); break;
    case 6:  vrrp_block(&n->v, reason(next(b)), op & 16, b->now); break;
    case 7:  claimed_later(b, n); break;
    case 8:  vrrp_lost(&n->v, (uint8_t)(1 + (op >> 4 & 3) % 3), b->now); break;
    case 9:  vrrp_answer(&n->v, op & 16 ? VRRP_ASK_PROBE : VRRP_ASK_FENCE, op & 32, b->now); break;
    case 10: other_node(b, n, op >> 4); break;
    case 11: vrrp_yield(&n->v, b->now + span(b), b->now); break;
    case 12: update(b, n); break;
    case 13: restart(b, op & 16); break;
    case 14: vrrp_deaf(&n->v, b->now); break;
    default:
        if (op & 64)
            track(b, n);
        else
            b->claims = op >> 4 & 3;
        break;
    }
    drain(b);
    answer_claims(b);
}

/* When one member of a group stops being MASTER, none stays it. */
static void all_for_one(const struct bench *b, const uint8_t *before)
{
    unsigned i, j;

    for (i = 0; i < b->n; i++)
        for (j = 0; j < b->n; j++)
            if (before[i] == VRRP_MASTER && b->node[i].v.state != VRRP_MASTER &&
                b->node[i].v.started && b->node[j].v.started)
                MUST(b->node[j].v.state != VRRP_MASTER);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct bench b;
    vrrp_ip             primary;
    uint8_t             before[2], x;
    unsigned            i;

    memset(&b, 0, sizeof b);
    memset(&primary, 0, sizeof primary);
    memcpy(primary.byte, "\306\063\144\226", 4);
    b.byte = data, b.end = data + size;
    x = next(&b);
    b.n = 1 + (x & 1);
    b.pace.arp_gap = 4 * MS;
    b.now = VRRP_SECOND;
    vrrp_group_init(&b.group, "G");
    b.group.weights = x >> 1 & 1;
    b.group.tracks = &b.shared;
    b.group.n_tracks = x >> 2 & 1;
    b.shared.weight = 70;
    b.shared.up = true;
    for (i = 0; i < b.n; i++) {
        choose(&b, &b.node[i], (uint8_t)(i + 1));
        MUST(vrrp_init(&b.node[i].v, &b.node[i].d) == 0);
        vrrp_primary(&b.node[i].v, &primary);
        if (b.n > 1)
            vrrp_group_add(&b.group, &b.node[i].v);
    }
    restart(&b, true);
    while (b.byte < b.end) {
        for (i = 0; i < b.n; i++)
            before[i] = b.node[i].v.state;
        step(&b);
        for (i = 0; i < b.n; i++)
            promises(&b, &b.node[i]);
        all_for_one(&b, before);
    }
    return 0;
}
