// The files of a configuration one by one, each with a tree that keeps its `include` directives, as
// the crossplane tools show them. config/include.h reads them as nginx does, as one document. Reads
// through the given FileSystem; otherwise pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/filesystem.h"
#include "config/include.h"
#include "config/syntax/ast.h"

namespace mtls::config {

/// The line and column of an include's name in one file.
using IncludePlace = std::pair<std::uint32_t, std::uint32_t>;

struct FileTree {
  std::string path;                           // the path that nginx opens
  std::vector<syntax::Directive> directives;  // everything before the first error
  // For each include of the file the trees it leads to, as indexes into the list of trees.
  std::map<IncludePlace, std::vector<std::size_t>> includes;
};

/// The main file, then breadth first every file that could be read, each once. The main file always
/// has a tree; it is empty when the file cannot be read. Never fails.
std::vector<FileTree> load_file_trees(base::FileSystem& disk, const std::string& main_path,
                                      const IncludeLimits& limits = {});

}  // namespace mtls::config
