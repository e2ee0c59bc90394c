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

std::size_t size_of(const Texts& texts) {
  std::size_t size = 0;
  for (const auto& text : texts) size += text->size();
  return size;
}

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
  std::string deflate(const Texts& texts) {
    constexpr std::size_t kFlushBytes = 16;  // ample for an empty stored block
    ::deflateReset(&stream_);
    std::string out(::deflateBound(&stream_, size_of(texts)) + kFlushBytes, '\0');
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    for (const auto& text : texts) feed(*text, Z_NO_FLUSH);
    feed("", Z_FULL_FLUSH);
    out.resize(stream_.total_out);
    out.shrink_to_fit();
    return out;
  }

 private:
  void feed(std::string_view text, int flush) {
    stream_.next_in = const_cast<Bytef*>(bytes_of(text));  // zlib's interface predates const
    stream_.avail_in = static_cast<uInt>(text.size());
    ::deflate(&stream_, flush);
  }

  z_stream stream_{};
};

std::shared_ptr<const std::string> shared(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

Part plain_part(std::shared_ptr<const std::string> text) {
  const std::size_t size = text->size();
  return std::make_shared<const BodyPart>(
      BodyPart{.text = std::move(text), .deflated = {}, .parts = {}, .size = size, .crc32 = {}});
}

Part deflated_part(const Texts& texts, Deflater& deflater) {
  BodyPart part{.text = texts.size() == 1 ? texts.front() : nullptr,
                .deflated = shared(deflater.deflate(texts)),
                .parts = {},
                .size = size_of(texts),
                .crc32 = {}};
  uLong crc = 0;
  for (const auto& text : texts) {
    crc = ::crc32_z(crc, bytes_of(*text), text->size());
    if (!part.text) part.parts.push_back(plain_part(text));
  }
  part.crc32 = static_cast<std::uint32_t>(crc);
  return std::make_shared<const BodyPart>(std::move(part));
}

std::uint32_t joined_crc(std::uint32_t first, const BodyPart& next) {
  return static_cast<std::uint32_t>(
      ::crc32_combine(first, next.crc32.value_or(0), static_cast<z_off_t>(next.size)));
}

void append_little_endian(std::string& out, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>((value >> shift) & 0xFFU);
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
  std::string all;
  all.reserve(size_of(pieces));
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

Part body_part(std::string text) { return plain_part(shared(std::move(text))); }

Part deflated_body_part(std::string text) {
  return deflated_body_parts({{shared(std::move(text))}}).front();
}

std::vector<Part> deflated_body_parts(const std::vector<Texts>& lists) {
  std::vector<Part> parts;
  if (lists.empty()) return parts;
  Deflater deflater;
  for (const Texts& texts : lists) parts.push_back(deflated_part(texts, deflater));
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
