#!/bin/sh
# Runs a test of another processor (Bazel's --run_under): emulate.sh EMULATOR TEST [ARGUMENT…]. A
# script is run as it is, and runs its programs by $UAIO_EMULATOR.
set -eu
[ "$(head -c 2 "$2")" != '#!' ] || shift
exec "$@"
