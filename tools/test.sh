#!/bin/sh
# Sets the machine up, then builds everything and runs every test. Arguments go to Bazel, as in
#     tools/test.sh --config=tsan
#     tools/test.sh --config=asan --config=ubsan //aio/...
# What a failed test said comes after everything else, shortened; Bazel names the file with all of
# it. The last line is "N passed, N failed", counted in test targets; a test that does not build
# has failed. The status is 0 only when nothing failed.
set -eu
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

cd "$root"
tools/setup.sh

targets='//...'
for argument; do
    case $argument in
        //* | @* | :*) targets='' ;;
    esac
done

events=$(mktemp)
at_end 'rm -f "$events"'
status=0
# shellcheck disable=SC2086 # No targets of ours when the caller gave some.
bazel test --keep_going --test_output=summary --test_summary=terse \
    --build_event_json_file="$events" "$@" $targets || status=$?

# The complaints of each failed run, wherever they stand, and its end, where a test that hung is.
# shellcheck disable=SC2016 # The dollar is awk's.
failed_logs='
/^\{"id":\{"testResult"/ && !/"status":"PASSED"/ {
    if (match($0, /"name":"test\.log","uri":"file:\/\/[^"]*/)) {
        file = substr($0, RSTART, RLENGTH)
        sub(/.*"file:\/\//, "", file)
        print file
    }
}'
complaints='error: in|fatal error|FAIL|ERROR|WARNING|Assertion|what\(\)'
awk "$failed_logs" "$events" | while read -r log; do
    printf '\n== %s\n' "${log##*/testlogs/}"
    grep -nE "$complaints" "$log" | head -n 20 || true
    echo '-- its end'
    tail -n 15 "$log"
done

# Bazel writes one event to a line. Every test target has a summary, whether it ran or not; what
# else fails to build appears as a completed target without success.
# shellcheck disable=SC2016 # The dollar is awk's.
count='
function label_of(line) {
    sub(/^[^\/@]*"label":"/, "", line)
    sub(/".*/, "", line)
    return line
}
function quoted(line, key) {
    if (!match(line, "\"" key "\":\"[A-Z_]*\"")) return ""
    line = substr(line, RSTART, RLENGTH - 1)
    sub(/.*"/, "", line)
    return line
}
/^\{"id":\{"testSummary"/ {
    result[label_of($0)] = quoted($0, "overallStatus")
}
/^\{"id":\{"targetCompleted"/ && !/"success":true/ {
    reason = quoted($0, "reason")
    broken[label_of($0)] = reason == "SKIPPED" ? reason : "FAILED_TO_BUILD"
}
END {
    for (label in broken)
        if (!(label in result) || broken[label] == "SKIPPED") result[label] = broken[label]
    for (label in result) {
        if (result[label] == "PASSED") passed++
        else if (result[label] == "SKIPPED") skipped++
        else { failed++; print result[label] " " label | "sort" }
    }
    close("sort")
    if (status != 0 && !failed) {
        failed = 1
        print "BUILD_FAILED bazel ended with status " status
    }
    printf "%d passed, %d failed%s\n", passed, failed, skipped ? ", " skipped " skipped" : ""
    exit failed != 0
}'

if [ "$status" -eq 4 ]; then
    echo 'there are no tests here'
    status=0
fi
awk -v status="$status" "$count" "$events"
