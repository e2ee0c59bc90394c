#include "pki/material.h"

#include <algorithm>
#include <map>
#include <utility>

#include "pki/encoding/der_element.h"
#include "pki/encoding/der_time.h"
#include "pki/encoding/element_budget.h"
#include "pki/encoding/file_kind.h"
#include "pki/encoding/pem.h"
#include "pki/encoding/skipped.h"
#include "pki/openssl.h"
#include "pki/public_key.h"

namespace mtls::pki {
namespace {

class Reader {
 public:
  explicit Reader(Material& material) : material_(material), keys_(material.release) {}

  void take(const encoding::PemBlock& block) {
    material_.contains_private_key |= block.label == encoding::PemLabel::kPrivateKey;
    if (!block.error.empty()) return refuse(block, block.error);
    switch (block.label) {
      case encoding::PemLabel::kCertificate:
      case encoding::PemLabel::kTrustedCertificate:
        if (!is_left_out(block, encoding::short_time_in_certificate(block.der))) {
          take_certificate(block);
        }
        break;
      case encoding::PemLabel::kCrl:
        if (!is_left_out(block, encoding::short_time_in_crl(block.der))) {
          take(parse_revocation_list(block.der, material_.release), block,
               material_.revocation_lists);
        }
        break;
      case encoding::PemLabel::kPrivateKey:
      case encoding::PemLabel::kOther: break;
    }
  }

 private:
  // A time that is too short: nginx's OpenSSL refuses the block, or ours alone would.
  bool is_left_out(const encoding::PemBlock& block, std::string_view short_time) {
    if (short_time.empty()) return false;
    const bool is_crl = block.label == encoding::PemLabel::kCrl;
    if (material_.release >= kOpenssl35) {
      refuse(block, (is_crl ? "not a revocation list: " : "not a certificate: ") +
                        std::string(short_time));
      return true;
    }
    if (linked_openssl() < kOpenssl35) return false;
    material_.unread.push_back({.line = block.line, .label = block.label});
    return true;
  }

  // A copy of an earlier block becomes a copy of its certificate: parsing it again would cost 0.1
  // ms.
  void take_certificate(const encoding::PemBlock& block) {
    const bool trusted = block.label == encoding::PemLabel::kTrustedCertificate;
    const auto [known, fresh] =
        read_.try_emplace({sha256(block.der), trusted}, material_.certificates.size());
    if (!fresh) {
      material_.certificates.push_back(material_.certificates[known->second]);
      return;
    }
    if (!elements_.spend(block.der)) {
      read_.erase(known);
      return refuse(block, std::string(kTooManyElements));
    }
    auto parsed = parse_certificate(block.der, trusted, keys_);
    if (!parsed) read_.erase(known);
    if (parsed && !trusted) note_trailing(block);
    take(std::move(parsed), block, material_.certificates);
  }

  void note_trailing(const encoding::PemBlock& block) {
    const std::size_t behind = encoding::first_element(block.der).rest.size();
    if (behind == 0) return;
    const auto annotated = parse_certificate(block.der, true, keys_);
    if (annotated) return;
    material_.trailing.push_back({.line = block.line,
                                  .bytes = behind,
                                  .certificates_before = material_.certificates.size(),
                                  .message = annotated.error().message});
  }

  template <class T>
  void take(base::Result<T> parsed, const encoding::PemBlock& block, std::vector<T>& to) {
    if (!parsed) return refuse(block, std::move(parsed.error().message));
    to.push_back(std::move(*parsed));
  }

  void refuse(const encoding::PemBlock& block, std::string message) {
    material_.block_errors.push_back({.line = block.line,
                                      .message = std::move(message),
                                      .label = block.label,
                                      .is_framed = block.error.empty(),
                                      .certificates_before = material_.certificates.size()});
  }

  Material& material_;
  encoding::ElementBudget elements_;
  KeyReader keys_;
  std::map<std::pair<Fingerprint, bool>, std::size_t> read_;  // hash of the DER, trusted -> index
};

}  // namespace

bool has_short_time(const Material& material) {
  return std::ranges::any_of(material.block_errors, [](const BlockError& error) {
    return error.message.ends_with(encoding::kTimeTooShort);
  });
}

Material parse_material(std::string_view bytes, OpensslRelease release) {
  Material material;
  material.release = release;
  material.content = sha256({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
  const encoding::PemText pem = encoding::read_pem(bytes);
  Reader reader(material);
  for (const encoding::PemBlock& block : pem.blocks) reader.take(block);
  material.truncated = !pem.blocks.empty() && pem.blocks.back().error == encoding::kNoEndLine;
  material.skipped = encoding::find_skipped(bytes, pem);
  // A file of very many would take long to be made objects of again.
  constexpr std::size_t kFew = 64;
  if (material.certificates.size() <= kFew)
    for (const Certificate& one : material.certificates) one.handle().drop();
  const bool holds_nothing =
      material.certificates.empty() && material.revocation_lists.empty() && material.unread.empty();
  if (holds_nothing || !material.block_errors.empty())
    material.kind = encoding::kind_of_file(bytes, pem);
  return material;
}

}  // namespace mtls::pki
