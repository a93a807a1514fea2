#!/bin/sh
# Writes down what a library offers to programs:
#
#     interface.sh LIBRARY HEADER OUT
#
#     OUT.symbols    its symbols with their versions
#     OUT.abi        the types of those that HEADER or <aio.h> declares, and of all that these
#                    reach: sizes, offsets, values (abidw)
#
# The types are those that a C program sees: for each symbol a pointer to a function of its type is
# compiled, so there is no list of them.
set -eu

library=$1 header=$2 out=$3
work=$(mktemp -d "${TEST_TMPDIR:-/tmp}/interface.XXXXXX")
trap 'rm -rf "$work"' EXIT

nm -D --defined-only "$library" | awk '$2 ~ /^[B-Z]$/ { print $3 }' | LC_ALL=C sort >"$out.symbols"
sed 's/@.*//' "$out.symbols" | LC_ALL=C sort -u >"$work/names"

cp "$header" "$work/header.h"
printf '#define _GNU_SOURCE\n#include <aio.h>\n#include "header.h"\n' >"$work/interface.c"
cc -E "$work/interface.c" -o "$work/declared"
while read -r name; do
    if grep -qw "$name" "$work/declared"; then
        printf '__typeof__(%s) *type_of_%s;\n' "$name" "$name" >>"$work/interface.c"
    fi
done <"$work/names"
(cd "$work" && cc -g -shared -fPIC -o interface.so interface.c)
abidw --no-corpus-path --no-comp-dir-path --no-show-locs --no-elf-needed --type-id-style hash \
    --out-file "$out.abi" "$work/interface.so"
