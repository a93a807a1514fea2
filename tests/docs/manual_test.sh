#!/bin/sh
# The manual says what there is. Goals: the pages are sound (mandoc's lint, up to its remarks on
# style); every function that a library exports has a page; uaio(1) has every option of every
# command and no other; uaio(7) has every setting; and a page that another one names is there.
#
#     manual_test.sh UAIO POSIX_MAP LIBAIO_MAP PAGE…
set -eu

uaio=$1
posix_map=$2
libaio_map=$3
shift 3
failures=0

fail() {
    printf 'manual_test: %s\n' "$1"
    failures=$((failures + 1))
}

# page NAME.SECTION: the file, from among the arguments of the script.
page() {
    for file in $pages; do
        [ "${file##*/}" != "$1" ] || printf '%s\n' "$file"
    done
}

# What a page is about, as NAME SECTION.
names_in() {
    sed -n '/^\.Sh NAME/,/^\.Nd/s/^\.Nm \([^ ]*\).*/\1/p' "$1" | sed "s/\$/ ${1##*.}/"
}

# The names that a version script exports.
exported() {
    sed -n '/global:/,/local:/p' "$1" | grep -oE '[a-z_][a-z0-9_]*;' | tr -d ';' | sort -u
}

# part FILE TITLE: the lines of one .Ss part.
part() {
    awk -v title=".Ss $2" '$0 == title { inside = 1; next } /^\.S[sh]/ { inside = 0 } inside' "$1"
}

# Which other manuals a machine has installed is not the pages' affair.
pages_are_sound() {
    command -v mandoc >/dev/null || fail 'no mandoc here: tools/setup.sh installs it'
    for file in $pages; do
        mandoc -T lint -W style "$file" 2>&1 |
            grep -vE 'referenced manual not found|outdated mandoc\.db' >remarks || true
        [ ! -s remarks ] || fail "$(cat remarks)"
    done
}

# Those of libuaio.so.1 have pages of their own, those of libaio.so.1 share one. What begins with an
# underline is the C library's name for one that has a page.
functions_have_pages() {
    for name in $(exported "$posix_map" | grep -v '^_'); do
        grep -qx "$name 3uaio" names || fail "$name has no page in section 3uaio"
    done
    for name in $(exported "$libaio_map" | grep -v '^uaio_'); do
        grep -q "^\.It Fn $name " "$(page uaio-libaio.7)" || fail "uaio-libaio(7) lacks $name"
    done
}

# All have -h, which is explained once.
options_of() {
    "$uaio" "$1" --help | grep -v '^  -h ' |
        sed -n -e 's/^  -\(-[a-z][a-z-]*\).*/\1/p' -e 's/^  -. \[ -\(-[a-z-]*\) .*/\1/p' | sort -u
}

options_in_manual() {
    part "$(page uaio.1)" "uaio $1" | grep '^\.It ' | grep -oE 'Fl -[a-z-]+' | cut -d' ' -f2 |
        sort -u
}

options_are_explained() {
    for command in $("$uaio" help | sed -n '/^Commands:/,$s/^  \([a-z][a-z-]*\) .*/\1/p'); do
        [ -n "$(part "$(page uaio.1)" "uaio $command")" ] || fail "uaio(1) lacks $command"
        options_of "$command" >wanted
        options_in_manual "$command" >found
        diff found wanted || fail "uaio $command: uaio(1) (<) and its own help (>) differ"
    done
}

settings_are_explained() {
    for name in $("$uaio" info | sed -n 's/^  \(UAIO_[A-Z_]*\) .*/\1/p'); do
        grep -qx ".It Ev $name" "$(page uaio.7)" || fail "uaio(7) lacks $name"
    done
}

# Of the pages that other pages name, those that can only be ours.
references_lead_somewhere() {
    # shellcheck disable=SC2086 # One word for each page.
    sed -n 's/^\.Xr \([^ ]*\) \([^ ]*\).*/\1 \2/p' $pages | sort -u >references
    grep -E '(^(lib)?uaio)| 3uaio$' references >own_references
    while read -r reference; do
        grep -qx "$reference" names || fail "there is no page $reference"
    done <own_references
}

pages=
for file; do
    pages="$pages $PWD/$file"
done
uaio=$PWD/$uaio
posix_map=$PWD/$posix_map
libaio_map=$PWD/$libaio_map
cd "${TEST_TMPDIR:?}"
for file in $pages; do
    names_in "$file"
done >names

pages_are_sound
functions_have_pages
options_are_explained
settings_are_explained
references_lead_somewhere
[ "$failures" -eq 0 ]
