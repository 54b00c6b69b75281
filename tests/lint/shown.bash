# shown - whether what a page shows is what a command prints. Sourced by bash.

# The lines behind the first are lines of the output, in order, without a gap but at "[...]".
shown_in() { # BLOCK OUTPUT
    awk '
        NR == FNR { sub(/\r$/, ""); real[++many] = $0; next }
        FNR == 1 { at = 1; free = 0; next }
        $0 == "[...]" { free = 1; next }
        /^$/ { blank++; next }
        {
            for (; blank > 0; blank--) if (!free && real[at] == "") at++
            while (free && at <= many && real[at] != $0) at++
            if (real[at] != $0) { print "not printed: " $0; exit 1 }
            at++; free = 0
        }' "$2" "$1"
}
