# Functions that the scripts of this folder share. A script sources it and may then rely on
#
#     root        the repository, absolute
#     fail TEXT   one line on standard error, `SCRIPT: TEXT`, and the end with status 1
#     say TEXT    one line about what happens now
#     build TARGET…    builds quietly; what Bazel says is shown when it fails
#     output PATH      where a built file is, by its path below bazel-bin
# shellcheck shell=sh

root=$(cd "$(dirname "$0")/.." && pwd -P)

fail() {
    printf '%s: %s\n' "$(basename "$0" .sh)" "$1" >&2
    exit 1
}

say() {
    printf '%s\n' "$1"
}

build() {
    if ! bazel_words=$(cd "$root" && bazel build --noshow_progress "$@" 2>&1); then
        printf '%s\n' "$bazel_words" >&2
        fail "bazel could not build $*"
    fi
}

# Asks Bazel, because the links in the repository may belong to another configuration.
output() {
    bazel_bin=$(cd "$root" && bazel info bazel-bin 2>/dev/null) ||
        fail 'bazel cannot say where its outputs are'
    printf '%s/%s\n' "$bazel_bin" "$1"
}
