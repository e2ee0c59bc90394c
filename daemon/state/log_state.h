// Positions in nginx's logs as the text of logs.json, and back. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "daemon/live/boot.h"
#include "daemon/live/log_position.h"

namespace mtls::daemon::state {

std::string log_state_text(const live::LogState& state, const live::Boot& boot);

/// Of another boot only the positions count: files outlive it, processes do not. kParse: it is no
/// such text.
base::Result<live::LogState> parse_log_state(std::string_view text, const live::Boot& boot);

}  // namespace mtls::daemon::state
