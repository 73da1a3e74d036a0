/* check.h - v0.1.0 - asynchronous health checks for Linux - MIT-0 or public domain
   In one C file, compiled with -D_GNU_SOURCE:  #define CHECK_IMPLEMENTATION, #include "check.h"

   A program that includes this file knows whether something else is alive: a server behind an
   address (ICMP, TCP, HTTP, HTTPS, UDP, DNS, SMTP, BFD), or something on this machine (a script, a
   file, a process, an interface). Ten thousand checks in one process, on one descriptor.

   EXAMPLE (cc -D_GNU_SOURCE example.c; ./a.out URL...; compiled and run by the tests)

    #define CHECK_IMPLEMENTATION
    #include "check.h"
    #include <poll.h>
    #include <stdio.h>
    static check_desc desc[64];
    static check checks[64];
    static check_io io;
    int main(int argc, char **argv) {
        check_event event;
        char err[200];
        int i;
        if (check_io_open(&io, NULL)) return puts(io.err), 1;
        for (i = 1; i < argc && i < 64; i++) {
            if (check_parse(&desc[i], argv[i], err, sizeof err)) return puts(err), 1;
            if (check_io_add(&io, &checks[i], &desc[i], check_now())) return puts(io.err), 1;
        }
        for (struct pollfd p; p.fd = check_io_fd(&io), p.events = POLLIN, poll(&p, 1, -1) > 0;) {
            check_io_run(&io, check_now());
            while (check_io_next(&io, &event))
                if (event.kind == CHECK_EVENT_VERDICT)
                    printf("%s %s: %s\n", argv[event.c - checks], check_verdict_str(event.to),
                           event.text), fflush(stdout);
        }
    }

   A URL NAMES A CHECK

    icmp://198.51.100.1                     an echo reply
    tcp://198.51.100.1:443                  a connection can be made
    http://198.51.100.1:8080/healthz        a status of 200-299
    https://www.example.com/                the same in TLS; the certificate is verified
    udp://198.51.100.1:514                  no ICMP error (or the reply that is wanted)
    dns://198.51.100.53/example.com?type=MX an answer without error (default type A; no name: SOA .)
    smtp://198.51.100.25                    220, HELO, 250, QUIT
    bfd://198.51.100.1                      a BFD session is Up (bfd+multihop:// for RFC 5883)
    exec:/usr/bin/test.sh 'an argument'     exit status 0; words, no shell
    sh:test -e /run/ok && pidof nginx       the same with /bin/sh -c
    file:/run/weight                        it exists; the number in it is the value
    process:nginx   process:/run/nginx.pid  it runs
    interface:eth0                          it is up and running

   A target is an address. The host of a URL may be a name: check_parse() leaves it in desc.host,
   and whoever resolves it (a one-shot dns check can do that) tells the address.

   HOW IT WORKS
   Two halves. The pure one (>>bytes to >>bfd) is functions of bytes and times: verdicts, schedule,
   parsers, BFD; no system call, no clock, no memory of its own. The shell (>>heap to >>shell)
   feeds it from sockets and children. CHECK_NO_LINUX leaves the pure half alone.

       check_begin(c, now)        an attempt starts: it ends by c->deadline whatever happens
       check_end(c, why, ...)     the one end of every attempt: does the verdict change?
       check_due(c)               when to look at it again

                  fall failures in a row; the next one after retry_delay
        UNKNOWN ---> UP ------------------------------------------> DOWN
            |         ^ <------------------------------------------  ^
            |             rise successes in a row; all URLs           |
            +---------------------------------------------------------+
       The first result decides alone, unless the check was told to start DOWN.

   Starts stay on a grid: the next is the last planned one + interval, never the end + interval. An
   attempt that overruns its interval skips starts; there is never a second one at a time. Those of
   a millisecond share one turn of the program's loop.

   What the shell's attempts are made of: connections are closed by a reset, so none stays in
   TIME_WAIT, and a tcp check is answered before the server's program hears of it. Whoever finds no
   descriptor, body buffer or TLS session free waits for one, before its attempt begins. When the
   program was frozen, attempts under way get the time that it missed, and those that were answered
   meanwhile their whole timeout again, once.
   icmp uses ping sockets where net.ipv4.ping_group_range allows it, else CAP_NET_RAW. A handshake
   of TLS is up to 5 ms of work at a time. An https URL with an address wants a certificate that
   names it as mbedTLS knows (2.28: as a DNS name alone), or tls.name.

   RULES
   memory      all of it is the caller's; a check is zeroed before it is first added, and must not
               move while it is
   threads     none; one object is used by one thread at a time
   time        uint64_t, nanoseconds, monotonic, always the last parameter; CHECK_NEVER = never
   errors      0, CHECK_E_* or -errno; check_str() words them. CHECK_* (positive): why an attempt
               ended as it did
   children    of exec and sh, their end comes by pidfd: SIGCHLD stays the program's, which must not
               ignore it, and tells check_io_child() if it reaps every child (or before Linux 5.3)
   asserts     a clock that runs backwards is a trap

   COMPILE-TIME OPTIONS
   CHECK_STATIC      everything static          CHECK_NO_LINUX    the pure half only
   CHECK_MBEDTLS     https and STARTTLS by mbedTLS 2.28 or 3.x
   CHECK_ASSERT(c)   for mistakes of the caller (default: trap)

   RFC MAP
   RFC 9112 check_http_feed   RFC 792, 4443 check_icmp_decode   RFC 1035 check_dns_decode
   RFC 4501 dns:// URLs       RFC 5321 check_smtp_feed          RFC 1321 check_md5
   RFC 6891, 7766 check_dns (edns, tcp)
   RFC 5880 6.8.6 check_bfd_receive   6.8.7 check__bfd_send   6.8.4 check__bfd_expired
   6.8.3 check__bfd_poll      6.7 check__bfd_trust          RFC 5881, 5883 check_bfd_desc

   CHANGES
   0.1.0 (2026-11) first version

   Licence: at the end of this file. */

#ifndef SIDECAR_CHECK_H                 /* CHECK_H is libcheck's */
#define SIDECAR_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef CHECK_MBEDTLS
#include <mbedtls/entropy.h>
#include <mbedtls/md.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>
#include <mbedtls/version.h>
#endif

#define CHECK_VERSION "0.1.0"

#ifdef CHECK_STATIC
#define CHECK_DEF static __attribute__((unused))
#else
#define CHECK_DEF extern
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define CHECK_NEVER UINT64_MAX          /* a deadline not armed */
#define CHECK_SECOND ((uint64_t)1000000000)

enum { CHECK_IPV4 = 4, CHECK_IPV6 = 6 };

/* Kinds. */
enum {
    CHECK_TCP = 1, CHECK_HTTP, CHECK_HTTPS, CHECK_ICMP, CHECK_UDP, CHECK_DNS, CHECK_SMTP,
    CHECK_BFD,                          /* up to here with an address */
    CHECK_EXEC, CHECK_SH, CHECK_FILE, CHECK_PROCESS, CHECK_INTERFACE,
    CHECK_KINDS
};

/* Verdicts. */
enum { CHECK_UNKNOWN = 0, CHECK_UP = 1, CHECK_DOWN = 2 };

/* Why an attempt ended as it did; behind the comma what check.detail says. */
enum {
    CHECK_OK = 0,                       /* as it should be */
    CHECK_NOT_TRIED,                    /* our own machine could not try, errno or CHECK_NO_SOURCE:
                                           does not count */
    CHECK_UNRESOLVED,                   /* the target has no address */
    CHECK_CONNECT_TIMEOUT,              /* no answer to the connection request */
    CHECK_REFUSED,                      /* nobody listens */
    CHECK_UNREACHABLE,                  /* no route, or ICMP said so, errno */
    CHECK_CONNECT_ERROR,                /* errno */
    CHECK_TLS_TIMEOUT,                  /* the handshake did not end in time */
    CHECK_TLS_ERROR,                    /* it failed, mbedTLS's code */
    CHECK_CERTIFICATE,                  /* not to be trusted, MBEDTLS_X509_BADCERT_* */
    CHECK_REPLY_TIMEOUT,                /* no, or only half an answer in time */
    CHECK_CLOSED,                       /* the other side closed before it had answered */
    CHECK_RESET,                        /* the connection broke, errno */
    CHECK_MALFORMED,                    /* not the protocol */
    CHECK_TOO_LONG,                     /* the answer is beyond the limit, the limit */
    CHECK_STATUS,                       /* HTTP status, SMTP code or DNS rcode */
    CHECK_DIGEST,                       /* MD5 of the body differs */
    CHECK_REGEX,                        /* the body does not match, or does with regex_no_match */
    CHECK_MISMATCH,                     /* UDP reply is another, its size */
    CHECK_RUN_TIMEOUT,                  /* the command was killed */
    CHECK_EXIT,                         /* exit status */
    CHECK_SIGNAL,                       /* the command died of this signal */
    CHECK_NOT_RUN,                      /* the command could not be run, errno */
    CHECK_INSECURE,                     /* its path can be changed by others than root, errno */
    CHECK_ABSENT,                       /* no such file, process, interface; how many processes */
    CHECK_TOO_MANY,                     /* processes, how many */
    CHECK_LINK_DOWN,                    /* the interface is down */
    CHECK_BFD_DOWN,                     /* BFD session is not Up, diagnostic */
    CHECK_REASONS
};

enum { CHECK_NO_SOURCE = -1 };          /* desc.from is not an address of this host (yet) */

/* Errors. First what is wrong with a desc, then with a URL, then why BFD dropped a packet. */
enum {
    CHECK_E_KIND = -1000, CHECK_E_OPTION = -1001, CHECK_E_ADDRESS = -1002, CHECK_E_PORT = -1003,
    CHECK_E_INTERVAL = -1004, CHECK_E_TIMEOUT = -1005, CHECK_E_RISE = -1006, CHECK_E_START = -1007,
    CHECK_E_PATH = -1008, CHECK_E_STATUS = -1009, CHECK_E_DIGEST = -1010, CHECK_E_REGEX = -1011,
    CHECK_E_HEADER = -1012, CHECK_E_NAME = -1013, CHECK_E_PATTERN = -1014, CHECK_E_COMMAND = -1015,
    CHECK_E_PROCESS = -1016, CHECK_E_INTERFACE = -1017, CHECK_E_BFD = -1018, CHECK_E_AUTH = -1019,
    CHECK_E_TLS = -1020,                /* needs CHECK_MBEDTLS */
    CHECK_E_CERTIFICATE = -1021,

    CHECK_E_URL = -1030,

    CHECK_E_LENGTH = -1050, CHECK_E_VERSION = -1051, CHECK_E_MULTIPLIER = -1052,
    CHECK_E_MULTIPOINT = -1053,         /* or P and F at once (6.5) */
    CHECK_E_DISCRIMINATOR = -1054, CHECK_E_STATE = -1055,
    CHECK_E_TTL = -1056, CHECK_E_AUTH_MISMATCH = -1057, CHECK_E_AUTH_FAILED = -1058,
    CHECK_E_REPLAY = -1059, CHECK_E_ADMIN_DOWN = -1060
};

typedef struct check_address {
    uint8_t  ip[16];                    /* network order; IPv4 in the first 4, the rest 0 */
    uint32_t scope;                     /* IPv6 link-local: ifindex */
    uint16_t port;                      /* default: the kind's */
    uint8_t  family;                    /* CHECK_IPV4, CHECK_IPV6; 0: none (yet) */
} check_address;

// >>desc http

typedef struct check_range {
    uint16_t low, high;                 /* both included */
} check_range;

typedef struct check_url {
    const char        *path;            /* with its query (default "/") */
    const char        *host;            /* virtual host (default: that of check_http) */
    const char        *digest;          /* MD5 of the body, 32 hex digits, as genhash prints it */
    const char        *regex;           /* of the body: what PCRE and POSIX share */
    const check_range *status;          /* what is good (default 200-299) */
    uint16_t           n_status;
    uint32_t           regex_min;       /* the match begins at this offset or later ... */
    uint32_t           regex_max;       /* ... and at this one or before (default: anywhere) */
    bool               regex_no_match;  /* a match is the failure */
    bool               regex_caseless;
    bool               regex_multiline; /* ^ and $ match at lines; [^a] does not match a newline */
    bool               regex_dotall;    /* . matches a newline */
} check_url;

/* CHECK_HTTP_10 is keepalived's request: no Connection header; 10C has "Connection: close". */
enum { CHECK_HTTP_11 = 0, CHECK_HTTP_10, CHECK_HTTP_10C };

typedef struct check_http {
    check_url        url;               /* when there is one */
    const check_url *urls;              /* or several: one an attempt, in turn */
    uint16_t         n_urls;
    uint8_t          protocol;          /* CHECK_HTTP_* */
    const char      *host;              /* virtual host (default: desc.host or the address) */
    const char      *method;            /* default GET, POST with bytes to send */
    const char      *headers;           /* more of them, each ended by CRLF */
    const char      *agent;             /* User-Agent (default KeepAliveClient) */
    uint32_t         head_max;          /* bytes of header (default 16 KiB) */
    uint32_t         body_max;          /* bytes of body, where it is read (default 16 MiB) */
    bool             keep;              /* HTTP/1.1: keep the connection for the next attempt */
    bool             fast_recovery;     /* DOWN, several URLs: no pause between good ones */
} check_http;

/* TLS of https and of SMTP with starttls. Certificates are files (PEM). */
typedef struct check_tls {
    const char *ca;                     /* default: the system's, SSL_CERT_FILE's usual places */
    const char *certificate, *key;      /* client certificate (default: none) */
    const char *name;                   /* of SNI and certificate (default: virtual host) */
    bool        no_verify;              /* take any certificate */
    bool        no_sni;
} check_tls;

// >>desc others

typedef struct check_dns {
    const char *name;                   /* default "." */
    uint16_t    name_size;              /* 0: up to its NUL */
    uint16_t    type;                   /* of RFC 1035 and later (default SOA) */
    uint16_t    edns;                   /* bytes of an answer in one datagram (RFC 6891; default
                                           512, which is asked without EDNS) */
    bool        tcp;                    /* one-shots with room in payload.out: ask by TCP */
} check_dns;

enum {
    CHECK_DNS_A = 1, CHECK_DNS_NS = 2, CHECK_DNS_CNAME = 5, CHECK_DNS_SOA = 6, CHECK_DNS_PTR = 12,
    CHECK_DNS_MX = 15, CHECK_DNS_TXT = 16, CHECK_DNS_AAAA = 28, CHECK_DNS_SRV = 33,
    CHECK_DNS_RRSIG = 46, CHECK_DNS_DNSKEY = 48
};

typedef struct check_smtp {
    const char *helo;                   /* default smtpchecker.keepalived.org */
    bool        starttls;
} check_smtp;

typedef struct check_udp {
    const uint8_t *payload;             /* default: an empty datagram; check_unhex() may help */
    uint16_t       payload_size;
    uint16_t       reply_min;           /* bytes */
    uint16_t       reply_max;           /* default 255, if a reply is asked for by what follows */
    bool           require_reply;       /* else silence is good too */
    const char    *reply;               /* hex with X for any digit, see check_udp_match() */
} check_udp;

typedef struct check_exec {
    const char        *command;         /* EXEC: split into words; SH: handed to /bin/sh -c */
    const char *const *argv;            /* EXEC: or the words, NULL behind the last */
    const char *const *envp;            /* default: ours */
    const uint32_t    *groups;          /* with as_user */
    uint32_t           uid, gid;
    uint16_t           n_groups;
    bool               as_user;         /* run as uid, gid, groups */
    bool               secure;          /* refuse a path that others than root can write (but the
                                           user that it runs as) */
    bool               dynamic;         /* exit status 2..255 is good, and the value is it - 2; but
                                           not a shell's 126 and 127: nothing was run */
    uint64_t           kill_delay;      /* ns from SIGTERM to SIGKILL (default 2 s) */
} check_exec;

/* params are all of the process's; its first ones; so, and the last is only begun. */
enum { CHECK_PARAMS_EXACT = 0, CHECK_PARAMS_INITIAL, CHECK_PARAMS_PARTIAL };

typedef struct check_process {
    const char        *name;            /* as in /proc/PID/comm, or the last part of argv[0] */
    const char        *pidfile;         /* instead of name */
    const char *const *params;          /* NULL behind the last (default: any) */
    uint8_t            match;           /* CHECK_PARAMS_* */
    bool               full_command;    /* name is all of argv[0] */
    uint16_t           quorum;          /* at least (default 1) */
    uint16_t           quorum_max;      /* at most (default: any number) */
    bool               none;            /* it must not run (quorum, quorum_max 0) */
} check_process;

enum {
    CHECK_BFD_NONE = 0, CHECK_BFD_SIMPLE, CHECK_BFD_MD5, CHECK_BFD_MD5_METICULOUS, CHECK_BFD_SHA1,
    CHECK_BFD_SHA1_METICULOUS
};

/* out: the 20 bytes of SHA-1. A pure function the program supplies (CHECK_MBEDTLS has one). */
typedef void check_sha1(const uint8_t *input, size_t size, uint8_t out[20]);

typedef struct check_bfd_desc {
    uint64_t    min_tx, min_rx;         /* ns while Up, 1 us .. 4000 s (default 300 ms) */
    uint64_t    idle_tx;                /* ns between packets while not Up, from 1 s (default) */
    check_sha1 *sha1;                   /* for the SHA1 types */
    const char *key;                    /* up to 16 bytes, SHA1 20 */
    uint8_t     key_size, key_id;
    uint8_t     auth;                   /* CHECK_BFD_* */
    uint8_t     multiplier;             /* 1..255 (default 3) */
    uint8_t     ttl;                    /* sent (default 255) */
    uint8_t     max_hops;               /* accepted: TTL >= 255 - max_hops; multihop default 255 */
    bool        multihop;               /* RFC 5883: port 4784 */
    bool        passive;                /* silent until the other side speaks */
} check_bfd_desc;

/* Settings of checks. Zero means the default given behind the field. It is pointed to, so that many
   checks can share it (each has its own target): it and what it points to stay the caller's and
   must live as long as they. Every unused byte is zero. */
typedef struct check_desc {
    const char    *name;                /* for the program; not looked at */
    const char    *host;                /* a name that somebody else resolves; SNI, virtual host */
    check_address  to;                  /* the target, copied to check.to */
    check_address  from;                /* bind to: address, port (default: any) */
    char           device[16];          /* bind to: interface. INTERFACE: which */
    const char    *file;                /* FILE: path */
    uint64_t       interval;            /* ns from start to start (default 1 s) */
    uint64_t       timeout;             /* ns for an attempt, all of it (default interval, at most
                                           5 s; BFD: 3 idle_tx, by then it should be Up) */
    uint64_t       retry_delay;         /* ns from a failure to the next attempt while UP (default:
                                           the interval goes on) */
    uint64_t       warmup;              /* ns over which first starts are spread (default: one
                                           check a millisecond, within the interval) */
    uint64_t       up_delay;            /* FILE, PROCESS, INTERFACE, BFD: ns it has to be so */
    uint64_t       down_delay;          /*   before the verdict changes (default 0) */
    uint32_t       mark;                /* SO_MARK */
    uint16_t       host_size;           /* 0: host ends at its NUL */
    uint16_t       rise, fall;          /* in a row to change the verdict (default 1) */
    uint8_t        kind;                /* CHECK_TCP .. CHECK_INTERFACE, no default */
    uint8_t        start;               /* verdict to start with: UNKNOWN (default: the first
                                           result decides); UP (one first failure is enough); DOWN
                                           (alpha, init_fail: rise successes are needed) */
    check_http     http;
    check_tls      tls;
    check_dns      dns;
    check_smtp     smtp;
    check_udp      udp;
    check_exec     exec;
    check_process  process;
    check_bfd_desc bfd;
} check_desc;

/* What a one-shot (check_io_once) takes along and brings back. The caller's, until it has ended. */
typedef struct check_payload {
    const uint8_t     *bytes;           /* HTTP: body; SMTP: the mail; EXEC: standard input;
                                           UDP: instead of desc.udp.payload */
    size_t             size;
    const char        *mail_from;       /* SMTP: without < > */
    const char *const *mail_to;         /* SMTP: n_to of them */
    uint16_t           n_to;
    uint8_t           *out;             /* HTTP: body; DNS: the message; EXEC: standard output */
    size_t             out_cap, out_size;   /* out_size: what there was, maybe more than out_cap */
    uint8_t            md5[16];         /* HTTP: of the whole body */
} check_payload;

// >>states

/* Private: MD5 (RFC 1321) under way. A fingerprint of pages; BFD's MD5 types; nothing else. */
typedef struct check_md5_state {
    uint64_t size;
    uint32_t word[4];
    uint8_t  block[64];
} check_md5_state;

/* An HTTP reply under way. status, body and closes may be read; the rest is private. */
typedef struct check_http_reply {
    uint64_t        body;               /* bytes of it so far */
    uint64_t        left;               /* of this chunk, or of the whole */
    check_md5_state md5;
    uint32_t        head, head_max, body_max;
    uint16_t        status;
    uint8_t         step, n;
    char            line[64];           /* its beginning, in lower case: what counts is short */
    bool            digest;             /* md5 is wanted */
    bool            no_body;            /* the request was HEAD */
    bool            head_only;          /* nobody wants the body: done when it begins */
    bool            chunked, length_given, cr;
    bool            coded;              /* by Transfer-Encoding, which overrides a length */
    bool            ended;              /* a header line, unless the next one goes on with it */
    bool            closes;             /* the connection cannot be used again */
    bool            done;
} check_http_reply;

/* An SMTP dialogue under way. Private. */
typedef struct check_smtp_state {
    uint32_t at;                        /* DATA: bytes of the mail that are sent */
    uint16_t recipient, code, line, column;
    uint8_t  step;
    bool     last, tls, bol, cr;
} check_smtp_state;

/* BFD (RFC 5880). Read only: state, diag, remote_state, local, remote. */
typedef struct check_bfd {
    const check_bfd_desc *d;
    uint64_t tx_at, detect_at;          /* timers */
    uint64_t known_until;               /* silence after which sequence numbers are forgotten */
    uint64_t admin_until;               /* AdminDown is announced until then */
    uint64_t armed;                     /* interval that tx_at was derived from */
    uint64_t last_tx, last_now, seed;
    uint32_t local, remote;             /* discriminators */
    uint32_t want_tx, want_rx;          /* us, as announced */
    uint32_t used_tx, used_rx;          /* us, in use until the Poll ends */
    uint32_t remote_tx, remote_rx;      /* us, as heard */
    uint32_t seq_out, seq_in;
    uint8_t  remote_mult, state, remote_state, diag, told;
    bool     on, seq_known, polling, final, send, remote_demand;
} check_bfd;

enum {
    CHECK_BFD_STATE_ADMIN = 0, CHECK_BFD_STATE_DOWN, CHECK_BFD_STATE_INIT, CHECK_BFD_STATE_UP
};

/* What FILE and PROCESS watch. Private. */
enum { CHECK__DEPTH = 16 };

typedef struct check_file_state {
    int      watch[CHECK__DEPTH];       /* inotify's: the directories on the way, and the file */
    uint16_t links;                     /* which of them are symbolic links */
    bool     stale;
} check_file_state;

typedef struct check_process_state {
    uint32_t count;
    uint8_t  scan;
    bool     untold;                    /* there are some whose end will not be told */
} check_process_state;

struct check_tls_context;               /* see check_io_options */
struct check_tls_session;

/* One check. Objects must not move while added. user is yours; what stands behind it may be read,
   and before the first attempt value and decided may be set to what is known already; the rest is
   private. */
typedef struct check {
    void             *user;
    check_address     to;               /* set between attempts, or by check_io_aim() */
    const check_desc *d;
    uint64_t          since;            /* of the verdict */
    uint64_t          started;          /* the newest attempt */
    uint64_t          latency;          /* of the last that ended, ns */
    int32_t           detail;           /* of why */
    int32_t           value;            /* of FILE, and of EXEC with dynamic */
    uint32_t          attempts, failures;   /* so far */
    uint16_t          streak;           /* results in a row that speak against the verdict */
    uint16_t          url;              /* HTTP: the one that is next, or under way */
    uint8_t           verdict;          /* CHECK_UP ... */
    uint8_t           why;              /* CHECK_OK ...: the last attempt */
    bool              running;          /* an attempt is under way */
    bool              decided;          /* there was a result */

    bool              added, news_queued, once;     /* private from here */
    bool              paused, slot;     /* slot: its descriptors are counted */
    bool              prepared;         /* it has what it shares with others */
    bool              kept, reused;     /* connected since the attempt before, and untried */
    bool              excused;          /* it got more time already */
    bool              heard_late;       /* something came since the program stood still */
    uint8_t           step, said, from; /* of the attempt; news; verdict before them */
    uint8_t           interest, waits;  /* epoll; which pool it waits for, and 1 */
    uint8_t           pending;          /* verdict that waits for its delay */
    uint16_t          good;             /* URLs in a row that were good */
    uint64_t          grid;             /* the planned start of the newest attempt */
    uint64_t          due;              /* the next start */
    uint64_t          deadline;         /* of the attempt */
    uint64_t          pending_at;
    uint64_t          late;             /* of ours, before the attempt */
    uint64_t          nonce;            /* of the attempt: ids that nobody can guess */
    check_payload    *payload;
    struct check     *next, *back, *hash_next, *news_next, *wait_next;
    struct check     *left, *right, *above;     /* heap of deadlines */
    uint64_t          key;
    struct check_tls_session *tls;      /* of the pools */
    struct check_tls_context *trust;
    uint8_t          *body;
    uint32_t          body_size;
    uint32_t          sent;             /* bytes of the request */
    int               fd, fd2, pid;
    union {
        check_http_reply http;
        check_smtp_state smtp;
        check_bfd        bfd;
        check_file_state file;
        check_process_state process;
        uint8_t          dns_length[2];
    } of;
} check;

// >>pure functions

CHECK_DEF int check_parse(check_desc *desc, const char *url, char *err, size_t cap);
/* A URL into a desc that is otherwise left alone (so zero it before). The text must live as long
   as the desc: nothing is copied. 0, or CHECK_E_URL and a sentence in err that names the word and
   what is allowed. A host that is no address: desc->host, and to.family stays 0. */

CHECK_DEF size_t check_print(const check_desc *desc, const check_address *to, char *text,
                             size_t cap);
/* The URL of a desc; to NULL: of desc->to. Like snprintf: the length it has, cut to cap. */

CHECK_DEF bool check_address_read(const char *text, size_t size, check_address *out);
CHECK_DEF size_t check_address_print(const check_address *a, char *text, size_t cap);
/* 198.51.100.1 and 2001:db8::1 (RFC 4291, RFC 5952), without port. */

CHECK_DEF int check_init(check *c, const check_desc *desc);
/* Checks the settings. 0 or CHECK_E_* of the first that is wrong. c->user is kept. */

CHECK_DEF int check_change(check *c, const check_desc *desc, uint64_t now);
/* Another desc, between attempts; verdict and streak are kept, the old desc is let go of. 0, or
   CHECK_E_* and nothing changed. The kind must stay the same (CHECK_E_KIND). */

CHECK_DEF uint64_t check_phase(const check_desc *desc, uint32_t n);
CHECK_DEF void check_start(check *c, uint64_t phase, uint64_t now);
/* The first attempt is due at now + phase. check_phase: of a program's n-th check, so that starts
   are spread (desc.warmup). */

CHECK_DEF uint64_t check_due(const check *c);
/* When to look at it: the deadline of the attempt, the next start, the end of a delay (then call
   check_tick), or BFD's timer. CHECK_NEVER: not before something happens. */

CHECK_DEF void check_begin(check *c, uint64_t now);
/* An attempt starts; it has to end by c->deadline. */

CHECK_DEF bool check_end(check *c, uint8_t why, int32_t detail, uint64_t now);
/* It ended. True: the verdict changed. CHECK_NOT_TRIED counts neither way. */

CHECK_DEF bool check_learn(check *c, uint8_t why, int32_t detail, uint64_t now);
/* For what is told instead of tried (FILE, PROCESS, INTERFACE, BFD): how it is from now on. rise
   and fall do not count, up_delay and down_delay do. True: the verdict changed. */

CHECK_DEF bool check_tick(check *c, uint64_t now);
/* Ends such a delay when it is due. True: the verdict changed. */

CHECK_DEF const char *check_str(int code);
CHECK_DEF const char *check_kind_str(uint8_t kind);
CHECK_DEF const char *check_verdict_str(uint8_t verdict);
/* Words for CHECK_*, CHECK_E_* and -errno; "http"; "UP". */

CHECK_DEF size_t check_reason(const check *c, char *text, size_t cap);
/* The last result as a sentence with its detail: "HTTP status 503". Like snprintf. */

CHECK_DEF uint64_t check_timeout(const check_desc *desc);
CHECK_DEF uint16_t check_port(const check_desc *desc, const check_address *to);
CHECK_DEF const check_url *check_url_now(const check *c);
/* With their defaults; the URL of this attempt. */

CHECK_DEF size_t check_http_request(const check *c, char *out, size_t cap);
/* The header of the request, with its empty line; the payload's bytes follow it. Returns its size,
   or 0 if it does not fit. */

CHECK_DEF void check_http_begin(check_http_reply *r, const check *c);
CHECK_DEF int check_http_feed(check_http_reply *r, const uint8_t *in, size_t size,
                              const uint8_t **body, size_t *body_size);
/* Eats bytes of a reply. Returns how many were eaten, or -CHECK_MALFORMED, -CHECK_TOO_LONG. At
   most one piece of body is in them (size 0: none). Call it until all is eaten or r->done; any
   split of the input gives the same. */

CHECK_DEF int check_http_close(check_http_reply *r);
/* The other side closed: 0 if that is the end of the body, else CHECK_CLOSED. */

CHECK_DEF int check_http_judge(const check *c, check_http_reply *r);
/* Done: CHECK_OK, CHECK_STATUS or CHECK_DIGEST. The regex is the shell's. Destroys r->md5. */

CHECK_DEF int check_regex(const check_url *u, char *out, size_t cap, char word[8]);
/* u->regex as POSIX extended: \d \w \s into bracket expressions (the libcs differ), (?: into (,
   . into one that stays in its line, escapes in brackets into what POSIX has for them. 0, or
   CHECK_E_REGEX and the word that POSIX has no way to say, or that repeats too much: written out
   it would have more than 10,000 characters (empty: it is too long for cap). */

CHECK_DEF size_t check_icmp_encode(uint8_t *out, uint8_t family, uint16_t id, uint16_t sequence,
                                   uint64_t nonce);
/* An echo request of 16 bytes that carries nonce; the checksum is left to the kernel in IPv6. */

typedef struct check_icmp {
    uint64_t nonce;                     /* echo reply */
    uint16_t id, sequence;              /* of it, or of the request that an error quotes */
    uint8_t  type, code;
    bool     error;                     /* destination unreachable and the like */
    uint8_t  to[16];                    /* error: where the quoted request went */
} check_icmp;

CHECK_DEF bool check_icmp_decode(uint8_t family, const uint8_t *in, size_t size, check_icmp *out);
/* An ICMP message (no IP header): false if it is neither an echo reply with a nonce nor an error
   about an echo request, or damaged. */

CHECK_DEF int check_dns_encode(uint8_t *out, size_t cap, uint16_t id, const check_dns *q);
/* A query (RD), as UDP carries it. Its size, or CHECK_E_NAME (or too little room). */

CHECK_DEF int check_dns_decode(const uint8_t *in, size_t size, uint16_t id, const check_dns *q,
                               int32_t *detail);
/* The answer to it: CHECK_OK, CHECK_STATUS (rcode in detail), CHECK_MALFORMED. Another id or
   question, or no answer at all: CHECK_NOT_TRIED, the datagram is somebody else's. */

CHECK_DEF int check_dns_addresses(const uint8_t *in, size_t size, check_address *out, int cap,
                                  uint32_t *ttl);
/* The A and AAAA records of an answer that was decoded well; how many, at most cap. ttl: the
   smallest of all its records, seconds. */

CHECK_DEF bool check_dns_truncated(const uint8_t *in, size_t size);
/* An answer has more than the datagram could hold: ask by TCP. */

enum { CHECK_SMTP_WAIT = 0, CHECK_SMTP_SAY, CHECK_SMTP_TLS, CHECK_SMTP_DONE };

CHECK_DEF int check_smtp_begin(check_smtp_state *s, const check *c);
/* 0, or CHECK_E_NAME: the payload has no mail addresses, or one that is none. */

CHECK_DEF int check_smtp_feed(check_smtp_state *s, const check *c, const uint8_t *in, size_t size,
                              size_t *used);
/* Eats replies. WAIT: for more. SAY: send what check_smtp_say() gives. TLS: start it, then
   check_smtp_say(). DONE: good. Else negative: -CHECK_STATUS (s->code), -CHECK_MALFORMED ... */

CHECK_DEF size_t check_smtp_say(check_smtp_state *s, const check *c, char *out, size_t cap,
                                bool *more);
/* The next thing to send, at least 600 bytes of room; more: call again when that is gone. */

CHECK_DEF bool check_udp_match(const check_udp *u, const uint8_t *in, size_t size);
/* Is it the reply that is wanted: size, and hex digits of u->reply (X any, blanks apart). */

CHECK_DEF int check_unhex(const char *hex, uint8_t *out, size_t cap);
/* "0a 1b2c" to bytes: how many, or -1 for anything else (CHECK_E_PATTERN's reason). */

CHECK_DEF int check_words(const char *text, char *room, size_t cap, const char **argv, int most);
/* Splits a command as keepalived does: blanks, '...', "...", backslash. How many words (argv[n] is
   NULL), or -1: a quote is open, or too many. */

CHECK_DEF bool check_process_match(const check_process *p, const char *comm, const char *cmdline,
                                   size_t size);
/* Is it this process: /proc/PID/comm without its newline, size bytes of /proc/PID/cmdline. */

CHECK_DEF int32_t check_number(const char *text, size_t size);
/* The number at the beginning of a file: blanks, sign, digits; 0 if there is none. */

CHECK_DEF void check_md5_begin(check_md5_state *m);
CHECK_DEF void check_md5_add(check_md5_state *m, const void *bytes, size_t size);
CHECK_DEF void check_md5_end(check_md5_state *m, uint8_t out[16]);
CHECK_DEF void check_md5_print(const uint8_t md5[16], char text[33]);
/* RFC 1321, and lower-case hex. */

// >>bfd functions

typedef struct check_bfd_packet {
    uint32_t my, your, desired_tx, required_rx, required_echo;     /* times in us */
    uint8_t  version, diag, state, multiplier, length;
    bool     poll, final, independent, auth, demand, multipoint;
    uint8_t  auth_type, auth_size, key_id;
} check_bfd_packet;

CHECK_DEF int check_bfd_decode(const uint8_t *in, size_t size, check_bfd_packet *out);
/* RFC 5880 6.8.6, what needs no session: 0 or CHECK_E_*. your 0: it is found by address. */

CHECK_DEF int check_bfd_init(check_bfd *b, const check_bfd_desc *d, uint64_t seed);
/* seed: random; discriminator, jitter and first sequence number come of it. 0, CHECK_E_BFD or
   CHECK_E_AUTH. */

CHECK_DEF void check_bfd_start(check_bfd *b, uint64_t now);
CHECK_DEF void check_bfd_stop(check_bfd *b, uint64_t now);
/* Down and talking; AdminDown (diag 7), which is still told for one Detection Time: keep it until
   check_bfd_deadline() is CHECK_NEVER. */

CHECK_DEF int check_bfd_receive(check_bfd *b, const uint8_t *in, size_t size, uint8_t ttl,
                                uint64_t now);
/* One packet for this session. 0, or CHECK_E_*: why it was dropped. */

CHECK_DEF uint64_t check_bfd_deadline(const check_bfd *b);
CHECK_DEF void check_bfd_tick(check_bfd *b, uint64_t now);
/* When to call tick at the latest. Drain the socket before. */

CHECK_DEF bool check_bfd_next(check_bfd *b, bool *send);
/* Is there something to do: *send, a packet by check_bfd_send(); else the state is new to you.
   Drain after every call above. */

CHECK_DEF size_t check_bfd_send(check_bfd *b, uint8_t out[64], uint64_t now);
/* The packet that is due. */

CHECK_DEF int check_bfd_change(check_bfd *b, const check_bfd_desc *d, uint64_t now);
/* Other settings: a Poll Sequence tells the other side. 0, CHECK_E_BFD or CHECK_E_AUTH. */

CHECK_DEF uint64_t check_bfd_detection(const check_bfd *b);
CHECK_DEF uint64_t check_bfd_interval(const check_bfd *b);
/* Detection Time and transmit interval (before jitter) in ns as of now; interval CHECK_NEVER: the
   other side wants none. */

CHECK_DEF const char *check_bfd_state_str(uint8_t state);
CHECK_DEF const char *check_bfd_diag_str(uint8_t diag);

#ifndef CHECK_NO_LINUX

/* --- the Linux shell ------------------------------------------------------------------------ */

/* Private: sizes of what is done in one go. */
enum { CHECK__TURN = 256, CHECK__BUCKETS = 4096, CHECK__RING = 16, CHECK__ROOM = 32768 };
enum { CHECK__POOLS = 3, CHECK__RANDOM = 32, CHECK__GRAIN = 1000000 };

/* Private: a process whose end will be told. */
enum { CHECK__AWAITED = 64 };

typedef struct check_awaited {
    int pid, fd;
} check_awaited;

/* A compiled regex. The caller's array: one for each different regex. Private, all of it. */
typedef struct check_pattern {
    uint64_t room[16];                  /* a regex_t */
    uint64_t mark;                      /* of its text and options */
    uint32_t users;
} check_pattern;

#ifdef CHECK_MBEDTLS
/* Certificates: one for each different check_tls. Private. */
typedef struct check_tls_context {
    mbedtls_ssl_config config;
    mbedtls_x509_crt   chain, own;
    mbedtls_pk_context pk;
    uint64_t           mark;            /* of the settings, and of the files as they are */
    uint32_t           users;
} check_tls_context;

/* A connection; some 40 kB are allocated by mbedTLS when it is first used. Private. */
typedef struct check_tls_session {
    mbedtls_ssl_context       ssl;
    struct check_tls_session *next;
    check_tls_context        *trust;    /* that ssl was set up for */
    int                       code;
    bool                      begun, secure;
} check_tls_session;

CHECK_DEF void check_mbedtls_sha1(const uint8_t *input, size_t size, uint8_t out[20]);
/* For check_bfd_desc.sha1. */
#endif

typedef struct check_io_options {
    size_t                    descriptors;  /* most to have open at once (default: what the process
                                               may have, less 64); more attempts wait */
    uint8_t                  *bodies;       /* n_bodies * body_size bytes: regex needs them while */
    size_t                    n_bodies, body_size;      /* a reply is read; more attempts wait */
    check_pattern            *patterns;     /* zeroed; for regex */
    size_t                    n_patterns;
    struct check_tls_context *contexts;     /* zeroed; these two only with CHECK_MBEDTLS */
    struct check_tls_session *sessions;     /* more attempts wait */
    size_t                    n_contexts, n_sessions;
} check_io_options;

enum {
    CHECK_EVENT_VERDICT = 1,            /* from, to */
    CHECK_EVENT_FAILED,                 /* an attempt failed and the verdict stays */
    CHECK_EVENT_VALUE,                  /* check.value changed */
    CHECK_EVENT_DONE,                   /* a one-shot ended; it is removed, its payload yours */
    CHECK_EVENT_ERROR                   /* code and text: something could not be done */
};

typedef struct check_event {
    uint8_t        kind, from, to;
    uint8_t        why;                 /* CHECK_OK ... of the last attempt */
    int32_t        detail, value;
    int            code;                /* ERROR: CHECK_E_* or -errno */
    uint64_t       latency;             /* ns */
    check         *c;                   /* or NULL */
    check_payload *payload;             /* DONE */
    char           text[160];           /* check_reason(), or what is the matter */
} check_event;

/* The shell. All of it but err is private. About 80 kB. */
typedef struct check_io {
    char             err[200];          /* why the last call failed, in a sentence */

    check_io_options o;
    int              epoll, timer;
    int              icmp[2], bfd[4];   /* IPv4, IPv6; and the same with multihop */
    int              inotify, links, proc;
    check           *told[3];           /* files, processes, interfaces */
    check_awaited    awaited[CHECK__AWAITED];
    uint32_t         orphans;
    uint64_t         armed, latest;
    uint64_t         stalled, late;     /* when we came late the last time; ns, all together */
    uint64_t         random[CHECK__RANDOM];
    uint32_t         n_checks, n_open, added, n_random, full_turns;
    check           *checks, *heap, *news, *news_last;
    check           *waiting[CHECK__POOLS], *waiting_last[CHECK__POOLS];
    uint8_t         *free_body;
    struct check_tls_session *free_session;
    int              spare[2];          /* a socket of TCP for the next check, by family */
    uint16_t         ring_head, ring_n, icmp_id;
    bool             icmp_raw[2];
    bool             more;              /* a bound was reached: run again at once */
    bool             behind;            /* there are BFD packets that nobody has read yet */
    check           *bucket[CHECK__BUCKETS];    /* of what answers on shared sockets */
    check_event      ring[CHECK__RING];
    uint8_t          room[CHECK__ROOM];
} check_io;

CHECK_DEF uint64_t check_now(void);
/* CLOCK_BOOTTIME in ns: the shell's clock. Suspend counts, wall-clock steps do not. */

CHECK_DEF int check_io_open(check_io *io, const check_io_options *options);
/* options NULL: the defaults. 0, or -errno with a sentence in io->err. */

CHECK_DEF void check_io_close(check_io *io);
/* Ends every attempt (children are killed) and closes every descriptor. */

CHECK_DEF int check_io_fd(const check_io *io);
/* Readable while check_io_run() or check_io_next() has something to do. */

CHECK_DEF void check_io_run(check_io *io, uint64_t now);
/* One bounded turn: sockets first, then deadlines, then starts; at most 256 of them. */

CHECK_DEF bool check_io_next(check_io *io, check_event *event);
/* Pops what happened. Several attempts of one check between two calls are one event. */

CHECK_DEF int check_io_add(check_io *io, check *c, const check_desc *desc, uint64_t now);
/* check_init() and a first attempt in its phase. 0, CHECK_E_*, -ENOBUFS (an array of the options is
   full), -errno; io->err says it. c->to may be set afterwards; c->user is kept. To add what is
   added already is a mistake (CHECK_ASSERT); a DONE that was not told yet is forgotten by it. */

CHECK_DEF int check_io_change(check_io *io, check *c, const check_desc *desc, uint64_t now);
/* Reload: an attempt under way is given up, verdict and streak are kept; the next one is soon, but
   not that of all checks at once. An error: the old desc holds. Only then is the other one free. */

CHECK_DEF bool check_io_move(check_io *io, check *c, const check_desc *desc);
/* Reload: the same settings in other memory. Nothing is interrupted, the old desc is let go of.
   False: a file with certificates is another by now, so check_io_change() is needed. */

CHECK_DEF void check_io_aim(check_io *io, check *c, const check_address *to, uint64_t now);
/* The address of its host is known, or a new one; port 0: as in the desc. A check without address
   waits for this until the deadline of its attempt (then: CHECK_UNRESOLVED), goes on at once. */

CHECK_DEF void check_io_pause(check_io *io, check *c, bool on, uint64_t now);
/* No attempts while on; the verdict stays. Off: one at once. */

CHECK_DEF void check_io_remove(check_io *io, check *c, uint64_t now);
/* Gives up the attempt under way and what was not told yet. */

CHECK_DEF int check_io_once(check_io *io, check *c, const check_desc *desc, check_payload *payload,
                            uint64_t now);
/* One attempt now, ended by CHECK_EVENT_DONE: a script, a mail, a webhook, a look-up. payload may
   be NULL. */

CHECK_DEF bool check_io_child(check_io *io, int pid, int status, uint64_t now);
/* What a waitpid() of the program reaped: needed before Linux 5.3 (no pidfd), or if it reaps every
   child. True: it was ours. */

#endif /* CHECK_NO_LINUX */

#ifdef __cplusplus
}
#endif
#endif /* SIDECAR_CHECK_H */

#if defined(CHECK_IMPLEMENTATION) && !defined(CHECK_IMPLEMENTED)
#define CHECK_IMPLEMENTED

#if !defined(CHECK_NO_LINUX) && !defined(_GNU_SOURCE)
#error "compile the file that defines CHECK_IMPLEMENTATION with -D_GNU_SOURCE (or CHECK_NO_LINUX)"
#endif

#include <string.h>
#ifndef CHECK_NO_LINUX
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <regex.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#endif

#ifndef CHECK_ASSERT                    /* mistakes of the caller; on in production */
#define CHECK_ASSERT(truth) ((truth) ? (void)0 : __builtin_trap())
#endif

#ifdef __cplusplus
extern "C" {
#endif

// >>bytes

static unsigned check__get16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static uint32_t check__get32(const uint8_t *p)
{
    return (uint32_t)check__get16(p) << 16 | check__get16(p + 2);
}

static void check__put16(uint8_t *p, unsigned value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

static void check__put32(uint8_t *p, uint32_t value)
{
    check__put16(p, value >> 16);
    check__put16(p + 2, value);
}

static uint16_t check__checksum(const uint8_t *p, size_t size)
{
    uint32_t sum = 0;

    for (; size > 1; p += 2, size -= 2)
        sum += check__get16(p);
    if (size)
        sum += (uint32_t)p[0] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

static bool check__is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static bool check__is_letter(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool check__is_word(int c)
{
    return check__is_digit(c) || check__is_letter(c) || c == '_';
}

static int check__lower(int c)
{
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

/* The value of a hex digit, or -1. */
static int check__digit(int c)
{
    if (check__is_digit(c))
        return c - '0';
    c = check__lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decimal, 1 to 10 digits, no more than most; false for anything else. */
static bool check__number(const char *text, size_t size, uint32_t most, uint32_t *out)
{
    uint64_t n = 0;
    size_t   i;

    for (i = 0; i < size && check__is_digit(text[i]) && n <= most; i++)
        n = n * 10 + (unsigned)(text[i] - '0');
    if (size == 0 || size > 10 || i < size || n > most)
        return false;
    *out = (uint32_t)n;
    return true;
}

/* Printable and no blank: what may stand in a request line, a header name, an SMTP command. */
static bool check__is_token(const char *text, size_t size)
{
    size_t i;

    for (i = 0; i < size; i++)
        if ((unsigned char)text[i] <= ' ' || (unsigned char)text[i] >= 127)
            return false;
    return size > 0;
}

static bool check__same_text(const char *a, size_t size, const char *word)
{
    return strlen(word) == size && memcmp(a, word, size) == 0;
}

/* Which word of a list with single blanks this is, or -1. */
static int check__index(const char *list, const char *word, size_t size)
{
    size_t length;
    int    i;

    for (i = 0; *list; i++, list += length + (list[length] == ' ')) {
        length = strcspn(list, " ");
        if (length == size && memcmp(list, word, size) == 0)
            return i;
    }
    return -1;
}

// >>text

/* Text that is cut at cap, while size goes on counting. */
typedef struct check__text {
    char  *at;
    size_t cap, size;
} check__text;

static void check__put(check__text *t, const char *bytes, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++, t->size++)
        if (t->size + 1 < t->cap)
            t->at[t->size] = bytes[i];
}

static void check__say(check__text *t, const char *text)
{
    check__put(t, text, strlen(text));
}

/* In base 10 or 16. */
static void check__say_number(check__text *t, int64_t number, unsigned base)
{
    uint64_t n = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    char     digits[24];
    size_t   at = sizeof digits;

    do {
        digits[--at] = "0123456789abcdef"[n % base];
        n /= base;
    } while (n);
    if (number < 0)
        digits[--at] = '-';
    check__put(t, digits + at, sizeof digits - at);
}

static size_t check__said(check__text *t)
{
    if (t->cap)
        t->at[t->size < t->cap ? t->size : t->cap - 1] = 0;
    return t->size;
}

static void check__text_begin(check__text *t, char *at, size_t cap)
{
    t->at = at;
    t->cap = cap;
    t->size = 0;
}

// >>address

static bool check__read4(const char *text, size_t size, uint8_t *out)
{
    size_t   n = 0, at = 0, end;
    uint32_t byte;

    for (n = 0; n < 4; n++, at = end + 1) {
        for (end = at; end < size && text[end] != '.'; end++)
            ;
        if (at > size || !check__number(text + at, end - at, 255, &byte) || end - at > 3)
            return false;
        if (end - at > 1 && text[at] == '0')    /* some read that as octal */
            return false;
        out[n] = (uint8_t)byte;
    }
    return end == size;
}

/* One group of up to four hex digits. Its length, 0 for none. */
static size_t check__read_group(const char *text, size_t size, uint8_t *out)
{
    unsigned value = 0;
    size_t   n;

    for (n = 0; n < size && n < 4 && check__digit(text[n]) >= 0; n++)
        value = value << 4 | (unsigned)check__digit(text[n]);
    check__put16(out, value);
    return n;
}

/* "::" stands for all groups that are missing: what came behind it moves to the end. */
static bool check__close_gap(uint8_t *out, size_t n, size_t gap)
{
    if (gap == 16)                      /* there was none */
        return n == 16;
    memmove(out + 16 - (n - gap), out + gap, n - gap);
    memset(out + gap, 0, 16 - n);
    return n < 16;
}

/* RFC 4291 2.2: groups, one "::" at most, the last two groups maybe as IPv4. */
static bool check__read6(const char *text, size_t size, uint8_t *out)
{
    size_t at = 0, n = 0, gap = 16, length;

    if (size > 1 && text[0] == ':' && text[1] == ':')
        at = 2, gap = 0;
    while (at < size) {
        length = check__read_group(text + at, size - at, out + n);
        if (length && n <= 12 && at + length < size && text[at + length] == '.')
            return check__read4(text + at, size - at, out + n) &&
                   check__close_gap(out, n + 4, gap);
        n += 2, at += length;
        if (length == 0)
            return false;
        if (at == size)
            break;
        if (n == 16 || text[at++] != ':' || at == size)
            return false;
        if (text[at] != ':')
            continue;
        if (gap != 16)
            return false;
        gap = n, at++;
    }
    return check__close_gap(out, n, gap);
}

CHECK_DEF bool check_address_read(const char *text, size_t size, check_address *out)
{
    uint8_t ip[16];

    memset(ip, 0, sizeof ip);
    if (check__read4(text, size, ip))
        out->family = CHECK_IPV4;
    else if (memset(ip, 0, sizeof ip), check__read6(text, size, ip))
        out->family = CHECK_IPV6;
    else
        return false;
    memcpy(out->ip, ip, sizeof ip);
    return true;
}

static void check__say_ip4(check__text *t, const uint8_t *ip)
{
    int i;

    for (i = 0; i < 4; i++) {
        if (i)
            check__put(t, ".", 1);
        check__say_number(t, ip[i], 10);
    }
}

/* Where the longest run of zero groups begins and ends, in bytes; RFC 5952 4.2: the first of equal
   ones, never a single group. */
static void check__zeros(const uint8_t *ip, size_t *from, size_t *to)
{
    size_t at, end;

    *from = *to = 16;
    for (at = 0; at < 16; at = end + 2) {
        for (end = at; end < 16 && check__get16(ip + end) == 0; end += 2)
            ;
        if (end - at > 2 && (*from == 16 || end - at > *to - *from))
            *from = at, *to = end;
    }
}

static void check__say_ip6(check__text *t, const uint8_t *ip)
{
    size_t at, from, to;

    check__zeros(ip, &from, &to);
    for (at = 0; at < 16; at += 2) {
        if (at == from) {
            check__say(t, "::");
            at = to - 2;
            continue;
        }
        if (at && at != to)
            check__put(t, ":", 1);
        if (at == 12 && from == 0 && to == 10 && check__get16(ip + 10) == 0xffff) {
            check__say_ip4(t, ip + 12);     /* RFC 5952 5: IPv4-mapped */
            break;
        }
        check__say_number(t, check__get16(ip + at), 16);
    }
}

static void check__say_ip(check__text *t, const check_address *a)
{
    if (a->family == CHECK_IPV6)
        check__say_ip6(t, a->ip);
    else
        check__say_ip4(t, a->ip);
}

CHECK_DEF size_t check_address_print(const check_address *a, char *text, size_t cap)
{
    check__text t;

    check__text_begin(&t, text, cap);
    if (a->family)
        check__say_ip(&t, a);
    return check__said(&t);
}

// >>words

CHECK_DEF const char *check_verdict_str(uint8_t verdict)
{
    return verdict == CHECK_UP ? "UP" : verdict == CHECK_DOWN ? "DOWN" : "UNKNOWN";
}

static const char *check__reason_str(int why)
{
    static const char *const words[CHECK_REASONS] = {
        "ok", "could not be tried", "the name has no address", "connection timed out",
        "connection refused", "unreachable", "connection failed", "TLS handshake timed out",
        "TLS handshake failed", "certificate is not trusted", "no complete answer in time",
        "connection closed before the answer was complete", "connection broken",
        "the answer is not in the protocol", "the answer is too long", "status",
        "the digest differs", "the regex says no", "another reply than the wanted one",
        "ran too long and was killed", "exit status", "killed by signal", "could not be run",
        "refused: its path is not safe", "not there", "too many processes",
        "the interface is down", "BFD session is down"
    };

    return words[why];
}

static const char *check__desc_str(int code)
{
    switch (code) {
    case CHECK_E_KIND: return "kind must be CHECK_TCP ... CHECK_INTERFACE, and cannot change";
    case CHECK_E_OPTION: return "an option belongs to another kind of check";
    case CHECK_E_ADDRESS: return "an address (or the name of a host) is needed, or is too much";
    case CHECK_E_PORT: return "tcp and udp need a port, icmp has none, bfd sends from 49152-65535";
    case CHECK_E_INTERVAL: return "interval must be 1 ms to 7 days";
    case CHECK_E_TIMEOUT: return "timeout must be 1 ms to 1 day";
    case CHECK_E_RISE: return "rise and fall must be 0 (default 1) to 65535";
    case CHECK_E_START: return "start must be UNKNOWN, UP or DOWN";
    case CHECK_E_PATH: return "a path begins with / and has no blanks or control characters";
    case CHECK_E_STATUS: return "a status range must lie in 100-599, low before high";
    case CHECK_E_DIGEST: return "a digest is 32 hexadecimal digits";
    case CHECK_E_REGEX: return "the regex cannot be said in POSIX, or repeats too much";
    case CHECK_E_HEADER: return "headers end with CRLF each; a method, agent or host is one line";
    case CHECK_E_NAME: return "no DNS or SMTP name: labels of 1-63 characters, 255 in all";
    case CHECK_E_PATTERN: return "a reply is pairs of hexadecimal digits or X; reply_min is low";
    case CHECK_E_COMMAND: return "a command is needed, with all its quotes closed";
    case CHECK_E_PROCESS: return "either a process name or a pid file, quorum at most quorum_max";
    case CHECK_E_INTERFACE: return "an interface is needed";
    case CHECK_E_BFD: return "BFD: intervals 1 us to 4000 s, idle_tx from 1 s, multihop for hops";
    case CHECK_E_AUTH: return "BFD: a key of 1-16 bytes (SHA1: 20, and desc.bfd.sha1)";
    case CHECK_E_TLS: return "TLS needs a build with CHECK_MBEDTLS";
    case CHECK_E_CERTIFICATE: return "a client certificate needs its key";
    case CHECK_E_URL: return "the URL cannot be used";
    }
    return NULL;
}

static const char *check__bfd_str(int code)
{
    switch (code) {
    case CHECK_E_LENGTH: return "BFD: bad length";
    case CHECK_E_VERSION: return "BFD: bad version";
    case CHECK_E_MULTIPLIER: return "BFD: detect multiplier 0";
    case CHECK_E_MULTIPOINT: return "BFD: multipoint bit, or poll and final at once";
    case CHECK_E_DISCRIMINATOR: return "BFD: discriminator 0, or not ours";
    case CHECK_E_STATE: return "BFD: no discriminator of ours in a session that runs";
    case CHECK_E_TTL: return "BFD: TTL or hop limit too low";
    case CHECK_E_AUTH_MISMATCH: return "BFD: authenticated, or not, against what is configured";
    case CHECK_E_AUTH_FAILED: return "BFD: wrong authentication";
    case CHECK_E_REPLAY: return "BFD: sequence number outside the window";
    case CHECK_E_ADMIN_DOWN: return "BFD: the session is administratively down";
    }
    return NULL;
}

CHECK_DEF const char *check_str(int code)
{
    const char *word = code >= 0 && code < CHECK_REASONS ? check__reason_str(code) : NULL;

    if (!word)
        word = check__desc_str(code);
    if (!word)
        word = check__bfd_str(code);
#ifndef CHECK_NO_LINUX
    if (!word && code < 0)
        word = strerror(-code);
#endif
    return word ? word : "unknown error";
}

/* Is why one of those in list (which ends with 0)? */
static bool check__among(uint8_t why, const uint8_t *list)
{
    while (*list && *list != why)
        list++;
    return *list != 0;
}

/* As on a node that does not hold the floating address that its checks come from. */
static bool check__lacks_source(const check *c)
{
    return c->why == CHECK_NOT_TRIED && c->detail == CHECK_NO_SOURCE;
}

CHECK_DEF size_t check_reason(const check *c, char *text, size_t cap)
{
    static const uint8_t numbers[] = {
        CHECK_EXIT, CHECK_SIGNAL, CHECK_TOO_LONG, CHECK_MISMATCH, CHECK_TOO_MANY, CHECK_TLS_ERROR,
        CHECK_CERTIFICATE, 0
    };
    static const uint8_t errnos[] = {
        CHECK_NOT_TRIED, CHECK_UNREACHABLE, CHECK_CONNECT_ERROR, CHECK_RESET, CHECK_NOT_RUN,
        CHECK_INSECURE, 0
    };
    check__text t;

    check__text_begin(&t, text, cap);
    if (check__lacks_source(c)) {
        check__say(&t, "cannot bind to ");
        check__say_ip(&t, &c->d->from);
        check__say(&t, ": not an address of this host");
        return check__said(&t);
    }
    if (c->why == CHECK_STATUS)
        check__say(&t, c->d->kind == CHECK_DNS ? "DNS rcode" : c->d->kind == CHECK_SMTP ?
                   "SMTP code" : "HTTP status");
    else
        check__say(&t, check_str(c->why));
    if (c->why == CHECK_STATUS || check__among(c->why, numbers)) {
        check__say(&t, " ");
        check__say_number(&t, c->detail, 10);
    } else if (c->why == CHECK_BFD_DOWN) {
        check__say(&t, ": ");
        check__say(&t, check_bfd_diag_str((uint8_t)c->detail));
    } else if (c->detail && check__among(c->why, errnos)) {
        check__say(&t, ": ");
        check__say(&t, check_str(-c->detail));
    }
    return check__said(&t);
}

// >>split

/* One character of a command; quote: the quote we are in, or 0. False: it is a quote mark. */
static bool check__literal(const char **at, char *quote, char *out)
{
    char c = *(*at)++;

    if (*quote == 0 && (c == '"' || c == '\'')) {
        *quote = c;
        return false;
    }
    if (*quote && c == *quote) {
        *quote = 0;
        return false;
    }
    if (c == '\\' && *quote != '\'' && **at)
        c = *(*at)++;
    *out = c;
    return true;
}

CHECK_DEF int check_words(const char *text, char *room, size_t cap, const char **argv, int most)
{
    size_t used = 0;
    char   quote = 0, c;
    int    n = 0;

    for (;;) {
        while (*text == ' ' || *text == '\t' || *text == '\n' || *text == '\r')
            text++;
        if (!*text)
            break;
        if (n + 1 >= most)
            return -1;
        argv[n++] = room + used;
        while (*text && (quote || (*text != ' ' && *text != '\t' && *text != '\n' &&
                                   *text != '\r')))
            if (check__literal(&text, &quote, &c)) {
                if (used + 1 >= cap)
                    return -1;
                room[used++] = c;
            }
        if (quote || used >= cap)
            return -1;
        room[used++] = 0;
    }
    argv[n] = NULL;
    return n;
}

CHECK_DEF int check_unhex(const char *hex, uint8_t *out, size_t cap)
{
    size_t n = 0;
    int    high, low;

    for (; *hex; hex += 2) {
        while (*hex == ' ')
            hex++;
        if (!*hex)
            break;
        high = check__digit(hex[0]);
        low = high < 0 ? -1 : check__digit(hex[1]);
        if (low < 0 || n == cap)
            return -1;
        out[n++] = (uint8_t)(high << 4 | low);
    }
    return (int)n;
}

// >>url

/* How a URL of each scheme is written: with an address ("//"), or with the rest as it is. */
typedef struct check__scheme {
    const char *word, *form;
    uint8_t     kind;
    uint16_t    port;                   /* default; 0: it must be given */
} check__scheme;

enum { CHECK__SCHEMES = 14 };

static const check__scheme *check__scheme_at(size_t i)
{
    static const check__scheme table[CHECK__SCHEMES] = {
        { "tcp", "tcp://ADDRESS:PORT", CHECK_TCP, 0 },
        { "http", "http://ADDRESS[:PORT][/PATH]", CHECK_HTTP, 80 },
        { "https", "https://ADDRESS[:PORT][/PATH]", CHECK_HTTPS, 443 },
        { "icmp", "icmp://ADDRESS", CHECK_ICMP, 0 },
        { "udp", "udp://ADDRESS:PORT", CHECK_UDP, 0 },
        { "dns", "dns://ADDRESS[:PORT][/NAME[?type=TYPE]]", CHECK_DNS, 53 },
        { "smtp", "smtp://ADDRESS[:PORT]", CHECK_SMTP, 25 },
        { "bfd", "bfd://ADDRESS", CHECK_BFD, 3784 },
        { "bfd+multihop", "bfd+multihop://ADDRESS", CHECK_BFD, 4784 },
        { "exec", "exec:/PATH [WORD ...]", CHECK_EXEC, 0 },
        { "sh", "sh:COMMAND", CHECK_SH, 0 },
        { "file", "file:/PATH", CHECK_FILE, 0 },
        { "process", "process:NAME or process:/PATH.pid", CHECK_PROCESS, 0 },
        { "interface", "interface:NAME", CHECK_INTERFACE, 0 }
    };

    return &table[i];
}

/* A URL that is being read. */
typedef struct check__url {
    const char          *text, *at;
    const check__scheme *scheme;
    check_desc          *d;
    check__text          err;
} check__url;

/* What somebody wrote, fit for a line of a log: no control characters, and not all of a novel. */
static void check__quote(check__text *t, const char *text, size_t size)
{
    size_t i;

    check__say(t, "\"");
    for (i = 0; i < size && i < 80; i++)
        check__put(t, (unsigned char)text[i] < ' ' || text[i] == 127 ? "?" : text + i, 1);
    check__say(t, i < size ? "...\"" : "\"");
}

/* "URL": "WORD" is wrong; allowed: this. */
static int check__refuse(check__url *u, const char *word, size_t size, const char *wrong,
                         const char *allowed)
{
    check__quote(&u->err, u->text, strlen(u->text));
    check__say(&u->err, ": ");
    if (size) {
        check__quote(&u->err, word, size);
        check__say(&u->err, " ");
    }
    check__say(&u->err, wrong);
    check__say(&u->err, "; allowed: ");
    check__say(&u->err, allowed);
    check__said(&u->err);
    return CHECK_E_URL;
}

static int check__refuse_form(check__url *u, const char *word, size_t size, const char *wrong)
{
    return check__refuse(u, word, size, wrong, u->scheme->form);
}

static int check__read_scheme(check__url *u)
{
    size_t size = strcspn(u->text, ":"), i;

    for (i = 0; i < CHECK__SCHEMES; i++)
        if (u->text[size] && check__same_text(u->text, size, check__scheme_at(i)->word)) {
            u->scheme = check__scheme_at(i);
            u->d->kind = u->scheme->kind;
            u->at = u->text + size + 1;
            return 0;
        }
    return check__refuse(u, u->text, size, u->text[size] ? "is no scheme" : "has no scheme",
                         "tcp http https icmp udp dns smtp bfd bfd+multihop (://...) exec sh file "
                         "process interface (:...)");
}

/* "[2001:db8::1%eth0]": the zone becomes the device. Leaves u->at behind the bracket. */
static int check__read_bracket(check__url *u)
{
    size_t size = strcspn(u->at, "]"), ip = strcspn(u->at, "%]"), zone = size - ip;

    if (!u->at[size])
        return check__refuse_form(u, u->at, size, "has no closing bracket");
    if (!check_address_read(u->at + 1, ip - 1, &u->d->to) || u->d->to.family != CHECK_IPV6)
        return check__refuse(u, u->at, size + 1, "is no IPv6 address", "as [2001:db8::1]");
    if (zone == 1 || zone > sizeof u->d->device)
        return check__refuse(u, u->at + ip, zone, "names no interface", "1 to 15 characters");
    if (zone) {
        memcpy(u->d->device, u->at + ip + 1, zone - 1);
        u->d->device[zone - 1] = 0;
    }
    u->at += size + 1;
    return 0;
}

static int check__read_name(check__url *u)
{
    size_t size = strcspn(u->at, ":/?#"), i;
    bool   digits = true;

    if (size == 0)
        return check__refuse_form(u, "", 0, "has no address");
    if (check_address_read(u->at, size, &u->d->to)) {
        u->at += size;
        return 0;
    }
    for (i = 0; i < size; i++) {
        if (!check__is_word(u->at[i]) && u->at[i] != '.' && u->at[i] != '-')
            return check__refuse_form(u, u->at, size, "is no address and no host name");
        digits = digits && (check__is_digit(u->at[i]) || u->at[i] == '.');
    }
    if (digits || size > 253)
        return check__refuse_form(u, u->at, size, "is no address");
    u->d->host = u->at;
    u->d->host_size = (uint16_t)size;
    u->at += size;
    return 0;
}

static int check__read_port(check__url *u)
{
    size_t   size;
    uint32_t port;

    if (*u->at != ':') {
        if (u->scheme->port == 0 && u->scheme->kind != CHECK_ICMP)
            return check__refuse_form(u, u->scheme->word, strlen(u->scheme->word),
                                      "needs a port");
        return 0;
    }
    size = strcspn(++u->at, "/?#");
    if (u->scheme->kind == CHECK_ICMP || u->scheme->kind == CHECK_BFD)
        return check__refuse_form(u, u->at - 1, size + 1, "is a port, which has no meaning here");
    if (!check__number(u->at, size, 65535, &port) || port == 0)
        return check__refuse(u, u->at - 1, size + 1, "is no port", "1 to 65535");
    u->d->to.port = (uint16_t)port;
    u->at += size;
    return 0;
}

/* Names of types, one blank between; their numbers in the same order. */
static const char *check__dns_words(void)
{
    return "A NS CNAME SOA PTR MX TXT AAAA SRV RRSIG DNSKEY";
}

static uint16_t check__dns_number(size_t i)
{
    static const uint8_t numbers[] = {
        CHECK_DNS_A, CHECK_DNS_NS, CHECK_DNS_CNAME, CHECK_DNS_SOA, CHECK_DNS_PTR, CHECK_DNS_MX,
        CHECK_DNS_TXT, CHECK_DNS_AAAA, CHECK_DNS_SRV, CHECK_DNS_RRSIG, CHECK_DNS_DNSKEY
    };

    return i < sizeof numbers ? numbers[i] : 0;
}

static uint16_t check__dns_type(const char *word, size_t size)
{
    int      i = check__index(check__dns_words(), word, size);
    uint32_t number = 0;

    if (i < 0)
        check__number(word, size, 65535, &number);
    return i < 0 ? (uint16_t)number : check__dns_number((size_t)i);
}

static uint16_t check__dns_type_of(const check_dns *q)
{
    return q->type ? q->type : (uint16_t)CHECK_DNS_SOA;
}

static void check__say_dns_type(check__text *t, uint16_t type)
{
    const char *at = check__dns_words();
    size_t      i;

    for (i = 0; check__dns_number(i) && check__dns_number(i) != type; i++)
        at += strcspn(at, " ") + 1;
    if (check__dns_number(i))
        check__put(t, at, strcspn(at, " "));
    else
        check__say_number(t, type, 10);
}

/* "/example.com?type=MX" (RFC 4501). */
static int check__read_query(check__url *u)
{
    size_t      size = strcspn(u->at + 1, "?");
    const char *more = u->at + 1 + size;

    u->d->dns.name = u->at + 1;
    u->d->dns.name_size = (uint16_t)size;
    u->d->dns.type = CHECK_DNS_A;
    if (!check__is_token(u->at + 1, size) || size > 255 || memchr(u->at + 1, '/', size))
        return check__refuse_form(u, u->at, size + 1, "is no name");
    if (!*more)
        return 0;
    if (strncmp(more, "?type=", 6) != 0)
        return check__refuse_form(u, more, strlen(more), "is no option of dns");
    u->d->dns.type = check__dns_type(more + 6, strlen(more + 6));
    if (!u->d->dns.type)
        return check__refuse(u, more + 6, strlen(more + 6), "is no type", check__dns_words());
    return 0;
}

static int check__read_path(check__url *u)
{
    size_t hash = strcspn(u->at, "#");

    if (u->at[0] != '/')
        return check__refuse_form(u, u->at, strlen(u->at), "is no path: it begins with /");
    if (u->at[hash])
        return check__refuse_form(u, u->at + hash, strlen(u->at + hash), "is never sent");
    if (!check__is_token(u->at, hash))
        return check__refuse(u, u->at, hash, "has characters that have to be written as %XX",
                             "no blanks, control characters or others than ASCII");
    u->d->http.url.path = u->at;
    return 0;
}

/* What is between // and the path. */
static int check__read_authority(check__url *u)
{
    size_t        size = strcspn(u->at, "/?#");
    check_address six;
    int           error;

    if (memchr(u->at, '@', size))
        return check__refuse_form(u, u->at, size, "has a user name, which nothing here uses");
    if (check_address_read(u->at, size, &six) && six.family == CHECK_IPV6)
        return check__refuse(u, u->at, size, "stands in brackets", "as [2001:db8::1]");
    error = *u->at == '[' ? check__read_bracket(u) : check__read_name(u);
    return error ? error : check__read_port(u);
}

static int check__read_target(check__url *u)
{
    int error;

    if (u->at[0] != '/' || u->at[1] != '/')
        return check__refuse_form(u, u->at, 0, "has no //");
    u->at += 2;
    error = check__read_authority(u);
    if (error || !*u->at)
        return error;
    if (u->d->kind == CHECK_HTTP || u->d->kind == CHECK_HTTPS)
        return check__read_path(u);
    if (u->at[0] == '/' && !u->at[1])
        return 0;
    if (u->d->kind == CHECK_DNS && u->at[0] == '/')
        return check__read_query(u);
    return check__refuse_form(u, u->at, strlen(u->at), "does not belong to this scheme");
}

/* file:, and process: with a pid file. file:///path is a way to write it too. */
static int check__read_local(check__url *u)
{
    size_t size;

    if (strncmp(u->at, "///", 3) == 0 && u->at[3] != '/')
        u->at += 2;
    size = strlen(u->at);
    if (u->d->kind == CHECK_FILE) {
        u->d->file = u->at;
        return u->at[0] == '/' ? 0 : check__refuse_form(u, u->at, size, "is no absolute path");
    }
    if (u->at[0] == '/' && size > 5 && strcmp(u->at + size - 4, ".pid") == 0)
        u->d->process.pidfile = u->at;
    else
        u->d->process.name = u->at;
    u->d->process.full_command |= u->at[0] == '/';
    return 0;
}

static int check__read_command(check__url *u)
{
    const char *argv[128];
    char        room[4096];

    u->d->exec.command = u->at;
    if (u->d->kind == CHECK_SH)
        return 0;
    if (check_words(u->at, room, sizeof room, argv, 128) < 1)
        return check__refuse_form(u, u->at, strlen(u->at),
                                  "has an open quote, or too many words");
    return argv[0][0] == '/' ? 0 : check__refuse_form(u, argv[0], strlen(argv[0]),
                                                      "is no absolute path");
}

static int check__read_rest(check__url *u)
{
    size_t size = strlen(u->at);

    if (strspn(u->at, " \t") == size)
        return check__refuse_form(u, "", 0, "says nothing behind the colon");
    if (u->d->kind == CHECK_EXEC || u->d->kind == CHECK_SH)
        return check__read_command(u);
    if (u->d->kind != CHECK_INTERFACE)
        return check__read_local(u);
    if (size >= sizeof u->d->device || strcspn(u->at, "/ \t") < size)
        return check__refuse(u, u->at, size, "is no interface", "1 to 15 characters, no blank or "
                             "/");
    memcpy(u->d->device, u->at, size + 1);
    return 0;
}

CHECK_DEF int check_parse(check_desc *desc, const char *url, char *err, size_t cap)
{
    check__url u;
    int        error;

    u.text = url;
    u.d = desc;
    check__text_begin(&u.err, err, cap);
    check__said(&u.err);
    error = check__read_scheme(&u);
    if (error)
        return error;
    desc->bfd.multihop = u.scheme->port == 4784;
    return desc->kind <= CHECK_BFD ? check__read_target(&u) : check__read_rest(&u);
}

static const check__scheme *check__scheme_for(uint8_t kind, bool multihop)
{
    size_t i = 0;

    while (i + 1 < CHECK__SCHEMES && check__scheme_at(i)->kind != kind)
        i++;
    return check__scheme_at(i + (kind == CHECK_BFD && multihop));
}

static const check__scheme *check__scheme_of(const check_desc *d)
{
    return check__scheme_for(d->kind, d->bfd.multihop);
}

CHECK_DEF const char *check_kind_str(uint8_t kind)
{
    return check__scheme_for(kind, false)->word;
}

CHECK_DEF uint16_t check_port(const check_desc *desc, const check_address *to)
{
    return to->port ? to->port : check__scheme_of(desc)->port;
}

static size_t check__host_size(const check_desc *d)
{
    return d->host_size ? d->host_size : d->host ? strlen(d->host) : 0;
}

/* The name, or the address: in brackets in IPv6, with its zone in a URL. */
static void check__say_host(check__text *t, const check_desc *d, const check_address *to,
                            const char *zone)
{
    if (d->host) {
        check__put(t, d->host, check__host_size(d));
    } else if (to->family == CHECK_IPV6) {
        check__say(t, "[");
        check__say_ip(t, to);
        check__say(t, *zone ? "%" : "");
        check__say(t, zone);
        check__say(t, "]");
    } else if (to->family) {
        check__say_ip(t, to);
    }
}

static void check__say_tail(check__text *t, const check_desc *d)
{
    const check_url *url = d->http.urls ? d->http.urls : &d->http.url;

    if (d->kind == CHECK_HTTP || d->kind == CHECK_HTTPS)
        check__say(t, url->path ? url->path : "/");
    if (d->kind != CHECK_DNS || !d->dns.name)
        return;
    check__say(t, "/");
    check__put(t, d->dns.name, d->dns.name_size ? d->dns.name_size : strlen(d->dns.name));
    if (d->dns.type != CHECK_DNS_A) {
        check__say(t, "?type=");
        check__say_dns_type(t, check__dns_type_of(&d->dns));
    }
}

static const char *check__local(const check_desc *d)
{
    switch (d->kind) {
    case CHECK_FILE: return d->file;
    case CHECK_PROCESS: return d->process.pidfile ? d->process.pidfile : d->process.name;
    case CHECK_INTERFACE: return d->device;
    }
    return d->exec.command ? d->exec.command : d->exec.argv ? d->exec.argv[0] : NULL;
}

CHECK_DEF size_t check_print(const check_desc *desc, const check_address *to, char *text,
                             size_t cap)
{
    const check__scheme *scheme = check__scheme_of(desc);
    const char          *rest;
    check__text          t;

    check__text_begin(&t, text, cap);
    check__say(&t, scheme->word);
    check__say(&t, desc->kind <= CHECK_BFD ? "://" : ":");
    if (desc->kind <= CHECK_BFD) {
        to = to ? to : &desc->to;
        check__say_host(&t, desc, to, to->ip[0] == 0xfe ? desc->device : "");
        if (to->port && to->port != scheme->port) {
            check__say(&t, ":");
            check__say_number(&t, to->port, 10);
        }
        check__say_tail(&t, desc);
    } else {
        rest = check__local(desc);
        check__say(&t, rest ? rest : "");
    }
    return check__said(&t);
}

// >>settings

static uint64_t check__interval(const check_desc *d)
{
    return d->interval ? d->interval : CHECK_SECOND;
}

CHECK_DEF uint64_t check_timeout(const check_desc *desc)
{
    uint64_t interval = check__interval(desc);

    if (desc->kind == CHECK_BFD && !desc->timeout)
        return 3 * (desc->bfd.idle_tx ? desc->bfd.idle_tx : CHECK_SECOND);
    return desc->timeout ? desc->timeout : interval < 5 * CHECK_SECOND ? interval :
           5 * CHECK_SECOND;
}

static bool check__is_http(const check_desc *d)
{
    return d->kind == CHECK_HTTP || d->kind == CHECK_HTTPS;
}

static uint16_t check__n_urls(const check_desc *d)
{
    return d->http.urls ? d->http.n_urls : 1;
}

static const check_url *check__url_at(const check_desc *d, size_t i)
{
    return d->http.urls ? &d->http.urls[i] : &d->http.url;
}

CHECK_DEF const check_url *check_url_now(const check *c)
{
    return check__url_at(c->d, c->url);
}

static int check__judge_url(const check_url *u)
{
    uint8_t digest[16];
    char    posix[4096], word[8];
    size_t  i;

    if (u->path && (u->path[0] != '/' || !check__is_token(u->path, strlen(u->path))))
        return CHECK_E_PATH;
    if (u->host && !check__is_token(u->host, strlen(u->host)))
        return CHECK_E_HEADER;
    if (u->digest && (strlen(u->digest) != 32 || check_unhex(u->digest, digest, 16) != 16))
        return CHECK_E_DIGEST;
    for (i = 0; i < u->n_status; i++)
        if (u->status[i].low < 100 || u->status[i].high > 599 ||
            u->status[i].low > u->status[i].high)
            return CHECK_E_STATUS;
    return u->regex ? check_regex(u, posix, sizeof posix, word) : 0;
}

/* Lines with a colon in the first word, each ended by CRLF: nothing that would begin a body. */
static bool check__is_header(const char *text)
{
    size_t name, line;

    for (; *text; text += line + 2) {
        name = strcspn(text, ":\r\n");
        line = strcspn(text, "\r\n");
        if (text[name] != ':' || !check__is_token(text, name) || text[line] != '\r' ||
            text[line + 1] != '\n')
            return false;
    }
    return true;
}

static bool check__is_line(const char *text)
{
    return !text || (*text && strcspn(text, "\r\n") == strlen(text));
}

static int check__judge_http(const check_desc *d)
{
    const check_http *h = &d->http;
    size_t            i;
    int               error;

    if (h->protocol > CHECK_HTTP_10C || (h->urls && h->n_urls == 0))
        return CHECK_E_PATH;
    if ((h->host && !check__is_token(h->host, strlen(h->host))) ||
        (h->method && !check__is_token(h->method, strlen(h->method))) ||
        !check__is_line(h->agent) || (h->headers && !check__is_header(h->headers)))
        return CHECK_E_HEADER;
    for (i = 0; i < check__n_urls(d); i++) {
        error = check__judge_url(check__url_at(d, i));
        if (error)
            return error;
    }
    return d->kind == CHECK_HTTPS && !d->tls.certificate != !d->tls.key ? CHECK_E_CERTIFICATE :
           0;
}

static int check__judge_dns(const check_desc *d)
{
    uint8_t query[288];
    int     size = check_dns_encode(query, sizeof query, 0, &d->dns);

    return size < 0 ? size : 0;
}

static int check__judge_smtp(const check_desc *d)
{
    const char *helo = d->smtp.helo;

    return helo && (!check__is_token(helo, strlen(helo)) || strlen(helo) > 255) ? CHECK_E_NAME : 0;
}

static int check__judge_udp(const check_desc *d)
{
    const check_udp *u = &d->udp;
    const char      *at = u->reply ? u->reply : "";
    size_t           digits = 0;

    if (u->reply_min > (u->reply_max ? u->reply_max : 255))
        return CHECK_E_PATTERN;
    for (; *at; at++)
        if (*at != ' ') {
            if (*at != 'X' && *at != 'x' && check__digit(*at) < 0)
                return CHECK_E_PATTERN;
            digits++;
        }
    return digits % 2 ? CHECK_E_PATTERN : 0;
}

static int check__judge_exec(const check_desc *d)
{
    const char *argv[128];
    char        room[4096];

    if (d->exec.command && !d->exec.argv && d->kind == CHECK_EXEC)
        return check_words(d->exec.command, room, sizeof room, argv, 128) > 0 ? 0 :
               CHECK_E_COMMAND;
    if (d->kind == CHECK_SH)
        return d->exec.command && !d->exec.argv ? 0 : CHECK_E_COMMAND;
    return d->exec.argv && d->exec.argv[0] && !d->exec.command ? 0 : CHECK_E_COMMAND;
}

static int check__judge_process(const check_desc *d)
{
    const check_process *p = &d->process;

    if (!p->name == !p->pidfile || p->match > CHECK_PARAMS_PARTIAL)
        return CHECK_E_PROCESS;
    return (p->quorum_max || p->none) && p->quorum > p->quorum_max ? CHECK_E_PROCESS : 0;
}

enum { CHECK__BFD_PORT = 49152 };       /* the first to send from (RFC 5881 4) */
enum { CHECK__BFD_QUEUE = 1 << 20, CHECK__BFD_PACKET = 512 };   /* of a socket, at least in it */

static bool check__bfd_range(uint64_t ns, uint64_t least)
{
    return ns == 0 || (ns >= least && ns <= 4000 * CHECK_SECOND);
}

static int check__judge_bfd(const check_bfd_desc *b)
{
    bool sha1 = b->auth == CHECK_BFD_SHA1 || b->auth == CHECK_BFD_SHA1_METICULOUS;

    if (!check__bfd_range(b->min_tx, 1000) || !check__bfd_range(b->min_rx, 1000) ||
        !check__bfd_range(b->idle_tx, CHECK_SECOND))
        return CHECK_E_BFD;
    if (b->auth > CHECK_BFD_SHA1_METICULOUS || (sha1 && !b->sha1))
        return CHECK_E_AUTH;
    if (b->auth && (!b->key || b->key_size == 0 || b->key_size > (sha1 ? 20 : 16)))
        return CHECK_E_AUTH;
    return 0;
}

/* What only one kind (or two) knows, set for another. */
static bool check__has_foreign(const check_desc *d)
{
    bool http = check__is_http(d);
    bool exec = d->kind == CHECK_EXEC || d->kind == CHECK_SH;
    bool tls = d->tls.ca || d->tls.certificate || d->tls.key || d->tls.name || d->tls.no_verify;

    return (!http && (d->http.urls || d->http.url.path || d->http.url.digest ||
                      d->http.url.regex || d->http.host || d->http.headers || d->http.method)) ||
           (tls && d->kind != CHECK_HTTPS && !(d->kind == CHECK_SMTP && d->smtp.starttls)) ||
           (d->kind != CHECK_DNS && (d->dns.name || d->dns.type)) ||
           (d->kind != CHECK_SMTP && (d->smtp.helo || d->smtp.starttls)) ||
           (d->kind != CHECK_UDP && (d->udp.payload || d->udp.reply || d->udp.require_reply)) ||
           (!exec && (d->exec.command || d->exec.argv || d->exec.as_user)) ||
           (d->kind != CHECK_FILE && d->file) ||
           (d->kind != CHECK_PROCESS && (d->process.name || d->process.pidfile)) ||
           (d->kind != CHECK_BFD && (d->bfd.min_tx || d->bfd.min_rx || d->bfd.auth ||
                                     d->bfd.multihop || d->bfd.passive));
}

static int check__judge_target(const check_desc *d)
{
    bool has_target = d->host || d->to.family;

    if (d->kind > CHECK_BFD)
        return has_target || d->to.port ? CHECK_E_ADDRESS : 0;
    if (!has_target || (d->to.family && d->to.family != CHECK_IPV4 && d->to.family != CHECK_IPV6))
        return CHECK_E_ADDRESS;
    if (d->from.family && d->to.family && d->from.family != d->to.family)
        return CHECK_E_ADDRESS;
    if (d->host && !check__is_token(d->host, check__host_size(d)))
        return CHECK_E_ADDRESS;
    if (d->kind == CHECK_ICMP)
        return d->to.port ? CHECK_E_PORT : 0;
    if (d->kind == CHECK_BFD && d->from.port && d->from.port < CHECK__BFD_PORT)
        return CHECK_E_PORT;
    return check_port(d, &d->to) ? 0 : CHECK_E_PORT;
}

static int check__judge_common(const check_desc *d)
{
    if (d->kind == 0 || d->kind >= CHECK_KINDS)
        return CHECK_E_KIND;
    if (check__interval(d) < CHECK_SECOND / 1000 || d->interval > 604800 * CHECK_SECOND)
        return CHECK_E_INTERVAL;
    if (check_timeout(d) < CHECK_SECOND / 1000 || d->timeout > 86400 * CHECK_SECOND)
        return CHECK_E_TIMEOUT;
    if (d->retry_delay > 86400 * CHECK_SECOND || d->warmup > 86400 * CHECK_SECOND ||
        d->up_delay > 86400 * CHECK_SECOND || d->down_delay > 86400 * CHECK_SECOND)
        return CHECK_E_INTERVAL;
    if (d->start > CHECK_DOWN)
        return CHECK_E_START;
    if (!memchr(d->device, 0, sizeof d->device) || (d->kind == CHECK_INTERFACE && !d->device[0]))
        return CHECK_E_INTERFACE;
    return check__has_foreign(d) ? CHECK_E_OPTION : check__judge_target(d);
}

static int check__judge(const check_desc *d)
{
    int error = check__judge_common(d);

    if (error)
        return error;
    switch (d->kind) {
    case CHECK_HTTP: case CHECK_HTTPS: return check__judge_http(d);
    case CHECK_DNS: return check__judge_dns(d);
    case CHECK_SMTP: return check__judge_smtp(d);
    case CHECK_UDP: return check__judge_udp(d);
    case CHECK_BFD: return check__judge_bfd(&d->bfd);
    case CHECK_EXEC: case CHECK_SH: return check__judge_exec(d);
    case CHECK_FILE: return d->file && d->file[0] == '/' ? 0 : CHECK_E_PATH;
    case CHECK_PROCESS: return check__judge_process(d);
    }
    return 0;
}

// >>verdict

CHECK_DEF int check_init(check *c, const check_desc *desc)
{
    void *user = c->user;
    int   error = check__judge(desc);

    if (error)
        return error;
    memset(c, 0, sizeof *c);
    c->user = user;
    c->d = desc;
    c->to = desc->to;
    c->verdict = desc->start;
    c->due = c->deadline = c->pending_at = CHECK_NEVER;
    c->fd = c->fd2 = -1;
    return 0;
}

CHECK_DEF int check_change(check *c, const check_desc *desc, uint64_t now)
{
    int      error = check__judge(desc);
    uint64_t next;

    CHECK_ASSERT(!c->running);
    if (error)
        return error;
    if (desc->kind != c->d->kind)
        return CHECK_E_KIND;
    c->d = desc;
    if (desc->to.family)
        c->to = desc->to;
    c->url = 0;
    c->good = 0;
    next = now + check__interval(desc);
    if (c->due != CHECK_NEVER && c->due > next)
        c->due = next;
    return 0;
}

/* The fractions of multiples of the golden ratio: however many there are, they lie evenly. */
CHECK_DEF uint64_t check_phase(const check_desc *desc, uint32_t n)
{
    if (desc->warmup)
        return (desc->warmup >> 16) * (n * 2654435769u >> 16);
    return n * (CHECK_SECOND / 1000) % check__interval(desc);
}

CHECK_DEF void check_start(check *c, uint64_t phase, uint64_t now)
{
    if (c->since == 0)
        c->since = now;
    c->grid = c->due = now + phase;
}

CHECK_DEF uint64_t check_due(const check *c)
{
    uint64_t due = c->running ? c->deadline : c->due, bfd;

    if (c->pending_at < due)
        due = c->pending_at;
    if (c->d->kind != CHECK_BFD || !c->of.bfd.d)
        return due;
    bfd = check_bfd_deadline(&c->of.bfd);
    return bfd < due ? bfd : due;
}

CHECK_DEF void check_begin(check *c, uint64_t now)
{
    uint64_t interval = check__interval(c->d);

    CHECK_ASSERT(!c->running && now >= c->started);
    c->running = true;
    c->started = now;
    c->deadline = now + check_timeout(c->d);
    if (now > c->grid)
        c->grid += (now - c->grid) / interval * interval;
    else
        c->grid = now;                  /* before its first start it was told to hurry */
}

/* The one place where a verdict changes. */
static bool check__enter(check *c, uint8_t verdict, uint64_t now)
{
    c->streak = c->good = 0;
    c->pending_at = CHECK_NEVER;
    c->decided = true;
    if (c->verdict == verdict)
        return false;
    c->verdict = verdict;
    c->since = now;
    return true;
}

static bool check__reaches(check *c, unsigned wanted)
{
    if (c->streak < UINT16_MAX)
        c->streak++;
    return c->streak >= (wanted ? wanted : 1);
}

/* On the way up every URL has to be good, one after the other; that is one success. */
static bool check__success(check *c, uint64_t now)
{
    uint16_t n = check__n_urls(c->d);
    bool     first = !c->decided && c->d->start != CHECK_DOWN;

    c->url = (uint16_t)((c->url + 1) % n);
    if (c->verdict == CHECK_UP)
        return check__enter(c, CHECK_UP, now);
    if (++c->good < n)
        return false;
    c->good = 0;
    return check__reaches(c, first ? 1 : c->d->rise) && check__enter(c, CHECK_UP, now);
}

static bool check__failure(check *c, uint64_t now)
{
    bool first = !c->decided;

    c->good = 0;
    c->decided = true;
    if (c->verdict == CHECK_DOWN)
        return check__enter(c, CHECK_DOWN, now);
    return check__reaches(c, first ? 1 : c->d->fall) && check__enter(c, CHECK_DOWN, now);
}

/* On the grid, so that nothing drifts; of the starts that were missed one is made good at once. */
static uint64_t check__next_start(const check *c, uint64_t now)
{
    uint64_t interval = check__interval(c->d), late = now > c->grid ? now - c->grid : 0;

    return c->grid + (late < interval ? interval : late / interval * interval);
}

static void check__plan(check *c, uint64_t now)
{
    if (c->why && c->why != CHECK_NOT_TRIED && c->verdict == CHECK_UP && c->d->retry_delay)
        c->due = now + c->d->retry_delay;
    else if (c->good && c->d->http.fast_recovery)
        c->due = now;
    else
        c->due = check__next_start(c, now);
}

static void check__note(check *c, uint8_t why, int32_t detail, uint64_t now)
{
    c->why = why;
    c->detail = detail;
    if (why != CHECK_NOT_TRIED) {
        c->attempts++;
        c->failures += why != CHECK_OK;
    }
    if (c->running)
        c->latency = now - c->started;
}

CHECK_DEF bool check_end(check *c, uint8_t why, int32_t detail, uint64_t now)
{
    bool changed = false;

    CHECK_ASSERT(c->running && now >= c->started && why < CHECK_REASONS);
    check__note(c, why, detail, now);
    c->running = false;
    c->deadline = CHECK_NEVER;
    if (why == CHECK_OK)
        changed = check__success(c, now);
    else if (why != CHECK_NOT_TRIED)
        changed = check__failure(c, now);
    check__plan(c, now);
    return changed;
}

CHECK_DEF bool check_learn(check *c, uint8_t why, int32_t detail, uint64_t now)
{
    uint8_t  verdict = why == CHECK_OK ? CHECK_UP : CHECK_DOWN;
    uint64_t delay = verdict == CHECK_UP ? c->d->up_delay : c->d->down_delay;

    check__note(c, why, detail, now);
    if (c->running) {
        c->running = false;
        c->deadline = CHECK_NEVER;
        c->due = check__next_start(c, now);
    }
    if (verdict == c->verdict || c->verdict == CHECK_UNKNOWN || delay == 0)
        return check__enter(c, verdict, now);
    if (c->pending_at == CHECK_NEVER)
        c->pending_at = now + delay;
    c->pending = verdict;
    return false;
}

CHECK_DEF bool check_tick(check *c, uint64_t now)
{
    return now >= c->pending_at && check__enter(c, c->pending, now);
}

// >>http

/* Where the reply is: at a line of this kind. */
enum {
    CHECK__STATUS_LINE, CHECK__HEADER, CHECK__CHUNK_SIZE, CHECK__CHUNK_END, CHECK__TRAILER,
    CHECK__BODY, CHECK__CHUNK           /* bytes of body from here on */
};

/* Host, as keepalived sends it: a virtual host as it is, an address with its port. */
static void check__say_host_header(check__text *t, const check *c)
{
    const check_url *url = check_url_now(c);
    const char      *host = url->host ? url->host : c->d->http.host;
    uint16_t         port = check_port(c->d, &c->to);

    check__say(t, "Host: ");
    if (host) {
        check__say(t, host);
    } else {
        check__say_host(t, c->d, &c->to, "");
        if (!c->d->host || port != check__scheme_of(c->d)->port) {
            check__say(t, ":");
            check__say_number(t, port, 10);
        }
    }
    check__say(t, "\r\n");
}

CHECK_DEF size_t check_http_request(const check *c, char *out, size_t cap)
{
    const check_http *h = &c->d->http;
    const char       *path = check_url_now(c)->path;
    bool              sends = c->payload && c->payload->size;
    check__text       t;

    check__text_begin(&t, out, cap);
    check__say(&t, h->method ? h->method : sends ? "POST" : "GET");
    check__say(&t, " ");
    check__say(&t, path ? path : "/");
    check__say(&t, h->protocol == CHECK_HTTP_11 ? " HTTP/1.1\r\n" : " HTTP/1.0\r\n");
    check__say(&t, "User-Agent: ");
    check__say(&t, h->agent ? h->agent : "KeepAliveClient");
    check__say(&t, "\r\n");
    if (h->protocol == CHECK_HTTP_10C || (h->protocol == CHECK_HTTP_11 && !h->keep))
        check__say(&t, "Connection: close\r\n");
    check__say_host_header(&t, c);
    if (sends) {
        check__say(&t, "Content-Length: ");
        check__say_number(&t, (int64_t)c->payload->size, 10);
        check__say(&t, "\r\n");
    }
    check__say(&t, h->headers ? h->headers : "");
    check__say(&t, "\r\n");
    return check__said(&t) < cap ? t.size : 0;
}

CHECK_DEF void check_http_begin(check_http_reply *r, const check *c)
{
    const check_http *h = &c->d->http;
    const check_url  *u = check_url_now(c);

    memset(r, 0, sizeof *r);
    r->head_max = h->head_max ? h->head_max : 16384;
    r->body_max = h->body_max ? h->body_max : 16 << 20;
    r->digest = u->digest || c->payload;
    r->no_body = h->method && strcmp(h->method, "HEAD") == 0;
    r->head_only = !r->digest && !u->regex && !h->keep;
    if (r->digest)
        check_md5_begin(&r->md5);
}

/* "HTTP/1.1 200 OK": is it, as far as it is there? A banner of something else may never end. */
static bool check__is_status_line(const char *line, size_t size)
{
    static const char form[] = "HTTP/1.d ddd ";
    size_t            i;

    for (i = 0; i < size && form[i]; i++)
        if (form[i] == 'd' ? !check__is_digit(line[i]) : line[i] != form[i])
            return false;
    return true;
}

static int check__status_line(check_http_reply *r, size_t size)
{
    if (size < 12 || r->line[9] == '0')
        return CHECK_MALFORMED;
    r->status = (uint16_t)((r->line[9] - '0') * 100 + (r->line[10] - '0') * 10 + r->line[11] - '0');
    r->closes = r->line[7] == '0';
    r->step = CHECK__HEADER;
    return 0;
}

/* The empty line: what comes now? (RFC 9112 6.3) */
static void check__head_ends(check_http_reply *r)
{
    if (r->status < 200 && r->status != 101) {      /* a preliminary one: the next follows */
        r->status = 0;
        r->step = CHECK__STATUS_LINE;
        r->left = 0;
        r->chunked = r->coded = r->length_given = false;
        return;
    }
    r->head = 0;
    r->length_given = r->length_given && (r->chunked || !r->coded);
    r->step = r->chunked ? CHECK__CHUNK_SIZE : CHECK__BODY;
    r->closes = r->closes || r->status == 101;      /* it goes on in another protocol */
    if (r->no_body || r->status == 101 || r->status == 204 || r->status == 304) {
        r->done = true;
    } else if (!r->chunked) {
        r->closes = r->closes || !r->length_given;
        r->done = r->length_given && r->left == 0;
    }
    if (r->head_only && !r->done)
        r->closes = r->done = true;
}

static int check__length(check_http_reply *r, const char *digits, size_t size)
{
    uint64_t value = 0;
    size_t   i;

    i = strspn(digits, "0");
    if (size > 18 + i || strspn(digits, "0123456789") < size)
        return CHECK_MALFORMED;
    for (i = 0; i < size; i++)
        value = value * 10 + (uint64_t)(digits[i] - '0');
    if (r->length_given && r->left != value)
        return CHECK_MALFORMED;         /* RFC 9112 6.3: two lengths */
    r->length_given = true;
    r->left = value;
    return 0;
}

/* Three headers count: Content-Length, Transfer-Encoding and Connection, lists of words. */
static int check__header_line(check_http_reply *r, size_t size)
{
    const char *at = (const char *)memchr(r->line, ':', size);
    size_t      name = at ? (size_t)(at - r->line) : size, length;
    bool        cut = size == sizeof r->line - 1;
    int         which, error = 0;

    if (!check__is_token(r->line, name) || (!at && !cut))   /* 5.1: no blank before the colon */
        return CHECK_MALFORMED;
    which = check__index("content-length transfer-encoding connection", r->line, name);
    if (which < 0)
        return 0;
    for (at++; !error && *(at += strspn(at, ", \t")); at += length) {
        length = strcspn(at, ", \t");
        if (which == 0)
            error = check__length(r, at, length);
        else if (which == 1)
            r->chunked = check__same_text(at, length, "chunked");   /* the last one counts */
        else if (check__same_text(at, length, "close"))
            r->closes = true;
        else if (check__same_text(at, length, "keep-alive"))
            r->closes = false;
        r->coded |= which == 1;
    }
    return (which < 2 && cut) || (which == 0 && !r->length_given) ? CHECK_MALFORMED : error;
}

static int check__chunk_line(check_http_reply *r)
{
    size_t size = strspn(r->line, "0123456789abcdef"), i;
    char   next = r->line[size];

    if (size == 0 || size > 15 + strspn(r->line, "0") || (next && !strchr("; \t", next)))
        return CHECK_MALFORMED;
    for (r->left = i = 0; i < size; i++)
        r->left = r->left << 4 | (uint64_t)check__digit(r->line[i]);
    r->step = r->left ? CHECK__CHUNK : CHECK__TRAILER;
    return 0;
}

/* A whole line is there. */
static int check__head_line(check_http_reply *r, size_t size)
{
    switch (r->step) {
    case CHECK__STATUS_LINE: return check__status_line(r, size);
    case CHECK__CHUNK_SIZE: return check__chunk_line(r);
    case CHECK__HEADER:
        if (size)
            return check__header_line(r, size);
        check__head_ends(r);
        return 0;
    case CHECK__TRAILER:
        r->done = size == 0;
        return 0;
    }
    r->step = CHECK__CHUNK_SIZE;
    r->head = 0;
    return 0;
}

static int check__head_line_ends(check_http_reply *r)
{
    size_t size = r->n;

    r->line[size] = 0;
    r->n = 0;
    r->ended = false;
    return check__head_line(r, size);
}

static int check__head_byte(check_http_reply *r, uint8_t byte)
{
    int    error = r->ended && byte != ' ' && byte != '\t' ? check__head_line_ends(r) : 0;
    size_t size = r->n;

    if (error || ++r->head > r->head_max)
        return error ? error : CHECK_TOO_LONG;
    r->ended = byte == '\n' && r->step == CHECK__HEADER && size;
    if (byte == '\n') {
        r->cr = false;
        return r->ended ? 0 : check__head_line_ends(r);     /* folded lines: RFC 9112 5.2 */
    }
    if (r->cr || byte == 0)             /* RFC 9110 5.5 */
        return CHECK_MALFORMED;
    r->cr = byte == '\r';
    if (r->cr)
        return 0;
    if (size < sizeof r->line - 1)
        r->line[r->n++] = (char)(r->step == CHECK__STATUS_LINE ? byte : check__lower(byte));
    return r->step == CHECK__CHUNK_END ||
           (r->step == CHECK__STATUS_LINE && !check__is_status_line(r->line, r->n)) ?
           CHECK_MALFORMED : 0;
}

/* A piece of body: as much of it as there is. Its size, or negative. */
static int check__body_piece(check_http_reply *r, const uint8_t *in, size_t size)
{
    bool counted = r->step == CHECK__CHUNK || r->length_given;

    if (r->body == r->body_max)
        return -CHECK_TOO_LONG;
    if (counted && size > r->left)
        size = (size_t)r->left;
    if (size > r->body_max - r->body)
        size = (size_t)(r->body_max - r->body);
    if (r->digest)
        check_md5_add(&r->md5, in, size);
    r->body += size;
    if (!counted)
        return (int)size;
    r->left -= size;
    if (r->left == 0 && r->step == CHECK__CHUNK)
        r->step = CHECK__CHUNK_END;
    else if (r->left == 0)
        r->done = true;
    return (int)size;
}

CHECK_DEF int check_http_feed(check_http_reply *r, const uint8_t *in, size_t size,
                              const uint8_t **body, size_t *body_size)
{
    size_t at = 0;
    int    n;

    *body = NULL;
    *body_size = 0;
    if (size > INT32_MAX)
        size = INT32_MAX;
    while (at < size && !r->done && !*body_size) {
        if (r->step < CHECK__BODY) {
            n = check__head_byte(r, in[at++]);
            if (n)
                return -n;
            continue;
        }
        n = check__body_piece(r, in + at, size - at);
        if (n < 0)
            return n;
        *body = in + at;
        *body_size = (size_t)n;
        at += (size_t)n;
    }
    return (int)at;
}

CHECK_DEF int check_http_close(check_http_reply *r)
{
    if (r->step == CHECK__BODY && !r->length_given)
        r->done = true;
    return r->done ? 0 : CHECK_CLOSED;
}

static bool check__status_wanted(const check_url *u, uint16_t status)
{
    size_t i;

    if (u->n_status == 0)
        return status >= 200 && status <= 299;
    for (i = 0; i < u->n_status; i++)
        if (status >= u->status[i].low && status <= u->status[i].high)
            return true;
    return false;
}

CHECK_DEF int check_http_judge(const check *c, check_http_reply *r)
{
    const check_url *u = check_url_now(c);
    uint8_t          wanted[16], md5[16];

    if (r->digest)
        check_md5_end(&r->md5, md5);
    if (r->digest && c->payload)
        memcpy(c->payload->md5, md5, sizeof md5);
    if (!check__status_wanted(u, r->status))
        return CHECK_STATUS;
    if (!u->digest)
        return CHECK_OK;
    check_unhex(u->digest, wanted, sizeof wanted);
    return memcmp(md5, wanted, sizeof md5) == 0 ? CHECK_OK : CHECK_DIGEST;
}

// >>md5

static uint32_t check__md5_constant(int i)
{
    static const uint32_t table[64] = {
        0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613,
        0xfd469501, 0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193,
        0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d,
        0x02441453, 0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed,
        0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a, 0xfffa3942, 0x8771f681, 0x6d9d6122,
        0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 0x289b7ec6, 0xeaa127fa,
        0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 0xf4292244,
        0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
        0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb,
        0xeb86d391
    };

    return table[i];
}

/* The auxiliary function of a round, and which word of the block the step takes. */
static uint32_t check__md5_mix(int i, const uint32_t *s, int *word)
{
    switch (i / 16) {
    case 0:
        *word = i;
        return (s[1] & s[2]) | (~s[1] & s[3]);
    case 1:
        *word = (5 * i + 1) % 16;
        return (s[3] & s[1]) | (~s[3] & s[2]);
    case 2:
        *word = (3 * i + 5) % 16;
        return s[1] ^ s[2] ^ s[3];
    }
    *word = 7 * i % 16;
    return s[2] ^ (s[1] | ~s[3]);
}

static uint32_t check__little(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void check__md5_block(check_md5_state *m, const uint8_t *block)
{
    static const uint8_t turns[16] = { 7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21 };
    uint32_t s[4], sum;
    int      i, word;

    memcpy(s, m->word, sizeof s);
    for (i = 0; i < 64; i++) {
        unsigned turn = turns[i / 16 * 4 + i % 4];

        sum = check__md5_mix(i, s, &word) + s[0] + check__md5_constant(i);
        sum += check__little(block + 4 * word);
        s[0] = s[3];
        s[3] = s[2];
        s[2] = s[1];
        s[1] += sum << turn | sum >> (32 - turn);
    }
    for (i = 0; i < 4; i++)
        m->word[i] += s[i];
}

CHECK_DEF void check_md5_begin(check_md5_state *m)
{
    m->size = 0;
    m->word[0] = 0x67452301;
    m->word[1] = 0xefcdab89;
    m->word[2] = 0x98badcfe;
    m->word[3] = 0x10325476;
}

CHECK_DEF void check_md5_add(check_md5_state *m, const void *bytes, size_t size)
{
    const uint8_t *p = (const uint8_t *)bytes;
    size_t         used = m->size % 64, n;

    m->size += size;
    for (; size; p += n, size -= n, used = 0) {
        n = 64 - used < size ? 64 - used : size;
        if (n == 64) {
            check__md5_block(m, p);
            continue;
        }
        memcpy(m->block + used, p, n);
        if (used + n == 64)
            check__md5_block(m, m->block);
    }
}

CHECK_DEF void check_md5_end(check_md5_state *m, uint8_t out[16])
{
    static const uint8_t padding[64] = { 0x80 };
    uint64_t             bits = m->size * 8;
    uint8_t              size[8];
    int                  i;

    for (i = 0; i < 8; i++)
        size[i] = (uint8_t)(bits >> (8 * i));
    check_md5_add(m, padding, 1 + (119 - m->size % 64) % 64);
    check_md5_add(m, size, 8);
    for (i = 0; i < 16; i++)
        out[i] = (uint8_t)(m->word[i / 4] >> (8 * (i % 4)));
}

CHECK_DEF void check_md5_print(const uint8_t md5[16], char text[33])
{
    int i;

    for (i = 0; i < 16; i++) {
        text[2 * i] = "0123456789abcdef"[md5[i] >> 4];
        text[2 * i + 1] = "0123456789abcdef"[md5[i] & 15];
    }
    text[32] = 0;
}

// >>icmp

enum { CHECK__ECHO = 16 };              /* bytes of our request */

static void check__put64(uint8_t *p, uint64_t value)
{
    check__put32(p, (uint32_t)(value >> 32));
    check__put32(p + 4, (uint32_t)value);
}

static uint64_t check__get64(const uint8_t *p)
{
    return (uint64_t)check__get32(p) << 32 | check__get32(p + 4);
}

CHECK_DEF size_t check_icmp_encode(uint8_t *out, uint8_t family, uint16_t id, uint16_t sequence,
                                   uint64_t nonce)
{
    memset(out, 0, CHECK__ECHO);
    out[0] = family == CHECK_IPV6 ? 128 : 8;
    check__put16(out + 4, id);
    check__put16(out + 6, sequence);
    check__put64(out + 8, nonce);
    if (family != CHECK_IPV6)
        check__put16(out + 2, check__checksum(out, CHECK__ECHO));
    return CHECK__ECHO;
}

/* An error quotes the packet it is about: its IP header and at least 8 bytes behind it. */
static bool check__icmp_quote(uint8_t family, const uint8_t *ip, size_t size, check_icmp *out)
{
    size_t header = family == CHECK_IPV6 ? 40 : size ? (size_t)(ip[0] & 15) * 4 : 0;
    size_t width = family == CHECK_IPV6 ? 16 : 4;

    if (header < 20 || size < header + 8 || ip[0] >> 4 != family)
        return false;
    if (family == CHECK_IPV6 ? ip[6] != 58 : ip[9] != 1 || check__get16(ip + 6) & 0x1fff)
        return false;
    if (ip[header] != (family == CHECK_IPV6 ? 128 : 8))
        return false;
    memcpy(out->to, ip + (family == CHECK_IPV6 ? 24 : 16), width);
    out->id = (uint16_t)check__get16(ip + header + 4);
    out->sequence = (uint16_t)check__get16(ip + header + 6);
    out->error = true;
    return true;
}

CHECK_DEF bool check_icmp_decode(uint8_t family, const uint8_t *in, size_t size, check_icmp *out)
{
    bool six = family == CHECK_IPV6;

    memset(out, 0, sizeof *out);
    if (size < 8 || (!six && check__checksum(in, size) != 0))
        return false;
    out->type = in[0];
    out->code = in[1];
    if (in[0] == (six ? 129 : 0)) {
        out->id = (uint16_t)check__get16(in + 4);
        out->sequence = (uint16_t)check__get16(in + 6);
        out->nonce = size >= CHECK__ECHO ? check__get64(in + 8) : 0;
        return size == CHECK__ECHO && out->code == 0;
    }
    /* unreachable, time exceeded, parameter problem */
    if (six ? in[0] == 1 || in[0] == 3 || in[0] == 4 : in[0] == 3 || in[0] == 11 || in[0] == 12)
        return check__icmp_quote(family, in + 8, size - 8, out);
    return false;
}

// >>dns

static size_t check__dns_name_size(const check_dns *q)
{
    return q->name_size ? q->name_size : q->name ? strlen(q->name) : 0;
}

/* "a.example" to labels. The bytes used, 0 for no name. */
static size_t check__dns_name(const char *name, size_t size, uint8_t *out)
{
    size_t at = 0, used = 0, label;

    if (size && name[size - 1] == '.')
        size--;
    if (size > 253 || (size && !check__is_token(name, size)))
        return 0;
    for (at = 0; at < size; at += label + 1) {
        for (label = 0; at + label < size && name[at + label] != '.'; label++)
            ;
        if (label == 0 || label > 63 || at + label + 1 == size)
            return 0;
        out[used++] = (uint8_t)label;
        memcpy(out + used, name + at, label);
        used += label;
    }
    out[used++] = 0;
    return used;
}

/* The question section: name, type, class IN. */
static size_t check__dns_question(const check_dns *q, uint8_t out[260])
{
    size_t size = check__dns_name(q->name, check__dns_name_size(q), out);

    if (size == 0)
        return 0;
    check__put16(out + size, check__dns_type_of(q));
    check__put16(out + size + 2, 1);
    return size + 4;
}

CHECK_DEF int check_dns_encode(uint8_t *out, size_t cap, uint16_t id, const check_dns *q)
{
    uint8_t question[260];
    size_t  size = check__dns_question(q, question), opt = q->edns ? 11 : 0;

    if (size == 0 || size + opt + 12 > cap)
        return CHECK_E_NAME;
    memset(out, 0, size + opt + 12);
    check__put16(out, id);
    out[2] = 1;                         /* recursion desired */
    out[5] = 1;
    memcpy(out + 12, question, size);
    if (opt) {                          /* RFC 6891 6.1.2: the root's name, OPT, our room */
        out[11] = 1;
        check__put16(out + 12 + size + 1, 41);
        check__put16(out + 12 + size + 3, q->edns);
    }
    return (int)(size + opt + 12);
}

/* Behind a name, or 0. A pointer ends it, so none is ever followed: nothing can go in circles. */
static size_t check__dns_skip(const uint8_t *in, size_t size, size_t at)
{
    while (at < size && in[at] && in[at] < 64)
        at += in[at] + 1u;
    if (at >= size || (in[at] && in[at] < 192))
        return 0;
    at += in[at] ? 2 : 1;
    return at <= size ? at : 0;
}

/* Does the question of the answer say the same as ours, case apart? */
static bool check__dns_same(const uint8_t *in, size_t size, const check_dns *q)
{
    uint8_t question[260];
    size_t  n = check__dns_question(q, question), i;

    if (check__get16(in + 4) != 1 || size < 12 + n)
        return false;
    for (i = 0; i < n - 4; i++)
        if (check__lower(in[12 + i]) != check__lower(question[i]))
            return false;
    return memcmp(in + 12 + i, question + i, 4) == 0;
}

/* The next record of the answer section: where its fixed part begins, or 0: broken. */
static size_t check__dns_record(const uint8_t *in, size_t size, size_t at)
{
    at = check__dns_skip(in, size, at);
    if (at == 0 || size - at < 10 || size - at - 10 < check__get16(in + at + 8))
        return 0;
    return at;
}

static bool check__dns_walks(const uint8_t *in, size_t size, const check_dns *q)
{
    uint8_t  question[260];
    size_t   at = 12 + check__dns_question(q, question);
    unsigned n = check__get16(in + 6);

    for (; n; n--) {
        at = check__dns_record(in, size, at);
        if (at == 0)
            return false;
        at += 10 + check__get16(in + at + 8);
    }
    return true;
}

CHECK_DEF int check_dns_decode(const uint8_t *in, size_t size, uint16_t id, const check_dns *q,
                               int32_t *detail)
{
    *detail = 0;
    if (size < 12 || check__get16(in) != id || (in[2] & 0xf8) != 0x80)
        return CHECK_NOT_TRIED;
    *detail = in[3] & 15;
    if (check__get16(in + 4) == 0 && *detail)   /* some errors come without the question */
        return CHECK_STATUS;
    if (!check__dns_same(in, size, q))
        return CHECK_NOT_TRIED;
    if (*detail)
        return CHECK_STATUS;
    return in[2] & 2 || check__dns_walks(in, size, q) ? CHECK_OK : CHECK_MALFORMED;
}

CHECK_DEF int check_dns_addresses(const uint8_t *in, size_t size, check_address *out, int cap,
                                  uint32_t *ttl)
{
    size_t   at = size < 12 ? 0 : check__dns_skip(in, size, 12), length;
    unsigned left = at ? check__get16(in + 6) : 0;
    int      n = 0;

    *ttl = UINT32_MAX;
    for (at += 4; left && n < cap; left--, at += 10 + length) {
        unsigned type;
        uint32_t life;

        at = at < size ? check__dns_record(in, size, at) : 0;
        if (at == 0)
            break;
        type = check__get16(in + at);
        length = check__get16(in + at + 8);
        life = check__get32(in + at + 4) >> 31 ? 0 : check__get32(in + at + 4);   /* RFC 2181 8 */
        *ttl = life < *ttl ? life : *ttl;
        if (check__get16(in + at + 2) != 1 ||
            !((type == CHECK_DNS_A && length == 4) || (type == CHECK_DNS_AAAA && length == 16)))
            continue;
        memset(&out[n], 0, sizeof out[n]);
        out[n].family = type == CHECK_DNS_A ? CHECK_IPV4 : CHECK_IPV6;
        memcpy(out[n++].ip, in + at + 10, length);
    }
    return n;
}

CHECK_DEF bool check_dns_truncated(const uint8_t *in, size_t size)
{
    return size >= 12 && (in[2] & 2) != 0;
}

// >>udp

CHECK_DEF bool check_udp_match(const check_udp *u, const uint8_t *in, size_t size)
{
    const char *at = u->reply ? u->reply : "";
    size_t      nibble = 0, most = u->require_reply || u->reply ? 255 : SIZE_MAX;

    if (size < u->reply_min || size > (u->reply_max ? u->reply_max : most))
        return false;
    for (; *at; at++) {
        if (*at == ' ')
            continue;
        if (nibble / 2 >= size)
            return false;
        if (check__lower(*at) != 'x' &&
            check__digit(*at) != (nibble % 2 ? in[nibble / 2] & 15 : in[nibble / 2] >> 4))
            return false;
        nibble++;
    }
    return true;
}

// >>process

/* One word of a command line: up to its NUL, or the end. */
static size_t check__word_size(const char *at, size_t size)
{
    const char *end = (const char *)memchr(at, 0, size);

    return end ? (size_t)(end - at) : size;
}

static bool check__params_match(const check_process *p, const char *at, size_t size)
{
    size_t i, length, wanted;

    for (i = 0; p->params[i]; i++) {
        if (size == 0)
            return false;
        length = check__word_size(at, size);
        wanted = strlen(p->params[i]);
        if (p->match == CHECK_PARAMS_PARTIAL && !p->params[i + 1] && wanted < length)
            length = wanted;
        if (length != wanted || memcmp(at, p->params[i], wanted) != 0)
            return false;
        length = check__word_size(at, size);
        at += length + (length < size);
        size -= length + (length < size);
    }
    return size == 0 || p->match != CHECK_PARAMS_EXACT;
}

CHECK_DEF bool check_process_match(const check_process *p, const char *comm, const char *cmdline,
                                   size_t size)
{
    size_t first = check__word_size(cmdline, size), base = first;

    while (base > 0 && cmdline[base - 1] != '/')
        base--;
    if (p->full_command ? !check__same_text(cmdline, first, p->name)
                        : strcmp(comm, p->name) != 0 &&
                          !check__same_text(cmdline + base, first - base, p->name))
        return false;
    first += first < size;
    return !p->params || check__params_match(p, cmdline + first, size - first);
}

CHECK_DEF int32_t check_number(const char *text, size_t size)
{
    size_t  at = 0;
    bool    minus;
    int32_t n = 0;

    while (at < size && (text[at] == ' ' || (text[at] >= '\t' && text[at] <= '\r')))
        at++;
    minus = at < size && text[at] == '-';
    at += at < size && (text[at] == '-' || text[at] == '+');
    for (; at < size && check__is_digit(text[at]); at++)
        n = n < 100000000 ? n * 10 + text[at] - '0' : 999999999;
    return minus ? -n : n;
}

// >>smtp

/* The reply that is waited for; check_smtp_say() says what leads to it. */
enum {
    CHECK__SMTP_GREETING, CHECK__SMTP_HELO, CHECK__SMTP_STARTTLS, CHECK__SMTP_MAIL,
    CHECK__SMTP_RCPT, CHECK__SMTP_DATA, CHECK__SMTP_BODY, CHECK__SMTP_QUIT, CHECK__SMTP_END
};

enum { CHECK__SMTP_LINE = 2048, CHECK__SMTP_LINES = 128 };     /* more is no reply */

/* What fits a command line of 512 bytes (RFC 5321 4.5.3.1.4). */
static bool check__is_mailbox(const char *text)
{
    size_t size = strlen(text);

    return size <= 480 && check__is_token(text, size) && strcspn(text, "<>") == size;
}

CHECK_DEF int check_smtp_begin(check_smtp_state *s, const check *c)
{
    const check_payload *p = c->payload;
    size_t               i;

    memset(s, 0, sizeof *s);
    s->bol = true;
    if (!p)
        return 0;
    if (!p->mail_from || (*p->mail_from && !check__is_mailbox(p->mail_from)) || !p->n_to)
        return CHECK_E_NAME;
    for (i = 0; i < p->n_to; i++)
        if (!check__is_mailbox(p->mail_to[i]))
            return CHECK_E_NAME;
    return 0;
}

static bool check__smtp_good(const check_smtp_state *s)
{
    switch (s->step) {
    case CHECK__SMTP_GREETING: case CHECK__SMTP_STARTTLS: return s->code == 220;
    case CHECK__SMTP_DATA: return s->code == 354;
    case CHECK__SMTP_RCPT: return s->code == 250 || s->code == 251;
    }
    return s->code == 250;
}

/* A whole reply is there. */
static int check__smtp_reply(check_smtp_state *s, const check *c)
{
    if (!check__smtp_good(s))
        return -CHECK_STATUS;
    switch (s->step) {
    case CHECK__SMTP_HELO:
        s->step = c->d->smtp.starttls && !s->tls ? CHECK__SMTP_STARTTLS :
                  c->payload ? CHECK__SMTP_MAIL : CHECK__SMTP_QUIT;
        return CHECK_SMTP_SAY;
    case CHECK__SMTP_STARTTLS:
        s->tls = true;
        s->step = CHECK__SMTP_HELO;
        return CHECK_SMTP_TLS;
    case CHECK__SMTP_RCPT:
        if (++s->recipient == c->payload->n_to)
            s->step = CHECK__SMTP_DATA;
        return CHECK_SMTP_SAY;
    }
    s->step++;
    return CHECK_SMTP_SAY;
}

/* Three digits, then a blank, a hyphen (more lines follow) or the end of the line. */
static int check__smtp_byte(check_smtp_state *s, uint8_t byte)
{
    if (++s->column > CHECK__SMTP_LINE)
        return -CHECK_TOO_LONG;
    if (s->column == 1)
        s->code = 0;
    if (s->column <= 3) {
        if (!check__is_digit(byte))
            return -CHECK_MALFORMED;
        s->code = (uint16_t)(s->code * 10 + byte - '0');
        return 0;
    }
    if (s->column == 4) {
        if (byte != ' ' && byte != '-' && byte != '\r' && byte != '\n')
            return -CHECK_MALFORMED;
        s->last = byte != '-';
    }
    if (byte != '\n')
        return 0;
    s->column = 0;
    return s->last ? 1 : ++s->line > CHECK__SMTP_LINES ? -CHECK_TOO_LONG : 0;
}

CHECK_DEF int check_smtp_feed(check_smtp_state *s, const check *c, const uint8_t *in, size_t size,
                              size_t *used)
{
    int result = 0;

    *used = 0;
    if (s->step == CHECK__SMTP_END)
        return CHECK_SMTP_DONE;
    while (result == 0 && *used < size)
        result = check__smtp_byte(s, in[(*used)++]);
    if (result <= 0)
        return result;
    s->line = 0;
    result = check__smtp_reply(s, c);
    /* what came in clear before the handshake must not count behind it */
    return result == CHECK_SMTP_TLS && *used < size ? -CHECK_MALFORMED : result;
}

/* The mail: lines end with CRLF, a dot at the beginning of one is doubled (RFC 5321 4.5.2). */
static bool check__smtp_mail(check_smtp_state *s, const check_payload *p, check__text *t)
{
    for (; s->at < p->size && t->size + 8 < t->cap; s->at++) {
        char c = (char)p->bytes[s->at];

        if (c == '\n' && !s->cr)
            check__say(t, "\r");
        if (c == '.' && s->bol)
            check__say(t, ".");
        check__put(t, &c, 1);
        s->bol = c == '\n';
        s->cr = c == '\r';
    }
    if (s->at < p->size)
        return true;
    check__say(t, s->bol ? ".\r\n" : s->cr ? "\n.\r\n" : "\r\n.\r\n");
    return false;
}

static void check__smtp_path(check__text *t, const char *verb, const char *address)
{
    check__say(t, verb);
    check__say(t, address);
    check__say(t, ">\r\n");
}

CHECK_DEF size_t check_smtp_say(check_smtp_state *s, const check *c, char *out, size_t cap,
                                bool *more)
{
    const check_smtp *d = &c->d->smtp;
    check__text       t;

    *more = false;
    check__text_begin(&t, out, cap);
    switch (s->step) {
    case CHECK__SMTP_HELO:
        check__say(&t, d->starttls ? "EHLO " : "HELO ");
        check__say(&t, d->helo ? d->helo : "smtpchecker.keepalived.org");
        check__say(&t, "\r\n");
        break;
    case CHECK__SMTP_STARTTLS:
        check__say(&t, "STARTTLS\r\n");
        break;
    case CHECK__SMTP_MAIL:
        check__smtp_path(&t, "MAIL FROM:<", c->payload->mail_from);
        break;
    case CHECK__SMTP_RCPT:
        check__smtp_path(&t, "RCPT TO:<", c->payload->mail_to[s->recipient]);
        break;
    case CHECK__SMTP_DATA:
        check__say(&t, "DATA\r\n");
        break;
    case CHECK__SMTP_BODY:
        *more = check__smtp_mail(s, c->payload, &t);
        break;
    case CHECK__SMTP_QUIT:
        check__say(&t, "QUIT\r\n");
        s->step = CHECK__SMTP_END;
        break;
    }
    return check__said(&t);
}

// >>regex

/* To compile a repeat is to write it out, repeats of repeats too: a few bytes can be minutes. */
enum { CHECK__REGEX_DEPTH = 32, CHECK__REGEX_MOST = 10000 };

typedef struct check__regex {
    const check_url *u;
    const char      *at;
    check__text      out;
    char            *word;
    uint32_t         sum[CHECK__REGEX_DEPTH + 1];  /* what it becomes, spelled out: by depth, */
    uint32_t         last;                         /*   and what a repeat would repeat */
    int              depth;
    bool             atom;              /* what stands before can be repeated */
    bool             empty;             /* nothing yet in this alternative */
} check__regex;

static int check__regex_refuse(check__regex *r, const char *from, size_t size)
{
    size = size > 7 ? 7 : size;
    memcpy(r->word, from, size);
    r->word[size] = 0;
    return CHECK_E_REGEX;
}

/* \d \w \s as they stand in brackets, spelled out: [[:alnum:]] asks the locale. */
static const char *check__regex_class(int letter)
{
    return letter == 'd' ? "0-9" : letter == 'w' ? "0-9A-Za-z_" : letter == 's' ? " \t\n\v\f\r" :
           NULL;
}

/* An escape that stands for one character: \n \x2f \. and the like. r->at is behind the backslash
   and moves on; -1: none. */
static int check__regex_char(check__regex *r)
{
    static const char from[] = "ntrfvae", to[] = "\n\t\r\f\v\a\033";
    const char       *known = *r->at ? strchr(from, *r->at) : NULL;
    int               high, low;

    if (known) {
        r->at++;
        return to[known - from];
    }
    if (*r->at == 'x') {
        high = check__digit(r->at[1]);
        low = high < 0 ? -1 : check__digit(r->at[2]);
        if (low < 0 || high > 7 || high + low == 0)
            return -1;
        r->at += 3;
        return high << 4 | low;
    }
    if (!*r->at || check__is_word(*r->at) || (unsigned char)*r->at > 127)
        return -1;
    return *r->at++;
}

static void check__regex_literal(check__regex *r, char c)
{
    bool bracket = c && strchr(".[]{}()*+?|$", c), slash = c == '^' || c == '\\';

    check__say(&r->out, bracket ? "[" : slash ? "\\" : "");
    check__put(&r->out, &c, 1);
    check__say(&r->out, bracket ? "]" : "");
    r->atom = true;
}

/* A bracket expression under way. POSIX has no escapes in it, but places: ] comes first, [ late,
   ^ not first, - last. These four are only noted. */
typedef struct check__bracket {
    check__text list;
    bool        close, open, caret, dash;
    char        room[512];
} check__bracket;

static void check__bracket_put(check__bracket *b, char c)
{
    b->close = b->close || c == ']';
    b->open = b->open || c == '[';
    b->caret = b->caret || c == '^';
    b->dash = b->dash || c == '-';
    if (c != ']' && c != '[' && c != '^' && c != '-')
        check__put(&b->list, &c, 1);
}

/* One character, or -1. */
static int check__bracket_char(check__regex *r)
{
    if (*r->at == '\\') {
        r->at++;
        return check__regex_char(r);
    }
    return (unsigned char)*r->at > 127 || !*r->at ? -1 : *r->at++;
}

static int check__bracket_range(check__regex *r, check__bracket *b)
{
    const char *from = r->at;
    int         low = check__bracket_char(r), high = low;
    char        text[3] = { 0, '-', 0 };

    if (low >= 0 && r->at[0] == '-' && r->at[1] && r->at[1] != ']') {
        r->at++;
        high = check__bracket_char(r);
        if (high < low || strchr("[]^-", low) || strchr("[]^-", high))
            low = -1;
    }
    if (low < 0)
        return check__regex_refuse(r, from, (size_t)(r->at - from) + (*r->at != 0));
    text[0] = (char)low, text[2] = (char)high;
    if (low == high)
        check__bracket_put(b, text[0]);
    else
        check__put(&b->list, text, 3);
    return 0;
}

/* "[:alpha:]", \d and its like, a character, a range. */
static int check__bracket_element(check__regex *r, check__bracket *b)
{
    const char *class_text = r->at[0] == '\\' ? check__regex_class(r->at[1]) : NULL;
    size_t      size;

    if (class_text) {
        check__say(&b->list, class_text);
        r->at += 2;
        return 0;
    }
    if (r->at[0] != '[' || !r->at[1] || !strchr(":.=", r->at[1]))
        return check__bracket_range(r, b);
    size = strcspn(r->at + 2, ":]");
    if (r->at[1] != ':' || strncmp(r->at + 2 + size, ":]", 2) != 0 ||
        check__index("alpha alnum blank cntrl digit graph lower print punct space upper xdigit",
                     r->at + 2, size) < 0)
        return check__regex_refuse(r, r->at, strcspn(r->at, "]") + 1);
    check__put(&b->list, r->at, size + 4);
    r->at += size + 4;
    return 0;
}

static void check__bracket_say(check__regex *r, const check__bracket *b, bool negated)
{
    bool first = !negated && !b->close && !b->open && !b->list.size;

    if (first && b->caret && !b->dash) {
        check__regex_literal(r, '^');
        return;
    }
    check__say(&r->out, negated ? "[^" : "[");
    check__say(&r->out, b->close ? "]" : "");
    check__put(&r->out, b->room, b->list.size);
    check__say(&r->out, b->open ? "[" : "");
    check__say(&r->out, first && b->caret ? "-^" : b->caret && b->dash ? "^-" : b->caret ? "^" :
               b->dash ? "-" : "");
    check__say(&r->out, "]");
    r->atom = true;
}

/* [\s\S] and its like: how people write "anything, newlines too". */
static bool check__bracket_any(check__regex *r)
{
    const char *p = r->at;

    if (p[1] != '\\' || !p[2] || p[3] != '\\' || !p[4] || p[5] != ']' || p[2] == p[4] ||
        !check__regex_class(check__lower(p[2])) || check__lower(p[2]) != check__lower(p[4]))
        return false;
    r->at += 6;
    check__say(&r->out, "(.|\n)");
    r->atom = true;
    return true;
}

static int check__regex_bracket(check__regex *r)
{
    const char    *from = r->at;
    bool           negated = from[1] == '^';
    check__bracket b;
    int            error = 0;

    if (check__bracket_any(r))
        return 0;
    memset(&b, 0, sizeof b);
    check__text_begin(&b.list, b.room, sizeof b.room);
    r->at += 1 + negated;
    do {
        if (!*r->at || b.list.size + 16 > sizeof b.room)
            return check__regex_refuse(r, from, strlen(from));
        error = check__bracket_element(r, &b);
    } while (!error && *r->at != ']');
    if (error)
        return error;
    r->at++;
    check__bracket_say(r, &b, negated);
    return 0;
}

static int check__regex_escape(check__regex *r)
{
    const char *from = r->at++, *list = check__regex_class(check__lower(*r->at));
    int         c;

    if (list) {
        check__say(&r->out, check__lower(*r->at) == *r->at ? "[" : "[^");
        check__say(&r->out, list);
        check__say(&r->out, "]");
        r->at++;
        r->atom = true;
        return 0;
    }
    c = check__regex_char(r);
    if (c < 0)
        return check__regex_refuse(r, from, *r->at ? 2 : 1);
    check__regex_literal(r, (char)c);
    return 0;
}

static int check__regex_open(check__regex *r)
{
    if (r->depth == CHECK__REGEX_DEPTH)
        return check__regex_refuse(r, r->at, 1);
    if (r->at[1] == '*' || (r->at[1] == '?' && r->at[2] != ':'))
        return check__regex_refuse(r, r->at, r->at[1] == '?' && r->at[2] ? 3 : 2);
    check__say(&r->out, "(");
    r->at += r->at[1] == '?' ? 3 : 1;
    r->sum[++r->depth] = 0;
    r->atom = false;
    return 0;
}

/* "|" and ")" end an alternative, which POSIX does not want empty. */
static int check__regex_border(check__regex *r)
{
    if (r->empty || (*r->at == ')' && r->depth-- == 0))
        return check__regex_refuse(r, r->at, 1);
    check__put(&r->out, r->at, 1);
    r->atom = *r->at++ == ')';
    if (r->atom)
        r->last = r->sum[r->depth + 1];
    return 0;
}

/* "{2}", "{2,}", "{2,5}": its length; 0: braces that stand for themselves. */
static size_t check__regex_count(const char *at)
{
    size_t n = 1 + strspn(at + 1, "0123456789");

    if (n == 1)
        return 0;
    if (at[n] == ',')
        n += 1 + strspn(at + n + 1, "0123456789");
    return at[n] == '}' ? n + 1 : 0;
}

/* How often it is written out. False: more than POSIX promises. */
static bool check__regex_numbers(const char *at, uint32_t *times)
{
    size_t   n = strspn(at, "0123456789"), m = at[n] == ',' ? strspn(at + n + 1, "0123456789") : 0;
    uint32_t least;

    if (!check__number(at, n, 255, &least))
        return false;
    *times = least + (at[n] == ',');
    return m == 0 || check__number(at + n + 1, m, 255, times);
}

/* How often is the same for a lazy one, as nobody asks how much was matched. A possessive one is
   not: it can prevent a match. */
static int check__regex_repeat(check__regex *r)
{
    size_t   size = *r->at == '{' ? check__regex_count(r->at) : 1;
    uint32_t times = 0;

    if (size == 0) {
        check__regex_literal(r, *r->at++);
        return 0;
    }
    if (!r->atom || r->at[size] == '+')
        return check__regex_refuse(r, r->at, size + (r->at[size] == '+'));
    if (size > 1 && !check__regex_numbers(r->at + 1, &times))
        return check__regex_refuse(r, r->at, size);
    if (size == 1)
        times = *r->at == '+' ? 2 : 1;
    r->last *= times > 1 ? times - 1 : 0;
    check__put(&r->out, r->at, size);
    r->at += size;
    r->at += *r->at == '?';
    r->atom = false;
    return 0;
}

static void check__regex_anchor(check__regex *r)
{
    if (*r->at == '$' && !r->u->regex_multiline)
        check__say(&r->out, "\n?");     /* PCRE's $ also matches before the last newline */
    check__put(&r->out, r->at++, 1);
    r->atom = false;
}

static void check__regex_dot(check__regex *r)
{
    check__say(&r->out, r->u->regex_dotall ? "(.|\n)" : r->u->regex_multiline ? "." : "[^\n]");
    r->at++;
    r->atom = true;
}

static int check__regex_item(check__regex *r)
{
    switch (*r->at) {
    case '\\': return check__regex_escape(r);
    case '[': return check__regex_bracket(r);
    case '(': return check__regex_open(r);
    case '|': case ')': return check__regex_border(r);
    case '*': case '+': case '?': case '{': return check__regex_repeat(r);
    case '^': case '$':
        check__regex_anchor(r);
        return 0;
    case '.':
        check__regex_dot(r);
        return 0;
    }
    check__regex_literal(r, *r->at++);
    return 0;
}

/* Adds what has just been read. */
static int check__regex_weigh(check__regex *r, const char *from)
{
    if (r->atom && *from != ')')
        r->last = 1;
    if (r->atom || strchr("*+?{", *from))
        r->sum[r->depth] += r->last;
    return r->sum[r->depth] > CHECK__REGEX_MOST
               ? check__regex_refuse(r, from, (size_t)(r->at - from)) : 0;
}

CHECK_DEF int check_regex(const check_url *u, char *out, size_t cap, char word[8])
{
    check__regex r;
    const char  *from;
    int          error;

    memset(&r, 0, sizeof r);
    r.u = u;
    r.at = u->regex;
    r.word = word;
    r.empty = true;
    word[0] = 0;
    check__text_begin(&r.out, out, cap);
    while (*r.at) {
        from = r.at;
        error = check__regex_item(&r);
        if (!error)
            error = check__regex_weigh(&r, from);
        if (error)
            return error;
        r.empty = *from == '|' || *from == '(';
    }
    if (r.depth || r.empty)
        return check__regex_refuse(&r, r.depth ? "(" : "|", r.depth || *u->regex ? 1 : 0);
    return check__said(&r.out) < cap ? 0 : CHECK_E_REGEX;
}

// >>bfd

/* Bits of the second byte (RFC 5880 4.1). */
enum {
    CHECK__BFD_POLL = 0x20, CHECK__BFD_FINAL = 0x10, CHECK__BFD_INDEPENDENT = 0x08,
    CHECK__BFD_AUTH = 0x04, CHECK__BFD_DEMAND = 0x02, CHECK__BFD_MULTIPOINT = 0x01
};

enum {
    CHECK__DIAG_NONE = 0, CHECK__DIAG_EXPIRED = 1, CHECK__DIAG_NEIGHBOR = 3, CHECK__DIAG_ADMIN = 7
};

CHECK_DEF const char *check_bfd_state_str(uint8_t state)
{
    static const char *const words[4] = { "AdminDown", "Down", "Init", "Up" };

    return words[state & 3];
}

CHECK_DEF const char *check_bfd_diag_str(uint8_t diag)
{
    static const char *const words[9] = {
        "no diagnostic", "control detection time expired", "echo function failed",
        "neighbor signaled session down", "forwarding plane reset", "path down",
        "concatenated path down", "administratively down", "reverse concatenated path down"
    };

    return diag < 9 ? words[diag] : "reserved diagnostic";
}

static int check__bfd_decode_auth(const uint8_t *in, check_bfd_packet *out)
{
    if (out->length < 26)
        return CHECK_E_LENGTH;
    out->auth_type = in[24];
    out->auth_size = in[25];
    if (out->auth_size < 4 || 24 + out->auth_size > out->length)
        return CHECK_E_LENGTH;
    out->key_id = in[26];
    return 0;
}

CHECK_DEF int check_bfd_decode(const uint8_t *in, size_t size, check_bfd_packet *out)
{
    memset(out, 0, sizeof *out);
    if (size < 24)
        return CHECK_E_LENGTH;
    out->version = in[0] >> 5;
    out->diag = in[0] & 31;
    out->state = in[1] >> 6;
    out->poll = in[1] & CHECK__BFD_POLL;
    out->final = in[1] & CHECK__BFD_FINAL;
    out->independent = in[1] & CHECK__BFD_INDEPENDENT;
    out->auth = in[1] & CHECK__BFD_AUTH;
    out->demand = in[1] & CHECK__BFD_DEMAND;
    out->multipoint = in[1] & CHECK__BFD_MULTIPOINT;
    out->multiplier = in[2];
    out->length = in[3];
    out->my = check__get32(in + 4);
    out->your = check__get32(in + 8);
    out->desired_tx = check__get32(in + 12);
    out->required_rx = check__get32(in + 16);
    out->required_echo = check__get32(in + 20);
    if (out->version != 1)
        return CHECK_E_VERSION;
    if (out->length < (out->auth ? 26 : 24) || out->length > size)
        return CHECK_E_LENGTH;
    if (out->multiplier == 0)
        return CHECK_E_MULTIPLIER;
    if (out->multipoint || (out->poll && out->final))
        return CHECK_E_MULTIPOINT;
    if (out->my == 0)
        return CHECK_E_DISCRIMINATOR;
    if (out->your == 0 && out->state > CHECK_BFD_STATE_DOWN)
        return CHECK_E_STATE;
    return out->auth ? check__bfd_decode_auth(in, out) : 0;
}

// >>bfd timers

/* splitmix64: seeds that differ in one bit give other numbers at once. */
static uint32_t check__bfd_random(check_bfd *b)
{
    uint64_t z = b->seed += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)((z ^ z >> 31) >> 32);
}

static uint8_t check__bfd_multiplier(const check_bfd *b)
{
    return b->d->multiplier ? b->d->multiplier : 3;
}

static uint32_t check__us(uint64_t ns, uint64_t preset)
{
    return (uint32_t)((ns ? ns : preset) / 1000);
}

/* What we wish to send while in this state (6.8.3: at least a second while not Up). */
static uint32_t check__bfd_want_tx(const check_bfd *b)
{
    return b->state == CHECK_BFD_STATE_UP ? check__us(b->d->min_tx, CHECK_SECOND * 3 / 10)
                                          : check__us(b->d->idle_tx, CHECK_SECOND);
}

CHECK_DEF uint64_t check_bfd_interval(const check_bfd *b)
{
    uint32_t us = b->used_tx > b->remote_rx ? b->used_tx : b->remote_rx;

    return b->remote_rx ? us * (uint64_t)1000 : CHECK_NEVER;
}

CHECK_DEF uint64_t check_bfd_detection(const check_bfd *b)
{
    uint32_t us = b->used_rx > b->remote_tx ? b->used_rx : b->remote_tx;

    return b->remote_mult * (us * (uint64_t)1000);
}

/* 75 to 100 % of it, 75 to 90 % when one lost packet is enough (6.8.7). */
static uint64_t check__bfd_jitter(check_bfd *b, uint64_t interval)
{
    uint64_t room = check__bfd_multiplier(b) == 1 ? 15 : 25;

    return interval / 100 * 75 + interval / 100 * room * (check__bfd_random(b) >> 8) / 0xffffff;
}

/* Nothing periodic: passive and nobody there, the other side wants none or is in demand mode. */
static bool check__bfd_quiet(const check_bfd *b, uint64_t now)
{
    if (b->remote_rx == 0 || (b->d->passive && b->remote == 0))
        return true;
    if (!b->on)
        return now >= b->admin_until;
    return b->remote_demand && !b->polling && b->state == CHECK_BFD_STATE_UP &&
           b->remote_state == CHECK_BFD_STATE_UP;
}

/* The transmit timer counts from the last packet. One that runs is left alone, but for a shorter
   interval, which counts at once. */
static void check__bfd_arm(check_bfd *b, uint64_t now)
{
    uint64_t interval = check_bfd_interval(b), at;

    if (check__bfd_quiet(b, now)) {
        b->tx_at = CHECK_NEVER;
        return;
    }
    if (b->tx_at != CHECK_NEVER && interval >= b->armed)
        return;
    at = b->last_tx + check__bfd_jitter(b, interval);
    b->tx_at = at > now ? at : now;
    b->armed = interval;
}

/* Intervals change by a Poll Sequence; while Up a slower rate, or an earlier alarm, waits for its
   end (6.8.3). */
static void check__bfd_poll(check_bfd *b, uint32_t tx, uint32_t rx)
{
    bool up = b->state == CHECK_BFD_STATE_UP;

    if (!up || tx <= b->used_tx)
        b->used_tx = tx;
    if (!up || rx >= b->used_rx)
        b->used_rx = rx;
    if (up && (tx != b->want_tx || rx != b->want_rx))
        b->polling = true;
    b->want_tx = tx;
    b->want_rx = rx;
}

static void check__bfd_poll_ends(check_bfd *b)
{
    b->polling = false;
    b->used_tx = b->want_tx;
    b->used_rx = b->want_rx;
}

// >>bfd machine

/* The one place where the state changes. */
static void check__bfd_enter(check_bfd *b, uint8_t state, uint8_t diag, uint64_t now)
{
    if (b->state == state)
        return;
    b->state = state;
    if (diag || state == CHECK_BFD_STATE_UP)
        b->diag = diag;
    b->polling = false;
    check__bfd_poll(b, check__bfd_want_tx(b), b->want_rx);
    if (state == CHECK_BFD_STATE_UP)
        b->polling = true;              /* keepalived takes new intervals from a Poll alone */
    check__bfd_arm(b, now);
    b->send = !check__bfd_quiet(b, now);
}

/* Table of RFC 5880 6.8.6. */
static void check__bfd_hears(check_bfd *b, uint8_t heard, uint64_t now)
{
    switch (b->state) {
    case CHECK_BFD_STATE_DOWN:
        if (heard == CHECK_BFD_STATE_DOWN)
            check__bfd_enter(b, CHECK_BFD_STATE_INIT, 0, now);
        else if (heard == CHECK_BFD_STATE_INIT)
            check__bfd_enter(b, CHECK_BFD_STATE_UP, 0, now);
        return;
    case CHECK_BFD_STATE_INIT:
        if (heard == CHECK_BFD_STATE_ADMIN)
            check__bfd_enter(b, CHECK_BFD_STATE_DOWN, CHECK__DIAG_NEIGHBOR, now);
        else if (heard != CHECK_BFD_STATE_DOWN)
            check__bfd_enter(b, CHECK_BFD_STATE_UP, 0, now);
        return;
    case CHECK_BFD_STATE_UP:
        if (heard <= CHECK_BFD_STATE_DOWN)
            check__bfd_enter(b, CHECK_BFD_STATE_DOWN, CHECK__DIAG_NEIGHBOR, now);
    }
}

/* A Detection Time of silence (6.8.4, 6.8.1, 6.8.18). */
static void check__bfd_expired(check_bfd *b, uint64_t now)
{
    b->detect_at = CHECK_NEVER;
    b->remote = 0;
    b->remote_rx = 1;
    b->remote_demand = false;
    if (b->state == CHECK_BFD_STATE_INIT || b->state == CHECK_BFD_STATE_UP)
        check__bfd_enter(b, CHECK_BFD_STATE_DOWN, CHECK__DIAG_EXPIRED, now);
    check__bfd_arm(b, now);
}

static void check__bfd_clock(check_bfd *b, uint64_t now)
{
    CHECK_ASSERT(now >= b->last_now);
    b->last_now = now;
}

CHECK_DEF int check_bfd_init(check_bfd *b, const check_bfd_desc *d, uint64_t seed)
{
    int error = check__judge_bfd(d);

    if (error)
        return error;
    memset(b, 0, sizeof *b);
    b->d = d;
    b->seed = seed;
    while (b->local == 0)
        b->local = check__bfd_random(b);
    b->seq_out = check__bfd_random(b);
    b->remote_rx = 1;
    b->want_rx = b->used_rx = check__us(d->min_rx, CHECK_SECOND * 3 / 10);
    b->want_tx = b->used_tx = check__us(d->idle_tx, CHECK_SECOND);
    b->tx_at = b->detect_at = CHECK_NEVER;
    return 0;
}

CHECK_DEF void check_bfd_start(check_bfd *b, uint64_t now)
{
    check__bfd_clock(b, now);
    b->on = true;
    b->last_tx = now;
    b->diag = CHECK__DIAG_NONE;
    /* known_until is two Detection Times after the last packet */
    if (now + check_bfd_detection(b) >= b->known_until)
        check__bfd_expired(b, now);
    else
        b->detect_at = b->known_until - check_bfd_detection(b);
    check__bfd_enter(b, CHECK_BFD_STATE_DOWN, 0, now);
}

CHECK_DEF void check_bfd_stop(check_bfd *b, uint64_t now)
{
    uint64_t ours = check__us(b->d->idle_tx, CHECK_SECOND), theirs = b->remote_rx;

    check__bfd_clock(b, now);
    if (!b->on)
        return;
    b->on = false;
    b->admin_until = now + check__bfd_multiplier(b) * (ours > theirs ? ours : theirs) * 1000;
    b->detect_at = CHECK_NEVER;
    check__bfd_enter(b, CHECK_BFD_STATE_ADMIN, CHECK__DIAG_ADMIN, now);
}

CHECK_DEF int check_bfd_change(check_bfd *b, const check_bfd_desc *d, uint64_t now)
{
    int error = check__judge_bfd(d);

    if (error)
        return error;
    check__bfd_clock(b, now);
    b->d = d;
    check__bfd_poll(b, check__bfd_want_tx(b), check__us(d->min_rx, CHECK_SECOND * 3 / 10));
    check__bfd_arm(b, now);
    b->send = !check__bfd_quiet(b, now);
    return 0;
}

CHECK_DEF uint64_t check_bfd_deadline(const check_bfd *b)
{
    return b->tx_at < b->detect_at ? b->tx_at : b->detect_at;
}

CHECK_DEF void check_bfd_tick(check_bfd *b, uint64_t now)
{
    check__bfd_clock(b, now);
    if (now >= b->detect_at)
        check__bfd_expired(b, now);
    if (now < b->tx_at)
        return;
    b->tx_at = CHECK_NEVER;             /* check_bfd_send() arms it */
    b->send = !check__bfd_quiet(b, now);
}

CHECK_DEF bool check_bfd_next(check_bfd *b, bool *send)
{
    *send = b->told == b->state;
    b->told = b->state;
    return !*send || b->send || b->final;
}

// >>bfd authentication

static bool check__bfd_is_meticulous(uint8_t type)
{
    return type == CHECK_BFD_MD5_METICULOUS || type == CHECK_BFD_SHA1_METICULOUS;
}

/* Bytes of the digest of a type, 0 for a plain password. */
static size_t check__bfd_digest_size(uint8_t type)
{
    return type == CHECK_BFD_SIMPLE ? 0 : type <= CHECK_BFD_MD5_METICULOUS ? 16 : 20;
}

/* Of the whole packet with the key, zero-padded, where the digest goes (6.7.3, 6.7.4). */
static void check__bfd_digest(const check_bfd_desc *d, uint8_t *packet, size_t size)
{
    size_t          width = check__bfd_digest_size(d->auth);
    check_md5_state md5;
    uint8_t         out[20];

    memset(packet + 32, 0, width);
    memcpy(packet + 32, d->key, d->key_size);
    if (width == 16) {
        check_md5_begin(&md5);
        check_md5_add(&md5, packet, size);
        check_md5_end(&md5, out);
    } else {
        d->sha1(packet, size, out);
    }
    memcpy(packet + 32, out, width);
}

/* The section behind the 24 bytes. The size of the whole. */
static size_t check__bfd_sign(check_bfd *b, uint8_t *packet)
{
    const check_bfd_desc *d = b->d;
    size_t                width = check__bfd_digest_size(d->auth);

    if (!d->auth)
        return 24;
    packet[24] = d->auth;
    packet[25] = (uint8_t)(width ? 8 + width : 3u + d->key_size);
    packet[26] = d->key_id;
    packet[3] = (uint8_t)(24 + packet[25]);
    if (width) {
        packet[27] = 0;
        check__put32(packet + 28, b->seq_out++);
        check__bfd_digest(d, packet, packet[3]);
    } else {
        memcpy(packet + 27, d->key, d->key_size);
    }
    return packet[3];
}

/* Every byte is looked at: how many were right takes the same time. */
static bool check__same_secret(const uint8_t *a, const uint8_t *b, size_t size)
{
    uint8_t differs = 0;

    while (size--)
        differs |= (uint8_t)(*a++ ^ *b++);
    return differs == 0;
}

/* The digest first, then the sequence number: nothing forged moves the window (6.7.3, 6.7.4). */
static int check__bfd_trust(check_bfd *b, const uint8_t *in, const check_bfd_packet *p,
                            uint64_t now)
{
    const check_bfd_desc *d = b->d;
    size_t                width = check__bfd_digest_size(d->auth);
    uint8_t               copy[64];
    uint32_t              seq, ahead;

    if (p->auth_type != d->auth || p->key_id != d->key_id)
        return CHECK_E_AUTH_FAILED;
    if (width == 0)
        return p->auth_size == 3 + d->key_size &&
               check__same_secret(in + 27, (const uint8_t *)d->key, d->key_size) ?
               0 : CHECK_E_AUTH_FAILED;
    if (p->auth_size != 8 + width || p->length > sizeof copy)
        return CHECK_E_AUTH_FAILED;
    memcpy(copy, in, p->length);
    check__bfd_digest(d, copy, p->length);
    if (!check__same_secret(copy + 32, in + 32, width))
        return CHECK_E_AUTH_FAILED;
    seq = check__get32(in + 28);
    ahead = seq - b->seq_in;
    if (b->seq_known && now < b->known_until &&
        (ahead > 3u * p->multiplier || (check__bfd_is_meticulous(d->auth) && ahead == 0)))
        return CHECK_E_REPLAY;
    b->seq_known = true;
    b->seq_in = seq;
    return 0;
}

// >>bfd packets

/* Whether the packet is one for this session that may be believed. */
static int check__bfd_accept(check_bfd *b, const uint8_t *in, const check_bfd_packet *p,
                             uint8_t ttl, uint64_t now)
{
    unsigned hops = b->d->max_hops || !b->d->multihop ? b->d->max_hops : 255;

    if (ttl + hops < 255)
        return CHECK_E_TTL;
    if (p->your && p->your != b->local)
        return CHECK_E_DISCRIMINATOR;
    if (p->auth != (b->d->auth != CHECK_BFD_NONE))
        return CHECK_E_AUTH_MISMATCH;
    return p->auth ? check__bfd_trust(b, in, p, now) : 0;
}

CHECK_DEF int check_bfd_receive(check_bfd *b, const uint8_t *in, size_t size, uint8_t ttl,
                                uint64_t now)
{
    check_bfd_packet p;
    int              error = check_bfd_decode(in, size, &p);

    check__bfd_clock(b, now);
    if (!error)
        error = check__bfd_accept(b, in, &p, ttl, now);
    if (error)
        return error;
    b->remote = p.my;
    b->remote_state = p.state;
    b->remote_demand = p.demand;
    b->remote_tx = p.desired_tx;
    b->remote_rx = p.required_rx;
    b->remote_mult = p.multiplier;
    if (p.final && b->polling)
        check__bfd_poll_ends(b);
    check__bfd_arm(b, now);
    if (!b->on)
        return CHECK_E_ADMIN_DOWN;
    check__bfd_hears(b, p.state, now);
    b->final = p.poll;
    b->detect_at = now + check_bfd_detection(b);
    b->known_until = now + 2 * check_bfd_detection(b);
    return 0;
}

CHECK_DEF size_t check_bfd_send(check_bfd *b, uint8_t out[64], uint64_t now)
{
    bool answer = b->final;

    check__bfd_clock(b, now);
    memset(out, 0, 64);
    out[0] = (uint8_t)(1 << 5 | b->diag);
    out[1] = (uint8_t)(b->state << 6 | (answer ? CHECK__BFD_FINAL : b->polling ?
                                        CHECK__BFD_POLL : 0) |
                       (b->d->auth ? CHECK__BFD_AUTH : 0));
    out[2] = check__bfd_multiplier(b);
    out[3] = 24;
    check__put32(out + 4, b->local);
    check__put32(out + 8, b->remote);
    check__put32(out + 12, b->want_tx);
    check__put32(out + 16, b->want_rx);
    b->final = false;
    if (!answer || b->send) {
        b->send = answer && b->send && b->polling;  /* the P that F left no room for */
        b->last_tx = now;
        b->tx_at = CHECK_NEVER;
        check__bfd_arm(b, now);
    }
    return check__bfd_sign(b, out);
}

#ifndef CHECK_NO_LINUX

// >>heap

/* A skew heap of deadlines, through the objects. */
static check *check__meld(check *a, check *b)
{
    check *top = NULL, *above = NULL, **at = &top, *t;

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

static void check__heap_set(check **heap, check *one, uint64_t key)
{
    check *below, *above = one->above;

    if (key == one->key)
        return;
    if (one->key != CHECK_NEVER) {
        below = check__meld(one->left, one->right);
        if (below)
            below->above = above;
        *(!above ? heap : above->left == one ? &above->left : &above->right) = below;
        one->left = one->right = one->above = NULL;
    }
    one->key = key;
    if (key != CHECK_NEVER)
        *heap = check__meld(*heap, one);
}

// >>tries

/* What each kind brings along. start() begins an attempt, ready() hears of its descriptors, late()
   that its deadline has passed; whichever ends it calls check__finish(), or check__learned() for
   what is told rather than tried. Neither start() nor ready() touches another check. */
typedef struct check__kind {
    uint16_t descriptors;               /* that an attempt holds */
    int  (*prepare)(check_io *io, check *c);    /* when it is added or changed: 0, or an error
                                                   and nothing taken */
    void (*forget)(check_io *io, check *c);     /* what prepare() took */
    void (*start)(check_io *io, check *c, uint64_t now);
    void (*ready)(check_io *io, check *c, unsigned which, uint32_t events, uint64_t now);
    void (*late)(check_io *io, check *c, uint64_t now);
    void (*give_up)(check_io *io, check *c);    /* what an attempt has but fd, fd2, body, tls */
} check__kind;

static const check__kind *check__kind_of(const check *c);
static void check__finish(check_io *io, check *c, uint8_t why, int32_t detail, uint64_t now);
static void check__forget(check_io *io, check *c);
static uint8_t check__lacks(const check_io *io, const check *c);
static void check__tls_take(check_io *io, check *c);
static void check__tls_end(check_io *io, check *c);

/* What epoll tells: a check and which of its descriptors (0..3), or one of these. */
enum {
    CHECK__AT_TIMER, CHECK__AT_ICMP4, CHECK__AT_ICMP6, CHECK__AT_BFD, /* four of them */
    CHECK__AT_INOTIFY = CHECK__AT_BFD + 4, CHECK__AT_LINKS, CHECK__AT_END
};

CHECK_DEF uint64_t check_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_BOOTTIME, &t);
    return (uint64_t)t.tv_sec * CHECK_SECOND + (uint64_t)t.tv_nsec;
}

/* The program read its clock before a turn that took some time: nothing runs backwards. */
static uint64_t check__clock(check_io *io, uint64_t now)
{
    if (now > io->latest)
        io->latest = now;
    return io->latest;
}

static int check__fail(check_io *io, int error, const char *form, ...)
{
    va_list list;

    va_start(list, form);
    vsnprintf(io->err, sizeof io->err, form, list);
    va_end(list);
    return error;
}

static void check__close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* Ids of attempts: nobody who sees some can tell the next. */
static uint64_t check__random(check_io *io)
{
    if (io->n_random == 0) {
        if (getrandom(io->random, sizeof io->random, GRND_NONBLOCK) != sizeof io->random)
            memset(io->random, (int)io->latest, sizeof io->random);
        io->n_random = CHECK__RANDOM;
    }
    return io->random[--io->n_random];
}

/* What is shared is known by such a mark of its settings: their texts may go before it does. */
static uint64_t check__mark(uint64_t before, const void *bytes, size_t size)
{
    const uint8_t *p = (const uint8_t *)bytes;

    for (before ^= 14695981039346656037u; size; p++, size--)    /* FNV-1a */
        before = (before ^ *p) * 1099511628211u;
    return before;
}

static uint64_t check__due(const check *c)
{
    return c->waits ? CHECK_NEVER : check_due(c);
}

/* The key may be too early, never too late: most attempts end long before their deadline, and
   then the heap was moved for nothing. check__top() corrects what comes to the top. */
static void check__schedule(check_io *io, check *c)
{
    uint64_t due = check__due(c), next = c->grid + check__interval(c->d);

    if (c->running && c->started + CHECK_SECOND / 1000 < next && next < due)
        due = next;
    if (c->key == CHECK_NEVER || due < c->key)
        check__heap_set(&io->heap, c, due);
}

static check *check__top(check_io *io)
{
    while (io->heap && io->heap->key != check__due(io->heap))
        check__heap_set(&io->heap, io->heap, check__due(io->heap));
    return io->heap;
}

/* Does anybody wait for a pool that has something now? */
static bool check__waits_in_vain(const check_io *io)
{
    unsigned i;

    for (i = 0; i < CHECK__POOLS; i++)
        if (io->waiting[i] && check__lacks(io, io->waiting[i]) != i + 1)
            return true;
    return false;
}

/* The timer stands in the past while anything is left to do or to tell. Always the last step. */
static void check__rearm(check_io *io)
{
    struct itimerspec at;
    const check      *top = check__top(io);
    uint64_t          when = top ? top->key : CHECK_NEVER;

    if (when != CHECK_NEVER)            /* those of a millisecond share one turn */
        when += CHECK__GRAIN - 1 - (when - 1) % CHECK__GRAIN;
    if (io->more || io->news || io->ring_n || (top && top->key <= io->latest) ||
        check__waits_in_vain(io))
        when = 1;
    if (when == io->armed)
        return;
    io->armed = when;
    memset(&at, 0, sizeof at);
    if (when != CHECK_NEVER) {
        at.it_value.tv_sec = (time_t)(when / CHECK_SECOND);
        at.it_value.tv_nsec = (long)(when % CHECK_SECOND);
    }
    timerfd_settime(io->timer, TFD_TIMER_ABSTIME, &at, NULL);
}

/* --- what happened --- */

static void check__tell(check_io *io, check *c, uint8_t kind)
{
    c->said |= (uint8_t)(1u << kind);
    if (c->news_queued)
        return;
    c->news_queued = true;
    c->news_next = NULL;
    *(io->news ? &io->news_last->news_next : &io->news) = c;
    io->news_last = c;
}

/* Something could not be done; when nobody reads the first of them are kept. */
static void check__alarm(check_io *io, check *c, int code, const char *form, ...)
{
    check_event *e = &io->ring[(io->ring_head + io->ring_n) % CHECK__RING];
    va_list      list;

    if (io->ring_n == CHECK__RING)
        return;
    io->ring_n++;
    memset(e, 0, sizeof *e);
    e->kind = CHECK_EVENT_ERROR;
    e->c = c;
    e->code = code;
    va_start(list, form);
    vsnprintf(e->text, sizeof e->text, form, list);
    va_end(list);
}

static void check__unlink_news(check_io *io, check *c)
{
    check **at = &io->news, *last = NULL;

    if (!c->news_queued)
        return;
    for (; *at != c; at = &(*at)->news_next)
        last = *at;
    *at = c->news_next;
    if (io->news_last == c)
        io->news_last = last;
    c->news_queued = false;
    c->said = 0;
}

/* --- pools: descriptors, bodies, TLS sessions --- */

enum { CHECK__POOL_DESCRIPTORS, CHECK__POOL_BODIES, CHECK__POOL_SESSIONS };

static bool check__wants_body(const check *c)
{
    return check__is_http(c->d) && check_url_now(c)->regex;
}

static bool check__wants_tls(const check *c)
{
    return c->d->kind == CHECK_HTTPS || (c->d->kind == CHECK_SMTP && c->d->smtp.starttls);
}

/* Is there something for it in a pool? Who comes goes behind those who wait. */
static bool check__has_room(const check_io *io, const check *c, unsigned pool)
{
    if (!c->waits && io->waiting[pool])
        return false;
    if (pool == CHECK__POOL_DESCRIPTORS)
        return !io->n_open || io->n_open + check__kind_of(c)->descriptors <= io->o.descriptors;
    return pool == CHECK__POOL_BODIES ? io->free_body != NULL : io->free_session != NULL;
}

/* What an attempt has to wait for: a pool and 1, or 0. */
static uint8_t check__lacks(const check_io *io, const check *c)
{
    if (!c->slot && !check__has_room(io, c, CHECK__POOL_DESCRIPTORS))
        return CHECK__POOL_DESCRIPTORS + 1;
    if (check__wants_body(c) && !check__has_room(io, c, CHECK__POOL_BODIES))
        return CHECK__POOL_BODIES + 1;
    if (check__wants_tls(c) && !c->tls && !check__has_room(io, c, CHECK__POOL_SESSIONS))
        return CHECK__POOL_SESSIONS + 1;
    return 0;
}

static void check__wait(check_io *io, check *c, uint8_t pool)
{
    unsigned i = pool - 1u;

    c->waits = pool;
    c->wait_next = NULL;
    *(io->waiting[i] ? &io->waiting_last[i]->wait_next : &io->waiting[i]) = c;
    io->waiting_last[i] = c;
    check__heap_set(&io->heap, c, CHECK_NEVER);
}

static void check__stop_waiting(check_io *io, check *c)
{
    check  *last = NULL, **at;
    unsigned i = c->waits - 1u;

    if (!c->waits)
        return;
    for (at = &io->waiting[i]; *at != c; at = &(*at)->wait_next)
        last = *at;
    *at = c->wait_next;
    if (io->waiting_last[i] == c)
        io->waiting_last[i] = last;
    c->waits = 0;
}

static void check__take_body(check_io *io, check *c)
{
    c->body = io->free_body;
    memcpy(&io->free_body, c->body, sizeof io->free_body);
    c->body_size = 0;
}

static void check__put_body(check_io *io, check *c)
{
    if (!c->body)
        return;
    memcpy(c->body, &io->free_body, sizeof io->free_body);
    io->free_body = c->body;
    c->body = NULL;
}

/* --- descriptors --- */

static int check__watch(check_io *io, int fd, uint64_t tag, uint32_t events)
{
    struct epoll_event e;

    memset(&e, 0, sizeof e);
    e.events = events;
    e.data.u64 = tag;
    return epoll_ctl(io->epoll, EPOLL_CTL_ADD, fd, &e) < 0 ? -errno : 0;
}

static uint64_t check__tag(const check *c, unsigned which)
{
    return (uint64_t)(uintptr_t)c | which;
}

enum { CHECK__IN = 1, CHECK__OUT = 2, CHECK__AGAIN = 4 };

/* Of c->fd, by edges, so that one call an attempt is enough. AGAIN: there may be more already.
   False: it ended the attempt. */
static bool check__want(check_io *io, check *c, unsigned interest, uint64_t now)
{
    struct epoll_event e;
    bool               added = c->interest != 0;

    if ((interest & c->interest) == interest)
        return true;
    memset(&e, 0, sizeof e);
    c->interest |= (uint8_t)(interest & (CHECK__IN | CHECK__OUT));
    e.events = EPOLLET | EPOLLRDHUP | (c->interest & CHECK__IN ? (uint32_t)EPOLLIN : 0) |
               (c->interest & CHECK__OUT ? (uint32_t)EPOLLOUT : 0);
    e.data.u64 = check__tag(c, 0);
    if (epoll_ctl(io->epoll, added ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, c->fd, &e) == 0)
        return true;
    check__finish(io, c, CHECK_NOT_TRIED, errno, now);
    return false;
}

/* --- attempts --- */

enum { CHECK__STEP_ADDRESS = 0, CHECK__STEP_CONNECT, CHECK__STEP_TLS, CHECK__STEP_SEND,
       CHECK__STEP_READ };              /* of kinds with an address; the others have their own */

/* Lists by hash_next: a bucket, or those that are told rather than tried. */
static void check__chain(check **list, check *c)
{
    c->hash_next = *list;
    *list = c;
}

static void check__unchain(check **list, check *c)
{
    while (*list && *list != c)
        list = &(*list)->hash_next;
    if (*list)
        *list = c->hash_next;
}

static check **check__bucket(check_io *io, const check *c)
{
    return &io->bucket[c->nonce % CHECK__BUCKETS];
}

/* Nothing is set on its socket that another check would not want. */
static bool check__is_plain(const check_desc *d)
{
    return !d->from.family && !d->from.port && !d->device[0] && !d->mark;
}

/* Closed by a reset: no TIME_WAIT is left, of which ten thousand checks would leave 600,000. */
static void check__reset_on_close(int fd)
{
    struct linger none;

    none.l_onoff = 1;
    none.l_linger = 0;
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
}

/* Setting up a socket costs a tcp check a sixth of its time: one that is as new serves again. To
   leave a connection so sends the reset, too. */
static bool check__keep_spare(check_io *io, const check *c)
{
    int           *spare = &io->spare[c->to.family == CHECK_IPV6];
    struct sockaddr none;

    memset(&none, 0, sizeof none);
    none.sa_family = AF_UNSPEC;
    if (*spare >= 0 || c->interest || c->d->kind != CHECK_TCP || !check__is_plain(c->d) ||
        connect(c->fd, &none, sizeof none) < 0)
        return false;
    *spare = c->fd;
    return true;
}

static bool check__is_stream(const check *c)
{
    return c->d->kind <= CHECK_HTTPS || c->d->kind == CHECK_SMTP || c->d->dns.tcp;
}

/* The descriptors of an attempt; an HTTP connection that is kept for the next has nothing here. */
static void check__disconnect(check_io *io, check *c)
{
    check__tls_end(io, c);
    if (c->fd >= 0 && check__is_stream(c) && c->step > CHECK__STEP_CONNECT) {
        if (check__keep_spare(io, c))
            c->fd = -1;
        else
            check__reset_on_close(c->fd);
    }
    check__close(&c->fd);
    check__close(&c->fd2);
    c->interest = 0;
    c->kept = false;
    if (c->slot)
        io->n_open -= check__kind_of(c)->descriptors;
    c->slot = false;
}

/* All that an attempt holds. */
static void check__release(check_io *io, check *c)
{
    const check__kind *kind = check__kind_of(c);

    if (kind->give_up)
        kind->give_up(io, c);
    check__put_body(io, c);
    if (!c->kept)
        check__disconnect(io, c);
}

/* Everything that ends an attempt comes by here. */
static void check__finish(check_io *io, check *c, uint8_t why, int32_t detail, uint64_t now)
{
    CHECK_ASSERT(c->running);
    if (why == CHECK_NOT_TRIED && detail == EADDRNOTAVAIL && c->d->from.family)
        detail = CHECK_NO_SOURCE;
    check__release(io, c);
    check__clock(io, now);
    check_end(c, why, detail, check__clock(io, check_now()));   /* not when the turn began */
    if (c->once) {
        check__forget(io, c);
        check__tell(io, c, CHECK_EVENT_DONE);
        return;
    }
    if (c->verdict != c->from)
        check__tell(io, c, CHECK_EVENT_VERDICT);
    else if (why != CHECK_OK)
        check__tell(io, c, CHECK_EVENT_FAILED);
    check__schedule(io, c);
}

/* The same for what is told: how it is from now on. */
static void check__learned(check_io *io, check *c, uint8_t why, int32_t detail, uint64_t now)
{
    bool was = c->running;

    if (c->once && was) {
        check__finish(io, c, why, detail, now);
        return;
    }
    check_learn(c, why, detail, check__clock(io, now));
    if (c->verdict != c->from)
        check__tell(io, c, CHECK_EVENT_VERDICT);
    else if (why != CHECK_OK)
        check__tell(io, c, CHECK_EVENT_FAILED);
    check__schedule(io, c);
}

/* c->value, which FILE and EXEC set before they end. */
static void check__value(check_io *io, check *c, int32_t value)
{
    if (value == c->value)
        return;
    c->value = value;
    if (!c->once)
        check__tell(io, c, CHECK_EVENT_VALUE);
}

static int check__prepare(check_io *io, check *c)
{
    const check__kind *kind = check__kind_of(c);
    int                error = kind->prepare && !c->prepared ? kind->prepare(io, c) : 0;

    c->prepared = !error;
    return error;
}

static void check__unprepare(check_io *io, check *c)
{
    if (c->prepared && check__kind_of(c)->forget)
        check__kind_of(c)->forget(io, c);
    c->prepared = false;
}

/* An attempt that nobody wants any more. */
static void check__abandon(check_io *io, check *c)
{
    c->kept = false;
    check__stop_waiting(io, c);
    check__release(io, c);
    check__disconnect(io, c);
    c->running = false;
    c->deadline = CHECK_NEVER;
}

static void check__go(check_io *io, check *c, uint64_t now)
{
    c->sent = 0;
    c->nonce = check__random(io);
    c->step = CHECK__STEP_CONNECT;
    if (check__prepare(io, c))          /* a change failed, and then the way back, too */
        check__finish(io, c, CHECK_NOT_TRIED, EAGAIN, now);
    else
        check__kind_of(c)->start(io, c, now);
}

/* It is due. Attempts for which there is no room wait, and have not begun. */
static void check__try(check_io *io, check *c, uint64_t now)
{
    uint8_t pool = check__lacks(io, c);

    check__stop_waiting(io, c);
    if (pool) {
        check__wait(io, c, pool);
        return;
    }
    if (!c->slot)
        io->n_open += check__kind_of(c)->descriptors;
    c->slot = true;
    c->excused = c->heard_late = false;
    c->late = io->late;
    check_begin(c, check__clock(io, now));
    if (check__wants_body(c))
        check__take_body(io, c);
    check__tls_take(io, c);
    c->step = CHECK__STEP_ADDRESS;
    if (c->d->kind > CHECK_BFD || c->to.family)
        check__go(io, c, now);
    if (c->running)
        check__schedule(io, c);
}

/* While we did not listen silence says nothing: what was sent is read by now, but not the answer to
   what we should have said meanwhile. Since when we did not is not known: whoever was heard has all
   of its time again. */
static bool check__excused(const check_io *io, check *c, uint64_t now)
{
    uint64_t most = io->stalled + check_timeout(c->d);

    if (c->excused || c->d->kind > CHECK_SMTP || c->late == io->late)
        return false;
    c->excused = true;
    c->deadline += io->late - c->late;
    if (c->deadline > most || c->heard_late)
        c->deadline = most;
    return c->deadline > now;
}

static void check__expire(check_io *io, check *c, uint64_t now)
{
    if (check__excused(io, c, now))
        return;
    if (c->step == CHECK__STEP_ADDRESS && c->d->kind <= CHECK_BFD)
        check__finish(io, c, CHECK_UNRESOLVED, 0, now);
    else
        check__kind_of(c)->late(io, c, now);
}

// >>sockets

/* For the kernel; the size of it. */
static socklen_t check__sockaddr(const check *c, const check_address *a, uint16_t port,
                                 struct sockaddr_storage *out)
{
    struct sockaddr_in  *four = (struct sockaddr_in *)(void *)out;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)(void *)out;

    memset(out, 0, sizeof *six);
    if (a->family == CHECK_IPV4) {
        four->sin_family = AF_INET;
        four->sin_port = htons(port);
        memcpy(&four->sin_addr, a->ip, 4);
        return sizeof *four;
    }
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(port);
    memcpy(&six->sin6_addr, a->ip, 16);
    six->sin6_scope_id = a->scope;
    if (!a->scope && c->d->device[0] && a->ip[0] == 0xfe && (a->ip[1] & 0xc0) == 0x80)
        six->sin6_scope_id = if_nametoindex(c->d->device);
    return sizeof *six;
}

/* What the errno of a socket says about the target, or about us. */
static uint8_t check__why(int error)
{
    switch (error) {
    case ECONNREFUSED: return CHECK_REFUSED;
    case EHOSTUNREACH: case ENETUNREACH: case EHOSTDOWN: case ENODEV: case ENETDOWN:
        return CHECK_UNREACHABLE;
    case ETIMEDOUT: return CHECK_CONNECT_TIMEOUT;
    case EMFILE: case ENFILE: case ENOBUFS: case ENOMEM: case EADDRNOTAVAIL: case EAGAIN:
    case EADDRINUSE: case EAFNOSUPPORT: case EPROTONOSUPPORT:
        return CHECK_NOT_TRIED;
    case ECONNRESET: case EPIPE: return CHECK_RESET;
    }
    return CHECK_CONNECT_ERROR;
}

/* Device, mark and source, where they are wanted. */
static int check__bind(const check *c, int fd, uint16_t port)
{
    const check_desc       *d = c->d;
    struct sockaddr_storage from;
    check_address           any;
    socklen_t               size;

    if (d->device[0] && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, d->device,
                                   (socklen_t)strlen(d->device) + 1) < 0)
        return -errno;
    if (d->mark && setsockopt(fd, SOL_SOCKET, SO_MARK, &d->mark, sizeof d->mark) < 0)
        return -errno;
    if (!d->from.family && !port)
        return 0;
    any = d->from;
    any.family = c->to.family;
    size = check__sockaddr(c, &any, port, &from);
    return bind(fd, (struct sockaddr *)(void *)&from, size) < 0 ? -errno : 0;
}

static int check__socket(const check *c, int type, uint16_t port)
{
    int family = c->to.family == CHECK_IPV4 ? AF_INET : AF_INET6;
    int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), error, on = 1;

    if (fd < 0)
        return -errno;
    if (c->d->from.port)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    error = check__bind(c, fd, port);
    if (error)
        check__close(&fd);
    return error ? error : fd;
}

/* With TLS or without: see >>tls. */
static int check__tls_prepare(check_io *io, check *c);
static void check__tls_forget(check_io *io, check *c);
static void check__tls_renew(check *c);
static bool check__is_secure(const check *c);
static int check__tls_code(const check *c);
static long check__tls_read(check *c, uint8_t *out, size_t size);
static long check__tls_write(check *c, const uint8_t *in, size_t size);
static bool check__tls_step(check_io *io, check *c, uint64_t now);

/* --- streams: tcp, http, https, smtp, dns --- */

/* The handshake's last packet waits for the request, or is a reset: a tcp check is answered before
   the server's program hears of it. SMTP waits for the server, so there it must not wait. */
static bool check__stream_open(check_io *io, check *c, uint64_t now)
{
    int *spare = &io->spare[c->to.family == CHECK_IPV6], off = 0;

    c->step = CHECK__STEP_CONNECT;
    c->sent = 0;
    if (check__is_plain(c->d) && *spare >= 0) {
        c->fd = *spare;
        *spare = -1;
    } else {
        c->fd = check__socket(c, SOCK_STREAM, c->d->from.port);
    }
    if (c->fd < 0) {
        check__finish(io, c, check__why(-c->fd), -c->fd, now);
        return false;
    }
    if (c->d->kind != CHECK_SMTP)
        setsockopt(c->fd, IPPROTO_TCP, TCP_QUICKACK, &off, sizeof off);
    return true;
}

static bool check__stream_end(check_io *io, check *c, uint8_t why, int32_t detail, uint64_t now)
{
    check__finish(io, c, why, detail, now);
    return false;
}

/* Asked again it tells what came of it: on this machine that is known at once, and epoll is not
   needed. */
static bool check__connect(check_io *io, check *c, uint64_t now)
{
    struct sockaddr_storage to;
    socklen_t               size = check__sockaddr(c, &c->to, check_port(c->d, &c->to), &to);
    int                     error = connect(c->fd, (struct sockaddr *)(void *)&to, size);

    if (error < 0 && errno == EINPROGRESS)
        error = connect(c->fd, (struct sockaddr *)(void *)&to, size);
    if (error < 0 && errno != EALREADY && errno != EINPROGRESS && errno != EINTR)
        check__finish(io, c, check__why(errno), errno, now);
    else if (error < 0)
        check__want(io, c, CHECK__IN | CHECK__OUT, now);
    if (error < 0)
        return false;
    c->step = CHECK__STEP_SEND;
    if (c->d->kind == CHECK_TCP)
        return check__stream_end(io, c, CHECK_OK, 0, now);
    if (c->d->kind == CHECK_SMTP)
        c->step = CHECK__STEP_READ;
    else if (c->d->kind == CHECK_HTTPS)
        c->step = CHECK__STEP_TLS;
    return true;
}

/* Bytes, or -errno; read: 0 is the end. */
static long check__read(check *c, uint8_t *out, size_t size)
{
    ssize_t n = check__is_secure(c) ? check__tls_read(c, out, size) : recv(c->fd, out, size, 0);

    return n < 0 && !check__is_secure(c) ? -errno : n;
}

static long check__write(check *c, const uint8_t *in, size_t size, bool more)
{
    ssize_t n = check__is_secure(c) ? check__tls_write(c, in, size)
                                    : send(c->fd, in, size, MSG_NOSIGNAL | (more ? MSG_MORE : 0));

    return n < 0 && !check__is_secure(c) ? -errno : n;
}

/* A connection that was kept may have been closed meanwhile, which says nothing: a new one. */
static bool check__anew(check_io *io, check *c, uint64_t now)
{
    c->reused = false;
    check__tls_renew(c);
    check__close(&c->fd);
    c->interest = 0;
    return check__stream_open(io, c, now);
}

/* All was said and answered but QUIT: a mail would not be sent again for that. */
static bool check__smtp_is_over(const check *c)
{
    return c->d->kind == CHECK_SMTP && c->of.smtp.step >= CHECK__SMTP_QUIT;
}

/* No bytes now (then it is waited for), or never again. */
static bool check__stalled(check_io *io, check *c, long error, unsigned interest, uint64_t now)
{
    if (error == -EAGAIN) {
        check__want(io, c, interest, now);
        return false;
    }
    if (c->reused)
        return check__anew(io, c, now);
    if (check__smtp_is_over(c))
        return check__stream_end(io, c, CHECK_OK, 0, now);
    if (error == -EPROTO && check__is_secure(c))
        return check__stream_end(io, c, CHECK_TLS_ERROR, check__tls_code(c), now);
    return check__stream_end(io, c, check__why((int)-error), (int32_t)-error, now);
}

static void check__stream_late(check_io *io, check *c, uint64_t now)
{
    uint8_t why = c->step == CHECK__STEP_CONNECT ? CHECK_CONNECT_TIMEOUT :
                  c->step == CHECK__STEP_TLS ? CHECK_TLS_TIMEOUT :
                  check__smtp_is_over(c) && c->payload ? CHECK_OK : CHECK_REPLY_TIMEOUT;

    check__stream_end(io, c, why, 0, now);
}

/* --- http and https --- */

static bool check__http_send(check_io *io, check *c, uint64_t now)
{
    const check_payload *p = c->payload;
    size_t               head = check_http_request(c, (char *)io->room, sizeof io->room);
    size_t               total = head + (p ? p->size : 0);
    unsigned             known = c->interest;
    long                 n;

    if (head == 0)
        return check__stream_end(io, c, CHECK_NOT_TRIED, EMSGSIZE, now);
    while (c->sent < total) {
        n = c->sent < head ? check__write(c, io->room + c->sent, head - c->sent, total > head)
                           : check__write(c, p->bytes + (c->sent - head), total - c->sent, false);
        if (n < 0)
            return check__stalled(io, c, n, CHECK__IN | CHECK__OUT, now);
        c->sent += (uint32_t)n;
    }
    check_http_begin(&c->of.http, c);
    c->step = CHECK__STEP_READ;
    /* what epoll has told of already it does not tell again */
    return check__want(io, c, CHECK__IN, now) && known && !c->reused;
}

static void check__http_body(const check_io *io, check *c, const uint8_t *body, size_t size)
{
    check_payload *p = c->payload;
    size_t         n = size;

    if (size == 0)
        return;
    if (c->body && c->body_size < io->o.body_size - 1) {
        if (n > io->o.body_size - 1 - c->body_size)
            n = io->o.body_size - 1 - c->body_size;
        memcpy(c->body + c->body_size, body, n);
        c->body_size += (uint32_t)n;
    }
    if (!p)
        return;
    if (p->out_size < p->out_cap)
        memcpy(p->out + p->out_size, body, size < p->out_cap - p->out_size ? size :
                                           p->out_cap - p->out_size);
    p->out_size += size;
}

static uint8_t check__http_match(check_io *io, check *c);

static bool check__http_done(check_io *io, check *c, bool open, uint64_t now)
{
    const check_http *h = &c->d->http;
    check_http_reply *r = &c->of.http;
    uint8_t           why = (uint8_t)check_http_judge(c, r);
    int32_t           detail = why == CHECK_STATUS ? r->status : 0;

    if (why == CHECK_OK && check_url_now(c)->regex)
        why = check__http_match(io, c);
    if (why == CHECK_TOO_LONG)
        detail = (int32_t)io->o.body_size - 1;
    /* never the last of what others may wait for */
    c->kept = open && h->keep && !r->closes && !c->once && (!c->tls || io->free_session) &&
              io->n_open < io->o.descriptors / 8 * 7;
    return check__stream_end(io, c, why, detail, now);
}

/* Feeds what was read. True: more is wanted. */
static bool check__http_feed(check_io *io, check *c, size_t size, uint64_t now)
{
    check_http_reply *r = &c->of.http;
    const uint8_t    *body;
    size_t            at, body_size;
    int               n;

    for (at = 0; at < size && !r->done; at += (size_t)n) {
        n = check_http_feed(r, io->room + at, size - at, &body, &body_size);
        if (n < 0)
            return check__stream_end(io, c, (uint8_t)-n, n != -CHECK_TOO_LONG ? 0 : (int32_t)
                                     (r->body ? r->body_max : r->head_max), now);
        check__http_body(io, c, body, body_size);
    }
    return !r->done || check__http_done(io, c, at == size, now);
}

static bool check__http_read(check_io *io, check *c, uint64_t now)
{
    uint32_t bound;
    long     n;
    int      why;

    for (bound = 0; bound < 8; bound++) {
        n = check__read(c, io->room, sizeof io->room);
        if (n < 0 || (n == 0 && c->reused))
            return check__stalled(io, c, n, CHECK__IN, now);
        why = n == 0 ? check_http_close(&c->of.http) : 0;
        if (why)
            return check__stream_end(io, c, (uint8_t)why, 0, now);
        if (n == 0)
            return check__http_done(io, c, false, now);
        c->reused = false;
        if (!check__http_feed(io, c, (size_t)n, now))
            return false;
    }
    check__want(io, c, CHECK__IN | CHECK__AGAIN, now);
    return false;
}

/* --- http: regex --- */

static uint64_t check__pattern_mark(const check_url *u)
{
    unsigned options = 1u | (unsigned)u->regex_caseless << 1 | (unsigned)u->regex_multiline << 2 |
                       (unsigned)u->regex_dotall << 3;

    return check__mark(options, u->regex, strlen(u->regex));
}

static check_pattern *check__pattern(const check_io *io, const check_url *u)
{
    uint64_t mark = check__pattern_mark(u);
    size_t   i;

    for (i = 0; i < io->o.n_patterns; i++)
        if (io->o.patterns[i].users && io->o.patterns[i].mark == mark)
            return &io->o.patterns[i];
    return NULL;
}

static regex_t *check__compiled(check_pattern *p)
{
    CHECK_ASSERT(sizeof(regex_t) <= sizeof p->room);
    return (regex_t *)(void *)p->room;
}

static int check__compile(check_io *io, check_pattern *p, const check_url *u)
{
    char *text = (char *)io->room, word[8];
    int   error = check_regex(u, text, sizeof io->room, word);

    if (error)
        return check__fail(io, error, "regex: %s is not in POSIX's extended ones", word);
    error = regcomp(check__compiled(p), text, REG_EXTENDED | (u->regex_caseless ? REG_ICASE : 0) |
                    (u->regex_multiline ? REG_NEWLINE : 0));
    if (error) {
        regerror(error, check__compiled(p), text, 100);
        return check__fail(io, CHECK_E_REGEX, "regex %s: %s", u->regex, text);
    }
    p->mark = check__pattern_mark(u);
    return 0;
}

static int check__take_pattern(check_io *io, const check_url *u)
{
    check_pattern *p = check__pattern(io, u);
    size_t         i = 0;
    int            error;

    if (!io->o.n_bodies || io->o.body_size < sizeof io->free_body)
        return check__fail(io, -ENOBUFS, "regex: there is no memory for bodies");
    while (!p && i < io->o.n_patterns && io->o.patterns[i].users)
        i++;
    if (!p && i == io->o.n_patterns)
        return check__fail(io, -ENOBUFS, "more than %zu different regexes", i);
    error = p ? 0 : check__compile(io, &io->o.patterns[i], u);
    if (!error)
        (p ? p : &io->o.patterns[i])->users++;
    return error;
}

/* The first n URLs let go of theirs. */
static void check__put_patterns(check_io *io, const check *c, size_t n)
{
    check_pattern *p;

    while (n--) {
        p = check__url_at(c->d, n)->regex ? check__pattern(io, check__url_at(c->d, n)) : NULL;
        if (p && --p->users == 0)
            regfree(check__compiled(p));
    }
}

static int check__http_prepare(check_io *io, check *c)
{
    size_t i;
    int    error = c->d->kind == CHECK_HTTPS ? check__tls_prepare(io, c) : 0;

    for (i = 0; !error && i < check__n_urls(c->d); i++) {
        if (check__url_at(c->d, i)->regex)
            error = check__take_pattern(io, check__url_at(c->d, i));
        if (error)
            check__put_patterns(io, c, i);
    }
    if (error && i)
        check__tls_forget(io, c);
    return error;
}

static void check__http_forget(check_io *io, check *c)
{
    check__put_patterns(io, c, check__n_urls(c->d));
    check__tls_forget(io, c);
}

/* The libc wants a string: a NUL in it becomes a byte that only . matches. */
static uint8_t check__http_match(check_io *io, check *c)
{
    const check_url *u = check_url_now(c);
    char            *text = (char *)c->body, *nul;
    regmatch_t       m;
    size_t           from = u->regex_min;
    bool             found, cut = c->of.http.body > c->body_size;

    text[c->body_size] = 0;
    while ((nul = (char *)memchr(text, 0, c->body_size)) != NULL)
        *nul = 1;
    found = from <= c->body_size && regexec(check__compiled(check__pattern(io, u)), text + from, 1,
                                            &m, from ? REG_NOTBOL : 0) == 0;
    if (!found && cut && (!u->regex_max || u->regex_max >= c->body_size))
        return CHECK_TOO_LONG;          /* it may be in what there was no room for */
    if (found && u->regex_max && from + (size_t)m.rm_so > u->regex_max)
        found = false;
    return found != u->regex_no_match ? CHECK_OK : CHECK_REGEX;
}

/* --- smtp --- */

static int check__smtp_prepare(check_io *io, check *c)
{
    int error = check_smtp_begin(&c->of.smtp, c);

    if (error)
        return check__fail(io, error, "the mail has no or bad addresses");
    return c->d->smtp.starttls ? check__tls_prepare(io, c) : 0;
}

static bool check__smtp_read(check_io *io, check *c, uint64_t now)
{
    size_t used;
    long   n = check__read(c, io->room, sizeof io->room);
    int    result;

    if (n == 0)
        return check__stream_end(io, c, check__smtp_is_over(c) ? CHECK_OK : CHECK_CLOSED, 0, now);
    if (n < 0)
        return check__stalled(io, c, n, CHECK__IN, now);
    result = check_smtp_feed(&c->of.smtp, c, io->room, (size_t)n, &used);
    if (result == CHECK_SMTP_DONE)
        return check__stream_end(io, c, CHECK_OK, 0, now);
    if (result < 0)
        return check__stream_end(io, c, (uint8_t)-result, -result == CHECK_STATUS ?
                                 c->of.smtp.code : 0, now);
    if (used < (size_t)n)               /* answers nobody asked for */
        return check__stream_end(io, c, CHECK_MALFORMED, 0, now);
    if (result != CHECK_SMTP_WAIT)
        c->step = result == CHECK_SMTP_TLS ? CHECK__STEP_TLS : CHECK__STEP_SEND;
    return true;
}

/* What was sent in part is made again: the same state says the same. */
static bool check__smtp_send(check_io *io, check *c, uint64_t now)
{
    check_smtp_state before;
    size_t           size;
    bool             more;
    long             n;

    do {
        before = c->of.smtp;
        size = check_smtp_say(&c->of.smtp, c, (char *)io->room, 4096, &more);
        n = check__write(c, io->room + c->sent, size - c->sent, false);
        if (n >= 0)
            c->sent += (uint32_t)n;
        if (n < 0 || c->sent < size)
            c->of.smtp = before;
        if (n < 0)
            return check__stalled(io, c, n, CHECK__IN | CHECK__OUT, now);
        if (c->sent == size)
            c->sent = 0;
    } while (c->sent || more);
    c->step = CHECK__STEP_READ;
    return true;
}

/* --- dns by tcp (RFC 7766): two bytes of length before each message --- */

static bool check__dns_send(check_io *io, check *c, uint64_t now)
{
    uint8_t out[2 + 12 + 260 + 11];
    int     size = check_dns_encode(out + 2, sizeof out - 2, (uint16_t)c->nonce, &c->d->dns);
    long    n;

    if (size < 0)
        return check__stream_end(io, c, CHECK_NOT_TRIED, 0, now);
    check__put16(out, (unsigned)size);
    n = check__write(c, out + c->sent, (size_t)size + 2 - c->sent, false);
    if (n < 0)
        return check__stalled(io, c, n, CHECK__IN | CHECK__OUT, now);
    c->sent += (uint32_t)n;
    if (c->sent == (uint32_t)size + 2) {
        c->step = CHECK__STEP_READ;
        c->sent = 0;
    }
    return true;
}

/* The message is collected where it is wanted; in c->sent stands how many bytes have come. */
static bool check__dns_read(check_io *io, check *c, uint64_t now)
{
    check_payload *p = c->payload;
    uint8_t       *length = c->of.dns_length, *to;
    bool           head = c->sent < 2;
    size_t         size = head ? 2 - c->sent : check__get16(length) + 2u - c->sent;
    int32_t        detail = 0;
    long           n = 0;

    if (!head && check__get16(length) > p->out_cap)
        return check__stream_end(io, c, CHECK_TOO_LONG, (int32_t)p->out_cap, now);
    to = head ? length + c->sent : p->out + (c->sent - 2);
    if (size)
        n = check__read(c, to, size);
    if (size && n == 0)
        return check__stream_end(io, c, CHECK_CLOSED, 0, now);
    if (n < 0)
        return check__stalled(io, c, n, CHECK__IN, now);
    c->sent += (uint32_t)n;
    if (head || (size_t)n < size)
        return true;
    p->out_size = check__get16(length);
    n = check_dns_decode(p->out, p->out_size, (uint16_t)c->nonce, &c->d->dns, &detail);
    return check__stream_end(io, c, n == CHECK_NOT_TRIED ? (uint8_t)CHECK_MALFORMED : (uint8_t)n,
                             detail, now);
}

/* --- their steps --- */

/* True: go on with the next. */
static bool check__stream_step(check_io *io, check *c, uint64_t now)
{
    uint8_t kind = c->d->kind;

    switch (c->step) {
    case CHECK__STEP_CONNECT: return check__connect(io, c, now);
    case CHECK__STEP_TLS: return check__tls_step(io, c, now);
    case CHECK__STEP_SEND:
        return kind == CHECK_SMTP ? check__smtp_send(io, c, now) : kind == CHECK_DNS ?
               check__dns_send(io, c, now) : check__http_send(io, c, now);
    }
    return kind == CHECK_SMTP ? check__smtp_read(io, c, now) : kind == CHECK_DNS ?
           check__dns_read(io, c, now) : check__http_read(io, c, now);
}

static void check__stream_start(check_io *io, check *c, uint64_t now)
{
    c->reused = c->kept;
    c->kept = false;
    c->step = CHECK__STEP_SEND;
    if (c->d->kind == CHECK_SMTP)
        check_smtp_begin(&c->of.smtp, c);
    if (c->payload)
        c->payload->out_size = 0;
    if (!c->reused && !check__stream_open(io, c, now))
        return;
    while (check__stream_step(io, c, now))
        ;
}

static void check__stream_ready(check_io *io, check *c, unsigned which, uint32_t events,
                                uint64_t now)
{
    (void)which;
    (void)events;
    if (!c->running)                    /* kept, and it has something to say: it is closed */
        check__disconnect(io, c);
    while (c->running && check__stream_step(io, c, now))
        ;
}

/* --- udp and dns --- */

/* What is sent, and its size. */
static const uint8_t *check__datagram(check_io *io, const check *c, size_t *size)
{
    if (c->d->kind == CHECK_DNS) {
        *size = (size_t)check_dns_encode(io->room, sizeof io->room, (uint16_t)c->nonce,
                                         &c->d->dns);
        return io->room;
    }
    *size = c->payload && c->payload->bytes ? c->payload->size : c->d->udp.payload_size;
    return c->payload && c->payload->bytes ? c->payload->bytes : c->d->udp.payload;
}

static void check__datagram_start(check_io *io, check *c, uint64_t now)
{
    struct sockaddr_storage to;
    socklen_t               to_size = check__sockaddr(c, &c->to, check_port(c->d, &c->to), &to);
    size_t                  size;
    const uint8_t          *bytes = check__datagram(io, c, &size);

    if (c->payload)
        c->payload->out_size = 0;
    c->step = CHECK__STEP_READ;
    c->fd = check__socket(c, SOCK_DGRAM, c->d->from.port);
    if (c->fd < 0)
        check__finish(io, c, check__why(-c->fd), -c->fd, now);
    else if (connect(c->fd, (struct sockaddr *)(void *)&to, to_size) < 0 ||
             send(c->fd, bytes, size, MSG_NOSIGNAL) < 0)
        check__finish(io, c, check__why(errno), errno, now);
    else
        check__want(io, c, CHECK__IN, now);
}

/* One datagram: is it what was waited for? False: go on waiting. */
static bool check__datagram_read(check_io *io, check *c, size_t size, uint64_t now)
{
    check_payload *p = c->payload;
    int32_t        detail = (int32_t)size;
    int            why = CHECK_MISMATCH;

    if (c->d->kind == CHECK_DNS)
        why = check_dns_decode(io->room, size, (uint16_t)c->nonce, &c->d->dns, &detail);
    else if (check_udp_match(&c->d->udp, io->room, size))
        why = CHECK_OK, detail = 0;
    if (c->d->kind == CHECK_DNS && why == CHECK_NOT_TRIED)
        return false;
    if (p && p->out)
        memcpy(p->out, io->room, size < p->out_cap ? size : p->out_cap);
    if (p)
        p->out_size = size;
    check__finish(io, c, (uint8_t)why, detail, now);
    return true;
}

static void check__datagram_ready(check_io *io, check *c, unsigned which, uint32_t events,
                                  uint64_t now)
{
    ssize_t  n;
    unsigned i;

    (void)which;
    (void)events;
    for (i = 0; i < 16 && c->running; i++) {
        n = recv(c->fd, io->room, sizeof io->room, 0);
        if (n < 0 && errno == EAGAIN)
            return;
        if (n < 0)
            check__finish(io, c, check__why(errno), errno, now);
        else if (check__datagram_read(io, c, (size_t)n, now))
            return;
    }
    if (c->running)
        check__want(io, c, CHECK__IN | CHECK__AGAIN, now);
}

static void check__datagram_late(check_io *io, check *c, uint64_t now)
{
    bool good = c->d->kind == CHECK_UDP && !c->d->udp.require_reply;

    check__finish(io, c, good ? CHECK_OK : CHECK_REPLY_TIMEOUT, 0, now);
}

/* --- icmp: all checks of a family share a socket --- */

/* A raw socket hears every ICMP message of the machine: those that cannot be for us stay out. */
static void check__icmp_filter(int fd, bool six)
{
    uint32_t only6[8], only4 = ~(1u << 0 | 1u << 3 | 1u << 11 | 1u << 12);

    memset(only6, 0xff, sizeof only6);
    only6[0] &= ~(1u << 1 | 1u << 3 | 1u << 4);
    only6[129 / 32] &= ~(1u << 129 % 32);
    if (six)
        setsockopt(fd, IPPROTO_ICMPV6, 1 /* ICMPV6_FILTER */, only6, sizeof only6);
    else
        setsockopt(fd, SOL_RAW, 1 /* ICMP_FILTER */, &only4, sizeof only4);
}

/* A ping socket where net.ipv4.ping_group_range allows it (the kernel sorts by id), else a raw
   one, which takes CAP_NET_RAW. */
static int check__icmp_open(check_io *io, bool six)
{
    int family = six ? AF_INET6 : AF_INET, protocol = six ? 58 : 1;
    int flags = SOCK_NONBLOCK | SOCK_CLOEXEC, room = 4 << 20, on = 1, error;
    int fd = socket(family, SOCK_DGRAM | flags, protocol);

    io->icmp_raw[six] = fd < 0;
    if (fd < 0)
        fd = socket(family, SOCK_RAW | flags, protocol);
    if (fd < 0)
        return -errno;
    if (io->icmp_raw[six])
        check__icmp_filter(fd, six);
    else
        setsockopt(fd, six ? SOL_IPV6 : SOL_IP, six ? IPV6_RECVERR : IP_RECVERR, &on, sizeof on);
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) < 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    error = check__watch(io, fd, six ? CHECK__AT_ICMP6 : CHECK__AT_ICMP4, EPOLLIN);
    if (error)
        check__close(&fd);
    io->icmp[six] = fd;
    return error;
}

/* One buffer, an address, and room for what goes along or is told. */
static void check__message(struct msghdr *m, struct iovec *v, void *bytes, size_t size,
                           struct sockaddr_storage *name, void *control, size_t control_size)
{
    memset(m, 0, sizeof *m);
    v->iov_base = bytes;
    v->iov_len = size;
    m->msg_iov = v;
    m->msg_iovlen = 1;
    m->msg_name = name;
    m->msg_namelen = sizeof *name;
    m->msg_control = control;
    m->msg_controllen = (socklen_t)control_size;
}

/* Where a shared socket sends from, as its own would be bound. */
static unsigned check__control(const check *c, struct msghdr *m)
{
    const check_desc *d = c->d;
    bool              six = c->to.family == CHECK_IPV6;
    struct cmsghdr   *h = (struct cmsghdr *)m->msg_control;
    struct in_pktinfo four;
    struct in6_pktinfo info6;
    unsigned          size = six ? sizeof info6 : sizeof four, used = 0;
    unsigned          device = d->device[0] ? if_nametoindex(d->device) : 0;

    memset(&four, 0, sizeof four);
    memset(&info6, 0, sizeof info6);
    four.ipi_ifindex = (int)device;
    info6.ipi6_ifindex = device;
    memcpy(&four.ipi_spec_dst, d->from.ip, 4);
    memcpy(&info6.ipi6_addr, d->from.ip, 16);
    if (device || d->from.family) {
        h->cmsg_level = six ? SOL_IPV6 : SOL_IP;
        h->cmsg_type = six ? IPV6_PKTINFO : IP_PKTINFO;
        h->cmsg_len = (unsigned)CMSG_LEN(size);
        memcpy(CMSG_DATA(h), six ? (const void *)&info6 : (const void *)&four, size);
        used = (unsigned)CMSG_SPACE(size);
    }
    if (d->mark) {
        h = (struct cmsghdr *)(void *)((char *)m->msg_control + used);
        h->cmsg_level = SOL_SOCKET;
        h->cmsg_type = SO_MARK;
        h->cmsg_len = (unsigned)CMSG_LEN(sizeof d->mark);
        memcpy(CMSG_DATA(h), &d->mark, sizeof d->mark);
        used += (unsigned)CMSG_SPACE(sizeof d->mark);
    }
    return used;
}

/* A source that is not ours is taken for a network without a route: a socket of its own tells. */
static int check__icmp_refused(const check *c, int error)
{
    int fd = c->d->from.family ? check__socket(c, SOCK_DGRAM, 0) : -1;

    if (fd >= 0)
        close(fd);
    return fd == -EADDRNOTAVAIL ? fd : error;
}

static int check__icmp_send(check_io *io, const check *c, int fd)
{
    struct sockaddr_storage to;
    struct msghdr           m;
    struct iovec            v;
    uint64_t                control[16];
    uint8_t                 packet[CHECK__ECHO];

    if (c->d->device[0] && !if_nametoindex(c->d->device))
        return -ENODEV;
    memset(control, 0, sizeof control);
    check_icmp_encode(packet, c->to.family, io->icmp_id, (uint16_t)c->nonce, c->nonce);
    check__message(&m, &v, packet, sizeof packet, &to, control, sizeof control);
    m.msg_namelen = check__sockaddr(c, &c->to, 0, &to);
    m.msg_controllen = check__control(c, &m);
    if (m.msg_controllen == 0)
        m.msg_control = NULL;
    return sendmsg(fd, &m, MSG_NOSIGNAL) < 0 ? check__icmp_refused(c, -errno) : 0;
}

static int check__icmp_prepare(check_io *io, check *c)
{
    bool six = c->to.family == CHECK_IPV6;
    int  error = c->to.family && io->icmp[six] < 0 ? check__icmp_open(io, six) : 0;

    return !error ? 0 : error == -EPERM || error == -EACCES ?
           check__fail(io, error, "icmp takes CAP_NET_RAW, or our group in "
                       "net.ipv4.ping_group_range") :
           check__fail(io, error, "no ICMP socket: %s", strerror(-error));
}

static void check__icmp_start(check_io *io, check *c, uint64_t now)
{
    bool six = c->to.family == CHECK_IPV6;
    int  error = io->icmp[six] < 0 ? check__icmp_open(io, six) : 0;

    c->step = CHECK__STEP_READ;
    check__chain(check__bucket(io, c), c);
    if (!error)
        error = check__icmp_send(io, c, io->icmp[six]);
    if (error && io->icmp[six] < 0)
        check__finish(io, c, CHECK_NOT_TRIED, -error, now);
    else if (error)
        check__finish(io, c, check__why(-error), -error, now);
}

static void check__icmp_give_up(check_io *io, check *c)
{
    if (c->running)
        check__unchain(check__bucket(io, c), c);
}

static void check__icmp_late(check_io *io, check *c, uint64_t now)
{
    check__finish(io, c, CHECK_REPLY_TIMEOUT, 0, now);
}

/* Whose it is: an answer by its nonce, an error by the sequence number and where the request
   went; both by address. */
static void check__icmp_take(check_io *io, const check_icmp *m, const uint8_t *ip, uint8_t family,
                             uint64_t now)
{
    check *c = io->bucket[m->sequence % CHECK__BUCKETS];

    while (c && (c->d->kind != CHECK_ICMP || c->to.family != family ||
                 (uint16_t)c->nonce != m->sequence || (!m->error && c->nonce != m->nonce) ||
                 memcmp(c->to.ip, ip, family == CHECK_IPV6 ? 16 : 4) != 0))
        c = c->hash_next;
    if (c)
        check__finish(io, c, m->error ? CHECK_UNREACHABLE : CHECK_OK,
                      m->error ? EHOSTUNREACH : 0, now);
}

static const uint8_t *check__ip_of(const struct sockaddr_storage *from)
{
    return from->ss_family == AF_INET6 ?
           (const uint8_t *)&((const struct sockaddr_in6 *)(const void *)from)->sin6_addr :
           (const uint8_t *)&((const struct sockaddr_in *)(const void *)from)->sin_addr;
}

/* What the kernel tells of a ping socket's request: it hands back the message we sent. */
static bool check__icmp_error(check_io *io, bool six, uint64_t now)
{
    struct sockaddr_storage to;
    struct msghdr           m;
    struct iovec            v;
    check_icmp              e;
    uint64_t                control[64];
    ssize_t                 n;

    memset(&e, 0, sizeof e);
    check__message(&m, &v, io->room, sizeof io->room, &to, control, sizeof control);
    n = recvmsg(io->icmp[six], &m, MSG_ERRQUEUE);
    if (n < 8 || m.msg_namelen == 0)
        return n >= 0;
    e.error = true;
    e.sequence = (uint16_t)check__get16(io->room + 6);
    check__icmp_take(io, &e, check__ip_of(&to), six ? CHECK_IPV6 : CHECK_IPV4, now);
    return true;
}

/* An ICMP message as a socket gives it; a raw one of IPv4 has the IP header before it. */
static void check__icmp_message(check_io *io, bool six, const struct sockaddr_storage *from,
                                size_t size, uint64_t now)
{
    uint8_t        family = six ? CHECK_IPV6 : CHECK_IPV4;
    size_t         header = io->icmp_raw[six] && !six && size ? (io->room[0] & 15u) * 4 : 0;
    check_icmp     m;

    if (header > size || !check_icmp_decode(family, io->room + header, size - header, &m))
        return;
    if (io->icmp_raw[six] && m.id != io->icmp_id)
        return;
    check__icmp_take(io, &m, m.error ? m.to : check__ip_of(from), family, now);
}

static void check__icmp_ready(check_io *io, bool six, uint64_t now)
{
    struct sockaddr_storage from;
    socklen_t               from_size;
    ssize_t                 n;
    unsigned                i;

    for (i = 0; i < 64; i++) {
        from_size = sizeof from;
        n = recvfrom(io->icmp[six], io->room, sizeof io->room, 0,
                     (struct sockaddr *)(void *)&from, &from_size);
        if (n >= 0)
            check__icmp_message(io, six, &from, (size_t)n, now);
        else if (errno == EAGAIN || !check__icmp_error(io, six, now))
            break;
    }
    while (!io->icmp_raw[six] && i++ < 64 && check__icmp_error(io, six, now))
        ;
}

/* --- bfd: a session sends from its own socket; a family hears on one, two with multihop --- */

static unsigned check__bfd_index(const check *c)
{
    return (c->to.family == CHECK_IPV6 ? 1u : 0u) + (c->d->bfd.multihop ? 2u : 0u);
}

/* Sessions are found by address: all of one neighbor are in one chain. */
static uint64_t check__bfd_place(const uint8_t *ip, unsigned index)
{
    return check__mark(index, ip, index & 1 ? 16 : 4) >> 20;
}

static int check__bfd_listen(check_io *io, const check *c)
{
    struct sockaddr_storage any;
    check_address           none;
    unsigned                i = check__bfd_index(c);
    bool                    six = c->to.family == CHECK_IPV6;
    int                     on = 1, room = CHECK__BFD_QUEUE, fd, error;

    memset(&none, 0, sizeof none);
    none.family = c->to.family;
    fd = socket(six ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    setsockopt(fd, six ? SOL_IPV6 : SOL_IP, six ? IPV6_RECVHOPLIMIT : IP_RECVTTL, &on, sizeof on);
    setsockopt(fd, six ? SOL_IPV6 : SOL_IP, six ? IPV6_RECVPKTINFO : IP_PKTINFO, &on, sizeof on);
    if (six)
        setsockopt(fd, SOL_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) < 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    error = bind(fd, (struct sockaddr *)(void *)&any,
                 check__sockaddr(c, &none, check_port(c->d, &none), &any)) < 0 ? -errno :
            check__watch(io, fd, CHECK__AT_BFD + i, EPOLLIN);
    if (error)
        check__close(&fd);
    io->bfd[i] = fd;
    return error;
}

/* RFC 5881 4: a source port of 49152..65535 that no other session has, TTL 255. */
static int check__bfd_open(check_io *io, const check *c)
{
    struct sockaddr_storage to;
    bool                    six = c->to.family == CHECK_IPV6;
    int                     ttl = c->d->bfd.ttl ? c->d->bfd.ttl : 255, class6 = 0xc0, tries = 0, fd;
    uint16_t                port = c->d->from.port;
    socklen_t               size = check__sockaddr(c, &c->to, check_port(c->d, &c->to), &to);

    do {
        if (!c->d->from.port)
            port = (uint16_t)(CHECK__BFD_PORT + check__random(io) % 16384);
        fd = check__socket(c, SOCK_DGRAM, port);
    } while (fd == -EADDRINUSE && ++tries < 64);
    if (fd < 0)
        return fd;
    setsockopt(fd, six ? SOL_IPV6 : SOL_IP, six ? IPV6_UNICAST_HOPS : IP_TTL, &ttl, sizeof ttl);
    setsockopt(fd, six ? SOL_IPV6 : SOL_IP, six ? IPV6_TCLASS : IP_TOS, &class6, sizeof class6);
    if (connect(fd, (struct sockaddr *)(void *)&to, size) == 0)
        return fd;
    tries = -errno;
    close(fd);
    return tries;
}

/* All that the session has to say. */
static void check__bfd_drain(check_io *io, check *c, uint64_t now)
{
    check_bfd *b = &c->of.bfd;
    uint8_t    packet[64];
    size_t     size;
    bool       sends, was = c->verdict == CHECK_UP, up;

    while (check_bfd_next(b, &sends))
        if (sends) {
            size = check_bfd_send(b, packet, check__clock(io, now));
            if (send(c->fd, packet, size, MSG_NOSIGNAL) < 0 && errno == ECONNREFUSED)
                send(c->fd, packet, size, MSG_NOSIGNAL);    /* what an earlier one came to */
        }
    up = b->state == CHECK_BFD_STATE_UP;
    if (b->on && (up ? !was || c->running || c->pending_at != CHECK_NEVER :
                  was && !c->running && c->pending_at == CHECK_NEVER))
        check__learned(io, c, up ? CHECK_OK : CHECK_BFD_DOWN, up ? 0 : b->diag, now);
    c->due = CHECK_NEVER;
    check__schedule(io, c);
}

static int check__bfd_prepare(check_io *io, check *c)
{
    int error = c->to.family && io->bfd[check__bfd_index(c)] < 0 ? check__bfd_listen(io, c) : 0;

    return !error ? 0 : check__fail(io, error, "cannot hear BFD on UDP port %u: %s",
                                    c->d->bfd.multihop ? 4784u : 3784u, strerror(-error));
}

static void check__bfd_start(check_io *io, check *c, uint64_t now)
{
    unsigned i = check__bfd_index(c);
    int      error = io->bfd[i] < 0 ? check__bfd_listen(io, c) : 0;

    c->fd = error ? error : check__bfd_open(io, c);
    if (c->fd < 0) {
        check__finish(io, c, check__why(-c->fd), -c->fd, now);
        return;
    }
    check_bfd_init(&c->of.bfd, &c->d->bfd, check__random(io));
    c->nonce = check__bfd_place(c->to.ip, i);
    check__chain(check__bucket(io, c), c);
    check_bfd_start(&c->of.bfd, check__clock(io, now));
    check__bfd_drain(io, c, now);
}

/* The neighbor is told once; it would find out by silence anyway. */
static void check__bfd_give_up(check_io *io, check *c)
{
    if (!c->of.bfd.d)
        return;
    check_bfd_stop(&c->of.bfd, check__clock(io, 0));
    check__bfd_drain(io, c, io->latest);
    check__unchain(check__bucket(io, c), c);
    c->of.bfd.d = NULL;
}

/* It did not come up in time; it may do so any time later. */
static void check__bfd_late(check_io *io, check *c, uint64_t now)
{
    check__learned(io, c, CHECK_BFD_DOWN, c->of.bfd.diag, now);
    c->due = CHECK_NEVER;
}

static void check__bfd_tick(check_io *io, check *c, uint64_t now)
{
    if (c->d->kind != CHECK_BFD || !c->of.bfd.d || check_bfd_deadline(&c->of.bfd) > now)
        return;
    check_bfd_tick(&c->of.bfd, now);
    check__bfd_drain(io, c, now);
}

/* What the kernel says of a packet. */
typedef struct check__arrival {
    int      ttl;                       /* -1: nothing */
    unsigned device;
    uint8_t  to[16];
} check__arrival;

static void check__arrival_fact(const struct cmsghdr *h, const uint8_t *data, check__arrival *a)
{
    struct in_pktinfo  four;
    struct in6_pktinfo six;
    bool               is4 = h->cmsg_level == SOL_IP, is6 = h->cmsg_level == SOL_IPV6;

    if ((is4 && h->cmsg_type == IP_TTL) || (is6 && h->cmsg_type == IPV6_HOPLIMIT))
        memcpy(&a->ttl, data, sizeof a->ttl);
    if (is4 && h->cmsg_type == IP_PKTINFO) {
        memcpy(&four, data, sizeof four);
        a->device = (unsigned)four.ipi_ifindex;
        memcpy(a->to, &four.ipi_addr, 4);
    }
    if (is6 && h->cmsg_type == IPV6_PKTINFO) {
        memcpy(&six, data, sizeof six);
        a->device = six.ipi6_ifindex;
        memcpy(a->to, &six.ipi6_addr, 16);
    }
}

/* By hand: musl's macros warn. */
static void check__arrival_read(const struct msghdr *m, check__arrival *a)
{
    const uint8_t *at = (const uint8_t *)m->msg_control;
    size_t         left = m->msg_controllen, step;
    struct cmsghdr h;

    memset(a, 0, sizeof *a);
    for (a->ttl = -1; left >= CMSG_LEN(0); at += step, left -= step) {
        memcpy(&h, at, sizeof h);
        step = CMSG_ALIGN(h.cmsg_len);
        if (h.cmsg_len < CMSG_LEN(0) || step > left)
            break;
        check__arrival_fact(&h, at + CMSG_LEN(0), a);
    }
}

/* By the discriminator it gives us alone, or while it has none, by addresses and interface (RFC
   5880 6.8.6, 5881 3, 5883 4.1). */
static bool check__bfd_is_for(const check *c, const uint8_t *in, const uint8_t *ip, unsigned index,
                              const check__arrival *a)
{
    uint32_t your = check__get32(in + 8);
    size_t   width = index & 1 ? 16 : 4;

    if (c->d->kind != CHECK_BFD || !c->of.bfd.d || check__bfd_index(c) != index)
        return false;
    if (your)
        return c->of.bfd.local == your;
    return memcmp(c->to.ip, ip, width) == 0 &&
           (!c->d->from.family || memcmp(c->d->from.ip, a->to, width) == 0) &&
           (!c->to.scope || c->to.scope == a->device) &&
           (!c->d->device[0] || if_nametoindex(c->d->device) == a->device);
}

/* Most come from where the session's packets go to; for an address that changed all are asked. */
static check *check__bfd_find(const check_io *io, const uint8_t *ip, unsigned index,
                              const check__arrival *a)
{
    check *c = io->bucket[check__bfd_place(ip, index) % CHECK__BUCKETS];

    while (c && !check__bfd_is_for(c, io->room, ip, index, a))
        c = c->hash_next;
    if (!c && check__get32(io->room + 8))
        for (c = io->checks; c && !check__bfd_is_for(c, io->room, ip, index, a);)
            c = c->next;
    return c;
}

static void check__bfd_take(check_io *io, const struct msghdr *m, unsigned index, size_t size,
                            uint64_t now)
{
    const uint8_t *ip = check__ip_of((const struct sockaddr_storage *)m->msg_name);
    check__arrival a;
    check         *c;
    int            error;

    check__arrival_read(m, &a);
    c = size < 24 || a.ttl < 0 ? NULL : check__bfd_find(io, ip, index, &a);
    if (!c)
        return;
    error = check_bfd_receive(&c->of.bfd, io->room, size, (uint8_t)a.ttl, check__clock(io, now));
    if (!error)
        check__bfd_drain(io, c, now);
    else if (!(c->sent & 1u << (CHECK_E_LENGTH - error))) {     /* each once in a session */
        c->sent |= 1u << (CHECK_E_LENGTH - error);
        check__alarm(io, c, error, "BFD packet dropped: %s", check_str(error));
    }
}

static void check__bfd_ready(check_io *io, unsigned index, uint64_t now)
{
    struct sockaddr_storage from;
    struct msghdr           m;
    struct iovec            v;
    uint64_t                control[32];
    unsigned                i;
    ssize_t                 n = 0;

    for (i = 0; i < 64 && n >= 0; i++) {
        check__message(&m, &v, io->room, 256, &from, control, sizeof control);
        n = recvmsg(io->bfd[index], &m, 0);
        if (n >= 0)
            check__bfd_take(io, &m, index, (size_t)n, now);
    }
    io->behind |= n >= 0;
}

/* Other settings for a session that goes on. */
static int check__bfd_change(check_io *io, check *c, const check_desc *desc, uint64_t now)
{
    uint64_t deadline = c->deadline;
    bool     running = c->running;
    int      error;

    c->running = false;
    error = check_change(c, desc, now);
    c->running = running;
    c->deadline = deadline;
    c->due = CHECK_NEVER;
    if (error)
        return check__fail(io, error, "%s", check_str(error));
    check_bfd_change(&c->of.bfd, &desc->bfd, now);
    check__bfd_drain(io, c, now);
    check__rearm(io);
    return 0;
}

// >>tls

#ifdef CHECK_MBEDTLS

/* The system's certificates, where distributions keep them. */
static const char *check__system_ca(void)
{
    static const char *const places[] = {
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/cert.pem", "/etc/ssl/ca-bundle.pem", "/etc/pki/tls/cacert.pem"
    };
    const char *chosen = getenv("SSL_CERT_FILE");
    size_t      i;

    for (i = 0; !chosen && i < sizeof places / sizeof *places; i++)
        if (access(places[i], R_OK) == 0)
            chosen = places[i];
    return chosen ? chosen : places[0];
}

static int check__tls_random(void *none, unsigned char *out, size_t size)
{
    ssize_t n;

    (void)none;
    for (; size; size -= (size_t)n, out += n) {
        n = getrandom(out, size, 0);
        if (n < 0)
            return MBEDTLS_ERR_ENTROPY_SOURCE_FAILED;
    }
    return 0;
}

CHECK_DEF void check_mbedtls_sha1(const uint8_t *input, size_t size, uint8_t out[20])
{
    mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA1), input, size, out);
}

/* Another one when a file is another: certificates are replaced, then there is a reload. */
static uint64_t check__tls_mark(const check_tls *d)
{
    const char *path[3];
    uint64_t    mark = d->no_verify, is[3];
    struct stat s;
    size_t      i;

    path[0] = d->no_verify ? NULL : d->ca ? d->ca : check__system_ca();
    path[1] = d->certificate;
    path[2] = d->key;
    for (i = 0; i < 3; i++) {
        memset(&s, 0, sizeof s);
        if (path[i])
            stat(path[i], &s);
        is[0] = (uint64_t)s.st_ino;
        is[1] = (uint64_t)s.st_mtim.tv_sec;
        is[2] = (uint64_t)s.st_mtim.tv_nsec;
        mark = check__mark(mark, path[i], path[i] ? strlen(path[i]) : 0);
        mark = check__mark(mark, is, sizeof is);
    }
    return mark;
}

static int check__parse_key(struct check_tls_context *t, const char *path)
{
#if MBEDTLS_VERSION_MAJOR >= 3
    return mbedtls_pk_parse_keyfile(&t->pk, path, NULL, check__tls_random, NULL);
#else
    return mbedtls_pk_parse_keyfile(&t->pk, path, NULL);
#endif
}

/* Reads the files. 0, or an error with its sentence. */
static int check__tls_load(check_io *io, struct check_tls_context *t, const check_tls *d)
{
    const char *ca = d->ca ? d->ca : check__system_ca(), *key = d->key ? d->key : d->certificate;
    int         error = d->no_verify ? 0 : mbedtls_x509_crt_parse_file(&t->chain, ca);

    if (error < 0)                      /* above 0: so many of a bundle are of unknown kinds */
        return check__fail(io, CHECK_E_CERTIFICATE, "no certificates in %s (-0x%04x)", ca,
                           (unsigned)-error);
    error = d->certificate ? mbedtls_x509_crt_parse_file(&t->own, d->certificate) : 0;
    if (error)
        return check__fail(io, CHECK_E_CERTIFICATE, "no certificate in %s (-0x%04x)",
                           d->certificate, (unsigned)-error);
    error = d->certificate ? check__parse_key(t, key) : 0;
    if (error)
        return check__fail(io, CHECK_E_CERTIFICATE, "no private key in %s (-0x%04x)", key,
                           (unsigned)-error);
    return 0;
}

static int check__tls_configure(check_io *io, struct check_tls_context *t, const check_tls *d)
{
    int error = check__tls_load(io, t, d), wrong;

    if (error)
        return error;
    wrong = mbedtls_ssl_config_defaults(&t->config, MBEDTLS_SSL_IS_CLIENT,
                                        MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
    mbedtls_ssl_conf_rng(&t->config, check__tls_random, NULL);
    mbedtls_ssl_conf_authmode(&t->config, d->no_verify ? MBEDTLS_SSL_VERIFY_NONE
                                                       : MBEDTLS_SSL_VERIFY_REQUIRED);
    if (!d->no_verify)
        mbedtls_ssl_conf_ca_chain(&t->config, &t->chain, NULL);
    if (!wrong && d->certificate)
        wrong = mbedtls_ssl_conf_own_cert(&t->config, &t->own, &t->pk);
    return wrong ? check__fail(io, CHECK_E_CERTIFICATE, "TLS cannot be set up (-0x%04x)",
                               (unsigned)-wrong) : 0;
}

static void check__tls_unload(check_io *io, struct check_tls_context *t)
{
    size_t i;

    for (i = 0; i < io->o.n_sessions; i++)
        if (io->o.sessions[i].trust == t) {
            mbedtls_ssl_free(&io->o.sessions[i].ssl);
            io->o.sessions[i].trust = NULL;
        }
    mbedtls_ssl_config_free(&t->config);
    mbedtls_x509_crt_free(&t->chain);
    mbedtls_x509_crt_free(&t->own);
    mbedtls_pk_free(&t->pk);
    memset(t, 0, sizeof *t);
}

static int check__tls_new(check_io *io, struct check_tls_context *t, const check_tls *d,
                          uint64_t mark)
{
    int error;

#if MBEDTLS_VERSION_NUMBER >= 0x03060000
    psa_crypto_init();
#endif
    mbedtls_ssl_config_init(&t->config);
    mbedtls_x509_crt_init(&t->chain);
    mbedtls_x509_crt_init(&t->own);
    mbedtls_pk_init(&t->pk);
    error = check__tls_configure(io, t, d);
    if (error)
        check__tls_unload(io, t);
    t->mark = mark;
    return error;
}

static int check__tls_prepare(check_io *io, check *c)
{
    struct check_tls_context *t = NULL;
    uint64_t                  mark = check__tls_mark(&c->d->tls);
    size_t                    i, n = io->o.n_contexts;
    int                       error = 0;

    for (i = 0; i < n && !(t && t->users); i++)     /* one of the same settings, else a free one */
        if (io->o.contexts[i].users ? io->o.contexts[i].mark == mark : !t)
            t = &io->o.contexts[i];
    if (!t || !io->o.n_sessions)
        return check__fail(io, -ENOBUFS, "more than %zu different TLS settings", n);
    if (!t->users)
        error = check__tls_new(io, t, &c->d->tls, mark);
    if (error)
        return error;
    c->trust = t;
    t->users++;
    return 0;
}

static void check__tls_forget(check_io *io, check *c)
{
    if (c->trust && --c->trust->users == 0)
        check__tls_unload(io, c->trust);
    c->trust = NULL;
}

static bool check__tls_is_as_before(const check *c, const check_tls *d)
{
    return !c->trust || c->trust->mark == check__tls_mark(d);
}

static void check__tls_pour(check_io *io)
{
    size_t i;

    for (i = io->o.n_sessions; i--;) {
        io->o.sessions[i].next = io->free_session;
        io->free_session = &io->o.sessions[i];
    }
}

/* One from the pool; its buffers stay with the settings they were made for. */
static void check__tls_take(check_io *io, check *c)
{
    struct check_tls_session *s = io->free_session;

    if (!check__wants_tls(c) || c->tls)
        return;
    io->free_session = s->next;
    c->tls = s;
    s->secure = s->begun = false;
}

static void check__tls_end(check_io *io, check *c)
{
    if (!c->tls)
        return;
    c->tls->next = io->free_session;
    io->free_session = c->tls;
    c->tls = NULL;
}

static void check__tls_renew(check *c)
{
    if (c->tls)
        c->tls->secure = c->tls->begun = false;
}

static bool check__is_secure(const check *c)
{
    return c->tls && c->tls->secure;
}

static int check__tls_code(const check *c)
{
    return c->tls->code;
}

static int check__tls_out(void *of, const unsigned char *in, size_t size)
{
    ssize_t n = send(((check *)of)->fd, in, size, MSG_NOSIGNAL);

    return n >= 0 ? (int)n : errno == EAGAIN ? MBEDTLS_ERR_SSL_WANT_WRITE :
           MBEDTLS_ERR_NET_CONN_RESET;
}

static int check__tls_in(void *of, unsigned char *out, size_t size)
{
    ssize_t n = recv(((check *)of)->fd, out, size, 0);

    return n >= 0 ? (int)n : errno == EAGAIN ? MBEDTLS_ERR_SSL_WANT_READ :
           MBEDTLS_ERR_NET_CONN_RESET;
}

static long check__tls_result(check *c, int n)
{
    if (n >= 0)
        return n;
    if (n == MBEDTLS_ERR_SSL_WANT_READ || n == MBEDTLS_ERR_SSL_WANT_WRITE)
        return -EAGAIN;
    if (n == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY || n == MBEDTLS_ERR_SSL_CONN_EOF)
        return 0;
    if (n == MBEDTLS_ERR_NET_CONN_RESET)
        return -ECONNRESET;
    c->tls->code = n;
    return -EPROTO;
}

static long check__tls_read(check *c, uint8_t *out, size_t size)
{
    int n = mbedtls_ssl_read(&c->tls->ssl, out, size);

#ifdef MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET
    while (n == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
        n = mbedtls_ssl_read(&c->tls->ssl, out, size);
#endif
    return check__tls_result(c, n);
}

static long check__tls_write(check *c, const uint8_t *in, size_t size)
{
    return check__tls_result(c, mbedtls_ssl_write(&c->tls->ssl, in, size));
}

/* Whose certificate it has to be: asked for, the virtual host without its port, the host, the
   address. True: a name that may stand in SNI. */
static bool check__tls_name(const check *c, char *out, size_t cap)
{
    const check_desc *d = c->d;
    const char       *name = d->tls.name;
    check_address     literal;
    size_t            size;

    if (!name && d->kind == CHECK_HTTPS)
        name = check_url_now(c)->host ? check_url_now(c)->host : d->http.host;
    if (name)
        size = d->tls.name || *name == '[' ? strlen(name) : strcspn(name, ":");
    else
        name = d->host, size = check__host_size(d);
    if (!name) {
        check_address_print(&c->to, out, cap);
        return false;
    }
    snprintf(out, cap, "%.*s", (int)size, name);
    return !check_address_read(out, strlen(out), &literal);
}

static int check__tls_begin(check *c)
{
    struct check_tls_session *s = c->tls;
    char                      name[256];
    bool                      sni = check__tls_name(c, name, sizeof name) && !c->d->tls.no_sni;
    int                       error;

    s->begun = true;
    if (s->trust != c->trust) {
        if (s->trust)
            mbedtls_ssl_free(&s->ssl);
        mbedtls_ssl_init(&s->ssl);
        error = mbedtls_ssl_setup(&s->ssl, &c->trust->config);
        s->trust = error ? NULL : c->trust;
    } else {
        error = mbedtls_ssl_session_reset(&s->ssl);
    }
    if (error)
        return error;
    mbedtls_ssl_set_bio(&s->ssl, c, check__tls_out, check__tls_in, NULL);
    return mbedtls_ssl_set_hostname(&s->ssl, sni ? name : NULL);
}

/* mbedTLS looks at the name that SNI sends; without one it is ours to look. */
static uint32_t check__tls_judge(check *c)
{
    const mbedtls_x509_crt *peer = mbedtls_ssl_get_peer_cert(&c->tls->ssl);
    mbedtls_x509_crt       *copy = (mbedtls_x509_crt *)(uintptr_t)peer;
    char                    name[256];
    uint32_t                flags = 0;

    if (c->d->tls.no_verify || (check__tls_name(c, name, sizeof name) && !c->d->tls.no_sni))
        return 0;
    if (!peer)
        return MBEDTLS_X509_BADCERT_MISSING;
    mbedtls_x509_crt_verify(copy, &c->trust->chain, NULL, name, &flags, NULL, NULL);
    return flags;
}

static bool check__tls_step(check_io *io, check *c, uint64_t now)
{
    struct check_tls_session *s = c->tls;
    int                       result = s->begun ? 0 : check__tls_begin(c);
    uint32_t                  flags = 0;

    if (!result)
        result = mbedtls_ssl_handshake(&s->ssl);
    if (result == MBEDTLS_ERR_SSL_WANT_READ || result == MBEDTLS_ERR_SSL_WANT_WRITE) {
        check__want(io, c, CHECK__IN | CHECK__OUT, now);
        return false;
    }
    if (result == 0)
        flags = check__tls_judge(c);
    else if (result == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED)
        flags = mbedtls_ssl_get_verify_result(&s->ssl);
    if (flags)
        return check__stream_end(io, c, CHECK_CERTIFICATE, (int32_t)flags, now);
    if (result == MBEDTLS_ERR_NET_CONN_RESET)
        return check__stream_end(io, c, CHECK_RESET, ECONNRESET, now);
    if (result == MBEDTLS_ERR_SSL_CONN_EOF)
        return check__stream_end(io, c, CHECK_CLOSED, 0, now);
    if (result)
        return check__stream_end(io, c, CHECK_TLS_ERROR, result, now);
    s->secure = true;
    c->step = CHECK__STEP_SEND;
    return true;
}

#else

static int check__tls_prepare(check_io *io, check *c)
{
    (void)c;
    return check__fail(io, CHECK_E_TLS, "%s", check_str(CHECK_E_TLS));
}

static void check__tls_forget(check_io *io, check *c) { (void)io, (void)c; }
static void check__tls_pour(check_io *io) { (void)io; }

static bool check__tls_is_as_before(const check *c, const check_tls *d)
{
    return (void)c, (void)d, true;
}

static void check__tls_take(check_io *io, check *c) { (void)io, (void)c; }
static void check__tls_end(check_io *io, check *c) { (void)io, (void)c; }
static void check__tls_renew(check *c) { (void)c; }
static bool check__is_secure(const check *c) { return c->tls != NULL; }
static int check__tls_code(const check *c) { return c->detail; }

static long check__tls_read(check *c, uint8_t *out, size_t size)
{
    (void)c, (void)out, (void)size;
    return -EPROTO;
}

static long check__tls_write(check *c, const uint8_t *in, size_t size)
{
    (void)c, (void)in, (void)size;
    return -EPROTO;
}

static bool check__tls_step(check_io *io, check *c, uint64_t now)
{
    check__finish(io, c, CHECK_NOT_TRIED, EPROTO, now);
    return false;
}

#endif

// >>children

/* Younger than some headers; the numbers are the same on all but the oddest machines. */
#ifdef SYS_pidfd_open
enum { CHECK__PIDFD_OPEN = SYS_pidfd_open };
#else
enum { CHECK__PIDFD_OPEN = 434 };       /* Linux 5.3 */
#endif
#ifdef SYS_close_range
enum { CHECK__CLOSE_RANGE = SYS_close_range };
#else
enum { CHECK__CLOSE_RANGE = 436 };      /* Linux 5.9 */
#endif
#ifdef SYS_setresuid32                  /* where the plain ones have 16 bits */
enum { CHECK__SETGROUPS = SYS_setgroups32, CHECK__SETRESGID = SYS_setresgid32,
       CHECK__SETRESUID = SYS_setresuid32 };
#else
enum { CHECK__SETGROUPS = SYS_setgroups, CHECK__SETRESGID = SYS_setresgid,
       CHECK__SETRESUID = SYS_setresuid };
#endif

/* Steps of an attempt: it runs, SIGTERM was sent, SIGKILL was sent. */
enum { CHECK__STEP_RUN, CHECK__STEP_TERM, CHECK__STEP_KILL };

/* What epoll tells of descriptors that belong to no check: these, and the rest is their own. */
#define CHECK__ORPHAN ((uint64_t)2 << 62)
#define CHECK__WATCHED ((uint64_t)1 << 62)

typedef struct check__job {
    const check_exec  *x;
    const char        *path;
    const char *const *argv;
    char *const       *envp;
    int                in, out;         /* or -1: /dev/null */
    int                parent;
    volatile int       error;           /* errno: it could not be run */
} check__job;

/* --- in the child, which has the parent's memory (vfork): system calls alone --- */

/* A program starts with its signals as if nobody had touched them. By the kernel's call: the libc's
   leaves out those that it keeps for itself. A sigaction of zeros is the default. */
static void check__plain_signals(void)
{
    static const uint64_t plain[32] = { 0 };
    sigset_t              none;
    int                   i;

    for (i = 1; i < NSIG; i++)
        syscall(SYS_rt_sigaction, i, plain, NULL, (size_t)(NSIG / 8));
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The libc's setuid() would ask the other threads, and would find the parent's. */
static bool check__become(const check_exec *x)
{
    if (!x->as_user || (x->uid && x->uid == geteuid() && x->gid == getegid()))
        return true;
    return syscall(CHECK__SETGROUPS, (size_t)x->n_groups, x->groups) == 0 &&
           syscall(CHECK__SETRESGID, x->gid, x->gid, x->gid) == 0 &&
           syscall(CHECK__SETRESUID, x->uid, x->uid, x->uid) == 0;
}

static void check__close_others(void)
{
    int fd;

    if (syscall(CHECK__CLOSE_RANGE, 3, ~0u, 0) == 0)
        return;
    for (fd = 3; fd < 1024; fd++)
        close(fd);
}

static bool check__plumb(const check__job *j)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC), high;

    if (null < 0)
        return false;
    high = fcntl(null, F_DUPFD_CLOEXEC, 3);     /* 0, 1 or 2 may have been closed */
    if (high < 0 || dup2(j->in < 0 ? high : j->in, 0) < 0 ||
        dup2(j->out < 0 ? high : j->out, 1) < 0 || dup2(high, 2) < 0)
        return false;
    check__close_others();
    return true;
}

/* PDEATHSIG last: a new user would lose it. */
__attribute__((noreturn, noinline)) static void check__child(check__job *j)
{
    setpgid(0, 0);
    check__plain_signals();
    if (check__plumb(j) && check__become(j->x) && prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 &&
        getppid() == j->parent)
        execve(j->path, (char *const *)j->argv, j->envp);
    j->error = errno ? errno : ESRCH;
    _exit(127);
}

/* vfork: measured with 16 MB in use a script costs 1.8 ms, 9.9 ms by fork. The parent stands still
   until the program is there, so it can read from its own memory why it is not. */
static int check__spawn(check__job *j)
{
    sigset_t all, before;
    int      pid;

    sigfillset(&all);                   /* no handler may run in the child */
    sigprocmask(SIG_SETMASK, &all, &before);
    j->parent = getpid();
    pid = vfork();
    if (pid == 0)
        check__child(j);
    if (pid < 0)
        pid = -errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    return pid;
}

/* --- what to run --- */

/* The environment less what a script should not inherit; NULL: too much of it. */
static char *const *check__environment(check_io *io, const check_exec *x)
{
    char **list = (char **)(((uintptr_t)io->room + 15) & ~(uintptr_t)15), **from;
    size_t most = sizeof io->room / sizeof *list - 3, n = 0;
    bool   some = false;

    if (x->envp)
        return (char *const *)x->envp;
    for (from = environ; from && *from; from++) {
        if (strncmp(*from, "IFS=", 4) == 0 || strncmp(*from, "LD_PRELOAD=", 11) == 0 ||
            strncmp(*from, "LD_LIBRARY_PATH=", 16) == 0)
            some = true;
        else if (n++ < most)
            list[n - 1] = *from;
    }
    if (!some && environ)
        return environ;
    if (n > most)
        return NULL;
    list[n] = NULL;
    return list;
}

/* Where a program lies: as a shell would look for it. False: errno. */
static bool check__find(const char *name, char *path, size_t cap)
{
    const char *at = getenv("PATH");
    size_t      size;

    if (!at || !*at)
        at = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    if (strchr(name, '/')) {
        errno = ENAMETOOLONG;
        return (size_t)snprintf(path, cap, "%s", name) < cap;
    }
    for (; *at; at += size + (at[size] == ':')) {
        size = strcspn(at, ":");
        if (size > 0 && (size_t)snprintf(path, cap, "%.*s/%s", (int)size, at, name) < cap &&
            access(path, X_OK) == 0)
            return true;
    }
    errno = ENOENT;
    return false;
}

/* The next part of rest goes behind at; false: there is none. */
static bool check__step_into(char *at, size_t cap, char *rest)
{
    size_t skip = strspn(rest, "/"), size = strcspn(rest + skip, "/"), end = strlen(at);

    if (size == 2 && memcmp(rest + skip, "..", 2) == 0)
        *(strrchr(at, '/') ? strrchr(at, '/') : at) = 0;
    else if (size && !(size == 1 && rest[skip] == '.'))
        snprintf(at + end, cap - end, "/%.*s", (int)size, rest + skip);
    memmove(rest, rest + skip + size, strlen(rest + skip + size) + 1);
    return size > 0;
}

/* A symbolic link at the end of at: its target goes before rest. */
static bool check__step_through(char *at, char *rest, size_t cap)
{
    char    joined[PATH_MAX];
    ssize_t size = readlink(at, joined, sizeof joined - 1);

    if (size < 0 || (size_t)size + strlen(rest) + 2 > cap)
        return false;
    joined[size] = '/';
    memcpy(joined + size + 1, rest, strlen(rest) + 1);
    if (joined[0] == '/')
        at[0] = 0;
    else
        *strrchr(at, '/') = 0;
    memcpy(rest, joined, strlen(joined) + 1);
    return true;
}

/* Can only root (or the user that it runs as) put another program there? Every directory on the
   way counts, also those that symbolic links lead through. CHECK_OK, or why not; at: where. */
static uint8_t check__safe(const check_exec *x, const char *path, char *at, int *error)
{
    char        rest[PATH_MAX];
    struct stat s;
    int         links = 0;

    at[0] = 0;
    *error = path[0] == '/' && strlen(path) < sizeof rest ? 0 : EINVAL;
    if (*error)
        return CHECK_INSECURE;
    memcpy(rest, path, strlen(path) + 1);
    do {
        *error = 0;
        if (lstat(at[0] ? at : "/", &s) < 0) {
            *error = errno;
            return CHECK_NOT_RUN;
        }
        if (S_ISLNK(s.st_mode))
            *error = ++links > 40 ? ELOOP : check__step_through(at, rest, sizeof rest) ? 0 :
                     ENAMETOOLONG;
        else if ((s.st_uid && !(x->as_user && s.st_uid == x->uid)) || (s.st_mode & 022))
            *error = EPERM;
        if (*error)
            return CHECK_INSECURE;
    } while (check__step_into(at, PATH_MAX, rest));
    return CHECK_OK;
}

/* A command of a shell that begins with a path is one too. */
static uint8_t check__secure(check_io *io, check *c, const char *path, int *error)
{
    char    at[PATH_MAX] = "", first[PATH_MAX];
    uint8_t why = check__safe(&c->d->exec, path, at, error);

    snprintf(first, sizeof first, "%.*s", c->d->kind != CHECK_SH ? 0 :
             (int)strcspn(c->d->exec.command, " \t\n;|&<>()'\""), c->d->exec.command);
    if (why == CHECK_OK && first[0] == '/') {
        path = first;
        why = check__safe(&c->d->exec, path, at, error);
    }
    if (why == CHECK_INSECURE && c->why != CHECK_INSECURE)
        check__alarm(io, c, -*error, "%s can be changed by others than root: %s is not run",
                     path[0] != '/' ? "its directory" : at[0] ? at : "/", path);
    return why;
}

/* --- how it ends --- */

static void check__exec_output(check_io *io, check *c)
{
    check_payload *p = c->payload;
    size_t         room;
    ssize_t        n;
    int            i;

    for (i = 0; i < 4 && c->fd >= 0; i++) {
        n = read(c->fd, io->room, sizeof io->room);
        if (n == 0)
            check__close(&c->fd);
        if (n <= 0)
            return;
        room = p->out_cap > p->out_size ? p->out_cap - p->out_size : 0;
        if (room)
            memcpy(p->out + p->out_size, io->room, room < (size_t)n ? room : (size_t)n);
        p->out_size += (size_t)n;
    }
}

/* One that was given up: nobody wants its end, but it has one. */
static void check__orphan(check_io *io, check *c)
{
    struct epoll_event e;
    siginfo_t          info;

    check__unchain(check__bucket(io, c), c);
    if (waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0) {
        kill(-c->pid, SIGKILL);
        memset(&e, 0, sizeof e);
        e.events = EPOLLIN;
        e.data.u64 = CHECK__ORPHAN | (uint64_t)c->pid << 32 | (uint32_t)c->fd2;
        if (waitpid(c->pid, NULL, WNOHANG) == 0 && c->fd2 >= 0 &&
            epoll_ctl(io->epoll, EPOLL_CTL_MOD, c->fd2, &e) == 0) {
            c->fd2 = -1;
            io->orphans++;
        }
    }
    c->pid = 0;
}

static void check__orphan_ended(check_io *io, uint64_t tag)
{
    waitpid((int)(tag >> 32 & 0x3fffffff), NULL, WNOHANG);
    close((int)(tag & 0x7fffffff));
    io->orphans--;
}

/* Killed children are dead in less than a millisecond; one that is stuck in the kernel stays. */
static void check__reap_orphans(check_io *io)
{
    struct epoll_event e;
    uint64_t           until = check_now() + CHECK_SECOND / 5;

    while (io->orphans && check_now() < until)
        if (epoll_wait(io->epoll, &e, 1, 10) == 1 && e.data.u64 & CHECK__ORPHAN)
            check__orphan_ended(io, e.data.u64);
}

static void check__exec_give_up(check_io *io, check *c)
{
    if (c->pid && !c->kept)             /* kept: its deadline has passed, it has its own time */
        check__orphan(io, c);
}

/* The end of one whose deadline had told the verdict already. */
static void check__exec_silent(check_io *io, check *c)
{
    check__disconnect(io, c);
    c->running = false;
    c->deadline = CHECK_NEVER;
    check__schedule(io, c);
}

static void check__exec_over(check_io *io, check *c, uint8_t why, int32_t detail, uint64_t now)
{
    check__unchain(check__bucket(io, c), c);
    c->pid = 0;
    if (c->step == CHECK__STEP_RUN)
        check__finish(io, c, why, detail, now);
    else if (c->once)
        check__finish(io, c, CHECK_RUN_TIMEOUT, 0, now);
    else
        check__exec_silent(io, c);
}

/* A shell's 126 and 127 say that it could not run the command. */
static bool check__exec_counts(const check_desc *d, int code)
{
    return d->exec.dynamic && code > 1 && !(d->kind == CHECK_SH && (code == 126 || code == 127));
}

static void check__exec_ended(check_io *io, check *c, int status, uint64_t now)
{
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;

    check__exec_output(io, c);
    if (WIFSIGNALED(status)) {
        check__exec_over(io, c, CHECK_SIGNAL, WTERMSIG(status), now);
    } else if (code == 0 || check__exec_counts(c->d, code)) {
        if (code && c->step == CHECK__STEP_RUN)
            check__value(io, c, code - 2);
        check__exec_over(io, c, CHECK_OK, 0, now);
    } else {
        check__exec_over(io, c, CHECK_EXIT, code, now);
    }
}

/* True: it ended. What is left of its group after a timeout goes with it. */
static bool check__exec_reap(check_io *io, check *c, uint64_t now)
{
    siginfo_t info;
    int       status = 0;

    memset(&info, 0, sizeof info);
    if (waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || !info.si_pid)
        return false;
    if (c->step != CHECK__STEP_RUN)
        kill(-c->pid, SIGKILL);
    if (waitpid(c->pid, &status, WNOHANG) != c->pid)
        return false;
    check__exec_ended(io, c, status, now);
    return true;
}

/* The verdict comes at the deadline. Then the child has time to end, as an attempt that nobody
   hears of: so there are never two at a time. */
static void check__exec_timeout(check_io *io, check *c, uint64_t now)
{
    uint64_t delay = c->d->exec.kill_delay ? c->d->exec.kill_delay : 2 * CHECK_SECOND;

    kill(-c->pid, SIGTERM);
    c->step = CHECK__STEP_TERM;
    if (!c->once) {
        c->kept = true;
        check__finish(io, c, CHECK_RUN_TIMEOUT, 0, now);
        c->running = true;
    }
    c->deadline = now + delay;
    check__schedule(io, c);
}

/* Somebody else took its exit status, and did not tell by check_io_child(). */
static bool check__exec_lost(const check *c)
{
    siginfo_t info;

    return waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0;
}

static void check__exec_late(check_io *io, check *c, uint64_t now)
{
    if (check__exec_lost(c)) {
        check__exec_over(io, c, CHECK_NOT_TRIED, ECHILD, now);
        return;
    }
    if (check__exec_reap(io, c, now))
        return;
    if (c->step == CHECK__STEP_RUN) {
        check__exec_timeout(io, c, now);
    } else if (c->step == CHECK__STEP_KILL && c->once) {
        check__finish(io, c, CHECK_RUN_TIMEOUT, 0, now);    /* stuck in the kernel */
    } else {
        kill(-c->pid, SIGKILL);
        c->step = CHECK__STEP_KILL;
        c->deadline = now + CHECK_SECOND;
        check__schedule(io, c);
    }
}

/* Reaped by somebody else it has no status: check_io_child() brings it, or the deadline ends it. */
static void check__exec_ready(check_io *io, check *c, unsigned which, uint32_t events, uint64_t now)
{
    (void)events;
    if (!c->pid)
        return;
    if (which == 0)
        check__exec_output(io, c);
    else if (!check__exec_reap(io, c, now) && check__exec_lost(c))
        check__close(&c->fd2);
}

CHECK_DEF bool check_io_child(check_io *io, int pid, int status, uint64_t now)
{
    check *c = pid > 0 ? io->bucket[pid % CHECK__BUCKETS] : NULL;

    while (c && (c->pid != pid || (c->d->kind != CHECK_EXEC && c->d->kind != CHECK_SH)))
        c = c->hash_next;
    if (!c || !(WIFEXITED(status) || WIFSIGNALED(status)))
        return c != NULL;
    check__exec_ended(io, c, status, check__clock(io, now));
    check__rearm(io);
    return true;
}

/* --- how it starts --- */

/* Above the standard ones, which the program may have closed: the child moves it there. */
static int check__raise(int fd)
{
    int high = fd < 0 || fd > 2 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, 3);

    if (high != fd)
        close(fd);
    return high;
}

/* Standard input: a file in memory, so that nobody has to go on writing. */
static int check__exec_input(const check_payload *p)
{
    int     fd = check__raise(memfd_create("input", MFD_CLOEXEC));
    size_t  at;
    ssize_t n = 0;

    for (at = 0; fd >= 0 && at < p->size; at += (size_t)n) {
        n = write(fd, p->bytes + at, p->size - at);
        if (n <= 0)
            break;
    }
    if (fd >= 0 && at == p->size && lseek(fd, 0, SEEK_SET) == 0)
        return fd;
    check__close(&fd);
    return -1;
}

/* False: errno. */
static bool check__exec_pipes(check_io *io, check *c, check__job *j)
{
    check_payload *p = c->payload;
    int            fd[2];

    if (p && p->bytes && (j->in = check__exec_input(p)) < 0)
        return false;
    if (!p || !p->out)
        return true;
    p->out_size = 0;
    if (pipe2(fd, O_CLOEXEC | O_NONBLOCK) < 0)
        return false;
    c->fd = fd[0];
    j->out = check__raise(fd[1]);
    return j->out >= 0 && fcntl(j->out, F_SETFL, 0) == 0 &&
           check__watch(io, c->fd, check__tag(c, 0), EPOLLIN) == 0;
}

/* True: what went wrong is ours, not the command's. */
static bool check__is_shortage(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOMEM || error == EAGAIN ||
           error == ENOBUFS || error == ENOSPC;
}

static void check__exec_fail(check_io *io, check *c, int error, uint64_t now)
{
    check__finish(io, c, check__is_shortage(error) ? CHECK_NOT_TRIED : CHECK_NOT_RUN, error, now);
}

/* For one that is dead, or as good as dead. */
static void check__exec_wait(int pid)
{
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

/* Without a pidfd (before Linux 5.3) the program tells by check_io_child(). */
static void check__exec_watch(check_io *io, check *c, uint64_t now)
{
    int error;

    c->nonce = (uint64_t)c->pid;
    check__chain(check__bucket(io, c), c);
    c->fd2 = (int)syscall(CHECK__PIDFD_OPEN, c->pid, 0);
    error = c->fd2 < 0 ? errno : -check__watch(io, c->fd2, check__tag(c, 1), EPOLLIN);
    if (!check__is_shortage(error))
        return;
    kill(-c->pid, SIGKILL);             /* nobody would hear of its end */
    check__exec_wait(c->pid);
    check__unchain(check__bucket(io, c), c);
    c->pid = 0;
    check__exec_fail(io, c, error, now);
}

static void check__exec_run(check_io *io, check *c, check__job *j, uint64_t now)
{
    int pid = -1;

    j->envp = check__environment(io, j->x);
    errno = E2BIG;
    if (j->envp && check__exec_pipes(io, c, j))
        pid = check__spawn(j);
    else
        j->error = errno;
    check__close(&j->in);
    check__close(&j->out);
    if (pid > 0 && j->error)
        check__exec_wait(pid);
    c->step = CHECK__STEP_RUN;
    if (j->error || pid < 0) {
        check__exec_fail(io, c, j->error ? j->error : -pid, now);
        return;
    }
    c->pid = pid;
    check__exec_watch(io, c, now);
}

static void check__exec_start(check_io *io, check *c, uint64_t now)
{
    const check_exec *x = &c->d->exec;
    const char       *argv[130] = { "sh", "-c", x->command, NULL };
    char              room[4096], path[PATH_MAX];
    check__job        j;
    uint8_t           why = CHECK_OK;
    int               error = 0;

    memset(&j, 0, sizeof j);
    j.x = x;
    j.in = j.out = -1;
    j.path = path;
    j.argv = x->argv ? x->argv : argv;
    if (c->d->kind == CHECK_EXEC && !x->argv &&
        check_words(x->command, room, sizeof room, argv, 128) < 1)
        error = EINVAL;
    else if (!check__find(c->d->kind == CHECK_SH ? "/bin/sh" : j.argv[0], path, sizeof path))
        error = errno;
    if (!error && x->secure)
        why = check__secure(io, c, path, &error);
    if (why == CHECK_INSECURE)
        check__finish(io, c, why, error, now);
    else if (error)
        check__exec_fail(io, c, error, now);
    else
        check__exec_run(io, c, &j, now);
}

// >>watches

enum { CHECK__SCAN_NONE, CHECK__SCAN_WANTED, CHECK__SCAN_NOW };

enum { CHECK__FILES, CHECK__PROCESSES, CHECK__INTERFACES };

/* The file that is watched: a pid file is one, too. */
static const char *check__path(const check *c)
{
    return c->d->kind == CHECK_FILE ? c->d->file :
           c->d->kind == CHECK_PROCESS ? c->d->process.pidfile : NULL;
}

static check **check__list(check_io *io, const check *c)
{
    return &io->told[check__path(c) ? CHECK__FILES : c->d->kind == CHECK_PROCESS ?
                     CHECK__PROCESSES : CHECK__INTERFACES];
}

static void check__list_remove(check_io *io, check *c)
{
    check__unchain(check__list(io, c), c);
}

/* Not before its first start, not while paused, and a one-shot looks once. */
static bool check__listens(const check *c)
{
    return c->attempts && !c->paused && !c->once && !c->running;
}

/* Tells what is new. */
static void check__observe(check_io *io, check *c, uint8_t why, int32_t detail, uint64_t now)
{
    if (c->running || !c->decided || why != c->why || detail != c->detail)
        check__learned(io, c, why, detail, now);
}

/* Looks again only when something happens. */
static void check__sleep(check *c)
{
    if (!c->once)
        c->due = CHECK_NEVER;
}

// >>file

/* Of a directory who comes and goes, of the file itself what is written. Both may be the same for
   two checks. */
enum {
    CHECK__DIRECTORY_EVENTS = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF |
                              IN_MOVE_SELF | IN_MASK_ADD,
    CHECK__FILE_EVENTS = IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_MASK_ADD
};

/* Where the n-th part of a path ends; 0: the root, or there is no such part. */
static size_t check__part(const char *path, unsigned n)
{
    size_t at = 0;

    for (; n; n--) {
        at += strspn(path + at, "/");
        if (!path[at])
            return 0;
        at += strcspn(path + at, "/");
    }
    return at;
}

/* A deep path is watched from its end. */
static unsigned check__first_part(const char *path)
{
    unsigned n = 1;

    while (check__part(path, n))
        n++;
    return n > CHECK__DEPTH ? n - CHECK__DEPTH : 0;
}

static bool check__is_watched(const check_io *io, int wd)
{
    const check *c;
    int          i;

    for (c = io->told[CHECK__FILES]; c; c = c->hash_next)
        for (i = 0; i < CHECK__DEPTH; i++)
            if (c->of.file.watch[i] == wd)
                return true;
    return false;
}

static void check__unwatch(check_io *io, const int *list)
{
    int i;

    for (i = 0; i < CHECK__DEPTH; i++)
        if (list[i] > 0 && !check__is_watched(io, list[i]))
            inotify_rm_watch(io->inotify, list[i]);
}

/* File systems that change without a word, at least about what others do to them. */
static bool check__is_silent(const char *path)
{
    static const uint32_t silent[] = {
        0x9fa0 /* proc */, 0x62656572 /* sysfs */, 0x27e0eb /* cgroup */, 0x63677270 /* cgroup2 */,
        0x6969 /* NFS */, 0xff534d42 /* CIFS */, 0xfe534d42 /* SMB2 */, 0x65735546 /* FUSE */,
        0x1021997 /* 9P */, 0xc36400 /* Ceph */
    };
    struct statfs s;
    size_t        i;

    if (statfs(path, &s) < 0)
        return true;
    for (i = 0; i < sizeof silent / sizeof *silent; i++)
        if ((uint32_t)s.f_type == silent[i])
            return true;
    return false;
}

/* Watches the file and every directory on the way to it, as far as they are there: whichever of
   them is replaced, comes or goes. False: that is not enough, it has to be looked at: nobody tells
   what comes and goes where a symbolic link leads to. */
static bool check__file_watch(check_io *io, check *c)
{
    const char *path = check__path(c);
    int         before[CHECK__DEPTH], error = 0;
    unsigned    i, first = check__first_part(path);
    size_t      size, deepest = 1;
    char        part[PATH_MAX], link[1];

    memcpy(before, c->of.file.watch, sizeof before);
    memset(&c->of.file, 0, sizeof c->of.file);
    for (i = 0; i < CHECK__DEPTH && !error; i++) {
        size = check__part(path, first + i);
        if (first + i > 0 && !size)
            break;
        snprintf(part, sizeof part, "%.*s", size ? (int)size : 1, path);
        c->of.file.watch[i] = inotify_add_watch(io->inotify, part, check__part(path, first + i + 1)
                                                ? CHECK__DIRECTORY_EVENTS : CHECK__FILE_EVENTS);
        error = c->of.file.watch[i] < 0 ? errno : 0;
        if (readlink(part, link, 1) > 0)
            c->of.file.links |= (uint16_t)(1u << i);
        if (!error && size)
            deepest = size;
    }
    check__unwatch(io, before);
    snprintf(part, sizeof part, "%.*s", (int)deepest, path);
    return (!error || error == ENOENT || error == ENOTDIR) && !first && !c->of.file.links &&
           !check__is_silent(part);
}

/* The number in a small file; false: it cannot be read. */
static bool check__file_number(const char *path, int32_t *number)
{
    int     fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    char    text[64];
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text);

    *number = n > 0 ? check_number(text, (size_t)n) : 0;
    check__close(&fd);
    return n >= 0;
}

/* A device or a pipe is not opened: that alone could do something. */
static void check__file_look(check_io *io, check *c, uint64_t now)
{
    struct stat s;
    bool        there = stat(c->d->file, &s) == 0;
    int32_t     number = 0;

    if (there && S_ISREG(s.st_mode) && !check__file_number(c->d->file, &number) &&
        (!c->decided || c->why))
        check__alarm(io, c, -errno, "%s is there but cannot be read: %s", c->d->file,
                     strerror(errno));
    check__value(io, c, number);
    check__observe(io, c, there ? CHECK_OK : CHECK_ABSENT, 0, now);
}

static int check__file_prepare(check_io *io, check *c)
{
    if (strlen(check__path(c)) >= PATH_MAX)
        return check__fail(io, CHECK_E_PATH, "%.60s...: the path is too long", check__path(c));
    memset(&c->of.file, 0, sizeof c->of.file);
    check__chain(check__list(io, c), c);
    if (io->inotify >= 0)
        return 0;
    io->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (io->inotify < 0)
        check__alarm(io, c, -errno, "inotify: %s; files are looked at once an interval",
                     strerror(errno));
    else if (check__watch(io, io->inotify, CHECK__AT_INOTIFY, EPOLLIN) < 0)
        check__close(&io->inotify);
    return 0;
}

static void check__file_forget(check_io *io, check *c)
{
    int before[CHECK__DEPTH];

    check__list_remove(io, c);
    memcpy(before, c->of.file.watch, sizeof before);
    memset(&c->of.file, 0, sizeof c->of.file);
    check__unwatch(io, before);
}

/* Is this about the file? A link may lead to anything in its directory. */
static bool check__file_meant(const check *c, int wd, const char *name)
{
    const char *path = check__path(c);
    unsigned    i, first = check__first_part(path);
    size_t      from, to;

    for (i = 0; i < CHECK__DEPTH; i++) {
        if (c->of.file.watch[i] != wd)
            continue;
        from = check__part(path, first + i);
        to = check__part(path, first + i + 1);
        from += strspn(path + from, "/");
        if (!*name || (to && check__same_text(path + from, to - from, name)) ||
            (i + 1 < CHECK__DEPTH && c->of.file.links & 1u << (i + 1)))
            return true;
    }
    return wd < 0;                      /* events were lost */
}

// >>interface

static int check__links_open(check_io *io)
{
    struct sockaddr_nl all;
    int                error;

    memset(&all, 0, sizeof all);
    all.nl_family = AF_NETLINK;
    all.nl_groups = RTMGRP_LINK;
    io->links = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (io->links < 0 || bind(io->links, (struct sockaddr *)(void *)&all, sizeof all) < 0)
        error = -errno;
    else
        error = check__watch(io, io->links, CHECK__AT_LINKS, EPOLLIN);
    if (error)
        check__close(&io->links);
    return error;
}

static int check__interface_prepare(check_io *io, check *c)
{
    int error = io->links < 0 ? check__links_open(io) : 0;

    if (error)
        return check__fail(io, error, "cannot watch interfaces: %s", strerror(-error));
    check__chain(check__list(io, c), c);
    return 0;
}

static void check__interface_look(check_io *io, check *c, uint64_t now)
{
    struct ifreq request;
    uint8_t      why = CHECK_OK;

    memset(&request, 0, sizeof request);
    memcpy(request.ifr_name, c->d->device, sizeof request.ifr_name);
    if (ioctl(io->links, SIOCGIFFLAGS, &request) < 0)
        why = CHECK_ABSENT;
    else if ((request.ifr_flags & (IFF_UP | IFF_RUNNING)) != (IFF_UP | IFF_RUNNING))
        why = CHECK_LINK_DOWN;
    check__observe(io, c, why, 0, now);
}

static void check__interface_start(check_io *io, check *c, uint64_t now)
{
    check__interface_look(io, c, now);
    check__sleep(c);
}

/* What the messages say is not looked at: some may have been lost, and asking is as cheap. */
static void check__interface_told(check_io *io, uint64_t now)
{
    check *c;
    int    i;

    for (i = 0; i < 64; i++)
        if (recv(io->links, io->room, sizeof io->room, 0) < 0 && errno != ENOBUFS)
            break;
    for (c = io->told[CHECK__INTERFACES]; c; c = c->hash_next)
        if (check__listens(c))
            check__interface_look(io, c, now);
}

// >>process scan

static check *check__processes(const check_io *io)
{
    return io->told[CHECK__PROCESSES];
}

/* A small file of a process; how many bytes of it. */
static size_t check__proc_read(int dir, int pid, const char *name, char *out, size_t cap)
{
    char    path[48];
    ssize_t n;
    int     fd;

    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    fd = openat(dir, dir < 0 ? path : path + 6, O_RDONLY | O_CLOEXEC);
    n = fd < 0 ? 0 : read(fd, out, cap - 1);
    check__close(&fd);
    n = n < 0 ? 0 : n;
    out[n] = 0;
    return (size_t)n;
}

/* Dead ones that nobody reaped are still in /proc. */
static bool check__is_alive(int dir, int pid)
{
    char        text[512];
    const char *state;

    if (!check__proc_read(dir, pid, "stat", text, sizeof text))
        return false;
    state = strrchr(text, ')');
    return state && state[1] && !strchr("ZXx", state[2]);
}

/* Its death will be told at once, if there is room; else the next look finds it. */
static bool check__await(check_io *io, int pid)
{
    int i, free_one = -1;

    for (i = 0; i < CHECK__AWAITED; i++)
        if (io->awaited[i].pid == pid)
            return true;
        else if (!io->awaited[i].pid)
            free_one = i;
    i = free_one < 0 ? -1 : (int)syscall(CHECK__PIDFD_OPEN, pid, 0);
    if (i < 0)
        return false;
    if (check__watch(io, i, CHECK__WATCHED | (unsigned)free_one, EPOLLIN) < 0) {
        close(i);
        return false;
    }
    io->awaited[free_one].pid = pid;
    io->awaited[free_one].fd = i;
    return true;
}

static void check__await_none(check_io *io)
{
    int i;

    for (i = 0; i < CHECK__AWAITED; i++)
        if (io->awaited[i].pid)
            close(io->awaited[i].fd);
    memset(io->awaited, 0, sizeof io->awaited);
}

static void check__counted(check_io *io, check *c, unsigned n, uint64_t now)
{
    const check_process *p = &c->d->process;

    if (n < (p->quorum ? p->quorum : 1u) && !p->none)
        check__observe(io, c, CHECK_ABSENT, (int32_t)n, now);
    else if ((p->quorum_max || p->none) && n > p->quorum_max)
        check__observe(io, c, CHECK_TOO_MANY, (int32_t)n, now);
    else
        check__observe(io, c, CHECK_OK, 0, now);
}

static void check__scan_process(check_io *io, int pid)
{
    char   comm[32], *line = (char *)io->room;
    size_t size = check__proc_read(io->proc, pid, "comm", comm, sizeof comm);
    int    alive = -1;
    check *c;

    if (!size)
        return;
    comm[size - (comm[size - 1] == '\n')] = 0;
    size = check__proc_read(io->proc, pid, "cmdline", line, sizeof io->room);
    for (c = check__processes(io); c; c = c->hash_next) {
        if (c->of.process.scan != CHECK__SCAN_NOW ||
            !check_process_match(&c->d->process, comm, line, size))
            continue;
        if (alive < 0)
            alive = check__is_alive(io->proc, pid);
        c->of.process.count += (unsigned)alive;
        if (alive && !c->once && !check__await(io, pid))
            c->of.process.untold = true;
    }
}

/* One look at /proc serves every check that wants one. */
static bool check__scan_begin(check_io *io)
{
    check *c;
    bool   any = false;

    for (c = check__processes(io); c; c = c->hash_next)
        any |= c->of.process.scan == CHECK__SCAN_WANTED;
    if (!any)
        return false;
    io->proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (c = check__processes(io); c; c = c->hash_next) {
        any = c->running || check__listens(c);
        c->of.process.scan = any ? CHECK__SCAN_NOW : CHECK__SCAN_NONE;
        c->of.process.count = 0;
        c->of.process.untold = false;
    }
    return true;
}

/* All of them then look again together, an interval from now. While enough are there and their end
   will be told, it is only for one that lives on as another program, so that can be seldom. */
static void check__scan_again(check_io *io, check *c, uint64_t now)
{
    bool told = c->why == CHECK_OK && !c->of.process.untold &&
                !c->d->process.quorum_max && !c->d->process.none;

    check_start(c, check__interval(c->d) * (told ? 10 : 1), now);
    check__schedule(io, c);
}

static void check__scan_end(check_io *io, int error, uint64_t now)
{
    check *c, *next;

    check__close(&io->proc);
    for (c = check__processes(io); c; c = next) {
        next = c->hash_next;
        if (c->of.process.scan != CHECK__SCAN_NOW)
            continue;
        c->of.process.scan = CHECK__SCAN_NONE;
        if (error && c->running)
            check__finish(io, c, CHECK_NOT_TRIED, error, now);
        else if (!error)
            check__counted(io, c, c->of.process.count, now);
        if (c->added)
            check__scan_again(io, c, now);
    }
}

/* As many processes as there are in a small buffer; the directory remembers where it was. 0: that
   was the last, or -errno. */
static int check__scan_some(check_io *io)
{
    char     list[1024];
    long     n = io->proc < 0 ? -1 : syscall(SYS_getdents64, io->proc, list, sizeof list), at;
    uint16_t size;
    uint32_t pid;

    for (at = 0; at < n; at += size) {
        memcpy(&size, list + at + 16, sizeof size);     /* struct linux_dirent64 */
        if (check__number(list + at + 19, strlen(list + at + 19), INT32_MAX, &pid))
            check__scan_process(io, (int)pid);
    }
    return n < 0 ? -errno : n > 0;
}

/* A look takes milliseconds where there are many processes: it goes on in the next turn. True:
   there is more to do. */
static bool check__scan(check_io *io, uint64_t until)
{
    int more = 1;

    do {
        if (io->proc < 0 && !check__scan_begin(io))
            return false;
        more = check__scan_some(io);
        if (more <= 0)
            check__scan_end(io, -more, check__clock(io, check_now()));
    } while (check__clock(io, check_now()) < until);
    return true;
}

// >>pidfile

/* False: its end will not be told, or it is not there although the file is. */
static bool check__pidfile_look(check_io *io, check *c, uint64_t now)
{
    int32_t pid;
    bool    there = check__file_number(c->d->process.pidfile, &pid), told = !there;
    bool    alive = pid > 0 && check__is_alive(-1, pid);

    if (alive && !c->once)
        told = check__await(io, pid);
    check__counted(io, c, alive, now);
    return told;
}

/* First the watch, then the look: nothing can happen between them unseen. */
static void check__file_start(check_io *io, check *c, uint64_t now)
{
    bool told = !c->once && check__file_watch(io, c);

    if (c->d->kind == CHECK_FILE)
        check__file_look(io, c, now);
    else
        told &= check__pidfile_look(io, c, now);
    if (told)
        check__sleep(c);
}

static void check__file_again(check_io *io, check *c, uint64_t now)
{
    if (c->due == CHECK_NEVER)
        c->due = now + check__interval(c->d);
    check__file_start(io, c, now);
    check__schedule(io, c);
}

static void check__file_told(check_io *io, uint64_t now)
{
    ssize_t              n = read(io->inotify, io->room, sizeof io->room), at;
    struct inotify_event e;
    check               *c;

    for (at = 0; at < n; at += (ssize_t)(sizeof e + e.len)) {
        memcpy(&e, io->room + at, sizeof e);
        for (c = io->told[CHECK__FILES]; c; c = c->hash_next)
            if (!c->of.file.stale)
                c->of.file.stale = check__file_meant(c, e.wd, e.len ? (const char *)io->room + at +
                                                     sizeof e : "");
    }
    for (c = io->told[CHECK__FILES]; c; c = c->hash_next)
        if (c->of.file.stale && check__listens(c))
            check__file_again(io, c, now);
}

// >>process

static int check__process_prepare(check_io *io, check *c)
{
    if (c->d->process.pidfile)
        return check__file_prepare(io, c);
    memset(&c->of.process, 0, sizeof c->of.process);
    check__chain(check__list(io, c), c);
    return 0;
}

static void check__process_forget(check_io *io, check *c)
{
    const check *other;

    if (c->d->process.pidfile)
        check__file_forget(io, c);
    else
        check__list_remove(io, c);
    for (other = io->told[CHECK__FILES]; other && other->d->kind == CHECK_FILE;)
        other = other->hash_next;
    if (!other && !io->told[CHECK__PROCESSES])
        check__await_none(io);
}

static void check__process_start(check_io *io, check *c, uint64_t now)
{
    if (c->d->process.pidfile)
        check__file_start(io, c, now);
    else
        c->of.process.scan = CHECK__SCAN_WANTED;
}

static void check__process_late(check_io *io, check *c, uint64_t now)
{
    check__finish(io, c, CHECK_NOT_TRIED, ETIME, now);
}

static void check__process_give_up(check_io *io, check *c)
{
    (void)io;
    if (!c->d->process.pidfile)
        c->of.process.scan = CHECK__SCAN_NONE;
}

/* One that counted has ended. */
static void check__process_ended(check_io *io, unsigned i, uint64_t now)
{
    check *c;

    if (i >= CHECK__AWAITED || !io->awaited[i].pid)
        return;
    close(io->awaited[i].fd);
    io->awaited[i].pid = 0;
    for (c = check__processes(io); c; c = c->hash_next)
        if (check__listens(c) || c->running)
            c->of.process.scan = CHECK__SCAN_WANTED;
    for (c = io->told[CHECK__FILES]; c; c = c->hash_next)
        if (c->d->kind == CHECK_PROCESS && check__listens(c))
            check__file_again(io, c, now);
}

/* What epoll said of a descriptor that serves all of them, or none. */
static void check__told(check_io *io, uint64_t tag, uint64_t now)
{
    if (tag & CHECK__ORPHAN)
        check__orphan_ended(io, tag);
    else if (tag & CHECK__WATCHED)
        check__process_ended(io, (unsigned)tag & 0xffff, now);
    else if (tag == CHECK__AT_INOTIFY)
        check__file_told(io, now);
    else if (tag == CHECK__AT_LINKS)
        check__interface_told(io, now);
}

// >>shell

static const check__kind *check__kind_of(const check *c)
{
    static const check__kind kinds[CHECK_KINDS] = {
        { 0, NULL, NULL, NULL, NULL, NULL, NULL },
        { 1, NULL, NULL, check__stream_start, check__stream_ready, check__stream_late, NULL },
        { 1, check__http_prepare, check__http_forget, check__stream_start, check__stream_ready,
          check__stream_late, NULL },
        { 1, check__http_prepare, check__http_forget, check__stream_start, check__stream_ready,
          check__stream_late, NULL },
        { 0, check__icmp_prepare, NULL, check__icmp_start, NULL, check__icmp_late,
          check__icmp_give_up },
        { 1, NULL, NULL, check__datagram_start, check__datagram_ready, check__datagram_late, NULL },
        { 1, NULL, NULL, check__datagram_start, check__datagram_ready, check__datagram_late, NULL },
        { 1, check__smtp_prepare, check__tls_forget, check__stream_start, check__stream_ready,
          check__stream_late, NULL },
        { 1, check__bfd_prepare, NULL, check__bfd_start, NULL, check__bfd_late,
          check__bfd_give_up },
        { 2, NULL, NULL, check__exec_start, check__exec_ready, check__exec_late,
          check__exec_give_up },
        { 2, NULL, NULL, check__exec_start, check__exec_ready, check__exec_late,
          check__exec_give_up },
        { 0, check__file_prepare, check__file_forget, check__file_start, NULL, NULL, NULL },
        { 0, check__process_prepare, check__process_forget, check__process_start, NULL,
          check__process_late, check__process_give_up },
        { 0, check__interface_prepare, check__list_remove, check__interface_start, NULL, NULL,
          NULL }
    };

    return &kinds[c->d->kind == CHECK_DNS && c->d->dns.tcp ? (int)CHECK_TCP : c->d->kind];
}

static void check__shared(check_io *io, uint64_t tag, uint64_t now)
{
    if (tag == CHECK__AT_ICMP4 || tag == CHECK__AT_ICMP6)
        check__icmp_ready(io, tag == CHECK__AT_ICMP6, now);
    else if (tag >= CHECK__AT_BFD && tag < CHECK__AT_INOTIFY)
        check__bfd_ready(io, (unsigned)tag - CHECK__AT_BFD, now);
    else
        check__told(io, tag, now);
}

static void check__heard(check_io *io, const struct epoll_event *e, uint64_t now)
{
    check *c = (check *)(uintptr_t)(e->data.u64 & ~(uint64_t)3);

    if (e->data.u64 < CHECK__AT_END || e->data.u64 >> 62)
        check__shared(io, e->data.u64, now);
    else if (check__kind_of(c)->ready) {
        c->heard_late = c->late != io->late;
        check__kind_of(c)->ready(io, c, (unsigned)e->data.u64 & 3, e->events, now);
    }
}

/* A turn has four parts. Each has a time of its own, so that none keeps the next from its work. */
static uint64_t check__slice(check_io *io)
{
    return check__clock(io, check_now()) + CHECK_SECOND / 2000;
}

/* False: it stopped at its bound, so there may be more, and silence is not yet silence. */
static bool check__hear(check_io *io)
{
    struct epoll_event list[64];
    uint64_t           until = check__slice(io);
    int                n = 64, i, sum;

    io->behind = false;
    for (sum = 0; n == 64 && sum < CHECK__TURN && check__clock(io, check_now()) < until; sum += n) {
        n = epoll_wait(io->epoll, list, 64, 0);
        for (i = 0; i < n; i++)
            check__heard(io, &list[i], check__clock(io, check_now()));
    }
    return n < 64 && !io->behind;
}

static void check__fire(check_io *io, check *c, uint64_t now)
{
    if (c->pending_at <= now && check_tick(c, now) && c->verdict != c->from)
        check__tell(io, c, CHECK_EVENT_VERDICT);
    check__bfd_tick(io, c, now);
    if (c->running && c->deadline <= now)
        check__expire(io, c, now);
    else if (!c->running && c->due <= now)
        check__try(io, c, now);
}

/* Deadlines wait until every descriptor that is ready had its turn: a full list comes round after
   as many of them as there are descriptors. They wait, too, until the packets of all BFD sessions
   that came before are read, which is as many as their sockets hold, even if no end comes. */
static void check__timers(check_io *io, bool heard_all)
{
    unsigned packets = io->behind ? CHECK__BFD_QUEUE / CHECK__BFD_PACKET : 0, n;
    uint64_t until = check__slice(io), now = io->latest;
    check   *c;

    io->full_turns = heard_all ? 0 : io->full_turns + 1;
    if (io->full_turns && io->full_turns <= io->n_open / 64 + packets / 64)
        return;
    for (n = 0; n < CHECK__TURN && now < until; n++, now = check__clock(io, check_now())) {
        c = check__top(io);
        if (!c || c->key > now)
            return;
        check__fire(io, c, now);
        if (c->added && c->key <= now)
            check__heap_set(&io->heap, c, check__due(c));
    }
    io->more = true;
}

/* Whoever waits for a pool goes on when there is something in it again. */
static void check__waiters(check_io *io)
{
    uint64_t until = check__slice(io), now = io->latest;
    unsigned i;
    check   *c;

    for (i = 0; i < CHECK__POOLS; i++)
        while ((c = io->waiting[i]) != NULL && now < until && check__lacks(io, c) != c->waits) {
            check__try(io, c, now);     /* or it waits for another pool */
            now = check__clock(io, check_now());
        }
}

/* Later than the timer said, or than the end of the turn before that left something over. */
static void check__notice_stall(check_io *io, uint64_t now)
{
    uint64_t wanted = io->armed > io->latest ? io->armed : io->latest;

    if (io->armed == CHECK_NEVER || now < wanted + 10 * CHECK__GRAIN)
        return;
    io->late += now - wanted;
    io->stalled = now;
}

CHECK_DEF void check_io_run(check_io *io, uint64_t now)
{
    bool heard_all;

    check__notice_stall(io, now);
    check__clock(io, now);
    heard_all = check__hear(io);
    io->more = !heard_all;
    check__timers(io, heard_all);
    check__waiters(io);
    io->more |= check__scan(io, check__slice(io));
    check__rearm(io);
}

CHECK_DEF int check_io_fd(const check_io *io)
{
    return io->epoll;
}

/* --- what happened --- */

/* The next thing to say about a check, or 0. */
static uint8_t check__saying(check *c)
{
    unsigned kind;

    if (!c->once && c->verdict != c->from) {
        c->said &= (uint8_t)~(1u << CHECK_EVENT_VERDICT | 1u << CHECK_EVENT_FAILED);
        return CHECK_EVENT_VERDICT;
    }
    c->said &= (uint8_t)~(1u << CHECK_EVENT_VERDICT);
    for (kind = CHECK_EVENT_FAILED; kind <= CHECK_EVENT_DONE; kind++)
        if (c->said & 1u << kind) {
            c->said &= (uint8_t)~(1u << kind);
            return (uint8_t)kind;
        }
    return 0;
}

static void check__describe(check *c, uint8_t kind, check_event *e)
{
    memset(e, 0, sizeof *e);
    e->kind = kind;
    e->from = c->from;
    e->to = c->from = c->verdict;
    e->why = c->why;
    e->detail = c->detail;
    e->value = c->value;
    e->latency = c->latency;
    e->c = c;
    e->payload = kind == CHECK_EVENT_DONE ? c->payload : NULL;
    check_reason(c, e->text, sizeof e->text);
}

static bool check__pop(check_io *io, check_event *e)
{
    check  *c;
    uint8_t kind;

    if (io->ring_n) {
        *e = io->ring[io->ring_head];
        io->ring_head = (uint16_t)((io->ring_head + 1) % CHECK__RING);
        io->ring_n--;
        return true;
    }
    while ((c = io->news) != NULL) {
        kind = check__saying(c);
        if (!c->said)
            check__unlink_news(io, c);
        if (kind) {
            check__describe(c, kind, e);
            return true;
        }
    }
    return false;
}

CHECK_DEF bool check_io_next(check_io *io, check_event *event)
{
    bool any = check__pop(io, event);

    check__rearm(io);
    return any;
}

/* --- opening and closing --- */

static void check__pour(check_io *io)
{
    check  one;
    size_t i;

    memset(&one, 0, sizeof one);
    for (i = io->o.body_size < sizeof one.body ? 0 : io->o.n_bodies; i--;) {
        one.body = io->o.bodies + i * io->o.body_size;
        check__put_body(io, &one);
    }
}

static size_t check__descriptors(void)
{
    struct rlimit most;

    if (getrlimit(RLIMIT_NOFILE, &most) < 0 || most.rlim_cur == RLIM_INFINITY)
        return 1u << 20;
    return most.rlim_cur > 128 ? (size_t)most.rlim_cur - 64 : (size_t)most.rlim_cur / 2;
}

CHECK_DEF int check_io_open(check_io *io, const check_io_options *options)
{
    int error;

    memset(io, 0, sizeof *io);
    if (options)
        io->o = *options;
    if (!io->o.descriptors)
        io->o.descriptors = check__descriptors();
    io->icmp_id = (uint16_t)check__random(io);
    memset(io->icmp, -1, sizeof io->icmp);
    memset(io->spare, -1, sizeof io->spare);
    memset(io->bfd, -1, sizeof io->bfd);
    io->inotify = io->links = io->proc = -1;
    io->armed = CHECK_NEVER;
    check__pour(io);
    check__tls_pour(io);
    io->epoll = epoll_create1(EPOLL_CLOEXEC);
    io->timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    error = io->epoll < 0 || io->timer < 0 ? -errno :
            check__watch(io, io->timer, CHECK__AT_TIMER, EPOLLIN);
    if (!error)
        return 0;
    check_io_close(io);
    return check__fail(io, error, "cannot create a timer: %s", strerror(-error));
}

CHECK_DEF void check_io_close(check_io *io)
{
    int i;

    while (io->checks)
        check_io_remove(io, io->checks, io->latest);
    check__close(&io->timer);
    check__reap_orphans(io);
    for (i = 0; i < 2; i++) {
        check__close(&io->icmp[i]);
        check__close(&io->spare[i]);
    }
    for (i = 0; i < 4; i++)
        check__close(&io->bfd[i]);
    check__close(&io->inotify);
    check__close(&io->links);
    check__close(&io->proc);
    check__close(&io->epoll);
}

/* --- checks come and go --- */

/* It is no longer ours. */
static void check__forget(check_io *io, check *c)
{
    check__unprepare(io, c);
    check__heap_set(&io->heap, c, CHECK_NEVER);
    *(c->back ? &c->back->next : &io->checks) = c->next;
    if (c->next)
        c->next->back = c->back;
    c->next = c->back = NULL;
    c->added = false;
    io->n_checks--;
}

/* Into the list, without an attempt yet. */
static int check__enlist(check_io *io, check *c, const check_desc *desc, check_payload *payload)
{
    int error;

    CHECK_ASSERT(!c->added);
    check__unlink_news(io, c);
    error = check_init(c, desc);
    if (!error && desc->kind == CHECK_DNS && desc->dns.tcp && !(payload && payload->out))
        error = CHECK_E_OPTION;
    if (error)
        return check__fail(io, error, "%s", check_str(error));
    c->key = CHECK_NEVER;
    c->from = c->verdict;
    c->payload = payload;
    error = check__prepare(io, c);
    if (error)
        return error;
    c->next = io->checks;
    if (c->next)
        c->next->back = c;
    io->checks = c;
    c->added = true;
    io->n_checks++;
    return 0;
}

CHECK_DEF int check_io_add(check_io *io, check *c, const check_desc *desc, uint64_t now)
{
    int error = check__enlist(io, c, desc, NULL);

    if (error)
        return error;
    check_start(c, check_phase(desc, io->added++), check__clock(io, now));
    check__schedule(io, c);
    check__rearm(io);
    return 0;
}

CHECK_DEF int check_io_once(check_io *io, check *c, const check_desc *desc, check_payload *payload,
                            uint64_t now)
{
    int error = desc->kind == CHECK_BFD ? CHECK_E_KIND :
                check__enlist(io, c, desc, payload);

    if (error)
        return desc->kind == CHECK_BFD ? check__fail(io, error, "bfd is no one-shot") : error;
    c->once = true;
    check_start(c, 0, check__clock(io, now));
    check__schedule(io, c);
    check__rearm(io);
    return 0;
}

/* An attempt within phase. Its place on the grid stays: many that go on together do not remain
   together. */
static void check__again(check_io *io, check *c, uint64_t phase, uint64_t now)
{
    uint64_t soon = check__clock(io, now) + phase;

    if (soon < c->due)
        c->due = soon;
    check__schedule(io, c);
    check__rearm(io);
}

/* The same session of BFD: what identifies it is as it was. */
static bool check__same_way(const check_desc *a, const check_desc *b)
{
    return memcmp(&a->to, &b->to, sizeof a->to) == 0 && memcmp(&a->from, &b->from, sizeof a->from)
           == 0 && strcmp(a->device, b->device) == 0 && a->mark == b->mark &&
           a->bfd.multihop == b->bfd.multihop;
}

CHECK_DEF int check_io_change(check_io *io, check *c, const check_desc *desc, uint64_t now)
{
    const check_desc *old = c->d;
    check_address     to = c->to;
    int               error;

    CHECK_ASSERT(c->added);
    if (c->d->kind == CHECK_BFD && desc->kind == CHECK_BFD && c->of.bfd.d && c->fd >= 0 &&
        check__same_way(c->d, desc))
        return check__bfd_change(io, c, desc, check__clock(io, now));
    check__abandon(io, c);
    check__unprepare(io, c);
    error = check_change(c, desc, check__clock(io, now));
    if (error)
        check__fail(io, error, "%s", check_str(error));
    else
        error = check__prepare(io, c);
    if (error) {                        /* what it was before; if that fails, see check__go() */
        c->d = old;
        c->to = to;
    }
    if (!c->paused)
        check__again(io, c, c->due == CHECK_NEVER ? 0 : check_phase(desc, io->added++), now);
    return error;
}

CHECK_DEF bool check_io_move(check_io *io, check *c, const check_desc *desc)
{
    (void)io;
    CHECK_ASSERT(c->added && desc->kind == c->d->kind);
    if (!check__tls_is_as_before(c, &desc->tls))
        return false;
    c->d = desc;
    if (desc->kind == CHECK_BFD && c->of.bfd.d)
        c->of.bfd.d = &desc->bfd;
    return true;
}

CHECK_DEF void check_io_aim(check_io *io, check *c, const check_address *to, uint64_t now)
{
    bool          waits = c->running && c->step == CHECK__STEP_ADDRESS && c->d->kind <= CHECK_BFD;
    check_address there = *to;

    if (!there.port)
        there.port = c->d->to.port;
    if (memcmp(&c->to, &there, sizeof there) == 0)
        return;
    if (!waits && (c->running || c->fd >= 0)) {
        check__abandon(io, c);
        c->due = check__clock(io, now);
    }
    c->to = there;
    if (waits && there.family)
        check__go(io, c, check__clock(io, now));
    if (c->added)
        check__schedule(io, c);
    check__rearm(io);
}

CHECK_DEF void check_io_pause(check_io *io, check *c, bool on, uint64_t now)
{
    CHECK_ASSERT(c->added);
    if (on == c->paused)
        return;
    c->paused = on;
    if (!on) {
        check__again(io, c, 0, now);
        return;
    }
    check__abandon(io, c);
    c->due = CHECK_NEVER;
    check__heap_set(&io->heap, c, CHECK_NEVER);
    check__rearm(io);
}

CHECK_DEF void check_io_remove(check_io *io, check *c, uint64_t now)
{
    unsigned i;

    check__clock(io, now);
    if (c->added) {
        check__abandon(io, c);
        check__forget(io, c);
    }
    check__unlink_news(io, c);
    for (i = 0; i < CHECK__RING; i++)
        if (io->ring[i].c == c)
            io->ring[i].c = NULL;
    check__rearm(io);
}

#endif /* CHECK_NO_LINUX */

#ifdef __cplusplus
}
#endif
#endif /* CHECK_IMPLEMENTATION */

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
