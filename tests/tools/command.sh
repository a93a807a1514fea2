# For tests that run the program `uaio` and look at what it says. Sourced where the test begins; it
# goes to a folder of its own before its first command, and looks at `failures` at its end.
# shellcheck shell=bash

failures=0

fail() {
    printf 'FAILED: %s\n' "$1"
    sed 's/^/    out: /' out
    sed 's/^/    err: /' err
    failures=$((failures + 1))
}

# expect STATUS COMMAND…: runs it, output to the files out and err.
expect() {
    local wanted=$1 status=0
    shift
    "$@" >out 2>err </dev/null || status=$?
    [ "$status" -eq "$wanted" ] || fail "$*: status $status, not $wanted"
}
