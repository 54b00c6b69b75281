/* metrics - which numbers of a page are measured over time, and under which names.
 *
 * A metric is found by its path: keys joined by dots, the first one of a section. "[]" behind a key
 * is for each record of that list; at the end of a path it asks how many there are. In place of the
 * last key may stand "label=key|key": each of these members is a series of its own, told apart by
 * that label. What else tells series apart are members of the records on the way, named in
 * `labels`; numbers with the same labels add up.
 *
 * Each series costs memory wherever it is collected, for ever: a label has few values, so it is
 * never log text, a name, an address or a domain.
 */
#ifndef REPORT_METRICS_H
#define REPORT_METRICS_H

struct metric {
    const char *name; /* without the prefix; ends with the unit */
    const char *unit; /* a base unit: "bytes", "seconds", "ratio"; "": a plain count */
    const char *path;
    const char *labels; /* names joined by blanks */
    const char *help;
};

extern const struct metric report_metrics[]; /* of `report`; name NULL at the end */

#endif
