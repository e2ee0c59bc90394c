// The formats of `dump --format`, and what each of them shows. A new format is a file with its
// header and a row in formats.cc; the command line and --help read the table. Pure in what the
// FileSystem answers.
#pragma once

#include <span>

#include "base/filesystem.h"
#include "reports/assessment.h"
#include "reports/format_row.h"

namespace mtls::reports::dump {

/// What a format shows. `disk` is for formats that show the files as they are written.
struct Report {
  const Assessment& assessment;
  base::FileSystem& disk;
};

using Format = FormatRow<Report>;

/// In the order of --help. The first one is the default.
std::span<const Format> formats();

}  // namespace mtls::reports::dump
