// Which CAs are public: anybody can get a certificate from them. Pure.
#pragma once

#include <string_view>

#include "pki/types.h"

namespace mtls::audit::trust {

/// True if its organization is one of those whose roots browsers trust.
bool is_public_ca(const pki::CertificateFacts& facts);

/// Where distributions keep the bundle of all public roots.
bool is_system_bundle(std::string_view path);

}  // namespace mtls::audit::trust
