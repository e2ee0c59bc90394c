#include "pki/material.h"

#include "pki/openssl.h"
#include "pki/pem.h"

namespace mtls::pki {
namespace {

template <class T>
void add(base::Result<T> parsed, std::uint32_t line, std::vector<T>& to,
         std::vector<BlockError>& errors) {
  if (parsed) {
    to.push_back(std::move(*parsed));
  } else {
    errors.push_back({line, parsed.error().message});
  }
}

void add_block(const PemBlock& block, Material& material) {
  material.contains_private_key |= block.label == PemLabel::kPrivateKey;
  if (!block.error.empty()) {
    material.block_errors.push_back({block.line, block.error});
    return;
  }
  switch (block.label) {
    case PemLabel::kCertificate:
    case PemLabel::kTrustedCertificate: {
      const bool trusted = block.label == PemLabel::kTrustedCertificate;
      add(parse_certificate(block.der, trusted), block.line, material.certificates,
          material.block_errors);
      break;
    }
    case PemLabel::kCrl:
      add(parse_revocation_list(block.der), block.line, material.revocation_lists,
          material.block_errors);
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
