// Lines of nginx's error log, as far as they tell of its life. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mtls::running {

/// `2026/11/30 20:45:15 [notice] 19870#19870: MESSAGE` (ngx_log_error_core()).
struct LogLine {
  std::string_view level;  // `emerg`, `notice`
  int pid = 0;
  std::string_view message;  // with the `*N ` of a connection

  bool operator==(const LogLine&) const = default;
};
/// nullopt: it is no such line.
std::optional<LogLine> parse_log_line(std::string_view line);

/// Takes text as it comes and hands out whole lines, without their ends. A line longer than any
/// that nginx writes is dropped.
class LineReader {
 public:
  /// nginx cuts its lines there (NGX_MAX_ERROR_STR), many times over.
  static constexpr std::size_t kMaxLine = std::size_t{64} << 10U;

  template <class Take>
  void feed(std::string_view text, const Take& take) {
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      if (end == std::string_view::npos) {
        if (rest_.size() + text.size() > kMaxLine) {
          rest_.clear();
          if (!is_dropping_) ++oversized_;
          is_dropping_ = true;
        } else if (!is_dropping_) {
          rest_ += text;
        }
        return;
      }
      if (is_dropping_) {
        is_dropping_ = false;
      } else if (rest_.empty()) {
        take(text.substr(0, end));
      } else {
        rest_ += text.substr(0, end);
        take(std::string_view(rest_));
      }
      rest_.clear();
      text.remove_prefix(end + 1);
    }
  }
  void forget() {
    rest_.clear();
    is_dropping_ = false;
  }
  /// The next text begins inside of a line, which nobody can have whole.
  void begin_inside() { is_dropping_ = true; }
  /// What was fed so far ends with a whole line.
  bool is_between_lines() const { return rest_.empty() && !is_dropping_; }
  /// Bytes of a line whose end has not come.
  std::size_t unfinished() const { return rest_.size(); }
  /// Inside of a line that is dropped.
  bool is_dropping() const { return is_dropping_; }
  /// Lines that were dropped.
  std::uint64_t oversized() const { return oversized_; }

 private:
  std::string rest_;
  bool is_dropping_ = false;
  std::uint64_t oversized_ = 0;
};

}  // namespace mtls::running
