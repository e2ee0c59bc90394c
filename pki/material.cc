#include "pki/material.h"

#include "pki/openssl.h"
#include "pki/pem.h"

namespace mtls::pki {
namespace {

void add_error(const PemBlock& block, std::string message, Material& material) {
  material.block_errors.push_back({.line = block.line,
                                   .message = std::move(message),
                                   .label = block.label,
                                   .is_framed = block.error.empty(),
                                   .certificates_before = material.certificates.size()});
}

template <class T>
void add(base::Result<T> parsed, const PemBlock& block, std::vector<T>& to, Material& material) {
  if (parsed) {
    to.push_back(std::move(*parsed));
  } else {
    add_error(block, std::move(parsed.error().message), material);
  }
}

void add_block(const PemBlock& block, Material& material) {
  material.contains_private_key |= block.label == PemLabel::kPrivateKey;
  if (!block.error.empty()) return add_error(block, block.error, material);
  switch (block.label) {
    case PemLabel::kCertificate:
    case PemLabel::kTrustedCertificate: {
      const bool trusted = block.label == PemLabel::kTrustedCertificate;
      add(parse_certificate(block.der, trusted), block, material.certificates, material);
      break;
    }
    case PemLabel::kCrl:
      add(parse_revocation_list(block.der), block, material.revocation_lists, material);
      break;
    case PemLabel::kPrivateKey:
    case PemLabel::kOther: break;
  }
}

}  // namespace

Material parse_material(std::string_view bytes) {
  Material material;
  material.content = sha256({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
  const std::vector<PemBlock> blocks = split_pem(bytes);
  for (const PemBlock& block : blocks) add_block(block, material);
  material.truncated = !blocks.empty() && blocks.back().error == kNoEndLine;
  return material;
}

}  // namespace mtls::pki
