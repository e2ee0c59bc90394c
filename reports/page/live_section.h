// What the status page says of the running nginx: since when it has its configuration, and what of
// the files it has not loaded. Pure.
#pragma once

#include <string>

#include "audit/snapshot.h"

namespace mtls::reports::page {

/// A section of HTML; "": nobody looked at nginx's processes.
std::string live_section(const audit::Snapshot& snapshot);

}  // namespace mtls::reports::page
