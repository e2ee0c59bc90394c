#include "catalogue/verify_codes.h"

#include <algorithm>
#include <charconv>

#include "catalogue/verify_code_rows.h"

namespace mtls::catalogue {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

bool is_called(const VerifyCode& row, std::string_view text) {
  constexpr std::string_view kPrefix = "X509_V_ERR_";
  const bool is_short =
      row.name.starts_with(kPrefix) && same(text, row.name.substr(kPrefix.size()));
  return is_short || same(text, row.name) || same(text, row.text) ||
         (!row.old_text.empty() && same(text, row.old_text));
}

const VerifyCode* find_in(std::span<const VerifyCode> rows, std::string_view text) {
  const auto row = std::find_if(rows.begin(), rows.end(),
                                [&](const VerifyCode& code) { return is_called(code, text); });
  return row == rows.end() ? nullptr : &*row;
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

const VerifyCode* find_verify_code(std::string_view text) {
  int code = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), code);
  if (error == std::errc{} && rest == text.data() + text.size()) return find_verify_code(code);
  // 1.1.1 has the text of OpenSSL 3's code 79 for its code 24; the text then means 79.
  const VerifyCode* found = find_in(catalogue::rows::rare(), text);
  return found != nullptr ? found : find_in(catalogue::rows::usual(), text);
}

}  // namespace mtls::catalogue
