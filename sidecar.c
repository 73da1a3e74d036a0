/* sidecar - a floating address for containers and hosts - MIT-0 or public domain

   SYNOPSIS
       VRRP_VIRTUAL_IPADDRESS=192.168.4.80/24 sidecar
       sidecar --help | --help all | --help NAME | --help names
       sidecar -t | -d | --print-env

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
       VRRP_UNICAST_PEER="198.51.100.1, 198.51.100.2"    one list for all nodes

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

   SIDECAR_ENV_FILE names a file with lines NAME=VALUE (# begins a comment line) that count as
   if they stood in the environment.

   FILES AND PRIVILEGES
   None is needed but the binary: the root file system may be empty and read-only. It needs the
   capabilities NET_ADMIN (addresses) and NET_RAW (adverts, ARP), and drops all others.

   PROCESSES AND SIGNALS
   The first process waits; the second does the work. Should the worker die, whatever the
   reason, the first takes its addresses off the interfaces and exits with the worker's status.
       SIGTERM, SIGINT     hand over (addresses removed, priority 0 sent twice), exit 0
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

#ifndef SIDECAR_TEST
#define VRRP_IMPLEMENTATION
#define VRRP_STATIC
#endif
#include "vrrp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
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

/* First member of every block of the configuration. */
typedef struct node {
    struct node *next;
    const char  *name;                  /* WEB of VRRP_WEB_PRIORITY; "": unnamed */
    const char  *where;                 /* an item: the variable it was read from */
    int32_t      number;                /* 2 of VIRTUAL_IPADDRESS_2; -1: not numbered */
    uint8_t      block;                 /* B_INSTANCE ... */
    uint8_t      seen[16];              /* one bit a row of this block: it was given */
} node;

typedef struct address {
    vrrp_ip ip;
    uint8_t family;                     /* 0: not set */
} address;

typedef struct vip {
    node     n;
    vrrp_vip v;
    address  peer, brd;
    bool     brd_auto;
} vip;

typedef struct peer {
    node    n;
    address a;
} peer;

typedef struct sync_group {
    node         n;
    const char  *label;
    const char **members;               /* names as written, ended by NULL */
    void        *run;                   /* whatever runs it keeps here */
} sync_group;

typedef struct instance {
    node        n;
    vrrp_setup  setup;                  /* complete once ready */
    const char *label;                  /* how logs call it */
    sync_group *group;
    void       *run;                    /* whatever runs it keeps here */
    vip        *vips, *excluded;
    peer       *peers;
    address     unicast_src, mcast_src;
    char        interface[16];
    uint8_t     version, state, checksum, checksum_accept, garp_form;   /* words, from 1; 0: none */
    uint8_t     auth_type;
    bool        no_vips, as_v2, lower_silent, skip_list;
    bool        ready;                  /* model_resolve() is through with it: can be added */
    uint8_t     told;                   /* what it has said while there is no interface */
} instance;

typedef struct log_form {
    uint8_t json, level;
} log_form;

typedef struct globals {
    node        n;
    log_form    log;
    const char *node, *env_file, *router_id;
    uint64_t    startup_delay;
} globals;

typedef struct model {
    arena       a;
    globals     global;
    instance    preset;                 /* what unnamed variables say for all */
    instance   *instances;
    sync_group *groups;
    unsigned    n_instances, n_undecided;
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

    size = (size + 15) / 16 * 16;
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

/* Wiped first: there may be passwords in it. */
static void arena_free(arena *a)
{
    while (a->first) {
        chunk *c = a->first;

        a->first = c->next;
        explicit_bzero((char *)c + ARENA_HEAD, c->used);
        free(c);
    }
}

static char *keep(arena *a, const char *s, size_t n)
{
    char *copy = take(a, n + 1);

    memcpy(copy, s, n);
    return copy;
}

/* A text that grows in an arena. */
typedef struct text {
    arena *a;
    char  *s;
    size_t n, size;
} text;

static void text_room(text *t, size_t n)
{
    if (t->size - t->n <= n) {
        size_t size = (t->n + n + 64) * 2;
        char  *s = take(t->a, size);

        if (t->n)
            memcpy(s, t->s, t->n);
        t->s = s;
        t->size = size;
    }
}

static void text_list(text *t, const char *format, va_list args)
{
    va_list again;
    int     n;

    va_copy(again, args);
    n = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (n <= 0)
        n = 0;
    text_room(t, (size_t)n);
    vsnprintf(t->s + t->n, t->size - t->n, format, args);
    t->n += (size_t)n;
}

__attribute__((format(printf, 2, 3))) static void put(text *t, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    text_list(t, format, args);
    va_end(args);
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
static bool is_said(const report *out, uint8_t level, const char *s)
{
    for (const remark *m = out->first; m; m = m->next)
        if (m->level == level && strcmp(m->text, s) == 0)
            return true;
    return false;
}

static void remark_list(report *out, uint8_t level, const char *variable, const char *format,
                        va_list args)
{
    remark *m = take(&out->a, sizeof *m);
    text    t = {&out->a, NULL, 0, 0};

    put(&t, "%.120s%s: ", variable, strlen(variable) > 120 ? "..." : "");
    text_list(&t, format, args);
    clean(t.s);
    if (is_said(out, level, t.s))
        return;
    m->text = t.s;
    m->level = level;
    *(out->first ? &out->last->next : &out->first) = m;
    out->last = m;
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

static instance *instance_next(const instance *in)
{
    return (instance *)(void *)in->n.next;
}

static vip *vip_next(const vip *v)
{
    return (vip *)(void *)v->n.next;
}

static peer *peer_next(const peer *p)
{
    return (peer *)(void *)p->n.next;
}

static sync_group *group_next(const sync_group *g)
{
    return (sync_group *)(void *)g->n.next;
}

// >>table

/* Every option is one row. From the rows come the environment's names, what is checked, every
   error's "allowed", the help, the README's reference and the dump. Rows of one block stand
   together, in the order in which help shows them. */

enum {
    B_GROUP, B_INSTANCE, B_GLOBAL, B_CHECK, B_IPVS_GROUP, B_IPVS, B_BFD, B_VIP, B_PEER, BLOCKS
};

typedef enum shape { ONE, NAMED, ITEM } shape;  /* ITEM: one comma = one block */

typedef struct block {
    const char *env;        /* "VRRP": prefix in the environment; NULL: reached by a row */
    const char *makes;      /* a named block: what brings it into being */
    const char *later;      /* why the prefix cannot be used */
    shape       shape;
    uint16_t    size;       /* of the struct that starts with a node */
} block;

/* A prefix that begins with another one stands before it. */
static const block blocks[BLOCKS] = {
    [B_GROUP] = {"VRRP_GROUP", "VRRP_GROUP_%s", NULL, NAMED, sizeof(sync_group)},
    [B_INSTANCE] = {"VRRP", "VRRP_%s_VIRTUAL_IPADDRESS", NULL, NAMED, sizeof(instance)},
    [B_GLOBAL] = {"SIDECAR", NULL, NULL, ONE, sizeof(globals)},
    [B_CHECK] = {"CHECK", NULL, "health checks are not part of this version", NAMED, 0},
    [B_IPVS_GROUP] = {"IPVS_GROUP", NULL, "virtual servers are not part of this version", NAMED,
                      0},
    [B_IPVS] = {"IPVS", NULL, "virtual servers are not part of this version", NAMED, 0},
    [B_BFD] = {"BFD", NULL, "BFD is not part of this version", NAMED, 0},
    [B_VIP] = {NULL, NULL, NULL, ITEM, sizeof(vip)},
    [B_PEER] = {NULL, NULL, NULL, ITEM, sizeof(peer)},
};

enum {
    T_NONE, T_FLAG, T_NOT, T_BYTE, T_TIME, T_WORD, T_TEXT, T_IFNAME, T_IP, T_CIDR, T_BRD, T_SCOPE,
    T_LIFETIME, T_PASS, T_PRIORITY, T_LOG, T_NAMES, T_BLOCK, TYPES
};

enum {
    HEAD = 1,               /* positional: the address of an item, the members of a group */
    MAKES = 2,              /* a named block exists when this is set */
    ESSENTIAL = 4,          /* shown by --help */
    SECRET = 8,             /* never printed */
    ALIAS = 16,             /* another spelling of the row with the same place; never written */
    INHERIT = 32,           /* what is unnamed counts for all named blocks */
    INERT = 64,             /* read and checked, no effect; help says why */
    REFUSED = 128           /* known, an error; help says why */
};

typedef struct row {
    uint8_t     in;         /* block it stands in */
    uint8_t     type;       /* how its words are read and written */
    uint8_t     opens;      /* T_BLOCK: the block of each item */
    uint16_t    flags;
    uint16_t    at;         /* offset in the block's struct; T_BLOCK: of the list's first node */
    const char *key;        /* keepalived's keyword; in capitals the variable's name */
    const char *allowed;    /* "1..255", "PASS|AH": checked by, and printed in, help and errors */
    const char *preset;     /* default as text, read as any value */
    const char *derived;    /* default in words, where it depends on other things */
    const char *help;       /* a few lines; INERT, REFUSED: the reason */
} row;

#define AT(type, member) (uint16_t)offsetof(type, member)
#define I(member) AT(instance, member)
#define D(member) AT(instance, setup.desc.member)
#define G(member) AT(globals, member)
#define LATER(key, what) \
    {B_INSTANCE, T_NONE, 0, REFUSED, 0, key, NULL, NULL, NULL, what " not part of this version"}
#define NO_EFFECT(key, why) {B_INSTANCE, T_NONE, 0, INERT, 0, key, NULL, NULL, NULL, why}

static const row rows[] = {
    /* --- vrrp_instance ---------------------------------------------------------------------- */
    {B_INSTANCE, T_BLOCK, B_VIP, MAKES | ESSENTIAL, I(vips), "virtual_ipaddress",
     "ADDRESS[/LEN] [option...], ...", NULL, NULL,
     "The floating addresses. Options: dev, label, brd, scope, peer, preferred_lft, and the flags"
     " dad, home, mngtmpaddr, noprefixroute, autojoin."},
    {B_INSTANCE, T_BLOCK, B_VIP, MAKES, I(excluded), "virtual_ipaddress_excluded",
     "ADDRESS[/LEN] [option...], ...", NULL, NULL,
     "More addresses that move along but do not stand in the adverts: of the other family, or too"
     " many for one packet."},
    {B_INSTANCE, T_FLAG, 0, MAKES, I(no_vips), "no_virtual_ipaddress", "yes|no", "no", NULL,
     "An election without addresses, on purpose."},
    {B_INSTANCE, T_IFNAME, 0, ESSENTIAL | INHERIT, I(interface), "interface", "interface name",
     NULL, "the one whose subnet holds the address",
     "Where the adverts and the addresses go. It need not exist yet."},
    {B_INSTANCE, T_BYTE, 0, ESSENTIAL, D(vrid), "virtual_router_id", "1..255", NULL,
     "last byte of the first address; 51 if that is 0",
     "Must be the same on all nodes and differ between virtual routers of one network."},
    {B_INSTANCE, T_PRIORITY, 0, ESSENTIAL | INHERIT, D(priority), "priority",
     "1..255 | NODE=1..255 ... 1..255", "100", NULL,
     "The highest one holds the addresses; 255 only if they are this node's own. By host name:"
     " \"web1=150 web2=120 100\"."},
    {B_INSTANCE, T_TIME, 0, ESSENTIAL | INHERIT, D(interval), "advert_int", "0.01..255", "1", NULL,
     "Time between adverts; a dead node is noticed after a little more than three. Version 2:"
     " whole seconds; version 3: up to 40.95, in steps of 0.01."},
    {B_INSTANCE, T_WORD, 0, INHERIT, I(version), "version", "2|3|2+3", NULL,
     "2 for IPv4, 3 for IPv6 and below one second",
     "VRRP version. 2+3 sends and understands both, for a migration."},
    {B_INSTANCE, T_WORD, 0, INHERIT, I(auth_type), "auth_type", "PASS|AH", NULL,
     "PASS with a password, else none",
     "Authentication, with version 2 only. AH is not part of this version."},
    {B_INSTANCE, T_PASS, 0, ESSENTIAL | INHERIT | SECRET, D(auth_pass), "auth_pass",
     "1..8 characters", NULL, "none",
     "Password, with version 2 only; readable by everyone on the network."},
    {B_INSTANCE, T_FLAG, 0, ESSENTIAL | INHERIT, D(no_preempt), "nopreempt", "yes|no", "no", NULL,
     "A node that returns leaves the addresses where they are, whatever the priorities."},
    {B_INSTANCE, T_NOT, 0, INHERIT | ALIAS, D(no_preempt), "preempt", "yes|no", NULL, NULL,
     "The opposite of nopreempt."},
    {B_INSTANCE, T_TIME, 0, INHERIT, D(preempt_delay), "preempt_delay", "0..1000", "0", NULL,
     "How long a master of lower priority is left alone."},
    {B_INSTANCE, T_WORD, 0, INHERIT | INERT, I(state), "state", "MASTER|BACKUP", NULL, NULL,
     "priority alone decides who is MASTER"},
    {B_INSTANCE, T_BLOCK, B_PEER, ESSENTIAL | INHERIT, I(peers), "unicast_peer", "ADDRESS, ...",
     NULL, "none: multicast",
     "Adverts go to these nodes instead of the multicast group. This node's own addresses may be"
     " among them, so one list fits all."},
    {B_INSTANCE, T_IP, 0, INHERIT, I(unicast_src), "unicast_src_ip", "address", NULL,
     "the interface's address", "Source of unicast adverts."},
    {B_INSTANCE, T_IP, 0, INHERIT, I(mcast_src), "mcast_src_ip", "address", NULL,
     "the interface's address", "Source of multicast adverts."},
    {B_INSTANCE, T_BYTE, 0, INHERIT, D(min_ttl), "min_ttl", "0..255", "0", NULL,
     "Unicast adverts that arrive with a lower TTL are dropped; 255: same network only."},
    {B_INSTANCE, T_BYTE, 0, INHERIT, D(down_adverts), "down_timer_adverts", "1..100", "3", NULL,
     "Adverts that may be missing before the master counts as dead."},
    {B_INSTANCE, T_FLAG, 0, INHERIT, I(lower_silent), "lower_prio_no_advert", "yes|no", "no", NULL,
     "A master does not answer adverts of lower priority at once."},
    {B_INSTANCE, T_FLAG, 0, INHERIT, D(owner_drops), "owner_ignore_adverts", "yes|no", "no", NULL,
     "With priority 255: version 3 adverts of others are dropped unread."},
    {B_INSTANCE, T_FLAG, 0, INHERIT, I(skip_list), "skip_check_adv_addr", "yes|no", "no", NULL,
     "Adverts count whatever addresses they list. Else those that share none with ours are"
     " dropped, as they are another virtual router's with the same id."},
    {B_INSTANCE, T_FLAG, 0, INHERIT, AT(instance, setup.dont_track_primary), "dont_track_primary",
     "yes|no", "no", NULL, "An interface that is down is no fault."},
    {B_INSTANCE, T_TIME, 0, INHERIT, D(announce_delay), "garp_master_delay", "0..1000", "5", NULL,
     "Time to the second round of gratuitous ARP (IPv6: Neighbor Advertisements) after taking"
     " over; 0: none."},
    {B_INSTANCE, T_BYTE, 0, INHERIT, D(announce_repeat), "garp_master_repeat", "1..255", "5", NULL,
     "Frames for each address in such a round."},
    {B_INSTANCE, T_TIME, 0, INHERIT, D(announce_refresh), "garp_master_refresh", "0..86400", "0",
     NULL, "Time between periodic rounds while MASTER; 0: none."},
    {B_INSTANCE, T_BYTE, 0, INHERIT, D(announce_refresh_repeat), "garp_master_refresh_repeat",
     "1..255", "1", NULL, "Frames for each address in a periodic round."},
    {B_INSTANCE, T_TIME, 0, INHERIT, D(announce_gap), "garp_interval", "0..10", "0", NULL,
     "Time between two frames of a round."},
    {B_INSTANCE, T_TIME, 0, INHERIT | ALIAS, D(announce_gap), "gna_interval", "0..10", NULL, NULL,
     "Another name of garp_interval."},
    {B_INSTANCE, T_WORD, 0, INHERIT, I(garp_form), "garp_form",
     "request|request-own|reply|announce", "request", NULL,
     "Gratuitous ARP: a request whose target is ff:ff:ff:ff:ff:ff (as keepalived) or our own MAC"
     " (RFC 9568), a reply, or an announcement by RFC 5227."},
    {B_INSTANCE, T_FLAG, 0, INHERIT, AT(instance, setup.arp_reply_too), "garp_reply", "yes|no",
     "no", NULL, "Each gratuitous ARP also in reply form, for hosts that read only that."},
    {B_INSTANCE, T_WORD, 0, INHERIT, I(checksum), "checksum", "pseudo-header|rfc9568",
     "pseudo-header", NULL,
     "Checksum that is sent with version 3 over IPv4: with the pseudo-header (keepalived, FRR) or"
     " of the message alone (RFC 9568, Cisco, Arista)."},
    {B_INSTANCE, T_FLAG, 0, INHERIT, I(as_v2), "v3_checksum_as_v2", "yes|no", "no", NULL,
     "keepalived's name of checksum rfc9568."},
    {B_INSTANCE, T_WORD, 0, INHERIT, I(checksum_accept), "checksum_accept",
     "any|pseudo-header|rfc9568", "any", NULL,
     "Checksum that is accepted with version 3 over IPv4."},
    {B_INSTANCE, T_TEXT, 0, 0, I(label), "label", "text", NULL, "the name in the variables",
     "How logs call this virtual router, if the name in the variables will not do."},

    NO_EFFECT("accept", "packets to the addresses are always accepted"),
    NO_EFFECT("promote_secondaries", "it is switched on where it is needed, and back"),
    NO_EFFECT("track_src_ip", "a source address that vanishes is always a fault"),
    NO_EFFECT("old_unicast_checksum", "see checksum and checksum_accept"),
    NO_EFFECT("native_ipv6", "the addresses tell the family"),
    NO_EFFECT("debug", "see SIDECAR_LOG"),
    NO_EFFECT("linkbeat_use_polling", "the kernel reports every change of a link"),
    NO_EFFECT("kernel_rx_buf_size", "the receive buffers fit the number of virtual routers"),
    LATER("no_accept", "dropping packets to the addresses is"),
    LATER("strict_mode", "the strict mode is"),
    LATER("auth_hmac", "HMAC authentication is"),
    LATER("track_interface", "tracked interfaces are"),
    LATER("track_script", "health checks are"),
    LATER("track_file", "health checks are"),
    LATER("track_process", "health checks are"),
    LATER("track_bfd", "BFD is"),
    LATER("notify", "notifications are"),
    LATER("notify_master", "notifications are"),
    LATER("notify_backup", "notifications are"),
    LATER("notify_fault", "notifications are"),
    LATER("notify_stop", "notifications are"),
    LATER("smtp_alert", "notifications are"),
    LATER("virtual_routes", "routes are"),
    LATER("virtual_rules", "rules are"),
    LATER("use_vmac", "virtual MAC addresses are"),
    LATER("use_ipvlan", "virtual MAC addresses are"),
    LATER("vrf", "VRF is"),
    LATER("unicast_ttl", "another TTL than 255 is"),
    LATER("check_unicast_src", "dropping adverts of unknown peers is"),
    LATER("unicast_fault_no_peer", "a fault without peers is"),
    LATER("mcast_dst_ip", "another multicast group is"),
    LATER("garp_lower_prio_delay", "a round of its own after lower priorities is"),
    LATER("garp_lower_prio_repeat", "a round of its own after lower priorities is"),
    LATER("garp_extra_if", "ARP on other interfaces is"),
    LATER("higher_prio_send_advert", "a last advert before stepping down is"),
    LATER("timer_expired_backup", "stepping down after a stall is"),
    LATER("lvs_sync_daemon_interface", "IPVS is"),

    /* --- an item of virtual_ipaddress ------------------------------------------------------- */
    {B_VIP, T_CIDR, 0, HEAD, AT(vip, v), "address", "ADDRESS[/LEN]", NULL, "/32, IPv6 /128",
     "The address with its prefix length."},
    {B_VIP, T_IFNAME, 0, 0, AT(vip, v.device), "dev", "interface name", NULL,
     "the instance's interface", "Interface that carries the address."},
    {B_VIP, T_IFNAME, 0, 0, AT(vip, v.label), "label", "1..15 characters", NULL, "none",
     "Label of an IPv4 address as in eth0:vip."},
    {B_VIP, T_BRD, 0, 0, AT(vip, brd), "brd", "address|+|-", NULL, "none",
     "Broadcast address; +: the last one of the subnet."},
    {B_VIP, T_SCOPE, 0, 0, AT(vip, v.scope), "scope", "global|site|link|host|nowhere|0..255",
     "global", NULL, "Scope of the address."},
    {B_VIP, T_IP, 0, 0, AT(vip, peer), "peer", "address", NULL, "none",
     "The other end of a point-to-point address."},
    {B_VIP, T_LIFETIME, 0, 0, AT(vip, v.preferred_lft), "preferred_lft", "forever|0..4294967294",
     NULL, "forever, an IPv6 /128: 0",
     "Seconds for which the address is chosen as a source; 0: never."},
    {B_VIP, T_FLAG, 0, 0, AT(vip, v.dad), "dad", "yes|no", "no", NULL,
     "IPv6: the kernel looks for duplicates first."},
    {B_VIP, T_FLAG, 0, ALIAS, AT(vip, v.dad), "-nodad", "yes|no", NULL, NULL,
     "keepalived's spelling of dad."},
    {B_VIP, T_FLAG, 0, 0, AT(vip, v.home), "home", "yes|no", "no", NULL,
     "IPv6: a home address (RFC 6275)."},
    {B_VIP, T_FLAG, 0, 0, AT(vip, v.mngtmpaddr), "mngtmpaddr", "yes|no", "no", NULL,
     "IPv6: a template for temporary addresses."},
    {B_VIP, T_FLAG, 0, 0, AT(vip, v.noprefixroute), "noprefixroute", "yes|no", "no", NULL,
     "No route to the subnet comes with the address."},
    {B_VIP, T_FLAG, 0, 0, AT(vip, v.autojoin), "autojoin", "yes|no", "no", NULL,
     "The kernel joins the multicast group of that address."},
    {B_VIP, T_NONE, 0, REFUSED, 0, "use_vmac", NULL, NULL, NULL,
     "virtual MAC addresses are not part of this version"},
    {B_VIP, T_NONE, 0, REFUSED, 0, "track_group", NULL, NULL, NULL,
     "tracked groups are not part of this version"},
    {B_VIP, T_NONE, 0, INERT, 0, "no_track", NULL, NULL, NULL,
     "the instance's interface alone is tracked"},

    /* --- an item of unicast_peer ------------------------------------------------------------ */
    {B_PEER, T_IP, 0, HEAD, AT(peer, a), "address", "address", NULL, NULL, "The peer's address."},

    /* --- vrrp_sync_group -------------------------------------------------------------------- */
    {B_GROUP, T_NAMES, 0, HEAD | MAKES, AT(sync_group, members), "group", "NAME NAME ...", NULL,
     NULL, "Sync group: these virtual routers are MASTER together or not at all."},
    {B_GROUP, T_TEXT, 0, 0, AT(sync_group, label), "label", "text", NULL,
     "the name in the variables", "How logs call this group."},

    /* --- global_defs ------------------------------------------------------------------------ */
    {B_GLOBAL, T_LOG, 0, ESSENTIAL, G(log), "log", "text|json error|warning|info|debug",
     "text info", NULL, "Form and detail of the log on standard output: \"json debug\"."},
    {B_GLOBAL, T_TEXT, 0, 0, G(node), "node", "text", NULL, "host name up to the first dot",
     "This node's name, for priorities by host name."},
    {B_GLOBAL, T_TEXT, 0, 0, G(env_file), "env_file", "path", NULL, "none",
     "File with lines NAME=VALUE that count as if they stood in the environment."},
    {B_GLOBAL, T_TEXT, 0, 0, G(router_id), "router_id", "text", NULL, "SIDECAR_NODE",
     "This node's name in JSON logs."},
    {B_GLOBAL, T_TIME, 0, 0, G(startup_delay), "vrrp_startup_delay", "0..1000", "0", NULL,
     "Time after the start in which nothing is sent and nothing counts."},
    {B_GLOBAL, T_NONE, 0, REFUSED, 0, "config", NULL, NULL, NULL,
     "reading keepalived.conf is not part of this version"},
    {B_GLOBAL, T_NONE, 0, REFUSED, 0, "status", NULL, NULL, NULL,
     "the status page is not part of this version"},
    {B_GLOBAL, T_NONE, 0, REFUSED, 0, "smtp_server", NULL, NULL, NULL,
     "notifications are not part of this version"},
};

#undef I
#undef D
#undef G

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
    {"NOTIFY_SCRIPT", "notify"}, {"CHECK_SCRIPT", "track_script"}, {"CHECK_IP", "track_script"},
    {"CHECK_PORT", "track_script"}, {"KUBE_APISERVER_CHECK", "track_script"},
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
};

static const row *block_rows(uint8_t b)
{
    const row *r = rows;

    while (r < rows + ROWS && r->in != b)
        r++;
    return r;
}

static const row *row_next(const row *r)
{
    return r + 1 < rows + ROWS && r[1].in == r->in ? r + 1 : NULL;
}

static const row *row_of(uint8_t b, const char *key)
{
    for (const row *r = block_rows(b); r && r < rows + ROWS; r = row_next(r))
        if (strcasecmp(r->key, key) == 0)
            return r;
    return NULL;
}

static const row *head_of(uint8_t b)
{
    for (const row *r = block_rows(b); r && r < rows + ROWS; r = row_next(r))
        if (r->flags & HEAD)
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

static unsigned row_bit(const row *r)
{
    return (unsigned)(r - block_rows(r->in));
}

static bool seen(const node *n, const row *r)
{
    unsigned bit = row_bit(canonical(r));

    return n->seen[bit / 8] & 1u << bit % 8;
}

static void mark(node *n, const row *r)
{
    unsigned bit = row_bit(canonical(r));

    n->seen[bit / 8] = (uint8_t)(n->seen[bit / 8] | 1u << bit % 8);
}

static bool given(const node *n, const char *key)
{
    return seen(n, row_of(n->block, key));
}

// >>words

/* A value becomes words, and words become values: the types. Every type reads into the row's
   place and writes the same text back. */

typedef struct word {
    char *s;
    bool  first;            /* behind a comma or a newline: an item begins */
    bool  quoted;
} word;

typedef struct words {
    word  *at;
    size_t n;
} words;

/* What a reader needs to know besides the words. */
typedef struct reader {
    model      *m;
    report     *out;
    arena      *scratch;
    const char *variable;   /* where the words stand */
    const char *host;       /* this node */
    node       *last;       /* the block of the variable before */
    struct setting *settings;
} reader;

typedef struct type {
    const char *unit;       /* behind "allowed" in the help */
    int         words;      /* taken by the row; 0: a flag, -1: all there are */
    size_t      size;       /* of the place, to be inherited */
    bool      (*read)(reader *rd, const row *r, void *at, const word *w, size_t n);
    void      (*write)(const row *r, const void *at, text *t);
} type;

static const type types[TYPES];

__attribute__((format(printf, 2, 3))) static void wrong(reader *rd, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    remark_list(rd->out, SAY_ERROR, rd->variable, format, args);
    va_end(args);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool ends_word(char c, bool list)
{
    return c == 0 || is_blank(c) || (list && c == ',');
}

/* Copies one word to *to without its quotes; NULL if one is not closed. */
static const char *word_copy(const char *s, bool list, char **to, bool *quoted)
{
    while (!ends_word(*s, list)) {
        char quote = *s == '"' || *s == '\'' ? *s : 0;

        if (quote) {
            const char *end = strchr(s + 1, quote);

            if (!end)
                return NULL;
            memcpy(*to, s + 1, (size_t)(end - s - 1));
            *to += end - s - 1;
            s = end + 1;
            *quoted = true;
        } else {
            *(*to)++ = *s++;
        }
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
        if (!*s)
            return true;
        w->s = to;
        w->first = first;
        s = word_copy(s, list, &to, &w->quoted);
        if (!s)
            return false;
        out->n++;
        first = false;
    }
}

/* Quotes around a whole value of several words are an env file's, not the words'. */
static const char *unquote(arena *a, const char *s)
{
    size_t n = strlen(s);

    while (n > 0 && is_blank(s[n - 1]))
        n--;
    while (n > 0 && is_blank(*s))
        s++, n--;
    if (n < 2 || (*s != '"' && *s != '\'') || memchr(s + 1, *s, n - 1) != s + n - 1)
        return s;
    return keep(a, s + 1, n - 2);
}

static bool read_number(const char *s, uint64_t *out)
{
    size_t n = strspn(s, "0123456789");

    *out = 0;
    if (n == 0 || n > 18 || s[n])
        return false;
    while (*s)
        *out = *out * 10 + (uint64_t)(*s++ - '0');
    return true;
}

static uint64_t time_unit(const char *s)
{
    static const struct { const char *name; uint64_t ns; } units[] = {
        {"", VRRP_SECOND}, {"s", VRRP_SECOND}, {"ms", VRRP_SECOND / 1000},
        {"m", 60 * VRRP_SECOND}, {"h", 3600 * VRRP_SECOND},
    };

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(s, units[i].name) == 0)
            return units[i].ns;
    return 0;
}

/* Decimal seconds, or with a unit: 0.5, 500ms, 2m. Exact; what is left below 1 ns is refused. */
static bool read_time(const char *s, uint64_t *ns)
{
    size_t   whole = strspn(s, "0123456789"), part = 0;
    uint64_t n = 0, scale = 1, unit;

    if (s[whole] == '.')
        part = strspn(s + whole + 1, "0123456789");
    if (whole + part == 0 || whole > 9 || part > 9 || (s[whole] == '.' && part == 0))
        return false;
    unit = time_unit(s + whole + (part ? part + 1 : 0));
    for (size_t i = 0; i < whole; i++)
        n = n * 10 + (uint64_t)(s[i] - '0');
    n *= unit;
    for (size_t i = 0; i < part; i++) {
        scale *= 10;
        n += (uint64_t)(s[whole + 1 + i] - '0') * unit / scale;
    }
    *ns = n;
    return unit != 0 && unit * 10 % scale == 0;
}

/* "1..255" */
static bool in_range(const char *allowed, uint64_t v, bool (*parse)(const char *, uint64_t *))
{
    char        low[24];
    const char *dots = strstr(allowed, "..");
    uint64_t    from, to;

    snprintf(low, sizeof low, "%.*s", (int)(dots - allowed), allowed);
    return parse(low, &from) && parse(dots + 2, &to) && v >= from && v <= to;
}

/* Edits between two words, swapped neighbours one, case apart. Cut off at 40 characters. */
static unsigned distance(const char *a, const char *b)
{
    enum { MOST = 40 };
    unsigned d[MOST + 1][MOST + 1];
    size_t   n = strnlen(a, MOST), m = strnlen(b, MOST);

    for (size_t i = 0; i <= n; i++)
        for (size_t j = 0; j <= m; j++) {
            unsigned best;

            if (i == 0 || j == 0) {
                d[i][j] = (unsigned)(i + j);
                continue;
            }
            best = d[i - 1][j - 1] + (lower(a[i - 1]) != lower(b[j - 1]));
            best = d[i - 1][j] + 1 < best ? d[i - 1][j] + 1 : best;
            best = d[i][j - 1] + 1 < best ? d[i][j - 1] + 1 : best;
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                lower(a[i - 2]) == lower(b[j - 1]) && d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    return d[n][m];
}

/* The nearest name so far, if it is near enough. */
typedef struct nearest {
    const char *to;
    unsigned    most, distance;
    char        name[128];
} nearest;

/* Its first bytes are a prefix that all have. */
static nearest nearest_to(const char *to, size_t prefix)
{
    nearest best = {to, (unsigned)(strlen(to) - prefix) / 4 + 1, 0, ""};

    return best;
}

static void nearest_try(nearest *best, const char *name)
{
    size_t   n = strlen(best->to), m = strlen(name);
    unsigned d = best->most + 1;

    if (n <= m + best->most && m <= n + best->most)
        d = distance(best->to, name);
    if (n > 7 && m / 2 <= n && n < m + 7 && strncasecmp(best->to, name, n < m ? n : m) == 0)
        d = d < 2 ? d : 2;              /* ADVERT_INTERVAL, UNICAST_PEERS: only the end differs */
    if (d <= best->most && d < n && (!best->name[0] || d < best->distance)) {
        best->distance = d;
        snprintf(best->name, sizeof best->name, "%s", name);
    }
}

/* ", did you mean X?" or nothing. */
static const char *did_you_mean(arena *a, const nearest *best)
{
    text t = {a, NULL, 0, 0};

    if (!best->name[0])
        return "";
    put(&t, ", did you mean %s?", best->name);
    return t.s;
}

static bool bad_word(reader *rd, const row *r, const char *s, const char *what)
{
    if (r->flags & SECRET)
        wrong(rd, "%s (allowed: %s)", what, r->allowed);
    else
        wrong(rd, "'%.80s' %s (allowed: %s)", s, what, r->allowed);
    return false;
}

static bool read_flag(reader *rd, const row *r, void *at, const word *w, size_t n)
{
    static const char *const yes[] = {"true", "on", "yes", "1"};
    static const char *const no[] = {"false", "off", "no", "0"};

    for (size_t i = 0; i < 4; i++) {
        if (n == 0 || strcasecmp(w->s, yes[i]) == 0)
            return *(bool *)at = true;
        if (strcasecmp(w->s, no[i]) == 0) {
            *(bool *)at = false;
            return true;
        }
    }
    return bad_word(rd, r, w->s, "is neither yes nor no");
}

static void write_flag(const row *r, const void *at, text *t)
{
    (void)r;
    put(t, "%s", *(const bool *)at ? "yes" : "no");
}

static bool read_not(reader *rd, const row *r, void *at, const word *w, size_t n)
{
    bool on = false;

    if (!read_flag(rd, r, &on, w, n))
        return false;
    *(bool *)at = !on;
    return true;
}

static bool read_byte(reader *rd, const row *r, void *at, const word *w, size_t n)
{
    uint64_t v;

    (void)n;
    if (!read_number(w->s, &v))
        return bad_word(rd, r, w->s, "is not a number");
    if (!in_range(r->allowed, v, read_number))
        return bad_word(rd, r, w->s, "is out of range");
    *(uint8_t *)at = (uint8_t)v;
    return true;
}

static void write_byte(const row *r, const void *at, text *t)
{
    (void)r;
    if (*(const uint8_t *)at || strncmp(r->allowed, "0", 1) == 0)
        put(t, "%u", *(const uint8_t *)at);
}

static bool read_seconds(reader *rd, const row *r, void *at, const word *w, size_t n)
{
    uint64_t v;

    (void)n;
    if (!read_time(w->s, &v))
        return bad_word(rd, r, w->s, "is not a time");
    if (!in_range(r->allowed, v, read_time))
        return bad_word(rd, r, w->s, "is out of range");
    *(uint64_t *)at = v;
    return true;
}

static void write_seconds(const row *r, const void *at, text *t)
{
    uint64_t v = *(const uint64_t *)at == VRRP_NEVER ? 0 : *(const uint64_t *)at;
    unsigned part = (unsigned)(v % VRRP_SECOND), width = 9;

    (void)r;
    put(t, "%llu", (unsigned long long)(v / VRRP_SECOND));
    for (; part && part % 10 == 0; part /= 10)
        width--;
    if (part)
        put(t, ".%0*u", (int)width, part);
}

/* The i-th word of "a|b|c", counted from 1; its length. */
static const char *choice(const char *allowed, unsigned i, size_t *n)
{
    for (; i > 1 && allowed; i--) {
        allowed = strchr(allowed, '|');
        allowed = allowed ? allowed + 1 : NULL;
    }
    *n = allowed ? strcspn(allowed, "|") : 0;
    return allowed;
}

static bool read_choice(reader *rd, const row *r, void *at, const word *w, size_t n)
{
    nearest     best = nearest_to(w->s, 0);
    const char *c;

    for (unsigned i = 1; (c = choice(r->allowed, i, &n)) != NULL; i++) {
        char name[32];

        snprintf(name, sizeof name, "%.*s", (int)n, c);
        if (strcasecmp(name, w->s) == 0) {
            *(uint8_t *)at = (uint8_t)i;
            return true;
        }
        nearest_try(&best, name);
    }
    wrong(rd, "'%.80s' is not one of %s%s", w->s, r->allowed, did_you_mean(rd->scratch, &best));
    return false;
}

static void write_choice(const row *r, const void *at, text *t)
{
    size_t      n;
    const char *c = choice(r->allowed, *(const uint8_t *)at, &n);

    if (*(const uint8_t *)at && c)
        put(t, "%.*s", (int)n, c);
}

static bool read_text(reader *rd, const row *r, void *at, const word *w, size_t n)
{
    (void)r, (void)n;
    *(const char **)at = keep(&rd->m->a, w->s, strlen(w->s));
    clean(*(char **)at);
    return true;
}

static void write_text(const row *r, const void *at, text *t)
{
    const char *s = *(const char *const *)at;

    (void)r;
    if (s)
        put(t, "%s", s);
}

/* Interface names and labels: what the kernel takes, 15 bytes. */
static bool read_ifname(reader *rd, const row *r, void *at, const word *w, size_t n)
{
    n = strlen(w->s);
    if (n == 0 || n > 15)
        return bad_word(rd, r, w->s, "is not 1..15 characters long");
    if (strcmp(w->s, ".") == 0 || strcmp(w->s, "..") == 0 || strpbrk(w->s, "/ \t\r\n\v\f"))
        return bad_word(rd, r, w->s, "is no name that an interface can have");
    memset(at, 0, 16);
    memcpy(at, w->s, n);
    clean(at);
    return true;
}

static void write_ifname(const row *r, const void *at, text *t)
{
    (void)r;
    put(t, "%s", (const char *)at);
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

static void address_write(const vrrp_ip *ip, uint8_t family, text *t)
{
    char s[INET6_ADDRSTRLEN];

    inet_ntop(family == VRRP_IPV6 ? AF_INET6 : AF_INET, ip->byte, s, sizeof s);
    put(t, "%s", s);
}

/* Addresses that no interface can have. NULL: it can. */
static const char *address_flaw(const address *a)
{
    static const uint8_t loopback[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    const uint8_t       *b = a->ip.byte;
    bool                 four = a->family == VRRP_IPV4;

    if (four ? b[0] == 0 : memcmp(b, loopback, 15) == 0 && b[15] == 0)
        return "is no host's address";
    if (four ? b[0] == 127 : memcmp(b, loopback, 16) == 0)
        return "is a loopback address";
    if (four ? b[0] >= 224 && b[0] < 240 : b[0] == 0xff)
        return "is a multicast address";
    return four && b[0] >= 240 ? "is no host's address" : NULL;
}

static bool read_address(reader *rd, const row *r, void *at, const word *w, size_t n)
{
    address    *a = at;
    const char *flaw;

    (void)n;
    if (!address_read(w->s, a))
        return bad_word(rd, r, w->s, "is not an address");
    flaw = address_flaw(a);
    return flaw ? bad_word(rd, r, w->s, flaw) : true;
}

static void write_address(const row *r, const void *at, text *t)
{
    const address *a = at;

    (void)r;
    if (a->family)
        address_write(&a->ip, a->family, t);
}

/* The network's own address or its broadcast address, if it is one of them. */
static const char *prefix_flaw(const address *a, unsigned length)
{
    uint32_t host, mask = length < 32 ? UINT32_MAX >> length : 0;

    if (a->family != VRRP_IPV4 || length >= 31)
        return NULL;
    host = ((uint32_t)a->ip.byte[0] << 24 | (uint32_t)a->ip.byte[1] << 16 |
            (uint32_t)a->ip.byte[2] << 8 | a->ip.byte[3]) & mask;
    return host == 0 ? "is the network's own address"
           : host == mask ? "is the network's broadcast address" : NULL;
}

static bool read_cidr(reader *rd, const row *r, void *at, const word *w, size_t n)
{
    vrrp_vip   *v = at;
    address     a;
    uint64_t    length;
    const char *slash = strchr(w->s, '/'), *flaw;
    char        ip[64];

    n = slash ? (size_t)(slash - w->s) : strlen(w->s);
    snprintf(ip, sizeof ip, "%.*s", (int)n, w->s);
    if (n >= sizeof ip || !address_read(ip, &a))
        return bad_word(rd, r, w->s, "is not an address");
    length = a.family == VRRP_IPV6 ? 128 : 32;
    if (slash && (!read_number(slash + 1, &length) || length == 0 ||
                  length > (a.family == VRRP_IPV6 ? 128 : 32))) {
        wrong(rd, "'%.80s' has a wrong prefix length (allowed: 1..%d)", w->s,
              a.family == VRRP_IPV6 ? 128 : 32);
        return false;
    }
    flaw = address_flaw(&a);
    if (!flaw)
        flaw = prefix_flaw(&a, (unsigned)length);
    if (flaw)
        return bad_word(rd, r, w->s, flaw);
    v->address = a.ip;
    v->family = a.family;
    v->prefix = (uint8_t)length;
    return true;
}

static void write_cidr(const row *r, const void *at, text *t)
{
    const vrrp_vip *v = at;

    (void)r;
    address_write(&v->address, v->family, t);
    put(t, "/%u", v->prefix);
}

static bool read_brd(reader *rd, const row *r, void *at, const word *w, size_t n)
{
    vip *v = (vip *)(void *)((char *)at - offsetof(vip, brd));

    (void)n;
    v->brd_auto = strcmp(w->s, "+") == 0;
    if (v->brd_auto || strcmp(w->s, "-") == 0)
        return true;
    if (!address_read(w->s, &v->brd))
        return bad_word(rd, r, w->s, "is not an address");
    return true;
}

static void write_brd(const row *r, const void *at, text *t)
{
    const vip *v = (const vip *)(const void *)((const char *)at - offsetof(vip, brd));

    if (v->brd_auto)
        put(t, "+");
    else
        write_address(r, at, t);
}

static const struct { const char *name; uint8_t value; } scopes[] = {
    {"global", 0}, {"universe", 0}, {"site", 200}, {"link", 253}, {"host", 254}, {"nowhere", 255},
};

static bool read_scope(reader *rd, const row *r, void *at, const word *w, size_t n)
{
    uint64_t v;

    for (n = 0; n < sizeof scopes / sizeof scopes[0]; n++)
        if (strcasecmp(scopes[n].name, w->s) == 0) {
            *(uint8_t *)at = scopes[n].value;
            return true;
        }
    if (!read_number(w->s, &v) || v > 255)
        return bad_word(rd, r, w->s, "is no scope");
    *(uint8_t *)at = (uint8_t)v;
    return true;
}

static void write_scope(const row *r, const void *at, text *t)
{
    uint8_t v = *(const uint8_t *)at;

    (void)r;
    for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++)
        if (scopes[i].value == v) {
            put(t, "%s", scopes[i].name);
            return;
        }
    put(t, "%u", v);
}

static bool read_lifetime(reader *rd, const row *r, void *at, const word *w, size_t n)
{
    uint64_t v = UINT32_MAX;

    (void)n;
    if (strcasecmp(w->s, "forever") != 0 && (!read_number(w->s, &v) || v >= UINT32_MAX))
        return bad_word(rd, r, w->s, "is not a number of seconds");
    *(uint32_t *)at = (uint32_t)v;
    return true;
}

static void write_lifetime(const row *r, const void *at, text *t)
{
    uint32_t v = *(const uint32_t *)at;

    (void)r;
    if (v == UINT32_MAX)
        put(t, "forever");
    else
        put(t, "%u", v);
}

static bool read_pass(reader *rd, const row *r, void *at, const word *w, size_t n)
{
    (void)r;
    n = strlen(w->s);
    if (n == 0 || n > 8) {
        wrong(rd, "%zu characters; a VRRP password has 1..8 (keepalived cuts longer ones to 8)",
              n);
        return false;
    }
    memset(at, 0, 8);
    memcpy(at, w->s, n);
    return true;
}

static void write_pass(const row *r, const void *at, text *t)
{
    (void)r;
    put(t, "%.8s", (const char *)at);
}

/* One word of "node1=150 node2=120 100": true if it is for this node, or for all others. */
static bool priority_word(reader *rd, const row *r, const char *s, uint8_t *value, bool *named)
{
    const char *equals = strrchr(s, '=');
    word        number = {(char *)(uintptr_t)(equals ? equals + 1 : s), false, false};
    row         range = *r;

    *named = equals != NULL;
    range.allowed = "1..255";
    return read_byte(rd, &range, value, &number, 1);
}

static bool same_word(const char *s, size_t n, const char *other)
{
    return strlen(other) == n && strncasecmp(s, other, n) == 0;
}

static bool priority_twice(reader *rd, const word *w, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) {
            const char *a = strrchr(w[i].s, '='), *b = strrchr(w[j].s, '=');

            if (!a != !b || (a && (a - w[i].s != b - w[j].s ||
                                   strncasecmp(w[i].s, w[j].s, (size_t)(a - w[i].s)) != 0)))
                continue;
            if (a)
                wrong(rd, "two priorities for node '%.*s'", (int)(a - w[i].s), w[i].s);
            else
                wrong(rd, "two priorities: '%.40s' and '%.40s' (allowed: NODE=N for nodes by name,"
                          " and one number for all others)", w[j].s, w[i].s);
            return true;
        }
    return false;
}

static bool read_priority(reader *rd, const row *r, void *at, const word *w, size_t n)
{
    uint8_t value = 0, mine = 0, others = 0;
    bool    named, ok = true;

    for (size_t i = 0; i < n; i++) {
        if (!priority_word(rd, r, w[i].s, &value, &named)) {
            ok = false;
            continue;
        }
        if (!named)
            others = value;
        else if (same_word(w[i].s, (size_t)(strrchr(w[i].s, '=') - w[i].s), rd->host))
            mine = value;
    }
    if (!ok || priority_twice(rd, w, n))
        return false;
    if (!mine && !others) {
        wrong(rd, "no priority for node '%.60s': add %.60s=N, or a number for all others",
              rd->host, rd->host);
        return false;
    }
    *(uint8_t *)at = mine ? mine : others;
    return true;
}

static const char *const levels[] = {"error", "warning", "info", "debug"};

static bool log_word(log_form *form, const char *s)
{
    for (uint8_t i = 0; i < 4; i++)
        if (strcasecmp(s, levels[i]) == 0) {
            form->level = i;
            return true;
        }
    form->json = strcasecmp(s, "json") == 0;
    return form->json || strcasecmp(s, "text") == 0;
}

static bool read_log(reader *rd, const row *r, void *at, const word *w, size_t n)
{
    bool ok = true;

    for (size_t i = 0; i < n; i++)
        if (!log_word(at, w[i].s))
            ok = bad_word(rd, r, w[i].s, "is no form or level of a log");
    return ok;
}

static void write_log(const row *r, const void *at, text *t)
{
    const log_form *form = at;

    (void)r;
    put(t, "%s %s", form->json ? "json" : "text", levels[form->level]);
}

static bool read_names(reader *rd, const row *r, void *at, const word *w, size_t n)
{
    const char **names = take(&rd->m->a, (n + 1) * sizeof *names);

    (void)r;
    for (size_t i = 0; i < n; i++)
        names[i] = keep(&rd->m->a, w[i].s, strlen(w[i].s));
    *(const char ***)at = names;
    return true;
}

static void write_names(const row *r, const void *at, text *t)
{
    const char *const *names = *(const char *const *const *)at;

    (void)r;
    for (size_t i = 0; names && names[i]; i++)
        put(t, "%s%s", i ? " " : "", names[i]);
}

static void write_list(const row *r, const void *at, text *t);

static const type types[TYPES] = {
    [T_NONE] = {NULL, 1, 0, NULL, NULL},
    [T_FLAG] = {NULL, 0, sizeof(bool), read_flag, write_flag},
    [T_NOT] = {NULL, 0, sizeof(bool), read_not, NULL},
    [T_BYTE] = {NULL, 1, 1, read_byte, write_byte},
    [T_TIME] = {" seconds", 1, sizeof(uint64_t), read_seconds, write_seconds},
    [T_WORD] = {NULL, 1, 1, read_choice, write_choice},
    [T_TEXT] = {NULL, 1, sizeof(char *), read_text, write_text},
    [T_IFNAME] = {NULL, 1, 16, read_ifname, write_ifname},
    [T_IP] = {NULL, 1, sizeof(address), read_address, write_address},
    [T_CIDR] = {NULL, 1, sizeof(vrrp_vip), read_cidr, write_cidr},
    [T_BRD] = {NULL, 1, sizeof(address), read_brd, write_brd},
    [T_SCOPE] = {NULL, 1, 1, read_scope, write_scope},
    [T_LIFETIME] = {NULL, 1, sizeof(uint32_t), read_lifetime, write_lifetime},
    [T_PASS] = {NULL, 1, 8, read_pass, write_pass},
    [T_PRIORITY] = {NULL, -1, 1, read_priority, write_byte},
    [T_LOG] = {NULL, -1, sizeof(log_form), read_log, write_log},
    [T_NAMES] = {NULL, -1, sizeof(char **), read_names, write_names},
    [T_BLOCK] = {NULL, -1, sizeof(node *), NULL, write_list},
};

static void *place_of(const node *n, const row *r)
{
    return (char *)(uintptr_t)n + r->at;
}

/* What a row does when it is met: read, refused, or read without effect. */
static bool row_read(reader *rd, node *n, const row *r, const word *w, size_t words_)
{
    bool ok = true;

    if (r->flags & REFUSED) {
        wrong(rd, "%s", r->help);
        return false;
    }
    if (types[r->type].read)
        ok = types[r->type].read(rd, r, place_of(n, r), w, words_);
    if (r->flags & INERT)
        remark_add(rd->out, SAY_INFO, rd->variable, "has no effect: %s", r->help);
    return ok;
}

static void preset(reader *rd, node *n)
{
    for (const row *r = block_rows(n->block); r; r = row_next(r)) {
        words w;

        if (r->preset && split(rd->scratch, r->preset, false, &w))
            types[r->type].read(rd, r, place_of(n, r), w.at, w.n);
    }
}

static void node_init(reader *rd, node *n, uint8_t b, const char *name)
{
    n->block = b;
    n->name = name;
    n->number = -1;
    preset(rd, n);
}

static node *node_new(reader *rd, uint8_t b, const char *name)
{
    node *n = take(&rd->m->a, blocks[b].size);

    node_init(rd, n, b, name);
    return n;
}

static void append(node **list, node *n)
{
    while (*list)
        list = &(*list)->next;
    *list = n;
}

/* --- items of a list ------------------------------------------------------------------------ */

/* The row of `dev` or `dev=eth0`; *value is what follows the sign, or NULL. */
static const row *option_row(uint8_t b, const word *w, const char **value)
{
    const char *equals = w->quoted ? NULL : strchr(w->s, '=');
    char        key[32];
    const row  *r = row_of(b, w->s);

    *value = NULL;
    if (!r && equals && equals - w->s < (int)sizeof key) {
        snprintf(key, sizeof key, "%.*s", (int)(equals - w->s), w->s);
        r = row_of(b, key);
        *value = equals + 1;
    }
    return r && !(r->flags & HEAD) ? r : NULL;
}

static void option_unknown(reader *rd, uint8_t b, const word *w)
{
    nearest best = nearest_to(w->s, 0);
    text    t = {rd->scratch, NULL, 0, 0};

    for (const row *r = block_rows(b); r; r = row_next(r))
        if (!(r->flags & (HEAD | REFUSED | INERT | ALIAS))) {
            put(&t, "%s%s", t.n ? ", " : "", r->key);
            nearest_try(&best, r->key);
        }
    if (t.n)
        wrong(rd, "'%.80s' is neither an address nor an option%s (allowed: %s)", w->s,
              did_you_mean(rd->scratch, &best), t.s);
    else
        wrong(rd, "'%.80s' is not an address", w->s);
}

/* Reads one option of an item; returns the words it took. */
static size_t option_read(reader *rd, node *item, const words *w, size_t i)
{
    const char *value;
    const row  *r = option_row(item->block, &w->at[i], &value);
    word        one = {(char *)(uintptr_t)value, false, false};
    bool        flag = r && types[r->type].words == 0;

    if (!r) {
        option_unknown(rd, item->block, &w->at[i]);
        return 1;
    }
    if (seen(item, r))
        wrong(rd, "'%s' twice for one item", r->key);
    mark(item, r);
    if (value || flag || r->flags & (INERT | REFUSED)) {
        row_read(rd, item, r, &one, value ? 1 : 0);
        return 1;
    }
    if (i + 1 >= w->n || w->at[i + 1].first) {
        wrong(rd, "'%s' needs a value (allowed: %s)", r->key, r->allowed ? r->allowed : "a word");
        return 1;
    }
    row_read(rd, item, r, &w->at[i + 1], 1);
    return 2;
}

/* A word that can only start an item. */
static bool starts_item(const word *w)
{
    char    ip[64];
    address a;

    snprintf(ip, sizeof ip, "%.*s", (int)strcspn(w->s, "/"), w->s);
    return address_read(ip, &a);
}

/* One item from word i on; returns the word behind it. A bad head still has its options checked,
   but the item is left out. */
static size_t item_read(reader *rd, node **list, node *item, const words *w, size_t i)
{
    const row *head = head_of(item->block);

    item->where = keep(&rd->m->a, rd->variable, strlen(rd->variable));
    if (row_read(rd, item, head, &w->at[i], 1)) {
        mark(item, head);
        append(list, item);
    }
    i++;
    while (i < w->n && !w->at[i].first && !starts_item(&w->at[i]))
        i += option_read(rd, item, w, i);
    return i;
}

static node *item_numbered(node *list, int32_t number)
{
    while (list && list->number != number)
        list = list->next;
    return list;
}

/* The items of one variable: all of a list, or (number >= 0) one. */
static void list_read(reader *rd, node *parent, const row *r, const words *w, int32_t number)
{
    node **list = place_of(parent, r);

    if (*list && ((*list)->number < 0) != (number < 0)) {
        wrong(rd, "a list is given in one variable or in numbered ones, not in both (see %s)",
              (*list)->where);
        return;
    }
    if (number >= 0 && item_numbered(*list, number)) {
        wrong(rd, "item %d is given twice (see %s)", (int)number,
              item_numbered(*list, number)->where);
        return;
    }
    for (size_t i = 0, items = 0; i < w->n; items++) {
        node *item = node_new(rd, r->opens, "");

        if (number >= 0 && items == 1)
            wrong(rd, "'%.80s' begins a second item, but a numbered variable holds one",
                  w->at[i].s);
        item->number = number;
        i = item_read(rd, list, item, w, i);
    }
}

// >>env

/* VARIABLE = PREFIX [_NAME] [_PATH] [_FILE]; PATH = KEYWORD | LIST | LIST_<n> | LIST_<n>_PATH.
   Of all ways to read a variable the shortest NAME wins whose rest is a PATH. */

enum { STEPS = 6, FILE_MOST = 65536 };

typedef struct step {
    const row *row;
    int32_t    number;
} step;

typedef struct place {
    uint8_t     block;
    const char *name;                   /* in the variable, not ended by 0 */
    size_t      name_size, steps;
    step        step[STEPS];
} place;

typedef struct var {
    struct var *next;
    const char *name;                   /* as the grammar has it: VRRP_AUTH_PASS */
    const char *shown;                  /* as the user has it: KEEPALIVED_PASSWORD_FILE */
    const char *value;
    bool        from_file;              /* of SIDECAR_ENV_FILE */
    bool        injected, dead;
    place       place;
} var;

/* Which variable set a row. */
typedef struct setting {
    struct setting *next;
    const node     *n;
    const row      *r;
    const char     *variable;
} setting;

static bool begins(const char *s, const char *with)
{
    return strncmp(s, with, strlen(with)) == 0;
}

/* Length of the keyword, in capitals, at the start of a path; 0: not there. */
static size_t key_match(const char *key, const char *path)
{
    size_t n = 0;

    for (; key[n]; n++)
        if (path[n] != upper(key[n]))
            return 0;
    return path[n] == 0 || path[n] == '_' ? n : 0;
}

static const char *number_match(const char *s, int32_t *number)
{
    size_t n = strspn(s, "0123456789");

    if (n == 0 || n > 5)
        return NULL;
    *number = (int32_t)strtol(s, NULL, 10);
    return s + n;
}

static bool path_match(uint8_t b, const char *path, place *p);

static bool step_match(const row *r, const char *rest, place *p)
{
    step *s = &p->step[p->steps];

    if (p->steps == STEPS)
        return false;
    p->steps++;
    s->row = r;
    s->number = -1;
    if (*rest == 0)
        return true;
    if (r->type == T_BLOCK && (rest = number_match(rest + 1, &s->number)) != NULL &&
        (*rest == 0 || (*rest == '_' && path_match(r->opens, rest + 1, p))))
        return true;
    p->steps--;
    return false;
}

static bool path_match(uint8_t b, const char *path, place *p)
{
    for (const row *r = block_rows(b); r && r < rows + ROWS; r = row_next(r)) {
        size_t n = r->flags & HEAD ? 0 : key_match(r->key, path);

        if (n && step_match(r, path + n, p))
            return true;
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

/* NAME_PATH, the shortest NAME first. */
static bool named_match(const char *rest, place *p)
{
    for (size_t i = 1; rest[i]; i++)
        if (rest[i] == '_' && is_name(rest, i) && path_match(p->block, rest + i + 1, p)) {
            p->name = rest;
            p->name_size = i;
            return true;
        }
    return false;
}

/* global_defs that begin with vrrp_ are written as they are: VRRP_STARTUP_DELAY. */
static bool global_match(const char *name, place *p)
{
    for (const row *r = block_rows(B_GLOBAL); r; r = row_next(r))
        if (begins(r->key, "vrrp_") && key_match(r->key, name) == strlen(name)) {
            p->block = B_GLOBAL;
            return step_match(r, "", p);
        }
    return false;
}

static const char *prefix_match(const char *name, uint8_t *b)
{
    for (*b = 0; *b < BLOCKS; ++*b) {
        const char *env = blocks[*b].env;

        if (env && begins(name, env) && (name[strlen(env)] == '_' || name[strlen(env)] == 0))
            return name + strlen(env);
    }
    return NULL;
}

static bool ends_in_file(const char *name)
{
    size_t n = strlen(name);

    return n > 5 && strcmp(name + n - 5, "_FILE") == 0;
}

static bool place_match(const char *name, place *p)
{
    const char *rest;

    memset(p, 0, sizeof *p);
    if (global_match(name, p))
        return true;
    rest = prefix_match(name, &p->block);
    if (!rest || !*rest++ || blocks[p->block].later)
        return false;
    if (path_match(p->block, rest, p))
        return !(blocks[p->block].env && begins(p->step[0].row->key, "vrrp_"));
    if (blocks[p->block].shape == ONE)
        return false;
    if (named_match(rest, p))
        return true;
    if (!head_of(p->block) || !is_name(rest, strlen(rest)) || ends_in_file(rest))
        return false;
    p->name = rest;
    p->name_size = strlen(rest);
    p->step[0].row = head_of(p->block);
    p->step[0].number = -1;
    p->steps = 1;
    return true;
}

/* --- the variables, sorted ------------------------------------------------------------------ */

/* Digits count as numbers: WEB_2 before WEB_10. */
static int natural(const char *a, const char *b)
{
    while (*a && *b) {
        if (is_digit(*a) && is_digit(*b)) {
            size_t n, m;

            a += strspn(a, "0"), b += strspn(b, "0");
            n = strspn(a, "0123456789"), m = strspn(b, "0123456789");
            if (n != m || memcmp(a, b, n) != 0)
                return n != m ? (n < m ? -1 : 1) : memcmp(a, b, n);
            a += n, b += n;
        } else if (*a != *b) {
            return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
        } else {
            a++, b++;
        }
    }
    return (*a != 0) - (*b != 0);
}

static int by_name(const void *a, const void *b)
{
    const var *u = *(const var *const *)a, *v = *(const var *const *)b;
    int        order = natural(u->name, v->name);

    if (order == 0)
        order = strcmp(u->name, v->name);
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

static void var_add(reader *rd, var **list, const char *line, bool from_file)
{
    const char *equals = strchr(line, '=');
    uint8_t     b;
    var        *v;
    char       *name = keep(rd->scratch, line, equals ? (size_t)(equals - line) : strlen(line));

    if (!equals || (!begins(name, "KEEPALIVED_") && !prefix_match(name, &b))) {
        if (from_file)
            remark_add(rd->out, equals ? SAY_WARNING : SAY_ERROR, "SIDECAR_ENV_FILE",
                       equals ? "'%.80s' is no variable of ours" : "'%.80s' is not NAME=VALUE",
                       name);
        return;
    }
    v = take(rd->scratch, sizeof *v);
    v->name = v->shown = name;
    v->value = equals + 1;
    v->from_file = from_file;
    v->next = *list;
    *list = v;
}

static var *var_find(var *list, const char *name)
{
    while (list && (list->dead || strcmp(list->name, name) != 0))
        list = list->next;
    return list;
}

static bool is_empty(const char *value)
{
    while (is_blank(*value))
        value++;
    return *value == 0;
}

/* --- files ---------------------------------------------------------------------------------- */

/* The content without its last newline; NULL and an error if it cannot be read. Only regular
   files: a pipe could block a daemon that others rely on. */
static char *file_read(reader *rd, const char *path)
{
    int         fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;
    char        buffer[FILE_MOST + 1], *s = NULL;
    ssize_t     n;

    if (fd < 0 || fstat(fd, &st) < 0) {
        wrong(rd, "cannot read '%.200s': %s", path, strerror(errno));
    } else if (!S_ISREG(st.st_mode)) {
        wrong(rd, "'%.200s' is not a regular file", path);
    } else {
        n = read(fd, buffer, sizeof buffer);
        if (n < 0)
            wrong(rd, "cannot read '%.200s': %s", path, strerror(errno));
        else if (n > FILE_MOST)
            wrong(rd, "'%.200s' is larger than 64 KiB", path);
        else if (memchr(buffer, 0, (size_t)n))
            wrong(rd, "'%.200s' has a zero byte in it", path);
        else
            s = keep(rd->scratch, buffer, (size_t)n - (n > 0 && buffer[n - 1] == '\n'));
        explicit_bzero(buffer, sizeof buffer);
    }
    if (fd >= 0)
        close(fd);
    return s;
}

/* SIDECAR_ENV_FILE: lines NAME=VALUE, comment lines, empty lines. */
static void env_file_read(reader *rd, var **list, const char *path)
{
    char *s, *line;

    rd->variable = "SIDECAR_ENV_FILE";
    s = file_read(rd, path);
    while (s && *s) {
        line = s;
        s += strcspn(s, "\n");
        if (*s)
            *s++ = 0;
        line += strspn(line, " \t");
        if (begins(line, "export "))
            line += 7;
        line[strcspn(line, "\r")] = 0;
        if (*line && *line != '#')
            var_add(rd, list, line, true);
    }
}

/* X_FILE is tried only when it is no variable of its own. The value is the file's content. */
static bool var_from_file(reader *rd, var *v, var *list)
{
    size_t n = strlen(v->name) - 5;
    char  *name = keep(rd->scratch, v->name, n);
    var   *other;

    if (!place_match(name, &v->place))
        return false;
    rd->variable = v->shown;
    v->name = name;
    if (is_empty(v->value)) {
        v->dead = true;
        return true;
    }
    for (other = list; other; other = other->next)
        if (other != v && !other->dead && strcmp(other->name, name) == 0 &&
            !is_empty(other->value)) {
            wrong(rd, "%s and %s are both set; keep one", other->shown, v->shown);
            v->dead = true;
            return true;
        }
    v->value = file_read(rd, v->value);
    if (v->value && is_empty(v->value)) {
        wrong(rd, "the file is empty");
        v->value = NULL;
    }
    v->dead = !v->value;
    return true;
}

/* --- what others put into the environment --------------------------------------------------- */

static void injected_mark(reader *rd, var *list, const char *prefix, size_t n)
{
    for (var *v = list; v; v = v->next) {
        const char *rest = v->name + n;

        if (v->injected || strncmp(v->name, prefix, n) != 0)
            continue;
        if (strcmp(rest, "_SERVICE_HOST") && strcmp(rest, "_SERVICE_PORT") &&
            !begins(rest, "_SERVICE_PORT_") && strcmp(rest, "_PORT") && !begins(rest, "_PORT_"))
            continue;
        v->injected = v->dead = true;
        remark_add(rd->out, SAY_DEBUG, v->shown, "put there by Kubernetes or a container link,"
                   " ignored");
    }
}

/* P_PORT_<n>_<PROTO>_ADDR for this P? */
static bool linked(const var *list, const char *prefix, size_t n)
{
    for (; list; list = list->next) {
        const char *s = list->name + n;
        int32_t     number;

        if (strncmp(list->name, prefix, n) != 0 || !begins(s, "_PORT_"))
            continue;
        s = number_match(s + 6, &number);
        if (s && (!strcmp(s, "_TCP_ADDR") || !strcmp(s, "_UDP_ADDR") || !strcmp(s, "_SCTP_ADDR")))
            return true;
    }
    return false;
}

static bool is_port_url(const char *value)
{
    return begins(value, "tcp://") || begins(value, "udp://") || begins(value, "sctp://");
}

/* Sets are recognised as sets: both SERVICE_HOST and SERVICE_PORT, or a PORT with its ADDR. */
static void injected(reader *rd, var *list)
{
    for (var *v = list; v; v = v->next) {
        size_t n = strlen(v->name);
        char   port[256];

        if (n > 13 && n < 200 && strcmp(v->name + n - 13, "_SERVICE_HOST") == 0) {
            snprintf(port, sizeof port, "%.*s_SERVICE_PORT", (int)(n - 13), v->name);
            for (const var *u = list; u; u = u->next)
                if (strcmp(u->name, port) == 0)
                    injected_mark(rd, list, v->name, n - 13);
        } else if (n > 5 && strcmp(v->name + n - 5, "_PORT") == 0 && is_port_url(v->value) &&
                   linked(list, v->name, n - 5)) {
            injected_mark(rd, list, v->name, n - 5);
        }
    }
}

/* --- KEEPALIVED_* --------------------------------------------------------------------------- */

static const alias *alias_of(const char *name, size_t n)
{
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++)
        if (strlen(aliases[i].name) == n && strncmp(aliases[i].name, name, n) == 0)
            return &aliases[i];
    return NULL;
}

/* "#PYTHON2BASH:['a', 'b']", "['a', 'b']" and "- a\n- b" as "a, b". */
static const char *plain_list(arena *a, const char *value)
{
    char *s, *to;
    bool  line = true;

    while (is_blank(*value))
        value++;
    if (begins(value, "#PYTHON2BASH:"))
        value += 13;
    s = to = keep(a, value, strlen(value));
    for (bool brackets = strchr(value, '[') != NULL; *value; value++) {
        bool drop = brackets && strchr("[]'\"", *value);

        drop |= line && *value == '-' && is_blank(value[1]);
        line = *value == '\n' || (line && is_blank(*value));
        *to++ = drop ? ' ' : *value;
    }
    *to = 0;
    return s;
}

/* The image that has the mask apart. */
static const char *with_mask(reader *rd, const char *value, const var *list)
{
    for (const var *v = list; v; v = v->next)
        if (strcmp(v->shown, "KEEPALIVED_VIRTUAL_MASK") == 0 && !is_empty(v->value) &&
            !strchr(value, '/')) {
            text t = {rd->scratch, NULL, 0, 0};

            put(&t, "%.*s/%s", (int)strcspn(value, " \t\r\n"), value, v->value);
            return t.s;
        }
    return value;
}

static void alias_unknown(reader *rd, const char *name)
{
    nearest best = nearest_to(name, 11);

    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++) {
        text t = {rd->scratch, NULL, 0, 0};

        put(&t, "KEEPALIVED_%s", aliases[i].name);
        nearest_try(&best, t.s);
    }
    remark_add(rd->out, SAY_WARNING, name, "not known, ignored%s",
               did_you_mean(rd->scratch, &best));
}

/* KEEPALIVED_<name>[_<n>][_FILE]; what is unknown is a warning. */
static void alias_read(reader *rd, var *v, const var *list)
{
    const char  *name = v->shown + 11, *end = name + strlen(name), *number;
    const char  *file = ends_in_file(v->shown) ? "_FILE" : "";
    const alias *a;
    text         t = {rd->scratch, NULL, 0, 0};

    end -= *file && !alias_of(name, strlen(name)) ? 5 : 0;
    for (number = end; number > name && is_digit(number[-1]); number--)
        ;
    if (number == end || number - 1 <= name || number[-1] != '_')
        number = end;
    a = alias_of(name, (size_t)(number - name) - (number < end));
    if (!a || (number < end && (row_of(B_INSTANCE, a->key)->type != T_BLOCK &&
                                !(row_of(B_INSTANCE, a->key)->flags & REFUSED)))) {
        v->dead = true;
        if (strcmp(name, "VIRTUAL_MASK") != 0)
            alias_unknown(rd, v->shown);
        return;
    }
    put(&t, "VRRP_");
    for (const char *s = a->key; *s; s++)
        put(&t, "%c", upper(*s));
    if (number < end && row_of(B_INSTANCE, a->key)->type == T_BLOCK)
        put(&t, "_%.*s", (int)(end - number), number);
    put(&t, "%s", file);
    v->name = t.s;
    if (row_of(B_INSTANCE, a->key)->type == T_BLOCK && !*file)
        v->value = plain_list(rd->scratch, v->value);
    if (strcmp(a->name, "VIRTUAL_IP") == 0)
        v->value = with_mask(rd, v->value, list);
    v->dead = strcmp(a->name, "INTERFACE") == 0 && strcmp(v->value, "auto") == 0;
}

/* --- twice ---------------------------------------------------------------------------------- */

static bool same_value(const char *a, const char *b)
{
    while (is_blank(*a))
        a++;
    while (is_blank(*b))
        b++;
    for (; *a && *a == *b; a++)
        b++;
    return is_empty(a) && is_empty(b);
}

/* Sorted: equal names are neighbours. */
static void doubles(reader *rd, var *list)
{
    for (var *v = list, *w; v; v = v->next) {
        for (w = v->next; w && w->dead; w = w->next)
            ;
        if (v->dead || !w || strcmp(v->name, w->name) != 0)
            continue;
        if (is_empty(v->value) || (strcmp(v->shown, w->shown) && same_value(v->value, w->value))) {
            v->dead = true;
        } else if (is_empty(w->value)) {
            w->value = v->value;
            v->dead = true;
        } else {
            v->dead = true;
            if (strcmp(v->shown, w->shown))
                remark_add(rd->out, SAY_ERROR, v->shown, "differs from %s, which is the same"
                           " setting; keep one", w->shown);
            else if (v->from_file != w->from_file)
                remark_add(rd->out, SAY_ERROR, v->shown, "set in the environment and in"
                           " SIDECAR_ENV_FILE; keep one");
            else
                remark_add(rd->out, SAY_ERROR, v->shown, "set twice");
        }
    }
}

/* --- names ---------------------------------------------------------------------------------- */

/* Case folded, every other character as _. */
static bool same_name(const char *a, const char *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char c = upper(a[i]), d = upper(b[i]);

        if (b[i] == 0)
            return false;
        c = is_name(&c, 1) ? c : '_';
        d = is_name(&d, 1) ? d : '_';
        if (c != d)
            return false;
    }
    return b[n] == 0;
}

static node *node_find(node *list, const char *name, size_t n)
{
    while (list && !same_name(name, list->name, n))
        list = list->next;
    return list;
}

static node **blocks_of(model *m, uint8_t b)
{
    return b == B_GROUP ? (node **)(void *)&m->groups : (node **)(void *)&m->instances;
}

static bool makes_block(const var *v)
{
    return !v->dead && v->place.steps && v->place.step[0].row->flags & MAKES &&
           !is_empty(v->value) && v->place.block != B_GLOBAL;
}

/* Ordered by NAME; variables come in an order that mostly is that already. */
static void insert(node **list, node **last, node *n)
{
    if (*last && natural((*last)->name, n->name) < 0)
        list = &(*last)->next;
    while (*list && natural((*list)->name, n->name) < 0)
        list = &(*list)->next;
    n->next = *list;
    *list = n;
    if (!n->next)
        *last = n;
}

/* The blocks whose heads are set. */
static void blocks_make(reader *rd, var *list)
{
    node *last[2] = {NULL, NULL};

    for (var *v = list; v; v = v->next) {
        const place *p = &v->place;
        node       **at = blocks_of(rd->m, p->block);

        if (makes_block(v) && p->name && !node_find(*at, p->name, p->name_size))
            insert(at, &last[p->block == B_GROUP],
                   node_new(rd, p->block, keep(&rd->m->a, p->name, p->name_size)));
    }
    for (var *v = list; v && !rd->m->instances; v = v->next)
        if (makes_block(v) && v->place.block == B_INSTANCE) {
            rd->m->instances = (instance *)(void *)node_new(rd, B_INSTANCE, "VI_1");
            rd->m->unnamed = true;
        }
}

/* --- suggestions ---------------------------------------------------------------------------- */

/* PREFIX[_NAME]_KEYWORD, or a global's own spelling. */
static void variable_put(text *t, uint8_t b, const char *name, const row *r)
{
    bool global = b == B_GLOBAL && begins(r->key, "vrrp_");

    if (!global)
        put(t, "%s%s%s", blocks[b].env, *name ? "_" : "", name);
    if (!global && !(r->flags & HEAD))
        put(t, "_");
    for (const char *s = r->flags & HEAD ? "" : r->key; *s; s++)
        put(t, "%c", upper(*s));
}

/* All variables of a block, with this name or none. */
static void suggest(reader *rd, nearest *best, uint8_t b, const char *name)
{
    for (const row *r = block_rows(b); r && r < rows + ROWS; r = row_next(r))
        if (!(r->flags & (HEAD | REFUSED | INERT))) {
            text t = {rd->scratch, NULL, 0, 0};

            variable_put(&t, b, name, r);
            nearest_try(best, t.s);
        }
}

static bool ends_in_word(const char *s, const char *word_)
{
    size_t n = strlen(s), m = strlen(word_);

    return n > m && s[n - m - 1] == '_' && strcmp(s + n - m, word_) == 0;
}

/* Words that are no keyword but say which one is meant: VRRP_VIP, VRRP_WEB_PASSWORD. */
static bool hint_try(nearest *best)
{
    enum { HINTS = sizeof hints / sizeof *hints, ALIASES = sizeof aliases / sizeof *aliases };
    const alias *found = NULL;
    size_t       n = strlen(best->to);
    char        *to;

    for (size_t i = 0; i < HINTS + ALIASES; i++) {
        const alias *a = i < HINTS ? &hints[i] : &aliases[i - HINTS];

        if (ends_in_word(best->to, a->name) && (!found || strlen(a->name) > strlen(found->name)))
            found = a;
    }
    if (!found || row_of(B_INSTANCE, found->key)->flags & REFUSED || n > 90)
        return false;
    n -= strlen(found->name);
    memcpy(best->name, best->to, n);
    to = best->name + n;
    for (const char *s = found->key; *s; s++)
        *to++ = upper(*s);
    *to = 0;
    return true;
}

/* The nearest variable to a name under prefix b; rest: behind the prefix. */
static nearest nearest_variable(reader *rd, uint8_t b, const char *name, const char *rest)
{
    nearest best = nearest_to(name, (size_t)(rest - name));
    char   *capitals = keep(rd->scratch, name, strlen(name));
    place   p;

    for (char *s = capitals; *s; s++)
        *s = upper(*s);
    if (strcmp(capitals, name) != 0 && place_match(capitals, &p)) {
        nearest_try(&best, capitals);
        return best;
    }
    suggest(rd, &best, b, "");
    suggest(rd, &best, B_GLOBAL, "");
    for (const node *n = *blocks_of(rd->m, b); n && b != B_GLOBAL; n = n->next)
        if (begins(rest, n->name))
            suggest(rd, &best, b, n->name);
    if (b == B_INSTANCE && (!best.name[0] || best.distance > 2))
        hint_try(&best);
    return best;
}

static void unknown(reader *rd, const var *v)
{
    uint8_t     b;
    const char *rest = prefix_match(v->name, &b);
    nearest     best;

    if (!*rest) {
        remark_add(rd->out, SAY_ERROR, v->shown, "a prefix, not a variable; see --help");
        return;
    }
    if (blocks[b].later) {
        remark_add(rd->out, SAY_ERROR, v->shown, "%s", blocks[b].later);
        return;
    }
    best = nearest_variable(rd, b, v->name, rest + 1);
    if (!best.name[0] && ends_in_file(v->name)) {
        size_t n = strlen(v->name) - 5;

        best = nearest_variable(rd, b, keep(rd->scratch, v->name, n), rest + 1);
        n = strlen(best.name);
        if (n)
            snprintf(best.name + n, sizeof best.name - n, "_FILE");
    }
    remark_add(rd->out, SAY_ERROR, v->shown, "unknown variable%s",
               did_you_mean(rd->scratch, &best));
}

/* Options of a name that nothing brings into being: the name is wrong, or it is none. */
static void headless(reader *rd, const var *v)
{
    const place *p = &v->place;
    char        *name = keep(rd->scratch, p->name, p->name_size);
    nearest      names = nearest_to(name, 0), best = nearest_to(v->name, 0);
    text         head = {rd->scratch, NULL, 0, 0}, t = {rd->scratch, NULL, 0, 0};

    for (const node *n = *blocks_of(rd->m, p->block); n; n = n->next)
        nearest_try(&names, n->name);
    best.most = names.name[0] ? names.distance : 2;
    suggest(rd, &best, p->block, "");
    if (!best.name[0] && names.name[0]) {
        put(&t, "%.*s%s%s", (int)(p->name - v->name), v->name, names.name, p->name + p->name_size);
        snprintf(best.name, sizeof best.name, "%s", t.s);
    }
    put(&head, p->block == B_GROUP ? "VRRP_GROUP_%s" : "VRRP_%s_VIRTUAL_IPADDRESS", name);
    remark_add(rd->out, SAY_ERROR, v->shown, "there is no %.100s%s", head.s,
               did_you_mean(rd->scratch, &best));
}

/* --- values --------------------------------------------------------------------------------- */

static void setting_add(reader *rd, node *n, const row *r)
{
    setting *s = take(rd->scratch, sizeof *s);

    mark(n, r);
    s->n = n;
    s->r = canonical(r);
    s->variable = rd->variable;
    s->next = rd->settings;
    rd->settings = s;
}

static const char *setting_find(const reader *rd, const node *n, const row *r)
{
    for (const setting *s = rd->settings; s; s = s->next)
        if (s->n == n && s->r == canonical(r))
            return s->variable;
    return NULL;
}

/* Where the value of a variable goes: NULL and an error if there is no such block. */
static node *target(reader *rd, const var *v)
{
    const place *p = &v->place;
    node        *n;

    if (p->block == B_GLOBAL)
        return &rd->m->global.n;
    if (p->name) {
        n = rd->last;                   /* sorted: mostly the same again */
        if (!n || n->block != p->block || !same_name(p->name, n->name, p->name_size))
            n = node_find(*blocks_of(rd->m, p->block), p->name, p->name_size);
        if (!n)
            headless(rd, v);
        rd->last = n;
        return n;
    }
    if (p->block == B_INSTANCE && p->step[0].row->flags & (INHERIT | REFUSED | INERT))
        return &rd->m->preset.n;
    if (p->block == B_INSTANCE && rd->m->unnamed)
        return &rd->m->instances->n;
    if (p->block == B_INSTANCE && !rd->m->instances)
        remark_add(rd->out, SAY_ERROR, v->shown, "there is no VRRP_VIRTUAL_IPADDRESS");
    else
        remark_add(rd->out, SAY_ERROR, v->shown, "belongs to one of several; name it: %s_<NAME>%s",
                   blocks[p->block].env, v->name + strlen(blocks[p->block].env));
    return NULL;
}

/* LIST_<n>_PATH: down to the item. */
static node *descend(reader *rd, node *n, const place *p)
{
    for (size_t i = 0; n && i + 1 < p->steps; i++) {
        node *item = item_numbered(*(node **)place_of(n, p->step[i].row), p->step[i].number);

        if (!item)
            wrong(rd, "there is no item %d of that list", (int)p->step[i].number);
        n = item;
    }
    return n;
}

static void value_read(reader *rd, node *n, const step *s, const char *value)
{
    const row *r = s->row;
    bool       several = types[r->type].words < 0;
    words      w;

    if (several)
        value = unquote(rd->scratch, value);
    if (r->type != T_BLOCK && seen(n, r)) {
        wrong(rd, "%s says it already; keep one", setting_find(rd, n, r));
        return;
    }
    setting_add(rd, n, r);
    if (!split(rd->scratch, value, several, &w))
        wrong(rd, "a quote is not closed");
    else if (r->type == T_BLOCK)
        list_read(rd, n, r, &w, s->number);
    else if (w.n > 1 && !several && types[r->type].read)
        wrong(rd, "more than one word; a value with blanks needs quotes (allowed: %s)",
              r->allowed);
    else
        row_read(rd, n, r, w.at, w.n);
}

static void var_apply(reader *rd, const var *v)
{
    const place *p = &v->place;
    node        *n = target(rd, v);

    rd->variable = v->shown;
    n = n ? descend(rd, n, p) : NULL;
    if (n)
        value_read(rd, n, &p->step[p->steps - 1], v->value);
}

/* --- all together --------------------------------------------------------------------------- */

static var *vars_collect(reader *rd, char *const *env)
{
    var *list = NULL, *file;

    for (; *env; env++)
        var_add(rd, &list, *env, false);
    file = var_find(list, "SIDECAR_ENV_FILE");
    if (file && !is_empty(file->value)) {
        words w;

        if (split(rd->scratch, file->value, false, &w) && w.n == 1)
            env_file_read(rd, &list, w.at[0].s);
    }
    for (var *v = list; v; v = v->next)
        if (v->from_file && strcmp(v->name, "SIDECAR_ENV_FILE") == 0) {
            remark_add(rd->out, SAY_ERROR, v->shown, "cannot stand in an env file");
            v->dead = true;
        }
    list = vars_sorted(rd->scratch, list);
    injected(rd, list);
    for (var *v = list; v; v = v->next)
        if (!v->dead && begins(v->name, "KEEPALIVED_"))
            alias_read(rd, v, list);
    return vars_sorted(rd->scratch, list);
}

/* Where each variable belongs. */
static var *vars_place(reader *rd, var *list)
{
    for (var *v = list; v; v = v->next)
        if (!v->dead && !place_match(v->name, &v->place) &&
            !(ends_in_file(v->name) && var_from_file(rd, v, list)))
            v->place.steps = 0;
    list = vars_sorted(rd->scratch, list);
    doubles(rd, list);
    return list;
}

static void vars_apply(reader *rd, var *list, bool globals_)
{
    for (var *v = list; v; v = v->next) {
        bool global = v->place.block == B_GLOBAL;

        if (v->dead || global != globals_)
            continue;
        if (v->place.steps == 0)
            unknown(rd, v);
        else if (!is_empty(v->value))
            var_apply(rd, v);
    }
}

// >>check

/* Rows fit together: defaults that depend on other rows, contradictions, names that refer to
   blocks, and (a second step, for it changes while we run) what depends on the interfaces. */

typedef struct checker {
    reader   *rd;
    instance *in;
} checker;

/* The variable that set a row of this instance, or would set it. */
static const char *origin(const checker *c, const char *key)
{
    const row  *r = row_of(B_INSTANCE, key);
    const char *variable = setting_find(c->rd, &c->in->n, r);
    text        t = {c->rd->scratch, NULL, 0, 0};

    if (!variable)
        variable = setting_find(c->rd, &c->rd->m->preset.n, r);
    if (variable)
        return variable;
    variable_put(&t, B_INSTANCE, c->rd->m->unnamed ? "" : c->in->n.name, r);
    return t.s;
}

__attribute__((format(printf, 3, 4)))
static void fault(const checker *c, const char *key, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    remark_list(c->rd->out, SAY_ERROR, origin(c, key), format, args);
    va_end(args);
}

__attribute__((format(printf, 4, 5)))
static void note(const checker *c, uint8_t level, const char *key, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    remark_list(c->rd->out, level, origin(c, key), format, args);
    va_end(args);
}

static bool has(const checker *c, const char *key)
{
    return given(&c->in->n, key);
}

/* Rule 15: what every block says itself need not be said for all. */
static void overridden(reader *rd)
{
    const model *m = rd->m;

    for (const row *r = block_rows(B_INSTANCE); r && m->instances; r = row_next(r)) {
        const instance *in = m->instances;

        if (!(r->flags & INHERIT) || r->flags & ALIAS || !seen(&m->preset.n, r))
            continue;
        while (in && seen(&in->n, r))
            in = instance_next(in);
        if (!in)
            remark_add(rd->out, SAY_WARNING, setting_find(rd, &m->preset.n, r),
                       "has no effect, since %s %s", setting_find(rd, &m->instances->n, r),
                       m->n_instances > 1 ? "and the others say it for themselves" : "says it");
    }
}

static void inherit(const model *m, instance *in)
{
    for (const row *r = block_rows(B_INSTANCE); r; r = row_next(r)) {
        if (!(r->flags & INHERIT) || r->flags & ALIAS || seen(&in->n, r) ||
            !seen(&m->preset.n, r))
            continue;
        memcpy(place_of(&in->n, r), place_of(&m->preset.n, r), types[r->type].size);
        mark(&in->n, r);
    }
}

/* --- addresses ------------------------------------------------------------------------------ */

static bool same_ip(const vrrp_ip *a, const vrrp_ip *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static const char *ip_text(const checker *c, const vrrp_ip *ip, uint8_t family)
{
    text t = {c->rd->scratch, NULL, 0, 0};

    address_write(ip, family, &t);
    return t.s;
}

static const char *ip_name(uint8_t family)
{
    return family == VRRP_IPV6 ? "IPv6" : "IPv4";
}

static void vip_flaw(const checker *c, const vip *v, const char *flaw)
{
    remark_add(c->rd->out, SAY_ERROR, v->n.where, "%s: %s",
               ip_text(c, &v->v.address, v->v.family), flaw);
}

/* Options that the other family does not have, and ends of other families. */
static void vip_check(const checker *c, const vip *v)
{
    bool four = v->v.family == VRRP_IPV4;

    if (!four && (v->v.label[0] || v->brd.family || v->brd_auto))
        vip_flaw(c, v, "label and brd are for IPv4 addresses");
    if (four && (v->v.dad || v->v.home || v->v.mngtmpaddr))
        vip_flaw(c, v, "dad, home and mngtmpaddr are for IPv6 addresses");
    if (v->peer.family && v->peer.family != v->v.family)
        vip_flaw(c, v, "peer is an address of the other family");
    if (v->brd.family && v->brd.family != v->v.family)
        vip_flaw(c, v, "brd is an address of the other family");
    if (v->brd_auto && v->v.prefix > 30)
        vip_flaw(c, v, "brd + needs a subnet, /30 or larger");
}

static void vip_take(const checker *c, vip *v, bool excluded)
{
    vrrp_vip *to = &c->in->setup.desc.addresses[c->in->setup.desc.n_addresses++];

    vip_check(c, v);
    *to = v->v;
    to->excluded = excluded;
    to->peer = v->peer.ip;
    to->broadcast = v->brd.ip;
    to->broadcast_auto = v->brd_auto;
    to->preferred_given = given(&v->n, "preferred_lft");
}

/* The nodes become the array that runs. */
static void vips_take(const checker *c)
{
    instance *in = c->in;
    size_t    n = 0, listed = 0;

    for (const vip *v = in->vips; v; v = vip_next(v))
        listed++;
    for (const vip *v = in->excluded; v; v = vip_next(v))
        n++;
    if (listed > 255)
        fault(c, "virtual_ipaddress", "%zu addresses; an advert holds 255, put the others into %s",
              listed, origin(c, "virtual_ipaddress_excluded"));
    if (n + listed > UINT16_MAX) {
        fault(c, "virtual_ipaddress_excluded", "%zu addresses (allowed: 65535)", n + listed);
        return;
    }
    in->setup.desc.addresses = take(&c->rd->m->a, (n + listed + 1) * sizeof(vrrp_vip));
    for (vip *v = in->vips; v; v = vip_next(v))
        vip_take(c, v, false);
    for (vip *v = in->excluded; v; v = vip_next(v))
        vip_take(c, v, true);
}

static void family_check(const checker *c)
{
    instance *in = c->in;
    uint8_t   family = in->vips ? in->vips->v.family : 0;

    for (const vip *v = in->vips; v; v = vip_next(v))
        if (v->v.family != family) {
            remark_add(c->rd->out, SAY_ERROR, v->n.where, "%s: one virtual router has addresses of"
                       " one family in its adverts; put the %s ones into %s, or into a second"
                       " instance", ip_text(c, &v->v.address, v->v.family), ip_name(v->v.family),
                       origin(c, "virtual_ipaddress_excluded"));
            break;
        }
    if (!family && in->peers)
        family = in->peers->a.family;
    if (!family && in->unicast_src.family)
        family = in->unicast_src.family;
    if (!family && in->mcast_src.family)
        family = in->mcast_src.family;
    if (!family && in->excluded)
        family = in->excluded->v.family;
    in->setup.desc.family = family ? family : VRRP_IPV4;
    if (in->vips && in->no_vips)
        fault(c, "no_virtual_ipaddress", "contradicts %s", origin(c, "virtual_ipaddress"));
    if (!in->vips && !in->no_vips && !has(c, "virtual_ipaddress") &&
        !has(c, "no_virtual_ipaddress"))
        fault(c, "virtual_ipaddress", "no address stands in the adverts; if that is meant, set"
              " %s=yes", origin(c, "no_virtual_ipaddress"));
}

static void sources_check(const checker *c)
{
    instance *in = c->in;
    uint8_t   family = in->setup.desc.family;
    bool      unicast = in->unicast_src.family != 0;
    address  *source = unicast ? &in->unicast_src : &in->mcast_src;

    if (unicast && in->mcast_src.family)
        fault(c, "mcast_src_ip", "contradicts %s", origin(c, "unicast_src_ip"));
    if (source->family && source->family != family)
        fault(c, unicast ? "unicast_src_ip" : "mcast_src_ip", "%s, but the virtual router is %s",
              ip_text(c, &source->ip, source->family), ip_name(family));
    if (in->mcast_src.family && in->peers)
        fault(c, "mcast_src_ip", "%s makes the adverts unicast; set %s instead",
              origin(c, "unicast_peer"), origin(c, "unicast_src_ip"));
    if (unicast && !in->peers)
        note(c, SAY_WARNING, "unicast_src_ip", "without %s the adverts are multicast, from this"
             " address", origin(c, "unicast_peer"));
    in->setup.source = source->ip;
}

static void peers_check(const checker *c)
{
    instance *in = c->in;
    size_t    n = 0;

    for (const peer *p = in->peers; p; p = peer_next(p), n++) {
        if (p->a.family != in->setup.desc.family)
            remark_add(c->rd->out, SAY_ERROR, p->n.where, "%s, but the virtual router is %s",
                       ip_text(c, &p->a.ip, p->a.family), ip_name(in->setup.desc.family));
        for (const peer *q = in->peers; q != p; q = peer_next(q))
            if (same_ip(&q->a.ip, &p->a.ip)) {
                remark_add(c->rd->out, SAY_ERROR, p->n.where, "%s twice",
                           ip_text(c, &p->a.ip, p->a.family));
                break;
            }
        for (const vip *v = in->vips; v; v = vip_next(v))
            if (same_ip(&v->v.address, &p->a.ip))
                remark_add(c->rd->out, SAY_ERROR, p->n.where, "%s is a floating address, not a"
                           " node's own", ip_text(c, &p->a.ip, p->a.family));
    }
    if (n > UINT16_MAX)
        fault(c, "unicast_peer", "%zu peers (allowed: 65535)", n);
    in->setup.desc.peers = take(&c->rd->m->a, (n + 1) * sizeof(vrrp_ip));
}

/* --- the protocol --------------------------------------------------------------------------- */

/* The last byte of the first address: equal configurations agree. */
static void vrid_choose(const checker *c)
{
    vrrp_desc *d = &c->in->setup.desc;
    uint8_t    byte;

    if (has(c, "virtual_router_id"))
        return;
    if (!c->in->vips && has(c, "virtual_ipaddress"))
        return;                         /* mistakes in them are reported */
    if (!c->in->vips) {
        fault(c, "virtual_router_id", "needed where no address gives one (allowed: 1..255)");
        return;
    }
    byte = d->addresses[0].address.byte[d->family == VRRP_IPV6 ? 15 : 3];
    d->vrid = byte ? byte : 51;
    note(c, SAY_INFO, "virtual_router_id", "not set, %u from the first address", d->vrid);
}

static void version_choose(const checker *c)
{
    instance  *in = c->in;
    vrrp_desc *d = &in->setup.desc;
    bool       whole = d->interval % VRRP_SECOND == 0;

    d->dual = in->version == 3;
    d->version = in->version == 1 ? 2 : 3;
    if (in->version == 0) {
        d->version = d->family == VRRP_IPV4 && whole ? 2 : 3;
        in->version = (uint8_t)(d->version - 1);
        if (!whole && d->family == VRRP_IPV4)
            note(c, SAY_INFO, "version", "not set, 3 because the interval is no whole second");
    }
    if (d->family == VRRP_IPV6 && (d->version == 2 || d->dual))
        fault(c, "version", "%s, but version 2 has no IPv6 (allowed here: 3)",
              d->dual ? "2+3" : "2");
}

static void interval_check(const checker *c)
{
    const vrrp_desc *d = &c->in->setup.desc;
    text             t = {c->rd->scratch, NULL, 0, 0};

    write_seconds(NULL, &d->interval, &t);
    if ((d->version == 2 || d->dual) && d->interval % VRRP_SECOND)
        fault(c, "advert_int", "%s, but version 2 has whole seconds (allowed: 1..255, or"
              " version 3)", t.s);
    else if (d->version == 3 && d->interval > VRRP_SECOND / 100 * 4095)
        fault(c, "advert_int", "%s is more than version 3 can say (allowed: 0.01..40.95)", t.s);
    else if (d->version == 3 && d->interval % (VRRP_SECOND / 100))
        fault(c, "advert_int", "%s, but version 3 has steps of 0.01 (allowed: 0.01..40.95)", t.s);
}

static void auth_check(const checker *c)
{
    instance  *in = c->in;
    vrrp_desc *d = &in->setup.desc;
    bool       pass = has(c, "auth_pass");

    if (in->auth_type == VRRP_AUTH_AH)
        fault(c, "auth_type", "AH is not part of this version (allowed: PASS)");
    if (in->auth_type == VRRP_AUTH_PASS && !pass)
        fault(c, "auth_type", "PASS needs a password: %s (1..8 characters)",
              origin(c, "auth_pass"));
    if ((pass || in->auth_type) && d->version == 3 && !d->dual)
        fault(c, pass ? "auth_pass" : "auth_type", "version 3 has no authentication; remove it%s%s"
              "%s", d->family == VRRP_IPV4 ? ", or set " : "",
              d->family == VRRP_IPV4 ? origin(c, "version") : "",
              d->family == VRRP_IPV4 ? "=2" : "");
    else if (pass && d->dual)
        note(c, SAY_INFO, "auth_pass", "only the adverts of version 2 carry it");
    d->auth = pass ? VRRP_AUTH_PASS : VRRP_AUTH_NONE;
    if (pass)
        in->auth_type = VRRP_AUTH_PASS;
}

static void preempt_check(const checker *c)
{
    const vrrp_desc *d = &c->in->setup.desc;

    if (d->no_preempt && d->preempt_delay)
        note(c, SAY_WARNING, "preempt_delay", "has no effect with %s", origin(c, "nopreempt"));
    if (d->priority == VRRP_OWNER && (d->no_preempt || d->preempt_delay))
        note(c, SAY_WARNING, d->no_preempt ? "nopreempt" : "preempt_delay",
             "has no effect with priority 255: the owner of an address always takes it");
    if (c->in->state == 1 && d->no_preempt)
        note(c, SAY_WARNING, "nopreempt", "counts, also with %s=MASTER (keepalived would drop it)",
             origin(c, "state"));
}

static void checksum_check(const checker *c)
{
    instance  *in = c->in;
    vrrp_desc *d = &in->setup.desc;
    bool       useful = d->version == 3 && d->family == VRRP_IPV4;

    if (in->as_v2 && has(c, "checksum") && in->checksum != VRRP_CHECKSUM_MESSAGE)
        fault(c, "checksum", "contradicts %s", origin(c, "v3_checksum_as_v2"));
    if (in->as_v2)
        in->checksum = VRRP_CHECKSUM_MESSAGE;
    d->checksum_send = in->checksum;
    d->checksum_accept = (uint8_t)(in->checksum_accept - 1);
    if (!useful && (has(c, "checksum") || has(c, "checksum_accept") || in->as_v2))
        note(c, SAY_WARNING, in->as_v2 ? "v3_checksum_as_v2" : has(c, "checksum") ? "checksum"
             : "checksum_accept", "has no effect: it is for version 3 over IPv4");
}

/* Words to the settings they stand for, and what is always so. */
static void desc_fill(const checker *c)
{
    instance  *in = c->in;
    vrrp_desc *d = &in->setup.desc;

    if (!has(c, "label") || !in->label)
        in->label = in->n.name;
    d->name = in->label;
    d->tie_spread = !has(c, "priority");
    d->no_answer = in->lower_silent;
    d->answer_v2 = !in->lower_silent;
    d->list_check = in->skip_list ? VRRP_LIST_IGNORE : VRRP_LIST_OVERLAP;
    d->leave_adverts = 2;
    d->global_first = true;
    d->settle = 2000000 + 20000 * (uint64_t)d->n_addresses;
    d->address_grace = d->interval;
    d->startup_delay = c->rd->m->global.startup_delay;
    if (d->announce_delay == 0)
        d->announce_delay = VRRP_NEVER;
    in->setup.arp_form = (uint8_t)(in->garp_form - 1);
    if (has(c, "min_ttl") && !in->peers)
        note(c, SAY_WARNING, "min_ttl", "has no effect without %s", origin(c, "unicast_peer"));
}

static void instance_check(reader *rd, instance *in)
{
    checker c = {rd, in};

    vips_take(&c);
    family_check(&c);
    sources_check(&c);
    peers_check(&c);
    vrid_choose(&c);
    version_choose(&c);
    interval_check(&c);
    auth_check(&c);
    preempt_check(&c);
    checksum_check(&c);
    desc_fill(&c);
}

/* --- between instances ---------------------------------------------------------------------- */

/* A floating address of all instances, to be sorted. */
typedef struct claim {
    const vip      *v;
    const instance *in;
    const char     *device;
    size_t          order;
} claim;

static int by_address(const void *a, const void *b)
{
    const claim *x = a, *y = b;
    int          order = memcmp(&x->v->v.address, &y->v->v.address, sizeof(vrrp_ip));

    if (order == 0)
        order = strcmp(x->device, y->device);
    return order ? order : x->order < y->order ? -1 : 1;
}

static size_t claims(const model *m, claim *out)
{
    size_t n = 0;

    for (const instance *in = m->instances; in; in = instance_next(in))
        for (int list = 0; list < 2; list++)
            for (const vip *v = list ? in->excluded : in->vips; v; v = vip_next(v), n++)
                if (out) {
                    claim it = {v, in, v->v.device[0] ? v->v.device : in->interface, n};

                    out[n] = it;
                }
    return n;
}

/* One address twice: in one instance, or in two that would both hold it. */
static void doubles_check(reader *rd)
{
    size_t n = claims(rd->m, NULL);
    claim *all = take(rd->scratch, (n + 1) * sizeof *all);

    claims(rd->m, all);
    qsort(all, n, sizeof *all, by_address);
    for (size_t i = 1; i < n; i++) {
        const claim *a = &all[i - 1], *b = &all[i];
        text         t = {rd->scratch, NULL, 0, 0};
        bool         same = same_ip(&a->v->v.address, &b->v->v.address);

        if (!same || (strcmp(a->device, b->device) && a->device[0] && b->device[0]))
            continue;
        address_write(&a->v->v.address, a->v->v.family, &t);
        if (strcmp(a->v->n.where, b->v->n.where) == 0)
            remark_add(rd->out, SAY_ERROR, b->v->n.where, "%s twice", t.s);
        else
            remark_add(rd->out, SAY_ERROR, b->v->n.where, "%s is also in %s", t.s, a->v->n.where);
    }
}

static void variable_of(text *t, const model *m, const instance *in, const char *key)
{
    variable_put(t, B_INSTANCE, m->unnamed ? "" : in->n.name, row_of(B_INSTANCE, key));
}

static uint32_t router_key(const instance *in)
{
    return (uint32_t)in->setup.desc.family << 8 | in->setup.desc.vrid;
}

static int by_router(const void *a, const void *b)
{
    const instance *x = *(const instance *const *)a, *y = *(const instance *const *)b;
    int             order = strcmp(x->setup.interface, y->setup.interface);

    if (order == 0)
        order = (int)router_key(x) - (int)router_key(y);
    return order ? order : natural(x->n.name, y->n.name);
}

/* Two virtual routers with one (interface, family, VRID) cannot be told apart. */
static void routers_check(model *m, report *out)
{
    instance **all = take(&out->a, (m->n_instances + 1) * sizeof(instance *));
    size_t     n = 0;

    for (instance *in = m->instances; in; in = instance_next(in))
        if (in->setup.interface && in->setup.desc.vrid)
            all[n++] = in;
    qsort(all, n, sizeof(instance *), by_router);
    for (size_t i = 1; i < n; i++) {
        const instance *a = all[i - 1], *b = all[i];
        text            ta = {&out->a, NULL, 0, 0}, tb = {&out->a, NULL, 0, 0};

        if (router_key(a) != router_key(b) || strcmp(a->setup.interface, b->setup.interface))
            continue;
        variable_of(&ta, m, a, "virtual_router_id");
        variable_of(&tb, m, b, "virtual_router_id");
        remark_add(out, SAY_ERROR, tb.s, "%u on %s for %s is also that of %s; give one of them"
                   " another id", b->setup.desc.vrid, b->setup.interface,
                   ip_name(b->setup.desc.family), ta.s);
    }
}

static void labels_check(reader *rd)
{
    for (instance *a = rd->m->instances; a; a = instance_next(a))
        for (instance *b = rd->m->instances; given(&a->n, "label") && b; b = instance_next(b)) {
            checker c = {rd, a};

            if (a != b && strcmp(a->label, b->label) == 0 &&
                (!given(&b->n, "label") || natural(a->n.name, b->n.name) > 0))
                fault(&c, "label", "'%.60s' is also the name of %s", a->label, b->n.name);
        }
}

static void group_check(reader *rd, sync_group *g)
{
    text variable = {rd->scratch, NULL, 0, 0};
    unsigned n = 0;

    put(&variable, "VRRP_GROUP_%s", g->n.name);
    if (!g->label)
        g->label = g->n.name;
    for (const char **name = g->members; name && *name; name++) {
        node     *found = node_find((node *)(void *)rd->m->instances, *name, strlen(*name));
        instance *in = (instance *)(void *)found;
        nearest   best = nearest_to(*name, 0);

        for (node *i = (node *)(void *)rd->m->instances; i && !found; i = i->next)
            nearest_try(&best, i->name);
        if (!found)
            remark_add(rd->out, SAY_ERROR, variable.s, "there is no virtual router '%.60s'%s",
                       *name, did_you_mean(rd->scratch, &best));
        else if (in->group)
            remark_add(rd->out, SAY_ERROR, variable.s, "'%.60s' is already a member of %s", *name,
                       in->group->n.name);
        else
            in->group = g, n++;
    }
    if (n == 1)
        remark_add(rd->out, SAY_WARNING, variable.s, "a group of one has no effect");
}

/* --- the whole model ------------------------------------------------------------------------ */

/* One line: where the image that these names come from assumes something else. */
static void habits_note(reader *rd, const var *list)
{
    text            t = {rd->scratch, NULL, 0, 0};
    const instance *in = rd->m->instances;

    while (list && (list->dead || !begins(list->shown, "KEEPALIVED_")))
        list = list->next;
    if (!list || !in)
        return;
    for (size_t i = 0; i < sizeof habits / sizeof habits[0]; i++) {
        const row *r = row_of(B_INSTANCE, habits[i].key);

        if (given(&in->n, r->key))
            continue;
        put(&t, "%s%s ", t.n ? "; " : "", r->key);
        if (r->flags & SECRET)
            put(&t, "none");
        else
            types[r->type].write(r, place_of(&in->n, r), &t);
        put(&t, " (%s)", habits[i].theirs);
    }
    if (t.n)
        remark_add(rd->out, SAY_INFO, "KEEPALIVED_*", "where one is not set the default counts,"
                   " which is not that of other images: %s", t.s);
}

static void nothing_check(reader *rd)
{
    if (!rd->m->instances && rd->out->errors == 0)
        remark_add(rd->out, SAY_ERROR, "VRRP_VIRTUAL_IPADDRESS", "not set, so there is nothing to"
                   " do; set it to the floating address, such as 198.51.100.10/24");
}

static void model_check(reader *rd, const var *list)
{
    model *m = rd->m;

    for (instance *in = m->instances; in; in = instance_next(in))
        m->n_instances++;
    overridden(rd);
    for (instance *in = m->instances; in; in = instance_next(in)) {
        inherit(m, in);
        instance_check(rd, in);
        if (in->interface[0])
            in->setup.interface = in->interface;
        else
            m->n_undecided++;
    }
    for (sync_group *g = m->groups; g; g = group_next(g))
        group_check(rd, g);
    doubles_check(rd);
    labels_check(rd);
    routers_check(m, rd->out);
    habits_note(rd, list);
    nothing_check(rd);
}

/* The host's name up to the first dot. */
static const char *host_name(arena *a)
{
    char name[256] = "";

    gethostname(name, sizeof name - 1);
    return keep(a, name, strcspn(name, "."));
}

/* Reads an environment. host: this node's name unless SIDECAR_NODE says another; NULL: the
   system's. Always returns a model; it may run only if out has no errors. */
static model *model_read(char *const *env, const char *host, report *out)
{
    arena  scratch = {NULL};
    arena  first = {NULL};
    model *m = take(&first, sizeof *m);
    reader rd = {m, out, &scratch, "", host, NULL, NULL};
    var   *list;

    m->a = first;
    if (!rd.host)
        rd.host = host_name(&scratch);
    node_init(&rd, &m->global.n, B_GLOBAL, "");
    node_init(&rd, &m->preset.n, B_INSTANCE, "");
    list = vars_place(&rd, vars_collect(&rd, env));
    vars_apply(&rd, list, true);
    if (m->global.node)
        rd.host = m->global.node;
    else
        m->global.node = keep(&m->a, rd.host, strlen(rd.host));
    blocks_make(&rd, list);
    vars_apply(&rd, list, false);
    model_check(&rd, list);
    arena_free(&scratch);
    return m;
}

static void model_free(model *m)
{
    arena a = m->a;                     /* the model lies in it */

    arena_free(&a);
}

/* --- what depends on the interfaces --------------------------------------------------------- */

enum { LINK_UP = 1, LINK_BROADCAST = 2, LINK_LOOPBACK = 8 };    /* IFF_* */

static bool in_subnet(const vrrp_local *l, const vrrp_ip *ip)
{
    unsigned whole = l->prefix / 8, rest = l->prefix % 8;

    if (memcmp(l->address.byte, ip->byte, whole) != 0)
        return false;
    return rest == 0 || (l->address.byte[whole] ^ ip->byte[whole]) >> (8 - rest) == 0;
}

static bool is_port(const vrrp_local *locals, size_t n, uint32_t master)
{
    for (size_t i = 0; i < n && master; i++)
        if (locals[i].ifindex == master && strcmp(locals[i].kind, "bridge") == 0)
            return true;
    return false;
}

/* May this interface be chosen for this address? Our own leftovers are no reason to. */
static bool is_candidate(const vrrp_local *l, uint8_t family, const vrrp_ip *ip)
{
    if (l->family != family || l->protocol == VRRP_PROTO_TAG)
        return false;
    if ((l->flags & (LINK_UP | LINK_BROADCAST | LINK_LOOPBACK)) != (LINK_UP | LINK_BROADCAST))
        return false;
    return strcmp(l->kind, "dummy") != 0 && in_subnet(l, ip);
}

/* The address whose subnet tells the interface: the source, else the first floating one. */
static bool interface_clue(const instance *in, const vrrp_ip **ip, bool *own)
{
    const vrrp_ip *source = &in->setup.source;
    static const vrrp_ip none;

    *own = !same_ip(source, &none);
    *ip = *own ? source : in->vips ? &in->vips->v.address : NULL;
    if (!*ip && in->excluded && in->excluded->v.family == in->setup.desc.family)
        *ip = &in->excluded->v.address;
    return *ip != NULL;
}

/* Names of the candidates, ", " between them; returns how many there are. */
static unsigned candidates(const instance *in, const vrrp_ip *ip, bool own,
                           const vrrp_local *locals, size_t n, char first[16], text *names)
{
    unsigned found = 0;

    for (size_t i = 0; i < n; i++) {
        size_t j = 0;

        if (!is_candidate(&locals[i], in->setup.desc.family, ip) ||
            is_port(locals, n, locals[i].master) || (own && !same_ip(&locals[i].address, ip)))
            continue;
        while (j < i && (strcmp(locals[j].name, locals[i].name) != 0 ||
                         !is_candidate(&locals[j], in->setup.desc.family, ip)))
            j++;
        if (j < i)
            continue;
        if (found++ == 0)
            memcpy(first, locals[i].name, 16);
        put(names, "%s%s", found > 1 ? ", " : "", locals[i].name);
    }
    return found;
}

enum { TOLD_NONE = 1, TOLD_SEVERAL };

static void interface_choose(model *m, instance *in, const vrrp_local *locals, size_t n,
                             report *out)
{
    text           names = {&out->a, NULL, 0, 0}, variable = {&out->a, NULL, 0, 0};
    text           clue = {&out->a, NULL, 0, 0};
    const vrrp_ip *ip;
    bool           own;
    unsigned       found, told = in->told;
    char           first[16];

    variable_of(&variable, m, in, "interface");
    if (!interface_clue(in, &ip, &own)) {
        remark_add(out, SAY_ERROR, variable.s, "needed where no address tells the interface");
        return;
    }
    address_write(ip, in->setup.desc.family, &clue);
    found = candidates(in, ip, own, locals, n, first, &names);
    in->told = found ? TOLD_SEVERAL : TOLD_NONE;
    if (found == 1) {
        memcpy(in->interface, first, 16);
        in->setup.interface = in->interface;
        m->n_undecided--;
        remark_add(out, SAY_INFO, variable.s, "not set, %s because %s %s", in->interface, clue.s,
                   own ? "is its address" : "is in its subnet");
    } else if (found > 1 && told != TOLD_SEVERAL) {
        remark_add(out, SAY_ERROR, variable.s, "not set, and %s could be on each of %s; name one",
                   clue.s, names.s);
    } else if (!found && told != TOLD_NONE) {
        remark_add(out, SAY_WARNING, variable.s, "not set, and no interface has an address in the"
                   " subnet of %s; waiting for one", clue.s);
    }
}

static bool is_local(const vrrp_local *locals, size_t n, const vrrp_ip *ip, uint8_t family)
{
    for (size_t i = 0; i < n; i++)
        if (locals[i].family == family && locals[i].protocol != VRRP_PROTO_TAG &&
            same_ip(&locals[i].address, ip))
            return true;
    return false;
}

/* One list for all nodes: this node's own addresses are left out. */
static bool peers_take(instance *in, const vrrp_local *locals, size_t n, report *out)
{
    vrrp_desc *d = &in->setup.desc;
    vrrp_ip   *to = (vrrp_ip *)(uintptr_t)d->peers;
    bool       given = !same_ip(&in->setup.source, &(vrrp_ip){{0}});

    d->n_peers = 0;
    for (const peer *p = in->peers; p; p = peer_next(p)) {
        bool own = is_local(locals, n, &p->a.ip, d->family);

        if (own && !given) {
            in->setup.source = p->a.ip;         /* that is how the others know this node */
            given = true;
        }
        if (!own && !same_ip(&p->a.ip, &in->setup.source))
            to[d->n_peers++] = p->a.ip;
    }
    if (!in->peers || d->n_peers > 0)
        return true;
    remark_add(out, SAY_ERROR, in->peers->n.where, "nothing but this node's own addresses;"
               " those of the other nodes are needed");
    return false;
}

static bool is_link_local(const vrrp_ip *ip)
{
    return ip->byte[0] == 0xfe && (ip->byte[1] & 0xc0) == 0x80;
}

/* IPv6: what is routed can't come from a link-local address, so peers beyond one hear from the
   first other address of the interface. */
static void source_choose(instance *in, const vrrp_local *locals, size_t n)
{
    const vrrp_desc *d = &in->setup.desc;

    if (d->family != VRRP_IPV6 || d->n_peers == 0 || is_link_local(&d->peers[0]) ||
        !same_ip(&in->setup.source, &(vrrp_ip){{0}}))
        return;
    for (size_t i = 0; i < n; i++)
        if (locals[i].family == VRRP_IPV6 && !is_link_local(&locals[i].address) &&
            locals[i].protocol != VRRP_PROTO_TAG &&
            strcmp(locals[i].name, in->setup.interface) == 0) {
            in->setup.source = locals[i].address;
            return;
        }
}

static void model_resolve(model *m, const vrrp_local *locals, size_t n, report *out)
{
    unsigned before = m->n_undecided;

    for (instance *in = m->instances; in; in = instance_next(in)) {
        if (in->ready)
            continue;
        if (!in->setup.interface)
            interface_choose(m, in, locals, n, out);
        in->ready = in->setup.interface && peers_take(in, locals, n, out);
        if (in->ready)
            source_choose(in, locals, n);
    }
    if (m->n_undecided < before)
        routers_check(m, out);
}

// >>print

/* What the table can tell: help, and the effective configuration as environment lines. */

enum { WIDTH = 96 };

/* Wraps at WIDTH, every line indented. */
static void put_wrapped(text *t, unsigned indent, const char *s)
{
    unsigned column = 0;

    while (*s) {
        unsigned n = (unsigned)strcspn(s, " ");

        if (column && column + 1 + n > WIDTH) {
            put(t, "\n");
            column = 0;
        }
        if (column)
            put(t, " %.*s", (int)n, s);
        else
            put(t, "%*s%.*s", (int)indent, "", (int)n, s);
        column += n + (column ? 1 : indent);
        s += n;
        s += *s == ' ';
    }
    put(t, "\n");
}

static void put_row(text *t, const row *r, const char *name)
{
    const char *unit = types[r->type].unit ? types[r->type].unit : "";
    const char *preset_ = r->preset ? r->preset : r->derived;
    size_t      column = strlen(name) + 2;

    put(t, "  %s", name);
    if (r->allowed)
        put(t, "%*s%s%s", column < 34 ? (int)(34 - column) : 2, "", r->allowed, unit);
    if (preset_ && r->allowed && strlen(r->allowed) + strlen(unit) + strlen(preset_) < 50)
        put(t, "  (%s)", preset_);
    else if (preset_)
        put(t, "\n%*s(%s)", 34, "", preset_);
    put(t, "\n");
    if (r->flags & (REFUSED | INERT)) {
        text u = {t->a, NULL, 0, 0};

        put(&u, "%s%s.", r->flags & INERT ? "No effect: " : "", r->help);
        put_wrapped(t, 6, u.s);
    } else {
        put_wrapped(t, 6, r->help);
    }
}

static void put_variable(text *t, uint8_t b, const char *name, const row *r)
{
    text u = {t->a, NULL, 0, 0};

    variable_put(&u, b, name, r);
    put_row(t, r, u.s);
}

static void put_block(text *t, uint8_t b, const char *name, unsigned only)
{
    for (const row *r = block_rows(b); r && r < rows + ROWS; r = row_next(r))
        if (!(r->flags & (REFUSED | INERT)) && (r->flags & only || !only)) {
            if (blocks[b].env)
                put_variable(t, b, name, r);
            else if (!(r->flags & (HEAD | ALIAS)))
                put_row(t, r, r->key);
        }
}

/* Keywords with this flag, wrapped. */
static void put_keys(text *t, unsigned flag)
{
    text u = {t->a, NULL, 0, 0};

    for (const row *r = rows; r < rows + ROWS; r++)
        if (r->flags & flag && blocks[r->in].env)
            put(&u, "%s%s", u.n ? ", " : "", r->key);
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
    "sidecar --help names   names to avoid   sidecar -t             test the configuration\n"
    "sidecar -d             print the effective configuration (--print-env: with passwords)\n";

static void help_essential(text *t)
{
    put(t, "%s", help_head);
    put_block(t, B_INSTANCE, "", ESSENTIAL);
    put_block(t, B_GLOBAL, "", ESSENTIAL);
    put(t, "%s", help_tail);
}

static void help_all(text *t)
{
    put(t, "Virtual routers (with a name: VRRP_<NAME>_PRIORITY)\n\n");
    put_block(t, B_INSTANCE, "", 0);
    put(t, "\nOptions of an address (VRRP_VIRTUAL_IPADDRESS=\"198.51.100.10/24 dev eth0 home\","
           " or\n"
        "VRRP_VIRTUAL_IPADDRESS_1_DEV=eth0)\n\n");
    put_block(t, B_VIP, "", 0);
    put(t, "\nSync groups\n\n");
    put_block(t, B_GROUP, "<NAME>", 0);
    put(t, "\nThis process\n\n");
    put_block(t, B_GLOBAL, "", 0);
    put(t, "\nOther names that are understood: KEEPALIVED_<...> with\n\n");
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++) {
        const row *r = row_of(B_INSTANCE, aliases[i].key);

        if (!(r->flags & REFUSED)) {
            text u = {t->a, NULL, 0, 0};

            variable_put(&u, B_INSTANCE, "", r);
            put(t, "  %-30s  = %s%s\n", aliases[i].name, u.s, r->type == T_BLOCK ? "[_<n>]" : "");
        }
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
    return key[n] == '_' && row_of(B_INSTANCE, key + n + 1) != NULL;
}

/* Is there a keyword before r that takes the same name? */
static bool taken_before(const row *r, size_t n)
{
    for (const row *s = block_rows(B_INSTANCE); s != r; s = row_next(s))
        if (strncmp(s->key, r->key, n) == 0 && is_taken(s->key, n))
            return true;
    return false;
}

static void help_names(text *t)
{
    const char *sign = "";

    put(t, "A name is made of A-Z, 0-9 and _. It cannot end in _FILE, begin with GROUP_ or be "
        "GROUP,\nor begin with VIRTUAL_IPADDRESS_<n> or UNICAST_PEER_<n>. Nor can it be one of "
        "these, as a"
        "\nkeyword behind it would read as another keyword:\n\n  ");
    for (const row *r = block_rows(B_INSTANCE); r; r = row_next(r))
        for (size_t n = 1; r->key[n]; n++)
            if (is_taken(r->key, n) && !taken_before(r, n)) {
                put(t, "%s", sign);
                for (size_t i = 0; i < n; i++)
                    put(t, "%c", upper(r->key[i]));
                sign = ", ";
            }
    put(t, "\n");
}

/* A variable, or a keyword of any block. */
static bool help_one(text *t, const char *name)
{
    static const uint8_t order[] = {B_INSTANCE, B_VIP, B_GLOBAL, B_GROUP};
    bool                 found = false;
    place                p;
    char                *capitals = keep(t->a, name, strlen(name));

    for (char *s = capitals; *s; s++)
        *s = upper(*s);
    if (place_match(capitals, &p)) {
        put_row(t, p.step[p.steps - 1].row, capitals);
        return true;
    }
    for (size_t i = 0; i < sizeof order; i++) {
        const row *r = row_of(order[i], name);

        if (r && !(r->flags & HEAD) && blocks[order[i]].env)
            put_variable(t, order[i], "", r);
        else if (r && !(r->flags & HEAD))
            put_row(t, r, r->key);
        found |= r && !(r->flags & HEAD);
    }
    return found;
}

static void help_unknown(text *t, const char *name)
{
    static const uint8_t order[] = {B_INSTANCE, B_VIP, B_GLOBAL};
    nearest              best = nearest_to(name, 0);

    for (size_t i = 0; i < sizeof order; i++)
        for (const row *r = block_rows(order[i]); r; r = row_next(r)) {
            text u = {t->a, NULL, 0, 0};

            if (r->flags & HEAD)
                continue;
            nearest_try(&best, r->key);
            if (blocks[order[i]].env)
                variable_put(&u, order[i], "", r);
            if (u.s)
                nearest_try(&best, u.s);
        }
    put(t, "%.80s: no such option%s\n", name, did_you_mean(t->a, &best));
}

/* topic: NULL, "all", "names", or a variable or keyword. Returns the exit status. */
static int help_print(const char *topic)
{
    arena a = {NULL};
    text  t = {&a, NULL, 0, 0};
    int   status = 0;

    if (!topic)
        help_essential(&t);
    else if (strcmp(topic, "all") == 0)
        help_all(&t);
    else if (strcmp(topic, "names") == 0)
        help_names(&t);
    else if (!help_one(&t, topic)) {
        help_unknown(&t, topic);
        status = 2;
    }
    write_all(status ? 2 : 1, t.s, t.n);
    arena_free(&a);
    return status;
}

/* --- the effective configuration ------------------------------------------------------------ */

/* A word, in quotes if it would not come back as one. */
static void put_word(text *t, const char *s)
{
    if (*s && !strpbrk(s, " \t\r\n\v\f,'\""))
        put(t, "%s", s);
    else
        put(t, strchr(s, '"') ? "'%s'" : "\"%s\"", s);
}

static void put_option(text *t, const node *n, const row *r)
{
    text u = {t->a, NULL, 0, 0};

    types[r->type].write(r, place_of(n, r), &u);
    if (types[r->type].words == 0) {
        put(t, " %s%s", r->key, u.s && strcmp(u.s, "no") == 0 ? "=no" : "");
    } else if (u.s) {
        put(t, " %s ", r->key);
        put_word(t, u.s);
    }
}

/* "198.51.100.10/24 dev eth0, 198.51.100.11/24" */
static void write_list(const row *r, const void *at, text *t)
{
    for (const node *n = *(const node *const *)at; n; n = n->next) {
        const row *head = head_of(r->opens);

        put(t, "%s", t->n ? ", " : "");
        types[head->type].write(head, place_of(n, head), t);
        for (const row *o = block_rows(r->opens); o; o = row_next(o))
            if (!(o->flags & (HEAD | ALIAS)) && types[o->type].write && seen(n, o))
                put_option(t, n, o);
    }
}

/* One line; what was not given stands behind a #. */
static void dump_row(text *t, const node *n, const row *r, const char *name, bool secrets)
{
    text u = {t->a, NULL, 0, 0};
    bool set = seen(n, r) || !r->preset;

    if (r->flags & (ALIAS | REFUSED) || !types[r->type].write)
        return;
    types[r->type].write(r, place_of(n, r), &u);
    if (!u.s || !*u.s)
        return;
    put(t, "%s", set ? "" : "# ");
    variable_put(t, n->block, name, r);
    if (r->flags & SECRET && !secrets) {
        put(t, "=********\n");
        return;
    }
    put(t, "=");
    if (types[r->type].words == 1)
        put_word(t, u.s);
    else
        put(t, strchr(u.s, '"') ? "'%s'" : strpbrk(u.s, " ,") ? "\"%s\"" : "%s", u.s);
    put(t, "\n");
}

static void dump_node(text *t, const node *n, const char *name, bool secrets)
{
    for (const row *r = block_rows(n->block); r; r = row_next(r))
        dump_row(t, n, r, name, secrets);
}

static void dump(text *t, const model *m, bool secrets)
{
    dump_node(t, &m->global.n, "", secrets);
    for (const instance *in = m->instances; in; in = instance_next(in)) {
        put(t, "\n");
        dump_node(t, &in->n, m->unnamed ? "" : in->n.name, secrets);
    }
    for (const sync_group *g = m->groups; g; g = group_next(g)) {
        put(t, "\n");
        dump_node(t, &g->n, g->n.name, secrets);
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

/* Bounded text in the caller's buffer. */
typedef struct line {
    char  *s;
    size_t n, size;
} line;

__attribute__((format(printf, 2, 3))) static void line_put(line *l, const char *format, ...)
{
    va_list args;
    int     n;

    va_start(args, format);
    n = vsnprintf(l->s + l->n, l->size - l->n, format, args);
    va_end(args);
    if (n > 0)
        l->n = l->n + (size_t)n < l->size ? l->n + (size_t)n : l->size - 1;
}

static void line_json(line *l, const char *s)
{
    while (*s && l->size - l->n > 8) {
        size_t n = utf8(s);

        if (*s == '"' || *s == '\\')
            line_put(l, "\\%c", *s);
        else if ((unsigned char)*s < 32 || *s == 127 || n == 0)
            line_put(l, "\\u%04x", (unsigned char)*s < 128 ? (unsigned)*s : 0xfffdu);
        else
            line_put(l, "%.*s", (int)n, s);
        s += n ? n : 1;
    }
}

static void line_time(line *l)
{
    struct timespec now;
    struct tm       t;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &t);
    line_put(l, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday,
             t.tm_hour, t.tm_min, t.tm_sec, (int)(now.tv_nsec / 1000000));
}

static void line_event(line *l, uint8_t level, const char *who, const char *what)
{
    if (!logging.form.json) {
        line_time(l);
        line_put(l, " %s%s%s: %s", level < SAY_INFO ? levels[level] : "",
                 level < SAY_INFO ? " " : "", who ? who : "sidecar", what);
        return;
    }
    line_put(l, "{\"time\":\"");
    line_time(l);
    line_put(l, "\",\"level\":\"%s\",\"node\":\"", levels[level]);
    line_json(l, logging.node);
    if (who) {
        line_put(l, "\",\"instance\":\"");
        line_json(l, who);
    }
    line_put(l, "\",\"message\":\"");
    line_json(l, what);
    line_put(l, "\"}");
}

static bool line_write(line *l)
{
    struct pollfd p = {logging.fd, POLLOUT, 0};

    l->s[l->n++] = '\n';
    if (poll(&p, 1, 0) != 1 || !(p.revents & POLLOUT))
        return false;
    return write(logging.fd, l->s, l->n) == (ssize_t)l->n;
}

static bool say_line(uint8_t level, const char *who, const char *what)
{
    char s[LINE_MOST + 1];
    line l = {s, 0, LINE_MOST};

    line_event(&l, level, who, what);
    return line_write(&l);
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

#define LIFE_CAPS (1u << CAP_NET_ADMIN | 1u << CAP_NET_RAW)

/* Everything the worker runs on. */
typedef struct life {
    model     *config;
    vrrp_io    io;
    vrrp_link *links;
    int        signals;                 /* signalfd */
    int        changes;                 /* links and addresses, while an interface is sought; -1 */
    bool       stopping;
} life;

/* --- capabilities and limits -------------------------------------------------------------- */

static const char *life_missing(uint32_t missing)
{
    if (missing == LIFE_CAPS)
        return "the capabilities CAP_NET_ADMIN (add addresses) and CAP_NET_RAW (send adverts) are "
               "missing: run as root, or with --cap-add NET_ADMIN --cap-add NET_RAW";
    if (missing & 1u << CAP_NET_ADMIN)
        return "the capability CAP_NET_ADMIN (add addresses) is missing: run as root, or with "
               "--cap-add NET_ADMIN";
    return "the capability CAP_NET_RAW (send adverts) is missing: run as root, or with "
           "--cap-add NET_RAW";
}

/* Raises the two if we were given them, drops all others for good. */
static bool life_capabilities(void)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct   cap[2] = {{0, 0, 0}, {0, 0, 0}};
    uint32_t                        missing = LIFE_CAPS;

    if (syscall(SYS_capget, &head, cap) == 0)
        missing = LIFE_CAPS & ~cap[0].permitted;
    if (missing) {
        say(SAY_ERROR, NULL, "%s", life_missing(missing));
        return false;
    }
    memset(cap, 0, sizeof cap);
    cap[0].effective = cap[0].permitted = LIFE_CAPS;
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

/* Looks for the interfaces that are not decided yet, and drops own addresses from peer lists. */
static void life_resolve(model *m, report *out)
{
    vrrp_local *locals = NULL;
    int         room = 64, n;

    for (;;) {
        locals = realloc(locals, (size_t)room * sizeof *locals);
        if (!locals)
            return;
        n = vrrp_list(locals, (size_t)room);
        if (n <= room)
            break;
        room = n + 64;
    }
    if (n >= 0)
        model_resolve(m, locals, (size_t)n, out);
    else
        remark_add(out, SAY_ERROR, "sidecar", "the interfaces can't be listed: %s", strerror(-n));
    free(locals);
}

enum { READ_TO_START, READ_TO_SHOW, READ_AGAIN, READ_QUIETLY };

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

/* The whole configuration, or NULL after every mistake in it was said. */
static model *life_read(int why)
{
    report out = {{NULL}, NULL, NULL, 0, 0};
    model *m = model_read(environ, NULL, &out);

    if (out.errors == 0)
        life_resolve(m, &out);
    life_tell(m, &out, why);
    if (out.errors) {
        model_free(m);
        m = NULL;
    }
    report_free(&out);
    return m;
}

/* --- the warden ------------------------------------------------------------------------------ */

/* The worker died without letting go: what it held must not answer any more. It may have found an
   interface since the fork, so that is looked up again. Another process that runs the same virtual
   router by now is left alone: vrrp_sweep() respects its lock. */
static void warden_sweep(model *m)
{
    report out = {{NULL}, NULL, NULL, 0, 0};

    life_resolve(m, &out);
    report_free(&out);
    for (instance *in = m->instances; in; in = instance_next(in)) {
        int n = in->setup.interface ? vrrp_sweep(&in->setup) : 0;

        if (n > 0)
            say(SAY_WARNING, in->label, "the worker died: removed %d address%s", n,
                n == 1 ? "" : "es");
        else if (n < 0)
            say(SAY_ERROR, in->label, "the worker died, and its addresses can't be removed: %s",
                strerror(-n));
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
static int warden(model *m, pid_t worker, const sigset_t *signals)
{
    siginfo_t info;
    int       status = 0;

    for (;;) {
        if (sigwaitinfo(signals, &info) < 0)
            continue;
        if (info.si_signo != SIGCHLD) {
            kill(worker, info.si_signo);
            if (info.si_signo == SIGHUP) {
                model *next = life_read(READ_QUIETLY);

                if (next) {
                    log_open(next);
                    model_free(m);
                    m = next;
                }
            }
        } else if (warden_reap(worker, &status)) {
            if (status != 0)
                warden_sweep(m);
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

static void life_dropped(const vrrp_event *e, const char *from)
{
    if (e->code == VRRP_E_LIST)
        say(SAY_WARNING, life_name(e), "dropped an advert from %s: none of its addresses is ours; "
            "does another virtual router use VRID %d?", from, e->router->v.d.vrid);
    else
        say(SAY_WARNING, life_name(e), "dropped an advert from %s: %s", from, vrrp_str(e->code));
}

static void life_event(const vrrp_event *e)
{
    char from[INET6_ADDRSTRLEN] = "?";

    if (e->family)
        inet_ntop(e->family == VRRP_IPV6 ? AF_INET6 : AF_INET, e->peer.byte, from, sizeof from);
    switch (e->kind) {
    case VRRP_EVENT_STATE:   life_state(e); break;
    case VRRP_EVENT_NEWS:    say(SAY_WARNING, life_name(e), "%s", vrrp_why_str(e->why)); break;
    case VRRP_EVENT_DROPPED: life_dropped(e, from); break;
    case VRRP_EVENT_LINK:    say(SAY_INFO, life_name(e), "%s", e->text); break;
    case VRRP_EVENT_STRANGER:
        say(SAY_INFO, life_name(e), "advert for VRID %d from %s seen, this process does not run it",
            e->vrid, from);
        break;
    default:
        say(SAY_ERROR, life_name(e), "%s", e->text[0] ? e->text : vrrp_str(e->code));
        break;
    }
}

/* --- the worker ------------------------------------------------------------------------------ */

static unsigned life_devices(const model *m)
{
    unsigned        n = 0;
    const instance *in;
    size_t          i;

    for (in = m->instances; in; in = instance_next(in)) {
        n++;
        for (i = 0; i < in->setup.desc.n_addresses; i++)
            n += in->setup.desc.addresses[i].device[0] != 0;
    }
    return n;
}

static bool life_open(life *l)
{
    vrrp_io_options options;

    memset(&options, 0, sizeof options);
    options.n_links = life_devices(l->config) + 64;     /* room for what a reload may bring */
    options.links = l->links = calloc(options.n_links, sizeof *l->links);
    if (l->links && vrrp_io_open(&l->io, &options) == 0)
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
    return run;
}

static bool life_add(life *l, instance *in)
{
    vrrp_router *router = calloc(1, sizeof *router);
    int          bad = router ? 0 : -ENOMEM;

    in->setup.group = in->group ? life_group(in->group) : NULL;
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

/* Starts what has an interface by now. False: one could not be started. */
static bool life_add_all(life *l)
{
    instance *in;
    bool      ok = true;

    for (in = l->config->instances; in; in = instance_next(in))
        if (in->ready && !in->run)
            ok = life_add(l, in) && ok;
    return ok;
}

static void life_look_again(life *l)
{
    char   buffer[8192];
    report out = {{NULL}, NULL, NULL, 0, 0};

    while (recv(l->changes, buffer, sizeof buffer, 0) > 0 || errno == ENOBUFS)
        errno = 0;
    life_resolve(l->config, &out);
    report_say(&out, SAY_INFO);
    report_free(&out);
    life_add_all(l);
}

/* While an interface is sought, every change of links and addresses is a reason to look again. So
   is the moment from which on changes are heard of. */
static void life_watch(life *l)
{
    struct sockaddr_nl any;

    memset(&any, 0, sizeof any);
    any.nl_family = AF_NETLINK;
    any.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
    if (l->config->n_undecided && l->changes < 0) {
        l->changes = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
        if (l->changes < 0 || bind(l->changes, (struct sockaddr *)&any, sizeof any) < 0)
            say(SAY_ERROR, NULL, "changes of interfaces can't be watched: %s", strerror(errno));
        life_look_again(l);
    }
    if (!l->config->n_undecided && l->changes >= 0) {
        close(l->changes);
        l->changes = -1;
    }
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

static void life_remove(life *l, instance *in)
{
    vrrp_event e;

    vrrp_io_remove(&l->io, in->run, vrrp_now());
    while (vrrp_io_next(&l->io, &e))
        life_event(&e);
    free(in->run);
    in->run = NULL;
}

/* Hands the running router of an instance to its successor in the new model. */
static void life_inherit(life *l, instance *in, instance *old)
{
    vrrp_group *g = old->group ? old->group->run : NULL;

    in->run = old->run;
    if (g) {
        in->group->run = g;
        g->name = in->group->label;
    }
    if (vrrp_io_update(&l->io, in->run, &in->setup, vrrp_now()) == 0)
        return;
    say(SAY_ERROR, in->label, "%s", l->io.err);
    life_remove(l, in);                 /* while the texts it points to are still there */
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

/* SIGHUP: what is the same goes on, what changed is changed in place, the rest comes and goes. A
   mistake anywhere: nothing changes. */
static void life_reload(life *l)
{
    model    *next = life_read(READ_AGAIN);
    instance *in, *old;

    if (!next) {
        say(SAY_ERROR, NULL, "the new configuration is wrong: nothing was changed");
        return;
    }
    for (old = l->config->instances; old; old = instance_next(old))
        if (old->run && !life_find(next, old))
            life_remove(l, old);
    for (in = next->instances; in; in = instance_next(in)) {
        old = life_find(l->config, in);
        if (old && old->run)
            life_inherit(l, in, old);
    }
    log_open(next);
    life_forget(l->config, next);
    l->config = next;
    life_add_all(l);
    life_watch(l);
    say(SAY_INFO, NULL, "configuration read again");
}

static void life_signal(life *l)
{
    struct signalfd_siginfo info;

    while (read(l->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT)
            l->stopping = true;
        else if (info.ssi_signo == SIGHUP)
            life_reload(l);
    }
}

static void life_turn(life *l)
{
    vrrp_event e;

    vrrp_io_run(&l->io, vrrp_now());
    while (vrrp_io_next(&l->io, &e))
        life_event(&e);
}

/* One place sleeps. Every deadline is inside a descriptor. */
static void life_loop(life *l)
{
    struct pollfd p[3];

    while (!l->stopping) {
        p[0].fd = vrrp_io_fd(&l->io);
        p[1].fd = l->signals;
        p[2].fd = l->changes;
        p[0].events = p[1].events = p[2].events = POLLIN;
        p[0].revents = p[1].revents = p[2].revents = 0;
        if (poll(p, 3, -1) < 0)
            continue;
        if (p[0].revents)
            life_turn(l);
        if (p[1].revents)
            life_signal(l);
        if (p[2].revents) {
            life_look_again(l);
            life_watch(l);
        }
    }
}

static bool life_holds(const instance *in)
{
    for (size_t i = 0; i < in->setup.desc.n_addresses; i++)
        if (in->setup.desc.addresses[i].held & VRRP_HELD_OURS)
            return true;
    return false;
}

/* False: something could not be removed. The warden will try. */
static bool life_stop(life *l)
{
    bool       clean_exit = true;
    vrrp_event e;

    vrrp_io_stop(&l->io, vrrp_now());
    while (vrrp_io_next(&l->io, &e))
        life_event(&e);
    for (instance *in = l->config->instances; in; in = instance_next(in))
        if (in->run) {
            life_remove(l, in);
            clean_exit = clean_exit && !life_holds(in);
        }
    vrrp_io_close(&l->io);
    return clean_exit;
}

static int worker(model *m, const sigset_t *signals, pid_t parent)
{
    static life l;
    bool        started;

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        return 1;
    l.config = m;
    l.changes = -1;
    l.signals = signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (l.signals < 0) {
        say(SAY_ERROR, NULL, "signalfd: %s", strerror(errno));
        return 1;
    }
    if (!life_open(&l))
        return 1;
    started = life_add_all(&l);
    life_watch(&l);
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
    signal(SIGPIPE, SIG_IGN);
}

static int life_run(model *m, const sigset_t *signals)
{
    pid_t parent = getpid(), child;

    if (!life_capabilities())
        return 1;
    life_limits();
    child = fork();
    if (child == 0)
        _exit(worker(m, signals, parent));
    if (child > 0)
        return warden(m, child, signals);
    say(SAY_ERROR, NULL, "fork: %s", strerror(errno));
    return 1;
}

/* --- arguments ------------------------------------------------------------------------------- */

enum { MODE_RUN, MODE_TEST, MODE_DUMP, MODE_ENV, MODE_HELP, MODE_VERSION, MODE_UNKNOWN };

static int mode_of(const char *arg)
{
    static const struct {
        const char *brief, *whole;
        int         mode;
    } modes[] = {
        {"-t", "--config-test", MODE_TEST}, {"-d", "--dump-conf", MODE_DUMP},
        {"-h", "--help", MODE_HELP},        {"-v", "--version", MODE_VERSION},
        {"-n", "--dont-fork", MODE_RUN},    {"--print-env", "--print-env", MODE_ENV},
    };

    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (strcmp(arg, modes[i].brief) == 0 || strcmp(arg, modes[i].whole) == 0)
            return modes[i].mode;
    return MODE_UNKNOWN;
}

int main(int argc, char **argv)
{
    int      mode = argc > 1 ? mode_of(argv[1]) : MODE_RUN;
    sigset_t signals;
    model   *m;

    if (mode == MODE_UNKNOWN || argc > (mode == MODE_HELP ? 3 : 2)) {
        dprintf(2, "sidecar: %s: unknown argument; sidecar --help shows what there is\n",
                mode == MODE_UNKNOWN ? argv[1] : argv[mode == MODE_HELP ? 3 : 2]);
        return 2;
    }
    if (mode == MODE_HELP)
        return help_print(argv[2]);
    if (mode == MODE_VERSION) {
        dprintf(1, "sidecar " VRRP_VERSION "\n");
        return 0;
    }
    if (mode == MODE_RUN)
        life_block(&signals);
    m = life_read(mode == MODE_RUN ? READ_TO_START : READ_TO_SHOW);
    if (!m)
        return 2;
    if (mode == MODE_DUMP || mode == MODE_ENV)
        dump_print(m, mode == MODE_ENV);
    return mode == MODE_RUN ? life_run(m, &signals) : 0;
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
