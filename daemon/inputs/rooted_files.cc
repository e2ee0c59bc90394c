#include "daemon/inputs/rooted_files.h"

#include <algorithm>

#include "daemon/system/mount_table.h"

namespace mtls::daemon::inputs {
namespace {

using base::ErrorCode;

constexpr int kMaxHops = 40;  // path_resolution(7)

// The last one first.
std::vector<std::string> reversed_components(const std::string& path) {
  std::vector<std::string> components;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    std::string name = path.substr(at, end - at);
    at = end + 1;
    if (!name.empty() && name != ".") components.push_back(std::move(name));
  }
  std::ranges::reverse(components);
  return components;
}

bool is_at_or_below(const std::string& path, const std::string& place) {
  return path == place || path.starts_with(place + "/");
}

// For glob(3), which else takes the names of directories for patterns.
std::string escaped(const std::string& path) {
  std::string text;
  for (const char c : path) {
    if (std::string_view("*?[]\\").find(c) != std::string_view::npos) text += '\\';
    text += c;
  }
  return text;
}

}  // namespace

// Of a path without symbolic links. nullopt: elsewhere.
std::optional<std::string> RootedFiles::on_disk(const std::string& path) const {
  if (!is_at_or_below(path, stand_.place)) return std::nullopt;
  return stand_.directory + path.substr(stand_.place.size());
}

bool RootedFiles::leads_to_place(const std::string& path) const {
  return stand_.place.starts_with(path + "/");
}

base::Result<std::string> RootedFiles::here(const std::string& path) const {
  const auto elsewhere = [&]() -> base::Result<std::string> {
    if (elsewhere_ == Elsewhere::kAsItIs) return path;
    return base::fail(ErrorCode::kMissing, path + ": not below " + stand_.place + ", for which " +
                                               stand_.directory + " stands in");
  };
  std::vector<std::string> todo = reversed_components(path);
  std::string at;  // without symbolic links; "" is the root directory
  for (int hops = 0; !todo.empty();) {
    const std::string name = std::move(todo.back());
    todo.pop_back();
    if (name == "..") {
      at = at.substr(0, std::min(at.rfind('/'), at.size()));
      continue;
    }
    const std::string next = std::string(at).append("/").append(name);
    if (leads_to_place(next)) {
      at = next;
      continue;
    }
    const auto real = on_disk(next);
    if (!real) return elsewhere();
    const std::string link = system::read_link(*real);
    if (link.empty()) {
      at = next;
      continue;
    }
    if (++hops > kMaxHops) return base::fail(ErrorCode::kLoop, path + ": too many symbolic links");
    if (link.starts_with('/')) at.clear();
    for (std::string& component : reversed_components(link)) todo.push_back(std::move(component));
  }
  const auto real = on_disk(at);
  return real ? *real : elsewhere();
}

// Errors name the path that nginx opens.
template <class Value>
base::Result<Value> RootedFiles::told_of(const std::string& path, const std::string& where,
                                         base::Result<Value> answer) const {
  if (!answer && answer.error().message.starts_with(where)) {
    answer.error().message.replace(0, where.size(), path);
  }
  return answer;
}

base::Result<base::FileContent> RootedFiles::read(const std::string& path, std::size_t limit) {
  const auto where = here(path);
  if (!where) return tl::unexpected(where.error());
  return told_of(path, *where, disk_.read(*where, limit));
}

base::Result<base::FileStamp> RootedFiles::stat(const std::string& path) {
  const auto where = here(path);
  if (!where) return tl::unexpected(where.error());
  // `/.` asks whether the path leads to a directory.
  return told_of(path, *where, disk_.stat(path.ends_with("/.") ? *where + "/." : *where));
}

// Component by component, since a link on the way may be an absolute one.
base::Result<std::vector<std::string>> RootedFiles::glob(const std::string& pattern) {
  if (elsewhere_ == Elsewhere::kAsItIs && !pattern.starts_with(stand_.place + "/"))
    return disk_.glob(pattern);
  std::vector<std::string> components = reversed_components(pattern);
  std::vector<std::string> found{""};
  while (!components.empty()) {
    const std::string component = std::move(components.back());
    components.pop_back();
    std::vector<std::string> next;
    for (const std::string& directory : found) {
      const std::string below = std::string(directory).append("/").append(component);
      if (leads_to_place(below) || below == stand_.place || component == "..") {
        next.push_back(below);
        continue;
      }
      const auto where = here(directory + "/.");
      if (!where) continue;
      const auto matches = disk_.glob(escaped(*where) + "/" + component);
      if (!matches) return tl::unexpected(matches.error());
      for (const std::string& match : *matches)
        next.push_back(directory + match.substr(match.rfind('/')));
    }
    found = std::move(next);
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace mtls::daemon::inputs
