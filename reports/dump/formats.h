// The formats of `dump --format`. A new format is a file of its own and a row in formats.cc; the
// command line and --help read the table. Pure in what the FileSystem answers.
#pragma once

#include <span>

#include "base/filesystem.h"
#include "reports/assessment.h"
#include "reports/format_row.h"

namespace mtls::reports::dump {

/// What a format is made from. `disk` is for formats that show the files as they are written.
struct Source {
  const Assessment& assessment;
  base::FileSystem& disk;
};

using Format = FormatRow<Source>;

/// In the order of --help. The first one is the default.
std::span<const Format> formats();

}  // namespace mtls::reports::dump
