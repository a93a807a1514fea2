# What the scripts that run fio share. A script sources it after lib.sh, sets `file_mib` (size of
# the scratch file) and `seconds` (of one run), and may then rely on
#
#     build_uaio         builds; $uaio is the program
#     make_scratch       after it: a folder $scratch with the file $data, both gone at the end;
#                        $direct is yes if the file can be opened with O_DIRECT
#     say_what_lacks_direct      tells it at the end if that is not so
#     file_system_fact NAME      one fact about the file system of the scratch file
#     measure NAME ENGINE ARGUMENTS [COMMAND…]
#                        one run of fio under COMMAND; operations per second are appended to the
#                        file $scratch/NAME, the 99th percentile of latency (microseconds) to
#                        $scratch/NAME-p99
#     check_that_uaio_worked     after a run under `uaio run --stats`
#     median NAME, least NAME, most NAME     of the runs of that name
#
# Before each run it rests for $rest seconds, if the script has set that.
# shellcheck shell=sh disable=SC2154 # The script that sources it sets file_mib and seconds.

clean_up() {
    [ -z "${scratch:-}" ] || rm -rf "$scratch"
}
at_end clean_up

make_scratch() {
    place=${TMPDIR:-$root}
    scratch=$(mktemp -d "$place/uaio-fio.XXXXXX" 2>/dev/null) ||
        fail "cannot make a folder in $place (TMPDIR can name another place)"
    data=$scratch/data
    { head -c "${file_mib}M" /dev/urandom >"$data" && sync "$data"; } ||
        fail "cannot write $file_mib MiB in $place (TMPDIR can name another place)"
    direct=$(file_system_fact o_direct)
}

say_what_lacks_direct() {
    [ "$direct" = yes ] || say "
Left out: O_DIRECT, which the file system of the scratch file lacks ($direct).
Set TMPDIR to a folder on a disk to see it."
}

build_uaio() {
    build //tools:uaio //aio/posix:libuaio_preload.so
    uaio=$(output tools/uaio)
    unset LD_PRELOAD UAIO_PRELOAD_LIBRARY UAIO_STATS
    command -v fio >/dev/null || fail 'there is no fio on the PATH'
}

file_system_fact() {
    "$uaio" info "$data" | sed -n "s/^  $1 *//p"
}

measure() {
    result=$scratch/$1
    engine=$2
    arguments=$3
    shift 3
    sleep "${rest:-0}"
    # shellcheck disable=SC2086 # The arguments are several words.
    "$@" fio --name=run --filename="$data" --ioengine="$engine" --bs=4k --size="${file_mib}m" \
        --time_based --runtime="$seconds" --invalidate=0 --group_reporting $arguments \
        --output-format=terse --terse-version=3 >"$scratch/out" 2>"$scratch/err" || {
        cat "$scratch/err" "$scratch/out" >&2
        fail 'fio failed'
    }
    # Fields 8 and 49 of fio's terse format, version 3: reads and writes per second.
    awk -F ';' '$1 == 3 { print $8 + $49 }' "$scratch/out" >>"$result"
    # Reads and writes each have their own; the other one's are zeros.
    awk -F ';' '$1 == 3 {
        for (i = 1; i <= NF; i++) {
            if (sub(/^99.000000%=/, "", $i) && $i + 0 > most) most = $i + 0
        }
        print most + 0
    }' "$scratch/out" >>"$result-p99"
    # What a buffered write leaves behind must not be paid for by the next run.
    sync "$data"
}

# A preload library that was not loaded would be the fairest of all comparisons.
check_that_uaio_worked() {
    grep -Eq '^(reads|writes) submitted +[1-9]' "$scratch/err" ||
        fail "fio's requests did not reach uaio"
}

median() {
    sort -n "$scratch/$1" | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'
}

least() {
    sort -n "$scratch/$1" | head -n 1
}

most() {
    sort -n "$scratch/$1" | tail -n 1
}
