// What this process itself could not get: memory or file descriptors. C libraries report either
// shortage as bad input, or not at all. So whoever computes a verdict asks afterwards whether there
// was a shortage, and if so throws the verdict away (ADR 11; F12 and F13 of docs/reliability.md).
// The counts are per process; every function may be called from any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mtls::base {

enum class Shortage { kMemory, kDescriptors };
inline constexpr std::size_t kShortages = 2;

/// The word for a shortage, `memory` or `descriptors`: a label value of
/// nginx_mtls_evaluations_refused_total.
std::string_view word(Shortage shortage);

/// Counts one shortage.
void note(Shortage shortage) noexcept;
/// Counts a shortage when errno `error` means one: ENOMEM, EMFILE or ENFILE.
void note_errno(int error) noexcept;

/// malloc(3) and realloc(3) for C libraries that accept an allocator. They count a failure as
/// kMemory.
void* noting_malloc(std::size_t bytes) noexcept;
void* noting_realloc(void* old, std::size_t bytes) noexcept;

/// Tells whether a shortage was counted since the watch was constructed, on any thread.
class ShortageWatch {
 public:
  ShortageWatch();
  std::optional<Shortage> seen() const;

 private:
  std::array<std::uint64_t, kShortages> before_;
};

}  // namespace mtls::base
