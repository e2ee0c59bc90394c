// glob(3) of the GNU C library without flags, as nginx calls it (ngx_open_glob), walked by hand:
// glibc's own frees twice when it finds no memory (ADR 14). What the paths mean is the caller's to
// know; only names, types of entries and links are looked at. Any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mtls::daemon::system {

/// What leads to more than one path, or names one of them with escapes: `*`, `?`, `[`, `\`.
bool is_glob(std::string_view text);

/// fnmatch(3) of one entry of a directory: a leading dot is matched by a dot only.
bool matches_entry(const std::string& pattern, const std::string& name);

/// The paths that `pattern` yields, sorted by bytes; none is empty, not an error. Directories
/// that cannot be read are passed over, and noted in base/shortage.h when it is us who lack the
/// means. kTooLarge: more than `most`, of them or of directories on the way.
base::Result<std::vector<std::string>> glob(const std::string& pattern, std::size_t most);

}  // namespace mtls::daemon::system
