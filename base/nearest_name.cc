#include "base/nearest_name.h"

#include <algorithm>
#include <array>

namespace mtls::base {
namespace {

constexpr std::size_t kMaxLength = 64;

// Edits that turn `a` into `b` (optimal string alignment).
std::size_t distance(std::string_view a, std::string_view b) {
  std::array<std::array<std::size_t, kMaxLength + 1>, 3> rows{};
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0].at(j) = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows.at(i % 3);
    const auto& above = rows.at((i - 1) % 3);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = a[i - 1] == b[j - 1] ? 0 : 1;
      row.at(j) = std::min({above.at(j) + 1, row.at(j - 1) + 1, above.at(j - 1) + changed});
      const bool exchanged = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (exchanged) row.at(j) = std::min(row.at(j), rows.at((i - 2) % 3).at(j - 2) + 1);
    }
  }
  return rows.at(a.size() % 3).at(b.size());
}

// Short names are close to too many others.
std::size_t edits_allowed(std::size_t length) {
  if (length < 5) return 0;
  return length < 10 ? 1 : 2;
}

}  // namespace

void NearestName::offer(std::string_view name) {
  if (text_.size() > kMaxLength || name.size() > kMaxLength) return;
  const auto [shorter, longer] = std::minmax({text_.size(), name.size()});
  const std::size_t most = edits_allowed(shorter);
  if (longer - shorter > most) return;
  const std::size_t edits = distance(text_, name);
  if (edits > most || (best_ && edits >= fewest_)) return;
  fewest_ = edits;
  best_ = name;
}

}  // namespace mtls::base
