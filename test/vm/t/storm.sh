# shellcheck shell=bash
# A long day of a pair of directors in a minute: reloads of random configurations under traffic,
# then everything that kills or confuses a director, with a dice. What the kernel has in the end is
# what was wanted. STORM=SEED plays the same game again, RELOADS=N a longer one.

# shellcheck source=test/vm/t/director.sh
. "${BASH_SOURCE[0]%/*}/director.sh"

# glibc's allocator looks for what is written beside or after its life
CAREFUL=(LD_PRELOAD=libc_malloc_debug.so.0
    GLIBC_TUNABLES=glibc.malloc.check=3:glibc.malloc.perturb=165)

is_wanted() { table "$1" | sort | cmp -s - $W/wanted; }
wanted() { # wanted DIRECTOR WHAT
    wait_for 30 is_wanted "$1" ||
        die "$2: $1 has (<), wanted is (>): $(table "$1" | sort | diff - $W/wanted | tr '\n' ';')"
}
pick() { # pick WORD...: one of them, in PICK
    PICK=${*:RANDOM % $# + 1:1}
}
# storm_server: a real server that none before it was, as a variable's words; its line of the table
storm_server() {
    local host=$((RANDOM % 3 + 1)) port weight=$((RANDOM % 6))
    pick 80 80 8080 81
    port=$PICK
    [[ " ${SERVERS[*]} " != *" ${RS[host]}:$port "* ]] || return
    SERVERS+=("${RS[host]}:$port")
    REALS+=", ${RS[host]}:$port weight=$weight"
    # nobody is at 81
    [ -n "$CHECKED" ] && [ $port = 81 ] ||
        LINES_+=("-a -t $V:$1 -r ${RS[host]}:$port -$METHOD -w $weight")
}
# storm_service NUMBER: one with this port; variables to $W/env, lines to $W/wanted
storm_service() {
    local port=$((9000 + $1)) scheduler persistence='' i
    pick rr wrr lc wlc sh
    scheduler=$PICK
    ((RANDOM % 3)) || persistence=$((RANDOM % 500 + 1))
    METHOD=m SERVERS=() REALS='' LINES_=() CHECKED=
    ((RANDOM % 2)) && CHECKED=yes
    for ((i = RANDOM % 5 + 1; i; i--)); do storm_server $port; done
    {
        echo "IPVS_S$1=tcp://$V:$port"
        echo "IPVS_S$1_LB_ALGO=$scheduler"
        echo "IPVS_S$1_LB_KIND=NAT"
        [ -z "$persistence" ] || echo "IPVS_S$1_PERSISTENCE_TIMEOUT=$persistence"
        [ -z "$CHECKED" ] || echo "IPVS_S$1_CHECK=tcp://"
        echo "IPVS_S$1_REAL_SERVER=${REALS#, }"
    } >>$W/env.new
    printf '%s\n' "-A -t $V:$port -s $scheduler${persistence:+ -p $persistence}" "${LINES_[@]}" \
        >>$W/wanted.new
}
storm_configuration() { # what stays, a few services of eight, and sometimes a name
    local i
    storm_lines >$W/wanted.new
    echo "VRRP_PRIORITY=$((RANDOM % 50 + 150))" >$W/env.new
    for ((i = 0; i < 8; i++)); do ((RANDOM % 2)) || storm_service $i; done
    if ((RANDOM % 2)); then
        echo "IPVS_NAMED=tcp://$V:9100
IPVS_NAMED_LB_KIND=NAT
IPVS_NAMED_REAL_SERVER=pods.example:80 weight 3" >>$W/env.new
        printf '%s\n' "-A -t $V:9100 -s wlc" "-a -t $V:9100 -r ${RS[1]}:80 -m -w 3" \
            "-a -t $V:9100 -r ${RS[3]}:80 -m -w 3" >>$W/wanted.new
    fi
    mv $W/env.new $W/env
    sort $W/wanted.new >$W/wanted
}
storm_lines() { # of the service that stays
    echo "-A -t $V:80 -s rr"
    printf -- "-a -t $V:80 -r %s:80 -m -w 1\n" "${RS[@]}"
}
reloads() { grep -c 'configuration read again' "${LOG[dir1]}"; }
reloaded() { [ "$(reloads)" -ge "$1" ]; }
descriptors() { find "/proc/$WORKER/fd" -mindepth 1 2>/dev/null | wc -l; }
memory() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$WORKER/status"; }
at_most() { (($("$1") <= $2)); } # at_most COMMAND NUMBER

t_storm_of_reloads() {
    local i seed=${STORM:-$RANDOM} n=${RELOADS:-24} open half
    RANDOM=$seed
    lab nat
    webs
    for i in 1 2 3; do speaker rs$i 8080; done
    printf '%s pods.example\n' "${RS[1]}" "${RS[3]}" >$W/hosts
    must mount --bind $W/hosts /etc/hosts
    storm_configuration
    [ ! -x "$TOOLS/sidecar-tls" ] || SIDECAR=$TOOLS/sidecar-tls # what has glibc
    watch_nodes "$V" dir1
    sidecar dir1 dir1 VRRP_INTERFACE=eth0 VRRP_ADVERT_INT=0.1 "VRRP_VIRTUAL_IPADDRESS=$(vips)" \
        "IPVS_WEB=tcp://$V:80" IPVS_WEB_LB_KIND=NAT IPVS_WEB_LB_ALGO=rr IPVS_WEB_CHECK=tcp:// \
        "IPVS_WEB_REAL_SERVER=$(reals 1 1 1)" CHECK_INTERVAL=0.5 CHECK_TIMEOUT=3 \
        SIDECAR_ENV_FILE=$W/env "${CAREFUL[@]}"
    wait_for 20 alone dir1 || die "dir1 did not become MASTER"
    wanted dir1 "at the start"
    worker_of dir1
    start loop client curl -s -H 'Connection: close' --connect-timeout 3 --max-time 6 \
        --rate 5/s -o /dev/null -w '%{stderr}%{http_code}\n' "http://$AT/?[1-100000]"
    for ((i = 1; i <= n; i++)); do
        storm_configuration
        kill -s HUP "${PID[dir1]}"
        ((i % 4)) && nap 0.$((RANDOM % 4)) && continue # some come while the one before is read
        alive dir1 || die "it ended, seed $seed"
        wanted dir1 "after $i reloads, seed $seed"
        ((i != n / 4 / 4 * 4)) || { open=$(descriptors) half=$(memory); }
    done
    wait_for 15 at_most descriptors $((open + 12)) || # checks under way: one for each server
        die "$(descriptors) descriptors, were $open after a quarter, seed $seed"
    wait_for 5 at_most memory $((half + half / 8)) ||
        die "$(memory) kB, were $half after a quarter, seed $seed"
    say "seed $seed, $(reloads) of $n reloads, $(descriptors) descriptors ($open)"
    say "$(memory) kB ($half)"
    end loop
    [ "$(grep -c '^200' "${LOG[loop]}")" -gt 10 ] || die "no traffic"
    not grep -qv '^200' "${LOG[loop]}" || die "$(grep -cv '^200' "${LOG[loop]}") requests failed"
    [ "$(grep -c 'Entering MASTER' "${LOG[dir1]}")" = 1 ] || die "the address moved"
    end dir1
    [ "$STATUS" = 0 ] || die "exit status $STATUS"
    [ -z "$(table dir1)" ] || die "left behind: $(table dir1)"
}

# --- chaos ----------------------------------------------------------------------------------------

chaos_director() { [ -n "${PID[$1]}" ] || director "$1"; }
chaos_rule() { # somebody else changes the table of a director
    local line
    pick -C '-D -t @' '-d -t @ -r 1' '-d -t @ -r 2' '-e -t @ -r 3 -m -w 9' '-E -t @ -s sh' \
        '-a -t @ -r 203.0.113.9:80 -m' '-A -t 198.18.0.1:80 -s rr'
    line=${PICK//@/$AT:80}
    line=${line/-r 1/-r ${RS[1]}:80}
    line=${line/-r 2/-r ${RS[2]}:80}
    line=${line/-r 3/-r ${RS[3]}:80}
    # shellcheck disable=SC2086
    at "$1" ipvsadm $line 2>/dev/null
}
chaos_step() { # chaos_step DIRECTOR
    local what=$((RANDOM % 9))
    EVENTS+=("$1:$what")
    case $what in
    0) end "$1" ;;
    1) # nobody is left to clean up; started again, as its supervisor would
        end "$1" KILL
        chaos_director "$1"
        ;;
    2) # its parent cleans up, but for the table, and ends
        [ -n "${PID[$1]}" ] && worker_of "$1" 2>/dev/null || return
        kill -KILL "$WORKER" 2>/dev/null
        wait_for 15 not alive "$1" || die "$1's parent outlived its worker"
        unset "PID[$1]"
        ;;
    3) unplug "$1" ;;
    4) plug "$1" ;;
    5 | 6 | 7) chaos_rule "$1" ;;
    *) chaos_director "$1" ;;
    esac
}
chaos_lines() { # and what is not ours, which none may touch
    echo "-A -t $AT:80 -s wrr"
    local i
    for i in 1 2 3; do echo "-a -t $AT:80 -r ${RS[i]}:80 -m -w $i"; done
}
t_storm_of_faults() {
    local i node seed=${STORM:-$RANDOM} longest
    EVENTS=()
    RANDOM=$seed
    lab nat
    directors IPVS_WEB_LB_ALGO=wrr VRRP_ADVERT_INT=0.2 "IPVS_WEB_REAL_SERVER=$(reals 1 2 3)"
    mark
    for ((i = 0; i < 40; i++)); do
        chaos_step dir$((RANDOM % 2 + 1))
        nap 0.$((RANDOM % 9 + 1))
    done
    two_ms
    longest=$MS
    ((MS <= 2000)) || die "two had it for $MS ms, seed $seed: ${EVENTS[*]}"
    chaos_lines | sort >$W/wanted
    for node in dir1 dir2; do
        plug $node
        chaos_director $node
        at $node ipvsadm -D -t 198.18.0.1:80 2>/dev/null
    done
    wait_for 20 alone dir1 || die "the better one does not have it, seed $seed: ${EVENTS[*]}"
    mark
    for node in dir1 dir2; do # it may have been fought over until a moment ago
        wait_for 90 is_wanted $node
        wanted $node "seed $seed: ${EVENTS[*]}"
    done
    for_all_of 2 alone dir1 || die "no peace, seed $seed: ${EVENTS[*]}"
    for node in dir1 dir2; do
        end $node
        [ "$STATUS" = 0 ] || die "$node ended with $STATUS, seed $seed"
        [ -z "$(table $node)" ] || die "$node left $(table $node)"
    done
    nobody || die "somebody kept it, seed $seed"
    say "seed $seed, ${#EVENTS[@]} events, two holders for $longest ms at most"
}

# A BACKUP that was not there to listen does not take silence for the MASTER's death, whatever else
# it has to do when it wakes up: here to compare a table of 2000 servers.
t_storm_frozen_backup() {
    local i j node words=() list=
    lab nat
    for ((j = 1; j <= 100; j++)); do list+=", 198.18.1.$j"; done
    for ((i = 1; i <= 20; i++)); do
        words+=("IPVS_S$i=tcp://198.18.2.$i:80" "IPVS_S${i}_REAL_SERVER=${list#, }")
    done
    SERVICE=(VRRP_INTERFACE=eth0 "VRRP_VIRTUAL_IPADDRESS=$VIP/24" VRRP_ADVERT_INT=0.4
        SIDECAR_IPVS_SYNC=1 "${words[@]}")
    watch_nodes $VIP dir1 dir2
    director dir1
    wait_for 20 alone dir1 || die "dir1 did not become MASTER"
    director dir2
    for node in dir1 dir2; do
        wait_for 60 loaded $node || die "$node has $(table $node | wc -l)"
    done
    mark
    for i in 1 2 3 4; do
        all dir2 STOP
        nap 2 # Master_Down_Interval is 1.4 s
        [ $((i % 2)) = 1 ] || at dir2 ipvsadm -C
        all dir2 CONT
        nap 1
    done
    two_ms
    ((MS == 0)) && [ "$(grep -c 'Entering MASTER' "${LOG[dir2]}")" = 0 ] ||
        die "dir2 took over when it woke up (two holders for $MS ms)"
    wait_for 60 loaded dir2 || die "not put back: $(table dir2 | wc -l)"
}
loaded() { [ "$(table "$1" | wc -l)" = 2020 ]; }
