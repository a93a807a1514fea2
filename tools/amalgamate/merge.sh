#!/bin/sh
# Writes the single source and the single header (tools/amalgamate.sh):
#
#     merge.sh LICENSE BACK_ENDS SOURCE HEADER PUBLIC_HEADER… -- ENGINE_SOURCE… -- DOOR_SOURCE…
#
# Every file is named by its path below the working directory, as the #include lines name it. A
# header comes before the first file that includes it, or where it is included if that is within an
# #if. The system's headers stand at the top, because what is below them is hidden from the linker;
# those within an #if stay there. What the
# door sources alone need is left out where UAIO_WITHOUT_POSIX_AIO is defined.
set -eu

license=$1 back_ends=$2 source=$3 header=$4
shift 4

license_lines() {
    sed 's/^/ * /; s/ *$//' "$license"
}

{
    cat <<END
/*
 * uaio in one source and one header, uaio.cc and this:
 *
 *     c++ -std=c++20 -O2 -c uaio.cc
 *     cc -c program.c
 *     c++ program.o uaio.o -pthread
 *
 * With -fno-exceptions -fno-rtti -fno-threadsafe-statics uaio.o needs the C library alone, and cc
 * links too.
 *
 * Two doors are in it. The embedding interface, <uaio/engine.h> where uaio is installed, is
 * declared below. POSIX AIO is declared by the system's <aio.h>, whose functions uaio.o replaces in
 * a program that it is linked with, and below what it has beyond POSIX, <uaio/aio.h>; compiled with
 * -DUAIO_WITHOUT_POSIX_AIO it leaves all that to the system, and needs no <aio.h>. Not in it are
 * <libaio.h>, the files for Boost.Asio and what is preloaded. On 32-bit processors with glibc it
 * compiles without POSIX AIO alone, which has two widths of offsets there.
 *
 * Back ends: $back_ends.
 *
END
    license_lines
    printf ' */\n#ifndef UAIO_H\n#define UAIO_H\n'
} >"$header"

{
    cat <<'END'
/*
 * uaio in one source. How to compile it and what is in it is said in uaio.h.
 *
 * Made from the sources of uaio by tools/amalgamate.sh, each below its path; to be changed there.
 *
END
    license_lines
    cat <<'END'
 */
#if defined(UAIO_WITHOUT_POSIX_AIO) && !defined(_FILE_OFFSET_BITS)
#define _FILE_OFFSET_BITS 64
#endif
#include "uaio.h"

END
} >"$source"

# shellcheck disable=SC2016 # The dollars are awk's.
program='
function fail(text) {
    print "merge: " text | "cat >&2"
    exit 1
}

# What a line includes: "name" or <name>, or nothing.
function included(line) {
    return match(line, /^#include ("[^"]*"|<[^>]*>)/) ? substr(line, 10, RLENGTH - 9) : ""
}

# Takes a file into `text`, after what it includes.
function take(path,   body) {
    if (path in taken) return
    body = body_of(path)
    text = text "\n// " path "\n" body
}

# Takes what a file includes into `text`, and returns its own lines; those of a header that it
# includes within an #if stand in their place. The system header files that it needs go to
# `system_text`. The parameters after the first are local.
function body_of(path,   line, name, body, depth, blank, status) {
    taken[path] = 1
    while ((status = (getline line < path)) > 0) {
        if (line ~ /^ *# *if/) depth++
        if (line ~ /^ *# *endif/) depth--
        name = included(line)
        if (line ~ /^#pragma once/ || name ~ /^<uaio\//) continue
        if (name ~ /^"/) {
            name = substr(name, 2, length(name) - 2)
            if (depth == 0) take(name)
            else if (!(name in taken)) body = body "// " name "\n" body_of(name)
        } else if (name != "" && depth == 0) {
            if (!(name in needed)) system_text = system_text line "\n"
            needed[name] = 1
        } else if (line != "" || !blank) {
            body = body line "\n"
            blank = line == ""
        }
    }
    if (status < 0) fail("cannot read " path)
    close(path)
    return body
}

# The files from ARGV[first] to the next lone dash dash; returns the place after that.
function take_all(first) {
    text = system_text = ""
    while (first < ARGC && ARGV[first] != "--") take(ARGV[first++])
    return first + 1
}

BEGIN {
    next_one = take_all(3)
    printf "%s%s\n#endif  // UAIO_H\n", system_text, text >>ARGV[2]
    next_one = take_all(next_one)
    engine_headers = system_text
    engine = text
    take_all(next_one)
    printf "%s#ifndef UAIO_WITHOUT_POSIX_AIO\n%s#endif\n", engine_headers, system_text >>ARGV[1]
    printf "\n#pragma GCC visibility push(hidden)\n%s", engine >>ARGV[1]
    printf "\n#ifndef UAIO_WITHOUT_POSIX_AIO\n%s\n#endif\n", text >>ARGV[1]
    printf "\n#pragma GCC visibility pop\n" >>ARGV[1]
}'

awk "$program" "$source" "$header" "$@"
