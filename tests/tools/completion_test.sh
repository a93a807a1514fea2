#!/bin/bash
# What bash completes behind `uaio`. Method: the completion is read by a bash that has nothing else
# of the kind, and called as readline calls it, with the words of a command line of which the last
# one is being typed.
#
#     completion_test.sh UAIO COMPLETION AIO_PROGRAM
set -u

uaio=$PWD/$1
aio_program=$PWD/$3
# shellcheck source=tools/completion/uaio.bash
. "$2"
cd "${TEST_TMPDIR:?}" || exit 1
failures=0

# complete_words WORD…: fills COMPREPLY.
complete_words() {
    COMP_WORDS=("$uaio" "$@")
    COMP_CWORD=$#
    _uaio "$uaio" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
}

# expect WANTED WORD…: exactly these, sorted, in one line.
expect() {
    local wanted=$1 found
    shift
    complete_words "$@"
    found=$(printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' ')
    [ "${found% }" = "$wanted" ] && return
    printf 'FAILED: uaio %s: "%s", not "%s"\n' "$*" "${found% }" "$wanted"
    failures=$((failures + 1))
}

# expect_among WANTED WORD…: this one among others.
expect_among() {
    local wanted=$1 each
    shift
    complete_words "$@"
    for each in "${COMPREPLY[@]}"; do
        [ "$each" != "$wanted" ] || return 0
    done
    printf 'FAILED: uaio %s: no "%s" in "%s"\n' "$*" "$wanted" "${COMPREPLY[*]}"
    failures=$((failures + 1))
}

# Those of `uaio help`, and every option of every command's own help.
what_the_program_says() {
    local command option
    for command in $("$uaio" help | sed -n '/^Commands:/,$s/^  \([a-z]*\) .*/\1/p'); do
        expect_among "$command" ''
        expect "$command" help "$command"
        for option in $("$uaio" "$command" --help | grep -oE '^  --[a-z-]+'); do
            expect_among "$option" "$command" --
            expect_among "$option" "$command" "$option"
        done
    done
}

commands() {
    expect '--help --version' --
    expect 'bench' b
    expect '' nonesuch
    expect 'info' help inf
    expect 'pipe priorities' lesson p
    expect 'fork' lesson --plain fo
}

# `--name value`, `--name=value` as readline breaks it, and as it is where it does not.
values() {
    expect 'conflict strict' run --order ''
    expect 'conflict strict' run --order =
    expect 'strict' run --order = s
    expect '--order=strict' run --order=s
    expect 'drain drop' run --order = strict --exit ''
    expect '0 1' run --strict ''
    expect '' run --threads ''
    expect 'uaio uaio-libaio uaio-pool uaio-strict' bench --peers ua
    expect 'system,io_uring' bench --peers = system,io
    expect '--peers=system,io_uring' bench --peers=system,io
    expect 'cold-read-1x1 cold-read-256x64 cold-read-32x1' bench --only cold-r
}

files() {
    mkdir -p 'a folder'
    touch data 'a folder/image' program
    chmod +x program
    expect 'a folder data program' info ''
    expect 'data' cp --direct d
    expect 'data' cp data da
    expect 'a folder' bench --directory ''
    expect 'data' bench --json d
    expect '--json=data' bench --json=d
    expect '' bench ''
    expect 'data' lesson order --svg = d
}

# Those that keep statistics, and no others.
processes() {
    local pid number name=hang$$ # nobody else's
    mkfifo told
    cp "$aio_program" "$name"
    "$uaio" run --stats "./$name" written hang >told 2>/dev/null &
    pid=$!
    read -r number <told
    expect_among "$number" top ''
    expect_among "$number" dump "$number"
    expect "$name" top --once "$name"
    expect '' top --interval ''
    expect '' dump completion_te
    kill "$number"
    wait "$pid"
}

# A process whose name is a command, and that looks as if it kept statistics.
a_name_is_no_command() {
    # shellcheck disable=SC2016 # That nobody expands it is what is tested.
    local pid name='$(touch obeyed)'
    mkdir -p uaio-stats-folder
    cp "$aio_program" "uaio-stats-folder/$name"
    "./uaio-stats-folder/$name" written wait >told &
    pid=$!
    read -r _ <told
    expect_among "$pid" top ''
    kill "$pid"
    wait "$pid"
    [ ! -e obeyed ] || {
        echo 'FAILED: the name of a process was obeyed'
        failures=$((failures + 1))
    }
}

programs() {
    expect_among printenv run printen
    expect_among printenv run --order strict -- printen
    expect_among printenv run --order = strict --stats printen
    expect './program' run ./prog
    expect 'data' run cat d                   # an argument: a file
    expect '' run cat --or                    # and never an option of ours
    expect '' run -- cat --or
    expect 'data' run cat --order d
    expect '--order' run --threads = 3 --or
    expect '--order' run --threads 3 --or
}

# The same with the package bash-completion: the program's own completion is asked.
programs_with_their_own_completion() {
    # shellcheck disable=SC2317 # It is called by the completion.
    _command_offset() { COMPREPLY=("asked at $1"); }
    expect 'asked at 3' run --stats dd if
    expect 'asked at 5' run --order = strict dd of
    expect 'asked at 3' run -- dd if
    unset -f _command_offset
}

what_the_program_says
commands
values
files
processes
a_name_is_no_command
programs
programs_with_their_own_completion

[ "$failures" -eq 0 ] || echo "$failures failed"
[ "$failures" -eq 0 ]
