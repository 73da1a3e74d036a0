/* One instance on a test bench: it is fed by hand, its actions are kept as words. CLAIM and REFRESH
   are answered as the bench is told; the profile is the RFC's (one announcement, no repeats). */
#ifndef RIG_H
#define RIG_H

#include "test.h"

enum { CLAIM_OK, CLAIM_FAIL, CLAIM_WAIT };
enum { RIG_ACTIONS = 512 };

struct rig {
    vrrp        v;
    vrrp_desc   desc;
    vrrp_vip    vip[256];
    vrrp_ip     peer[8], primary;
    vrrp_track  track[4];
    const char *name;
    int         claim;                  /* CLAIM_* */
    uint64_t    now;
    size_t      n_actions, worst;       /* since the last look; the most that one input caused */
    vrrp_action action[RIG_ACTIONS];
    bool        dual_words;             /* SEND names its version */
};

#define MS ((uint64_t)1000000)
#define US ((uint64_t)1000)

static const char *rig_why(uint8_t why)
{
    static const char *const words[] = {
        "none", "start", "stop", "timeout", "priority", "preempt", "released", "peer_dead", "owner",
        "fault", "recovered", "claim", "lease", "yield", "group", "conflict", "stolen", "stalled",
        "spent"
    };

    return why < sizeof words / sizeof words[0] ? words[why] : "?";
}

/* 3609.375ms: exact to the nanosecond, no trailing zeros. */
static const char *rig_time(uint64_t ns)
{
    static char text[4][40];
    static int  turn;
    char       *t = text[turn = (turn + 1) % 4];
    int         n;

    if (ns == VRRP_NEVER)
        return "never";
    n = snprintf(t, sizeof text[0], "%llu.%06llu", (unsigned long long)(ns / 1000000),
                 (unsigned long long)(ns % 1000000));
    while (t[n - 1] == '0')
        t[--n] = 0;
    if (t[n - 1] == '.')
        n--;
    snprintf(t + n, sizeof text[0] - (size_t)n, "ms");
    return t;
}

static void rig_init(struct rig *r, const struct packet *like)
{
    memset(r, 0, sizeof *r);
    r->desc.version = (uint8_t)like->version;
    r->desc.family = test_family(like->from);
    r->desc.vrid = (uint8_t)like->vrid;
    r->desc.priority = 100;
    r->desc.interval = (uint64_t)like->interval * (like->version == 2 ? 1000 : 10) * MS;
    r->desc.announce_repeat = 1;
    r->desc.announce_delay = r->desc.announce_again = VRRP_NEVER;
    r->desc.lower_quiet = true;
    r->desc.addresses = r->vip;
    r->desc.n_addresses = test_vips(like->addresses, r->vip, 256);
    r->primary = test_ip(r->desc.family == VRRP_IPV6 ? "fe80::b" : "192.0.2.20");
}

static int rig_open(struct rig *r)
{
    int bad = vrrp_init(&r->v, &r->desc);

    vrrp_primary(&r->v, &r->primary);
    r->dual_words = r->desc.dual;
    return bad;
}

static void rig_keep(struct rig *r, const vrrp_action *a)
{
    if (r->n_actions < RIG_ACTIONS)
        r->action[r->n_actions++] = *a;
    else
        CHECK(!"too many actions");
}

/* Pops all there is; CLAIMs are answered once the queue is empty, as the shell does. */
static void rig_drain(struct rig *r)
{
    vrrp_action a;
    vrrp       *claims[8];
    size_t      n_claims = 0, n = 0, i;

    while (vrrp_next(&r->v, &a)) {
        rig_keep(r, &a);
        n++;
        if ((a.kind == VRRP_CLAIM || a.kind == VRRP_REFRESH) && n_claims < 8)
            claims[n_claims++] = a.v;
    }
    r->worst = n > r->worst ? n : r->worst;
    CHECK(r->v.queued == 0);
    if (r->claim == CLAIM_WAIT)
        return;
    for (i = 0; i < n_claims; i++) {
        vrrp_claimed(claims[i], r->claim == CLAIM_OK, r->now);
        rig_drain(r);
    }
}

static void rig_at(struct rig *r, uint64_t now)
{
    CHECK(now >= r->now);
    r->now = now;
}

static void rig_start(struct rig *r, uint64_t now)
{
    rig_at(r, now);
    vrrp_start(&r->v, now);
    rig_drain(r);
}

static void rig_stop(struct rig *r, uint64_t now)
{
    rig_at(r, now);
    vrrp_stop(&r->v, now);
    rig_drain(r);
}

static void rig_tick(struct rig *r, uint64_t now)
{
    rig_at(r, now);
    vrrp_tick(&r->v, now);
    rig_drain(r);
}

/* The next timer, exactly when it is due. */
static void rig_timer(struct rig *r)
{
    uint64_t at = vrrp_deadline(&r->v);

    if (CHECK(at != VRRP_NEVER))
        rig_tick(r, at);
}

/* Every timer up to and including that time, each when it is due. */
static void rig_until(struct rig *r, uint64_t now)
{
    while (vrrp_deadline(&r->v) <= now)
        rig_timer(r);
    rig_at(r, now);
}

static int rig_bytes(struct rig *r, uint64_t now, const uint8_t *ip, size_t size)
{
    vrrp_rx rx;
    int     bad;

    rig_at(r, now);
    bad = vrrp_rx_ip(&rx, ip, size);
    if (bad == 0)
        bad = vrrp_receive(&r->v, &rx, now);
    rig_drain(r);
    return bad;
}

static int rig_hear(struct rig *r, uint64_t now, const struct packet *p)
{
    static uint8_t ip[VRRP_MAX_PACKET + 512];
    size_t         size = packet_build(p, ip);

    return rig_bytes(r, now, test_flush(ip, size), size);
}

static void rig_word(const struct rig *r, const vrrp_action *a, char *text, size_t room)
{
    const char *whole = a->group ? "group " : "";

    switch (a->kind) {
    case VRRP_SEND:
        if (r->dual_words)
            snprintf(text, room, "SEND v%u prio=%u", a->version, a->priority);
        else
            snprintf(text, room, "SEND prio=%u", a->priority);
        break;
    case VRRP_CLAIM:   snprintf(text, room, "CLAIM"); break;
    case VRRP_RELEASE: snprintf(text, room, "RELEASE"); break;
    case VRRP_REFRESH: snprintf(text, room, "REFRESH"); break;
    case VRRP_ANNOUNCE:
        whole = a->extra ? " extra" : "";
        if (a->first == 0 && a->n == a->v->d.n_addresses && !a->v->d.announce_gap && !a->v->d.pace)
            snprintf(text, room, "ANNOUNCE x%u%s", a->repeat, whole);
        else
            snprintf(text, room, "ANNOUNCE %u+%u x%u%s", a->first, a->n, a->repeat, whole);
        break;
    case VRRP_ASK:
        snprintf(text, room, "ASK %s until t=%s", a->ask == VRRP_ASK_FENCE ? "FENCE" : "PROBE",
                 rig_time(a->deadline));
        break;
    case VRRP_NOTIFY:
        if (a->from == a->to)
            snprintf(text, room, "NOTIFY %s%s", whole, rig_why(a->why));
        else
            snprintf(text, room, "NOTIFY %s%s %s %s", whole, vrrp_state_str(a->from),
                     vrrp_state_str(a->to), rig_why(a->why));
        break;
    default: snprintf(text, room, "?"); break;
    }
}

/* What was said since the last look, "; " between. */
static const char *rig_said(struct rig *r)
{
    static char text[RIG_ACTIONS * 40];
    size_t      at = 0, i;

    text[0] = 0;
    for (i = 0; i < r->n_actions; i++) {
        char word[80];

        rig_word(r, &r->action[i], word, sizeof word);
        at += (size_t)snprintf(text + at, sizeof text - at, "%s%s", at ? "; " : "", word);
    }
    r->n_actions = 0;
    return text;
}

/* Only what went on the wire, in the words of the published scripts. */
static const char *rig_sent(struct rig *r)
{
    static char text[16384];
    size_t      at = 0, i, j;

    text[0] = 0;
    for (i = 0; i < r->n_actions; i++) {
        const vrrp_action *a = &r->action[i];
        bool               six = a->v->d.family == VRRP_IPV6;

        if (a->kind == VRRP_SEND)
            at += (size_t)snprintf(text + at, sizeof text - at, "%sadvert prio %u", at ? ", " : "",
                                   a->priority);
        for (j = 0; a->kind == VRRP_ANNOUNCE && j < (size_t)a->n * a->repeat; j++) {
            char word[64];

            inet_ntop(six ? AF_INET6 : AF_INET,
                      a->v->d.addresses[a->first + j % a->n].address.byte, word, sizeof word);
            at += (size_t)snprintf(text + at, sizeof text - at, "%s%s %s", at ? ", " : "",
                                   six ? "na" : "garp", word);
        }
    }
    r->n_actions = 0;
    return text;
}

static void rig_hush(struct rig *r)
{
    r->n_actions = 0;
}

// >>counters

struct counter {
    const char *name;
    size_t      at;
    int         code;                   /* the drop that moves it; 0: counts other things */
};

#define COUNTER(field, code) { #field, offsetof(vrrp_stats, field), code }

static const struct counter counters[] = {
    COUNTER(packet_length_errors, VRRP_E_LENGTH), COUNTER(ip_ttl_errors, VRRP_E_TTL),
    COUNTER(version_errors, VRRP_E_VERSION), COUNTER(invalid_type_pkts_rcvd, VRRP_E_TYPE),
    COUNTER(checksum_errors, VRRP_E_CHECKSUM), COUNTER(vrid_errors, VRRP_E_VRID),
    COUNTER(invalid_auth_type, VRRP_E_AUTH_TYPE),
    COUNTER(auth_type_mismatch, VRRP_E_AUTH_MISMATCH), COUNTER(auth_failures, VRRP_E_AUTH),
    COUNTER(address_list_errors, VRRP_E_LIST), COUNTER(interval_errors, VRRP_E_INTERVAL),
    COUNTER(owner_conflict, VRRP_E_OWNER), COUNTER(own_adverts, VRRP_E_OWN),
    COUNTER(ignored_adverts, VRRP_E_STATE), COUNTER(destination_errors, VRRP_E_DESTINATION),
    COUNTER(shadowed_adverts, VRRP_E_SHADOW), COUNTER(unknown_peers, VRRP_E_PEER),
    COUNTER(auth_missing, VRRP_E_AUTH_MISSING), COUNTER(auth_malformed, VRRP_E_AUTH_MALFORMED),
    COUNTER(auth_unknown_key, VRRP_E_AUTH_KEY), COUNTER(auth_invalid_hmac, VRRP_E_AUTH_HMAC),
    COUNTER(auth_stale, VRRP_E_AUTH_STALE), COUNTER(auth_replay, VRRP_E_AUTH_REPLAY),
    COUNTER(advertisement_rcvd, 0),
    COUNTER(priority_zero_pkts_rcvd, 0)
};
enum { N_COUNTERS = sizeof counters / sizeof counters[0] };

static uint64_t counter_of(const vrrp_stats *s, const struct counter *c)
{
    uint64_t value;

    memcpy(&value, (const char *)s + c->at, sizeof value);
    return value;
}

static const struct counter *counter_named(const char *name)
{
    size_t i;

    for (i = 0; i < N_COUNTERS; i++)
        if (strcmp(counters[i].name, name) == 0)
            return &counters[i];
    return NULL;
}

/* Exactly these (blank-separated names) moved by one between the two; the others did not. */
static void counters_moved(const vrrp_stats *before, const vrrp_stats *after, const char *names)
{
    size_t i;

    for (i = 0; i < N_COUNTERS; i++) {
        const char *at = strstr(names, counters[i].name);
        size_t      length = strlen(counters[i].name);
        bool        named = at && (at[length] == 0 || at[length] == ' ');
        uint64_t    moved = counter_of(after, &counters[i]) - counter_of(before, &counters[i]);

        if (moved != (uint64_t)named) {
            test_bad++;
            printf("    %s: %s moved by %llu\n", test_name, counters[i].name,
                   (unsigned long long)moved);
        }
    }
}

/* Hears a packet that must be dropped with that code, moving its counter alone. */
static void rig_drops(struct rig *r, uint64_t now, const struct packet *p, int code)
{
    vrrp_stats  before = r->v.stats;
    const char *name = "";
    size_t      i;

    SAME(rig_hear(r, now, p), code);
    for (i = 0; i < N_COUNTERS; i++)
        if (counters[i].code == code)
            name = counters[i].name;
    counters_moved(&before, &r->v.stats, name);
    TEXT(rig_said(r), "");
}

/* Hears a packet that must be accepted; more: what it counts besides advertisement_rcvd. */
static void rig_takes(struct rig *r, uint64_t now, const struct packet *p, const char *more)
{
    vrrp_stats before = r->v.stats;
    char       names[256];

    SAME(rig_hear(r, now, p), 0);
    snprintf(names, sizeof names, "advertisement_rcvd %s", more);
    counters_moved(&before, &r->v.stats, names);
}

#endif
