#!/bin/sh
# Runs a conformance program.
#
#     run_cases.sh PROGRAM LIBRARY ORDER CASES...
#
# Each CASES is a filter for Boost.Test's --run_test and gets a process of its own, with LIBRARY
# preloaded (a lone dash: nothing is) and UAIO_ORDER set to ORDER. Cases that BOOST_TEST_RUN_FILTERS
# leaves out stay out. A program of another processor runs by $UAIO_EMULATOR.
set -eu

program=$1 library=$2 order=$3
shift 3

preload=
if [ "$library" != - ]; then
    # A sanitizer's runtime insists on being the first library.
    runtime=$(ldd "$program" | awk '$1 ~ /^lib(a|t|ub)san\.so/ { printf "%s:", $3 }')
    preload=$runtime$library
fi

for cases; do
    env ${preload:+"LD_PRELOAD=$preload"} "UAIO_ORDER=$order" \
        ${UAIO_EMULATOR:+"$UAIO_EMULATOR"} "$program" --color_output=no --log_level=test_suite \
        "--run_test=$cases${BOOST_TEST_RUN_FILTERS:+:$BOOST_TEST_RUN_FILTERS}"
done
