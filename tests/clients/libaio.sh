# For tests of programs that use Linux AIO. Sourced after client.sh, with refuse=PATH of the built
# refuse_aio: every program runs under a filter that refuses the kernel's AIO, so what works has
# come through the library.
# shellcheck shell=sh

refuse=$(readlink -f "${refuse:?}")

# run_refused PROGRAM ARGUMENTS...: as run_client, without the kernel's AIO.
run_refused() {
    run_client "$refuse" "${error:-ENOSYS}" "$@"
}

# expect_libaio_bound FUNCTION... -- PROGRAM ARGUMENTS...: as expect_bound, for libaio's functions.
expect_libaio_bound() {
    functions=
    while [ "$1" != -- ]; do
        functions="$functions $1"
        shift
    done
    shift
    LD_DEBUG=bindings LD_DEBUG_OUTPUT="$scratch/bindings" "$uaio" run "--order=${order:?}" -- "$@" \
        >output 2>&1 || fail "status $? with LD_DEBUG: $*"
    for function in $functions; do
        grep -hqE "to [^ ]*/libuaio_preload\.so .*symbol .$function'" bindings.* ||
            fail "$function was not bound to libuaio_preload.so"
    done
    rm -f bindings.*
}
