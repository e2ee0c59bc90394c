// The shorthand in which the tables of the vocabulary are written, and their list. For the .cc
// files of this room only. Sources: the ngx_command_t tables of nginx 1.18.0 to 1.31.
#pragma once

#include <span>

#include "config/vocabulary/vocabulary.h"

namespace mtls::config::vocabulary::rows {

constexpr std::uint32_t place(Context context) {
  return std::uint32_t{1} << static_cast<unsigned>(context);
}

inline constexpr std::uint32_t kInMain = place(Context::kMain);
inline constexpr std::uint32_t kInEvents = place(Context::kEvents);
inline constexpr std::uint32_t kInHttp = place(Context::kHttp);
inline constexpr std::uint32_t kInServer = place(Context::kHttpServer);
inline constexpr std::uint32_t kInLocation = place(Context::kLocation);
inline constexpr std::uint32_t kInServerIf = place(Context::kServerIf);
inline constexpr std::uint32_t kInLocationIf = place(Context::kLocationIf);
inline constexpr std::uint32_t kInLimitExcept = place(Context::kLimitExcept);
inline constexpr std::uint32_t kInUpstream = place(Context::kUpstream);
inline constexpr std::uint32_t kInStream = place(Context::kStream);
inline constexpr std::uint32_t kInStreamServer = place(Context::kStreamServer);
inline constexpr std::uint32_t kInStreamUpstream = place(Context::kStreamUpstream);
inline constexpr std::uint32_t kInMail = place(Context::kMail);
inline constexpr std::uint32_t kInMailServer = place(Context::kMailServer);

inline constexpr std::uint32_t kAnywhere = ~std::uint32_t{0};
inline constexpr std::uint32_t kServerLevels = kInHttp | kInServer;
inline constexpr std::uint32_t kHttpLevels = kServerLevels | kInLocation;
inline constexpr std::uint32_t kStreamLevels = kInStream | kInStreamServer;
inline constexpr std::uint32_t kMailLevels = kInMail | kInMailServer;
inline constexpr std::uint32_t kStreamPlaces = kStreamLevels | kInStreamUpstream;
inline constexpr std::uint32_t kMailPlaces = kMailLevels;

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
