// glob(3) of the GNU C library without flags, as nginx calls it (ngx_open_glob), implemented here
// because glibc's own frees memory twice when an allocation fails (ADR 14). Looks only at names,
// types of entries and links; knows nothing of what the paths mean. Any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mtls::daemon::system {

/// Whether the text may stand for more than one path, or names one with escapes: it contains `*`,
/// `?`, `[` or `\`.
bool is_glob(std::string_view text);

/// fnmatch(3) for one entry of a directory: only a dot matches a leading dot.
bool matches_entry(const std::string& pattern, const std::string& name);

/// The paths that `pattern` matches, sorted by bytes; no match is not an error. Directories that
/// cannot be read are skipped, and noted in base/shortage.h if the reason is a shortage of our own.
/// kTooLarge: more than `most` matches, or directories on the way.
base::Result<std::vector<std::string>> glob(const std::string& pattern, std::size_t most);

}  // namespace mtls::daemon::system
