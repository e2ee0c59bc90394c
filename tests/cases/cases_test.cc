#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <set>

#include "tests/cases/case.h"

namespace mtls::cases {
namespace {

namespace fs = std::filesystem;

std::set<fs::path> directories() {
  std::set<fs::path> found;
  for (const auto& entry : fs::directory_iterator(CASES_DIRECTORY))
    if (entry.is_directory()) found.insert(entry.path());
  return found;
}

std::string text_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("cases: a tree, its PKI and its settings give the expected contexts, findings, metrics") {
  if (std::getenv("MTLS_ACCEPT") != nullptr) {
    for (const fs::path& directory : directories()) {
      fs::create_directories(directory / "expected");
      for (const auto& [file, text] : outcome(directory))
        std::ofstream(directory / "expected" / file, std::ios::binary) << text;
    }
    std::cout << "not run: expected files rewritten, review them with git diff\n";
    return;
  }
  REQUIRE(directories().size() >= 10);
  for (const fs::path& directory : directories()) {
    DYNAMIC_SECTION(directory.filename().string()) {
      for (const auto& [file, text] : outcome(directory)) {
        INFO(file);
        CHECK(text == text_of(directory / "expected" / file));
      }
    }
  }
}

}  // namespace mtls::cases
