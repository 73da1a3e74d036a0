/* check.h: what is read from and written to the network: HTTP, ICMP, DNS, SMTP, UDP; MD5; regex. */
#include "test.h"

#define CHECK_IMPLEMENTATION
#define CHECK_STATIC
#define CHECK_NO_LINUX
#include "../../check.h"

#include <regex.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static check_desc d;
static check      c;
static char       text[8192];

static void use(const char *url)
{
    memset(&d, 0, sizeof d);
    SAME(check_parse(&d, url, text, sizeof text), 0);
}

static void begin(void)
{
    memset(&c, 0, sizeof c);
    SAME(check_init(&c, &d), 0);
}

// >>http

/* What came of a reply: "200 body", "200 body..." (not complete), "200 body|" (done, and the
   connection is to be closed), or a word for the error. */
static const char *reply(const uint8_t *in, size_t size, size_t first, size_t step, bool close)
{
    static char      got[4200], whole[4096];
    check_http_reply r;
    size_t           at = 0, length = 0, piece, n = first;
    const uint8_t   *body;
    int              used;

    check_http_begin(&r, &c);
    while (at < size && !r.done) {
        size_t end = at + n < size ? at + n : size;

        while (at < end && !r.done) {
            used = check_http_feed(&r, test_flush(in + at, end - at), end - at, &body, &piece);
            if (used < 0)
                return used == -CHECK_MALFORMED ? "malformed" : used == -CHECK_TOO_LONG ?
                       "too long" : "?";
            CHECK(used > 0);
            memcpy(whole + length, in + at + used - piece, piece);
            length += piece;
            at += (size_t)used;
        }
        n = step;
    }
    if (close && check_http_close(&r) == CHECK_CLOSED)
        return "closed";
    snprintf(got, sizeof got, "%03u%s%.*s%s", r.status, length ? " " : "", (int)length, whole,
             !r.done ? "..." : r.closes ? "|" : "");
    return got;
}

/* The same however it comes in pieces. */
static void replies(const char *in, const char *want)
{
    size_t size = strlen(in), i;
    char   before[4096];
    bool   close = want[0] == '>';

    want += close;
    TEXT(reply((const uint8_t *)in, size, size, size, close), want);
    snprintf(before, sizeof before, "%s", want);
    for (i = 1; i < size; i++) {
        const char *got = reply((const uint8_t *)in, size, i, size, close);

        if (strcmp(got, before)) {
            printf("    split at %zu\n", i);
            TEXT(got, before);
            return;
        }
    }
    TEXT(reply((const uint8_t *)in, size, 1, 1, close), before);
}

#define OK11 "HTTP/1.1 200 OK\r\n"

static void http_replies(void)
{
    static const char *const table[][2] = {
        { OK11 "Content-Length: 5\r\n\r\nhello", "200 hello" },
        { OK11 "Content-Length: 5\r\n\r\nhello and more", "200 hello" },
        { OK11 "content-length:5\n\nhello", "200 hello" },
        { OK11 "Content-Length: 5, 5\r\nContent-Length: 5\r\n\r\nhello", "200 hello" },
        { OK11 "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", "malformed" },
        { OK11 "Content-Length: -5\r\n\r\nhello", "malformed" },
        { OK11 "Content-Length: 5x\r\n\r\nhello", "malformed" },
        { OK11 "Content-Length:\r\n\r\nhello", "malformed" },
        { OK11 "Content-Length: 99999999999999999999\r\n\r\nhello", "malformed" },
        { OK11 "Content-Length: 5\r\n\r\nhel", "200 hel..." },
        { OK11 "Content-Length: 5\r\n\r\nhel", ">closed" },
        { OK11 "Content-Length: 0\r\n\r\n", "200" },
        { OK11 "Content-Length: 0\r\nConnection: keep-alive, Close\r\n\r\n", "200|" },
        { OK11 "\r\nhello", "200 hello..." },
        { OK11 "\r\nhello", ">200 hello|" },
        { OK11 "\r\n", ">200|" },
        { OK11, ">closed" },
        { "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", "200 hello|" },
        { "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 5\r\n\r\nhello",
          "200 hello" },
        { "HTTP/1.1 200\r\nContent-Length: 1\r\n\r\nx", "200 x" },
        { "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 1\r\n\r\nx", "503 x" },
        { "HTTP/1.1 204 No Content\r\n\r\n", "204" },
        { "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", "304" },
        { "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nContent-Length: 9\r\n\r\n"
          "HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno", "404 no" },
        { OK11 "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "200 hello" },
        { OK11 "Transfer-Encoding: gzip, chunked\r\nContent-Length: 3\r\n\r\n"
          "5;x=\"y\"\r\nhello\r\nA \r\n, the rest\r\n0\r\nTrailer: x\r\n\r\n",
          "200 hello, the rest" },
        { OK11 "Transfer-Encoding: chunked\r\n\r\n5\nhello\n0\n\n", "200 hello" },
        { OK11 "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "200 hello..." },
        { OK11 "Transfer-Encoding: chunked\r\n\r\n5\r\nhello", ">closed" },
        { OK11 "Transfer-Encoding: chunked\r\n\r\n\r\nhello", "malformed" },
        { OK11 "Transfer-Encoding: chunked\r\n\r\ng\r\nhello", "malformed" },
        { OK11 "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloX", "malformed" },
        { OK11 "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", "malformed" },
        { OK11 "X: a\r\n folded\r\nContent-Length: 1\r\n\r\nx", "200 x" },
        { OK11 " X: a\r\nContent-Length: 1\r\n\r\nx", "malformed" },
        { OK11 "Content-Length:\r\n 1\r\n\r\nx", "200 x" },
        { OK11 "Transfer-Encoding:\r\n\tchunked\r\n \r\n\r\n1\r\nx\r\n0\r\n\r\n", "200 x" },
        { OK11 "Transfer-Encoding: gzip\r\nContent-Length: 1\r\n\r\nhello", ">200 hello|" },
        { OK11 "Transfer-Encoding: chunked, gzip\r\n\r\nhello", ">200 hello|" },
        { OK11 "Transfer-Encoding:                                               chunked\r\n\r\n",
          "malformed" },
        { OK11 "Content-Length: 00000000000000000001\r\n\r\nx", "200 x" },
        { OK11 "Transfer-Encoding: chunked\r\n\r\n0000000000000000001\r\nx\r\n000\r\n\r\n",
          "200 x" },
        { OK11 "X-Content-Length: 7\r\nContent-Lengths: 8\r\nContent-Length: 1\r\n\r\nx", "200 x" },
        { OK11 "no colon\r\n\r\n", "malformed" }, { OK11 ": x\r\n\r\n", "malformed" },
        { OK11 "Content-Length : 5\r\n\r\n", "malformed" }, { OK11 "\rx", "malformed" },
        { "HTTP/2 200\r\n\r\n", "malformed" }, { "HTTP/1.1 2000 OK\r\n\r\n", "malformed" },
        { "HTTP/1.1 099 OK\r\n\r\n", "malformed" }, { "HTTP/1.1 20x OK\r\n\r\n", "malformed" },
        { "http/1.1 200 OK\r\n\r\n", "malformed" }, { "SSH-2.0-OpenSSH\r\n", "malformed" },
        { "<html>hello", "malformed" }, { "", "000..." }, { "", ">closed" }
    };
    size_t i;

    use("http://198.51.100.1/");
    d.http.keep = true;
    begin();
    for (i = 0; i < COUNT(table); i++)
        replies(table[i][0], table[i][1]);
}

static void http_head_only(void)
{
    use("http://198.51.100.1/");
    begin();
    replies(OK11 "Content-Length: 5\r\n\r\nhello", "200|");
    d.http.keep = true, d.http.method = "HEAD";
    begin();
    replies(OK11 "Content-Length: 5\r\n\r\n", "200");
    replies("HTTP/1.1 101 other\r\n\r\n", "101|");
}

static void http_limits(void)
{
    char  *long_one = malloc(70000);
    size_t i;

    use("http://198.51.100.1/");
    d.http.keep = true;
    d.http.head_max = 100, d.http.body_max = 8;
    begin();
    replies(OK11 "Content-Length: 8\r\n\r\n12345678", "200 12345678");
    replies(OK11 "Content-Length: 9\r\n\r\n123456789", "too long");
    replies(OK11 "Transfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n0\r\n\r\n", "200 12345678");
    replies(OK11 "Transfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n1\r\n9\r\n", "too long");
    replies(OK11 "A: 12345678901234567890123456789012345678901234567890123456789012345678901234567"
            "8901234567890\r\n\r\n", "too long");
    d.http.head_max = 0, d.http.body_max = 0;
    for (i = 0; i < 60000; i += 6)
        memcpy(long_one + i, i ? "A: b\r\n" : "HTTP/1", 6);
    memcpy(long_one, OK11, sizeof OK11 - 1);
    memcpy(long_one + sizeof OK11 - 1, "B", 1);
    TEXT(reply((uint8_t *)long_one, 60000, 1460, 1460, false), "too long");
    memcpy(long_one, OK11 "Transfer-Encoding: chunked\r\n\r\n1;", sizeof OK11 + 31);
    memset(long_one + sizeof OK11 + 31, 'x', 60000);
    TEXT(reply((uint8_t *)long_one, 60000, 1460, 1460, false), "too long");
    free(long_one);
}

static int verdict(const char *in)
{
    check_http_reply r;
    const uint8_t   *body;
    size_t           at = 0, size = strlen(in), piece;

    check_http_begin(&r, &c);
    while (at < size && !r.done)
        at += (size_t)check_http_feed(&r, (const uint8_t *)in + at, size - at, &body, &piece);
    CHECK(r.done);
    return check_http_judge(&c, &r);
}

static void http_verdicts(void)
{
    static const check_range some[] = { { 200, 200 }, { 301, 302 }, { 404, 404 } };
    check_payload            p;

    use("http://198.51.100.1/");
    begin();
    SAME(verdict(OK11 "\r\n"), CHECK_OK);
    SAME(verdict("HTTP/1.1 299 x\r\n\r\n"), CHECK_OK);
    SAME(verdict("HTTP/1.1 300 x\r\n\r\n"), CHECK_STATUS);
    d.http.url.status = some, d.http.url.n_status = 3;
    SAME(verdict("HTTP/1.1 302 x\r\n\r\n"), CHECK_OK);
    SAME(verdict("HTTP/1.1 404 x\r\n\r\n"), CHECK_OK);
    SAME(verdict("HTTP/1.1 201 x\r\n\r\n"), CHECK_STATUS);
    d.http.url.digest = "5D41402abc4b2a76b9719d911017c592";
    begin();
    SAME(verdict(OK11 "Content-Length: 5\r\n\r\nhello"), CHECK_OK);
    SAME(verdict(OK11 "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"), 0);
    SAME(verdict(OK11 "Content-Length: 5\r\n\r\nhellO"), CHECK_DIGEST);
    d.http.url.digest = NULL;
    begin();
    memset(&p, 0, sizeof p);
    c.payload = &p;                     /* a one-shot knows the digest of any page */
    SAME(verdict("HTTP/1.1 500 x\r\nContent-Length: 5\r\n\r\nhello"), CHECK_STATUS);
    check_md5_print(p.md5, text);
    TEXT(text, "5d41402abc4b2a76b9719d911017c592");
}

static void asks(const char *want)
{
    static char out[1024];
    size_t      size = check_http_request(&c, out, sizeof out);

    SAME(size, strlen(want));
    TEXT(out, want);
    SAME(check_http_request(&c, out, size), 0);
    SAME(check_http_request(&c, out, size + 1), size);
}

static void http_requests(void)
{
    check_payload payload;

    use("http://198.51.100.1:8080/x?y");
    d.http.protocol = CHECK_HTTP_10;
    begin();
    asks("GET /x?y HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 198.51.100.1:8080\r\n\r\n");
    d.http.protocol = CHECK_HTTP_10C;
    d.http.host = "www.example.com";
    asks("GET /x?y HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\n"
         "Host: www.example.com\r\n\r\n");
    use("https://www.example.com");
    d.http.url.host = "a.example";
    begin();
    asks("GET / HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: a.example\r\n"
         "\r\n");
    use("https://www.example.com");
    d.http.keep = true, d.http.method = "OPTIONS", d.http.agent = "me";
    d.http.headers = "Accept: */*\r\n";
    begin();
    asks("OPTIONS / HTTP/1.1\r\nUser-Agent: me\r\nHost: www.example.com\r\nAccept: */*\r\n\r\n");
    use("http://[fe80::1%eth0]:8080/");
    begin();
    asks("GET / HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\n"
         "Host: [fe80::1]:8080\r\n\r\n");
    use("http://[2001:db8::1]/");
    begin();
    memset(&payload, 0, sizeof payload);
    c.payload = &payload;
    asks("GET / HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\n"
         "Host: [2001:db8::1]:80\r\n\r\n");
    payload.size = 17;
    asks("POST / HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\n"
         "Host: [2001:db8::1]:80\r\nContent-Length: 17\r\n\r\n");
}

// >>icmp

static void icmp_echo(void)
{
    uint8_t    out[16], ip[64];
    check_icmp m;
    size_t     i;

    SAME(check_icmp_encode(out, CHECK_IPV4, 0x1234, 7, 0x0102030405060708), 16);
    SAME(out[0], 8), SAME(test_checksum(out, 16, 0), 0);
    CHECK(!check_icmp_decode(CHECK_IPV4, test_flush(out, 16), 16, &m));     /* a request */
    out[0] = 0, out[2] = (uint8_t)(out[2] + 8);
    CHECK(check_icmp_decode(CHECK_IPV4, test_flush(out, 16), 16, &m));
    SAME(m.id, 0x1234), SAME(m.sequence, 7), SAME(m.nonce, 0x0102030405060708), CHECK(!m.error);
    out[9] ^= 1;
    CHECK(!check_icmp_decode(CHECK_IPV4, test_flush(out, 16), 16, &m));
    check_icmp_encode(out, CHECK_IPV6, 1, 2, 3);
    SAME(out[0], 128);
    out[0] = 129;
    CHECK(check_icmp_decode(CHECK_IPV6, test_flush(out, 16), 16, &m));
    for (i = 0; i < 16; i++)
        CHECK(!check_icmp_decode(CHECK_IPV6, test_flush(out, i), i, &m));

    memset(ip, 0, sizeof ip);                       /* unreachable, with our request quoted */
    ip[0] = 3, ip[1] = 1, ip[8] = 0x45, ip[17] = 1;
    memcpy(ip + 24, "\306\063\144\001", 4);
    check_icmp_encode(ip + 28, CHECK_IPV4, 0x4321, 9, 1);
    i = test_checksum(ip, 36, 0);
    ip[2] = (uint8_t)(i >> 8), ip[3] = (uint8_t)i;
    CHECK(check_icmp_decode(CHECK_IPV4, test_flush(ip, 36), 36, &m));
    CHECK(m.error), SAME(m.type, 3), SAME(m.code, 1), SAME(m.id, 0x4321), SAME(m.sequence, 9);
    BYTES(m.to, (const uint8_t *)"\306\063\144\001", 4);
    for (i = 8; i < 36; i++) {
        uint8_t cut[36];
        size_t  sum;

        memcpy(cut, ip, i);
        cut[2] = cut[3] = 0;
        sum = test_checksum(cut, i, 0);
        cut[2] = (uint8_t)(sum >> 8), cut[3] = (uint8_t)sum;
        CHECK(!check_icmp_decode(CHECK_IPV4, test_flush(cut, i), i, &m));
    }
    for (i = 0; i < 20; i++) {                      /* which types are errors */
        size_t sum;

        ip[0] = (uint8_t)i, ip[2] = ip[3] = 0;
        sum = test_checksum(ip, 36, 0);
        ip[2] = (uint8_t)(sum >> 8), ip[3] = (uint8_t)sum;
        SAME(check_icmp_decode(CHECK_IPV4, ip, 36, &m), i == 3 || i == 11 || i == 12);
    }
    memset(ip, 0, sizeof ip);
    ip[0] = 1, ip[1] = 4, ip[8] = 0x60, ip[14] = 58, ip[32] = 0x20;
    check_icmp_encode(ip + 48, CHECK_IPV6, 5, 6, 1);
    CHECK(check_icmp_decode(CHECK_IPV6, test_flush(ip, 56), 56, &m));
    CHECK(m.error), SAME(m.code, 4), SAME(m.sequence, 6), SAME(m.to[0], 0x20);
    for (i = 0; i < 6; i++) {
        ip[0] = (uint8_t)i;
        SAME(check_icmp_decode(CHECK_IPV6, ip, 56, &m), i == 1 || i == 3 || i == 4);
    }
}

// >>dns

static void dns_query(void)
{
    static const char want[] = "abcd01000001000000000000" "076578616d706c6503636f6d00" "000f0001";
    check_dns q = { "Example.com.", 0, CHECK_DNS_MX, 0, false };
    uint8_t   out[300], bytes[64];
    size_t    size = test_unhex(want, bytes, sizeof bytes);
    char      label[300];

    bytes[13] = 'E';
    SAME(check_dns_encode(out, sizeof out, 0xabcd, &q), size);
    BYTES(out, bytes, size);
    SAME(check_dns_encode(out, size - 1, 1, &q), CHECK_E_NAME);
    q.name = NULL, q.type = 0;
    SAME(check_dns_encode(out, sizeof out, 1, &q), 17);
    SAME(out[12], 0), SAME(out[14], CHECK_DNS_SOA);
    q.name = ".";
    SAME(check_dns_encode(out, sizeof out, 1, &q), 17);
    memset(label, 'a', sizeof label);
    q.name = label, q.name_size = 63;
    SAME(check_dns_encode(out, sizeof out, 1, &q), 12 + 65 + 4);
    q.name_size = 64;
    SAME(check_dns_encode(out, sizeof out, 1, &q), CHECK_E_NAME);
    label[63] = label[127] = label[191] = '.';
    q.name_size = 253;
    SAME(check_dns_encode(out, sizeof out, 1, &q), 12 + 255 + 4);
    q.name_size = 254;
    SAME(check_dns_encode(out, sizeof out, 1, &q), CHECK_E_NAME);
    q.edns = 4096;
    q.name_size = 253;
    SAME(check_dns_encode(out, sizeof out, 1, &q), 12 + 255 + 4 + 11);
    SAME(check_dns_encode(out, 12 + 255 + 4 + 10, 1, &q), CHECK_E_NAME);
    SAME(out[11], 1);
    test_unhex("0000291000000000000000", bytes, sizeof bytes);
    BYTES(out + 12 + 255 + 4, bytes, 11);
    q.edns = 0;
    q.name = "a..b", q.name_size = 0;
    SAME(check_dns_encode(out, sizeof out, 1, &q), CHECK_E_NAME);
    q.name = ".a";
    SAME(check_dns_encode(out, sizeof out, 1, &q), CHECK_E_NAME);
}

#define QUESTION "076578616d706c6503636f6d00" "00010001"

static int answer(const char *hex, int32_t *detail)
{
    static const check_dns q = { "example.com", 0, CHECK_DNS_A, 0, false };
    uint8_t bytes[512];
    size_t  size = test_unhex(hex, bytes, sizeof bytes), i;
    int     result;

    for (i = 0; i < size; i++)                      /* no end is run over */
        check_dns_decode(test_flush(bytes, i), i, 0xabcd, &q, detail);
    result = check_dns_decode(test_flush(bytes, size), size, 0xabcd, &q, detail);
    return result;
}

static void dns_answers(void)
{
    static const struct { const char *hex; int want, detail; } table[] = {
        { "abcd81800001000000000000" QUESTION, CHECK_OK, 0 },
        { "abcd81800001000000000000" "074578414d706c6503434f6d00" "00010001", CHECK_OK, 0 },
        { "abcd81830001000000000000" QUESTION, CHECK_STATUS, 3 },
        { "abcd81820001000000000000" QUESTION, CHECK_STATUS, 2 },
        { "abcd81850000000000000000", CHECK_STATUS, 5 },
        { "abcc81800001000000000000" QUESTION, CHECK_NOT_TRIED, 0 },
        { "abcd01800001000000000000" QUESTION, CHECK_NOT_TRIED, 0 },
        { "abcd81800000000000000000", CHECK_NOT_TRIED, 0 },
        { "abcd81800001000000000000" "076578616d706c6503636f6d00" "000f0001", CHECK_NOT_TRIED, 0 },
        { "abcd81800001000000000000" "076578616d706c6503636f6e00" "00010001", CHECK_NOT_TRIED, 0 },
        { "abcd81800001000100000000" QUESTION, CHECK_MALFORMED, 0 },
        { "abcd83800001000100000000" QUESTION, CHECK_OK, 0 },      /* truncated, and says so */
        { "abcd81800001000100000000" QUESTION "c00c" "00010001000000040004c6336401", CHECK_OK, 0 },
        { "abcd81800001000100000000" QUESTION "c00c" "00010001000000040005c6336401",
          CHECK_MALFORMED, 0 },
        { "abcd81800001000100000000" QUESTION "c01d" "00010001000000040004c6336401", CHECK_OK, 0 },
        { "abcd81800001000100000000" QUESTION "80" "00010001000000040004c6336401",
          CHECK_MALFORMED, 0 },
        { "abcd8180000100ff00000000" QUESTION "c00c" "00010001000000040004c6336401",
          CHECK_MALFORMED, 0 }
    };
    int32_t detail;
    size_t  i;

    for (i = 0; i < COUNT(table); i++) {
        if (!SAME(answer(table[i].hex, &detail), table[i].want))
            printf("    case %zu\n", i);
        if (table[i].want == CHECK_STATUS)
            SAME(detail, table[i].detail);
    }
}

static void dns_lookups(void)
{
    static const char hex[] = "abcd81800001000400000000" QUESTION
        "c00c" "000500010000003c0002c00c" "c00c" "00010001000000200004c6336401"
        "c00c" "001c00010000000a001020010db8000000000000000000000001"
        "c00c" "00010001000000300004c6336402";
    static const char alias[] = "abcd83800001000200000000" QUESTION
        "c00c" "00050001000000050002c00c" "c00c" "00010001000000200004c6336401";
    check_address out[4];
    uint8_t       bytes[256];
    size_t        size = test_unhex(hex, bytes, sizeof bytes), i;
    uint32_t      ttl;

    SAME(check_dns_addresses(test_flush(bytes, size), size, out, 4, &ttl), 3);
    SAME(ttl, 10);
    check_address_print(&out[0], text, sizeof text);
    TEXT(text, "198.51.100.1");
    check_address_print(&out[1], text, sizeof text);
    TEXT(text, "2001:db8::1");
    SAME(check_dns_addresses(bytes, size, out, 1, &ttl), 1);
    for (i = 0; i < size; i++)
        CHECK(check_dns_addresses(test_flush(bytes, i), i, out, 4, &ttl) < 3);
    CHECK(!check_dns_truncated(bytes, size));
    size = test_unhex(alias, bytes, sizeof bytes);
    SAME(check_dns_addresses(bytes, size, out, 4, &ttl), 1);
    SAME(ttl, 5);                       /* the name it points to may change */
    CHECK(check_dns_truncated(bytes, size));
    CHECK(!check_dns_truncated(bytes, 11));
}

// >>smtp

/* A dialogue: lines of the server, by '<'; what we are to say, by '>'; '*' TLS; '.' done; '!' and
   a reason. Fed whole and byte by byte. */
static void dialogue(const char *const *script, bool by_byte)
{
    check_smtp_state s;
    char             out[700];
    bool             more;
    int              result = CHECK_SMTP_WAIT;

    SAME(check_smtp_begin(&s, &c), 0);
    for (; *script; script++) {
        const char *line = *script + 1;

        if (**script == '<') {
            size_t size = strlen(line), at = 0, used;

            while (at < size && result == CHECK_SMTP_WAIT) {
                size_t n = by_byte ? 1 : size - at;

                result = check_smtp_feed(&s, &c, test_flush(line + at, n), n, &used);
                at += used;
            }
        } else if (**script == '>') {
            SAME(result, CHECK_SMTP_SAY);
            check_smtp_say(&s, &c, out, sizeof out, &more);
            TEXT(out, line);
            result = CHECK_SMTP_WAIT;
        } else if (**script == '*') {
            SAME(result, CHECK_SMTP_TLS);
            result = CHECK_SMTP_SAY;
        } else if (**script == '.') {
            size_t used;

            SAME(check_smtp_feed(&s, &c, NULL, 0, &used), CHECK_SMTP_DONE);
        } else {
            SAME(result, -atoi(line));
        }
    }
}

#define REASON(n) "!" #n
#define HELO "HELO smtpchecker.keepalived.org\r\n"

static void smtp_dialogues(void)
{
    static const char *const plain[] = { "<220 mx\r\n", ">" HELO, "<250 ok\r\n", ">QUIT\r\n", ".",
        0 };
    static const char *const lines[] = { "<220-mx\r\n220-more\r\n220 last\r\n", ">" HELO,
        "<250-a\n250 ok\n", ">QUIT\r\n", ".", 0 };
    static const char *const bare[] = { "<220\r\n", ">" HELO, "<250\r\n", ">QUIT\r\n", ".", 0 };
    static const char *const busy[] = { "<421 too busy\r\n", "!15", 0 };
    static const char *const last[] = { "<220-mx\r\n554 no\r\n", "!15", 0 };
    static const char *const ssh[] = { "<SSH-2.0\r\n", "!13", 0 };
    static const char *const four[] = { "<2200\r\n", "!13", 0 };
    static const char *const no[] = { "<220 mx\r\n", ">" HELO, "<502 no\r\n", "!15", 0 };
    static const char *const tls[] = { "<220 mx\r\n", ">EHLO me\r\n", "<250 ok\r\n",
        ">STARTTLS\r\n", "<220 go\r\n", "*", ">EHLO me\r\n", "<250 ok\r\n", ">QUIT\r\n", ".", 0 };
    const char *const *const all[] = { plain, lines, bare, busy, last, ssh, four, no };
    size_t i;
    int    how;

    SAME(CHECK_STATUS, 15), SAME(CHECK_MALFORMED, 13);
    for (how = 0; how < 2; how++) {
        use("smtp://198.51.100.1");
        begin();
        for (i = 0; i < COUNT(all); i++)
            dialogue(all[i], how);
        d.smtp.starttls = true, d.smtp.helo = "me";
        begin();
        dialogue(tls, how);
    }
}

static void smtp_injection(void)
{
    check_smtp_state s;
    char             out[700];
    bool             more;
    size_t           used;

    use("smtp://198.51.100.1");
    d.smtp.starttls = true;
    begin();
    check_smtp_begin(&s, &c);
    check_smtp_feed(&s, &c, (const uint8_t *)"220 x\r\n", 7, &used);
    check_smtp_say(&s, &c, out, sizeof out, &more);
    check_smtp_feed(&s, &c, (const uint8_t *)"250 x\r\n", 7, &used);
    check_smtp_say(&s, &c, out, sizeof out, &more);
    SAME(check_smtp_feed(&s, &c, (const uint8_t *)"220 x\r\n250 y\r\n", 14, &used),
         -CHECK_MALFORMED);
}

static void smtp_endless(void)
{
    static uint8_t   line[4096];
    check_smtp_state s;
    size_t           used, i;
    int              result = 0;

    use("smtp://198.51.100.1");
    begin();
    check_smtp_begin(&s, &c);
    for (i = 0; i < 1000 && !result; i++)
        result = check_smtp_feed(&s, &c, (const uint8_t *)"220-x\r\n", 7, &used);
    SAME(result, -CHECK_TOO_LONG);
    check_smtp_begin(&s, &c);
    memset(line, '2', sizeof line);
    line[3] = ' ';
    SAME(check_smtp_feed(&s, &c, line, sizeof line, &used), -CHECK_TOO_LONG);
}

static void smtp_mail(void)
{
    static const char        mail[] = ".Subject: x\n\n.dot\r\n..two\nlast";
    static const char *const to[] = { "a@example.com", "b@example.com" };
    static char              long_one[501];
    const char              *bad[] = { "a@b>\r\nDATA" };
    static const char *const script[] = { "<220 mx\r\n", ">" HELO, "<250 ok\r\n",
        ">MAIL FROM:<me@example.com>\r\n", "<250 ok\r\n", ">RCPT TO:<a@example.com>\r\n",
        "<251 ok\r\n", ">RCPT TO:<b@example.com>\r\n", "<250 ok\r\n", ">DATA\r\n", "<354 go\r\n",
        ">..Subject: x\r\n\r\n..dot\r\n...two\r\nlast\r\n.\r\n", "<250 queued\r\n",
        ">QUIT\r\n", ".",
        0 };
    check_payload    p;
    check_smtp_state s;
    char             out[700], whole[256];
    size_t           size;
    bool             more = true;

    use("smtp://198.51.100.1");
    begin();
    memset(&p, 0, sizeof p);
    p.bytes = (const uint8_t *)mail, p.size = sizeof mail - 1;
    p.mail_from = "me@example.com", p.mail_to = to, p.n_to = 2;
    c.payload = &p;
    dialogue(script, false);
    check_smtp_begin(&s, &c);                       /* the same in small pieces */
    s.step = CHECK__SMTP_BODY;
    for (size = 0; more;)
        size += check_smtp_say(&s, &c, out, 12, &more), memcpy(whole + size - strlen(out), out,
                                                              strlen(out) + 1);
    TEXT(whole, "..Subject: x\r\n\r\n..dot\r\n...two\r\nlast\r\n.\r\n");
    p.mail_to = bad, p.n_to = 1;
    SAME(check_smtp_begin(&s, &c), CHECK_E_NAME);
    memset(long_one, 'a', 500);                     /* longer than a line may be */
    bad[0] = long_one;
    SAME(check_smtp_begin(&s, &c), CHECK_E_NAME);
    long_one[480] = 0;
    SAME(check_smtp_begin(&s, &c), 0);
    p.mail_to = to, p.mail_from = NULL;
    SAME(check_smtp_begin(&s, &c), CHECK_E_NAME);
    p.mail_from = "a b@example.com";
    SAME(check_smtp_begin(&s, &c), CHECK_E_NAME);
    p.mail_from = "";
    SAME(check_smtp_begin(&s, &c), 0);
}

// >>udp

static void udp_replies(void)
{
    check_udp u;
    uint8_t   bytes[256] = { 0 };

    memset(&u, 0, sizeof u);
    CHECK(check_udp_match(&u, bytes, 0));
    CHECK(check_udp_match(&u, bytes, 256));         /* nobody asked for a reply */
    u.require_reply = true;
    CHECK(check_udp_match(&u, bytes, 255) && !check_udp_match(&u, bytes, 256));
    u.reply = "01X2 xX";
    CHECK(check_udp_match(&u, (const uint8_t *)"\001\362\000", 3));
    CHECK(check_udp_match(&u, (const uint8_t *)"\001\002\377more", 7));
    CHECK(!check_udp_match(&u, test_flush("\001\002", 2), 2));
    CHECK(!check_udp_match(&u, (const uint8_t *)"\001\003\000", 3));
    u.reply_min = 4, u.reply_max = 5;
    CHECK(!check_udp_match(&u, (const uint8_t *)"\001\002\000", 3));
    CHECK(check_udp_match(&u, (const uint8_t *)"\001\002\000\000", 4));
    CHECK(!check_udp_match(&u, (const uint8_t *)"\001\002\000\000\000\000", 6));
    SAME(check_unhex("0aF b 12", bytes, 4), -1);
    SAME(check_unhex("0aFb 12", bytes, 4), 3);
    SAME(bytes[1], 0xfb);
    SAME(check_unhex("0a0b0c0d0e", bytes, 4), -1);
    SAME(check_unhex("0", bytes, 4), -1);
}

// >>md5

static void md5_suite(void)
{
    static const char *const suite[][2] = {         /* RFC 1321 A.5 */
        { "", "d41d8cd98f00b204e9800998ecf8427e" }, { "a", "0cc175b9c0f1b6a831c399e269772661" },
        { "abc", "900150983cd24fb0d6963f7d28e17f72" },
        { "message digest", "f96b697d7cb7938d525a2f31aaf161d0" },
        { "abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b" },
        { "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
          "d174ab98d277d9f5a5611c2c9f419d9f" },
        { "1234567890123456789012345678901234567890"
          "1234567890123456789012345678901234567890", "57edf4a22be3c955ac49da2e2107b67a" }
    };
    check_md5_state m;
    uint8_t         md5[16];
    char            hex[33];
    size_t          i, first;

    for (i = 0; i < COUNT(suite); i++) {
        const char *in = suite[i][0], *want = suite[i][1];

        for (first = 0; first <= strlen(in); first++) {
            check_md5_begin(&m);
            check_md5_add(&m, in, first);
            check_md5_add(&m, in + first, strlen(in) - first);
            check_md5_end(&m, md5);
            check_md5_print(md5, hex);
            TEXT(hex, want);
        }
    }
}

/* Every length around the padding's corners: how it is cut makes no difference. */
static void md5_lengths(void)
{
    static uint8_t  bytes[200];
    check_md5_state one, many;
    uint8_t         a[16], b[16];
    size_t          size, i;

    for (i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7);
    for (size = 0; size < sizeof bytes; size++) {
        check_md5_begin(&one), check_md5_begin(&many);
        check_md5_add(&one, bytes, size);
        for (i = 0; i < size; i++)
            check_md5_add(&many, bytes + i, 1);
        check_md5_end(&one, a), check_md5_end(&many, b);
        BYTES(a, b, 16);
    }
}

// >>regex

static void regex_matches(void)
{
    static const struct { const char *pattern, *text; bool want; int flags; } table[] = {
        { "abc", "xabcx", true, 0 }, { "\\d+", "a1", true, 0 }, { "^\\d+$", "12\n", true, 0 },
        { "^\\d+$", "12\n\n", false, 0 }, { "^\\d+$", "x\n12\ny", true, 2 },
        { "\\w+@\\w+", "a_1@b", true, 0 }, { "a\\sb", "a\tb", true, 0 }, { "\\D", "12", false, 0 },
        { "\\S\\W", "a!", true, 0 }, { "[\\d.]+x", "1.2x", true, 0 },
        { "[^\\d\\s]", "1 ", false, 0 },
        { "[\\w\\.-]+:", "a-b.c:", true, 0 }, { "[\\]]", "]", true, 0 },
        { "[\\\\]", "\\", true, 0 },
        { "[]a]", "]", true, 0 }, { "[^]a]", "]a", false, 0 }, { "[\\-\\^]", "^", true, 0 },
        { "[\\^]", "^", true, 0 }, { "[^^]", "^", false, 0 }, { "[-^]+$", "-^", true, 0 },
        { "[[:alpha:]_]+", "_", true, 0 }, { "[[:alpha:]]", "1", false, 0 },
        { "[\\[.]", ".", true, 0 }, { "[\\x41-\\x43]", "B", true, 0 },
        { "[\\s\\S]b", "\nb", true, 0 }, { "[^\\s]", " ", false, 0 }, { "a.c", "a\nc", false, 0 },
        { "a.c", "a\nc", true, 4 }, { "a.c", "a\nc", false, 2 }, { "a.*c", "abbc", true, 0 },
        { "(?:ab)+c", "ababc", true, 0 }, { "a{2,3}b", "aab", true, 0 },
        { "a{2}b", "ab", false, 0 },
        { "a{,2}", "a{,2}", true, 0 }, { "{\"ok\":true}", "{\"ok\":true}", true, 0 },
        { "a+?b", "aab", true, 0 }, { "<b>.*?</b>", "<b>x</b>", true, 0 },
        { "a\\.b", "axb", false, 0 },
        { "a\\/b", "a/b", true, 0 }, { "\\tx", "\tx", true, 0 }, { "\\x2e", "x", false, 0 },
        { "ABC", "abc", true, 1 }, { "ABC", "abc", false, 0 }, { "a|b", "b", true, 0 },
        { "^(ok|up)$", "up", true, 0 }, { "a$|b", "a", true, 0 }, { "]}", "]}", true, 0 },
        { "\\$5\\^", "$5^", true, 0 }, { "caf\303\251", "caf\303\251", true, 0 }
    };
    char   posix[512], word[8];
    size_t i;

    for (i = 0; i < COUNT(table); i++) {
        check_url u;
        regex_t   r;
        int       flags = table[i].flags;

        memset(&u, 0, sizeof u);
        u.regex = table[i].pattern;
        u.regex_caseless = flags & 1, u.regex_multiline = flags & 2, u.regex_dotall = flags & 4;
        if (!SAME(check_regex(&u, posix, sizeof posix, word), 0)) {
            printf("    %s: %s\n", u.regex, word);
            continue;
        }
        if (!SAME(regcomp(&r, posix, REG_EXTENDED | REG_NOSUB | (flags & 1 ? REG_ICASE : 0) |
                          (flags & 2 ? REG_NEWLINE : 0)), 0)) {
            printf("    %s -> %s\n", u.regex, posix);
            continue;
        }
        if (!SAME(regexec(&r, table[i].text, 0, NULL, 0) == 0, table[i].want))
            printf("    %s -> %s on \"%s\"\n", u.regex, posix, table[i].text);
        regfree(&r);
    }
}

static void regex_refused(void)
{
    static const char *const table[][2] = {
        { "a(?=b)", "(?=" }, { "a(?!b)", "(?!" }, { "(?<=a)", "(?<" }, { "(?i)a", "(?i" },
        { "(*UTF8)", "(*" }, { "\\bword", "\\b" }, { "\\Aa", "\\A" }, { "a\\Z", "\\Z" },
        { "(a)\\1", "\\1" }, { "\\p{L}", "\\p" }, { "\\Qa\\E", "\\Q" }, { "a*+", "*+" },
        { "a++", "++" }, { "a**", "*" }, { "*a", "*" }, { "(+a)", "+" }, { "a|", "|" },
        { "|a", "|" },
        { "()", ")" }, { "a)", ")" }, { "(a", "(" }, { "[a", "[a" }, { "a\\", "\\" },
        { "[z-a]", "z-a" }, { "[[:foo:]]", "[:foo:]" }, { "[\303\251]", "\303" },
        { "\\x00", "\\x" },
        { "a{256}", "{256}" }, { "[[.a.]]", "[.a.]" }, { "[,-[.]", ",-[" },
        { "a{1,256}", "{1,256}" }, { "((((a{255}){255}){255}){255})", "{255}" },
        { "((a{99}){99}|b)((a{99}){99}|b)", ")" },
        { "(((((((a{4}){4}){4}){4}){4}){4}){4})", "{4}" },
        { "(((((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)", "+" }, { "(a{100,}){100}", "{100}" },
        { "((((((((((((((((((((((((((((((((((a))))))))))))))))))))))))))))))))))", "(" }
    };
    char   posix[512], word[8];
    size_t i;

    for (i = 0; i < COUNT(table); i++) {
        check_url u;

        memset(&u, 0, sizeof u);
        u.regex = table[i][0];
        SAME(check_regex(&u, posix, sizeof posix, word), CHECK_E_REGEX);
        if (strncmp(word, table[i][1], 2))
            TEXT(word, table[i][1]);
    }
    {
        check_url u;

        memset(&u, 0, sizeof u);
        u.regex = "^((a{100}){90}|b{3})*(c?d+|e)+[xyz]{255}$";
        SAME(check_regex(&u, posix, sizeof posix, word), 0);
        u.regex = "abcdefgh";
        SAME(check_regex(&u, posix, 9, word), 0);
        SAME(check_regex(&u, posix, 8, word), CHECK_E_REGEX);
    }
}

int main(void)
{
    static const test_case tests[] = {
        { "HTTP replies, however they are split", http_replies },
        { "HTTP: nobody wants the body, HEAD", http_head_only },
        { "HTTP: endless headers, bodies, chunk lines", http_limits },
        { "HTTP: status lists and digest", http_verdicts },
        { "HTTP requests", http_requests },
        { "ICMP echo and the errors that quote it", icmp_echo },
        { "DNS queries", dns_query },
        { "DNS answers: wrong, truncated, in circles", dns_answers },
        { "DNS look-ups", dns_lookups },
        { "SMTP dialogues", smtp_dialogues },
        { "SMTP: nothing in clear counts behind STARTTLS", smtp_injection },
        { "SMTP: endless lines and replies", smtp_endless },
        { "SMTP: a mail", smtp_mail },
        { "UDP replies", udp_replies },
        { "MD5: the suite of RFC 1321", md5_suite },
        { "MD5: every length, in pieces", md5_lengths },
        { "regexes mean the same in POSIX", regex_matches },
        { "regexes that POSIX cannot say: the word", regex_refused }
    };

    return test_all(tests, COUNT(tests));
}
