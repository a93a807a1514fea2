#!/bin/sh
# Builds the libraries twice, in two copies of the tree in different folders, with nothing cached,
# and compares them bit by bit:
#
#     tools/reproduce.sh
#
# They are the same because nothing of the place, the time or the machine gets in: Bazel compiles in
# a folder that is always called /proc/self/cwd and redacts __DATE__, archives are made without
# times (ar rcsD), and the build id is a hash of what is linked. Other compilers, or other versions
# of them, make other bytes.
set -eu
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

[ $# -eq 0 ] || {
    echo 'usage: tools/reproduce.sh' >&2
    exit 2
}
libraries='aio/posix/libuaio.so.1 aio/posix/libuaio.a aio/posix/libuaio_preload.so
    aio/posix/libuaio_preload_posix.so aio/libaio/libuaio_preload_libaio.so aio/libaio/libaio.so.1'
# shellcheck disable=SC2086 # A list.
targets=$(printf '//%s ' $libraries | sed 's|/\([^/ ]*\) |:\1 |g')

work=$(mktemp -d) || fail 'cannot make a temporary folder'
# Bazel's folders are not writable.
at_end 'chmod -R u+w "$work"; rm -rf "$work"'

# build_in COPY: leaves the libraries in COPY/made.
build_in() {
    mkdir -p "$1/tree" "$1/made"
    (cd "$root" && git ls-files -z | tar --null -T - -cf -) | tar -xf - -C "$1/tree"
    cp "$root/tools/bazel/local.bazelrc" "$1/tree/tools/bazel/local.bazelrc"
    # shellcheck disable=SC2086 # A list.
    if ! (cd "$1/tree" && bazel --batch --output_base="$1/base" build --disk_cache= $targets) \
        >"$work/log" 2>&1; then
        cat "$work/log" >&2
        fail "bazel could not build in $1/tree"
    fi
    for library in $libraries; do
        cp "$1/tree/bazel-bin/$library" "$1/made"
    done
}

"$root/tools/setup.sh"
build_in "$work/one"
build_in "$work/another/place/with-a-longer-name"
(cd "$work/one/made" && sha256sum -- *) >"$work/sums"
cat "$work/sums"
(cd "$work/another/place/with-a-longer-name/made" && sha256sum --check --quiet "$work/sums") ||
    fail 'two builds differ'
say 'two builds are the same'
