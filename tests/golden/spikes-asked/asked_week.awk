# Six days of a Postfix server on two hosts, with the same every hour: deliveries, an unknown user and
# a failed login. Then, two hours each: on the third day one client guesses the password of alice, on
# the fourth a newsletter goes to addresses that are gone, and on the fifth all mailboxes of
# b.example.net are full, for the first time.
function stamp(second) { return sprintf("Jun %2d %02d:%02d:%02d mx%d ", day, hour, second / 60, second % 60, 1 + turn % 2) }
function sent(second, sender, recipient, said, id, relay) {
    id = sprintf("%06X", 1048576 + number++)
    turn += number % 5 != 0
    relay = substr(recipient, index(recipient, "@") + 1)
    relay = "mx." relay "[198.51.100." index("abcdef", substr(relay, 1, 1)) "]"
    sub("HOST", relay, said)
    print stamp(second) "postfix/smtpd[200]: " id ": client=app.example.com[192.0.2." 1 + number % 9 \
        "], sasl_method=PLAIN, sasl_username=" substr(sender, 1, index(sender, "@") - 1)
    print stamp(second) "postfix/qmgr[300]: " id ": from=<" sender ">, size=1200, nrcpt=1 (queue active)"
    print stamp(second + 1) "postfix/smtp[400]: " id ": to=<" recipient ">, relay=" relay \
        ":25, delay=1, delays=0/0/0.5/0.5, " said
    print stamp(second + 1) "postfix/qmgr[300]: " id ": removed"
}
function gone(address) {
    return "dsn=5.1.1, status=bounced (host HOST said: 550 5.1.1 <" address \
        ">: Recipient address rejected: User unknown (in reply to RCPT TO command))"
}
function full(address) {
    return "dsn=5.2.2, status=bounced (host HOST said: 552 5.2.2 <" address \
        ">: mailbox is full (in reply to RCPT TO command))"
}
function guessed(second, name, client) {
    turn++
    print stamp(second) "postfix/smtpd[500]: warning: unknown[" client \
        "]: SASL LOGIN authentication failed: (reason unavailable), sasl_username=" name
}
function an_hour(i, address) {
    for (i = 0; i < 18; i++)
        sent(60 + i * 170, "staff" i % 7 "@example.com", "kim@" substr("abcdef", i % 6 + 1, 1) ".example.net",
             "dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4C1D2E)")
    address = "jon" hour "@" substr("acdef", hour % 5 + 1, 1) ".example.net"
    sent(1800, "staff" hour % 7 "@example.com", address, gone(address))
    guessed(2000, "name" hour, "203.0.113." day * 24 + hour)
    for (i = 0; day == 3 && hour ~ /^1[45]$/ && i < 60; i++)
        guessed(100 + i * 50, "alice", "192.0.2.99")
    for (i = 0; day == 4 && hour ~ /^[89]$/ && i < 60; i++) {
        address = "member" hour "." i "@" substr("acdef", i % 5 + 1, 1) ".example.net"
        sent(120 + i * 50, "news@list.example.com", address, gone(address))
    }
    for (i = 0; day == 5 && hour ~ /^1[01]$/ && i < 60; i++) {
        address = "lea" hour "." i "@b.example.net"
        sent(120 + i * 50, "staff" i % 7 "@example.com", address, full(address))
    }
}
BEGIN {
    for (day = 1; day <= 6; day++)
        for (hour = 0; hour < 24; hour++)
            an_hour()
}
