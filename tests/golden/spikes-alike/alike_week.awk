# Six days of a Postfix server whose mail all comes from one client and one sender
# domain, and all goes out by one smart host. Nothing fails, until on the fifth day, from 10:00 to
# 12:00, the smart host takes what it gets for spam.
function stamp(second) { return sprintf("Jun %2d %02d:%02d:%02d mx1 ", day, hour, second / 60, second % 60) }
function sent(second, sender, recipient, said, id) {
    id = sprintf("%06X", 1048576 + number++)
    print stamp(second) "postfix/smtpd[200]: " id ": client=app.example.com[192.0.2.1]"
    print stamp(second) "postfix/qmgr[300]: " id ": from=<" sender ">, size=1200, nrcpt=1 (queue active)"
    print stamp(second + 1) "postfix/smtp[400]: " id ": to=<" recipient \
        ">, relay=smart.example.net[198.51.100.9]:25, delay=1, delays=0/0/0.5/0.5, " said
    print stamp(second + 1) "postfix/qmgr[300]: " id ": removed"
}
function an_hour(i) {
    for (i = 0; i < 20; i++)
        sent(60 + i * 170, "staff" (i * 3 + hour) % 60 "@example.com", "kim" i "@firm" (i + hour) % 50 ".example.net",
             "dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4C1D2E)")
    for (i = 0; day == 5 && hour ~ /^1[01]$/ && i < 60; i++)
        sent(90 + i * 55, "staff" (i * 3 + hour) % 60 "@example.com", "lea" i "@firm" (i * 7 + hour) % 50 ".example.net",
             "dsn=5.7.1, status=bounced (host smart.example.net[198.51.100.9] said: 554 5.7.1 Spam message rejected (in reply to end of DATA command))")
}
BEGIN {
    for (day = 1; day <= 6; day++)
        for (hour = 0; hour < 24; hour++)
            an_hour()
}
