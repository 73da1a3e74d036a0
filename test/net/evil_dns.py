"""evil_dns.py ADDRESS FILE ADDRESS...: a name server at port 53 whose answers for every name of type
A are those addresses, until the FILE holds the name of what it does instead:

good       the truth, with a TTL of 1 s               ids        wrong ids and other ports first
other      answers to other questions                 questions  without a question, the query, another type
cut        cut at every place                         loops      names that point at themselves
circle     a CNAME of itself, and two of each other   garbage    random bytes after a good head
huge       a TTL of 2^31-1 and more                   zero       a TTL of 0
nothing    no answer, and no error                    flapping   NXDOMAIN and SERVFAIL in turns
refused    REFUSED, NOTIMP, FORMERR                   thousand   1000 addresses: cut, then by TCP
stalls     cut, and TCP is silent                     drips      cut, and TCP has a byte a second
resets     cut, and TCP is reset                      mapped     IPv4-mapped and other sizes
flood      100 wrong answers for each question        silent     nothing at all
lies       counts that do not fit what follows        empty      datagrams without a byte
sinkhole   0.0.0.0, 255.255.255.255, a multicast group
"""
import random
import socket
import struct
import sys
import threading
import time

HOST, FILE, TRUTH = sys.argv[1], sys.argv[2], sys.argv[3:]
dice = random.Random(7)
kept = []
turns = 0


def mode():
    with open(FILE) as f:
        return f.read().strip()


def question_of(query):
    at = 12
    while query[at]:
        at += query[at] + 1
    return query[12:at + 5], struct.unpack('>H', query[at + 1:at + 3])[0]


def record(name, kind, data, ttl=1):
    return name + struct.pack('>HHIH', kind, 1, ttl, len(data)) + data


def reply(query, records=(), flags=0x8180, question=None, counts=None):
    question = question_of(query)[0] if question is None else question
    counts = counts or (1, len(records), 0, 0)
    return query[:2] + struct.pack('>HHHHH', flags, *counts) + question + b''.join(records)


def addresses(query, ttl=1, name=b'\xc0\x0c'):
    if question_of(query)[1] != 1:
        return []
    return [record(name, 1, socket.inet_aton(a), ttl) for a in TRUTH]


def other_id(query, k=1):
    return struct.pack('>H', (query[0] * 256 + query[1] + k) % 65536) + query[2:]


def wrong(query):
    """What none may believe: the address of nobody, for another question or id."""
    return [record(b'\xc0\x0c', 1, socket.inet_aton('198.51.100.66'))]


def cut(query):
    return [reply(query, flags=0x8380)]


def answers(query):
    global turns
    turns += 1
    how = mode()
    name, kind = question_of(query)
    whole = reply(query, addresses(query))
    pointer = struct.pack('>H', 0xc000 | 12 + len(name))
    if how == 'ids':
        return [reply(other_id(query), wrong(query)), reply(other_id(query, 256), wrong(query))]
    if how == 'other':
        label = b'\x05other\x07example\0'
        return [reply(query, wrong(query), question=label + b'\0\1\0\1')]
    if how == 'questions':
        return [reply(query, wrong(query), question=b''), query,
                reply(query, [record(b'\xc0\x0c', 16, b'\x03abc')])]
    if how == 'cut':
        return [whole[:n] for n in range(len(whole))]
    if how == 'loops':
        return [reply(query, [record(pointer, 1, bytes(4))]),
                reply(query, [record(b'\xff\xff', 1, bytes(4))]),
                reply(query, [record(b'\xc0\x0c', 5, pointer)]),
                reply(query, question=b'\xc0\x0c\0\1\0\1')]
    if how == 'circle':
        a, b = b'\x01a\0', b'\x01b\0'
        return [reply(query, [record(b'\xc0\x0c', 5, a), record(a, 5, b), record(b, 5, a)]),
                reply(query, [record(b'\xc0\x0c', 5, b'\xc0\x0c')])]
    if how == 'garbage':
        return [query[:2] + b'\x81\x80' + dice.randbytes(dice.randrange(600)) for _ in range(20)]
    if how == 'huge':
        return [reply(query, addresses(query, dice.choice([0x7fffffff, 0x80000000, 0xffffffff])))]
    if how == 'zero':
        return [reply(query, addresses(query, 0))]
    if how == 'nothing':
        return [reply(query)]
    if how == 'flapping':
        return [reply(query, flags=0x8183 if turns % 2 else 0x8182)]
    if how == 'refused':
        return [reply(query, flags=0x8180 + dice.choice([1, 4, 5, 15]))]
    if how in ('thousand', 'stalls', 'drips', 'resets'):
        return cut(query)
    if how == 'mapped':
        mapped = bytes(10) + b'\xff\xff' + socket.inet_aton('198.51.100.66')
        return [reply(query, [record(b'\xc0\x0c', kind, mapped if kind == 1 else mapped[:4]),
                              record(b'\xc0\x0c', kind, b'')])]
    if how == 'sinkhole':
        return [reply(query, [record(b'\xc0\x0c', 1, socket.inet_aton(a))
                              for a in ('0.0.0.0', '255.255.255.255', '224.0.0.18')])]
    if how == 'flood':
        return [reply(other_id(query, 1 + i), wrong(query)) for i in range(100)]
    if how == 'lies':
        return [reply(query, wrong(query)[:1], counts=c, flags=0x8183)
                for c in ((1, 65535, 0, 0), (0, 0, 0, 0), (65535, 1, 1, 1))]
    if how == 'empty':
        return [b'', b'', query[:11]]
    return [] if how == 'silent' else [whole]


def stream(c):
    how = mode()
    size = struct.unpack('>H', c.recv(2, socket.MSG_WAITALL))[0]
    query = c.recv(size, socket.MSG_WAITALL)
    many = [record(b'\xc0\x0c', 1, bytes([203, 0, 113 + i // 250, 1 + i % 250]))
            for i in range(1000)] if question_of(query)[1] == 1 else []
    whole = reply(query, many)
    whole = struct.pack('>H', len(whole)) + whole
    if how == 'stalls':
        kept.append(c)
        time.sleep(3600)
    elif how == 'drips':
        for byte in whole:
            c.sendall(bytes([byte]))
            time.sleep(1)
    elif how == 'resets':
        c.sendall(whole[:1 + len(whole) // 2])
        c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    else:
        c.sendall(whole)


def one(c):
    try:
        stream(c)
    except (OSError, IndexError, struct.error):
        pass
    c.close()


def streams():
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, 53))
    listener.listen(100)
    while True:
        threading.Thread(target=one, args=(listener.accept()[0],), daemon=True).start()


threading.Thread(target=streams, daemon=True).start()
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((HOST, 53))
stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
print('ready', flush=True)
while True:
    query, to = s.recvfrom(2000)
    try:
        for datagram in answers(query):
            s.sendto(datagram, to)
        if mode() == 'ids':
            stranger.sendto(reply(query, wrong(query)), to)     # from another port
    except (OSError, IndexError, struct.error):
        pass
