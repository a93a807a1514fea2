#!/bin/sh
# Runs a program under valgrind's memcheck: memcheck.sh PROGRAM [WORD...]
#
# Passes if the program does and nothing is wrong in its own process, no block of memory lost
# included. The children of a fork keep what only the stacks of lost threads point to, so they are
# not looked at; what the blocks of a thread that still sleeps are found by is a pointer into their
# middle ("possibly lost"), which is no error either.
set -eu

log=$(mktemp "${TEST_TMPDIR:-/tmp}/memcheck.XXXXXX")
trap 'rm -f "$log"' EXIT

status=0
valgrind --child-silent-after-fork=yes --log-file="$log" --leak-check=full \
    --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect "$@" || status=$?
if [ "$status" -ne 0 ] || ! grep -q 'ERROR SUMMARY: 0 errors' "$log"; then
    cat "$log"
    exit 1
fi
grep -E 'lost:|ERROR SUMMARY' "$log"
