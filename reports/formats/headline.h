// The first lines of `check --format text`: what a whole host comes to, and what ends next. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reports/formats/causes.h"
#include "reports/formats/formats.h"

namespace mtls::reports::formats {

/// A date after which clients are refused, unless somebody acts.
struct NextDate {
  base::sys_seconds at;
  std::string what;  // with its verb: `the client CAs of a.test end`
};

/// The first one after the evaluation, whatever the findings say of it; nullopt: none is known.
std::optional<NextDate> next_date(const Assessment& assessment);

/// `web-3, nginx 1.22.1: 2 things refuse clients now, 1 more within 30 days`, and a line with the
/// next date; then a blank line.
std::string headline(const Report& report, const std::vector<Cause>& causes);

/// A server block as people call it: its name, with the address where another has the name too, and
/// with the module outside http.
class ServerNames {
 public:
  explicit ServerNames(const config::ResolvedConfig& resolved);

  /// `id` as id_text() writes it.
  std::string of(const std::string& id) const;
  std::string of(const config::ContextId& id) const { return of(id_text(id)); }

 private:
  std::map<std::string, std::string> names_;  // by id
};

}  // namespace mtls::reports::formats
