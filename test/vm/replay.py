#!/usr/bin/python3
"""replay.py CAPTURE INTERFACE: sends what was captured, three times a second, for ever. The capture
may come into being later."""
import os
import socket
import struct
import sys
import time

path, interface = sys.argv[1:]
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind((interface, 0))
print("ready", flush=True)
while not os.path.exists(path):
    time.sleep(0.02)
with open(path, "rb") as capture:
    data = capture.read()
frames, at = [], 24     # libpcap's own format: a header, then each frame behind one of its own
while at < len(data):
    size = struct.unpack_from("=I", data, at + 8)[0]
    frames.append(data[at + 16:at + 16 + size])
    at += 16 + size
while frames:
    for frame in frames:
        wire.send(frame)
        print("sent", flush=True)
        time.sleep(0.3)
