/* The simulated world: random numbers, events in order of time, what is remembered for a report,
   and the things that exist in it. One translation unit: sim.c includes this once. */

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Exit codes: which kind of promise was broken. */
enum { SAFETY = 2, LIVENESS = 3, TIMING = 4, INTERNAL = 5 };

static void fail(int class, const char *format, ...)
    __attribute__((noreturn, format(printf, 2, 3)));

#define VRRP_ASSERT(truth) ((truth) ? (void)0 : fail(INTERNAL, "the core asserts: %s", #truth))
#define VRRP_IMPLEMENTATION
#define VRRP_STATIC
#define VRRP_NO_LINUX
#ifndef VRRP_H_FILE                     /* mutants.sh builds against changed copies */
#define VRRP_H_FILE "../../vrrp.h"
#endif
#include VRRP_H_FILE

#define NODES 7
#define SEGMENTS 2
#define VIPS 3
#define TRACKS 3
#define BACKLOG 64
#define PACKET 160                      /* the largest: IPv6, AH or trailer, three addresses */
#define TAPE 96                         /* packets that somebody has recorded */
#define EVENTS 8192
#define RECORDS 160
#define US ((uint64_t)1000)
#define MS ((uint64_t)1000000)

/* >>things */

/* The next free moment of a pace, for ARP and NA. */
typedef struct slots {
    uint64_t arp, na;
} slots;

/* What was taken of one sender: the highest number (or time), and all of the last 64. */
typedef struct ledger {
    bool     known;
    uint64_t top, taken[64];
} ledger;

/* What the specification says an instance must be doing, kept by oracle.h. */
typedef struct spec {
    uint64_t interval;                  /* Master_Adver_Interval */
    uint64_t start, down, ask_at, settle, adver, retry, refresh, second, lower, again, periodic;
    uint64_t extra, frame;              /* the next paced frame */
    slots    own;                       /* announce_gap is a pace of its own */
    uint64_t from, heard, limit;        /* Master_Down counts from; before a notice, its end */
    uint64_t preempt_at, yield_until, answered, lowered, conflict_at, window, v3_at;
    vrrp_ip  master, v3_from;
    uint64_t sent, transitions;
    uint64_t number, taken;             /* last one sent; keepalived's AH: highest one taken */
    ledger   ledger[NODES];
    uint32_t frames, frame_at;
    uint8_t  ask, left;                 /* the open question, those not yet answered */
    uint8_t  told, deleted, retries, master_priority;
    uint8_t  base, configured, priority;        /* as set; of the settings; with the weights */
    bool     only_extra;                /* the paced round leaves out those on our interface */
    bool     released, dead, waited, ready, claiming, holding, claim_fault, stolen;
} spec;

/* The answer to CLAIM (of that token) or ASK. */
typedef struct heard {
    bool     claim, ok;
    uint8_t  ask;
    uint32_t token;
} heard;

/* One virtual router on one node: the core's object, the settings, the kernel and the socket. */
typedef struct inst {
    vrrp      v;
    vrrp_desc desc;
    vrrp_vip  vips[VIPS];
    vrrp_track tracks[TRACKS];
    vrrp_key  keys[2];
    vrrp_sender senders[NODES];
    vrrp_trailer trailer;
    vrrp_ip   peers[NODES], primary;
    vrrp_ttl  ttls[NODES];
    int       node, seg;
    bool      held, lease_lost;         /* the kernel: addresses there; our lease ran out */
    uint64_t  held_since, lease_until, fails_until;
    uint32_t  token;                    /* the newest CLAIM */
    uint8_t   reasons;                  /* for FAULT, as told to the core by hand */
    bool      port_down, overflow;
    int       waiting;                  /* packets in the socket */
    uint16_t  inbox[BACKLOG];
    heard     unread[4];                /* answers that came while the node was paused */
    int       n_unread;
    spec      s;
} inst;

typedef struct node {
    inst       in[SEGMENTS];
    vrrp_group group;
    vrrp_track tracks[TRACKS];          /* of the group */
    vrrp_pace  pace;
    slots      slots, spoken;           /* of pace, by the specification; when it was last used */
    int64_t    clock;                   /* how far its time of day is off */
    bool       alive, stopped;          /* stopped: not killed, the object can start again */
    bool       paused, suspended;       /* suspended: its kernel stands still, too */
    uint64_t   resume_at, changed, wake_at, due;
    uint32_t   gen, wake_gen;           /* of the process; of the armed timer */
} node;

enum {
    EV_PACKET, EV_WAKE, EV_CLAIMED, EV_ANSWER, EV_LEASE, EV_SWEEP, EV_NOTICE, EV_RESUME, EV_FAULT,
    EV_UNBLOCK, EV_LINK_UP, EV_RESTART, EV_DELETE, EV_FREEZE, EV_START,
    EV_STRANGER, EV_ATTACK
};

typedef struct event {
    uint64_t at, seq, number;           /* of a packet: what AH counts */
    uint32_t gen, token;
    uint16_t size, place;               /* on the tape */
    uint8_t  kind, node, seg, from, arg;
    bool     ok;
    uint8_t  data[PACKET];
} event;

/* A packet as somebody recorded it, and which nodes took it. */
typedef struct taped {
    uint64_t number;
    uint32_t serial;
    uint16_t size;
    uint8_t  seg, from, taken;
    uint8_t  data[PACKET];
} taped;

/* One line of the report, kept as a format and its numbers until somebody wants to read it. */
typedef struct record {
    uint64_t    at, x;
    const char *what;
    int16_t     node, seg;
    uint32_t    a, b, c;
} record;

static struct {
    uint64_t seed, rng, now, seq, hash, events, born;
    bool     chaos, verbose;
    bool     outside;                   /* only the oracles between nodes: how good are they? */
    /* the universe */
    int      nodes, segs, family;
    bool     grouped, unicast, loop, reorder, warden, notice, lease, tracked, strangers;
    bool     attacked;                  /* somebody repeats what was said */
    bool     ending;                    /* AH's numbers run out, then the key changes */
    uint64_t wall, number;              /* at the beginning: time of day, AH's numbers */
    uint64_t astray;                    /* how far clocks may step */
    uint32_t mtu;                       /* 0: nobody knows */
    uint64_t longest, shortest;         /* advert intervals */
    uint64_t slowest;                   /* that can be learned: v2 copies say whole seconds */
    uint64_t wire_min, wire_max, spike, wake_max, answer_max, lease_time;
    int      loss, duplicate, spike_p, corrupt, backlog;        /* per mille */
    node     node[NODES];
    /* between nodes, by segment */
    uint64_t cut[SEGMENTS][NODES][NODES], bad[SEGMENTS][NODES][NODES], last[SEGMENTS][NODES][NODES];
    uint64_t loss_until;
    /* measured by the drills */
    uint64_t took_at[SEGMENTS], moved_at, over_dead[SEGMENTS];
    int      taker[SEGMENTS];
    /* what was recorded, and what is being sent */
    taped    tape[TAPE];
    uint32_t serial;
    uint16_t place;
    /* machinery */
    int      heap_n, free_n;
    uint16_t heap[EVENTS], free_list[EVENTS];
    record   ring[RECORDS];
    uint64_t recorded;
} w;

static event pool[EVENTS];

/* >>report */

static void print_record(const record *r)
{
    printf("%12.6f", (double)(r->at - w.born) / 1e9);
    if (r->node >= 0)
        printf("  n%d", r->node);
    if (r->seg >= 0)
        printf("/%d", r->seg);
    printf("  ");
    printf(r->what, r->a, r->b, r->c);
    if (strstr(r->what, "NOTIFY"))
        printf("%s to %s, %s", vrrp_state_str((uint8_t)r->a), vrrp_state_str((uint8_t)r->b),
               vrrp_why_str((uint8_t)r->c));
    else if (r->what[0] == '<' && r->c)
        printf(": dropped, %s", vrrp_str(-(int)r->c));
    if (r->x)
        printf(" %.6f s", (double)r->x / 1e9);
    printf("\n");
}

static void mix(uint64_t value)
{
    w.hash = (w.hash ^ value) * 0x100000001b3u;
    w.hash ^= w.hash >> 29;
}

static void note(int n, int seg, const char *what, uint32_t a, uint32_t b, uint32_t c, uint64_t x)
{
    record *r = &w.ring[w.recorded++ % RECORDS];

    r->at = w.now;
    r->node = (int16_t)n;
    r->seg = (int16_t)seg;
    r->what = what;
    r->a = a;
    r->b = b;
    r->c = c;
    r->x = x;
    mix(w.now);
    mix((uint64_t)(n + 1) << 32 | (uint64_t)(seg + 1) << 24);
    mix((uint64_t)what[0] << 8 | (uint64_t)what[3]);
    mix((uint64_t)a << 40 ^ (uint64_t)b << 20 ^ c ^ x);
    if (w.verbose)
        print_record(r);
}

static void print_nodes(void)
{
    int n, s;

    for (n = 0; n < w.nodes; n++)
        for (s = 0; s < w.segs; s++) {
            const inst *i = &w.node[n].in[s];

            printf("n%d/%d %s%s prio %u (base %u) host %u interval %" PRIu64
                   " ms v%u%s%s%s%s %s%s\n",
                   n, s, w.node[n].alive ? "" : "dead ", w.node[n].paused ? "paused" : "",
                   i->s.priority, i->desc.priority,
                   i->primary.byte[w.family == VRRP_IPV6 ? 15 : 3], i->desc.interval / MS,
                   i->desc.dual ? 3 : i->desc.version, i->desc.dual ? "+2" : "",
                   i->desc.no_preempt ? " nopreempt" : "", i->desc.tie_spread ? " spread" : "",
                   i->desc.ask ? " ask" : "", vrrp_state_str(i->v.state), i->held ? " holds" : "");
        }
}

static void fail(int class, const char *format, ...)
{
    static const char *const words[] = { "", "", "SAFETY", "LIVENESS", "TIMING", "INTERNAL" };
    uint64_t at = w.recorded > RECORDS ? w.recorded - RECORDS : 0;
    va_list  list;

    printf("seed %" PRIu64 ": nodes %d segments %d%s%s\n", w.seed, w.nodes, w.segs,
           w.grouped ? " grouped" : "", w.unicast ? " unicast" : "");
    if (!w.verbose)
        for (; at < w.recorded; at++)
            print_record(&w.ring[at % RECORDS]);
    print_nodes();
    printf("%s at %.6f: ", words[class], (double)(w.now - w.born) / 1e9);
    va_start(list, format);
    vprintf(format, list);
    va_end(list);
    printf("\nreplay: sim --seed %" PRIu64 " --universes 1 --verbose\n", w.seed);
    fflush(stdout);
    exit(class);
}

/* >>random */

static uint64_t rnd(uint64_t n)
{
    w.rng ^= w.rng >> 12;
    w.rng ^= w.rng << 25;
    w.rng ^= w.rng >> 27;
    return n ? (w.rng * 0x2545f4914f6cdd1du >> 11) % n : 0;
}

static bool chance(int per_mille)
{
    return (int)rnd(1000) < per_mille;
}

static uint64_t between(uint64_t low, uint64_t high)
{
    return low + rnd(high - low + 1);
}

/* >>events */

static bool earlier(int a, int b)
{
    const event *x = &pool[w.heap[a]], *y = &pool[w.heap[b]];

    return x->at != y->at ? x->at < y->at : x->seq < y->seq;
}

static void swap(int a, int b)
{
    uint16_t t = w.heap[a];

    w.heap[a] = w.heap[b];
    w.heap[b] = t;
}

static event *push(uint8_t kind, int n, int seg, uint64_t at)
{
    int      i = w.heap_n++;
    uint16_t id;
    event   *e;

    if (w.free_n == 0)
        fail(INTERNAL, "the event pool is empty");
    id = w.free_list[--w.free_n];
    e = &pool[id];
    memset(e, 0, offsetof(event, data));
    e->kind = kind;
    e->node = (uint8_t)n;
    e->seg = (uint8_t)seg;
    e->at = at;
    e->seq = ++w.seq;
    e->gen = w.node[n].gen;
    w.heap[i] = id;
    for (; i > 0 && earlier(i, (i - 1) / 2); i = (i - 1) / 2)
        swap(i, (i - 1) / 2);
    return e;
}

static uint16_t pop(void)
{
    uint16_t id = w.heap[0];
    int      i = 0, child;

    w.heap[0] = w.heap[--w.heap_n];
    while ((child = 2 * i + 1) < w.heap_n) {
        if (child + 1 < w.heap_n && earlier(child + 1, child))
            child++;
        if (!earlier(child, i))
            break;
        swap(i, child);
        i = child;
    }
    return id;
}

static void release(uint16_t id)
{
    w.free_list[w.free_n++] = id;
}

static void events_clear(void)
{
    int i;

    w.heap_n = 0;
    w.free_n = EVENTS;
    for (i = 0; i < EVENTS; i++)
        w.free_list[i] = (uint16_t)(EVENTS - 1 - i);
}
