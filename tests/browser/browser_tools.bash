# browser_tools - what the scripts of this folder look at pages with: Chromium, Node.js, and
# playwright-core and axe-core in build/browser, in the versions that package-lock.json pins.
# Sourced by bash; whoever sources it has a function give_up REASON.

tools=build/browser

needed() { # PROGRAM PACKAGE
    command -v "$1" > /dev/null || give_up "$1 is not installed (Debian package $2)"
}

install_tools() {
    local log=$tools/npm.log
    needed chromium chromium
    needed node nodejs
    needed npm npm
    mkdir -p "$tools"
    cmp -s tests/browser/package-lock.json "$tools/package-lock.json" &&
        [ -d "$tools/node_modules" ] && return
    cp tests/browser/package.json tests/browser/package-lock.json "$tools/"
    npm ci --prefix "$tools" --ignore-scripts --no-audit --no-fund > "$log" 2>&1 || {
        rm -f "$tools/package-lock.json"
        sed 's/^/# /' "$log"
        give_up "npm could not install playwright-core and axe-core"
    }
}
