// The main file and everything it includes, as one Document: nginx's glob, order and relative paths
// (R1.C, R1.40). Reads through the FileSystem it is given, so it is pure in what that answers.
#pragma once

#include <cstddef>
#include <string>

#include "base/filesystem.h"
#include "config/nginx_build.h"
#include "config/syntax/ast.h"

namespace mtls::config {

struct IncludeLimits {
  std::size_t max_file_bytes = std::size_t{16} << 20U;
  std::size_t max_total_bytes = std::size_t{128} << 20U;
  // Each takes some 200 bytes of memory; ten thousand servers have a quarter of a million.
  std::size_t max_directives = 4'000'000;
  std::size_t max_depth = 64;  // of includes inside includes
  std::size_t max_files = 200'000;
};

/// What decides about the reading besides the text.
struct Reading {
  NginxBuild build = {};
  std::string globals = {};  // -g of the master: read before the main file, as `in command line`
  IncludeLimits limits = {};
};

/// `main_path` absolute. Relative includes resolve against its directory, at any depth (R1.30). A
/// missing literal include, a directory, a cycle (R1.35) or a limit is a diagnostic at the
/// include's line; everything else is still read.
syntax::Document load_document(base::FileSystem& disk, const std::string& main_path,
                               const Reading& reading = {});

}  // namespace mtls::config
