#!/bin/sh
# Goal: lintian accepts the packages, dpkg installs and removes them without a trace, what they
# hold works where it lies, and nothing in them lies where the system's libaio or C library has
# something.
# Method: tools/deb.sh makes them of what is built; dpkg puts them into a folder that it takes for
# the root. $1 is that script. (tools/deb.sh --check-root does it in a real root.)
set -eu

builder=$1
UAIO_BUILT=$PWD
PATH=$PATH:/usr/sbin:/sbin  # dpkg asks for it
export UAIO_BUILT PATH
work=$(mktemp -d "${TEST_TMPDIR:-/tmp}/deb.XXXXXX")
trap 'rm -rf "$work"' EXIT

fail() {
    echo "deb_test: $1" >&2
    exit 1
}

"$builder" "$work/packages" >"$work/log"

for name in libuaio1 libuaio-dev uaio-tools uaio-libaio-compat; do
    set -- "$work/packages/${name}_"*.deb
    [ -f "$1" ] || fail "no package $name"
    mkdir -p "$work/info/$name"
    dpkg-deb --control "$1" "$work/info/$name"
    # Only the loader's cache may want a word with the system.
    for script in preinst postinst prerm postrm; do
        [ ! -e "$work/info/$name/$script" ] || fail "$name has a $script"
    done
done
grep -q '^libuaio 1 libuaio1' "$work/info/libuaio1/shlibs" || fail 'libuaio1 has no shlibs'
grep -q 'aio_read@UAIO_1.0 0.1.0' "$work/info/libuaio1/symbols" || fail 'libuaio1 has no symbols'
grep -q '^Depends: libc6' "$work/info/libuaio1/control" || fail 'libuaio1 has no dependencies'
[ ! -e "$work/info/uaio-libaio-compat/shlibs" ] ||
    fail 'others would be made to depend on the libaio of uaio-libaio-compat'

# As far as it goes without a real root: no dependency is looked at, and no trigger run.
on_root() {
    dpkg --root="$root" --force-depends --force-not-root --force-script-chrootless \
        --log="$work/dpkg.log" --no-triggers "$@" >"$work/log" 2>&1 ||
        fail "dpkg $*: $(cat "$work/log")"
}
root=$work/root
mkdir -p "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates" "$root/tmp"
: >"$root/var/lib/dpkg/status"
: >"$root/var/lib/dpkg/available"
on_root --install "$work"/packages/*.deb

multiarch=$(dpkg-architecture -q DEB_HOST_MULTIARCH)
(cd "$root" && find usr -type f -o -type l) | LC_ALL=C sort >"$work/installed"
if grep -E "^usr/lib/$multiarch/lib(aio|rt|c)[.]" "$work/installed"; then
    fail "this is the system's place"
fi
[ "$(readlink -f "$root/usr/lib/$multiarch/libuaio.so")" = \
    "$(readlink -f "$root/usr/lib/$multiarch/libuaio.so.1")" ] || fail 'libuaio.so leads elsewhere'
"$root/usr/bin/uaio" run -- true || fail 'uaio run does not find its library'
gzip -t "$root/usr/share/man/man3/aio_write.3uaio.gz" || fail 'aio_write.3uaio is not compressed'

on_root --purge libuaio-dev uaio-tools uaio-libaio-compat libuaio1
(cd "$root" && find . -path ./var -prune -o -type f -print -o -type l -print) >"$work/left"
[ ! -s "$work/left" ] || fail "files are left: $(cat "$work/left")"
