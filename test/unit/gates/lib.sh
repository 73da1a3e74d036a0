# Sourced by the gates. gate NAME COMMAND...: one line, "ok - NAME" or what went wrong and "not ok".
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
mkdir -p "$top/test/build"
build=$(mktemp -d "$top/test/build/gate.XXXXXX") || exit 1
trap 'rm -rf "$build"' EXIT
bad=0

gate() {
    name=$1
    shift
    if "$@" >"$build/log" 2>&1; then
        echo "ok - $name"
    else
        sed 's/^/    /' "$build/log"
        echo "not ok - $name"
        bad=1
    fi
}

# musl-gcc does not look where Debian keeps the kernel's headers
uapi() {
    case $1 in
    musl-gcc) echo "-idirafter /usr/include -idirafter /usr/include/$(cc -print-multiarch)" ;;
    esac
}
