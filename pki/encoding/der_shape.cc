#include "pki/encoding/der_shape.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace mtls::pki::encoding {
namespace {

constexpr unsigned char kSequence = 0x30;

struct Header {
  unsigned char tag = 0;
  std::size_t bytes = 0;                       // of tag and length
  std::optional<std::size_t> content_bytes{};  // nullopt: indefinite
};

// X.690 §8.1.2 and §8.1.3, for tags of one byte.
std::optional<Header> header_of(DerBytes der) {
  if (der.size() < 2) return std::nullopt;
  constexpr std::size_t kMostLengthBytes = 4;
  Header header{.tag = der[0], .bytes = 2};
  const std::size_t first = der[1];
  if (first < 0x80) {
    header.content_bytes = first;
    return header;
  }
  const std::size_t count = first & 0x7FU;
  if (count == 0) return header;
  if (count > kMostLengthBytes || der.size() < 2 + count) return std::nullopt;
  std::size_t length = 0;
  for (std::size_t i = 0; i < count; ++i) length = (length << 8U) | der[2 + i];
  header.bytes += count;
  header.content_bytes = length;
  return header;
}

// The tags of the first elements in `content`, one character each, up to where they cannot be told
// apart.
std::string tags_in(DerBytes content) {
  constexpr std::size_t kMostTags = 8;
  std::string tags;
  while (tags.size() < kMostTags && !content.empty()) {
    const auto header = header_of(content);
    if (!header) break;
    tags += static_cast<char>(header->tag);
    if (!header->content_bytes || *header->content_bytes > content.size() - header->bytes) break;
    content = content.subspan(header->bytes + *header->content_bytes);
  }
  return tags;
}

DerBytes content_of(DerBytes der) {
  const auto header = header_of(der);
  if (!header) return {};
  const DerBytes behind = der.subspan(header->bytes);
  return behind.first(std::min(header->content_bytes.value_or(behind.size()), behind.size()));
}

// Of SEQUENCE { SEQUENCE, SEQUENCE, BIT STRING }: what the first one holds.
DerShape signed_shape(std::string_view inner) {
  using namespace std::string_view_literals;
  // [0] version, serial, algorithm, issuer, validity; without version in v1.
  if (inner.starts_with("\xA0\x02\x30\x30\x30"sv) || inner.starts_with("\x02\x30\x30\x30\x30"sv))
    return DerShape::kCertificate;
  if (inner.starts_with("\x02\x30\x30"sv)) {
    const bool has_time = inner.size() > 3 && (inner[3] == '\x17' || inner[3] == '\x18');
    return has_time ? DerShape::kCrl : DerShape::kRequest;
  }
  const bool is_v1_crl = inner.starts_with("\x30\x30\x17"sv) || inner.starts_with("\x30\x30\x18"sv);
  return is_v1_crl ? DerShape::kCrl : DerShape::kOther;
}

DerShape shape_of_content(DerBytes content) {
  using namespace std::string_view_literals;
  constexpr std::array<unsigned char, 10> kPkcs7Type{0x06, 0x09, 0x2A, 0x86, 0x48,
                                                     0x86, 0xF7, 0x0D, 0x01, 0x07};
  constexpr std::array<unsigned char, 4> kPkcs12Version{0x02, 0x01, 0x03, kSequence};
  const auto begins_with = [&](const auto& bytes) {
    return content.size() >= bytes.size() &&
           std::equal(bytes.begin(), bytes.end(), content.begin());
  };
  if (begins_with(kPkcs7Type)) return DerShape::kPkcs7;
  if (begins_with(kPkcs12Version)) return DerShape::kPkcs12;
  const std::string tags = tags_in(content);
  if (tags == "\x30\x30\x03"sv) return signed_shape(tags_in(content_of(content)));
  if (tags == "\x30\x03"sv || tags == "\x02\x02"sv) return DerShape::kPublicKey;
  const bool is_key = tags.starts_with("\x02\x30\x04"sv) || tags.starts_with("\x02\x04"sv) ||
                      tags == "\x30\x04"sv || tags.starts_with("\x02\x02\x02\x02\x02"sv);
  return is_key ? DerShape::kPrivateKey : DerShape::kOther;
}

}  // namespace

DerPiece shape_of(DerBytes der) {
  const auto header = header_of(der);
  if (!header || header->tag != kSequence) return {};
  const DerBytes behind = der.subspan(header->bytes);
  if (!header->content_bytes) return {.shape = shape_of_content(behind), .size = 0};
  if (*header->content_bytes > behind.size()) return {};
  return {.shape = shape_of_content(behind.first(*header->content_bytes)),
          .size = header->bytes + *header->content_bytes};
}

}  // namespace mtls::pki::encoding
