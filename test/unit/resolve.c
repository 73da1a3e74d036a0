/* Names: /etc/hosts, /etc/resolv.conf, search lists, what to ask next, what an answer changes. */
#define SIDECAR_TEST
#define TEST_SHELL
#include "test.h"

#define CHECK_IMPLEMENTATION
#define CHECK_STATIC
#define IPVS_IMPLEMENTATION
#define IPVS_STATIC
#undef CHECK
#include "../../sidecar.c"
#define CHECK(truth) test_check((truth), __FILE__, __LINE__, #truth)

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static char line[4096];

static resolver conf(const char *file)
{
    resolver r;
    char    *copy = strdup(file);

    resolver_read(&r, copy);
    free(copy);
    return r;
}

/* The servers, then what is asked for: "a.example a b" */
static const char *candidates_of(const resolver *r, const char *name)
{
    char one[256];
    text t = {NULL, line, 0, sizeof line};

    *line = 0;
    for (unsigned i = 0; candidate(r, name, i, one); i++)
        put(&t, "%s%s", i ? " " : "", *one ? one : "-");
    return line;
}

static void conf_defaults(void)
{
    resolver r = conf("");

    SAME(r.n_servers, 1);
    CHECK(memcmp(r.servers[0].a.ip, "\177\0\0\1", 4) == 0);
    SAME(r.ndots, 1), SAME(r.timeout, 2), SAME(r.attempts, 2);
    TEXT(candidates_of(&r, "web"), "web");
}

static void conf_whole(void)
{
    resolver r = conf("# comment\n; nameserver 198.51.100.9\n\nnameserver 198.51.100.1\r\n"
                      "  nameserver\t2001:db8::1   # that\nnameserver fe80::1%eth0\n"
                      "nameserver 198.51.100.4\nnameserver\nnameserver x\nsortlist 1.2.3.4\n"
                      "domain a.example b.example\nsearch c.example d.example.\n"
                      "options ndots:2 rotate timeout:7 attempts:9 edns0\n"
                      "options ndots:99 timeout:x\n");

    SAME(r.n_servers, 3);
    SAME(r.servers[0].a.family, CHECK_IPV4), SAME(r.servers[1].a.family, CHECK_IPV6);
    TEXT(r.servers[2].zone, "eth0"), SAME(r.servers[2].a.ip[0], 0xfe);
    SAME(r.ndots, 15), SAME(r.timeout, 7), SAME(r.attempts, 5);
    TEXT(candidates_of(&r, "web"), "web.c.example web.d.example web");
    r = conf("search a\ndomain b.example c.example\noptions timeout:0 attempts:0");
    TEXT(candidates_of(&r, "web"), "web.b.example web");
    SAME(r.timeout, 1), SAME(r.attempts, 1);
}

static void search_lists(void)
{
    static const char     k8s[] = "search n.svc.cluster.local svc.cluster.local cluster.local\n"
                                  "options ndots:5\n";
    static const struct { const char *conf, *name, *want; } table[] = {
        {k8s, "web", "web.n.svc.cluster.local web.svc.cluster.local web.cluster.local web"},
        {k8s, "web.other.svc", "web.other.svc.n.svc.cluster.local web.other.svc.svc.cluster.local"
         " web.other.svc.cluster.local web.other.svc"},
        {k8s, "a.b.c.d.e.f", "a.b.c.d.e.f a.b.c.d.e.f.n.svc.cluster.local"
         " a.b.c.d.e.f.svc.cluster.local a.b.c.d.e.f.cluster.local"},
        {k8s, "web.example.", "web.example."},
        {"search a b\n", "web.example", "web.example web.example.a web.example.b"},
        {"search a b\noptions ndots:0\n", "web", "web web.a web.b"},
        {"search .\n", "web", "web web"},
        {"search\n", "web", "web"},
        {"", "a.b", "a.b"},
    };
    char     longest[300];
    resolver r;

    for (size_t i = 0; i < COUNT(table); i++) {
        r = conf(table[i].conf);
        if (!TEXT(candidates_of(&r, table[i].name), table[i].want))
            printf("    case %zu\n", i);
    }
    memset(longest, 'a', sizeof longest);
    longest[250] = 0;
    r = conf("search example b\n");
    candidates_of(&r, longest);
    CHECK(strncmp(line, "- aaa", 5) == 0);
    SAME(strlen(line), 2 + 252 + 1 + 250);
}

static void hosts_file(void)
{
    static const char file[] =
        "127.0.0.1 localhost\n::1 localhost ip6-localhost # web\n#198.51.100.9 web\n"
        "198.51.100.1\tweb.example  Web WEB\r\n\n198.51.100.2 web\n198.51.100.3 webx xweb\n"
        "2001:db8::1 web\nfe80::1%eth0 web\nx web\n198.51.100.4\n198.51.100.5 last";
    vrrp_ip ip[4];

    SAME(hosts_find(file, "web", VRRP_IPV4, ip, 4), 2);
    SAME(ip[0].byte[3], 1), SAME(ip[1].byte[3], 2), SAME(ip[1].byte[4], 0);
    SAME(hosts_find(file, "WEB.example.", VRRP_IPV4, ip, 4), 1);
    SAME(hosts_find(file, "web", VRRP_IPV6, ip, 4), 1);
    SAME(ip[0].byte[15], 1);
    SAME(hosts_find(file, "last", VRRP_IPV4, ip, 4), 1);
    SAME(hosts_find(file, "web", VRRP_IPV4, ip, 1), 1);
    SAME(hosts_find(file, "we", VRRP_IPV4, ip, 4), 0);
    SAME(hosts_find(file, "", VRRP_IPV4, ip, 4), 0);
    SAME(hosts_find("", "web", VRRP_IPV4, ip, 4), 0);
    SAME(hosts_find("198.51.100.1 web\n", "eth0", VRRP_IPV4, ip, 4), 0);
}

/* What no host can have is left out; a loopback address may be meant. */
static void hosts_only(void)
{
    static const char file[] =
        "0.0.0.0 sink\n255.255.255.255 sink\n224.0.0.18 sink\n198.51.100.7 sink\n127.0.0.1 sink\n"
        ":: sink\nff02::12 sink\n::ffff:198.51.100.7 sink\n2001:db8::7 sink\n::1 sink\n";
    vrrp_ip ip[8];

    SAME(ips_of_hosts(ip, hosts_find(file, "sink", VRRP_IPV4, ip, 8), VRRP_IPV4), 2);
    SAME(ip[0].byte[3], 7), SAME(ip[1].byte[0], 127);
    SAME(ips_of_hosts(ip, hosts_find(file, "sink", VRRP_IPV6, ip, 8), VRRP_IPV6), 2);
    SAME(ip[0].byte[15], 7), SAME(ip[1].byte[15], 1);
}

static void host_names(void)
{
    static const char *const good[] = {"a", "web", "a.b", "a.b.", "_x._tcp.example", "3com.example",
                                       "1.2.3.4a", "a-b", "xn--bcher-kva.example"};
    static const char *const bad[] = {"", ".", "a..b", ".a", "198.51.100.256", "1", "a.1", "a b",
                                      "a/b", "a:1", "[a]", "a\n", "b\303\274cher"};
    char longest[300];

    for (size_t i = 0; i < COUNT(good); i++)
        if (!CHECK(is_host_name(good[i])))
            printf("    \"%s\"\n", good[i]);
    for (size_t i = 0; i < COUNT(bad); i++)
        if (!CHECK(!is_host_name(bad[i])))
            printf("    \"%s\"\n", bad[i]);
    memset(longest, 'a', sizeof longest);
    longest[63] = 0;
    CHECK(is_host_name(longest));
    longest[63] = 'a', longest[64] = 0;
    CHECK(!is_host_name(longest));
}

static lookup *fresh(const char *name)
{
    lookup *list = NULL;

    return lookup_add(&list, name, VRRP_IPV4);
}

static void end(lookup *k)
{
    free(k->at);
    free(k);
}

/* A whole look-up: what each question gets, '.' found, '0' nothing, 'x' failed, '-' silence. What
   came of it, and how many questions were left over or missing. */
static int ask(lookup *k, const resolver *r, const char *answers)
{
    bool more = lookup_begin(k, r);
    int  result = LOOKUP_NOTHING;

    for (; more && *answers; answers++) {
        result = (int)(strchr(".0x-", *answers) - ".0x-");
        more = lookup_next(k, r, result);
    }
    if (more || *answers)
        return more ? 100 : 200;
    return lookup_end(k, result);
}

static void questions(void)
{
    resolver one = conf("nameserver 198.51.100.1\nsearch a b\n");
    resolver two = conf("nameserver 198.51.100.1\nnameserver 198.51.100.2\noptions attempts:3\n");
    lookup  *k = fresh("web");

    SAME(ask(k, &one, "."), LOOKUP_FOUND), SAME(k->candidate, 0);
    SAME(ask(k, &one, "0."), LOOKUP_FOUND), SAME(k->candidate, 1);
    SAME(ask(k, &one, "00."), LOOKUP_FOUND), SAME(k->candidate, 2);
    SAME(ask(k, &one, "000"), LOOKUP_NOTHING);
    SAME(ask(k, &one, "x."), LOOKUP_FOUND);
    SAME(ask(k, &one, "-x0."), LOOKUP_FOUND);   /* the first time anything is better than nothing */
    SAME(ask(k, &one, "xx00"), LOOKUP_FAILED);
    SAME(ask(k, &one, "0--"), LOOKUP_FAILED);   /* silent: no other name is tried */
    SAME(ask(k, &two, "------"), LOOKUP_FAILED);
    SAME(ask(k, &two, "-."), LOOKUP_FOUND), SAME(k->server, 1);
    SAME(ask(k, &two, "."), LOOKUP_FOUND), SAME(k->server, 1);      /* it goes on with that */
    SAME(ask(k, &two, "x."), LOOKUP_FOUND), SAME(k->server, 0);
    SAME(ask(k, &two, "xxxxxx"), LOOKUP_FAILED);
    SAME(ask(k, &one, "."), LOOKUP_FOUND), SAME(k->server, 0);
    end(k);
}

/* While it is not known whether the name that answered is still there, another one further down the
   search list is none. */
static void other_names(void)
{
    resolver r = conf("nameserver 198.51.100.1\nsearch a b\noptions attempts:1\n");
    vrrp_ip  ip = test_ip("198.51.100.1");
    lookup  *k = fresh("web");

    SAME(ask(k, &r, "0."), LOOKUP_FOUND), SAME(k->from, 1);
    lookup_take(k, &ip, 1, 5);
    SAME(ask(k, &r, "0x."), LOOKUP_FAILED), SAME(k->from, 1);
    SAME(ask(k, &r, "x."), LOOKUP_FOUND), SAME(k->from, 1);
    SAME(ask(k, &r, "00."), LOOKUP_FOUND), SAME(k->from, 2);
    end(k);
}

static void waits(void)
{
    lookup  *k = fresh("web");
    uint64_t want[] = {1, 2, 4, 8, 16, 30, 30};

    SAME(lookup_wait(k, LOOKUP_FOUND, 5, 1, 30), 5);
    SAME(lookup_wait(k, LOOKUP_FOUND, 0, 1, 30), 1);
    SAME(lookup_wait(k, LOOKUP_FOUND, 4000000000, 1, 30), 30);
    for (size_t i = 0; i < COUNT(want); i++)
        SAME(lookup_wait(k, i % 2 ? LOOKUP_FAILED : LOOKUP_NOTHING, 3, 1, 30), want[i]);
    SAME(lookup_wait(k, LOOKUP_FOUND, 5, 1, 30), 5);
    SAME(lookup_wait(k, LOOKUP_FAILED, 5, 1, 30), 1);
    end(k);
}

/* Its answer, and behind a bar what is known as gone. */
static const char *known(const lookup *k)
{
    text t = {NULL, line, 0, sizeof line};

    *line = 0;
    for (uint32_t i = 0; i < k->n_all; i++)
        put(&t, "%s%u", i == k->n ? "|" : i ? " " : "", k->at[i].ip.byte[3]);
    return line;
}

static bool answer(lookup *k, const char *last, uint64_t now)
{
    vrrp_ip  ips[8];
    uint32_t n = 0;

    for (; *last; last++, n++) {
        ips[n] = test_ip("198.51.100.0");
        ips[n].byte[3] = (uint8_t)(*last - '0');
    }
    return lookup_take(k, ips, ips_sort(ips, n), now);
}

static void answers(void)
{
    lookup *k = fresh("web");
    text    t = {NULL, line, 0, sizeof line};

    CHECK(answer(k, "312", 10));
    TEXT(known(k), "1 2 3");
    CHECK(!answer(k, "123", 20));
    CHECK(!answer(k, "33211", 20));
    CHECK(answer(k, "24", 30));
    TEXT(known(k), "2 4|1 3");
    CHECK(answer(k, "34", 40));
    TEXT(known(k), "3 4|2 1");
    CHECK(!answer(k, "34", 30 + RESOLVE_GONE));
    TEXT(known(k), "3 4|2");
    CHECK(!answer(k, "34", 40 + RESOLVE_GONE));
    TEXT(known(k), "3 4");
    CHECK(lookup_has(k, test_ip("198.51.100.4").byte));
    CHECK(!lookup_has(k, test_ip("198.51.100.2").byte));
    put_found(&t, k);
    TEXT(line, "198.51.100.3, 198.51.100.4");
    end(k);
}

/* --- a configuration with names --------------------------------------------------------------- */

static void local(vrrp_local *l, const char *ip)
{
    memset(l, 0, sizeof *l);
    l->address = test_ip(ip);
    l->family = VRRP_IPV4;
    l->prefix = 24;
    l->ifindex = 1;
    l->flags = LINK_UP | LINK_BROADCAST;
    memcpy(l->name, "eth0", 5);
}

/* The last bytes of the peers' addresses. */
static const char *peers_of(const instance *in)
{
    text t = {NULL, line, 0, sizeof line};

    *line = 0;
    for (uint16_t i = 0; i < in->setup.desc.n_peers; i++)
        put(&t, "%s%u", i ? " " : "", in->setup.desc.peers[i].byte[3]);
    return line;
}

static void peers(void)
{
    char      *env[] = {"VRRP_VIRTUAL_IPADDRESS=198.51.100.9/24",
                        "VRRP_UNICAST_PEER=198.51.100.5, a.example, b.example min_ttl 7", NULL};
    report     r = {{NULL}, NULL, NULL, 0, 0};
    model     *m = model_read(env, "x", &r);
    instance  *in = m->instances;
    vrrp_local l;
    lookup    *list = NULL, *a, *b;

    local(&l, "198.51.100.1");
    SAME(r.errors, 0);
    model_names(m, &list);
    a = lookup_find(list, "A.example", VRRP_IPV4);
    b = lookup_find(list, "b.example", VRRP_IPV4);
    if (!CHECK(a && b && in))
        return;
    model_resolve(m, &l, 1, &r);
    CHECK(!in->ready);
    TEXT(in->setup.interface, "eth0");
    answer(a, "1237", 10), a->tried = true;     /* our own is among them */
    model_resolve(m, &l, 1, &r);
    CHECK(!in->ready);
    b->tried = true;                    /* it failed */
    model_resolve(m, &l, 1, &r);
    CHECK(in->ready);
    TEXT(peers_of(in), "5 2 3 7");
    SAME(in->setup.source.byte[3], 1);
    answer(b, "2489", 20), answer(a, "3", 20);  /* the floating one is nobody's; gone ones stay */
    SAME(peers_take(&(checker){m, in, &r, &l, 1}), true);
    TEXT(peers_of(in), "5 3 2 7 4 8");
    SAME(in->setup.desc.peer_ttl[4].min, 7), SAME(in->setup.desc.peer_ttl[1].min, 0);
    SAME(r.warnings, 0);
    end(a), end(b);
    model_free(m), report_free(&r);
}

/* Unicast without a peer would be multicast. */
static void nobody_known(void)
{
    char      *env[] = {"VRRP_VIRTUAL_IPADDRESS=198.51.100.9/24",
                        "VRRP_UNICAST_PEER=a.example", NULL};
    report     r = {{NULL}, NULL, NULL, 0, 0};
    model     *m = model_read(env, "x", &r);
    lookup    *list = NULL;
    vrrp_local l;

    local(&l, "198.51.100.1");
    model_names(m, &list);
    list->tried = true;
    model_resolve(m, &l, 1, &r);
    model_resolve(m, &l, 1, &r);
    CHECK(!m->instances->ready);
    SAME(r.errors, 0), SAME(r.warnings, 1);
    answer(list, "2", 10);
    model_resolve(m, &l, 1, &r);
    CHECK(m->instances->ready);
    end(list);
    model_free(m), report_free(&r);
}

static void aims(void)
{
    char         *env[] = {"VRRP_VIRTUAL_IPADDRESS=198.51.100.9/24",
                           "VRRP_TRACK=http://web.example:81/x", NULL};
    report        r = {{NULL}, NULL, NULL, 0, 0};
    model        *m = model_read(env, "x", &r);
    probe        *p = m->probes;
    lookup       *list = NULL, *four, *six;
    vrrp_ip       ip6 = test_ip("2001:db8::1");
    check_address to;

    model_names(m, &list);
    four = lookup_find(list, "web.example", VRRP_IPV4);
    six = lookup_find(list, "web.example", VRRP_IPV6);
    memset(&to, 0, sizeof to);
    CHECK(!probe_aim(m, p, &to));
    lookup_take(six, &ip6, 1, 5), six->tried = true;
    CHECK(!probe_aim(m, p, &to));       /* perhaps there is IPv4 */
    four->tried = true;
    CHECK(probe_aim(m, p, &to)), SAME(to.family, CHECK_IPV6);
    answer(four, "32", 6);
    CHECK(probe_aim(m, p, &to)), SAME(to.family, CHECK_IPV6);   /* it stays */
    lookup_take(six, NULL, 0, 7);
    CHECK(probe_aim(m, p, &to)), SAME(to.family, CHECK_IPV4), SAME(to.ip[3], 2);
    answer(four, "123", 8);
    CHECK(probe_aim(m, p, &to)), SAME(to.ip[3], 2);
    answer(four, "13", 9);
    CHECK(probe_aim(m, p, &to)), SAME(to.ip[3], 1);
    end(four), end(six);
    model_free(m), report_free(&r);
}

/* "2:80 3:81/3" for each server with an address: its last byte, its port, and where its own check
   goes. */
static const char *servers_of(const virtual_server *v)
{
    text t = {NULL, line, 0, sizeof line};

    *line = 0;
    for (const real_server *r = v->reals; r; r = real_next(r))
        if (r->d.to.family)
            put(&t, "%s%u:%u/%u", t.n ? " " : "", r->d.to.ip[3], r->d.to.port,
                r->uses ? r->uses->probe->d.to.ip[3] : 0);
    return line;
}

static bool expand(const model *m, virtual_server *v)
{
    real_server *gone = NULL;
    bool         changed = virtual_expand(m, v, &gone);

    real_free(gone);
    return changed;
}

static void servers(void)
{
    char           *env[] = {"IPVS_WEB=tcp://198.51.100.9:80", "IPVS_WEB_CHECK=tcp://",
                             "IPVS_WEB_REAL_SERVER=a.example:81 weight 5, 203.0.113.9:80,"
                             " b.example:80",
                             "IPVS_WEB_SORRY_SERVER=sorry.example:80", NULL};
    report          r = {{NULL}, NULL, NULL, 0, 0};
    model          *m = model_read(env, "x", &r);
    virtual_server *v = m->virtuals;
    lookup         *list = NULL, *a, *b, *sorry;
    real_server    *third;

    for (const remark *k = r.first; k; k = k->next)
        if (!CHECK(k->level >= SAY_INFO))
            printf("    %s\n", k->text);
    model_names(m, &list);
    a = lookup_find(list, "a.example", VRRP_IPV4);
    b = lookup_find(list, "b.example", VRRP_IPV4);
    sorry = lookup_find(list, "sorry.example", VRRP_IPV4);
    if (!CHECK(v && a && b && sorry))
        return;
    CHECK(virtual_has(v, a)), CHECK(virtual_has(v, sorry));
    CHECK(virtual_waits(list, v));
    a->tried = b->tried = true;
    CHECK(!expand(m, v)), CHECK(!virtual_waits(list, v));  /* one is known anyway */
    TEXT(servers_of(v), "9:80/9");
    answer(a, "32", 5);
    CHECK(expand(m, v)), CHECK(!expand(m, v));
    TEXT(servers_of(v), "2:81/2 3:81/3 9:80/9");
    third = real_next(real_next(v->reals));
    TEXT(third->label, "198.51.100.3:81");
    SAME(third->d.weight, 5), CHECK(third->of == v->reals);
    answer(b, "7", 6), answer(a, "134", 6), answer(sorry, "56", 6);
    CHECK(expand(m, v));
    TEXT(servers_of(v), "1:81/1 3:81/3 4:81/4 9:80/9 7:80/7");
    CHECK(third == real_next(real_next(v->reals)));     /* who stays is the same object */
    SAME(v->sorry->d.to.ip[3], 5);
    answer(sorry, "56", 7), answer(a, "4", 7);
    CHECK(expand(m, v));
    TEXT(servers_of(v), "4:81/4 9:80/9 7:80/7");
    SAME(v->sorry->d.to.ip[3], 5);
    answer(sorry, "6", 8);
    CHECK(expand(m, v));
    SAME(v->sorry->d.to.ip[3], 6);
    end(a), end(b), end(sorry);
    model_free(m), report_free(&r);
}

/* What another configuration still has stays known. */
static void lists(void)
{
    char   *one[] = {"VRRP_VIRTUAL_IPADDRESS=198.51.100.9/24", "VRRP_UNICAST_PEER=a.example, b",
                     "VRRP_TRACK=tcp://b:1", NULL};
    char   *two[] = {"VRRP_VIRTUAL_IPADDRESS=198.51.100.9/24", "VRRP_UNICAST_PEER=A.EXAMPLE, c",
                     NULL};
    report  r = {{NULL}, NULL, NULL, 0, 0};
    model  *m = model_read(one, "x", &r), *next = model_read(two, "x", &r);
    lookup *list = NULL, *k;
    int     used = 0, all = 0;

    model_names(m, &list);
    model_names(next, &list);
    for (; list; list = k, all++) {
        k = list->next;
        used += list->used;
        end(list);
    }
    SAME(used, 2), SAME(all, 4);
    model_free(m), model_free(next), report_free(&r);
}

int main(void)
{
    static const test_case tests[] = {
        {"resolv.conf: without one", conf_defaults},
        {"resolv.conf: servers, search list, options", conf_whole},
        {"names to ask for: ndots and the search list", search_lists},
        {"/etc/hosts", hosts_file},
        {"a name stands for hosts, not for what sinkholes say", hosts_only},
        {"host names, and addresses with a mistake", host_names},
        {"a look-up: servers in turn, the search list, failures", questions},
        {"a failure does not lead to another name's answer", other_names},
        {"when to ask again", waits},
        {"answers: changes, and what is gone", answers},
        {"peers by name", peers},
        {"no peer is known yet: it waits", nobody_known},
        {"where a check of a name goes", aims},
        {"real servers by name", servers},
        {"names of two configurations", lists},
    };

    return test_all(tests, COUNT(tests));
}
