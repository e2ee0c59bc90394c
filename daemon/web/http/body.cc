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
// time. A stream that is used again saves its set-up, which takes as long as some KB of text.
class Deflater {
 public:
  Deflater() {
    constexpr int kRaw = -MAX_WBITS;
    constexpr int kDefaultMemory = 8;
    if (::deflateInit2(&stream_, Z_BEST_SPEED, Z_DEFLATED, kRaw, kDefaultMemory,
                       Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Deflater() { ::deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  // Behind a full flush the next block knows nothing of this one, so blocks can be joined.
  std::string deflate(std::string_view text) {
    constexpr std::size_t kFlushBytes = 16;  // ample for an empty stored block
    ::deflateReset(&stream_);
    std::string out(::deflateBound(&stream_, text.size()) + kFlushBytes, '\0');
    stream_.next_in = const_cast<Bytef*>(bytes_of(text));  // zlib's interface predates const
    stream_.avail_in = static_cast<uInt>(text.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    ::deflate(&stream_, Z_FULL_FLUSH);
    out.resize(stream_.total_out);
    out.shrink_to_fit();
    return out;
  }

 private:
  z_stream stream_{};
};

std::uint32_t crc_of(std::string_view text) {
  return static_cast<std::uint32_t>(::crc32_z(0, bytes_of(text), text.size()));
}

Part deflated_part(const std::shared_ptr<const std::string>& text, Deflater& deflater) {
  return std::make_shared<const BodyPart>(
      BodyPart{.text = text,
               .deflated = std::make_shared<const std::string>(deflater.deflate(*text)),
               .parts = {},
               .size = text->size(),
               .crc32 = crc_of(*text)});
}

std::uint32_t joined_crc(std::uint32_t first, const BodyPart& next) {
  return static_cast<std::uint32_t>(
      ::crc32_combine(first, next.crc32.value_or(0), static_cast<z_off_t>(next.size)));
}

void append_little_endian(std::string& out, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>((value >> shift) & 0xFFU);
}

std::shared_ptr<const std::string> shared(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

void append(const BodyPart& part, std::shared_ptr<const std::string> BodyPart::* bytes,
            BodyBytes& body) {
  if (part.*bytes) return body.push_back(part.*bytes);
  for (const Part& one : part.parts) append(*one, bytes, body);
}

std::string in_one_piece(const BodyPart& part,
                         std::shared_ptr<const std::string> BodyPart::* bytes) {
  BodyBytes pieces;
  append(part, bytes, pieces);
  std::size_t size = 0;
  for (const auto& piece : pieces) size += piece->size();
  std::string all;
  all.reserve(size);
  for (const auto& piece : pieces) all += *piece;
  return all;
}

BodyPart joined(std::vector<Part> parts) {
  BodyPart whole{.text = {}, .deflated = {}, .parts = std::move(parts), .size = 0, .crc32 = 0};
  for (const Part& part : whole.parts) {
    whole.size += part->size;
    whole.crc32 =
        part->crc32 && whole.crc32 ? std::optional(joined_crc(*whole.crc32, *part)) : std::nullopt;
  }
  return whole;
}

}  // namespace

Part body_part(std::string text) {
  const std::size_t size = text.size();
  return std::make_shared<const BodyPart>(BodyPart{
      .text = shared(std::move(text)), .deflated = {}, .parts = {}, .size = size, .crc32 = {}});
}

Part deflated_body_part(std::string text) {
  return deflated_body_parts({shared(std::move(text))}).front();
}

std::vector<Part> deflated_body_parts(
    const std::vector<std::shared_ptr<const std::string>>& texts) {
  Deflater deflater;
  std::vector<Part> parts;
  for (const auto& text : texts) parts.push_back(deflated_part(text, deflater));
  return parts;
}

Part joined_part(std::vector<Part> parts) {
  return std::make_shared<const BodyPart>(joined(std::move(parts)));
}

Part joined_small_part(std::vector<Part> parts) {
  BodyPart whole = joined(std::move(parts));
  if (whole.crc32) whole.deflated = shared(in_one_piece(whole, &BodyPart::deflated));
  return std::make_shared<const BodyPart>(std::move(whole));
}

BodyBytes plain_body(const std::vector<Part>& parts) {
  BodyBytes bytes;
  for (const Part& part : parts) append(*part, &BodyPart::text, bytes);
  return bytes;
}

BodyBytes gzip_body(const std::vector<Part>& parts) {
  BodyBytes bytes{shared(std::string(kGzipHeader))};
  std::uint32_t crc = 0;
  std::uint32_t size = 0;  // RFC 1952: modulo 2^32
  for (const Part& part : parts) {
    const Part packed =
        part->crc32 ? part : deflated_body_part(in_one_piece(*part, &BodyPart::text));
    append(*packed, &BodyPart::deflated, bytes);
    crc = joined_crc(crc, *packed);
    size += static_cast<std::uint32_t>(packed->size);
  }
  std::string trailer(kLastBlock);
  append_little_endian(trailer, crc);
  append_little_endian(trailer, size);
  bytes.push_back(shared(std::move(trailer)));
  return bytes;
}

}  // namespace mtls::daemon::web::http
