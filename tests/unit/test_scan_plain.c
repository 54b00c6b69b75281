/* scan - the same as test_scan.c, as on processors that it has no instructions of. */
#define SCAN_PLAIN
#include "test_scan.c"
