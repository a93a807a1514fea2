#!/bin/sh
# Built with the plain POSIX back ends, the library calls what POSIX has and nothing else. Method:
# the undefined symbols of libuaio.so.1 ($1), without what the compiler and glibc make of a name,
# against the list $2: functions of POSIX, what its macros become in glibc (names that begin with
# underlines), and madvise, which is called where there is MADV_DONTNEED. $3 says whether this is
# such a build; any other must be found to call more, which shows that the check can fail.
set -eu

library=$1 list=$2 build=$3

# __read_chk and fstat64 are read and fstat; a name with a version ends there.
nm -D --undefined-only "$library" | awk '$1 == "U" { print $2 }' |
    sed -E 's/@.*//; s/^__(.*)_chk$/\1/; s/64$//' | LC_ALL=C sort -u >"$TEST_TMPDIR/calls"
LC_ALL=C sort -u "$list" >"$TEST_TMPDIR/posix"
more=$(LC_ALL=C comm -23 "$TEST_TMPDIR/calls" "$TEST_TMPDIR/posix" | tr '\n' ' ')

[ -s "$TEST_TMPDIR/calls" ] || {
    echo "$library calls nothing at all" >&2
    exit 1
}
case $build in
    portable)
        [ -z "$more" ] || {
            echo "calls what POSIX does not have: $more" >&2
            exit 1
        }
        ;;
    *)
        case " $more" in
            *' syscall '*) ;;
            *)
                echo "this system's back ends are not told from the plain ones: $more" >&2
                exit 1
                ;;
        esac
        ;;
esac
