#include "base/shortage.h"

#include <atomic>
#include <cerrno>
#include <cstdlib>

namespace mtls::base {
namespace {

std::array<std::atomic<std::uint64_t>, kShortages> counts{};

}  // namespace

std::string_view word(Shortage shortage) {
  return shortage == Shortage::kMemory ? "memory" : "descriptors";
}

void note(Shortage shortage) noexcept { ++counts[static_cast<std::size_t>(shortage)]; }

void note_errno(int error) noexcept {
  if (error == ENOMEM) note(Shortage::kMemory);
  if (error == EMFILE || error == ENFILE) note(Shortage::kDescriptors);
}

void* noting_malloc(std::size_t bytes) noexcept {
  void* memory = std::malloc(bytes);
  if (memory == nullptr && bytes > 0) note(Shortage::kMemory);
  return memory;
}

void* noting_realloc(void* old, std::size_t bytes) noexcept {
  void* memory = std::realloc(old, bytes);
  if (memory == nullptr && bytes > 0) note(Shortage::kMemory);
  return memory;
}

ShortageWatch::ShortageWatch() : before_{} {
  for (std::size_t i = 0; i < kShortages; ++i) before_.at(i) = counts.at(i);
}

std::optional<Shortage> ShortageWatch::seen() const {
  for (std::size_t i = 0; i < kShortages; ++i) {
    if (counts.at(i) != before_.at(i)) return static_cast<Shortage>(i);
  }
  return std::nullopt;
}

}  // namespace mtls::base
