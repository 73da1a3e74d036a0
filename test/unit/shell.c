/* The shell's pure half: netlink messages built and read, who gets a packet, what is said about it,
   the heap of deadlines. No socket is opened. */
#define TEST_SHELL
#include "rig.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static uint32_t dice(void)
{
    static uint32_t x = 88172645u;

    x ^= x << 13, x ^= x >> 17, x ^= x << 5;
    return x;
}

static vrrp__nl message(uint8_t *room, size_t cap)
{
    vrrp__nl m;

    memset(&m, 0, sizeof m);
    m.data = room;
    m.cap = cap;
    m.fd = -1;
    return m;
}

static vrrp_vip vip_of(const char *address, uint8_t prefix)
{
    vrrp_vip vip;

    memset(&vip, 0, sizeof vip);
    vip.address = test_ip(address);
    vip.family = test_family(address);
    vip.prefix = prefix;
    vrrp__vip_defaults(&vip, 1, vip.family);
    return vip;
}

// >>building

/* One IPv4 address by hand: nlmsghdr, ifaddrmsg, then the attributes in the order they are put. */
static void address_bytes(void)
{
    static const char hex[] =
        "5c000000" "1400" "0505" "01000000" "00000000"          /* 92 bytes, NEWADDR, seq 1 */
        "02180000" "07000000"                                   /* AF_INET /24, interface 7 */
        "08000200" "c633640a" "08000100" "c633640a"             /* LOCAL, ADDRESS */
        "08000400" "c63364ff"                                   /* BROADCAST */
        "08000300" "76697000"                                   /* LABEL "vip" and its zero */
        "08000800" "00000000"                                   /* FLAGS */
        "14000600" "ffffffff" "ffffffff" "00000000" "00000000"  /* CACHEINFO: for ever */
        "05000b00" "70000000";                                  /* PROTO 112 */
    uint8_t  got[256], want[256];
    vrrp__nl m = message(got, sizeof got);
    vrrp_vip vip = vip_of("198.51.100.10", 24);
    size_t   n;

    n = test_unhex(hex, want, sizeof want);
    memcpy(vip.label, "vip", 3);
    vip.broadcast_auto = true;
    vrrp__put_vip(&m, &vip, 7, VRRP_PROTO_TAG);
    CHECK(!m.full);
    if (htons(1) == 1)                  /* the bytes above are a little-endian machine's */
        return;
    SAME(m.size, n);
    BYTES(got, want, n);
}

/* What a kernel would say about the address we asked for is the address we asked for. */
static void there_and_back(void)
{
    static const struct { const char *address; uint8_t prefix; } cases[] = {
        { "198.51.100.10", 24 }, { "198.51.100.10", 0 }, { "2001:db8::10", 64 },
        { "2001:db8::10", 0 }, { "fe80::1:33", 128 }, { "203.0.113.1", 31 }
    };
    size_t i;

    for (i = 0; i < COUNT(cases); i++) {
        uint8_t         room[256];
        vrrp__nl        m = message(room, sizeof room);
        vrrp_vip        vip = vip_of(cases[i].address, cases[i].prefix);
        vrrp__address   got, want;
        vrrp__nl_answer a;

        vrrp__put_vip(&m, &vip, 12, VRRP_PROTO_TAG);
        memset(&a, 0, sizeof a);
        a.type = RTM_NEWADDR;
        a.body = test_flush(room + NLMSG_HDRLEN, m.size - NLMSG_HDRLEN);
        a.size = m.size - NLMSG_HDRLEN;
        CHECK(vrrp__get_address(&a, &got));
        vrrp__vip_address(&want, &vip, 12);
        BYTES(got.ip.byte, want.ip.byte, 16);
        BYTES(got.peer.byte, want.peer.byte, 16);
        SAME(got.prefix, want.prefix);
        SAME(got.ifindex, 12);
        SAME(got.protocol, VRRP_PROTO_TAG);
        SAME(got.flags, vrrp__vip_flags(&vip));
    }
}

/* The attribute of the newest message in room, or NULL. */
static const uint8_t *attribute(const uint8_t *room, const vrrp__nl *m, unsigned type, size_t least)
{
    size_t head = NLMSG_HDRLEN + sizeof(struct ifaddrmsg);

    return vrrp__nl_find(room + head, m->size - head, type, least, NULL);
}

static void address_options(void)
{
    uint8_t              room[256];
    vrrp__nl             m = message(room, sizeof room);
    vrrp_vip             vip = vip_of("2001:db8::10", 0);
    struct ifa_cacheinfo life;
    uint32_t             flags;

    /* never a source, no route, no waiting for DAD */
    vrrp__put_vip(&m, &vip, 1, VRRP_PROTO_TAG);
    memcpy(&flags, attribute(room, &m, IFA_FLAGS, 4), 4);
    SAME(flags, IFA_F_NODAD | IFA_F_NOPREFIXROUTE);
    memcpy(&life, attribute(room, &m, IFA_CACHEINFO, sizeof life), sizeof life);
    SAME(life.ifa_valid, UINT32_MAX);
    SAME(life.ifa_prefered, 0);
    vip.prefix = 64, vip.dad = vip.home = vip.mngtmpaddr = vip.autojoin = true;
    vip.preferred_given = true, vip.preferred_lft = 99;
    m = message(room, sizeof room);
    vrrp__put_vip(&m, &vip, 1, VRRP_PROTO_TAG);
    memcpy(&flags, attribute(room, &m, IFA_FLAGS, 4), 4);
    SAME(flags, IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR | IFA_F_MCAUTOJOIN);
    memcpy(&life, attribute(room, &m, IFA_CACHEINFO, sizeof life), sizeof life);
    SAME(life.ifa_prefered, 99);
    vip = vip_of("198.51.100.10", 31);
    vip.broadcast_auto = true;          /* a /31 has none */
    vip.peer = test_ip("198.51.100.11");
    vip.scope = 253;
    m = message(room, sizeof room);
    vrrp__put_vip(&m, &vip, 1, VRRP_PROTO_TAG);
    CHECK(!attribute(room, &m, IFA_BROADCAST, 4));
    BYTES(attribute(room, &m, IFA_ADDRESS, 4), vip.peer.byte, 4);
    BYTES(attribute(room, &m, IFA_LOCAL, 4), vip.address.byte, 4);
    SAME(room[NLMSG_HDRLEN + 3], 253);
}

/* The room ends anywhere: the message is full and nothing was written behind it. */
// >>routing

/* A message as the kernel would see it: the header behind the netlink header, and one attribute. */
static struct rtmsg head_of(const uint8_t *room)
{
    struct rtmsg h;

    memcpy(&h, room + NLMSG_HDRLEN, sizeof h);
    return h;
}

static const uint8_t *route_attribute(const uint8_t *room, const vrrp__nl *m, unsigned type,
                                      size_t least, size_t *length)
{
    size_t head = NLMSG_HDRLEN + sizeof(struct rtmsg);

    return vrrp__nl_find(room + head, m->size - head, type, least, length);
}

static uint32_t number_of(const uint8_t *room, const vrrp__nl *m, unsigned type)
{
    const uint8_t *p = route_attribute(room, m, type, 4, NULL);
    uint32_t       n = 0;

    if (p)
        memcpy(&n, p, 4);
    return n;
}

static vrrp_net net_of(const char *address, uint8_t prefix)
{
    vrrp_net net;

    net.ip = test_ip(address);
    net.family = test_family(address);
    net.prefix = prefix;
    return net;
}

/* Defaults are those of ip(8), the mark is keepalived's. */
static void route_defaults(void)
{
    uint8_t      room[1024];
    vrrp__nl     m = message(room, sizeof room);
    vrrp_route   route;
    struct rtmsg h;

    memset(&route, 0, sizeof route);
    vrrp__put_route(&m, NULL, &route, VRRP_IPV4);
    h = head_of(room);
    SAME(h.rtm_family, AF_INET);
    SAME(h.rtm_table, RT_TABLE_MAIN);
    SAME(h.rtm_protocol, 18);
    SAME(h.rtm_scope, RT_SCOPE_LINK);   /* no gateway */
    SAME(h.rtm_type, RTN_UNICAST);
    CHECK(!route_attribute(room, &m, RTA_PRIORITY, 0, NULL));
    CHECK(!route_attribute(room, &m, RTA_METRICS, 0, NULL));
    route.hop.via = net_of("198.51.100.1", 32), route.table = 1000000;
    m = message(room, sizeof room);
    vrrp__put_route(&m, NULL, &route, VRRP_IPV4);
    h = head_of(room);
    SAME(h.rtm_scope, RT_SCOPE_UNIVERSE);
    SAME(h.rtm_table, RT_TABLE_UNSPEC);
    SAME(number_of(room, &m, RTA_TABLE), 1000000);
    memset(&route, 0, sizeof route);
    route.to = net_of("2001:db8::", 64), route.type = RTN_LOCAL;
    m = message(room, sizeof room);
    vrrp__put_route(&m, NULL, &route, VRRP_IPV4);
    h = head_of(room);
    SAME(h.rtm_family, AF_INET6);
    SAME(h.rtm_dst_len, 64);
    SAME(number_of(room, &m, RTA_TABLE), RT_TABLE_LOCAL);
    SAME(number_of(room, &m, RTA_PRIORITY), 1024);
}

/* A deletion names the key and the mark, and nothing that may have changed. */
static void route_deletion(void)
{
    uint8_t      room[1024];
    vrrp__nl     m = message(room, sizeof room);
    vrrp_route   route;
    struct rtmsg h;

    memset(&route, 0, sizeof route);
    route.to = net_of("203.0.113.0", 24), route.hop.via = net_of("198.51.100.1", 32);
    route.metrics[RTAX_MTU] = 1400, route.protocol = 4, route.metric = 7;
    vrrp__put_route_key(&m, RTM_DELROUTE, 0, &route, VRRP_IPV4);
    h = head_of(room);
    SAME(h.rtm_protocol, 4);
    SAME(h.rtm_scope, RT_SCOPE_NOWHERE);
    SAME(h.rtm_type, 0);
    SAME(number_of(room, &m, RTA_PRIORITY), 7);
    CHECK(!route_attribute(room, &m, RTA_GATEWAY, 0, NULL));
    CHECK(!route_attribute(room, &m, RTA_METRICS, 0, NULL));
}

/* Each hop has a length of its own and may be of the other family. */
static void route_hops(void)
{
    static const uint8_t want[] = {
        16, 0, 0, 2, 0, 0, 0, 0, 8, 0, RTA_GATEWAY, 0, 198, 51, 100, 1,     /* weight 3 */
        32, 0, RTNH_F_ONLINK, 0, 0, 0, 0, 0, 22, 0, 18, 0, AF_INET6, 0,
        0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0
    };
    uint8_t        room[1024];
    vrrp__nl       m = message(room, sizeof room);
    vrrp_hop       hops[2];
    vrrp_route     route;
    size_t         length;
    const uint8_t *got;

    memset(&route, 0, sizeof route);
    memset(hops, 0, sizeof hops);
    hops[0].via = net_of("198.51.100.1", 32), hops[0].weight = 3;
    hops[1].via = net_of("2001:db8::1", 128), hops[1].onlink = true;
    route.hops = hops, route.n_hops = 2;
    vrrp__put_route(&m, NULL, &route, VRRP_IPV4);
    got = route_attribute(room, &m, RTA_MULTIPATH, 0, &length);
    CHECK(got != NULL);
    if (!got || htons(1) == 1)
        return;
    SAME(length, sizeof want);
    BYTES(got, want, sizeof want);
}

static void route_metrics(void)
{
    uint8_t        room[1024];
    vrrp__nl       m = message(room, sizeof room);
    vrrp_route     route;
    const uint8_t *nest, *text;
    size_t         length;
    uint32_t       value = 0;

    memset(&route, 0, sizeof route);
    route.metrics[RTAX_MTU] = 1400, route.metrics[RTAX_LOCK] = 1u << RTAX_MTU;
    memcpy(route.congctl, "reno", 4);
    vrrp__put_route(&m, NULL, &route, VRRP_IPV4);
    nest = route_attribute(room, &m, RTA_METRICS, 0, &length);
    CHECK(nest != NULL);
    vrrp__nl_get(nest, length, RTAX_MTU, &value, 4);
    SAME(value, 1400);
    vrrp__nl_get(nest, length, RTAX_LOCK, &value, 4);
    SAME(value, 4);
    text = vrrp__nl_find(nest, length, RTAX_CC_ALGO, 5, NULL);
    TEXT((const char *)text, "reno");
}

/* MPLS: the stack with its bottom marked; IP: what the tunnel is told. */
static void route_encap(void)
{
    static const uint8_t mpls[] = {
        12, 0, 1, 0, 0, 6, 0x40, 0, 0, 12, 0x81, 0, 5, 0, 2, 0, 9, 0, 0, 0
    };
    static const uint8_t ip[] = {
        12, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 7, 8, 0, 2, 0, 198, 51, 100, 1, 5, 0, 4, 0, 9, 0, 0, 0,
        6, 0, 6, 0, 0, 5, 0, 0
    };
    uint8_t        room[1024];
    vrrp__nl       m = message(room, sizeof room);
    vrrp_route     route;
    const uint8_t *got;
    size_t         length = 0;

    memset(&route, 0, sizeof route);
    route.encap.type = 1, route.encap.ttl = 9, route.encap.n_labels = 2;
    route.encap.labels[0] = 100, route.encap.labels[1] = 200;
    vrrp__put_route(&m, NULL, &route, VRRP_IPV4);
    got = route_attribute(room, &m, 22, 0, &length);
    SAME(length, sizeof mpls);
    if (got && htons(1) != 1)
        BYTES(got, mpls, sizeof mpls);
    route.encap.type = 2, route.encap.id = 7, route.encap.flags = 5;
    route.encap.dst = net_of("198.51.100.1", 32);
    m = message(room, sizeof room);
    vrrp__put_route(&m, NULL, &route, VRRP_IPV4);
    got = route_attribute(room, &m, 22, 0, &length);
    SAME(length, sizeof ip);
    if (got && htons(1) != 1)
        BYTES(got, ip, sizeof ip);
}

static void rules(void)
{
    uint8_t        room[1024];
    vrrp__nl       m = message(room, sizeof room);
    vrrp_rule      rule;
    struct rtmsg   h;
    const uint8_t *p;

    memset(&rule, 0, sizeof rule);
    rule.from = net_of("198.51.100.10", 32), rule.table = 300, rule.preference = 7;
    rule.invert = true, rule.tun_id = 0x0102030405060708u;
    vrrp__put_rule(&m, RTM_NEWRULE, &rule, VRRP_IPV6);
    h = head_of(room);
    SAME(h.rtm_family, AF_INET);
    SAME(h.rtm_src_len, 32);
    SAME(h.rtm_table, 0);
    SAME(h.rtm_type, 1);                /* FR_ACT_TO_TBL */
    SAME(h.rtm_flags, 2);               /* FIB_RULE_INVERT */
    SAME(number_of(room, &m, 15), 300);
    SAME(number_of(room, &m, 6), 7);
    p = route_attribute(room, &m, 21, 1, NULL);
    SAME(p ? *p : 0, 18);
    p = route_attribute(room, &m, 12, 8, NULL);
    BYTES(p, (const uint8_t *)"\1\2\3\4\5\6\7\10", 8);
    memset(&rule, 0, sizeof rule);
    rule.action = 2, rule.target = 900;
    m = message(room, sizeof room);
    vrrp__put_rule(&m, RTM_DELRULE, &rule, VRRP_IPV6);
    h = head_of(room);
    SAME(h.rtm_family, AF_INET6);
    SAME(h.rtm_type, 2);
    SAME(number_of(room, &m, 4), 900);
    CHECK(!route_attribute(room, &m, 15, 0, NULL));
}

/* Everything at once fits the room that a batch reserves for it. */
static void rooms(void)
{
    static uint8_t room[VRRP__REQUEST];
    static vrrp_hop hops[255];
    vrrp__nl   m = message(room, sizeof room);
    vrrp_route route;
    vrrp_rule  rule;
    vrrp_net   any = net_of("2001:db8::1", 128);
    unsigned   i;

    memset(&route, 0xff, sizeof route);
    route.to = route.from = route.src = route.hop.via = any;
    route.family = 0, route.n_hops = 0, route.protocol = 18, route.order = 0;
    route.hop.onlink = route.scope_given = route.no_track = true;
    route.encap.dst = route.encap.src = any, route.encap.type = 4;
    vrrp__put_route(&m, NULL, &route, VRRP_IPV4);
    CHECK(m.size <= 512);
    for (i = 0; i < 255; i++)
        hops[i].via = any;
    route.family = VRRP_IPV4, route.hops = hops, route.n_hops = 255;
    m = message(room, sizeof room);
    vrrp__put_route(&m, NULL, &route, VRRP_IPV4);
    CHECK(!m.full && m.size <= 512 + 48 * 255);
    memset(&rule, 0xff, sizeof rule);
    rule.from = rule.to = any, rule.family = 0, rule.action = 1, rule.l3mdev = false;
    rule.invert = rule.suppress_prefix_given = rule.suppress_group_given = rule.uid_given = true;
    m = message(room, sizeof room);
    vrrp__put_rule(&m, RTM_NEWRULE, &rule, VRRP_IPV4);
    CHECK(m.size <= 256);
}

/* Every interface that a setup names, in order. */
static void devices(void)
{
    static vrrp_vip  vip[2];
    static vrrp_hop  hops[2];
    static vrrp_route route[2];
    static vrrp_rule rule[1];
    static vrrp_router r;
    vrrp_setup       s;
    char             all[64] = "";
    unsigned         i;
    const char      *name;

    memset(&s, 0, sizeof s);
    CHECK(!vrrp__device_of(&r, &s, 0));
    memcpy(vip[0].device, "a", 1);
    memcpy(route[0].hop.device, "b", 1);
    memcpy(hops[0].device, "c", 1), memcpy(hops[1].device, "d", 1);
    memcpy(route[1].hop.device, "e", 1);
    memcpy(rule[0].iif, "f", 1), memcpy(rule[0].oif, "g", 1);
    route[0].hops = hops, route[0].n_hops = 2;
    s.desc.addresses = vip, s.desc.n_addresses = 2;
    s.routes = route, s.n_routes = 2, s.rules = rule, s.n_rules = 1;
    for (i = 0; (name = vrrp__device_of(&r, &s, i)) != NULL && i < 20; i++)
        strcat(strcat(all, name), " ");
    TEXT(all, "a  b c d e f g ");
}

static void full_is_sticky(void)
{
    uint8_t  whole[256];
    vrrp_vip vip = vip_of("198.51.100.10", 24);
    vrrp__nl m = message(whole, sizeof whole);
    size_t   cap, size;

    vrrp__put_vip(&m, &vip, 7, VRRP_PROTO_TAG);
    size = m.size;
    for (cap = 0; cap < size; cap++) {
        m = message(test_flush(whole, cap), cap);
        vrrp__put_vip(&m, &vip, 7, VRRP_PROTO_TAG);
        CHECK(m.full && m.size <= cap);
        vrrp__nl_attr(&m, IFA_FLAGS, "\0\0\0", 4);
        CHECK(m.full);
    }
    m = message(test_flush(whole, size), size);
    vrrp__put_vip(&m, &vip, 7, VRRP_PROTO_TAG);
    CHECK(!m.full);
    SAME(vrrp__nl_talk(&m, NULL, NULL), -EBADF);
    m.full = true;
    SAME(vrrp__nl_talk(&m, NULL, NULL), -EMSGSIZE);
}

static void nested(void)
{
    uint8_t  room[128];
    vrrp__nl m = message(room, sizeof room);
    size_t   head = NLMSG_HDRLEN + sizeof(struct ifinfomsg), n;
    uint32_t value;
    const uint8_t *spec, *inet, *conf;

    vrrp__put_conf(&m, 9, &(vrrp__conf){ VRRP__PROMOTE_SECONDARIES, 1 }, 1);
    spec = vrrp__nl_find(room + head, m.size - head, IFLA_AF_SPEC, 1, &n);
    SAME(n, 16);
    inet = spec ? vrrp__nl_find(spec, n, AF_INET, 1, &n) : NULL;
    SAME(n, 12);
    conf = inet ? vrrp__nl_find(inet, n, IFLA_INET_CONF, 1, &n) : NULL;
    SAME(n, 8);
    conf = conf ? vrrp__nl_find(conf, n, VRRP__PROMOTE_SECONDARIES, 4, &n) : NULL;
    CHECK(conf != NULL);
    if (!conf)
        return;
    memcpy(&value, conf, 4);
    SAME(value, 1);
    SAME(n, 4);
}

static void many_messages(void)
{
    uint8_t  room[1024];
    vrrp__nl m = message(room, sizeof room);
    vrrp_vip vip = vip_of("198.51.100.10", 24);
    uint32_t length, seq, i;
    size_t   at = 0;

    m.seq = 41;
    for (i = 0; i < 5; i++)
        vrrp__put_vip(&m, &vip, 7, VRRP_PROTO_TAG);
    SAME(m.first, 42);
    SAME(m.seq, 46);
    for (i = 0; at < m.size; i++, at += length) {
        memcpy(&length, room + at, 4);
        memcpy(&seq, room + at + 8, 4);
        SAME(seq, 42 + i);
        if (!CHECK(length >= NLMSG_HDRLEN && length % 4 == 0))
            return;
    }
    SAME(i, 5);
    SAME(at, m.size);
}

// >>reading

struct seen {
    unsigned n, errors;
    char     text[96];
    int      error;
};

static void see(struct seen *s, const vrrp__nl_answer *a)
{
    vrrp__address address;
    vrrp__device  device;

    s->n++;
    if (a->error) {
        s->errors++;
        s->error = a->error;
        memcpy(s->text, a->text, sizeof s->text);
    }
    vrrp__get_address(a, &address);
    vrrp__get_device(a, &device);
}

static void split(const uint8_t *p, size_t size, struct seen *s)
{
    vrrp__nl_answer a;
    size_t          at = 0;

    while (vrrp__nl_pop(p, size, &at, &a))
        see(s, &a);
}

/* An NLMSG_ERROR with the request (or its header, capped) and the kernel's words. */
static size_t error_message(uint8_t *room, bool capped, const char *words)
{
    static const uint8_t request[] = { 28, 0, 0, 0, 20, 0, 5, 6, 1, 0, 0, 0, 0, 0, 0, 0,
                                       2, 24, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0 };
    vrrp__nl             m = message(room, 256);
    int                  error = -EINVAL;
    uint8_t              body[64];
    size_t               n = sizeof error + (capped ? 16 : sizeof request);

    memcpy(body, &error, sizeof error);
    memcpy(body + sizeof error, request, sizeof request);
    vrrp__nl_begin(&m, NLMSG_ERROR, (uint16_t)(NLM_F_ACK_TLVS | (capped ? NLM_F_CAPPED : 0)), body,
                   n);
    vrrp__nl_attr(&m, NLMSGERR_ATTR_MSG, words, strlen(words) + 1);
    return m.size;
}

static void kernel_words(void)
{
    uint8_t     room[256];
    struct seen s;
    int         capped;
    size_t      size;

    for (capped = 0; capped < 2; capped++) {
        memset(&s, 0, sizeof s);
        size = error_message(room, capped, "ipv4: Invalid scope");
        split(test_flush(room, size), size, &s);
        SAME(s.n, 1);
        SAME(s.error, -EINVAL);
        TEXT(s.text, "ipv4: Invalid scope");
    }
}

/* Cut anywhere and changed anywhere: never read behind the end, never say what is not there. */
static void spoilt(void)
{
    uint8_t     room[1024], bad[1024];
    vrrp__nl    m = message(room, 512);
    vrrp_vip    vip = vip_of("198.51.100.10", 24), six = vip_of("2001:db8::10", 64);
    struct seen s;
    size_t      size, n, i;
    unsigned    turn;

    vrrp__put_vip(&m, &vip, 7, VRRP_PROTO_TAG);
    vrrp__put_conf(&m, 9, &(vrrp__conf){ VRRP__PROMOTE_SECONDARIES, 1 }, 1);
    vrrp__put_vip(&m, &six, 7, VRRP_PROTO_TAG);
    size = m.size;
    size += error_message(room + size, false, "words");
    for (n = 0; n <= size; n++) {
        memset(&s, 0, sizeof s);
        split(test_flush(room, n), n, &s);
        SAME(s.n == 4, n == size);
    }
    for (turn = 0; turn < 200000; turn++) {
        memcpy(bad, room, size);
        for (i = dice() % 5; i > 0; i--)
            bad[dice() % size] = (uint8_t)(dice() % 3 ? dice() : dice() % 32);
        split(test_flush(bad, size), size, &s);
    }
}

static void subnets(void)
{
    vrrp_ip a = test_ip("198.51.100.129"), b = test_ip("198.51.100.1"), ones;

    CHECK(vrrp__same_subnet(&a, &b, 24));
    CHECK(!vrrp__same_subnet(&a, &b, 25));
    CHECK(vrrp__same_subnet(&a, &b, 0));
    CHECK(vrrp__same_subnet(&a, &a, 32));
    vrrp__all_ones(&ones, &a, 25);
    BYTES(ones.byte, test_ip("198.51.100.255").byte, 4);
    vrrp__all_ones(&ones, &b, 30);
    BYTES(ones.byte, test_ip("198.51.100.3").byte, 4);
}

// >>dispatch

static vrrp_io     io;
static vrrp_link   links[2];
static vrrp_router routers[3];
static vrrp_vip    vips[3];

/* VRID 51 on both links, and the same in IPv6 on the first. */
static void house(void)
{
    size_t i;

    memset(&io, 0, sizeof io);
    memset(links, 0, sizeof links);
    memset(routers, 0, sizeof routers);
    io.links = links;
    io.n_links = 2;
    for (i = 0; i < 3; i++) {
        vrrp_router  *r = &routers[i];
        vrrp_router **bucket;
        vrrp_desc     d;
        vrrp_ip       own = test_ip(i == 2 ? "fe80::b" : "192.0.2.20");

        memset(&d, 0, sizeof d);
        vips[i].address = test_ip(i == 2 ? "fe80::1:33" : "192.0.2.1");
        d.vrid = 51;
        d.family = i == 2 ? VRRP_IPV6 : VRRP_IPV4;
        d.addresses = &vips[i];
        d.n_addresses = 1;
        SAME(vrrp_init(&r->v, &d), 0);
        vrrp_primary(&r->v, &own);
        vrrp_start(&r->v, 0);
        r->v.queued = 0;
        r->link = &links[i == 1];
        r->key = VRRP_NEVER;
        bucket = vrrp__bucket(&io, r->link, i == 2, 51);
        r->hash_next = *bucket;
        *bucket = r;
    }
}

static void deliver(vrrp_link *link, const struct packet *p, uint64_t now)
{
    static uint8_t ip[VRRP_MAX_PACKET];
    vrrp_rx        rx;

    SAME(vrrp_rx_ip(&rx, ip, packet_build(p, ip)), 0);
    vrrp__deliver(&io, link, &rx, now);
}

static void right_router(void)
{
    struct packet p = packet_v3(200, "192.0.2.10"), six = packet_v3(200, "fe80::a");

    house();
    six.addresses = "fe80::1:33";
    deliver(&links[0], &p, MS);
    SAME(routers[0].v.stats.advertisement_rcvd, 1);
    SAME(routers[1].v.stats.advertisement_rcvd, 0);
    deliver(&links[1], &p, 2 * MS);
    SAME(routers[0].v.stats.advertisement_rcvd, 1);
    SAME(routers[1].v.stats.advertisement_rcvd, 1);
    deliver(&links[0], &six, 3 * MS);
    SAME(routers[2].v.stats.advertisement_rcvd, 1);
    deliver(&links[1], &six, 4 * MS);   /* no IPv6 router there */
    SAME(links[1].stats.vrid_errors, 1);
    SAME(routers[2].v.stats.advertisement_rcvd, 1);
}

/* Any VRID on any link finds its router and no other, however many share a bucket. */
static void every_vrid(void)
{
    static vrrp_router many[2 * 2 * 255];
    size_t             i;
    int                vrid, six, link;

    memset(&io, 0, sizeof io);
    memset(many, 0, sizeof many);
    io.links = links;
    for (i = 0; i < COUNT(many); i++) {
        vrrp_router **bucket;

        many[i].link = &links[i / 510];
        many[i].v.d.vrid = (uint8_t)(1 + i % 255);
        many[i].v.d.family = i / 255 % 2 ? VRRP_IPV6 : VRRP_IPV4;
        bucket = vrrp__bucket(&io, many[i].link, i / 255 % 2, many[i].v.d.vrid);
        many[i].hash_next = *bucket;
        *bucket = &many[i];
    }
    for (link = 0; link < 2; link++)
        for (six = 0; six < 2; six++)
            for (vrid = 1; vrid < 256; vrid++)
                CHECK(vrrp__find(&io, &links[link], six, (uint8_t)vrid) ==
                      &many[link * 510 + six * 255 + vrid - 1]);
    CHECK(!vrrp__find(&io, &links[0], 0, 0));
}

static unsigned events(int kind)
{
    unsigned n = 0, i;

    for (i = 0; i < io.ring_n; i++)
        n += io.ring[(io.ring_head + i) % VRRP__RING].kind == kind;
    return n;
}

static void said_rarely(void)
{
    struct packet p = packet_v3(200, "192.0.2.10");
    unsigned      i;

    house();
    p.form = FORM_WRONG;
    for (i = 0; i < 1000; i++)
        deliver(&links[0], &p, VRRP_SECOND + i * 35 * MS);      /* 35 s */
    SAME(routers[0].v.stats.checksum_errors, 1000);
    CHECK(events(VRRP_EVENT_DROPPED) >= 1 && events(VRRP_EVENT_DROPPED) <= 4);
    CHECK(io.ring[0].code == VRRP_E_CHECKSUM && io.ring[0].router == &routers[0]);
    p.form = FORM_PSEUDO;
    p.interval = 0;                     /* another mistake is other news */
    deliver(&links[0], &p, 36 * VRRP_SECOND);
    SAME(io.ring[io.ring_n - 1].code, VRRP_E_INTERVAL);
}

static void strangers(void)
{
    struct packet p = packet_v3(200, "192.0.2.10");
    unsigned      i;

    house();
    p.vrid = 77;
    for (i = 0; i < 1000; i++)
        deliver(&links[0], &p, VRRP_SECOND + i * 100 * MS);     /* 100 s */
    SAME(links[0].stats.vrid_errors, 1000);
    SAME(events(VRRP_EVENT_STRANGER), 1);
    SAME(io.ring[0].vrid, 77);
    p.form = FORM_WRONG;                /* what is damaged says nothing about its VRID */
    deliver(&links[0], &p, 500 * VRRP_SECOND);
    SAME(links[0].stats.checksum_errors, 1);
    SAME(links[0].stats.vrid_errors, 1000);
    SAME(events(VRRP_EVENT_STRANGER), 1);
    p.form = FORM_PSEUDO;               /* silent for a while: news again */
    deliver(&links[0], &p, 501 * VRRP_SECOND);
    SAME(events(VRRP_EVENT_STRANGER), 2);
}

/* However many there are: one a second, and one that has our addresses. */
static void many_strangers(void)
{
    struct packet p = packet_v3(200, "192.0.2.10");
    unsigned      i, ours = 0, others;
    char          text[16];

    house();
    io.routers = &routers[0];
    p.from = text;
    for (i = 0; i < 5000; i++) {
        snprintf(text, sizeof text, "192.0.2.%u", 30 + i % 200);
        p.vrid = 100 + i % 100;
        p.addresses = i % 4 ? "192.0.2.99" : "192.0.2.99 192.0.2.1";
        deliver(&links[0], &p, VRRP_SECOND + i * MS);   /* 5 s */
    }
    for (i = 0; i < io.ring_n; i++)
        ours += io.ring[i].router == &routers[0] && strcmp(io.ring[i].text, "192.0.2.1") == 0;
    others = events(VRRP_EVENT_STRANGER) - ours;
    CHECK(ours >= 4 && ours <= 6);
    CHECK(others >= 4 && others <= 6);
}

/* Accepted, but with another list: said once, and again when the list is yet another. */
static void odd_lists(void)
{
    struct packet p = packet_v3(200, "192.0.2.10");
    unsigned      i;

    house();
    p.addresses = "192.0.2.1 192.0.2.11 192.0.2.12";
    for (i = 0; i < 100; i++)
        deliver(&links[0], &p, VRRP_SECOND + i * VRRP_SECOND);
    SAME(events(VRRP_EVENT_DIFFERS), 1);
    TEXT(io.ring[0].text, "theirs has 192.0.2.11 and 1 more that ours has not");
    p.addresses = "192.0.2.1 192.0.2.12";
    deliver(&links[0], &p, 200 * VRRP_SECOND);
    SAME(events(VRRP_EVENT_DIFFERS), 2);
    p.interval = 250;
    deliver(&links[0], &p, 201 * VRRP_SECOND);
    SAME(events(VRRP_EVENT_DIFFERS), 3);
    TEXT(io.ring[2].text, "theirs 2.5 s, ours 1 s");
    p.addresses = "192.0.2.13";
    deliver(&links[0], &p, 220 * VRRP_SECOND);
    TEXT(io.ring[io.ring_n - 1].text,
         "theirs has 192.0.2.13 that ours has not; ours 192.0.2.1 that theirs has not");
}

/* However many events nobody reads: the ring keeps the oldest and counts the rest. */
static void ring_overflow(void)
{
    char     last[32];
    unsigned i;

    house();
    for (i = 0; i < VRRP__RING + 50; i++)
        vrrp__complain(&io, NULL, &links[0], -EIO, "number %u", i);
    SAME(io.ring_n, VRRP__RING);
    SAME(io.ring_lost, 50);
    snprintf(last, sizeof last, "number %d", VRRP__RING - 1);
    TEXT(io.ring[VRRP__RING - 1].text, last);
}

/* The kernel says that the first link is up or down, so many seconds from the start. */
static void link_at(unsigned second, bool up)
{
    vrrp__device d;

    memset(&d, 0, sizeof d);
    d.is.ifindex = 7;
    d.is.flags = up ? VRRP__IFF_UP | VRRP__IFF_RUNNING : VRRP__IFF_UP;
    io.now = (second + 1) * VRRP_SECOND;
    if (io.turns_at <= io.now)
        vrrp__links_turn(&io);
    vrrp__link_is(&io, &links[0], &d);
}

/* Down for two seconds, up for three: only then it counts. */
static void delayed_links(void)
{
    static vrrp_delay delay;

    house();
    snprintf(links[0].name, sizeof links[0].name, "eth0");
    snprintf(delay.interface, sizeof delay.interface, "eth0");
    delay.down = 2 * VRRP_SECOND;
    delay.up = 3 * VRRP_SECOND;
    io.delays = &delay;
    io.n_delays = 1;
    io.turns_at = links[0].turns = VRRP_NEVER;
    link_at(0, true);
    CHECK(links[0].up && io.turns_at == VRRP_NEVER);    /* as it was found */
    link_at(1, false);
    link_at(2, true);
    link_at(9, true);
    CHECK(links[0].up && links[0].turns == VRRP_NEVER); /* one second was too short */
    link_at(10, false);
    link_at(11, true);
    link_at(11, false);
    link_at(12, false);
    CHECK(links[0].up && links[0].turns == 14 * VRRP_SECOND);   /* each flap begins anew */
    link_at(13, false);
    CHECK(!links[0].up && links[0].turns == VRRP_NEVER);
    link_at(14, true);
    link_at(16, true);
    CHECK(!links[0].up);
    link_at(17, true);
    CHECK(links[0].up);
    vrrp__link_gone(&io, &links[0]);
    CHECK(!links[0].up);                /* what vanished is down at once */
    SAME(events(VRRP_EVENT_LINK), 3);
}

// >>heap

static void heap(void)
{
    static vrrp_router many[300];
    unsigned           turn;
    size_t             i;

    memset(&io, 0, sizeof io);
    memset(many, 0, sizeof many);
    for (i = 0; i < COUNT(many); i++) {
        many[i].v.timer[VRRP__T_GRACE] = VRRP_NEVER;
        vrrp__quiet(&many[i].v);
        many[i].key = VRRP_NEVER;
    }
    for (turn = 0; turn < 60000 && !test_bad; turn++) {
        vrrp_router *r = &many[dice() % COUNT(many)];
        uint64_t     first = VRRP_NEVER;

        r->v.timer[VRRP__T_DOWN] = dice() % 4 ? dice() % 1000 : VRRP_NEVER;
        vrrp__rekey(&io, r);
        if (turn % 16)
            continue;
        for (i = 0; i < COUNT(many); i++)
            if (vrrp_deadline(&many[i].v) < first)
                first = vrrp_deadline(&many[i].v);
        SAME(io.heap ? io.heap->key : VRRP_NEVER, first);
    }
    for (i = 0; i < COUNT(many); i++) {         /* emptied in order */
        uint64_t     key = io.heap ? io.heap->key : VRRP_NEVER;
        vrrp_router *r = io.heap;

        if (!r)
            break;
        r->v.timer[VRRP__T_DOWN] = VRRP_NEVER;
        vrrp__rekey(&io, r);
        CHECK(!io.heap || io.heap->key >= key);
    }
    CHECK(io.heap == NULL);
}

/* What a BACKUP that hears its master does to its deadline: it only moves away. Nothing is armed
   for that, and nothing is late because of it. */
static void heap_is_lazy(void)
{
    static vrrp_router many[300];
    uint64_t           now = VRRP_SECOND, first, armed;
    unsigned           turn, rearmed = 0;
    size_t             i;

    memset(&io, 0, sizeof io);
    memset(many, 0, sizeof many);
    io.armed = io.retry_at = io.turns_at = VRRP_NEVER;
    io.timer = -1;
    for (i = 0; i < COUNT(many); i++) {
        many[i].v.timer[VRRP__T_GRACE] = VRRP_NEVER;
        vrrp__quiet(&many[i].v);
        many[i].key = VRRP_NEVER;
    }
    for (turn = 0; turn < 20000 && !test_bad; turn++) {
        vrrp_router *r = &many[turn % COUNT(many)];

        now += VRRP_SECOND / COUNT(many);
        armed = io.armed;
        io.now = now;
        if (dice() % 1000)
            r->v.timer[VRRP__T_RETRY] = now + 3 * VRRP_SECOND;
        else
            r->v.timer[VRRP__T_RETRY] = now + dice() % VRRP_SECOND;
        vrrp__sooner(&io, r);
        vrrp__timers(&io, now);
        vrrp__batch(&io, now);
        vrrp__rearm(&io);
        rearmed += io.armed != armed;
        for (i = 0, first = VRRP_NEVER; i < COUNT(many); i++)
            if (vrrp_deadline(&many[i].v) < first)
                first = vrrp_deadline(&many[i].v);
        CHECK(io.armed <= first && first > now);
    }
    CHECK(rearmed < 20000 / 100);
}

// >>items

/* Two routers may have the same rule; one for the other family is another one. */
static void shared_rules(void)
{
    static vrrp_router two[2];
    static vrrp_rule   rule[2];

    memset(&io, 0, sizeof io);
    memset(two, 0, sizeof two);
    io.nl.data = io.room;
    io.nl.cap = VRRP__REQUEST;
    io.routers = &two[0];
    two[0].next = &two[1];
    two[0].rules = &rule[0];
    two[1].rules = &rule[1];
    two[0].n_rules = two[1].n_rules = 1;
    rule[0].preference = rule[1].preference = 100;
    rule[0].table = rule[1].table = 77;
    rule[1].held = VRRP_HELD_OURS;
    two[0].v.d.family = VRRP_IPV4;
    two[1].v.d.family = VRRP_IPV6;
    vrrp__share_routing(&io, &two[0]);
    SAME(rule[0].held, 0);
    two[1].v.d.family = VRRP_IPV4;
    vrrp__share_routing(&io, &two[0]);
    SAME(rule[0].held, VRRP_HELD_ADOPTED);
}

// >>vmac

static void vmac_names(void)
{
    static const struct { const char *wish; uint8_t family, vrid; unsigned n; const char *name; }
    cases[] = {
        { "vrrp", VRRP_IPV4, 51, 0, "vrrp.51" }, { "vrrp", VRRP_IPV6, 51, 0, "vrrp6.51" },
        { "vrrp", VRRP_IPV4, 255, 1, "vrrp1.255" }, { "vrrp", VRRP_IPV6, 1, 12, "vrrp612.1" },
        { "averylongprefix", VRRP_IPV4, 255, 0, "averylongp.255" },
        { "averylongprefix", VRRP_IPV6, 255, 99, "averylon699.255" }
    };
    vrrp_link link;
    size_t    i;

    for (i = 0; i < COUNT(cases); i++) {
        char name[16] = "";

        memset(&link, 0, sizeof link);
        snprintf(link.vmac.wish, sizeof link.vmac.wish, "%s", cases[i].wish);
        link.vmac.family = cases[i].family;
        link.vmac.vrid = cases[i].vrid;
        CHECK(vrrp__vmac_name(&link, cases[i].n, name));
        TEXT(name, cases[i].name);
        link.vmac.given = true;
        CHECK(vrrp__vmac_name(&link, 0, name));
        TEXT(name, cases[i].wish);
        CHECK(!vrrp__vmac_name(&link, 1, name));        /* no other one will do */
    }
}

/* The header of an advert from a macvlan: the group's MAC, then the virtual one. */
static void vmac_frames(void)
{
    static const char *const groups[][2] = {
        { "224.0.0.18", "01005e00001200005e0001330800" },
        { "239.255.129.18", "01005e7f811200005e0001330800" },
        { "ff02::12", "33330000001200005e00023386dd" }
    };
    size_t i;

    for (i = 0; i < COUNT(groups); i++) {
        vrrp_ip ip = test_ip(groups[i][0]);
        uint8_t family = test_family(groups[i][0]), mac[6], head[14], want[14], packet[40];

        memset(packet, 0, sizeof packet);
        memcpy(packet + (family == VRRP_IPV6 ? 24 : 16), ip.byte, family == VRRP_IPV6 ? 16 : 4);
        vrrp_virtual_mac(mac, family, 51);
        SAME(vrrp__frame_head(head, mac, packet, family == VRRP_IPV6), 14);
        test_unhex(groups[i][1], want, sizeof want);
        BYTES(head, want, 14);
    }
}

/* An address is on the macvlan when the router has one, unless it has a device without. */
static void vmac_places(void)
{
    static vrrp_io   shell;
    static vrrp_link four[4];
    vrrp_router      r;
    vrrp_vip         vip = vip_of("198.51.100.10", 24);

    memset(&r, 0, sizeof r);
    memset(four, 0, sizeof four);
    shell.links = four, shell.n_links = COUNT(four);
    memcpy(four[0].name, "eth0", 5), memcpy(four[1].name, "eth1", 5);
    four[2].vmac.parent = &four[0], four[3].vmac.parent = &four[1];
    memcpy(four[2].name, "vrrp.51", 8), memcpy(four[3].name, "vrrp1.51", 9);
    vrrp_virtual_mac(r.mac, VRRP_IPV4, 51);
    memcpy(four[2].vmac.mac, r.mac, 6), memcpy(four[3].vmac.mac, r.mac, 6);
    r.link = &four[0];
    CHECK(vrrp__vip_link(&shell, &r, &vip) == &four[0]);
    vip.use_vmac = true;
    CHECK(vrrp__vip_link(&shell, &r, &vip) == &four[2]);
    vip.use_vmac = false, r.vmac = &four[2];
    CHECK(vrrp__vip_link(&shell, &r, &vip) == &four[2]);
    memcpy(vip.device, "eth1", 5);
    CHECK(vrrp__vip_link(&shell, &r, &vip) == &four[1]);
    vip.use_vmac = true;
    CHECK(vrrp__vip_link(&shell, &r, &vip) == &four[3]);
    memcpy(vip.device, "eth2", 5);
    CHECK(vrrp__vip_link(&shell, &r, &vip) == NULL);
}

/* What the interface below is told, and told again at the end. */
static void vmac_parent(void)
{
    static const struct { uint32_t found[3], now[3]; bool on; size_t attributes; } cases[] = {
        { { 0, 0, 0 }, { 0, 0, 0 }, true, 3 },          /* all are raised */
        { { 0, 0, 0 }, { 1, 1, 2 }, true, 0 },          /* another macvlan has raised them */
        { { 0, 0, 0 }, { 1, 1, 2 }, false, 3 },
        { { 2, 1, 2 }, { 2, 1, 2 }, true, 0 },          /* high enough as found: stay */
        { { 2, 1, 2 }, { 2, 1, 2 }, false, 0 },
        { { 0, 1, 1 }, { 0, 1, 1 }, true, 2 },
        { { 0, 1, 1 }, { 8, 1, 2 }, false, 1 }          /* somebody changed one since: his */
    };
    uint8_t    room[256];
    vrrp__nest nest;
    size_t     i;

    for (i = 0; i < COUNT(cases); i++) {
        vrrp__nl m = message(room, sizeof room);

        memset(&nest, 0, sizeof nest);
        memcpy(nest.found, cases[i].found, sizeof nest.found);
        memcpy(nest.device.below, cases[i].now, sizeof nest.device.below);
        vrrp__put_parent(&m, &nest, cases[i].on);
        SAME(m.size, cases[i].attributes ? NLMSG_HDRLEN + sizeof(struct ifinfomsg) + 12 +
                                           8 * cases[i].attributes : 0);
    }
}

/* Everything that is sent in one piece fits into one piece: else it would be -EMSGSIZE. */
static void nft_fits(void)
{
    static uint8_t room[VRRP__REQUEST];
    static uint8_t key[VRRP__ELEMENTS][20];
    vrrp__nl       m = message(room, sizeof room);
    unsigned       set;

    m.port = UINT32_MAX;
    SAME(vrrp__nft_make(&m, VRRP__NFT_OWNER), -EBADF);
    for (set = 0; set < VRRP__SETS; set++)
        SAME(vrrp__nft_keys(&m, set, key, VRRP__ELEMENTS, true), -EBADF);
    vrrp__nft_begin(&m, 1, 0);
    vrrp__nft_begin(&m, 2, 0);
    SAME(m.seq, m.first);               /* one answer ends the talk */
}

static const test_case tests[] = {
    { "macvlans: names", vmac_names },
    { "C-013 macvlans: the frames of adverts", vmac_frames },
    { "macvlans: which addresses are on them", vmac_places },
    { "macvlans: settings of the interface below", vmac_parent },
    { "nftables: every transaction fits one message", nft_fits },
    { "netlink: the bytes of an IPv4 address", address_bytes },
    { "netlink: what is asked for is what is read", there_and_back },
    { "netlink: flags, lifetimes, peer, scope, broadcast", address_options },
    { "netlink: a full message stays full and writes nothing behind it", full_is_sticky },
    { "netlink: nested attributes close", nested },
    { "netlink: several messages in one buffer", many_messages },
    { "netlink: the kernel's words about an error", kernel_words },
    { "netlink: answers cut and changed anywhere", spoilt },
    { "addresses: subnets and broadcast", subnets },
    { "routes: the defaults of ip(8), the mark of keepalived", route_defaults },
    { "routes: a deletion names the key and the mark", route_deletion },
    { "routes: several next hops, of both families", route_hops },
    { "routes: metrics", route_metrics },
    { "routes: encapsulation", route_encap },
    { "rules: what they look like", rules },
    { "routes and rules: as large as a batch expects", rooms },
    { "the interfaces that a setup names", devices },
    { "C-018 C-030 a packet reaches the router of its link and family", right_router },
    { "C-030 every VRID of two links and two families is found", every_vrid },
    { "C-043 a repeated mistake is said once in ten seconds, counted always", said_rarely },
    { "C-029 a stranger's VRID is counted, and said once until it was silent", strangers },
    { "strangers in any number are said one a second", many_strangers },
    { "other lists and intervals of accepted adverts are said once", odd_lists },
    { "events nobody reads are counted", ring_overflow },
    { "a link counts as down or up after its delay", delayed_links },
    { "the heap of deadlines has the earliest on top", heap },
    { "deadlines that move away cost nothing, and none is late", heap_is_lazy },
    { "routers share a rule only of the same family", shared_rules }
};

int main(void)
{
    return test_all(tests, COUNT(tests));
}
