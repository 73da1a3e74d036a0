"""An independent judge of AH: scapy checks the packets on stdin and makes its own of each kind.
Lines are "KIND HEX"; a KIND is algorithm-family, ESN being SHA-256 with 64-bit numbers."""
import sys

from scapy.layers.inet import IP
from scapy.layers.inet6 import IPv6
from scapy.layers.ipsec import AH, SecurityAssociation

NUMBER, HIGH = 42, 3
MD5_KEY, SHA_KEY = bytes(range(16)), bytes(range(32))


def association(kind):
    algorithm = 'HMAC-MD5-96' if kind.startswith('md5') else 'SHA2-256-128'
    return SecurityAssociation(AH, spi=256, auth_algo=algorithm,
                               auth_key=MD5_KEY if kind.startswith('md5') else SHA_KEY)


def esn(kind):
    return {'esn_en': True, 'esn': HIGH} if kind.startswith('esn') else {}


for line in sys.stdin:
    kind, packet = line.split()
    packet = bytes.fromhex(packet)
    parsed = IP(packet) if packet[0] >> 4 == 4 else IPv6(packet)
    assert parsed[AH].spi == 256 and parsed[AH].seq == NUMBER, parsed
    plain = association(kind).decrypt(parsed, **esn(kind))      # raises when the ICV is wrong
    assert plain.payload.__class__.__name__.startswith(('VRRP', 'Raw')), plain
    broken = bytearray(packet)
    broken[-1] ^= 1
    try:
        association(kind).decrypt(parsed.__class__(bytes(broken)), **esn(kind))
        sys.exit('scapy takes anything')
    except Exception as wrong:      # IPSecIntegrityError
        assert 'ntegrity' in type(wrong).__name__, wrong
    sealed = association(kind).encrypt(plain, seq_num=NUMBER + 1, **esn(kind))
    print(kind, bytes(sealed).hex())
