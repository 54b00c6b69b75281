/* html_style - the style and the script of HTML pages (html.css, html.js), as the build put them
 * into the program (src/style.sh), and the hashes by which the page's Content-Security-Policy lets
 * them through.
 */
#ifndef REPORT_HTML_STYLE_H
#define REPORT_HTML_STYLE_H

extern const char html_style[];      /* what stands between <style> and </style> */
extern const char html_style_hash[]; /* its SHA-256 in base64 */
extern const char html_script[];     /* what stands between <script> and </script> */
extern const char html_script_hash[];

#endif
