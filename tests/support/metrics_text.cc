#include "tests/support/metrics_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <set>
#include <stdexcept>
#include <utility>

namespace mtls::testing {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// One line, consumed from the left.
class LineReader {
 public:
  explicit LineReader(std::string_view line) : rest_(line) {}

  bool at_end() const { return rest_.empty(); }

  bool accept(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(char c) {
    if (!accept(c)) throw std::runtime_error(std::string("expected ") + c);
  }

  void expect_end() {
    skip_blanks();
    if (!at_end()) throw std::runtime_error("text after the end");
  }

  void skip_blanks() {
    while (accept(' ') || accept('\t')) {
    }
  }

  std::string word() { return take(rest_.find_first_of(" \t")); }

  std::string label_name() {
    const auto end =
        std::ranges::find_if_not(rest_, [](char c) { return is_letter(c) || is_digit(c); });
    return checked_name(take(static_cast<std::size_t>(end - rest_.begin())));
  }

  std::string metric_name() {
    const auto end = std::ranges::find_if_not(
        rest_, [](char c) { return is_letter(c) || is_digit(c) || c == ':'; });
    return checked_name(take(static_cast<std::size_t>(end - rest_.begin())));
  }

  /// Reads from after the opening quote through the closing one. `\\`, `\"` and `\n` are the only
  /// escapes.
  std::string quoted() {
    std::string value;
    while (!accept('"')) {
      if (accept('\\')) {
        value += escaped();
      } else if (at_end()) {
        throw std::runtime_error("label value without end");
      } else {
        value += take(1);
      }
    }
    return value;
  }

 private:
  std::string take(std::size_t count) {
    std::string taken(rest_.substr(0, count));
    rest_.remove_prefix(taken.size());
    return taken;
  }

  static std::string checked_name(std::string name) {
    if (name.empty() || is_digit(name.front())) throw std::runtime_error("bad name");
    return name;
  }

  char escaped() {
    if (accept('\\')) return '\\';
    if (accept('"')) return '"';
    if (accept('n')) return '\n';
    throw std::runtime_error("bad escape");
  }

  std::string_view rest_;
};

template <class Number>
Number whole(const std::string& text) {
  Number number{};
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (error != std::errc{} || end != last) throw std::runtime_error("bad number");
  return number;
}

double parse_value(const std::string& text) {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "+Inf") return std::numeric_limits<double>::infinity();
  if (text == "-Inf") return -std::numeric_limits<double>::infinity();
  const double value = whole<double>(text);
  if (!std::isfinite(value))
    throw std::runtime_error("bad number");  // from_chars also accepts "inf" and "nan"
  return value;
}

Labels parse_labels(LineReader& line) {
  Labels labels;
  line.skip_blanks();
  while (!line.accept('}')) {
    std::string name = line.label_name();
    line.skip_blanks();
    line.expect('=');
    line.skip_blanks();
    line.expect('"');
    if (!labels.emplace(std::move(name), line.quoted()).second) {
      throw std::runtime_error("label twice");
    }
    line.skip_blanks();
    if (line.accept('}')) break;
    line.expect(',');
    line.skip_blanks();
  }
  return labels;
}

Sample parse_sample(LineReader& line) {
  Sample sample;
  sample.name = line.metric_name();
  line.skip_blanks();
  if (line.accept('{')) sample.labels = parse_labels(line);
  line.skip_blanks();
  sample.value = parse_value(line.word());
  line.skip_blanks();
  if (!line.at_end()) whole<std::int64_t>(line.word());  // a timestamp in milliseconds
  line.expect_end();
  return sample;
}

class Exposition {
 public:
  void line(std::string_view text) {
    LineReader reader(text);
    reader.skip_blanks();
    if (reader.at_end()) return;
    if (reader.accept('#')) return comment(reader);
    samples_.push_back(parse_sample(reader));
    seen_.insert(samples_.back().name);
  }

  std::vector<Sample> take() { return std::move(samples_); }

 private:
  /// Comments that begin with neither HELP nor TYPE are free text.
  void comment(LineReader& reader) {
    reader.skip_blanks();
    const std::string keyword = reader.word();
    if (keyword != "HELP" && keyword != "TYPE") return;
    reader.skip_blanks();
    const std::string name = reader.metric_name();
    if (keyword == "HELP") {
      if (!helped_.insert(name).second) throw std::runtime_error("HELP twice");
      return;
    }
    static const std::set<std::string> kTypes{"counter", "gauge", "histogram", "summary",
                                              "untyped"};
    reader.skip_blanks();
    if (!kTypes.contains(reader.word())) throw std::runtime_error("unknown type");
    reader.expect_end();
    if (!typed_.insert(name).second) throw std::runtime_error("TYPE twice");
    if (seen_.contains(name)) throw std::runtime_error("TYPE after samples");
  }

  std::vector<Sample> samples_;
  std::set<std::string> helped_;
  std::set<std::string> typed_;
  std::set<std::string> seen_;
};

}  // namespace

std::vector<Sample> parse_metrics(std::string_view text) {
  Exposition exposition;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    try {
      exposition.line(line);
      if (end == std::string_view::npos) throw std::runtime_error("no line feed");
    } catch (const std::runtime_error& error) {
      throw std::runtime_error("line " + std::to_string(number) + ": " + error.what() + ": " +
                               std::string(line));
    }
    text.remove_prefix(end + 1);
  }
  return exposition.take();
}

std::vector<Sample> find(const std::vector<Sample>& samples, std::string_view name,
                         const Labels& labels) {
  std::vector<Sample> found;
  std::ranges::copy_if(samples, std::back_inserter(found), [&](const Sample& sample) {
    return sample.name == name && std::ranges::includes(sample.labels, labels);
  });
  return found;
}

std::vector<Sample> duplicates(const std::vector<Sample>& samples) {
  std::set<std::pair<std::string, Labels>> seen;
  std::vector<Sample> repeated;
  std::ranges::copy_if(samples, std::back_inserter(repeated), [&](const Sample& sample) {
    return !seen.emplace(sample.name, sample.labels).second;
  });
  return repeated;
}

}  // namespace mtls::testing
