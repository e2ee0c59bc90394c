// The files of an evaluation by path. Used like a map; a sorted list of shared objects inside, so
// that taking over thousands of unchanged files copies pointers and no paths. Plain values.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/sighting.h"
#include "pki/material.h"

namespace mtls::audit {

struct MaterialFile {
  std::string path;
  base::Sighting seen;
  std::size_t limit = 0;                          // bytes, of its use when it was read
  std::optional<base::Error> error;               // it could not be read
  std::shared_ptr<const pki::Material> material;  // null with `error`
  bool settling =
      false;  // just became unparsable: `material` is the last good one, look again soon (F4)
};

class MaterialSet {
 public:
  using File = std::shared_ptr<const MaterialFile>;
  struct Entry {
    const std::string& first;  // the path
    const File& second;
  };

  class Iterator {
   public:
    using Base = std::vector<File>::const_iterator;
    struct Arrow {
      Entry entry;
      const Entry* operator->() const { return &entry; }
    };

    explicit Iterator(Base at) : at_(at) {}
    Entry operator*() const { return {(*at_)->path, *at_}; }
    Arrow operator->() const { return {**this}; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    bool operator==(const Iterator&) const = default;

   private:
    Base at_;
  };

  Iterator begin() const { return Iterator(files_.begin()); }
  Iterator end() const { return Iterator(files_.end()); }
  std::size_t size() const { return files_.size(); }
  bool empty() const { return files_.empty(); }

  Iterator find(std::string_view path) const {
    const auto at = place(path);
    return Iterator(at != files_.end() && (*at)->path == path ? at : files_.end());
  }
  bool contains(std::string_view path) const { return find(path) != end(); }
  /// Throws std::out_of_range, as a map's does.
  const File& at(std::string_view path) const {
    const Iterator found = find(path);
    if (found == end()) throw std::out_of_range("no such file");
    return (*found).second;
  }

  /// Under its own path, in place of the file that was there.
  void put(File file) {
    const auto at = place(file->path);
    if (at != files_.end() && (*at)->path == file->path) {
      files_[static_cast<std::size_t>(at - files_.begin())] = std::move(file);
    } else {
      files_.insert(at, std::move(file));
    }
  }

  const std::vector<File>& files() const { return files_; }

 private:
  std::vector<File>::const_iterator place(std::string_view path) const;

  std::vector<File> files_;  // by path
};

/// A set of files that is asked about tens of thousands of files, and nearly always holds one or
/// two.
class GoneFiles {
 public:
  void add(const MaterialFile* file) { files_.push_back(file); }
  /// Once all are added, before it is asked.
  void sort();

  bool empty() const { return files_.empty(); }
  bool contains(const MaterialFile* file) const {
    if (files_.size() > kFew) return std::binary_search(files_.begin(), files_.end(), file, kLess);
    return std::find(files_.begin(), files_.end(), file) != files_.end();
  }

 private:
  static constexpr std::size_t kFew = 4;
  static constexpr std::less<const MaterialFile*> kLess{};

  std::vector<const MaterialFile*> files_;
};

/// Those of `before` that are not in `now` as the same objects.
GoneFiles gone_files(const MaterialSet& before, const MaterialSet& now);

}  // namespace mtls::audit
