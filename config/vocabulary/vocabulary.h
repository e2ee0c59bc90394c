// Every directive of nginx's own http, stream and mail modules in 1.18 to 1.31: where it may stand,
// how many arguments it takes, whether it opens a block, and whether it may occur only once. The
// release that introduced it is given only when no distribution backports it. All other differences
// between releases are merged, so whatever one of them accepts passes. The TLS directives are in
// config/grammar/directives.h. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "config/nginx_build.h"
#include "config/vocabulary/context.h"
#include "config/vocabulary/nginx_modules.h"

namespace mtls::config::vocabulary {

enum class Trait : std::uint8_t {
  kNone,
  kBlock,  // it opens a block
  // Its slot function says `is duplicate` for a second one in the same block, whatever the value.
  kOnce,
  // Like kOnce, and the slot function takes only some values (config/grammar/slots.h):
  // ngx_conf_set_flag_slot() and so on.
  kOnOff,
  kNumber,
  kSize,
  kOffset,  // a size that may end in `g`
  kSeconds,
  kMilliseconds,
  kBuffers,  // a number and a size
  kEnum,     // one of slot_words()
  kWords,    // ngx_conf_set_bitmask_slot(): some of slot_words(), again and again
};

struct KnownDirective {
  std::string_view name;
  std::uint32_t contexts = 0;  // bits, by Context
  std::uint32_t counts = 0;    // bits, by number of arguments; see takes()
  Trait trait = Trait::kNone;
  Version since = {};  // {}: any release may have it

  /// Whether nginx accepts this number of arguments.
  bool takes(std::size_t argument_count) const;
  bool is_block() const { return trait == Trait::kBlock; }
  bool is_once() const { return trait >= Trait::kOnce && trait != Trait::kWords; }
};

/// The directive with this name that may stand in `context`; nullptr when there is none.
const KnownDirective* find_known(std::string_view name, Context context);

/// One nginx. Without `modules` it is unknown which modules take part; then the nginx may have any
/// directive of any release and module.
struct Release {
  Version version = {};
  const ModuleSet* modules = nullptr;
};

/// Whether this nginx has the directive, judged by its release and its modules.
bool exists_in(const KnownDirective& known, const Release& release);

/// Whether any module of this nginx has a directive with this name, in whatever context.
bool is_known(std::string_view name, const Release& release = {});

/// The names of all directives here, sorted, each once.
const std::vector<std::string_view>& known_names();

}  // namespace mtls::config::vocabulary
