#!/bin/sh
# stress-ng's asynchronous I/O stressor, unmodified, through the library: two processes that write,
# read and cancel with signals as notification, verified by the program itself.
#
#     stress_ng_test.sh CLIENT_SH UAIO POLICY
set -eu

uaio=$2 order=$3
# shellcheck source=tests/clients/client.sh
. "$1"
need stress-ng

expect_bound aio_read64 aio_write64 aio_error64 -- \
    stress-ng --aio 1 --aio-ops 200 --verify --temp-path "$scratch"

run_client stress-ng --aio 2 --aio-ops 100000 --aio-requests 16 --verify --temp-path "$scratch"
grep -q 'successful run completed' output statistics || fail 'stress-ng does not report success'
expect_counted 1000 'reads submitted' 'writes submitted' 'notices sent'

run_client stress-ng --aio 4 --aio-ops 100000 --aio-requests 128 --verify --temp-path "$scratch"
expect_counted 1000 'reads submitted' 'writes submitted' 'notices sent'
