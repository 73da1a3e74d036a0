#!/usr/bin/python3
"""replay.py CAPTURE INTERFACE: sends what was captured, three times a second, for ever. The capture
may come into being later."""
import os
import sys
import time
from scapy.all import conf, rdpcap

path, interface = sys.argv[1:]
socket = conf.L2socket(iface=interface)
print("ready", flush=True)
while not os.path.exists(path):
    time.sleep(0.02)
frames = rdpcap(path)
while frames:
    for frame in frames:
        socket.send(frame)
        print("sent", flush=True)
        time.sleep(0.3)
