#!/bin/sh
# perf, unmodified, through the library: `perf record --aio` writes its trace by AIO; `perf report`
# must be able to read it.
#
#     perf_test.sh CLIENT_SH UAIO POLICY
set -eu

uaio=$2 order=$3
# shellcheck source=tests/clients/client.sh
. "$1"
need perf

if ! perf record -e task-clock -o probe.data -- true >/dev/null 2>&1; then
    echo 'skipped: this machine does not let perf record (see perf_event_paranoid)'
    exit 0
fi

run_client perf record -e task-clock --aio=4 -o trace.data -- \
    sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i + 1)); done'
expect_counted 1 'writes performed' 'bytes written'
expect_equal 'writes submitted' 'writes performed'
[ "$(counter failed)" -eq 0 ] || fail 'requests failed'

perf report -i trace.data --stdio >report 2>/dev/null || fail 'perf cannot read the trace'
grep -q 'task-clock' report || fail "the trace holds no samples: $(head -5 report)"
