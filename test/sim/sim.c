/* A deterministic simulator of networks of vrrp.h cores. A seed makes a universe: settings, nodes,
   a wire that loses, doubles, delays, reorders and cuts, and a script of faults. Each universe has
   two phases and an epilogue:
       safety    faults on; what must never happen is checked after every call (oracle.h)
       liveness  everything is healed; the right node must be the only MASTER in bounded time
       drills    on the calm network: stop, crash, yield, ... each takeover is timed from outside
   Where adverts are authenticated somebody records them, and repeats them through all of it.
   A failure prints the seed and the last events and exits with 2 safety, 3 liveness, 4 timing,
   5 internal. The same seed replays exactly.

       sim [--seed N] [--universes N] [--verbose] [--outside]

   --outside switches off the oracles that know every timer and action of a call, and leaves those
   that watch from outside: who holds what, who becomes MASTER, and when. */

#include "world.h"
#include "spec.h"
#include "oracle.h"
#include "auth.h"
#include "node.h"

/* >>universe */

static const uint64_t intervals_v3[] = { 10 * MS, 50 * MS, 100 * MS, 250 * MS, VRRP_SECOND,
                                         VRRP_SECOND, 2 * VRRP_SECOND, 40950 * MS };

enum { ALL_V3, ALL_V6, ALL_V2, ALL_DUAL, DUAL_V2, DUAL_V3 };

static int pick_mode(void)
{
    static const int mode[] = { ALL_V3, ALL_V3, ALL_V3, ALL_V6, ALL_V6, ALL_V2, ALL_V2, ALL_DUAL,
                                DUAL_V2, DUAL_V3 };

    return mode[rnd(sizeof mode / sizeof mode[0])];
}

static void pick_version(vrrp_desc *d, int mode)
{
    bool half = chance(500);

    d->version = 3;
    d->family = mode == ALL_V6 ? VRRP_IPV6 : VRRP_IPV4;
    d->dual = mode == ALL_DUAL || (mode >= DUAL_V2 && half);
    if (mode == ALL_V2 || (mode == DUAL_V2 && !half))
        d->version = 2;
    if (mode != ALL_V6 && chance(300))
        d->checksum_send = VRRP_CHECKSUM_MESSAGE;
}

/* What all nodes have in common. */
static void pick_common(vrrp_desc *d, int mode)
{
    uint64_t i;

    memset(d, 0, sizeof *d);
    i = intervals_v3[rnd(sizeof intervals_v3 / sizeof intervals_v3[0])];
    if ((mode == ALL_DUAL || mode == DUAL_V3) && i < 250 * MS)
        i = 250 * MS;
    if (mode == ALL_V2 || mode == DUAL_V2)
        i = chance(800) || mode == DUAL_V2 ? VRRP_SECOND : 3 * VRRP_SECOND;
    d->interval = i;
    d->down_adverts = (uint8_t)(chance(700) ? 3 : between(2, 5));
    d->leave_adverts = (uint8_t)(chance(500) ? 1 : between(2, 3));
    d->tie_spread = chance(300);
    d->no_preempt = chance(250);
    d->preempt_delay = chance(250) ? between(i / 2, 8 * i) : 0;
    d->startup_delay = chance(150) ? between(i / 10, 4 * i) : 0;
    d->settle = chance(300) ? between(10 * US, i / 10) : 0;
    d->refresh = chance(500) ? between(i / 4, i) : 0;
    d->ask = chance(300) ? (uint8_t)between(1, 7) : 0;
    d->ask_refuse = chance(300);
    d->ask_timeout = between(i / 50, i / 4);
    d->answer_v2 = chance(150);
    d->no_answer = chance(150);
    d->announce_repeat = (uint8_t)between(1, 5);
    d->announce_refresh_repeat = (uint8_t)between(1, 2);
    d->announce_delay = chance(200) ? VRRP_NEVER : between(i / 4, 6 * i);
    d->announce_again = chance(200) ? VRRP_NEVER : between(i / 4, 2 * i);
    d->announce_refresh = chance(200) ? between(i, 8 * i) : 0;
    d->announce_gap = chance(250) ? between(i / 100, i / 4) : 0;
    d->lower_repeat = (uint8_t)between(1, 5);
    d->lower_delay = chance(200) ? VRRP_NEVER : between(i / 4, 6 * i);
    d->lower_quiet = chance(200);
    d->higher_answer = chance(200);
    d->expired_priority = (uint8_t)(chance(300) ? between(1, 254) : 0);
    if ((mode == ALL_V2 || mode >= ALL_DUAL) && mode != DUAL_V3 && chance(400)) {
        d->auth = VRRP_AUTH_PASS;
        memcpy(d->auth_pass, "secret", 6);
    }
}

static uint8_t pick_priority(int kind, int n)
{
    static const uint8_t few[] = { 90, 100, 150 };

    if (kind == 0)
        return 100;
    if (kind == 1)
        return few[rnd(3)];
    if (kind == 2)
        return (uint8_t)(200 - 7 * n);
    return (uint8_t)between(1, 254);
}

static void address(vrrp_ip *out, const uint8_t *prefix, uint8_t last)
{
    memset(out, 0, sizeof *out);
    memcpy(out->byte, prefix, w.family == VRRP_IPV6 ? 15 : 3);
    out->byte[w.family == VRRP_IPV6 ? 15 : 3] = last;
}

static void pick_addresses(inst *i, uint8_t host)
{
    static const uint8_t net4[2][15] = { { 198, 51, 100 }, { 203, 0, 113 } };
    static const uint8_t vip4[15] = { 198, 18, 7 };
    static const uint8_t net6[15] = { 0xfe, 0x80 };
    static const uint8_t vip6[15] = { 0x20, 0x01, 0x0d, 0xb8, 0, 7 };
    int k;

    address(&i->primary, w.family == VRRP_IPV6 ? net6 : net4[i->seg], host);
    memset(i->vips, 0, sizeof i->vips);
    for (k = 0; k < VIPS; k++) {
        address(&i->vips[k].address, w.family == VRRP_IPV6 ? vip6 : vip4, (uint8_t)(10 + k));
        if (k == 0 && w.family == VRRP_IPV6) {
            address(&i->vips[k].address, net6, 0);
            i->vips[k].address.byte[14] = 7;
        }
    }
}

/* Announcements: paces that instances share, addresses of the other family or on another device. */
static void pick_pace(void)
{
    uint64_t i = w.longest;
    uint64_t arp = chance(800) ? between(i / 100, i / 4) : 0;
    uint64_t na = chance(800) ? between(i / 20, i / 3) : 0;
    bool     shared = chance(250), devices = chance(250);
    uint64_t extra = chance(700) ? between(i / 2, 8 * i) : 0;
    bool     other = chance(300);
    int      n, s, k;

    for (n = 0; n < w.nodes; n++) {
        w.node[n].pace.arp_gap = arp;
        w.node[n].pace.na_gap = na;
        for (s = 0; s < w.segs; s++) {
            inst *p = &w.node[n].in[s];

            p->desc.pace = shared ? &w.node[n].pace : NULL;
            p->desc.announce_extra = extra;
            for (k = 0; devices && k < VIPS; k++)
                if (chance(500))
                    strcpy(p->vips[k].device, "elsewhere");
            if (other && p->vips[VIPS - 1].excluded)
                p->vips[VIPS - 1].family = w.family == VRRP_IPV6 ? VRRP_IPV4 : VRRP_IPV6;
        }
    }
}

/* Who is heard: peers and their distance, or a group of our own; others do not count. */
static void pick_company(void)
{
    static const uint8_t prefix4[15] = { 224, 0, 1 }, prefix6[15] = { 0xff, 2 };
    bool    strict = chance(400);
    uint8_t far = (uint8_t)between(2, 255);
    vrrp_ip group;
    int     n, s, k;

    w.strangers = strict && !secured(&w.node[0].in[0]);
    address(&group, w.family == VRRP_IPV6 ? prefix6 : prefix4, 77);
    for (n = 0; n < w.nodes && strict; n++)
        for (s = 0; s < w.segs; s++) {
            inst *i = &w.node[n].in[s];

            if (!w.unicast) {
                i->desc.group_address = group;
                continue;
            }
            i->desc.check_peers = true;
            i->desc.ttl = far;
            for (k = 0; k < i->desc.n_peers; k++) {
                i->ttls[k].min = far;
                i->ttls[k].max = (uint8_t)(chance(500) ? 0 : between(far, 255));
            }
            i->desc.peer_ttl = i->ttls;
        }
}

static void pick_hosts(uint8_t *host)
{
    bool used[256] = { false };
    int  n;

    for (n = 0; n < w.nodes; n++) {
        do
            host[n] = (uint8_t)between(1, 254);
        while (used[host[n]]);
        used[host[n]] = true;
    }
}

static void pick_peers(inst *i)
{
    int n;

    for (n = 0; n < w.nodes; n++)
        if (n != i->node)
            i->peers[i->desc.n_peers++] = w.node[n].in[i->seg].primary;
    i->desc.peers = i->peers;
}

/* Three intervals of one master may be longer than ten of another: v3 learns. */
static uint64_t mixed(uint64_t i)
{
    static const int times[] = { 1, 2, 3, 5 };

    i *= (unsigned)times[rnd(4)];
    return i > 40950 * MS ? 40950 * MS : i;
}

static void pick_node(int n, const vrrp_desc *common, int mode, int kind, bool mix, uint8_t host)
{
    vrrp_desc d = *common;
    int       s;

    pick_version(&d, mode);
    if (d.version == 2 && !d.dual)
        d.checksum_send = 0;
    if (d.version == 3 && !d.dual)
        d.auth = 0;
    if (mix) {
        d.interval = mixed(d.interval);
        d.higher_answer = false;        /* teaches the others the interval of one that left */
    }
    if (chance(150))
        d.no_preempt = !d.no_preempt;
    d.priority = pick_priority(kind, n);
    for (s = 0; s < w.segs; s++) {
        inst *i = &w.node[n].in[s];

        i->node = n;
        i->seg = s;
        i->desc = d;
        i->desc.vrid = (uint8_t)(51 + s);
        if (!w.grouped && s > 0)
            i->desc.priority = pick_priority(kind, n);
        i->desc.addresses = i->vips;
        pick_addresses(i, host);
    }
    w.longest = latest(w.longest, d.interval);
    w.slowest = latest(w.slowest, d.dual ? latest(d.interval, VRRP_SECOND) : d.interval);
    if (d.interval < w.shortest)
        w.shortest = d.interval;
}

static void pick_tracks(vrrp_track *t, uint16_t *n)
{
    static const int16_t weights[] = { 0, 0, 5, -5, 20, -20, 60, -60, 120, -120, 253, -253 };
    int k;

    *n = (uint16_t)between(0, TRACKS);
    for (k = 0; k < *n; k++) {
        t[k].name = "tracked";
        t[k].weight = weights[rnd(sizeof weights / sizeof weights[0])];
        t[k].reverse = chance(300);
        t[k].up = chance(900) != t[k].reverse;
    }
}

/* In a sync group members track the same things, though they may see them differently for a while:
   with priorities that differ for good its members would pull in two directions. */
static void pick_tracked(void)
{
    bool weights = chance(500);
    int  n, s;

    w.tracked = chance(400);
    for (n = 0; n < w.nodes && w.tracked; n++) {
        node *p = &w.node[n];

        p->group.weights = weights;
        if (w.grouped)
            pick_tracks(p->tracks, &p->group.n_tracks);
        for (s = 0; s < w.segs; s++) {
            inst *i = &p->in[s];

            i->desc.tracks = i->tracks;
            pick_tracks(i->tracks, &i->desc.n_tracks);
            if (!w.grouped || s == 0)
                continue;
            i->desc.n_tracks = p->in[0].desc.n_tracks;
            memcpy(i->tracks, p->in[0].tracks, sizeof i->tracks);
        }
    }
}

/* Where AH's numbers begin. Near the end of 32 bits they run out before all is healed, or, if 64
   are counted, go on. */
static void pick_numbers(bool esn)
{
    uint64_t end = (uint64_t)UINT32_MAX + 1;

    w.ending = !esn && chance(250);
    w.number = rnd(1000000);
    if (w.ending || esn)
        w.number = end - (w.ending && chance(300) ? 1 : between(4, 600));
}

static void pick_ah(uint8_t auth, uint8_t form)
{
    bool esn = form != VRRP_AH_KEEPALIVED && chance(200);
    bool no_replay = form != VRRP_AH_KEEPALIVED && chance(100);
    int  n, s;

    pick_numbers(esn);
    w.attacked = !no_replay && chance(800);
    for (n = 0; n < w.nodes; n++)
        for (s = 0; s < w.segs; s++) {
            inst *i = &w.node[n].in[s];

            i->keys[0].algorithm = auth == VRRP_AUTH_AH ? VRRP_MD5 : VRRP_SHA256;
            i->desc.n_keys = 1;
            i->desc.auth = auth;
            i->desc.ah = form;
            i->desc.ah_esn = esn;
            i->desc.ah_no_replay = no_replay;
        }
}

/* Nodes change over to the trailer one by one; their clocks differ within the window. */
static void pick_trailer(void)
{
    static const uint8_t modes[4][2] = {
        { VRRP_HMAC_ENFORCE, VRRP_HMAC_ENFORCE }, { VRRP_HMAC_ENFORCE, VRRP_HMAC_ENFORCE },
        { VRRP_HMAC_ENFORCE, VRRP_HMAC_PERMISSIVE },
        { VRRP_HMAC_PERMISSIVE, VRRP_HMAC_RECEIVE_ONLY }
    };
    static const uint64_t days[] = { 1795247702, 0x80000000u - 60, 0x80000000u, 0xffffffffu - 60 };
    const uint8_t *mode = modes[rnd(4)];
    uint64_t window = chance(500) ? 0 : between(5, 60) * VRRP_SECOND;
    bool     monotonic = chance(300);
    int      n, s;

    w.wall = days[rnd(4)] * VRRP_SECOND + rnd(VRRP_SECOND);
    w.attacked = mode[1] != VRRP_HMAC_RECEIVE_ONLY && chance(800);
    w.astray = chance(500) ? 10 * VRRP_SECOND : 0;
    for (n = 0; n < w.nodes; n++) {
        w.node[n].clock = (int64_t)rnd(3 * VRRP_SECOND);
        for (s = 0; s < w.segs; s++) {
            inst *i = &w.node[n].in[s];

            i->keys[0].algorithm = i->keys[1].algorithm = VRRP_SHA256;
            i->keys[0].id = 1;
            i->keys[1].id = 2;
            i->desc.n_keys = 2;
            i->desc.trailer = &i->trailer;
            i->trailer.window = window;
            i->trailer.monotonic = monotonic;
            i->trailer.mode = mode[rnd(2)];
            i->trailer.active = (uint8_t)between(1, 2);
        }
    }
}

static void pick_secrets(int mode)
{
    int n, s, k, kind = (int)rnd(mode == ALL_V2 ? 4 : 2);

    if (w.node[0].in[0].desc.auth || w.node[1].in[0].desc.auth || !chance(350))
        return;
    if (kind == 0)
        pick_trailer();
    else if (kind == 1)
        pick_ah(VRRP_AUTH_AH_SHA256, VRRP_AH_RFC);
    else
        pick_ah(VRRP_AUTH_AH, kind == 2 ? VRRP_AH_RFC : VRRP_AH_KEEPALIVED);
    for (n = 0; n < w.nodes; n++)
        for (s = 0; s < w.segs; s++) {
            inst *i = &w.node[n].in[s];

            i->desc.hmac = toy_hmac;
            i->desc.keys = i->keys;
            i->desc.senders = i->senders;
            i->desc.n_senders = NODES;
            for (k = 0; k < 2; k++) {
                i->keys[k].size = 32;
                memset(i->keys[k].bytes, 0x11 * (k + 1), 32);
            }
        }
}

static void pick_owners(void)
{
    int n = chance(150) ? chance(300) ? 2 : 1 : 0, s;

    for (; n > 0; n--)
        for (s = 0; s < w.segs; s++)
            w.node[n].in[s].desc.priority = VRRP_OWNER;
}

/* Room for one address in every advert, or for a little more. */
static void pick_mtu(const inst *i)
{
    unsigned each = w.family == VRRP_IPV6 ? 16 : 4;

    if (chance(300))
        w.mtu = (uint32_t)(w.family == VRRP_IPV6 ? 40 : 20) + (numbered(i) ? 32u : 0u) +
                (i->desc.trailer ? 28u : 0u) + 16 + each + (uint32_t)rnd(2 * each);
}

static void pick_world(uint8_t n_addresses)
{
    uint64_t timeout = w.node[0].in[0].desc.ask_timeout * 3 / 4;
    int      n, s;

    w.wire_min = between(10 * US, 100 * US);
    w.wire_max = w.wire_min + rnd(w.shortest / 20 < 2 * MS ? w.shortest / 20 : 2 * MS);
    w.wake_max = rnd(w.shortest / 50 < MS ? w.shortest / 50 : MS);
    w.answer_max = between(20 * US, timeout < 3 * MS ? timeout : 3 * MS);
    w.loss = chance(600) ? (int)rnd(300) : 0;
    w.duplicate = chance(400) ? (int)rnd(200) : 0;
    w.corrupt = chance(300) ? (int)rnd(100) : 0;
    w.spike_p = chance(400) ? (int)rnd(150) : 0;
    w.spike = w.spike_p ? between(w.shortest / 10, 2 * w.shortest) : 0;
    w.reorder = chance(300);
    w.loop = !w.unicast && chance(300);
    w.backlog = (int)between(2, BACKLOG);
    w.warden = chance(600);
    w.notice = chance(400);
    w.lease = w.node[0].in[0].desc.refresh && chance(700);
    pick_mtu(&w.node[0].in[0]);
    w.lease_time = w.node[0].in[0].desc.refresh * 5 / 2;
    for (n = 0; n < w.nodes; n++)
        for (s = 0; s < w.segs; s++) {
            w.node[n].in[s].desc.n_addresses = n_addresses;
            w.node[n].in[s].vips[VIPS - 1].excluded = n_addresses == VIPS;
            if (w.unicast)
                pick_peers(&w.node[n].in[s]);
        }
}

static void universe_make(uint64_t seed)
{
    static const int kinds[] = { 0, 1, 2, 3, 3 };
    bool      verbose = w.verbose, outside = w.outside, mix;
    int       mode, kind, n;
    uint8_t   host[NODES];
    vrrp_desc common;

    memset(&w, 0, offsetof(__typeof__(w), heap_n));
    events_clear();
    w.verbose = verbose;
    w.outside = outside;
    w.seed = seed;
    w.rng = (seed + 1) * 0x9e3779b97f4a7c15u;
    w.recorded = 0;
    rnd(1);
    w.now = w.born = rnd((uint64_t)1 << 50);
    mode = pick_mode();
    kind = kinds[rnd(5)];
    w.family = mode == ALL_V6 ? VRRP_IPV6 : VRRP_IPV4;
    w.nodes = (int)between(3, NODES);
    w.segs = chance(300) ? 2 : 1;
    w.grouped = w.segs == 2 && chance(600);
    w.unicast = chance(250);
    w.shortest = VRRP_NEVER;
    pick_common(&common, mode);
    mix = (mode == ALL_V3 || mode == ALL_V6) && chance(300);
    pick_hosts(host);
    for (n = 0; n < w.nodes; n++)
        pick_node(n, &common, mode, kind, mix, host[n]);
    pick_owners();
    pick_tracked();
    pick_secrets(mode);
    pick_world((uint8_t)between(1, VIPS));
    pick_pace();
    pick_company();
}

/* >>faults */

static node *any_node(void)
{
    return &w.node[rnd((uint64_t)w.nodes)];
}

static uint64_t a_while(void)
{
    return between(w.longest / 10, 6 * w.longest);
}

static void fault_cut(node *n, int seg)
{
    int      me = (int)(n - w.node), k, how = (int)rnd(3);
    uint64_t until = w.now + a_while();

    for (k = 0; k < w.nodes; k++) {
        if (k == me || (how == 0 && chance(500)))
            continue;
        if (how != 1)
            w.cut[seg][me][k] = until;
        if (how != 2)
            w.cut[seg][k][me] = until;
        excuse(seg, me, k, until);
    }
    note(me, seg, "is cut off (kind %u) for", (uint32_t)how, 0, 0, until - w.now);
}

static void fault_priority(inst *i)
{
    uint8_t priority = (uint8_t)between(1, 254);
    int     s;

    for (s = 0; s < w.segs; s++)
        if (w.grouped || s == i->seg)
            call_arg(&w.node[i->node].in[s], K_PRIORITY, priority, false);
    w.node[i->node].changed = w.now;
}

static void flip(vrrp_track *t, int n)
{
    int k;

    for (k = 0; k < n; k++)
        if (chance(400))
            t[k].up = !t[k].up;
}

static void fault_tracked(inst *i)
{
    node *n = &w.node[i->node];

    if (w.grouped && chance(500))
        flip(n->tracks, n->group.n_tracks);
    else
        flip(i->tracks, i->desc.n_tracks);
    n->changed = w.now;
    call_plain(i, K_TRACKED);
}

/* Nothing is a reason for FAULT any more; members of a sync group see alike. */
static void mend_tracks(const inst *i, vrrp_track *t, int n)
{
    int k;

    for (k = 0; k < n; k++)
        if (t[k].weight == 0 || weightless(i))
            t[k].up = !t[k].reverse;
}

static void mend_tracked(node *n)
{
    int s;

    if (!w.tracked)
        return;
    mend_tracks(&n->in[0], n->tracks, n->group.n_tracks);
    for (s = 0; s < w.segs; s++) {
        if (w.grouped)
            memcpy(n->in[s].tracks, n->in[0].tracks, sizeof n->in[s].tracks);
        mend_tracks(&n->in[s], n->in[s].tracks, n->in[s].desc.n_tracks);
        if (n->alive)
            call_plain(&n->in[s], K_TRACKED);
    }
    n->changed = w.now;
}

/* The time of day steps: back, or ahead. */
static void fault_clock(node *n)
{
    n->clock += (int64_t)rnd(2 * w.astray) - (int64_t)w.astray;
    if (n->clock < 0 || (uint64_t)n->clock > 2 * w.astray)
        n->clock = 0;
    n->changed = w.now;
}

static void fault_block(inst *i)
{
    static const uint8_t reason[] = { VRRP_FAULT_ADDRESS, VRRP_FAULT_TRACK, VRRP_FAULT_GUARD,
                                      VRRP_FAULT_ARBITER, VRRP_FAULT_ADMIN };
    event *e = push(EV_UNBLOCK, i->node, i->seg, w.now + a_while());

    e->arg = reason[rnd(5)];
    call_arg(i, K_BLOCK, e->arg, true);
}

static void fault_update(inst *i)
{
    bool change = i->desc.version == 3 && !i->desc.dual && i->desc.interval * 2 <= 40950 * MS &&
                  i->desc.interval < 4 * w.shortest && !i->desc.higher_answer && chance(500);
    call c;

    plain(&c, i, K_UPDATE);
    c.on = change;
    if (change)
        i->desc.interval *= 2;
    if (i->desc.priority != VRRP_OWNER && !w.grouped)
        i->desc.priority = (uint8_t)between(1, 254);
    i->desc.announce_repeat = (uint8_t)between(1, 5);
    w.longest = latest(w.longest, i->desc.interval);
    w.slowest = latest(w.slowest, w.longest);
    w.node[i->node].changed = w.now;
    call_core(&c);
}

static void fault_lost(inst *i)
{
    int k, n = (int)between(1, 6);

    if (w.lease && i->held && chance(300)) {
        hold(i, false);
        i->lease_lost = true;
        kernel_news(i);
        return;
    }
    for (k = 0; k < n; k++)
        push(EV_DELETE, i->node, i->seg, w.now + rnd(w.longest));
}

/* Cut off from what it hears, and stopped again and again: silence that was not listened to. */
static void fault_stutter(node *n)
{
    int      me = (int)(n - w.node), k, s;
    uint64_t until = w.now + 25 * w.longest;
    event   *e;

    for (s = 0; s < w.segs; s++)
        for (k = 0; k < w.nodes; k++) {
            w.cut[s][k][me] = until;
            excuse(s, me, k, until);
        }
    e = push(EV_FREEZE, me, 0, w.now + a_while() / 2);
    e->arg = 3;
}

static void stutter(node *n, const event *e)
{
    bool suspended;

    if (!w.chaos || !n->alive || n->paused)
        return;
    suspended = chance(200);            /* two calls of rnd() in one expression have no order */
    freeze(n, between(w.longest, 5 * w.longest), suspended);
    if (e->arg)
        push(EV_FREEZE, e->node, 0, n->resume_at + between(w.longest / 2, 3 * w.longest))->arg =
            (uint8_t)(e->arg - 1);
}

static void fault_process(node *n, inst *i)
{
    bool   suspended = chance(200);
    event *e;

    switch (rnd(4)) {
    case 0:
        crash(n);
        break;
    case 1:
        halt(n);
        break;
    case 2:
        freeze(n, between(w.shortest / 10, w.longest), suspended);
        return;
    default:
        freeze(n, between(w.longest, 6 * w.longest), suspended);
        return;
    }
    e = push(EV_RESTART, i->node, 0, w.now + a_while());
    e->ok = chance(500);
}

static void fault_words(inst *i)
{
    int  other = (int)rnd((uint64_t)w.nodes);
    call c;

    switch (rnd(5)) {
    case 0:
        call_peer(i, K_CONFLICT, other);
        break;
    case 3:
        call_plain(i, K_STOP);
        push(EV_START, i->node, i->seg, w.now + a_while());
        break;
    case 1:
        plain(&c, i, K_YIELD);
        c.until = w.now + a_while();
        call_core(&c);
        break;
    case 2:
        call_peer(i, K_DEAD, other);
        break;
    default:
        fault_lost(i);
    }
    w.node[i->node].changed = w.now;
}

static void fault(void)
{
    node *n = any_node();
    int   seg = (int)rnd((uint64_t)w.segs);
    inst *i = &n->in[seg];

    push(EV_FAULT, 0, 0, w.now + between(w.longest / 10, 4 * w.longest));
    if (!n->alive || n->paused)
        return;
    if (w.astray && chance(150))
        fault_clock(n);
    switch (rnd(w.tracked ? 12 : 10)) {
    case 0: fault_cut(n, seg); break;
    case 1: fault_priority(i); break;
    case 2: fault_block(i); break;
    case 3: fault_update(i); break;
    case 4: w.loss_until = w.now + a_while() / 2; break;
    case 5: i->fails_until = w.now + a_while(); break;
    case 6:
        link_set(i, true);
        push(EV_LINK_UP, i->node, i->seg, w.now + a_while());
        break;
    case 7: fault_words(i); break;
    case 8: fault_stutter(n); break;
    case 10:
    case 11: fault_tracked(i); break;
    default: fault_process(n, i);
    }
    arm(n);
}

/* >>running */

/* The kernel reports in order: no deletion is read before the answer to the CLAIM. */
static void deleted(inst *i)
{
    if (!i->held || i->s.claiming || !w.node[i->node].alive || w.node[i->node].paused)
        return;
    hold(i, false);
    call_arg(i, K_LOST, VRRP_LOST_DELETED, false);
}

static void reply(inst *i, const event *e)
{
    node *n = &w.node[i->node];
    heard a;

    if (e->gen != n->gen || !n->alive)
        return;
    a.claim = e->kind == EV_CLAIMED;
    a.ok = e->ok;
    a.ask = e->arg;
    a.token = e->token;
    if (!n->paused)
        read_answer(i, &a);
    else if (i->n_unread < 4)
        i->unread[i->n_unread++] = a;
}

static void notice(inst *i, const event *e)
{
    node *n = &w.node[i->node];

    if (n->alive && !n->paused && !w.node[e->from].alive)
        call_peer(i, K_DEAD, e->from);
}

/* Either a new process, or the object of one that was stopped is started again. */
static void restart(node *n, const event *e)
{
    int s;

    if (!w.chaos || n->alive)
        return;
    flip(n->tracks, n->group.n_tracks);         /* behind its back */
    for (s = 0; s < w.segs; s++)
        flip(n->in[s].tracks, n->in[s].desc.n_tracks);
    boot(n, e->ok && n->stopped);
}

/* One instance of a running process starts again. */
static void start(inst *i, const event *e)
{
    node *n = &w.node[i->node];

    if (n->paused)
        push(EV_START, e->node, e->seg, n->resume_at)->gen = e->gen;
    else if (n->alive && e->gen == n->gen && !i->v.started)
        call_plain(i, K_START);
}

static void unblock(inst *i, const event *e)
{
    if (e->gen == w.node[i->node].gen && i->reasons & e->arg && !w.node[i->node].paused)
        call_arg(i, K_BLOCK, e->arg, false);
}

static void handle(event *e)
{
    node *n = &w.node[e->node];
    inst *i = &n->in[e->seg];

    switch (e->kind) {
    case EV_WAKE:
        if (e->gen == n->wake_gen) {
            n->wake_at = 0;
            turn(n);
        }
        return;
    case EV_CLAIMED:
    case EV_ANSWER:  reply(i, e); break;
    case EV_LEASE:   lease_end(i); break;
    case EV_SWEEP:
        if (!n->alive && e->gen == n->gen)
            let_go(i);
        break;
    case EV_NOTICE:  notice(i, e); break;
    case EV_RESUME:
        if (w.now >= n->resume_at)
            resume(n);
        break;
    case EV_FAULT:
        if (w.chaos)
            fault();
        break;
    case EV_UNBLOCK: unblock(i, e); break;
    case EV_LINK_UP: link_set(i, false); break;
    case EV_RESTART: restart(n, e); break;
    case EV_DELETE:  deleted(i); break;
    case EV_FREEZE:  stutter(n, e); break;
    case EV_START:   start(i, e); break;
    case EV_STRANGER: stranger(); return;
    case EV_ATTACK:  attack(); return;
    default: break;
    }
    arm(n);
}

static void run(uint64_t until)
{
    int s;

    if (until < w.now)
        fail(INTERNAL, "the simulator's time would go back");
    while (w.heap_n && pool[w.heap[0]].at <= until) {
        uint16_t id = pop();
        event   *e = &pool[id];

        w.now = e->at;
        w.events++;
        if (e->kind == EV_PACKET) {
            arrive(&w.node[e->node].in[e->seg], id);
        } else {
            handle(e);
            release(id);
        }
        for (s = 0; s < w.segs; s++)
            two_holders(s);
    }
    w.now = until;
}

/* >>liveness */

static bool outranks(const inst *a, const inst *b)
{
    if (a->s.priority != b->s.priority)
        return a->s.priority > b->s.priority;
    return by_address(&a->primary, &b->primary) > 0;
}

static inst *best_master(int seg)
{
    inst *best = NULL;
    int   n;

    for (n = 0; n < w.nodes; n++) {
        inst *i = &w.node[n].in[seg];

        if (w.node[n].alive && i->v.state == VRRP_MASTER && (!best || outranks(i, best)))
            best = i;
    }
    return best;
}

/* With this policy a probe that the present master answers keeps everybody from preempting. */
static bool refuses(const inst *i)
{
    return i->desc.ask_refuse && i->desc.ask & VRRP_ASK_PROBE;
}

static bool patient(const inst *i, const inst *master)
{
    return i->s.priority <= master->s.priority ||
           (i->desc.no_preempt && i->desc.priority != VRRP_OWNER);
}

/* Exactly one MASTER, the right one, and the addresses where it is. */
static void check_settled(int seg, const char *when)
{
    inst *master = best_master(seg);
    int   n;

    if (!master)
        fail(LIVENESS, "segment %d has no MASTER %s", seg, when);
    if (!master->held || !master->v.claimed)
        fail(LIVENESS, "the MASTER n%d/%d does not hold the addresses %s", master->node, seg, when);
    for (n = 0; n < w.nodes; n++) {
        const inst *i = &w.node[n].in[seg];

        if (i == master || !w.node[n].alive || never_agree(i, master))
            continue;
        if (i->v.state != VRRP_BACKUP || i->held)
            fail(LIVENESS, "n%d/%d is %s beside the MASTER n%d %s", n, seg,
                 vrrp_state_str(i->v.state), master->node, when);
        if (!patient(i, master) && !refuses(i))
            fail(LIVENESS, "n%d/%d should be MASTER instead of n%d %s", n, seg, master->node, when);
    }
}

/* How long the slowest way to the final state may take from here: whatever is still pending, then
   a takeover by the wrong one, then by the right one. */
static uint64_t patience(void)
{
    uint64_t pending = 0, down = 0, delay = 0, t;
    int      n, s;

    for (n = 0; n < w.nodes; n++)
        for (s = 0; s < w.segs; s++) {
            const inst *i = &w.node[n].in[s];

            if (!w.node[n].alive)
                continue;
            t = i->s.retry != VRRP_NEVER ? i->s.retry - w.now : 0;
            if (i->s.yield_until > w.now)
                t = latest(t, i->s.yield_until - w.now);
            pending = latest(pending, t + i->desc.startup_delay);
            t = latest(w.slowest, version2(i) ? VRRP_SECOND : 0);
            down = latest(down, i->desc.down_adverts * w.slowest + t + i->desc.settle +
                          2 * i->desc.ask_timeout + 8 * w.answer_max);
            delay = latest(delay, i->desc.preempt_delay);
        }
    return pending + delay + 2 * w.astray + 3 * (down + w.wire_max + w.wake_max) + w.longest +
           w.spike + 10 * w.wake_max;
}

/* The numbers are used up, or soon will be: all nodes get another key and count from 0. */
static void change_keys(void)
{
    int n, s;

    memset(w.tape, 0, sizeof w.tape);
    for (n = 0; n < w.nodes; n++) {
        node *p = &w.node[n];

        if (p->alive && !p->paused)
            halt(p);
        else
            crash(p);
        for (s = 0; s < w.segs; s++)
            memset(p->in[s].keys[0].bytes, 0x33, 32);
    }
    run(w.now + w.spike + w.wire_max);  /* nothing of before is on the wire */
    memset(w.tape, 0, sizeof w.tape);
    w.number = 0;
    for (n = 0; n < w.nodes; n++)
        boot(&w.node[n], false);
}

static void heal(void)
{
    int n, s, k, alive = 0;

    w.chaos = false;
    if (w.ending)
        change_keys();
    w.loss = w.duplicate = w.corrupt = w.spike_p = 0;
    w.loss_until = 0;
    w.reorder = false;
    memset(w.cut, 0, sizeof w.cut);
    for (n = 0; n < w.nodes; n++) {
        node *p = &w.node[n];

        for (s = 0; s < w.segs; s++) {
            p->in[s].fails_until = 0;
            link_set(&p->in[s], false);
        }
        if (w.astray)
            p->clock = (int64_t)rnd(3 * VRRP_SECOND);
        resume(p);
        mend_tracked(p);
        for (s = 0; s < w.segs; s++) {
            if (!p->alive)
                let_go(&p->in[s]);
            for (k = 1; k <= VRRP_FAULT_ADMIN; k *= 2)
                if (p->alive && p->in[s].reasons & k)
                    call_arg(&p->in[s], K_BLOCK, (uint8_t)k, false);
            if (p->alive && !p->in[s].v.started)
                call_plain(&p->in[s], K_START);
        }
        alive += p->alive;
        arm(p);
    }
    for (n = 0; n < w.nodes; n++)
        if (!w.node[n].alive && (alive < 2 || chance(500))) {
            boot(&w.node[n], false);
            alive++;
        }
}

static void quiet_or_fail(const char *when)
{
    uint64_t from = w.now, beat[SEGMENTS];
    int      s;

    for (s = 0; s < w.segs; s++) {
        check_settled(s, when);
        beat[s] = view_of(best_master(s)).adver_timer;
    }
    run(w.now + 3 * w.longest);
    for (s = 0; s < w.segs && w.moved_at <= from; s++)
        if ((view_of(best_master(s)).adver_timer - beat[s]) % best_master(s)->desc.interval)
            fail(TIMING, "the adverts of segment %d drift", s);
    if (w.moved_at > from)
        fail(LIVENESS, "somebody still moves %s", when);
    for (s = 0; s < w.segs; s++)
        check_settled(s, when);
}

static void liveness(void)
{
    inst   *best[SEGMENTS];
    uint8_t priority[SEGMENTS];
    int     s;

    note(-1, -1, "healed", 0, 0, 0, 0);
    heal();
    run(w.now + w.spike + w.wire_max + 2 * w.wake_max + w.lease_time +
        w.node[0].in[0].desc.startup_delay);
    for (s = 0; s < w.segs; s++) {
        best[s] = best_master(s);
        priority[s] = best[s] ? best[s]->s.priority : 0;
    }
    run(w.now + patience());
    quiet_or_fail("after healing");
    for (s = 0; s < w.segs; s++)
        if (best[s] && best[s]->s.priority == priority[s] && outranks(best[s], best_master(s)))
            fail(LIVENESS, "n%d/%d was MASTER and outranks the one that remained", best[s]->node,
                 s);
}

/* >>main */

static void safety(void)
{
    int n;

    w.chaos = true;
    for (n = 0; n < w.nodes; n++)
        boot(&w.node[n], false);
    push(EV_FAULT, 0, 0, w.now + between(w.longest, 6 * w.longest));
    if (w.strangers)
        push(EV_STRANGER, 0, 0, w.now + w.longest);
    if (w.attacked)
        push(EV_ATTACK, 0, 0, w.now + w.longest);
    run(w.now + between(10, 50) * w.longest);
}

#include "drill.h"

static void universe(uint64_t seed)
{
    universe_make(seed);
    safety();
    liveness();
    drills();
}

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint64_t number(const char *word)
{
    char    *end;
    uint64_t n = strtoull(word, &end, 10);

    if (!*word || *end) {
        fprintf(stderr, "not a number: %s\n", word);
        exit(1);
    }
    return n;
}

int main(int argc, char **argv)
{
    uint64_t first = 1, universes = 20000, events = 0, replays = 0, digest = 0, u, hash;
    double   start = seconds();
    int      k;

    for (k = 1; k < argc; k++) {
        if (!strcmp(argv[k], "--seed") && k + 1 < argc) {
            first = number(argv[++k]);
        } else if (!strcmp(argv[k], "--universes") && k + 1 < argc) {
            universes = number(argv[++k]);
        } else if (!strcmp(argv[k], "--verbose")) {
            w.verbose = true;
        } else if (!strcmp(argv[k], "--outside")) {
            w.outside = true;
        } else {
            fprintf(stderr, "usage: sim [--seed N] [--universes N] [--verbose] [--outside]\n");
            return 1;
        }
    }
    for (u = 0; u < universes; u++) {
        universe(first + u);
        events += w.events;
        digest = digest * 31 + w.hash;
        if (w.verbose || u % 64)
            continue;
        hash = w.hash;
        universe(first + u);
        replays++;
        if (hash != w.hash)
            fail(INTERNAL, "the same seed ran differently");
    }
    printf("%" PRIu64 " universes, %" PRIu64 " events, %" PRIu64 " replayed alike, digest %016"
           PRIx64 ", %.0f seeds/s\n", universes, events, replays, digest,
           (double)universes / (seconds() - start));
    return 0;
}
