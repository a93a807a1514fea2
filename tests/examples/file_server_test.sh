#!/bin/sh
# Goal: file_server serves files and byte ranges to many clients at a time, byte for byte. Method:
# curl, and 64 transfers of it at once; what came is compared with the files.
set -eu

server=$1
folder=$(mktemp -d "${TEST_TMPDIR:-/tmp}/server.XXXXXX")
pid=
trap 'if [ -n "$pid" ]; then kill "$pid"; wait "$pid" || true; fi; rm -rf "$folder"' EXIT

fail() {
    echo "file_server_test: $1" >&2
    exit 1
}

mkdir "$folder/files" "$folder/got"
head -c 3000000 /dev/urandom >"$folder/files/large"
printf '0123456789' >"$folder/files/small"
: >"$folder/files/empty"
printf 'secret' >"$folder/outside"

mkfifo "$folder/address"
"$server" "$folder/files" >"$folder/address" &
pid=$!
read -r address <"$folder/address"

get() {
    curl --silent --show-error --noproxy '*' "$@"
}

# status WANTED ARGUMENT…: the status of an answer.
status() {
    wanted=$1
    shift
    found=$(get --output /dev/null --write-out '%{http_code}' "$@")
    [ "$found" = "$wanted" ] || fail "$* gives $found, not $wanted"
}

for name in large small empty; do
    get --output "$folder/got/$name" "$address$name"
    cmp "$folder/files/$name" "$folder/got/$name"
done
[ "$(get --range 3-5 "${address}small")" = 345 ] || fail 'a range'
[ "$(get --range 7- "${address}small")" = 789 ] || fail 'a range without an end'
[ "$(get --range -2 "${address}small")" = 89 ] || fail 'a range from the end'
get --head "${address}small" | grep -q 'Content-Length: 10' || fail 'a head'
get --include --range 3-5 "${address}small" | grep -q 'Content-Range: bytes 3-5/10' ||
    fail 'the field of a range'
status 200 "${address}small"
status 206 --range 0-0 "${address}small"
status 416 --range 10- "${address}small"
status 404 "${address}none"
status 404 --path-as-is "${address}../outside"
status 404 "$address"
status 405 --data x "${address}small"

# 64 at once, each another part of the file.
part=46875
for i in $(seq 0 63); do
    first=$((i * part))
    printf 'next\nsilent\nnoproxy = "*"\nurl = "%slarge"\nrange = "%s-%s"\noutput = "%s"\n' \
        "$address" "$first" "$((first + part - 1))" "$folder/got/$(printf %02d "$i")"
done | sed 1d >"$folder/parts"
curl --parallel --parallel-immediate --parallel-max 64 --config "$folder/parts"
cat "$folder/got"/[0-9][0-9] >"$folder/got/joined"
cmp "$folder/files/large" "$folder/got/joined"
