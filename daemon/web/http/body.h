// The parts of a body, plain or as one gzip member (RFC 1952). A gzip member can be joined from
// parts that were deflated beforehand, so what stays the same is compressed once and not per
// request, nor again when another part changes. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mtls::daemon::web::http {

/// Immutable and shared, so that nothing is copied per request.
struct BodyPart;
using Part = std::shared_ptr<const BodyPart>;

/// Text, or other parts in order.
struct BodyPart {
  std::shared_ptr<const std::string> text;  // nullptr: `parts`
  /// All of it as raw deflate (RFC 1951) up to a byte boundary, without a last block; nullptr: not
  /// yet, or that of `parts`.
  std::shared_ptr<const std::string> deflated;
  std::vector<Part> parts;
  std::size_t size = 0;                // of the text, or of that of all parts
  std::optional<std::uint32_t> crc32;  // of the same; nullopt: some of it is not deflated
};

Part body_part(std::string text);
/// For text that is made once and requested often.
Part deflated_body_part(std::string text);
using Texts = std::vector<std::shared_ptr<const std::string>>;
/// One part for each list of texts, deflated as one.
std::vector<Part> deflated_body_parts(const std::vector<Texts>& lists);
Part joined_part(std::vector<Part> parts);
/// The same with the deflated bytes in one piece, where they are small: each piece costs the kernel
/// as much as some KB do.
Part joined_small_part(std::vector<Part> parts);

using BodyBytes = std::vector<std::shared_ptr<const std::string>>;

BodyBytes plain_body(const std::vector<Part>& parts);
/// Deflates the parts that are not deflated yet.
BodyBytes gzip_body(const std::vector<Part>& parts);

}  // namespace mtls::daemon::web::http
