/* watch - who holds an address, by asking the kernel of every node about once a millisecond
 *
 *     watch [-c] [-p MICROSECONDS] ADDRESS[,ADDRESS...] NODE=/run/netns/NAME ...
 *
 * A log can say what a daemon believes; only the kernels know who answers for the address. Lines,
 * each with the wall clock in seconds in front:
 *
 *     T ready                       first round done
 *     T NODE has ADDRESS
 *     T NODE lost ADDRESS MS        held for that long
 *     T - two ADDRESS MS            two or more nodes had it, for that long (said at its end)
 *     T - nobody ADDRESS MS         nobody had it, for that long (said at its end)
 *     T - late MS                   a round began so much later than it should have: the machine
 *                                   stalled, so what is measured took that much longer, too
 *     T - seen                      after SIGUSR1: what was so then is said above
 *     T - summary ADDRESS TWO NOBODY ROUND   the longest of each, and the longest round, at SIGTERM
 *
 * -c counts an address only while its device has carrier: an implementation that leaves the
 * address on a macvlan and takes the macvlan's carrier away does not hold it then. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { NODES = 8, ADDRESSES = 1024, LATE = 20000000 };

typedef struct node {
    const char *name;
    int         fd; /* a netlink socket stays in the namespace it was opened in */
} node;

typedef struct address {
    uint8_t  family, bytes[16];
    char     text[46];
    uint32_t held, seen;             /* one bit for each node: last round, this round */
    uint64_t since[NODES], two, none; /* when that began; 0: it is not so now */
    uint64_t longest_two, longest_none;
} address;

static node                  nodes[NODES];
static address               addresses[ADDRESSES];
static size_t                n_nodes, n_addresses;
static bool                  need_carrier;
static uint8_t               family; /* to dump; both when addresses of both are watched */
static int64_t               wall;   /* what to add to the monotonic clock */
static volatile sig_atomic_t over, asked;

static void on_signal(int number)
{
    if (number == SIGUSR1)
        asked = 1;
    else
        over = 1;
}

static void die(const char *what)
{
    fprintf(stderr, "watch: %s: %s\n", what, strerror(errno));
    exit(1);
}

static uint64_t clock_ns(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void say(uint64_t now, const char *who, const char *what, const address *a, uint64_t lasted)
{
    uint64_t t = (uint64_t)((int64_t)now + wall);
    printf("%llu.%06llu %s %s", (unsigned long long)(t / 1000000000u),
           (unsigned long long)(t % 1000000000u / 1000u), who, what);
    if (a)
        printf(" %s", a->text);
    if (lasted)
        printf(" %.1f", (double)lasted / 1e6);
    putchar('\n');
}

static int by_bytes(const void *x, const void *y)
{
    const address *a = x, *b = y;
    return a->family != b->family ? a->family - b->family : memcmp(a->bytes, b->bytes, 16);
}

static void add_addresses(char *list)
{
    for (char *word = strtok(list, ","); word; word = strtok(NULL, ",")) {
        address *a = &addresses[n_addresses++];
        if (n_addresses > ADDRESSES) {
            errno = E2BIG;
            die("addresses");
        }
        a->family = strchr(word, ':') ? AF_INET6 : AF_INET;
        if (inet_pton(a->family, word, a->bytes) != 1) {
            errno = EINVAL;
            die(word);
        }
        snprintf(a->text, sizeof a->text, "%s", word);
        family = n_addresses == 1 || family == a->family ? a->family : AF_UNSPEC;
    }
    qsort(addresses, n_addresses, sizeof *addresses, by_bytes);
}

static void add_node(char *word)
{
    char *path = strchr(word, '=');
    node *n = &nodes[n_nodes++];
    if (!path || n_nodes > NODES) {
        errno = EINVAL;
        die(word);
    }
    *path++ = 0;
    n->name = word;
    int ns = open(path, O_RDONLY | O_CLOEXEC);
    if (ns < 0 || setns(ns, CLONE_NEWNET))
        die(path);
    close(ns);
    n->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (n->fd < 0)
        die("netlink");
}

/* one request, its whole answer handed to take() message by message */
static void ask(int fd, struct nlmsghdr *request, void (*take)(struct nlmsghdr *, void *), void *to)
{
    static union { struct nlmsghdr align; char bytes[65536]; } in;
    request->nlmsg_seq++;
    if (send(fd, request, request->nlmsg_len, 0) < 0)
        die("send");
    for (;;) {
        ssize_t got = recv(fd, in.bytes, sizeof in.bytes, 0);
        if (got < 0)
            die("receive");
        size_t left = (size_t)got;
        for (struct nlmsghdr *h = &in.align; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left)) {
            if (h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR)
                return;
            take(h, to);
            if (!(h->nlmsg_flags & NLM_F_MULTI))
                return;
        }
    }
}

static void take_link(struct nlmsghdr *h, void *to)
{
    const struct ifinfomsg *i = NLMSG_DATA(h);
    *(bool *)to = (i->ifi_flags & (IFF_UP | IFF_RUNNING)) == (IFF_UP | IFF_RUNNING);
}

static bool carrier(int fd, uint32_t ifindex)
{
    static struct { struct nlmsghdr h; struct ifinfomsg i; } get;
    bool up = false;
    get.h.nlmsg_len = sizeof get;
    get.h.nlmsg_type = RTM_GETLINK;
    get.h.nlmsg_flags = NLM_F_REQUEST;
    get.i.ifi_index = (int)ifindex;
    ask(fd, &get.h, take_link, &up);
    return up;
}

typedef struct found {
    address *a;
    uint32_t ifindex;
} found;
static found hits[ADDRESSES * 2];
static size_t n_hits;

static void take_address(struct nlmsghdr *h, void *to)
{
    struct ifaddrmsg *m = NLMSG_DATA(h);
    size_t left = IFA_PAYLOAD(h);
    static address key;
    bool local = false;
    (void)to;
    key.family = m->ifa_family;
    memset(key.bytes, 0, sizeof key.bytes);
    for (struct rtattr *r = IFA_RTA(m); RTA_OK(r, left); r = RTA_NEXT(r, left)) {
        /* on a point-to-point address IFA_ADDRESS is the other end */
        if (r->rta_type != IFA_LOCAL && (r->rta_type != IFA_ADDRESS || local))
            continue;
        local |= r->rta_type == IFA_LOCAL;
        memcpy(key.bytes, RTA_DATA(r), RTA_PAYLOAD(r) > 16 ? 16 : RTA_PAYLOAD(r));
    }
    address *a = bsearch(&key, addresses, n_addresses, sizeof key, by_bytes);
    if (a && n_hits < sizeof hits / sizeof *hits)
        hits[n_hits++] = (found){ a, m->ifa_index };
}

static void look(size_t k)
{
    static struct { struct nlmsghdr h; struct ifaddrmsg a; } dump;
    dump.h.nlmsg_len = sizeof dump;
    dump.h.nlmsg_type = RTM_GETADDR;
    dump.h.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    dump.a.ifa_family = family;
    n_hits = 0;
    ask(nodes[k].fd, &dump.h, take_address, NULL);
    for (size_t i = 0; i < n_hits; i++)
        if (!need_carrier || carrier(nodes[k].fd, hits[i].ifindex))
            hits[i].a->seen |= 1u << k;
}

/* The nodes are asked one after the other, so two that have it may be one that gave it to the other
   in between: it counts when the first one still has it when it is asked again. */
static void look_again(void)
{
    static uint32_t before[ADDRESSES];
    bool            two = false;
    for (size_t i = 0; i < n_addresses; i++) {
        before[i] = addresses[i].seen;
        two |= __builtin_popcount(before[i]) > 1;
    }
    if (!two)
        return;
    for (size_t i = 0; i < n_addresses; i++)
        addresses[i].seen &= 1u << (n_nodes - 1);
    for (size_t k = 0; k + 1 < n_nodes; k++)
        look(k);
    for (size_t i = 0; i < n_addresses; i++)
        if (__builtin_popcount(before[i]) > 1)
            addresses[i].seen &= before[i];
        else
            addresses[i].seen = before[i];
}

static void interval(address *a, bool on, uint64_t *began, uint64_t *longest, const char *what,
                     uint64_t now)
{
    if (on && !*began)
        *began = now;
    if (on || !*began)
        return;
    uint64_t lasted = now - *began;
    if (lasted > *longest)
        *longest = lasted;
    *began = 0;
    say(now, "-", what, a, lasted);
}

static void settle(address *a, uint64_t now)
{
    uint32_t changed = a->held ^ a->seen;
    for (size_t k = 0; k < n_nodes; k++) {
        if (!(changed >> k & 1))
            continue;
        bool has = a->seen >> k & 1;
        say(now, nodes[k].name, has ? "has" : "lost", a, has ? 0 : now - a->since[k]);
        a->since[k] = now;
    }
    bool ever = a->held || a->seen || a->none;
    interval(a, __builtin_popcount(a->seen) > 1, &a->two, &a->longest_two, "two", now);
    interval(a, ever && !a->seen, &a->none, &a->longest_none, "nobody", now);
    a->held = a->seen;
    a->seen = 0;
}

int main(int argc, char **argv)
{
    uint64_t period = 1000000, longest = 0, last;
    int option;
    while ((option = getopt(argc, argv, "cp:")) > 0) {
        if (option == 'p')
            period = strtoull(optarg, NULL, 10) * 1000u;
        else if (option == 'c')
            need_carrier = true;
        else
            return 2;
    }
    if (argc - optind < 2)
        return 2;
    setvbuf(stdout, NULL, _IOLBF, 0);
    add_addresses(argv[optind]);
    for (int i = optind + 1; i < argc; i++)
        add_node(argv[i]);
    signal(SIGTERM, on_signal);
    signal(SIGINT, on_signal);
    signal(SIGUSR1, on_signal);
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_UNBLOCK, &all, NULL);
    wall = (int64_t)clock_ns(CLOCK_REALTIME) - (int64_t)clock_ns(CLOCK_MONOTONIC);
    last = clock_ns(CLOCK_MONOTONIC);
    for (bool first = true;; first = false) {
        bool seen = asked;
        if (seen)
            asked = 0; /* only what was seen: another one may be under way */
        for (size_t k = 0; k < n_nodes; k++)
            look(k);
        look_again();
        uint64_t now = clock_ns(CLOCK_MONOTONIC);
        for (size_t i = 0; i < n_addresses; i++)
            settle(&addresses[i], now);
        if (!first && now - last > period + LATE)
            say(now, "-", "late", NULL, now - last - period);
        if (first)
            say(now, "-", "ready", &addresses[0], 0);
        if (seen)
            say(now, "-", "seen", NULL, 0);
        if (over)
            break;
        longest = now - last > longest ? now - last : longest;
        last = now;
        struct timespec pause = { 0, (long)period };
        clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
    }
    for (size_t i = 0; i < n_addresses; i++) {
        address *a = &addresses[i];
        /* what still goes on counts too */
        uint64_t two = a->two ? last - a->two : 0, none = a->none ? last - a->none : 0;
        two = two > a->longest_two ? two : a->longest_two;
        none = none > a->longest_none ? none : a->longest_none;
        printf("0 - summary %s %.1f %.1f %.1f\n", a->text, (double)two / 1e6, (double)none / 1e6,
               (double)longest / 1e6);
    }
    return 0;
}
