#!/bin/sh
# Goal: the packages install on a fresh Debian, work there beside the system's libaio, and go
# without a trace. Method: debootstrap makes a root in a folder; there a program is compiled, fio
# runs through either door, and the files before and after are compared. Takes the packages; needs
# root and a network. tools/deb.sh --check-root calls it.
set -eu

fail() {
    echo "check_root: $1" >&2
    exit 1
}

[ "$(id -u)" -eq 0 ] || fail 'only root can make a root'
command -v debootstrap >/dev/null || fail 'there is no debootstrap'
if [ "${UAIO_IN_NAMESPACE:-}" != yes ]; then
    # What is mounted goes with the namespace, and so does what runs in it.
    UAIO_IN_NAMESPACE=yes exec unshare --mount --pid --fork "$0" "$@"
fi

work=$(mktemp -d "${TMPDIR:-/var/tmp}/check_root.XXXXXX")
new_root=$work/root
unset CDPATH
tests=$(cd "$(dirname "$0")/.." && pwd -P)

finish() {
    umount "$new_root/proc" 2>/dev/null || true
    rm -rf --one-file-system "$work"
}
trap finish EXIT

# quietly COMMAND…: what it says is shown if it fails.
quietly() {
    if ! "$@" >"$work/log" 2>&1; then
        cat "$work/log" >&2
        fail "failed: $*"
    fi
}

# there COMMAND…: runs it in the new root.
there() {
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive chroot "$new_root" "$@"
}

# What dpkg, apt and the loader write down about any package is not of this one.
files() {
    (cd "$new_root" && find . -path ./proc -prune -o -path ./tmp -prune -o -path ./var/log -prune \
        -o -path ./var/cache -prune -o -path ./var/lib -prune -o -print | LC_ALL=C sort)
}

# shellcheck source=/dev/null
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
quietly debootstrap --variant=minbase "$suite" "$new_root"
mount -t proc proc "$new_root/proc"
quietly there apt-get update
quietly there apt-get install -y --no-install-recommends fio gcc libc6-dev make pkg-config
files >"$work/before"
system_libaio=$(there md5sum /usr/lib/x86_64-linux-gnu/libaio.so.1)

mkdir "$new_root/tmp/packages"
cp "$@" "$tests/consumers/program.c" "$tests/consumers/make/Makefile" "$new_root/tmp/packages"
# shellcheck disable=SC2016 # The new root expands it.
quietly there sh -c 'apt-get install -y --no-install-recommends /tmp/packages/*.deb'
there dpkg-query --list 'libuaio*' 'uaio*' | tail -n 4
echo '-- uaio info'
there uaio info /tmp
echo '-- a program, by pkg-config'
there make -s -C /tmp/packages SOURCES=. program
there /tmp/packages/program /etc/passwd >/dev/null || fail 'the program fails'
there nm /tmp/packages/program | grep -q 'aio_read@UAIO_1.0' || fail 'the program has another aio'
echo '-- fio, through either door'
job='--name=job --filename=/tmp/data --size=4m --rw=randrw --iodepth=16 --minimal
    --verify=crc32c --verify_state_save=0'
# shellcheck disable=SC2086 # A list.
for engine in posixaio libaio; do
    there uaio run --stats -- fio --ioengine=$engine $job --output=/dev/null 2>"$work/stats" ||
        fail "fio with $engine: $(cat "$work/stats")"
    cat "$work/stats"
done
# shellcheck disable=SC2086
there env LD_LIBRARY_PATH=/usr/lib/x86_64-linux-gnu/uaio/compat LD_DEBUG=libs \
    fio --ioengine=libaio $job --output=/dev/null 2>"$work/loaded" ||
    fail 'fio with the compat libaio'
grep -q 'calling init: /usr/lib/x86_64-linux-gnu/uaio/compat/libaio.so.1' "$work/loaded" ||
    fail 'fio did not load the compat libaio'
[ "$(there md5sum /usr/lib/x86_64-linux-gnu/libaio.so.1)" = "$system_libaio" ] ||
    fail "the system's libaio has changed"

# With what they brought along.
quietly there apt-get purge -y --autoremove uaio-tools libuaio-dev uaio-libaio-compat libuaio1
files >"$work/after"
diff "$work/before" "$work/after" || fail 'the packages leave something behind'
echo 'the packages install, run and go'
