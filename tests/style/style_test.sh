#!/bin/sh
# Two goals: the checker finds every offence it claims to find (each rule is shown a file that
# breaks it, and a tree that breaks none), and the project's own sources have none. The sources are
# read in the working tree, not in the sandbox, so that no file escapes by missing from a BUILD.
set -eu

checker=$(readlink -f "$1")
root=$(cd "$(dirname "$checker")/../.." && pwd)
tree=$(mktemp -d "${TEST_TMPDIR:-/tmp}/style.XXXXXX")
trap 'rm -rf "$tree"' EXIT
failures=0

fail() {
    printf 'style_test: %s\n' "$1"
    failures=$((failures + 1))
}

# expect RULE PATH TEXT: a tree with this one file has exactly one offence, against RULE; with an
# empty RULE it has none.
expect() {
    rm -rf "${tree:?}"/*
    mkdir -p "$tree/$(dirname "$2")"
    printf '%b' "$3" >"$tree/$2"
    found=$(sh "$checker" "$tree" | sed 's/^[^:]*:[0-9]*: \([a-z-]*\):.*/\1/') || true
    [ "$found" = "$1" ] || fail "$2 should give '$1' but gives '$found'"
}

lines() {
    yes "$1" | head -n "$2" | tr '\n' '|' | sed 's/|/\\n/g'
}

columns_100=$(printf '%0100d' 0)
statements_68=$(lines '    work();' 68)
method_68=$(lines '        work();' 68)
not_done=TO'DO'
broken=FIX'ME'

expect '' aio/engine.cc "// ${columns_100#000}\n"
expect line-length aio/engine.cc "// ${columns_100}\n"
expect '' aio/engine.cc "// ${columns_100#0000}µ\n"
expect line-length tools/run.sh "# ${columns_100}\n"
expect line-length tools/uaio.bash "# ${columns_100}\n"
expect line-length tests/BUILD "# ${columns_100}\n"
expect line-length tools/uaio/viewer/main.js "// ${columns_100}\n"
expect '' .cache/viewer/main.js "// ${columns_100}\n"
expect tab signals/mask.h '\tint x;\n'
expect unfinished tools/uaio/main.cc "// $not_done: more\n"
expect unfinished tools/run.sh "# $broken\n"
expect '' aio/engine.cc "void f() {\n$statements_68}\n"
expect function-length aio/engine.cc "void f() {\n$statements_68    work();\n}\n"
expect '' aio/engine.cc "class C {\n    void f() {\n$method_68    }\n};\n"
expect function-length aio/engine.h "class C {\n    int f() {\n$method_68    \n    }\n};\n"
expect function-length tests/f_test.cc "TEST_CASE(f) {\n$statements_68    work();\n}\n"
expect system-ifdef threadpool/pool.cc '#ifdef __linux__\n'
expect system-ifdef aio/posix/doors.cc '#if A && defined(__APPLE__)\n'
expect '' threadpool/platform/linux/futex.cc '#ifdef __linux__\n'
expect '' tests/pool_test.cc '#ifdef __linux__\n'
expect std-include aio/engine.cc '#include <vector>\n'
expect std-include signals/mask.cc '#  include <iostream>\n'
expect '' aio/engine.cc '#include <atomic>\n#include <cstdint>\n'
expect '' aio/asio/file.hpp '#include <vector>\n'
expect '' aio/engine_test.cc '#include <vector>\n#include <boost/test/unit_test.hpp>\n'
expect vocabulary aio/engine.cc '// The request is Completed here.\n'
expect '' aio/engine.cc '// Incompletely; completely; completion.\n'
expect '' aio/asio/file.hpp '// Completes the handler.\n'
expect aio-header aio/libaio/doors.cc '#include <aio.h>\n'
expect '' aio/posix/doors.cc '#include <aio.h>\n'
expect '' tests/clients/client.cc '#include <aio.h>\n'
expect varying-type aio/lane.h '    ino_t inode;\n'
expect '' aio/lane.cc '    ino_t inode;\n'
expect '' aio/posix/platform/own/aio.h '    off_t aio_offset;\n'
expect boost threadpool/pool.h '#include <boost/version.hpp>\n'
expect '' aio/asio/file.hpp '#include <boost/asio.hpp>\n'
expect '' tools/uaio/main.cc '#include <boost/program_options.hpp>\n'

sh "$checker" "$root" || fail 'the sources have the offences above'
[ "$failures" -eq 0 ]
