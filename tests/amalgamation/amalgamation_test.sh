#!/bin/sh
# Goal: the single source needs a C++20 compiler and nothing else, says nothing to any warning that
# most people turn on, and shows the linker what libuaio.so.1 shows it.
# Method: GCC compiles it by the line that the header names, and Clang without the POSIX door; a C
# program runs on either. What is exported is compared with the version script.
set -eu

source=$1 header=$2 program=$3 map=$4
work=$(mktemp -d "${TEST_TMPDIR:-/tmp}/amalgamation.XXXXXX")
trap 'rm -rf "$work"' EXIT

cp "$source" "$header" "$work"
sed 's|<uaio/engine.h>|"uaio.h"|' "$program" >"$work/program.c"
# Names of functions end with a semicolon. Where time_t and off_t have 64 bits anyway, some are not
# there.
grep -o '[a-z][a-z_0-9]*;' "$map" | tr -d ';' | LC_ALL=C sort >"$work/all"
if [ "$(getconf LONG_BIT)" -eq 64 ]; then
    sed -i '/time64/d; /^uaio_aio_.*64/d' "$work/all"
fi
grep '^uaio_' "$work/all" | grep -v '^uaio_aio_' >"$work/embed"
cd "$work"

# expect WANTED OBJECT COMPILER: what a library made of the object exports.
expect() {
    "$3" -shared -Wl,-z,defs "$2" -pthread -o library.so
    nm -D --defined-only library.so | awk '{ print $3 }' | LC_ALL=C sort >found
    diff "$1" found
}

echo 'GCC, everything'
grep -q '^ \*     c++ -std=c++20 -O2 -c uaio.cc$' uaio.h
g++ -std=c++20 -O2 -fPIC -Wall -Wextra -Werror -c uaio.cc
cc -std=c11 -Wall -Wextra -Wpedantic -Werror -c program.c
g++ program.o uaio.o -pthread -o program
./program
expect all uaio.o g++

echo 'Clang, without the POSIX door and the C++ runtime'
clang++ -std=c++20 -O2 -fPIC -Wall -Wextra -Werror -DUAIO_WITHOUT_POSIX_AIO \
    -fno-exceptions -fno-rtti -fno-threadsafe-statics -c uaio.cc
clang -std=c11 -Wall -Wextra -Wpedantic -Werror -c program.c
clang program.o uaio.o -pthread -o program
./program
expect embed uaio.o clang
