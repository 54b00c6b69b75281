/* looks - guesses for people, made when a source was of no use; nothing is decided by them. The
 * first row that fits is taken.
 */
#include "app/looks.h"

#include <string.h>

/* The first line of journalctl -o json-pretty. */
static bool is_json_in_lines(struct slice line) {
    return slice_is(line, "{");
}

static bool is_json(struct slice line) {
    return slice_starts(line, SLICE("{")) || slice_starts(line, SLICE("["));
}

static bool is_markup(struct slice line) {
    return slice_starts(line, SLICE("<?xml")) || slice_starts(line, SLICE("<!")) ||
           slice_starts(line, SLICE("<html"));
}

/* Its byte order mark. */
static bool is_utf16(struct slice line) {
    return slice_starts(line, SLICE("\xff\xfe")) || slice_starts(line, SLICE("\xfe\xff"));
}

static bool is_mailbox(struct slice line) {
    return slice_starts(line, SLICE("From "));
}

static bool is_message(struct slice line) {
    return slice_starts(line, SLICE("Return-Path:")) || slice_starts(line, SLICE("Received:")) ||
           slice_starts(line, SLICE("Delivered-To:"));
}

static bool has(struct slice line, const char *words) {
    return memmem(line.at, line.length, words, strlen(words)) != NULL;
}

static bool is_web_log(struct slice line) {
    return has(line, " - - [") || has(line, "] \"GET ") || has(line, "] \"POST ");
}

static bool is_mail_text(struct slice line) {
    return has(line, "postfix/") || has(line, "status=") || has(line, "stat=") ||
           has(line, "sendmail[") || has(line, "NOQUEUE: ");
}

static bool begins_with_number(struct slice line) {
    return line.length > 0 && line.at[0] >= '0' && line.at[0] <= '9';
}

static bool is_table(struct slice line) {
    size_t separators = 0;
    for (size_t i = 0; i < line.length; i++)
        separators += line.at[i] == ',' || line.at[i] == ';' || line.at[i] == '\t';
    return separators >= 3;
}

static bool is_anything(struct slice line) {
    (void)line;
    return true;
}

struct looks looks_of(struct slice line) {
    static const struct {
        bool (*fits)(struct slice line);
        struct looks looks;
    } rows[] = {
        {is_utf16, {"UTF-16 text", "try 'iconv -f UTF-16 -t UTF-8 FILE | mailtriage -'"}},
        {is_json_in_lines,
         {"JSON of several lines an entry", "have it one entry a line: 'journalctl -o json'"}},
        {is_json, {"JSON", "print the log as text first, for example with journalctl or jq"}},
        {is_markup, {"XML or HTML", "save the log as text"}},
        {is_mailbox, {"a mailbox", "name the log of the mail server, not its mail"}},
        {is_message, {"a mail message", "name the log of the mail server, not its mail"}},
        {is_web_log, {"a web server's log", "name the log of the mail server"}},
        {is_mail_text,
         {"a mail server's text behind something unknown",
          "cut off what stands before time, host and program, or log by syslog"}},
        {begins_with_number,
         {"a time stamp of another fashion",
          "have the log written with syslog's stamps, or 'journalctl -o short-iso'"}},
        {is_table, {"a table", "name the log itself, not what was exported from it"}},
        {is_anything,
         {"text without a time stamp",
          "name the log of the mail server, usually /var/log/mail.log, /var/log/maillog or "
          "/var/log/exim4/mainlog"}},
    };
    size_t at = 0;
    while (!rows[at].fits(line))
        at++;
    return rows[at].looks;
}
