#!/bin/sh
# Other programs on Linux AIO, unmodified, through the library where the kernel refuses AIO:
# stressapptest, which verifies what its disk threads write; sysbench; stress-ng, which makes the
# system calls itself; and OCFS2's tools, which make and check a file system in a sparse file.
#
#     libaio_others_test.sh CLIENT_SH UAIO POLICY LIBAIO_SH REFUSE_AIO
set -eu

uaio=$2 order=$3 library=$(readlink -f "$4") refuse=$(readlink -f "$5")
# shellcheck source=tests/clients/client.sh
. "$1"
# shellcheck source=tests/clients/libaio.sh
. "$library"
PATH=$PATH:/usr/sbin:/sbin
for program in stressapptest sysbench stress-ng mkfs.ocfs2 fsck.ocfs2; do
    need "$program"
done

none_failed() {
    [ "$(counter failed)" -eq 0 ] || fail "requests failed: $(counter failed)"
}

# It works for a time, not for a number of transfers.
truncate -s 64M disk
run_refused stressapptest -M 32 -s 2 -d "$PWD/disk"
grep -q 'Status: PASS' output || fail 'stressapptest does not pass'
expect_counted 1 'reads performed'
none_failed
run_refused stressapptest -M 32 -s 3 --destructive -d "$PWD/disk"
grep -q 'Status: PASS' output || fail 'stressapptest does not pass'
expect_counted 1 'writes performed'
none_failed

sysbench fileio --file-total-size=16M --file-num=4 prepare >output 2>&1 || fail 'sysbench prepare'
run_refused sysbench fileio --file-total-size=16M --file-num=4 --file-io-mode=async \
    --file-async-backlog=32 --file-test-mode=rndrw --time=0 --events=5000 run
if grep -q FATAL output; then fail 'sysbench fails'; fi
expect_counted 100 'reads performed' 'writes performed'
none_failed

# It sizes its contexts so that it meets EAGAIN, and goes on.
run_refused stress-ng --aiol 2 --aiol-ops 500 --aiol-requests 64 --verify --temp-path .
expect_counted 100 'reads performed' 'writes performed'

truncate -s 300M image
run_refused sh -c 'yes | mkfs.ocfs2 -F -q -M local -N 1 image'
expect_counted 1 'reads performed'
run_refused fsck.ocfs2 -n -f image
grep -q 'All passes succeeded' output || fail 'fsck.ocfs2 finds faults'
expect_counted 1 'reads submitted'
