/* The pool (quorum, sorry server, inhibit, draining) and what brings a kernel's table to what the
   pool wants, without a kernel. */
#include "test.h"

#define IPVS_IMPLEMENTATION
#define IPVS_STATIC
#define IPVS_NO_LINUX
#include "../../ipvs.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

enum { MOST = 12 };
static ipvs_real    reals[MOST], sorry;
static ipvs_pool    pool;
static ipvs_service service;

/* The server that was number i before the pool sorted its array. */
static ipvs_real *numbered(size_t i)
{
    size_t k;

    for (k = 0; k < pool.n; k++)
        if (pool.reals[k].user == (void *)(uintptr_t)(i + 1))
            return &pool.reals[k];
    return NULL;
}

static void address(ipvs_address *a, unsigned last, unsigned port)
{
    memset(a, 0, sizeof *a);
    a->family = IPVS_IPV4;
    a->ip[0] = 203;
    a->ip[2] = 113;
    a->ip[3] = (uint8_t)last;
    a->port = (uint16_t)port;
}

/* n servers of weight 1, all up. */
static void fill(size_t n, bool with_sorry)
{
    size_t i;

    memset(reals, 0, sizeof reals);
    memset(&sorry, 0, sizeof sorry);
    memset(&pool, 0, sizeof pool);
    memset(&service, 0, sizeof service);
    service.at.family = IPVS_IPV4;
    service.at.port = 80;
    service.protocol = IPVS_TCP;
    for (i = 0; i < n; i++) {
        address(&reals[i].d.to, 200 - (unsigned)i, 80);
        reals[i].user = (void *)(uintptr_t)(i + 1);
        reals[i].d.weight = 1;
        reals[i].up = true;
    }
    address(&sorry.d.to, 250, 80);
    sorry.d.weight = 1;
    pool.reals = reals;
    pool.n = n;
    pool.sorry = with_sorry ? &sorry : NULL;
}

static size_t ups(unsigned n)
{
    size_t i, changes = 0;

    for (i = 0; i < pool.n; i++)
        changes += ipvs_pool_up(&pool, numbered(i), i < n);
    return changes;
}

/* What belongs into the table: "1 1 0 - | 1", the sorry server behind the bar. */
static const char *wanted(void)
{
    static char text[256];
    ipvs_dest   d;
    size_t      i, at = 0;

    for (i = 0; i < pool.n; i++)
        if (ipvs_pool_want(&pool, numbered(i), &service, &d))
            at += (size_t)snprintf(text + at, sizeof text - at, "%s%d", i ? " " : "", d.weight);
        else
            at += (size_t)snprintf(text + at, sizeof text - at, "%s-", i ? " " : "");
    if (pool.sorry && ipvs_pool_want(&pool, pool.sorry, &service, &d))
        snprintf(text + at, sizeof text - at, " | %d", d.weight);
    else if (pool.sorry)
        snprintf(text + at, sizeof text - at, " | -");
    return text;
}

/* --- the quorum --- */

/* KEEPALIVED.md 5: up when >= quorum + hysteresis; lost when < quorum - hysteresis, or 0. Ten
   servers of weight 1; how many are up, step by step, and '+' or '-' when the quorum changed. */
static void t_quorum_and_hysteresis(void)
{
    static const struct {
        uint32_t    quorum, hysteresis;
        const char *steps;
    } rows[] = {
        { 0, 0, "10 1 0- 1+ 10 0-" },
        { 1, 0, "10 1 0- 1+" },
        { 7, 0, "7 6- 7+ 10 6- 6 7+" },
        { 7, 2, "9 8 7 6 5 4- 5 6 7 8 9+ 5 4- 10+" },
        { 10, 0, "10 9- 10+" },
        { 3, 2, "1 0- 1 2 3 4 5+ 1 0-" },
        { 2, 1, "1 0- 1 2 3+ 2 1" },
        { 5, 5, "1 0- 1 8 9+ 1" },      /* hysteresis 4 */
        { 20, 0, "10 9- 10+" },         /* quorum 10 */
        { 9, 3, "8 7- 9 10+" },         /* hysteresis 1: it could not be regained with 3 */
    };
    const char *at;
    char       *end;
    size_t      i, changes;
    bool        before;

    for (i = 0; i < COUNT(rows); i++) {
        fill(10, false);
        pool.quorum = rows[i].quorum;
        pool.hysteresis = rows[i].hysteresis;
        CHECK(ipvs_pool_init(&pool, NULL) >= 0);
        CHECK(pool.quorum_up);
        for (at = rows[i].steps; *at; at = end) {
            before = pool.quorum_up;
            changes = ups((unsigned)strtoul(at, &end, 10));
            SAME(pool.quorum_up, *end == '+' ? true : *end == '-' ? false : before);
            if (!SAME(changes, *end == '+' || *end == '-'))
                printf("    row %zu at \"%s\"\n", i, at);
            end += *end == '+' || *end == '-';
        }
    }
}

static void t_clamps(void)
{
    static const struct {
        uint32_t quorum, hysteresis, weight, need, margin;
        int      said;
    } rows[] = {
        { 0, 0, 1, 1, 0, 0 }, { 3, 0, 1, 3, 0, 0 },
        { 4, 0, 1, 3, 0, IPVS_CLAMPED_QUORUM },
        { 4, 1, 1, 3, 0, IPVS_CLAMPED_QUORUM | IPVS_CLAMPED_HYSTERESIS },
        { 1, 1, 1, 1, 0, IPVS_CLAMPED_HYSTERESIS },
        { 2, 1, 1, 2, 1, 0 }, { 2, 2, 1, 2, 1, IPVS_CLAMPED_HYSTERESIS },
        { 3, 1, 1, 3, 0, IPVS_CLAMPED_HYSTERESIS },
        { 300, 100, 100, 300, 0, IPVS_CLAMPED_HYSTERESIS },
        { 200, 100, 100, 200, 100, 0 },
        { UINT32_MAX, UINT32_MAX, INT32_MAX, UINT32_MAX, 2147483646u, IPVS_CLAMPED_HYSTERESIS },
        { 1, 0, 0, 1, 0, 0 },           /* all of weight 0: nothing to clamp to */
    };
    size_t i, k;

    for (i = 0; i < COUNT(rows); i++) {
        fill(3, false);
        for (k = 0; k < 3; k++)
            reals[k].d.weight = (int32_t)rows[i].weight;
        pool.quorum = rows[i].quorum;
        pool.hysteresis = rows[i].hysteresis;
        SAME(ipvs_pool_init(&pool, NULL), rows[i].said);
        SAME(pool.need, rows[i].need);
        if (!SAME(pool.margin, rows[i].margin))
            printf("    row %zu\n", i);
    }
}

/* A pool begins without its quorum, as keepalived's, and keeps what it has when built anew. */
static void t_beginning(void)
{
    fill(5, false);
    pool.quorum = 3;
    pool.hysteresis = 1;
    reals[0].up = reals[1].up = false;
    ipvs_pool_init(&pool, NULL);
    CHECK(!pool.quorum_up);             /* 3 would be enough to keep it */
    SAME(pool.weight, 3);
    ups(4);
    CHECK(pool.quorum_up);
    ups(3);
    ipvs_pool_init(&pool, NULL);
    CHECK(pool.quorum_up);
    ups(1);
    ipvs_pool_init(&pool, NULL);
    CHECK(!pool.quorum_up);
    ups(4);
    CHECK(pool.quorum_up);

    fill(5, false);                     /* alpha: nobody is up */
    memset(reals, 0, sizeof reals);
    pool.n = 0;
    ipvs_pool_init(&pool, NULL);
    CHECK(!pool.quorum_up);
}

/* --- who is in the table --- */

static void t_without_sorry_server_they_stay(void)
{
    fill(4, false);
    pool.quorum = 3;
    ipvs_pool_init(&pool, NULL);
    TEXT(wanted(), "1 1 1 1");
    ups(2);
    CHECK(!pool.quorum_up);
    TEXT(wanted(), "1 1 - -");
    ups(0);
    TEXT(wanted(), "- - - -");
}

static void t_sorry_server(void)
{
    fill(4, true);
    pool.quorum = 3;
    ipvs_pool_init(&pool, NULL);
    TEXT(wanted(), "1 1 1 1 | -");
    ups(3);
    TEXT(wanted(), "1 1 1 - | -");
    ups(2);
    TEXT(wanted(), "- - - - | 1");
    ups(0);
    TEXT(wanted(), "- - - - | 1");
    ups(3);
    TEXT(wanted(), "1 1 1 - | -");
}

static void t_inhibit(void)
{
    fill(3, true);
    reals[0].inhibit = true;
    sorry.inhibit = true;
    sorry.d.weight = 7;
    pool.quorum = 2;
    ipvs_pool_init(&pool, NULL);
    TEXT(wanted(), "1 1 1 | 0");
    ipvs_pool_up(&pool, numbered(0), false);
    TEXT(wanted(), "0 1 1 | 0");
    CHECK(ipvs_pool_up(&pool, numbered(1), false));
    TEXT(wanted(), "0 - - | 7");
    CHECK(ipvs_pool_up(&pool, numbered(0), true));
    TEXT(wanted(), "1 - 1 | 0");
}

static void t_weights(void)
{
    fill(3, true);
    pool.quorum = 4;
    reals[0].d.weight = 5;
    ipvs_pool_init(&pool, NULL);
    SAME(pool.weight, 7);
    CHECK(!ipvs_pool_weight(&pool, numbered(0), 5));
    CHECK(!ipvs_pool_weight(&pool, numbered(0), 2));
    TEXT(wanted(), "2 1 1 | -");
    CHECK(ipvs_pool_weight(&pool, numbered(0), 1));
    TEXT(wanted(), "- - - | 1");
    SAME(pool.weight, 3);
    CHECK(ipvs_pool_weight(&pool, numbered(1), 900));
    TEXT(wanted(), "1 900 1 | -");
    CHECK(!ipvs_pool_weight(&pool, numbered(2), 0));
    TEXT(wanted(), "1 900 0 | -");      /* weight 0 stays, and counts nothing */
    SAME(pool.weight, 901);
    ipvs_pool_up(&pool, numbered(2), false);
    ipvs_pool_weight(&pool, numbered(2), 8);
    SAME(pool.weight, 901);
    TEXT(wanted(), "1 900 - | -");
    CHECK(!ipvs_pool_weight(&pool, pool.sorry, 3));
    SAME(pool.weight, 901);
}

static void t_draining(void)
{
    fill(3, true);
    reals[2].inhibit = true;
    ipvs_pool_init(&pool, NULL);
    numbered(0)->draining = numbered(2)->draining = true;
    ipvs_pool_init(&pool, NULL);
    SAME(pool.weight, 1);
    TEXT(wanted(), "0 1 0 | -");
    ups(0);                             /* what is dead has nothing to drain */
    TEXT(wanted(), "- - 0 | 1");
    ups(3);
    TEXT(wanted(), "0 1 0 | -");
    numbered(0)->drained = numbered(2)->drained = true;
    TEXT(wanted(), "- 1 - | -");
}

static void t_ports(void)
{
    ipvs_dest d;

    fill(2, false);
    reals[0].d.to.port = 8080;
    reals[1].d.to.port = 8081;
    reals[1].d.method = IPVS_DIRECT;
    ipvs_pool_init(&pool, NULL);
    ipvs_pool_want(&pool, numbered(0), &service, &d);
    SAME(d.to.port, 8080);
    ipvs_pool_want(&pool, numbered(1), &service, &d);
    SAME(d.to.port, 80);
    numbered(0)->d.to.port = 0;
    ipvs_pool_want(&pool, numbered(0), &service, &d);
    SAME(d.to.port, 80);
    service.fwmark = 7;
    service.at.port = 0;
    ipvs_pool_want(&pool, numbered(0), &service, &d);
    SAME(d.to.port, 0);
    ipvs_pool_want(&pool, numbered(1), &service, &d);
    SAME(d.to.port, 0);                 /* a mark has no port that could be kept */
    service.fwmark = 0;                 /* all ports */
    ipvs_pool_want(&pool, numbered(1), &service, &d);
    SAME(d.to.port, 0);
}

static void t_duplicates(void)
{
    static const struct {
        unsigned ip[3], port[3];
        uint8_t  method[3];
        int      twice;                 /* which of the sorted; -1: none */
    } rows[] = {
        { { 1, 2, 3 }, { 80, 80, 80 }, { 0, 0, 0 }, -1 },
        { { 1, 1, 1 }, { 80, 81, 82 }, { 0, 0, 0 }, -1 },
        { { 1, 2, 1 }, { 80, 80, 80 }, { 0, 0, 0 }, 1 },
        { { 3, 2, 3 }, { 80, 80, 81 }, { 0, 0, 0 }, -1 },
        { { 3, 2, 3 }, { 80, 80, 81 }, { IPVS_DIRECT, 0, 0 }, 2 },
        { { 3, 3, 3 }, { 80, 82, 81 }, { 0, IPVS_TUNNEL, 0 }, 2 },
        { { 3, 2, 3 }, { 0, 80, 81 }, { 0, 0, 0 }, 2 },
        { { 1, 250, 3 }, { 80, 80, 81 }, { 0, 0, 0 }, 3 },     /* the sorry server */
        { { 1, 250, 3 }, { 80, 81, 81 }, { 0, 0, 0 }, -1 },
    };
    size_t i, k, which;

    for (i = 0; i < COUNT(rows); i++) {
        fill(3, true);
        for (k = 0; k < 3; k++) {
            address(&reals[k].d.to, rows[i].ip[k], rows[i].port[k]);
            reals[k].d.method = rows[i].method[k];
        }
        which = 99;
        SAME(ipvs_pool_init(&pool, &which), rows[i].twice < 0 ? 0 : IPVS_E_DUPLICATE);
        SAME(pool.weight, (uint64_t)reals[0].d.weight + (uint64_t)reals[1].d.weight +
                              (uint64_t)reals[2].d.weight);
        CHECK(pool.quorum_up && pool.need == 1 && pool.margin == 0);
        if (!SAME(which, rows[i].twice < 0 ? 99 : rows[i].twice))
            printf("    row %zu\n", i);
    }
}

static uint32_t seed;
static uint32_t dice(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % n;
}

static void t_sorting(void)
{
    enum { MANY = 5000 };
    static ipvs_real many[MANY];
    ipvs_pool        p;
    ipvs_dest        want;
    size_t           i;

    memset(&p, 0, sizeof p);
    p.reals = many;
    p.n = MANY;
    for (i = 0; i < MANY; i++) {
        many[i].d.to.family = IPVS_IPV4;
        many[i].d.to.ip[0] = 203;
        many[i].d.to.ip[2] = (uint8_t)(i * 7919 % 97);
        many[i].d.to.ip[3] = (uint8_t)(i * 7919 % 89);
        many[i].d.to.port = (uint16_t)(1 + i * 31 % MANY);
        many[i].d.weight = 1;
    }
    fill(1, false);
    SAME(ipvs_pool_init(&p, NULL), 0);
    for (i = 1; i < MANY; i++)
        if (!CHECK(ipvs__compare(&many[i - 1].d.to, &many[i].d.to) < 0))
            return;
    for (i = 0; i < MANY; i++) {
        ipvs_pool_want(&p, &many[i], &service, &want);
        if (!SAME(ipvs__find(&p, &service, &want.to), i))
            return;
    }
    want.to.port = 65000;
    SAME(ipvs__find(&p, &service, &want.to), MANY);
}

/* --- keepalived's way, step by step, as the judge of a whole life --- */

static struct model {
    bool    alive[MOST], in[MOST + 1], up;
    int32_t weight[MOST], at[MOST + 1];
} model;

static void model_add(size_t i, int32_t weight)
{
    model.in[i] = true;
    model.at[i] = weight;
}

static void model_leave(size_t i, bool inhibit)
{
    model.in[i] = inhibit;
    model.at[i] = 0;
}

static void model_quorum(void)
{
    int64_t sum = 0, need = (int64_t)pool.need, margin = (int64_t)pool.margin;
    size_t  i;

    for (i = 0; i < pool.n; i++)
        sum += model.alive[i] ? model.weight[i] : 0;
    if (!model.up && sum && sum >= need + margin) {
        model.up = true;
        for (i = 0; pool.sorry && i < pool.n; i++)
            if (model.alive[i])
                model_add(i, model.weight[i]);
        if (pool.sorry)
            model_leave(MOST, sorry.inhibit);
    } else if (model.up && (!sum || sum < need - margin)) {
        model.up = false;
        if (pool.sorry)
            model_add(MOST, sorry.d.weight);
        for (i = 0; pool.sorry && i < pool.n; i++)
            if (model.alive[i])
                model_leave(i, numbered(i)->inhibit);
    }
}

static void model_server(size_t i, bool alive)
{
    bool serves = model.up || !pool.sorry;

    if (model.alive[i] == alive)
        return;
    model.alive[i] = alive;
    if (serves && alive)
        model_add(i, model.weight[i]);
    else if (serves)
        model_leave(i, numbered(i)->inhibit);
    model_quorum();
}

static void model_weight(size_t i, int32_t weight)
{
    model.weight[i] = weight;
    if (model.alive[i] && (model.up || !pool.sorry))
        model.at[i] = weight;
    model_quorum();
}

/* --- a kernel without a kernel --- */

typedef struct table {
    ipvs_dest d[64];
    size_t    n;
    unsigned  messages, mistakes;
} table;

static size_t in_table(const table *t, const ipvs_address *to)
{
    size_t i;

    for (i = 0; i < t->n && !ipvs__same_address(&t->d[i].to, to); i++)
        ;
    return i;
}

static void message(table *t, uint8_t step, const ipvs_dest *d)
{
    size_t i = in_table(t, &d->to);

    t->messages++;
    if ((step == IPVS__PUT) != (i == t->n)) {
        t->mistakes++;                  /* EEXIST, ENOENT */
        return;
    }
    if (step == IPVS__TAKE)
        t->d[i] = t->d[--t->n];
    else
        t->d[i] = *d;
    t->n += step == IPVS__PUT;
}

static uint8_t marks[MOST + 1];

/* The servers of a dump, in whatever order. */
static uint32_t look(table *t)
{
    static ipvs_dest strangers[64];
    ipvs__others     foreign;
    size_t           i, n = 0, skip = t->n ? dice((uint32_t)t->n) : 0;
    const ipvs_dest *d;

    memset(&foreign, 0, sizeof foreign);
    ipvs__unsee(marks, ipvs__entries(&pool));
    for (i = 0; i < t->n; i++) {
        d = &t->d[(i + skip) % t->n];
        if (ipvs__meet(&pool, &service, marks, d, &foreign) == ipvs__entries(&pool))
            strangers[n++] = *d;
    }
    ipvs__settle(&pool, &service, marks, &foreign);
    foreign.n += (uint32_t)n;
    while (n)
        message(t, IPVS__TAKE, &strangers[--n]);
    return foreign.n;
}

static void spread(void)
{
    size_t i;

    ipvs__spread(&pool, marks);
    for (i = 0; i < ipvs__entries(&pool); i++)
        ipvs__entry(&pool, i)->dirty = 0;
}

static void sent(table *t)
{
    ipvs_dest d;
    uint8_t   step;
    size_t    i, pass;

    for (pass = 0; pass < 2; pass++)
        for (i = 0; i < ipvs__entries(&pool); i++) {
            if (!(marks[i] & IPVS__DIRTY))
                continue;
            step = ipvs__step(&pool, i, &service, marks[i], &d);
            if (step != IPVS__KEEP && (step == IPVS__TAKE) != (pass == 1))
                continue;
            if (step != IPVS__KEEP)
                message(t, step, &d);
            marks[i] = ipvs__after(marks[i], step, d.weight == 0);
        }
}

/* The table that the judge's state is, and how many entries of another one are not so. */
static void model_table(table *t)
{
    size_t i;

    memset(t, 0, sizeof *t);
    for (i = 0; i < pool.n; i++)
        if (model.in[i]) {
            t->d[t->n] = numbered(i)->d;
            t->d[t->n++].weight = model.at[i];
        }
    if (pool.sorry && model.in[MOST]) {
        t->d[t->n] = sorry.d;
        t->d[t->n++].weight = model.at[MOST];
    }
}

static unsigned distance(const table *a, const table *b)
{
    unsigned n = 0;
    size_t   i, k;

    for (i = 0; i < a->n; i++) {
        k = in_table(b, &a->d[i].to);
        n += k == b->n || a->d[i].weight != b->d[k].weight || a->d[i].upper != b->d[k].upper;
    }
    for (i = 0; i < b->n; i++)
        n += in_table(a, &b->d[i].to) == a->n;
    return n;
}

static void a_life_begins(void)
{
    size_t i;
    bool   with_sorry = dice(3) > 0;

    fill(1 + dice(MOST), with_sorry);
    memset(marks, 0, sizeof marks);
    memset(&model, 0, sizeof model);
    for (i = 0; i < pool.n; i++) {
        reals[i].inhibit = dice(4) == 0;
        reals[i].up = dice(3) > 0;
        model.weight[i] = reals[i].d.weight = dice(5) ? 1 : (int32_t)dice(4);
    }
    sorry.inhibit = dice(3) == 0;
    pool.quorum = dice(6);
    pool.hysteresis = dice(3);
    CHECK(ipvs_pool_init(&pool, NULL) >= 0);
    for (i = 0; i < pool.n; i++) {
        model.alive[i] = numbered(i)->up;
        if (model.alive[i] && !pool.sorry)
            model_add(i, model.weight[i]);
        else
            model_leave(i, numbered(i)->inhibit);
    }
    if (pool.sorry)
        model_add(MOST, sorry.d.weight);
    model_quorum();
}

static void a_change(void)
{
    size_t  i = dice((uint32_t)pool.n);
    bool    up = dice(2);
    int32_t weight = dice(3) ? (int32_t)dice(4) : numbered(i)->d.weight;
    bool    changed, before = model.up;

    if (dice(3)) {
        changed = ipvs_pool_up(&pool, numbered(i), up);
        model_server(i, up);
    } else {
        changed = ipvs_pool_weight(&pool, numbered(i), weight);
        model_weight(i, weight);
    }
    SAME(changed, before != model.up);
    SAME(pool.quorum_up, model.up);
}

/* Somebody else's hand in the table. Returns whether it changed. */
static void vandal(table *t)
{
    size_t i = t->n ? dice((uint32_t)t->n) : 0;

    switch (dice(5)) {
    case 0:
        t->n = 0;
        break;
    case 1:
        if (t->n)
            t->d[i] = t->d[--t->n];
        break;
    case 2:
        if (t->n)
            t->d[i].weight = (int32_t)dice(4);
        break;
    case 3:
        if (t->n)
            t->d[i].upper = dice(2);
        break;
    default:
        memset(&t->d[t->n], 0, sizeof t->d[0]);
        address(&t->d[t->n].to, 100 + dice(3), 80);
        if (in_table(t, &t->d[t->n].to) == t->n)
            t->n++;
    }
}

/* Any number of changes, by us and by others, then a look: the table is as keepalived would have
   it, and nothing was sent that is not a difference. */
static void t_lives(void)
{
    table    kernel, right;
    unsigned life, step, n, before, least, foreign;

    for (life = 0; life < 3000; life++) {
        seed = life + 1;
        memset(&kernel, 0, sizeof kernel);
        for (n = dice(3); n; n--)
            vandal(&kernel);
        a_life_begins();
        for (step = 0; step < 12; step++) {
            for (n = step ? dice(4) : 0; n; n--)
                a_change();
            spread();
            if (step && dice(2)) {      /* nobody else was here: no look is needed */
                model_table(&right);
                least = distance(&right, &kernel);
                kernel.messages = 0;
                sent(&kernel);
                CHECK(kernel.messages >= least);
            } else {
                sent(&kernel);
                kernel.mistakes = kernel.messages = 0;
                for (n = dice(3); n; n--)
                    vandal(&kernel);
                model_table(&right);
                least = distance(&right, &kernel);
                foreign = look(&kernel);
                if (step)               /* before, nothing was settled */
                    SAME(foreign, least);
                before = kernel.messages;
                sent(&kernel);
                SAME(kernel.messages, least);
                CHECK(before <= least);
                SAME(kernel.mistakes, 0);
            }
            SAME(distance(&right, &kernel), 0);
            kernel.messages = 0;
            spread();
            sent(&kernel);
            SAME(kernel.messages, 0);
            if (test_bad) {
                printf("    life %u, step %u\n", life, step);
                return;
            }
        }
    }
}

/* One server's weight is one message, a flip that was taken back is none. */
static void t_fewest_messages(void)
{
    table kernel;

    fill(10, true);
    memset(marks, 0, sizeof marks);
    memset(&kernel, 0, sizeof kernel);
    ipvs_pool_init(&pool, NULL);
    look(&kernel);
    sent(&kernel);
    SAME(kernel.messages, 10);
    ipvs_pool_weight(&pool, numbered(3), 5);
    spread();
    sent(&kernel);
    SAME(kernel.messages, 11);
    ipvs_pool_up(&pool, numbered(4), false);
    ipvs_pool_up(&pool, numbered(4), true);
    spread();
    sent(&kernel);
    SAME(kernel.messages, 11);
    numbered(5)->inhibit = true;
    ipvs_pool_up(&pool, numbered(5), false);
    spread();
    sent(&kernel);
    SAME(kernel.messages, 12);
    ipvs_pool_weight(&pool, numbered(5), 9);    /* it is down: weight 0 as it was */
    spread();
    sent(&kernel);
    SAME(kernel.messages, 12);
    ipvs_pool_up(&pool, numbered(5), true);
    spread();
    sent(&kernel);
    SAME(kernel.messages, 13);
    SAME(kernel.d[in_table(&kernel, &numbered(5)->d.to)].weight, 9);
    SAME(kernel.mistakes, 0);
}

int main(void)
{
    static const test_case tests[] = {
        { "pool: quorum and hysteresis", t_quorum_and_hysteresis },
        { "pool: quorum and hysteresis are clamped", t_clamps },
        { "pool: begins without its quorum", t_beginning },
        { "pool: without a sorry server those that are up stay", t_without_sorry_server_they_stay },
        { "pool: the sorry server serves alone", t_sorry_server },
        { "pool: inhibit_on_failure is weight 0", t_inhibit },
        { "pool: weights", t_weights },
        { "pool: draining", t_draining },
        { "pool: ports", t_ports },
        { "pool: duplicates", t_duplicates },
        { "pool: sorting and finding", t_sorting },
        { "reconcile: lives against keepalived's way", t_lives },
        { "reconcile: the fewest messages", t_fewest_messages },
    };

    return test_all(tests, COUNT(tests));
}
