#include "daemon/web/http/negotiation.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "base/text.h"

namespace mtls::daemon::web::http {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t";
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  return text.substr(0, text.find_last_not_of(kSpace) + 1);
}

// Cuts off and returns the text before the next `separator`.
std::string_view next(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view item = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return trimmed(item);
}

struct Choice {
  std::string name;     // in lower case
  std::string version;  // parameter, "" without one
  double quality = 1;   // 0: not acceptable
};

// RFC 9110 §12.4.2; a malformed weight counts as 0.
double quality_of(std::string_view text) {
  double quality = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), quality, std::chars_format::fixed);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && quality >= 0 && quality <= 1 ? quality : 0;
}

Choice parse_choice(std::string_view text) {
  Choice choice{.name = base::ascii_lower(next(text, ';')), .version = {}, .quality = 1};
  while (!text.empty()) {
    std::string_view value = next(text, ';');
    const std::string key = base::ascii_lower(next(value, '='));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    if (key == "q") choice.quality = quality_of(value);
    if (key == "version") choice.version = value;
  }
  return choice;
}

}  // namespace

bool prefers_gzip(std::string_view accept_encoding) {
  std::optional<double> gzip;
  std::optional<double> any;
  double identity = 0;
  while (!accept_encoding.empty()) {
    const Choice choice = parse_choice(next(accept_encoding, ','));
    if (choice.name == "gzip" || choice.name == "x-gzip") gzip = choice.quality;
    if (choice.name == "*") any = choice.quality;
    if (choice.name == "identity") identity = choice.quality;
  }
  const double quality = gzip.value_or(any.value_or(0));
  return quality > 0 && quality >= identity;
}

MetricsFormat preferred_format(std::string_view accept) {
  MetricsFormat best = MetricsFormat::kText;
  double best_quality = 0;
  while (!accept.empty()) {
    const Choice choice = parse_choice(next(accept, ','));
    const bool open_metrics = choice.name == "application/openmetrics-text" &&
                              (choice.version.empty() || choice.version == "1.0.0");
    const bool text =
        choice.name == "text/plain" || choice.name == "text/*" || choice.name == "*/*";
    if ((!open_metrics && !text) || choice.quality <= best_quality) continue;
    best = open_metrics ? MetricsFormat::kOpenMetrics : MetricsFormat::kText;
    best_quality = choice.quality;
  }
  return best;
}

}  // namespace mtls::daemon::web::http
