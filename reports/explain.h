// `explain`: from the name of a finding, alert or metric, a verify code, a TLS alert, a status, or
// a line that nginx, openssl or curl printed to its meaning, causes and remedy, as text for people.
// It knows no configuration: what it says holds on every host. Pure.
#pragma once

#include <string>
#include <string_view>

namespace mtls::reports {

struct Explanation {
  std::string text;     // a paragraph for each thing explained, each ends with a newline
  std::string unknown;  // for the first line that is not known: a message for stderr; "": all known
};

/// `what`: one or several lines. Each is explained, but nothing twice.
Explanation explain(std::string_view what);

}  // namespace mtls::reports
