// What an earlier process of this program knew of what nginx has loaded. It counts only where the
// processes show that nginx has loaded nothing since. Plain values.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "audit/loaded.h"
#include "base/filesystem.h"
#include "running/generations.h"

namespace mtls::audit {

struct Remembered {
  struct File {
    LoadedFile::Kind kind = LoadedFile::Kind::kMaterial;
    base::FileStamp stamp;
    std::string content = {};  // of kMaterial: SHA-256 in hex; "": nobody read it

    bool operator==(const File&) const = default;
  };

  std::string conf;  // the configuration of that master
  int master = 0;
  std::int64_t master_started = 0;            // clock ticks since this boot
  std::vector<running::Worker> workers = {};  // that served then, all of one generation
  std::map<std::string, File> files = {};     // by path: whose version was known
  /// The bytes with that SHA-256; nullopt: they are not kept. Empty: none are.
  std::function<std::optional<std::string>(const std::string& content)> bytes = {};
};

}  // namespace mtls::audit
