#!/bin/sh
# Sets up, builds, and runs a program that knows nothing of uaio, fio with its posixaio engine, on
# the system's asynchronous I/O and on uaio, one after the other. Prints a table of operations per
# second: the median of several rounds. Takes less than two minutes after the set-up.
#
#     tools/try.sh
#
# The scratch file lies in $TMPDIR, or else in the repository, and is removed at the end.
set -eu
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/fio_lib.sh"

rounds=3
seconds=2
file_mib=256

# name | fio's arguments
workloads='cached random read, QD 1|--rw=randread --iodepth=1
cached random read, QD 32|--rw=randread --iodepth=32
O_DIRECT random read, QD 32|--rw=randread --iodepth=32 --direct=1
O_DIRECT random write, QD 32|--rw=randwrite --iodepth=32 --direct=1
cached random write, QD 32|--rw=randwrite --iodepth=32'

compare() {
    rm -f "$scratch/system" "$scratch/uaio"
    printf '%-30s' "$1"
    round=0
    while [ "$round" -lt "$rounds" ]; do
        measure system posixaio "$2"
        measure uaio posixaio "$2" "$uaio" run --stats
        check_that_uaio_worked
        round=$((round + 1))
    done
    awk -v other="$(median system)" -v ours="$(median uaio)" \
        'BEGIN { printf "%12d %12d %8.1fx\n", other, ours, ours / other }'
}

"$root/tools/setup.sh"
say 'building uaio (some minutes the first time)'
build_uaio
say "writing a scratch file of $file_mib MiB"
make_scratch
say "running fio on $(file_system_fact type), requests of 4 KiB, median of $rounds x $seconds s"
say ''
printf '%-30s%12s %12s %9s\n' 'operations per second' 'system' 'uaio' 'ratio'
printf '%s\n' "$workloads" | while IFS='|' read -r name arguments; do
    case $arguments in
        *--direct=1*) [ "$direct" = yes ] || continue ;;
    esac
    compare "$name" "$arguments"
done
say_what_lacks_direct
