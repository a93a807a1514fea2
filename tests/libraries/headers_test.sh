#!/bin/sh
# Goal: programs outside of this tree can be built with what is installed. Method: the headers are
# laid out as tools/install.sh does it; a C program and the example of docs/asio.md are compiled and
# run, the first also with the archive.
set -eu

page=$1 c_program=$2 engine_header=$3 shared=$4 archive=$5
shift 5
bsd_program=$1 aio_header=$2 own_header=$3
shift 3
prefix=$(mktemp -d "${TEST_TMPDIR:-/tmp}/headers.XXXXXX")
trap 'rm -rf "$prefix"' EXIT

mkdir -p "$prefix/include/uaio/asio/detail" "$prefix/shared" "$prefix/static"
cp "$engine_header" "$prefix/include/uaio/engine.h"
cp "$aio_header" "$prefix/include/uaio/aio.h"
mkdir "$prefix/include/uaio/own"
cp "$own_header" "$prefix/include/uaio/own/aio.h"
for header; do
    cp "$header" "$prefix/include/uaio/${header#aio/}"
done
cp "$shared" "$prefix/shared/libuaio.so.1"
ln -s libuaio.so.1 "$prefix/shared/libuaio.so"
cp "$archive" "$prefix/static/libuaio.a"

# The first program of the page, which may be compiled by whoever has C++17.
# shellcheck disable=SC2016 # Backquotes of Markdown.
sed -n '/^```cpp$/,/^```$/{/^```/d;p}' "$page" >"$prefix/example.cc"
cp "$c_program" "$prefix/program.c"
cp "$bsd_program" "$prefix/bsd.c"

for kind in shared static; do
    for program in program bsd; do
        cc -std=c11 -Wall -Wextra -Wpedantic -Werror -I"$prefix/include" "$prefix/$program.c" \
            -L"$prefix/$kind" -luaio -Wl,-rpath,"$prefix/$kind" -pthread -o "$prefix/c_$kind"
        "$prefix/c_$kind"
    done
done

# As on a system without <aio.h>: all that the program uses is in uaio's own.
sed -i 's/__has_include(<aio.h>)/0/' "$prefix/include/uaio/aio.h"
cc -std=c99 -Wall -Wextra -Werror -I"$prefix/include" -c "$prefix/bsd.c" -o "$prefix/bsd.o"
cc -E -I"$prefix/include" "$prefix/bsd.c" >"$prefix/own"
grep -q uaio_room "$prefix/own"
c++ -std=c++17 -Wall -Wextra -Werror -I"$prefix/include" "$prefix/example.cc" \
    -L"$prefix/shared" -luaio -Wl,-rpath,"$prefix/shared" -pthread -o "$prefix/example"
"$prefix/example" >"$prefix/found"
cat "$prefix/found"
bytes=$(head -c 4096 /etc/passwd | wc -c)
[ "$(cat "$prefix/found")" = "Success, $bytes bytes" ]
