/* vrrp.h - v0.1.0 - VRRP v2/v3 and floating addresses for Linux - MIT-0 or public domain
   In one C file, compiled with -D_GNU_SOURCE:  #define VRRP_IMPLEMENTATION, #include "vrrp.h"

   A program that includes this file can own an IP address together with others on the same
   network: one of them holds it, and when that one dies the next takes over. It speaks VRRP as
   routers, keepalived and FRR do (RFC 9568, RFC 3768), and needs nothing but libc and the Linux
   headers.

   EXAMPLE (cc -D_GNU_SOURCE example.c; run it as root on two machines)

    #define VRRP_IMPLEMENTATION
    #include "vrrp.h"
    #include <poll.h>
    #include <stdio.h>
    static vrrp_vip vip;
    static vrrp_link links[1];
    static vrrp_setup setup;
    static vrrp_io_options options;
    static vrrp_router router;
    static vrrp_io io;
    int main(int argc, char **argv) {
        vrrp_event event;
        memcpy(vip.address.byte, "\306\063\144\012", 4);        // 198.51.100.10
        setup.desc.addresses = &vip, setup.desc.n_addresses = 1, setup.desc.vrid = 10;
        setup.interface = argc > 1 ? argv[1] : "eth0";
        options.links = links, options.n_links = 1;
        if (vrrp_io_open(&io, &options) || vrrp_io_add(&io, &router, &setup, vrrp_now()))
            return puts(io.err), 1;
        for (struct pollfd p; p.fd = vrrp_io_fd(&io), p.events = POLLIN, poll(&p, 1, -1) > 0;) {
            vrrp_io_run(&io, vrrp_now());
            while (vrrp_io_next(&io, &event))
                printf("%s %s\n", vrrp_state_str(event.to), event.text), fflush(stdout);
        }
    }

   WHAT IT DOES
   - VRRPv2 and v3, IPv4 and IPv6, both at once for a migration; multicast or unicast peers
   - text passwords and AH (v2), AH with HMAC-SHA-256, keepalived's HMAC trailer; preemption with
     delay or not at all, the address owner (255), learned intervals from 10 ms on, sync groups,
     priorities that follow what is tracked
   - virtual MAC addresses (a macvlan, made and removed) and no_accept (a table in nftables)
   - adds and removes the addresses (rtnetlink, marked with a protocol tag so that a restart finds
     what a crash left), announces them by gratuitous ARP and unsolicited Neighbor Advertisements
   - routes and rules that come and go with the addresses, and static ones that stay: marked with
     keepalived's routing protocol number, put back when somebody deletes them
   - tracks other interfaces, with weights or as FAULT, alone or for a sync group; links that flap
     count after a delay
   - says once what differs on another node: address list, interval, version, authentication, VRID
   - recovers by itself: interface gone and back, address deleted by somebody else, netlink overrun
   - thousands of virtual routers in one process, on one descriptor

   WHAT IT DOES NOT
   - print, exit, allocate memory, start threads, read configuration, own signals
   - run scripts or checks: vrrp_tracked(), vrrp_set_priority(), vrrp_block() take their verdicts
   - compute an HMAC: desc.hmac is yours, or mbedTLS's (VRRP_MBEDTLS)

   HOW IT WORKS
   Two halves. The core (>>bytes to >>core) is a function of (packet | timer | event, now) that
   queues a few actions; no system call, no clock. The shell (>>netlink to >>shell) feeds it from
   sockets and carries the actions out. VRRP_NO_LINUX leaves the core alone, for other systems,
   simulators and tools:

       vrrp_receive(), vrrp_tick(), ...  ->  while (vrrp_next(&v, &action)) do it
                                         ->  sleep until vrrp_deadline(&v), or a packet

            vrrp_start                     Master_Down_Timer (6.4.2)
     INIT ------------> BACKUP ------------------------------------> MASTER
      ^  priority 255: straight to MASTER   <-----------------------   |
      |                   |                  a better advert (6.4.3)   |
      +---- vrrp_stop ----+------ vrrp_stop: release, priority 0 ------+
                  vrrp_block: FAULT and back, from every state

   Names are those that scripts and people know; RFC 9568 says Active for MASTER and Initialize for
   INIT. A new MASTER sends its advert, waits `settle`, claims the addresses, announces them; a
   leaving one releases first and then sends priority 0.

   The defaults are what operators want. The bare RFC is announce_repeat = 1, announce_delay and
   announce_again = VRRP_NEVER, lower_quiet, settle = 0 (its default). Unicast instances accept
   adverts from any sender, as keepalived does, unless check_peers says otherwise.

   AUTHENTICATION
   PASS goes in clear. AH puts an HMAC in front of the advert (RFC 4302), the trailer one behind it;
   either takes desc.hmac, desc.keys and, to know what was heard before, desc.senders.
   - VRRP_AUTH_AH is keepalived's auth_type AH: one count of numbers for a whole virtual router,
     which a node that takes over goes on from; it cannot tell its senders apart. desc.ah =
     VRRP_AH_RFC is RFC 2402, with a window for each sender. AH_SHA256 is for v2 and v3, IPv4 and
     IPv6; the IPsec of a Linux kernel understands it.
   - A sender that starts again must not begin at 1, or it is not heard until it is past what it
     said before: set desc.ah_sequence so that it grows faster than adverts are sent, such as the
     time of day times twice the adverts a second. With ah_esn the nodes' own numbers must lie
     within 2^31 of each other. keepalived's form does without: it goes on from what it hears.
   - The trailer (any version and family) holds the time of day, from vrrp_wall(): clocks may differ
     by trailer->window; a clock that stands still or goes back does not stop a sender.

   RULES
   memory      all of it is the caller's; objects must not move while they are added
   threads     none; one object is used by one thread at a time
   time        uint64_t, nanoseconds, monotonic, always the last parameter; VRRP_NEVER = never
   errors      0, VRRP_E_* or -errno; vrrp_str() words them, io->err has a sentence
   privileges  CAP_NET_ADMIN (addresses) and CAP_NET_RAW (sockets)
   order       after waking up, drain the sockets, then let the timers fire (vrrp_io_run does)
   asserts     a clock that runs backwards and actions that nobody drains are traps
   kernel      Linux 4.18 or newer; address tags need 5.18; before 5.12 the table of no_accept stays
               behind a killed process until the next one starts

   COMPILE-TIME OPTIONS
   VRRP_STATIC      everything static          VRRP_NO_LINUX    the core only
   VRRP_ASSERT(c)   for mistakes of the caller (default: trap)
   VRRP_MBEDTLS     vrrp_mbedtls_*: an HMAC for authentication (link with -lmbedcrypto)

   RFC MAP
   RFC 9568 5.2 vrrp_packet, vrrp_decode   6.1 vrrp_skew, vrrp_down_interval   6.4.1 vrrp__begin
   6.4.2 vrrp__backup_hears, vrrp__down    6.4.3 vrrp__master_hears            7.1 vrrp__judge
   7.3 vrrp__put_vmac, vrrp__frame_head    8.1.2 vrrp_arp    8.2.2 vrrp_na     8.3.1 >>nft
   8.4 dual   RFC 3768 version 2   RFC 2338, 4302 >>auth   RFC 8347 vrrp_stats

   CHANGES
   0.1.0 (2026-11) first version

   Licence: at the end of this file. */

#ifndef VRRP_H
#define VRRP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef VRRP_MBEDTLS
#include <mbedtls/md.h>
#endif

#define VRRP_VERSION "0.1.0"

#ifdef VRRP_STATIC
#define VRRP_DEF static __attribute__((unused))
#else
#define VRRP_DEF extern
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define VRRP_NEVER UINT64_MAX           /* a deadline not armed; a time option that is off */
#define VRRP_SECOND ((uint64_t)1000000000)
#define VRRP_MAX_PACKET 4256            /* IPv6 header, 255 addresses and room for AH */
#define VRRP_QUEUE 20                   /* actions one call can cause, with room to spare */

/* Wire constants (RFC 9568 5.1, 7.3). */
enum { VRRP_PROTOCOL = 112, VRRP__AH = 51, VRRP_TTL = 255, VRRP_OWNER = 255 };
enum { VRRP_IPV4 = 4, VRRP_IPV6 = 6 };

/* Authentication. PASS and AH are VRRPv2's over IPv4 (RFC 2338 5.3.6; AH is HMAC-MD5-96); AH_SHA256
   is HMAC-SHA-256-128 (RFC 4868) for both versions and families. AH needs desc.hmac and one key. */
enum { VRRP_AUTH_NONE = 0, VRRP_AUTH_PASS = 1, VRRP_AUTH_AH = 2, VRRP_AUTH_AH_SHA256 = 3 };

/* Two ways to compute VRRP_AUTH_AH, see desc.ah. */
enum { VRRP_AH_KEEPALIVED = 0, VRRP_AH_RFC = 1 };

/* Adverts without a trailer: are dropped; count too; count too, and ours have none either. Those
   with a wrong one are always dropped. Nodes that run change over in this order, last one first. */
enum { VRRP_HMAC_ENFORCE = 0, VRRP_HMAC_PERMISSIVE, VRRP_HMAC_RECEIVE_ONLY };

/* The two checksums of VRRPv3 over IPv4. Sent: PSEUDO unless told otherwise. Received: ANY. */
enum { VRRP_CHECKSUM_ANY = 0, VRRP_CHECKSUM_PSEUDO = 1, VRRP_CHECKSUM_MESSAGE = 2 };

/* What an advert with another address list means: counted only (RFC 9568 7.1); VRRPv2's rule (RFC
   3768 7.1: dropped unless the sender is the owner); dropped when not one address is shared; not
   looked at. */
enum { VRRP_LIST_COUNT = 0, VRRP_LIST_STRICT, VRRP_LIST_OVERLAP, VRRP_LIST_IGNORE };

/* States. RFC 9568 calls MASTER "Active" and INIT "Initialize"; FAULT is INIT with a reason. */
enum { VRRP_INIT = 0, VRRP_BACKUP = 1, VRRP_MASTER = 2, VRRP_FAULT = 3 };

/* Reasons for FAULT, a set: in FAULT while any is on. GROUP is set by the sync group. */
enum {
    VRRP_FAULT_LINK = 1, VRRP_FAULT_ADDRESS = 2, VRRP_FAULT_TRACK = 4, VRRP_FAULT_CLAIM = 8,
    VRRP_FAULT_GUARD = 16, VRRP_FAULT_ARBITER = 32, VRRP_FAULT_ADMIN = 64, VRRP_FAULT_GROUP = 128
};

/* Why a state was entered; the why of NOTIFY. */
enum {
    VRRP_WHY_NONE = 0,
    VRRP_WHY_START,                     /* Startup event */
    VRRP_WHY_STOP,                      /* Shutdown event */
    VRRP_WHY_TIMEOUT,                   /* Master_Down_Timer: the master fell silent */
    VRRP_WHY_PRIORITY,                  /* an advert that wins over ours */
    VRRP_WHY_PREEMPT,                   /* ours wins over the master that was heard */
    VRRP_WHY_RELEASED,                  /* the master gave up with priority 0 */
    VRRP_WHY_PEER_DEAD,                 /* the master's process is known to be gone */
    VRRP_WHY_OWNER,                     /* priority 255 */
    VRRP_WHY_FAULT,                     /* a reason for FAULT appeared */
    VRRP_WHY_RECOVERED,                 /* the last reason for FAULT went away */
    VRRP_WHY_CLAIM,                     /* the addresses could not be put in place */
    VRRP_WHY_LEASE,                     /* our own lease ran out while we were stalled */
    VRRP_WHY_YIELD,                     /* handed over by hand */
    VRRP_WHY_GROUP,                     /* the sync group moved */
    VRRP_WHY_CONFLICT,                  /* somebody else answers for an address */
    VRRP_WHY_STOLEN,                    /* an address is deleted again and again */
    VRRP_WHY_STALLED,                   /* silent for so long that another may be MASTER */
    VRRP_WHY_SPENT                      /* AH has no sequence number left: the key must change */
};

/* Errors: why an advert was dropped, each with one counter, then why a desc was refused. */
enum {
    VRRP_E_LENGTH = -1000, VRRP_E_TTL = -1001, VRRP_E_VERSION = -1002, VRRP_E_TYPE = -1003,
    VRRP_E_CHECKSUM = -1004, VRRP_E_VRID = -1005, VRRP_E_AUTH_TYPE = -1006,
    VRRP_E_AUTH_MISMATCH = -1007, VRRP_E_AUTH = -1008, VRRP_E_LIST = -1009,
    VRRP_E_INTERVAL = -1010, VRRP_E_OWNER = -1011,
    VRRP_E_OWN = -1012,                 /* our own advert, looped back */
    VRRP_E_STATE = -1013,               /* not listening: INIT, FAULT or starting up */
    VRRP_E_DESTINATION = -1014,         /* multicast at a unicast instance or the reverse */
    VRRP_E_SHADOW = -1015,              /* v2 advert of a router that also sends v3 */
    VRRP_E_PEER = -1016,                /* the sender is no peer, see check_peers */
    VRRP_E_AUTH_MISSING = -1017,        /* no trailer */
    VRRP_E_AUTH_MALFORMED = -1018,      /* a trailer of another kind */
    VRRP_E_AUTH_KEY = -1019,            /* its key is not one of ours */
    VRRP_E_AUTH_HMAC = -1020,           /* it was made with another key, or changed on the way */
    VRRP_E_AUTH_STALE = -1021,          /* its time is not ours */
    VRRP_E_AUTH_REPLAY = -1022,         /* heard before (trailer, AH) */

    VRRP_E_DESC_VRID = -1050, VRRP_E_DESC_PRIORITY = -1051, VRRP_E_DESC_INTERVAL = -1052,
    VRRP_E_DESC_VERSION = -1053, VRRP_E_DESC_FAMILY = -1054, VRRP_E_DESC_ADDRESSES = -1055,
    VRRP_E_DESC_MIXED = -1056, VRRP_E_DESC_LINK_LOCAL = -1057, VRRP_E_DESC_AUTH = -1058,
    VRRP_E_DESC_PASS = -1059, VRRP_E_DESC_CHANGED = -1060, VRRP_E_DESC_RANGE = -1061
};

typedef struct vrrp_ip {
    uint8_t byte[16];                   /* network order; IPv4 in the first 4, the rest 0 */
} vrrp_ip;

/* A floating address and how it is put on an interface. The core reads address, family and
   excluded; the rest is the shell's. */
typedef struct vrrp_vip {
    vrrp_ip  address;
    uint8_t  family;                    /* default: the instance's (the shell fills it in) */
    uint8_t  prefix;                    /* default 32 or 128 (likewise) */
    uint8_t  scope;                     /* RT_SCOPE_*; default global */
    bool     excluded;                  /* held but not advertised; may be of the other family */
    bool     dad;                       /* IPv6: let the kernel look for duplicates first */
    bool     home, mngtmpaddr, noprefixroute, autojoin;     /* IFA_F_* of the same name */
    bool     broadcast_auto;            /* the subnet's all-ones address ("brd +") */
    bool     preferred_given;           /* else forever; IPv6: 0, not a source of our traffic */
    uint32_t preferred_lft;             /* seconds, UINT32_MAX = forever */
    vrrp_ip  broadcast, peer;           /* all zero: none */
    char     device[16];                /* default: the instance's interface */
    char     label[16];
    bool     no_track;                  /* its device need not be there, nor be up */
    bool     use_vmac;                  /* on a macvlan of that interface, see setup.use_vmac */
    uint8_t  held;                      /* written by the shell: VRRP_HELD_* */
} vrrp_vip;

enum {
    VRRP_HELD_OURS = 1,                 /* added by us, on the interface now */
    VRRP_HELD_ADOPTED = 2               /* was there before us: never touched */
};

/* A key of AH or of the HMAC trailer, the caller's. bytes need not be set for a desc.hmac that has
   the key in its context. */
enum { VRRP_MD5 = 1, VRRP_SHA256 = 2 };
typedef struct vrrp_key {
    void   *context;                    /* for desc.hmac: prepared once, packets allocate nothing */
    uint8_t id;                         /* trailer: 1..255 */
    uint8_t algorithm;                  /* VRRP_MD5 or VRRP_SHA256 */
    uint8_t size;
    uint8_t bytes[64];
} vrrp_key;

/* out: all 16 or 32 bytes of the HMAC over input. A pure function. */
typedef void vrrp_hmac(const vrrp_key *key, const uint8_t *input, size_t size, uint8_t out[32]);

/* What was heard of one sender whose adverts are authenticated: the replay window. The caller's
   array, zeroed; when it is full the one not heard for longest is forgotten. */
typedef struct vrrp_sender {
    vrrp_ip  from;
    uint32_t spi;
    bool     used;
    uint64_t top, seen;                 /* highest number; AH: a bit for each in the window */
    uint64_t heard;                     /* when */
} vrrp_sender;

/* keepalived 2.4's auth_hmac: a trailer with a time and an HMAC behind the advert. */
typedef struct vrrp_trailer {
    uint64_t window;                    /* ns, in whole seconds, that clocks may differ (default 3
                                           intervals, least 5 s) */
    uint8_t  active;                    /* id of the key that signs; others are accepted too */
    uint8_t  mode;                      /* VRRP_HMAC_* */
    bool     monotonic;                 /* the time must only grow; it is not compared with ours */
} vrrp_trailer;

/* Accepted TTLs of one unicast peer. max 0 is 255. */
typedef struct vrrp_ttl {
    uint8_t min, max;
} vrrp_ttl;

/* Something outside that has a say in who is MASTER: an interface, a health check. The caller's
   array; after a change of up call vrrp_tracked(). Those with an interface the shell sets. */
typedef struct vrrp_track {
    const char *name;                   /* for messages */
    char        interface[16];          /* the shell sets up by this one; empty: the program does */
    int16_t     weight;                 /* > 0: added while up; < 0: while down; 0: down is FAULT */
    bool        reverse;                /* the weight is subtracted instead; 0: up is FAULT */
    bool        up;
} vrrp_track;

/* Spaces out the announcements of several instances on one network: each frame has a moment of its
   own. The caller's, shared by them; all of them live by one clock. */
typedef struct vrrp_pace {
    uint64_t arp_gap, na_gap;           /* ns between two such moments (default 0) */
    uint64_t arp_next, na_next;         /* private: the next free moments */
} vrrp_pace;

/* Settings of one virtual router. Zero means the default given behind the field. Arrays stay the
   caller's and must live as long as the instance (or until vrrp_update() names others). */
typedef struct vrrp_desc {
    const char    *name;                /* for views and messages; not copied */
    vrrp_vip      *addresses;           /* at most 255 that are not excluded; none is allowed */
    const vrrp_ip *peers;               /* unicast peers; none = multicast */
    const vrrp_ttl *peer_ttl;           /* one for each peer; NULL: min_ttl for all */
    vrrp_track    *tracks;
    vrrp_pace     *pace;                /* NULL: announce_gap, for this instance alone */
    vrrp_hmac     *hmac;                /* for AH and the trailer */
    const vrrp_key *keys;               /* AH: the first; trailer: those that are accepted */
    vrrp_sender   *senders;             /* for AH and the trailer: at least one for each node */
    const vrrp_trailer *trailer;        /* NULL: none */
    uint16_t       n_addresses, n_peers, n_tracks, n_senders, n_keys;
    uint8_t        version;             /* 2 or 3 (default 3) */
    uint8_t        family;              /* VRRP_IPV4 (default) or VRRP_IPV6 */
    uint8_t        vrid;                /* 1..255, no default */
    uint8_t        priority;            /* 1..254 (default 100); 255 = address owner */
    uint8_t        auth;                /* VRRP_AUTH_* */
    uint8_t        ah;                  /* VRRP_AUTH_AH: VRRP_AH_* (default keepalived's form) */
    uint32_t       ah_spi;              /* RFC form, SHA256: 256.. (default 256 + vrid) */
    uint8_t        ah_window;           /* RFC form, SHA256: late numbers accepted, 32 or 64
                                           (default 64) */
    uint8_t        auth_pass[8];        /* zero-filled (RFC 2338 5.3.10) */
    uint8_t        checksum_send;       /* VRRP_CHECKSUM_*, v3 over IPv4 (default PSEUDO) */
    uint8_t        checksum_accept;     /* VRRP_CHECKSUM_*, v3 over IPv4 (default ANY) */
    uint8_t        list_check;          /* VRRP_LIST_* (default COUNT) */
    uint8_t        down_adverts;        /* adverts missed before takeover, 1..100 (default 3) */
    uint8_t        leave_adverts;       /* priority 0 adverts sent on leaving, 1..3 (default 1) */
    uint8_t        ask;                 /* VRRP_ASK_*, a set: asked before CLAIM (default none) */
    uint8_t        min_ttl;             /* unicast only: lowest TTL accepted (default 0) */
    uint8_t        ttl;                 /* unicast only: TTL sent (default 255) */
    uint8_t        expired_priority;    /* with no_preempt: the highest priority of the others. A
                                           MASTER that could not send for as long as that one waits
                                           steps down: 1..254 (default: no such check) */
    vrrp_ip        group_address;       /* multicast destination (default 224.0.0.18, ff02::12) */
    bool           list_once;           /* list_check leaves out the sender of the last advert */
    bool           dual;                /* v2 and v3 together, for a migration (RFC 9568 8.4) */
    bool           no_preempt;          /* keep a master of lower priority */
    bool           tie_spread;          /* equal priorities: spread by address, below one step */
    bool           owner_drops;         /* owner drops v3 adverts (before EID 8298) */
    bool           global_first;        /* IPv6: lists need not begin with a link-local */
    bool           no_answer;           /* no immediate answer to losing adverts (v3) */
    bool           answer_v2;           /* v2 too answers losing adverts, as keepalived does */
    bool           ah_no_replay;        /* AH, not keepalived's: sequence numbers do not count */
    bool           ah_esn;              /* AH, not keepalived's: 64-bit sequence numbers */
    bool           check_peers;         /* unicast: adverts of others than peers are dropped */
    bool           higher_answer;       /* one last advert when a higher priority is heard; only
                                           where all nodes have the same interval */
    bool           ask_refuse;          /* no or bad answer to ASK: do not claim (default: claim) */
    uint64_t       interval;            /* advert interval, ns (default 1 s) */
    uint64_t       ah_sequence;         /* numbers start behind it (default 0), AUTHENTICATION */
    uint64_t       preempt_delay;       /* ns a lower master is left alone (default 0) */
    uint64_t       startup_delay;       /* ns deaf and silent after start (default 0) */
    uint64_t       settle;              /* ns between first advert and CLAIM (default 0) */
    uint64_t       refresh;             /* ns between REFRESH while MASTER (default: none) */
    uint64_t       address_grace;       /* ns without a source address before FAULT (default 0) */
    uint64_t       ask_timeout;         /* ns for an answer to ASK (default 20 ms) */
    uint64_t       announce_delay;      /* ns to the second round (default 5 s, VRRP_NEVER: none) */
    uint64_t       announce_again;      /* ns to one more after taking or a conflict (1.1 s) */
    uint64_t       announce_refresh;    /* ns between periodic rounds (default: none) */
    uint64_t       announce_gap;        /* ns between two frames of a round (default 0) */
    uint64_t       announce_extra;      /* ns between rounds of addresses whose device is another
                                           interface with a virtual MAC (default: none) */
    uint64_t       lower_delay;         /* ns to the second round after a losing advert (default
                                           announce_delay) */
    bool           announce_extra_all;  /* announce_extra: any other interface */
    bool           lower_quiet;         /* no rounds after losing adverts */
    uint8_t        lower_repeat;        /* frames an address in those (default announce_repeat) */
    uint8_t        announce_repeat;     /* frames an address in a round (default 5) */
    uint8_t        announce_refresh_repeat;     /* in a periodic round (default 1) */
} vrrp_desc;

/* One received packet: what the socket told about it. message is what follows the IP header. */
typedef struct vrrp_rx {
    const uint8_t *message;
    size_t         size;                /* by the IP header's length, not the frame's */
    const uint8_t *header;              /* the IP header as received, or NULL */
    vrrp_ip        from, to;
    uint8_t        family;              /* VRRP_IPV4 or VRRP_IPV6 */
    uint8_t        protocol;            /* 0 or VRRP_PROTOCOL; anything else is dropped */
    uint8_t        ttl;                 /* or hop limit */
    uint8_t        link;                /* 0 the primary interface, 1.. heartbeat links */
} vrrp_rx;

/* A decoded advertisement. */
typedef struct vrrp_advert {
    uint64_t       interval;            /* ns */
    const uint8_t *addresses;           /* count * 4 or 16 bytes, in the packet */
    const uint8_t *auth_data;           /* 8 bytes (v2), else NULL */
    uint8_t        version, vrid, priority, count;
    uint8_t        auth;                /* v2: Auth Type as received */
    uint8_t        checksum;            /* v3 IPv4: VRRP_CHECKSUM_PSEUDO or _MESSAGE */
} vrrp_advert;

enum {
    VRRP_SEND = 1,      /* send an advert: version, priority; bytes by vrrp_packet() */
    VRRP_CLAIM,         /* put the addresses in place, then vrrp_claimed() */
    VRRP_RELEASE,       /* take the addresses away */
    VRRP_ANNOUNCE,      /* gratuitous ARP / NA: addresses first..first+n-1, repeat times each;
                           extra: only those with another device, see announce_extra */
    VRRP_REFRESH,       /* renew the lease of the addresses, then vrrp_claimed() */
    VRRP_ASK,           /* find out (ask, until deadline), then vrrp_answer() */
    VRRP_NOTIFY         /* from, to, why: the state changed (or why alone is news) */
};

/* Questions. PROBE: does nobody hold the addresses? PROBE_DEAD: the same, asked only after
   vrrp_peer_dead(). FENCE: did the hook succeed? */
enum { VRRP_ASK_PROBE = 1, VRRP_ASK_PROBE_DEAD = 2, VRRP_ASK_FENCE = 4 };

/* Why an address vanished, for vrrp_lost(). */
enum { VRRP_LOST_LEASE = 1, VRRP_LOST_DELETED = 2, VRRP_LOST_ROUTE = 3 };

struct vrrp;
struct vrrp_group;

typedef struct vrrp_action {
    struct vrrp       *v;               /* whose; with a sync group not only the one you called */
    struct vrrp_group *group;           /* NOTIFY: set when it is the group's */
    uint64_t           deadline;        /* ASK: when the question is answered by policy */
    uint16_t           first, n;        /* ANNOUNCE: addresses */
    uint8_t            kind;            /* VRRP_SEND ... */
    uint8_t            version, priority;       /* SEND */
    uint8_t            repeat;          /* ANNOUNCE: frames an address */
    bool               extra;           /* ANNOUNCE: not those on the interface of the adverts */
    uint8_t            ask;             /* ASK: VRRP_ASK_PROBE or VRRP_ASK_FENCE */
    uint8_t            from, to, why;   /* NOTIFY */
} vrrp_action;

/* Counters, named as in RFC 8347 (local additions below the line). */
typedef struct vrrp_stats {
    uint64_t checksum_errors, version_errors, vrid_errors, ip_ttl_errors;
    uint64_t advertisement_rcvd, advertisement_sent, interval_errors;
    uint64_t priority_zero_pkts_rcvd, priority_zero_pkts_sent;
    uint64_t invalid_type_pkts_rcvd, address_list_errors, packet_length_errors;
    uint64_t invalid_auth_type, auth_type_mismatch, auth_failures;
    uint64_t auth_missing, auth_malformed, auth_unknown_key, auth_invalid_hmac, auth_stale;
    uint64_t auth_replay;
    uint64_t owner_conflict, checksum_alt_form;
    uint64_t own_adverts, ignored_adverts, destination_errors, shadowed_adverts, unknown_peers;
    uint64_t conflicts, claim_failures, lost_addresses;
    uint32_t master_transitions, release_master;
} vrrp_stats;

/* Private: one queued action, packed: SEND version, priority; ANNOUNCE first, n, repeat, extra; ASK
   question; NOTIFY from, to, why. */
typedef struct vrrp__slot {
    uint8_t  kind, a, b, c;
    uint16_t first, n;
} vrrp__slot;

/* Private: the timers of an instance, in the order they fire when due together. */
enum {
    VRRP__T_START, VRRP__T_GRACE, VRRP__T_DOWN, VRRP__T_ASK, VRRP__T_SETTLE, VRRP__T_ADVERT,
    VRRP__T_RETRY, VRRP__T_REFRESH, VRRP__T_SECOND, VRRP__T_LOWER, VRRP__T_AGAIN, VRRP__T_PERIODIC,
    VRRP__T_EXTRA, VRRP__T_FRAME, VRRP__TIMERS
};

/* One virtual router. Private but for d (read only): use vrrp_look(). */
typedef struct vrrp {
    vrrp_desc          d;               /* settings, defaults filled in */
    uint64_t           timer[VRRP__TIMERS];
    uint64_t           since, last_now; /* of the state; of the newest call */
    uint64_t           down_from;       /* T_DOWN counts from here */
    uint64_t           master_interval; /* Master_Adver_Interval, learned in v3 */
    uint64_t           preempt_at;      /* a lower master is left alone until then */
    uint64_t           yield_until;     /* nobody is preempted until then */
    uint64_t           answered_at;     /* the last immediate answer to a losing advert */
    uint64_t           lower_at;        /* the last round because of a losing advert */
    uint64_t           conflict_at;     /* the last NOTIFY about a conflict */
    uint64_t           v3_heard;        /* dual: when v3_master sent v3 */
    uint64_t           lost_window;     /* deletions are counted from here */
    uint64_t           renewed_at;      /* the last REFRESH */
    uint64_t           heard_at;        /* dead: when T_DOWN was last armed in full */
    uint64_t           ask_limit;       /* dead: a refused PROBE is repeated until then */
    uint64_t           sequence;        /* last one sent */
    uint64_t           heard;           /* keepalived's AH: the highest one accepted */
    uint64_t           wall, wall_at;   /* time of day, and when it was told */
    vrrp_ip            primary, master, v3_master;
    struct vrrp_group *group;
    struct vrrp       *group_next;
    vrrp_stats         stats;
    vrrp__slot         queue[VRRP_QUEUE];
    vrrp_pace          pace;            /* announce_gap as a pace of its own */
    uint32_t           frame, frames;   /* progress of what is announced by pace */
    uint32_t           mtu;             /* 0: not told */
    uint16_t           ip_id;
    uint8_t            head, queued;    /* of the queue */
    uint8_t            state, notified, why, new_master_reason, faults;
    uint8_t            base;            /* priority as set; weights are added to it */
    uint8_t            priority;        /* effective */
    uint8_t            master_priority;
    uint8_t            cause;           /* why the claim that is being prepared */
    uint8_t            asking, asked;   /* the open question; those still to be put */
    uint8_t            lost_count, retries;
    bool               started;
    bool               claiming, claimed;       /* CLAIM is unanswered; the addresses are there */
    bool               released;        /* T_DOWN waits Skew_Time only */
    bool               dead;            /* released by vrrp_peer_dead() */
    bool               outranks;        /* a master of lower priority was heard */
    bool               ready;           /* would be MASTER but for the sync group */
    bool               waited;          /* T_DOWN was already given a second chance */
    bool               track_down, track_block; /* VRRP_FAULT_TRACK: by tracks, by hand */
    bool               frame_extra;     /* what is announced by pace are extra rounds */
} vrrp;

/* All for one: the members of a sync group are MASTER together or not at all. */
typedef struct vrrp_group {
    const char *name;
    vrrp_track *tracks;                 /* count for every member; set before vrrp_start() */
    uint16_t    n_tracks;
    bool        weights;                /* weights count; else in a group each is taken as 0 */
    vrrp       *members;                /* private from here */
    uint8_t     state, notified, why;
    bool        busy;
} vrrp_group;

/* A picture of an instance for status pages. Times are ns; VRRP_NEVER = not running. */
typedef struct vrrp_view {
    const char *name;
    uint64_t    since, deadline, skew_time, master_down_interval, master_interval;
    uint64_t    master_down_timer, adver_timer;         /* when they fire */
    vrrp_ip     primary, master;        /* ours; of the last accepted advert */
    vrrp_stats  stats;
    uint8_t     state, faults, why, new_master_reason, master_priority;
    uint8_t     priority, base_priority;                /* with and without the weights */
    uint8_t     vrid, version, family;
    bool        holding;                /* the addresses are in place */
} vrrp_view;

/* new_master_reason (RFC 6527, RFC 8347). */
enum { VRRP_NOT_MASTER = 0, VRRP_BY_PRIORITY = 1, VRRP_BY_PREEMPTED = 2, VRRP_BY_NO_RESPONSE = 3 };

VRRP_DEF int vrrp_init(vrrp *v, const vrrp_desc *desc);
/* Checks the settings, fills in the defaults, state INIT. Returns 0 or VRRP_E_DESC_*. */

VRRP_DEF int vrrp_update(vrrp *v, const vrrp_desc *desc, uint64_t now);
/* New settings without leaving the state. vrid and family must stay (VRRP_E_DESC_CHANGED). A
   MASTER sends its new list, claims and announces again; the caller releases what went away. */

VRRP_DEF void vrrp_primary(vrrp *v, const vrrp_ip *address);
/* Our source address: of the interface, or its link-local. Tie-breaks and checksums use it. To be
   set before start; without one, block VRRP_FAULT_ADDRESS. */

VRRP_DEF void vrrp_start(vrrp *v, uint64_t now);
VRRP_DEF void vrrp_stop(vrrp *v, uint64_t now);
/* Startup and Shutdown (RFC 9568 6.4). A stopped MASTER releases, then sends priority 0. */

VRRP_DEF uint64_t vrrp_deadline(const vrrp *v);
VRRP_DEF void vrrp_tick(vrrp *v, uint64_t now);
/* When to call vrrp_tick() at the latest; VRRP_NEVER if nothing is waited for. Drain the sockets
   before: a packet that waits must count before a timer that is due. A Master_Down timer that is
   served late by half an interval waits once more: silence counts only while we listened. */

VRRP_DEF void vrrp_deaf(vrrp *v, uint64_t now);
/* Adverts may have been lost before now (socket overflow, drain stopped at its bound): the
   Master_Down timer starts again from now. */

VRRP_DEF int vrrp_receive(vrrp *v, const vrrp_rx *rx, uint64_t now);
/* One packet. Returns 0 (accepted), or why it was dropped: exactly one counter moved. */

VRRP_DEF void vrrp_set_priority(vrrp *v, uint8_t priority, uint64_t now);
/* Priority 1..254, to which the weights are added. That of an owner (255) stays. */

VRRP_DEF void vrrp_tracked(vrrp *v, uint64_t now);
/* Some vrrp_track.up of its own changed, or of its group (then any member will do). The effective
   priority is what was set plus the weights, 1..254. An owner keeps 255: its weights are taken as
   0, as they are in a sync group without group.weights. */

VRRP_DEF void vrrp_mtu(vrrp *v, uint32_t mtu);
/* How large an IP packet may be: addresses that do not fit are held, but not advertised. */

VRRP_DEF void vrrp_wall(vrrp *v, uint64_t unix_time, uint64_t now);
/* The time of day, ns since 1970, for the trailer. To be told before receive and packet. */

VRRP_DEF void vrrp_block(vrrp *v, uint8_t reason, bool on, uint64_t now);
/* Sets or clears one VRRP_FAULT_* reason. */

VRRP_DEF void vrrp_claimed(vrrp *v, bool ok, uint64_t now);
/* The answer to CLAIM and REFRESH. A failure leads to FAULT and a later try. */

VRRP_DEF void vrrp_lost(vrrp *v, uint8_t why, uint64_t now);
/* An address vanished: VRRP_LOST_LEASE steps down, VRRP_LOST_DELETED claims again. With
   VRRP_LOST_ROUTE what belongs to the addresses may have: REFRESH, at most once a second. */

VRRP_DEF void vrrp_answer(vrrp *v, uint8_t ask, bool ok, uint64_t now);
/* The answer to ASK: PROBE ok = silence, FENCE ok = done. */

VRRP_DEF void vrrp_peer_dead(vrrp *v, const vrrp_ip *address, uint64_t now);
/* That process is gone. If it sent the last advert we accepted: as priority 0. */

VRRP_DEF void vrrp_conflict(vrrp *v, const vrrp_ip *who, uint64_t now);
/* Somebody else answers for an address that we hold. */

VRRP_DEF void vrrp_yield(vrrp *v, uint64_t until, uint64_t now);
/* Hands over: a MASTER steps down; until then it preempts nobody. */

VRRP_DEF bool vrrp_next(vrrp *v, vrrp_action *action);
/* Pops what is to be done, oldest first; false when nothing is left. Drain after every call above:
   in a sync group this pops for all members, see action->v. */

VRRP_DEF int vrrp_packet(vrrp *v, const vrrp_action *send, const vrrp_ip *to, uint8_t *buffer,
                         size_t size);
/* Encodes a SEND as a whole IP packet, checksums included. to: the peer, or NULL for the group.
   Returns its length; VRRP_E_LENGTH when size is too small (VRRP_MAX_PACKET always fits),
   VRRP_E_AUTH_REPLAY when AH has no sequence number left. */

VRRP_DEF void vrrp_look(const vrrp *v, vrrp_view *view);
/* Fills in the picture. */

VRRP_DEF uint64_t vrrp_skew(const vrrp *v);
VRRP_DEF uint64_t vrrp_down_interval(const vrrp *v);
/* Skew_Time and Master_Down_Interval in ns as of now (RFC 9568 6.1, RFC 3768 6.1). */

VRRP_DEF void vrrp_group_init(vrrp_group *g, const char *name);
VRRP_DEF void vrrp_group_add(vrrp_group *g, vrrp *v);
VRRP_DEF void vrrp_group_remove(vrrp *v);
/* Members are chained by fields of their own; add before vrrp_start(), remove after vrrp_stop(). */

VRRP_DEF int vrrp_decode(const vrrp_rx *rx, vrrp_advert *out);
/* Pure parse of RFC 9568 7.1 and RFC 3768 7.1 up to the checksum, any VRID. 0 or VRRP_E_*. */

VRRP_DEF int vrrp_rx_ip(vrrp_rx *rx, const uint8_t *packet, size_t size);
/* Fills rx from a whole IPv4 or IPv6 packet. 0, or VRRP_E_LENGTH if it is not one. */

enum { VRRP_ARP_REQUEST = 0, VRRP_ARP_REQUEST_VMAC = 1, VRRP_ARP_REPLY = 2, VRRP_ARP_ANNOUNCE = 3 };
VRRP_DEF size_t vrrp_arp(uint8_t frame[42], const uint8_t mac[6], const vrrp_ip *address,
                         int form);
/* A gratuitous ARP with its Ethernet header: 42 bytes. Forms differ in opcode and target hardware
   address: request with ff:ff:ff:ff:ff:ff (as keepalived and FRR send it) or with mac (RFC 9568
   EID 7949), reply, RFC 5227 announcement. */

VRRP_DEF size_t vrrp_na(uint8_t frame[86], const uint8_t mac[6], const vrrp_ip *address);
/* An unsolicited Neighbor Advertisement (R=1 S=0 O=1, RFC 9568 6.4.2) in IPv6 and Ethernet. */

VRRP_DEF void vrrp_virtual_mac(uint8_t mac[6], uint8_t family, uint8_t vrid);
VRRP_DEF void vrrp_group_address(vrrp_ip *out, uint8_t family);
/* 00-00-5E-00-0{1,2}-VRID; 224.0.0.18 or ff02::12. */

#ifdef VRRP_MBEDTLS
VRRP_DEF int vrrp_mbedtls_key(vrrp_key *key, mbedtls_md_context_t *context);
VRRP_DEF void vrrp_mbedtls_hmac(const vrrp_key *key, const uint8_t *input, size_t size,
                                uint8_t out[32]);
VRRP_DEF void vrrp_mbedtls_free(vrrp_key *key);
/* desc.hmac from mbedTLS 2.28 or 3.x. _key() prepares a key once, from its algorithm, size and
   bytes, in the caller's context (mbedTLS allocates here and nowhere else); 0 or its error. */
#endif

VRRP_DEF const char *vrrp_str(int code);
VRRP_DEF const char *vrrp_state_str(uint8_t state);
VRRP_DEF const char *vrrp_why_str(uint8_t why);
VRRP_DEF const char *vrrp_fault_str(uint8_t faults);
/* Words for VRRP_E_* (and -errno), states, VRRP_WHY_*, and the first of a set of VRRP_FAULT_*. */

#ifndef VRRP_NO_LINUX

/* --- the Linux shell ------------------------------------------------------------------------ */

/* IFA_PROTO of floating addresses and of static ones (keepalived uses 18). One more says that
   promote_secondaries was off before us: if nobody is left to remember. Routes and rules have
   keepalived's RTA_PROTOCOL and FRA_PROTOCOL. */
#define VRRP_PROTO_TAG 112
#define VRRP_PROTO_STATIC 114
#define VRRP_PROTO_ROUTE 18

/* An address with a prefix length. family 0: not set. */
typedef struct vrrp_net {
    vrrp_ip ip;
    uint8_t family, prefix;
} vrrp_net;

/* Where packets go next. */
typedef struct vrrp_hop {
    vrrp_net via;                       /* gateway, also of the other family; not set: nobody */
    char     device[16];
    uint16_t weight;                    /* of several: 1..256 (default 1) */
    bool     onlink;                    /* via is there even if no subnet says so */
} vrrp_hop;

enum { VRRP_METRICS = 18 };             /* RTAX_* that there are */

/* What a route wraps packets into. */
typedef struct vrrp_encap {
    uint16_t type;                      /* LWTUNNEL_ENCAP_*: MPLS 1, IP 2, IP6 4; 0: nothing */
    uint16_t flags;                     /* TUNNEL_CSUM 1, KEY 4, SEQ 8 */
    uint8_t  tos, ttl;
    uint8_t  n_labels;                  /* MPLS: the outermost first */
    uint32_t labels[8];
    uint64_t id;
    vrrp_net src, dst;
} vrrp_encap;

/* Of a route whose key another one has already: it is adopted, or ours stands behind or before. */
enum { VRRP_ROUTE_ADD = 0, VRRP_ROUTE_APPEND, VRRP_ROUTE_PREPEND };

/* A route that comes and goes with the addresses. */
typedef struct vrrp_route {
    vrrp_net        to;                 /* not set: everything */
    vrrp_net        from;               /* IPv6: for packets from there only */
    vrrp_net        src;                /* source address it suggests */
    vrrp_hop        hop;
    const vrrp_hop *hops;               /* several instead of the one; the caller's */
    uint16_t        n_hops;
    uint8_t         family;             /* default: of its addresses, else the instance's */
    uint8_t         type;               /* RTN_* (default unicast) */
    uint8_t         protocol;           /* RTPROT_* (default 18): by it we know it again */
    uint8_t         scope;              /* RT_SCOPE_*, only if scope_given */
    uint8_t         tos, pref, order;   /* pref: RFC 4191; order: VRRP_ROUTE_* */
    bool            scope_given;
    bool            no_track;           /* its devices need not be up */
    uint32_t        table;              /* default: main, for local types local */
    uint32_t        metric;             /* priority of the route (default 0, IPv6 1024) */
    uint32_t        realms, expires;    /* expires: seconds, IPv6 */
    uint32_t        metrics[VRRP_METRICS];      /* by RTAX_*; 0: not set */
    vrrp_encap      encap;
    char            congctl[16];
    uint8_t         held;               /* written by the shell: VRRP_HELD_* */
} vrrp_route;

/* A rule of policy routing. What is 0 or empty is not looked at. */
typedef struct vrrp_rule {
    vrrp_net from, to;
    char     iif[16], oif[16];
    uint8_t  family;                    /* default: of its addresses, else the instance's */
    uint8_t  action;                    /* FR_ACT_* (default: to the table) */
    uint8_t  protocol;                  /* default 18: by it we know it again */
    uint8_t  tos, ipproto;
    bool     invert, l3mdev, no_track;
    bool     suppress_prefix_given, suppress_group_given, uid_given;
    uint16_t sport[2], dport[2];        /* first, last */
    uint32_t preference;                /* order among rules; at 0 they come in one by one */
    uint32_t table, target, realms, fwmark, fwmask;
    uint32_t suppress_prefix, suppress_group;
    uint32_t uid[2];
    uint64_t tun_id;
    uint8_t  held;                      /* written by the shell: VRRP_HELD_* */
} vrrp_rule;

/* Private: sizes of what is done in one go. */
enum {
    VRRP__BUCKETS = 512, VRRP__JOBS = 128, VRRP__OUT = 64, VRRP__OUT_BYTES = 16384, VRRP__IN = 8,
    VRRP__IN_BYTES = 4352, VRRP__REQUEST = 20480, VRRP__ANSWER = 32768, VRRP__RING = 32,
    VRRP__STRANGERS = 1024, VRRP__SAID = 28, VRRP__FRAME = 2,
    VRRP__BELOW = 3                     /* settings of an interface with macvlans, vrrp__below */
};

/* Private: a netlink conversation. Messages are built one behind the other; what does not fit makes
   it full, which is looked at once, when they are sent. */
struct vrrp__nl_answer;
typedef void vrrp__nl_each(void *arg, const struct vrrp__nl_answer *answer);
typedef struct vrrp__nl {
    int            fd, error;           /* error: the first of this talk */
    uint32_t       port;                /* the socket's address */
    uint32_t       first, seq, left;    /* oldest and newest message; not yet acknowledged */
    uint8_t       *data, *answer;
    size_t         cap, size, start;    /* start: of the newest message */
    bool           full, torn;
    vrrp__nl_each *each;                /* hears every answer */
    void          *arg;
} vrrp__nl;

/* Private: the receive socket of one interface, family and protocol. Its place: IPv6 + AH. */
enum { VRRP__EAR_SIX = 1, VRRP__EAR_AH = 2, VRRP__EARS = 4 };
typedef struct vrrp__ear {
    int      fd;
    uint32_t buffer;                    /* SO_RCVBUF asked for */
    uint32_t exact;                     /* bytes a router asked for; 0: as many as it takes */
    uint32_t drops;                     /* packets the kernel could not queue, last seen */
    uint32_t turn, checked;             /* the last turns that read it to its end; saw drops */
    uint32_t opening;                   /* how often it was opened */
    uint16_t routers;                   /* how many listen here */
    bool     open, broken;              /* broken: that it cannot be opened was told */
} vrrp__ear;

/* Private: a macvlan with a virtual MAC, made by us on the interface `parent`. */
typedef struct vrrp__vmac {
    struct vrrp_link *parent;           /* NULL: an interface like any other */
    char              wish[16];         /* its name (given), or what its name begins with */
    uint8_t           mac[6], family, vrid;
    uint32_t          group;
    uint32_t          on, found[VRRP__BELOW];   /* settings of the interface with that index */
    bool              given;
    bool              six;              /* carries IPv6 addresses */
    bool              waits;            /* will be made in one of the next turns */
    bool              broken;           /* that it cannot be made was told */
} vrrp__vmac;

/* An interface as last told by the kernel. The array is the caller's: one for each interface that
   instances name (addresses' devices included), and one for each macvlan on it. */
typedef struct vrrp_link {
    char       name[16];                /* empty: a free entry */
    uint32_t   ifindex;                 /* 0: not there (any more) */
    uint32_t   mtu;
    uint16_t   type;                    /* ARPHRD_* */
    uint8_t    mac[6];
    bool       up;                      /* IFF_UP and IFF_RUNNING, after its vrrp_delay */
    vrrp_ip    primary4, primary6;      /* first own IPv4 address; link-local. Zero: none */
    vrrp_stats stats;                   /* packets that belong to no router here */

    vrrp__ear  ear[VRRP__EARS];         /* private from here */
    vrrp__vmac vmac;
    uint64_t   turns;                   /* when up becomes what carrier is */
    uint32_t   uses;                    /* routers, addresses and tracks that name it */
    uint32_t   promote;                 /* promote_secondaries as found */
    bool       promoted;                /* set by us */
    bool       second;                  /* primary4 is a secondary address */
    bool       renamed;                 /* to be let go of, then forgotten */
    bool       known, seen, stale;      /* read once; in this dump; its addresses changed */
    bool       carrier;                 /* what the kernel says now */
    bool       vrf;                     /* routed by the table of a VRF */
} vrrp_link;

/* A link must have been down, or up again, for so long before it counts. */
typedef struct vrrp_delay {
    char     interface[16];
    uint64_t down, up;                  /* ns */
} vrrp_delay;

typedef struct vrrp_setup {
    vrrp_desc   desc;
    const char *interface;              /* need not exist yet */
    vrrp_group *group;                  /* the sync group it joins, initialised; or NULL */
    vrrp_route *routes;                 /* added behind the addresses, removed before them */
    vrrp_rule  *rules;                  /* likewise, behind the routes; arrays are the caller's */
    uint16_t    n_routes, n_rules;
    vrrp_ip     source;                 /* unicast_src_ip, mcast_src_ip; zero: primary address */
    uint8_t     arp_form;               /* VRRP_ARP_* (default REQUEST) */
    bool        arp_reply_too;          /* each announcement also in reply form */
    bool        dont_track_primary;     /* interface down is no FAULT */
    bool        rcvbuf_mtu;             /* rcvbuf counts packets of the interface's MTU */
    uint32_t    rcvbuf;                 /* receive buffer (default: room for all adverts) */
    bool        use_vmac;               /* adverts leave from, addresses are on a macvlan with the
                                           virtual MAC (private mode, made and removed by us) */
    bool        vmac_xmit_base;         /* adverts leave from the interface all the same */
    bool        no_accept;              /* packets to and from the addresses are dropped (nftables),
                                           neighbour discovery aside; an owner accepts always */
    uint8_t     vmac[6];                /* zero: 00:00:5e:00:01:VRID, 00:00:5e:00:02:VRID */
    uint32_t    vmac_group;             /* link group; 0: the interface's */
    const char *vmac_name;              /* NULL: vmac_prefix.VRID, IPv6: vmac_prefix6.VRID */
    const char *vmac_prefix;            /* default "vrrp" */
    const char *vmac_addr_prefix;       /* for addresses with use_vmac (default vmac_prefix) */
} vrrp_setup;

/* Private: transitions that vrrp_io_next() has not handed out yet. */
typedef struct vrrp__news {
    uint8_t from[4], to[4], why[4], n;
} vrrp__news;

/* One virtual router in the shell. Objects must not move while added. */
typedef struct vrrp_router {
    vrrp                v;              /* the core; after using it call vrrp_io_touch() */
    struct vrrp_link   *link;           /* read only */
    struct vrrp_link   *vmac;           /* read only: with use_vmac its macvlan, else NULL */
    void               *user;           /* yours */

    struct vrrp_router *next, *hash_next, *dirty_next, *news_next;     /* private from here */
    struct vrrp_router *left, *right, *above;   /* heap of deadlines */
    uint64_t            key;            /* its deadline in the heap */
    vrrp_group         *told;           /* the group that news[1] is about */
    vrrp_ip             source;
    vrrp__news          news[2];        /* of the router, of its group */
    vrrp_route         *routes;
    vrrp_rule          *rules;
    uint16_t            n_routes, n_rules;
    uint32_t            said[VRRP__SAID];       /* by kind of complaint: when, in seconds */
    int                 lock;
    uint32_t            joined[2];      /* the opening of its ears that is in its group */
    uint32_t            cursor;         /* the next item of a CLAIM or RELEASE under way */
    uint16_t            n_group_tracks;
    const vrrp_track   *group_tracks;   /* of its group: those whose interfaces it uses */
    uint32_t            rcvbuf;
    uint8_t             arp_form;
    bool                arp_reply_too, dont_track_primary, rcvbuf_mtu;
    uint8_t             mac[6];         /* of its macvlans */
    bool                xmit_base, no_accept;
    bool                stray;          /* a macvlan of its MAC is there, and it has none */
    bool                guarded;        /* what no_accept asks for is in place */
    bool                added, starting, unswept, dirty, telling;
    bool                fixed;          /* without an election: static addresses, routes, rules */
    bool                here;           /* source is on this machine */
    bool                owns;           /* an address of it was there before us */
    bool                lost, failed;   /* an address vanished; one could not be added */
    bool                late, came;     /* an address waits for its interface; it has been added */
} vrrp_router;

enum {
    VRRP_EVENT_STATE = 1,               /* from, to, why: transition (router or group) */
    VRRP_EVENT_NEWS,                    /* why alone: VRRP_WHY_CONFLICT, VRRP_WHY_STOLEN */
    VRRP_EVENT_DROPPED,                 /* code: adverts of peer are dropped; text: both values */
    VRRP_EVENT_DIFFERS,                 /* code: they are not, but say something else than ours */
    VRRP_EVENT_STRANGER,                /* adverts of a VRID that nobody here runs (peer, vrid);
                                           router: whose addresses they list, text: which one */
    VRRP_EVENT_LINK,                    /* link came, went, up, down (text) */
    VRRP_EVENT_ERROR                    /* code and text: something could not be done */
};

typedef struct vrrp_event {
    uint8_t             kind, from, to, why, vrid;
    uint8_t             family;         /* of peer; 0: none */
    int                 code;           /* VRRP_E_* or -errno */
    struct vrrp_router *router;         /* or NULL; with group: any member */
    struct vrrp_group  *group;          /* or NULL */
    struct vrrp_link   *link;           /* or NULL */
    vrrp_ip             peer;
    char                text[200];      /* a sentence, or empty */
} vrrp_event;

typedef struct vrrp_io_options {
    vrrp_link *links;                   /* caller's array, zeroed: one for each interface that is
                                           named, one more for each use_vmac on it */
    size_t     n_links;
    uint32_t   rcvbuf_max;              /* most bytes for a receive socket (default 4 MiB) */
    const vrrp_delay *delays;           /* the caller's */
    size_t     n_delays;
} vrrp_io_options;

/* Private: a packet or frame that waits for sendmmsg(); an address, a route or a rule; one of a
   netlink batch; what was said about somebody. */
typedef struct vrrp__out {
    vrrp_ip             to;
    struct vrrp_router *router;
    uint32_t            ifindex;        /* 0: the routing table decides */
    uint16_t            offset, size;
    uint8_t             way;            /* of io->mouth */
} vrrp__out;

typedef struct vrrp__item {
    vrrp_vip           *vip;            /* one of the three */
    vrrp_route         *route;
    vrrp_rule          *rule;
    uint8_t            *held;           /* its */
    uint8_t             family;         /* of whose it is */
} vrrp__item;

typedef struct vrrp__job {
    vrrp__item          is;
    struct vrrp_router *router;
    struct vrrp_link   *link;           /* of an address */
    bool                release;
    bool                again;          /* a REFRESH */
    bool                foreign;        /* there, and not ours */
    bool                sheltered;      /* its subnet has a primary address that is not ours */
    bool                done;           /* the kernel's answer was heard */
} vrrp__job;

typedef struct vrrp__stranger {
    uint32_t who, what, second;         /* hashes; when it was last heard */
} vrrp__stranger;

/* The shell. All of it but err is private. About 130 kB. */
typedef struct vrrp_io {
    char           err[200];            /* why the last call failed, in a sentence */

    vrrp_link     *links;
    size_t         n_links, max_links;  /* up to the last one ever used; all */
    uint32_t       rcvbuf_max;
    const vrrp_delay *delays;
    size_t         n_delays;
    int            epoll, timer, event_fd;
    int            mouth[3];            /* what sends: IPv4, IPv6, Ethernet frames */
    vrrp__nl       nl;                  /* its port: who caused an address event */
    vrrp__nl       nft;                 /* nftables: the table lives as long as this socket */
    uint32_t       turn;
    uint64_t       armed;               /* what timer is set to */
    uint64_t       retry_at;            /* something failed for want of resources: try again */
    uint64_t       turns_at, now;       /* a link's delay ends; of this turn */
    vrrp_router   *routers, *heap, *dirty, *dirty_last, *news, *news_last;
    bool           tags;                /* the kernel knows IFA_PROTO */
    bool           nft_plain;           /* the table stays behind unless it is deleted */
    bool           nft_adverts;         /* it keeps router advertisements away, too */
    bool           sync, resync;        /* dump addresses; dump everything */
    bool           overrun;             /* netlink events were lost, and maybe still are */
    bool           unreleased;          /* an address could not be removed */
    bool           routing;             /* changes of routes and rules are heard */
    bool           any_route;           /* also of those with other protocols than 18 */
    bool           recheck;             /* some of ours may have gone */
    bool           more;                /* a bound was reached: run again at once */
    bool           exact;               /* a router asked for a receive buffer */
    uint16_t       n_jobs, n_out, out_size;
    uint16_t       ring_head, ring_n;
    uint32_t       ring_lost;
    vrrp_router   *bucket[VRRP__BUCKETS];
    uint32_t       strange[2];          /* when a stranger was mentioned: any; with our addresses */
    vrrp__stranger strangers[VRRP__STRANGERS];
    vrrp__job      job[VRRP__JOBS];
    vrrp__out      out[VRRP__OUT];
    vrrp_event     ring[VRRP__RING];
    uint8_t        out_bytes[VRRP__OUT_BYTES];
    uint8_t        in[VRRP__IN][VRRP__IN_BYTES];
    uint8_t        room[VRRP__REQUEST + VRRP__ANSWER];         /* of nl */
} vrrp_io;

VRRP_DEF uint64_t vrrp_now(void);
/* CLOCK_BOOTTIME in ns: the shell's clock. Suspend counts, wall-clock steps do not. */

VRRP_DEF int vrrp_io_open(vrrp_io *io, const vrrp_io_options *options);
/* Netlink, epoll, timer, sending sockets. 0, or -errno with a sentence in io->err (which names
   CAP_NET_RAW or CAP_NET_ADMIN when that is what is missing). */

VRRP_DEF void vrrp_io_close(vrrp_io *io);
/* Closes every descriptor. Stop or remove the routers first. */

VRRP_DEF int vrrp_io_fd(const vrrp_io *io);
/* Readable while vrrp_io_run() or vrrp_io_next() has something to do. */

VRRP_DEF void vrrp_io_run(vrrp_io *io, uint64_t now);
/* One bounded turn: drain, timers, one batch. */

VRRP_DEF bool vrrp_io_next(vrrp_io *io, vrrp_event *event);
/* Pops what happened. */

VRRP_DEF int vrrp_io_add(vrrp_io *io, vrrp_router *r, const vrrp_setup *setup, uint64_t now);
/* Checks, locks (interface, family, VRID) for this process. Startup is the next vrrp_io_run(),
   which first deletes what a dead predecessor left; name, addresses and peers stay the caller's.
   0, VRRP_E_DESC_*, -EADDRINUSE (another process has it: its pid is in io->err), -EEXIST (this
   one has it), -ENOBUFS (links array full), -errno; io->err always says it. A missing interface
   is no error: FAULT until it appears. r->user is kept. */

VRRP_DEF int vrrp_io_update(vrrp_io *io, vrrp_router *r, const vrrp_setup *setup, uint64_t now);
/* Difference only: addresses that went away are removed, new ones added, the state is kept.
   Interface and group stay, and the old arrays must still be there during the call. New tracks of
   the group are set before it. */

VRRP_DEF void vrrp_io_delays(vrrp_io *io, const vrrp_delay *delays, size_t n);
/* Others than those of the options, for links that change from now on. */

VRRP_DEF void vrrp_io_touch(vrrp_io *io, vrrp_router *r, uint64_t now);
/* To be called after each core function (vrrp_set_priority, vrrp_block, vrrp_yield ...) used on
   r->v: the next turn does what it asks for, also for the other members of its group. */

VRRP_DEF void vrrp_io_remove(vrrp_io *io, vrrp_router *r, uint64_t now);
/* Stops (release, priority 0), leaves its group, forgets. vrrp_io_next() still tells what it did:
   empty that before giving up the memory. */

VRRP_DEF int vrrp_io_static(vrrp_io *io, vrrp_router *r, const vrrp_setup *setup, uint64_t now);
/* Addresses (each with its device), routes and rules of the setup that belong to this host whoever
   is MASTER: added, put back, removed like those of a router that is always MASTER and never
   speaks. vrrp_io_update(), vrrp_io_remove() and vrrp_sweep() are for it too, with an interface
   that is NULL. */

VRRP_DEF void vrrp_io_stop(vrrp_io *io, uint64_t now);
/* Stops all at once, batched: the way out of a process. Everything has left on return. */

/* One address of this network namespace, or (family 0) an interface without any. */
typedef struct vrrp_local {
    uint32_t ifindex;
    uint32_t flags;                     /* IFF_* */
    uint32_t master;                    /* ifindex of the bridge, bond or VRF it belongs to */
    uint16_t type;                      /* ARPHRD_* */
    char     name[16];
    char     kind[16];                  /* "dummy", "bridge", "vlan" ...; empty: hardware */
    uint8_t  family, prefix;
    uint8_t  protocol;                  /* IFA_PROTO; ours is VRRP_PROTO_TAG */
    bool     secondary;
    vrrp_ip  address;
} vrrp_local;

VRRP_DEF int vrrp_list(vrrp_local *out, size_t cap);
/* Every address and interface, for choosing one. Needs no vrrp_io. Returns how many there are
   (cap entries are filled in at most), or -errno. */

VRRP_DEF int vrrp_sweep(const vrrp_setup *setup);
/* Deletes those of its addresses, routes and rules that are there and ours (by the tag; on kernels
   without tags all addresses of a router that is not their owner), and its macvlans: what a dead
   process left behind. Needs no vrrp_io. Returns how many, or -errno; 0 also where another process
   runs this virtual router by now. */

#endif /* VRRP_NO_LINUX */

#ifdef __cplusplus
}
#endif
#endif /* VRRP_H */

#if defined(VRRP_IMPLEMENTATION) && !defined(VRRP_IMPLEMENTED)
#define VRRP_IMPLEMENTED

#if !defined(VRRP_NO_LINUX) && !defined(_GNU_SOURCE)
#error "compile the file that defines VRRP_IMPLEMENTATION with -D_GNU_SOURCE (or VRRP_NO_LINUX)"
#endif

#include <string.h>

#ifndef VRRP_ASSERT                     /* mistakes of the caller; on in production */
#define VRRP_ASSERT(truth) ((truth) ? (void)0 : __builtin_trap())
#endif

#ifdef __cplusplus
extern "C" {
#endif

// >>bytes

static uint16_t vrrp__get16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static void vrrp__put16(uint8_t *p, unsigned value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

static uint32_t vrrp__get32(const uint8_t *p)
{
    return (uint32_t)vrrp__get16(p) << 16 | vrrp__get16(p + 2);
}

static void vrrp__put32(uint8_t *p, uint32_t value)
{
    vrrp__put16(p, value >> 16);
    vrrp__put16(p + 2, value);
}

static size_t vrrp__ip_size(uint8_t family)
{
    return family == VRRP_IPV6 ? 16 : 4;
}

static bool vrrp__same(const vrrp_ip *a, const vrrp_ip *b)
{
    return memcmp(a->byte, b->byte, sizeof a->byte) == 0;
}

static bool vrrp__is_zero(const vrrp_ip *a)
{
    vrrp_ip zero;

    memset(&zero, 0, sizeof zero);
    return vrrp__same(a, &zero);
}

static bool vrrp__is_multicast(const vrrp_ip *a, uint8_t family)
{
    return family == VRRP_IPV6 ? a->byte[0] == 0xff : (a->byte[0] & 0xf0) == 0xe0;
}

static bool vrrp__is_link_local(const uint8_t *a)
{
    return a[0] == 0xfe && (a[1] & 0xc0) == 0x80;
}

static uint32_t vrrp__sum(uint32_t sum, const uint8_t *p, size_t size)
{
    for (; size > 1; p += 2, size -= 2)
        sum += vrrp__get16(p);
    return size ? sum + (uint32_t)(p[0] << 8) : sum;
}

static uint16_t vrrp__fold(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

/* RFC 8200 8.1 and its IPv4 sibling: addresses, length and protocol; the zeros add nothing. */
static uint32_t vrrp__pseudo(const vrrp_ip *from, const vrrp_ip *to, uint8_t family,
                             unsigned protocol, size_t size)
{
    uint32_t sum = vrrp__sum(0, from->byte, vrrp__ip_size(family));

    return vrrp__sum(sum, to->byte, vrrp__ip_size(family)) + protocol + (uint32_t)size;
}

// >>auth

/* AH (RFC 4302, RFC 2338 5.3.6) in front of the message, or keepalived's HMAC trailer behind it. */

enum { VRRP__AH_FIXED = 12, VRRP__TRAILER = 28, VRRP__TRAILER_ICV = 16 };

static size_t vrrp__message_size(uint8_t version, uint8_t family, size_t count)
{
    return 8 + count * vrrp__ip_size(family) + (version == 2 ? 8 : 0);
}

/* Constant time: how much of a guess was right must not show. */
static bool vrrp__equal(const uint8_t *a, const uint8_t *b, size_t size)
{
    unsigned difference = 0;
    size_t   i;

    for (i = 0; i < size; i++)
        difference |= (unsigned)(a[i] ^ b[i]);
    return difference == 0;
}

static bool vrrp__in_ah(const vrrp *v)
{
    return v->d.auth >= VRRP_AUTH_AH;
}

/* keepalived's form: one count of numbers for all who speak for a virtual router. */
static bool vrrp__counts_as_one(const vrrp *v)
{
    return v->d.auth == VRRP_AUTH_AH && v->d.ah == VRRP_AH_KEEPALIVED;
}

static bool vrrp__has_esn(const vrrp *v)
{
    return v->d.ah_esn && !vrrp__counts_as_one(v);
}

/* Both kinds of AH are one Auth Type (RFC 2338 5.3.6.3). */
static uint8_t vrrp__auth_type(const vrrp *v)
{
    return v->d.auth < VRRP_AUTH_AH ? v->d.auth : (uint8_t)VRRP_AUTH_AH;
}

static uint8_t vrrp__protocol(const vrrp *v)
{
    return vrrp__in_ah(v) ? VRRP__AH : VRRP_PROTOCOL;
}

static size_t vrrp__icv_size(const vrrp *v)
{
    return v->d.auth == VRRP_AUTH_AH_SHA256 ? 16 : 12;
}

/* IPv6 wants a multiple of 8 (RFC 4302 2.2). */
static size_t vrrp__ah_size(const vrrp *v)
{
    size_t size = VRRP__AH_FIXED + vrrp__icv_size(v);

    return !vrrp__in_ah(v) ? 0 : v->d.family == VRRP_IPV6 ? (size + 7) / 8 * 8 : size;
}

static size_t vrrp__tail_size(const vrrp *v)
{
    bool sent = v->d.trailer && v->d.trailer->mode != VRRP_HMAC_RECEIVE_ONLY;

    return sent ? VRRP__TRAILER : 0;
}

/* keepalived's form goes on from what was sent or heard, whoever sent it. */
static uint64_t vrrp__newest(const vrrp *v)
{
    return v->sequence > v->heard ? v->sequence : v->heard;
}

/* No number is used twice under one key: who has none left is silent. keepalived stops a little
   earlier, and so do we beside it. */
static bool vrrp__spent(const vrrp *v)
{
    uint64_t last = vrrp__counts_as_one(v) ? 0xfffffffdu : 0xffffffffu;

    return vrrp__in_ah(v) && !vrrp__has_esn(v) && vrrp__newest(v) >= last;
}

static bool vrrp__keys_ok(const vrrp_desc *d)
{
    unsigned i, k;
    bool     active = false;

    for (i = 0; i < d->n_keys; i++) {
        active |= d->keys[i].id == d->trailer->active;
        if (d->keys[i].id == 0 || d->keys[i].algorithm != VRRP_SHA256)
            return false;
        for (k = 0; k < i; k++)
            if (d->keys[k].id == d->keys[i].id)
                return false;
    }
    return active && d->trailer->mode <= VRRP_HMAC_RECEIVE_ONLY;
}

/* Every default is written out. */
static bool vrrp__auth_ok(const vrrp_desc *d)
{
    bool     old = d->auth == VRRP_AUTH_AH, numbered = old && d->ah == VRRP_AH_KEEPALIVED;
    unsigned algorithm = old ? VRRP_MD5 : VRRP_SHA256;

    if (d->trailer)
        return !d->auth && d->hmac && d->n_keys && d->n_senders && vrrp__keys_ok(d);
    if (d->auth == VRRP_AUTH_NONE)
        return true;
    if (d->auth == VRRP_AUTH_PASS)
        return d->version == 2 || d->dual;
    if (d->auth > VRRP_AUTH_AH_SHA256 || d->ah > VRRP_AH_RFC || (old && d->version != 2))
        return false;
    if (!d->hmac || !d->n_keys || d->keys[0].algorithm != algorithm)
        return false;
    return numbered || (d->ah_spi > 255 && (d->n_senders || d->ah_no_replay));
}

/* --- senders and their numbers --- */

static vrrp_sender *vrrp__sender(const vrrp *v, const vrrp_ip *from, uint32_t spi)
{
    unsigned i;

    for (i = 0; i < v->d.n_senders; i++) {
        vrrp_sender *s = &v->d.senders[i];

        if (s->used && s->spi == spi && vrrp__same(&s->from, from))
            return s;
    }
    return NULL;
}

/* A new one takes a free place, or that of the one not heard for longest. Only for who proved to
   have the key, or strangers could push out those we know. */
static vrrp_sender *vrrp__sender_new(const vrrp *v, const vrrp_ip *from, uint32_t spi)
{
    vrrp_sender *best = &v->d.senders[0];
    unsigned     i;

    for (i = 1; i < v->d.n_senders; i++) {
        vrrp_sender *s = &v->d.senders[i];

        if (best->used && (!s->used || s->heard < best->heard))
            best = s;
    }
    memset(best, 0, sizeof *best);
    best->used = true;
    best->from = *from;
    best->spi = spi;
    return best;
}

/* The window of RFC 4302 3.4.3; the first number is 1. */
static bool vrrp__fresh(const vrrp *v, const vrrp_sender *s, uint64_t number)
{
    if (number == 0 || !s || number > s->top)
        return number != 0;
    return s->top - number < v->d.ah_window && !(s->seen >> (s->top - number) & 1);
}

static void vrrp__saw(vrrp_sender *s, uint64_t number)
{
    uint64_t ahead = number - s->top;

    if (number > s->top) {
        s->seen = ahead < 64 ? s->seen << ahead | 1 : 1;
        s->top = number;
    } else if (s->top - number < 64) {
        s->seen |= (uint64_t)1 << (s->top - number);
    }
}

/* With ESN only the low half is sent (RFC 4302 B2.2). The high half of somebody not heard before is
   guessed by our own numbers: all nodes start theirs by one rule. */
static uint64_t vrrp__whole_number(const vrrp *v, const vrrp_sender *s, uint32_t low)
{
    uint64_t near = s ? s->top : v->sequence;
    uint64_t back = s ? v->d.ah_window - 1u : (uint64_t)1 << 31;
    uint64_t least = near > back ? near - back : 0, number = (least >> 32 << 32) | low;

    if (!vrrp__has_esn(v))
        return low;
    return number < least ? number + ((uint64_t)1 << 32) : number;
}

/* --- AH --- */

/* Options that routers may change count as zeros (RFC 4302 3.3.3.1.1.2); security, router alert and
   the like stay. False: they are none. */
static bool vrrp__fixed_options(uint8_t *p, size_t room)
{
    size_t size;

    for (; room > 0 && *p != 0; p += size, room -= size) {
        size = *p == 1 ? 1 : room > 1 ? p[1] : 0;
        if (size == 0 || size > room || (*p != 1 && size < 2))
            return false;
        if (*p != 1 && *p != 130 && *p != 133 && *p != 134 && *p != 148 && *p != 149)
            memset(p, 0, size);
    }
    return true;
}

/* The header as it was when the ICV was made: what may change on the way is 0, but for the TTL of
   multicast in keepalived's form. IPv6 sockets give no header: all that counts of it is known.
   Returns its size; 0 where it is unknown. */
static size_t vrrp__fixed_header(const vrrp *v, const vrrp_rx *rx, uint8_t p[60])
{
    bool   multicast = vrrp__is_multicast(&rx->to, rx->family), one = vrrp__counts_as_one(v);
    size_t size;

    memset(p, 0, 40);
    if (rx->family == VRRP_IPV6) {
        p[0] = 0x60;
        vrrp__put16(p + 4, (unsigned)rx->size);
        p[6] = VRRP__AH;
        memcpy(p + 8, rx->from.byte, 16);
        memcpy(p + 24, rx->to.byte, 16);
        return 40;
    }
    size = rx->header ? (rx->header[0] & 15u) * 4 : 0;
    if (size < 20 || (one && size > 20))        /* keepalived knows no options */
        return 0;
    memcpy(p, rx->header, size);
    p[1] = p[6] = p[7] = p[10] = p[11] = 0;
    if (!multicast || !one)
        p[8] = 0;
    return vrrp__fixed_options(p + 20, size - 20) ? size : 0;
}

/* rx: the packet from AH on. Its ICV counts as zeros; ESN's high half comes last. */
static bool vrrp__icv(const vrrp *v, const vrrp_rx *rx, uint32_t high, uint8_t out[32])
{
    uint8_t input[VRRP_MAX_PACKET + 60];
    size_t  n = vrrp__fixed_header(v, rx, input);

    if (n == 0 || rx->size > VRRP_MAX_PACKET - 40)
        return false;
    memcpy(input + n, rx->message, rx->size);
    memset(input + n + VRRP__AH_FIXED, 0, vrrp__icv_size(v));
    n += rx->size;
    if (vrrp__has_esn(v)) {
        vrrp__put32(input + n, high);
        n += 4;
    }
    v->d.hmac(v->d.keys, input, n, out);
    return true;
}

static uint32_t vrrp__spi(const vrrp *v, const vrrp_ip *from)
{
    return vrrp__counts_as_one(v) ? vrrp__get32(from->byte) : v->d.ah_spi;
}

/* buffer: a packet that is complete but for its AH header. */
static void vrrp__seal(vrrp *v, uint8_t *buffer, size_t header, size_t payload)
{
    size_t   size = vrrp__ah_size(v);
    uint8_t *ah = buffer + header, icv[32];
    vrrp_rx  rx;

    if (size == 0)
        return;
    vrrp_rx_ip(&rx, buffer, header + payload);
    v->sequence = vrrp__newest(v) + 1;
    memset(ah, 0, size);
    ah[0] = VRRP_PROTOCOL;
    ah[1] = (uint8_t)(size / 4 - 2);
    vrrp__put32(ah + 4, vrrp__spi(v, &v->primary));
    vrrp__put32(ah + 8, (uint32_t)v->sequence);
    vrrp__icv(v, &rx, (uint32_t)(v->sequence >> 32), icv);
    memcpy(ah + VRRP__AH_FIXED, icv, vrrp__icv_size(v));
}

/* Length and Payload Len; Linux pads the IPv4 form of SHA-256 to 32 bytes, so that is trusted. */
static size_t vrrp__ah_found(const vrrp *v, const vrrp_rx *rx)
{
    size_t least = VRRP__AH_FIXED + vrrp__icv_size(v), size;

    if (rx->size < least)
        return 0;
    size = (rx->message[1] + 2u) * 4;
    if (size < least || size > rx->size || (rx->family == VRRP_IPV6 && size % 8))
        return 0;
    return size;
}

/* How many packets one advert is. */
static uint64_t vrrp__burst(const vrrp *v)
{
    return v->d.n_peers ? v->d.n_peers : 1u;
}

/* Has this number not been used? keepalived's form wants more than anybody has used. But two that
   became MASTER from the same number count in step: as new as our newest advert is new enough, or
   neither would ever hear the other. */
static bool vrrp__number_ok(const vrrp *v, const vrrp_sender *s, uint64_t number)
{
    if (vrrp__counts_as_one(v))
        return number > v->heard && number + vrrp__burst(v) > v->sequence;
    return v->d.ah_no_replay || vrrp__fresh(v, s, number);
}

/* After new settings the numbers go on, but not as those of another kind. */
static void vrrp__renumber(vrrp *v, const vrrp_desc *d)
{
    if (d->auth != v->d.auth || d->ah != v->d.ah || !d->trailer != !v->d.trailer)
        v->sequence = v->heard = 0;
    if (d->ah_sequence > v->sequence)
        v->sequence = d->ah_sequence;
}

/* Only numbers of authentic packets come here. A MASTER overtakes them, that it is heard, too. */
static void vrrp__number_used(vrrp *v, vrrp_sender *s, const vrrp_ip *from, uint64_t number)
{
    if (vrrp__counts_as_one(v)) {
        v->heard = number;
        number += vrrp__burst(v);
        if (v->state == VRRP_MASTER && v->sequence < number)
            v->sequence = number;
    } else if (!v->d.ah_no_replay) {
        if (!s)
            s = vrrp__sender_new(v, from, v->d.ah_spi);
        vrrp__saw(s, number);
        s->heard = v->last_now;
    }
}

/* Takes AH off an authentic packet; leaves one without it as it is. In the order of RFC 4302 3.4,
   the cheap checks first; our own packets and those nobody listens to are no reason to count. */
static int vrrp__unseal(vrrp *v, vrrp_rx *rx, vrrp_ttl ttl)
{
    const uint8_t *ah = rx->message;
    vrrp_sender   *s;
    uint64_t       number;
    uint8_t        icv[32];
    size_t         size;

    if (rx->protocol != VRRP__AH || !vrrp__in_ah(v))
        return 0;
    if (rx->ttl < ttl.min || rx->ttl > ttl.max)
        return VRRP_E_TTL;
    size = vrrp__ah_found(v, rx);
    if (size == 0)
        return VRRP_E_LENGTH;
    if (vrrp__same(&rx->from, &v->primary))
        return VRRP_E_OWN;
    if (v->state != VRRP_BACKUP && v->state != VRRP_MASTER)
        return VRRP_E_STATE;
    s = vrrp__sender(v, &rx->from, v->d.ah_spi);
    number = vrrp__whole_number(v, s, vrrp__get32(ah + 8));
    if (vrrp__get32(ah + 4) != vrrp__spi(v, &rx->from))
        return VRRP_E_AUTH;
    if (!vrrp__number_ok(v, s, number))
        return VRRP_E_AUTH_REPLAY;
    if (!vrrp__icv(v, rx, (uint32_t)(number >> 32), icv) ||
        !vrrp__equal(icv, ah + VRRP__AH_FIXED, vrrp__icv_size(v)))
        return VRRP_E_AUTH;
    vrrp__number_used(v, s, &rx->from, number);
    rx->protocol = VRRP_PROTOCOL;
    rx->message += size;
    rx->size -= size;
    return ah[0] == VRRP_PROTOCOL ? 0 : VRRP_E_TYPE;
}

#ifndef VRRP_NO_LINUX
/* The message of a packet, behind AH if there is one, whoever it is for. False: there is none. */
static bool vrrp__look_inside(const vrrp_rx *rx, vrrp_rx *in)
{
    size_t ah = 0;

    *in = *rx;
    if (rx->protocol == VRRP__AH && rx->size > 1)
        ah = (rx->message[1] + 2u) * 4;
    if (rx->size < ah + 8)
        return false;
    in->protocol = VRRP_PROTOCOL;
    in->message += ah;
    in->size -= ah;
    return true;
}
#endif

/* --- the trailer: type, key, 0, seconds (4), 1/65536 s (2), counter (2), HMAC (16) --- */

static uint64_t vrrp__wall_now(const vrrp *v)
{
    return v->wall + (v->last_now - v->wall_at);
}

/* The time as a number, or the next one where the clock has not moved on. */
static uint64_t vrrp__next_time(vrrp *v)
{
    uint64_t wall = vrrp__wall_now(v), part = (wall % VRRP_SECOND << 16) / VRRP_SECOND;
    uint64_t number = wall / VRRP_SECOND << 32 | part << 16;

    if (v->sequence == 0 || (int64_t)(number - v->sequence) > 0)
        v->sequence = number;
    else
        v->sequence++;
    return v->sequence;
}

static const vrrp_key *vrrp__key_of(const vrrp *v, uint8_t id)
{
    unsigned i;

    for (i = 0; i < v->d.n_keys; i++)
        if (v->d.keys[i].id == id)
            return &v->d.keys[i];
    return NULL;
}

/* Over who speaks for which virtual router, the message with a checksum of 0, and the trailer with
   an HMAC of zeros. size: of the message. */
static void vrrp__trailer_hmac(const vrrp *v, const vrrp_key *key, const vrrp_ip *from,
                               const uint8_t *message, size_t size, uint8_t out[32])
{
    uint8_t input[VRRP_MAX_PACKET], *p = input + 20;

    memset(input, 0, 20);
    input[0] = v->d.family;
    input[1] = message[0] >> 4;
    input[2] = v->d.vrid;
    memcpy(input + 4, from->byte, vrrp__ip_size(v->d.family));
    memcpy(p, message, size + VRRP__TRAILER);
    vrrp__put16(p + 6, 0);
    memset(p + size + VRRP__TRAILER - VRRP__TRAILER_ICV, 0, VRRP__TRAILER_ICV);
    v->d.hmac(key, input, 20 + size + VRRP__TRAILER, out);
}

static void vrrp__put_trailer(vrrp *v, uint8_t *message, size_t size)
{
    uint8_t *t = message + size, hmac[32];
    uint64_t number;

    if (vrrp__tail_size(v) == 0)
        return;
    number = vrrp__next_time(v);
    memset(t, 0, VRRP__TRAILER);
    t[0] = 1;
    t[1] = v->d.trailer->active;
    vrrp__put32(t + 4, (uint32_t)(number >> 32));
    vrrp__put32(t + 8, (uint32_t)number);
    vrrp__trailer_hmac(v, vrrp__key_of(v, t[1]), &v->primary, message, size, hmac);
    memcpy(t + VRRP__TRAILER - VRRP__TRAILER_ICV, hmac, VRRP__TRAILER_ICV);
}

/* Seconds on the wire wrap in 2106, and the difference with them. */
static bool vrrp__is_stale(const vrrp *v, uint32_t second)
{
    uint64_t window = v->d.trailer->window, three = 3 * v->d.interval;
    int32_t  late = (int32_t)((uint32_t)(vrrp__wall_now(v) / VRRP_SECOND) - second), most;

    if (window == 0)
        window = three > 5 * VRRP_SECOND ? three : 5 * VRRP_SECOND;
    most = (int32_t)(window / VRRP_SECOND);
    return late > most || late < -most;
}

/* The window before the HMAC, that a flood of old packets costs little; the number after it. */
static int vrrp__check_trailer(vrrp *v, const vrrp_rx *rx, const vrrp_advert *a)
{
    size_t          size = vrrp__message_size(a->version, rx->family, a->count);
    const uint8_t  *t = rx->message + size;
    const vrrp_key *key;
    vrrp_sender    *s;
    uint64_t        number;
    uint8_t         hmac[32];

    if (rx->size != size + VRRP__TRAILER)
        return v->d.trailer->mode == VRRP_HMAC_ENFORCE ? VRRP_E_AUTH_MISSING : 0;
    if (t[0] != 1 || t[2] || t[3])
        return VRRP_E_AUTH_MALFORMED;
    if (!v->d.trailer->monotonic && vrrp__is_stale(v, vrrp__get32(t + 4)))
        return VRRP_E_AUTH_STALE;
    key = vrrp__key_of(v, t[1]);
    if (!key)
        return VRRP_E_AUTH_KEY;
    vrrp__trailer_hmac(v, key, &rx->from, rx->message, size, hmac);
    if (!vrrp__equal(hmac, t + VRRP__TRAILER - VRRP__TRAILER_ICV, VRRP__TRAILER_ICV))
        return VRRP_E_AUTH_HMAC;
    number = (uint64_t)vrrp__get32(t + 4) << 32 | vrrp__get32(t + 8);
    s = vrrp__sender(v, &rx->from, 0);
    if (s && (int64_t)(number - s->top) <= 0)
        return VRRP_E_AUTH_REPLAY;
    if (!s)
        s = vrrp__sender_new(v, &rx->from, 0);
    s->top = number;
    s->heard = v->last_now;
    return 0;
}

/* sealed: it came in an AH that was good. */
static int vrrp__authentic(vrrp *v, const vrrp_rx *rx, const vrrp_advert *a, bool sealed)
{
    if (a->version == 2 && a->auth > VRRP_AUTH_AH)
        return VRRP_E_AUTH_TYPE;
    if (a->version == 2 && a->auth != vrrp__auth_type(v))
        return VRRP_E_AUTH_MISMATCH;
    if (a->version == 2 && a->auth == VRRP_AUTH_PASS &&
        !vrrp__equal(a->auth_data, v->d.auth_pass, 8))
        return VRRP_E_AUTH;
    if (vrrp__in_ah(v) && !sealed)
        return a->version == 2 ? VRRP_E_AUTH : VRRP_E_AUTH_MISMATCH;
    return v->d.trailer ? vrrp__check_trailer(v, rx, a) : 0;
}

// >>packet

VRRP_DEF void vrrp_group_address(vrrp_ip *out, uint8_t family)
{
    memset(out, 0, sizeof *out);
    if (family == VRRP_IPV6) {
        out->byte[0] = 0xff;
        out->byte[1] = 0x02;
        out->byte[15] = 0x12;
    } else {
        out->byte[0] = 224;
        out->byte[3] = 18;
    }
}

VRRP_DEF void vrrp_virtual_mac(uint8_t mac[6], uint8_t family, uint8_t vrid)
{
    memset(mac, 0, 6);
    mac[2] = 0x5e;
    mac[4] = family == VRRP_IPV6 ? 2 : 1;
    mac[5] = vrid;
}

static int vrrp__rx_ip4(vrrp_rx *rx, const uint8_t *p, size_t size)
{
    size_t header = (size_t)(p[0] & 15) * 4, total;

    if (size < 20 || header < 20)
        return VRRP_E_LENGTH;
    total = vrrp__get16(p + 2);
    if (total < header || total > size)
        return VRRP_E_LENGTH;
    if (vrrp__get16(p + 6) & 0x3fff)    /* a fragment is not a message */
        return VRRP_E_LENGTH;
    rx->family = VRRP_IPV4;
    rx->ttl = p[8];
    rx->protocol = p[9];
    memcpy(rx->from.byte, p + 12, 4);
    memcpy(rx->to.byte, p + 16, 4);
    rx->message = p + header;
    rx->size = total - header;
    return 0;
}

static int vrrp__rx_ip6(vrrp_rx *rx, const uint8_t *p, size_t size)
{
    size_t payload;

    if (size < 40)
        return VRRP_E_LENGTH;
    payload = vrrp__get16(p + 4);
    if (payload > size - 40)
        return VRRP_E_LENGTH;
    rx->family = VRRP_IPV6;
    rx->protocol = p[6];
    rx->ttl = p[7];
    memcpy(rx->from.byte, p + 8, 16);
    memcpy(rx->to.byte, p + 24, 16);
    rx->message = p + 40;
    rx->size = payload;
    return 0;
}

VRRP_DEF int vrrp_rx_ip(vrrp_rx *rx, const uint8_t *packet, size_t size)
{
    int bad = VRRP_E_LENGTH;

    memset(rx, 0, sizeof *rx);
    rx->header = packet;
    if (size > 0 && packet[0] >> 4 == 4)
        bad = vrrp__rx_ip4(rx, packet, size);
    else if (size > 0 && packet[0] >> 4 == 6)
        bad = vrrp__rx_ip6(rx, packet, size);
    return !bad && rx->protocol == 0 ? VRRP_E_LENGTH : bad;     /* IPv6: a header in between */
}

/* IPv6: keepalived has its kernel sum up what is behind the message, too. */
static bool vrrp__trailer_summed(const vrrp_rx *rx, size_t size)
{
    size_t whole = size + VRRP__TRAILER;

    return rx->size == whole &&
           vrrp__fold(vrrp__sum(vrrp__pseudo(&rx->from, &rx->to, VRRP_IPV6, VRRP_PROTOCOL, whole),
                                rx->message, whole)) == 0;
}

/* Which checksum the message carries: VRRP_CHECKSUM_*, or 0 for a wrong one. Senders disagree on
   the pseudo-header of v3 over IPv4 (RFC 5798 as the field reads it, RFC 9568 5.2.8), and some put
   the group into it when they send to a unicast peer. */
static int vrrp__checksum_form(const vrrp_rx *rx, uint8_t version, size_t size)
{
    uint32_t sum = vrrp__sum(0, rx->message, size);
    vrrp_ip  group;

    if (version == 2)
        return vrrp__fold(sum) == 0 ? VRRP_CHECKSUM_MESSAGE : 0;
    if (vrrp__fold(sum + vrrp__pseudo(&rx->from, &rx->to, rx->family, VRRP_PROTOCOL, size)) == 0)
        return VRRP_CHECKSUM_PSEUDO;
    if (rx->family == VRRP_IPV6)
        return vrrp__trailer_summed(rx, size) ? VRRP_CHECKSUM_PSEUDO : 0;
    if (vrrp__fold(sum) == 0)
        return VRRP_CHECKSUM_MESSAGE;
    vrrp_group_address(&group, VRRP_IPV4);
    if (vrrp__fold(sum + vrrp__pseudo(&rx->from, &group, VRRP_IPV4, VRRP_PROTOCOL, size)) == 0)
        return VRRP_CHECKSUM_PSEUDO;
    return 0;
}

static void vrrp__fields(const uint8_t *m, uint8_t family, vrrp_advert *out)
{
    out->version = m[0] >> 4;
    out->vrid = m[1];
    out->priority = m[2];
    out->count = m[3];
    out->addresses = m + 8;
    out->auth_data = NULL;
    out->auth = 0;
    if (out->version == 2) {
        out->auth = m[4];
        out->auth_data = m + 8 + out->count * vrrp__ip_size(family);
        out->interval = m[5] * VRRP_SECOND;
    } else {
        out->interval = (vrrp__get16(m + 4) & 0x0fffu) * (VRRP_SECOND / 100);
    }
}

/* RFC 9568 7.1 and RFC 3768 7.1 in their order, up to the checksum. versions: bits 1 << 2, 1 << 3.
   IPv6 has no version 2. */
static int vrrp__parse(const vrrp_rx *rx, unsigned versions, vrrp_ttl ttl, vrrp_advert *out)
{
    const uint8_t *m = rx->message;
    int            form;
    size_t         size;

    if (rx->size < 8)
        return VRRP_E_LENGTH;
    if (rx->ttl < ttl.min || rx->ttl > ttl.max)
        return VRRP_E_TTL;
    if (rx->protocol && rx->protocol != VRRP_PROTOCOL)
        return rx->protocol == VRRP__AH ? VRRP_E_AUTH_MISMATCH : VRRP_E_TYPE;
    if (rx->family == VRRP_IPV6)
        versions &= 1u << 3;
    if (!(versions >> (m[0] >> 4) & 1))
        return VRRP_E_VERSION;
    if ((m[0] & 15) != 1)
        return VRRP_E_TYPE;
    size = vrrp__message_size(m[0] >> 4, rx->family, m[3]);
    if (rx->size < size)
        return VRRP_E_LENGTH;
    form = vrrp__checksum_form(rx, m[0] >> 4, size);
    if (form == 0)
        return VRRP_E_CHECKSUM;
    vrrp__fields(m, rx->family, out);
    out->checksum = (uint8_t)form;
    return 0;
}

VRRP_DEF int vrrp_decode(const vrrp_rx *rx, vrrp_advert *out)
{
    vrrp_ttl ttl;

    ttl.min = vrrp__is_multicast(&rx->to, rx->family) ? VRRP_TTL : 0;
    ttl.max = VRRP_TTL;
    return vrrp__parse(rx, 1u << 2 | 1u << 3, ttl, out);
}

static void vrrp__put_ip(const vrrp *v, const vrrp_ip *to, uint8_t *p, size_t payload)
{
    uint8_t ttl = vrrp__is_multicast(to, v->d.family) ? (uint8_t)VRRP_TTL : v->d.ttl;

    memset(p, 0, v->d.family == VRRP_IPV6 ? 40 : 20);
    if (v->d.family == VRRP_IPV6) {
        p[0] = 0x6c;                    /* version 6, traffic class 0xc0 (CS6) */
        vrrp__put16(p + 4, (unsigned)payload);
        p[6] = vrrp__protocol(v);
        p[7] = ttl;
        memcpy(p + 8, v->primary.byte, 16);
        memcpy(p + 24, to->byte, 16);
        return;
    }
    p[0] = 0x45;
    p[1] = 0xc0;
    vrrp__put16(p + 2, (unsigned)(20 + payload));
    vrrp__put16(p + 4, v->ip_id);
    p[8] = ttl;
    p[9] = vrrp__protocol(v);
    memcpy(p + 12, v->primary.byte, 4);
    memcpy(p + 16, to->byte, 4);
    vrrp__put16(p + 10, vrrp__fold(vrrp__sum(0, p, 20)));
}

/* The most addresses that an advert can list: one is never fragmented. */
static size_t vrrp__list_most(const vrrp *v)
{
    uint8_t version = v->d.dual ? 2 : v->d.version;
    size_t  size = vrrp__ip_size(v->d.family), most = 255;
    size_t  head = (size == 16 ? 40u : 20u) + vrrp__message_size(version, v->d.family, 0) +
                   vrrp__ah_size(v) + vrrp__tail_size(v);

    if (v->mtu && (v->mtu < head || (v->mtu - head) / size < most))
        most = v->mtu < head ? 0 : (v->mtu - head) / size;
    return most;
}

/* The addresses that stand in the adverts, in order; NULL behind the last one. Others are held, but
   nobody hears of them. */
static const vrrp_ip *vrrp__next_listed(const vrrp *v, size_t *at, size_t *listed)
{
    while (*at < v->d.n_addresses && v->d.addresses[*at].excluded)
        ++*at;
    if (*at == v->d.n_addresses || *listed == vrrp__list_most(v))
        return NULL;
    ++*listed;
    return &v->d.addresses[(*at)++].address;
}

static size_t vrrp__listed_count(const vrrp *v)
{
    size_t at = 0, n = 0;

    while (vrrp__next_listed(v, &at, &n))
        ;
    return n;
}

static uint8_t vrrp__put_addresses(const vrrp *v, uint8_t *p)
{
    size_t         size = vrrp__ip_size(v->d.family), at = 0, n = 0;
    const vrrp_ip *ip;

    for (; (ip = vrrp__next_listed(v, &at, &n)) != NULL; p += size)
        memcpy(p, ip->byte, size);
    return (uint8_t)n;
}

/* Seconds of the v2 copy in dual mode: whole, at least 1 (RFC 9568 8.4.2). */
static unsigned vrrp__seconds(uint64_t interval)
{
    uint64_t seconds = interval / VRRP_SECOND;

    return seconds > 255 ? 255 : seconds ? (unsigned)seconds : 1;
}

static void vrrp__put_message(vrrp *v, const vrrp_action *send, const vrrp_ip *to, uint8_t *p)
{
    uint8_t  family = v->d.family;
    uint32_t sum = 0;
    size_t   size;

    p[0] = (uint8_t)(send->version << 4 | 1);
    p[1] = v->d.vrid;
    p[2] = send->priority;
    p[3] = vrrp__put_addresses(v, p + 8);
    size = vrrp__message_size(send->version, family, p[3]);
    if (send->version == 2) {
        p[4] = vrrp__auth_type(v);
        p[5] = (uint8_t)vrrp__seconds(v->d.interval);
        memset(p + size - 8, 0, 8);
        if (v->d.auth == VRRP_AUTH_PASS)
            memcpy(p + size - 8, v->d.auth_pass, 8);
    } else {
        vrrp__put16(p + 4, (unsigned)(v->d.interval / (VRRP_SECOND / 100)));
    }
    vrrp__put16(p + 6, 0);
    vrrp__put_trailer(v, p, size);
    if (family == VRRP_IPV6)
        size += vrrp__tail_size(v);
    if (send->version == 3 &&
        (family == VRRP_IPV6 || v->d.checksum_send != VRRP_CHECKSUM_MESSAGE))
        sum = vrrp__pseudo(&v->primary, to, family, VRRP_PROTOCOL, size);
    vrrp__put16(p + 6, vrrp__fold(vrrp__sum(sum, p, size)));
}

VRRP_DEF int vrrp_packet(vrrp *v, const vrrp_action *send, const vrrp_ip *to, uint8_t *buffer,
                         size_t size)
{
    size_t header = v->d.family == VRRP_IPV6 ? 40 : 20, ah = vrrp__ah_size(v), payload;

    VRRP_ASSERT(send->kind == VRRP_SEND);
    payload = ah + vrrp__message_size(send->version, v->d.family, vrrp__listed_count(v)) +
              vrrp__tail_size(v);
    if (size < header + payload)
        return VRRP_E_LENGTH;
    if (vrrp__spent(v))
        return VRRP_E_AUTH_REPLAY;
    if (!to)
        to = &v->d.group_address;
    if (++v->ip_id == 0)                /* 0 would let the kernel choose */
        v->ip_id = 1;
    vrrp__put_message(v, send, to, buffer + header + ah);
    vrrp__put_ip(v, to, buffer, payload);
    vrrp__seal(v, buffer, header, payload);
    return (int)(header + payload);
}

VRRP_DEF size_t vrrp_arp(uint8_t frame[42], const uint8_t mac[6], const vrrp_ip *address, int form)
{
    static const uint8_t fixed[8] = { 0, 1, 8, 0, 6, 4, 0, 1 };    /* Ethernet, IPv4, request */

    memset(frame, 0xff, 6);
    memcpy(frame + 6, mac, 6);
    vrrp__put16(frame + 12, 0x0806);
    memcpy(frame + 14, fixed, 8);
    memcpy(frame + 22, mac, 6);
    memcpy(frame + 28, address->byte, 4);
    memcpy(frame + 38, address->byte, 4);
    memset(frame + 32, form == VRRP_ARP_ANNOUNCE ? 0 : 0xff, 6);
    if (form == VRRP_ARP_REPLY)
        frame[21] = 2;
    if (form == VRRP_ARP_REPLY || form == VRRP_ARP_REQUEST_VMAC)
        memcpy(frame + 32, mac, 6);
    return 42;
}

VRRP_DEF size_t vrrp_na(uint8_t frame[86], const uint8_t mac[6], const vrrp_ip *address)
{
    vrrp_ip all_nodes;

    memset(&all_nodes, 0, sizeof all_nodes);
    all_nodes.byte[0] = 0xff;
    all_nodes.byte[1] = 0x02;
    all_nodes.byte[15] = 1;
    memset(frame, 0, 86);
    vrrp__put16(frame, 0x3333);
    frame[5] = 1;
    memcpy(frame + 6, mac, 6);
    vrrp__put16(frame + 12, 0x86dd);
    frame[14] = 0x60;
    frame[19] = 32;
    frame[20] = 58;
    frame[21] = 255;
    memcpy(frame + 22, address->byte, 16);
    memcpy(frame + 38, all_nodes.byte, 16);
    frame[54] = 136;                    /* Neighbor Advertisement */
    frame[58] = 0xa0;                   /* R=1 S=0 O=1: a router, and it overrides the cache */
    memcpy(frame + 62, address->byte, 16);
    frame[78] = 2;                      /* Target Link-Layer Address */
    frame[79] = 1;
    memcpy(frame + 80, mac, 6);
    vrrp__put16(frame + 56, vrrp__fold(vrrp__sum(
        vrrp__pseudo(address, &all_nodes, VRRP_IPV6, 58, 32), frame + 54, 32)));
    return 86;
}

// >>words

VRRP_DEF const char *vrrp_state_str(uint8_t state)
{
    static const char *const words[] = { "INIT", "BACKUP", "MASTER", "FAULT" };

    return state < 4 ? words[state] : "?";
}

VRRP_DEF const char *vrrp_why_str(uint8_t why)
{
    static const char *const words[] = {
        "", "started", "stopped", "the master fell silent", "a higher priority was heard",
        "preempting a lower priority", "the master gave up", "the master's process is gone",
        "owner of the address", "fault", "fault cleared", "the addresses could not be added",
        "our lease ran out", "handed over", "the sync group moved",
        "somebody else claims an address",
        "an address is deleted again and again: from now on it is put back once an interval",
        "silent for so long that another may be MASTER",
        "the sequence numbers of AH are used up, the key must change"
    };

    return why < sizeof words / sizeof words[0] ? words[why] : "?";
}

VRRP_DEF const char *vrrp_fault_str(uint8_t faults)
{
    static const char *const words[] = {
        "interface down or missing", "no address to send from", "a tracked object is down",
        "the addresses could not be added", "somebody else holds an address",
        "the reference address is out of reach", "switched off by hand",
        "another member of the sync group"
    };
    unsigned bit;

    for (bit = 0; bit < 8; bit++)
        if (faults >> bit & 1)
            return words[bit];
    return "";
}

static const char *vrrp__drop_str(int code)
{
    static const char *const words[] = {
        "packet too short", "TTL is not accepted", "wrong VRRP version", "unknown packet type",
        "bad checksum", "VRID not configured here", "unknown authentication type",
        "another authentication type", "wrong password or key", "another address list",
        "another advertisement interval", "this node is the address owner", "own advert",
        "not listening", "wrong destination", "v2 copy of a v3 router", "sender is no unicast peer",
        "no HMAC trailer", "malformed HMAC trailer", "unknown HMAC key",
        "wrong HMAC key, or changed on the way", "the clocks of both nodes differ too much",
        "sequence number already used"
    };
    int i = VRRP_E_LENGTH - code;

    return i >= 0 && i < (int)(sizeof words / sizeof words[0]) ? words[i] : NULL;
}

static const char *vrrp__desc_str(int code)
{
    static const char *const words[] = {
        "virtual router id must be 1..255", "priority must be 1..255",
        "interval must be 10 ms..40.95 s in steps of 10 ms (v3) or whole seconds 1..255 (v2)",
        "version must be 2 or 3", "VRRPv2 is IPv4 only", "more than 255 addresses",
        "IPv4 and IPv6 addresses in one virtual router",
        "the first IPv6 address must be link-local",
        "authentication: PASS and AH are VRRPv2's; AH and the trailer need hmac, keys and senders",
        "password needed", "vrid and family cannot change", "setting out of range"
    };
    int i = VRRP_E_DESC_VRID - code;

    return i >= 0 && i < (int)(sizeof words / sizeof words[0]) ? words[i] : NULL;
}

VRRP_DEF const char *vrrp_str(int code)
{
    const char *word = vrrp__drop_str(code);

    if (!word)
        word = vrrp__desc_str(code);
#ifndef VRRP_NO_LINUX
    if (!word && code < 0)
        word = strerror(-code);
#endif
    return word ? word : code ? "unknown error" : "ok";
}

// >>settings

static int vrrp__check_addresses(const vrrp_desc *d)
{
    unsigned listed = 0, i;

    for (i = 0; i < d->n_addresses; i++) {
        const vrrp_vip *a = &d->addresses[i];

        if (a->excluded)
            continue;
        if (a->family && a->family != d->family)
            return VRRP_E_DESC_MIXED;
        if (listed == 0 && d->family == VRRP_IPV6 && !d->global_first &&
            !vrrp__is_link_local(a->address.byte))
            return VRRP_E_DESC_LINK_LOCAL;
        listed++;
    }
    return listed > 255 ? VRRP_E_DESC_ADDRESSES : 0;
}

/* IPv6 groups have link scope, as the adverts (RFC 9568 5.1.2.2). */
static bool vrrp__group_ok(const vrrp_desc *d)
{
    return vrrp__is_multicast(&d->group_address, d->family) &&
           (d->family == VRRP_IPV4 || (d->group_address.byte[1] & 15) == 2);
}

static bool vrrp__ttls_ok(const vrrp_desc *d)
{
    unsigned i;

    for (i = 0; d->peer_ttl && i < d->n_peers; i++)
        if (d->peer_ttl[i].max && d->peer_ttl[i].max < d->peer_ttl[i].min)
            return false;
    return true;
}

static bool vrrp__interval_ok(const vrrp_desc *d)
{
    uint64_t step = d->version == 2 ? VRRP_SECOND : VRRP_SECOND / 100;

    return d->interval % step == 0 && d->interval >= step &&
           d->interval <= step * (d->version == 2 ? 255 : 4095);
}

/* Settings as they are used, with every default written out. */
static int vrrp__check(const vrrp_desc *d)
{
    if (d->vrid == 0)
        return VRRP_E_DESC_VRID;
    if (d->family != VRRP_IPV4 && d->family != VRRP_IPV6)
        return VRRP_E_DESC_FAMILY;
    if (d->version != 2 && d->version != 3)
        return VRRP_E_DESC_VERSION;
    if (d->family == VRRP_IPV6 && (d->version == 2 || d->dual))
        return VRRP_E_DESC_FAMILY;
    if (!vrrp__interval_ok(d))
        return VRRP_E_DESC_INTERVAL;
    if (d->auth == VRRP_AUTH_PASS && d->auth_pass[0] == 0)
        return VRRP_E_DESC_PASS;
    if (!vrrp__auth_ok(d))
        return VRRP_E_DESC_AUTH;
    if (d->down_adverts > 100 || d->leave_adverts > 3 || d->list_check > VRRP_LIST_IGNORE ||
        d->checksum_send > VRRP_CHECKSUM_MESSAGE || d->checksum_accept > VRRP_CHECKSUM_MESSAGE ||
        (d->ah_window != 32 && d->ah_window != 64) || d->expired_priority == VRRP_OWNER ||
        !vrrp__group_ok(d) || !vrrp__ttls_ok(d))
        return VRRP_E_DESC_RANGE;
    return vrrp__check_addresses(d);
}

static uint64_t vrrp__or(uint64_t value, uint64_t preset)
{
    return value ? value : preset;
}

static void vrrp__defaults(vrrp_desc *d)
{
    d->version = (uint8_t)vrrp__or(d->version, 3);
    if (d->dual)
        d->version = 3;
    d->family = (uint8_t)vrrp__or(d->family, VRRP_IPV4);
    d->priority = (uint8_t)vrrp__or(d->priority, 100);
    d->checksum_send = (uint8_t)vrrp__or(d->checksum_send, VRRP_CHECKSUM_PSEUDO);
    d->down_adverts = (uint8_t)vrrp__or(d->down_adverts, 3);
    d->leave_adverts = (uint8_t)vrrp__or(d->leave_adverts, 1);
    d->announce_repeat = (uint8_t)vrrp__or(d->announce_repeat, 5);
    d->announce_refresh_repeat = (uint8_t)vrrp__or(d->announce_refresh_repeat, 1);
    d->interval = vrrp__or(d->interval, VRRP_SECOND);
    d->ah_window = (uint8_t)vrrp__or(d->ah_window, 64);
    d->ah_spi = (uint32_t)vrrp__or(d->ah_spi, 256u + d->vrid);
    d->ask_timeout = vrrp__or(d->ask_timeout, VRRP_SECOND / 50);
    d->announce_delay = vrrp__or(d->announce_delay, 5 * VRRP_SECOND);
    d->announce_again = vrrp__or(d->announce_again, VRRP_SECOND * 11 / 10);
    d->lower_repeat = (uint8_t)vrrp__or(d->lower_repeat, d->announce_repeat);
    d->lower_delay = vrrp__or(d->lower_delay, d->announce_delay);
    d->ttl = (uint8_t)vrrp__or(d->ttl, VRRP_TTL);
    if (vrrp__is_zero(&d->group_address))
        vrrp_group_address(&d->group_address, d->family);
}

// >>queue

static void vrrp__push(vrrp *v, uint8_t kind, uint8_t a, uint8_t b, uint8_t c)
{
    vrrp__slot *slot = &v->queue[(v->head + v->queued) % VRRP_QUEUE];

    VRRP_ASSERT(v->queued < VRRP_QUEUE);        /* drain with vrrp_next() after every call */
    slot->kind = kind;
    slot->a = a;
    slot->b = b;
    slot->c = c;
    slot->first = slot->n = 0;
    v->queued++;
}

static void vrrp__push_announce(vrrp *v, size_t first, size_t n, uint8_t repeat, bool extra)
{
    vrrp__slot *slot = &v->queue[(v->head + v->queued) % VRRP_QUEUE];

    vrrp__push(v, VRRP_ANNOUNCE, repeat, extra, 0);
    slot->first = (uint16_t)first;
    slot->n = (uint16_t)n;
}

static void vrrp__push_advert(vrrp *v, uint8_t version, uint8_t priority)
{
    vrrp__push(v, VRRP_SEND, version, priority, 0);
    v->stats.advertisement_sent++;
    if (priority == 0)
        v->stats.priority_zero_pkts_sent++;
}

static void vrrp__send(vrrp *v, uint8_t priority)
{
    if (vrrp__spent(v))                 /* no number to say it with */
        return;
    vrrp__push_advert(v, v->d.version, priority);
    if (v->d.dual)
        vrrp__push_advert(v, 2, priority);
}

/* A MASTER is one only when its addresses are in place: that is when NOTIFY says so. */
static void vrrp__notify(vrrp *v, uint8_t state, uint8_t why)
{
    if (v->notified == state)
        return;
    vrrp__push(v, VRRP_NOTIFY, v->notified, state, why);
    v->notified = state;
}

static bool vrrp__peek(const vrrp *v, vrrp_action *a)
{
    const vrrp__slot *slot = &v->queue[v->head];

    if (v->queued == 0)
        return false;
    memset(a, 0, sizeof *a);
    a->v = (vrrp *)v;
    a->kind = slot->kind;
    a->first = slot->first;
    a->n = slot->n;
    if (slot->kind == VRRP_SEND) {
        a->version = slot->a;
        a->priority = slot->b;
    } else if (slot->kind == VRRP_NOTIFY) {
        a->from = slot->a;
        a->to = slot->b;
        a->why = slot->c;
    } else if (slot->kind == VRRP_ANNOUNCE) {
        a->repeat = slot->a;
        a->extra = slot->b != 0;
    } else if (slot->kind == VRRP_ASK) {
        a->ask = slot->a;
        a->deadline = v->timer[VRRP__T_ASK];
    }
    return true;
}

static bool vrrp__pop(vrrp *v, vrrp_action *a)
{
    if (!vrrp__peek(v, a))
        return false;
    v->head = (uint8_t)((v->head + 1) % VRRP_QUEUE);
    v->queued--;
    return true;
}

static bool vrrp__pop_group(vrrp_group *g, vrrp_action *a)
{
    if (g->state == g->notified)
        return false;
    memset(a, 0, sizeof *a);
    a->v = g->members;
    a->group = g;
    a->kind = VRRP_NOTIFY;
    a->from = g->notified;
    a->to = g->state;
    a->why = g->why;
    g->notified = g->state;
    return true;
}

VRRP_DEF bool vrrp_next(vrrp *v, vrrp_action *action)
{
    vrrp *m;

    if (vrrp__pop(v, action))
        return true;
    if (!v->group)
        return false;
    for (m = v->group->members; m; m = m->group_next)
        if (vrrp__pop(m, action))
            return true;
    return vrrp__pop_group(v->group, action);
}

// >>timers

/* n priority steps, in which Skew_Time counts. Those of v2 do not depend on the interval. */
static uint64_t vrrp__step_of(const vrrp *v, uint64_t n)
{
    return n * (v->d.version == 2 ? VRRP_SECOND : v->master_interval) / 256;
}

/* Nodes of equal priority: the share of one step that this address waits longer. The highest
   address waits least, as it would win the tie. */
static uint64_t vrrp__spread(const vrrp *v)
{
    size_t   size = vrrp__ip_size(v->d.family);
    unsigned rank = 0, n = 32, i;

    if (!v->d.tie_spread)
        return 0;
    if (v->d.n_peers == 0) {
        rank = v->primary.byte[size - 1] & 31;
    } else {
        n = v->d.n_peers + 1u;
        for (i = 0; i < v->d.n_peers; i++)
            rank += memcmp(v->d.peers[i].byte, v->primary.byte, size) < 0;
    }
    return vrrp__step_of(v, 1) * (n - 1 - rank) / n;
}

VRRP_DEF uint64_t vrrp_skew(const vrrp *v)
{
    return vrrp__step_of(v, 256u - v->priority) + vrrp__spread(v);
}

VRRP_DEF uint64_t vrrp_down_interval(const vrrp *v)
{
    return v->d.down_adverts * v->master_interval + vrrp_skew(v);
}

static void vrrp__arm_down(vrrp *v, uint64_t now)
{
    uint64_t at = v->down_from + (v->released ? vrrp_skew(v) : vrrp_down_interval(v));

    if (v->dead) {                      /* a death notice never delays */
        v->ask_limit = v->heard_at + vrrp_down_interval(v);
        at = at < v->ask_limit ? at : v->ask_limit;
    }
    v->timer[VRRP__T_DOWN] = at > now ? at : now;
}

static void vrrp__restart_down(vrrp *v, bool released, uint64_t now)
{
    v->down_from = now;
    v->released = released;
    v->dead = false;
    v->ready = false;
    vrrp__arm_down(v, now);
}

/* The period after last, or after now where whole periods were missed: no drift, no burst. */
static uint64_t vrrp__after(uint64_t last, uint64_t period, uint64_t now)
{
    return last + period > now ? last + period : now + period;
}

/* Renewals of all instances fall on one grid, so that one wake-up serves them together. */
static void vrrp__arm_refresh(vrrp *v, uint64_t now)
{
    if (v->d.refresh)
        v->timer[VRRP__T_REFRESH] = (now / v->d.refresh + 1) * v->d.refresh;
}

/* Once out of turn, but not twice a second: whoever deletes what we add is not to be raced. */
static void vrrp__renew(vrrp *v, uint64_t now)
{
    uint64_t at = now;

    if (v->renewed_at != VRRP_NEVER && now - v->renewed_at < VRRP_SECOND)
        at = v->renewed_at + VRRP_SECOND;
    if (at < v->timer[VRRP__T_REFRESH])
        v->timer[VRRP__T_REFRESH] = at;
}

static void vrrp__quiet(vrrp *v)
{
    int i;

    for (i = 0; i < VRRP__TIMERS; i++)
        if (i != VRRP__T_GRACE)
            v->timer[i] = VRRP_NEVER;
    v->asking = v->asked = 0;
    v->released = v->dead = v->outranks = v->ready = v->waited = false;
    v->frame = v->frames = 0;
    v->preempt_at = VRRP_NEVER;
}

VRRP_DEF uint64_t vrrp_deadline(const vrrp *v)
{
    uint64_t first = VRRP_NEVER;
    int      i;

    for (i = 0; i < VRRP__TIMERS; i++)
        if (v->timer[i] < first)
            first = v->timer[i];
    return first;
}

static void vrrp__clock(vrrp *v, uint64_t now)
{
    VRRP_ASSERT(now >= v->last_now);
    v->last_now = now;
}

// >>announce

static vrrp_pace *vrrp__pace(vrrp *v)
{
    return v->d.pace ? v->d.pace : &v->pace;
}

static bool vrrp__is_six(const vrrp *v, size_t index)
{
    uint8_t family = v->d.addresses[index].family;

    return (family ? family : v->d.family) == VRRP_IPV6;
}

static bool vrrp__is_extra(const vrrp *v, size_t index)
{
    return v->d.addresses[index].device[0] != 0;
}

static uint64_t vrrp__gap(vrrp *v, size_t index)
{
    const vrrp_pace *pace = vrrp__pace(v);

    return vrrp__is_six(v, index) ? pace->na_gap : pace->arp_gap;
}

/* The moment for one frame. Each takes its own: instances that share a pace take turns, and none
   wakes up only to find that it is not its turn. */
static uint64_t vrrp__reserve(vrrp *v, size_t index, uint64_t now)
{
    vrrp_pace *pace = vrrp__pace(v);
    uint64_t  *next = vrrp__is_six(v, index) ? &pace->na_next : &pace->arp_next;
    uint64_t   gap = vrrp__gap(v, index), at = gap && *next > now ? *next : now;

    *next = at + gap;
    return at;
}

/* Frames of the same moment are one action. */
static void vrrp__push_frame(vrrp *v, size_t index)
{
    vrrp__slot *last = &v->queue[(v->head + v->queued + VRRP_QUEUE - 1) % VRRP_QUEUE];
    size_t      end = (size_t)last->first + last->n;

    if (v->queued && last->kind == VRRP_ANNOUNCE && last->a == 1 && last->b == v->frame_extra &&
        (end == index || (v->frame_extra && end < index)))
        last->n = (uint16_t)(index + 1 - last->first);
    else
        vrrp__push_announce(v, index, 1, 1, v->frame_extra);
}

/* What is left of the rounds under way, as far as its time has come. */
static void vrrp__frames(vrrp *v, uint64_t now)
{
    for (; v->frame < v->frames; v->frame++) {
        size_t   index = v->frame % v->d.n_addresses;
        uint64_t at;

        if (v->frame_extra && !vrrp__is_extra(v, index))
            continue;
        at = vrrp__reserve(v, index, now);
        if (at > now) {
            v->timer[VRRP__T_FRAME] = at;
            return;
        }
        vrrp__push_frame(v, index);
    }
}

/* A turn that was missed has to be taken anew: frames do not catch up. */
static void vrrp__frame(vrrp *v, uint64_t due, uint64_t now)
{
    size_t index = v->frame % v->d.n_addresses;

    if (now - due < vrrp__gap(v, index)) {
        vrrp__push_frame(v, index);
        v->frame++;
    }
    vrrp__frames(v, now);
}

/* One round: all at once, or frame by frame where there is a pace. What is still under way is not
   begun anew: however slow the pace, every address gets its turn. */
static void vrrp__round(vrrp *v, uint8_t repeat, bool extra, uint64_t now)
{
    uint32_t left = v->frames - v->frame, more = (uint32_t)v->d.n_addresses * repeat;
    bool     paced = false;
    size_t   i;

    for (i = 0; i < v->d.n_addresses; i++)
        paced |= (!extra || vrrp__is_extra(v, i)) && vrrp__gap(v, i) > 0;
    if (more && !paced)
        vrrp__push_announce(v, 0, v->d.n_addresses, repeat, extra);
    if (!paced)
        return;
    v->frame_extra = extra && (v->frame_extra || left == 0);
    v->frame = left ? v->frame % v->d.n_addresses : 0;
    v->frames = v->frame + (left > more ? left : more);
    if (left == 0)
        vrrp__frames(v, now);
}

static uint64_t vrrp__later(uint64_t now, uint64_t delay)
{
    return delay == VRRP_NEVER ? VRRP_NEVER : now + delay;
}

/* Of a period that is switched off nothing is left. */
static uint64_t vrrp__period(uint64_t now, uint64_t period)
{
    return period ? now + period : VRRP_NEVER;
}

static void vrrp__announce(vrrp *v, uint64_t now)
{
    bool   extra = false;
    size_t i;

    for (i = 0; i < v->d.n_addresses; i++)
        extra |= vrrp__is_extra(v, i);
    vrrp__round(v, v->d.announce_repeat, false, now);
    v->timer[VRRP__T_SECOND] = vrrp__later(now, v->d.announce_delay);
    v->timer[VRRP__T_AGAIN] = vrrp__later(now, v->d.announce_again);
    v->timer[VRRP__T_PERIODIC] = vrrp__period(now, v->d.announce_refresh);
    v->timer[VRRP__T_EXTRA] = vrrp__period(now, extra ? v->d.announce_extra : 0);
}

/* Another MASTER was heard that will step down: whoever heard its announcements has to hear ours. A
   round each second is enough. */
static void vrrp__announce_lower(vrrp *v, uint64_t now)
{
    if (!v->claimed || v->d.lower_quiet ||
        (v->lower_at != VRRP_NEVER && now - v->lower_at < VRRP_SECOND))
        return;
    v->lower_at = now;
    vrrp__round(v, v->d.lower_repeat, false, now);
    v->timer[VRRP__T_LOWER] = vrrp__later(now, v->d.lower_delay);
}

/* Somebody else claims what we hold. Neighbours may believe them: announce again once that has
   been quiet for a while. Say so at most once in ten intervals. */
static void vrrp__contested(vrrp *v, uint64_t now)
{
    v->stats.conflicts++;
    if (v->claimed)
        v->timer[VRRP__T_AGAIN] = vrrp__later(now, v->d.announce_again);
    if (v->conflict_at != VRRP_NEVER && now - v->conflict_at < 10 * v->d.interval)
        return;
    v->conflict_at = now;
    vrrp__push(v, VRRP_NOTIFY, v->state, v->state, VRRP_WHY_CONFLICT);
}

// >>machine

static void vrrp__follow(vrrp *v, uint8_t old, uint64_t now);
static bool vrrp__group_agrees(const vrrp *v);
static bool vrrp__group_faulty(const vrrp_group *g);
static void vrrp__group_wait(vrrp_group *g, uint64_t now);
static void vrrp__set_fault(vrrp *v, uint8_t reason, bool on, uint64_t now);

static void vrrp__claim(vrrp *v)
{
    v->claiming = true;
    vrrp__push(v, VRRP_CLAIM, 0, 0, 0);
}

static uint8_t vrrp__reason(uint8_t cause)
{
    if (cause == VRRP_WHY_TIMEOUT || cause == VRRP_WHY_PEER_DEAD)
        return VRRP_BY_NO_RESPONSE;
    return cause == VRRP_WHY_PREEMPT ? VRRP_BY_PREEMPTED : VRRP_BY_PRIORITY;
}

/* Speak before you take: the advert goes first, and a better master has settle to object. */
static void vrrp__take(vrrp *v, uint64_t now)
{
    v->new_master_reason = vrrp__reason(v->why);
    v->master = v->primary;
    v->master_priority = v->priority;
    v->stats.master_transitions++;
    vrrp__send(v, v->priority);
    v->timer[VRRP__T_ADVERT] = now + v->d.interval;
    if (v->d.settle)
        v->timer[VRRP__T_SETTLE] = now + v->d.settle;
    else
        vrrp__claim(v);
}

/* Let go before you speak. Beaten by a better advert, or without a link, there is nothing to say;
   otherwise priority 0 lets the others take over after Skew_Time. */
static void vrrp__leave(vrrp *v, uint8_t why)
{
    bool    mute = v->faults & (VRRP_FAULT_LINK | VRRP_FAULT_ADDRESS);
    uint8_t i;

    if (v->claiming || v->claimed)
        vrrp__push(v, VRRP_RELEASE, 0, 0, 0);
    v->claiming = v->claimed = false;
    v->stats.release_master++;
    v->new_master_reason = VRRP_NOT_MASTER;
    if (why == VRRP_WHY_PRIORITY || mute)
        return;
    for (i = 0; i < v->d.leave_adverts; i++)
        vrrp__send(v, 0);
}

/* RFC 9568 6.4.1 (and whenever a master is not known): wait with our own interval. */
static void vrrp__listen(vrrp *v, uint64_t now)
{
    v->master_interval = v->d.interval;
    v->master_priority = 0;
    memset(&v->master, 0, sizeof v->master);
    vrrp__restart_down(v, false, now);
}

/* Every transition goes through here. */
static void vrrp__enter(vrrp *v, uint8_t state, uint8_t why, uint64_t now)
{
    uint8_t old = v->state;

    if (old == VRRP_MASTER)
        vrrp__leave(v, why);
    vrrp__quiet(v);
    v->state = state;
    v->why = why;
    v->since = now;
    if (state == VRRP_MASTER)
        vrrp__take(v, now);
    else
        vrrp__notify(v, state, why);
    if (state == VRRP_BACKUP)
        vrrp__listen(v, now);
    if (v->group)
        vrrp__follow(v, old, now);
}

/* Nothing stands in the way but, perhaps, the rest of the sync group. */
static void vrrp__ready(vrrp *v, uint8_t cause, uint64_t now)
{
    v->ready = true;
    v->cause = cause;
    v->timer[VRRP__T_DOWN] = VRRP_NEVER;
    if (vrrp__group_agrees(v))
        vrrp__enter(v, VRRP_MASTER, cause, now);
}

/* Startup, also after the last fault went away (RFC 9568 6.4.1). */
static void vrrp__begin(vrrp *v, uint8_t why, uint64_t now)
{
    bool owner = v->priority == VRRP_OWNER && now >= v->yield_until && !vrrp__spent(v);

    if (!v->faults && v->group && vrrp__group_faulty(v->group))
        v->faults = VRRP_FAULT_GROUP;
    if (v->faults) {
        vrrp__enter(v, VRRP_FAULT, VRRP_WHY_FAULT, now);
    } else if (owner && !v->group) {
        vrrp__enter(v, VRRP_MASTER, VRRP_WHY_OWNER, now);
    } else {
        vrrp__enter(v, VRRP_BACKUP, why, now);
        if (owner)
            vrrp__ready(v, VRRP_WHY_OWNER, now);
        else if (v->group)
            vrrp__group_wait(v->group, now);
    }
}

/* Puts the next open question, or goes on to claim. */
static void vrrp__ask(vrrp *v, uint64_t now)
{
    if (v->asked == 0) {
        v->asking = 0;
        vrrp__ready(v, v->cause, now);
        return;
    }
    v->asking = (v->asked & VRRP_ASK_PROBE) ? VRRP_ASK_PROBE : VRRP_ASK_FENCE;
    v->timer[VRRP__T_ASK] = now + v->d.ask_timeout;
    vrrp__push(v, VRRP_ASK, v->asking, 0, 0);
}

static void vrrp__ask_done(vrrp *v, uint64_t now)
{
    v->asked = (uint8_t)(v->asked & ~v->asking);
    v->timer[VRRP__T_ASK] = VRRP_NEVER;
    vrrp__ask(v, now);
}

/* Master_Down_Timer ran out (RFC 9568 6.4.2). Silence that we could not have heard through does
   not count: a timer that is served late waits once more. */
static void vrrp__down(vrrp *v, uint64_t due, uint64_t now)
{
    uint8_t cause = v->dead ? VRRP_WHY_PEER_DEAD : v->released ? VRRP_WHY_RELEASED :
                    v->outranks ? VRRP_WHY_PREEMPT : VRRP_WHY_TIMEOUT;

    if (vrrp__spent(v)) {               /* who cannot speak does not take */
        vrrp__restart_down(v, false, now);
        return;
    }
    if (now - due > v->master_interval / 2 && !v->waited) {
        v->waited = true;
        vrrp__restart_down(v, false, now);
        return;
    }
    v->cause = cause;
    v->asked = v->d.ask & (VRRP_ASK_PROBE | VRRP_ASK_FENCE);
    if (v->dead && v->d.ask & VRRP_ASK_PROBE_DEAD)
        v->asked |= VRRP_ASK_PROBE;
    vrrp__ask(v, now);
}

/* The answer is no. After a death notice the dead node's kernel may hold the addresses a little
   longer: ask again until the ordinary Master_Down time. Else the policy decides. */
static void vrrp__refused(vrrp *v, uint64_t now)
{
    bool again = v->asking == VRRP_ASK_PROBE && v->dead && now < v->ask_limit;
    uint64_t retry = now + VRRP_SECOND / 20;

    if (again) {
        v->asking = 0;
        v->timer[VRRP__T_ASK] = retry < v->ask_limit ? retry : v->ask_limit;
    } else if (v->d.ask_refuse) {
        v->asking = v->asked = 0;
        v->timer[VRRP__T_ASK] = VRRP_NEVER;
        vrrp__contested(v, now);
        vrrp__restart_down(v, false, now);
    } else {
        vrrp__ask_done(v, now);
    }
}

static void vrrp__ask_timer(vrrp *v, uint64_t now)
{
    if (v->asking == 0) {               /* time to ask again, or to stop asking */
        if (v->dead && now >= v->ask_limit)
            v->asked = (uint8_t)(v->asked & ~VRRP_ASK_PROBE);
        vrrp__ask(v, now);
    } else if (v->d.ask_refuse) {
        vrrp__refused(v, now);
    } else {
        vrrp__ask_done(v, now);
    }
}

/* The addresses could not be put in place: let somebody else have them, try again later. */
static void vrrp__claim_failed(vrrp *v, uint64_t now)
{
    uint64_t delay;

    v->stats.claim_failures++;
    v->faults |= VRRP_FAULT_CLAIM;
    vrrp__enter(v, VRRP_FAULT, VRRP_WHY_CLAIM, now);
    delay = vrrp_down_interval(v) << v->retries;
    if (v->retries < 6)
        v->retries++;
    v->timer[VRRP__T_RETRY] = now + (delay < 60 * VRRP_SECOND ? delay : 60 * VRRP_SECOND);
}

/* In FAULT: another try after a failed claim. In MASTER: put back what was deleted too often. */
static void vrrp__retry(vrrp *v, uint64_t now)
{
    if (v->state != VRRP_MASTER)
        vrrp__set_fault(v, VRRP_FAULT_CLAIM, false, now);
    else if (!v->claiming)
        vrrp__claim(v);
}

/* With no_preempt nobody asks a MASTER that stalled to step down, though another may have become
   MASTER meanwhile: would one of expired_priority have waited until now for our next advert? */
static bool vrrp__stalled(const vrrp *v, uint64_t due, uint64_t now)
{
    uint64_t wait = v->d.down_adverts * v->d.interval +
                    (256u - v->d.expired_priority) *
                    (v->d.version == 2 ? VRRP_SECOND : v->d.interval) / 256;

    return v->d.expired_priority && v->d.no_preempt && v->priority != VRRP_OWNER && due <= now &&
           now - due + v->d.interval > wait;
}

static void vrrp__advert(vrrp *v, uint64_t due, uint64_t now)
{
    if (vrrp__stalled(v, due, now)) {
        vrrp__enter(v, VRRP_BACKUP, VRRP_WHY_STALLED, now);
        return;
    }
    vrrp__send(v, v->priority);
    v->timer[VRRP__T_ADVERT] = vrrp__after(due, v->d.interval, now);
    if (vrrp__spent(v))
        vrrp__enter(v, VRRP_BACKUP, VRRP_WHY_SPENT, now);
}

static void vrrp__fire(vrrp *v, int timer, uint64_t due, uint64_t now)
{
    switch (timer) {
    case VRRP__T_START:  vrrp__begin(v, VRRP_WHY_START, now); break;
    case VRRP__T_GRACE:  vrrp__set_fault(v, VRRP_FAULT_ADDRESS, true, now); break;
    case VRRP__T_DOWN:   vrrp__down(v, due, now); break;
    case VRRP__T_ASK:    vrrp__ask_timer(v, now); break;
    case VRRP__T_SETTLE: vrrp__claim(v); break;
    case VRRP__T_RETRY:  vrrp__retry(v, now); break;
    case VRRP__T_ADVERT: vrrp__advert(v, due, now); break;
    case VRRP__T_SECOND: vrrp__round(v, v->d.announce_repeat, false, now); break;
    case VRRP__T_LOWER:  vrrp__round(v, v->d.lower_repeat, false, now); break;
    case VRRP__T_AGAIN:  vrrp__round(v, 1, false, now); break;
    case VRRP__T_FRAME:  vrrp__frame(v, due, now); break;
    case VRRP__T_REFRESH:
        v->renewed_at = now;
        vrrp__push(v, VRRP_REFRESH, 0, 0, 0);
        vrrp__arm_refresh(v, now);
        break;
    case VRRP__T_PERIODIC:
        vrrp__round(v, v->d.announce_refresh_repeat, false, now);
        v->timer[timer] = vrrp__after(due, v->d.announce_refresh, now);
        break;
    case VRRP__T_EXTRA:
        vrrp__round(v, 1, true, now);
        v->timer[timer] = vrrp__after(due, v->d.announce_extra, now);
        break;
    default: break;
    }
}

// >>receive

static bool vrrp__listed(const vrrp *v, const uint8_t *address)
{
    size_t         size = vrrp__ip_size(v->d.family), at = 0, n = 0;
    const vrrp_ip *ip;

    while ((ip = vrrp__next_listed(v, &at, &n)) != NULL)
        if (memcmp(ip->byte, address, size) == 0)
            return true;
    return false;
}

static bool vrrp__carries(const vrrp_advert *a, const uint8_t *address, size_t size)
{
    size_t i;

    for (i = 0; i < a->count; i++)
        if (memcmp(a->addresses + i * size, address, size) == 0)
            return true;
    return false;
}

/* How many of ours the advert carries. */
static size_t vrrp__carried(const vrrp *v, const vrrp_advert *a)
{
    size_t         size = vrrp__ip_size(v->d.family), at = 0, listed = 0, n = 0;
    const vrrp_ip *ip;

    while ((ip = vrrp__next_listed(v, &at, &listed)) != NULL)
        n += vrrp__carries(a, ip->byte, size);
    return n;
}

/* The usual case: the same list in the same order. */
static bool vrrp__same_list(const vrrp *v, const vrrp_advert *a)
{
    size_t         size = vrrp__ip_size(v->d.family), at = 0, n = 0;
    const vrrp_ip *ip;

    while ((ip = vrrp__next_listed(v, &at, &n)) != NULL)
        if (n > a->count || memcmp(ip->byte, a->addresses + (n - 1) * size, size) != 0)
            return false;
    return n == a->count;
}

/* What is remarkable about an advert, but no reason to drop it. */
enum { VRRP__ODD_LIST = 1, VRRP__ODD_INTERVAL = 2, VRRP__ODD_OWNER = 4 };

/* Address lists are sets (RFC 9568 5.2.9). */
static int vrrp__check_list(const vrrp *v, const vrrp_rx *rx, const vrrp_advert *a, unsigned *odd)
{
    size_t size = vrrp__ip_size(rx->family), own = vrrp__listed_count(v), carried, known = 0, i;

    if (a->count == 0)                  /* EID 8299; two routers without addresses may agree */
        return own ? VRRP_E_LIST : 0;
    if (rx->family == VRRP_IPV6 && !v->d.global_first && !vrrp__is_link_local(a->addresses))
        return VRRP_E_LIST;             /* EID 8300 */
    if (v->d.list_check == VRRP_LIST_IGNORE || vrrp__same_list(v, a) ||
        (v->d.list_once && vrrp__same(&rx->from, &v->master)))
        return 0;
    for (i = 0; i < a->count; i++)
        known += vrrp__listed(v, a->addresses + i * size);
    carried = vrrp__carried(v, a);
    if (known == a->count && carried == own)
        return 0;
    if (v->d.list_check == VRRP_LIST_STRICT && a->version == 2 && a->priority != VRRP_OWNER)
        return VRRP_E_LIST;
    if (v->d.list_check == VRRP_LIST_OVERLAP && carried == 0 && own)
        return VRRP_E_LIST;
    *odd |= VRRP__ODD_LIST;
    return 0;
}

/* v2 drops another interval (RFC 3768 7.1); v3 learns it, all but 0 (EID 8301). */
static int vrrp__check_interval(const vrrp *v, const vrrp_advert *a, unsigned *odd)
{
    if (a->interval == 0)
        return VRRP_E_INTERVAL;
    if (a->interval == v->d.interval || (v->d.dual && a->version == 2))
        return 0;
    if (a->version == 2)
        return VRRP_E_INTERVAL;
    *odd |= VRRP__ODD_INTERVAL;
    return 0;
}

/* In dual mode the v2 copies of a router that also sends v3 say nothing new (RFC 9568 8.4.2). */
static bool vrrp__shadowed(vrrp *v, const vrrp_rx *rx, const vrrp_advert *a, uint64_t now)
{
    if (!v->d.dual)
        return false;
    if (a->version == 3) {
        v->v3_master = rx->from;
        v->v3_heard = now;
        return false;
    }
    return v->v3_heard != VRRP_NEVER && vrrp__same(&v->v3_master, &rx->from) &&
           now - v->v3_heard < vrrp_down_interval(v);
}

static int vrrp__check_owner(const vrrp *v, const vrrp_advert *a, unsigned *odd)
{
    if (v->d.priority != VRRP_OWNER || v->state != VRRP_MASTER)
        return 0;
    if (a->version == 2 || v->d.owner_drops)
        return VRRP_E_OWNER;
    *odd |= VRRP__ODD_OWNER;            /* EID 8298: log, then let the tie-break decide */
    return 0;
}

/* Which of the peers that is, or -1. */
static int vrrp__peer(const vrrp *v, const vrrp_ip *who)
{
    int i;

    for (i = 0; i < v->d.n_peers; i++)
        if (vrrp__same(&v->d.peers[i], who))
            return i;
    return -1;
}

/* What is routed may have lost some; the group is never left (RFC 9568 5.1.1.3). */
static vrrp_ttl vrrp__ttl_of(const vrrp *v, const vrrp_rx *rx)
{
    vrrp_ttl ttl;
    int      peer = v->d.peer_ttl ? vrrp__peer(v, &rx->from) : -1;

    ttl.min = ttl.max = VRRP_TTL;
    if (v->d.n_peers == 0 || vrrp__is_multicast(&rx->to, rx->family))
        return ttl;
    ttl.min = v->d.min_ttl;
    if (peer >= 0)
        ttl = v->d.peer_ttl[peer];
    if (ttl.max == 0)
        ttl.max = VRRP_TTL;
    return ttl;
}

/* Is it for us? */
static int vrrp__check_target(const vrrp *v, const vrrp_rx *rx, const vrrp_advert *a)
{
    if (a->vrid != v->d.vrid || rx->family != v->d.family)
        return VRRP_E_VRID;
    if (vrrp__same(&rx->from, &v->primary))
        return VRRP_E_OWN;
    if (v->state != VRRP_BACKUP && v->state != VRRP_MASTER)
        return VRRP_E_STATE;
    if (v->d.n_peers ? vrrp__is_multicast(&rx->to, rx->family)
                     : !vrrp__same(&rx->to, &v->d.group_address))
        return VRRP_E_DESTINATION;
    return v->d.check_peers && v->d.n_peers && vrrp__peer(v, &rx->from) < 0 ? VRRP_E_PEER : 0;
}

/* Everything that can be said against an advert before the state machine sees it. */
static int vrrp__judge(vrrp *v, const vrrp_rx *rx, vrrp_advert *a, unsigned *odd, uint64_t now)
{
    unsigned versions = v->d.dual ? 1u << 2 | 1u << 3 : 1u << v->d.version;
    vrrp_ttl ttl = vrrp__ttl_of(v, rx);
    vrrp_rx  in = *rx;                  /* without the AH header */
    int      bad = vrrp__unseal(v, &in, ttl);

    if (!bad)
        bad = vrrp__parse(&in, versions, ttl, a);
    if (bad)
        return bad;
    if (a->version == 3 && rx->family == VRRP_IPV4 && v->d.checksum_accept &&
        v->d.checksum_accept != a->checksum)
        return VRRP_E_CHECKSUM;
    bad = vrrp__check_target(v, rx, a);
    if (!bad)
        bad = vrrp__check_owner(v, a, odd);
    if (!bad)
        bad = vrrp__authentic(v, &in, a, rx->protocol == VRRP__AH);
    if (!bad)
        bad = vrrp__check_list(v, rx, a, odd);
    if (!bad)
        bad = vrrp__check_interval(v, a, odd);
    return !bad && vrrp__shadowed(v, rx, a, now) ? VRRP_E_SHADOW : bad;
}

static void vrrp__count_rcvd(vrrp *v, const vrrp_rx *rx, const vrrp_advert *a, unsigned odd)
{
    v->stats.advertisement_rcvd++;
    if (a->priority == 0)
        v->stats.priority_zero_pkts_rcvd++;
    if (a->version == 3 && rx->family == VRRP_IPV4 && a->checksum != v->d.checksum_send)
        v->stats.checksum_alt_form++;
    if (odd & VRRP__ODD_LIST)
        v->stats.address_list_errors++;
    if (odd & VRRP__ODD_INTERVAL)
        v->stats.interval_errors++;
    if (odd & VRRP__ODD_OWNER)
        v->stats.owner_conflict++;
}

static void vrrp__count_drop(vrrp_stats *s, int code)
{
    switch (code) {
    case VRRP_E_LENGTH:        s->packet_length_errors++; break;
    case VRRP_E_TTL:           s->ip_ttl_errors++; break;
    case VRRP_E_VERSION:       s->version_errors++; break;
    case VRRP_E_TYPE:          s->invalid_type_pkts_rcvd++; break;
    case VRRP_E_CHECKSUM:      s->checksum_errors++; break;
    case VRRP_E_VRID:          s->vrid_errors++; break;
    case VRRP_E_AUTH_TYPE:     s->invalid_auth_type++; break;
    case VRRP_E_AUTH_MISMATCH: s->auth_type_mismatch++; break;
    case VRRP_E_AUTH:          s->auth_failures++; break;
    case VRRP_E_LIST:          s->address_list_errors++; break;
    case VRRP_E_INTERVAL:      s->interval_errors++; break;
    case VRRP_E_OWNER:         s->owner_conflict++; break;
    case VRRP_E_OWN:           s->own_adverts++; break;
    case VRRP_E_STATE:         s->ignored_adverts++; break;
    case VRRP_E_DESTINATION:   s->destination_errors++; break;
    case VRRP_E_PEER:          s->unknown_peers++; break;
    case VRRP_E_AUTH_MISSING:  s->auth_missing++; break;
    case VRRP_E_AUTH_MALFORMED: s->auth_malformed++; break;
    case VRRP_E_AUTH_KEY:      s->auth_unknown_key++; break;
    case VRRP_E_AUTH_HMAC:     s->auth_invalid_hmac++; break;
    case VRRP_E_AUTH_STALE:    s->auth_stale++; break;
    case VRRP_E_AUTH_REPLAY:   s->auth_replay++; break;
    default:                   s->shadowed_adverts++; break;
    }
}

/* This advert's sender is our master now. */
static void vrrp__accept(vrrp *v, const vrrp_rx *rx, const vrrp_advert *a, uint64_t now)
{
    v->master = rx->from;
    v->master_priority = a->priority;
    v->master_interval = v->d.version == 2 ? v->d.interval : a->interval;
    v->asking = v->asked = 0;
    v->timer[VRRP__T_ASK] = VRRP_NEVER;
    v->waited = v->outranks = false;
    vrrp__restart_down(v, false, now);
}

/* A master of lower priority: is it left alone? The delay starts when it is first heard. */
static bool vrrp__spares(vrrp *v, uint64_t now)
{
    if (now < v->yield_until)
        return true;
    if (v->d.no_preempt && v->priority != VRRP_OWNER)
        return true;
    if (v->d.preempt_delay == 0)
        return false;
    if (v->preempt_at == VRRP_NEVER)
        v->preempt_at = now + v->d.preempt_delay;
    return now < v->preempt_at;
}

/* RFC 9568 6.4.2. A released timer stays with the learned interval. */
static void vrrp__backup_hears(vrrp *v, const vrrp_rx *rx, const vrrp_advert *a, uint64_t now)
{
    if (a->priority == 0) {
        if (v->asking == 0 && v->asked == 0)
            vrrp__restart_down(v, true, now);
    } else if (a->priority >= v->priority) {
        v->preempt_at = VRRP_NEVER;
        vrrp__accept(v, rx, a, now);
    } else if (vrrp__spares(v, now)) {
        vrrp__accept(v, rx, a, now);
    } else {
        v->outranks = true;
    }
}

static bool vrrp__beats_us(const vrrp *v, const vrrp_rx *rx, const vrrp_advert *a)
{
    if (a->priority != v->priority)
        return a->priority > v->priority;
    return memcmp(rx->from.byte, v->primary.byte, sizeof rx->from.byte) > 0;
}

/* RFC 9568 6.4.3 answers a losing advert at once; one answer in 10 ms is enough. The running
   Adver_Timer is left alone. */
static void vrrp__answer_loser(vrrp *v, const vrrp_advert *a, uint64_t now)
{
    bool speak = !v->d.no_answer && (a->version == 3 || v->d.answer_v2);

    vrrp__contested(v, now);
    if (!speak || (v->answered_at != VRRP_NEVER && now - v->answered_at < VRRP_SECOND / 100))
        return;
    v->answered_at = now;
    vrrp__send(v, v->priority);
}

/* The loser may have announced addresses of the whole sync group. */
static void vrrp__losing(vrrp *v, const vrrp_advert *a, uint64_t now)
{
    vrrp *m = v->group ? v->group->members : NULL;

    vrrp__answer_loser(v, a, now);
    vrrp__announce_lower(v, now);
    for (; m; m = m->group_next)
        if (m != v)
            vrrp__announce_lower(m, now);
}

/* A better one. Told once more that we were there, it announces again what we announced. */
static void vrrp__beaten(vrrp *v, uint64_t now)
{
    if (v->d.higher_answer)
        vrrp__send(v, v->priority);
    vrrp__enter(v, VRRP_BACKUP, VRRP_WHY_PRIORITY, now);
}

/* RFC 9568 6.4.3 */
static void vrrp__master_hears(vrrp *v, const vrrp_rx *rx, const vrrp_advert *a, uint64_t now)
{
    if (a->priority == 0) {
        vrrp__send(v, v->priority);
        v->timer[VRRP__T_ADVERT] = now + v->d.interval;
    } else if (vrrp__beats_us(v, rx, a)) {
        vrrp__beaten(v, now);
        vrrp__accept(v, rx, a, now);
    } else if (vrrp__stalled(v, v->timer[VRRP__T_ADVERT], now)) {
        vrrp__enter(v, VRRP_BACKUP, VRRP_WHY_STALLED, now);
        vrrp__accept(v, rx, a, now);
    } else {
        vrrp__losing(v, a, now);
    }
}

VRRP_DEF int vrrp_receive(vrrp *v, const vrrp_rx *rx, uint64_t now)
{
    vrrp_advert a;
    unsigned    odd = 0;
    int         bad;

    vrrp__clock(v, now);
    bad = vrrp__judge(v, rx, &a, &odd, now);
    if (bad) {
        vrrp__count_drop(&v->stats, bad);
        return bad;
    }
    vrrp__count_rcvd(v, rx, &a, odd);
    if (v->state == VRRP_BACKUP)
        vrrp__backup_hears(v, rx, &a, now);
    else
        vrrp__master_hears(v, rx, &a, now);
    return 0;
}

// >>group

static bool vrrp__own_fault(const vrrp *v)
{
    return v->faults & ~VRRP_FAULT_GROUP & 0xff;
}

/* True when every running member is, or is about to be, MASTER. */
static bool vrrp__group_agrees(const vrrp *v)
{
    const vrrp *m;

    if (!v->group)
        return true;
    for (m = v->group->members; m; m = m->group_next)
        if (m->started && m->state != VRRP_MASTER && !m->ready)
            return false;
    return true;
}

/* FAULT and INIT of one member are the group's; MASTER it is when all are. Who has been stopped
   has no say, unless all have. */
static void vrrp__group_state(vrrp_group *g, uint8_t why)
{
    static const uint8_t rank[] = { 2, 1, 0, 3 };      /* by state: INIT BACKUP MASTER FAULT */
    const vrrp *m;
    uint8_t     state = VRRP_MASTER;
    bool        any = false;

    for (m = g->members; m; m = m->group_next) {
        bool stopped = !m->started && m->why == VRRP_WHY_STOP;

        any |= !stopped;
        if (!stopped && rank[m->notified] > rank[state])
            state = m->notified;
    }
    if (!any)
        state = VRRP_INIT;
    if (state != g->state)
        g->why = why;
    g->state = state;
}

static void vrrp__follow_one(vrrp *m, uint8_t old, uint8_t state, uint64_t now)
{
    if (state == VRRP_MASTER && m->state == VRRP_BACKUP) {
        vrrp__enter(m, VRRP_MASTER, m->ready ? m->cause : (uint8_t)VRRP_WHY_GROUP, now);
    } else if (state == VRRP_BACKUP && old == VRRP_MASTER && m->state == VRRP_MASTER) {
        vrrp__enter(m, VRRP_BACKUP, VRRP_WHY_GROUP, now);
    } else if (state == VRRP_FAULT && m->state != VRRP_INIT) {
        m->faults |= VRRP_FAULT_GROUP;
        if (m->state != VRRP_FAULT)
            vrrp__enter(m, VRRP_FAULT, VRRP_WHY_GROUP, now);
    }
}

/* All for one: one member's transition is everybody's. */
static void vrrp__follow(vrrp *v, uint8_t old, uint64_t now)
{
    vrrp_group *g = v->group;
    vrrp       *m;

    if (g->busy)
        return;
    g->busy = true;
    if (v->state != VRRP_FAULT || vrrp__own_fault(v))
        for (m = g->members; m; m = m->group_next)
            if (m != v && m->started)
                vrrp__follow_one(m, old, v->state, now);
    g->busy = false;
    vrrp__group_state(g, v->why);
}

static bool vrrp__group_faulty(const vrrp_group *g)
{
    const vrrp *m;

    for (m = g->members; m; m = m->group_next)
        if (m->started && vrrp__own_fault(m))
            return true;
    return false;
}

/* Nobody in the group has a fault of its own any more. */
static void vrrp__group_recover(vrrp_group *g, uint64_t now)
{
    vrrp *m;

    for (m = g->members; m; m = m->group_next) {
        m->faults = (uint8_t)(m->faults & ~VRRP_FAULT_GROUP);
        if (m->state == VRRP_FAULT)
            vrrp__begin(m, VRRP_WHY_RECOVERED, now);
    }
}

/* A member has stopped: what the others had to suffer, or to wait for, because of it is over. */
static void vrrp__group_left(vrrp_group *g, uint64_t now)
{
    vrrp *m;

    if (!vrrp__group_faulty(g))
        vrrp__group_recover(g, now);
    for (m = g->members; m; m = m->group_next)
        if (m->ready)
            vrrp__ready(m, m->cause, now);
}

/* The last reason of its own went away: start again, with the whole group if there is one. */
static void vrrp__recover(vrrp *v, uint64_t now)
{
    if (!v->group)
        vrrp__begin(v, VRRP_WHY_RECOVERED, now);
    else if (vrrp__group_faulty(v->group))
        v->faults |= VRRP_FAULT_GROUP;
    else
        vrrp__group_recover(v->group, now);
}

static void vrrp__set_fault(vrrp *v, uint8_t reason, bool on, uint64_t now)
{
    uint8_t before = v->faults;

    v->faults = (uint8_t)(on ? before | reason : before & ~reason);
    if (v->faults == before || !v->started)
        return;
    if (v->timer[VRRP__T_START] != VRRP_NEVER) {        /* only the others can feel it yet */
        if (!on && v->group && !vrrp__group_faulty(v->group))
            vrrp__group_recover(v->group, now);
        return;
    }
    if (on && v->state != VRRP_FAULT)
        vrrp__enter(v, VRRP_FAULT, VRRP_WHY_FAULT, now);
    else if (on && v->group)
        vrrp__follow(v, v->state, now);
    else if (!on && !vrrp__own_fault(v))
        vrrp__recover(v, now);
}

/* A member that begins as BACKUP: the others wait for it. */
static void vrrp__group_wait(vrrp_group *g, uint64_t now)
{
    vrrp *m;

    for (m = g->members; m; m = m->group_next)
        if (m->state == VRRP_MASTER)
            vrrp__enter(m, VRRP_BACKUP, VRRP_WHY_GROUP, now);
}

VRRP_DEF void vrrp_group_init(vrrp_group *g, const char *name)
{
    memset(g, 0, sizeof *g);
    g->name = name;
}

VRRP_DEF void vrrp_group_add(vrrp_group *g, vrrp *v)
{
    VRRP_ASSERT(!v->group && !v->started);
    v->group = g;
    v->group_next = g->members;
    g->members = v;
}

VRRP_DEF void vrrp_group_remove(vrrp *v)
{
    vrrp **at;

    if (!v->group)
        return;
    for (at = &v->group->members; *at; at = &(*at)->group_next)
        if (*at == v) {
            *at = v->group_next;
            break;
        }
    v->group = NULL;
    v->group_next = NULL;
    v->faults = (uint8_t)(v->faults & ~VRRP_FAULT_GROUP);
}

// >>tracks

/* Sum of the weights that count now; down: one without weight is down. As in keepalived, those of
   a sync group and of an owner are taken as none: members stay together, an owner owner. */
static int vrrp__weigh(const vrrp *v, const vrrp_track *t, unsigned n, bool *down)
{
    bool plain = v->d.priority == VRRP_OWNER || (v->group && !v->group->weights);
    int  sum = 0;

    for (; n > 0; n--, t++)
        if (plain || t->weight == 0)
            *down |= t->up == t->reverse;
        else if (t->up == (t->weight > 0))
            sum += t->reverse ? -t->weight : t->weight;
    return sum;
}

static uint8_t vrrp__clamp(int priority)
{
    return (uint8_t)(priority < 1 ? 1 : priority > 254 ? 254 : priority);
}

/* Sets the effective priority. Returns whether a track without weight is down. */
static bool vrrp__weighed(vrrp *v)
{
    bool down = false;
    int  sum = vrrp__weigh(v, v->d.tracks, v->d.n_tracks, &down);

    if (v->group)
        sum += vrrp__weigh(v, v->group->tracks, v->group->n_tracks, &down);
    v->priority = v->d.priority == VRRP_OWNER ? (uint8_t)VRRP_OWNER : vrrp__clamp(v->base + sum);
    return down;
}

static void vrrp__track(vrrp *v, uint64_t now)
{
    v->track_down = vrrp__weighed(v);
    if (v->timer[VRRP__T_DOWN] != VRRP_NEVER)
        vrrp__arm_down(v, now);
    vrrp__set_fault(v, VRRP_FAULT_TRACK, v->track_down || v->track_block, now);
}

// >>core

VRRP_DEF int vrrp_init(vrrp *v, const vrrp_desc *desc)
{
    memset(v, 0, sizeof *v);
    v->d = *desc;
    vrrp__defaults(&v->d);
    v->base = v->d.priority;
    v->pace.arp_gap = v->pace.na_gap = v->d.announce_gap;
    v->master_interval = v->d.interval;
    v->sequence = v->d.ah_sequence;
    v->answered_at = v->lower_at = v->conflict_at = v->v3_heard = v->lost_window = VRRP_NEVER;
    v->renewed_at = VRRP_NEVER;
    v->timer[VRRP__T_GRACE] = VRRP_NEVER;
    vrrp__quiet(v);
    vrrp__track(v, 0);
    return vrrp__check(&v->d);
}

VRRP_DEF void vrrp_primary(vrrp *v, const vrrp_ip *address)
{
    v->primary = *address;
}

#ifdef VRRP_MBEDTLS
VRRP_DEF int vrrp_mbedtls_key(vrrp_key *key, mbedtls_md_context_t *context)
{
    mbedtls_md_type_t type = key->algorithm == VRRP_MD5 ? MBEDTLS_MD_MD5 : MBEDTLS_MD_SHA256;
    int               error;

    key->context = context;
    mbedtls_md_init(context);
    error = mbedtls_md_setup(context, mbedtls_md_info_from_type(type), 1);
    return error ? error : mbedtls_md_hmac_starts(context, key->bytes, key->size);
}

VRRP_DEF void vrrp_mbedtls_hmac(const vrrp_key *key, const uint8_t *input, size_t size,
                                uint8_t out[32])
{
    mbedtls_md_context_t *context = (mbedtls_md_context_t *)key->context;
    int                   error = mbedtls_md_hmac_reset(context);

    if (!error)
        error = mbedtls_md_hmac_update(context, input, size);
    if (!error)
        error = mbedtls_md_hmac_finish(context, out);
    VRRP_ASSERT(!error);                /* nothing that is known may pass for an HMAC */
}

VRRP_DEF void vrrp_mbedtls_free(vrrp_key *key)
{
    if (key->context)
        mbedtls_md_free((mbedtls_md_context_t *)key->context);
    key->context = NULL;
}
#endif

VRRP_DEF void vrrp_wall(vrrp *v, uint64_t unix_time, uint64_t now)
{
    vrrp__clock(v, now);
    v->wall = unix_time;
    v->wall_at = now;
}

VRRP_DEF void vrrp_mtu(vrrp *v, uint32_t mtu)
{
    v->mtu = mtu;
}

VRRP_DEF void vrrp_start(vrrp *v, uint64_t now)
{
    vrrp__clock(v, now);
    if (v->started)
        return;
    vrrp__track(v, now);                /* by now it is in its sync group */
    v->started = true;
    if (v->d.startup_delay)
        v->timer[VRRP__T_START] = now + v->d.startup_delay;
    else
        vrrp__begin(v, VRRP_WHY_START, now);
}

/* Instead of vrrp_start(): no election, what it has it holds. */
static __attribute__((unused)) void vrrp__hold(vrrp *v, uint64_t now)
{
    vrrp__clock(v, now);
    v->started = v->claimed = true;
    v->state = v->notified = VRRP_MASTER;
    v->since = now;
    vrrp__renew(v, now);
}

VRRP_DEF void vrrp_stop(vrrp *v, uint64_t now)
{
    vrrp__clock(v, now);
    if (!v->started)
        return;
    v->started = false;
    vrrp__enter(v, VRRP_INIT, VRRP_WHY_STOP, now);
    v->faults = (uint8_t)(v->faults & ~(VRRP_FAULT_CLAIM | VRRP_FAULT_GROUP));
    v->retries = 0;
    if (v->group)
        vrrp__group_left(v->group, now);
}

VRRP_DEF void vrrp_tick(vrrp *v, uint64_t now)
{
    int i;

    vrrp__clock(v, now);
    for (i = 0; i < VRRP__TIMERS; i++) {
        uint64_t due = v->timer[i];

        if (due > now)
            continue;
        v->timer[i] = VRRP_NEVER;
        vrrp__fire(v, i, due, now);
    }
}

VRRP_DEF void vrrp_deaf(vrrp *v, uint64_t now)
{
    vrrp__clock(v, now);
    if (v->timer[VRRP__T_DOWN] == VRRP_NEVER || v->waited)
        return;
    v->waited = true;
    vrrp__restart_down(v, false, now);
}

VRRP_DEF void vrrp_set_priority(vrrp *v, uint8_t priority, uint64_t now)
{
    vrrp__clock(v, now);
    if (v->d.priority == VRRP_OWNER)
        return;
    v->base = vrrp__clamp(priority);
    vrrp__track(v, now);
}

VRRP_DEF void vrrp_tracked(vrrp *v, uint64_t now)
{
    vrrp *m = v->group ? v->group->members : NULL;

    vrrp__clock(v, now);
    if (!m)
        vrrp__track(v, now);
    for (; m; m = m->group_next)
        vrrp__track(m, now);
}

/* An address that is renewed is gone for a moment: with a grace we go on under the old one. */
static bool vrrp__graced(vrrp *v, bool on, uint64_t now)
{
    bool running = v->state == VRRP_BACKUP || v->state == VRRP_MASTER;

    if (!on || !running)
        v->timer[VRRP__T_GRACE] = VRRP_NEVER;
    else if (v->timer[VRRP__T_GRACE] == VRRP_NEVER)
        v->timer[VRRP__T_GRACE] = now + v->d.address_grace;
    return on && running;
}

VRRP_DEF void vrrp_block(vrrp *v, uint8_t reason, bool on, uint64_t now)
{
    vrrp__clock(v, now);
    if (reason == VRRP_FAULT_ADDRESS && v->d.address_grace && vrrp__graced(v, on, now))
        return;
    if (reason == VRRP_FAULT_TRACK) {
        v->track_block = on;
        on |= v->track_down;
    }
    vrrp__set_fault(v, reason, on, now);
}

VRRP_DEF void vrrp_claimed(vrrp *v, bool ok, uint64_t now)
{
    vrrp__clock(v, now);
    if (v->state != VRRP_MASTER || !(v->claiming || v->claimed))
        return;
    if (!ok) {
        vrrp__claim_failed(v, now);
    } else if (v->claiming) {
        v->claiming = false;
        v->claimed = true;
        v->retries = 0;
        vrrp__announce(v, now);
        vrrp__arm_refresh(v, now);
        vrrp__notify(v, VRRP_MASTER, v->why);
        if (v->group)
            vrrp__group_state(v->group, v->why);
    }
}

/* A foreign deletion is put back at once, three times in ten intervals. Then that is said, and it
   is put back once an interval: whoever deletes it is not to win, nor to be raced. */
static void vrrp__put_back(vrrp *v, uint64_t now)
{
    if (v->lost_window == VRRP_NEVER || now - v->lost_window >= 10 * v->d.interval) {
        v->lost_window = now;
        v->lost_count = 0;
    }
    if (v->lost_count < 3) {
        v->lost_count++;
        vrrp__claim(v);
        return;
    }
    if (v->lost_count == 3) {
        v->lost_count++;
        vrrp__push(v, VRRP_NOTIFY, v->state, v->state, VRRP_WHY_STOLEN);
    }
    if (v->timer[VRRP__T_RETRY] == VRRP_NEVER)
        v->timer[VRRP__T_RETRY] = now + v->d.interval;
}

VRRP_DEF void vrrp_lost(vrrp *v, uint8_t why, uint64_t now)
{
    vrrp__clock(v, now);
    if (v->state != VRRP_MASTER || !v->claimed)
        return;
    if (why == VRRP_LOST_ROUTE) {
        vrrp__renew(v, now);
        return;
    }
    v->stats.lost_addresses++;
    if (why == VRRP_LOST_LEASE)
        vrrp__enter(v, VRRP_BACKUP, VRRP_WHY_LEASE, now);
    else if (!v->claiming)
        vrrp__put_back(v, now);
}

VRRP_DEF void vrrp_answer(vrrp *v, uint8_t ask, bool ok, uint64_t now)
{
    vrrp__clock(v, now);
    if (v->asking == 0 || v->asking != ask)
        return;
    if (ok)
        vrrp__ask_done(v, now);
    else
        vrrp__refused(v, now);
}

VRRP_DEF void vrrp_peer_dead(vrrp *v, const vrrp_ip *address, uint64_t now)
{
    uint64_t heard = v->down_from;

    vrrp__clock(v, now);
    if (v->state != VRRP_BACKUP || v->timer[VRRP__T_DOWN] == VRRP_NEVER || v->released ||
        v->master_priority == 0 || !vrrp__same(address, &v->master))
        return;
    vrrp__restart_down(v, true, now);
    v->dead = true;
    v->heard_at = heard;
    vrrp__arm_down(v, now);
}

VRRP_DEF void vrrp_conflict(vrrp *v, const vrrp_ip *who, uint64_t now)
{
    vrrp__clock(v, now);
    if (v->state == VRRP_MASTER && !vrrp__same(who, &v->primary))
        vrrp__contested(v, now);
}

VRRP_DEF void vrrp_yield(vrrp *v, uint64_t until, uint64_t now)
{
    vrrp__clock(v, now);
    v->yield_until = until;
    if (v->state == VRRP_MASTER)
        vrrp__enter(v, VRRP_BACKUP, VRRP_WHY_YIELD, now);
}

static uint8_t vrrp__keep_offset(const vrrp *v, uint8_t base)
{
    if (base == VRRP_OWNER || v->d.priority == VRRP_OWNER)
        return base;
    return vrrp__clamp(base + v->base - v->d.priority);
}

static void vrrp__apply(vrrp *v, bool interval_changed, uint64_t now)
{
    if (v->state == VRRP_MASTER) {
        if (interval_changed)
            v->timer[VRRP__T_ADVERT] = now + v->d.interval;
        vrrp__send(v, v->priority);
        if (v->timer[VRRP__T_SETTLE] == VRRP_NEVER)
            vrrp__claim(v);
    } else if (v->state == VRRP_BACKUP) {
        if (v->d.version == 2 || v->master_priority == 0)
            v->master_interval = v->d.interval;
        if (v->timer[VRRP__T_DOWN] != VRRP_NEVER)
            vrrp__arm_down(v, now);
    }
}

VRRP_DEF int vrrp_update(vrrp *v, const vrrp_desc *desc, uint64_t now)
{
    vrrp_desc d = *desc;
    bool      interval_changed;
    uint8_t   state;
    int       bad;

    vrrp__clock(v, now);
    vrrp__defaults(&d);
    bad = vrrp__check(&d);
    if (bad)
        return bad;
    if (d.vrid != v->d.vrid || d.family != v->d.family)
        return VRRP_E_DESC_CHANGED;
    interval_changed = d.interval != v->d.interval;
    vrrp__renumber(v, &d);
    v->base = vrrp__keep_offset(v, d.priority);
    v->d = d;
    v->pace.arp_gap = v->pace.na_gap = d.announce_gap;
    v->frame = v->frames = 0;
    v->timer[VRRP__T_FRAME] = VRRP_NEVER;
    state = v->state;
    vrrp__track(v, now);
    if (v->state == state)              /* else it began with them */
        vrrp__apply(v, interval_changed, now);
    return 0;
}

VRRP_DEF void vrrp_look(const vrrp *v, vrrp_view *view)
{
    memset(view, 0, sizeof *view);
    view->name = v->d.name;
    view->since = v->since;
    view->deadline = vrrp_deadline(v);
    view->skew_time = vrrp_skew(v);
    view->master_down_interval = vrrp_down_interval(v);
    view->master_interval = v->master_interval;
    view->master_down_timer = v->timer[VRRP__T_DOWN];
    view->adver_timer = v->timer[VRRP__T_ADVERT];
    view->primary = v->primary;
    view->master = v->master;
    view->stats = v->stats;
    view->state = v->state;
    view->faults = v->faults;
    view->why = v->why;
    view->new_master_reason = v->new_master_reason;
    view->priority = v->priority;
    view->base_priority = v->base;
    view->master_priority = v->master_priority;
    view->vrid = v->d.vrid;
    view->version = v->d.version;
    view->family = v->d.family;
    view->holding = v->claimed;
}

#ifndef VRRP_NO_LINUX

#ifdef __cplusplus
}
#endif

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#ifdef __cplusplus
extern "C" {
#endif

// >>messages

/* One message from the kernel. type NLMSG_ERROR and NLMSG_DONE end what was asked for. */
typedef struct vrrp__nl_answer {
    const uint8_t *body;
    size_t         size;
    uint32_t       seq, port;
    uint16_t       type, flags;
    int            error;               /* 0 or -errno */
    char           text[96];            /* extended acknowledgement */
} vrrp__nl_answer;

static void vrrp__nl_put(vrrp__nl *m, const void *data, size_t size)
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

static void vrrp__nl_begin(vrrp__nl *m, uint16_t type, uint16_t flags, const void *head,
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
    vrrp__nl_put(m, &h, sizeof h);
    vrrp__nl_put(m, head, size);
}

static size_t vrrp__nl_attr(vrrp__nl *m, uint16_t type, const void *data, size_t size)
{
    size_t        at = m->size;
    struct nlattr h;

    h.nla_len = (uint16_t)(sizeof h + size);
    h.nla_type = type;
    vrrp__nl_put(m, &h, sizeof h);
    vrrp__nl_put(m, data, size);
    return at;
}

/* Closes the nest that vrrp__nl_attr(m, type, NULL, 0) opened at this place. */
static void vrrp__nl_close(vrrp__nl *m, size_t at)
{
    uint16_t length = (uint16_t)(m->size - at);

    if (!m->full)
        memcpy(m->data + at, &length, sizeof length);
}

/* The value of an attribute that has at least so many bytes, or NULL. */
static const uint8_t *vrrp__nl_find(const uint8_t *p, size_t size, unsigned type, size_t least,
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
static void vrrp__nl_get(const uint8_t *p, size_t size, unsigned type, void *out, size_t n)
{
    const uint8_t *found = vrrp__nl_find(p, size, type, n, NULL);

    if (found)
        memcpy(out, found, n);
}

/* The answer's error, and the sentence newer kernels put behind it. */
static void vrrp__nl_error(vrrp__nl_answer *a)
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
    text = vrrp__nl_find(a->body + skip, a->size - skip, NLMSGERR_ATTR_MSG, 1, &length);
    if (text)                           /* its zero counts; a->text is all zeros */
        memcpy(a->text, text, length < sizeof a->text ? length : sizeof a->text - 1);
}

/* The next of the messages that one recv() gave. at: 0 first. */
static bool vrrp__nl_pop(const uint8_t *p, size_t size, size_t *at, vrrp__nl_answer *a)
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
        vrrp__nl_error(a);
    *at += ((size_t)h.nlmsg_len + 3u) & ~(size_t)3;
    return true;
}

// >>netlink

static int vrrp__set(int fd, int level, int name, int value)
{
    return setsockopt(fd, level, name, &value, sizeof value) < 0 ? -errno : 0;
}

/* With CAP_NET_ADMIN also beyond the system's limit. */
static void vrrp__set_room(int fd, int force, int name, uint32_t bytes)
{
    if (vrrp__set(fd, SOL_SOCKET, force, (int)bytes) < 0)
        vrrp__set(fd, SOL_SOCKET, name, (int)bytes);
}

static void vrrp__close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* A netlink socket; port (if wanted) is its own address. Returns it, or -errno. */
static int vrrp__nl_socket(int protocol, uint32_t groups, int flags, uint32_t *port)
{
    struct sockaddr_nl at;
    struct timeval     patience = { 5, 0 };     /* the kernel answers at once, or never */
    socklen_t          size = sizeof at;
    int                error, fd;

    fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | flags, protocol);
    if (fd < 0)
        return -errno;
    vrrp__set(fd, SOL_NETLINK, NETLINK_EXT_ACK, 1);
    vrrp__set(fd, SOL_NETLINK, NETLINK_CAP_ACK, 1);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    vrrp__set_room(fd, SO_RCVBUFFORCE, SO_RCVBUF, 1 << 20);
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
static int vrrp__nl_open(vrrp__nl *m, int protocol, uint8_t room[VRRP__REQUEST + VRRP__ANSWER])
{
    memset(m, 0, sizeof *m);
    m->data = room;
    m->cap = VRRP__REQUEST;
    m->answer = room + VRRP__REQUEST;
    m->fd = vrrp__nl_socket(protocol, 0, 0, &m->port);
    return m->fd < 0 ? m->fd : 0;
}

static void vrrp__nl_heard(vrrp__nl *m, const vrrp__nl_answer *a)
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
static int vrrp__nl_talk(vrrp__nl *m, vrrp__nl_each *each, void *arg)
{
    vrrp__nl_answer a;
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
        n = recv(m->fd, m->answer, VRRP__ANSWER, 0);
        if (n < 0 && errno != EINTR)
            return errno == EAGAIN ? -ETIMEDOUT : -errno;
        for (at = 0; n > 0 && vrrp__nl_pop(m->answer, (size_t)n, &at, &a);)
            vrrp__nl_heard(m, &a);
    }
    return m->error ? m->error : m->torn ? -EAGAIN : 0;
}

// >>addresses

enum { VRRP__IFA_PROTO = 11 };          /* IFA_PROTO, Linux 5.18 */
enum { VRRP__SKIP_STATS = 8 };          /* RTEXT_FILTER_SKIP_STATS */
enum { VRRP__IFF_UP = 1, VRRP__IFF_RUNNING = 64, VRRP__ETHER = 1 };
enum {                                  /* IPV4_DEVCONF_* */
    VRRP__RP_FILTER = 8, VRRP__ARP_FILTER = 13, VRRP__ARP_ANNOUNCE = 18, VRRP__ARP_IGNORE = 19,
    VRRP__PROMOTE_SECONDARIES = 20, VRRP__ACCEPT_LOCAL = 23
};
enum { VRRP__HELD_UNSEEN = 128 };       /* in vrrp_vip.held, until a dump has found it */

/* A setting by number. */
typedef struct vrrp__conf {
    uint16_t which;
    uint32_t value;
} vrrp__conf;

/* ARP for the addresses on a macvlan is its own business. So the interface below answers only for
   its own addresses, and where they would be asked for; and when it asks for somebody to whom one
   of those addresses speaks, it does so in its own name. */
static const vrrp__conf vrrp__below[VRRP__BELOW] = {
    { VRRP__ARP_IGNORE, 1 }, { VRRP__ARP_FILTER, 1 }, { VRRP__ARP_ANNOUNCE, 2 }
};

/* An address as the kernel has it. */
typedef struct vrrp__address {
    uint32_t ifindex, flags;            /* flags: IFA_F_* */
    uint8_t  family, prefix, protocol;
    vrrp_ip  ip, peer;                  /* peer: ip itself if there is none */
} vrrp__address;

/* An interface as the kernel has it. */
typedef struct vrrp__device {
    vrrp_local is;
    uint32_t   mtu, promote, below[VRRP__BELOW];
    uint32_t   parent, group, mode;     /* IFLA_LINK, IFLA_GROUP, IFLA_MACVLAN_MODE */
    uint8_t    mac[6];
    bool       in_vrf;                  /* what is.master is */
    char       alias[80];               /* beginning of IFLA_IFALIAS */
} vrrp__device;

/* Once they are filled in, nobody has to ask whose the family is. */
static void vrrp__vip_defaults(vrrp_vip *vips, size_t n, uint8_t family)
{
    for (; n; n--, vips++) {
        if (!vips->family)
            vips->family = family;
        if (!vips->prefix)
            vips->prefix = vips->family == VRRP_IPV6 ? 128 : 32;
    }
}

/* What follows this text and a decimal number; NULL: they do not stand there. */
static const char *vrrp__number_behind(const char *s, const char *text, unsigned *number)
{
    size_t n = strlen(text);

    if (!s || strncmp(s, text, n) != 0 || s[n] < '0' || s[n] > '9')
        return NULL;
    for (s += n, *number = 0; *s >= '0' && *s <= '9'; s++)
        *number = *number * 10 + (unsigned)(*s - '0');
    return s;
}

static const char *vrrp__ip_str(const vrrp_ip *ip, uint8_t family, char text[INET6_ADDRSTRLEN])
{
    const char *s = inet_ntop(family == VRRP_IPV6 ? AF_INET6 : AF_INET, ip->byte, text,
                              INET6_ADDRSTRLEN);

    return s ? s : "?";
}

/* Decodes RTM_NEWADDR and RTM_DELADDR. */
static bool vrrp__get_address(const vrrp__nl_answer *a, vrrp__address *out)
{
    struct ifaddrmsg h;
    const uint8_t   *p = a->body + sizeof h, *local, *peer;
    size_t           size, bytes;

    if ((a->type != RTM_NEWADDR && a->type != RTM_DELADDR) || a->size < sizeof h)
        return false;
    memcpy(&h, a->body, sizeof h);
    if (h.ifa_family != AF_INET && h.ifa_family != AF_INET6)
        return false;
    memset(out, 0, sizeof *out);
    out->family = h.ifa_family == AF_INET ? VRRP_IPV4 : VRRP_IPV6;
    out->ifindex = h.ifa_index;
    out->prefix = h.ifa_prefixlen;
    out->flags = h.ifa_flags;
    size = a->size - sizeof h;
    bytes = vrrp__ip_size(out->family);
    peer = vrrp__nl_find(p, size, IFA_ADDRESS, bytes, NULL);
    local = vrrp__nl_find(p, size, IFA_LOCAL, bytes, NULL);
    if (!local && !peer)
        return false;
    memcpy(out->ip.byte, local ? local : peer, bytes);
    memcpy(out->peer.byte, peer ? peer : local, bytes);
    vrrp__nl_get(p, size, IFA_FLAGS, &out->flags, sizeof out->flags);
    vrrp__nl_get(p, size, VRRP__IFA_PROTO, &out->protocol, sizeof out->protocol);
    return true;
}

/* A text, cut off where the room ends. */
static void vrrp__get_text(const uint8_t *p, size_t size, unsigned type, char *out, size_t room)
{
    const uint8_t *text = vrrp__nl_find(p, size, type, 1, &size);

    if (text)
        snprintf(out, room, "%.*s", (int)size, (const char *)text);
}

/* What IFLA_LINKINFO says the interface is: "bridge", "dummy" ...; and what it belongs to. */
static void vrrp__get_kind(const uint8_t *p, size_t size, vrrp__device *out)
{
    const uint8_t *info = vrrp__nl_find(p, size, IFLA_LINKINFO, 0, &size), *data;
    size_t         n;
    char           belongs[16] = "";

    if (!info)
        return;
    vrrp__get_text(info, size, IFLA_INFO_KIND, out->is.kind, sizeof out->is.kind);
    vrrp__get_text(info, size, IFLA_INFO_SLAVE_KIND, belongs, sizeof belongs);
    out->in_vrf = strcmp(belongs, "vrf") == 0;
    data = vrrp__nl_find(info, size, IFLA_INFO_DATA, 0, &n);
    if (data && strcmp(out->is.kind, "macvlan") == 0)
        vrrp__nl_get(data, n, IFLA_MACVLAN_MODE, &out->mode, sizeof out->mode);
}

/* One of the interface's settings: IFLA_INET_CONF lists all of them by number. Not told: as high
   as any, there is nothing to set. */
static uint32_t vrrp__get_conf(const uint8_t *p, size_t size, unsigned which)
{
    const uint8_t *s = vrrp__nl_find(p, size, IFLA_AF_SPEC, 0, &size);
    const uint8_t *inet = s ? vrrp__nl_find(s, size, AF_INET, 0, &size) : NULL;
    uint32_t       value = UINT32_MAX;

    s = inet ? vrrp__nl_find(inet, size, IFLA_INET_CONF, which * 4, NULL) : NULL;
    if (s)
        memcpy(&value, s + (which - 1) * 4, sizeof value);
    return value;
}

/* Decodes RTM_NEWLINK and RTM_DELLINK; those of a bridge about its ports are not meant. */
static bool vrrp__get_device(const vrrp__nl_answer *a, vrrp__device *out)
{
    struct ifinfomsg h;
    const uint8_t   *p = a->body + sizeof h, *name, *mac;
    size_t           size, length, i;

    if ((a->type != RTM_NEWLINK && a->type != RTM_DELLINK) || a->size < sizeof h)
        return false;
    memcpy(&h, a->body, sizeof h);
    size = a->size - sizeof h;
    name = vrrp__nl_find(p, size, IFLA_IFNAME, 1, &length);
    if (h.ifi_family == AF_BRIDGE || h.ifi_index <= 0 || !name)
        return false;
    memset(out, 0, sizeof *out);
    out->is.ifindex = (uint32_t)h.ifi_index;
    out->is.flags = h.ifi_flags;
    out->is.type = h.ifi_type;
    snprintf(out->is.name, sizeof out->is.name, "%.*s", (int)length, (const char *)name);
    mac = vrrp__nl_find(p, size, IFLA_ADDRESS, 1, &length);
    if (mac && length == sizeof out->mac)
        memcpy(out->mac, mac, length);
    vrrp__nl_get(p, size, IFLA_MTU, &out->mtu, sizeof out->mtu);
    vrrp__nl_get(p, size, IFLA_MASTER, &out->is.master, sizeof out->is.master);
    vrrp__nl_get(p, size, IFLA_LINK, &out->parent, sizeof out->parent);
    vrrp__nl_get(p, size, IFLA_GROUP, &out->group, sizeof out->group);
    vrrp__get_text(p, size, IFLA_IFALIAS, out->alias, sizeof out->alias);
    vrrp__get_kind(p, size, out);
    out->promote = vrrp__get_conf(p, size, VRRP__PROMOTE_SECONDARIES);
    for (i = 0; i < VRRP__BELOW; i++)
        out->below[i] = vrrp__get_conf(p, size, vrrp__below[i].which);
    return true;
}

/* Everything of one type. What changed meanwhile tears a dump: each() is told to start again by a
   NULL answer, which is also its first call. */
static int vrrp__dump(vrrp__nl *m, bool links, vrrp__nl_each *each, void *arg)
{
    struct ifinfomsg h;
    uint32_t         mask = VRRP__SKIP_STATS;
    int              tries = 5, error;

    memset(&h, 0, sizeof h);
    do {
        each(arg, NULL);
        vrrp__nl_begin(m, links ? RTM_GETLINK : RTM_GETADDR, NLM_F_DUMP, &h,
                       links ? sizeof h : sizeof(struct ifaddrmsg));
        if (links)
            vrrp__nl_attr(m, IFLA_EXT_MASK, &mask, sizeof mask);
        error = vrrp__nl_talk(m, each, arg);
    } while (error == -EAGAIN && --tries > 0);
    return error == -EAGAIN ? 0 : error;        /* a busy machine: events tell the rest */
}

static void vrrp__all_ones(vrrp_ip *out, const vrrp_ip *ip, unsigned prefix)
{
    unsigned i;

    *out = *ip;
    for (i = prefix; i < 32; i++)
        out->byte[i / 8] = (uint8_t)(out->byte[i / 8] | 0x80 >> i % 8);
}

/* To delete, the prefix and the peer are named too: another address may differ in nothing else. */
static void vrrp__put_address(vrrp__nl *m, uint16_t type, uint16_t flags, const vrrp__address *a,
                              uint8_t scope)
{
    struct ifaddrmsg h;
    size_t           bytes = vrrp__ip_size(a->family);

    memset(&h, 0, sizeof h);
    h.ifa_family = a->family == VRRP_IPV6 ? AF_INET6 : AF_INET;
    h.ifa_prefixlen = a->prefix;
    h.ifa_scope = scope;
    h.ifa_index = a->ifindex;
    vrrp__nl_begin(m, type, (uint16_t)(flags | NLM_F_ACK), &h, sizeof h);
    vrrp__nl_attr(m, IFA_LOCAL, a->ip.byte, bytes);
    vrrp__nl_attr(m, IFA_ADDRESS, a->peer.byte, bytes);
}

static void vrrp__vip_address(vrrp__address *out, const vrrp_vip *vip, uint32_t ifindex)
{
    memset(out, 0, sizeof *out);
    out->ifindex = ifindex;
    out->family = vip->family;
    out->prefix = vip->prefix;
    out->ip = vip->address;
    out->peer = vrrp__is_zero(&vip->peer) ? vip->address : vip->peer;
}

static uint32_t vrrp__vip_flags(const vrrp_vip *vip)
{
    bool     six = vip->family == VRRP_IPV6;
    uint32_t flags = 0;

    if (six && !vip->dad)
        flags |= IFA_F_NODAD;
    if (vip->noprefixroute || (six && vip->prefix == 128))
        flags |= IFA_F_NOPREFIXROUTE;
    if (vip->home)
        flags |= IFA_F_HOMEADDRESS;
    if (vip->mngtmpaddr)
        flags |= IFA_F_MANAGETEMPADDR;
    if (vip->autojoin)
        flags |= IFA_F_MCAUTOJOIN;
    return flags;
}

/* A VIP is never our source address: in IPv6 it is deprecated from the start, in IPv4 it comes
   after the address whose subnet it is in. What is static is an address like others. */
static bool vrrp__is_preferred(const vrrp_vip *vip, uint8_t tag)
{
    return vip->family == VRRP_IPV4 || vip->mngtmpaddr ||
           (vip->prefix < 128 && (tag & ~1) == VRRP_PROTO_STATIC);
}

static void vrrp__put_vip(vrrp__nl *m, const vrrp_vip *vip, uint32_t ifindex, uint8_t tag)
{
    struct ifa_cacheinfo life;
    vrrp__address        a;
    vrrp_ip              brd = vip->broadcast;
    uint32_t             flags = vrrp__vip_flags(vip);

    vrrp__vip_address(&a, vip, ifindex);
    vrrp__put_address(m, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, &a, vip->scope);
    if (vip->broadcast_auto && vip->prefix < 31)
        vrrp__all_ones(&brd, &vip->address, vip->prefix);
    if (vip->family == VRRP_IPV4 && !vrrp__is_zero(&brd))
        vrrp__nl_attr(m, IFA_BROADCAST, brd.byte, 4);
    if (vip->family == VRRP_IPV4 && vip->label[0])
        vrrp__nl_attr(m, IFA_LABEL, vip->label, strnlen(vip->label, sizeof vip->label - 1) + 1);
    vrrp__nl_attr(m, IFA_FLAGS, &flags, sizeof flags);
    memset(&life, 0, sizeof life);
    life.ifa_valid = UINT32_MAX;
    life.ifa_prefered = vip->preferred_given ? vip->preferred_lft :
                        vrrp__is_preferred(vip, tag) ? UINT32_MAX : 0;
    vrrp__nl_attr(m, IFA_CACHEINFO, &life, sizeof life);
    vrrp__nl_attr(m, VRRP__IFA_PROTO, &tag, sizeof tag);
}

static void vrrp__put_link(vrrp__nl *m, uint16_t type, uint16_t flags, uint32_t ifindex)
{
    struct ifinfomsg h;

    memset(&h, 0, sizeof h);
    h.ifi_index = (int)ifindex;
    vrrp__nl_begin(m, type, (uint16_t)(flags | NLM_F_ACK), &h, sizeof h);
}

/* Settings of an interface by netlink: /proc/sys may be read-only. */
static void vrrp__put_settings(vrrp__nl *m, const vrrp__conf *c, size_t n)
{
    size_t spec, inet, conf;

    spec = vrrp__nl_attr(m, IFLA_AF_SPEC, NULL, 0);
    inet = vrrp__nl_attr(m, AF_INET, NULL, 0);
    conf = vrrp__nl_attr(m, IFLA_INET_CONF, NULL, 0);
    for (; n; n--, c++)
        vrrp__nl_attr(m, c->which, &c->value, sizeof c->value);
    vrrp__nl_close(m, conf);
    vrrp__nl_close(m, inet);
    vrrp__nl_close(m, spec);
}

static void vrrp__put_conf(vrrp__nl *m, uint32_t ifindex, const vrrp__conf *c, size_t n)
{
    vrrp__put_link(m, RTM_NEWLINK, 0, ifindex);
    vrrp__put_settings(m, c, n);
}

static bool vrrp__same_subnet(const vrrp_ip *a, const vrrp_ip *b, unsigned prefix)
{
    unsigned whole = prefix / 8, rest = prefix % 8;

    if (memcmp(a->byte, b->byte, whole) != 0)
        return false;
    return rest == 0 || (a->byte[whole] ^ b->byte[whole]) >> (8 - rest) == 0;
}

// >>routes

/* A rule that the kernel ordered itself could not be told from its own copy. */
static void vrrp__rules_defaults(vrrp_rule *rules, unsigned n)
{
    for (; n; n--)
        if (!rules[n - 1].preference)
            rules[n - 1].preference = 16385 - n;
}

/* What belongs to the addresses. Routes and rules are never read: to add one that is there already
   changes nothing and says so, and a deletion names our protocol. */

enum { VRRP__TO_TABLE = 1, VRRP__GOTO = 2 };  /* FR_ACT_* */
enum { VRRP__RULE_INVERT = 2 };         /* FIB_RULE_INVERT */
enum {
    VRRP__FRA_DST = 1, VRRP__FRA_SRC = 2, VRRP__FRA_IIF = 3, VRRP__FRA_GOTO = 4,
    VRRP__FRA_PRIORITY = 6, VRRP__FRA_FWMARK = 10, VRRP__FRA_FLOW = 11, VRRP__FRA_TUN_ID = 12,
    VRRP__FRA_SUPPRESS_GROUP = 13, VRRP__FRA_SUPPRESS_PREFIX = 14, VRRP__FRA_TABLE = 15,
    VRRP__FRA_FWMASK = 16, VRRP__FRA_OIF = 17, VRRP__FRA_L3MDEV = 19, VRRP__FRA_UID = 20,
    VRRP__FRA_PROTOCOL = 21, VRRP__FRA_IPPROTO = 22, VRRP__FRA_SPORT = 23, VRRP__FRA_DPORT = 24
};
enum { VRRP__CONGCTL = 16 };            /* RTAX_CC_ALGO, the one that is a text */
enum {
    VRRP__RTA_VIA = 18, VRRP__RTA_PREF = 20, VRRP__RTA_ENCAP_TYPE = 21, VRRP__RTA_ENCAP = 22,
    VRRP__RTA_EXPIRES = 23
};
enum { VRRP__ENCAP_MPLS = 1 };          /* LWTUNNEL_ENCAP_* */

static vrrp_link *vrrp__link_named(vrrp_io *io, const char *name);

static uint32_t vrrp__index_of(vrrp_io *io, const char *name)
{
    const vrrp_link *link = io ? vrrp__link_named(io, name) : NULL;

    return link ? link->ifindex : 0;
}

static void vrrp__put_ip_attr(vrrp__nl *m, unsigned type, const vrrp_net *net)
{
    if (net->family)
        vrrp__nl_attr(m, (uint16_t)type, net->ip.byte, vrrp__ip_size(net->family));
}

/* 0 is what the kernel assumes anyway. */
static void vrrp__put_number(vrrp__nl *m, unsigned type, uint32_t value)
{
    if (value)
        vrrp__nl_attr(m, (uint16_t)type, &value, sizeof value);
}

static void vrrp__put_name(vrrp__nl *m, unsigned type, const char name[16])
{
    if (name[0])
        vrrp__nl_attr(m, (uint16_t)type, name, strnlen(name, 15) + 1);
}

static uint8_t vrrp__route_family(const vrrp_route *r, uint8_t family)
{
    return r->family ? r->family : r->to.family ? r->to.family : r->from.family ? r->from.family :
           r->src.family ? r->src.family : family;
}

static uint8_t vrrp__rule_family(const vrrp_rule *r, uint8_t family)
{
    return r->family ? r->family : r->from.family ? r->from.family :
           r->to.family ? r->to.family : family;
}

static bool vrrp__is_local_type(uint8_t type)
{
    return type == RTN_LOCAL || type == RTN_BROADCAST || type == RTN_ANYCAST;
}

static uint32_t vrrp__route_table(const vrrp_route *r)
{
    return r->table ? r->table : vrrp__is_local_type(r->type) ? RT_TABLE_LOCAL : RT_TABLE_MAIN;
}

/* As ip(8) chooses it: what nobody forwards is on the link. */
static uint8_t vrrp__route_scope(const vrrp_route *r, uint8_t family)
{
    if (r->scope_given || family == VRRP_IPV6)
        return r->scope;
    if (r->type == RTN_LOCAL)
        return RT_SCOPE_HOST;
    if (r->type == RTN_BROADCAST || r->type == RTN_MULTICAST || r->type == RTN_ANYCAST)
        return RT_SCOPE_LINK;
    return r->type > RTN_UNICAST || r->hop.via.family || r->n_hops ? RT_SCOPE_UNIVERSE
                                                                   : RT_SCOPE_LINK;
}

static void vrrp__put_via(vrrp__nl *m, const vrrp_net *via, uint8_t family)
{
    uint8_t  other[18];
    uint16_t af = via->family == VRRP_IPV6 ? AF_INET6 : AF_INET;
    size_t   bytes = vrrp__ip_size(via->family);

    if (!via->family || via->family == family) {
        vrrp__put_ip_attr(m, RTA_GATEWAY, via);
        return;
    }
    memcpy(other, &af, sizeof af);
    memcpy(other + sizeof af, via->ip.byte, bytes);
    vrrp__nl_attr(m, VRRP__RTA_VIA, other, sizeof af + bytes);
}

static void vrrp__put_hops(vrrp__nl *m, vrrp_io *io, const vrrp_route *r, uint8_t family)
{
    struct rtnexthop h;
    size_t           all = vrrp__nl_attr(m, RTA_MULTIPATH, NULL, 0), at;
    unsigned         i;

    for (i = 0; i < r->n_hops; i++) {
        const vrrp_hop *hop = &r->hops[i];

        memset(&h, 0, sizeof h);
        h.rtnh_ifindex = (int)vrrp__index_of(io, hop->device);
        h.rtnh_hops = (uint8_t)(hop->weight ? hop->weight - 1 : 0);
        h.rtnh_flags = hop->onlink ? RTNH_F_ONLINK : 0;
        at = m->size;
        vrrp__nl_put(m, &h, sizeof h);
        vrrp__put_via(m, &hop->via, family);
        vrrp__nl_close(m, at);          /* its length too comes first */
    }
    vrrp__nl_close(m, all);
}

static void vrrp__put_metrics(vrrp__nl *m, const vrrp_route *r)
{
    bool     any = r->congctl[0] != 0;
    unsigned i;
    size_t   at;

    for (i = 1; i < VRRP_METRICS; i++)
        any |= r->metrics[i] != 0;
    if (!any)
        return;
    at = vrrp__nl_attr(m, RTA_METRICS, NULL, 0);
    for (i = 1; i < VRRP_METRICS; i++)
        if (i != VRRP__CONGCTL)
            vrrp__put_number(m, i, r->metrics[i]);
    vrrp__put_name(m, VRRP__CONGCTL, r->congctl);
    vrrp__nl_close(m, at);
}

/* What tells a route from others, with the protocol: all that a deletion names. */
static void vrrp__put_route_key(vrrp__nl *m, uint16_t type, uint16_t flags, const vrrp_route *r,
                                uint8_t family)
{
    struct rtmsg h;
    uint32_t     table = vrrp__route_table(r);

    memset(&h, 0, sizeof h);
    h.rtm_family = family == VRRP_IPV6 ? AF_INET6 : AF_INET;
    h.rtm_dst_len = r->to.prefix;
    h.rtm_src_len = r->from.prefix;
    h.rtm_tos = r->tos;
    h.rtm_table = table < 256 ? (uint8_t)table : (uint8_t)RT_TABLE_UNSPEC;
    h.rtm_protocol = r->protocol ? r->protocol : VRRP_PROTO_ROUTE;
    h.rtm_scope = RT_SCOPE_NOWHERE;
    if (type == RTM_NEWROUTE) {
        h.rtm_scope = vrrp__route_scope(r, family);
        h.rtm_type = r->type ? r->type : (uint8_t)RTN_UNICAST;
        h.rtm_flags = r->hop.onlink ? RTNH_F_ONLINK : 0;
    }
    vrrp__nl_begin(m, type, (uint16_t)(flags | NLM_F_ACK), &h, sizeof h);
    vrrp__put_ip_attr(m, RTA_DST, &r->to);
    vrrp__put_ip_attr(m, RTA_SRC, &r->from);
    vrrp__put_number(m, RTA_TABLE, table);
    vrrp__put_number(m, RTA_PRIORITY, r->metric ? r->metric : family == VRRP_IPV6 ? 1024 : 0);
}

static void vrrp__put64(uint8_t *p, uint64_t value)
{
    unsigned i;

    for (i = 0; i < 8; i++)
        p[i] = (uint8_t)(value >> (56 - 8 * i));
}

static void vrrp__put_byte(vrrp__nl *m, unsigned type, uint8_t value)
{
    if (value)
        vrrp__nl_attr(m, (uint16_t)type, &value, sizeof value);
}

/* A label stack ends with a bit in its last label (RFC 3032). */
static void vrrp__put_labels(vrrp__nl *m, const vrrp_encap *e)
{
    uint8_t  stack[32];
    unsigned i;

    for (i = 0; i < e->n_labels && i < 8; i++) {
        vrrp__put16(stack + 4 * i, e->labels[i] >> 4);
        vrrp__put16(stack + 4 * i + 2, e->labels[i] << 12 | (i + 1 == e->n_labels ? 256u : 0u));
    }
    vrrp__nl_attr(m, 1 /* MPLS_IPTUNNEL_DST */, stack, 4 * (size_t)i);
    vrrp__put_byte(m, 2 /* MPLS_IPTUNNEL_TTL */, e->ttl);
}

/* LWTUNNEL_IP_* and LWTUNNEL_IP6_* have the same numbers. */
static void vrrp__put_encap(vrrp__nl *m, const vrrp_encap *e)
{
    uint8_t wide[8];
    size_t  at;

    if (!e->type)
        return;
    vrrp__nl_attr(m, VRRP__RTA_ENCAP_TYPE, &e->type, sizeof e->type);
    at = vrrp__nl_attr(m, VRRP__RTA_ENCAP, NULL, 0);
    if (e->type == VRRP__ENCAP_MPLS) {
        vrrp__put_labels(m, e);
    } else {
        vrrp__put64(wide, e->id);
        if (e->id)
            vrrp__nl_attr(m, 1 /* LWTUNNEL_IP_ID */, wide, 8);
        vrrp__put_ip_attr(m, 2 /* DST */, &e->dst);
        vrrp__put_ip_attr(m, 3 /* SRC */, &e->src);
        vrrp__put_byte(m, 4 /* TTL, HOPLIMIT */, e->ttl);
        vrrp__put_byte(m, 5 /* TOS, TC */, e->tos);
        vrrp__put16(wide, e->flags);
        if (e->flags)
            vrrp__nl_attr(m, 6 /* FLAGS */, wide, 2);
    }
    vrrp__nl_close(m, at);
}

static void vrrp__put_route(vrrp__nl *m, vrrp_io *io, const vrrp_route *r, uint8_t family)
{
    uint16_t flags = r->order == VRRP_ROUTE_APPEND    ? NLM_F_CREATE | NLM_F_APPEND
                     : r->order == VRRP_ROUTE_PREPEND ? NLM_F_CREATE : NLM_F_CREATE | NLM_F_EXCL;

    family = vrrp__route_family(r, family);
    vrrp__put_route_key(m, RTM_NEWROUTE, flags, r, family);
    vrrp__put_ip_attr(m, RTA_PREFSRC, &r->src);
    if (r->n_hops) {
        vrrp__put_hops(m, io, r, family);
    } else {
        vrrp__put_number(m, RTA_OIF, vrrp__index_of(io, r->hop.device));
        vrrp__put_via(m, &r->hop.via, family);
    }
    vrrp__put_metrics(m, r);
    vrrp__put_number(m, RTA_FLOW, r->realms);
    vrrp__put_number(m, VRRP__RTA_EXPIRES, r->expires);
    vrrp__put_byte(m, VRRP__RTA_PREF, r->pref);
    vrrp__put_encap(m, &r->encap);
}

static void vrrp__put_ports(vrrp__nl *m, unsigned type, const uint16_t range[2])
{
    if (range[0])
        vrrp__nl_attr(m, (uint16_t)type, range, 4);
}

static void vrrp__put_rule_rest(vrrp__nl *m, const vrrp_rule *r)
{
    uint8_t  tun[8];

    vrrp__put_number(m, VRRP__FRA_FWMARK, r->fwmark);
    vrrp__put_number(m, VRRP__FRA_FWMASK, r->fwmask);
    vrrp__put_number(m, VRRP__FRA_FLOW, r->realms);
    if (r->suppress_prefix_given)
        vrrp__nl_attr(m, VRRP__FRA_SUPPRESS_PREFIX, &r->suppress_prefix, 4);
    if (r->suppress_group_given)
        vrrp__nl_attr(m, VRRP__FRA_SUPPRESS_GROUP, &r->suppress_group, 4);
    if (r->uid_given)
        vrrp__nl_attr(m, VRRP__FRA_UID, r->uid, sizeof r->uid);
    vrrp__put64(tun, r->tun_id);
    if (r->tun_id)
        vrrp__nl_attr(m, VRRP__FRA_TUN_ID, tun, sizeof tun);
    vrrp__put_byte(m, VRRP__FRA_L3MDEV, r->l3mdev);
    vrrp__put_byte(m, VRRP__FRA_IPPROTO, r->ipproto);
    vrrp__put_ports(m, VRRP__FRA_SPORT, r->sport);
    vrrp__put_ports(m, VRRP__FRA_DPORT, r->dport);
}

/* struct fib_rule_hdr has the layout of struct rtmsg. */
static void vrrp__put_rule(vrrp__nl *m, uint16_t type, const vrrp_rule *r, uint8_t family)
{
    struct rtmsg h;
    uint32_t     table = r->table ? r->table : RT_TABLE_MAIN;
    uint8_t      protocol = r->protocol ? r->protocol : VRRP_PROTO_ROUTE;
    bool         jump = r->action == VRRP__GOTO, look = r->action <= VRRP__TO_TABLE;

    memset(&h, 0, sizeof h);
    h.rtm_family = vrrp__rule_family(r, family) == VRRP_IPV6 ? AF_INET6 : AF_INET;
    h.rtm_dst_len = r->to.prefix;
    h.rtm_src_len = r->from.prefix;
    h.rtm_tos = r->tos;
    h.rtm_type = look ? (uint8_t)VRRP__TO_TABLE : r->action;
    h.rtm_table = look && !r->l3mdev && table < 256 ? (uint8_t)table : (uint8_t)RT_TABLE_UNSPEC;
    h.rtm_flags = r->invert ? VRRP__RULE_INVERT : 0;
    vrrp__nl_begin(m, type, type == RTM_NEWRULE ? NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL : NLM_F_ACK,
                   &h, sizeof h);
    vrrp__put_ip_attr(m, VRRP__FRA_DST, &r->to);
    vrrp__put_ip_attr(m, VRRP__FRA_SRC, &r->from);
    vrrp__put_name(m, VRRP__FRA_IIF, r->iif);
    vrrp__put_name(m, VRRP__FRA_OIF, r->oif);
    vrrp__put_number(m, VRRP__FRA_PRIORITY, r->preference);
    if (jump)
        vrrp__put_number(m, VRRP__FRA_GOTO, r->target);
    if (look && !r->l3mdev)
        vrrp__put_number(m, VRRP__FRA_TABLE, table);
    vrrp__nl_attr(m, VRRP__FRA_PROTOCOL, &protocol, sizeof protocol);
    vrrp__put_rule_rest(m, r);
}

static uint32_t vrrp__items(const vrrp_setup *s)
{
    return (uint32_t)s->desc.n_addresses + s->n_routes + s->n_rules;
}

/* In the order in which they are added: addresses, routes, rules. */
static vrrp__item vrrp__item_of(const vrrp_setup *s, uint32_t i)
{
    uint32_t   n = s->desc.n_addresses;
    vrrp__item it;

    memset(&it, 0, sizeof it);
    it.family = s->desc.family;
    if (i < n)
        it.held = &(it.vip = &s->desc.addresses[i])->held;
    else if (i - n < s->n_routes)
        it.held = &(it.route = &s->routes[i - n])->held;
    else
        it.held = &(it.rule = &s->rules[i - n - s->n_routes])->held;
    return it;
}

/* A route or a rule. */
static void vrrp__put_item(vrrp__nl *m, vrrp_io *io, const vrrp__item *it, bool add)
{
    if (it->rule)
        vrrp__put_rule(m, add ? RTM_NEWRULE : RTM_DELRULE, it->rule, it->family);
    else if (add)
        vrrp__put_route(m, io, it->route, it->family);
    else
        vrrp__put_route_key(m, RTM_DELROUTE, 0, it->route,
                            vrrp__route_family(it->route, it->family));
}

/* Two are the same when the kernel is told the same: to add them, or (would it take the one for the
   other?) to delete them. */
static bool vrrp__same_item(vrrp_io *io, const vrrp__item *a, const vrrp__item *b, bool add)
{
    vrrp__nl *m = &io->nl;
    size_t    skip = NLMSG_HDRLEN, half;
    bool      same;

    if (!a->rule != !b->rule)
        return false;
    vrrp__put_item(m, io, a, add);
    half = m->size;
    vrrp__put_item(m, io, b, add);
    same = half * 2 == m->size && memcmp(m->data + skip, m->data + half + skip, half - skip) == 0;
    m->size = 0;
    m->full = false;
    return same;
}

/* "route 203.0.113.0/24 table 100", "rule 16384" */
static void vrrp__item_str(const vrrp__item *it, char text[80])
{
    const vrrp_route *r = it->route;
    char              ip[INET6_ADDRSTRLEN];

    if (!r)
        snprintf(text, 80, "rule %u", (unsigned)it->rule->preference);
    else if (r->to.family && r->to.prefix)
        snprintf(text, 80, "route %s/%u table %u", vrrp__ip_str(&r->to.ip, r->to.family, ip),
                 r->to.prefix, (unsigned)vrrp__route_table(r));
    else
        snprintf(text, 80, "default route table %u", (unsigned)vrrp__route_table(r));
}

/* What is gone already need not go. */
static bool vrrp__is_gone(int error)
{
    return error == -EADDRNOTAVAIL || error == -ENODEV || error == -ESRCH || error == -ENOENT;
}

/* Deletions under way: how many succeeded, and the first failure. */
typedef struct vrrp__tally {
    unsigned deleted;
    int      error;
} vrrp__tally;

static void vrrp__tally_answer(void *arg, const vrrp__nl_answer *a)
{
    vrrp__tally *t = (vrrp__tally *)arg;

    if (a->type != NLMSG_ERROR)
        return;
    t->deleted += a->error == 0;
    if (a->error && !vrrp__is_gone(a->error) && !t->error)
        t->error = a->error;
}

static void vrrp__tally_send(vrrp__nl *m, vrrp__tally *t, size_t least)
{
    int error;

    if (m->size == 0 || m->cap - m->size >= least)
        return;
    error = vrrp__nl_talk(m, vrrp__tally_answer, t);
    if (error && !vrrp__is_gone(error) && !t->error)
        t->error = error;
}

static void vrrp__tally_address(vrrp__nl *m, vrrp__tally *t, const vrrp__address *a)
{
    vrrp__put_address(m, RTM_DELADDR, 0, a, 0);
    vrrp__tally_send(m, t, 512);
}

/* Deletes the rules, then the routes whose state is this, the last first: 0, what a dead process
   may have left; VRRP_HELD_OURS. The kernel compares the protocol. */
static vrrp__tally vrrp__take_back(vrrp__nl *m, const vrrp_setup *s, uint8_t held)
{
    vrrp__tally t = { 0, 0 };
    uint32_t    i;

    for (i = vrrp__items(s); i-- > s->desc.n_addresses;) {
        vrrp__item it = vrrp__item_of(s, i);

        if (*it.held != held)
            continue;
        vrrp__put_item(m, NULL, &it, false);
        vrrp__tally_send(m, &t, 512);
    }
    vrrp__tally_send(m, &t, SIZE_MAX);
    return t;
}

/* From now on changes of routes and rules wake us up. The kernel sorts out those of others before
   they are queued: a router's table may change a thousand times a second. */
static int vrrp__hear_routes(vrrp_io *io, bool any)
{
    static const int   groups[] = { RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV4_RULE,
                                    RTNLGRP_IPV6_RULE };
    struct sock_filter f[] = {
        { BPF_LD | BPF_H | BPF_ABS, 0, 0, 4 },          /* nlmsg_type, its bytes as they lie */
        { BPF_JMP | BPF_JEQ | BPF_K, 5, 0, htons(RTM_NEWROUTE) },
        { BPF_JMP | BPF_JEQ | BPF_K, 4, 0, htons(RTM_NEWRULE) },
        { BPF_JMP | BPF_JEQ | BPF_K, 0, 2, htons(RTM_DELROUTE) },
        { BPF_LD | BPF_B | BPF_ABS, 0, 0, NLMSG_HDRLEN + offsetof(struct rtmsg, rtm_protocol) },
        { BPF_JMP | BPF_JEQ | BPF_K, 0, any ? (uint8_t)0 : (uint8_t)1, VRRP_PROTO_ROUTE },
        { BPF_RET | BPF_K, 0, 0, UINT32_MAX },
        { BPF_RET | BPF_K, 0, 0, 0 }
    };
    struct sock_fprog  program;
    unsigned           i;
    int                error = 0;

    if (io->routing && (io->any_route || !any))
        return 0;
    io->routing = true;
    io->any_route |= any;
    program.len = sizeof f / sizeof *f;
    program.filter = f;
    if (setsockopt(io->event_fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) < 0)
        return -errno;
    for (i = 0; i < 4 && !error; i++)
        error = vrrp__set(io->event_fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, groups[i]);
    return error;
}

// >>sockets

#define VRRP__UNNAMED "/"               /* no interface has such a name */

/* A destination; and what must go beside an IPv4 packet, for lack of room in its address. */
typedef struct vrrp__way {
    union {
        struct sockaddr     any;
        struct sockaddr_in  in;
        struct sockaddr_in6 in6;
        struct sockaddr_ll  ll;
    } to;
    union {
        uint64_t align;
        uint8_t  bytes[CMSG_SPACE(sizeof(struct in6_pktinfo))];
    } control;
} vrrp__way;

static int vrrp__fail(vrrp_io *io, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void vrrp__complain(vrrp_io *io, vrrp_router *r, vrrp_link *link, int code,
                           const char *format, ...) __attribute__((format(printf, 5, 6)));

static int vrrp__fail(vrrp_io *io, int code, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    vsnprintf(io->err, sizeof io->err, format, list);
    va_end(list);
    return code;
}

static vrrp_event *vrrp__event(vrrp_io *io, uint8_t kind, vrrp_router *r, vrrp_link *link)
{
    vrrp_event *e = &io->ring[(io->ring_head + io->ring_n) % VRRP__RING];

    if (io->ring_n == VRRP__RING) {
        io->ring_lost++;
        return NULL;
    }
    io->ring_n++;
    memset(e, 0, sizeof *e);
    e->kind = kind;
    e->router = r;
    e->link = link;
    return e;
}

static void vrrp__complain(vrrp_io *io, vrrp_router *r, vrrp_link *link, int code,
                           const char *format, ...)
{
    vrrp_event *e = vrrp__event(io, code ? VRRP_EVENT_ERROR : VRRP_EVENT_LINK, r, link);
    va_list     list;

    if (!e)
        return;
    e->code = code;
    va_start(list, format);
    vsnprintf(e->text, sizeof e->text, format, list);
    va_end(list);
}

/* The same complaint about a router at most once in ten seconds. */
static bool vrrp__may_say(vrrp_router *r, unsigned kind, uint64_t now)
{
    uint32_t second = (uint32_t)(now / VRRP_SECOND) + 1;

    if (kind >= VRRP__SAID || (r->said[kind] && second - r->said[kind] < 10))
        return false;
    r->said[kind] = second;
    return true;
}

/* A sending socket hears nothing: every raw socket of protocol 112 would be visited for every
   advert. Returns it, or -errno. */
static int vrrp__mouth(int way)
{
    static const int   domain[] = { AF_INET, AF_INET6, AF_PACKET };
    struct sock_filter none;
    struct sock_fprog  program;
    int                fd;

    fd = socket(domain[way], SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
                way == VRRP__FRAME ? 0 : IPPROTO_RAW);
    if (fd < 0)
        return -errno;
    memset(&none, 0, sizeof none);
    none.code = BPF_RET | BPF_K;
    program.len = 1;
    program.filter = &none;
    setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
    vrrp__set(fd, SOL_SOCKET, SO_PRIORITY, 7);
    vrrp__set_room(fd, SO_SNDBUFFORCE, SO_SNDBUF, 1 << 20);
    if (way == 0)
        vrrp__set(fd, IPPROTO_IP, IP_MULTICAST_LOOP, 0);
    if (way == 1)
        vrrp__set(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0);
    return fd;
}

/* An address that does not tell the interface needs it beside. */
static void vrrp__way_info(struct msghdr *h, vrrp__way *way, bool six, uint32_t ifindex)
{
    struct in_pktinfo  info;
    struct in6_pktinfo info6;
    struct cmsghdr    *c;

    memset(&info, 0, sizeof info);
    memset(&info6, 0, sizeof info6);
    info.ipi_ifindex = (int)ifindex;
    info6.ipi6_ifindex = ifindex;
    h->msg_control = way->control.bytes;
    h->msg_controllen = six ? CMSG_SPACE(sizeof info6) : CMSG_SPACE(sizeof info);
    c = CMSG_FIRSTHDR(h);
    c->cmsg_level = six ? IPPROTO_IPV6 : IPPROTO_IP;
    c->cmsg_type = six ? IPV6_PKTINFO : IP_PKTINFO;
    c->cmsg_len = six ? CMSG_LEN(sizeof info6) : CMSG_LEN(sizeof info);
    if (six)
        memcpy(CMSG_DATA(c), &info6, sizeof info6);
    else
        memcpy(CMSG_DATA(c), &info, sizeof info);
}

static socklen_t vrrp__way_to(vrrp__way *way, int kind, const vrrp_ip *ip, uint32_t ifindex)
{
    memset(way, 0, sizeof *way);
    if (kind == VRRP__FRAME) {
        way->to.ll.sll_family = AF_PACKET;
        way->to.ll.sll_ifindex = (int)ifindex;
        return sizeof way->to.ll;
    }
    if (kind == 1) {
        way->to.in6.sin6_family = AF_INET6;
        way->to.in6.sin6_scope_id = ifindex;
        memcpy(&way->to.in6.sin6_addr, ip->byte, 16);
        return sizeof way->to.in6;
    }
    way->to.in.sin_family = AF_INET;
    memcpy(&way->to.in.sin_addr, ip->byte, 4);
    return sizeof way->to.in;
}

/* An interface that is gone is told as that. */
static void vrrp__not_sent(vrrp_io *io, const vrrp__out *out, int error, uint64_t now)
{
    vrrp_router *r = out->router;
    bool         gone = error == ENODEV || error == ENXIO || error == ENETDOWN ||
                        (error == ENETUNREACH && out->ifindex);

    if (!gone && vrrp__may_say(r, VRRP__SAID - 1, now))
        vrrp__complain(io, r, r->link, -error, "sending on %s: %s", r->link->name,
                       strerror(error));
}

/* What follows each other through one socket goes in one call, which with musl sendmmsg() is not.
   One that fails does not stop the others. */
static void vrrp__flush(vrrp_io *io, uint64_t now)
{
    struct mmsghdr msg[VRRP__OUT];
    struct iovec   part[VRRP__OUT];
    vrrp__way      way[VRRP__OUT];
    vrrp__out     *out = io->out;
    unsigned       i, n;
    int            sent;

    memset(msg, 0, io->n_out * sizeof msg[0]);
    for (i = 0; i < io->n_out; i++) {
        struct msghdr *h = &msg[i].msg_hdr;

        part[i].iov_base = io->out_bytes + out[i].offset;
        part[i].iov_len = out[i].size;
        h->msg_iov = &part[i];
        h->msg_iovlen = 1;
        h->msg_name = &way[i].to;
        h->msg_namelen = vrrp__way_to(&way[i], out[i].way, &out[i].to, out[i].ifindex);
        if (out[i].way != VRRP__FRAME && out[i].ifindex)
            vrrp__way_info(h, &way[i], out[i].way == 1, out[i].ifindex);
    }
    for (i = 0; i < io->n_out;) {
        for (n = 1; i + n < io->n_out && out[i + n].way == out[i].way; n++)
            ;
        sent = (int)syscall(SYS_sendmmsg, io->mouth[out[i].way], msg + i, n, MSG_DONTWAIT);
        if (sent > 0)
            i += (unsigned)sent;
        else if (errno != EINTR)
            vrrp__not_sent(io, &out[i++], errno, now);
    }
    io->n_out = io->out_size = 0;
}

/* An entry of the batch with room for the largest packet behind it. */
static vrrp__out *vrrp__out_new(vrrp_io *io, vrrp_router *r, uint8_t way, uint64_t now)
{
    vrrp__out *out;

    if (io->n_out == VRRP__OUT || VRRP__OUT_BYTES - io->out_size < VRRP_MAX_PACKET)
        vrrp__flush(io, now);
    out = &io->out[io->n_out];
    memset(out, 0, sizeof *out);
    out->router = r;
    out->way = way;
    out->offset = io->out_size;
    return out;
}

static void vrrp__out_keep(vrrp_io *io, vrrp__out *out, size_t size)
{
    out->size = (uint16_t)size;
    io->out_size = (uint16_t)(io->out_size + size);
    io->n_out++;
}

/* The macvlan has no address of its own, so the kernel would not send from it: the advert goes with
   an Ethernet header of ours. Returns its size. */
static size_t vrrp__frame_head(uint8_t head[14], const uint8_t mac[6], const uint8_t *ip, bool six)
{
    vrrp__put16(head, six ? 0x3333 : 0x0100);
    memcpy(head + 2, ip + (six ? 36 : 16), 4);
    if (!six) {
        head[2] = 0x5e;
        head[3] &= 0x7f;
    }
    memcpy(head + 6, mac, 6);
    vrrp__put16(head + 12, six ? 0x86dd : 0x0800);
    return 14;
}

/* Link-local and multicast destinations need the interface; others are routed. */
static void vrrp__send_one(vrrp_io *io, vrrp_router *r, const vrrp_action *a, const vrrp_ip *to,
                           uint64_t now)
{
    bool       six = r->v.d.family == VRRP_IPV6, framed = !to && r->vmac && !r->xmit_base;
    vrrp__out *out = vrrp__out_new(io, r, framed ? VRRP__FRAME : six ? 1 : 0, now);
    uint8_t   *p = io->out_bytes + out->offset;
    size_t     head = framed ? 14 : 0;
    int        size;

    size = vrrp_packet(&r->v, a, to, p + head, VRRP_MAX_PACKET - head);
    if (size <= 0)
        return;
    if (framed) {
        out->ifindex = r->vmac->ifindex;
        vrrp__out_keep(io, out, vrrp__frame_head(p, r->mac, p + head, six) + (size_t)size);
        return;
    }
    if (to)
        out->to = *to;
    else
        out->to = r->v.d.group_address;
    if (!to || r->link->vrf || (six && vrrp__is_link_local(to->byte)))
        out->ifindex = r->link->ifindex;
    vrrp__out_keep(io, out, (size_t)size);
}

/* Only a trailer has the time of day in it. */
static void vrrp__tell_time(vrrp_router *r, uint64_t now)
{
    struct timespec t;

    if (!r->v.d.trailer)
        return;
    clock_gettime(CLOCK_REALTIME, &t);
    vrrp_wall(&r->v, (uint64_t)t.tv_sec * VRRP_SECOND + (uint64_t)t.tv_nsec, now);
}

/* A list of peers may be the same on all nodes: our own address in it is skipped. */
static void vrrp__send_advert(vrrp_io *io, vrrp_router *r, const vrrp_action *a, uint64_t now)
{
    unsigned i;

    if (r->link->ifindex == 0 || vrrp__is_zero(&r->v.primary) ||
        (r->vmac && r->vmac->ifindex == 0))
        return;
    vrrp__tell_time(r, now);
    if (r->v.d.n_peers == 0)
        vrrp__send_one(io, r, a, NULL, now);
    for (i = 0; i < r->v.d.n_peers; i++)
        if (!vrrp__same(&r->v.d.peers[i], &r->v.primary))
            vrrp__send_one(io, r, a, &r->v.d.peers[i], now);
}

static vrrp_link *vrrp__link_named(vrrp_io *io, const char *name)
{
    size_t i;

    for (i = 0; i < io->n_links; i++)
        if (io->links[i].name[0] && !io->links[i].vmac.parent &&
            strcmp(io->links[i].name, name) == 0)
            return &io->links[i];
    return NULL;
}

/* The macvlan of that MAC on this interface. */
static vrrp_link *vrrp__vmac_on(vrrp_io *io, const vrrp_link *parent, const uint8_t mac[6])
{
    size_t i;

    for (i = 0; i < io->n_links; i++)
        if (io->links[i].vmac.parent == parent && memcmp(io->links[i].vmac.mac, mac, 6) == 0)
            return &io->links[i];
    return NULL;
}

/* Where an address belongs: on its own device, or on the router's interface, or on the macvlan that
   stands there. */
static vrrp_link *vrrp__vip_link(vrrp_io *io, const vrrp_router *r, const vrrp_vip *vip)
{
    vrrp_link *link = vip->device[0] ? vrrp__link_named(io, vip->device) : r->link;

    if (link && vip->use_vmac)
        return vrrp__vmac_on(io, link, r->mac);
    return r->vmac && !vip->device[0] ? r->vmac : link;
}

/* One address in all neighbours' caches, if its interface has neighbours. */
static void vrrp__shout(vrrp_io *io, vrrp_router *r, const vrrp_vip *vip, int form, uint64_t now)
{
    vrrp_link *link = vrrp__vip_link(io, r, vip);
    vrrp__out *out;
    uint8_t   *frame;

    if (!link || !link->ifindex || link->type != VRRP__ETHER || !link->up)
        return;
    out = vrrp__out_new(io, r, VRRP__FRAME, now);
    out->ifindex = link->ifindex;
    frame = io->out_bytes + out->offset;
    vrrp__out_keep(io, out, vip->family == VRRP_IPV6 ? vrrp_na(frame, link->mac, &vip->address)
                                                     : vrrp_arp(frame, link->mac, &vip->address,
                                                                form));
}

/* On another interface than the adverts' nobody hears that it lives: switches forget it. By default
   that is made up for where its MAC address is nobody else's, as keepalived does. */
static bool vrrp__is_elsewhere(vrrp_io *io, const vrrp_router *r, const vrrp_vip *vip)
{
    const vrrp_link *link = vrrp__vip_link(io, r, vip);
    uint8_t          mac[6];

    if (!link || link == r->link || (link == r->vmac && !r->xmit_base))
        return false;
    vrrp_virtual_mac(mac, vip->family, r->v.d.vrid);
    return r->v.d.announce_extra_all || link->vmac.parent ||
           memcmp(link->mac, mac, sizeof mac) == 0;
}

static void vrrp__announce_some(vrrp_io *io, vrrp_router *r, const vrrp_action *a, uint64_t now)
{
    unsigned i, last = a->first + (unsigned)a->n, round;

    for (round = 0; round < a->repeat; round++)
        for (i = a->first; i < last && i < r->v.d.n_addresses; i++) {
            const vrrp_vip *vip = &r->v.d.addresses[i];

            if (!vip->held || (a->extra && !vrrp__is_elsewhere(io, r, vip)))
                continue;
            vrrp__shout(io, r, vip, r->arp_form, now);
            if (r->arp_reply_too && vip->family == VRRP_IPV4)
                vrrp__shout(io, r, vip, VRRP_ARP_REPLY, now);
        }
}

/* --- receive sockets: one for each interface, family and protocol --- */

/* The ear that has to hear for a router: with AH those of the others count for nothing. */
static unsigned vrrp__ear_of(const vrrp *v)
{
    return (v->d.family == VRRP_IPV6) * 1u + vrrp__in_ah(v) * 2u;      /* VRRP__EAR_SIX, _AH */
}

/* Does it need that ear? With AH it also hears adverts without, to say who sends them. */
static bool vrrp__listens(const vrrp *v, unsigned which)
{
    unsigned own = vrrp__ear_of(v);

    return which == own || which == (own & VRRP__EAR_SIX);
}

static void vrrp__ears_count(vrrp_router *r, int by)
{
    unsigned i;

    for (i = 0; i < VRRP__EARS; i++)
        if (vrrp__listens(&r->v, i)) {
            r->link->ear[i].routers = (uint16_t)(r->link->ear[i].routers + by);
            if (r->vmac)                /* hears what the interface cannot */
                r->vmac->ear[i].routers = (uint16_t)(r->vmac->ear[i].routers + by);
        }
}

static void vrrp__ear_close(vrrp__ear *ear)
{
    if (ear->open)
        close(ear->fd);
    ear->open = false;
    ear->buffer = ear->drops = 0;
}

static void vrrp__ears_close(vrrp_link *link)
{
    unsigned i;

    for (i = 0; i < VRRP__EARS; i++)
        vrrp__ear_close(&link->ear[i]);
}

/* What the routers of this interface ask for, together; zero when none of them asks. */
static void vrrp__ear_exact(vrrp_io *io, const vrrp_link *link, unsigned which, vrrp__ear *ear)
{
    const vrrp_router *r;
    uint64_t           sum = 0;
    bool               asked = false;

    for (r = io->routers; r; r = r->next) {
        if (r->fixed || r->link != link || !vrrp__listens(&r->v, which))
            continue;
        sum += !r->rcvbuf ? 2048u * 4 : r->rcvbuf_mtu ? (uint64_t)r->rcvbuf * link->mtu : r->rcvbuf;
        asked |= r->rcvbuf != 0;
    }
    ear->exact = asked ? (uint32_t)(sum < 1u << 30 ? sum : 1u << 30) : 0;
}

/* Adverts of all routers must fit while we do something else. The kernel counts about 2 kB each. */
static void vrrp__ear_size(vrrp_io *io, vrrp__ear *ear)
{
    uint32_t want = ear->routers * 2048u * 4;

    if (want < 65536)
        want = 65536;
    if (want > io->rcvbuf_max)
        want = io->rcvbuf_max;
    if (ear->exact)
        want = ear->exact;
    if (want > ear->buffer || (ear->exact && want != ear->buffer))
        vrrp__set_room(ear->fd, SO_RCVBUFFORCE, SO_RCVBUF, ear->buffer = want);
}

/* What epoll calls them: the ears of the links follow in their order. */
enum { VRRP__TIMER, VRRP__EVENTS, VRRP__EAR_FIRST };

static int vrrp__watch(vrrp_io *io, int fd, uint64_t which)
{
    struct epoll_event ev;

    memset(&ev, 0, sizeof ev);
    ev.events = EPOLLIN;
    ev.data.u64 = which;
    return epoll_ctl(io->epoll, EPOLL_CTL_ADD, fd, &ev) < 0 ? -errno : 0;
}

/* A frame whose source is the macvlan's own MAC, as peers with the same virtual MAC send it, comes
   to the macvlan alone; every other one comes to the interface. So both are listened to, this one
   only for what the other cannot hear. It has no address, which reverse path filters (rp_filter)
   would hold against an IP socket. */
static int vrrp__ear_vmac(vrrp_io *io, vrrp_link *link, unsigned which)
{
    vrrp__ear         *ear = &link->ear[which];
    bool               six = which & VRRP__EAR_SIX;
    const uint8_t     *mac = link->vmac.mac;
    struct sockaddr_ll at;
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)SKF_LL_OFF + 6),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 5),
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, (uint32_t)SKF_LL_OFF + 10),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
        BPF_STMT(BPF_RET | BPF_K, 0)
    };
    struct sock_fprog  program;
    int                error;

    ear->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (ear->fd < 0)
        return -errno;
    code[1].k = (uint32_t)vrrp__get16(mac) << 16 | vrrp__get16(mac + 2);
    code[3].k = vrrp__get16(mac + 4);
    code[4].k = six ? 6 : 9;
    code[5].k = which & VRRP__EAR_AH ? VRRP__AH : VRRP_PROTOCOL;
    program.len = sizeof code / sizeof code[0];
    program.filter = code;
    memset(&at, 0, sizeof at);
    at.sll_family = AF_PACKET;
    at.sll_protocol = htons(six ? 0x86dd : 0x0800);
    at.sll_ifindex = (int)link->ifindex;
    if (setsockopt(ear->fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) < 0 ||
        bind(ear->fd, (struct sockaddr *)&at, sizeof at) < 0)
        error = -errno;
    else
        error = vrrp__watch(io, ear->fd, (uint64_t)(link - io->links) * VRRP__EARS + which +
                            VRRP__EAR_FIRST);
    ear->open = error == 0;
    if (error)
        close(ear->fd);
    return error;
}

static int vrrp__ear_open(vrrp_io *io, vrrp_link *link, unsigned which)
{
    vrrp__ear *ear = &link->ear[which];
    bool       six = which & VRRP__EAR_SIX;
    unsigned   early;
    uint8_t    byte;
    int        error;

    if (link->vmac.parent)
        return vrrp__ear_vmac(io, link, which);
    ear->fd = socket(six ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
                     which & VRRP__EAR_AH ? VRRP__AH : VRRP_PROTOCOL);
    if (ear->fd < 0)
        return -errno;
    if (six) {
        vrrp__set(ear->fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
        vrrp__set(ear->fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
        vrrp__set(ear->fd, IPPROTO_IPV6, 29 /* IPV6_MULTICAST_ALL, 4.20 */, 0);
    } else {
        vrrp__set(ear->fd, IPPROTO_IP, IP_MULTICAST_ALL, 0);
    }
    if (setsockopt(ear->fd, SOL_SOCKET, SO_BINDTODEVICE, link->name,
                   (socklen_t)strlen(link->name)) < 0)
        error = -errno;
    else
        error = vrrp__watch(io, ear->fd, (uint64_t)(link - io->links) * VRRP__EARS + which +
                            VRRP__EAR_FIRST);
    for (early = 0; early < 1024 && recv(ear->fd, &byte, 1, MSG_DONTWAIT) >= 0; early++)
        ;                               /* came before it was bound, from whatever interface */
    ear->open = error == 0;
    ear->opening++;
    if (error)
        close(ear->fd);
    return error;
}

/* The group by interface index: there may be no route and no address yet. */
static int vrrp__ear_join(const vrrp_link *link, unsigned which, const vrrp_ip *ip, bool join)
{
    struct group_req group;
    vrrp__way        way;
    bool             six = which & VRRP__EAR_SIX;

    vrrp__way_to(&way, six, ip, 0);
    memset(&group, 0, sizeof group);
    group.gr_interface = link->ifindex;
    memcpy(&group.gr_group, &way.to, sizeof way.to);
    return setsockopt(link->ear[which].fd, six ? IPPROTO_IPV6 : IPPROTO_IP,
                      join ? MCAST_JOIN_GROUP : MCAST_LEAVE_GROUP, &group, sizeof group) < 0 ?
           -errno : 0;
}

/* The router needs that group no more. Does another one? */
static void vrrp__part(vrrp_io *io, vrrp_router *r, unsigned which, const vrrp_ip *group)
{
    vrrp__ear         *ear = &r->link->ear[which];
    unsigned           ah = which / VRRP__EAR_AH;
    const vrrp_router *other;

    if (!ear->open || r->joined[ah] != ear->opening)
        return;
    r->joined[ah] = 0;
    for (other = io->routers; other; other = other->next)
        if (other->link == r->link && other->v.d.family == r->v.d.family &&
            other->joined[ah] == ear->opening && vrrp__same(&other->v.d.group_address, group))
            return;
    vrrp__ear_join(r->link, which, group, false);
}

/* Without ears nobody may believe in silence. */
static void vrrp__ear_failed(vrrp_io *io, vrrp_link *link, unsigned which, int error, uint64_t now)
{
    vrrp__ear *ear = &link->ear[which];

    vrrp__ear_close(ear);
    io->retry_at = now + VRRP_SECOND;
    if (!ear->broken)
        vrrp__complain(io, NULL, link, error, "cannot listen on %s (IPv%d%s): %s", link->name,
                       which & VRRP__EAR_SIX ? 6 : 4, which & VRRP__EAR_AH ? ", AH" : "",
                       strerror(-error));
    ear->broken = true;
}

/* Opens and closes as the routers that listen there need it. */
static void vrrp__tune(vrrp_io *io, vrrp_link *link, unsigned which, uint64_t now)
{
    vrrp__ear *ear = &link->ear[which];
    int        error = 0;

    if (!link->ifindex || ear->routers == 0) {
        vrrp__ear_close(ear);
        return;
    }
    if (!ear->open)
        error = vrrp__ear_open(io, link, which);
    if (io->exact)
        vrrp__ear_exact(io, link, which, ear);
    if (error)
        vrrp__ear_failed(io, link, which, error, now);
    else
        vrrp__ear_size(io, ear);
}

/* A socket can be in each group only once. */
static void vrrp__join(vrrp_io *io, vrrp_router *r, unsigned which, uint64_t now)
{
    vrrp__ear *ear = &r->link->ear[which];
    uint32_t  *joined = &r->joined[which / VRRP__EAR_AH];
    int        error;

    if (!ear->open || r->v.d.n_peers || *joined == ear->opening)
        return;
    error = vrrp__ear_join(r->link, which, &r->v.d.group_address, true);
    if (error && error != -EADDRINUSE)
        vrrp__ear_failed(io, r->link, which, error, now);
    else
        *joined = ear->opening;
}

/* Leaves the group it was in: with all ears, or with those that new settings do not need. */
static void vrrp__ears_part(vrrp_io *io, vrrp_router *r, const vrrp_ip *group, bool all)
{
    unsigned i;

    for (i = vrrp__ear_of(&r->v) & VRRP__EAR_SIX; i < VRRP__EARS; i += VRRP__EAR_AH)
        if (all || !vrrp__listens(&r->v, i))
            vrrp__part(io, r, i, group);
}

static void vrrp__ears_join(vrrp_io *io, vrrp_router *r, uint64_t now)
{
    unsigned i;

    for (i = 0; i < VRRP__EARS; i++)
        if (vrrp__listens(&r->v, i))
            vrrp__join(io, r, i, now);
}

// >>vmac

static void vrrp__hear_kernel(vrrp_io *io);
static void vrrp__link_gone(vrrp_io *io, vrrp_link *link);
static int  vrrp__nft_no_adverts(vrrp_io *io, const vrrp_link *link, const char *name);

/* With use_vmac a macvlan on the router's interface has the virtual MAC: adverts leave from it, the
   addresses are on it. It is in private mode, has no address of its own and joins no group, so that
   a BACKUP never sends from the virtual MAC and no switch looks for it here. What was changed on
   the interface below stands in the macvlan's alias: whoever removes the last one, a later process
   too, puts it back. */

#define VRRP__ALIAS "vrrp arp_ignore=%u arp_filter=%u arp_announce=%u"

enum { VRRP__VMAC_METRIC = 4096 };      /* of subnets that are on the interface as well */
enum { VRRP__MACVLANS = 16 };           /* made in one turn */

/* An interface and what of ours stands on it. */
typedef struct vrrp__nest {
    uint32_t       ifindex;             /* which one; or, if that is 0, by name */
    const char    *name;
    const uint8_t *mac;                 /* macvlans of ours with this one are listed */
    const char    *want;                /* is this name taken? */
    vrrp__device   device;              /* as it is */
    unsigned       found[VRRP__BELOW];  /* its settings before the first macvlan of ours */
    uint32_t       at[4];
    unsigned       n;
    bool           told;                /* found is */
    bool           others;              /* there are macvlans of ours with other MACs */
    bool           taken;
} vrrp__nest;

/* Made by us, or by another process like us. */
static bool vrrp__is_vmac(const vrrp__device *d, unsigned found[VRRP__BELOW])
{
    const char *s = d->alias;

    if (strcmp(d->is.kind, "macvlan") != 0 || d->mode != MACVLAN_MODE_PRIVATE)
        return false;
    s = vrrp__number_behind(s, "vrrp arp_ignore=", &found[0]);
    s = vrrp__number_behind(s, " arp_filter=", &found[1]);
    return vrrp__number_behind(s, " arp_announce=", &found[2]) != NULL;
}

static void vrrp__nest_device(void *arg, const vrrp__nl_answer *answer)
{
    vrrp__nest  *nest = (vrrp__nest *)arg;
    vrrp__device d;
    unsigned     found[VRRP__BELOW];
    bool         taken;

    if (!answer) {
        memset(&nest->device, 0, sizeof nest->device);
        nest->n = 0;
        nest->told = nest->others = nest->taken = false;
    }
    if (!answer || answer->type != RTM_NEWLINK || !vrrp__get_device(answer, &d))
        return;
    if (nest->ifindex ? nest->ifindex == d.is.ifindex : strcmp(nest->name, d.is.name) == 0)
        nest->device = d;
    taken = nest->want && strcmp(nest->want, d.is.name) == 0;
    nest->taken |= taken;
    if (d.parent != nest->ifindex || !vrrp__is_vmac(&d, found))
        return;
    memcpy(nest->found, found, sizeof found);
    nest->told = true;
    if (memcmp(d.mac, nest->mac, 6) != 0)
        nest->others = true;
    else if (nest->n < sizeof nest->at / sizeof nest->at[0]) {
        nest->at[nest->n++] = d.is.ifindex;
        nest->taken &= !taken;          /* by what is going to be replaced */
    }
}

static int vrrp__nest_look(vrrp__nl *m, vrrp__nest *nest)
{
    int error = vrrp__dump(m, true, vrrp__nest_device, nest);

    if (!error && !nest->ifindex && nest->device.is.ifindex) {
        nest->ifindex = nest->device.is.ifindex;        /* now what stands on it is known, too */
        error = vrrp__dump(m, true, vrrp__nest_device, nest);
    }
    if (!nest->told)
        memcpy(nest->found, nest->device.below, sizeof nest->found);
    return error;
}

/* A setting that is higher already stays, and one that somebody changed since is not put back. */
static void vrrp__put_parent(vrrp__nl *m, const vrrp__nest *nest, bool on)
{
    vrrp__conf conf[VRRP__BELOW];
    unsigned   i, n = 0;

    for (i = 0; i < VRRP__BELOW; i++) {
        uint32_t now = nest->device.below[i], ours = vrrp__below[i].value;

        if (nest->found[i] >= ours || now != (on ? nest->found[i] : ours))
            continue;
        conf[n] = vrrp__below[i];
        conf[n++].value = on ? ours : nest->found[i];
    }
    if (n)
        vrrp__put_conf(m, nest->ifindex, conf, n);
}

/* Removes what of ours was found there with this MAC; behind the last one the interface's settings
   are put back. Returns how many, or -errno. */
static int vrrp__nest_empty(vrrp__nl *m, const vrrp__nest *nest, bool restore)
{
    unsigned i;
    int      error;

    if (nest->n == 0)
        return 0;
    for (i = 0; i < nest->n; i++)
        vrrp__put_link(m, RTM_DELLINK, 0, nest->at[i]);
    if (restore && !nest->others)
        vrrp__put_parent(m, nest, false);
    error = vrrp__nl_talk(m, NULL, NULL);
    return error && error != -ENODEV ? error : (int)nest->n;
}

static int vrrp__nest_clear(vrrp__nl *m, vrrp__nest *nest)
{
    int error = vrrp__nest_look(m, nest);

    return error ? error : vrrp__nest_empty(m, nest, true);
}

/* All in one message to the kernel: nothing can be half done but by the kernel itself. rp_filter 2
   is the one value that counts whatever conf.all says, and one that drops what comes for the
   virtual MAC while there is no address (RFC 9568 6.4.2). */
static void vrrp__put_vmac(vrrp__nl *m, const vrrp_link *link, const vrrp__nest *nest)
{
    static const vrrp__conf conf[] = {
        { VRRP__ARP_IGNORE, 1 }, { VRRP__ACCEPT_LOCAL, 1 }, { VRRP__RP_FILTER, 2 },
        { VRRP__PROMOTE_SECONDARIES, 1 }
    };
    uint32_t mode = MACVLAN_MODE_PRIVATE;
    uint32_t group = link->vmac.group ? link->vmac.group : nest->device.group;
    size_t   info, data;
    char     alias[80];

    vrrp__put_link(m, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
    vrrp__put_name(m, IFLA_IFNAME, nest->want);
    vrrp__nl_attr(m, IFLA_LINK, &nest->ifindex, sizeof nest->ifindex);
    vrrp__nl_attr(m, IFLA_ADDRESS, link->vmac.mac, 6);
    vrrp__nl_attr(m, IFLA_GROUP, &group, sizeof group);
    info = vrrp__nl_attr(m, IFLA_LINKINFO, NULL, 0);
    vrrp__nl_attr(m, IFLA_INFO_KIND, "macvlan", 8);
    data = vrrp__nl_attr(m, IFLA_INFO_DATA, NULL, 0);
    vrrp__nl_attr(m, IFLA_MACVLAN_MODE, &mode, sizeof mode);
    vrrp__nl_close(m, data);
    vrrp__nl_close(m, info);
    snprintf(alias, sizeof alias, VRRP__ALIAS, nest->found[0], nest->found[1], nest->found[2]);
    vrrp__put_link(m, RTM_NEWLINK, 0, 0);
    vrrp__put_name(m, IFLA_IFNAME, nest->want);
    vrrp__nl_attr(m, IFLA_IFALIAS, alias, strlen(alias));
    if (nest->device.in_vrf)
        vrrp__nl_attr(m, IFLA_MASTER, &nest->device.is.master, sizeof nest->device.is.master);
    vrrp__put_settings(m, conf, sizeof conf / sizeof conf[0]);
    vrrp__put_parent(m, nest, true);
}

/* No address that is made of the MAC (RFC 9568 7.4). A kernel without IPv6 knows no such mode. */
static int vrrp__vmac_no_autoconf(vrrp__nl *m, const char *name)
{
    uint8_t mode = IN6_ADDR_GEN_MODE_NONE;
    size_t  spec, inet6;
    int     error;

    vrrp__put_link(m, RTM_NEWLINK, 0, 0);
    vrrp__put_name(m, IFLA_IFNAME, name);
    spec = vrrp__nl_attr(m, IFLA_AF_SPEC, NULL, 0);
    inet6 = vrrp__nl_attr(m, AF_INET6, NULL, 0);
    vrrp__nl_attr(m, IFLA_INET6_ADDR_GEN_MODE, &mode, sizeof mode);
    vrrp__nl_close(m, inet6);
    vrrp__nl_close(m, spec);
    error = vrrp__nl_talk(m, NULL, NULL);
    return error == -EAFNOSUPPORT ? 0 : error;
}

/* Known by its index, or, if that is 0, by its name. */
static int vrrp__vmac_up(vrrp__nl *m, uint32_t ifindex, const char *name)
{
    struct ifinfomsg h;

    memset(&h, 0, sizeof h);
    h.ifi_index = (int)ifindex;
    h.ifi_flags = h.ifi_change = VRRP__IFF_UP;
    vrrp__nl_begin(m, RTM_NEWLINK, NLM_F_ACK, &h, sizeof h);
    if (!ifindex)
        vrrp__put_name(m, IFLA_IFNAME, name);
    return vrrp__nl_talk(m, NULL, NULL);
}

/* 0, also where there is no IPv6; or -errno. */
static int vrrp__proc_set(const char *name, const char *key, char value)
{
    char path[96];
    int  fd, error = 0;

    snprintf(path, sizeof path, "/proc/sys/net/ipv6/conf/%s/%s", name, key);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT && access("/proc/sys/net/ipv6", F_OK) < 0 ? 0 : -errno;
    if (write(fd, &value, 1) < 0)
        error = -errno;
    close(fd);
    return error;
}

/* Router advertisements must not give it addresses. These settings are the ones that rtnetlink does
   not have: where /proc/sys cannot be written, nftables drops them. */
static int vrrp__vmac_quiet(vrrp_io *io, const vrrp_link *link, const char *name)
{
    int error = vrrp__proc_set(name, "disable_ipv6", link->vmac.six ? '0' : '1');

    if (!error && link->vmac.six)
        error = vrrp__proc_set(name, "accept_ra", '0');
    if (!error && link->vmac.six)
        error = vrrp__proc_set(name, "autoconf", '0');
    return error ? vrrp__nft_no_adverts(io, link, name) : 0;
}

/* The n-th name to try: vrrp.51, vrrp1.51 ...; vrrp6.51, vrrp61.51 ... False: there are no more. */
static bool vrrp__vmac_name(const vrrp_link *link, unsigned n, char name[16])
{
    char number[8] = "", vrid[8], all[40];
    int  room;

    if (link->vmac.given) {
        memcpy(name, link->vmac.wish, 16);
        return n == 0;
    }
    if (n)
        snprintf(number, sizeof number, "%u", n % 1000);
    snprintf(vrid, sizeof vrid, ".%u", link->vmac.vrid);
    room = 14 - (int)(strlen(number) + strlen(vrid));
    snprintf(all, sizeof all, "%.*s%s%s%s", room, link->vmac.wish,
             link->vmac.family == VRRP_IPV6 ? "6" : "", number, vrid);
    memcpy(name, all, 15);
    return n < 100;
}

/* Looks for a free name and makes it. What a dead process left is replaced, with what it found. */
static int vrrp__vmac_make(vrrp_io *io, vrrp_link *link, char name[16])
{
    vrrp__nest nest;
    unsigned   n;
    int        error = 0;

    memset(&nest, 0, sizeof nest);
    nest.ifindex = link->vmac.parent->ifindex;
    nest.mac = link->vmac.mac;
    nest.want = name;
    for (n = 0, nest.taken = true; !error && nest.taken; n++) {
        if (!vrrp__vmac_name(link, n, name))
            return -EEXIST;
        error = vrrp__nest_look(&io->nl, &nest);
    }
    if (!error)
        error = vrrp__nest_empty(&io->nl, &nest, false);
    if (error < 0)
        return error;
    if (!nest.told && link->vmac.on == nest.ifindex)    /* somebody has deleted it */
        memcpy(nest.found, link->vmac.found, sizeof nest.found);
    memcpy(link->vmac.found, nest.found, sizeof nest.found);
    link->vmac.on = nest.ifindex;
    vrrp__put_vmac(&io->nl, link, &nest);
    error = vrrp__nl_talk(&io->nl, NULL, NULL);
    if (!error)
        error = vrrp__vmac_no_autoconf(&io->nl, name);
    if (!error)
        error = vrrp__vmac_quiet(io, link, name);
    if (!error)
        error = vrrp__vmac_up(&io->nl, 0, name);
    if (error && error != -EEXIST)
        vrrp__nest_clear(&io->nl, &nest);
    return error;
}

/* Takes it away; the interface below is as before when no other stands there. */
static void vrrp__vmac_delete(vrrp_io *io, const vrrp_link *link)
{
    vrrp__nest nest;
    int        error;

    if (!link->vmac.parent || !link->ifindex || !link->vmac.parent->ifindex)
        return;
    memset(&nest, 0, sizeof nest);
    nest.ifindex = link->vmac.parent->ifindex;
    nest.mac = link->vmac.mac;
    error = vrrp__nest_clear(&io->nl, &nest);
    if (error < 0)
        vrrp__complain(io, NULL, link->vmac.parent, error, "removing %s from %s: %s", link->name,
                       link->vmac.parent->name, strerror(-error));
}

/* Which name it gets is seen when it is made. */
static void vrrp__vmac_unname(vrrp_link *link)
{
    memset(link->name, 0, sizeof link->name);
    memcpy(link->name, VRRP__UNNAMED, sizeof VRRP__UNNAMED);
    link->vmac.broken = false;
}

/* Before an interface is let go of: what stands on it goes. */
static void vrrp__vmacs_leave(vrrp_io *io, const vrrp_link *parent)
{
    size_t i;

    for (i = 0; i < io->n_links; i++)
        if (io->links[i].vmac.parent == parent && io->links[i].ifindex) {
            vrrp__vmac_delete(io, &io->links[i]);
            vrrp__link_gone(io, &io->links[i]);
        }
}

static const char *vrrp__vmac_error(int error)
{
    return error == -EADDRINUSE ? "another macvlan there has this MAC address" :
           error == -EBUSY ? "that is a port of a bridge or a bond" :
           error == -EOPNOTSUPP ? "this kernel has no macvlan (modprobe macvlan)" :
           error == -EEXIST ? "there is an interface of that name" : strerror(-error);
}

/* Set down by somebody, or about to go: it is up again, or known to be gone. */
static void vrrp__vmac_revive(vrrp_io *io, vrrp_link *link)
{
    int error = vrrp__vmac_up(&io->nl, link->ifindex, NULL);

    if (!error)
        link->up = true;
    else if (error == -ENODEV)
        vrrp__link_gone(io, link);
}

/* Its interface has gone to another namespace, and it did not go along: now it leads nowhere. */
static void vrrp__vmac_orphan(vrrp_io *io, vrrp_link *link)
{
    vrrp__put_link(&io->nl, RTM_DELLINK, 0, link->ifindex);
    vrrp__nl_talk(&io->nl, NULL, NULL);
    vrrp__link_gone(io, link);
}

/* A dead process had it, and this one does without. */
static void vrrp__vmac_stray(vrrp_io *io, const vrrp__device *d)
{
    unsigned     found[VRRP__BELOW];
    vrrp_router *r;

    if (!vrrp__is_vmac(d, found))
        return;
    for (r = io->routers; r; r = r->next)
        r->stray |= r->unswept && !r->fixed && r->link->ifindex == d->parent &&
                    memcmp(r->mac, d->mac, 6) == 0 && !vrrp__vmac_on(io, r->link, r->mac);
}

static void vrrp__vmacs_sweep(vrrp_io *io)
{
    vrrp__nest   nest;
    vrrp_router *r;

    for (r = io->routers; r; r = r->next) {
        if (!r->stray)
            continue;
        r->stray = false;
        memset(&nest, 0, sizeof nest);
        nest.ifindex = r->link->ifindex;
        nest.mac = r->mac;
        if (vrrp__nest_clear(&io->nl, &nest) > 0)
            vrrp__complain(io, r, r->link, 0, "removed a macvlan from %s, left behind by a dead "
                           "process", r->link->name);
    }
}

/* Makes those that are missing where their interface is there, a few each time. What the kernel
   says about them on the way is read before they are known by name: none of it is news. True: there
   is a new one. */
static bool vrrp__vmacs_make(vrrp_io *io, uint64_t now)
{
    char     name[16];
    size_t   i;
    unsigned most = VRRP__MACVLANS;
    int      error;
    bool     any = false;

    for (i = 0; i < io->n_links; i++) {
        vrrp_link *link = &io->links[i], *parent = link->vmac.parent;

        link->vmac.waits = false;
        if (parent && link->ifindex && link->vmac.on != parent->ifindex)
            vrrp__vmac_orphan(io, link);
        if (!parent || !parent->ifindex || parent->renamed)
            continue;
        if (link->ifindex && !link->up && parent->up)
            vrrp__vmac_revive(io, link);
        if (link->ifindex)
            continue;
        link->vmac.waits = most == 0;
        if (most == 0)
            continue;
        most--;
        memset(name, 0, sizeof name);
        error = vrrp__vmac_make(io, link, name);
        if (!error) {
            vrrp__hear_kernel(io);
            memcpy(link->name, name, sizeof name);
            any = true;
        } else {
            io->retry_at = now + VRRP_SECOND;
            if (!link->vmac.broken)
                vrrp__complain(io, NULL, parent, error, "making the macvlan %s on %s: %s", name,
                               parent->name, vrrp__vmac_error(error));
        }
        link->vmac.broken = error != 0;
    }
    return any;
}

/* Is one of its macvlans still to be made? Then it does not start yet. */
static bool vrrp__vmac_waits(vrrp_io *io, const vrrp_router *r)
{
    const vrrp_link *link;
    unsigned         i;

    for (i = 0; i < r->v.d.n_addresses; i++) {
        link = vrrp__vip_link(io, r, &r->v.d.addresses[i]);
        if (link && link->vmac.waits)
            return true;
    }
    return r->vmac && r->vmac->vmac.waits;
}

static bool vrrp__vmac_usable(const vrrp_router *r)
{
    const vrrp_link *vmac = r->vmac;

    return !vmac || (vmac->ifindex && (vmac->up || r->dont_track_primary) &&
                     vmac->ear[vrrp__ear_of(&r->v)].open);
}

// >>nft

/* no_accept: a table of our own in nftables, which dies with the process (by the owner flag, Linux
   5.12; before, it is deleted at the end and by the next one). Its rules never change, addresses
   come into and go out of its sets. All messages of a transaction have one sequence number: the
   kernel answers the last one, or names an error, and either ends the talk. */

enum {                                  /* of linux/netfilter.h and nfnetlink.h, nf_tables.h */
    VRRP__NF_INET = 1, VRRP__NF_IPV4 = 2, VRRP__NF_IPV6 = 10, VRRP__NF_IN = 1, VRRP__NF_OUT = 3,
    VRRP__NFT_OWNER = 2                 /* NFT_TABLE_F_OWNER */
};
enum { VRRP__SET_V4, VRRP__SET_V6, VRRP__SET_LL, VRRP__SET_RA, VRRP__SETS };
enum { VRRP__ELEMENTS = 256 };          /* in one transaction */

static const char *const vrrp__set_name[] = { "ipv4", "ipv6", "link_local", "no_router_adverts" };

static void vrrp__nft_head(vrrp__nl *m, uint16_t type, uint16_t flags, uint8_t family)
{
    uint8_t head[4] = { 0, 0, 0, 0 };

    head[0] = family;
    if (type == NFNL_MSG_BATCH_BEGIN || type == NFNL_MSG_BATCH_END)
        head[3] = NFNL_SUBSYS_NFTABLES;
    if (m->size)
        m->seq--;
    vrrp__nl_begin(m, type, flags, head, sizeof head);
}

static void vrrp__nft_begin(vrrp__nl *m, unsigned type, uint16_t flags)
{
    vrrp__nft_head(m, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type), flags, VRRP__NF_INET);
}

/* Every message names the table first, by the same number. */
static void vrrp__nft_table(vrrp__nl *m, uint32_t port)
{
    char name[24];

    snprintf(name, sizeof name, "vrrp-%u", (unsigned)port);
    vrrp__nl_attr(m, NFTA_TABLE_NAME, name, strlen(name) + 1);
}

static void vrrp__nft_text(vrrp__nl *m, unsigned type, const char *text)
{
    vrrp__nl_attr(m, (uint16_t)type, text, strlen(text) + 1);
}

static void vrrp__nft_u32(vrrp__nl *m, unsigned type, uint32_t value)
{
    uint32_t big = htonl(value);

    vrrp__nl_attr(m, (uint16_t)type, &big, sizeof big);
}

static size_t vrrp__nft_nest(vrrp__nl *m, unsigned type)
{
    return vrrp__nl_attr(m, (uint16_t)(type | NLA_F_NESTED), NULL, 0);
}

/* Loads a setting of the packet, loads some of its bytes, compares the first one, looks for what is
   loaded in a set, ends. */
enum { VRRP__OP_NONE, VRRP__OP_META, VRRP__OP_LOAD, VRRP__OP_IS, VRRP__OP_IN, VRRP__OP_END };
typedef struct vrrp__nft_op {
    uint8_t what, a, b, c;
} vrrp__nft_op;

typedef struct vrrp__nft_rule {
    const char  *chain;
    vrrp__nft_op op[8];
} vrrp__nft_rule;

#define VRRP__ICMP6(op, type) \
    { VRRP__OP_META, NFT_REG_1, NFT_META_L4PROTO, 0 }, { VRRP__OP_IS, NFT_CMP_EQ, 58, 0 }, \
    { VRRP__OP_LOAD, NFT_PAYLOAD_TRANSPORT_HEADER, 0, 1 }, { VRRP__OP_IS, op, type, 0 }
#define VRRP__ADDRESS(family, offset, size) \
    { VRRP__OP_META, NFT_REG_1, NFT_META_NFPROTO, 0 }, { VRRP__OP_IS, NFT_CMP_EQ, family, 0 }, \
    { VRRP__OP_LOAD, NFT_PAYLOAD_NETWORK_HEADER, offset, size }
#define VRRP__DROP(set) { VRRP__OP_IN, set, 0, 0 }, { VRRP__OP_END, 0, 0, 0 }
#define VRRP__NONE { VRRP__OP_NONE, 0, 0, 0 }

/* Router advertisements to some interfaces are dropped. Neighbour discovery passes (RFC 9568 6.1),
   what comes to an address or leaves from one does not. */
static const vrrp__nft_rule vrrp__nft_rules[] = {
    { "in", { VRRP__ICMP6(NFT_CMP_EQ, 134), { VRRP__OP_META, NFT_REG_1, NFT_META_IIF, 0 },
              VRRP__DROP(VRRP__SET_RA), VRRP__NONE } },
    { "in", { VRRP__ICMP6(NFT_CMP_GTE, 135), { VRRP__OP_IS, NFT_CMP_LTE, 136, 0 },
              { VRRP__OP_END, 1, 0, 0 }, VRRP__NONE, VRRP__NONE } },
    { "in", { VRRP__ADDRESS(VRRP__NF_IPV4, 16, 4), VRRP__DROP(VRRP__SET_V4), VRRP__NONE,
              VRRP__NONE, VRRP__NONE } },
    { "in", { VRRP__ADDRESS(VRRP__NF_IPV6, 24, 16), VRRP__DROP(VRRP__SET_V6), VRRP__NONE,
              VRRP__NONE, VRRP__NONE } },
    { "in", { VRRP__ADDRESS(VRRP__NF_IPV6, 24, 16), { VRRP__OP_META, NFT_REG_2, NFT_META_IIF, 0 },
              VRRP__DROP(VRRP__SET_LL), VRRP__NONE, VRRP__NONE } },
    { "out", { VRRP__ICMP6(NFT_CMP_GTE, 135), { VRRP__OP_IS, NFT_CMP_LTE, 136, 0 },
               { VRRP__OP_END, 1, 0, 0 }, VRRP__NONE, VRRP__NONE } },
    { "out", { VRRP__ADDRESS(VRRP__NF_IPV4, 12, 4), VRRP__DROP(VRRP__SET_V4), VRRP__NONE,
               VRRP__NONE, VRRP__NONE } },
    { "out", { VRRP__ADDRESS(VRRP__NF_IPV6, 8, 16), VRRP__DROP(VRRP__SET_V6), VRRP__NONE,
               VRRP__NONE, VRRP__NONE } },
    { "out", { VRRP__ADDRESS(VRRP__NF_IPV6, 8, 16), { VRRP__OP_META, NFT_REG_2, NFT_META_OIF, 0 },
               VRRP__DROP(VRRP__SET_LL), VRRP__NONE, VRRP__NONE } }
};

static void vrrp__nft_expr(vrrp__nl *m, const vrrp__nft_op *op)
{
    static const char *const name[] = { "", "meta", "payload", "cmp", "lookup", "immediate" };
    size_t at = vrrp__nft_nest(m, NFTA_LIST_ELEM), data, inner = 0, verdict;

    vrrp__nft_text(m, NFTA_EXPR_NAME, name[op->what]);
    data = vrrp__nft_nest(m, NFTA_EXPR_DATA);
    if (op->what == VRRP__OP_META) {
        vrrp__nft_u32(m, NFTA_META_DREG, op->a);
        vrrp__nft_u32(m, NFTA_META_KEY, op->b);
    } else if (op->what == VRRP__OP_LOAD) {
        vrrp__nft_u32(m, NFTA_PAYLOAD_DREG, NFT_REG_1);
        vrrp__nft_u32(m, NFTA_PAYLOAD_BASE, op->a);
        vrrp__nft_u32(m, NFTA_PAYLOAD_OFFSET, op->b);
        vrrp__nft_u32(m, NFTA_PAYLOAD_LEN, op->c);
    } else if (op->what == VRRP__OP_IS) {
        vrrp__nft_u32(m, NFTA_CMP_SREG, NFT_REG_1);
        vrrp__nft_u32(m, NFTA_CMP_OP, op->a);
        inner = vrrp__nft_nest(m, NFTA_CMP_DATA);
        vrrp__nl_attr(m, NFTA_DATA_VALUE, &op->b, 1);
        vrrp__nl_close(m, inner);
    } else if (op->what == VRRP__OP_IN) {
        vrrp__nft_text(m, NFTA_LOOKUP_SET, vrrp__set_name[op->a]);
        vrrp__nft_u32(m, NFTA_LOOKUP_SREG, NFT_REG_1);
    } else {
        vrrp__nft_u32(m, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
        inner = vrrp__nft_nest(m, NFTA_IMMEDIATE_DATA);
        verdict = vrrp__nft_nest(m, NFTA_DATA_VERDICT);
        vrrp__nft_u32(m, NFTA_VERDICT_CODE, op->a);
        vrrp__nl_close(m, verdict);
        vrrp__nl_close(m, inner);
    }
    vrrp__nl_close(m, data);
    vrrp__nl_close(m, at);
}

static void vrrp__nft_rule_put(vrrp__nl *m, uint32_t port, const vrrp__nft_rule *rule)
{
    const vrrp__nft_op *op = rule->op;
    size_t              at;

    vrrp__nft_begin(m, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
    vrrp__nft_table(m, port);
    vrrp__nft_text(m, NFTA_RULE_CHAIN, rule->chain);
    at = vrrp__nft_nest(m, NFTA_RULE_EXPRESSIONS);
    for (; op->what; op++)
        vrrp__nft_expr(m, op);
    vrrp__nl_close(m, at);
}

/* A chain before the usual ones (filter, priority 0). */
static void vrrp__nft_chain(vrrp__nl *m, uint32_t port, bool out)
{
    size_t hook;

    vrrp__nft_begin(m, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
    vrrp__nft_table(m, port);
    vrrp__nft_text(m, NFTA_CHAIN_NAME, out ? "out" : "in");
    hook = vrrp__nft_nest(m, NFTA_CHAIN_HOOK);
    vrrp__nft_u32(m, NFTA_HOOK_HOOKNUM, out ? VRRP__NF_OUT : VRRP__NF_IN);
    vrrp__nft_u32(m, NFTA_HOOK_PRIORITY, (uint32_t)-1);
    vrrp__nl_close(m, hook);
    vrrp__nft_text(m, NFTA_CHAIN_TYPE, "filter");
}

/* What nft calls the keys: an IPv4 address, an IPv6 address, that with an interface, one alone. */
static void vrrp__nft_set(vrrp__nl *m, uint32_t port, unsigned set)
{
    static const uint16_t type[] = { 7, 8, 8 << 6 | 20, 20 };
    static const uint8_t  size[] = { 4, 16, 20, 4 };

    vrrp__nft_begin(m, NFT_MSG_NEWSET, NLM_F_CREATE);
    vrrp__nft_table(m, port);
    vrrp__nft_text(m, NFTA_SET_NAME, vrrp__set_name[set]);
    vrrp__nft_u32(m, NFTA_SET_FLAGS, 0);
    vrrp__nft_u32(m, NFTA_SET_KEY_TYPE, type[set]);
    vrrp__nft_u32(m, NFTA_SET_KEY_LEN, size[set]);
    vrrp__nft_u32(m, NFTA_SET_ID, set + 1);
}

/* Ends the transaction: the last message has asked for an answer. */
static int vrrp__nft_commit(vrrp__nl *m)
{
    struct nlmsghdr h;

    if (!m->full) {
        memcpy(&h, m->data + m->start, sizeof h);
        h.nlmsg_flags |= NLM_F_ACK;
        memcpy(m->data + m->start, &h, sizeof h);
    }
    vrrp__nft_head(m, NFNL_MSG_BATCH_END, 0, 0);
    return vrrp__nl_talk(m, NULL, NULL);
}

static int vrrp__nft_make(vrrp__nl *m, uint32_t flags)
{
    uint32_t port = m->port;
    unsigned i;

    vrrp__nft_head(m, NFNL_MSG_BATCH_BEGIN, 0, 0);
    vrrp__nft_begin(m, NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL);
    vrrp__nft_table(m, port);
    vrrp__nft_u32(m, NFTA_TABLE_FLAGS, flags);
    for (i = 0; i < VRRP__SETS; i++)
        vrrp__nft_set(m, port, i);
    vrrp__nft_chain(m, port, false);
    vrrp__nft_chain(m, port, true);
    for (i = 0; i < sizeof vrrp__nft_rules / sizeof vrrp__nft_rules[0]; i++)
        vrrp__nft_rule_put(m, port, &vrrp__nft_rules[i]);
    return vrrp__nft_commit(m);
}

/* --- the sets --- */

/* What stands for the address in this set; 0: it is not one of those. A link-local address is one
   only together with its interface. */
static size_t vrrp__nft_key(vrrp_io *io, const vrrp_router *r, const vrrp_vip *vip, unsigned set,
                            uint8_t key[20])
{
    bool             six = vip->family == VRRP_IPV6;
    bool             local = six && vrrp__is_link_local(vip->address.byte);
    const vrrp_link *link = local ? vrrp__vip_link(io, r, vip) : NULL;

    if (set != (unsigned)(local ? VRRP__SET_LL : six ? VRRP__SET_V6 : VRRP__SET_V4))
        return 0;
    memcpy(key, vip->address.byte, 16);
    if (local && (!link || !link->ifindex))
        return 0;
    if (local)
        memcpy(key + 16, &link->ifindex, 4);
    return local ? 20 : six ? 16 : 4;
}

static size_t vrrp__nft_elements(vrrp__nl *m, unsigned type, unsigned set)
{
    vrrp__nft_begin(m, type, type == NFT_MSG_NEWSETELEM ? NLM_F_CREATE : 0);
    vrrp__nft_table(m, m->port);
    vrrp__nft_text(m, NFTA_SET_ELEM_LIST_SET, vrrp__set_name[set]);
    return vrrp__nft_nest(m, NFTA_SET_ELEM_LIST_ELEMENTS);
}

static void vrrp__nft_element(vrrp__nl *m, const void *key, size_t size)
{
    size_t at = vrrp__nft_nest(m, NFTA_LIST_ELEM), inner = vrrp__nft_nest(m, NFTA_SET_ELEM_KEY);

    vrrp__nl_attr(m, NFTA_DATA_VALUE, key, size);
    vrrp__nl_close(m, inner);
    vrrp__nl_close(m, at);
}

/* Into the set; or out of it, which an element that is not in it would prevent, so in and out. */
static int vrrp__nft_keys(vrrp__nl *m, unsigned set, uint8_t (*key)[20], unsigned n, bool out)
{
    static const uint8_t size[] = { 4, 16, 20, 4 };
    unsigned             i, step;
    size_t               at;

    if (n == 0)
        return 0;
    vrrp__nft_head(m, NFNL_MSG_BATCH_BEGIN, 0, 0);
    for (step = 0; step <= (unsigned)out; step++) {
        at = vrrp__nft_elements(m, step ? NFT_MSG_DELSETELEM : NFT_MSG_NEWSETELEM, set);
        for (i = 0; i < n; i++)
            vrrp__nft_element(m, key[i], size[set]);
        vrrp__nl_close(m, at);
    }
    return vrrp__nft_commit(m);
}

/* Does no_accept of some router here concern this key? */
static bool vrrp__nft_wanted(vrrp_io *io, unsigned set, const uint8_t *key, size_t size)
{
    const vrrp_router *r;
    uint8_t            other[20];
    unsigned           i;

    for (r = io->routers; r; r = r->next)
        for (i = 0; r->no_accept && i < r->v.d.n_addresses; i++)
            if (vrrp__nft_key(io, r, &r->v.d.addresses[i], set, other) == size &&
                memcmp(key, other, size) == 0)
                return true;
    return false;
}

/* The addresses of a list into their sets, or those out of them that nobody wants any more. */
static int vrrp__nft_list(vrrp_io *io, const vrrp_router *r, const vrrp_desc *d, bool out)
{
    uint8_t  key[VRRP__ELEMENTS][20];
    unsigned set, i, n = 0;
    int      error = 0;

    for (set = 0; !error && set < VRRP__SET_RA; set++)
        for (i = 0; !error && i < d->n_addresses; i++) {
            size_t size = vrrp__nft_key(io, r, &d->addresses[i], set, key[n]);

            if (size && !(out && vrrp__nft_wanted(io, set, key[n], size)))
                n++;
            if (n < VRRP__ELEMENTS && i + 1 < d->n_addresses)
                continue;
            error = vrrp__nft_keys(&io->nft, set, key, n, out);
            n = 0;
        }
    return error;
}

/* --- the table --- */

typedef struct vrrp__tables {
    uint32_t port[16];
    unsigned n;
} vrrp__tables;

/* Nobody has that number any more: whoever made the table is dead. */
static void vrrp__nft_dead_table(void *arg, const vrrp__nl_answer *a)
{
    vrrp__tables      *t = (vrrp__tables *)arg;
    struct sockaddr_nl at;
    char               name[24] = "";
    unsigned           port;
    int                fd;

    if (a->type != (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE) || a->size < 4)
        return;
    vrrp__get_text(a->body + 4, a->size - 4, NFTA_TABLE_NAME, name, sizeof name);
    if (!vrrp__number_behind(name, "vrrp-", &port) || t->n == 16)
        return;
    memset(&at, 0, sizeof at);
    at.nl_family = AF_NETLINK;
    at.nl_pid = port;
    fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0)
        t->port[t->n++] = port;
    vrrp__close(&fd);
}

static void vrrp__nft_delete(vrrp__nl *m, uint32_t port)
{
    vrrp__nft_head(m, NFNL_MSG_BATCH_BEGIN, 0, 0);
    vrrp__nft_begin(m, NFT_MSG_DELTABLE, 0);
    vrrp__nft_table(m, port);
    vrrp__nft_commit(m);
}

/* Before 5.12 a table outlives its process. */
static void vrrp__nft_sweep(vrrp__nl *m)
{
    vrrp__tables t;
    unsigned     i;

    memset(&t, 0, sizeof t);
    vrrp__nft_begin(m, NFT_MSG_GETTABLE, NLM_F_DUMP);
    vrrp__nl_talk(m, vrrp__nft_dead_table, &t);
    for (i = 0; i < t.n; i++)
        vrrp__nft_delete(m, t.port[i]);
}

static int vrrp__nft_open(vrrp_io *io)
{
    int error;

    if (io->nft.fd >= 0)
        return 0;
    error = vrrp__nl_open(&io->nft, NETLINK_NETFILTER, io->room);
    if (!error)
        error = vrrp__nft_make(&io->nft, VRRP__NFT_OWNER);
    if (error == -EOPNOTSUPP || error == -EINVAL) {
        io->nft_plain = true;
        vrrp__nft_sweep(&io->nft);
        error = vrrp__nft_make(&io->nft, 0);
    }
    if (error)
        vrrp__close(&io->nft.fd);
    return error;
}

static void vrrp__nft_close(vrrp_io *io)
{
    if (io->nft.fd >= 0 && io->nft_plain)
        vrrp__nft_delete(&io->nft, io->nft.port);
    vrrp__close(&io->nft.fd);
}

/* In place before the router may be MASTER. */
static void vrrp__guard_all(vrrp_io *io, uint64_t now)
{
    vrrp_router *r;
    int          error;

    for (r = io->routers; r; r = r->next) {
        if (!r->no_accept || r->guarded)
            continue;
        error = vrrp__nft_open(io);
        if (!error)
            error = vrrp__nft_list(io, r, &r->v.d, false);
        r->guarded = error == 0;
        if (!error)
            continue;
        io->retry_at = now + VRRP_SECOND;
        if (vrrp__may_say(r, VRRP__SAID - 4, now))
            vrrp__complain(io, r, r->link, error, "no_accept is not possible, so this node cannot "
                           "be MASTER: %s", error == -EOPNOTSUPP || error == -EPROTONOSUPPORT ?
                           "this kernel has no nf_tables (modprobe nf_tables)" : strerror(-error));
    }
}

/* The addresses that the list had, once no router here has them; behind the last one the table. */
static void vrrp__unguard(vrrp_io *io, vrrp_router *r, const vrrp_desc *old)
{
    int                error = io->nft.fd < 0 ? 0 : vrrp__nft_list(io, r, old, true);
    const vrrp_router *user = io->routers;

    while (user && !user->no_accept)
        user = user->next;
    if (!user && !io->nft_adverts)
        vrrp__nft_close(io);
    if (error)
        vrrp__complain(io, r, r->link, error, "no_accept: letting go of addresses: %s",
                       strerror(-error));
}

/* The one way left to keep a macvlan from making addresses of router advertisements. */
static int vrrp__nft_no_adverts(vrrp_io *io, const vrrp_link *link, const char *name)
{
    uint8_t    key[1][20];
    vrrp__nest nest;
    int        error;

    memset(&nest, 0, sizeof nest);
    nest.name = name;
    nest.mac = link->vmac.mac;
    error = vrrp__nest_look(&io->nl, &nest);
    if (!error)
        error = vrrp__nft_open(io);
    memcpy(key[0], &nest.device.is.ifindex, 4);
    if (!error)
        error = vrrp__nft_keys(&io->nft, VRRP__SET_RA, key, 1, false);
    io->nft_adverts |= error == 0;
    if (error)
        vrrp__complain(io, NULL, NULL, error, "%s may get addresses from router advertisements: "
                       "/proc/sys cannot be written, nor nftables (%s); on the node: sysctl -w "
                       "net/ipv6/conf/%s/accept_ra=0", name, strerror(-error), name);
    return 0;
}

// >>heap

/* A skew heap of deadlines, through the objects. */
static vrrp_router *vrrp__meld(vrrp_router *a, vrrp_router *b)
{
    vrrp_router *top = NULL, *above = NULL, **at = &top, *t;

    while (a && b) {
        if (b->key < a->key) {
            t = a;
            a = b;
            b = t;
        }
        *at = a;
        a->above = above;
        above = a;
        at = &a->left;                  /* the sides change places: that keeps it shallow */
        t = a->right;
        a->right = a->left;
        a = t;
    }
    *at = a ? a : b;
    if (*at)
        (*at)->above = above;
    return top;
}

static void vrrp__heap_set(vrrp_router **heap, vrrp_router *one, uint64_t key)
{
    vrrp_router *below, *above = one->above;

    if (key == one->key)
        return;
    if (one->key != VRRP_NEVER) {
        below = vrrp__meld(one->left, one->right);
        if (below)
            below->above = above;
        *(!above ? heap : above->left == one ? &above->left : &above->right) = below;
        one->left = one->right = one->above = NULL;
    }
    one->key = key;
    if (key != VRRP_NEVER)
        *heap = vrrp__meld(*heap, one);
}

// >>shell

enum { VRRP__TICKS = 128, VRRP__PACKETS = 64, VRRP__MESSAGES = 128 };   /* the bounds of a turn */

VRRP_DEF uint64_t vrrp_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_BOOTTIME, &t);
    return (uint64_t)t.tv_sec * VRRP_SECOND + (uint64_t)t.tv_nsec;
}

static void vrrp__rekey(vrrp_io *io, vrrp_router *r)
{
    vrrp__heap_set(&io->heap, r, vrrp_deadline(&r->v));
}

/* Each advert that a BACKUP hears moves its deadline away. Such a one keeps its place: there it is
   looked at again before anything depends on it. */
static void vrrp__sooner(vrrp_io *io, vrrp_router *r)
{
    if (vrrp_deadline(&r->v) < r->key)
        vrrp__rekey(io, r);
}

/* The timer stands in the past while anything is left to do or to tell, and too early until it has
   gone off. Always the last step. */
static void vrrp__rearm(vrrp_io *io)
{
    struct itimerspec at;
    uint64_t          when = io->heap ? io->heap->key : VRRP_NEVER;

    if (io->retry_at < when)
        when = io->retry_at;
    if (io->turns_at < when)
        when = io->turns_at;
    if (io->dirty || io->sync || io->resync || io->recheck || io->more || io->ring_n ||
        io->ring_lost || io->news || when == 0)
        when = 1;
    if (when == io->armed || (when > io->armed && io->armed > io->now))
        return;
    io->armed = when;
    memset(&at, 0, sizeof at);
    if (when != VRRP_NEVER) {
        at.it_value.tv_sec = (time_t)(when / VRRP_SECOND);
        at.it_value.tv_nsec = (long)(when % VRRP_SECOND);
    }
    timerfd_settime(io->timer, TFD_TIMER_ABSTIME, &at, NULL);
}

/* --- what happened --- */

static void vrrp__tell(vrrp_io *io, vrrp_router *r, int which, const vrrp_action *a)
{
    vrrp__news *n = &r->news[which];
    bool        full = n->n == 4;       /* nobody reads: the steps between are left out */
    unsigned    i = full ? 3u : n->n++;

    if (!full)
        n->from[i] = a->from;
    n->to[i] = a->to;
    n->why[i] = a->why;
    if (full && n->from[i] == a->to)
        n->n--;
    if (r->telling)
        return;
    r->telling = true;
    r->news_next = NULL;
    if (io->news)
        io->news_last->news_next = r;
    else
        io->news = r;
    io->news_last = r;
}

static void vrrp__notified(vrrp_io *io, vrrp_router *r, const vrrp_action *a)
{
    vrrp_event *e;

    if (a->group)
        r->told = a->group;
    if (a->from != a->to) {
        vrrp__tell(io, r, a->group ? 1 : 0, a);
        return;
    }
    e = vrrp__event(io, VRRP_EVENT_NEWS, r, r->link);
    if (e) {
        e->from = e->to = a->to;
        e->why = a->why;
    }
}

/* One router's steps in order, its own before its group's. */
static bool vrrp__next_news(vrrp_io *io, vrrp_event *e)
{
    vrrp_router *r;
    vrrp__news  *n;

    for (; (r = io->news) != NULL; io->news = r->news_next, r->telling = false) {
        n = &r->news[r->news[0].n == 0];
        if (n->n == 0)
            continue;
        memset(e, 0, sizeof *e);
        e->kind = VRRP_EVENT_STATE;
        e->router = r;
        e->link = r->link;
        e->group = n == r->news ? NULL : r->told;
        e->vrid = r->v.d.vrid;
        e->from = n->from[0];
        e->to = n->to[0];
        e->why = n->why[0];
        n->n--;
        memmove(n->from, n->from + 1, n->n);
        memmove(n->to, n->to + 1, n->n);
        memmove(n->why, n->why + 1, n->n);
        return true;
    }
    return false;
}

VRRP_DEF bool vrrp_io_next(vrrp_io *io, vrrp_event *event)
{
    if (io->ring_n) {
        *event = io->ring[io->ring_head];
        io->ring_head = (uint16_t)((io->ring_head + 1) % VRRP__RING);
        io->ring_n--;
        return true;
    }
    if (vrrp__next_news(io, event))
        return true;
    if (io->ring_lost) {
        memset(event, 0, sizeof *event);
        event->kind = VRRP_EVENT_ERROR;
        event->code = -ENOBUFS;
        snprintf(event->text, sizeof event->text, "%u more messages were not kept",
                 (unsigned)io->ring_lost);
        io->ring_lost = 0;
        return true;
    }
    vrrp__rearm(io);
    return false;
}

/* --- the batch: routers with actions to carry out --- */

static void vrrp__mark_one(vrrp_io *io, vrrp_router *r)
{
    if (r->dirty)
        return;
    r->dirty = true;
    r->dirty_next = NULL;
    if (io->dirty)
        io->dirty_last->dirty_next = r;
    else
        io->dirty = r;
    io->dirty_last = r;
}

/* Members of a sync group are routers of this shell: a router's first field is its core. True when
   a queue might overflow by the next call. */
static bool vrrp__mark(vrrp_io *io, vrrp_router *r)
{
    vrrp *m = r->v.group ? r->v.group->members : NULL;
    bool  full = r->v.queued > 6;

    vrrp__mark_one(io, r);
    for (; m; m = m->group_next) {
        vrrp__mark_one(io, (vrrp_router *)(void *)m);
        full |= m->queued > 6;
    }
    return full;
}

static bool vrrp__is_netlink(const vrrp_action *a)
{
    return a->kind == VRRP_CLAIM || a->kind == VRRP_RELEASE || a->kind == VRRP_REFRESH;
}

/* Everything up to the next action that the kernel has to finish first. */
static void vrrp__say(vrrp_io *io, vrrp_router *r, uint64_t now)
{
    vrrp_action a;

    while (vrrp__peek(&r->v, &a) && !vrrp__is_netlink(&a)) {
        vrrp__pop(&r->v, &a);
        if (r->fixed)
            continue;                   /* nobody is told */
        if (a.kind == VRRP_SEND)
            vrrp__send_advert(io, r, &a, now);
        else if (a.kind == VRRP_ANNOUNCE)
            vrrp__announce_some(io, r, &a, now);
        else if (a.kind == VRRP_NOTIFY)
            vrrp__notified(io, r, &a);
        /* ASK: nobody here can tell, its deadline decides */
    }
    while (r->v.group && vrrp__pop_group(r->v.group, &a))
        vrrp__notified(io, r, &a);
}

static void vrrp__say_all(vrrp_io *io, uint64_t now)
{
    vrrp_router *r;

    for (r = io->dirty; r; r = r->dirty_next)
        vrrp__say(io, r, now);
    vrrp__flush(io, now);
}

static void vrrp__vip_error(vrrp_io *io, vrrp_router *r, const vrrp_vip *vip, bool release,
                            int error, const char *words)
{
    char text[INET6_ADDRSTRLEN];

    vrrp__complain(io, r, r->link, error, "%s %s/%u %s %s: %s%s%s",
                   release ? "removing" : "adding",
                   vrrp__ip_str(&vip->address, vip->family, text), vip->prefix,
                   release ? "from" : "to", vip->device[0] ? vip->device : r->link->name,
                   strerror(-error), words[0] ? ": " : "", words);
}

/* Is there anything to do about this address? */
static bool vrrp__job_address(vrrp_io *io, vrrp__job *job)
{
    vrrp_router *r = job->router;
    vrrp_vip    *vip = job->is.vip;
    bool         there;

    job->link = vrrp__vip_link(io, r, vip);
    there = job->link && job->link->ifindex;
    if (job->release && (!there || !(vip->held & VRRP_HELD_OURS))) {
        vip->held = 0;
        return false;
    }
    if (!job->release && (vip->held & VRRP_HELD_ADOPTED || (job->again && vip->held &&
                                                            !r->v.d.refresh)))
        return false;
    r->failed |= !there && !vip->no_track;
    r->late |= !there;
    return there;
}

static bool vrrp__hop_ready(vrrp_io *io, const vrrp_hop *hop)
{
    const vrrp_link *link = vrrp__link_named(io, hop->device);

    return !hop->device[0] || (link && link->ifindex && link->up);
}

/* Is there anything to do about this route or rule? What its devices are not ready for comes
   later. */
static bool vrrp__job_routing(vrrp_io *io, vrrp__job *job)
{
    const vrrp_route *route = job->is.route;
    bool              ready = !route || vrrp__hop_ready(io, &route->hop);
    bool              ours = *job->is.held == VRRP_HELD_OURS;
    unsigned          i;

    for (i = 0; route && i < route->n_hops; i++)
        ready = ready && vrrp__hop_ready(io, &route->hops[i]);
    if (job->release && !ours)
        *job->is.held = 0;
    if (job->again && route && route->expires)
        ready = false;                  /* it was to go */
    return job->release ? ours : ready;
}

/* A router as a setup: its items. */
static void vrrp__setup_of(vrrp_setup *s, const vrrp_router *r)
{
    memset(s, 0, sizeof *s);
    s->desc = r->v.d;
    s->routes = r->routes;
    s->rules = r->rules;
    s->n_routes = r->n_routes;
    s->n_rules = r->n_rules;
}

/* The next item of the action at the head of r's queue: addresses, routes, rules; to release them
   the other way round. False: this batch has no room for it. */
static bool vrrp__job_new(vrrp_io *io, vrrp_router *r, const vrrp_setup *s, uint8_t action,
                          size_t *room)
{
    vrrp__job *job = &io->job[io->n_jobs];
    size_t     size;
    bool       wanted;

    memset(job, 0, sizeof *job);
    job->router = r;
    job->release = action == VRRP_RELEASE;
    job->again = action == VRRP_REFRESH;
    job->is = vrrp__item_of(s, job->release ? vrrp__items(s) - 1 - r->cursor : r->cursor);
    size = job->is.vip ? 160 : job->is.rule ? 256 : 512 + 48u * job->is.route->n_hops;
    wanted = job->is.vip ? vrrp__job_address(io, job) : vrrp__job_routing(io, job);
    if (wanted && (*room < size || io->n_jobs == VRRP__JOBS))
        return false;
    r->cursor++;
    io->n_jobs = (uint16_t)(io->n_jobs + wanted);
    *room -= wanted ? size : 0;
    return true;
}

/* The next items of every router whose next action is the kernel's. */
static bool vrrp__gather(vrrp_io *io)
{
    vrrp_router *r;
    vrrp_action  a;
    vrrp_setup   s;
    size_t       room = VRRP__REQUEST;
    bool         any = false, fits = true;

    io->n_jobs = 0;
    for (r = io->dirty; r && fits; r = r->dirty_next) {
        if (!vrrp__peek(&r->v, &a))
            continue;
        any = true;
        vrrp__setup_of(&s, r);
        if (a.kind != VRRP_RELEASE && r->v.state != VRRP_MASTER)    /* over before it began */
            r->cursor = vrrp__items(&s);
        while (fits && r->cursor < vrrp__items(&s))
            fits = io->n_jobs < VRRP__JOBS && vrrp__job_new(io, r, &s, a.kind, &room);
    }
    return any;
}

/* Added by us, as far as the kernel can tell. */
static bool vrrp__is_tagged(const vrrp_io *io, const vrrp__address *a)
{
    return io->tags && (a->protocol & ~1) == VRRP_PROTO_TAG;
}

static void vrrp__survey_address(void *arg, const vrrp__nl_answer *answer)
{
    vrrp_io      *io = (vrrp_io *)arg;
    vrrp__address a;
    unsigned      i;

    if (!answer || !vrrp__get_address(answer, &a) || vrrp__is_tagged(io, &a))
        return;
    for (i = 0; i < io->n_jobs; i++) {
        vrrp__job      *job = &io->job[i];
        const vrrp_vip *vip = job->is.vip;

        if (!vip || job->link->ifindex != a.ifindex || job->release || vip->held ||
            vip->family != a.family ||
            (job->router->fixed && io->tags && (a.protocol & ~1) == VRRP_PROTO_STATIC))
            continue;
        if (vrrp__same(&vip->address, &a.ip))
            job->foreign = true;
        else if (a.family == VRRP_IPV4 && !(a.flags & IFA_F_SECONDARY) &&
                 a.prefix == vip->prefix && vrrp__same_subnet(&vip->address, &a.ip, a.prefix))
            job->sheltered = true;
    }
}

/* Before adding: which of these addresses are somebody else's, and which subnets have a primary. */
static int vrrp__survey(vrrp_io *io)
{
    unsigned i;

    for (i = 0; i < io->n_jobs; i++)
        if (!io->job[i].release && io->job[i].is.vip && !*io->job[i].is.held)
            return vrrp__dump(&io->nl, false, vrrp__survey_address, io);
    return 0;
}

static int vrrp__set_promote(vrrp_io *io, const vrrp_link *link, uint32_t value)
{
    vrrp__conf conf = { VRRP__PROMOTE_SECONDARIES, 0 };

    conf.value = value;
    vrrp__put_conf(&io->nl, link->ifindex, &conf, 1);
    return vrrp__nl_talk(&io->nl, NULL, NULL);
}

/* An address that becomes the primary of its subnet would take the others along when it goes. */
static void vrrp__promote(vrrp_io *io, vrrp_link *link)
{
    int error;

    if (link->promoted || link->promote)
        return;
    error = vrrp__set_promote(io, link, 1);
    link->promoted = error == 0;
    if (error && error != -ENODEV)
        vrrp__complain(io, NULL, link, error, "setting promote_secondaries on %s: %s", link->name,
                       strerror(-error));
}

static void vrrp__unpromote(vrrp_io *io, vrrp_link *link)
{
    if (link->promoted && link->ifindex)
        vrrp__set_promote(io, link, link->promote);
    link->promoted = false;
}

static bool vrrp__needs_promote(vrrp_io *io, const vrrp_link *link)
{
    const vrrp_router *r;
    unsigned           i;

    for (r = io->routers; r; r = r->next)
        for (i = 0; i < r->v.d.n_addresses; i++) {
            const vrrp_vip *vip = &r->v.d.addresses[i];

            if (vip->held & VRRP_HELD_OURS && vip->family == VRRP_IPV4 && vip->prefix < 32 &&
                vrrp__vip_link(io, r, vip) == link)
                return true;
        }
    return false;
}

/* Only as long as it serves: whoever is killed later has not left it behind. */
static void vrrp__unpromote_idle(vrrp_io *io)
{
    size_t i;

    for (i = 0; i < io->n_links; i++)
        if (io->links[i].promoted && !vrrp__needs_promote(io, &io->links[i]))
            vrrp__unpromote(io, &io->links[i]);
}

static bool vrrp__usable(vrrp_io *io, const vrrp_router *r);

/* A route or a rule. What is there already and was not ours is somebody else's: it stays, and is
   tried again whenever something may have changed; so is what the kernel refuses, for the addresses
   matter more. */
static void vrrp__routing_done(vrrp_io *io, vrrp__job *job, int error, const char *words)
{
    vrrp_router *r = job->router;
    uint8_t     *held = job->is.held, was = *held;
    char         text[80];

    vrrp__item_str(&job->is, text);
    if (job->release) {
        *held = 0;
        io->recheck = true;             /* another router may want the same one */
    } else if (error == -EEXIST) {
        *held = was ? was : (uint8_t)VRRP_HELD_ADOPTED;
        if (!was)
            vrrp__hear_routes(io, true);        /* it may have any protocol */
        if (!was)
            vrrp__complain(io, r, r->link, 0, "%s is there already and is not ours: it stays",
                           text);
    } else {
        *held = error ? 0 : VRRP_HELD_OURS;
        if (!error && was)
            vrrp__complain(io, r, r->link, 0, "%s was gone: put back", text);
    }
    if (job->release ? error && !vrrp__is_gone(error) : error && error != -EEXIST && !job->again)
        vrrp__complain(io, r, r->link, error, "%s %s: %s%s%s", job->release ? "removing" : "adding",
                       text, strerror(-error), words[0] ? ": " : "", words);
}

/* What is gone already need not go, and what is there already is only ours if it was. */
static void vrrp__job_done(vrrp_io *io, vrrp__job *job, int error, const char *words)
{
    vrrp_vip *vip = job->is.vip;

    job->done = true;
    if (!vip) {
        vrrp__routing_done(io, job, error, words);
        return;
    }
    if (error == -ENODEV && job->link->ifindex) {       /* not told yet: look at everything */
        vrrp__link_gone(io, job->link);
        io->resync = true;
    }
    if (job->release ? vrrp__is_gone(error) : error == -EEXIST && vip->held & VRRP_HELD_OURS)
        error = 0;
    if (!error && job->again && !vip->held)
        job->router->came = true;
    if (!error)
        vip->held = job->release ? 0 : VRRP_HELD_OURS;
    else if (job->release)
        io->unreleased = true;
    else
        job->router->failed = true;
    if (error && error != -ENODEV)
        vrrp__vip_error(io, job->router, vip, job->release, error, words);
}

static void vrrp__job_answer(void *arg, const vrrp__nl_answer *a)
{
    vrrp_io *io = (vrrp_io *)arg;
    uint32_t i = a->seq - io->nl.first;

    if (a->type == NLMSG_ERROR && i < io->n_jobs)
        vrrp__job_done(io, &io->job[i], a->error, a->text);
}

/* What remains is what the kernel is asked for. Without a survey nothing may be added, but what is
   to go still goes; what is somebody else's is adopted. */
static void vrrp__sift(vrrp_io *io, int error)
{
    unsigned i, kept = 0;

    for (i = 0; i < io->n_jobs; i++) {
        vrrp__job *job = &io->job[i];
        vrrp_vip  *vip = job->is.vip;

        if (error && !job->release && vip) {
            vrrp__job_done(io, job, error, "");
            continue;
        }
        if (job->foreign) {
            vip->held = VRRP_HELD_ADOPTED;
            continue;
        }
        if (vip && !job->release && !vip->held && !job->sheltered && vip->family == VRRP_IPV4 &&
            vip->prefix < 32)
            vrrp__promote(io, job->link);
        io->job[kept++] = *job;
    }
    io->n_jobs = (uint16_t)kept;
}

static void vrrp__put_job(vrrp_io *io, const vrrp__job *job)
{
    const vrrp_vip *vip = job->is.vip;
    vrrp__address   a;

    if (!vip) {
        vrrp__put_item(&io->nl, io, &job->is, !job->release);
    } else if (job->release) {
        vrrp__vip_address(&a, vip, job->link->ifindex);
        vrrp__put_address(&io->nl, RTM_DELADDR, 0, &a, 0);
    } else {
        bool    promoted = job->link->promoted && vip->family == VRRP_IPV4;
        uint8_t tag = job->router->fixed ? VRRP_PROTO_STATIC : VRRP_PROTO_TAG;

        vrrp__put_vip(&io->nl, vip, job->link->ifindex, (uint8_t)(tag + promoted));
    }
    if (vip && job->link->vmac.parent)  /* what we send leaves from the interface below */
        vrrp__put_number(&io->nl, IFA_RT_PRIORITY, VRRP__VMAC_METRIC);
}

static void vrrp__carry_out(vrrp_io *io)
{
    unsigned i;
    bool     let_go = false;
    int      error;

    vrrp__sift(io, vrrp__survey(io));
    if (io->n_jobs == 0)
        return;
    for (i = 0; i < io->n_jobs; i++)
        vrrp__put_job(io, &io->job[i]);
    error = vrrp__nl_talk(&io->nl, vrrp__job_answer, io);
    for (i = 0; i < io->n_jobs; i++) {
        if (!io->job[i].done)           /* cut off: netlink itself failed */
            vrrp__job_done(io, &io->job[i], error ? error : -EIO, "");
        let_go |= io->job[i].release && io->job[i].is.vip;
    }
    if (let_go)
        vrrp__unpromote_idle(io);
}

static bool vrrp__all_held(const vrrp_router *r)
{
    unsigned i;

    for (i = 0; i < r->v.d.n_addresses; i++)
        if (!r->v.d.addresses[i].held && !r->v.d.addresses[i].no_track)
            return false;
    return true;
}

/* Pops what is complete and gives the core its answer. A long list may lose addresses at one end
   while the other is being added. */
static void vrrp__finish(vrrp_io *io, uint64_t now)
{
    vrrp_router *r;
    vrrp_action  a;
    vrrp_setup   s;

    for (r = io->dirty; r; r = r->dirty_next) {
        vrrp__setup_of(&s, r);
        if (r->cursor < vrrp__items(&s) || !vrrp__peek(&r->v, &a) || !vrrp__is_netlink(&a))
            continue;
        vrrp__pop(&r->v, &a);
        r->cursor = 0;
        if (a.kind == VRRP_RELEASE || r->fixed)
            continue;
        if (r->failed && !vrrp__usable(io, r))      /* no claim fails for want of an interface */
            vrrp_block(&r->v, VRRP_FAULT_LINK, true, now);
        else
            vrrp_claimed(&r->v, !r->failed, now);
        if (r->came && r->v.claimed)
            vrrp__announce(&r->v, now);
        r->came = false;
        if (!r->failed && !vrrp__all_held(r))
            vrrp_lost(&r->v, VRRP_LOST_DELETED, now);
        r->failed = false;
        vrrp__mark(io, r);
    }
}

/* Per router the order of actions is sacred: speak before you take, let go before you speak. One
   round says what may be said, lets the kernel finish one batch, says what follows from it. */
static void vrrp__batch(vrrp_io *io, uint64_t now)
{
    vrrp_router *r, *next, *last = NULL, **at = &io->dirty;

    vrrp__say_all(io, now);
    if (vrrp__gather(io)) {
        vrrp__carry_out(io);
        vrrp__finish(io, now);
        if (io->unreleased)             /* look again what is there, and let go of it then */
            io->retry_at = now + VRRP_SECOND;
        io->unreleased = false;
        vrrp__say_all(io, now);
    }
    for (r = io->dirty; r; r = next) {
        next = r->dirty_next;
        vrrp__sooner(io, r);
        if (r->v.queued) {
            *at = r;
            at = &r->dirty_next;
            last = r;
        } else {
            r->dirty = false;
        }
    }
    *at = NULL;
    io->dirty_last = last;
}

static void vrrp__drain(vrrp_io *io, uint64_t now)
{
    while (io->dirty)
        vrrp__batch(io, now);
}

/* After a core function. */
static void vrrp__touched(vrrp_io *io, vrrp_router *r, uint64_t now)
{
    if (vrrp__mark(io, r))
        vrrp__drain(io, now);
}

VRRP_DEF void vrrp_io_touch(vrrp_io *io, vrrp_router *r, uint64_t now)
{
    vrrp__touched(io, r, now);
    vrrp__rearm(io);
}

/* --- receiving --- */

/* An interface, a family and a VRID as one number. */
static uint32_t vrrp__key(const vrrp_io *io, const vrrp_link *link, int six, uint8_t vrid)
{
    return (uint32_t)(link - io->links) << 9 | (uint32_t)six << 8 | vrid;
}

static vrrp_router **vrrp__bucket(vrrp_io *io, const vrrp_link *link, int six, uint8_t vrid)
{
    uint32_t key = vrrp__key(io, link, six, vrid);

    return &io->bucket[(key * 2654435769u) >> 23];      /* 512 = 1 << (32 - 23) */
}

static vrrp_router *vrrp__find(vrrp_io *io, const vrrp_link *link, int six, uint8_t vrid)
{
    vrrp_router *r = *vrrp__bucket(io, link, six, vrid);

    while (r && (r->link != link || r->v.d.vrid != vrid ||
                 r->v.d.family != (six ? VRRP_IPV6 : VRRP_IPV4)))
        r = r->hash_next;
    return r;
}

/* --- what is said about others: once, until it changes or stops for a while --- */

enum { VRRP__WHILE = 300, VRRP__PLACES = 4 };   /* seconds; where one of them may stand */

static uint32_t vrrp__hash(uint32_t h, const void *data, size_t size)
{
    const uint8_t *p = (const uint8_t *)data;

    for (; size; size--)
        h = (h ^ *p++) * 16777619u;     /* FNV-1a */
    return h;
}

/* Where it stands what was said, or would stand: of its places the one not heard of for longest. */
static vrrp__stranger *vrrp__place(vrrp_io *io, uint32_t who)
{
    vrrp__stranger *s = &io->strangers[who % (VRRP__STRANGERS / VRRP__PLACES) * VRRP__PLACES];
    vrrp__stranger *to = s;
    unsigned        i;

    for (i = 0; i < VRRP__PLACES; i++)
        if (s[i].who == who)
            return &s[i];
        else if (s[i].second < to->second)
            to = &s[i];
    return to;
}

/* Has it been said? */
static bool vrrp__was_said(vrrp_io *io, uint32_t who, uint32_t what, uint64_t now)
{
    vrrp__stranger *s = vrrp__place(io, who);
    uint32_t        second = (uint32_t)(now / VRRP_SECOND) + 1;

    if (s->who != who || s->what != what || second - s->second >= VRRP__WHILE)
        return false;
    s->second = second;
    return true;
}

static void vrrp__remember(vrrp_io *io, uint32_t who, uint32_t what, uint64_t now)
{
    vrrp__stranger *s = vrrp__place(io, who);

    s->who = who;
    s->what = what;
    s->second = (uint32_t)(now / VRRP_SECOND) + 1;
}

/* One address that the other list does not have, and how many more there are. */
static size_t vrrp__put_missing(char *text, size_t room, const char *format, const uint8_t *first,
                                unsigned more, uint8_t family)
{
    char    name[INET6_ADDRSTRLEN], others[24] = "";
    vrrp_ip ip;
    int     n;

    memset(&ip, 0, sizeof ip);
    memcpy(ip.byte, first, vrrp__ip_size(family));
    if (more)
        snprintf(others, sizeof others, " and %u more", more);
    n = snprintf(text, room, format, vrrp__ip_str(&ip, family, name), others);
    return n < 0 ? 0 : (size_t)n < room ? (size_t)n : room - 1;
}

/* What their list has and ours has not, and the reverse. */
static void vrrp__put_lists(char *text, size_t room, const vrrp *v, const vrrp_advert *a)
{
    const uint8_t *theirs = NULL, *ours = NULL;
    size_t         size = vrrp__ip_size(v->d.family), i, n = 0;
    unsigned       more[2] = { 0, 0 };

    for (i = 0; i < a->count; i++)
        if (!vrrp__listed(v, a->addresses + i * size)) {
            more[0] += theirs != NULL;
            theirs = theirs ? theirs : a->addresses + i * size;
        }
    for (i = 0; i < v->d.n_addresses; i++)
        if (!v->d.addresses[i].excluded &&
            !vrrp__carries(a, v->d.addresses[i].address.byte, size)) {
            more[1] += ours != NULL;
            ours = ours ? ours : v->d.addresses[i].address.byte;
        }
    if (theirs)
        n = vrrp__put_missing(text, room, "theirs has %s%s that ours has not", theirs, more[0],
                              v->d.family);
    if (ours)
        vrrp__put_missing(text + n, room - n, n ? "; ours %s%s that theirs has not"
                                                : "ours has %s%s that theirs has not",
                          ours, more[1], v->d.family);
}

/* Both values of what differs. */
static void vrrp__put_difference(char *text, size_t room, const vrrp *v, int code,
                                 const vrrp_rx *rx)
{
    static const char *const auth[] = { "none", "a password", "AH" };
    const uint8_t           *m = rx->message;
    const uint8_t           *tail = m + (rx->size > VRRP__TRAILER ? rx->size - VRRP__TRAILER : 0);
    unsigned                 theirs = rx->protocol == VRRP__AH ? 2 : m[0] >> 4 == 2 ? m[4] : 0;
    vrrp_advert              a;

    vrrp__fields(m, rx->family, &a);
    if (code == VRRP_E_INTERVAL)
        snprintf(text, room, "theirs %g s, ours %g s", (double)a.interval / 1e9,
                 (double)v->d.interval / 1e9);
    else if (code == VRRP_E_VERSION)
        snprintf(text, room, "theirs %u, ours %s", m[0] >> 4u,
                 v->d.dual ? "2 and 3" : v->d.version == 2 ? "2" : "3");
    else if (code == VRRP_E_AUTH_MISMATCH)
        snprintf(text, room, "theirs %s, ours %s", auth[theirs > 2 ? 2 : theirs],
                 auth[v->d.auth > 2 ? 2 : v->d.auth]);
    else if (code == VRRP_E_DESTINATION)
        snprintf(text, room, "theirs %s", v->d.n_peers ? "multicast, ours unicast"
                                                       : "unicast, ours multicast");
    else if (code == VRRP_E_TTL)
        snprintf(text, room, "it is %u", rx->ttl);
    else if (code == VRRP_E_LIST)
        vrrp__put_lists(text, room, v, &a);
    else if (code == VRRP_E_AUTH_STALE)
        snprintf(text, room, "theirs is %d s ahead of ours",
                 (int)(vrrp__get32(tail + 4) - (uint32_t)(v->wall / VRRP_SECOND)));
    else if (code == VRRP_E_AUTH_KEY)
        snprintf(text, room, "key %u", tail[1]);
}

/* What is said about a packet. */
static vrrp_event *vrrp__remark(vrrp_io *io, uint8_t kind, vrrp_router *r, vrrp_link *link,
                                int code, const vrrp_rx *rx)
{
    vrrp_event *e = vrrp__event(io, kind, r, link);

    if (!e)
        return NULL;
    e->code = code;
    e->vrid = rx->message[1];
    e->peer = rx->from;
    e->family = rx->family;
    if (r && code)
        vrrp__put_difference(e->text, sizeof e->text, &r->v, code, rx);
    return e;
}

/* The router whose addresses stand in that advert, and the first of them. */
static vrrp_router *vrrp__whose(vrrp_io *io, const vrrp_link *link, const vrrp_advert *a,
                                uint8_t family, const uint8_t **which)
{
    vrrp_router *r;
    unsigned     i;

    for (r = io->routers; r; r = r->next)
        for (i = 0; r->link == link && r->v.d.family == family && i < a->count; i++) {
            *which = a->addresses + i * vrrp__ip_size(family);
            if (vrrp__listed(&r->v, *which))
                return r;
        }
    return NULL;
}

/* A VRID that nobody here runs. One of them a second is enough, and one that has our addresses. */
static void vrrp__strange(vrrp_io *io, vrrp_link *link, const vrrp_rx *rx, const vrrp_advert *a,
                          uint64_t now)
{
    uint32_t       key = vrrp__key(io, link, rx->family == VRRP_IPV6, a->vrid);
    uint32_t       second = (uint32_t)(now / VRRP_SECOND) + 1;
    uint32_t       who = vrrp__hash(vrrp__hash(key, "VRID", 4), rx->from.byte, 16);
    uint32_t       what = vrrp__hash(0, a->addresses, a->count * vrrp__ip_size(rx->family));
    const uint8_t *which = NULL;
    vrrp_router   *r;
    vrrp_event    *e;

    if (vrrp__was_said(io, who, what, now))
        return;
    r = vrrp__whose(io, link, a, rx->family, &which);
    if (io->strange[r != NULL] == second)
        return;
    io->strange[r != NULL] = second;
    vrrp__remember(io, who, what, now);
    e = vrrp__remark(io, VRRP_EVENT_STRANGER, r, link, 0, rx);
    if (e && r)
        vrrp__put_missing(e->text, sizeof e->text, "%s%s", which, 0, rx->family);
}

/* What makes it another mistake of the same kind. */
static uint32_t vrrp__content(int code, const vrrp_rx *rx)
{
    const uint8_t *m = rx->message;

    if (code == VRRP_E_LIST)
        return vrrp__hash(0, m + 8, m[3] * vrrp__ip_size(rx->family));
    return code == VRRP_E_INTERVAL || code == VRRP_E_AUTH_MISMATCH ? vrrp__hash(0, m + 4, 2)
           : code == VRRP_E_VERSION ? m[0] : 0;
}

/* Somebody with another VRRP: each mistake of each sender once, each kind of mistake once in ten
   seconds. Where unicast and multicast share a network, strangers with our VRID are no news. */
static void vrrp__odd(vrrp_io *io, vrrp_router *r, const vrrp_rx *rx, int code, uint8_t kind,
                      uint64_t now)
{
    uint32_t       key = vrrp__key(io, r->link, rx->family == VRRP_IPV6, r->v.d.vrid);
    uint32_t       who = vrrp__hash(vrrp__hash(key, &code, sizeof code), rx->from.byte, 16);
    uint32_t       what = vrrp__content(code, rx);
    const uint8_t *which;
    vrrp_advert    a;

    if (code == VRRP_E_STATE || code == VRRP_E_SHADOW || vrrp__was_said(io, who, what, now))
        return;
    vrrp__fields(rx->message, rx->family, &a);
    if (code == VRRP_E_DESTINATION && !vrrp__whose(io, r->link, &a, rx->family, &which))
        return;
    if (!vrrp__may_say(r, (unsigned)(VRRP_E_LENGTH - code), now))
        return;
    vrrp__remember(io, who, what, now);
    vrrp__remark(io, kind, r, r->link, code, rx);
}

/* The core's verdict about a packet. One that was accepted may still be remarkable. */
static void vrrp__judged(vrrp_io *io, vrrp_router *r, const vrrp_rx *rx, vrrp_rx *in, uint64_t now)
{
    uint64_t lists = r->v.stats.address_list_errors, intervals = r->v.stats.interval_errors;
    int      code = vrrp_receive(&r->v, rx, now);

    in->protocol = rx->protocol;        /* whether there was an AH header */
    if (code)
        vrrp__odd(io, r, in, code, VRRP_EVENT_DROPPED, now);
    else if (r->v.stats.address_list_errors != lists)
        vrrp__odd(io, r, in, VRRP_E_LIST, VRRP_EVENT_DIFFERS, now);
    if (!code && r->v.stats.interval_errors != intervals)
        vrrp__odd(io, r, in, VRRP_E_INTERVAL, VRRP_EVENT_DIFFERS, now);
}

static void vrrp__deliver(vrrp_io *io, vrrp_link *link, const vrrp_rx *rx, uint64_t now)
{
    vrrp_router *r;
    vrrp_advert  advert;
    vrrp_rx      in;
    uint8_t      state;
    int          code;

    if (!vrrp__look_inside(rx, &in)) {
        link->stats.packet_length_errors++;
        return;
    }
    r = vrrp__find(io, link, rx->family == VRRP_IPV6, in.message[1]);
    if (!r) {
        code = vrrp_decode(&in, &advert);
        vrrp__count_drop(&link->stats, code ? code : VRRP_E_VRID);
        if (!code)
            vrrp__strange(io, link, &in, &advert, now);
        return;
    }
    state = r->v.state;
    vrrp__tell_time(r, now);
    vrrp__judged(io, r, rx, &in, now);
    if (r->v.state != state || r->v.queued)
        vrrp__touched(io, r, now);
    else
        vrrp__sooner(io, r);            /* a plain advert: only a deadline moved */
}

/* IPv6 leaves the header to the kernel: what we need of it comes beside the packet. */
static void vrrp__rx_beside(vrrp_rx *rx, struct msghdr *h, uint8_t protocol)
{
    const struct sockaddr_in6 *from = (const struct sockaddr_in6 *)h->msg_name;
    const uint8_t     *p = (const uint8_t *)h->msg_control;
    size_t             left = h->msg_controllen, step;
    struct cmsghdr     c;
    struct in6_pktinfo info;
    int                hops;

    memset(rx, 0, sizeof *rx);
    rx->family = VRRP_IPV6;
    rx->protocol = protocol;
    memcpy(rx->from.byte, &from->sin6_addr, 16);
    for (; left >= sizeof c; p += step, left -= step) {
        memcpy(&c, p, sizeof c);
        step = CMSG_ALIGN(c.cmsg_len);
        if (c.cmsg_len < CMSG_LEN(0) || step > left)
            return;
        if (c.cmsg_level == IPPROTO_IPV6 && c.cmsg_type == IPV6_PKTINFO) {
            memcpy(&info, p + CMSG_LEN(0), sizeof info);
            memcpy(rx->to.byte, &info.ipi6_addr, 16);
        } else if (c.cmsg_level == IPPROTO_IPV6 && c.cmsg_type == IPV6_HOPLIMIT) {
            memcpy(&hops, p + CMSG_LEN(0), sizeof hops);
            rx->ttl = (uint8_t)hops;
        }
    }
}

static void vrrp__packet_in(vrrp_io *io, vrrp_link *link, unsigned which, struct msghdr *h,
                            size_t size, uint64_t now)
{
    const uint8_t *p = (const uint8_t *)h->msg_iov->iov_base;
    vrrp_rx        rx;
    bool           cut = (h->msg_flags & MSG_TRUNC) != 0;

    if (h->msg_name) {
        vrrp__rx_beside(&rx, h, which & VRRP__EAR_AH ? VRRP__AH : VRRP_PROTOCOL);
        rx.message = p;
        rx.size = size;
    } else if (vrrp_rx_ip(&rx, p, size) != 0) {
        cut = true;
    }
    if (link->vmac.parent)              /* routers are known by their interface */
        link = link->vmac.parent;
    if (cut)
        link->stats.packet_length_errors++;
    else
        vrrp__deliver(io, link, &rx, now);
}

/* Reads one socket, at most *budget packets. True when it was read to its end. */
static bool vrrp__hear(vrrp_io *io, vrrp_link *link, unsigned which, unsigned *budget, uint64_t now)
{
    struct mmsghdr      msg[VRRP__IN];
    struct iovec        part[VRRP__IN];
    struct sockaddr_in6 from[VRRP__IN];
    union {
        uint64_t align;
        uint8_t  bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int))];
    } control[VRRP__IN];
    vrrp__ear *ear = &link->ear[which];
    unsigned   most = VRRP__IN, want = *budget < most ? *budget : most, i;
    int        n;

    memset(msg, 0, sizeof msg);
    for (i = 0; i < want; i++) {
        part[i].iov_base = io->in[i];
        part[i].iov_len = sizeof io->in[i];
        msg[i].msg_hdr.msg_iov = &part[i];
        msg[i].msg_hdr.msg_iovlen = 1;
        if (which & VRRP__EAR_SIX && !link->vmac.parent) {
            msg[i].msg_hdr.msg_name = &from[i];
            msg[i].msg_hdr.msg_namelen = sizeof from[i];
            msg[i].msg_hdr.msg_control = control[i].bytes;
            msg[i].msg_hdr.msg_controllen = sizeof control[i].bytes;
        }
    }
    n = recvmmsg(ear->fd, msg, want, MSG_DONTWAIT, NULL);
    for (i = 0; n > 0 && i < (unsigned)n; i++)
        vrrp__packet_in(io, link, which, &msg[i].msg_hdr, msg[i].msg_len, now);
    *budget -= n > 0 ? (unsigned)n : 0;
    if (want == 0 || n == (int)want)
        return false;
    ear->turn = io->turn;
    return true;
}

/* All sockets that have something in turn, a few packets each time: a busy link cannot starve the
   others. */
static void vrrp__hear_all(vrrp_io *io, const struct epoll_event *ev, int n, uint64_t now)
{
    unsigned budget = VRRP__PACKETS;
    bool     left = true;
    int      i;

    while (left && budget)
        for (left = false, i = 0; i < n && budget; i++) {
            uint64_t   which = ev[i].data.u64 - VRRP__EAR_FIRST;
            vrrp_link *link = &io->links[which / VRRP__EARS];
            vrrp__ear *ear = &link->ear[which % VRRP__EARS];

            if (ev[i].data.u64 >= VRRP__EAR_FIRST && ear->open && ear->turn != io->turn)
                left |= !vrrp__hear(io, link, which % VRRP__EARS, &budget, now);
        }
}

/* Reads one socket to its end, at most so far; everybody there waits again where that was not all
   that came. SO_MEMINFO has the drops at once, SO_RXQ_OVFL only with the next packet. */
static void vrrp__listened_on(vrrp_io *io, vrrp_link *link, unsigned which, uint64_t now)
{
    vrrp__ear   *ear = &link->ear[which];
    unsigned     budget = VRRP__PACKETS;
    uint32_t     info[9];               /* SK_MEMINFO_DROPS is the last */
    socklen_t    size = sizeof info;
    vrrp_router *r;

    if (!ear->open || ear->checked == io->turn)
        return;
    ear->checked = io->turn;
    while (ear->turn != io->turn && budget)
        vrrp__hear(io, link, which, &budget, now);
    memset(info, 0, sizeof info);
    getsockopt(ear->fd, SOL_SOCKET, SO_MEMINFO, info, &size);
    for (r = io->routers; r && (ear->turn != io->turn || info[8] != ear->drops); r = r->next)
        if ((r->link == link || r->vmac == link) && vrrp__ear_of(&r->v) == which)
            vrrp_deaf(&r->v, now);
    ear->drops = info[8];
}

/* Silence counts only while we listened. Before a Master_Down timer fires its sockets are read to
   the end; if that takes too long, or the kernel had to drop packets, all there wait again. */
static void vrrp__listened(vrrp_io *io, const vrrp_router *one, uint64_t now)
{
    unsigned which = vrrp__ear_of(&one->v);

    vrrp__listened_on(io, one->link, which, now);
    if (one->vmac)
        vrrp__listened_on(io, one->vmac, which, now);
}

/* --- what the kernel says about interfaces and addresses --- */

static vrrp_link *vrrp__link_numbered(vrrp_io *io, uint32_t ifindex)
{
    size_t i;

    for (i = 0; i < io->n_links; i++)
        if (io->links[i].ifindex == ifindex && io->links[i].name[0])
            return &io->links[i];
    return NULL;
}

static void vrrp__stale(vrrp_io *io, vrrp_link *link)
{
    link->stale = io->sync = true;
}

/* Its addresses went with it. */
static void vrrp__link_gone(vrrp_io *io, vrrp_link *link)
{
    vrrp_router *r;
    unsigned     i;

    for (r = io->routers; r; r = r->next)
        for (i = 0; i < r->v.d.n_addresses; i++) {
            vrrp_vip *vip = &r->v.d.addresses[i];

            if (vrrp__vip_link(io, r, vip) != link)
                continue;
            r->guarded = false;
            if (vip->held) {
                vip->held = 0;
                r->lost = true;
            }
        }
    io->recheck = true;
    vrrp__ears_close(link);
    link->ifindex = 0;
    link->up = link->carrier = link->promoted = link->renamed = false;
    link->turns = VRRP_NEVER;
    vrrp__stale(io, link);
    vrrp__complain(io, NULL, link, 0, "interface %s is gone", link->name);
    if (link->vmac.parent)
        vrrp__vmac_unname(link);
}

/* An interface is here: now no_accept can know those addresses that need its number. */
static void vrrp__unguarded(vrrp_io *io)
{
    vrrp_router *r;

    for (r = io->routers; r; r = r->next)
        r->guarded = false;
}

/* A link that changed counts when it has stayed so for its delay. */
static void vrrp__link_turn(vrrp_io *io, vrrp_link *link, bool up, bool told)
{
    uint64_t delay = 0;
    size_t   i;

    for (i = 0; i < io->n_delays; i++)
        if (strcmp(io->delays[i].interface, link->name) == 0)
            delay = up ? io->delays[i].up : io->delays[i].down;
    if (up == link->up)
        link->turns = VRRP_NEVER;
    else if (up != link->carrier || link->turns == VRRP_NEVER)
        link->turns = io->now + delay;
    link->carrier = up;
    if (link->turns <= io->now) {
        link->up = up;
        link->turns = VRRP_NEVER;
        vrrp__stale(io, link);
        if (!told)
            vrrp__complain(io, NULL, link, 0, "link %s is %s", link->name, up ? "up" : "down");
    }
    if (link->turns < io->turns_at)
        io->turns_at = link->turns;
}

/* Links whose delay has ended. */
static void vrrp__links_turn(vrrp_io *io)
{
    size_t i;

    io->turns_at = VRRP_NEVER;
    for (i = 0; i < io->n_links; i++)
        if (io->links[i].name[0] && io->links[i].turns != VRRP_NEVER)
            vrrp__link_turn(io, &io->links[i], io->links[i].carrier, false);
}

static void vrrp__link_is(vrrp_io *io, vrrp_link *link, const vrrp__device *d)
{
    bool up = (d->is.flags & VRRP__IFF_UP) && (d->is.flags & VRRP__IFF_RUNNING);
    bool born = link->ifindex != d->is.ifindex, news = link->known, resized = link->mtu != d->mtu;

    if (born && link->ifindex)          /* replaced so fast that we did not see it go */
        vrrp__link_gone(io, link);
    if (born && news)
        vrrp__complain(io, NULL, link, 0, "interface %s appeared, link %s", link->name,
                       up ? "up" : "down");
    if (born || !news || resized)
        vrrp__stale(io, link);
    io->recheck |= born || up != link->up;
    if (resized && (d->mtu < 1280 || link->mtu < 1280)) {       /* IPv6 forgot the group */
        vrrp__ear_close(&link->ear[VRRP__EAR_SIX]);
        vrrp__ear_close(&link->ear[VRRP__EAR_SIX | VRRP__EAR_AH]);
    }
    if (born)
        vrrp__unguarded(io);
    link->ifindex = d->is.ifindex;
    link->mtu = d->mtu;
    link->type = d->is.type;
    link->vrf = d->in_vrf;
    memcpy(link->mac, d->mac, sizeof link->mac);
    if (!news)
        link->up = link->carrier = up;
    vrrp__link_turn(io, link, up, born);
    link->known = link->seen = true;
    if (!link->promoted)
        link->promote = d->promote;
}

static void vrrp__device_event_on(vrrp_io *io, vrrp_link *link, const vrrp__device *d, bool gone)
{
    bool named = strcmp(link->name, d->is.name) == 0, numbered = link->ifindex == d->is.ifindex;

    if (numbered && gone) {
        vrrp__link_gone(io, link);
    } else if (named && !gone && link->vmac.parent && link->ifindex && !numbered) {
        vrrp__link_gone(io, link);      /* deleted, and another one got its name */
    } else if (numbered && !named && !link->renamed) {
        link->renamed = true;           /* its addresses are still there: first they have to go */
        vrrp__stale(io, link);
    } else if (named && !gone) {
        vrrp__link_is(io, link, d);
    }
}

/* A macvlan of ours may have two entries: its own, and one of the items that name it. */
static void vrrp__device_event(vrrp_io *io, const vrrp__device *d, bool gone)
{
    size_t i;

    for (i = 0; i < io->n_links; i++)
        if (io->links[i].name[0])
            vrrp__device_event_on(io, &io->links[i], d, gone);
}

static vrrp_ip *vrrp__primary(vrrp_link *link, uint8_t family)
{
    return family == VRRP_IPV6 ? &link->primary6 : &link->primary4;
}

/* Could this address change who we are? Only the first one can, and a source that was missing. */
static void vrrp__address_came(vrrp_io *io, vrrp_link *link, const vrrp__address *a)
{
    vrrp_router *r;

    if (link && !(a->flags & IFA_F_TENTATIVE) &&
        (vrrp__is_zero(vrrp__primary(link, a->family)) ||
         vrrp__same(vrrp__primary(link, a->family), &a->ip)))
        vrrp__stale(io, link);
    for (r = io->routers; r; r = r->next)
        if (!r->here && vrrp__same(&r->source, &a->ip))
            io->sync = true;
}

/* Is this where the router has that address, or wants it? Of several that differ only in prefix
   the one we added is ours. */
static bool vrrp__is_at(vrrp_io *io, const vrrp_router *r, const vrrp_vip *vip,
                        const vrrp__address *a)
{
    const vrrp_link *link;

    if (!vrrp__same(&vip->address, &a->ip) || vip->family != a->family ||
        (vip->held & VRRP_HELD_OURS && vip->prefix != a->prefix))
        return false;
    link = vrrp__vip_link(io, r, vip);
    if (link && link->vmac.parent && r->unswept && link->vmac.parent->ifindex == a->ifindex)
        return true;                    /* from before there was a macvlan */
    return link && link->ifindex == a->ifindex;
}

/* IPv6 does not tell who deleted an address, and our own deletion may be followed by our own
   addition: the next dump tells what is still there. */
static void vrrp__address_went(vrrp_io *io, vrrp_link *link, const vrrp__address *a)
{
    vrrp_router *r;
    unsigned     i;

    if (link && vrrp__same(vrrp__primary(link, a->family), &a->ip))
        vrrp__stale(io, link);
    for (r = io->routers; r; r = r->next) {
        if (r->here && vrrp__same(&r->source, &a->ip))
            io->sync = true;
        for (i = 0; i < r->v.d.n_addresses; i++) {
            vrrp_vip *vip = &r->v.d.addresses[i];

            if (!vip->held || !vrrp__is_at(io, r, vip, a))
                continue;
            r->lost = io->sync = true;
            if (a->family == VRRP_IPV4)
                vip->held = 0;
        }
    }
}

/* Our own changes to IPv4 addresses carry our port, those to IPv6 addresses our tag. What stands on
   an address may go with it, or come with it; and of routes and rules only deletions get here. */
static void vrrp__kernel_said(vrrp_io *io, const vrrp__nl_answer *answer)
{
    vrrp__address a;
    vrrp__device  d;

    if (vrrp__get_device(answer, &d)) {
        vrrp__device_event(io, &d, answer->type == RTM_DELLINK);
    } else if (vrrp__get_address(answer, &a)) {
        vrrp_link *link = vrrp__link_numbered(io, a.ifindex);
        bool       went = answer->type == RTM_DELADDR;

        io->recheck |= answer->port != io->nl.port && !vrrp__is_tagged(io, &a);
        if (went && answer->port != io->nl.port)
            vrrp__address_went(io, link, &a);
        else if (!went && !vrrp__is_tagged(io, &a))
            vrrp__address_came(io, link, &a);   /* also one promoted by a deletion of ours */
    } else if (answer->port != io->nl.port) {
        io->recheck = true;
    }
}

/* After an overrun we look at everything at once, and again when all is read: until then the kernel
   drops without a word. */
static void vrrp__hear_kernel(vrrp_io *io)
{
    vrrp__nl_answer a;
    ssize_t         n;
    size_t          at;
    unsigned        i;

    for (i = 0; i < VRRP__MESSAGES; i++) {
        n = recv(io->event_fd, io->nl.answer, VRRP__ANSWER, MSG_DONTWAIT | MSG_TRUNC);
        if (n > VRRP__ANSWER || (n < 0 && errno == ENOBUFS)) {
            io->resync = io->overrun = true;
        } else if (n > 0) {
            for (at = 0; vrrp__nl_pop(io->nl.answer, (size_t)n, &at, &a);)
                vrrp__kernel_said(io, &a);
        } else if (n < 0 && errno != EINTR) {
            io->resync |= io->overrun;
            io->overrun = false;
            return;
        }
    }
    io->more = true;
}

/* --- in step with the kernel: after start, an overrun, or a change that matters --- */

/* What a dump found that is to be deleted. */
typedef struct vrrp__leftovers {
    vrrp_io      *io;
    vrrp__nl     *nl;
    unsigned      n;
    vrrp__address at[VRRP__JOBS];
} vrrp__leftovers;

static bool vrrp__has_vip(const vrrp_router *r, const vrrp_ip *ip)
{
    unsigned i;

    for (i = 0; i < r->v.d.n_addresses; i++)
        if (vrrp__same(&r->v.d.addresses[i].address, ip))
            return true;
    return false;
}

/* The first address of the interface that is its own: no VIP, and usable. A secondary one only
   where there is no other: it may stand behind a VIP of its own subnet. */
static void vrrp__candidate(vrrp_io *io, const vrrp__address *a)
{
    vrrp_link   *link = vrrp__link_numbered(io, a->ifindex);
    bool         six = a->family == VRRP_IPV6, second = !six && a->flags & IFA_F_SECONDARY;
    vrrp_ip     *primary = link ? vrrp__primary(link, a->family) : NULL;
    vrrp_router *r;

    if (!link || !link->stale || (six && a->flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) ||
        (six && !vrrp__is_link_local(a->ip.byte)))
        return;
    if (!vrrp__is_zero(primary) && (six || second || !link->second))
        return;
    for (r = io->routers; r; r = r->next)
        if (!r->fixed && vrrp__has_vip(r, &a->ip))
            return;
    *primary = a->ip;
    link->second = six ? link->second : second;
}

/* A dead predecessor has switched promote_secondaries on: it is ours to switch off. */
static void vrrp__found_promoted(vrrp_io *io, const vrrp_router *r, const vrrp__address *a)
{
    vrrp_link *link = vrrp__link_numbered(io, a->ifindex);

    if (!io->tags || !r->unswept || !link || link->promoted ||
        a->protocol != (r->fixed ? VRRP_PROTO_STATIC : VRRP_PROTO_TAG) + 1)
        return;
    link->promoted = true;
    link->promote = 0;
}

/* An address of this router, found in the kernel: is it held, or a dead predecessor's? Without tags
   an address of a router that does not own it can be nobody else's. */
static void vrrp__found_vip(vrrp__leftovers *left, vrrp_router *r, vrrp_vip *vip,
                            const vrrp__address *a)
{
    vrrp_io *io = left->io;
    bool     owner = r->v.d.priority == VRRP_OWNER;
    bool     ours = io->tags ? vrrp__is_tagged(io, a) : !owner;
    bool     unreleased = vip->held & VRRP_HELD_OURS && r->v.state != VRRP_MASTER &&
                          r->v.queued == 0;
    char     text[INET6_ADDRSTRLEN];

    vip->held = (uint8_t)(vip->held & ~VRRP__HELD_UNSEEN);
    vrrp__found_promoted(io, r, a);
    if (r->fixed)
        return;                         /* taken over by the next addition */
    r->owns |= !ours;
    if (unreleased || (!vip->held && r->unswept && ours)) {
        if (left->n < VRRP__JOBS)       /* else there is another dump */
            left->at[left->n++] = *a;
    } else if (!vip->held && r->unswept && !owner) {
        /* its owner may have it; on any other node it answers even while that is BACKUP */
        vrrp__complain(io, r, r->link, 0, "%s is there already and is not ours: it stays, also "
                       "while BACKUP; delete it if that is not meant",
                       vrrp__ip_str(&vip->address, vip->family, text));
    }
}

/* Before a dump: what it is going to find again. */
static void vrrp__sync_begin(vrrp_io *io)
{
    vrrp_router *r;
    size_t       i;

    for (i = 0; i < io->n_links; i++)
        if (io->links[i].stale) {
            memset(&io->links[i].primary4, 0, sizeof(vrrp_ip));
            memset(&io->links[i].primary6, 0, sizeof(vrrp_ip));
        }
    for (r = io->routers; r; r = r->next) {
        r->here = false;
        for (i = 0; (io->resync || r->lost) && i < r->v.d.n_addresses; i++)
            if (r->v.d.addresses[i].held)
                r->v.d.addresses[i].held |= VRRP__HELD_UNSEEN;
    }
}

static void vrrp__sync_address(void *arg, const vrrp__nl_answer *answer)
{
    vrrp__leftovers *left = (vrrp__leftovers *)arg;
    vrrp_io         *io = left->io;
    vrrp__address    a;
    vrrp_router     *r;
    unsigned         i;

    if (!answer) {
        left->n = 0;
        vrrp__sync_begin(io);
    }
    if (!answer || !vrrp__get_address(answer, &a))
        return;
    if (!vrrp__is_tagged(io, &a))
        vrrp__candidate(io, &a);
    for (r = io->routers; r; r = r->next) {
        r->here |= vrrp__same(&r->source, &a.ip);
        for (i = 0; (r->unswept || r->lost || io->resync) && i < r->v.d.n_addresses; i++)
            if (vrrp__is_at(io, r, &r->v.d.addresses[i], &a))
                vrrp__found_vip(left, r, &r->v.d.addresses[i], &a);
    }
}

static vrrp__tally vrrp__left_delete(const vrrp__leftovers *left)
{
    vrrp__tally t = { 0, 0 };
    unsigned    i;

    for (i = 0; i < left->n; i++)
        vrrp__tally_address(left->nl, &t, &left->at[i]);
    vrrp__tally_send(left->nl, &t, SIZE_MAX);
    return t;
}

static void vrrp__left_tell(vrrp_io *io, const vrrp__leftovers *left, unsigned deleted)
{
    const vrrp__address *a = &left->at[0];
    vrrp_link           *link = deleted ? vrrp__link_numbered(io, a->ifindex) : NULL;
    char                 text[INET6_ADDRSTRLEN], more[32] = "";

    if (!link)
        return;
    if (deleted > 1)
        snprintf(more, sizeof more, " and %u more", deleted - 1);
    vrrp__complain(io, NULL, link, 0, "removed %s/%u%s from %s, left behind by a dead process%s",
                   vrrp__ip_str(&a->ip, a->family, text), a->prefix, more, link->name,
                   io->tags ? "" : " (or set by hand: this kernel has no address tags)");
}

static void vrrp__sync_link(void *arg, const vrrp__nl_answer *answer)
{
    vrrp_io     *io = (vrrp_io *)arg;
    vrrp__device d;
    size_t       i;

    if (!answer)
        for (i = 0; i < io->n_links; i++)
            io->links[i].seen = false;
    else if (answer->type == RTM_NEWLINK && vrrp__get_device(answer, &d)) {
        vrrp__device_event(io, &d, false);
        vrrp__vmac_stray(io, &d);
    }
}

static int vrrp__sync_links(vrrp_io *io)
{
    int    error = vrrp__dump(&io->nl, true, vrrp__sync_link, io);
    size_t i;

    for (i = 0; !error && i < io->n_links; i++) {
        vrrp_link *link = &io->links[i];

        if (!link->name[0] || link->seen)
            continue;
        if (link->ifindex)
            vrrp__link_gone(io, link);
        else if (!link->known && !link->vmac.parent)
            vrrp__complain(io, NULL, link, 0, "interface %s does not exist yet", link->name);
        link->known = true;
    }
    return error;
}

static int vrrp__sync_addresses(vrrp_io *io)
{
    vrrp__leftovers left;
    vrrp__tally     t;
    vrrp_router    *r;
    unsigned        i;
    int             error;

    memset(&left, 0, sizeof left);
    left.io = io;
    left.nl = &io->nl;
    do {
        error = vrrp__dump(&io->nl, false, vrrp__sync_address, &left);
        if (error)
            break;
        t = vrrp__left_delete(&left);
        error = t.error;
        vrrp__left_tell(io, &left, t.deleted);
    } while (!error && left.n == VRRP__JOBS);
    for (r = io->routers; !error && r; r = r->next)
        for (i = 0; i < r->v.d.n_addresses; i++)
            if (r->v.d.addresses[i].held & VRRP__HELD_UNSEEN) {
                r->v.d.addresses[i].held = 0;
                r->lost = true;
            }
    return error;
}

/* Who we are on the wire. The owner of an address may have no other. Zero: we cannot speak. */
static void vrrp__choose(const vrrp_router *r, vrrp_ip *out)
{
    uint8_t  family = r->v.d.family;
    unsigned i;

    memset(out, 0, sizeof *out);
    if (!vrrp__is_zero(&r->source)) {
        if (r->here)
            *out = r->source;
        return;
    }
    *out = *vrrp__primary(r->link, family);
    if (r->v.d.priority != VRRP_OWNER || !r->link->ifindex)
        return;
    for (i = 0; i < r->v.d.n_addresses && vrrp__is_zero(out); i++) {
        const vrrp_vip *vip = &r->v.d.addresses[i];

        if (vip->family == family &&
            (family == VRRP_IPV4 || vrrp__is_link_local(vip->address.byte)))
            *out = vip->address;
    }
}

/* Each time it may have changed: how many addresses the adverts can list. */
static void vrrp__fit(vrrp_io *io, vrrp_router *r, uint64_t now)
{
    size_t   listed, excluded = 0;
    unsigned i;

    if (!r->link->ifindex)
        return;
    vrrp_mtu(&r->v, r->link->mtu);
    listed = vrrp__listed_count(&r->v);
    for (i = 0; i < r->v.d.n_addresses; i++)
        excluded += r->v.d.addresses[i].excluded;
    if (listed + excluded < r->v.d.n_addresses && vrrp__may_say(r, VRRP__SAID - 2, now))
        vrrp__complain(io, r, r->link, -EMSGSIZE, "adverts list the first %u of %u addresses only, "
                       "more do not fit into the MTU of %s (%u); all are held", (unsigned)listed,
                       (unsigned)(r->v.d.n_addresses - excluded), r->link->name,
                       (unsigned)r->link->mtu);
}

/* The interface of an item, unless it is the router's own: that one has its own rule, which counts
   for what stands on it as well. */
static bool vrrp__link_ready(const vrrp_router *r, const vrrp_link *link)
{
    return link == r->link || (link && link->ifindex && !link->renamed &&
                               (link->up || (r->dont_track_primary &&
                                             link->vmac.parent == r->link)));
}

static bool vrrp__device_ready(vrrp_io *io, const vrrp_router *r, const char *name)
{
    return !name[0] || vrrp__link_ready(r, vrrp__link_named(io, name));
}

static bool vrrp__devices_ready(vrrp_io *io, const vrrp_router *r)
{
    unsigned i, k;

    for (i = 0; i < r->v.d.n_addresses; i++)
        if (!r->v.d.addresses[i].no_track &&
            !vrrp__link_ready(r, vrrp__vip_link(io, r, &r->v.d.addresses[i])))
            return false;
    for (i = 0; i < r->n_routes; i++) {
        const vrrp_route *route = &r->routes[i];
        bool              ready = vrrp__device_ready(io, r, route->hop.device);

        for (k = 0; k < route->n_hops; k++)
            ready = ready && vrrp__device_ready(io, r, route->hops[k].device);
        if (!ready && !route->no_track)
            return false;
    }
    for (i = 0; i < r->n_rules; i++)
        if (!r->rules[i].no_track && (!vrrp__device_ready(io, r, r->rules[i].iif) ||
                                      !vrrp__device_ready(io, r, r->rules[i].oif)))
            return false;
    return true;
}

/* Can it hear and be heard, and are there all the interfaces that its addresses belong to? */
static bool vrrp__usable(vrrp_io *io, const vrrp_router *r)
{
    const vrrp_link *link = r->link;

    if (!link->ifindex || link->renamed || !link->ear[vrrp__ear_of(&r->v)].open ||
        !(link->up || r->dont_track_primary) || !vrrp__vmac_usable(r) ||
        (r->no_accept && !r->guarded))
        return false;
    return vrrp__devices_ready(io, r);
}

/* Interfaces that are tracked are up while their link is. True: one of them changed. */
static bool vrrp__look_at(vrrp_io *io, vrrp_track *tracks, unsigned n)
{
    bool             changed = false, up;
    const vrrp_link *link;

    for (; n; n--, tracks++) {
        if (!tracks->interface[0])
            continue;
        link = vrrp__link_named(io, tracks->interface);
        up = link && link->ifindex && link->up && !link->renamed;
        changed |= up != tracks->up;
        tracks->up = up;
    }
    return changed;
}

static bool vrrp__look_round(vrrp_io *io, const vrrp_router *r)
{
    bool own = vrrp__look_at(io, r->v.d.tracks, r->v.d.n_tracks);

    return (r->v.group && vrrp__look_at(io, r->v.group->tracks, r->v.group->n_tracks)) || own;
}

/* Tells the core what became of its interface and its address. */
static void vrrp__inform(vrrp_io *io, vrrp_router *r, uint64_t now)
{
    vrrp_ip primary;
    bool    ok = !r->fixed && vrrp__usable(io, r), mute;

    if (r->fixed) {
        if (r->starting)
            vrrp__hold(&r->v, now);
        r->starting = false;
        vrrp__touched(io, r, now);
        return;
    }
    vrrp__fit(io, r, now);
    vrrp__choose(r, &primary);
    if (r->starting && vrrp__has_vip(r, &primary))
        vrrp__complain(io, r, r->link, 0, "VRID %d advertises from an address that it floats: a "
                       "node that holds it too cannot hear us; give %s another address",
                       r->v.d.vrid, r->link->name);
    if (r->starting && r->link->ifindex && r->v.d.priority == VRRP_OWNER && !r->owns)
        vrrp__complain(io, r, r->link, -EADDRNOTAVAIL, "priority 255 is for the node that has the "
                       "addresses as its own, and they are not on %s: if two nodes say it, both "
                       "hold them for good", r->link->name);
    mute = vrrp__is_zero(&primary);
    if (!mute && !vrrp__same(&primary, &r->v.primary))
        vrrp_primary(&r->v, &primary);
    if (!ok)                            /* a new reason before an old one goes */
        vrrp_block(&r->v, VRRP_FAULT_LINK, true, now);
    vrrp_block(&r->v, VRRP_FAULT_ADDRESS, mute, now);
    if (vrrp__look_round(io, r))
        vrrp_tracked(&r->v, now);
    vrrp__touched(io, r, now);
    if (ok)
        vrrp_block(&r->v, VRRP_FAULT_LINK, false, now);
    if (r->starting) {
        r->starting = false;
        vrrp_start(&r->v, now);
    }
    vrrp__touched(io, r, now);
}

/* Several addresses of one router that went together are one loss. Where the link went down too the
   router is no longer MASTER by now, and nothing is put back. */
static void vrrp__check_lost(vrrp_io *io, vrrp_router *r, uint64_t now)
{
    const vrrp_vip *gone = NULL;
    char            text[INET6_ADDRSTRLEN];
    unsigned        i;

    for (i = 0; r->lost && i < r->v.d.n_addresses; i++)
        if (!r->v.d.addresses[i].held)
            gone = &r->v.d.addresses[i];
    r->lost = false;
    if (!gone)
        return;
    io->recheck |= r->fixed;
    if (r->fixed)
        return;
    if (r->v.state == VRRP_MASTER && r->v.claimed && vrrp__may_say(r, VRRP__SAID - 3, now))
        vrrp__complain(io, r, r->link, -EADDRNOTAVAIL, "%s was deleted by somebody else: putting "
                       "it back", vrrp__ip_str(&gone->address, gone->family, text));
    vrrp_lost(&r->v, VRRP_LOST_DELETED, now);
    vrrp__touched(io, r, now);
}

/* What another router here has is no leftover: the two share it. */
static void vrrp__share_routing(vrrp_io *io, vrrp_router *r)
{
    const vrrp_router *o;
    vrrp_setup         mine, theirs;
    uint32_t           i, k;

    vrrp__setup_of(&mine, r);
    for (o = io->routers; o; o = o->next) {
        vrrp__setup_of(&theirs, o);
        for (k = o->v.d.n_addresses; o != r && k < vrrp__items(&theirs); k++) {
            vrrp__item has = vrrp__item_of(&theirs, k);

            for (i = r->v.d.n_addresses; *has.held == VRRP_HELD_OURS && i < vrrp__items(&mine);
                 i++) {
                vrrp__item it = vrrp__item_of(&mine, i);

                if (vrrp__same_item(io, &it, &has, false))
                    *it.held = VRRP_HELD_ADOPTED;
            }
        }
    }
}

/* At the start: what a dead predecessor left of its routes and rules. */
static void vrrp__sweep_routing(vrrp_io *io, vrrp_router *r)
{
    vrrp_setup  s;
    vrrp__tally t;

    if (!r->unswept)
        return;
    vrrp__share_routing(io, r);
    vrrp__setup_of(&s, r);
    t = vrrp__take_back(&io->nl, &s, 0);
    io->recheck |= t.deleted > 0;       /* one that differs in its metric only may be in use */
    if (t.deleted && !r->fixed)
        vrrp__complain(io, r, r->link, 0, "removed %u routes and rules, left behind by a dead "
                       "process", t.deleted);
    if (t.error)
        vrrp__complain(io, r, r->link, t.error, "removing old routes and rules: %s",
                       strerror(-t.error));
}

/* Routes and rules, and all that is static, are added again: what is there stays as it is. */
static void vrrp__recheck(vrrp_io *io, uint64_t now)
{
    vrrp_router *r;

    io->recheck = false;
    for (r = io->routers; r; r = r->next)
        if (r->fixed || r->n_routes || r->n_rules || r->late) {
            vrrp_lost(&r->v, VRRP_LOST_ROUTE, now);
            vrrp__mark_one(io, r);
        }
}

/* An interface got another name. What is MASTER with an address there, or static, lets go of it:
   under the new name nobody would find it again. */
static void vrrp__vips_leave(vrrp_io *io, const vrrp_link *link)
{
    vrrp__tally   t = { 0, 0 };
    vrrp__address a;
    vrrp_router  *r;
    unsigned      i;

    for (r = io->routers; r; r = r->next)
        for (i = 0; i < r->v.d.n_addresses; i++) {
            const vrrp_vip *vip = &r->v.d.addresses[i];

            if (!(vip->held & VRRP_HELD_OURS) || vrrp__vip_link(io, r, vip) != link)
                continue;
            vrrp__vip_address(&a, vip, link->ifindex);
            vrrp__tally_address(&io->nl, &t, &a);
        }
    vrrp__tally_send(&io->nl, &t, SIZE_MAX);
}

static void vrrp__sync(vrrp_io *io, uint64_t now)
{
    int          error = 0;
    size_t       i, k;
    vrrp_router *r;

    io->now = now;
    if (io->resync)
        error = vrrp__sync_links(io);
    vrrp__vmacs_sweep(io);
    if (!error && vrrp__vmacs_make(io, now))
        error = vrrp__sync_links(io);
    for (i = 0; io->resync && i < io->n_links; i++)
        io->links[i].stale |= io->links[i].name[0] != 0;
    io->recheck |= io->resync;
    if (!error)
        error = vrrp__sync_addresses(io);
    io->sync = io->resync = false;
    if (error) {                        /* nobody is told anything until it succeeds */
        vrrp__complain(io, NULL, NULL, error, "reading interfaces and addresses: %s",
                       strerror(-error));
        io->retry_at = now + VRRP_SECOND;
        return;
    }
    for (i = 0; i < io->n_links * VRRP__EARS; i++)
        if (io->links[i / VRRP__EARS].stale)
            vrrp__tune(io, &io->links[i / VRRP__EARS], i % VRRP__EARS, now);
    for (r = io->routers; r; r = r->next)
        if (!r->fixed)
            vrrp__ears_join(io, r, now);
    vrrp__guard_all(io, now);
    for (r = io->routers; r; r = r->next) {
        vrrp__sweep_routing(io, r);
        r->unswept = false;
        if (!r->starting || !vrrp__vmac_waits(io, r))
            vrrp__inform(io, r, now);
    }
    for (r = io->routers; r; r = r->next)
        vrrp__check_lost(io, r, now);
    vrrp__unpromote_idle(io);
    for (i = 0; i < io->n_links; i++) {
        io->links[i].stale = false;
        io->sync |= io->links[i].vmac.waits;
        for (k = 0; k < VRRP__EARS; k++)
            io->links[i].ear[k].broken &= !io->links[i].ear[k].open;
        if (io->links[i].renamed) {
            vrrp__drain(io, now);
            vrrp__vips_leave(io, &io->links[i]);
            vrrp__unpromote(io, &io->links[i]);
            vrrp__vmacs_leave(io, &io->links[i]);
            vrrp__link_gone(io, &io->links[i]);
        }
    }
}

/* --- a turn --- */

/* Behind those that are due: when the timer has gone off, it is set to what is really next. */
static void vrrp__timers(vrrp_io *io, uint64_t now)
{
    bool         off = io->armed <= now;
    vrrp_router *r;
    unsigned     i;

    for (i = 0; i < VRRP__TICKS && (r = io->heap) != NULL && (off || r->key <= now); i++) {
        if (vrrp_deadline(&r->v) <= now) {
            if (r->v.timer[VRRP__T_DOWN] <= now)
                vrrp__listened(io, r, now);
            vrrp_tick(&r->v, now);
            vrrp__touched(io, r, now);
        } else if (vrrp_deadline(&r->v) == r->key) {
            break;
        }
        vrrp__rekey(io, r);
    }
    io->more |= io->heap && io->heap->key <= now;
}

VRRP_DEF void vrrp_io_run(vrrp_io *io, uint64_t now)
{
    struct epoll_event ev[64];
    int                n = epoll_wait(io->epoll, ev, 64, 0), i;
    bool               kernel = io->overrun || n == 64;

    for (i = 0; i < n; i++)
        kernel |= ev[i].data.u64 == VRRP__EVENTS;
    io->more = false;
    io->turn++;
    io->now = now;
    if (io->retry_at <= now) {
        io->retry_at = VRRP_NEVER;
        io->resync = true;
    }
    if (kernel)
        vrrp__hear_kernel(io);
    if (io->turns_at <= now)
        vrrp__links_turn(io);
    if (io->sync || io->resync)
        vrrp__sync(io, now);
    if (io->recheck)
        vrrp__recheck(io, now);
    vrrp__hear_all(io, ev, n, now);
    vrrp__timers(io, now);
    vrrp__batch(io, now);
    vrrp__rearm(io);
}

VRRP_DEF int vrrp_io_fd(const vrrp_io *io)
{
    return io->epoll;
}

/* --- opening and closing --- */

static int vrrp__open_descriptors(vrrp_io *io)
{
    int error;

    io->epoll = epoll_create1(EPOLL_CLOEXEC);
    io->timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    if (io->epoll < 0 || io->timer < 0)
        return vrrp__fail(io, -errno, "cannot create a timer: %s", strerror(errno));
    error = vrrp__nl_open(&io->nl, NETLINK_ROUTE, io->room);
    io->event_fd = vrrp__nl_socket(NETLINK_ROUTE,
                                   RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
                                   SOCK_NONBLOCK, NULL);
    if (!error && io->event_fd < 0)
        error = io->event_fd;
    if (!error)
        error = vrrp__watch(io, io->timer, VRRP__TIMER);
    if (!error)
        error = vrrp__watch(io, io->event_fd, VRRP__EVENTS);
    return error ? vrrp__fail(io, error, "cannot open netlink: %s", strerror(-error)) : 0;
}

static int vrrp__open_mouths(vrrp_io *io)
{
    int error, i;

    for (i = 0; i < 3; i++)
        io->mouth[i] = vrrp__mouth(i);
    error = io->mouth[0] < 0 ? io->mouth[0] : io->mouth[VRRP__FRAME];
    if (error >= 0)                     /* a kernel without IPv6 serves IPv4 */
        return 0;
    if (error == -EPERM || error == -EACCES)
        return vrrp__fail(io, -EPERM, "CAP_NET_RAW is missing: adverts cannot be sent");
    return vrrp__fail(io, error, "cannot open a raw socket: %s", strerror(-error));
}

/* Asked before it is needed: a router that finds out as MASTER has taken part in vain. No interface
   has this number, so nothing is changed. */
static int vrrp__probe_admin(vrrp_io *io)
{
    vrrp__address none;
    int           error;

    memset(&none, 0, sizeof none);
    none.family = VRRP_IPV4;
    none.prefix = 32;
    none.ifindex = INT32_MAX;
    vrrp__put_address(&io->nl, RTM_DELADDR, 0, &none, 0);
    error = vrrp__nl_talk(&io->nl, NULL, NULL);
    if (error == -EPERM || error == -EACCES)
        return vrrp__fail(io, -EPERM, "CAP_NET_ADMIN is missing: addresses cannot be added");
    return 0;
}

static bool vrrp__has_tags(void)
{
    struct utsname u;
    unsigned       major, minor;

    if (uname(&u) < 0 ||
        !vrrp__number_behind(vrrp__number_behind(u.release, "", &major), ".", &minor))
        return false;
    return major > 5 || (major == 5 && minor >= 18);
}

VRRP_DEF int vrrp_io_open(vrrp_io *io, const vrrp_io_options *options)
{
    int error;

    memset(io, 0, sizeof *io);
    io->links = options->links;
    io->max_links = options->n_links;
    io->rcvbuf_max = options->rcvbuf_max ? options->rcvbuf_max : 4u << 20;
    io->epoll = io->timer = io->event_fd = io->nl.fd = io->nft.fd = -1;
    io->mouth[0] = io->mouth[1] = io->mouth[2] = -1;
    io->armed = io->retry_at = io->turns_at = VRRP_NEVER;
    io->delays = options->delays;
    io->n_delays = options->n_delays;
    io->tags = vrrp__has_tags();
    error = vrrp__open_descriptors(io);
    if (!error)
        error = vrrp__open_mouths(io);
    if (!error)
        error = vrrp__probe_admin(io);
    if (error)
        vrrp_io_close(io);
    return error;
}

VRRP_DEF void vrrp_io_close(vrrp_io *io)
{
    vrrp_router *r;
    size_t       i;

    for (r = io->routers; r; r = r->next) {
        vrrp__close(&r->lock);
        r->added = false;
    }
    io->routers = io->heap = io->dirty = io->news = NULL;
    for (i = 0; i < io->n_links; i++) {
        vrrp__ears_close(&io->links[i]);
        vrrp__unpromote(io, &io->links[i]);
        vrrp__vmacs_leave(io, &io->links[i]);
    }
    vrrp__nft_close(io);
    vrrp__close(&io->epoll);
    vrrp__close(&io->timer);
    vrrp__close(&io->event_fd);
    vrrp__close(&io->nl.fd);
    for (i = 0; i < 3; i++)
        vrrp__close(&io->mouth[i]);
}

/* --- routers come and go --- */

/* Abstract: no file to leave behind, released by the kernel on any death, one for each netns. It
   listens so that others learn who has it; nobody is accepted, each refused one stays queued.
   Returns it or -errno; pid: who has it, 0 if that cannot be told (another pid namespace). */
static int vrrp__lock(const char *interface, uint8_t family, uint8_t vrid, int *pid)
{
    struct sockaddr_un at;
    struct ucred       who;
    socklen_t          size = offsetof(struct sockaddr_un, sun_path) + 1, n = sizeof who;
    int                error, fd;

    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    memset(&at, 0, sizeof at);
    memset(&who, 0, sizeof who);
    at.sun_family = AF_UNIX;
    size += (socklen_t)snprintf(at.sun_path + 1, sizeof at.sun_path - 1, "vrrp/%s/%d/%d",
                                interface, family, vrid);
    if (bind(fd, (struct sockaddr *)&at, size) == 0 && listen(fd, 128) == 0)
        return fd;
    error = -errno;
    if (error == -EADDRINUSE && connect(fd, (struct sockaddr *)&at, size) == 0)
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n);
    *pid = who.pid;
    close(fd);
    return error;
}

static vrrp_link *vrrp__link_use(vrrp_io *io, const char *name)
{
    vrrp_link *link = vrrp__link_named(io, name);
    size_t     i;

    for (i = 0; !link && i < io->max_links; i++)
        if (i == io->n_links || !io->links[i].name[0]) {
            io->n_links += i == io->n_links;
            link = &io->links[i];
            memset(link, 0, sizeof *link);
            memcpy(link->name, name, strlen(name));
            link->turns = VRRP_NEVER;
            io->resync = true;          /* to look at it */
        }
    if (link)
        link->uses++;
    else
        vrrp__fail(io, -ENOBUFS, "too many interfaces: no room for %s",
                   strcmp(name, VRRP__UNNAMED) ? name : "a macvlan");
    return link;
}

static void vrrp__link_drop(vrrp_io *io, vrrp_link *link)
{
    if (!link || --link->uses)
        return;
    vrrp__ears_close(link);
    vrrp__unpromote(io, link);
    vrrp__vmac_delete(io, link);
    memset(link, 0, sizeof *link);
}

/* What its name is, or begins with. */
static const char *vrrp__vmac_wish(const vrrp_setup *setup, bool own)
{
    const char *prefix = !own && setup->vmac_addr_prefix ? setup->vmac_addr_prefix
                                                         : setup->vmac_prefix;

    return own && setup->vmac_name ? setup->vmac_name : prefix ? prefix : "vrrp";
}

/* The entry of a macvlan; the kernel's is made at the next vrrp__sync(). */
static vrrp_link *vrrp__vmac_use(vrrp_io *io, const vrrp_router *r, vrrp_link *parent,
                                 const vrrp_setup *setup, bool own)
{
    vrrp_link *link = vrrp__vmac_on(io, parent, r->mac);

    if (link) {
        link->uses++;
        return link;
    }
    link = vrrp__link_use(io, VRRP__UNNAMED);
    if (!link)
        return NULL;
    link->vmac.parent = parent;
    memcpy(link->vmac.mac, r->mac, 6);
    snprintf(link->vmac.wish, sizeof link->vmac.wish, "%s", vrrp__vmac_wish(setup, own));
    link->vmac.given = own && setup->vmac_name;
    link->vmac.group = setup->vmac_group;
    link->vmac.family = r->v.d.family;
    link->vmac.vrid = r->v.d.vrid;
    return link;
}

/* The i-th interface that a router names besides its own: of its addresses, its tracks and its
   group's, its routes and rules. "" where an item names none; NULL: there is no i-th. */
static const char *vrrp__device_of(const vrrp_router *r, const vrrp_setup *s, unsigned i)
{
    unsigned k;

    if (i < s->desc.n_addresses)
        return s->desc.addresses[i].device;
    i -= s->desc.n_addresses;
    if (i < s->desc.n_tracks)
        return s->desc.tracks[i].interface;
    i -= s->desc.n_tracks;
    if (i < r->n_group_tracks)
        return r->group_tracks[i].interface;
    i -= r->n_group_tracks;
    for (k = 0; k < s->n_routes; i -= s->routes[k++].n_hops + 1u)
        if (i == 0)
            return s->routes[k].hop.device;
        else if (i <= s->routes[k].n_hops)
            return s->routes[k].hops[i - 1].device;
    if (i / 2 >= s->n_rules)
        return NULL;
    return i % 2 ? s->rules[i / 2].oif : s->rules[i / 2].iif;
}

/* The first most of them; the macvlans before the interfaces they stand on. */
static void vrrp__devices_drop(vrrp_io *io, const vrrp_router *r, const vrrp_setup *s,
                               unsigned most)
{
    const char *name;
    unsigned    i;

    for (i = 0; i < most && i < s->desc.n_addresses; i++)
        if (s->desc.addresses[i].use_vmac)
            vrrp__link_drop(io, vrrp__vip_link(io, r, &s->desc.addresses[i]));
    for (i = 0; i < most && (name = vrrp__device_of(r, s, i)) != NULL; i++)
        if (name[0])
            vrrp__link_drop(io, vrrp__link_named(io, name));
}

/* An IPv6 address on a macvlan that has carried IPv4 alone so far. */
static void vrrp__vmac_six(vrrp_io *io, vrrp_link *link, const vrrp_vip *vip)
{
    if (!link || !link->vmac.parent || link->vmac.six || vip->family != VRRP_IPV6)
        return;
    link->vmac.six = true;
    if (link->ifindex)
        vrrp__vmac_quiet(io, link, link->name);
}

/* All that its items stand on. */
static int vrrp__devices_use(vrrp_io *io, const vrrp_router *r, const vrrp_setup *s)
{
    const char *name;
    unsigned    i;

    vrrp__vip_defaults(s->desc.addresses, s->desc.n_addresses, r->v.d.family);
    for (i = 0; (name = vrrp__device_of(r, s, i)) != NULL; i++) {
        const vrrp_vip *vip = i < s->desc.n_addresses ? &s->desc.addresses[i] : NULL;
        vrrp_link      *link = name[0] ? vrrp__link_use(io, name) : r->link;
        bool            ok = link || !name[0];

        if (link && vip && vip->use_vmac && !vrrp__vmac_use(io, r, link, s, false)) {
            if (name[0])
                vrrp__link_drop(io, link);
            ok = false;
        }
        if (!ok) {
            vrrp__devices_drop(io, r, s, i);
            return -ENOBUFS;
        }
        if (vip)
            vrrp__vmac_six(io, vrrp__vip_link(io, r, vip), vip);
    }
    return 0;
}

static void vrrp__set_up(vrrp_io *io, vrrp_router *r, const vrrp_setup *setup)
{
    r->routes = setup->routes;
    r->rules = setup->rules;
    r->n_routes = setup->n_routes;
    r->n_rules = setup->n_rules;
    r->source = setup->source;
    r->arp_form = setup->arp_form;
    r->arp_reply_too = setup->arp_reply_too;
    r->dont_track_primary = setup->dont_track_primary;
    r->rcvbuf = setup->rcvbuf;
    r->rcvbuf_mtu = setup->rcvbuf_mtu;
    io->exact |= r->rcvbuf != 0;
    r->xmit_base = setup->vmac_xmit_base;
    r->no_accept = setup->no_accept && !r->fixed && r->v.d.priority != VRRP_OWNER;
    r->guarded = false;
}

/* Whose interfaces it uses by now. */
static void vrrp__tracks_are(vrrp_router *r, const vrrp_track *tracks, unsigned n)
{
    r->group_tracks = tracks;
    r->n_group_tracks = (uint16_t)n;
}

static void vrrp__group_tracks(vrrp_router *r, const vrrp_group *g)
{
    vrrp__tracks_are(r, g ? g->tracks : NULL, g ? g->n_tracks : 0u);
}

static int vrrp__check_setup(vrrp_io *io, vrrp_router *r, const vrrp_setup *setup)
{
    const char *name = setup->interface ? setup->interface : "";
    size_t      length = strlen(name);
    int         error = vrrp_init(&r->v, &setup->desc);

    if (error)
        return vrrp__fail(io, error, "VRID %d on %s: %s", setup->desc.vrid, name, vrrp_str(error));
    if (length == 0 || length > 15)
        return vrrp__fail(io, -EINVAL, "VRID %d: \"%s\" is no interface name", setup->desc.vrid,
                          name);
    if (r->v.d.family == VRRP_IPV6 && io->mouth[1] < 0)
        return vrrp__fail(io, io->mouth[1], "VRID %d on %s: this kernel has no IPv6",
                          setup->desc.vrid, name);
    return 0;
}

/* The interface, its lock, and the interfaces of its addresses: all or none. */
static int vrrp__attach(vrrp_io *io, vrrp_router *r, const vrrp_setup *setup)
{
    uint8_t family = r->v.d.family, vrid = r->v.d.vrid;
    int     error = 0, pid = 0;

    r->link = vrrp__link_use(io, setup->interface);
    if (!r->link)
        return -ENOBUFS;
    if (vrrp__find(io, r->link, family == VRRP_IPV6, vrid))
        error = vrrp__fail(io, -EEXIST, "VRID %d (IPv%d) on %s is configured twice", vrid, family,
                           r->link->name);
    else
        r->lock = vrrp__lock(r->link->name, family, vrid, &pid);
    if (r->lock == -EADDRINUSE)
        error = vrrp__fail(io, r->lock, "VRID %d (IPv%d) on %s is already run by another "
                           "process%s%.0d", vrid, family, r->link->name, pid ? ", pid " : "", pid);
    else if (r->lock < 0 && !error)
        error = vrrp__fail(io, r->lock, "cannot lock VRID %d on %s: %s", vrid, r->link->name,
                           strerror(-r->lock));
    vrrp__group_tracks(r, setup->group);
    if (!error && setup->use_vmac) {
        r->vmac = vrrp__vmac_use(io, r, r->link, setup, true);
        error = r->vmac ? 0 : -ENOBUFS;
    }
    if (!error)
        error = vrrp__devices_use(io, r, setup);
    if (error) {
        vrrp__close(&r->lock);
        vrrp__link_drop(io, r->vmac);
        vrrp__link_drop(io, r->link);
    }
    return error;
}

static void vrrp__choose_mac(uint8_t mac[6], const vrrp_setup *setup)
{
    static const uint8_t none[6] = { 0, 0, 0, 0, 0, 0 };

    if (memcmp(setup->vmac, none, 6) != 0)
        memcpy(mac, setup->vmac, 6);
    else
        vrrp_virtual_mac(mac, setup->desc.family ? setup->desc.family : (uint8_t)VRRP_IPV4,
                         setup->desc.vrid);
}

static void vrrp__clear(vrrp_router *r)
{
    void *user = r->user;

    memset(r, 0, sizeof *r);
    r->user = user;
    r->lock = -1;
    r->key = VRRP_NEVER;
}

/* Deletions of routes and rules are heard from the first one on that we have. */
static void vrrp__watch_routing(vrrp_io *io, const vrrp_router *r)
{
    bool     any = false;
    unsigned i;
    int      error = 0;

    for (i = 0; i < r->n_routes; i++)
        any |= r->routes[i].protocol && r->routes[i].protocol != VRRP_PROTO_ROUTE;
    if (r->n_routes || r->n_rules)
        error = vrrp__hear_routes(io, any);
    if (error)
        vrrp__complain(io, NULL, NULL, error, "routes and rules cannot be watched: %s",
                       strerror(-error));
}

/* Nothing is held yet, nor swept. */
static void vrrp__enlist(vrrp_io *io, vrrp_router *r, const vrrp_setup *setup)
{
    uint32_t i;

    io->err[0] = 0;
    vrrp__set_up(io, r, setup);
    vrrp__rules_defaults(r->rules, r->n_rules);
    for (i = 0; i < vrrp__items(setup); i++)
        *vrrp__item_of(setup, i).held = 0;
    vrrp__watch_routing(io, r);
    r->next = io->routers;
    io->routers = r;
    r->added = r->starting = r->unswept = io->sync = true;
}

VRRP_DEF int vrrp_io_add(vrrp_io *io, vrrp_router *r, const vrrp_setup *setup, uint64_t now)
{
    vrrp_router **bucket;
    int           error;

    (void)now;                          /* Startup is the next turn's */
    vrrp__clear(r);
    error = vrrp__check_setup(io, r, setup);
    vrrp__choose_mac(r->mac, setup);
    if (!error)
        error = vrrp__attach(io, r, setup);
    if (error)
        return error;
    vrrp__enlist(io, r, setup);
    if (setup->group)
        vrrp_group_add(setup->group, &r->v);
    bucket = vrrp__bucket(io, r->link, r->v.d.family == VRRP_IPV6, r->v.d.vrid);
    r->hash_next = *bucket;
    *bucket = r;
    vrrp__ears_count(r, 1);
    vrrp__stale(io, r->link);
    vrrp__rearm(io);
    return 0;
}

/* Static addresses of both families; the VRID has no meaning. */
static int vrrp__static_desc(vrrp_io *io, vrrp_desc *d)
{
    unsigned i;

    d->vrid = 1;
    for (i = 0; i < d->n_addresses; i++) {
        if (!d->addresses[i].device[0])
            return vrrp__fail(io, -EINVAL, "a static address needs an interface");
        if (d->addresses[i].use_vmac)
            return vrrp__fail(io, -EINVAL, "a static address has no virtual MAC address");
        d->addresses[i].excluded = true;
    }
    return 0;
}

VRRP_DEF int vrrp_io_static(vrrp_io *io, vrrp_router *r, const vrrp_setup *setup, uint64_t now)
{
    vrrp_desc d = setup->desc;
    int       error = vrrp__static_desc(io, &d);

    (void)now;                          /* they are added in the next turn */
    vrrp__clear(r);
    r->fixed = true;
    if (!error && (error = vrrp_init(&r->v, &d)) != 0)
        vrrp__fail(io, error, "static addresses: %s", vrrp_str(error));
    if (!error)
        error = vrrp__devices_use(io, r, setup);
    if (error)
        return error;
    vrrp__enlist(io, r, setup);
    vrrp__rearm(io);
    return 0;
}

static bool vrrp__same_vip(const vrrp_vip *a, const vrrp_vip *b)
{
    return a->family == b->family && vrrp__same(&a->address, &b->address) &&
           a->prefix == b->prefix && a->scope == b->scope &&
           vrrp__vip_flags(a) == vrrp__vip_flags(b) &&
           a->broadcast_auto == b->broadcast_auto && vrrp__same(&a->broadcast, &b->broadcast) &&
           a->preferred_given == b->preferred_given && a->preferred_lft == b->preferred_lft &&
           vrrp__same(&a->peer, &b->peer) && strcmp(a->device, b->device) == 0 &&
           a->use_vmac == b->use_vmac && strcmp(a->label, b->label) == 0;
}

/* An address that another router here took over, as a reload may move it. */
static bool vrrp__taken_over(vrrp_io *io, const vrrp_router *from, const vrrp_vip *vip,
                             const vrrp_link *link)
{
    const vrrp_router *r;
    unsigned           i;

    for (r = io->routers; r; r = r->next)
        for (i = 0; r != from && i < r->v.d.n_addresses; i++) {
            const vrrp_vip *other = &r->v.d.addresses[i];

            if (other->held & VRRP_HELD_OURS && vrrp__same(&other->address, &vip->address) &&
                vrrp__vip_link(io, r, other) == link)
                return true;
        }
    return false;
}

/* What stays keeps what it is. What of the old list is ours and not in the new one goes. */
static int vrrp__replace_list(vrrp_io *io, vrrp_router *r, const vrrp_desc *old)
{
    const vrrp_desc *d = &r->v.d;
    vrrp__tally      t = { 0, 0 };
    vrrp__address    a;
    unsigned         i, k;

    for (k = 0; d->addresses != old->addresses && k < d->n_addresses; k++)
        d->addresses[k].held = 0;
    for (i = 0; d->addresses != old->addresses && i < old->n_addresses; i++) {
        const vrrp_vip *vip = &old->addresses[i];
        vrrp_link      *link = vrrp__vip_link(io, r, vip);

        for (k = 0; k < d->n_addresses && !vrrp__same_vip(vip, &d->addresses[k]); k++)
            ;
        if (k < d->n_addresses)
            d->addresses[k].held = vip->held;
        else if (vip->held & VRRP_HELD_OURS && link && link->ifindex &&
                 !vrrp__taken_over(io, r, vip, link)) {
            vrrp__vip_address(&a, vip, link->ifindex);
            vrrp__tally_address(&io->nl, &t, &a);
        }
    }
    vrrp__tally_send(&io->nl, &t, SIZE_MAX);
    return t.error;
}

/* The same with routes and rules. Mostly each is where it was. */
static void vrrp__inherit(vrrp_io *io, const vrrp_setup *old, const vrrp_setup *next)
{
    uint32_t first = old->desc.n_addresses, n = vrrp__items(old) - first, at = 0, i, k;

    for (i = next->desc.n_addresses; i < vrrp__items(next); i++, at++) {
        vrrp__item it = vrrp__item_of(next, i), was;

        if (it.route ? next->routes == old->routes : next->rules == old->rules)
            continue;
        *it.held = 0;
        it.family = old->desc.family;   /* what nobody may change need not be named again */
        for (k = 0; k < n; k++, at++) {
            was = vrrp__item_of(old, first + at % n);
            if (!*was.held || !vrrp__same_item(io, &it, &was, true))
                continue;
            *it.held = *was.held;
            *was.held = 0;
            break;
        }
    }
}

/* Those of the old lists that nobody took over go. */
static int vrrp__replace_routing(vrrp_io *io, const vrrp_setup *old, const vrrp_setup *next)
{
    vrrp_setup gone = *old;

    vrrp__inherit(io, old, next);
    io->recheck = true;
    gone.n_routes = next->routes == old->routes ? 0 : old->n_routes;
    gone.n_rules = next->rules == old->rules ? 0 : old->n_rules;
    return vrrp__take_back(&io->nl, &gone, VRRP_HELD_OURS).error;
}

/* The core first: it may refuse. */
static int vrrp__update_core(vrrp_io *io, vrrp_router *r, const vrrp_setup *setup, uint64_t now)
{
    vrrp_desc d = setup->desc;
    int       error = r->fixed ? vrrp__static_desc(io, &d) : 0;

    if (error)
        return error;
    if (!r->fixed)
        vrrp__ears_count(r, -1);
    error = vrrp_update(&r->v, &d, now);
    if (!r->fixed)
        vrrp__ears_count(r, 1);
    return error ? vrrp__fail(io, error, "VRID %d on %s: %s", r->v.d.vrid,
                              r->link ? r->link->name : "any interface", vrrp_str(error)) : 0;
}

/* Are its macvlan's MAC and name what they were? */
static bool vrrp__same_vmac(const vrrp_router *r, const vrrp_setup *setup)
{
    uint8_t mac[6];

    vrrp__choose_mac(mac, setup);
    if (memcmp(mac, r->mac, 6) != 0 || setup->use_vmac != (r->vmac != NULL))
        return false;
    return !r->vmac || (setup->vmac_group == r->vmac->vmac.group &&
                        strcmp(vrrp__vmac_wish(setup, true), r->vmac->vmac.wish) == 0);
}

VRRP_DEF int vrrp_io_update(vrrp_io *io, vrrp_router *r, const vrrp_setup *setup, uint64_t now)
{
    const vrrp_track *tracks = r->group_tracks;         /* those it used so far */
    unsigned          n = r->n_group_tracks;
    vrrp_setup        old;
    int               error, also;

    vrrp__setup_of(&old, r);
    if (!r->fixed && (!setup->interface || strcmp(setup->interface, r->link->name) != 0))
        return vrrp__fail(io, VRRP_E_DESC_CHANGED, "VRID %d on %s: the interface cannot change",
                          old.desc.vrid, r->link->name);
    if (!r->fixed && !vrrp__same_vmac(r, setup))
        return vrrp__fail(io, VRRP_E_DESC_CHANGED, "VRID %d on %s: use_vmac cannot change",
                          old.desc.vrid, r->link->name);
    vrrp__drain(io, now);
    vrrp__rules_defaults(setup->rules, setup->n_rules);
    vrrp__group_tracks(r, r->v.group);
    error = vrrp__devices_use(io, r, setup);
    if (error)
        vrrp__tracks_are(r, tracks, n);
    if (error)
        return error;
    if (io->resync) {                   /* a device that is new here: is it there? */
        vrrp__sync(io, now);
        vrrp__drain(io, now);
    }
    vrrp__look_at(io, setup->desc.tracks, setup->desc.n_tracks);
    vrrp__look_round(io, r);
    error = vrrp__update_core(io, r, setup, now);
    if (error) {
        vrrp__devices_drop(io, r, setup, UINT_MAX);
        vrrp__tracks_are(r, tracks, n);
        return error;
    }
    if (!r->fixed)
        vrrp__ears_part(io, r, &old.desc.group_address, r->v.d.n_peers ||
                        !vrrp__same(&old.desc.group_address, &r->v.d.group_address));
    also = vrrp__replace_routing(io, &old, setup);
    error = vrrp__replace_list(io, r, &old.desc);
    if (error || also)
        vrrp__complain(io, r, r->link, error ? error : also, "removing what is no longer "
                       "configured: %s", strerror(error ? -error : -also));
    if (!r->fixed)
        vrrp_tracked(&r->v, now);       /* the group's may have changed, too */
    vrrp__set_up(io, r, setup);
    vrrp__unguard(io, r, &old.desc);
    vrrp__tracks_are(r, tracks, n);
    vrrp__devices_drop(io, r, &old, UINT_MAX);
    vrrp__group_tracks(r, r->v.group);
    vrrp__watch_routing(io, r);
    if (r->link)
        vrrp__stale(io, r->link);
    vrrp_io_touch(io, r, now);
    return 0;
}

VRRP_DEF void vrrp_io_delays(vrrp_io *io, const vrrp_delay *delays, size_t n)
{
    io->delays = delays;
    io->n_delays = n;
}

VRRP_DEF void vrrp_io_stop(vrrp_io *io, uint64_t now)
{
    vrrp_router *r;
    int          fixed;

    for (fixed = 0; fixed < 2; fixed++) {       /* last what the others may need to say goodbye */
        for (r = io->routers; r; r = r->next) {
            if (r->fixed != fixed)
                continue;
            r->starting = false;
            vrrp_stop(&r->v, now);
            vrrp__touched(io, r, now);
        }
        vrrp__drain(io, now);
    }
    vrrp__rearm(io);
}

VRRP_DEF void vrrp_io_remove(vrrp_io *io, vrrp_router *r, uint64_t now)
{
    int           six = r->v.d.family == VRRP_IPV6;
    vrrp_router **at;
    vrrp_setup    s;

    if (!r->added)
        return;
    r->added = r->starting = false;
    vrrp_stop(&r->v, now);
    vrrp__touched(io, r, now);
    vrrp__drain(io, now);
    vrrp_group_remove(&r->v);
    for (at = &io->routers; *at != r; at = &(*at)->next)
        ;
    *at = r->next;
    vrrp__heap_set(&io->heap, r, VRRP_NEVER);
    if (!r->fixed) {
        for (at = vrrp__bucket(io, r->link, six, r->v.d.vrid); *at != r; at = &(*at)->hash_next)
            ;
        *at = r->hash_next;
        vrrp__ears_count(r, -1);
        vrrp__ears_part(io, r, &r->v.d.group_address, true);
        vrrp__tune(io, r->link, (unsigned)six, now);
        vrrp__tune(io, r->link, (unsigned)six | VRRP__EAR_AH, now);
    }
    vrrp__setup_of(&s, r);
    vrrp__unguard(io, r, &r->v.d);
    vrrp__devices_drop(io, r, &s, UINT_MAX);
    vrrp__link_drop(io, r->vmac);
    vrrp__link_drop(io, r->link);
    vrrp__close(&r->lock);
    vrrp__rearm(io);
}

/* --- without a vrrp_io --- */

typedef struct vrrp__listing {
    vrrp_local *out;
    size_t      cap, devices, n;
} vrrp__listing;

static void vrrp__list_device(void *arg, const vrrp__nl_answer *answer)
{
    vrrp__listing *list = (vrrp__listing *)arg;
    vrrp__device   d;

    if (!answer)
        list->n = 0;
    if (answer && vrrp__get_device(answer, &d) && list->n++ < list->cap)
        list->out[list->n - 1] = d.is;
}

/* An interface's first address is written into its entry, each further one into a copy. */
static void vrrp__list_address(void *arg, const vrrp__nl_answer *answer)
{
    vrrp__listing *list = (vrrp__listing *)arg;
    size_t         devices = list->devices < list->cap ? list->devices : list->cap, i = 0;
    vrrp_local    *out = list->out;
    vrrp__address  a;

    if (!answer)
        for (list->n = list->devices; i < devices; i++)
            out[i].family = 0;
    if (!answer || !vrrp__get_address(answer, &a))
        return;
    while (i < devices && out[i].ifindex != a.ifindex)
        i++;
    if (i == devices || out[i].family) {
        if (list->n++ >= list->cap || i == devices)
            return;
        out[list->n - 1] = out[i];
        i = list->n - 1;
    }
    out[i].family = a.family;
    out[i].prefix = a.prefix;
    out[i].protocol = a.protocol;
    out[i].secondary = a.family == VRRP_IPV4 && (a.flags & IFA_F_SECONDARY) != 0;
    out[i].address = a.ip;
}

VRRP_DEF int vrrp_list(vrrp_local *out, size_t cap)
{
    uint8_t       room[VRRP__REQUEST + VRRP__ANSWER];
    vrrp__nl      nl;
    vrrp__listing list;
    int           error = vrrp__nl_open(&nl, NETLINK_ROUTE, room);

    memset(&list, 0, sizeof list);
    list.out = out;
    list.cap = cap;
    if (!error)
        error = vrrp__dump(&nl, true, vrrp__list_device, &list);
    list.devices = list.n;
    if (!error)
        error = vrrp__dump(&nl, false, vrrp__list_address, &list);
    vrrp__close(&nl.fd);
    return error ? error : (int)list.n;
}

typedef struct vrrp__broom {
    vrrp__leftovers   left;
    const vrrp_setup *setup;
    bool              tags;
} vrrp__broom;

/* Is it one of these addresses, on the interface of this name (NULL: on any)? */
static bool vrrp__is_one_of(const vrrp_setup *setup, const vrrp__address *a, const char *name)
{
    unsigned i;

    for (i = 0; i < setup->desc.n_addresses; i++) {
        const vrrp_vip *vip = &setup->desc.addresses[i];

        if (vrrp__same(&vip->address, &a->ip) && vip->family == a->family &&
            (!name || strcmp(name, vip->device[0] ? vip->device : setup->interface) == 0))
            return true;
    }
    return false;
}

/* The rule of vrrp__found_vip(). */
static void vrrp__broom_address(void *arg, const vrrp__nl_answer *answer)
{
    vrrp__broom  *b = (vrrp__broom *)arg;
    vrrp__address a;
    bool          fixed = !b->setup->interface, ours;

    if (!answer)
        b->left.n = 0;
    if (!answer || !vrrp__get_address(answer, &a) || b->left.n == VRRP__JOBS)
        return;
    ours = !b->tags ? !fixed && b->setup->desc.priority != VRRP_OWNER
                    : (a.protocol & ~1) == (fixed ? VRRP_PROTO_STATIC : VRRP_PROTO_TAG);
    if (ours && vrrp__is_one_of(b->setup, &a, NULL))
        b->left.at[b->left.n++] = a;
}

/* Of the addresses found, those on another interface are not meant. */
static void vrrp__broom_device(void *arg, const vrrp__nl_answer *answer)
{
    vrrp__broom *b = (vrrp__broom *)arg;
    vrrp__device d;
    unsigned     i, kept = 0;

    if (!answer || !vrrp__get_device(answer, &d))
        return;
    for (i = 0; i < b->left.n; i++)
        if (b->left.at[i].ifindex != d.is.ifindex ||
            vrrp__is_one_of(b->setup, &b->left.at[i], d.is.name))
            b->left.at[kept++] = b->left.at[i];
    b->left.n = kept;
}

/* The macvlans take their addresses along. */
static int vrrp__sweep_vmacs(vrrp__broom *b, const uint8_t mac[6])
{
    const vrrp_desc *d = &b->setup->desc;
    vrrp__nest       nest;
    unsigned         i;
    int              n, deleted = 0;

    for (i = 0; i <= d->n_addresses; i++) {
        const char *name = i && d->addresses[i - 1].device[0] ? d->addresses[i - 1].device
                                                              : b->setup->interface;

        if (i ? !d->addresses[i - 1].use_vmac : !b->setup->use_vmac)
            continue;
        memset(&nest, 0, sizeof nest);
        nest.name = name;
        nest.mac = mac;
        n = vrrp__nest_clear(b->left.nl, &nest);
        if (n < 0)
            return n;
        deleted += n;
    }
    return deleted;
}

static int vrrp__sweep(vrrp__broom *b)
{
    static const vrrp__conf off = { VRRP__PROMOTE_SECONDARIES, 0 };
    vrrp__nl               *nl = b->left.nl;
    uint8_t                 mac[6];
    vrrp__tally             t = { 0, 0 };
    int                     error, deleted;
    unsigned                i, found;

    vrrp__choose_mac(mac, b->setup);
    deleted = vrrp__sweep_vmacs(b, mac);
    if (deleted < 0)
        return deleted;
    do {                                /* once, unless there are more than fit one batch */
        error = vrrp__dump(nl, false, vrrp__broom_address, b);
        found = b->left.n;
        if (!error && found)
            error = vrrp__dump(nl, true, vrrp__broom_device, b);
        if (error)
            break;
        t = vrrp__left_delete(&b->left);
        error = t.error;
        deleted += (int)t.deleted;
        for (i = 0; i < b->left.n; i++)
            if (b->tags && b->left.at[i].protocol & 1) {
                vrrp__put_conf(nl, b->left.at[i].ifindex, &off, 1);
                vrrp__nl_talk(nl, NULL, NULL);
            }
    } while (!error && found == VRRP__JOBS && b->left.n > 0);
    return error ? error : deleted;
}

/* The lock is held meanwhile: nobody may run it. */
static int vrrp__sweep_locked(const vrrp_setup *setup, uint8_t family)
{
    uint8_t     room[VRRP__REQUEST + VRRP__ANSWER];
    vrrp__broom b;
    vrrp__nl    nl;
    vrrp__tally t;
    int         result;

    memset(&b, 0, sizeof b);
    b.setup = setup;
    b.left.nl = &nl;
    b.tags = vrrp__has_tags();
    vrrp__vip_defaults(setup->desc.addresses, setup->desc.n_addresses, family);
    vrrp__rules_defaults(setup->rules, setup->n_rules);
    result = vrrp__nl_open(&nl, NETLINK_ROUTE, room);
    if (result)
        return result;
    t = vrrp__take_back(&nl, setup, 0);
    result = vrrp__sweep(&b);
    vrrp__close(&nl.fd);
    return result < 0 ? result : t.error ? t.error : result + (int)t.deleted;
}

VRRP_DEF int vrrp_sweep(const vrrp_setup *setup)
{
    uint8_t family = setup->desc.family ? setup->desc.family : (uint8_t)VRRP_IPV4;
    int     result, pid, lock;

    if (!setup->interface)
        return vrrp__sweep_locked(setup, family);
    lock = vrrp__lock(setup->interface, family, setup->desc.vrid, &pid);
    if (lock < 0)
        return lock == -EADDRINUSE ? 0 : lock;
    result = vrrp__sweep_locked(setup, family);
    close(lock);
    return result;
}

#endif /* VRRP_NO_LINUX */

#ifdef __cplusplus
}
#endif
#endif /* VRRP_IMPLEMENTATION */

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
