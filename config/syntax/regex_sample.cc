#include "config/syntax/regex_sample.h"

#include <algorithm>
#include <charconv>

namespace mtls::config::syntax {
namespace {

constexpr std::size_t kMaxRepeated = 64;

// Reads a pattern from left to right and writes one text: the first of several alternatives, the
// fewest repetitions. It leaves out what it does not understand; the caller checks whether the text
// matches.
class Sampler {
 public:
  explicit Sampler(std::string_view pattern) : pattern_(pattern) {}

  std::string alternatives() {
    std::string first = sequence();
    while (!at_end() && peek() == '|') {
      ++at_;
      sequence();
    }
    return first;
  }

 private:
  bool at_end() const { return at_ >= pattern_.size(); }
  char peek() const { return pattern_[at_]; }

  std::string sequence() {
    std::string text;
    while (!at_end() && peek() != '|' && peek() != ')') {
      const std::string atom = this->atom();
      text += repeated(atom);
    }
    return text;
  }

  std::string atom() {
    const char c = pattern_[at_++];
    switch (c) {
      case '^':
      case '$': return "";
      case '.': return "a";
      case '(': return group();
      case '[': return one_of_class();
      case '\\': return escape();
      default: return std::string(1, c);
    }
  }

  std::string group() {
    const bool is_assertion = skip_group_head();
    if (at_ > 0 && pattern_[at_ - 1] == ')') return "";  // only options: (?i)
    std::string text = alternatives();
    if (!at_end()) ++at_;  // the `)`
    return is_assertion ? "" : text;
  }

  // Skips `?:`, `?<name>`, `?P<name>`, `?'name'` or options. Returns true after `?=`, `?!`, `?<=`
  // and `?<!`.
  bool skip_group_head() {
    const std::string_view head = pattern_.substr(at_);
    if (!head.starts_with('?')) return false;
    const bool looks_behind = head.starts_with("?<=") || head.starts_with("?<!");
    if (looks_behind || head.starts_with("?=") || head.starts_with("?!")) {
      at_ += looks_behind ? 3 : 2;
      return true;
    }
    const std::size_t end = head.starts_with("?'") ? head.find('\'', 2) : head.find_first_of(":>)");
    at_ = end == std::string_view::npos ? pattern_.size() : at_ + end + 1;
    return false;
  }

  std::string one_of_class() {
    const std::size_t end = pattern_.find(']', at_ + 1);
    const std::string_view inside =
        pattern_.substr(at_, end == std::string_view::npos ? end : end - at_);
    at_ = end == std::string_view::npos ? pattern_.size() : end + 1;
    if (inside.starts_with('^')) {
      for (const char c : {'a', '1', '-', '_'}) {
        if (inside.find(c) == std::string_view::npos) return std::string(1, c);
      }
      return "";
    }
    if (inside.starts_with('\\') && inside.size() > 1) return class_letter(inside[1]);
    return std::string(inside.substr(0, 1));
  }

  std::string escape() { return at_end() ? "" : class_letter(pattern_[at_++]); }

  static std::string class_letter(char c) {
    switch (c) {
      case 'd': return "1";
      case 'w': return "a";
      case 's': return " ";
      case 'D':
      case 'S': return "a";
      case 'W': return "-";
      case 'b':
      case 'B':
      case 'A':
      case 'z':
      case 'Z': return "";
      default: return std::string(1, c);
    }
  }

  std::string repeated(const std::string& atom) {
    if (at_end()) return atom;
    std::string text = atom;
    if (peek() == '*' || peek() == '?') {
      ++at_;
      text.clear();
    } else if (peek() == '+') {
      ++at_;
    } else if (peek() == '{') {
      int times = 0;
      std::from_chars(pattern_.data() + at_ + 1, pattern_.data() + pattern_.size(), times);
      text.clear();
      for (; times > 0 && text.size() < kMaxRepeated; --times) text += atom;
      at_ = std::min(pattern_.find('}', at_), pattern_.size() - 1) + 1;
    }
    if (!at_end() && (peek() == '?' || peek() == '+')) ++at_;  // lazy or possessive
    return text;
  }

  std::string_view pattern_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<std::string> sample_path(std::string_view pattern, Letters letters) {
  const auto regex = Regex::compile(pattern, letters);
  if (!regex) return std::nullopt;
  const std::string text = Sampler(pattern).alternatives();
  for (const std::string& path : {text, "/" + text, "/a" + text, "/a/" + text}) {
    if (path.starts_with('/') && regex->match(path) == Match::kYes) return path;
  }
  return std::nullopt;
}

}  // namespace mtls::config::syntax
