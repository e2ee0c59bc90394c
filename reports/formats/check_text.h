// `check --format text`: a paragraph for each reason why nginx would refuse and for each finding,
// what each server block and client can expect, and a summary. For people; no API. Pure.
#pragma once

#include <map>
#include <string>

#include "reports/assessment.h"

namespace mtls::reports::formats {

/// Lines for a pipe; tables for a terminal, with or without colour.
enum class TextStyle { kPlain, kTable, kColour };

/// `texts`: the files that the errors name, by path; without its text an error has no excerpt.
std::string check_text(const Assessment& assessment,
                       const std::map<std::string, std::string>& texts, TextStyle look);

}  // namespace mtls::reports::formats
