#!/bin/sh
# conformance.sh LOG...: the table of test/conformance, each rule with the suites that prove it. A
# rule is proved when a test that names it (C-074, or _c074 in a function's name) passed and none that
# does failed; without such a test it is a failure, but where tests were skipped it may be theirs.
cd "$(dirname "$0")" || exit 1
awk '
function ids(line, good,    id, suite) {
    suite = FILENAME
    gsub(/.*\/|\.log$/, "", suite)
    while (match(line, /(C-|_c)[0-9][0-9][0-9]/)) {
        id = "C-" substr(line, RSTART + 2, 3)
        line = substr(line, RSTART + 5)
        if (!(id in text))
            unknown[id] = suite
        else if (!good)
            broken[id] = 1
        else if (index(by[id] " ", " " suite " ") == 0)
            by[id] = by[id] " " suite
    }
}
function state(id) {
    if (id in broken) return "not ok"
    if (id in by) return "passed"
    if (id in why) return "n/a"
    return skipped ? "skipped" : "not ok"
}
FILENAME == "conformance" && /^## / { title[n + 1] = substr($0, 4) }
FILENAME == "conformance" && /^ / { why[order[n]] = substr($0, 7) }
FILENAME == "conformance" && /^C-/ { text[order[++n] = $1] = substr($0, 7) }
FILENAME == "conformance" { next }
/^ok - / { ids($0, 1) }
/^not ok - / { ids($0, 0) }
/^skip - / { skipped = 1 }
END {
    for (i = 1; i <= n; i++) {
        id = order[i]
        verdict = state(id)
        count[verdict]++
        if (i in title) printf "\n    %s\n", title[i]
        if (verdict == "not ok")
            print "not ok - " id (id in broken ? " is broken: " : " has no test: ") text[id]
        else
            printf "    %s %-8s%-14s %s\n", id, verdict, by[id], text[id]
        if (verdict == "n/a") printf "%28s %s\n", "", why[id]
    }
    for (id in unknown) print "not ok - " id " of suite " unknown[id] " is not in test/conformance"
    printf "\n%d of %d rules passed; not for a host: %d\n", count["passed"], n, count["n/a"]
}' conformance "$@"
