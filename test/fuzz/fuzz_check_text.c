/* Whatever somebody writes in a configuration: a URL that is taken is printed and read again as the
   same; one that is not is answered by a sentence; a regex that is taken is one to POSIX too.
   fuzz-runs: 60000

   Byte 0: what it is. The rest is text. */
#define CHECK_IMPLEMENTATION
#define CHECK_STATIC
#define CHECK_NO_LINUX
#include "../../check.h"

#include <regex.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(truth) ((truth) ? (void)0 : abort())

static void url(const char *text)
{
    static check_desc d, again;
    static check      c;
    char              err[300], out[4096], twice[4096];

    memset(&d, 0, sizeof d);
    if (check_parse(&d, text, err, sizeof err)) {
        MUST(err[0] == '"' && strlen(err) > 10);
        return;
    }
    memset(&c, 0, sizeof c);
    MUST(check_init(&c, &d) <= 0);
    check_print(&d, NULL, out, sizeof out);
    if (strlen(out) + 1 >= sizeof out)
        return;
    memset(&again, 0, sizeof again);
    MUST(check_parse(&again, out, err, sizeof err) == 0);
    check_print(&again, NULL, twice, sizeof twice);
    MUST(strcmp(out, twice) == 0 && again.kind == d.kind);
    MUST(check_port(&d, &d.to) == check_port(&again, &again.to));
}

static void regex(const char *text, uint8_t options)
{
    check_url u;
    regex_t   r;
    char      out[2048], word[8] = "";
    int       error;

    memset(&u, 0, sizeof u);
    u.regex = text;
    u.regex_multiline = options & 1;
    u.regex_dotall = options & 2;
    error = check_regex(&u, out, sizeof out, word);
    MUST(error == 0 || error == CHECK_E_REGEX);
    MUST(strlen(word) < sizeof word);
    if (error || strchr(text, '{') || strlen(text) > 200)   /* counts can need any memory */
        return;
    MUST(regcomp(&r, out, REG_EXTENDED | REG_NOSUB) == 0);
    regfree(&r);
}

static void address(const char *text)
{
    check_address a, b;
    char          out[64];

    memset(&a, 0, sizeof a);
    memset(&b, 0, sizeof b);
    if (!check_address_read(text, strlen(text), &a))
        return;
    MUST(check_address_print(&a, out, sizeof out) < sizeof out);
    MUST(check_address_read(out, strlen(out), &b));
    MUST(a.family == b.family && memcmp(a.ip, b.ip, sizeof a.ip) == 0);
}

static void command(const char *text)
{
    const char *argv[8];
    char        room[64];
    int         n = check_words(text, room, sizeof room, argv, 8), i;

    MUST(n >= -1 && n < 8);
    for (i = 0; i < n; i++)
        MUST(argv[i] >= room && argv[i] + strlen(argv[i]) < room + sizeof room);
    MUST(n < 0 || argv[n] == NULL);
}

static void settings(const char *text)
{
    static check_desc d;
    static check      c;
    char              err[64];
    uint8_t           bytes[16];

    memset(&d, 0, sizeof d);
    check_parse(&d, "http://198.51.100.1/", err, sizeof err);
    d.http.headers = d.http.agent = d.http.host = text;
    check_init(&c, &d);
    memset(&d, 0, sizeof d);
    check_parse(&d, "udp://198.51.100.1:1", err, sizeof err);
    d.udp.reply = text;
    if (check_init(&c, &d) == 0)
        check_udp_match(&d.udp, (const uint8_t *)text, strlen(text));
    MUST(check_unhex(text, bytes, sizeof bytes) <= 16);
    memset(&d, 0, sizeof d);
    check_parse(&d, "dns://198.51.100.1", err, sizeof err);
    d.dns.name = text;
    check_init(&c, &d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text;

    if (size == 0)
        return 0;
    text = malloc(size);
    MUST(text != NULL);
    memcpy(text, data + 1, size - 1);
    text[size - 1] = 0;
    switch (data[0] % 5) {
    case 0: url(text); break;
    case 1: regex(text, data[0] / 5); break;
    case 2: address(text); break;
    case 3: command(text); break;
    case 4: settings(text); break;
    }
    free(text);
    return 0;
}
