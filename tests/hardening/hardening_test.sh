#!/bin/sh
# The libraries and the program as they ship: how they are linked and compiled. Method: readelf and
# nm on the built files. The checks are shown a library that has every weakness first, so that none
# of them passes by looking at the wrong thing. The arguments are the probe and the built files.
set -eu

failures=0

fail() {
    echo "hardening_test: $1" >&2
    failures=$((failures + 1))
}

# One word for each weakness of a shared library or program.
weaknesses() {
    readelf -lW "$1" >"$TEST_TMPDIR/segments"
    readelf -dW "$1" >"$TEST_TMPDIR/dynamic"
    readelf -hW "$1" | grep -q 'Type: *DYN' || echo fixed-address
    grep -q GNU_RELRO "$TEST_TMPDIR/segments" || echo no-relro
    grep -Eq 'BIND_NOW|Flags:.* NOW' "$TEST_TMPDIR/dynamic" || echo lazy-binding
    grep 'GNU_STACK .* RW ' "$TEST_TMPDIR/segments" >/dev/null || echo executable-stack
    ! grep -q 'LOAD .* RWE ' "$TEST_TMPDIR/segments" || echo writable-code
    ! grep -q TEXTREL "$TEST_TMPDIR/dynamic" || echo text-relocations
    ! grep -Eq 'RPATH|RUNPATH' "$TEST_TMPDIR/dynamic" || echo search-path
    nm -D --undefined-only "$1" | grep -q __stack_chk_fail || echo unguarded-stack
}

expect() {
    found=$(weaknesses "$1" | tr '\n' ' ')
    [ "$found" = "$2" ] || fail "$1 has '$found', expected '$2'"
}

cat >"$TEST_TMPDIR/weak.c" <<'END'
int weak(void) { return 0; }
__asm__(".pushsection .text\n.dc.a weak\n.popsection");
__asm__(".pushsection .both,\"awx\"\n.dc.a 0\n.popsection");
END
cc -shared -fPIC -fno-stack-protector "$TEST_TMPDIR/weak.c" -o "$TEST_TMPDIR/weak.so" \
    -Wl,-z,norelro,-z,lazy,-z,execstack,-z,notext,-rpath,/nowhere 2>/dev/null
expect "$TEST_TMPDIR/weak.so" "no-relro lazy-binding executable-stack writable-code \
text-relocations search-path unguarded-stack "
echo 'int main(void) { return 0; }' >"$TEST_TMPDIR/fixed.c"
cc -no-pie -fno-stack-protector "$TEST_TMPDIR/fixed.c" -o "$TEST_TMPDIR/fixed" -Wl,-z,relro,-z,now
expect "$TEST_TMPDIR/fixed" 'fixed-address unguarded-stack '

# An archive cannot say how it will be linked, but must not ask for an executable stack.
archive_is_sound() {
    notes=$(readelf -SW "$1" | grep -F .note.GNU-stack) || return 1
    ! echo "$notes" | grep -q 'PROGBITS.* AX' || return 1
    nm "$1" | grep -q 'U __stack_chk_fail'
}

echo '__asm__(".section .note.GNU-stack,\"x\",@progbits");' >"$TEST_TMPDIR/stack.c"
cc -c -fno-stack-protector "$TEST_TMPDIR/stack.c" -o "$TEST_TMPDIR/stack.o"
! archive_is_sound "$TEST_TMPDIR/stack.o" || fail 'an unsound object passes'

for file; do
    case $file in
        */libprobe*) probe=$file ;;
        *.a) archive_is_sound "$file" || fail "$file is not sound" ;;
        *) expect "$file" '' ;;
    esac
done

nm "$probe" >"$TEST_TMPDIR/probe"
grep -q 'U __stack_chk_fail' "$TEST_TMPDIR/probe" || fail 'the stack protector is weak'
grep -q 'T fill_room' "$TEST_TMPDIR/probe" || fail '_FORTIFY_SOURCE is less than 2'
grep -q 'U __memcpy_chk' "$TEST_TMPDIR/probe" || fail '_FORTIFY_SOURCE checks nothing'

[ "$failures" -eq 0 ]
