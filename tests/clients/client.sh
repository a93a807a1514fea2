# For tests that run somebody else's program under the preload library. Sourced after
#
#     uaio=PATH order=POLICY
#
# It makes a scratch folder, which is the current one from then on and is gone at the end, and
# gives the commands below. Every failure prints one line and ends the test.
# shellcheck shell=sh

fail() {
    printf '%s: %s\n' "$(basename "$0")" "$1" >&2
    exit 1
}

uaio=$(readlink -f "${uaio:?}")
[ -x "$uaio" ] || fail "$uaio is not a program"
scratch=$(mktemp -d "${TEST_TMPDIR:-${TMPDIR:-/tmp}}/client.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
cd "$scratch" || exit 1

# need PROGRAM: it must be installed. tools/setup.sh installs what these tests use.
need() {
    command -v "$1" >/dev/null || fail "$1 is not installed; run tools/setup.sh"
}

# run_client PROGRAM ARGUMENTS...: runs it through the library. It must succeed. Its output goes to
# the file `output`, the counters to `statistics`.
run_client() {
    printf '%s\n' "$*"
    status=0
    "$uaio" run --stats "--order=${order:?}" -- "$@" >output 2>statistics || status=$?
    [ "$status" -eq 0 ] && return
    cat output statistics
    fail "status $status: $*"
}

# counter NAME: its value, over all processes, in the last run; 0 where no such line is printed.
counter() {
    awk -v name="$1" '
        index($0, name " ") == 1 { split(substr($0, length(name) + 1), field); found = field[1] }
        END { print found + 0 }' statistics
}

# expect_counted MINIMUM NAME...: each of these counters is at least that high.
expect_counted() {
    minimum=$1
    shift
    for name; do
        value=$(counter "$name")
        [ "$value" -ge "$minimum" ] && continue
        cat statistics
        fail "$name: $value, expected at least $minimum"
    done
}

# expect_equal NAME OTHER: two counters agree.
expect_equal() {
    [ "$(counter "$1")" -eq "$(counter "$2")" ] && return
    cat statistics
    fail "$1 and $2 differ"
}

# expect_bound FUNCTION... -- PROGRAM ARGUMENTS...: runs the program once more and reads from the
# dynamic linker's own account that each FUNCTION was bound to the library, and that no AIO function
# was bound to anything else.
expect_bound() {
    functions=
    while [ "$1" != -- ]; do
        functions="$functions $1"
        shift
    done
    shift
    LD_DEBUG=bindings LD_DEBUG_OUTPUT="$scratch/bindings" "$uaio" run "--order=$order" -- "$@" \
        >output 2>&1 || fail "status $? with LD_DEBUG: $*"
    grep -hE 'symbol .(aio_|lio_listio)' bindings.* >bindings || fail 'no AIO function was bound'
    for function in $functions; do
        grep -qE "to [^ ]*/libuaio_preload\.so .*symbol .$function'" bindings ||
            fail "$function was not bound to libuaio_preload.so"
    done
    if grep -vE 'to [^ ]*/libuaio_preload\.so ' bindings; then
        fail 'the functions above were bound elsewhere'
    fi
    rm -f bindings bindings.*
}
