#include "catalogue/pasted_codes.h"

#include <array>

#include "catalogue/numbers.h"
#include "catalogue/peers.h"

namespace mtls::catalogue {
namespace {

struct Form {
  std::string_view before;      // the words before the number, or before the text
  std::string_view after = {};  // the words between number and text
  std::string_view also = {};   // what the line must contain too; "": nothing more
  Verifier by = Verifier::kTool;
};

// A number, then a text.
constexpr std::array kNumbered{
    Form{.before = "client SSL certificate verify error: (", .after = ":", .by = Verifier::kNginx},
    Form{.before = "upstream SSL certificate verify error: (",
         .after = ":",
         .by = Verifier::kNginxUpstream},
    Form{.before = "verify error:num=", .after = ":"},                  // openssl s_client
    Form{.before = "Verify return code: ", .after = " ("},              // openssl s_client
    Form{.before = "error ", .after = " at ", .also = "depth lookup"},  // openssl verify
};

// A text alone, or with the number behind it.
constexpr std::array kWorded{
    Form{.before = "SSL certificate problem: "},        // curl: (60)
    Form{.before = "SSL certificate verify result: "},  // curl -v -k
    Form{.before = "Verification error: "},             // openssl s_client
    Form{.before = "Verification: "},
    Form{.before = "certificate verify failed:"},  // OpenSSL 3 behind a failed handshake, Python
    Form{.before = "certificate verify failed: ("},
    Form{.before = "FAILED:", .by = Verifier::kNginx},  // $ssl_client_verify
    Form{.before = "X509_V_ERR_", .by = Verifier::kUnknown},
    Form{.before = "code: '", .by = Verifier::kUnknown},  // Node.js
};

std::string_view without_blanks(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(' ');
  return begin == std::string_view::npos ? std::string_view{} : text.substr(begin);
}

// What follows the number and `after`: for openssl verify, behind `at 0 depth lookup:`.
std::string_view text_of(std::string_view rest, const Form& form) {
  const std::size_t at = rest.find(form.after);
  if (at == std::string_view::npos) return {};
  rest.remove_prefix(at + form.after.size());
  const std::size_t colon = form.also.empty() ? std::string_view::npos : rest.find(':');
  return without_blanks(colon == std::string_view::npos ? rest : rest.substr(colon + 1));
}

std::optional<PastedCode> resolved(std::optional<int> number, std::string_view text, Verifier by) {
  const VerifyCode* said = find_verify_code_at(text);
  const bool is_old = number && said != nullptr && said->old_code != 0 && said->old_code == *number;
  if (is_old) {
    return PastedCode{.row = said, .by = by, .is_old_number = true};
  }
  const VerifyCode* numbered = number ? find_verify_code(*number) : nullptr;
  const VerifyCode* row = numbered != nullptr ? numbered : said;
  return row == nullptr ? std::nullopt : std::optional(PastedCode{.row = row, .by = by});
}

std::optional<PastedCode> numbered_in(std::string_view line, const Form& form) {
  const NumberForm number{.before = form.before, .after = form.after, .also = form.also};
  const auto numbers = numbers_behind(line, number);
  if (numbers.empty()) return std::nullopt;
  return resolved(numbers.front(), text_of(texts_behind(line, form.before).front(), form), form.by);
}

// A failed handshake has the same words on both sides of nginx.
Verifier verifier_of(std::string_view line, const Form& form) {
  if (form.by != Verifier::kTool) return form.by;
  switch (peer_of(line)) {
    case Peer::kClient: return Verifier::kNginx;
    case Peer::kBackend: return Verifier::kNginxUpstream;
    default: return Verifier::kTool;
  }
}

std::optional<PastedCode> worded_in(std::string_view line, const Form& form) {
  for (const std::string_view rest : texts_behind(line, form.before)) {
    const auto behind = numbers_behind(rest, {.before = " (", .after = ")"});
    const auto number = behind.empty() ? std::nullopt : std::optional(behind.front());
    const std::string_view text = without_blanks(rest);
    if (find_verify_code_at(text) != nullptr) {
      return resolved(number, text, verifier_of(line, form));
    }
  }
  return std::nullopt;
}

// `24:invalid CA certificate`, also in parentheses, as people cut it out of a line.
std::optional<PastedCode> cut_out(std::string_view line) {
  if (line.starts_with('(') && line.ends_with(')')) line = line.substr(1, line.size() - 2);
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto number = whole_number(line.substr(0, colon));
  const std::string_view text = without_blanks(line.substr(colon + 1));
  if (!number || find_verify_code_at(text) == nullptr) return std::nullopt;
  return resolved(number, text, Verifier::kUnknown);
}

}  // namespace

std::optional<PastedCode> pasted_code(std::string_view line) {
  if (const VerifyCode* row = find_verify_code(line)) return PastedCode{.row = row};
  if (auto code = cut_out(line)) return code;
  for (const Form& form : kNumbered) {
    if (auto code = numbered_in(line, form)) return code;
  }
  for (const Form& form : kWorded) {
    if (auto code = worded_in(line, form)) return code;
  }
  return std::nullopt;
}

}  // namespace mtls::catalogue
