# shellcheck shell=bash
# check.h and what is on this machine: scripts, files, processes, interfaces. The checker here is
# one that finds its own mistakes (ASan, UBSan), and says how many descriptors it left open.

CHECKER=$TOOLS/checker
local_world() {
    world n1
}
# script NAME LINE...: $W/NAME, executable
script() {
    local name=$1
    shift
    printf '%s\n' '#!/bin/sh' "$@" >"$W/$name"
    chmod 755 "$W/$name"
}
# once WORDS OPTION... URL: a one-shot ends like this, and leaves nothing behind
once() {
    local words=$1
    shift
    at n1 timeout 20 "$CHECKER" once=1 timeout=5000 "$@" >$W/once 2>&1 </dev/null ||
        die "checker $*: $(cat $W/once)"
    grep -qE -- "done [0-9.]+ ms: $words" $W/once || die "$*: expected $words: $(cat $W/once)"
    grep -q '^descriptors 0' $W/once || die "$* leaves descriptors: $(cat $W/once)"
}
# watch_it OPTION... URL: a checker that runs on, as "it"
watch_it() {
    : >$W/it.log
    start it n1 "$CHECKER" "$@"
    EVENTS=0
}
# hears SECONDS WORDS: the next event of it
hears() {
    EVENTS=$((EVENTS + 1))
    wait_for "$1" has_events $EVENTS || die "nothing was said, expected: $2"
    sed -n ${EVENTS}p "${LOG[it]}" | grep -qE -- "$2" ||
        die "expected $2: $(sed -n ${EVENTS}p "${LOG[it]}")"
}
has_events() { [ "$(wc -l <"${LOG[it]}")" -ge "$1" ]; }
# ends: it has said no more, and left nothing open
ends() {
    has_events $((EVENTS + 1)) && die "one event too many: $(tail -n 1 "${LOG[it]}")"
    end it
    [ "$STATUS" = 0 ] || die "the checker ended with status $STATUS"
    [[ $(tail -n 1 "${LOG[it]}") == 'descriptors 0'* ]] || die "it left: $(tail -n 1 "${LOG[it]}")"
}
no_process() { ! pgrep -f -- "$1" >/dev/null; }
children() { cat "/proc/${PID[it]}/task/${PID[it]}/children"; }
no_children() { [ -z "$(children)" ]; }
all_gone() { no_children && no_process 'sleep 100[123]'; }

# --- scripts --------------------------------------------------------------------------------------

t_check_local_scripts() {
    local_world
    script good 'exit 0'
    script bad 'exit 3'
    script 'a b' "[ \"\$1\" = \"it's\" ] && [ \"\$2\" = '' ] && [ \$# = 2 ]"
    printf 'exit 0\n' >$W/no_shebang
    printf '#!/bin/sh\n' >$W/not_executable
    printf '#!/nowhere/sh\n' >$W/no_interpreter
    chmod 755 $W/no_*
    once 'ok' "exec:$W/good"
    once 'exit status 3' "exec:$W/bad"
    once 'ok' "exec:'$W/a b' \"it's\" ''"
    once 'could not be run: Exec format error' "exec:$W/no_shebang"
    once 'could not be run: Permission denied' "exec:$W/not_executable"
    once 'could not be run: No such file' "exec:$W/no_interpreter"
    once 'could not be run: No such file' "exec:$W/nothing"
    once 'could not be run: Permission denied' "exec:$W"
    once 'killed by signal 9' "sh:kill -9 \$\$"
    once 'exit status 127' "sh:no_such_command 2>/dev/null"
    once 'ok .*6 bytes: a b' "sh:printf 'a b\\nc\\n'"
    once 'ok' "sh:exec sh -c 'exit 0'"
    once 'exit status 1' dynamic=1 'sh:exit 1'
    once 'ok' dynamic=1 'sh:exit 57'
    once 'ok .*200000 bytes: y' 'sh:yes | head -c 200000'
    once 'ok .*[1-9][0-9] bytes: Subject' mail=1 'sh:cat'
    once 'ok .*0 bytes' 'sh:cat'
    once 'ok .*0 bytes' 'sh:echo unheard >&2'
}
t_check_local_script_surroundings() {
    local_world
    at n1 env LD_LIBRARY_PATH=/nowhere IFS=x KEPT=1 timeout 20 "$CHECKER" once=1 \
        'sh:env | grep -cE "^(LD_LIBRARY_PATH|IFS|LD_PRELOAD)="' 'sh:[ "$KEPT" = 1 ]' >$W/once
    grep -q 'exit status 1 (2 bytes: 0)' $W/once && grep -q ': ok' $W/once ||
        die "environment: $(cat $W/once)"
    # descriptors of the program, and those of the other checks, stay there
    at n1 timeout 20 "$CHECKER" once=1 'sh:sleep 0.1' 'sh:sleep 0.1' \
        "sh:cd /proc/self/fd && echo *" 7</dev/null 9>$W/nine >$W/once
    grep -q ': ok (8 bytes: 0 1 2 3)' $W/once || die "descriptors: $(cat $W/once)"
    # signals as for a new program, whatever the checker does with them; a group of its own
    once 'ok .*: 0000000000000000 0000000000000000' \
        "sh:echo \$(sed -n 's/^Sig\\(Blk\\|Ign\\):.//p' /proc/self/status)"
    once 'ok' "sh:set -- \$(cat /proc/\$\$/stat) && [ \$5 = \$\$ ]"
    once 'ok' "sh:[ \"\$(readlink /proc/\$\$/fd/0)\" = /dev/null ]"
    have_users || skip "no other users here"
    once 'ok .*uid=65534[^ ]* gid=65533 groups=65533' as_user=1 uid=65534 gid=65533 \
        'sh:echo uid=$(id -u) gid=$(id -g) groups=$(id -G)'
    mkdir -m 700 $W/closed
    script closed/good 'exit 0'
    once 'could not be run: Permission denied' as_user=1 uid=65534 gid=65534 "exec:$W/closed/good"
}
t_check_local_script_security() {
    local_world
    script good 'exit 0'
    mkdir -m 755 $W/d
    mkdir -m 777 $W/open
    cp $W/good $W/d/good
    cp $W/good $W/open/good
    ln -s ../d/good $W/d/link
    ln -s ../open/good $W/d/through
    ln -s $W/d/good $W/open/link
    ln -s loop $W/d/loop
    once 'ok' secure=1 "exec:$W/d/good"
    once 'ok' secure=1 "exec:$W/d/link"
    once 'ok' secure=1 "exec:$W/d/../d/./link"
    once 'ok' secure=1 "exec:/bin/sh -c 'exit 0'"
    once 'ok' secure=1 "sh:true"
    refused() { # refused WHERE URL
        once 'refused: its path is not safe' secure=1 "$2"
        grep -qF "$1 can be changed by others than root" $W/once || die "$2: $(cat $W/once)"
    }
    refused $W/open "exec:$W/open/good"
    refused $W/open "exec:$W/d/through"
    refused $W/open "exec:$W/open/link"
    refused $W/open "exec:$W/open/../d/good"
    refused $W/open "sh:$W/open/good; true"
    refused $W/d/loop "exec:$W/d/loop"
    chmod 775 $W/d/good
    refused $W/d/good "exec:$W/d/link"
    once 'could not be run: No such file' secure=1 "exec:$W/d/nothing"
    once 'ok' "exec:$W/open/good"
    have_users || skip "no other users here"
    chmod 755 $W/d/good
    chown 1000 $W/d/good
    refused $W/d/good "exec:$W/d/good"
    once 'ok' as_user=1 uid=1000 gid=1000 secure=1 "exec:$W/d/good"
}
t_check_local_script_hangs() {
    local_world
    script hangs 'sleep 1001'
    script deaf 'trap "" TERM' 'sleep 1002 & sleep 1003'
    script forks 'sleep 1004 &' 'exit 0'
    script floods 'exec yes'
    watch_it interval=8000 timeout=200 kill_delay=3000 "exec:$W/hangs" "exec:$W/deaf"
    # late as a machine may be, but not as the second signal
    hears 5 '/hangs DOWN ([2-9]|1[0-9]|2[0-9])[0-9][0-9]\.[0-9]+ ms: ran too long and was killed'
    hears 5 '/deaf DOWN ([2-9]|1[0-9]|2[0-9])[0-9][0-9]\.[0-9]+ ms: ran too long and was killed'
    # the verdict is out, and one that does not listen is still there; then it is gone
    pgrep -f 'sleep 1003' >/dev/null || die "the deaf one did not have its time"
    wait_for 5 all_gone || die "a part of a script is left: $(children)"
    hears 9 '/hangs failed [1-9]'
    hears 9 '/deaf failed [1-9]'
    end it
    wait_for 5 no_process 'sleep 100[123]' || die "a script outlived the checker"
    grep -q '^descriptors 0' "${LOG[it]}" || die "descriptors"
    once 'ran too long and was killed' timeout=200 kill_delay=200 "exec:$W/deaf"
    wait_for 5 no_process 'sleep 100[123]' || die "a part of a one-shot is left"
    once 'ran too long and was killed' timeout=200 "exec:$W/floods"
    # what a script leaves in the background is its own business, and does not hold it up
    once 'ok' "exec:$W/forks"
    kill "$(pgrep -f 'sleep 1004')" || die "the background process was killed"
    # removed, or ended, in the middle of it
    watch_it interval=60000 timeout=50000 kill_delay=500 "exec:$W/deaf"
    wait_for 5 pgrep -f 'sleep 1003' >/dev/null || die "the script did not start"
    ends
    wait_for 5 no_process 'sleep 100[123]' || die "a script outlived its check"
}
t_check_local_200_scripts() {
    local_world
    local i urls=()
    script three 'sleep 0.2' 'exit 3'
    for ((i = 0; i < 200; i++)); do urls+=("exec:$W/three $i"); done
    watch_it interval=600000 timeout=60000 "${urls[@]}"
    wait_for 60 has_events 200 || die "$(wc -l <"${LOG[it]}") of 200 ended"
    EVENTS=200
    [ "$(grep -c "DOWN .*exit status 3" "${LOG[it]}")" = 200 ] || die "not all failed as expected"
    wait_for 5 no_children || die "left: $(children)"
    ends
}

# --- files ----------------------------------------------------------------------------------------

# The interval is an hour: what is seen is seen because the kernel told.
HOUR=3600000
t_check_local_file() {
    local_world
    mkdir $W/d
    watch_it interval=$HOUR "file:$W/d/weight"
    hears 5 'DOWN .* not there'
    echo 5 >$W/d/weight
    hears 5 'UP .* ok'
    hears 5 'value 5'
    echo -12 >$W/d/next
    mv $W/d/next $W/d/weight
    hears 5 'value -12'
    echo 13 >$W/d/weight
    hears 5 'value 13'
    mv $W/d/weight $W/d/old
    hears 5 'DOWN'
    hears 5 'value 0'
    ln -s old $W/d/weight
    hears 5 'UP'
    hears 5 'value 13'
    echo 14 >$W/d/old
    hears 5 'value 14'
    rm $W/d/weight $W/d/old
    hears 5 'DOWN'
    hears 5 'value 0'
    echo unrelated >$W/d/other
    mkdir $W/d/weight
    hears 5 'UP'
    ends
}
t_check_local_file_directory() {
    local_world
    mkdir -p $W/a/b
    echo 1 >$W/a/b/f
    watch_it interval=$HOUR "file:$W/a/b/f"
    hears 5 'UP'
    hears 5 'value 1'
    mv $W/a $W/gone # above its directory
    hears 5 'DOWN'
    hears 5 'value 0'
    echo 9 >$W/gone/b/f
    mkdir -p $W/a/b
    echo 2 >$W/a/b/f
    hears 5 'UP'
    hears 5 'value 2'
    rm -r $W/a
    hears 5 'DOWN'
    hears 5 'value 0'
    ln -s gone $W/a
    hears 5 'UP'
    hears 5 'value 9'
    # as Kubernetes replaces a mounted configuration: f -> ..data/f, ..data -> ..1
    end it
    mkdir -p $W/c/..1 $W/c/..2
    echo 21 >$W/c/..1/f
    echo 22 >$W/c/..2/f
    ln -s ..1 $W/c/..data
    ln -s ..data/f $W/c/f
    watch_it interval=$HOUR "file:$W/c/f" "file:$W/c/..1"
    hears 5 '/f UP'
    hears 5 'value 21'
    hears 5 '\.\.1 UP'
    ln -s ..2 $W/c/..next
    mv -T $W/c/..next $W/c/..data
    hears 5 'value 22'
    rm -r $W/c/..1
    hears 5 '\.\.1 DOWN'
    ends
}
# One file that is mounted, as with docker run -v: its directory here says nothing.
t_check_local_file_mounted() {
    local_world
    echo 1 >$W/outside
    touch $W/inside
    mount --bind $W/outside $W/inside || skip "no bind mounts"
    watch_it interval=$HOUR "file:$W/inside"
    hears 5 'UP'
    hears 5 'value 1'
    echo 2 >$W/outside
    hears 5 'value 2'
    ends
}
t_check_local_file_polled() {
    local_world
    local ttl=/proc/sys/net/ipv4/ip_default_ttl
    watch_it interval=200 "file:$ttl"
    hears 5 'UP'
    hears 5 'value 64'
    at n1 sh -c "echo 65 >$ttl" || skip "no sysctl can be changed here"
    hears 5 'value 65'
    ends
}
t_check_local_file_noise() {
    local_world
    local i urls=()
    mkdir $W/d
    for ((i = 0; i < 500; i++)); do urls+=("file:$W/d/$i"); done
    watch_it interval=$HOUR "${urls[@]}"
    wait_for 20 has_events 500 || die "$(wc -l <"${LOG[it]}") of 500"
    for ((i = 0; i < 500; i++)); do echo $i >$W/d/$i; done
    for ((i = 0; i < 300; i++)); do
        : >$W/d/noise
        mv $W/d/noise $W/d/$i.noise
    done
    last() { [ "$(grep -c "$1" "${LOG[it]}")" = "$2" ]; }
    wait_for 20 last ' UP ' 500 || die "$(grep -c UP "${LOG[it]}") of 500 came up"
    for ((i = 0; i < 500; i += 2)); do rm $W/d/$i; done
    wait_for 20 last ' DOWN ' 750 || die "$(grep -c DOWN "${LOG[it]}") of 750 are down"
    end it
    grep -q '^descriptors 0' "${LOG[it]}" || die "descriptors"
}

# --- processes ------------------------------------------------------------------------------------

nginx_here() {
    cat >$W/nginx.conf <<CONF
user root; daemon off; pid $W/nginx.pid; error_log stderr; worker_processes 2;
events { worker_connections 50; }
http { access_log off; server { listen 8080; } }
CONF
    start nginx n1 nginx -p $W -c $W/nginx.conf
    wait_for 10 at n1 sh -c 'ss -Hlnt "sport = 8080" | grep -q .' || die "nginx did not start"
}
t_check_local_process() {
    local_world
    watch_it interval=300 "process:nginx" quorum=4 quorum_max=9 "process:nginx" quorum=0 \
        quorum_max=0 interval=$HOUR "process:$W/nginx.pid"
    hears 5 'DOWN .* not there'
    hears 5 'DOWN .* not there'
    hears 5 'DOWN .* not there'
    nginx_here
    news() { grep -v failed "${LOG[it]}"; }
    told() { [ "$(news | grep -cE "$1")" = "$2" ]; }
    wait_for 5 told 'process:nginx UP' 1 || die "nginx was not found"
    wait_for 5 told 'nginx.pid UP' 1 || die "the pid file was not found"
    end nginx KILL
    wait_for 5 told 'process:nginx DOWN' 3 || die "nginx is gone, and nobody said so"
    wait_for 5 told 'nginx.pid DOWN' 2 || die "nginx is gone, its pid file says nothing"
    nginx_here
    wait_for 5 told 'process:nginx UP' 2 || die "nginx was not found again"
    wait_for 5 told 'nginx.pid UP' 2 || die "the new pid file was not found"
    end it
    grep -q '^descriptors 0' "${LOG[it]}" || die "descriptors"
}
t_check_local_process_that_must_not_run() {
    local_world
    watch_it interval=300 none=1 process:nginx
    hears 5 'UP'
    nginx_here
    hears 5 'DOWN .* too many processes [1-3]'
    end nginx KILL
    came_up_again() { [ "$(grep -c 'nginx UP' "${LOG[it]}")" = 2 ]; }
    wait_for 5 came_up_again || die "it is gone, and that is not good"
    end it
    grep -q '^descriptors 0' "${LOG[it]}" || die "descriptors"
}
# At once: the interval is an hour. Dead is dead even while nobody reaps it.
t_check_local_process_death() {
    local_world
    at n1 bash -c 'exec -a victim sleep 1000 & echo $! >'$W'/victim.pid; exec sleep 1001' &
    local parent=$!
    wait_for 5 test -s $W/victim.pid || die "no victim"
    watch_it interval=$HOUR "process:victim" "process:$W/victim.pid"
    hears 5 'UP'
    hears 5 'UP'
    kill -KILL "$(cat $W/victim.pid)"
    hears 5 'DOWN .* not there'
    hears 5 'DOWN .* not there'
    ends
    kill $parent
}

# --- interfaces -----------------------------------------------------------------------------------

t_check_local_interface() {
    local_world
    watch_it interval=$HOUR interface:eth0 interface:new0
    hears 5 'eth0 UP'
    hears 5 'new0 DOWN .* not there'
    unplug n1
    hears 5 'eth0 DOWN .* the interface is down'
    plug n1
    hears 5 'eth0 UP'
    ipn n1 link set eth0 down
    hears 5 'eth0 DOWN'
    ipn n1 link set eth0 name new0
    hears 5 'not there|is down'
    hears 5 'not there|is down'
    ipn n1 link set new0 up
    hears 5 'new0 UP'
    ipn n1 link del new0
    gone() { tail -n 1 "${LOG[it]}" | grep -q 'new0 .* not there'; }
    wait_for 5 gone || die "new0 is gone, and nobody said so"
    ipn n1 link add new0 type veth peer name new1
    ipn n1 link set new1 up
    ipn n1 link set new0 up
    back() { tail -n 1 "${LOG[it]}" | grep -q 'new0 UP'; }
    wait_for 5 back || die "new0 is back, and nobody said so"
    end it
    grep -q '^descriptors 0' "${LOG[it]}" || die "descriptors"
}
