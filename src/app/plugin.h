/* plugin - the one line of a monitoring plugin (www.monitoring-plugins.org, Development
 * Guidelines), and its exit status:
 *
 *     MAILTRIAGE WARNING - bounced is 7.2% (> 5%) | 'bounced%'=7.2%;5;10;0;100
 */
#ifndef APP_PLUGIN_H
#define APP_PLUGIN_H

#include "base/out.h"
#include "tally/threshold.h"

enum plugin_status { PLUGIN_OK, PLUGIN_WARNING, PLUGIN_CRITICAL, PLUGIN_UNKNOWN };

/* Thresholds that were judged. */
struct plugin_level {
    const struct threshold *thresholds;
    const struct threshold_result *results;
    size_t count;
};

/* Writes the line and gives the status. `fault` is what kept the numbers from being whole, `lack`
 * why one of them is not known: when none holds, it is not known that all is fine. "": nothing. */
enum plugin_status plugin_put(struct out *out, const struct plugin_level *warning,
                              const struct plugin_level *critical, const char *fault,
                              const char *lack);
/* The line of who has no numbers, to standard output. */
enum plugin_status plugin_unknown(const char *why);

#endif
