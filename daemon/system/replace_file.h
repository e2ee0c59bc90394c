// A new content for a file that others read meanwhile: they see the old one or the new one. Any
// thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace mtls::daemon::system {

/// Writes beside `path` and renames: owner, group and mode stay those of the file. `path` leads to
/// a regular file and is no symbolic link. The old content is kept as `.NAME.orig` beside it, which
/// no `*` of an include matches; one from before is replaced. Returns that path. kUnreadable: it
/// cannot be written; nothing has changed then, but `.NAME.orig` may be there.
base::Result<std::string> replace_file(const std::string& path, std::string_view content);

}  // namespace mtls::daemon::system
