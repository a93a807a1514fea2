#!/bin/sh
# The libraries as they ship: what they need, what they export, what they keep out.
# Method: readelf on the built files, compared with the lists below. $1 is the libraries' folder.
set -eu

folder=$1
failures=0

fail() {
    echo "$1: $2" >&2
    failures=$((failures + 1))
}

# Everything that <aio.h> declares, and nothing else.
cat > "$TEST_TMPDIR/libuaio.so.1" <<'EOF'
aio_cancel
aio_cancel64
aio_error
aio_error64
aio_fsync
aio_fsync64
aio_init
aio_read
aio_read64
aio_return
aio_return64
aio_suspend
aio_suspend64
aio_write
aio_write64
lio_listio
lio_listio64
EOF

# The preload library also closes descriptors.
printf '%s\n' close close_range closefrom dup2 dup3 | cat - "$TEST_TMPDIR/libuaio.so.1" |
    LC_ALL=C sort > "$TEST_TMPDIR/libuaio_preload.so"

exports_of() {
    nm -D --defined-only "$1" | awk '$2 ~ /^[TWDBi]$/ {print $3}' | sed 's/@.*//' |
        LC_ALL=C sort -u
}

dynamic_entry() {
    readelf -dW "$2" | sed -n "s/.*($1).*\\[\\(.*\\)\\]/\\1/p"
}

for library in libuaio.so.1 libuaio_preload.so; do
    file=$folder/$library

    needed=$(dynamic_entry NEEDED "$file" | grep -v '^ld-linux' || true)
    [ "$needed" = "libc.so.6" ] || fail "$library" "needs more than libc: $needed"

    exports_of "$file" > "$TEST_TMPDIR/exports"
    difference=$(diff "$TEST_TMPDIR/$library" "$TEST_TMPDIR/exports" | tr '\n' ' ')
    [ -z "$difference" ] || fail "$library" "exports differ: $difference"

    soname=$(dynamic_entry SONAME "$file")
    [ "$soname" = "$library" ] || fail "$library" "has soname '$soname'"

    # The C++ runtime, exceptions and malloc stay out.
    unwanted=$(nm -D --undefined-only "$file" |
        grep -E ' (_Z|__cxa_(throw|guard|begin|pure)|__gxx|malloc|calloc|free|printf)' || true)
    [ -z "$unwanted" ] || fail "$library" "uses: $unwanted"

    # One constructor of ours, which watches forks (aio/engine_life.cc), and the compiler's
    # frame_dummy.
    bytes=$(readelf -dW "$file" | sed -n 's/.*(INIT_ARRAYSZ) *\([0-9]*\).*/\1/p')
    [ "${bytes:-0}" -le 16 ] || fail "$library" "has constructors: .init_array of $bytes bytes"

    readelf -dW "$file" | grep -q 'NODELETE' || fail "$library" "can be unloaded while workers run"
done

# The linked library carries versions, the preloaded one must not.
nm -D --defined-only "$folder/libuaio.so.1" | grep -q 'aio_read@@UAIO_1.0' ||
    fail libuaio.so.1 "aio_read has no version UAIO_1.0"
if nm -D --defined-only "$folder/libuaio_preload.so" | grep -q '@'; then
    fail libuaio_preload.so "defines symbol versions"
fi

# The check itself must be able to fail: libc needs no libc and exports other names.
libc=$(ldd "$folder/libuaio.so.1" | sed -n 's/.*libc\.so\.6 => \([^ ]*\) .*/\1/p')
exports_of "$libc" > "$TEST_TMPDIR/exports"
if cmp -s "$TEST_TMPDIR/libuaio.so.1" "$TEST_TMPDIR/exports"; then
    fail libraries_test "takes libc for one of the libraries"
fi

[ "$failures" -eq 0 ]
