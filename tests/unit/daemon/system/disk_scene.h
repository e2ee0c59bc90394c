// A directory of its own for one test, filled by shell snippets and removed at the end; and a user
// who may not read everything.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

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

/// Root ignores modes, so the effective user is `nobody` during the lifetime of this object.
class AsNobody {
 public:
  AsNobody() : root_(::geteuid() == 0) {
    if (root_ && ::seteuid(65534) != 0) throw std::runtime_error("seteuid");
  }
  ~AsNobody() {
    if (root_ && ::seteuid(0) != 0) std::abort();
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

 private:
  bool root_;
};

}  // namespace mtls::daemon::testing
