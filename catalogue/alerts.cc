#include "catalogue/alerts.h"

#include <algorithm>
#include <array>

#include "catalogue/alert_rows.h"
#include "catalogue/numbers.h"

namespace mtls::catalogue {
namespace {

// What stands before an alert's number. libssl's reason codes are 1000 and the number.
struct NumberWords {
  NumberForm form;
  int offset = 0;
};

constexpr std::array kNumbers{
    NumberWords{{.before = "alert number "}},
    NumberWords{{.before = "alert "}},
    NumberWords{.form = {.before = ":reason(", .after = ")"}, .offset = 1000},
};

// What stands before an alert's name: in libssl's reasons (`sslv3 alert`, `tlsv1 alert`, `tlsv13
// alert`, since 3.5 `ssl/tls alert`; `tlsv1 unrecognized name`), in curl's (`TLS alert, unknown CA
// (560)`), in s_client's (`SSL3 alert read:fatal:unknown CA`), in Java's, Go's and Node.js's.
constexpr std::array<std::string_view, 10> kNames{"alert ",
                                                  "tlsv1 ",
                                                  "TLS alert, ",
                                                  "SSL alert, ",
                                                  "alert read:fatal:",
                                                  "alert write:fatal:",
                                                  "alert read:warning:",
                                                  "fatal alert: ",
                                                  "remote error: tls: ",
                                                  "_ALERT_"};

const std::vector<const TlsAlert*>& all_alerts() {
  static const std::vector<const TlsAlert*> kAll = tls_alerts();
  return kAll;
}

// How many characters at the beginning of `text` call this alert.
std::size_t called(const TlsAlert& alert, std::string_view text) {
  std::size_t longest = 0;
  const std::string name = alert.name();
  for (const std::string_view call : {alert.words, alert.also, std::string_view(name)}) {
    if (!call.empty() && begins_with_words(text, call)) longest = std::max(longest, call.size());
  }
  return longest;
}

// `bad certificate hash value` begins with `bad certificate`: the longest counts.
const TlsAlert* named_at(std::string_view text) {
  const TlsAlert* found = nullptr;
  std::size_t longest = 0;
  for (const TlsAlert* alert : all_alerts()) {
    const std::size_t length = called(*alert, text);
    if (length <= longest) continue;
    found = alert;
    longest = length;
  }
  return found;
}

const TlsAlert* numbered(int number) {
  const auto& rows = all_alerts();
  const auto row = std::find_if(rows.begin(), rows.end(),
                                [&](const TlsAlert* alert) { return alert->number == number; });
  return row == rows.end() ? nullptr : *row;
}

}  // namespace

std::vector<const TlsAlert*> tls_alerts() {
  std::vector<const TlsAlert*> all;
  for (const auto rows : {rows::certificate_alerts(), rows::other_alerts()}) {
    for (const TlsAlert& alert : rows) all.push_back(&alert);
  }
  return all;
}

std::string TlsAlert::name() const {
  std::string text(words);
  std::replace(text.begin(), text.end(), ' ', '_');
  return text;
}

const TlsAlert* find_tls_alert(std::string_view line) {
  const TlsAlert* whole = named_at(line);
  if (whole != nullptr && called(*whole, line) == line.size()) return whole;
  for (const NumberWords& words : kNumbers) {
    for (const int number : numbers_behind(line, words.form)) {
      if (const TlsAlert* alert = numbered(number - words.offset)) return alert;
    }
  }
  for (const std::string_view words : kNames) {
    for (const std::string_view text : texts_behind(line, words)) {
      if (const TlsAlert* alert = named_at(text)) return alert;
    }
  }
  return nullptr;
}

}  // namespace mtls::catalogue
