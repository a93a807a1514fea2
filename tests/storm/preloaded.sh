#!/bin/sh
# Runs a program with a library preloaded: preloaded.sh PROGRAM LIBRARY [WORD...]
set -eu

program=$1
library=$2
shift 2

# A sanitizer's runtime insists on being the first library.
runtime=$(ldd "$program" | awk '$1 ~ /^lib(a|t|ub)san\.so/ { printf "%s:", $3 }')
case $runtime in
*libtsan*)
    # It stands before the preload library, and takes a descriptor for closed before the library
    # has waited for the requests that use it.
    echo "left out: ThreadSanitizer sees close before the library does"
    exit 0
    ;;
esac
exec env "LD_PRELOAD=$runtime$library" "$program" "$@"
