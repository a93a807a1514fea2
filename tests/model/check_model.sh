#!/bin/sh
# Searches a Spin model: check_model.sh MODEL 'VERDICT FLAGS' ...
#
# VERDICT is "holds" (no error in any state, and the search came to its end) or "refuted" (there is
# one: a mutant). FLAGS are -D definitions. Prints a line for each search, the states included.
set -eu

model=$(realpath "$1")
shift
folder=$(mktemp -d "${TEST_TMPDIR:-/tmp}/model.XXXXXX")
trap 'rm -rf "$folder"' EXIT
cd "$folder"

depth_max=20000 # steps
memory_mib=1000

# Leaves what the verifier says in ./report. Its status says nothing: errors are in the report.
search() {
    rm -f pan* report
    spin -a "$@" "$model" >generated 2>&1 || { cat generated; exit 1; }
    if grep -q error generated; then cat generated; exit 1; fi
    cc "$optimize" -w -DSAFETY -DCOLLAPSE -DMEMLIM="$memory_mib" -o pan pan.c
    ./pan -n -m"$depth_max" >report 2>&1 || true
}

figure() {
    sed -n "s/$1/\\1/p" report | head -n 1
}

wrong=0
for wanted; do
    verdict=${wanted%% *}
    flags=${wanted#"$verdict"}
    # A mutant is soon refuted: compiling its search well would take longer.
    optimize=-O1
    if [ "$verdict" = refuted ]; then optimize=-O0; fi
    # shellcheck disable=SC2086
    search $flags
    errors=$(figure '.*, errors: \([0-9]*\)')
    states=$(figure ' *\([0-9]*\) states, stored.*')
    found=holds
    if [ "$errors" != 0 ]; then
        found=refuted
    elif grep -qE 'not completed|too small|MEMLIM' report; then
        found=unfinished
    fi
    printf '%-8s %10s states  %s%s\n' "$found" "$states" "$(basename "$model")" "$flags"
    if [ "$found" != "$verdict" ] || [ -z "$errors" ]; then
        echo "should have been: $verdict"
        cat report
        wrong=1
    fi
done
exit "$wrong"
