#!/bin/bash
# The program `uaio` as a person uses it: exit statuses, messages, the environment and statistics.
# Method: run it on small programs and compare the status and one telling line of the output.
#
#     uaio_test.sh UAIO AIO_PROGRAM STATIC_PROGRAM
# shellcheck disable=SC2016 # What stands in single quotes is for an inner shell to expand.
set -u

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/command.sh"

uaio=$PWD/$1
aio_program=$PWD/$2
static_program=$PWD/$3

cd "${TEST_TMPDIR:?}" || exit 1
export TMPDIR=$TEST_TMPDIR
unset LD_PRELOAD UAIO_PRELOAD_LIBRARY UAIO_STATS UAIO_TRACE UAIO_ORDER UAIO_THREADS UAIO_IDLE_MS

out_has() { grep -Eq -- "$1" out || fail "standard output lacks: $1"; }
err_has() { grep -Eq -- "$1" err || fail "standard error lacks: $1"; }
err_is_one_line() { [ "$(wc -l <err)" -eq 1 ] || fail 'standard error is not one line'; }
err_is_empty() { [ ! -s err ] || fail 'standard error is not empty'; }
no_leftovers() {
    ! compgen -G "$TMPDIR/uaio-*" >/dev/null || fail "left behind: $(compgen -G "$TMPDIR/uaio-*")"
}

# The total of a counter in a table on standard error: the first number after its name.
counter() { sed -nE "s/^$1 +([0-9]+).*/\1/p" err; }
expect_counter() {
    [ "$(counter "$1")" = "$2" ] || fail "counter '$1' is '$(counter "$1")', not $2"
}

help_and_version() {
    expect 0 "$uaio" --version && out_has '^uaio [0-9]+\.[0-9]+\.[0-9]+$'
    expect 0 "$uaio" help && out_has '^  run ' && out_has '^  info ' && err_is_empty
    expect 0 "$uaio" --help && out_has '^  run '
    expect 0 "$uaio" help run && out_has '^usage: uaio run ' && out_has '^ *--order '
    expect 0 "$uaio" run --help && out_has '^usage: uaio run '
    expect 0 "$uaio" info -h && out_has '^usage: uaio info '
}

usage_errors() {
    expect 2 "$uaio" && err_has '^usage: '
    expect 2 "$uaio" nonesuch && err_has "no command 'nonesuch'" && err_is_one_line
    expect 2 "$uaio" '' && err_is_one_line
    expect 2 "$uaio" --nonesuch && err_is_one_line
    expect 2 "$uaio" help nonesuch
    expect 2 "$uaio" info --nonesuch
    expect 125 "$uaio" run && err_has '^uaio: run: '
    expect 125 "$uaio" run --nonesuch true
    expect 125 "$uaio" run --order=none true && err_has 'conflict, strict'
    expect 125 "$uaio" run --threads=0 true
    expect 125 "$uaio" run --threads
    expect 1 sh -c '"$1" help >/dev/full' sh "$uaio" && err_has 'No space left'
}

run_passes_everything_on() {
    expect 7 "$uaio" run sh -c 'exit 7' && err_is_empty
    expect 0 "$uaio" run -- sh -c 'echo "$@"' sh --stats -- 'a b' && out_has '^--stats -- a b$'
    expect 0 "$uaio" run --order=strict --threads 3 --idle-ms=5 sh -c \
        'echo "$UAIO_ORDER $UAIO_THREADS $UAIO_IDLE_MS"' && out_has '^strict 3 5$'
    expect 0 env LD_PRELOAD=libm.so.6 "$uaio" run sh -c 'echo "$LD_PRELOAD"' &&
        out_has '^/.*/libuaio_preload\.so:libm\.so\.6$'
    expect 0 "$uaio" run "$uaio" run sh -c 'echo "$LD_PRELOAD"' &&
        out_has '^[^:]*/libuaio_preload\.so$'
    expect 0 "$uaio" run --posix sh -c 'echo "$LD_PRELOAD"' &&
        out_has '/libuaio_preload_posix\.so$'
    expect 0 "$uaio" run --libaio sh -c 'echo "$LD_PRELOAD"' &&
        out_has '/libuaio_preload_libaio\.so$'
    expect 0 "$uaio" run --libaio --posix sh -c 'echo "$LD_PRELOAD"' &&
        out_has '/libuaio_preload\.so$'
    expect 0 sh -c 'echo through | "$1" run cat' sh "$uaio" && out_has '^through$'
}

run_refuses_what_cannot_work() {
    expect 127 "$uaio" run ./nonesuch && err_has 'No such file' && err_is_one_line
    expect 127 "$uaio" run nonesuch && err_has '^uaio: run: nonesuch: ' && err_is_one_line
    expect 127 "$uaio" run ''
    expect 126 "$uaio" run /
    expect 126 "$uaio" run "$static_program" && err_has 'statically linked' && err_is_one_line
    touch plain
    expect 126 "$uaio" run ./plain && err_has 'Permission denied'
    printf '#!%s\n' "$static_program" >script
    chmod +x script
    expect 126 "$uaio" run ./script && err_has 'script.*interpreter.*statically'
    echo 'echo no first line' >script
    expect 0 "$uaio" run ./script && out_has 'no first line'
}

run_finds_its_library() {
    cp "$uaio" lonely
    expect 125 ./lonely run true && err_has 'libuaio_preload.so' && err_is_one_line
    expect 125 env UAIO_PRELOAD_LIBRARY=/nonexistent "$uaio" run true && err_is_one_line
    expect 125 env UAIO_PRELOAD_LIBRARY=/etc/passwd "$uaio" run true && err_is_one_line
    mkdir -p 'a b'
    local library
    library=$("$uaio" run printenv LD_PRELOAD)
    cp "$library" 'a b/'
    expect 125 env UAIO_PRELOAD_LIBRARY="a b/libuaio_preload.so" "$uaio" run true
    err_is_one_line
    mkdir -p prefix/bin prefix/lib/uaio
    cp "$uaio" prefix/bin
    cp "$library" prefix/lib/uaio
    expect 0 prefix/bin/uaio run printenv LD_PRELOAD
    out_has '/prefix/lib/uaio/libuaio_preload\.so$'
}

# The counters of a program that ends by WAY with STATUS after so many writes.
count_writes() {
    expect "$2" "$uaio" run --stats "$aio_program" data "$1"
    expect_counter 'writes submitted' "$3"
    expect_counter 'writes performed' "$3"
    expect_counter 'bytes written' "$(($3 * 512))"
    no_leftovers
}

statistics() {
    count_writes return 0 1
    count_writes leave 3 1
    count_writes die 137 1
    count_writes fork 0 3
    err_has '^ +total +(aio_program|[?]) [0-9]+ +(aio_program|[?]) [0-9]+$'
    expect 7 "$uaio" run --stats sh -c 'exit 7' && err_has 'no asynchronous I/O' && no_leftovers
    expect 127 "$uaio" run --stats nonesuch && err_is_one_line && no_leftovers
    expect 125 env TMPDIR=/nonexistent "$uaio" run --stats true && err_is_one_line
    expect 125 sh -c 'ulimit -f 1000; exec "$1" run --stats true' sh "$uaio"
    err_has 'File too large' && err_is_one_line && no_leftovers
}

# A signal sent to uaio arrives in the program, and the statistics are printed nevertheless.
statistics_after_a_signal() {
    mkfifo ready
    "$uaio" run --stats "$aio_program" data wait >ready 2>err &
    local pid=$! line status=0
    read -r line <ready
    kill -TERM "$pid"
    wait "$pid" || status=$?
    echo "$line" >out
    out_has '^ready$'
    [ "$status" -eq 9 ] || fail "status $status after SIGTERM, not 9"
    expect_counter 'writes submitted' 1
    no_leftovers
}

# The steps of the request NUMBER in the Chrome trace events of the file out, one to a line.
walk() {
    grep -E "\"cat\":\"request\",\"id\":$1[,}]" out |
        sed -E 's/.*"ph":"(.)","name":"([^"]*)".*/\1 \2/'
}

trace() {
    rm -f ./*.trace*
    expect 0 "$uaio" run --express=0 --trace w.trace "$aio_program" data return && err_is_empty
    expect 0 "$uaio" trace w.trace && err_is_empty
    walk 1 >steps
    printf '%s\n' 'b #1 write' 'b submitted' 'e submitted' 'b ready' 'e ready' 'b taken' 'e taken' \
        'b performing' 'e performing' 'n publish' 'e #1 write' >wanted
    diff wanted steps >err || fail 'the walk of the write is another one'
    expect 0 "$uaio" trace --summary w.trace && out_has '^[^ ]+, process .*: 1 requests, ' &&
        out_has '#1 write of 512 bytes at 0, descriptor'
    expect 0 "$uaio" trace w.trace -o w.json
    grep -q traceEvents w.json || fail 'no trace events in w.json'
    expect 0 "$uaio" trace w.trace --html w.html && err_is_empty
    grep -q '<canvas' w.html || fail 'no page in w.html'
    [ ! -s out ] || fail 'with -o something goes to standard output'
}

# The child finds its parent's trace and makes its own. An older trace is replaced.
trace_of_each_process() {
    expect 0 "$uaio" run --express=0 --trace="$PWD/w.trace" "$aio_program" data fork
    expect 0 "$uaio" trace --summary w.trace && out_has ': 1 requests'
    expect 0 "$uaio" trace --summary w.trace.* && out_has ': 2 requests'
    rm -f ./*.trace*
    expect 137 "$uaio" run --express=0 --trace w.trace sh -c '"$1" data die; exit $?' sh \
        "$aio_program"
    expect 0 "$uaio" trace --summary w.trace && out_has ': 1 requests'
}

trace_refuses_what_it_cannot_do() {
    echo precious >plain
    expect 125 "$uaio" run --trace plain "$aio_program" data return && err_is_one_line
    [ "$(cat plain)" = precious ] || fail 'a file that is no trace was replaced'
    expect 125 "$uaio" run --trace /nonexistent/w "$aio_program" data return && err_is_one_line
    expect 125 "$uaio" run --trace . "$aio_program" data return && err_is_one_line
    expect 2 "$uaio" trace
    expect 1 "$uaio" trace nonesuch && err_has '^uaio: trace: nonesuch: No such' && err_is_one_line
    expect 1 "$uaio" trace . && err_is_one_line
    expect 1 "$uaio" trace plain && err_has 'is no trace of uaio' && err_is_one_line
    : >empty
    expect 1 "$uaio" trace empty && err_has 'is empty' && err_is_one_line
    head -c 5000 w.trace >short
    expect 1 "$uaio" trace short && err_has 'is cut short' && err_is_one_line
    cp w.trace newer
    printf '\002' | dd of=newer bs=1 seek=12 conv=notrunc 2>dd.log
    expect 1 "$uaio" trace newer && err_has 'by a newer uaio' && err_is_one_line
    expect 1 "$uaio" trace w.trace -o /nonexistent/w.json && err_is_one_line
    expect 1 "$uaio" trace w.trace -o /dev/full && err_is_one_line
    expect 1 "$uaio" trace w.trace --html /dev/full && err_is_one_line
    expect 2 "$uaio" trace w.trace --html w.html --summary && err_has 'goes with neither'
    expect 1 sh -c '"$1" trace w.trace >/dev/full' sh "$uaio" && err_has 'No space left'
    if [ "$(id -u)" -ne 0 ]; then # who may read everything is not refused
        chmod 0 short
        expect 1 "$uaio" trace short && err_has 'Permission denied' && err_is_one_line
    fi
    rm -f ./*.trace* newer short
}

# A program whose reads hang, looked at from outside: when one waits for the pipe and the other one
# for its turn, which the program's threads see to.
live() {
    local target status=0 name=hang$$ # nobody else's
    rm -f ready
    mkfifo ready
    cp "$aio_program" "$name"
    "$uaio" run --stats "./$name" data hang >ready 2>stats &
    local pid=$!
    read -r target <ready
    until "$uaio" dump "$target" >seen && grep -q parked seen && grep -q held seen; do :; done
    expect 0 "$uaio" dump "$target" && err_is_empty
    out_has "^$name, process $target: 2 outstanding\$"
    out_has '^number +fd +kind +offset +bytes +priority +age +state +waits for$'
    out_has '^ +[0-9]+ +[0-9]+ +read +- +512 +0 +[0-9]+\.[0-9]{6} s  parked  its stream$'
    out_has '^ +[0-9]+ +[0-9]+ +read +- +512 +0 +[0-9]+\.[0-9]{6} s  held +its turn at descriptor'
    expect 0 "$uaio" dump "$name" && out_has ': 2 outstanding'
    expect 0 "$uaio" top "$target" --once --interval=0.1 && err_is_empty
    out_has "process $target: 2 outstanding \(most [23]\)\$"
    out_has '^requests  0 queued, 0 performing, 1 held by others, 1 held by streams$'
    out_has '^oldest .*: #[0-9]+ read of 512 bytes, descriptor [0-9]+, waits for its stream$'
    out_has '^writes performed +0 +1$'
    expect 0 "$uaio" top --json --interval 0.1 "$target" && err_is_empty
    out_has '^    "outstanding": 2,$' && out_has '^    "bytes_written": 512,$'
    expect 1 env TERM=xterm "$uaio" top "$target" && err_has 'no terminal' && err_is_one_line
    expect 1 sh -c '"$1" dump "$2" >/dev/full' sh "$uaio" "$target" && err_has 'No space left'
    kill -TERM "$target"
    wait "$pid" || status=$?
    [ "$status" -eq 9 ] || fail "status $status after looking at it, not 9"
    expect 1 "$uaio" dump "$target" && err_has 'there is no process' && err_is_one_line
}

live_refuses_what_it_cannot_do() {
    local command
    for command in top dump; do
        expect 2 "$uaio" "$command" && err_has 'which process'
        expect 2 "$uaio" "$command" 1 2
        expect 1 "$uaio" "$command" nonesuch && err_has "no process called 'nonesuch'$"
        err_is_one_line
        expect 1 "$uaio" "$command" 0 && err_is_one_line
        expect 1 "$uaio" "$command" $$ && err_has 'keeps no statistics' && err_is_one_line
    done
    for interval in 0 0.01 -1 nan 1e9; do
        expect 2 "$uaio" top --interval=$interval $$ && err_has 'interval'
    done
    expect 2 "$uaio" top --interval=often $$
}

info() {
    expect 0 "$uaio" info && out_has '^  UAIO_ORDER +conflict \(default\)$' && err_is_empty
    expect 0 env UAIO_ORDER=strict "$uaio" info && out_has '^  UAIO_ORDER +strict \(environment\)$'
    expect 0 "$uaio" info . && out_has '^  nowait_cached_read ' && out_has '^  o_direct '
    expect 0 "$uaio" info data --json && out_has '^    "nowait_cached_read": \{"supported":'
    ln -s /proc/self/status elsewhere # on no file system with room for a file
    expect 1 "$uaio" info elsewhere && err_is_one_line
    expect 1 sh -c 'echo | "$1" info /dev/stdin' sh "$uaio" && err_is_one_line # no file
    expect 1 "$uaio" info nonesuch && err_has '^uaio: info: nonesuch: No such' && err_is_one_line
    expect 1 "$uaio" info /proc && err_is_one_line
    expect 2 "$uaio" info . .
    no_leftovers
}

# On uaio the system's own functions cannot be had, which must not pass for a measurement.
bench_knows_whose_functions_it_measures() {
    expect 1 "$uaio" run "$uaio" bench --rounds=1 --only=cached-read-1x1 --peers=system --size=1
    err_has '^uaio: bench: system: aio_read is not the C library.s' && err_is_one_line
    no_leftovers
}

help_and_version
usage_errors
run_passes_everything_on
run_refuses_what_cannot_work
run_finds_its_library
statistics
statistics_after_a_signal
trace
trace_of_each_process
trace_refuses_what_it_cannot_do
live
live_refuses_what_it_cannot_do
info
bench_knows_whose_functions_it_measures

[ "$failures" -eq 0 ] || echo "$failures failed"
[ "$failures" -eq 0 ]
