# bash completion for mailtriage. The lists are made from the program's own when it is built.

_mailtriage_options() { # COMMAND: the options that it takes
    case $1 in
@BASH-OPTIONS@
    esac
}

# How a value is chosen (@one, @list: joined by commas, @file, @folder), and from which words;
# nothing for an option that takes no value.
_mailtriage_words() { # OPTION COMMAND
    case $1:$2 in
@BASH-WORDS@
    esac
}

# The command is the first word that is one; without one it is report.
_mailtriage_command() { # WORD...
    local word
    for word; do
        case " $commands " in *" $word "*) echo "$word" && return ;; esac
    done
    return 1
}

_mailtriage_files() { # WORD [-d: folders alone]
    compopt -o filenames 2> /dev/null
    mapfile -t COMPREPLY < <(compgen "${2:--f}" -- "$1")
}

_mailtriage_value() { # WORD KIND WORDS...
    local word=$1 kind=$2 before=''
    shift 2
    case $kind in
        @file) _mailtriage_files "$word" && return ;;
        @folder) _mailtriage_files "$word" -d && return ;;
        @list) [[ $word != *,* ]] || before=${word%,*}, ;;
    esac
    mapfile -t COMPREPLY < <(compgen -P "$before" -W "$*" -- "${word#"$before"}")
    [[ $kind != @list ]] || compopt -o nospace 2> /dev/null
}

_mailtriage() {
    local commands command option='' value
    local word=${COMP_WORDS[COMP_CWORD]} before=("${COMP_WORDS[@]:1:COMP_CWORD-1}")
@BASH-COMMANDS@
    command=$(_mailtriage_command "${before[@]}") || command=
    COMPREPLY=()
    # bash cuts --only=totals into three words.
    if [[ $word = = && ${#before[@]} -gt 0 ]]; then
        option=${before[-1]} word=
    elif [[ ${#before[@]} -gt 1 && ${before[-1]} = = ]]; then
        option=${before[-2]}
    elif [[ ${#before[@]} -gt 0 ]]; then
        option=${before[-1]}
    fi
    value=$(_mailtriage_words "$option" "${command:-report}")
    if [[ -n $value ]]; then
        # shellcheck disable=SC2086 # words
        _mailtriage_value "$word" $value
    elif [[ $word = -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_mailtriage_options "${command:-report}")" -- "$word")
    elif [[ $command = rules ]]; then
        _mailtriage_files "$word"
        mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W 'list test' -- "$word")
    elif [[ $command = history ]]; then
        _mailtriage_files "$word"
        mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W 'show merge prune init push' -- "$word")
    elif [[ $command != explain ]]; then
        _mailtriage_files "$word"
        [[ -n $command ]] ||
            mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$commands" -- "$word")
    fi
}

complete -F _mailtriage mailtriage
