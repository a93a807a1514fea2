#!/bin/sh
# The page that `uaio trace --html` writes, in a browser (viewer_test.js): takes the program uaio
# and the program that writes traces. Pictures of the page are left among the outputs of the test.
set -eu

uaio=$(readlink -f "$1")
sample_trace=$(readlink -f "$2")
folder=$(dirname "$(readlink -f "$0")")
work=$(mktemp -d "${TEST_TMPDIR:-/tmp}/viewer.XXXXXX")
trap 'rm -rf "$work"' EXIT

for program in chromium node; do
    command -v "$program" >/dev/null || {
        printf 'viewer_test: there is no %s: run tools/setup.sh\n' "$program"
        exit 1
    }
done

for requests in 0 400 100000; do
    "$sample_trace" "$work/$requests.trace" "$requests"
    "$uaio" trace "$work/$requests.trace" --html "$work/$requests.html"
done

# The browser keeps things in its user's folder.
export HOME="$work"
export NODE_PATH="$folder/../../.cache/viewer/node_modules"
export VIEWER_PAGES="$work"
export VIEWER_PICTURES="${TEST_UNDECLARED_OUTPUTS_DIR:-$work}"
node --test "$folder/viewer_test.js"
