#include "pki/encoding/file_kind.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <span>
#include <string>

#include "pki/encoding/der_shape.h"
#include "pki/encoding/skipped.h"

namespace mtls::pki::encoding {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kBlank = " \t\r\n\f\v";

struct Beginning {
  std::string_view bytes;
  FileKind kind;
};

constexpr std::array kBinary{
    Beginning{"\x1F\x8B"sv, FileKind::kGzip},
    Beginning{"PK\x03\x04"sv, FileKind::kZip},
    Beginning{"\xFE\xED\xFE\xED"sv, FileKind::kJavaKeyStore},
    Beginning{"\xFF\xFE"sv, FileKind::kUtf16},
    Beginning{"\xFE\xFF"sv, FileKind::kUtf16},
    Beginning{"-\0-\0"sv, FileKind::kUtf16LittleEndian},
    Beginning{"\0-\0-"sv, FileKind::kUtf16BigEndian},
};

// In small letters, behind white space.
constexpr std::array kText{
    Beginning{"<!doctype html"sv, FileKind::kHtml},
    Beginning{"<html"sv, FileKind::kHtml},
    Beginning{"<head"sv, FileKind::kHtml},
    Beginning{"<?xml"sv, FileKind::kHtml},
    Beginning{"ls0tls1crudjti"sv, FileKind::kBase64OfPem},
    Beginning{"ssh-"sv, FileKind::kSshKey},
    Beginning{"ecdsa-sha2-"sv, FileKind::kSshKey},
    Beginning{"---- begin ssh2"sv, FileKind::kSshKey},
};

std::optional<FileKind> kind_by_beginning(std::string_view text, std::span<const Beginning> all) {
  for (const Beginning& one : all) {
    if (text.starts_with(one.bytes)) return one.kind;
  }
  return std::nullopt;
}

std::string first_letters(std::string_view text) {
  constexpr std::size_t kEnough = 16;  // it may be a key
  std::string letters(text.substr(0, kEnough));
  std::transform(letters.begin(), letters.end(), letters.begin(), [](unsigned char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : static_cast<char>(c);
  });
  return letters;
}

std::optional<FileKind> kind_of_der(DerShape shape) {
  switch (shape) {
    case DerShape::kCertificate: return FileKind::kCertificate;
    case DerShape::kCrl: return FileKind::kCrl;
    case DerShape::kRequest: return FileKind::kRequest;
    case DerShape::kPkcs7: return FileKind::kPkcs7;
    case DerShape::kPkcs12: return FileKind::kPkcs12;
    case DerShape::kPrivateKey: return FileKind::kPrivateKey;
    case DerShape::kPublicKey: return FileKind::kPublicKey;
    case DerShape::kOther: break;
  }
  return std::nullopt;
}

std::optional<FileKind> kind_of_binary(std::string_view text) {
  if (const auto kind = kind_by_beginning(text, kBinary)) return kind;
  const DerPiece piece =
      shape_of({reinterpret_cast<const unsigned char*>(text.data()), text.size()});
  return kind_of_der(piece.shape);
}

// Where the line ends of a PEM file went; each OpenSSL reads otherwise than it is meant.
std::optional<FileKind> kind_of_line_ends(std::string_view text) {
  const std::size_t begin = text.find("-----BEGIN ");
  if (begin == std::string_view::npos) return std::nullopt;
  if (text.find("-----\\n") != std::string_view::npos ||
      text.find("-----\\r\\n") != std::string_view::npos)
    return FileKind::kEscapedPem;
  const std::string_view line = text.substr(begin, text.find('\n', begin) - begin);
  if (line.find("-----\r") != std::string_view::npos &&
      line.find("\r-----END ") != std::string_view::npos)
    return FileKind::kPemOfCarriageReturns;
  if (line.find("-----END ") != std::string_view::npos) return FileKind::kPemOnOneLine;
  const bool is_joined = text.find("----------BEGIN ") != std::string_view::npos;
  return is_joined ? std::optional(FileKind::kJoinedPem) : std::nullopt;
}

// By the label of the first block. `line`: without BEGIN.
std::optional<FileKind> kind_of_label(std::string_view line) {
  const std::string_view label = line.substr(0, line.find("-----"));
  if (label == "OPENSSH PRIVATE KEY") return FileKind::kSshKey;
  if (label.ends_with("PRIVATE KEY")) return FileKind::kPrivateKey;
  if (label.ends_with("PUBLIC KEY")) return FileKind::kPublicKey;
  if (label.ends_with("CERTIFICATE REQUEST")) return FileKind::kRequest;
  if (label == "PKCS7" || label == "PKCS #7 SIGNED DATA") return FileKind::kPkcs7Pem;
  return std::nullopt;
}

// PKCS #7 under the label of a certificate, as Windows writes it.
bool holds_pkcs7(const PemText& pem) {
  return std::any_of(pem.blocks.begin(), pem.blocks.end(), [](const PemBlock& block) {
    return block.label == PemLabel::kCertificate && shape_of(block.der).shape == DerShape::kPkcs7;
  });
}

bool holds_material(const PemText& pem) {
  return std::any_of(pem.blocks.begin(), pem.blocks.end(), [](const PemBlock& block) {
    return block.label != PemLabel::kPrivateKey && block.label != PemLabel::kOther;
  });
}

// Of blocks none of which is a certificate or a CRL.
std::optional<FileKind> kind_of_labels(std::string_view text) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  for (std::size_t at = text.find(kBegin); at != std::string_view::npos;
       at = text.find(kBegin, at + 1)) {
    if (at > 0 && text[at - 1] != '\n') continue;
    if (const auto kind = kind_of_label(text.substr(at + kBegin.size()))) return kind;
  }
  return std::nullopt;
}

bool is_filling(char c) {  // around the words of a BEGIN or END line; dashes may be any
  return c == '-' || static_cast<unsigned char>(c) >= 0x80 ||
         kBlank.find(c) != std::string_view::npos;
}

// Of the first END line that is not as it must be.
std::optional<FileKind> kind_of_ends(std::string_view text) {
  constexpr std::string_view kEnd = "END CERTIFICATE";
  constexpr std::string_view kDashes = "-----";
  for (std::size_t at = text.find(kEnd); at != std::string_view::npos;
       at = text.find(kEnd, at + 1)) {
    const std::size_t line = text.substr(0, at).rfind('\n') + 1;
    const std::string_view before = text.substr(line, at - line);
    const std::string_view rest = text.substr(at + kEnd.size());
    const std::string_view behind = rest.substr(0, rest.find('\n'));
    const bool is_right = before == kDashes && behind.substr(0, 5) == kDashes &&
                          std::all_of(behind.begin() + 5, behind.end(), [](char c) {
                            return kBlank.find(c) != std::string_view::npos;
                          });
    if (is_right || before.find('#') != std::string_view::npos) continue;
    if (!std::all_of(before.begin(), before.end(), is_filling)) return FileKind::kPemOnOneLine;
    const bool is_alone = std::all_of(behind.begin(), behind.end(), is_filling);
    return is_alone ? FileKind::kWrongDashes : FileKind::kPemBehindText;
  }
  return std::nullopt;
}

FileKind kind_of_skipped(SkipCause cause) {
  switch (cause) {
    case SkipCause::kIndented: return FileKind::kIndentedPem;
    case SkipCause::kWrongDashes: return FileKind::kWrongDashes;
    case SkipCause::kBehindText: return FileKind::kPemBehindText;
    case SkipCause::kEscaped: return FileKind::kEscapedPem;
    case SkipCause::kNoBegin: return FileKind::kPemWithoutBegin;
    case SkipCause::kDer:
    case SkipCause::kBehindNul: break;
  }
  return FileKind::kPem;
}

bool is_bare_base64(std::string_view text) {
  return text.starts_with("MI") && std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 || std::isspace(c) != 0 || c == '+' || c == '/' || c == '=';
         });
}

}  // namespace

FileKind kind_of_file(std::string_view text, const PemText& pem) {
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return FileKind::kEmpty;
  if (const auto kind = kind_of_binary(text)) return *kind;
  if (const auto kind = kind_by_beginning(first_letters(text.substr(begin)), kText)) return *kind;
  if (is_bare_base64(text.substr(begin))) return FileKind::kBareBase64;
  if (const auto kind = kind_of_line_ends(text)) return *kind;
  if (holds_pkcs7(pem)) return FileKind::kPkcs7Pem;
  if (holds_material(pem)) return kind_of_ends(text).value_or(FileKind::kPem);
  const std::vector<SkippedBlock> skipped = find_skipped(text, pem);
  if (!skipped.empty()) return kind_of_skipped(skipped.front().cause);
  return kind_of_labels(text).value_or(FileKind::kPem);
}

}  // namespace mtls::pki::encoding
