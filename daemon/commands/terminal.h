// What the terminal behind a descriptor can show.
#pragma once

#include <cstddef>

#include "reports/formats/formats.h"

namespace mtls::daemon::commands {

/// A terminal that understands more than plain lines (TERM is neither unset nor `dumb`).
bool is_able_terminal(int descriptor);

/// 0: it is no terminal, or it does not tell.
std::size_t terminal_columns(int descriptor);

/// Of standard output: columns on a terminal, colours where it has them and NO_COLOR is not set.
reports::formats::TextStyle text_style();

}  // namespace mtls::daemon::commands
