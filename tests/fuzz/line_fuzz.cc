// Any bytes as a datagram of the observer's line: reading ends, says the same twice, and what it
// took was in the datagram.

#include "running/client_line.h"
#include "tests/fuzz/target.h"

namespace {

using namespace mtls;

bool is_part(std::string_view part, std::string_view text) {
  return part.empty() ||
         (part.data() >= text.data() && part.data() + part.size() <= text.data() + text.size());
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const auto parsed = running::parse_client_line(text);
  const auto again = running::parse_client_line(text);
  fuzz::must(parsed.index() == again.index(), "one datagram, one meaning");
  fuzz::must(running::unescape_uri(text).size() <= size, "unescaping makes nothing longer");
  const auto* line = std::get_if<running::ClientLine>(&parsed);
  if (line == nullptr) return 0;
  fuzz::must(is_part(line->leaf, text) && is_part(line->reason, text), "views into the datagram");
  fuzz::must(!line->address.empty() && line->port >= 0 && line->port < 65536, "an address");
  fuzz::must(line->sni.size() <= size, "a name");
  fuzz::must(line->verify == running::LineVerify::kNone || !line->leaf.empty(), "a certificate");
  return 0;
}
