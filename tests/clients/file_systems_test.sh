#!/bin/sh
# The express lane on file systems of every kind: ext4, xfs and btrfs by loop mounts, tmpfs, and
# O_DIRECT. fio writes blocks with checksums and reads them back; the data must be right everywhere,
# and the counters tell where reads were made at once: wherever the system can tell what it has in
# its cache, writes wherever it can tell that it takes them, and neither with O_DIRECT.
#
#     file_systems_test.sh CLIENT_SH UAIO POLICY
#
# A file system that cannot be made or mounted here (no mkfs, no loop device, no rights) is left out
# with a line that says so.
set -eu

# Nobody else sees the mounts, least of all a sandbox that is being set up meanwhile.
if [ "${private_mounts:-no}" = no ]; then
    if ! unshare --mount --propagation private true 2>/dev/null; then
        echo 'left out: no mounts of its own are allowed here'
        exit 0
    fi
    private_mounts=yes exec unshare --mount --propagation private sh "$0" "$@"
fi

uaio=$2 order=$3
# shellcheck source=tests/clients/client.sh
. "$1"
need fio
PATH=$PATH:/usr/sbin:/sbin

mounted=
clean_up() {
    cd /
    [ -z "$mounted" ] || umount "$mounted" || umount -l "$mounted"
    rm -rf "$scratch"
}
trap clean_up EXIT
mkdir mount

# mount_image TYPE MKFS...: a new file system on ./mount. Returns 1 if that cannot be had.
mount_image() {
    rm -f image
    truncate -s 400M image # xfs wants 300 MiB at least; the file has holes
    shift
    "$@" image >mkfs.log 2>&1 || return 1
    mount -o loop image mount 2>>mkfs.log || return 1
    mounted=$scratch/mount
}

mount_tmpfs() {
    mount -t tmpfs -o size=64M none mount 2>mkfs.log || return 1
    mounted=$scratch/mount
}

leave() {
    umount mount
    mounted=
}

# fio_on_mount ARGUMENTS...: writes at random, reads it back and verifies it.
fio_on_mount() {
    run_client fio --name=job --filename=mount/data --ioengine=posixaio --iodepth=16 --bs=4k \
        --size=16m --rw=randwrite --verify=crc32c --verify_fatal=1 --do_verify=1 \
        --verify_state_save=0 --invalidate=0 "$@"
    expect_counted 1 'reads performed' 'writes performed'
    expect_equal 'reads submitted' 'reads performed'
    expect_equal 'writes submitted' 'writes performed'
    [ "$(counter failed)" -eq 0 ] || fail "requests failed: $(counter failed)"
}

expect_none() {
    [ "$(counter "$1")" -eq 0 ] || fail "$1: $(counter "$1"), expected none"
}

try_cached() {
    fio_on_mount
    expect_counted 1000 'express hits' # of 4,096 reads, all of which are in the cache
}

# One at a time, so that no write has to wait for another: more are made at once than there are
# reads.
try_cached_writes() {
    if "$uaio" info mount | grep -q 'nowait_cached_write *yes'; then
        fio_on_mount --iodepth=1
        expect_counted 6000 'express hits' # of 4,096 reads and as many writes
    fi
}

try_direct() {
    fio_on_mount --direct=1
    expect_none 'express hits'
    expect_none 'express misses'
}

left_out() {
    printf 'left out: %s: %s\n' "$1" "$(tail -n 1 mkfs.log)"
}

for type in ext4 xfs btrfs; do
    echo "no mkfs.$type" >mkfs.log
    if command -v "mkfs.$type" >/dev/null && mount_image "$type" "mkfs.$type" -q; then
        printf '== %s\n' "$type"
        try_cached
        try_cached_writes
        try_direct
        leave
    else
        left_out "$type"
    fi
done

# tmpfs does not know such reads: nothing is lost but the attempts.
if mount_tmpfs; then
    echo '== tmpfs'
    fio_on_mount
    leave
else
    left_out tmpfs
fi
