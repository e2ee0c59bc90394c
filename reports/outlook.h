// What a whole host comes to: how many things refuse clients or let them in, in words, and what
// ends next. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "reports/causes.h"

namespace mtls::reports {

/// A date after which clients are refused, unless somebody acts.
struct NextDate {
  base::sys_seconds at;
  std::string what;  // with its verb: `the client CAs of a.test end`
};

/// The first one after the evaluation, whatever the findings say of it; nullopt: none is known.
std::optional<NextDate> next_date(const Assessment& assessment);

/// Causes and server blocks, counted by what comes of them.
struct Outlook {
  bool nginx_refuses = false;      // the configuration: nginx would not start or reload
  std::size_t unread_files = 0;    // by the exporter: what depends on them is not known
  std::size_t refusing = 0;        // causes that refuse clients now
  std::size_t refusing_soon = 0;   // before long, if nobody acts
  std::size_t open_servers = 0;    // server blocks that let in clients that should not pass
  std::size_t other_critical = 0;  // causes
  bool asks_nobody = false;        // no server block asks for client certificates
};

Outlook outlook_of(const Assessment& assessment, const std::vector<Cause>& causes);

/// `2 things refuse clients now, 1 more within 30 days`
std::string words_of(const Outlook& outlook);

}  // namespace mtls::reports
