#include "daemon/web/http/body.h"

#include <zlib.h>

#include <stdexcept>
#include <string_view>

namespace mtls::daemon::web::http {
namespace {

// RFC 1952 §2.3.1: magic, deflate, no flags, no time, no hint, unknown system.
constexpr std::string_view kGzipHeader("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
// RFC 1951 §3.2.3: a last block with fixed codes that contains only its end.
constexpr std::string_view kLastBlock("\x03\0", 2);

const Bytef* bytes_of(std::string_view text) { return reinterpret_cast<const Bytef*>(text.data()); }

// The lowest level shrinks exposition text to about a tenth, in a fraction of the default level's
// time.
Deflated deflated(std::string_view text) {
  constexpr int kRaw = -MAX_WBITS;
  constexpr int kDefaultMemory = 8;
  constexpr std::size_t kFlushBytes = 16;  // ample for an empty stored block
  z_stream stream{};
  if (::deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kRaw, kDefaultMemory, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    throw std::bad_alloc();
  }
  Deflated out;
  out.bytes.resize(::deflateBound(&stream, text.size()) + kFlushBytes);
  stream.next_in = const_cast<Bytef*>(bytes_of(text));  // zlib's interface predates const
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.bytes.data());
  stream.avail_out = static_cast<uInt>(out.bytes.size());
  ::deflate(&stream, Z_FULL_FLUSH);
  out.bytes.resize(stream.total_out);
  out.bytes.shrink_to_fit();
  ::deflateEnd(&stream);
  out.crc32 = static_cast<std::uint32_t>(::crc32_z(0, bytes_of(text), text.size()));
  return out;
}

void append_little_endian(std::string& out, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>((value >> shift) & 0xFFU);
}

std::shared_ptr<const std::string> shared(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

}  // namespace

Part body_part(std::string text) {
  return std::make_shared<const BodyPart>(BodyPart{std::move(text), std::nullopt});
}

Part deflated_body_part(std::string text) {
  Deflated packed = deflated(text);
  return std::make_shared<const BodyPart>(BodyPart{std::move(text), std::move(packed)});
}

BodyBytes plain_body(const std::vector<Part>& parts) {
  BodyBytes bytes;
  for (const Part& part : parts) bytes.emplace_back(part, &part->text);
  return bytes;
}

BodyBytes gzip_body(const std::vector<Part>& parts) {
  BodyBytes bytes{shared(std::string(kGzipHeader))};
  std::uint32_t crc = 0;
  std::uint32_t size = 0;  // RFC 1952: modulo 2^32
  for (const Part& part : parts) {
    const Part packed = part->deflated ? part : deflated_body_part(part->text);
    bytes.emplace_back(packed, &packed->deflated->bytes);
    const auto length = static_cast<z_off_t>(packed->text.size());
    crc = static_cast<std::uint32_t>(::crc32_combine(crc, packed->deflated->crc32, length));
    size += static_cast<std::uint32_t>(packed->text.size());
  }
  std::string trailer(kLastBlock);
  append_little_endian(trailer, crc);
  append_little_endian(trailer, size);
  bytes.push_back(shared(std::move(trailer)));
  return bytes;
}

}  // namespace mtls::daemon::web::http
