// The shorthand in which the tables of the vocabulary are written, and their list. For the .cc
// files of this room only. Sources: the ngx_command_t tables of nginx 1.18.0 to 1.31.
#pragma once

#include <span>

#include "config/vocabulary/vocabulary.h"

namespace mtls::config::vocabulary::rows {

constexpr std::uint32_t bit_of(Context context) {
  return std::uint32_t{1} << static_cast<unsigned>(context);
}

inline constexpr std::uint32_t kInMain = bit_of(Context::kMain);
inline constexpr std::uint32_t kInEvents = bit_of(Context::kEvents);
inline constexpr std::uint32_t kInHttp = bit_of(Context::kHttp);
inline constexpr std::uint32_t kInServer = bit_of(Context::kHttpServer);
inline constexpr std::uint32_t kInLocation = bit_of(Context::kLocation);
inline constexpr std::uint32_t kInServerIf = bit_of(Context::kServerIf);
inline constexpr std::uint32_t kInLocationIf = bit_of(Context::kLocationIf);
inline constexpr std::uint32_t kInLimitExcept = bit_of(Context::kLimitExcept);
inline constexpr std::uint32_t kInUpstream = bit_of(Context::kUpstream);
inline constexpr std::uint32_t kInStream = bit_of(Context::kStream);
inline constexpr std::uint32_t kInStreamServer = bit_of(Context::kStreamServer);
inline constexpr std::uint32_t kInStreamUpstream = bit_of(Context::kStreamUpstream);
inline constexpr std::uint32_t kInMail = bit_of(Context::kMail);
inline constexpr std::uint32_t kInMailServer = bit_of(Context::kMailServer);

inline constexpr std::uint32_t kAnywhere = ~std::uint32_t{0};
inline constexpr std::uint32_t kServerLevels = kInHttp | kInServer;
inline constexpr std::uint32_t kHttpLevels = kServerLevels | kInLocation;
inline constexpr std::uint32_t kStreamLevels = kInStream | kInStreamServer;
inline constexpr std::uint32_t kMailLevels = kInMail | kInMailServer;
inline constexpr std::uint32_t kStreamContexts = kStreamLevels | kInStreamUpstream;
inline constexpr std::uint32_t kMailContexts = kMailLevels;

// Bit n stands for n arguments; the last bit stands for that number and all greater ones.
inline constexpr unsigned kLastCount = 8;
inline constexpr std::uint32_t kNoArgs = 1U << 0U;
inline constexpr std::uint32_t k1 = 1U << 1U;
inline constexpr std::uint32_t k2 = 1U << 2U;
inline constexpr std::uint32_t k3 = 1U << 3U;
inline constexpr std::uint32_t k12 = k1 | k2;
inline constexpr std::uint32_t k23 = k2 | k3;
inline constexpr std::uint32_t k123 = k12 | k3;
inline constexpr std::uint32_t k1234 = k123 | 1U << 4U;
inline constexpr std::uint32_t kAnyArgs = (1U << (kLastCount + 1)) - 1;
inline constexpr std::uint32_t k1OrMore = kAnyArgs & ~kNoArgs;
inline constexpr std::uint32_t k2OrMore = k1OrMore & ~k1;

std::span<const KnownDirective> of_core_and_mail();
std::span<const KnownDirective> of_stream();
std::span<const KnownDirective> of_http_core();
std::span<const KnownDirective> of_http_modules();
std::span<const KnownDirective> of_http_proxies();

}  // namespace mtls::config::vocabulary::rows
