// What this process itself could not get: memory, descriptors. C libraries report the lack of
// either as bad input or as nothing at all, so whoever computes a verdict asks afterwards whether
// there was one, and throws the verdict away (F12 and F13 of docs/reliability.md). Counts of
// the whole process; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mtls::base {

enum class Shortage { kMemory, kDescriptors };
inline constexpr std::size_t kShortages = 2;

/// `memory`, `descriptors`: label values of nginx_mtls_evaluations_refused_total.
std::string_view word(Shortage shortage);

void note(Shortage shortage) noexcept;
/// When `error` (errno) speaks of one: ENOMEM; EMFILE, ENFILE.
void note_errno(int error) noexcept;

/// malloc(3) and realloc(3) for C libraries that let us choose: they note when there is nothing.
void* noting_malloc(std::size_t bytes) noexcept;
void* noting_realloc(void* old, std::size_t bytes) noexcept;

/// What was noted since its construction, on whatever thread.
class ShortageWatch {
 public:
  ShortageWatch();
  std::optional<Shortage> seen() const;

 private:
  std::array<std::uint64_t, kShortages> before_;
};

}  // namespace mtls::base
