// A directory of its own for one test, filled by shell snippets and removed at the end.
#pragma once

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace mtls::daemon::testing {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = "/tmp/mtls-test-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    ::chmod(name.c_str(), 0755);  // other users look inside, too
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  std::string operator/(const std::string& below) const { return path_ + "/" + below; }

  /// Runs in the directory; a snippet that fails fails the test.
  void run(const std::string& snippet) const {
    const std::string command = "cd " + path_ + " && { " + snippet + "\n}";
    if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + snippet);
  }

 private:
  std::string path_;
};

}  // namespace mtls::daemon::testing
