/* probe - pings an address every 10 ms and says how long it was silent
 *
 *     probe [-g MS] ADDRESS
 *
 *     T first           the first answer
 *     T gap MS          said when the silence ends, if it lasted at least -g (default 100) ms;
 *                       T is the wall clock of the last answer before it
 *     T summary MS SENT ANSWERED     the longest silence, at SIGTERM; "never" without any answer
 *
 * A silence is the time between two answers, so its resolution is the period. */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PERIOD = 10000000 };

static volatile sig_atomic_t over;

static void on_signal(int number)
{
    (void)number;
    over = 1;
}

static uint64_t clock_ns(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint16_t sum(const uint8_t *p, size_t n)
{
    uint32_t s = 0;
    for (size_t i = 0; i + 1 < n; i += 2)
        s += (uint32_t)(p[i] << 8 | p[i + 1]);
    while (s >> 16)
        s = (s & 0xffff) + (s >> 16);
    return (uint16_t)~s;
}

static void echo(int fd, int family, uint16_t id, uint16_t number)
{
    uint8_t p[8] = { family == AF_INET ? ICMP_ECHO : ICMP6_ECHO_REQUEST, 0, 0, 0,
                     (uint8_t)(id >> 8), (uint8_t)id, (uint8_t)(number >> 8), (uint8_t)number };
    if (family == AF_INET) { /* the kernel fills in ICMPv6's */
        uint16_t s = sum(p, sizeof p);
        p[2] = (uint8_t)(s >> 8);
        p[3] = (uint8_t)s;
    }
    /* an address nobody has is unreachable: that is what is measured */
    if (send(fd, p, sizeof p, MSG_DONTWAIT) < 0)
        return;
}

/* true for an answer to one of ours */
static bool answer(int fd, int family, uint16_t id)
{
    uint8_t p[128];
    ssize_t n = recv(fd, p, sizeof p, MSG_DONTWAIT);
    if (n < 8)
        return false;
    const uint8_t *m = family == AF_INET ? p + (p[0] & 15) * 4 : p;
    if (m + 8 > p + n)
        return false;
    uint8_t want = family == AF_INET ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY;
    return m[0] == want && (m[4] << 8 | m[5]) == id;
}

static int open_to(const char *text, int *family)
{
    struct sockaddr_in6 to6 = { .sin6_family = AF_INET6 };
    struct sockaddr_in to4 = { .sin_family = AF_INET };
    bool is6 = inet_pton(AF_INET6, text, &to6.sin6_addr) == 1;
    if (!is6 && inet_pton(AF_INET, text, &to4.sin_addr) != 1) {
        fprintf(stderr, "probe: %s is no address\n", text);
        exit(2);
    }
    *family = is6 ? AF_INET6 : AF_INET;
    int fd = socket(*family, SOCK_RAW | SOCK_CLOEXEC, is6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
    if (fd < 0 || connect(fd, is6 ? (void *)&to6 : (void *)&to4, is6 ? sizeof to6 : sizeof to4)) {
        fprintf(stderr, "probe: %s: %s\n", text, strerror(errno));
        exit(1);
    }
    return fd;
}

int main(int argc, char **argv)
{
    uint64_t floor_ns = 100000000, last = 0, longest = 0, due, now;
    unsigned long sent = 0, answered = 0;
    int option, family;
    while ((option = getopt(argc, argv, "g:")) > 0) {
        if (option != 'g')
            return 2;
        floor_ns = strtoull(optarg, NULL, 10) * 1000000u;
    }
    if (optind >= argc)
        return 2;
    setvbuf(stdout, NULL, _IOLBF, 0);
    int fd = open_to(argv[optind], &family);
    uint16_t id = (uint16_t)getpid();
    uint64_t wall = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC);
    signal(SIGTERM, on_signal);
    signal(SIGINT, on_signal);
    for (due = clock_ns(CLOCK_MONOTONIC); !over;) {
        now = clock_ns(CLOCK_MONOTONIC);
        if (now >= due) {
            echo(fd, family, id, (uint16_t)sent++);
            due += (now - due) / PERIOD * PERIOD + PERIOD; /* a stall is not made up for */
        }
        struct pollfd p = { fd, POLLIN, 0 };
        struct timespec wait = { 0, (long)(due > now ? due - now : 0) };
        if (ppoll(&p, 1, &wait, NULL) < 1 || !answer(fd, family, id))
            continue;
        now = clock_ns(CLOCK_MONOTONIC);
        answered++;
        if (!last)
            printf("%.3f first\n", (double)(now + wall) / 1e9);
        if (last && now - last > longest)
            longest = now - last;
        if (last && now - last >= floor_ns)
            printf("%.3f gap %.0f\n", (double)(last + wall) / 1e9, (double)(now - last) / 1e6);
        last = now;
    }
    now = clock_ns(CLOCK_MONOTONIC);
    if (last && now - last > longest)
        longest = now - last;
    if (last)
        printf("%.3f summary %.0f %lu %lu\n", (double)(now + wall) / 1e9, (double)longest / 1e6,
               sent, answered);
    else
        printf("%.3f summary never %lu 0\n", (double)(now + wall) / 1e9, sent);
    return 0;
}
