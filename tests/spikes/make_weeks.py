#!/usr/bin/env python3
"""Makes some weeks of a mail log in which things go wrong now and then, and the truth about them.

usage: make_weeks.py --log FILE --truth FILE [--seed N] [--mta NAME] [--volume N] [--days N]
                     [--causes N] [--plain]

The same seed gives the same bytes. Site, causes and decoys are drawn from it; --volume is messages
a day, --causes how many times something goes wrong. --plain leaves out all that only looks so.

The truth is JSON: the site, `series` (how many failures of each event and reason are in the log),
`decoys`, and `causes`. A cause has `start` and `end` (its first and last event), `begun` (its
first event but for one or two that the others follow more than 75 minutes later), `event`, `class`,
`drivers` (any of them is true; none: nobody stands out), `count` (events it made between), `usual`
(events of that series that the same hours of other days have), `above` (its events) and `ratio`
(both together beside the usual). What it made of other series, or made later, is in `also`.
"""

import argparse
import datetime
import json
import math
from collections import Counter

from causes_of_spikes import KINDS_OF_CAUSE, SmartHost, SpamRun, decoys
from usual_mail import DAY, HOUR, SLOT, Life, Site, fresh_random

RATIOS = [2, 2, 3, 3, 4, 4, 6, 6, 10, 10, 20]
SHORTEST, LONGEST = 20 * 60, 2 * DAY
ALONE = 75 * 60


def plan(life, rng, kind, number, placed):
    """A cause of some kind at some time: large enough to count it, as a rule. None: no room."""
    cause = kind(life, rng, number)
    ratio = rng.choice(RATIOS)
    length = math.exp(rng.uniform(math.log(SHORTEST), math.log(LONGEST)))
    least = rng.choice((0, 25, 30, 60))
    while True:
        cause.wanted = cause.usual_rate() * length / DAY * (ratio - 1)
        if cause.wanted >= max(8, least * 1.6) or length >= LONGEST / 1.4:
            break
        length *= 1.4
    cause.wanted = max(cause.wanted, 8)
    for turn in range(120):
        if turn % 20 == 19:
            length = max(SHORTEST, length * .6)
        start = life.begin + rng.uniform(1.1 * DAY, life.end - life.begin - length - HOUR)
        start = round(start / 60) * 60
        end = start + round(length / 60) * 60
        if start < life.begin + DAY or any(too_near(cause, start, end, other) for other in placed):
            continue
        if life.gap and start < life.gap[1] + 2 * HOUR and end > life.gap[0] - 2 * HOUR:
            continue
        if not has_start(life, cause, start, end):
            continue
        cause.start, cause.end = start, end
        if cause.follows_traffic:
            cause.wanted *= max(.1, busyness(life, start, end))
        cause.ramp = rng.choice((0, 0, 0, min(HOUR, length / 3)))
        cause.choose()
        return cause
    return None


def busyness(life, start, end):
    """How busy these hours are, beside the average ones."""
    moments = [datetime.datetime.fromtimestamp(start + (end - start) * (i + .5) / 50, life.zone)
               for i in range(50)]
    return sum(life.site.rate(moment) for moment in moments) / 50 / (life.site.volume / DAY)


def has_start(life, cause, start, end):
    """Where a long night goes by before anything fails, nobody can tell when it began."""
    first = min(75 * 60, end - start)
    share = first / (end - start)
    if cause.reasons != ("bad-credentials",):
        share *= busyness(life, start, start + first) / max(.01, busyness(life, start, end))
    return cause.wanted * share >= min(4, cause.wanted / 4)


def too_near(cause, start, end, other):
    """Two of a series must be told apart; others may share some time, but few do."""
    same = other.event == cause.event and other.reason == cause.reason
    apart = 30 * HOUR if same else 3 * HOUR if cause.number % 5 else -math.inf
    return start < other.end + apart and end > other.start - apart


def usual_of(life, event, reason, start, end):
    """What the same hours have on other days: working days and others each by themselves."""
    counts = life.by_hour[event, reason]
    sums, hours = Counter(), Counter()

    def kind(hour):
        moment = datetime.datetime.fromtimestamp(hour * HOUR, life.zone)
        return moment.hour, moment.weekday() >= 5

    for hour in range(int(life.begin) // HOUR, int(life.end) // HOUR):
        sums[kind(hour)] += counts[hour]
        hours[kind(hour)] += 1
    usual, time = 0.0, start
    while time < end:
        stop = min(end, (time // HOUR + 1) * HOUR)
        which = kind(int(time) // HOUR)
        usual += sums[which] / max(1, hours[which]) * (stop - time) / HOUR
        time = stop
    return usual


def moment(life, time):
    return datetime.datetime.fromtimestamp(time, life.zone).isoformat(timespec="seconds")


def begun_at(times):
    """One failure or two, and for longer than a scorer allows no other: then it may be said to have
    begun, or not yet."""
    for place in (2, 1):
        if place <= len(times) // 10 and times[place] - times[place - 1] > ALONE:
            return times[place]
    return times[0]


def truth_of(life, cause):
    times = sorted(life.of_cause[cause.number, cause.event, cause.reason])
    times = [time for time in times if time < cause.end + 60]
    if not times:
        return None
    start, end = times[0], times[-1]
    usual = usual_of(life, cause.event, cause.reason, start, max(end, start + SLOT))
    also = [{"event": event, "class": reason, "count": len(found)}
            for (number, event, reason), found in sorted(life.of_cause.items())
            if number == cause.number and (event, reason) != (cause.event, cause.reason)]
    return {"what": cause.what, "start": moment(life, start), "end": moment(life, end),
            "begun": moment(life, begun_at(times)),
            "event": cause.event, "class": cause.reason,
            "drivers": [{"dimension": name, "value": value} for name, value in cause.drivers],
            "count": len(times), "usual": round(usual, 2), "above": len(times),
            "ratio": round((usual + len(times)) / max(usual, .01), 2),
            "builds_up_minutes": round(cause.ramp / 60), "also": also}


def make(wishes, log):
    rng = fresh_random("site", wishes.seed)
    site = Site(rng, wishes.mta, wishes.volume)
    day = datetime.datetime(2026, 1, 5, tzinfo=datetime.timezone.utc).timestamp()
    begin = day + rng.randrange(0, 300 * 24) * HOUR
    life = Life(site, fresh_random("life", wishes.seed), begin, wishes.days, log)
    if not wishes.plain:
        decoys(life, fresh_random("decoys", wishes.seed))
    rng = fresh_random("causes", wishes.seed)
    kinds = [kind for kind in KINDS_OF_CAUSE  # Sendmail tells the sender behind the refusal
             if site.mta != "sendmail" or kind not in (SmartHost, SpamRun)]
    rng.shuffle(kinds)
    placed = []
    for number in range(wishes.causes):
        cause = plan(life, rng, kinds[number % len(kinds)], number, placed)
        if cause:
            placed.append(cause)
    life.causes = placed
    life.run()
    series = Counter()
    for (event, reason, _), count in life.counts.items():
        series[event, reason] += count
    return {"seed": wishes.seed, "mta": site.mta, "volume": site.volume, "day": site.day,
            "year": datetime.datetime.fromtimestamp(life.end, life.zone).year,
            "days": wishes.days, "messages": life.messages,
            "start": moment(life, life.begin), "end": moment(life, life.end),
            "zone": f"Etc/GMT{-site.zone:+}" if site.zone else "UTC",
            "series": [{"event": event, "class": reason, "count": count}
                       for (event, reason), count in sorted(series.items())],
            "causes": sorted((truth for truth in (truth_of(life, one) for one in placed) if truth),
                             key=lambda truth: truth["start"]),
            "decoys": [{"what": one.what, "start": moment(life, one.start),
                        "end": moment(life, one.end)}
                       for one in sorted(life.specials, key=lambda one: one.start)]}


def main():
    parser = argparse.ArgumentParser(description="some weeks of a mail log, and the truth of it")
    parser.add_argument("--log", required=True)
    parser.add_argument("--truth", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mta", choices=("postfix", "exim", "sendmail"))
    parser.add_argument("--volume", type=int, help="messages a day (default: as the seed draws)")
    parser.add_argument("--days", type=int, default=21)
    parser.add_argument("--causes", type=int, default=7)
    parser.add_argument("--plain", action="store_true")
    wishes = parser.parse_args()
    with open(wishes.log, "w", encoding="utf-8") as log:
        truth = make(wishes, log)
    with open(wishes.truth, "w", encoding="utf-8") as file:
        json.dump(truth, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
