// A new content for a file that others read meanwhile, or that a crash must not leave half written:
// there is the old one or the new one. Any thread.
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

/// The same for a file of this program's own, which need not be there yet: mode 600, and no old
/// content is kept. It does not wait for the disk, so a loss of power may leave the old one.
base::Result<void> put_file(const std::string& path, std::string_view content);

}  // namespace mtls::daemon::system
