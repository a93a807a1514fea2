#!/bin/sh
# The harness must be able to fail. Method: canary.cc writes past the end of its memory on inputs
# that begin with "uaio". libFuzzer, built as the targets are, has to find such an input from
# nothing; the replay has to die on what was found, to pass what is harmless, and to refuse an empty
# corpus. $1 is the replay of the canary, $2 its source.
set -eu

# These compilers' address sanitizers give up now and then where addresses are very random.
if [ -z "${UAIO_CANARY:-}" ] && setarch -R true 2>/dev/null; then
    UAIO_CANARY=1 exec setarch -R "$0" "$@"
fi

replay=$1
source=$2
work=$TEST_TMPDIR
failures=0

fail() {
    echo "canary_test: $1" >&2
    failures=$((failures + 1))
}

overflow='AddressSanitizer: heap-buffer-overflow'

# A fixed seed: the search takes the same way every time. The bound on runs is a hundred times what
# it needs.
clang++ -std=c++20 -g1 -O1 -fsanitize=fuzzer,address,undefined "$source" -o "$work/canary"
mkdir "$work/empty"
if "$work/canary" -seed=1 -runs=5000000 -max_len=64 -exact_artifact_path="$work/found" \
    "$work/empty" >"$work/log" 2>&1; then
    fail 'libFuzzer finds nothing'
fi
grep -q "$overflow" "$work/log" || {
    cat "$work/log"
    fail 'libFuzzer ended for another reason'
}

[ "$(head -c 4 "$work/found")" = uaio ] || fail 'what was found is not what was planted'
if "$replay" "$work/found" >"$work/log" 2>&1; then
    fail 'the replay passes what libFuzzer found'
fi
grep -q "$overflow" "$work/log" || fail 'the replay ended for another reason'
grep -q "^$work/found\$" "$work/log" || fail 'the replay does not name the input'

printf 'uai' >"$work/harmless"
"$replay" "$work/harmless" >/dev/null || fail 'the replay fails on a harmless input'
if "$replay" >/dev/null; then
    fail 'the replay passes an empty corpus'
fi
if "$replay" "$work/missing" >/dev/null; then
    fail 'the replay passes a file that is not there'
fi

[ "$failures" -eq 0 ]
