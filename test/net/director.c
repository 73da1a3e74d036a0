/* director FIFO [PERIOD_MS]: virtual services by ipvs.h, told what to do by lines of the FIFO:

       add V N SCHEDULER [inhibit] [quorum=Q] [sorry]   198.51.100.V:80, servers 203.0.113.1 .. N
       many V N M          services 198.18.V.1 .. N of M servers each, one pool for each
       update V N SCHEDULER     another number of servers, another scheduler
       up|down V I         what a check says of server I (1..)
       weight V I W, drain V I MS, remove V, keep V, look V
       daemon STATES INTERFACE ID, timeouts TCP FIN UDP (0 0 0: those from before)
       hold, go            between two looks, so that none sees half of what somebody else does
       flush, sent, end

   Events are lines "KIND CODE [server I] TEXT"; each command is answered by "done COMMAND". "sent"
   tells how many messages changed services or servers, and the longest turn. */
#include <sys/socket.h>
#include <sys/types.h>

static long changes, longest;
static ssize_t counted(int fd, const void *bytes, size_t size, int flags);
#define send counted
#define IPVS_IMPLEMENTATION
#include "../../ipvs.h"
#undef send

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>

enum { VIRTUALS = 1024, REALS = 65536 };
static ipvs_io      io;
static ipvs_virtual virtuals[VIRTUALS];
static ipvs_pool    pools[VIRTUALS];
static ipvs_real    sorry[VIRTUALS], reals[REALS];
static uint8_t      marks[REALS];
static size_t       n_reals, n_marks;
static bool         held;

/* NEW, SET and DEL of services (1 to 3) and servers (5 to 7), but for the kernel's own family. */
static ssize_t counted(int fd, const void *bytes, size_t size, int flags)
{
    const uint8_t *p = bytes;
    uint32_t       length;
    size_t         at;

    for (at = 0; at + 20 <= size; at += (length + 3) & ~3u) {
        memcpy(&length, p + at, 4);
        changes += p[at + 4] > 16 && ((p[at + 16] >= 1 && p[at + 16] <= 3) ||
                                    (p[at + 16] >= 5 && p[at + 16] <= 7));
    }
    return send(fd, bytes, size, flags);
}

static void address(ipvs_address *a, unsigned first, unsigned second, unsigned third, unsigned last)
{
    memset(a, 0, sizeof *a);
    a->family = IPVS_IPV4;
    a->ip[0] = (uint8_t)first;
    a->ip[1] = (uint8_t)second;
    a->ip[2] = (uint8_t)third;
    a->ip[3] = (uint8_t)last;
    a->port = 80;
}

static ipvs_real *server(unsigned v, size_t number)
{
    size_t i;

    for (i = 0; i < pools[v].n; i++)
        if (pools[v].reals[i].user == (void *)(uintptr_t)number)
            return &pools[v].reals[i];
    fprintf(stderr, "director: no server %zu\n", number);
    exit(2);
}

/* Servers 1 to n; those that were there before keep their state. */
static void fill(unsigned v, size_t n)
{
    ipvs_pool *p = &pools[v], old = *p;
    size_t     i, k;

    p->reals = &reals[n_reals];
    p->n = n;
    n_reals += n;
    for (i = 0; i < n; i++) {
        memset(&p->reals[i], 0, sizeof p->reals[i]);
        address(&p->reals[i].d.to, 203, 0, 113, (unsigned)i + 1);
        p->reals[i].d.weight = 1;
        p->reals[i].up = true;
        p->reals[i].user = (void *)(uintptr_t)(i + 1);
        for (k = 0; k < old.n; k++)
            if (old.reals[k].user == p->reals[i].user)
                p->reals[i] = old.reals[k];
    }
}

static void introduce(unsigned v, const char *scheduler)
{
    ipvs_virtual *x = &virtuals[v];

    snprintf(x->s.scheduler, sizeof x->s.scheduler, "%s", scheduler);
    x->pool = &pools[v];
    x->marks = &marks[n_marks];
    n_marks += pools[v].n + 1;
}

static void add(unsigned v, char **word, bool look)
{
    ipvs_pool *p = &pools[v];
    size_t     i;

    memset(p, 0, sizeof *p);
    memset(&virtuals[v], 0, sizeof virtuals[v]);
    fill(v, (size_t)atoi(word[2]));
    address(&virtuals[v].s.at, 198, 51, 100, v);
    introduce(v, word[3]);
    for (word += 4; *word; word++) {
        if (strncmp(*word, "quorum=", 7) == 0)
            p->quorum = (uint32_t)atoi(*word + 7);
        for (i = 0; strcmp(*word, "inhibit") == 0 && i < p->n; i++)
            p->reals[i].inhibit = true;
        if (strcmp(*word, "sorry") == 0) {
            p->sorry = &sorry[v];
            address(&sorry[v].d.to, 203, 0, 113, 250);
            sorry[v].d.weight = 1;
        }
    }
    ipvs_pool_init(p, NULL);
    if (look)
        printf("looked %d\n", ipvs_io_look(&io, &virtuals[v].s, p));
    for (i = 0; look && i < p->n; i++)
        printf("adopted %zu %s\n", i + 1, server(v, i + 1)->up ? "up" : "down");
    printf("added %d\n", ipvs_io_add(&io, &virtuals[v], ipvs_now()));
}

static void many(unsigned v, size_t n, size_t m)
{
    size_t i;

    for (i = 1; i <= n; i++) {
        memset(&pools[i], 0, sizeof pools[i]);
        memset(&virtuals[i], 0, sizeof virtuals[i]);
        fill((unsigned)i, m);
        ipvs_pool_init(&pools[i], NULL);
        address(&virtuals[i].s.at, 198, 18 + (i >> 8 & 1), v, (unsigned)i & 255);
        introduce((unsigned)i, "wrr");
        ipvs_io_add(&io, &virtuals[i], ipvs_now());
    }
}

static void update(unsigned v, size_t n, const char *scheduler)
{
    ipvs_service s = virtuals[v].s;

    fill(v, n);
    ipvs_pool_init(&pools[v], NULL);
    snprintf(s.scheduler, sizeof s.scheduler, "%s", scheduler);
    printf("updated %d\n", ipvs_io_update(&io, &virtuals[v], &s, &pools[v], &marks[n_marks],
                                          ipvs_now()));
    n_marks += n + 1;
}

static void settings(char **word, int n)
{
    ipvs_daemon d;
    ipvs_config c;

    memset(&d, 0, sizeof d);
    memset(&c, 0, sizeof c);
    if (word[0][0] == 'd') {
        if (n > 3)
            d.id = (uint8_t)atoi(word[3]);
        if (n > 2)
            snprintf(d.interface, sizeof d.interface, "%s", word[2]);
        printf("daemon %d\n", ipvs_io_daemon(&io, &d, (uint8_t)atoi(word[1]), ipvs_now()));
        return;
    }
    c.tcp = (uint32_t)atoi(word[1]);
    c.tcp_fin = (uint32_t)atoi(word[2]);
    c.udp = (uint32_t)atoi(word[3]);
    ipvs_io_timeouts(&io, c.tcp ? &c : NULL, ipvs_now());
}

static bool quorum(bool changed, unsigned v)
{
    if (changed)
        printf("quorum %s\n", pools[v].quorum_up ? "gained" : "lost");
    ipvs_io_touch(&io, &pools[v], ipvs_now());
    return true;
}

static bool of_server(char **word, unsigned v)
{
    ipvs_real *r = server(v, (size_t)atoi(word[2]));

    switch (word[0][0]) {
    case 'u':
    case 'd':
        if (strcmp(word[0], "drain") == 0) {
            ipvs_io_drain(&io, &pools[v], r, (uint64_t)atol(word[3]) * 1000000, ipvs_now());
            return true;
        }
        return quorum(ipvs_pool_up(&pools[v], r, word[0][0] == 'u'), v);
    default:
        return quorum(ipvs_pool_weight(&pools[v], r, atoi(word[3])), v);
    }
}

static void turn(void)
{
    static const char *const kinds[] = { "", "MODULE", "RESTORED", "FOUGHT", "DRAINED", "ERROR" };
    uint64_t   began = ipvs_now();
    ipvs_event e;
    long       took;

    ipvs_io_run(&io, began);
    took = (long)((ipvs_now() - began) / 1000);
    if (took > longest)
        longest = took;
    while (ipvs_io_next(&io, &e)) {
        printf("%s %d ", kinds[e.kind], e.code);
        if (e.user)
            printf("server %lu ", (unsigned long)(uintptr_t)e.user);
        printf("%s\n", e.text);
    }
}

/* False: the end. */
static bool obey(char **word, int n)
{
    unsigned v = n > 1 ? (unsigned)atoi(word[1]) : 0;
    uint64_t now = ipvs_now();

    if (strcmp(word[0], "end") == 0)
        return false;
    if (strcmp(word[0], "add") == 0)
        add(v, word, false);
    else if (strcmp(word[0], "look") == 0)
        add(v, word, true);
    else if (strcmp(word[0], "many") == 0)
        many(v, (size_t)atoi(word[2]), (size_t)atoi(word[3]));
    else if (strcmp(word[0], "update") == 0)
        update(v, (size_t)atoi(word[2]), word[3]);
    else if (strcmp(word[0], "remove") == 0 || strcmp(word[0], "keep") == 0)
        ipvs_io_remove(&io, &virtuals[v], word[0][0] == 'k', now);
    else if (strcmp(word[0], "daemon") == 0 || strcmp(word[0], "timeouts") == 0)
        settings(word, n);
    else if (strcmp(word[0], "flush") == 0) {
        printf("flushed %d", ipvs_io_flush(&io, now));
        printf(" in %lu ms\n", (unsigned long)((ipvs_now() - now) / 1000000));
    } else if (strcmp(word[0], "sent") == 0) {
        printf("sent %ld longest %ld us\n", changes, longest);
        changes = longest = 0;
    } else if (strcmp(word[0], "hold") == 0) {
        while (io.round_open || io.looking)
            turn();
        held = true;
    } else if (strcmp(word[0], "go") == 0)
        held = false;
    else
        of_server(word, v);
    return true;
}

static bool obey_lines(int fd)
{
    static char text[4096];
    static size_t size;
    char         *word[16], *line = text, *end, *save;
    ssize_t       got = read(fd, text + size, sizeof text - 1 - size);
    int           n;

    if (got <= 0)
        return true;
    size += (size_t)got;
    text[size] = 0;
    for (; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = 0;
        n = 0;
        printf("begin %s\n", line);
        for (word[0] = strtok_r(line, " ", &save); word[n] && n < 14;)
            word[++n] = strtok_r(NULL, " ", &save);
        word[n] = NULL;
        if (n && !obey(word, n))
            return false;
        printf("done %s\n", n ? word[0] : "");
    }
    size -= (size_t)(line - text);
    memmove(text, line, size);
    return true;
}

int main(int argc, char **argv)
{
    ipvs_io_options options;
    struct pollfd   p[2];

    memset(&options, 0, sizeof options);
    options.period = argc > 2 ? (uint64_t)atol(argv[2]) * 1000000 : 0;
    p[0].fd = argc > 1 ? open(argv[1], O_RDWR | O_CLOEXEC) : -1;
    if (p[0].fd < 0 || ipvs_io_open(&io, &options)) {
        fprintf(stderr, "director: %s\n", p[0].fd < 0 ? "no FIFO" : io.err);
        return 1;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    p[1].fd = ipvs_io_fd(&io);
    p[0].events = p[1].events = POLLIN;
    while (poll(p, held ? 1 : 2, -1) >= 0) {
        if (p[0].revents && !obey_lines(p[0].fd))
            break;
        if (!held && p[1].revents)
            turn();
    }
    ipvs_io_close(&io);
    return 0;
}
