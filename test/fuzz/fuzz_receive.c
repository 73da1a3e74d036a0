/* Whatever arrives: accepted or dropped for one known reason, exactly one counter moves, nothing is
   read behind the packet, nothing is said that the machine does not mean.
   fuzz-runs: 1000000

   Byte 0: version, family, PASS, unicast, list check; byte 1: priority, owner_drops, checksum,
   state; byte 2: how many addresses, whether the IP length and which checksum is put right before
   the packet is handed over; byte 3: intervals and small options. The rest is the packet. */
#define VRRP_IMPLEMENTATION
#define VRRP_STATIC
#define VRRP_NO_LINUX
#include "../../vrrp.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(truth) ((truth) ? (void)0 : abort())
#define SECOND_OF(s) ((s) * VRRP_SECOND)

static vrrp_vip vips[8];
static vrrp_ip  peer;
static vrrp_ttl ttl = { 200, 254 };

static void choose(vrrp_desc *d, const uint8_t *b)
{
    static const uint8_t priorities[] = { 100, 255, 1, 254 };
    size_t               i;

    memset(d, 0, sizeof *d);
    memset(vips, 0, sizeof vips);
    d->version = b[0] & 1 ? 2 : 3;
    d->dual = !(b[0] & 1) && b[0] & 2;
    d->family = b[0] & 4 && !(b[0] & 3) ? VRRP_IPV6 : VRRP_IPV4;
    d->auth = b[0] & 8 && (d->version == 2 || d->dual) ? VRRP_AUTH_PASS : VRRP_AUTH_NONE;
    memcpy(d->auth_pass, "s3cret", 6);
    d->n_peers = b[0] >> 4 & 1;
    d->peers = &peer;
    d->list_check = b[0] >> 5 & 3;
    d->priority = priorities[b[1] & 3];
    d->owner_drops = b[1] >> 2 & 1;
    d->checksum_accept = (b[1] >> 3 & 3) % 3;
    d->vrid = d->version == 2 ? 1 : 51;
    d->interval = SECOND_OF(b[3] & 1 ? 5 : 1);
    d->no_preempt = b[3] >> 1 & 1;
    d->preempt_delay = b[3] & 4 ? SECOND_OF(9) : 0;
    d->min_ttl = b[3] & 8 ? 250 : 0;
    d->peer_ttl = b[3] & 64 ? &ttl : NULL;
    d->check_peers = b[3] >> 7;
    d->list_once = b[2] >> 7;
    d->global_first = b[3] >> 4 & 1;
    d->no_answer = b[3] >> 5 & 1;
    d->addresses = vips;
    d->n_addresses = b[2] & 7;
    for (i = 0; i < d->n_addresses; i++) {
        static const uint8_t ll[] = { 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0x33 };

        memcpy(vips[i].address.byte, d->family == VRRP_IPV6 ? ll : (const uint8_t *)"\xc0\0\2\1",
               d->family == VRRP_IPV6 ? 16 : 4);
        vips[i].address.byte[d->family == VRRP_IPV6 ? 15 : 3] += (uint8_t)i;
    }
}

/* A packet cut short has a length that says so, or it would not come this far. */
static void put_length(uint8_t *packet, size_t size)
{
    if (size >= 20 && packet[0] >> 4 == 4)
        vrrp__put16(packet + 2, (unsigned)size);
    else if (size >= 40 && packet[0] >> 4 == 6)
        vrrp__put16(packet + 4, (unsigned)(size - 40));
}

/* The checksum is the one thing chance does not find. */
static void put_right(vrrp_rx *rx, uint8_t *message, unsigned form)
{
    size_t   size = rx->size;
    uint32_t sum = 0;

    if (size < 8 || form == 0)
        return;
    if (vrrp__message_size(message[0] >> 4, rx->family, message[3]) < size)
        size = vrrp__message_size(message[0] >> 4, rx->family, message[3]);
    if (form == 1 && message[0] >> 4 == 3)
        sum = vrrp__pseudo(&rx->from, &rx->to, rx->family, VRRP_PROTOCOL, size);
    vrrp__put16(message + 6, 0);
    vrrp__put16(message + 6, vrrp__fold(vrrp__sum(sum, message, size)));
}

static uint64_t drops(const vrrp_stats *s)
{
    return s->packet_length_errors + s->ip_ttl_errors + s->version_errors +
           s->invalid_type_pkts_rcvd + s->checksum_errors + s->vrid_errors + s->invalid_auth_type +
           s->auth_type_mismatch + s->auth_failures + s->own_adverts + s->ignored_adverts +
           s->destination_errors + s->shadowed_adverts + s->unknown_peers;
}

static uint64_t warnings(const vrrp_stats *s)
{
    return s->address_list_errors + s->interval_errors + s->owner_conflict;
}

static void judge(const vrrp_stats *before, const vrrp_stats *after, int code)
{
    uint64_t dropped = drops(after) - drops(before), warned = warnings(after) - warnings(before);

    MUST(code == 0 || (code <= VRRP_E_LENGTH && code >= VRRP_E_PEER));
    MUST(after->advertisement_rcvd - before->advertisement_rcvd == (code == 0));
    MUST(after->priority_zero_pkts_rcvd - before->priority_zero_pkts_rcvd <= (code == 0));
    if (code) {
        bool also_warns = code == VRRP_E_LIST || code == VRRP_E_INTERVAL || code == VRRP_E_OWNER;

        MUST(dropped == !also_warns && warned == also_warns);
    } else {
        MUST(dropped == 0 && warned <= 3);
    }
}

/* What we say in reply is a packet that we would understand. */
static void drain(vrrp *v, uint64_t now)
{
    static uint8_t out[VRRP_MAX_PACKET];
    vrrp_action    a;
    vrrp_advert    advert;
    vrrp_rx        rx;
    int            n;

    while (vrrp_next(v, &a)) {
        if (a.kind == VRRP_CLAIM)
            vrrp_claimed(v, true, now);
        if (a.kind != VRRP_SEND)
            continue;
        n = vrrp_packet(v, &a, NULL, out, sizeof out);
        MUST(n > 0 && vrrp_rx_ip(&rx, out, (size_t)n) == 0 && vrrp_decode(&rx, &advert) == 0);
        MUST(advert.priority == a.priority && advert.version == a.version);
    }
}

static void set_scene(vrrp *v, unsigned state, uint64_t *now)
{
    *now = SECOND_OF(1);
    if (state == 0)
        return;
    vrrp_start(v, *now);
    drain(v, *now);
    if (state == 1)
        return;
    if (vrrp_deadline(v) != VRRP_NEVER && v->state == VRRP_BACKUP)
        *now = vrrp_deadline(v);
    vrrp_tick(v, *now);
    drain(v, *now);
    if (state == 3)
        vrrp_block(v, VRRP_FAULT_LINK, true, *now);
    drain(v, *now);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    vrrp       v;
    vrrp_desc  d;
    vrrp_ip    primary;
    vrrp_rx    rx;
    vrrp_stats before;
    uint8_t   *packet;
    uint64_t   now;
    int        code;

    if (size < 5)
        return 0;
    choose(&d, data);
    memset(&primary, 0, sizeof primary);
    memcpy(primary.byte, d.family == VRRP_IPV6 ? "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x0b" :
           "\xc0\0\2\x14", d.family == VRRP_IPV6 ? 16 : 4);
    MUST(vrrp_init(&v, &d) == 0);
    vrrp_primary(&v, &primary);
    set_scene(&v, data[1] >> 5 & 3, &now);
    packet = malloc(size - 4);          /* so that the sanitizer sees its end */
    MUST(packet != NULL);
    memcpy(packet, data + 4, size - 4);
    if (data[2] & 32)
        put_length(packet, size - 4);
    code = vrrp_rx_ip(&rx, packet, size - 4);
    MUST(code == 0 || code == VRRP_E_LENGTH);
    if (code == 0) {
        put_right(&rx, packet + (rx.message - packet), (data[2] >> 3 & 3) % 3);
        before = v.stats;
        code = vrrp_receive(&v, &rx, now);
        judge(&before, &v.stats, code);
        drain(&v, now);
    }
    free(packet);
    return 0;
}
