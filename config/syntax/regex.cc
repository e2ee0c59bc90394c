#include "config/syntax/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <array>
#include <cstdlib>
#include <utility>

#include "base/owned.h"
#include "base/shortage.h"

namespace mtls::config::syntax {
namespace {

using CompileContext = base::Owned<pcre2_compile_context, pcre2_compile_context_free>;
using MatchData = base::Owned<pcre2_match_data, pcre2_match_data_free>;
using MatchContext = base::Owned<pcre2_match_context, pcre2_match_context_free>;

// A hundredth of PCRE2's default limit, which nginx does not change. It is enough for names and
// paths, and bounds a pattern that backtracks endlessly to some milliseconds.
constexpr std::uint32_t kMatchLimit = 100'000;

constexpr std::size_t kMaxComplaintBytes = 1024;  // NGX_MAX_CONF_ERRSTR

PCRE2_SPTR bytes(std::string_view text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

// Counts failed allocations, which would otherwise look like a pattern that does not compile or
// match.
pcre2_general_context* memory() {
  static pcre2_general_context* const kContext =
      pcre2_general_context_create([](PCRE2_SIZE size, void*) { return base::noting_malloc(size); },
                                   [](void* block, void*) { std::free(block); }, nullptr);
  return kContext;
}

// Words as in ngx_regex_compile(): the rest of the pattern is shown unless the error is at its very
// end.
std::string complaint(std::string_view pattern, int code, std::size_t offset) {
  std::array<PCRE2_UCHAR, 128> reason{};
  pcre2_get_error_message(code, reason.data(), reason.size());
  std::string text = "pcre2_compile() failed: ";
  text += reinterpret_cast<const char*>(reason.data());
  text.append(" in \"").append(pattern).append("\"");
  if (offset < pattern.size()) text.append(" at \"").append(pattern.substr(offset)).append("\"");
  return text.substr(0, kMaxComplaintBytes);
}

}  // namespace

struct Regex::Code {
  base::Owned<pcre2_code, pcre2_code_free> compiled;
};

Regex::Regex(std::string pattern, Letters letters, std::shared_ptr<const Code> code)
    : pattern_(std::move(pattern)), letters_(letters), code_(std::move(code)) {}

base::Result<Regex> Regex::compile(std::string_view pattern, Letters letters) {
  int error = 0;
  PCRE2_SIZE offset = 0;
  const std::uint32_t options = letters == Letters::kEitherCase ? PCRE2_CASELESS : 0;
  auto code = std::make_shared<Code>();
  const CompileContext context(pcre2_compile_context_create(memory()));
  code->compiled.reset(
      pcre2_compile(bytes(pattern), pattern.size(), options, &error, &offset, context.get()));
  if (!code->compiled) {
    return base::fail(base::ErrorCode::kSyntax, complaint(pattern, error, offset));
  }
  return Regex(std::string(pattern), letters, std::move(code));
}

Match Regex::match(std::string_view text) const {
  const MatchContext context(pcre2_match_context_create(memory()));
  const MatchData data(pcre2_match_data_create(1, memory()));  // no group is needed
  if (!context || !data) return Match::kUndecided;
  pcre2_set_match_limit(context.get(), kMatchLimit);
  const int found =
      pcre2_match(code_->compiled.get(), bytes(text), text.size(), 0, 0, data.get(), context.get());
  if (found == PCRE2_ERROR_NOMATCH) return Match::kNo;
  return found >= 0 ? Match::kYes : Match::kUndecided;
}

std::uint32_t Regex::captures() const {
  std::uint32_t count = 0;
  pcre2_pattern_info(code_->compiled.get(), PCRE2_INFO_CAPTURECOUNT, &count);
  return count;
}

}  // namespace mtls::config::syntax
