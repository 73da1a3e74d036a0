/* ipvs.h - v0.1.0 - Linux virtual servers (IPVS, LVS) - MIT-0 or public domain
   In one C file, compiled with -D_GNU_SOURCE:  #define IPVS_IMPLEMENTATION, #include "ipvs.h"

   A program that includes this file has the kernel balance connections: to clients a virtual
   service is one address and port, behind it are as many real servers as there are. It talks to
   IPVS by generic netlink, as ipvsadm and keepalived do, and needs nothing but libc and the Linux
   headers.

   EXAMPLE (cc -D_GNU_SOURCE example.c; ./a.out 198.51.100.10 203.0.113.1 203.0.113.2, as root)

    #define IPVS_IMPLEMENTATION
    #include "ipvs.h"
    static ipvs_service s;
    static ipvs_dest d;
    static ipvs_counts counts;
    static ipvs_cursor list;
    static ipvs_io io;
    int main(int argc, char **argv) {
        char text[60];
        s.at.family = d.to.family = IPVS_IPV4, s.at.port = 80, s.protocol = IPVS_TCP;
        memcpy(s.scheduler, "rr", 3);
        d.method = IPVS_MASQ, d.weight = 1;
        if (argc < 2 || inet_pton(AF_INET, argv[1], s.at.ip) != 1) return 2;
        if (ipvs_io_open(&io, NULL) || ipvs_service_set(&io, &s)) return puts(io.err), 1;
        for (int i = 2; i < argc; i++) {
            if (inet_pton(AF_INET, argv[i], d.to.ip) != 1) return 2;
            if (ipvs_dest_set(&io, &s, &d)) return puts(io.err), 1;
        }
        while (ipvs_dests(&io, &list, &s, &d, &counts) > 0)
            ipvs_dest_print(&d, text, sizeof text),
                printf("%s %u connections\n", text, counts.active + counts.inactive);
        ipvs_io_close(&io);
    }

   WHAT IT DOES
   - services by address and port, by port alone (persistent) or by firewall mark; TCP, UDP, SCTP;
     IPv4, IPv6, and IPv6 servers behind an IPv4 service by tunnel
   - every scheduler the kernel has and its flags, persistence with granularity and engine
   - real servers by NAT, direct routing and tunnels (IPIP, GUE, GRE), weights, thresholds
   - statistics in 64 bits, with rates; timeouts; the sync daemons of a pair of directors
   - pools of real servers with a quorum, a sorry server, inhibit_on_failure, draining: you say who
     is up, the pool says who belongs into the table, as keepalived does
   - the tables as they are wanted: the difference alone is sent, what a dead predecessor left is
     adopted, what others change in our services is put back, and what is not ours is left alone
   - one message for each change, many of them in one system call
   - errors in a sentence: what was asked, of what, the kernel's words, and what to do

   WHAT IT DOES NOT
   - print, exit, allocate memory, start threads, read configuration
   - find out whether a server is alive (check.h does), nor put the addresses on an interface
     (vrrp.h), nor set sysctls, routes or firewall marks
   - load modules: the kernel does when it is asked for ip_vs or a scheduler, if the host has them;
     where it may not, "modprobe ip_vs ip_vs_rr" there. Before lblc or lblcr are used, load them
     in any case: if the kernel does that for a service just while a namespace that had services
     ends, the two wait for each other for good (seen with Linux 6.1), and all of IPVS with them

   HOW IT WORKS
   Two halves. The pure one (>>text to >>pool) is functions of bytes and structures: requests into
   messages, messages into answers, what differs. It has no system call and no clock; it does want
   the kernel's headers, as its constants are theirs. The other half (>>netlink to >>shell) talks
   with the kernel. IPVS_NO_LINUX leaves the pure half alone.

   The wanted state is on one descriptor, in bounded turns. The kernel sends no events, so its
   tables are read again each period; without ip_vs it says so once and asks again:

       static ipvs_real reals[2];              .d as in the example, .up, .user
       static ipvs_pool pool;
       static ipvs_virtual v;
       static uint8_t marks[3];                one for each real, and one for a sorry server
       static ipvs_event e;

       pool.reals = reals, pool.n = 2;         the array is sorted by:
       ipvs_pool_init(&pool, NULL);
       v.s = s, v.pool = &pool, v.marks = marks;
       ipvs_io_add(&io, &v, ipvs_now());
       ...                                     whenever ipvs_io_fd(&io) is readable:
       ipvs_io_run(&io, ipvs_now());
       while (ipvs_io_next(&io, &e)) puts(e.text);
       ...                                     a verdict on a server:
       if (ipvs_pool_up(&pool, &reals[0], false)) puts(pool.quorum_up ? "quorum" : "no quorum");
       ipvs_io_touch(&io, &pool, ipvs_now());
       ...                                     the way out:
       ipvs_io_flush(&io, ipvs_now());

   Servers that come or go: fill the array anew (up is what you know), ipvs_pool_init(), and
   ipvs_io_update() for each service of the pool, with marks of the new size.

   A service is known by its family and firewall mark, or by protocol, address and port; a real
   server by its family, address and port. The rest can be changed in place: connections stay.
   A server of weight 0 gets no new connections and keeps those it has, which those of a server that
   was deleted lose (at once where net.ipv4.vs.expire_nodest_conn is set).

   RULES
   memory      all of it is the caller's; objects must not move while they are added
   threads     none; one object is used by one thread at a time
   time        uint64_t, nanoseconds, monotonic, always the last parameter; IPVS_NEVER = never
   errors      0, IPVS_E_* or -errno; ipvs_str() words them, io->err has a sentence
   privileges  CAP_NET_ADMIN in the initial user namespace (a container's own does not do)
   asserts     none but for a clock that runs backwards
   kernel      Linux 4.18 or newer; GUE tunnels need 5.2, GRE and checksum flags of tunnels 5.3;
               the schedulers twos and mh are of 5.3 and 4.18

   COMPILE-TIME OPTIONS
   IPVS_STATIC      everything static          IPVS_NO_LINUX    the pure half only
   IPVS_ASSERT(c)   for mistakes of the caller (default: trap)

   KERNEL MAP (net/netfilter/ipvs)
   IPVS_CMD_NEW_SERVICE, SET_SERVICE ipvs_service_set    DEL_SERVICE ipvs_service_delete
   GET_SERVICE ipvs_service_get, ipvs_services           GET_DEST    ipvs_dests
   NEW_DEST, SET_DEST ipvs_dest_set                      DEL_DEST    ipvs_dest_delete
   NEW_DAEMON, DEL_DAEMON, GET_DAEMON ipvs_daemon_*      ZERO, FLUSH ipvs_zero, ipvs_flush
   SET_CONFIG, GET_CONFIG ipvs_config_*                  GET_INFO    ipvs_info

   CHANGES
   0.1.0 (2026-11) first version

   Licence: at the end of this file. */

#ifndef IPVS_H
#define IPVS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IPVS_VERSION "0.1.0"

#ifdef IPVS_STATIC
#define IPVS_DEF static __attribute__((unused))
#else
#define IPVS_DEF extern
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define IPVS_NEVER UINT64_MAX           /* a deadline not armed */
#define IPVS_SECOND ((uint64_t)1000000000)

enum { IPVS_IPV4 = 4, IPVS_IPV6 = 6 };
enum { IPVS_TCP = 6, IPVS_UDP = 17, IPVS_SCTP = 132 };

/* Forwarding methods, as the kernel numbers them. */
enum { IPVS_MASQ = 0, IPVS_LOCAL = 1, IPVS_TUNNEL = 2, IPVS_DIRECT = 3, IPVS_BYPASS = 4 };

/* Tunnels: IPIP, or Linux 5.2's and 5.3's; and what may be set for the latter. */
enum { IPVS_IPIP = 0, IPVS_GUE = 1, IPVS_GRE = 2 };
enum { IPVS_TUN_CSUM = 1, IPVS_TUN_REMCSUM = 2 };

/* Flags of a service. What 1 to 3 mean is the scheduler's business. */
enum {
    IPVS_ONE_PACKET = 4,                /* UDP: each packet is scheduled alone */
    IPVS_FLAG_1 = 8, IPVS_FLAG_2 = 16, IPVS_FLAG_3 = 32,
    IPVS_SH_FALLBACK = 8, IPVS_SH_PORT = 16, IPVS_MH_FALLBACK = 8, IPVS_MH_PORT = 16
};

/* Errors. */
enum {
    IPVS_E_FAMILY = -1000, IPVS_E_PROTOCOL = -1001, IPVS_E_ADDRESS = -1002, IPVS_E_PORT = -1003,
    IPVS_E_SCHEDULER = -1004, IPVS_E_FLAGS = -1005, IPVS_E_PERSISTENCE = -1006,
    IPVS_E_GRANULARITY = -1007, IPVS_E_ENGINE = -1008, IPVS_E_METHOD = -1009,
    IPVS_E_WEIGHT = -1010, IPVS_E_THRESHOLD = -1011, IPVS_E_TUNNEL = -1012,
    IPVS_E_DUPLICATE = -1013,           /* two servers of a pool have one address and port */
    IPVS_E_QUORUM = -1014,
    IPVS_E_DAEMON = -1015,
    IPVS_E_ABSENT = -1016,              /* the kernel has no ip_vs */
    IPVS_E_MALFORMED = -1017            /* an answer that makes no sense */
};

typedef struct ipvs_address {
    uint8_t  ip[16];                    /* network order; IPv4 in the first 4, the rest 0 */
    uint16_t port;
    uint8_t  family;                    /* IPVS_IPV4 (default), IPVS_IPV6; a real server's: default
                                           that of its service */
} ipvs_address;

/* A virtual service. Zero means default. */
typedef struct ipvs_service {
    ipvs_address at;                    /* port 0: all ports, with persistence. fwmark: family */
    uint32_t     fwmark;                /* not 0: instead of protocol, address and port */
    uint32_t     flags;                 /* IPVS_ONE_PACKET, IPVS_FLAG_1 ... */
    uint32_t     persistence;           /* seconds, up to 31 days; 0: none */
    uint8_t      protocol;              /* IPVS_TCP (default) ... */
    uint8_t      granularity;           /* prefix by which clients are one (default 32 or 128) */
    char         scheduler[16];         /* default "wlc"; "none" */
    char         engine[16];            /* of persistence: "sip" */
} ipvs_service;

/* A real server of a service. */
typedef struct ipvs_dest {
    ipvs_address to;                    /* port 0: that of the service */
    int32_t      weight;                /* 0 (no new connections) and more. No default! */
    uint32_t     upper, lower;          /* thresholds of connections; 0: none */
    uint16_t     tunnel_port;           /* GUE */
    uint8_t      method;                /* IPVS_MASQ ... */
    uint8_t      tunnel, tunnel_flags;  /* IPVS_IPIP ..., IPVS_TUN_* */
} ipvs_dest;

typedef struct ipvs_stats {             /* totals, then rates a second */
    uint64_t connections, in_packets, out_packets, in_bytes, out_bytes;
    uint64_t connection_rate, in_packet_rate, out_packet_rate, in_byte_rate, out_byte_rate;
} ipvs_stats;

typedef struct ipvs_counts {            /* of a real server, or of a service (stats alone) */
    uint32_t   active, inactive, persistent;
    ipvs_stats stats;
} ipvs_counts;

enum { IPVS_SYNC_MASTER = 1, IPVS_SYNC_BACKUP = 2 };

/* A sync daemon: tells the other director (MASTER), or hears from it (BACKUP), what connections
   there are. Both may run, as two daemons. */
typedef struct ipvs_daemon {
    ipvs_address group;                 /* default 224.0.0.81 port 8848 */
    char         interface[16];
    uint16_t     maxlen;                /* bytes of a message (default: by the MTU) */
    uint8_t      state;                 /* IPVS_SYNC_MASTER or IPVS_SYNC_BACKUP */
    uint8_t      id;                    /* syncid; 0 in a backup: of all */
    uint8_t      ttl;                   /* default 1 */
} ipvs_daemon;

typedef struct ipvs_config {            /* timeouts in seconds; 0: not changed */
    uint32_t tcp, tcp_fin, udp;
} ipvs_config;

// >>messages desc

/* One message to the kernel, and what is in one from it: for tools and tests. Commands are
   IPVS_CMD_* of <linux/ip_vs.h>. */
typedef struct ipvs_request {
    const ipvs_service *s;
    const ipvs_dest    *d;
    const ipvs_daemon  *daemon;
    const ipvs_config  *config;
    uint8_t             command;
} ipvs_request;

typedef struct ipvs_answer {
    int          error;                 /* end: of the whole request */
    uint8_t      command;               /* NEW_SERVICE, NEW_DEST, NEW_DAEMON, SET_CONFIG, SET_INFO:
                                           what it holds; 0: nothing */
    bool         end;                   /* the request is answered */
    ipvs_service s;
    ipvs_dest    d;
    ipvs_counts  counts;
    ipvs_daemon  daemon;
    ipvs_config  config;
    uint32_t     version, table_size;
    char         text[96];              /* of an error, in newer kernels */
} ipvs_answer;

// >>pool desc

/* Servers of which some answer, and a quorum of them: what keepalived's virtual_server decides.
   Pure. One pool serves one service or all of a group. */

typedef struct ipvs_real {
    void     *user;
    ipvs_dest d;                        /* as wanted while it is up */
    bool      up;                       /* ipvs_pool_up() */
    bool      inhibit;                  /* down: stays with weight 0 instead of leaving */
    bool      draining;                 /* ipvs_io_drain(): weight 0 until it is idle */
    bool      drained;                  /* it was idle: no longer in the kernel */
    uint8_t   dirty;                    /* private from here */
    uint32_t  drain_round;              /* the look that may find it idle */
    uint64_t  drain_at;                 /* its limit */
} ipvs_real;

typedef struct ipvs_pool {
    ipvs_real *reals;                   /* the caller's; sorted by ipvs_pool_init() */
    size_t     n;
    ipvs_real *sorry;                   /* serves alone while the quorum is lost; NULL: none */
    uint32_t   quorum, hysteresis;      /* sums of weights (default 1, 0) */
    bool       quorum_up;               /* has it; false in a new pool */
    uint64_t   weight;                  /* of those that are up */
    uint64_t   need, margin;            /* quorum and hysteresis as they are used */
} ipvs_pool;

/* What ipvs_pool_init() made smaller, as sums of weights that can be reached. */
enum {
    IPVS_CLAMPED_QUORUM = 1,            /* to the weight of all servers */
    IPVS_CLAMPED_HYSTERESIS = 2         /* to quorum - 1, and to what is left above the quorum */
};

// >>io desc

/* Private: sizes of what is done in one go. */
enum { IPVS__REQUEST = 20480, IPVS__ANSWER = 32768, IPVS__CHUNK = 16384 };

/* Private: a netlink conversation. Messages are built one behind the other; what does not fit makes
   it full, which is looked at once, when they are sent. */
struct ipvs__nl_answer;
typedef void ipvs__nl_each(void *arg, const struct ipvs__nl_answer *answer);
typedef struct ipvs__nl {
    int            fd, error;           /* error: the first of this talk */
    uint32_t       port;                /* the socket's address */
    uint32_t       first, seq, left;    /* oldest and newest message; not yet acknowledged */
    uint8_t       *data, *answer;
    size_t         cap, size, start;    /* start: of the newest message */
    bool           full, torn;
    ipvs__nl_each *each;                /* hears every answer */
    void          *arg;
} ipvs__nl;

/* A list being read. Zeroed, it begins; a socket is open until its end. */
typedef struct ipvs_cursor {
    int     fd;
    bool    open;
    bool    kept, idle;                 /* private: its socket is for the next list, too */
    size_t  at, size;
    uint8_t room[IPVS__CHUNK];
} ipvs_cursor;

/* One service that the shell keeps in the kernel as its pool wants it. Objects must not move while
   added; several may share a pool. */
typedef struct ipvs_virtual {
    void        *user;
    ipvs_service s;
    ipvs_pool   *pool;
    uint8_t     *marks;                 /* the caller's: one byte for each real and the sorry one */
    struct ipvs_virtual *next;          /* private from here */
    uint64_t     retry_at;              /* after an error, or when held */
    uint64_t     retry_wait;
    uint64_t     lost[2];               /* when it was found deleted, before that */
    uint64_t     hold, hold_until;      /* somebody deletes it again and again */
    uint64_t     meddled_at;            /* somebody deleted or changed it last */
    uint32_t     meddled;               /* ... so often, never long after the last time */
    int          said;                  /* the error that was told */
    bool         added;
    bool         there, was_there;      /* the kernel has the service; had, before this look */
    bool         edit;                  /* with other settings */
    bool         look;                  /* its table has to be read */
    bool         fresh;                 /* ... for the first time with these settings */
    bool         quiet;                 /* what that finds is of our own doing */
    bool         touched;               /* its pool has changes to be spread */
    bool         work;                  /* marks that are dirty, or the service itself */
} ipvs_virtual;

enum {
    IPVS_EVENT_MODULE = 1,              /* ip_vs is absent (code, text: what to do); it came (0) */
    IPVS_EVENT_RESTORED,                /* what somebody else changed is put back (text: what) */
    IPVS_EVENT_FOUGHT,                  /* again and again: text says what to do; slower from now */
    IPVS_EVENT_DRAINED,                 /* a real is idle, or its limit came: it leaves */
    IPVS_EVENT_ERROR                    /* code, text: command, object, the kernel's words; told
                                           once, tried again and again. v NULL, code above 0: so
                                           many services more */
};

typedef struct ipvs_event {
    uint8_t       kind;
    int           code;                 /* IPVS_E_* or -errno; RESTORED: how many entries, or
                                           (v NULL) services beside those told one by one */
    ipvs_virtual *v;                    /* or NULL */
    void         *user;                 /* DRAINED: that of the real server, which may have moved */
    char          text[256];
} ipvs_event;

/* Private: what others did to the servers of a service. */
typedef struct ipvs__others {
    ipvs_dest first;                    /* its address, if n */
    uint32_t  n;
} ipvs__others;

/* Private: services that have the same trouble as one that was told. */
typedef struct ipvs__cause {
    char     text[256];                 /* why */
    char     names[112];                /* of the first of them */
    uint32_t more;
} ipvs__cause;

/* Private: one message of a batch. */
typedef struct ipvs__job {
    ipvs_virtual *v;
    char          text[96];             /* the kernel's */
    int           error;                /* 1: not known */
    ipvs_dest     d;                    /* for messages */
    size_t        entry;                /* of its pool; SIZE_MAX: none */
    uint8_t       step;                 /* IPVS__PUT ... */
    bool          service;              /* of the service itself */
} ipvs__job;

enum { IPVS__PACE = 16, IPVS__JOBS = 128, IPVS__EVENTS = 64, IPVS__STRANGERS = 32 };
enum { IPVS__TOLD = 8, IPVS__CAUSES = 4, IPVS__NAMED = 3 };    /* services told one by one, ... */

typedef struct ipvs_io_options {
    uint64_t period;                    /* ns between looks at the table (default 1 s, and 1 s for
                                           each 1000 entries above 1000) */
} ipvs_io_options;

typedef struct ipvs_io {
    char     err[256];                  /* what went wrong, for people */
    /* private from here */
    ipvs__nl nl;
    uint16_t family;                    /* of generic netlink; 0: not known */
    uint8_t  room[IPVS__REQUEST + IPVS__ANSWER];               /* of nl */
    /* the wanted state */
    ipvs_virtual *virtuals, *last, *looking;   /* looking: whose servers are being read */
    uint64_t      period, now, armed;
    uint64_t      absent_at, absent_wait;       /* when to ask for ip_vs again */
    uint64_t      round_at;             /* the next look at everything */
    uint64_t      retry_at, drain_at, settings_at;
    uint64_t      causes_at;            /* for a while nobody else had their trouble */
    uint32_t      round;
    size_t        entries;              /* of all tables, as wanted */
    uint16_t      greeted;              /* family, as it was when all tables were unknown */
    int           epoll, timer;
    ipvs__others  foreign;              /* of the service that is looked at */
    uint32_t      told;                 /* services so changed, since the look at all began */
    uint32_t      pace;                 /* of IPVS__PACE: how much of a batch a turn may send */
    uint64_t      budget;               /* servers that may still be read in this turn */
    uint64_t      over_at;              /* when it is over by the clock */
    bool          round_open, blind;    /* blind: not all of it could be read */
    bool          draining, absent, refused, touched;
    uint8_t       daemon_states, daemon_on, daemon_settled;    /* wanted; ours; as wanted */
    ipvs_daemon   daemon;
    ipvs_config   config, config_before;   /* wanted; as we found it */
    bool          config_wanted, config_set, config_kept;
    int           settings_said;
    ipvs_cursor   cursor;
    ipvs_dest     strangers[IPVS__STRANGERS];   /* in the table of stranger_of, and not ours */
    ipvs_virtual *stranger_of;
    uint32_t      n_strangers, n_jobs, n_events, event_first, n_causes;
    ipvs__cause   causes[IPVS__CAUSES];
    ipvs__job     jobs[IPVS__JOBS];
    ipvs_event    events[IPVS__EVENTS];
} ipvs_io;

// >>pure functions

IPVS_DEF const char *ipvs_str(int code);
/* Words for IPVS_E_* and -errno. */

IPVS_DEF size_t ipvs_service_print(const ipvs_service *s, char *text, size_t cap);
IPVS_DEF size_t ipvs_dest_print(const ipvs_dest *d, char *text, size_t cap);
/* "TCP 198.51.100.1:80", "FWM 7 IPv6"; "203.0.113.1:80", "[2001:db8::1]:80". Like snprintf. */

IPVS_DEF int ipvs_service_check(const ipvs_service *s);
IPVS_DEF int ipvs_dest_check(const ipvs_dest *d, const ipvs_service *s);
IPVS_DEF int ipvs_daemon_check(const ipvs_daemon *d);
/* 0, or IPVS_E_* of the first that is wrong. */

enum { IPVS_SAME = 0, IPVS_EDIT = 1, IPVS_OTHER = 2 };
IPVS_DEF int ipvs_diff_service(const ipvs_service *have, const ipvs_service *want);
IPVS_DEF int ipvs_diff_dest(const ipvs_dest *have, const ipvs_dest *want, const ipvs_service *s);
IPVS_DEF int ipvs_diff_daemon(const ipvs_daemon *have, const ipvs_daemon *want);
/* Nothing to do; to be changed in place (one message; a daemon is stopped and started); another
   one: one goes, the other comes. have is what the kernel told. */

IPVS_DEF int ipvs_pool_init(ipvs_pool *p, size_t *which);
/* Checks and sorts the array (find your servers again by user), then decides the quorum from what
   is up: a new pool has to gain it, with the hysteresis on top. Also after every change of the
   array or the settings of a pool in use. 0, bits of IPVS_CLAMPED_*, or IPVS_E_DUPLICATE and which
   real (p->n: the sorry one) is there twice: by address and port, for methods but MASQ by address.
   The quorum is right even then. */

IPVS_DEF bool ipvs_pool_up(ipvs_pool *p, ipvs_real *r, bool up);
IPVS_DEF bool ipvs_pool_weight(ipvs_pool *p, ipvs_real *r, int32_t weight);
/* A verdict; another weight. True: the quorum was gained or lost. Then ipvs_io_touch(). */

IPVS_DEF bool ipvs_pool_want(const ipvs_pool *p, const ipvs_real *r, const ipvs_service *s,
                             ipvs_dest *out);
/* Whether this real (or the sorry one) belongs into the table of that service now, and as what:
   port 0 is replaced by the service's, as is any port with a method but MASQ, which cannot change
   it: a firewall mark's is 0. */

IPVS_DEF size_t ipvs_encode(const ipvs_request *r, uint16_t type, uint32_t seq, uint8_t *out,
                            size_t cap);
/* type: the number of the family "IPVS" in generic netlink. Returns the size, 0: no room. A dump
   is asked for by GET_SERVICE without s, GET_DEST, GET_DAEMON. */
IPVS_DEF int ipvs_decode(const uint8_t *in, size_t size, size_t *at, uint8_t family,
                         ipvs_answer *out);
/* The next of the messages that one recv() gave (at: 0 first). family: of the service whose real
   servers these are. 1; 0: no more; IPVS_E_MALFORMED: this one makes no sense. */

#ifndef IPVS_NO_LINUX

// >>io functions

IPVS_DEF uint64_t ipvs_now(void);
/* CLOCK_BOOTTIME in ns. */

IPVS_DEF int ipvs_io_open(ipvs_io *io, const ipvs_io_options *options);
IPVS_DEF void ipvs_io_close(ipvs_io *io);
/* 0 also without ip_vs in the kernel. options: NULL for the defaults. */

IPVS_DEF int ipvs_io_fd(const ipvs_io *io);
/* Readable while ipvs_io_run() or ipvs_io_next() has something to do. */

IPVS_DEF void ipvs_io_period(ipvs_io *io, uint64_t period);
/* Another ipvs_io_options.period, from the next look on. */

IPVS_DEF void ipvs_io_run(ipvs_io *io, uint64_t now);
/* One bounded turn: a batch of messages, or a part of the tables is read. */

IPVS_DEF bool ipvs_io_next(ipvs_io *io, ipvs_event *event);
/* Pops what happened. */

IPVS_DEF int ipvs_io_look(ipvs_io *io, const ipvs_service *s, ipvs_pool *p);
/* Between ipvs_pool_init() and ipvs_io_add(): which of the reals the kernel has (each real's up is
   set to that; weight 0 with inhibit is not up), and the quorum, which is lost while the sorry
   server serves. What a dead predecessor left is adopted without a flap. 0: the service is there;
   -ESRCH: it is not, and nothing was set; IPVS_E_ABSENT, -errno. */

IPVS_DEF int ipvs_io_add(ipvs_io *io, ipvs_virtual *v, uint64_t now);
/* v->s, pool (after ipvs_pool_init()) and marks are set. Its table is read before anything is sent:
   what is right already stays as it is. 0, IPVS_E_*, -EEXIST. */

IPVS_DEF int ipvs_io_update(ipvs_io *io, ipvs_virtual *v, const ipvs_service *s, ipvs_pool *p,
                            uint8_t *marks, uint64_t now);
/* New settings, another pool, or the same after another ipvs_pool_init(): the table is read, the
   difference is sent. The old pool and marks may go after the call. -EINVAL: another address is
   another service. */

IPVS_DEF void ipvs_io_touch(ipvs_io *io, ipvs_pool *p, uint64_t now);
/* After a change of the pool: the next turn sends it. */

IPVS_DEF void ipvs_io_drain(ipvs_io *io, ipvs_pool *p, ipvs_real *r, uint64_t limit, uint64_t now);
/* Weight 0 now; removed (real.drained) when no connection is left, at the latest after limit ns (0:
   none). It no longer counts for the quorum. */

IPVS_DEF void ipvs_io_remove(ipvs_io *io, ipvs_virtual *v, bool keep, uint64_t now);
/* Forgets it, deletes it from the kernel at once; keep: leaves it there. */

IPVS_DEF int ipvs_io_daemon(ipvs_io *io, const ipvs_daemon *d, uint8_t states, uint64_t now);
/* Which sync daemons (bits of IPVS_SYNC_*; d->state is not looked at) are to run with these
   settings; kept so, and the other one is stopped. 0: none; what others started is left alone.
   0 or IPVS_E_DAEMON. */

IPVS_DEF void ipvs_io_timeouts(ipvs_io *io, const ipvs_config *c, uint64_t now);
/* Timeouts for as long as we run; 0, and NULL at once: as before. */

IPVS_DEF int ipvs_io_flush(ipvs_io *io, uint64_t now);
/* The way out of a process: everything of ours is gone on return (services, sync daemons,
   timeouts), all else is as it was. 0, or the first error. */

/* Direct calls, each one talk with the kernel. 0, or -errno, IPVS_E_*; io->err is the sentence. */

IPVS_DEF int ipvs_service_set(ipvs_io *io, const ipvs_service *s);
IPVS_DEF int ipvs_dest_set(ipvs_io *io, const ipvs_service *s, const ipvs_dest *d);
/* Adds or changes it. */
IPVS_DEF int ipvs_service_delete(ipvs_io *io, const ipvs_service *s);
IPVS_DEF int ipvs_dest_delete(ipvs_io *io, const ipvs_service *s, const ipvs_dest *d);
/* -ESRCH: no such service; -ENOENT: it has no such real server. */
IPVS_DEF int ipvs_service_get(ipvs_io *io, ipvs_service *s, ipvs_counts *counts);
/* By its key; the rest is filled in. counts may be NULL. */

IPVS_DEF int ipvs_services(ipvs_io *io, ipvs_cursor *c, ipvs_service *s, ipvs_counts *counts);
IPVS_DEF int ipvs_dests(ipvs_io *io, ipvs_cursor *c, const ipvs_service *s, ipvs_dest *d,
                        ipvs_counts *counts);
/* Lists: 1 and the next one; 0: that was all; an error ends it too. The first call asks, with a
   cursor that is zeroed; each may be used again after its end. An unknown service has no real
   servers. counts may be NULL. The kernel counts places: while services come and go, in any
   network namespace, one may be told twice or not at all; ipvs_service_get() knows. */
IPVS_DEF void ipvs_cursor_end(ipvs_cursor *c);
/* For those who leave a list before its end. */

IPVS_DEF int ipvs_zero(ipvs_io *io, const ipvs_service *s);
/* Statistics of a service and its real servers, or (NULL) all. */
IPVS_DEF int ipvs_flush(ipvs_io *io);
/* Deletes every service, whoever made it. */
IPVS_DEF int ipvs_config_get(ipvs_io *io, ipvs_config *c);
IPVS_DEF int ipvs_config_set(ipvs_io *io, const ipvs_config *c);
IPVS_DEF int ipvs_info(ipvs_io *io, uint32_t *version, uint32_t *table_size);
/* 0x010201: 1.2.1; places in the table of connections. */
IPVS_DEF int ipvs_daemon_start(ipvs_io *io, const ipvs_daemon *d);
IPVS_DEF int ipvs_daemon_stop(ipvs_io *io, uint8_t state);
IPVS_DEF int ipvs_daemon_get(ipvs_io *io, uint8_t state, ipvs_daemon *d);
/* -ESRCH: it does not run. */

#endif /* IPVS_NO_LINUX */

#ifdef __cplusplus
}
#endif
#endif /* IPVS_H */

#if defined(IPVS_IMPLEMENTATION) && !defined(IPVS_IMPLEMENTED)
#define IPVS_IMPLEMENTED

#if !defined(IPVS_NO_LINUX) && !defined(_GNU_SOURCE)
#error "compile the file that defines IPVS_IMPLEMENTATION with -D_GNU_SOURCE (or IPVS_NO_LINUX)"
#endif

#include <string.h>

#include <linux/ip_vs.h>
#include <linux/netlink.h>

#ifndef IPVS_ASSERT                     /* mistakes of the caller; on in production */
#define IPVS_ASSERT(truth) ((truth) ? (void)0 : __builtin_trap())
#endif

#ifdef __cplusplus
extern "C" {
#endif

// >>text

/* Text that is cut at cap, while size goes on counting. */
typedef struct ipvs__text {
    char  *at;
    size_t cap, size;
} ipvs__text;

static void ipvs__say(ipvs__text *t, const char *words)
{
    for (; *words; words++, t->size++)
        if (t->size + 1 < t->cap)
            t->at[t->size] = *words;
}

static void ipvs__say_number(ipvs__text *t, uint32_t n, unsigned base)
{
    char  digits[12];
    char *at = digits + sizeof digits - 1;

    *at = 0;
    do {
        *--at = "0123456789abcdef"[n % base];
        n /= base;
    } while (n);
    ipvs__say(t, at);
}

static size_t ipvs__said(ipvs__text *t)
{
    if (t->cap)
        t->at[t->size < t->cap ? t->size : t->cap - 1] = 0;
    return t->size;
}

/* RFC 5952 4.2: the first of the longest runs of zeros, unless it is one group alone. */
static void ipvs__zeros(const uint8_t *ip, unsigned *from, unsigned *to)
{
    unsigned at, end;

    for (*from = *to = at = 0; at < 16; at = end + 2) {
        for (end = at; end < 16 && !ip[end] && !ip[end + 1];)
            end += 2;
        if (end - at > 2 && end - at > *to - *from)
            *from = at, *to = end;
    }
}

static void ipvs__say_ip6(ipvs__text *t, const uint8_t *ip)
{
    unsigned at, from, to;

    ipvs__zeros(ip, &from, &to);
    for (at = 0; at < 16; at += 2) {
        if (at == from && to > from) {
            ipvs__say(t, "::");
            at = to - 2;
            continue;
        }
        if (at && at != to)
            ipvs__say(t, ":");
        ipvs__say_number(t, (uint32_t)ip[at] << 8 | ip[at + 1], 16);
    }
}

static void ipvs__say_address(ipvs__text *t, const ipvs_address *a)
{
    unsigned i;

    if (a->family == IPVS_IPV6) {
        ipvs__say(t, "[");
        ipvs__say_ip6(t, a->ip);
        ipvs__say(t, "]");
    } else {
        for (i = 0; i < 4; i++) {
            ipvs__say(t, i ? "." : "");
            ipvs__say_number(t, a->ip[i], 10);
        }
    }
    ipvs__say(t, ":");
    ipvs__say_number(t, a->port, 10);
}

IPVS_DEF size_t ipvs_service_print(const ipvs_service *s, char *text, size_t cap)
{
    ipvs__text t = { text, cap, 0 };

    if (s->fwmark) {
        ipvs__say(&t, "FWM ");
        ipvs__say_number(&t, s->fwmark, 10);
        ipvs__say(&t, s->at.family == IPVS_IPV6 ? " IPv6" : "");
    } else {
        ipvs__say(&t, s->protocol == IPVS_UDP ? "UDP " : s->protocol == IPVS_SCTP ? "SCTP " :
                  "TCP ");
        ipvs__say_address(&t, &s->at);
    }
    return ipvs__said(&t);
}

IPVS_DEF size_t ipvs_dest_print(const ipvs_dest *d, char *text, size_t cap)
{
    ipvs__text t = { text, cap, 0 };

    ipvs__say_address(&t, &d->to);
    return ipvs__said(&t);
}

// >>words

static const char *ipvs__error_str(int code)
{
    static const char *const words[] = {
        "the family must be IPv4 or IPv6, and that of real servers the service's unless by tunnel",
        "the protocol must be TCP, UDP or SCTP", "the address is missing",
        "port 0 needs persistence", "a scheduler is named by up to 15 of a-z 0-9 - _",
        "unknown flag of a service", "persistence must be at most 2678400 seconds (31 days)",
        "granularity must be a prefix of 1..32 (IPv4) or 1..128 (IPv6)",
        "an engine is named by up to 15 of a-z 0-9 - _, and needs persistence",
        "the forwarding method must be one of the kernel's 0..4", "weight must be 0..2147483647",
        "the lower threshold is above the upper one",
        "GUE needs a port, IPIP no flags, GRE no port nor remcsum; others have no tunnel",
        "two real servers have one address and port", "the quorum cannot be reached",
        "a sync daemon needs MASTER or BACKUP, an interface, a multicast group",
        "the kernel has no ip_vs: modprobe ip_vs on the host", "malformed answer of the kernel"
    };
    int i = IPVS_E_FAMILY - code;

    return i >= 0 && i < (int)(sizeof words / sizeof words[0]) ? words[i] : NULL;
}

IPVS_DEF const char *ipvs_str(int code)
{
    const char *word = ipvs__error_str(code);

#ifndef IPVS_NO_LINUX
    if (!word && code < 0)
        word = strerror(-code);
#endif
    return word ? word : code ? "unknown error" : "ok";
}

// >>settings

enum { IPVS__MAXLEN = 65535 - 28 };     /* of the sync daemon in IPv4 */

static bool ipvs__is_name(const char name[16])
{
    size_t i;

    for (i = 0; i < 16 && name[i]; i++)
        if (!((name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9') ||
              name[i] == '-' || name[i] == '_'))
            return false;
    return i < 16;
}

/* Nothing behind its zero, so that two can be compared. */
static void ipvs__copy_name(char out[16], const char *name)
{
    size_t i;

    for (i = 0; i < 15 && name[i]; i++)
        out[i] = name[i];
    memset(out + i, 0, 16 - i);
}

static void ipvs__trim_ip(ipvs_address *a)
{
    if (a->family == IPVS_IPV4)
        memset(a->ip + 4, 0, 12);
}

static bool ipvs__is_family(uint8_t family)
{
    return family == IPVS_IPV4 || family == IPVS_IPV6;
}

static bool ipvs__no_ip(const ipvs_address *a)
{
    static const uint8_t zero[16] = { 0 };

    return memcmp(a->ip, zero, sizeof zero) == 0;
}

/* The service with its defaults, and nothing where nothing counts. */
static ipvs_service ipvs__service(const ipvs_service *s)
{
    ipvs_service w = *s;

    w.at.family = s->at.family ? s->at.family : (uint8_t)IPVS_IPV4;
    w.protocol = s->protocol ? s->protocol : (uint8_t)IPVS_TCP;
    if (s->fwmark) {
        memset(w.at.ip, 0, sizeof w.at.ip);
        w.at.port = w.protocol = 0;
    }
    ipvs__trim_ip(&w.at);
    if (!s->granularity)
        w.granularity = w.at.family == IPVS_IPV6 ? 128 : 32;
    ipvs__copy_name(w.scheduler, s->scheduler[0] ? s->scheduler : "wlc");
    ipvs__copy_name(w.engine, s->engine);
    return w;
}

/* Likewise a real server of it. */
static ipvs_dest ipvs__dest(const ipvs_dest *d, const ipvs_service *s)
{
    ipvs_dest w = *d;

    if (!w.to.family)
        w.to.family = s->at.family ? s->at.family : (uint8_t)IPVS_IPV4;
    if (!w.to.port && !s->fwmark)
        w.to.port = s->at.port;
    ipvs__trim_ip(&w.to);
    return w;
}

/* Likewise; a length within the limits that the kernel has for it. */
static ipvs_daemon ipvs__daemon(const ipvs_daemon *d)
{
    static const uint8_t usual[4] = { 224, 0, 0, 81 };
    ipvs_daemon          w = *d;

    if (ipvs__no_ip(&d->group)) {
        memcpy(w.group.ip, usual, sizeof usual);
        w.group.family = IPVS_IPV4;
    }
    w.group.family = w.group.family ? w.group.family : (uint8_t)IPVS_IPV4;
    w.group.port = d->group.port ? d->group.port : (uint16_t)8848;
    w.ttl = d->ttl ? d->ttl : (uint8_t)1;
    if (d->maxlen && d->maxlen < 1024 && d->state == IPVS_SYNC_BACKUP)
        w.maxlen = 1024;
    if (d->maxlen > IPVS__MAXLEN - (w.group.family == IPVS_IPV6 ? 20 : 0))
        w.maxlen = (uint16_t)(IPVS__MAXLEN - (w.group.family == IPVS_IPV6 ? 20 : 0));
    ipvs__trim_ip(&w.group);
    ipvs__copy_name(w.interface, d->interface);
    return w;
}

IPVS_DEF int ipvs_service_check(const ipvs_service *s)
{
    ipvs_service w = ipvs__service(s);
    uint32_t     flags = IPVS_ONE_PACKET | IPVS_FLAG_1 | IPVS_FLAG_2 | IPVS_FLAG_3;

    if (!ipvs__is_family(w.at.family))
        return IPVS_E_FAMILY;
    if (!w.fwmark) {
        if (w.protocol != IPVS_TCP && w.protocol != IPVS_UDP && w.protocol != IPVS_SCTP)
            return IPVS_E_PROTOCOL;
        if (ipvs__no_ip(&w.at))
            return IPVS_E_ADDRESS;
        if (!w.at.port && !w.persistence)
            return IPVS_E_PORT;
    }
    if (!ipvs__is_name(s->scheduler))
        return IPVS_E_SCHEDULER;
    if (w.flags & ~flags)
        return IPVS_E_FLAGS;
    if (w.persistence > 31 * 86400)
        return IPVS_E_PERSISTENCE;
    if (w.granularity > (w.at.family == IPVS_IPV6 ? 128 : 32))
        return IPVS_E_GRANULARITY;
    return ipvs__is_name(s->engine) && (!s->engine[0] || w.persistence) ? 0 : IPVS_E_ENGINE;
}

static bool ipvs__is_tunnel(const ipvs_dest *d)
{
    if (d->tunnel == IPVS_IPIP || d->method != IPVS_TUNNEL)
        return !d->tunnel && !d->tunnel_port && !d->tunnel_flags;
    if (d->tunnel == IPVS_GUE)
        return d->tunnel_port && d->tunnel_flags <= (IPVS_TUN_CSUM | IPVS_TUN_REMCSUM);
    return d->tunnel == IPVS_GRE && !d->tunnel_port && d->tunnel_flags <= IPVS_TUN_CSUM;
}

IPVS_DEF int ipvs_dest_check(const ipvs_dest *d, const ipvs_service *s)
{
    ipvs_service ws = ipvs__service(s);
    ipvs_dest    w = ipvs__dest(d, s);

    if (!ipvs__is_family(w.to.family) ||
        (w.to.family != ws.at.family && w.method != IPVS_TUNNEL))
        return IPVS_E_FAMILY;
    if (ipvs__no_ip(&w.to))
        return IPVS_E_ADDRESS;
    if (w.method > IPVS_BYPASS)
        return IPVS_E_METHOD;
    if (w.weight < 0)
        return IPVS_E_WEIGHT;
    if (w.lower > w.upper)
        return IPVS_E_THRESHOLD;
    return ipvs__is_tunnel(&w) ? 0 : IPVS_E_TUNNEL;
}

IPVS_DEF int ipvs_daemon_check(const ipvs_daemon *d)
{
    ipvs_daemon w = ipvs__daemon(d);
    bool        six = w.group.family == IPVS_IPV6;

    if (w.state != IPVS_SYNC_MASTER && w.state != IPVS_SYNC_BACKUP)
        return IPVS_E_DAEMON;
    if (!d->interface[0] || !memchr(d->interface, 0, sizeof d->interface))
        return IPVS_E_DAEMON;
    if (!ipvs__is_family(w.group.family))
        return IPVS_E_DAEMON;
    return (six ? w.group.ip[0] == 0xff : (w.group.ip[0] & 0xf0) == 0xe0) ? 0 : IPVS_E_DAEMON;
}

// >>messages

/* One message from the kernel. type NLMSG_ERROR and NLMSG_DONE end what was asked for. */
typedef struct ipvs__nl_answer {
    const uint8_t *body;
    size_t         size;
    uint32_t       seq, port;
    uint16_t       type, flags;
    int            error;               /* 0 or -errno */
    char           text[96];            /* extended acknowledgement */
} ipvs__nl_answer;

static void ipvs__nl_put(ipvs__nl *m, const void *data, size_t size)
{
    size_t   padded = (size + 3) & ~(size_t)3;
    uint32_t length;

    if (m->full || padded > m->cap - m->size) {
        m->full = true;
        return;
    }
    memset(m->data + m->size, 0, padded);
    if (size)
        memcpy(m->data + m->size, data, size);
    m->size += padded;
    length = (uint32_t)(m->size - m->start);
    memcpy(m->data + m->start, &length, sizeof length);
}

static void ipvs__nl_begin(ipvs__nl *m, uint16_t type, uint16_t flags, const void *head,
                           size_t size)
{
    struct nlmsghdr h;

    memset(&h, 0, sizeof h);
    h.nlmsg_type = type;
    h.nlmsg_flags = (uint16_t)(flags | NLM_F_REQUEST);
    h.nlmsg_seq = ++m->seq;
    if (m->size == 0)
        m->first = m->seq;
    m->start = m->size;
    ipvs__nl_put(m, &h, sizeof h);
    ipvs__nl_put(m, head, size);
}

static size_t ipvs__nl_attr(ipvs__nl *m, uint16_t type, const void *data, size_t size)
{
    size_t        at = m->size;
    struct nlattr h;

    h.nla_len = (uint16_t)(sizeof h + size);
    h.nla_type = type;
    ipvs__nl_put(m, &h, sizeof h);
    ipvs__nl_put(m, data, size);
    return at;
}

/* Closes the nest that ipvs__nl_attr(m, type, NULL, 0) opened at this place. */
static void ipvs__nl_close(ipvs__nl *m, size_t at)
{
    uint16_t length = (uint16_t)(m->size - at);

    if (!m->full)
        memcpy(m->data + at, &length, sizeof length);
}

/* The value of an attribute that has at least so many bytes, or NULL. */
static const uint8_t *ipvs__nl_find(const uint8_t *p, size_t size, unsigned type, size_t least,
                                    size_t *length)
{
    struct nlattr h;
    size_t        step;

    for (; size >= sizeof h; p += step, size -= step) {
        memcpy(&h, p, sizeof h);
        if (h.nla_len < sizeof h || h.nla_len > size)
            return NULL;
        if ((h.nla_type & NLA_TYPE_MASK) == type && h.nla_len >= sizeof h + least) {
            if (length)
                *length = h.nla_len - sizeof h;
            return p + sizeof h;
        }
        step = (h.nla_len + 3u) & ~3u;
        if (step >= size)
            return NULL;
    }
    return NULL;
}

/* Copies an attribute of this size, if it is there. */
static void ipvs__nl_get(const uint8_t *p, size_t size, unsigned type, void *out, size_t n)
{
    const uint8_t *found = ipvs__nl_find(p, size, type, n, NULL);

    if (found)
        memcpy(out, found, n);
}

/* The answer's error, and the sentence newer kernels put behind it. */
static void ipvs__nl_error(ipvs__nl_answer *a)
{
    size_t         skip = sizeof(struct nlmsgerr), length;
    uint32_t       inner;
    const uint8_t *text;

    if (a->size < sizeof a->error)
        return;
    memcpy(&a->error, a->body, sizeof a->error);
    if (a->type == NLMSG_DONE)
        skip = sizeof a->error;
    else if (a->size >= skip && !(a->flags & NLM_F_CAPPED)) {
        memcpy(&inner, a->body + sizeof a->error, sizeof inner);
        skip += inner < NLMSG_HDRLEN ? 0 : ((size_t)inner + 3u - NLMSG_HDRLEN) & ~(size_t)3;
    }
    if (!(a->flags & NLM_F_ACK_TLVS) || a->size <= skip)
        return;
    text = ipvs__nl_find(a->body + skip, a->size - skip, NLMSGERR_ATTR_MSG, 1, &length);
    if (text)                           /* its zero counts; a->text is all zeros */
        memcpy(a->text, text, length < sizeof a->text ? length : sizeof a->text - 1);
}

/* The next of the messages that one recv() gave. at: 0 first. */
static bool ipvs__nl_pop(const uint8_t *p, size_t size, size_t *at, ipvs__nl_answer *a)
{
    struct nlmsghdr h;

    if (*at >= size || size - *at < sizeof h)
        return false;
    memcpy(&h, p + *at, sizeof h);
    if (h.nlmsg_len < sizeof h || h.nlmsg_len > size - *at)
        return false;
    memset(a, 0, sizeof *a);
    a->body = p + *at + sizeof h;
    a->size = h.nlmsg_len - sizeof h;
    a->seq = h.nlmsg_seq;
    a->port = h.nlmsg_pid;
    a->type = h.nlmsg_type;
    a->flags = h.nlmsg_flags;
    if (a->type == NLMSG_ERROR || a->type == NLMSG_DONE)
        ipvs__nl_error(a);
    *at += ((size_t)h.nlmsg_len + 3u) & ~(size_t)3;
    return true;
}

// >>encode

/* Linux 5.2 and 5.3: may not be in the headers we are compiled with. And what AF_* are. */
enum { IPVS__TUN_TYPE = 13, IPVS__TUN_PORT = 14, IPVS__TUN_FLAGS = 15 };
enum { IPVS__AF_INET = 2, IPVS__AF_INET6 = 10 };

/* A number in our byte order, as wide as the kernel wants it. */
static void ipvs__put_number(ipvs__nl *m, unsigned type, uint32_t value, size_t width)
{
    uint16_t half = (uint16_t)value;
    uint8_t  byte = (uint8_t)value;

    ipvs__nl_attr(m, (uint16_t)type,
                  width == 4 ? (const void *)&value : width == 2 ? (const void *)&half : &byte,
                  width);
}

static void ipvs__put_port(ipvs__nl *m, unsigned type, uint16_t port)
{
    uint8_t bytes[2];

    bytes[0] = (uint8_t)(port >> 8);
    bytes[1] = (uint8_t)port;
    ipvs__nl_attr(m, (uint16_t)type, bytes, sizeof bytes);
}

static void ipvs__put_name(ipvs__nl *m, unsigned type, const char *name)
{
    const char *end = (const char *)memchr(name, 0, 16);

    ipvs__nl_attr(m, (uint16_t)type, name, end ? (size_t)(end - name) + 1 : 16);
}

static void ipvs__put_family(ipvs__nl *m, unsigned type, uint8_t family)
{
    ipvs__put_number(m, type, family == IPVS_IPV6 ? IPVS__AF_INET6 : IPVS__AF_INET, 2);
}

/* IPv4: a mask as on the wire; IPv6: how long the prefix is. */
static void ipvs__put_granularity(ipvs__nl *m, const ipvs_service *s)
{
    uint8_t  mask[4] = { 0, 0, 0, 0 };
    unsigned i;

    if (s->at.family == IPVS_IPV6) {
        ipvs__put_number(m, IPVS_SVC_ATTR_NETMASK, s->granularity, 4);
        return;
    }
    for (i = 0; i < s->granularity && i < 32; i++)
        mask[i / 8] = (uint8_t)(mask[i / 8] | 0x80u >> i % 8);
    ipvs__nl_attr(m, IPVS_SVC_ATTR_NETMASK, mask, sizeof mask);
}

/* All flags that are ours to set; the kernel keeps its own. */
static void ipvs__put_flags(ipvs__nl *m, const ipvs_service *s)
{
    uint32_t flags[2] = { s->flags, UINT32_MAX };

    if (s->persistence)
        flags[0] |= IP_VS_SVC_F_PERSISTENT;
    ipvs__nl_attr(m, IPVS_SVC_ATTR_FLAGS, flags, sizeof flags);
}

static void ipvs__put_service(ipvs__nl *m, const ipvs_service *given, bool whole)
{
    ipvs_service s = ipvs__service(given);
    size_t       nest = ipvs__nl_attr(m, IPVS_CMD_ATTR_SERVICE | NLA_F_NESTED, NULL, 0);

    ipvs__put_family(m, IPVS_SVC_ATTR_AF, s.at.family);
    if (s.fwmark) {
        ipvs__put_number(m, IPVS_SVC_ATTR_FWMARK, s.fwmark, 4);
    } else {
        ipvs__put_number(m, IPVS_SVC_ATTR_PROTOCOL, s.protocol, 2);
        ipvs__nl_attr(m, IPVS_SVC_ATTR_ADDR, s.at.ip, sizeof s.at.ip);
        ipvs__put_port(m, IPVS_SVC_ATTR_PORT, s.at.port);
    }
    if (whole) {
        ipvs__put_name(m, IPVS_SVC_ATTR_SCHED_NAME, s.scheduler);
        if (s.engine[0])
            ipvs__put_name(m, IPVS_SVC_ATTR_PE_NAME, s.engine);
        ipvs__put_flags(m, &s);
        ipvs__put_number(m, IPVS_SVC_ATTR_TIMEOUT, s.persistence, 4);
        ipvs__put_granularity(m, &s);
    }
    ipvs__nl_close(m, nest);
}

/* Where there is no tunnel but IPIP nothing of it is said, which is its setting everywhere. */
static void ipvs__put_tunnel(ipvs__nl *m, const ipvs_dest *d)
{
    if (d->tunnel == IPVS_IPIP)
        return;
    ipvs__put_number(m, IPVS__TUN_TYPE, d->tunnel, 1);
    ipvs__put_port(m, IPVS__TUN_PORT, d->tunnel_port);
    ipvs__put_number(m, IPVS__TUN_FLAGS, d->tunnel_flags, 2);
}

static void ipvs__put_dest(ipvs__nl *m, const ipvs_service *s, const ipvs_dest *given, bool whole)
{
    ipvs_dest d = ipvs__dest(given, s);
    size_t    nest = ipvs__nl_attr(m, IPVS_CMD_ATTR_DEST | NLA_F_NESTED, NULL, 0);

    ipvs__put_family(m, IPVS_DEST_ATTR_ADDR_FAMILY, d.to.family);
    ipvs__nl_attr(m, IPVS_DEST_ATTR_ADDR, d.to.ip, sizeof d.to.ip);
    ipvs__put_port(m, IPVS_DEST_ATTR_PORT, d.to.port);
    if (whole) {
        ipvs__put_number(m, IPVS_DEST_ATTR_FWD_METHOD, d.method, 4);
        ipvs__put_number(m, IPVS_DEST_ATTR_WEIGHT, (uint32_t)d.weight, 4);
        ipvs__put_number(m, IPVS_DEST_ATTR_U_THRESH, d.upper, 4);
        ipvs__put_number(m, IPVS_DEST_ATTR_L_THRESH, d.lower, 4);
        ipvs__put_tunnel(m, &d);
    }
    ipvs__nl_close(m, nest);
}

static void ipvs__put_daemon(ipvs__nl *m, const ipvs_daemon *given, bool whole)
{
    ipvs_daemon d = ipvs__daemon(given);
    bool        six = d.group.family == IPVS_IPV6;
    size_t      nest = ipvs__nl_attr(m, IPVS_CMD_ATTR_DAEMON | NLA_F_NESTED, NULL, 0);

    ipvs__put_number(m, IPVS_DAEMON_ATTR_STATE, d.state, 4);
    if (whole) {
        ipvs__put_name(m, IPVS_DAEMON_ATTR_MCAST_IFN, d.interface);
        ipvs__put_number(m, IPVS_DAEMON_ATTR_SYNC_ID, d.id, 4);
        if (d.maxlen)
            ipvs__put_number(m, IPVS_DAEMON_ATTR_SYNC_MAXLEN, d.maxlen, 2);
        ipvs__nl_attr(m, six ? IPVS_DAEMON_ATTR_MCAST_GROUP6 : IPVS_DAEMON_ATTR_MCAST_GROUP,
                      d.group.ip, six ? 16 : 4);
        ipvs__put_number(m, IPVS_DAEMON_ATTR_MCAST_PORT, d.group.port, 2);
        ipvs__put_number(m, IPVS_DAEMON_ATTR_MCAST_TTL, d.ttl, 1);
    }
    ipvs__nl_close(m, nest);
}

static void ipvs__put_config(ipvs__nl *m, const ipvs_config *c)
{
    if (c->tcp)
        ipvs__put_number(m, IPVS_CMD_ATTR_TIMEOUT_TCP, c->tcp, 4);
    if (c->tcp_fin)
        ipvs__put_number(m, IPVS_CMD_ATTR_TIMEOUT_TCP_FIN, c->tcp_fin, 4);
    if (c->udp)
        ipvs__put_number(m, IPVS_CMD_ATTR_TIMEOUT_UDP, c->udp, 4);
}

/* One more message, of this generic netlink family. */
static void ipvs__put(ipvs__nl *m, uint16_t family, const ipvs_request *r)
{
    uint8_t head[4] = { r->command, IPVS_GENL_VERSION, 0, 0 };
    bool    dump = (r->command == IPVS_CMD_GET_SERVICE && !r->s) ||
                r->command == IPVS_CMD_GET_DEST || r->command == IPVS_CMD_GET_DAEMON;

    ipvs__nl_begin(m, family, dump ? NLM_F_DUMP : NLM_F_ACK, head, sizeof head);
    if (r->s)
        ipvs__put_service(m, r->s, r->command == IPVS_CMD_NEW_SERVICE ||
                          r->command == IPVS_CMD_SET_SERVICE);
    if (r->s && r->d)
        ipvs__put_dest(m, r->s, r->d, r->command != IPVS_CMD_DEL_DEST);
    if (r->daemon)
        ipvs__put_daemon(m, r->daemon, r->command == IPVS_CMD_NEW_DAEMON);
    if (r->config)
        ipvs__put_config(m, r->config);
}

IPVS_DEF size_t ipvs_encode(const ipvs_request *r, uint16_t type, uint32_t seq, uint8_t *out,
                            size_t cap)
{
    ipvs__nl m;

    memset(&m, 0, sizeof m);
    m.data = out;
    m.cap = cap;
    m.seq = seq - 1;
    ipvs__put(&m, type, r);
    return m.full ? 0 : m.size;
}

// >>decode

/* A number of whatever width it has; 0 if it is not there. */
static uint64_t ipvs__number(const uint8_t *p, size_t size, unsigned type)
{
    size_t         length = 0;
    const uint8_t *at = ipvs__nl_find(p, size, type, 1, &length);
    uint64_t       wide;
    uint32_t       word;
    uint16_t       half;

    if (!at)
        return 0;
    if (length >= sizeof wide)
        return memcpy(&wide, at, sizeof wide), wide;
    if (length >= sizeof word)
        return memcpy(&word, at, sizeof word), word;
    if (length >= sizeof half)
        return memcpy(&half, at, sizeof half), half;
    return *at;
}

static uint32_t ipvs__number32(const uint8_t *p, size_t size, unsigned type)
{
    return (uint32_t)ipvs__number(p, size, type);
}

static uint16_t ipvs__port(const uint8_t *p, size_t size, unsigned type)
{
    uint8_t bytes[2] = { 0, 0 };

    ipvs__nl_get(p, size, type, bytes, sizeof bytes);
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static void ipvs__get_name(const uint8_t *p, size_t size, unsigned type, char out[16])
{
    size_t         length = 0;
    const uint8_t *at = ipvs__nl_find(p, size, type, 1, &length);
    char           name[16];

    memset(name, 0, sizeof name);
    if (at)
        memcpy(name, at, length < sizeof name ? length : sizeof name - 1);
    ipvs__copy_name(out, name);
}

static uint8_t ipvs__family(uint64_t af)
{
    return af == IPVS__AF_INET6 ? IPVS_IPV6 : af == IPVS__AF_INET ? IPVS_IPV4 : 0;
}

/* False when the address is not there. */
static bool ipvs__get_ip(const uint8_t *p, size_t size, unsigned type, ipvs_address *out)
{
    size_t         width = out->family == IPVS_IPV6 ? 16 : 4;
    const uint8_t *at = ipvs__nl_find(p, size, type, width, NULL);

    if (at)
        memcpy(out->ip, at, width);
    return at != NULL;
}

/* Of the kernel's bits those that are settings. A persistence of 0 seconds is still one. */
static void ipvs__get_flags(const uint8_t *p, size_t size, ipvs_service *s)
{
    uint32_t flags;
    uint8_t  pair[8];

    memset(pair, 0, sizeof pair);
    ipvs__nl_get(p, size, IPVS_SVC_ATTR_FLAGS, pair, sizeof pair);
    memcpy(&flags, pair, sizeof flags);
    s->flags = flags & (IPVS_ONE_PACKET | IPVS_FLAG_1 | IPVS_FLAG_2 | IPVS_FLAG_3);
    s->persistence = ipvs__number32(p, size, IPVS_SVC_ATTR_TIMEOUT);
    if (!(flags & IP_VS_SVC_F_PERSISTENT))
        s->persistence = 0;
    else if (!s->persistence)
        s->persistence = UINT32_MAX;
}

static void ipvs__get_granularity(const uint8_t *p, size_t size, ipvs_service *s)
{
    uint8_t mask[4] = { 0, 0, 0, 0 };
    uint8_t n = 0;

    if (s->at.family == IPVS_IPV6) {
        s->granularity = (uint8_t)ipvs__number(p, size, IPVS_SVC_ATTR_NETMASK);
        return;
    }
    ipvs__nl_get(p, size, IPVS_SVC_ATTR_NETMASK, mask, sizeof mask);
    while (n < 32 && mask[n / 8] & 0x80u >> n % 8)
        n++;
    s->granularity = n;
}

static void ipvs__get_stats(const uint8_t *p, size_t size, unsigned wide, unsigned narrow,
                            ipvs_stats *s)
{
    uint64_t *const to[] = {
        &s->connections, &s->in_packets, &s->out_packets, &s->in_bytes, &s->out_bytes,
        &s->connection_rate, &s->in_packet_rate, &s->out_packet_rate, &s->in_byte_rate,
        &s->out_byte_rate
    };
    size_t         length = 0;
    const uint8_t *nest = ipvs__nl_find(p, size, wide, 0, &length);
    unsigned       i;

    if (!nest)
        nest = ipvs__nl_find(p, size, narrow, 0, &length);
    for (i = 0; nest && i < sizeof to / sizeof to[0]; i++)
        *to[i] = ipvs__number(nest, length, IPVS_STATS_ATTR_CONNS + i);
}

static bool ipvs__get_service(const uint8_t *p, size_t size, ipvs_answer *out)
{
    ipvs_service *s = &out->s;

    s->at.family = ipvs__family(ipvs__number(p, size, IPVS_SVC_ATTR_AF));
    s->fwmark = ipvs__number32(p, size, IPVS_SVC_ATTR_FWMARK);
    if (!s->at.family)
        return false;
    if (!s->fwmark) {
        s->protocol = (uint8_t)ipvs__number(p, size, IPVS_SVC_ATTR_PROTOCOL);
        s->at.port = ipvs__port(p, size, IPVS_SVC_ATTR_PORT);
        if (!ipvs__get_ip(p, size, IPVS_SVC_ATTR_ADDR, &s->at))
            return false;
    }
    ipvs__get_name(p, size, IPVS_SVC_ATTR_SCHED_NAME, s->scheduler);
    ipvs__get_name(p, size, IPVS_SVC_ATTR_PE_NAME, s->engine);
    ipvs__get_flags(p, size, s);
    ipvs__get_granularity(p, size, s);
    ipvs__get_stats(p, size, IPVS_SVC_ATTR_STATS64, IPVS_SVC_ATTR_STATS, &out->counts.stats);
    return true;
}

/* Kernels that do not say a family have real servers of the service's alone. */
static bool ipvs__get_dest(const uint8_t *p, size_t size, uint8_t family, ipvs_answer *out)
{
    ipvs_dest *d = &out->d;

    d->to.family = ipvs__family(ipvs__number(p, size, IPVS_DEST_ATTR_ADDR_FAMILY));
    if (!d->to.family)
        d->to.family = family;
    if (!d->to.family || !ipvs__get_ip(p, size, IPVS_DEST_ATTR_ADDR, &d->to))
        return false;
    d->to.port = ipvs__port(p, size, IPVS_DEST_ATTR_PORT);
    d->method = ipvs__number(p, size, IPVS_DEST_ATTR_FWD_METHOD) & IP_VS_CONN_F_FWD_MASK;
    d->weight = (int32_t)ipvs__number32(p, size, IPVS_DEST_ATTR_WEIGHT);
    d->upper = ipvs__number32(p, size, IPVS_DEST_ATTR_U_THRESH);
    d->lower = ipvs__number32(p, size, IPVS_DEST_ATTR_L_THRESH);
    d->tunnel = (uint8_t)ipvs__number(p, size, IPVS__TUN_TYPE);
    d->tunnel_port = ipvs__port(p, size, IPVS__TUN_PORT);
    d->tunnel_flags = (uint8_t)ipvs__number(p, size, IPVS__TUN_FLAGS);
    out->counts.active = ipvs__number32(p, size, IPVS_DEST_ATTR_ACTIVE_CONNS);
    out->counts.inactive = ipvs__number32(p, size, IPVS_DEST_ATTR_INACT_CONNS);
    out->counts.persistent = ipvs__number32(p, size, IPVS_DEST_ATTR_PERSIST_CONNS);
    ipvs__get_stats(p, size, IPVS_DEST_ATTR_STATS64, IPVS_DEST_ATTR_STATS, &out->counts.stats);
    return true;
}

/* Groups, ports, TTL and length are told by Linux 4.3 and later. */
static bool ipvs__get_daemon(const uint8_t *p, size_t size, ipvs_daemon *d)
{
    d->state = (uint8_t)ipvs__number(p, size, IPVS_DAEMON_ATTR_STATE);
    d->id = (uint8_t)ipvs__number(p, size, IPVS_DAEMON_ATTR_SYNC_ID);
    d->maxlen = (uint16_t)ipvs__number(p, size, IPVS_DAEMON_ATTR_SYNC_MAXLEN);
    d->ttl = (uint8_t)ipvs__number(p, size, IPVS_DAEMON_ATTR_MCAST_TTL);
    d->group.port = (uint16_t)ipvs__number(p, size, IPVS_DAEMON_ATTR_MCAST_PORT);
    d->group.family = IPVS_IPV6;
    if (!ipvs__get_ip(p, size, IPVS_DAEMON_ATTR_MCAST_GROUP6, &d->group)) {
        d->group.family = IPVS_IPV4;
        ipvs__get_ip(p, size, IPVS_DAEMON_ATTR_MCAST_GROUP, &d->group);
    }
    ipvs__get_name(p, size, IPVS_DAEMON_ATTR_MCAST_IFN, d->interface);
    return d->state == IPVS_SYNC_MASTER || d->state == IPVS_SYNC_BACKUP;
}

/* What stands on the first level of a message of this command. */
static bool ipvs__get(const uint8_t *p, size_t size, uint8_t family, ipvs_answer *out)
{
    unsigned       type = out->command == IPVS_CMD_NEW_SERVICE ? IPVS_CMD_ATTR_SERVICE :
                          out->command == IPVS_CMD_NEW_DEST ? IPVS_CMD_ATTR_DEST :
                          IPVS_CMD_ATTR_DAEMON;
    size_t         length = 0;
    const uint8_t *nest = ipvs__nl_find(p, size, type, 0, &length);

    switch (out->command) {
    case IPVS_CMD_NEW_SERVICE: return nest && ipvs__get_service(nest, length, out);
    case IPVS_CMD_NEW_DEST:    return nest && ipvs__get_dest(nest, length, family, out);
    case IPVS_CMD_NEW_DAEMON:  return nest && ipvs__get_daemon(nest, length, &out->daemon);
    case IPVS_CMD_SET_CONFIG:
        out->config.tcp = ipvs__number32(p, size, IPVS_CMD_ATTR_TIMEOUT_TCP);
        out->config.tcp_fin = ipvs__number32(p, size, IPVS_CMD_ATTR_TIMEOUT_TCP_FIN);
        out->config.udp = ipvs__number32(p, size, IPVS_CMD_ATTR_TIMEOUT_UDP);
        return true;
    case IPVS_CMD_SET_INFO:
        out->version = ipvs__number32(p, size, IPVS_INFO_ATTR_VERSION);
        out->table_size = ipvs__number32(p, size, IPVS_INFO_ATTR_CONN_TAB_SIZE);
        return true;
    default: return false;
    }
}

/* False: it makes no sense. family: of the service that was asked for its real servers. */
static bool ipvs__read(const ipvs__nl_answer *a, uint8_t family, ipvs_answer *out)
{
    memset(out, 0, sizeof *out);
    if (a->type == NLMSG_ERROR || a->type == NLMSG_DONE) {
        out->end = true;
        out->error = a->error;
        memcpy(out->text, a->text, sizeof out->text);
        return true;
    }
    if (a->type < NLMSG_MIN_TYPE || a->size < 4)
        return false;
    out->command = a->body[0];
    return ipvs__get(a->body + 4, a->size - 4, family, out);
}

IPVS_DEF int ipvs_decode(const uint8_t *in, size_t size, size_t *at, uint8_t family,
                         ipvs_answer *out)
{
    ipvs__nl_answer a;

    if (!ipvs__nl_pop(in, size, at, &a))
        return 0;
    return ipvs__read(&a, family, out) ? 1 : IPVS_E_MALFORMED;
}

// >>diff

static bool ipvs__same_address(const ipvs_address *a, const ipvs_address *b)
{
    return a->family == b->family && a->port == b->port && memcmp(a->ip, b->ip, 16) == 0;
}

static bool ipvs__same_key(const ipvs_service *a, const ipvs_service *b)
{
    return a->fwmark == b->fwmark && a->protocol == b->protocol &&
           ipvs__same_address(&a->at, &b->at);
}

IPVS_DEF int ipvs_diff_service(const ipvs_service *have, const ipvs_service *want)
{
    ipvs_service w = ipvs__service(want);

    if (!ipvs__same_key(have, &w))
        return IPVS_OTHER;
    return have->flags == w.flags && have->persistence == w.persistence &&
                   have->granularity == w.granularity &&
                   memcmp(have->scheduler, w.scheduler, sizeof w.scheduler) == 0 &&
                   memcmp(have->engine, w.engine, sizeof w.engine) == 0 ?
               IPVS_SAME : IPVS_EDIT;
}

/* The kernel calls LOCAL what goes to an address of this machine, however it was asked for. */
IPVS_DEF int ipvs_diff_dest(const ipvs_dest *have, const ipvs_dest *want, const ipvs_service *s)
{
    ipvs_dest w = ipvs__dest(want, s);

    if (!ipvs__same_address(&have->to, &w.to))
        return IPVS_OTHER;
    if (have->method != w.method && have->method != IPVS_LOCAL)
        return IPVS_EDIT;
    return have->weight == w.weight && have->upper == w.upper && have->lower == w.lower &&
                   have->tunnel == w.tunnel && have->tunnel_port == w.tunnel_port &&
                   have->tunnel_flags == w.tunnel_flags ?
               IPVS_SAME : IPVS_EDIT;
}

IPVS_DEF int ipvs_diff_daemon(const ipvs_daemon *have, const ipvs_daemon *want)
{
    ipvs_daemon w = ipvs__daemon(want);

    if (have->state != w.state)
        return IPVS_OTHER;
    return have->id == w.id && have->ttl == w.ttl && (!w.maxlen || have->maxlen == w.maxlen) &&
                   ipvs__same_address(&have->group, &w.group) &&
                   memcmp(have->interface, w.interface, sizeof w.interface) == 0 ?
               IPVS_SAME : IPVS_EDIT;
}

// >>pool

/* What a change of a pool leaves to be told to the services that use it. */
enum { IPVS__MOVED = 1, IPVS__WEIGHED = 2 };

/* By the bytes of the address, whatever its family: that may be left to the service. */
static int ipvs__compare(const ipvs_address *a, const ipvs_address *b)
{
    int by_ip = memcmp(a->ip, b->ip, sizeof a->ip);

    return by_ip ? by_ip : (int)a->port - (int)b->port;
}

/* Shell sort: no memory, no calls, and ten thousand servers are few. */
static void ipvs__sort(ipvs_real *reals, size_t n)
{
    ipvs_real one;
    size_t    gap, i, j;

    for (gap = n / 2; gap; gap = gap == 2 ? 1 : gap * 5 / 11)
        for (i = gap; i < n; i++) {
            one = reals[i];
            for (j = i; j >= gap && ipvs__compare(&reals[j - gap].d.to, &one.d.to) > 0; j -= gap)
                reals[j] = reals[j - gap];
            reals[j] = one;
        }
}

static bool ipvs__same_ip(const ipvs_address *a, const ipvs_address *b)
{
    return memcmp(a->ip, b->ip, sizeof a->ip) == 0;
}

/* They would be one entry of a table: in some service at least. */
static bool ipvs__collide(const ipvs_dest *a, const ipvs_dest *b)
{
    return ipvs__same_ip(&a->to, &b->to) &&
           (a->to.port == b->to.port || !a->to.port || !b->to.port || a->method != IPVS_MASQ ||
            b->method != IPVS_MASQ);
}

/* The first entry of the sorted array that has this address, or a place behind it. */
static size_t ipvs__first(const ipvs_pool *p, const ipvs_address *ip)
{
    size_t       low = 0, high = p->n, middle;
    ipvs_address from = *ip;

    for (from.port = 0; low < high;) {
        middle = low + (high - low) / 2;
        if (ipvs__compare(&p->reals[middle].d.to, &from) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* In the sorted array it is enough to look at the neighbour: of those with one address, either
   none collides, or the one that does is next to another. */
static bool ipvs__is_twice(const ipvs_pool *p, size_t i)
{
    size_t j;

    if (i < p->n)
        return i > 0 && ipvs__collide(&p->reals[i - 1].d, &p->reals[i].d);
    for (j = ipvs__first(p, &p->sorry->d.to); j < p->n; j++)
        if (ipvs__collide(&p->reals[j].d, &p->sorry->d))
            return true;
        else if (!ipvs__same_ip(&p->reals[j].d.to, &p->sorry->d.to))
            break;
    return false;
}

static uint64_t ipvs__load(const ipvs_real *r)
{
    return r->up && !r->draining && r->d.weight > 0 ? (uint64_t)r->d.weight : 0;
}

/* Only with a sorry server does the quorum decide who is in the table. */
static bool ipvs__judge(ipvs_pool *p)
{
    uint64_t limit = p->quorum_up ? p->need - p->margin : p->need + p->margin;
    bool     up = p->weight >= limit;       /* which is never 0, see ipvs__clamp() */
    size_t   i;

    if (up == p->quorum_up)
        return false;
    p->quorum_up = up;
    if (p->sorry) {
        p->sorry->dirty |= IPVS__MOVED;
        for (i = 0; i < p->n; i++)
            p->reals[i].dirty |= IPVS__MOVED;
    }
    return true;
}

static int ipvs__clamp(ipvs_pool *p, uint64_t total)
{
    uint64_t most;
    int      clamped = 0;

    p->need = p->quorum ? p->quorum : 1;
    p->margin = p->hysteresis;
    if (total < 1)
        total = 1;
    if (p->need > total) {
        p->need = total;
        clamped |= IPVS_CLAMPED_QUORUM;
    }
    most = p->need - 1 < total - p->need ? p->need - 1 : total - p->need;
    if (p->margin > most) {
        p->margin = most;
        clamped |= IPVS_CLAMPED_HYSTERESIS;
    }
    return clamped;
}

IPVS_DEF int ipvs_pool_init(ipvs_pool *p, size_t *which)
{
    uint64_t total = 0;
    size_t   i, end;
    int      clamped;

    ipvs__sort(p->reals, p->n);
    p->weight = 0;
    for (i = 0; i < p->n; i++) {
        total += p->reals[i].d.weight > 0 ? (uint64_t)p->reals[i].d.weight : 0;
        p->weight += ipvs__load(&p->reals[i]);
    }
    clamped = ipvs__clamp(p, total);
    ipvs__judge(p);
    end = p->n + (p->sorry != NULL);
    for (i = 0; i < end && !ipvs__is_twice(p, i); i++)
        ;
    if (i < end && which)
        *which = i;
    return i < end ? IPVS_E_DUPLICATE : clamped;
}

/* Something about it was changed from what weighed `before`. */
static bool ipvs__changed(ipvs_pool *p, ipvs_real *r, uint8_t dirty, uint64_t before)
{
    r->dirty |= dirty;
    if (r == p->sorry)
        return false;
    p->weight += ipvs__load(r) - before;
    return ipvs__judge(p);
}

IPVS_DEF bool ipvs_pool_up(ipvs_pool *p, ipvs_real *r, bool up)
{
    uint64_t before = ipvs__load(r);

    if (r->up == up)
        return false;
    r->up = up;
    return ipvs__changed(p, r, IPVS__MOVED, before);
}

IPVS_DEF bool ipvs_pool_weight(ipvs_pool *p, ipvs_real *r, int32_t weight)
{
    uint64_t before = ipvs__load(r);

    if (r->d.weight == weight)
        return false;
    r->d.weight = weight;
    return ipvs__changed(p, r, IPVS__WEIGHED, before);
}

IPVS_DEF bool ipvs_pool_want(const ipvs_pool *p, const ipvs_real *r, const ipvs_service *s,
                             ipvs_dest *out)
{
    bool serves = r == p->sorry ? !p->quorum_up : r->up && (p->quorum_up || !p->sorry);

    *out = ipvs__dest(&r->d, s);
    if (out->method != IPVS_MASQ)
        out->to.port = s->fwmark ? 0 : s->at.port;
    if (!serves || r->draining)
        out->weight = 0;
    return !r->drained && (serves || r->inhibit || (r->draining && r->up));
}

// >>reconcile

/* Pure, but for the shell alone. */
#define IPVS__SHELLS static __attribute__((unused))

/* What is known of one entry of a service's table, in one byte: the pool is the only copy of the
   table. IN, ZERO: the kernel has it, with weight 0. SEEN: in the dump under way. EDIT: differs in
   other than its weight, or that is unknown. */
enum {
    IPVS__IN = 1, IPVS__ZERO = 2, IPVS__SEEN = 4, IPVS__DIRTY = 8, IPVS__EDIT = 16,
    IPVS__WEIGHT = 32
};
enum { IPVS__KEEP = 0, IPVS__PUT, IPVS__SET, IPVS__TAKE };

static size_t ipvs__entries(const ipvs_pool *p)
{
    return p->n + (p->sorry != NULL);
}

static ipvs_real *ipvs__entry(const ipvs_pool *p, size_t i)
{
    return i < p->n ? &p->reals[i] : p->sorry;
}

/* The operation that brings entry i to what is wanted, and its arguments. */
IPVS__SHELLS uint8_t ipvs__step(const ipvs_pool *p, size_t i, const ipvs_service *s, uint8_t mark,
                                ipvs_dest *out)
{
    bool zero = (mark & IPVS__ZERO) != 0;

    if (!ipvs_pool_want(p, ipvs__entry(p, i), s, out))
        return mark & IPVS__IN ? IPVS__TAKE : IPVS__KEEP;
    if (!(mark & IPVS__IN))
        return IPVS__PUT;
    return (mark & IPVS__EDIT) || zero != (out->weight == 0) ||
           ((mark & IPVS__WEIGHT) && out->weight) ? IPVS__SET : IPVS__KEEP;
}

/* The mark after such an operation, which left it with weight 0 or another one. */
IPVS__SHELLS uint8_t ipvs__after(uint8_t mark, uint8_t step, bool zero)
{
    mark &= (uint8_t)~(IPVS__DIRTY | IPVS__EDIT | IPVS__WEIGHT);
    if (step == IPVS__KEEP)
        return mark;
    mark &= (uint8_t)~(IPVS__IN | IPVS__ZERO);
    if (step == IPVS__TAKE)
        return mark;
    return (uint8_t)(mark | IPVS__IN | IPVS__SEEN | (zero ? IPVS__ZERO : 0));
}

/* The entry that a server in the kernel's table of the service is. ipvs__entries(): none. */
static size_t ipvs__find(const ipvs_pool *p, const ipvs_service *s, const ipvs_address *to)
{
    ipvs_dest want;
    size_t    i;

    for (i = ipvs__first(p, to); i < ipvs__entries(p); i++) {
        if (i < p->n && !ipvs__same_ip(&p->reals[i].d.to, to))
            i = p->n;                   /* none of the sorted ones: is it the sorry one? */
        if (i == ipvs__entries(p))
            break;
        ipvs_pool_want(p, ipvs__entry(p, i), s, &want);
        if (ipvs__same_address(&want.to, to))
            break;
    }
    return i;
}

IPVS__SHELLS void ipvs__other(ipvs__others *o, const ipvs_address *to)
{
    if (!o->first.to.family)
        o->first.to = *to;
    o->n++;
}

/* A server of a dump, and which entry it is. Settled entries that are not as they were left were
   changed by others, and are counted. */
IPVS__SHELLS size_t ipvs__meet(const ipvs_pool *p, const ipvs_service *s, uint8_t *marks,
                               const ipvs_dest *have, ipvs__others *foreign)
{
    size_t    i = ipvs__find(p, s, &have->to);
    uint8_t   before;
    ipvs_dest want;

    if (i == ipvs__entries(p))
        return i;
    before = marks[i];
    marks[i] = (uint8_t)(IPVS__IN | IPVS__SEEN | (have->weight == 0 ? IPVS__ZERO : 0));
    if (!ipvs_pool_want(p, ipvs__entry(p, i), s, &want))
        marks[i] |= IPVS__DIRTY;
    else if (ipvs_diff_dest(have, &want, s) != IPVS_SAME)
        marks[i] |= IPVS__DIRTY | IPVS__EDIT;
    if (!(before & IPVS__DIRTY) && (marks[i] & IPVS__DIRTY))
        ipvs__other(foreign, &have->to);
    return i;
}

IPVS__SHELLS void ipvs__unsee(uint8_t *marks, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        marks[i] &= (uint8_t)~IPVS__SEEN;
}

/* The end of a dump: what was not in it is not there. True: there is something to do. */
IPVS__SHELLS bool ipvs__settle(const ipvs_pool *p, const ipvs_service *s, uint8_t *marks,
                               ipvs__others *foreign)
{
    ipvs_dest want;
    size_t    i;
    bool      work = false, wanted;

    for (i = 0; i < ipvs__entries(p); i++) {
        if (!(marks[i] & IPVS__SEEN)) {
            wanted = ipvs_pool_want(p, ipvs__entry(p, i), s, &want);
            if ((marks[i] & IPVS__IN) && !(marks[i] & IPVS__DIRTY))
                ipvs__other(foreign, &want.to);
            marks[i] &= (uint8_t)~(IPVS__IN | IPVS__ZERO | IPVS__EDIT | IPVS__WEIGHT);
            if (wanted)
                marks[i] |= IPVS__DIRTY;
        }
        work |= (marks[i] & IPVS__DIRTY) != 0;
    }
    return work;
}

/* Changes of the pool since the last time become work of a service. */
IPVS__SHELLS bool ipvs__spread(const ipvs_pool *p, uint8_t *marks)
{
    size_t  i;
    uint8_t dirty;
    bool    work = false;

    for (i = 0; i < ipvs__entries(p); i++) {
        dirty = ipvs__entry(p, i)->dirty;
        if (dirty)
            marks[i] |= (uint8_t)(IPVS__DIRTY | (dirty & IPVS__WEIGHED ? IPVS__WEIGHT : 0));
        work |= (marks[i] & IPVS__DIRTY) != 0;
    }
    return work;
}

#ifndef IPVS_NO_LINUX

#ifdef __cplusplus
}
#endif

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <linux/genetlink.h>

#ifdef __cplusplus
extern "C" {
#endif

// >>netlink

static int ipvs__set(int fd, int level, int name, int value)
{
    return setsockopt(fd, level, name, &value, sizeof value) < 0 ? -errno : 0;
}

/* With CAP_NET_ADMIN also beyond the system's limit. */
static void ipvs__set_room(int fd, int force, int name, uint32_t bytes)
{
    if (ipvs__set(fd, SOL_SOCKET, force, (int)bytes) < 0)
        ipvs__set(fd, SOL_SOCKET, name, (int)bytes);
}

static void ipvs__close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* A netlink socket; port (if wanted) is its own address. Returns it, or -errno. */
static int ipvs__nl_socket(int protocol, uint32_t groups, int flags, uint32_t *port)
{
    struct sockaddr_nl at;
    struct timeval     patience = { 5, 0 };     /* the kernel answers at once, or never */
    socklen_t          size = sizeof at;
    int                error, fd;

    fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | flags, protocol);
    if (fd < 0)
        return -errno;
    ipvs__set(fd, SOL_NETLINK, NETLINK_EXT_ACK, 1);
    ipvs__set(fd, SOL_NETLINK, NETLINK_CAP_ACK, 1);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ipvs__set_room(fd, SO_RCVBUFFORCE, SO_RCVBUF, 1 << 20);
    memset(&at, 0, sizeof at);
    at.nl_family = AF_NETLINK;
    at.nl_groups = groups;
    if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0 ||
        getsockname(fd, (struct sockaddr *)&at, &size) < 0) {
        error = -errno;
        close(fd);
        return error;
    }
    if (port)
        *port = at.nl_pid;
    return fd;
}

/* Opens a conversation in this room. */
static int ipvs__nl_open(ipvs__nl *m, int protocol, uint8_t room[IPVS__REQUEST + IPVS__ANSWER])
{
    memset(m, 0, sizeof *m);
    m->data = room;
    m->cap = IPVS__REQUEST;
    m->answer = room + IPVS__REQUEST;
    m->fd = ipvs__nl_socket(protocol, 0, 0, &m->port);
    return m->fd < 0 ? m->fd : 0;
}

static void ipvs__nl_heard(ipvs__nl *m, const ipvs__nl_answer *a)
{
    if (m->left == 0 || a->seq - m->first > m->seq - m->first)
        return;                         /* late, of an earlier talk that was given up */
    m->torn |= (a->flags & NLM_F_DUMP_INTR) != 0;
    if (a->type == NLMSG_ERROR || a->type == NLMSG_DONE)
        m->left--;
    if (m->error == 0)
        m->error = a->error;
    if (m->each)
        m->each(m->arg, a);
}

/* Sends all messages at once and hands every answer to each() until all are acknowledged (each must
   carry NLM_F_ACK or NLM_F_DUMP). Returns 0 or the first error; -EAGAIN: the dump was torn by a
   change. */
static int ipvs__nl_talk(ipvs__nl *m, ipvs__nl_each *each, void *arg)
{
    ipvs__nl_answer a;
    size_t          size = m->size, at;
    bool            full = m->full;
    ssize_t         n;

    m->each = each;
    m->arg = arg;
    m->left = m->seq - m->first + 1;
    m->error = 0;
    m->size = 0;
    m->torn = m->full = false;
    if (full)
        return -EMSGSIZE;
    if (send(m->fd, m->data, size, 0) < 0)
        return -errno;
    while (m->left) {
        n = recv(m->fd, m->answer, IPVS__ANSWER, 0);
        if (n < 0 && errno != EINTR)
            return errno == EAGAIN ? -ETIMEDOUT : -errno;
        for (at = 0; n > 0 && ipvs__nl_pop(m->answer, (size_t)n, &at, &a);)
            ipvs__nl_heard(m, &a);
    }
    return m->error ? m->error : m->torn ? -EAGAIN : 0;
}

// >>client

static int ipvs__fail(ipvs_io *io, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int ipvs__fail(ipvs_io *io, int code, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    vsnprintf(io->err, sizeof io->err, format, list);
    va_end(list);
    return code;
}

/* What was asked for: "add real server 203.0.113.1:80 of TCP 198.51.100.1:80". */
static void ipvs__say_request(const ipvs_request *r, char *out, size_t cap)
{
    static const char *const words[] = {
        "", "add ", "change ", "delete ", "look up ", "add real server ", "change real server ",
        "delete real server ", "list the real servers of ", "start the sync daemon ",
        "stop the sync daemon ", "look up the sync daemons", "set the timeouts",
        "look up the timeouts", "", "look up the version of IPVS", "zero the statistics of ",
        "delete all services"
    };
    const char *verb = r->command < sizeof words / sizeof words[0] ? words[r->command] : "";
    bool        services = r->command == IPVS_CMD_GET_SERVICE || r->command == IPVS_CMD_ZERO;
    char        one[64] = "", two[64] = "";

    if (r->d && r->s) {
        ipvs_dest d = ipvs__dest(r->d, r->s);

        ipvs_dest_print(&d, one, sizeof one);
        ipvs_service_print(r->s, two, sizeof two);
    } else if (r->s) {
        ipvs_service_print(r->s, one, sizeof one);
    } else if (r->daemon) {
        snprintf(one, sizeof one, "%s%s%.16s",
                 r->daemon->state == IPVS_SYNC_MASTER ? "MASTER" : "BACKUP",
                 r->daemon->interface[0] ? " on " : "", r->daemon->interface);
    } else if (services) {
        snprintf(one, sizeof one, "all services");
    }
    snprintf(out, cap, "%s%s%s%s", verb, one, two[0] ? " of " : "", two);
}

/* Schedulers and engines are modules, which the kernel loads by itself from the host's. */
static void ipvs__say_module(const ipvs_service *given, char *out, size_t cap)
{
    ipvs_service s = ipvs__service(given);

    if (s.engine[0])
        snprintf(out, cap, "the kernel has no scheduler %s or no engine %s: modprobe ip_vs_%s "
                 "ip_vs_pe_%s on the host", s.scheduler, s.engine, s.scheduler, s.engine);
    else
        snprintf(out, cap, "the kernel has no scheduler %s: modprobe ip_vs_%s on the host",
                 s.scheduler, s.scheduler);
}

static const char *ipvs__mixed(const ipvs_request *r)
{
    if (r->command == IPVS_CMD_NEW_DAEMON)
        return "not together with real servers of another family than their service";
    if (r->d && r->s && ipvs__dest(r->d, r->s).to.family != ipvs__service(r->s).at.family)
        return "a real server of another family needs a tunnel, and no sync daemon";
    return r->d ? "invalid argument (is the address that of a host?)" : NULL;
}

/* What we know about an error that the kernel has one number for. NULL: nothing. */
static const char *ipvs__hint(const ipvs_request *r, int code)
{
    switch (code) {
    case -EPERM:  return "CAP_NET_ADMIN in the initial user namespace is needed";
    case -EINVAL: return ipvs__mixed(r);
    case -ENOENT: return r->d ? "no such real server" : NULL;
    case -ESRCH:  return r->daemon ? "it does not run" : "no such service";
    case -EEXIST: return r->daemon ? "it runs already" : "it is there already";
    case -ENODEV: return r->daemon ? "no such interface" : NULL;
    case -EAFNOSUPPORT: return "ip_vs of this kernel has no IPv6";
    default: return NULL;
    }
}

/* The sentence of an error, in io->err: command, object, the kernel's words. Returns the code. */
static int ipvs__explain(ipvs_io *io, const ipvs_request *r, int code, const char *text)
{
    char        what[140], module[144];
    const char *hint = ipvs__hint(r, code);

    ipvs__say_request(r, what, sizeof what);
    if (code == -ENOENT && r->s && !r->d) {
        ipvs__say_module(r->s, module, sizeof module);
        hint = module;
    }
    if (code == IPVS_E_ABSENT)
        return ipvs__fail(io, code, "%s", ipvs_str(code));
    return ipvs__fail(io, code, "cannot %s: %s%s%s", what, text, text[0] && hint ? "; " : "",
                      hint ? hint : text[0] ? "" : ipvs_str(code));
}

// >>family

static void ipvs__hear_family(void *arg, const ipvs__nl_answer *a)
{
    ipvs_io *io = (ipvs_io *)arg;

    if (a->type == GENL_ID_CTRL && a->size >= 4)
        io->family = (uint16_t)ipvs__number(a->body + 4, a->size - 4, CTRL_ATTR_FAMILY_ID);
}

/* Which number generic netlink has given to IPVS; another one each time the module comes. 0,
   IPVS_E_ABSENT, -errno. */
static int ipvs__find_family(ipvs_io *io)
{
    static const uint8_t head[4] = { CTRL_CMD_GETFAMILY, 1, 0, 0 };
    int                  code;

    io->family = 0;
    ipvs__nl_begin(&io->nl, GENL_ID_CTRL, NLM_F_ACK, head, sizeof head);
    ipvs__nl_attr(&io->nl, CTRL_ATTR_FAMILY_NAME, IPVS_GENL_NAME, sizeof IPVS_GENL_NAME);
    code = ipvs__nl_talk(&io->nl, ipvs__hear_family, io);
    if (code == -ENOENT || (code == 0 && !io->family))
        return IPVS_E_ABSENT;
    return code;
}

/* After -ENOENT: was it the family that is not there any more? Then it is looked for again. */
static bool ipvs__moved(ipvs_io *io)
{
    uint16_t before = io->family;

    return ipvs__find_family(io) != 0 || io->family != before;
}

/* GUE came with Linux 5.2, GRE and flags with 5.3; older ones would use IPIP without a word. */
static bool ipvs__has_tunnel(const ipvs_dest *d)
{
    struct utsname u;
    unsigned long  major, minor;
    char          *dot;

    if (!d || d->tunnel == IPVS_IPIP || uname(&u) < 0)
        return true;
    major = strtoul(u.release, &dot, 10);
    if (*dot != '.' || major > 5)
        return true;
    minor = strtoul(dot + 1, NULL, 10);
    return major == 5 && minor >= (d->tunnel == IPVS_GUE && !d->tunnel_flags ? 2u : 3u);
}

// >>requests

typedef struct ipvs__ear {
    ipvs_answer *out;                   /* NULL: nobody wants to know */
    uint8_t      command;
    bool         heard;
    char         text[96];
} ipvs__ear;

static void ipvs__hear(void *arg, const ipvs__nl_answer *a)
{
    ipvs__ear  *ear = (ipvs__ear *)arg;
    ipvs_answer answer;

    if (!ipvs__read(a, 0, &answer))
        return;
    if (answer.error)
        memcpy(ear->text, answer.text, sizeof ear->text);
    if (ear->out && answer.command == ear->command) {
        *ear->out = answer;
        ear->heard = true;
    }
}

/* One request and its answer (out, of that command), again if the module came anew. */
static int ipvs__order(ipvs_io *io, const ipvs_request *r, uint8_t command, ipvs_answer *out)
{
    ipvs__ear ear;
    int       code, turn;

    memset(&ear, 0, sizeof ear);
    ear.out = out;
    ear.command = command;
    if (!ipvs__has_tunnel(r->d))
        return ipvs__explain(io, r, IPVS_E_TUNNEL, "this kernel's IPVS has no such tunnels");
    for (turn = 0; turn < 2; turn++) {
        code = io->family ? 0 : ipvs__find_family(io);
        if (code)
            return ipvs__explain(io, r, code, "");
        ipvs__put(&io->nl, io->family, r);
        code = ipvs__nl_talk(&io->nl, ipvs__hear, &ear);
        if (code != -ENOENT || !ipvs__moved(io))
            break;
    }
    if (code == 0 && out && !ear.heard)
        code = r->daemon ? -ESRCH : IPVS_E_MALFORMED;
    return code ? ipvs__explain(io, r, code, ear.text) : 0;
}

static ipvs_request ipvs__request(unsigned command, const ipvs_service *s, const ipvs_dest *d)
{
    ipvs_request r;

    memset(&r, 0, sizeof r);
    r.command = (uint8_t)command;
    r.s = s;
    r.d = d;
    return r;
}

IPVS_DEF uint64_t ipvs_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_BOOTTIME, &t);
    return (uint64_t)t.tv_sec * IPVS_SECOND + (uint64_t)t.tv_nsec;
}

/* Adding is tried first: what is there already is changed. */
static int ipvs__set_one(ipvs_io *io, ipvs_request *r, uint8_t change)
{
    int code = ipvs__order(io, r, 0, NULL);

    if (code != -EEXIST)
        return code;
    r->command = change;
    return ipvs__order(io, r, 0, NULL);
}

IPVS_DEF int ipvs_service_set(ipvs_io *io, const ipvs_service *s)
{
    ipvs_request r = ipvs__request(IPVS_CMD_NEW_SERVICE, s, NULL);
    int          bad = ipvs_service_check(s);

    return bad ? ipvs__explain(io, &r, bad, "") : ipvs__set_one(io, &r, IPVS_CMD_SET_SERVICE);
}

IPVS_DEF int ipvs_dest_set(ipvs_io *io, const ipvs_service *s, const ipvs_dest *d)
{
    ipvs_request r = ipvs__request(IPVS_CMD_NEW_DEST, s, d);
    int          bad = ipvs_dest_check(d, s);

    return bad ? ipvs__explain(io, &r, bad, "") : ipvs__set_one(io, &r, IPVS_CMD_SET_DEST);
}

IPVS_DEF int ipvs_service_delete(ipvs_io *io, const ipvs_service *s)
{
    ipvs_request r = ipvs__request(IPVS_CMD_DEL_SERVICE, s, NULL);

    return ipvs__order(io, &r, 0, NULL);
}

IPVS_DEF int ipvs_dest_delete(ipvs_io *io, const ipvs_service *s, const ipvs_dest *d)
{
    ipvs_request r = ipvs__request(IPVS_CMD_DEL_DEST, s, d);

    return ipvs__order(io, &r, 0, NULL);
}

IPVS_DEF int ipvs_service_get(ipvs_io *io, ipvs_service *s, ipvs_counts *counts)
{
    ipvs_request r = ipvs__request(IPVS_CMD_GET_SERVICE, s, NULL);
    ipvs_answer  a;
    int          code = ipvs__order(io, &r, IPVS_CMD_NEW_SERVICE, &a);

    if (code)
        return code;
    *s = a.s;
    if (counts)
        *counts = a.counts;
    return 0;
}

IPVS_DEF int ipvs_zero(ipvs_io *io, const ipvs_service *s)
{
    ipvs_request r = ipvs__request(IPVS_CMD_ZERO, s, NULL);

    return ipvs__order(io, &r, 0, NULL);
}

IPVS_DEF int ipvs_flush(ipvs_io *io)
{
    ipvs_request r = ipvs__request(IPVS_CMD_FLUSH, NULL, NULL);

    return ipvs__order(io, &r, 0, NULL);
}

IPVS_DEF int ipvs_config_get(ipvs_io *io, ipvs_config *c)
{
    ipvs_request r = ipvs__request(IPVS_CMD_GET_CONFIG, NULL, NULL);
    ipvs_answer  a;
    int          code = ipvs__order(io, &r, IPVS_CMD_SET_CONFIG, &a);

    if (code == 0)
        *c = a.config;
    return code;
}

IPVS_DEF int ipvs_config_set(ipvs_io *io, const ipvs_config *c)
{
    ipvs_request r = ipvs__request(IPVS_CMD_SET_CONFIG, NULL, NULL);

    r.config = c;
    return ipvs__order(io, &r, 0, NULL);
}

IPVS_DEF int ipvs_info(ipvs_io *io, uint32_t *version, uint32_t *table_size)
{
    ipvs_request r = ipvs__request(IPVS_CMD_GET_INFO, NULL, NULL);
    ipvs_answer  a;
    int          code = ipvs__order(io, &r, IPVS_CMD_SET_INFO, &a);

    if (code)
        return code;
    *version = a.version;
    *table_size = a.table_size;
    return 0;
}

// >>daemons

static ipvs_request ipvs__daemon_request(unsigned command, const ipvs_daemon *d)
{
    ipvs_request r = ipvs__request(command, NULL, NULL);

    r.daemon = d;
    return r;
}

IPVS_DEF int ipvs_daemon_start(ipvs_io *io, const ipvs_daemon *d)
{
    ipvs_request r = ipvs__daemon_request(IPVS_CMD_NEW_DAEMON, d);
    int          bad = ipvs_daemon_check(d);

    return bad ? ipvs__explain(io, &r, bad, "") : ipvs__order(io, &r, 0, NULL);
}

IPVS_DEF int ipvs_daemon_stop(ipvs_io *io, uint8_t state)
{
    ipvs_daemon  d;
    ipvs_request r;

    memset(&d, 0, sizeof d);
    d.state = state;
    r = ipvs__daemon_request(IPVS_CMD_DEL_DAEMON, &d);
    return ipvs__order(io, &r, 0, NULL);
}

// >>lists

IPVS_DEF void ipvs_cursor_end(ipvs_cursor *c)
{
    if (c->open || c->idle)
        ipvs__close(&c->fd);
    c->open = c->idle = false;
}

/* A socket of its own: requests between two items of a list do not disturb it. */
static int ipvs__cursor_begin(ipvs_io *io, ipvs_cursor *c, const ipvs_request *r)
{
    int code = io->family ? 0 : ipvs__find_family(io);

    if (code)
        return code;
    if (!c->idle)
        c->fd = ipvs__nl_socket(NETLINK_GENERIC, 0, 0, NULL);
    c->idle = false;
    if (c->fd < 0)
        return c->fd;
    c->open = true;
    c->at = c->size = 0;
    io->nl.size = 0;
    ipvs__put(&io->nl, io->family, r);
    code = send(c->fd, io->nl.data, io->nl.size, 0) < 0 ? -errno : 0;
    io->nl.size = 0;
    return code;
}

static int ipvs__cursor_more(ipvs_cursor *c)
{
    ssize_t n;

    do
        n = recv(c->fd, c->room, sizeof c->room, MSG_TRUNC);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return errno == EAGAIN ? -ETIMEDOUT : -errno;
    c->at = 0;
    c->size = (size_t)n;
    return c->size > sizeof c->room ? -EMSGSIZE : 0;
}

/* The next answer; out->end is the last. */
static int ipvs__cursor_step(ipvs_cursor *c, uint8_t family, ipvs_answer *out)
{
    int code = 0, found;

    do {
        found = ipvs_decode(c->room, c->size, &c->at, family, out);
        if (found == 0)
            code = ipvs__cursor_more(c);
    } while (!code && found == 0);
    return code ? code : found < 0 ? found : out->end ? out->error : 0;
}

/* The next item: 1, 0 at the end, an error. A list that begins as the module came anew is asked for
   again. */
static int ipvs__list(ipvs_io *io, ipvs_cursor *c, const ipvs_request *r, ipvs_answer *out)
{
    uint8_t family = r->s ? ipvs__service(r->s).at.family : (uint8_t)0;
    bool    again = !c->open;
    int     code;

    for (;; again = false) {
        code = c->open ? 0 : ipvs__cursor_begin(io, c, r);
        if (code == 0)
            code = ipvs__cursor_step(c, family, out);
        if (code == 0 && !out->end)
            return 1;
        c->idle = c->kept && code == 0;
        c->open = c->open && !c->idle;
        if (!c->idle)
            ipvs_cursor_end(c);
        if (code != -ENOENT || !again || !ipvs__moved(io))
            return code ? ipvs__explain(io, r, code, "") : 0;
    }
}

IPVS_DEF int ipvs_services(ipvs_io *io, ipvs_cursor *c, ipvs_service *s, ipvs_counts *counts)
{
    ipvs_request r = ipvs__request(IPVS_CMD_GET_SERVICE, NULL, NULL);
    ipvs_answer  a;
    int          found = ipvs__list(io, c, &r, &a);

    if (found == 1) {
        *s = a.s;
        if (counts)
            *counts = a.counts;
    }
    return found;
}

IPVS_DEF int ipvs_dests(ipvs_io *io, ipvs_cursor *c, const ipvs_service *s, ipvs_dest *d,
                        ipvs_counts *counts)
{
    ipvs_request r = ipvs__request(IPVS_CMD_GET_DEST, s, NULL);
    ipvs_answer  a;
    int          found = ipvs__list(io, c, &r, &a);

    if (found == 1) {
        *d = a.d;
        if (counts)
            *counts = a.counts;
    }
    return found;
}

IPVS_DEF int ipvs_daemon_get(ipvs_io *io, uint8_t state, ipvs_daemon *d)
{
    ipvs_request r = ipvs__daemon_request(IPVS_CMD_GET_DAEMON, NULL);
    ipvs_cursor  c;
    ipvs_answer  a;
    int          found;

    memset(&c, 0, offsetof(ipvs_cursor, room));
    do
        found = ipvs__list(io, &c, &r, &a);
    while (found == 1 && a.daemon.state != state);
    ipvs_cursor_end(&c);
    if (found == 1)
        *d = a.daemon;
    return found == 1 ? 0 : found ? found : ipvs__fail(io, -ESRCH, "no such sync daemon runs");
}

// >>shell

enum { IPVS__LOOKS = 256, IPVS__LOOK_COST = 8 };        /* servers read in a turn; a service is 8 */
enum { IPVS__TURN = 8000000 };                          /* ns that it may take */

static uint64_t ipvs__period(const ipvs_io *io)
{
    uint64_t seconds = io->entries / 1000;

    return io->period ? io->period : (seconds ? seconds : 1) * IPVS_SECOND;
}

/* --- what happened --- */

/* NULL: nobody reads them, there is no room. */
static ipvs_event *ipvs__event(ipvs_io *io, uint8_t kind, int code, ipvs_virtual *v)
{
    ipvs_event *e;

    if (io->n_events == IPVS__EVENTS)
        return NULL;
    e = &io->events[(io->event_first + io->n_events++) % IPVS__EVENTS];
    memset(e, 0, sizeof *e);
    e->kind = kind;
    e->code = code;
    e->v = v;
    return e;
}

/* io->err becomes what happened. */
static bool ipvs__complain(ipvs_io *io, uint8_t kind, int code, ipvs_virtual *v)
{
    ipvs_event *e = ipvs__event(io, kind, code, v);

    if (e)
        memcpy(e->text, io->err, sizeof e->text);
    return e != NULL;
}

static uint64_t ipvs__sooner(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t ipvs__longer(uint64_t wait, uint64_t most)
{
    return wait == 0 ? IPVS_SECOND : 2 * wait < most ? 2 * wait : most;
}

/* Was this trouble told of another service, just now? The sentence is "cannot WHAT: WHY". */
static bool ipvs__is_told(ipvs_io *io, const ipvs_virtual *v)
{
    const char  *why = strstr(io->err, ": ");
    ipvs__cause *c = io->causes;
    size_t       used;

    why = why ? why + 2 : io->err;
    io->causes_at = ipvs_now() + 5 * IPVS_SECOND;       /* a kernel that seeks modules is slow */
    while (c < io->causes + io->n_causes && strncmp(c->text, why, sizeof c->text - 1) != 0)
        c++;
    if (c == io->causes + IPVS__CAUSES)
        return false;
    if (c == io->causes + io->n_causes) {
        io->n_causes++;
        c->names[0] = 0;
        c->more = 0;
        snprintf(c->text, sizeof c->text, "%s", why);
        return false;
    }
    used = strlen(c->names);
    if (c->more++ < IPVS__NAMED && used + 2 < sizeof c->names) {
        memcpy(c->names + used, ", ", 3);
        used += used ? 2 : 0;
        ipvs_service_print(&v->s, c->names + used, sizeof c->names - used);
    }
    return true;
}

/* It went wrong: the sentence is in io->err, and is told once; of several since a look the first. A
   look tries it again. */
static void ipvs__trouble(ipvs_io *io, ipvs_virtual *v, int code)
{
    if (v->retry_at != IPVS_NEVER)
        return;
    v->retry_wait = ipvs__longer(v->retry_wait, 10 * IPVS_SECOND);
    v->retry_at = io->now + v->retry_wait;
    if (v->said != code && (ipvs__is_told(io, v) || ipvs__complain(io, IPVS_EVENT_ERROR, code, v)))
        v->said = code;
}

/* One line for all that have the same trouble, such as a scheduler that is not there. */
static void ipvs__say_causes(ipvs_io *io)
{
    ipvs_event *e;
    uint32_t    i;

    for (i = 0; i < io->n_causes; i++) {
        const ipvs__cause *c = &io->causes[i];

        e = c->more ? ipvs__event(io, IPVS_EVENT_ERROR, (int)c->more, NULL) : NULL;
        if (e)
            snprintf(e->text, sizeof e->text, "the same of %u more service%s (%s%s): %.100s",
                     c->more, c->more > 1 ? "s" : "", c->names,
                     c->more > IPVS__NAMED ? ", ..." : "", c->text);
    }
    io->n_causes = 0;
    io->causes_at = IPVS_NEVER;
}

/* --- the module --- */

/* Nothing is known of the kernel's tables. */
static void ipvs__blank(ipvs_virtual *v)
{
    memset(v->marks, 0, ipvs__entries(v->pool));
    v->retry_at = IPVS_NEVER;
    v->hold_until = 0;
    v->there = v->edit = v->work = false;
    v->look = v->fresh = v->quiet = true;
}

/* Strangers in its table stay until the next look. */
static void ipvs__spare(ipvs_io *io, const ipvs_virtual *v)
{
    if (io->stranger_of == v)
        io->n_strangers = 0;
}

static void ipvs__stop_looking(ipvs_io *io)
{
    if (io->looking)
        ipvs_cursor_end(&io->cursor);   /* the rest of a list is never read */
    io->looking = io->stranger_of = NULL;
    io->n_strangers = 0;
}

/* ip_vs is not there, or not for us: VRRP and all else go on without it. */
static void ipvs__is_absent(ipvs_io *io, int code)
{
    bool refused = code != IPVS_E_ABSENT;

    ipvs__stop_looking(io);
    io->family = io->greeted = 0;
    io->absent_wait = ipvs__longer(io->absent_wait, 10 * IPVS_SECOND);
    io->absent_at = io->now + io->absent_wait;
    if (io->absent && io->refused == refused)
        return;
    io->absent = ipvs__complain(io, refused ? IPVS_EVENT_ERROR : IPVS_EVENT_MODULE, code, NULL);
    io->refused = refused;
}

static void ipvs__greet(ipvs_io *io)
{
    ipvs_virtual *v;
    ipvs_event   *e;
    uint32_t      version, size;
    int           error = ipvs_info(io, &version, &size);

    io->greeted = error ? 0 : io->family;
    if (error) {
        ipvs__is_absent(io, error);
        return;
    }
    for (v = io->virtuals; v; v = v->next)
        ipvs__blank(v);
    io->daemon_on = io->daemon_settled = 0;
    io->config_set = false;
    io->settings_at = 0;
    io->absent_wait = 0;
    e = io->absent ? ipvs__event(io, IPVS_EVENT_MODULE, 0, NULL) : NULL;
    io->absent = false;
    if (e)
        snprintf(e->text, sizeof e->text, "ip_vs %u.%u.%u is there now", version >> 16 & 255,
                 version >> 8 & 255, version & 255);
}

/* A direct call may have found that ip_vs was unloaded, or has come anew in between. */
static bool ipvs__vanished(ipvs_io *io)
{
    if (io->family && io->family == io->greeted)
        return false;
    io->family = io->greeted = 0;
    io->absent_at = 0;
    ipvs__stop_looking(io);
    return true;
}

/* --- messages --- */

static bool ipvs__is_held(const ipvs_io *io, const ipvs_virtual *v)
{
    return v->hold_until > io->now;
}

static void ipvs__request_of(const ipvs__job *job, ipvs_request *r)
{
    static const uint8_t of_dest[] = { 0, IPVS_CMD_NEW_DEST, IPVS_CMD_SET_DEST, IPVS_CMD_DEL_DEST };
    static const uint8_t of_service[] = { 0, IPVS_CMD_NEW_SERVICE, IPVS_CMD_SET_SERVICE,
                                          IPVS_CMD_DEL_SERVICE };

    memset(r, 0, sizeof *r);
    r->command = job->service ? of_service[job->step] : of_dest[job->step];
    r->s = &job->v->s;
    r->d = job->service ? NULL : &job->d;
}

static bool ipvs__is_full(const ipvs_io *io)
{
    return io->n_jobs >= IPVS__JOBS / IPVS__PACE * io->pace || io->nl.cap - io->nl.size < 512;
}

static void ipvs__job_add(ipvs_io *io, ipvs_virtual *v, uint8_t step, size_t entry,
                          const ipvs_dest *d)
{
    ipvs__job   *job = &io->jobs[io->n_jobs++];
    uint16_t     quiet = NLM_F_REQUEST;
    ipvs_request r;

    job->v = v;
    job->error = 0;
    job->step = step;
    job->entry = entry;
    job->service = d == NULL;
    if (d)
        job->d = *d;
    ipvs__request_of(job, &r);
    if (io->n_jobs > 1)                 /* the message before this one is not the last */
        memcpy(io->nl.data + io->nl.start + offsetof(struct nlmsghdr, nlmsg_flags), &quiet,
               sizeof quiet);
    ipvs__put(&io->nl, io->family, &r);
}

/* An old kernel would take a server behind a tunnel that it does not know for one of IPIP. */
static bool ipvs__is_beyond(ipvs_io *io, ipvs_virtual *v, size_t i, uint8_t step,
                            const ipvs_dest *d)
{
    ipvs_request r;

    if (step == IPVS__TAKE || ipvs__has_tunnel(d))
        return false;
    v->marks[i] &= (uint8_t)~IPVS__DIRTY;
    v->quiet = true;
    r = ipvs__request(IPVS_CMD_NEW_DEST, &v->s, d);
    ipvs__trouble(io, v, ipvs__explain(io, &r, IPVS_E_TUNNEL,
                                       "this kernel's IPVS has no such tunnels"));
    return true;
}

/* New servers and weights first, then those that leave. False: the batch is full. */
static bool ipvs__gather_dests(ipvs_io *io, ipvs_virtual *v, bool leaving)
{
    size_t    i, n = ipvs__entries(v->pool);
    uint8_t   step;
    ipvs_dest d;

    for (i = 0; i < n; i++) {
        if (!(v->marks[i] & IPVS__DIRTY))
            continue;
        step = ipvs__step(v->pool, i, &v->s, v->marks[i], &d);
        if (step == IPVS__KEEP)
            v->marks[i] = ipvs__after(v->marks[i], step, false);
        else if ((step == IPVS__TAKE) == leaving && !ipvs__is_beyond(io, v, i, step, &d)) {
            if (ipvs__is_full(io))
                return false;
            ipvs__job_add(io, v, step, i, &d);
        }
    }
    return true;
}

static bool ipvs__gather_strangers(ipvs_io *io, ipvs_virtual *v)
{
    while (io->stranger_of == v && io->n_strangers) {
        if (ipvs__is_full(io))
            return false;
        ipvs__job_add(io, v, IPVS__TAKE, SIZE_MAX, &io->strangers[--io->n_strangers]);
    }
    return true;
}

static bool ipvs__gather(ipvs_io *io, ipvs_virtual *v)
{
    if (ipvs__is_full(io))
        return false;
    if (!v->there || v->edit)
        ipvs__job_add(io, v, v->there ? IPVS__SET : IPVS__PUT, SIZE_MAX, NULL);
    return ipvs__gather_dests(io, v, false) && ipvs__gather_strangers(io, v) &&
           ipvs__gather_dests(io, v, true);
}

/* Not before it is known what the kernel has, nor while that is being read. */
static bool ipvs__can_work(const ipvs_io *io, const ipvs_virtual *v)
{
    return v->work && !v->fresh && v != io->looking && !ipvs__is_held(io, v);
}

static bool ipvs__gather_all(ipvs_io *io)
{
    ipvs_virtual *v;

    io->n_jobs = 0;
    for (v = io->virtuals; v; v = v->next) {
        if (!ipvs__can_work(io, v))
            continue;
        if (!ipvs__gather(io, v))
            break;
        v->work = false;
    }
    return io->n_jobs > 0;
}

/* What shows that the table is not what we believed: it is read again, and nothing is said. */
static bool ipvs__is_surprise(const ipvs__job *job)
{
    int error = job->error;

    if (job->step == IPVS__PUT)
        return error == -EEXIST || (!job->service && error == -ESRCH);
    return error == -ESRCH || (!job->service && error == -ENOENT);
}

/* It was carried out: the kernel has it so now. */
static void ipvs__job_good(const ipvs__job *job)
{
    ipvs_virtual *v = job->v;

    if (job->service) {
        v->there = job->step != IPVS__TAKE;
        v->edit = false;
    } else if (job->entry != SIZE_MAX) {
        v->marks[job->entry] = ipvs__after(v->marks[job->entry], job->step, job->d.weight == 0);
    }
}

/* It was not, or nobody knows: the table is read again, soon or after a while. */
static void ipvs__job_bad(ipvs_io *io, const ipvs__job *job)
{
    ipvs_virtual *v = job->v;
    ipvs_request  r;

    v->quiet = true;                    /* nobody else has to do with what is not as we left it */
    if (job->entry != SIZE_MAX)
        v->marks[job->entry] &= (uint8_t)~IPVS__DIRTY;
    if (job->error == 1 || ipvs__is_surprise(job)) {
        if (v->retry_at == IPVS_NEVER)  /* else its service is the trouble */
            v->retry_at = io->now + IPVS_SECOND / 20;
        return;
    }
    if (job->service) {
        v->work = false;
        ipvs__spare(io, v);
    }
    ipvs__request_of(job, &r);
    ipvs__trouble(io, v, ipvs__explain(io, &r, job->error, job->text));
}

/* What the kernel says of the jobs. True: the last one is answered. */
static bool ipvs__job_answers(ipvs_io *io, size_t size)
{
    ipvs__nl_answer a;
    size_t          at = 0;
    uint32_t        i;
    bool            last = false;

    while (ipvs__nl_pop(io->nl.answer, size, &at, &a)) {
        i = a.seq - io->nl.first;
        if (i >= io->n_jobs || a.type != NLMSG_ERROR)
            continue;
        io->jobs[i].error = a.error;
        memcpy(io->jobs[i].text, a.text, sizeof io->jobs[i].text);
        last |= i + 1 == io->n_jobs;
    }
    return last;
}

/* One send; errors, and an acknowledgement of the last message, which says that the others without
   an error were carried out. */
static int ipvs__exchange(ipvs_io *io)
{
    size_t  size = io->nl.size;
    bool    full = io->nl.full;
    ssize_t n;

    io->nl.size = 0;
    io->nl.full = false;
    if (full)
        return -EMSGSIZE;
    if (send(io->nl.fd, io->nl.data, size, 0) < 0)
        return -errno;
    do {
        n = recv(io->nl.fd, io->nl.answer, IPVS__ANSWER, 0);
        if (n < 0 && errno != EINTR)
            return errno == EAGAIN ? -ETIMEDOUT : -errno;
    } while (n < 0 || !ipvs__job_answers(io, (size_t)n));
    return 0;
}

/* How long the kernel takes for a batch, which cannot be called off, depends on the machine, and on
   the scheduler (Maglev's table is made anew for each server): a turn is to take a few
   milliseconds. Others' time on a busy machine counts, too: with less than that, each turn would do
   next to nothing. */
static void ipvs__pace(ipvs_io *io, uint64_t began)
{
    uint64_t took = ipvs_now() - began;

    if (took > IPVS__TURN && io->pace > 1)
        io->pace /= 2;
    else if (took < IPVS__TURN / 4 && io->pace < IPVS__PACE)
        io->pace *= 2;
}

static void ipvs__carry_out(ipvs_io *io)
{
    uint64_t   began = ipvs_now();
    int        error = ipvs__exchange(io);
    ipvs__job *job;
    uint32_t   i;

    for (i = 0; i < io->n_jobs; i++)
        if (io->jobs[i].error == -ENOENT && io->jobs[i].service)
            error = -ENOENT;            /* no scheduler, or no ip_vs any more */
    if (error == -ENOENT && ipvs__moved(io)) {
        ipvs__vanished(io);
        return;
    }
    for (i = 0; i < io->n_jobs; i++) {
        job = &io->jobs[i];
        if (error && error != -ENOENT && job->error == 0)
            job->error = 1;             /* nobody knows */
        if (job->error == 0 ||
            (job->step == IPVS__TAKE && (job->error == -ENOENT || job->error == -ESRCH)))
            ipvs__job_good(job);
        else
            ipvs__job_bad(io, job);
    }
    ipvs__pace(io, began);
}

/* --- looking --- */

static void ipvs__say_fought(ipvs_io *io, ipvs_virtual *v)
{
    char        name[96];
    ipvs_event *e = io->told <= IPVS__TOLD ? ipvs__event(io, IPVS_EVENT_FOUGHT, 0, v) : NULL;

    if (!e)
        return;
    ipvs_service_print(&v->s, name, sizeof name);
    snprintf(e->text, sizeof e->text,
             "%s is %s again and again by somebody else; if that is kube-proxy in IPVS mode, "
             "give it --ipvs-exclude-cidrs with this address%s", name,
             v->there ? "changed" : "deleted", v->hold ? "; it comes back more slowly now" : "");
}

/* Seldom enough to be put back at once, each time; but five times are nobody's accident. */
static void ipvs__meddled(ipvs_io *io, ipvs_virtual *v)
{
    bool again = v->meddled && io->now - v->meddled_at <= 600 * IPVS_SECOND;

    v->meddled = again ? v->meddled + 1 : 1;
    v->meddled_at = io->now;
    if (v->meddled == 5 && !v->hold)
        ipvs__say_fought(io, v);
}

/* Somebody deleted the service: three times within ten looks, and it comes back ever later. */
static void ipvs__lost(ipvs_io *io, ipvs_virtual *v)
{
    uint64_t window = 10 * ipvs__period(io) + 4 * v->hold;
    bool     again = v->lost[1] && io->now - v->lost[1] <= window;
    bool     before = v->hold > 0;

    v->lost[1] = v->lost[0];
    v->lost[0] = io->now;
    v->hold = !again ? 0 : ipvs__longer(v->hold, 60 * IPVS_SECOND);
    v->hold_until = again ? io->now + v->hold : 0;
    if (!again)
        return;
    v->retry_at = v->hold_until;
    if (!before)
        ipvs__say_fought(io, v);
}

static void ipvs__say_restored(ipvs_io *io, ipvs_virtual *v, bool whole, bool settings)
{
    char        name[96];
    uint32_t    n = io->foreign.n;
    ipvs_event *e;

    if (++io->told > IPVS__TOLD)
        return;
    e = ipvs__event(io, IPVS_EVENT_RESTORED, (int)(n + settings), v);
    if (!e)
        return;
    ipvs_service_print(&v->s, name, sizeof name);
    if (whole)
        snprintf(e->text, sizeof e->text, "%s was deleted by somebody else: put back", name);
    else
        snprintf(e->text, sizeof e->text, "%s was changed by somebody else: put back%s%s", name,
                 settings ? " its settings" : "", !n ? "" : n > 1 ? " its servers" : " its server");
    if (whole || !n)
        return;
    ipvs_dest_print(&io->foreign.first, name, sizeof name);
    snprintf(e->text + strlen(e->text), sizeof e->text - strlen(e->text), n > 1 ? " %s and %u more"
             : " %s", name, n - 1);
}

/* "ipvsadm -C" changes all services at once. */
static void ipvs__say_others(ipvs_io *io)
{
    uint32_t    n = io->told > IPVS__TOLD ? io->told - IPVS__TOLD : 0;
    ipvs_event *e = n ? ipvs__event(io, IPVS_EVENT_RESTORED, (int)n, NULL) : NULL;

    io->told = 0;
    if (e)
        snprintf(e->text, sizeof e->text, "%u more services were deleted or changed by somebody "
                 "else: put back", n);
}

/* All entries of its table are known: those of the dump, and that the others are not there. */
static void ipvs__look_end(ipvs_io *io, ipvs_virtual *v)
{
    bool whole = !v->there && !v->quiet && v->was_there;

    io->looking = NULL;
    v->work |= ipvs__settle(v->pool, &v->s, v->marks, &io->foreign);
    v->work |= v->edit || !v->there || (io->stranger_of == v && io->n_strangers);
    if (!v->work) {
        v->said = 0;
        v->retry_wait = 0;
    }
    if (!v->quiet && (whole || v->edit || io->foreign.n)) {
        ipvs__say_restored(io, v, whole, v->edit);
        ipvs__meddled(io, v);
    }
    if (whole)
        ipvs__lost(io, v);
    v->fresh = false;
    v->quiet = v->quiet && v->look;     /* so many strangers that they need another look */
}

/* The service itself; its servers follow. */
static void ipvs__look_begin(ipvs_io *io, ipvs_virtual *v)
{
    ipvs_service have = v->s;
    int          error = ipvs_service_get(io, &have, NULL);

    v->look = false;
    v->retry_at = IPVS_NEVER;
    memset(&io->foreign, 0, sizeof io->foreign);
    if (ipvs__vanished(io))
        return;
    if (error && error != -ESRCH) {
        io->blind = true;
        ipvs__trouble(io, v, error);
        return;
    }
    v->was_there = v->there;
    v->there = error == 0;
    v->edit = v->there && ipvs_diff_service(&have, &v->s) != IPVS_SAME;
    ipvs__unsee(v->marks, ipvs__entries(v->pool));
    if (v->there)
        io->looking = v;
    else
        ipvs__look_end(io, v);
}

static void ipvs__stranger(ipvs_io *io, ipvs_virtual *v, const ipvs_dest *d)
{
    if (io->n_strangers == IPVS__STRANGERS) {
        v->look = true;                 /* for the others of them, when these are gone */
        return;
    }
    ipvs__other(&io->foreign, &d->to);
    io->stranger_of = v;
    io->strangers[io->n_strangers++] = *d;
}

static void ipvs__look_dest(ipvs_io *io, ipvs_virtual *v, const ipvs_dest *d,
                            const ipvs_counts *counts)
{
    size_t     i = ipvs__meet(v->pool, &v->s, v->marks, d, &io->foreign);
    ipvs_real *r;

    if (i == ipvs__entries(v->pool)) {
        ipvs__stranger(io, v, d);
        return;
    }
    r = ipvs__entry(v->pool, i);
    if (r->draining && (counts->active || counts->inactive))
        r->drain_round = io->round + 1;
}

/* Each word with the kernel may take as long as others like: they hold a lock or the processor.
   What one turn reads is bounded by the clock before it is by number, or adverts are late. */
static bool ipvs__is_over(const ipvs_io *io)
{
    return ipvs_now() >= io->over_at;
}

static void ipvs__look_dests(ipvs_io *io)
{
    ipvs_virtual *v = io->looking;
    ipvs_dest     d;
    ipvs_counts   counts;
    int           more = 1;

    for (; io->budget; io->budget--) {
        if (io->cursor.open && io->cursor.at == io->cursor.size && ipvs__is_over(io))
            return;
        more = ipvs_dests(io, &io->cursor, &v->s, &d, &counts);
        if (more <= 0)
            break;
        ipvs__look_dest(io, v, &d, &counts);
    }
    if (ipvs__vanished(io) || more > 0)
        return;
    if (more == 0) {
        ipvs__look_end(io, v);
        return;
    }
    ipvs__stop_looking(io);
    io->blind = true;
    if (more == -ENOBUFS)
        v->retry_at = io->now + IPVS_SECOND / 100;
    else
        ipvs__trouble(io, v, more);
}

static ipvs_virtual *ipvs__look_next(const ipvs_io *io)
{
    ipvs_virtual *v;

    for (v = io->virtuals; v; v = v->next)
        if (v->look && !ipvs__is_held(io, v))
            return v;
    return NULL;
}

static void ipvs__look_on(ipvs_io *io)
{
    ipvs_virtual *v;

    io->budget = IPVS__LOOKS;
    io->over_at = ipvs_now() + IPVS__TURN;
    while (io->budget && io->greeted && (io->looking || !io->n_strangers) && !ipvs__is_over(io)) {
        v = io->looking ? io->looking : ipvs__look_next(io);
        if (!v)
            break;
        if (!io->looking) {
            ipvs__look_begin(io, v);
            io->budget -= ipvs__sooner(io->budget, IPVS__LOOK_COST);
        }
        if (io->looking)                /* without a pause, in which others could delete it */
            ipvs__look_dests(io);
    }
}

/* --- draining --- */

static bool ipvs__drained(ipvs_io *io, ipvs_real *r, bool looked)
{
    char        name[96];
    bool        late = r->drain_at <= io->now;
    ipvs_event *e;

    if (!late && io->greeted && !(looked && r->drain_round <= io->round))
        return false;
    e = ipvs__event(io, IPVS_EVENT_DRAINED, 0, NULL);
    if (!e)
        return false;
    ipvs_dest_print(&r->d, name, sizeof name);
    snprintf(e->text, sizeof e->text, late ? "%s still has connections, and its time is over" :
             "%s has no connections left", name);
    e->user = r->user;
    r->drained = true;
    r->dirty |= IPVS__MOVED;
    return true;
}

/* looked: everything has just been read. */
static void ipvs__drains(ipvs_io *io, bool looked)
{
    ipvs_virtual *v;
    ipvs_real    *r;
    size_t        i;

    io->draining = false;
    io->drain_at = IPVS_NEVER;
    for (v = io->virtuals; v; v = v->next)
        for (i = 0; i < v->pool->n; i++) {
            r = &v->pool->reals[i];
            if (!r->draining || r->drained)
                continue;
            if (ipvs__drained(io, r, looked)) {
                ipvs_io_touch(io, v->pool, io->now);
                continue;
            }
            io->draining = true;
            if (r->drain_at < io->drain_at)
                io->drain_at = r->drain_at;
        }
}

/* --- the sync daemon and the timeouts --- */

/* Stops the daemon of this state if it is not to run, or not with these settings. */
static int ipvs__daemon_leave(ipvs_io *io, uint8_t state, bool *fits)
{
    ipvs_daemon have, want = io->daemon;
    bool        wanted = (io->daemon_states & state) != 0;
    int         error = ipvs_daemon_get(io, state, &have);

    want.state = state;
    *fits = error ? !wanted : wanted && ipvs_diff_daemon(&have, &want) == IPVS_SAME;
    if (error || *fits)
        return error == -ESRCH ? 0 : error;
    if (!io->daemon_states && !(io->daemon_on & state))
        return 0;                       /* we want none, and this one is not ours */
    error = ipvs_daemon_stop(io, state);
    *fits = !error && !wanted;
    return error == -ESRCH ? 0 : error;
}

static int ipvs__daemon_enter(ipvs_io *io, uint8_t state)
{
    ipvs_daemon d = io->daemon;
    ipvs_event *e = NULL;
    int         error;

    d.state = state;
    error = ipvs_daemon_start(io, &d);
    if (!error)
        io->daemon_on |= state;
    if (!error && (io->daemon_settled & state) && io->family == io->greeted)
        e = ipvs__event(io, IPVS_EVENT_RESTORED, 1, NULL);
    if (e)
        snprintf(e->text, sizeof e->text, "the sync daemon (%s) was stopped or changed by somebody "
                 "else: started again", state == IPVS_SYNC_MASTER ? "master" : "backup");
    return error;
}

/* The kernel's two sync daemons: first those that go, then those that come. */
static int ipvs__daemons(ipvs_io *io)
{
    bool    fits[2] = { false, false };
    int     error = 0, i;
    uint8_t state;

    for (i = 0; i < 2 && !error; i++)
        error = ipvs__daemon_leave(io, (uint8_t)(IPVS_SYNC_MASTER << i), &fits[i]);
    for (i = 0; i < 2 && !error; i++) {
        state = (uint8_t)(IPVS_SYNC_MASTER << i);
        if (!fits[i] && (io->daemon_states & state))
            error = ipvs__daemon_enter(io, state);
    }
    if (!error)
        io->daemon_on = io->daemon_settled = io->daemon_states;
    return error;
}

/* As wanted, and what was there before when nothing is wanted any more. */
static int ipvs__timeouts(ipvs_io *io)
{
    ipvs_config c = io->config_wanted ? io->config : io->config_before;
    int         error = 0;

    if (io->config_set || !(io->config_wanted || io->config_kept))
        return 0;
    if (!io->config_kept)
        error = ipvs_config_get(io, &io->config_before);
    io->config_kept = !error;
    c.tcp = c.tcp ? c.tcp : io->config_before.tcp;
    c.tcp_fin = c.tcp_fin ? c.tcp_fin : io->config_before.tcp_fin;
    c.udp = c.udp ? c.udp : io->config_before.udp;
    if (!error)
        error = ipvs_config_set(io, &c);
    io->config_set = !error;
    io->config_kept = io->config_kept && (error || io->config_wanted);
    return error;
}

/* What is not of a service. Told once when it fails, tried again. */
static void ipvs__settings(ipvs_io *io)
{
    int error = ipvs__timeouts(io);

    if (!error && (io->daemon_states || io->daemon_on))
        error = ipvs__daemons(io);
    io->settings_at = error ? io->now + IPVS_SECOND : IPVS_NEVER;
    if (error && ipvs__vanished(io))
        return;
    if (error && error != io->settings_said)
        ipvs__complain(io, IPVS_EVENT_ERROR, error, NULL);
    io->settings_said = error;
}

/* --- a turn --- */

static void ipvs__round_begin(ipvs_io *io)
{
    ipvs_virtual *v;

    io->entries = 0;
    for (v = io->virtuals; v; v = v->next) {
        v->look = true;
        io->entries += ipvs__entries(v->pool) + 1;
    }
    io->round++;
    io->round_open = true;
    io->blind = false;
    io->round_at = io->now + ipvs__period(io);
    if (io->daemon_states)
        io->settings_at = 0;
}

/* Changes of pools become work of their services. */
static void ipvs__spread_all(ipvs_io *io)
{
    ipvs_virtual *v;
    size_t        i;

    for (v = io->virtuals; v; v = v->next)
        if (v->touched)
            v->work |= ipvs__spread(v->pool, v->marks);
    for (v = io->virtuals; v; v = v->next) {
        for (i = 0; v->touched && i < ipvs__entries(v->pool); i++)
            ipvs__entry(v->pool, i)->dirty = 0;
        v->touched = false;
    }
    io->touched = false;
}

/* What is due by its time. */
static void ipvs__due(ipvs_io *io)
{
    ipvs_virtual *v;

    if (io->touched)
        ipvs__spread_all(io);
    for (v = io->virtuals; v; v = v->next)
        if (v->retry_at <= io->now) {
            v->retry_at = IPVS_NEVER;
            v->look = true;
        }
    if (io->round_open && !io->looking && !ipvs__look_next(io)) {
        io->round_open = false;
        ipvs__say_others(io);
        if (io->draining)
            ipvs__drains(io, !io->blind);
    }
    if (!io->round_open && io->round_at <= io->now)
        ipvs__round_begin(io);
    if (io->drain_at <= io->now)
        ipvs__drains(io, false);
    if (io->touched)
        ipvs__spread_all(io);
}

static void ipvs__turn(ipvs_io *io)
{
    if (io->greeted)
        ipvs__vanished(io);
    if (!io->greeted && io->absent_at <= io->now)
        ipvs__greet(io);
    if (!io->greeted) {
        if (io->draining)
            ipvs__drains(io, false);
        return;
    }
    ipvs__due(io);
    if (io->settings_at <= io->now)
        ipvs__settings(io);
    else if (ipvs__gather_all(io))
        ipvs__carry_out(io);
    else
        ipvs__look_on(io);
    if (io->causes_at <= io->now)
        ipvs__say_causes(io);
}

/* When there is something to do; 0: now. */
static uint64_t ipvs__deadline(const ipvs_io *io)
{
    const ipvs_virtual *v;
    uint64_t            when = ipvs__sooner(ipvs__sooner(io->drain_at, io->settings_at),
                                            io->causes_at);

    if (!io->greeted)
        return ipvs__sooner(io->absent_at, io->drain_at);
    if (io->touched || io->looking || io->round_open)
        return 0;
    for (v = io->virtuals; v; v = v->next) {
        if (ipvs__can_work(io, v) || (v->look && !ipvs__is_held(io, v)))
            return 0;
        when = ipvs__sooner(when, v->retry_at);
    }
    return io->virtuals || io->daemon_states ? ipvs__sooner(when, io->round_at) : when;
}

/* The timer stands in the past while anything is left to do or to tell. Always the last step. */
static void ipvs__rearm(ipvs_io *io)
{
    struct itimerspec at;
    uint64_t          when = io->n_events ? 1 : ipvs__deadline(io);

    if (when <= io->now)
        when = 1;
    if (when == io->armed)
        return;
    io->armed = when;
    memset(&at, 0, sizeof at);
    if (when != IPVS_NEVER) {
        at.it_value.tv_sec = (time_t)(when / IPVS_SECOND);
        at.it_value.tv_nsec = (long)(when % IPVS_SECOND);
    }
    timerfd_settime(io->timer, TFD_TIMER_ABSTIME, &at, NULL);
}

/* After a call that made work: the next turn is now. */
static void ipvs__woken(ipvs_io *io, uint64_t now)
{
    io->now = now;
    ipvs__rearm(io);
}

IPVS_DEF void ipvs_io_run(ipvs_io *io, uint64_t now)
{
    io->now = now;
    if (io->n_events < IPVS__EVENTS / 2)
        ipvs__turn(io);                 /* else nobody reads what happens */
    ipvs__rearm(io);
}

IPVS_DEF bool ipvs_io_next(ipvs_io *io, ipvs_event *event)
{
    if (io->n_events == 0)
        return false;
    *event = io->events[io->event_first];
    io->event_first = (io->event_first + 1) % IPVS__EVENTS;
    io->n_events--;
    if (io->n_events == 0)
        ipvs__rearm(io);
    return true;
}

IPVS_DEF int ipvs_io_fd(const ipvs_io *io)
{
    return io->epoll;
}

IPVS_DEF void ipvs_io_period(ipvs_io *io, uint64_t period)
{
    io->period = period;
}

IPVS_DEF int ipvs_io_open(ipvs_io *io, const ipvs_io_options *options)
{
    struct epoll_event e;
    int                error;

    memset(io, 0, sizeof *io);
    io->period = options ? options->period : 0;
    io->nl.fd = -1;
    io->cursor.kept = true;
    io->pace = IPVS__PACE;
    io->armed = io->drain_at = io->settings_at = io->causes_at = IPVS_NEVER;
    io->epoll = epoll_create1(EPOLL_CLOEXEC);
    io->timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    memset(&e, 0, sizeof e);
    e.events = EPOLLIN;
    error = io->epoll < 0 || io->timer < 0 ||
            epoll_ctl(io->epoll, EPOLL_CTL_ADD, io->timer, &e) < 0 ? -errno : 0;
    if (!error)
        error = ipvs__nl_open(&io->nl, NETLINK_GENERIC, io->room);
    if (error) {
        ipvs_io_close(io);
        return ipvs__fail(io, error, "cannot open netlink or a timer: %s", strerror(-error));
    }
    ipvs__rearm(io);
    return 0;
}

IPVS_DEF void ipvs_io_close(ipvs_io *io)
{
    ipvs_cursor_end(&io->cursor);
    ipvs__close(&io->nl.fd);
    ipvs__close(&io->timer);
    ipvs__close(&io->epoll);
}

/* --- the wanted state --- */

IPVS_DEF int ipvs_io_look(ipvs_io *io, const ipvs_service *s, ipvs_pool *p)
{
    ipvs_service have = *s;
    ipvs_cursor  cursor;
    ipvs_dest    d;
    ipvs_counts  counts;
    ipvs_real   *r;
    size_t       i;
    int          more = ipvs_service_get(io, &have, NULL);

    if (more)
        return more;
    for (i = 0; i < p->n; i++)
        p->reals[i].up = false;
    p->quorum_up = true;                /* unless the sorry server serves */
    memset(&cursor, 0, sizeof cursor);
    while ((more = ipvs_dests(io, &cursor, s, &d, &counts)) > 0) {
        i = ipvs__find(p, s, &d.to);
        if (i < p->n) {
            r = &p->reals[i];
            r->up = d.weight != 0 || r->d.weight == 0 || !r->inhibit;
        } else if (i == p->n && p->sorry) {
            p->quorum_up = d.weight == 0;
        }
    }
    ipvs_pool_init(p, NULL);
    return more;
}

/* Its table is to be read before anything is sent. */
static void ipvs__renew(ipvs_io *io, ipvs_virtual *v)
{
    bool there = v->there;

    if (io->looking == v || io->stranger_of == v)
        ipvs__stop_looking(io);
    ipvs__blank(v);
    v->there = there;
    v->said = 0;
    v->retry_wait = 0;
}

/* Of thousands that share a pool each is added, and ipvs_io_touch() walks all. */
static void ipvs__changed_one(ipvs_io *io, ipvs_virtual *v, uint64_t now)
{
    v->touched = io->touched = true;
    ipvs__woken(io, now);
}

IPVS_DEF int ipvs_io_add(ipvs_io *io, ipvs_virtual *v, uint64_t now)
{
    int error = ipvs_service_check(&v->s);

    if (error || v->added) {
        error = error ? error : -EEXIST;
        return ipvs__fail(io, error, "%s", ipvs_str(error));
    }
    v->there = v->was_there = false;
    v->lost[0] = v->lost[1] = v->hold = 0;
    ipvs__renew(io, v);
    v->added = true;
    v->next = NULL;
    *(io->virtuals ? &io->last->next : &io->virtuals) = v;
    io->last = v;
    ipvs__changed_one(io, v, now);
    return 0;
}

IPVS_DEF int ipvs_io_update(ipvs_io *io, ipvs_virtual *v, const ipvs_service *s, ipvs_pool *p,
                            uint8_t *marks, uint64_t now)
{
    ipvs_service have = ipvs__service(&v->s);
    int          error = ipvs_service_check(s);

    if (!error && ipvs_diff_service(&have, s) == IPVS_OTHER)
        error = -EINVAL;                /* another address is another service */
    if (error)
        return ipvs__fail(io, error, "%s", ipvs_str(error));
    v->s = *s;
    v->pool = p;
    v->marks = marks;
    ipvs__renew(io, v);
    ipvs__changed_one(io, v, now);
    return 0;
}

IPVS_DEF void ipvs_io_touch(ipvs_io *io, ipvs_pool *p, uint64_t now)
{
    ipvs_virtual *v;

    for (v = io->virtuals; v; v = v->next)
        if (v->pool == p)
            v->touched = io->touched = true;
    ipvs__woken(io, now);
}

IPVS_DEF void ipvs_io_drain(ipvs_io *io, ipvs_pool *p, ipvs_real *r, uint64_t limit, uint64_t now)
{
    uint64_t before = ipvs__load(r);

    if (r->draining)
        return;
    r->draining = true;
    r->drained = false;
    r->drain_round = io->round + 1;
    r->drain_at = limit ? now + limit : IPVS_NEVER;
    if (r->drain_at < io->drain_at)
        io->drain_at = r->drain_at;
    io->draining = true;
    ipvs__changed(p, r, IPVS__MOVED, before);
    ipvs_io_touch(io, p, now);
}

IPVS_DEF int ipvs_io_daemon(ipvs_io *io, const ipvs_daemon *d, uint8_t states, uint64_t now)
{
    ipvs_daemon want = d ? *d : io->daemon;

    want.state = states & IPVS_SYNC_MASTER ? IPVS_SYNC_MASTER : IPVS_SYNC_BACKUP;
    if (states > 3 || (states && (!d || ipvs_daemon_check(&want))))
        return IPVS_E_DAEMON;
    io->daemon_states = states;
    io->daemon = want;
    io->daemon_settled = 0;             /* a change of our own restores nothing */
    io->settings_at = 0;
    ipvs__woken(io, now);
    return 0;
}

IPVS_DEF void ipvs_io_timeouts(ipvs_io *io, const ipvs_config *c, uint64_t now)
{
    io->config_wanted = c != NULL;
    io->config_set = false;
    if (c)
        io->config = *c;
    else if (io->greeted)
        ipvs__timeouts(io);             /* what fails here is tried again in the next turns */
    io->settings_at = 0;
    ipvs__woken(io, now);
}

/* Its events have lost their subject. */
static void ipvs__forget(ipvs_io *io, ipvs_virtual *v)
{
    ipvs_virtual **at = &io->virtuals, *before = NULL;
    uint32_t       i;

    for (; *at != v; at = &(*at)->next)
        before = *at;
    *at = v->next;
    if (io->last == v)
        io->last = before;
    v->added = false;
    if (io->looking == v || io->stranger_of == v)
        ipvs__stop_looking(io);
    for (i = 0; i < IPVS__EVENTS; i++)
        if (io->events[i].v == v)
            io->events[i].v = NULL;
}

IPVS_DEF void ipvs_io_remove(ipvs_io *io, ipvs_virtual *v, bool keep, uint64_t now)
{
    int error;

    if (!v->added)
        return;
    ipvs__forget(io, v);
    error = keep || !io->greeted ? 0 : ipvs_service_delete(io, &v->s);
    if (error && error != -ESRCH && !ipvs__vanished(io))
        ipvs__complain(io, IPVS_EVENT_ERROR, error, NULL);
    ipvs__woken(io, now);
}

/* Deletes services from here on, as many as fit. */
static ipvs_virtual *ipvs__flush_some(ipvs_io *io, ipvs_virtual *v)
{
    io->n_jobs = 0;
    for (; v && !ipvs__is_full(io); v = v->next)
        ipvs__job_add(io, v, IPVS__TAKE, SIZE_MAX, NULL);
    if (io->n_jobs)
        ipvs__carry_out(io);
    return v;
}

IPVS_DEF int ipvs_io_flush(ipvs_io *io, uint64_t now)
{
    ipvs_virtual *v = io->virtuals;
    int           error = 0, said;

    io->now = now;
    ipvs__stop_looking(io);
    if (!io->greeted && io->absent_at <= now)
        ipvs__greet(io);                /* a predecessor may have left what was added just now */
    for (; v; v = v->next) {
        v->retry_at = IPVS_NEVER;
        v->said = 0;
    }
    v = io->virtuals;
    while (v && io->greeted)
        v = ipvs__flush_some(io, v);
    while ((v = io->virtuals) != NULL) {
        said = v->retry_at == IPVS_NEVER ? 0 : v->said ? v->said : -EIO;
        error = error ? error : said;
        ipvs__forget(io, v);
    }
    io->daemon_states = 0;
    said = io->greeted && io->daemon_on ? ipvs__daemons(io) : 0;
    error = error ? error : said;
    ipvs_io_timeouts(io, NULL, now);
    said = io->greeted ? ipvs__timeouts(io) : 0;    /* nothing to do if that was done just now */
    return error ? error : said;
}

#endif /* IPVS_NO_LINUX */

#ifdef __cplusplus
}
#endif
#endif /* IPVS_IMPLEMENTATION */

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
