# ask - what zsh offers for each line of standard input: "LINE|CANDIDATE", one a line. Run by zsh,
# with a folder that holds the completion as its argument, and a scratch folder.
#
# zsh completes only at a prompt, so a second zsh is typed to, through a pseudo-terminal. There what
# is offered is written to a file as it is added.
zmodload zsh/zpty
found=$2/found ready=$2/ready

inside='
PS1= ; unsetopt autolist automenu beep
fpath=('${(q)1}' $fpath)
autoload -Uz compinit && compinit -u -d '${(q)2}'/dump
compadd() {
    # Only -O, -A and -D look without offering.
    if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
        builtin compadd "$@"
        return
    fi
    local -a offered
    builtin compadd -O offered "$@"
    print -rl -- $offered >> '${(q)found}'
    builtin compadd "$@"
}
'
await() {
    repeat 600; do
        [[ -e $ready ]] && rm -f $ready && return
        sleep 0.05
    done
    print -u2 "zsh does not answer"
    exit 1
}

print -r -- $inside > $2/inside
zpty z zsh -f -i
zpty -w z ". ${(q)2}/inside; : > ${(q)ready}"
await
while IFS= read -r line; do
    : > $found
    zpty -w -n z "$line"$'\t'
    zpty -w z $'\C-u'": > ${(q)ready}"
    await
    while IFS= read -r candidate; do
        print -r -- "$line|$candidate"
    done < $found
done
zpty -d z
