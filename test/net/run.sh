#!/bin/bash
# Tests in network namespaces: real kernels, real packets, real peers.
#
#     run.sh [-j JOBS] [-s SUITE] [-p I/N] [-l | -b] [REGEX]     REGEX picks tests by name
#
# A test is a function t_NAME in ../SUITE/t/*.sh (net, or vm for those that need a kernel with more
# in it); each runs in a world of its own (lib.sh), a few at a time. One line each; the last line is
# "SUITE: N passed, N failed, N skipped". -l lists the tests, -b only builds what they use: whoever
# sets TOOLS has done that. -p deals them out: every Nth one, beginning with the Ith (from 0).

built=$TOOLS
. "$(dirname "$0")/lib.sh"

if [ "$1" = --one ]; then # inside the world of one test
    TEST=${3#t_}
    # shellcheck disable=SC1090
    . "$2"
    "$3"
    IFS=';'
    text="${SAID[*]}"
    echo "ok - $TEST${text:+ (${text//;/; })}"
    exit 0
fi

jobs=6 suite=net only='' part=0/1
while getopts j:s:p:lb option; do
    case $option in
    j) jobs=$OPTARG ;;
    s) suite=$OPTARG ;;
    p) part=$OPTARG ;;
    l | b) only=$option ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
pick=${1:-.}

tests=() number=0
while IFS=: read -r file name; do
    [[ ${name#t_} =~ $pick ]] || continue
    ((number++ % ${part#*/} != ${part%/*})) || tests+=("$file:$name")
done < <(grep -oHE '^t_[a-z0-9_]+' "$TOP/test/$suite"/t/*.sh)
[ "$only" != l ] || { printf '%s\n' "${tests[@]#*:t_}" && exit; }

# built_already: by this compiler, and of the sources as they are
built_already() {
    [ "$(cat "$TOOLS/built" 2>/dev/null)" = "${CC:-cc}" ] &&
        [ -z "$(find "$TOP" "$NET" -maxdepth 1 -name '*.[ch]' -newer "$TOOLS/built")" ]
}
build_tools() {
    local tool tls=() job jobs=()
    local warn=(-std=gnu99 -D_GNU_SOURCE -O1 -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
    [ -x "$SIDECAR" ] || { echo "not ok - $SIDECAR is not there: run make" && return 1; }
    ! built_already || return 0
    mkdir -p "$TOOLS"
    echo "${CC:-cc}" >"$TOOLS/begun" # what is changed from now on is newer
    for tool in watch probe noise pod director; do
        "${CC:-cc}" "${warn[@]}" -o "$TOOLS/$tool" "$NET/$tool.c" || return 1
    done
    "${CC:-cc}" -O1 -Wall -Wextra -shared -fPIC -o "$TOOLS/shift.so" "$NET/shift.c" || return 1
    # sidecar with mbedTLS, where that is installed
    if echo '#include <mbedtls/md.h>' | "${CC:-cc}" -E - >/dev/null 2>&1; then
        "${CC:-cc}" -std=gnu99 -D_GNU_SOURCE -DSIDECAR_TLS -O1 -w -o "$TOOLS/sidecar-tls" \
            "$TOP/sidecar.c" -lmbedtls -lmbedx509 -lmbedcrypto &
        jobs+=($!)
        tls=(-DCHECK_MBEDTLS -lmbedtls -lmbedx509 -lmbedcrypto)
    fi
    "${CC:-cc}" "${warn[@]}" -g -fsanitize=address,undefined -fno-sanitize-recover=all \
        -Wno-unused-function -o "$TOOLS/checker" "$NET/checker.c" "${tls[@]}" &
    jobs+=($!)
    # user-mode Linux has no room for ASan
    "${CC:-cc}" "${warn[@]}" -g -fsanitize=undefined -fno-sanitize-recover=all \
        -Wno-unused-function -o "$TOOLS/lvs" "$NET/lvs.c" || return 1
    for job in "${jobs[@]}"; do wait "$job" || return 1; done
    mv "$TOOLS/begun" "$TOOLS/built"
}
[ "$only" != b ] || { build_tools; exit; }
world_words || {
    echo "$suite: this machine gives neither root nor user namespaces: nothing can be tested here"
    echo "$suite: 0 passed, 0 failed, ${#tests[@]} skipped"
    exit 0
}
[ -n "$built" ] || build_tools || exit 1

results=$(mktemp -d) || exit 1
trap 'rm -rf "$results"' EXIT
trap 'kill $(jobs -p) 2>/dev/null; exit 130' INT TERM
export ROWS=$results/rows TOOLS SIDECAR

one() {
    local file=${1%:*} name=${1#*:} status limit=${TEST_LIMIT:-300}
    local out=$results/$name
    timeout -s KILL "$limit" "${WORLD_WORDS[@]}" bash "$NET/run.sh" --one "$file" "$name" \
        >"$out" 2>"$out.err" </dev/null
    status=$?
    case $status in
    0 | 4) ;;
    1) grep -q '^not ok' "$out" || echo "not ok - ${name#t_} (ended early)" >>"$out" ;;
    *) echo "not ok - ${name#t_} (status $status: killed after $limit s, or broken)" >>"$out" ;;
    esac
    # bash reports the processes that a test killed; what else it has to say is a mistake
    case $status in 0 | 4) ;; *) grep -v ' Killed  ' "$out.err" | sed 's/^/    /' >>"$out" ;; esac
    cat "$out"
    echo "$status" >"$out.status"
}

running=0
alone=() # what changes the whole kernel is last, one after the other
for test in "${tests[@]}"; do
    [[ $test != *_alone ]] || { alone+=("$test") && continue; }
    if ((running >= jobs)); then
        wait -n
        running=$((running - 1))
    fi
    one "$test" &
    running=$((running + 1))
done
wait
for test in "${alone[@]}"; do one "$test"; done

if [ -s "$results/rows" ]; then
    printf '\n    %-12s %-18s %-8s %s\n' peer settings role sidecar
    sort "$results/rows" | awk -F '|' '{ printf "    %-12s %-18s %-8s %s\n", $1, $2, $3, $4 }'
    printf '\n'
fi
passed=$(cat "$results"/*.status 2>/dev/null | grep -cx 0)
skipped=$(cat "$results"/*.status 2>/dev/null | grep -cx 4)
echo "$suite: $passed passed, $((${#tests[@]} - passed - skipped)) failed, $skipped skipped"
[ $((passed + skipped)) = ${#tests[@]} ]
