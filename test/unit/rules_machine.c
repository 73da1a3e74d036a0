/* The state machine and its timers, rule by rule (RFC 9568 6.4, RFC 3768 6.4, RFC 9568 8.4), then
   what goes beyond the RFC. Every test carries the number of its line in the conformance list. */
#include "rig.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define DOWN_100 ((uint64_t)3609375 * US)       /* Master_Down_Interval: priority 100, 1 s */

static struct rig r;

static void fresh(int version)
{
    struct packet p = version == 2 ? packet_v2(100, "192.0.2.20") : packet_v3(100, "192.0.2.20");

    rig_init(&r, &p);
}

static void started(void)
{
    SAME(rig_open(&r), 0);
    rig_start(&r, 0);
    rig_hush(&r);
}

/* MASTER by silence, at DOWN_100 with the defaults. */
static void master(void)
{
    started();
    rig_timer(&r);
    SAME(r.v.state, VRRP_MASTER);
    CHECK(r.v.claimed);
    rig_hush(&r);
}

static uint64_t left(int timer)
{
    return r.v.timer[timer] == VRRP_NEVER ? VRRP_NEVER : r.v.timer[timer] - r.now;
}

static void hear(uint64_t after, int priority, const char *from)
{
    struct packet p = r.desc.version == 2 ? packet_v2(priority, from) : packet_v3(priority, from);

    SAME(rig_hear(&r, r.now + after, &p), 0);
}

// >>rfc

static void start_backup(void)
{
    fresh(3);
    r.desc.interval = 500 * MS;
    SAME(rig_open(&r), 0);
    rig_start(&r, 0);
    TEXT(rig_said(&r), "NOTIFY INIT BACKUP start");
    SAME(left(VRRP__T_DOWN), 3 * 500 * MS + 156 * 500 * MS / 256);
    SAME(r.v.master_interval, 500 * MS);
    rig_start(&r, 0);                   /* twice is once */
    TEXT(rig_said(&r), "");
}

static void start_owner(void)
{
    fresh(3);
    r.desc.priority = 255;
    r.primary = test_ip("192.0.2.1");
    SAME(rig_open(&r), 0);
    rig_start(&r, 0);
    TEXT(rig_said(&r), "SEND prio=255; CLAIM; ANNOUNCE x1; NOTIFY INIT MASTER owner");
    SAME(left(VRRP__T_ADVERT), VRRP_SECOND);
    CHECK(r.v.timer[VRRP__T_DOWN] == VRRP_NEVER);
}

static void promotion(void)
{
    fresh(3);
    started();
    rig_timer(&r);
    SAME(r.now, DOWN_100);
    TEXT(rig_said(&r), "SEND prio=100; CLAIM; ANNOUNCE x1; NOTIFY BACKUP MASTER timeout");
    SAME(left(VRRP__T_ADVERT), VRRP_SECOND);
    CHECK(r.v.timer[VRRP__T_DOWN] == VRRP_NEVER);
}

/* S-15: the addresses, and with them the solicited-node groups, are in place before the NAs. */
static void promotion_six(void)
{
    struct packet p = packet_v3(100, "fe80::b");

    rig_init(&r, &p);
    r.claim = CLAIM_WAIT;
    started();
    rig_timer(&r);
    TEXT(rig_said(&r), "SEND prio=100; CLAIM");
    vrrp_claimed(&r.v, true, r.now);
    rig_drain(&r);
    TEXT(rig_sent(&r), "na fe80::1:33, na 2001:db8::1");
}

static void zero_in_backup(void)
{
    struct packet p = packet_v3(200, "192.0.2.10");

    fresh(3);
    started();
    p.interval = 300;
    rig_takes(&r, 500 * MS, &p, "interval_errors");
    p.priority = 0;
    p.interval = 200;                   /* not adopted */
    rig_takes(&r, 600 * MS, &p, "interval_errors priority_zero_pkts_rcvd");
    SAME(r.v.master_interval, 3000 * MS);
    SAME(left(VRRP__T_DOWN), 3000 * MS * 156 / 256);
    rig_timer(&r);
    SAME(r.v.state, VRRP_MASTER);
    SAME(r.v.why, VRRP_WHY_RELEASED);
}

static void better_in_backup(void)
{
    struct packet p = packet_v3(100, "192.0.2.10");

    fresh(3);
    started();
    for (p.priority = 100; p.priority <= 255; p.priority++) {
        p.interval = 50 + p.priority;
        SAME(rig_hear(&r, r.now + 10 * MS, &p), 0);
        SAME(r.v.master_interval, (50 + (uint64_t)p.priority) * 10 * MS);
        SAME(left(VRRP__T_DOWN), vrrp_down_interval(&r.v));
        SAME(r.v.state, VRRP_BACKUP);
    }
    TEXT(rig_said(&r), "");
}

static void worse_in_backup(void)
{
    struct packet p = packet_v3(99, "192.0.2.250");

    fresh(3);
    started();
    p.interval = 300;
    rig_takes(&r, VRRP_SECOND, &p, "interval_errors");
    SAME(r.v.timer[VRRP__T_DOWN], DOWN_100);
    SAME(r.v.master_interval, VRRP_SECOND);
    rig_timer(&r);
    SAME(r.v.state, VRRP_MASTER);
    SAME(r.v.why, VRRP_WHY_PREEMPT);
}

static void worse_without_preempt(void)         /* S-05 */
{
    struct packet p = packet_v3(1, "192.0.2.10");

    fresh(3);
    r.desc.no_preempt = true;
    started();
    p.interval = 200;
    SAME(rig_hear(&r, VRRP_SECOND, &p), 0);
    SAME(r.v.master_interval, 2000 * MS);
    SAME(left(VRRP__T_DOWN), 3 * 2000 * MS + 2000 * MS * 156 / 256);
    p.priority = 0;                     /* leaving: that is the moment to take over */
    SAME(rig_hear(&r, 2 * VRRP_SECOND, &p), 0);
    SAME(left(VRRP__T_DOWN), 2000 * MS * 156 / 256);
}

static void equal_in_backup(void)
{
    fresh(3);
    started();
    hear(VRRP_SECOND, 100, "192.0.2.2");
    SAME(left(VRRP__T_DOWN), DOWN_100);
    hear(VRRP_SECOND, 100, "192.0.2.200");
    SAME(left(VRRP__T_DOWN), DOWN_100);
}

static void better_in_master(void)
{
    struct packet p = packet_v3(101, "192.0.2.2");

    fresh(3);
    master();
    p.interval = 50;
    SAME(rig_hear(&r, r.now + 100 * MS, &p), 0);
    TEXT(rig_said(&r), "RELEASE; NOTIFY MASTER BACKUP priority");
    SAME(r.v.master_interval, 500 * MS);
    SAME(left(VRRP__T_DOWN), 1500 * MS + 500 * MS * 156 / 256);
    CHECK(r.v.timer[VRRP__T_ADVERT] == VRRP_NEVER);
}

static void tie(void)                           /* S-08 */
{
    fresh(3);
    master();
    hear(MS, 100, "192.0.2.19");
    SAME(r.v.state, VRRP_MASTER);
    hear(MS, 100, "192.0.2.21");
    SAME(r.v.state, VRRP_BACKUP);
    fresh(3);
    r.primary = test_ip("127.0.0.1");
    master();
    hear(MS, 100, "1.255.255.255");
    SAME(r.v.state, VRRP_MASTER);
    hear(MS, 100, "128.0.0.0");         /* unsigned */
    SAME(r.v.state, VRRP_BACKUP);
}

static void loser_in_master(void)
{
    fresh(3);
    master();
    hear(400 * MS, 99, "192.0.2.250");
    TEXT(rig_said(&r), "NOTIFY conflict; SEND prio=100");
    SAME(left(VRRP__T_ADVERT), 600 * MS);
    r.desc.no_answer = true;
    SAME(vrrp_update(&r.v, &r.desc, r.now), 0);
    rig_drain(&r);
    rig_hush(&r);
    hear(400 * MS, 99, "192.0.2.250");
    TEXT(rig_said(&r), "");
}

static void flood(void)
{
    struct packet p = packet_v3(1, "192.0.2.10");
    uint64_t      sent;
    unsigned      i;

    fresh(3);
    master();
    sent = r.v.stats.advertisement_sent;
    for (i = 0; i < 5000; i++) {        /* 0.5 s, ten thousand a second */
        rig_hear(&r, r.now + 100 * US, &p);
        rig_hush(&r);
    }
    SAME(r.v.stats.advertisement_sent - sent, 50);
}

static void zero_in_master(void)                /* S-10 */
{
    fresh(3);
    master();
    hear(300 * MS, 0, "192.0.2.10");
    TEXT(rig_said(&r), "SEND prio=100");
    SAME(left(VRRP__T_ADVERT), VRRP_SECOND);
    fresh(2);
    master();
    hear(300 * MS, 0, "192.0.2.10");
    TEXT(rig_said(&r), "SEND prio=100");
}

static void preempt_mode_in_master(void)
{
    fresh(3);
    r.desc.no_preempt = true;
    master();
    hear(MS, 200, "192.0.2.2");
    SAME(r.v.state, VRRP_BACKUP);
    TEXT(rig_said(&r), "RELEASE; NOTIFY MASTER BACKUP priority");
}

static void owner_preempts(void)
{
    fresh(3);
    r.desc.priority = 255;
    r.desc.no_preempt = true;
    started();
    hear(MS, 255, "192.0.2.30");        /* another owner, greater: we wait */
    SAME(r.v.state, VRRP_BACKUP);
    hear(MS, 254, "192.0.2.30");        /* it is not the owner any more: not spared */
    CHECK(left(VRRP__T_DOWN) < vrrp_down_interval(&r.v));
    rig_timer(&r);
    SAME(r.v.state, VRRP_MASTER);
}

static void shutdown_master(void)
{
    fresh(3);
    master();
    rig_stop(&r, r.now + MS);
    TEXT(rig_said(&r), "RELEASE; SEND prio=0; NOTIFY MASTER INIT stop");
    CHECK(vrrp_deadline(&r.v) == VRRP_NEVER);
    SAME(r.v.stats.priority_zero_pkts_sent, 1);
    rig_stop(&r, r.now);
    TEXT(rig_said(&r), "");
    fresh(3);
    r.desc.leave_adverts = 2;
    master();
    rig_stop(&r, r.now + MS);
    TEXT(rig_said(&r), "RELEASE; SEND prio=0; SEND prio=0; NOTIFY MASTER INIT stop");
}

static void shutdown_backup(void)
{
    fresh(3);
    started();
    rig_stop(&r, MS);
    TEXT(rig_said(&r), "NOTIFY BACKUP INIT stop");
    CHECK(vrrp_deadline(&r.v) == VRRP_NEVER);
}

static void no_drift(void)
{
    uint64_t t0, i;

    fresh(3);
    r.desc.interval = 10 * MS;
    master();
    t0 = r.now;
    for (i = 1; i <= 10000; i++) {      /* served up to 9 ms late, each time by another amount */
        rig_tick(&r, t0 + i * 10 * MS + i * 7919 % 9000000);
        rig_hush(&r);
    }
    SAME(r.v.stats.advertisement_sent, 10001);
    SAME(r.v.timer[VRRP__T_ADVERT], t0 + 10001 * 10 * MS);
}

/* After a stall of many intervals one advert goes out, not a burst. */
static void no_burst(void)
{
    fresh(3);
    master();
    rig_tick(&r, r.now + 7300 * MS);
    TEXT(rig_said(&r), "SEND prio=100");
    SAME(left(VRRP__T_ADVERT), VRRP_SECOND);
}

static void two_backups(void)
{
    static struct rig low;
    struct packet     p = packet_v3(200, "192.0.2.21");

    fresh(3);
    r.desc.priority = 200;
    started();
    low = r;
    low.desc.priority = 100;
    low.v.d.addresses = low.desc.addresses = low.vip;
    low.now = 0;
    SAME(rig_open(&low), 0);
    rig_start(&low, 0);
    CHECK(vrrp_deadline(&r.v) < vrrp_deadline(&low.v));
    rig_timer(&r);
    SAME(r.v.state, VRRP_MASTER);
    SAME(rig_hear(&low, r.now, &p), 0);
    rig_tick(&low, r.now + 3 * VRRP_SECOND);
    SAME(low.v.state, VRRP_BACKUP);
}

static void old_master_yields(void)
{
    fresh(3);
    master();
    hear(100 * MS, 200, "192.0.2.10");
    SAME(r.v.state, VRRP_BACKUP);
    SAME(r.v.stats.release_master, 1);
}

static void link_down(void)
{
    static const uint8_t reasons[] = { VRRP_FAULT_LINK, VRRP_FAULT_ADDRESS };
    size_t               i;

    for (i = 0; i < COUNT(reasons); i++) {
        fresh(3);
        master();
        vrrp_block(&r.v, reasons[i], true, r.now + MS);
        rig_drain(&r);
        TEXT(rig_said(&r), "RELEASE; NOTIFY MASTER FAULT fault");
        CHECK(vrrp_deadline(&r.v) == VRRP_NEVER);
        vrrp_block(&r.v, reasons[i], false, r.now + 2 * VRRP_SECOND);
        rig_at(&r, r.now + 2 * VRRP_SECOND);
        rig_drain(&r);
        TEXT(rig_said(&r), "NOTIFY FAULT BACKUP recovered");
        SAME(left(VRRP__T_DOWN), DOWN_100);
    }
}

static void interval_changed(void)
{
    struct packet p = packet_v3(200, "192.0.2.10");

    fresh(3);
    master();
    r.desc.interval = 2 * VRRP_SECOND;
    rig_at(&r, r.now + 300 * MS);
    SAME(vrrp_update(&r.v, &r.desc, r.now), 0);
    rig_drain(&r);
    TEXT(rig_said(&r), "SEND prio=100; CLAIM; ANNOUNCE x1");
    SAME(left(VRRP__T_ADVERT), 2 * VRRP_SECOND);
    fresh(3);
    started();
    p.interval = 300;
    SAME(rig_hear(&r, MS, &p), 0);
    r.desc.interval = 500 * MS;
    SAME(vrrp_update(&r.v, &r.desc, r.now), 0);
    SAME(r.v.master_interval, 3000 * MS);
    SAME(left(VRRP__T_DOWN), 9000 * MS + 3000 * MS * 156 / 256);
    TEXT(rig_said(&r), "");
}

// >>version 2

static void v2_skew(void)                       /* S-13 */
{
    struct packet p = packet_v2(200, "192.0.2.10");

    fresh(2);
    r.desc.interval = 5 * VRRP_SECOND;
    started();
    SAME(left(VRRP__T_DOWN), 15609375 * US);
    p.interval = 5;
    p.priority = 0;
    SAME(rig_hear(&r, VRRP_SECOND, &p), 0);
    SAME(left(VRRP__T_DOWN), 609375 * US);
}

static void v2_silent(void)
{
    fresh(2);
    master();
    hear(MS, 50, "192.0.2.250");
    TEXT(rig_said(&r), "NOTIFY conflict");
    SAME(r.v.stats.advertisement_sent, 1);
    r.desc.answer_v2 = true;            /* keepalived's habit, by option */
    SAME(vrrp_update(&r.v, &r.desc, r.now), 0);
    rig_drain(&r);
    rig_hush(&r);
    hear(MS, 50, "192.0.2.250");
    TEXT(rig_said(&r), "SEND prio=100");
}

// >>both versions at once

static void dual_sends(void)
{
    static const struct { uint64_t interval; int seconds; } cases[] = {
        { 10 * MS, 1 }, { 1000 * MS, 1 }, { 1990 * MS, 1 }, { 2000 * MS, 2 }, { 40000 * MS, 40 }
    };
    static uint8_t ip[VRRP_MAX_PACKET];
    size_t         i, j;

    for (i = 0; i < COUNT(cases); i++) {
        fresh(3);
        r.desc.dual = true;
        r.desc.interval = cases[i].interval;
        master();
        rig_timer(&r);
        SAME(r.n_actions, 2);
        for (j = 0; j < 2; j++) {
            SAME(r.action[j].version, 3 - j);
            SAME(vrrp_packet(&r.v, &r.action[j], NULL, ip, sizeof ip), j ? 40 : 32);
            SAME(ip[20], j ? 0x21 : 0x31);
        }
        SAME(ip[25], cases[i].seconds);
        rig_hush(&r);
        rig_stop(&r, r.now);
        TEXT(rig_said(&r), "RELEASE; SEND v3 prio=0; SEND v2 prio=0; NOTIFY MASTER INIT stop");
    }
}

static void dual_learns(void)
{
    struct packet p = packet_v2(200, "192.0.2.10");

    fresh(3);
    r.desc.dual = true;
    started();
    p.vrid = 51;
    p.interval = 3;
    rig_takes(&r, MS, &p, "");
    SAME(r.v.master_interval, 3 * VRRP_SECOND);
    SAME(left(VRRP__T_DOWN), 9 * VRRP_SECOND + 3 * VRRP_SECOND * 156 / 256);
}

static void dual_shadows(void)
{
    struct packet v3 = packet_v3(200, "192.0.2.10"), v2 = packet_v2(200, "192.0.2.10");
    uint64_t      deadline;

    fresh(3);
    r.desc.dual = true;
    started();
    v2.vrid = 51;
    v3.interval = 20;
    rig_takes(&r, MS, &v3, "interval_errors");
    deadline = vrrp_deadline(&r.v);
    rig_drops(&r, 2 * MS, &v2, VRRP_E_SHADOW);
    SAME(vrrp_deadline(&r.v), deadline);
    v2.addresses = "192.0.2.99";
    rig_drops(&r, 2 * MS, &v2, VRRP_E_SHADOW);
    v2.addresses = "192.0.2.1";
    v2.from = "192.0.2.11";             /* another router, which speaks v2 only */
    rig_takes(&r, 3 * MS, &v2, "");
    v2.from = "192.0.2.10";             /* the first one went back to v2 */
    rig_takes(&r, 10 * VRRP_SECOND, &v2, "");
}

// >>statistics

static void counts(void)
{
    struct packet p = packet_v3(200, "192.0.2.10");

    fresh(3);
    started();
    rig_takes(&r, MS, &p, "");
    p.priority = 0;
    rig_takes(&r, MS, &p, "priority_zero_pkts_rcvd");
    p.ttl = 1;
    rig_drops(&r, MS, &p, VRRP_E_TTL);
    SAME(r.v.stats.advertisement_rcvd, 2);
    SAME(r.v.stats.priority_zero_pkts_rcvd, 1);
    rig_until(&r, 10 * VRRP_SECOND);
    rig_stop(&r, r.now);
    SAME(r.v.stats.priority_zero_pkts_sent, 1);
    SAME(r.v.stats.advertisement_sent, 11);
}

static void reasons(void)
{
    fresh(3);
    master();
    SAME(r.v.new_master_reason, VRRP_BY_NO_RESPONSE);
    SAME(r.v.stats.master_transitions, 1);
    hear(MS, 200, "192.0.2.2");
    SAME(r.v.new_master_reason, VRRP_NOT_MASTER);
    hear(MS, 50, "192.0.2.2");
    rig_timer(&r);
    SAME(r.v.new_master_reason, VRRP_BY_PREEMPTED);
    SAME(r.v.stats.master_transitions, 2);
    fresh(3);
    r.desc.priority = 255;
    started();
    SAME(r.v.new_master_reason, VRRP_BY_PRIORITY);
    fresh(3);
    started();
    hear(MS, 200, "192.0.2.2");
    hear(MS, 0, "192.0.2.2");
    rig_timer(&r);
    SAME(r.v.new_master_reason, VRRP_BY_PRIORITY);
}

static void picture(void)
{
    vrrp_view view;

    fresh(3);
    r.desc.name = "VI_1";
    started();
    hear(MS, 200, "192.0.2.2");
    vrrp_look(&r.v, &view);
    TEXT(view.name, "VI_1");
    SAME(view.state, VRRP_BACKUP);
    SAME(view.master_priority, 200);
    SAME(view.vrid, 51);
    SAME(view.since, 0);
    BYTES(view.master.byte, test_ip("192.0.2.2").byte, 16);
    SAME(view.master_down_timer, MS + DOWN_100);
    CHECK(view.adver_timer == VRRP_NEVER && !view.holding);
    rig_timer(&r);
    vrrp_look(&r.v, &view);
    SAME(view.state, VRRP_MASTER);
    CHECK(view.holding && view.master_down_timer == VRRP_NEVER);
    SAME(view.since, MS + DOWN_100);
    BYTES(view.master.byte, r.primary.byte, 16);
}

// >>beyond the rfc

/* A timer served late by more than half an interval waits once more; the second time it counts. */
static void late_once(void)
{
    fresh(3);
    started();
    rig_tick(&r, DOWN_100 + 501 * MS);
    SAME(r.v.state, VRRP_BACKUP);
    SAME(left(VRRP__T_DOWN), DOWN_100);
    rig_tick(&r, r.now + DOWN_100 + 2 * VRRP_SECOND);
    SAME(r.v.state, VRRP_MASTER);
    fresh(3);
    started();
    rig_tick(&r, DOWN_100 + 500 * MS);  /* not late enough to matter */
    SAME(r.v.state, VRRP_MASTER);
}

static void deaf(void)
{
    fresh(3);
    started();
    rig_at(&r, 3 * VRRP_SECOND);
    vrrp_deaf(&r.v, r.now);
    SAME(left(VRRP__T_DOWN), DOWN_100);
    rig_at(&r, 4 * VRRP_SECOND);
    vrrp_deaf(&r.v, r.now);             /* once in a silence, or it would never end */
    SAME(left(VRRP__T_DOWN), DOWN_100 - VRRP_SECOND);
    hear(MS, 200, "192.0.2.2");
    rig_at(&r, 5 * VRRP_SECOND);
    vrrp_deaf(&r.v, r.now);
    SAME(left(VRRP__T_DOWN), DOWN_100);
}

static void spread(void)
{
    uint64_t last = 0, step = VRRP_SECOND / 256, skew;
    int      i;

    for (i = 31; i >= 0; i--) {         /* the highest waits least */
        fresh(3);
        r.desc.tie_spread = true;
        r.primary.byte[3] = (uint8_t)(64 + i);
        SAME(rig_open(&r), 0);
        skew = vrrp_skew(&r.v) - 156 * VRRP_SECOND / 256;
        SAME(skew, step * (uint64_t)(31 - i) / 32);
        CHECK(skew < step && (i == 31 || skew > last));
        last = skew;
    }
    fresh(3);
    r.peer[0] = test_ip("192.0.2.10"), r.peer[1] = test_ip("192.0.2.30");
    r.desc.peers = r.peer, r.desc.n_peers = 2, r.desc.tie_spread = true;
    SAME(rig_open(&r), 0);
    SAME(vrrp_skew(&r.v) - 156 * VRRP_SECOND / 256, step / 3);
}

static void claim_again_after_restart(void)
{
    fresh(3);
    r.claim = CLAIM_FAIL;
    started();
    rig_timer(&r);
    SAME(r.v.state, VRRP_FAULT);
    rig_stop(&r, r.now + MS);
    r.claim = CLAIM_OK;
    rig_start(&r, r.now + MS);
    SAME(r.v.state, VRRP_BACKUP);
    rig_until(&r, r.now + 10 * VRRP_SECOND);
    SAME(r.v.state, VRRP_MASTER);
}

/* A fault known before the start is not forgotten when the rest of the group recovers. */
static void fault_before_start(void)
{
    static vrrp_group g;
    static struct rig other;

    fresh(3);
    SAME(rig_open(&r), 0);
    other = r;
    other.desc.vrid = 52;
    SAME(rig_open(&other), 0);
    vrrp_group_init(&g, "G");
    vrrp_group_add(&g, &r.v);
    vrrp_group_add(&g, &other.v);
    vrrp_block(&other.v, VRRP_FAULT_LINK, true, 0);
    vrrp_block(&r.v, VRRP_FAULT_TRACK, true, 0);
    rig_start(&r, 0);
    SAME(r.v.state, VRRP_FAULT);
    vrrp_block(&r.v, VRRP_FAULT_TRACK, false, MS);
    vrrp_start(&other.v, MS);
    SAME(other.v.state, VRRP_FAULT);
    SAME(other.v.faults & VRRP_FAULT_LINK, VRRP_FAULT_LINK);
}

static void claim_of_new_list(void)
{
    fresh(3);
    r.claim = CLAIM_WAIT;
    started();
    rig_timer(&r);
    TEXT(rig_said(&r), "SEND prio=100; CLAIM");
    r.desc.n_addresses = test_vips("192.0.2.1 192.0.2.2", r.vip, 256);
    SAME(vrrp_update(&r.v, &r.desc, r.now), 0);
    rig_drain(&r);
    vrrp_claimed(&r.v, true, r.now);    /* that was the old list */
    rig_drain(&r);
    CHECK(strstr(rig_said(&r), "CLAIM") != NULL);
}

static void update_keeps(void)
{
    fresh(3);
    master();
    r.desc.vrid = 52;
    SAME(vrrp_update(&r.v, &r.desc, r.now), VRRP_E_DESC_CHANGED);
    r.desc.vrid = 51;
    r.desc.priority = 0;                /* the default, 100 */
    vrrp_set_priority(&r.v, 80, r.now);
    SAME(vrrp_update(&r.v, &r.desc, r.now), 0);
    SAME(r.v.priority, 80);             /* what tracking took away stays away */
    r.desc.priority = 150;
    SAME(vrrp_update(&r.v, &r.desc, r.now), 0);
    SAME(r.v.priority, 130);
    rig_drain(&r);
}

static void priority_bounds(void)
{
    fresh(3);
    started();
    vrrp_set_priority(&r.v, 0, 0);
    SAME(r.v.priority, 1);
    vrrp_set_priority(&r.v, 255, 0);
    SAME(r.v.priority, 254);
    SAME(left(VRRP__T_DOWN), 3 * VRRP_SECOND + 2 * VRRP_SECOND / 256);
    fresh(3);
    r.desc.priority = 255;
    started();
    vrrp_set_priority(&r.v, 100, 0);
    SAME(r.v.priority, 255);
}

static void no_addresses(void)
{
    struct packet p = packet_v3(200, "192.0.2.10");

    p.addresses = "";
    rig_init(&r, &p);
    started();
    rig_takes(&r, MS, &p, "");          /* both have none: they agree */
    rig_timer(&r);
    TEXT(rig_said(&r), "SEND prio=100; CLAIM; NOTIFY BACKUP MASTER timeout");
}

static void local_counters(void)
{
    fresh(3);
    master();
    vrrp_lost(&r.v, VRRP_LOST_DELETED, r.now);
    rig_drain(&r);
    vrrp_conflict(&r.v, &r.v.v3_master, r.now);
    rig_drain(&r);
    r.claim = CLAIM_FAIL;
    vrrp_lost(&r.v, VRRP_LOST_DELETED, r.now);
    rig_drain(&r);
    SAME(r.v.stats.lost_addresses, 2);
    SAME(r.v.stats.conflicts, 1);
    SAME(r.v.stats.claim_failures, 1);
    SAME(r.v.stats.release_master, 1);
}

/* Another reason neither ends nor restarts the wait for the next try to claim. */
static void second_reason(void)
{
    uint64_t retry, since;

    fresh(3);
    r.claim = CLAIM_FAIL;
    started();
    rig_timer(&r);
    retry = r.v.timer[VRRP__T_RETRY], since = r.v.since;
    rig_at(&r, r.now + 100 * MS);
    vrrp_block(&r.v, VRRP_FAULT_TRACK, true, r.now);
    SAME(r.v.timer[VRRP__T_RETRY], retry);
    SAME(r.v.since, since);
    SAME(r.v.why, VRRP_WHY_CLAIM);
    vrrp_block(&r.v, VRRP_FAULT_TRACK, false, r.now);
    SAME(r.v.state, VRRP_FAULT);
    rig_timer(&r);
    SAME(r.now, retry);
    SAME(r.v.state, VRRP_BACKUP);
}

static void notices_of_nobody(void)
{
    vrrp_ip zero = test_ip("0.0.0.0"), master_ip = test_ip("192.0.2.10");

    fresh(3);
    started();
    vrrp_peer_dead(&r.v, &zero, 0);     /* no master is known: nobody can be it */
    SAME(left(VRRP__T_DOWN), DOWN_100);
    hear(MS, 200, "192.0.2.10");
    hear(MS, 0, "192.0.2.10");
    rig_at(&r, 100 * MS);
    vrrp_peer_dead(&r.v, &master_ip, r.now);    /* it had said so itself */
    SAME(r.v.timer[VRRP__T_DOWN], 2 * MS + 609375 * US);
    SAME(r.v.dead, false);
    vrrp_block(&r.v, VRRP_FAULT_TRACK, true, r.now);
    vrrp_peer_dead(&r.v, &master_ip, r.now);
    CHECK(vrrp_deadline(&r.v) == VRRP_NEVER);
}

static void owner_by_update(void)
{
    fresh(3);
    started();
    vrrp_set_priority(&r.v, 90, 0);
    r.desc.priority = 255;
    SAME(vrrp_update(&r.v, &r.desc, 0), 0);
    SAME(r.v.priority, 255);
    r.desc.priority = 100;
    SAME(vrrp_update(&r.v, &r.desc, 0), 0);
    SAME(r.v.priority, 100);
}

static void most_of_all(void)
{
    fresh(3);
    r.desc.down_adverts = 100;
    r.desc.leave_adverts = 3;
    started();
    SAME(left(VRRP__T_DOWN), 100 * VRRP_SECOND + 609375 * US);
    rig_timer(&r);
    rig_hush(&r);
    rig_stop(&r, r.now);
    TEXT(rig_said(&r), "RELEASE; SEND prio=0; SEND prio=0; SEND prio=0; NOTIFY MASTER INIT stop");
}

/* The caller's list is read to its end and not further. */
static void list_ends(void)
{
    static uint8_t ip[256];
    struct packet  p = packet_v3(200, "192.0.2.10");
    vrrp_rx        rx;

    fresh(3);
    r.desc.addresses = (vrrp_vip *)(void *)test_flush(r.vip, sizeof r.vip[0]);
    SAME(rig_open(&r), 0);
    vrrp_start(&r.v, 0);
    rig_drain(&r);
    p.addresses = "192.0.2.99";
    SAME(vrrp_rx_ip(&rx, ip, packet_build(&p, ip)), 0);
    SAME(vrrp_receive(&r.v, &rx, MS), 0);
    SAME(r.v.stats.address_list_errors, 1);
}

/* A member that waits for its group has no question open any more. */
static void ready_is_answered(void)
{
    static vrrp_group g;
    static struct rig other;

    fresh(3);
    r.desc.ask = VRRP_ASK_PROBE;
    SAME(rig_open(&r), 0);
    other = r;
    other.v.d.vrid = 52;
    vrrp_group_init(&g, "G");
    vrrp_group_add(&g, &r.v);
    vrrp_group_add(&g, &other.v);
    rig_start(&r, 0);
    vrrp_start(&other.v, 0);
    rig_timer(&r);
    rig_hush(&r);
    vrrp_answer(&r.v, VRRP_ASK_PROBE, true, r.now);
    SAME(r.v.ready, true);
    vrrp_answer(&r.v, VRRP_ASK_PROBE, false, r.now);
    SAME(r.v.ready, true);
    rig_drain(&r);
    TEXT(rig_said(&r), "");
    vrrp_group_remove(&other.v);
    CHECK(g.members == &r.v && !r.v.group_next && !other.v.group);
    vrrp_group_remove(&other.v);        /* twice is once */
    vrrp_group_remove(&r.v);
    CHECK(!g.members);
}

/* What one member was to the others ends with it: whom they waited for, what the group is. */
static void stops_alone(void)
{
    static vrrp_group g;
    static struct rig other;

    fresh(3);
    SAME(rig_open(&r), 0);
    other = r;
    other.desc.vrid = 52;
    SAME(rig_open(&other), 0);
    vrrp_group_init(&g, "G");
    vrrp_group_add(&g, &r.v);
    vrrp_group_add(&g, &other.v);
    rig_start(&r, 0);
    vrrp_start(&other.v, 0);
    rig_timer(&r);
    SAME(r.v.ready, true);
    SAME(vrrp_deadline(&r.v), VRRP_NEVER);
    vrrp_stop(&other.v, r.now);
    rig_drain(&r);
    SAME(r.v.state, VRRP_MASTER);
    SAME(g.state, VRRP_MASTER);
    vrrp_start(&other.v, r.now);        /* and back again: all wait for it */
    rig_drain(&r);
    SAME(r.v.state, VRRP_BACKUP);
    SAME(g.state, VRRP_BACKUP);
    while (g.state != VRRP_MASTER && r.now < 60 * VRRP_SECOND) {
        r.now += MS;
        vrrp_tick(&r.v, r.now);
        vrrp_tick(&other.v, r.now);
        rig_drain(&r);
    }
    rig_hush(&r);
    vrrp_stop(&other.v, r.now);
    rig_drain(&r);
    TEXT(rig_said(&r), "RELEASE; SEND prio=0; NOTIFY MASTER INIT stop");
    SAME(g.state, VRRP_MASTER);
    vrrp_group_remove(&other.v);
    rig_stop(&r, r.now);
    SAME(g.state, VRRP_INIT);
}

// >>tracks

/* The formula in other words: what a weight adds, by where the object is. */
static int adds(int weight, bool reverse, bool up)
{
    int gain = weight > 0 && up ? weight : 0, loss = weight < 0 && !up ? weight : 0;

    return reverse ? -(gain + loss) : gain + loss;
}

static void track_formula(void)
{
    static const int16_t weights[] = { -253, -100, -1, 1, 60, 253 };
    unsigned             i, k, n = 0;

    for (i = 0; i < 6 * 6 * 16; i++) {
        int sum = 1 + (int)(i * 37 % 254);

        fresh(3);
        r.desc.priority = (uint8_t)sum;
        r.desc.tracks = r.track;
        r.desc.n_tracks = 2;
        for (k = 0; k < 2; k++) {
            vrrp_track *t = &r.track[k];

            t->weight = weights[k ? i / 16 % 6 : i / 96];
            t->up = i >> k & 1;
            t->reverse = i >> (k + 2) & 1;
            sum += adds(t->weight, t->reverse, t->up);
        }
        started();
        sum = sum < 1 ? 1 : sum > 254 ? 254 : sum;
        n += r.v.priority == sum && left(VRRP__T_DOWN) == 3 * VRRP_SECOND +
             (256 - (unsigned)sum) * VRRP_SECOND / 256 && r.v.base == r.desc.priority;
    }
    SAME(n, i);
}

/* A block by hand and the tracks are two things with one name. */
static void track_and_block(void)
{
    vrrp_view view;

    fresh(3);
    r.desc.tracks = r.track;
    r.desc.n_tracks = 1;
    r.track[0].up = true;
    r.track[0].weight = -30;
    started();
    vrrp_block(&r.v, VRRP_FAULT_TRACK, true, 0);
    r.track[0].up = false;
    vrrp_tracked(&r.v, 0);
    SAME(r.v.state, VRRP_FAULT);
    vrrp_block(&r.v, VRRP_FAULT_TRACK, false, 0);
    SAME(r.v.state, VRRP_BACKUP);
    vrrp_look(&r.v, &view);
    SAME(view.priority, 70);
    SAME(view.base_priority, 100);
    r.track[0].weight = 0;
    vrrp_tracked(&r.v, 0);
    vrrp_block(&r.v, VRRP_FAULT_TRACK, true, 0);
    vrrp_block(&r.v, VRRP_FAULT_TRACK, false, 0);
    SAME(r.v.state, VRRP_FAULT);
    vrrp_block(&r.v, VRRP_FAULT_TRACK, true, 0);
    r.track[0].up = true;
    vrrp_tracked(&r.v, 0);
    SAME(r.v.state, VRRP_FAULT);
    vrrp_block(&r.v, VRRP_FAULT_TRACK, false, 0);
    SAME(r.v.state, VRRP_BACKUP);
}

// >>pace

enum { PACED = 5, GAP_ARP = 10, GAP_NA = 25 };      /* ms */

static struct rig paced[PACED];
static uint64_t   sent_at[2][1000];     /* by family */
static unsigned   n_sent[2], frames_of[PACED];

static void keep_frames(struct rig *one)
{
    size_t i, k;

    for (i = 0; i < one->n_actions; i++) {
        const vrrp_action *a = &one->action[i];

        for (k = a->first; a->kind == VRRP_ANNOUNCE && k < (size_t)a->first + a->n; k++) {
            bool six = one->vip[k].family == VRRP_IPV6;

            CHECK(a->repeat == 1 && n_sent[six] < 1000);
            sent_at[six][n_sent[six]++] = one->now;
            frames_of[one - paced]++;
        }
    }
    one->n_actions = 0;
}

/* Each frame has a moment, a gap from the next one's, and is sent before that: whoever is so late
   that it would not be takes another moment. */
static void check_pace(int six, uint64_t gap, uint64_t slack)
{
    unsigned i, k, bad = 0;

    for (i = 0; i < n_sent[six]; i++)
        for (k = i + 1; k < n_sent[six]; k++)
            bad += sent_at[six][k] - sent_at[six][i] + slack < (k - i) * gap;
    SAME(bad, 0);
}

static void open_paced(struct rig *one, vrrp_pace *pace)
{
    struct packet p = packet_v3(100, "192.0.2.20");

    p.addresses = "192.0.2.1 192.0.2.2 2001:db8::1";
    rig_init(one, &p);
    one->vip[2].family = VRRP_IPV6;
    one->vip[2].excluded = true;
    one->desc.priority = 255;
    one->desc.interval = 40 * VRRP_SECOND;
    one->desc.announce_repeat = 4;
    one->desc.announce_again = 300 * MS;
    one->desc.pace = pace;
    SAME(rig_open(one), 0);
    rig_start(one, 0);
    keep_frames(one);
}

/* Five MASTERs on one pace, woken late by up to late: nobody is too fast, everybody gets done. */
static void shared_pace(uint64_t late)
{
    vrrp_pace pace = { GAP_ARP * MS, GAP_NA * MS, 0, 0 };
    uint64_t  now = 0, seed = 7;
    unsigned  i, n;

    memset(n_sent, 0, sizeof n_sent);
    memset(frames_of, 0, sizeof frames_of);
    for (i = 0; i < PACED; i++)
        open_paced(&paced[i], &pace);
    for (n = 0; now < 20 * VRRP_SECOND && n < 10000; n++) {
        struct rig *first = paced;

        for (i = 1; i < PACED; i++)
            if (vrrp_deadline(&paced[i].v) < vrrp_deadline(&first->v))
                first = &paced[i];
        seed = seed * 6364136223846793005u + 1;
        now = vrrp_deadline(&first->v) > now ? vrrp_deadline(&first->v) : now;
        now += late ? (seed >> 33) % late : 0;
        rig_tick(first, now);
        keep_frames(first);
    }
    check_pace(0, GAP_ARP * MS, late ? GAP_ARP * MS : 0);
    check_pace(1, GAP_NA * MS, late ? GAP_NA * MS : 0);
    for (i = 0; i < PACED; i++)
        CHECK(frames_of[i] >= 12 && frames_of[i] <= 15);
    CHECK(n < (late < GAP_ARP * MS ? 90u : 400u));      /* wakes up to send, not to look */
}

static void on_time(void)
{
    shared_pace(0);
}

static void late_frames(void)
{
    shared_pace(MS);
    shared_pace(30 * MS);
}

/* Everything one late tick can be asked for, in a MASTER of both versions. */
static void all_at_once(void)
{
    vrrp_pace pace = { 0, 0, 0, 0 };

    fresh(3);
    r.desc.dual = true;
    r.desc.n_addresses = test_vips("192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4", r.vip, 256);
    r.vip[1].family = r.vip[3].family = VRRP_IPV6;
    r.vip[1].excluded = r.vip[3].excluded = true;
    r.vip[0].device[0] = r.vip[3].device[0] = 'x';
    r.desc.pace = &pace;
    pace.arp_gap = MS;
    r.desc.leave_adverts = 3;
    r.desc.higher_answer = true;
    r.desc.lower_quiet = false;
    r.desc.lower_delay = r.desc.announce_delay = r.desc.announce_again = VRRP_SECOND;
    r.desc.announce_refresh = r.desc.announce_extra = r.desc.refresh = VRRP_SECOND;
    master();
    hear(MS, 50, "192.0.2.9");
    vrrp_lost(&r.v, VRRP_LOST_DELETED, r.now);
    rig_drain(&r);
    r.claim = CLAIM_WAIT;
    rig_tick(&r, r.now + 5 * VRRP_SECOND);
    hear(MS, 200, "192.0.2.9");
    CHECK(r.worst <= 12);               /* the shell calls the core with up to 6 in the queue */
    CHECK(r.worst + 6 <= VRRP_QUEUE);
}

/* What belongs to the addresses is renewed at once, then at most once a second. */
static void lost_route(void)
{
    fresh(3);
    started();
    vrrp_lost(&r.v, VRRP_LOST_ROUTE, r.now);
    SAME(left(VRRP__T_REFRESH), VRRP_NEVER);        /* BACKUP has none */
    rig_timer(&r);
    rig_hush(&r);
    vrrp_lost(&r.v, VRRP_LOST_ROUTE, r.now);
    SAME(left(VRRP__T_REFRESH), 0);
    vrrp_tick(&r.v, r.now);
    rig_drain(&r);
    TEXT(rig_said(&r), "REFRESH");
    SAME(r.v.stats.lost_addresses, 0);
    SAME(left(VRRP__T_REFRESH), VRRP_NEVER);
    r.now += 300 * MS;
    vrrp_lost(&r.v, VRRP_LOST_ROUTE, r.now);
    vrrp_lost(&r.v, VRRP_LOST_ROUTE, r.now);
    SAME(left(VRRP__T_REFRESH), 700 * MS);
    rig_hush(&r);
    rig_stop(&r, r.now);
    SAME(left(VRRP__T_REFRESH), VRRP_NEVER);
}

/* The lease goes on beside it. */
static void lost_route_with_lease(void)
{
    fresh(3);
    r.desc.refresh = 500 * MS;
    master();
    vrrp_lost(&r.v, VRRP_LOST_ROUTE, r.now);
    SAME(left(VRRP__T_REFRESH), 0);
    vrrp_tick(&r.v, r.now);
    rig_drain(&r);
    TEXT(rig_said(&r), "REFRESH");
    CHECK(left(VRRP__T_REFRESH) <= 500 * MS);
}

/* An advert of n addresses in this MTU: those that fit, the first ones. */
static void list_in_mtu(void)
{
    static uint8_t ip[VRRP_MAX_PACKET];
    struct packet  p = packet_v3(200, "192.0.2.10");
    vrrp_action    send;
    vrrp_rx        rx;

    fresh(3);
    r.desc.n_addresses = test_vips("192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4", r.vip, 256);
    r.desc.addresses[1].excluded = true;
    started();
    memset(&send, 0, sizeof send);
    send.kind = VRRP_SEND, send.version = 3;
    SAME(vrrp_packet(&r.v, &send, NULL, ip, sizeof ip), 20 + 8 + 3 * 4);
    vrrp_mtu(&r.v, 20 + 8 + 2 * 4 + 3);
    SAME(vrrp_packet(&r.v, &send, NULL, ip, sizeof ip), 20 + 8 + 2 * 4);
    SAME(ip[20 + 3], 2);
    BYTES(ip + 28, test_ip("192.0.2.1").byte, 4);
    BYTES(ip + 32, test_ip("192.0.2.3").byte, 4);
    p.addresses = "192.0.2.3 192.0.2.1";            /* another node with the same MTU agrees */
    SAME(vrrp_rx_ip(&rx, ip, packet_build(&p, ip)), 0);
    SAME(vrrp_receive(&r.v, &rx, MS), 0);
    SAME(r.v.stats.address_list_errors, 0);
    p.addresses = "192.0.2.1 192.0.2.3 192.0.2.4";
    SAME(vrrp_rx_ip(&rx, ip, packet_build(&p, ip)), 0);
    SAME(vrrp_receive(&r.v, &rx, 2 * MS), 0);
    SAME(r.v.stats.address_list_errors, 1);
    vrrp_mtu(&r.v, 20);                             /* none fits, none is an error */
    SAME(vrrp_packet(&r.v, &send, NULL, ip, sizeof ip), 28);
    vrrp_mtu(&r.v, 0);
    SAME(vrrp_packet(&r.v, &send, NULL, ip, sizeof ip), 20 + 8 + 3 * 4);
    rig_drain(&r);
}

/* The eight bytes of authentication behind the list of v2 count too. */
static void list_in_mtu_v2(void)
{
    static uint8_t ip[VRRP_MAX_PACKET];
    vrrp_action    send;

    fresh(2);
    r.desc.n_addresses = test_vips("192.0.2.1 192.0.2.2 192.0.2.3", r.vip, 256);
    started();
    memset(&send, 0, sizeof send);
    send.kind = VRRP_SEND, send.version = 2;
    vrrp_mtu(&r.v, 20 + 8 + 2 * 4 + 8);
    SAME(vrrp_packet(&r.v, &send, NULL, ip, sizeof ip), 20 + 8 + 2 * 4 + 8);
    vrrp_mtu(&r.v, 20 + 8 + 2 * 4 + 7);
    SAME(vrrp_packet(&r.v, &send, NULL, ip, sizeof ip), 20 + 8 + 4 + 8);
    rig_drain(&r);
}

static const test_case tests[] = {
    { "C-045 start: BACKUP, the timer from our own interval", start_backup },
    { "C-046 C-016 start of the owner: advert, announcement, MASTER", start_owner },
    { "C-047 silence: advert first, then the announcements", promotion },
    { "C-048 S-15 IPv6: the addresses are in place before the NAs", promotion_six },
    { "C-049 priority 0 in BACKUP: Skew_Time of the learned interval", zero_in_backup },
    { "C-050 equal or better in BACKUP: timer and interval of the packet", better_in_backup },
    { "C-051 worse in BACKUP: the timer runs on", worse_in_backup },
    { "C-052 S-05 worse in BACKUP without preemption", worse_without_preempt },
    { "C-053 equal in BACKUP, whatever the address", equal_in_backup },
    { "C-054 better in MASTER: no packet, BACKUP", better_in_master },
    { "C-055 S-08 the tie-break is unsigned", tie },
    { "C-056 a losing advert is answered, Adver_Timer runs on", loser_in_master },
    { "C-057 a flood of losing adverts: one answer in 10 ms", flood },
    { "C-058 S-10 priority 0 in MASTER: advert, Adver_Timer anew", zero_in_master },
    { "C-059 Preempt_Mode has no effect in MASTER", preempt_mode_in_master },
    { "C-060 the owner preempts whatever Preempt_Mode says", owner_preempts },
    { "C-061 shutdown of a MASTER: released, then priority 0", shutdown_master },
    { "C-062 shutdown of a BACKUP says nothing", shutdown_backup },
    { "C-063 ten thousand periods without drift", no_drift },
    { "C-063 a stall is not made up for", no_burst },
    { "C-066 of two backups the better one takes over", two_backups },
    { "C-067 the old master yields to the first better advert", old_master_yields },
    { "C-068 link or primary address lost: silent; found: Startup", link_down },
    { "C-069 a new interval: at once in MASTER, not for a BACKUP that learned one",
      interval_changed },
    { "C-086 S-13 v2: Skew_Time does not depend on the interval", v2_skew },
    { "C-087 v2 answers losing adverts only by option", v2_silent },
    { "C-112 dual: both versions, whole seconds in the v2 copy", dual_sends },
    { "C-113 dual: v2 seconds are learned", dual_learns },
    { "C-114 C-143 dual: the v2 copies of a v3 router are ignored", dual_shadows },
    { "C-141 what is counted as received and sent", counts },
    { "C-142 master_transitions and new_master_reason", reasons },
    { "vrrp_look", picture },
    { "a timer that is served late waits once more", late_once },
    { "lost packets restart the timer once", deaf },
    { "tie_spread stays below one priority step", spread },
    { "a failed claim does not outlive a restart", claim_again_after_restart },
    { "a fault before the start is kept", fault_before_start },
    { "a list that changes while CLAIM is open is claimed too", claim_of_new_list },
    { "vrrp_update keeps the state and the tracked difference", update_keeps },
    { "effective priority is 1..254, that of an owner 255", priority_bounds },
    { "an instance without addresses", no_addresses },
    { "local counters: lost addresses, conflicts, failed claims", local_counters },
    { "another reason does not disturb the next try to claim", second_reason },
    { "death notices about nobody, or too late", notices_of_nobody },
    { "priority 255 by update, and back", owner_by_update },
    { "a hundred missed adverts, three goodbyes", most_of_all },
    { "the address list is read to its end", list_ends },
    { "a member that waits for its group; leaving a group", ready_is_answered },
    { "one member of a sync group stops: nobody waits for it, the group goes on", stops_alone },
    { "tracks: the effective priority is the formula's", track_formula },
    { "tracks: what was blocked by hand stays blocked", track_and_block },
    { "a shared pace: nobody too fast, everybody done", on_time },
    { "a shared pace, served late", late_frames },
    { "all timers in one tick fit the queue", all_at_once },
    { "a lost route: REFRESH at once, then once a second", lost_route },
    { "a lost route beside a lease", lost_route_with_lease },
    { "adverts list as many addresses as fit into the MTU", list_in_mtu },
    { "the same with version 2", list_in_mtu_v2 }
};

int main(void)
{
    return test_all(tests, COUNT(tests));
}
