// What people call a server block. Pure.
#pragma once

#include <map>
#include <string>

#include "reports/assessment.h"

namespace mtls::reports {

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

}  // namespace mtls::reports
