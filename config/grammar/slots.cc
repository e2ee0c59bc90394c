#include "config/grammar/slots.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "config/grammar/directives.h"
#include "config/grammar/measures.h"
#include "config/grammar/own_slots.h"
#include "config/grammar/values.h"
#include "config/vocabulary/slot_words.h"

namespace mtls::config::grammar {
namespace {

using vocabulary::KnownDirective;
using enum vocabulary::Trait;
using Refusal = std::optional<std::string>;

// ngx_conf_check_num_bounds().
struct Bounds {
  std::string_view directive;
  std::int64_t low;
  std::int64_t high;
};
constexpr std::array kBounds{
    Bounds{"gzip_comp_level", 1, 9},
    Bounds{"uwsgi_modifier1", 0, 255},
    Bounds{"uwsgi_modifier2", 0, 255},
};

Refusal bounds_error(const syntax::Directive& directive) {
  const auto* const bounds = std::ranges::find(kBounds, directive.name, &Bounds::directive);
  if (bounds == kBounds.end()) return std::nullopt;
  const std::int64_t value = parse_number(directive.args.at(0).text).value_or(bounds->low);
  if (value >= bounds->low && value <= bounds->high) return std::nullopt;
  return "value must be between " + std::to_string(bounds->low) + " and " +
         std::to_string(bounds->high);
}

// ngx_conf_set_off_slot(), and ngx_conf_set_bufs_slot(): a number and a size, neither of them 0.
bool is_good_size(const syntax::Directive& directive, vocabulary::Trait trait) {
  const std::string& first = directive.args.at(0).text;
  if (trait == kOffset) return parse_offset(first).has_value();
  return parse_number(first).value_or(0) > 0 &&
         parse_size(directive.args.at(1).text).value_or(0) > 0;
}

ValueKind kind_of(vocabulary::Trait trait) {
  switch (trait) {
    case kOnOff: return ValueKind::kFlag;
    case kNumber: return ValueKind::kNumber;
    case kSize: return ValueKind::kSize;
    case kSeconds: return ValueKind::kSeconds;
    case kMilliseconds: return ValueKind::kMilliseconds;
    case kEnum: return ValueKind::kEnum;
    case kWords: return ValueKind::kBitmask;
    case kNone:
    case kBlock:
    case kOnce:
    case kOffset:
    case kBuffers: break;
  }
  return ValueKind::kText;
}

}  // namespace

Refusal slot_error(const syntax::Directive& directive, const KnownDirective& known,
                   vocabulary::Context context, const vocabulary::Release& release) {
  const bool knows_words = release.modules != nullptr;
  if (const OwnSlot* own = find_own_slot(known.name, context))
    return own->takes_words && !knows_words ? std::nullopt : own->error(directive);
  const bool is_size = known.trait == kOffset || known.trait == kBuffers;
  if (is_size && !is_good_size(directive, known.trait))
    return directive_complaint(directive, "invalid value");
  const ValueKind kind = kind_of(known.trait);
  const bool takes_words = kind == ValueKind::kEnum || kind == ValueKind::kBitmask;
  if (takes_words && !knows_words) return std::nullopt;
  const DirectiveRule rule{
      .name = "", .modules = "", .value = kind, .words = vocabulary::slot_words(known.name)};
  if (auto error = value_error(rule, directive, context)) return error;
  return known.trait == kNumber ? bounds_error(directive) : std::nullopt;
}

}  // namespace mtls::config::grammar
