/* Authentication in the simulated world: a toy HMAC, clocks that nobody agrees on, and somebody who
   records what is said and says it again later. */

/* >>keys */

/* Anything keyed that mixes well will do: nobody here computes backwards. */
static void toy_hmac(const vrrp_key *key, const uint8_t *input, size_t size, uint8_t out[32])
{
    uint64_t h = 0x9e3779b97f4a7c15u * (key->id + 1u), word;
    size_t   k;

    for (k = 0; k < key->size; k++)
        h = (h ^ key->bytes[k]) * 0x100000001b3u;
    h ^= size;
    for (k = 0; k < size; k += 8) {
        word = 0;
        memcpy(&word, input + k, size - k < 8 ? size - k : 8);
        h = (h ^ word) * 0xff51afd7ed558ccdu;
        h ^= h >> 32;
    }
    for (k = 0; k < 32; k += 8) {
        h = (h + 0x9e3779b97f4a7c15u) * 0xc4ceb9fe1a85ec53u;
        h ^= h >> 29;
        memcpy(out + k, &h, 8);
    }
}

/* >>clocks */

static uint64_t wall_of(const node *n)
{
    return w.wall + (w.now - w.born) + (uint64_t)n->clock;
}

/* Numbers of AH that are above all that was said before a restart: twice as fast as adverts. */
static uint64_t first_number(const inst *i)
{
    uint64_t each = 2u * (w.unicast ? (unsigned)i->desc.n_peers : 1u) * (unsigned)copies(i);

    return w.number + (wall_of(&w.node[i->node]) - w.wall + MS) / (i->desc.interval / each);
}

/* What one virtual router needs to know of the time before it is called. */
static void tell_time(node *n)
{
    int s;

    for (s = 0; s < w.segs; s++)
        if (n->in[s].desc.trailer)
            vrrp_wall(&n->in[s].v, wall_of(n), w.now);
}

/* >>what is on the wire */

static uint64_t read_be(const uint8_t *p, int size)
{
    uint64_t value = 0;

    while (size-- > 0)
        value = value << 8 | *p++;
    return value;
}

/* Behind the IP header, and AH if there is one. */
static const uint8_t *message_in(const uint8_t *packet)
{
    const uint8_t *m = packet + (w.family == VRRP_IPV6 ? 40 : 20);

    return packet[w.family == VRRP_IPV6 ? 6 : 9] == VRRP_PROTOCOL ? m : m + (m[1] + 2) * 4;
}

/* The number that the next packet must bear, by what it bore so far. */
static uint64_t next_number(inst *i)
{
    uint64_t wall = wall_of(&w.node[i->node]), stamp;

    if (!i->desc.trailer)
        return newest(i) + 1;
    stamp = wall / VRRP_SECOND << 32 | (wall % VRRP_SECOND << 16) / VRRP_SECOND << 16;
    return i->s.number == 0 || (int64_t)(stamp - i->s.number) > 0 ? stamp : i->s.number + 1;
}

static void check_number(inst *i, const uint8_t *packet, int size)
{
    int      header = w.family == VRRP_IPV6 ? 40 : 20;
    uint64_t number, got;

    if (!secured(i) || (i->desc.trailer && i->desc.trailer->mode == VRRP_HMAC_RECEIVE_ONLY))
        return;
    number = next_number(i);
    got = i->desc.trailer ? read_be(packet + size - 24, 8) : read_be(packet + header + 8, 4);
    if (got != (i->desc.trailer ? number : (uint32_t)number))
        fail(SAFETY, "n%d/%d sends the number %" PRIu64 ", not %" PRIu64, i->node, i->seg, got,
             number);
    if (numbered(i) && !i->desc.ah_esn && number > (counts_as_one(i) ? 0xfffffffdu : 0xffffffffu))
        fail(SAFETY, "n%d/%d uses a number twice", i->node, i->seg);
    i->s.number = number;
}

/* As many addresses as fit into the MTU, from the first: in dual mode into the larger copy. */
static void check_size(const inst *i, const uint8_t *message, int size)
{
    int each = w.family == VRRP_IPV6 ? 16 : 4, most = 0, k, other;

    for (k = 0; k < i->desc.n_addresses; k++)
        most += !i->vips[k].excluded;
    other = size - message[3] * each + (i->desc.dual && message[0] >> 4 == 3 ? 8 : 0);
    while (w.mtu && most && other + most * each > (int)w.mtu)
        most--;
    if (message[3] != most)
        fail(SAFETY, "n%d/%d lists %u addresses, not %d", i->node, i->seg, message[3], most);
    if (memcmp(message + 8, i->vips[0].address.byte, (size_t)each))
        fail(SAFETY, "n%d/%d does not list its first address", i->node, i->seg);
}

/* >>tape */

/* A packet is kept in a place that chance chooses, so that old ones stay among the new. */
static void record_packet(const inst *i, const uint8_t *packet, int size)
{
    taped *t;

    w.place = (uint16_t)rnd(TAPE);
    t = &w.tape[w.place];
    t->serial = ++w.serial;
    t->number = i->s.number;
    t->seg = (uint8_t)i->seg;
    t->from = (uint8_t)i->node;
    t->taken = 0;
    t->size = (uint16_t)size;
    memcpy(t->data, packet, (size_t)size);
}

static taped *on_tape(const event *e)
{
    return w.attacked && e->token && w.tape[e->place].serial == e->token ? &w.tape[e->place] : NULL;
}

/* Nothing is taken twice in the life of a process; what comes late or is behind its time is an
   excuse for not having heard it. */
static void check_taken(const inst *i, const event *e, int rc)
{
    taped  *t = on_tape(e);
    uint8_t bit = (uint8_t)(1u << i->node);

    if (t && rc == 0 && t->taken & bit)
        fail(SAFETY, "n%d/%d takes a packet of n%d twice", i->node, i->seg, e->from);
    if (t && rc == 0)
        t->taken |= bit;
    if (secured(i) && rc && e->arg == 0 && e->from != i->node && !(t && t->taken & bit))
        excuse(i->seg, i->node, e->from, w.now);
}

/* A new process knows nothing of what the last one heard. */
static void forget_taken(const node *n)
{
    int k;

    for (k = 0; k < TAPE; k++)
        w.tape[k].taken &= (uint8_t)~(1u << (n - w.node));
}

/* Somebody says again what was said before. Who has heard it is not to be moved; who has not (it
   was lost, or in another life) cannot know, so a calm network only hears what it has heard. */
static void attack(void)
{
    const taped *t = &w.tape[rnd(TAPE)];
    uint64_t     step = w.chaos ? w.longest : 3 * w.longest;
    int          n;

    push(EV_ATTACK, 0, 0, w.now + between(step / 8, step));
    for (n = 0; n < w.nodes && t->serial; n++) {
        event *e;

        if (n == t->from || chance(500) || (!w.chaos && !(t->taken >> n & 1)))
            continue;
        e = push(EV_PACKET, n, t->seg, w.now + between(w.wire_min, w.wire_max));
        e->arg = 2;
        e->from = t->from;
        e->number = t->number;
        e->token = t->serial;
        e->place = (uint16_t)(t - w.tape);
        e->size = t->size;
        memcpy(e->data, t->data, t->size);
    }
}
