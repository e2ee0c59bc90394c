// The formats of `clients --format`, and what each of them shows. A new format is a function with a
// row in formats.cc; the command line and --help read the table. Pure.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "reports/format_row.h"
#include "reports/formats/formats.h"
#include "running/observed_client.h"

namespace mtls::reports::clients {

/// What a format shows.
struct Report {
  std::vector<running::ObservedClient> clients;  // those that are asked for
  std::size_t all = 0;                           // that are kept
  base::sys_seconds since;                       // nothing is known of clients before
  base::sys_seconds now;
  formats::TextStyle style = formats::TextStyle::kPlain;
  std::size_t columns = 0;  // of the terminal; 0: there is none, or it does not tell
};

using Format = FormatRow<Report>;

/// In the order of --help. The first one is the default.
std::span<const Format> formats();

/// The client's own name, printable; "": its certificate is not kept.
std::string name_of(const running::ObservedClient& client);
/// `accepted`; `refused: certificate has expired (10)`.
std::string answer_text(int code);

std::string clients_table(const Report& report);
std::string clients_json(const Report& report);
std::string clients_csv(const Report& report);

}  // namespace mtls::reports::clients
