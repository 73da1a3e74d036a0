/* BFD (RFC 5880, 5881, 5883): the vectors, the state table, timers, Poll, authentication. Two
   sessions talk to each other through a queue, or one is fed by hand. */
#include "test.h"

#define CHECK_IMPLEMENTATION
#define CHECK_STATIC
#define CHECK_NO_LINUX
#include "../../check.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define MS ((uint64_t)1000000)
#define US ((uint64_t)1000)

struct vector { const char *id, *what; int accept; const char *ip; };
struct timing { unsigned tx, rx, mult, far_tx, far_rx, far_mult, interval, low, high, detection; };
struct change { int local, heard, after, diag; };
#include "bfd_vectors.h"

enum { DOWN = CHECK_BFD_STATE_DOWN, INIT = CHECK_BFD_STATE_INIT, UP = CHECK_BFD_STATE_UP,
       ADMIN = CHECK_BFD_STATE_ADMIN };
enum { POLL = 0x20, FINAL = 0x10 };

/* One session, its settings, and the packets it sent since the last look. */
struct end {
    check_bfd      b;
    check_bfd_desc d;
    uint64_t       now;
    uint8_t        sent[32][64];
    size_t         size[32];
    int            n, states;           /* packets, states told */
};

static struct end e, f;

static void drain(struct end *x)
{
    bool send;

    while (check_bfd_next(&x->b, &send)) {
        if (!send) {
            x->states++;
            continue;
        }
        if (!CHECK(x->n < 32))
            x->n = 0;
        x->size[x->n] = check_bfd_send(&x->b, x->sent[x->n], x->now);
        CHECK((x->sent[x->n][1] & (POLL | FINAL)) != (POLL | FINAL));
        x->n++;
    }
}

static void begin(struct end *x, uint64_t seed)
{
    check_bfd_desc d = x->d;

    memset(x, 0, sizeof *x);
    x->d = d;
    SAME(check_bfd_init(&x->b, &x->d, seed), 0);
    check_bfd_start(&x->b, 0);
    drain(x);
}

static void fresh(struct end *x, uint64_t seed)
{
    memset(x, 0, sizeof *x);
    begin(x, seed);
}

/* A packet by hand; times in ms. */
struct packet_bfd { uint32_t my, your, tx, rx; uint8_t state, flags, mult, diag; };

static size_t build(const struct packet_bfd *p, uint8_t *out)
{
    uint32_t words[5] = { p->my, p->your, p->tx * 1000, p->rx * 1000, 0 };
    size_t   i;

    out[0] = (uint8_t)(1 << 5 | p->diag);
    out[1] = (uint8_t)(p->state << 6 | p->flags);
    out[2] = p->mult;
    out[3] = 24;
    for (i = 0; i < 20; i++)
        out[4 + i] = (uint8_t)(words[i / 4] >> (24 - 8 * (i % 4)));
    return 24;
}

static struct packet_bfd usual(uint8_t state)
{
    struct packet_bfd p = { 77, e.b.local, 300, 300, 0, 0, 3, 0 };

    p.state = state;
    if (state != UP)
        p.tx = 1000;
    return p;
}

static int hear(struct end *x, const struct packet_bfd *p)
{
    uint8_t bytes[24];
    int     result = check_bfd_receive(&x->b, test_flush(bytes, build(p, bytes)), 24, 255, x->now);

    drain(x);
    return result;
}

static int hear_state(uint8_t state, uint8_t flags)
{
    struct packet_bfd p = usual(state);

    p.flags = flags;
    return hear(&e, &p);
}

static void at(struct end *x, uint64_t now)
{
    x->now = now;
    check_bfd_tick(&x->b, now);
    drain(x);
}

static const uint8_t *last(const struct end *x)
{
    return x->sent[x->n - 1];
}

static unsigned field(const uint8_t *packet, int offset)
{
    return (unsigned)packet[offset] << 24 | (unsigned)packet[offset + 1] << 16 |
           (unsigned)packet[offset + 2] << 8 | packet[offset + 3];
}

/* A fresh session brought to a state; in Up the Poll is over unless told otherwise. */
static void bring(uint8_t state, bool polling)
{
    begin(&e, 5);
    if (state == ADMIN)
        check_bfd_stop(&e.b, 0);
    if (state == INIT)
        hear_state(DOWN, 0);
    if (state == UP) {
        hear_state(INIT, 0);
        if (!polling)
            hear_state(UP, FINAL);
    }
    drain(&e);
    SAME(e.b.state, state);
    e.n = e.states = 0;
}

// >>packets

static void first_packet(void)
{
    fresh(&e, 9);
    SAME(e.n, 1);
    SAME(e.size[0], 24);
    SAME(e.sent[0][0], 1 << 5);
    SAME(e.sent[0][1], DOWN << 6);
    SAME(e.sent[0][2], 3);
    SAME(e.sent[0][3], 24);
    CHECK(field(e.sent[0], 4) != 0);
    SAME(field(e.sent[0], 8), 0);
    SAME(field(e.sent[0], 12), 1000000);
    SAME(field(e.sent[0], 16), 300000);
    SAME(field(e.sent[0], 20), 0);
}

/* Our encoder gives the very bytes of a published packet. */
static void encodes(const char *id, const uint8_t *udp, size_t size)
{
    check_bfd_packet p;
    uint8_t          out[64];

    if (strcmp(id, "BFD-14") == 0 || size != 24)    /* C bit and echo: never sent */
        return;
    SAME(check_bfd_decode(udp, size, &p), 0);
    SAME(check_bfd_init(&e.b, &e.d, 1), 0);
    e.b.local = p.my;
    e.b.remote = p.your;
    e.b.state = p.state;
    e.b.diag = p.diag;
    e.b.want_tx = p.desired_tx;
    e.b.want_rx = p.required_rx;
    e.b.polling = p.poll;
    e.b.final = p.final;
    SAME(check_bfd_send(&e.b, out, 0), size);
    BYTES(out, udp, size);
}

static void vectors_all(void)
{
    uint8_t ip[128];
    size_t  i;

    for (i = 0; i < COUNT(vectors); i++) {
        const struct vector *v = &vectors[i];
        size_t               size = test_unhex(v->ip, ip, sizeof ip);
        size_t               header = ip[0] >> 4 == 6 ? 48 : 28;
        const uint8_t       *udp = test_flush(ip + header, size - header);
        uint8_t              ttl = ip[0] >> 4 == 6 ? ip[7] : ip[8];
        int                  result;

        test_begin("%s %s [C-117 C-119 C-120 C-121 C-122]", v->id, v->what);
        memset(&e.d, 0, sizeof e.d);
        if (strcmp(v->id, "BFD-11") == 0) {
            e.d.auth = CHECK_BFD_SIMPLE, e.d.key = "bfdpass", e.d.key_size = 7, e.d.key_id = 1;
        } else if (strcmp(v->id, "BFD-12") == 0) {
            e.d.auth = CHECK_BFD_MD5, e.d.key = "md5key", e.d.key_size = 6, e.d.key_id = 2;
        }
        bring(DOWN, false);
        e.b.local = 0xaabbccdd;
        result = check_bfd_receive(&e.b, udp, size - header, ttl, 0);
        SAME(result == 0, v->accept);
        if (v->accept)
            encodes(v->id, udp, size - header);
        test_end();
    }
}

static void discards(void)
{
    struct packet_bfd p;
    uint8_t           b[24];
    size_t            n;
    uint64_t          detect;

    memset(&e.d, 0, sizeof e.d);
    bring(UP, false);
    detect = e.b.detect_at;
    e.now = 100 * MS;
#define DROPPED(change, want) \
    p = usual(UP), build(&p, b), change, SAME(check_bfd_receive(&e.b, test_flush(b, 24), 24, 255, \
                                                                e.now), want)
    DROPPED(b[0] = 0 << 5, CHECK_E_VERSION);
    DROPPED(b[0] = 2 << 5, CHECK_E_VERSION);
    DROPPED(b[3] = 23, CHECK_E_LENGTH);
    DROPPED(b[3] = 25, CHECK_E_LENGTH);
    DROPPED(b[2] = 0, CHECK_E_MULTIPLIER);
    DROPPED(b[1] |= 1, CHECK_E_MULTIPOINT);
    DROPPED(b[1] |= POLL | FINAL, CHECK_E_MULTIPOINT);
    DROPPED(memset(b + 4, 0, 4), CHECK_E_DISCRIMINATOR);
    DROPPED(memset(b + 8, 0, 4), CHECK_E_STATE);
    DROPPED(b[8] ^= 1, CHECK_E_DISCRIMINATOR);
    DROPPED((b[1] = INIT << 6, memset(b + 8, 0, 4)), CHECK_E_STATE);
    DROPPED(b[1] |= 4, CHECK_E_LENGTH);
    for (n = 0; n < 24; n++)
        SAME(check_bfd_receive(&e.b, test_flush(b, n), n, 255, e.now), CHECK_E_LENGTH);
    p = usual(UP), build(&p, b);
    SAME(check_bfd_receive(&e.b, b, 24, 254, e.now), CHECK_E_TTL);
    SAME(e.b.detect_at, detect);
    SAME(e.b.state, UP);
    SAME(check_bfd_receive(&e.b, b, 24, 255, e.now), 0);
    SAME(e.b.detect_at, detect + 100 * MS);
}

static void auth_bit(void)
{
    struct packet_bfd p = { 77, 0, 1000, 300, DOWN, 0, 3, 0 };

    memset(&e.d, 0, sizeof e.d);
    e.d.auth = CHECK_BFD_SIMPLE, e.d.key = "k", e.d.key_size = 1;
    begin(&e, 3);
    SAME(hear(&e, &p), CHECK_E_AUTH_MISMATCH);
    memset(&f.d, 0, sizeof f.d);
    begin(&f, 4);
    SAME(check_bfd_receive(&f.b, e.sent[0], e.size[0], 255, 0), CHECK_E_AUTH_MISMATCH);
    memset(&e.d, 0, sizeof e.d);
}

static void multihop(void)
{
    struct packet_bfd p = { 77, 0, 1000, 300, DOWN, 0, 3, 0 };
    check_desc        d;
    check_address     to;
    uint8_t           b[24];

    memset(&d, 0, sizeof d);
    memset(&to, 0, sizeof to);
    build(&p, b);
    d.kind = CHECK_BFD;
    SAME(check_port(&d, &to), 3784);
    d.bfd.multihop = true;
    SAME(check_port(&d, &to), 4784);
    SAME(check_bfd_init(&e.b, &d.bfd, 1), 0);
    check_bfd_start(&e.b, 0);
    SAME(check_bfd_receive(&e.b, b, 24, 1, 0), 0);
    d.bfd.max_hops = 3;
    SAME(check_bfd_receive(&e.b, b, 24, 251, 0), CHECK_E_TTL);
    SAME(check_bfd_receive(&e.b, b, 24, 252, 0), 0);
}

// >>machine

static void state_table(void)
{
    size_t i;

    memset(&e.d, 0, sizeof e.d);
    for (i = 0; i < COUNT(changes); i++) {
        const struct change *c = &changes[i];

        bring((uint8_t)c->local, false);
        if (c->heard < 0) {
            if (c->local == DOWN || c->local == ADMIN)
                continue;
            at(&e, e.b.detect_at);
            SAME(e.b.remote, 0);
            SAME(e.b.remote_rx, 1);
        } else {
            struct packet_bfd p = usual((uint8_t)c->heard);

            SAME(hear(&e, &p), c->local == ADMIN ? CHECK_E_ADMIN_DOWN : 0);
        }
        SAME(e.b.state, c->after);
        SAME(e.states, c->after != c->local);
        if (c->local != ADMIN)
            SAME(e.b.diag, c->diag);
        CHECK(e.states == 0 || e.n >= 1);           /* told the other side at once */
    }
}

static void poll_answered(void)
{
    bring(UP, false);
    SAME(hear_state(UP, POLL), 0);
    SAME(e.n, 1);
    SAME(last(&e)[1], UP << 6 | FINAL);
    at(&e, e.b.tx_at);
    SAME(last(&e)[1], UP << 6);
    bring(UP, true);                    /* F must not swallow our own P */
    SAME(hear_state(UP, POLL), 0);
    SAME(last(&e)[1], UP << 6 | FINAL);
    at(&e, e.b.tx_at);
    SAME(last(&e)[1], UP << 6 | POLL);
}

static void poll_until_final(void)
{
    int i;

    begin(&e, 5);
    e.n = 0;
    hear_state(INIT, 0);
    SAME(e.n, 1);
    SAME(last(&e)[1], UP << 6 | POLL);
    SAME(field(last(&e), 12), 300000);
    for (i = 0; i < 5; i++) {
        at(&e, e.b.tx_at);
        SAME(last(&e)[1], UP << 6 | POLL);
        hear_state(UP, 0);
    }
    hear_state(UP, FINAL);
    at(&e, e.b.tx_at);
    SAME(last(&e)[1], UP << 6);
}

static void timing_table(void)
{
    size_t i;

    for (i = 0; i < COUNT(timings); i++) {
        const struct timing *t = &timings[i];
        struct packet_bfd    p;
        uint8_t              b[24];
        uint64_t             wait;
        int                  n;

        memset(&e.d, 0, sizeof e.d);
        e.d.min_tx = t->tx * US;
        e.d.min_rx = t->rx * US;
        e.d.multiplier = (uint8_t)t->mult;
        bring(UP, true);
        p = usual(UP);
        p.flags = FINAL;
        p.mult = (uint8_t)t->far_mult;
        p.tx = t->far_tx / 1000, p.rx = t->far_rx / 1000;
        build(&p, b);
        SAME(check_bfd_receive(&e.b, b, 24, 255, e.now), 0);
        SAME(check_bfd_interval(&e.b), t->interval * US);
        SAME(check_bfd_detection(&e.b), t->detection * US);
        for (n = 0; n < 200; n++) {
            e.b.tx_at = e.now, e.b.detect_at = CHECK_NEVER, e.n = 0;
            at(&e, e.now);
            wait = e.b.tx_at - e.now;
            CHECK(wait >= t->low * US && wait <= t->high * US);
            e.now = e.b.tx_at;
        }
    }
    memset(&e.d, 0, sizeof e.d);
}

static void jitter(void)
{
    unsigned mult, n;

    for (mult = 1; mult <= 3; mult += 2) {
        uint64_t low = CHECK_NEVER, high = 0;

        e.d.multiplier = (uint8_t)mult;
        begin(&e, 11);
        for (n = 0; n < 10000; n++) {
            uint64_t wait = check__bfd_jitter(&e.b, 100 * MS);

            low = wait < low ? wait : low;
            high = wait > high ? wait : high;
        }
        CHECK(low >= 75 * MS && low < 76 * MS);
        CHECK(mult == 1 ? high <= 90 * MS && high > 89 * MS : high <= 100 * MS && high > 99 * MS);
    }
    memset(&e.d, 0, sizeof e.d);
}

static void change_waits_for_final(void)
{
    check_bfd_desc slow, low;

    bring(UP, false);
    slow = low = e.d;
    slow.min_tx = 2 * CHECK_SECOND;
    SAME(check_bfd_change(&e.b, &slow, e.now), 0);
    drain(&e);
    SAME(field(last(&e), 12), 2000000);
    SAME(last(&e)[1], UP << 6 | POLL);
    SAME(check_bfd_interval(&e.b), 300 * MS);
    hear_state(UP, FINAL);
    SAME(check_bfd_interval(&e.b), 2000 * MS);

    bring(UP, false);
    low.min_rx = 50 * MS;
    {
        struct packet_bfd p = usual(UP);

        p.tx = 50;
        hear(&e, &p);
        SAME(check_bfd_detection(&e.b), 900 * MS);
        SAME(check_bfd_change(&e.b, &low, e.now), 0);
        drain(&e);
        SAME(field(last(&e), 16), 50000);
        SAME(check_bfd_detection(&e.b), 900 * MS);
        p.flags = FINAL;
        hear(&e, &p);
        SAME(check_bfd_detection(&e.b), 150 * MS);
    }
}

static void shorter_counts_at_once(void)
{
    struct packet_bfd p;
    uint64_t          before;

    bring(UP, false);
    p = usual(UP);
    p.rx = 2000;
    hear(&e, &p);
    at(&e, e.b.tx_at);
    before = e.b.tx_at;
    CHECK(before - e.now >= 1500 * MS);
    p.rx = 300;
    hear(&e, &p);
    CHECK(e.b.tx_at < before && e.b.tx_at - e.now <= 300 * MS);
}

static void none_wanted(void)
{
    struct packet_bfd p;

    bring(UP, false);
    p = usual(UP);
    p.rx = 0;
    hear(&e, &p);
    SAME(e.b.tx_at, CHECK_NEVER);
    e.n = 0;
    p.flags = POLL;
    hear(&e, &p);
    SAME(e.n, 1);
    SAME(last(&e)[1], UP << 6 | FINAL);
    SAME(e.b.tx_at, CHECK_NEVER);
    p.flags = 0, p.rx = 300;
    hear(&e, &p);
    CHECK(e.b.tx_at != CHECK_NEVER);
    p.rx = 0;                           /* not even that we go */
    hear(&e, &p);
    e.n = 0;
    check_bfd_stop(&e.b, e.now);
    drain(&e);
    SAME(e.n, 0);
    SAME(check_bfd_deadline(&e.b), CHECK_NEVER);
}

static void admin_down(void)
{
    int n = 0;

    bring(UP, false);
    check_bfd_stop(&e.b, e.now);
    drain(&e);
    SAME(e.b.diag, 7);
    SAME(last(&e)[1], ADMIN << 6);
    SAME(last(&e)[0] & 31, 7);
    while (check_bfd_deadline(&e.b) != CHECK_NEVER && n++ < 20)
        at(&e, check_bfd_deadline(&e.b));
    CHECK(e.now >= 3 * CHECK_SECOND && n < 20);
    CHECK(e.n >= 3);
    memset(&f.d, 0, sizeof f.d);
    begin(&f, 6);
    f.b.state = UP;
    check_bfd_receive(&f.b, e.sent[0], 24, 255, 0);
    CHECK(f.b.state == UP);             /* not its discriminator: nothing happens */
    e.sent[0][8] = (uint8_t)(f.b.local >> 24), e.sent[0][9] = (uint8_t)(f.b.local >> 16);
    e.sent[0][10] = (uint8_t)(f.b.local >> 8), e.sent[0][11] = (uint8_t)f.b.local;
    SAME(check_bfd_receive(&f.b, e.sent[0], 24, 255, 0), 0);
    SAME(f.b.state, DOWN);
    SAME(f.b.diag, 3);
}

/* Started again after its neighbor was silent for a Detection Time it knows none; before that it
   waits for the end of it. */
static void starts_again(void)
{
    uint64_t silent;

    bring(UP, false);
    silent = check_bfd_detection(&e.b);
    check_bfd_stop(&e.b, e.now);
    drain(&e);
    at(&e, e.now + silent - 1);
    check_bfd_start(&e.b, e.now);
    drain(&e);
    SAME(field(last(&e), 8), 77);
    at(&e, e.now + 1);
    at(&e, e.b.tx_at);
    SAME(field(last(&e), 8), 0);

    bring(UP, false);
    check_bfd_stop(&e.b, e.now);
    drain(&e);
    at(&e, e.now + silent);
    check_bfd_start(&e.b, e.now);
    drain(&e);
    SAME(field(last(&e), 8), 0);
}

/* Seeds next to each other are no reason for the same discriminator. */
static void seeds(void)
{
    uint32_t before[64];
    int      i, k;

    for (i = 0; i < 64; i++) {
        SAME(check_bfd_init(&e.b, &e.d, (uint64_t)i), 0);
        before[i] = e.b.local;
        for (k = 0; k < i; k++)
            CHECK(before[k] != before[i]);
    }
}

static void new_discriminator(void)
{
    struct packet_bfd p;

    bring(UP, false);
    at(&e, e.b.detect_at);
    SAME(e.b.state, DOWN);
    p = usual(DOWN);
    p.my = 4711, p.your = 0;
    SAME(hear(&e, &p), 0);
    SAME(e.b.state, INIT);
    SAME(e.b.remote, 4711);
    SAME(field(last(&e), 8), 4711);
}

static void passive(void)
{
    struct packet_bfd p = { 77, 0, 1000, 300, DOWN, 0, 3, 0 };

    e.d.passive = true;
    begin(&e, 2);
    SAME(e.n, 0);
    SAME(check_bfd_deadline(&e.b), CHECK_NEVER);
    check_bfd_stop(&e.b, 0);
    drain(&e);
    SAME(e.n, 0);
    check_bfd_start(&e.b, 0);
    drain(&e);
    SAME(check_bfd_deadline(&e.b), CHECK_NEVER);
    hear(&e, &p);
    SAME(e.b.state, INIT);
    SAME(e.n, 1);
    memset(&e.d, 0, sizeof e.d);
}

// >>pairs

/* Hands over what x said since packet *from. */
static void carry(struct end *x, struct end *y, int *from)
{
    for (; *from < x->n; ++*from) {
        uint8_t copy[64];

        memcpy(copy, x->sent[*from], x->size[*from]);
        check_bfd_receive(&y->b, test_flush(copy, x->size[*from]), x->size[*from], 255, y->now);
        drain(y);
    }
}

/* Lets both talk for a while, one way or both. */
static void talk(uint64_t until, bool ef, bool fe)
{
    int a = e.n, b = f.n;

    for (;;) {
        uint64_t next = check_bfd_deadline(&e.b), other = check_bfd_deadline(&f.b);

        if (other < next)
            next = other;
        if (next > until)
            break;
        at(&e, next), at(&f, next);
        if (ef)
            carry(&e, &f, &a);
        if (fe)
            carry(&f, &e, &b);
        if (ef)
            carry(&e, &f, &a);
        e.n = a = f.n = b = 0;
    }
    e.now = f.now = until;
}

static void pair(void)
{
    int a = 0, b = 0;

    begin(&e, 21), begin(&f, 22);
    carry(&e, &f, &a), carry(&f, &e, &b), carry(&e, &f, &a);
    talk(2 * CHECK_SECOND, true, true);
    SAME(e.b.state, UP), SAME(f.b.state, UP);
    CHECK(!e.b.polling && !f.b.polling);
    SAME(check_bfd_interval(&e.b), 300 * MS);
    talk(60 * CHECK_SECOND, true, true);
    SAME(e.b.state, UP), SAME(f.b.state, UP);
    talk(62 * CHECK_SECOND, true, false);           /* e hears nothing and says so */
    SAME(e.b.state, DOWN), SAME(e.b.diag, 1);
    SAME(f.b.state, INIT), SAME(f.b.diag, 3);       /* down with it, and answering */
    talk(70 * CHECK_SECOND, true, true);
    SAME(e.b.state, UP), SAME(f.b.state, UP);
}

static void pairs(void)
{
    memset(&e.d, 0, sizeof e.d), memset(&f.d, 0, sizeof f.d);
    pair();
}

static void expiry_in_time(void)
{
    memset(&e.d, 0, sizeof e.d);
    bring(UP, false);
    SAME(e.b.detect_at, 900 * MS);
    e.b.tx_at = CHECK_NEVER;
    at(&e, 900 * MS - 1);
    SAME(e.b.state, UP);
    at(&e, 900 * MS);
    SAME(e.b.state, DOWN);
    SAME(e.b.diag, 1);
    SAME(e.b.remote, 0);
    bring(INIT, false);
    at(&e, e.b.detect_at);
    SAME(e.b.state, DOWN);
    SAME(e.b.diag, 1);
}

// >>authentication

/* Not SHA-1: something that depends on every byte and its place. The real one is the program's. */
static void toy_sha1(const uint8_t *input, size_t size, uint8_t out[20])
{
    size_t i;

    memset(out, 7, 20);
    for (i = 0; i < size; i++)
        out[i % 20] = (uint8_t)(out[i % 20] * 31 + input[i] + (i >> 4) + out[(i + 7) % 20]);
}

static void secret(check_bfd_desc *d, uint8_t type)
{
    memset(d, 0, sizeof *d);
    d->auth = type, d->key = "correct horse", d->key_size = 13, d->key_id = 9, d->sha1 = toy_sha1;
}

static int replay(uint32_t seq)
{
    uint8_t p[64];
    size_t  size;

    e.b.seq_out = seq;
    size = check_bfd_send(&e.b, p, e.now);
    return check_bfd_receive(&f.b, p, size, 255, f.now);
}

static void each_type(void)
{
    uint8_t type, p[64];
    size_t  size, i;

    for (type = CHECK_BFD_SIMPLE; type <= CHECK_BFD_SHA1_METICULOUS; type++) {
        secret(&e.d, type), secret(&f.d, type);
        pair();
        size = check_bfd_send(&e.b, p, e.now);
        SAME(size, type == 1 ? 24 + 16 : type <= 3 ? 48 : 52);
        for (i = 24; i < size; i++) {               /* type, length, key id, sequence, digest */
            p[i] ^= 1;
            CHECK(check_bfd_receive(&f.b, p, size, 255, f.now) != 0);
            p[i] ^= 1;
        }
        SAME(check_bfd_receive(&f.b, p, size, 255, f.now), 0);
        if (type == CHECK_BFD_SIMPLE)
            continue;
        f.b.seq_known = true, f.b.seq_in = 100, f.b.known_until = CHECK_NEVER;
        SAME(replay(99), CHECK_E_REPLAY);
        SAME(replay(110), CHECK_E_REPLAY);
        f.b.known_until = CHECK_NEVER;
        SAME(replay(100), type % 2 ? CHECK_E_REPLAY : 0);
        SAME(f.b.seq_in, 100);
        SAME(replay(109), 0);
        SAME(f.b.seq_in, 109);
        f.b.seq_in = UINT32_MAX;
        SAME(replay(3), 0);
        f.now = f.b.known_until;                    /* two Detection Times later: any will do */
        SAME(replay(2), 0);
    }
    memset(&e.d, 0, sizeof e.d), memset(&f.d, 0, sizeof f.d);
}

/* Meticulous SHA-1 (RFC 5880 4.4): the digest is of the packet with the key in its place, zeros
   behind it. Made with another implementation of SHA-1. */
#define SHA1_HEAD "20c4033411223344aabbccdd000493e0000493e000000000" "051c070001020304"
static const char sha1_input[] = SHA1_HEAD "73686131206b6579000000000000000000000000";
static const char sha1_packet[] = SHA1_HEAD "c6d6e2fd61bb5ade28eac501bbeee4def08a98ba";

static void known_sha1(const uint8_t *input, size_t size, uint8_t out[20])
{
    uint8_t want[64], packet[64];

    SAME(size, test_unhex(sha1_input, want, sizeof want));
    BYTES(input, want, size);
    test_unhex(sha1_packet, packet, sizeof packet);
    memcpy(out, packet + 32, 20);
}

static void section_sizes(void)
{
    check_bfd_packet p;
    uint8_t          b[64];
    int              length, size;

    test_unhex(sha1_packet, b, sizeof b);
    for (length = 20; length < 56; length++)
        for (size = 0; size < 40; size++) {
            b[3] = (uint8_t)length, b[25] = (uint8_t)size;
            SAME(check_bfd_decode(b, 52, &p) == 0,
                 length >= 26 && length <= 52 && size >= 4 && 24 + size <= length);
        }
}

static void sha1_section(void)
{
    uint8_t want[64], out[64];
    size_t  size = test_unhex(sha1_packet, want, sizeof want);

    memset(&e.d, 0, sizeof e.d);
    e.d.auth = CHECK_BFD_SHA1_METICULOUS, e.d.key = "sha1 key", e.d.key_size = 8, e.d.key_id = 7;
    e.d.sha1 = known_sha1;
    SAME(check_bfd_init(&e.b, &e.d, 1), 0);
    e.b.local = 0x11223344, e.b.remote = 0xaabbccdd, e.b.state = UP;
    e.b.want_tx = e.b.want_rx = 300000, e.b.seq_out = 0x01020304, e.b.on = true;
    SAME(check_bfd_send(&e.b, out, 0), size);
    BYTES(out, want, size);
    e.b.local = 0xaabbccdd;
    SAME(check_bfd_receive(&e.b, out, size, 255, 0), 0);
    memset(&e.d, 0, sizeof e.d);
}

int main(void)
{
    static const test_case tests[] = {
        { "first packet: Down, Your 0, 1 s [C-115]", first_packet },
        { "discards, and that they do not count [C-119 C-120 C-122 C-123]", discards },
        { "A bit against the configuration [C-121]", auth_bit },
        { "multihop: port and TTL [C-132]", multihop },
        { "the state table, diag included [C-117]", state_table },
        { "detection expires in Init and Up [C-118]", expiry_in_time },
        { "P is answered with F at once [C-124]", poll_answered },
        { "Up starts a Poll, P stays until F [C-125]", poll_until_final },
        { "K-BFD-TIMERS [C-126]", timing_table },
        { "jitter over 10 000 draws [C-127]", jitter },
        { "slower tx, faster rx wait for F [C-128]", change_waits_for_final },
        { "a reduced RemoteMinRx counts at once [C-129]", shorter_counts_at_once },
        { "RemoteMinRx 0 stops periodic packets [C-130]", none_wanted },
        { "AdminDown is told for a Detection Time [C-131]", admin_down },
        { "a new discriminator after a flap [C-134]", new_discriminator },
        { "started again: the neighbor is known for a Detection Time", starts_again },
        { "each seed another discriminator [C-115]", seeds },
        { "passive is silent until spoken to", passive },
        { "two sessions: Up, silence one way, Up again", pairs },
        { "five types of authentication and their windows [C-133]", each_type },
        { "meticulous SHA-1 as another implementation has it [C-133]", sha1_section },
        { "authentication sections inside the packet [C-119 C-133]", section_sizes }
    };
    int bad = test_all(tests, COUNT(tests));

    vectors_all();
    return bad || test_failures;
}
