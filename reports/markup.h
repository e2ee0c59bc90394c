// Text in HTML and XML. Pure.
#pragma once

#include <string>
#include <string_view>

namespace mtls::reports {

/// For text between tags and in quoted attributes: `&`, `<`, `>` and both quotes as entities.
std::string escape_markup(std::string_view text);

}  // namespace mtls::reports
