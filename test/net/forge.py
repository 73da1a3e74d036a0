"""forge.py INTERFACE ADDRESS: answers echo requests to ADDRESS, each time a little wrong."""
import socket
import struct
import sys


def checksum(data):
    total = sum(struct.unpack('>%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def icmp(kind, code, rest):
    head = struct.pack('>BBH', kind, code, 0) + rest
    return head[:2] + struct.pack('>H', checksum(head)) + head[4:]


def ip(source, target, body):
    head = struct.pack('>BBHHHBBH', 0x45, 0, 20 + len(body), 1, 0, 64, 1, 0) + source + target
    return head[:10] + struct.pack('>H', checksum(head)) + head[12:] + body


wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
wire.bind((sys.argv[1], 3))
swallow = socket.inet_aton(sys.argv[2])
print('ready', flush=True)
count = 0
seen = set()
while True:
    frame = wire.recv(2000)
    packet, echo = frame[14:], frame[34:]
    if frame[12:14] != b"\x08\0" or packet[9] != 1 or packet[16:20] != swallow or echo[0] != 8 or echo[8:16] in seen:
        continue
    seen.add(echo[8:16])
    asker, ids, nonce = packet[12:16], echo[4:8], echo[8:16]
    other = bytes([nonce[0] ^ 1]) + nonce[1:]
    last = nonce[:7] + bytes([nonce[7] ^ 1])
    off = ids[:2] + bytes([ids[2], ids[3] ^ 1])
    quote = ip(asker, swallow, icmp(8, 0, off + last))
    elsewhere = ip(asker, socket.inet_aton('198.51.100.99'), icmp(8, 0, ids + nonce))
    for source, body in ((swallow, icmp(0, 0, ids + other)), (swallow, icmp(0, 0, ids + last)),
                         (swallow, icmp(0, 0, ids + nonce[:4])), (swallow, icmp(0, 0, ids)),
                         (swallow, icmp(0, 0, ids + nonce + b'more')),
                         (socket.inet_aton('198.51.100.99'), icmp(0, 0, ids + nonce)),
                         (swallow, icmp(3, 1, b'\0' * 4 + quote)),
                         (swallow, icmp(3, 1, b'\0' * 4 + elsewhere)),
                         (swallow, icmp(3, 1, b'\0' * 4 + quote[:24]))):
        wire.send(frame[6:12] + b'\2\0\0\0\0\x66' + b'\x08\0' + ip(source, asker, body))
    count += 1
    print('forged', count, flush=True)
