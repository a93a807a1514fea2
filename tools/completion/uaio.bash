# Completion of `uaio` for bash: commands, options, values, and the programs that `uaio run` starts.
#
# It keeps no list of commands and options, but asks the very `uaio` that stands on the command line
# (`uaio help`), so that it is never out of date. What an option may be set to is here. It needs
# bash alone; where the package bash-completion is loaded, the arguments of a program that is to be
# run are completed as for that program.
#
# tools/install.sh puts it where bash-completion looks for it. Without that package:
#
#     . PREFIX/share/bash-completion/completions/uaio
# shellcheck shell=bash

# _uaio_help PROGRAM [COMMAND]: what that uaio says of itself.
_uaio_help() {
    local program=${1/#\~\//${HOME-}/}
    shift
    command -- "$program" help "$@" 2>/dev/null
}

_uaio_commands() {
    _uaio_help "$1" | sed -n '/^Commands:/,$s/^  \([a-z][a-z-]*\) .*/\1/p'
}

_uaio_options() {
    echo --help
    _uaio_help "$1" "$2" | sed -n 's/^  \(--[a-z][a-z-]*\).*/\1/p'
}

# _uaio_takes_value PROGRAM COMMAND OPTION: the help puts the name of the value behind the option.
_uaio_takes_value() {
    _uaio_help "$1" "$2" | grep -qE "^  $3 [^ ]"
}

# _uaio_choose PREFIX WORD WORDS: those of WORDS that begin with WORD, each behind PREFIX.
_uaio_choose() {
    mapfile -t COMPREPLY < <(compgen -P "$1" -W "$3" -- "$2")
}

# _uaio_files PREFIX WORD KIND: files, or with KIND -d directories.
_uaio_files() {
    mapfile -t COMPREPLY < <(compgen -P "$1" "$3" -- "$2")
    compopt -o filenames 2>/dev/null
}

_uaio_workloads() {
    command -- "${1/#\~\//${HOME-}/}" bench --list 2>/dev/null |
        sed -n '/^workloads/,/^$/s/^[* ] \([a-z][^ ]*\).*/\1/p'
}

_uaio_peers() {
    command -- "${1/#\~\//${HOME-}/}" bench --list 2>/dev/null |
        sed -n '/^peers/,$s/^  \([a-z][^ ]*\).*/\1/p'
}

_uaio_lessons() {
    command -- "${1/#\~\//${HOME-}/}" lesson 2>/dev/null | sed -n 's/^\([a-z][a-z]*\) .*/\1/p'
}

# The processes that `uaio run --stats` looks after: their numbers, and the names of their programs.
# Whoever has chosen a name may have chosen words for the shell, which compgen -W would obey.
_uaio_processes() {
    local maps
    while read -r maps; do
        echo "${maps//[!0-9]/}"
        cat "${maps%maps}comm" 2>/dev/null
    done < <(grep -ls '/uaio-stats-' /proc/[0-9]*/maps 2>/dev/null) |
        grep -x '[A-Za-z0-9_.+-]*' | sort -u
}

# _uaio_value PROGRAM COMMAND OPTION PREFIX WORD: what the option may be set to.
_uaio_value() {
    local prefix=$4 word=$5
    case $3 in
        --order) _uaio_choose "$prefix" "$word" 'conflict strict' ;;
        --exit) _uaio_choose "$prefix" "$word" 'drop drain' ;;
        --strict) _uaio_choose "$prefix" "$word" '0 1' ;;
        --only) _uaio_choose "$prefix" "$word" "$(_uaio_workloads "$1")" ;;
        --peers) # a list, of which the last one is being typed
            [[ $word != *,* ]] || prefix+=${word%,*},
            _uaio_choose "$prefix" "${word##*,}" "$(_uaio_peers "$1")"
            ;;
        --block) _uaio_choose "$prefix" "$word" '4K 16K 64K 128K 256K 1M' ;;
        --directory) _uaio_files "$prefix" "$word" -d ;;
        --threads | --idle-ms | --express | --rounds | --seconds | --size | --seed | --depth | \
            --interval)
            COMPREPLY=() # a number
            ;;
        *) _uaio_files "$prefix" "$word" -f ;;
    esac
}

# _uaio_program_index PROGRAM: where in COMP_WORDS the program of `uaio run` stands, or will.
_uaio_program_index() {
    local i word
    for ((i = 2; i < COMP_CWORD; ++i)); do
        word=${COMP_WORDS[i]}
        [[ $word != -- ]] || { echo $((i + 1)) && return; }
        [[ $word == -* ]] || break
        if [[ ${COMP_WORDS[i + 1]-} == = ]]; then
            ((i += 2))
        elif _uaio_takes_value "$1" run "$word"; then
            ((i += 1))
        fi
    done
    echo "$i"
}

# _uaio_program INDEX WORD: the program, or an argument of it, which is its own affair.
_uaio_program() {
    if ((COMP_CWORD > $1)); then
        if declare -F _comp_command_offset >/dev/null; then
            _comp_command_offset "$1"
        elif declare -F _command_offset >/dev/null; then
            _command_offset "$1"
        else
            _uaio_files '' "$2" -f
        fi
    elif [[ $2 == */* ]]; then
        _uaio_files '' "$2" -f
    else
        mapfile -t COMPREPLY < <(compgen -c -- "$2" | sort -u)
    fi
}

# _uaio_operand PROGRAM COMMAND WORD: what is no option.
_uaio_operand() {
    case $2 in
        help) _uaio_choose '' "$3" "$(_uaio_commands "$1")" ;;
        lesson) _uaio_choose '' "$3" "$(_uaio_lessons "$1")" ;;
        bench) COMPREPLY=() ;;
        top | dump) _uaio_choose '' "$3" "$(_uaio_processes)" ;;
        *) _uaio_files '' "$3" -f ;;
    esac
}

# Where readline breaks words at "=", an option and its value are three of them, else one.
_uaio() {
    local program=$1 word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local command=${COMP_WORDS[1]} index
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        _uaio_choose '' "$word" "$(_uaio_commands "$program") --help --version"
        return
    fi
    if [[ $command == run ]]; then
        index=$(_uaio_program_index "$program")
        if ((COMP_CWORD > index)) || [[ ${COMP_WORDS[index - 1]-} == -- ]]; then
            _uaio_program "$index" "$word"
            return
        fi
    fi
    if [[ $word == = ]]; then
        _uaio_value "$program" "$command" "$before" '' ''
    elif [[ $before == = ]]; then
        _uaio_value "$program" "$command" "${COMP_WORDS[COMP_CWORD - 2]}" '' "$word"
    elif [[ $word == --*=* ]]; then
        _uaio_value "$program" "$command" "${word%%=*}" "${word%%=*}=" "${word#*=}"
    elif [[ $before == --?* ]] && _uaio_takes_value "$program" "$command" "$before"; then
        _uaio_value "$program" "$command" "$before" '' "$word"
    elif [[ $word == -* ]]; then
        _uaio_choose '' "$word" "$(_uaio_options "$program" "$command")"
    elif [[ $command == run ]]; then
        _uaio_program "$index" "$word"
    else
        _uaio_operand "$program" "$command" "$word"
    fi
}

complete -F _uaio uaio
