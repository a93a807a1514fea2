#!/bin/sh
# The compiler of a toolchain (tools/ports/BUILD): Zig's Clang for the system that the flags name.
# UAIO_ZIG is its program, which tools/ports.sh has installed.
exec "$UAIO_ZIG" c++ "$@"
