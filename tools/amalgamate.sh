#!/bin/sh
# Makes one source and one header of uaio, for programs that want it in their own tree:
#
#     tools/amalgamate.sh [--portable] [DIR]
#
#     DIR/uaio.cc     c++ -std=c++20 -O2 -c uaio.cc
#     DIR/uaio.h      the embedding interface; what else is in it is said there
#
# DIR is uaio-VERSION unless given. With --portable the back ends are those of plain POSIX, for
# other systems; otherwise Linux's.
set -eu
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

usage() {
    echo 'usage: tools/amalgamate.sh [--portable] [DIR]' >&2
    exit 2
}

bazel_flags=
if [ "${1:-}" = --portable ]; then
    bazel_flags=--config=portable
    shift
fi
case $# in
    0) folder=uaio-$(version_in_header) ;;
    1) folder=$1 ;;
    *) usage ;;
esac
case $folder in '' | -*) usage ;; esac

"$root/tools/setup.sh"
build //tools/amalgamate:amalgamation
reason=$(install -d "$folder" 2>&1) || fail "${reason#install: }"
for file in uaio.cc uaio.h; do
    made=$(output "tools/amalgamate/amalgamation/$file")
    reason=$(install -m 644 "$made" "$folder/$file" 2>&1) || fail "${reason#install: }"
done
say "uaio.cc and uaio.h are in $folder"
