# Three weeks of a small Postfix server on which much fails: each hour some deliveries out and to this
# host, an unknown user or two, and a slow server that takes mail at the second try. On the tenth day,
# from 10:00 to 14:00, a list of old addresses is written to; on the thirteenth, from 10:00 to 12:00, a
# mailing goes out of which no more fails than ever; on the sixteenth, from 09:00 to 13:00, a server
# is down for new mail; and on the eighteenth, from 10:00 to 12:00, much comes in, and a shorter list
# is written to.
function stamp(second) {
    second += hour * 3600
    return sprintf("Jun %2d %02d:%02d:%02d mx1 ", day + int(second / 86400), int(second / 3600) % 24, int(second / 60) % 60, second % 60)
}
function begin(second, sender) {
    id = sprintf("%06X", 1048576 + number++)
    line(second, "postfix/qmgr[300]: " id ": from=<" sender ">, size=1200, nrcpt=1 (queue active)")
}
function line(second, text) { lines[sprintf("%010d %06d", (day * 24 + hour) * 3600 + second, count++)] = stamp(second) text }
function outcome(second, recipient, said) {
    line(second, "postfix/smtp[400]: " id ": to=<" recipient ">, relay=mx." substr(recipient, index(recipient, "@") + 1) \
        "[198.51.100.7]:25, delay=1, delays=0/0/0.5/0.5, " said)
}
function sent(second, recipient) {
    begin(second, "staff" number % 7 "@example.com")
    outcome(second + 1, recipient, "dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4C1D2E)")
}
function kept(second) {
    begin(second, "kim@firm1.example.net")
    line(second + 1, "postfix/local[410]: " id ": to=<ann@example.com>, relay=local, delay=0.1, delays=0.1/0/0/0, dsn=2.0.0, status=sent (delivered to mailbox)")
}
function gone(second, recipient, sender) {
    begin(second, sender)
    outcome(second + 1, recipient, "dsn=5.1.1, status=bounced (host mx[198.51.100.7] said: 550 5.1.1 <" recipient \
        ">: Recipient address rejected: User unknown (in reply to RCPT TO command))")
}
# Put off, tried again each 20 minutes for so many times, then delivered.
function slow(second, recipient, times, i) {
    begin(second, "staff" number % 7 "@example.com")
    for (i = 0; i < times; i++)
        line(second + 1 + i * 1200, "postfix/smtp[400]: " id ": to=<" recipient \
            ">, relay=none, delay=1, delays=0/0/1/0, dsn=4.4.1, status=deferred (connect to mx.slow.example.net[198.51.100.9]:25: Connection timed out)")
    outcome(second + 1 + times * 1200, recipient, "dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4C1D2E)")
}
function an_hour(i) {
    for (i = 0; i < 2; i++)
        sent(60 + i * 1500, "kim@firm" i ".example.net")
    for (i = 0; i < 3; i++)
        kept(90 + i * 900)
    for (i = 0; i < 1 + hour % 2; i++)
        gone(700 + i * 1800, "old" number "@firm" i ".example.net", "staff" number % 7 "@example.com")
    slow(400, "ann@slow.example.net", 1)
    if (hour % 3 == 0)
        slow(1200, "bob@slow.example.net", 3)
    for (i = 0; day == 10 && hour ~ /^1[0-3]$/ && i < 60; i++)
        gone(30 + i * 59, "member" number "@firm" i % 9 ".example.org", "news@list.example.com")
    for (i = 0; day == 13 && hour ~ /^1[01]$/ && i < 200; i++)
        if (i % 5)
            sent(10 + i * 17, "reader" number "@firm" i % 9 ".example.org")
        else
            gone(10 + i * 17, "reader" number "@firm" i % 9 ".example.org", "staff" number % 7 "@example.com")
    for (i = 0; day == 16 && hour ~ /^(9|1[0-2])$/ && i < 15; i++)
        slow(100 + i * 220, "jon" number "@down.example.net", 3)
    for (i = 0; day == 18 && hour ~ /^1[01]$/ && i < 300; i++)
        kept(20 + i * 11)
    for (i = 0; day == 18 && hour ~ /^1[01]$/ && i < 30; i++)
        gone(40 + i * 115, "former" number "@firm" i % 9 ".example.com", "news@list.example.com")
}
BEGIN {
    for (day = 1; day <= 21; day++)
        for (hour = 0; hour < 24; hour++)
            an_hour()
    for (key in lines)
        print key, lines[key] | "sort | cut -d ' ' -f 3-"
}
