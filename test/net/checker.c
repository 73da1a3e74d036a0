/* checker [OPTION=VALUE | URL]...: what a user of check.h would write. Options hold for the URLs
   behind them. A line for each event:

       0.512 http://198.51.100.1/ UP 0.35 ms: as it should be

   copies=N makes N checks of the next URL; quiet=1 does not tell of those that come UP;
   once=1 runs each check once and ends, mail=1 with a mail; count=N ends after N events;
   commands=FIFO
   takes commands, a line each: "pause N", "go N", "remove N", "aim N ADDRESS", "change N
   OPTION=VALUE". The last line counts
   the descriptors that are open beyond what there was before, and the turns of the loop. */
#define CHECK_IMPLEMENTATION
#include "../../check.h"
#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>

#define MOST 16384
#define COUNT(list) (sizeof(list) / sizeof *(list))

static check         checks[MOST];
static check_payload payloads[MOST];
static const char   *names[MOST];
static check_io      io;
static uint64_t      began;
static int           n, left, turns, copies = 1, count = -1;
static bool          once, mail, quiet;
static FILE         *commands;
static volatile sig_atomic_t stop;

static uint8_t       bodies[64 * 65536], out[65536];
static check_pattern patterns[64];
#ifdef CHECK_MBEDTLS
static struct check_tls_context contexts[16];
static struct check_tls_session sessions[64];
#endif

/* --- options: where each lands, and as what --- */

enum { TEXT, NUMBER16, NUMBER32, MILLISECONDS, YES, ADDRESS, DEVICE, STATUS, HEX, TYPE8 };

typedef struct option {
    const char *word;
    int         type;
    size_t      at;
} option;

#define AT(field) offsetof(check_desc, field)

static const option options[] = {
    { "interval", MILLISECONDS, AT(interval) }, { "timeout", MILLISECONDS, AT(timeout) },
    { "retry_delay", MILLISECONDS, AT(retry_delay) }, { "warmup", MILLISECONDS, AT(warmup) },
    { "up_delay", MILLISECONDS, AT(up_delay) }, { "down_delay", MILLISECONDS, AT(down_delay) },
    { "rise", NUMBER16, AT(rise) }, { "fall", NUMBER16, AT(fall) }, { "start", TYPE8, AT(start) },
    { "mark", NUMBER32, AT(mark) }, { "device", DEVICE, AT(device) }, { "from", ADDRESS, AT(from) },
    { "keep", YES, AT(http.keep) }, { "status", STATUS, AT(http.url) },
    { "digest", TEXT, AT(http.url.digest) }, { "regex", TEXT, AT(http.url.regex) },
    { "regex_min", NUMBER32, AT(http.url.regex_min) },
    { "regex_max", NUMBER32, AT(http.url.regex_max) },
    { "no_match", YES, AT(http.url.regex_no_match) }, { "vhost", TEXT, AT(http.host) },
    { "caseless", YES, AT(http.url.regex_caseless) },
    { "protocol", TYPE8, AT(http.protocol) }, { "headers", TEXT, AT(http.headers) },
    { "method", TEXT, AT(http.method) }, { "body_max", NUMBER32, AT(http.body_max) },
    { "ca", TEXT, AT(tls.ca) }, { "certificate", TEXT, AT(tls.certificate) },
    { "key", TEXT, AT(tls.key) }, { "name", TEXT, AT(tls.name) },
    { "no_verify", YES, AT(tls.no_verify) }, { "no_sni", YES, AT(tls.no_sni) },
    { "helo", TEXT, AT(smtp.helo) }, { "starttls", YES, AT(smtp.starttls) },
    { "payload", HEX, AT(udp.payload) }, { "reply", TEXT, AT(udp.reply) },
    { "require_reply", YES, AT(udp.require_reply) }, { "min_tx", MILLISECONDS, AT(bfd.min_tx) },
    { "min_rx", MILLISECONDS, AT(bfd.min_rx) }, { "multiplier", TYPE8, AT(bfd.multiplier) },
    { "passive", YES, AT(bfd.passive) }, { "bfd_key", TEXT, AT(bfd.key) },
    { "bfd_auth", TYPE8, AT(bfd.auth) }, { "bfd_key_id", TYPE8, AT(bfd.key_id) },
    { "kill_delay", MILLISECONDS, AT(exec.kill_delay) }, { "secure", YES, AT(exec.secure) },
    { "dynamic", YES, AT(exec.dynamic) }, { "as_user", YES, AT(exec.as_user) },
    { "uid", NUMBER32, AT(exec.uid) }, { "gid", NUMBER32, AT(exec.gid) },
    { "quorum", NUMBER16, AT(process.quorum) }, { "quorum_max", NUMBER16, AT(process.quorum_max) },
    { "none", YES, AT(process.none) },
    { "full_command", YES, AT(process.full_command) }
};

/* What checks point to lives as long as they. */
static void *hold(void *memory)
{
    static void *held[MOST];
    static int   n_held;

    return held[n_held++ % MOST] = memory;
}

static void bad(const char *what, const char *value)
{
    fprintf(stderr, "checker: %s %s\n", what, value);
    exit(2);
}

static void set_hex(check_desc *d, const char *value)
{
    size_t   cap = strlen(value) / 2 + 1;
    uint8_t *bytes = hold(malloc(cap));
    int      size = check_unhex(value, bytes, cap);

    if (size < 0)
        bad("no hex:", value);
    d->udp.payload = bytes;
    d->udp.payload_size = (uint16_t)size;
}

static void set_status(check_desc *d, const char *value)
{
    check_range *range = hold(malloc(sizeof *range));

    range->low = (uint16_t)atoi(value);
    range->high = strchr(value, '-') ? (uint16_t)atoi(strchr(value, '-') + 1) : range->low;
    d->http.url.status = range;
    d->http.url.n_status = 1;
}

static void set(check_desc *d, const option *o, const char *value)
{
    char *at = (char *)d + o->at;

    switch (o->type) {
    case TEXT: *(const char **)(void *)at = value; break;
    case NUMBER16: *(uint16_t *)(void *)at = (uint16_t)atoi(value); break;
    case NUMBER32: *(uint32_t *)(void *)at = (uint32_t)atol(value); break;
    case MILLISECONDS: *(uint64_t *)(void *)at = (uint64_t)(atof(value) * 1e6); break;
    case YES: *(bool *)at = atoi(value) != 0; break;
    case TYPE8: *(uint8_t *)at = (uint8_t)atoi(value); break;
    case DEVICE: snprintf(d->device, sizeof d->device, "%s", value); break;
    case HEX: set_hex(d, value); break;
    case STATUS: set_status(d, value); break;
    case ADDRESS:
        if (!check_address_read(value, strlen(value), &d->from))
            bad("no address:", value);
        break;
    }
    if (strcmp(o->word, "bfd_key") == 0)
        d->bfd.key_size = (uint8_t)strlen(value);
}

/* True: it was one of the program's own, or of the checks that follow. */
static bool is_option(check_desc *next, const char *word)
{
    const char *value = strchr(word, '=');
    size_t      size = value ? (size_t)(value - word) : 0, i;

    if (!value || word + strcspn(word, ":/") < value)
        return false;
    if (strncmp(word, "once=", 5) == 0)
        return once = atoi(value + 1) != 0, true;
    if (strncmp(word, "count=", 6) == 0)
        return count = atoi(value + 1), true;
    if (strncmp(word, "mail=", 5) == 0)
        return mail = atoi(value + 1) != 0, true;
    if (strncmp(word, "commands=", 9) == 0) {
        commands = fopen(value + 1, "r+");
        if (!commands)
            bad("cannot open", value + 1);
        return setvbuf(commands, NULL, _IONBF, 0), true;
    }
    if (strncmp(word, "copies=", 7) == 0)
        return copies = atoi(value + 1), true;
    if (strncmp(word, "quiet=", 6) == 0)
        return quiet = atoi(value + 1) != 0, true;
    for (i = 0; i < COUNT(options); i++)
        if (strlen(options[i].word) == size && strncmp(options[i].word, word, size) == 0)
            return set(next, &options[i], value + 1), true;
    bad("unknown option:", word);
    return false;
}

/* --- checks --- */

static const char *const recipients[] = { "root@n2" };
static const char        text[] = "Subject: of a check\n\n.a dot\na line\n";

static void add(const char *url, check_desc *d)
{
    int error;

    if (n == MOST)
        bad("too many:", url);
    names[n] = url;
    payloads[n].out = out;
    payloads[n].out_cap = sizeof out;
    if (mail) {
        payloads[n].mail_from = "checker@example.com";
        payloads[n].mail_to = recipients;
        payloads[n].n_to = 1;
        payloads[n].bytes = (const uint8_t *)text;
        payloads[n].size = strlen(text);
    }
    error = once ? check_io_once(&io, &checks[n], d, &payloads[n], check_now())
                 : check_io_add(&io, &checks[n], d, check_now());
    if (error)
        bad(url, io.err);
    n++, left++;
}

/* So many checks share the settings. */
static void add_all(const char *url, const check_desc *options_of)
{
    check_desc *d = hold(malloc(sizeof *d));
    char        err[200];

    *d = *options_of;
    if (check_parse(d, url, err, sizeof err))
        bad(url, err);
    do
        add(url, d);
    while (--copies > 0);
    copies = 1;
}

static void say(const check_event *e)
{
    const char *url = e->c ? names[e->c - checks] : "-";
    double      at = (double)(check_now() - began) / 1e9, ms = (double)e->latency / 1e6;

    left -= e->kind == CHECK_EVENT_DONE;
    if (quiet && e->kind == CHECK_EVENT_VERDICT && e->to == CHECK_UP)
        return;
    printf("%.3f %s ", at, url);
    switch (e->kind) {
    case CHECK_EVENT_VERDICT:
        printf("%s %.2f ms: %s\n", check_verdict_str(e->to), ms, e->text);
        break;
    case CHECK_EVENT_FAILED: printf("failed %.2f ms: %s\n", ms, e->text); break;
    case CHECK_EVENT_VALUE: printf("value %d\n", e->value); break;
    case CHECK_EVENT_DONE:
        printf("done %.2f ms: %s (%zu bytes: %.*s)\n", ms, e->text, e->payload->out_size,
               (int)strcspn((const char *)out, "\r\n"), (const char *)out);
        break;
    case CHECK_EVENT_ERROR: printf("error %d: %s\n", e->code, e->text); break;
    }
    fflush(stdout);
}

static void change(check *c, const char *word)
{
    check_desc *d = hold(malloc(sizeof *d));
    char       *copy = hold(strdup(word));

    *d = *c->d;
    if (!is_option(d, copy) || check_io_change(&io, c, d, check_now()))
        bad(copy, io.err);
}

static void obey(void)
{
    char          line[200], verb[20], word[100] = "";
    int           i;
    check_address to;

    if (!fgets(line, sizeof line, commands) ||
        sscanf(line, "%19s %d %99s", verb, &i, word) < 2 || i < 0 || i >= n)
        bad("what is", line);
    memset(&to, 0, sizeof to);
    if (strcmp(verb, "pause") == 0)
        check_io_pause(&io, &checks[i], true, check_now());
    else if (strcmp(verb, "go") == 0)
        check_io_pause(&io, &checks[i], false, check_now());
    else if (strcmp(verb, "remove") == 0)
        check_io_remove(&io, &checks[i], check_now());
    else if (strcmp(verb, "aim") == 0 && check_address_read(word, strlen(word), &to))
        check_io_aim(&io, &checks[i], &to, check_now());
    else if (strcmp(verb, "change") == 0)
        change(&checks[i], word);
    else
        bad("what is", line);
}

static int descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int  sum = 0;

    while (readdir(dir))
        sum++;
    closedir(dir);
    return sum;
}

static void stopped(int number)
{
    stop = number;
}

static void prepare(check_io_options *o)
{
    memset(o, 0, sizeof *o);
    o->bodies = bodies;
    o->n_bodies = 64;
    o->body_size = 65536;
    o->patterns = patterns;
    o->n_patterns = COUNT(patterns);
#ifdef CHECK_MBEDTLS
    o->contexts = contexts;
    o->n_contexts = COUNT(contexts);
    o->sessions = sessions;
    o->n_sessions = COUNT(sessions);
#endif
}

static void loop(void)
{
    struct pollfd p[2];
    check_event   e;

    memset(p, 0, sizeof p);
    p[0].fd = check_io_fd(&io);
    p[0].events = p[1].events = POLLIN;
    while (!stop && count && !(once && !left)) {
        p[1].fd = commands ? fileno(commands) : -1;
        if (poll(p, 2, -1) < 0)
            continue;
        if (p[1].revents)
            obey();
        turns += p[0].revents != 0;
        check_io_run(&io, check_now());
        while (count && check_io_next(&io, &e)) {
            say(&e);
            count -= count > 0;
        }
    }
}

int main(int argc, char **argv)
{
    check_io_options o;
    check_desc       next;
    int              before = descriptors(), i;

    signal(SIGTERM, stopped);
    signal(SIGINT, stopped);
    memset(&next, 0, sizeof next);
    prepare(&o);
    if (check_io_open(&io, &o))
        bad("open:", io.err);
    began = check_now();
    for (i = 1; i < argc; i++)
        if (!is_option(&next, argv[i]))
            add_all(argv[i], &next);
    loop();
    check_io_close(&io);
    if (commands)
        fclose(commands);
    printf("descriptors %d turns %d\n", descriptors() - before, turns);
    return 0;
}
