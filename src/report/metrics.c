/* The list of metrics, made from metrics.def: it says what is measured, a format how that is
 * written. */
#include "report/metrics.h"

#include <stddef.h>

const struct metric report_metrics[] = {
#define METRIC(name, unit, path, labels, help) {name, unit, path, labels, help},
#include "report/metrics.def"
#undef METRIC
    {NULL, NULL, NULL, NULL, NULL},
};
