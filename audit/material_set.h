// The files of an evaluation by path. Used like a map; a sorted list of shared objects inside, so
// that taking over thousands of unchanged files copies pointers and no paths. Plain values.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_set>
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

/// Those of `before` that are not in `now` as the same objects.
std::unordered_set<const MaterialFile*> gone_files(const MaterialSet& before,
                                                   const MaterialSet& now);

}  // namespace mtls::audit
