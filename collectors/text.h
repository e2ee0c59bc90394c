// What both exposition formats write alike: labels, numbers, the lines before a family's samples.
// Pure.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "collectors/metric_names.h"

namespace mtls::collectors {

/// Labels as they stand between the braces: `server="a",listen="b"`. Values are made safe
/// (base::sanitize) and escaped once, however many samples have them.
class LabelText {
 public:
  LabelText() = default;
  LabelText(std::initializer_list<std::pair<std::string_view, std::string_view>> labels);

  LabelText& add(std::string_view name, std::string_view value);
  /// These labels and one more.
  LabelText with(std::string_view name, std::string_view value) const;

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// The value made safe to print, and short: a path keeps more of its length than others.
std::string safe_label(std::string_view name, std::string_view value);

/// A label value: a backslash before backslash and quote, `\n` for a line feed. HELP of OpenMetrics
/// is escaped the same way.
void append_escaped(std::string& out, std::string_view text);

/// As many digits as prometheus-cpp 1.0 writes, so that every text shows the same number.
void append_number(std::string& out, double value);

/// `name{labels} value`.
void append_sample(std::string& out, std::string_view name, std::string_view labels, double value);

/// The HELP and TYPE lines of text format 0.0.4, those of a gauge in OpenMetrics too: the helps
/// have nothing to escape.
std::string family_header(const FamilySpec& family);

}  // namespace mtls::collectors
