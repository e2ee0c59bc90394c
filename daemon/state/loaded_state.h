// What nginx has loaded as the text of loaded.json, and back (audit/remembered.h). Pure.
#pragma once

#include <string>
#include <string_view>

#include "audit/remembered.h"
#include "audit/snapshot.h"
#include "base/result.h"
#include "daemon/live/boot.h"

namespace mtls::daemon::state {

/// Of a snapshot with `loaded`; nothing but versions that are known.
audit::Remembered remembered_of(const audit::Snapshot& snapshot);
std::string loaded_state_text(const audit::Remembered& state, const live::Boot& boot);

/// Without bytes(). kParse: it is no such text, or of another boot.
base::Result<audit::Remembered> parse_loaded_state(std::string_view text, const live::Boot& boot);

}  // namespace mtls::daemon::state
