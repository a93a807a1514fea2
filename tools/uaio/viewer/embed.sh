#!/bin/sh
# Prints C++ that holds the page page.html, with the style and the scripts that it names in it:
#
#     embed.sh page.html >viewer_page.cc
#
# Each line with a reference is replaced as a whole.
set -eu

page=$1
folder=$(dirname "$page")

# Prints the page with everything in it.
assemble() {
    while IFS= read -r line; do
        case $line in
            *'<link rel="stylesheet"'*)
                name=${line#*href=\"}
                printf '<style>\n'
                cat "$folder/${name%%\"*}"
                printf '</style>\n'
                ;;
            *'<script src='*)
                name=${line#*src=\"}
                printf '<script>\n'
                cat "$folder/${name%%\"*}"
                printf '</script>\n'
                ;;
            *) printf '%s\n' "$line" ;;
        esac
    done <"$page"
}

cat <<'END'
#include "tools/uaio/viewer_page.h"

namespace uaio::tools {
namespace {

constexpr unsigned char kPage[] = {
END
assemble | od -v -An -tu1 | sed 's/[0-9][0-9]*/&,/g'
cat <<'END'
};

}  // namespace

std::string_view viewer_page() {
    return {reinterpret_cast<const char*>(kPage), sizeof kPage};
}

}  // namespace uaio::tools
END
