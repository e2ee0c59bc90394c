#include "daemon/system/glob.h"

#include <dirent.h>
#include <fnmatch.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "base/shortage.h"

namespace mtls::daemon::system {
namespace {

using Paths = std::vector<std::string>;

enum class Wanted { kAnything, kDirectories };

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

/// Whether glob(3) searches for the directory component by component. If not, `text` is its name.
bool has_wildcard(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (std::string_view("*?[").find(text[at]) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

std::string without_escapes(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\') ++at;
    if (at < text.size()) plain += text[at];
  }
  return plain;
}

/// `\/` is a slash.
std::string without_escaped_slashes(std::string_view pattern) {
  std::string plain;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const bool escapes = pattern[at] == '\\' && at + 1 < pattern.size();
    if (escapes && pattern[at + 1] != '/') plain += pattern[at];
    if (escapes) ++at;
    plain += pattern[at];
  }
  return plain;
}

/// Follows links.
bool is_directory(const std::string& path) {
  struct stat facts{};
  if (::stat(path.c_str(), &facts) == 0) return S_ISDIR(facts.st_mode);
  base::note_errno(errno);
  return false;
}

bool leads_on(const dirent& entry, const std::string& path) {
  if (entry.d_type == DT_DIR) return true;
  return (entry.d_type == DT_LNK || entry.d_type == DT_UNKNOWN) && is_directory(path);
}

class Globber {
 public:
  explicit Globber(std::size_t most) : most_(most) {}

  Paths find(std::string_view pattern, Wanted wanted);
  bool is_too_large() const { return too_large_; }

 private:
  Paths find_directories(std::string_view pattern);
  void add_entries(const std::string& directory, const std::string& pattern, Wanted wanted,
                   Paths& found);
  void add(std::string path, Paths& found);

  const std::size_t most_;
  bool too_large_ = false;
};

void Globber::add(std::string path, Paths& found) {
  if (found.size() == most_) {
    too_large_ = true;
  } else {
    found.push_back(std::move(path));
  }
}

/// A name without wildcards need not be listed: it is enough that the directory may be searched,
/// and a link may lead nowhere.
void Globber::add_entries(const std::string& directory, const std::string& pattern, Wanted wanted,
                          Paths& found) {
  const bool stands_alone = directory.empty() || directory == "/";
  const std::string before = stands_alone ? directory : directory + "/";
  if (!is_glob(pattern)) {
    struct stat facts{};
    if (::lstat((before + pattern).c_str(), &facts) == 0) return add(before + pattern, found);
    return base::note_errno(errno);
  }
  const std::unique_ptr<DIR, CloseDirectory> open(
      ::opendir(directory.empty() ? "." : directory.c_str()));
  if (!open) return base::note_errno(errno);
  errno = 0;
  while (const dirent* entry = too_large_ ? nullptr : ::readdir(open.get())) {
    const bool fits = matches_entry(pattern, entry->d_name);
    const std::string path = before + entry->d_name;
    if (fits && (wanted == Wanted::kAnything || leads_on(*entry, path))) add(path, found);
    errno = 0;
  }
  base::note_errno(errno);
}

/// `pattern/` stands for directories and adds a slash; a name without wildcards keeps none if it is
/// not a directory.
Paths Globber::find_directories(std::string_view pattern) {
  Paths found = find(pattern, Wanted::kDirectories);
  for (std::string& path : found) {
    if (is_directory(path)) path += '/';
  }
  return found;
}

Paths Globber::find(std::string_view pattern, Wanted wanted) {
  const std::size_t slash = pattern.rfind('/');
  const std::string_view directory =
      slash == std::string_view::npos ? "" : pattern.substr(0, std::max<std::size_t>(slash, 1));
  const std::string name(pattern.substr(slash + 1));
  if (name.empty() && directory.size() > 1) {
    const std::size_t body = pattern.find_last_not_of('/') + 1;  // 0: nothing but slashes
    return find_directories(pattern.substr(0, std::max<std::size_t>(body, 1)));
  }
  Paths found;
  if (!has_wildcard(directory)) {
    add_entries(without_escapes(directory), name, wanted, found);
    return found;
  }
  for (const std::string& each : find(directory, Wanted::kDirectories)) {
    if (too_large_) break;
    add_entries(each, name, wanted, found);
  }
  return found;
}

}  // namespace

bool is_glob(std::string_view text) {
  return text.find_first_of("*?[\\") != std::string_view::npos;
}

bool matches_entry(const std::string& pattern, const std::string& name) {
  return ::fnmatch(pattern.c_str(), name.c_str(), FNM_PERIOD) == 0;
}

base::Result<std::vector<std::string>> glob(const std::string& pattern, std::size_t most) {
  Globber globber(most);
  Paths found = globber.find(without_escaped_slashes(pattern.substr(0, pattern.find('\0'))),
                             Wanted::kAnything);
  if (globber.is_too_large()) {
    return base::fail(base::ErrorCode::kTooLarge,
                      pattern + ": more than " + std::to_string(most) +
                          " matches (narrow the pattern or empty the directory)");
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace mtls::daemon::system
