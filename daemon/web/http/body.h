// The parts of a body, as they are or as one gzip member (RFC 1952) joined from parts that were
// deflated beforehand: a snapshot's text is compressed once, not per request. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mtls::daemon::web::http {

/// Raw deflate (RFC 1951) up to a byte boundary, without a last block.
struct Deflated {
  std::string bytes;
  std::uint32_t crc32 = 0;  // of the text
};

struct BodyPart {
  std::string text;
  std::optional<Deflated> deflated;
};

/// Immutable and shared, so that nothing is copied per request.
using Part = std::shared_ptr<const BodyPart>;

Part body_part(std::string text);
/// For what is made once and asked for often.
Part deflated_body_part(std::string text);

using BodyBytes = std::vector<std::shared_ptr<const std::string>>;

BodyBytes plain_body(const std::vector<Part>& parts);
/// Deflates what is not yet.
BodyBytes gzip_body(const std::vector<Part>& parts);

}  // namespace mtls::daemon::web::http
