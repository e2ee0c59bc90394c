// Whole configurations from a seed: http with servers, names, listens and locations, now and then
// stream and mail, with what stands at the upper level and what at the lower left to chance. Most
// are such that nginx takes them. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/integration/random/random_dice.h"
#include "tests/integration/random/random_tree.h"

namespace mtls::testing {

/// The numbers stand in the text, so one run has to keep the same.
struct RandomPorts {
  std::vector<std::uint16_t> http;    // three
  std::vector<std::uint16_t> stream;  // two
  std::uint16_t mail = 0;
  std::uint16_t plain = 0;  // where streams lead: random_probe.h answers there
};

inline constexpr const char* kStreamModule = "/usr/lib/nginx/modules/ngx_stream_module.so";
inline constexpr const char* kMailModule = "/usr/lib/nginx/modules/ngx_mail_module.so";

Nodes random_configuration(Dice& dice, const RandomPorts& ports);

}  // namespace mtls::testing
