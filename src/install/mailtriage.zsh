#compdef mailtriage
# zsh completion for mailtriage. The lists are made from the program's own when it is built.

_mailtriage_list() { # [arguments of compadd] WORD...: words joined by commas
    local -a words
    words=(${@[(r)[a-z]*,-1]})
    compset -P '*,'
    compadd -q -S , -a words
}

_mailtriage_one() { # [arguments of compadd] WORD...
    local -a words
    words=(${@[(r)[a-z]*,-1]})
    compadd -a words
}

_mailtriage_operand() {
    case $command in
        explain) _message 'code or reply' ;;
        rules) compadd list test; _files ;;
        history) compadd show merge prune init push; _files ;;
        '') _describe -t commands command commands; _files ;;
        *) _files ;;
    esac
}

_mailtriage() {
    local command word
    local -a options commands
    commands=(
@ZSH-COMMANDS@
    )
    # The command is the first word that is one; without one it is report.
    for word in ${words[2,CURRENT-1]}; do
        (( ${commands[(I)$word:*]} )) && command=$word && break
    done
    case ${command:-report} in
@ZSH-OPTIONS@
    esac
    _arguments -s -S : $options '*: :_mailtriage_operand'
}

_mailtriage "$@"
