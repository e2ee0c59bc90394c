#include "collectors/text.h"

#include <array>
#include <charconv>

#include "base/text.h"

namespace mtls::collectors {

LabelText::LabelText(std::initializer_list<std::pair<std::string_view, std::string_view>> labels) {
  for (const auto& [name, value] : labels) add(name, value);
}

LabelText& LabelText::add(std::string_view name, std::string_view value) {
  if (!text_.empty()) text_ += ',';
  text_ += name;
  text_ += "=\"";
  append_escaped(text_, safe_label(name, value));
  text_ += '"';
  return *this;
}

LabelText LabelText::with(std::string_view name, std::string_view value) const {
  LabelText more = *this;
  more.add(name, value);
  return more;
}

std::string safe_label(std::string_view name, std::string_view value) {
  return base::sanitize(value, name == "path" ? base::kMaxPathBytes : base::kMaxLabelBytes);
}

// The ABNF's `escaped-string` (OpenMetrics 1.0.0).
void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
}

void append_number(std::string& out, double value) {
  constexpr int kDigits = 16;
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value,
                                          std::chars_format::general, kDigits);
  out.append(text.data(), end);
}

void append_sample(std::string& out, std::string_view name, std::string_view labels, double value) {
  out += name;
  if (!labels.empty()) {
    out += '{';
    out += labels;
    out += '}';
  }
  out += ' ';
  append_number(out, value);
  out += '\n';
}

std::string family_header(const FamilySpec& family) {
  const std::string name = family.name;
  const bool counts = family.type == prometheus::MetricType::Counter;
  return "# HELP " + name + ' ' + family.help + "\n# TYPE " + name +
         (counts ? " counter\n" : " gauge\n");
}

}  // namespace mtls::collectors
