/* noise - packets of protocol 112 that nobody may believe
 *
 *     noise INTERFACE VRID VERSION FAMILY ADDRESS COUNT [SEED [TTL]]     FAMILY: 4 or 6
 *
 * Random bytes, and adverts of priority 255 for that virtual router with exactly one flaw each: a
 * receiver that takes one of them for good gives its address away. The same seed sends the same;
 * "good" in its place sends them without any flaw but that TTL. */

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct advert {
    uint8_t bytes[2048];
    size_t  n;
    int     ttl;
} advert;

static uint64_t seed = 1;
static int      version, family, vrid, ttl = 255;
static uint8_t  vip[16], from[16], group[16];

static uint32_t dice(uint32_t sides)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 32) % sides;
}

static uint32_t add(uint32_t s, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        s += i % 2 ? p[i] : (uint32_t)p[i] << 8;
    return s;
}

static void checksum(advert *a, uint16_t error)
{
    size_t size = family == 6 ? 16 : 4;
    uint32_t s = 0;
    if (a->n < 8)
        return;
    a->bytes[6] = a->bytes[7] = 0;
    if (version == 3) { /* the pseudo header */
        s = add(add(0, from, size), group, size) + 112 + (uint32_t)a->n;
    }
    s = add(s, a->bytes, a->n);
    while (s >> 16)
        s = (s & 0xffff) + (s >> 16);
    s = (uint16_t)~s ^ error;
    a->bytes[6] = (uint8_t)(s >> 8);
    a->bytes[7] = (uint8_t)s;
}

static void good(advert *a)
{
    size_t size = family == 6 ? 16 : 4;
    memset(a, 0, sizeof *a);
    a->ttl = ttl;
    a->bytes[0] = (uint8_t)(version << 4 | 1);
    a->bytes[1] = (uint8_t)vrid;
    a->bytes[2] = 255;
    a->bytes[3] = 1;
    a->bytes[5] = version == 3 ? 100 : 1;
    memcpy(a->bytes + 8, vip, size);
    a->n = 8 + size + (version == 2 ? 8 : 0);
}

static void flawed(advert *a)
{
    uint16_t error = 0;
    good(a);
    switch (seed ? dice(8) : 8) {
    case 0: /* anything */
        a->n = dice(64);
        for (size_t i = 0; i < a->n; i++)
            a->bytes[i] = (uint8_t)dice(256);
        return;
    case 1: a->ttl = 1 + (int)dice(254); break;
    case 2: error = (uint16_t)(1 + dice(65534)); break;
    case 3: a->bytes[0] = (uint8_t)((4 + dice(12)) << 4 | 1); break;
    case 4: a->bytes[0] = (uint8_t)(version << 4 | (int)(2 + dice(14))); break;
    case 5: a->n = dice(8); break;                        /* cut inside the header */
    case 6: a->bytes[3] = (uint8_t)(2 + dice(254)); break; /* addresses that are not there */
    case 7:                                               /* much longer than an advert */
        a->bytes[0] = (uint8_t)(version << 4);
        a->n = 1024 + dice(300);
        break;
    }
    checksum(a, error);
}

static int open_on(const char *interface)
{
    int fd = socket(family == 6 ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC, 112);
    uint32_t index = if_nametoindex(interface);
    struct ip_mreqn via = { .imr_ifindex = (int)index };
    if (fd < 0 || !index || setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface,
                                       (socklen_t)strlen(interface) + 1))
        return -1;
    if (family == 6)
        return setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &index, sizeof index) ? -1 : fd;
    return setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &via, sizeof via) ? -1 : fd;
}

static void addresses(int fd, struct sockaddr_in *to4, struct sockaddr_in6 *to6)
{
    struct sockaddr_in6 me6;
    struct sockaddr_in me4;
    socklen_t n6 = sizeof me6, n4 = sizeof me4;
    to4->sin_family = AF_INET;
    to6->sin6_family = AF_INET6;
    inet_pton(AF_INET, "224.0.0.18", &to4->sin_addr);
    inet_pton(AF_INET6, "ff02::12", &to6->sin6_addr);
    /* the kernel chooses our address when it knows the destination */
    if (family == 6) {
        connect(fd, (void *)to6, sizeof *to6);
        getsockname(fd, (void *)&me6, &n6);
        memcpy(from, &me6.sin6_addr, 16);
        memcpy(group, &to6->sin6_addr, 16);
    } else {
        connect(fd, (void *)to4, sizeof *to4);
        getsockname(fd, (void *)&me4, &n4);
        memcpy(from, &me4.sin_addr, 4);
        memcpy(group, &to4->sin_addr, 4);
    }
}

int main(int argc, char **argv)
{
    struct sockaddr_in to4 = { 0 };
    struct sockaddr_in6 to6 = { 0 };
    static advert a;
    unsigned long failed = 0;
    if (argc < 7)
        return 2;
    vrid = atoi(argv[2]);
    version = atoi(argv[3]);
    family = atoi(argv[4]);
    long count = atol(argv[6]);
    seed = argc < 8 ? 1 : strcmp(argv[7], "good") == 0 ? 0 : strtoull(argv[7], NULL, 10) + 1;
    ttl = argc < 9 ? 255 : atoi(argv[8]);
    if (inet_pton(family == 6 ? AF_INET6 : AF_INET, argv[5], vip) != 1)
        return 2;
    int fd = open_on(argv[1]);
    if (fd < 0) {
        perror("noise");
        return 1;
    }
    to6.sin6_scope_id = if_nametoindex(argv[1]);
    addresses(fd, &to4, &to6);
    for (long i = 0; i < count; i++) {
        flawed(&a);
        if (family == 6)
            setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &a.ttl, sizeof a.ttl);
        else
            setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &a.ttl, sizeof a.ttl);
        failed += send(fd, a.bytes, a.n, 0) < 0;
        if (i % 16 == 15)
            usleep(500); /* a link, not a memory copy */
    }
    printf("sent %ld, refused by the kernel %lu\n", count, failed);
    return failed * 2 > (unsigned long)count;
}
