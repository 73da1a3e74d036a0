/* check.h: settings, URLs, verdicts and schedule. */
#include "test.h"

#define CHECK_IMPLEMENTATION
#define CHECK_STATIC
#define CHECK_NO_LINUX
#include "../../check.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define SECOND CHECK_SECOND
#define MS     (CHECK_SECOND / 1000)

static check_desc d;
static check      c;
static char       text[512];

static void tcp(void)
{
    memset(&d, 0, sizeof d);
    SAME(check_parse(&d, "tcp://198.51.100.1:80", text, sizeof text), 0);
}

static void http(const check_url *urls, size_t n)
{
    memset(&d, 0, sizeof d);
    SAME(check_parse(&d, "http://198.51.100.1/", text, sizeof text), 0);
    if (n)
        memset(&d.http.url, 0, sizeof d.http.url);
    d.http.urls = n ? urls : NULL;
    d.http.n_urls = (uint16_t)n;
}

static void begin(void)
{
    memset(&c, 0, sizeof c);
    SAME(check_init(&c, &d), 0);
    check_start(&c, 0, 0);
}

/* Attempts with these results, each at its due time and 1 ms long: '.' good, '!' bad, '?' not
   tried. What the verdict was behind each: U D or u (unknown). */
static const char *run(const char *results)
{
    static char verdicts[64];
    size_t      n;

    for (n = 0; results[n]; n++) {
        uint64_t now = check_due(&c);
        uint8_t  before = c.verdict;
        bool     changed;

        check_begin(&c, now);
        changed = check_end(&c, results[n] == '.' ? CHECK_OK : results[n] == '?' ? CHECK_NOT_TRIED :
                            CHECK_REFUSED, 0, now + MS);
        SAME(changed, c.verdict != before);
        verdicts[n] = "uUD"[c.verdict];
    }
    verdicts[n] = 0;
    return verdicts;
}

// >>verdict

static void first_result_decides(void)
{
    tcp();
    d.rise = d.fall = 3;
    begin(), TEXT(run(".!!.!!!..."), "UUUUUUDDDU");
    begin(), TEXT(run("!..!..."), "DDDDDDU");
}

static void starts_up(void)
{
    tcp();
    d.start = CHECK_UP, d.fall = 3;
    begin(), SAME(c.verdict, CHECK_UP), TEXT(run("!."), "DU");
    begin(), TEXT(run(".!!!"), "UUUD");
}

static void starts_down(void)
{
    tcp();
    d.start = CHECK_DOWN, d.rise = 2;
    begin(), SAME(c.verdict, CHECK_DOWN), TEXT(run(".!..!"), "DDDUD");
}

static void not_tried(void)
{
    tcp();
    d.fall = 2;
    begin(), TEXT(run("?.!?!"), "uUUUD");
    SAME(c.attempts, 3);
    SAME(c.failures, 2);
}

/* vrrp_script's rise and fall as a table: keepalived's counter gives the same for any sequence. */
static void as_keepalived(void)
{
    unsigned rise, fall, bits, i;

    for (rise = 1; rise <= 4; rise++)
        for (fall = 1; fall <= 4; fall++)
            for (bits = 0; bits < 1024; bits++) {
                int counter = (int)rise - 1, up = -1;

                tcp();
                d.rise = (uint16_t)rise, d.fall = (uint16_t)fall;
                begin();
                for (i = 0; i < 10; i++) {
                    int good = bits >> i & 1, top = (int)(rise + fall) - 1;

                    if (up < 0)
                        up = good, counter = good ? top : 0;
                    else if (good && counter < (int)rise - 1)
                        counter++;
                    else if (good)
                        up = 1, counter = top;
                    else if (counter > (int)rise)
                        counter--;
                    else
                        up = 0, counter = 0;
                    run(good ? "." : "!");
                    if (c.verdict != (up ? CHECK_UP : CHECK_DOWN)) {
                        SAME(c.verdict, up ? CHECK_UP : CHECK_DOWN);
                        return;
                    }
                }
            }
}

static void several_urls(void)
{
    static check_url urls[3];

    http(urls, 3);
    begin();
    SAME(c.url, 0), TEXT(run(".."), "uu"), SAME(c.url, 2), TEXT(run("."), "U"), SAME(c.url, 0);
    TEXT(run(".!"), "UD"), SAME(c.url, 1);          /* it stays with the one that failed */
    TEXT(run("..!..."), "DDDDDU");
    d.start = CHECK_UP;
    begin(), TEXT(run("."), "U");
}

static void fast_recovery(void)
{
    static check_url urls[3];

    http(urls, 3);
    d.http.fast_recovery = true;
    begin();
    run("...");
    SAME(c.grid, 0);
    SAME(c.due, SECOND);
    run("!.");
    SAME(c.due, 2 * SECOND + MS);                   /* goes on at once */
    run("..");
    SAME(c.verdict, CHECK_UP);
    SAME(c.due, 3 * SECOND);
}

// >>schedule

static void no_drift(void)
{
    unsigned i;
    uint64_t late;

    tcp();
    begin();
    check_start(&c, 123 * MS, 0);
    for (i = 0; i < 1000; i++) {
        SAME(check_due(&c), 123 * MS + i * SECOND);
        late = check_due(&c) + (i * 37 % 900) * MS; /* the shell comes late */
        check_begin(&c, late);
        SAME(check_due(&c), late + SECOND);
        check_end(&c, CHECK_OK, 0, late + MS);
        SAME(c.latency, MS);
    }
}

static void overrun(void)
{
    tcp();
    d.timeout = 5 * SECOND;
    begin();
    check_begin(&c, 0);
    check_end(&c, CHECK_CONNECT_TIMEOUT, 0, 2300 * MS);
    SAME(check_due(&c), 2 * SECOND);                /* one of two is made good, at once */
    check_begin(&c, 2300 * MS);
    check_end(&c, CHECK_OK, 0, 2400 * MS);
    SAME(check_due(&c), 3 * SECOND);
}

/* A dead target whose attempts all end at their deadline is still looked at every interval. */
static void timeout_is_interval(void)
{
    unsigned i;

    tcp();
    begin();
    for (i = 0; i < 50; i++) {
        uint64_t start = check_due(&c) + 2 * MS;

        if (start < c.started)
            start = c.started;
        check_begin(&c, start);
        check_end(&c, CHECK_CONNECT_TIMEOUT, 0, c.deadline + MS);
    }
    CHECK(c.grid >= 48 * SECOND && c.grid <= 51 * SECOND);
}

static void retries(void)
{
    tcp();
    d.interval = 60 * SECOND, d.retry_delay = 3 * SECOND, d.fall = 3;
    begin();
    run(".");
    SAME(c.due, 60 * SECOND);
    run("!");
    SAME(c.due, 63 * SECOND + MS);
    run("!");
    SAME(c.due, 66 * SECOND + 2 * MS);
    run("!");
    SAME(c.verdict, CHECK_DOWN);
    SAME(c.due, 120 * SECOND);                      /* back on the grid */
    run(".!");
    SAME(c.due, 183 * SECOND + MS);
    run(".");
    SAME(c.due, 240 * SECOND);
}

static void delays(void)
{
    memset(&d, 0, sizeof d);
    SAME(check_parse(&d, "process:nginx", text, sizeof text), 0);
    d.up_delay = 2 * SECOND, d.down_delay = SECOND, d.fall = 9;
    memset(&c, 0, sizeof c);
    SAME(check_init(&c, &d), 0);
    SAME(check_due(&c), CHECK_NEVER);
    CHECK(check_learn(&c, CHECK_OK, 0, 0));         /* the first counts at once */
    CHECK(!check_learn(&c, CHECK_ABSENT, 0, SECOND));
    SAME(check_due(&c), 2 * SECOND);
    CHECK(!check_learn(&c, CHECK_OK, 0, 1500 * MS));
    SAME(check_due(&c), CHECK_NEVER);               /* back before anyone noticed */
    CHECK(!check_learn(&c, CHECK_ABSENT, 0, 3 * SECOND));
    CHECK(!check_learn(&c, CHECK_ABSENT, 0, 3900 * MS));
    CHECK(!check_tick(&c, 4 * SECOND - 1));
    CHECK(check_tick(&c, 4 * SECOND));
    SAME(c.verdict, CHECK_DOWN);
    CHECK(!check_learn(&c, CHECK_OK, 0, 5 * SECOND));
    SAME(check_due(&c), 7 * SECOND);
    CHECK(check_tick(&c, 7 * SECOND));
    SAME(c.since, 7 * SECOND);
}

static void changes(void)
{
    static check_desc other, ping;

    tcp();
    d.interval = 60 * SECOND, d.fall = 3;
    begin();
    run(".!");
    other = d;
    other.interval = 2 * SECOND, other.fall = 2;
    SAME(check_change(&c, &other, 61 * SECOND), 0);
    SAME(c.verdict, CHECK_UP);
    SAME(c.due, 63 * SECOND);
    TEXT(run("!"), "D");
    other.interval = 1;
    SAME(check_change(&c, &other, 70 * SECOND), CHECK_E_INTERVAL);
    check_start(&c, 3600 * SECOND, 100 * SECOND);   /* in its long warm-up it is told to hurry */
    other.interval = 2 * SECOND;
    SAME(check_change(&c, &other, 101 * SECOND), 0);
    run(".");
    SAME(c.due, 105 * SECOND);
    ping.kind = CHECK_ICMP, ping.to.family = CHECK_IPV4;
    SAME(check_change(&c, &ping, 70 * SECOND), CHECK_E_KIND);
}

static void phases(void)
{
    unsigned n, slot[100] = { 0 };

    tcp();
    SAME(check_phase(&d, 0), 0);
    SAME(check_phase(&d, 1234), 234 * MS);          /* one a millisecond, within the interval */
    d.warmup = 60 * SECOND;
    for (n = 0; n < 10000; n++)
        slot[check_phase(&d, n) * 100 / d.warmup]++;
    for (n = 0; n < 100; n++)
        CHECK(slot[n] >= 90 && slot[n] <= 110);
}

// >>urls

static void urls_good(void)
{
    static const struct { const char *url, *again; uint8_t kind; uint16_t port; } good[] = {
        { "tcp://198.51.100.1:443", NULL, CHECK_TCP, 443 },
        { "tcp://[2001:db8::1]:65535", NULL, CHECK_TCP, 65535 },
        { "http://198.51.100.1", "http://198.51.100.1/", CHECK_HTTP, 80 },
        { "http://198.51.100.1:80/healthz?a=b&c", "http://198.51.100.1:80/healthz?a=b&c",
          CHECK_HTTP, 80 },
        { "https://www.example.com/x/y", NULL, CHECK_HTTPS, 443 },
        { "https://[fe80::1%eth0]:8443/", NULL, CHECK_HTTPS, 8443 },
        { "icmp://198.51.100.1", NULL, CHECK_ICMP, 0 },
        { "icmp://gateway-1.example", NULL, CHECK_ICMP, 0 },
        { "udp://198.51.100.1:514", NULL, CHECK_UDP, 514 },
        { "dns://198.51.100.53", NULL, CHECK_DNS, 53 },
        { "dns://198.51.100.53/example.com", NULL, CHECK_DNS, 53 },
        { "dns://198.51.100.53:5353/example.com?type=MX", NULL, CHECK_DNS, 5353 },
        { "dns://198.51.100.53/example.com?type=65", NULL, CHECK_DNS, 53 },
        { "smtp://198.51.100.25", NULL, CHECK_SMTP, 25 },
        { "smtp://[::1]:2525/", "smtp://[::1]:2525", CHECK_SMTP, 2525 },
        { "bfd://198.51.100.1", NULL, CHECK_BFD, 3784 },
        { "bfd+multihop://198.51.100.1", NULL, CHECK_BFD, 4784 },
        { "exec:/usr/bin/test.sh 'an argument'", NULL, CHECK_EXEC, 0 },
        { "sh:test -e /run/ok && pidof nginx", NULL, CHECK_SH, 0 },
        { "file:/run/weight", NULL, CHECK_FILE, 0 },
        { "file:///run/weight", "file:/run/weight", CHECK_FILE, 0 },
        { "file:////run/weight", NULL, CHECK_FILE, 0 },
        { "process:nginx", NULL, CHECK_PROCESS, 0 },
        { "process:/run/nginx.pid", NULL, CHECK_PROCESS, 0 },
        { "interface:eth0.100", NULL, CHECK_INTERFACE, 0 }
    };
    size_t i;

    for (i = 0; i < COUNT(good); i++) {
        const char *want = good[i].again ? good[i].again : good[i].url;

        memset(&d, 0, sizeof d);
        if (!SAME(check_parse(&d, good[i].url, text, sizeof text), 0))
            printf("    %s\n", text);
        SAME(d.kind, good[i].kind);
        SAME(check_port(&d, &d.to), good[i].port);
        SAME(check_init(&c, &d), 0);
        check_print(&d, NULL, text, sizeof text);
        if (d.to.port == good[i].port && strstr(want, ":80/"))  /* a default port is not said */
            want = "http://198.51.100.1/healthz?a=b&c";
        TEXT(text, want);
    }
    memset(&d, 0, sizeof d);
    check_parse(&d, "https://[fe80::1%eth0]:8443/", text, sizeof text);
    TEXT(d.device, "eth0");
    memset(&d, 0, sizeof d);
    check_parse(&d, "https://www.example.com:1/x", text, sizeof text);
    SAME(d.host_size, 15), SAME(d.to.family, 0), CHECK(strncmp(d.host, "www.example.com", 15) == 0);
    memset(&d, 0, sizeof d);
    check_parse(&d, "process:/run/nginx.pid", text, sizeof text);
    TEXT(d.process.pidfile, "/run/nginx.pid");
}

/* The sentence has the word that is wrong and what is allowed. */
static void urls_bad(void)
{
    static const char *const bad[][3] = {
        { "", "has no scheme", "icmp" }, { "nginx", "\"nginx\" has no scheme", "process" },
        { "htp://x", "\"htp\" is no scheme", "http" }, { "HTTP://x", "\"HTTP\"", "http" },
        { "http:/x", "has no //", "http://ADDRESS" }, { "http://", "has no address", "ADDRESS" },
        { "http://:80", "has no address", "ADDRESS" },
        { "http://198.51.100.256/", "\"198.51.100.256\" is no address", "http://" },
        { "http://198.51.100.01/", "\"198.51.100.01\" is no address", "http://" },
        { "http://198.51.100.1:0/", "\":0\" is no port", "1 to 65535" },
        { "http://198.51.100.1:65536/", "\":65536\" is no port", "1 to 65535" },
        { "http://198.51.100.1:http/", "\":http\" is no port", "1 to 65535" },
        { "http://2001:db8::1/", "\"2001:db8::1\" stands in brackets", "[2001:db8::1]" },
        { "http://[2001:db8::1/", "bracket", "http://" },
        { "http://[198.51.100.1]/", "is no IPv6 address", "[2001:db8::1]" },
        { "http://[::1%]/", "names no interface", "1 to 15" },
        { "http://[::1%abcdefghijklmnop]/", "names no interface", "1 to 15" },
        { "http://me:secret@198.51.100.1/", "user name", "ADDRESS" },
        { "http://me@198.51.100.1/", "user name", "ADDRESS" },
        { "http://a_b!c/", "\"a_b!c\" is no address and no host name", "http://" },
        { "http://198.51.100.1?x", "\"?x\" is no path", "/PATH" },
        { "http://198.51.100.1/#top", "\"#top\" is never sent", "/PATH" },
        { "http://198.51.100.1/a b", "%XX", "blanks" },
        { "http://198.51.100.1/\r\nX: y", "%XX", "control" },
        { "http://198.51.100.1/\303\244", "%XX", "ASCII" },
        { "http://198.51.100.1]/", "is no address", "http" },
        { "tcp://198.51.100.1", "\"tcp\" needs a port", "tcp://ADDRESS:PORT" },
        { "tcp://198.51.100.1:80/healthz", "\"/healthz\" does not belong", "tcp://ADDRESS:PORT" },
        { "icmp://198.51.100.1:7", "\":7\" is a port", "icmp://ADDRESS" },
        { "bfd://198.51.100.1:3784", "\":3784\" is a port", "bfd://ADDRESS" },
        { "smtp://198.51.100.1/x", "\"/x\" does not belong", "smtp://" },
        { "dns://198.51.100.1/a/b", "\"/a/b\" is no name", "NAME" },
        { "dns://198.51.100.1/", "", "" },
        { "dns://198.51.100.1/x?type=FOO", "\"FOO\" is no type", "A NS CNAME" },
        { "dns://198.51.100.1/x?class=IN", "\"?class=IN\" is no option of dns", "TYPE" },
        { "exec:", "says nothing", "exec:/PATH" }, { "exec:  ", "says nothing", "exec:/PATH" },
        { "exec:test.sh", "\"test.sh\" is no absolute path", "exec:/PATH" },
        { "exec:/bin/x 'y", "open quote", "exec:/PATH" },
        { "file:weight", "\"weight\" is no absolute path", "file:/PATH" },
        { "interface:abcdefghijklmnop", "is no interface", "1 to 15" },
        { "interface:a/b", "is no interface", "1 to 15" }
    };
    size_t i;

    for (i = 0; i < COUNT(bad); i++) {
        memset(&d, 0, sizeof d);
        if (!*bad[i][1]) {
            SAME(check_parse(&d, bad[i][0], text, sizeof text), 0);
            continue;
        }
        SAME(check_parse(&d, bad[i][0], text, sizeof text), CHECK_E_URL);
        if (!strstr(text, bad[i][1]) || !strstr(text, bad[i][2]))
            printf("    %s\n", text);
        CHECK(strstr(text, bad[i][1]) != NULL && strstr(text, bad[i][2]) != NULL);
        check_parse(&d, bad[i][0], text, 9);        /* cut, not overrun */
        SAME(strlen(text), 8);
    }
    check_parse(&d, "a\nb\033[1m:", text, sizeof text);
    CHECK(strncmp(text, "\"a?b?[1m:\": \"a?b?[1m\" is no scheme; ", 36) == 0);
}

static void addresses(void)
{
    static const char *const good[][2] = {
        { "0.0.0.0", NULL }, { "255.255.255.255", NULL }, { "::", NULL }, { "::1", NULL },
        { "1::", NULL }, { "2001:db8::1", NULL }, { "2001:DB8:0:0:0:0:0:1", "2001:db8::1" },
        { "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" }, { "1:0:0:2:0:0:0:3", "1:0:0:2::3" },
        { "1:2:3:4:5:6:7:8", NULL }, { "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0" },
        { "::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8" }, { "::ffff:198.51.100.1", NULL },
        { "64:ff9b::198.51.100.1", "64:ff9b::c633:6401" },
        { "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304" }
    };
    static const char *const bad[] = {
        "", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.256", "1.2.3.04",
        "1.2.3.0000", "1.2.3.a", ":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3",
        "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "12345::", "g::", "1:2:3:4:5:6:7:1.2.3.4", "1:",
        ":1", "::1.2.3", "1.2.3.4::", "::1.2.3.4:5", "1:2:3:4:5:6:7:8:", "fe80::1%eth0"
    };
    check_address a;
    size_t        i, size;

    for (i = 0; i < COUNT(good); i++) {
        memset(&a, 0, sizeof a);
        size = strlen(good[i][0]);
        CHECK(check_address_read((char *)test_flush(good[i][0], size), size, &a));
        size = check_address_print(&a, text, sizeof text);
        SAME(size, strlen(text));
        TEXT(text, good[i][1] ? good[i][1] : good[i][0]);
    }
    for (i = 0; i < COUNT(bad); i++)
        if (check_address_read((char *)test_flush(bad[i], strlen(bad[i])), strlen(bad[i]), &a)) {
            CHECK(false);
            printf("    \"%s\" was read\n", bad[i]);
        }
}

// >>settings

static int judged(const char *url, void (*change)(void))
{
    memset(&d, 0, sizeof d);
    if (check_parse(&d, url, text, sizeof text))
        return -1;
    change();
    memset(&c, 0, sizeof c);
    return check_init(&c, &d);
}

#define CASE(name, statement) static void name(void) { statement; }
static const char *const one_word[] = { "/bin/x", NULL };
static const check_range odd[] = { { 200, 199 } }, low[] = { { 99, 200 } };
static const check_range fine[] = { { 100, 599 } };
CASE(set_kind, d.kind = 99)
CASE(set_none, d.kind = 0)
CASE(set_interval, d.interval = 1)
CASE(set_timeout, d.timeout = 1)
CASE(set_start, d.start = 3)
CASE(set_path, d.http.url.path = "x")
CASE(set_blank, d.http.url.path = "/a b")
CASE(set_odd, (d.http.url.status = odd, d.http.url.n_status = 1))
CASE(set_low, (d.http.url.status = low, d.http.url.n_status = 1))
CASE(set_fine, (d.http.url.status = fine, d.http.url.n_status = 1))
CASE(set_digest, d.http.url.digest = "d41d8cd98f00b204e9800998ecf8427")
CASE(set_digest_fine, d.http.url.digest = "D41D8cd98f00b204e9800998ecf8427e")
CASE(set_regex, d.http.url.regex = "a(?=b)")
CASE(set_headers, d.http.headers = "X: y")
CASE(set_headers_body, d.http.headers = "X: y\r\n\r\nz")
CASE(set_headers_blank, d.http.headers = "X y: z\r\n")
CASE(set_headers_colon, d.http.headers = "X\r\n")
CASE(set_headers_fine, d.http.headers = "X: y\r\nA-b: c d\r\n")
CASE(set_agent, d.http.agent = "a\r\nb: c")
CASE(set_vhost, d.http.host = "a b")
CASE(set_certificate, d.tls.certificate = "/x")
CASE(set_foreign_http, d.http.url.path = "/")
CASE(set_foreign_dns, d.dns.name = "x")
CASE(set_foreign_tls, d.tls.no_verify = true)
CASE(set_no_port, d.to.port = 0)
CASE(set_no_target, d.to.family = 0)
CASE(set_from, d.from.family = CHECK_IPV6)
CASE(set_label, d.dns.name = "a..b")
CASE(set_helo, d.smtp.helo = "a\r\nDATA")
CASE(set_reply, d.udp.reply = "0g")
CASE(set_reply_odd, d.udp.reply = "0 1 X")
CASE(set_reply_fine, d.udp.reply = "0 1 XX x1")
CASE(set_length, (d.udp.reply_min = 300))
CASE(set_argv, d.exec.argv = one_word)
CASE(set_both, d.process.pidfile = "/x")
CASE(set_quorum, (d.process.quorum = 3, d.process.quorum_max = 2))
CASE(set_no_process, (d.process.none = true, d.process.quorum = 1))
CASE(set_idle, d.bfd.idle_tx = SECOND - 1)
CASE(set_rx, d.bfd.min_rx = 4001 * SECOND)
CASE(set_from_low, d.from.port = 49151)
CASE(set_from_port, d.from.port = 49152)
CASE(set_auth, d.bfd.auth = CHECK_BFD_MD5)
CASE(set_sha1, (d.bfd.auth = CHECK_BFD_SHA1, d.bfd.key = "x", d.bfd.key_size = 1))
CASE(set_key, (d.bfd.auth = CHECK_BFD_MD5, d.bfd.key = "x", d.bfd.key_size = 17))
CASE(set_target, d.to.family = CHECK_IPV4)
CASE(set_port, d.to.port = 80)
CASE(set_no_file, d.file = NULL)
CASE(set_relative, d.file = "x")
CASE(set_nothing, (void)0)
CASE(set_device, memset(d.device, 'x', sizeof d.device))

static void settings(void)
{
    static const struct { const char *url; void (*change)(void); int want; } cases[] = {
        { "tcp://198.51.100.1:1", set_kind, CHECK_E_KIND },
        { "tcp://198.51.100.1:1", set_none, CHECK_E_KIND },
        { "tcp://198.51.100.1:1", set_interval, CHECK_E_INTERVAL },
        { "tcp://198.51.100.1:1", set_timeout, CHECK_E_TIMEOUT },
        { "tcp://198.51.100.1:1", set_start, CHECK_E_START },
        { "tcp://198.51.100.1:1", set_foreign_http, CHECK_E_OPTION },
        { "tcp://198.51.100.1:1", set_foreign_dns, CHECK_E_OPTION },
        { "http://198.51.100.1", set_foreign_tls, CHECK_E_OPTION },
        { "https://198.51.100.1", set_foreign_tls, 0 },
        { "https://198.51.100.1", set_certificate, CHECK_E_CERTIFICATE },
        { "tcp://198.51.100.1:1", set_no_port, CHECK_E_PORT },
        { "tcp://198.51.100.1:1", set_no_target, CHECK_E_ADDRESS },
        { "tcp://198.51.100.1:1", set_from, CHECK_E_ADDRESS },
        { "tcp://198.51.100.1:1", set_device, CHECK_E_INTERFACE },
        { "http://198.51.100.1", set_path, CHECK_E_PATH },
        { "http://198.51.100.1", set_blank, CHECK_E_PATH },
        { "http://198.51.100.1", set_odd, CHECK_E_STATUS },
        { "http://198.51.100.1", set_low, CHECK_E_STATUS },
        { "http://198.51.100.1", set_fine, 0 },
        { "http://198.51.100.1", set_digest, CHECK_E_DIGEST },
        { "http://198.51.100.1", set_digest_fine, 0 },
        { "http://198.51.100.1", set_regex, CHECK_E_REGEX },
        { "http://198.51.100.1", set_headers, CHECK_E_HEADER },
        { "http://198.51.100.1", set_headers_body, CHECK_E_HEADER },
        { "http://198.51.100.1", set_headers_blank, CHECK_E_HEADER },
        { "http://198.51.100.1", set_headers_colon, CHECK_E_HEADER },
        { "http://198.51.100.1", set_headers_fine, 0 },
        { "http://198.51.100.1", set_agent, CHECK_E_HEADER },
        { "http://198.51.100.1", set_vhost, CHECK_E_HEADER },
        { "dns://198.51.100.1", set_label, CHECK_E_NAME },
        { "smtp://198.51.100.1", set_helo, CHECK_E_NAME },
        { "udp://198.51.100.1:1", set_reply, CHECK_E_PATTERN },
        { "udp://198.51.100.1:1", set_reply_odd, CHECK_E_PATTERN },
        { "udp://198.51.100.1:1", set_reply_fine, 0 },
        { "udp://198.51.100.1:1", set_length, CHECK_E_PATTERN },
        { "exec:/bin/x", set_argv, CHECK_E_COMMAND },
        { "file:/x", set_target, CHECK_E_ADDRESS },
        { "file:/x", set_port, CHECK_E_ADDRESS },
        { "file:/x", set_no_file, CHECK_E_PATH },
        { "file:/x", set_relative, CHECK_E_PATH },
        { "process:x", set_both, CHECK_E_PROCESS },
        { "process:x", set_quorum, CHECK_E_PROCESS },
        { "process:x", set_no_process, CHECK_E_PROCESS },
        { "bfd://198.51.100.1", set_idle, CHECK_E_BFD },
        { "bfd://198.51.100.1", set_from_low, CHECK_E_PORT },
        { "bfd://198.51.100.1", set_from_port, 0 },
        { "bfd://198.51.100.1", set_rx, CHECK_E_BFD },
        { "bfd://198.51.100.1", set_auth, CHECK_E_AUTH },
        { "bfd://198.51.100.1", set_sha1, CHECK_E_AUTH },
        { "bfd://198.51.100.1", set_key, CHECK_E_AUTH },
        { "bfd://198.51.100.1", set_nothing, 0 }
    };
    size_t i;

    for (i = 0; i < COUNT(cases); i++) {
        int got = judged(cases[i].url, cases[i].change);

        if (!SAME(got, cases[i].want))
            printf("    case %zu: %s: %s\n", i, cases[i].url, check_str(got));
        CHECK(strcmp(check_str(got), "unknown error") != 0);
    }
}

/* Every option of one kind is refused for another. */
static void foreign_options(void)
{
    static const size_t texts[] = {
        offsetof(check_desc, http.urls), offsetof(check_desc, http.url.path),
        offsetof(check_desc, http.url.digest), offsetof(check_desc, http.url.regex),
        offsetof(check_desc, http.host), offsetof(check_desc, http.headers),
        offsetof(check_desc, http.method), offsetof(check_desc, tls.ca),
        offsetof(check_desc, tls.certificate), offsetof(check_desc, tls.key),
        offsetof(check_desc, tls.name), offsetof(check_desc, dns.name),
        offsetof(check_desc, smtp.helo), offsetof(check_desc, udp.payload),
        offsetof(check_desc, udp.reply), offsetof(check_desc, exec.command),
        offsetof(check_desc, exec.argv), offsetof(check_desc, file),
        offsetof(check_desc, process.name), offsetof(check_desc, process.pidfile)
    };
    static const size_t flags[] = {
        offsetof(check_desc, tls.no_verify), offsetof(check_desc, smtp.starttls),
        offsetof(check_desc, udp.require_reply), offsetof(check_desc, exec.as_user),
        offsetof(check_desc, bfd.multihop), offsetof(check_desc, bfd.passive),
        offsetof(check_desc, dns.type), offsetof(check_desc, bfd.auth),
        offsetof(check_desc, bfd.min_tx), offsetof(check_desc, bfd.min_rx)
    };
    const char *word = "/x";
    size_t      i;

    for (i = 0; i < COUNT(texts) + COUNT(flags); i++) {
        tcp();
        if (i < COUNT(texts))
            memcpy((char *)&d + texts[i], &word, sizeof word);
        else
            ((char *)&d)[flags[i - COUNT(texts)]] = 1;
        memset(&c, 0, sizeof c);
        if (!SAME(check_init(&c, &d), CHECK_E_OPTION))
            printf("    option %zu\n", i);
    }
}

static void words(void)
{
    int i;

    for (i = 0; i < CHECK_REASONS; i++)
        CHECK(strcmp(check_str(i), "unknown error") != 0);
    for (i = CHECK_E_KIND; i >= CHECK_E_CERTIFICATE; i--)
        CHECK(strcmp(check_str(i), "unknown error") != 0);
    for (i = CHECK_E_LENGTH; i >= CHECK_E_ADMIN_DOWN; i--)
        CHECK(strcmp(check_str(i), "unknown error") != 0);
    http(NULL, 0);
    begin();
    check_begin(&c, 0);
    check_end(&c, CHECK_STATUS, 503, 1);
    SAME(check_reason(&c, text, sizeof text), 15);
    TEXT(text, "HTTP status 503");
    c.why = CHECK_EXIT, c.detail = 2;
    check_reason(&c, text, sizeof text);
    TEXT(text, "exit status 2");
    c.why = CHECK_BFD_DOWN, c.detail = 1;
    check_reason(&c, text, sizeof text);
    TEXT(text, "BFD session is down: control detection time expired");
    TEXT(check_kind_str(CHECK_INTERFACE), "interface");
    TEXT(check_verdict_str(CHECK_UP), "UP");
}

static void splits(void)
{
    static const char *const good[][5] = {
        { "/bin/x", "/bin/x" }, { "  a  b ", "a", "b" }, { "a 'b c' \"d 'e\"", "a", "b c", "d 'e" },
        { "a\\ b c", "a b", "c" }, { "''", "" }, { "a\"b\"c", "abc" }, { "\"a\\\"b\"", "a\"b" },
        { "'a\\b'", "a\\b" }, { "", NULL }, { "   ", NULL }
    };
    const char *argv[6];
    char        room[32];
    size_t      i, n;

    for (i = 0; i < COUNT(good); i++) {
        int got = check_words(good[i][0], room, sizeof room, argv, 6);

        for (n = 0; n < 4 && good[i][n + 1]; n++)
            if (SAME((int)n < got, 1))
                TEXT(argv[n], good[i][n + 1]);
        SAME(got, n);
        CHECK(got < 0 || argv[got] == NULL);
    }
    SAME(check_words("'a", room, sizeof room, argv, 6), -1);
    SAME(check_words("a \"", room, sizeof room, argv, 6), -1);
    SAME(check_words("a b c", room, sizeof room, argv, 3), -1);
    SAME(check_words("abcd", room, 4, argv, 6), -1);
    SAME(check_words("abc", room, 4, argv, 6), 1);
}

static void processes(void)
{
#define LINE "/usr/sbin/nginx\0-c\0/etc/nginx.conf\0"
    static const char *const none[] = { NULL }, *const one[] = { "-c", NULL };
    static const char *const two[] = { "-c", "/etc/nginx.conf", NULL };
    static const char *const begun[] = { "-c", "/etc/ng", NULL }, *const other[] = { "-x", NULL };
    static const char *const three[] = { "-c", "/etc/nginx.conf", "", NULL };
    static const struct {
        const char *name; bool full; const char *const *params; uint8_t match; bool want;
    } table[] = {
        { "nginx", false, NULL, 0, true }, { "worker", false, NULL, 0, true },
        { "nginy", false, NULL, 0, false }, { "ginx", false, NULL, 0, false },
        { "nginx", true, NULL, 0, false }, { "/usr/sbin/nginx", true, NULL, 0, true },
        { "nginx", false, none, CHECK_PARAMS_EXACT, false },
        { "nginx", false, none, CHECK_PARAMS_INITIAL, true },
        { "nginx", false, one, CHECK_PARAMS_EXACT, false },
        { "nginx", false, one, CHECK_PARAMS_INITIAL, true },
        { "nginx", false, other, CHECK_PARAMS_INITIAL, false },
        { "nginx", false, two, CHECK_PARAMS_EXACT, true },
        { "nginx", false, begun, CHECK_PARAMS_EXACT, false },
        { "nginx", false, begun, CHECK_PARAMS_INITIAL, false },
        { "nginx", false, begun, CHECK_PARAMS_PARTIAL, true },
        { "nginx", false, three, CHECK_PARAMS_PARTIAL, false }
    };
    size_t i, size = sizeof LINE - 1, cut;

    for (i = 0; i < COUNT(table); i++) {
        check_process p;

        memset(&p, 0, sizeof p);
        p.name = table[i].name, p.full_command = table[i].full, p.params = table[i].params;
        p.match = table[i].match;
        if (!SAME(check_process_match(&p, "worker", (char *)test_flush(LINE, size), size),
                  table[i].want))
            printf("    case %zu\n", i);
        for (cut = 0; cut < size; cut++)            /* /proc cuts at a page */
            check_process_match(&p, "x", (char *)test_flush(LINE, cut), cut);
    }
}

static void numbers(void)
{
    SAME(check_number("10\n", 3), 10);
    SAME(check_number("10\n", 1), 1);
    SAME(check_number(" \t\n-20 x", 8), -20);
    SAME(check_number("+5", 2), 5);
    SAME(check_number("", 0), 0);
    SAME(check_number("-", 1), 0);
    SAME(check_number("abc", 3), 0);
    SAME(check_number("999999999", 9), 999999999);
    SAME(check_number("-1000000000", 11), -999999999);
    CHECK(check_number("99999999999999999999", 20) > 99999999);
}

int main(void)
{
    static const test_case tests[] = {
        { "the first result decides, then rise and fall", first_result_decides },
        { "start UP: one first failure is enough", starts_up },
        { "start DOWN: rise successes", starts_down },
        { "what could not be tried does not count", not_tried },
        { "rise and fall as keepalived counts them, all sequences of 10", as_keepalived },
        { "several URLs in turn; all of them on the way up", several_urls },
        { "fast_recovery: no pause between good URLs", fast_recovery },
        { "starts stay on the grid", no_drift },
        { "an overrun skips starts", overrun },
        { "a timeout as long as the interval costs no attempts", timeout_is_interval },
        { "retry_delay while UP, the grid otherwise", retries },
        { "up_delay and down_delay", delays },
        { "first starts are spread", phases },
        { "change keeps verdict and streak", changes },
        { "URLs: read and printed again", urls_good },
        { "URLs: what is wrong and what is allowed", urls_bad },
        { "addresses as text (RFC 4291, RFC 5952)", addresses },
        { "settings that are refused", settings },
        { "options of another kind are refused", foreign_options },
        { "words for every code", words },
        { "commands are split as keepalived does", splits },
        { "processes by name and parameters", processes },
        { "the number in a file", numbers }
    };

    return test_all(tests, COUNT(tests));
}
