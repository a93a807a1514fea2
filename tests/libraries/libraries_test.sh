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
cat > "$TEST_TMPDIR/aio" <<'EOF'
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

# Everything that <uaio/engine.h> declares.
cat > "$TEST_TMPDIR/engine" <<'EOF'
uaio_cancel
uaio_cancel_descriptor
uaio_engine_create
uaio_engine_descriptor
uaio_engine_destroy
uaio_engine_shared
uaio_submit
uaio_waitn
EOF

# What <uaio/aio.h> declares in addition; it has twins only where off_t has 32 bits.
cat > "$TEST_TMPDIR/extensions" <<'EOF'
uaio_aio_collect
uaio_aio_readv
uaio_aio_waitcomplete
uaio_aio_writev
EOF
LC_ALL=C sort "$TEST_TMPDIR/aio" "$TEST_TMPDIR/engine" "$TEST_TMPDIR/extensions" \
    > "$TEST_TMPDIR/libuaio.so.1"

# Everything that libaio exports, and nothing else.
cat > "$TEST_TMPDIR/libaio" <<'EOF'
io_cancel
io_destroy
io_getevents
io_pgetevents
io_queue_init
io_queue_release
io_queue_run
io_queue_wait
io_setup
io_submit
EOF

# The inline functions of <libaio.h>, for languages that cannot call these.
cat > "$TEST_TMPDIR/helpers" <<'EOF'
uaio_io_prep_fdsync
uaio_io_prep_fsync
uaio_io_prep_poll
uaio_io_prep_pread
uaio_io_prep_preadv
uaio_io_prep_preadv2
uaio_io_prep_pwrite
uaio_io_prep_pwritev
uaio_io_prep_pwritev2
uaio_io_set_callback
uaio_io_set_eventfd
EOF
LC_ALL=C sort "$TEST_TMPDIR/libaio" "$TEST_TMPDIR/helpers" > "$TEST_TMPDIR/libaio.so.1"

# The preload libraries also close descriptors, and those with the libaio door take system calls.
printf '%s\n' close close_range closefrom dup2 dup3 > "$TEST_TMPDIR/closing"
LC_ALL=C sort "$TEST_TMPDIR/closing" "$TEST_TMPDIR/aio" "$TEST_TMPDIR/extensions" \
    > "$TEST_TMPDIR/libuaio_preload_posix.so"
echo syscall | LC_ALL=C sort - "$TEST_TMPDIR/closing" "$TEST_TMPDIR/libaio" \
    > "$TEST_TMPDIR/libuaio_preload_libaio.so"
LC_ALL=C sort -u "$TEST_TMPDIR/libuaio_preload_posix.so" "$TEST_TMPDIR/libuaio_preload_libaio.so" \
    > "$TEST_TMPDIR/libuaio_preload.so"

exports_of() {
    nm -D --defined-only "$1" | awk '$2 ~ /^[TWDBi]$/ {print $3}' | sed 's/@.*//' |
        LC_ALL=C sort -u
}

dynamic_entry() {
    readelf -dW "$2" | sed -n "s/.*($1).*\\[\\(.*\\)\\]/\\1/p"
}

for path in posix/libuaio.so.1 posix/libuaio_preload.so posix/libuaio_preload_posix.so \
    libaio/libaio.so.1 libaio/libuaio_preload_libaio.so; do
    file=$folder/$path
    library=${path#*/}

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

    # One constructor of ours, which watches forks (aio/engine_life.cc), another one where there is
    # the libaio door (aio/libaio/context.cc), and the compiler's frame_dummy.
    bytes=$(readelf -dW "$file" | sed -n 's/.*(INIT_ARRAYSZ) *\([0-9]*\).*/\1/p')
    most=16
    ! nm -D --defined-only "$file" | grep -q 'io_setup' || most=24
    [ "${bytes:-0}" -le "$most" ] || fail "$library" "has constructors: .init_array of $bytes bytes"

    readelf -dW "$file" | grep -q 'NODELETE' || fail "$library" "can be unloaded while workers run"
done

# The linked library carries versions, the preloaded one must not.
nm -D --defined-only "$folder/posix/libuaio.so.1" > "$TEST_TMPDIR/found"
for versioned in aio_read@@UAIO_1.0 uaio_submit@@UAIO_ENGINE_1.0 \
    uaio_aio_readv@@UAIO_EXTENSIONS_1.0; do
    grep -q "$versioned\$" "$TEST_TMPDIR/found" || fail libuaio.so.1 "does not have $versioned"
done
for preload in posix/libuaio_preload.so posix/libuaio_preload_posix.so \
    libaio/libuaio_preload_libaio.so; do
    if nm -D --defined-only "$folder/$preload" | grep -q '@'; then
        fail "$preload" "defines symbol versions"
    fi
done

# libaio's own versions, three functions in two of them, and a node of ours.
cat > "$TEST_TMPDIR/versions" <<'EOF'
io_cancel@@LIBAIO_0.4
io_cancel@LIBAIO_0.1
io_destroy@@LIBAIO_0.4
io_getevents@@LIBAIO_0.4
io_getevents@LIBAIO_0.1
io_pgetevents@@LIBAIO_0.5
io_queue_init@@LIBAIO_0.1
io_queue_release@@LIBAIO_0.1
io_queue_run@@LIBAIO_0.1
io_queue_wait@@LIBAIO_0.4
io_queue_wait@LIBAIO_0.1
io_setup@@LIBAIO_0.4
io_submit@@LIBAIO_0.1
EOF
nm -D --defined-only "$folder/libaio/libaio.so.1" | awk '$3 ~ /^io_/ {print $3}' | LC_ALL=C sort \
    > "$TEST_TMPDIR/found"
difference=$(diff "$TEST_TMPDIR/versions" "$TEST_TMPDIR/found" | tr '\n' ' ')
[ -z "$difference" ] || fail libaio.so.1 "versions differ: $difference"
readelf -V "$folder/libaio/libaio.so.1" | grep -q 'Name: LIBAIO_0.6' ||
    fail libaio.so.1 'has no node LIBAIO_0.6'

# The check itself must be able to fail: libc needs no libc and exports other names.
libc=$(ldd "$folder/posix/libuaio.so.1" | sed -n 's/.*libc\.so\.6 => \([^ ]*\) .*/\1/p')
exports_of "$libc" > "$TEST_TMPDIR/exports"
if cmp -s "$TEST_TMPDIR/libuaio.so.1" "$TEST_TMPDIR/exports"; then
    fail libraries_test "takes libc for one of the libraries"
fi

[ "$failures" -eq 0 ]
