#!/bin/sh
# Goal: what tools/install.sh installs is all there, serves projects that look for it by CMake or
# pkg-config, can be moved, and goes again.
# Method: it is installed, moved, and used by the projects of tests/consumers; whose functions their
# programs have is seen in their symbols. $1 is the script; what it installs is built.
set -eu

installer=$1
UAIO_BUILT=$PWD
export UAIO_BUILT
work=$(mktemp -d "${TEST_TMPDIR:-/tmp}/install.XXXXXX")
trap 'rm -rf "$work"' EXIT

fail() {
    echo "install_test: $1" >&2
    exit 1
}

printf 'bytes of a file\n' >"$work/file"

# reads PROGRAM…: each reads the file.
reads() {
    for program; do
        [ "$("$program" "$work/file")" = 'bytes ' ] || fail "$program does not read the file"
    done
}

# takes PROGRAM SYMBOL: as nm shows it.
takes() {
    nm "$1" >"$work/symbols"
    grep -q " $2\$" "$work/symbols" || fail "$1 has no $2"
}

# build_projects LIBRARIES PREFIX PROGRAM…: by make with pkg-config and by CMake.
build_projects() {
    libraries=$1 prefix=$2
    shift 2
    mkdir "$work/make" "$work/cmake"
    PKG_CONFIG_PATH=$libraries/pkgconfig make --silent -C "$work/make" \
        SOURCES="$PWD/tests/consumers" -f "$PWD/tests/consumers/make/Makefile" "$@"
    cmake -S tests/consumers/cmake -B "$work/cmake" -DCMAKE_PREFIX_PATH="$prefix" \
        >"$work/log" 2>&1 || fail "cmake: $(cat "$work/log")"
    cmake --build "$work/cmake" --target "$@" program_static >"$work/log" 2>&1 ||
        fail "cmake: $(cat "$work/log")"
    for program; do
        reads "$work/make/$program" "$work/cmake/$program"
    done
    reads "$work/cmake/program_static"
    takes "$work/make/program" 'U aio_read@UAIO_1.0'
    takes "$work/cmake/program" 'U aio_read@UAIO_1.0'
    takes "$work/cmake/program_static" 'T aio_read'
    ! cmake -S tests/consumers/cmake -B "$work/other" -DCMAKE_PREFIX_PATH="$prefix" \
        -DWANTED=0.2 >"$work/log" 2>&1 || fail 'a version that is not there was found'
    grep -q '"0.2"' "$work/log" || fail "not because of its version: $(cat "$work/log")"
}

# check LIBDIR PROGRAM…: everything, with the libraries in that folder.
check() {
    place=$1
    shift
    rm -rf "${work:?}/first" "$work/second" "$work/make" "$work/cmake" "$work/other"
    # The shell is made to look for folders elsewhere, too.
    CDPATH=.:/ LIBDIR=$place "$installer" "$work/first" >"$work/log"
    echo 'of somebody else' >"$work/first/lib/other"
    prefix=$work/second
    mv "$work/first" "$prefix"
    ! grep -rIl "$work" "$prefix" || fail 'a file names the folder'
    "$prefix/bin/uaio" run -- true || fail 'uaio run does not find its library'
    "$prefix/bin/uaio" lesson order >"$work/log" || fail 'uaio lesson does not find its library'
    [ -e "$prefix/$place/uaio/compat/libaio.so.1t64" ] || fail 'no libaio.so.1t64'
    mandoc "$prefix/share/man/man1/uaio.1" >/dev/null || fail 'no manual page'
    [ -f "$prefix/share/man/man3/aio_write.3uaio" ] || fail 'no link of a manual page'
    build_projects "$prefix/$place" "$prefix" "$@"
    # An earlier version was there.
    touch "$prefix/$place/libuaio.so.1.0.0.9"
    echo "$place/libuaio.so.1.0.0.9" >>"$prefix/share/uaio/installed"
    LIBDIR=$place "$installer" "$prefix" >"$work/log"
    "$installer" --remove "$prefix" >"$work/log"
    [ "$(cd "$prefix" && find . -type f -o -type l)" = ./lib/other ] || fail 'files are left'
    [ "$(find "$prefix" -type d | wc -l)" -eq 2 ] || fail 'folders are left'
    ! "$installer" --remove "$prefix" 2>"$work/log" || fail 'removed twice'
    grep -q '^install: there is no list' "$work/log" || fail 'no reason is given'
}

# Where the libraries are in a folder, they do not come into another one beside it.
check_other_folder() {
    prefix=$work/other
    rm -rf "$prefix"
    LIBDIR=$1 "$installer" "$prefix" >"$work/log"
    ! LIBDIR=$2 "$installer" "$prefix" 2>"$work/log" || fail "$1 has become $2"
    grep -q '^install: .* with another LIBDIR' "$work/log" || fail "no reason: $(cat "$work/log")"
    "$prefix/bin/uaio" run -- true || fail 'uaio run does not work any more'
    "$installer" --remove "$prefix" >"$work/log"
    [ -z "$(ls -A "$prefix")" ] || fail "left: $(find "$prefix")"
}

# In the midst of it: its own files go, and whoever has started it learns what has happened.
check_signal() {
    mkdir "$work/programs" "$work/temporary"
    # shellcheck disable=SC2016 # It is expanded in the program.
    printf '#!/bin/sh\nkill -TERM $PPID\n' >"$work/programs/install"
    chmod +x "$work/programs/install"
    status=0
    (PATH=$work/programs:$PATH TMPDIR=$work/temporary exec "$installer" "$work/never") || status=$?
    [ "$status" -eq 143 ] || fail "a signal: status $status"
    [ -z "$(ls "$work/temporary")" ] || fail 'a signal leaves files'
}

check_signal

check_other_folder lib lib64
check_other_folder lib64 lib
check_other_folder lib64 lib/x86_64-linux-gnu
check lib program asio
check lib/x86_64-linux-gnu program
