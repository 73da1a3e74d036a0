/* check.h's shell where several checks share something: what one lets go of is not missed by the
   others, who waits gets it, and texts are not looked at once they are the program's again. No
   network: checks with an address are not run. */
#include "test.h"

#define CHECK_IMPLEMENTATION
#define CHECK_STATIC
#include "../../check.h"
#include <poll.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define MS ((uint64_t)1000000)

enum { MANY = 200 };

static check_io      io;
static check         c[MANY];
static check_desc    d[MANY];
static check_pattern patterns[2];
static uint8_t       bodies[200];
static char          err[200], dir[] = "/tmp/check_io.XXXXXX", path[PATH_MAX + 100];

static void begin(size_t descriptors)
{
    check_io_options o;

    memset(&o, 0, sizeof o);
    memset(c, 0, sizeof c);
    memset(d, 0, sizeof d);
    memset(patterns, 0, sizeof patterns);
    o.descriptors = descriptors;
    o.bodies = bodies, o.n_bodies = 2, o.body_size = 100;
    o.patterns = patterns, o.n_patterns = COUNT(patterns);
    SAME(check_io_open(&io, &o), 0);
}

static void use(int i, const char *url)
{
    memset(&d[i], 0, sizeof d[i]);
    SAME(check_parse(&d[i], url, err, sizeof err), 0);
    d[i].interval = 3600 * CHECK_SECOND;
    d[i].timeout = 20 * CHECK_SECOND;
}

/* The loop of a program: it sleeps until there is something to do. */
static bool event(uint8_t kind, check_event *e)
{
    struct pollfd p;
    int           tries;

    p.fd = check_io_fd(&io);
    p.events = POLLIN;
    for (tries = 0; tries < 10000; tries++) {
        while (check_io_next(&io, e))
            if (e->kind == kind)
                return true;
        if (poll(&p, 1, 5000) <= 0)
            break;
        check_io_run(&io, check_now());
    }
    printf("    no event\n");
    return false;
}

static void pools_go_on(void)
{
    check_event e;
    int         how;

    for (how = 0; how < 3; how++) {
        begin(2);
        use(0, how == 2 ? "sh:sleep 1000" : "tcp://nobody-resolves-it:80");
        use(1, "sh:exit 0");
        SAME(check_io_add(&io, &c[0], &d[0], check_now()), 0);
        SAME(check_io_add(&io, &c[1], &d[1], check_now()), 0);
        while (!c[1].waits)
            check_io_run(&io, check_now());
        if (how == 0)
            check_io_remove(&io, &c[0], check_now());
        else if (how == 1)
            check_io_pause(&io, &c[0], true, check_now());
        else
            kill(c[0].pid, SIGKILL);
        while (event(CHECK_EVENT_VERDICT, &e) && e.c != &c[1])
            SAME(e.why, CHECK_SIGNAL);
        SAME(c[1].verdict, CHECK_UP);
        check_io_close(&io);
    }
}

/* With a place for only one attempt, what needs more than all others get theirs, too. */
static void no_room_at_all(void)
{
    check_event e;

    begin(1);
    use(0, "sh:exit 0");
    SAME(check_io_once(&io, &c[0], &d[0], NULL, check_now()), 0);
    CHECK(event(CHECK_EVENT_DONE, &e) && e.why == CHECK_OK);
    check_io_close(&io);
}

static void again_before_its_end_was_told(void)
{
    check_event e;
    int         n = 0;

    begin(0);
    use(0, "sh:exit 0");
    use(1, "sh:exit 1");
    SAME(check_io_once(&io, &c[0], &d[0], NULL, check_now()), 0);
    SAME(check_io_once(&io, &c[1], &d[1], NULL, check_now()), 0);
    while (c[0].added || c[1].added)
        check_io_run(&io, check_now());
    SAME(check_io_once(&io, &c[0], &d[1], NULL, check_now()), 0);
    for (; n < 2 && event(CHECK_EVENT_DONE, &e); n++)
        SAME(e.why, CHECK_EXIT);
    CHECK(!check_io_next(&io, &e));
    check_io_close(&io);
}

static char *own(const char *words)
{
    char *copy = strdup(words);

    return copy ? copy : exit(1), copy;
}

/* Two checks have the same regex, each in its own text, and one of them goes. */
static void patterns_are_shared(void)
{
    char *text[3] = { own("a+b"), own("a+b"), own("a+b") };
    int   i;

    begin(0);
    for (i = 0; i < 3; i++) {
        use(i, "http://198.51.100.1/");
        d[i].http.url.regex = text[i];
    }
    SAME(check_io_add(&io, &c[0], &d[0], check_now()), 0);
    SAME(check_io_add(&io, &c[1], &d[1], check_now()), 0);
    check_io_remove(&io, &c[0], check_now());
    free(text[0]);
    SAME(check_io_add(&io, &c[0], &d[2], check_now()), 0);
    SAME(check_io_change(&io, &c[1], &d[2], check_now()), 0);
    free(text[1]);
    SAME(patterns[0].users, 2);
    SAME(patterns[1].users, 0);
    check_io_remove(&io, &c[0], check_now());
    check_io_remove(&io, &c[1], check_now());
    SAME(patterns[0].users, 0);
    free(text[2]);
    check_io_close(&io);
}

/* A check that could not be added has left nothing. */
static void refused(void)
{
    struct rlimit before, none;

    begin(0);
    use(0, "file:/");
    memset(path, 'x', sizeof path - 1);
    path[0] = '/';
    d[0].file = path;
    SAME(check_io_add(&io, &c[0], &d[0], check_now()), CHECK_E_PATH);
    use(1, "interface:lo");
    getrlimit(RLIMIT_NOFILE, &before);
    none = before;
    none.rlim_cur = (rlim_t)(io.timer + 1);
    setrlimit(RLIMIT_NOFILE, &none);
    SAME(check_io_add(&io, &c[1], &d[1], check_now()), -EMFILE);
    setrlimit(RLIMIT_NOFILE, &before);
    CHECK(!io.told[CHECK__FILES] && !io.told[CHECK__INTERFACES]);
    SAME(check_io_add(&io, &c[1], &d[1], check_now()), 0);
    check_io_remove(&io, &c[1], check_now());
    check_io_close(&io);
}

/* What cannot be changed stays as it was, and can be changed later. */
static void not_changed(void)
{
    begin(0);
    use(0, "file:/tmp");
    use(1, "file:/");
    SAME(check_io_add(&io, &c[0], &d[0], check_now()), 0);
    memset(path, 'x', sizeof path - 1);
    path[0] = '/';
    d[1].file = path;
    SAME(check_io_change(&io, &c[0], &d[1], check_now()), CHECK_E_PATH);
    CHECK(c[0].d == &d[0]);
    use(1, "file:/proc");
    SAME(check_io_change(&io, &c[0], &d[1], check_now()), 0);
    CHECK(io.told[CHECK__FILES] == &c[0] && !c[0].hash_next);
    check_io_remove(&io, &c[0], check_now());
    CHECK(!io.told[CHECK__FILES]);
    check_io_close(&io);
}

/* After a reload as after the start: not all at the same moment. */
static void changes_are_spread(void)
{
    static check_desc next[MANY];
    uint64_t          now = check_now(), first = CHECK_NEVER, last = 0;
    int               i;

    begin(0);
    for (i = 0; i < MANY; i++) {
        use(i, "tcp://198.51.100.1:80");
        d[i].interval = CHECK_SECOND;
        next[i] = d[i];
        SAME(check_io_add(&io, &c[i], &d[i], now), 0);
    }
    for (i = 0; i < MANY; i++)
        SAME(check_io_change(&io, &c[i], &next[i], now + 2 * CHECK_SECOND), 0);
    for (i = 0; i < MANY; i++) {
        first = c[i].due < first ? c[i].due : first;
        last = c[i].due > last ? c[i].due : last;
        CHECK(c[i].due <= now + 3 * CHECK_SECOND);
    }
    CHECK(last - first >= (MANY - 1) * MS);
    check_io_close(&io);
}

/* Not one that leads nowhere yet, nor one whose goal is moved where nobody looks. */
static void links(void)
{
    char        link[100], goal[100], hop[100], elsewhere[] = "/tmp/check_io.XXXXXX";
    check_event e;
    FILE       *f;

    begin(0);
    CHECK(mkdtemp(elsewhere) != NULL);
    snprintf(link, sizeof link, "%s/link", dir);
    snprintf(hop, sizeof hop, "%s/there/hop", elsewhere);
    snprintf(goal, sizeof goal, "%s/there", elsewhere);
    SAME(symlink(hop, link), 0);
    snprintf(path, sizeof path, "file:%s", link);
    use(0, path);
    d[0].interval = 20 * MS;
    SAME(check_io_add(&io, &c[0], &d[0], check_now()), 0);
    CHECK(event(CHECK_EVENT_VERDICT, &e) && e.to == CHECK_DOWN);
    SAME(mkdir(goal, 0700), 0);
    f = fopen(hop, "w");
    if (f)
        fclose(f);
    CHECK(event(CHECK_EVENT_VERDICT, &e) && e.to == CHECK_UP);
    unlink(hop);
    CHECK(event(CHECK_EVENT_VERDICT, &e) && e.to == CHECK_DOWN);
    unlink(link);
    rmdir(goal);
    rmdir(elsewhere);
    check_io_close(&io);
}

/* clearenv() leaves no list at all. */
static void no_environment(void)
{
    char      **before = environ;
    check_event e;

    begin(0);
    use(0, "sh:exit 0");
    environ = NULL;
    SAME(check_io_once(&io, &c[0], &d[0], NULL, check_now()), 0);
    CHECK(event(CHECK_EVENT_DONE, &e) && e.why == CHECK_OK);
    environ = before;
    check_io_close(&io);
}

int main(void)
{
    static const test_case tests[] = {
        { "pools: who waits goes on when another is removed, paused, ends", pools_go_on },
        { "pools: one that needs more than there is", no_room_at_all },
        { "one-shots: again before the end was told", again_before_its_end_was_told },
        { "regexes are shared, their texts are not needed", patterns_are_shared },
        { "checks that cannot be added leave nothing", refused },
        { "checks that cannot be changed stay", not_changed },
        { "a reload spreads the next starts", changes_are_spread },
        { "files behind symbolic links", links },
        { "scripts: without any environment", no_environment }
    };
    int status;

    if (!mkdtemp(dir))
        return 1;
    status = test_all(tests, COUNT(tests));
    return rmdir(dir) == 0 ? status : 1;
}
