#include "daemon/web/tls/tls_client_names.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/owned.h"

namespace mtls::daemon::web::tls {
namespace {

std::string_view bytes_of(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

// The 4 or 16 bytes of the address in `text`; "" if it is not an address.
std::string address_bytes(const std::string& text) {
  std::array<char, sizeof(in6_addr)> bytes{};
  if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return {bytes.data(), sizeof(in_addr)};
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return {bytes.data(), bytes.size()};
  return {};
}

bool matches(const GENERAL_NAME& name, const std::string& allowed) {
  switch (name.type) {
    case GEN_DNS: return bytes_of(name.d.dNSName) == allowed;
    case GEN_EMAIL: return bytes_of(name.d.rfc822Name) == allowed;
    case GEN_URI: return bytes_of(name.d.uniformResourceIdentifier) == allowed;
    case GEN_IPADD: {
      const std::string address = address_bytes(allowed);
      return !address.empty() && bytes_of(name.d.iPAddress) == address;
    }
    default: return false;
  }
}

}  // namespace

bool has_allowed_san(const X509* certificate, std::span<const std::string> allowed) {
  const base::Owned<GENERAL_NAMES, GENERAL_NAMES_free> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME& name = *sk_GENERAL_NAME_value(names.get(), i);
    const bool found = std::any_of(allowed.begin(), allowed.end(),
                                   [&](const std::string& one) { return matches(name, one); });
    if (found) return true;
  }
  return false;
}

}  // namespace mtls::daemon::web::tls
