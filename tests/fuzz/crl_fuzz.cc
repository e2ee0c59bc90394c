// Any DER as a revocation list: reading ends, all facts are safe in a label, and a verdict that
// uses the list ends.

#include "pki/certificate.h"
#include "pki/encoding/pem.h"
#include "pki/verify.h"
#include "tests/fuzz/facts.h"
#include "tests/support/pki_maker.h"

namespace {

using namespace mtls;

mtls::pki::Certificate certificate_of(const testing::Minted& minted) {
  return mtls::pki::parse_certificate(
             mtls::pki::encoding::split_pem(minted.certificate_pem).front().der)
      .value();
}

// The issuer named in the lists of corpus/crl.
struct Pki {
  testing::Minted root = testing::mint_root("CN=issuer");
  mtls::pki::Certificate anchor = certificate_of(root);
  mtls::pki::Certificate client = certificate_of(testing::mint_client("CN=client", root));
};

const Pki& minted() {
  static const Pki kMade;
  return kMade;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = mtls::pki::parse_revocation_list(std::span(data, size));
  if (!read) {
    fuzz::must(!read.error().message.empty(), "a refusal says why");
    return 0;
  }
  fuzz::check_name(read->facts().issuer);
  fuzz::check_serial(read->facts().number);
  fuzz::must(*read == *mtls::pki::parse_revocation_list(std::span(data, size)),
             "the same bytes say the same");
  const mtls::pki::TrustStore store({minted().anchor}, {*read}, true);
  const auto verdict = store.verify(std::span(&minted().client, 1), {}, testing::kT0);
  fuzz::must(verdict.code != 0, "a list that the issuer did not sign lets nobody in");
  return 0;
}
