#!/bin/sh
# Runs fio over a matrix of workloads: its posixaio engine on the system's asynchronous I/O and on
# uaio, beside io_uring and as many plain threads as requests (the limit), in turns, several rounds.
# Prints medians of operations per second, uaio's ratio to the system and to io_uring, the spread of
# the former, and the 99th percentile of latency on the system and on uaio. Then runs fio's own
# verification of data on uaio.
#
#     tools/fio.sh               # about eight minutes after the set-up
#     tools/fio.sh --quick       # under three; the spread says what that is worth
#     tools/fio.sh --rounds 9 --seconds 5
#     tools/fio.sh --rest 5      # so many seconds without work before each run, for a rented disk:
#                                # some are throttled, or go faster, after some seconds of load
#
# The scratch file lies in $TMPDIR, or else in the repository, and is removed at the end.
set -eu
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/fio_lib.sh"

rounds=5
seconds=2
rest=0
file_mib=256

while [ $# -gt 0 ]; do
    case $1 in
        --quick) rounds=3 seconds=1 ;;
        --rounds) rounds=${2:?} && shift ;;
        --seconds) seconds=${2:?} && shift ;;
        --rest) rest=${2:?} && shift ;;
        *) fail "unknown argument $1 (--quick, --rounds N, --seconds N, --rest N)" ;;
    esac
    shift
done

# name | queue depth | fio's arguments
workloads='cached random read|1|--rw=randread
cached random read|32|--rw=randread
O_DIRECT random read|32|--rw=randread --direct=1
O_DIRECT random write|32|--rw=randwrite --direct=1
cold random read|32|--rw=randread --invalidate=1
cold sequential read|4|--rw=read --invalidate=1
cold sequential read|16|--rw=read --invalidate=1
cached random write|32|--rw=randwrite
the same, fdatasync every 8th|32|--rw=randwrite --fdatasync=8'

# name | fio's arguments
verifications='random writes|--rw=randwrite --iodepth=32
O_DIRECT random writes|--rw=randwrite --iodepth=32 --direct=1
sequential writes|--rw=write --iodepth=8 --bs=64k
reads and writes|--rw=randrw --iodepth=16'

needs_direct() {
    case $1 in
        *--direct=1*) [ "$direct" != yes ] ;;
        *) false ;;
    esac
}

compare() {
    name=$1 depth=$2 arguments=$3
    rm -f "$scratch"/of-*
    printf '%-30s %3d ' "$name" "$depth"
    round=0
    while [ "$round" -lt "$rounds" ]; do
        measure of-system posixaio "--iodepth=$depth $arguments"
        system=$(tail -n 1 "$scratch/of-system")
        measure of-uaio posixaio "--iodepth=$depth $arguments" "$uaio" run --stats
        check_that_uaio_worked
        tail -n 1 "$scratch/of-uaio" | awk -v other="$system" '{ print $1 / other }' \
            >>"$scratch/of-ratio"
        [ "$uring" = no ] || measure of-uring io_uring "--iodepth=$depth $arguments"
        measure of-threads psync "--numjobs=$depth --thread $arguments"
        round=$((round + 1))
    done
    [ "$uring" != no ] || echo 0 >"$scratch/of-uring"
    awk -v other="$(median of-system)" -v uaio="$(median of-uaio)" -v uring="$(median of-uring)" \
        -v threads="$(median of-threads)" -v ratio="$(median of-ratio)" \
        -v least="$(least of-ratio)" -v most="$(most of-ratio)" \
        -v other_p99="$(median of-system-p99)" -v uaio_p99="$(median of-uaio-p99)" 'BEGIN {
            printf "%9d %9d %9s %9d  %5.2f (%.2f to %.2f)  %4s  %7d %7d\n", other, uaio,
                (uring > 0 ? uring : "-"), threads, ratio, least, most,
                (uring > 0 ? sprintf("%.2f", uaio / uring) : "-"), other_p99, uaio_p99
        }'
}

verify() {
    printf '%-34s' "$1"
    # shellcheck disable=SC2086 # The arguments are several words.
    "$uaio" run --stats -- fio --name=verify --filename="$scratch/verified" --ioengine=posixaio \
        --bs=4k --size=32m --verify=crc32c --do_verify=1 $2 --output-format=terse \
        >"$scratch/out" 2>"$scratch/err" || {
        cat "$scratch/err" "$scratch/out" >&2
        fail 'fio found wrong data'
    }
    check_that_uaio_worked
    say 'data right'
}

"$root/tools/setup.sh"
say 'building uaio (some minutes the first time)'
build_uaio
say "writing a scratch file of $file_mib MiB"
make_scratch
uring=yes
fio --name=probe --filename="$data" --ioengine=io_uring --size=4k --rw=read >/dev/null 2>&1 ||
    uring=no
say "running fio on $(file_system_fact type), requests of 4 KiB, median of $rounds x $seconds s"
say ''
printf '%-30s %3s %9s %9s %9s %9s  %-21s  %s\n' 'operations per second' 'QD' 'system' 'uaio' \
    'io_uring' 'threads' 'uaio/system (spread)' '/uring  p99, us: system, uaio'
printf '%s\n' "$workloads" | while IFS='|' read -r name depth arguments; do
    needs_direct "$arguments" || compare "$name" "$depth" "$arguments"
done
say ''
printf '%s\n' "$verifications" | while IFS='|' read -r name arguments; do
    needs_direct "$arguments" || verify "$name" "$arguments"
done
[ "$uring" = yes ] || say 'Left out: io_uring, which the system does not have or forbids.'
say_what_lacks_direct
