// `check --format text`: a headline for the whole host, a paragraph for each cause, what each
// server block asks for, what each client gets, and a summary. It is for people: its wording is no
// API. Control characters never reach the terminal. Pure.
#pragma once

#include <string>

#include "reports/formats/formats.h"

namespace mtls::reports::formats {

std::string check_text(const Report& report);

}  // namespace mtls::reports::formats
