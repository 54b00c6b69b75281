#!/usr/bin/env bash
# html_style - the style of a page is the one its policy lets through, and asks for nothing outside
# the page. The hash is worked out here in another way than src/style.sh does it.
. "$(dirname "$0")/tap.bash"

style_of() { # PAGE: what stands between <style> and </style>, to the byte
    awk -v RS='</style>' 'NR == 1 { sub(/.*<style>/, ""); printf "%s", $0 }' "$1"
}

hash_fits() { # PAGE
    local hash
    hash=$(style_of "$1" | sha256sum | cut -c1-64 | tr a-f A-F | tr -d '\n' | basenc --base16 -d |
        basenc --base64)
    grep -F "style-src 'sha256-$hash';" "$1"
}

fetches_nothing() {
    grep -n -i -E 'url\(|@import|@font-face|expression\(' src/report/html.css | none
}

bare_style() { # PAGE: no comment and no indent is left
    style_of "$1" | grep -n -E '/\*|\*/|^ |^$' | none
}

refused() { # CSS
    ! src/style.sh "$1"
}

build/mailtriage explain --no-config --format html 354 535 > "$scratch/page.html"
check "the hash is that of the style" hash_fits "$scratch/page.html"
sed 's/--ink:/--ink: /' "$scratch/page.html" > "$scratch/changed.html"
check_catches "a style with another hash" hash_fits "$scratch/changed.html"
check "comments stay behind" bare_style "$scratch/page.html"
check "the style fetches nothing" fetches_nothing
printf 'p::after {\n    content: "</style>";\n}\n' > "$scratch/ends.css"
check "a style that would end its element is refused" refused "$scratch/ends.css"
tap_end
