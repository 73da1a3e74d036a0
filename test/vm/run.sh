#!/bin/bash
# Tests on a kernel that has what the machine's own may lack (IPsec AH, dummy, vrf, ...): Debian's
# user-mode Linux, which is an ordinary program, needs no root and boots in seconds.
#
#     run.sh [-j JOBS] [-s SUITE] [REGEX]     as net/run.sh, which does the work inside the guest
#
# "run.sh -s net stop" runs tests of the suite net on this second kernel.
# The last line is "vm: N passed, N failed, N skipped" (or of the other suite).

cd "$(dirname "$0")/../.." || exit 1
LIMIT=${LIMIT:-420} # seconds after which the guest is taken to hang
UML=${UML:-linux.uml}

suite=vm words=(-s vm)
while getopts j:s: option; do
    case $option in
    j) words+=(-j "$OPTARG") ;;
    s) suite=$OPTARG words+=(-s "$OPTARG") ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
words+=("$@")

lines() { grep -c "^$1 - " "$out/log"; }
ended() { # ended WHY: the guest did not come to the line that adds up
    echo "not ok - $1; its console's last words:"
    grep -vE '^$|\[<' "$out/console" | tail -n 15 | sed 's/^/    /'
    echo "$suite: $(lines ok) passed, $(($(lines 'not ok') + 1)) failed, $(lines skip) skipped"
    exit 1
}

if ! command -v "$UML" >/dev/null; then
    echo "skip - there is no $UML here (Debian: user-mode-linux, on x86 only)"
    echo "$suite: 0 passed, 0 failed, $(bash test/net/run.sh -l "${words[@]}" | wc -l) skipped"
    exit 0
fi
bash test/net/run.sh -b || exit 1

out=$(mktemp -d) || exit 1
# a guest that is killed leaves helpers behind, which are in its process group
leave() {
    [ ! -s "$out/guest/pid" ] || kill -s KILL -- "-$(cat "$out/guest/pid")" 2>/dev/null
    rm -rf "$out"
}
trap leave EXIT
trap 'exit 130' INT TERM
# The guest's memory is a file: in /dev/shm, unless that is as small as containers have it
memory=$out
[ "$(df --output=avail /dev/shm 2>/dev/null | tail -n 1)" -gt 600000 ] 2>/dev/null &&
    memory=/dev/shm
{
    printf 'job_%s=%q\n' src "$PWD" tools "$PWD/test/build/net" \
        sidecar "${SIDECAR:-$PWD/sidecar}"
    printf 'job_words=('
    printf ' %q' "${words[@]}"
    printf ' )\n'
    [ -z "$TEST_LIMIT" ] || echo "export TEST_LIMIT=$TEST_LIMIT"
} >"$out/job"
install -m 755 test/vm/init.sh "$out/init"
: >"$out/log"
TMPDIR=$memory timeout -k 10 "$LIMIT" "$UML" mem=512M quiet rootfstype=hostfs rootflags=/ ro \
    uml_dir="$out/" umid=guest init="$out/init" out="$out" con=null con0=fd:0,fd:1 \
    </dev/null >"$out/console" 2>&1 &
guest=$!
tail -n +1 -f --pid=$guest "$out/log"
wait $guest
status=$?
case $status in
124 | 137) ended "the guest was killed after $LIMIT s" ;;
esac
grep -q "^$suite: [0-9]* passed" "$out/log" || ended "the guest ended early, with status $status"
tail -n 1 "$out/log" | grep -q ' 0 failed'
