# make_log - a log in which strangers put everything that some reader of our formats obeys. Sourced
# by the hostile-* cases, and by tests/machines.

hostile_log() { # FILE
    local at='Jun  1 10:00' smtp='mx1 postfix/smtp[9]' smtpd='mx1 postfix/smtpd[9]'
    local to='4C1D2E3F40: to=<bob@example.net>, relay=mx.example.net[198.51.100.5]:25, delay=0.9'
    local secret=AGFsaWNlAHNlY3JldHBhc3N3b3Jk
    {
        # markup, formulas, controls and bidi overrides in a reply
        printf '%s\n' "$at:01 $smtp: $to, dsn=5.0.0, status=bounced (host mx.example.net[198.51.100.5] said: 550 =HYPERLINK(\"http://x.example\") <script>alert(1)</script> (in reply to RCPT TO command))"
        printf '%s\n' "$at:02 $smtp: $to, dsn=5.0.0, status=bounced (host mx.example.net[198.51.100.5] said: 554 \"><img src=x onerror=alert(1)> </td></table> &lt;b&gt; (in reply to end of DATA command))"
        printf '%s\t%b\n' "$at:03 $smtp: $to, dsn=4.0.0, status=deferred (host mx.example.net[198.51.100.5] said: 451" '\033[31mred\033[0m \033]0;title\007 \0302\0233 \0342\0200\0256bidi\0342\0201\0246 \0330\0234 \0377\0376 \0300\0257 \0355\0240\0200 end (in reply to RCPT TO command))'
        # the same in addresses, HELO names and user names
        printf '%s\n' "$at:04 $smtpd: NOQUEUE: reject: RCPT from unknown[203.0.113.9]: 550 5.1.1 <a@example.com>: Recipient address rejected: User unknown; from=<=cmd()@example.net> to=<a@example.com> proto=ESMTP helo=<@SUM(1)>"
        printf '%s\n' "$at:05 $smtpd: NOQUEUE: reject: RCPT from unknown[203.0.113.9]: 550 5.1.1 <-2+3@example.com>: Recipient address rejected: User unknown; from=<\"><svg/onload=1>@example.net> to=<-2+3@example.com> proto=ESMTP helo=<h>"
        printf '%b\n' "$at:06 $smtpd: warning: unknown[203.0.113.9]: SASL PLAIN authentication failed: (reason unavailable), sasl_username=+1\0377\0342\0200\0256@example.org"
        # a secret, where a reply quotes it, and where an entry is not understood
        printf '%s\n' "$at:07 mx1 exim[7]: SMTP protocol error in \"AUTH PLAIN $secret\" H=(=box) [203.0.113.79] AUTH command used when not advertised"
        printf '%b\n' "$at:08 $smtpd: odd \033[31m\t\0302\0233\0342\0200\0256\0377: AUTH PLAIN $secret <script>alert(2)</script>"
        # entries of programs and hosts that are none
        printf '%b\n' "$at:09 mx1 postfix/=cmd()[9]: \0033[2J <script> \0377 \0342\0200\0256"
        printf '%b\n' "$at:10 =mx1 @SUM(1)[9]: \0033[2J"
        # a reply of 60 KB, begun like a formula
        printf '%s' "$at:11 $smtp: $to, dsn=5.0.0, status=bounced (host mx.example.net[198.51.100.5] said: 550 =1+1 "
        head -c 60000 /dev/zero | tr '\0' '"'
        printf ' (in reply to RCPT TO command))\n'
    } > "$1"
}
