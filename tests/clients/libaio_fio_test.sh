#!/bin/sh
# fio's libaio engine, unmodified, through the library where the kernel refuses AIO: without uaio it
# fails, and with it random reads and writes of every kind are verified by fio's own checksums.
#
#     libaio_fio_test.sh CLIENT_SH UAIO POLICY LIBAIO_SH REFUSE_AIO
set -eu

uaio=$2 order=$3 library=$(readlink -f "$4") refuse=$(readlink -f "$5")
# shellcheck source=tests/clients/client.sh
. "$1"
# shellcheck source=tests/clients/libaio.sh
. "$library"
need fio

# fio_verified ARGUMENTS...: one pass over a new file, then verification of all that was written.
fio_verified() {
    rm -f data
    run_refused fio --name=job --filename=data --ioengine=libaio --iodepth=32 \
        --verify=crc32c --verify_fatal=1 --do_verify=1 --verify_state_save=0 "$@"
    expect_counted 1 'reads submitted' 'writes performed'
    expect_equal 'reads submitted' 'reads performed'
    expect_equal 'writes submitted' 'writes performed'
    [ "$(counter failed)" -eq 0 ] || fail "requests failed: $(counter failed)"
}

# The reason for all this.
for error in ENOSYS EPERM; do
    if "$refuse" "$error" fio --name=job --filename=data --ioengine=libaio --rw=write --size=1m \
        >output 2>&1; then
        fail "fio works without the kernel's AIO ($error)"
    fi
    fio_verified --rw=randrw --bs=4k --size=4m
done
error=ENOSYS

expect_libaio_bound io_queue_init io_submit io_getevents -- \
    fio --name=job --filename=data --ioengine=libaio --rw=randrw --size=1m

direct=1
dd if=/dev/zero of=probe bs=4096 count=1 oflag=direct 2>/dev/null || direct=0
[ "$direct" -eq 1 ] || echo 'without O_DIRECT: the scratch file system refuses it'

for cache in 0 "$direct"; do
    fio_verified --direct="$cache" --rw=randwrite --bs=4k --size=32m
    fio_verified --direct="$cache" --rw=randrw --bs=4k --size=32m --fsync=32
    fio_verified --direct="$cache" --rw=randrw --bs=64k --size=64m --fdatasync=16
    fio_verified --direct="$cache" --rw=randrw --bsrange=4k-256k --size=64m --verify_backlog=64
    fio_verified --direct="$cache" --rw=randrw --bs=4k --size=16m --userspace_reap
    fio_verified --direct="$cache" --rw=randrw --bs=4k --size=16m --iodepth_batch=16 \
        --iodepth_batch_complete_min=4 --iodepth_batch_complete_max=32
    fio_verified --direct="$cache" --rw=randrw --bs=4k --size=16m --cmdprio_percentage=50 \
        --cmdprio_class=2 --cmdprio=1
done
# The option came with fio 3.36.
if fio --enghelp=libaio | grep -q libaio_vectored; then
    fio_verified --rw=randrw --bs=4k --size=16m --libaio_vectored=1
fi

# RWF_NOWAIT: what is not cached, or not any more, ends with EAGAIN.
cat data >/dev/null
run_refused fio --name=job --filename=data --ioengine=libaio --iodepth=32 --rw=randread --bs=4k \
    --size=16m --invalidate=0 --nowait=1 --ignore_error=EAGAIN
expect_counted 1 'reads submitted'

# Several processes and several files each, and threads that share the engine.
for kind in '' --thread; do
    rm -f job.*
    # shellcheck disable=SC2086 # Empty, or one word.
    run_refused fio --name=job --directory=. --ioengine=libaio --iodepth=16 --numjobs=4 \
        --nrfiles=4 --rw=randrw --bs=4k --size=8m --fsync=64 --verify=crc32c --verify_fatal=1 \
        --do_verify=1 --verify_state_save=0 $kind
    expect_counted 1 'writes performed'
    [ "$(counter failed)" -eq 0 ] || fail "requests failed: $(counter failed)"
done
