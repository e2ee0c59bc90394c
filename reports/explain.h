// `explain`: a finding id, a verify code or a line of nginx's log -> meaning, causes, remedy, as
// text for people. Pure.
#pragma once

#include <string>
#include <string_view>

namespace mtls::reports {

struct Explanation {
  std::string text;     // a paragraph for each thing explained, with a newline at the end
  std::string unknown;  // of the first that nobody knows: that, and what is known; "": none
};

/// `what`: one or several lines; each that says something new is explained.
Explanation explain(std::string_view what);

}  // namespace mtls::reports
