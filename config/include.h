// Reads the main file and everything it includes into one Document: with nginx's glob, order and
// relative paths (R1.C, R1.40). Reads through the given FileSystem; otherwise pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/filesystem.h"
#include "config/nginx_build.h"
#include "config/syntax/ast.h"

namespace mtls::config {

struct IncludeLimits {
  std::size_t max_file_bytes = std::size_t{16} << 20U;
  std::size_t max_total_bytes = std::size_t{128} << 20U;
  // A directive takes some 200 bytes of memory. Ten thousand servers have a quarter of a million of
  // them.
  std::size_t max_directives = 4'000'000;
  std::size_t max_depth = 64;  // nesting of includes
  std::size_t max_files = 200'000;
};

enum class Checks {
  kAll,   // what this nginx says while it reads
  kForm,  // what is wrong with the text in any nginx: its syntax, includes that cannot be read,
          // what the place and the number of words forbid. crossplane checks the same.
};

/// Texts that somebody keeps, so that a reading need not ask the disk for them.
class KnownTexts {
 public:
  virtual ~KnownTexts() = default;
  /// nullptr: the disk has to be asked. Valid as long as this object.
  virtual const std::string* find(const std::string& path) = 0;
  /// What the disk said.
  virtual void keep(const std::string& path, std::string_view text) = 0;
};

/// What decides about the reading besides the files.
struct Reading {
  NginxBuild build = {};
  // The master's -g, read before the main file; complaints end in ` in command line`.
  std::string globals = {};
  IncludeLimits limits = {};
  Checks checks = Checks::kAll;
  KnownTexts* texts = nullptr;
};

/// `main_path` is absolute. Relative includes resolve against its directory at any depth (R1.30). A
/// missing literal include, a directory, a cycle (R1.35) or an exceeded limit becomes a diagnostic
/// at the include's line, and everything else is still read. Never fails.
syntax::Document load_document(base::FileSystem& disk, const std::string& main_path,
                               const Reading& reading = {});

}  // namespace mtls::config
