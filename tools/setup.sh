#!/bin/sh
# Makes a Debian machine ready to build and test: installs the packages that are missing and tells
# Bazel which of its outside repositories are on this machine. With nothing to do it is silent, and
# fast enough to run before every build; only an installation needs root (or sudo) and a network.
# What else is wanted may be said: setup.sh PACKAGE…
set -eu
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

packages='
    bazel-bootstrap bazel-rules-java
    abigail-tools btrfs-progs chromium clang cmake curl debhelper dpkg-dev e2fsprogs fio fuse3 g++
    git gnuplot-nox libaio-dev libclang-rt-14-dev lintian make
    libfuse3-dev liburing-dev linux-perf mandoc nodejs ocfs2-tools pkg-config qemu-utils spin
    stressapptest stress-ng sysbench systemtap-sdt-dev valgrind xfsprogs
    libmpich-dev libopenmpi-dev mpich openmpi-bin
    libboost1.81-dev libboost-context1.81-dev
    libboost-program-options1.81-dev libboost-test1.81-dev'

packages="$packages $*"

# A Node.js that is not Debian's own brings npm along.
command -v npm >/dev/null || packages="$packages npm"

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        command -v sudo >/dev/null || fail 'packages are missing: run this once as root'
        sudo "$@"
    fi
}

# Prints the packages of the list that are not installed.
missing_packages() {
    # shellcheck disable=SC2086 # The list is split on purpose.
    installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $packages 2>/dev/null) || true
    for package in $packages; do
        case "
$installed
" in
            *"
installed $package
"*) ;;
            *) printf ' %s' "$package" ;;
        esac
    done
}

install_packages() {
    command -v apt-get >/dev/null || fail "no apt-get here; install by hand:$1"
    log=$(mktemp)
    at_end 'rm -f "$log"'
    printf 'setup: installing%s\n' "$1" >&2
    # shellcheck disable=SC2086 # The list is split on purpose.
    if ! as_root apt-get update >"$log" 2>&1 ||
        ! as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y --no-install-recommends $1 >>"$log" 2>&1; then
        cat "$log" >&2
        fail "apt-get could not install:$1"
    fi
}

# Bazel 4, which is Debian's, would download these repositories; a newer Bazel knows better.
repository_flags() {
    case $(bazel --version 2>/dev/null) in
        'bazel no_version' | 'bazel 4.'*) ;;
        *) return 0 ;;
    esac
    cat <<EOF
build --override_repository=rules_cc=$root/tools/bazel/rules_cc
build --override_repository=remote_coverage_tools=$root/tools/bazel/remote_coverage_tools
build --override_repository=rules_java=/usr/share/bazel/rules/java
EOF
}

# GCC 12's thread sanitizer gives up when the kernel randomises more than 28 bits of an address, and
# its address sanitizer now and then. Nothing is written where randomisation cannot be switched off
# either.
sanitizer_flags() {
    bits=$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null) || bits=0
    if [ "$bits" -gt 28 ] && setarch -R true 2>/dev/null; then
        printf "test:%s --run_under='setarch -R'\n" asan tsan
    fi
}

write_local_bazelrc() {
    target=$root/tools/bazel/local.bazelrc
    wanted=$(
        echo '# Written by tools/setup.sh for this machine; not part of the project.'
        repository_flags
        sanitizer_flags
    )
    if [ ! -f "$target" ] || [ "$(cat "$target")" != "$wanted" ]; then
        printf '%s\n' "$wanted" >"$target.new"
        mv "$target.new" "$target"
    fi
}

# What the test of the viewer drives the browser with. Nothing else fails without.
install_modules() {
    lock=$root/tests/viewer/package-lock.json
    modules=$root/.cache/viewer
    ! cmp -s "$lock" "$modules/package-lock.json" || return 0
    printf 'setup: installing the modules of tests/viewer\n' >&2
    rm -rf "$modules.new"
    mkdir -p "$modules.new"
    cp "$lock" "$root/tests/viewer/package.json" "$modules.new"
    if (cd "$modules.new" && npm ci --no-audit --no-fund --prefer-offline >npm.log 2>&1); then
        rm -rf "$modules"
        mv "$modules.new" "$modules"
    else
        cat "$modules.new/npm.log" >&2
        printf 'setup: npm could not install them: //tests/viewer:viewer_test will fail\n' >&2
    fi
}

# Bazel leaves out of //... only the link to its own work place. One that another user's Bazel left
# here, or that came along with a copy of the tree, would be searched for targets; it is made anew.
remove_stale_link() {
    link=$root/bazel-${root##*/}
    [ ! -L "$link" ] || rm -f "$link"
}

if command -v dpkg-query >/dev/null; then
    missing=$(missing_packages)
    [ -z "$missing" ] || install_packages "$missing"
fi
command -v bazel >/dev/null || fail 'no bazel on the PATH, and no Debian package to install it from'
install_modules
write_local_bazelrc
remove_stale_link
