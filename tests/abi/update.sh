#!/bin/sh
# Writes down the interface of the libraries as it is now: bazel run //tests/abi:update
set -eu

script=$1
shift
folder=${BUILD_WORKSPACE_DIRECTORY:?'to be run by bazel run //tests/abi:update'}/tests/abi
while [ $# -gt 0 ]; do
    "$script" "$1" "$2" "$folder/$(basename "$1")"
    shift 2
done
git -C "$folder" diff --stat -- .
