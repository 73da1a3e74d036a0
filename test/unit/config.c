/* Runs config.table: lines of environment in, the effective settings or the exact mistakes out.
   What holds for every good case is checked without being written down: the core accepts it, and
   what the dump prints reads back as the same configuration, from the environment and from an
   env file. */
#define SIDECAR_TEST
#define VRRP_IMPLEMENTATION
#define VRRP_STATIC
#define CHECK_IMPLEMENTATION
#define CHECK_STATIC
#define IPVS_IMPLEMENTATION
#define IPVS_STATIC
#include "../../sidecar.c"

#include <dirent.h>

enum { LINES = 2048 };

typedef struct test {
    char       *name, *host;
    char       *env[LINES], *want[LINES];
    vrrp_local  locals[64];
    size_t      n_env, n_want, n_locals;
    int         line;
    bool        bad;
} test;

static unsigned failures;
static char     folder[] = "/tmp/config-XXXXXX";

__attribute__((format(printf, 2, 3))) static void miss(test *t, const char *format, ...)
{
    va_list args;

    if (!t->bad)
        printf("not ok - config: %s (line %d)\n", t->name, t->line);
    t->bad = true;
    va_start(args, format);
    printf("    ");
    vprintf(format, args);
    printf("\n");
    va_end(args);
}

/* --- the table ------------------------------------------------------------------------------ */

static char *replace(const char *s, const char *what, const char *with)
{
    const char *at = strstr(s, what);
    char       *out = NULL;

    if (!at)
        return strdup(s);
    if (asprintf(&out, "%.*s%s%s", (int)(at - s), s, with, at + strlen(what)) < 0)
        abort();
    return out;
}

/* $VIP is the shortest configuration, $DIR the folder of files; \n and \r as in C. */
static char *expand(const char *s)
{
    char *one = replace(s, "$VIP", "VRRP_VIRTUAL_IPADDRESS=198.51.100.10/24");
    char *two = replace(one, "$DIR", folder), *to = two;

    for (char *from = two; *from; from++)
        if (from[0] == '\\' && from[1] == 'n')
            *to++ = '\n', from++;
        else if (from[0] == '\\' && from[1] == 'r')
            *to++ = '\r', from++;
        else
            *to++ = *from;
    *to = 0;
    free(one);
    return two;
}

static uint32_t link_flags(const char *words_)
{
    return (strstr(words_, "up") ? LINK_UP : 0u) |
           (strstr(words_, "broadcast") ? LINK_BROADCAST : 0u) |
           (strstr(words_, "loopback") ? LINK_LOOPBACK : 0u);
}

/* @ eth0 198.51.100.1/24 up,broadcast [kind=dummy] [master=br0] [proto=112] [secondary] */
static void read_local(test *t, char *s)
{
    vrrp_local *l = &t->locals[t->n_locals++];
    char       *word_ = strtok(s, " "), *slash;

    memset(l, 0, sizeof *l);
    snprintf(l->name, sizeof l->name, "%.15s", word_);
    l->ifindex = 1 + (uint32_t)(l->name[strlen(l->name) - 1]) + 256u * (unsigned char)l->name[0];
    while ((word_ = strtok(NULL, " ")) != NULL) {
        address a;

        slash = strchr(word_, '/');
        if (slash) {
            *slash = 0;
            address_read(word_, &a);
            l->address = a.ip;
            l->family = a.family;
            l->prefix = (uint8_t)atoi(slash + 1);
        } else if (begins(word_, "kind=")) {
            snprintf(l->kind, sizeof l->kind, "%.15s", word_ + 5);
        } else if (begins(word_, "master=")) {
            l->master = 1 + (uint32_t)word_[strlen(word_) - 1] + 256u * (unsigned char)word_[7];
        } else if (begins(word_, "proto=")) {
            l->protocol = (uint8_t)atoi(word_ + 6);
        } else {
            l->flags = link_flags(word_);
        }
    }
}

/* file NAME CONTENT */
static void make_file(char *s)
{
    char *name = strtok(s, " "), *content = strtok(NULL, ""), *path, *text_;
    FILE *f;

    if (asprintf(&path, "%s/%s", folder, name) < 0)
        abort();
    text_ = expand(content ? content : "");
    f = fopen(path, "w");
    fputs(text_, f);
    fclose(f);
    free(text_);
    free(path);
}

static void test_line(test *t, char *s)
{
    if (begins(s, "host "))
        t->host = strdup(s + 5);
    else if (begins(s, "file "))
        make_file(s + 5);
    else if (begins(s, "@ "))
        read_local(t, s + 2);
    else if (begins(s, "    "))
        t->env[t->n_env++] = expand(s + 4);
    else if (*s && *s != '#')
        t->want[t->n_want++] = expand(s);
}

static void test_free(test *t)
{
    for (size_t i = 0; i < t->n_env; i++)
        free(t->env[i]);
    for (size_t i = 0; i < t->n_want; i++)
        free(t->want[i]);
    free(t->name);
    free(t->host);
    memset(t, 0, sizeof *t);
}

/* --- what came out -------------------------------------------------------------------------- */

static void put_desc(text *t, const instance *in)
{
    const vrrp_desc *d = &in->setup.desc;
    const char      *n = in->n.name;

    put(t, "%s.name=%s\n%s.family=%d\n%s.version=%d\n%s.dual=%d\n", n, d->name, n, d->family, n,
        d->version, n, d->dual);
    put(t, "%s.vrid=%d\n%s.priority=%d\n%s.tie_spread=%d\n%s.auth=%d\n", n, d->vrid, n,
        d->priority, n, d->tie_spread, n, d->auth);
    put(t, "%s.auth_pass=%.8s\n%s.interval=%llu\n%s.settle=%llu\n", n,
        (const char *)d->auth_pass, n, (unsigned long long)d->interval, n,
        (unsigned long long)d->settle);
    put(t, "%s.list_once=%d\n", n, d->list_once);
    put(t, "%s.list_check=%d\n%s.leave_adverts=%d\n%s.global_first=%d\n", n, d->list_check, n,
        d->leave_adverts, n, d->global_first);
    put(t, "%s.answer_v2=%d\n%s.no_answer=%d\n%s.owner_drops=%d\n", n, d->answer_v2, n,
        d->no_answer, n, d->owner_drops);
    put(t, "%s.checksum_send=%d\n%s.checksum_accept=%d\n%s.down_adverts=%d\n%s.min_ttl=%d\n", n,
        d->checksum_send, n, d->checksum_accept, n, d->down_adverts, n, d->min_ttl);
    put(t, "%s.no_preempt=%d\n%s.preempt_delay=%llu\n%s.startup_delay=%llu\n", n, d->no_preempt, n,
        (unsigned long long)d->preempt_delay, n, (unsigned long long)d->startup_delay);
    put(t, "%s.announce_delay=%lld\n%s.pace=%llu/%llu\n%s.announce_refresh=%llu\n", n,
        d->announce_delay == VRRP_NEVER ? -1 : (long long)d->announce_delay, n,
        (unsigned long long)(d->pace ? d->pace->arp_gap : 0),
        (unsigned long long)(d->pace ? d->pace->na_gap : 0), n,
        (unsigned long long)d->announce_refresh);
    put(t, "%s.announce_repeat=%d\n%s.announce_refresh_repeat=%d\n", n, d->announce_repeat, n,
        d->announce_refresh_repeat);
    put(t, "%s.arp_form=%d\n%s.arp_reply_too=%d\n%s.dont_track_primary=%d\n", n,
        in->setup.arp_form, n, in->setup.arp_reply_too, n, in->setup.dont_track_primary);
    put(t, "%s.interface=%s\n%s.n_addresses=%d\n%s.n_peers=%d\n%s.group=%s\n%s.source=", n,
        in->setup.interface ? in->setup.interface : "-", n, d->n_addresses, n, d->n_peers, n,
        in->group ? in->group->n.name : "-", n);
    put(t, "%s\n", ip_text(t->a, &in->setup.source, d->family));
}

static void put_tracks(text *t, const char *n, const vrrp_track *at, unsigned size)
{
    for (; size; size--, at++)
        put(t, "%s.track=%s weight=%d reverse=%d interface=%s\n", n, at->name, at->weight,
            at->reverse, at->interface);
}

static void put_knobs(text *t, const model *m, const instance *in)
{
    const vrrp_desc *d = &in->setup.desc;
    const instance  *pace = m->instances;
    const char      *n = in->n.name;

    while (pace->setup.desc.pace != d->pace)
        pace = instance_next(pace);
    put(t, "%s.pace_of=%s\n%s.group_address=%s\n%s.check_peers=%d\n%s.sent_ttl=%d\n", n,
        pace->n.name, n, ip_text(t->a, &d->group_address, d->family), n, d->check_peers, n, d->ttl);
    put(t, "%s.higher_answer=%d\n%s.expired_priority=%d\n%s.lower=%lld/%d/%d\n", n,
        d->higher_answer, n, d->expired_priority, n,
        d->lower_delay == VRRP_NEVER ? -1 : (long long)d->lower_delay, d->lower_repeat,
        d->lower_quiet);
    put(t, "%s.extra=%llu all=%d\n%s.rcvbuf=%u mtu=%d\n", n,
        (unsigned long long)d->announce_extra, d->announce_extra_all, n, in->setup.rcvbuf,
        in->setup.rcvbuf_mtu);
    for (size_t i = 0; d->peer_ttl && i < d->n_peers; i++)
        put(t, "%s.ttl=%d..%d\n", n, d->peer_ttl[i].min, d->peer_ttl[i].max);
    put_tracks(t, n, d->tracks, d->n_tracks);
}

static void put_auth(text *t, const instance *in)
{
    const vrrp_desc *d = &in->setup.desc;
    const char      *n = in->n.name;

    put(t, "%s.ah=%d\n%s.ah_spi=%u\n%s.ah_no_replay=%d\n%s.ah_esn=%d\n", n, d->ah, n, d->ah_spi,
        n, d->ah_no_replay, n, d->ah_esn);
    for (size_t i = 0; i < d->n_keys; i++) {
        put(t, "%s.key=%d %s ", n, d->keys[i].id, d->keys[i].algorithm == VRRP_MD5 ? "md5" : "sha");
        for (size_t k = 0; k < d->keys[i].size; k++)
            put(t, "%02x", d->keys[i].bytes[k]);
        put(t, "\n");
    }
    if (d->trailer)
        put(t, "%s.trailer=%d %d %d %llu\n", n, d->trailer->active, d->trailer->mode,
            d->trailer->monotonic, (unsigned long long)d->trailer->window);
}

static void put_vmac(text *t, const instance *in)
{
    const vrrp_setup *s = &in->setup;
    const uint8_t    *m = s->vmac;

    put(t, "%s.use_vmac=%d xmit_base=%d name=%s prefix=%s addr_prefix=%s", in->n.name, s->use_vmac,
        s->vmac_xmit_base, s->vmac_name ? s->vmac_name : "-", s->vmac_prefix,
        s->vmac_addr_prefix ? s->vmac_addr_prefix : "-");
    put(t, " mac=%02x:%02x:%02x:%02x:%02x:%02x group=%u\n", m[0], m[1], m[2], m[3], m[4], m[5],
        s->vmac_group);
    put(t, "%s.no_accept=%d\n", in->n.name, s->no_accept);
}

static void put_addresses(text *t, const instance *in)
{
    const vrrp_desc *d = &in->setup.desc;

    for (size_t i = 0; i < d->n_addresses; i++) {
        const vrrp_vip *v = &d->addresses[i];

        put(t, "%s.address=%s", in->n.name, ip_text(t->a, &v->address, v->family));
        put(t, "/%d dev=%s label=%s scope=%d%s%s%s%s%s%s%s%s", v->prefix, v->device, v->label,
            v->scope, v->excluded ? " excluded" : "", v->dad ? " dad" : "", v->home ? " home" : "",
            v->mngtmpaddr ? " mngtmpaddr" : "", v->noprefixroute ? " noprefixroute" : "",
            v->autojoin ? " autojoin" : "", v->use_vmac ? " use_vmac" : "",
            v->broadcast_auto ? " brd+" : "");
        if (v->preferred_given)
            put(t, " preferred=%u", v->preferred_lft);
        if (memcmp(&v->broadcast, &(vrrp_ip){{0}}, sizeof(vrrp_ip)))
            put(t, " brd=%s", ip_text(t->a, &v->broadcast, v->family));
        if (memcmp(&v->peer, &(vrrp_ip){{0}}, sizeof(vrrp_ip)))
            put(t, " peer=%s", ip_text(t->a, &v->peer, v->family));
        put(t, "\n");
    }
    put(t, "%s.routes=%d rules=%d\n", in->n.name, in->setup.n_routes, in->setup.n_rules);
    for (size_t i = 0; i < d->n_peers; i++)
        put(t, "%s.peer=%s\n", in->n.name, ip_text(t->a, &d->peers[i], d->family));
}

static void put_probe(text *t, const probe *p)
{
    const check_desc *d = &p->d;
    char              url[300];

    check_print(d, NULL, url, sizeof url);
    put(t, "check=%s %s label=%s start=%d rise=%d fall=%d ms=%u/%u/%u tracked=%d\n", p->n.name, url,
        p->label, d->start, d->rise, d->fall, (unsigned)(d->interval / 1000000),
        (unsigned)(d->timeout / 1000000), (unsigned)(d->retry_delay / 1000000), p->tracked);
    put(t, "%s.delays=%u %u warmup=%u\n", p->n.name, (unsigned)(d->up_delay / 1000000),
        (unsigned)(d->down_delay / 1000000), (unsigned)(d->warmup / 1000000));
    put(t, "%s.socket=%d.%d.%d.%d:%d %s mark=%u\n", p->n.name, d->from.ip[0], d->from.ip[1],
        d->from.ip[2], d->from.ip[3], d->from.port, d->device, d->mark);
    put(t, "%s.http=%d host=%s digest=%s regex=%s %d%d keep=%d\n", p->n.name, d->http.protocol,
        d->http.host ? d->http.host : "", d->http.url.digest ? d->http.url.digest : "",
        d->http.url.regex ? d->http.url.regex : "", d->http.url.regex_no_match,
        d->http.url.regex_caseless, d->http.keep);
    for (size_t i = 0; d->http.urls && i < d->http.n_urls; i++) {
        const check_url *u = &d->http.urls[i];

        put(t, "%s.url=%s host=%s digest=%s regex=%s %d%d%d%d %u-%u status=%u", p->n.name,
            u->path ? u->path : "", u->host ? u->host : "", u->digest ? u->digest : "",
            u->regex ? u->regex : "", u->regex_no_match, u->regex_caseless, u->regex_multiline,
            u->regex_dotall, u->regex_min, u->regex_max, u->n_status);
        for (size_t k = 0; k < u->n_status; k++)
            put(t, " %u-%u", u->status[k].low, u->status[k].high);
        put(t, "\n");
    }
    put(t, "%s.tls=%s %s %s %s %d starttls=%d helo=%s\n", p->n.name, d->tls.ca ? d->tls.ca : "",
        d->tls.certificate ? d->tls.certificate : "", d->tls.key ? d->tls.key : "",
        d->tls.name ? d->tls.name : "", d->tls.no_verify, d->smtp.starttls,
        d->smtp.helo ? d->smtp.helo : "");
    put(t, "%s.udp=%d bytes, reply %d %s %d-%d\n", p->n.name, d->udp.payload_size,
        d->udp.require_reply, d->udp.reply ? d->udp.reply : "", d->udp.reply_min, d->udp.reply_max);
    put(t, "%s.request=%s agent=%s fast=%d headers=", p->n.name, d->http.method ? d->http.method :
        "", d->http.agent ? d->http.agent : "", d->http.fast_recovery);
    for (const char *s = d->http.headers; s && *s; s += strcspn(s, "\r") + 2)
        put(t, "[%.*s]", (int)strcspn(s, "\r"), s);
    put(t, "\n%s.exec=%d %u %u secure=%d kill=%u dynamic=%d\n", p->n.name, d->exec.as_user,
        d->exec.uid, d->exec.gid, d->exec.secure, (unsigned)(d->exec.kill_delay / 1000000),
        d->exec.dynamic);
    put(t, "%s.process=%s match=%d %d-%d%s%s%s\n", p->n.name, d->process.params &&
        d->process.params[0] ? d->process.params[0] : "", d->process.match, d->process.quorum,
        d->process.quorum_max, d->process.full_command ? " full" : "", d->process.none ? " none"
        : "", d->process.params && !d->process.params[0] ? " no_params" : "");
    put(t, "%s.bfd=%u %u %u x%d %d ttl=%d hops=%d auth=%d %d %d\n", p->n.name,
        (unsigned)(d->bfd.min_tx / 1000), (unsigned)(d->bfd.min_rx / 1000),
        (unsigned)(d->bfd.idle_tx / 1000), d->bfd.multiplier, d->bfd.passive, d->bfd.ttl,
        d->bfd.max_hops, d->bfd.auth, d->bfd.key_size, d->bfd.key_id);
}

static void put_use(text *t, const char *name, const real_server *r, const watch *w)
{
    const probe      *p = w->probe;
    const check_desc *d = &p->d;
    char              url[300];

    check_print(d, NULL, url, sizeof url);
    put(t, "%s.%s.check=%s start=%d fall=%d ms=%llu/%llu/%llu/%llu%s", name, r->label, url,
        d->start, d->fall, (unsigned long long)d->interval / 1000000,
        (unsigned long long)d->timeout / 1000000, (unsigned long long)d->retry_delay / 1000000,
        (unsigned long long)d->warmup / 1000000, p->own ? "" : " shared");
    if (w->weight)
        put(t, " weight=%d", w->weight);
    put(t, "%s", w->reverse ? " reverse" : "");
    if (p->at_server && !d->to.family)
        put(t, " later");
    if (d->http.host || d->http.protocol)
        put(t, " http=%d host=%s", d->http.protocol, d->http.host ? d->http.host : "");
    if (d->tls.no_verify)
        put(t, " no_verify sni=%d%s%s", !d->tls.no_sni, d->tls.name ? " " : "",
            d->tls.name ? d->tls.name : "");
    if (d->kind == CHECK_DNS)
        put(t, " dns=%d%s%s", d->dns.type, d->dns.name ? " " : "", d->dns.name ? d->dns.name : "");
    if (d->exec.dynamic || d->exec.as_user || d->exec.secure)
        put(t, " dynamic=%d user=%u secure=%d", d->exec.dynamic, d->exec.uid, d->exec.secure);
    put(t, "\n");
}

static void put_real(text *t, const virtual_server *v, const real_server *r)
{
    const ipvs_dest *d = &r->d;
    char             at[100];

    ipvs_dest_print(d, at, sizeof at);
    put(t, "%s.%s=%s weight=%d method=%d", v->n.name, r == v->sorry ? "sorry" : "real",
        d->to.family ? at : r->label, d->weight, d->method);
    if (d->method == IPVS_TUNNEL)
        put(t, " tunnel=%d:%d:%d", d->tunnel, d->tunnel_port, d->tunnel_flags);
    if (d->upper)
        put(t, " upper=%u lower=%u", d->upper, d->lower);
    put(t, "%s%s%s", r->inhibit ? " inhibit" : "", r->alpha ? " alpha" : "",
        r->dynamic ? " dynamic" : "");
    if (r->drain)
        put(t, " drain=%llu", (unsigned long long)r->drain / 1000000);
    if (r->notify_up || r->notify_down)
        put(t, " up=%s down=%s", r->notify_up, r->notify_down);
    put(t, "\n");
    for (const watch *w = r->uses; w; w = watch_next(w))
        if (w->probe)
            put_use(t, v->n.name, r, w);
}

static void put_virtual(text *t, const virtual_server *v)
{
    for (unsigned i = 0; i < v->n_services && i < 300; i++) {
        ipvs_service s = virtual_service(v, i);
        char         at[100];

        ipvs_service_print(&s, at, sizeof at);
        put(t, "%s.service=%s %s flags=%u persist=%u/%d%s%s\n", v->n.name, at, s.scheduler,
            s.flags, s.persistence, s.granularity, s.engine[0] ? " " : "", s.engine);
    }
    put(t, "%s.services=%u\n%s.quorum=%u+-%u up=%s down=%s\n", v->n.name, v->n_services,
        v->n.name, v->quorum, v->hysteresis, v->quorum_up ? v->quorum_up : "-",
        v->quorum_down ? v->quorum_down : "-");
    put(t, "%s.flags=%s%s label=%s user=%u\n", v->n.name, v->omega ? " omega" : "",
        v->ha_suspend ? " ha_suspend" : "", v->label, v->user.on ? v->user.uid : 0);
    for (const real_server *r = v->reals; r; r = real_next(r))
        put_real(t, v, r);
    if (v->sorry)
        put_real(t, v, v->sorry);
}

static void put_virtuals(text *t, const model *m)
{
    const globals *g = &m->global;

    put(t, "lvs=%llu flush=%d stop=%d", (unsigned long long)g->ipvs_sync / 1000000, g->lvs_flush,
        g->flush_on_stop);
    if (g->lvs_timeouts)
        put(t, " timeouts=%u/%u/%u", g->lvs_timeouts->tcp, g->lvs_timeouts->tcp_fin,
            g->lvs_timeouts->udp);
    put(t, "\n");
    if (g->lvs_daemon)
        put(t, "sync=%s of=%s id=%d maxlen=%d port=%d ttl=%d group=%d.%d.%d.%d\n",
            g->lvs_sync.interface, g->lvs_daemon->instance ? g->lvs_daemon->instance->n.name : "-",
            g->lvs_sync.id, g->lvs_sync.maxlen, g->lvs_sync.group.port, g->lvs_sync.ttl,
            g->lvs_sync.group.ip[0], g->lvs_sync.group.ip[1], g->lvs_sync.group.ip[2],
            g->lvs_sync.group.ip[3]);
    for (const virtual_server *v = m->virtuals; v; v = virtual_next(v))
        put_virtual(t, v);
}

/* Everything a case can ask for, one line each. */
static char *outcome(const model *m, arena *a)
{
    text t = {a, NULL, 0, 0};

    put(&t, "\n");
    dump(&t, m, true);
    put(&t, "instances=%u\nundecided=%u\nnode=%s\njson=%d\nlevel=%d\n", m->n_instances,
        m->n_undecided, m->global.node, m->global.log.json, m->global.log.level);
    for (const instance *in = m->instances; in; in = instance_next(in)) {
        put_desc(&t, in);
        put_auth(&t, in);
        put_vmac(&t, in);
        put_addresses(&t, in);
        put_knobs(&t, m, in);
    }
    for (const sync_group *g = m->groups; g; g = group_next(g)) {
        put(&t, "%s.weights=%d\n", g->n.name, g->weights);
        put_tracks(&t, g->n.name, g->track, g->n_tracks);
    }
    for (const probe *p = m->probes; p; p = probe_next(p))
        put_probe(&t, p);
    put_virtuals(&t, m);
    for (size_t i = 0; i < m->global.n_delays; i++)
        put(&t, "delay=%s %llu %llu\n", m->global.delay[i].interface,
            (unsigned long long)m->global.delay[i].down, (unsigned long long)m->global.delay[i].up);
    return t.s;
}

static bool has_line(const char *all, const char *line_)
{
    size_t n = strlen(line_);

    for (const char *s = all; (s = strstr(s, line_)) != NULL; s++)
        if ((s == all || s[-1] == '\n') && (s[n] == '\n' || s[n] == 0))
            return true;
    return false;
}

static char level_mark(uint8_t level)
{
    return "!~.:"[level];
}

static bool wanted(const test *t, char mark, const char *text_)
{
    for (size_t i = 0; i < t->n_want; i++)
        if (t->want[i][0] == mark && strcmp(t->want[i] + 2, text_) == 0)
            return true;
    return false;
}

static bool said(const report *r, char mark, const char *text_)
{
    for (const remark *m = r->first; m; m = m->next)
        if (level_mark(m->level) == mark && strcmp(m->text, text_) == 0)
            return true;
    return false;
}

static bool names_variable(const char *s)
{
    return begins(s, "VRRP") || begins(s, "SIDECAR") || begins(s, "KEEPALIVED_") ||
           begins(s, "CHECK") || begins(s, "IPVS") || begins(s, "BFD") ||
           begins(s, "KUBE_APISERVER_");
}

/* Errors and warnings must be exactly those of the table; other lines if it asks for them. */
static void compare(test *t, const report *r, const char *all)
{
    for (const remark *m = r->first; m; m = m->next) {
        if (m->level <= SAY_WARNING && !wanted(t, level_mark(m->level), m->text))
            miss(t, "not expected: %c %s", level_mark(m->level), m->text);
        if (!names_variable(m->text))
            miss(t, "names no variable: %s", m->text);
    }
    for (size_t i = 0; i < t->n_want; i++) {
        const char *want = t->want[i];

        if (*want == '=' ? !has_line(all, want + 2) : *want == '-' ? has_line(all, want + 2)
            : !said(r, *want, want + 2))
            miss(t, "missing: %s", want);
    }
}

/* --- what holds for every good case --------------------------------------------------------- */

/* The dump without its defaults, as an environment. */
static size_t dump_lines(const char *dumped, char **env, arena *a)
{
    size_t n = 0;

    while (*dumped) {
        size_t size = strcspn(dumped, "\n");

        if (size && *dumped != '#')
            env[n++] = keep(a, dumped, size);
        dumped += size + (dumped[size] != 0);
    }
    env[n] = NULL;
    return n;
}

/* The dump, and behind # what it leads to. */
static char *dumped(const model *m, arena *a)
{
    text t = {a, NULL, 0, 0}, u = {a, NULL, 0, 0};

    dump(&t, m, true);
    put_virtuals(&u, m);
    for (char *s = u.s; *s; s += strcspn(s, "\n") + 1)
        put(&t, "# %.*s\n", (int)strcspn(s, "\n"), s);
    return t.s;
}

static void read_back(test *t, const char *first, char *const *env, arena *a, const char *how)
{
    report r = {{NULL}, NULL, NULL, 0, 0};
    model *m = model_read(env, t->host, &r);
    char  *second = dumped(m, a);

    if (r.errors)
        miss(t, "the dump, %s, has mistakes: %s", how, r.first->text);
    else if (strcmp(first, second))
        miss(t, "the dump, %s, reads back as\n%s--- instead of\n%s", how, second, first);
    report_free(&r);
    model_free(m);
}

static void round_trip(test *t, model *m)
{
    arena  a = {NULL};
    char  *first = dumped(m, &a), **env = take(&a, 4 * LINES * sizeof *env);
    char  *path = NULL, *variable = NULL, *file_env[2] = {NULL, NULL};
    FILE  *f;

    if (m->global.env_file) {           /* it would name another file in the second dump */
        arena_free(&a);
        return;
    }
    dump_lines(first, env, &a);
    read_back(t, first, env, &a, "as environment");
    if (asprintf(&path, "%s/dump", folder) < 0 ||
        asprintf(&variable, "SIDECAR_ENV_FILE=%s", path) < 0)
        abort();
    f = fopen(path, "w");
    fputs(first, f);
    fclose(f);
    file_env[0] = variable;
    {
        report r = {{NULL}, NULL, NULL, 0, 0};
        model *again = model_read(file_env, t->host, &r);

        if (r.errors)
            miss(t, "the dump as env file: %s", r.first->text);
        again->global.env_file = NULL;
        if (strcmp(strchr(dumped(again, &a), '\n'), strchr(first, '\n')))
            miss(t, "the dump as env file reads back as\n%s", dumped(again, &a));
        report_free(&r);
        model_free(again);
    }
    free(path);
    free(variable);
    arena_free(&a);
}

static void core_accepts(test *t, const model *m)
{
    for (const instance *in = m->instances; in; in = instance_next(in)) {
        static vrrp v;
        int         bad = vrrp_init(&v, &in->setup.desc);

        if (bad)
            miss(t, "%s: the core refuses it: %s", in->n.name, vrrp_str(bad));
    }
}

/* --- cases ---------------------------------------------------------------------------------- */

static void run(test *t)
{
    report r = {{NULL}, NULL, NULL, 0, 0};
    arena  a = {NULL};
    model *m;

    t->env[t->n_env] = NULL;
    m = model_read(t->env, t->host ? t->host : "web1", &r);
    if (t->n_locals && r.errors == 0)
        model_resolve(m, t->locals, t->n_locals, &r);
    compare(t, &r, outcome(m, &a));
    if (r.errors == 0) {
        core_accepts(t, m);
        round_trip(t, m);
    }
    if (!t->bad)
        printf("ok - config: %s\n", t->name);
    failures += t->bad;
    arena_free(&a);
    report_free(&r);
    model_free(m);
}

static void run_table(const char *path)
{
    static test t;
    char       *s = NULL;
    size_t      room = 0;
    FILE       *f = fopen(path, "r");
    int         line_ = 0;

    if (!f) {
        printf("not ok - config: cannot read %s\n", path);
        exit(1);
    }
    while (getline(&s, &room, f) >= 0) {
        line_++;
        s[strcspn(s, "\n")] = 0;
        if (begins(s, "== ")) {
            if (t.name)
                run(&t);
            test_free(&t);
            t.name = strdup(s + 3);
            t.line = line_;
        } else {
            test_line(&t, s);
        }
    }
    run(&t);
    test_free(&t);
    free(s);
    fclose(f);
}

/* --- what the table of cases cannot say ----------------------------------------------------- */

static void verdict(test *t)
{
    if (!t->bad)
        printf("ok - config: %s\n", t->name);
    failures += t->bad;
}

/* Every row by itself: what the code takes for granted. */
static void test_rows(void)
{
    test t = {.name = "the option table is sound"};

    for (const row *r = rows; r < rows + ROWS; r++) {
        for (const char *key = r->key; key && !(r->flags & HEAD); key = key_next(key))
            if (row_of(r->in, strndupa(key, key_size(key))) != r)
                miss(&t, "%s: another row of the block has that keyword", key);
        for (const char *key = r->key; key && r->in == B_GLOBAL; key = key_next(key))
            if (is_bare(r) != begins(key, "vrrp_"))
                miss(&t, "%s: only some of these are written as they are", r->key);
        if (r > rows && r->in != r[-1].in && block_rows(r->in) != r)
            miss(&t, "%s: its block is not in one piece", r->key);
        if (!r->help || (!(r->flags & (INERT | REFUSED)) && !r->allowed))
            miss(&t, "%s: no help, or nothing allowed", r->key);
        if (r->flags & INHERIT && !types[r->type].size)
            miss(&t, "%s: nothing to inherit", r->key);
        if (r->flags & ALIAS && canonical(r) == r)
            miss(&t, "%s: alias of nothing", r->key);
        if (begins(r->key, "service_") || (strcmp(r->key, "port") == 0 && blocks[r->in].env))
            miss(&t, "%s: reads like an injected variable", r->key);
    }
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++)
        if (!row_of(B_INSTANCE, aliases[i].key))
            miss(&t, "alias %s: no such keyword", aliases[i].name);
    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++)
        if (!row_of(B_INSTANCE, hints[i].key))
            miss(&t, "hint %s: no such keyword", hints[i].name);
    for (size_t i = 0; i < sizeof habits / sizeof habits[0]; i++)
        if (!row_of(B_INSTANCE, habits[i].key))
            miss(&t, "habit %s: no such keyword", habits[i].key);
    t.name = t.bad ? NULL : t.name;
    if (t.name)
        verdict(&t);
    failures += t.name == NULL;
}

static char *help_text(arena *a, const char *topic)
{
    text t = {a, NULL, 0, 0};

    put(&t, "\n");
    help_topic(&t, topic);
    return t.s;
}

static void narrow(test *t, const char *s)
{
    for (; *s; s += strcspn(s, "\n"), s += *s != 0)
        if (strcspn(s, "\n") > 100 || (strcspn(s, "\n") && s[strcspn(s, "\n") - 1] == ' '))
            miss(t, "too wide, or ends in a blank: %.*s", (int)strcspn(s, "\n"), s);
}

static void test_help(void)
{
    static const struct { const char *topic, *line; } asked[] = {
        {"priority", "  VRRP_PRIORITY                   1..255 | NODE=1..255 ... 1..255  (100)"},
        {"VRRP_WEB_PRIORITY",
         "  VRRP_WEB_PRIORITY               1..255 | NODE=1..255 ... 1..255  (100)"},
        {"vrrp_advert_int", "  VRRP_ADVERT_INT                 0.01..255 seconds  (1)"},
        {"dev", "  dev                             interface name  (the instance's interface)"},
        {"state", "      No effect: priority alone decides who is MASTER."},
        {"track_bfd",
         "  VRRP_TRACK_BFD                  CHECK [weight -253..253] [reverse], ...  (none)"},
        {"track_bfd", "      Also: track, track_script, track_file, track_process"},
        {"json_version", "  SIDECAR_JSON_VERSION"},
        {"json_version", "      No effect: no file is written."},
        {"quorum_max", "  CHECK_<NAME>_QUORUM_MAX         0..65535  (any)"},
        {"use_vmac", "  VRRP_USE_VMAC                   yes|no|[NAME] [MAC] [group N]  (no)"},
        {"SIDECAR_LOG", "      Form and detail of the log on standard output: \"json debug\"."},
        {"startup_delay", "startup_delay: no such option"},
        {"VRRP_STARTUP_DELAY", "  VRRP_STARTUP_DELAY              0..1000 seconds  (0)"},
        {"priorty", "priorty: no such option, did you mean priority?"},
        {"VRRP_PRIORTY", "VRRP_PRIORTY: no such option, did you mean VRRP_PRIORITY?"},
        {"names", "  NO, TRACK, CHECKSUM, OLD_UNICAST, LVS_SYNC_DAEMON"},
        {"ipvs", "Groups of virtual servers"}, {"IPVS_GROUP", "Groups of virtual servers"},
    };
    test  t = {.name = "help"};
    arena a = {NULL};
    char *all = help_text(&a, "all");

    narrow(&t, all);
    narrow(&t, help_text(&a, NULL));
    narrow(&t, help_text(&a, "names"));
    for (const row *r = rows; r < rows + ROWS; r++) {
        const char *name;

        if (!blocks[r->in].env || r->flags & (INERT | REFUSED | HEAD))
            continue;
        name = print(&a, "\n  %s", help_name(&a, r, r->key));
        if (!strstr(all, name))
            miss(&t, "--help all does not have %s", name);
        if (!strstr(help_text(&a, name + 3), name))
            miss(&t, "--help %s does not know it", name + 3);
        if (r->flags & ESSENTIAL && !strstr(help_text(&a, NULL), name))
            miss(&t, "--help does not have %s", name);
    }
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++)
        if (!has_line(help_text(&a, asked[i].topic), asked[i].line))
            miss(&t, "--help %s is\n%s", asked[i].topic, help_text(&a, asked[i].topic));
    arena_free(&a);
    verdict(&t);
}

static void test_presets(void)
{
    test   t = {.name = "every default is a value that is allowed"};
    report r = {{NULL}, NULL, NULL, 0, 0};
    char  *env[] = {(char[]){"VRRP_VIRTUAL_IPADDRESS=198.51.100.10/24"}, NULL};
    model *m = model_read(env, "x", &r);

    for (const remark *k = r.first; k; k = k->next)
        if (!begins(k->text, "VRRP_VIRTUAL_ROUTER_ID: not set"))
            miss(&t, "%s", k->text);
    for (const row *p = rows; p < rows + ROWS; p++) {
        text u = {&m->a, NULL, 0, 0};

        if (!p->preset || *p->preset == '(' || (p->in != B_INSTANCE && p->in != B_GLOBAL))
            continue;
        types[p->type].write(&u, p->in == B_GLOBAL ? &m->global.n : &m->instances->n, p);
        if (strcmp(u.s, p->preset))
            miss(&t, "%s: default %s is written as %s", p->key, p->preset, u.s);
    }
    report_free(&r);
    model_free(m);
    verdict(&t);
}

/* Secrets: not in the dump, not in any message, not in help. */
static void test_secrets(void)
{
    test   t = {.name = "passwords are not printed"};
    report r = {{NULL}, NULL, NULL, 0, 0};
    char  *env[] = {(char[]){"VRRP_A_VIRTUAL_IPADDRESS=198.51.100.10/24"},
                    (char[]){"VRRP_B_VIRTUAL_IPADDRESS=198.51.100.11/24"},
                    (char[]){"VRRP_A_AUTH_PASS=hunter2"},
                    (char[]){"VRRP_B_AUTH_PASS=hunter2hunter2"},
                    (char[]){"VRRP_AUTH_PASS=hunter2 hunter2"},
                    (char[]){"KEEPALIVED_PASSWORD=hunter23"}, NULL};
    model *m = model_read(env, "x", &r);
    text   d = {&m->a, NULL, 0, 0};

    dump(&d, m, false);
    if (strstr(d.s, "hunter") || !has_line(d.s, "VRRP_A_AUTH_PASS=********"))
        miss(&t, "the dump has it:\n%s", d.s);
    for (const remark *k = r.first; k; k = k->next)
        if (strstr(k->text, "hunter"))
            miss(&t, "a message has it: %s", k->text);
    if (r.errors != 3)
        miss(&t, "%u errors", r.errors);
    report_free(&r);
    model_free(m);
    verdict(&t);
}

/* Variables that no shell makes, but execve() does. */
static void test_strange(void)
{
    test   t = {.name = "strange environments"};
    report r = {{NULL}, NULL, NULL, 0, 0};
    char   name[400] = "VRRP_", *env[] = {(char[]){"VRRP_VIRTUAL_IPADDRESS=198.51.100.10/24"},
                                          (char[]){""}, (char[]){"="}, (char[]){"VRRP_X"},
                                          (char[]){"VRRP_\xff\n=1"}, (char[]){"VRRP_=1"},
                                          (char[]){"VRRP__PRIORITY=1"}, name,
                                          (char[]){"VRRP_LABEL=a\x1b[31m"}, NULL};
    model *m;

    memset(name + 5, 'A', 390);
    memcpy(name + 390, "=1", 3);
    m = model_read(env, "x", &r);
    for (const remark *k = r.first; k; k = k->next)
        for (const char *s = k->text; *s; s++)
            if ((unsigned char)*s < 32)
                miss(&t, "a control character in: %s", k->text);
    if (r.errors != 4)
        miss(&t, "%u errors instead of 4", r.errors);
    if (strcmp(m->instances->label, "a?[31m"))
        miss(&t, "label %s", m->instances->label);
    report_free(&r);
    model_free(m);
    verdict(&t);
}

/* More addresses than an advert can hold, and as many as it can. */
static void test_many_addresses(int n, const char *want)
{
    test   t = {.name = n > 255 ? "256 addresses" : "255 addresses"};
    report r = {{NULL}, NULL, NULL, 0, 0};
    char   line_[8192] = "VRRP_VIRTUAL_IPADDRESS=", *env[] = {line_, NULL};
    size_t size = strlen(line_);
    model *m;

    for (int i = 0; i < n; i++)
        size += (size_t)snprintf(line_ + size, sizeof line_ - size, "198.18.%d.%d ", i / 250,
                                 1 + i % 250);
    m = model_read(env, "x", &r);
    if (want ? r.warnings != 1 || strcmp(r.first->text, want) : r.warnings != 0)
        miss(&t, "%u warnings, %s", r.warnings, r.first ? r.first->text : "");
    core_accepts(&t, m);
    round_trip(&t, m);
    report_free(&r);
    model_free(m);
    verdict(&t);
}

/* A thousand virtual routers with their own and common settings. */
static void test_many_instances(void)
{
    test     t = {.name = "1000 instances"};
    report   r = {{NULL}, NULL, NULL, 0, 0};
    char   **env = calloc(4002, sizeof *env);
    size_t   n = 0;
    unsigned i = 0;
    model   *m;

    for (; i < 1000; i++) {
        if (asprintf(&env[n++], "VRRP_V%u_VIRTUAL_IPADDRESS=198.18.%u.%u/24", i, i / 250,
                     1 + i % 250) < 0 ||
            asprintf(&env[n++], "VRRP_V%u_INTERFACE=eth%u", i, i / 200) < 0 ||
            asprintf(&env[n++], "VRRP_V%u_VIRTUAL_ROUTER_ID=%u", i, 1 + i % 200) < 0)
            abort();
    }
    env[n++] = strdup("VRRP_PRIORITY=150");
    m = model_read(env, "x", &r);
    if (r.errors || m->n_instances != 1000)
        miss(&t, "%u instances, %s", m->n_instances, r.errors ? r.first->text : "");
    i = 0;
    for (const instance *in = m->instances; in; in = instance_next(in), i++) {
        char name[16];

        snprintf(name, sizeof name, "V%u", i);
        if (strcmp(name, in->n.name) || in->setup.desc.priority != 150)
            miss(&t, "%s where %s should be", in->n.name, name);
    }
    report_free(&r);
    model_free(m);
    while (n > 0)
        free(env[--n]);
    free(env);
    verdict(&t);
}

/* An interface that appears later is taken then; nothing is said twice. */
static void test_later_interface(void)
{
    test       t = {.name = "an interface that appears later"};
    report     r = {{NULL}, NULL, NULL, 0, 0};
    char      *env[] = {(char[]){"VRRP_VIRTUAL_IPADDRESS=198.51.100.10/24"}, NULL};
    model     *m = model_read(env, "x", &r);
    vrrp_local two[2];
    address    a;

    memset(two, 0, sizeof two);
    model_resolve(m, two, 0, &r);
    model_resolve(m, two, 0, &r);
    if (r.warnings != 1 || m->n_undecided != 1 || m->instances->ready)
        miss(&t, "%u warnings while there is none", r.warnings);
    address_read("198.51.100.5", &a);
    for (int i = 0; i < 2; i++) {
        two[i].address = a.ip;
        two[i].family = VRRP_IPV4;
        two[i].prefix = 24;
        two[i].flags = LINK_UP | LINK_BROADCAST;
        two[i].ifindex = (uint32_t)i + 1;
        snprintf(two[i].name, sizeof two[i].name, "eth%d", i);
    }
    model_resolve(m, two, 2, &r);
    model_resolve(m, two, 2, &r);
    if (r.errors != 1 || m->n_undecided != 1)
        miss(&t, "%u errors while there are two", r.errors);
    model_resolve(m, two, 1, &r);
    model_resolve(m, two, 2, &r);
    if (m->n_undecided || !m->instances->ready || strcmp(m->instances->setup.interface, "eth0"))
        miss(&t, "not taken");
    report_free(&r);
    model_free(m);
    verdict(&t);
}

/* Files that are no values: too large, or with a zero byte. The largest that is one. */
static void test_large_files(void)
{
    static const struct { size_t size; char last; const char *want; } files[] = {
        {FILE_MOST, '\n', NULL}, {FILE_MOST + 1, '\n', "is larger than 64 KiB"},
        {3, 0, "has a zero byte in it"},
    };
    test t = {.name = "large files, and files that are not text"};

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        report r = {{NULL}, NULL, NULL, 0, 0};
        char  *env[] = {(char[]){"VRRP_VIRTUAL_IPADDRESS=198.51.100.10/24"}, NULL, NULL}, *path;
        FILE  *f;
        model *m;

        if (asprintf(&path, "%s/large", folder) < 0 ||
            asprintf(&env[1], "VRRP_PRIORITY_FILE=%s", path) < 0)
            abort();
        f = fopen(path, "w");
        fprintf(f, "7%*c", (int)files[i].size - 1, files[i].last);
        fclose(f);
        m = model_read(env, "x", &r);
        if (files[i].want ? !r.first || !strstr(r.first->text, files[i].want)
                          : r.errors || m->instances->setup.desc.priority != 7)
            miss(&t, "%zu bytes: %s", files[i].size, r.first ? r.first->text : "");
        report_free(&r);
        model_free(m);
        free(path);
        free(env[1]);
    }
    verdict(&t);
}

/* An env file with many real servers, far beyond what one value may have. */
static void test_large_env_file(void)
{
    test   t = {.name = "a large env file"};
    report r = {{NULL}, NULL, NULL, 0, 0};
    char  *path, *env[2] = {NULL, NULL};
    model *m;
    FILE  *f;
    size_t n = 0;

    if (asprintf(&path, "%s/many", folder) < 0 ||
        asprintf(&env[0], "SIDECAR_ENV_FILE=%s", path) < 0)
        abort();
    f = fopen(path, "w");
    fprintf(f, "IPVS_A=tcp://198.51.100.1:80\n");
    for (int i = 0; i < 2000; i++)
        fprintf(f, "IPVS_A_REAL_SERVER_%d=198.18.%d.%d:80\nIPVS_A_REAL_SERVER_%d_WEIGHT=2\n", i,
                i / 250, 1 + i % 250, i);
    fclose(f);
    m = model_read(env, "x", &r);
    for (const real_server *k = m->virtuals ? m->virtuals->reals : NULL; k; k = real_next(k))
        n += k->d.weight == 2;
    if (r.errors || n != 2000 || r.first->next)
        miss(&t, "%zu servers, %s", n, r.first ? r.first->text : "");
    report_free(&r);
    model_free(m);
    free(path);
    free(env[0]);
    verdict(&t);
}

/* As text it is what one datagram can have, too. */
static void test_large_payloads(void)
{
    static const size_t sizes[] = {65507, 65508, 65540};
    test t = {.name = "payloads as large as a datagram, and larger ones"};

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        report r = {{NULL}, NULL, NULL, 0, 0};
        char  *env[] = {(char[]){"VRRP_VIRTUAL_IPADDRESS=198.51.100.10/24"},
                        (char[]){"CHECK_U=udp://198.51.100.2:1"}, NULL, NULL};
        model *m;

        if (asprintf(&env[2], "CHECK_U_PAYLOAD=%0*d-", (int)sizes[i] - 1, 0) < 0)
            abort();
        m = model_read(env, "x", &r);
        if (r.errors != (sizes[i] > 65507) ||
            (!r.errors && m->probes->d.udp.payload_size != sizes[i]))
            miss(&t, "%zu bytes: %u errors, %u", sizes[i], r.errors,
                 m->probes->d.udp.payload_size);
        report_free(&r);
        model_free(m);
        free(env[2]);
    }
    verdict(&t);
}

/* --- the log -------------------------------------------------------------------------------- */

static void pipe_read(int fd, char *s, size_t size)
{
    ssize_t n = read(fd, s, size - 1);

    s[n > 0 ? n : 0] = 0;
}

static void test_log(void)
{
    static const char want[] =
        "Z\",\"level\":\"warning\",\"node\":\"n\\\"1\",\"instance\":\"a\\\\b\",\"message\":"
        "\"q\\\"\xc3\xa9\\ufffd\xe2\x82\xac\\ufffd\\ufffd\\ufffd\"}\n";
    test   t = {.name = "log lines"};
    int    fd[2];
    char   s[LINE_MOST * 2], longest[LINE_MOST * 2];

    if (pipe(fd))
        abort();
    logging.fd = fd[1];
    logging.form = (log_form){0, SAY_INFO};
    say(SAY_DEBUG, NULL, "not this");
    say(SAY_INFO, "WEB", "Entering %s STATE", "MASTER");
    pipe_read(fd[0], s, sizeof s);
    if (strlen(s) < 26 || s[10] != 'T' || strcmp(s + 23, "Z WEB: Entering MASTER STATE\n"))
        miss(&t, "text: %s", s);
    say(SAY_ERROR, NULL, "line\nbreak");
    pipe_read(fd[0], s, sizeof s);
    if (strcmp(s + 24, " error sidecar: line?break\n"))
        miss(&t, "one line: %s", s);
    logging.form.json = 1;
    logging.node = "n\"1";
    say(SAY_WARNING, "a\\b", "q\"\xc3\xa9\xff\xe2\x82\xac\xe0\x80\x80");
    pipe_read(fd[0], s, sizeof s);
    if (!begins(s, "{\"time\":\"2") || !strstr(s, want))
        miss(&t, "json: %s", s);
    memset(longest, '"', sizeof longest);
    longest[sizeof longest - 1] = 0;
    say(SAY_INFO, NULL, "%s", longest);
    pipe_read(fd[0], s, sizeof s);
    if (strlen(s) > LINE_MOST + 1 || strcmp(s + strlen(s) - 3, "\"}\n"))
        miss(&t, "a long line ends in: %s", s + strlen(s) - 20);
    logging.form.json = 0;
    close(fd[0]);
    close(fd[1]);
    verdict(&t);
}

/* Nobody reads: say() returns at once, and the loss is told later. */
static void test_log_full(void)
{
    test t = {.name = "a log that nobody reads does not block"};
    int  fd[2];
    char s[4096];
    bool told = false;

    if (pipe(fd))
        abort();
    logging.fd = fd[1];
    logging.lost = 0;
    for (int i = 0; i < 5000; i++)
        say(SAY_INFO, NULL, "%d", i);
    if (logging.lost == 0)
        miss(&t, "nothing was lost of 5000 lines in a pipe");
    fcntl(fd[0], F_SETFL, O_NONBLOCK);
    do
        pipe_read(fd[0], s, sizeof s);
    while (*s);
    say(SAY_INFO, NULL, "again");
    pipe_read(fd[0], s, sizeof s);
    told = strstr(s, "log lines were lost") != NULL && strstr(s, "sidecar: again\n") != NULL;
    if (!told || logging.lost)
        miss(&t, "not told: %s", s);
    logging.fd = 1;
    close(fd[0]);
    close(fd[1]);
    verdict(&t);
}

/* --- what goes where ------------------------------------------------------------------------ */

/* Points descriptor fd at a pipe, or (pipe_ NULL) back. */
static void redirect(int fd, int *pipe_, int *saved)
{
    fflush(stdout);
    if (pipe_) {
        if (pipe(pipe_))
            abort();
        *saved = dup(fd);
        dup2(pipe_[1], fd);
        close(pipe_[1]);
        fcntl(pipe_[0], F_SETFL, O_NONBLOCK);
    } else {
        dup2(*saved, fd);
        close(*saved);
    }
}

static void test_output(void)
{
    test   t = {.name = "help and dump go to standard output, mistakes to standard error"};
    report r = {{NULL}, NULL, NULL, 0, 0};
    char  *env[] = {(char[]){"VRRP_VIRTUAL_IPADDRESS=198.51.100.10/24"}, (char[]){"VRRP_X=1"},
                    (char[]){"SIDECAR_LOG=json"}, NULL};
    model *m = model_read(env, "x", &r);
    int    out[2], err[2], saved[2], status[2];
    char   s[65536], e[4096];

    redirect(1, out, &saved[0]);
    redirect(2, err, &saved[1]);
    status[0] = help_print(NULL);
    dump_print(m, false);
    report_print(&r, SAY_ERROR, 2);
    status[1] = help_print("nonsense");
    log_open(m);
    report_say(&r, SAY_ERROR);
    redirect(1, NULL, &saved[0]);
    redirect(2, NULL, &saved[1]);
    pipe_read(out[0], s, sizeof s);
    pipe_read(err[0], e, sizeof e);
    if (status[0] != 0 || status[1] != 2)
        miss(&t, "exit statuses %d and %d", status[0], status[1]);
    if (!begins(s, "sidecar ") || !strstr(s, "\nVRRP_VIRTUAL_ROUTER_ID=10\n"))
        miss(&t, "standard output is\n%s", s);
    if (!strstr(s, "\"level\":\"error\",\"node\":\"x\",\"message\":\"VRRP_X: unknown variable\"}"))
        miss(&t, "the log is\n%s", s);
    if (strcmp(e, "VRRP_X: unknown variable\nnonsense: no such option\n"))
        miss(&t, "standard error is\n%s", e);
    close(out[0]);
    close(err[0]);
    report_free(&r);
    model_free(m);
    logging.node = "";
    verdict(&t);
}

/* The folder of files, and what is in it. */
static void folder_remove(void)
{
    DIR           *d = opendir(folder);
    struct dirent *e;

    while (d && (e = readdir(d)) != NULL)
        if (e->d_name[0] != '.')
            unlinkat(dirfd(d), e->d_name, 0);
    if (d)
        closedir(d);
    rmdir(folder);
}

int main(int argc, char **argv)
{
    if (!mkdtemp(folder))
        return 1;
    run_table(argc > 1 ? argv[1] : "config.table");
    for (int i = 2; i < argc; i++)
        run_table(argv[i]);
    if (!HAS_TLS) {                     /* the rest is the same with it */
        folder_remove();
        return failures != 0;
    }
    test_rows();
    test_presets();
    test_help();
    test_secrets();
    test_strange();
    test_many_addresses(255, NULL);
    test_many_addresses(256, "VRRP_VIRTUAL_IPADDRESS: 256 addresses, but an advert holds 255: the"
                             " others are as if they stood in VRRP_VIRTUAL_IPADDRESS_EXCLUDED");
    test_many_instances();
    test_later_interface();
    test_large_files();
    test_large_env_file();
    test_large_payloads();
    test_output();
    test_log();
    test_log_full();
    folder_remove();
    return failures != 0;
}
