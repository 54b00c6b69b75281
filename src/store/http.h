/* http - requests to one server, by libcurl. That is looked for when the first server is opened:
 * whoever keeps history in a file never loads it, and starts as before.
 */
#ifndef STORE_HTTP_H
#define STORE_HTTP_H

#include "base/problem.h"
#include "base/slice.h"

struct http;

/* base: "http://HOST:PORT/" or https; headers: "Name: value" each, NULL at the end. NULL: there is
 * no libcurl, said in problem. */
struct http *http_open(const char *base, const char *const *headers, struct problem *problem);
void http_close(struct http *http);

struct http_request {
    struct slice parameters; /* "a=b&c=d", escaped */
    struct slice body;
    /* Takes the answer as it comes, when its status is 200; false ends the request. */
    bool (*take)(void *context, struct slice bytes);
    void *context;
};

/* POSTs it. False: said in problem, without the address; of an answer that is no 200 with its
 * status and how it begins. When `take` has ended it, `take` says why. */
bool http_post(struct http *http, const struct http_request *request, struct problem *problem);
/* The status of the last answer; 0: there was none. */
long http_status(const struct http *http);

/* "libcurl 7.88.1", or how to get it. */
const char *http_about(void);

#endif
