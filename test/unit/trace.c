/* Golden traces: a script of events goes in, what the core did comes out, a person reads it once
   against the RFC, and from then on diff does.

     trace NAME.in...        compares with NAME.out
     trace -u NAME.in...     writes NAME.out (then read it!)

   A line of a script: [a|b|c:] EVENT. Events:
     set KEY=VALUE...        settings, before start; "all:" sets them for every router.
                             addresses=A,B@DEVICE,+EXCLUDED  tracks=WEIGHT[r][!],...  (!: down)
     group [weights=1] [tracks=...]
                             the routers that have settings of their own become a sync group
     pace ARP NA             a pace that all routers share, before start
     at TIME                 what follows happens then; "+TIME" is relative
     timer [N]               N times: the next timer, when it is due
     until TIME              every timer up to then
     late TIME               tick then, whatever is due
     advert KEY=VALUE...     prio interval from version addresses
     start, stop, deaf, priority N, block REASON, unblock REASON, claimed ok|failed,
     claim ok|fail|wait (how CLAIM is answered from now on), lost lease|deleted,
     answer PROBE|FENCE yes|no, peer_dead ADDRESS, conflict ADDRESS, yield TIME, update KEY=VALUE...
     track N up|down, group_track N up|down
   A "#" line is a comment and is kept. */
#include "rig.h"

enum { ROUTERS = 3 };

static struct rig  rigs[ROUTERS];
static bool        opened[ROUTERS];
static vrrp_group  group;
static vrrp_track  group_tracks[4];
static vrrp_pace   pace;
static bool        grouped, paced;
static uint64_t    now;
static FILE       *sink;
static const char *script;
static unsigned    line_number;
static char        common[512], settings[ROUTERS][512];

static void complain(const char *what, const char *word)
{
    printf("    %s:%u: %s: %s\n", script, line_number, what, word ? word : "");
    exit(1);
}

static uint64_t duration(const char *word)
{
    char  *unit;
    double value = strtod(word, &unit);

    if (strcmp(word, "never") == 0)
        return VRRP_NEVER;
    if (strcmp(unit, "ns") == 0)
        return (uint64_t)value;
    if (strcmp(unit, "us") == 0)
        return (uint64_t)(value * 1e3 + 0.5);
    if (strcmp(unit, "ms") == 0)
        return (uint64_t)(value * 1e6 + 0.5);
    if (strcmp(unit, "s") != 0)
        complain("no duration", word);
    return (uint64_t)(value * 1e9 + 0.5);
}

static int index_of(const char *const *words, int n, const char *word)
{
    int i;

    for (i = 0; i < n; i++)
        if (word && strcmp(words[i], word) == 0)
            return i;
    complain("unknown word", word);
    return 0;
}

static uint8_t reason_of(const char *word)
{
    static const char *const words[] = {
        "link", "address", "track", "claim", "guard", "arbiter", "admin"
    };

    return (uint8_t)(1 << index_of(words, 7, word));
}

// >>settings

struct number { const char *key; size_t at; };
#define FIELD(name) { #name, offsetof(vrrp_desc, name) }

static bool set_time(vrrp_desc *d, const char *key, const char *value)
{
    static const struct number keys[] = {
        FIELD(interval), FIELD(preempt_delay), FIELD(startup_delay), FIELD(settle), FIELD(refresh),
        FIELD(address_grace),
        FIELD(ask_timeout), FIELD(announce_delay), FIELD(announce_again), FIELD(announce_refresh),
        FIELD(announce_gap), FIELD(announce_extra), FIELD(lower_delay)
    };
    uint64_t ns;
    size_t   i;

    for (i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strcmp(keys[i].key, key) == 0) {
            ns = duration(value);
            memcpy((char *)d + keys[i].at, &ns, sizeof ns);
            return true;
        }
    return false;
}

static bool set_byte(vrrp_desc *d, const char *key, const char *value)
{
    static const struct number keys[] = {
        FIELD(version), FIELD(vrid), FIELD(priority), FIELD(down_adverts), FIELD(leave_adverts),
        FIELD(announce_repeat), FIELD(announce_refresh_repeat), FIELD(dual), FIELD(no_preempt),
        FIELD(tie_spread), FIELD(no_answer), FIELD(answer_v2), FIELD(ask_refuse), FIELD(list_check),
        FIELD(lower_quiet), FIELD(lower_repeat), FIELD(higher_answer), FIELD(expired_priority)
    };
    size_t i;

    for (i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strcmp(keys[i].key, key) == 0) {
            *((uint8_t *)d + keys[i].at) = (uint8_t)atoi(value);
            return true;
        }
    return false;
}

static void set_ask(vrrp_desc *d, const char *value)
{
    d->ask = (uint8_t)((strstr(value, "PROBE_DEAD") ? VRRP_ASK_PROBE_DEAD : 0) |
                       (strncmp(value, "PROBE_DEAD", 10) && strstr(value, "PROBE")
                            ? VRRP_ASK_PROBE : 0) |
                       (strstr(value, "FENCE") ? VRRP_ASK_FENCE : 0));
}

static void set_addresses(struct rig *r, char *list)
{
    char *word, *device, *rest = NULL;

    r->desc.n_addresses = 0;
    for (word = strtok_r(list, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
        vrrp_vip *vip = &r->vip[r->desc.n_addresses++];

        device = strchr(word, '@');
        if (device)
            *device++ = 0;
        test_vips(word + (*word == '+'), vip, 1);
        vip->excluded = *word == '+';
        vip->family = test_family(word + (*word == '+'));
        snprintf(vip->device, sizeof vip->device, "%s", device ? device : "");
        r->desc.family = vip == r->vip ? vip->family : r->desc.family;
    }
    if (r->desc.family == VRRP_IPV6)
        r->primary = test_ip("fe80::b");
}

/* 20,-30r,0!: weights; r: reverse, !: down at first. */
static uint16_t set_tracks(vrrp_track *t, char *list)
{
    char    *word, *rest = NULL;
    uint16_t n = 0;

    memset(t, 0, 4 * sizeof *t);
    for (word = strtok_r(list, ",", &rest); word; word = strtok_r(NULL, ",", &rest), n++) {
        t[n].weight = (int16_t)atoi(word);
        t[n].reverse = strchr(word, 'r') != NULL;
        t[n].up = !strchr(word, '!');
    }
    return n;
}

/* KEY=VALUE words, on top of the bench's profile: one announcement, no second round. */
static void set(struct rig *r, char *words)
{
    char *key, *rest = NULL;

    for (key = strtok_r(words, " ", &rest); key; key = strtok_r(NULL, " ", &rest)) {
        char *value = strchr(key, '=');

        if (!value)
            complain("KEY=VALUE wanted", key);
        *value++ = 0;
        if (strcmp(key, "addresses") == 0)
            set_addresses(r, value);
        else if (strcmp(key, "primary") == 0)
            r->primary = test_ip(value);
        else if (strcmp(key, "ask") == 0)
            set_ask(&r->desc, value);
        else if (strcmp(key, "tracks") == 0)
            r->desc.n_tracks = set_tracks(r->desc.tracks = r->track, value);
        else if (!set_time(&r->desc, key, value) && !set_byte(&r->desc, key, value))
            complain("unknown key", key);
    }
}

static void open_one(int i)
{
    static const char *const names[] = { "a", "b", "c" };
    struct packet            like = packet_v3(100, "192.0.2.20");
    struct rig              *r = &rigs[i];
    char                     words[1024];

    if (opened[i])
        return;
    rig_init(r, &like);
    r->name = names[i];
    r->desc.vrid = (uint8_t)(51 + i);
    snprintf(words, sizeof words, "%s%s", common, settings[i]);
    set(r, words);
    r->desc.pace = paced ? &pace : NULL;
    if (rig_open(r))
        complain("refused", vrrp_str(vrrp_init(&r->v, &r->desc)));
    opened[i] = true;
}

// >>output

static void say_actions(struct rig *r)
{
    size_t i;

    for (i = 0; i < r->n_actions; i++) {
        const vrrp_action *a = &r->action[i];
        char               word[80];
        int                who = 0;

        while (who < ROUTERS - 1 && a->v != &rigs[who].v)
            who++;
        rig_word(r, a, word, sizeof word);
        if (grouped && !a->group)
            fprintf(sink, "    %s-> %s\n", rigs[who].name, word);
        else
            fprintf(sink, "    -> %s\n", word);
    }
    r->n_actions = 0;
}

static void say_state(struct rig *r)
{
    vrrp_view view;
    int       i;

    rig_drain(r);
    say_actions(r);
    for (i = 0; i < ROUTERS; i++) {
        if (!opened[i] || (&rigs[i] != r && !grouped))
            continue;
        vrrp_look(&rigs[i].v, &view);
        fprintf(sink, "    %s%s%s%s, next %s\n", grouped ? rigs[i].name : "", grouped ? " " : "",
                vrrp_state_str(view.state), view.holding ? " holding" : "",
                view.deadline == VRRP_NEVER ? "never" : rig_time(view.deadline));
    }
}

// >>events

static struct rig *soonest(struct rig *given)
{
    struct rig *first = given;
    int         i;

    for (i = 0; grouped && i < ROUTERS; i++)
        if (opened[i] && vrrp_deadline(&rigs[i].v) < vrrp_deadline(&first->v))
            first = &rigs[i];
    return first;
}

static void fire(struct rig *given)
{
    struct rig *r = soonest(given);
    uint64_t    at = vrrp_deadline(&r->v);

    if (at == VRRP_NEVER)
        complain("no timer runs", NULL);
    now = r->now = at > now ? at : now;
    fprintf(sink, "t=%s <- %s%stimer\n", rig_time(now), grouped ? r->name : "", grouped ? " " : "");
    vrrp_tick(&r->v, now);
    say_state(r);
}

static void advert(struct rig *r, char *words)
{
    static uint8_t ip[VRRP_MAX_PACKET];
    struct packet  p;
    vrrp_rx        rx;
    int            version = r->desc.version, bad;
    char          *key, *rest = NULL, *more = strstr(words, "version=");

    if (more)
        version = atoi(more + 8);
    p = version == 2 ? packet_v2(100, "192.0.2.10") : packet_v3(100, "192.0.2.10");
    if (r->desc.family == VRRP_IPV6)
        p = packet_v3(100, "fe80::a");
    p.vrid = r->desc.vrid;
    for (key = strtok_r(words, " ", &rest); key; key = strtok_r(NULL, " ", &rest)) {
        char *value = strchr(key, '=');

        if (!value)
            complain("KEY=VALUE wanted", key);
        *value++ = 0;
        if (strcmp(key, "prio") == 0)
            p.priority = atoi(value);
        else if (strcmp(key, "interval") == 0)
            p.interval = (int)(duration(value) / (version == 2 ? 1000 * MS : 10 * MS));
        else if (strcmp(key, "from") == 0)
            p.from = value;
        else if (strcmp(key, "addresses") == 0)
            p.addresses = value;
        else if (strcmp(key, "version") != 0)
            complain("unknown key", key);
    }
    vrrp_rx_ip(&rx, ip, packet_build(&p, ip));
    bad = vrrp_receive(&r->v, &rx, now);
    if (bad)
        fprintf(sink, "    dropped: %s\n", vrrp_str(bad));
}

static void update(struct rig *r, char *words)
{
    int bad;

    set(r, words);
    bad = vrrp_update(&r->v, &r->desc, now);
    if (bad)
        fprintf(sink, "    refused: %s\n", vrrp_str(bad));
}

static void answer(struct rig *r, char *words)
{
    bool yes = strstr(words, " yes") != NULL;

    vrrp_answer(&r->v, strncmp(words, "FENCE", 5) ? VRRP_ASK_PROBE : VRRP_ASK_FENCE, yes, now);
}

static void dead_or_conflict(struct rig *r, const char *word, bool dead)
{
    vrrp_ip who = test_ip(word);

    if (dead)
        vrrp_peer_dead(&r->v, &who, now);
    else
        vrrp_conflict(&r->v, &who, now);
}

static void track(struct rig *r, vrrp_track *tracks, const char *words)
{
    tracks[atoi(words) - 1].up = strstr(words, " up") != NULL;
    vrrp_tracked(&r->v, now);
}

/* Inputs of the core, each of which takes place now. */
static bool input(struct rig *r, const char *event, char *rest)
{
    r->now = now;
    if (strcmp(event, "start") == 0)
        vrrp_start(&r->v, now);
    else if (strcmp(event, "stop") == 0)
        vrrp_stop(&r->v, now);
    else if (strcmp(event, "deaf") == 0)
        vrrp_deaf(&r->v, now);
    else if (strcmp(event, "priority") == 0)
        vrrp_set_priority(&r->v, (uint8_t)atoi(rest), now);
    else if (strcmp(event, "block") == 0)
        vrrp_block(&r->v, reason_of(rest), true, now);
    else if (strcmp(event, "unblock") == 0)
        vrrp_block(&r->v, reason_of(rest), false, now);
    else if (strcmp(event, "claimed") == 0)
        vrrp_claimed(&r->v, strcmp(rest, "ok") == 0, now);
    else if (strcmp(event, "lost") == 0)
        vrrp_lost(&r->v, strcmp(rest, "lease") ? VRRP_LOST_DELETED : VRRP_LOST_LEASE, now);
    else if (strcmp(event, "yield") == 0)
        vrrp_yield(&r->v, now + duration(rest), now);
    else if (strcmp(event, "peer_dead") == 0 || strcmp(event, "conflict") == 0)
        dead_or_conflict(r, rest, event[0] == 'p');
    else if (strcmp(event, "late") == 0)
        vrrp_tick(&r->v, now);
    else if (strcmp(event, "answer") == 0)
        answer(r, rest);
    else if (strcmp(event, "track") == 0)
        track(r, r->track, rest);
    else if (strcmp(event, "group_track") == 0)
        track(r, group_tracks, rest);
    else if (strcmp(event, "update") == 0)
        update(r, rest);
    else if (strcmp(event, "advert") == 0)
        advert(r, rest);
    else
        return false;
    return true;
}

static void join_group(char *words)
{
    char *tracks = strstr(words, "tracks=");
    int   i;

    vrrp_group_init(&group, "G");
    group.weights = strstr(words, "weights=1") != NULL;
    if (tracks)
        group.n_tracks = set_tracks(group.tracks = group_tracks, tracks + 7);
    for (i = 0; i < ROUTERS; i++)
        if (*settings[i]) {
            open_one(i);
            vrrp_group_add(&group, &rigs[i].v);
        }
    grouped = true;
}

static bool about_time(struct rig *r, const char *event, char *rest)
{
    uint64_t until;
    int      n;

    if (strcmp(event, "at") == 0) {
        now = *rest == '+' ? now + duration(rest + 1) : duration(rest);
    } else if (strcmp(event, "timer") == 0) {
        for (n = *rest ? atoi(rest) : 1; n > 0; n--)
            fire(r);
    } else if (strcmp(event, "until") == 0) {
        until = *rest == '+' ? now + duration(rest + 1) : duration(rest);
        while (vrrp_deadline(&soonest(r)->v) <= until)
            fire(r);
        now = until;
    } else {
        return false;
    }
    return true;
}

static void event(int who, bool all, char *words)
{
    static const char *const claims[] = { "ok", "fail", "wait" };
    struct rig              *r = &rigs[who];
    char                    *rest = strchr(words, ' '), shown[512];
    int                      i;

    snprintf(shown, sizeof shown, "%s", words);
    if (rest)
        *rest++ = 0;
    else
        rest = words + strlen(words);
    if (strcmp(words, "set") == 0) {
        strcat(strcat(all ? common : settings[who], " "), rest);
        return;
    }
    if (strcmp(words, "group") == 0) {
        join_group(rest);
        return;
    }
    if (strcmp(words, "pace") == 0) {
        paced = true;
        pace.arp_gap = duration(strtok(rest, " "));
        pace.na_gap = duration(strtok(NULL, " "));
        return;
    }
    open_one(who);
    if (strcmp(words, "late") == 0) {
        now = duration(rest);
        snprintf(shown, sizeof shown, "tick");
    }
    if (strcmp(words, "claim") == 0)
        for (i = 0; i < ROUTERS; i++)
            rigs[i].claim = index_of(claims, 3, rest);
    else if (!about_time(r, words, rest)) {
        fprintf(sink, "t=%s <- %s%s%s\n", rig_time(now), grouped ? r->name : "",
                grouped ? " " : "", shown);
        if (!input(r, words, rest))
            complain("unknown event", words);
        say_state(r);
    }
}

static void play(FILE *in)
{
    char line[512];

    memset(rigs, 0, sizeof rigs);
    memset(opened, 0, sizeof opened);
    memset(settings, 0, sizeof settings);
    common[0] = 0;
    grouped = paced = false;
    memset(&pace, 0, sizeof pace);
    now = 0;
    for (line_number = 1; fgets(line, sizeof line, in); line_number++) {
        int  who = 0;
        bool all = false;
        char *words = line;

        line[strcspn(line, "\n")] = 0;
        if (*line == '#' || *line == 0) {
            fprintf(sink, "%s\n", line);
            continue;
        }
        if (strncmp(words, "all: ", 5) == 0) {
            all = true;
            words += 5;
        } else if (words[0] >= 'a' && words[0] < 'a' + ROUTERS && words[1] == ':') {
            who = words[0] - 'a';
            words += 3;
        }
        event(who, all, words);
    }
}

// >>files

static char *slurp(FILE *f, char *text, size_t room)
{
    size_t n;

    rewind(f);
    n = fread(text, 1, room - 1, f);
    text[n] = 0;
    return text;
}

/* The first line that differs, both ways. */
static void show_difference(const char *got, const char *want)
{
    unsigned line = 1;

    while (*got && *want) {
        size_t a = strcspn(got, "\n"), b = strcspn(want, "\n");

        if (a != b || memcmp(got, want, a))
            break;
        got += a + (got[a] != 0);
        want += b + (want[b] != 0);
        line++;
    }
    printf("    line %u\n    got  %.*s\n    want %.*s\n", line, (int)strcspn(got, "\n"), got,
           (int)strcspn(want, "\n"), want);
}

static void compare(const char *path)
{
    static char got[1 << 18], want[1 << 18];
    FILE       *f = fopen(path, "r");

    slurp(sink, got, sizeof got);
    slurp(f ? f : tmpfile(), want, sizeof want);
    if (f)
        fclose(f);
    if (strcmp(got, want) == 0)
        return;
    test_bad++;
    show_difference(got, want);
}

int main(int argc, char **argv)
{
    bool rewrite = argc > 1 && strcmp(argv[1], "-u") == 0;
    int  i;

    for (i = 1 + rewrite; i < argc; i++) {
        char        path[512];
        const char *base = strrchr(argv[i], '/');
        FILE       *in = fopen(script = argv[i], "r");

        if (!in || strlen(argv[i]) < 4 || strcmp(strrchr(argv[i], '.'), ".in") != 0) {
            fprintf(stderr, "%s is no script\n", argv[i]);
            return 1;
        }
        snprintf(path, sizeof path, "%.*s.out", (int)strlen(argv[i]) - 3, argv[i]);
        base = base ? base + 1 : argv[i];
        test_begin("trace %.*s", (int)strlen(base) - 3, base);
        sink = rewrite ? fopen(path, "w") : tmpfile();
        play(in);
        if (!rewrite)
            compare(path);
        fclose(sink);
        fclose(in);
        test_end();
    }
    return test_failures ? 1 : 0;
}
