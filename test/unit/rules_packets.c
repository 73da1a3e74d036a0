/* Encoding and reception, rule by rule (RFC 9568 5, 7.1; RFC 3768 5, 7.1; RFC 2338 5.3.6). Every
   test carries the number of its line in the conformance list. Packets are built by hand. */
#include "rig.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])


static struct rig r;
static uint8_t    out[VRRP_MAX_PACKET], want[VRRP_MAX_PACKET + 512];

/* A list of n addresses as text: 10.20.0.1 and on, or fe80::1:33 then 2001:db8::1 and on. */
static const char *many(unsigned n, bool six)
{
    static char text[300 * 24];
    size_t      at = 0;
    unsigned    i;

    for (i = 0; i < n; i++)
        at += (size_t)(!six ? snprintf(text + at, sizeof text - at, "10.20.%u.%u ", (i + 1) / 256,
                                       (i + 1) % 256)
                       : i == 0 ? snprintf(text + at, sizeof text - at, "fe80::1:33 ")
                                : snprintf(text + at, sizeof text - at, "2001:db8::%x ", i));
    return text;
}

/* What our encoder makes of the same fields must be these bytes. */
static void encodes(const struct packet *p)
{
    vrrp_action send;
    size_t      size;

    r.primary = test_ip(p->from);
    SAME(rig_open(&r), 0);
    memset(&send, 0, sizeof send);
    send.v = &r.v;
    send.kind = VRRP_SEND;
    send.version = (uint8_t)p->version;
    send.priority = (uint8_t)p->priority;
    size = packet_build(p, want);
    SAME(vrrp_packet(&r.v, &send, NULL, out, sizeof out), size);
    BYTES(out, want, size);
}

static void backup(const struct packet *like)
{
    rig_init(&r, like);
    SAME(rig_open(&r), 0);
    rig_start(&r, 0);
    SAME(r.v.state, VRRP_BACKUP);
    rig_hush(&r);
}

// >>encoding

static void every_interval(void)
{
    struct packet p = packet_v3(100, "192.0.2.10");

    for (p.interval = 1; p.interval <= 4095; p.interval++) {
        rig_init(&r, &p);
        encodes(&p);
        SAME(out[20], 0x31);
        SAME(out[24] >> 4, 0);
        SAME((out[24] << 8 | out[25]), p.interval);
        if (test_bad)
            return;
    }
}

static void field_places(void)
{
    struct packet p = packet_v3(217, "192.0.2.10");

    p.vrid = 143;
    p.addresses = "192.0.2.1 192.0.2.2 198.51.100.77";
    rig_init(&r, &p);
    encodes(&p);
    SAME(out[21], 143);
    SAME(out[22], 217);
    SAME(out[23], 3);
    BYTES(out + 28, test_ip("192.0.2.1").byte, 4);
    BYTES(out + 36, test_ip("198.51.100.77").byte, 4);
}

static void message_checksum(void)
{
    struct packet p = packet_v3(200, "192.0.2.10");

    p.form = FORM_MESSAGE;
    p.addresses = many(255, false);     /* V3-06 */
    rig_init(&r, &p);
    r.desc.checksum_send = VRRP_CHECKSUM_MESSAGE;
    encodes(&p);
    SAME(test_checksum(out + 20, 1028, 0), 0);
    p.priority = 0;
    encodes(&p);
}

static void pseudo_checksum(void)
{
    struct packet p = packet_v3(1, "198.51.100.254");

    rig_init(&r, &p);
    encodes(&p);
    p.priority = 0;
    encodes(&p);
    p.priority = 255;
    p.from = "192.0.2.1";
    encodes(&p);
}

static void six_checksum(void)
{
    struct packet p = packet_v3(255, "fe80::ffff:ffff:ffff:ffff");     /* V6-03 */

    rig_init(&r, &p);
    encodes(&p);
    p.addresses = "fe80::1:33";
    rig_init(&r, &p);
    encodes(&p);
}

static void six_first(void)
{
    struct packet p = packet_v3(100, "fe80::a");

    p.addresses = "2001:db8::1 fe80::1:33";
    rig_init(&r, &p);
    SAME(rig_open(&r), VRRP_E_DESC_LINK_LOCAL);
    r.vip[0].excluded = true;           /* held but not in the list: the next is the first */
    SAME(rig_open(&r), 0);
    r.vip[0].excluded = false;
    r.desc.global_first = true;
    SAME(rig_open(&r), 0);
}

static void most_addresses(void)
{
    struct packet p = packet_v3(100, "192.0.2.10");

    p.addresses = many(255, false);
    rig_init(&r, &p);
    encodes(&p);
    SAME(out[23], 255);
    SAME((out[2] << 8 | out[3]), 20 + 1028);
    p.addresses = many(256, false);
    rig_init(&r, &p);
    SAME(r.desc.n_addresses, 256);
    SAME(rig_open(&r), VRRP_E_DESC_ADDRESSES);
    r.vip[255].excluded = true;
    SAME(rig_open(&r), 0);
}

static void most_six(void)
{
    struct packet p = packet_v3(100, "fe80::a");

    p.addresses = many(255, true);      /* V6-05 */
    rig_init(&r, &p);
    encodes(&p);
    SAME(out[43], 255);
    SAME((out[4] << 8 | out[5]), 4088);
    CHECK(40 + 4088 <= VRRP_MAX_PACKET);
    backup(&p);
    rig_takes(&r, MS, &p, "");
}

static void ip_header(void)
{
    struct packet p = packet_v3(100, "192.0.2.10");

    rig_init(&r, &p);
    encodes(&p);
    SAME(out[8], 255);
    SAME(out[9], 112);
    BYTES(out + 16, test_ip("224.0.0.18").byte, 4);
    SAME(test_checksum(out, 20, 0), 0);
    p = packet_v3(100, "fe80::a");
    rig_init(&r, &p);
    encodes(&p);
    SAME(out[7], 255);
    SAME(out[6], 112);
    BYTES(out + 24, test_ip("ff02::12").byte, 16);
}

/* Unicast: the peer is the destination, in the checksum too; the room given is kept. */
static void unicast_packet(void)
{
    struct packet p = packet_v3(100, "192.0.2.10");
    vrrp_action   send;
    vrrp_ip       peer = test_ip("192.0.2.30");
    size_t        size;

    p.to = "192.0.2.30";
    rig_init(&r, &p);
    r.primary = test_ip(p.from);
    r.desc.peers = &peer;
    r.desc.n_peers = 1;
    SAME(rig_open(&r), 0);
    memset(&send, 0, sizeof send);
    send.v = &r.v;
    send.kind = VRRP_SEND;
    send.version = 3;
    send.priority = 100;
    size = packet_build(&p, want);
    SAME(vrrp_packet(&r.v, &send, &peer, test_flush(out, size), size), size);
    BYTES(test_flush(out, 0) - size, want, size);
    SAME(vrrp_packet(&r.v, &send, &peer, out, size - 1), VRRP_E_LENGTH);
}

static void own_source(void)
{
    struct packet p = packet_v3(100, "192.0.2.10");

    p.addresses = "192.0.2.1 192.0.2.2";
    rig_init(&r, &p);
    encodes(&p);
    BYTES(out + 12, test_ip("192.0.2.10").byte, 4);
}

static void ip_ids(void)
{
    struct packet p = packet_v3(100, "192.0.2.10");
    vrrp_action   send;
    unsigned      i;

    rig_init(&r, &p);
    SAME(rig_open(&r), 0);
    memset(&send, 0, sizeof send);
    send.v = &r.v;
    send.kind = VRRP_SEND;
    send.version = 3;
    for (i = 0; i < 70000; i++) {
        vrrp_packet(&r.v, &send, NULL, out, sizeof out);
        if (!CHECK(out[4] || out[5]))
            return;
    }
}

static void excluded_addresses(void)
{
    struct packet p = packet_v3(100, "192.0.2.10");

    p.addresses = "192.0.2.1 192.0.2.2 192.0.2.3";
    rig_init(&r, &p);
    r.vip[1].excluded = true;
    p.addresses = "192.0.2.1 192.0.2.3";
    encodes(&p);
    SAME(out[23], 2);
}

// >>settings

static void refused(int code)
{
    SAME(rig_open(&r), code);
    SAME(vrrp_update(&r.v, &r.desc, r.now), code);
    CHECK(strlen(vrrp_str(code)) > 4 && !strstr(vrrp_str(code), "unknown"));
}

static void fresh(void)
{
    struct packet p = packet_v3(100, "192.0.2.10");

    rig_init(&r, &p);
}

static void ranges(void)
{
    static const uint64_t wrong_v3[] = { 5 * MS, 9999999, 15 * MS, 40960 * MS, 1, 1000000001 };
    static const uint64_t wrong_v2[] = { 100 * MS, 999 * MS, 1500 * MS, 256000 * MS };
    size_t                i;

    fresh(), r.desc.vrid = 0, refused(VRRP_E_DESC_VRID);
    for (i = 0; i < COUNT(wrong_v3); i++)
        fresh(), r.desc.interval = wrong_v3[i], refused(VRRP_E_DESC_INTERVAL);
    for (i = 0; i < COUNT(wrong_v2); i++)
        fresh(), r.desc.version = 2, r.desc.interval = wrong_v2[i], refused(VRRP_E_DESC_INTERVAL);
    fresh(), r.desc.version = 4, refused(VRRP_E_DESC_VERSION);
    fresh(), r.desc.version = 1, refused(VRRP_E_DESC_VERSION);
    fresh(), r.desc.family = 5, refused(VRRP_E_DESC_FAMILY);
    fresh(), r.desc.down_adverts = 101, refused(VRRP_E_DESC_RANGE);
    fresh(), r.desc.leave_adverts = 4, refused(VRRP_E_DESC_RANGE);
    fresh(), r.desc.list_check = 9, refused(VRRP_E_DESC_RANGE);
    fresh(), r.desc.checksum_send = 3, refused(VRRP_E_DESC_RANGE);
    fresh(), r.desc.checksum_accept = 3, refused(VRRP_E_DESC_RANGE);
    fresh(), r.desc.expired_priority = 255, refused(VRRP_E_DESC_RANGE);
    fresh(), r.desc.group_address = test_ip("192.0.2.99"), refused(VRRP_E_DESC_RANGE);
    fresh(), r.desc.group_address = test_ip("ff05::12"), r.desc.family = VRRP_IPV6;
    refused(VRRP_E_DESC_RANGE);         /* not of link scope */
    fresh(), r.desc.interval = 40950 * MS;
    SAME(rig_open(&r), 0);
    fresh(), r.desc.interval = 10 * MS;
    SAME(rig_open(&r), 0);
    fresh(), r.desc.version = 2, r.desc.interval = 255000 * MS;
    SAME(rig_open(&r), 0);
}

static void defaults(void)
{
    vrrp_desc d;

    memset(&d, 0, sizeof d);
    d.vrid = 7;
    SAME(vrrp_init(&r.v, &d), 0);
    SAME(r.v.d.priority, 100);
    SAME(r.v.d.version, 3);
    SAME(r.v.d.family, VRRP_IPV4);
    SAME(r.v.d.interval, VRRP_SECOND);
    SAME(r.v.d.down_adverts, 3);
    SAME(r.v.d.leave_adverts, 1);
    SAME(r.v.d.announce_repeat, 5);
    SAME(r.v.d.announce_delay, 5 * VRRP_SECOND);
    SAME(r.v.d.announce_again, 1100 * MS);
    SAME(r.v.d.ask_timeout, 20 * MS);
    SAME(r.v.state, VRRP_INIT);
    CHECK(vrrp_deadline(&r.v) == VRRP_NEVER);
    SAME(vrrp_down_interval(&r.v), 3609375 * US);
}

static void mixed(void)
{
    fresh();
    r.vip[0].family = VRRP_IPV6;
    refused(VRRP_E_DESC_MIXED);
    r.vip[0].excluded = true;           /* keepalived's virtual_ipaddress_excluded may be mixed */
    SAME(rig_open(&r), 0);
}

static void version_2_is_ipv4(void)
{
    struct packet p = packet_v3(100, "fe80::a");

    rig_init(&r, &p);
    r.desc.version = 2;
    refused(VRRP_E_DESC_FAMILY);
    r.desc.version = 3;
    r.desc.dual = true;
    refused(VRRP_E_DESC_FAMILY);
}

static void passwords(void)
{
    SAME(sizeof r.desc.auth_pass, 8);
    fresh(), r.desc.auth = VRRP_AUTH_PASS, r.desc.auth_pass[0] = 'x', refused(VRRP_E_DESC_AUTH);
    fresh(), r.desc.version = 2, r.desc.auth = VRRP_AUTH_AH, refused(VRRP_E_DESC_AUTH);
    fresh(), r.desc.version = 2, r.desc.auth = 3, refused(VRRP_E_DESC_AUTH);
    fresh(), r.desc.version = 2, r.desc.auth = VRRP_AUTH_PASS, refused(VRRP_E_DESC_PASS);
    r.desc.auth_pass[0] = 'x';
    SAME(rig_open(&r), 0);
}

static void two_families(void)
{
    static struct rig six;
    struct packet     p4 = packet_v3(200, "192.0.2.10"), p6 = packet_v3(200, "fe80::a");

    backup(&p4);
    rig_init(&six, &p6);
    SAME(rig_open(&six), 0);
    rig_start(&six, 0);
    rig_hush(&six);
    rig_drops(&r, MS, &p6, VRRP_E_VRID);
    rig_drops(&six, MS, &p4, VRRP_E_VRID);
    rig_takes(&r, 2 * MS, &p4, "");
    rig_takes(&six, 2 * MS, &p6, "");
}

/* What the words are for: none is missing, each is different. */
static void words(void)
{
    int i, j;

    for (i = VRRP_E_AUTH_REPLAY; i <= VRRP_E_LENGTH; i++)
        for (j = i + 1; j <= VRRP_E_LENGTH; j++)
            CHECK(strcmp(vrrp_str(i), vrrp_str(j)) != 0);
    for (i = VRRP_E_DESC_RANGE; i <= VRRP_E_DESC_VRID; i++)
        CHECK(strcmp(vrrp_str(i), "unknown error") != 0);
    TEXT(vrrp_str(0), "ok");
    TEXT(vrrp_str(-1999), "unknown error");
    TEXT(vrrp_state_str(VRRP_MASTER), "MASTER");
    TEXT(vrrp_state_str(99), "?");
    for (i = VRRP_WHY_START; i <= VRRP_WHY_STOLEN; i++)
        CHECK(strlen(vrrp_why_str((uint8_t)i)) > 3);
    TEXT(vrrp_why_str(99), "?");
}

// >>reception

static void lengths(void)
{
    static const int cuts[] = { 1, 3, 4, 5, 11, 12 };
    struct packet    p = packet_v3(200, "192.0.2.10");
    size_t           i;

    backup(&p);
    for (i = 0; i < COUNT(cuts); i++) {
        p.cut = cuts[i];
        rig_drops(&r, i * MS, &p, VRRP_E_LENGTH);
    }
    p.cut = 0;
    p.count = 2;                        /* V3-N09 */
    rig_drops(&r, r.now, &p, VRRP_E_LENGTH);
    p.count = 255;
    rig_drops(&r, r.now, &p, VRRP_E_LENGTH);
    p = packet_v3(200, "fe80::a");
    backup(&p);
    p.cut = 16;
    rig_drops(&r, r.now, &p, VRRP_E_LENGTH);
}

/* What vrrp_rx_ip() refuses: no IP packet, cut short, or a fragment. */
static void not_ip(void)
{
    struct packet p = packet_v3(200, "192.0.2.10");
    size_t        size = packet_build(&p, want), n;
    vrrp_rx       rx;

    for (n = 0; n < size; n++)
        SAME(vrrp_rx_ip(&rx, test_flush(want, n), n), VRRP_E_LENGTH);
    SAME(vrrp_rx_ip(&rx, test_flush(want, size), size), 0);
    want[6] = 0x20;                     /* more fragments */
    SAME(vrrp_rx_ip(&rx, want, size), VRRP_E_LENGTH);
    want[6] = 0, want[7] = 1;           /* offset */
    SAME(vrrp_rx_ip(&rx, want, size), VRRP_E_LENGTH);
    want[6] = 0x40, want[7] = 0;        /* don't fragment is fine */
    SAME(vrrp_rx_ip(&rx, want, size), 0);
    want[0] = 0x44;                     /* header of 16 bytes */
    SAME(vrrp_rx_ip(&rx, want, size), VRRP_E_LENGTH);
    want[0] = 0x55;                     /* IP version 5 */
    SAME(vrrp_rx_ip(&rx, want, size), VRRP_E_LENGTH);
    p = packet_v3(200, "fe80::a");
    size = packet_build(&p, want);
    for (n = 0; n < size; n++)
        SAME(vrrp_rx_ip(&rx, test_flush(want, n), n), VRRP_E_LENGTH);
    want[6] = 0;                        /* hop-by-hop options, not "protocol not told" */
    SAME(vrrp_rx_ip(&rx, want, size), VRRP_E_LENGTH);
    p = packet_v3(200, "192.0.2.10");
    size = packet_build(&p, want);
    want[9] = 0;
    SAME(vrrp_rx_ip(&rx, want, size), VRRP_E_LENGTH);
}

/* A header with options: the message begins where IHL says. */
static void ip_options(void)
{
    struct packet p = packet_v3(200, "192.0.2.10");
    size_t        size = packet_build(&p, want);

    backup(&p);
    memmove(want + 24, want + 20, size - 20);
    memset(want + 20, 1, 4);
    want[0] = 0x46;
    want[3] = (uint8_t)(want[3] + 4);
    SAME(rig_bytes(&r, MS, test_flush(want, size + 4), size + 4), 0);
}

static void forms(void)
{
    static const int forms_of[] = { FORM_PSEUDO, FORM_MESSAGE };
    struct packet    p = packet_v3(200, "192.0.2.10");
    int              mode, i;

    for (mode = VRRP_CHECKSUM_ANY; mode <= VRRP_CHECKSUM_MESSAGE; mode++)
        for (i = 0; i < 2; i++) {
            rig_init(&r, &p);
            r.desc.checksum_accept = (uint8_t)mode;
            SAME(rig_open(&r), 0);
            rig_start(&r, 0);
            rig_hush(&r);
            p.form = forms_of[i];
            if (mode == VRRP_CHECKSUM_ANY || mode == i + 1) {
                rig_takes(&r, MS, &p, "");
                SAME(r.v.stats.checksum_alt_form, i);
            } else {
                rig_drops(&r, MS, &p, VRRP_E_CHECKSUM);
            }
        }
    p.form = FORM_WRONG;
    backup(&p);
    rig_drops(&r, MS, &p, VRRP_E_CHECKSUM);
}

/* FRR puts the group into the pseudo-header even when it sends to a peer. */
static void group_in_unicast(void)
{
    struct packet p = packet_v3(200, "192.0.2.10");
    size_t        size = packet_build(&p, want);
    uint16_t      check;

    rig_init(&r, &p);
    r.peer[0] = test_ip("192.0.2.10");
    r.desc.peers = r.peer;
    r.desc.n_peers = 1;
    SAME(rig_open(&r), 0);
    rig_start(&r, 0);
    memcpy(want + 16, r.primary.byte, 4);
    want[10] = want[11] = 0;
    check = test_checksum(want, 20, 0);
    want[10] = (uint8_t)(check >> 8), want[11] = (uint8_t)check;
    SAME(rig_bytes(&r, MS, test_flush(want, size), size), 0);
    SAME(r.v.stats.checksum_errors, 0);
}

static void destinations(void)
{
    struct packet p = packet_v3(200, "192.0.2.10");

    backup(&p);
    p.to = "192.0.2.20";
    rig_drops(&r, MS, &p, VRRP_E_DESTINATION);
    p.ttl = 254;                        /* row 1 of the checks comes first */
    rig_drops(&r, MS, &p, VRRP_E_TTL);
    p.ttl = 255;
    r.peer[0] = test_ip("192.0.2.10");
    r.desc.peers = r.peer;
    r.desc.n_peers = 1;
    r.now = 0;
    SAME(rig_open(&r), 0);
    rig_start(&r, 0);
    rig_hush(&r);
    rig_takes(&r, MS, &p, "");
    p.ttl = 64;                         /* unicast crosses routers; min_ttl says how many */
    rig_takes(&r, 2 * MS, &p, "");
    p.to = "224.0.0.18";
    rig_drops(&r, 3 * MS, &p, VRRP_E_TTL);
    p.ttl = 255;
    rig_drops(&r, 3 * MS, &p, VRRP_E_DESTINATION);
}

/* AH in front, or something else altogether: not judged as if it were VRRP. */
static void protocols(void)
{
    static const uint8_t message[] = { 0x31, 51, 200, 1, 0, 100, 0, 0, 192, 0, 2, 1 };
    struct packet        p = packet_v3(200, "192.0.2.10");
    vrrp_rx              rx;

    backup(&p);
    memset(&rx, 0, sizeof rx);
    rx.message = message;
    rx.size = sizeof message;
    rx.family = VRRP_IPV4;
    rx.ttl = 255;
    rx.to = test_ip("224.0.0.18");
    rx.protocol = 51;
    SAME(vrrp_receive(&r.v, &rx, MS), VRRP_E_AUTH_MISMATCH);
    rx.protocol = 17;
    SAME(vrrp_receive(&r.v, &rx, MS), VRRP_E_TYPE);
    rx.protocol = 51, rx.ttl = 254;     /* the TTL is the first to be looked at */
    SAME(vrrp_receive(&r.v, &rx, MS), VRRP_E_TTL);
}

static void min_ttl(void)
{
    struct packet p = packet_v3(200, "192.0.2.10");

    p.to = "192.0.2.20";
    rig_init(&r, &p);
    r.peer[0] = test_ip("192.0.2.10");
    r.desc.peers = r.peer;
    r.desc.n_peers = 1;
    r.desc.min_ttl = 254;
    SAME(rig_open(&r), 0);
    rig_start(&r, 0);
    rig_hush(&r);
    p.ttl = 254;
    rig_takes(&r, MS, &p, "");
    p.ttl = 253;
    rig_drops(&r, MS, &p, VRRP_E_TTL);
}

/* 192.0.2.10 with a range of its own, 192.0.2.11 from 250 on; others by min_ttl. */
static void with_peers(bool check)
{
    static const vrrp_ttl ttls[] = { { 250, 253 }, { 250, 0 } };
    struct packet         p = packet_v3(200, "192.0.2.10");

    rig_init(&r, &p);
    r.peer[0] = test_ip("192.0.2.10");
    r.peer[1] = test_ip("192.0.2.11");
    r.desc.peers = r.peer;
    r.desc.peer_ttl = ttls;
    r.desc.n_peers = 2;
    r.desc.min_ttl = 100;
    r.desc.check_peers = check;
    SAME(rig_open(&r), 0);
    rig_start(&r, 0);
    rig_hush(&r);
}

static void peer_ttl(void)
{
    static const struct { const char *from; int ttl, bad; } heard[] = {
        { "192.0.2.10", 249, VRRP_E_TTL }, { "192.0.2.10", 250, 0 }, { "192.0.2.10", 253, 0 },
        { "192.0.2.10", 254, VRRP_E_TTL }, { "192.0.2.11", 249, VRRP_E_TTL },
        { "192.0.2.11", 255, 0 }, { "192.0.2.12", 99, VRRP_E_TTL }, { "192.0.2.12", 100, 0 }
    };
    static const vrrp_ttl wrong = { 255, 254 };
    size_t                i;

    with_peers(false);
    for (i = 0; i < COUNT(heard); i++) {
        struct packet p = packet_v3(200, heard[i].from);

        p.to = "192.0.2.20";
        p.ttl = heard[i].ttl;
        if (heard[i].bad)
            rig_drops(&r, r.now + MS, &p, heard[i].bad);
        else
            rig_takes(&r, r.now + MS, &p, "");
    }
    fresh(), r.desc.peers = r.peer, r.desc.n_peers = 1, r.desc.peer_ttl = &wrong;
    refused(VRRP_E_DESC_RANGE);
}

static void unknown_peer(void)
{
    struct packet p = packet_v3(200, "192.0.2.12");

    with_peers(true);
    p.to = "192.0.2.20";
    rig_drops(&r, MS, &p, VRRP_E_PEER);
    p.from = "192.0.2.20";              /* ourselves, looped: that is said first */
    rig_drops(&r, MS, &p, VRRP_E_OWN);
    p.from = "192.0.2.11";
    rig_takes(&r, MS, &p, "");
    rig_init(&r, &p);
    r.desc.check_peers = true;          /* without peers there is nobody to check */
    SAME(rig_open(&r), 0);
    rig_start(&r, 0);
    rig_hush(&r);
    p.from = "192.0.2.99";
    p.to = "224.0.0.18";
    rig_takes(&r, MS, &p, "");
}

/* Another group: adverts go there and are heard from there alone, whoever else is joined. */
static void own_group(void)
{
    struct packet p = packet_v3(100, "192.0.2.20");

    p.to = "224.0.0.77";
    rig_init(&r, &p);
    r.desc.group_address = test_ip("224.0.0.77");
    r.desc.ttl = 3;                     /* unicast's */
    encodes(&p);
    rig_start(&r, 0);
    rig_hush(&r);
    p.from = "192.0.2.10";
    rig_takes(&r, MS, &p, "");
    p.to = "224.0.0.18";
    rig_drops(&r, MS, &p, VRRP_E_DESTINATION);
}

static void own_ttl(void)
{
    vrrp_action send;
    vrrp_ip     peer = test_ip("192.0.2.10");

    fresh();
    r.desc.ttl = 7;
    SAME(rig_open(&r), 0);
    memset(&send, 0, sizeof send);
    send.v = &r.v;
    send.kind = VRRP_SEND;
    send.version = 3;
    CHECK(vrrp_packet(&r.v, &send, &peer, out, sizeof out) > 0);
    SAME(out[8], 7);
    CHECK(vrrp_packet(&r.v, &send, NULL, out, sizeof out) > 0);
    SAME(out[8], 255);
}

static void other_interface(void)
{
    static struct rig other;
    struct packet     p = packet_v3(200, "192.0.2.10"), q = packet_v3(200, "198.51.100.10");

    q.vrid = 52;
    q.addresses = "198.51.100.1";
    backup(&p);
    rig_init(&other, &q);
    SAME(rig_open(&other), 0);
    rig_start(&other, 0);
    rig_hush(&other);
    rig_drops(&r, MS, &q, VRRP_E_VRID);
    rig_drops(&other, MS, &p, VRRP_E_VRID);
}

static void count_0(void)
{
    struct packet p = packet_v3(200, "192.0.2.10");    /* V3-N07 */

    backup(&p);
    p.addresses = "";
    rig_drops(&r, MS, &p, VRRP_E_LIST);
    p = packet_v3(200, "fe80::a");      /* V6-N05 */
    backup(&p);
    p.addresses = "";
    rig_drops(&r, MS, &p, VRRP_E_LIST);
}

static void interval_0(void)
{
    struct packet p = packet_v3(200, "192.0.2.10");    /* V3-N08 */
    uint64_t      deadline;

    backup(&p);
    deadline = vrrp_deadline(&r.v);
    p.interval = 0;
    rig_drops(&r, MS, &p, VRRP_E_INTERVAL);
    p.reserve = 15;
    rig_drops(&r, MS, &p, VRRP_E_INTERVAL);
    SAME(vrrp_deadline(&r.v), deadline);
}

static void six_first_received(void)
{
    struct packet p = packet_v3(200, "fe80::a");       /* V6-N03 */

    backup(&p);
    p.addresses = "2001:db8::1 fe80::1:33";
    rig_drops(&r, MS, &p, VRRP_E_LIST);
    p.addresses = "fec0::1 2001:db8::1";               /* just outside fe80::/10 */
    rig_drops(&r, MS, &p, VRRP_E_LIST);
    p.addresses = "febf::1 2001:db8::1";               /* just inside: another list, accepted */
    rig_takes(&r, MS, &p, "address_list_errors");
}

static void interval_learned(void)
{
    struct packet p = packet_v3(200, "fe80::a");       /* V6-06 */

    backup(&p);
    p.interval = 4095;                  /* V3-08 */
    rig_takes(&r, MS, &p, "interval_errors");
    SAME(r.v.master_interval, 40950 * MS);
    p.interval = 1;
    rig_takes(&r, 2 * MS, &p, "interval_errors");
    SAME(r.v.master_interval, 10 * MS);
    SAME(vrrp_deadline(&r.v) - r.now, 36093750);
}

static void other_list(void)
{
    struct packet p = packet_v3(200, "192.0.2.10");

    p.addresses = "192.0.2.1 192.0.2.2";
    backup(&p);
    rig_takes(&r, MS, &p, "");
    p.addresses = "192.0.2.1 192.0.2.3";
    rig_takes(&r, MS, &p, "address_list_errors");
    p.addresses = "192.0.2.1";
    rig_takes(&r, MS, &p, "address_list_errors");
    p.addresses = "192.0.2.1 192.0.2.2 192.0.2.3";
    rig_takes(&r, MS, &p, "address_list_errors");
}

static void list_order(void)
{
    struct packet p = packet_v3(200, "192.0.2.10");

    p.addresses = "192.0.2.1 192.0.2.2 192.0.2.3";
    backup(&p);
    p.addresses = "192.0.2.3 192.0.2.1 192.0.2.2";
    rig_takes(&r, MS, &p, "");
    p.addresses = "192.0.2.1 192.0.2.1 192.0.2.2";     /* three words, another set */
    rig_takes(&r, MS, &p, "address_list_errors");
}

static void list_modes(void)
{
    struct packet p = packet_v3(200, "192.0.2.10");

    rig_init(&r, &p);
    r.desc.list_check = VRRP_LIST_OVERLAP;
    SAME(rig_open(&r), 0);
    rig_start(&r, 0);
    rig_hush(&r);
    p.addresses = "192.0.2.9 192.0.2.8";
    rig_drops(&r, MS, &p, VRRP_E_LIST);
    p.addresses = "192.0.2.9 192.0.2.1";
    rig_takes(&r, MS, &p, "address_list_errors");
    r.desc.list_check = VRRP_LIST_IGNORE;
    SAME(vrrp_update(&r.v, &r.desc, r.now), 0);
    p.addresses = "192.0.2.9 192.0.2.8";
    rig_takes(&r, MS, &p, "");
}

/* The sender of the last advert is not looked at again; everybody else is. */
static void list_once(void)
{
    struct packet p = packet_v3(200, "192.0.2.10");

    rig_init(&r, &p);
    r.desc.list_once = true;
    SAME(rig_open(&r), 0);
    rig_start(&r, 0);
    rig_hush(&r);
    p.addresses = "192.0.2.9";
    rig_takes(&r, MS, &p, "address_list_errors");
    rig_takes(&r, MS, &p, "");
    p.from = "192.0.2.11";
    rig_takes(&r, MS, &p, "address_list_errors");
    rig_takes(&r, MS, &p, "");
    p.from = "192.0.2.10";
    rig_takes(&r, MS, &p, "address_list_errors");
}

static void reserve_bits(void)
{
    struct packet p = packet_v3(200, "192.0.2.10");    /* V3-10 */

    backup(&p);
    for (p.reserve = 1; p.reserve < 16; p.reserve++)
        rig_takes(&r, MS, &p, "");
    SAME(r.v.master_interval, VRRP_SECOND);
}

static void padded(void)
{
    struct packet p = packet_v3(200, "192.0.2.10");    /* V3-12 */

    backup(&p);
    p.padding = 14;
    rig_takes(&r, MS, &p, "");
    p.padding = 0;
    p.extra = 7;                        /* inside the IP length: allowed by the text, not summed */
    p.form = FORM_MESSAGE;
    rig_takes(&r, MS, &p, "");
}

/* Each error with each later one of table 7.1: the earlier is counted, it alone. */
static void spoil(struct packet *p, int code)
{
    switch (code) {
    case VRRP_E_TTL:      p->ttl = 254; break;
    case VRRP_E_VERSION:  p->version = 4; break;
    case VRRP_E_TYPE:     p->type = 2; break;
    case VRRP_E_LENGTH:   p->count = 9; break;
    case VRRP_E_CHECKSUM: p->form = FORM_WRONG; break;
    case VRRP_E_VRID:     p->vrid = 99; break;
    case VRRP_E_LIST:     p->addresses = ""; break;
    case VRRP_E_INTERVAL: p->interval = 0; break;
    default: break;
    }
}

static void order(void)
{
    static const int codes[] = {
        VRRP_E_TTL, VRRP_E_VERSION, VRRP_E_TYPE, VRRP_E_LENGTH, VRRP_E_CHECKSUM, VRRP_E_VRID,
        VRRP_E_LIST, VRRP_E_INTERVAL
    };
    size_t i, j;

    for (i = 0; i < COUNT(codes); i++)
        for (j = i; j < COUNT(codes); j++) {
            struct packet p = packet_v3(200, "192.0.2.10");

            backup(&p);
            spoil(&p, codes[j]);
            spoil(&p, codes[i]);
            if (codes[i] == VRRP_E_LENGTH && codes[j] == VRRP_E_LIST)
                p.count = 9;
            rig_drops(&r, MS, &p, codes[i]);
        }
}

static void two_owners(void)
{
    struct packet p = packet_v3(255, "192.0.2.10");    /* V3-N13 */

    rig_init(&r, &p);
    r.desc.priority = 255;
    r.desc.owner_drops = true;
    SAME(rig_open(&r), 0);
    rig_start(&r, 0);
    SAME(r.v.state, VRRP_MASTER);
    rig_hush(&r);
    rig_drops(&r, MS, &p, VRRP_E_OWNER);
    r.desc.owner_drops = false;
    SAME(vrrp_update(&r.v, &r.desc, r.now), 0);
    rig_drain(&r);
    rig_hush(&r);
    rig_takes(&r, 100 * MS, &p, "owner_conflict");      /* ours is greater: answered */
    TEXT(rig_said(&r), "NOTIFY conflict; SEND prio=255");
    p.from = "192.0.2.30";
    rig_takes(&r, 200 * MS, &p, "owner_conflict");      /* theirs is greater: we yield */
    SAME(r.v.state, VRRP_BACKUP);
}

static void own_looped(void)
{
    struct packet p = packet_v3(200, "192.0.2.20");
    uint64_t      deadline;

    backup(&p);
    deadline = vrrp_deadline(&r.v);
    rig_drops(&r, MS, &p, VRRP_E_OWN);
    SAME(vrrp_deadline(&r.v), deadline);
    rig_timer(&r);
    rig_hush(&r);
    rig_drops(&r, r.now + MS, &p, VRRP_E_OWN);
    SAME(r.v.state, VRRP_MASTER);
}

static void not_listening(void)
{
    struct packet p = packet_v3(200, "192.0.2.10");

    rig_init(&r, &p);
    SAME(rig_open(&r), 0);
    rig_drops(&r, MS, &p, VRRP_E_STATE);
    SAME(r.v.state, VRRP_INIT);
    rig_start(&r, 2 * MS);
    vrrp_block(&r.v, VRRP_FAULT_LINK, true, 2 * MS);
    rig_drain(&r);
    rig_hush(&r);
    rig_drops(&r, 3 * MS, &p, VRRP_E_STATE);
    SAME(r.v.state, VRRP_FAULT);
}

static void thousand_times(void)
{
    struct packet p = packet_v3(200, "192.0.2.10");
    unsigned      i;

    backup(&p);
    p.form = FORM_WRONG;
    for (i = 0; i < 1000; i++)
        rig_hear(&r, i * MS, &p);
    SAME(r.v.stats.checksum_errors, 1000);
    TEXT(rig_said(&r), "");
}

static uint32_t dice(void)
{
    static uint32_t x = 2463534242u;

    x ^= x << 13, x ^= x >> 17, x ^= x << 5;
    return x;
}

/* Bytes of chance, and good packets with a few bytes changed, at the end of a readable page. */
static void any_bytes(void)
{
    struct packet p = packet_v3(200, "192.0.2.10");
    size_t        size = packet_build(&p, want), n, i;
    unsigned      turn;

    backup(&p);
    for (turn = 0; turn < 300000 && !test_bad; turn++) {
        vrrp_stats before = r.v.stats;
        uint64_t   moved = 0;
        vrrp_rx    rx;
        int        bad;

        memcpy(out, want, size);
        n = turn % 3 ? size : dice() % 64;
        for (i = turn % 3 ? dice() % 4 : n; i > 0; i--)
            out[turn % 3 ? dice() % size : i - 1] = (uint8_t)dice();
        if (vrrp_rx_ip(&rx, test_flush(out, n), n))
            continue;
        bad = vrrp_receive(&r.v, &rx, r.now += US);
        rig_hush(&r);
        rig_drain(&r);
        for (i = 0; i < N_COUNTERS; i++)
            if (counters[i].code)
                moved += counter_of(&r.v.stats, &counters[i]) - counter_of(&before, &counters[i]);
        if (bad)
            SAME(moved, 1);
        SAME(r.v.stats.advertisement_rcvd - before.advertisement_rcvd, bad == 0);
    }
}

/* The greatest IP packets there are. */
static void longest(void)
{
    static uint8_t big[65535];
    struct packet  p = packet_v3(200, "192.0.2.10");
    vrrp_stats     before;

    packet_build(&p, big);
    backup(&p);
    before = r.v.stats;
    big[2] = big[3] = 0xff;
    SAME(rig_bytes(&r, MS, test_flush(big, 65535), 65535), 0);  /* the excess is not summed */
    big[23] = 255;
    SAME(rig_bytes(&r, MS, test_flush(big, 65535), 65535), VRRP_E_CHECKSUM);
    counters_moved(&before, &r.v.stats, "advertisement_rcvd checksum_errors");
}

/* No drop moves a warning as well. */
static void one_counter(void)
{
    struct packet p = packet_v3(255, "192.0.2.10");

    rig_init(&r, &p);
    r.desc.priority = 255;
    SAME(rig_open(&r), 0);
    rig_start(&r, 0);
    rig_hush(&r);
    p.addresses = "";
    rig_drops(&r, MS, &p, VRRP_E_LIST);
    p.addresses = "192.0.2.1";
    p.interval = 0;
    rig_drops(&r, MS, &p, VRRP_E_INTERVAL);
    p = packet_v2(200, "192.0.2.10");
    backup(&p);
    p.addresses = "192.0.2.77";
    p.interval = 2;
    rig_drops(&r, MS, &p, VRRP_E_INTERVAL);
}

/* vrrp_decode() sees what any receiver would, whatever the VRID. */
static void decoded(void)
{
    struct packet p = packet_v3(217, "192.0.2.10");
    vrrp_advert   a;
    vrrp_rx       rx;
    size_t        size;

    p.vrid = 9;
    p.interval = 250;
    size = packet_build(&p, want);
    SAME(vrrp_rx_ip(&rx, test_flush(want, size), size), 0);
    SAME(vrrp_decode(&rx, &a), 0);
    SAME(a.version, 3);
    SAME(a.vrid, 9);
    SAME(a.priority, 217);
    SAME(a.count, 1);
    SAME(a.interval, 2500 * MS);
    SAME(a.checksum, VRRP_CHECKSUM_PSEUDO);
    BYTES(a.addresses, test_ip("192.0.2.1").byte, 4);
    CHECK(a.auth_data == NULL);
    p.ttl = 254;
    size = packet_build(&p, want);
    SAME(vrrp_rx_ip(&rx, test_flush(want, size), size), 0);
    SAME(vrrp_decode(&rx, &a), VRRP_E_TTL);
    p = packet_v2(1, "192.0.2.10");
    p.auth = 1, p.auth_data = "secret", p.interval = 7;
    size = packet_build(&p, want);
    SAME(vrrp_rx_ip(&rx, test_flush(want, size), size), 0);
    SAME(vrrp_decode(&rx, &a), 0);
    SAME(a.auth, 1);
    SAME(a.interval, 7 * VRRP_SECOND);
    SAME(memcmp(a.auth_data, "secret\0\0", 8), 0);
}

// >>version 2

static void v2_form(void)
{
    struct packet p = packet_v2(255, "192.0.2.1");     /* V2-03 */

    rig_init(&r, &p);
    encodes(&p);
    SAME(out[20], 0x21);
    SAME((out[2] << 8 | out[3]), 20 + 8 + 4 + 8);
    SAME(test_checksum(out + 20, 20, 0), 0);
    p.interval = 255;                   /* V2-12 */
    rig_init(&r, &p);
    encodes(&p);
    SAME(out[25], 255);
}

static void v2_interval(void)
{
    struct packet p = packet_v2(200, "192.0.2.10");    /* V2-N06 */
    uint64_t      deadline;

    backup(&p);
    deadline = vrrp_deadline(&r.v);
    p.interval = 2;
    rig_drops(&r, MS, &p, VRRP_E_INTERVAL);
    p.interval = 0;
    rig_drops(&r, MS, &p, VRRP_E_INTERVAL);
    SAME(vrrp_deadline(&r.v), deadline);
}

static void v2_list(void)
{
    struct packet p = packet_v2(200, "192.0.2.10");

    rig_init(&r, &p);
    r.desc.list_check = VRRP_LIST_STRICT;
    SAME(rig_open(&r), 0);
    rig_start(&r, 0);
    rig_hush(&r);
    p.addresses = "192.0.2.77";         /* V2-N11 */
    rig_drops(&r, MS, &p, VRRP_E_LIST);
    p.priority = 255;                   /* V2-N12 */
    rig_takes(&r, MS, &p, "address_list_errors");
    r.desc.list_check = VRRP_LIST_COUNT;
    SAME(vrrp_update(&r.v, &r.desc, r.now), 0);
    p.priority = 200;
    rig_takes(&r, MS, &p, "address_list_errors");
}

static void v2_errors(void)
{
    static const int codes[] = {
        VRRP_E_TTL, VRRP_E_VERSION, VRRP_E_TYPE, VRRP_E_LENGTH, VRRP_E_CHECKSUM, VRRP_E_VRID,
        VRRP_E_INTERVAL
    };
    size_t i;

    for (i = 0; i < COUNT(codes); i++) {
        struct packet p = packet_v2(200, "192.0.2.10");

        backup(&p);
        spoil(&p, codes[i]);
        rig_drops(&r, MS, &p, codes[i]);
    }
}

static void v2_owner(void)
{
    struct packet p = packet_v2(254, "192.0.2.10");

    rig_init(&r, &p);
    r.desc.priority = 255;
    SAME(rig_open(&r), 0);
    rig_start(&r, 0);
    rig_hush(&r);
    rig_drops(&r, MS, &p, VRRP_E_OWNER);
    p.priority = 255;
    p.from = "192.0.2.30";
    rig_drops(&r, MS, &p, VRRP_E_OWNER);
    SAME(r.v.state, VRRP_MASTER);
}

static void v2_password(void)
{
    static const char *const wrong[] = { "secre", "secret1", "Secret", "secreT", "", "xecret" };
    struct packet            p = packet_v2(200, "192.0.2.10");
    size_t                   i;

    rig_init(&r, &p);
    r.desc.auth = VRRP_AUTH_PASS;
    memcpy(r.desc.auth_pass, "secret", 6);
    p.auth = 1;
    p.auth_data = "secret";
    encodes(&p);
    BYTES(out + 32, (const uint8_t *)"secret\0\0", 8);
    r.primary = test_ip("192.0.2.20");
    SAME(rig_open(&r), 0);
    rig_start(&r, 0);
    rig_hush(&r);
    rig_takes(&r, MS, &p, "");
    for (i = 0; i < COUNT(wrong); i++) {
        p.auth_data = wrong[i];
        rig_drops(&r, MS, &p, VRRP_E_AUTH);
    }
}

static void v2_auth_types(void)
{
    struct packet p = packet_v2(200, "192.0.2.10");

    backup(&p);
    for (p.auth = 3; p.auth < 256; p.auth++)
        rig_drops(&r, MS, &p, VRRP_E_AUTH_TYPE);
    for (p.auth = 1; p.auth < 3; p.auth++)
        rig_drops(&r, MS, &p, VRRP_E_AUTH_MISMATCH);
    rig_init(&r, &p);
    r.desc.auth = VRRP_AUTH_PASS;
    r.desc.auth_pass[0] = 'x';
    SAME(rig_open(&r), 0);
    rig_start(&r, 0);
    rig_hush(&r);
    p.auth = 0;
    rig_drops(&r, MS, &p, VRRP_E_AUTH_MISMATCH);
}

static void v2_auth_data(void)
{
    struct packet p = packet_v2(200, "192.0.2.10");

    backup(&p);
    p.auth_data = "whatever";
    rig_takes(&r, MS, &p, "");
}

// >>frames

static void arp_forms(void)
{
    static const uint8_t mac[6] = { 0x02, 1, 2, 3, 4, 5 };
    static const uint8_t head[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 1, 2, 3, 4, 5, 8, 6,
                                    0, 1, 8, 0, 6, 4, 0 };
    static const struct { int form; uint8_t op, tha; } forms_of[] = {
        { VRRP_ARP_REQUEST, 1, 0xff }, { VRRP_ARP_REQUEST_VMAC, 1, 1 }, { VRRP_ARP_REPLY, 2, 1 },
        { VRRP_ARP_ANNOUNCE, 1, 0 }
    };
    vrrp_ip vip = test_ip("198.51.100.77");
    uint8_t frame[42], tha[6];
    size_t  i;

    for (i = 0; i < COUNT(forms_of); i++) {
        SAME(vrrp_arp(frame, mac, &vip, forms_of[i].form), 42);
        BYTES(frame, head, sizeof head);
        SAME(frame[21], forms_of[i].op);
        BYTES(frame + 22, mac, 6);
        BYTES(frame + 28, vip.byte, 4);
        memset(tha, forms_of[i].tha, 6);
        BYTES(frame + 32, forms_of[i].tha == 1 ? mac : tha, 6);
        BYTES(frame + 38, vip.byte, 4);
    }
}

static void na_form(void)
{
    static const uint8_t mac[6] = { 0x02, 1, 2, 3, 4, 5 }, to[6] = { 0x33, 0x33, 0, 0, 0, 1 };
    vrrp_ip              vip = test_ip("2001:db8::dead:beef"), all = test_ip("ff02::1");
    uint8_t              f[86];

    SAME(vrrp_na(f, mac, &vip), 86);
    BYTES(f, to, 6);
    BYTES(f + 6, mac, 6);
    SAME((f[12] << 8 | f[13]), 0x86dd);
    SAME(f[14] >> 4, 6);
    SAME((f[18] << 8 | f[19]), 32);
    SAME(f[20], 58);
    SAME(f[21], 255);
    BYTES(f + 22, vip.byte, 16);
    BYTES(f + 38, all.byte, 16);
    SAME(f[54], 136);
    SAME(f[58], 0xa0);
    BYTES(f + 62, vip.byte, 16);
    SAME((f[78] << 8 | f[79]), 0x0201);
    BYTES(f + 80, mac, 6);
    SAME(test_checksum(f + 54, 32, test_words(f + 22, 32) + 32 + 58), 0);
}

static void groups(void)
{
    vrrp_ip four = test_ip("224.0.0.18"), six = test_ip("ff02::12"), got;

    vrrp_group_address(&got, VRRP_IPV4);
    BYTES(got.byte, four.byte, 16);
    vrrp_group_address(&got, VRRP_IPV6);
    BYTES(got.byte, six.byte, 16);
}

static const test_case tests[] = {
    { "C-001 C-003 C-004 byte 0 is 31, Reserve 0, every interval 1..4095", every_interval },
    { "C-002 VRID, priority, count, addresses stand in their places", field_places },
    { "C-005 V3-06 message-only checksum, 255 addresses", message_checksum },
    { "C-006 pseudo-header checksum", pseudo_checksum },
    { "C-007 V6-03 IPv6 checksum with next header 112 and length", six_checksum },
    { "C-008 IPv6 list begins with a link-local, else refused", six_first },
    { "C-009 255 addresses are 1028 bytes, the 256th is refused", most_addresses },
    { "C-010 V6-05 255 IPv6 addresses", most_six },
    { "C-011 C-012 TTL 255, protocol 112, the group", ip_header },
    { "C-012 unicast: the peer in header and checksum", unicast_packet },
    { "C-014 the source is the primary address", own_source },
    { "C-014 IP identification is never 0", ip_ids },
    { "C-002 excluded addresses are not in the list", excluded_addresses },
    { "C-015 VRID, interval, version and option ranges", ranges },
    { "C-015 zero means default", defaults },
    { "C-017 IPv4 and IPv6 in one virtual router are refused", mixed },
    { "C-018 one VRID, two families: two virtual routers", two_families },
    { "C-090 version 2 refuses IPv6", version_2_is_ipv4 },
    { "C-095 passwords are 8 bytes; type AH, or PASS without one, is refused", passwords },
    { "every code has its words", words },
    { "C-025 C-026 V3-N09 short messages and counts", lengths },
    { "C-025 what is no IP packet", not_ip },
    { "C-025 IP options are skipped", ip_options },
    { "C-027 C-028 checksum forms: both, or one only", forms },
    { "C-028 a unicast packet summed with the group", group_in_unicast },
    { "C-012 multicast at a unicast instance and the reverse", destinations },
    { "C-012 another protocol is not VRRP", protocols },
    { "C-021 unicast has a lowest TTL of its own", min_ttl },
    { "each unicast peer may have a range of TTLs", peer_ttl },
    { "unicast: adverts of others than peers, if they are checked", unknown_peer },
    { "another multicast group", own_group },
    { "unicast: the TTL that is sent", own_ttl },
    { "C-030 the VRID of another interface does not match", other_interface },
    { "C-031 V3-N07 V6-N05 count 0", count_0 },
    { "C-032 V3-N08 interval 0 never reaches the machine", interval_0 },
    { "C-033 V6-N03 first IPv6 address outside fe80::/10", six_first_received },
    { "C-034 V3-08 V6-06 another interval is learned and counted", interval_learned },
    { "C-035 another address list is counted", other_list },
    { "C-036 the order of a list means nothing", list_order },
    { "C-035 lists: overlap wanted, or not looked at", list_modes },
    { "C-035 lists: looked at once for each sender", list_once },
    { "C-037 V3-10 Reserve bits are ignored", reserve_bits },
    { "C-038 V3-12 padding is not part of the message", padded },
    { "C-039 checks run in the order of RFC 9568 7.1", order },
    { "C-040 V3-N13 an owner hears an owner", two_owners },
    { "C-041 own adverts change nothing", own_looped },
    { "C-042 adverts in INIT and FAULT are ignored", not_listening },
    { "C-043 the same error a thousand times counts a thousand", thousand_times },
    { "C-044 C-143 any bytes: accepted, or one counter", any_bytes },
    { "C-044 packets of 65535 bytes", longest },
    { "C-143 a drop moves its counter alone", one_counter },
    { "C-019 C-082 vrrp_decode", decoded },
    { "C-079 C-080 C-081 V2-03 V2-12 the v2 message", v2_form },
    { "C-082 v2 errors are counted as in v3", v2_errors },
    { "C-083 V2-N06 v2 drops another interval", v2_interval },
    { "C-084 C-085 V2-N11 V2-N12 v2 address lists", v2_list },
    { "C-088 auth data is ignored for type 0", v2_auth_data },
    { "C-089 a v2 owner drops foreign adverts", v2_owner },
    { "C-091 C-092 passwords: whole, zero-filled", v2_password },
    { "C-093 C-094 authentication types", v2_auth_types },
    { "C-136 C-137 gratuitous ARP, all forms", arp_forms },
    { "C-138 C-140 unsolicited NA and its Ethernet group", na_form },
    { "C-012 C-140 groups", groups }
};

int main(void)
{
    return test_all(tests, COUNT(tests));
}
