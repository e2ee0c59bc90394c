// Any bytes as one file: parsing ends, byte ranges fit, and what was read is written and read again
// the same.

#include <string>

#include "config/syntax/parser.h"
#include "tests/fuzz/target.h"
#include "tests/support/byte_ranges.h"
#include "tests/support/syntax_tree.h"

namespace {

constexpr std::size_t kBufferBytes = 4096;  // NGX_CONF_BUFFER: no word of a shorter text exceeds it

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mtls;
  const mtls::config::syntax::ParsedFile first =
      mtls::config::syntax::parse(fuzz::text_of(data, size), {});
  fuzz::must(first.diagnostics.size() <= 1, "the first complaint ends a file");
  const std::string wrong = testing::RangeCheck(fuzz::text_of(data, size)).first_wrong(first);
  fuzz::must(wrong.empty(), "byte ranges are those of the words: " + wrong);
  const std::string text = testing::nginx_text(first.directives);
  if (text.size() >= kBufferBytes) return 0;
  const mtls::config::syntax::ParsedFile second = mtls::config::syntax::parse(text, {});
  fuzz::must(second.diagnostics.empty(), "what was written has no error");
  fuzz::must(
      testing::without_places(second.directives) == testing::without_places(first.directives),
      "what was written says the same");
  return 0;
}
