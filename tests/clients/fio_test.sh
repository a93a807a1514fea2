#!/bin/sh
# fio, unmodified, through the library: random reads and writes, 32 under way, with and without the
# page cache and with syncs among them. Every block carries a checksum, which fio reads back and
# verifies; that the requests came to us, the counters and the dynamic linker tell.
#
#     fio_test.sh CLIENT_SH UAIO POLICY
set -eu

uaio=$2 order=$3
# shellcheck source=tests/clients/client.sh
. "$1"
need fio

# fio_verified ARGUMENTS...: one pass over a new file, then verification of all that was written.
fio_verified() {
    rm -f data
    run_client fio --name=job --filename=data --ioengine=posixaio --iodepth=32 \
        --verify=crc32c --verify_fatal=1 --do_verify=1 --verify_state_save=0 "$@"
    expect_counted 1 'reads performed' 'writes performed' 'workers started'
    expect_equal 'reads submitted' 'reads performed'
    expect_equal 'writes submitted' 'writes performed'
    [ "$(counter failed)" -eq 0 ] || fail "requests failed: $(counter failed)"
}

# O_DIRECT where the scratch folder's file system has it.
direct=1
dd if=/dev/zero of=probe bs=4096 count=1 oflag=direct 2>/dev/null || direct=0
[ "$direct" -eq 1 ] || echo 'without O_DIRECT: the scratch file system refuses it'

expect_bound aio_read64 aio_write64 aio_error64 aio_return64 aio_suspend64 -- \
    fio --name=job --filename=data --ioengine=posixaio --iodepth=32 --rw=randrw --size=1m \
    --verify=crc32c --verify_fatal=1 --do_verify=1 --verify_state_save=0

for cache in 0 "$direct"; do
    fio_verified --direct="$cache" --rw=randwrite --bs=4k --size=32m
    fio_verified --direct="$cache" --rw=randrw --bs=4k --size=32m --fsync=32
    expect_counted 1 'syncs submitted'
    expect_equal 'syncs submitted' 'syncs performed'
    fio_verified --direct="$cache" --rw=randrw --bs=64k --size=64m --fdatasync=16
    expect_counted 1 'syncs submitted'
    fio_verified --direct="$cache" --rw=randrw --bsrange=4k-256k --size=64m --verify_backlog=64
    fio_verified --direct="$cache" --rw=write --bs=16k --size=32m
done
fio_verified --direct=0 --rw=randrw --bs=512 --size=4m
fio_verified --direct=0 --rw=randrw --bsrange=512-32k --size=16m

# Several processes, several files each, syncs among them.
rm -f data
run_client fio --name=job --directory=. --ioengine=posixaio --iodepth=16 --numjobs=4 --nrfiles=8 \
    --rw=randrw --bs=4k --size=8m --fsync=64 --verify=crc32c --verify_fatal=1 --do_verify=1 \
    --verify_state_save=0
expect_counted 1 'reads performed' 'writes performed' 'syncs performed'
expect_equal 'reads submitted' 'reads performed'
expect_equal 'writes submitted' 'writes performed'
[ "$(counter failed)" -eq 0 ] || fail "requests failed: $(counter failed)"

# Threads of one process that share the engine.
run_client fio --name=job --directory=. --ioengine=posixaio --iodepth=16 --numjobs=4 --thread \
    --rw=randrw --bs=4k --size=8m --fdatasync=64 --verify=crc32c --verify_fatal=1 --do_verify=1 \
    --verify_state_save=0
expect_counted 1 'reads performed' 'writes performed' 'syncs performed'
[ "$(counter failed)" -eq 0 ] || fail "requests failed: $(counter failed)"
