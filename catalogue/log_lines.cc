#include "catalogue/log_lines.h"

#include <algorithm>

#include "catalogue/log_line_rows.h"

namespace mtls::catalogue {

// handshakes() ends with the row of every failed handshake, and directives() with that of every
// [emerg].
std::vector<const LogLine*> log_lines() {
  std::vector<const LogLine*> all;
  for (const auto rows : {rows::verification(), rows::ocsp(), rows::files(), rows::handshakes(),
                          rows::tools(), rows::directives()}) {
    for (const LogLine& row : rows) all.push_back(&row);
  }
  return all;
}

const LogLine* find_log_line(std::string_view line) {
  static const std::vector<const LogLine*> kAll = log_lines();
  const auto row = std::find_if(kAll.begin(), kAll.end(), [&](const LogLine* known) {
    return line.find(known->part) != std::string_view::npos &&
           line.find(known->also) != std::string_view::npos;
  });
  return row == kAll.end() ? nullptr : *row;
}

}  // namespace mtls::catalogue
