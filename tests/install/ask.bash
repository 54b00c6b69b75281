# ask - what bash offers for each line of standard input: "LINE|CANDIDATE", one a line. Run by bash,
# with the completion as its argument.
# shellcheck source=/dev/null
. "$1"

while IFS= read -r line; do
    # As readline cuts it: = is a word of its own.
    read -r -a COMP_WORDS <<< "${line//=/ = }"
    [[ $line != *' ' && $line != *= ]] || COMP_WORDS+=('')
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    COMPREPLY=()
    _mailtriage
    for candidate in "${COMPREPLY[@]}"; do
        printf '%s|%s\n' "$line" "$candidate"
    done
done
