/* Any bytes as an environment: variables with 0 bytes between them. Nothing may crash or leak,
   every error names a variable, and a configuration without errors survives its own dump.
   fuzz-runs: 8000 */
#define SIDECAR_TEST
#define VRRP_IMPLEMENTATION
#define VRRP_STATIC
#define CHECK_IMPLEMENTATION
#define CHECK_STATIC
#define IPVS_IMPLEMENTATION
#define IPVS_STATIC
#include "../../sidecar.c"

enum { VARIABLES = 64 };

/* As many variables as fit, each ended by 0. */
static void environment(char *bytes, size_t size, char **env)
{
    size_t n = 0;

    while (size > 0 && n < VARIABLES) {
        size_t length = strnlen(bytes, size);

        if (length == size)
            break;
        env[n++] = bytes;
        bytes += length + 1;
        size -= length + 1;
    }
    env[n] = NULL;
}

static void names_variable(const remark *m)
{
    static const char *const prefixes[] = {"VRRP", "SIDECAR", "KEEPALIVED_", "CHECK", "IPVS",
                                           "BFD"};

    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (begins(m->text, prefixes[i]))
            return;
    abort();
}

static size_t locals_make(vrrp_local *l)
{
    static const struct { const char *name, *ip; uint8_t prefix; } known[] = {
        {"lo", "127.0.0.1", 8}, {"eth0", "198.51.100.1", 24}, {"eth1", "203.0.113.1", 24},
        {"eth1", "2001:db8::1", 64}, {"eth2", "198.51.100.2", 25},
    };
    size_t n = sizeof known / sizeof known[0];

    for (size_t i = 0; i < n; i++) {
        address a;

        memset(&l[i], 0, sizeof l[i]);
        address_read(known[i].ip, &a);
        l[i].address = a.ip;
        l[i].family = a.family;
        l[i].prefix = known[i].prefix;
        l[i].flags = i ? LINK_UP | LINK_BROADCAST : LINK_UP | LINK_LOOPBACK;
        l[i].ifindex = (uint32_t)i + 1;
        snprintf(l[i].name, sizeof l[i].name, "%s", known[i].name);
    }
    return n;
}

static char *dumped(const model *m, arena *a)
{
    text t = {a, NULL, 0, 0};

    dump(&t, m, true);
    return t.s;
}

/* The dump without its defaults, read back, must dump the same. */
static void round_trip(const model *m)
{
    arena   a = {NULL};
    report  r = {{NULL}, NULL, NULL, 0, 0};
    char   *first = dumped(m, &a), *copy = keep(&a, first, strlen(first));
    char  **env = take(&a, (strlen(copy) + 1) * sizeof *env);
    size_t  n = 0;
    model  *again;

    while (*copy) {
        char *end = copy + strcspn(copy, "\n");

        if (copy != end && *copy != '#')
            env[n++] = copy;
        copy = *end ? end + 1 : end;
        *end = 0;
    }
    again = model_read(env, "web1", &r);
    if (r.errors || strcmp(first, dumped(again, &a)))
        abort();
    model_free(again);
    report_free(&r);
    arena_free(&a);
}

static void accepted(const model *m)
{
    static vrrp v;

    for (const instance *in = m->instances; in; in = instance_next(in))
        if (vrrp_init(&v, &in->setup.desc) != 0)
            abort();
    if (!m->global.env_file)            /* its variables would be there twice */
        round_trip(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static vrrp_local locals[8];
    char  *bytes = malloc(size + 1), *env[VARIABLES + 1];
    report r = {{NULL}, NULL, NULL, 0, 0};
    model *m;

    memcpy(bytes, data, size);
    bytes[size] = 0;
    environment(bytes, size + 1, env);
    m = model_read(env, "web1", &r);
    if (r.errors == 0)
        accepted(m);
    if (r.errors == 0)
        model_resolve(m, locals, locals_make(locals), &r);
    for (const remark *k = r.first; k; k = k->next)
        names_variable(k);
    model_free(m);
    report_free(&r);
    free(bytes);
    return 0;
}
