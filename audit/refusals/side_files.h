// The files behind a configuration that are not material: keys, passwords, ticket keys, DH
// parameters and the like. Most are only stat'ed, never opened. Every look is remembered for the
// watcher, and unchanged files are taken over from the previous evaluation. Pure in what the
// FileSystem answers.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <utility>

#include "audit/inputs.h"
#include "audit/plan.h"
#include "base/filesystem.h"
#include "base/sighting.h"

namespace mtls::audit::refusals {

/// What an open() by nginx's master would meet.
enum class Presence {
  kThere,         // a regular file
  kDirectory,     // opens; reads as EISDIR, which OpenSSL takes for an empty file
  kNoEntry,       // ENOENT
  kNotDirectory,  // ENOTDIR: a component of the path is a file
  kLoop,          // ELOOP
  kSocket,        // ENXIO
  kUnknown,       // we lack rights that nginx's master may have; or a FIFO or device
};

class SideFiles {
 public:
  SideFiles(const BuildInputs& inputs, const Plan& plan)
      : inputs_(inputs), plan_(plan), disk_(inputs.disk) {}

  /// What `path` leads to; a FileStamp with kThere.
  const base::Sighting& look(const std::string& path);
  Presence presence(const base::Sighting& seen);

  /// The bytes, in memory that is wiped.
  base::Result<base::FileContent> read(const std::string& path, std::size_t limit);

  /// A look at this path counts again, whoever had asked for it before.
  void count_again(const std::string& path);

  /// The looks since the last call.
  struct Looks {
    base::Sightings seen;
    bool is_whole = true;  // false: the disk was asked for more than is in `seen`
  };
  Looks take_looks();

 private:
  const BuildInputs& inputs_;
  const Plan& plan_;
  base::RecordingFileSystem disk_;
  base::Sightings seen_;
  std::set<std::string> asked_;  // since the last take_looks()
  bool is_whole_ = true;
};

}  // namespace mtls::audit::refusals
