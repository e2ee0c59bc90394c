// Every directive of nginx's own modules, http, stream and mail, in 1.18 to 1.31: where it may
// stand, how many words it takes, whether it opens a block, whether once is all, and, where no
// distribution takes it to older ones, which release brought it. What else differs between versions
// is joined, so that what any of them accepts is accepted here. Without the TLS directives, which
// are in config/grammar/directives.h. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "config/nginx_build.h"
#include "config/vocabulary/context.h"
#include "config/vocabulary/nginx_modules.h"

namespace mtls::config::vocabulary {

enum class Trait : std::uint8_t {
  kNone,
  kBlock,  // opens a block
  kOnce,   // its slot function says `is duplicate` in the same block, whatever the value
  kOnOff,  // ngx_conf_set_flag_slot(): kOnce, and `on` or `off`
};

struct KnownDirective {
  std::string_view name;
  std::uint32_t places = 0;  // bits, by Context
  std::uint32_t counts = 0;  // bits, by number of arguments; see takes()
  Trait trait = Trait::kNone;
  Version since = {};  // only where older ones with it are out of the question

  bool takes(std::size_t argument_count) const;
  bool is_block() const { return trait == Trait::kBlock; }
  bool is_once() const { return trait == Trait::kOnce || trait == Trait::kOnOff; }
};

/// The directive of that name which may stand in `context`; nullptr: none.
const KnownDirective* find_known(std::string_view name, Context context);

/// One nginx. Without `modules`, those that take part are not known: then it may have whatever any
/// release and any module has.
struct Release {
  Version version = {};
  const ModuleSet* modules = nullptr;
};

bool exists_in(const KnownDirective& known, const Release& release);

/// True when some module of that nginx has such a directive, wherever it may stand.
bool is_known(std::string_view name, const Release& release = {});

}  // namespace mtls::config::vocabulary
