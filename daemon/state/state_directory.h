// The directory in which the program leaves to its next process what that must not forget. Any
// thread, one at a time. Knows nothing of what the files hold.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mtls::daemon::state {

class StateDirectory {
 public:
  /// `path`: "": there is none, and nothing is kept.
  explicit StateDirectory(std::string path) : path_(std::move(path)) {}

  bool is_there() const { return !path_.empty(); }
  std::string path(std::string_view name) const { return path_ + "/" + std::string(name); }
  /// nullopt: there is no such file, or it cannot be read.
  std::optional<std::string> read(const std::string& name) const;
  /// False: it cannot be written; the first time that is logged.
  bool write(const std::string& name, std::string_view content);
  /// A file that means nothing here: renamed to NAME.unused, with a line in the log.
  void set_aside(const std::string& name, const std::string& why);

 private:
  std::string path_;
  bool is_failing_ = false;
};

}  // namespace mtls::daemon::state
