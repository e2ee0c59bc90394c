// The words that nginx's slot functions take as values: ngx_conf_set_enum_slot() and
// ngx_conf_set_bitmask_slot(). Those of all releases from 1.18.0 to 1.31 together; the TLS
// directives are in config/grammar/directives.h. Pure.
#pragma once

#include <string_view>

namespace mtls::config::vocabulary {

/// Separated by blanks; "": the values of this directive are no such words.
std::string_view slot_words(std::string_view directive);

}  // namespace mtls::config::vocabulary
