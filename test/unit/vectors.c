/* The published vectors (vectors.json): packets, known answers, state machine scripts. */
#include "rig.h"

struct router {
    int         version, family, vrid, priority, interval_cs, auth, no_preempt;
    const char *primary, *vips, *password;
};

struct vector {
    const char   *id, *what;
    int           accept;
    const char   *stat, *ip, *frame;
    struct router at;
};

struct step {
    const char *event;
    long long   t_us;
    const char *state, *sent;
    long long   adver_us, down_us, skew_us, learned_cs;
};

struct script {
    const char        *id, *what;
    struct router      router;
    const struct step *steps;
    size_t             n;
};

struct checksum { const char *id, *input; unsigned sum; };
struct vmac { int vrid; const char *v4, *v6; };
struct timing { int priority, interval_cs; long long skew_us, down_us, skew_ns, down_ns; };
struct tie { const char *sender, *local; int cmp; };
struct live { const char *what, *from, *bytes; };

#include "vectors.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* What needs AH: auth.c has the verdict of an instance with it, here stand those without. */
static const char *const needs_ah[] = {
    "V2-07", "V2-08", "V2-09", "V2-N09", "AH-01", "AH-03", "AH-06", "AH-N02", "AH-N04"
};

/* Which lines of the conformance list a vector proves (vectors.json does not carry them). */
static const char *const proves[][2] = {
    { "V2-01", "C-079 C-080 C-019" }, { "V2-02", "C-079 C-081" }, { "V2-04", "C-049" },
    { "V2-05", "C-080 C-091" }, { "V2-06", "C-091" }, { "V2-10", "C-080" }, { "V2-11", "C-088" },
    { "V2-13", "C-038" }, { "V2-N01", "C-082" }, { "V2-N02", "C-082" }, { "V2-N03", "C-093" },
    { "V2-N04", "C-094" }, { "V2-N05", "C-092" }, { "V2-N07", "C-082" }, { "V2-N08", "C-082" },
    { "V2-N10", "C-094" }, { "V2-N13", "C-082" }, { "V2-N14", "C-082" },
    { "V3-01", "C-001 C-003 C-005 C-019 C-028" }, { "V3-02", "C-006 C-028" }, { "V3-03", "C-049" },
    { "V3-04", "C-006" }, { "V3-05", "C-046" }, { "V3-07", "C-006 C-009" },
    { "V3-09", "C-004 C-034" }, { "V3-11", "C-002" }, { "V3-13", "C-035" }, { "V3-14", "C-001" },
    { "V3-15", "C-001" }, { "V3-N01", "C-021" }, { "V3-N02", "C-021" }, { "V3-N03", "C-027" },
    { "V3-N04", "C-023" }, { "V3-N05", "C-023" }, { "V3-N06", "C-024" }, { "V3-N10", "C-025" },
    { "V3-N11", "C-029" }, { "V3-N12", "C-029" }, { "V3-N14", "C-025" },
    { "V6-01", "C-007 C-008 C-020" }, { "V6-02", "C-007" }, { "V6-04", "C-010" },
    { "V6-N01", "C-022" }, { "V6-N02", "C-027" }, { "V6-N04", "C-026" }, { "V6-N06", "C-023" },
    { "V6-N07", "C-027" }, { "S-01", "C-045 C-047" }, { "S-02", "C-046 C-061" },
    { "S-03", "C-049 C-050" }, { "S-04", "C-051" }, { "S-06", "C-053" }, { "S-07", "C-054" },
    { "S-09", "C-056" }, { "S-11", "C-059" }, { "S-12", "C-062" }, { "S-14", "C-087" }
};

static bool listed(const char *const *list, size_t n, const char *id)
{
    size_t i;

    for (i = 0; i < n; i++)
        if (strcmp(list[i], id) == 0)
            return true;
    return false;
}

static const char *lines_of(const char *id)
{
    size_t i;

    for (i = 0; i < COUNT(proves); i++)
        if (strcmp(proves[i][0], id) == 0)
            return proves[i][1];
    return "";
}

static void begin(const char *id, const char *what)
{
    const char *lines = lines_of(id);

    test_begin("%s %s%s%s%s", id, what, *lines ? " [" : "", lines, *lines ? "]" : "");
}

static void rig_router(struct rig *r, const struct router *at)
{
    struct packet like = at->version == 2 ? packet_v2(100, at->primary)
                                          : packet_v3(100, at->primary);

    like.vrid = at->vrid;
    like.interval = at->version == 2 ? at->interval_cs / 100 : at->interval_cs;
    like.addresses = at->vips;
    rig_init(r, &like);
    r->primary = test_ip(at->primary);
    r->desc.priority = (uint8_t)at->priority;
    r->desc.no_preempt = at->no_preempt != 0;
    r->desc.auth = (uint8_t)at->auth;
    if (at->password)
        memcpy(r->desc.auth_pass, at->password, strnlen(at->password, 8));
}

// >>packets

/* An advert that somebody sent is one we can send: the same fields give the same bytes. */
static void sent_again(const struct vector *t, const uint8_t *ip, size_t size, const vrrp_advert *a)
{
    static struct rig r;
    static uint8_t    out[VRRP_MAX_PACKET];
    struct router     from = t->at;
    vrrp_rx           rx;
    vrrp_action       send;
    size_t            width = from.family == 6 ? 16 : 4, i;

    if (strcmp(t->id, "V2-11") == 0)    /* garbage where type 0 has zeros: nobody should send it */
        return;
    CHECK(vrrp_rx_ip(&rx, ip, size) == 0);
    rig_router(&r, &from);
    r.primary = rx.from;
    r.desc.n_addresses = a->count;
    for (i = 0; i < a->count; i++)
        memcpy(r.vip[i].address.byte, a->addresses + i * width, width);
    r.desc.interval = a->interval;
    r.desc.vrid = a->vrid;
    r.desc.checksum_send = a->checksum;
    SAME(rig_open(&r), 0);
    memset(&send, 0, sizeof send);
    send.v = &r.v;
    send.kind = VRRP_SEND;
    send.version = a->version;
    send.priority = a->priority;
    SAME(vrrp_packet(&r.v, &send, NULL, out, sizeof out), size);
    BYTES(out, ip, size);
}

static void packet_test(const struct vector *t)
{
    static struct rig r;
    static uint8_t    frame[2048];
    size_t            n = test_unhex(t->frame, frame, sizeof frame);
    size_t            size = strlen(t->ip) / 2;
    const uint8_t    *ip = test_flush(frame + 14, n - 14);     /* with the frame's padding */
    vrrp_stats        before;
    vrrp_advert       a;
    vrrp_rx           rx;
    char              moved[128] = "";
    int               got;

    begin(t->id, t->what);
    rig_router(&r, &t->at);
    SAME(rig_open(&r), 0);
    rig_start(&r, 0);
    rig_hush(&r);
    before = r.v.stats;
    got = rig_bytes(&r, MS, ip, n - 14);
    SAME(got == 0, t->accept);
    if (t->accept)
        snprintf(moved, sizeof moved, "advertisement_rcvd ");
    if (t->stat)
        strcat(moved, t->stat);
    CHECK(!t->stat || counter_named(t->stat));
    if (!t->accept && t->stat && counter_named(t->stat))
        SAME(got, counter_named(t->stat)->code);
    counters_moved(&before, &r.v.stats, moved);
    ip = test_flush(frame + 14, size);
    if (t->accept && CHECK(vrrp_rx_ip(&rx, ip, size) == 0) && CHECK(vrrp_decode(&rx, &a) == 0))
        sent_again(t, ip, size, &a);
    test_end();
}

/* Plain protocol 112 with type AH: refused by instances without, too; and AH without a key is
   refused. */
static void ah_without_ah(const struct vector *t)
{
    static struct rig r;
    static uint8_t    ip[256];
    size_t            size = test_unhex(t->ip, ip, sizeof ip);
    int               type;

    begin(t->id, "plain protocol 112 with auth type 2: dropped by type none and PASS");
    rig_router(&r, &t->at);
    SAME(rig_open(&r), VRRP_E_DESC_AUTH);
    memcpy(r.desc.auth_pass, "secret", 6);
    for (type = VRRP_AUTH_NONE; type <= VRRP_AUTH_PASS; type++) {
        vrrp_stats before;

        r.desc.auth = (uint8_t)type;
        SAME(rig_open(&r), 0);
        r.now = 0;
        rig_start(&r, 0);
        before = r.v.stats;
        SAME(rig_bytes(&r, MS, test_flush(ip, size), size), VRRP_E_AUTH_MISMATCH);
        counters_moved(&before, &r.v.stats, "auth_type_mismatch");
    }
    test_end();
}

/* What an instance without AH meets when such a packet is handed to it anyway. */
static void ah_is_strange(const struct vector *t)
{
    static struct rig r;
    static uint8_t    ip[256];
    size_t            size = test_unhex(t->ip, ip, sizeof ip), i;
    struct router     at = { 3, ip[0] >> 4, 51, 100, 100, 0, 0, NULL, NULL, NULL };
    vrrp_stats        before;
    uint64_t          moved = 0;
    int               got;

    test_begin("%s at an instance without AH: dropped, one counter", t->id);
    at.version = strncmp(t->id, "V2", 2) ? 3 : 2;
    at.vrid = at.version == 2 ? 1 : 51;
    at.primary = at.family == 6 ? "fe80::b" : "192.0.2.20";
    at.vips = at.family == 6 ? "fe80::1:33 2001:db8::1" : "192.0.2.1";
    rig_router(&r, &at);
    SAME(rig_open(&r), 0);
    rig_start(&r, 0);
    before = r.v.stats;
    got = rig_bytes(&r, MS, test_flush(ip, size), size);
    CHECK(got <= VRRP_E_LENGTH && got >= VRRP_E_SHADOW);
    for (i = 0; i < N_COUNTERS; i++)
        moved += counter_of(&r.v.stats, &counters[i]) - counter_of(&before, &counters[i]);
    SAME(moved, 1);
    test_end();
}

static void frame_test(const struct vector *t)
{
    static const struct { const char *id; int form; } forms[] = {
        { "ARP-01", VRRP_ARP_REQUEST }, { "ARP-02", VRRP_ARP_REQUEST_VMAC },
        { "ARP-04", VRRP_ARP_REPLY }
    };
    uint8_t frame[128], out[128], mac[6];
    size_t  n = test_unhex(t->frame, frame, sizeof frame), i;
    vrrp_ip vip = test_ip("192.0.2.1"), vip6 = test_ip("2001:db8::1");

    for (i = 0; i < COUNT(forms); i++)
        if (strcmp(t->id, forms[i].id) == 0) {
            test_begin("%s %s [C-136 C-137]", t->id, t->what);
            vrrp_virtual_mac(mac, VRRP_IPV4, 51);
            SAME(vrrp_arp(test_flush(out, 42), mac, &vip, forms[i].form), n);
            BYTES(test_flush(out, 0) - 42, frame, n);
            test_end();
        }
    if (strcmp(t->id, "ND-01") == 0) {
        test_begin("%s %s [C-138]", t->id, t->what);
        vrrp_virtual_mac(mac, VRRP_IPV6, 51);
        SAME(vrrp_na(test_flush(out, 86), mac, &vip6), n);
        BYTES(test_flush(out, 0) - 86, frame, n);
        test_end();
    }
}

static void packets(void)
{
    size_t i;

    for (i = 0; i < COUNT(vectors); i++) {
        const struct vector *t = &vectors[i];

        if (listed(needs_ah, COUNT(needs_ah), t->id))
            ah_is_strange(t);
        else if (strcmp(t->id, "V2-N10") == 0)
            ah_without_ah(t);
        else if (t->id[0] == 'V')
            packet_test(t);
        else
            frame_test(t);
    }
}

// >>known answers

static void kat_checksums(void)
{
    uint8_t bytes[64];
    size_t  i, n;

    for (i = 0; i < COUNT(checksums); i++) {
        test_begin("%s [C-005]", checksums[i].id);
        n = test_unhex(checksums[i].input, bytes, sizeof bytes);
        SAME(vrrp__fold(vrrp__sum(0, test_flush(bytes, n), n)), checksums[i].sum);
        test_end();
    }
}

static void kat_vmac(void)
{
    char    text[24];
    uint8_t mac[6];
    size_t  i;
    int     family;

    test_begin("K-VMAC virtual MAC [C-013]");
    for (i = 0; i < COUNT(vmacs); i++)
        for (family = 4; family <= 6; family += 2) {
            vrrp_virtual_mac(mac, (uint8_t)family, (uint8_t)vmacs[i].vrid);
            snprintf(text, sizeof text, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
                     mac[3], mac[4], mac[5]);
            TEXT(text, family == 4 ? vmacs[i].v4 : vmacs[i].v6);
        }
    test_end();
}

static void kat_timers_v3(void)
{
    static struct rig r;
    size_t            i;

    test_begin("K-TIMERS-V3 all %zu cases, exact to the ns [C-064 C-065]", COUNT(timings_v3));
    for (i = 0; i < COUNT(timings_v3); i++) {
        const struct timing *t = &timings_v3[i];
        struct packet        like = packet_v3(100, "192.0.2.20");

        like.interval = t->interval_cs;
        rig_init(&r, &like);
        r.desc.priority = (uint8_t)t->priority;
        SAME(rig_open(&r), 0);
        SAME(vrrp_skew(&r.v) / US, t->skew_us);
        SAME(vrrp_down_interval(&r.v) / US, t->down_us);
        SAME(vrrp_skew(&r.v), t->skew_ns);
        SAME(vrrp_down_interval(&r.v), t->down_ns);
        CHECK(vrrp_skew(&r.v) > 0);
    }
    test_end();
}

static void kat_timers_v2(void)
{
    static struct rig r;
    size_t            i;

    test_begin("K-TIMERS-V2 all %zu cases [C-086]", COUNT(timings_v2));
    for (i = 0; i < COUNT(timings_v2); i++) {
        const struct timing *t = &timings_v2[i];
        struct packet        like = packet_v2(100, "192.0.2.20");

        like.interval = t->interval_cs / 100;
        rig_init(&r, &like);
        r.desc.priority = (uint8_t)t->priority;
        SAME(rig_open(&r), 0);
        SAME(vrrp_skew(&r.v) / US, t->skew_us);
        SAME(vrrp_down_interval(&r.v) / US, t->down_us);
    }
    test_end();
}

/* A MASTER of equal priority yields exactly where cmp > 0. */
static void kat_ties(void)
{
    static struct rig r;
    size_t            i;

    for (i = 0; i < COUNT(ties); i++) {
        struct packet p = packet_v3(100, ties[i].sender);

        test_begin("K-TIEBREAK %s against ours %s [C-055]", ties[i].sender, ties[i].local);
        rig_init(&r, &p);
        r.primary = test_ip(ties[i].local);
        SAME(rig_open(&r), 0);
        rig_start(&r, 0);
        rig_timer(&r);
        SAME(r.v.state, VRRP_MASTER);
        SAME(rig_hear(&r, r.now + MS, &p), ties[i].cmp ? 0 : VRRP_E_OWN);
        SAME(r.v.state, ties[i].cmp > 0 ? VRRP_BACKUP : VRRP_MASTER);
        test_end();
    }
}

/* What keepalived and FRR put on the wire, rebuilt from the fields that are in it. */
static void live_advert(const struct live *t, const uint8_t *m, size_t size)
{
    static struct rig r;
    static uint8_t    out[VRRP_MAX_PACKET];
    struct packet     like = m[0] == 0x21 ? packet_v2(m[2], t->from) : packet_v3(m[2], t->from);
    size_t            header = strchr(t->from, ':') ? 40 : 20;
    vrrp_action       send;

    like.vrid = m[1];
    rig_init(&r, &like);
    r.primary = test_ip(t->from);
    if (m[0] == 0x21 && m[4] == 1) {
        r.desc.auth = VRRP_AUTH_PASS;
        memcpy(r.desc.auth_pass, m + size - 8, 8);
    }
    r.desc.interval = (m[0] == 0x21 ? m[5] * 100u : (unsigned)(m[4] << 8 | m[5])) * 10 * MS;
    SAME(rig_open(&r), 0);
    memset(&send, 0, sizeof send);
    send.v = &r.v;
    send.kind = VRRP_SEND;
    send.version = m[0] >> 4;
    send.priority = m[2];
    SAME(vrrp_packet(&r.v, &send, NULL, out, sizeof out), header + size);
    BYTES(out + header, m, size);
}

static void live_frame(const uint8_t *m, size_t size)
{
    uint8_t frame[128];
    vrrp_ip vip = test_ip("192.0.2.1"), vip6 = test_ip("fe80::1:33");

    if (m[0] == 0) {
        vrrp_arp(frame, m + 8, &vip, VRRP_ARP_REQUEST);
        BYTES(frame + 14, m, size);
        return;
    }
    vrrp_na(frame, m + 26, &vip6);
    /* keepalived clears R where it does not forward; RFC 9568 6.4.2 wants it set, and so are we */
    SAME(frame[54 + 4], 0xa0);
    frame[54 + 4] = 0x20;
    SAME((m[2] << 8 | m[3]) % 0xffff, ((frame[56] << 8 | frame[57]) + 0x8000) % 0xffff);
    memcpy(frame + 56, m + 2, 2);
    BYTES(frame + 54, m, size);
}

static void kat_live(void)
{
    uint8_t bytes[256];
    size_t  i, n;

    for (i = 0; i < COUNT(lives); i++) {
        const struct live *t = &lives[i];

        if (strstr(t->what, "BFD") || strstr(t->what, "bfdd") || strstr(t->what, " AH"))
            continue;
        test_begin("K-LIVE %s [C-006]", t->what);
        n = test_unhex(t->bytes, bytes, sizeof bytes);
        if (bytes[0] == 0x21 || bytes[0] == 0x31)
            live_advert(t, bytes, n);
        else
            live_frame(bytes, n);
        test_end();
    }
}

// >>scripts

static void hear_words(struct rig *r, uint64_t now, const char *event)
{
    struct packet p;
    char          unit[4], from[64];
    int           priority, interval;

    if (!CHECK(sscanf(event, "advert prio %d %3s %d src %63s", &priority, unit, &interval, from) ==
               4))
        return;
    p = strcmp(unit, "s") == 0 ? packet_v2(priority, from) : packet_v3(priority, from);
    p.interval = interval;
    SAME(rig_hear(r, now, &p), 0);
}

static void step_test(struct rig *r, const struct step *s)
{
    static const char *const states[] = { "Initialize", "Backup", "Active", "Fault" };
    uint64_t                 now = (uint64_t)s->t_us * US;
    vrrp_view                view;

    rig_hush(r);
    if (strcmp(s->event, "startup") == 0)
        rig_start(r, now);
    else if (strcmp(s->event, "shutdown") == 0)
        rig_stop(r, now);
    else if (strcmp(s->event, "timer") == 0) {
        SAME(vrrp_deadline(&r->v), now);
        rig_tick(r, now);
    } else
        hear_words(r, now, s->event);
    vrrp_look(&r->v, &view);
    TEXT(states[view.state], s->state);
    if (s->sent)
        TEXT(rig_sent(r), s->sent);
    if (s->adver_us >= 0)
        SAME((view.adver_timer - now) / US, s->adver_us);
    if (s->down_us >= 0)
        SAME((view.master_down_timer - now) / US, s->down_us);
    if (s->skew_us >= 0)
        SAME(view.skew_time / US, s->skew_us);
    if (s->learned_cs >= 0)
        SAME(view.master_interval, (uint64_t)s->learned_cs * 10 * MS);
    if (view.state == VRRP_INIT)
        CHECK(vrrp_deadline(&r->v) == VRRP_NEVER);
}

static void script_tests(void)
{
    static struct rig r;
    size_t            i, j;

    for (i = 0; i < COUNT(scripts); i++) {
        begin(scripts[i].id, scripts[i].what);
        rig_router(&r, &scripts[i].router);
        SAME(rig_open(&r), 0);
        for (j = 0; j < scripts[i].n; j++)
            step_test(&r, &scripts[i].steps[j]);
        test_end();
    }
}

int main(void)
{
    packets();
    kat_checksums();
    kat_vmac();
    kat_timers_v3();
    kat_timers_v2();
    kat_ties();
    kat_live();
    script_tests();
    return test_failures ? 1 : 0;
}
