"""What servers say, by the reason that mailtriage finds in it.

A wording is (code, enhanced code or "", text, the command it answers). In a text {to} is the
recipient, {domain} his domain, {ip} our own address, {list} a block list, {tag} a part that is
another one each time. Every server has a wording of its own and keeps to it.
"""

# Replies of other servers, of which some are sure to lie to us about the code.
REPLIES = {
    "user-unknown": [
        (550, "5.1.1", "<{to}>: Recipient address rejected: User unknown in virtual mailbox table",
         "RCPT TO"),
        (550, "5.1.1", "The account you wrote to does not exist", "RCPT TO"),
        (550, "", "No such user here", "RCPT TO"),
        (553, "5.1.1", "unknown mailbox, please check the address", "RCPT TO"),
        (550, "5.1.10", "Recipient not found {tag}", "RCPT TO"),
        (550, "5.1.1", "The account you wrote to does not exist. {tag} - gsmtp", "RCPT TO"),
    ],
    "mailbox-full": [
        (452, "4.2.2", "<{to}> mailbox is over its quota", "RCPT TO"),
        (452, "4.2.2", "The mailbox is full at the moment", "RCPT TO"),
        (450, "4.2.2", "Quota exceeded, the user has to make room", "end of DATA"),
    ],
    "greylisted": [
        (450, "4.2.0", "<{to}>: Recipient address rejected: Greylisted, see "
         "https://grey.example.org/{domain}.html", "RCPT TO"),
        (451, "4.7.1", "Greylisting in action, please come back later", "RCPT TO"),
    ],
    "rate-limited": [
        (450, "4.2.1", "This user is receiving mail too quickly, rate limit reached", "RCPT TO"),
        (451, "4.7.1", "Too many messages from you, slow down", "MAIL FROM"),
        (421, "4.7.0", "Throttled, too many messages in the last hour", "MAIL FROM"),
    ],
    "dmarc-fail": [
        (550, "5.7.26", "Mail of this domain is not authenticated as its DMARC policy asks",
         "end of DATA"),
        (550, "5.7.1", "Rejected by the DMARC policy of the domain in From, {tag}", "end of DATA"),
    ],
    "spf-fail": [(550, "5.7.23", "SPF check failed for your address", "MAIL FROM")],
    "blocklisted": [
        (554, "5.7.1", "Service unavailable; Client host [{ip}] blocked using {list}; see "
         "https://{list}/q/{ip}", "RCPT TO"),
        (550, "5.7.1", "Your address {ip} is on the block list {list}", "MAIL FROM"),
        (554, "", "Rejected: {ip} listed at {list}", "MAIL FROM"),
    ],
    "spam-content": [
        (554, "5.7.1", "Message looks like spam", "end of DATA"),
        (550, "5.7.1", "Content scored 12.3 as spam, {tag}", "end of DATA"),
    ],
    "policy-rejected": [(550, "5.7.1", "Refused by local policy", "end of DATA")],
    "mailbox-disabled": [(550, "5.2.1", "This mailbox is disabled", "RCPT TO")],
    "server-error": [(451, "4.3.0", "Local error in processing", "end of DATA")],
    "bad-credentials": [(535, "5.7.8", "Error: login not valid", "AUTH")],
}

# Where a whole provider says it: its own words, and how it is known by them.
OF_PROVIDERS = {
    "blocklisted": ("outlook", (550, "5.7.1", "Messages from [{ip}] were not sent, part of their "
                                "network is on our list (S3140). [{tag}]", "MAIL FROM")),
    "rate-limited": ("google", (421, "4.7.28", "Our system has detected an unusual rate of mail "
                                "from your address. {tag} - gsmtp", "end of DATA")),
}

# Which of them end it for the recipient. The last three are no replies: nobody said one.
BOUNCED = {"user-unknown", "dmarc-fail", "spf-fail", "blocklisted", "spam-content",
           "policy-rejected", "mailbox-disabled", "domain-not-found"}
SILENT = {"connection-timeout", "dns-failure", "domain-not-found"}


def event_of(reason):
    return "bounced" if reason in BOUNCED else "deferred"
