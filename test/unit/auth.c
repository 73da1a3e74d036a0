/* Authentication: AH in both forms and keepalived's HMAC trailer, with mbedTLS's HMAC. What is
   heard comes from published vectors, from captures, or from the builder below, which shares no
   code with what it tests. */
#define VRRP_MBEDTLS
#include "rig.h"

#include <mbedtls/md.h>
#include <time.h>

struct sealed { const char *id, *what; int accept; const char *ip; };
struct known { const char *what, *key, *data, *hmac; };
struct stepped { long long number; bool good; int accept; };

#include "auth_vectors.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct rig           r;
static vrrp_key             keys[3];
static mbedtls_md_context_t contexts[3];
static vrrp_sender          senders[4];
static vrrp_trailer         trailer;
static uint8_t              ip[VRRP_MAX_PACKET + 512], out[VRRP_MAX_PACKET];

static const char md5_key[] = "000102030405060708090a0b0c0d0e0f";
static const char sha_key[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
static const char password[] = "70617373776f7264";

static void key_set(unsigned i, int algorithm, const char *hex)
{
    vrrp_mbedtls_free(&keys[i]);
    memset(&keys[i], 0, sizeof keys[i]);
    keys[i].id = (uint8_t)(i + 1);
    keys[i].algorithm = (uint8_t)algorithm;
    keys[i].size = (uint8_t)test_unhex(hex, keys[i].bytes, sizeof keys[i].bytes);
    SAME(vrrp_mbedtls_key(&keys[i], &contexts[i]), 0);
}

/* --- the benches ---------------------------------------------------------------------------- */

static void bench(const struct packet *like, int auth, int form, const char *key)
{
    rig_init(&r, like);
    memset(senders, 0, sizeof senders);
    key_set(0, auth == VRRP_AUTH_AH ? VRRP_MD5 : VRRP_SHA256, key);
    r.desc.auth = (uint8_t)auth;
    r.desc.ah = (uint8_t)form;
    r.desc.hmac = vrrp_mbedtls_hmac;
    r.desc.keys = keys;
    r.desc.n_keys = 1;
    r.desc.senders = senders;
    r.desc.n_senders = COUNT(senders);
}

static void begin(void)
{
    SAME(rig_open(&r), 0);
    rig_start(&r, 0);
    rig_hush(&r);
}

static struct packet old_packet(int priority, const char *from)
{
    struct packet p = packet_v2(priority, from);

    p.auth = VRRP_AUTH_AH;
    return p;
}

static void keepalived(void)
{
    struct packet p = old_packet(100, "192.0.2.10");

    bench(&p, VRRP_AUTH_AH, VRRP_AH_KEEPALIVED, password);
}

static void sha256(int version, const char *from)
{
    struct packet p = version == 2 ? old_packet(100, from) : packet_v3(100, from);

    bench(&p, VRRP_AUTH_AH_SHA256, 0, sha_key);
    r.desc.ah_spi = 256;
}

/* --- a builder of its own ------------------------------------------------------------------- */

struct seal {
    const char *key;
    bool        md5, keep_ttl, esn;
    uint32_t    spi;                    /* 0: the source address */
    uint64_t    number;
    size_t      pad;
    int         flip;                   /* a byte of the packet that changes on the way; 0: none */
    uint8_t     next;                   /* Next Header; 0: VRRP's */
};

static void put32(uint8_t *p, uint64_t value)
{
    p[0] = (uint8_t)(value >> 24), p[1] = (uint8_t)(value >> 16);
    p[2] = (uint8_t)(value >> 8), p[3] = (uint8_t)value;
}

static void digest(bool md5, const char *hex, const uint8_t *bytes, size_t size, uint8_t mac[32])
{
    uint8_t key[64];
    size_t  n = test_unhex(hex, key, sizeof key);

    SAME(mbedtls_md_hmac(mbedtls_md_info_from_type(md5 ? MBEDTLS_MD_MD5 : MBEDTLS_MD_SHA256), key,
                         n, bytes, size, mac), 0);
}

/* A packet as it leaves somebody who does AH, in ip[]. */
static size_t sealed(const struct seal *s, const struct packet *p)
{
    static uint8_t input[VRRP_MAX_PACKET + 512];
    size_t         size = packet_build(p, ip), header = ip[0] >> 4 == 6 ? 40 : 20;
    size_t         icv = s->md5 ? 12 : 16, ah = 12 + icv + s->pad;
    uint8_t        mac[32];

    memmove(ip + header + ah, ip + header, size - header);
    size += ah;
    memset(ip + header, 0, ah);
    memset(ip + header + 12 + icv, 0x5a, s->pad);
    ip[header] = s->next ? s->next : 112;
    ip[header + 1] = (uint8_t)(ah / 4 - 2);
    if (s->spi)
        put32(ip + header + 4, s->spi);
    else
        memcpy(ip + header + 4, ip + 12, 4);
    put32(ip + header + 8, s->number);
    if (header == 40) {
        ip[4] = (uint8_t)((size - 40) >> 8), ip[5] = (uint8_t)(size - 40);
        ip[6] = 51;
    } else {
        ip[2] = (uint8_t)(size >> 8), ip[3] = (uint8_t)size;
        ip[9] = 51;
    }
    memcpy(input, ip, size);
    if (header == 40) {
        input[0] = 0x60, input[1] = input[2] = input[3] = input[7] = 0;
    } else {
        input[1] = input[6] = input[7] = input[10] = input[11] = 0;
        input[8] = s->keep_ttl ? input[8] : 0;
    }
    put32(input + size, s->number >> 32);
    digest(s->md5, s->key, input, size + (s->esn ? 4 : 0), mac);
    memcpy(ip + header + 12, mac, icv);
    ip[s->flip] ^= s->flip ? 1 : 0;
    return size;
}

static struct seal seal_keepalived(uint64_t number)
{
    struct seal s = { password, true, true, false, 0, number, 0, 0, 0 };

    return s;
}

static struct seal seal_sha(uint64_t number)
{
    struct seal s = { sha_key, false, false, false, 256, number, 0, 0, 0 };

    return s;
}

static int hear(const struct seal *s, const struct packet *p)
{
    size_t size = sealed(s, p);

    return rig_bytes(&r, r.now + MS, test_flush(ip, size), size);
}

static void hears(const struct seal *s, const struct packet *p, int code)
{
    vrrp_stats before = r.v.stats;
    size_t     i;

    SAME(hear(s, p), code);
    for (i = 0; i < N_COUNTERS; i++)
        if (counters[i].code == code && (code || !strcmp(counters[i].name, "advertisement_rcvd")))
            counters_moved(&before, &r.v.stats, counters[i].name);
    rig_hush(&r);
}

static size_t speaks(int version, int priority)
{
    vrrp_action send;
    int         n;

    memset(&send, 0, sizeof send);
    send.v = &r.v;
    send.kind = VRRP_SEND;
    send.version = (uint8_t)version;
    send.priority = (uint8_t)priority;
    n = vrrp_packet(&r.v, &send, r.desc.n_peers ? &r.peer[0] : NULL, out, sizeof out);
    CHECK(n > 0);
    return n > 0 ? (size_t)n : 0;
}

static uint64_t number_of(const uint8_t *ah)
{
    return (uint64_t)ah[8] << 24 | (uint64_t)ah[9] << 16 | (uint64_t)ah[10] << 8 | ah[11];
}

// >>AH

static void known_answers(void)
{
    mbedtls_md_context_t context;
    uint8_t              data[256], want[32], got[32];
    size_t               i, n, size;

    for (i = 0; i < COUNT(knowns); i++) {
        vrrp_key k;

        memset(&k, 0, sizeof k);
        n = test_unhex(knowns[i].hmac, want, sizeof want);
        k.algorithm = n == 16 ? VRRP_MD5 : VRRP_SHA256;
        if (strlen(knowns[i].key) / 2 > sizeof k.bytes)
            continue;                   /* longer than a block: no key of ours can be */
        k.size = (uint8_t)test_unhex(knowns[i].key, k.bytes, sizeof k.bytes);
        SAME(vrrp_mbedtls_key(&k, &context), 0);
        size = test_unhex(knowns[i].data, data, sizeof data);
        vrrp_mbedtls_hmac(&k, test_flush(data, size), size, got);
        BYTES(got, want, n);
        vrrp_mbedtls_hmac(&k, test_flush(data, size), size, got);       /* the key goes on */
        BYTES(got, want, n);
        vrrp_mbedtls_free(&k);
        CHECK(k.context == NULL);
    }
}

static void vector_bench(const struct sealed *t, const uint8_t *bytes)
{
    bool rfc = strcmp(t->id, "V2-08") != 0;

    if (t->id[0] == 'A') {
        sha256(3, bytes[0] >> 4 == 6 ? "fe80::a" : "192.0.2.10");
        r.desc.checksum_send = VRRP_CHECKSUM_MESSAGE;
        return;
    }
    keepalived();
    key_set(0, VRRP_MD5, strcmp(t->id, "V2-07") && strcmp(t->id, "V2-N09") ? password : md5_key);
    r.desc.ah = rfc ? VRRP_AH_RFC : VRRP_AH_KEEPALIVED;
    r.desc.ah_spi = 0xc000020a;         /* what the vectors have in either form */
}

/* What somebody sent is what we send in his place. */
static void sent_again(const uint8_t *bytes, size_t size)
{
    const uint8_t *message = bytes + (bytes[0] >> 4 == 6 ? 40 : 20);
    vrrp_rx        rx;

    SAME(vrrp_rx_ip(&rx, bytes, size), 0);
    message += (message[1] + 2) * 4;
    r.primary = rx.from;
    SAME(rig_open(&r), 0);
    SAME(speaks(message[0] >> 4, message[2]), size);
    BYTES(out, bytes, size);
}

static void vectors_sealed(void)
{
    size_t i, size;

    for (i = 0; i < COUNT(sealed_packets); i++) {
        const struct sealed *t = &sealed_packets[i];
        uint8_t              bytes[256];
        vrrp_stats           before;

        test_begin("%s %s%s", t->id, t->what,
                   !strcmp(t->id, "V2-07") ? " [C-096 C-097]" : !strcmp(t->id, "V2-08") ?
                   " [C-096 C-098]" : !strcmp(t->id, "AH-01") ? " [C-102]" :
                   !strcmp(t->id, "AH-03") ? " [C-103]" : !strcmp(t->id, "AH-06") ? " [C-104]" :
                   !strcmp(t->id, "AH-N04") ? " [C-106]" : strchr(t->id, 'N') ? " [C-100]" : "");
        size = test_unhex(t->ip, bytes, sizeof bytes);
        vector_bench(t, bytes);
        begin();
        before = r.v.stats;
        SAME(rig_bytes(&r, MS, test_flush(bytes, size), size), t->accept ? 0 : VRRP_E_AUTH);
        counters_moved(&before, &r.v.stats, t->accept ? "advertisement_rcvd" : "auth_failures");
        if (t->accept && strcmp(t->id, "AH-06"))        /* that one was changed on the way */
            sent_again(bytes, size);
        test_end();
    }
}

static void forms_refuse_each_other(void)
{
    size_t i, size;

    for (i = 0; i < COUNT(sealed_packets); i++) {
        const struct sealed *t = &sealed_packets[i];

        if (strcmp(t->id, "V2-08") && strcmp(t->id, "V2-09"))
            continue;
        keepalived();
        r.desc.ah = strcmp(t->id, "V2-08") == 0 ? VRRP_AH_RFC : VRRP_AH_KEEPALIVED;
        r.desc.ah_spi = 0xc000020a;
        begin();
        size = test_unhex(t->ip, ip, sizeof ip);
        SAME(rig_bytes(&r, MS, test_flush(ip, size), size), VRRP_E_AUTH);
    }
}

static void live(void)
{
    size_t size = test_unhex(keepalived_ah, ip, sizeof ip);

    keepalived();
    r.primary = test_ip("192.0.2.99");
    begin();
    SAME(rig_bytes(&r, MS, test_flush(ip, size), size), 0);
    sent_again(ip, size);
}

/* The Master_Down timer of an instance with AH is not for those without. */
static void without_ah(void)
{
    struct packet p = old_packet(200, "192.0.2.10");

    keepalived();
    begin();
    rig_drops(&r, MS, &p, VRRP_E_AUTH);
    p.auth = 0;
    rig_drops(&r, MS, &p, VRRP_E_AUTH_MISMATCH);
    p.auth = 3;
    rig_drops(&r, MS, &p, VRRP_E_AUTH_TYPE);
    sha256(3, "192.0.2.10");
    begin();
    p = packet_v3(200, "192.0.2.10");
    rig_drops(&r, MS, &p, VRRP_E_AUTH_MISMATCH);
}

static void unicast_has_no_ttl(void)
{
    struct packet p = old_packet(200, "192.0.2.10");
    struct seal   s = seal_keepalived(1);

    keepalived();
    r.peer[0] = test_ip("192.0.2.10");
    r.desc.peers = r.peer;
    r.desc.n_peers = 1;
    p.to = "192.0.2.20";
    begin();
    hears(&s, &p, VRRP_E_AUTH);
    s.keep_ttl = false;
    hears(&s, &p, 0);
    s.number = 2;
    p.ttl = 61;                         /* routers in between may count it down */
    hears(&s, &p, 0);
}

static void lengths(void)
{
    struct packet p = packet_v3(200, "192.0.2.10");
    struct seal   s = seal_sha(1);

    sha256(3, "192.0.2.10");
    begin();
    s.pad = 4;                          /* Linux */
    hears(&s, &p, 0);
    s.number = 2, s.pad = 40;
    hears(&s, &p, 0);
    p = packet_v3(200, "fe80::a");
    sha256(3, "fe80::a");
    begin();
    s.pad = 4;
    hears(&s, &p, 0);
    s.number = 3, s.pad = 12;
    hears(&s, &p, 0);
    s.number = 4, s.pad = 0;            /* 28 bytes are for IPv4 */
    hears(&s, &p, VRRP_E_LENGTH);
    s.pad = 4, s.flip = 40 + 31;        /* the padding is part of it */
    hears(&s, &p, VRRP_E_AUTH);
}

static void version_2_sha(void)
{
    struct packet p = old_packet(200, "192.0.2.10");
    struct seal   s = seal_sha(1);

    sha256(2, "192.0.2.10");
    begin();
    hears(&s, &p, 0);
    SAME(speaks(2, 100), 20 + 28 + 20);
    SAME(out[9], 51);
    SAME(out[48 + 4], VRRP_AUTH_AH);
}

/* Both versions at once: one count of numbers, and the copies of version 2 are not needed. */
static void dual_sha(void)
{
    struct packet p = packet_v3(200, "192.0.2.10"), q = old_packet(200, "192.0.2.10");
    struct seal   s = seal_sha(1);
    vrrp_action   a;
    unsigned      n = 0;

    sha256(3, "192.0.2.10");
    r.desc.dual = true;
    q.vrid = p.vrid;
    begin();
    hears(&s, &q, 0);
    s.number = 2;
    hears(&s, &p, 0);
    s.number = 3;
    hears(&s, &q, VRRP_E_SHADOW);
    hears(&s, &p, VRRP_E_AUTH_REPLAY);
    q.auth = 0, s.number = 4;
    hears(&s, &q, VRRP_E_AUTH_MISMATCH);
    q.auth = 3, s.number = 5;
    hears(&s, &q, VRRP_E_AUTH_TYPE);
    r.now += 60 * VRRP_SECOND;
    while (r.v.state != VRRP_MASTER)
        vrrp_tick(&r.v, r.now += VRRP_SECOND / 10);
    while (vrrp_next(&r.v, &a))
        if (a.kind == VRRP_SEND) {
            int size = vrrp_packet(&r.v, &a, NULL, out, sizeof out);

            SAME(number_of(out + 20), ++n);
            SAME(size, 20 + 28 + (a.version == 2 ? 20 : 12));
            SAME(out[20 + 28] >> 4, a.version);
        }
    SAME(n, 2);
}

/* Every length of a good packet, its end at a guard page: dropped, one counter. */
static void cut_short(void)
{
    static const char *const senders_of[] = { "192.0.2.10", "fe80::a" };
    size_t                   i, n, size;

    for (i = 0; i < 2; i++) {
        struct packet p = packet_v3(200, senders_of[i]);
        struct seal   s = seal_sha(1);

        s.pad = i ? 4 : 0;
        sha256(3, senders_of[i]);
        begin();
        size = sealed(&s, &p);
        for (n = i ? 40 : 20; n < size; n++) {
            vrrp_stats before = r.v.stats;
            uint8_t    short_[256];
            uint64_t   moved = 0;
            size_t     k;

            memcpy(short_, ip, n);
            short_[i ? 4 : 2] = 0;
            short_[i ? 5 : 3] = (uint8_t)(i ? n - 40 : n);
            CHECK(rig_bytes(&r, r.now, test_flush(short_, n), n) != 0);
            for (k = 0; k < N_COUNTERS; k++)
                moved += counter_of(&r.v.stats, &counters[k]) - counter_of(&before, &counters[k]);
            SAME(moved, 1);
        }
    }
}

/* Any byte but those that routers change. */
static void any_byte(void)
{
    static const int free_[] = { 1, 6, 7, 8, 10, 11 };  /* TOS, flags, TTL, checksum */
    struct packet    p = packet_v3(200, "192.0.2.10");
    struct seal      s = seal_sha(1);
    int              size, k;

    sha256(3, "192.0.2.10");
    begin();
    size = (int)sealed(&s, &p);
    for (s.flip = 4; s.flip < size; s.flip++) {
        int code = 0;

        for (k = 0; k < (int)COUNT(free_); k++)
            code |= free_[k] == s.flip;
        if (code && s.flip != 8 && s.flip != 7 && s.flip != 6)
            continue;
        code = hear(&s, &p);
        if (s.flip == 8)
            SAME(code, VRRP_E_TTL);
        CHECK(code != 0);
    }
    s.flip = 5;                         /* Identification */
    hears(&s, &p, VRRP_E_AUTH);
    s.flip = 0;
    hears(&s, &p, 0);
}

/* IP options between the header and AH (RFC 4302 3.3.3.1.1.2): what routers may change counts as
   zeros, as a whole. */
static int with_options(const struct packet *p, uint64_t number, const char *sent,
                        const char *summed)
{
    static uint8_t input[512];
    struct seal    s = seal_sha(number);
    size_t         size = sealed(&s, p), n = strlen(sent) / 2;
    uint8_t        mac[32];

    memmove(ip + 20 + n, ip + 20, size - 20);
    test_unhex(sent, ip + 20, 40);
    size += n;
    ip[0] = (uint8_t)(0x45 + n / 4), ip[3] = (uint8_t)size;
    memset(ip + 20 + n + 12, 0, 16);
    memcpy(input, ip, size);
    input[1] = input[6] = input[7] = input[8] = input[10] = input[11] = 0;
    test_unhex(summed, input + 20, 40);
    digest(false, sha_key, input, size, mac);
    memcpy(ip + 20 + n + 12, mac, 16);
    return rig_bytes(&r, r.now + MS, test_flush(ip, size), size);
}

static void options(void)
{
    static const struct { const char *sent, *summed; int code; } list[] = {
        { "94040000", "94040000", 0 },                          /* router alert */
        { "94040000", "00000000", VRRP_E_AUTH },
        { "01010100", "01010100", 0 },
        { "0101860600000001", "0101860600000001", 0 },          /* CIPSO */
        { "820b0000000000000000000185030195", "820b0000000000000000000185030195", VRRP_E_AUTH },
        { "820b0000000000000000000185030100", "820b0000000000000000000185030100", 0 },
        { "01070b08c633640100000000", "010000000000000000000000", 0 },  /* record route */
        { "01070b08c633640100000000", "01070b08c633640100000000", VRRP_E_AUTH },
        { "4408050100000009940400005203ff00", "0000000000000000940400000000" "0000", 0 },
        { "0000ff94", "0000ff94", 0 },                          /* what is behind the end */
        { "94050000", "94050000", VRRP_E_AUTH },                /* longer than there is room */
        { "94010000", "94010000", VRRP_E_AUTH },
        { "94000000", "94000000", VRRP_E_AUTH },
        { "01010194", "01010194", VRRP_E_AUTH },
    };
    struct packet p = packet_v3(200, "192.0.2.10");
    unsigned      i;

    sha256(3, "192.0.2.10");
    begin();
    for (i = 0; i < COUNT(list); i++)
        SAME(with_options(&p, i + 1, list[i].sent, list[i].summed), list[i].code);
    keepalived();
    begin();
    p = old_packet(200, "192.0.2.10");
    SAME(with_options(&p, 1, "94040000", "94040000"), VRRP_E_AUTH);
}

/* The most of them, before the longest packet that can be. */
static void options_and_length(void)
{
    static uint8_t big[65535];
    size_t         size;

    sha256(3, "192.0.2.10");
    begin();
    big[0] = 0x4f, big[8] = 255, big[9] = 51, big[61] = 5, big[66] = 1;
    for (size = 60; size <= sizeof big; size += size < 4400 ? 1 : 997) {
        big[2] = (uint8_t)(size >> 8), big[3] = (uint8_t)size;
        CHECK(rig_bytes(&r, r.now, test_flush(big, size), size) != 0);
    }
}

static void next_header(void)
{
    struct packet p = packet_v3(200, "192.0.2.10");
    struct seal   s = seal_sha(1);

    sha256(3, "192.0.2.10");
    begin();
    s.next = 17;
    hears(&s, &p, VRRP_E_TYPE);
    s.next = 51;
    hears(&s, &p, VRRP_E_AUTH_REPLAY);  /* it was authentic */
    s.number = 2;
    hears(&s, &p, VRRP_E_TYPE);
    s.number = 3, s.next = 0;
    hears(&s, &p, 0);
}

static void from_ourselves(void)
{
    struct packet p = packet_v3(100, "192.0.2.20");
    struct seal   s = seal_sha(9);

    sha256(3, "192.0.2.10");
    begin();
    hears(&s, &p, VRRP_E_OWN);
    p = packet_v3(200, "192.0.2.10");
    rig_stop(&r, r.now);
    hears(&s, &p, VRRP_E_STATE);
    p.ttl = 254;
    hears(&s, &p, VRRP_E_TTL);
}

/* --- numbers --- */

static void replay_steps(const struct stepped *steps, size_t n, uint8_t window)
{
    struct packet p = packet_v3(200, "192.0.2.10");
    size_t        i;

    sha256(3, "192.0.2.10");
    r.desc.ah_window = window;
    begin();
    for (i = 0; i < n; i++) {
        struct seal s = seal_sha((uint64_t)steps[i].number);

        s.flip = steps[i].good ? 0 : 20 + 12;
        hears(&s, &p, steps[i].accept ? 0 : steps[i].good ? VRRP_E_AUTH_REPLAY : VRRP_E_AUTH);
    }
}

static void replay_window(void)
{
    replay_steps(replay_64, COUNT(replay_64), 64);
    replay_steps(replay_64, COUNT(replay_64), 0);
}

/* The rule in other words (RFC 4302 3.4.3): all that was accepted is kept. */
static void replay_by_rule(uint8_t window, bool with_esn)
{
    static uint64_t seen[2048];
    struct packet   p = packet_v3(200, "192.0.2.10");
    uint64_t        top = with_esn ? ((uint64_t)1 << 32) - 200 : 200, width = window ? window : 64;
    unsigned        n = 0, i, k, dice = window;

    sha256(3, "192.0.2.10");
    r.desc.ah_window = window;
    r.desc.ah_esn = with_esn;
    r.desc.ah_sequence = with_esn ? top : 0;
    begin();
    for (i = 0; i < COUNT(seen); i++) {
        struct seal s = seal_sha(top);
        bool        fresh;

        s.esn = with_esn;
        dice = dice * 1103515245 + 12345;
        s.number += n ? (dice >> 16) % 100 : 0;
        s.number -= n ? 90 : 0;
        fresh = s.number + width > top;
        if (with_esn && !fresh)
            continue;                   /* would be taken for one of the next round */
        for (k = 0; k < n; k++)
            fresh &= seen[k] != s.number;
        hears(&s, &p, fresh ? 0 : VRRP_E_AUTH_REPLAY);
        if (fresh)
            seen[n++] = s.number;
        if (s.number > top)
            top = s.number;
    }
    CHECK(n > 300 && n < COUNT(seen) - 300);
}

static void replay_windows(void)
{
    /* K-REPLAY-32, the steps of the one for 64 with half the distances */
    static const struct stepped steps[] = {
        { 1, true, 1 }, { 1, true, 0 }, { 0, true, 0 }, { 2, true, 1 }, { 4, true, 1 },
        { 3, true, 1 }, { 3, true, 0 }, { 38, true, 1 }, { 7, true, 1 }, { 6, true, 0 },
        { 8, true, 1 }, { 7, true, 0 }, { 70, true, 1 }, { 39, true, 1 }, { 38, true, 0 },
        { 1000, true, 1 }, { 968, true, 0 }, { 969, true, 1 }, { 969, true, 0 },
        { 999, true, 1 }
    };
    unsigned i;

    replay_steps(steps, COUNT(steps), 32);
    for (i = 0; i < 2; i++) {
        replay_by_rule(0, i);
        replay_by_rule(64, i);
        replay_by_rule(32, i);
    }
    for (i = 1; i < 256; i++) {
        r.desc.ah_window = (uint8_t)i;
        SAME(rig_open(&r), i == 32 || i == 64 ? 0 : VRRP_E_DESC_RANGE);
    }
}

static void replay_bad_icv(void)
{
    struct packet p = old_packet(200, "192.0.2.10");
    struct seal   s = seal_keepalived(5000);

    replay_steps(replay_bad, COUNT(replay_bad), 0);
    keepalived();
    begin();
    s.flip = 40;
    hears(&s, &p, VRRP_E_AUTH);
    s.flip = 0, s.number = 1;
    hears(&s, &p, 0);
}

static void two_senders(void)
{
    struct packet a = packet_v3(200, "192.0.2.10"), b = packet_v3(200, "192.0.2.11");
    struct seal   s = seal_sha(5000), t = seal_sha(1);

    sha256(3, "192.0.2.10");
    begin();
    hears(&s, &a, 0);
    hears(&t, &b, 0);
    hears(&s, &a, VRRP_E_AUTH_REPLAY);
    hears(&t, &b, VRRP_E_AUTH_REPLAY);
    t.number = 2;
    hears(&t, &b, 0);
    SAME(r.v.sequence, 0);              /* ours is our own */
}

/* More than there is room for: the one not heard for longest is forgotten. Forged ones push nobody
   out. */
static void many_senders(void)
{
    static const char *const from[] = { "192.0.2.10", "192.0.2.11", "192.0.2.12", "192.0.2.13" };
    struct packet            p;
    struct seal              s = seal_sha(7);
    unsigned                 i;

    p = packet_v3(200, from[0]);
    sha256(3, from[0]);
    begin();
    for (i = 0; i < 4; i++)
        p.from = from[i], hears(&s, &p, 0);
    s.flip = 40;
    p.from = "192.0.2.14";
    hears(&s, &p, VRRP_E_AUTH);
    s.flip = 0;
    for (i = 0; i < 4; i++)
        p.from = from[i], hears(&s, &p, VRRP_E_AUTH_REPLAY);
    s.number = 8;
    p.from = from[0], hears(&s, &p, 0);
    p.from = "192.0.2.14", hears(&s, &p, 0);
    p.from = from[0], hears(&s, &p, VRRP_E_AUTH_REPLAY);
    s.number = 7;
    p.from = from[1], hears(&s, &p, 0);
}

static void without_replay(void)
{
    struct packet p = packet_v3(200, "192.0.2.10");
    struct seal   s = seal_sha(7);

    sha256(3, "192.0.2.10");
    r.desc.ah_no_replay = true;
    r.desc.n_senders = 0;
    begin();
    hears(&s, &p, 0);
    hears(&s, &p, 0);
}

static void esn(void)
{
    const uint64_t high = (uint64_t)1 << 32;
    struct packet  p = packet_v3(200, "192.0.2.10");
    struct seal    s = seal_sha(1);

    sha256(3, "192.0.2.10");
    r.desc.ah_esn = true;
    begin();
    hears(&s, &p, VRRP_E_AUTH);
    s.esn = true;
    s.number = high + 1;
    hears(&s, &p, VRRP_E_AUTH);         /* not heard before, and far from ours */
    s.number = 2000000000;
    hears(&s, &p, 0);
    s.number = high - 2;
    hears(&s, &p, 0);
    s.number = high + 3;                /* the low half begins again */
    hears(&s, &p, 0);
    hears(&s, &p, VRRP_E_AUTH_REPLAY);
    s.number = high - 1;                /* late, from before it did */
    hears(&s, &p, 0);
    s.number = high - 200;              /* too late: taken for one of the next round */
    hears(&s, &p, VRRP_E_AUTH);
    sha256(3, "192.0.2.10");
    r.desc.ah_esn = true;
    r.desc.ah_sequence = 5 * high + 1000;
    begin();
    s.number = 5 * high + 999;          /* heard for the first time: near to ours */
    hears(&s, &p, 0);
    p.from = "192.0.2.11", s.number = 6 * high - 2000000000;
    hears(&s, &p, VRRP_E_AUTH);
    speaks(3, 100);
    SAME(number_of(out + 20), 1001);
}

static void takes_over_above(void)
{
    struct packet p = old_packet(200, "192.0.2.10");
    struct seal   s = seal_keepalived(700);

    keepalived();
    begin();
    hears(&s, &p, 0);
    hears(&s, &p, VRRP_E_AUTH_REPLAY);
    p.from = "192.0.2.11", s.number = 699;
    hears(&s, &p, VRRP_E_AUTH_REPLAY);  /* one count for all */
    while (r.v.state != VRRP_MASTER)
        rig_timer(&r);
    speaks(2, 100);
    SAME(number_of(out + 20), 701);
    speaks(2, 100);
    SAME(number_of(out + 20), 702);
    p.priority = 50, s.number = 701;
    hears(&s, &p, VRRP_E_AUTH_REPLAY);
    s.number = 900;
    hears(&s, &p, 0);
    speaks(2, 100);
    SAME(number_of(out + 20), 902);
    SAME(vrrp_update(&r.v, &r.desc, r.now), 0);
    rig_drain(&r);
    speaks(2, 100);
    SAME(number_of(out + 20), 903);
}

/* Two that became MASTER from one number: each hears the other, and overtakes it. With peers an
   advert is several packets. */
static void masters_in_step(void)
{
    struct packet p = old_packet(50, "192.0.2.11");
    struct seal   s = seal_keepalived(700);
    uint64_t      newest = 0;
    int           peers, i;

    for (peers = 0; peers <= 3; peers += 3) {
        keepalived();
        r.desc.n_peers = (uint16_t)peers;
        if (peers)
            p.to = "192.0.2.1";
        for (i = 0; i < peers; i++)
            r.peer[i] = test_ip(i ? "192.0.2.12" : "192.0.2.11");
        r.desc.peers = r.peer;
        begin();
        s.keep_ttl = peers == 0;
        s.number = 700;
        hears(&s, &p, 0);
        while (r.v.state != VRRP_MASTER)
            rig_timer(&r);
        rig_hush(&r);
        for (i = 0; i < (peers ? peers : 1); i++)
            speaks(2, 100);
        s.number = 701;                 /* the first packet of as many */
        hears(&s, &p, 0);
        hears(&s, &p, VRRP_E_AUTH_REPLAY);
        s.number = 700;
        hears(&s, &p, VRRP_E_AUTH_REPLAY);
        speaks(2, 100);
        newest = number_of(out + 20);
        CHECK(newest > 701u + (peers ? (unsigned)peers : 1u));
        s.number = newest - (peers ? (unsigned)peers : 1u);
        hears(&s, &p, VRRP_E_AUTH_REPLAY);      /* older than our newest advert */
    }
}

/* Nobody may be MASTER who can no longer be heard. */
static void numbers_end(void)
{
    static const struct { int auth, form; uint64_t last; } ends[] = {
        { VRRP_AUTH_AH, VRRP_AH_KEEPALIVED, 0xfffffffd }, { VRRP_AUTH_AH, VRRP_AH_RFC, 0xffffffff },
        { VRRP_AUTH_AH_SHA256, 0, 0xffffffff }
    };
    struct packet p = old_packet(200, "192.0.2.10");
    vrrp_action   send;
    size_t        i;

    memset(&send, 0, sizeof send);
    send.kind = VRRP_SEND;
    send.version = 2;
    for (i = 0; i < COUNT(ends); i++) {
        bench(&p, ends[i].auth, ends[i].form, ends[i].auth == VRRP_AUTH_AH ? md5_key : sha_key);
        r.desc.ah_sequence = ends[i].last - 1;
        begin();
        rig_timer(&r);
        SAME(r.v.state, VRRP_MASTER);
        rig_hush(&r);
        speaks(2, 100);
        SAME(number_of(out + 20), ends[i].last);
        SAME(vrrp_packet(&r.v, &send, NULL, out, sizeof out), VRRP_E_AUTH_REPLAY);
        rig_timer(&r);
        SAME(r.v.state, VRRP_BACKUP);
        TEXT(rig_said(&r), "RELEASE; NOTIFY MASTER BACKUP spent");
        rig_until(&r, r.now + 20000 * MS);
        SAME(r.v.state, VRRP_BACKUP);
        TEXT(rig_said(&r), "");
    }
    r.desc.priority = 255;
    r.desc.ah_sequence = 0xffffffff;
    r.now = 0;
    begin();
    SAME(r.v.state, VRRP_BACKUP);
}

static void new_settings(void)
{
    sha256(3, "192.0.2.10");
    r.desc.ah_sequence = 100;
    begin();
    speaks(3, 100);
    SAME(number_of(out + 20), 101);
    SAME(vrrp_update(&r.v, &r.desc, r.now), 0);
    speaks(3, 100);
    SAME(number_of(out + 20), 102);
    r.desc.ah_sequence = 500;
    SAME(vrrp_update(&r.v, &r.desc, r.now), 0);
    speaks(3, 100);
    SAME(number_of(out + 20), 501);
    r.desc.auth = 0;
    memset(&trailer, 0, sizeof trailer);
    trailer.active = 1;
    r.desc.trailer = &trailer;
    SAME(vrrp_update(&r.v, &r.desc, r.now), 0);
    vrrp_wall(&r.v, 1795247702 * VRRP_SECOND, r.now);
    speaks(3, 100);
    r.desc.trailer = NULL;
    r.desc.auth = VRRP_AUTH_AH_SHA256;
    r.desc.ah_sequence = 7;
    SAME(vrrp_update(&r.v, &r.desc, r.now), 0);
    speaks(3, 100);
    SAME(number_of(out + 20), 8);
}

/* memcmp() would be a thousand times faster at the early difference. The best of many runs. */
static void constant_time(void)
{
    enum { SIZE = 1 << 16 };
    static uint8_t a[SIZE], b[SIZE];
    double         best[2] = { 1e9, 1e9 };
    int            turn;

    for (turn = 0; turn < 400; turn++) {
        struct timespec from, to;
        double          took;

        memset(b, 0, sizeof b);
        b[turn % 2 ? SIZE - 1 : 0] = 1;
        clock_gettime(CLOCK_MONOTONIC, &from);
        CHECK(!vrrp__equal(a, b, SIZE));
        clock_gettime(CLOCK_MONOTONIC, &to);
        took = (double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec);
        best[turn % 2] = took < best[turn % 2] ? took : best[turn % 2];
    }
    CHECK(best[0] > best[1] / 4 && best[1] > best[0] / 4);
}

// >>trailer

struct capture { const char *id, *ip, *input; long long seconds; };

/* keepalived 2.4.3 with auth_hmac, key 7 "ascii:0123..XY" (this version knows no such prefix, so it
   is part of the key): the packets, and what their HMAC is made of. */
static const struct capture captures[] = {
    { "HM-24-0", "45c0004400010000ff70b041c6336401e000001221"
      "33960100011e32c633646400000000000000000107"
      "00006b014e5616080000b3840dd27912bf8427751f5e9431be7c",
      "04023300c63364010000000000000000000000002133960100010000c63364640000000000000000010700006b01"
      "4e561608000000000000000000000000000000000000", 1795247702 },
    { "HM-24-2", "45c0004400030000ff70b03fc6336401e000001221"
      "33960100011e32c633646400000000000000000107"
      "00006b014e5816ca000003d48b055d776cc959a64a55252afa71",
      "04023300c63364010000000000000000000000002133960100010000c63364640000000000000000010700006b01"
      "4e5816ca000000000000000000000000000000000000", 1795247704 },
    { "HM-34-0", "45c0003c00010000ff70b049c6336401e000001231"
      "3396010064030bc6336464010700006b014e61a394"
      "0000ba08a85dd0a5db6d3f04e869a3f70be3",
      "04033300c63364010000000000000000000000003133960100640000c6336464010700006b014e61a39400000000"
      "0000000000000000000000000000", 1795247713 },
    { "HM-34-2", "45c0003c00030000ff70b047c6336401e000001231"
      "3396010064030bc6336464010700006b014e63a433"
      "000021233aba64812d902264d9a612193c32",
      "04033300c63364010000000000000000000000003133960100640000c6336464010700006b014e63a43300000000"
      "0000000000000000000000000000", 1795247715 },
    { "HM-36-0", "6c054cfe004470fffe800000000000002cb0abfffe2b91d1ff020000000000000000000000000012"
      "313396020064bd29fe80000000000000000000000000010020010db8000000000000000000000100010700006b01"
      "4e6d30ce00006e2e7ab92738a66719e95303394e9e04",
      "06033300fe800000000000002cb0abfffe2b91d13133960200640000fe8000000000000000000000000001002001"
      "0db8000000000000000000000100010700006b014e6d30ce000000000000000000000000000000000000",
      1795247725 },
    { "HM-36-2", "6c054cfe004470fffe800000000000002cb0abfffe2b91d1ff020000000000000000000000000012"
      "313396020064975ffe80000000000000000000000000010020010db8000000000000000000000100010700006b01"
      "4e6f31620000f54b75b9e77d20864fc6ed9904a16af0",
      "06033300fe800000000000002cb0abfffe2b91d13133960200640000fe8000000000000000000000000001002001"
      "0db8000000000000000000000100010700006b014e6f3162000000000000000000000000000000000000",
      1795247727 }
};

static const char ascii_key[] =
    "61736369693a303132333435363738396162636465663031323334353637383961626364656658" "59";

/* An instance with a trailer like those; now is the time of capture t. */
static void trailer_bench(const struct capture *t)
{
    bool          six = t->ip[0] == '6';
    struct packet p = t->id[3] == '2' ? packet_v2(100, "198.51.100.1")
                                      : packet_v3(100, six ? "fe80::2cb0:abff:fe2b:91d1"
                                                           : "198.51.100.1");

    p.vrid = 51;
    p.addresses = six ? "fe80::100 2001:db8::100" : "198.51.100.100";
    rig_init(&r, &p);
    memset(senders, 0, sizeof senders);
    memset(&trailer, 0, sizeof trailer);
    key_set(0, VRRP_SHA256, ascii_key);
    keys[0].id = 7;
    key_set(1, VRRP_SHA256, sha_key);
    trailer.active = 7;
    r.desc.keys = keys;
    r.desc.n_keys = 2;
    r.desc.hmac = vrrp_mbedtls_hmac;
    r.desc.senders = senders;
    r.desc.n_senders = COUNT(senders);
    r.desc.trailer = &trailer;
    begin();
    vrrp_wall(&r.v, (uint64_t)t->seconds * VRRP_SECOND, r.now);
}

static int hear_capture(const struct capture *t, int flip)
{
    size_t size = test_unhex(t->ip, ip, sizeof ip);

    if (flip)
        ip[size - (size_t)flip] ^= 1;
    return rig_bytes(&r, r.now, test_flush(ip, size), size);
}

static void capture_heard(const struct capture *t, int flip, int code)
{
    vrrp_stats before = r.v.stats;
    size_t     i;

    SAME(hear_capture(t, flip), code);
    for (i = 0; i < N_COUNTERS; i++)
        if (counters[i].code == code && (code || !strcmp(counters[i].name, "advertisement_rcvd")))
            counters_moved(&before, &r.v.stats, counters[i].name);
    rig_hush(&r);
}

static uint8_t seen[512];
static size_t  n_seen;

static void keep_input(const vrrp_key *key, const uint8_t *input, size_t size, uint8_t mac[32])
{
    n_seen = size < sizeof seen ? size : sizeof seen;
    memcpy(seen, input, n_seen);
    vrrp_mbedtls_hmac(key, input, size, mac);
}

/* The number of a capture is a time: with that clock we send the same. */
static void capture_sent(const struct capture *t)
{
    uint8_t        bytes[256], input[256];
    size_t         size = test_unhex(t->ip, bytes, sizeof bytes);
    size_t         header = t->ip[0] == '6' ? 40 : 20;
    size_t         n = test_unhex(t->input, input, sizeof input);
    const uint8_t *m = bytes + header, *tail = bytes + size - 28;
    uint64_t       part = (uint64_t)(tail[8] << 8 | tail[9]);
    vrrp_rx        rx;

    trailer_bench(t);
    SAME(vrrp_rx_ip(&rx, bytes, size), 0);
    r.primary = rx.from;
    r.desc.hmac = keep_input;
    r.now = 0;
    begin();
    vrrp_wall(&r.v, (uint64_t)t->seconds * VRRP_SECOND + (part * VRRP_SECOND >> 16) + 1, 0);
    SAME(speaks(m[0] >> 4, m[2]), size);
    BYTES(out + header, m, size - header);
    SAME(n_seen, n);
    BYTES(seen, input, n);
}

static void captured(void)
{
    size_t i;

    for (i = 0; i < COUNT(captures); i++) {
        const struct capture *t = &captures[i];

        test_begin("%s auth_hmac of keepalived 2.4.3: heard, and the same is sent", t->id);
        trailer_bench(t);
        capture_heard(t, 0, 0);
        capture_heard(t, 0, VRRP_E_AUTH_REPLAY);
        capture_sent(t);
        test_end();
    }
}

static void trailer_wrong(void)
{
    static const struct { int flip, code; } cases[] = {
        { 28, VRRP_E_AUTH_MALFORMED }, { 27, VRRP_E_AUTH_KEY }, { 26, VRRP_E_AUTH_MALFORMED },
        { 25, VRRP_E_AUTH_MALFORMED }, { 24, VRRP_E_AUTH_STALE }, { 23, VRRP_E_AUTH_STALE },
        { 22, VRRP_E_AUTH_STALE }, { 21, VRRP_E_AUTH_HMAC }, { 20, VRRP_E_AUTH_HMAC },
        { 17, VRRP_E_AUTH_HMAC }, { 16, VRRP_E_AUTH_HMAC }, { 1, VRRP_E_AUTH_HMAC },
        { 0, 0 }
    };
    size_t i;
    int    mode;

    for (mode = VRRP_HMAC_ENFORCE; mode <= VRRP_HMAC_RECEIVE_ONLY; mode++) {
        trailer_bench(&captures[0]);
        trailer.mode = (uint8_t)mode;
        for (i = 0; i < COUNT(cases); i++)
            capture_heard(&captures[0], cases[i].flip, cases[i].code);
    }
    trailer_bench(&captures[0]);
    keys[0].id = 9;                     /* the ID is part of what is signed */
    capture_heard(&captures[0], 0, VRRP_E_AUTH_KEY);
    trailer_bench(&captures[0]);
    key_set(0, VRRP_SHA256, sha_key);
    keys[0].id = 7;
    capture_heard(&captures[0], 0, VRRP_E_AUTH_HMAC);
}

static void trailer_window(void)
{
    trailer_bench(&captures[0]);
    vrrp_wall(&r.v, (uint64_t)(captures[0].seconds + 6) * VRRP_SECOND, r.now);
    capture_heard(&captures[0], 0, VRRP_E_AUTH_STALE);
    vrrp_wall(&r.v, (uint64_t)(captures[0].seconds - 6) * VRRP_SECOND, r.now);
    capture_heard(&captures[0], 0, VRRP_E_AUTH_STALE);
    vrrp_wall(&r.v, (uint64_t)(captures[0].seconds - 5) * VRRP_SECOND, r.now);
    capture_heard(&captures[0], 0, 0);
    trailer_bench(&captures[0]);
    vrrp_wall(&r.v, (uint64_t)(captures[0].seconds + 5) * VRRP_SECOND + 999999999, r.now);
    capture_heard(&captures[0], 0, 0);
    trailer_bench(&captures[0]);
    trailer.window = 30 * VRRP_SECOND;
    vrrp_wall(&r.v, (uint64_t)(captures[0].seconds + 31) * VRRP_SECOND, r.now);
    capture_heard(&captures[0], 0, VRRP_E_AUTH_STALE);
    vrrp_wall(&r.v, (uint64_t)(captures[0].seconds + 30) * VRRP_SECOND, r.now);
    capture_heard(&captures[0], 0, 0);
    trailer_bench(&captures[0]);        /* time passes by itself after it was told */
    rig_at(&r, r.now + 3000 * MS);
    rig_tick(&r, r.now);
    capture_heard(&captures[0], 0, 0);
}

static void trailer_monotonic(void)
{
    trailer_bench(&captures[0]);
    trailer.monotonic = true;
    vrrp_wall(&r.v, 0, r.now);          /* a clock that was never set */
    capture_heard(&captures[1], 0, 0);
    capture_heard(&captures[0], 0, VRRP_E_AUTH_REPLAY);
    capture_heard(&captures[1], 0, VRRP_E_AUTH_REPLAY);
}

static void trailer_missing(void)
{
    struct packet p = packet_v3(200, "198.51.100.1");
    int           mode, extra;

    p.addresses = "198.51.100.100";
    for (mode = VRRP_HMAC_ENFORCE; mode <= VRRP_HMAC_RECEIVE_ONLY; mode++)
        for (extra = 0; extra < 40; extra += extra ? 1 : 26) {
            vrrp_stats before;

            trailer_bench(&captures[2]);
            trailer.mode = (uint8_t)mode;
            p.extra = extra;
            before = r.v.stats;
            SAME(rig_hear(&r, r.now, &p), extra == 28 ? VRRP_E_AUTH_MALFORMED : mode ? 0 :
                 VRRP_E_AUTH_MISSING);
            counters_moved(&before, &r.v.stats, extra == 28 ? "auth_malformed" : mode ?
                           "advertisement_rcvd" : "auth_missing");
        }
}

static void trailer_modes_sent(void)
{
    size_t size;

    trailer_bench(&captures[2]);
    size = speaks(3, 100);
    trailer.mode = VRRP_HMAC_PERMISSIVE;
    SAME(speaks(3, 100), size);
    trailer.mode = VRRP_HMAC_RECEIVE_ONLY;
    SAME(speaks(3, 100), size - 28);
    trailer.mode = VRRP_HMAC_ENFORCE;
    trailer.active = 2;
    speaks(3, 100);
    SAME(out[size - 27], 2);
}

/* What one sends the other accepts, under either key; numbers grow though the clock stands. */
static void trailer_rotation(void)
{
    uint64_t last = 0;
    int      i;

    trailer_bench(&captures[2]);
    r.primary = test_ip("198.51.100.1");
    r.now = 0;
    begin();
    vrrp_wall(&r.v, 1795247713 * VRRP_SECOND, 0);
    for (i = 0; i < 6; i++) {
        uint8_t  sent[256];
        size_t   size;
        uint64_t number;

        if (i == 4)                     /* the clock goes back: later numbers, all the same */
            vrrp_wall(&r.v, 1795247711 * VRRP_SECOND, r.now);
        vrrp_primary(&r.v, &r.primary);
        trailer.active = i % 2 ? 2 : 7;
        size = speaks(3, 150);
        memcpy(sent, out, size);
        number = number_of(sent + size - 28 - 4) << 32 | number_of(sent + size - 28);
        CHECK(number > last);
        last = number;
        {
            vrrp_ip other = test_ip("198.51.100.2");

            vrrp_primary(&r.v, &other);
        }
        SAME(rig_bytes(&r, r.now, test_flush(sent, size), size), 0);
    }
}

/* Who knows nothing of trailers takes what is behind an advert for padding. */
static void trailer_unknown(void)
{
    size_t i;

    for (i = 0; i < COUNT(captures); i++) {
        trailer_bench(&captures[i]);
        r.desc.trailer = NULL;
        r.now = 0;
        begin();
        capture_heard(&captures[i], 0, 0);
        capture_heard(&captures[i], 0, 0);
    }
}

// >>settings

static void refused(void)
{
    SAME(rig_open(&r), VRRP_E_DESC_AUTH);
}

static void settings(void)
{
    struct packet six = packet_v3(100, "fe80::a");

    keepalived(), r.desc.hmac = NULL, refused();
    keepalived(), r.desc.n_keys = 0, refused();
    keepalived(), r.desc.version = 3, refused();
    keepalived(), r.desc.version = 0, r.desc.dual = true, refused();
    keepalived(), keys[0].algorithm = VRRP_SHA256, refused();
    keepalived(), r.desc.ah = 2, refused();
    keepalived(), r.desc.auth = 4, refused();
    keepalived(), r.desc.n_senders = 0, SAME(rig_open(&r), 0);
    keepalived(), r.desc.ah = VRRP_AH_RFC, SAME(rig_open(&r), 0);
    keepalived(), r.desc.ah = VRRP_AH_RFC, r.desc.n_senders = 0, refused();
    keepalived(), r.desc.ah = VRRP_AH_RFC, r.desc.ah_spi = 255, refused();
    sha256(3, "192.0.2.10"), r.desc.ah_spi = 0, SAME(rig_open(&r), 0);
    SAME(r.v.d.ah_spi, 256 + 51);
    sha256(3, "192.0.2.10"), r.desc.dual = true, SAME(rig_open(&r), 0);
    sha256(3, "192.0.2.10"), r.desc.trailer = &trailer, refused();
    bench(&six, VRRP_AUTH_AH, 0, password), refused();
    bench(&six, VRRP_AUTH_AH_SHA256, 0, sha_key), SAME(rig_open(&r), 0);
    trailer_bench(&captures[0]), r.desc.n_senders = 0, refused();
    trailer_bench(&captures[0]), r.desc.n_keys = 0, refused();
    trailer_bench(&captures[0]), keys[1].id = 7, refused();
    trailer_bench(&captures[0]), keys[1].id = 0, refused();
    trailer_bench(&captures[0]), keys[1].algorithm = VRRP_MD5, refused();
    trailer_bench(&captures[0]), trailer.active = 3, refused();
    trailer_bench(&captures[0]), trailer.mode = 3, refused();
    trailer_bench(&captures[0]), r.desc.auth = VRRP_AUTH_PASS, r.desc.auth_pass[0] = 'x',
        refused();
}

/* The largest packet there is. */
static void largest(void)
{
    struct packet p = packet_v3(200, "fe80::a");
    unsigned      i;
    size_t        size;

    sha256(3, "fe80::a");
    for (i = 0; i < 255; i++) {
        r.vip[i] = r.vip[0];
        r.vip[i].address.byte[14] = (uint8_t)i;
    }
    r.desc.n_addresses = 255;
    r.primary = test_ip(p.from);
    SAME(rig_open(&r), 0);
    size = speaks(3, 200);
    SAME(size, 40 + 32 + 8 + 255 * 16);
    r.primary = test_ip("fe80::b");
    begin();
    SAME(rig_bytes(&r, MS, test_flush(out, size), size), 0);
}

/* The first time that a sender says, whatever the century: seconds are 32 bits without a sign. */
static void trailer_late_days(void)
{
    static const uint64_t days[] = { 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000 };
    size_t i, size;

    for (i = 0; i < COUNT(days); i++) {
        trailer_bench(&captures[2]);
        vrrp_wall(&r.v, days[i] * VRRP_SECOND, r.now);
        size = speaks(3, 100);
        SAME(number_of(out + size - 28 - 4), days[i] & 0xffffffff);
    }
}

static const test_case tests[] = {
    { "C-101 K-HMAC known answers, through mbedTLS", known_answers },
    { "C-097 C-098 V2-08 and V2-09: each form refuses the other's ICV", forms_refuse_each_other },
    { "C-098 K-LIVE keepalived 2.2.7 VRRPv2 AH: heard, and the same is sent", live },
    { "C-099 adverts without AH are dropped where it is configured [V2-N10]", without_ah },
    { "C-098 keepalived's form, unicast: the TTL is not part of the ICV", unicast_has_no_ttl },
    { "C-102 C-103 longer headers; padding is part of the ICV; multiples of 8", lengths },
    { "C-102 AH-SHA256 around version 2", version_2_sha },
    { "C-112 C-114 AH-SHA256 around versions 2 and 3 at once", dual_sha },
    { "C-044 a good AH packet cut at every length", cut_short },
    { "C-100 C-104 any byte changed is a failure, Identification too", any_byte },
    { "C-104 IP options: those that may change are not in the ICV", options },
    { "C-044 IP options before any length", options_and_length },
    { "C-106 other protocols in AH", next_header },
    { "C-041 C-042 our own AH, one while stopped, a TTL of 254: the cheap checks", from_ourselves },
    { "C-107 the replay window of 64 [K-REPLAY-64]", replay_window },
    { "C-107 replay windows of 64 and 32 [K-REPLAY-32]", replay_windows },
    { "C-108 a bad ICV moves no window", replay_bad_icv },
    { "C-109 two senders have a window each", two_senders },
    { "a sender too many: the one not heard for longest is forgotten", many_senders },
    { "without anti-replay numbers do not count", without_replay },
    { "C-105 64-bit numbers: the high half is in the ICV", esn },
    { "C-110 keepalived's form: whoever takes over goes on above what it heard", takes_over_above },
    { "C-110 keepalived's form: two masters that count in step hear each other", masters_in_step },
    { "numbers used up: silent, and no longer MASTER", numbers_end },
    { "new settings: numbers go on", new_settings },
    { "C-111 secrets are compared in constant time", constant_time },
    { "trailer: every way of being wrong has its counter", trailer_wrong },
    { "trailer: how much clocks may differ", trailer_window },
    { "trailer: monotonic asks no clock", trailer_monotonic },
    { "trailer: without one, by mode", trailer_missing },
    { "trailer: what is sent, by mode and active key", trailer_modes_sent },
    { "trailer: keys change while all run, clocks stand still and go back", trailer_rotation },
    { "trailer: the first time, also after 2038 and 2106", trailer_late_days },
    { "trailer: unknown to who has none", trailer_unknown },
    { "settings of authentication that do not fit", settings },
    { "C-103 the largest packet: 255 IPv6 addresses in AH", largest },
};

// >>judge

/* For somebody else's AH, here scapy's: "say" prints packets, "hear" reads such lines. */
static const char *const kinds[] = { "md5-4", "sha-4", "sha-6", "esn-4", "esn-6" };

static int kind_bench(const char *kind)
{
    const char *from = strchr(kind, '6') ? "fe80::a" : "192.0.2.10";

    if (strcmp(kind, "md5-4") == 0) {
        keepalived();
        key_set(0, VRRP_MD5, md5_key);
        r.desc.ah = VRRP_AH_RFC;
    } else {
        sha256(3, from);
    }
    r.desc.ah_spi = 256;
    r.desc.ah_esn = kind[0] == 'e';
    r.desc.ah_sequence = kind[0] == 'e' ? ((uint64_t)3 << 32) + 41 : 41;
    return r.desc.version;
}

static int say_all(void)
{
    size_t i, k, size;

    for (i = 0; i < COUNT(kinds); i++) {
        int version = kind_bench(kinds[i]);

        r.primary = test_ip(strchr(kinds[i], '6') ? "fe80::a" : "192.0.2.10");
        SAME(rig_open(&r), 0);
        size = speaks(version, 200);
        printf("%s ", kinds[i]);
        for (k = 0; k < size; k++)
            printf("%02x", out[k]);
        printf("\n");
    }
    return test_bad != 0;
}

static int hear_all(void)
{
    char kind[16], hex[4096];
    int  heard = 0;

    while (scanf("%15s %4095s", kind, hex) == 2) {
        size_t size = test_unhex(hex, ip, sizeof ip);

        kind_bench(kind);
        r.now = 0;
        begin();
        SAME(rig_bytes(&r, MS, test_flush(ip, size), size), 0);
        heard++;
    }
    printf("%d heard\n", heard);
    return test_bad || heard != (int)COUNT(kinds);
}

int main(int argc, char **argv)
{
    int bad;

    if (argc > 1)
        return strcmp(argv[1], "say") == 0 ? say_all() : hear_all();
    vectors_sealed();
    captured();
    bad = test_all(tests, COUNT(tests));
    vrrp_mbedtls_free(&keys[0]);
    vrrp_mbedtls_free(&keys[1]);
    return bad || test_failures;
}
