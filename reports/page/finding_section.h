// The findings of the page: one article for each cause, with what is wrong and what to do set
// apart; and those that somebody accepted. Pure.
#pragma once

#include <string>

#include "reports/page/page_facts.h"

namespace mtls::reports::page {

/// 20 causes a page.
std::string finding_section(const PageFacts& facts);

/// "": nothing is accepted.
std::string accepted_section(const PageFacts& facts);

}  // namespace mtls::reports::page
