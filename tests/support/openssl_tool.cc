#include "tests/support/openssl_tool.h"

#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "running/shared_library.h"
#include "tests/support/child_process.h"
#include "tests/support/nginx_under_test.h"

namespace mtls::testing {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOpenssl = "/usr/bin/openssl";

std::string loader_in(const std::vector<std::string>& directories) {
  std::error_code missing;
  for (const std::string& directory : directories) {
    for (const auto& entry : fs::directory_iterator(directory, missing)) {
      const std::string name = entry.path().filename();
      if (name.starts_with("ld-linux") && name.find(".so") != std::string::npos)
        return entry.path();
    }
  }
  return "";
}

// `OpenSSL 3.0.19 27 Jan 2026 (Library: OpenSSL 3.6.5 29 Sep 2026)`.
OpensslTool::Release release_in(const std::string& said) {
  constexpr std::string_view kMarker = "(Library: OpenSSL ";
  OpensslTool::Release release;
  const std::size_t at = said.find(kMarker);
  if (at == std::string::npos) return release;
  const char* const begin = said.data() + at + kMarker.size();
  const char* const end = said.data() + said.size();
  const auto major = std::from_chars(begin, end, release.major);
  if (major.ptr != end) std::from_chars(major.ptr + 1, end, release.minor);
  return release;
}

}  // namespace

std::optional<OpensslTool> OpensslTool::beside(const std::string& nginx) {
  std::ifstream file(nginx, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  const auto needs = running::loader_needs(bytes);
  if (!needs || access(kOpenssl, X_OK) != 0) return std::nullopt;
  OpensslTool tool;
  if (!needs->directories.empty()) {
    std::string path;
    for (const std::string& directory : needs->directories)
      path += (path.empty() ? "" : ":") + directory;
    tool.command_ = {loader_in(needs->directories), "--library-path", path};
  }
  tool.command_.emplace_back(kOpenssl);
  tool.release_ = release_in(tool.run({"version"}));
  return tool.release_ > Release{} ? std::optional(tool) : std::nullopt;
}

std::optional<OpensslTool> OpensslTool::newest() {
  auto newest = beside(nginx_under_test());
  const fs::path suites = fs::path(nginx_under_test()).parent_path() / "../../..";
  for (const char* suite : {"trixie", "sid"}) {
    const fs::path nginx = suites / suite / "usr/sbin/nginx";
    if (!fs::exists(nginx)) continue;
    auto other = beside(nginx.lexically_normal());
    if (other && (!newest || other->release_ > newest->release_)) newest = std::move(other);
  }
  return newest;
}

std::string OpensslTool::run(const std::vector<std::string>& arguments,
                             const std::string& input) const {
  const TempDir directory;
  directory.write("input", input);
  // "$@" keeps every word as it is.
  std::vector<std::string> argv{"/bin/sh", "-c", "exec \"$@\" < \"$0\"", directory.path("input")};
  argv.insert(argv.end(), command_.begin(), command_.end());
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  ChildProcess openssl({.argv = argv, .environment = {{"OPENSSL_CONF", "/dev/null"}}});
  if (!openssl.wait(std::chrono::seconds{20}))
    throw std::runtime_error("openssl " + arguments.front() + " does not end");
  return openssl.standard_output() + openssl.standard_error();
}

}  // namespace mtls::testing
