// The server blocks of the page: who gets in, until when the client CAs last, the canaries, and CAs
// that are being replaced; and the files behind them. Pure.
#pragma once

#include <string>

#include "reports/page/page_facts.h"

namespace mtls::reports::page {

/// With the form of the filter, 50 server blocks a page.
std::string server_section(const PageFacts& facts);

/// The certificates, CAs and CRLs of the server blocks on this page.
std::string file_section(const PageFacts& facts);

}  // namespace mtls::reports::page
