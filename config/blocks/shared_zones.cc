#include "config/blocks/shared_zones.h"

#include <utility>

#include "config/grammar/measures.h"

namespace mtls::config::blocks {

std::optional<std::string> SharedZones::add(const grammar::DirectiveRule& rule,
                                            const syntax::Directive& directive,
                                            std::string_view module) {
  constexpr std::string_view kShared = "shared:";
  if (rule.value != grammar::ValueKind::kSessionCache &&
      rule.value != grammar::ValueKind::kOcspCache)
    return {};
  for (const syntax::Argument& argument : directive.args) {
    if (!argument.text.starts_with(kShared)) continue;
    const std::string text = argument.text.substr(kShared.size());
    const std::size_t colon = text.find(':');
    const std::string name = text.substr(0, colon);
    const Zone zone{.use = std::string(module) + " " + std::string(rule.name),
                    .bytes = grammar::parse_size(text.substr(colon + 1)).value_or(0)};
    const auto [known, is_new] = zones_.try_emplace(name, zone);
    const Zone& before = known->second;
    if (before.use != zone.use) {
      return "the shared memory zone \"" + name + "\" is already declared for a different use";
    }
    if (before.bytes != zone.bytes) {
      return "the size " + std::to_string(zone.bytes) + " of shared memory zone \"" + name +
             "\" conflicts with already declared size " + std::to_string(before.bytes);
    }
  }
  return std::nullopt;
}

}  // namespace mtls::config::blocks
