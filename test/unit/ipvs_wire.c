/* ipvs.h's messages: the bytes of every request against a list made by hand, answers built by hand
   into structures, what differs, what is refused, and whatever a broken kernel could say. No socket
   is opened. */
#include "test.h"

#define IPVS_IMPLEMENTATION
#define IPVS_STATIC
#include "../../ipvs.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static uint32_t dice(void)
{
    static uint32_t x = 88172645u;

    x ^= x << 13, x ^= x >> 17, x ^= x << 5;
    return x;
}

static ipvs_address address_of(const char *text, uint16_t port)
{
    ipvs_address a;

    memset(&a, 0, sizeof a);
    memcpy(a.ip, test_ip(text).byte, 16);
    a.port = port;
    a.family = test_family(text) == VRRP_IPV6 ? IPVS_IPV6 : IPVS_IPV4;
    return a;
}

static ipvs_service service_of(uint8_t protocol, const char *text, uint16_t port)
{
    ipvs_service s;

    memset(&s, 0, sizeof s);
    s.protocol = protocol;
    s.at = address_of(text, port);
    return s;
}

static ipvs_service mark_of(uint32_t fwmark, uint8_t family)
{
    ipvs_service s;

    memset(&s, 0, sizeof s);
    s.fwmark = fwmark;
    s.at.family = family;
    return s;
}

static ipvs_dest dest_of(const char *text, uint16_t port, int32_t weight)
{
    ipvs_dest d;

    memset(&d, 0, sizeof d);
    d.to = address_of(text, port);
    d.weight = weight;
    return d;
}

static ipvs_request request_of(int command, const ipvs_service *s, const ipvs_dest *d)
{
    ipvs_request r;

    memset(&r, 0, sizeof r);
    r.command = (uint8_t)command;
    r.s = s;
    r.d = d;
    return r;
}

// >>reading

/* An attribute list as text, by a reader of its own: "1:0200 2{3:0a}". */
static size_t attributes(const uint8_t *p, size_t size, bool nests, char *out, size_t room)
{
    size_t at = 0;

    out[0] = 0;
    while (size >= 4) {
        uint16_t length, type;
        size_t   i;

        memcpy(&length, p, 2), memcpy(&type, p + 2, 2);
        if (length < 4 || length > size)
            return at + (size_t)snprintf(out + at, room - at, " broken");
        at += (size_t)snprintf(out + at, room - at, "%s%u", at ? " " : "", type & 0x3fffu);
        if (nests && type & 0x8000) {
            at += (size_t)snprintf(out + at, room - at, "{");
            at += attributes(p + 4, length - 4u, true, out + at, room - at);
            at += (size_t)snprintf(out + at, room - at, "}");
        } else {
            at += (size_t)snprintf(out + at, room - at, ":");
            for (i = 4; i < length; i++)
                at += (size_t)snprintf(out + at, room - at, "%02x", p[i]);
        }
        length = (uint16_t)((length + 3) & ~3);
        p += length < size ? length : size;
        size -= length < size ? length : size;
    }
    return at;
}

/* Numbers in the machine's order are shown as a little-endian one has them. */
static bool little(void)
{
    return htons(1) != 1;
}

static void says(const ipvs_request *r, unsigned flags, const char *want)
{
    uint8_t  room[512];
    char     text[1200];
    uint32_t head[4];
    size_t   size = ipvs_encode(r, 0x1b, 77, room, sizeof room);
    uint16_t half[2];

    if (!CHECK(size >= 20))
        return;
    memcpy(head, room, sizeof head);
    memcpy(half, room + 4, sizeof half);
    SAME(head[0], size);
    SAME(half[0], 0x1b);
    SAME(half[1], NLM_F_REQUEST | flags);
    SAME(head[2], 77);
    SAME(room[16], r->command);
    SAME(room[17], 1);
    attributes(room + 20, size - 20, true, text, sizeof text);
    if (little())
        TEXT(text, want);
}

#define ADDRESS4 "3:c6336401000000000000000000000000"
#define ADDRESS6 "3:20010db8000000000000000000000001"

// >>requests

static void services(void)
{
    ipvs_service s = service_of(IPVS_TCP, "198.51.100.1", 80);
    ipvs_request r = request_of(IPVS_CMD_NEW_SERVICE, &s, NULL);

    says(&r, NLM_F_ACK, "1{1:0200 2:0600 " ADDRESS4 " 4:0050 6:776c6300 7:00000000ffffffff "
         "8:00000000 9:ffffffff}");
    strcpy(s.scheduler, "wrr");
    s.protocol = IPVS_SCTP, s.persistence = 300, s.granularity = 20, s.flags = IPVS_ONE_PACKET;
    strcpy(s.engine, "sip");
    r.command = IPVS_CMD_SET_SERVICE;
    says(&r, NLM_F_ACK, "1{1:0200 2:8400 " ADDRESS4 " 4:0050 6:77727200 11:73697000 "
         "7:05000000ffffffff 8:2c010000 9:fffff000}");
    s = service_of(IPVS_UDP, "2001:db8::1", 5353);
    s.granularity = 56, s.flags = IPVS_FLAG_1 | IPVS_FLAG_2 | IPVS_FLAG_3;
    says(&r, NLM_F_ACK, "1{1:0a00 2:1100 " ADDRESS6 " 4:14e9 6:776c6300 7:38000000ffffffff "
         "8:00000000 9:38000000}");
    s.granularity = 0, s.flags = 0;
    says(&r, NLM_F_ACK, "1{1:0a00 2:1100 " ADDRESS6 " 4:14e9 6:776c6300 7:00000000ffffffff "
         "8:00000000 9:80000000}");
    r.command = IPVS_CMD_DEL_SERVICE;
    says(&r, NLM_F_ACK, "1{1:0a00 2:1100 " ADDRESS6 " 4:14e9}");
    r.command = IPVS_CMD_ZERO;
    says(&r, NLM_F_ACK, "1{1:0a00 2:1100 " ADDRESS6 " 4:14e9}");
    r.command = IPVS_CMD_GET_SERVICE;
    says(&r, NLM_F_ACK, "1{1:0a00 2:1100 " ADDRESS6 " 4:14e9}");
    r.command = IPVS_CMD_GET_DEST;
    says(&r, NLM_F_DUMP, "1{1:0a00 2:1100 " ADDRESS6 " 4:14e9}");
}

static void marks(void)
{
    ipvs_service s = mark_of(0x10203, 0);
    ipvs_request r = request_of(IPVS_CMD_DEL_SERVICE, &s, NULL);

    says(&r, NLM_F_ACK, "1{1:0200 5:03020100}");
    s.at = address_of("2001:db8::1", 80);       /* of an address only the family counts */
    says(&r, NLM_F_ACK, "1{1:0a00 5:03020100}");
    r.command = IPVS_CMD_NEW_SERVICE;
    says(&r, NLM_F_ACK, "1{1:0a00 5:03020100 6:776c6300 7:00000000ffffffff 8:00000000 9:80000000}");
}

#define KEY4 "1{1:0200 2:0600 " ADDRESS4 " 4:0050} "
#define REAL4 "11:0200 1:cb007102000000000000000000000000 2:1f90"

static void dests(void)
{
    ipvs_service s = service_of(IPVS_TCP, "198.51.100.1", 80), mark = mark_of(7, 0);
    ipvs_dest    d = dest_of("203.0.113.2", 8080, 5);
    ipvs_request r = request_of(IPVS_CMD_NEW_DEST, &s, &d);

    says(&r, NLM_F_ACK, KEY4 "2{" REAL4 " 3:00000000 4:05000000 5:00000000 6:00000000}");
    r.command = IPVS_CMD_SET_DEST;
    d.method = IPVS_DIRECT, d.upper = 256, d.lower = 255, d.weight = 0;
    says(&r, NLM_F_ACK, KEY4 "2{" REAL4 " 3:03000000 4:00000000 5:00010000 6:ff000000}");
    d.method = IPVS_TUNNEL, d.tunnel = IPVS_GUE, d.tunnel_port = 6080;
    d.tunnel_flags = IPVS_TUN_REMCSUM;
    says(&r, NLM_F_ACK, KEY4 "2{" REAL4 " 3:02000000 4:00000000 5:00010000 6:ff000000 13:01 "
         "14:17c0 15:0200}");
    r.command = IPVS_CMD_DEL_DEST;
    says(&r, NLM_F_ACK, KEY4 "2{" REAL4 "}");
    d.to.port = 0;                              /* that of the service; a mark has none */
    says(&r, NLM_F_ACK, KEY4 "2{11:0200 1:cb007102000000000000000000000000 2:0050}");
    r.s = &mark;
    says(&r, NLM_F_ACK, "1{1:0200 5:07000000} "
         "2{11:0200 1:cb007102000000000000000000000000 2:0000}");
    d = dest_of("2001:db8::1", 9, 1), r.s = &s;
    says(&r, NLM_F_ACK, KEY4 "2{11:0a00 1:20010db8000000000000000000000001 2:0009}");
}

static void others(void)
{
    ipvs_daemon  d;
    ipvs_config  c = { 900, 0, 300 };
    ipvs_request r = request_of(IPVS_CMD_NEW_DAEMON, NULL, NULL);

    memset(&d, 0, sizeof d);
    strcpy(d.interface, "eth0");
    d.state = IPVS_SYNC_MASTER, d.id = 5;
    r.daemon = &d;
    says(&r, NLM_F_ACK, "3{1:01000000 2:6574683000 3:05000000 5:e0000051 7:9022 8:01}");
    d.group = address_of("ff02::81", 9), d.ttl = 4, d.maxlen = 1400;
    says(&r, NLM_F_ACK, "3{1:01000000 2:6574683000 3:05000000 4:7805 "
         "6:ff020000000000000000000000000081 7:0900 8:04}");
    r.command = IPVS_CMD_DEL_DAEMON;
    says(&r, NLM_F_ACK, "3{1:01000000}");
    r = request_of(IPVS_CMD_GET_DAEMON, NULL, NULL);
    says(&r, NLM_F_DUMP, "");
    r.command = IPVS_CMD_GET_SERVICE;
    says(&r, NLM_F_DUMP, "");
    r.command = IPVS_CMD_FLUSH;
    says(&r, NLM_F_ACK, "");
    r.command = IPVS_CMD_SET_CONFIG;
    r.config = &c;
    says(&r, NLM_F_ACK, "4:84030000 6:2c010000");
}

/* Room that ends anywhere: 0 is returned, and nothing is written behind it. */
static void no_room(void)
{
    ipvs_service s = service_of(IPVS_TCP, "198.51.100.1", 80);
    ipvs_dest    d = dest_of("203.0.113.2", 8080, 5);
    ipvs_request r = request_of(IPVS_CMD_NEW_DEST, &s, &d);
    uint8_t      room[512];
    size_t       whole = ipvs_encode(&r, 0x1b, 1, room, sizeof room), n;

    for (n = 0; n < whole; n++)
        SAME(ipvs_encode(&r, 0x1b, 1, test_flush(room, n), n), 0);
    SAME(ipvs_encode(&r, 0x1b, 1, test_flush(room, whole), whole), whole);
}

// >>answers

/* Answers are built with a writer of their own. */
struct writer {
    uint8_t bytes[1024];
    size_t  size, nest;
};

static void put(struct writer *w, unsigned type, const void *value, size_t size)
{
    uint16_t head[2] = { (uint16_t)(size + 4), (uint16_t)type };

    memcpy(w->bytes + w->size, head, 4);
    if (size)
        memcpy(w->bytes + w->size + 4, value, size);
    w->size += (size + 7) & ~(size_t)3;
}

static void put32(struct writer *w, unsigned type, uint32_t value) { put(w, type, &value, 4); }
static void put16(struct writer *w, unsigned type, uint16_t value) { put(w, type, &value, 2); }
static void put64(struct writer *w, unsigned type, uint64_t value) { put(w, type, &value, 8); }

static size_t nest(struct writer *w, unsigned type)
{
    size_t at = w->size;

    put(w, type, NULL, 0);
    return at;
}

static void close_nest(struct writer *w, size_t at)
{
    uint16_t size = (uint16_t)(w->size - at);

    memcpy(w->bytes + at, &size, 2);
}

static void begin(struct writer *w, uint8_t command)
{
    memset(w, 0, sizeof *w);
    w->bytes[4] = 0x1b;
    w->bytes[16] = command;
    w->bytes[17] = 1;
    w->size = 20;
}

static int decoded(struct writer *w, uint8_t family, ipvs_answer *out)
{
    uint32_t size = (uint32_t)w->size;
    size_t   at = 0;

    memcpy(w->bytes, &size, 4);
    return ipvs_decode(test_flush(w->bytes, w->size), w->size, &at, family, out);
}

static void put_stats(struct writer *w, unsigned type, bool wide)
{
    size_t   at = nest(w, type);
    unsigned i;

    for (i = 1; i <= 10; i++)
        if (wide)
            put64(w, i, 0x100000000u * i + i);
        else if (i == 4 || i == 5)
            put64(w, i, 100u * i);
        else
            put32(w, i, 100u * i);
    close_nest(w, at);
}

static void service_told(void)
{
    static const uint8_t vip[16] = { 198, 51, 100, 1, 9, 9, 9 }, mask[4] = { 255, 255, 240, 0 };
    struct writer        w;
    ipvs_answer          a;
    size_t               at;
    uint32_t             flags[2] = { 1 | 2 | 4 | 16 | 0x8000, UINT32_MAX };

    begin(&w, IPVS_CMD_NEW_SERVICE);
    at = nest(&w, 1);
    put16(&w, 1, 2), put16(&w, 2, 17), put(&w, 3, vip, 16), put(&w, 4, "\0\120", 2);
    put(&w, 6, "sh\0junk", 7), put(&w, 11, "sip", 4), put(&w, 7, flags, 8), put32(&w, 8, 300);
    put(&w, 9, mask, 4);
    put_stats(&w, 10, false);
    put_stats(&w, 12, true);
    close_nest(&w, at);
    SAME(decoded(&w, 0, &a), 1);
    SAME(a.command, IPVS_CMD_NEW_SERVICE);
    CHECK(!a.end);
    SAME(a.s.at.family, IPVS_IPV4);
    BYTES(a.s.at.ip, test_ip("198.51.100.1").byte, 16);
    SAME(a.s.at.port, 80);
    SAME(a.s.protocol, IPVS_UDP);
    SAME(a.s.flags, IPVS_ONE_PACKET | IPVS_FLAG_2);
    SAME(a.s.persistence, 300);
    SAME(a.s.granularity, 20);
    BYTES((uint8_t *)a.s.scheduler, (const uint8_t *)"sh\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
    TEXT(a.s.engine, "sip");
    SAME(a.counts.stats.connections, 0x100000001u);
    SAME(a.counts.stats.out_bytes, 0x500000005u);
    SAME(a.counts.stats.out_byte_rate, 0xa0000000au);
}

static void narrow_statistics(void)
{
    struct writer w;
    ipvs_answer   a;
    size_t        at;

    begin(&w, IPVS_CMD_NEW_SERVICE);
    at = nest(&w, 1 | 0x8000);
    put16(&w, 1, 10), put32(&w, 5, 77), put32(&w, 9, 56);
    put_stats(&w, 10, false);
    close_nest(&w, at);
    SAME(decoded(&w, 0, &a), 1);
    SAME(a.s.fwmark, 77);
    SAME(a.s.at.family, IPVS_IPV6);
    SAME(a.s.granularity, 56);
    SAME(a.counts.stats.connections, 100);
    SAME(a.counts.stats.in_bytes, 400);
    SAME(a.counts.stats.connection_rate, 600);
    SAME(a.counts.stats.out_byte_rate, 1000);
}

/* What the kernel adds of its own, and what old kernels leave out. */
static void dest_told(void)
{
    static const uint8_t rip[16] = { 203, 0, 113, 2, 9, 9 };
    ipvs_service         s = service_of(IPVS_TCP, "198.51.100.1", 80);
    ipvs_dest            want = dest_of("203.0.113.2", 8080, 7);
    struct writer        w;
    ipvs_answer          a;
    size_t               at;

    begin(&w, IPVS_CMD_NEW_DEST);
    at = nest(&w, 2);
    put(&w, 1, rip, 16), put(&w, 2, "\037\220", 2), put32(&w, 3, 3 | 0x80 | 0x100);
    put32(&w, 4, 7), put32(&w, 5, 100), put32(&w, 6, 50), put32(&w, 7, 11), put32(&w, 8, 12);
    put32(&w, 9, 13);
    close_nest(&w, at);
    SAME(decoded(&w, IPVS_IPV4, &a), 1);
    SAME(a.d.to.family, IPVS_IPV4);
    SAME(a.d.method, IPVS_DIRECT);
    SAME(a.counts.active * 10000 + a.counts.inactive * 100 + a.counts.persistent, 111213);
    want.method = IPVS_DIRECT, want.upper = 100, want.lower = 50;
    SAME(ipvs_diff_dest(&a.d, &want, &s), IPVS_SAME);
    SAME(decoded(&w, 0, &a), IPVS_E_MALFORMED);         /* of which family? */
    put16(&w, 11, 10);                                  /* outside the nest: not looked at */
    SAME(decoded(&w, 0, &a), IPVS_E_MALFORMED);
}

static void family_told(void)
{
    struct writer w;
    ipvs_answer   a;
    size_t        at;
    int           width;

    for (width = 4; width <= 16; width += 12) {
        begin(&w, IPVS_CMD_NEW_DEST);
        at = nest(&w, 2);
        put(&w, 1, test_ip("2001:db8::9").byte, (size_t)width), put(&w, 2, "\0\120", 2);
        put16(&w, 11, 10), put(&w, 13, "\1", 1), put(&w, 14, "\027\300", 2), put16(&w, 15, 1);
        close_nest(&w, at);
        SAME(decoded(&w, IPVS_IPV4, &a), width == 16 ? 1 : IPVS_E_MALFORMED);
    }
    SAME(a.d.to.family, IPVS_IPV6);
    SAME(a.d.tunnel, IPVS_GUE);
    SAME(a.d.tunnel_port, 6080);
    SAME(a.d.tunnel_flags, IPVS_TUN_CSUM);
}

/* Persistence of 0 seconds, which only another program can have set, is not "none". */
static void odd_persistence(void)
{
    ipvs_service  want = service_of(IPVS_TCP, "198.51.100.1", 80);
    struct writer w;
    ipvs_answer   a;
    uint32_t      flags[2] = { 0, UINT32_MAX };
    size_t        at;

    for (; flags[0] < 2; flags[0]++) {
        begin(&w, IPVS_CMD_NEW_SERVICE);
        at = nest(&w, 1);
        put16(&w, 1, 2), put16(&w, 2, 6), put(&w, 3, want.at.ip, 16), put(&w, 4, "\0\120", 2);
        put(&w, 6, "wlc", 4), put(&w, 7, flags, 8), put32(&w, 8, flags[0] ? 0 : 99);
        put32(&w, 9, UINT32_MAX);
        close_nest(&w, at);
        SAME(decoded(&w, 0, &a), 1);
        SAME(ipvs_diff_service(&a.s, &want), flags[0] ? IPVS_EDIT : IPVS_SAME);
    }
}

static void rest_told(void)
{
    struct writer w;
    ipvs_answer   a;
    ipvs_daemon   want;
    size_t        at;
    int           six;

    begin(&w, IPVS_CMD_SET_CONFIG);
    put32(&w, 4, 900), put32(&w, 5, 120), put32(&w, 6, 300);
    SAME(decoded(&w, 0, &a), 1);
    SAME(a.config.tcp * 1000000 + a.config.tcp_fin * 1000 + a.config.udp, 900120300);
    begin(&w, IPVS_CMD_SET_INFO);
    put32(&w, 1, 0x10201), put32(&w, 2, 4096);
    SAME(decoded(&w, 0, &a), 1);
    SAME(a.version, 0x10201);
    SAME(a.table_size, 4096);
    for (six = 0; six < 2; six++) {
        begin(&w, IPVS_CMD_NEW_DAEMON);
        at = nest(&w, 3);
        put32(&w, 1, 2), put(&w, 2, "eth0", 5), put32(&w, 3, 7), put16(&w, 4, 1472);
        put(&w, six ? 6 : 5, test_ip(six ? "ff02::81" : "224.0.0.81").byte, six ? 16 : 4);
        put16(&w, 7, 8848), put(&w, 8, "\1", 1);
        close_nest(&w, at);
        SAME(decoded(&w, 0, &a), 1);
        memset(&want, 0, sizeof want);
        strcpy(want.interface, "eth0");
        want.state = IPVS_SYNC_BACKUP, want.id = 7;
        SAME(ipvs_diff_daemon(&a.daemon, &want), six ? IPVS_EDIT : IPVS_SAME);
        if (six)
            want.group = address_of("ff02::81", 0);
        SAME(ipvs_diff_daemon(&a.daemon, &want), IPVS_SAME);
        want.maxlen = 1000;                             /* the kernel makes 1024 of it */
        a.daemon.maxlen = 1024;
        SAME(ipvs_diff_daemon(&a.daemon, &want), IPVS_SAME);
        want.ttl = 2;
        SAME(ipvs_diff_daemon(&a.daemon, &want), IPVS_EDIT);
        want.state = IPVS_SYNC_MASTER;
        SAME(ipvs_diff_daemon(&a.daemon, &want), IPVS_OTHER);
    }
}

static void ends_told(void)
{
    struct writer w;
    ipvs_answer   a;
    int32_t       error = -ESRCH;

    begin(&w, 0);
    w.bytes[4] = NLMSG_ERROR;
    memcpy(w.bytes + 16, &error, 4);
    w.size = 36;
    SAME(decoded(&w, 0, &a), 1);
    CHECK(a.end);
    SAME(a.error, -ESRCH);
    SAME(a.command, 0);
    w.bytes[4] = NLMSG_DONE;
    memset(w.bytes + 16, 0, 4);
    w.size = 20;
    SAME(decoded(&w, 0, &a), 1);
    CHECK(a.end && a.error == 0);
    begin(&w, IPVS_CMD_GET_DEST);                       /* nobody asks us */
    SAME(decoded(&w, 0, &a), IPVS_E_MALFORMED);
    begin(&w, IPVS_CMD_SET_INFO);
    w.bytes[4] = NLMSG_NOOP;
    SAME(decoded(&w, 0, &a), IPVS_E_MALFORMED);
    w.size = 18;
    SAME(decoded(&w, 0, &a), IPVS_E_MALFORMED);
    w.size = 15;
    SAME(decoded(&w, 0, &a), 0);
}

// >>there and back

static ipvs_service any_service(void)
{
    static const char *const names[] = { "rr", "wrr", "sh", "mh", "none", "abcdefghijklmno" };

    bool         six = dice() % 2;
    ipvs_service s = service_of(dice() % 2 ? IPVS_TCP : IPVS_UDP,
                                six ? "2001:db8::1" : "198.51.100.1",
                                (uint16_t)(1 + dice() % 65535));

    if (dice() % 4 == 0)
        s.fwmark = 1 + dice() % 1000;
    s.flags = (dice() % 16) << 2;
    s.persistence = dice() % 2 ? 1 + dice() % 1000 : 0;
    s.granularity = (uint8_t)(dice() % (six ? 129 : 33));
    strcpy(s.scheduler, names[dice() % COUNT(names)]);
    if (s.persistence && dice() % 2)
        strcpy(s.engine, "sip");
    return s;
}

static ipvs_dest any_dest(const ipvs_service *s)
{
    bool      six = dice() % 4 ? s->at.family == IPVS_IPV6 : dice() % 2;
    ipvs_dest d = dest_of(six ? "2001:db8::7" : "203.0.113.7", (uint16_t)(dice() % 65536),
                          (int32_t)(dice() % 65536));

    d.method = (s->at.family == IPVS_IPV6) == six && dice() % 2 ? IPVS_MASQ : IPVS_TUNNEL;
    d.upper = dice() % 1000;
    d.lower = d.upper / 2;
    if (d.method == IPVS_TUNNEL) {
        d.tunnel = (uint8_t)(dice() % 3);
        d.tunnel_port = d.tunnel == IPVS_GUE ? 6080 : 0;
        d.tunnel_flags = (uint8_t)(d.tunnel ? dice() % 2 : 0);
    }
    return d;
}

/* A request for a service has the attributes of an answer: what we say is what we understand. */
static void there_and_back(void)
{
    uint8_t      room[512];
    ipvs_request r = request_of(0, NULL, NULL);
    ipvs_answer  a;
    unsigned     turn;

    for (turn = 0; turn < 20000; turn++) {
        ipvs_service s = any_service();
        ipvs_dest    d = any_dest(&s);
        size_t       size, at = 0;

        SAME(ipvs_service_check(&s), 0);
        SAME(ipvs_dest_check(&d, &s), 0);
        r.command = IPVS_CMD_NEW_SERVICE, r.s = &s, r.d = NULL;
        size = ipvs_encode(&r, 0x1b, 1, room, sizeof room);
        SAME(ipvs_decode(test_flush(room, size), size, &at, 0, &a), 1);
        SAME(at, size);
        SAME(ipvs_diff_service(&a.s, &s), IPVS_SAME);
        r.command = IPVS_CMD_NEW_DEST, r.d = &d;
        size = ipvs_encode(&r, 0x1b, 1, room, sizeof room);
        at = 0;
        SAME(ipvs_decode(test_flush(room, size), size, &at, s.at.family, &a), 1);
        SAME(ipvs_diff_dest(&a.d, &d, &s), IPVS_SAME);
    }
}

/* Cut anywhere, changed anywhere: nothing is read behind the end. */
static void spoilt(void)
{
    static uint8_t room[2048], bad[2048];
    ipvs_request   r = request_of(IPVS_CMD_NEW_DEST, NULL, NULL);
    struct writer  w;
    ipvs_answer    a;
    size_t         size = 0, n, at, inner;
    unsigned       turn, i;

    for (turn = 0; turn < 4; turn++) {
        ipvs_service s = any_service();
        ipvs_dest    d = any_dest(&s);

        r.s = &s, r.d = &d;
        size += ipvs_encode(&r, 0x1b, 1, room + size, sizeof room - size);
    }
    begin(&w, IPVS_CMD_NEW_SERVICE);
    inner = nest(&w, 1);
    put16(&w, 1, 2), put32(&w, 5, 1);
    put_stats(&w, 12, true);
    close_nest(&w, inner);
    SAME(decoded(&w, 0, &a), 1);
    memcpy(room + size, w.bytes, w.size);
    size += w.size;
    for (n = 0; n <= size; n++) {
        const uint8_t *p = test_flush(room, n);

        for (i = 0, at = 0; ipvs_decode(p, n, &at, IPVS_IPV4, &a); i++)
            CHECK(at <= n + 3);
        SAME(i == 5, n == size);
    }
    for (turn = 0; turn < 100000; turn++) {
        const uint8_t *p;

        memcpy(bad, room, size);
        for (i = dice() % 5; i > 0; i--)
            bad[dice() % size] = (uint8_t)(dice() % 3 ? dice() : dice() % 32);
        p = test_flush(bad, size);
        for (at = 0; ipvs_decode(p, size, &at, IPVS_IPV6, &a);)
            CHECK(memchr(a.s.scheduler, 0, 16) && memchr(a.s.engine, 0, 16));
    }
}

// >>differences

static void services_differ(void)
{
    ipvs_service want = service_of(IPVS_TCP, "198.51.100.1", 80), have = ipvs__service(&want);
    ipvs_service other;

    SAME(ipvs_diff_service(&have, &want), IPVS_SAME);
    memset(want.scheduler, 'x', 16), strcpy(want.scheduler, "wlc");     /* junk behind its zero */
    memset(want.at.ip + 4, 0xee, 12);
    SAME(ipvs_diff_service(&have, &want), IPVS_SAME);
#define EDIT(change) other = want, other.change, SAME(ipvs_diff_service(&have, &other), IPVS_EDIT)
#define OTHER(change) other = want, other.change, SAME(ipvs_diff_service(&have, &other), IPVS_OTHER)
    EDIT(flags = IPVS_ONE_PACKET);
    EDIT(flags = IPVS_FLAG_3);
    EDIT(persistence = 1);
    EDIT(granularity = 31);
    EDIT(scheduler[0] = 'x');
    EDIT(engine[0] = 's');
    OTHER(protocol = IPVS_UDP);
    OTHER(at.port = 81);
    OTHER(at.ip[3] = 2);
    OTHER(at.family = IPVS_IPV6);
    OTHER(fwmark = 1);
#undef EDIT
#undef OTHER
}

static void dests_differ(void)
{
    ipvs_service s = service_of(IPVS_TCP, "198.51.100.1", 80), mark = mark_of(1, IPVS_IPV4);
    ipvs_dest    want = dest_of("203.0.113.2", 0, 5), have = ipvs__dest(&want, &s), other;

    SAME(have.to.port, 80);
    SAME(ipvs_diff_dest(&have, &want, &s), IPVS_SAME);
    SAME(ipvs_diff_dest(&have, &want, &mark), IPVS_OTHER);
    want.to.family = 0;
    SAME(ipvs_diff_dest(&have, &want, &s), IPVS_SAME);
#define EDIT(change) other = want, other.change, SAME(ipvs_diff_dest(&have, &other, &s), IPVS_EDIT)
#define OTHER(change) \
    other = want, other.change, SAME(ipvs_diff_dest(&have, &other, &s), IPVS_OTHER)
    EDIT(weight = 0);
    EDIT(upper = 1);
    EDIT(lower = 1);
    EDIT(method = IPVS_TUNNEL);
    EDIT(tunnel = IPVS_GUE);
    EDIT(tunnel_port = 1);
    EDIT(tunnel_flags = 1);
    OTHER(to.port = 81);
    OTHER(to.ip[0] = 1);
    OTHER(to.family = IPVS_IPV6);
    have.method = IPVS_LOCAL;                           /* the kernel's word for itself */
    SAME(ipvs_diff_dest(&have, &want, &s), IPVS_SAME);
#undef EDIT
#undef OTHER
}

// >>refusals

static void services_refused(void)
{
    ipvs_service good = service_of(IPVS_TCP, "198.51.100.1", 80), bad;

#define REFUSED(change, code) bad = good, bad.change, SAME(ipvs_service_check(&bad), code)
    SAME(ipvs_service_check(&good), 0);
    REFUSED(at.family = 0, 0);
    REFUSED(protocol = 0, 0);
    REFUSED(persistence = 2678400, 0);
    REFUSED(granularity = 32, 0);
    REFUSED(at.family = 5, IPVS_E_FAMILY);
    REFUSED(protocol = 1, IPVS_E_PROTOCOL);
    REFUSED(at.port = 0, IPVS_E_PORT);
    REFUSED(scheduler[0] = 'A', IPVS_E_SCHEDULER);
    REFUSED(flags = 1, IPVS_E_FLAGS);
    REFUSED(flags = 64, IPVS_E_FLAGS);
    REFUSED(persistence = 2678401, IPVS_E_PERSISTENCE);
    REFUSED(granularity = 33, IPVS_E_GRANULARITY);
    REFUSED(engine[0] = 's', IPVS_E_ENGINE);
    memset(good.scheduler, 'x', 16);
    SAME(ipvs_service_check(&good), IPVS_E_SCHEDULER);
    good.scheduler[0] = 0, good.persistence = 1, good.at.port = 0;
    SAME(ipvs_service_check(&good), 0);
    REFUSED(engine[0] = '/', IPVS_E_ENGINE);
    REFUSED(engine[0] = 's', 0);
    memset(good.at.ip, 0, 16);
    SAME(ipvs_service_check(&good), IPVS_E_ADDRESS);
    good = mark_of(1, 0);
    SAME(ipvs_service_check(&good), 0);
    good.at.family = IPVS_IPV6, good.granularity = 129;
    SAME(ipvs_service_check(&good), IPVS_E_GRANULARITY);
#undef REFUSED
}

static void dests_refused(void)
{
    ipvs_service s = service_of(IPVS_TCP, "198.51.100.1", 80);
    ipvs_dest    good = dest_of("203.0.113.2", 0, 65535), bad;

#define REFUSED(change, code) bad = good, bad.change, SAME(ipvs_dest_check(&bad, &s), code)
    SAME(ipvs_dest_check(&good, &s), 0);
    REFUSED(to.family = 0, 0);
    REFUSED(to.family = 7, IPVS_E_FAMILY);
    REFUSED(to.family = IPVS_IPV6, IPVS_E_FAMILY);
    REFUSED(to.family = IPVS_IPV6; bad.method = IPVS_TUNNEL, 0);
    REFUSED(to = address_of("0.0.0.0", 1), IPVS_E_ADDRESS);
    REFUSED(method = 5, IPVS_E_METHOD);
    REFUSED(weight = -1, IPVS_E_WEIGHT);
    REFUSED(weight = INT32_MIN, IPVS_E_WEIGHT);
    REFUSED(lower = 1, IPVS_E_THRESHOLD);
    REFUSED(upper = 1; bad.lower = 1, 0);
    REFUSED(tunnel = IPVS_GUE, IPVS_E_TUNNEL);
    good.method = IPVS_TUNNEL;
    REFUSED(tunnel = IPVS_GUE, IPVS_E_TUNNEL);
    REFUSED(tunnel = IPVS_GUE; bad.tunnel_port = 1, 0);
    REFUSED(tunnel = IPVS_GUE; bad.tunnel_port = 1; bad.tunnel_flags = 3, 0);
    REFUSED(tunnel = IPVS_GUE; bad.tunnel_port = 1; bad.tunnel_flags = 4, IPVS_E_TUNNEL);
    REFUSED(tunnel = IPVS_GRE, 0);
    REFUSED(tunnel = IPVS_GRE; bad.tunnel_flags = 1, 0);
    REFUSED(tunnel = IPVS_GRE; bad.tunnel_flags = 2, IPVS_E_TUNNEL);
    REFUSED(tunnel = IPVS_GRE; bad.tunnel_port = 1, IPVS_E_TUNNEL);
    REFUSED(tunnel_port = 1, IPVS_E_TUNNEL);
    REFUSED(tunnel_flags = 1, IPVS_E_TUNNEL);
    REFUSED(tunnel = 3, IPVS_E_TUNNEL);
#undef REFUSED
}

static void daemons_refused(void)
{
    ipvs_daemon good, bad;

    memset(&good, 0, sizeof good);
    good.state = IPVS_SYNC_MASTER;
    strcpy(good.interface, "eth0");
    SAME(ipvs_daemon_check(&good), 0);
#define REFUSED(change) bad = good, bad.change, SAME(ipvs_daemon_check(&bad), IPVS_E_DAEMON)
    REFUSED(state = 0);
    REFUSED(state = 3);
    REFUSED(interface[0] = 0);
    REFUSED(group = address_of("198.51.100.1", 0));
    REFUSED(group = address_of("2001:db8::1", 0));
    memset(good.interface, 'x', 16);
    SAME(ipvs_daemon_check(&good), IPVS_E_DAEMON);
#undef REFUSED
}

// >>sentences

static const char *service_text(const ipvs_service *s)
{
    static char text[80];
    size_t      size = ipvs_service_print(s, text, sizeof text);

    SAME(size, strlen(text));
    return text;
}

static void printed(void)
{
    static const char *const six[] = {
        "2001:db8::1", "::", "::1", "1::", "1:0:0:2::3", "1:2:3:4:5:6:7:8", "1:0:2:3:4:5:6:7",
        "fe80::1:0:0:1", "0:1:2:3:4:5:6:7", "1:2:3:4:5:6:7:0", "1:2:3:4:5:6::"
    };
    ipvs_service s = service_of(IPVS_TCP, "198.51.100.1", 80);
    ipvs_dest    d = dest_of("203.0.113.255", 65535, 0);
    char         text[64], want[80], canonical[64];
    size_t       i;

    TEXT(service_text(&s), "TCP 198.51.100.1:80");
    s.protocol = IPVS_UDP;
    TEXT(service_text(&s), "UDP 198.51.100.1:80");
    s = service_of(IPVS_SCTP, "2001:db8::1", 1);
    TEXT(service_text(&s), "SCTP [2001:db8::1]:1");
    s = mark_of(UINT32_MAX, IPVS_IPV6);
    TEXT(service_text(&s), "FWM 4294967295 IPv6");
    s.at.family = 0;
    TEXT(service_text(&s), "FWM 4294967295");
    SAME(ipvs_dest_print(&d, text, 8), 19);
    TEXT(text, "203.0.1");
    SAME(ipvs_dest_print(&d, NULL, 0), 19);
    for (i = 0; i < COUNT(six); i++) {
        d.to = address_of(six[i], 9);
        ipvs_dest_print(&d, text, sizeof text);
        inet_ntop(AF_INET6, d.to.ip, canonical, sizeof canonical);
        snprintf(want, sizeof want, "[%s]:9", canonical);
        TEXT(text, want);
    }
}

static void sentences(void)
{
    static ipvs_io io;
    ipvs_service   s = service_of(IPVS_TCP, "198.51.100.1", 80);
    ipvs_dest      d = dest_of("203.0.113.1", 0, 1);
    ipvs_request   r = request_of(IPVS_CMD_NEW_DEST, &s, &d);
    ipvs_daemon    daemon;

    SAME(ipvs__explain(&io, &r, -ESRCH, ""), -ESRCH);
    TEXT(io.err, "cannot add real server 203.0.113.1:80 of TCP 198.51.100.1:80: no such service");
    ipvs__explain(&io, &r, -ENOMEM, "");
    TEXT(io.err, "cannot add real server 203.0.113.1:80 of TCP 198.51.100.1:80: "
         "Cannot allocate memory");
    ipvs__explain(&io, &r, -EPERM, "kernel's words");
    TEXT(io.err, "cannot add real server 203.0.113.1:80 of TCP 198.51.100.1:80: kernel's words; "
         "CAP_NET_ADMIN in the initial user namespace is needed");
    ipvs__explain(&io, &r, IPVS_E_ABSENT, "");
    TEXT(io.err, "the kernel has no ip_vs: modprobe ip_vs on the host");
    ipvs__explain(&io, &r, IPVS_E_WEIGHT, "");
    TEXT(io.err, "cannot add real server 203.0.113.1:80 of TCP 198.51.100.1:80: weight must be "
         "0..2147483647");
    d.to = address_of("2001:db8::1", 80);
    ipvs__explain(&io, &r, -EINVAL, "");
    TEXT(io.err, "cannot add real server [2001:db8::1]:80 of TCP 198.51.100.1:80: a real server of "
         "another family needs a tunnel, and no sync daemon");
    r = request_of(IPVS_CMD_SET_SERVICE, &s, NULL);
    ipvs__explain(&io, &r, -ENOENT, "");
    TEXT(io.err, "cannot change TCP 198.51.100.1:80: the kernel has no scheduler wlc: modprobe "
         "ip_vs_wlc on the host");
    r = request_of(IPVS_CMD_ZERO, NULL, NULL);
    ipvs__explain(&io, &r, -EBUSY, "");
    TEXT(io.err, "cannot zero the statistics of all services: Device or resource busy");
    memset(&daemon, 0, sizeof daemon);
    daemon.state = IPVS_SYNC_BACKUP;
    strcpy(daemon.interface, "eth9");
    r = request_of(IPVS_CMD_NEW_DAEMON, NULL, NULL);
    r.daemon = &daemon;
    ipvs__explain(&io, &r, -ENODEV, "");
    TEXT(io.err, "cannot start the sync daemon BACKUP on eth9: no such interface");
}

static void words(void)
{
    int code;

    for (code = IPVS_E_FAMILY; code >= IPVS_E_MALFORMED; code--)
        CHECK(strcmp(ipvs_str(code), "unknown error") != 0 && strlen(ipvs_str(code)) > 8);
    TEXT(ipvs_str(IPVS_E_ENGINE), "an engine is named by up to 15 of a-z 0-9 - _, and needs "
         "persistence");
    TEXT(ipvs_str(IPVS_E_DUPLICATE), "two real servers have one address and port");
    TEXT(ipvs_str(IPVS_E_MALFORMED), "malformed answer of the kernel");
    TEXT(ipvs_str(-EPERM), "Operation not permitted");
    TEXT(ipvs_str(0), "ok");
}

int main(void)
{
    static const test_case tests[] = {
        { "ipvs: requests for services", services },
        { "ipvs: requests for firewall marks", marks },
        { "ipvs: requests for real servers", dests },
        { "ipvs: requests for daemons, timeouts and lists", others },
        { "ipvs: a message without room", no_room },
        { "ipvs: a service is told", service_told },
        { "ipvs: statistics of older kernels", narrow_statistics },
        { "ipvs: a real server is told, by an old kernel too", dest_told },
        { "ipvs: a real server of another family", family_told },
        { "ipvs: persistence of no time", odd_persistence },
        { "ipvs: timeouts, version, daemons are told", rest_told },
        { "ipvs: errors and ends are told", ends_told },
        { "ipvs: what we say is what we understand", there_and_back },
        { "ipvs: spoilt answers", spoilt },
        { "ipvs: services that differ", services_differ },
        { "ipvs: real servers that differ", dests_differ },
        { "ipvs: services that are refused", services_refused },
        { "ipvs: real servers that are refused", dests_refused },
        { "ipvs: sync daemons that are refused", daemons_refused },
        { "ipvs: names of services and real servers", printed },
        { "ipvs: sentences of errors", sentences },
        { "ipvs: words for every code", words }
    };

    return test_all(tests, COUNT(tests));
}
