#include "tests/support/gunzip.h"

#include <zlib.h>

#include <array>
#include <stdexcept>

namespace mtls::testing {

std::string gunzip(std::string_view bytes) {
  constexpr int kOnlyGzip = 16;
  z_stream stream{};
  if (::inflateInit2(&stream, MAX_WBITS + kOnlyGzip) != Z_OK) throw std::runtime_error("inflate");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string text;
  std::array<char, 65536> chunk{};
  int status = Z_OK;
  while (status == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = static_cast<uInt>(chunk.size());
    status = ::inflate(&stream, Z_NO_FLUSH);
    text.append(chunk.data(), chunk.size() - stream.avail_out);
  }
  const bool whole = status == Z_STREAM_END && stream.avail_in == 0;
  ::inflateEnd(&stream);
  if (!whole) throw std::runtime_error("not one whole gzip member");
  return text;
}

}  // namespace mtls::testing
