/* check.h's scripts, files, processes and interfaces, with what a program may do to them at any
   moment. Nothing is left: no child, no descriptor, no watch. */
#include "test.h"

#define CHECK_IMPLEMENTATION
#define CHECK_STATIC
#include "../../check.h"
#include <dirent.h>
#include <poll.h>

#ifndef OLD
#define OLD 0
#endif
#define WORDS(kind) (OLD ? kind " (old kernel)" : kind)
#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define MS ((uint64_t)1000000)

static check_io      io;
static check         c;
static check_desc    d;
static check_payload p;
static uint8_t       out[100];
static bool          reap;              /* the program takes the exit status of every child */
static bool          tell;              /* and says so */
static int           descriptors;      /* before all tests */
static char          dir[] = "/tmp/check_local.XXXXXX";

static int entries(const char *path)
{
    DIR *list = opendir(path);
    int  n = 0;

    while (list && readdir(list))
        n++;
    if (list)
        closedir(list);
    return n;
}

static void turn(void)
{
    struct pollfd ready;
    int           status, pid;

    ready.fd = check_io_fd(&io);
    ready.events = POLLIN;
    poll(&ready, 1, 5);
    while (reap && (pid = waitpid(-1, &status, WNOHANG)) > 0)
        if (tell)
            check_io_child(&io, pid, status, check_now());
    check_io_run(&io, check_now());
}

/* The next event of this kind, within 20 seconds. */
static bool event(uint8_t kind, check_event *e)
{
    uint64_t until = check_now() + 20 * CHECK_SECOND;

    for (; check_now() < until; turn())
        while (check_io_next(&io, e))
            if (e->kind == kind)
                return true;
    printf("    no event\n");
    return false;
}

static void begin(void)
{
    memset(&d, 0, sizeof d);
    memset(&p, 0, sizeof p);
    memset(out, 0, sizeof out);
    p.out = out;
    p.out_cap = sizeof out - 1;
    d.interval = d.timeout = 10 * CHECK_SECOND;
    reap = tell = OLD;
    SAME(check_io_open(&io, NULL), 0);
}

/* How a one-shot ends. */
static uint8_t once(int32_t *detail)
{
    check_event e;

    memset(&e, 0, sizeof e);
    SAME(check_io_once(&io, &c, &d, &p, check_now()), 0);
    if (!event(CHECK_EVENT_DONE, &e))
        return CHECK_REASONS;
    CHECK(e.c == &c && e.payload == &p && !c.added);
    *detail = e.detail;
    return e.why;
}

static uint8_t run(const char *command, int32_t *detail)
{
    d.kind = CHECK_SH;
    d.exec.command = command;
    return once(detail);
}

/* The value of a check is told to be this one. */
static bool becomes(const check *one, int32_t value)
{
    check_event e;

    while (event(CHECK_EVENT_VALUE, &e))
        if (e.c == one && e.value == value)
            return true;
    return false;
}

/* --- scripts --- */

static void exits(void)
{
    int32_t detail;

    begin();
    SAME(run("exit 3", &detail), CHECK_EXIT);
    SAME(detail, 3);
    SAME(run("echo hello", &detail), CHECK_OK);
    TEXT((char *)out, "hello\n");
    SAME(run("kill -KILL $$", &detail), CHECK_SIGNAL);
    SAME(detail, SIGKILL);
    CHECK(!check_io_child(&io, 1, 0, check_now()));
    check_io_close(&io);
}

/* Nobody told how it ended: then the deadline has to. */
static void untold(void)
{
    int32_t detail;

    begin();
    reap = tell = false;
    SAME(run("exit 4", &detail), CHECK_EXIT);
    SAME(detail, 4);
    reap = true;
    d.timeout = 2 * CHECK_SECOND;       /* the script itself is not to need that */
    SAME(run("exit 0", &detail), CHECK_NOT_TRIED);
    SAME(detail, ECHILD);
    check_io_close(&io);
}

static void times_out(void)
{
    int32_t  detail;
    uint64_t began = check_now();

    begin();
    d.timeout = 100 * MS;
    d.exec.kill_delay = 100 * MS;
    SAME(run("trap '' TERM; sleep 1000 & sleep 1000; sleep 1000", &detail), CHECK_RUN_TIMEOUT);
    CHECK(check_now() - began >= 200 * MS);
    check_io_close(&io);
}

static void words(void)
{
    static const char *const argv[] = { "sh", "-c", "echo $0 $X", "a  b", NULL };
    static const char *const envp[] = { "X=y", NULL }, *const none[] = { "no such program", NULL };
    int32_t                  detail;

    begin();
    d.kind = CHECK_EXEC;
    d.exec.argv = argv;
    d.exec.envp = envp;
    SAME(once(&detail), CHECK_OK);
    TEXT((char *)out, "a b y\n");
    d.exec.argv = none;
    SAME(once(&detail), CHECK_NOT_RUN);
    SAME(detail, ENOENT);
    check_io_close(&io);
}

static void bytes(void)
{
    static uint8_t mail[1000000];
    int32_t        detail;
    int            zero = dup(0);

    begin();
    memset(mail, 'x', sizeof mail);
    p.bytes = mail;
    p.size = sizeof mail;
    SAME(run("wc -c; exit 0", &detail), CHECK_OK);
    TEXT((char *)out, "1000000\n");
    close(0);
    SAME(run("wc -c </dev/stdin", &detail), CHECK_OK);
    TEXT((char *)out, "1000000\n");
    SAME(run("cat", &detail), CHECK_OK);
    SAME(p.out_size, sizeof mail);
    SAME(out[sizeof out - 2], 'x');
    SAME(out[sizeof out - 1], 0);
    dup2(zero, 0);
    close(zero);
    check_io_close(&io);
}

/* A descriptor of the program that nobody marked, a signal that it blocks, one that it ignores. */
static void nothing_leaks(void)
{
    static const uint64_t ignore[32] = { 1 }, plain[32] = { 0 };       /* SIG_IGN, SIG_DFL */
    sigset_t set, before;
    int32_t  detail;
    char     command[80];
    int      fd = open("/dev/null", O_RDONLY), high = fcntl(fd, F_DUPFD, 57);

    begin();
    snprintf(command, sizeof command, "[ ! -e /proc/$$/fd/%d ] && [ ! -e /proc/$$/fd/%d ]", fd,
             high);
    sigfillset(&set);
    sigprocmask(SIG_BLOCK, &set, &before);
    signal(SIGPIPE, SIG_IGN);
    syscall(SYS_rt_sigaction, 33, ignore, NULL, (size_t)(NSIG / 8));   /* one of the libc's own */
    SAME(run(command, &detail), CHECK_OK);
    SAME(run("grep -E 'Sig(Blk|Ign)' /proc/$$/status | grep -c 0000000000000000", &detail),
         CHECK_OK);
    TEXT((char *)out, "2\n");
    sigprocmask(SIG_SETMASK, NULL, &set);
    CHECK(sigismember(&set, SIGTERM) == 1);
    sigprocmask(SIG_SETMASK, &before, NULL);
    signal(SIGPIPE, SIG_DFL);
    syscall(SYS_rt_sigaction, 33, plain, NULL, (size_t)(NSIG / 8));
    close(fd);
    close(high);
    check_io_close(&io);
}

static void environment(void)
{
    char    name[20];
    int32_t detail;
    int     i;

    begin();
    setenv("IFS", "x", 1);
    setenv("KEPT", "1", 1);
    SAME(run("[ $KEPT = 1 ] && env | grep -c ^IFS=", &detail), CHECK_EXIT);
    TEXT((char *)out, "0\n");
    for (i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "V%d", i);
        setenv(name, "", 1);
    }
    SAME(run("true", &detail), CHECK_NOT_RUN);
    SAME(detail, E2BIG);
    unsetenv("IFS");
    SAME(run("[ -n \"${V4999+set}\" ]", &detail), CHECK_OK);
    for (i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "V%d", i);
        unsetenv(name);
    }
    check_io_close(&io);
}

/* What is our own shortage says nothing about the script. */
static void shortage(void)
{
    struct rlimit before, none;
    int32_t       detail;

    begin();
    getrlimit(RLIMIT_NOFILE, &before);
    none = before;
    none.rlim_cur = (rlim_t)(io.timer + 1);
    setrlimit(RLIMIT_NOFILE, &none);
    SAME(run("true", &detail), CHECK_NOT_TRIED);
    SAME(detail, EMFILE);
    p.out = NULL;
    SAME(run("true", &detail), CHECK_NOT_TRIED);
    setrlimit(RLIMIT_NOFILE, &before);
    check_io_close(&io);
}

/* --- what is watched --- */

static void put(const char *name, const char *text)
{
    char  path[100];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", dir, name);
    f = fopen(path, "w");
    if (f && (fputs(text, f) < 0 || fclose(f) != 0))
        CHECK(!"written");
}

static int watches(void)
{
    char  path[60], line[200];
    FILE *f;
    int   n = 0;

    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", io.inotify);
    f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f))
        n += strncmp(line, "inotify", 7) == 0;
    if (f)
        fclose(f);
    return n;
}

static void files_share(void)
{
    static check many[3];
    char         path[3][60];
    check_desc   desc[3];
    check_event  e;
    int          i;

    begin();
    put("0", "5");
    for (i = 0; i < 3; i++) {
        snprintf(path[i], sizeof path[i], "%s/%d", dir, i % 2);
        desc[i] = d;
        desc[i].kind = CHECK_FILE;
        desc[i].interval = 3600 * CHECK_SECOND;
        desc[i].file = path[i];
        SAME(check_io_add(&io, &many[i], &desc[i], check_now()), 0);
        CHECK(event(CHECK_EVENT_VERDICT, &e));
        SAME(e.to, i % 2 ? CHECK_DOWN : CHECK_UP);
    }
    SAME(watches(), 4);                 /* the root, /tmp, the directory, one file */
    SAME(many[2].value, 5);
    check_io_remove(&io, &many[0], check_now());
    SAME(watches(), 4);
    put("0", "6");
    CHECK(becomes(&many[2], 6));
    check_io_pause(&io, &many[2], true, check_now());
    put("0", "7");
    put("1", "8");
    CHECK(becomes(&many[1], 8));
    SAME(many[2].value, 6);
    check_io_pause(&io, &many[2], false, check_now());
    CHECK(becomes(&many[2], 7));
    check_io_remove(&io, &many[1], check_now());
    check_io_remove(&io, &many[2], check_now());
    SAME(watches(), 0);
    check_io_close(&io);
}

/* Shorter than its delay is not told, longer is. */
static void delays(void)
{
    check_event e;
    char        path[60];
    uint64_t    began;

    begin();
    snprintf(path, sizeof path, "%s/delayed", dir);
    put("delayed", "");
    d.kind = CHECK_FILE;
    d.file = path;
    d.interval = 3600 * CHECK_SECOND;
    d.down_delay = 2 * CHECK_SECOND;    /* what is done within it may be late */
    SAME(check_io_add(&io, &c, &d, check_now()), 0);
    CHECK(event(CHECK_EVENT_VERDICT, &e) && e.to == CHECK_UP);
    unlink(path);
    CHECK(event(CHECK_EVENT_FAILED, &e) && c.verdict == CHECK_UP);
    put("delayed", "1");
    CHECK(event(CHECK_EVENT_VALUE, &e) && c.verdict == CHECK_UP);
    began = check_now();
    unlink(path);
    CHECK(event(CHECK_EVENT_VERDICT, &e) && e.to == CHECK_DOWN);
    CHECK(check_now() - began >= 2 * CHECK_SECOND);
    check_io_close(&io);
}

/* --- anything at any moment --- */

static uint32_t dice(void)
{
    static uint32_t x = 88172645u;

    x ^= x << 13, x ^= x >> 17, x ^= x << 5;
    return x;
}

static void anything(void)
{
    static const char *const urls[] = {
        "sh:exit $((RANDOM % 2))", "exec:/bin/true", "sh:sleep 0.02", "sh:trap '' TERM; sleep 9",
        "exec:/nowhere", "file:/tmp", "file:/nowhere/at/all", "process:sh", "process:/tmp/x.pid",
        "interface:lo", "file:/proc/self/stat", "process:sleep"
    };
    static check      many[24];
    static check_desc desc[24][2];
    check_event       e;
    char              err[100];
    unsigned          i, n;
    bool              ours[24] = { false };
    uint64_t          until;

    begin();
    for (i = 0; i < 24; i++)
        for (n = 0; n < 2; n++) {
            SAME(check_parse(&desc[i][n], urls[i % COUNT(urls)], err, sizeof err), 0);
            desc[i][n].interval = (20 + i + 10 * n) * MS;
            desc[i][n].timeout = (10 + 30 * n) * MS;
            if (desc[i][n].kind <= CHECK_SH)
                desc[i][n].exec.kill_delay = 30 * MS;
            memset(&many[i], 0, sizeof many[i]);
        }
    for (until = check_now() + 2 * CHECK_SECOND; check_now() < until; turn()) {
        i = dice() % 24;
        n = dice() % 8;
        if (!ours[i] && n < 2)
            SAME(check_io_once(&io, &many[i], &desc[i][n], NULL, check_now()), 0);
        else if (!ours[i])
            SAME(check_io_add(&io, &many[i], &desc[i][n & 1], check_now()), 0);
        else if (n < 2 && !many[i].once)
            SAME(check_io_change(&io, &many[i], &desc[i][n], check_now()), 0);
        else if (n < 5 && !many[i].once)
            check_io_pause(&io, &many[i], n & 1, check_now());
        else if (n == 7)
            check_io_remove(&io, &many[i], check_now());
        ours[i] = !ours[i] || n != 7;
        while (dice() % 8 && check_io_next(&io, &e))
            if (e.kind == CHECK_EVENT_DONE)
                ours[e.c - many] = false;
    }
    check_io_close(&io);
}

/* Every test above leaves the process as it was. */
static void nothing_left(void)
{
    struct timespec moment = { 0, 5000000 };
    int             tries;

    /* on an old kernel the program takes what was given up, as it takes everything */
    for (tries = 0; waitpid(-1, NULL, WNOHANG) >= 0 && tries < 400; tries++)
        if (OLD)
            nanosleep(&moment, NULL);
        else
            CHECK(!"a child was left");
    SAME(waitpid(-1, NULL, WNOHANG), -1);
    SAME(entries("/proc/self/fd"), descriptors);
}

int main(void)
{
    static const test_case tests[] = {
        { WORDS("scripts: how they end"), exits },
        { WORDS("scripts: nobody tells how they ended"), untold },
        { WORDS("scripts: SIGTERM, then SIGKILL"), times_out },
        { WORDS("scripts: words and environment of the program"), words },
        { WORDS("scripts: standard input and output"), bytes },
        { WORDS("scripts: nothing of the program leaks into them"), nothing_leaks },
        { WORDS("scripts: the environment less what is unsafe"), environment },
        { WORDS("scripts: our own shortage is no verdict"), shortage },
        { WORDS("files: watches are shared, and go with the last"), files_share },
        { WORDS("files: down_delay"), delays },
        { WORDS("local checks: anything at any moment"), anything },
        { WORDS("local checks: no child and no descriptor is left"), nothing_left }
    };
    int status;
    char command[60];

    descriptors = entries("/proc/self/fd");
    if (!mkdtemp(dir))
        return 1;
    status = test_all(tests, COUNT(tests));
    snprintf(command, sizeof command, "rm -r %s", dir);
    return system(command) == 0 ? status : 1;
}
