#!/bin/sh
# Goal: checksum says the CRC-32 of files, whatever their size. Method: gzip writes the same number
# behind what it packs.
set -eu

checksum=$1
folder=$(mktemp -d "${TEST_TMPDIR:-/tmp}/checksum.XXXXXX")
trap 'rm -rf "$folder"' EXIT

crc_of() {
    # shellcheck disable=SC2046 # Four bytes, to be turned round.
    set -- $(gzip -1 -c "$1" | tail -c 8 | od -An -tx1 -N4)
    printf '%s%s%s%s' "$4" "$3" "$2" "$1"
}

: >"$folder/0"
for bytes in 1 262143 262144 262145 9000000; do
    head -c "$bytes" /dev/urandom >"$folder/$bytes"
done
for bytes in 0 1 262143 262144 262145 9000000; do
    printf '%s %s %s\n' "$(crc_of "$folder/$bytes")" "$bytes" "$folder/$bytes"
done >"$folder/wanted"

"$checksum" "$folder/0" "$folder/1" "$folder/262143" "$folder/262144" "$folder/262145" \
    "$folder/9000000" >"$folder/found"
diff "$folder/wanted" "$folder/found"

# And it says what it cannot read.
if "$checksum" "$folder/none" 2>"$folder/error"; then
    echo 'checksum reads a file that is not there' >&2
    exit 1
fi
grep -q 'No such file' "$folder/error"
