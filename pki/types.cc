#include "pki/types.h"

#include "base/text.h"

namespace mtls::pki {

std::string Fingerprint::hex() const { return base::hex(bytes); }

std::string Fingerprint::label() const { return base::hex(std::span(bytes).first(8)); }

}  // namespace mtls::pki
