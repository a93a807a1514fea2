#!/bin/sh
# QEMU's native AIO, unmodified, through the library where the kernel refuses AIO. It reaps from the
# ring alone, without a call, and is woken by an eventfd. What it writes is read back with its own
# patterns, without the library too, and compared.
#
#     qemu_test.sh CLIENT_SH UAIO POLICY LIBAIO_SH REFUSE_AIO
set -eu

uaio=$2 order=$3 library=$(readlink -f "$4") refuse=$(readlink -f "$5")
# shellcheck source=tests/clients/client.sh
. "$1"
# shellcheck source=tests/clients/libaio.sh
. "$library"
need qemu-img
need qemu-io

# O_DIRECT goes with native AIO.
if ! dd if=/dev/zero of=probe bs=4096 count=1 oflag=direct 2>/dev/null; then
    echo 'skipped: the scratch file system refuses O_DIRECT'
    exit 0
fi
qemu-img create -q -f raw image 64M

expect_libaio_bound io_setup io_submit -- qemu-img bench -n -t none -c 100 -d 8 -f raw image

run_refused qemu-io -k -t none -f raw -c 'aio_write -P 0x5a 0 1M' -c 'aio_write -P 0x33 4M 64k' \
    -c 'aio_write -P 0x44 8M 128k' -c 'aio_flush' -c 'read -P 0x5a 0 1M' -c 'read -P 0x33 4M 64k' \
    -c 'writev -P 0x77 16M 4k 8k 4k' -c 'readv -P 0x77 16M 4k 8k 4k' image
expect_counted 1 'reads performed' 'writes performed'
[ "$(counter failed)" -eq 0 ] || fail "requests failed: $(counter failed)"

# On the system's own reads: what is there is there.
qemu-io -f raw -c 'read -P 0x5a 0 1M' -c 'read -P 0x33 4M 64k' -c 'read -P 0x44 8M 128k' \
    -c 'read -P 0x77 16M 16k' image >output 2>&1 || fail 'qemu-io does not read what it wrote'
if grep -q 'Pattern verification failed' output; then
    fail 'other bytes than were written'
fi

cp image copy
run_refused qemu-img bench -n -t none -c 10000 -d 32 -f raw image
expect_counted 10000 'reads performed'
run_refused qemu-img bench -w -n -t none -c 5000 -d 32 -f raw copy
expect_counted 5000 'writes performed'
qemu-io -k -t none -f raw -c 'write -P 0x11 0 64M' copy >output 2>&1 || fail 'qemu-io fails'
run_refused qemu-io -k -t none -f raw -c 'aio_write -P 0x11 0 32M' -c 'aio_write -P 0x11 32M 32M' \
    -c 'aio_flush' image
qemu-img compare -f raw -F raw image copy || fail 'the images differ'
