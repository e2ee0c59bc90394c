// What the status page says of the clients that come: how many, when the first of them will be
// refused, and which CA can go. No names: fingerprints alone. Pure.
#pragma once

#include <string>

#include "reports/page/page_facts.h"

namespace mtls::reports::page {

/// A section of HTML about the server blocks on this page; "": nobody observes clients there.
std::string client_section(const PageFacts& facts);

}  // namespace mtls::reports::page
