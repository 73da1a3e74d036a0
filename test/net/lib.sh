# shellcheck shell=bash
# Helpers for tests on real kernels. Each test runs in a world of its own: private network, mount,
# pid and (when not root) user namespaces, so nothing it does can be seen outside, and whatever
# ends it, the kernel takes all of it away: processes, interfaces, files.
#
#        n1               n2               n3              client
#       eth0             eth0             eth0              eth0
#     .1   ::1         .2   ::2         .3   ::3        .100   ::100
#        | n1             | n2             | n3              | client
#    ----+----------------+----------------+-----------------+----  br0, in the world's namespace
#
# 198.51.100.0/24, 2001:db8::/64 and fe80::/64; the floating address is 198.51.100.10, or
# 2001:db8::10 and fe80::10. The cable of n1 is pulled by taking the bridge's port "n1" down.
# Who holds an address is asked of the kernels (watch.c), never read from a log.

export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/frr
NET=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(cd "$NET/../.." && pwd)
SIDECAR=${SIDECAR:-$TOP/sidecar}
TOOLS=${TOOLS:-$TOP/test/build/net}
VIP=198.51.100.10
VIP6=2001:db8::10
VIP6LL=fe80::10

# --- the world ----------------------------------------------------------------------------------

# The words before a command that give it a world of its own; empty when this machine forbids it.
world_words() {
    local words=(unshare --net --mount --pid --fork --kill-child --mount-proc)
    WORLD_WORDS=("${words[@]}" --)
    [ "$(id -u)" = 0 ] && "${WORLD_WORDS[@]}" true 2>/dev/null && return
    WORLD_WORDS=("${words[@]}" --user --map-root-user --)
    "${WORLD_WORDS[@]}" true 2>/dev/null && return
    WORLD_WORDS=()
    return 1
}

# True when the kernel lets us become other users (a user namespace of our own has uid 0 alone).
have_users() { setpriv --reuid 1000 --clear-groups true 2>/dev/null; }

declare -A NS PID LOG
world() {
    mount -t tmpfs -o mode=755 run /run || die "no private /run"
    [[ $TOP/ == /var/tmp/* ]] || mount -t tmpfs tmp /var/tmp # FRR leaves things there
    W=/run/world
    mkdir -p $W /run/netns
    NS_SUFFIX=$(printf '%04x%04x' $RANDOM $RANDOM)
    exec {NAP}<> <(:)
    trap leave EXIT
    trap 'exit 130' INT TERM
    ip link set lo up
    ip link add br0 type bridge mcast_snooping 0 stp_state 0 forward_delay 0
    ip link set br0 addrgenmode none up
    local number=1 name
    for name; do
        [ "$name" = client ] && number=100
        node "$name" $number
        number=$((number + 1))
    done
}

# node NAME NUMBER: a namespace on the bridge
node() {
    NS[$1]=$1-$NS_SUFFIX
    ip netns add "${NS[$1]}"
    ip link add "$1" type veth peer name eth0 netns "${NS[$1]}"
    wire "$1" "$2"
}
# wire NAME NUMBER: its cable, and its addresses
wire() {
    ip link set "$1" master br0 addrgenmode none up
    ip -n "${NS[$1]}" -batch - <<EOF
link set lo up
link set eth0 addrgenmode none address 02:00:00:00:00:$(printf %02x "$2")
link set eth0 up
addr add 198.51.100.$2/24 brd + dev eth0
addr add 2001:db8::$2/64 dev eth0 nodad
addr add fe80::$2/64 dev eth0 nodad
EOF
}

leave() {
    local name
    for name in "${!PID[@]}"; do end "$name" KILL; done
    for name in "${!NS[@]}"; do ip netns del "${NS[$name]}" 2>/dev/null; done
}

at() { # at NODE COMMAND...: in that node's namespace
    local ns=/run/netns/${NS[$1]}
    shift
    nsenter --net="$ns" "$@"
}
ipn() { # ipn NODE ...: ip there
    local ns=${NS[$1]}
    shift
    ip -n "$ns" "$@"
}
unplug() { ip link set "$1" down; }
plug() { ip link set "$1" up; }

# --- time ---------------------------------------------------------------------------------------

nap() { read -rt "${1:-${PAUSE:-0.03}}" -u "$NAP" || :; }
clock() { NOW=${EPOCHREALTIME/./}; } # microseconds, without a process
# wait_for SECONDS CONDITION...: true as soon as it is, false when time is over, which is three
# times as long: a machine that stalls is no reason to fail. What has to be fast is measured (took).
wait_for() {
    local until
    until=$((${EPOCHREALTIME/./} + $1 * 3000000))
    shift
    until "$@"; do
        ((${EPOCHREALTIME/./} < until)) || return 1
        nap
    done
}
for_all_of() { # for_all_of SECONDS CONDITION...: false as soon as it is not
    local until
    until=$((${EPOCHREALTIME/./} + $1 * 1000000))
    shift
    while ((${EPOCHREALTIME/./} < until)); do
        "$@" || return 1
        nap
    done
}
not() { ! "$@"; }

# --- processes ----------------------------------------------------------------------------------

# In user-mode Linux (test/vm) bash comes back from read -t with a signal mask of random bits: what
# it starts must not inherit that, and it may not have noticed the end of a child (a zombie).
CLEAR=HUP,TERM,QUIT,USR1,USR2,ALRM,CHLD,PIPE
running() { # running PID
    local stat
    { read -r stat <"/proc/${1:-none}/stat"; } 2>/dev/null && [[ ${stat##*) } != Z* ]]
}

# start NAME NODE [VARIABLE=VALUE ...] COMMAND...: in the background, in an empty environment
start() {
    local name=$1 ns=/run/netns/${NS[$2]}
    shift 2
    LOG[$name]=$W/$name.log
    nsenter --net="$ns" env -i --default-signal="$CLEAR" PATH="$PATH" "$@" \
        >>"${LOG[$name]}" 2>&1 </dev/null &
    PID[$name]=$!
}
# sidecar NAME NODE VARIABLE=VALUE ...
sidecar() { start "$@" "$SIDECAR"; }
# the next sidecars are those that can AH and HMAC
with_tls() {
    SIDECAR=$TOOLS/sidecar-tls
    [ -x "$SIDECAR" ] || skip "authentication needs libmbedtls-dev"
}

# kin PID: it and all its descendants, parents first, in KIN
kin() {
    KIN=()
    local queue=("$1") pid
    while [ ${#queue[@]} -gt 0 ]; do
        pid=${queue[0]}
        KIN+=("$pid")
        queue=("${queue[@]:1}")
        # shellcheck disable=SC2207
        queue+=($(cat "/proc/$pid/task/"*/children 2>/dev/null))
    done
}
kin_dead() { # those in KIN, however late they are buried
    local pid stat
    for pid in "${KIN[@]}"; do
        ! read -r stat 2>/dev/null <"/proc/$pid/stat" || [[ $stat == *") Z "* ]] || return 1
    done
}
worker_of() { # the child that does the work, in WORKER
    WORKER=
    read -r WORKER _ <"/proc/${PID[$1]}/task/${PID[$1]}/children" # without a newline at its end
    [ -n "$WORKER" ]
}
alive() { running "${PID[$1]}"; }
asleep() { # asleep NAME: it waits for something, so it has done what there was to do
    local stat
    read -r stat <"/proc/${PID[$1]}/stat" && [[ ${stat##*) } == S* ]]
}

# all NAME SIGNAL: to the process and all its descendants at once
all() {
    kin "${PID[$1]}"
    kill -s "$2" "${KIN[@]}" 2>/dev/null
}
# end NAME [SIGNAL]: ends it and waits; its exit status in STATUS. KILL means the whole family.
end() {
    local pid=${PID[$1]}
    STATUS=
    [ -n "$pid" ] || return 0
    case ${2:-TERM} in
    KILL) # stopped first: a child must not learn of its parent's death before its own
        all "$1" STOP
        all "$1" KILL
        wait_for 15 kin_dead
        ;;
    *) kill -s "${2:-TERM}" "$pid" 2>/dev/null ;;
    esac
    wait_for 15 not running "$pid" || {
        all "$1" KILL
        unset "PID[$1]"
        say "$1 did not end by ${2:-TERM} within 15 s"
        return 1
    }
    wait "$pid" 2>/dev/null
    STATUS=$?
    unset "PID[$1]"
}
said() { grep -qE -- "$2" "${LOG[$1]}" 2>/dev/null; } # said NAME REGEX

# begun NAME: a sidecar has started its virtual router. Who is to be the first MASTER must have begun
# before the next one starts: a busy machine may be through with that one sooner. And before it has
# begun it has not asked for SIGHUP.
begun() { wait_for 5 said "$1" STATE || die "$1 does not start"; }

# --- who holds what -----------------------------------------------------------------------------

declare -A HOLD GOT GONE TWO NOBODY
LATE=0
# watch_nodes [-c] ADDRESS[,ADDRESS] NODE...
watch_nodes() {
    local flags=() list name words=()
    [ -z "${PID[watch]}" ] || end watch
    HOLD=()
    while [[ $1 == -* ]]; do flags+=("$1") && shift; done
    list=$1
    shift
    for name; do words+=("$name=/run/netns/${NS[$name]}"); done
    : >$W/watch
    [ -z "$WATCH_PAUSE" ] || flags+=(-p "$WATCH_PAUSE")
    "$TOOLS/watch" "${flags[@]}" "$list" "${words[@]}" >>$W/watch 2>$W/watch.err &
    PID[watch]=$!
    exec {WATCH}<$W/watch
    WATCHED=${list%%,*} READY='' PART=''
    wait_for 10 watch_ready || die "watch did not start: $(cat $W/watch.err)"
    mark
}
watch_ready() {
    look
    [ -n "$READY" ]
}
# look: asks the watch for a round of its own, so that what has happened before is known after it
look() {
    local seen=1 tries=0
    [ -n "$WATCH" ] || return 0
    if [ -n "$READY" ] && kill -s USR1 "${PID[watch]}" 2>/dev/null; then seen=; fi
    while read_watch && [ -z "$seen" ]; do
        ((tries++ < 10000)) && running "${PID[watch]}" || die "the watch does not answer"
        nap 0.002
    done
}
# reads what the watch said since the last time; of a line that is not all there yet, what is
read_watch() {
    local line
    while IFS= read -r line <&"$WATCH"; do
        # shellcheck disable=SC2086
        take_line $PART$line
        PART=
    done
    PART+=$line
}
take_line() { # take_line TIME WHO WHAT ADDRESS MS
    local t=${1/./} who=$2 address=$4 ms=${5/./}
    case $3 in
    has) HOLD[$who $address]=1 GOT[$who $address]=$t ;;
    lost) unset "HOLD[$who $address]" && GONE[$who $address]=$t ;;
    two) ((10#$ms > ${TWO[$address]:-0})) && TWO[$address]=$((10#$ms)) ;;
    nobody) ((10#$ms > ${NOBODY[$address]:-0})) && NOBODY[$address]=$((10#$ms)) ;;
    late) LATE=$((LATE + 10#${address%.*})) ;;
    ready) READY=1 ;;
    seen) seen=1 ;;
    esac
}
holds() { # holds NODE [ADDRESS]
    look
    [ -n "${HOLD[$1 ${2:-$WATCHED}]}" ]
}
alone() { # alone NODE [ADDRESS]: it and nobody else
    local key address=${2:-$WATCHED}
    holds "$1" "$address" || return 1
    for key in "${!HOLD[@]}"; do
        [[ $key != *" $address" || $key == "$1 $address" ]] || return 1
    done
}
nobody() {
    local key
    look
    for key in "${!HOLD[@]}"; do [[ $key != *" ${1:-$WATCHED}" ]] || return 1; done
}
# mark: from here on TWO and NOBODY (in 0.1 ms), LATE (ms that the machine stalled) and the times
# below count
mark() {
    look
    TWO=() NOBODY=() LATE=0
    clock
    MARK=$NOW
}
took() { MS=$(((${GOT[$1 ${2:-$WATCHED}]} - MARK) / 1000)); }    # since the mark, in MS
let_go() { MS=$(((${GONE[$1 ${2:-$WATCHED}]} - MARK) / 1000)); } # the same for the loss
two_ms() { # the longest time since the mark that two had it, one that still lasts included
    local key address=${1:-$WATCHED} n=0 last=$MARK
    look
    for key in "${!HOLD[@]}"; do
        [[ $key == *" $address" ]] || continue
        n=$((n + 1))
        ((GOT[$key] > last)) && last=${GOT[$key]}
    done
    MS=$(((${TWO[$address]:-0} + 9) / 10))
    clock
    ((n > 1 && (NOW - last) / 1000 > MS)) && MS=$(((NOW - last) / 1000))
}
# no_overlap_over MS [WHAT]: since the mark two kernels never had it for longer. Who is stalled lets
# go that much later, but where nobody has to hear of anything first (0) that is no excuse.
no_overlap_over() {
    two_ms
    ((MS <= $1 || ($1 > 0 && MS <= $1 + LATE))) ||
        die "two nodes held $WATCHED for $MS ms${2:+ $2}, allowed are $1"
}
# no_gap_over MS [ADDRESS]: since the mark somebody had it, but for that long
no_gap_over() {
    local address=${2:-$WATCHED} gap
    look
    gap=$(((${NOBODY[$address]:-0} + 9) / 10))
    ((gap <= $1 || ($1 > 0 && gap <= $1 + 8 * LATE))) ||
        die "nobody held $address for $gap ms, allowed are $1"
}
# between LOW MS HIGH WHAT: a machine that stalled for half an advert interval makes who waits begin
# again, which is up to eight times as long
between() {
    look
    (($2 >= $1 && $2 <= $3 + 8 * LATE)) ||
        die "$4 took $2 ms, expected $1 to $3${LATE:+, stalled for $LATE ms}"
}

probe_start() { # probe_start ADDRESS: from the client, which has an answer when this returns
    start probe client "$TOOLS/probe" "$1"
    wait_for 10 grep -q first "${LOG[probe]}" || die "the client gets no answer from $1"
}
probe_end() { # the longest silence in GAP (ms, or never)
    end probe
    GAP=$(sed -n 's/.* summary \([^ ]*\) .*/\1/p' "${LOG[probe]}")
}

# --- what is left behind -------------------------------------------------------------------------

# everything NODE: what its kernel has that outlives a process. A setting that an interface has got
# from somebody shows as well as the interface.
everything() {
    at "$1" bash -c '
        for what in "-d link" addr maddr rule "-6 rule" "-4 route show table all" \
            "-6 route show table all"; do
            echo "--- ip $what"
            ip $what
        done
        echo "--- settings"
        grep -rs . /proc/sys/net/ipv4/conf /proc/sys/net/ipv6/conf | sort
        echo "--- nft"
        nft list ruleset 2>&1'
}
as_remembered() { everything "$1" | diff "$W/before.$1" - >"$W/difference" 2>&1; }
# remember NODE: as it is when the kernel is through with what it does later
remember() {
    everything "$1" >"$W/before.$1"
    until nap 0.3 && as_remembered "$1"; do everything "$1" >"$W/before.$1"; done
}
# nothing_left NODE [WHEN]: it is again as it was; a moment is given to what the kernel does later
nothing_left() {
    wait_for 5 as_remembered "$1" && return
    head -n 40 "$W/difference" | sed 's/^/    /'
    die "something is left behind on $1${2:+ $2}"
}

# --- packets ------------------------------------------------------------------------------------

# capture INTERFACE FILTER: of the world's own namespace ("n1" is the bridge's port to node n1).
# dumpcap, because tcpdump insists on becoming another user, which a user namespace has not.
capture() {
    env --default-signal dumpcap -q -P -i "$1" -f "$2" -w $W/pcap >$W/dumpcap.log 2>&1 </dev/null &
    PID[dumpcap]=$!
    wait_for 10 grep -q '^File:' $W/dumpcap.log || die "dumpcap: $(cat $W/dumpcap.log)"
}
# captured FIELD...: ends it; a line for each packet in $W/packets, the fields separated by tabs
captured() {
    local words=() field
    nap 0.3 # for so long the kernel collects them
    wait_for 10 asleep dumpcap || die "dumpcap does not get through with it"
    for field; do words+=(-e "$field"); done
    end dumpcap INT
    tshark -n -r $W/pcap -o vrrp.v3_checksum_as_in_v2:FALSE -T fields "${words[@]}" >$W/packets \
        2>$W/tshark.log
}

# --- what a test says ---------------------------------------------------------------------------

SAID=()
say() { SAID+=("$*"); } # details behind the name of the test
# run by t/*.sh: a test function ends by returning (passed), by die, or by skip
tail_of() { # tail_of TITLE FILE
    [ ! -s "$2" ] || { echo "    --- $1" && tail -n 15 "$2" | sed 's/^/    /'; }
}
die() {
    local name
    printf 'not ok - %s (%s)\n' "$TEST" "$*"
    for name in "${!LOG[@]}"; do
        [ "$name" = probe ] || tail_of "$name" "${LOG[$name]}"
    done
    [ ! -s $W/watch ] || grep -v ' seen$' $W/watch >$W/held
    tail_of "who held it" $W/held
    exit 1
}
skip() {
    printf 'skip - %s (%s)\n' "$TEST" "$*"
    exit 4
}
must() { "$@" || die "failed: $*"; }
# row COLUMNS: a line for the table at the end of the run
row() { printf '%s\n' "$*" >>"${ROWS:-/dev/null}"; }
