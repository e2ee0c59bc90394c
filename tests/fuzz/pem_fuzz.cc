// Any bytes as a file with certificates, and as patches of a good certificate and a good revocation
// list: reading ends and gives the same result twice, and a broken block has its line and reason.

#include <vector>

#include "pki/certificate.h"
#include "pki/encoding/pem.h"
#include "pki/material.h"
#include "tests/fuzz/target.h"
#include "tests/support/pki_maker.h"

namespace {

using namespace mtls;
using Der = std::vector<unsigned char>;

struct Samples {
  testing::Minted root = testing::mint_root("CN=Root");
  Der certificate = mtls::pki::encoding::split_pem(root.certificate_pem).front().der;
  Der revocation_list =
      mtls::pki::encoding::split_pem(testing::mint_crl({.issuer = &root, .revoked = {}}))
          .front()
          .der;
};

const Samples& samples() {
  static const Samples kMade;
  return kMade;
}

// Each three bytes of `data` are a patch: a position in two bytes, and the new byte.
Der patched(Der der, std::string_view data) {
  for (; data.size() >= 3; data.remove_prefix(3)) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(data[at]); };
    der[(byte(0) * std::size_t{256} + byte(1)) % der.size()] = byte(2);
  }
  return der;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const mtls::pki::Material material = mtls::pki::parse_material(text);
  fuzz::must(material == mtls::pki::parse_material(text), "the same bytes are the same material");
  for (const mtls::pki::BlockError& error : material.block_errors) {
    fuzz::must(error.line > 0, "a broken block has its line");
    fuzz::must(!error.message.empty(), "a broken block says why");
  }
  static_cast<void>(mtls::pki::parse_certificate(patched(samples().certificate, text)));
  static_cast<void>(mtls::pki::parse_revocation_list(patched(samples().revocation_list, text)));
  return 0;
}
