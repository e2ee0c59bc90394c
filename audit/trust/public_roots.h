// Which CAs are the web's: anybody can get a certificate from them. Pure.
#pragma once

#include <string_view>

#include "pki/types.h"

namespace mtls::audit::trust {

/// Its organization is one of those whose roots browsers carry.
bool is_public_ca(const pki::CertificateFacts& facts);

/// Where distributions keep the bundle of all public roots.
bool is_system_bundle(std::string_view path);

}  // namespace mtls::audit::trust
