# Functions that the scripts of this folder share. A script sources it and may then rely on
#
#     root        the repository, absolute
#     fail TEXT   one line on standard error, `SCRIPT: TEXT`, and the end with status 1
#     say TEXT    one line about what happens now
#     at_end COMMAND   runs it at the end, also if that is a signal
#     build TARGET…    builds quietly; what Bazel says is shown when it fails
#     version_in_header    the version of uaio
#     output PATH      where a built file is, by its path below bazel-bin
#
# A script may set `bazel_flags`, which both give to Bazel. If UAIO_BUILT is set, it is a folder in
# which the built files lie, by the same paths, and Bazel is not asked: for a test, which is run by
# Bazel.
# shellcheck shell=sh

unset CDPATH # with it, cd may go elsewhere, and says where
root=$(cd "$(dirname "$0")/.." && pwd -P)

fail() {
    printf '%s: %s\n' "$(basename "$0" .sh)" "$1" >&2
    exit 1
}

say() {
    printf '%s\n' "$1"
}

# dash runs nothing of EXIT when a signal ends it. It dies of the signal then: whoever has started
# it, in a loop perhaps, is to know.
at_end() {
    # shellcheck disable=SC2064 # What is to be expanded late is quoted.
    trap "$1" EXIT
    for signal in HUP INT TERM; do
        # shellcheck disable=SC2064
        trap "trap - EXIT $signal; $1; kill -$signal \$\$" "$signal"
    done
}

build() {
    [ -z "${UAIO_BUILT:-}" ] || return 0
    # shellcheck disable=SC2086 # Several flags, or none.
    if ! bazel_words=$(cd "$root" &&
        bazel build --noshow_progress ${bazel_flags:-} "$@" 2>&1); then
        printf '%s\n' "$bazel_words" >&2
        fail "bazel could not build $*"
    fi
}

# Asks Bazel, because the links in the repository may belong to another configuration.
output() {
    # shellcheck disable=SC2086 # Several flags, or none.
    bazel_bin=${UAIO_BUILT:-$(cd "$root" && bazel info ${bazel_flags:-} bazel-bin 2>/dev/null)} ||
        fail 'bazel cannot say where its outputs are'
    printf '%s/%s\n' "$bazel_bin" "$1"
}

version_in_header() {
    sed -n 's/^#define UAIO_VERSION_STRING "\(.*\)"$/\1/p' "$root/aio/version.h" | grep . ||
        fail 'aio/version.h has no version'
}
