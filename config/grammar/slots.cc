#include "config/grammar/slots.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "config/grammar/directives.h"
#include "config/grammar/measures.h"
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

const std::string& argument(const syntax::Directive& directive, std::size_t index) {
  return directive.args.at(index).text;
}

Refusal invalid_value_unless(bool is_good, const syntax::Directive& directive) {
  return is_good ? std::nullopt : std::optional(directive_complaint(directive, "invalid value"));
}

Refusal bounds_error(const syntax::Directive& directive) {
  const auto* const bounds = std::ranges::find(kBounds, directive.name, &Bounds::directive);
  if (bounds == kBounds.end()) return std::nullopt;
  const std::int64_t value = parse_number(argument(directive, 0)).value_or(bounds->low);
  if (value >= bounds->low && value <= bounds->high) return std::nullopt;
  return "value must be between " + std::to_string(bounds->low) + " and " +
         std::to_string(bounds->high);
}

// ngx_conf_set_bufs_slot(): a number and a size, neither of them 0.
Refusal buffers_error(const syntax::Directive& directive) {
  return invalid_value_unless(parse_number(argument(directive, 0)).value_or(0) > 0 &&
                                  parse_size(argument(directive, 1)).value_or(0) > 0,
                              directive);
}

// ngx_log_set_levels(): one level, or any of those for debugging.
Refusal log_level_error(const syntax::Directive& directive) {
  constexpr std::string_view kLevels = " emerg alert crit error warn notice info debug ";
  constexpr std::string_view kForDebugging =
      " debug_core debug_alloc debug_mutex debug_event debug_http debug_mail debug_stream ";
  const auto is_in = [](std::string_view words, const std::string& word) {
    return word.find(' ') == std::string::npos && words.find(" " + word + " ") != words.npos;
  };
  bool has_level = false;
  bool has_any = false;
  for (std::size_t i = 1; i < directive.args.size(); ++i) {
    const std::string& word = argument(directive, i);
    const bool is_level = is_in(kLevels, word);
    if (is_level && has_any) return "duplicate log level \"" + word + "\"";
    if (!is_level && (has_level || !is_in(kForDebugging, word)))
      return "invalid log level \"" + word + "\"";
    has_level = has_level || is_level;
    has_any = true;
  }
  return std::nullopt;
}

// ngx_set_worker_processes()
Refusal worker_processes_error(const syntax::Directive& directive) {
  const std::string& text = argument(directive, 0);
  return invalid_value_unless(text == "auto" || parse_number(text), directive);
}

// ngx_event_connections()
Refusal worker_connections_error(const syntax::Directive& directive) {
  const std::string& text = argument(directive, 0);
  if (parse_number(text)) return std::nullopt;
  return "invalid number \"" + text + "\"";
}

// ngx_http_core_keepalive(); in an upstream block the first alone.
Refusal keepalive_timeout_error(const syntax::Directive& directive) {
  const bool is_good =
      parse_time(argument(directive, 0), TimeUnit::kMilliseconds) &&
      (directive.args.size() == 1 || parse_time(argument(directive, 1), TimeUnit::kSeconds));
  return invalid_value_unless(is_good, directive);
}

// Slot functions of their own.
struct OwnSlot {
  std::string_view directive;
  Refusal (*error)(const syntax::Directive& directive);
  bool takes_words = false;
};
constexpr std::array kOwnSlots{
    OwnSlot{"worker_processes", worker_processes_error},
    OwnSlot{"worker_connections", worker_connections_error},
    OwnSlot{"keepalive_timeout", keepalive_timeout_error},
    OwnSlot{"error_log", log_level_error, true},
};

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
                   const vocabulary::Release& release) {
  const bool knows_words = release.modules != nullptr;
  const auto* const own = std::ranges::find(kOwnSlots, known.name, &OwnSlot::directive);
  if (own != kOwnSlots.end())
    return own->takes_words && !knows_words ? std::nullopt : own->error(directive);
  if (known.trait == kOffset)
    return invalid_value_unless(parse_offset(argument(directive, 0)).has_value(), directive);
  if (known.trait == kBuffers) return buffers_error(directive);
  const ValueKind kind = kind_of(known.trait);
  const bool takes_words = kind == ValueKind::kEnum || kind == ValueKind::kBitmask;
  if (takes_words && !knows_words) return std::nullopt;
  const DirectiveRule rule{
      .name = "", .modules = "", .value = kind, .words = vocabulary::slot_words(known.name)};
  if (auto error = value_error(rule, directive, vocabulary::Context::kMain)) return error;
  return known.trait == kNumber ? bounds_error(directive) : std::nullopt;
}

}  // namespace mtls::config::grammar
