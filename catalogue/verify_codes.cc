#include "catalogue/verify_codes.h"

#include <algorithm>

#include "catalogue/numbers.h"
#include "catalogue/verify_code_rows.h"

namespace mtls::catalogue {
namespace {

std::string_view short_name(const VerifyCode& row) {
  constexpr std::string_view kPrefix = "X509_V_ERR_";
  return row.name.starts_with(kPrefix) ? row.name.substr(kPrefix.size()) : std::string_view{};
}

// All the ways to call it, some of them empty.
std::array<std::string_view, 5> calls(const VerifyCode& row) {
  return {row.text, row.old_text, row.new_text, row.name, short_name(row)};
}

// How many characters at the beginning of `text` call this code.
std::size_t called(const VerifyCode& row, std::string_view text) {
  std::size_t longest = 0;
  for (const std::string_view call : calls(row)) {
    if (!call.empty() && begins_with_words(text, call)) longest = std::max(longest, call.size());
  }
  return longest;
}

}  // namespace

const VerifyCode* find_verify_code(int code) {
  const auto usual = catalogue::rows::usual();
  const auto rare = catalogue::rows::rare();
  if (code < 0) return nullptr;
  const auto index = static_cast<std::size_t>(code);
  if (index < usual.size()) return &usual[index];
  return index - usual.size() < rare.size() ? &rare[index - usual.size()] : nullptr;
}

const VerifyCode* find_verify_code_at(std::string_view text) {
  const VerifyCode* found = nullptr;
  std::size_t longest = 0;
  // 1.1.1 has the text of OpenSSL 3's code 79 for its code 24; the text then means 79, and so the
  // rare ones come first.
  for (const auto rows : {catalogue::rows::rare(), catalogue::rows::usual()}) {
    for (const VerifyCode& row : rows) {
      const std::size_t length = called(row, text);
      if (length <= longest) continue;
      found = &row;
      longest = length;
    }
  }
  return found;
}

const VerifyCode* find_verify_code(std::string_view text) {
  if (const auto code = whole_number(text)) return find_verify_code(*code);
  const VerifyCode* found = find_verify_code_at(text);
  return found != nullptr && called(*found, text) == text.size() ? found : nullptr;
}

}  // namespace mtls::catalogue
