// What the terminal behind a descriptor can show.
#pragma once

#include <cstddef>

namespace mtls::daemon::commands {

/// A terminal that understands more than plain lines (TERM is neither unset nor `dumb`).
bool is_able_terminal(int descriptor);

/// 0: it is no terminal, or it does not tell.
std::size_t terminal_columns(int descriptor);

}  // namespace mtls::daemon::commands
