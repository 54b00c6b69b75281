#!/usr/bin/env bash
# check_manuals - the manual pages are clean for mandoc, and tell of every command and option; what
# docs/ says, the pages made of it say too.
. "$(dirname "$0")/../lint/tap.bash"

pages=build/install

clean() { # PAGE
    mandoc -T lint -W warning "$1"
}

shown() { # PAGE: as a terminal shows it, in one line, blanks drawn together
    mandoc -T ascii -O width=78 "$1" | sed 's/.\x08//g' | tr -s ' \n' ' '
}

# Headings of the lists: "-S, --since TIME".
headed() { # PAGE WORDS-FILE: each line of the file begins an item
    mandoc -T ascii -O width=78 "$1" | sed 's/.\x08//g; s/^ *//' > "$scratch/lines"
    while IFS= read -r words; do
        grep -q -E -e "^$words( |\$)" "$scratch/lines" || echo "not there: $words"
    done < "$2" | none
}

sed -n 's/^COMMAND(\([a-z]*\),.*/\1/p' src/app/commands.def > "$scratch/commands"
sed -n -e 's/^OPTION("\([a-z-]*\)", 0, .*/--\1/p' \
    -e "s/^OPTION(\"\\([a-z-]*\\)\", '\\(.\\)', .*/-\\2, --\\1/p" src/app/options.def > "$scratch/options"

for page in "$pages"/*.[15]; do
    check "${page##*/} is clean" clean "$page"
done
printf '.Dd soon\n.Dt X 1\n.Os\n.Sh NAME\ntext\n' > "$scratch/wrong.1"
check_catches "a page that is not" clean "$scratch/wrong.1"

check "there are as many options as lines of the list" \
    [ "$(grep -c '^OPTION(' src/app/options.def)" = "$(wc -l < "$scratch/options")" ]
check "every command stands in the page" headed "$pages/mailtriage.1" "$scratch/commands"
check "every option stands in the page" headed "$pages/mailtriage.1" "$scratch/options"
echo '--no-such-thing' > "$scratch/none"
check_catches "an option that does not stand there" headed "$pages/mailtriage.1" "$scratch/none"

# Every word of a page of docs/, but for the marks of its tables, lists and links.
same_words() { # DOCS-PAGE PAGE
    words_of() { tr -c 'A-Za-z0-9' '\n' | LC_ALL=C sort -u; }
    sed 's/(\([a-z/-]*\.md\))//g; 1d; s/^| | |$//' "$1" | words_of > "$scratch/there"
    shown "$2" | words_of > "$scratch/here"
    LC_ALL=C comm -23 "$scratch/there" "$scratch/here" | tr 'a-z' 'A-Z' | LC_ALL=C sort -u |
        LC_ALL=C comm -23 - "$scratch/here" | none
}
check "mailtriage-config.5 says what docs/configuration.md says" \
    same_words docs/configuration.md "$pages/mailtriage-config.5"
check "mailtriage-patterns.5 says what docs/patterns.md says" \
    same_words docs/patterns.md "$pages/mailtriage-patterns.5"
check "mailtriage-thresholds.5 says what docs/thresholds.md says" \
    same_words docs/thresholds.md "$pages/mailtriage-thresholds.5"
sed 's/anchor/Ankerplatz/' docs/configuration.md > "$scratch/other.md"
check_catches "a word that is lost" same_words "$scratch/other.md" "$pages/mailtriage-config.5"
tap_end
