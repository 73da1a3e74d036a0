# shellcheck shell=bash
# Tables of IPVS, 100 services of 100 servers, beside keepalived and ipvsadm. Run in a guest
# (../../vm/run.sh -s bench): its processor is slow, and the same for all of them.

# shellcheck source=test/vm/lab.sh
. "${BASH_SOURCE[0]%/*}/../../vm/lab.sh"
ROUNDS=3 PAUSE=0.05
N=100 M=100

# Tables of its own for each round: what was deleted stays with the kernel for minutes, and every
# new server is looked for among that, whoever asks for it.
fresh() {
    NS[before${#NS[@]}]=${NS[dir1]}
    NS[dir1]=dir1-${#NS[@]}-$NS_SUFFIX
    ip netns add "${NS[dir1]}"
    ip -n "${NS[dir1]}" link set lo up
}

# The i-th service is 198.18.2.i:80, the j-th server 198.18.1.j; $1 is the weight of the very last.
as_variables() {
    local i j list= last=
    WORDS=()
    for ((j = 1; j <= M; j++)); do
        last=$list
        list+=", 198.18.1.$j"
    done
    for ((i = 1; i <= N; i++)); do
        WORDS+=("IPVS_S$i=tcp://198.18.2.$i:80")
        [ $i = $N ] || WORDS+=("IPVS_S${i}_REAL_SERVER=${list#, }")
    done
    WORDS+=("IPVS_S${N}_REAL_SERVER_FILE=$W/last")
    echo "${last#, }, 198.18.1.$M weight=$1" >$W/last
}
as_conf() {
    local i j weight=1
    for ((i = 1; i <= N; i++)); do
        printf 'virtual_server 198.18.2.%d 80 {\n lb_algo wlc\n lb_kind NAT\n protocol TCP\n' $i
        for ((j = 1; j <= M; j++)); do
            [ $((i * j)) != $((N * M)) ] || weight=$1
            printf ' real_server 198.18.1.%d 80 {\n  weight %d\n }\n' $j "$weight"
        done
        echo '}'
    done
}
as_options() {
    local i j weight=1
    for ((i = 1; i <= N; i++)); do
        echo "-A -t 198.18.2.$i:80 -s wlc"
        for ((j = 1; j <= M; j++)); do
            [ $((i * j)) != $((N * M)) ] || weight=$1
            echo "-a -t 198.18.2.$i:80 -r 198.18.1.$j:80 -m -w $weight"
        done
    done
}
# asked of the kernel, cheaply: how many entries; the last service's weight of the last server
entries() { at dir1 cat /proc/net/ip_vs | wc -l; }
# everybody's last server is that one, and to list them all takes as long as to load them
loaded() { weight_is 1 && [ "$(entries)" = $((N * M + N + 3)) ]; }
weight_is() {
    at dir1 ipvsadm -Ln -t 198.18.2.$N:80 >$W/one 2>&1
    grep -q "198.18.1.$M:80 .*Masq *$1 " $W/one
}
stopwatch() { # stopwatch CONDITION...: since NOW, in MS
    local from=$NOW
    wait_for 120 "$@" || die "not done: $*"
    clock
    MS=$(((NOW - from) / 1000))
}
median() { printf '%s\n' "$@" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
cpu() { # of a process and its descendants, in us
    local pid n _
    CPU=0
    kin "${PID[$1]}"
    for pid in "${KIN[@]}"; do
        read -r n _ <"/proc/$pid/schedstat"
        CPU=$((CPU + n / 1000))
    done
}

begin_sidecar() { sidecar b dir1 "${WORDS[@]}" SIDECAR_IPVS_SYNC=3600; }
begin_keepalived() { # without its details (-D): 10000 lines of log
    start b dir1 keepalived -n -l -C -f $W/conf -p $W/b.pid -c $W/b.check
}
change_sidecar() { as_variables "$1" && clock && kill -HUP "${PID[b]}"; }
change_keepalived() { as_conf "$1" >$W/conf && clock && kill -HUP "${PID[b]}"; }

# of KIND: LOAD, CHANGE and EXIT in ms; LEFT: entries that it has left behind
daemon() {
    local i from loads=() changes=() exits=()
    for ((i = 0; i < ROUNDS; i++)); do
        as_variables 1
        as_conf 1 >$W/conf
        fresh
        clock
        "begin_$1"
        stopwatch loaded
        loads+=("$MS")
        "change_$1" $((i + 2))
        stopwatch weight_is $((i + 2))
        changes+=("$MS")
        clock
        from=$NOW
        end b
        clock
        MS=$(((NOW - from) / 1000))
        exits+=("$MS")
        LEFT=$(($(entries) - 3))
        at dir1 ipvsadm -C
    done
    LOAD=$(median "${loads[@]}") CHANGE=$(median "${changes[@]}") EXIT=$(median "${exits[@]}")
}
ipvsadm_times() {
    local i loads=()
    as_options 1 >$W/options
    for ((i = 0; i < ROUNDS; i++)); do
        fresh
        clock
        at dir1 ipvsadm -R <$W/options
        stopwatch loaded
        loads+=("$MS")
        at dir1 ipvsadm -C
    done
    LOAD=$(median "${loads[@]}")
}
# the CPU of one look at the whole table: ipvsadm's, and ours at one a second
looks() {
    local before i seconds=10
    as_variables 1
    fresh
    sidecar b dir1 "${WORDS[@]}" SIDECAR_IPVS_SYNC=1
    wait_for 60 loaded
    nap 2
    cpu b
    before=$CPU
    nap $seconds
    cpu b
    OURS=$(((CPU - before) / seconds))
    TIMEFORMAT='%U %S'
    { time at dir1 ipvsadm -Sn >/dev/null; } 2>$W/time
    THEIRS=$(awk '{ print int(($1 + $2) * 1000000) }' $W/time)
    end b
}
t_ipvs() {
    local load change exit left
    lab nat
    line() { printf '  %-44s %14s %14s %8s\n' "$@"; }
    ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", a ? b / a : 0 }'; }
    daemon sidecar
    load=$LOAD change=$CHANGE exit=$EXIT left=$LEFT
    daemon keepalived
    line "IPVS, $N services of $M servers, in a VM" sidecar keepalived times
    line "from start to all in the kernel" "$load ms" "$LOAD ms" "$(ratio "$load" "$LOAD")"
    line "a reload that changes one weight" "$change ms" "$CHANGE ms" "$(ratio "$change" "$CHANGE")"
    line "exit" "$exit ms" "$EXIT ms" "$(ratio "$exit" "$EXIT")"
    line "entries left behind by it" "$left" "$LEFT" ""
    ipvsadm_times
    looks
    line "" sidecar ipvsadm times
    line "from start to all in the kernel (-R)" "$load ms" "$LOAD ms" "$(ratio "$load" "$LOAD")"
    line "CPU of a look at all of it (-S)" "$((OURS / 1000)) ms" "$((THEIRS / 1000)) ms" \
        "$(ratio "$OURS" "$THEIRS")"
}
