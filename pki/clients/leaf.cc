#include "pki/clients/leaf.h"

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>

#include "base/owned.h"
#include "pki/openssl.h"

namespace mtls::pki::clients {
namespace {

using OwnedDecoder = base::Owned<EVP_ENCODE_CTX, EVP_ENCODE_CTX_free>;

}  // namespace

std::vector<unsigned char> der_of_pem(std::string_view pem) {
  constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
  constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
  const std::size_t begin = pem.find(kBegin);
  const std::size_t end = pem.find(kEnd, begin == std::string_view::npos ? 0 : begin);
  if (begin == std::string_view::npos || end == std::string_view::npos) return {};
  const std::string_view text = pem.substr(begin + kBegin.size(), end - begin - kBegin.size());
  const OwnedDecoder decoder(made(EVP_ENCODE_CTX_new()));
  EVP_DecodeInit(decoder.get());
  std::vector<unsigned char> der(text.size());
  int size = 0;
  int last = 0;
  const auto* input = reinterpret_cast<const unsigned char*>(text.data());
  const bool is_good = EVP_DecodeUpdate(decoder.get(), der.data(), &size, input,
                                        static_cast<int>(text.size())) >= 0 &&
                       EVP_DecodeFinal(decoder.get(), der.data() + size, &last) == 1;
  der.resize(is_good ? static_cast<std::size_t>(size + last) : 0);
  return der;
}

Fingerprint fingerprint_of(std::span<const unsigned char> der) { return sha256(der); }

std::string key_kind(const Certificate& certificate) {
  const EVP_PKEY* key = certificate.handle().key();
  if (key == nullptr) return "";
  if (certificate.facts().key_type == KeyType::kRsa)
    return "RSA " + std::to_string(certificate.facts().key_bits);
  std::array<char, 80> curve{};
  if (certificate.facts().key_type == KeyType::kEc &&
      EVP_PKEY_get_group_name(key, curve.data(), curve.size(), nullptr) == 1)
    return "EC " + std::string(curve.data());
  const char* name = EVP_PKEY_get0_type_name(key);
  return name != nullptr ? name : "";
}

std::string signature_kind(const Certificate& certificate) {
  const int kind = X509_get_signature_nid(certificate.handle().x509());
  return kind == NID_undef ? "" : OBJ_nid2ln(kind);
}

// Asks for no object of the original, which its own thread may drop or make at that moment.
Certificate detached(const Certificate& certificate) {
  const CertificateHandle& handle = certificate.handle();
  auto copy = parse_certificate(handle.der(), handle.is_annotated());
  must(copy.has_value());
  return std::move(*copy);
}

RevocationList detached(const RevocationList& list) { return sharing(list); }

void IssuerKeys::add(const Certificate& ca) {
  const CertificateFacts& facts = ca.facts();
  if (!known_.emplace(facts.subject.canonical, facts.key).second) return;
  Certificate own = detached(ca);
  if (own.handle().key() != nullptr) by_name_[facts.subject.canonical].push_back(std::move(own));
}

std::optional<Fingerprint> IssuerKeys::issuer_of(const Certificate& leaf) const {
  const auto named = by_name_.find(leaf.facts().issuer.canonical);
  if (named == by_name_.end()) return std::nullopt;
  const auto signer = std::ranges::find_if(named->second, [&](const Certificate& ca) {
    return X509_verify(leaf.handle().x509(), ca.handle().key()) == 1;
  });
  ERR_clear_error();  // what does not fit leaves entries in the queue
  if (signer == named->second.end()) return std::nullopt;
  return signer->facts().key;
}

}  // namespace mtls::pki::clients
