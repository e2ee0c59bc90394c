#include "base/cleansed_pages.h"

#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace mtls::base {
namespace {

/// The VmFlags of the mapping that holds `address` (proc(5)); "" when it is not mapped.
std::string flags_of(const void* address) {
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  std::ifstream maps("/proc/self/smaps");
  bool is_inside = false;
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    char dash = 0;
    std::istringstream in(line);
    if (in >> std::hex >> begin >> dash >> end && dash == '-') {
      is_inside = begin <= wanted && wanted < end;
    }
    if (is_inside && line.starts_with("VmFlags:")) return line + " ";
  }
  return "";
}

TEST_CASE("cleansed pages: core dumps leave them out, and returning them unmaps them") {
  constexpr std::size_t kSize = 100'000;
  void* const pages = take_pages(kSize);
  std::memset(pages, 'x', kSize);
  CHECK_THAT(flags_of(pages), Catch::Contains(" dd "));  // VM_DONTDUMP
  wipe_and_return_pages(pages, kSize);
  CHECK_THAT(flags_of(pages), !Catch::Contains(" dd "));
}

TEST_CASE("cleansed pages: a vector on them grows and compares like any other") {
  std::vector<char, CleansingAllocator<char>> bytes;
  const std::string text(10'000, 'a');
  for (const char letter : text) bytes.push_back(letter);
  CHECK(std::string(bytes.begin(), bytes.end()) == text);
  CHECK_THAT(flags_of(bytes.data()), Catch::Contains(" dd "));
}

}  // namespace
}  // namespace mtls::base
