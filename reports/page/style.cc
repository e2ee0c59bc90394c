#include "reports/page/style.h"

namespace mtls::reports::page {
namespace {

// Each pair of text and ground has a contrast of at least 4.5, in light and in dark.
constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --ground: #fff; --raised: #f4f6f8; --text: #1a1f24; --quiet: #505a64;
  --line: #c9d0d6; --link: #0b57c4; --good: #17653a; --doubtful: #854800; --bad: #b3201a; --track: #e2e6ea; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #13171b; --raised: #1c2228; --text: #e7eaed; --quiet: #a9b2bb; --line: #3a434c;
    --link: #8ab8ff; --good: #74cf98; --doubtful: #f0b056; --bad: #ff958c; --track: #2b333b; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text);
  font: 1rem/1.5 system-ui, "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
main, header, footer { max-width: 76rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 1rem; }
header p { margin: 0; }
a { color: var(--link); text-underline-offset: .15em; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px; }
.skip { position: absolute; left: -99rem; background: var(--ground); padding: .5rem; }
.skip:focus { left: .5rem; top: .5rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: .25rem 0 0; padding: 0; }
.verdict { margin: 1rem 0 0; padding: 1rem 1.25rem; border-radius: .5rem; color: #fff; background: #47525d; }
.verdict h1 { margin: 0; font-size: 1.7rem; line-height: 1.2; }
.verdict p { margin: .35rem 0 0; }
.verdict.good { background: #17653a; }
.verdict.doubtful { background: #854800; }
.verdict.bad { background: #b3201a; }
.facts { display: flex; flex-wrap: wrap; gap: .25rem 2rem; margin: .75rem 0 0; }
.facts div { display: flex; gap: .5rem; min-width: 0; }
dt { color: var(--quiet); flex: none; }
dd { margin: 0; min-width: 0; }
h2 { margin: 2rem 0 .5rem; font-size: 1.25rem; }
small { color: var(--quiet); font-size: .875rem; }
code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .875em; overflow-wrap: anywhere; }
.verdict strong, span.good, span.doubtful, span.bad { font-weight: 600; }
span.good { color: var(--good); }
span.doubtful { color: var(--doubtful); }
span.bad { color: var(--bad); }
.badge { display: inline-block; padding: 0 .5rem; border: 1px solid currentColor; border-radius: 1rem;
  font-size: .875rem; line-height: 1.5; font-weight: 600;
  white-space: nowrap; }
article { margin: .75rem 0; padding: .75rem 1rem; background: var(--raised); border-left: 5px solid var(--line);
  border-radius: .25rem; }
article.bad { border-color: var(--bad); }
article.doubtful { border-color: var(--doubtful); }
article h3 { margin: 0; font-size: 1.05rem; line-height: 1.4; }
article p, article ul { margin: .4rem 0; }
.remedy { margin: .6rem 0; padding-left: .75rem; border-left: 2px solid var(--line); }
.remedy h4 { margin: 0; font-size: 1rem; }
.remedy p { margin: 0; }
pre { margin: .35rem 0 0; padding: .5rem .75rem; overflow-x: auto; background: var(--ground);
  border: 1px solid var(--line); border-radius: .25rem; }
pre code { overflow-wrap: normal; white-space: pre; }
article dl { display: flex; flex-wrap: wrap; gap: .1rem 1.5rem; margin: .4rem 0 0; font-size: .9rem; }
article dl div { display: flex; gap: .5rem; min-width: 0; }
table { width: 100%; border-collapse: collapse; margin: .5rem 0; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
th, td { padding: .5rem .75rem .5rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line);
  overflow-wrap: break-word; }
table code { overflow-wrap: anywhere; }
thead th { vertical-align: bottom; color: var(--quiet); font-size: .875rem; font-weight: 600; }
tbody th { font-weight: 600; }
tbody th small, tbody th code { font-weight: 400; }
svg { display: block; overflow: visible; }
.bar { margin: .4rem 0 .3rem; }
.track { fill: var(--track); }
.mark { fill: var(--ground); }
.bar .good { fill: var(--good); }
.bar .doubtful { fill: var(--doubtful); }
.bar .bad { fill: var(--bad); }
.scale text { fill: var(--quiet); font-size: 11px; font-weight: 400; }
form { margin: .5rem 0; }
input, button { font: inherit; color: inherit; background: var(--ground); padding: .3rem .6rem;
  border: 1px solid var(--quiet); border-radius: .25rem; }
footer { margin-top: 2.5rem; padding-top: 1rem; padding-bottom: 2rem; color: var(--quiet); font-size: .9rem;
  border-top: 1px solid var(--line); }
@media (max-width: 60rem) {
  main, header, footer { padding-left: .75rem; padding-right: .75rem; }
  .verdict h1 { font-size: 1.4rem; }
  table, tbody, tr, th, td { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { padding: .6rem 0; border-bottom: 1px solid var(--line); }
  th, td { border: 0; padding: .15rem 0; overflow-wrap: anywhere; }
  td { position: relative; padding-left: 7.5rem; min-height: 1.8rem; }
  td::before { content: attr(data-head); position: absolute; left: 0; width: 7rem; color: var(--quiet);
    font-size: .875rem; }
  input[type=search] { width: 100%; }
}
@media print { nav, form, .skip { display: none; } }
)";

// SHA-256 of the style sheet in base64; its test prints the right one.
constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'sha256-jEYAmU2iqdrjmufn5itobUeFfYXyLONJhMWoXerf1tM='; "
    "form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'";

}  // namespace

std::string_view style() { return kStyle; }

std::string_view content_security_policy() { return kPolicy; }

}  // namespace mtls::reports::page
