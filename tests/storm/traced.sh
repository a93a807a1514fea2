#!/bin/sh
# Runs a storm while its steps are recorded, and reads the trace: the storm must pass as it does
# without, and the trace be one. More happens than there is room for, so both the recording and the
# dropping are under way.
#
#     traced.sh STORM UAIO
set -eu

storm=$1
uaio=$2
trace=${TEST_TMPDIR:?}/storm.trace

rm -f "$trace"*
UAIO_TRACE=$trace "$storm"
"$uaio" trace --summary "$trace"
"$uaio" trace "$trace" -o /dev/null
rm -f "$trace"*
