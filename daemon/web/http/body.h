// The parts of a body, plain or as one gzip member (RFC 1952). A gzip member can be joined from
// parts that were deflated beforehand, so a snapshot's text is compressed once and not per request.
// Pure.
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
/// For text that is made once and requested often.
Part deflated_body_part(std::string text);

using BodyBytes = std::vector<std::shared_ptr<const std::string>>;

BodyBytes plain_body(const std::vector<Part>& parts);
/// Deflates the parts that are not deflated yet.
BodyBytes gzip_body(const std::vector<Part>& parts);

}  // namespace mtls::daemon::web::http
