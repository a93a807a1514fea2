#!/bin/sh
# The programs in docs/how-librt-does-aio.md do what the chapter says of them, on uaio. (What they
# do on the C library's AIO is its affair, and shown there for one version of it.)
#
# A program is a block of C whose first line is its name in a comment. The output that goes with it
# is in the next block below "$ uaio run ./NAME".
#
#     chapter_test.sh CHAPTER PRELOAD_LIBRARY
set -eu

chapter=$PWD/$1
library=$PWD/$2
cd "${TEST_TMPDIR:?}"
failures=0

# Each block of C with a name goes to the file of that name.
awk '
/^```/ { if (file != "") close(file); file = ""; in_c = $0 == "```c"; next }
in_c && file == "" && /^\/\* [a-z]+\.c: / { file = $2; sub(/:$/, "", file) }
file != "" { print > file }' "$chapter"

# What the chapter shows under a command, up to the next one or the end of the block.
shown() {
    awk -v command="\$ uaio run ./$1" '
    $0 == command { inside = 1; next }
    inside && (/^```/ || /^\$ /) { exit }
    inside' "$chapter"
}

programs=0
for source in *.c; do
    name=${source%.c}
    programs=$((programs + 1))
    cc -Wall -Wextra -Werror -o "$name" "$source"
    shown "$name" >wanted
    LD_PRELOAD=$library timeout 60 "./$name" >found
    if [ ! -s wanted ] || ! diff wanted found; then
        echo "$name: the chapter (<) shows something else than what it prints (>)"
        failures=$((failures + 1))
    fi
done
[ "$programs" -ge 2 ]
[ "$failures" -eq 0 ]
