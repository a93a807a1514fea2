#!/bin/bash
# `uaio lesson` as a student uses it: every lesson, under both orders. Method: run it, and look at
# the order of the rows of its tables; times play no part. The page about them shows what they
# print, and the pictures in docs/ are those that they draw: nothing in them is left to chance.
#
#     lesson_test.sh UAIO PAGE PICTURE…
set -u

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/command.sh"

uaio=$PWD/$1
page=$PWD/$2
shift 2
pictures=()
for picture; do
    pictures+=("$PWD/$picture")
done

cd "${TEST_TMPDIR:?}" || exit 1
export TMPDIR=$TEST_TMPDIR
unset UAIO_TRACE UAIO_ORDER UAIO_THREADS UAIO_IDLE_MS UAIO_EXPRESS

err_is() { [ "$(cat err)" = "uaio: lesson: $1" ] || fail "the message is not '$1'"; }
nothing_left() {
    ! compgen -G "$TMPDIR/uaio-lesson-*" >/dev/null || fail 'a folder is left behind'
}

# table TITLE: the rows below that title.
table() { awk -v title="$1" '$0 == title { inside = 1 } /^$/ { inside = 0 } inside' out; }

# rows TITLE TEXT…: these are in the table, in this order, with others in between.
rows() {
    local title=$1 at=0 found text
    shift
    table "$title" >table
    for text; do
        found=$(awk -v text="$text" -v at="$at" 'NR > at && index($0, text) { print NR; exit }' \
            table)
        [ -n "$found" ] || { fail "$title lacks, after line $at: $text" && return; }
        at=$found
    done
}
ours() { rows 'Ours (conflict)' "$@"; }
strict() { rows "glibc's rule (strict)" "$@"; }

# never TITLE TEXT
never() { ! table "$1" | grep -qF -- "$2" || fail "$1 has: $2"; }

# beside LINE: among those that compare the two.
beside() { grep -qxF -- "  $1" out || fail "no line '$1'"; }

# lesson NAME: runs it, and keeps what it prints. No line is too long for a terminal.
lesson() {
    expect 0 "$uaio" lesson "$1"
    cp out "out.$1"
    [ ! -s err ] || fail "$1: standard error is not empty"
    ! grep -E '.{81}' out || fail "$1: a line of more than 80 columns"
    ! grep -q $'\033' out || fail "$1: escape sequences in a file"
    nothing_left
}

order() {
    lesson order
    ours 'a worker takes A' 'B waits for A' 'a worker takes C' 'C published: 4 bytes' \
        'D waits for B' 'the disk is done with A' 'B may run now' 'B published' 'D may run now' \
        'D published'
    strict 'a worker takes A' 'A published' 'C waits for its turn' 'B published' \
        'a worker takes C' 'C published' 'a worker takes D' 'D published: 4 bytes' 'D retired'
    beside 'taken by workers      A C B D             A B C D'
    beside 'published             C A B D             A B C D'
    beside 'at work at one time   2                   1'
}

priorities() {
    lesson priorities
    ours 'A published' 'B may run' 'C may run' 'B waits for D' 'a worker takes D' 'B may run now' \
        'a worker takes C' 'a worker takes B' 'B retired'
    strict 'A published' 'B may run' 'B waits for its turn' 'a worker takes D' 'a worker takes C' \
        'a worker takes B'
    beside 'published             A D C B             A D C B'
}

cancel() {
    local each
    lesson cancel
    for each in ours strict; do
        "$each" 'a worker takes A' 'calls aio_cancel(B)' 'B is withdrawn' 'B published: ECANCELED' \
            'aio_cancel(B) says AIO_CANCELED' 'aio_cancel(A) says AIO_NOTCANCELED' \
            'A published: 4 bytes' 'a worker takes C' 'C published: 4 bytes' \
            'aio_cancel(A) says AIO_ALLDONE'
    done
    never 'Ours (conflict)' 'takes B'
    beside 'published             B A C               B A C'
}

list() {
    lesson list
    ours 'C: read' 'A may run' 'a worker takes A' "A's call serves B too" \
        "A's call serves C too" 'A published' "A's owner is told" 'C published' \
        "the list's owner is told" 'A retired'
    strict 'C waits for its turn' 'A published' "A's owner is told" 'a worker takes B' \
        'a worker takes C' 'C published' "the list's owner is told" 'C retired'
    beside 'taken by workers      A                   A B C'
}

sync() {
    lesson sync
    ours 'a worker takes A' 'C waits for older writes' 'D published' 'A published' 'B published' \
        'C may run now' 'a worker takes C' 'C published: done'
    strict 'a worker takes A' 'C waits for older writes' 'B published' 'C may run now' \
        'a worker takes C' 'C published: done'
    beside 'published             D A B C             A D B C'
}

pipe() {
    lesson pipe
    ours 'a worker takes A' 'A finds nothing: parked' 'B published: 5 bytes' 'C published' \
        'the peer sends' 'A may run now' 'A published: 5 bytes'
    strict 'A finds nothing: parked' 'B waits for its turn' 'C published' 'the peer sends' \
        'A published: 5 bytes' 'B may run now' 'B published: 5 bytes'
    beside 'published             B C A               C A B'
}

# Where the file system or this build knows no reads that do not wait, the lesson says so.
express() {
    lesson express
    if grep -q 'no such reads where TMPDIR is' out; then
        ours 'tried at once' 'A: read cached bytes' 'A published' 'C published'
        return
    fi
    ours 'A: read cached' 'tried at once' 'B: read cold' 'a worker takes B' 'C: read cached' \
        'D: read another' 'B published'
    strict 'a worker takes B' 'D: read another' 'B published' 'a worker takes C' 'C published'
    never 'Ours (conflict)' 'takes C'
    beside 'taken by workers      B                   B C'
    beside 'published             A C D B             A D B C'
}

fork() {
    local title
    lesson fork
    for title in 'Ours (conflict)' "glibc's rule (strict)"; do
        rows "$title" 'a worker takes A' 'calls fork' 'the child has ended' 'A published: 4 bytes'
        rows "$title, in the child" 'aio_error(A) says EINPROGRESS' 'B: write' 'a worker takes B' \
            'B published: 4 bytes' 'B retired'
        never "$title, in the child" 'takes A'
    done
}

all_are_listed() {
    local names='order priorities cancel list sync pipe express fork'
    expect 0 "$uaio" lesson
    cp out out.
    [ "$(cut -d' ' -f1 out | tr '\n' ' ')" = "$names " ] || fail 'the list is another'
    expect 2 "$uaio" lesson nonesuch
    err_is "there is no lesson 'nonesuch', but ${names// /, }"
}

what_makes_no_sense_is_refused() {
    expect 2 "$uaio" lesson order sync
    expect 2 "$uaio" lesson --step
    expect 2 "$uaio" lesson --step order --svg=picture
    expect 1 "$uaio" lesson --step order && err_is '--step needs a terminal to wait for Enter on'
    expect 1 env TMPDIR="$PWD/nowhere" "$uaio" lesson order
    err_is "cannot make a folder in $PWD/nowhere (TMPDIR): No such file or directory"
    expect 1 "$uaio" lesson order --svg=nowhere/picture
    err_is 'nowhere/picture: No such file or directory'
    nothing_left
}

# Nobody listens: no crash, no success, and one line where the signal is ignored.
output_that_nobody_reads() {
    local status
    mkfifo silence
    "$uaio" lesson order 2>err >silence &
    : <silence
    wait $!
    status=$?
    [ "$status" -eq 141 ] || [ "$status" -eq 0 ] || fail "a closed pipe: status $status"
    "$uaio" lesson order >/dev/full 2>err
    status=$?
    [ "$status" -eq 1 ] && [ "$(wc -l <err)" -eq 1 ] || fail "a full disk: status $status"
}

# Interrupted in the midst of a lesson, it takes its folder along, and dies of the signal. Another
# try where it was done with that before.
a_signal_ends_it() {
    local status=0 tries=0
    : >out
    while { [ "$status" -eq 0 ] || [ -s out ]; } && [ $((++tries)) -le 50 ]; do
        "$uaio" lesson fork >out 2>err &
        until compgen -G "$TMPDIR/uaio-lesson-*/trace" >/dev/null || ! kill -0 $!; do :; done
        kill -TERM $!
        wait $!
        status=$?
    done
    [ "$status" -eq 143 ] || fail "a signal: status $status"
    [ ! -s out ] && [ ! -s err ] || fail 'it has said something'
    nothing_left
}

# By who has started it.
an_ignored_signal_does_not() {
    local status
    (
        trap '' TERM
        exec "$uaio" lesson fork
    ) >out 2>err &
    until compgen -G "$TMPDIR/uaio-lesson-*/trace" >/dev/null || ! kill -0 $!; do :; done
    kill -TERM $!
    wait $!
    status=$?
    [ "$status" -eq 0 ] && [ -s out ] || fail "an ignored signal: status $status"
}

# On a terminal: a step for each line, and q ends it.
steps() {
    printf '\n\nq\n' | TERM=xterm script -qec "'$uaio' lesson --step order" /dev/null >out 2>err
    grep -q 'Enter goes on' out || fail 'it does not say how to go on'
    [ "$(grep -c 'a worker takes' out)" -eq 1 ] || fail 'it has not stopped at each line'
    ! grep -q 'B: write' out || fail 'q has not ended it'
}

# A block of the page begins with the command.
the_page_shows_what_they_print() {
    local name shown=0
    for name in '' $("$uaio" lesson | cut -d' ' -f1); do
        awk -v command="\$ uaio lesson${name:+ $name}" '
            $0 == command { inside = 1; next }
            inside && (/^```/ || /^\$ /) { exit }
            inside' "$page" >shown
        [ -s shown ] || continue
        shown=$((shown + 1))
        diff shown "out.$name" || fail "lesson $name: the page (<) shows something else"
    done
    [ "$shown" -ge 3 ] || fail "the page shows $shown of them"
}

pictures_are_those_of_the_lessons() {
    local picture name
    for picture in "${pictures[@]}"; do
        name=${picture##*/lesson_}
        name=${name%.svg}
        expect 0 "$uaio" lesson "$name" --svg=picture
        cmp picture "$picture" || fail "docs/lesson_$name.svg is not what the lesson draws"
    done
    [ "${#pictures[@]}" -ge 4 ] || fail 'pictures are missing'
}

all_are_listed
what_makes_no_sense_is_refused
order
priorities
cancel
list
sync
pipe
express
fork
output_that_nobody_reads
a_signal_ends_it
an_ignored_signal_does_not
steps
the_page_shows_what_they_print
pictures_are_those_of_the_lessons

[ "$failures" -eq 0 ] || echo "$failures failed"
[ "$failures" -eq 0 ]
