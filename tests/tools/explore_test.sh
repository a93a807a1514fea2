#!/bin/sh
# The search through random walks can be stopped and gone on with, and what it finds can be played
# again. Method: searches bounded by a number of walks, with and without a planted error.
set -eu

explore=$1
state=${TEST_TMPDIR:?}/state
failures=0

fail() {
    printf 'explore_test: %s\n' "$1"
    failures=$((failures + 1))
}

# expect STATUS TEXT ARGUMENT...: the program ends with that status and says TEXT.
expect() {
    wanted=$1 text=$2 status=0
    shift 2
    said=$("$explore" "$@" 2>&1) || status=$?
    [ "$status" -eq "$wanted" ] || fail "$*: status $status and not $wanted"
    case $said in
        *"$text"*) ;;
        *) fail "$*: does not say '$text' but '$said'" ;;
    esac
}

expect 0 'right: seed 7, 40 walks up to number 39, ' --seed 7 --walks 40 --state "$state"
expect 0 'right: seed 7, 50 walks up to number 89, ' --walks 50 --state "$state"
[ "$(tr '\n' ' ' <"$state")" = 'seed 7 next 90 ' ] || fail "the state is '$(cat "$state")'"
expect 2 'goes on with seed 7' --seed 8 --walks 1 --state "$state"
expect 0 'right: seed 1, ' --seconds 0
[ "$("$explore" --walks 3 2>/dev/null | wc -l)" -eq 1 ] || fail 'a search ends with one line'

# What is found is shrunk, and found again from its name and from the state.
rm "$state"
found=$("$explore" --plant lost-waiters --walks 5000 --state "$state" 2>/dev/null) || true
walk=$(printf '%s\n' "$found" | sed "s/.*--replay '\(.*\)'\$/\1/")
[ "$(printf '%s' "$walk" | wc -w)" -eq 4 ] || fail "'$walk' is no pair of requests and a withdrawal"
expect 1 "--replay '$walk'" --plant lost-waiters --walks 1 --state "$state"
expect 1 'wrong: request ' --plant lost-waiters --replay "$walk"
expect 0 'right' --replay "$walk"

expect 0 'kBlocked behind request 1' --replay 'conflict R0@0+4 W0@2+2'
expect 2 "'retire1' is not possible here" --replay 'conflict R0@0+4 retire1'
expect 2 "'R9@0+4' is no word of a walk" --replay 'conflict R9@0+4'
expect 2 "'serial' is no word of a walk" --replay 'serial R0@0+4'
expect 2 'nonesuch' --nonesuch
expect 2 'nonesuch' --plant nonesuch
expect 2 'is no option' 20
expect 0 'lost-waiters: ' --help
echo nonsense >"$state"
expect 1 'is no state of a search' --state "$state" --walks 1
expect 1 "$TEST_TMPDIR/none/state: " --state "$TEST_TMPDIR/none/state" --walks 1
[ "$failures" -eq 0 ]
