#!/bin/sh
# scapy accepts our AH, and we its: MD5 and SHA-256, IPv4 and IPv6, 32 and 64-bit numbers.
. "$(dirname "$0")/lib.sh"
here=$top/test/unit
python=/usr/bin/python3     # the one that python3-scapy is for

both_ways() {
    $python "$here/vectors.py" "$here/vectors.json" auth >"$build/auth_vectors.h" &&
        gcc -std=gnu99 -D_GNU_SOURCE -O1 -w "-I$build" -o "$build/auth" "$here/auth.c" \
            -lmbedcrypto &&
        "$build/auth" say >"$build/ours" &&
        $python "$here/gates/ah_judge.py" <"$build/ours" >"$build/theirs" &&
        "$build/auth" hear <"$build/theirs"
}

if $python -c 'import scapy' 2>/dev/null && [ -f /usr/include/mbedtls/md.h ]; then
    gate "C-097 C-102 C-103 C-105 scapy accepts our AH and we its" both_ways
else
    echo "skip - scapy as a judge of AH (needs python3-scapy and libmbedtls-dev)"
fi
exit $bad
