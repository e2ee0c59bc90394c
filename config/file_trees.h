// The files of a configuration one by one, each with its own tree in which the includes still
// stand, as the crossplane tools show them. What nginx makes of them together is config/include.h.
// Reads through the FileSystem it is given, so it is pure in what that answers.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/filesystem.h"
#include "config/include.h"
#include "config/syntax/ast.h"

namespace mtls::config {

/// A place in one file: line and column of an include's name.
using IncludePlace = std::pair<std::uint32_t, std::uint32_t>;

struct FileTree {
  std::string path;                           // as nginx opens it
  std::vector<syntax::Directive> directives;  // all that could be read
  std::map<IncludePlace, std::vector<std::size_t>>
      includes;  // what nginx's includes here lead to, as indexes into the list of trees
};

/// The main file, then breadth first every file that could be read, once each. The main file has
/// its tree even when it cannot be read: an empty one.
std::vector<FileTree> load_file_trees(base::FileSystem& disk, const std::string& main_path,
                                      const IncludeLimits& limits = {});

}  // namespace mtls::config
