#!/bin/sh
# The archiver that goes with zig.sh.
exec "$UAIO_ZIG" ar "$@"
