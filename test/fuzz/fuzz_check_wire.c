/* Whatever a server, a resolver or a BFD neighbour sends: nothing is read behind it, the outcome is
   the same however it is cut into pieces, and BFD says only what it means.
   fuzz-runs: 200000

   Byte 0: which parser and its options; byte 1: how large the pieces are. The rest is the input. */
#define CHECK_IMPLEMENTATION
#define CHECK_STATIC
#define CHECK_NO_LINUX
#include "../../check.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(truth) ((truth) ? (void)0 : abort())

static check_desc d;
static check      c;

/* Input at the end of a block of its own, so that the sanitizer sees its end. */
static uint8_t *copy(const uint8_t *in, size_t size)
{
    uint8_t *block = malloc(size ? size : 1);

    MUST(block != NULL);
    if (size)
        memcpy(block, in, size);
    return block;
}

static void prepare(const char *url)
{
    char err[64];

    memset(&d, 0, sizeof d);
    memset(&c, 0, sizeof c);
    MUST(check_parse(&d, url, err, sizeof err) == 0);
    MUST(check_init(&c, &d) == 0);
}

// >>http

/* All that matters of a reply, with every byte of the body in it. */
struct outcome {
    int      error, verdict;
    uint16_t status;
    uint64_t body;
    uint32_t sum;
    bool     done, closes;
};

static struct outcome http_fed(const uint8_t *in, size_t size, size_t step)
{
    struct outcome   o;
    check_http_reply r;
    size_t           at = 0, piece, i;
    const uint8_t   *body;
    int              n = 0;

    memset(&o, 0, sizeof o);
    check_http_begin(&r, &c);
    while (at < size && !r.done && n >= 0) {
        size_t   length = size - at < step ? size - at : step;
        uint8_t *block = copy(in + at, length);

        n = check_http_feed(&r, block, length, &body, &piece);
        MUST(n != 0 && n <= (int)length);
        for (i = 0; i < piece; i++)
            o.sum = o.sum * 31 + body[i];
        free(block);
        at += n > 0 ? (size_t)n : 0;
    }
    o.error = n < 0 ? n : check_http_close(&r);
    o.status = r.status, o.body = r.body, o.done = r.done, o.closes = r.closes;
    if (r.done)
        o.verdict = check_http_judge(&c, &r);
    MUST(r.body <= 4096);
    return o;
}

static void http(uint8_t options, const uint8_t *in, size_t size, size_t step)
{
    struct outcome whole, pieces;

    prepare("http://198.51.100.1/");
    d.http.keep = options & 1;
    d.http.url.digest = options & 2 ? "5d41402abc4b2a76b9719d911017c592" : NULL;
    d.http.method = options & 4 ? "HEAD" : NULL;
    d.http.head_max = 512, d.http.body_max = 4096;
    whole = http_fed(in, size, size ? size : 1);
    pieces = http_fed(in, size, step);
    MUST(whole.error == pieces.error && whole.verdict == pieces.verdict);
    MUST(whole.status == pieces.status && whole.body == pieces.body && whole.sum == pieces.sum);
    MUST(whole.done == pieces.done && whole.closes == pieces.closes);
}

// >>smtp

static int smtp_fed(const uint8_t *in, size_t size, size_t step, size_t *eaten)
{
    check_smtp_state s;
    char             out[600];
    size_t           used;
    int              result = CHECK_SMTP_WAIT, said = 0;
    bool             more;

    check_smtp_begin(&s, &c);
    *eaten = 0;
    while (*eaten < size && result >= CHECK_SMTP_WAIT && result != CHECK_SMTP_DONE) {
        size_t   length = size - *eaten < step ? size - *eaten : step;
        uint8_t *block = copy(in + *eaten, length);

        result = check_smtp_feed(&s, &c, block, length, &used);
        MUST(used <= length);
        free(block);
        *eaten += used;
        for (more = result > CHECK_SMTP_WAIT && result != CHECK_SMTP_DONE; more; said++)
            MUST(check_smtp_say(&s, &c, out, sizeof out, &more) < sizeof out);
        MUST(said < 64);
    }
    return result;
}

static void smtp(uint8_t options, const uint8_t *in, size_t size, size_t step)
{
    static const char *const to[] = { "a@example.com", "b@example.com" };
    static check_payload     p;
    size_t                   whole, pieces;
    int                      a, b;

    prepare("smtp://198.51.100.1");
    p.bytes = in, p.size = size, p.mail_from = "x@example.com", p.mail_to = to, p.n_to = 2;
    c.payload = options & 1 ? &p : NULL;
    a = smtp_fed(in, size, size, &whole);
    b = smtp_fed(in, size, step, &pieces);
    MUST(a == b && whole == pieces);
}

// >>datagrams

static void dns(uint8_t options, const uint8_t *in, size_t size)
{
    check_dns     q = { "example.com", 0, CHECK_DNS_A, 0, false };
    check_address out[4];
    uint8_t      *block = copy(in, size);
    int32_t       detail;
    uint32_t      ttl;
    int           n, why;

    if (options & 1)
        q.name = NULL, q.type = 0;
    why = check_dns_decode(block, size, 0xabcd, &q, &detail);
    MUST(why == CHECK_OK || why == CHECK_STATUS || why == CHECK_MALFORMED ||
         why == CHECK_NOT_TRIED);
    n = check_dns_addresses(block, size, out, 4, &ttl);
    MUST(n >= 0 && n <= 4);
    free(block);
}

static void icmp(uint8_t options, const uint8_t *in, size_t size)
{
    uint8_t   *block = copy(in, size);
    check_icmp m;
    uint16_t   sum;

    if (!(options & 1) && size >= 4) {              /* the right checksum, to get behind it */
        check__put16(block + 2, 0);
        sum = check__checksum(block, size);
        check__put16(block + 2, sum);
    }
    if (check_icmp_decode(options & 1 ? CHECK_IPV6 : CHECK_IPV4, block, size, &m))
        MUST(m.error || size == 16);
    free(block);
}

static void udp(const uint8_t *in, size_t size)
{
    check_udp u;
    uint8_t  *block = copy(in, size);

    memset(&u, 0, sizeof u);
    u.reply = "0Xx1 ff";
    MUST(!check_udp_match(&u, block, size) || size >= 3);
    free(block);
}

// >>bfd

static void bfd_drain(check_bfd *b, uint64_t now)
{
    check_bfd_packet p;
    uint8_t          out[64];
    bool             send;
    int              n;
    size_t           size;

    for (n = 0; check_bfd_next(b, &send); n++) {
        MUST(n < 6);
        if (!send)
            continue;
        size = check_bfd_send(b, out, now);
        MUST(check_bfd_decode(out, size, &p) == 0 && !(p.poll && p.final));
        MUST(p.state == b->state && p.my == b->local && p.desired_tx >= 1000);
        MUST(p.state == CHECK_BFD_STATE_UP || p.desired_tx >= 1000000);
    }
    MUST(check_bfd_deadline(b) >= now);
}

/* Records: how much time passes, a length, a packet. Its discriminator is put right at will. */
static void bfd(uint8_t options, const uint8_t *in, size_t size)
{
    static check_bfd_desc desc;
    check_bfd             b;
    uint64_t              now = 1;

    memset(&desc, 0, sizeof desc);
    desc.min_tx = desc.min_rx = 1000000;
    desc.auth = options & 7 ? 0 : CHECK_BFD_MD5_METICULOUS;
    desc.key = "key", desc.key_size = 3;
    desc.multihop = options & 8;
    check_bfd_init(&b, &desc, 42);
    check_bfd_start(&b, now);
    bfd_drain(&b, now);
    while (size >= 2) {
        size_t   length = in[1] & 63u;
        uint8_t *block;

        now += in[0] * (uint64_t)50000000;
        while (check_bfd_deadline(&b) <= now) {
            check_bfd_tick(&b, check_bfd_deadline(&b) > b.last_now ? check_bfd_deadline(&b) :
                           b.last_now);
            bfd_drain(&b, b.last_now);
        }
        length = length > size - 2 ? size - 2 : length;
        block = copy(in + 2, length);
        if (in[1] & 64 && length >= 12)
            check__put32(block + 8, b.local);
        if (in[1] & 128)
            check_bfd_stop(&b, now), bfd_drain(&b, now), check_bfd_start(&b, now);
        check_bfd_receive(&b, block, length, 255, now);
        free(block);
        bfd_drain(&b, now);
        in += length + 2, size -= length + 2;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t step;

    if (size < 2)
        return 0;
    step = data[1] % 32 + 1u;
    switch (data[0] % 6) {
    case 0: http(data[0] / 6, data + 2, size - 2, step); break;
    case 1: smtp(data[0] / 6, data + 2, size - 2, step); break;
    case 2: dns(data[0] / 6, data + 2, size - 2); break;
    case 3: icmp(data[0] / 6, data + 2, size - 2); break;
    case 4: bfd(data[0] / 6, data + 2, size - 2); break;
    case 5: udp(data + 2, size - 2); break;
    }
    return 0;
}
