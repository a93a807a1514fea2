#!/bin/sh
# Builds uaio and installs it under PREFIX, which need not exist yet:
#
#     tools/install.sh PREFIX
#
#     bin/uaio                          the program for people
#     lib/libuaio.so.1, .so, .a         for programs that link with uaio
#     lib/uaio/libuaio_preload.so       for programs that do not; `uaio run` loads it
#     lib/uaio/libuaio_preload_*.so     the same for POSIX AIO respectively Linux AIO alone
#     lib/uaio/compat/libaio.so.1       for programs on Linux AIO, by LD_LIBRARY_PATH; with the name
#                                       that Debian 13 has, libaio.so.1t64
#     lib/pkgconfig/uaio.pc             pkg-config --cflags --libs uaio
#     include/uaio/                     the version, the engine for programs that embed it, and
#                                       <libaio.h>; <aio.h> is the system's
#     include/uaio/asio/                files for Boost.Asio
#     share/man/                        the manual pages; those named as the C library's own are in
#                                       section 3uaio: man 3uaio aio_read
#     share/bash-completion/            completion of the program's command line, for bash
#
# As usual, everything goes below $DESTDIR while the files name PREFIX alone. Installing again
# replaces each file by a new one, so that programs in use go on with the old.
set -eu
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

usage() {
    echo 'usage: tools/install.sh PREFIX' >&2
    exit 2
}

# folder PATH…: makes folders below the prefix.
folder() {
    for path; do
        reason=$(install -d "$target/$path" 2>&1) || fail "${reason#install: }"
    done
}

# put MODE SOURCE PATH: installs a file as PATH below the prefix.
put() {
    reason=$(install -m "$1" "$2" "$target/$3" 2>&1) || fail "${reason#install: }"
}

# link TEXT PATH
link() {
    reason=$(ln -sfn "$1" "$target/$2" 2>&1) || fail "${reason#ln: }"
}

pkg_config_file() {
    cat <<EOF
prefix=$prefix
libdir=\${prefix}/lib
includedir=\${prefix}/include

Name: uaio
Description: POSIX asynchronous I/O on a thread pool, in front of the C library's
Version: $version
Libs: -L\${libdir} -luaio
Libs.private: -pthread
Cflags: -I\${includedir}
EOF
}

install_libraries() {
    folder lib/uaio/compat lib/pkgconfig
    # The file has the release in its name, so that two can lie side by side; the soname is .so.1.
    put 755 "$(output aio/posix/libuaio.so.1)" "lib/libuaio.so.1.$version"
    link "libuaio.so.1.$version" lib/libuaio.so.1
    link libuaio.so.1 lib/libuaio.so
    put 644 "$(output aio/posix/libuaio.a)" lib/libuaio.a
    put 755 "$(output aio/posix/libuaio_preload.so)" lib/uaio/libuaio_preload.so
    put 755 "$(output aio/posix/libuaio_preload_posix.so)" lib/uaio/libuaio_preload_posix.so
    put 755 "$(output aio/libaio/libuaio_preload_libaio.so)" lib/uaio/libuaio_preload_libaio.so
    # One file by both names: loaded by either, it is there once.
    put 755 "$(output aio/libaio/libaio.so.1)" lib/uaio/compat/libaio.so.1
    link libaio.so.1 lib/uaio/compat/libaio.so.1t64
    pkg_config_file >"$scratch" || fail "cannot write $scratch"
    put 644 "$scratch" lib/pkgconfig/uaio.pc
}

install_asio() {
    folder include/uaio/asio/detail
    for header in "$root"/aio/asio/*.hpp "$root"/aio/asio/detail/*.hpp; do
        put 644 "$header" "include/uaio/asio/${header#"$root"/aio/asio/}"
    done
}

# What a manual page is about: the names at its head.
names_in() {
    sed -n '/^\.Sh NAME/,/^\.Nd/s/^\.Nm \([^ ]*\).*/\1/p' "$1"
}

# docs/man/NAME.SECTION goes to the folder of its section's digit, with a link for every further
# name that it is about.
install_manual() {
    for page in "$root"/docs/man/*.[1-8]*; do
        file=${page##*/}
        section=${file##*.}
        place=share/man/man${section%"${section#?}"}
        folder "$place"
        put 644 "$page" "$place/$file"
        for name in $(names_in "$page"); do
            [ "$name.$section" = "$file" ] || link "$file" "$place/$name.$section"
        done
    done
}

install_completion() {
    folder share/bash-completion/completions
    put 644 "$root/tools/completion/uaio.bash" share/bash-completion/completions/uaio
}

case $# in
    1) ;;
    *) usage ;;
esac
case $1 in
    '' | -*) usage ;;
    /*) prefix=${1%/} ;;
    *) prefix=$PWD/${1%/} ;;
esac
target=${DESTDIR:-}$prefix

"$root/tools/setup.sh"
version=$(version_in_header)
scratch=$(mktemp) || fail 'cannot make a temporary file'
trap 'rm -f "$scratch"' EXIT

folder bin include/uaio
build //tools:uaio //aio/posix:libuaio.so.1 //aio/posix:libuaio.a //aio/posix:libuaio_preload.so \
    //aio/posix:libuaio_preload_posix.so //aio/libaio:libuaio_preload_libaio.so \
    //aio/libaio:libaio.so.1
put 755 "$(output tools/uaio)" bin/uaio
put 644 "$root/aio/version.h" include/uaio/version.h
put 644 "$root/aio/libaio/libaio.h" include/uaio/libaio.h
put 644 "$root/aio/embed/engine.h" include/uaio/engine.h
install_asio
install_libraries
install_manual
install_completion
say "uaio $version is installed in $target"
