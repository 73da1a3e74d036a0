/* What every unit test needs: checks that print themselves, bytes that end at a guard page,
   addresses and bytes from text, and packets built by hand (not by the code under test). */
#ifndef TEST_H
#define TEST_H

#define VRRP_IMPLEMENTATION
#define VRRP_STATIC
#ifndef TEST_SHELL
#define VRRP_NO_LINUX
#endif
#include "../../vrrp.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static unsigned test_failures, test_bad;
static char     test_name[256];

#define CHECK(truth) test_check((truth), __FILE__, __LINE__, #truth)
#define SAME(got, want) \
    test_same((long long)(got), (long long)(want), __FILE__, __LINE__, #got)
#define TEXT(got, want) test_text((got), (want), __FILE__, __LINE__)
#define BYTES(got, want, size) test_bytes((got), (want), (size), __FILE__, __LINE__)

static void test_begin(const char *format, ...)
{
    va_list list;

    va_start(list, format);
    vsnprintf(test_name, sizeof test_name, format, list);
    va_end(list);
    test_bad = 0;
}

static void test_end(void)
{
    printf("%s - %s\n", test_bad ? "not ok" : "ok", test_name);
    fflush(stdout);
    test_failures += test_bad != 0;
}

typedef struct test_case {
    const char *name;
    void      (*run)(void);
} test_case;

__attribute__((unused)) static int test_all(const test_case *tests, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++) {
        test_begin("%s", tests[i].name);
        tests[i].run();
        test_end();
    }
    return test_failures ? 1 : 0;
}

static bool test_check(bool truth, const char *file, int line, const char *what)
{
    if (truth)
        return true;
    test_bad++;
    printf("    %s:%d: %s: false: %s\n", file, line, test_name, what);
    return false;
}

static bool test_same(long long got, long long want, const char *file, int line, const char *what)
{
    if (got == want)
        return true;
    test_bad++;
    printf("    %s:%d: %s: %s is %lld, not %lld\n", file, line, test_name, what, got, want);
    return false;
}

static bool test_text(const char *got, const char *want, const char *file, int line)
{
    if (strcmp(got, want) == 0)
        return true;
    test_bad++;
    printf("    %s:%d: %s:\n    got  \"%s\"\n    want \"%s\"\n", file, line, test_name, got, want);
    return false;
}

static bool test_bytes(const uint8_t *got, const uint8_t *want, size_t size, const char *file,
                       int line)
{
    size_t i;

    for (i = 0; i < size; i++)
        if (got[i] != want[i]) {
            test_bad++;
            printf("    %s:%d: %s: byte %zu is %02x, not %02x\n", file, line, test_name, i, got[i],
                   want[i]);
            return false;
        }
    return true;
}

/* A copy whose last byte is the last one of a readable page: reading on is a crash. */
static uint8_t *test_flush(const void *bytes, size_t size)
{
    enum { ROOM = 20 * 4096 };
    static uint8_t *room;
    uint8_t        *at;

    if (!room) {
        room = mmap(NULL, ROOM + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (room == MAP_FAILED || mprotect(room + ROOM, 4096, PROT_NONE)) {
            perror("guard page");
            exit(1);
        }
    }
    at = room + ROOM - size;
    if (size)
        memcpy(at, bytes, size);
    return at;
}

static size_t test_unhex(const char *hex, uint8_t *out, size_t room)
{
    size_t   n = 0;
    unsigned byte;

    for (; hex[0] && hex[1] && n < room && sscanf(hex, "%2x", &byte) == 1; hex += 2)
        out[n++] = (uint8_t)byte;
    return n;
}

static uint8_t test_family(const char *address)
{
    return strchr(address, ':') ? VRRP_IPV6 : VRRP_IPV4;
}

static vrrp_ip test_ip(const char *address)
{
    vrrp_ip ip;

    memset(&ip, 0, sizeof ip);
    if (inet_pton(test_family(address) == VRRP_IPV6 ? AF_INET6 : AF_INET, address, ip.byte) != 1) {
        printf("not ok - \"%s\" is no address\n", address);
        exit(1);
    }
    return ip;
}

/* A blank-separated list. */
static uint16_t test_vips(const char *list, vrrp_vip *vips, size_t room)
{
    uint16_t n = 0;
    char     word[64];
    int      used;

    for (; n < room && sscanf(list, " %63s%n", word, &used) == 1; list += used) {
        memset(&vips[n], 0, sizeof vips[n]);
        vips[n].address = test_ip(word);
        n++;
    }
    return n;
}

// >>packets

enum { FORM_PSEUDO, FORM_MESSAGE, FORM_WRONG, FORM_NEXT_HEADER_0 };

struct packet {
    int         version, type, vrid, priority, reserve, auth, ttl, form;
    int         interval;               /* cs in v3, seconds in v2 */
    int         count;                  /* -1: as many as there are addresses */
    int         extra;                  /* bytes behind the message, inside the IP length */
    int         cut;                    /* bytes missing at its end */
    int         padding;                /* bytes behind the IP length */
    const char *from, *to, *addresses, *auth_data;
};

static struct packet packet_v3(int priority, const char *from)
{
    struct packet p;

    memset(&p, 0, sizeof p);
    p.version = 3;
    p.type = 1;
    p.vrid = 51;
    p.priority = priority;
    p.ttl = 255;
    p.interval = 100;
    p.count = -1;
    p.from = from;
    p.to = test_family(from) == VRRP_IPV6 ? "ff02::12" : "224.0.0.18";
    p.addresses = test_family(from) == VRRP_IPV6 ? "fe80::1:33 2001:db8::1" : "192.0.2.1";
    return p;
}

static struct packet packet_v2(int priority, const char *from)
{
    struct packet p = packet_v3(priority, from);

    p.version = 2;
    p.vrid = 1;
    p.interval = 1;
    return p;
}

static uint16_t test_checksum(const uint8_t *p, size_t size, uint32_t sum)
{
    size_t i;

    for (i = 0; i < size; i++)
        sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
    while (sum > 0xffff)
        sum = (sum >> 16) + (sum & 0xffff);
    return (uint16_t)~sum;
}

static uint32_t test_words(const uint8_t *p, size_t size)
{
    uint32_t sum = 0;
    size_t   i;

    for (i = 0; i + 1 < size; i += 2)
        sum += (uint32_t)(p[i] << 8 | p[i + 1]);
    return sum;
}

/* The VRRP message without its checksum. */
static size_t packet__message(const struct packet *p, uint8_t family, uint8_t *m)
{
    static vrrp_vip vips[256];
    size_t          width = family == VRRP_IPV6 ? 16 : 4, n = test_vips(p->addresses, vips, 256);
    size_t          size = 8 + n * width, i;

    m[0] = (uint8_t)(p->version << 4 | p->type);
    m[1] = (uint8_t)p->vrid;
    m[2] = (uint8_t)p->priority;
    m[3] = (uint8_t)(p->count < 0 ? (int)n : p->count);
    m[4] = (uint8_t)(p->version == 2 ? p->auth : p->reserve << 4 | p->interval >> 8);
    m[5] = (uint8_t)p->interval;
    m[6] = m[7] = 0;
    for (i = 0; i < n; i++)
        memcpy(m + 8 + i * width, vips[i].address.byte, width);
    if (p->version == 2) {
        memset(m + size, 0, 8);
        if (p->auth_data)
            memcpy(m + size, p->auth_data, strnlen(p->auth_data, 8));
        size += 8;
    }
    return size;
}

static void packet__seal(const struct packet *p, uint8_t *ip, size_t header, size_t size)
{
    uint8_t *m = ip + header;
    uint32_t sum = 0;
    uint16_t check;

    if (p->version != 2 && (header == 40 || p->form == FORM_PSEUDO))
        sum = test_words(ip + (header == 40 ? 8 : 12), header == 40 ? 32 : 8) + (uint32_t)size +
              (p->form == FORM_NEXT_HEADER_0 ? 0 : 112);
    check = test_checksum(m, size, sum);
    if (p->form == FORM_WRONG)
        check ^= 0x0100;
    m[6] = (uint8_t)(check >> 8);
    m[7] = (uint8_t)check;
}

/* The whole IP packet. Returns its size with padding. */
static size_t packet_build(const struct packet *p, uint8_t *ip)
{
    uint8_t  family = test_family(p->from);
    size_t   header = family == VRRP_IPV6 ? 40 : 20, size, payload;
    vrrp_ip  from = test_ip(p->from), to = test_ip(p->to);
    uint16_t check;

    memset(ip, 0, header);
    size = packet__message(p, family, ip + header);
    payload = size + (size_t)p->extra - (size_t)p->cut;
    memset(ip + header + size, 0xee, (size_t)(p->extra + p->padding));
    if (family == VRRP_IPV6) {
        ip[0] = 0x6c;
        ip[4] = (uint8_t)(payload >> 8), ip[5] = (uint8_t)payload;
        ip[6] = 112, ip[7] = (uint8_t)p->ttl;
        memcpy(ip + 8, from.byte, 16);
        memcpy(ip + 24, to.byte, 16);
    } else {
        ip[0] = 0x45, ip[1] = 0xc0;
        ip[2] = (uint8_t)((payload + 20) >> 8), ip[3] = (uint8_t)(payload + 20);
        ip[5] = 1;
        ip[8] = (uint8_t)p->ttl, ip[9] = 112;
        memcpy(ip + 12, from.byte, 4);
        memcpy(ip + 16, to.byte, 4);
        check = test_checksum(ip, 20, 0);
        ip[10] = (uint8_t)(check >> 8), ip[11] = (uint8_t)check;
    }
    packet__seal(p, ip, header, size);
    return header + payload + (size_t)p->padding;
}

#endif
