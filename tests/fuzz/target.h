// What the targets share: the input as text, a claim that must hold for every input, and a tree of
// files made from one input. Knows nothing of what is fuzzed.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/support/memory_filesystem.h"

// libFuzzer gives the name.
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace mtls::fuzz {

inline constexpr const char* kMain = "/etc/nginx/nginx.conf";

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Aborts when the claim does not hold; the message tells findings apart.
inline void must(bool holds, std::string_view claim) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(claim.size()), claim.data());
  std::abort();
}

/// The main file is the text up to the first line `%%% NAME`; from there to the next such line it
/// is the file /etc/nginx/NAME, and so on.
inline void put_files(std::string_view text, testing::MemoryFileSystem& disk) {
  constexpr std::string_view kMark = "\n%%% ";
  std::string path = kMain;
  while (true) {
    const std::size_t mark = text.find(kMark);
    disk.put(path, std::string(text.substr(0, mark)));
    if (mark == std::string_view::npos) return;
    text.remove_prefix(mark + kMark.size());
    const std::size_t end = text.find('\n');
    path = "/etc/nginx/" + std::string(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

}  // namespace mtls::fuzz
