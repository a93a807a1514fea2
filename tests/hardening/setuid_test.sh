#!/bin/sh
# A set-user-ID or set-group-ID program ignores the environment of the engine; the same program
# without the bit obeys it. $1 is the program. tests/aio/environment_test has the cases that need
# no rights.
set -eu

program=$TEST_TMPDIR/program
failures=0

# says WHAT: the program's words with UAIO_STRICT=1 set.
says() {
    found=$(UAIO_STRICT=1 "$program")
    if [ "$found" != "$1" ]; then
        echo "setuid_test: $2: '$found', expected '$1'" >&2
        failures=$((failures + 1))
    fi
}

# try KIND OWNER BIT: gives the program away, with the bit; skips where that is not to be had.
try() {
    cp "$program.plain" "$program"
    if ! "$1" "$2" "$program" 2>/dev/null || ! chmod "$3" "$program" ||
        [ "$("$program" | cut -d' ' -f1)" != more-rights ]; then
        echo "skipped: $1 $2 with $3 gives no rights here (not the superuser, or nosuid)"
        return 0
    fi
    says 'more-rights ignored' "$1"
}

umask 022
cp "$1" "$program.plain"
chmod 755 "$program.plain"
cp "$program.plain" "$program"
says 'same-rights obeyed' plain
nobody=65534
try chown "$nobody" u+s
try chgrp "$nobody" g+s

[ "$failures" -eq 0 ]
