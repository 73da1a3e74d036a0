"""evil.py ADDRESS: servers that misbehave, one a port. Says "ready" when all of them listen.

9001 accepts and is silent    9002 a byte a second          9003 headers without end
9004 a body without end       9005 garbage instead of TLS   9006 closes at once
9007 resets after the request 9008 refuses HELO             9009 a chunk larger than all memory
9010 nobody accepts: its queue is full                      9011 half a header, then silence
9012 two answers on a kept connection, then closes it       9013 a greeting without end
9015 closes a kept connection when idle                     9016 SMTP, 150 ms for each answer
9017 SMTP, resets when it has the mail                      9018 SMTP, silent when it has the mail
UDP  9101 silent              9102 DNS: other ids, other questions, then the answer
     9103 DNS: names that point at themselves               9104 DNS: an answer cut in the middle
     9105 echo                9106 DNS: only the wrong id, 100 times
"""
import socket
import struct
import sys
import threading
import time

HOST = sys.argv[1]
FAMILY = socket.AF_INET6 if ':' in HOST else socket.AF_INET
kept = []


def until_blank_line(c):
    got = b''
    while b'\r\n\r\n' not in got:
        more = c.recv(4096)
        if not more:
            return got
        got += more
    return got


def silent(c):
    kept.append(c)


def drip(c):
    for byte in b'HTTP/1.1 200 OK\r\nServer: slow\r\nContent-Length: 2\r\n\r\nok':
        c.sendall(bytes([byte]))
        time.sleep(1)


def endless_headers(c):
    c.sendall(b'HTTP/1.1 200 OK\r\n')
    while True:
        c.sendall(b'X-More: and more and more\r\n' * 100)


def endless_body(c):
    c.sendall(b'HTTP/1.1 200 OK\r\n\r\n')
    while True:
        c.sendall(b'more ' * 10000)


def garbage(c):
    c.sendall(bytes(range(256)) * 64)
    time.sleep(0.2)


def at_once(c):
    c.close()


def reset(c):
    until_blank_line(c)
    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    c.close()


def no_helo(c):
    c.sendall(b'220-evil\r\n220 mail\r\n')
    c.recv(1000)
    c.sendall(b'550-not\r\n550 you\r\n')
    time.sleep(1)


def huge_chunk(c):
    until_blank_line(c)
    c.sendall(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nx')
    time.sleep(1)


def half(c):
    until_blank_line(c)
    c.sendall(b'HTTP/1.1 200 OK\r\nServer: ha')
    kept.append(c)


def two_at_once(c):
    until_blank_line(c)
    c.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok' * 2)
    until_blank_line(c)


def greeting(c):
    while True:
        c.sendall(b'220-and so on\r\n' * 100)


def closes_idle(c):
    until_blank_line(c)
    c.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    time.sleep(0.05)


def slow_smtp(c):
    for answer in b'220 mail\r\n', b'250 you\r\n', b'221 bye\r\n':
        time.sleep(0.15)
        c.sendall(answer)
        c.recv(1000)


def takes_mail(c):
    c.sendall(b'220 mail\r\n')
    for answer in b'250 you\r\n', b'250 from\r\n', b'250 to\r\n', b'354 go on\r\n':
        c.recv(1000)
        c.sendall(answer)
    while b'\r\n.\r\n' not in c.recv(1000):
        pass
    c.sendall(b'250 queued\r\n')


def mail_reset(c):
    takes_mail(c)
    c.recv(1000, socket.MSG_PEEK)       # what is not read is lost, and told by a reset
    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))


def mail_silent(c):
    takes_mail(c)
    kept.append(c)


def serve(listener, how):
    def one(c):
        try:
            how(c)
        except OSError:
            pass
        if c not in kept:
            c.close()
    while True:
        c, _ = listener.accept()
        threading.Thread(target=one, args=(c,), daemon=True).start()


def full():
    """A queue that is full before anybody else comes."""
    listener = socket.socket(FAMILY)
    listener.bind((HOST, 9010))
    listener.listen(0)
    for _ in range(2):
        c = socket.socket(FAMILY)
        c.setblocking(False)
        c.connect_ex((HOST, 9010))
        kept.append(c)
    kept.append(listener)


def dns_answer(query, name=b'\xc0\x0c', cut=0):
    question = query[12:]
    answer = name + struct.pack('>HHIH', 1, 1, 60, 4) + bytes([198, 51, 100, 7])
    whole = query[:2] + struct.pack('>HHHHH', 0x8180, 1, 1, 0, 0) + question + answer
    return whole[:len(whole) - cut]


def dns_others(s, query, to):
    other = struct.pack('>H', query[0] * 256 + query[1] ^ 1) + query[2:]
    s.sendto(dns_answer(other), to)
    s.sendto(dns_answer(query[:13] + bytes([query[13] ^ 1]) + query[14:]), to)
    s.sendto(b'', to)
    s.sendto(query, to)
    s.sendto(dns_answer(query), to)


def dns_loop(s, query, to):
    at = len(query)
    s.sendto(dns_answer(query, struct.pack('>H', 0xc000 | at)), to)


def dns_wrong(s, query, to):
    for i in range(100):
        s.sendto(dns_answer(struct.pack('>H', (query[0] * 256 + query[1] + 1 + i) % 65536) +
                            query[2:]), to)


def datagrams(port, how):
    s = socket.socket(FAMILY, socket.SOCK_DGRAM)
    s.bind((HOST, port))
    while True:
        query, to = s.recvfrom(2000)
        how(s, query, to)


STREAMS = {9001: silent, 9002: drip, 9003: endless_headers, 9004: endless_body, 9005: garbage,
           9006: at_once, 9007: reset, 9008: no_helo, 9009: huge_chunk, 9011: half,
           9012: two_at_once, 9013: greeting, 9015: closes_idle, 9016: slow_smtp,
           9017: mail_reset, 9018: mail_silent}
DATAGRAMS = {9101: lambda s, q, to: None, 9102: dns_others, 9103: dns_loop,
             9104: lambda s, q, to: s.sendto(dns_answer(q, cut=3), to),
             9105: lambda s, q, to: s.sendto(q, to), 9106: dns_wrong}

for number, behaviour in STREAMS.items():
    server = socket.socket(FAMILY)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((HOST, number))
    server.listen(100)
    threading.Thread(target=serve, args=(server, behaviour), daemon=True).start()
for number, behaviour in DATAGRAMS.items():
    threading.Thread(target=datagrams, args=(number, behaviour), daemon=True).start()
full()
print('ready', flush=True)
threading.Event().wait()
