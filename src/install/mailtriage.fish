# fish completion for mailtriage. The lists are made from the program's own when it is built.

function __mailtriage_command # the command of the line; without one it is report
    for word in (commandline -opc)[2..]
        if contains -- $word $__mailtriage_commands
            echo $word
            return
        end
    end
    return 1
end

function __mailtriage_needs_command
    not __mailtriage_command > /dev/null
end

function __mailtriage_is # COMMAND...: it is one of these
    set -l command (__mailtriage_command)
    or set command report
    contains -- $command $argv
end

function __mailtriage_list # WORD...: joined by commas
    set -l before (string replace -r '[^,]*$' '' -- (commandline -ct | string replace -r '^--[a-z-]+=' ''))
    printf '%s\n' $before$argv
end

@FISH-COMMANDS@
complete -c mailtriage -n '__mailtriage_is rules' -a 'list test'
complete -c mailtriage -n '__mailtriage_is history' -a 'show merge prune init push'
complete -c mailtriage -n '__mailtriage_is explain' -f
@FISH-OPTIONS@
