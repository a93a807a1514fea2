#!/bin/sh
# Checks the rules of the house that a text search can check. Takes the root of a source tree and
# prints one line per offence, `path:line: rule: text`; the status is 1 when there was any.
#
#     tests/style/check_style.sh .
#
# Core means aio, threadpool and signals without aio/asio. A *_test.cc is a test wherever it is.
set -eu
export LC_ALL=C

cd "$1"
offences=$(mktemp)
trap 'rm -f "$offences"' EXIT

# Source files below the given folders, one per line, tests and fixtures included.
sources() {
    for folder; do
        [ ! -d "$folder" ] || find "$folder" -type f \
            \( -name '*.cc' -o -name '*.h' -o -name '*.hpp' -o -name '*.c' \)
    done
}

scripts() {
    find . -name 'bazel-*' -prune -o -name .git -prune -o -path ./.cache -prune -o -type f \
        \( -name BUILD -o -name '*.BUILD' -o -name WORKSPACE -o -name '*.bzl' -o -name '*.sh' \
        -o -name '*.bash' -o -name '*.js' -o -name '*.css' -o -name '*.html' \
        -o -path ./.ci/run -o -name .bazelrc \) -print | sed 's|^\./||'
}

core() {
    sources aio threadpool signals | grep -v '^aio/asio/'
}

product() {
    grep -v '_test\.cc$'
}

# forbid RULE PATTERN: reports the lines matching PATTERN in the files named on the input.
forbid() {
    files=$(cat)
    [ -z "$files" ] || printf '%s\n' "$files" | tr '\n' '\0' |
        xargs -0 grep -nE "$2" /dev/null | sed "s/^\([^:]*:[^:]*\):/\1: $1:/" >>"$offences"
}

# measure PROGRAM: runs an awk program over the files named on the input.
measure() {
    files=$(cat)
    [ -z "$files" ] || printf '%s\n' "$files" | tr '\n' '\0' | xargs -0 awk "$1" >>"$offences"
}

# Counts characters, not bytes: the later bytes of a UTF-8 sequence are dropped first.
line_length='
{ gsub(/[\200-\277]/, "") }
length > 100 { printf "%s:%d: line-length: %d columns\n", FILENAME, FNR, length }'

# A function opens with the last line that starts with a letter in column 0 (or 4, in a class) and
# closes with a lone brace in the same column.
function_length='
function close_at(start) {
    if (start && FNR - start + 1 > 70)
        printf "%s:%d: function-length: %d lines\n", FILENAME, start, FNR - start + 1
}
FNR == 1 { outer = inner = 0 }
/^[A-Za-z_~]/ { outer = FNR }
/^    [A-Za-z_~]/ { inner = FNR }
/^}$/ { close_at(outer); outer = inner = 0 }
/^    }$/ { close_at(inner); inner = 0 }'

containers='array|deque|forward_list|list|map|queue|set|stack|string|unordered_map|unordered_set'
containers="$containers|vector"
streams='fstream|iomanip|ios|iosfwd|iostream|istream|ostream|sstream|streambuf|locale|regex'
runtime='any|condition_variable|exception|functional|future|memory|mutex|shared_mutex|stdexcept'
runtime="$runtime|system_error|thread|typeinfo"
systems='__linux__|__linux|linux|__gnu_linux__|__GLIBC__|__BIONIC__|__ANDROID__|__APPLE__|__MACH__'
systems="$systems|__FreeBSD__|__NetBSD__|__OpenBSD__|__DragonFly__|__sun|__sun__|__CYGWIN__|_WIN32"
systems="$systems|__unix__|_AIX|__hpux"
edge='([^A-Za-z0-9_]|$)'

all() {
    sources aio threadpool signals tests tools
}

{ all; scripts; } | measure "$line_length"
all | forbid tab "$(printf '\t')"
{ all; scripts; } | forbid unfinished "(TO""DO|FIX""ME)$edge"
all | measure "$function_length"
core | grep -v '/platform/' |
    forbid system-ifdef "^[ ]*#[ ]*(if|ifdef|ifndef|elif)[ ].*($systems)$edge"
core | product | forbid std-include "^[ ]*#[ ]*include[ ]*<($containers|$streams|$runtime)>"
core | forbid vocabulary "(^|[^A-Za-z0-9_])[Cc][Oo][Mm][Pp][Ll][Ee][Tt][Ee][DdSs]?$edge"
core | product | grep -v '^aio/posix/' | forbid aio-header '^[ ]*#[ ]*include[ ]*[<"]aio\.h[>"]'
# Such a member would lie elsewhere in a file that is compiled with another _FILE_OFFSET_BITS.
core | grep '\.h$' | grep -Ev '/platform/|^aio/posix/' |
    forbid varying-type "(^|[^A-Za-z0-9_])(off_t|ino_t|dev_t|time_t) +[a-z_]+( =[^;]*)?;"
core | product | forbid boost '^[ ]*#[ ]*include[ ]*[<"]boost/'

sort -t: -k1,1 -k2,2n "$offences"
[ ! -s "$offences" ]
