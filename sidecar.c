/* sidecar - a floating address for containers and hosts - MIT-0 or public domain

   SYNOPSIS
       VRRP_VIRTUAL_IPADDRESS=192.168.4.80/24 sidecar
       sidecar --help | --help all | --help NAME | --help names
       sidecar -t | -d | --print-env       (and keepalived's -n -l -D, which change nothing)
       sidecar [-P | -C] [-I]              VRRP alone; virtual servers alone; they stay at exit
       sidecar genhash -s ADDRESS -p PORT -u /PATH     (keepalived's genhash)

   Two or more machines run it with the same address; one of them holds it, and when that one
   dies the next takes over (VRRP, RFC 9568 and RFC 3768; understood by keepalived, FRR and
   routers). This line alone is a complete configuration: the interface is the one whose subnet
   holds the address, the virtual router id is its last byte, and of equal priorities the node
   with the higher address wins.

   CONFIGURATION
   Everything is set by environment variables. They are keepalived's keywords in capitals:

       VRRP_VIRTUAL_IPADDRESS="198.51.100.10/24 dev eth0, 198.51.100.11/24"
       VRRP_PRIORITY=150                   or by host name: "web1=150 web2=120 100"
       VRRP_AUTH_PASS_FILE=/run/secrets/vrrp       any variable: its value from a file
       VRRP_UNICAST_PEER="198.51.100.1, node2.example"    one list for all nodes
       VRRP_TRACK_INTERFACE="eth1 weight -20, eth2"    links that have a say in it
       VRRP_TRACK=http://127.0.0.1/                    and so does the server next door

   Several virtual routers have names, which are yours to choose; what has none is the default
   of all:

       VRRP_WEB_VIRTUAL_IPADDRESS=198.51.100.10/24    VRRP_WEB_PRIORITY=150
       VRRP_DB_VIRTUAL_IPADDRESS=198.51.100.20/24     VRRP_DB_PRIORITY=100
       VRRP_ADVERT_INT=1
       VRRP_GROUP_ALL="WEB DB"             MASTER together or not at all

   Values     words are split at blanks; '...' and "..." keep them together
   Lists      items end at a comma, a newline, or a blank before the next address; or one
              numbered variable an item: VRRP_UNICAST_PEER_1, VRRP_UNICAST_PEER_2, ...
   Items      options follow as `dev eth0` or `dev=eth0`, or in a variable of their own:
              VRRP_VIRTUAL_IPADDRESS_1_DEV=eth0
   Times      seconds (0.5, 3), or with ms, s, m, h
   Booleans   true on yes 1, false off no 0
   Empty      an empty value is no value

   KEEPALIVED_* variables of the usual container images are understood (KEEPALIVED_VIRTUAL_IPS,
   KEEPALIVED_UNICAST_PEERS, KEEPALIVED_PASSWORD, ...). What Kubernetes and container links put
   into the environment (VRRP_PORT=tcp://...) is nobody's mistake and ignored. Everything else
   under VRRP_ and SIDECAR_ must fit: every mistake is reported, all at once, with what is
   allowed and the nearest name, and nothing is touched.

   Peers, targets of checks and real servers may be names: those of /etc/hosts and DNS, looked up
   again and again. The last answer stays when there is none.

   SIDECAR_ENV_FILE names a file with lines NAME=VALUE (# begins a comment line) that count as
   if they stood in the environment.

   HEALTH CHECKS
   VRRP_TRACK lists checks, by URL or by the name of a CHECK_<NAME>=URL, which has options:

       VRRP_TRACK="NGINX weight -20, icmp://198.51.100.1, file:/run/drain reverse"
       CHECK_NGINX=http://127.0.0.1:8080/healthz    CHECK_NGINX_FALL=3    CHECK_INTERVAL=0.5

   Without a weight one that is down is a FAULT, and until its first result it is not up.

   VIRTUAL SERVERS
   IPVS_<NAME> is a virtual server of the kernel's load balancer, as keepalived's virtual_server.
   A URL without an address is each real server's own; keepalived's checkers are blocks:

       IPVS_WEB=tcp://198.51.100.10:80     or fwmark:N, or group:NAME of an IPVS_GROUP_<NAME>
       IPVS_WEB_REAL_SERVER="203.0.113.1 weight=2, 203.0.113.2"    IPVS_WEB_LVS_METHOD=DR
       IPVS_WEB_CHECK=http:///healthz      or IPVS_WEB_HTTP_GET_URL_PATH=/healthz
       IPVS_WEB_REAL_SERVER_2_TCP_CHECK_1_CONNECT_PORT=8080        IPVS_LB_ALGO=rr

   FILES AND PRIVILEGES
   None is needed but the binary: the root file system may be empty and read-only. It needs the
   capabilities NET_ADMIN (addresses, virtual servers) and, for VRRP and echo requests, NET_RAW, for
   commands of other users (CHECK_USER, IPVS_SCRIPT_USER) SETUID, SETGID and KILL too, and drops all
   others. Virtual servers need the kernel's ip_vs, which VRRP does without.

   PROCESSES AND SIGNALS
   The first process waits; the second does the work. Should the worker die, whatever the
   reason, the first takes its addresses off the interfaces and exits with the worker's status.
       SIGTERM, SIGINT     hand over (addresses removed, priority 0 sent twice), then remove the
                           virtual servers, wait up to 5 s for commands that run, exit 0
       SIGHUP              read SIDECAR_ENV_FILE and every *_FILE again; what is the same goes
                           on undisturbed, a mistake changes nothing. Secret files must be
                           readable with NET_ADMIN and NET_RAW alone (for root: owned by root)

   OUTPUT
   One line for each transition on standard output, as text or JSON (SIDECAR_LOG). Mistakes of
   the configuration go to standard error.

   EXIT STATUS
   0   asked to stop, or a question was answered
   1   it could not run: a capability, a socket, another process with the same virtual router
   2   the configuration is wrong */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#ifdef SIDECAR_TLS                      /* make TLS=1 */
#define VRRP_MBEDTLS
#define CHECK_MBEDTLS
#endif
#ifndef SIDECAR_TEST
#define VRRP_IMPLEMENTATION
#define VRRP_STATIC
#define CHECK_IMPLEMENTATION
#define CHECK_STATIC
#define IPVS_IMPLEMENTATION
#define IPVS_STATIC
#endif
#include "vrrp.h"
#include "check.h"
#include "ipvs.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/capability.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// >>model

/* The configuration as it is used. One arena holds all nodes and texts of a model and is freed
   whole; so two models can stand side by side while one replaces the other.

       report r = {0};
       model *m = model_read(environ, "web1", &r);         every mistake is in r
       model_resolve(m, locals, n, &r);                    what depends on the interfaces
       report_print(&r, SAY_WARNING, 2);
       if (r.errors) exit(2);
       for (instance *in = m->instances; in; in = instance_next(in))
           if (in->ready) vrrp_io_add(&io, router, &in->setup, now);
       model_free(m), report_free(&r);

   An instance that is not ready has found no interface yet: model_resolve() again at every
   address event while m->n_undecided. */

typedef struct chunk {
    struct chunk *next;
    size_t        used, size;
} chunk;

typedef struct arena {
    chunk *first;
} arena;

/* A row of a block that was given. */
typedef struct gift {
    struct gift      *next;
    const struct row *row;
    const char       *by;               /* the variable; NULL: it was taken back */
} gift;

/* First member of every block of the configuration. */
typedef struct node {
    struct node *next;
    const char  *name;                  /* WEB of VRRP_WEB_PRIORITY; "": unnamed */
    gift        *gifts;                 /* the last one first; copies share what they have */
    int32_t      number;                /* 2 of VIRTUAL_IPADDRESS_2; -1: not numbered */
    uint8_t      block;                 /* B_INSTANCE ... */
} node;

enum { BRD_AUTO = 1 };                  /* as a family: the last address of the subnet */

typedef struct address {
    vrrp_ip ip;
    uint8_t family;                     /* 0: not set */
} address;

typedef struct vip {
    node     n;
    vrrp_vip v;
    address  peer, brd;
    const char *track_group;
} vip;

typedef struct hop {
    node     n;
    vrrp_hop h;
} hop;

typedef struct encap {
    node       n;
    vrrp_encap e;
    bool       ip, ip6, key, csum, seq;
} encap;

typedef struct route {
    node        n;
    vrrp_route  r;
    hop        *hops;
    encap      *encaps;
    uint8_t     family, order;          /* words, from 1; 0: none */
    const char *track_group;
} route;

typedef struct rule {
    node        n;
    vrrp_rule   r;
    uint8_t     family;
    const char *track_group;
} rule;

/* An address, or (family 0) a name that stands for some: see >>resolve. */
typedef struct host_ref {
    address     a;
    const char *name;
} host_ref;

typedef struct peer {
    node     n;
    host_ref h;
    vrrp_ttl ttl;
} peer;

typedef struct track {
    node       n;
    vrrp_track t;
} track;

/* A user and a group to run as. */
typedef struct user_ids {
    const char *name;                   /* as given, if it is one that has more groups */
    uint32_t   *groups;
    uint32_t    uid, gid;
    uint16_t    n_groups;
    bool        on;
} user_ids;

/* One of several pages that an http check asks for. */
typedef struct page {
    node      n;
    check_url u;
} page;

/* CHECK_<NAME>=URL; or without a name a URL that is tracked; or a check of a real server, where
   several real servers have the same each its own. */
typedef struct probe {
    node        n;
    check_desc  d;
    page       *pages;
    struct probe *hosts;                /* of SMTP_CHECK */
    const char *url, *label, *bfd_key;
    const char *host;                   /* the target, if it is a name */
    address     bind;
    address     connect_ip;             /* instead of the server's */
    uint64_t    delay;                  /* of a process: up_delay and down_delay */
    uint32_t    retry;
    const char *command, *of;           /* misc_path; the check that BFD_CHECK, FILE_CHECK mean */
    uint16_t    connect_port;
    bool        at_server, at_port;     /* d.to has the server's address, its port: a server by
                                           name tells them later */
    bool        own;                    /* of one real server, and not among model.probes */
    bool        used;                   /* real servers go by it, or by copies of it */
    bool        sni;                    /* enable_sni */
    user_ids    user;
    uint8_t     protocol, match;        /* words, from 1; 0: none */
    int16_t     weight;                 /* where it is tracked without one */
    bool        reverse, init_fail;
    bool        tracked;
    bool        late;                   /* a reload brought it: see join_lift() */
    bool        untried;                /* that our machine cannot try was said */
    char        bind_if[16];
    void       *run;                    /* whatever runs it keeps here */
    void       *server;                 /* own: the same of its real server */
} probe;

/* A check that is tracked. */
typedef struct watch {
    node        n;
    const char *what;                   /* a name or a URL */
    probe      *probe;
    int16_t     weight;
    bool        reverse;
} watch;

/* Interfaces whose announcements are spaced out together. */
typedef struct garp_group {
    node         n;
    const char **interfaces;
    vrrp_pace    pace;
} garp_group;

/* Those that are in FAULT while an interface of a static item is down. */
typedef struct track_group {
    node         n;
    const char **names;                 /* its own, then its members */
} track_group;

typedef struct delay {
    node       n;
    vrrp_delay d;
} delay;

/* garp_extra_if: "[all] SECONDS" */
typedef struct extra {
    uint64_t time;
    bool     all;
} extra;
typedef struct hmac_key {
    node     n;
    vrrp_key k;
} hmac_key;

typedef struct sync_group {
    node         n;
    const char  *label;
    const char **members;               /* names as written, ended by NULL */
    track       *tracks;
    watch       *watches;
    vrrp_track  *track;                 /* both as an array, */
    uint16_t     n_tracks, first_watch; /*   the watches behind the tracks */
    bool         weights;
    void        *run;                   /* whatever runs it keeps here */
} sync_group;

/* use_vmac: yes, or its words. */
typedef struct vmac_choice {
    bool     on;
    char     name[16], base[16];
    uint8_t  mac[6];
    uint32_t group;
} vmac_choice;

typedef struct instance {
    node        n;
    vrrp_setup  setup;                  /* complete once ready */
    const char *label;                  /* how logs call it */
    sync_group *group;
    void       *run;                    /* whatever runs it keeps here */
    vip        *vips, *excluded;
    peer       *peers;
    vrrp_ip    *peer_ips[2];            /* one is in use while the other one is filled */
    vrrp_ttl   *peer_ttls[2];
    uint32_t    peer_room, peers_likely;    /* one for each address; those of names are guessed */
    track      *tracks;
    watch      *watches;
    uint16_t    first_watch;            /* in the array of what is tracked */
    hmac_key   *hmac_keys;
    vrrp_key    auth_key;               /* size 0: none */
    vrrp_trailer trailer;
    route      *routes;
    rule       *rules;
    address     unicast_src, mcast_src, mcast_dst;
    vmac_choice vmac;
    uint64_t    garp_interval, gna_interval;
    extra       garp_extra;
    uint32_t    rcvbuf;
    char        interface[16], lvs_interface[16];
    uint8_t     version, state, checksum, checksum_accept, garp_form;   /* words, from 1; 0: none */
    uint8_t     auth_type, ah_form, hmac_replay, hmac_mode;
    bool        ah_replay;
    bool        vmac_addr;
    bool        no_vips, as_v2, lower_silent, strict, min_garp, fault_no_peer;
    bool        ready;                  /* model_resolve() is through with it: can be added */
    bool        peers_side, peers_told;
    bool        goes_on;                /* it ran before this was read */
    uint8_t     told;                   /* what it has said while there is no interface */
} instance;

/* Where a virtual server listens: an address, count of them in a row, or a firewall mark. */
typedef struct vs_at {
    address     ip;                     /* the first; family 0: none */
    uint32_t    count;
    uint32_t    fwmark;                 /* 0: none */
    const char *group;                  /* NULL: none */
    uint16_t    port;
    uint8_t     protocol;               /* IPVS_TCP ...; 0: not said */
    uint8_t     family;                 /* of a fwmark: a word, from 1; 0: none */
} vs_at;

typedef struct vs_entry {
    node  n;
    vs_at at;
} vs_entry;

/* IPVS_GROUP_<NAME>: keepalived's virtual_server_group. */
typedef struct vs_group {
    node        n;
    const char *label;
    vs_entry   *entries;
    bool        used;
} vs_group;

/* lvs_method: "TUN type gue port 6080 csum" */
typedef struct lvs_method {
    uint16_t port;
    uint8_t  method, tunnel, flags;     /* IPVS_MASQ ..., IPVS_IPIP ..., IPVS_TUN_* */
} lvs_method;

/* A real server as it was written. */
typedef struct vs_target {
    address     ip;                     /* family 0: host is a name */
    const char *host;                   /* as written, without the port */
    uint16_t    port;                   /* 0: that of the virtual server */
} vs_target;

/* Kinds of checkers, as their blocks are called. */
enum {
    TCP_CHECK, HTTP_GET, SSL_GET, SMTP_CHECK, DNS_CHECK, MISC_CHECK, PING_CHECK, UDP_CHECK,
    BFD_CHECK, FILE_CHECK, CHECKERS
};

/* Words that a real server has, or else its virtual server. */
typedef struct checkers {
    probe      *of[CHECKERS];           /* as written; see real_server.probes */
    watch      *watches;                /* URLs and names of checks */
    const char *virtualhost;
    uint64_t    delay_loop, delay_before_retry, warmup, connect_timeout;
    uint32_t    retry;
    bool        alpha;
} checkers;

typedef struct real_server {
    node        n;
    vs_target   at;
    const char *label;                  /* how logs call it: "203.0.113.1:80" */
    ipvs_dest   d;                      /* as wanted while it is up; by name: to.family is 0 */
    lvs_method  method;
    checkers    checks;
    watch      *uses;                   /* the checks that it goes by, by watch_next(): all have to
                                           be up; the weight of a file's check counts */
    int32_t     weight;
    bool        inhibit;                /* inhibit_on_failure */
    bool        alpha;                  /* starts down */
    bool        dynamic;                /* a check may change the weight: misc_dynamic, a file */
    uint64_t    drain;                  /* longest time for its connections to end; 0: at once */
    const char *notify_up, *notify_down;    /* "exec:..." or "sh:..."; NULL: none */
    const struct real_server *of;       /* a copy of that, which is a name: see >>resolve */
    void       *run;                    /* whatever runs it keeps here */
} real_server;

typedef struct virtual_server {
    node            n;
    const char     *label;
    vs_at           at;
    vs_entry       *entries;            /* where it listens: its own, or those of its group */
    unsigned        n_services;         /* see virtual_service() */
    ipvs_service    service;            /* as each is, but for its address or mark */
    real_server    *reals, *sorry;      /* sorry: one or none */
    lvs_method      method, sorry_method;
    checkers        checks;
    int32_t         weight;
    uint64_t        drain;
    uint32_t        quorum, hysteresis;
    const char     *quorum_up, *quorum_down;
    user_ids        user;               /* who runs its commands */
    uint32_t        persistence;
    uint8_t         granularity;
    char            scheduler[16], engine[16];
    uint8_t         protocol;           /* word of keepalived's, from 1; 0: none */
    uint8_t         family;
    bool            ops, flag[3], sh_port, sh_fallback, mh_port, mh_fallback;
    bool            omega;              /* notify_down, quorum_down when we stop */
    bool            ha_suspend;         /* checked only while its address is on this host */
    bool            inhibit, sorry_inhibit;
    bool            secure;             /* enable_script_security */
    void           *run;                /* whatever runs it keeps here */
} virtual_server;

/* lvs_sync_daemon: "IF [inst] VI id N maxlen N port N ttl N group A" */
typedef struct sync_daemon {
    node        n;
    char        interface[16];
    const char *of;
    instance   *instance;               /* whose state decides; NULL: both daemons, always */
    address     group;
    uint16_t    maxlen, port;
    uint8_t     id, ttl;                /* id 0: not given */
} sync_daemon;

typedef struct lvs_timeouts {
    node     n;
    uint32_t tcp, tcp_fin, udp;         /* seconds; 0: as they are */
} lvs_timeouts;

typedef struct log_form {
    uint8_t json, level;
} log_form;

typedef struct globals {
    node        n;
    log_form    log;
    const char *node, *env_file, *router_id;
    char        vmac_prefix[16], vmac_addr_prefix[16];
    uint64_t    startup_delay, boot_delay, resolve_min, resolve_max;
    address     group4, group6;
    char        interface[16];
    uint32_t    rx_policy;
    uint8_t     rx_multiplier;
    bool        log_unknown;
    garp_group *garp_groups;
    track_group *track_groups;
    delay      *delays;
    vrrp_delay *delay;                  /* the same as an array */
    size_t      n_delays;
    vip        *vips;                   /* static: of this host, whoever is MASTER */
    route      *routes;
    rule       *rules;
    vrrp_setup  setup;                  /* of these */
    void       *run;                    /* whatever runs them keeps here */
    sync_daemon  *lvs_daemon;           /* one or none */
    ipvs_daemon   lvs_sync;             /* the same as ipvs.h has it, without state */
    lvs_timeouts *lvs_timeouts;         /* one or none */
    uint64_t    ipvs_sync;              /* ipvs_io_options.period; 0: by the size */
    uint8_t     flush_on_stop;          /* FLUSH_* */
    bool        lvs_flush;
} globals;

enum { FLUSH_NO = 1, FLUSH_ALL, FLUSH_VS };     /* lvs_flush_on_stop; ours, everybody's, ours */

typedef struct model {
    arena       a;
    node      **fresh;                  /* each kind of block as it begins */
    globals     global;
    instance    preset;                 /* what unnamed variables say for all */
    instance   *instances;
    sync_group *groups;
    probe       check_preset;           /* what CHECK_<KEYWORD> says for all */
    probe      *probes;
    virtual_server  vs_preset;          /* what IPVS_<KEYWORD> says for all */
    virtual_server *virtuals;
    vs_group   *vs_groups;
    struct lookup *lookups;             /* what names stand for; not the model's */
    arena       will;                   /* behind this: see vars_will() */
    char       *said;
    size_t      n_said;
    unsigned    n_instances, n_undecided;
    uint32_t    preference;             /* of the last rule that did not say one */
    bool        unnamed;                /* the one instance was made by unnamed variables */
} model;

enum { SAY_ERROR, SAY_WARNING, SAY_INFO, SAY_DEBUG };

/* What there is to say about a configuration, each remark one line. */
typedef struct remark {
    struct remark *next;
    const char    *text;
    uint8_t        level;
} remark;

typedef struct report {
    arena    a;
    remark  *first, *last;
    unsigned errors, warnings;
} report;

#ifdef SIDECAR_TEST
enum { ARENA_CHUNK = 0 };               /* each piece alone, so that sanitizers see its ends */
#else
enum { ARENA_CHUNK = 1 << 18 };        /* mapped: what is not touched costs nothing */
#endif
enum { ARENA_HEAD = (sizeof(chunk) + 15) / 16 * 16 };

static void *take(arena *a, size_t size)
{
    chunk *c = a->first;

    size = (size + 7) / 8 * 8;
    if (!c || c->size - c->used < size) {
        size_t room = size > ARENA_CHUNK ? size : ARENA_CHUNK;

        c = calloc(1, ARENA_HEAD + room);
        if (!c) {
            dprintf(2, "sidecar: out of memory\n");
            _exit(1);
        }
        c->size = room;
        c->next = a->first;
        a->first = c;
    }
    c->used += size;
    return (char *)c + ARENA_HEAD + c->used - size;
}

/* The end of what was taken last, which is zero again or still. */
static void give_back(arena *a, const void *end)
{
    if (ARENA_CHUNK)
        a->first->used = (size_t)((const char *)end - (char *)a->first - ARENA_HEAD + 7) / 8 * 8;
}

/* Thousands of servers take long to read, and to forget. A running process has adverts to send
   meanwhile. */
static void (*urgent)(void *arg);
static void *urgent_arg;

/* Wiped first: there may be passwords in it. */
static void arena_free(arena *a)
{
    size_t freed = 0;

    while (a->first) {
        chunk *c = a->first;

        a->first = c->next;
        freed += c->used;
        explicit_bzero((char *)c + ARENA_HEAD, c->used);
        free(c);
        if (urgent && freed > 1 << 20) {        /* what an event says is less */
            freed = 0;
            urgent(urgent_arg);
        }
    }
}

static char *keep(arena *a, const char *s, size_t n)
{
    char *copy = take(a, n + 1);

    memcpy(copy, s, n);
    return copy;
}

/* A text that grows in an arena; without an arena it is cut off at its size. */
typedef struct text {
    arena *a;
    char  *s;
    size_t n, size;
} text;

static void text_list(text *t, const char *format, va_list args)
{
    va_list again;
    int     n;
    size_t  end;

    va_copy(again, args);
    n = vsnprintf(t->s ? t->s + t->n : NULL, t->size - t->n, format, again);
    va_end(again);
    end = t->n + (n > 0 ? (size_t)n : 0);
    if (t->a && t->size <= end) {
        char *s = take(t->a, (end + 64) * 2);

        if (t->n)
            memcpy(s, t->s, t->n);
        t->s = s;
        t->size = (end + 64) * 2;
        vsnprintf(t->s + t->n, t->size - t->n, format, args);
    }
    t->n = end < t->size ? end : t->size - 1;
}

__attribute__((format(printf, 2, 3))) static void put(text *t, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    text_list(t, format, args);
    va_end(args);
}

__attribute__((format(printf, 2, 3))) static char *print(arena *a, const char *format, ...)
{
    va_list args;
    char   *s;
    int     n;

    va_start(args, format);
    n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    s = take(a, (size_t)n + 1);
    va_start(args, format);
    vsnprintf(s, (size_t)n + 1, format, args);
    va_end(args);
    return s;
}

static void write_all(int fd, const char *s, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, s, n);

        if (done < 0 && errno != EINTR)
            return;
        if (done > 0) {
            s += done;
            n -= (size_t)done;
        }
    }
}

/* One line, whatever the environment had in it. */
static void clean(char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < 32 || *s == 127)
            *s = '?';
}

/* What instances share is checked with each, and said once. */
static void remark_list(report *out, uint8_t level, const char *variable, const char *format,
                        va_list args)
{
    text    t = {&out->a, NULL, 0, 0};
    remark *m;

    put(&t, "%.120s%s: ", variable, strlen(variable) > 120 ? "..." : "");
    text_list(&t, format, args);
    clean(t.s);
    for (m = out->first; m; m = m->next)
        if (m->level == level && strcmp(m->text, t.s) == 0)
            return;
    m = take(&out->a, sizeof *m);
    *(out->first ? &out->last->next : &out->first) = m;
    out->last = m;
    m->text = t.s;
    m->level = level;
    out->errors += level == SAY_ERROR;
    out->warnings += level == SAY_WARNING;
}

__attribute__((format(printf, 4, 5)))
static void remark_add(report *out, uint8_t level, const char *variable, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    remark_list(out, level, variable, format, args);
    va_end(args);
}

static void report_free(report *out)
{
    arena_free(&out->a);
    memset(out, 0, sizeof *out);
}

/* All remarks up to a level, one line each. */
static void report_print(const report *out, uint8_t level, int fd)
{
    for (const remark *m = out->first; m; m = m->next)
        if (m->level <= level) {
            write_all(fd, m->text, strlen(m->text));
            write_all(fd, "\n", 1);
        }
}

/* Nodes of a list are all of one kind. */
#define STEP(type, name) \
    static type *name(const type *v) \
    { \
        return (type *)(void *)v->n.next; \
    }
STEP(instance, instance_next)
STEP(vip, vip_next)
STEP(route, route_next)
STEP(rule, rule_next)
STEP(hop, hop_next)
STEP(peer, peer_next)
STEP(track, track_next)
STEP(watch, watch_next)
STEP(probe, probe_next)
STEP(page, page_next)
STEP(track_group, tgroup_next)
STEP(garp_group, garp_next)
STEP(delay, delay_next)
STEP(hmac_key, hmac_key_next)
STEP(sync_group, group_next)
STEP(virtual_server, virtual_next)
STEP(real_server, real_next)
STEP(vs_group, vs_group_next)
STEP(vs_entry, entry_next)
#undef STEP

static size_t list_size(const void *list)
{
    const node *n = list;
    size_t      size = 0;

    for (; n; n = n->next)
        size++;
    return size;
}

/* Where the next item of a list goes. */
static node **list_end(node **list)
{
    while (*list)
        list = &(*list)->next;
    return list;
}

/* The i-th of v->n_services services that the kernel is to have: one for each address and mark. */
static ipvs_service virtual_service(const virtual_server *v, unsigned i)
{
    ipvs_service    s = v->service;
    const vs_entry *e = v->entries;
    unsigned        carry;

    for (; i >= e->at.count; e = entry_next(e))
        i -= e->at.count;
    memset(&s.at, 0, sizeof s.at);
    s.fwmark = e->at.fwmark;
    s.protocol = s.fwmark ? 0 : s.protocol;
    s.at.family = s.fwmark ? (uint8_t)(e->at.family == 2 ? IPVS_IPV6 : IPVS_IPV4)
                           : e->at.ip.family;
    if (s.fwmark)
        return s;
    memcpy(s.at.ip, e->at.ip.ip.byte, sizeof s.at.ip);
    s.at.port = e->at.port;
    for (carry = i, i = s.at.family == IPVS_IPV6 ? 16 : 4; carry; carry >>= 8) {
        carry += s.at.ip[--i];
        s.at.ip[i] = (uint8_t)carry;
    }
    return s;
}

// >>table

/* Every option is one row. From the rows come the environment's names, what is checked, every
   error's "allowed", the help, the README's reference and the dump. Rows of one block stand
   together, in the order in which help shows them. */

enum {
    B_GROUP, B_INSTANCE, B_GLOBAL, B_CHECK, B_IPVS_GROUP, B_IPVS, B_BFD, B_VIP, B_PEER, B_KEY,
    B_TRACK, B_WATCH, B_URL, B_GARP, B_TGROUP, B_DELAY, B_ROUTE, B_HOP, B_ENCAP, B_RULE, B_ENTRY,
    B_REAL, B_DAEMON, B_TIMEOUTS, BLOCKS
};

typedef struct block {
    const char *env;        /* "VRRP": prefix in the environment; NULL: reached by a row */
    uint16_t    size;       /* of the struct that starts with a node */
    const char *later;      /* why the prefix cannot be used */
} block;

/* A prefix that begins with another one stands before it. */
static const block blocks[BLOCKS] = {
    [B_GROUP] = {"VRRP_GROUP", sizeof(sync_group), NULL},
    [B_INSTANCE] = {"VRRP", sizeof(instance), NULL},
    [B_GLOBAL] = {"SIDECAR", sizeof(globals), NULL},
    [B_CHECK] = {"CHECK", sizeof(probe), NULL},
    [B_IPVS_GROUP] = {"IPVS_GROUP", sizeof(vs_group), NULL},
    [B_IPVS] = {"IPVS", sizeof(virtual_server), NULL},
    [B_BFD] = {"BFD", 0, "a BFD session is BFD_<NAME>_NEIGHBOR_IP=ADDRESS, or"
               " a check, CHECK_<NAME>=bfd://ADDRESS; its options are those of the check"},
    [B_VIP] = {NULL, sizeof(vip), NULL},
    [B_PEER] = {NULL, sizeof(peer), NULL},
    [B_KEY] = {NULL, sizeof(hmac_key), NULL},
    [B_ROUTE] = {NULL, sizeof(route), NULL},
    [B_HOP] = {NULL, sizeof(hop), NULL},
    [B_ENCAP] = {NULL, sizeof(encap), NULL},
    [B_RULE] = {NULL, sizeof(rule), NULL},
    [B_TRACK] = {NULL, sizeof(track), NULL},
    [B_WATCH] = {NULL, sizeof(watch), NULL},
    [B_URL] = {NULL, sizeof(page), NULL},
    [B_GARP] = {NULL, sizeof(garp_group), NULL},
    [B_TGROUP] = {NULL, sizeof(track_group), NULL},
    [B_DELAY] = {NULL, sizeof(delay), NULL},
    [B_ENTRY] = {NULL, sizeof(vs_entry), NULL},
    [B_REAL] = {NULL, sizeof(real_server), NULL},
    [B_DAEMON] = {NULL, sizeof(sync_daemon), NULL},
    [B_TIMEOUTS] = {NULL, sizeof(lvs_timeouts), NULL},
};

enum {
    T_NONE, T_FLAG, T_NOT, T_BYTE, T_TIME, T_WORD, T_TEXT, T_IFNAME, T_IP, T_CIDR, T_BRD,
    T_SCOPE, T_HOST, T_LIFETIME, T_NUMBER, T_PASS, T_KEY, T_HMAC_KEY, T_PRIORITY, T_LOG,
    T_NAMES, T_VMAC, T_WEIGHT, T_MCAST, T_EXPIRED, T_EXTRA, T_BUFFER, T_DELAY, T_BLOCK, T_NET,
    T_VIA, T_TABLE, T_ORIGIN, T_TOS, T_PREF, T_KIND, T_ACTION, T_IPPROTO, T_SHORT, T_LONG,
    T_METRIC, T_FEATURES, T_REALMS, T_MARK, T_PORTS, T_UIDS, T_LABELS, T_URL, T_STATUS,
    T_OPTIONS, T_HEADERS, T_PAYLOAD, T_REPLY, T_USER, T_AT, T_REAL, T_METHOD, T_SCHEDULER,
    T_PERSIST, T_MASK, T_DNS_TYPE, T_SCRIPT, T_SYNC,
    TYPES
};

enum {
    HEAD = 1,               /* positional: the address of an item, the members of a group */
    MAKES = 2,              /* a named block exists when this is set */
    ESSENTIAL = 4,          /* shown by --help */
    SECRET = 8,             /* never printed */
    ALIAS = 16,             /* another spelling of the row with the same place; never written */
    INHERIT = 32,           /* what is unnamed counts for all named blocks */
    INERT = 64,             /* read and checked, no effect; help says why */
    REFUSED = 128,          /* known, an error; help says why */
    NEEDS_TLS = 256,        /* an error in a sidecar without mbedTLS */
    BARE = 512,             /* its values are words of the item by themselves: blackhole */
    PLAIN = 1024,           /* T_BLOCK: its items have options only */
    INNER = 2048            /* of checks: only in those of real servers */
};

#ifdef SIDECAR_TLS
enum { HAS_TLS = 1 };
#else
enum { HAS_TLS = 0 };
#endif
#define NO_TLS "this sidecar was built without mbedTLS; build it with: make TLS=1"

/* Kinds of checks that an option belongs to. */
#define KIND(kind) (1u << CHECK_##kind)
enum {
    FOR_ALL, FOR_LOOK, FOR_TRY, FOR_NET, FOR_SOCKET, FOR_HTTP, FOR_TLS, FOR_UDP, FOR_SMTP,
    FOR_EXEC, FOR_PROCESS, FOR_BFD, FOR_TOLD, FOR_DNS, FOR_PORT, FOR_NAMED, FOR_FILE
};
enum {
    K_HTTP = KIND(HTTP) | KIND(HTTPS), K_EXEC = KIND(EXEC) | KIND(SH),
    K_NET = KIND(TCP) | K_HTTP | KIND(ICMP) | KIND(UDP) | KIND(DNS) | KIND(SMTP)
};
static const uint16_t kinds_of[] = {
    [FOR_ALL] = 0xffff, [FOR_LOOK] = K_NET | K_EXEC | KIND(FILE) | KIND(PROCESS),
    [FOR_TRY] = K_NET | K_EXEC, [FOR_NET] = K_NET | KIND(BFD),
    [FOR_SOCKET] = K_NET & ~KIND(ICMP), [FOR_HTTP] = K_HTTP, [FOR_TLS] = KIND(HTTPS) | KIND(SMTP),
    [FOR_UDP] = KIND(UDP), [FOR_SMTP] = KIND(SMTP), [FOR_EXEC] = K_EXEC,
    [FOR_PROCESS] = KIND(PROCESS), [FOR_BFD] = KIND(BFD),
    [FOR_TOLD] = KIND(FILE) | KIND(PROCESS) | KIND(INTERFACE) | KIND(BFD),
    [FOR_DNS] = KIND(DNS), [FOR_PORT] = K_NET & ~KIND(ICMP), [FOR_NAMED] = KIND(DNS) | KIND(BFD),
    [FOR_FILE] = KIND(FILE),
};

typedef struct row {
    uint8_t     in;         /* block it stands in */
    uint16_t    at;         /* offset in the block's struct; T_BLOCK: of the list's first node */
    uint8_t     type;       /* how its words are read and written */
    uint8_t     opens;      /* T_BLOCK: the block of each item; else of a check: FOR_*, its kinds */
    uint16_t    flags;
    const char *key;        /* keepalived's keyword; in capitals the variable's name; behind each |
                               another spelling of it, or one more that shares the reason in help */
    const char *allowed;    /* "1..255", "PASS|AH": checked by, and printed in, help and errors */
    const char *preset;     /* default, read as any value; in (): words about it, for help */
    const char *help;       /* a few lines; INERT, REFUSED: the reason */
} row;

#define AT(block, type, member) block, (uint16_t)offsetof(type, member)
#define I(member) AT(B_INSTANCE, instance, member)
#define D(member) AT(B_INSTANCE, instance, setup.desc.member)
#define G(member) AT(B_GLOBAL, globals, member)
#define R(member) AT(B_ROUTE, route, r.member)
#define U(member) AT(B_RULE, rule, r.member)
#define C(member) AT(B_CHECK, probe, d.member)
#define C_URL(member) C(http.url.member)
#define P(member) AT(B_URL, page, u.member)
#define V(member) AT(B_IPVS, virtual_server, member)
#define S(member) AT(B_REAL, real_server, member)
#define FLAG(at, flags, key, help) {at, T_FLAG, 0, flags, key, "yes|no", "no", help}
#define CHECKER(at, key, help) \
    {at, T_BLOCK, B_CHECK, INHERIT | PLAIN, key, "yes | [option...], ...", NULL, help}
#define CHECKER_ROWS(at) \
    CHECKER(at(checks.of[TCP_CHECK]), "TCP_CHECK", "A connection can be made."), \
    CHECKER(at(checks.of[HTTP_GET]), "HTTP_GET", "Its pages (url) are good."), \
    CHECKER(at(checks.of[SSL_GET]), "SSL_GET", "The same in TLS, without a look at the" \
            " certificate."), \
    CHECKER(at(checks.of[SMTP_CHECK]), "SMTP_CHECK", "A mail server answers."), \
    CHECKER(at(checks.of[DNS_CHECK]), "DNS_CHECK", "A name server answers."), \
    CHECKER(at(checks.of[MISC_CHECK]), "MISC_CHECK", "The command misc_path succeeds."), \
    CHECKER(at(checks.of[PING_CHECK]), "PING_CHECK", "It answers an echo request."), \
    CHECKER(at(checks.of[UDP_CHECK]), "UDP_CHECK", "No ICMP error comes, or the reply that has" \
            " to."), \
    CHECKER(at(checks.of[BFD_CHECK]), "BFD_CHECK", "The BFD session name, a CHECK_<NAME>, is" \
            " up."), \
    CHECKER(at(checks.of[FILE_CHECK]), "FILE_CHECK", "The number in the file of track_file, a" \
            " CHECK_<NAME>, times weight is added to the server's weight.")
#define TIMING_ROWS(at) \
    {at(checks.delay_loop), T_TIME, 0, INHERIT, "delay_loop", "0.001..604800", \
     "(checkers 60, URLs 1)", "Time between two attempts of a check."}, \
    {at(checks.connect_timeout), T_TIME, 0, INHERIT, "connect_timeout", "0.001..86400", "(5)", \
     "Time for an attempt of a check, all of it."}, \
    {at(checks.retry), T_NUMBER, 0, INHERIT, "retry", "0..65534", "(1, DNS_CHECK 3, MISC_CHECK" \
     " and URLs 0)", "How often a check that fails is tried again before it counts."}, \
    {at(checks.delay_before_retry), T_TIME, 0, INHERIT, "delay_before_retry", "0..86400", \
     "(1, HTTP_GET and SSL_GET 3; DNS_CHECK and URLs delay_loop)", \
     "Time from a failure to such another try."}, \
    {at(checks.warmup), T_TIME, 0, INHERIT, "warmup", "0..86400", \
     "(delay_loop; of URLs a check a millisecond)", \
     "Time over which the first attempts of all checks are spread."}, \
    FLAG(at(checks.alpha), INHERIT, "alpha", "Servers count as down until their checks have" \
         " succeeded, instead of as up until one fails.")
#define PAGE_ROWS(at) \
    {at(status), T_STATUS, FOR_HTTP, 0, "status_code", "100..599 or LOW-HIGH ...", "(200-299)", \
     "HTTP status that is good: \"200-299 301\"."}, \
    {at(digest), T_TEXT, FOR_HTTP, 0, "digest", "32 hexadecimal digits", "(any)", \
     "MD5 of the body, as keepalived's genhash prints it."}, \
    {at(regex), T_TEXT, FOR_HTTP, 0, "regex", "regular expression", "(any)", \
     "The body has to match it: POSIX extended, with \\d \\w \\s and (?:...)."}, \
    {at(regex_no_match), T_FLAG, FOR_HTTP, 0, "regex_no_match", "yes|no", "no", \
     "The body must not match it."}, \
    {at(regex_caseless), T_OPTIONS, FOR_HTTP, 0, "regex_options", "caseless|multiline|dotall", \
     "(none)", "Several with blanks: capitals and small letters are the same; ^ and $ match at" \
     " lines; . matches a newline."}, \
    {at(regex_min), T_NUMBER, FOR_HTTP, 0, "regex_min_offset", "0..4294967295", "0", \
     "First byte of the body at which the match may begin."}, \
    {at(regex_max), T_NUMBER, FOR_HTTP, 0, "regex_max_offset", "1..4294967295", "(any)", \
     "The last one."}
#define OF_STATIC "Of a static item: while its interface is down, this track_group's members are" \
    " in FAULT."
#define METHODS "NAT|DR|TUN [type ipip|gre|gue port N] [nocsum|csum|remcsum]"
#define IS_VIRTUAL "a virtual server is IPVS_<NAME>=tcp://ADDRESS:PORT"
#define METRIC(key, number, allowed, help) \
    {R(metrics[number]), T_METRIC, 0, 0, key, allowed, NULL, help}
#define REFUSE(in, keys, why) {in, 0, T_NONE, 0, REFUSED, keys, NULL, NULL, why}
#define NO_EFFECT(in, keys, why) {in, 0, T_NONE, 0, INERT, keys, NULL, NULL, why}
#define NO_MAIL "mail is not part of this version: leave it out; the log has these events, and" \
    " notify_up, notify_down, quorum_up and quorum_down run commands at them"
#define SCHEDULED "what starts it decides: nice, chrt, taskset, a unit of systemd"
#define IS_GROUP "a sync group is VRRP_GROUP_<NAME>=\"MEMBER MEMBER\""
#define NO_AGENT "there is neither SNMP nor D-Bus: leave it out; SIDECAR_LOG=json is for programs"
#define NO_TIMETABLE "what changes the configuration sends SIGHUP: let cron do so at that time"
#define NETLINKED "the buffers are large, and after an overrun everything is read again"

static const row rows[] = {
    /* --- vrrp_instance ---------------------------------------------------------------------- */
    {I(vips), T_BLOCK, B_VIP, MAKES | ESSENTIAL, "virtual_ipaddress",
     "ADDRESS[/LEN] [option...], ...", NULL,
     "The floating addresses; without /LEN for one host only. Options: dev, label, brd, scope,"
     " peer, preferred_lft, and the flags dad, home, mngtmpaddr, noprefixroute, autojoin."},
    {I(excluded), T_BLOCK, B_VIP, MAKES, "virtual_ipaddress_excluded",
     "ADDRESS[/LEN] [option...], ...", NULL, "More addresses that move along but do not stand in"
     " the adverts: of the other family, or too many for one packet."},
    {I(routes), T_BLOCK, B_ROUTE, INHERIT, "virtual_routes",
     "[TYPE] ADDRESS/LEN|default [option...], ...", "(none)",
     "Routes that come and go with the addresses, in the words of ip route."},
    {I(rules), T_BLOCK, B_RULE, INHERIT, "virtual_rules", "[option...], ...", "(none)",
     "Rules of policy routing that come and go with the addresses, in the words of ip rule."},
    FLAG(I(no_vips), MAKES, "no_virtual_ipaddress", "An election without addresses, on purpose."),
    {I(interface), T_IFNAME, 0, ESSENTIAL | INHERIT, "interface", "interface name",
     "(the one whose subnet holds the address)",
     "Where the adverts and the addresses go. It need not exist yet."},
    {D(vrid), T_BYTE, 0, ESSENTIAL, "virtual_router_id", "1..255",
     "(last byte of the first address; 51 if that is 0)",
     "Must be the same on all nodes and differ between virtual routers of one network."},
    {D(priority), T_PRIORITY, 0, ESSENTIAL | INHERIT, "priority", "1..255 | NODE=1..255 ... 1..255",
     "100", "The highest one holds the addresses; 255 only if they are this node's own. By host"
     " name: \"web1=150 web2=120 100\"."},
    {D(interval), T_TIME, 0, ESSENTIAL | INHERIT, "advert_int", "0.01..255", "1",
     "Time between adverts; a dead node is noticed after a little more than three. Version 2: whole"
     " seconds; version 3: up to 40.95, in steps of 0.01."},
    {I(version), T_WORD, 0, INHERIT, "version", "2|3|2+3",
     "(2 for IPv4, 3 for IPv6 and below one second)",
     "VRRP version. 2+3 sends and understands both, for a migration."},
    {I(auth_type), T_WORD, 0, INHERIT, "auth_type", "PASS|AH|AH-SHA256",
     "(PASS with a password, else none)",
     "Authentication. PASS and AH with version 2 only; AH as keepalived has it, with auth_pass as"
     " the key. AH-SHA256 with any version. AH needs a sidecar built with make TLS=1."},
    {D(auth_pass), T_PASS, 0, ESSENTIAL | INHERIT | SECRET, "auth_pass", "1..8 characters",
     "(none)",
     "Password, with version 2 only; readable by everyone on the network unless auth_type is AH."},
    {I(auth_key), T_KEY, 0, INHERIT | SECRET | NEEDS_TLS, "auth_key", "hex:DIGITS|file:PATH|text",
     "(none)", "Key of AH-SHA256 (32 bytes), or of AH with ah_form rfc (16 bytes)."},
    {I(ah_form), T_WORD, 0, INHERIT | NEEDS_TLS, "ah_form", "keepalived|rfc", "keepalived",
     "How auth_type AH is computed: as keepalived does, or by RFC 2402."},
    {D(ah_spi), T_NUMBER, 0, INHERIT | NEEDS_TLS, "ah_spi", "256..4294967295",
     "(256 and the virtual router id)", "SPI of AH-SHA256 and ah_form rfc, the same on all nodes."},
    {I(ah_replay), T_FLAG, 0, INHERIT | NEEDS_TLS, "ah_replay", "yes|no", "yes",
     "AH-SHA256 and ah_form rfc: packets heard before are dropped. A node that starts again numbers"
     " its own by its clock, which must not go back; no: for nodes without a good clock."},
    FLAG(D(ah_esn), INHERIT | NEEDS_TLS, "ah_esn",
         "AH-SHA256 and ah_form rfc: 64-bit sequence numbers (RFC 4302), for intervals so short"
         " that 32 bits do not last. The clocks of all nodes must agree to some days."),
    {I(hmac_keys), T_BLOCK, B_KEY, INHERIT | SECRET | NEEDS_TLS, "auth_hmac_key", "ID KEY, ...",
     "(none)",
     "keepalived's auth_hmac, any version: adverts carry their time and an HMAC. ID 1..255; KEY"
     " hex:DIGITS, file:PATH or text, 32..64 bytes. Several: all are accepted, one signs."},
    {I(trailer.active), T_BYTE, 0, INHERIT | NEEDS_TLS, "auth_hmac_active_key", "1..255",
     "(the first key)", "ID of the key that signs."},
    {I(hmac_replay), T_WORD, 0, INHERIT | NEEDS_TLS, "auth_hmac_anti_replay", "time|monotonic",
     "time",
     "time: the clocks of the nodes must agree. monotonic: each sender's time must only grow."},
    {I(trailer.window), T_TIME, 0, INHERIT | NEEDS_TLS, "auth_hmac_time_window", "1..300",
     "(three times advert_int, at least 5)",
     "How much clocks may differ, with auth_hmac_anti_replay time."},
    {I(hmac_mode), T_WORD, 0, INHERIT | NEEDS_TLS, "auth_hmac_mode",
     "enforce|permissive|receive-only", "enforce",
     "permissive: adverts without an HMAC count, too; receive-only: and ours have none. To change"
     " over while all runs: receive-only on all nodes, then permissive, then enforce."},
    FLAG(D(no_preempt), ESSENTIAL | INHERIT, "nopreempt",
         "A node that returns leaves the addresses where they are, whatever the priorities."),
    {D(no_preempt), T_NOT, 0, INHERIT | ALIAS, "preempt", "yes|no", NULL,
     "The opposite of nopreempt."},
    {D(preempt_delay), T_TIME, 0, INHERIT, "preempt_delay", "0..1000", "0",
     "How long a master of lower priority is left alone."},
    {I(state), T_WORD, 0, INHERIT | INERT, "state", "MASTER|BACKUP", NULL,
     "priority alone decides who is MASTER"},
    {I(peers), T_BLOCK, B_PEER, ESSENTIAL | INHERIT, "unicast_peer", "ADDRESS|NAME, ...",
     "(none: multicast)",
     "Adverts go to these nodes instead of the multicast group. This node's own addresses may be"
     " among them, so one list fits all. A name stands for all of its addresses."},
    {I(unicast_src), T_IP, 0, INHERIT, "unicast_src_ip", "address", "(the interface's address)",
     "Source of unicast adverts."},
    {I(mcast_src), T_IP, 0, INHERIT, "mcast_src_ip", "address", "(the interface's address)",
     "Source of multicast adverts."},
    {I(mcast_dst), T_MCAST, 0, INHERIT, "mcast_dst_ip", "multicast address",
     "(VRRP_MCAST_GROUP4, VRRP_MCAST_GROUP6)", "Where multicast adverts go."},
    {D(min_ttl), T_BYTE, 0, INHERIT, "min_ttl", "0..255", "0",
     "Unicast adverts that arrive with a lower TTL are dropped; 255: same network only."},
    {D(ttl), T_BYTE, 0, INHERIT, "unicast_ttl", "1..255", "255",
     "TTL of unicast adverts that are sent."},
    {D(check_peers), T_FLAG, 0, INHERIT, "check_unicast_src", "yes|no",
     "(no; yes if a peer has min_ttl or max_ttl)",
     "Unicast adverts of nodes that are no unicast_peer are dropped."},
    FLAG(I(fault_no_peer), INHERIT, "unicast_fault_no_peer",
         "Without a unicast_peer other than this node: FAULT, neither multicast nor a mistake."),
    {I(tracks), T_BLOCK, B_TRACK, ESSENTIAL | INHERIT, "track_interface",
     "INTERFACE [weight -253..253] [reverse], ...", "(none)",
     "Interfaces that have a say in it. Without a weight: FAULT while one is down. A positive"
     " weight is added to the priority while it is up, a negative one while it is down."},
    {I(watches), T_BLOCK, B_WATCH, ESSENTIAL | INHERIT,
     "track|track_script|track_file|track_process|track_bfd",
     "CHECK [weight -253..253] [reverse], ...", "(none)",
     "Health checks that have a say in it, each the NAME of a CHECK_<NAME> or a URL such as"
     " http://127.0.0.1/. Without a weight: FAULT while it is down. A positive weight is added to"
     " the priority while it is up, a negative one while it is down."},
    {D(down_adverts), T_BYTE, 0, INHERIT, "down_timer_adverts", "1..100", "3",
     "Adverts that may be missing before the master counts as dead."},
    FLAG(I(lower_silent), INHERIT, "lower_prio_no_advert",
         "A master does not answer adverts of lower priority at once."),
    FLAG(D(higher_answer), INHERIT, "higher_prio_send_advert",
         "A master that hears a higher priority sends one last advert before it steps down."),
    {D(expired_priority), T_EXPIRED, 0, INHERIT, "timer_expired_backup|thread_timer_expired",
     "no|yes|1..254", "no", "With nopreempt: a master that was stalled for as long as a node of"
     " this priority waits steps down, as that one has taken over; yes: 254."},
    FLAG(D(owner_drops), INHERIT, "owner_ignore_adverts",
         "With priority 255: version 3 adverts of others are dropped unread."),
    FLAG(D(list_once), INHERIT, "skip_check_adv_addr", "The addresses in adverts are not looked at"
         " again while the master stays the same. Adverts that share none with ours are dropped, as"
         " they are another virtual router's with the same id."),
    FLAG(I(setup.dont_track_primary), INHERIT, "dont_track_primary",
         "An interface that is down is no fault."),
    {D(announce_delay), T_TIME, 0, INHERIT, "garp_master_delay", "0..1000", "5",
     "Time to the second round of gratuitous ARP (IPv6: Neighbor Advertisements) after taking over;"
     " 0: none."},
    {D(announce_repeat), T_BYTE, 0, INHERIT, "garp_master_repeat", "1..255", "5",
     "Frames for each address in such a round."},
    {D(announce_refresh), T_TIME, 0, INHERIT, "garp_master_refresh", "0..86400", "0",
     "Time between periodic rounds while MASTER; 0: none."},
    {D(announce_refresh_repeat), T_BYTE, 0, INHERIT, "garp_master_refresh_repeat", "1..255", "1",
     "Frames for each address in a periodic round."},
    {D(lower_delay), T_TIME, 0, INHERIT, "garp_lower_prio_delay", "0..1000", "(garp_master_delay)",
     "Time to the second round after an advert of lower priority; 0: none."},
    {D(lower_repeat), T_BYTE, 0, INHERIT, "garp_lower_prio_repeat", "0..255",
     "(garp_master_repeat)",
     "Frames for each address in a round after an advert of lower priority; 0: no rounds."},
    {I(garp_extra), T_EXTRA, 0, INHERIT, "garp_extra_if|vmac_garp_intvl", "[all] 0..86400", "0",
     "Seconds between rounds for addresses on other interfaces than the instance's, which switches"
     " might forget: those with a virtual MAC, or all; 0: none."},
    FLAG(I(min_garp), INHERIT, "min_garp",
         "One frame for each address where nothing else is said, and no second round."),
    {I(garp_interval), T_TIME, 0, INHERIT, "garp_interval", "0..10", "0",
     "Time between two gratuitous ARP on one interface; see SIDECAR_GARP_GROUP for several."},
    {I(gna_interval), T_TIME, 0, INHERIT, "gna_interval", "0..10", "(garp_interval)",
     "The same for Neighbor Advertisements."},
    {I(garp_form), T_WORD, 0, INHERIT, "garp_form", "request|request-own|reply|announce", "request",
     "Gratuitous ARP: a request whose target is ff:ff:ff:ff:ff:ff (as keepalived) or our own MAC"
     " (RFC 9568), a reply, or an announcement by RFC 5227."},
    FLAG(I(setup.arp_reply_too), INHERIT, "garp_reply",
         "Each gratuitous ARP also in reply form, for hosts that read only that."),
    {I(checksum), T_WORD, 0, INHERIT, "checksum", "pseudo-header|rfc9568", "pseudo-header",
     "Checksum that is sent with version 3 over IPv4: with the pseudo-header (keepalived, FRR) or"
     " of the message alone (RFC 9568, Cisco, Arista)."},
    FLAG(I(as_v2), INHERIT, "v3_checksum_as_v2", "keepalived's name of checksum rfc9568."),
    {I(checksum_accept), T_WORD, 0, INHERIT, "checksum_accept", "any|pseudo-header|rfc9568", "any",
     "Checksum that is accepted with version 3 over IPv4."},
    FLAG(I(strict), INHERIT, "strict_mode|strict",
         "Nothing beyond the RFC, as with keepalived's vrrp_strict: unicast is refused, a password"
         " and repeated gratuitous ARP are left out. Packets to the addresses are still accepted."),
    {I(rcvbuf), T_NUMBER, 0, INHERIT, "kernel_rx_buf_size", "2048..1073741824",
     "(VRRP_RX_BUFS_POLICY)",
     "Bytes of the interface's receive buffer; those of its virtual routers add up."},
    {I(vmac), T_VMAC, 0, INHERIT, "use_vmac", "yes|no|[NAME] [MAC] [group N]", "no",
     "The addresses have the virtual MAC address of the standard, on a macvlan (vrrp.VRID, IPv6"
     " vrrp6.VRID) from which the adverts leave too: neighbours notice nothing of a takeover."
     " Another name, MAC address or link group if given."},
    FLAG(I(vmac_addr), INHERIT, "use_vmac_addr",
         "Addresses with an interface of their own (dev) are on such a macvlan there as well."),
    FLAG(I(setup.vmac_xmit_base), INHERIT, "vmac_xmit_base",
         "With use_vmac: adverts leave from the interface itself, with its own MAC address."),
    FLAG(I(setup.no_accept), INHERIT, "no_accept", "Packets to the addresses, and from them, are"
         " dropped (neighbour discovery aside): they are gateways, not services. Needs nf_tables;"
         " the rules stand in a table of our own. Has no effect with priority 255."),
    {I(setup.no_accept), T_NOT, 0, INHERIT | ALIAS, "accept", "yes|no", NULL,
     "The opposite of no_accept."},
    {I(label), T_TEXT, 0, 0, "label", "text", "(the name in the variables)",
     "How logs call this virtual router, if the name in the variables will not do."},

    NO_EFFECT(B_INSTANCE, "promote_secondaries", "it is switched on where it is needed, and back"),
    NO_EFFECT(B_INSTANCE, "track_src_ip", "a source address that vanishes is always a fault"),
    NO_EFFECT(B_INSTANCE, "old_unicast_checksum", "see checksum and checksum_accept"),
    NO_EFFECT(B_INSTANCE, "native_ipv6", "the addresses tell the family"),
    NO_EFFECT(B_INSTANCE, "debug", "see SIDECAR_LOG"),
    NO_EFFECT(B_INSTANCE, "linkbeat_use_polling", "the kernel reports every change of a link"),
    REFUSE(B_INSTANCE, "authentication",
           "what stands in this block is named without it: auth_type, auth_pass"),
    REFUSE(B_INSTANCE,
           "notify|notify_master|notify_backup|notify_fault|notify_stop|notify_deleted"
           "|notify_master_rx_lower_pri|notify_priority_changes|smtp_alert",
           "notifications are not part of this version"),
    NO_EFFECT(B_INSTANCE, "vrf", "the interface tells which VRF it belongs to"),
    REFUSE(B_INSTANCE, "use_ipvlan",
           "an ipvlan shares the MAC address of its interface, so the addresses can as well be on"
           " that interface: leave it out, or take use_vmac for a MAC address of their own"),
    {I(lvs_interface), T_IFNAME, 0, 0, "lvs_sync_daemon_interface", "interface name", "(none)",
     "The kernel's sync daemon of virtual servers runs on this interface: as master while this"
     " virtual router is MASTER, else as backup. See SIDECAR_LVS_SYNC_DAEMON."},

    /* --- an item of virtual_ipaddress ------------------------------------------------------- */
    {AT(B_VIP, vip, v), T_CIDR, 0, HEAD, "address", "ADDRESS[/LEN]", "(/32, IPv6 /128)",
     "The address with its prefix length."},
    {AT(B_VIP, vip, v.device), T_IFNAME, 0, 0, "dev", "interface name",
     "(the instance's interface)", "Interface that carries the address."},
    {AT(B_VIP, vip, v.label), T_IFNAME, 0, 0, "label", "1..15 characters", "(none)",
     "Label of an IPv4 address as in eth0:vip."},
    {AT(B_VIP, vip, brd), T_BRD, 0, 0, "brd|broadcast", "address|+|-", "(none)",
     "Broadcast address; +: the last one of the subnet."},
    {AT(B_VIP, vip, v.scope), T_SCOPE, 0, 0, "scope", "global|site|link|host|nowhere|0..255",
     "global", "Scope of the address."},
    {AT(B_VIP, vip, peer), T_IP, 0, 0, "peer", "address", "(none)",
     "The other end of a point-to-point address."},
    {AT(B_VIP, vip, v.preferred_lft), T_LIFETIME, 0, 0, "preferred_lft", "forever|0..4294967294",
     "(IPv4, static, mngtmpaddr: forever; IPv6: 0)",
     "Seconds for which the address is chosen as a source; 0: only for want of another one."},
    FLAG(AT(B_VIP, vip, v.dad), 0, "dad|-nodad", "IPv6: the kernel looks for duplicates first."),
    {AT(B_VIP, vip, v.dad), T_NOT, 0, ALIAS, "nodad", "yes|no", NULL, "The opposite of dad."},
    FLAG(AT(B_VIP, vip, v.home), 0, "home", "IPv6: a home address (RFC 6275)."),
    FLAG(AT(B_VIP, vip, v.mngtmpaddr), 0, "mngtmpaddr",
         "IPv6: a template for temporary addresses."),
    FLAG(AT(B_VIP, vip, v.noprefixroute), 0, "noprefixroute",
         "No route to the subnet comes with the address."),
    FLAG(AT(B_VIP, vip, v.autojoin), 0, "autojoin",
         "The kernel joins the multicast group of that address."),
    FLAG(AT(B_VIP, vip, v.use_vmac), 0, "use_vmac",
         "On a macvlan with the virtual MAC address, see use_vmac."),
    FLAG(AT(B_VIP, vip, v.no_track), 0, "no_track",
         "Its interface may be down or missing; else that is a fault."),
    {AT(B_VIP, vip, track_group), T_TEXT, 0, 0, "track_group", "name", "(none)", OF_STATIC},

    /* --- an item of unicast_peer ------------------------------------------------------------ */
    {AT(B_PEER, peer, h), T_HOST, 0, HEAD, "address", "address or host name", NULL,
     "The peer's address; a name stands for all of its addresses."},
    {AT(B_PEER, peer, ttl.min), T_BYTE, 0, 0, "min_ttl", "0..255", "(min_ttl of the instance)",
     "Adverts of this peer that arrive with a lower TTL are dropped."},
    {AT(B_PEER, peer, ttl.max), T_BYTE, 0, 0, "max_ttl", "1..255", "(255)",
     "Adverts of this peer that arrive with a higher TTL are dropped."},

    /* --- an item of track_interface --------------------------------------------------------- */
    {AT(B_TRACK, track, t.interface), T_IFNAME, 0, HEAD, "interface", "interface name", NULL,
     "The interface; one that does not exist is down."},
    {AT(B_TRACK, track, t.weight), T_WEIGHT, 0, 0, "weight", "-253..253", "(none: FAULT)",
     "Added to the priority while it is up (positive) or down (negative)."},
    FLAG(AT(B_TRACK, track, t.reverse), 0, "reverse",
         "The weight is subtracted instead; without one it is a FAULT while it is up."),
    {AT(B_TRACK, track, t.reverse), T_NOT, 0, ALIAS, "noreverse", "yes|no", NULL,
     "The opposite of reverse."},

    /* --- an item of track ------------------------------------------------------------------- */
    {AT(B_WATCH, watch, what), T_URL, 0, HEAD, "check", "NAME or URL", NULL, "The check."},
    {AT(B_WATCH, watch, weight), T_WEIGHT, 0, 0, "weight", "-253..253",
     "(CHECK_<NAME>_WEIGHT; none: FAULT)",
     "Added to the priority while the check is up (positive) or down (negative; so it is before its"
     " first result). Of a file: times the number in it; see misc_dynamic."},
    {AT(B_WATCH, watch, reverse), T_FLAG, 0, 0, "reverse", "yes|no", "(CHECK_<NAME>_REVERSE)",
     "The weight is subtracted instead; without one it is a FAULT while the check is up. Of real"
     " servers: of a file only."},
    {AT(B_WATCH, watch, reverse), T_NOT, 0, ALIAS, "noreverse", "yes|no", NULL,
     "The opposite of reverse."},

    /* --- an item of url --------------------------------------------------------------------- */
    {P(path), T_TEXT, 0, HEAD, "page", "/PATH", "/", "What is asked for, with its query."},
    {P(path), T_TEXT, 0, ALIAS, "path", "/PATH", NULL, "What is asked for, with its query."},
    {P(host), T_TEXT, 0, 0, "virtualhost", "host name", "(that of the check)", "Host to ask for."},
    PAGE_ROWS(P),
    NO_EFFECT(B_URL, "regex_stack", "a regex needs no stack of its own"),
    NO_EFFECT(B_URL, "tls_compliant", "nothing but TLS is spoken"),

    /* --- an item of garp_group -------------------------------------------------------------- */
    {AT(B_GARP, garp_group, interfaces), T_NAMES, 0, HEAD, "interfaces", "INTERFACE ...", NULL,
     "The interfaces of the group."},
    {AT(B_GARP, garp_group, pace.arp_gap), T_TIME, 0, 0, "garp_interval", "0..10", "0",
     "Time between two gratuitous ARP on any of them."},
    {AT(B_GARP, garp_group, pace.na_gap), T_TIME, 0, 0, "gna_interval", "0..10", "0",
     "Time between two Neighbor Advertisements on any of them."},

    /* --- an item of track_group ------------------------------------------------------------- */
    {AT(B_TGROUP, track_group, names), T_NAMES, 0, HEAD, "group", "NAME MEMBER ...", NULL,
     "Its name, then virtual routers."},

    /* --- an item of interface_up_down_delays ------------------------------------------------ */
    {AT(B_DELAY, delay, d), T_DELAY, 0, HEAD, "delays", "INTERFACE DOWN [UP]", NULL,
     "An interface and two times of 0..255 seconds."},

    /* --- an item of auth_hmac_key ----------------------------------------------------------- */
    {AT(B_KEY, hmac_key, k), T_HMAC_KEY, 0, HEAD | SECRET, "key",
     "ID KEY; ID 1..255, KEY hex:DIGITS, file:PATH or text, 32..64 bytes", NULL, "A key."},

    /* --- an item of virtual_routes ---------------------------------------------------------- */
    {R(to), T_NET, 0, HEAD, "destination", "ADDRESS[/LEN]|default", NULL, "Where the packets go."},
    {R(to), T_NET, 0, ALIAS, "to", "ADDRESS[/LEN]|default", NULL, "The destination."},
    {R(hop.via), T_VIA, 0, 0, "via|gw", "[inet|inet6] ADDRESS", "(none)",
     "The gateway, also of the other family."},
    {R(hop.device), T_IFNAME, 0, 0, "dev|oif", "interface name", "(the gateway's)",
     "The interface. It must be up, or that is a fault; see no_track."},
    {R(src), T_NET, 0, 0, "src", "ADDRESS", "(the kernel's choice)",
     "Source address of what this host sends."},
    {R(from), T_NET, 0, 0, "from", "ADDRESS[/LEN]", "(all)", "IPv6: only for packets from there."},
    {R(table), T_TABLE, 0, 0, "table", "main|local|default|1..4294967295",
     "(main; local for local types)",
     "Routing table, by number or by a name that /etc/iproute2/rt_tables knows."},
    {R(metric), T_NUMBER, 0, 0, "metric|priority|preference", "0..4294967295", "(0, IPv6 1024)",
     "Of several routes to one destination the lowest counts."},
    {R(type), T_KIND, 0, BARE, "type", "unicast|local|blackhole|unreachable|prohibit|throw|...",
     "(unicast)", "What becomes of the packets; stands before the destination. Also broadcast,"
     " anycast and multicast."},
    {R(scope), T_SCOPE, 0, 0, "scope", "global|site|link|host|nowhere|0..255", "(as ip route)",
     "Scope of an IPv4 route."},
    {R(protocol), T_ORIGIN, 0, 0, "protocol|proto",
     "keepalived|static|boot|ra|dhcp|bird|zebra|bgp|...|1..255", "keepalived",
     "The mark by which what a crash left behind is found again."},
    {R(tos), T_TOS, 0, 0, "tos|dsfield", "0x00..0xfc", "0", "Only for packets of this TOS."},
    FLAG(R(hop.onlink), 0, "onlink", "The gateway is there even if no subnet says so."),
    {AT(B_ROUTE, route, hops), T_BLOCK, B_HOP, 0, "nexthop", "via ADDRESS dev IF weight N onlink",
     "(none)", "One of several ways; repeated. Its options follow it."},
    {AT(B_ROUTE, route, encaps), T_BLOCK, B_ENCAP, 0, "encap",
     "ip|ip6|mpls LABELS id dst src tos ttl csum", "(none)",
     "What the packets are wrapped into. Its options follow it; key and seq are others."},
    {AT(B_ROUTE, route, family), T_WORD, 0, BARE, "family", "inet|inet6", "(as the addresses tell)",
     "For a default route that names no address."},
    {AT(B_ROUTE, route, order), T_WORD, 0, BARE, "order", "add|append|prepend", "(add)",
     "Where there is such a route already: leave that, or put this behind or before it."},
    METRIC("mtu", 2, "[lock] 0..4294967295", "MTU of the path; lock: not to be discovered."),
    METRIC("window", 3, "[lock] 0..4294967295", "Largest TCP window."),
    METRIC("rtt", 4, "[lock] 0..4294967295 or with ms, s", "First guess of the round trip time."),
    METRIC("rttvar", 5, "[lock] 0..4294967295 or with ms, s", "Its variance."),
    METRIC("ssthresh", 6, "[lock] 0..4294967295", "TCP slow start threshold."),
    METRIC("cwnd", 7, "[lock] 0..4294967295", "TCP congestion window, with lock."),
    METRIC("advmss", 8, "[lock] 0..4294967295", "MSS to announce."),
    METRIC("reordering", 9, "[lock] 0..4294967295", "Reordering that is not loss."),
    METRIC("hoplimit", 10, "[lock] 0..255", "Hop limit of what is sent."),
    METRIC("initcwnd", 11, "[lock] 0..4294967295", "Initial TCP congestion window."),
    METRIC("rto_min", 13, "[lock] 0..4294967295 or with ms, s", "Least TCP retransmission time."),
    METRIC("initrwnd", 14, "[lock] 0..4294967295", "Initial TCP receive window."),
    METRIC("quickack", 15, "0..1", "No delayed acknowledgements."),
    METRIC("fastopen_no_cookie", 17, "0..1", "TCP fast open without a cookie."),
    {R(metrics[12]), T_FEATURES, 0, 0, "features", "ecn", "(none)", "Use ECN."},
    {R(congctl), T_IFNAME, 0, 0, "congctl", "1..15 characters", "(the system's)",
     "TCP congestion control."},
    {R(realms), T_REALMS, 0, 0, "realms", "[FROM/]TO", "0", "Realms, by number."},
    {R(pref), T_PREF, 0, 0, "pref", "low|medium|high", "medium",
     "IPv6: preference of a router (RFC 4191)."},
    {R(expires), T_NUMBER, 0, 0, "expires", "0..4294967295", "0",
     "IPv6: seconds until it goes; it is not put back before the next takeover."},
    FLAG(R(no_track), 0, "no_track", "Its interface may be down or missing; else that is a fault."),
    {AT(B_ROUTE, route, track_group), T_TEXT, 0, 0, "track_group", "name", "(none)", OF_STATIC},
    {B_ROUTE, 0, T_TEXT, 0, REFUSED, "vrf", NULL, NULL, "name the table of the VRF: table N"},
    {B_ROUTE, 0, T_TEXT, 0, REFUSED, "ttl-propagate", NULL, NULL,
     "has no effect on a route of IP; the kernel's setting is net.mpls.ip_ttl_propagate"},
    {B_ROUTE, 0, T_TEXT, 0, REFUSED, "or", NULL, NULL,
     "several gateways are written nexthop via A nexthop via B"},

    /* --- an item of nexthop ----------------------------------------------------------------- */
    {B_HOP, 0, T_NONE, 0, HEAD, "nexthop", "options", NULL, "One of several ways."},
    {AT(B_HOP, hop, h.via), T_VIA, 0, 0, "via|gw", "[inet|inet6] ADDRESS", "(none)",
     "The gateway."},
    {AT(B_HOP, hop, h.device), T_IFNAME, 0, 0, "dev|oif", "interface name", "(the gateway's)",
     "The interface."},
    {AT(B_HOP, hop, h.weight), T_SHORT, 0, 0, "weight", "1..256", "1", "Its share of the packets."},
    FLAG(AT(B_HOP, hop, h.onlink), 0, "onlink", "The gateway is there even if no subnet says so."),

    /* --- an item of encap ------------------------------------------------------------------- */
    {B_ENCAP, 0, T_NONE, 0, HEAD, "encap", "options", NULL, "What packets are wrapped into."},
    FLAG(AT(B_ENCAP, encap, ip), 0, "ip", "An IPv4 tunnel."),
    FLAG(AT(B_ENCAP, encap, ip6), 0, "ip6", "An IPv6 tunnel."),
    {AT(B_ENCAP, encap, e), T_LABELS, 0, 0, "mpls", "LABEL/LABEL...", "(none)",
     "MPLS labels, the outermost first."},
    {AT(B_ENCAP, encap, e.id), T_LONG, 0, 0, "id", "0..999999999999999999", "0", "Tunnel id."},
    {AT(B_ENCAP, encap, e.dst), T_NET, 0, 0, "dst", "ADDRESS", "(none)", "Its far end."},
    {AT(B_ENCAP, encap, e.src), T_NET, 0, 0, "src", "ADDRESS", "(none)", "Its near end."},
    {AT(B_ENCAP, encap, e.tos), T_TOS, 0, 0, "tos|tc", "0x00..0xff", "0", "TOS."},
    {AT(B_ENCAP, encap, e.ttl), T_BYTE, 0, 0, "ttl|hoplimit", "0..255", "0", "TTL."},
    FLAG(AT(B_ENCAP, encap, csum), 0, "csum", "With a checksum."),
    FLAG(AT(B_ENCAP, encap, key), 0, "key", "With a key."),
    FLAG(AT(B_ENCAP, encap, seq), 0, "seq", "With sequence numbers."),

    /* --- an item of virtual_rules ----------------------------------------------------------- */
    {B_RULE, 0, T_NONE, 0, HEAD, "rule", "options", NULL, "A rule."},
    FLAG(U(invert), 0, "not", "For all packets but these."),
    {U(from), T_NET, 0, 0, "from", "ADDRESS[/LEN]|all", "(all)", "Source."},
    {U(to), T_NET, 0, 0, "to", "ADDRESS[/LEN]|all", "(all)", "Destination."},
    {U(iif), T_IFNAME, 0, 0, "iif|dev", "interface name", "(all)",
     "Interface the packet came in by. It must be up, or that is a fault; see no_track."},
    {U(oif), T_IFNAME, 0, 0, "oif", "interface name", "(all)",
     "Interface a socket is bound to; as iif."},
    {U(fwmark), T_MARK, 0, 0, "fwmark", "MARK[/MASK]", "(all)", "Mark of the firewall."},
    {U(tos), T_TOS, 0, 0, "tos|dsfield", "0x00..0xfc", "0", "TOS."},
    {U(ipproto), T_IPPROTO, 0, 0, "ipproto", "tcp|udp|icmp|ipv6-icmp|sctp|gre|esp|ah|1..255",
     "(all)", "Protocol of the packet."},
    {U(sport), T_PORTS, 0, 0, "sport", "1..65535[-1..65535]", "(all)", "Source ports."},
    {U(dport), T_PORTS, 0, 0, "dport", "1..65535[-1..65535]", "(all)", "Destination ports."},
    {U(uid), T_UIDS, 0, 0, "uidrange", "N-N", "(all)", "Users of sockets."},
    {U(tun_id), T_LONG, 0, 0, "tun_id", "0..999999999999999999", "0",
     "Number of the tunnel it came through."},
    {U(table), T_TABLE, 0, 0, "table|lookup", "main|local|default|1..4294967295", "main",
     "Table to look into."},
    FLAG(U(l3mdev), 0, "l3mdev", "The table of the packet's VRF."),
    {U(action), T_ACTION, 0, BARE, "type", "unicast|blackhole|unreachable|prohibit|nop",
     "(unicast)", "Instead of a table."},
    {U(target), T_NUMBER, 0, 0, "goto", "1..4294967295", "(none)",
     "Go on with the rule of this preference."},
    {U(preference), T_NUMBER, 0, 0, "preference|priority|order|pref", "1..4294967295",
     "(16384, for each further one 1 less)", "Order among all rules, the lowest first."},
    {U(realms), T_REALMS, 0, 0, "realms", "[FROM/]TO", "0", "Realms, by number."},
    {U(suppress_prefix), T_NUMBER, 0, 0, "suppress_prefixlength", "0..128", "(none)",
     "Routes with a prefix as short as this do not count."},
    {U(suppress_group), T_NUMBER, 0, 0, "suppress_ifgroup", "0..4294967295", "(none)",
     "Nor routes through interfaces of this group."},
    {U(protocol), T_ORIGIN, 0, 0, "protocol|proto",
     "keepalived|static|boot|ra|dhcp|bird|zebra|bgp|...|1..255", "keepalived",
     "The mark by which what a crash left behind is found again."},
    {AT(B_RULE, rule, family), T_WORD, 0, BARE, "family", "inet|inet6", "(as the addresses tell)",
     "For a rule that names no address."},
    FLAG(U(no_track), 0, "no_track",
         "Its interfaces may be down or missing; else that is a fault."),
    {AT(B_RULE, rule, track_group), T_TEXT, 0, 0, "track_group", "name", "(none)", OF_STATIC},

    /* --- vrrp_sync_group -------------------------------------------------------------------- */
    {AT(B_GROUP, sync_group, members), T_NAMES, 0, HEAD | MAKES, "group", "NAME NAME ...", NULL,
     "Sync group: these virtual routers are MASTER together or not at all."},
    {AT(B_GROUP, sync_group, label), T_TEXT, 0, 0, "label", "text", "(the name in the variables)",
     "How logs call this group."},
    {AT(B_GROUP, sync_group, tracks), T_BLOCK, B_TRACK, 0, "track_interface",
     "INTERFACE [weight -253..253] [reverse], ...", "(none)",
     "Interfaces that have a say in it, as if every member tracked them."},
    {AT(B_GROUP, sync_group, watches), T_BLOCK, B_WATCH, 0,
     "track|track_script|track_file|track_process|track_bfd",
     "CHECK [weight -253..253] [reverse], ...", "(none)",
     "Health checks that have a say in it, as if every member tracked them."},
    FLAG(AT(B_GROUP, sync_group, weights), 0, "sync_group_tracking_weight",
         "Weights count. Without it every tracked interface that is down is a FAULT of the group."),
    NO_EFFECT(B_GROUP, "global_tracking", "what the group tracks counts for all members anyway"),
    REFUSE(B_GROUP,
           "notify|notify_master|notify_backup|notify_fault|notify_stop|notify_priority_changes"
           "|smtp_alert", "notifications are not part of this version"),

    /* --- health checks ---------------------------------------------------------------------- */
    {AT(B_CHECK, probe, url), T_URL, 0, HEAD | MAKES | ESSENTIAL, "check", "URL", NULL,
     "A health check, to be tracked by its name: http://127.0.0.1/, tcp://ADDRESS:PORT, https,"
     " icmp, udp, dns, smtp, bfd, exec:/PATH WORD..., sh:COMMAND, file:/PATH, process:NAME,"
     " interface:NAME."},
    {C(interval), T_TIME, FOR_LOOK, INHERIT, "interval", "0.001..604800", "1",
     "Time from start to start. Files and processes are looked at so often only where the kernel"
     " does not tell of them."},
    {C(timeout), T_TIME, FOR_TRY, INHERIT, "timeout", "0.001..86400", "(the interval, at most 5)",
     "Time for an attempt, all of it; 3 by default for bfd to come up. A command is ended by"
     " SIGTERM then, and by SIGKILL after kill_delay."},
    {C(rise), T_SHORT, FOR_TRY, INHERIT, "rise", "1..65535", "1",
     "Good results in a row that bring it up. The first result decides alone."},
    {C(fall), T_SHORT, FOR_TRY, INHERIT, "fall", "1..65535", "1",
     "Failures in a row that take it down."},
    {C(retry_delay), T_TIME, FOR_TRY, INHERIT, "delay_before_retry", "0..86400",
     "(the interval goes on)", "Time from a failure to the next attempt while it is up."},
    {C(warmup), T_TIME, FOR_TRY, INHERIT, "warmup", "0..86400", "(a check a millisecond)",
     "Time over which the first attempts of all checks are spread."},
    {C(up_delay), T_TIME, FOR_TOLD, INHERIT, "up_delay|fork_delay", "0..86400", "0",
     "File, process, interface and BFD: time it has to be so before it is up."},
    {C(down_delay), T_TIME, FOR_TOLD, INHERIT, "down_delay|terminate_delay", "0..86400", "0",
     "The same before it is down."},
    {AT(B_CHECK, probe, delay), T_TIME, FOR_PROCESS, INHERIT, "delay", "0..86400", "0",
     "Both, where they are not said."},
    {AT(B_CHECK, probe, init_fail), T_FLAG, FOR_ALL, INHERIT, "init_fail", "yes|no", "no",
     "It is down until it has come up, instead of unknown until the first result."},
    {AT(B_CHECK, probe, weight), T_WEIGHT, FOR_ALL, INHERIT, "weight", "-253..253", "(none: FAULT)",
     "Weight where it is tracked without one."},
    {AT(B_CHECK, probe, reverse), T_FLAG, FOR_ALL, 0, "reverse", "yes|no", "no",
     "The same for reverse."},
    {AT(B_CHECK, probe, label), T_TEXT, FOR_ALL, 0, "label", "text",
     "(the name in the variables, or the URL)", "How logs call this check."},
    {AT(B_CHECK, probe, bind), T_IP, FOR_NET, INHERIT, "bindto|source_ip", "address",
     "(the kernel's choice)", "Source address."},
    {C(from.port), T_SHORT, FOR_SOCKET, 0, "bind_port", "1..65535", "(any)", "Source port."},
    {AT(B_CHECK, probe, bind_if), T_IFNAME, FOR_NET, INHERIT, "bind_if", "interface name", "(any)",
     "Interface to go out by."},
    {C(mark), T_NUMBER, FOR_NET, INHERIT, "fwmark", "0..4294967295", "0",
     "Mark of the packets for the firewall and policy routing."},
    {AT(B_CHECK, probe, pages), T_BLOCK, B_URL, 0, "url", "PATH [option...], ...",
     "(that of the URL)", "Several pages, asked for in turn; all have to be good. What one does not"
     " say, the check's own status_code, digest and so on say."},
    PAGE_ROWS(C_URL),
    {C(http.host), T_TEXT, FOR_HTTP, 0, "virtualhost", "host name", "(the URL's host)",
     "Host to ask for; with https also the name in the certificate."},
    {AT(B_CHECK, probe, protocol), T_WORD, FOR_HTTP, INHERIT, "http_protocol", "1.1|1.0|1.0C",
     "1.1", "Version of HTTP; 1.0C: with Connection: close."},
    {C(http.keep), T_FLAG, FOR_HTTP, INHERIT, "keep_alive", "yes|no", "no",
     "HTTP/1.1: the connection is kept for the next attempt."},
    {C(http.method), T_TEXT, FOR_HTTP, INHERIT, "method", "word", "(GET)",
     "What is asked of the server; HEAD brings no body."},
    {C(http.headers), T_HEADERS, FOR_HTTP, INHERIT | SECRET, "headers",
     "NAME: VALUE NAME: VALUE ...", "(none)",
     "More headers of the request, one with a colon in its value in quotes: \"'X-Time: 12: 00'\"."},
    {C(http.agent), T_TEXT, FOR_HTTP, INHERIT, "user_agent", "text", "(KeepAliveClient)",
     "What it calls itself."},
    {C(http.fast_recovery), T_FLAG, FOR_HTTP, INHERIT, "fast_recovery", "yes|no", "no",
     "On the way up the next page is asked for at once when one was good."},
    {C(tls.no_verify), T_NOT, FOR_TLS, INHERIT | NEEDS_TLS, "tls_verify", "yes|no", "yes",
     "The certificate must be valid for the name (tls_name, virtualhost or the URL's host)."},
    {C(tls.ca), T_TEXT, FOR_TLS, INHERIT | NEEDS_TLS, "tls_ca", "path of a PEM file",
     "(the system's)", "Authorities whose certificates are trusted."},
    {C(tls.certificate), T_TEXT, FOR_TLS, INHERIT | NEEDS_TLS, "tls_certificate",
     "path of a PEM file", "(none)", "Certificate to show to the server, with tls_key."},
    {C(tls.key), T_TEXT, FOR_TLS, INHERIT | NEEDS_TLS, "tls_key", "path of a PEM file", "(none)",
     "Its private key."},
    {C(tls.name), T_TEXT, FOR_TLS, NEEDS_TLS, "tls_name", "host name", "(virtualhost)",
     "Name to ask for (SNI), and in the certificate."},
    {C(udp), T_PAYLOAD, FOR_UDP, 0, "payload", "hexadecimal digits or text", "(empty)",
     "What is sent: as pairs of digits, or as it is."},
    {C(udp), T_REPLY, FOR_UDP, 0, "require_reply", "yes|no|hexadecimal digits, X for any", "no",
     "A reply has to come (this one); without it is good as well if no ICMP error comes."},
    {C(udp.reply), T_TEXT, FOR_UDP, 0, "reply", "hexadecimal digits, X for any", "(any)",
     "What has to come (with require_reply)."},
    {C(udp.reply_min), T_SHORT, FOR_UDP, 0, "min_reply_length", "0..65535", "0",
     "Least bytes of the reply."},
    {C(udp.reply_max), T_SHORT, FOR_UDP, 0, "max_reply_length", "0..65535", "255",
     "Most bytes of the reply."},
    {C(smtp.helo), T_TEXT, FOR_SMTP, 0, "helo_name", "host name", "(smtpchecker.keepalived.org)",
     "What HELO says."},
    {AT(B_CHECK, probe, connect_ip), T_IP, FOR_NET, INNER, "connect_ip", "address",
     "(the server's)", "Address to check instead."},
    {AT(B_CHECK, probe, connect_port), T_SHORT, FOR_PORT, INNER, "connect_port", "1..65535",
     "(the server's)", "Port to check instead."},
    {C(timeout), T_TIME, FOR_NET, INNER | ALIAS, "connect_timeout", "0.001..86400", NULL,
     "keepalived's name of timeout."},
    {C(timeout), T_TIME, FOR_EXEC, INNER | ALIAS, "misc_timeout", "0.001..86400", NULL,
     "keepalived's name of timeout; default delay_loop."},
    {C(interval), T_TIME, FOR_LOOK, INNER | ALIAS, "delay_loop", "0.001..604800", NULL,
     "keepalived's name of interval."},
    {AT(B_CHECK, probe, init_fail), T_FLAG, FOR_ALL, INNER | ALIAS, "alpha", "yes|no", NULL,
     "keepalived's name of init_fail."},
    {AT(B_CHECK, probe, retry), T_NUMBER, FOR_TRY, INNER, "retry", "0..65534",
     "(1, DNS_CHECK 3, MISC_CHECK 0)",
     "How often it is tried again before a failure counts: fall less one."},
    {AT(B_CHECK, probe, retry), T_NUMBER, FOR_HTTP, INNER | ALIAS, "nb_get_retry", "0..65534", NULL,
     "keepalived's old name of retry."},
    {AT(B_CHECK, probe, sni), T_FLAG, FOR_HTTP, INNER, "enable_sni", "yes|no", "no",
     "SSL_GET: the virtual host is asked for in TLS, too (SNI)."},
    {C(tls.name), T_TEXT, FOR_TLS, INNER | ALIAS | NEEDS_TLS, "sni_name", "host name", NULL,
     "keepalived's name of tls_name."},
    {AT(B_CHECK, probe, command), T_SCRIPT, FOR_EXEC, INNER, "misc_path",
     "/PATH WORD... | sh:COMMAND", NULL, "The command of MISC_CHECK."},
    {C(dns.type), T_DNS_TYPE, FOR_DNS, INNER, "type",
     "A|NS|CNAME|SOA|PTR|MX|TXT|AAAA|SRV|RRSIG|DNSKEY", "(SOA)", "What DNS_CHECK asks for."},
    {AT(B_CHECK, probe, of), T_TEXT, FOR_NAMED, INNER, "name", "name", "(.)",
     "Name that DNS_CHECK asks for; of BFD_CHECK the NAME of a CHECK_<NAME>=bfd://ADDRESS."},
    {AT(B_CHECK, probe, of), T_TEXT, FOR_FILE, INNER | ALIAS, "track_file", "name", NULL,
     "Of FILE_CHECK the NAME of a CHECK_<NAME>=file:/PATH."},
    NO_EFFECT(B_CHECK, "log_all_failures", "see SIDECAR_LOG=debug"),
    NO_EFFECT(B_CHECK, "tls_compliant", "nothing but TLS is spoken"),
    {AT(B_CHECK, probe, hosts), T_BLOCK, B_CHECK, INNER | PLAIN, "host", "[option...], ...",
     "(the server)", "keepalived's old form of SMTP_CHECK: each of them is a check, with what it"
     " says itself (connect_ip, connect_port, bindto ...)."},
    {C(smtp.starttls), T_FLAG, FOR_SMTP, NEEDS_TLS, "starttls", "yes|no", "no",
     "The dialogue goes over to TLS."},
    {AT(B_CHECK, probe, user), T_USER, FOR_EXEC, INHERIT, "user", "USER [GROUP]", "(ours)",
     "Who runs the command: names of /etc/passwd and /etc/group, or numbers. Without a group: all"
     " those of the user (of a number: the same number). Needs the capabilities SETUID, SETGID and"
     " KILL."},
    {C(exec.kill_delay), T_TIME, FOR_EXEC, INHERIT, "kill_delay", "0.001..3600", "2",
     "Time from SIGTERM to SIGKILL for a command that did not end in time."},
    {C(exec.dynamic), T_FLAG, FOR_EXEC, 0, "misc_dynamic", "yes|no", "no", "Exit status 2 to 255 is"
     " good, too, and that less 2 is a number, which times the weight is added to the priority; 0"
     " leaves it as it was. A failure counts as 0, with a negative weight as 253."},
    {C(exec.secure), T_FLAG, FOR_EXEC, INHERIT, "enable_script_security", "yes|no", "no",
     "A command is not run if others than root (and the user) can change a part of its path."},
    {C(process.params), T_NAMES, FOR_PROCESS, 0, "param", "WORD ...", "(any)",
     "Arguments that the process has."},
    {AT(B_CHECK, probe, match), T_WORD, FOR_PROCESS, 0, "param_match", "exact|initial|partial",
     "exact", "These are all of its arguments, the first ones, or so and the last is only begun."
     " Without param: it has none."},
    {C(process.quorum), T_SHORT, FOR_PROCESS, 0, "quorum", "1..65535", "1",
     "Least processes of the name."},
    {C(process.quorum_max), T_SHORT, FOR_PROCESS, 0, "quorum_max", "0..65535", "(any)",
     "Most processes of the name; 0: it must not run."},
    {C(process.full_command), T_FLAG, FOR_PROCESS, 0, "full_command", "yes|no", "no",
     "The name is all of the command, with its path; that of a path always is."},
    {C(bfd.min_tx), T_TIME, FOR_BFD, INHERIT, "min_tx", "0.000001..4000", "(0.3)",
     "Time between BFD packets while the session is up."},
    {C(bfd.min_rx), T_TIME, FOR_BFD, INHERIT, "min_rx", "0.000001..4000", "(0.3)",
     "Least time between packets that can be received."},
    {C(bfd.idle_tx), T_TIME, FOR_BFD, INHERIT, "idle_tx", "1..4000", "1",
     "Time between packets while it is not up."},
    {C(bfd.multiplier), T_BYTE, FOR_BFD, INHERIT, "multiplier", "1..255", "3",
     "Packets that may be missing, less one."},
    {C(bfd.passive), T_FLAG, FOR_BFD, INHERIT, "passive", "yes|no", "no",
     "Silent until the other side speaks."},
    {C(bfd.ttl), T_BYTE, FOR_BFD, INHERIT, "ttl|hoplimit", "1..255", "255",
     "TTL of what is sent."},
    {C(bfd.max_hops), T_BYTE, FOR_BFD, INHERIT, "max_hops", "0..255", "(0; multihop 255)",
     "Packets must have come with a TTL of at least 255 less this."},
    {C(bfd.auth), T_WORD, FOR_BFD, INHERIT, "auth",
     "simple|md5|meticulous-md5|sha1|meticulous-sha1", "(none)",
     "Authentication by RFC 5880. SHA1 needs a sidecar built with make TLS=1."},
    {AT(B_CHECK, probe, bfd_key), T_TEXT, FOR_BFD, INHERIT | SECRET, "auth_key",
     "1..16 characters, sha1 20", "(none)", "Its key."},
    {C(bfd.key_id), T_BYTE, FOR_BFD, INHERIT, "auth_key_id", "0..255", "0",
     "The number of the key."},

    /* --- virtual servers -------------------------------------------------------------------- */
    {V(at), T_AT, 0, HEAD | MAKES | ESSENTIAL, "address",
     "tcp://ADDRESS:PORT | udp:// | sctp:// | fwmark N | group NAME", NULL,
     "A virtual server (LVS): connections to it go to its real servers. fwmark: what the firewall"
     " has marked so; group: an IPVS_GROUP_<NAME>. Also keepalived's ADDRESS PORT."},
    {V(reals), T_BLOCK, B_REAL, ESSENTIAL, "real_server", "ADDRESS|NAME[:PORT] [option...], ...",
     "(none)", "Its real servers: \"203.0.113.1:80 weight=2, 203.0.113.2:80\", or numbered:"
     " IPVS_WEB_REAL_SERVER_1, IPVS_WEB_REAL_SERVER_1_WEIGHT. Without a port that of the virtual"
     " server."},
    {V(checks.watches), T_BLOCK, B_WATCH, INHERIT | ESSENTIAL, "check", "CHECK, ...", "(none)",
     "What every real server has to pass, each a URL without an address (tcp://, http:///healthz,"
     " http://:8080/), which is each server's own then, or another URL, or the NAME of a"
     " CHECK_<NAME>."},
    {V(protocol), T_WORD, 0, INHERIT, "protocol", "TCP|UDP|SCTP", "(that of tcp://; else UDP)",
     "For keepalived's ADDRESS PORT, and groups."},
    {V(scheduler), T_SCHEDULER, 0, INHERIT | ESSENTIAL, "lb_algo|lvs_sched",
     "rr|wrr|lc|wlc|lblc|lblcr|dh|sh|mh|sed|nq|fo|ovf|twos", "wlc",
     "How a connection finds its server, see ipvsadm(8)."},
    {V(method), T_METHOD, 0, INHERIT | ESSENTIAL, "lvs_method|lb_kind", METHODS, "NAT",
     "How packets reach the servers: NAT, DR (direct routing), TUN (a tunnel)."},
    {V(weight), T_NUMBER, 0, INHERIT, "weight", "0..2147483647", "1",
     "Weight of servers that say none; 0: no new connections."},
    {V(persistence), T_PERSIST, 0, INHERIT, "persistence_timeout", "no|yes|1..2678400", "no",
     "Seconds for which a client stays with its server; yes: 360."},
    {V(granularity), T_MASK, 0, INHERIT, "persistence_granularity", "NETMASK|1..128",
     "(32, IPv6 128)", "Prefix length by which clients are one."},
    {V(engine), T_IFNAME, 0, INHERIT, "persistence_engine", "1..15 characters", "(none)",
     "Such as sip: one call is one client."},
    FLAG(V(ops), INHERIT, "ops", "UDP: every packet is scheduled by itself."),
    FLAG(V(sh_port), INHERIT, "sh-port", "lb_algo sh: the client's port counts, too."),
    FLAG(V(sh_fallback), INHERIT, "sh-fallback",
         "lb_algo sh: another server if the one has no weight."),
    FLAG(V(mh_port), INHERIT, "mh-port", "The same of lb_algo mh."),
    FLAG(V(mh_fallback), INHERIT, "mh-fallback", "The same of lb_algo mh."),
    FLAG(V(flag[0]), INHERIT, "flag-1", "The scheduler's first flag."),
    FLAG(V(flag[1]), INHERIT, "flag-2", "The second."),
    FLAG(V(flag[2]), INHERIT, "flag-3", "The third."),
    {V(family), T_WORD, 0, INHERIT, "ip_family", "inet|inet6", "(that of the servers)",
     "Of a firewall mark: family of its packets."},
    {V(quorum), T_NUMBER, 0, INHERIT, "quorum", "1..2147483647", "1",
     "Sum of weights that has to be up; else sorry_server serves, and no one else."},
    {V(hysteresis), T_NUMBER, 0, INHERIT, "hysteresis", "0..2147483647", "0",
     "Lost below quorum less this, gained at quorum plus this."},
    {V(quorum_up), T_SCRIPT, 0, INHERIT, "quorum_up", "/PATH WORD... | sh:COMMAND", "(none)",
     "Command to run when the quorum is gained."},
    {V(quorum_down), T_SCRIPT, 0, INHERIT, "quorum_down", "/PATH WORD... | sh:COMMAND", "(none)",
     "When it is lost."},
    {V(sorry), T_BLOCK, B_REAL, 0, "sorry_server", "ADDRESS[:PORT] [option...]", "(none)",
     "Serves while the quorum is lost. It is not checked."},
    FLAG(V(sorry_inhibit), INHERIT, "sorry_server_inhibit",
         "The sorry server stays in the table with weight 0 while it is not needed."),
    {V(sorry_method), T_METHOD, 0, INHERIT, "sorry_server_lvs_method", METHODS, "(lvs_method)",
     "lvs_method of the sorry server."},
    FLAG(V(inhibit), INHERIT, "inhibit_on_failure",
         "A server that is down stays with weight 0, and keeps its connections."),
    FLAG(V(omega), INHERIT, "omega", "notify_down and quorum_down are run when sidecar stops."),
    FLAG(V(ha_suspend), INHERIT, "ha_suspend",
         "Servers are checked only while the virtual server's address is on this host."),
    {V(drain), T_TIME, 0, INHERIT, "drain", "0..604800", "0",
     "A server that leaves the configuration keeps its connections for so long, with weight 0."},
    TIMING_ROWS(V),
    {V(checks.virtualhost), T_TEXT, 0, INHERIT, "virtualhost", "host name", "(the address)",
     "Host that http checks ask for."},
    {V(user), T_USER, 0, INHERIT, "script_user", "USER [GROUP]", "(ours)",
     "Who runs quorum_up, quorum_down, notify_up, notify_down and MISC_CHECK; see CHECK_USER."},
    FLAG(V(secure), INHERIT, "enable_script_security",
         "As CHECK_ENABLE_SCRIPT_SECURITY, for these."),
    {V(label), T_TEXT, 0, 0, "label", "text", "(the name in the variables)",
     "How logs call this virtual server."},
    NO_EFFECT(B_IPVS, "hashed", "the kernel sets this flag itself"),
    NO_EFFECT(B_IPVS, "snmp_name", "there is no SNMP agent"),
    REFUSE(B_IPVS, "smtp_alert", NO_MAIL),
    CHECKER_ROWS(V),

    /* --- an item of real_server ------------------------------------------------------------- */
    {S(at), T_REAL, 0, HEAD, "address", "ADDRESS|NAME[:PORT]", NULL, "The server."},
    {S(weight), T_NUMBER, 0, INHERIT, "weight", "0..2147483647", "(weight of the virtual server)",
     "Its share; 0: no new connections."},
    {S(method), T_METHOD, 0, INHERIT, "lvs_method|lb_kind", METHODS,
     "(lvs_method of the virtual server)", "How packets reach it."},
    FLAG(S(inhibit), INHERIT, "inhibit_on_failure", "It stays with weight 0 while it is down."),
    {S(d.upper), T_NUMBER, 0, 0, "uthreshold", "1..2147483647", "(none)",
     "From so many connections on it gets no new ones, ..."},
    {S(d.lower), T_NUMBER, 0, 0, "lthreshold", "1..2147483647", "(three quarters of that)",
     "... until there are fewer than this."},
    {S(notify_up), T_SCRIPT, 0, 0, "notify_up", "/PATH WORD... | sh:COMMAND", "(none)",
     "Command to run when it comes up."},
    {S(notify_down), T_SCRIPT, 0, 0, "notify_down", "/PATH WORD... | sh:COMMAND", "(none)",
     "When it goes down."},
    {S(drain), T_TIME, 0, INHERIT, "drain", "0..604800", "0",
     "When it leaves the configuration it keeps its connections for so long, with weight 0."},
    TIMING_ROWS(S),
    {S(checks.virtualhost), T_TEXT, 0, INHERIT, "virtualhost", "host name", "(the address)",
     "Host that http checks ask for."},
    NO_EFFECT(B_REAL, "snmp_name", "there is no SNMP agent"),
    REFUSE(B_REAL, "smtp_alert", NO_MAIL),
    {S(checks.watches), T_BLOCK, B_WATCH, 0, "check", "CHECK", "(those of all)",
     "A URL or NAME as in check; repeated. A server with checks of its own has these alone."},
    CHECKER_ROWS(S),

    /* --- virtual_server_group --------------------------------------------------------------- */
    {AT(B_IPVS_GROUP, vs_group, entries), T_BLOCK, B_ENTRY, HEAD | MAKES, "addresses",
     "ADDRESS[-LAST|/LEN] [PORT], fwmark N, ...", NULL, "Addresses, ranges of them and firewall"
     " marks that are one virtual server: IPVS_WEB=\"group NAME\"."},
    {AT(B_IPVS_GROUP, vs_group, label), T_TEXT, 0, 0, "label", "text",
     "(the name in the variables)", "How logs call it."},
    {AT(B_ENTRY, vs_entry, at), T_AT, 0, HEAD, "address",
     "ADDRESS[-LAST|/LEN] [PORT] | fwmark N [inet|inet6]", NULL, "Where it listens."},

    /* --- lvs_sync_daemon, lvs_timeouts ------------------------------------------------------ */
    {AT(B_DAEMON, sync_daemon, interface), T_SYNC, 0, HEAD, "interface", "INTERFACE [INSTANCE]",
     NULL, "The interface, and the virtual router whose state decides."},
    {AT(B_DAEMON, sync_daemon, of), T_TEXT, 0, 0, "inst", "name of a virtual router", "(none)",
     "Master while this one is MASTER, else backup; without it both."},
    {AT(B_DAEMON, sync_daemon, id), T_BYTE, 0, 0, "id", "1..255", "(the virtual router's)",
     "Number of the daemons that belong together."},
    {AT(B_DAEMON, sync_daemon, maxlen), T_SHORT, 0, 0, "maxlen", "1..65507", "(by the MTU)",
     "Most bytes of a packet."},
    {AT(B_DAEMON, sync_daemon, port), T_SHORT, 0, 0, "port", "1..65535", "8848", "UDP port."},
    {AT(B_DAEMON, sync_daemon, ttl), T_BYTE, 0, 0, "ttl", "1..255", "1", "Multicast TTL."},
    {AT(B_DAEMON, sync_daemon, group), T_MCAST, 0, 0, "group", "multicast address", "224.0.0.81",
     "Multicast group."},
    {B_TIMEOUTS, 0, T_NONE, 0, HEAD, "timeouts", "options", NULL, "Timeouts."},
    {AT(B_TIMEOUTS, lvs_timeouts, tcp), T_NUMBER, 0, 0, "tcp", "1..31536000", "(as it is)",
     "Seconds of an idle connection."},
    {AT(B_TIMEOUTS, lvs_timeouts, tcp_fin), T_NUMBER, 0, 0, "tcpfin", "1..31536000", "(as it is)",
     "Of one that was closed."},
    {AT(B_TIMEOUTS, lvs_timeouts, udp), T_NUMBER, 0, 0, "udp", "1..31536000", "(as it is)",
     "Of UDP."},

    /* --- global_defs ------------------------------------------------------------------------ */
    {G(log), T_LOG, 0, ESSENTIAL, "log", "text|json error|warning|info|debug", "text info",
     "Form and detail of the log on standard output: \"json debug\"."},
    {G(node), T_TEXT, 0, 0, "node", "text", "(host name up to the first dot)",
     "This node's name, for priorities by host name."},
    {G(env_file), T_TEXT, 0, 0, "env_file", "path", "(none)",
     "File with lines NAME=VALUE that count as if they stood in the environment."},
    {G(router_id), T_TEXT, 0, 0, "router_id", "text", "(SIDECAR_NODE)",
     "This node's name in JSON logs."},
    {G(vmac_prefix), T_IFNAME, 0, 0, "vmac_prefix", "1..15 characters", "vrrp",
     "What the names of macvlans begin with."},
    {G(vmac_addr_prefix), T_IFNAME, 0, 0, "vmac_addr_prefix", "1..15 characters",
     "(SIDECAR_VMAC_PREFIX)", "The same for those of use_vmac_addr."},
    {G(startup_delay), T_TIME, 0, 0, "vrrp_startup_delay", "0..1000", "0",
     "Time after the start in which nothing is sent and nothing counts."},
    {G(boot_delay), T_TIME, 0, 0, "vrrp_delay_after_boot", "0..1000", "0",
     "The same, counted from the start of the machine: nothing while that is less long ago."},
    {G(resolve_min), T_TIME, 0, 0, "resolve_min", "0.1..3600", "1",
     "Names are asked for again when their answer's TTL is over, but not before this time; and"
     " after a failure, each time after twice as long."},
    {G(resolve_max), T_TIME, 0, 0, "resolve_max", "0.1..86400", "30",
     "And at the latest after this time."},
    {G(interface), T_IFNAME, 0, 0, "default_interface", "interface name", "(none)",
     "Interface of virtual routers that name none."},
    {G(delays), T_BLOCK, B_DELAY, 0, "interface_up_down_delays", "INTERFACE DOWN [UP], ...",
     "(none)",
     "Seconds for which a link must have been down, or (UP, else 0) up again, before it counts."},
    {G(garp_groups), T_BLOCK, B_GARP, 0, "garp_group",
     "INTERFACE ... [garp_interval S] [gna_interval S], ...", "(none)",
     "Interfaces on one switch: gratuitous ARP and Neighbor Advertisements on all of them together"
     " are spaced out by these times."},
    {G(track_groups), T_BLOCK, B_TGROUP, 0, "track_group", "NAME MEMBER ..., ...", "(none)",
     "A name, and virtual routers that are in FAULT while the interface of a static item with"
     " track_group NAME is down."},
    {G(group4), T_MCAST, 0, 0, "vrrp_mcast_group4", "IPv4 multicast address", "(224.0.0.18)",
     "Where multicast adverts of IPv4 go."},
    {G(group6), T_MCAST, 0, 0, "vrrp_mcast_group6", "IPv6 multicast address", "(ff02::12)",
     "Where multicast adverts of IPv6 go."},
    {G(rx_policy), T_BUFFER, 0, 0, "vrrp_rx_bufs_policy", "ADVERT|MTU|2048..1073741824", "ADVERT",
     "Receive buffers: room for several adverts of every virtual router, for packets of the"
     " interface's MTU, or this many bytes."},
    {G(rx_multiplier), T_BYTE, 0, 0, "vrrp_rx_bufs_multiplier", "1..255", "3",
     "How many packets of the MTU for each virtual router."},
    FLAG(G(log_unknown), 0, "log_unknown_vrids",
         "Virtual routers of others are mentioned. Those that list addresses of ours always are."),
    NO_EFFECT(B_GLOBAL, "dynamic_interfaces", "an interface may always come, go and change"),
    NO_EFFECT(B_GLOBAL, "instance", "there are no files that could be confused"),
    NO_EFFECT(B_GLOBAL, "use_pid_dir", "there are no pid files"),
    NO_EFFECT(B_GLOBAL, "child_wait_time", "stopping takes as long as it takes, and is not killed"),
    NO_EFFECT(B_GLOBAL, "linkbeat_interfaces|linkbeat_use_polling",
              "the kernel reports every change of a link"),
    NO_EFFECT(B_GLOBAL, "namespace_with_ipsets", "there are no ipsets"),
    NO_EFFECT(B_GLOBAL, "vrrp_iptables", "no rule of iptables is needed"),
    NO_EFFECT(B_GLOBAL, "vrrp_ipsets", "no ipset is needed"),
    NO_EFFECT(B_GLOBAL, "disable_local_igmp", "no rule about IGMP is needed"),
    NO_EFFECT(B_GLOBAL, "nftables", "a table of this process comes and goes where it is needed"),
    NO_EFFECT(B_GLOBAL, "nftables_priority", "the table stands where it has to"),
    NO_EFFECT(B_GLOBAL, "nftables_counters", "nothing is counted"),
    NO_EFFECT(B_GLOBAL, "nftables_ifindex", "interfaces may come and go"),
    NO_EFFECT(B_GLOBAL,
              "max_auto_priority|min_auto_priority_delay|checker_priority|checker_rt_priority"
              "|checker_rlimit_rttime|checker_cpu_affinity|checker_no_swap", SCHEDULED),
    NO_EFFECT(B_GLOBAL,
              "vrrp_rt_priority|vrrp_rlimit_rttime|vrrp_rlimit_rtime|vrrp_cpu_affinity"
              "|vrrp_no_swap", SCHEDULED),
    NO_EFFECT(B_GLOBAL,
              "vrrp_netlink_cmd_rcv_bufs|vrrp_netlink_cmd_rcv_bufs_force"
              "|vrrp_netlink_monitor_rcv_bufs|vrrp_netlink_monitor_rcv_bufs_force", NETLINKED),
    NO_EFFECT(B_GLOBAL, "vrrp_process_name", "the process has the name it was started with"),
    NO_EFFECT(B_GLOBAL, "process_names|process_name|checker_process_name|lvs_process_name",
              "the process has the name it was started with"),
    NO_EFFECT(B_GLOBAL,
              "umask|tmp_config_directory|use_symlink_paths|config_save_dir|data_use_instance"
              "|json_version|stats_dump_file", "no file is written"),
    NO_EFFECT(B_GLOBAL, "random_seed", "nothing is left to chance"),
    NO_EFFECT(B_GLOBAL, "state_dump_file", "no file is written; see sidecar -d"),
    NO_EFFECT(B_GLOBAL, "json_dump_file", "no file is written; see SIDECAR_LOG=json"),
    NO_EFFECT(B_GLOBAL, "set_supplementary_groups", "a user by name always has its groups"),
    NO_EFFECT(B_GLOBAL, "iproute_usr_dir", "names of tables are looked for in /usr/share/iproute2"),
    NO_EFFECT(B_GLOBAL, "iproute_etc_dir", "names of tables are looked for in /etc/iproute2"),
    NO_EFFECT(B_GLOBAL, "reload_check_config", "a mistake at reload always changes nothing"),
    REFUSE(B_GLOBAL, "reload_time_file|reload_repeat|reload_file", NO_TIMETABLE),
    REFUSE(B_GLOBAL, "net_namespace", "a process stays in the network namespace it was started in:"
           " `ip netns exec NAME sidecar`, or one container each"),
    REFUSE(B_GLOBAL, "net_namespace_ipvs",
           "virtual servers are in the network namespace of the process: run one process each"),
    REFUSE(B_GLOBAL, "virtual_server", IS_VIRTUAL),
    REFUSE(B_GLOBAL, "virtual_server_group",
           "a group of virtual servers is IPVS_GROUP_<NAME>=\"ADDRESS PORT, ...\""),
    NO_EFFECT(B_GLOBAL, "nftables_ipvs", "every address of a group is a service of its own"),
    NO_EFFECT(B_GLOBAL, "nftables_ipvs_start_fwmark", "no firewall mark is made"),
    NO_EFFECT(B_GLOBAL, "checker_log_all_failures", "see SIDECAR_LOG=debug"),
    NO_EFFECT(B_GLOBAL,
              "lvs_netlink_cmd_rcv_bufs|lvs_netlink_cmd_rcv_bufs_force|lvs_netlink_monitor_rcv_bufs"
              "|lvs_netlink_monitor_rcv_bufs_force", NETLINKED),
    NO_EFFECT(B_GLOBAL, "snmp_vs_stats_update_interval|snmp_rs_stats_update_interval",
              "there is no SNMP agent"),
    REFUSE(B_GLOBAL,
           "enable_snmp_checker|snmp_socket|enable_snmp_vrrp|enable_snmp_rfc|enable_snmp_rfcv2"
           "|enable_snmp_rfcv3|enable_snmp_keepalived|enable_traps|enable_dbus", NO_AGENT),
    REFUSE(B_GLOBAL,
           "lvs_notify_fifo|lvs_notify_fifo_script|rs_init_notifies|smtp_alert_checker"
           "|no_checker_emails|notify_fifo|notify_fifo_script|fifo_write_vrrp_states_on_reload"
           "|notification_email|notification_email_from|smtp_connect_timeout|smtp_helo_name"
           "|smtp_alert|smtp_alert_vrrp|no_email_faults|smtp_server",
           "notifications are not part of this version"),
    REFUSE(B_GLOBAL, "vrrp_notify_fifo|vrrp_notify_fifo_script|vrrp_notify_priority_changes",
           "notifications are not part of this version"),
    REFUSE(B_GLOBAL,
           "startup_script|startup_script_timeout|shutdown_script|shutdown_script_timeout",
           "scripts are not part of this version"),
    REFUSE(B_GLOBAL, "script_user",
           "for the commands of checks set CHECK_USER, of virtual servers IPVS_SCRIPT_USER"),
    REFUSE(B_GLOBAL, "enable_script_security", "for the commands of checks set"
           " CHECK_ENABLE_SCRIPT_SECURITY, of virtual servers IPVS_ENABLE_SCRIPT_SECURITY"),
    REFUSE(B_GLOBAL, "vrrp_script", "a check is a block of its own:"
           " CHECK_<NAME>=exec:/path/to/script, and VRRP_TRACK=<NAME>"),
    REFUSE(B_GLOBAL, "track_file",
           "a check is a block of its own: CHECK_<NAME>=file:/path, and VRRP_TRACK=<NAME>"),
    REFUSE(B_GLOBAL, "bfd_instance",
           "a check is a block of its own: CHECK_<NAME>=bfd://address, and VRRP_TRACK=<NAME>"),
    {G(lvs_daemon), T_BLOCK, B_DAEMON, 0, "lvs_sync_daemon",
     "INTERFACE [INSTANCE] [id N] [maxlen N] [port N] [ttl N] [group A]", "(none)",
     "The kernel's sync daemons of virtual servers: connections survive a takeover."},
    {G(lvs_timeouts), T_BLOCK, B_TIMEOUTS, 0, "lvs_timeouts", "[tcp N] [tcpfin N] [udp N]",
     "(none)",
     "Seconds after which idle connections to virtual servers are forgotten; put back at exit."},
    FLAG(G(lvs_flush), 0, "lvs_flush",
         "All virtual servers of the kernel are removed at start, whoever made them."),
    {G(flush_on_stop), T_WORD, 0, 0, "lvs_flush_on_stop", "no|yes|VS", "no",
     "At exit all of them are removed, whoever made them; no, VS: ours."},
    {G(ipvs_sync), T_TIME, 0, 0, "ipvs_sync", "0.1..86400",
     "(1, and 1 for each 1000 entries above 1000)",
     "Time between two looks whether somebody else has changed our virtual servers."},
    REFUSE(B_GLOBAL, "vrrp_sync_group", IS_GROUP),
    NO_EFFECT(B_GLOBAL, "dbus_service_name|dbus_no_interface_name", "there is no D-Bus object"),
    {G(vips), T_BLOCK, B_VIP, 0, "static_ipaddress", "ADDRESS[/LEN] dev IF [option...], ...",
     "(none)", "Addresses that this host has while sidecar runs, whoever is MASTER."},
    {G(routes), T_BLOCK, B_ROUTE, 0, "static_routes", "[TYPE] ADDRESS/LEN|default [option...], ...",
     "(none)", "Routes likewise."},
    {G(rules), T_BLOCK, B_RULE, 0, "static_rules", "[option...], ...", "(none)", "Rules likewise."},
    REFUSE(B_GLOBAL, "config", "reading keepalived.conf is not part of this version"),
    REFUSE(B_GLOBAL, "status", "the status page is not part of this version"),
};

#undef C
#undef P
#undef V
#undef S
#undef I
#undef D
#undef G
#undef R
#undef U

enum { ROWS = sizeof rows / sizeof rows[0] };

/* Names of the usual container images: KEEPALIVED_<name>. */
typedef struct alias {
    const char *name, *key;
} alias;

static const alias aliases[] = {
    {"INTERFACE", "interface"}, {"STATE", "state"}, {"PRIORITY", "priority"},
    {"ROUTER_ID", "virtual_router_id"}, {"VIRTUAL_ROUTER_ID", "virtual_router_id"},
    {"VRID", "virtual_router_id"}, {"VIRTUAL_IPS", "virtual_ipaddress"},
    {"VIRTUAL_IP", "virtual_ipaddress"}, {"VIRTUAL_IPADDRESS", "virtual_ipaddress"},
    {"VIRTUAL_IPADDRESS_EXCLUDED", "virtual_ipaddress_excluded"},
    {"UNICAST_PEERS", "unicast_peer"}, {"UNICAST_PEER", "unicast_peer"},
    {"UNICAST_SRC_IP", "unicast_src_ip"}, {"PASSWORD", "auth_pass"}, {"AUTH_PASS", "auth_pass"},
    {"AUTH_TYPE", "auth_type"}, {"ADVERT_INT", "advert_int"},
    {"ADVERTISE_INTERVAL", "advert_int"}, {"VRRP_INSTANCE", "label"}, {"NOTIFY", "notify"},
    {"NOTIFY_SCRIPT", "notify"}, {"CHECK_SCRIPT", "track"}, {"CHECK_IP", "track"},
    {"CHECK_PORT", "track"}, {"CHECK_INTERVAL", "track"}, {"KUBE_APISERVER_CHECK", "track"},
    {"TRACK_INTERFACE", "track_interface"},
};

/* What those images assume when a variable is not given, and we do not. */
typedef struct habit {
    const char *key, *theirs;
} habit;

static const habit habits[] = {
    {"virtual_router_id", "osixia 51, ednz 50, arc-ts 1"},
    {"priority", "osixia 150, arc-ts 200"},
    {"auth_pass", "osixia d0cker, arc-ts pwd and the virtual router id"},
    {"nopreempt", "osixia yes"},
};

/* Field's words that are no keyword, for suggestions only. */
static const alias hints[] = {
    {"VIP", "virtual_ipaddress"}, {"VIPS", "virtual_ipaddress"}, {"ADDRESS", "virtual_ipaddress"},
    {"IP", "virtual_ipaddress"}, {"IFACE", "interface"}, {"DEV", "interface"},
    {"ID", "virtual_router_id"}, {"INTERVAL", "advert_int"}, {"PASS", "auth_pass"},
    {"PRIO", "priority"}, {"PEERS", "unicast_peer"}, {"PEER", "unicast_peer"},
    {"INSTANCE", "label"}, {"CHECK", "track"}, {"CHECKS", "track"}, {"HEALTHCHECK", "track"},
};

enum { ALIASES = sizeof aliases / sizeof *aliases, HINTS = sizeof hints / sizeof *hints };

/* The first row of a block, NULL if it has none. Looked up once, as it is asked for so often. */
static const row *block_rows(uint8_t b)
{
    static const row *first[BLOCKS];

    for (const row *r = rows; !first[rows[ROWS - 1].in] && r < rows + ROWS; r++)
        if (!first[r->in])
            first[r->in] = r;
    return first[b];
}

static const row *row_next(const row *r)
{
    return r + 1 < rows + ROWS && r[1].in == r->in ? r + 1 : NULL;
}

/* The spellings of a row's keyword, one after the other; the first is the one to be shown. */
static size_t key_size(const char *key)
{
    return strcspn(key, "|");
}

static const char *key_next(const char *key)
{
    key += key_size(key);
    return *key ? key + 1 : NULL;
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

/* The one that is the n bytes of s, or NULL. Most rows are another one by their first letter. */
static const char *key_of(const row *r, const char *s, size_t n)
{
    const char *key = r->key;

    while (key && (upper(*key) != upper(*s) || key_size(key) != n || strncasecmp(key, s, n) != 0))
        key = key_next(key);
    return key;
}

/* A bit for each character that a keyword can begin with (-nodad, weight); 0: none does. */
static uint64_t letter_bit(char c)
{
    return upper(c) >= '-' && upper(c) <= 'Z' ? (uint64_t)1 << (upper(c) - '-') : 0;
}

/* Those of a block. Of the words of a long list most are addresses, and no keyword. */
static uint64_t block_letters(uint8_t b)
{
    static uint64_t letters[BLOCKS];

    for (const row *r = letters[b] ? NULL : block_rows(b); r; r = row_next(r))
        for (const char *key = r->key; key; key = key_next(key))
            letters[b] |= letter_bit(*key);
    return letters[b];
}

static const row *row_of(uint8_t b, const char *key)
{
    if (!(block_letters(b) & letter_bit(*key)))
        return NULL;
    for (const row *r = block_rows(b); r; r = row_next(r))
        if (key_of(r, key, strlen(key)))
            return r;
    return NULL;
}

/* HEAD: what stands first in an item or a group; MAKES: what brings a named block into being. */
static const row *row_with(uint8_t b, unsigned flag)
{
    for (const row *r = block_rows(b); r; r = row_next(r))
        if (r->flags & flag)
            return r;
    return NULL;
}

/* An alias stands for the row with its place. */
static const row *canonical(const row *r)
{
    if (r->flags & ALIAS)
        for (const row *c = block_rows(r->in); c; c = row_next(c))
            if (c->at == r->at && !(c->flags & (ALIAS | REFUSED)) && c->type != T_NONE)
                return c;
    return r;
}

/* The variable that gave a row; NULL: none did. */
static const char *giver(const node *n, const row *r)
{
    const gift *g = n->gifts;

    for (r = canonical(r); g && g->row != r; g = g->next)
        ;
    return g ? g->by : NULL;
}

static void give(model *m, node *n, const row *r, const char *by)
{
    gift *g = take(&m->a, sizeof *g);

    g->next = n->gifts;
    g->row = canonical(r);
    g->by = by;
    n->gifts = g;
}

/* key: no alias. Most nodes have a gift or two, and their blocks many rows. */
static bool given(const node *n, const char *key)
{
    const gift *g = n->gifts;

    while (g && !key_of(g->row, key, strlen(key)))
        g = g->next;
    return g && g->by;
}

// >>words

/* A value becomes words, and words become values: the types. Every type reads into the row's
   place and writes the same text back. */

typedef struct word {
    const char *s;
    bool        first;      /* behind a comma or a newline: an item begins */
    bool        quoted;
} word;

typedef struct words {
    word  *at;
    size_t n;
} words;

static void breathe(void)
{
    static unsigned items;

    if (urgent && ++items % 64 == 0)
        urgent(urgent_arg);
}

/* What a reader needs to know besides the words. */
typedef struct reader {
    model      *m;
    report     *out;
    arena      *scratch;
    const char *variable;   /* where the words stand */
    const char *host;       /* this node */
    const row  *row;        /* what is read */
    node       *last;       /* the block of the variable before */
    uint32_t    within;     /* one bit for each block around the item that is read */
} reader;

/* A word that stands for a number. */
typedef struct named {
    const char *name;
    uint32_t    value;
} named;

typedef struct type {
    const char  *flaw;      /* of a word that is no value */
    int          words;     /* taken by the row; 0: a flag, -1: all there are */
    size_t       size;      /* of the place */
    bool       (*read)(reader *rd, void *at, const words *w);
    void       (*write)(text *t, const node *n, const row *r);
    bool       (*parse)(const char *s, uint64_t *v);    /* numbers, within the row's range */
    const named *named;     /* the first of each value is written */
} type;

static const type types[TYPES];

/* Always false, so that a reader can end with it. */
__attribute__((format(printf, 2, 3))) static bool wrong(reader *rd, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    remark_list(rd->out, SAY_ERROR, rd->variable, format, args);
    va_end(args);
    return false;
}

static bool begins(const char *s, const char *with)
{
    return strncmp(s, with, strlen(with)) == 0;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* sh-port is SH_PORT in a variable. */
static char *capitals(arena *a, const char *s)
{
    char *copy = keep(a, s, strlen(s));

    for (char *c = copy; *c; c++)
        *c = *c == '-' ? '_' : upper(*c);
    return copy;
}

static char *key_text(arena *a, const char *key)
{
    return keep(a, key, key_size(key));
}

static char *key_capitals(arena *a, const char *key)
{
    return capitals(a, key_text(a, key));
}

static bool ends_word(char c, bool list)
{
    return c == 0 || is_blank(c) || (list && c == ',');
}

/* Copies one word to *to without its quotes; NULL if one is not closed. */
static const char *word_copy(const char *s, bool list, char **to, bool *quoted)
{
    *quoted = *s == '"' || *s == '\'';
    while (!ends_word(*s, list)) {
        bool        quote = *s == '"' || *s == '\'';
        const char *end = quote ? strchr(s + 1, *s) : s + 1;

        if (!end)
            return NULL;
        memcpy(*to, s + quote, (size_t)(end - s - quote));
        *to += end - s - quote;
        s = end + quote;
    }
    *(*to)++ = 0;
    return s;
}

/* In a list a comma or a newline ends the item. False: a quote is not closed. */
static bool split(arena *a, const char *s, bool list, words *out)
{
    size_t size = strlen(s);
    char  *to = take(a, size + 2);
    bool   first = true;

    out->at = take(a, (size / 2 + 1) * sizeof *out->at);
    out->n = 0;
    for (;;) {
        word *w = &out->at[out->n];

        for (; *s && ends_word(*s, list); s++)
            first |= list && (*s == ',' || *s == '\n');
        if (!*s) {
            give_back(a, w);
            return true;
        }
        w->s = to;
        w->first = first;
        s = word_copy(s, list, &to, &w->quoted);
        if (!s)
            return false;
        out->n++;
        first = false;
    }
}

/* Without the blanks around it. */
static char *trimmed(arena *a, const char *s)
{
    size_t n;

    while (is_blank(*s))
        s++;
    for (n = strlen(s); n > 0 && is_blank(s[n - 1]); n--)
        ;
    return keep(a, s, n);
}

/* Quotes around a whole value of several words are an env file's, not the words'. */
static const char *unquote(arena *a, const char *s)
{
    size_t n = strlen(s);

    if (n < 2 || (*s != '"' && *s != '\'') || memchr(s + 1, *s, n - 1) != s + n - 1)
        return s;
    return keep(a, s + 1, n - 2);
}

/* A value, in quotes if it would not come back as one; with both kinds in it, piece by piece. */
static void put_word(text *t, const char *s, const char *special)
{
    bool quotes = !*s || strpbrk(s, special);

    if (!quotes || !strchr(s, '"') || !strchr(s, '\'')) {
        put(t, !quotes ? "%s" : strchr(s, '"') ? "'%s'" : "\"%s\"", s);
        return;
    }
    while (*s) {
        size_t n = strcspn(s, "\"");
        bool   double_ = n > 0;

        n = double_ ? n : strspn(s, "\"");
        put(t, double_ ? "\"%.*s\"" : "'%.*s'", (int)n, s);
        s += n;
    }
}

/* --- files ---------------------------------------------------------------------------------- */

enum { FILE_MOST = 1 << 16, FILE_HUGE = 1 << 24 };

/* NULL and *flaw, or an errno, if it cannot be read. Only regular files: a pipe could block a
   daemon that others rely on. */
static char *file_text(arena *a, const char *path, size_t most, const char **flaw)
{
    int         fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;
    char       *s = NULL;
    size_t      size = 0;
    ssize_t     n = -1;

    *flaw = fd < 0 || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) ? NULL : "is not a regular file";
    if (fd >= 0 && !*flaw) {
        size_t room = st.st_size > FILE_MOST && (size_t)st.st_size <= most ? (size_t)st.st_size
                                                                           : FILE_MOST;

        s = take(a, room + 2);
        while ((n = read(fd, s + size, room + 1 - size)) > 0)
            size += (size_t)n;
        if (size > room)
            *flaw = most > FILE_MOST ? "is larger than 16 MiB" : "is larger than 64 KiB";
        else if (n == 0 && memchr(s, 0, size))
            *flaw = "has a zero byte in it";
    }
    if (fd >= 0)
        close(fd);
    return *flaw || n < 0 ? NULL : s;
}

/* The content without blanks around it; NULL and an error if it cannot be read. */
static char *file_read(reader *rd, const char *path, size_t most)
{
    const char *flaw;
    char       *s = file_text(rd->scratch, path, most, &flaw);

    if (!s && flaw)
        wrong(rd, "'%.200s' %s", path, flaw);
    else if (!s)
        wrong(rd, "cannot read '%.200s': %s", path, strerror(errno));
    return s ? trimmed(rd->scratch, s) : NULL;
}

/* The next word of a line, or NULL; it gets a NUL behind it. */
static char *line_word(char **at)
{
    char *s = *at + strspn(*at, " \t\r");

    *at = s + strcspn(s, " \t\r");
    if (**at)
        *(*at)++ = 0;
    return *s ? s : NULL;
}

/* The next line without its comment, or NULL. */
static char *text_line(char **at, const char *comment)
{
    char *line = *at;

    if (!*line)
        return NULL;
    *at += strcspn(line, "\n");
    if (**at)
        *(*at)++ = 0;
    line[strcspn(line, comment)] = 0;
    return line;
}

/* --- numbers and names ---------------------------------------------------------------------- */

static bool read_number(const char *s, uint64_t *out)
{
    size_t n = strspn(s, "0123456789");

    *out = strtoull(s, NULL, 10);
    return n > 0 && n <= 18 && !s[n];
}

/* Decimal seconds, or with a unit: 0.5, 500ms, 2m. Exact; what is left below 1 ns is refused. */
static bool read_time(const char *s, uint64_t *ns)
{
    static const struct { const char *name; uint64_t ns; } units[] = {
        {"", VRRP_SECOND}, {"s", VRRP_SECOND}, {"ms", VRRP_SECOND / 1000},
        {"m", 60 * VRRP_SECOND}, {"h", 3600 * VRRP_SECOND},
    };
    size_t      whole = strspn(s, "0123456789"), part = 0, i = 0;
    const char *rest = s + whole;
    uint64_t    scale = 1;

    if (*rest == '.') {
        part = strspn(++rest, "0123456789");
        if (part == 0)
            return false;
        rest += part;
    }
    while (i < 5 && strcmp(rest, units[i].name) != 0)
        i++;
    if (i == 5 || whole + part == 0 || whole > 9 || part > 9)
        return false;
    *ns = strtoull(s, NULL, 10) * units[i].ns;
    for (rest = s + whole + 1; part > 0; part--) {
        scale *= 10;
        *ns += (uint64_t)(*rest++ - '0') * units[i].ns / scale;
    }
    return units[i].ns * 10 % scale == 0;
}

/* "1..255"; words that are allowed besides stand before it */
static bool in_range(const char *allowed, uint64_t v, bool (*parse)(const char *, uint64_t *))
{
    const char *bar = strrchr(allowed, '|'), *low = bar ? bar + 1 : allowed;
    const char *dots = strstr(low, "..");
    char        s[24];
    uint64_t    from, to;

    snprintf(s, sizeof s, "%.*s", (int)(dots - low), low);
    return parse(s, &from) && parse(dots + 2, &to) && v >= from && v <= to;
}

/* Edits between two words, swapped neighbours one, case apart. Cut off at 40 characters. */
static unsigned distance(const char *a, const char *b)
{
    enum { MOST = 40 };
    unsigned d[MOST + 1][MOST + 1];
    size_t   n = strnlen(a, MOST), m = strnlen(b, MOST);

    for (size_t i = 0; i <= n; i++)
        for (size_t j = 0; j <= m; j++) {
            unsigned best = (unsigned)(i + j);

            if (i > 0 && d[i - 1][j] + 1 < best)
                best = d[i - 1][j] + 1;
            if (j > 0 && d[i][j - 1] + 1 < best)
                best = d[i][j - 1] + 1;
            if (i > 0 && j > 0 && d[i - 1][j - 1] + (upper(a[i - 1]) != upper(b[j - 1])) < best)
                best = d[i - 1][j - 1] + (upper(a[i - 1]) != upper(b[j - 1]));
            if (i > 1 && j > 1 && upper(a[i - 1]) == upper(b[j - 2]) &&
                upper(a[i - 2]) == upper(b[j - 1]) && d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    return d[n][m];
}

/* The nearest name so far, if it is near enough. */
typedef struct nearest {
    const char *to;
    unsigned    most, distance;
    const char *name;
} nearest;

/* Its first bytes are a prefix that all have. */
static nearest nearest_to(const char *to, size_t prefix)
{
    nearest best = {to, (unsigned)(strlen(to) - prefix) / 4 + 1, 0, NULL};

    return best;
}

/* The name must stay where it is. */
static void nearest_try(nearest *best, const char *name)
{
    size_t   n = strlen(best->to), m = strlen(name);
    unsigned d = best->most + 1;

    if (n <= m + best->most && m <= n + best->most)
        d = distance(best->to, name);
    if (n > 7 && m / 2 <= n && n < m + 7 && strncasecmp(best->to, name, n < m ? n : m) == 0)
        d = d < 2 ? d : 2;              /* ADVERT_INTERVAL, UNICAST_PEERS: only the end differs */
    if (d <= best->most && d < n && (!best->name || d < best->distance)) {
        best->distance = d;
        best->name = name;
    }
}

/* ", did you mean X?" or nothing. */
static const char *did_you_mean(arena *a, const nearest *best)
{
    return best->name ? print(a, ", did you mean %.127s?", best->name) : "";
}

/* --- types ---------------------------------------------------------------------------------- */

static void *place_of(const node *n, const row *r)
{
    return (char *)(uintptr_t)n + r->at;
}

static bool bad_word(reader *rd, const char *s, const char *what)
{
    return rd->row->flags & SECRET
               ? wrong(rd, "%s (allowed: %s)", what, rd->row->allowed)
               : wrong(rd, "'%.80s' %s (allowed: %s)", s, what, rd->row->allowed);
}

/* NULL: it has none of that name; of that value. list may be NULL. */
static const named *named_find(const named *list, const char *s)
{
    while (list && list->name && strcasecmp(list->name, s) != 0)
        list++;
    return list && list->name ? list : NULL;
}

static const char *named_of(const named *list, uint64_t value)
{
    while (list && list->name && list->value != value)
        list++;
    return list ? list->name : NULL;
}

static const named yes_no[] = {
    {"yes", 1}, {"no", 0}, {"true", 1}, {"on", 1}, {"1", 1}, {"false", 0}, {"off", 0}, {"0", 0},
    {NULL, 0},
};

static bool is_yes(const char *s)
{
    const named *w = named_find(yes_no, s);

    return w && w->value;
}

static bool number_read(reader *rd, const char *s, uint64_t *v)
{
    const type  *t = &types[rd->row->type];
    const named *w = named_find(t->named, s);

    *v = w ? w->value : 0;
    if (w)
        return true;
    if (!t->parse || !t->parse(s, v))
        return bad_word(rd, s, t->flaw);
    return in_range(rd->row->allowed, *v, t->parse) || bad_word(rd, s, "is out of range");
}

/* Numbers, times, flags and words that stand for numbers. */
static bool read_value(reader *rd, void *at, const words *w)
{
    size_t   size = types[rd->row->type].size;
    uint64_t v;

    if (!number_read(rd, w->at->s, &v))
        return false;
    if (size == 1)
        *(uint8_t *)at = (uint8_t)(rd->row->type == T_NOT ? !v : v);
    else if (size == 2)
        *(uint16_t *)at = (uint16_t)v;
    else if (size == 4)
        *(uint32_t *)at = (uint32_t)v;
    else
        *(uint64_t *)at = v;
    return true;
}

static void put_time(text *t, uint64_t v)
{
    unsigned part = (unsigned)(v % VRRP_SECOND), width = 9;

    put(t, "%llu", (unsigned long long)(v / VRRP_SECOND));
    for (; part && part % 10 == 0; part /= 10)
        width--;
    if (part)
        put(t, ".%0*u", (int)width, part);
}

/* What is 0 and cannot be was not decided: nothing is written. */
static void write_value(text *t, const node *n, const row *r)
{
    const type *type_ = &types[r->type];
    const void *at = place_of(n, r);
    uint64_t    v = type_->size == 1   ? *(const uint8_t *)at
                    : type_->size == 2 ? *(const uint16_t *)at
                    : type_->size == 4 ? *(const uint32_t *)at : *(const uint64_t *)at;

    v = type_->parse == read_time && v == VRRP_NEVER ? 0 : v;
    if (named_of(type_->named, v))
        put(t, "%s", named_of(type_->named, v));
    else if (type_->parse && !in_range(r->allowed, v, type_->parse))
        return;
    else if (type_->parse == read_time)
        put_time(t, v);
    else
        put(t, "%llu", (unsigned long long)v);
}

static void write_not(text *t, const node *n, const row *r)
{
    put(t, "%s", *(const bool *)place_of(n, r) ? "no" : "yes");
}

/* Which of "a|b|c" it is, counted from 1; 0: none. */
static uint8_t choice(reader *rd, const char *s, nearest *best)
{
    const char *name = rd->row->allowed;

    *best = nearest_to(s, 0);
    for (uint8_t i = 1; name; i++, name = key_next(name)) {
        if (strcasecmp(key_text(rd->scratch, name), s) == 0)
            return i;
        nearest_try(best, key_text(rd->scratch, name));
    }
    return 0;
}

static bool read_choice(reader *rd, void *at, const words *w)
{
    nearest best;
    uint8_t i = choice(rd, w->at->s, &best);

    if (i)
        *(uint8_t *)at = i;
    return i || wrong(rd, "'%.80s' is not one of %s%s", w->at->s, rd->row->allowed,
                      did_you_mean(rd->scratch, &best));
}

static void write_choice(text *t, const node *n, const row *r)
{
    uint8_t     i = *(uint8_t *)place_of(n, r);
    const char *s = r->allowed;

    for (unsigned left = i; left > 1; left--)
        s = key_next(s);
    if (i)
        put(t, "%s", key_text(t->a, s));
}

static bool read_text(reader *rd, void *at, const words *w)
{
    *(char **)at = keep(&rd->m->a, w->at->s, strlen(w->at->s));
    clean(*(char **)at);
    return true;
}

static void write_text(text *t, const node *n, const row *r)
{
    const char *s = *(const char **)place_of(n, r);

    put(t, "%s", s ? s : "");
}

/* Interface names and labels: what the kernel takes, 15 bytes. NULL: it would. */
static const char *ifname_flaw(const char *s)
{
    if (!*s || strlen(s) > 15)
        return "is not 1..15 characters long";
    if (strcmp(s, ".") == 0 || strcmp(s, "..") == 0 || strpbrk(s, "/ \t\r\n\v\f"))
        return "is no name that an interface can have";
    return NULL;
}

static bool read_ifname(reader *rd, void *at, const words *w)
{
    const char *flaw = ifname_flaw(w->at->s);

    if (flaw)
        return bad_word(rd, w->at->s, flaw);
    memset(at, 0, 16);
    memcpy(at, w->at->s, strlen(w->at->s));
    clean(at);
    return true;
}

static bool read_pass(reader *rd, void *at, const words *w)
{
    size_t n = strlen(w->at->s);

    if (n == 0 || n > 8)
        return wrong(rd, "%zu characters; a VRRP password has 1..8 (keepalived cuts longer ones"
                     " to 8)", n);
    memset(at, 0, 8);
    memcpy(at, w->at->s, n);
    return true;
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char       *at = c ? strchr(digits, c) : NULL;

    return at ? (int)(at - digits) % 16 : -1;
}

/* The bytes of "hex:DIGITS" or of a text; the word itself is never shown. */
static bool key_bytes(reader *rd, const char *s, vrrp_key *k)
{
    bool   hex = begins(s, "hex:");
    size_t n = hex ? (strlen(s) - 4) / 2 : strlen(s);

    if (hex && (strlen(s) % 2 || strspn(s + 4, "0123456789abcdefABCDEF") != strlen(s + 4)))
        return wrong(rd, "the key is not an even number of hexadecimal digits");
    if (n == 0 || n > sizeof k->bytes)
        return wrong(rd, "the key has %zu bytes (allowed: %s)", n, rd->row->allowed);
    for (size_t i = 0; i < n; i++) {
        const char *two = s + 4 + 2 * i;

        k->bytes[i] = (uint8_t)(hex ? hex_digit(two[0]) * 16 + hex_digit(two[1]) : s[i]);
    }
    k->size = (uint8_t)n;
    k->algorithm = VRRP_SHA256;
    return true;
}

static bool read_key(reader *rd, void *at, const words *w)
{
    const char *s = w->at[w->n - 1].s;

    if (begins(s, "file:"))
        s = file_read(rd, s + 5, FILE_MOST);
    return s && key_bytes(rd, s, at);
}

/* "7 hex:..." */
static bool read_hmac_key(reader *rd, void *at, const words *w)
{
    vrrp_key *k = at;
    uint64_t  id;

    if (w->n > 2)
        return wrong(rd, "a key is two words; a comma stands between two keys, and quotes around"
                     " one with blanks (allowed: %s)", rd->row->allowed);
    if (w->n < 2 || !read_number(w->at->s, &id) || id < 1 || id > 255)
        return wrong(rd, "a key is an ID and a KEY (allowed: %s)", rd->row->allowed);
    k->id = (uint8_t)id;
    if (!read_key(rd, at, w))
        return false;
    return k->size >= 32 || wrong(rd, "key %u has %u bytes (allowed: 32..64)", k->id, k->size);
}

static void write_key(text *t, const node *n, const row *r)
{
    const vrrp_key *k = place_of(n, r);

    if (k->size)
        put(t, "hex:");
    for (size_t i = 0; i < k->size; i++)
        put(t, "%02x", k->bytes[i]);
}

static void write_hmac_key(text *t, const node *n, const row *r)
{
    put(t, "%u ", ((const vrrp_key *)place_of(n, r))->id);
    write_key(t, n, r);
}

static void write_chars(text *t, const node *n, const row *r)
{
    put(t, "%.*s", (int)types[r->type].size, (const char *)place_of(n, r));
}

static bool address_read(const char *s, address *a)
{
    memset(a, 0, sizeof *a);
    if (inet_pton(AF_INET, s, a->ip.byte) == 1)
        a->family = VRRP_IPV4;
    else if (inet_pton(AF_INET6, s, a->ip.byte) == 1)
        a->family = VRRP_IPV6;
    return a->family != 0;
}

static const char *ip_text(arena *a, const vrrp_ip *ip, uint8_t family)
{
    return inet_ntop(family == VRRP_IPV6 ? AF_INET6 : AF_INET, ip->byte,
                     take(a, INET6_ADDRSTRLEN), INET6_ADDRSTRLEN);
}

/* Addresses that no interface can have. NULL: it can. */
static const char *address_flaw(const address *a)
{
    static const uint8_t loopback[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    const uint8_t       *b = a->ip.byte;
    bool                 four = a->family == VRRP_IPV4;

    if (four ? b[0] == 0 || b[0] >= 240 : memcmp(b, loopback, 15) == 0 && b[15] == 0)
        return "is no host's address";
    if (four ? b[0] == 127 : memcmp(b, loopback, 16) == 0)
        return "is a loopback address";
    return b[0] >= (four ? 224 : 0xff) ? "is a multicast address" : NULL;
}

static bool read_address(reader *rd, void *at, const words *w)
{
    const char *flaw = address_read(w->at->s, at) ? address_flaw(at) : "is not an address";

    return !flaw || bad_word(rd, w->at->s, flaw);
}

/* What DNS and the web take for a name. A last part of digits is an address with a mistake. */
static bool is_host_name(const char *s)
{
    size_t size = strlen(s), label = 0;
    bool   digits = true;

    if (size > 0 && s[size - 1] == '.')
        size--;
    if (size == 0 || size > 253 || *s == '-')
        return false;
    for (size_t i = 0; i < size; i++) {
        char c = upper(s[i]);

        if (c == '.' ? label == 0 : !(is_digit(c) || (c >= 'A' && c <= 'Z') || c == '-' ||
                                      c == '_'))
            return false;
        label = c == '.' ? 0 : label + 1;
        digits = label == 0 || (digits && is_digit(c));
        if (label > 63)
            return false;
    }
    return label > 0 && !digits;
}

static bool read_host(reader *rd, void *at, const words *w)
{
    host_ref *h = at;

    h->name = NULL;
    if (address_read(w->at->s, &h->a))
        return read_address(rd, &h->a, w);
    if (!is_host_name(w->at->s))
        return bad_word(rd, w->at->s, "is neither an address nor a host name");
    h->name = keep(&rd->m->a, w->at->s, strlen(w->at->s));
    return true;
}

static bool read_brd(reader *rd, void *at, const words *w)
{
    const char *s = w->at->s;

    if (address_read(s, at) || strcmp(s, "-") == 0)
        return true;
    ((address *)at)->family = strcmp(s, "+") == 0 ? BRD_AUTO : 0;
    return ((address *)at)->family || bad_word(rd, s, "is not an address");
}

static void write_address(text *t, const node *n, const row *r)
{
    const address *a = place_of(n, r);

    if (a->family)
        put(t, "%s", a->family == BRD_AUTO ? "+" : ip_text(t->a, &a->ip, a->family));
}

static const char *host_text(arena *a, const host_ref *h)
{
    return h->name ? h->name : ip_text(a, &h->a.ip, h->a.family);
}

static void write_host(text *t, const node *n, const row *r)
{
    const host_ref *h = place_of(n, r);

    if (h->name || h->a.family)
        put(t, "%s", host_text(t->a, h));
}

/* The network's own address or its broadcast address, if it is one of them. */
static const char *prefix_flaw(const address *a, uint64_t length)
{
    uint32_t host, mask = length < 32 ? UINT32_MAX >> length : 0;

    if (a->family != VRRP_IPV4 || length >= 31)
        return NULL;
    memcpy(&host, a->ip.byte, sizeof host);
    host = ntohl(host) & mask;
    return host == 0 ? "is the network's own address"
           : host == mask ? "is the network's broadcast address" : NULL;
}

static bool read_cidr(reader *rd, void *at, const words *w)
{
    vrrp_vip   *v = at;
    address     a;
    const char *s = w->at->s, *slash = strchr(s, '/'), *flaw;
    uint64_t    length, most;

    if (!address_read(keep(rd->scratch, s, strcspn(s, "/")), &a))
        return bad_word(rd, s, "is not an address");
    length = most = a.family == VRRP_IPV6 ? 128 : 32;
    if (slash && (!read_number(slash + 1, &length) || length == 0 || length > most))
        return wrong(rd, "'%.80s' has a wrong prefix length (allowed: 1..%d)", s, (int)most);
    flaw = address_flaw(&a);
    if (!flaw)
        flaw = prefix_flaw(&a, length);
    v->address = a.ip;
    v->family = a.family;
    v->prefix = (uint8_t)length;
    return !flaw || bad_word(rd, s, flaw);
}

static void write_cidr(text *t, const node *n, const row *r)
{
    const vrrp_vip *v = place_of(n, r);

    put(t, "%s/%u", ip_text(t->a, &v->address, v->family), v->prefix);
}

/* Length of the "node1=" before a priority; 0: it is for all others. */
static size_t node_length(const char *s)
{
    const char *equals = strrchr(s, '=');

    return equals ? (size_t)(equals - s) + 1 : 0;
}

/* Is there a priority for the same node before the i-th? */
static bool priority_twice(reader *rd, const word *w, size_t i)
{
    size_t n = node_length(w[i].s), j = 0;

    while (j < i && (node_length(w[j].s) != n || strncasecmp(w[i].s, w[j].s, n) != 0))
        j++;
    if (j < i && n)
        wrong(rd, "two priorities for node '%.*s'", (int)n - 1, w[i].s);
    else if (j < i)
        wrong(rd, "two priorities: '%.40s' and '%.40s' (allowed: NODE=N for nodes by name, and one"
              " number for all others)", w[j].s, w[i].s);
    return j < i;
}

/* Is that this node? One of the two may be a name without its domain. */
static bool is_node(const char *s, size_t n, const char *host)
{
    size_t h = strlen(host), brief = strcspn(host, ".");
    size_t part = strcspn(s, ".") < n ? strcspn(s, ".") : n;

    if (part < n && brief < h)
        return n == h && strncasecmp(s, host, n) == 0;
    return part == brief && strncasecmp(s, host, part) == 0;
}

/* "node1=150 node2=120 100" */
static bool read_priority(reader *rd, void *at, const words *w)
{
    static const row number = {B_INSTANCE, 0, T_BYTE, 0, 0, "priority", "1..255", NULL, NULL};
    uint64_t         mine = 0, others = 0, v;
    bool             ok = true;

    rd->row = &number;
    for (size_t i = 0; i < w->n; i++) {
        const char *s = w->at[i].s;
        size_t      n = node_length(s);

        if (!number_read(rd, s + n, &v) || priority_twice(rd, w->at, i))
            ok = false;
        else if (n == 0)
            others = v;
        else if (is_node(s, n - 1, rd->host))
            mine = v;
    }
    if (ok && !mine && !others)
        return wrong(rd, "no priority for node '%.60s': add %.60s=N, or a number for all others",
                     rd->host, rd->host);
    if (ok && !mine && w->n > 1)
        remark_add(rd->out, SAY_INFO, rd->variable, "this node is '%.60s', which is none of the"
                   " names: %u", rd->host, (unsigned)others);
    if (ok)
        *(uint8_t *)at = (uint8_t)(mine ? mine : others);
    return ok;
}

static const char *const levels[] = {"error", "warning", "info", "debug"};

static bool read_log(reader *rd, void *at, const words *w)
{
    log_form *form = at;
    bool      ok = true;

    for (size_t i = 0; i < w->n; i++) {
        const char *s = w->at[i].s;
        uint8_t     level = 0;

        while (level < 4 && strcasecmp(s, levels[level]) != 0)
            level++;
        if (level < 4)
            form->level = level;
        else if (strcasecmp(s, "json") == 0 || strcasecmp(s, "text") == 0)
            form->json = upper(*s) == 'J';
        else
            ok = bad_word(rd, s, "is no form or level of a log");
    }
    return ok;
}

static void write_log(text *t, const node *n, const row *r)
{
    const log_form *form = place_of(n, r);

    put(t, "%s %s", form->json ? "json" : "text", levels[form->level]);
}

static bool read_names(reader *rd, void *at, const words *w)
{
    const char **names = take(&rd->m->a, (w->n + 1) * sizeof *names);

    for (size_t i = 0; i < w->n; i++)
        names[i] = keep(&rd->m->a, w->at[i].s, strlen(w->at[i].s));
    *(const char ***)at = names;
    return true;
}

static void write_names(text *t, const node *n, const row *r)
{
    const char **names = *(const char ***)place_of(n, r);

    for (size_t i = 0; names && names[i]; i++)
        put(t, "%s%s", i ? " " : "", names[i]);
}

/* "-20" */
static bool read_weight(reader *rd, void *at, const words *w)
{
    const char *s = w->at->s;
    bool        minus = *s == '-';
    uint64_t    v;

    if (!read_number(s + (minus || *s == '+'), &v))
        return bad_word(rd, s, "is not a number");
    if (v > 253)
        return bad_word(rd, s, "is out of range");
    *(int16_t *)at = (int16_t)(minus ? -(int)v : (int)v);
    return true;
}

static void write_weight(text *t, const node *n, const row *r)
{
    put(t, "%d", *(const int16_t *)place_of(n, r));
}

static bool read_mcast(reader *rd, void *at, const words *w)
{
    const address *a = at;
    bool           four, ok = address_read(w->at->s, at);

    if (!ok)
        return bad_word(rd, w->at->s, "is not an address");
    four = a->family == VRRP_IPV4;
    if (four ? (a->ip.byte[0] & 0xf0) != 0xe0 : a->ip.byte[0] != 0xff)
        return bad_word(rd, w->at->s, "is not a multicast address");
    return four || (a->ip.byte[1] & 15) == 2 ||
           bad_word(rd, w->at->s, "is not of link scope, as ff02::12 is");
}

/* "[all] SECONDS" */
static bool read_extra(reader *rd, void *at, const words *w)
{
    static const row seconds = {B_INSTANCE, 0, T_TIME, 0, 0, "", "0..86400", NULL, NULL};
    extra           *e = at;

    e->all = w->n > 1 && strcasecmp(w->at->s, "all") == 0;
    if (w->n != 1u + e->all)
        return bad_word(rd, w->at[e->all ? 2 : 0].s, "does not fit");
    rd->row = &seconds;
    return number_read(rd, w->at[e->all].s, &e->time);
}

static void write_extra(text *t, const node *n, const row *r)
{
    const extra *e = place_of(n, r);

    put(t, "%s", e->all ? "all " : "");
    put_time(t, e->time);
}

/* "eth1 2 [5]" */
static bool read_delay(reader *rd, void *at, const words *w)
{
    static const row name = {B_DELAY, 0, T_IFNAME, 0, 0, "", "interface name", NULL, NULL};
    static const row seconds = {B_DELAY, 0, T_TIME, 0, 0, "", "0..255", NULL, NULL};
    vrrp_delay      *d = at;

    if (w->n < 2 || w->n > 3)
        return bad_word(rd, w->at[w->n > 3 ? 3 : 0].s,
                        w->n > 3 ? "is one word too many" : "needs one or two times");
    rd->row = &name;
    if (!read_ifname(rd, d->interface, w))
        return false;
    rd->row = &seconds;
    return number_read(rd, w->at[1].s, &d->down) &&
           (w->n < 3 || number_read(rd, w->at[2].s, &d->up));
}

static void write_delay(text *t, const node *n, const row *r)
{
    const vrrp_delay *d = place_of(n, r);

    put(t, "%s ", d->interface);
    put_time(t, d->down);
    put(t, " ");
    put_time(t, d->up);
}

/* --- types of routes and rules -------------------------------------------------------------- */

/* Decimal, or hexadecimal with 0x. */
static bool read_any(const char *s, uint64_t *out)
{
    if (s[0] != '0' || (s[1] | 32) != 'x')
        return read_number(s, out);
    *out = strtoull(s, NULL, 16);
    return s[2] && strlen(s) <= 18 && !s[2 + strspn(s + 2, "0123456789abcdefABCDEF")];
}

/* A TOS is hexadecimal with and without 0x, as for ip(8). */
static bool read_hex(const char *s, uint64_t *out)
{
    const char *digits = begins(s, "0x") ? s + 2 : s;

    *out = strtoull(digits, NULL, 16);
    return *digits && strlen(digits) <= 8 && !digits[strspn(digits, "0123456789abcdefABCDEF")];
}

/* A network, or one address; "default" and "all" are everything. */
static bool net_read(const char *s, vrrp_net *net)
{
    char        ip[64];
    const char *slash = strchr(s, '/');
    size_t      n = strcspn(s, "/");
    uint64_t    length;
    address     a;

    memset(net, 0, sizeof *net);
    if (strcmp(s, "default") == 0 || strcmp(s, "all") == 0 || strcmp(s, "any") == 0)
        return true;
    snprintf(ip, sizeof ip, "%.*s", (int)n, s);
    if (n >= sizeof ip || !address_read(ip, &a))
        return false;
    net->ip = a.ip;
    net->family = a.family;
    length = a.family == VRRP_IPV6 ? 128 : 32;
    if (slash && (!read_number(slash + 1, &length) || length > (a.family == VRRP_IPV6 ? 128 : 32)))
        return false;
    net->prefix = (uint8_t)length;
    return true;
}

/* Bits behind the prefix: the kernel takes no such destination. */
static bool net_has_host(const vrrp_net *net)
{
    for (unsigned i = net->prefix; i < (net->family == VRRP_IPV6 ? 128 : 32); i++)
        if (net->ip.byte[i / 8] & 0x80 >> i % 8)
            return true;
    return false;
}

static bool read_net(reader *rd, void *at, const words *w)
{
    const char *s = w->at->s, *allowed = rd->row->allowed;
    vrrp_net   *net = at;

    if (!net_read(s, net) || (!net->family && !strchr(allowed, '|')) ||
        (strchr(s, '/') && !strchr(allowed, '/')))
        return bad_word(rd, s, "is not an address");
    return !strstr(allowed, "default") || !net_has_host(net) ||
           bad_word(rd, s, "has bits set behind its prefix");
}

static void write_net(text *t, const node *n, const row *r)
{
    const vrrp_net *net = place_of(n, r);

    if (!net->family)
        put(t, "%s", strstr(r->allowed, "default") ? "default" : "all");
    else
        put(t, strchr(r->allowed, '/') ? "%s/%u" : "%s",
            ip_text(t->a, &net->ip, net->family), net->prefix);
}

/* "inet6 2001:db8::1": the address tells the family anyway */
static bool read_via(reader *rd, void *at, const words *w)
{
    bool two = w->n > 1, six = two && strcasecmp(w->at[0].s, "inet6") == 0;

    if (!read_net(rd, at, &(words){w->at + two, 1}))
        return false;
    return !two || ((vrrp_net *)at)->family == (six ? VRRP_IPV6 : VRRP_IPV4) ||
           wrong(rd, "'%.80s' is not of family %s", w->at[1].s, w->at[0].s);
}

/* A name that iproute2's files know. They need not be there. */
static bool table_named(reader *rd, const char *name, uint32_t *table)
{
    static const char *const files[] = {"/etc/iproute2/rt_tables",
                                        "/usr/share/iproute2/rt_tables"};
    bool found = false;

    for (size_t i = 0; i < sizeof files / sizeof *files && !found; i++) {
        const char *flaw;
        char       *file = file_text(rd->scratch, files[i], FILE_HUGE, &flaw), *line;
        uint64_t    number = 0;

        while (file && !found && (line = text_line(&file, "#\n")) != NULL) {
            char *id = line_word(&line), *is = id ? line_word(&line) : NULL;

            found = is && strcmp(is, name) == 0 && read_any(id, &number) && number <= UINT32_MAX;
        }
        *table = (uint32_t)number;
    }
    return found || bad_word(rd, name, "is no table, and no name of one in"
                                       " /etc/iproute2/rt_tables");
}

static bool read_table(reader *rd, void *at, const words *w)
{
    const char *s = w->at->s;

    if (!is_digit(*s) && strcasecmp(s, "main") && strcasecmp(s, "local") &&
        strcasecmp(s, "default"))
        return table_named(rd, s, at);
    return read_value(rd, at, w);
}

/* "lock 1400", "1400", "100ms": times are kept in the kernel's fractions of a millisecond. */
static bool read_metric(reader *rd, void *at, const words *w)
{
    const row  *r = rd->row;
    bool        lock = w->n > 1, rto = strcmp(r->key, "rto_min") == 0;
    const char *s = w->at[lock].s;
    unsigned    number = (unsigned)(r->at - offsetof(route, r.metrics[0])) / sizeof(uint32_t);
    unsigned    scale = strcmp(r->key, "rtt") == 0 ? 8 : strcmp(r->key, "rttvar") == 0 ? 4 : 1;
    uint32_t   *metric = at;
    uint64_t    v, most = strstr(r->allowed, "..255") ? 255 : strstr(r->allowed, "..1") ? 1
                                                            : UINT32_MAX;

    if (strstr(r->allowed, "ms") && !read_number(s, &v) && read_time(s, &v))
        v = v / 1000000 * scale;
    else if (!read_number(s, &v))
        return bad_word(rd, s, "is not a number");
    if (v > most)
        return bad_word(rd, s, "is out of range");
    *metric = (uint32_t)v;
    if (lock || rto)
        metric[1 - (int)number] |= 1u << number;
    return true;
}

static void write_metric(text *t, const node *n, const row *r)
{
    const uint32_t *metric = place_of(n, r);
    unsigned        number = (unsigned)(r->at - offsetof(route, r.metrics[0])) / sizeof(uint32_t);
    bool            lock = metric[1 - (int)number] >> number & 1;

    put(t, "%s%u", lock ? "lock " : "", *metric);
}

/* "1-10", "5", "0x10/0xff": two numbers, and what stands between them. */
static bool read_pair(reader *rd, void *at, const words *w)
{
    uint8_t     type_ = rd->row->type;
    bool        ports = type_ == T_PORTS, range = ports || type_ == T_UIDS;
    uint64_t    most = ports || type_ == T_REALMS ? UINT16_MAX : UINT32_MAX, v[2] = {0, 0};
    bool      (*parse)(const char *, uint64_t *) = range ? read_number : read_any;
    const char *s = w->at->s, *sign = strchr(s, range ? '-' : '/');

    if (!parse(sign ? keep(rd->scratch, s, (size_t)(sign - s)) : s, &v[0]) ||
        (sign && !parse(sign + 1, &v[1])))
        return bad_word(rd, s, "is not a number");
    if (v[0] > most || v[1] > most || (range && sign && v[1] < v[0]) || (ports && v[0] == 0))
        return bad_word(rd, s, "is out of range");
    if (type_ == T_UIDS && !sign)
        return bad_word(rd, s, "is not a range");
    if (ports) {
        ((uint16_t *)at)[0] = (uint16_t)v[0];
        ((uint16_t *)at)[1] = (uint16_t)v[sign != NULL];
    } else if (type_ == T_REALMS) {
        *(uint32_t *)at = (uint32_t)(sign ? v[0] << 16 | v[1] : v[0]);
    } else {
        ((uint32_t *)at)[0] = (uint32_t)v[0];
        ((uint32_t *)at)[1] = (uint32_t)v[1];
    }
    return true;
}

static void write_pair(text *t, const node *n, const row *r)
{
    const uint32_t *v = place_of(n, r);
    const uint16_t *port = place_of(n, r);

    if (r->type == T_PORTS)
        put(t, port[1] > port[0] ? "%u-%u" : "%u", port[0], port[1]);
    else if (r->type == T_REALMS)
        put(t, *v >> 16 ? "%u/%u" : "%u", *v >> 16 ? *v >> 16 : *v, *v & 0xffff);
    else if (r->type == T_MARK)
        put(t, v[1] ? "0x%x/0x%x" : "0x%x", v[0], v[1]);
    else
        put(t, "%u-%u", v[0], v[1]);
}

/* "100/200" */
static bool read_labels(reader *rd, void *at, const words *w)
{
    vrrp_encap *e = at;
    const char *s = w->at->s;
    uint64_t    v;

    for (e->n_labels = 0; *s; s += s[strcspn(s, "/")] ? strcspn(s, "/") + 1 : strcspn(s, "/")) {
        if (e->n_labels == 8 || !read_number(keep(rd->scratch, s, strcspn(s, "/")), &v) ||
            v >= 1 << 20)
            return bad_word(rd, w->at->s, "is no list of up to 8 labels below 1048576");
        e->labels[e->n_labels++] = (uint32_t)v;
    }
    return true;
}

static void write_labels(text *t, const node *n, const row *r)
{
    const vrrp_encap *e = place_of(n, r);

    for (unsigned i = 0; i < e->n_labels; i++)
        put(t, "%s%u", i ? "/" : "", e->labels[i]);
}

static void write_tos(text *t, const node *n, const row *r)
{
    put(t, "0x%02x", *(uint8_t *)place_of(n, r));
}

static const named tables[] = {{"main", 254}, {"local", 255}, {"default", 253}, {NULL, 0}};
static const named origins[] = {
    {"keepalived", 18}, {"redirect", 1}, {"boot", 3}, {"static", 4}, {"ra", 9}, {"zebra", 11},
    {"bird", 12}, {"dhcp", 16}, {"babel", 42}, {"bgp", 186}, {"isis", 187}, {"ospf", 188},
    {"rip", 189}, {"eigrp", 192}, {NULL, 0},
};
static const named prefs[] = {{"medium", 0}, {"high", 1}, {"low", 3}, {NULL, 0}};
static const named kinds[] = {
    {"unicast", 1}, {"local", 2}, {"broadcast", 3}, {"anycast", 4}, {"multicast", 5},
    {"blackhole", 6}, {"unreachable", 7}, {"prohibit", 8}, {"throw", 9}, {NULL, 0},
};
static const named actions[] = {
    {"unicast", 1}, {"nop", 3}, {"blackhole", 6}, {"unreachable", 7}, {"prohibit", 8}, {NULL, 0},
};
static const named protocols[] = {
    {"tcp", 6}, {"udp", 17}, {"icmp", 1}, {"ipv6-icmp", 58}, {"icmpv6", 58}, {"sctp", 132},
    {"gre", 47}, {"esp", 50}, {"ah", 51}, {NULL, 0},
};
static const named features[] = {{"ecn", 1}, {NULL, 0}};

/* "02:00:00:00:00:01" */
static bool mac_read(const char *s, uint8_t mac[6])
{
    for (int i = 0; i < 6; i++) {
        size_t n = strspn(s, "0123456789abcdefABCDEF");

        if (n < 1 || n > 2 || s[n] != (i < 5 ? ':' : 0))
            return false;
        mac[i] = (uint8_t)strtoul(s, NULL, 16);
        s += n + 1;
    }
    return true;
}

/* yes, no, or [NAME [INTERFACE]] [MAC] [group N] [netlink_notify_msg] */
static bool read_vmac(reader *rd, void *at, const words *w)
{
    vmac_choice *v = at;
    const named *only = w->n == 1 ? named_find(yes_no, w->at->s) : NULL;
    uint64_t     group;

    memset(v, 0, sizeof *v);
    v->on = !only || only->value;
    for (size_t i = 0; i < w->n && !only; i++) {
        const word *one = &w->at[i];
        words       name = {(word *)(uintptr_t)one, 1};
        uint8_t     mac[6];

        if (strcmp(one->s, "netlink_notify_msg") == 0)
            continue;                   /* the kernel tells everybody anyway */
        if (strcmp(one->s, "group") == 0) {
            if (++i == w->n || !read_number(w->at[i].s, &group) || group > UINT32_MAX)
                return wrong(rd, "'group' needs a number (allowed: 0..4294967295)");
            v->group = (uint32_t)group;
        } else if (mac_read(one->s, mac)) {
            if (mac[0] & 1 || !memcmp(mac, "\0\0\0\0\0", 6))
                return bad_word(rd, one->s, "is no MAC address that an interface can have");
            memcpy(v->mac, mac, 6);
        } else if (v->base[0] || strchr(one->s, ':')) {
            return bad_word(rd, one->s, "is neither a name nor a MAC address");
        } else if (!read_ifname(rd, v->name[0] ? v->base : v->name, &name)) {
            return false;
        }
    }
    return true;
}

static void write_vmac(text *t, const node *n, const row *r)
{
    const vmac_choice *v = place_of(n, r);
    const uint8_t     *m = v->mac;
    size_t             before = t->n;

    if (v->name[0])
        put(t, " %s%s%s", v->name, v->base[0] ? " " : "", v->base);
    if (m[0] | m[1] | m[2] | m[3] | m[4] | m[5])
        put(t, " %02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5]);
    if (v->group)
        put(t, " group %u", v->group);
    if (t->n == before)
        put(t, "%s", v->on ? "yes" : "no");
    else
        memmove(t->s + before, t->s + before + 1, t->n-- - before);
}

/* Its value is one word, whatever is in it: a command has its own quotes. */
static bool is_whole(const row *r)
{
    return r->type == T_URL || r->type == T_SCRIPT;
}

/* A URL, or the name of a check. It is done as it stands, so nothing in it is replaced. */
static bool read_url(reader *rd, void *at, const words *w)
{
    const char *s = w->at->s;

    for (const char *c = s; *c; c++)
        if ((unsigned char)*c < 32 || *c == 127)
            return bad_word(rd, s, "has a control character in it; put the lines of a command into"
                            " a script");
    *(char **)at = keep(&rd->m->a, s, strlen(s));
    return true;
}

/* Its place is the member status, to which n_status belongs. */
static check_url *url_with(const void *at)
{
    return (check_url *)(void *)((char *)(uintptr_t)at - offsetof(check_url, status));
}

/* "200-299 301" */
static bool read_status(reader *rd, void *at, const words *w)
{
    check_url   *url = url_with(at);
    check_range *to = take(&rd->m->a, w->n * sizeof *to);
    uint64_t     low, high;

    if (w->n > 500)
        return wrong(rd, "%zu statuses (allowed: 500)", w->n);
    for (size_t i = 0; i < w->n; i++) {
        const char *s = w->at[i].s, *dash = strchr(s, '-');

        if (!read_number(dash ? keep(rd->scratch, s, (size_t)(dash - s)) : s, &low) ||
            !read_number(dash ? dash + 1 : s, &high) || low < 100 || high > 599 || low > high)
            return bad_word(rd, s, "is no status or range of them");
        to[i].low = (uint16_t)low;
        to[i].high = (uint16_t)high;
    }
    url->status = to;
    url->n_status = (uint16_t)w->n;
    return true;
}

static void write_status(text *t, const node *n, const row *r)
{
    const check_url *url = url_with(place_of(n, r));

    for (size_t i = 0; i < url->n_status; i++) {
        put(t, "%s%u", i ? " " : "", url->status[i].low);
        if (url->status[i].high != url->status[i].low)
            put(t, "-%u", url->status[i].high);
    }
}

/* "a|b|c": each a bool of its own, one behind the other */
static bool read_options(reader *rd, void *at, const words *w)
{
    bool ok = true;

    for (size_t i = 0; i < w->n; i++) {
        uint8_t which;

        ok = read_choice(rd, &which, &(words){&w->at[i], 1}) && ok;
        if (ok)
            ((bool *)at)[which - 1] = true;
    }
    return ok;
}

static void write_options_on(text *t, const node *n, const row *r)
{
    const bool *on = place_of(n, r);
    size_t      from = t->n;

    for (const char *s = r->allowed; s; on++, s = key_next(s))
        if (*on)
            put(t, "%s%s", t->n > from ? " " : "", key_text(t->a, s));
}

/* "A: b c D: e", each one word if it is in quotes: a header begins with a word that ends in a
   colon. They may be secrets, so none is shown. */
static bool read_headers(reader *rd, void *at, const words *w)
{
    text t = {&rd->m->a, NULL, 0, 0};

    for (size_t i = 0; i < w->n; i++) {
        const char *s = w->at[i].s;
        size_t      n = strcspn(s, ":");
        bool        begins_one = w->at[i].quoted || (n && s[n] && (!s[n + 1] || i == 0));

        if (i == 0 ? !begins_one || !s[n] : begins_one && !s[n])
            return wrong(rd, "there is no NAME: before a value (allowed: %s)", rd->row->allowed);
        if (n == 4 && strncasecmp(s, "host", 4) == 0 && begins_one)
            return wrong(rd, "the header Host is what virtualhost says");
        put(&t, "%s%s", i == 0 ? "" : begins_one ? "\r\n" : " ", s);
    }
    put(&t, "\r\n");
    *(const char **)at = t.s;
    return t.n <= 4096 || wrong(rd, "%zu bytes of headers (allowed: 4096)", t.n);
}

static void write_headers(text *t, const node *n, const row *r)
{
    const char *s = *(const char **)place_of(n, r);
    size_t      from = t->n;

    for (; s && *s; s += strcspn(s, "\r") + 2) {
        put(t, "%s", t->n > from ? " " : "");
        put_word(t, keep(t->a, s, strcspn(s, "\r")), ":");
    }
}

/* "01 02ff", as keepalived has it, too */
static char *words_join(arena *a, const words *w)
{
    text t = {a, NULL, 0, 0};

    for (size_t i = 0; i < w->n; i++)
        put(&t, "%s%s", i ? " " : "", w->at[i].s);
    return t.s;
}

static bool read_payload(reader *rd, void *at, const words *w)
{
    check_udp  *udp = at;
    const char *s = words_join(rd->scratch, w);
    size_t      most = strlen(s) / 2 + 1;
    uint8_t    *bytes = take(&rd->m->a, most);
    int         n = check_unhex(s, bytes, most);
    bool        text_ = strspn(s, "0123456789abcdefABCDEF ") < strlen(s);

    if (n < 0 && !text_)
        return bad_word(rd, s, "is no payload: pairs of hexadecimal digits, or text");
    udp->payload = n < 0 ? (const uint8_t *)keep(&rd->m->a, s, strlen(s)) : bytes;
    n = n < 0 ? (int)strlen(s) : n;
    udp->payload_size = (uint16_t)n;
    return n <= 65507 || wrong(rd, "a payload of %d bytes (allowed: 65507)", n);
}

/* yes, no, or what has to come: reply in the same word. What that is, is judged with the check. */
static bool read_reply(reader *rd, void *at, const words *w)
{
    check_udp  *udp = at;
    const char *reply = words_join(&rd->m->a, w);

    udp->require_reply = is_yes(reply);
    if (named_find(yes_no, reply))
        return true;
    for (const char *s = reply; *s; s += strspn(s, "0123456789abcdefABCDEFxX") ? 2 : 1)
        if (!strchr(" ", *s) && strspn(s, "0123456789abcdefABCDEFxX") < 2)
            return bad_word(rd, reply, "is neither yes nor no nor pairs of digits");
    udp->require_reply = true;
    udp->reply = reply;
    return true;
}

static void write_reply(text *t, const node *n, const row *r)
{
    const check_udp *udp = place_of(n, r);

    put(t, "%s", !udp->require_reply ? "no"
        : udp->reply && !given(n, "reply") ? udp->reply : "yes");
}

static void write_payload(text *t, const node *n, const row *r)
{
    const check_udp *udp = place_of(n, r);

    for (size_t i = 0; i < udp->payload_size; i++)
        put(t, "%02x", udp->payload[i]);
}

/* Two numbers of the line of a name: NAME:x:ID:GID. Fields may be empty. */
static bool id_named(const char *path, const char *name, uint64_t *id, uint64_t *group)
{
    arena       own = {NULL};
    const char *flaw;
    char       *file = file_text(&own, path, FILE_HUGE, &flaw), *line;
    bool        found = false;

    while (file && !found && (line = text_line(&file, "\n")) != NULL) {
        const char *part[4];

        for (size_t i = 0; i < 4; i++)
            part[i] = line ? strsep(&line, ":") : "";
        found = strcmp(part[0], name) == 0 && read_any(part[2], id) &&
                (!group || read_any(part[3], group));
    }
    arena_free(&own);
    return found;
}

/* As a login has them: its own group, and those of /etc/group (NAME:x:GID:USER,USER) that name the
   user as a member. */
static void user_groups(reader *rd, user_ids *u, const char *user)
{
    arena       own = {NULL};
    const char *flaw;
    char       *file = file_text(&own, "/etc/group", FILE_HUGE, &flaw), *line, *member;
    size_t      lines = 1, n = 0;
    uint64_t    gid;

    for (const char *c = file; c && *c; c++)
        lines += *c == '\n';
    u->groups = take(&rd->m->a, (lines + 1) * sizeof *u->groups);
    u->groups[n++] = u->gid;
    while (file && n < UINT16_MAX && (line = text_line(&file, "\n")) != NULL) {
        strsep(&line, ":"), strsep(&line, ":");
        if (!line || !read_any(strsep(&line, ":"), &gid) || gid >= UINT32_MAX)
            continue;
        while ((member = strsep(&line, ",")) != NULL && strcmp(member, user) != 0)
            ;
        if (member)
            u->groups[n++] = (uint32_t)gid;
    }
    arena_free(&own);
    u->n_groups = (uint16_t)(n > 1 ? n : 0);
    u->name = n > 1 ? keep(&rd->m->a, user, strlen(user)) : NULL;
}

/* "nobody nogroup", "65534" */
static bool read_user(reader *rd, void *at, const words *w)
{
    user_ids   *u = at;
    const char *user = w->at[0].s, *group = w->n > 1 ? w->at[1].s : NULL;
    uint64_t    uid, gid;

    if (w->n > 2)
        return wrong(rd, "more than two words (allowed: %s)", rd->row->allowed);
    if (read_any(user, &uid))
        gid = uid;
    else if (!id_named("/etc/passwd", user, &uid, &gid))
        return bad_word(rd, user, "is no number, and no user in /etc/passwd");
    if (group && !read_any(group, &gid) && !id_named("/etc/group", group, &gid, NULL))
        return bad_word(rd, group, "is no number, and no group in /etc/group");
    if (uid >= UINT32_MAX || gid >= UINT32_MAX)
        return bad_word(rd, user, "is out of range");
    u->uid = (uint32_t)uid;
    u->gid = (uint32_t)gid;
    u->on = true;
    if (!group && !read_any(user, &uid))
        user_groups(rd, u, user);
    return true;
}

static void write_user(text *t, const node *n, const row *r)
{
    const user_ids *u = place_of(n, r);

    if (u->name)
        put(t, "%s", u->name);
    else if (u->on)
        put(t, "%u %u", u->uid, u->gid);
}

/* --- types of virtual servers --------------------------------------------------------------- */

/* keepalived's port 0 of a virtual server, all ports, is no port. */
static bool is_all_ports(const reader *rd, const char *s)
{
    return rd->row->type == T_AT && strcmp(s, "0") == 0;
}

static bool port_read(const char *s, uint16_t *port)
{
    uint64_t v;

    if (!read_number(s, &v) || v < 1 || v > 65535)
        return false;
    *port = (uint16_t)v;
    return true;
}

/* "198.51.100.1:80", "[2001:db8::1]:80", "web:80"; the port may be missing, or a second word. */
static bool endpoint_read(reader *rd, const words *w, const char **host, uint16_t *port)
{
    const char *s = w->at->s, *end = *s == '[' ? strchr(s, ']') : strchr(s, ':');

    if (*s == '[' && !end)
        return bad_word(rd, s, "has no ]");
    if (*s != '[' && end && strchr(end + 1, ':'))       /* IPv6 without a port */
        end = NULL;
    *host = !end ? s : keep(rd->scratch, s + (*s == '['), (size_t)(end - s) - (*s == '['));
    end = end && *s == '[' ? end + 1 : end;
    if (end && *end && (*end != ':' || !(port_read(end + 1, port) || is_all_ports(rd, end + 1))))
        return bad_word(rd, s, "has no port of 1..65535 behind its address");
    if (w->n > 2 || (w->n > 1 && *port))
        return bad_word(rd, w->at[w->n > 2 ? 2 : 1].s, "is one word too many; a comma is between"
                        " items");
    return w->n < 2 || port_read(w->at[1].s, port) || is_all_ports(rd, w->at[1].s) ||
           bad_word(rd, w->at[1].s, "is no port of 1..65535; a comma is between items");
}

static bool read_real(reader *rd, void *at, const words *w)
{
    vs_target *t = at;

    if (!endpoint_read(rd, w, &t->host, &t->port))
        return false;
    t->host = keep(&rd->m->a, t->host, strlen(t->host));
    if (!address_read(t->host, &t->ip))
        return is_host_name(t->host) || bad_word(rd, t->host, "is neither an address nor a name");
    if (address_flaw(&t->ip) && !strstr(address_flaw(&t->ip), "loopback"))
        return bad_word(rd, t->host, address_flaw(&t->ip));
    return true;
}

static void put_endpoint(text *t, const char *host, uint16_t port)
{
    if (port)
        put(t, strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, port);
    else
        put(t, "%s", host);
}

static void write_real(text *t, const node *n, const row *r)
{
    const vs_target *v = place_of(n, r);
    char             ip[INET6_ADDRSTRLEN];

    if (v->ip.family == VRRP_IPV6)      /* IPv4 is written in one way only */
        inet_ntop(AF_INET6, v->ip.ip.byte, ip, sizeof ip);
    if (v->host)
        put_endpoint(t, v->ip.family == VRRP_IPV6 ? ip : v->host, v->port);
}

/* Its last four bytes, in which ranges are counted; those before them are the head. */
static uint32_t address_end(const address *a)
{
    const uint8_t *b = a->ip.byte + (a->family == VRRP_IPV6 ? 12 : 0);

    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static bool same_head(const address *a, const address *b)
{
    return a->family == b->family &&
           memcmp(a->ip.byte, b->ip.byte, a->family == VRRP_IPV6 ? 12 : 0) == 0;
}

/* What an address is replaced with at its end: "20", "1f", or a whole one. */
static bool range_end(const char *s, const address *from, uint32_t *last)
{
    bool     four = from->family == VRRP_IPV4;
    uint32_t part = four ? 0xff : 0xffff;
    uint64_t n;
    address  to;

    if (strpbrk(s, ".:")) {
        if (!address_read(s, &to) || !same_head(from, &to))
            return false;
        *last = address_end(&to);
        return true;
    }
    if (!(four ? read_number(s, &n) : read_hex(s, &n)) || n > part)
        return false;
    *last = (address_end(from) & ~part) | (uint32_t)n;
    return true;
}

/* "198.51.100.10-20", "2001:db8::10-1f", "198.51.100.250-198.51.101.9", "198.51.100.0/24": the
   first, and how many. */
static bool range_read(reader *rd, const char *s, vs_at *v)
{
    size_t   n = strcspn(s, "-/");
    uint64_t bits = 0;
    uint32_t first, last;

    if (!address_read(keep(rd->scratch, s, n), &v->ip))
        return bad_word(rd, s, "is not an address");
    if (address_flaw(&v->ip))
        return bad_word(rd, s, address_flaw(&v->ip));
    first = last = address_end(&v->ip);
    if (s[n] == '-' && (!range_end(s + n + 1, &v->ip, &last) || last < first))
        return bad_word(rd, s, "is no range: behind the - stands its last address, or the last byte"
                        " of that (IPv6: the last digits)");
    if (s[n] == '/') {
        bool     four = v->ip.family == VRRP_IPV4, ok = read_number(s + n + 1, &bits);
        unsigned most = four ? 32 : 128;

        if (!ok || bits > most || bits + 16 < most || first & ((1u << (most - bits)) - 1))
            return bad_word(rd, s, four ? "is no network (allowed behind the /: 16..32)"
                                        : "is no network (allowed behind the /: 112..128)");
        last = first + ((1u << (most - bits)) - 1);
    }
    if (last - first > 65535)
        return bad_word(rd, s, "has more than 65536 addresses");
    v->count = last - first + 1;
    return true;
}

/* "fwmark 5", "fwmark:5", and in a group its family */
static bool read_mark_at(reader *rd, vs_at *v, const char *s, const words *more)
{
    uint64_t mark;

    if (!s || !read_any(s, &mark) || mark < 1 || mark > UINT32_MAX)
        return bad_word(rd, s ? s : "fwmark", "is no firewall mark of 1..4294967295");
    v->fwmark = (uint32_t)mark;
    v->count = 1;
    if (more->n > 0 && rd->row->in == B_ENTRY)
        v->family = strcasecmp(more->at->s, "inet6") == 0 ? 2
                    : strcasecmp(more->at->s, "inet") == 0;
    return more->n == 0 || (more->n == 1 && v->family) ||
           bad_word(rd, more->at->s, "does not fit behind a firewall mark");
}

/* The word behind `fwmark` or `group`, which may stand behind a colon. */
static const char *behind(const char *key, const words *w, size_t *taken)
{
    size_t n = strlen(key);

    *taken = 0;
    if (strncasecmp(w->at->s, key, n) != 0 || (w->at->s[n] && w->at->s[n] != ':'))
        return NULL;
    *taken = w->at->s[n] ? 1 : 2;
    return w->at->s[n] ? w->at->s + n + 1 : w->n > 1 ? w->at[1].s : NULL;
}

static const struct { const char *name; uint8_t protocol; } services[] = {
    {"tcp", IPVS_TCP}, {"udp", IPVS_UDP}, {"sctp", IPVS_SCTP},
};

/* Where a virtual server listens: the head of one, or an item of a group. */
static bool at_read(reader *rd, vs_at *v, const words *w)
{
    size_t      n;
    const char *s = behind("fwmark", w, &n), *url = strstr(w->at->s, "://"), *host;
    word        whole = *w->at;
    words       rest = {w->at + (n < w->n ? n : w->n), n < w->n ? w->n - n : 0};

    if (n)
        return read_mark_at(rd, v, s, &rest);
    s = behind("group", w, &n);
    if (n && rd->row->in == B_IPVS) {
        v->group = s ? keep(&rd->m->a, s, strlen(s)) : NULL;
        return s && *s && w->n == n ? true : bad_word(rd, w->at->s, "needs the NAME of one"
                                                      " IPVS_GROUP_<NAME>");
    }
    for (size_t i = 0; url && rd->row->in == B_IPVS && i < 3; i++)
        if (strncasecmp(whole.s, services[i].name, (size_t)(url - whole.s)) == 0 &&
            !services[i].name[url - whole.s])
            v->protocol = services[i].protocol;
    if (url && !v->protocol)
        return bad_word(rd, whole.s, rd->row->in == B_IPVS ? "is none of tcp://, udp:// and sctp://"
                        : "has a protocol, which is that of IPVS_<NAME>_PROTOCOL");
    whole.s += url ? url + 3 - whole.s : 0;
    rest.at = take(rd->scratch, w->n * sizeof *rest.at);
    rest.n = w->n;
    memcpy(rest.at, w->at, w->n * sizeof *rest.at);
    *rest.at = whole;
    if (url && strchr(whole.s, '/'))
        return bad_word(rd, w->at->s, "has a path, and a virtual server has none");
    return endpoint_read(rd, &rest, &host, &v->port) && range_read(rd, host, v) &&
           (v->count == 1 || rd->row->in == B_ENTRY ||
            bad_word(rd, host, "is a range: put it into an IPVS_GROUP_<NAME>"));
}

static bool read_at(reader *rd, void *at, const words *w)
{
    vs_at v;

    memset(&v, 0, sizeof v);
    if (!at_read(rd, &v, w))
        return false;
    memcpy(at, &v, sizeof v);
    return true;
}

static void write_range_end(text *t, const address *from, uint32_t last)
{
    bool     four = from->family == VRRP_IPV4;
    uint32_t part = four ? 0xff : 0xffff;
    vrrp_ip  ip = from->ip;

    if ((last & ~part) == (address_end(from) & ~part)) {
        put(t, four ? "-%u" : "-%x", last & part);
        return;
    }
    for (int i = four ? 4 : 16; last; last >>= 8)
        ip.byte[--i] = (uint8_t)last;
    put(t, "-%s", ip_text(t->a, &ip, from->family));
}

static void write_at(text *t, const node *n, const row *r)
{
    const vs_at *v = place_of(n, r);
    text         host = {t->a, NULL, 0, 0};

    for (size_t i = 0; i < 3 && v->protocol; i++)
        if (services[i].protocol == v->protocol)
            put(t, "%s://", services[i].name);
    if (v->fwmark)
        put(t, "fwmark %u%s", v->fwmark, v->family == 1 ? " inet" : v->family == 2 ? " inet6"
                                                                                   : "");
    else if (v->group)
        put(t, "group %s", v->group);
    if (!v->ip.family)
        return;
    put(&host, "%s", ip_text(t->a, &v->ip.ip, v->ip.family));
    if (v->count > 1)
        write_range_end(&host, &v->ip, address_end(&v->ip) + v->count - 1);
    put_endpoint(t, host.s, v->port);
}

static const named methods[] = {
    {"NAT", IPVS_MASQ}, {"DR", IPVS_DIRECT}, {"TUN", IPVS_TUNNEL}, {NULL, 0},
};
static const named tunnels[] = {
    {"ipip", IPVS_IPIP}, {"gue", IPVS_GUE}, {"gre", IPVS_GRE}, {NULL, 0},
};
static const named sums[] = {
    {"nocsum", 0}, {"csum", IPVS_TUN_CSUM}, {"remcsum", IPVS_TUN_REMCSUM}, {NULL, 0},
};

/* "NAT", "TUN type gue port 6080 csum" */
static bool read_method(reader *rd, void *at, const words *w)
{
    lvs_method   m = {0, 0, 0, 0};
    const named *is = named_find(methods, w->at->s);
    size_t       i = 1;

    if (!is)
        return bad_word(rd, w->at->s, "is no lvs_method");
    m.method = (uint8_t)is->value;
    if (m.method == IPVS_TUNNEL && i < w->n && strcasecmp(w->at[i].s, "type") == 0) {
        is = i + 1 < w->n ? named_find(tunnels, w->at[i + 1].s) : NULL;
        if (!is)
            return bad_word(rd, w->at[i + 1 < w->n ? i + 1 : i].s, "is no type of tunnel");
        m.tunnel = (uint8_t)is->value;
        i += 2;
    }
    if (m.tunnel == IPVS_GUE) {
        if (i + 1 >= w->n || strcasecmp(w->at[i].s, "port") || !port_read(w->at[i + 1].s, &m.port))
            return bad_word(rd, "gue", "needs its UDP port: port 1..65535");
        i += 2;
    }
    if (m.tunnel != IPVS_IPIP && i < w->n && (is = named_find(sums, w->at[i].s)) != NULL) {
        m.flags = (uint8_t)is->value;
        i++;
    }
    if (m.tunnel == IPVS_GRE && m.flags == IPVS_TUN_REMCSUM)
        return bad_word(rd, "remcsum", "is for gue");
    if (i < w->n)
        return bad_word(rd, w->at[i].s, "does not fit there");
    memcpy(at, &m, sizeof m);
    return true;
}

static void write_method(text *t, const node *n, const row *r)
{
    const lvs_method *m = place_of(n, r);

    if (!m->method && r->flags & INHERIT && r->in == B_REAL && !giver(n, r))
        return;
    put(t, "%s", named_of(methods, m->method));
    if (m->tunnel)
        put(t, " type %s", named_of(tunnels, m->tunnel));
    if (m->tunnel == IPVS_GUE)
        put(t, " port %u", m->port);
    if (m->flags)
        put(t, " %s", named_of(sums, m->flags));
}

/* The kernel decides which there are. */
static bool read_scheduler(reader *rd, void *at, const words *w)
{
    const char *s = w->at->s;
    nearest     best;

    if (!*s || strlen(s) > 15 || s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_")])
        return bad_word(rd, s, "is no scheduler's name");
    if (!choice(rd, s, &best))
        remark_add(rd->out, SAY_WARNING, rd->variable, "'%.15s' is none of %s%s; the kernel may"
                   " know it", s, rd->row->allowed, did_you_mean(rd->scratch, &best));
    memset(at, 0, 16);
    memcpy(at, s, strlen(s));
    return true;
}

/* "24", "255.255.255.0" */
static bool read_mask(reader *rd, void *at, const words *w)
{
    address  a;
    uint32_t mask;
    uint8_t  length = 32;

    if (!address_read(w->at->s, &a) || a.family != VRRP_IPV4)
        return read_value(rd, at, w);
    memcpy(&mask, a.ip.byte, sizeof mask);
    mask = ~ntohl(mask);
    if (mask & (mask + 1) || mask == UINT32_MAX)
        return bad_word(rd, w->at->s, "is no netmask");
    for (; mask; mask >>= 1)
        length--;
    *(uint8_t *)at = length;
    return true;
}

/* "/PATH WORD...", "sh:COMMAND"; kept with its scheme */
static bool read_script(reader *rd, void *at, const words *w)
{
    check_desc d;
    char       err[400];
    const char *s = w->at->s, *url = begins(s, "exec:") || begins(s, "sh:") ? s : NULL;

    memset(&d, 0, sizeof d);
    if (!url && *s != '/')
        return bad_word(rd, s, "begins with neither / nor sh:");
    url = url ? keep(&rd->m->a, url, strlen(url)) : print(&rd->m->a, "exec:%s", s);
    if (!read_url(rd, at, &(words){&(word){url, true, true}, 1}))
        return false;
    return check_parse(&d, url, err, sizeof err) == 0 || wrong(rd, "%s", err);
}

/* "eth0", "eth0 VI_1" */
static bool read_sync(reader *rd, void *at, const words *w)
{
    sync_daemon *d = (sync_daemon *)(void *)((char *)at - offsetof(sync_daemon, interface));

    if (w->n > 2)
        return bad_word(rd, w->at[2].s, "is one word too many");
    if (w->n > 1)
        d->of = keep(&rd->m->a, w->at[1].s, strlen(w->at[1].s));
    return read_ifname(rd, at, w);
}

static void write_sync(text *t, const node *n, const row *r)
{
    const sync_daemon *d = (const sync_daemon *)(const void *)n;

    write_chars(t, n, r);
    if (d->of && !given(n, "inst"))
        put(t, " %s", d->of);
}

static const named persist[] = {
    {"no", 0}, {"yes", 360}, {"false", 0}, {"off", 0}, {"0", 0}, {"true", 360}, {"on", 360},
    {NULL, 0},
};
static const named dns_types[] = {
    {"A", CHECK_DNS_A}, {"NS", CHECK_DNS_NS}, {"CNAME", CHECK_DNS_CNAME}, {"SOA", CHECK_DNS_SOA},
    {"PTR", CHECK_DNS_PTR}, {"MX", CHECK_DNS_MX}, {"TXT", CHECK_DNS_TXT},
    {"AAAA", CHECK_DNS_AAAA}, {"SRV", CHECK_DNS_SRV}, {"RRSIG", CHECK_DNS_RRSIG},
    {"DNSKEY", CHECK_DNS_DNSKEY}, {NULL, 0},
};

static void write_list(text *t, const node *n, const row *r);

static const named scopes[] = {
    {"global", 0}, {"universe", 0}, {"site", 200}, {"link", 253}, {"host", 254}, {"nowhere", 255},
    {NULL, 0},
};
static const named forever[] = {{"forever", UINT32_MAX}, {NULL, 0}};
static const named expired[] = {
    {"no", 0}, {"yes", 254}, {"false", 0}, {"off", 0}, {"0", 0}, {"true", 254}, {"on", 254},
    {NULL, 0},
};
static const named policies[] = {{"ADVERT", 0}, {"MTU", UINT32_MAX}, {NULL, 0}};

static const type types[TYPES] = {
    [T_NONE] = {NULL, 1, 0, NULL, NULL, NULL, NULL},
    [T_FLAG] = {"is neither yes nor no", 0, 1, read_value, write_value, NULL, yes_no},
    [T_NOT] = {"is neither yes nor no", 0, 1, read_value, write_not, NULL, yes_no},
    [T_BYTE] = {"is not a number", 1, 1, read_value, write_value, read_number, NULL},
    [T_TIME] = {"is not a time", 1, sizeof(uint64_t), read_value, write_value, read_time, NULL},
    [T_WORD] = {NULL, 1, 1, read_choice, write_choice, NULL, NULL},
    [T_TEXT] = {NULL, 1, sizeof(char *), read_text, write_text, NULL, NULL},
    [T_IFNAME] = {NULL, 1, 16, read_ifname, write_chars, NULL, NULL},
    [T_IP] = {NULL, 1, sizeof(address), read_address, write_address, NULL, NULL},
    [T_HOST] = {NULL, 1, sizeof(host_ref), read_host, write_host, NULL, NULL},
    [T_CIDR] = {NULL, 1, sizeof(vrrp_vip), read_cidr, write_cidr, NULL, NULL},
    [T_BRD] = {NULL, 1, sizeof(address), read_brd, write_address, NULL, NULL},
    [T_SCOPE] = {"is no scope", 1, 1, read_value, write_value, read_number, scopes},
    [T_LIFETIME] = {"is not a number of seconds", 1, sizeof(uint32_t), read_value, write_value,
                    read_number, forever},
    [T_NUMBER] = {"is not a number", 1, 4, read_value, write_value, read_any, NULL},
    [T_KEY] = {NULL, 1, sizeof(vrrp_key), read_key, write_key, NULL, NULL},
    [T_HMAC_KEY] = {NULL, -1, sizeof(vrrp_key), read_hmac_key, write_hmac_key, NULL, NULL},
    [T_PASS] = {NULL, 1, 8, read_pass, write_chars, NULL, NULL},
    [T_PRIORITY] = {NULL, -1, 1, read_priority, write_value, NULL, NULL},
    [T_LOG] = {NULL, -1, sizeof(log_form), read_log, write_log, NULL, NULL},
    [T_NAMES] = {NULL, -1, sizeof(char **), read_names, write_names, NULL, NULL},
    [T_WEIGHT] = {NULL, 1, sizeof(int16_t), read_weight, write_weight, NULL, NULL},
    [T_MCAST] = {NULL, 1, sizeof(address), read_mcast, write_address, NULL, NULL},
    [T_EXPIRED] = {"is no priority", 1, 1, read_value, write_value, read_number, expired},
    [T_EXTRA] = {"is not a time", -1, sizeof(extra), read_extra, write_extra, read_time, NULL},
    [T_BUFFER] = {"is no policy", 1, sizeof(uint32_t), read_value, write_value, read_number,
                  policies},
    [T_DELAY] = {NULL, -1, sizeof(vrrp_delay), read_delay, write_delay, NULL, NULL},
    [T_VMAC] = {NULL, -1, sizeof(vmac_choice), read_vmac, write_vmac, NULL, NULL},
    [T_BLOCK] = {NULL, -1, sizeof(node *), NULL, write_list, NULL, NULL},
    [T_NET] = {NULL, 1, sizeof(vrrp_net), read_net, write_net, NULL, NULL},
    [T_VIA] = {NULL, 1, sizeof(vrrp_net), read_via, write_net, NULL, NULL},
    [T_TABLE] = {"is no table", 1, 4, read_table, write_value, read_number, tables},
    [T_ORIGIN] = {"is no routing protocol", 1, 1, read_value, write_value, read_number, origins},
    [T_TOS] = {"is no TOS", 1, 1, read_value, write_tos, read_hex, NULL},
    [T_PREF] = {"is no preference", 1, 1, read_value, write_value, NULL, prefs},
    [T_KIND] = {"is no type of route", 1, 1, read_value, write_value, NULL, kinds},
    [T_ACTION] = {"is nothing that a rule can do", 1, 1, read_value, write_value, NULL, actions},
    [T_IPPROTO] = {"is no protocol", 1, 1, read_value, write_value, read_number, protocols},
    [T_SHORT] = {"is not a number", 1, 2, read_value, write_value, read_number, NULL},
    [T_LONG] = {"is not a number", 1, 8, read_value, write_value, read_any, NULL},
    [T_METRIC] = {NULL, 1, 4, read_metric, write_metric, NULL, NULL},
    [T_FEATURES] = {"is no feature", 1, 4, read_value, write_value, NULL, features},
    [T_REALMS] = {NULL, 1, 4, read_pair, write_pair, NULL, NULL},
    [T_MARK] = {NULL, 1, 8, read_pair, write_pair, NULL, NULL},
    [T_PORTS] = {NULL, 1, 4, read_pair, write_pair, NULL, NULL},
    [T_LABELS] = {NULL, 1, sizeof(vrrp_encap), read_labels, write_labels, NULL, NULL},
    [T_UIDS] = {NULL, 1, 8, read_pair, write_pair, NULL, NULL},
    [T_URL] = {NULL, 1, sizeof(char *), read_url, write_text, NULL, NULL},
    [T_STATUS] = {NULL, -1, offsetof(check_url, n_status) + sizeof(uint16_t) -
                  offsetof(check_url, status), read_status, write_status, NULL, NULL},
    [T_HEADERS] = {NULL, -1, sizeof(char *), read_headers, write_headers, NULL, NULL},
    [T_OPTIONS] = {NULL, -1, 3 * sizeof(bool), read_options, write_options_on, NULL, NULL},
    [T_PAYLOAD] = {NULL, -1, sizeof(check_udp), read_payload, write_payload, NULL, NULL},
    [T_REPLY] = {NULL, -1, sizeof(check_udp), read_reply, write_reply, NULL, yes_no},
    [T_USER] = {NULL, -1, sizeof(user_ids), read_user, write_user, NULL, NULL},
    [T_AT] = {NULL, -1, sizeof(vs_at), read_at, write_at, NULL, NULL},
    [T_REAL] = {NULL, -1, sizeof(vs_target), read_real, write_real, NULL, NULL},
    [T_METHOD] = {NULL, -1, sizeof(lvs_method), read_method, write_method, NULL, NULL},
    [T_SCHEDULER] = {NULL, 1, 16, read_scheduler, write_chars, NULL, NULL},
    [T_PERSIST] = {"is no time in seconds", 1, 4, read_value, write_value, read_number, persist},
    [T_MASK] = {"is neither a prefix length nor a netmask", 1, 1, read_mask, write_value,
                read_number, NULL},
    [T_DNS_TYPE] = {"is no type", 1, 2, read_value, write_value, NULL, dns_types},
    [T_SCRIPT] = {NULL, 1, sizeof(char *), read_script, write_text, NULL, NULL},
    [T_SYNC] = {NULL, -1, 16, read_sync, write_sync, NULL, NULL},
};

/* --- rows, blocks and the items of a list --------------------------------------------------- */

/* What a row does when it is met: read, refused, or read without effect. */
static bool row_read(reader *rd, node *n, const row *r, const words *w)
{
    bool ok = true;

    rd->row = r;
    if (r->flags & REFUSED)
        return wrong(rd, "%s", r->help);
    if (types[r->type].read)
        ok = types[r->type].read(rd, place_of(n, r), w);
    if (r->flags & INERT)
        remark_add(rd->out, SAY_INFO, rd->variable, "has no effect: %s", r->help);
    return ok;
}

static node *node_init(reader *rd, node *n, uint8_t b, const char *name)
{
    node **like = &rd->m->fresh[b];
    words  w;

    n->block = b;
    n->number = -1;
    for (const row *r = *like ? NULL : block_rows(b); r; r = row_next(r))
        if (r->preset && *r->preset != '(' && split(rd->scratch, r->preset, false, &w))
            row_read(rd, n, r, &w);
    if (*like)
        memcpy(n, *like, blocks[b].size);
    else
        *like = memcpy(take(&rd->m->a, blocks[b].size), n, blocks[b].size);
    n->name = name;
    return n;
}

static node *node_new(reader *rd, uint8_t b, const char *name)
{
    return node_init(rd, take(&rd->m->a, blocks[b].size), b, name);
}

/* Is this a value of a row whose values need no keyword? */
static bool is_bare_word(const row *r, const char *s)
{
    const char  *at = r->flags & BARE ? strstr(r->allowed, s) : NULL;
    const named *w = r->flags & BARE ? named_find(types[r->type].named, s) : NULL;

    if (w && strcmp(w->name, s) == 0)
        return true;
    return at && *s && (at == r->allowed || at[-1] == '|') &&
           (at[strlen(s)] == '|' || at[strlen(s)] == 0);
}

/* The row of `dev` or `dev=eth0`; *value is what follows the sign, or a word that needs no keyword,
   or NULL. */
static const row *option_row(reader *rd, uint8_t b, const word *w, const char **value)
{
    size_t     n = strcspn(w->s, "=");
    const row *r = row_of(b, w->s);

    *value = NULL;
    if (!r && w->s[n] && !w->quoted) {
        r = row_of(b, keep(rd->scratch, w->s, n));
        *value = w->s + n + 1;
    }
    for (const row *c = r ? NULL : block_rows(b); c && !r; c = row_next(c))
        if (is_bare_word(c, w->s)) {
            r = c;
            *value = w->s;
        }
    return r && !(r->flags & HEAD) ? r : NULL;
}

static bool is_list_of_addresses(uint8_t b)
{
    uint8_t head = row_with(b, HEAD)->type;

    return head == T_CIDR || head == T_IP || head == T_HOST || head == T_NET || head == T_AT ||
           head == T_REAL;
}

static bool starts_item(uint8_t b, const char *s);

/* It is no value of a row: an option or item begins, of its block or of those around it. */
static bool ends_value(reader *rd, const row *r, const word *w)
{
    const char *value;

    for (uint8_t b = 0; b < BLOCKS; b++)
        if ((b == r->in || rd->within >> b & 1) &&
            (starts_item(b, w->s) || option_row(rd, b, w, &value)))
            return true;
    return w->first;
}

/* The words up to the next option or item, from word i on. */
static size_t words_to_option(reader *rd, const row *r, const word *w, size_t n, size_t i)
{
    while (i < n && !ends_value(rd, r, &w[i]))
        i++;
    return i;
}

/* How many words a value has: `mtu lock 1400`, `via inet6 2001:db8::1`, `status_code 200 301`. */
static size_t value_words(reader *rd, const row *r, const word *w, size_t n)
{
    bool first = (r->type == T_METRIC && strcasecmp(w->s, "lock") == 0) ||
                 (r->type == T_VIA && begins(w->s, "inet"));

    if (types[r->type].words < 0)
        return words_to_option(rd, r, w, n, 1);
    return first && n > 1 && !w[1].first ? 2 : 1;
}

/* Has this been said of the variable that is read? */
static bool was_said(const reader *rd, const char *what)
{
    const remark *m = rd->out->first;

    while (m && !(rd->variable && begins(m->text, rd->variable) && strstr(m->text, what)))
        m = m->next;
    return m != NULL;
}

/* The option that it seems to be, or NULL. A long list of those there are is told once. */
static const row *option_unknown(reader *rd, uint8_t b, const char *s)
{
    nearest best = nearest_to(s, 0);
    text    t = {rd->scratch, NULL, 0, 0};
    bool    head = types[row_with(b, HEAD)->type].read != NULL;
    bool    told;
    uint64_t number;

    for (const row *r = block_rows(b); r; r = row_next(r))
        if (!(r->flags & (HEAD | REFUSED | INERT | ALIAS))) {
            nearest_try(&best, key_text(rd->scratch, r->key));
            put(&t, "%s%s", t.n ? ", " : "", key_text(rd->scratch, r->key));
        }
    told = t.n && was_said(rd, t.s);
    if ((b == B_WATCH || b == B_TRACK) && read_number(s + (*s == '-' || *s == '+'), &number))
        best.name = print(rd->scratch, "weight %s", s);
    wrong(rd, "'%.80s' is %s%s%s%s%s%s", s,
          is_list_of_addresses(b) && b != B_PEER ? "neither an address nor an option" :
          head ? "no option, and a comma is between items" : "not an option",
          did_you_mean(rd->scratch, &best),
          b == B_WATCH && !best.name ? "; a command with arguments stands in quotes, or is given a"
          " name: CHECK_<NAME>=exec:/PATH ARGUMENT..." : "", told ? "" : " (allowed: ", told ? "" :
          b == B_CHECK ? "see --help all" : t.s, told ? "" : ")");
    return best.name && !strchr(best.name, ' ') ? row_of(b, best.name) : NULL;
}

static size_t option_read(reader *rd, node *item, const words *w, size_t i);

/* An item of a list. One that has options only is there by being mentioned. */
static node *item_new(reader *rd, const row *list)
{
    node *item = node_new(rd, list->opens, "");

    if (list->flags & PLAIN)
        give(rd->m, item, row_with(list->opens, HEAD), rd->variable);
    return item;
}

/* An item is complete without it: it has a default, or there is nothing to it. */
static bool head_is_optional(const row *head)
{
    return head->type == T_NONE || (head->preset && *head->preset != '(');
}

static bool comes_by_option(const row *list)
{
    return list->flags & PLAIN || head_is_optional(row_with(list->opens, HEAD));
}

/* The head of a block within an item: behind the sign, or the next word. NULL: there is none. */
static const char *nested_head(reader *rd, const row *r, const words *w, size_t i,
                               const char *value)
{
    bool        more = i < w->n && !w->at[i].first;
    const char *unused;

    if (value || !more)
        return value;
    return comes_by_option(r) && option_row(rd, r->opens, &w->at[i], &unused) ? NULL : w->at[i].s;
}

/* `nexthop` and what belongs to it: a block within the item. value: what follows a sign. */
static size_t nested_read(reader *rd, node *item, const row *r, const words *w, size_t i,
                          const char *value)
{
    node      **list = place_of(item, r), *inner = item_new(rd, r);
    const row  *head = row_with(inner->block, HEAD);
    bool        headless_ = head->type == T_NONE || r->flags & PLAIN;
    const char *s = nested_head(rd, r, w, i + 1, value);
    word        one = {s, true, false};
    size_t      from = i++;
    uint32_t    within = rd->within;
    const row  *option;
    bool        ok = true;

    rd->within |= 1u << item->block;
    if (headless_ || s)
        give(rd->m, inner, head, rd->variable);
    rd->row = r;
    if (headless_ && value && !is_yes(value))
        ok = bad_word(rd, value, "is not yes");
    else if (!headless_ && !s && !comes_by_option(r))
        ok = wrong(rd, "'%s' needs a value (allowed: %s)", w->at[from].s, r->allowed);
    else if (!headless_ && s)
        ok = row_read(rd, inner, head, &(words){&one, 1});
    i += !value && s && (!headless_ || (r->flags & PLAIN && is_yes(s)));
    while (i < w->n && !w->at[i].first &&
           (option = option_row(rd, inner->block, &w->at[i], &value)) != NULL && option != r)
        i += option_read(rd, inner, w, i);  /* one more of its kind stands beside it, not in it */
    rd->within = within;
    if (ok)
        *list_end(list) = inner;
    return i - from;
}

/* Reads one option of an item; returns the words it took. */
static size_t option_read(reader *rd, node *item, const words *w, size_t i)
{
    const char *value;
    const row  *r = option_row(rd, item->block, &w->at[i], &value);
    const char *unused, *key = w->at[i].s;
    word        one = {value ? value : "yes", false, false};
    words       alone = {&one, 1}, next = {&w->at[i + 1], 1};
    bool        last = i + 1 >= w->n || w->at[i + 1].first;

    if (!r) {                           /* what it seems to be has a value */
        r = option_unknown(rd, item->block, key);
        return r && types[r->type].words && !last && !strchr(key, '=') &&
               !option_row(rd, item->block, &w->at[i + 1], &unused) ? 2 : 1;
    }
    if (r->type == T_BLOCK) {
        give(rd->m, item, r, rd->variable);
        return nested_read(rd, item, r, w, i, value);
    }
    if (giver(item, r))
        wrong(rd, "'%.*s' twice for one item", (int)strcspn(key, "="), key);
    give(rd->m, item, r, rd->variable);
    if (r->flags & (INERT | REFUSED) && r->type == T_NONE) {
        remark_add(rd->out, r->flags & INERT ? SAY_INFO : SAY_ERROR, rd->variable, "'%.*s'%s: %s",
                   (int)strcspn(key, "="), key, r->flags & INERT ? " has no effect" : "", r->help);
        return value || last ? 1 : 1 + words_to_option(rd, r, next.at, w->n - i - 1, 0);
    }
    if (value || types[r->type].words == 0 ||
        (r->type == T_REPLY && (last || option_row(rd, item->block, next.at, &unused)))) {
        row_read(rd, item, r, &alone);
        return 1;
    }
    if (last) {
        wrong(rd, "'%s' needs a value (allowed: %s)", key, r->allowed);
        return 1;
    }
    next.n = value_words(rd, r, next.at, w->n - i - 1);
    row_read(rd, item, r, &next);
    return 1 + next.n;
}

/* A word that can only start an item. */
static bool starts_item(uint8_t b, const char *s)
{
    vrrp_net net;

    if (b == B_URL && *s == '/')
        return true;
    if (b == B_ENTRY || b == B_REAL)    /* an address, NAME:PORT, a name with dots */
        return strpbrk(s, ".:") && !strchr(s, '=');
    if (b == B_ROUTE && is_bare_word(row_of(b, "type"), s))
        return true;
    return is_list_of_addresses(b) && net_read(s, &net) &&
           (net.family || (b == B_ROUTE && strcmp(s, "default") == 0));
}

/* An option where an item should begin: no interface has such a name. It means the item before, on
   whose line it should stand. */
static bool strays(reader *rd, uint8_t b, const word *w)
{
    const char *value;
    bool        names = b == B_TRACK || b == B_WATCH || b == B_URL || b == B_GARP || b == B_REAL ||
                        b == B_TGROUP || b == B_DELAY;
    bool        found = w->first && names && option_row(rd, b, w, &value);

    if (found)
        remark_add(rd->out, SAY_WARNING, rd->variable, "'%.40s' begins no item, and is taken as an"
                   " option of the one before", w->s);
    return found;
}

/* The head of an item: a word, or several up to the first option, or (T_NONE) that there is an item
   at all. */
static bool head_read(reader *rd, node *item, const words *w, size_t *i)
{
    const row  *head = row_with(item->block, HEAD);
    words       first = {&w->at[*i], 1};
    const char *value;

    give(rd->m, item, head, rd->variable);
    if (head->type == T_NONE)
        return true;
    while (++*i < w->n && types[head->type].words < 0 && !w->at[*i].first &&
           !starts_item(item->block, w->at[*i].s) &&
           (head->type != T_REAL || is_digit(*w->at[*i].s)) &&
           !option_row(rd, item->block, &w->at[*i], &value))
        first.n++;
    return row_read(rd, item, head, &first);
}

/* One item from word i on; returns the word behind it. A bad head still has its options checked,
   but the item is left out. Of a route options may stand before the head, which may be `to A`, and
   where none is needed. */
static size_t item_read(reader *rd, node **end, node *item, const words *w, size_t i)
{
    const row  *head = row_with(item->block, HEAD);
    bool        before = item->block == B_ROUTE || item->block == B_URL, ok = true;
    size_t      from = i;
    const char *value;

    while (i < w->n && (i == from || !w->at[i].first || strays(rd, item->block, &w->at[i]))) {
        const word *at = &w->at[i];

        if (!giver(item, head) &&
            !(before && option_row(rd, item->block, at, &value)))
            ok = head_read(rd, item, w, &i);
        else if (i > from && giver(item, head) && starts_item(item->block, at->s))
            break;
        else
            i += option_read(rd, item, w, i);
    }
    if (!giver(item, head) && !head_is_optional(head))
        ok = wrong(rd, "'%.80s' begins a route without a destination (allowed: %s)", w->at[from].s,
                   head->allowed);
    if (ok)
        *end = item;
    return i;
}

/* The variable that a list or an item of one was read from. */
static const char *item_giver(const node *item)
{
    const row *r = row_with(item->block, HEAD);

    if (!giver(item, r))
        for (r = block_rows(item->block); !giver(item, r);)
            r = row_next(r);
    return giver(item, r);
}

static node *item_numbered(node *list, int32_t number)
{
    while (list && list->number != number)
        list = list->next;
    return list;
}

static bool one_kind(reader *rd, const node *list, int32_t number)
{
    return !list || (list->number < 0) == (number < 0) ||
           wrong(rd, "a list is given in one variable or in numbered ones, not in both (see %s)",
                 item_giver(list));
}

/* The items of one variable: all of a list, or (number >= 0) one. */
static void list_read(reader *rd, node **list, const row *r, const words *w, int32_t number)
{
    node *same = number >= 0 ? item_numbered(*list, number) : NULL;

    if (!one_kind(rd, *list, number))
        return;
    if (same) {
        wrong(rd, "item %d is given twice (see %s)", (int)number, item_giver(same));
        return;
    }
    for (size_t i = 0, items = 0; i < w->n; items++) {
        node *item = item_new(rd, r);

        breathe();
        while (*list)
            list = &(*list)->next;
        if (number >= 0 && items == 1)
            wrong(rd, "'%.80s' begins a second item, but a numbered variable holds one",
                  row_with(r->opens, SECRET) ? "..." : w->at[i].s);
        item->number = number;
        rd->row = r;
        if (r->flags & PLAIN && w->n == 1 && named_find(yes_no, w->at->s) && !is_yes(w->at->s)) {
            bad_word(rd, w->at->s, "is not yes; leave the variable out");
            return;
        }
        if (r->flags & PLAIN && is_yes(w->at[i].s) && (i + 1 == w->n || w->at[i + 1].first)) {
            *list = item;
            i++;
        } else {
            i = item_read(rd, list, item, w, i);
        }
    }
}

// >>env

/* VARIABLE = PREFIX [_NAME] [_PATH] [_FILE]; PATH = KEYWORD | LIST | LIST_<n> | LIST_<n>_PATH.
   Of all ways to read a variable the shortest NAME wins whose rest is a PATH. */

enum { STEPS = 6 };

typedef struct step {
    const row *row;
    int32_t    number;
} step;

typedef struct place {
    uint8_t     block;
    const char *name;                   /* NULL: unnamed */
    size_t      steps;
    step        step[STEPS];
} place;

typedef struct var {
    struct var *next;
    const char *name;                   /* as the grammar has it: VRRP_AUTH_PASS */
    const char *shown;                  /* as the user has it: KEEPALIVED_PASSWORD_FILE */
    const char *value;                  /* no blanks around it */
    bool        env_file;               /* of SIDECAR_ENV_FILE */
    bool        from_file;              /* the value is the path of a file */
    bool        dead;
    place       place;
} var;

static bool ends_in(const char *s, const char *with)
{
    size_t n = strlen(s), m = strlen(with);

    return n > m && strcmp(s + n - m, with) == 0;
}

/* Length of the keyword, in capitals, at the start of a path; 0: not there. */
static size_t key_match(const char *key, const char *path)
{
    size_t n = 0;

    for (; key[n] && key[n] != '|'; n++)
        if (path[n] != (key[n] == '-' ? '_' : upper(key[n])))
            return 0;
    return path[n] == 0 || path[n] == '_' ? n : 0;
}

static const char *number_match(const char *s, int32_t *number)
{
    size_t n = strspn(s, "0123456789");

    *number = (int32_t)strtol(s, NULL, 10);
    return n > 0 && n <= 5 ? s + n : NULL;
}

/* The same of a row: of several spellings the longest, TRACK_SCRIPT before TRACK. */
static size_t row_match(const row *r, const char *path)
{
    size_t most = 0;

    for (const char *key = r->key; key; key = key_next(key)) {
        size_t n = key_match(key, path);

        most = n > most ? n : most;
    }
    return most;
}

static bool path_match(uint8_t b, const char *path, place *p)
{
    for (const row *r = block_rows(b); r && p->steps < STEPS; r = row_next(r)) {
        bool        hidden = r->flags & HEAD || (r->flags & INNER && p->steps == 0);
        size_t      n = hidden ? 0 : row_match(r, path);
        const char *rest = path + n, *number;
        step       *s = &p->step[p->steps];

        if (n == 0)
            continue;
        s->row = r;
        s->number = -1;
        p->steps++;
        if (!*rest)
            return true;
        if (r->type == T_BLOCK && (number = number_match(rest + 1, &s->number)) != NULL &&
            (!*number || (*number == '_' && path_match(r->opens, number + 1, p))))
            return true;
        s->number = -1;
        if (r->type == T_BLOCK && comes_by_option(r) && path_match(r->opens, rest + 1, p))
            return true;
        p->steps--;
    }
    return false;
}

static bool is_name(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_digit(s[i]) && s[i] != '_' && (s[i] < 'A' || s[i] > 'Z'))
            return false;
    return n > 0 && s[0] != '_' && s[n - 1] != '_';
}

/* NAME_PATH, the shortest NAME first; NAME alone, if the block's head has no keyword. */
static bool named_match(arena *a, const char *rest, place *p)
{
    const row *head = row_with(p->block, HEAD);
    size_t     n = 1;

    while (rest[n] && !(rest[n] == '_' && is_name(rest, n) &&
                        path_match(p->block, rest + n + 1, p)))
        n++;
    if (!rest[n]) {
        if (!head || !is_name(rest, n) || ends_in(rest, "_FILE"))
            return false;
        p->step[p->steps].row = head;
        p->step[p->steps++].number = -1;
    }
    p->name = keep(a, rest, n);
    return true;
}

static const char *prefix_match(const char *name, uint8_t *b)
{
    for (*b = 0; *b < BLOCKS; ++*b) {
        const char *env = blocks[*b].env;

        if (env && key_match(env, name))
            return name + strlen(env);
    }
    return NULL;
}

/* global_defs that begin with vrrp_ are written as they are: VRRP_STARTUP_DELAY. */
static bool is_bare(const row *r)
{
    return r->in == B_GLOBAL && begins(r->key, "vrrp_");
}

static bool place_match(arena *a, const char *name, place *p)
{
    const char *rest;

    memset(p, 0, sizeof *p);
    p->block = B_GLOBAL;
    if (path_match(B_GLOBAL, name, p) && is_bare(p->step[0].row))
        return true;
    p->steps = 0;
    rest = prefix_match(name, &p->block);
    if (!rest || !*rest++ || blocks[p->block].later)
        return false;
    if (path_match(p->block, rest, p))
        return !is_bare(p->step[0].row);
    return row_with(p->block, MAKES) && named_match(a, rest, p);
}

/* --- the variables, sorted ------------------------------------------------------------------ */

/* Digits count as numbers: WEB_2 before WEB_10. 0: the same bytes. */
static int natural(const char *a, const char *b)
{
    const char *s = a, *t = b;

    while (*s && *t)
        if (is_digit(*s) && is_digit(*t)) {
            char    *s_end, *t_end;
            uint64_t n = strtoull(s, &s_end, 10), m = strtoull(t, &t_end, 10);

            if (n != m)
                return n < m ? -1 : 1;
            s = s_end, t = t_end;
        } else if (*s++ != *t++) {
            return (unsigned char)s[-1] < (unsigned char)t[-1] ? -1 : 1;
        }
    return *s ? 1 : *t ? -1 : strcmp(a, b);
}

static int by_name(const void *a, const void *b)
{
    const var *u = *(const var *const *)a, *v = *(const var *const *)b;
    int        order = natural(u->name, v->name);

    return order ? order : strcmp(u->shown, v->shown);
}

/* The list in order of names; equal lists make equal models. */
static var *vars_sorted(arena *scratch, var *list)
{
    size_t n = 0, i = 0;
    var  **all;

    for (var *v = list; v; v = v->next)
        n++;
    all = take(scratch, (n + 1) * sizeof *all);
    for (var *v = list; v; v = v->next)
        all[i++] = v;
    qsort(all, n, sizeof *all, by_name);
    for (i = 0; i < n; i++)
        all[i]->next = all[i + 1];
    return all[0];
}

static void var_add(reader *rd, var **list, const char *line, bool env_file)
{
    const char *equals = strchr(line, '=');
    char       *name = keep(rd->scratch, line, strcspn(line, "="));
    uint8_t     b;
    var        *v;

    if (!equals || (!begins(name, "KEEPALIVED_") && !begins(name, "KUBE_APISERVER_") &&
                    !prefix_match(name, &b))) {
        if (env_file)
            remark_add(rd->out, equals ? SAY_WARNING : SAY_ERROR, "SIDECAR_ENV_FILE",
                       equals ? "'%.80s' is no variable of ours" : "'%.80s' is not NAME=VALUE",
                       name);
        return;
    }
    v = take(rd->scratch, sizeof *v);
    v->name = v->shown = name;
    v->value = trimmed(rd->scratch, equals + 1);
    v->env_file = env_file;
    v->dead = begins(name, "KUBE_");    /* KEEPALIVED_KUBE_APISERVER_CHECK looks at it */
    v->next = *list;
    *list = v;
}

static var *var_find(var *list, const char *name)
{
    while (list && strcmp(list->name, name) != 0)
        list = list->next;
    return list;
}

/* --- files ---------------------------------------------------------------------------------- */

/* An empty value is no value. Where a secret was meant, that is not what somebody wanted. */
static void var_empty(reader *rd, var *v)
{
    v->dead = true;
    if (v->place.step[v->place.steps - 1].row->flags & SECRET)
        remark_add(rd->out, SAY_WARNING, v->shown, "empty, which is as good as not set");
}

/* SIDECAR_ENV_FILE: lines NAME=VALUE, comment lines, empty lines. */
static void env_file_read(reader *rd, var **list, const char *path)
{
    char *s, *line;

    rd->variable = "SIDECAR_ENV_FILE";
    s = file_read(rd, path, FILE_HUGE);
    while (s && (line = strsep(&s, "\n")) != NULL) {
        line += strspn(line, " \t");
        if (begins(line, "export "))
            line += 7;
        line[strcspn(line, "\r")] = 0;
        if (begins(line, "SIDECAR_ENV_FILE="))
            wrong(rd, "cannot stand in an env file");
        else if (*line && *line != '#')
            var_add(rd, list, line, true);
    }
}

/* X_FILE is tried only when it is no variable of its own. */
static void var_place(reader *rd, var *v)
{
    bool known = place_match(rd->scratch, v->name, &v->place);

    if (!known && ends_in(v->name, "_FILE")) {
        char *name = keep(rd->scratch, v->name, strlen(v->name) - strlen("_FILE"));

        known = v->from_file = place_match(rd->scratch, name, &v->place);
        v->name = known ? name : v->name;
    }
    if (!known)
        v->place.steps = 0;
}

/* --- what others put into the environment --------------------------------------------------- */

/* Sets are recognised as sets: of a prefix, the first n bytes of name, both SERVICE_HOST and
   SERVICE_PORT, or a PORT with its ADDR. */
static bool is_set(const var *list, const char *name, size_t n)
{
    bool host = false, port = false, url = false, addr = false;

    for (; list; list = list->next) {
        const char *rest = list->name + n, *value = list->value;

        if (strncmp(list->name, name, n) != 0)
            continue;
        host |= strcmp(rest, "_SERVICE_HOST") == 0;
        port |= strcmp(rest, "_SERVICE_PORT") == 0;
        url |= strcmp(rest, "_PORT") == 0 &&
               (begins(value, "tcp://") || begins(value, "udp://") || begins(value, "sctp://"));
        addr |= begins(rest, "_PORT_") && is_digit(rest[6]) &&
                (ends_in(rest, "_TCP_ADDR") || ends_in(rest, "_UDP_ADDR") ||
                 ends_in(rest, "_SCTP_ADDR"));
    }
    return (host && port) || (url && addr);
}

/* One of these is in every set; mostly there is none, and thousands of variables need no look. */
static bool has_set(const var *list)
{
    while (list && !ends_in(list->name, "_SERVICE_HOST") && !ends_in(list->name, "_ADDR"))
        list = list->next;
    return list != NULL;
}

static void injected(reader *rd, var *list)
{
    if (!has_set(list))
        return;
    for (var *v = list; v; v = v->next)
        for (const char *s = v->name; !v->dead && (s = strchr(s, '_')) != NULL;) {
            size_t n = (size_t)(s++ - v->name);

            v->dead = (strcmp(s, "SERVICE_HOST") == 0 || key_match("SERVICE_PORT", s) ||
                       key_match("PORT", s)) && is_set(list, v->name, n);
            if (v->dead)
                remark_add(rd->out, SAY_DEBUG, v->shown, "put there by Kubernetes or a container"
                           " link, ignored");
        }
}

/* --- KEEPALIVED_* --------------------------------------------------------------------------- */

/* NAME, NAME_FILE and of lists NAME_<n>; *rest is what follows the name. */
static const alias *alias_of(const char *name, const char **rest)
{
    for (size_t i = 0; i < ALIASES; i++) {
        const row  *r = row_of(B_INSTANCE, aliases[i].key);
        size_t      n = key_match(aliases[i].name, name);
        const char *s = name + n;
        int32_t     number;

        *rest = s;
        if (n && *s && is_digit(s[1]) && (r->type == T_BLOCK || r->flags & REFUSED))
            s = number_match(s + 1, &number);
        if (n && s && (!*s || strcmp(s, "_FILE") == 0)) {
            *rest = r->flags & REFUSED ? s : *rest;
            return &aliases[i];
        }
    }
    return NULL;
}

/* "#PYTHON2BASH:['a', 'b']", "['a', 'b']" and "- a\n- b" as "a, b". */
static const char *plain_list(arena *a, const char *value)
{
    char *s = keep(a, value, strlen(value));
    bool  line = true, brackets = strchr(value, '[') != NULL;

    s += begins(s, "#PYTHON2BASH:") ? 13 : 0;
    for (char *c = s; *c; c++) {
        bool dash = line && *c == '-' && is_blank(c[1]);

        line = *c == '\n' || (line && is_blank(*c));
        if (dash || (brackets && strchr("[]'\"", *c)))
            *c = ' ';
    }
    return s;
}

static void alias_unknown(reader *rd, const char *name)
{
    nearest best = nearest_to(name, strlen("KEEPALIVED_"));

    for (size_t i = 0; i < ALIASES; i++)
        nearest_try(&best, print(rd->scratch, "KEEPALIVED_%s", aliases[i].name));
    remark_add(rd->out, SAY_WARNING, name, "not known, ignored%s",
               did_you_mean(rd->scratch, &best));
}

/* As it was given, whatever became of it; else empty. */
static const char *value_of(const var *list, const char *shown)
{
    while (list && strcmp(list->shown, shown) != 0)
        list = list->next;
    return list ? list->value : "";
}

/* One more variable, as if it had been given. */
static void var_insert(reader *rd, var *after, const char *name, const char *shown,
                       const char *value)
{
    var *v = take(rd->scratch, sizeof *v);

    v->name = name;
    v->shown = shown;
    v->value = value;
    v->next = after->next;
    after->next = v;
}

/* The image's check of a Kubernetes API server: any answer to https is good, or a connection. */
static void alias_kube(reader *rd, var *v, var *list)
{
    static const struct { const char *theirs, *ours, *preset; } parts[] = {
        {"KUBE_APISERVER_CHK_INTERVAL", "CHECK_KUBE_APISERVER_INTERVAL", "3"},
        {"KUBE_APISERVER_CHK_FALL", "CHECK_KUBE_APISERVER_FALL", "10"},
        {"KUBE_APISERVER_CHK_RISE", "CHECK_KUBE_APISERVER_RISE", "2"},
        {"KUBE_APISERVER_CHK_WEIGHT", "CHECK_KUBE_APISERVER_WEIGHT", "-50"},
    };
    const char *host = value_of(list, "KUBE_APISERVER_ADDRESS");
    const char *port = value_of(list, "KUBE_APISERVER_PORT");

    if (!*host) {
        wrong(rd, "KUBE_APISERVER_ADDRESS is not set: the address to check");
        v->dead = true;
        return;
    }
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const char *value = value_of(list, parts[i].theirs);

        var_insert(rd, v, parts[i].ours, parts[i].theirs, *value ? value : parts[i].preset);
    }
    if (HAS_TLS) {
        var_insert(rd, v, "CHECK_KUBE_APISERVER_STATUS_CODE", v->shown, "100-599");
        var_insert(rd, v, "CHECK_KUBE_APISERVER_TLS_VERIFY", v->shown, "no");
    }
    var_insert(rd, v, "CHECK_KUBE_APISERVER", "KUBE_APISERVER_ADDRESS",
               print(rd->scratch, "%s://%s:%s", HAS_TLS ? "https" : "tcp", host,
                     is_digit(*port) ? port : "6443"));
    v->value = "KUBE_APISERVER";
}

/* Scripts and ports of the images as something to track. */
static void alias_check(reader *rd, var *v, const char *name, var *list)
{
    const char *port = value_of(list, "KEEPALIVED_CHECK_PORT"), *s = v->value;
    const char *host = value_of(list, "KEEPALIVED_CHECK_IP");
    bool        script = *value_of(list, "KEEPALIVED_CHECK_SCRIPT") != 0;
    text        t = {rd->scratch, NULL, 0, 0};

    rd->variable = v->shown;
    v->dead = !*s || strcmp(name, "CHECK_IP") == 0;
    if (strcmp(name, "CHECK_INTERVAL") == 0) {
        v->name = name;                 /* the default of all checks */
        return;
    }
    if (strcmp(name, "KUBE_APISERVER_CHECK") == 0) {
        v->dead = strchr("fFnN0", *s) != NULL;
        if (!v->dead)
            alias_kube(rd, v, list);
        return;
    }
    if (strcmp(name, "CHECK_IP") == 0 && *s && strcmp(s, "any") != 0 && !*port)
        remark_add(rd->out, SAY_WARNING, v->shown, "has no effect without KEEPALIVED_CHECK_PORT");
    if (strcmp(name, "CHECK_PORT") == 0 && *s && script) {
        remark_add(rd->out, SAY_WARNING, v->shown, "has no effect, since KEEPALIVED_CHECK_SCRIPT"
                   " says what to check");
        v->dead = true;
    }
    if (v->dead)
        return;
    if (strcmp(name, "CHECK_PORT") == 0)
        put(&t, "tcp://%s:%s", *host && strcmp(host, "any") != 0 ? host : "127.0.0.1", s);
    else
        put_word(&t, print(rd->scratch, "%s%s", begins(s, "exec:") || begins(s, "sh:") ? ""
                           : *s == '/' ? "exec:" : "sh:", s), " ,\"'");
    v->value = print(rd->scratch, "%s,", t.s);          /* so that the quotes stay */
}

/* KEEPALIVED_<name>[_<n>][_FILE]; what is unknown is a warning. */
static void alias_read(reader *rd, var *v, var *list)
{
    const char  *rest;
    const alias *a = alias_of(v->shown + strlen("KEEPALIVED_"), &rest);
    const var   *mask = var_find(list, "KEEPALIVED_VIRTUAL_MASK");

    v->dead = !a || (strcmp(a->name, "INTERFACE") == 0 && strcmp(v->value, "auto") == 0);
    if (!a && v != mask)
        alias_unknown(rd, v->shown);
    if (v->dead)
        return;
    v->name = print(rd->scratch, "VRRP_%s%s", capitals(rd->scratch, a->key), rest);
    if (strcmp(a->key, "track") == 0)
        alias_check(rd, v, a->name, list);
    else if (row_of(B_INSTANCE, a->key)->type == T_BLOCK && !ends_in(rest, "_FILE"))
        v->value = plain_list(rd->scratch, v->value);
    if (strcmp(a->name, "VIRTUAL_IP") == 0 && mask && *mask->value &&
        !strchr(v->value, '/'))         /* the image that has the mask apart */
        v->value = print(rd->scratch, "%.*s/%s", (int)strcspn(v->value, " \t\r\n"), v->value,
                         mask->value);
}

/* --- BFD_* ---------------------------------------------------------------------------------- */

/* The value of a session's variable; else empty. */
static const char *bfd_value(reader *rd, const var *list, const char *name, const char *key)
{
    return value_of(list, print(rd->scratch, "BFD_%s_%s", name, key));
}

/* A session whose neighbor is known: the check of that name, with keepalived's defaults. */
static void bfd_head(reader *rd, var *v, var *list, const char *name)
{
    static const char *const presets[][2] = {{"MIN_TX", "10ms"}, {"MIN_RX", "10ms"},
                                             {"MULTIPLIER", "5"}};
    const char *hops = bfd_value(rd, list, name, "MULTIHOP"), *key;
    bool        multihop = *hops && strchr("yYtT1oO", *hops) && strcasecmp(hops, "off") != 0;

    for (size_t i = 0; i < sizeof presets / sizeof *presets; i++) {
        key = presets[i][0];
        if (!*bfd_value(rd, list, name, key) &&
            !*value_of(list, print(rd->scratch, "CHECK_%s_%s", name, key)) &&
            !*value_of(list, print(rd->scratch, "BFD_%s", key)))
            var_insert(rd, v, print(rd->scratch, "CHECK_%s_%s", name, key), v->shown,
                       presets[i][1]);
    }
    v->name = print(rd->scratch, "CHECK_%s", name);
    v->value = print(rd->scratch, strchr(v->value, ':') ? "bfd%s://[%s]" : "bfd%s://%s",
                     multihop ? "+multihop" : "", v->value);
}

/* BFD_<NAME>_<KEYWORD>: keepalived's bfd_instance as the check that it is. Its times are in
   milliseconds. */
static void bfd_read(reader *rd, var *v, var *list)
{
    static const char *const heads[] = {"_NEIGHBOR_IP", "_NEIGHBOUR_IP"};
    static const char *const times[] = {"MIN_TX", "MIN_RX", "IDLE_TX"};
    const char *rest = v->name + strlen("BFD_");
    size_t      n = strlen(v->value);

    for (size_t i = 0; i < 2; i++)
        if (ends_in(rest, heads[i]) && *v->value) {
            bfd_head(rd, v, list, keep(rd->scratch, rest, strlen(rest) - strlen(heads[i])));
            return;
        }
    v->dead = ends_in(rest, "_MULTIHOP") || ends_in(rest, "_VRRP") || ends_in(rest, "_CHECKER");
    for (size_t i = 0; i < 3; i++)
        if ((strcmp(rest, times[i]) == 0 || (ends_in(rest, times[i]) &&
             rest[strlen(rest) - strlen(times[i]) - 1] == '_')) && n > 0 &&
            strspn(v->value, "0123456789.") == n)
            v->value = print(rd->scratch, "%sms", v->value);
    if (place_match(rd->scratch, print(rd->scratch, "CHECK_%s", rest), &v->place) &&
        !(v->place.step[0].row->flags & HEAD))
        v->name = print(rd->scratch, "CHECK_%s", rest);
}

/* --- twice ---------------------------------------------------------------------------------- */

/* Sorted: equal names are neighbours. */
static void doubles(reader *rd, var *list)
{
    for (var *v = list, *w; v; v = v->next) {
        for (w = v->next; w && w->dead; w = w->next)
            ;
        if (v->dead || !w || strcmp(v->name, w->name) != 0)
            continue;
        (w->from_file ? w : v)->dead = true;
        if (strcmp(v->shown, w->shown) == 0)
            remark_add(rd->out, SAY_ERROR, v->shown, v->env_file == w->env_file ? "set twice"
                       : "set in the environment and in SIDECAR_ENV_FILE; keep one");
        else if (v->from_file || w->from_file)
            remark_add(rd->out, SAY_ERROR, w->shown, "%s and %s are both set; keep one", v->shown,
                       w->shown);
        else if (strcmp(v->value, w->value) != 0)
            remark_add(rd->out, SAY_ERROR, v->shown, "differs from %s, which is the same setting;"
                       " keep one", w->shown);
    }
}

/* --- names ---------------------------------------------------------------------------------- */

/* Names of blocks fold: in a reference capitals stand for all, and _ for every other character. */
static bool same_name(const char *reference, const char *name)
{
    for (; *reference && *name; reference++, name++) {
        char c = upper(*reference);

        if (*name != (is_name(&c, 1) ? c : '_'))
            return false;
    }
    return *reference == *name;
}

static node *node_find(node *list, const char *name)
{
    while (list && !same_name(name, list->name))
        list = list->next;
    return list;
}

static node **blocks_of(model *m, uint8_t b)
{
    return b == B_GROUP   ? (node **)(void *)&m->groups
           : b == B_CHECK ? (node **)(void *)&m->probes
           : b == B_IPVS  ? (node **)(void *)&m->virtuals
           : b == B_IPVS_GROUP ? (node **)(void *)&m->vs_groups : (node **)(void *)&m->instances;
}

/* The blocks whose heads are set, ordered by NAME. There may be thousands, and most of them come
   behind the one before. */
static void blocks_make(reader *rd, const var *list)
{
    node *last[BLOCKS] = {NULL};
    bool  unnamed = false;

    for (const var *v = list; v; v = v->next) {
        const place *p = &v->place;
        node       **at = blocks_of(rd->m, p->block), *n = last[p->block];
        int          order = -1;

        breathe();
        if (v->dead || !p->steps || !(p->step[0].row->flags & MAKES))
            continue;
        unnamed |= p->block == B_INSTANCE;
        if (p->name && n && natural(n->name, p->name) < 0)
            at = &n->next;
        while (p->name && *at && (order = natural((*at)->name, p->name)) < 0)
            at = &(*at)->next;
        if (!p->name || order == 0)
            continue;
        n = node_new(rd, p->block, keep(&rd->m->a, p->name, strlen(p->name)));
        n->next = *at;
        *at = n;
        last[p->block] = n;
    }
    rd->m->unnamed = unnamed && !rd->m->instances;
    if (rd->m->unnamed)
        *blocks_of(rd->m, B_INSTANCE) = node_new(rd, B_INSTANCE, "VI_1");
}

/* --- suggestions ---------------------------------------------------------------------------- */

/* PREFIX[_NAME]_KEYWORD, or a global's own spelling. */
static char *variable_by(arena *a, const char *name, const row *r, const char *key)
{
    bool head = r->flags & HEAD;

    if (is_bare(r))
        return key_capitals(a, key);
    return print(a, "%s%s%s%s%s", blocks[r->in].env, *name ? "_" : "", name, head ? "" : "_",
                 head ? "" : key_capitals(a, key));
}

static char *variable(arena *a, const char *name, const row *r)
{
    return variable_by(a, name, r, r->key);
}

/* All variables of a block, with this name or none. */
static void suggest(reader *rd, nearest *best, uint8_t b, const char *name)
{
    for (const row *r = block_rows(b); r; r = row_next(r))
        for (const char *key = r->key; key; key = key_next(key))
            if (!(r->flags & (HEAD | REFUSED | INERT | INNER)))
                nearest_try(best, variable_by(rd->scratch, name, r, key));
}

/* The longest of these names that s ends in, if it is longer than found. */
static const alias *alias_at_end(const char *s, const alias *a, size_t n, const alias *found)
{
    for (; n > 0; a++, n--)
        if (ends_in(s, a->name) && s[strlen(s) - strlen(a->name) - 1] == '_' &&
            (!found || strlen(a->name) > strlen(found->name)))
            found = a;
    return found;
}

/* Words that are no keyword but say which one is meant: VRRP_VIP, VRRP_WEB_PASSWORD. */
static void hint_try(reader *rd, nearest *best)
{
    const alias *a = alias_at_end(best->to, hints, HINTS, NULL);

    a = alias_at_end(best->to, aliases, ALIASES, a);
    if (a && !(row_of(B_INSTANCE, a->key)->flags & REFUSED))
        best->name = print(rd->scratch, "%.*s%s", (int)(strlen(best->to) - strlen(a->name)),
                           best->to, capitals(rd->scratch, a->key));
}

/* The keyword of global_defs, or of all virtual routers, under the other one's prefix. */
static bool elsewhere(reader *rd, nearest *best, const char *env, const char *rest)
{
    char *name = print(rd->scratch, "%s_%s", env, rest);
    place p;

    if (!place_match(rd->scratch, name, &p) || p.name || p.step[0].row->flags & REFUSED)
        return false;
    best->name = name;
    return true;
}

/* A block of keepalived's with a name behind it, which is no prefix here: VRRP_SCRIPT_CHK. */
static const row *their_block(const char *name)
{
    for (const row *r = block_rows(B_GLOBAL); r; r = row_next(r))
        if (r->flags & REFUSED && is_bare(r) && row_match(r, name))
            return r;
    return NULL;
}

/* The nearest variable to a name under prefix b; rest: behind the prefix. */
static nearest nearest_variable(reader *rd, uint8_t b, const char *name, const char *rest)
{
    nearest best = nearest_to(name, (size_t)(rest - name));
    char   *loud = capitals(rd->scratch, name);
    place   p;

    if (strcmp(loud, name) != 0 && place_match(rd->scratch, loud, &p)) {
        best.name = loud;
        return best;
    }
    if (b == B_GLOBAL && place_match(rd->scratch, rest, &p)) {
        best.name = rest;
        return best;
    }
    if (b == B_GLOBAL && elsewhere(rd, &best, "VRRP", rest))
        return best;
    for (size_t i = 0; b == B_INSTANCE && i < HINTS; i++)
        if (strcmp(hints[i].name, rest) == 0) {
            best.name = print(rd->scratch, "VRRP_%s", capitals(rd->scratch, hints[i].key));
            return best;
        }
    suggest(rd, &best, b, "");
    suggest(rd, &best, B_GLOBAL, "");
    for (const node *n = *blocks_of(rd->m, b); n && b != B_GLOBAL; n = n->next)
        if (begins(rest, n->name))
            suggest(rd, &best, b, n->name);
    if (b == B_INSTANCE && (!best.name || best.distance > 2))
        hint_try(rd, &best);
    if (b == B_INSTANCE && !best.name)
        elsewhere(rd, &best, "SIDECAR", rest);
    return best;
}

static void unknown(reader *rd, const char *name)
{
    uint8_t     b;
    const char *rest = prefix_match(name, &b), *file = "";
    nearest     best;

    if (!*rest || blocks[b].later) {
        wrong(rd, "%s", *rest ? blocks[b].later : b == B_GROUP ? IS_GROUP
              : "a prefix, not a variable; see --help");
        return;
    }
    best = nearest_variable(rd, b, name, rest + 1);
    if (!best.name && ends_in(name, "_FILE")) {
        best = nearest_variable(rd, b, keep(rd->scratch, name, strlen(name) - 5), rest + 1);
        file = "_FILE";
    }
    if (best.name)
        best.name = print(rd->scratch, "%s%s", best.name, file);
    if (!best.name && their_block(name))
        wrong(rd, "%s", their_block(name)->help);
    else
        wrong(rd, "unknown variable%s", did_you_mean(rd->scratch, &best));
}

/* Options of a name that nothing brings into being: the name is wrong, or it is none. */
static void headless(reader *rd, const var *v)
{
    const place *p = &v->place;
    const char  *env = blocks[p->block].env, *rest = v->name + strlen(env) + strlen(p->name) + 1;
    nearest      names = nearest_to(p->name, 0), best = nearest_to(v->name, 0);

    for (const node *n = *blocks_of(rd->m, p->block); n; n = n->next)
        nearest_try(&names, n->name);
    best.most = names.name ? names.distance : 2;
    suggest(rd, &best, p->block, "");
    if (!best.name && names.name)
        best.name = print(rd->scratch, "%s_%s%s", env, names.name, rest);
    if (strcmp(p->name, "AUTHENTICATION") == 0 || ends_in(p->name, "_AUTHENTICATION"))
        best.name = print(rd->scratch, "%.*s%s", (int)(rest - v->name) - 15, v->name, rest);
    if (p->block == B_CHECK && strcmp(p->step[0].row->key, "url") == 0) {
        wrong(rd, "the URL of a check is its variable without a keyword: %s",
              variable(rd->scratch, p->name, row_with(B_CHECK, HEAD)));
        return;
    }
    if (their_block(v->name)) {
        wrong(rd, "%s", their_block(v->name)->help);
        return;
    }
    if (begins(v->shown, "BFD_"))
        wrong(rd, "there is no BFD_%s_NEIGHBOR_IP", p->name);
    else
        wrong(rd, "there is no %.100s%s",
              variable(rd->scratch, p->name, row_with(p->block, MAKES)),
              did_you_mean(rd->scratch, &best));
}

/* --- values --------------------------------------------------------------------------------- */

/* Where the value of a variable goes: NULL and an error if there is no such block. */
static node *target(reader *rd, const var *v)
{
    const place *p = &v->place;
    const char  *env = blocks[p->block].env;
    model       *m = rd->m;
    node        *n = NULL;

    if (p->block == B_GLOBAL)
        return &m->global.n;
    if (p->name) {
        n = rd->last;                   /* sorted: mostly the same again */
        if (!n || n->block != p->block || !same_name(p->name, n->name))
            n = node_find(*blocks_of(m, p->block), p->name);
        if (!n)
            headless(rd, v);
        rd->last = n;
    } else if (p->step[0].row->flags & (INHERIT | REFUSED | INERT)) {
        n = p->block == B_CHECK ? &m->check_preset.n
            : p->block == B_IPVS ? &m->vs_preset.n : &m->preset.n;
    } else if (m->unnamed && p->block == B_INSTANCE) {
        n = &m->instances->n;
    } else if (!m->instances && p->block == B_INSTANCE) {
        wrong(rd, "there is no VRRP_VIRTUAL_IPADDRESS");
    } else {
        wrong(rd, "belongs to one of several; name it: %s_<NAME>%s", env, v->name + strlen(env));
    }
    return n;
}

/* Quotes around a whole value: an env file's, unless what is in them is one command to be tracked,
   with its arguments. */
static const char *value_bare(reader *rd, const row *r, const char *value)
{
    const char *inner = unquote(rd->scratch, value), *option;
    words       w;

    if (inner == value || r->type != T_BLOCK || r->opens != B_WATCH ||
        !(begins(inner, "exec:") || begins(inner, "sh:")) || !split(rd->scratch, inner, true, &w))
        return inner;
    for (size_t i = 1; i < w.n; i++)
        if (w.at[i].first || option_row(rd, B_WATCH, &w.at[i], &option))
            return inner;
    return value;
}

/* "-20 reverse", as in keepalived's blocks. */
static void weight_split(reader *rd, node *n, const row *r, words *w)
{
    const row *reverse = r->type == T_WEIGHT ? row_of(r->in, "reverse") : NULL;

    if (!reverse || w->n != 2 || strcmp(w->at[1].s, "reverse") != 0)
        return;
    w->n = 1;
    if (giver(n, reverse))
        wrong(rd, "%s sets the same; keep one", giver(n, reverse));
    give(rd->m, n, reverse, rd->variable);
    *(bool *)place_of(n, reverse) = true;
}

static void several_words(reader *rd, const row *r, const char *value)
{
    const char *shown = r->flags & SECRET ? "" : print(rd->scratch, "'%.60s' is ", value);

    wrong(rd, "%smore than one word%s (allowed: %s)", shown, types[r->type].flaw ||
          r->type == T_WEIGHT ? "" : "; a value with blanks needs quotes", r->allowed);
}

static void value_read(reader *rd, node *n, const step *s, var *v)
{
    const row  *r = s->row;
    const char *value = v->value;
    bool        several = types[r->type].words < 0;
    word        one = {value, true, true};
    words       w, whole = {&one, 1};

    if (r->type != T_BLOCK && r->type != T_NONE && giver(n, r)) {
        wrong(rd, "%s sets the same; keep one", giver(n, r));
        return;
    }
    give(rd->m, n, r, rd->variable);
    if (r->flags & NEEDS_TLS && !HAS_TLS) {
        wrong(rd, "%s", NO_TLS);
        return;
    }
    if (v->from_file && !(value = file_read(rd, value, FILE_MOST)))
        return;
    v->value = value;
    if (several || is_whole(r))
        value = value_bare(rd, r, value);
    one.s = value;
    if (v->from_file && !*value)
        wrong(rd, "the file is empty");
    else if (is_whole(r))
        row_read(rd, n, r, &whole);
    else if (!split(rd->scratch, value, several, &w))
        wrong(rd, "a quote is not closed; one that belongs to the value stands in quotes of the"
              " other kind: \"it's\"");
    else if (w.n == 0)
        wrong(rd, "there is nothing in it (allowed: %s)", r->allowed);
    else if (r->type == T_BLOCK)
        list_read(rd, place_of(n, r), r, &w, s->number);
    else if (weight_split(rd, n, r, &w), !several && types[r->type].read &&
             w.n > value_words(rd, r, w.at, w.n))
        several_words(rd, r, value);
    else
        row_read(rd, n, r, &w);
}

/* LIST_<n>_PATH, LIST_PATH: down to the item. One that needs no head comes into being by any
   option. */
static node *item_enter(reader *rd, node *n, const step *s)
{
    node **list = place_of(n, s->row), *item = item_numbered(*list, s->number);

    if (item)
        return item;
    if (!comes_by_option(s->row)) {
        wrong(rd, "there is no item %d of that list%s%s", (int)s->number,
              *list ? "; see " : "", *list ? item_giver(*list) : "");
        return NULL;
    }
    if (!one_kind(rd, *list, s->number))
        return NULL;
    give(rd->m, n, s->row, rd->variable);
    item = *list_end(list) = item_new(rd, s->row);
    item->number = s->number;
    return item;
}

/* The nearest variable behind known, which stands for a block or an item of it: a keyword, one of a
   list that is in name already, IPVS_WEB_REAL_SERVER_2_WEIGTH, or of one that is not. */
static const char *suggest_in(reader *rd, uint8_t b, const char *known, const char *name)
{
    size_t      n = strlen(known) + 1;
    nearest     best = nearest_to(name, n);
    const char *inner = NULL, *lost = NULL;

    for (const row *r = block_rows(b); r && !inner; r = row_next(r)) {
        const char *next = NULL;

        if (r->flags & (HEAD | REFUSED | INERT))
            continue;
        for (const char *key = r->key; key; key = key_next(key)) {
            next = print(rd->scratch, "%s_%s", known, key_capitals(rd->scratch, key));
            nearest_try(&best, next);
        }
        if (r->type == T_BLOCK && !lost && row_of(r->opens, name + n))
            lost = print(rd->scratch, "%s%s_%s", next, comes_by_option(r) ? "" : "_<n>", name + n);
        if (r->type == T_BLOCK && begins(name, next)) {
            next = keep(rd->scratch, name, strlen(next) + strspn(name + strlen(next),
                                                                 "_0123456789"));
            if (ends_in(next, "_"))
                inner = suggest_in(rd, r->opens, keep(rd->scratch, next, strlen(next) - 1), name);
        }
    }
    return inner ? inner : lost ? lost : best.name;
}

/* IPVS_WEB_LB_KND=DR reads as the head of a virtual server WEB_LB_KND, and CHECK_A_INTERVL=3 as a
   check: what is no such head may be an option. NULL: of none; of: whose it looks like. */
static const char *option_meant(reader *rd, uint8_t b, const char *name, const char **of)
{
    char       *shown = variable(rd->scratch, name, row_with(b, HEAD));
    nearest     best = nearest_to(shown, strlen(blocks[b].env));
    const char *inner = NULL;

    suggest(rd, &best, b, "");
    for (const node *n = *blocks_of(rd->m, b); n; n = n->next)
        if (begins(name, n->name) && name[strlen(n->name)] == '_') {
            *of = variable(rd->scratch, n->name, row_with(b, HEAD));
            inner = suggest_in(rd, b, *of, shown);
        }
    return inner ? inner : best.name;
}

/* A head that is wrong, where an option was meant: that is what is said then, unless the value is
   that of a head. */
static void head_meant(reader *rd, const var *v, const report *before)
{
    const char *of = NULL, *meant = option_meant(rd, v->place.block, v->place.name, &of);
    const char *gap = strstr(v->value, "://");
    bool        is_head = gap && gap[3] && !strchr("/:", gap[3]);

    if (!meant && !of)
        return;
    if (!is_head) {
        rd->out->first = before->first;
        rd->out->last = before->last;
        rd->out->errors = before->errors;
        if (before->last)
            before->last->next = NULL;
    }
    if (meant)
        wrong(rd, is_head ? "did you mean %s?" : "unknown variable, did you mean %s?", meant);
    else if (!is_head)
        wrong(rd, "unknown variable, no option of %s", of);
}

static void var_apply(reader *rd, var *v)
{
    const step *s = v->place.step, *last = s + v->place.steps - 1;
    report      before = *rd->out;
    node       *n = target(rd, v);

    for (; n && s < last; s++)
        n = item_enter(rd, n, s);
    if (n)
        value_read(rd, n, s, v);
    if (n && rd->out->errors > before.errors && s->row->flags & MAKES && s->row->flags & HEAD &&
        v->place.name)
        head_meant(rd, v, &before);
}

/* --- all together --------------------------------------------------------------------------- */

/* All variables, and where each belongs. */
static var *vars_collect(reader *rd, char *const *env)
{
    var  *list = NULL, *file;
    words w;

    for (; *env; env++)
        var_add(rd, &list, *env, false);
    file = var_find(list, "SIDECAR_ENV_FILE");
    if (file && split(rd->scratch, file->value, false, &w) && w.n == 1)
        env_file_read(rd, &list, w.at->s);
    injected(rd, list);
    for (var *v = list; v; v = v->next) {
        if (!v->dead && begins(v->name, "KEEPALIVED_"))
            alias_read(rd, v, list);
        else if (!v->dead && begins(v->name, "BFD_"))
            bfd_read(rd, v, list);
        if (!v->dead)
            var_place(rd, v);
        if (!v->dead && v->place.steps && !*v->value)
            var_empty(rd, v);
    }
    list = vars_sorted(rd->scratch, list);
    doubles(rd, list);
    return list;
}

static void vars_apply(reader *rd, var *list, bool globals_)
{
    for (var *v = list; v; v = v->next) {
        if (v->dead || (v->place.block == B_GLOBAL) != globals_)
            continue;
        breathe();
        rd->variable = keep(&rd->m->a, v->shown, strlen(v->shown));     /* it stays in the model */
        if (v->place.steps == 0)
            unknown(rd, v->name);
        else
            var_apply(rd, v);
    }
}

/* What puts addresses, routes and rules into the kernel: virtual routers and what is static,
   without secrets, and without what they track. */
static bool is_willed(const var *v)
{
    const row *r = v->place.step[0].row;

    if (v->dead || !v->place.steps || (v->place.block != B_INSTANCE && v->place.block != B_GLOBAL))
        return false;
    if (r->type == T_BLOCK && (r->opens == B_WATCH || row_with(r->opens, SECRET)))
        return false;
    return !(r->flags & SECRET) && strcmp(r->key, "env_file") != 0;
}

/* What it takes to find that there again, as an environment: NAME=VALUE and a zero each, and one
   more at the end. */
static void vars_will(model *m, const var *list)
{
    char *to;

    for (const var *v = list; v; v = v->next)
        m->n_said += is_willed(v) ? strlen(v->name) + strlen(v->value) + 2 : 0;
    to = m->said = take(&m->will, ++m->n_said);
    for (const var *v = list; v; v = v->next)
        if (is_willed(v)) {
            to = stpcpy(to, v->name);
            *to++ = '=';
            to = stpcpy(to, v->value) + 1;
        }
}

// >>resolve

/* Names become addresses as in a libc, only that nobody waits: first /etc/hosts, then the servers
   of /etc/resolv.conf with its search list. This half is pure; >>lookup reads and asks.

       lookup_begin(k, r)               the first question, if there is one
       lookup_next(k, r, result)        another one after that answer?
       lookup_end(k, result)            what came of it all
       lookup_take(k, ips, n, now)      the new answer: did something change?

   An answer stays until another one comes: no failure, and no "there is no such name", takes it
   away. */

enum { RESOLVE_SERVERS = 3, RESOLVE_MOST = 4096 };
enum { RESOLVE_PEERS = 64, RESOLVE_LIKELY = 8 };    /* of one name: at most, and as a guess */
#define RESOLVE_GONE (3600 * VRRP_SECOND)           /* so long an address stays known as gone */

/* How a question ended. */
enum { LOOKUP_FOUND, LOOKUP_NOTHING, LOOKUP_FAILED, LOOKUP_SILENCE };

typedef struct name_server {
    check_address a;
    char          zone[16];             /* fe80::1%eth0 */
} name_server;

/* /etc/resolv.conf */
typedef struct resolver {
    name_server servers[RESOLVE_SERVERS];
    unsigned    n_servers, ndots, timeout, attempts;
    char        search[1024];           /* each with its NUL, an empty one behind the last */
} resolver;

typedef struct known_ip {
    vrrp_ip  ip;
    uint64_t gone;                      /* since when it is in no answer; 0: it is */
} known_ip;

/* A name and what it stands for, in one family. */
typedef struct lookup {
    struct lookup *next;
    known_ip *at;                       /* n of the newest answer, sorted; then those gone lately */
    uint32_t  n, n_all;
    uint8_t   family;
    bool      tried;                    /* there was a result, good or bad */
    bool      used;                     /* the configuration has it */
    bool      failing;                  /* and that was said */
    bool      plain, tcp;               /* how to ask */
    bool      heard, unsure;            /* a server said something; some question has no answer */
    unsigned  candidate, from;          /* of the search list: now, and of the last answer */
    unsigned  server, tries;
    uint64_t  due, wait;
    struct question *asked;             /* under way */
    char      name[];
} lookup;

static lookup *lookup_find(lookup *k, const char *name, uint8_t family)
{
    while (k && (k->family != family || strcasecmp(k->name, name) != 0))
        k = k->next;
    return k;
}

/* One line for -t, and for the log of the start. */
static void name_remark(report *out, const char *by, const char *name)
{
    if (name)
        remark_add(out, SAY_INFO, by, "%s is a name, to be looked up while sidecar runs", name);
}

/* --- files ------------------------------------------------------------------------------------ */

static void server_read(resolver *r, const char *s)
{
    size_t       size = strcspn(s, "%"), zone = s[size] ? strlen(s + size + 1) : 0;
    name_server *to = &r->servers[r->n_servers];

    if (r->n_servers == RESOLVE_SERVERS || zone >= sizeof to->zone ||
        !check_address_read(s, size, &to->a))
        return;
    if (zone)
        memcpy(to->zone, s + size + 1, zone + 1);
    r->n_servers++;
}

/* The last line counts. */
static void search_read(resolver *r, char *line, bool one)
{
    size_t n = 0;

    memset(r->search, 0, sizeof r->search);
    for (const char *s; (s = line_word(&line)) != NULL && !(one && n);) {
        size_t size = strlen(s);

        if (size > 1 && s[size - 1] == '.')
            size--;
        if (n + size + 2 > sizeof r->search)
            return;
        memcpy(r->search + n, s, size);
        n += size + 1;
    }
}

static void option_take(const char *s, const char *key, unsigned most, unsigned *to)
{
    size_t   size = strlen(key);
    uint64_t v;

    if (strncmp(s, key, size) == 0 && s[size] == ':' && read_number(s + size + 1, &v))
        *to = v < most ? (unsigned)v : most;
}

/* Is changed by reading. What is not understood is left out, as every libc does. */
static void resolver_read(resolver *r, char *file)
{
    char *line, *s;

    memset(r, 0, sizeof *r);
    r->ndots = 1;
    r->timeout = 2;
    r->attempts = 2;
    while ((line = text_line(&file, "#;")) != NULL) {
        s = line_word(&line);
        if (s && strcmp(s, "nameserver") == 0 && (s = line_word(&line)) != NULL)
            server_read(r, s);
        else if (s && (strcmp(s, "search") == 0 || strcmp(s, "domain") == 0))
            search_read(r, line, *s == 'd');
        else if (s && strcmp(s, "options") == 0)
            while ((s = line_word(&line)) != NULL) {
                option_take(s, "ndots", 15, &r->ndots);
                option_take(s, "timeout", 30, &r->timeout);
                option_take(s, "attempts", 5, &r->attempts);
            }
    }
    r->timeout += !r->timeout;
    r->attempts += !r->attempts;
    if (!r->n_servers)                  /* as everywhere: this machine's */
        server_read(r, "127.0.0.1");
}

/* Addresses of a name in /etc/hosts, at most cap. Is not changed. */
static uint32_t hosts_find(const char *file, const char *name, uint8_t family, vrrp_ip *out,
                           uint32_t cap)
{
    size_t   size = strlen(name);
    uint32_t n = 0;

    size -= size && name[size - 1] == '.';
    for (const char *end; *file && n < cap; file = *end ? end + 1 : end) {
        const char   *s = file + strspn(file, " \t\r");
        size_t        w = strcspn(s, " \t\r\n#");
        check_address a;

        end = file + strcspn(file, "\n");
        if (!check_address_read(s, w, &a) || a.family != family)
            continue;
        while (*(s += w) && (s += strspn(s, " \t\r"), w = strcspn(s, " \t\r\n#")) > 0)
            if (w == size && strncasecmp(s, name, size) == 0) {
                memcpy(out[n++].byte, a.ip, sizeof out->byte);
                break;
            }
    }
    return n;
}

/* --- questions -------------------------------------------------------------------------------- */

/* The i-th name to ask for: one with enough dots may be whole, else the search list comes first.
   False: there is no such one. Empty: it would be too long. */
static bool candidate(const resolver *r, const char *name, unsigned i, char out[256])
{
    size_t      size = strlen(name), dots = 0;
    bool        whole = size && name[size - 1] == '.', first;
    const char *domain = r->search;

    for (size_t k = 0; k < size; k++)
        dots += name[k] == '.';
    first = whole || dots >= r->ndots;
    if (whole && i)
        return false;
    if (first && i == 0) {
        domain = "";
    } else {
        for (i -= first; i && *domain; i--)
            domain += strlen(domain) + 1;
        if (!*domain && (first || i))
            return false;
    }
    if (strcmp(domain, ".") == 0)
        domain = "";
    *out = 0;
    if (size + strlen(domain) < 253)
        snprintf(out, 256, "%s%s%.*s", name, *domain ? "." : "", 253, domain);
    return true;
}

/* From candidate on the first that can be asked for. */
static bool lookup_candidate(lookup *k, const resolver *r)
{
    char name[256];
    bool is;

    k->tries = 0;
    k->heard = false;
    while ((is = candidate(r, k->name, k->candidate, name)) && !*name)
        k->candidate++;
    return is;
}

static bool lookup_begin(lookup *k, const resolver *r)
{
    k->candidate = 0;
    k->unsure = k->tcp = k->plain = false;
    k->server %= r->n_servers;          /* the one that answered the last time */
    return lookup_candidate(k, r);
}

/* True: there is another question, or the same one for another server. */
static bool lookup_next(lookup *k, const resolver *r, int result)
{
    k->tcp = k->plain = false;
    if (result == LOOKUP_FOUND)
        return false;
    if (result >= LOOKUP_FAILED) {
        k->heard = k->heard || result == LOOKUP_FAILED;
        k->server = (k->server + 1) % r->n_servers;
        if (++k->tries < r->n_servers * r->attempts)
            return true;
        k->unsure = true;
        if (!k->heard)                  /* they are gone: no other name would be answered */
            return false;
    }
    k->candidate++;
    return lookup_candidate(k, r);
}

/* After the last question. An answer further down the search list is none while it is not known
   whether the name that had the last one is still there. */
static int lookup_end(lookup *k, int result)
{
    if (result == LOOKUP_FOUND && (!k->unsure || !k->n || k->candidate == k->from)) {
        k->from = k->candidate;
        return LOOKUP_FOUND;
    }
    return k->unsure || result == LOOKUP_SILENCE ? LOOKUP_FAILED : result;
}

/* When to ask again after what came of it. */
static uint64_t lookup_wait(lookup *k, int result, uint64_t ttl, uint64_t least, uint64_t most)
{
    if (result == LOOKUP_FOUND)
        k->wait = 0;
    else
        ttl = k->wait = k->wait ? k->wait * 2 : least;
    k->wait = k->wait < most ? k->wait : most;
    return ttl < least ? least : ttl < most ? ttl : most;
}

/* --- answers ---------------------------------------------------------------------------------- */

static int ip_order(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(vrrp_ip));
}

/* Those that a host can have: sinkholes say 0.0.0.0 or a mapped address, and to connect there is to
   ask ourselves. */
static uint32_t ips_of_hosts(vrrp_ip *ips, uint32_t n, uint8_t family)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    uint32_t             kept = 0;

    for (uint32_t i = 0; i < n; i++) {
        address     a = {ips[i], family};
        const char *flaw = address_flaw(&a);

        if ((!flaw || strstr(flaw, "loopback")) &&
            (family == VRRP_IPV4 || memcmp(ips[i].byte, mapped, sizeof mapped) != 0))
            ips[kept++] = ips[i];
    }
    return kept;
}

/* In order, each once: how many are left. */
static uint32_t ips_sort(vrrp_ip *ips, uint32_t n)
{
    uint32_t kept = 0;

    qsort(ips, n, sizeof *ips, ip_order);
    for (uint32_t i = 0; i < n; i++)
        if (i == 0 || memcmp(&ips[i], &ips[kept - 1], sizeof *ips) != 0)
            ips[kept++] = ips[i];
    return kept;
}

static bool lookup_has(const lookup *k, const void *ip)
{
    return k->n && bsearch(ip, k->at, k->n, sizeof *k->at, ip_order);
}

/* What there was and is not in the answer: gone from now on. The number of them. */
static uint32_t lookup_gone(const lookup *k, const lookup *was, known_ip *to, uint64_t now)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < was->n_all; i++) {
        to[n] = was->at[i];
        if (!to[n].gone)
            to[n].gone = now;
        n += !lookup_has(k, &to[n].ip) && now - to[n].gone < RESOLVE_GONE;
    }
    return n;
}

/* A new answer, sorted. True: other addresses than before. */
static bool lookup_take(lookup *k, const vrrp_ip *ips, uint32_t n, uint64_t now)
{
    lookup was = *k;
    bool   same = n == was.n;
    known_ip *at = malloc(((size_t)n + was.n_all + 1) * sizeof *at);

    if (!at)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        at[i].ip = ips[i];
        at[i].gone = 0;
        same = same && memcmp(&ips[i], &was.at[i].ip, sizeof *ips) == 0;
    }
    k->at = at;
    k->n = n;
    k->n_all = n + lookup_gone(k, &was, at + n, now);
    free(was.at);
    return !same;
}

/* "198.51.100.1, 198.51.100.2", or how many more there are. */
static void put_found(text *t, const lookup *k)
{
    char ip[INET6_ADDRSTRLEN];

    for (uint32_t i = 0; i < k->n && i < 8; i++)
        put(t, "%s%s", i ? ", " : "", inet_ntop(k->family == VRRP_IPV6 ? AF_INET6 : AF_INET,
                                               k->at[i].ip.byte, ip, sizeof ip));
    if (k->n > 8)
        put(t, " and %u more", k->n - 8);
}

/* --- those of a configuration ----------------------------------------------------------------- */

static lookup *lookup_add(lookup **list, const char *name, uint8_t family)
{
    lookup *k = lookup_find(*list, name, family);
    size_t  size = strlen(name) + 1;

    if (!k && (k = calloc(1, sizeof *k + size)) != NULL) {
        memcpy(k->name, name, size);
        k->family = family;
        k->next = *list;
        *list = k;
    }
    if (k)
        k->used = true;
    return k;
}

/* A target of both families is asked for in both. */
static void lookup_probe(lookup **list, const probe *p)
{
    if (p->host && p->d.from.family != CHECK_IPV6)
        lookup_add(list, p->host, VRRP_IPV4);
    if (p->host && p->d.from.family != CHECK_IPV4)
        lookup_add(list, p->host, VRRP_IPV6);
}

/* --- servers by name -------------------------------------------------------------------------- */

/* One of the servers that a name stands for: a copy of what was written, with an address. The one
   that was written stays before it in the list, without. */
typedef struct real_copy {
    real_server r;                      /* first: it is found by it */
    char        label[80];
    struct { watch w; probe p; } uses[];
} real_copy;

/* Its own checks are its own, and go to its address. */
static void real_uses(real_copy *c, const real_server *of)
{
    watch **end = &c->r.uses;
    size_t  n = 0;

    for (const watch *w = of->uses; w; w = watch_next(w), n++) {
        watch *to = &c->uses[n].w;
        probe *p = &c->uses[n].p;

        *to = *w;
        to->n.next = NULL;
        if (w->probe->own) {
            *p = *w->probe;
            p->n.next = NULL;
            p->run = NULL;
            to->probe = p;
        }
        if (w->probe->own && w->probe->at_server) {
            memcpy(p->d.to.ip, c->r.d.to.ip, sizeof p->d.to.ip);
            p->d.to.family = c->r.d.to.family;
        }
        *end = to;
        end = (watch **)(void *)&to->n.next;
    }
    *end = NULL;
}

/* NULL: out of memory. */
static real_server *real_copy_of(const real_server *of, const vrrp_ip *ip, uint8_t family)
{
    char       address_[INET6_ADDRSTRLEN];
    real_copy *c = calloc(1, sizeof *c + list_size(of->uses) * sizeof *c->uses);

    if (!c)
        return NULL;
    c->r = *of;
    c->r.of = of;
    c->r.run = NULL;
    c->r.at.ip.ip = *ip;
    c->r.at.ip.family = c->r.d.to.family = family;
    memcpy(c->r.d.to.ip, ip->byte, sizeof c->r.d.to.ip);
    inet_ntop(family == VRRP_IPV6 ? AF_INET6 : AF_INET, ip->byte, address_, sizeof address_);
    snprintf(c->label, sizeof c->label, family == VRRP_IPV6 ? "[%s]:%u" : "%s:%u", address_,
             c->r.at.port);
    c->r.label = c->label;
    real_uses(c, of);
    return &c->r;
}

static bool is_named(const real_server *r)
{
    return r && !r->of && r->at.host && !r->at.ip.family;
}

/* Takes the copy with this address out of a list. */
static real_server *real_take_copy(real_server **list, const vrrp_ip *ip)
{
    real_server *r;

    while (*list && memcmp(&(*list)->at.ip.ip, ip, sizeof *ip) != 0)
        list = (real_server **)(void *)&(*list)->n.next;
    r = *list;
    if (r)
        *list = real_next(r);
    return r;
}

/* The copies behind a server that is a name become those of the answer; those that are none any
   more go to *gone. True: there are others than before. */
static bool real_expand(real_server *r, const lookup *k, real_server **gone)
{
    real_server *old = NULL, **end = &old, *rest = real_next(r), *last = r;
    bool         changed = false;

    while (rest && rest->of == r) {
        *end = rest;
        end = (real_server **)(void *)&rest->n.next;
        rest = real_next(rest);
        *end = NULL;
    }
    for (uint32_t i = 0; k && i < k->n; i++) {
        real_server *c = real_take_copy(&old, &k->at[i].ip);

        changed = changed || !c;
        if (!c)
            c = real_copy_of(r, &k->at[i].ip, k->family);
        if (!c)
            continue;
        last->n.next = &c->n;
        last = c;
    }
    last->n.next = (node *)(void *)rest;
    changed = changed || old;
    while (*gone)
        gone = (real_server **)(void *)&(*gone)->n.next;
    *gone = old;
    return changed;
}

/* A sorry server is one: it stays while its address is in the answer. */
static bool sorry_aim(real_server *r, const lookup *k)
{
    if (!k || !k->n || (r->d.to.family == k->family && lookup_has(k, r->d.to.ip)))
        return false;
    memcpy(r->d.to.ip, k->at[0].ip.byte, sizeof r->d.to.ip);
    r->d.to.family = k->family;
    return true;
}

/* The servers of the names of v as they are known now. gone: what is to be freed by real_free()
   when nobody needs it any more. */
static bool virtual_expand(const model *m, virtual_server *v, real_server **gone)
{
    uint8_t family = v->service.at.family;
    bool    changed = is_named(v->sorry) &&
                      sorry_aim(v->sorry, lookup_find(m->lookups, v->sorry->at.host, family));

    for (real_server *r = v->reals; r; r = real_next(r))
        if (is_named(r) && real_expand(r, lookup_find(m->lookups, r->at.host, family), gone))
            changed = true;
    return changed;
}

static void real_free(real_server *list)
{
    for (real_server *next; list; list = next) {
        next = real_next(list);
        free(list);
    }
}

/* Those of a whole configuration; the nodes that were written lie in its arena. */
static void copies_free(model *m)
{
    for (virtual_server *v = m->virtuals; v; v = virtual_next(v))
        for (real_server *r = v->reals, *gone = NULL; r; r = real_next(r), gone = NULL)
            if (is_named(r)) {
                real_expand(r, NULL, &gone);
                real_free(gone);
            }
}

/* It waits for its names: nothing is known of one yet, or nothing at all. */
static bool virtual_waits(lookup *known, const virtual_server *v)
{
    bool named_ = false, some = false;

    for (const real_server *r = v->reals; r; r = real_next(r)) {
        const lookup *k = is_named(r) ? lookup_find(known, r->at.host, v->service.at.family) : NULL;

        if (is_named(r) && (!k || !k->tried))
            return true;
        named_ = named_ || is_named(r);
        some = some || r->d.to.family;
    }
    return named_ && !some;
}

static bool virtual_has(const virtual_server *v, const lookup *k)
{
    const real_server *r = v->reals;

    if (v->service.at.family != k->family)
        return false;
    if (is_named(v->sorry) && strcasecmp(v->sorry->at.host, k->name) == 0)
        return true;
    while (r && !(is_named(r) && strcasecmp(r->at.host, k->name) == 0))
        r = real_next(r);
    return r != NULL;
}

/* Marks those that it has, and adds what is not there yet. */
static void model_names(model *m, lookup **list)
{
    for (lookup *k = *list; k; k = k->next)
        k->used = false;
    for (const instance *in = m->instances; in; in = instance_next(in))
        for (const peer *p = in->peers; p; p = peer_next(p))
            if (p->h.name)
                lookup_add(list, p->h.name, in->setup.desc.family);
    for (const probe *p = m->probes; p; p = probe_next(p))
        lookup_probe(list, p);
    for (const virtual_server *v = m->virtuals; v; v = virtual_next(v)) {
        for (const real_server *r = v->reals; r; r = real_next(r))
            if (is_named(r))
                lookup_add(list, r->at.host, v->service.at.family);
        if (is_named(v->sorry))
            lookup_add(list, v->sorry->at.host, v->service.at.family);
    }
    m->lookups = *list;
}

/* The address that a check of a name goes to: the one it has while that is in an answer; else the
   first, and IPv6 only where it is known that there is no IPv4. False: there is none. */
static bool probe_aim(const model *m, const probe *p, check_address *to)
{
    const lookup *four = lookup_find(m->lookups, p->host, VRRP_IPV4);
    const lookup *six = lookup_find(m->lookups, p->host, VRRP_IPV6);
    const lookup *has = to->family == CHECK_IPV4 ? four : to->family == CHECK_IPV6 ? six : NULL;

    if (has && lookup_has(has, to->ip))
        return true;
    has = four && four->n ? four : six && (!four || four->tried) ? six : NULL;
    if (!has || !has->n)
        return to->family != 0;
    memcpy(to->ip, has->at[0].ip.byte, sizeof to->ip);
    to->scope = 0;
    to->family = has->family;
    return true;
}

// >>check

/* Rows fit together: defaults that depend on other rows, contradictions, names that refer to
   blocks, and (a second step, for it changes while we run) what depends on the interfaces. */

typedef struct checker {
    model            *m;
    instance         *in;
    report           *out;
    const vrrp_local *locals;           /* what the kernel has */
    size_t            n_locals;
} checker;

/* The variable that set a row of a block or item, or would set it. */
static const char *origin_of(const checker *c, const node *n, const char *key)
{
    const row  *r = row_of(n->block, key);
    const char *by = giver(n, r);
    bool        unnamed = n->block == B_INSTANCE && c->m->unnamed;

    return by ? by : *n->name ? variable(&c->out->a, unnamed ? "" : n->name, r) : item_giver(n);
}

static const char *origin(const checker *c, const char *key)
{
    return origin_of(c, &c->in->n, key);
}

/* About a setting of a block or item; key NULL: about all of it. */
__attribute__((format(printf, 4, 5)))
static void mistake(const checker *c, const node *n, const char *key, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    remark_list(c->out, SAY_ERROR, key ? origin_of(c, n, key) : item_giver(n), format, args);
    va_end(args);
}

__attribute__((format(printf, 4, 5)))
static void caution(const checker *c, const node *n, const char *key, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    remark_list(c->out, SAY_WARNING, key ? origin_of(c, n, key) : item_giver(n), format, args);
    va_end(args);
}

__attribute__((format(printf, 4, 5)))
static void tell(const checker *c, uint8_t level, const char *key, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    remark_list(c->out, level, origin(c, key), format, args);
    va_end(args);
}

static bool has(const checker *c, const char *key)
{
    return given(&c->in->n, key);
}

/* Rule 15: what every block says itself need not be said for all. */
static void overridden(const checker *c, const node *preset, const node *first, const row *r)
{
    const node *n = first;

    while (n && giver(n, r))
        n = n->next;
    if (first && !n)
        remark_add(c->out, SAY_WARNING, giver(preset, r), "has no effect, since %s %s",
                   giver(first, r), first->next ? "and the others say it for themselves"
                                                 : "says it");
}

/* A check of its own is instead of all that blocks have in common. */
static bool is_check_list(const row *r)
{
    return r->type == T_BLOCK && (r->opens == B_CHECK || r->opens == B_WATCH);
}

static bool has_checks(const node *n)
{
    for (const row *r = block_rows(n->block); r; r = row_next(r))
        if (is_check_list(r) && *(node **)place_of(n, r))
            return true;
    return false;
}

/* A value as if it had been given here. */
static void row_copy(const checker *c, node *to, const row *r, const node *from, const row *as)
{
    memcpy(place_of(to, r), place_of(from, as), types[r->type].size);
    give(c->m, to, r, giver(from, as));
}

/* What unnamed variables say, where the block, one of a list, says nothing itself. */
static void inherit(const checker *c, node *n, const node *from, const node *first)
{
    bool own = has_checks(n);

    for (const row *r = block_rows(n->block); r; r = row_next(r)) {
        if (!(r->flags & INHERIT) || r->flags & ALIAS || !giver(from, r))
            continue;
        if (n == first)
            overridden(c, from, first, r);
        if (!giver(n, r) && !(own && is_check_list(r)))
            row_copy(c, n, r, from, r);
    }
}

/* The block that a name refers to. NULL and an error if there is none; allowed: what a name is. */
static void *refer(const checker *c, const node *by, void *list, const char *name,
                   const char *kind, const char *allowed)
{
    node   *found = node_find(list, name);
    nearest best = nearest_to(name, 0);

    for (const node *n = found ? NULL : list; n; n = n->next)
        nearest_try(&best, n->name);
    if (!found)
        mistake(c, by, NULL, "there is no %s '%.60s'%s%s", kind, name,
                did_you_mean(&c->out->a, &best), allowed);
    return found;
}

/* --- addresses ------------------------------------------------------------------------------ */

static bool same_ip(const vrrp_ip *a, const vrrp_ip *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static bool is_set_ip(const vrrp_ip *ip)
{
    static const vrrp_ip none;

    return !same_ip(ip, &none);
}

static bool is_link_local(const vrrp_ip *ip)
{
    return ip->byte[0] == 0xfe && (ip->byte[1] & 0xc0) == 0x80;
}

static const char *ip_name(uint8_t family)
{
    return family == VRRP_IPV6 ? "IPv6" : "IPv4";
}

/* Options that the other family does not have, and ends of other families. */
static void vip_check(const checker *c, const vip *v)
{
    const vrrp_vip *a = &v->v;
    bool            four = a->family == VRRP_IPV4, brd_auto = v->brd.family == BRD_AUTO;
    const struct { bool found; const char *what; } flaws[] = {
        {!four && (a->label[0] || v->brd.family), "label and brd are for IPv4 addresses"},
        {four && (a->dad || a->home || a->mngtmpaddr),
         "dad, home and mngtmpaddr are for IPv6 addresses"},
        {v->peer.family && v->peer.family != a->family, "peer is an address of the other family"},
        {v->brd.family && !brd_auto && v->brd.family != a->family,
         "brd is an address of the other family"},
        {brd_auto && a->prefix > 30, "brd + needs a subnet, /30 or larger"},
    };

    for (size_t i = 0; i < sizeof flaws / sizeof *flaws; i++)
        if (flaws[i].found)
            mistake(c, &v->n, NULL, "%s: %s", ip_text(&c->out->a, &a->address, a->family),
                    flaws[i].what);
}

/* All addresses of an instance: those of the adverts, then the excluded ones. */
static vip *vip_after(const instance *in, const vip *v)
{
    if (v && (v->n.next || v->v.excluded))
        return vip_next(v);
    return v || !in->vips ? in->excluded : in->vips;
}

static void vip_take(const checker *c, const vip *v, vrrp_vip *to)
{
    vip_check(c, v);
    *to = v->v;
    to->peer = v->peer.ip;
    to->broadcast = v->brd.ip;
    to->broadcast_auto = v->brd.family == BRD_AUTO;
    to->preferred_given = given(&v->n, "preferred_lft");
}

/* The nodes become the array that runs. */
static void vips_take(const checker *c)
{
    instance *in = c->in;
    size_t    n = list_size(in->vips) + list_size(in->excluded), listed = list_size(in->vips);
    vrrp_vip *to;

    for (vip *v = in->excluded; v; v = vip_next(v))
        v->v.excluded = true;
    if (listed > 255)
        tell(c, SAY_WARNING, "virtual_ipaddress", "%zu addresses, but an advert holds 255: the"
             " others are as if they stood in %s", listed,
             origin(c, "virtual_ipaddress_excluded"));
    if (n > UINT16_MAX)
        tell(c, SAY_ERROR, "virtual_ipaddress_excluded", "%zu addresses (allowed: 65535)", n);
    in->setup.desc.addresses = to = take(&c->m->a, (n + 1) * sizeof(vrrp_vip));
    in->setup.desc.n_addresses = (uint16_t)n;
    for (const vip *v = vip_after(in, NULL); v; v = vip_after(in, v), to++) {
        vip_take(c, v, to);
        to->excluded |= to - in->setup.desc.addresses >= 255;
        to->use_vmac |= in->vmac_addr && to->device[0];
    }
}

/* --- routes, rules, and what is static ------------------------------------------------------ */

/* Flaws of one item. */
__attribute__((format(printf, 4, 5)))
static void flawed(const checker *c, bool found, const node *item, const char *format, ...)
{
    text    t = {&c->out->a, NULL, 0, 0};
    va_list args;

    if (!found)
        return;
    if (item->block == B_RULE)
        put(&t, "rule %u", ((const rule *)(const void *)item)->r.preference);
    else
        types[row_with(item->block, HEAD)->type].write(&t, item, row_with(item->block, HEAD));
    put(&t, ": ");
    va_start(args, format);
    text_list(&t, format, args);
    va_end(args);
    mistake(c, item, NULL, "%s", t.s);
}

static uint8_t family_of(uint8_t choice)
{
    return choice == 0 ? 0 : choice == 1 ? VRRP_IPV4 : VRRP_IPV6;
}

static bool other_family(const vrrp_net *net, uint8_t family)
{
    return net->family && net->family != family;
}

/* The next hops, and the family of the first that says one. */
static uint8_t hops_take(const checker *c, const route *from, vrrp_route *to)
{
    size_t    n = list_size(from->hops);
    vrrp_hop *at;
    uint8_t   family = from->r.hop.via.family;

    to->hops = at = take(&c->m->a, (n + 1) * sizeof *at);
    to->n_hops = (uint16_t)n;
    for (const hop *h = from->hops; h; h = hop_next(h), at++) {
        family = family ? family : h->h.via.family;
        *at = h->h;
        flawed(c, !h->h.via.family && !h->h.device[0], &from->n, "nexthop needs via or dev");
    }
    flawed(c, n > 255, &from->n, "%zu next hops (allowed: 255)", n);
    return family;
}

static void encap_take(const checker *c, const route *from, vrrp_encap *to)
{
    const encap *e = from->encaps;

    if (!e)
        return;
    *to = e->e;
    to->type = e->ip ? 2 : e->ip6 ? 4 : 1;      /* LWTUNNEL_ENCAP_* */
    to->flags = (uint16_t)(e->csum | e->key << 2 | e->seq << 3);        /* TUNNEL_* */
    flawed(c, e->ip + e->ip6 + (to->n_labels > 0) != 1 || e->n.next, &from->n,
           "encap needs one of ip, ip6 and mpls");
    flawed(c, e->ip + e->ip6 && other_family(&to->dst, e->ip ? VRRP_IPV4 : VRRP_IPV6), &from->n,
           "the far end of encap is of the other family");
    flawed(c, e->ip + e->ip6 && other_family(&to->src, e->ip ? VRRP_IPV4 : VRRP_IPV6), &from->n,
           "the near end of encap is of the other family");
}

static void route_take(const checker *c, const route *from, vrrp_route *to, uint8_t family)
{
    const vrrp_route *r = &from->r;
    uint8_t           hop_family;
    bool              six, none, idle = r->type > 5;

    *to = *r;
    hop_family = hops_take(c, from, to);
    encap_take(c, from, &to->encap);
    family = from->family ? family_of(from->family) : r->to.family ? r->to.family
             : r->from.family ? r->from.family : r->src.family ? r->src.family
             : hop_family ? hop_family : family;
    six = family == VRRP_IPV6;
    none = !r->hop.via.family && !r->hop.device[0] && !from->hops;
    to->family = family;
    to->order = (uint8_t)(from->order ? from->order - 1 : 0);
    to->scope_given = given(&from->n, "scope");
    flawed(c, other_family(&r->to, family) || other_family(&r->from, family) ||
           other_family(&r->src, family), &from->n, "addresses of both families in one route");
    flawed(c, six && r->hop.via.family == VRRP_IPV4, &from->n,
           "an IPv6 route cannot go by an IPv4 gateway");
    flawed(c, none && !idle, &from->n, "a route needs via, dev or nexthop");
    flawed(c, from->hops && (r->hop.via.family || r->hop.device[0]), &from->n,
           "via and dev stand behind nexthop where there are several");
    flawed(c, idle && !none && !six, &from->n, "a route of this type has no via and no dev");
    flawed(c, !six && (r->from.family || r->pref || r->expires), &from->n,
           "from, pref and expires are for IPv6 routes");
    flawed(c, six && r->tos, &from->n, "tos is for IPv4 routes");
}

static void rule_take(const checker *c, const rule *from, vrrp_rule *to, uint8_t family)
{
    const vrrp_rule *r = &from->r;
    bool             table = given(&from->n, "table"), jump = r->target != 0;

    *to = *r;
    to->family = family = from->family ? family_of(from->family) : r->from.family ? r->from.family
                          : r->to.family ? r->to.family : family;
    to->suppress_prefix_given = given(&from->n, "suppress_prefixlength");
    to->suppress_group_given = given(&from->n, "suppress_ifgroup");
    to->uid_given = given(&from->n, "uidrange");
    if (jump)
        to->action = 2;                 /* FR_ACT_GOTO */
    flawed(c, other_family(&r->from, family) || other_family(&r->to, family), &from->n,
           "addresses of both families in one rule");
    flawed(c, table + jump + r->l3mdev + (r->action > 1) > 1, &from->n,
           "table, goto, l3mdev and a type contradict each other: keep one");
    flawed(c, jump && r->preference && r->target <= r->preference, &from->n,
           "goto %u leads backwards from preference %u", r->target, r->preference);
    if (to->preference)
        return;
    to->preference = c->m->preference--;
    caution(c, &from->n, NULL, "a rule without preference: %u is used; name one, as that changes"
            " with the number of rules", to->preference);
}

/* Routes and rules of an instance, or those that are static. */
static void routing_take(const checker *c, vrrp_setup *s, const route *routes, const rule *rules)
{
    size_t n = list_size(routes), k = list_size(rules);

    s->routes = take(&c->m->a, (n + 1) * sizeof *s->routes);
    s->rules = take(&c->m->a, (k + 1) * sizeof *s->rules);
    s->n_routes = (uint16_t)n;
    s->n_rules = (uint16_t)k;
    if (n > UINT16_MAX || k > UINT16_MAX)
        mistake(c, n > k ? &routes->n : &rules->n, NULL, "more than 65535 routes or rules");
    n = k = 0;
    for (const route *r = routes; r && n < s->n_routes; r = route_next(r))
        route_take(c, r, &s->routes[n++], s->desc.family ? s->desc.family : VRRP_IPV4);
    for (const rule *r = rules; r && k < s->n_rules; r = rule_next(r))
        rule_take(c, r, &s->rules[k++], s->desc.family ? s->desc.family : VRRP_IPV4);
}

static void static_take(const checker *c)
{
    globals  *g = &c->m->global;
    size_t    n = list_size(g->vips);
    vrrp_vip *to;

    g->setup.desc.addresses = to = take(&c->m->a, (n + 1) * sizeof *to);
    g->setup.desc.n_addresses = (uint16_t)n;
    for (const vip *v = g->vips; v; v = vip_next(v)) {
        vip_take(c, v, to++);
        flawed(c, !v->v.device[0], &v->n, "a static address needs dev");
        flawed(c, v->v.use_vmac, &v->n, "a static address has no virtual MAC address");
    }
    if (n > UINT16_MAX)
        mistake(c, &g->vips->n, NULL, "more than 65535 addresses");
    routing_take(c, &g->setup, g->routes, g->rules);
}

static bool has_static(const model *m)
{
    return m->global.vips || m->global.routes || m->global.rules;
}

static void family_check(const checker *c)
{
    instance *in = c->in;
    uint8_t   families[] = {
        in->vips ? in->vips->v.family : 0, in->peers ? in->peers->h.a.family : 0,
        in->unicast_src.family, in->mcast_src.family, in->excluded ? in->excluded->v.family : 0,
        VRRP_IPV4,
    }, *family = families;

    while (!*family)
        family++;
    in->setup.desc.family = *family;
    for (const vip *v = in->vips; v; v = vip_next(v))
        if (v->v.family != *family) {
            mistake(c, &v->n, NULL, "%s: one virtual router has addresses of one family in its"
                    " adverts; put the %s ones into %s, or into a second instance",
                    ip_text(&c->out->a, &v->v.address, v->v.family), ip_name(v->v.family),
                    origin(c, "virtual_ipaddress_excluded"));
            break;
        }
}

/* Where the adverts go that have no peers. */
static void group_choose(const checker *c)
{
    instance      *in = c->in;
    vrrp_desc     *d = &in->setup.desc;
    const globals *g = &c->m->global;
    const address *all = d->family == VRRP_IPV6 ? &g->group6 : &g->group4;
    const address *a = in->mcast_dst.family ? &in->mcast_dst : all;

    d->group_address = a->ip;
    if (in->mcast_dst.family && a->family != d->family)
        tell(c, SAY_ERROR, "mcast_dst_ip", "%s, but the virtual router is %s",
             ip_text(&c->out->a, &a->ip, a->family), ip_name(d->family));
    else if (in->mcast_dst.family && in->peers)
        tell(c, SAY_WARNING, "mcast_dst_ip", "has no effect: %s makes the adverts unicast",
             origin(c, "unicast_peer"));
}

static void sources_check(const checker *c)
{
    instance   *in = c->in;
    bool        unicast = in->unicast_src.family != 0;
    address    *source = unicast ? &in->unicast_src : &in->mcast_src;

    if (source->family && source->family != in->setup.desc.family)
        tell(c, SAY_ERROR, unicast ? "unicast_src_ip" : "mcast_src_ip",
             "%s, but the virtual router is %s", ip_text(&c->out->a, &source->ip, source->family),
             ip_name(in->setup.desc.family));
    if (in->mcast_src.family && in->peers)
        tell(c, SAY_ERROR, "mcast_src_ip", "%s makes the adverts unicast; set %s instead",
             origin(c, "unicast_peer"), origin(c, "unicast_src_ip"));
    for (const vip *v = in->vips; v && in->setup.desc.priority != VRRP_OWNER; v = vip_next(v))
        if (source->family && same_ip(&v->v.address, &source->ip))
            tell(c, SAY_ERROR, unicast ? "unicast_src_ip" : "mcast_src_ip",
                 "%s is a floating address, not a node's own",
                 ip_text(&c->out->a, &source->ip, source->family));
    in->setup.source = source->ip;
}

static bool same_host(const host_ref *a, const host_ref *b)
{
    return a->name && b->name ? strcasecmp(a->name, b->name) == 0
                              : !a->name && !b->name && same_ip(&a->a.ip, &b->a.ip);
}

static bool is_floating_here(const instance *in, const vrrp_ip *ip)
{
    const vip *v = in->vips;

    while (v && !same_ip(&v->v.address, ip))
        v = vip_next(v);
    return v != NULL;
}

/* Each peer by itself; then how many there may be. */
static size_t peers_judge(const checker *c)
{
    const instance *in = c->in;
    size_t          n = 0, names = 0;

    for (const peer *p = in->peers, *q; p; p = peer_next(p)) {
        const char *what = host_text(&c->out->a, &p->h);
        uint8_t     max = p->ttl.max ? p->ttl.max : 255;

        if (!p->h.name && p->h.a.family != in->setup.desc.family)
            mistake(c, &p->n, NULL, "%s, but the virtual router is %s", what,
                    ip_name(in->setup.desc.family));
        for (q = in->peers; q != p && !same_host(&q->h, &p->h); q = peer_next(q))
            ;
        if (q != p)
            mistake(c, &p->n, NULL, "%s twice", what);
        if (!p->h.name && is_floating_here(in, &p->h.a.ip))
            mistake(c, &p->n, NULL, "%s is a floating address, not a node's own", what);
        if (p->ttl.min > max)
            mistake(c, &p->n, NULL, "min_ttl %u is above max_ttl %u", p->ttl.min, max);
        name_remark(c->out, item_giver(&p->n), p->h.name);
        names += p->h.name != NULL;
        n++;
    }
    c->in->peers_likely = (uint32_t)(names ? n + names * (RESOLVE_LIKELY - 1) : 0);
    return n + names * (RESOLVE_PEERS - 1);
}

static void peers_check(const checker *c)
{
    instance *in = c->in;
    size_t    n = peers_judge(c);
    bool      ttl = false;

    if (n > UINT16_MAX)
        tell(c, SAY_ERROR, "unicast_peer", "%zu peers (allowed: 65535; a name counts as %d)", n,
             RESOLVE_PEERS);
    in->peer_room = (uint32_t)n;
    for (const peer *p = in->peers; p; p = peer_next(p))
        ttl = ttl || p->ttl.min || p->ttl.max;
    for (int i = 0; i < 2; i++) {
        in->peer_ips[i] = take(&c->m->a, (n + 1) * sizeof(vrrp_ip));
        if (ttl)
            in->peer_ttls[i] = take(&c->m->a, n * sizeof(vrrp_ttl));
    }
    if (ttl && !has(c, "check_unicast_src"))
        in->setup.desc.check_peers = true;
}

/* --- what is tracked ------------------------------------------------------------------------ */

/* The items of a list as the array that runs, with room for some more. */
static vrrp_track *tracks_take(const checker *c, const track *list, size_t more, uint16_t *n)
{
    vrrp_track *to;
    size_t      i = list_size(list);

    if (i + more > UINT16_MAX)
        mistake(c, &list->n, NULL, "%zu tracked (allowed: 65535)", i + more);
    to = take(&c->m->a, (i + more + 1) * sizeof *to);
    *n = (uint16_t)i;
    for (i = 0; list; list = track_next(list), i++) {
        to[i] = list->t;
        to[i].name = to[i].interface;
        for (size_t k = 0; k < i; k++)
            if (strcmp(to[k].interface, to[i].interface) == 0)
                mistake(c, &list->n, NULL, "%s twice", to[i].interface);
    }
    return to;
}

static const track_group *track_group_of(const model *m, const char *name)
{
    const track_group *g = m->global.track_groups;

    while (g && strcasecmp(name, g->names[0]) != 0)
        g = tgroup_next(g);
    return g;
}

/* A static item stands for its interface with the members of its track_group. */
static void track_static(const checker *c, const node *item, const char *name, const char *device)
{
    const track_group *g = name ? track_group_of(c->m, name) : NULL;
    const char       **member = g ? g->names + 1 : NULL;
    vrrp_desc         *d = c->in ? &c->in->setup.desc : NULL;

    if (!d) {                           /* said once, not for each instance */
        flawed(c, name && !g, item, "there is no track_group '%.60s'", name);
        flawed(c, g && !device[0], item, "track_group needs dev, the interface to track");
        return;
    }
    while (member && *member && !same_name(*member, c->in->n.name))
        member++;
    if (!member || !*member || d->n_tracks == UINT16_MAX)
        return;
    memcpy(d->tracks[d->n_tracks].interface, device, sizeof d->tracks->interface);
    d->tracks[d->n_tracks].name = d->tracks[d->n_tracks].interface;
    d->n_tracks++;
}

static void tracks_static(const checker *c)
{
    const globals *g = &c->m->global;

    for (const vip *v = g->vips; v; v = vip_next(v))
        track_static(c, &v->n, v->track_group, v->v.device);
    for (const route *r = g->routes; r; r = route_next(r))
        track_static(c, &r->n, r->track_group, r->hops ? r->hops->h.device : r->r.hop.device);
    for (const rule *r = g->rules; r; r = rule_next(r))
        track_static(c, &r->n, r->track_group, r->r.iif[0] ? r->r.iif : r->r.oif);
}

/* Members that do not exist are mistakes, and so are groups of items that move. */
static void track_groups_check(const checker *c)
{
    const globals *g = &c->m->global;

    for (const track_group *t = g->track_groups; t; t = tgroup_next(t)) {
        flawed(c, !t->names[1], &t->n, "a group needs members");
        flawed(c, track_group_of(c->m, t->names[0]) != t, &t->n, "there are two groups of the name"
               " '%.60s'", t->names[0]);
        for (const char **name = t->names + 1; *name; name++)
            refer(c, &t->n, c->m->instances, *name, "virtual router", "");
    }
    tracks_static(c);
    for (const instance *in = c->m->instances; in; in = instance_next(in)) {
        for (const vip *v = vip_after(in, NULL); v; v = vip_after(in, v))
            flawed(c, v->track_group, &v->n, "track_group is for static items");
        for (const route *r = in->routes; r; r = route_next(r))
            flawed(c, r->track_group, &r->n, "track_group is for static items");
        for (const rule *r = in->rules; r; r = rule_next(r))
            flawed(c, r->track_group, &r->n, "track_group is for static items");
    }
}

/* --- health checks -------------------------------------------------------------------------- */

static unsigned row_kinds(const row *r)
{
    return kinds_of[r->type != T_BLOCK ? r->opens : r->opens == B_URL ? FOR_HTTP : FOR_SMTP];
}

static bool belongs(const row *r, const probe *p)
{
    return row_kinds(r) & 1u << p->d.kind;
}

/* The node that says it: one of several pages (or NULL), else the check. */
static const node *page_or_check(const probe *p, const page *g, const char *key)
{
    return g && row_of(B_URL, key) && given(&g->n, key) ? &g->n : &p->n;
}

/* Options of another kind of check are mistakes; what is unnamed counts where it belongs. */
static void probe_options(const checker *c, probe *p, bool presets)
{
    const node *all = &c->m->check_preset.n;

    for (const row *r = block_rows(B_CHECK); r; r = row_next(r)) {
        const char *by = giver(&p->n, r), *preset = giver(all, r);
        text        t = {&c->out->a, NULL, 0, 0};

        if (r->flags & ALIAS)
            continue;
        if (by && !belongs(r, p)) {
            for (uint8_t kind = 1; kind < CHECK_KINDS; kind++)
                if (row_kinds(r) & 1u << kind)
                    put(&t, "%s%s", t.n ? ", " : "", check_kind_str(kind));
            remark_add(c->out, SAY_ERROR, by, "belongs to %s, not to %s", t.s,
                       check_kind_str(p->d.kind));
            memset(place_of(&p->n, r), 0, types[r->type].size);
        } else if (presets && !by && preset && r->flags & INHERIT && belongs(r, p)) {
            row_copy(c, &p->n, r, all, r);
        }
    }
}

/* Is the target a name? What a URL calls localhost is this machine, whatever its files say. */
static bool probe_target(const checker *c, probe *p)
{
    static const uint8_t loopback[4] = {127, 0, 0, 1};
    check_desc          *d = &p->d;

    if (d->kind == CHECK_HTTPS && !HAS_TLS) {
        mistake(c, &p->n, NULL, "https: %s", NO_TLS);
        return false;
    }
    if (!d->host || d->to.family || p->at_server)
        return true;
    if (d->host_size == 9 && strncasecmp(d->host, "localhost", 9) == 0) {
        memcpy(d->to.ip, loopback, sizeof loopback);
        d->to.family = CHECK_IPV4;
        return true;
    }
    p->host = keep(&c->m->a, d->host, d->host_size);
    if (is_host_name(p->host)) {
        name_remark(c->out, item_giver(&p->n), p->host);
        return true;
    }
    mistake(c, &p->n, NULL, "'%.80s' is neither an address nor a host name", p->host);
    return false;
}

/* Its pages as an array. What one does not say, the check says. */
static void pages_take(const checker *c, probe *p)
{
    check_http *h = &p->d.http;
    check_url  *to;
    size_t      n = list_size(p->pages);

    if (n > UINT16_MAX)
        mistake(c, &p->pages->n, NULL, "%zu pages (allowed: 65535)", n);
    if (n == 0 || n > UINT16_MAX)
        return;
    if (h->url.path && strcmp(h->url.path, "/") != 0)
        mistake(c, &p->n, NULL, "has a path, and so has %s; leave it out here",
                item_giver(&p->pages->n));
    h->urls = to = take(&c->m->a, n * sizeof *to);
    h->n_urls = (uint16_t)n;
    for (page *g = p->pages; g; g = page_next(g)) {
        for (const row *r = block_rows(B_URL); r; r = row_next(r)) {
            const row *outer = row_of(B_CHECK, r->key);

            if (outer && !giver(&g->n, r) && giver(&p->n, outer))
                row_copy(c, &g->n, r, &p->n, outer);
        }
        *to++ = g->u;
    }
}

static void probe_fill_process(probe *p)
{
    static const char *const nothing[] = {NULL};
    check_desc              *d = &p->d;

    if (d->kind != CHECK_PROCESS)
        return;
    d->process.match = (uint8_t)(p->match - 1);
    if (!d->process.params) {           /* with a word about how they match: there are to be none */
        d->process.match = CHECK_PARAMS_EXACT;
        d->process.params = given(&p->n, "param_match") ? nothing : NULL;
    }
    d->process.none = given(&p->n, "quorum_max") && !d->process.quorum_max;
    if (d->process.none && !given(&p->n, "quorum"))
        d->process.quorum = 0;
    d->up_delay = given(&p->n, "up_delay") ? d->up_delay : p->delay;
    d->down_delay = given(&p->n, "down_delay") ? d->down_delay : p->delay;
}

/* Words to the settings they stand for. */
static void probe_fill(probe *p)
{
    check_desc *d = &p->d;

    if (!d->device[0])                  /* else the URL has its own */
        memcpy(d->device, p->bind_if, sizeof d->device);
    p->label = p->label ? p->label : *p->n.name ? p->n.name : p->url;
    d->name = p->label;
    d->start = p->init_fail ? CHECK_DOWN : CHECK_UNKNOWN;
    memcpy(d->from.ip, p->bind.ip.byte, sizeof d->from.ip);
    d->from.family = p->bind.family;
    if (p->user.on) {
        d->exec.as_user = true;
        d->exec.uid = p->user.uid;
        d->exec.gid = p->user.gid;
        d->exec.groups = p->user.groups;
        d->exec.n_groups = p->user.n_groups;
    }
    d->http.protocol = (uint8_t)(p->protocol - 1);
    probe_fill_process(p);
    d->bfd.key = p->bfd_key;
    d->bfd.key_size = (uint8_t)(p->bfd_key ? strlen(p->bfd_key) : 0);
#ifdef SIDECAR_TLS
    d->bfd.sha1 = check_mbedtls_sha1;
#endif
}

/* Which setting an error of check.h is about, and what is wrong with it if check.h's words would
   not tell. */
static const struct { int code; const char *key, *what; } probe_flaws[] = {
    {CHECK_E_ADDRESS, "bindto", "is of another family than the target"},
    {CHECK_E_STATUS, "status_code", NULL}, {CHECK_E_DIGEST, "digest", NULL},
    {CHECK_E_REGEX, "regex", NULL}, {CHECK_E_HEADER, "headers", "has a character that cannot be in"
     " it (a blank, or one that is not printed)"}, {CHECK_E_NAME, "helo_name", NULL},
    {CHECK_E_PATTERN, "reply", "is not pairs of hexadecimal digits and X"},
    {CHECK_E_PROCESS, "quorum_max", "is below quorum"}, {CHECK_E_BFD, "min_tx", NULL},
    {CHECK_E_AUTH, "auth_key", "1 to 16 characters are needed (sha1: 20)"},
    {CHECK_E_CERTIFICATE, "tls_certificate", NULL},
    {CHECK_E_OPTION, "tls_verify", "is for smtp with starttls"},
};

/* The text that an error is about; NULL: none, or none that tells more. */
static const char **probe_flawed(check_desc *d, int error)
{
    return error == CHECK_E_DIGEST  ? &d->http.url.digest
         : error == CHECK_E_REGEX   ? &d->http.url.regex
         : error == CHECK_E_PATH    ? &d->http.url.path
         : error == CHECK_E_NAME    ? &d->smtp.helo
         : error == CHECK_E_PATTERN ? &d->udp.reply : NULL;
}

/* Without what is wrong, so that the next mistake is found, too. */
static bool probe_forgive(check_desc *d, int error)
{
    const char **at = probe_flawed(d, error);

    if (at && *at)
        *at = NULL;
    else if (error == CHECK_E_PATTERN && d->udp.reply_min)
        d->udp.reply_min = 0;
    else if (error == CHECK_E_STATUS && d->http.url.n_status)
        d->http.url.n_status = 0;
    else if (error == CHECK_E_HEADER && (d->http.host || d->http.url.host || d->http.method ||
                                         d->http.agent || d->http.headers))
        d->http.host = d->http.url.host = d->http.method = d->http.agent = d->http.headers = NULL;
    else if (error == CHECK_E_ADDRESS && d->from.family)
        d->from.family = 0;
    else
        return false;
    return true;
}

/* What check.h says to all of it; of several pages to this one. */
static int probe_judge_once(const checker *c, const probe *p, const page *g, check_desc *d)
{
    static const char *const headers[] = {"user_agent", "virtualhost", "headers", "method"};
    check       trial;
    char        posix[4096], offends[8] = "";
    const char *key = NULL, *what, **flawed;
    const node *at = &p->n;
    int         error;

    memset(&trial, 0, sizeof trial);
    error = check_init(&trial, d);
    what = check_str(error);
    for (size_t i = 0; i < sizeof probe_flaws / sizeof *probe_flaws; i++)
        if (probe_flaws[i].code == error) {
            key = probe_flaws[i].key;
            at = page_or_check(p, g, key);
            what = probe_flaws[i].what ? probe_flaws[i].what : what;
        }
    if (!error && d->http.url.regex && !check_regex(&d->http.url, posix, sizeof posix, offends)) {
        regex_t compiled;

        error = regcomp(&compiled, posix, REG_EXTENDED | REG_NOSUB);
        key = "regex";
        at = page_or_check(p, g, key);
        regerror(error, &compiled, posix, 100);
        what = print(&c->out->a, "is no regex: %s", posix);
        if (!error)
            regfree(&compiled);
    } else if (error == CHECK_E_REGEX && check_regex(&d->http.url, posix, sizeof posix, offends))
        what = print(&c->out->a, "%s%s%.7s%s", what, offends[0] ? ": '" : "", offends,
                     offends[0] ? "'" : "");
    if (error == CHECK_E_AUTH && p->d.bfd.auth >= CHECK_BFD_SHA1 && !HAS_TLS)
        what = "sha1: " NO_TLS;
    if (error == CHECK_E_PATTERN && d->udp.reply_min > (d->udp.reply_max ? d->udp.reply_max
                                                                         : 255)) {
        key = "min_reply_length";
        what = "is above max_reply_length";
    }
    for (size_t i = 0; error == CHECK_E_HEADER && i < sizeof headers / sizeof *headers; i++)
        if (!(g && row_of(B_URL, headers[i])) && given(&p->n, headers[i]))
            key = headers[i];
    if (error == CHECK_E_HEADER && g && given(&g->n, "virtualhost"))
        at = page_or_check(p, g, key = "virtualhost");
    if (error == CHECK_E_PATH && g)
        at = &g->n;
    flawed = probe_flawed(d, error);
    if (flawed && *flawed && !(key && strcmp(key, "min_reply_length") == 0))
        what = print(&c->out->a, "'%.60s'%s %s", *flawed, begins(what, "is ") ? "" : ":", what);
    if (error)
        mistake(c, at, key, "%s", what);
    return error;
}

static void probe_judge(const checker *c, const probe *p)
{
    const page *g = p->pages;
    check_desc  d = p->d;
    int         error;

    if (!p->d.kind)
        return;                         /* its URL was not read, and that is said */
    do {
        if (g) {
            d.http.url = g->u;
            d.http.urls = NULL;
        }
        do
            error = probe_judge_once(c, p, g, &d);
        while (error && probe_forgive(&d, error));
    } while (g && (g = page_next(g)) != NULL);
}

/* A name may have blanks; mostly they are of arguments. */
static void probe_blanks(const checker *c, const probe *p)
{
    const char *name = p->d.kind == CHECK_PROCESS ? p->d.process.name : NULL;

    if (name && strpbrk(name, " \t"))
        caution(c, &p->n, NULL, "'%.80s' is looked for as a name with blanks; arguments stand in"
                " %s", name, variable(&c->out->a, *p->n.name ? p->n.name : "<NAME>",
                                      row_of(B_CHECK, "param")));
}

/* keepalived has these in milliseconds, so 300 may not be 5 minutes. */
static void probe_times(const checker *c, const probe *p)
{
    static const char *const keys[] = {"min_tx", "min_rx", "idle_tx"};

    for (size_t i = 0; p->d.kind == CHECK_BFD && i < sizeof keys / sizeof *keys; i++) {
        uint64_t ns = *(const uint64_t *)place_of(&p->n, row_of(B_CHECK, keys[i]));
        unsigned s = (unsigned)(ns / CHECK_SECOND);

        if (given(&p->n, keys[i]) && s >= 10)
            caution(c, &p->n, keys[i], "%u seconds; are milliseconds meant (%ums)?", s, s);
    }
}

/* Settings that say something together with others only. */
static void probe_pairs(const checker *c, const probe *p)
{
    static const char *const pairs[][2] = {
        {"regex_no_match", "regex"}, {"regex_options", "regex"}, {"regex_min_offset", "regex"},
        {"regex_max_offset", "regex"},
        {"auth_key", "auth"}, {"auth_key_id", "auth"}, {"reply", "require_reply"},
        {"min_reply_length", "require_reply"}, {"max_reply_length", "require_reply"},
    };

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (given(&p->n, pairs[i][0]) && !given(&p->n, pairs[i][1]) &&
            !(p->pages && row_of(B_URL, pairs[i][0])))
            mistake(c, &p->n, pairs[i][0], "needs %s",
                    *p->n.name ? variable(&c->out->a, p->n.name, row_of(B_CHECK, pairs[i][1]))
                               : pairs[i][1]);
        for (const page *g = row_of(B_URL, pairs[i][0]) ? p->pages : NULL; g; g = page_next(g))
            if (given(&g->n, pairs[i][0]) && !given(&g->n, pairs[i][1]))
                mistake(c, &g->n, pairs[i][0], "needs %s", pairs[i][1]);
    }
}

/* A URL without an address, tcp://:80 or http:///healthz, is for real servers: theirs will stand
   in the gap. Until then any address does. */
static const char *stand_in(const checker *c, probe *p)
{
    const char *s = p->url, *gap = strstr(s, "://");
    bool        local = begins(s, "file:") || begins(s, "process:") || begins(s, "exec:") ||
                        begins(s, "sh:") || begins(s, "interface:");

    if (local || !gap || (gap[3] && !strchr("/?:", gap[3])))
        return s;
    p->at_server = true;
    p->at_port = gap[3] != ':';
    return print(&c->m->a, "%.*s192.0.2.1%s%s", (int)(gap + 3 - s), s,
                 p->at_port && (begins(s, "tcp:") || begins(s, "udp:")) ? ":1" : "", gap + 3);
}

/* The check whose NAME begins this one's: that was to be an option of it. */
static bool probe_is_option(const checker *c, probe *p)
{
    reader       rd = {c->m, c->out, &c->out->a, item_giver(&p->n), NULL, NULL, NULL, 0};
    nearest      best;
    const probe *of = c->m->probes;
    size_t       n;

    while (of && !(*of->n.name && begins(p->n.name, of->n.name) &&
                   p->n.name[strlen(of->n.name)] == '_'))
        of = probe_next(of);
    n = of ? strlen(of->n.name) + 1 : 0;
    best = nearest_to(print(&c->out->a, "CHECK_%s", p->n.name), strlen("CHECK_") + n);
    if (!of) {                          /* CHECK_TIMOUT=3 */
        suggest(&rd, &best, B_CHECK, "");
        p->tracked |= best.name != NULL;
        return best.name && !wrong(&rd, "unknown variable%s", did_you_mean(&c->out->a, &best));
    }
    suggest(&rd, &best, B_CHECK, of->n.name);
    p->tracked = true;                  /* so that this is all that is said of it */
    wrong(&rd, "a check has no option %.60s%s%s", p->n.name + n, did_you_mean(&c->out->a, &best),
          best.name ? "" : " (sidecar --help all lists them; a check of its own needs a URL)");
    return true;
}

/* What was meant, of the usual mistakes. */
static const char *url_meant(arena *a, const char *s)
{
    static const char *const others[][2] = {
        {"ping://", "icmp://"}, {"script:", "exec:"}, {"cmd:", "sh:"}, {"command:", "sh:"},
        {"process://", "process:"}, {"pid:", "process:"}, {"mysql://", "tcp://"},
    };
    bool host = is_digit(*s) || *s == '[' || begins(s, "localhost:");
    char low[16] = "";

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (begins(s, others[i][0]))
            return print(a, "%s%s", others[i][1], s + strlen(others[i][0]));
    for (size_t i = 0; i < sizeof low - 1 && s[i] && s[i] != ':'; i++)
        low[i] = (char)(s[i] | (s[i] >= 'A' && s[i] <= 'Z' ? 32 : 0));
    if (*low && !begins(s, low) && s[strlen(low)] == ':')
        return print(a, "%s%s", low, s + strlen(low));
    if (strstr(s, "//") && !strchr(s, ':') && *s != '/')        /* icmp//198.51.100.1 */
        return print(a, "%.*s:%s", (int)(strstr(s, "//") - s), s, strstr(s, "//"));
    return *s == '/' ? print(a, "exec:%s", s)
           : host    ? print(a, strchr(s, ':') ? "tcp://%s" : "icmp://%s", s) : NULL;
}

/* What nobody wrote is not to be read in an error either. */
static void without(char *err, const char *stood_in)
{
    char  *at = strstr(err, stood_in);
    size_t n = strlen(stood_in);

    if (at)
        memmove(at, at + n, strlen(at + n) + 1);
}

static bool probe_parse(const checker *c, probe *p)
{
    char    err[400];
    nearest meant = {"", 0, 0, url_meant(&c->out->a, p->url)};

    if (begins(p->url, "process://"))
        snprintf(err, sizeof err, "'%.100s' names no process", p->url);
    else if (check_parse(&p->d, stand_in(c, p), err, sizeof err) == 0)
        return true;
    else if (!strchr(p->url, ':') && probe_is_option(c, p))
        return false;
    if (p->at_server)
        without(err, p->at_port && (begins(p->url, "tcp:") || begins(p->url, "udp:"))
                         ? "192.0.2.1:1" : "192.0.2.1");
    mistake(c, &p->n, NULL, "%s%s", err, did_you_mean(&c->out->a, &meant));
    return false;
}

static void probe_check(const checker *c, probe *p)
{
    if (!p->url || !probe_parse(c, p))
        return;                         /* it was not read, and that is said */
    probe_options(c, p, true);
    pages_take(c, p);
    probe_fill(p);
    if (probe_target(c, p))
        probe_judge(c, p);
    probe_pairs(c, p);
    probe_blanks(c, p);
    probe_times(c, p);
}

/* A URL that is tracked makes a check without a name; the same URL the same one. */
static probe *probe_inline(const checker *c, const watch *w)
{
    reader rd = {c->m, c->out, &c->out->a, item_giver(&w->n), NULL, NULL, NULL, 0};
    probe **end = &c->m->probes, *p;

    for (; *end; end = (probe **)(void *)&(*end)->n.next)
        if (!*(*end)->n.name && strcmp((*end)->url, w->what) == 0)
            return *end;
    p = *end = (probe *)(void *)node_new(&rd, B_CHECK, "");
    p->url = w->what;
    give(c->m, &p->n, row_with(B_CHECK, HEAD), item_giver(&w->n));
    probe_check(c, p);
    return p;
}

static probe *probe_named(const checker *c, const watch *w)
{
    nearest best = nearest_to(w->what, 0);
    node   *list = (node *)(void *)c->m->probes, *found = node_find(list, w->what);

    for (const node *n = list; n && !found; n = n->next)
        nearest_try(&best, n->name);
    if (url_meant(&c->out->a, w->what))
        best.name = url_meant(&c->out->a, w->what);
    if (!found)
        mistake(c, &w->n, NULL, "there is no check '%.60s'%s (allowed: the NAME of a CHECK_<NAME>,"
                " or a URL such as http://127.0.0.1/ or exec:/PATH)", w->what,
                did_you_mean(&c->out->a, &best));
    return (probe *)(void *)found;
}

static void watch_check(const checker *c, watch *w)
{
    probe      *p = strchr(w->what, ':') ? probe_inline(c, w) : probe_named(c, w);

    w->probe = p;
    if (!p)
        return;
    p->tracked = true;
    if (p->at_server)
        mistake(c, &w->n, NULL,
                "'%.60s' has no address, which is for real servers of virtual servers", w->what);
    if (!given(&w->n, "weight"))
        w->weight = p->weight;
    if (!given(&w->n, "reverse"))
        w->reverse = p->reverse;
    if (p->d.kind == CHECK_FILE && strstr(item_giver(&w->n), "TRACK_FILE") && !w->weight)
        mistake(c, &w->n, NULL, "'%.60s' needs a weight (keepalived takes 1), by which the number"
                " in the file is multiplied; VRRP_TRACK without one: the file has to exist",
                w->what);
}

static bool vip_is(const vip *v, const check_address *a)
{
    return a->family == v->v.family && memcmp(a->ip, v->v.address.byte, sizeof a->ip) == 0;
}

/* A floating address answers while somebody holds it: nobody would ever begin. */
static void watch_circle(const checker *c, const watch *w)
{
    const check_desc *d = &w->probe->d;

    for (const vip *v = vip_after(c->in, NULL); v && !w->weight; v = vip_after(c->in, v)) {
        if (vip_is(v, &d->to))
            caution(c, &w->n, NULL, "%.60s is about the floating address itself, which nobody can"
                    " hold before it answers; check 127.0.0.1, or give it a weight", w->what);
        if (vip_is(v, &d->from))
            caution(c, &w->n, NULL, "%.60s comes from the floating address itself (%s), which"
                    " nobody can hold before it is up; give it a weight, or another source",
                    w->what, origin_of(c, &w->probe->n, "bindto"));
    }
}

/* Behind the interfaces in the array of what is tracked. */
static void watches_take(const checker *c, watch *list, vrrp_track *to, uint16_t *n)
{
    for (watch *w = list; w; w = watch_next(w)) {
        watch_check(c, w);
        for (const watch *k = list; k != w; k = watch_next(k))
            if (w->probe && k->probe == w->probe)
                mistake(c, &w->n, NULL, "%.60s twice", w->what);
        if (c->in && w->probe)
            watch_circle(c, w);
        to[*n].name = w->probe ? w->probe->label : w->what;
        to[*n].weight = w->weight;
        to[(*n)++].reverse = w->reverse;
    }
}

/* Checks that nobody listens to, and defaults that nobody takes. */
static void probes_unused(const checker *c)
{
    const node *all = &c->m->check_preset.n;

    for (const probe *p = c->m->probes; p; p = probe_next(p))
        if (!p->tracked && !p->used)
            caution(c, &p->n, NULL, "nothing tracks it: it is in the log and has no say in who is"
                    " MASTER; see VRRP_TRACK");
    for (const row *r = block_rows(B_CHECK); r; r = row_next(r)) {
        const probe *p = c->m->probes;

        while (p && giver(&p->n, r) != giver(all, r))
            p = probe_next(p);
        if (giver(all, r) && !p)
            remark_add(c->out, SAY_WARNING, giver(all, r), "has no effect: there is no check that"
                       " takes it from here");
    }
}

static void tracks_check(const checker *c)
{
    const vrrp_setup *fixed = &c->m->global.setup;
    instance  *in = c->in;
    vrrp_desc *d = &in->setup.desc;
    bool       weights = false;

    d->tracks = tracks_take(c, in->tracks, (size_t)fixed->desc.n_addresses + fixed->n_routes +
                            fixed->n_rules + list_size(in->watches), &d->n_tracks);
    in->first_watch = d->n_tracks;
    watches_take(c, in->watches, d->tracks, &d->n_tracks);
    tracks_static(c);
    for (size_t i = 0; i < d->n_tracks; i++)
        weights |= d->tracks[i].weight != 0;
    if (weights && d->priority == VRRP_OWNER)
        tell(c, SAY_WARNING, in->tracks ? "track_interface" : "track", "weights do not count with"
             " priority 255: what is tracked is a FAULT while it is down");
    if (!in->fault_no_peer || in->peers)
        return;
    d->tracks[d->n_tracks].name = "unicast_peer";       /* it is down for good: no peer */
    d->n_tracks++;
}

/* Its own interface among what is tracked, or delayed for longer than the others wait. */
static void primary_check(const checker *c)
{
    const instance  *in = c->in;
    const vrrp_desc *d = &in->setup.desc;
    const globals   *g = &c->m->global;

    for (size_t i = 0; i < g->n_delays; i++)
        if (strcmp(g->delay[i].interface, in->interface) == 0 &&
            g->delay[i].down > (d->down_adverts - 1u) * d->interval)
            caution(c, &g->delays->n, NULL, "%s may be down for longer than %u adverts, so a backup"
                    " there may become MASTER before that counts", in->interface,
                    d->down_adverts - 1u);
    for (const track *t = in->tracks; t; t = track_next(t))
        if (strcmp(t->t.interface, in->interface) == 0 && !in->setup.dont_track_primary)
            caution(c, &t->n, NULL, "%s has no effect: while the interface of the adverts is down"
                    " that is a FAULT anyway; set %s=yes if that is not wanted", in->interface,
                    origin(c, "dont_track_primary"));
}

/* Instances of one interface take turns, or those of several that belong together. */
static void pace_choose(const checker *c)
{
    instance   *in = c->in;
    vrrp_pace   pace = {in->garp_interval, in->gna_interval, 0, 0};
    vrrp_desc  *d = &in->setup.desc;

    for (garp_group *g = c->m->global.garp_groups; g; g = garp_next(g))
        for (const char **name = g->interfaces; *name; name++)
            if (strcmp(*name, in->setup.interface) == 0)
                d->pace = &g->pace;
    if (!has(c, "gna_interval"))
        pace.na_gap = pace.arp_gap;
    if (d->pace || (!pace.arp_gap && !pace.na_gap))
        return;
    for (instance *o = c->m->instances; o && !d->pace; o = instance_next(o))
        if (o->ready && o->setup.desc.pace && strcmp(o->interface, in->interface) == 0 &&
            o->setup.desc.pace->arp_gap == pace.arp_gap &&
            o->setup.desc.pace->na_gap == pace.na_gap)
            d->pace = o->setup.desc.pace;
    if (!d->pace) {
        d->pace = take(&c->m->a, sizeof pace);
        *d->pace = pace;
    }
}

/* --- the protocol --------------------------------------------------------------------------- */

/* The last byte of the first address: equal configurations agree. */
static void vrid_choose(const checker *c)
{
    vrrp_desc *d = &c->in->setup.desc;
    uint8_t    byte;

    if (has(c, "virtual_router_id"))
        return;
    if (c->in->vips) {
        byte = d->addresses[0].address.byte[d->family == VRRP_IPV6 ? 15 : 3];
        d->vrid = byte ? byte : 51;
        tell(c, SAY_INFO, "virtual_router_id", "not set, %u from the first address", d->vrid);
    } else if (!has(c, "virtual_ipaddress")) {      /* mistakes in them are reported */
        tell(c, SAY_ERROR, "virtual_router_id", "needed where no address gives one (allowed:"
             " 1..255)");
    }
}

static void version_choose(const checker *c)
{
    instance  *in = c->in;
    vrrp_desc *d = &in->setup.desc;
    bool       whole = d->interval % VRRP_SECOND == 0, four = d->family == VRRP_IPV4;

    if (in->version == 0) {
        in->version = four && whole ? 1 : 2;
        if (four && !whole)
            tell(c, SAY_INFO, "version", "not set, 3 because the interval is no whole second");
    }
    d->dual = in->version == 3;
    d->version = in->version == 1 ? 2 : 3;
    if (!four && in->version != 2)
        tell(c, SAY_ERROR, "version", "%s, but version 2 has no IPv6 (allowed here: 3)",
             d->dual ? "2+3" : "2");
}

static void interval_check(const checker *c)
{
    const vrrp_desc *d = &c->in->setup.desc;
    text             t = {&c->out->a, NULL, 0, 0};

    put_time(&t, d->interval);
    if ((d->version == 2 || d->dual) && d->interval % VRRP_SECOND)
        tell(c, SAY_ERROR, "advert_int", "%s, but version 2 has whole seconds (allowed: 1..255, or"
             " version 3)", t.s);
    else if (d->version == 3 && d->interval > VRRP_SECOND / 100 * 4095)
        tell(c, SAY_ERROR, "advert_int", "%s is more than version 3 can say (allowed: 0.01..40.95)",
             t.s);
    else if (d->version == 3 && d->interval % (VRRP_SECOND / 100))
        tell(c, SAY_ERROR, "advert_int", "%s, but version 3 has steps of 0.01 (allowed:"
             " 0.01..40.95)", t.s);
}

/* What does not go together. The text names the setting behind it, too. */
typedef struct flaw {
    bool        found;
    uint8_t     level;
    const char *key, *text, *other;
} flaw;

static void flaws_tell(const checker *c, const flaw *f, size_t n)
{
    for (; n > 0; f++, n--)
        if (f->found)
            tell(c, f->level, f->key, f->text, origin(c, f->other));
}

static void contradictions(const checker *c)
{
    const instance  *in = c->in;
    const vrrp_desc *d = &in->setup.desc;
    bool unicast = in->unicast_src.family != 0, owner = d->priority == VRRP_OWNER;
    bool four = d->family == VRRP_IPV4, three = d->version == 3;
    const char *no_peers = "has no effect without %s";
    const char *no_owner = "has no effect with priority 255: the owner of an address always takes"
                           " it", *no_sum = "has no effect: it is for version 3 over IPv4";
    const flaw flaws[] = {
        {in->vips && in->no_vips, SAY_ERROR, "no_virtual_ipaddress", "contradicts %s",
         "virtual_ipaddress"},
        {!has(c, "virtual_ipaddress") && !has(c, "no_virtual_ipaddress"), SAY_ERROR,
         "virtual_ipaddress", "no address stands in the adverts; if that is meant, set %s=yes",
         "no_virtual_ipaddress"},
        {unicast && in->mcast_src.family, SAY_ERROR, "mcast_src_ip", "contradicts %s",
         "unicast_src_ip"},
        {unicast && !in->peers && !in->fault_no_peer, SAY_WARNING, "unicast_src_ip",
         "without %s the adverts are multicast, from this address", "unicast_peer"},
        {has(c, "min_ttl") && !in->peers, SAY_WARNING, "min_ttl", no_peers, "unicast_peer"},
        {has(c, "unicast_ttl") && !in->peers, SAY_WARNING, "unicast_ttl", no_peers, "unicast_peer"},
        {d->check_peers && !in->peers, SAY_WARNING, "check_unicast_src", no_peers, "unicast_peer"},
        {in->fault_no_peer && !in->peers, SAY_WARNING, "unicast_fault_no_peer",
         "%s is not set: FAULT until it is", "unicast_peer"},
        {has(c, "garp_master_refresh_repeat") && !d->announce_refresh, SAY_WARNING,
         "garp_master_refresh_repeat", "has no effect without %s", "garp_master_refresh"},
        {d->expired_priority && !d->no_preempt, SAY_WARNING, "timer_expired_backup",
         "has no effect without %s: who returns with a higher priority is heard anyway",
         "nopreempt"},
        {has(c, "min_garp") && in->min_garp && !in->strict && has(c, "garp_master_repeat"),
         SAY_WARNING, "min_garp", "%s counts", "garp_master_repeat"},
        {d->no_preempt && d->preempt_delay, SAY_WARNING, "preempt_delay", "has no effect with %s",
         "nopreempt"},
        {owner && d->no_preempt, SAY_WARNING, "nopreempt", no_owner, "priority"},
        {owner && d->preempt_delay, SAY_WARNING, "preempt_delay", no_owner, "priority"},
        {owner && in->setup.no_accept, SAY_WARNING, "no_accept",
         "has no effect with priority 255: the addresses are the owner's own", "priority"},
        {in->state == 1 && !has(c, "priority"), SAY_WARNING, "state",
         "MASTER without %s, which is 100 then (keepalived takes 255)", "priority"},
        {in->state == 1 && d->no_preempt, SAY_WARNING, "nopreempt",
         "counts, also with %s=MASTER (keepalived would drop it)", "state"},
        {in->as_v2 && has(c, "checksum") && in->checksum != VRRP_CHECKSUM_MESSAGE, SAY_ERROR,
         "checksum", "contradicts %s", "v3_checksum_as_v2"},
        {!(three && four) && in->as_v2, SAY_WARNING, "v3_checksum_as_v2", no_sum, "version"},
        {!(three && four) && has(c, "checksum"), SAY_WARNING, "checksum", no_sum, "version"},
        {!(three && four) && has(c, "checksum_accept"), SAY_WARNING, "checksum_accept", no_sum,
         "version"},
    };

    flaws_tell(c, flaws, sizeof flaws / sizeof *flaws);
}

/* --- authentication ------------------------------------------------------------------------- */

static void auth_contradictions(const checker *c)
{
    const instance *in = c->in;
    uint8_t kind = in->auth_type, size = in->auth_key.size;
    bool pass = has(c, "auth_pass"), key = has(c, "auth_key"), keys = has(c, "auth_hmac_key");
    bool three = in->setup.desc.version == 3, dual = in->setup.desc.dual;
    bool four = in->setup.desc.family == VRRP_IPV4, sha = kind == VRRP_AUTH_AH_SHA256;
    bool ah = kind == VRRP_AUTH_AH, rfc = sha || (ah && in->ah_form - 1 == VRRP_AH_RFC);
    bool two = pass || (kind && !sha), bare = three && !dual && two && !sha && !keys;
    const char *auth = pass ? "auth_pass" : "auth_type";
    const char *no_ah = "has no effect without %s=AH-SHA256, or AH and ah_form rfc",
               *no_key = "has no effect without %s", *hmac = "auth_hmac_key";
    const flaw flaws[] = {
        {kind >= VRRP_AUTH_AH && !HAS_TLS, SAY_ERROR, "auth_type", NO_TLS, "auth_type"},
        {kind == VRRP_AUTH_PASS && !pass, SAY_ERROR, "auth_type",
         "PASS needs a password: %s (1..8 characters)", "auth_pass"},
        {ah && !rfc && !pass, SAY_ERROR, "auth_type",
         "AH needs a password: %s (1..8 characters)", "auth_pass"},
        {ah && rfc && !pass && !key && HAS_TLS, SAY_ERROR, "auth_type",
         "AH needs a key: %s (16 bytes), or a password", "auth_key"},
        {sha && !key && HAS_TLS, SAY_ERROR, "auth_type", "AH-SHA256 needs a key: %s (32 bytes)",
         "auth_key"},
        {sha && key && size && size != 32, SAY_ERROR, "auth_key",
         "%s is AH-SHA256, whose keys have 32 bytes", "auth_type"},
        {ah && rfc && key && size && size != 16, SAY_ERROR, "auth_key",
         "%s is AH by RFC 2402, whose keys have 16 bytes", "auth_type"},
        {key && !rfc, SAY_ERROR, "auth_key", "has no effect without %s=AH-SHA256, or AH and ah_form"
         " rfc; keepalived's AH takes a password", "auth_type"},
        {pass && key && rfc, SAY_ERROR, "auth_pass", "contradicts %s", "auth_key"},
        {sha && pass && !key, SAY_ERROR, "auth_pass", "%s is AH-SHA256, which takes no password",
         "auth_type"},
        {keys && (kind || pass), SAY_ERROR, auth, "contradicts %s", hmac},
        {bare && four, SAY_ERROR, auth, "version 3 has no authentication; remove it, or set %s=2",
         "version"},
        {bare && !four, SAY_ERROR, auth, "version 3 has no authentication; remove it", "version"},
        {ah && dual, SAY_ERROR, "auth_type", "AH is for version 2 alone, and %s is 2+3 (AH-SHA256"
         " is for both)", "version"},
        {pass && dual && !ah && !sha && !keys, SAY_INFO, "auth_pass",
         "only the adverts of version 2 carry it", "version"},
        {has(c, "ah_form") && !ah, SAY_WARNING, "ah_form", "has no effect without %s=AH",
         "auth_type"},
        {has(c, "ah_spi") && !rfc, SAY_WARNING, "ah_spi", no_ah, "auth_type"},
        {has(c, "ah_replay") && !rfc, SAY_WARNING, "ah_replay", no_ah, "auth_type"},
        {has(c, "ah_esn") && !rfc, SAY_WARNING, "ah_esn", no_ah, "auth_type"},
        {has(c, "auth_hmac_active_key") && !keys, SAY_WARNING, "auth_hmac_active_key", no_key,
         hmac},
        {has(c, "auth_hmac_anti_replay") && !keys, SAY_WARNING, "auth_hmac_anti_replay", no_key,
         hmac},
        {has(c, "auth_hmac_time_window") && (!keys || in->hmac_replay == 2), SAY_WARNING,
         "auth_hmac_time_window", keys ? "has no effect with %s=monotonic" : no_key,
         keys ? "auth_hmac_anti_replay" : hmac},
        {has(c, "auth_hmac_mode") && !keys, SAY_WARNING, "auth_hmac_mode", no_key, hmac},
    };

    flaws_tell(c, flaws, sizeof flaws / sizeof *flaws);
}

/* A key that is ready to be used. Its context is freed with the model. */
static void key_take(const checker *c, vrrp_key *to, const vrrp_key *from)
{
    *to = *from;
#ifdef SIDECAR_TLS
    if (vrrp_mbedtls_key(to, take(&c->m->a, sizeof(mbedtls_md_context_t))) != 0)
        tell(c, SAY_ERROR, "auth_type", "mbedTLS cannot use the key (was it built without MD5?)");
    c->in->setup.desc.hmac = vrrp_mbedtls_hmac;
#else
    (void)c;
#endif
}

static void hmac_keys_take(const checker *c, vrrp_key *to)
{
    instance *in = c->in;
    uint8_t   active = in->trailer.active ? in->trailer.active : in->hmac_keys->k.id;
    bool      found = false;

    for (const hmac_key *k = in->hmac_keys, *q; k; k = hmac_key_next(k)) {
        for (q = in->hmac_keys; q != k && q->k.id != k->k.id; q = hmac_key_next(q))
            ;
        if (q != k)
            mistake(c, &k->n, NULL, "two keys have the ID %u", k->k.id);
        found |= k->k.id == active;
        key_take(c, to++, &k->k);
    }
    if (!found)
        tell(c, SAY_ERROR, "auth_hmac_active_key", "there is no key %u in %s", active,
             origin(c, "auth_hmac_key"));
    in->trailer.active = active;
    in->trailer.mode = (uint8_t)(in->hmac_mode - 1);
    in->trailer.monotonic = in->hmac_replay == 2;
    in->setup.desc.trailer = &in->trailer;
}

/* Keys, and room for what is heard of the others. */
static void keys_take(const checker *c)
{
    instance  *in = c->in;
    vrrp_desc *d = &in->setup.desc;
    vrrp_key   password = {NULL, 0, VRRP_MD5, 8, {0}}, *to;
    size_t     n = list_size(in->hmac_keys), nodes = (size_t)in->peer_room + 32;

    nodes = nodes < UINT16_MAX ? nodes : UINT16_MAX;
    if (d->auth < VRRP_AUTH_AH && !in->hmac_keys)
        return;
    d->n_keys = (uint16_t)(n ? n : 1);
    d->keys = to = take(&c->m->a, d->n_keys * sizeof *to);
    d->n_senders = (uint16_t)nodes;
    d->senders = take(&c->m->a, nodes * sizeof *d->senders);
    memcpy(password.bytes, d->auth_pass, 8);
    in->auth_key.algorithm = d->auth == VRRP_AUTH_AH_SHA256 ? VRRP_SHA256 : VRRP_MD5;
    if (in->hmac_keys)
        hmac_keys_take(c, to);
    else
        key_take(c, to, in->auth_key.size ? &in->auth_key : &password);
}

static void keys_free(const model *m)
{
#ifdef SIDECAR_TLS
    for (const instance *in = m->instances; in; in = instance_next(in))
        for (size_t i = 0; i < in->setup.desc.n_keys; i++)
            vrrp_mbedtls_free((vrrp_key *)(uintptr_t)&in->setup.desc.keys[i]);
#else
    (void)m;
#endif
}

/* What keepalived's vrrp_strict leaves out, and what it refuses. Packets to the addresses are
   accepted all the same: dropping them is its oldest trap. */
static void strict_check(const checker *c)
{
    static const char *const silenced[] = {
        "auth_type", "auth_pass", "preempt_delay", "down_timer_adverts", "garp_master_delay",
        "garp_master_repeat", "garp_master_refresh", "garp_master_refresh_repeat",
        "garp_lower_prio_delay", "garp_lower_prio_repeat", "garp_extra_if",
        "higher_prio_send_advert", "vmac_xmit_base",
    };
    instance  *in = c->in;
    vrrp_desc *d = &in->setup.desc;

    if (!in->strict)
        return;
    for (size_t i = 0; i < sizeof silenced / sizeof *silenced; i++)
        if (has(c, silenced[i])) {
            tell(c, SAY_WARNING, silenced[i], "left out, as %s asks for nothing beyond the RFC",
                 origin(c, "strict_mode"));
            give(c->m, &in->n, row_of(B_INSTANCE, silenced[i]), NULL);
        }
    if (in->peers || in->unicast_src.family || in->fault_no_peer)
        tell(c, SAY_ERROR, in->peers ? "unicast_peer" : in->unicast_src.family ? "unicast_src_ip"
             : "unicast_fault_no_peer", "%s allows no unicast; remove one of the two",
             origin(c, "strict_mode"));
    if (in->hmac_keys || in->auth_key.size)
        tell(c, SAY_ERROR, in->hmac_keys ? "auth_hmac_key" : "auth_key", "%s has no authentication;"
             " remove one of the two", origin(c, "strict_mode"));
    if (!in->vips)
        tell(c, SAY_ERROR, "virtual_ipaddress", "%s needs an address in the adverts",
             origin(c, "strict_mode"));
    if (in->vips && in->vips->v.family == VRRP_IPV6 && !is_link_local(&in->vips->v.address))
        tell(c, SAY_ERROR, "virtual_ipaddress", "%s needs a link-local address (fe80::/10) as the"
             " first of IPv6", origin(c, "strict_mode"));
    if (in->state && (in->state == 1) != (d->priority == VRRP_OWNER))
        tell(c, SAY_WARNING, "state", "%s with priority %u does not fit %s, and has no effect: the"
             " priority decides", in->state == 1 ? "MASTER" : "BACKUP", d->priority,
             origin(c, "strict_mode"));
    in->auth_type = VRRP_AUTH_NONE;
    memset(d->auth_pass, 0, sizeof d->auth_pass);
    d->preempt_delay = d->announce_refresh = in->garp_extra.time = d->lower_delay = 0;
    d->lower_repeat = 0;
    d->down_adverts = 3;
    d->higher_answer = in->setup.vmac_xmit_base = false;
    in->min_garp = true;
}

/* Second rounds and frames after a lower priority; 0 is a word here: none. */
static void garp_fill(const checker *c)
{
    instance  *in = c->in;
    vrrp_desc *d = &in->setup.desc;

    if (in->min_garp && !has(c, "garp_master_repeat"))
        d->announce_repeat = 1;
    if (d->announce_delay == 0 || (in->min_garp && !has(c, "garp_master_delay")))
        d->announce_delay = VRRP_NEVER;
    if (has(c, "garp_lower_prio_delay") && d->lower_delay == 0)
        d->lower_delay = VRRP_NEVER;
    d->lower_quiet = has(c, "garp_lower_prio_repeat") && d->lower_repeat == 0;
    d->announce_extra = in->garp_extra.time;
    d->announce_extra_all = in->garp_extra.all;
}

/* The receive buffer: its own size, else by policy. */
static void buffer_fill(const checker *c)
{
    vrrp_setup    *s = &c->in->setup;
    const globals *g = &c->m->global;

    s->rcvbuf = c->in->rcvbuf;
    s->rcvbuf_mtu = !s->rcvbuf && g->rx_policy == UINT32_MAX;
    if (!s->rcvbuf)
        s->rcvbuf = s->rcvbuf_mtu ? g->rx_multiplier : g->rx_policy;
}

static void vmac_fill(const checker *c)
{
    const globals *g = &c->m->global;
    instance      *in = c->in;
    vrrp_setup    *s = &in->setup;
    size_t         own = 0;

    for (size_t i = 0; i < s->desc.n_addresses; i++)
        own += s->desc.addresses[i].device[0] != 0;
    if (in->vmac_addr && !own)
        tell(c, SAY_WARNING, "use_vmac_addr", "has no effect: no address has an interface of its"
             " own (dev)");
    if (s->vmac_xmit_base && !in->vmac.on)
        tell(c, SAY_WARNING, "vmac_xmit_base", "has no effect without %s", origin(c, "use_vmac"));
    if (in->vmac.base[0] && strcmp(in->vmac.base, in->interface) != 0)
        tell(c, SAY_ERROR, "use_vmac", "'%s' is not the interface of the virtual router; set %s=%s"
             " or leave it out", in->vmac.base, origin(c, "interface"), in->vmac.base);
    s->use_vmac = in->vmac.on;
    memcpy(s->vmac, in->vmac.mac, sizeof s->vmac);
    s->vmac_group = in->vmac.group;
    s->vmac_name = in->vmac.name[0] ? in->vmac.name : NULL;
    s->vmac_prefix = g->vmac_prefix;
    s->vmac_addr_prefix = g->vmac_addr_prefix[0] ? g->vmac_addr_prefix : NULL;
}

/* Words to the settings they stand for, and what is always so. */
static void desc_fill(const checker *c)
{
    instance  *in = c->in;
    vrrp_desc *d = &in->setup.desc;

    if (!in->label)
        in->label = in->n.name;
    d->name = in->label;
    d->tie_spread = !has(c, "priority");
    if (!in->auth_type && has(c, "auth_pass") && !in->hmac_keys)
        in->auth_type = VRRP_AUTH_PASS;
    d->auth = in->auth_type;
    d->ah = (uint8_t)(in->ah_form - 1);
    d->ah_no_replay = !in->ah_replay;
    if (in->as_v2)
        in->checksum = VRRP_CHECKSUM_MESSAGE;
    d->checksum_send = in->checksum;
    d->checksum_accept = (uint8_t)(in->checksum_accept - 1);
    d->no_answer = in->lower_silent;
    d->answer_v2 = !in->lower_silent && !in->strict;
    d->list_check = VRRP_LIST_OVERLAP;
    d->leave_adverts = 2;
    d->global_first = !in->strict;
    d->settle = 2000000 + 20000 * (uint64_t)d->n_addresses;
    d->address_grace = d->interval;
    d->startup_delay = c->m->global.startup_delay;
    garp_fill(c);
    buffer_fill(c);
    if (!in->interface[0])
        memcpy(in->interface, c->m->global.interface, sizeof in->interface);
    vmac_fill(c);
    in->setup.arp_form = (uint8_t)(in->garp_form - 1);
    in->setup.interface = in->interface[0] ? in->interface : NULL;
}

/* --- between instances ---------------------------------------------------------------------- */

/* A floating address of all instances, to be sorted. */
typedef struct claim {
    const vip  *v;
    const char *device;
    size_t      order;
} claim;

static int by_address(const void *a, const void *b)
{
    const claim *x = a, *y = b;
    int          order = memcmp(&x->v->v.address, &y->v->v.address, sizeof(vrrp_ip));

    if (order == 0)
        order = strcmp(x->device, y->device);
    return order ? order : x->order < y->order ? -1 : 1;
}

/* One address twice: in one instance, or in two that would both hold it. */
static void doubles_check(const checker *c)
{
    size_t n = 0;
    claim *all;

    for (const instance *in = c->m->instances; in; in = instance_next(in))
        n += list_size(in->vips) + list_size(in->excluded);
    all = take(&c->out->a, (n + 1) * sizeof *all);
    n = 0;
    for (const instance *in = c->m->instances; in; in = instance_next(in))
        for (const vip *v = vip_after(in, NULL); v; v = vip_after(in, v), n++) {
            all[n].v = v;
            all[n].device = v->v.device[0] ? v->v.device : in->interface;
            all[n].order = n;
        }
    qsort(all, n, sizeof *all, by_address);
    for (size_t i = 1; i < n; i++) {
        const claim *a = &all[i - 1], *b = &all[i];
        const char  *at = item_giver(&a->v->n), *also = item_giver(&b->v->n);
        bool         same = strcmp(at, also) == 0;

        if (same_ip(&a->v->v.address, &b->v->v.address) &&
            (!a->device[0] || !b->device[0] || strcmp(a->device, b->device) == 0))
            remark_add(c->out, SAY_ERROR, also, "%s %s%s",
                       ip_text(&c->out->a, &b->v->v.address, b->v->v.family),
                       same ? "twice" : "is also in ", same ? "" : at);
    }
}

/* Two virtual routers with one (interface, family, VRID) cannot be told apart, nor with one name.
   The remark is about the later one, or the one that has a label. */
static void pair_check(const checker *c, const checker *other)
{
    const instance  *b = c->in, *a = other->in;
    const vrrp_desc *d = &b->setup.desc;

    if (d->vrid && d->vrid == a->setup.desc.vrid && d->family == a->setup.desc.family &&
        a->setup.interface && b->setup.interface && !strcmp(a->setup.interface, b->setup.interface))
        tell(c, SAY_ERROR, "virtual_router_id", "%u on %s for %s is also that of %s; give one of"
             " them another id", d->vrid, b->setup.interface, ip_name(d->family),
             origin(other, "virtual_router_id"));
    if (a->vmac.name[0] && strcmp(a->vmac.name, b->vmac.name) == 0)
        tell(c, SAY_ERROR, "use_vmac", "'%s' would be the macvlan of %s and of %s; name it for"
             " each", b->vmac.name, a->n.name, b->n.name);
    if (strcmp(a->label, b->label) == 0)
        tell(has(c, "label") ? c : other, SAY_ERROR, "label", "'%.60s' is also the name of %s",
             b->label, has(c, "label") ? a->n.name : b->n.name);
}

static void pairs_check(checker c)
{
    for (c.in = c.m->instances; c.in; c.in = instance_next(c.in)) {
        checker other = c;

        for (other.in = c.m->instances; other.in != c.in; other.in = instance_next(other.in))
            pair_check(&c, &other);
    }
}

/* The variable of the first item with a weight, and what that is. */
static const char *weighted(const track *t, const watch *w, const char **name)
{
    while (t && !t->t.weight)
        t = track_next(t);
    while (w && !w->weight)
        w = watch_next(w);
    *name = t ? t->t.interface : w ? w->what : NULL;
    return t ? item_giver(&t->n) : w ? item_giver(&w->n) : NULL;
}

/* In a group weights would pull members apart. */
static void group_weights(const checker *c, const sync_group *g)
{
    const row *r = row_of(B_GROUP, "sync_group_tracking_weight");
    const char *name = variable(&c->out->a, g->n.name, r);
    const char *what, *by = weighted(g->tracks, g->watches, &what);

    for (const instance *in = c->m->instances; in && !by; in = instance_next(in))
        by = in->group == g ? weighted(in->tracks, in->watches, &what) : NULL;
    if (by && !g->weights)
        remark_add(c->out, SAY_WARNING, by, "in a sync group the weight of %.60s does not count,"
                   " while it is down that is a FAULT; for weights set %s=yes", what, name);
}

static void group_check(const checker *c, sync_group *g)
{
    unsigned n = 0;

    if (!g->label)
        g->label = g->n.name;
    g->track = tracks_take(c, g->tracks, list_size(g->watches), &g->n_tracks);
    g->first_watch = g->n_tracks;
    watches_take(c, g->watches, g->track, &g->n_tracks);
    for (const char **name = g->members; name && *name; name++) {
        instance *in = refer(c, &g->n, c->m->instances, *name, "virtual router", "");

        if (in && in->group)
            mistake(c, &g->n, NULL, "'%.60s' is already a member of %s", *name, in->group->n.name);
        else if (in)
            in->group = g, n++;
    }
    if (n == 1 && !g->tracks && !g->watches)
        caution(c, &g->n, NULL, "a group of one has no effect");
    group_weights(c, g);
}

/* --- the whole model ------------------------------------------------------------------------ */

/* One line: where the image that these names come from assumes something else. */
static void habits_note(const checker *c, const var *list)
{
    text        t = {&c->out->a, NULL, 0, 0};
    const node *n = &c->m->instances->n;

    while (list && (list->dead || !begins(list->shown, "KEEPALIVED_")))
        list = list->next;
    for (size_t i = 0; list && i < sizeof habits / sizeof habits[0]; i++) {
        const row *r = row_of(B_INSTANCE, habits[i].key);

        if (giver(n, r))
            continue;
        put(&t, "%s%s ", t.n ? "; " : "", habits[i].key);
        if (r->flags & SECRET)
            put(&t, "none");
        else
            types[r->type].write(&t, n, r);
        put(&t, " (%s)", habits[i].theirs);
    }
    if (t.n)
        remark_add(c->out, SAY_INFO, "KEEPALIVED_*", "where one is not set the default counts,"
                   " which is not that of other images: %s", t.s);
}

/* Each interface in one group, and something to do for each group. */
static void garp_groups_check(const checker *c)
{
    for (const garp_group *g = c->m->global.garp_groups; g; g = garp_next(g)) {
        flawed(c, !given(&g->n, "garp_interval") && !given(&g->n, "gna_interval"), &g->n,
               "a group needs garp_interval or gna_interval");
        for (const char **name = g->interfaces; *name; name++) {
            const garp_group *other = c->m->global.garp_groups;
            const char      **same = other->interfaces;

            while (same != name && strcmp(*same, *name) != 0)
                if (!*++same)
                    other = garp_next(other), same = other->interfaces;
            if (same != name)
                mistake(c, &g->n, NULL, "%s twice", *name);
            if (ifname_flaw(*name))
                mistake(c, &g->n, NULL, "'%.80s' %s", *name, ifname_flaw(*name));
        }
    }
}

/* The delays as the array that runs. */
static void delays_take(const checker *c)
{
    globals *g = &c->m->global;
    size_t   k;

    g->delay = take(&c->m->a, (list_size(g->delays) + 1) * sizeof *g->delay);
    for (const delay *d = g->delays; d; d = delay_next(d)) {
        for (k = 0; k < g->n_delays && strcmp(g->delay[k].interface, d->d.interface) != 0; k++)
            ;
        if (k < g->n_delays)
            mistake(c, &d->n, NULL, "%s twice", d->d.interface);
        g->delay[g->n_delays++] = d->d;
    }
}

/* --- virtual servers ------------------------------------------------------------------------ */

/* The settings of checks that say something about a word: the server's, or else of its virtual
   server; NULL: neither does. */
static const checkers *checks_with(const virtual_server *v, const real_server *r, const char *key)
{
    return given(&r->n, key) ? &r->checks : given(&v->n, key) ? &v->checks : NULL;
}

/* The port that is checked unless the check has its own. */
static uint16_t port_of(const virtual_server *v, const real_server *r)
{
    uint16_t port = r->d.to.port;

    for (const vs_entry *e = v->entries; e && !port; e = entry_next(e))
        port = e->at.port;
    return port;
}

static const struct { uint8_t kind, retry, delay; } checker_kinds[CHECKERS] = {
    [TCP_CHECK] = {CHECK_TCP, 1, 1}, [HTTP_GET] = {CHECK_HTTP, 1, 3},
    [SSL_GET] = {CHECK_HTTPS, 1, 3}, [SMTP_CHECK] = {CHECK_SMTP, 1, 1},
    [DNS_CHECK] = {CHECK_DNS, 3, 0}, [MISC_CHECK] = {CHECK_EXEC, 0, 1},
    [PING_CHECK] = {CHECK_ICMP, 1, 1}, [UDP_CHECK] = {CHECK_UDP, 1, 1},
    [BFD_CHECK] = {CHECK_BFD, 0, 0}, [FILE_CHECK] = {CHECK_FILE, 0, 0},
};
enum { NO_CHECKER = -1 };               /* instead of one of these: a URL */

/* How often, how long, how many times. Of a checker (k) all times have keepalived's defaults, of a
   URL its own. */
static void own_times(const virtual_server *v, const real_server *r, probe *p, int k)
{
    const checkers *s;
    check_desc     *d = &p->d;
    bool            checker_ = k != NO_CHECKER, misc = k == MISC_CHECK;

    if (!given(&p->n, "interval") && ((s = checks_with(v, r, "delay_loop")) || checker_))
        d->interval = s ? s->delay_loop : 60 * CHECK_SECOND;
    if (!given(&p->n, "timeout") && misc)
        d->timeout = d->interval < 86400 * CHECK_SECOND ? d->interval : 86400 * CHECK_SECOND;
    else if (!given(&p->n, "timeout") && ((s = checks_with(v, r, "connect_timeout")) || checker_))
        d->timeout = s ? s->connect_timeout : 5 * CHECK_SECOND;
    if (given(&p->n, "retry"))
        d->fall = (uint16_t)(p->retry + 1);
    else if (!given(&p->n, "fall") && ((s = checks_with(v, r, "retry")) || checker_))
        d->fall = (uint16_t)(s ? s->retry + 1 : checker_kinds[k].retry + 1u);
    if (!given(&p->n, "delay_before_retry") &&
        ((s = checks_with(v, r, "delay_before_retry")) || checker_))
        d->retry_delay = s ? s->delay_before_retry : checker_kinds[k].delay * CHECK_SECOND;
    if (!given(&p->n, "warmup") && ((s = checks_with(v, r, "warmup")) || checker_))
        d->warmup = s ? s->warmup : d->interval;
    if (d->warmup > 86400 * CHECK_SECOND)
        d->warmup = 86400 * CHECK_SECOND;
    s = checks_with(v, r, "alpha");
    if (!given(&p->n, "init_fail"))
        p->init_fail = s && s->alpha;
    d->start = p->init_fail ? CHECK_DOWN : CHECK_UP;
}

/* The target: the server, or what the check has instead. */
static void own_target(const checker *c, const virtual_server *v, const real_server *r, probe *p,
                       int k, const node *from)
{
    check_desc *d = &p->d;
    bool        ports = d->kind != CHECK_ICMP && d->kind != CHECK_BFD;
    uint16_t    port = p->at_port ? port_of(v, r) : k == NO_CHECKER ? d->to.port : p->connect_port;
    const address *to = p->at_server ? &r->at.ip : &p->connect_ip;

    memset(&d->to, 0, sizeof d->to);
    memcpy(d->to.ip, to->ip.byte, sizeof d->to.ip);
    d->to.family = to->family;
    d->to.port = ports ? port : 0;
    if (!to->family)
        d->host = r->at.host, d->host_size = 0;
    if (!port && (d->kind == CHECK_TCP || d->kind == CHECK_UDP))
        mistake(c, from, NULL, "has no port, and neither has %s nor its virtual server (allowed:"
                " %s)", r->label, k == NO_CHECKER ? "tcp://:PORT" : "connect_port 1..65535");
}

/* A copy of a check for one server. */
static probe *own_copy(const checker *c, const real_server *r, const probe *from, const char *what)
{
    probe *p = take(&c->m->a, sizeof *p);

    *p = *from;
    p->n.next = NULL;
    p->own = true;
    p->label = print(&c->m->a, "%s %s", r->label, what);
    return p;
}

static void use_add(const checker *c, real_server *r, probe *p, int16_t weight, bool reverse)
{
    reader rd = {c->m, c->out, &c->out->a, item_giver(&r->n), NULL, NULL, NULL, 0};
    watch *w = (watch *)(void *)node_new(&rd, B_WATCH, "");

    *list_end((node **)(void *)&r->uses) = &w->n;
    w->what = p->label;
    w->probe = p;
    if (p->d.kind == CHECK_FILE) {      /* others are up or not */
        w->weight = weight;
        w->reverse = reverse;
    }
    r->dynamic |= w->weight != 0 || p->d.exec.dynamic;
}

/* What a check of real servers says in vain. What routers track may have it for them. */
static void use_idle(const checker *c, const probe *p)
{
    const row *weight = row_of(B_CHECK, "weight");
    bool       own = p->weight && giver(&p->n, weight) != giver(&c->m->check_preset.n, weight);

    if (p->d.kind && p->d.kind != CHECK_FILE && !p->tracked && (own || p->reverse))
        mistake(c, &p->n, p->reverse ? "reverse" : "weight", "with real servers is for file:/PATH:"
                " a server is up or not");
}

/* A URL or a name: with an address shared by all, without one each server's own. */
static void use_url(const checker *c, const virtual_server *v, real_server *r, const watch *w)
{
    probe   *p = strchr(w->what, ':') ? probe_inline(c, w) : probe_named(c, w);
    unsigned errors = c->out->errors;

    if (!p)
        return;
    p->used = true;
    if (p->d.kind != CHECK_FILE && (given(&w->n, "weight") || given(&w->n, "reverse")))
        mistake(c, &w->n, NULL, "'%.60s' has a weight or reverse, which are for file:/PATH here: a"
                " server is up or not", w->what);
    use_idle(c, p);
    if (p->at_server) {
        p = own_copy(c, r, p, p->url);
        own_target(c, v, r, p, NO_CHECKER, &w->n);
        own_times(v, r, p, NO_CHECKER);
        if (!p->d.http.host && (p->d.kind == CHECK_HTTP || p->d.kind == CHECK_HTTPS) &&
            checks_with(v, r, "virtualhost"))
            p->d.http.host = checks_with(v, r, "virtualhost")->virtualhost;
        p->d.name = p->label;
        if (errors == c->out->errors)
            probe_judge(c, p);
    }
    use_add(c, r, p, given(&w->n, "weight") ? w->weight : p->weight,
            given(&w->n, "reverse") ? w->reverse : p->reverse);
}

/* What a check that stands elsewhere does not take from here. */
static void use_named_options(const checker *c, const probe *from, int k)
{
    static const char *const file[] = {"name", "weight", "reverse", "init_fail", NULL};
    static const char *const bfd[] = {"name", "init_fail", NULL};
    const char *const       *own;

    for (const row *r = block_rows(B_CHECK); r; r = row_next(r)) {
        bool        other = r->flags & (HEAD | ALIAS | INERT | REFUSED);
        const char *by = other ? NULL : giver(&from->n, r);

        for (own = k == FILE_CHECK ? file : bfd; *own && !key_of(r, *own, strlen(*own)); own++)
            ;
        if (by && !*own)
            remark_add(c->out, SAY_ERROR, by, "is an option of the CHECK_<NAME> itself (allowed"
                       " here: %s)", k == FILE_CHECK ? "track_file, weight, reverse, alpha"
                                                     : "name, alpha");
    }
}

/* BFD_CHECK, FILE_CHECK: a check that stands elsewhere. */
static void use_named(const checker *c, real_server *r, const probe *from, int k)
{
    watch  w;
    probe *p;

    memset(&w, 0, sizeof w);
    w.n = from->n;
    w.what = from->of;
    if (!w.what) {
        mistake(c, &from->n, NULL, "needs %s, the NAME of a CHECK_<NAME>",
                k == BFD_CHECK ? "name" : "track_file");
        return;
    }
    use_named_options(c, from, k);
    p = strchr(w.what, ':') ? probe_inline(c, &w) : probe_named(c, &w);
    if (!p)
        return;
    p->used = true;
    if (from->init_fail)
        p->d.start = CHECK_DOWN;
    if (p->d.kind && p->d.kind != checker_kinds[k].kind)
        mistake(c, &from->n, NULL, "'%.60s' is of %s, not of %s", w.what, check_kind_str(p->d.kind),
                check_kind_str(checker_kinds[k].kind));
    use_idle(c, p);
    use_add(c, r, p, given(&from->n, "weight") ? from->weight : p->weight ? p->weight : 1,
            given(&from->n, "reverse") ? from->reverse : p->reverse);
}

/* keepalived's words of http to ours. */
static void own_http(const virtual_server *v, const real_server *r, probe *p, int k)
{
    const checkers *s = checks_with(v, r, "virtualhost");

    if (k != HTTP_GET && k != SSL_GET)
        return;
    if (!p->d.http.host && s)
        p->d.http.host = s->virtualhost;
    if (!given(&p->n, "http_protocol"))
        p->protocol = 1 + CHECK_HTTP_10;
    if (k == SSL_GET) {
        p->d.tls.no_verify |= !given(&p->n, "tls_verify");
        p->d.tls.no_sni = !p->sni && !p->d.tls.name;
    }
}

/* TCP_CHECK { ... } and the like. */
static void use_checker(const checker *c, const virtual_server *v, real_server *r,
                        const probe *from, int k, const char *key)
{
    probe   *p = own_copy(c, r, from, key);
    char     err[400];
    unsigned errors = c->out->errors;

    p->d.kind = checker_kinds[k].kind;
    if (k == MISC_CHECK && !p->command) {
        if (!given(&p->n, "misc_path")) /* else it is no command, and that is said */
            mistake(c, &p->n, NULL, "needs misc_path, its command");
        return;
    }
    if (k == MISC_CHECK)
        check_parse(&p->d, p->command, err, sizeof err);
    if (k == MISC_CHECK && !p->user.on)
        p->user = v->user;
    if (k == MISC_CHECK && !given(&p->n, "enable_script_security"))
        p->d.exec.secure = v->secure;
    p->d.dns.name = p->of;
    p->at_server = !p->connect_ip.family;
    p->at_port = !p->connect_port;
    if (given(&p->n, "weight") || given(&p->n, "reverse"))
        mistake(c, &p->n, NULL,
                "%s has no weight; if that of the server is meant, it stands before %s", key, key);
    if (given(&p->n, "retry") && given(&p->n, "fall"))
        mistake(c, &p->n, "fall", "is the same as retry and one more; keep one");
    probe_options(c, p, false);
    own_http(v, r, p, k);
    pages_take(c, p);
    probe_fill(p);
    own_times(v, r, p, k);
    if (k != MISC_CHECK)
        own_target(c, v, r, p, k, &p->n);
    else
        p->at_server = p->at_port = false;
    if (c->out->errors == errors && probe_target(c, p))
        probe_judge(c, p);
    probe_pairs(c, p);
    use_add(c, r, p, 0, false);
}

/* SMTP_CHECK { host { ... } host { ... } }: one check each. */
static void use_hosts(const checker *c, const virtual_server *v, real_server *r,
                      const probe *from, int k, const char *key)
{
    for (const probe *h = from->hosts; h; h = probe_next(h)) {
        probe p = *from;

        if (h->hosts)
            mistake(c, &h->hosts->n, NULL, "a host within a host");
        for (const row *w = block_rows(B_CHECK); w; w = row_next(w))
            if (!(w->flags & (ALIAS | HEAD)) && types[w->type].size && giver(&h->n, w))
                row_copy(c, &p.n, w, &h->n, w);
        p.hosts = NULL;
        use_checker(c, v, r, &p, k, key);
    }
}

static void real_checks(const checker *c, const virtual_server *v, real_server *r)
{
    const node *from = has_checks(&r->n) ? &r->n : &v->n;

    for (const row *w = block_rows(from->block); w; w = row_next(w))
        for (const node *n = is_check_list(w) ? *(node **)place_of(from, w) : NULL; n;
             n = n->next) {
            const probe *p = (const probe *)(const void *)n;
            int          k = w->opens == B_WATCH ? NO_CHECKER
                             : (int)((w->at - row_of(w->in, "TCP_CHECK")->at) / sizeof(probe *));

            if (k == NO_CHECKER)
                use_url(c, v, r, (const watch *)(const void *)n);
            else if (k == BFD_CHECK || k == FILE_CHECK)
                use_named(c, r, p, k);
            else if (k == SMTP_CHECK && p->hosts)
                use_hosts(c, v, r, p, k, w->key);
            else
                use_checker(c, v, r, p, k, w->key);
        }
}

/* Without NAT packets reach a server as they are: at the port of the virtual server. With it and
   no port of its own the server has that one, too, if there is one only. */
static void real_port(const checker *c, const virtual_server *v, real_server *r)
{
    const vs_entry *e = v->entries;

    if (r->method.method == IPVS_MASQ && !r->at.port) {
        while (e && !e->at.fwmark && e->at.port == v->entries->at.port)
            e = entry_next(e);
        r->d.to.port = v->entries && !e ? v->entries->at.port : 0;
    }
    if (r->method.method == IPVS_MASQ || !r->at.port)
        return;
    while (e && (e->at.fwmark || e->at.port == r->at.port || !e->at.port))
        e = entry_next(e);
    if (e)
        caution(c, &r->n, NULL, "%s: with %s a packet keeps its port, so that is %u", r->label,
                named_of(methods, r->method.method), e->at.port);
    r->d.to.port = e ? 0 : r->d.to.port;
}

/* What would only be noticed when the command is needed. NULL: nothing. */
static const char *command_flaw(const char *path)
{
    char        begin[4] = "";
    struct stat st;
    int         fd;
    bool        known = false;

    if (stat(path, &st) != 0)
        return strerror(errno);
    if (!S_ISREG(st.st_mode) || !(st.st_mode & 0111))
        return "not executable";
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;                    /* who runs it may be another user */
    known = read(fd, begin, sizeof begin) == (ssize_t)sizeof begin;
    close(fd);
    return known && memcmp(begin, "#!", 2) != 0 && memcmp(begin, "\177ELF", 4) != 0
               ? "neither a program nor a script that begins with #!" : NULL;
}

/* A word that a shell would not pass on: "|", "&&", ">", "2>&1", "</dev/null". */
static bool is_for_shell(const char *s)
{
    char redirects = s[strspn(s, "012")];

    return redirects == '<' || redirects == '>' || (*s && strspn(s, "|&;") == strlen(s));
}

/* keepalived runs words, too, and no shell. */
static void command_check(const checker *c, const char *by, const char *command)
{
    const char *argv[64];
    char       *room = command ? take(&c->out->a, strlen(command) + 1) : NULL;
    int         n;

    if (!command || !begins(command, "exec:"))
        return;
    n = check_words(command + 5, room, strlen(command) + 1, argv, 63);
    if (n > 0 && command_flaw(argv[0]))
        remark_add(c->out, SAY_WARNING, by, "%s: %s", argv[0], command_flaw(argv[0]));
    for (int i = 1; i < n; i++)
        if (is_for_shell(argv[i])) {
            remark_add(c->out, SAY_WARNING, by, "there is no shell, so '%s' is an argument; with"
                       " one: sh:COMMAND", argv[i]);
            return;
        }
}

static void real_flaws(const checker *c, const virtual_server *v, const real_server *r)
{
    bool mixed = r->at.ip.family && v->service.at.family &&
                 r->at.ip.family != v->service.at.family;

    flawed(c, mixed && r->method.method != IPVS_TUNNEL, &r->n, "is an %s address, but the virtual"
           " server is %s (allowed with TUN only)", ip_name(r->at.ip.family),
           ip_name(v->service.at.family));
    flawed(c, r->d.lower && !r->d.upper, &r->n, "lthreshold needs uthreshold");
    flawed(c, r->d.upper && r->d.lower > r->d.upper, &r->n, "lthreshold %u is above uthreshold"
           " %u", r->d.lower, r->d.upper);
    if (r->notify_up)
        command_check(c, giver(&r->n, row_of(B_REAL, "notify_up")), r->notify_up);
    if (r->notify_down)
        command_check(c, giver(&r->n, row_of(B_REAL, "notify_down")), r->notify_down);
}

static void real_take(const checker *c, virtual_server *v, real_server *r)
{
    bool     sorry = r == v->sorry;
    char     s[400] = "";
    text     t = {NULL, s, 0, sizeof s};
    const bool *inhibit = sorry ? &v->sorry_inhibit : &v->inhibit;

    types[T_REAL].write(&t, &r->n, row_with(B_REAL, HEAD));
    r->label = strcmp(s, r->at.host) == 0 ? r->at.host : keep(&c->m->a, s, t.n);
    name_remark(c->out, item_giver(&r->n), is_named(r) ? r->at.host : NULL);
    if (!given(&r->n, "lvs_method"))
        r->method = sorry && given(&v->n, "sorry_server_lvs_method") ? v->sorry_method : v->method;
    if (!given(&r->n, "weight"))
        r->weight = sorry ? 1 : v->weight;
    if (!given(&r->n, "inhibit_on_failure"))
        r->inhibit = *inhibit;
    if (!given(&r->n, "drain"))
        r->drain = v->drain;
    r->alpha = given(&r->n, "alpha") ? r->checks.alpha : v->checks.alpha;
    memcpy(r->d.to.ip, r->at.ip.ip.byte, sizeof r->d.to.ip);
    r->d.to.family = r->at.ip.family;
    r->d.to.port = r->at.port;
    r->d.weight = r->weight;
    r->d.method = r->method.method;
    r->d.tunnel = r->method.tunnel;
    r->d.tunnel_port = r->method.port;
    r->d.tunnel_flags = r->method.flags;
    real_port(c, v, r);
    real_flaws(c, v, r);
    if (!sorry)
        real_checks(c, v, r);
    else if (has_checks(&r->n))
        mistake(c, &r->n, NULL, "%s: the sorry server is not checked", r->label);
}

/* Of one address, are they one entry of a table? Without a port they have those of the services,
   without NAT they keep them. */
static bool ports_meet(const ipvs_dest *a, const ipvs_dest *b)
{
    return a->to.port == b->to.port || !a->to.port || !b->to.port || a->method != IPVS_MASQ ||
           b->method != IPVS_MASQ;
}

/* A server and its place in the list. */
typedef struct ranked {
    const real_server *r;
    unsigned           i;
} ranked;

static int same_target(const real_server *a, const real_server *b)
{
    int order = a->at.ip.family - b->at.ip.family;

    if (!order && !a->at.ip.family)
        return strcasecmp(a->at.host, b->at.host);
    return order ? order : memcmp(&a->at.ip.ip, &b->at.ip.ip, sizeof a->at.ip.ip);
}

static int by_target(const void *one, const void *other)
{
    const ranked *a = one, *b = other;
    int           order = same_target(a->r, b->r);

    return order ? order : (a->i > b->i) - (a->i < b->i);
}

/* Sorted, for there may be thousands: those of one target are neighbours. */
static void reals_twice(const checker *c, const virtual_server *v)
{
    const remark *last = c->out->last;
    unsigned      n = 0;
    ranked       *all;

    for (const real_server *r = v->reals; r; r = real_next(r))
        n++;
    all = take(&c->out->a, n * sizeof *all);
    n = 0;
    for (const real_server *r = v->reals; r; r = real_next(r), n++) {
        all[n].r = r;
        all[n].i = n;
    }
    qsort(all, n, sizeof *all, by_target);
    for (unsigned i = 0; i < n; i++)
        for (unsigned k = i + 1; k < n && same_target(all[i].r, all[k].r) == 0; k++) {
            const real_server *a = all[i].r, *b = all[k].r;

            if (ports_meet(&a->d, &b->d))
                mistake(c, &b->n, NULL, "%s twice%s", b->label, a->d.method == IPVS_MASQ &&
                        b->d.method == IPVS_MASQ && a->d.to.port != b->d.to.port
                            ? ": without a port it has any" : "");
        }
    if (last == c->out->last) {         /* the next list has its room */
        memset(all, 0, n * sizeof *all);
        give_back(&c->out->a, all);
    }
}

/* Its own address or those of its group, as entries of its own. */
static void entries_take(const checker *c, virtual_server *v)
{
    static const vs_entry none;
    vs_entry       own = none, **end = &v->entries;
    const vs_entry *e = &own;

    own.at = v->at;
    if (v->at.group) {
        vs_group *g = refer(c, &v->n, c->m->vs_groups, v->at.group, "group",
                            " (allowed: the NAME of an IPVS_GROUP_<NAME>)");

        e = g ? g->entries : NULL;
        if (g)
            g->used = true;
    }
    for (; e; e = entry_next(e)) {
        if (!e->at.count)
            continue;                   /* it was not read, and that is said */
        *end = take(&c->m->a, sizeof **end);
        (*end)->n.block = B_ENTRY;
        (*end)->n.gifts = e->n.gifts;
        (*end)->at = e->at;
        v->n_services += e->at.count;
        end = (vs_entry **)(void *)&(*end)->n.next;
    }
    if (v->n_services > 65535)
        mistake(c, &v->n, NULL, "%u addresses (allowed: 65535)", v->n_services);
}

/* IPv4 or IPv6: as its addresses are; of firewall marks as said, or as the servers are. */
static void family_take(const checker *c, virtual_server *v)
{
    uint8_t family = 0, said = family_of(v->family);

    for (const vs_entry *e = v->entries; e; e = entry_next(e)) {
        uint8_t one = e->at.fwmark ? family_of(e->at.family) : e->at.ip.family;

        if (one && family && one != family) {
            mistake(c, &v->n, NULL, "IPv4 and IPv6 in one group: make two virtual servers");
            return;
        }
        family = one ? one : family;
    }
    if (said && family && said != family)
        mistake(c, &v->n, "ip_family", "the addresses are %s", ip_name(family));
    family = family ? family : said;
    for (const real_server *r = v->reals; r && !family; r = real_next(r))
        family = r->at.ip.family;
    v->service.at.family = family ? family : IPVS_IPV4;
    for (vs_entry *e = v->entries; e; e = entry_next(e))
        e->at.family = v->service.at.family == IPVS_IPV6 ? 2 : 1;
}

static void protocol_take(const checker *c, virtual_server *v)
{
    static const uint8_t numbers[] = {0, IPVS_TCP, IPVS_UDP, IPVS_SCTP};
    uint8_t              said = numbers[v->protocol];
    bool                 marks = true;

    for (const vs_entry *e = v->entries; e; e = entry_next(e))
        marks &= e->at.fwmark != 0;
    if (said && v->at.protocol && said != v->at.protocol)
        mistake(c, &v->n, "protocol", "differs from that of %s; keep one", item_giver(&v->n));
    if (said && marks && v->entries && given(&v->n, "protocol"))
        caution(c, &v->n, "protocol", "has no effect: a firewall mark has packets of any protocol");
    v->service.protocol = v->at.protocol ? v->at.protocol : said;
    if (v->service.protocol || marks)
        return;
    v->service.protocol = IPVS_UDP;
    caution(c, &v->n, NULL, "no protocol, so it is UDP, as with keepalived; write tcp:// or udp://"
            " before the address, or set %s", origin_of(c, &v->n, "protocol"));
}

/* Scheduler, its flags, persistence. */
static void service_take(const checker *c, virtual_server *v)
{
    ipvs_service *s = &v->service;
    bool          mh = strcmp(v->scheduler, "mh") == 0, sh = strcmp(v->scheduler, "sh") == 0;
    unsigned      most = s->at.family == IPVS_IPV6 ? 128 : 32;
    const struct { bool found; const char *key, *what; } flaws[] = {
        {v->ops && s->protocol && s->protocol != IPVS_UDP, "ops", "is for UDP"},
        {v->ops && v->persistence, "ops", "does not go with persistence_timeout"},
        {v->sh_port && !sh, "sh-port", "is for lb_algo sh"},
        {v->sh_fallback && !sh, "sh-fallback", "is for lb_algo sh"},
        {v->mh_port && !mh, "mh-port", "is for lb_algo mh"},
        {v->mh_fallback && !mh, "mh-fallback", "is for lb_algo mh"},
        {v->granularity && !v->persistence, "persistence_granularity",
         "needs persistence_timeout"},
        {v->granularity > most, "persistence_granularity", "is for IPv6 (allowed here: 1..32)"},
        {v->engine[0] && !v->persistence, "persistence_engine", "needs persistence_timeout"},
        {v->ha_suspend && v->entries && !v->entries->at.ip.family, "ha_suspend",
         "needs an address, which a firewall mark is not"},
    };

    for (size_t i = 0; i < sizeof flaws / sizeof *flaws; i++)
        if (flaws[i].found)
            mistake(c, &v->n, flaws[i].key, "%s", flaws[i].what);
    for (const vs_entry *e = v->entries; e; e = entry_next(e))
        if (!e->at.fwmark && !e->at.port && !v->persistence)
            mistake(c, e->n.gifts ? &e->n : &v->n, NULL, "without a port, so for all of them, needs"
                    " %s", origin_of(c, &v->n, "persistence_timeout"));
    memcpy(s->scheduler, v->scheduler, sizeof s->scheduler);
    memcpy(s->engine, v->engine, sizeof s->engine);
    s->persistence = v->persistence;
    s->granularity = v->granularity;
    s->flags = (v->ops ? IPVS_ONE_PACKET : 0u) | (v->flag[0] ? IPVS_FLAG_1 : 0u) |
               (v->flag[1] ? IPVS_FLAG_2 : 0u) | (v->flag[2] ? IPVS_FLAG_3 : 0u) |
               (v->sh_port ? IPVS_SH_PORT : 0u) | (v->sh_fallback ? IPVS_SH_FALLBACK : 0u) |
               (v->mh_port ? IPVS_MH_PORT : 0u) | (v->mh_fallback ? IPVS_MH_FALLBACK : 0u);
}

/* What cannot be reached is brought down to what can, as keepalived does. */
static void quorum_check(const checker *c, virtual_server *v)
{
    uint64_t weight = 0;
    bool     names = false;

    for (const real_server *r = v->reals; r; r = real_next(r)) {
        weight += (uint32_t)r->weight;
        names |= !r->at.ip.family || r->dynamic;
    }
    if (!names && v->reals && v->quorum > weight && weight > 0) {
        caution(c, &v->n, "quorum", "%u is more than all weights together: %u", v->quorum,
                (unsigned)weight);
        v->quorum = (uint32_t)weight;
    }
    if (v->hysteresis < v->quorum)
        return;
    caution(c, &v->n, "hysteresis", "%u is not below quorum, so it is %u", v->hysteresis,
            v->quorum - 1);
    v->hysteresis = v->quorum - 1;
}

static void reals_take(const checker *c, virtual_server *v)
{
    reader      rd = {c->m, c->out, &c->out->a, NULL, NULL, NULL, NULL, 0};
    const char *of, *meant = v->reals ? NULL : option_meant(&rd, B_IPVS, v->n.name, &of);
    const real_server *unchecked = NULL;
    unsigned           more = 0;

    for (real_server *r = v->reals; r; r = real_next(r)) {
        breathe();
        real_take(c, v, r);
        unchecked = !r->uses && !unchecked ? r : unchecked;
        more += !r->uses && unchecked != r;
    }
    reals_twice(c, v);
    if (unchecked)                      /* once, for there may be many */
        remark_add(c->out, SAY_INFO, item_giver(&unchecked->n), "%s%s not checked, so %s as up",
                   unchecked->label, more ? " and others are" : " is",
                   more ? "they count" : "it counts");
    if (v->sorry && v->sorry->n.next)
        mistake(c, &v->sorry->n, NULL, "more than one sorry server (allowed: one)");
    if (v->sorry)
        real_take(c, v, v->sorry);
    for (const real_server *r = v->sorry ? v->reals : NULL; r; r = real_next(r))
        if (same_target(v->sorry, r) == 0 && ports_meet(&v->sorry->d, &r->d))
            mistake(c, &v->sorry->n, NULL, "%s is among the real servers, too; it is for when they"
                    " are down", v->sorry->label);
    if (!v->reals)
        remark_add(c->out, v->sorry ? SAY_WARNING : SAY_ERROR, item_giver(&v->n), "has no real"
                   " servers; see %s%s%s", origin_of(c, &v->n, "real_server"),
                   meant ? ", or did you mean " : "", meant ? meant : "");
}

/* Do two services share an address, or a mark? */
static bool entries_meet(const virtual_server *v, const vs_at *a, const virtual_server *w,
                         const vs_at *b)
{
    uint32_t from = address_end(&a->ip), other = address_end(&b->ip);

    if (v->service.at.family != w->service.at.family || a->fwmark != b->fwmark)
        return false;
    if (a->fwmark)
        return true;
    return v->service.protocol == w->service.protocol && a->port == b->port &&
           same_head(&a->ip, &b->ip) && from <= other + (b->count - 1) &&
           other <= from + (a->count - 1);
}

static void virtual_doubles(const checker *c, const virtual_server *v)
{
    for (const virtual_server *w = c->m->virtuals; w; w = w == v ? NULL : virtual_next(w))
        for (const vs_entry *e = v->entries; e; e = entry_next(e))
            for (const vs_entry *k = w->entries; k && k != e; k = entry_next(k))
                if (entries_meet(v, &e->at, w, &k->at)) {
                    text t = {&c->out->a, NULL, 0, 0};

                    types[T_AT].write(&t, &e->n, row_with(B_ENTRY, HEAD));
                    mistake(c, v == w ? &e->n : &v->n, NULL, "%s is in %s already", t.s,
                            item_giver(v == w ? &k->n : &w->n));
                }
}

/* What ipvs.h says to all of it. */
static void virtual_judge(const checker *c, const virtual_server *v)
{
    ipvs_service s;
    int          error = 0;

    for (unsigned i = 0; i < v->n_services && !error; i++) {
        s = virtual_service(v, i);
        error = ipvs_service_check(&s);
    }
    if (error)
        mistake(c, &v->n, NULL, "%s", ipvs_str(error));
    for (const real_server *r = error ? NULL : v->reals; r; r = real_next(r))
        if (r->d.to.family && (error = ipvs_dest_check(&r->d, &s)) != 0)
            mistake(c, &r->n, NULL, "%s: %s", r->label, ipvs_str(error));
}

static void virtual_check(const checker *c, virtual_server *v)
{
    unsigned errors = c->out->errors;

    inherit(c, &v->n, &c->m->vs_preset.n, &c->m->virtuals->n);
    v->label = v->label ? v->label : v->n.name;
    if (!v->at.count && !v->at.group)
        return;                         /* as in entries_take() */
    entries_take(c, v);
    family_take(c, v);
    protocol_take(c, v);
    service_take(c, v);
    reals_take(c, v);
    quorum_check(c, v);
    command_check(c, origin_of(c, &v->n, "quorum_up"), v->quorum_up);
    command_check(c, origin_of(c, &v->n, "quorum_down"), v->quorum_down);
    virtual_doubles(c, v);
    if (errors == c->out->errors && v->n_services > 0)
        virtual_judge(c, v);
    if (v->sorry == NULL && (given(&v->n, "sorry_server_inhibit") ||
                             given(&v->n, "sorry_server_lvs_method")))
        caution(c, &v->n, NULL, "has no sorry_server, so what is said about it has no effect");
}

/* Which virtual router decides about the sync daemons, by NAME or label. */
static instance *daemon_of(const checker *c, const sync_daemon *d)
{
    instance *in = c->m->instances;

    while (in && strcmp(in->label, d->of) != 0)
        in = instance_next(in);
    return in ? in : refer(c, &d->n, c->m->instances, d->of, "virtual router", "");
}

/* VRRP_LVS_SYNC_DAEMON_INTERFACE is the short form of SIDECAR_LVS_SYNC_DAEMON. */
static void daemon_short(const checker *c)
{
    globals *g = &c->m->global;

    for (instance *in = c->m->instances; in; in = instance_next(in)) {
        const char *by = giver(&in->n, row_of(B_INSTANCE, "lvs_sync_daemon_interface"));
        reader      rd = {c->m, c->out, &c->out->a, by, NULL, NULL, NULL, 0};

        if (!by)
            continue;
        if (g->lvs_daemon) {
            remark_add(c->out, SAY_ERROR, by, "there is one sync daemon, and %s says which",
                       item_giver(&g->lvs_daemon->n));
            continue;
        }
        g->lvs_daemon = (sync_daemon *)(void *)node_new(&rd, B_DAEMON, "");
        give(c->m, &g->lvs_daemon->n, row_with(B_DAEMON, HEAD), by);
        memcpy(g->lvs_daemon->interface, in->lvs_interface, sizeof in->lvs_interface);
        g->lvs_daemon->instance = in;
    }
}

static void daemon_take(const checker *c)
{
    globals     *g = &c->m->global;
    ipvs_daemon *s = &g->lvs_sync;
    sync_daemon *d;

    daemon_short(c);
    d = g->lvs_daemon;
    if (!d)
        return;
    if (d->n.next)
        mistake(c, &d->n, NULL, "more than one (allowed: one)");
    if (d->of)
        d->instance = daemon_of(c, d);
    s->id = d->id ? d->id : d->instance ? d->instance->setup.desc.vrid : 0;
    memcpy(s->interface, d->interface, sizeof s->interface);
    s->maxlen = d->maxlen;
    s->ttl = d->ttl;
    memcpy(s->group.ip, d->group.ip.byte, sizeof s->group.ip);
    s->group.family = d->group.family;
    s->group.port = d->port;
}

static void virtuals_check(const checker *c)
{
    for (virtual_server *v = c->m->virtuals; v; v = virtual_next(v))
        virtual_check(c, v);
    for (vs_group *g = c->m->vs_groups; g; g = vs_group_next(g)) {
        g->label = g->label ? g->label : g->n.name;
        if (!g->used)
            caution(c, &g->n, NULL, "no virtual server uses it; see IPVS_<NAME>=\"group %.60s\"",
                    g->n.name);
    }
    if (c->m->global.lvs_timeouts && c->m->global.lvs_timeouts->n.next)
        mistake(c, &c->m->global.lvs_timeouts->n, NULL, "more than one (allowed: one)");
    daemon_take(c);
}

/* What is said about this process. */
static void globals_check(const checker *c)
{
    globals *g = &c->m->global;

    if (g->group4.family == VRRP_IPV6 || g->group6.family == VRRP_IPV4)
        mistake(c, &g->n, g->group4.family == VRRP_IPV6 ? "vrrp_mcast_group4" : "vrrp_mcast_group6",
                "an address of the other family");
    if (given(&g->n, "vrrp_rx_bufs_multiplier") && g->rx_policy != UINT32_MAX && !c->out->errors)
        caution(c, &g->n, "vrrp_rx_bufs_multiplier",
                "has no effect: it is for VRRP_RX_BUFS_POLICY=MTU");
    if (g->resolve_min > g->resolve_max)
        mistake(c, &g->n, given(&g->n, "resolve_min") ? "resolve_min" : "resolve_max",
                "the shortest time until names are asked for again is above the longest");
    garp_groups_check(c);
    track_groups_check(c);
    delays_take(c);
}

static void model_check(model *m, const var *list, report *out)
{
    checker c = {m, NULL, out, NULL, 0};

    m->preference = 16384;
    static_take(&c);
    for (probe *p = m->probes; p; p = probe_next(p))
        probe_check(&c, p);
    for (c.in = m->instances; c.in; c.in = instance_next(c.in)) {
        inherit(&c, &c.in->n, &m->preset.n, &m->instances->n);
        vips_take(&c);
        family_check(&c);
        routing_take(&c, &c.in->setup, c.in->routes, c.in->rules);
        sources_check(&c);
        group_choose(&c);
        peers_check(&c);
        strict_check(&c);
        tracks_check(&c);
        vrid_choose(&c);
        version_choose(&c);
        interval_check(&c);
        contradictions(&c);
        auth_contradictions(&c);
        desc_fill(&c);
        keys_take(&c);
        m->n_instances++;
        m->n_undecided += !c.in->setup.interface;
    }
    c.in = NULL;
    for (sync_group *g = m->groups; g; g = group_next(g))
        group_check(&c, g);
    globals_check(&c);
    virtuals_check(&c);
    probes_unused(&c);
    doubles_check(&c);
    pairs_check(c);
    if (m->instances)
        habits_note(&c, list);
    else if (out->errors == 0 && !has_static(m) && !m->virtuals)
        remark_add(out, SAY_ERROR, "VRRP_VIRTUAL_IPADDRESS", "not set, so there is nothing to"
                   " do; set it to the floating address, such as 198.51.100.10/24");
}

/* Reads an environment. host: this node's name unless SIDECAR_NODE says another; NULL: the
   system's, up to the first dot. Always returns a model; it may run only if out has no errors. */
static model *model_read(char *const *env, const char *host, report *out)
{
    char   own[256] = "";
    arena  scratch = {NULL}, first = {NULL};
    model *m = take(&first, sizeof *m);
    reader rd = {m, out, &scratch, "", host, NULL, NULL, 0};
    var   *list;

    m->a = first;
    m->fresh = take(&m->a, BLOCKS * sizeof *m->fresh);
    node_init(&rd, &m->global.n, B_GLOBAL, "");
    node_init(&rd, &m->preset.n, B_INSTANCE, "");
    node_init(&rd, &m->check_preset.n, B_CHECK, "");
    node_init(&rd, &m->vs_preset.n, B_IPVS, "");
    list = vars_collect(&rd, env);
    vars_apply(&rd, list, true);
    if (!host && gethostname(own, sizeof own - 1) == 0)
        own[strcspn(own, ".")] = 0;
    if (!m->global.node)
        m->global.node = keep(&m->a, host ? host : own, strlen(host ? host : own));
    rd.host = m->global.node;
    blocks_make(&rd, list);
    vars_apply(&rd, list, false);
    model_check(m, list, out);
    if (m->instances || has_static(m))
        vars_will(m, list);
    arena_free(&scratch);
    return m;
}

static void model_free(model *m)
{
    arena a = m->a;                     /* the model lies in it */

    keys_free(m);
    copies_free(m);
    arena_free(&m->will);
    arena_free(&a);
}

/* --- what depends on the interfaces --------------------------------------------------------- */

enum { LINK_UP = 1, LINK_BROADCAST = 2, LINK_LOOPBACK = 8 };    /* IFF_* */
enum { TOLD_NONE = 1, TOLD_SEVERAL };

static bool in_subnet(const vrrp_local *l, const vrrp_ip *ip)
{
    unsigned whole = l->prefix / 8, rest = l->prefix % 8;

    if (memcmp(l->address.byte, ip->byte, whole) != 0)
        return false;
    return rest == 0 || (l->address.byte[whole] ^ ip->byte[whole]) >> (8 - rest) == 0;
}

/* Added by a sidecar; the tag beside it says something else besides. */
static bool is_floating(const vrrp_local *l)
{
    return (l->protocol & ~1) == VRRP_PROTO_TAG;
}

static bool is_port(const checker *c, const vrrp_local *l)
{
    for (size_t i = 0; i < c->n_locals && l->master; i++)
        if (c->locals[i].ifindex == l->master && strcmp(c->locals[i].kind, "bridge") == 0)
            return true;
    return false;
}

/* May this interface be chosen for this address? Our own leftovers are no reason to. */
static bool is_candidate(const checker *c, const vrrp_local *l, const vrrp_ip *ip, bool own)
{
    if (l->family != c->in->setup.desc.family || is_floating(l) ||
        (l->flags & (LINK_UP | LINK_BROADCAST | LINK_LOOPBACK)) != (LINK_UP | LINK_BROADCAST) ||
        strcmp(l->kind, "dummy") == 0 || is_port(c, l))
        return false;
    return own ? same_ip(&l->address, ip) : in_subnet(l, ip);
}

/* The address whose subnet tells the interface: the source, else the first floating one. */
static const vrrp_ip *interface_clue(const instance *in)
{
    if (is_set_ip(&in->setup.source))
        return &in->setup.source;
    if (in->vips)
        return &in->vips->v.address;
    return in->excluded && in->excluded->v.family == in->setup.desc.family
               ? &in->excluded->v.address : NULL;
}

/* Names of the candidates, ", " between them; returns how many there are. The kernel lists the
   addresses of an interface one behind the other. */
static unsigned candidates(const checker *c, const vrrp_ip *ip, bool own, text *names)
{
    const char *last = "";
    unsigned    found = 0;

    for (const vrrp_local *l = c->locals; l < c->locals + c->n_locals; l++)
        if (is_candidate(c, l, ip, own) && strcmp(l->name, last) != 0) {
            put(names, "%s%s", found++ ? ", " : "", l->name);
            last = l->name;
        }
    return found;
}

static void interface_choose(const checker *c)
{
    instance      *in = c->in;
    text           names = {&c->out->a, NULL, 0, 0};
    const vrrp_ip *ip = interface_clue(in);
    bool           own = ip == &in->setup.source;
    unsigned       found, told = in->told;
    const char    *clue;

    if (!ip) {
        tell(c, SAY_ERROR, "interface", "needed where no address tells the interface");
        return;
    }
    clue = ip_text(&c->out->a, ip, in->setup.desc.family);
    found = candidates(c, ip, own, &names);
    in->told = found ? TOLD_SEVERAL : TOLD_NONE;
    if (found == 1) {
        memcpy(in->interface, names.s, names.n);
        in->setup.interface = in->interface;
        c->m->n_undecided--;
        tell(c, SAY_INFO, "interface", "not set, %s because %s %s", in->interface, clue,
             own ? "is its address" : "is in its subnet");
    } else if (found > 1 && told != TOLD_SEVERAL) {
        tell(c, SAY_ERROR, "interface", "not set, and %s could be on each of %s; name one", clue,
             names.s);
    } else if (!found && told != TOLD_NONE) {
        tell(c, SAY_WARNING, "interface", "not set, and no interface has %s%s; waiting for one",
             own ? "the address " : "an address in the subnet of ", clue);
    }
}

static bool is_local(const checker *c, const vrrp_ip *ip)
{
    for (size_t i = 0; i < c->n_locals; i++)
        if (c->locals[i].family == c->in->setup.desc.family &&
            !is_floating(&c->locals[i]) && same_ip(&c->locals[i].address, ip))
            return true;
    return false;
}

/* The limits of a peer, its own or those of all. */
static vrrp_ttl ttl_of(const instance *in, const peer *p)
{
    vrrp_ttl ttl = p->ttl;

    if (!given(&p->n, "min_ttl"))
        ttl.min = in->setup.desc.min_ttl;
    return ttl;
}

/* This node's own addresses are left out: one list is for all nodes. */
static void peer_take(const checker *c, const peer *p, const vrrp_ip *ip)
{
    instance  *in = c->in;
    vrrp_desc *d = &in->setup.desc;
    address    a = {*ip, d->family};
    bool       own = is_local(c, ip);

    if (own && !is_set_ip(&in->setup.source))
        in->setup.source = *ip;         /* that is how the others know this node */
    if (own || same_ip(ip, &in->setup.source))
        return;
    if (p->h.name && (address_flaw(&a) || is_floating_here(in, ip)))
        return;
    for (size_t i = 0; p->h.name && i < d->n_peers; i++)
        if (same_ip(&in->peer_ips[in->peers_side][i], ip))
            return;
    if (d->peer_ttl)
        in->peer_ttls[in->peers_side][d->n_peers] = ttl_of(in, p);
    in->peer_ips[in->peers_side][d->n_peers++] = *ip;
}

/* What a name stands for, and what it stood for until lately, for which room is kept: that node may
   still be there, and must not take silence for our death. */
static void peers_by_name(const checker *c, const peer *p, const lookup *k)
{
    uint32_t gone = k->n_all - k->n, most = RESOLVE_PEERS / 2;

    gone = gone < most ? gone : most;
    for (uint32_t i = 0; i < k->n && i < RESOLVE_PEERS - gone; i++)
        peer_take(c, p, &k->at[i].ip);
    for (uint32_t i = 0; i < gone; i++)
        peer_take(c, p, &k->at[k->n + i].ip);
    if (k->n > RESOLVE_PEERS)
        remark_add(c->out, SAY_WARNING, item_giver(&p->n), "%s has %u addresses, of which %d"
                   " are peers", k->name, k->n, RESOLVE_PEERS);
}

/* False: not known yet. */
static bool peers_named(const checker *c)
{
    const instance *in = c->in;

    for (const peer *p = in->peers; p; p = peer_next(p)) {
        const lookup *k = p->h.name ? lookup_find(c->m->lookups, p->h.name,
                                                  in->setup.desc.family) : NULL;

        if (p->h.name && (!k || !k->tried))
            return false;
        if (k)
            peers_by_name(c, p, k);
    }
    return true;
}

static bool has_names(const instance *in)
{
    const peer *p = in->peers;

    while (p && !p->h.name)
        p = peer_next(p);
    return p != NULL;
}

static bool peers_take(const checker *c)
{
    instance  *in = c->in;
    vrrp_desc *d = &in->setup.desc;
    bool       names = has_names(in);

    d->n_peers = 0;
    d->peers = in->peer_ips[in->peers_side];
    d->peer_ttl = in->peer_ttls[in->peers_side];
    for (const peer *p = in->peers; p; p = peer_next(p))
        if (!p->h.name)
            peer_take(c, p, &p->h.a.ip);
    if (!peers_named(c))
        return false;
    if (!in->peers || d->n_peers > 0)
        return true;
    if (in->fault_no_peer && !names) {
        tell(c, SAY_WARNING, "unicast_peer", "nothing but this node's own addresses: FAULT");
        d->tracks[d->n_tracks++].name = "unicast_peer";
        return true;
    }
    if (!in->peers_told)
        tell(c, names ? SAY_WARNING : SAY_ERROR, "unicast_peer", names ? "no address of another"
             " node is known yet: waiting for one" : "nothing but this node's own addresses; those"
             " of the other nodes are needed");
    in->peers_told = names;
    return false;
}

/* IPv6: what is routed can't come from a link-local address, so peers beyond one hear from the
   first other address of the interface. */
static void source_choose(const checker *c)
{
    vrrp_setup *s = &c->in->setup;

    if (s->desc.family != VRRP_IPV6 || s->desc.n_peers == 0 || is_link_local(&s->desc.peers[0]))
        return;
    for (size_t i = 0; i < c->n_locals && !is_set_ip(&s->source); i++) {
        const vrrp_local *l = &c->locals[i];

        if (l->family == VRRP_IPV6 && !is_link_local(&l->address) &&
            !is_floating(l) && strcmp(l->name, s->interface) == 0)
            s->source = l->address;
    }
}

/* There nobody else can be heard, so every node would hold the addresses. */
static bool not_loopback(const checker *c)
{
    enum { LOOPBACK = 8 };              /* IFF_LOOPBACK */

    for (size_t i = 0; i < c->n_locals; i++)
        if (c->locals[i].flags & LOOPBACK &&
            strcmp(c->locals[i].name, c->in->setup.interface) == 0) {
            tell(c, SAY_ERROR, "interface", "%s is a loopback interface: the other nodes are not"
                 " there", c->in->setup.interface);
            return false;
        }
    return true;
}

static void model_resolve(model *m, const vrrp_local *locals, size_t n, report *out)
{
    checker  c = {m, NULL, out, locals, n};
    unsigned before = m->n_undecided;

    for (c.in = m->instances; c.in; c.in = instance_next(c.in)) {
        if (c.in->ready)
            continue;
        if (!c.in->setup.interface)
            interface_choose(&c);
        c.in->ready = c.in->setup.interface && not_loopback(&c) && peers_take(&c);
        if (c.in->ready) {
            source_choose(&c);
            pace_choose(&c);
            primary_check(&c);
        }
    }
    if (m->n_undecided < before)
        pairs_check(c);
}

// >>print

/* What the table can tell: help, and the effective configuration as environment lines. */

enum { WIDTH = 96 };

/* Wraps at WIDTH, every line indented. */
static void put_wrapped(text *t, unsigned indent, const char *s)
{
    unsigned column = 0, n;

    for (; *s; s += n, s += *s == ' ', column += n) {
        n = (unsigned)strcspn(s, " ");
        if (column && column + 1 + n <= WIDTH) {
            put(t, " %.*s", (int)n, s);
            column++;
        } else {
            put(t, "%s%*s%.*s", column ? "\n" : "", (int)indent, "", (int)n, s);
            column = indent;
        }
    }
    put(t, "\n");
}

/* Its other spellings, but for the one that is shown already. */
static void put_also(text *t, const row *r, const char *name)
{
    text u = {t->a, NULL, 0, 0};

    bool one = r->flags & HEAD || r->type == T_NONE;    /* those that share a reason differ */

    for (const char *key = one ? NULL : r->key; key; key = key_next(key))
        if (strcasecmp(name, key_text(t->a, key)) && !ends_in(name, key_capitals(t->a, key)))
            put(&u, "%s%s", u.n ? ", " : "Also: ", key_text(t->a, key));
    if (u.n)
        put_wrapped(t, 6, u.s);
}

/* One option, under the name it has where it stands. */
static void put_row(text *t, const row *r, const char *name)
{
    const char *allowed = r->allowed ? r->allowed : "", *preset = r->preset ? r->preset : "";
    const char *unit = r->type == T_TIME ? " seconds" : "";
    size_t      size = strlen(allowed) + strlen(unit) + strlen(preset);

    put(t, *allowed ? "  %-31s %s%s" : "  %s", name, allowed, unit);
    if (*preset)
        put(t, *allowed && size < (*preset == '(' ? 52u : 50u) ? "  " : "\n%*s", 34, "");
    put(t, *preset && *preset != '(' ? "(%s)\n" : "%s\n", preset);
    put_wrapped(t, 6, !(r->flags & (REFUSED | INERT)) ? r->help
                      : print(t->a, "%s%s.", r->flags & INERT ? "No effect: " : "", r->help));
    put_also(t, r, name);
}

/* What a row is called in help: a variable, or the word of an item. */
static const char *help_name(arena *a, const row *r, const char *key)
{
    bool named_ = r->in == B_GROUP || r->in == B_CHECK || r->in == B_IPVS_GROUP ||
                  (r->in == B_IPVS && !(r->flags & INHERIT));

    return !blocks[r->in].env || r->flags & INNER
               ? key_text(a, key) : variable_by(a, named_ ? "<NAME>" : "", r, key);
}

static void put_block(text *t, uint8_t b, unsigned only)
{
    for (const row *r = block_rows(b); r; r = row_next(r))
        if (!(r->flags & (REFUSED | INERT)) && (r->flags & only || !only) &&
            (r->flags & INNER) == (only & INNER) && (blocks[b].env || !(r->flags & (HEAD | ALIAS))))
            put_row(t, r, help_name(t->a, r, r->key));
}

/* Keywords with this flag, wrapped; once, also if several blocks have them. */
static void put_keys(text *t, unsigned flag)
{
    text       u = {t->a, NULL, 0, 0};
    const row *same;

    for (const row *r = rows; r < rows + ROWS; r++)
        for (const char *key = r->key; key && r->flags & flag && blocks[r->in].env;
             key = key_next(key)) {
            for (same = rows; !(same->flags & flag) || !blocks[same->in].env ||
                 !key_of(same, key, key_size(key)); same++)
                ;
            if (same == r)
                put(&u, "%s%s", u.n ? ", " : "", key_text(t->a, key));
        }
    put_wrapped(t, 2, u.s);
}

static const char help_head[] =
    "sidecar " VRRP_VERSION ": a floating address for containers and hosts (VRRP)\n"
    "\n"
    "  VRRP_VIRTUAL_IPADDRESS=198.51.100.10/24 sidecar\n"
    "\n"
    "Run this on two machines of that network: one of them holds the address, and when it dies\n"
    "the other takes over. Everything is set by environment variables:\n"
    "\n";

static const char help_tail[] =
    "\n"
    "More than one:   VRRP_WEB_VIRTUAL_IPADDRESS=... VRRP_DB_VIRTUAL_IPADDRESS=... with names of\n"
    "                 yours; VRRP_WEB_PRIORITY is for one of them, VRRP_PRIORITY for all.\n"
    "From a file:     any variable with _FILE, such as VRRP_AUTH_PASS_FILE=/run/secrets/vrrp.\n"
    "\n"
    "sidecar --help all     all options      sidecar --help NAME    one option\n"
    "sidecar --help IPVS    all of VRRP, CHECK, IPVS or SIDECAR\n"
    "sidecar --help names   names to avoid   sidecar -t             test the configuration\n"
    "sidecar -d             print the effective configuration (--print-env: with passwords)\n"
    "sidecar genhash -h     the digest of a page, as keepalived's genhash prints it\n";

static void help_essential(text *t)
{
    put(t, "%s", help_head);
    put_block(t, B_INSTANCE, ESSENTIAL);
    put_block(t, B_CHECK, ESSENTIAL);
    put_block(t, B_IPVS, ESSENTIAL);
    put_block(t, B_GLOBAL, ESSENTIAL);
    put(t, "%s", help_tail);
}

static const struct { const char *prefix; uint8_t block; uint16_t flags; const char *title; }
sections[] = {
    {"VRRP", B_INSTANCE, 0, "Virtual routers (with a name: VRRP_<NAME>_PRIORITY)"},
    {"VRRP", B_VIP, 0, "Options of an address (VRRP_VIRTUAL_IPADDRESS=\"198.51.100.10/24 dev eth0"
     " home\", or\nVRRP_VIRTUAL_IPADDRESS_1_DEV=eth0)"},
    {"VRRP", B_PEER, 0, "Options of a peer"},
    {"VRRP", B_TRACK, 0, "Options of a tracked interface"},
    {"VRRP", B_WATCH, 0, "Options of a tracked check (VRRP_TRACK=\"NGINX weight -20,"
     " icmp://198.51.100.1\")"},
    {"VRRP", B_ROUTE, 0, "Options of a route (VRRP_VIRTUAL_ROUTES=\"default via 198.51.100.1 table"
     " 100\")"},
    {"VRRP", B_RULE, 0, "Options of a rule (VRRP_VIRTUAL_RULES=\"from 198.51.100.10 table 100"
     " preference 100\")"},
    {"VRRP", B_GROUP, 0, "Sync groups"},
    {"CHECK", B_CHECK, 0, "Health checks (without a name, CHECK_INTERVAL: for all)"},
    {"CHECK", B_URL, 0, "Options of a page (CHECK_<NAME>_URL=\"/a, /b status_code 200 301\", or"
     " CHECK_<NAME>_URL_1_PATH=/a\nand so on)"},
    {"IPVS", B_IPVS, 0, "Virtual servers (without a name, IPVS_LB_ALGO: for all)"},
    {"IPVS", B_REAL, 0, "Options of a real server (IPVS_WEB_REAL_SERVER=\"203.0.113.1:80 weight=2,"
     " web2:80\", or\nIPVS_WEB_REAL_SERVER_1_WEIGHT=2)"},
    {"IPVS", B_CHECK, INNER, "Options of TCP_CHECK and the others besides those of CHECK_<NAME>"
     " (IPVS_WEB_HTTP_GET_URL_PATH=/a,\nIPVS_WEB_REAL_SERVER_2_TCP_CHECK=\"connect_port 8080\")"},
    {"IPVS", B_IPVS_GROUP, 0, "Groups of virtual servers"},
    {"SIDECAR", B_GLOBAL, 0, "This process"},
    {"SIDECAR", B_GARP, 0, "Options of a garp_group"},
    {"SIDECAR", B_DAEMON, 0, "Options of lvs_sync_daemon"},
    {"SIDECAR", B_TIMEOUTS, 0, "Options of lvs_timeouts"},
};

/* All, or those with a prefix; false: there are none. */
static bool help_sections(text *t, const char *prefix)
{
    bool any = false;

    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        const char *env = sections[i].flags ? NULL : blocks[sections[i].block].env;

        if (prefix && strcasecmp(prefix, sections[i].prefix) != 0 &&
            (!env || strcasecmp(prefix, env) != 0))
            continue;
        put(t, "%s%s\n\n", any ? "\n" : "", sections[i].title);
        put_block(t, sections[i].block, sections[i].flags);
        any = true;
    }
    return any;
}

static void help_all(text *t)
{
    help_sections(t, NULL);
    put(t, "\nOther names that are understood: KEEPALIVED_<...> with\n\n");
    for (size_t i = 0; i < ALIASES; i++) {
        const row *r = row_of(B_INSTANCE, aliases[i].key);

        if (strcmp(aliases[i].key, "track") == 0)
            put(t, "  %-30s  of what VRRP_TRACK tracks\n", aliases[i].name);
        else if (!(r->flags & REFUSED))
            put(t, "  %-30s  = %s%s\n", aliases[i].name, variable(t->a, "", r),
                r->type == T_BLOCK ? "[_<n>]" : "");
    }
    put(t, "  %-30s  = prefix length of VIRTUAL_IP\n", "VIRTUAL_MASK");
    put(t, "\nKeywords of keepalived that are accepted without effect (--help NAME says why)\n\n");
    put_keys(t, INERT);
    put(t, "\nKeywords that this version refuses\n\n");
    put_keys(t, REFUSED);
}

/* Would VRRP_<name>_<rest> read as a keyword of its own? name: the n bytes of key before a _. */
static bool is_taken(const char *key, size_t n)
{
    for (const row *r = key[n] == '_' ? block_rows(B_INSTANCE) : NULL; r; r = row_next(r))
        if (key_of(r, key + n + 1, key_size(key + n + 1)))
            return true;
    return false;
}

/* Is there a keyword before this one that takes the same name? */
static bool taken_before(const char *key, size_t n)
{
    for (const row *r = block_rows(B_INSTANCE); r; r = row_next(r))
        for (const char *k = r->key; k; k = key_next(k)) {
            if (k == key)
                return false;
            if (strncmp(k, key, n) == 0 && is_taken(k, n))
                return true;
        }
    return false;
}

static void help_names(text *t)
{
    const char *sign = "";

    put(t, "A name is made of A-Z, 0-9 and _. It cannot end in _FILE, begin with GROUP_ or be "
        "GROUP,\nor begin with a list and a number, as UNICAST_PEER_1. Nor can it be one of "
        "these, as a"
        "\nkeyword behind it would read as another keyword:\n\n  ");
    for (const row *r = block_rows(B_INSTANCE); r; r = row_next(r))
        for (const char *key = r->key; key; key = key_next(key))
            for (size_t n = 1; n < key_size(key); n++)
                if (is_taken(key, n) && !taken_before(key, n)) {
                    put(t, "%s%.*s", sign, (int)n, key_capitals(t->a, key));
                    sign = ", ";
                }
    put(t, "\n\nA check cannot be called like one of its options (INTERVAL, URL, USER and so"
        " on), nor\nend in one (DB_URL would be an option of DB). A virtual server cannot be"
        " called\nSORRY_SERVER, nor begin with a checker, as TCP_CHECK_1.\n");
}

/* A variable, or a keyword of any block. */
static bool help_one(text *t, const char *name)
{
    char *loud = capitals(t->a, name);
    bool  found = false;
    place p;

    if (place_match(t->a, loud, &p)) {
        put_row(t, p.step[p.steps - 1].row, loud);
        return true;
    }
    for (const row *r = rows; r < rows + ROWS; r++) {
        const char *key = r->flags & HEAD ? NULL : key_of(r, name, strlen(name));

        if (!key && strcasecmp(help_name(t->a, r, r->key), name) == 0)
            key = r->key;
        if (key)
            put_row(t, r, help_name(t->a, r, key));
        found = found || key;
    }
    return found;
}

static void help_unknown(text *t, const char *name)
{
    nearest best = nearest_to(name, 0);

    for (const row *r = rows; r < rows + ROWS; r++)
        for (const char *key = r->key; key && !(r->flags & HEAD); key = key_next(key)) {
            nearest_try(&best, key_text(t->a, key));
            nearest_try(&best, help_name(t->a, r, key));
        }
    put(t, "%.80s: no such option%s\n", name, did_you_mean(t->a, &best));
}

/* topic: NULL, "all", "names", a prefix, or a variable or keyword. False: there is none. */
static bool help_topic(text *t, const char *topic)
{
    if (!topic)
        help_essential(t);
    else if (strcmp(topic, "all") == 0)
        help_all(t);
    else if (strcmp(topic, "names") == 0)
        help_names(t);
    else if (!help_sections(t, topic) && !help_one(t, topic)) {
        help_unknown(t, topic);
        return false;
    }
    return true;
}

/* Returns the exit status. */
static int help_print(const char *topic)
{
    arena a = {NULL};
    text  t = {&a, NULL, 0, 0};
    int   status = help_topic(&t, topic) ? 0 : 2;

    write_all(status ? 2 : 1, t.s, t.n);
    arena_free(&a);
    return status;
}

/* --- the effective configuration ------------------------------------------------------------ */

/* A value of several words: quotes around it go away again, a comma at its end keeps them. */
static void put_words(text *t, const char *s)
{
    if (strchr(s, '"') && strchr(s, '\''))
        put(t, "%s,", s);
    else
        put_word(t, s, " ,\"'");
}

#define SPECIAL " \t\r\n\v\f,'\""

static const char *written(arena *a, const node *n, const row *r)
{
    text t = {a, NULL, 0, 0};

    types[r->type].write(&t, n, r);
    return t.s ? t.s : "";
}

static void put_key(text *t, const char *key)
{
    put(t, "%s%s", t->n && t->s[t->n - 1] != ' ' ? " " : "", key_text(t->a, key));
}

static void write_options(text *t, const node *n);

/* " nexthop via 198.51.100.1": blocks within an item, and what belongs to them */
static void write_inner(text *t, const node *n, const row *r)
{
    for (const node *in = *(node **)place_of(n, r); in; in = in->next) {
        const row *head = row_with(in->block, HEAD);

        put_key(t, r->key);
        if (!(r->flags & PLAIN) && head->type != T_NONE) {
            put(t, " ");
            put_word(t, written(t->a, in, head), SPECIAL);
        }
        write_options(t, in);
    }
}

/* " dev eth0 home"; blocks last, for what follows them would be theirs */
static void write_options(text *t, const node *n)
{
    for (const row *r = block_rows(n->block); r; r = row_next(r)) {
        const char *s = "";

        if (r->flags & (HEAD | ALIAS) || !types[r->type].write || !giver(n, r) ||
            r->type == T_BLOCK)
            continue;
        s = written(t->a, n, r);
        if (types[r->type].words == 0 || *s)
            put_key(t, r->key);
        if (types[r->type].words == 0)
            put(t, "%s", strcmp(s, "no") == 0 ? "=no" : "");
        else if (*s) {
            put(t, " ");
            put_word(t, s, r->type == T_METRIC || types[r->type].words < 0 ? "" : SPECIAL);
        }
    }
    for (const row *r = block_rows(n->block); r; r = row_next(r))
        if (r->type == T_BLOCK && !(r->flags & ALIAS) && giver(n, r))
            write_inner(t, n, r);
}

/* "198.51.100.10/24 dev eth0, 198.51.100.11/24" */
static void write_list(text *t, const node *parent, const row *list)
{
    for (const node *n = *(node **)place_of(parent, list); n; n = n->next) {
        const row *head = row_with(n->block, HEAD);
        size_t     from;

        put(t, "%s", t->n ? ", " : "");
        from = t->n;
        if (list->flags & PLAIN) {
            write_options(t, n);
            put(t, "%s", t->n == from ? "yes" : "");
            continue;
        }
        if (types[head->type].words == 1 && types[head->type].write)
            put_word(t, written(t->a, n, head), SPECIAL);
        else if (types[head->type].write)
            put(t, "%s", written(t->a, n, head));
        write_options(t, n);
    }
}

/* One line for each row; what was not given stands behind a #. */
static void dump_node(text *t, const node *n, const char *name, bool secrets)
{
    for (const row *r = block_rows(n->block); r; r = row_next(r)) {
        bool        set = giver(n, r) || !r->preset || *r->preset == '(';
        bool        foreign = n->block == B_CHECK &&
                              (r->flags & INNER || !belongs(r, (const probe *)(const void *)n));
        bool        plain = n->block == B_IPVS || (n->block == B_CHECK && r->type == T_SHORT);
        bool        undecided = !giver(n, r) && (r->type == T_BLOCK ||
                                                  (plain && r->preset && *r->preset == '('));
        const char *s = r->flags & (ALIAS | REFUSED) || !types[r->type].write
                            ? "" : written(t->a, n, r);

        if (!*s || foreign || undecided)
            continue;
        put(t, "%s%s=", set ? "" : "# ", variable(t->a, name, r));
        if (r->flags & SECRET && !secrets)
            put(t, "********");
        else if (is_whole(r))
            put(t, "%s", s);
        else if (types[r->type].words == 1)
            put_word(t, s, SPECIAL);
        else
            put_words(t, s);
        put(t, "\n");
    }
}

static void dump(text *t, const model *m, bool secrets)
{
    static const uint8_t order[] = {B_INSTANCE, B_GROUP, B_IPVS, B_IPVS_GROUP, B_CHECK};

    dump_node(t, &m->global.n, "", secrets);
    for (size_t i = 0; i < sizeof order; i++)
        for (const node *n = *blocks_of((model *)(uintptr_t)m, order[i]); n; n = n->next) {
            if (!*n->name)              /* a check that stands where it is tracked */
                continue;
            put(t, "\n");
            dump_node(t, n, n->block == B_INSTANCE && m->unnamed ? "" : n->name, secrets);
        }
}

/* The configuration as it counts, as environment lines; passwords only when asked for. */
static void dump_print(const model *m, bool secrets)
{
    arena a = {NULL};
    text  t = {&a, NULL, 0, 0};

    dump(&t, m, secrets);
    write_all(1, t.s, t.n);
    arena_free(&a);
}

// >>log

/* One line for each event on standard output, as text or JSON, in one write. A reader that does
   not read must not stop adverts: a line that would block is dropped, and counted. */

enum { LINE_MOST = 2048 };      /* below PIPE_BUF: poll() says writable only if it fits whole */

static struct {
    log_form    form;
    const char *node;
    int         fd;
    unsigned    lost;
} logging = {{0, SAY_INFO}, "", 1, 0};

/* Length of the UTF-8 sequence at s, 0 if it is none. */
static size_t utf8(const char *s)
{
    const unsigned char *u = (const unsigned char *)s;
    size_t n = u[0] < 0x80 ? 1 : u[0] >= 0xc2 && u[0] < 0xe0 ? 2 : (u[0] & 0xf0) == 0xe0 ? 3
               : u[0] >= 0xf0 && u[0] < 0xf5 ? 4 : 0;

    for (size_t i = 1; i < n; i++)
        if ((u[i] & 0xc0) != 0x80)
            return 0;
    if (n >= 3 && ((u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xed && u[1] > 0x9f) ||
                   (u[0] == 0xf0 && u[1] < 0x90) || (u[0] == 0xf4 && u[1] > 0x8f)))
        return 0;
    return n;
}

static void line_json(text *l, const char *s)
{
    while (*s && l->size - l->n > 8) {
        size_t n = utf8(s);

        if (*s == '"' || *s == '\\')
            put(l, "\\%c", *s);
        else if ((unsigned char)*s < 32 || *s == 127 || n == 0)
            put(l, "\\u%04x", (unsigned char)*s < 128 ? (unsigned)*s : 0xfffdu);
        else
            put(l, "%.*s", (int)n, s);
        s += n ? n : 1;
    }
}

static void line_time(text *l)
{
    struct timespec now;
    struct tm       t;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &t);
    put(l, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday,
             t.tm_hour, t.tm_min, t.tm_sec, (int)(now.tv_nsec / 1000000));
}

static void line_event(text *l, uint8_t level, const char *who, const char *what)
{
    if (!logging.form.json) {
        line_time(l);
        put(l, " %s%s%s: %s", level < SAY_INFO ? levels[level] : "",
                 level < SAY_INFO ? " " : "", who ? who : "sidecar", what);
        return;
    }
    put(l, "{\"time\":\"");
    line_time(l);
    put(l, "\",\"level\":\"%s\",\"node\":\"", levels[level]);
    line_json(l, logging.node);
    if (who) {
        put(l, "\",\"instance\":\"");
        line_json(l, who);
    }
    put(l, "\",\"message\":\"");
    line_json(l, what);
    put(l, "\"}");
}

static bool say_line(uint8_t level, const char *who, const char *what)
{
    struct pollfd p = {logging.fd, POLLOUT, 0};
    char          s[LINE_MOST + 1];
    text          l = {NULL, s, 0, LINE_MOST};

    line_event(&l, level, who, what);
    s[l.n++] = '\n';
    if (poll(&p, 1, 0) != 1 || !(p.revents & POLLOUT))
        return false;
    return write(logging.fd, s, l.n) == (ssize_t)l.n;
}

/* who: the instance, or NULL for the process. */
__attribute__((format(printf, 3, 4)))
static void say(uint8_t level, const char *who, const char *format, ...)
{
    char    what[LINE_MOST / 2], news[64];
    va_list args;

    if (level > logging.form.level)
        return;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    clean(what);
    snprintf(news, sizeof news, "%u log lines were lost: nobody read them", logging.lost);
    if (logging.lost && say_line(SAY_WARNING, NULL, news))
        logging.lost = 0;
    logging.lost += !say_line(level, who, what);
}

/* The log as the model says. Texts stay the model's. */
static void log_open(const model *m)
{
    logging.form = m->global.log;
    logging.node = m->global.router_id ? m->global.router_id : m->global.node;
}

/* Remarks as log lines, up to a level. */
static void report_say(const report *out, uint8_t most)
{
    for (const remark *m = out->first; m; m = m->next)
        if (m->level <= most)
            say(m->level, NULL, "%s", m->text);
}

#ifndef SIDECAR_TEST

// >>life

/* Interfaces that reloads may bring. Memory that is never used costs nothing. */
enum { LIFE_SPARE = 4096 };

/* Beside the configuration: which half of it runs, and what stays when it ends. */
enum { ONLY_VRRP = 1, ONLY_IPVS = 2, KEEP_IPVS = 4 };
static unsigned life_asked;

#define LIFE_CAPS (1u << CAP_NET_ADMIN | 1u << CAP_NET_RAW)
#define USER_CAPS (1u << CAP_SETUID | 1u << CAP_SETGID | 1u << CAP_KILL)

/* What is known of names: see >>lookup. */
typedef struct names {
    lookup     *first;
    resolver    resolver;
    char       *hosts;                  /* /etc/hosts */
    struct stat hosts_seen, conf_seen;
    unsigned    n_asked;
    int         timer;                  /* -1: there are no names */
    uint64_t    patience;               /* until then others wait for names */
    bool        stale;                  /* the timer is for what was due before */
} names;

/* Everything the worker runs on. */
typedef struct life {
    model     *config;
    vrrp_io    io;
    bool       routing;                 /* there are virtual routers: that one is open */
    vrrp_link *links;
    check_io   checks;
    bool       checking;                /* there are checks: that one is open */
    struct errands *errands;            /* commands to be run, a queue for each subject */
    ipvs_io    ipvs;
    bool       balancing;               /* there are virtual servers: that one is open */
    struct listed    *listed;
    struct pool_room *stale;
    bool       sync_changed;
    bool       drained;                 /* a server has */
    bool       nat_told[2];             /* what it needs, IPv4 and IPv6 */
    uint8_t    syncing;                 /* IPVS_SYNC_* */
    uint32_t   caps;                    /* that we kept */
    names      names;
    model     *next;                    /* read, and its names are being looked up */
    int        signals;                 /* signalfd */
    int        changes;                 /* links and addresses, while an interface is sought; -1 */
    bool       stopping;
} life;

/* --- capabilities and limits -------------------------------------------------------------- */

static const char *life_missing(uint32_t missing)
{
    if (!(missing & LIFE_CAPS))
        return "a check has a user: that needs the capabilities CAP_SETUID, CAP_SETGID and CAP_KILL"
               " too: --cap-add SETUID --cap-add SETGID --cap-add KILL";
    if ((missing & LIFE_CAPS) == LIFE_CAPS)
        return "the capabilities CAP_NET_ADMIN (add addresses) and CAP_NET_RAW (send adverts) are "
               "missing: run as root, or with --cap-add NET_ADMIN --cap-add NET_RAW";
    if (missing & 1u << CAP_NET_ADMIN)
        return "the capability CAP_NET_ADMIN (add addresses) is missing: run as root, or with "
               "--cap-add NET_ADMIN";
    return "the capability CAP_NET_RAW (send adverts) is missing: run as root, or with "
           "--cap-add NET_RAW";
}

/* Commands of other users need some: to become the user, and to end the command in time. Echo
   requests and, before Linux 5.7, sockets of one interface need another. */
static uint32_t probe_needs(const probe *p)
{
    bool raw = p->d.kind == CHECK_ICMP || (p->d.device[0] && p->d.kind != CHECK_INTERFACE);

    return (p->user.on ? USER_CAPS : 0) | (raw ? 1u << CAP_NET_RAW : 0);
}

static bool life_has_vrrp(const model *m)
{
    return m->instances || has_static(m);
}

static uint32_t life_needs(const model *m)
{
    uint32_t needs = life_has_vrrp(m) ? LIFE_CAPS : 1u << CAP_NET_ADMIN;

    for (const probe *p = m->probes; p; p = probe_next(p))
        needs |= probe_needs(p);
    for (const virtual_server *vs = m->virtuals; vs; vs = virtual_next(vs)) {
        if (vs->user.on)
            needs |= USER_CAPS;
        for (const real_server *rs = vs->reals; rs; rs = real_next(rs))
            for (const watch *w = rs->uses; w; w = watch_next(w))
                needs |= probe_needs(w->probe);
    }
    return needs;
}

/* What we were given. */
static uint32_t life_permitted(void)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct   cap[2] = {{0, 0, 0}, {0, 0, 0}};

    return syscall(SYS_capget, &head, cap) == 0 ? cap[0].permitted : 0;
}

/* Raises what we need if we were given it, drops all others for good. */
static bool life_capabilities(uint32_t needs)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct   cap[2] = {{0, 0, 0}, {0, 0, 0}};
    uint32_t                        missing = needs & ~life_permitted();

    if (missing) {
        say(SAY_ERROR, NULL, "%s", life_missing(missing));
        return false;
    }
    cap[0].effective = cap[0].permitted = needs;
    if (syscall(SYS_capset, &head, cap) == 0)
        return true;
    say(SAY_ERROR, NULL, "capset: %s", strerror(errno));
    return false;
}

/* A descriptor for the lock of each instance, two for each interface: all the hard limit has. */
static void life_limits(void)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

/* --- configuration --------------------------------------------------------------------------- */

/* The interfaces and addresses of this host, to be freed; NULL: they can't be listed. */
static vrrp_local *life_locals(size_t *count, report *out)
{
    vrrp_local *locals = NULL, *more;
    int         room = 64, n;

    *count = 0;
    for (;;) {
        more = realloc(locals, (size_t)room * sizeof *locals);
        n = more ? vrrp_list(more, (size_t)room) : -ENOMEM;
        locals = more ? more : locals;
        if (n <= room)
            break;
        room = n + 64;
    }
    if (n >= 0) {
        *count = (size_t)n;
        return locals;
    }
    if (out)
        remark_add(out, SAY_ERROR, "sidecar", "the interfaces can't be listed: %s", strerror(-n));
    free(locals);
    return NULL;
}

/* Looks for the interfaces that are not decided yet, and drops own addresses from peer lists. */
static void life_resolve(model *m, report *out)
{
    size_t      n;
    vrrp_local *locals = life_locals(&n, out);

    if (locals)
        model_resolve(m, locals, n, out);
    free(locals);
}

enum { READ_TO_START, READ_TO_SHOW, READ_AGAIN };

/* Mistakes stop a start and go to standard error; everything else is for the log. */
static void life_tell(const model *m, const report *out, int why)
{
    if (why == READ_TO_SHOW || (why == READ_TO_START && out->errors)) {
        report_print(out, out->errors ? SAY_WARNING : SAY_INFO, 2);
    } else if (why == READ_TO_START) {
        log_open(m);
        report_say(out, SAY_INFO);
    } else if (why == READ_AGAIN) {
        report_say(out, SAY_WARNING);
    }
}

/* Sequence numbers must lie above those of before a restart, or a time without AH. Since 2026 began
   they grow twice as fast as adverts are sent; what is sent besides (answers to losing adverts) is
   rare enough. A running instance goes on while it has some left. */
static void life_number(instance *in, report *out, int why)
{
    vrrp_desc      *d = &in->setup.desc;
    uint32_t        peers = in->peers_likely ? in->peers_likely : d->n_peers;
    uint64_t        each = (peers ? peers : 1u) * (d->dual ? 4u : 2u);
    bool            first = why == READ_TO_START || why == READ_TO_SHOW;
    int64_t         seconds;
    struct timespec now;

    if (d->auth < VRRP_AUTH_AH || (d->auth == VRRP_AUTH_AH && d->ah == VRRP_AH_KEEPALIVED))
        return;
    clock_gettime(CLOCK_REALTIME, &now);
    seconds = (int64_t)now.tv_sec - 1767225600;
    if (seconds < 0) {
        remark_add(out, SAY_WARNING, in->label, "the clock stands before 2026: nodes that have"
                   " heard this one will not hear it now (ah_replay)");
        seconds = 0;
    }
    d->ah_sequence = ((uint64_t)seconds * VRRP_SECOND + (uint64_t)now.tv_nsec) /
                     (d->interval / each);
    if (d->ah_esn || d->ah_sequence <= UINT32_MAX / 16 * 12)
        return;
    if (d->ah_sequence < UINT32_MAX / 16 * 15) {
        remark_add(out, SAY_WARNING, in->label, "%u %% of the sequence numbers are used up: set"
                   " ah_esn=yes on all nodes", (unsigned)(d->ah_sequence / (UINT32_MAX / 100)));
    } else {
        remark_add(out, first ? SAY_ERROR : SAY_WARNING, in->label, "no sequence numbers are left"
                   " for adverts so frequent: set ah_esn=yes on all nodes");
        d->ah_sequence = 0;
    }
}

/* -P and -C: the other half is left out. Checks that are tracked belong to VRRP, those of real
   servers to them, and the sync daemon to the instance that it follows. */
static void life_halve(model *m)
{
    unsigned half = life_asked & (ONLY_VRRP | ONLY_IPVS);
    probe  **at = &m->probes;

    if (half != ONLY_VRRP && half != ONLY_IPVS)
        return;
    while (*at) {
        if (half == ONLY_IPVS ? (*at)->used : (*at)->tracked || !(*at)->used)
            at = (probe **)(void *)&(*at)->n.next;
        else
            *at = probe_next(*at);
    }
    if (half == ONLY_VRRP) {
        m->virtuals = NULL;
        return;
    }
    m->instances = NULL;
    m->groups = NULL;
    m->global.vips = NULL;
    m->global.routes = NULL;
    m->global.rules = NULL;
    m->global.lvs_daemon = NULL;
}

#ifdef SIDECAR_TLS
/* A file that checks cannot do without: of many that name it, *last has been read. */
static void life_pem(const checker *c, const probe *p, const char *key, const char *path,
                     const char **last)
{
    mbedtls_x509_crt chain;
    char             why[100];
    int              bad;

    if (!path || (*last && strcmp(*last, path) == 0))
        return;
    *last = path;
    mbedtls_x509_crt_init(&chain);
    bad = access(path, R_OK) ? -errno : strcmp(key, "tls_key") != 0
              ? mbedtls_x509_crt_parse_file(&chain, path) : 0;
    mbedtls_x509_crt_free(&chain);
    snprintf(why, sizeof why, "no certificates in it (-0x%04x)", (unsigned)-bad);
    if (bad < 0)
        mistake(c, &p->n, key, "%s: %s", path, bad > -0x100 ? strerror(-bad) : why);
}

static void life_pems(const checker *c, const probe *p, const char *last[3])
{
    const check_tls *d = &p->d.tls;

    life_pem(c, p, "tls_ca", d->no_verify ? NULL : d->ca, &last[0]);
    life_pem(c, p, "tls_certificate", d->certificate, &last[1]);
    life_pem(c, p, "tls_key", d->key, &last[2]);
}
#endif

/* What is read while it runs has to be there, or a reload would lose what runs. */
static void life_files(model *m, report *out)
{
#ifdef SIDECAR_TLS
    checker     c = {m, NULL, out, NULL, 0};
    const char *last[3] = {NULL, NULL, NULL};

    for (const probe *p = m->probes; p; p = probe_next(p))
        life_pems(&c, p, last);
    for (const virtual_server *vs = m->virtuals; vs; vs = virtual_next(vs))
        for (const real_server *rs = vs->reals; rs; rs = real_next(rs))
            for (const watch *w = rs->uses; w; w = watch_next(w))
                life_pems(&c, w->probe, last);
#else
    (void)m, (void)out;
#endif
}

/* The whole configuration, or NULL after every mistake in it was said. names: what is known. */
static model *life_read(int why, lookup **names_)
{
    report out = {{NULL}, NULL, NULL, 0, 0};
    model *m = model_read(environ, NULL, &out);
    bool   good = out.errors == 0;

    if (good)
        life_halve(m);
    if (good && names_)
        model_names(m, names_);
    if (good)
        life_resolve(m, &out);
    for (instance *in = m->instances; good && in; in = instance_next(in))
        life_number(in, &out, why);
    if (good)
        life_files(m, &out);
    life_tell(m, &out, why);
    if (out.errors) {
        model_free(m);
        m = NULL;
    }
    report_free(&out);
    return m;
}

/* --- the warden ------------------------------------------------------------------------------ */

static void warden_swept(const char *who, int n)
{
    if (n > 0)
        say(SAY_WARNING, who, "the worker died: removed what it left behind (%d)", n);
    else if (n < 0)
        say(SAY_ERROR, who, "the worker died, and what it left can't be removed: %s",
            strerror(-n));
}

/* The warden forks before anything is read, and stays small. The worker leaves in one of two files,
   which are nowhere but in memory, what it is about to run, and empties the other one as soon as
   nothing of that is left. */
static int      wills[2] = {-1, -1};
static unsigned will_now;

static void will_open(void)
{
    for (size_t i = 0; i < 2; i++)
        wills[i] = memfd_create("sidecar", MFD_CLOEXEC);
}

/* Before it begins. */
static void will_write(model *m)
{
    int fd = wills[will_now ^= 1];

    if (m->said && (ftruncate(fd, 0) ||
                    pwrite(fd, m->said, m->n_said, 0) != (ssize_t)m->n_said))
        say(SAY_WARNING, NULL, "should this process die, nobody removes its addresses: memfd: %s",
            strerror(errno));
    arena_free(&m->will);
    m->said = NULL;
}

/* What was before is gone. */
static void will_settle(void)
{
    if (ftruncate(wills[will_now ^ 1], 0))
        return;                         /* nor could it be written */
}

/* As an environment; NULL: there is none, or it broke off. */
static char **will_read(arena *a, int fd)
{
    struct stat st;
    size_t      size = fstat(fd, &st) == 0 ? (size_t)st.st_size : 0, n = 0;
    char       *s = take(a, size + 1), **env;

    if (size < 2 || pread(fd, s, size, 0) != (ssize_t)size || s[size - 1] || s[size - 2])
        return NULL;
    for (size_t i = 0; i < size; i++)
        n += !s[i];
    env = take(a, n * sizeof *env);
    for (n = 0; *s; s += strlen(s) + 1)
        env[n++] = s;
    return env;
}

/* The worker died without letting go: what it held must not answer any more. It may have found an
   interface, so that is looked up here too. Another process that runs the same virtual router by
   now is left alone: vrrp_sweep() respects its lock. That secrets are missing is no matter here. */
static void warden_sweep(char **env)
{
    report out = {{NULL}, NULL, NULL, 0, 0};
    model *m = model_read(env, NULL, &out);

    log_open(m);
    life_halve(m);
    life_resolve(m, &out);
    report_free(&out);
    for (instance *in = m->instances; in; in = instance_next(in))
        if (in->setup.interface)
            warden_swept(in->label, vrrp_sweep(&in->setup));
    if (has_static(m))
        warden_swept("static", vrrp_sweep(&m->global.setup));
}

static void warden_execute(void)
{
    arena a = {NULL};

    for (size_t i = 0; i < 2; i++) {
        char **env = will_read(&a, wills[i]);

        if (env)
            warden_sweep(env);
    }
}

/* Reaps whatever ended: as PID 1 that is everybody's orphans. True when it was the worker. */
static bool warden_reap(pid_t worker, int *status)
{
    bool  found = false;
    int   ended;
    pid_t pid;

    while ((pid = waitpid(-1, &ended, WNOHANG)) > 0)
        if (pid == worker) {
            *status = ended;
            found = true;
        }
    return found;
}

/* PID 1 of a container: waits, hands signals on, reaps, and cleans up after a dead worker. Then it
   ends with the worker's status: to start again is the business of whoever started it. */
static int warden(pid_t worker, const sigset_t *signals)
{
    siginfo_t info;
    int       status = 0;

    life_capabilities(life_permitted() & LIFE_CAPS);
    for (;;) {
        if (sigwaitinfo(signals, &info) < 0)
            continue;
        if (info.si_signo != SIGCHLD) {
            kill(worker, info.si_signo);
        } else if (warden_reap(worker, &status)) {
            if (status != 0)
                warden_execute();
            if (!WIFSIGNALED(status))
                return WEXITSTATUS(status);
            say(SAY_ERROR, NULL, "the worker was ended by signal %d", WTERMSIG(status));
            return 128 + WTERMSIG(status);
        }
    }
}

/* --- events ---------------------------------------------------------------------------------- */

static const char *life_name(const vrrp_event *e)
{
    if (e->group)
        return e->group->name;
    return e->router ? e->router->v.d.name : NULL;      /* texts about a link name it */
}

/* In the words that people grep for, then why. */
static void life_state(const vrrp_event *e)
{
    const char *why = vrrp_why_str(e->why), *was = vrrp_state_str(e->from);

    if (e->to == VRRP_FAULT && !e->group && e->why == VRRP_WHY_FAULT)
        why = vrrp_fault_str(e->router->v.faults);
    if (e->to == VRRP_INIT)
        say(SAY_INFO, life_name(e), "Stopped (was %s)", was);
    else
        say(e->to == VRRP_FAULT ? SAY_WARNING : SAY_INFO, life_name(e),
            "Entering %s STATE (%s; was %s)", vrrp_state_str(e->to), why, was);
}

/* Where two nodes differ: the setting that is to be looked at, and how. */
static const struct { int code; const char *key, *advice; } advices[] = {
    {VRRP_E_VERSION, "version", "must be the same on all nodes"},
    {VRRP_E_AUTH_MISMATCH, "auth_type", "and the password must be the same on all nodes"},
    {VRRP_E_AUTH, "auth_pass", "must be the same on all nodes, and so must auth_key"},
    {VRRP_E_AUTH_MISSING, "auth_hmac_key", "must be set on all nodes; see auth_hmac_mode for a"
     " migration"},
    {VRRP_E_AUTH_KEY, "auth_hmac_key", "does not have the key"},
    {VRRP_E_AUTH_HMAC, "auth_hmac_key", "must be the same on all nodes"},
    {VRRP_E_AUTH_STALE, "auth_hmac_time_window", "is smaller than that; are the clocks right?"},
    {VRRP_E_INTERVAL, "advert_int", "must be the same on all nodes"},
    {VRRP_E_LIST, "virtual_ipaddress", "must be the same on all nodes; another virtual router needs"
     " another virtual_router_id"},
    {VRRP_E_DESTINATION, "unicast_peer", "must be set on all nodes or on none"},
    {VRRP_E_PEER, "unicast_peer", "does not have it"},
    {VRRP_E_TTL, "min_ttl", "allows less with unicast; a multicast advert has to come with 255,"
     " straight from its sender"},
    {VRRP_E_OWNER, "priority", "of 255 is for one node"},
    {VRRP_E_OWN, "interface", "has an address that another node has, too, or a switch sends our"
     " adverts back"},
};

/* The variable behind a setting of a virtual router, as life_advice() and strangers name it. */
static const char *life_variable(const life *l, const vrrp_router *r, const char *key, report *out)
{
    checker c = {l->config, r->user, out, NULL, 0};

    return origin(&c, key);
}

/* "; VRRP_ADVERT_INT must be the same on all nodes", or nothing. */
static const char *life_advice(const life *l, const vrrp_event *e, report *out)
{
    for (size_t i = 0; i < sizeof advices / sizeof *advices; i++)
        if (advices[i].code == e->code)
            return print(&out->a, "; %s %s", life_variable(l, e->router, advices[i].key, out),
                         advices[i].advice);
    return "";
}

static void life_differs(const life *l, const vrrp_event *e, const char *from)
{
    report out = {{NULL}, NULL, NULL, 0, 0};
    bool   text_ = e->text[0] != 0;

    say(SAY_WARNING, life_name(e), "%s from %s%s: %s%s%s%s%s",
        e->kind == VRRP_EVENT_DROPPED ? "dropping adverts" : "adverts", from,
        e->kind == VRRP_EVENT_DROPPED ? "" : " count, but", vrrp_str(e->code), text_ ? " (" : "",
        e->text, text_ ? ")" : "", life_advice(l, e, &out));
    report_free(&out);
}

/* Somebody who has our addresses means to be with us. */
static void life_stranger(const life *l, const vrrp_event *e, const char *from)
{
    report out = {{NULL}, NULL, NULL, 0, 0};

    if (e->router)
        say(SAY_WARNING, life_name(e), "advert for VRID %d from %s lists our address %s, and we run"
            " %d; %s must be the same on all nodes", e->vrid, from, e->text, e->router->v.d.vrid,
            life_variable(l, e->router, "virtual_router_id", &out));
    else
        say(l->config->global.log_unknown ? SAY_INFO : SAY_DEBUG, NULL, "advert for VRID %d from %s"
            " seen on %s, this process does not run it", e->vrid, from, e->link->name);
    report_free(&out);
}

static void balance_sync(life *l);

static void life_event(life *l, const vrrp_event *e)
{
    char from[INET6_ADDRSTRLEN] = "?";

    if (e->family)
        inet_ntop(e->family == VRRP_IPV6 ? AF_INET6 : AF_INET, e->peer.byte, from, sizeof from);
    switch (e->kind) {
    case VRRP_EVENT_STATE:    life_state(e), balance_sync(l); break;
    case VRRP_EVENT_NEWS:     say(SAY_WARNING, life_name(e), "%s", vrrp_why_str(e->why)); break;
    case VRRP_EVENT_DROPPED:
    case VRRP_EVENT_DIFFERS:  life_differs(l, e, from); break;
    case VRRP_EVENT_LINK:     say(SAY_INFO, life_name(e), "%s", e->text); break;
    case VRRP_EVENT_STRANGER: life_stranger(l, e, from); break;
    default:
        say(SAY_ERROR, life_name(e), "%s", e->text[0] ? e->text : vrrp_str(e->code));
        break;
    }
}

/* --- the worker ------------------------------------------------------------------------------ */

/* The most interfaces that one setup can name, and macvlans on them. */
static unsigned life_names(const vrrp_setup *s)
{
    unsigned n = 1u + s->use_vmac + s->n_routes + 2u * s->n_rules;

    for (size_t i = 0; i < s->desc.n_addresses; i++)
        n += (s->desc.addresses[i].device[0] != 0) + (unsigned)s->desc.addresses[i].use_vmac;
    for (size_t i = 0; i < s->n_routes; i++)
        n += s->routes[i].n_hops;
    return n;
}

static unsigned life_devices(const model *m)
{
    unsigned n = life_names(&m->global.setup);

    for (const instance *in = m->instances; in; in = instance_next(in))
        n += life_names(&in->setup) + in->setup.desc.n_tracks +
             (in->group ? in->group->n_tracks : 0u);
    return n;
}

/* Without virtual routers nothing of it is needed, its capability included. */
static bool life_open(life *l)
{
    vrrp_io_options options;

    if (l->routing || !life_has_vrrp(l->config))
        return true;
    memset(&options, 0, sizeof options);
    options.n_links = life_devices(l->config) + LIFE_SPARE;
    options.links = l->links = calloc(options.n_links, sizeof *l->links);
    options.delays = l->config->global.delay;
    options.n_delays = l->config->global.n_delays;
    l->routing = l->links && vrrp_io_open(&l->io, &options) == 0;
    if (l->routing)
        return true;
    say(SAY_ERROR, NULL, "%s", l->links ? l->io.err : "out of memory");
    return false;
}

static vrrp_group *life_group(sync_group *g)
{
    vrrp_group *run = g->run;

    if (!run) {
        g->run = run = calloc(1, sizeof *run);
        if (run)
            vrrp_group_init(run, g->label);
    }
    if (run) {
        run->tracks = g->track;
        run->n_tracks = g->n_tracks;
        run->weights = g->weights;
    }
    return run;
}

/* vrrp_startup_delay, or what is left of vrrp_delay_after_boot. */
static uint64_t life_delay(const globals *g)
{
    uint64_t up = vrrp_now(), left = g->boot_delay > up ? g->boot_delay - up : 0;

    return left > g->startup_delay ? left : g->startup_delay;
}

static bool life_add(life *l, instance *in)
{
    vrrp_router *router = calloc(1, sizeof *router);
    int          bad = router ? 0 : -ENOMEM;

    if (router)
        router->user = in;
    in->setup.group = in->group ? life_group(in->group) : NULL;
    in->setup.desc.startup_delay = life_delay(&l->config->global);
    if (!bad)
        bad = vrrp_io_add(&l->io, router, &in->setup, vrrp_now());
    if (!bad) {
        in->run = router;
        return true;
    }
    say(SAY_ERROR, in->label, "%s", l->io.err[0] ? l->io.err : vrrp_str(bad));
    free(router);
    return false;
}

/* What is static, if there is any and it does not run yet. */
static bool life_static(life *l)
{
    globals     *g = &l->config->global;
    vrrp_router *router;

    if (g->run || !has_static(l->config))
        return true;
    router = calloc(1, sizeof *router);
    if (router && vrrp_io_static(&l->io, router, &g->setup, vrrp_now()) == 0) {
        g->run = router;
        return true;
    }
    say(SAY_ERROR, "static", "%s", router ? l->io.err : "out of memory");
    free(router);
    return false;
}

/* Starts what has an interface by now. False: one could not be started. */
static bool life_add_all(life *l)
{
    instance *in;
    bool      ok = life_static(l);

    for (in = l->config->instances; in; in = instance_next(in))
        if (in->ready && !in->run)
            ok = life_add(l, in) && ok;
    return ok;
}

static bool balance_may_suspend(const model *m);
static void balance_suspend(life *l);

static void life_look_again(life *l)
{
    char   buffer[8192];
    report out = {{NULL}, NULL, NULL, 0, 0};

    while (recv(l->changes, buffer, sizeof buffer, 0) > 0 || errno == ENOBUFS)
        errno = 0;
    if (l->config->n_undecided) {
        life_resolve(l->config, &out);
        report_say(&out, SAY_INFO);
        report_free(&out);
        life_add_all(l);
    }
    balance_suspend(l);
}

/* While an interface is sought, or ha_suspend depends on an address, every change of links and
   addresses is a reason to look again. So is the moment from which on changes are heard of. */
static void life_watch(life *l)
{
    struct sockaddr_nl any;
    bool               wanted = l->config->n_undecided || balance_may_suspend(l->config);

    memset(&any, 0, sizeof any);
    any.nl_family = AF_NETLINK;
    any.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
    if (wanted && l->changes < 0) {
        l->changes = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
        if (l->changes < 0 || bind(l->changes, (struct sockaddr *)&any, sizeof any) < 0)
            say(SAY_ERROR, NULL, "changes of interfaces can't be watched: %s", strerror(errno));
        life_look_again(l);
    }
    if (!wanted && l->changes >= 0) {
        close(l->changes);
        l->changes = -1;
    }
}

// >>join

static instance *life_find(const model *m, const instance *like);
static bool      balance_event(life *l, const probe *p, const check_event *e);

/* Verdicts of check.h become what vrrp.h tracks. A check runs once, whoever tracks it: its object
   stands in probe.run and knows its probe as user. */

/* A one-shot of check_io_once(), and who is told of its end. */
typedef struct once {
    check k;                            /* first: an event has its address */
    void (*ended)(life *l, struct once *o, const check_event *e);
} once;

enum { JOIN_PATTERNS = 256, JOIN_BODIES = 8, JOIN_BODY = 256 * 1024 };
enum { JOIN_CONTEXTS = 64, JOIN_SESSIONS = 16, JOIN_WEIGHT = 253 };

/* What a number adds: that of a file; that of a command if it was good, else the worst. */
static int64_t join_sum(const watch *w, const check *k, uint8_t verdict)
{
    if (!k || (w->probe->d.exec.dynamic && verdict != CHECK_UP))
        return k && (w->weight < 0) != w->reverse ? (int64_t)JOIN_WEIGHT * w->weight : 0;
    return (int64_t)k->value * w->weight;
}

/* Without a weight an unknown check holds its routers in FAULT, whichever way it counts; but one
   that a reload brought has no say in those that go on before it knows something. A number is an
   entry whose weight changes. */
static void join_lift(const watch *w, vrrp_track *t, bool goes_on)
{
    const check *k = w->probe->run;
    uint8_t      verdict = k ? k->verdict : (uint8_t)CHECK_UNKNOWN;
    bool         quiet = verdict == CHECK_UNKNOWN && goes_on && w->probe->late;
    int64_t      sum = quiet ? 0 : join_sum(w, k, verdict);

    t->up = verdict == CHECK_UP || (verdict == CHECK_UNKNOWN && !w->weight && w->reverse);
    if (quiet)
        t->up = w->weight ? w->weight < 0 : !w->reverse;
    if (!w->weight || !(w->probe->d.kind == CHECK_FILE || w->probe->d.exec.dynamic))
        return;
    sum = sum > JOIN_WEIGHT ? JOIN_WEIGHT : sum < -JOIN_WEIGHT ? -JOIN_WEIGHT : sum;
    t->weight = (int16_t)(sum ? sum : -1);
    t->up = sum >= 0;
}

/* True: the probe (NULL: any) is among them. */
static bool join_lift_list(const watch *w, vrrp_track *t, const probe *p, bool goes_on)
{
    bool found = false;

    for (; w; w = watch_next(w), t++)
        if (!p || w->probe == p) {
            join_lift(w, t, goes_on);
            found = true;
        }
    return found;
}

static bool join_lift_all(const instance *in, const probe *p)
{
    const sync_group *g = in->group;
    bool              own = join_lift_list(in->watches, in->setup.desc.tracks + in->first_watch, p,
                                           in->goes_on);

    return (g && join_lift_list(g->watches, g->track + g->first_watch, p, in->goes_on)) || own;
}

/* Tells all that track it. */
static void join_tell(life *l, const probe *p)
{
    uint64_t now = vrrp_now();

    for (instance *in = l->config->instances; in; in = instance_next(in)) {
        vrrp_router *router = in->run;

        if (join_lift_all(in, p) && router) {
            vrrp_tracked(&router->v, now);
            vrrp_io_touch(&l->io, router, now);
        }
    }
}

/* Why (of several pages: where), and how long it took if it was tried. */
static void join_reason(const probe *p, const check_event *e, char *text_, size_t cap)
{
    const char *where = p->pages && e->why ? check_url_now(e->c)->path : "";
    unsigned    us = (unsigned)(e->latency / 1000);
    int         n = snprintf(text_, cap, "%.100s%s%s", where, *where ? ": " : "", e->text);

    if (kinds_of[FOR_TRY] & 1u << p->d.kind && n > 0 && (size_t)n < cap)
        snprintf(text_ + n, cap - (size_t)n, ", %u.%u ms", us / 1000, us / 100 % 10);
}

/* The source of its checks is a floating address, which another node holds. */
static bool join_waits(const life *l, const check_event *e)
{
    for (const instance *in = l->config->instances; in; in = instance_next(in))
        for (const vip *v = vip_after(in, NULL); v; v = vip_after(in, v))
            if (e->detail == CHECK_NO_SOURCE && vip_is(v, &e->c->d->from))
                return true;
    return false;
}

/* What our machine can't even try counts neither way. It is said once, until there was a verdict.
   True: that is what happened. */
static bool join_untried(const life *l, const check_event *e, bool *told, const char *who,
                         const char *what)
{
    if (e->why != CHECK_NOT_TRIED)
        return false;
    if (!*told)
        say(join_waits(l, e) ? SAY_INFO : SAY_WARNING, who, "check %s: %s; until it can be tried it"
            " stays %s", what, e->text, check_verdict_str(e->to));
    *told = true;
    return true;
}

/* One line for each verdict. */
static void join_event(life *l, const check_event *e)
{
    probe *p = e->c ? e->c->user : NULL;
    once  *o = (once *)(void *)e->c;
    char   why[300] = "";

    if (e->kind == CHECK_EVENT_DONE) {
        o->ended(l, o, e);
        return;
    }
    if (balance_event(l, p, e))
        return;
    if (p)
        join_reason(p, e, why, sizeof why);
    switch (p ? e->kind : CHECK_EVENT_ERROR) {
    case CHECK_EVENT_VERDICT:
        p->untried = false;
        say(e->to == CHECK_UP ? SAY_INFO : SAY_WARNING, NULL, "check %s is %s (%s; was %s)",
            p->label, check_verdict_str(e->to), why, check_verdict_str(e->from));
        join_tell(l, p);
        break;
    case CHECK_EVENT_VALUE:
        say(SAY_INFO, NULL, "check %s: the number is %d", p->label, (int)e->value);
        join_tell(l, p);
        break;
    case CHECK_EVENT_FAILED:
        if (!join_untried(l, e, &p->untried, NULL, p->label))
            say(SAY_DEBUG, NULL, "check %s failed (%s) and stays %s", p->label, why,
                check_verdict_str(e->to));
        break;
    default:
        say(SAY_ERROR, NULL, "%s%s%s%s", p ? "check " : "", p ? p->label : "", p ? ": " : "",
            e->text[0] ? e->text : check_str(e->code));
        break;
    }
}

static void join_turn(life *l)
{
    check_event e;

    check_io_run(&l->checks, check_now());
    while (check_io_next(&l->checks, &e))
        join_event(l, &e);
}

/* Its own children, and of those whose end the kernel does not tell by a descriptor. */
static void join_reap(life *l)
{
    int   status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        if (l->checking)
            check_io_child(&l->checks, pid, status, check_now());
}

static size_t probe_patterns(const probe *p)
{
    size_t n = p->d.http.url.regex != NULL;

    for (const page *g = p->pages; g; g = page_next(g))
        n += g->u.regex != NULL;
    return n;
}

/* Room for the regexes there are, and some that reloads may bring. Servers without checks of their
   own have the same ones. */
static size_t join_patterns(const model *m)
{
    size_t n = JOIN_PATTERNS;

    for (const probe *p = m->probes; p; p = probe_next(p))
        n += probe_patterns(p);
    for (const virtual_server *vs = m->virtuals; vs; vs = virtual_next(vs)) {
        bool shared = false;

        for (const real_server *rs = vs->reals; rs; rs = real_next(rs)) {
            for (const watch *w = shared && !has_checks(&rs->n) ? NULL : rs->uses; w;
                 w = watch_next(w))
                n += probe_patterns(w->probe);
            shared |= !has_checks(&rs->n);
        }
    }
    return n;
}

static bool join_open(life *l)
{
    check_io_options o;

    if (l->checking)
        return true;
    memset(&o, 0, sizeof o);
    o.n_bodies = JOIN_BODIES;
    o.body_size = JOIN_BODY;
    o.bodies = malloc((size_t)JOIN_BODIES * JOIN_BODY);     /* touched by the first regex */
    o.n_patterns = join_patterns(l->config);
    o.patterns = calloc(o.n_patterns, sizeof *o.patterns);
#ifdef SIDECAR_TLS
    o.n_contexts = JOIN_CONTEXTS;
    o.contexts = calloc(JOIN_CONTEXTS, sizeof *o.contexts);
    o.n_sessions = JOIN_SESSIONS;
    o.sessions = calloc(JOIN_SESSIONS, sizeof *o.sessions);
    l->checking = o.contexts && o.sessions;
#else
    l->checking = true;
#endif
    l->checking = l->checking && o.bodies && o.patterns && check_io_open(&l->checks, &o) == 0;
    if (!l->checking)
        say(SAY_ERROR, NULL, "health checks: %s", l->checks.err[0] ? l->checks.err
                                                                   : "out of memory");
    return l->checking;
}

static bool join_add(life *l, probe *p)
{
    check *k = calloc(1, sizeof *k);

    if (k)
        k->user = p;
    if (k && check_io_add(&l->checks, k, &p->d, check_now()) == 0) {
        p->run = k;
        return true;
    }
    say(SAY_ERROR, NULL, "check %s: %s", p->label, k ? l->checks.err : "out of memory");
    free(k);
    return false;
}

/* Starts the checks that do not run yet. False: one could not be started. */
static bool join_start(life *l)
{
    bool ok = true;

    for (probe *p = l->config->probes; p; p = probe_next(p)) {
        if (p->host && !p->run)
            probe_aim(l->config, p, &p->d.to);
        if (!p->run && !p->at_server)   /* of which real servers have copies */
            ok = join_open(l) && join_add(l, p) && ok;
    }
    join_tell(l, NULL);
    return ok;
}

static void join_stop(life *l, probe *p)
{
    check_io_remove(&l->checks, p->run, check_now());
    free(p->run);
    p->run = NULL;
}

/* Checks of a new model that run already keep their verdicts: those of the same name, without one
   those of the same URL. */
static void join_pair(model *old, model *next)
{
    for (probe *p = next->probes; p; p = probe_next(p)) {
        breathe();
        p->late = true;
        for (probe *q = old->probes; q && !p->run; q = probe_next(q))
            if (q->run && q->d.kind == p->d.kind && strcmp(q->n.name, p->n.name) == 0 &&
                (*p->n.name || strcmp(q->url, p->url) == 0)) {
                p->run = q->run;
                p->late = q->late;
                q->run = NULL;
            }
    }
    for (instance *in = next->instances; in; in = instance_next(in)) {
        const instance *was = life_find(old, in);

        in->goes_on = was && was->run;
        join_lift_all(in, NULL);
    }
}

/* What was read says the same: of every row the same bytes, or what is written from them. */
static bool join_same(const probe *a, const probe *b)
{
    arena scratch = {NULL};
    bool  same = strcmp(a->label, b->label) == 0;

    for (const row *r = block_rows(B_CHECK); r && same; r = row_next(r))
        if (types[r->type].size && !(r->flags & (ALIAS | REFUSED)))
            same = memcmp(place_of(&a->n, r), place_of(&b->n, r), types[r->type].size) == 0 ||
                   strcmp(written(&scratch, &a->n, r), written(&scratch, &b->n, r)) == 0;
    arena_free(&scratch);
    return same;
}

/* Then, while the old texts are still there: the others go, and these change. What is the same is
   not interrupted. */
static void join_change(life *l, model *next)
{
    for (probe *p = l->config->probes; p; p = probe_next(p)) {
        breathe();
        if (p->run)
            join_stop(l, p);
    }
    for (probe *p = next->probes; p; p = probe_next(p)) {
        check       *k = p->run;
        const probe *was = k ? k->user : NULL;
        bool         same = k && join_same(was, p);

        breathe();
        if (!k)
            continue;
        if (p->host && was->host && strcasecmp(was->host, p->host) == 0) {
            memcpy(p->d.to.ip, k->to.ip, sizeof p->d.to.ip);    /* it stays, if still right */
            p->d.to.family = k->to.family;
        }
        if (p->host)
            probe_aim(next, p, &p->d.to);
        k->user = p;
        if (!(same && check_io_move(&l->checks, k, &p->d)) &&
            check_io_change(&l->checks, k, &p->d, check_now())) {
            say(SAY_ERROR, NULL, "check %s: %s", p->label, l->checks.err);
            join_stop(l, p);
        } else if (p->host) {           /* or to nowhere */
            check_io_aim(&l->checks, k, &p->d.to, check_now());
        }
    }
}

// >>notify

/* Commands that tell somebody. Those of one subject (such as a virtual server) run one after the
   other, in the order in which there was reason to; nobody waits for them. Texts are copied: a
   queue may outlive the configuration it comes from. */

enum { NOTIFY_WAITING = 64, NOTIFY_OUTPUT = 1024 };
#define NOTIFY_TIME (60 * CHECK_SECOND)         /* then a command is ended */
#define NOTIFY_REST (5 * CHECK_SECOND)          /* for all of them when the process ends */

typedef struct errand {
    once           o;                   /* first: it is found by it */
    struct errand *next;
    struct errands *queue;
    const char    *what;                /* quorum_up */
    check_desc     d;
    check_payload  p;
    uint8_t        out[NOTIFY_OUTPUT];
    char           command[];
} errand;

typedef struct errands {
    struct errands *next;
    errand         *first, **last;      /* the first one runs */
    unsigned        n;
    char            subject[];
} errands;

/* There is no going on without; the first process cleans up. */
static void *life_room(size_t size)
{
    void *room = calloc(1, size);

    if (room)
        return room;
    say(SAY_ERROR, NULL, "out of memory");
    _exit(1);
}

static errands *notify_queue(life *l, const char *subject)
{
    errands **q = &l->errands;
    size_t    size = strlen(subject) + 1;

    while (*q && strcmp((*q)->subject, subject) != 0)
        q = &(*q)->next;
    if (*q)
        return *q;
    *q = life_room(sizeof **q + size);
    memcpy((*q)->subject, subject, size);
    (*q)->last = &(*q)->first;
    return *q;
}

/* Takes one out of its queue and forgets it. */
static void notify_drop(errands *q, errand **at)
{
    errand *e = *at;

    *at = e->next;
    if (!e->next)
        q->last = at;
    q->n--;
    free((void *)(uintptr_t)e->d.exec.groups);
    free(e);
}

/* What it wrote, line by line. */
static void notify_output(const errand *e, const char *subject)
{
    size_t      size = e->p.out_size < NOTIFY_OUTPUT ? e->p.out_size : NOTIFY_OUTPUT, n;
    const char *s = (const char *)e->out, *end = s + size;

    for (; s < end; s += n + 1) {
        const char *stop = memchr(s, '\n', (size_t)(end - s));

        n = stop ? (size_t)(stop - s) : (size_t)(end - s);
        if (n)
            say(SAY_INFO, subject, "%s says: %.*s", e->what, (int)n, s);
    }
    if (size < e->p.out_size)
        say(SAY_INFO, subject, "%s said %zu bytes more", e->what, e->p.out_size - size);
}

static void notify_next(life *l, errands *q);

static void notify_ended(life *l, once *o, const check_event *event)
{
    errand  *e = (errand *)(void *)o;
    errands *q = e->queue;

    notify_output(e, q->subject);
    if (event->why == CHECK_OK)
        say(SAY_DEBUG, q->subject, "%s \"%s\" ended well", e->what, e->command);
    else
        say(SAY_WARNING, q->subject, "%s \"%s\" failed: %s", e->what, e->command, event->text);
    notify_drop(q, &q->first);
    notify_next(l, q);
}

/* The first of a queue is started, or the queue is forgotten. */
static void notify_next(life *l, errands *q)
{
    errands **at = &l->errands;

    while (q->first) {
        errand *e = q->first;

        if (check_io_once(&l->checks, &e->o.k, &e->d, &e->p, check_now()) == 0)
            return;
        say(SAY_ERROR, q->subject, "%s \"%s\" can't be run: %s", e->what, e->command,
            l->checks.err);
        notify_drop(q, &q->first);
    }
    while (*at != q)
        at = &(*at)->next;
    *at = q->next;
    free(q);
}

static errand *notify_make(const char *what, const char *command, const user_ids *user, bool secure)
{
    size_t    size = strlen(command) + 1;
    errand   *e = life_room(sizeof *e + size);
    uint32_t *groups = life_room((user->n_groups + 1u) * sizeof *groups);
    char      err[400];

    memcpy(e->command, command, size);
    e->what = what;
    e->o.ended = notify_ended;
    check_parse(&e->d, e->command, err, sizeof err);    /* that it can be was found out before */
    e->d.timeout = NOTIFY_TIME;
    e->d.exec.secure = secure;
    e->d.exec.as_user = user->on;
    e->d.exec.uid = user->uid;
    e->d.exec.gid = user->gid;
    e->d.exec.n_groups = user->n_groups;
    e->d.exec.groups = groups;
    if (user->n_groups)
        memcpy(groups, user->groups, user->n_groups * sizeof *groups);
    e->p.out = e->out;
    e->p.out_cap = NOTIFY_OUTPUT;
    return e;
}

/* Runs a command ("exec:...", "sh:...", or NULL) when those before it have ended. what is a
   constant: why it is run. */
static void notify(life *l, const char *subject, const char *what, const char *command,
                   const user_ids *user, bool secure)
{
    errands *q;
    errand  *e;

    if (!command || !join_open(l))
        return;
    q = notify_queue(l, subject);
    if (q->n > NOTIFY_WAITING) {
        e = q->first->next;
        say(SAY_WARNING, subject, "%s \"%s\" was not run: %d others wait for one that takes long",
            e->what, e->command, NOTIFY_WAITING);
        notify_drop(q, &q->first->next);
    }
    e = notify_make(what, command, user, secure);
    e->queue = q;
    *q->last = e;
    q->last = &e->next;
    q->n++;
    if (q->n == 1)
        notify_next(l, q);
}

/* The process ends: those that wait have a moment to run. Old kernels tell of their end by signals
   alone; what else those ask for is being done. */
static void notify_rest(life *l)
{
    uint64_t until = check_now() + NOTIFY_REST, now;
    struct signalfd_siginfo info;

    while (l->errands && (now = check_now()) < until) {
        struct pollfd p[2] = {{check_io_fd(&l->checks), POLLIN, 0}, {l->signals, POLLIN, 0}};

        poll(p, 2, (int)((until - now) / 1000000) + 1);
        while (read(l->signals, &info, sizeof info) == (ssize_t)sizeof info)
            ;
        join_reap(l);
        join_turn(l);
    }
    for (errands *q = l->errands; q; q = q->next)
        for (errand *e = q->first; e; e = e->next)
            say(SAY_WARNING, q->subject, "%s \"%s\" %s", e->what, e->command,
                e == q->first ? "is ended: it takes too long" : "was not run");
}

// >>balance

/* Virtual servers. Which servers belong into the table of a service is decided by ipvs.h's pool;
   here checks tell it who is up, and what it decides becomes log lines and commands.

       virtual_server --run--> balance --room--> ipvs_pool <--pool-- ipvs_virtual: one an address
       real_server    --run--> served  --real--> ipvs_real --user--> served
       probe          --run--> check   --user--> probe   --server--> served (its own checks)

   A pool is built anew whenever the list of servers changes (by a reload, or because a name has got
   other addresses); what was known of a server goes on with its address and port. */

/* A real server while it runs. */
typedef struct served {
    struct served  *next;               /* of the same virtual server */
    struct balance *b;
    real_server    *rs;                 /* NULL: it left the configuration and drains */
    ipvs_real      *real;
    bool            up;
    bool            was;                /* counts while a check knows nothing yet */
    bool            known;              /* ... and is believed as much as a check's verdict */
    bool            heard;              /* it is known to be so */
    bool            told;               /* a check gave the weight */
    uint64_t        drain;              /* to begin with that: longest time */
} served;

/* Behind a pool, so that one can replace another. */
typedef struct pool_room {
    struct pool_room *next;             /* of those that nobody needs any more */
    ipvs_pool pool;
    ipvs_real sorry;
    ipvs_real reals[];
} pool_room;

/* A virtual server while it runs. */
typedef struct balance {
    virtual_server *vs;
    served         *servers, *leaving;
    pool_room      *room;
    bool            suspended;          /* ha_suspend, and its address is not here */
    bool            untried;            /* that our machine can't check was said */
    bool            chosen;             /* it goes on in the configuration that is read */
    char            name[96];           /* [198.51.100.10]:tcp:80 */
} balance;

/* One of its services. */
typedef struct listed {
    ipvs_virtual   v;                   /* first: an event has its address */
    struct listed *next;
    balance       *b;
    ipvs_service   wanted;
    bool           taken;               /* by the configuration that is read */
} listed;

/* --- names ----------------------------------------------------------------------------------- */

static const char *balance_protocol(uint8_t protocol)
{
    return protocol == IPVS_UDP ? "udp" : protocol == IPVS_SCTP ? "sctp" : "tcp";
}

/* [198.51.100.10]:tcp:80, as keepalived's log has it. */
static void balance_at(char *out, size_t cap, const ipvs_address *a, uint16_t port,
                       uint8_t protocol)
{
    char text_[INET6_ADDRSTRLEN] = "?";

    inet_ntop(a->family == IPVS_IPV6 ? AF_INET6 : AF_INET, a->ip, text_, sizeof text_);
    snprintf(out, cap, "[%s]:%s:%u", text_, balance_protocol(protocol), port);
}

static void balance_name(balance *b)
{
    const virtual_server *vs = b->vs;
    ipvs_service          s = virtual_service(vs, 0);

    if (vs->at.group)
        snprintf(b->name, sizeof b->name, "[%.60s]:%u", vs->at.group, s.at.port);
    else if (s.fwmark)
        snprintf(b->name, sizeof b->name, "FWM %u", s.fwmark);
    else
        balance_at(b->name, sizeof b->name, &s.at, s.at.port, s.protocol);
}

/* [203.0.113.1]:tcp:80; until it is asked for again. */
static const char *served_name(const served *s)
{
    static char         name[72];
    const ipvs_address *to = &s->real->d.to;
    ipvs_service        first = virtual_service(s->b->vs, 0);

    balance_at(name, sizeof name, to, to->port ? to->port : first.at.port,
               s->b->vs->service.protocol);
    return name;
}

/* --- what is told ---------------------------------------------------------------------------- */

static void balance_command(life *l, const balance *b, const char *what, const char *command)
{
    notify(l, b->vs->label, what, command, &b->vs->user, b->vs->secure);
}

/* In keepalived's words, with the reason. */
static void balance_tell_served(life *l, const served *s, const char *reason)
{
    const real_server *rs = s->rs;
    const char        *verb = s->up ? rs->inhibit ? "Enabling" : "Adding"
                                    : rs->inhibit ? "Disabling" : "Removing";

    say(s->up ? SAY_INFO : SAY_WARNING, s->b->vs->label, "%s service %s %s VS %s (%s)", verb,
        served_name(s), s->up ? "to" : "from", s->b->name, reason);
    balance_command(l, s->b, s->up ? "notify_up" : "notify_down",
                    s->up ? rs->notify_up : rs->notify_down);
}

static void balance_tell_sorry(const balance *b, bool in)
{
    char name[72];
    bool stays = b->vs->sorry_inhibit;
    const ipvs_address *to = &b->room->sorry.d.to;

    if (!b->room->pool.sorry)
        return;
    balance_at(name, sizeof name, to, to->port ? to->port : virtual_service(b->vs, 0).at.port,
               b->vs->service.protocol);
    say(SAY_INFO, b->vs->label, "%s sorry server %s %s VS %s",
        in ? stays ? "Enabling" : "Adding" : stays ? "Disabling" : "Removing", name,
        in ? "to" : "from", b->name);
    if (in ? b->room->pool.weight > 0 : b->room->pool.need + b->room->pool.margin > 1)
        say(SAY_INFO, b->vs->label, "%s alive servers %s the pool for VS %s",
            in ? "Removing" : "Adding", in ? "from" : "to", b->name);
}

static void balance_tell_quorum(life *l, const balance *b, bool start)
{
    const ipvs_pool *p = &b->room->pool;
    bool             up = p->quorum_up, more = up || start;
    uint64_t         limit = more ? p->need + p->margin : p->need - p->margin;

    say(up ? SAY_INFO : SAY_WARNING, b->vs->label, "%s %llu%c%llu=%llu %s %llu for VS %s",
        up ? "Gained quorum" : start ? "Starting with quorum down" : "Lost quorum",
        (unsigned long long)p->need, more ? '+' : '-', (unsigned long long)p->margin,
        (unsigned long long)limit, up ? "<=" : ">", (unsigned long long)p->weight, b->name);
    if (!up || !start)                  /* at the start it was not there */
        balance_tell_sorry(b, !up);
    balance_command(l, b, up ? "quorum_up" : "quorum_down",
                    up ? b->vs->quorum_up : b->vs->quorum_down);
}

/* With NAT the servers' answers pass through this host. Once for each family. */
static void balance_tell_nat(life *l, const virtual_server *vs)
{
    bool               six = vs->service.at.family == IPVS_IPV6;
    const real_server *r = vs->reals;
    char               forwards = '1';
    int                fd;

    while (r && r->d.method != IPVS_MASQ)
        r = real_next(r);
    if (!r || l->nat_told[six])
        return;
    l->nat_told[six] = true;
    fd = open(six ? "/proc/sys/net/ipv6/conf/all/forwarding" : "/proc/sys/net/ipv4/ip_forward",
              O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && read(fd, &forwards, 1) == 1 && forwards == '0')
        say(SAY_WARNING, vs->label, "NAT, and this host does not forward: the servers' answers are"
            " lost until %s is 1", six ? "net.ipv6.conf.all.forwarding" : "net.ipv4.ip_forward");
    if (fd >= 0)
        close(fd);
}

/* As keepalived: a start without quorum (alpha) is no news, unless the sorry server serves. */
static void balance_tell_start(life *l, const balance *b)
{
    if (b->room->pool.quorum_up || b->room->pool.sorry)
        balance_tell_quorum(l, b, true);
    else
        say(SAY_INFO, b->vs->label, "Starting without quorum for VS %s", b->name);
}

/* --- what checks say ------------------------------------------------------------------------- */

/* A file with a weight changes the server's, and has no other say; without one and with reverse it
   takes the server out while it is there. */
static bool use_is_down(const watch *w, uint8_t verdict)
{
    return !w->weight && verdict == (w->reverse ? CHECK_UP : CHECK_DOWN);
}

static bool served_is_up(const served *s)
{
    for (const watch *w = s->rs->uses; w; w = watch_next(w)) {
        const check *k = w->probe->run;
        uint8_t      verdict = k ? k->verdict : (uint8_t)CHECK_UNKNOWN;

        if (use_is_down(w, verdict) || (!w->weight && verdict == CHECK_UNKNOWN && !s->was))
            return false;
    }
    return true;
}

/* Its own; or what a command with misc_dynamic said; and what the numbers in files add. */
static int32_t served_weight(const served *s)
{
    int64_t sum = s->rs->d.weight;

    for (const watch *w = s->rs->uses; w; w = watch_next(w)) {
        const check *k = w->probe->run;

        if (k && s->told && w->probe->d.exec.dynamic)
            sum += (int64_t)k->value - s->rs->d.weight;
        else if (k && w->weight)
            sum += (int64_t)k->value * w->weight * (w->reverse ? -1 : 1);
    }
    return sum < 0 ? 0 : sum > INT32_MAX ? INT32_MAX : (int32_t)sum;
}

/* What its checks say counts. False: that is what it was. */
static bool balance_judge(life *l, served *s, const char *reason)
{
    balance *b = s->b;
    bool     up = served_is_up(s), quorum;

    if (up == s->up)
        return false;
    s->up = up;
    s->known = s->heard = true;
    quorum = ipvs_pool_up(&b->room->pool, s->real, up);
    balance_tell_served(l, s, reason);
    if (quorum)
        balance_tell_quorum(l, b, false);
    ipvs_io_touch(&l->ipvs, &b->room->pool, ipvs_now());
    return true;
}

static void balance_verdict(life *l, served *s, const probe *p, const check_event *e)
{
    char why[300], reason[400];

    join_reason(p, e, why, sizeof why);
    snprintf(reason, sizeof reason, "check %.90s: %s", p->label, why);
    if (!balance_judge(l, s, reason))   /* a first success is what was expected */
        say(e->to != CHECK_UP ? SAY_WARNING : e->from == CHECK_UNKNOWN ? SAY_DEBUG : SAY_INFO,
            s->b->vs->label, "one check of service %s is %s (%s)", served_name(s),
            check_verdict_str(e->to), reason);
}

static void balance_value(life *l, served *s, const probe *p)
{
    balance *b = s->b;
    int32_t  weight;

    s->told = s->told || p->d.exec.dynamic;
    weight = served_weight(s);
    if (weight == s->real->d.weight)
        return;
    say(SAY_INFO, b->vs->label, "Changing weight from %d to %d for service %s of VS %s (check %s)",
        (int)s->real->d.weight, (int)weight, served_name(s), b->name, p->label);
    if (ipvs_pool_weight(&b->room->pool, s->real, weight))
        balance_tell_quorum(l, b, false);
    ipvs_io_touch(&l->ipvs, &b->room->pool, ipvs_now());
}

/* With alpha the first failure is news, although nothing changes. */
static void balance_failed(life *l, served *s, const probe *p, const check_event *e)
{
    bool news = !s->up && !s->heard;
    char what[200];

    snprintf(what, sizeof what, "%.100s of service %s", p->label, served_name(s));
    if (join_untried(l, e, &s->b->untried, s->b->vs->label, what))
        return;
    s->heard = s->heard || news;
    say(news ? SAY_WARNING : SAY_DEBUG, s->b->vs->label, "check %s of service %s failed%s: %s",
        p->label, served_name(s), news ? ", which stays out" : "", e->text);
    if (news)
        balance_command(l, s->b, "notify_down", s->rs->notify_down);
}

/* A check that stands by itself, and several servers may go by. */
static void balance_shared(life *l, const probe *p, const check_event *e)
{
    for (virtual_server *vs = l->config->virtuals; vs; vs = virtual_next(vs))
        for (real_server *rs = vs->reals; rs; rs = real_next(rs))
            for (const watch *w = rs->run ? rs->uses : NULL; w; w = watch_next(w))
                if (w->probe == p && e->kind == CHECK_EVENT_VERDICT)
                    balance_verdict(l, rs->run, p, e);
                else if (w->probe == p && e->kind == CHECK_EVENT_VALUE)
                    balance_value(l, rs->run, p);
}

/* True: it was about one real server, and is done. */
static bool balance_event(life *l, const probe *p, const check_event *e)
{
    served *s = p ? p->server : NULL;

    if (p && p->used && !p->own)
        balance_shared(l, p, e);
    if (!s)
        return false;
    switch (e->kind) {
    case CHECK_EVENT_VERDICT: s->b->untried = false, balance_verdict(l, s, p, e); break;
    case CHECK_EVENT_VALUE:   balance_value(l, s, p); break;
    case CHECK_EVENT_FAILED:  balance_failed(l, s, p, e); break;
    default:
        say(SAY_ERROR, s->b->vs->label, "check %s of service %s: %s", p->label, served_name(s),
            e->text[0] ? e->text : check_str(e->code));
        break;
    }
    return true;
}

/* --- checks of a server ---------------------------------------------------------------------- */

/* What the kernel already has, or an earlier configuration knew, is believed until checks have said
   otherwise as often as they have to. */
static void served_start(life *l, served *s, probe *p)
{
    check *k;

    p->server = s;
    if (s->known)
        p->d.start = s->was ? CHECK_UP : CHECK_DOWN;
    if (!join_open(l) || !join_add(l, p))
        return;
    k = p->run;
    k->decided = s->known;
    k->value = p->d.exec.dynamic ? s->rs->d.weight : 0;
    if (s->b->suspended)
        check_io_pause(&l->checks, k, true, check_now());
}

static void served_go_on(life *l, served *s, probe *p)
{
    check       *k = p->run;
    const probe *old = k->user;

    p->server = s;
    k->user = p;
    if (k->d == &p->d)                  /* another server came or went */
        return;
    if (join_same(old, p) && check_io_move(&l->checks, k, &p->d)) {
        if (p->d.to.family)
            check_io_aim(&l->checks, k, &p->d.to, check_now());
        return;
    }
    if (check_io_change(&l->checks, k, &p->d, check_now()) == 0)
        return;
    say(SAY_ERROR, s->b->vs->label, "check %s: %s", p->label, l->checks.err);
    join_stop(l, p);
}

static void served_checks(life *l, served *s)
{
    for (const watch *w = s->rs->uses; w; w = watch_next(w)) {
        if (!w->probe->own)
            continue;                   /* join_start() */
        if (w->probe->run)
            served_go_on(l, s, w->probe);
        else
            served_start(l, s, w->probe);
    }
}

static void served_quiet(life *l, real_server *rs)
{
    for (const watch *w = rs->uses; w; w = watch_next(w))
        if (w->probe->own && w->probe->run)
            join_stop(l, w->probe);
}

static bool same_words(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

/* Checks that ask the same thing of the same place are the same check, however often they do. */
static bool served_same_check(const probe *a, const probe *b)
{
    const page *g = a->pages, *k = b->pages;

    while (g && k && same_words(g->u.path, k->u.path))
        g = page_next(g), k = page_next(k);
    return a->own && b->own && b->run && !g && !k && a->d.kind == b->d.kind &&
           memcmp(&a->d.to, &b->d.to, sizeof a->d.to) == 0 && strcmp(a->n.name, b->n.name) == 0 &&
           same_words(a->url, b->url) && same_words(a->command, b->command) &&
           same_words(a->of, b->of);
}

/* Until a command says a weight its number is that of the server. */
static void served_take_check(const real_server *rs, probe *p, const real_server *old, probe *was)
{
    check *k = p->run = was->run;

    was->run = NULL;
    if (p->d.exec.dynamic && (!was->d.exec.dynamic || k->value == old->d.weight))
        k->value = rs->d.weight;
}

/* A check goes on as the one that was the same in all (exact), or asked the same. */
static void served_pair(const real_server *rs, const real_server *old, bool exact)
{
    for (const watch *w = rs->uses; w; w = watch_next(w))
        for (const watch *v = old->uses; v && !w->probe->run; v = watch_next(v))
            if (served_same_check(w->probe, v->probe) &&
                (!exact || join_same(v->probe, w->probe)))
                served_take_check(rs, w->probe, old, v->probe);
}

/* The server goes on with the words of another configuration. */
static void served_inherit(life *l, served *s, real_server *rs)
{
    real_server *old = s->rs;

    s->rs = rs;
    rs->run = s;
    s->was = s->up;
    s->known = true;
    if (!old || old == rs)
        return;
    served_pair(rs, old, true);
    served_pair(rs, old, false);
    served_quiet(l, old);
    old->run = NULL;
}

/* --- pools ----------------------------------------------------------------------------------- */

static bool served_has(const ipvs_dest *a, const ipvs_dest *b)
{
    return memcmp(a->to.ip, b->to.ip, sizeof a->to.ip) == 0 && a->to.family == b->to.family &&
           ports_meet(a, b);
}

/* Takes the one that is the same entry out of a list; NULL: there is none. */
static served *served_take(served **list, const ipvs_dest *d)
{
    served *s;

    while (*list && !served_has(&(*list)->real->d, d))
        list = &(*list)->next;
    s = *list;
    if (s)
        *list = s->next;
    return s;
}

static served *served_new(balance *b, real_server *rs)
{
    served *s = life_room(sizeof *s);

    s->b = b;
    s->rs = rs;
    s->was = !rs->alpha;
    s->up = served_is_up(s);
    rs->run = s;
    return s;
}

static bool served_twice(const served *list, const ipvs_dest *d)
{
    while (list && !served_has(&list->rs->d, d))
        list = list->next;
    return list != NULL;
}

/* Who serves from now on, in the order of the configuration; who does no more is left in *old. Two
   names may have one address. */
static served *balance_pair(life *l, balance *b, served **old)
{
    served *first = NULL, **end = &first, *s;
    bool    named_ = false;

    for (const real_server *rs = b->vs->reals; rs; rs = real_next(rs))
        named_ |= is_named(rs);
    for (real_server *rs = b->vs->reals; rs; rs = real_next(rs)) {
        if (!rs->d.to.family || (named_ && served_twice(first, &rs->d)))
            continue;
        s = served_take(old, &rs->d);
        if (!s)
            s = served_take(&b->leaving, &rs->d);
        if (s)
            served_inherit(l, s, rs);
        else
            s = served_new(b, rs);
        s->next = NULL;
        *end = s;
        end = &s->next;
    }
    return first;
}

static size_t served_count(const served *s)
{
    size_t n = 0;

    for (; s; s = s->next)
        n++;
    return n;
}

static void pool_put(pool_room *room, served *s)
{
    ipvs_real *r = &room->reals[room->pool.n++];

    if (!s->rs) {                       /* it drains as it did */
        *r = *s->real;
        return;
    }
    r->user = s;
    r->d = s->rs->d;
    r->d.weight = served_weight(s);
    r->up = s->up;
    r->inhibit = s->rs->inhibit;
}

static pool_room *pool_new(const balance *b)
{
    const virtual_server *vs = b->vs;
    const real_server    *sorry = vs->sorry && vs->sorry->d.to.family ? vs->sorry : NULL;
    size_t     n = served_count(b->servers) + served_count(b->leaving);
    pool_room *room = life_room(sizeof *room + n * sizeof *room->reals);

    if (b->room)
        room->pool = b->room->pool;     /* has it its quorum */
    room->pool.reals = room->reals;
    room->pool.n = 0;
    room->pool.sorry = NULL;
    for (served *s = b->servers; s; s = s->next)
        pool_put(room, s);
    for (served *s = b->leaving; s; s = s->next)
        pool_put(room, s);
    room->pool.quorum = vs->quorum;
    room->pool.hysteresis = vs->hysteresis;
    for (size_t i = 0; i < room->pool.n && sorry; i++)
        if (served_has(&sorry->d, &room->reals[i].d)) {     /* as names may tell */
            say(SAY_WARNING, vs->label, "sorry server %s is a real server of VS %s, too: while it"
                " is, there is none", sorry->label, b->name);
            sorry = NULL;
        }
    if (sorry) {
        room->sorry.d = sorry->d;
        room->sorry.inhibit = vs->sorry_inhibit;
        room->sorry.up = true;
        room->pool.sorry = &room->sorry;
    }
    return room;
}

/* Sorted now: everybody's place is known. */
static void pool_settle(const balance *b, pool_room *room)
{
    size_t which = 0;
    int    bad = ipvs_pool_init(&room->pool, &which);

    if (bad < 0)
        say(SAY_ERROR, b->vs->label, "the servers of VS %s: %s", b->name, ipvs_str(bad));
    for (size_t i = 0; i < room->pool.n; i++)
        ((served *)room->reals[i].user)->real = &room->reals[i];
}

/* --- services -------------------------------------------------------------------------------- */

/* The service gets the pool of its virtual server as it is now. */
static void listed_set(life *l, listed *s)
{
    ipvs_pool *pool = &s->b->room->pool;
    uint8_t   *marks = life_room(pool->n + 1), *old = s->v.marks;
    int        bad;

    if (s->v.added) {
        bad = ipvs_io_update(&l->ipvs, &s->v, &s->wanted, pool, marks, ipvs_now());
    } else {
        s->v.s = s->wanted;
        s->v.pool = pool;
        s->v.marks = marks;
        bad = ipvs_io_add(&l->ipvs, &s->v, ipvs_now());
    }
    if (bad) {
        say(SAY_ERROR, s->b->vs->label, "VS %s: %s", s->b->name, l->ipvs.err);
        ipvs_io_remove(&l->ipvs, &s->v, false, ipvs_now());
    }
    free(s->v.marks == marks ? old : marks);
}

static listed *listed_new(life *l)
{
    listed *s = life_room(sizeof *s);

    s->v.user = s;
    s->next = l->listed;
    l->listed = s;
    return s;
}

static void listed_remove(life *l, listed *s)
{
    if (s->v.added)
        ipvs_io_remove(&l->ipvs, &s->v, false, ipvs_now());
    free(s->v.marks);
    free(s);
}

/* It came from another virtual server, and waits for its names: what that one left in the kernel
   stays. */
static void listed_leave(life *l, const balance *b)
{
    for (listed *s = l->listed; s; s = s->next)
        if (s->b == b && s->v.added)
            ipvs_io_remove(&l->ipvs, &s->v, true, ipvs_now());
}

/* --- the list of servers --------------------------------------------------------------------- */

/* Those that the configuration has no more: some stay until their connections have ended, unless
   another has their place. */
static void balance_leave(life *l, balance *b, served *old)
{
    for (served **at = &b->leaving, *s = *at; s; s = *at)
        if (!served_twice(b->servers, &s->real->d)) {
            at = &s->next;
        } else {
            *at = s->next;
            free(s);
        }
    while (old) {
        served *s = old;

        old = s->next;
        s->drain = s->up && !served_twice(b->servers, &s->real->d) ? s->rs->drain : 0;
        served_quiet(l, s->rs);
        s->rs->run = NULL;
        s->rs = NULL;
        say(SAY_INFO, b->vs->label, "%s service %s %s VS %s (it is configured no more)",
            s->drain ? "Draining" : "Removing", served_name(s), s->drain ? "of" : "from", b->name);
        if (s->drain) {
            s->next = b->leaving;
            b->leaving = s;
        } else {
            free(s);
        }
    }
}

/* Tells the shell who drains since now. */
static void balance_drain(life *l, balance *b)
{
    for (served *s = b->leaving; s; s = s->next)
        if (s->drain) {
            ipvs_io_drain(&l->ipvs, &b->room->pool, s->real, s->drain, ipvs_now());
            s->drain = 0;
        }
}

/* A dead predecessor may have left the services: who was in them is up, who was not is down, until
   checks know better. So nothing flaps. */
static void balance_adopt(life *l, balance *b)
{
    ipvs_pool *pool = &b->room->pool;
    int        bad = -ESRCH;

    for (listed *s = l->listed; s && bad; s = s->next) {
        breathe();                      /* there may be none of thousands */
        if (s->b == b)
            bad = ipvs_io_look(&l->ipvs, &s->wanted, pool);
    }
    for (size_t i = 0; i < pool->n; i++) {
        served *s = pool->reals[i].user;

        if (!bad) {
            s->up = s->was = pool->reals[i].up || !s->rs->uses;
            s->known = s->heard = true;
        }
        pool->reals[i].up = s->up;
    }
    pool->quorum_up = !bad && pool->quorum_up;  /* a list that broke off says nothing */
    pool_settle(b, b->room);
}

/* One that comes while a check of it, which others go by, is DOWN already. */
static void balance_tell_new(life *l, served *s)
{
    for (const watch *w = s->known || s->up ? NULL : s->rs->uses; w; w = watch_next(w)) {
        const check *k = w->probe->run;
        char         reason[120];

        if (s->heard || !k || !k->decided || !use_is_down(w, k->verdict))
            continue;
        s->heard = true;
        snprintf(reason, sizeof reason, "check %.90s is %s", w->probe->label,
                 check_verdict_str(k->verdict));
        balance_tell_served(l, s, reason);
    }
}

/* The servers of vs->reals serve from now on. What is known of those that did before goes on; call
   it whenever the list has changed, while what it was before is still there. */
static void balance_servers(life *l, virtual_server *vs)
{
    balance   *b = vs->run;
    served    *old = b ? b->servers : NULL;
    pool_room *was = b ? b->room : NULL, *room;
    bool       had = was && was->pool.quorum_up;

    if (b && !was && virtual_waits(l->names.first, vs)) {
        listed_leave(l, b);             /* until names are known */
        return;
    }
    if (!b)
        return;
    b->servers = balance_pair(l, b, &old);
    balance_leave(l, b, old);
    room = pool_new(b);
    b->room = room;
    pool_settle(b, room);
    if (!was)
        balance_adopt(l, b);
    for (listed *s = l->listed; s; s = s->next) {
        breathe();
        if (s->b == b)
            listed_set(l, s);
    }
    balance_drain(l, b);
    for (served *s = b->servers; s; s = s->next)
        served_checks(l, s);
    if (was) {
        was->next = l->stale;
        l->stale = was;
    }
    if (!was) {
        balance_tell_start(l, b);
        balance_tell_nat(l, vs);
    } else if (had != room->pool.quorum_up) {
        balance_tell_quorum(l, b, false);
    }
    for (served *s = b->servers; s; s = s->next)
        if (!balance_judge(l, s, was ? "its checks have changed" : "its checks say so"))
            balance_tell_new(l, s);
}

/* Pools that were replaced, when no service has them any more. */
static void balance_tidy(life *l)
{
    while (l->stale) {
        pool_room *room = l->stale;

        l->stale = room->next;
        free(room);
    }
}

/* --- which services -------------------------------------------------------------------------- */

static int service_order(const ipvs_service *a, const ipvs_service *b)
{
    int order = memcmp(&a->at.ip, &b->at.ip, sizeof a->at.ip);

    if (!order)
        order = (a->at.port > b->at.port) - (a->at.port < b->at.port);
    if (!order)
        order = a->protocol - b->protocol;
    if (!order)
        order = a->at.family - b->at.family;
    return order ? order : (a->fwmark > b->fwmark) - (a->fwmark < b->fwmark);
}

static int listed_order(const void *one, const void *other)
{
    const listed *a = *(listed *const *)one, *b = *(listed *const *)other;

    return service_order(&a->v.s, &b->v.s);
}

/* All that there are, to be searched. */
typedef struct listing {
    listed **list;
    size_t   n;
} listing;

static listing listing_make(life *l)
{
    listing all = {NULL, 0};
    size_t  n = 0;

    for (listed *s = l->listed; s; s = s->next)
        n++;
    all.list = life_room((n + 1) * sizeof *all.list);
    for (listed *s = l->listed; s; s = s->next)
        all.list[all.n++] = s;
    qsort(all.list, all.n, sizeof *all.list, listed_order);
    return all;
}

static listed *listing_find(const listing *all, const ipvs_service *service)
{
    listed   key, *k = &key;
    listed **found;

    key.v.s = *service;
    found = bsearch(&k, all->list, all->n, sizeof *all->list, listed_order);
    return found ? *found : NULL;
}

/* A virtual server goes on as the one that had its first known address, unless another does. */
static balance *balance_choose(const listing *all, virtual_server *vs)
{
    balance *b = NULL;

    for (unsigned i = 0; i < vs->n_services && !b; i++) {
        ipvs_service service = virtual_service(vs, i);
        listed      *s = listing_find(all, &service);

        if (s && !s->b->chosen)
            b = s->b;
    }
    if (!b)
        b = life_room(sizeof *b);
    if (b->vs)
        b->vs->run = NULL;
    b->chosen = true;
    b->vs = vs;
    vs->run = b;
    balance_name(b);
    return b;
}

/* Does one of that name, or one at its address, serve by now? */
static bool balance_serves(const life *l, const virtual_server *vs)
{
    for (const virtual_server *old = l->config->virtuals; old; old = virtual_next(old)) {
        const balance *b = old->run;

        if (b && b->room && strcmp(old->n.name, vs->n.name) == 0)
            return true;
    }
    for (const listed *s = l->listed; s; s = s->next)
        for (unsigned i = 0; s->b->room && i < vs->n_services; i++) {
            ipvs_service service = virtual_service(vs, i);

            if (service_order(&s->v.s, &service) == 0)
                return true;
        }
    return false;
}

static void balance_claim(life *l, const listing *all, balance *b)
{
    for (unsigned i = 0; i < b->vs->n_services; i++) {
        ipvs_service service = virtual_service(b->vs, i);
        listed      *s = listing_find(all, &service);

        if (!s)
            s = listed_new(l);
        s->b = b;
        s->taken = true;
        s->wanted = service;
    }
}

static void balance_end(life *l, balance *b)
{
    if (b->room)                        /* else it has waited for its names */
        say(SAY_INFO, b->vs->label, "Removing VS %s (it is configured no more)", b->name);
    for (served *s = b->servers, *next; s; s = next) {
        next = s->next;
        served_quiet(l, s->rs);
        free(s);
    }
    for (served *s = b->leaving, *next; s; s = next) {
        next = s->next;
        free(s);
    }
    free(b->room);
    b->vs->run = NULL;
    free(b);
}

static void life_turn(life *l);

/* There may be many: adverts go on meanwhile, here and below. */
static void balance_drop(life *l)
{
    listed **at = &l->listed;

    while (*at) {
        listed *s = *at;

        if (s->taken) {
            at = &s->next;
        } else {
            *at = s->next;
            listed_remove(l, s);
            life_turn(l);
        }
    }
}

/* --- the process around it ------------------------------------------------------------------- */

static bool balance_wanted(const model *m)
{
    return m->virtuals || m->global.lvs_daemon || m->global.lvs_timeouts;
}

static bool balance_open(life *l, const model *m)
{
    ipvs_io_options o;

    if (l->balancing || !balance_wanted(m))
        return l->balancing;
    memset(&o, 0, sizeof o);
    o.period = m->global.ipvs_sync;
    l->balancing = ipvs_io_open(&l->ipvs, &o) == 0;
    if (!l->balancing)
        say(SAY_ERROR, NULL, "virtual servers: %s", l->ipvs.err);
    else if (m->global.lvs_flush && ipvs_flush(&l->ipvs) == 0)
        say(SAY_INFO, NULL, "all virtual servers of this host were removed (lvs_flush)");
    return l->balancing;
}

static void balance_timeouts(life *l)
{
    const lvs_timeouts *t = l->config->global.lvs_timeouts;
    ipvs_config         c;

    if (t) {
        c.tcp = t->tcp;
        c.tcp_fin = t->tcp_fin;
        c.udp = t->udp;
    }
    ipvs_io_timeouts(&l->ipvs, t ? &c : NULL, ipvs_now());
}

/* The daemon that fits the state of its instance; both where it has none. */
static void balance_sync(life *l)
{
    const globals     *g = &l->config->global;
    const vrrp_router *r = g->lvs_daemon && g->lvs_daemon->instance
                               ? g->lvs_daemon->instance->run : NULL;
    uint8_t            states = IPVS_SYNC_MASTER | IPVS_SYNC_BACKUP;
    static const char *const words_[] = {"none", "master", "backup", "master and backup"};

    if (!l->balancing || l->stopping || (!g->lvs_daemon && !l->syncing))
        return;
    if (!g->lvs_daemon)
        states = 0;
    else if (g->lvs_daemon->instance)
        states = r && r->v.state == VRRP_MASTER ? IPVS_SYNC_MASTER : IPVS_SYNC_BACKUP;
    if (states == l->syncing && !l->sync_changed)
        return;
    if (states != l->syncing)
        say(SAY_INFO, NULL, "IPVS sync daemon: %s", words_[states]);
    l->syncing = states;
    l->sync_changed = false;
    if (ipvs_io_daemon(&l->ipvs, &g->lvs_sync, states, ipvs_now()))
        say(SAY_ERROR, NULL, "IPVS sync daemon: %s", ipvs_str(IPVS_E_DAEMON));
}

/* Is one of its addresses on this host? A firewall mark is everywhere. */
static bool balance_is_here(const virtual_server *vs, const vrrp_local *locals, size_t n)
{
    for (unsigned i = 0; i < vs->n_services; i++) {
        ipvs_service s = virtual_service(vs, i);

        if (s.fwmark)
            return true;
        for (size_t k = 0; k < n; k++)
            if (locals[k].family == s.at.family &&
                memcmp(locals[k].address.byte, s.at.ip, sizeof s.at.ip) == 0)
                return true;
    }
    return false;
}

static bool balance_may_suspend(const model *m)
{
    const virtual_server *vs = m->virtuals;

    while (vs && !vs->ha_suspend)
        vs = virtual_next(vs);
    return vs != NULL;
}

static void balance_pause(life *l, balance *b, bool on)
{
    b->suspended = on;
    say(SAY_INFO, b->vs->label, "%s the checks of VS %s (%s)", on ? "Suspending" : "Resuming",
        b->name, !b->vs->ha_suspend ? "without ha_suspend" :
        on ? "ha_suspend: its address is not on this host"
           : "ha_suspend: its address is on this host");
    for (served *s = b->servers; s; s = s->next)
        for (const watch *w = s->rs->uses; w; w = watch_next(w))
            if (w->probe->own && w->probe->run)
                check_io_pause(&l->checks, w->probe->run, on, check_now());
}

/* ha_suspend: whoever does not have the address leaves the servers in peace. */
static void balance_suspend(life *l)
{
    vrrp_local *locals = NULL;
    size_t      n = 0;

    if (!l->balancing)
        return;
    if (balance_may_suspend(l->config)) {
        locals = life_locals(&n, NULL);
        if (!locals)                    /* the next change brings another try */
            return;
    }
    for (virtual_server *vs = l->config->virtuals; vs; vs = virtual_next(vs)) {
        balance *b = vs->run;
        bool     on = b && vs->ha_suspend && !balance_is_here(vs, locals, n);

        if (b && on != b->suspended)
            balance_pause(l, b, on);
    }
    free(locals);
}

static void balance_told(life *l, const ipvs_event *e)
{
    const listed *s = (const listed *)(const void *)e->v;
    const char   *who = s ? s->b->vs->label : NULL;

    if (e->kind == IPVS_EVENT_DRAINED)
        l->drained = true;              /* balance_drained() says it */
    else
        say(e->kind == IPVS_EVENT_ERROR ? SAY_ERROR :
            e->kind == IPVS_EVENT_MODULE && !e->code ? SAY_INFO : SAY_WARNING, who, "%s",
            e->text[0] ? e->text : ipvs_str(e->code));
}

static void balance_hear(life *l)
{
    ipvs_event e;

    while (ipvs_io_next(&l->ipvs, &e))
        balance_told(l, &e);
}

/* From one configuration (NULL: none) to l->config. What is in both goes on, and only differences
   are sent. */
static void balance_change(life *l, const model *old)
{
    listing         all;
    virtual_server *vs;
    const model    *next = l->config;

    if (!balance_open(l, next))
        return;
    ipvs_io_period(&l->ipvs, next->global.ipvs_sync);
    balance_hear(l);                    /* while who it is about is there */
    all = listing_make(l);
    for (listed *s = l->listed; s; s = s->next)
        s->taken = s->b->chosen = false;
    for (vs = next->virtuals; vs; vs = virtual_next(vs))
        balance_choose(&all, vs);
    for (vs = next->virtuals; vs; vs = virtual_next(vs))
        balance_claim(l, &all, vs->run);
    free(all.list);
    balance_drop(l);
    for (vs = next->virtuals; vs; vs = virtual_next(vs)) {
        balance_servers(l, vs);
        life_turn(l);
    }
    for (vs = old ? old->virtuals : NULL; vs; vs = virtual_next(vs))
        if (vs->run) {
            balance_end(l, vs->run);
            life_turn(l);
        }
    l->sync_changed = true;
}

/* And what else belongs to the configuration, which is l->config now. */
static void balance_settle(life *l)
{
    if (!l->balancing)
        return;
    balance_timeouts(l);
    balance_sync(l);
    balance_suspend(l);
}

/* Servers that have drained leave the pool. */
static void balance_drained(life *l, virtual_server *vs)
{
    balance *b = vs->run;
    bool     any = false;

    for (served **at = b ? &b->leaving : NULL; at && *at;) {
        served *s = *at;

        if (!s->real->drained) {
            at = &s->next;
            continue;
        }
        say(SAY_INFO, vs->label, "Removing service %s from VS %s (it has drained)", served_name(s),
            b->name);
        *at = s->next;
        free(s);
        any = true;
    }
    if (any)
        balance_servers(l, vs);
}

static void balance_turn(life *l)
{
    virtual_server *vs;

    ipvs_io_run(&l->ipvs, ipvs_now());
    balance_hear(l);
    for (vs = l->drained ? l->config->virtuals : NULL; vs; vs = virtual_next(vs))
        balance_drained(l, vs);
    l->drained = false;
    balance_tidy(l);
}

/* omega: the end of the process is the end of the service. */
static void balance_omega(life *l, balance *b)
{
    for (served *s = b->servers; s; s = s->next)
        if (s->up && s->rs->notify_down)
            balance_command(l, b, "notify_down", s->rs->notify_down);
    if (b->room && b->room->pool.quorum_up)
        balance_command(l, b, "quorum_down", b->vs->quorum_down);
}

/* False: something is left in the kernel that should not be. */
static bool balance_stop(life *l)
{
    int bad = 0;

    if (!l->balancing)
        return true;
    for (virtual_server *vs = l->config->virtuals; vs; vs = virtual_next(vs)) {
        balance *b = vs->run;

        if (!b)
            continue;
        for (served *s = b->servers; s; s = s->next)
            served_quiet(l, s->rs);
        if (vs->omega)
            balance_omega(l, b);
        say(SAY_INFO, vs->label, "%s VS %s", life_asked & KEEP_IPVS ? "Leaving" : "Removing",
            b->name);
    }
    for (listed *s = life_asked & KEEP_IPVS ? l->listed : NULL; s; s = s->next)
        ipvs_io_remove(&l->ipvs, &s->v, true, ipvs_now());
    if (l->config->global.flush_on_stop == FLUSH_ALL && !(life_asked & KEEP_IPVS))
        bad = ipvs_flush(&l->ipvs);
    if (!bad || bad == IPVS_E_ABSENT)
        bad = ipvs_io_flush(&l->ipvs, ipvs_now());
    balance_hear(l);
    ipvs_io_close(&l->ipvs);
    if (!bad || bad == IPVS_E_ABSENT)
        return true;
    say(SAY_ERROR, NULL, "virtual servers can't be removed: %s", ipvs_str(bad));
    return false;
}

// >>lookup

/* Asks for the names of the configuration, again and again, and tells those that use them. A
   question is a one-shot of check.h; one timer is for all. */

enum { LOOKUP_AT_ONCE = 32, LOOKUP_DATAGRAM = 4096, LOOKUP_SAFE = 1232, LOOKUP_TCP = 65535,
       LOOKUP_FILE = 4 << 20 };
enum { DNS_FORMERR = 1, DNS_NXDOMAIN = 3, DNS_NOTIMP = 4 };
#define LOOKUP_LOCAL (5 * CHECK_SECOND)         /* files are looked at again after that */
#define LOOKUP_PATIENCE (5 * CHECK_SECOND)      /* then what waits for names goes on without */

typedef struct question {
    once          o;                    /* first: it is found by it */
    lookup       *of;
    check_desc    d;
    check_payload p;
    char          name[256];
    uint8_t       room[];
} question;

/* Bytes of a file with a NUL behind them; one that cannot be read is empty. */
static char *names_file(const char *path)
{
    int     fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    size_t  size = 0, room = 4096;
    char   *s = malloc(room + 1);
    ssize_t n;

    while (s && fd >= 0 && size < LOOKUP_FILE && (n = read(fd, s + size, room - size)) > 0) {
        size += (size_t)n;
        if (size == room) {
            char *more = realloc(s, (room *= 2) + 1);

            if (!more)
                break;
            s = more;
        }
    }
    if (fd >= 0)
        close(fd);
    if (s)
        s[size] = 0;
    return s;
}

/* Is it another file than the last time? */
static bool names_file_changed(const char *path, struct stat *seen)
{
    struct stat s;
    bool        same;

    if (stat(path, &s) < 0)
        memset(&s, 0, sizeof s);
    same = s.st_dev == seen->st_dev && s.st_ino == seen->st_ino && s.st_size == seen->st_size &&
           s.st_mtim.tv_sec == seen->st_mtim.tv_sec && s.st_mtim.tv_nsec == seen->st_mtim.tv_nsec;
    *seen = s;
    return !same;
}

static void names_files(life *l)
{
    names *m = &l->names;

    if (names_file_changed("/etc/hosts", &m->hosts_seen) || !m->hosts) {
        free(m->hosts);
        m->hosts = names_file("/etc/hosts");
    }
    if (names_file_changed("/etc/resolv.conf", &m->conf_seen) || !m->resolver.n_servers) {
        char none[1] = "", *file = names_file("/etc/resolv.conf");

        resolver_read(&m->resolver, file ? file : none);
        free(file);
    }
}

/* --- what comes of it ------------------------------------------------------------------------ */

/* The same name in the other family, if that is asked for, too. */
static const lookup *names_other(const life *l, const lookup *k)
{
    return lookup_find(l->names.first, k->name, k->family == VRRP_IPV4 ? VRRP_IPV6 : VRRP_IPV4);
}

/* One line when a name has other addresses, when it fails, and when it is back. A name with
   addresses of one family alone is no failure. */
static void names_tell(const life *l, lookup *k, int result, bool changed, const char *why)
{
    const lookup *other = names_other(l, k);
    char          list[512] = "";
    text          t = {NULL, list, 0, sizeof list};
    bool          was = k->failing, quiet = other && other->failing;

    put_found(&t, k);
    if (result != LOOKUP_FOUND && !k->n && other && (other->n || !other->tried))
        return;
    k->failing = result != LOOKUP_FOUND;
    if (was && !k->failing && !quiet)
        say(SAY_INFO, NULL, "%s is answered again", k->name);
    if (changed)
        say(SAY_INFO, NULL, "%s is %s", k->name, list);
    if (was || !k->failing || quiet)
        return;
    if (result == LOOKUP_NOTHING)
        why = "there is no such name, or it has no address";
    say(SAY_WARNING, NULL, "%s: %s; %s%s", k->name, why, k->n ? "it stays " : "asking again", list);
}

/* A check of this name goes where the name points to. */
static void names_aim(life *l, probe *p)
{
    check        *k = p->run;
    check_address to = k ? k->to : p->d.to;

    if (!p->host || !probe_aim(l->config, p, &to))
        return;
    to.port = p->d.to.port;
    p->d.to = to;
    if (k)
        check_io_aim(&l->checks, k, &to, check_now());
}

static bool names_same_peers(const vrrp_desc *a, const vrrp_desc *b)
{
    for (size_t i = 0, k; i < a->n_peers; i++) {
        for (k = 0; k < b->n_peers && !same_ip(&a->peers[i], &b->peers[k]); k++)
            ;
        if (k == b->n_peers)
            return false;
    }
    return a->n_peers == b->n_peers;
}

/* Other peers than before: while it runs. The same in another order are no reason, as an update
   starts timers anew. What cannot be changed stays as it was. */
static void names_peers(life *l, const checker *c)
{
    instance  *in = c->in;
    vrrp_setup was = in->setup;

    in->peers_side = !in->peers_side;
    if (peers_take(c) && !names_same_peers(&in->setup.desc, &was.desc)) {
        source_choose(c);
        if (vrrp_io_update(&l->io, in->run, &in->setup, vrrp_now()) == 0)
            return;
        say(SAY_ERROR, in->label, "other addresses of its peers: %s", l->io.err);
    }
    in->peers_side = !in->peers_side;
    in->setup = was;
}

static bool names_has_peer(const instance *in, const lookup *k)
{
    const peer *p = in->setup.desc.family == k->family ? in->peers : NULL;

    while (p && !(p->h.name && strcasecmp(p->h.name, k->name) == 0))
        p = peer_next(p);
    return p != NULL;
}

static void names_instances(life *l, const lookup *k)
{
    report   out = {{NULL}, NULL, NULL, 0, 0};
    checker  c = {l->config, NULL, &out, NULL, 0};
    bool     waiting = false;
    vrrp_local *locals;

    for (instance *in = l->config->instances; in && !c.in; in = instance_next(in))
        if (names_has_peer(in, k))
            c.in = in;
    if (!c.in)
        return;
    c.locals = locals = life_locals(&c.n_locals, &out);
    for (; c.in; c.in = instance_next(c.in)) {
        if (c.in->ready && c.in->run && names_has_peer(c.in, k))
            names_peers(l, &c);
        waiting = waiting || !c.in->ready;
    }
    if (waiting && locals)
        model_resolve(l->config, locals, c.n_locals, &out);
    report_say(&out, SAY_INFO);
    report_free(&out);
    free(locals);
    life_add_all(l);
}

/* The servers of a name come and go; the rest of the virtual server goes on. */
static void names_servers(life *l, virtual_server *v)
{
    real_server *gone = NULL;

    virtual_expand(l->config, v, &gone);
    balance_servers(l, v);
    real_free(gone);
    life_turn(l);                       /* there may be many */
}

static void names_changed(life *l, const lookup *k)
{
    for (probe *p = l->config->probes; p; p = probe_next(p))
        if (p->host && strcasecmp(p->host, k->name) == 0)
            names_aim(l, p);
    for (virtual_server *v = l->config->virtuals; v; v = virtual_next(v))
        if (virtual_has(v, k))
            names_servers(l, v);
    names_instances(l, k);
}

/* The end of a look-up: n addresses of out, to be believed for ttl. */
static void names_over(life *l, lookup *k, int result, vrrp_ip *ips, uint32_t n, uint64_t ttl,
                       const char *why)
{
    const globals *g = &l->config->global;
    uint64_t       now = check_now();
    bool           first = !k->tried, changed;
    uint32_t       all = k->n_all;

    result = lookup_end(k, result);
    n = result == LOOKUP_FOUND ? ips_sort(ips, n) : 0;
    changed = result == LOOKUP_FOUND && lookup_take(k, ips, n, now);
    k->due = now + lookup_wait(k, result, ttl, g->resolve_min, g->resolve_max);
    k->tried = l->names.stale = true;
    names_tell(l, k, result, changed, why);
    if (changed || first || k->n_all != all)
        names_changed(l, k);
}

/* --- questions ------------------------------------------------------------------------------- */

static void names_ended(life *l, once *o, const check_event *e);

/* 0, or why it cannot be asked: CHECK_E_*, -errno. */
static int names_ask(life *l, lookup *k)
{
    const resolver    *r = &l->names.resolver;
    const name_server *to = &r->servers[k->server];
    size_t             room = k->tcp ? LOOKUP_TCP : LOOKUP_DATAGRAM;
    question          *q = calloc(1, sizeof *q + room);
    int                bad;

    if (!q)
        return -ENOMEM;
    candidate(r, k->name, k->candidate, q->name);
    q->o.ended = names_ended;
    q->of = k;
    q->d.kind = CHECK_DNS;
    q->d.to = to->a;
    if (to->zone[0])
        q->d.to.scope = if_nametoindex(to->zone);
    q->d.timeout = r->timeout * CHECK_SECOND;
    q->d.interval = q->d.timeout;
    q->d.dns.name = q->name;
    q->d.dns.type = k->family == VRRP_IPV4 ? CHECK_DNS_A : CHECK_DNS_AAAA;
    q->d.dns.tcp = k->tcp;
    if (!k->plain && !k->tcp)           /* what is lost in pieces may come in one */
        q->d.dns.edns = k->tries < r->n_servers ? LOOKUP_DATAGRAM : LOOKUP_SAFE;
    q->p.out = q->room;
    q->p.out_cap = room;
    bad = check_io_once(&l->checks, &q->o.k, &q->d, &q->p, check_now());
    if (bad) {
        free(q);
        return bad;
    }
    k->asked = q;
    l->names.n_asked++;
    return 0;
}

/* Goes on after an answer until something is under way, or nothing is left to ask. */
static void names_go_on(life *l, lookup *k, int result, bool more, const char *why)
{
    while (more) {
        int bad = names_ask(l, k);

        if (!bad)
            return;
        result = bad == CHECK_E_NAME ? LOOKUP_NOTHING : LOOKUP_SILENCE;
        why = l->checks.err;
        more = lookup_next(k, &l->names.resolver, result);
    }
    names_over(l, k, result, NULL, 0, 0, why);
}

/* What an answer means for the look-up; the same question may have to be asked in another way. */
static int names_judge(lookup *k, const question *q, const check_event *e, bool *again)
{
    if (e->why == CHECK_OK && !k->tcp && check_dns_truncated(q->room, q->p.out_size)) {
        *again = k->tcp = true;
        return LOOKUP_FAILED;
    }
    if (e->why == CHECK_OK)
        return LOOKUP_FOUND;
    if (e->why == CHECK_STATUS && e->detail == DNS_NXDOMAIN)
        return LOOKUP_NOTHING;
    if (e->why == CHECK_STATUS && q->d.dns.edns &&
        (e->detail == DNS_FORMERR || e->detail == DNS_NOTIMP))
        *again = k->plain = true;
    return e->why == CHECK_STATUS || e->why == CHECK_MALFORMED || k->tcp ? LOOKUP_FAILED
                                                                        : LOOKUP_SILENCE;
}

/* The addresses of an answer in this family. */
static uint32_t names_addresses(const lookup *k, const question *q, vrrp_ip *out, uint64_t *ttl)
{
    static check_address all[RESOLVE_MOST];
    size_t               size = q->p.out_size < q->p.out_cap ? q->p.out_size : q->p.out_cap;
    uint32_t             seconds, n = 0;
    int                  found = check_dns_addresses(q->room, size, all, RESOLVE_MOST, &seconds);

    *ttl = seconds * CHECK_SECOND;
    for (int i = 0; i < found; i++)
        if (all[i].family == k->family)
            memcpy(out[n++].byte, all[i].ip, sizeof out->byte);
    return ips_of_hosts(out, n, k->family);
}

static void names_ended(life *l, once *o, const check_event *e)
{
    static vrrp_ip ips[RESOLVE_MOST];
    question      *q = (question *)(void *)o;
    lookup        *k = q->of;
    char           server[INET6_ADDRSTRLEN], why[256];
    bool           again = false;
    int            result = names_judge(k, q, e, &again);
    uint64_t       ttl = 0;
    uint32_t       n = result == LOOKUP_FOUND ? names_addresses(k, q, ips, &ttl) : 0;

    check_address_print(&q->d.to, server, sizeof server);
    snprintf(why, sizeof why, "name server %s: %s", server, e->text);
    free(q);
    k->asked = NULL;
    l->names.n_asked--;
    if (n) {
        names_over(l, k, result, ips, n, ttl, why);
        return;
    }
    if (result == LOOKUP_FOUND)         /* the name is there, but has no such address */
        result = LOOKUP_NOTHING;
    names_go_on(l, k, result, again || lookup_next(k, &l->names.resolver, result), why);
}

static void names_look_up(life *l, lookup *k)
{
    static vrrp_ip ips[RESOLVE_MOST];
    names         *m = &l->names;
    uint32_t       n;
    bool           more;

    names_files(l);
    k->due = CHECK_NEVER;
    more = lookup_begin(k, &m->resolver);
    n = m->hosts ? hosts_find(m->hosts, k->name, k->family, ips, RESOLVE_MOST) : 0;
    n = ips_of_hosts(ips, n, k->family);
    if (n)
        names_over(l, k, LOOKUP_FOUND, ips, n, LOOKUP_LOCAL, "");
    else
        names_go_on(l, k, LOOKUP_NOTHING, more, "");
}

/* --- the timer ------------------------------------------------------------------------------- */

static bool names_settled(const life *l)
{
    const lookup *k = l->names.first;

    while (k && (k->tried || !k->used))
        k = k->next;
    return !k;
}

static void names_arm(life *l)
{
    names            *m = &l->names;
    uint64_t          due;
    struct itimerspec at = {{0, 0}, {0, 0}};

    if (!m->stale)
        return;
    m->stale = false;
    if (m->patience != CHECK_NEVER && names_settled(l))
        m->patience = CHECK_NEVER;      /* nobody waits any more */
    due = m->patience;
    for (const lookup *k = m->first; k && m->n_asked < LOOKUP_AT_ONCE; k = k->next)
        if (k->used && k->due < due)
            due = k->due;
    if (due != CHECK_NEVER) {
        due++;                          /* 0 would disarm it */
        at.it_value.tv_sec = (time_t)(due / CHECK_SECOND);
        at.it_value.tv_nsec = (long)(due % CHECK_SECOND);
    }
    timerfd_settime(m->timer, TFD_TIMER_ABSTIME, &at, NULL);
}

static void names_turn(life *l)
{
    names   *m = &l->names;
    uint64_t now = check_now(), times;

    if (read(m->timer, &times, sizeof times) < 0 && errno != EAGAIN)
        say(SAY_ERROR, NULL, "the timer of names: %s", strerror(errno));
    for (lookup *k = m->first; k && m->n_asked < LOOKUP_AT_ONCE; k = k->next)
        if (k->used && k->due <= now)
            names_look_up(l, k);
    if (m->patience <= now) {
        m->patience = CHECK_NEVER;
        for (lookup *k = m->first; k; k = k->next)
            if (!k->tried) {
                k->tried = true;
                names_changed(l, k);
            }
    }
    m->stale = true;
}

/* Starts what is not known yet of those that a model has. */
static bool names_begin(life *l)
{
    names *m = &l->names;

    if (!m->first)
        return true;
    if (!join_open(l))
        return false;
    if (m->timer < 0)
        m->timer = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    if (m->timer < 0) {
        say(SAY_ERROR, NULL, "names can't be looked up: timerfd: %s", strerror(errno));
        return false;
    }
    if (m->patience == CHECK_NEVER)     /* who waits already waits no longer for a newer one */
        m->patience = check_now() + LOOKUP_PATIENCE;
    m->stale = true;
    names_turn(l);
    return true;
}

static void names_unask(life *l, lookup *k)
{
    if (!k->asked)
        return;
    check_io_remove(&l->checks, &k->asked->o.k, check_now());
    free(k->asked);
    k->asked = NULL;
    l->names.n_asked--;
}

/* Forgets those that the configuration has no more. */
static void names_sweep(life *l)
{
    lookup **at = &l->names.first, *k;

    model_names(l->config, &l->names.first);
    for (at = &l->names.first; (k = *at) != NULL;) {
        if (k->used) {
            at = &k->next;
            continue;
        }
        *at = k->next;
        names_unask(l, k);
        free(k->at);
        free(k);
    }
    l->config->lookups = l->names.first;
}

/* --- reload ---------------------------------------------------------------------------------- */

/* The same members: a group can only go on whole. */
static bool life_same_group(const sync_group *a, const sync_group *b)
{
    size_t i = 0;

    if (!a || !b)
        return a == b;
    while (a->members[i] && b->members[i] && strcmp(a->members[i], b->members[i]) == 0)
        i++;
    return strcmp(a->label, b->label) == 0 && !a->members[i] && !b->members[i];
}

static bool life_same(const instance *a, const instance *b)
{
    return strcmp(a->label, b->label) == 0 && a->ready && b->ready &&
           strcmp(a->setup.interface, b->setup.interface) == 0 &&
           a->setup.desc.vrid == b->setup.desc.vrid &&
           a->setup.desc.family == b->setup.desc.family && life_same_group(a->group, b->group);
}

static instance *life_find(const model *m, const instance *like)
{
    instance *in;

    for (in = m->instances; in; in = instance_next(in))
        if (life_same(in, like))
            return in;
    return NULL;
}

static void life_end(life *l, void **run)
{
    vrrp_event e;

    vrrp_io_remove(&l->io, *run, vrrp_now());
    while (vrrp_io_next(&l->io, &e))
        life_event(l, &e);
    free(*run);
    *run = NULL;
}

static void life_remove(life *l, instance *in)
{
    life_end(l, &in->run);
}

/* What is static goes on as far as it is the same. */
static void life_static_again(life *l, model *next)
{
    globals *old = &l->config->global, *now = &next->global;

    now->run = old->run;
    if (!now->run || (has_static(next) &&
                      vrrp_io_update(&l->io, now->run, &now->setup, vrrp_now()) == 0))
        return;
    if (has_static(next))
        say(SAY_ERROR, "static", "%s", l->io.err);
    life_end(l, &now->run);
}

/* Hands the running router of an instance to its successor in the new model. */
static void life_inherit(life *l, instance *in, instance *old)
{
    vrrp_group *g = old->group ? old->group->run : NULL;
    size_t      n = in->setup.desc.n_senders < old->setup.desc.n_senders
                        ? in->setup.desc.n_senders : old->setup.desc.n_senders;
    int         bad;

    in->run = old->run;
    ((vrrp_router *)in->run)->user = in;
    if (n)                              /* what was heard stays known */
        memcpy(in->setup.desc.senders, old->setup.desc.senders, n * sizeof(vrrp_sender));
    if (g) {
        in->group->run = g;
        g->name = in->group->label;
        life_group(in->group);
    }
    bad = vrrp_io_update(&l->io, in->run, &in->setup, vrrp_now());
    if (bad == 0)
        return;
    if (bad == VRRP_E_DESC_CHANGED)
        say(SAY_WARNING, in->label, "%s while it runs: it stops and starts again", l->io.err);
    else
        say(SAY_ERROR, in->label, "%s", l->io.err);
    life_remove(l, in);                 /* while the texts it points to are still there */
    old->run = NULL;                    /* l->config has it still */
}

static void life_forget(model *old, const model *next)
{
    for (sync_group *g = old->groups; g; g = group_next(g)) {
        bool kept = false;

        for (const sync_group *k = next->groups; k; k = group_next(k))
            kept = kept || k->run == g->run;
        if (!kept)
            free(g->run);
    }
    model_free(old);
}

/* What runs is not given up because its new peers or servers have no address yet. */
static bool life_may_swap(const life *l, const model *next)
{
    for (const instance *in = next->instances; in; in = instance_next(in))
        for (const instance *old = l->config->instances; old; old = instance_next(old))
            if (old->run && !in->ready && in->setup.interface &&
                strcmp(old->label, in->label) == 0 && has_names(in)) {
                say(SAY_ERROR, in->label, "no address of another node is known: nothing was"
                    " changed");
                return false;
            }
    for (const virtual_server *v = next->virtuals; v; v = virtual_next(v))
        if (virtual_waits(l->names.first, v) && balance_serves(l, v)) {
            say(SAY_ERROR, v->label, "no address of its servers is known: nothing was changed");
            return false;
        }
    return true;
}

static void life_swap(life *l, model *next)
{
    model    *before;
    instance *in, *old;

    will_write(next);
    join_pair(l->config, next);
    for (old = l->config->instances; old; old = instance_next(old))
        if (old->run && !life_find(next, old))
            life_remove(l, old);
    for (in = next->instances; in; in = instance_next(in)) {
        old = life_find(l->config, in);
        if (old && old->run)
            life_inherit(l, in, old);
    }
    life_static_again(l, next);
    log_open(next);
    if (l->routing)
        vrrp_io_delays(&l->io, next->global.delay, next->global.n_delays);
    join_change(l, next);
    before = l->config;
    l->config = next;
    if (life_open(l))
        life_add_all(l);
    will_settle();
    join_start(l);
    balance_change(l, before);
    balance_settle(l);
    life_forget(before, next);
    life_watch(l);
    names_sweep(l);
    say(SAY_INFO, NULL, "configuration read again");
}

/* A sorry server stays where it is while its address is in the answer. */
static void sorry_stay(const model *old, virtual_server *v)
{
    for (const virtual_server *w = old->virtuals; w; w = virtual_next(w))
        if (is_named(v->sorry) && is_named(w->sorry) && strcmp(v->n.name, w->n.name) == 0 &&
            strcasecmp(v->sorry->at.host, w->sorry->at.host) == 0 &&
            v->service.at.family == w->service.at.family) {
            memcpy(v->sorry->d.to.ip, w->sorry->d.to.ip, sizeof v->sorry->d.to.ip);
            v->sorry->d.to.family = w->sorry->d.to.family;
        }
}

/* Names that are new are looked up first, so that nothing stops for want of them. */
static void life_reload_named(life *l)
{
    model *next = l->next;
    report out = {{NULL}, NULL, NULL, 0, 0};

    if (!next || !names_settled(l))
        return;
    l->next = NULL;
    life_resolve(next, &out);
    report_say(&out, SAY_INFO);
    report_free(&out);
    for (virtual_server *v = next->virtuals; v; v = virtual_next(v)) {
        real_server *gone = NULL;       /* none can be */

        sorry_stay(l->config, v);
        virtual_expand(next, v, &gone);
    }
    if (life_may_swap(l, next)) {
        life_swap(l, next);
    } else {
        model_free(next);
        names_sweep(l);
    }
}

/* SIGHUP: what is the same goes on, what changed is changed in place, the rest comes and goes. A
   mistake anywhere: nothing changes. */
static void life_reload(life *l)
{
    model *next;

    if (l->next)                        /* that one is out of date */
        model_free(l->next);
    l->next = NULL;
    next = life_read(READ_AGAIN, &l->names.first);
    if (!next) {
        say(SAY_ERROR, NULL, "the new configuration is wrong: nothing was changed");
        names_sweep(l);
        return;
    }
    if (life_needs(next) & ~l->caps) {
        say(SAY_ERROR, NULL, "%s; this process kept them not: start it anew; nothing was changed",
            life_missing(life_needs(next) & ~l->caps));
        model_free(next);
        names_sweep(l);
        return;
    }
    l->next = next;
    if (!names_begin(l))                /* it was said; what has names waits */
        for (lookup *k = l->names.first; k; k = k->next)
            k->tried = true;
    life_reload_named(l);
}

static void life_signal(life *l)
{
    struct signalfd_siginfo info;

    while (read(l->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT)
            l->stopping = true;
        else if (info.ssi_signo == SIGHUP && !l->stopping)
            life_reload(l);
        else if (info.ssi_signo == SIGCHLD)
            join_reap(l);
    }
}

static void life_turn(life *l)
{
    vrrp_event e;

    if (!l->routing)
        return;
    vrrp_io_run(&l->io, vrrp_now());
    while (vrrp_io_next(&l->io, &e))
        life_event(l, &e);
}

static void life_adverts(void *l)
{
    life_turn(l);
}

/* One place sleeps. Every deadline is inside a descriptor. */
static void life_loop(life *l)
{
    enum { VRRP, CHECKS, IPVS, NAMES, SIGNALS, CHANGES, FDS };
    struct pollfd p[FDS];

    while (!l->stopping) {
        names_arm(l);
        p[VRRP].fd = l->routing ? vrrp_io_fd(&l->io) : -1;
        p[CHECKS].fd = l->checking ? check_io_fd(&l->checks) : -1;
        p[IPVS].fd = l->balancing ? ipvs_io_fd(&l->ipvs) : -1;
        p[NAMES].fd = l->names.timer;
        p[SIGNALS].fd = l->signals;
        p[CHANGES].fd = l->changes;
        for (size_t i = 0; i < FDS; i++) {
            p[i].events = POLLIN;
            p[i].revents = 0;
        }
        if (poll(p, FDS, -1) < 0)
            continue;
        if (p[VRRP].revents)
            life_turn(l);
        if (p[CHECKS].revents) {
            join_turn(l);
            life_turn(l);               /* adverts before everything else */
        }
        if (p[IPVS].revents) {
            balance_turn(l);
            life_turn(l);
        }
        if (p[NAMES].revents)
            names_turn(l);
        if (p[SIGNALS].revents)
            life_signal(l);
        life_reload_named(l);
        if (p[CHANGES].revents) {
            life_look_again(l);
            life_watch(l);
        }
    }
}

static bool life_holds(const vrrp_setup *s)
{
    for (size_t i = 0; i < s->desc.n_addresses; i++)
        if (s->desc.addresses[i].held & VRRP_HELD_OURS)
            return true;
    return false;
}

/* While the last commands run, no verdict and no address may start anything any more. */
static void life_settle_down(life *l)
{
    for (lookup *k = l->names.first; k; k = k->next)
        names_unask(l, k);
    for (probe *p = l->config->probes; p; p = probe_next(p))
        if (p->run)
            join_stop(l, p);
}

/* False: something could not be removed. The warden will try. */
static bool life_stop(life *l)
{
    bool       clean_exit = true;
    vrrp_event e;

    l->stopping = true;
    life_settle_down(l);
    if (l->routing)
        vrrp_io_stop(&l->io, vrrp_now());
    while (l->routing && vrrp_io_next(&l->io, &e))
        life_event(l, &e);
    for (instance *in = l->config->instances; in; in = instance_next(in))
        if (in->run) {
            life_remove(l, in);
            clean_exit = clean_exit && !life_holds(&in->setup);
        }
    if (l->config->global.run) {
        life_end(l, &l->config->global.run);
        clean_exit = clean_exit && !life_holds(&l->config->global.setup);
    }
    if (l->routing)
        vrrp_io_close(&l->io);
    clean_exit = balance_stop(l) && clean_exit;
    notify_rest(l);
    if (l->checking)
        check_io_close(&l->checks);
    return clean_exit;
}

static int worker(const sigset_t *signals, pid_t parent)
{
    static life l;
    bool        started;
    model      *m;

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        return 1;
    m = l.config = life_read(READ_TO_START, NULL);
    if (!m)
        return 2;
    if (!life_capabilities(life_needs(m)))
        return 1;
    life_limits();
    will_write(m);
    l.changes = l.names.timer = -1;
    l.names.patience = CHECK_NEVER;
    l.signals = signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (l.signals < 0) {
        say(SAY_ERROR, NULL, "signalfd: %s", strerror(errno));
        return 1;
    }
    if (!life_open(&l))
        return 1;
    if (life_delay(&m->global))
        say(SAY_INFO, NULL, "for %u s more nothing is sent and nothing counts",
            (unsigned)(life_delay(&m->global) / VRRP_SECOND) + 1);
    l.caps = life_needs(m);
    model_names(m, &l.names.first);
    started = life_add_all(&l) && join_start(&l) && names_begin(&l);
    if (started) {
        balance_change(&l, NULL);
        balance_settle(&l);
    }
    life_watch(&l);
    urgent = life_adverts;
    urgent_arg = &l;
    if (started)
        life_loop(&l);
    return life_stop(&l) && started ? 0 : 1;
}

/* Blocked from the first moment on: as PID 1 a signal without a handler would be lost. */
static void life_block(sigset_t *signals)
{
    static const int handled[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};

    sigemptyset(signals);
    for (size_t i = 0; i < sizeof handled / sizeof handled[0]; i++)
        sigaddset(signals, handled[i]);
    sigprocmask(SIG_BLOCK, signals, NULL);
}

static int life_run(const sigset_t *signals)
{
    pid_t parent = getpid(), child;

    will_open();
    child = fork();
    if (child == 0)
        _exit(worker(signals, parent));
    if (child > 0)
        return warden(child, signals);
    say(SAY_ERROR, NULL, "fork: %s", strerror(errno));
    return 1;
}

// >>genhash

/* What keepalived's genhash is: the MD5 of a page, as DIGEST wants it. By its options, by that name
   or as the first word. */

static const char genhash_usage[] =
    "sidecar genhash -s ADDRESS [-p PORT] -u /PATH [option...]: the MD5 of a page, for DIGEST\n"
    "  -s --server   -p --port (80, with TLS 443)   -u --url   -V --use-virtualhost NAME\n"
    "  -S --use-ssl  -I --use-sni (the name is that of -V)     -P --protocol 1.0|1.0c|1.1\n"
    "  -m --fwmark   -t --timeout SECONDS (5)       -v --verbose   -h --help\n";

typedef struct genhash {
    check_desc  d;
    bool        verbose, help;
    const char *wrong, *what;           /* the first option that cannot be used */
} genhash;

static uint32_t genhash_number(genhash *g, const char *value, uint32_t least, uint32_t most,
                               const char *what)
{
    char              *end;
    unsigned long long number = strtoull(value, &end, 10);

    if (*value < '0' || *value > '9' || *end || number < least || number > most)
        g->wrong = value, g->what = what;
    return (uint32_t)number;
}

static uint8_t genhash_protocol(genhash *g, const char *value)
{
    if (strcmp(value, "1.0") != 0 && strcmp(value, "1.0c") != 0 && strcmp(value, "1.1") != 0)
        g->wrong = value, g->what = "is no protocol; allowed: 1.0, 1.0c, 1.1";
    return value[2] == '1' ? CHECK_HTTP_11 : value[3] ? CHECK_HTTP_10C : CHECK_HTTP_10;
}

static void genhash_option(genhash *g, int option, const char *value)
{
    check_desc *d = &g->d;

    switch (option) {
    case 's':
        if (!check_address_read(value, strlen(value), &d->to))
            g->wrong = value, g->what = "is no address (-s)";
        break;
    case 'p':
        d->to.port = (uint16_t)genhash_number(g, value, 1, 65535, "is no port; allowed: 1 to"
                                              " 65535");
        break;
    case 'm':
        d->mark = genhash_number(g, value, 0, UINT32_MAX, "is no mark; allowed: 0 to 4294967295");
        break;
    case 't':
        d->timeout = CHECK_SECOND * genhash_number(g, value, 1, 86400, "is no timeout; allowed: 1"
                                                   " to 86400 seconds");
        break;
    case 'P': d->http.protocol = genhash_protocol(g, value); break;
    case 'u': d->http.url.path = value; break;
    case 'V': d->http.host = value; break;
    case 'S': d->kind = CHECK_HTTPS; break;
    case 'I': d->tls.no_sni = false; break;
    case 'v': g->verbose = true; break;
    default: g->help = true;
    }
}

/* False: it cannot be done, and was said. */
static bool genhash_options(genhash *g, int argc, char **argv)
{
    static const struct option longer[] = {
        {"server", 1, NULL, 's'},  {"port", 1, NULL, 'p'},      {"url", 1, NULL, 'u'},
        {"use-ssl", 0, NULL, 'S'}, {"use-sni", 0, NULL, 'I'},   {"use-virtualhost", 1, NULL, 'V'},
        {"fwmark", 1, NULL, 'm'},  {"timeout", 1, NULL, 't'},   {"protocol", 1, NULL, 'P'},
        {"verbose", 0, NULL, 'v'}, {"help", 0, NULL, 'h'},      {NULL, 0, NULL, 0}
    };
    int option;

    while ((option = getopt_long(argc, argv, "s:p:u:SIV:m:t:P:vh", longer, NULL)) != -1)
        genhash_option(g, option, optarg);
    if (!g->wrong && optind < argc)
        g->wrong = argv[optind], g->what = "is one word too many";
    if (g->wrong)
        dprintf(2, "genhash: \"%s\" %s\n", g->wrong, g->what);
    else if (g->help || !g->d.to.family || !g->d.http.url.path)
        dprintf(2, "%s", genhash_usage);
#ifndef SIDECAR_TLS
    else if (g->d.kind == CHECK_HTTPS)
        dprintf(2, "genhash: -S: %s\n", NO_TLS);
#endif
    else
        return true;
    return false;
}

/* The one event there is. */
static bool genhash_run(check_io *io, check *c, genhash *g, check_payload *body, check_event *e)
{
    struct pollfd p = {.events = POLLIN};

    if (check_io_once(io, c, &g->d, body, check_now())) {
        dprintf(2, "genhash: %s\n", io->err);
        return false;
    }
    p.fd = check_io_fd(io);
    do {
        poll(&p, 1, -1);
        check_io_run(io, check_now());
    } while (!check_io_next(io, e));
    if (e->why != CHECK_OK)
        dprintf(2, "genhash: %s\n", e->text);
    return e->why == CHECK_OK;
}

/* Where its arguments begin, -1: it is not. */
static int genhash_is_meant(int argc, char **argv)
{
    const char *name = argc > 0 ? strrchr(argv[0], '/') : NULL;

    name = name ? name + 1 : argc > 0 ? argv[0] : "";
    if (strcmp(name, "genhash") == 0)
        return 0;
    name = argc > 1 ? argv[1] : "";
    return strcmp(name, "genhash") == 0 || strcmp(name, "--genhash") == 0 ? 1 : -1;
}

static int genhash_main(int argc, char **argv)
{
    static const check_range any = {100, 599};
    static check_io          io;
    static check             c;
    genhash                  g = {.d = {.kind = CHECK_HTTP, .tls = {.no_sni = true}}};
    check_io_options         o = {.descriptors = 8};
    check_payload            body = {0};
    check_event              e;
    char                     digest[33];
    bool                     ok;

#ifdef SIDECAR_TLS
    static struct check_tls_context context;
    static struct check_tls_session session;

    o.contexts = &context, o.n_contexts = 1, o.sessions = &session, o.n_sessions = 1;
#endif
    g.d.timeout = 5 * CHECK_SECOND;
    g.d.http.protocol = CHECK_HTTP_10;
    g.d.http.body_max = UINT32_MAX;
    g.d.http.url.status = &any;
    g.d.http.url.n_status = 1;
    if (!genhash_options(&g, argc, argv))
        return 1;
    g.d.tls.no_verify = g.d.kind == CHECK_HTTPS;
    if (check_io_open(&io, &o)) {
        dprintf(2, "genhash: %s\n", io.err);
        return 1;
    }
    ok = genhash_run(&io, &c, &g, &body, &e);
    check_md5_print(body.md5, digest);
    if (ok && g.verbose)
        dprintf(2, "HTTP status %u, %zu bytes, %llu us\n", c.of.http.status, body.out_size,
                (unsigned long long)e.latency / 1000);
    if (ok)
        dprintf(1, "%s\n", digest);
    check_io_close(&io);
    return ok ? 0 : 1;
}

// >>main

/* --- arguments ------------------------------------------------------------------------------- */

enum { MODE_RUN, MODE_TEST, MODE_DUMP, MODE_ENV, MODE_HELP, MODE_VERSION, MODE_UNKNOWN };

/* keepalived's -n, -l and -D ask for what is the case anyway: in the foreground, a log with reasons
   on standard output. -P and -C are one half of it each. */
static int mode_of(const char *arg)
{
    static const struct {
        const char *brief, *whole;
        int         mode;
        unsigned    asked;
    } modes[] = {
        {"-t", "--config-test", MODE_TEST, 0}, {"-d", "--dump-conf", MODE_DUMP, 0},
        {"-h", "--help", MODE_HELP, 0},        {"-v", "--version", MODE_VERSION, 0},
        {"-n", "--dont-fork", MODE_RUN, 0},    {"--print-env", "--print-env", MODE_ENV, 0},
        {"-l", "--log-console", MODE_RUN, 0},  {"-D", "--log-detail", MODE_RUN, 0},
        {"-P", "--vrrp", MODE_RUN, ONLY_VRRP}, {"-C", "--check", MODE_RUN, ONLY_IPVS},
        {"--all", "--all", MODE_RUN, ONLY_VRRP | ONLY_IPVS},
        {"-I", "--dont-release-ipvs", MODE_RUN, KEEP_IPVS},
    };

    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (strcmp(arg, modes[i].brief) == 0 || strcmp(arg, modes[i].whole) == 0) {
            life_asked |= modes[i].asked;
            return modes[i].mode;
        }
    return MODE_UNKNOWN;
}

/* What the arguments ask for; --help may name a topic. */
static int arguments(char **arg, const char **topic)
{
    int mode = MODE_RUN;

    while (*++arg) {
        int next = mode_of(*arg);

        if (mode == MODE_HELP && !*topic)
            *topic = *arg;
        else if (next == MODE_UNKNOWN || (mode != MODE_RUN && next != MODE_RUN && next != mode))
            return dprintf(2, "sidecar: %s: not understood here; sidecar --help shows what there "
                           "is\n", *arg), MODE_UNKNOWN;
        else if (next != MODE_RUN)
            mode = next;
    }
    return mode;
}

int main(int argc, char **argv)
{
    const char *topic = NULL;
    int         first = genhash_is_meant(argc, argv), mode;
    sigset_t    signals;
    model      *m;

    life_block(&signals);               /* before anything else: SIGHUP would end it */
    mode = first >= 0 ? MODE_HELP : argc > 1 ? arguments(argv, &topic) : MODE_RUN;
    if (mode == MODE_RUN)
        signal(SIGPIPE, SIG_IGN);
    else
        sigprocmask(SIG_UNBLOCK, &signals, NULL);
    if (first >= 0)
        return genhash_main(argc - first, argv + first);
    if (mode == MODE_UNKNOWN)
        return 2;
    if (mode == MODE_HELP)
        return help_print(topic);
    if (mode == MODE_VERSION)
        return dprintf(1, "sidecar " VRRP_VERSION "\n") < 0;
    if (mode == MODE_RUN)
        return life_run(&signals);
    m = life_read(READ_TO_SHOW, NULL);
    if (!m)
        return 2;
    if (mode == MODE_DUMP || mode == MODE_ENV)
        dump_print(m, mode == MODE_ENV);
    return 0;
}
#else
struct life;
static void life_turn(struct life *l)
{
    (void)l;
}
#endif /* SIDECAR_TEST */

/* This software is available under two licences: choose whichever you prefer.

   ALTERNATIVE A - MIT No Attribution (MIT-0)
   Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
   associated documentation files (the "Software"), to deal in the Software without restriction,
   including without limitation the rights to use, copy, modify, merge, publish, distribute,
   sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
   furnished to do so.
   THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
   NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
   NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM,
   DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
   OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.

   ALTERNATIVE B - Public Domain (www.unlicense.org)
   This is free and unencumbered software released into the public domain. Anyone is free to copy,
   modify, publish, use, compile, sell, or distribute this software, either in source code form or
   as a compiled binary, for any purpose, commercial or non-commercial, and by any means. */
