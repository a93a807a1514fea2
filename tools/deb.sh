#!/bin/sh
# Builds Debian packages of uaio, of the architecture of this machine, and checks them:
#
#     tools/deb.sh [DIR]
#     tools/deb.sh --check-root [DIR]   the same; then installs them in a fresh Debian, by
#                                       debootstrap, runs fio on uaio there, and removes them (needs
#                                       root and a network)
#
#     DIR/libuaio1_….deb              libuaio.so.1, and what `uaio run` preloads
#     DIR/libuaio-dev_….deb           headers, archive, pkg-config, CMake, manual pages
#     DIR/uaio-tools_….deb            the program
#     DIR/uaio-libaio-compat_….deb    libaio.so.1, beside the system's own
#
# DIR is the working directory unless given. They are made by debhelper from what tools/install.sh
# installs and tools/debian says. Two builds of one tree give the same bytes.
set -eu
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

usage() {
    echo 'usage: tools/deb.sh [--check-root] [DIR]' >&2
    exit 2
}

# quietly COMMAND…: what it says is shown if it fails.
quietly() {
    if ! "$@" >"$work/log" 2>&1; then
        cat "$work/log" >&2
        fail "failed: $*"
    fi
}

build_packages() {
    tree=$work/uaio
    mkdir -p "$tree"
    cp -RL "$root/tools/debian" "$tree/debian"
    changed=$(dpkg-parsechangelog -l "$tree/debian/changelog" -S Version)
    [ "$changed" = "$(version_in_header)" ] ||
        fail "tools/debian/changelog is at $changed, aio/version.h at $(version_in_header)"
    DESTDIR=$tree/installed LIBDIR=lib/$(dpkg-architecture -q DEB_HOST_MULTIARCH) \
        "$root/tools/install.sh" /usr >"$work/log"
    (cd "$tree" && quietly debian/rules binary)
    quietly lintian --allow-root --fail-on error "$work"/*.deb
    reason=$(install -d "$folder" 2>&1) || fail "${reason#install: }"
    reason=$(install -m 644 "$work"/*.deb "$folder" 2>&1) || fail "${reason#install: }"
}

check_root=
if [ "${1:-}" = --check-root ]; then
    check_root=yes
    shift
fi
case $# in
    0) folder=. ;;
    1) folder=$1 ;;
    *) usage ;;
esac
case $folder in '' | -*) usage ;; esac

[ -n "${UAIO_BUILT:-}" ] || "$root/tools/setup.sh"
work=$(mktemp -d) || fail 'cannot make a temporary folder'
at_end 'rm -rf "$work"'
build_packages
say "packages are in $folder:"
(cd "$work" && ls ./*.deb)
[ -z "$check_root" ] || "$root/tests/packaging/check_root.sh" "$work"/*.deb
