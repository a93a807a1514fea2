#!/bin/sh
# Builds the project of Bazel and runs what came out. A Bazel within a Bazel's test would take
# longer than everything else in the suite, so this is for .ci/run. With a Bazel that reads
# MODULE.bazel it needs a network, or the modules in its cache.
set -eu

unset CDPATH
cd "$(dirname "$0")/bazel"
root=$(cd ../../.. && pwd -P)
work=$(mktemp -d "${TMPDIR:-/tmp}/consumer.XXXXXX")

# Bazel's folders are not writable.
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT

"$root/tools/setup.sh"
if ! bazel --batch --bazelrc="$root/tools/bazel/local.bazelrc" --output_base="$work/base" \
    build --noshow_progress --nosandbox_debug --symlink_prefix=/ //:program //:asio \
    >"$work/log" 2>&1; then
    cat "$work/log" >&2
    exit 1
fi
folder=$(bazel --batch --output_base="$work/base" info bazel-bin 2>/dev/null)
printf 'bytes of a file\n' >"$work/file"
for name in program asio; do
    [ "$("$folder/$name" "$work/file")" = 'bytes ' ] || {
        echo "bazel.sh: $name does not read what is there" >&2
        exit 1
    }
done
nm "$folder/program" >"$work/symbols"
if ! grep -q ' T aio_read$' "$work/symbols"; then
    echo 'bazel.sh: the program has no aio_read of its own' >&2
    exit 1
fi
echo 'the project of Bazel: built and run'
