#!/bin/sh
# Builds uaio and installs it under PREFIX, which need not exist yet:
#
#     tools/install.sh PREFIX
#     tools/install.sh --remove PREFIX      takes away what was installed
#
#     bin/uaio                          the program for people
#     lib/libuaio.so.1, .so, .a         for programs that link with uaio
#     lib/uaio/libuaio_preload.so       for programs that do not; `uaio run` loads it
#     lib/uaio/libuaio_preload_*.so     the same for POSIX AIO respectively Linux AIO alone
#     lib/uaio/compat/libaio.so.1       for programs on Linux AIO, by LD_LIBRARY_PATH; with the name
#                                       that Debian 13 has, libaio.so.1t64
#     lib/pkgconfig/uaio.pc             pkg-config --cflags --libs uaio
#     lib/cmake/uaio/                   find_package(uaio): uaio::uaio, uaio::asio
#     include/uaio/                     the version, the engine for programs that embed it,
#                                       <libaio.h>, and <uaio/aio.h>: the system's <aio.h> and what
#                                       uaio adds to it
#     include/uaio/own/aio.h            <aio.h> for systems that have none: to be put on the search
#                                       path there, or by <uaio/aio.h>
#     include/uaio/asio/                files for Boost.Asio
#     share/man/                        the manual pages; those named as the C library's own are in
#                                       section 3uaio: man 3uaio aio_read
#     share/bash-completion/            completion of the program's command line, for bash
#     share/uaio/installed              the list of all that, for --remove
#
# $LIBDIR takes the place of lib (lib64, lib/x86_64-linux-gnu); lib/uaio is then a link to where the
# program finds its libraries. As usual, everything goes below $DESTDIR. No file names PREFIX, so
# all of it can be moved. Installing again replaces each file by a new one, so that programs in use
# go on with the old.
set -eu
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

usage() {
    echo 'usage: tools/install.sh [--remove] PREFIX' >&2
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
    printf '%s\n' "$3" >>"$list"
}

# link TEXT PATH
link() {
    reason=$(ln -sfn "$1" "$target/$2" 2>&1) || fail "${reason#ln: }"
    printf '%s\n' "$2" >>"$list"
}

# Files first, then the folders that nobody else has put anything into.
remove() {
    installed=$target/share/uaio/installed
    [ -f "$installed" ] || fail "there is no list of what was installed, $installed"
    cp "$installed" "$list"
    while read -r path; do
        reason=$(rm -f "$target/$path" 2>&1) || fail "${reason#rm: }"
    done <"$list"
    sed -n 's|/[^/]*$||p' "$list" | sort -ru | while read -r path; do
        [ ! -d "$target/$path" ] ||
            (cd "$target" && rmdir -p --ignore-fail-on-non-empty "$path")
    done
    say "uaio is removed from $target"
}

# The way from the folder of the libraries up to the prefix.
to_prefix() {
    printf '%s\n' "$libdir" | sed 's|[^/][^/]*|..|g'
}

pkg_config_file() {
    cat <<EOF
prefix=\${pcfiledir}/../$(to_prefix)
libdir=\${prefix}/$libdir
includedir=\${prefix}/include

Name: uaio
Description: POSIX asynchronous I/O on a thread pool, in front of the C library's
Version: $version
Libs: -L\${libdir} -luaio
Libs.private: -pthread
Cflags: -I\${includedir}
EOF
}

# cmake_file NAME: a file of tools/cmake, filled in.
cmake_file() {
    sed "s|@version@|$version|; s|@to_prefix@|$(to_prefix)|
        s|@pointer_bytes@|$(($(getconf LONG_BIT) / 8))|" "$root/tools/cmake/$1.in" >"$scratch"
    put 644 "$scratch" "$libdir/cmake/uaio/$1"
}

# lib/uaio is a folder if the libraries are in lib, else a link. One cannot become the other, with
# files of an earlier time in it.
check_library_folder() {
    links=yes
    [ "$libdir" != lib ] && [ ! "$target/lib" -ef "$target/$libdir" ] || links=
    found=$target/lib/uaio
    if [ -L "$found" ]; then
        [ -z "$links" ] || [ "$(readlink "$found")" != "$(link_to_libraries)" ] || return 0
    else
        [ -n "$links" ] && [ -d "$found" ] || return 0
    fi
    fail "$found is of an installation with another LIBDIR; remove that first"
}

# As seen from lib.
link_to_libraries() {
    case $libdir in
        lib/*) echo "${libdir#lib/}/uaio" ;;
        *) echo "../$libdir/uaio" ;;
    esac
}

install_libraries() {
    folder "$libdir/uaio/compat"
    # The file has the release in its name, so that two can lie side by side; the soname is .so.1.
    put 755 "$(output aio/posix/libuaio.so.1)" "$libdir/libuaio.so.1.$version"
    link "libuaio.so.1.$version" "$libdir/libuaio.so.1"
    link libuaio.so.1 "$libdir/libuaio.so"
    put 644 "$(output aio/posix/libuaio.a)" "$libdir/libuaio.a"
    for library in posix/libuaio_preload.so posix/libuaio_preload_posix.so \
        libaio/libuaio_preload_libaio.so; do
        put 755 "$(output "aio/$library")" "$libdir/uaio/${library#*/}"
    done
    # One file by both names: loaded by either, it is there once.
    put 755 "$(output aio/libaio/libaio.so.1)" "$libdir/uaio/compat/libaio.so.1"
    link libaio.so.1 "$libdir/uaio/compat/libaio.so.1t64"
    if [ -n "$links" ]; then
        folder lib
        link "$(link_to_libraries)" lib/uaio
    fi
}

install_for_builds() {
    folder "$libdir/pkgconfig" "$libdir/cmake/uaio" include/uaio/own
    pkg_config_file >"$scratch"
    put 644 "$scratch" "$libdir/pkgconfig/uaio.pc"
    cmake_file uaio-config.cmake
    cmake_file uaio-config-version.cmake
    put 644 "$root/aio/version.h" include/uaio/version.h
    put 644 "$root/aio/libaio/libaio.h" include/uaio/libaio.h
    put 644 "$root/aio/embed/engine.h" include/uaio/engine.h
    put 644 "$root/aio/posix/aio.h" include/uaio/aio.h
    put 644 "$root/aio/posix/platform/own/aio.h" include/uaio/own/aio.h
    install_asio
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

# The list of all that, itself included, and of what an earlier version has left there.
install_list() {
    folder share/uaio
    printf 'share/uaio/installed\n' >>"$list"
    [ ! -f "$target/share/uaio/installed" ] || cat "$target/share/uaio/installed" >>"$list"
    sort -u "$list" >"$scratch"
    put 644 "$scratch" share/uaio/installed
}

action=install
if [ "${1:-}" = --remove ]; then
    action=remove
    shift
fi
[ $# -eq 1 ] || usage
case $1 in
    '' | -*) usage ;;
    /*) prefix=${1%/} ;;
    *) prefix=$PWD/${1%/} ;;
esac
target=${DESTDIR:-}$prefix
libdir=${LIBDIR:-lib}

folder_of_mine=$(mktemp -d) || fail 'cannot make a temporary folder'
at_end 'rm -rf "$folder_of_mine"'
scratch=$folder_of_mine/file list=$folder_of_mine/list
if [ "$action" = remove ]; then
    remove
    exit
fi

[ -n "${UAIO_BUILT:-}" ] || "$root/tools/setup.sh"
version=$(version_in_header)
build //tools:uaio //aio/posix:libuaio.so.1 //aio/posix:libuaio.a //aio/posix:libuaio_preload.so \
    //aio/posix:libuaio_preload_posix.so //aio/libaio:libuaio_preload_libaio.so \
    //aio/libaio:libaio.so.1
check_library_folder
folder bin
put 755 "$(output tools/uaio)" bin/uaio
install_libraries
install_for_builds
install_manual
install_completion
install_list
say "uaio $version is installed in $target"
