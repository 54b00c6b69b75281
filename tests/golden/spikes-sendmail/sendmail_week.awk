# Six days of Sendmail: mail to some domains every hour, and every third hour one that refuses it for
# its content. From 12:00 to 15:00 of the fifth day castle.example.net refuses all for DMARC.
function stamp(second) { return sprintf("Jun %2d %02d:%02d:%02d mail sm-mta[212]: ", day, hour, second / 60, second % 60) }
function sent(second, domain, said, id) {
    id = sprintf("6AMB%04dn%06d", day * 100 + hour, number++)
    print stamp(second) id ": from=<staff" number % 6 "@example.com>, size=900, class=0, nrcpts=1, msgid=<" id "@example.com>, proto=ESMTPSA, daemon=MSA, relay=desk.example.com [192.0.2.50]"
    print stamp(second + 1) id ": to=<kim" number % 8 "@" domain ">, delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=30092, relay=mx1." domain ". [198.51.100.2], " said
}
BEGIN {
    refused = "dsn=5.7.26, reply=550 5.7.26 Refused by the DMARC policy of the sending domain, stat=Service unavailable"
    for (day = 1; day <= 6; day++)
        for (hour = 0; hour < 24; hour++) {
            for (i = 0; i < 12; i++)
                sent(100 + i * 270, "firm" i % 4 ".example.net", "dsn=2.0.0, stat=Sent (Ok: queued as 4C1D2E)")
            if (hour % 3 == 0)
                sent(3500, "firm" hour % 4 ".example.net", refused)
            if (day == 5 && hour >= 12 && hour <= 14)
                for (i = 0; i < 40; i++)
                    sent(20 + i * 85, "castle.example.net", refused)
        }
}
