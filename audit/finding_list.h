// The findings of an evaluation, one after the other. Used like a list; shared parts inside, so
// that an evaluation which takes a judgement over takes over its findings, and two lists are
// compared by the parts in which they differ. Plain values.
#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <vector>

#include "audit/finding.h"

namespace mtls::audit {

class FindingList {
 public:
  /// Immutable and shared.
  using Part = std::shared_ptr<const std::vector<Finding>>;

  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = Finding;
    using difference_type = std::ptrdiff_t;
    using pointer = const Finding*;
    using reference = const Finding&;

    Iterator() = default;
    explicit Iterator(std::vector<Part>::const_iterator part) : part_(part) {}
    reference operator*() const { return (**part_)[index_]; }
    pointer operator->() const { return &**this; }
    Iterator& operator++() {
      if (++index_ < (*part_)->size()) return *this;
      index_ = 0;
      ++part_;
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const Iterator&) const = default;

   private:
    std::vector<Part>::const_iterator part_{};
    std::size_t index_ = 0;
  };

  void append(Part part);
  void append(std::vector<Finding> findings);
  /// Another list of as many findings in place of that part.
  void replace(std::size_t part, std::vector<Finding> findings);

  Iterator begin() const { return Iterator(parts_.begin()); }
  Iterator end() const { return Iterator(parts_.end()); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const Finding& front() const { return *begin(); }

  /// None of them is empty.
  const std::vector<Part>& parts() const { return parts_; }
  /// Its parts without some that `other` has as well; the two remainders differ in as many equal
  /// findings as the lists do.
  std::vector<Part> without_parts_of(const FindingList& other) const;

  /// Of the findings, however they are parted.
  bool operator==(const FindingList& other) const;

 private:
  std::vector<Part> parts_;
  std::size_t size_ = 0;
};

}  // namespace mtls::audit
