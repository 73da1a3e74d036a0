#!/bin/sh
# The README's option references are what the program says: between <!-- help ARGS --> and
# <!-- /help --> stands the output of "sidecar --help ARGS" in a fenced block.
. "$(dirname "$0")/lib.sh"
cd "$build" || exit 1

binary() {
    # shellcheck disable=SC2046
    gcc -std=gnu99 -D_GNU_SOURCE -O1 -w -o sidecar "$top/sidecar.c"
}

same() {
    marks=$(sed -n 's/^<!-- help\( *[a-z ]*\)-->$/=\1/p' "$top/README.md")
    if [ -z "$marks" ]; then
        echo "README.md has no <!-- help --> mark"
        return 1
    fi
    echo "$marks" | while IFS= read -r mark; do
        args=$(echo "${mark#=}" | xargs)
        awk -v want="$args" '
            /^<!-- \/help -->$/ { on = 0 }
            on && !/^```/ { print }
            /^<!-- help/ {
                args = $0
                sub(/^<!-- help */, "", args)
                sub(/ *-->$/, "", args)
                on = args == want
            }
        ' "$top/README.md" | sed -e '1{/^$/d}' >readme.txt
        # shellcheck disable=SC2086
        ./sidecar --help $args >help.txt || exit 1
        diff -u readme.txt help.txt || exit 1
    done
}

gate "readme: sidecar builds with the system compiler" binary
gate "readme: the option reference is the output of --help" same
exit $bad
