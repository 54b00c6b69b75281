/* html_style - the style of HTML pages (html.css), as the build put it into the program
 * (src/style.sh), and the hash by which the page's Content-Security-Policy lets it through.
 */
#ifndef REPORT_HTML_STYLE_H
#define REPORT_HTML_STYLE_H

extern const char html_style[];      /* what stands between <style> and </style> */
extern const char html_style_hash[]; /* its SHA-256 in base64 */

#endif
