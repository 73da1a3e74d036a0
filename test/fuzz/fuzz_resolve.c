/* /etc/hosts, /etc/resolv.conf and answers of any kind. Nothing may crash, hang or leak; what is
   asked for is a name that DNS can carry, or too long; a look-up ends; a list of addresses is in
   order.
   fuzz-runs: 40000 */
#define SIDECAR_TEST
#define VRRP_IMPLEMENTATION
#define VRRP_STATIC
#define CHECK_IMPLEMENTATION
#define CHECK_STATIC
#define IPVS_IMPLEMENTATION
#define IPVS_STATIC
#include "../../sidecar.c"

enum { NAMES = 2000 };                  /* more than any file can lead to */

static void insist(bool truth)
{
    if (!truth)
        abort();
}

static char *copied(const uint8_t *bytes, size_t size)
{
    char *s = malloc(size + 1);

    memcpy(s, bytes, size);
    s[size] = 0;
    return s;
}

static void candidates_end(const resolver *r, const char *name)
{
    char     out[256];
    unsigned n = 0;

    for (; candidate(r, name, n, out); n++)
        insist(n < NAMES && strlen(out) <= 253);
}

/* Every byte is what one question gets. */
static void ask(lookup *k, const resolver *r, const uint8_t *bytes, size_t size)
{
    unsigned n = 0;
    int      result = LOOKUP_SILENCE;

    for (bool more = lookup_begin(k, r); more; n++) {
        insist(n < NAMES * RESOLVE_SERVERS * 5 && k->server < r->n_servers);
        result = size ? bytes[n % size] % 4 : LOOKUP_SILENCE;
        more = lookup_next(k, r, result);
    }
    result = lookup_end(k, result);
    lookup_wait(k, result, 5, 1, 30);
}

static void answer(lookup *k, const uint8_t *bytes, size_t size, uint64_t now)
{
    static vrrp_ip ips[RESOLVE_MOST];
    uint32_t       n = 0;

    for (; n < 64 && n < size; n++) {
        memset(&ips[n], 0, sizeof ips[n]);
        ips[n].byte[0] = bytes[n];
    }
    lookup_take(k, ips, ips_sort(ips, n), now);
    for (uint32_t i = 1; i < k->n; i++)
        insist(memcmp(&k->at[i - 1].ip, &k->at[i].ip, sizeof(vrrp_ip)) < 0);
    for (uint32_t i = k->n; i < k->n_all; i++)
        insist(k->at[i].gone && !lookup_has(k, &k->at[i].ip));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"localhost", "a", "web.example", "web.example.", "a.b.c"};
    char    *file = copied(data, size), *again = copied(data, size);
    lookup  *list = NULL, *k;
    vrrp_ip  ips[8];
    resolver r;

    resolver_read(&r, again);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        insist(hosts_find(file, names[i], VRRP_IPV4, ips, 8) <= 8);
        insist(hosts_find(file, names[i], VRRP_IPV6, ips, 1) <= 1);
        candidates_end(&r, names[i]);
    }
    if (is_host_name(file))
        candidates_end(&r, file);
    k = lookup_add(&list, "web", VRRP_IPV4);
    for (uint64_t i = 1; i < 4; i++) {
        ask(k, &r, data, size);
        answer(k, data + size / 4 * i, size - size / 4 * i, i * RESOLVE_GONE / 2);
    }
    free(k->at);
    free(k);
    free(file);
    free(again);
    return 0;
}
