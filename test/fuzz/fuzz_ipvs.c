/* Whatever comes in a netlink socket: nothing is read behind it, what is understood can be said and
   is understood again, and what was said is what was meant. Requests with any settings: they fit or
   are refused, within the room there is.
   fuzz-runs: 200000

   Byte 0: answers, or a request; byte 1: family, or how much room there is. The rest is input. */
#define IPVS_IMPLEMENTATION
#define IPVS_STATIC
#define IPVS_NO_LINUX
#include "../../ipvs.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(truth) ((truth) ? (void)0 : abort())

/* Input at the end of a block of its own, so that the sanitizer sees its end. */
static uint8_t *copy(const uint8_t *in, size_t size)
{
    uint8_t *block = malloc(size ? size : 1);

    MUST(block != NULL);
    if (size)
        memcpy(block, in, size);
    return block;
}

/* Says it, in exactly the room it needs, and hears it. */
static void echo(const ipvs_request *r, uint8_t family, ipvs_answer *out)
{
    uint8_t room[512], *block;
    size_t  size = ipvs_encode(r, 0x20, 1, room, sizeof room), at = 0;

    MUST(size > 20 && size % 4 == 0);
    block = malloc(size);
    MUST(block && ipvs_encode(r, 0x20, 1, block, size - 1) == 0);
    MUST(ipvs_encode(r, 0x20, 1, block, size) == size);
    MUST(ipvs_decode(block, size, &at, family, out) == 1 && at == size);
    free(block);
}

static ipvs_request request(uint8_t command, const ipvs_service *s, const ipvs_dest *d)
{
    ipvs_request r;

    memset(&r, 0, sizeof r);
    r.command = command, r.s = s, r.d = d;
    return r;
}

static void say_service(const ipvs_service *s)
{
    ipvs_request r = request(IPVS_CMD_NEW_SERVICE, s, NULL);
    ipvs_answer  b;
    char         text[64];

    MUST(ipvs_service_print(s, text, sizeof text) < sizeof text);
    if (ipvs_service_check(s))
        return;
    echo(&r, 0, &b);
    MUST(ipvs_diff_service(&b.s, s) == IPVS_SAME);
}

static void say_dest(const ipvs_dest *d, const ipvs_service *s)
{
    ipvs_request r = request(IPVS_CMD_NEW_DEST, s, d);
    ipvs_answer  b;
    char         text[64];

    MUST(ipvs_dest_print(d, text, sizeof text) < sizeof text);
    if (ipvs_service_check(s) || ipvs_dest_check(d, s))
        return;
    echo(&r, s->at.family ? s->at.family : IPVS_IPV4, &b);
    MUST(ipvs_diff_dest(&b.d, d, s) == IPVS_SAME);
}

static void say_daemon(const ipvs_daemon *d)
{
    ipvs_request r = request(IPVS_CMD_NEW_DAEMON, NULL, NULL);
    ipvs_answer  b;

    if (ipvs_daemon_check(d))
        return;
    r.daemon = d;
    echo(&r, 0, &b);
    MUST(ipvs_diff_daemon(&b.daemon, d) == IPVS_SAME);
}

/* What the kernel told is said as a wish, of which some may be refused. */
static void answers(uint8_t family, const uint8_t *in, size_t size)
{
    uint8_t     *block = copy(in, size);
    ipvs_service s;
    ipvs_answer  a;
    size_t       at = 0, before = 0;
    int          found;

    memset(&s, 0, sizeof s);
    s.fwmark = 1, s.at.family = family;
    while ((found = ipvs_decode(block, size, &at, family, &a)) != 0) {
        MUST(at > before && at <= size + 3);
        before = at;
        if (found < 0 || a.end)
            continue;
        MUST(memchr(a.s.scheduler, 0, 16) && memchr(a.s.engine, 0, 16));
        MUST(memchr(a.daemon.interface, 0, 16) && memchr(a.text, 0, sizeof a.text));
        if (a.command == IPVS_CMD_NEW_SERVICE)
            say_service(&a.s);
        else if (a.command == IPVS_CMD_NEW_DEST)
            say_dest(&a.d, &s);
        else if (a.command == IPVS_CMD_NEW_DAEMON)
            say_daemon(&a.daemon);
        else
            MUST(a.command == IPVS_CMD_SET_CONFIG || a.command == IPVS_CMD_SET_INFO);
    }
    free(block);
}

/* Structures of any bytes. */
static void wishes(const uint8_t *in, size_t size)
{
    ipvs_service s;
    ipvs_dest    d;
    ipvs_daemon  daemon;

    memset(&s, 0, sizeof s);
    memset(&d, 0, sizeof d);
    memset(&daemon, 0, sizeof daemon);
    memcpy(&s, in, size < sizeof s ? size : sizeof s);
    if (size > sizeof s)
        memcpy(&d, in + sizeof s, size - sizeof s < sizeof d ? size - sizeof s : sizeof d);
    memcpy(&daemon, in, size < sizeof daemon ? size : sizeof daemon);
    say_service(&s);
    say_dest(&d, &s);
    say_daemon(&daemon);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    if (data[0] & 1)
        wishes(data + 2, size - 2);
    else
        answers(data[1] & 1 ? IPVS_IPV6 : IPVS_IPV4, data + 2, size - 2);
    return 0;
}
