# Six days of Exim: a wrong password every hour, from some clients. From 03:00 to 06:00 of the fifth
# day a thousand addresses guess one user, each once.
function stamp(second) { return sprintf("2026-06-%02d %02d:%02d:%02d ", day, hour, second / 60, second % 60) }
function failed(second, host, ip, user) {
    print stamp(second) "plain_server authenticator failed for " host " [" ip "]: 535 Incorrect authentication data (set_id=" user ")"
}
BEGIN {
    for (day = 1; day <= 6; day++)
        for (hour = 0; hour < 24; hour++) {
            for (i = 0; i < 3; i++)
                failed(300 + i * 1000, "client" hour % 5 ".example.net", "203.0.113." hour % 5 + 20, "user" (hour + i) % 9)
            if (day == 5 && hour >= 3 && hour <= 5)
                for (i = 0; i < 330; i++)
                    failed(10 + i * 10, "h" hour i ".example.org", "2001:db8:" hour "::" i, "alice")
        }
}
