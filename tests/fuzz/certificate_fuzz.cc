// Any DER as a certificate, plain and trusted: reading ends, and all facts are safe in a label.

#include "pki/certificate.h"

#include "pki/openssl.h"
#include "pki/strength.h"
#include "pki/verify.h"
#include "tests/fuzz/facts.h"
#include "tests/support/pki_maker.h"

namespace {

using namespace mtls;

void check_facts(const mtls::pki::CertificateFacts& facts) {
  fuzz::check_name(facts.subject);
  fuzz::check_name(facts.issuer);
  fuzz::check_serial(facts.serial.hex);
  for (const std::string& name : facts.dns_names)
    fuzz::must_be_label(name, base::kMaxLabelBytes, "a dNSName is text");
}

// A key that is read apart from its certificate equals the one that OpenSSL reads with it.
void check_key(const mtls::pki::Certificate& certificate, std::span<const unsigned char> der) {
  const unsigned char* at = der.data();
  const mtls::pki::OwnedCertificate whole(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  fuzz::must(whole != nullptr, "OpenSSL reads it too");
  const EVP_PKEY* key = X509_get0_pubkey(whole.get());
  const mtls::pki::CertificateFacts& facts = certificate.facts();
  fuzz::must((key != nullptr) == (certificate.handle().key() != nullptr), "both read the key");
  if (key == nullptr) return;
  fuzz::must(EVP_PKEY_get_bits(key) == facts.key_bits, "both read the same key");
  const bool is_self_signed = (X509_get_extension_flags(whole.get()) & EXFLAG_SS) != 0;
  fuzz::must(is_self_signed == facts.self_signed, "self-signed to both");
}

// The certificate is its own anchor.
void judge(const mtls::pki::Certificate& certificate) {
  const mtls::pki::TrustStore store({certificate}, {}, false);
  for (const int level : {0, 2}) {
    const auto verdict =
        store.verify(std::span(&certificate, 1), {.security_level = level}, testing::kT0);
    fuzz::must((verdict.code == 0) == (verdict.reason == "ok"), "a verdict has its reason");
  }
  static_cast<void>(store.horizon(std::span(&certificate, 1), testing::kT0));
  static_cast<void>(mtls::pki::signature_bits(certificate));
  static_cast<void>(mtls::pki::may_issue_clients(certificate));
  static_cast<void>(mtls::pki::is_meant_to_issue(certificate));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span der(data, size);
  for (const bool trusted : {false, true}) {
    const auto read = mtls::pki::parse_certificate(der, trusted);
    if (!read) {
      fuzz::must(!read.error().message.empty(), "a refusal says why");
      continue;
    }
    check_facts(read->facts());
    check_key(*read, der);
    fuzz::must(*read == *mtls::pki::parse_certificate(der, trusted), "the same bytes say the same");
    judge(*read);
  }
  return 0;
}
