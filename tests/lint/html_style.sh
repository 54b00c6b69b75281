#!/usr/bin/env bash
# html_style - the style and the script of a page are those its policy lets through, and ask for
# nothing outside the page. The hash is worked out here in another way than src/style.sh does it.
. "$(dirname "$0")/tap.bash"

inside() { # ELEMENT PAGE: what stands in the element, to the byte
    awk -v RS="</$1>" -v begin="<$1>" 'index($0, begin) {
        printf "%s", substr($0, index($0, begin) + length(begin)); exit }' "$2"
}

hash_fits() { # ELEMENT PAGE
    local hash
    hash=$(inside "$1" "$2" | sha256sum | cut -c1-64 | tr a-f A-F | tr -d '\n' |
        basenc --base16 -d | basenc --base64)
    grep -F "$1-src 'sha256-$hash';" "$2"
}

# Neither fetches, and the script makes no markup of text and runs no text.
fetches_nothing() {
    grep -n -i -E 'url\(|@import|@font-face|expression\(' src/report/html.css | none
    grep -n -E 'HTML|insertAdj|write\(|eval\(|Function\(|import|fetch|Request|https?:|open\(' \
        src/report/html.js | none
}

bare_text() { # ELEMENT PAGE: no comment and no indent is left
    inside "$1" "$2" | grep -n -E '/\*|\*/|^//|^ |^$' | none
}

refused() { # CSS JS
    ! src/style.sh "$1" "$2"
}

build/mailtriage explain --no-config --format html 354 535 > "$scratch/page.html"
for element in style script; do
    check "the hash is that of the $element" hash_fits $element "$scratch/page.html"
    sed "s/<$element>/&\n/" "$scratch/page.html" > "$scratch/changed.html"
    check_catches "a $element with another hash" hash_fits $element "$scratch/changed.html"
    check "comments stay behind in the $element" bare_text $element "$scratch/page.html"
done
check "nothing is fetched" fetches_nothing
printf 'p::after {\n    content: "</style>";\n}\n' > "$scratch/ends.css"
printf 'x = "</script>";\n' > "$scratch/ends.js"
check "a style that would end its element is refused" \
    refused "$scratch/ends.css" src/report/html.js
check "a script that would end its element is refused" \
    refused src/report/html.css "$scratch/ends.js"
tap_end
