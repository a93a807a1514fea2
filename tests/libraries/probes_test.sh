#!/bin/sh
# The USDT probes of the libraries, as the tools that attach to them find them: every step that
# aio/trace.h names has one. Method: readelf on the built files. $1 is the libraries' folder.
set -eu

folder=$1
failures=0

if ! echo '#include <sys/sdt.h>' | cc -E -x c - >/dev/null 2>&1; then
    echo 'left out: no <sys/sdt.h> here, so the libraries have no probes'
    exit 0
fi

cat >"$TEST_TMPDIR/wanted" <<'END'
admit
begin
deliver
end
exit
express_hit
express_miss
join
park
publish
ready
refuse
retire
ring
spawn
submit
take
wait
wake
withdraw
END

for library in posix/libuaio.so.1 posix/libuaio_preload.so posix/libuaio_preload_posix.so \
    libaio/libaio.so.1 libaio/libuaio_preload_libaio.so; do
    readelf -nW "$folder/$library" >"$TEST_TMPDIR/notes"
    grep -A 1 'Provider: uaio' "$TEST_TMPDIR/notes" | sed -n 's/^ *Name: //p' | LC_ALL=C sort -u \
        >"$TEST_TMPDIR/found"
    if ! diff "$TEST_TMPDIR/wanted" "$TEST_TMPDIR/found"; then
        echo "$library: its probes are others" >&2
        failures=$((failures + 1))
    fi
    # Number, descriptor, other, value.
    if grep 'Arguments:' "$TEST_TMPDIR/notes" | awk 'NF != 5 { exit 1 }'; then :; else
        echo "$library: a probe has not four arguments" >&2
        failures=$((failures + 1))
    fi
done

[ "$failures" -eq 0 ]
