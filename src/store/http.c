/* Why: a cluster is spoken to over HTTP, which is TLS, proxies, timeouts and a dozen ways for an
 * answer to be cut off; libcurl knows them.
 *
 * How: its functions are looked up by name (dlopen) when they are needed. Nothing waits for ever:
 * to connect takes 10 seconds at most, and an answer that says nothing for 60 is given up. Only the
 * server that was named is asked: no redirects, no proxy out of the environment.
 */
#include "store/http.h"

#ifdef HAVE_LIBCURL
#include <curl/curl.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/out.h"

enum { CONNECT_SECONDS = 10, SILENT_SECONDS = 60, FAULT_SHOWN = 500 };

/* The functions of libcurl that are used; NULL before they are looked up. */
static struct {
    CURLcode (*global_init)(long flags);
    CURL *(*easy_init)(void);
    __typeof__(curl_easy_setopt) *easy_setopt;
    __typeof__(curl_easy_getinfo) *easy_getinfo;
    CURLcode (*easy_perform)(CURL *handle);
    void (*easy_cleanup)(CURL *handle);
    const char *(*easy_strerror)(CURLcode code);
    struct curl_slist *(*slist_append)(struct curl_slist *list, const char *text);
    void (*slist_free_all)(struct curl_slist *list);
    curl_version_info_data *(*version_info)(CURLversion age);
} curl;

struct http {
    CURL *handle;
    char *base;
    struct curl_slist *headers;
    char words[CURL_ERROR_SIZE]; /* libcurl's, of the last fault */
    const struct http_request *request;
    struct out fault; /* how an answer begins that is no 200 */
    long status;
};

static bool look_up(void) {
    static const struct {
        const char *name;
        void *at;
    } names[] = {
        {"curl_global_init", &curl.global_init},       {"curl_easy_init", &curl.easy_init},
        {"curl_easy_setopt", &curl.easy_setopt},       {"curl_easy_getinfo", &curl.easy_getinfo},
        {"curl_easy_perform", &curl.easy_perform},     {"curl_easy_cleanup", &curl.easy_cleanup},
        {"curl_easy_strerror", &curl.easy_strerror},   {"curl_slist_append", &curl.slist_append},
        {"curl_slist_free_all", &curl.slist_free_all}, {"curl_version_info", &curl.version_info},
    };
    static const char *const libraries[] = {"libcurl.so.4", "libcurl-gnutls.so.4"};
    void *library = NULL;
    if (curl.easy_init)
        return true;
    for (size_t i = 0; !library && i < sizeof libraries / sizeof *libraries; i++)
        library = dlopen(libraries[i], RTLD_NOW | RTLD_LOCAL);
    for (size_t i = 0; library && i < sizeof names / sizeof *names; i++) {
        void *found = dlsym(library, names[i].name);
        memcpy(names[i].at, &found, sizeof found);
        if (!found)
            library = NULL;
    }
    if (!library || curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        curl.easy_init = NULL;
    return curl.easy_init != NULL;
}

const char *http_about(void) {
    static char text[80];
    if (!look_up())
        return "no libcurl on this host (Debian: apt-get install libcurl4)";
    snprintf(text, sizeof text, "libcurl %s", curl.version_info(CURLVERSION_NOW)->version);
    return text;
}

/* libcurl calls back with what has come. */
static size_t take_answer(char *bytes, size_t size, size_t count, void *context) {
    struct http *http = context;
    struct slice text = {bytes, size * count};
    curl.easy_getinfo(http->handle, CURLINFO_RESPONSE_CODE, &http->status);
    if (http->status == 200)
        return http->request->take(http->request->context, text) ? text.length : 0;
    if (out_held(&http->fault).length < FAULT_SHOWN)
        out_slice(&http->fault, slice_head(text, FAULT_SHOWN));
    return text.length;
}

static void set_up(struct http *http) {
    CURL *handle = http->handle;
    /* Authorities of one's own, as for other programs; else those of the system. */
    const char *authorities = getenv("SSL_CERT_FILE");
    if (authorities && *authorities)
        curl.easy_setopt(handle, CURLOPT_CAINFO, authorities);
    curl.easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl.easy_setopt(handle, CURLOPT_POST, 1L);
    curl.easy_setopt(handle, CURLOPT_HTTPHEADER, http->headers);
    curl.easy_setopt(handle, CURLOPT_ERRORBUFFER, http->words);
    curl.easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_answer);
    curl.easy_setopt(handle, CURLOPT_WRITEDATA, http);
    curl.easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    curl.easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl.easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, (long)SILENT_SECONDS);
    curl.easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl.easy_setopt(handle, CURLOPT_NOPROXY, "*");
    curl.easy_setopt(handle, CURLOPT_UPLOAD_BUFFERSIZE, 256L * 1024);
#if LIBCURL_VERSION_NUM >= 0x075500
    curl.easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    curl.easy_setopt(handle, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}

struct http *http_open(const char *base, const char *const *headers, struct problem *problem) {
    if (!look_up()) {
        problem_say(problem, "%s", http_about());
        return NULL;
    }
    struct http *http = memory_new(sizeof *http);
    http->base = memory_copy(base, strlen(base));
    http->handle = curl.easy_init();
    out_init_memory(&http->fault);
    for (; *headers; headers++)
        http->headers = curl.slist_append(http->headers, *headers);
    http->headers = curl.slist_append(http->headers, "Expect:");
    set_up(http);
    return http;
}

void http_close(struct http *http) {
    if (!http)
        return;
    curl.easy_cleanup(http->handle);
    curl.slist_free_all(http->headers);
    out_release(&http->fault);
    free(http->base);
    free(http);
}

/* In one line. */
static bool say_status(struct http *http, struct problem *problem) {
    struct slice words = slice_trim(slice_head(out_held(&http->fault), FAULT_SHOWN));
    for (size_t i = 0; i < http->fault.length; i++)
        if ((unsigned char)http->fault.bytes[i] < ' ')
            http->fault.bytes[i] = ' ';
    return problem_say(problem, "HTTP status %ld%s%.*s", http->status, words.length ? ": " : "",
                       SLICE_ARGS(words));
}

bool http_post(struct http *http, const struct http_request *request, struct problem *problem) {
    struct out url;
    out_init_memory(&url);
    out_print(&url, "%s?", http->base);
    out_slice(&url, request->parameters);
    out_byte(&url, '\0');
    http->request = request;
    http->status = 0;
    http->fault.length = 0;
    http->words[0] = '\0';
    curl.easy_setopt(http->handle, CURLOPT_URL, out_held(&url).at);
    curl.easy_setopt(http->handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.length);
    curl.easy_setopt(http->handle, CURLOPT_POSTFIELDS,
                     request->body.length ? request->body.at : "");
    CURLcode code = curl.easy_perform(http->handle);
    curl.easy_getinfo(http->handle, CURLINFO_RESPONSE_CODE, &http->status);
    out_release(&url);
    if (code != CURLE_OK && (code != CURLE_WRITE_ERROR || http->status != 200))
        return problem_say(problem, "%s", http->words[0] ? http->words : curl.easy_strerror(code));
    return http->status == 200 ? code == CURLE_OK : say_status(http, problem);
}

long http_status(const struct http *http) {
    return http->status;
}

#else /* without the library */

struct http *http_open(const char *base, const char *const *headers, struct problem *problem) {
    (void)base;
    (void)headers;
    problem_say(problem, "this build cannot speak HTTP: %s", http_about());
    return NULL;
}

void http_close(struct http *http) {
    (void)http;
}

bool http_post(struct http *http, const struct http_request *request, struct problem *problem) {
    (void)http;
    (void)request;
    return problem_say(problem, "%s", http_about());
}

long http_status(const struct http *http) {
    (void)http;
    return 0;
}

const char *http_about(void) {
    return "not built in (make LIBCURL=yes)";
}
#endif
