/* check.h's shell: checks are added, changed, aimed, paused and removed at any moment, beside
   servers that answer, are silent or go away, with too few descriptors, bodies and TLS sessions,
   and a clock that jumps. What a desc points to is freed as soon as the manual allows it. Every
   one-shot ends, nobody sleeps while there is something to do, and nothing is left.
   fuzz-runs: 1500
   fuzz-flags: -DCHECK_MBEDTLS -lmbedtls -lmbedx509 -lmbedcrypto

   One byte is an operation, the next ones what it needs. In a network namespace of its own. */
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int fake_clock(clockid_t id, struct timespec *t);

#define clock_gettime fake_clock
#define CHECK_IMPLEMENTATION
#define CHECK_STATIC
#include "../../check.h"
#undef clock_gettime

#define MUST(truth) ((truth) ? (void)0 : failed(__LINE__, #truth))
#define MS ((uint64_t)1000000)
#define COUNT(list) (sizeof(list) / sizeof *(list))

enum { CHECKS = 8, PATTERNS = 3, BODIES = 2, BODY = 300, CONTEXTS = 2, SESSIONS = 2, PEERS = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What one check was added with. */
struct settings {
    check_desc    d;
    check_payload p;
    check_url     urls[2];
    char         *text[6];
    uint8_t       out[40];
};

static check_io          io;
static check             checks[CHECKS];
static struct settings  *set[CHECKS];
static bool              ours[CHECKS];
static uint64_t          fake_now;
static int               listener, udp, peers[PEERS], before;
static char              dir[] = "/tmp/fuzz_check_io.XXXXXX", path[60];
static const uint8_t    *in, *end;
static char              too_long[60000];       /* for a path and a datagram's buffer */

static void failed(int line, const char *what)
{
    fprintf(stderr, "fuzz_check_io.c:%d: %s\n", line, what);
    abort();
}

/* Far ahead of the real one, so that timers fire only when they stand in the past. */
static int fake_clock(clockid_t id, struct timespec *t)
{
    (void)id;
    fake_now += 1000;
    t->tv_sec = (time_t)(fake_now / CHECK_SECOND);
    t->tv_nsec = (long)(fake_now % CHECK_SECOND);
    return 0;
}

static unsigned dice(unsigned n)
{
    return in < end ? *in++ % n : 0;
}

static int descriptors(void)
{
    int fd, n = 0;

    for (fd = 0; fd < 200; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

// >>world

static int bound(int type, int port)
{
    struct sockaddr_in a;
    int                fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;

    memset(&a, 0, sizeof a);
    a.sin_family = AF_INET;
    a.sin_port = htons((uint16_t)port);
    a.sin_addr.s_addr = htonl(0xc6336401);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    MUST(bind(fd, (struct sockaddr *)&a, sizeof a) == 0);
    if (type == SOCK_STREAM)
        MUST(listen(fd, 2) == 0);
    return fd;
}

static void remove_dir(void)
{
    unlink(path);
    rmdir(dir);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct ifreq        request;
    struct sockaddr_in *a = (struct sockaddr_in *)&request.ifr_addr;
    int                 fd;

    (void)argc, (void)argv;
    if (unshare(CLONE_NEWNET) < 0)
        MUST(unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0);
    memset(&request, 0, sizeof request);
    fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    strcpy(request.ifr_name, "lo");
    a->sin_family = AF_INET;
    a->sin_addr.s_addr = htonl(0xc6336401);     /* 198.51.100.1 */
    MUST(ioctl(fd, SIOCSIFADDR, &request) == 0);
    request.ifr_flags = IFF_UP | IFF_RUNNING | IFF_LOOPBACK;
    MUST(ioctl(fd, SIOCSIFFLAGS, &request) == 0);
    close(fd);
    MUST(mkdtemp(dir) != NULL);
    memset(too_long, '/', sizeof too_long - 1);
    snprintf(path, sizeof path, "%s/file", dir);
    atexit(remove_dir);
    return 0;
}

/* A server does one thing with one of its connections, or with a datagram. */
static void serve(void)
{
    static const char *const say[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.1 200 OK\r\nContent-Length: 5",
        "\r\n\r\nhel", "lo", "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n",
        "220 ready\r\n250 ok\r\n",
        "220-a\r\n220 b\r\n", "250 hello\r\n", "354 go on\r\n250 ok\r\n",
        "\x16\x03\x03\x00\x02\x02\x28",
        "HTTP/1.1 101 Switching\r\n\r\n"
    };
    struct linger           none = { 1, 0 };
    struct sockaddr_storage from;
    socklen_t               size = sizeof from;
    char                    text[600];
    unsigned                i = dice(PEERS), what = dice(16);
    ssize_t                 n = recvfrom(udp, text, sizeof text, 0, (struct sockaddr *)&from,
                                         &size);

    if (n > 0 && what % 4)
        sendto(udp, text, (size_t)n, 0, (struct sockaddr *)&from, size);
    if (peers[i] < 0)
        peers[i] = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (peers[i] < 0)
        return;
    while (recv(peers[i], text, sizeof text, 0) > 0)
        ;
    if (what < COUNT(say))
        send(peers[i], say[what], strlen(say[what]), MSG_NOSIGNAL);
    if (what > 12) {
        if (what == 14)
            setsockopt(peers[i], SOL_SOCKET, SO_LINGER, &none, sizeof none);
        close(peers[i]);
        peers[i] = -1;
    }
}

static void change_file(void)
{
    FILE *f;

    if (dice(2)) {
        unlink(path);
        return;
    }
    f = fopen(path, "w");
    if (f)
        fprintf(f, "%u\n", dice(2) ? dice(100) : (unsigned)getpid());
    if (f)
        fclose(f);
}

// >>settings

static char *text(struct settings *s, unsigned i, const char *words)
{
    free(s->text[i]);
    return s->text[i] = strdup(words);
}

static void let_go(struct settings *s)
{
    size_t i;

    for (i = 0; s && i < COUNT(s->text); i++)
        free(s->text[i]);
    free(s);
}

static void http(struct settings *s)
{
    static const char *const regexes[] = { "hel+o", "no", "a.b", "x{1,2}", "(open" };
    check_http *h = &s->d.http;
    unsigned    i;

    h->keep = dice(2);
    h->fast_recovery = dice(2);
    if (dice(3) == 0)
        h->method = text(s, 1, "HEAD");
    if (dice(2)) {
        h->urls = s->urls;
        h->n_urls = 2;
        h->url.path = NULL;
        for (i = 0; i < 2; i++)
            if (dice(2))
                s->urls[i].regex = text(s, 2 + i, regexes[dice(COUNT(regexes))]);
    } else if (dice(2)) {
        h->url.regex = text(s, 2, regexes[dice(COUNT(regexes))]);
    }
    if (s->d.kind == CHECK_HTTPS) {
        s->d.tls.no_verify = dice(4);
        if (!s->d.tls.no_verify)
            s->d.tls.ca = text(s, 4, "/nowhere");
    }
}

static const char *url_of(unsigned i)
{
    static const char *const urls[] = {
        "tcp://198.51.100.1:80", "http://198.51.100.1/", "https://198.51.100.1:80/",
        "smtp://198.51.100.1:80", "udp://198.51.100.1:53", "dns://198.51.100.1/example.com",
        "icmp://198.51.100.1", "bfd://198.51.100.1", "tcp://198.51.100.1:81",
        "tcp://203.0.113.1:80",
        "http://name/", "https://name:80/", "icmp://name", "udp://name:53", "file:", "process:",
        "process:fuzz_check_io", "interface:lo", "exec:/bin/true", "sh:sleep 9", "bfd://name",
        "smtp://name"
    };

    return urls[i % COUNT(urls)];
}

/* kind: 0 any, else it must be this one. */
static struct settings *settings(uint8_t kind)
{
    struct settings *s = calloc(1, sizeof *s);
    char             url[100], err[100];
    unsigned         tries = 0;

    MUST(s != NULL);
    do {
        memset(&s->d, 0, sizeof s->d);
        snprintf(url, sizeof url, "%s", url_of(dice(256) + tries));
        if (url[strlen(url) - 1] == ':')
            strcat(strcat(url, path), url[0] == 'p' ? ".pid" : "");
        MUST(check_parse(&s->d, text(s, 0, url), err, sizeof err) == 0);
    } while (kind && s->d.kind != kind && tries++ < 64);
    if (s->d.process.pidfile)
        s->d.process.pidfile = text(s, 0, path);
    s->d.interval = (1 + dice(40)) * 5 * MS;
    s->d.timeout = (1 + dice(20)) * 5 * MS;
    s->d.rise = (uint16_t)dice(3);
    s->d.fall = (uint16_t)dice(3);
    s->d.start = (uint8_t)dice(3);
    if (dice(3) == 0)
        s->d.retry_delay = dice(20) * MS;
    if (dice(3) == 0)
        s->d.down_delay = s->d.up_delay = dice(50) * MS;
    if (dice(4) == 0)
        s->d.warmup = 3000 * MS;
    if (s->d.kind == CHECK_HTTP || s->d.kind == CHECK_HTTPS)
        http(s);
    if (s->d.kind == CHECK_FILE && dice(8) == 0)
        s->d.file = too_long;
    if (s->d.kind == CHECK_UDP && dice(3) == 0) {
        s->d.udp.payload = (const uint8_t *)too_long;
        s->d.udp.payload_size = sizeof too_long - 1;
    }
    return s;
}

static check_payload *payload(struct settings *s)
{
    static const char *const to[] = { "a@example.com", "b@example.com" };

    if (dice(2))
        return NULL;
    s->p.mail_from = "";
    s->p.mail_to = to;
    s->p.n_to = 2;
    if (dice(2)) {
        s->p.out = s->out;
        s->p.out_cap = sizeof s->out;
    }
    if (dice(2)) {
        s->p.bytes = (const uint8_t *)"a\n.b\n";
        s->p.size = 5;
    }
    return &s->p;
}

// >>operations

static void drain(unsigned most)
{
    check_event e;
    size_t      i;

    while (most-- && check_io_next(&io, &e)) {
        MUST(e.kind >= CHECK_EVENT_VERDICT && e.kind <= CHECK_EVENT_ERROR);
        MUST(strlen(e.text) < sizeof e.text);
        i = e.c ? (size_t)(e.c - checks) : 0;
        MUST(!e.c || (i < CHECKS && ours[i]));
        if (e.kind == CHECK_EVENT_DONE) {
            MUST(e.c->once && !e.c->added && e.payload == e.c->payload);
            let_go(set[i]);
            set[i] = NULL;
            ours[i] = false;
            memset(e.c, 0xaa, sizeof *e.c);
            memset(e.c, 0, sizeof *e.c);
        }
    }
}

static void add(unsigned i)
{
    bool             once = dice(3) == 0;
    struct settings *s = settings(0);
    int              error;

    error = once ? check_io_once(&io, &checks[i], &s->d, payload(s), fake_now)
                 : check_io_add(&io, &checks[i], &s->d, fake_now);
    MUST(!error == checks[i].added);
    if (error) {
        MUST(error < 0 && io.err[0]);
        let_go(s);
        return;
    }
    ours[i] = true;
    set[i] = s;
}

static void change(unsigned i)
{
    struct settings *s = settings(checks[i].d->kind);

    if (check_io_change(&io, &checks[i], &s->d, fake_now)) {
        MUST(io.err[0]);
        let_go(s);
        return;
    }
    let_go(set[i]);
    set[i] = s;
}

/* Where a text of the one is in the other. */
static const char *moved(const struct settings *from, const struct settings *to, const char *at)
{
    size_t i;

    for (i = 0; at && i < COUNT(from->text); i++)
        if (from->text[i] && at >= from->text[i] && at <= from->text[i] + strlen(from->text[i]))
            return to->text[i] + (at - from->text[i]);
    return at;
}

/* The same settings in other memory. */
static void move(unsigned i)
{
    struct settings *s = malloc(sizeof *s), *was = set[i];
    check_desc      *d = &s->d;
    const char     **texts[] = {
        &d->host, &d->file, &d->http.url.path, &d->http.url.regex, &d->http.method, &d->tls.ca,
        &d->dns.name, &d->exec.command, &d->process.name, &d->process.pidfile, &s->urls[0].regex,
        &s->urls[1].regex
    };
    size_t n;

    *s = *was;
    for (n = 0; n < COUNT(s->text); n++)
        s->text[n] = was->text[n] ? strdup(was->text[n]) : NULL;
    for (n = 0; n < COUNT(texts); n++)
        *texts[n] = moved(was, s, *texts[n]);
    if (d->http.urls)
        d->http.urls = s->urls;
    set[i] = check_io_move(&io, &checks[i], d) ? s : was;
    let_go(set[i] == s ? was : s);
}

static void aim(unsigned i)
{
    check_address a;

    memset(&a, 0, sizeof a);
    if (dice(4))
        MUST(check_address_read("198.51.100.1", 12, &a));
    else if (dice(2))
        MUST(check_address_read("203.0.113.1", 11, &a));
    check_io_aim(&io, &checks[i], &a, fake_now);
}

static void take_away(unsigned i)
{
    check_io_remove(&io, &checks[i], fake_now);
    MUST(!checks[i].added);
    let_go(set[i]);
    set[i] = NULL;
    ours[i] = false;
    memset(&checks[i], 0xaa, sizeof checks[i]);
    memset(&checks[i], 0, sizeof checks[i]);
}

static void starve(void)
{
    struct rlimit most;

    getrlimit(RLIMIT_NOFILE, &most);
    most.rlim_cur = dice(2) ? (rlim_t)(before + (int)dice(12)) : 200;
    setrlimit(RLIMIT_NOFILE, &most);
}

/* What was killed is dead in real time: it gets some. */
static bool readable(void)
{
    struct pollfd p;
    unsigned      i, killed = 0;

    for (i = 0; i < CHECKS; i++)
        killed += ours[i] && checks[i].pid && checks[i].step == CHECK__STEP_KILL;
    p.fd = check_io_fd(&io);
    p.events = POLLIN;
    return poll(&p, 1, killed ? 100 : 0) > 0;
}

/* As a program's loop: it sleeps until there is something to do. False: nothing ever will be. */
static bool turn(uint64_t most)
{
    if (!readable() && io.armed > fake_now) {
        if (io.armed == CHECK_NEVER)
            return false;
        fake_now = io.armed - fake_now < most ? io.armed : fake_now + most;
        if (io.armed > fake_now)
            return true;
    }
    check_io_run(&io, fake_now);
    return true;
}

static void operate(void)
{
    unsigned what = dice(16), i = dice(CHECKS), n;

    if (what < 4 && !ours[i])
        add(i);
    else if (what < 2 && checks[i].added && !checks[i].once)
        change(i);
    else if (what == 15 && checks[i].added && !checks[i].once)
        move(i);
    else if (what == 2 && checks[i].added)
        aim(i);
    else if (what == 3 && checks[i].added && !checks[i].once)
        check_io_pause(&io, &checks[i], dice(2), fake_now);
    else if (what == 4 && ours[i])
        take_away(i);
    else if (what == 5)
        change_file();
    else if (what == 6)
        starve();
    else if (what == 7)
        fake_now += (uint64_t)dice(256) * dice(256) * MS;
    else if (what < 11)
        serve();
    else if (what == 11)
        drain(dice(4));
    else
        for (n = dice(8) + 1; n--;)
            turn(20 * MS);
}

// >>the end

static unsigned length(const void *list)
{
    unsigned n = 0;

    for (; list; n++)
        memcpy(&list, list, sizeof list);
    return n;
}

/* A one-shot that has not ended, or a check that has not begun another attempt since. */
static bool is_behind(const check *c, uint64_t since)
{
    if (!c->once && (c->due == CHECK_NEVER || c->d->kind == CHECK_PROCESS) && !c->running &&
        !c->waits)
        return false;                   /* it is told, or others look for it */
    return c->once || c->started <= since;
}

/* Whatever is under way ends by its deadline, and nobody is forgotten. BFD, which holds what others
   wait for as long as it likes, ends before. */
static void settle(void)
{
    uint64_t since = fake_now, until = since + 30 * CHECK_SECOND;
    unsigned i, behind, tries = 0;
    bool     goes_on;

    for (i = 0; i < CHECKS; i++)
        if (ours[i] && checks[i].added && checks[i].d->kind == CHECK_BFD)
            take_away(i);
        else if (ours[i] && checks[i].added && checks[i].paused)
            check_io_pause(&io, &checks[i], false, fake_now);
    do {
        goes_on = turn(CHECK_SECOND);
        drain(100);
        for (behind = i = 0; i < CHECKS; i++)
            behind += ours[i] && is_behind(&checks[i], since);
        MUST(!behind || goes_on);
        MUST(fake_now < until && tries++ < 100000);
    } while (behind);
    for (i = 0; i < CHECKS; i++)
        if (ours[i])
            take_away(i);
}

static void nothing_left(void)
{
    unsigned i;

    MUST(!io.n_open && !io.n_checks && !io.heap && !io.news && !io.checks);
    for (i = 0; i < 3; i++)
        MUST(!io.told[i] && !io.waiting[i]);
    for (i = 0; i < CHECK__BUCKETS; i++)
        MUST(!io.bucket[i]);
    MUST(length(io.free_body) == BODIES);
    for (i = 0; i < PATTERNS; i++)
        MUST(!io.o.patterns[i].users);
    for (i = 0; i < CONTEXTS; i++)
        MUST(!io.o.contexts[i].users);
    check_io_close(&io);
    MUST(descriptors() == before);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t bodies[BODIES * BODY];
    check_pattern            patterns[PATTERNS];
    struct check_tls_context contexts[CONTEXTS];
    struct check_tls_session sessions[SESSIONS];
    check_io_options         o;
    struct rlimit            most;
    unsigned                 i;

    in = data, end = data + size;
    getrlimit(RLIMIT_NOFILE, &most);
    most.rlim_cur = 200;
    setrlimit(RLIMIT_NOFILE, &most);
    memset(&o, 0, sizeof o);
    memset(patterns, 0, sizeof patterns);
    memset(contexts, 0, sizeof contexts);
    memset(sessions, 0, sizeof sessions);
    o.bodies = bodies, o.n_bodies = BODIES, o.body_size = BODY;
    o.patterns = patterns, o.n_patterns = PATTERNS;
    o.contexts = contexts, o.n_contexts = CONTEXTS;
    o.sessions = sessions, o.n_sessions = SESSIONS;
    o.descriptors = 2 + dice(6);
    memset(checks, 0, sizeof checks);
    memset(ours, 0, sizeof ours);
    fake_now = 4000000000u * CHECK_SECOND;
    listener = bound(SOCK_STREAM, 80);
    udp = bound(SOCK_DGRAM, 53);
    memset(peers, -1, sizeof peers);
    before = descriptors();
    MUST(check_io_open(&io, &o) == 0);
    while (in < end)
        operate();
    setrlimit(RLIMIT_NOFILE, &most);
    settle();
    for (i = 0; i < PEERS; i++)
        if (peers[i] >= 0)
            close(peers[i]);
    nothing_left();
    close(listener);
    close(udp);
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
    return 0;
}
