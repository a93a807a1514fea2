#!/bin/sh
# Goal: nothing that programs were built with changes unnoticed in libuaio.so.1 and libaio.so.1: no
# symbol or version goes, no structure or value is another.
# Method: what interface.sh writes down is compared with what is written down here, by diff and
# abidiff. What is new is no danger, but has to be written down too: bazel run //tests/abi:update.
set -eu

script=$1 folder=$2
shift 2

if [ "$(uname -m)" != x86_64 ]; then
    echo 'left out: what is written down is of x86-64'
    exit 0
fi

update='say so in CHANGELOG.md and run: bazel run //tests/abi:update'

# compare OLD NEW: both without the extension. 0 if they are the same; else says what differs.
compare() {
    gone=$(LC_ALL=C comm -23 "$1.symbols" "$2.symbols")
    new=$(LC_ALL=C comm -13 "$1.symbols" "$2.symbols")
    changed=no
    abidiff --no-show-locs --no-added-syms "$1.abi" "$2.abi" >"$TEST_TMPDIR/report" || changed=yes
    if [ -n "$gone" ] || [ "$changed" = yes ]; then
        echo 'programs that exist may break: to be taken back, or to have a new soname;'
        echo "if none breaks, $update"
        printf '%s\n' "$gone"
    elif [ -n "$new" ]; then
        echo "the interface has grown; $update"
        printf '%s\n' "$new"
    else
        return 0
    fi
    cat "$TEST_TMPDIR/report"
    return 1
}

failures=0
while [ $# -gt 0 ]; do
    name=$(basename "$1")
    "$script" "$1" "$2" "$TEST_TMPDIR/$name"
    if ! compare "$folder/$name" "$TEST_TMPDIR/$name"; then
        echo "abi_test: $name has another interface" >&2
        failures=$((failures + 1))
    fi
    library=$1 header=$2
    shift 2
done

# The comparison must be able to fail: by a wider field, and by a symbol that is gone.
sed 's/^    uint32_t pieces;/    uint64_t pieces;/' "$header" >"$TEST_TMPDIR/changed.h"
"$script" "$library" "$TEST_TMPDIR/changed.h" "$TEST_TMPDIR/changed"
! compare "$folder/$name" "$TEST_TMPDIR/changed" >"$TEST_TMPDIR/said" ||
    { echo 'abi_test: a changed field is not seen' >&2; exit 1; }
grep -q 'may break' "$TEST_TMPDIR/said"
"$script" "$library" "$header" "$TEST_TMPDIR/changed"
sed -i 2d "$TEST_TMPDIR/changed.symbols"
! compare "$folder/$name" "$TEST_TMPDIR/changed" >"$TEST_TMPDIR/said" ||
    { echo 'abi_test: a symbol that is gone is not seen' >&2; exit 1; }
grep -q 'may break' "$TEST_TMPDIR/said"

[ "$failures" -eq 0 ]
