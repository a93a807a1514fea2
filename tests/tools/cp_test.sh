#!/bin/bash
# `uaio cp` as a person uses it: what arrives, what is refused, what is left behind by a failure.
# Method: copy small files, compare them, and look at the status, the message and the directory.
#
#     cp_test.sh UAIO
set -u

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/command.sh"

uaio=$PWD/$1

cd "${TEST_TMPDIR:?}" || exit 1

# succeeds ARGUMENTS…; refuses MESSAGE ARGUMENTS…, where MESSAGE is the one line.
succeeds() {
    expect 0 "$uaio" cp "$@"
    [ ! -s err ] || fail "$*: standard error is not empty"
}
refuses() {
    local message=$1
    shift
    expect 1 "$uaio" cp "$@"
    [ "$(cat err)" = "uaio: cp: $message" ] || fail "$*: the message is not '$message'"
}

same() { cmp -s "$1" "$2" || fail "$1 and $2 differ"; }
gone() { [ ! -e "$1" ] || fail "$1 is there"; }
mode() { stat -c %a "$1"; }

# make FILE BYTES
make() { head -c "$2" /dev/urandom >"$1"; }

contents_arrive() {
    local size
    for size in 0 1 131071 131072 131073 5000017; do
        make source "$size"
        succeeds source copy && same source copy
        succeeds --depth=1 --block=4K source copy && same source copy
        succeeds --depth 100 --block 1M source copy && same source copy
    done
    make source 10
    succeeds source copy && same source copy # no rest of the longer one
}

permissions_stay() {
    make source 100
    chmod 751 source
    (umask 077 && succeeds source new)
    [ "$(mode new)" = 751 ] || fail "permissions of the new file: $(mode new)"
    make old 1000
    chmod 640 old
    succeeds source old && same source old
    [ "$(mode old)" = 640 ] || fail "permissions of the old file: $(mode old)"
}

directories() {
    mkdir -p from to
    make from/a 10
    make from/b 200000
    succeeds from/a from/b to && same from/a to/a && same from/b to/b
    succeeds from/a to/ && same from/a to/a
    refuses 'from/b: is no directory, for more than one file' from/a to/a from/b
    refuses 'to/a: two files would go there' from/a to/a to
    refuses 'from: is a directory' from to
    gone to/from
}

what_makes_no_sense_is_refused() {
    make source 100
    cp source before
    refuses 'source: is the same file as the source, source' source source
    ln -s source link
    ln source second
    refuses 'link: is the same file as the source, source' source link
    refuses 'second: is the same file as the source, source' source second
    refuses './source: is the same file as the source, source' source .
    same source before
    refuses 'nonesuch: open: No such file or directory' nonesuch copy2
    refuses 'nowhere/copy: open: No such file or directory' source nowhere/copy
    refuses '/dev/null: is no regular file' source /dev/null
    mkfifo pipe
    refuses 'pipe: is no regular file' pipe copy2
    gone copy2
    expect 2 "$uaio" cp
    expect 2 "$uaio" cp source
    expect 2 "$uaio" cp --depth=0 source copy2
    expect 2 "$uaio" cp --block=1X source copy2
    expect 2 "$uaio" cp --block=99999999999M source copy2
    expect 2 "$uaio" cp --direct --block=1000 source copy2
    expect 2 "$uaio" cp --quiet --progress source copy2
    gone copy2
}

# The limit is in units of 1024 bytes.
nothing_partial_stays() {
    make source 3000000
    make old 5
    (
        ulimit -f 1024
        refuses 'fresh: write at offset 1048576: File too large' --depth=1 source fresh
        refuses 'old: write at offset 1048576: File too large' --depth=1 source old
        exit "$failures"
    ) || failures=$((failures + 1))
    gone fresh
    [ -f old ] && [ ! -s old ] || fail 'the old file is not left empty'
}

sparse_files_stay_sparse() {
    truncate -s 300M sparse
    printf data | dd of=sparse bs=1 seek=100000000 conv=notrunc status=none
    succeeds sparse copy && same sparse copy
    [ "$(du -k copy | cut -f1)" -lt 100000 ] || fail 'the holes were filled'
}

direct() {
    make source 5000017
    if expect 0 dd if=source of=probe bs=4096 count=1 iflag=direct oflag=direct &&
        grep -q 'copied' err; then
        succeeds --direct source copy && same source copy
        succeeds --direct --depth=2 --block=64K source copy && same source copy
    else
        echo 'skipped: no O_DIRECT here'
    fi
}

progress() {
    make source 1000000
    expect 0 "$uaio" cp --progress source copy
    same source copy
    grep -q 'source 100% \[=*\] *976.6 KiB .*/s' err || fail 'no progress bar'
    expect 1 "$uaio" cp --progress source /dev/null
    ! grep -q '100%' err || fail 'a progress bar of what did not happen'
    succeeds --quiet source copy
}

contents_arrive
permissions_stay
directories
what_makes_no_sense_is_refused
nothing_partial_stays
sparse_files_stay_sparse
direct
progress

[ "$failures" -eq 0 ] || echo "$failures failed"
[ "$failures" -eq 0 ]
