#!/usr/bin/python3
"""judge.py CAPTURE KEY SPI: is every packet in there AH with a right ICV? Asks scapy."""
import sys
from scapy.utils import rdpcap
from scapy.layers.l2 import Ether  # the frames of the capture
from scapy.layers.inet import IP
from scapy.layers.inet6 import IPv6
from scapy.layers.ipsec import AH, SecurityAssociation

path, key, spi = sys.argv[1:]
packets = rdpcap(path)
judge = SecurityAssociation(AH, spi=int(spi), auth_algo="SHA2-256-128",
                            auth_key=bytes.fromhex(key))
lengths, senders = set(), set()
for packet in packets:
    ip = packet[IP] if IP in packet else packet[IPv6]
    if AH not in ip:
        sys.exit("a packet without AH: " + ip.summary())
    lengths.add(4 * (ip[AH].payloadlen + 2))
    senders.add(ip.src)
    plain = judge.decrypt(ip)     # raises when the ICV is wrong
    if (plain.nh if IPv6 in plain else plain.proto) != 112:
        sys.exit("not VRRP inside: " + plain.summary())
if not packets:
    sys.exit("no packet at all")
print("%d packets of %d senders, AH of %s bytes" %
      (len(packets), len(senders), " and ".join(map(str, sorted(lengths)))))
