/* Packets in AH and with an HMAC trailer, good, bad and in between: one counter moves, nothing is
   read behind the packet, what is not authentic changes nothing, no number counts twice, and what
   one node says another one with the same settings understands.
   fuzz-runs: 80000

   Byte 0: family, kind of authentication, form; byte 1: ESN, anti-replay, unicast, mode, clock.
   Then packets: a byte for where it starts from (raw bytes, or an advert of a peer) and what is put
   right again, a length, and bytes: the packet, or pairs of place and change. */
#define VRRP_IMPLEMENTATION
#define VRRP_STATIC
#define VRRP_NO_LINUX
#include "../../vrrp.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(truth) ((truth) ? (void)0 : abort())

enum { SENDERS = 2, NUMBERS = 64 };

struct bench {
    vrrp         v, peer;
    vrrp_desc    d;
    vrrp_vip     vip;
    vrrp_key     keys[2];
    vrrp_sender  senders[SENDERS];
    vrrp_trailer trailer;
    vrrp_ip      us, them;
    uint64_t     now, wall;
    uint64_t     heard[NUMBERS];        /* numbers that were accepted from the peer */
    unsigned     n_heard;
};

/* A sum is an HMAC that chance finds. */
static void toy(const vrrp_key *key, const uint8_t *input, size_t size, uint8_t out[32])
{
    uint8_t sum = key->id, other = 7;
    size_t  i;

    for (i = 0; i < size; i++) {
        sum = (uint8_t)(sum + input[i]);
        other ^= input[i];
    }
    for (i = 0; i < 32; i++)
        out[i] = i & 1 ? sum : other;
}

static void choose(struct bench *b, const uint8_t *x)
{
    vrrp_desc *d = &b->d;
    bool       six = x[0] & 1;

    memcpy(b->vip.address.byte, six ? "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\1\0\x33" : "\xc0\0\2\1",
           six ? 16 : 4);
    memcpy(b->us.byte, six ? "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x0b" : "\xc0\0\2\x14",
           six ? 16 : 4);
    b->them = b->us;
    b->them.byte[six ? 15 : 3]++;
    d->family = six ? VRRP_IPV6 : VRRP_IPV4;
    d->version = !six && x[0] & 2 ? 2 : 3;
    d->vrid = 51;
    d->addresses = &b->vip;
    d->n_addresses = 1;
    d->hmac = toy;
    d->keys = b->keys;
    d->n_keys = 2;
    d->senders = b->senders;
    d->n_senders = SENDERS;
    d->auth = d->version == 2 && x[0] & 4 ? VRRP_AUTH_AH : VRRP_AUTH_AH_SHA256;
    d->ah = x[0] >> 3 & 1;
    b->keys[0].id = 1, b->keys[1].id = 2;
    b->keys[0].algorithm = b->keys[1].algorithm = d->auth == VRRP_AUTH_AH ? VRRP_MD5 : VRRP_SHA256;
    if (x[0] & 16) {
        d->auth = VRRP_AUTH_NONE;
        b->keys[0].algorithm = b->keys[1].algorithm = VRRP_SHA256;
        d->trailer = &b->trailer;
        b->trailer.active = 1 + (x[0] >> 5 & 1);
        b->trailer.mode = (x[1] >> 3 & 3) % 3;
        b->trailer.monotonic = x[1] >> 5 & 1;
    }
    d->ah_esn = x[1] & 1;
    d->ah_no_replay = x[1] >> 1 & 1;
    d->n_peers = x[1] >> 2 & 1;
    d->peers = &b->them;
    d->ah_sequence = x[1] & 64 ? 0xfffffff0 : 0;
    b->wall = x[1] & 128 ? (uint64_t)0xffffffff * VRRP_SECOND : 1795247702 * VRRP_SECOND;
}

/* An advert of the peer, or raw bytes. */
static size_t start(struct bench *b, uint8_t how, const uint8_t *bytes, size_t n, uint8_t *packet)
{
    vrrp_action send;
    size_t      i;
    int         size;

    if (how & 1) {
        memcpy(packet, bytes, n);
        return n;
    }
    memset(&send, 0, sizeof send);
    send.kind = VRRP_SEND;
    send.version = b->d.version;
    send.priority = 150;
    size = vrrp_packet(&b->peer, &send, b->d.n_peers ? &b->us : NULL, packet, VRRP_MAX_PACKET);
    if (size < 0)
        return 0;
    for (i = 0; i + 1 < n; i += 2)
        packet[bytes[i] % size] ^= bytes[i + 1];
    return (size_t)size;
}

static void put_right(struct bench *b, uint8_t how, uint8_t *p, size_t size)
{
    uint8_t icv[32];
    vrrp_rx rx;

    if (how & 2 && size >= 20 && p[0] >> 4 == 4)
        vrrp__put16(p + 2, (unsigned)size);
    if (how & 2 && size >= 40 && p[0] >> 4 == 6)
        vrrp__put16(p + 4, (unsigned)(size - 40));
    if (!(how & 4) || vrrp_rx_ip(&rx, p, size) || rx.family != b->d.family)
        return;
    if (b->d.trailer && rx.size >= 8 + VRRP__TRAILER) {
        size_t message = vrrp__message_size(rx.message[0] >> 4, rx.family, rx.message[3]);

        if (rx.size == message + VRRP__TRAILER && vrrp__key_of(&b->v, rx.message[message + 1])) {
            vrrp__trailer_hmac(&b->v, vrrp__key_of(&b->v, rx.message[message + 1]), &rx.from,
                               rx.message, message, icv);
            memcpy(p + size - VRRP__TRAILER_ICV, icv, VRRP__TRAILER_ICV);
        }
    } else if (vrrp__in_ah(&b->v) && rx.size >= VRRP__AH_FIXED + vrrp__icv_size(&b->v)) {
        uint64_t number = vrrp__whole_number(&b->v, vrrp__sender(&b->v, &rx.from, b->v.d.ah_spi),
                                             vrrp__get32(rx.message + 8));

        if (vrrp__icv(&b->v, &rx, (uint32_t)(number >> 32), icv))
            memcpy(p + (rx.message - p) + VRRP__AH_FIXED, icv, vrrp__icv_size(&b->v));
    }
}

static uint64_t moved(const vrrp_stats *before, const vrrp_stats *after)
{
    const uint64_t *was = (const uint64_t *)before, *is = (const uint64_t *)after;
    uint64_t        n = 0;
    size_t          i;

    for (i = 0; i < offsetof(vrrp_stats, conflicts) / 8; i++)
        if (i != offsetof(vrrp_stats, advertisement_sent) / 8 &&
            i != offsetof(vrrp_stats, priority_zero_pkts_sent) / 8)
            n += is[i] - was[i];
    return n;
}

/* No number of one sender twice, as long as he was not forgotten for others. */
static void number_once(struct bench *b, const vrrp_rx *rx)
{
    bool     tail = b->d.trailer != NULL;
    uint64_t number = b->v.sequence;
    unsigned i;

    if (!vrrp__same(&rx->from, &b->them) || (!tail && b->d.ah_no_replay &&
        !vrrp__counts_as_one(&b->v)) || (tail && b->trailer.mode))
        return;
    if (tail)
        number = (uint64_t)vrrp__get32(rx->message + rx->size - 24) << 32 |
                 vrrp__get32(rx->message + rx->size - 20);
    else if (!vrrp__counts_as_one(&b->v))
        number = vrrp__whole_number(&b->v, vrrp__sender(&b->v, &rx->from, b->v.d.ah_spi),
                                    vrrp__get32(rx->message + 8));
    for (i = 0; i < b->n_heard; i++)
        MUST(b->heard[i] != number);
    if (b->n_heard < NUMBERS)
        b->heard[b->n_heard++] = number;
}

static void drain(struct bench *b)
{
    vrrp_action a;

    while (vrrp_next(&b->v, &a))
        if (a.kind == VRRP_CLAIM)
            vrrp_claimed(&b->v, true, b->now);
}

static void hear(struct bench *b, const uint8_t *packet, size_t size)
{
    vrrp_sender before[SENDERS];
    vrrp_stats  stats = b->v.stats;
    uint64_t    sequence = b->v.sequence;
    vrrp_rx     rx;
    int         code = vrrp_rx_ip(&rx, packet, size);

    if (code)
        return;
    memcpy(before, b->senders, sizeof before);
    if (!vrrp__counts_as_one(&b->v) &&
        !vrrp__sender(&b->v, &b->them, b->d.trailer ? 0 : b->v.d.ah_spi))
        b->n_heard = 0;
    if (rx.family == VRRP_IPV6)
        rx.header = NULL;               /* as sockets have it */
    vrrp_wall(&b->v, b->wall + b->now, b->now);
    code = vrrp_receive(&b->v, &rx, b->now);
    MUST(code == 0 || (code <= VRRP_E_LENGTH && code >= VRRP_E_AUTH_REPLAY));
    if (code)
        MUST(moved(&stats, &b->v.stats) == 1);
    MUST(b->v.stats.advertisement_rcvd - stats.advertisement_rcvd == (code == 0));
    if (code == VRRP_E_AUTH || code <= VRRP_E_AUTH_MISSING || code == VRRP_E_OWN)
        MUST(b->v.sequence == sequence && !memcmp(before, b->senders, sizeof before));
    if (code == 0)
        number_once(b, &rx);
    drain(b);
}

/* What we say the peer understands. */
static void speak(struct bench *b)
{
    static uint8_t out[VRRP_MAX_PACKET];
    vrrp_action    send;
    vrrp_rx        rx;
    vrrp_sender    theirs[SENDERS];
    int            n, code;

    memset(&send, 0, sizeof send);
    send.kind = VRRP_SEND;
    send.version = b->d.version;
    send.priority = 1;
    n = vrrp_packet(&b->v, &send, b->d.n_peers ? &b->them : NULL, out, sizeof out);
    MUST(n > 0 || (n == VRRP_E_AUTH_REPLAY && vrrp__spent(&b->v)));
    if (n < 0)
        return;
    MUST(vrrp_rx_ip(&rx, out, (size_t)n) == 0);
    memset(theirs, 0, sizeof theirs);
    b->peer.d.senders = theirs;
    vrrp_wall(&b->peer, b->wall + b->now, b->now);
    code = vrrp_receive(&b->peer, &rx, b->now);
    MUST(code == 0 || (code == VRRP_E_AUTH_REPLAY && vrrp__counts_as_one(&b->v)) ||
         code == VRRP_E_AUTH_STALE || (code == VRRP_E_AUTH && b->d.ah_esn) ||
         (code == VRRP_E_AUTH_MISSING && b->trailer.mode == VRRP_HMAC_RECEIVE_ONLY));
    while (vrrp_next(&b->peer, &send))
        ;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct bench b;
    const uint8_t      *end = data + size;

    if (size < 4)
        return 0;
    memset(&b, 0, sizeof b);
    choose(&b, data);
    MUST(vrrp_init(&b.v, &b.d) == 0 && vrrp_init(&b.peer, &b.d) == 0);
    vrrp_primary(&b.v, &b.us);
    vrrp_primary(&b.peer, &b.them);
    vrrp_start(&b.v, 0);
    vrrp_start(&b.peer, 0);
    drain(&b);
    for (data += 2; data + 2 <= end;) {
        uint8_t how = data[0], *packet = malloc(VRRP_MAX_PACKET), *exact;
        size_t  n = data[1], built;

        data += 2;
        n = (size_t)(end - data) < n ? (size_t)(end - data) : n;
        b.now += (uint64_t)(how >> 4) * VRRP_SECOND / 8;
        if (how & 8)
            vrrp_wall(&b.peer, b.wall + b.now, b.now);
        built = start(&b, how, data, n, packet);
        put_right(&b, how, packet, built);
        exact = malloc(built ? built : 1);      /* so that the sanitizer sees its end */
        memcpy(exact, packet, built);
        hear(&b, exact, built);
        speak(&b);
        free(exact);
        free(packet);
        data += n;
    }
    return 0;
}
