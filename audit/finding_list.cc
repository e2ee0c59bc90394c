#include "audit/finding_list.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace mtls::audit {

void FindingList::append(Part part) {
  if (!part || part->empty()) return;
  size_ += part->size();
  parts_.push_back(std::move(part));
}

void FindingList::append(std::vector<Finding> findings) {
  append(std::make_shared<const std::vector<Finding>>(std::move(findings)));
}

void FindingList::replace(std::size_t part, std::vector<Finding> findings) {
  parts_.at(part) = std::make_shared<const std::vector<Finding>>(std::move(findings));
}

// A part that stands in both lists once stands once; so where each list has each part once, taking
// the common ones out of both takes out the same findings.
std::vector<FindingList::Part> FindingList::without_parts_of(const FindingList& other) const {
  std::vector<Part> rest;
  if (parts_.size() == other.parts_.size()) {
    for (std::size_t i = 0; i < parts_.size(); ++i)
      if (parts_[i] != other.parts_[i]) rest.push_back(parts_[i]);
    return rest;
  }
  std::unordered_set<const std::vector<Finding>*> known;
  for (const Part& part : other.parts_) known.insert(part.get());
  std::ranges::copy_if(parts_, std::back_inserter(rest),
                       [&](const Part& part) { return !known.contains(part.get()); });
  return rest;
}

bool FindingList::operator==(const FindingList& other) const {
  if (size_ != other.size_) return false;
  if (parts_ == other.parts_) return true;
  if (parts_.size() != other.parts_.size()) return std::equal(begin(), end(), other.begin());
  // Nearly always the parts are of the same things.
  const bool is_parted_alike = std::ranges::equal(
      parts_, other.parts_, {}, [](const Part& part) { return part->size(); },
      [](const Part& part) { return part->size(); });
  if (!is_parted_alike) return std::equal(begin(), end(), other.begin());
  return std::ranges::equal(parts_, other.parts_, [](const Part& one, const Part& another) {
    return one == another || *one == *another;
  });
}

}  // namespace mtls::audit
