# Six days of a small Postfix server, with the same every hour: deliveries, a full mailbox and an
# unknown user now and then. On the fifth day, from 10:00 to 12:00, a newsletter goes to addresses
# that are gone, and to some that are full.
function stamp(second) { return sprintf("Jun %2d %02d:%02d:%02d mx1 ", day, hour, second / 60, second % 60) }
function sent(second, sender, recipient, said, id) {
    id = sprintf("%06X", 1048576 + number++)
    print stamp(second) "postfix/qmgr[300]: " id ": from=<" sender ">, size=1200, nrcpt=1 (queue active)"
    print stamp(second + 1) "postfix/smtp[400]: " id ": to=<" recipient ">, relay=mx." \
        substr(recipient, index(recipient, "@") + 1) "[198.51.100.7]:25, delay=1, delays=0/0/0.5/0.5, " said
    print stamp(second + 1) "postfix/qmgr[300]: " id ": removed"
}
function gone(address) {
    return "dsn=5.1.1, status=bounced (host mx[198.51.100.7] said: 550 5.1.1 <" address \
        ">: Recipient address rejected: User unknown (in reply to RCPT TO command))"
}
function full(address) {
    return "dsn=5.2.2, status=bounced (host mx[198.51.100.7] said: 552 5.2.2 <" address \
        ">: mailbox is full (in reply to RCPT TO command))"
}
function an_hour(i, address) {
    for (i = 0; i < 20; i++)
        sent(60 + i * 170, "staff" i % 7 "@example.com", "kim@firm" i % 5 ".example.net",
             "dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4C1D2E)")
    address = "jon" hour "@firm" hour % 3 ".example.net"
    sent(1800, "staff" hour % 7 "@example.com", address, hour % 2 ? gone(address) : full(address))
    if (day != 5 || hour < 10 || hour > 11)
        return
    for (i = 0; i < 90; i++) {
        address = "member" hour "." i "@firm" i % 9 ".example.org"
        sent(120 + i * 35, "news@list.example.com", address, i % 4 ? gone(address) : full(address))
    }
}
BEGIN {
    for (day = 1; day <= 6; day++)
        for (hour = 0; hour < 24; hour++)
            an_hour()
}
