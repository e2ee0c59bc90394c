#include "tests/support/temp_dir.h"

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

namespace mtls::testing {

TempDir::TempDir() {
  const char* base = std::getenv("TMPDIR");
  std::string name = (base && *base) ? base : "/tmp";
  name = std::filesystem::absolute(name) / "mtls-test-XXXXXX";
  if (!mkdtemp(name.data())) throw std::system_error(errno, std::generic_category(), name);
  root_ = name;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(root_, ignored);
}

std::string TempDir::write(std::string_view relative, std::string_view text) const {
  const std::filesystem::path target = root_ / relative;
  std::filesystem::create_directories(target.parent_path());
  std::ofstream file(target, std::ios::binary | std::ios::trunc);
  file << text << std::flush;
  if (!file) throw std::runtime_error("cannot write " + target.string());
  return target.string();
}

std::string TempDir::rename_over(std::string_view relative, std::string_view text) const {
  const std::string beside = write(std::string(relative) + ".new", text);
  std::filesystem::rename(beside, root_ / relative);
  return path(relative);
}

std::string TempDir::read(std::string_view relative) const {
  std::ifstream file(root_ / relative, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace mtls::testing
