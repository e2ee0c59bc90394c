// The two tables of `check --format text`: what each server block asks for, and what each client
// gets. On a terminal they have columns, which give way where the terminal is narrow; in a pipe
// each row is a line that can be read alone. Pure.
#pragma once

#include <string>
#include <string_view>

#include "reports/formats/formats.h"

namespace mtls::reports::formats {

enum class Paint { kNone, kGood, kDoubtful, kBad };

/// `text` in the colour of `paint`; unchanged where `style` has no colours.
std::string painted(std::string_view text, Paint paint, TextStyle style);

/// The server blocks that ask for client certificates, then a blank line; "" when none does.
std::string server_table(const Report& report);

/// Each canary and client at each server block that asks, then a blank line; "" when there is none.
std::string client_table(const Report& report);

}  // namespace mtls::reports::formats
