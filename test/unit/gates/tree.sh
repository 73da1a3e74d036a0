#!/bin/sh
# What stands at the top of the repository, and that no file knows the machine it was written on.
. "$(dirname "$0")/lib.sh"
cd "$top" || exit 1

files() {
    git ls-files -co --exclude-standard 2>/dev/null ||
        find . -type f ! -path '*/build/*' ! -path './.git/*' ! -path ./sidecar | sed 's|^\./||'
}

layout() {
    allowed='vrrp\.h|ipvs\.h|check\.h|sidecar\.c|Makefile|README\.md|Dockerfile'
    ! files | grep -vE "^($allowed|test/.*|\.ci/run|\.[^/]*)\$"
}

no_paths() {
    ! files | grep -v '^test/fuzz/corpus/' | tr '\n' '\0' |
        xargs -0 grep -nIE '(^|[^A-Za-z0-9_.$}*])/(work|home|root|Users)/[a-z]'
}

no_objects() {
    ! files | grep -E '\.(o|a|so|out\.o|orig|rej|swp)$'
}

gate "tree: only what belongs there is at the top" layout
gate "tree: no path of somebody's machine" no_paths
gate "tree: no objects or leftovers" no_objects
exit $bad
