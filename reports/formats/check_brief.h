// `check --format brief`: what was found in at most three sentences, and what to do first. For a
// message of the day, a chat, and `./dev run`. Its wording is no API. Pure.
#pragma once

#include <string>

#include "reports/formats/formats.h"

namespace mtls::reports::formats {

std::string check_brief(const Report& report);

}  // namespace mtls::reports::formats
