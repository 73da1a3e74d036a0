/* ipvs.h's shell beside a kernel that is played here: virtual servers are added, changed, drained
   and removed at any moment while somebody else changes the same tables, the module goes and comes,
   rights are taken away, schedulers are missing, answers are lost. In the end, when all that is
   over, the tables are what was wanted, what is not ours is untouched, and nobody woke in vain.
   Arrays are as large as they have to be and are freed as soon as the manual allows it.
   fuzz-runs: 2000

   One byte is an operation, the next ones what it needs. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static int     play_clock(struct timespec *t);
static int     play_socket(int domain, int type, int protocol);
static int     play_close(int fd);
static ssize_t play_send(int fd, const void *bytes, size_t size, int flags);
static ssize_t play_recv(int fd, void *out, size_t cap, int flags);

static int play_nothing(int fd, void *at, ...)
{
    (void)fd, (void)at;
    return 0;
}

#define socket play_socket
#define close play_close
#define send play_send
#define recv play_recv
#define bind(fd, at, size) play_nothing(fd, at, size)
#define getsockname(fd, at, size) play_nothing(fd, at, size)
#define setsockopt(fd, level, name, value, size) play_nothing((fd) + (level) + (name), value, size)
#define clock_gettime(id, t) play_clock(t)
#define IPVS_IMPLEMENTATION
#define IPVS_STATIC
#include "../../ipvs.h"
#undef socket
#undef close
#undef send
#undef recv
#undef bind
#undef getsockname
#undef setsockopt
#undef clock_gettime

#define MUST(truth) ((truth) ? (void)0 : failed(__LINE__, #truth))
#define MS ((uint64_t)1000000)

enum { SERVICES = 8, DESTS = 256, VIRTUALS = 5, POOLS = 3, SOCKETS = 4 };
enum { FIRST = 5000, ROOM = 65536 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void failed(int line, const char *what)
{
    fprintf(stderr, "fuzz_ipvs_io.c:%d: %s\n", line, what);
    abort();
}

/* --- the kernel --- */

typedef struct held {
    ipvs_service s;
    ipvs_dest    d[DESTS];
    uint32_t     busy[DESTS];           /* connections */
    size_t       n;
    bool         used;
} held;

typedef struct talker {
    bool         open, dumps;
    uint8_t      queue[ROOM];           /* datagrams: size_t, bytes */
    size_t       from, to;
    uint8_t      dump;                  /* command */
    ipvs_service of;
    size_t       at;
    uint32_t     seq;
} talker;

static held        table[SERVICES];
static talker      talkers[SOCKETS];
static ipvs_daemon daemons[2];
static bool        daemon_runs[2], present, allowed, scheduled;
static ipvs_config config;
static uint16_t    number;              /* of the family */
static int         faults, fault;
static uint64_t    spent, price;        /* what talking has taken; how long one word takes */
static unsigned    changed;             /* by requests */

static held *kept(const ipvs_service *s)
{
    ipvs_service w = ipvs__service(s);
    size_t       i;

    for (i = 0; i < SERVICES; i++)
        if (table[i].used && ipvs_diff_service(&table[i].s, &w) != IPVS_OTHER)
            return &table[i];
    return NULL;
}

static size_t place(const held *h, const ipvs_address *to)
{
    size_t i;

    for (i = 0; i < h->n && !ipvs__same_address(&h->d[i].to, to); i++)
        ;
    return i;
}

static void reply(talker *t, const void *bytes, size_t size)
{
    if (t->from == t->to)
        t->from = t->to = 0;
    MUST(t->to + sizeof size + size <= sizeof t->queue);
    memcpy(t->queue + t->to, &size, sizeof size);
    memcpy(t->queue + t->to + sizeof size, bytes, size);
    t->to += sizeof size + size;
}

static void reply_error(talker *t, uint32_t seq, int error)
{
    struct {
        struct nlmsghdr h;
        struct nlmsgerr e;
    } m;

    memset(&m, 0, sizeof m);
    m.h.nlmsg_len = sizeof m;
    m.h.nlmsg_type = NLMSG_ERROR;
    m.h.nlmsg_flags = NLM_F_CAPPED;
    m.h.nlmsg_seq = seq;
    m.e.error = error;
    reply(t, &m, sizeof m);
}

static void begin(ipvs__nl *m, uint8_t *room, uint32_t seq, uint16_t type, uint8_t command)
{
    uint8_t head[4] = { command, 1, 0, 0 };

    memset(m, 0, sizeof *m);
    m->data = room;
    m->cap = 4096;
    m->seq = seq - 1;
    ipvs__nl_begin(m, type, 0, head, sizeof head);
}

static void reply_family(talker *t, uint32_t seq)
{
    uint8_t  room[4096];
    ipvs__nl m;

    begin(&m, room, seq, GENL_ID_CTRL, CTRL_CMD_NEWFAMILY);
    ipvs__put_number(&m, CTRL_ATTR_FAMILY_ID, number, 2);
    reply(t, m.data, m.size);
}

/* Another one on a dump, or its end: two in a datagram. */
static void dump_more(talker *t)
{
    uint8_t   room[4096], done[20];
    uint32_t  word = 20;
    ipvs__nl  m;
    held     *h = kept(&t->of);
    size_t    n = t->dump == IPVS_CMD_GET_DEST ? h ? h->n : 0 :
                t->dump == IPVS_CMD_GET_DAEMON ? 2 : SERVICES, at;

    if (t->at >= n) {
        memset(done, 0, sizeof done);
        memcpy(done, &word, 4);
        done[4] = NLMSG_DONE;
        memcpy(done + 8, &t->seq, 4);
        reply(t, done, sizeof done);
        t->dumps = false;
        return;
    }
    begin(&m, room, t->seq, number, t->dump == IPVS_CMD_GET_DEST ? IPVS_CMD_NEW_DEST :
          t->dump == IPVS_CMD_GET_DAEMON ? IPVS_CMD_NEW_DAEMON : IPVS_CMD_NEW_SERVICE);
    if (t->dump == IPVS_CMD_GET_DEST) {
        at = m.size;
        ipvs__put_dest(&m, &h->s, &h->d[t->at], true);
        ipvs__put_number(&m, IPVS_DEST_ATTR_ACTIVE_CONNS, h->busy[t->at], 4);
        ipvs__nl_close(&m, at);
    } else if (t->dump == IPVS_CMD_GET_DAEMON && daemon_runs[t->at]) {
        ipvs__put_daemon(&m, &daemons[t->at], true);
    } else if (t->dump == IPVS_CMD_GET_SERVICE && table[t->at].used) {
        ipvs__put_service(&m, &table[t->at].s, true);
    } else {
        t->at++;
        dump_more(t);
        return;
    }
    t->at++;
    reply(t, m.data, m.size);
}

static int do_service(uint8_t command, const ipvs_service *s)
{
    held  *h = kept(s);
    size_t i;

    if (command == IPVS_CMD_DEL_SERVICE) {
        if (!h)
            return -ESRCH;
        memset(h, 0, sizeof *h);
        return 0;
    }
    if (command == IPVS_CMD_NEW_SERVICE && h)
        return -EEXIST;
    if (command == IPVS_CMD_SET_SERVICE && !h)
        return -ESRCH;
    if (!scheduled && strcmp(s->scheduler, "mh") == 0)
        return -ENOENT;
    for (i = 0; !h; i++) {
        MUST(i < SERVICES);
        h = table[i].used ? NULL : &table[i];
    }
    h->used = true;
    h->s = *s;
    return 0;
}

static int do_dest(uint8_t command, const ipvs_service *s, const ipvs_dest *d)
{
    held  *h = kept(s);
    size_t i;

    if (!h)
        return -ESRCH;
    i = place(h, &d->to);
    if (command == IPVS_CMD_NEW_DEST && i < h->n)
        return -EEXIST;
    if (command != IPVS_CMD_NEW_DEST && i == h->n)
        return -ENOENT;
    if (command == IPVS_CMD_DEL_DEST) {
        memmove(&h->d[i], &h->d[i + 1], (h->n - i - 1) * sizeof h->d[0]);
        memmove(&h->busy[i], &h->busy[i + 1], (h->n - i - 1) * sizeof h->busy[0]);
        h->n--;
        return 0;
    }
    if (i == h->n) {
        if (h->n == DESTS)
            return -ENOMEM;
        h->busy[h->n++] = 0;
    }
    h->d[i] = *d;
    return 0;
}

static int do_daemon(uint8_t command, const ipvs_daemon *d)
{
    size_t i = d->state == IPVS_SYNC_BACKUP;

    if (command == IPVS_CMD_NEW_DAEMON && daemon_runs[i])
        return -EEXIST;
    if (command == IPVS_CMD_DEL_DAEMON && !daemon_runs[i])
        return -ESRCH;
    daemon_runs[i] = command == IPVS_CMD_NEW_DAEMON;
    daemons[i] = *d;
    return 0;
}

static void reply_one(talker *t, uint32_t seq, uint8_t command, const ipvs_service *s)
{
    uint8_t  room[4096];
    ipvs__nl m;

    begin(&m, room, seq, number, command);
    if (s)
        ipvs__put_service(&m, s, true);
    if (command == IPVS_CMD_SET_CONFIG)
        ipvs__put_config(&m, &config);
    reply(t, m.data, m.size);
}

static void config_set(const ipvs_config *c)
{
    config.tcp = c->tcp ? c->tcp : config.tcp;
    config.tcp_fin = c->tcp_fin ? c->tcp_fin : config.tcp_fin;
    config.udp = c->udp ? c->udp : config.udp;
}

static int ordered(talker *t, const ipvs__nl_answer *a)
{
    ipvs_answer    s, d;
    ipvs__nl_answer as = *a;
    uint8_t        command = a->body[0];
    const uint8_t *p = a->body + 4;
    size_t         size = a->size - 4, length = 0;

    memset(&s, 0, sizeof s);
    memset(&d, 0, sizeof d);
    as.body = p;
    s.command = IPVS_CMD_NEW_SERVICE;
    ipvs__get(p, size, 0, &s);
    d.command = IPVS_CMD_NEW_DEST;
    ipvs__get(p, size, 0, &d);
    switch (command) {
    case IPVS_CMD_NEW_SERVICE: case IPVS_CMD_SET_SERVICE: case IPVS_CMD_DEL_SERVICE:
        changed++;
        return do_service(command, &s.s);
    case IPVS_CMD_NEW_DEST: case IPVS_CMD_SET_DEST: case IPVS_CMD_DEL_DEST:
        changed++;
        return do_dest(command, &s.s, &d.d);
    case IPVS_CMD_NEW_DAEMON: case IPVS_CMD_DEL_DAEMON:
        d.command = IPVS_CMD_NEW_DAEMON;
        ipvs__get(p, size, 0, &d);
        d.daemon.ttl = 1;
        return do_daemon(command, &d.daemon);
    case IPVS_CMD_GET_SERVICE:
        if (!kept(&s.s))
            return -ESRCH;
        reply_one(t, a->seq, IPVS_CMD_NEW_SERVICE, &kept(&s.s)->s);
        return 0;
    case IPVS_CMD_SET_CONFIG:
        d.command = IPVS_CMD_SET_CONFIG;
        ipvs__get(p, size, 0, &d);
        config_set(&d.config);
        return 0;
    case IPVS_CMD_GET_CONFIG: reply_one(t, a->seq, IPVS_CMD_SET_CONFIG, NULL); return 0;
    case IPVS_CMD_GET_INFO:   reply_one(t, a->seq, IPVS_CMD_SET_INFO, NULL); return 0;
    default: (void)length; return -EOPNOTSUPP;
    }
}

static void hear(talker *t, const ipvs__nl_answer *a)
{
    ipvs_answer s;
    int         error;

    if (a->type == GENL_ID_CTRL) {
        if (present)
            reply_family(t, a->seq);
        reply_error(t, a->seq, present ? 0 : -ENOENT);
        return;
    }
    if (present && a->type == number && allowed && (a->flags & NLM_F_DUMP) == NLM_F_DUMP) {
        memset(&s, 0, sizeof s);
        s.command = IPVS_CMD_NEW_SERVICE;
        ipvs__get(a->body + 4, a->size - 4, 0, &s);
        t->dumps = true;
        t->dump = a->body[0];
        t->of = s.s;
        t->at = 0;
        t->seq = a->seq;
        dump_more(t);
        return;
    }
    error = !present || a->type != number ? -ENOENT : !allowed ? -EPERM : ordered(t, a);
    if (error || (a->flags & NLM_F_ACK))
        reply_error(t, a->seq, error);
}

static int play_clock(struct timespec *t)
{
    t->tv_sec = (time_t)(spent / IPVS_SECOND);
    t->tv_nsec = (long)(spent % IPVS_SECOND);
    return 0;
}

static int play_socket(int domain, int type, int protocol)
{
    int i;

    spent += price;
    (void)domain, (void)type, (void)protocol;
    for (i = 0; i < SOCKETS && talkers[i].open; i++)
        ;
    MUST(i < SOCKETS);
    talkers[i].open = true;
    talkers[i].dumps = false;
    talkers[i].from = talkers[i].to = 0;
    return FIRST + i;
}

static int play_close(int fd)
{
    if (fd < FIRST)
        return close(fd);
    MUST(talkers[fd - FIRST].open);
    talkers[fd - FIRST].open = false;
    return 0;
}

static ssize_t play_send(int fd, const void *bytes, size_t size, int flags)
{
    ipvs__nl_answer a;
    size_t          at = 0;

    (void)flags;
    spent += price;
    MUST(fd >= FIRST && talkers[fd - FIRST].open);
    if (faults && fault == ENOMEM) {
        faults--;
        errno = ENOMEM;
        return -1;
    }
    while (ipvs__nl_pop(bytes, size, &at, &a))
        hear(&talkers[fd - FIRST], &a);
    MUST(at == size);
    return (ssize_t)size;
}

/* A fault loses what would have come. */
static ssize_t play_recv(int fd, void *out, size_t cap, int flags)
{
    talker *t = &talkers[fd - FIRST];
    size_t  size;

    (void)flags;
    spent += price;
    MUST(fd >= FIRST && t->open);
    if (faults && fault != ENOMEM) {
        faults--;
        errno = fault;
        if (fault == ENOBUFS)
            t->from = t->to;
        return -1;
    }
    if (t->from == t->to && t->dumps)
        dump_more(t);
    if (t->from == t->to) {
        errno = EAGAIN;
        return -1;
    }
    memcpy(&size, t->queue + t->from, sizeof size);
    MUST(size <= cap);
    memcpy(out, t->queue + t->from + sizeof size, size);
    t->from += sizeof size + size;
    return (ssize_t)size;
}

/* --- who wants --- */

static ipvs_io        io;
static ipvs_virtual   virtuals[VIRTUALS];
static ipvs_pool      pools[POOLS];
static ipvs_real      sorry[POOLS];
static uint8_t       *marks[VIRTUALS];
static uint64_t       now;
static bool           disturbed;        /* something may have been put back */
static ipvs_service   foreign;
static const uint8_t *in, *end;

static unsigned byte(void)
{
    return in < end ? *in++ : 0;
}

static unsigned pool_of(unsigned v)
{
    return v / 2;
}

static void service(ipvs_service *s, unsigned v)
{
    static const uint8_t at[4] = { 198, 51, 100, 1 };

    memset(s, 0, sizeof *s);
    s->at.family = IPVS_IPV4;
    if (v == 1 || v == 3) {
        s->fwmark = v + 6;
    } else {
        memcpy(s->at.ip, at, sizeof at);
        s->at.port = v == 4 ? 0 : 80;
        s->protocol = v == 2 ? IPVS_UDP : IPVS_TCP;
        s->persistence = v == 4 ? 60 : 0;
    }
    memcpy(s->scheduler, "rr", 3);
}

static void server(ipvs_dest *d, unsigned i)
{
    static const uint8_t at[4] = { 203, 0, 113, 0 };

    memset(d, 0, sizeof *d);
    memcpy(d->to.ip, at, sizeof at);
    d->to.ip[3] = (uint8_t)(i ^ 37);
    d->to.port = 80;
    d->weight = 1 + (int)(i % 3);
    d->method = i % 5 == 0 ? IPVS_DIRECT : IPVS_MASQ;
}

/* As many servers as a byte says; what they were is forgotten, but for those that drain. */
static void fill(ipvs_pool *p, unsigned n, unsigned bits)
{
    unsigned k = (unsigned)(p - pools), i;

    p->reals = n ? calloc(n, sizeof *p->reals) : NULL;
    p->n = n;
    for (i = 0; i < n; i++) {
        server(&p->reals[i].d, i + (bits & 7));
        p->reals[i].up = (bits >> i % 8 & 1) || i % 3;
        p->reals[i].inhibit = i % 4 == 1;
    }
    memset(&sorry[k], 0, sizeof sorry[k]);
    server(&sorry[k].d, 251);
    sorry[k].d.weight = 1;
    p->sorry = bits & 64 ? &sorry[k] : NULL;
    p->quorum = 1 + bits % 5;
    p->hysteresis = bits % 3;
    MUST(ipvs_pool_init(p, NULL) >= 0);
}

static uint8_t *marks_of(const ipvs_pool *p)
{
    uint8_t *room = malloc(p->n + (p->sorry != NULL) + !p->n);

    MUST(room != NULL);
    return room;
}

static void op_add(unsigned v)
{
    ipvs_service s;

    if (virtuals[v].added)
        return;
    service(&s, v);
    memset(&virtuals[v], 0, sizeof virtuals[v]);
    virtuals[v].s = s;
    virtuals[v].pool = &pools[pool_of(v)];
    virtuals[v].marks = marks[v] = marks_of(virtuals[v].pool);
    if (byte() & 1)
        ipvs_io_look(&io, &s, virtuals[v].pool);
    MUST(ipvs_io_add(&io, &virtuals[v], now) == 0);
    ipvs_io_touch(&io, virtuals[v].pool, now);
}

static void op_remove(unsigned v, bool keep)
{
    if (!virtuals[v].added)
        return;
    ipvs_io_remove(&io, &virtuals[v], keep, now);
    MUST(!virtuals[v].added);
    free(marks[v]);
    marks[v] = NULL;
    memset(&virtuals[v], 0x5a, sizeof virtuals[v]);
    virtuals[v].added = false;
}

/* Another array; for each of its services, too. */
static void op_update(unsigned k)
{
    ipvs_real   *before = pools[k].reals;
    uint8_t     *old;
    unsigned     v, how = byte();
    ipvs_service s;

    fill(&pools[k], how % 4 == 0 ? 200u : how % 20, byte());
    for (v = 0; v < VIRTUALS; v++) {
        if (!virtuals[v].added || pool_of(v) != k)
            continue;
        service(&s, v);
        memcpy(s.scheduler, how & 32 ? "mh" : "rr", 3);
        old = marks[v];
        marks[v] = marks_of(&pools[k]);
        MUST(!ipvs_io_update(&io, &virtuals[v], &s, &pools[k], marks[v], now));
        free(old);
    }
    free(before);
}

static void op_real(unsigned op)
{
    ipvs_pool *p = &pools[byte() % POOLS];
    ipvs_real *r;

    if (p->n == 0)
        return;
    r = &p->reals[byte() % p->n];
    switch (op) {
    case 0: ipvs_pool_up(p, r, !r->up); break;
    case 1: ipvs_pool_weight(p, r, (int)(byte() % 4)); break;
    default: ipvs_io_drain(&io, p, r, (byte() % 4) * IPVS_SECOND, now); return;
    }
    ipvs_io_touch(&io, p, now);
}

static void op_other(unsigned op)
{
    ipvs_service s;
    ipvs_dest    d;
    held        *h;
    unsigned     i;

    service(&s, byte() % VIRTUALS);
    h = kept(&s);
    if (!h)
        return;
    disturbed = true;
    i = h->n ? byte() % (unsigned)h->n : 0;
    switch (op) {
    case 0: memset(h, 0, sizeof *h); return;
    case 1: if (h->n) do_dest(IPVS_CMD_DEL_DEST, &h->s, &h->d[i]); return;
    case 2: h->d[i].weight = 7; return;
    case 3: memcpy(h->s.scheduler, "sh", 3); return;
    case 4: h->busy[i] = byte() % 2; return;
    default:
        for (i = byte() % 40; i; i--) {
            server(&d, i + 100);
            d.to.family = IPVS_IPV4;
            d.to.port = (uint16_t)(i % 2 ? 8080 : 80);
            do_dest(IPVS_CMD_NEW_DEST, &h->s, &d);
        }
    }
}

static void op_module(unsigned op)
{
    if (op == 0 && present) {
        present = false;
        memset(table, 0, sizeof table);
        memset(daemon_runs, 0, sizeof daemon_runs);
        config.tcp = 900, config.tcp_fin = 120, config.udp = 300;
    } else if (op == 1 && !present) {
        present = true;
        number++;
        do_service(IPVS_CMD_NEW_SERVICE, &foreign);
    } else if (op == 2) {
        allowed = !allowed;
    } else if (op == 3) {
        scheduled = !scheduled;
    } else {
        static const int kinds[] = { ENOBUFS, EINTR, EAGAIN, ENOMEM };

        fault = kinds[byte() % 4];
        faults = (int)(byte() % 6);
    }
}

static void op_settings(unsigned how)
{
    ipvs_daemon d;
    ipvs_config c;

    memset(&d, 0, sizeof d);
    memcpy(d.interface, how & 8 ? "eth1" : "eth0", 5);
    c.tcp = how & 16 ? 100 : 0;
    c.tcp_fin = 50;
    c.udp = how & 32 ? 30 : 0;
    if (how & 4)
        ipvs_io_timeouts(&io, how & 64 ? &c : NULL, now);
    else
        MUST(!ipvs_io_daemon(&io, how & 3 ? &d : NULL, how & 3, now));
}

static bool is_virtual(const ipvs_virtual *v)
{
    return v >= virtuals && v < virtuals + VIRTUALS && v->added;
}

static void read_events(void)
{
    ipvs_event e;

    while (ipvs_io_next(&io, &e)) {
        MUST(!e.v || is_virtual(e.v));
        MUST(e.text[0] || e.kind == IPVS_EVENT_MODULE);
        if (getenv("SHOW"))
            fprintf(stderr, "%llu: %d %d %s\n", (unsigned long long)(now / MS), e.kind,
                    e.code, e.text);
        if (e.kind == IPVS_EVENT_RESTORED || e.kind == IPVS_EVENT_FOUGHT)
            MUST(disturbed);
    }
}

/* However slowly the kernel answers, a turn ends soon: after 8 ms no list is read on. What was sent
   is answered first, a batch by as many words as it has errors. */
static void turn(void)
{
    uint64_t before = spent;

    ipvs_io_run(&io, now);
    MUST(spent - before <= 8 * MS + 150 * price);
    read_events();
}

/* As a program waits, for so long. */
static void live(uint64_t span)
{
    uint64_t until = now + span;
    unsigned idle = 0;

    while (now <= until) {
        MUST(++idle < 3000);            /* turns at one moment */
        turn();
        if (io.armed > now) {
            now = io.armed == IPVS_NEVER || io.armed > until ? until + 1 : io.armed;
            idle = 0;
        }
    }
}

static void step(void)
{
    unsigned k = byte() % 32;

    if (getenv("SHOW"))
        fprintf(stderr, "%llu: operation %u\n", (unsigned long long)(now / MS), k);

    if (k < 4)
        op_add(byte() % VIRTUALS);
    else if (k < 6)
        op_remove(byte() % VIRTUALS, byte() & 1);
    else if (k < 9)
        op_update(byte() % POOLS);
    else if (k < 13)
        op_real(k % 3);
    else if (k < 17)
        live((byte() % 64) * 50 * MS);
    else if (k < 20)
        turn();
    else if (k < 25)
        op_other(byte() % 6);
    else if (k < 28)
        op_module(byte() % 5);
    else if (k < 30)
        op_settings(byte());
    else if (k < 31)
        price = (byte() % 16) * MS / 2; /* other programs are busy */
    else
        now += (byte() % 16) * 100 * MS;
}

/* --- how it has to end --- */

static void compare(unsigned v)
{
    ipvs_pool *p = virtuals[v].pool;
    held      *h = kept(&virtuals[v].s);
    size_t     i, n = 0, at;
    ipvs_dest  want;

    MUST(h != NULL);
    MUST(ipvs_diff_service(&h->s, &virtuals[v].s) == IPVS_SAME);
    for (i = 0; i < p->n + (p->sorry != NULL); i++) {
        if (!ipvs_pool_want(p, i < p->n ? &p->reals[i] : p->sorry, &virtuals[v].s, &want))
            continue;
        n++;
        at = place(h, &want.to);
        MUST(at < h->n);
        MUST(ipvs_diff_dest(&h->d[at], &want, &h->s) == IPVS_SAME);
    }
    MUST(n == h->n);
}

static void settle(void)
{
    unsigned v;

    ipvs_io_period(&io, 20 * IPVS_SECOND);
    live(130 * IPVS_SECOND);
    for (v = 0; v < VIRTUALS; v++)
        if (virtuals[v].added)
            compare(v);
    MUST(kept(&foreign) != NULL);
    MUST(daemon_runs[0] == (io.daemon_states & 1) && daemon_runs[1] == io.daemon_states >> 1);
    disturbed = false;
    changed = 0;
    live(41 * IPVS_SECOND);
    MUST(changed == 0);
}

/* hurried: the way out at whatever moment this is. */
static void finish(bool hurried)
{
    unsigned v, i, left = 0;

    faults = 0;
    price = 0;
    op_module(1);
    allowed = scheduled = true;
    if (!hurried)
        settle();
    for (v = 0; v < VIRTUALS; v++)      /* those that were kept are ours no more */
        if (!virtuals[v].added) {
            ipvs_service s;

            service(&s, v);
            do_service(IPVS_CMD_DEL_SERVICE, &s);
        }
    MUST(ipvs_io_flush(&io, now) == 0);
    for (i = 0; i < SERVICES; i++)
        left += table[i].used;
    MUST(left == 1 && kept(&foreign));
    MUST(!daemon_runs[0] && !daemon_runs[1]);
    MUST(config.tcp == 900 && config.tcp_fin == 120 && config.udp == 300);
}

static void start(void)
{
    static const uint8_t at[4] = { 198, 18, 0, 1 };
    ipvs_io_options      o;
    unsigned             k;

    memset(table, 0, sizeof table);
    memset(daemon_runs, 0, sizeof daemon_runs);
    memset(virtuals, 0, sizeof virtuals);
    memset(marks, 0, sizeof marks);
    memset(pools, 0, sizeof pools);
    config.tcp = 900, config.tcp_fin = 120, config.udp = 300;
    present = allowed = scheduled = true;
    disturbed = false;
    faults = 0;
    spent = price = 0;
    number = 30;
    now = 1000 * IPVS_SECOND;
    memset(&foreign, 0, sizeof foreign);
    foreign.at.family = IPVS_IPV4;
    memcpy(foreign.at.ip, at, sizeof at);
    foreign.at.port = 80;
    foreign.protocol = IPVS_TCP;
    foreign.granularity = 32;
    memcpy(foreign.scheduler, "rr", 3);
    do_service(IPVS_CMD_NEW_SERVICE, &foreign);
    for (k = 0; k < POOLS; k++)
        fill(&pools[k], 4, k * 70);
    memset(&o, 0, sizeof o);
    o.period = 5 * IPVS_SECOND;
    MUST(ipvs_io_open(&io, &o) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned k;

    in = data;
    end = data + size;
    start();
    while (in < end)
        step();
    finish(size && data[size - 1] & 1);
    ipvs_io_close(&io);
    for (k = 0; k < VIRTUALS; k++)
        free(marks[k]);
    for (k = 0; k < SOCKETS; k++)
        MUST(!talkers[k].open);
    for (k = 0; k < POOLS; k++)
        free(pools[k].reals);
    return 0;
}
