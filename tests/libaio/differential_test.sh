#!/bin/sh
# Whether this door and the kernel's AIO give the same answers: one program (cases.c), linked with
# the system's libaio, is run on it and on ours, and the lines compared. Every line that differs
# must stand in docs/libaio.md (its table of answers that differ), and every line there must differ.
# What is asked about closing (closing.c) is asked of our preload library; no answer may differ.
#
#     differential_test.sh CASES LIBAIO_SO_1 DOCUMENT CLOSING PRELOAD_LIBRARY
set -eu

fail() {
    echo "differential_test: $1" >&2
    exit 1
}

scratch=$(mktemp -d "${TEST_TMPDIR:-/tmp}/libaio.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/library" "$scratch/files"
cp "$2" "$scratch/library/libaio.so.1"

status=0
LD_LIBRARY_PATH="$scratch/library" "$1" "$scratch/files" >"$scratch/uaio" || status=$?
[ "$status" -eq 0 ] || { cat "$scratch/uaio"; fail "status $status on uaio"; }
LD_LIBRARY_PATH="$scratch/library" LD_DEBUG=bindings "$1" "$scratch/files" 2>&1 >/dev/null |
    grep -q "to $scratch/library/libaio.so.1.*io_submit" || fail 'the program is not on our library'

status=0
"$1" "$scratch/files" >"$scratch/kernel" || status=$?
if [ "$status" -ne 0 ]; then
    if grep -q '^io_setup: ' "$scratch/kernel"; then
        echo "skipped: this kernel has no AIO to compare with ($(cat "$scratch/kernel"))"
        exit 0
    fi
    cat "$scratch/kernel"
    fail "status $status on the kernel"
fi

"$4" "$scratch/files" >"$scratch/kernel_closing"
for order in conflict strict; do
    status=0
    UAIO_ORDER=$order LD_PRELOAD="$PWD/$5" "$4" "$scratch/files" >"$scratch/closing" || status=$?
    [ "$status" -eq 0 ] || { cat "$scratch/closing"; fail "status $status when closing, $order"; }
    diff "$scratch/kernel_closing" "$scratch/closing" || fail "closing is different, $order"
done

# | `question` | `the kernel's answer` | `ours` | …
sed -n 's/^| `\([^`]*\)` | `\([^`]*\)` | `\([^`]*\)` |.*/\1: \2 \/ \1: \3/p' "$3" |
    LC_ALL=C sort >"$scratch/explained"
paste -d '\n' "$scratch/kernel" "$scratch/uaio" |
    awk 'NR % 2 { kernel = $0; next } kernel != $0 { print kernel " / " $0 }' |
    LC_ALL=C sort >"$scratch/different"
diff "$scratch/explained" "$scratch/different" ||
    fail 'answers differ (>) that docs/libaio.md does not explain, or do not differ (<)'
