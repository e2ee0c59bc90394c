#include "config/vocabulary/vocabulary.h"

#include <algorithm>
#include <unordered_map>

#include "config/vocabulary/optional_modules.h"
#include "config/vocabulary/rows.h"

namespace mtls::config::vocabulary {
namespace {

// Modules share names, but never a name in the same context.
using Index = std::unordered_multimap<std::string_view, const KnownDirective*>;

const Index& by_name() {
  static const Index kIndex = [] {
    Index all;
    for (const auto table : {vocabulary::rows::of_core_and_mail(), vocabulary::rows::of_stream(),
                             vocabulary::rows::of_http_core(), vocabulary::rows::of_http_modules(),
                             vocabulary::rows::of_http_proxies()}) {
      for (const KnownDirective& row : table) all.emplace(row.name, &row);
    }
    return all;
  }();
  return kIndex;
}

Part part_of(const KnownDirective& known, bool is_stream) {
  if (known.contexts == rows::kInMain) return Part::kMain;
  return is_stream ? Part::kStream : Part::kHttp;
}

}  // namespace

bool KnownDirective::takes(std::size_t argument_count) const {
  return (counts >> std::min<std::size_t>(argument_count, vocabulary::rows::kLastCount) & 1U) != 0;
}

const KnownDirective* find_known(std::string_view name, Context context) {
  const auto [first, last] = by_name().equal_range(name);
  const auto found = std::find_if(first, last, [&](const auto& entry) {
    return (entry.second->contexts & vocabulary::rows::bit_of(context)) != 0;
  });
  return found == last ? nullptr : found->second;
}

// A directive exists only where its module takes part: it may be left out of the build, or not be
// loaded.
bool exists_in(const KnownDirective& known, const Release& release) {
  if (release.modules == nullptr) return true;
  const bool is_mail = (known.contexts & ~vocabulary::rows::kMailContexts) == 0;
  const bool is_stream = (known.contexts & ~vocabulary::rows::kStreamContexts) == 0;
  if (is_mail && !release.modules->has("mail")) return false;
  if (is_stream && !release.modules->has("stream")) return false;
  const std::string_view module =
      is_mail ? std::string_view{} : optional_module_of(known.name, part_of(known, is_stream));
  if (!module.empty() && !release.modules->has(module)) return false;
  return release.version >= known.since;
}

const std::vector<std::string_view>& known_names() {
  static const std::vector<std::string_view> kNames = [] {
    std::vector<std::string_view> all;
    for (const auto& [name, row] : by_name()) all.push_back(name);
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
  }();
  return kNames;
}

bool is_known(std::string_view name, const Release& release) {
  const auto [first, last] = by_name().equal_range(name);
  return std::any_of(first, last,
                     [&](const auto& entry) { return exists_in(*entry.second, release); });
}

}  // namespace mtls::config::vocabulary
