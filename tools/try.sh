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

rounds=3  # odd, for the median
seconds=2
file_mib=256

# name | fio's arguments
workloads='cached random read, QD 1|--rw=randread --iodepth=1
cached random read, QD 32|--rw=randread --iodepth=32
O_DIRECT random read, QD 32|--rw=randread --iodepth=32 --direct=1
O_DIRECT random write, QD 32|--rw=randwrite --iodepth=32 --direct=1
cached random write, QD 32|--rw=randwrite --iodepth=32'

clean_up() {
    [ -z "${scratch:-}" ] || rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

make_scratch_folder() {
    place=${TMPDIR:-$root}
    scratch=$(mktemp -d "$place/uaio-try.XXXXXX" 2>/dev/null) ||
        fail "cannot make a folder in $place (TMPDIR can name another place)"
}

make_scratch_file() {
    data=$scratch/data
    { head -c "${file_mib}M" /dev/urandom >"$data" && sync "$data"; } ||
        fail "cannot write $file_mib MiB in $place (TMPDIR can name another place)"
}

# The value of one fact about the file system that holds the scratch file.
file_system_fact() {
    "$uaio" info "$data" | sed -n "s/^  $1 *//p"
}

# measure NAME FIO-ARGUMENTS [COMMAND…]: one run of fio, under COMMAND; its operations per second
# are appended to the file of that name.
measure() {
    result=$scratch/$1
    arguments=$2
    shift 2
    # shellcheck disable=SC2086 # The arguments are several words.
    "$@" fio --name=try --filename="$data" --ioengine=posixaio --bs=4k --size="${file_mib}m" \
        --time_based --runtime="$seconds" --invalidate=0 --group_reporting $arguments \
        --output-format=terse --terse-version=3 >"$scratch/out" 2>"$scratch/err" || {
        cat "$scratch/err" "$scratch/out" >&2
        fail 'fio failed'
    }
    # Fields 8 and 49 of fio's terse format, version 3: reads and writes per second.
    awk -F ';' '$1 == 3 { print $8 + $49 }' "$scratch/out" >>"$result"
    # What a buffered write leaves behind must not be paid for by the next run.
    sync "$data"
}

# A preload library that was not loaded would be the fairest of all comparisons.
check_that_uaio_worked() {
    grep -Eq '^(reads|writes) submitted +[1-9]' "$scratch/err" ||
        fail "fio's requests did not reach uaio"
}

median() {
    sort -n "$scratch/$1" | sed -n "$(((rounds + 1) / 2))p"
}

compare() {
    rm -f "$scratch/system" "$scratch/uaio"
    printf '%-30s' "$1"
    round=0
    while [ "$round" -lt "$rounds" ]; do
        measure system "$2"
        measure uaio "$2" "$uaio" run --stats
        check_that_uaio_worked
        round=$((round + 1))
    done
    awk -v other="$(median system)" -v ours="$(median uaio)" \
        'BEGIN { printf "%12d %12d %8.1fx\n", other, ours, ours / other }'
}

"$root/tools/setup.sh"
make_scratch_folder
say 'building uaio (some minutes the first time)'
build //tools:uaio //aio/posix:libuaio_preload.so
uaio=$(output tools/uaio)
unset LD_PRELOAD UAIO_PRELOAD_LIBRARY UAIO_STATS
command -v fio >/dev/null || fail 'there is no fio on the PATH'

say "writing a scratch file of $file_mib MiB"
make_scratch_file
direct=$(file_system_fact o_direct)
say "running fio on $(file_system_fact type), requests of 4 KiB, median of $rounds x $seconds s"
say ''
printf '%-30s%12s %12s %9s\n' 'operations per second' 'system' 'uaio' 'ratio'
printf '%s\n' "$workloads" | while IFS='|' read -r name arguments; do
    case $arguments in
        *--direct=1*) [ "$direct" = yes ] || continue ;;
    esac
    compare "$name" "$arguments"
done
[ "$direct" = yes ] || say "
Left out: O_DIRECT, which the file system of the scratch file lacks ($direct).
Set TMPDIR to a folder on a disk to see it."
