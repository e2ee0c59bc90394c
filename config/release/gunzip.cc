#include "config/release/gunzip.h"

#include <zlib.h>

#include <array>
#include <limits>

namespace mtls::config::release {
namespace {

// Owns the state of one inflation.
class Inflation {
 public:
  explicit Inflation(std::string_view bytes) {
    constexpr int kOnlyGzip = 16;
    // zlib reads through a pointer to non-const, and writes nothing there.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    is_open_ = ::inflateInit2(&stream_, MAX_WBITS + kOnlyGzip) == Z_OK;
  }
  ~Inflation() {
    if (is_open_) ::inflateEnd(&stream_);
  }
  Inflation(const Inflation&) = delete;
  Inflation& operator=(const Inflation&) = delete;

  std::optional<std::string> run(std::size_t limit) {
    std::string text;
    std::array<char, 65536> chunk{};
    int status = is_open_ ? Z_OK : Z_MEM_ERROR;
    while (status == Z_OK) {
      stream_.next_out = reinterpret_cast<Bytef*>(chunk.data());
      stream_.avail_out = static_cast<uInt>(chunk.size());
      status = ::inflate(&stream_, Z_NO_FLUSH);
      const std::size_t got = chunk.size() - stream_.avail_out;
      if (text.size() + got > limit) return std::nullopt;
      text.append(chunk.data(), got);
    }
    if (status != Z_STREAM_END || stream_.avail_in != 0) return std::nullopt;
    return text;
  }

 private:
  z_stream stream_{};
  bool is_open_ = false;
};

}  // namespace

std::optional<std::string> gunzip(std::string_view bytes, std::size_t limit) {
  if (bytes.size() > std::numeric_limits<uInt>::max()) return std::nullopt;
  return Inflation(bytes).run(limit);
}

}  // namespace mtls::config::release
