// The tables of `check --format text`: what each server block asks for and each client gets. On a
// terminal columns, in a pipe a line for each row. Pure.
#pragma once

#include <string>
#include <string_view>

#include "reports/assessment.h"
#include "reports/formats/check_text.h"

namespace mtls::reports::formats {

enum class Paint { kNone, kGood, kDoubtful, kBad };

/// In colour where `look` has any.
std::string painted(std::string_view text, Paint paint, TextStyle look);

/// Who a server block is, for people.
std::string named(const config::ContextId& id);

/// The blocks that ask for client certificates; with a blank line behind, "" without one.
std::string server_table(const Assessment& assessment, TextStyle look);

/// Every canary and client at every block that asks; likewise.
std::string client_table(const Assessment& assessment, TextStyle look);

}  // namespace mtls::reports::formats
