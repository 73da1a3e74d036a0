/* lvs: what a user of ipvs.h would write, in ipvsadm's own words, so that the two can be compared.

       lvs <rules          a command of ipvsadm a line (-A -t 198.51.100.1:80 -s rr; -a, -e, -d ...)
       lvs -S              the whole table as "ipvsadm -Sn" prints it, with thresholds
       lvs -c              the same with the counters of each line
       lvs --timeout | --info | --daemon

   What fails is told on stderr in the sentence of ipvs.h, after its code; status 1. */
#define IPVS_IMPLEMENTATION
#include "../../ipvs.h"
#include <stdlib.h>

static ipvs_io io;
static int     failed;

#define COUNT(list) (sizeof(list) / sizeof *(list))

static void __attribute__((noreturn)) usage(const char *word)
{
    fprintf(stderr, "lvs: what is \"%s\"?\n", word);
    exit(2);
}

static int result(int code)
{
    if (code < 0) {
        fprintf(stderr, "%d %s\n", code, io.err);
        failed = 1;
    }
    return code;
}

// >>words

typedef struct word {
    const char *text;
    unsigned    value;
} word;

static const word methods[] = { { "-m", IPVS_MASQ }, { "-g", IPVS_DIRECT }, { "-i", IPVS_TUNNEL } };
static const word protocols[] = {
    { "-t", IPVS_TCP }, { "-u", IPVS_UDP }, { "--sctp-service", IPVS_SCTP }
};
static const word tunnels[] = { { "ipip", IPVS_IPIP }, { "gue", IPVS_GUE }, { "gre", IPVS_GRE } };
static const word flags[] = {
    { "sh-fallback", IPVS_SH_FALLBACK }, { "sh-port", IPVS_SH_PORT },
    { "mh-fallback", IPVS_MH_FALLBACK }, { "mh-port", IPVS_MH_PORT },
    { "flag-1", IPVS_FLAG_1 }, { "flag-2", IPVS_FLAG_2 }, { "flag-3", IPVS_FLAG_3 }
};
static const word states[] = { { "master", IPVS_SYNC_MASTER }, { "backup", IPVS_SYNC_BACKUP } };

static const word *by_text(const word *list, size_t n, const char *text)
{
    size_t i;

    for (i = 0; i < n; i++)
        if (strcmp(list[i].text, text) == 0)
            return &list[i];
    return NULL;
}

static const char *by_value(const word *list, size_t n, unsigned value)
{
    size_t i;

    for (i = 0; i < n; i++)
        if (list[i].value == value)
            return list[i].text;
    return "?";
}

static unsigned value_of(const word *list, size_t n, const char *text)
{
    const word *w = by_text(list, n, text);

    if (!w)
        usage(text);
    return w->value;
}

static void address_of(const char *text, ipvs_address *out)
{
    char  copy[64];
    char *port, *ip = copy;

    snprintf(copy, sizeof copy, "%s", text);
    port = strrchr(copy, ':');
    if (*ip == '[') {
        ip++;
        *strchr(ip, ']') = 0;
        out->family = IPVS_IPV6;
    } else {
        out->family = IPVS_IPV4;
    }
    if (!port)
        usage(text);
    *port++ = 0;
    out->port = (uint16_t)atoi(port);
    if (inet_pton(out->family == IPVS_IPV6 ? AF_INET6 : AF_INET, ip, out->ip) != 1)
        usage(text);
}

static uint32_t flags_of(char *list)
{
    uint32_t set = 0;
    char    *save, *one;

    for (one = strtok_r(list, ",", &save); one; one = strtok_r(NULL, ",", &save))
        set |= value_of(flags, COUNT(flags), one);
    return set;
}

/* 255.255.255.0, or a number. */
static uint8_t prefix_of(const char *text)
{
    uint32_t mask;
    uint8_t  n = 0;

    if (inet_pton(AF_INET, text, &mask) != 1)
        return (uint8_t)atoi(text);
    for (mask = ntohl(mask); mask & 0x80000000; mask <<= 1)
        n++;
    return n;
}

// >>commands

typedef struct command {
    ipvs_service s;
    ipvs_dest    d;
    ipvs_daemon  daemon;
    ipvs_config  config;
    const char  *verb;
} command;

/* Options with a value. False: it is none of these. */
static bool option(command *c, const char *name, char *value)
{
    const word *protocol = by_text(protocols, COUNT(protocols), name);

    if (protocol)
        c->s.protocol = (uint8_t)protocol->value, address_of(value, &c->s.at);
    else if (strcmp(name, "-f") == 0)
        c->s.fwmark = (uint32_t)atoi(value);
    else if (strcmp(name, "-s") == 0)
        snprintf(c->s.scheduler, sizeof c->s.scheduler, "%s", value);
    else if (strcmp(name, "-p") == 0)
        c->s.persistence = (uint32_t)atoi(value);
    else if (strcmp(name, "-M") == 0)
        c->s.granularity = prefix_of(value);
    else if (strcmp(name, "-b") == 0)
        c->s.flags |= flags_of(value);
    else if (strcmp(name, "--pe") == 0)
        snprintf(c->s.engine, sizeof c->s.engine, "%s", value);
    else if (strcmp(name, "-r") == 0)
        address_of(value, &c->d.to);
    else if (strcmp(name, "-w") == 0)
        c->d.weight = atoi(value);
    else if (strcmp(name, "-x") == 0)
        c->d.upper = (uint32_t)atoi(value);
    else if (strcmp(name, "-y") == 0)
        c->d.lower = (uint32_t)atoi(value);
    else if (strcmp(name, "--tun-type") == 0)
        c->d.tunnel = (uint8_t)value_of(tunnels, COUNT(tunnels), value);
    else if (strcmp(name, "--tun-port") == 0)
        c->d.tunnel_port = (uint16_t)atoi(value);
    else
        return false;
    return true;
}

static bool daemon_option(ipvs_daemon *d, const char *name, const char *value)
{
    if (strcmp(name, "--mcast-interface") == 0)
        snprintf(d->interface, sizeof d->interface, "%s", value);
    else if (strcmp(name, "--syncid") == 0)
        d->id = (uint8_t)atoi(value);
    else if (strcmp(name, "--sync-maxlen") == 0)
        d->maxlen = (uint16_t)atoi(value);
    else if (strcmp(name, "--mcast-ttl") == 0)
        d->ttl = (uint8_t)atoi(value);
    else if (strcmp(name, "--mcast-group-port") == 0)
        address_of(value, &d->group);
    else
        return false;
    return true;
}

/* Those without one. */
static bool flag(command *c, const char *name)
{
    const word *method = by_text(methods, COUNT(methods), name);

    if (method)
        c->d.method = (uint8_t)method->value;
    else if (strcmp(name, "-o") == 0)
        c->s.flags |= IPVS_ONE_PACKET;
    else if (strcmp(name, "-6") == 0)
        c->s.at.family = IPVS_IPV6;
    else if (strcmp(name, "--tun-csum") == 0)
        c->d.tunnel_flags = IPVS_TUN_CSUM;
    else if (strcmp(name, "--tun-remcsum") == 0)
        c->d.tunnel_flags = IPVS_TUN_REMCSUM;
    else
        return strcmp(name, "--tun-nocsum") == 0;
    return true;
}

static void parse(command *c, char *line)
{
    char *save, *name, *value;

    memset(c, 0, sizeof *c);
    c->verb = strtok_r(line, " \n", &save);
    while (c->verb && (name = strtok_r(NULL, " \n", &save))) {
        if (flag(c, name))
            continue;
        value = strtok_r(NULL, " \n", &save);
        if (!value || !(option(c, name, value) || daemon_option(&c->daemon, name, value)))
            usage(name);
    }
}

static int run(char *line)
{
    command     c;
    const char *v;

    if (strncmp(line, "--set ", 6) == 0) {
        memset(&c, 0, sizeof c);
        sscanf(line + 6, "%u %u %u", &c.config.tcp, &c.config.tcp_fin, &c.config.udp);
        return ipvs_config_set(&io, &c.config);
    }
    parse(&c, line);
    v = c.verb ? c.verb : "";
    if (strcmp(v, "-A") == 0 || strcmp(v, "-E") == 0)
        return ipvs_service_set(&io, &c.s);
    if (strcmp(v, "-a") == 0 || strcmp(v, "-e") == 0)
        return ipvs_dest_set(&io, &c.s, &c.d);
    if (strcmp(v, "-D") == 0)
        return ipvs_service_delete(&io, &c.s);
    if (strcmp(v, "-d") == 0)
        return ipvs_dest_delete(&io, &c.s, &c.d);
    if (strcmp(v, "-Z") == 0)
        return ipvs_zero(&io, c.s.protocol || c.s.fwmark ? &c.s : NULL);
    if (strcmp(v, "-C") == 0)
        return ipvs_flush(&io);
    if (strncmp(v, "--start-daemon=", 15) == 0) {
        c.daemon.state = (uint8_t)value_of(states, COUNT(states), v + 15);
        return ipvs_daemon_start(&io, &c.daemon);
    }
    if (strncmp(v, "--stop-daemon=", 14) == 0)
        return ipvs_daemon_stop(&io, (uint8_t)value_of(states, COUNT(states), v + 14));
    usage(v);
}

// >>lists

static void say_key(const ipvs_service *s)
{
    char text[64];

    if (s->fwmark) {
        printf("-f %u%s", s->fwmark, s->at.family == IPVS_IPV6 ? " -6" : "");
        return;
    }
    ipvs_service_print(s, text, sizeof text);
    printf("%s %s", by_value(protocols, COUNT(protocols), s->protocol), strchr(text, ' ') + 1);
}

/* In the words of the scheduler, as ipvsadm does. */
static void say_flags(const ipvs_service *s)
{
    bool        sh = strcmp(s->scheduler, "sh") == 0, mh = strcmp(s->scheduler, "mh") == 0;
    const char *comma = " -b ";
    unsigned    bit;

    if (s->flags & IPVS_ONE_PACKET)
        printf(" -o");
    for (bit = IPVS_FLAG_1; bit <= IPVS_FLAG_3; bit <<= 1) {
        if (!(s->flags & bit))
            continue;
        if ((sh || mh) && bit != IPVS_FLAG_3)
            printf("%s%s-%s", comma, sh ? "sh" : "mh", bit == IPVS_FLAG_1 ? "fallback" : "port");
        else
            printf("%sflag-%d", comma, bit == IPVS_FLAG_1 ? 1 : bit == IPVS_FLAG_2 ? 2 : 3);
        comma = ",";
    }
}

static void say_service(const ipvs_service *s)
{
    bool     six = s->at.family == IPVS_IPV6;
    uint32_t mask = s->granularity ? htonl(UINT32_MAX << (32 - s->granularity % 33)) : 0;
    char     text[32];

    printf("-A ");
    say_key(s);
    printf(" -s %s", s->scheduler);
    if (s->persistence)
        printf(" -p %u", s->persistence);
    if (s->persistence && six && s->granularity != 128)
        printf(" -M %u", s->granularity);
    if (s->persistence && !six && s->granularity != 32)
        printf(" -M %s", inet_ntop(AF_INET, &mask, text, sizeof text));
    if (s->engine[0])
        printf(" --pe %s", s->engine);
    say_flags(s);
}

static void say_tunnel(const ipvs_dest *d)
{
    if (d->method != IPVS_TUNNEL)
        return;
    printf(" --tun-type %s", by_value(tunnels, COUNT(tunnels), d->tunnel));
    if (d->tunnel == IPVS_GUE)
        printf(" --tun-port %u", d->tunnel_port);
    if (d->tunnel != IPVS_IPIP)
        printf(" --tun-%s", d->tunnel_flags == IPVS_TUN_CSUM ? "csum" :
               d->tunnel_flags == IPVS_TUN_REMCSUM ? "remcsum" : "nocsum");
}

static void say_dest(const ipvs_service *s, const ipvs_dest *d)
{
    char text[64];

    printf("-a ");
    say_key(s);
    ipvs_dest_print(d, text, sizeof text);
    printf(" -r %s %s -w %d", text, by_value(methods, COUNT(methods), d->method), d->weight);
    say_tunnel(d);
    if (d->upper || d->lower)
        printf(" -x %u -y %u", d->upper, d->lower);
}

static void say_counts(const ipvs_counts *c)
{
    printf(" active %u inactive %u persistent %u connections %llu packets %llu %llu bytes %llu "
           "%llu", c->active, c->inactive, c->persistent,
           (unsigned long long)c->stats.connections,
           (unsigned long long)c->stats.in_packets, (unsigned long long)c->stats.out_packets,
           (unsigned long long)c->stats.in_bytes, (unsigned long long)c->stats.out_bytes);
}

/* Two lists at once, and a question in between: they do not disturb each other. */
static void list(bool counted)
{
    static ipvs_cursor services, dests;
    ipvs_service       s, again;
    ipvs_dest          d;
    ipvs_counts        counts;

    while (result(ipvs_services(&io, &services, &s, &counts)) > 0) {
        say_service(&s);
        if (counted)
            say_counts(&counts);
        putchar('\n');
        again = s;
        if (result(ipvs_service_get(&io, &again, NULL)) || ipvs_diff_service(&s, &again))
            failed = 1;
        while (result(ipvs_dests(&io, &dests, &s, &d, &counts)) > 0) {
            say_dest(&s, &d);
            if (counted)
                say_counts(&counts);
            putchar('\n');
        }
    }
}

static void say_daemons(void)
{
    ipvs_daemon d;
    size_t      i;
    char        text[64];

    for (i = 0; i < COUNT(states); i++) {
        if (ipvs_daemon_get(&io, (uint8_t)states[i].value, &d))
            continue;
        inet_ntop(d.group.family == IPVS_IPV6 ? AF_INET6 : AF_INET, d.group.ip, text, sizeof text);
        printf("%s sync daemon (mcast=%s, syncid=%d, maxlen=%d, group=%s, port=%d, ttl=%d)\n",
               states[i].text, d.interface, d.id, d.maxlen, text, d.group.port, d.ttl);
    }
}

int main(int argc, char **argv)
{
    const char *ask = argc > 1 ? argv[1] : "";
    char        line[400];
    ipvs_config c;
    uint32_t    version, size;

    if (result(ipvs_io_open(&io, NULL)))
        return 1;
    if (strcmp(ask, "-S") == 0 || strcmp(ask, "-c") == 0) {
        list(ask[1] == 'c');
    } else if (strcmp(ask, "--daemon") == 0) {
        say_daemons();
    } else if (strcmp(ask, "--timeout") == 0) {
        if (result(ipvs_config_get(&io, &c)) == 0)
            printf("Timeout (tcp tcpfin udp): %u %u %u\n", c.tcp, c.tcp_fin, c.udp);
    } else if (strcmp(ask, "--info") == 0) {
        if (result(ipvs_info(&io, &version, &size)) == 0)
            printf("%u.%u.%u size=%u\n", version >> 16, version >> 8 & 255, version & 255, size);
    } else {
        while (fgets(line, sizeof line, stdin))
            result(run(line));
    }
    ipvs_io_close(&io);
    return failed;
}
