#!/bin/bash
# Tests on a kernel that has what the machine's own may lack (IPVS, IPsec AH, dummy, vrf, ...):
# Debian's user-mode Linux, which is an ordinary program, needs no root and boots in seconds.
#
#     run.sh [-j JOBS] [-s SUITE] [REGEX]     as net/run.sh, which does the work inside the guest
#
# "run.sh -s net stop" runs tests of the suite net on this second kernel. A guest has one processor:
# many tests are dealt out to two guests.
# The last line is "vm: N passed, N failed, N skipped" (or of the other suite).

cd "$(dirname "$0")/../.." || exit 1
LIMIT=${LIMIT:-1500} # seconds after which a guest is taken to hang, on a machine however busy
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
tests=$(bash test/net/run.sh -l "${words[@]}" | wc -l)

if ! command -v "$UML" >/dev/null; then
    echo "skip - there is no $UML here (Debian: user-mode-linux, on x86 only)"
    echo "$suite: 0 passed, 0 failed, $tests skipped"
    exit 0
fi
bash test/net/run.sh -b || exit 1
guests=${GUESTS:-$((tests > 8 && $(nproc) > 1 ? 2 : 1))}

out=$(mktemp -d) || exit 1
# a guest that is killed leaves helpers behind, which are in its process group
leave() {
    local pid
    for pid in "$out"/*/guest/pid; do
        [ ! -s "$pid" ] || kill -s KILL -- "-$(cat "$pid")" 2>/dev/null
    done
    rm -rf "$out"
}
trap leave EXIT
trap 'exit 130' INT TERM
# A guest's memory is a file: in /dev/shm, unless that is as small as containers have it
memory=$out
[ "$(df --output=avail /dev/shm 2>/dev/null | tail -n 1)" -gt $((guests * 600000)) ] 2>/dev/null &&
    memory=/dev/shm

# guest I: runs every guests-th test; what it says is in $out/I/log, what it sums up is not told
guest() {
    local dir=$out/$1 status
    mkdir "$dir"
    {
        printf 'job_%s=%q\n' src "$PWD" tools "$PWD/test/build/net" \
            sidecar "${SIDECAR:-$PWD/sidecar}"
        printf 'job_words=('
        printf ' %q' -p "$1/$guests" "${words[@]}"
        printf ' )\n'
        echo "export TEST_LIMIT=${TEST_LIMIT:-600} ${STORM:+STORM=$STORM} ${RELOADS:+RELOADS=$RELOADS}"
    } >"$dir/job"
    install -m 755 test/vm/init.sh "$dir/init"
    : >"$dir/log"
    TMPDIR=$memory timeout -k 10 "$LIMIT" "$UML" mem=512M quiet rootfstype=hostfs rootflags=/ ro \
        uml_dir="$dir/" umid=guest init="$dir/init" out="$dir" con=null con0=fd:0,fd:1 \
        </dev/null >"$dir/console" 2>&1 &
    tail -n +1 -f --pid=$! "$dir/log" | grep --line-buffered -v "^$suite: [0-9]* passed"
    wait $!
    status=$?
    grep -q "^$suite: [0-9]* passed" "$dir/log" && return
    [ $status != 124 ] && [ $status != 137 ] || status="$status: killed after $LIMIT s"
    echo "not ok - the guest ended early (status $status); its console's last words:"
    grep -vE '^$|\[<' "$dir/console" | tail -n 15 | sed 's/^/    /'
    touch "$dir/early"
}
for ((i = 0; i < guests; i++)); do
    guest $i &
done
wait
lines() { cat "$out"/*/log | grep -c "^$1 - "; }
failed=$(($(lines 'not ok') + $(find "$out" -name early | wc -l)))
echo "$suite: $(lines ok) passed, $failed failed, $(lines skip) skipped"
[ "$failed" = 0 ]
