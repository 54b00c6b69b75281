# ask - what fish offers for each line of standard input: "LINE|CANDIDATE", one a line. Run by fish,
# with the completion as its argument.
source $argv[1]

while read -l line
    for candidate in (complete -C "$line")
        printf '%s|%s\n' $line (string split \t -- $candidate)[1]
    end
end
