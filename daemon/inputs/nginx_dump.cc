#include "daemon/inputs/nginx_dump.h"

#include <fnmatch.h>

#include <optional>
#include <string_view>
#include <vector>

namespace mtls::daemon::inputs {
namespace {

constexpr std::uint32_t kMode = 0644;  // the dump does not say

// `# configuration file PATH:`; nullopt: another line.
std::optional<std::string> path_in(std::string_view line) {
  constexpr std::string_view kHeader = "# configuration file ";
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (!line.starts_with(kHeader) || !line.ends_with(':')) return std::nullopt;
  line.remove_prefix(kHeader.size());
  line.remove_suffix(1);
  return line.empty() ? std::nullopt : std::optional<std::string>(line);
}

std::string absolute(std::string path, const std::string& directory) {
  if (path.starts_with('/')) return path;
  if (path.starts_with("./")) path.erase(0, 2);
  return directory + "/" + path;
}

struct Part {
  std::string path;
  std::string_view text;
};

// nginx prints each file once (ngx_conf_add_dump()). So a path that comes again is a comment in
// somebody's file.
std::vector<Part> parts_of(std::string_view text, const std::string& directory) {
  std::vector<Part> parts;
  std::map<std::string, bool> seen;
  std::size_t begin = 0;  // of the part's text
  const auto end_at = [&](std::size_t end) {
    if (!parts.empty()) parts.back().text = text.substr(begin, end - begin);
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const auto path = path_in(text.substr(at, end - at));
    std::string full = path ? absolute(*path, directory) : "";
    if (path && seen.emplace(full, true).second) {
      end_at(at);
      begin = std::min(end + 1, text.size());
      parts.push_back({.path = std::move(full), .text = {}});
    }
    at = end + 1;
  }
  end_at(text.size());
  return parts;
}

// ngx_main(): a line feed after each file.
std::string_view without_separator(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

}  // namespace

base::Result<std::unique_ptr<NginxDump>> NginxDump::parse(std::string_view text,
                                                          const std::string& directory,
                                                          base::FileSystem& files) {
  std::unique_ptr<NginxDump> dump(new NginxDump(files));
  for (const Part& part : parts_of(text, directory)) {
    if (dump->main_path_.empty()) dump->main_path_ = part.path;
    dump->texts_.emplace(part.path, without_separator(part.text));
  }
  if (dump->texts_.empty()) {
    return base::fail(
        base::ErrorCode::kInvalidArgument,
        "this is not what nginx -T prints: no line \"# configuration file PATH:\" "
        "(nginx -T prints no configuration that it refuses: check the files instead)");
  }
  return dump;
}

std::unique_ptr<NginxDump> NginxDump::made_up(std::map<std::string, std::string> texts,
                                              std::string main_path, base::FileSystem& files) {
  std::unique_ptr<NginxDump> dump(new NginxDump(files));
  dump->main_path_ = std::move(main_path);
  dump->texts_ = std::move(texts);
  return dump;
}

base::Result<base::FileContent> NginxDump::read(const std::string& path, std::size_t limit) {
  const auto found = texts_.find(path);
  if (found == texts_.end()) return files_.read(path, limit);
  if (found->second.size() > limit) {
    return base::fail(base::ErrorCode::kTooLarge,
                      path + ": more than " + std::to_string(limit) + " bytes");
  }
  return base::FileContent{.bytes = {found->second.begin(), found->second.end()},
                           .stamp = {.size = found->second.size(), .mode = kMode}};
}

base::Result<std::vector<std::string>> NginxDump::glob(const std::string& pattern) {
  std::vector<std::string> matches;
  for (const auto& [path, text] : texts_) {
    if (fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0)
      matches.push_back(path);
  }
  return matches;
}

base::Result<base::FileStamp> NginxDump::stat(const std::string& path) {
  const auto found = texts_.find(path);
  if (found == texts_.end() && path.ends_with("/.")) {  // whoever printed the dump has searched it
    return base::fail(base::ErrorCode::kMissing, path + ": a dump of nginx -T has no directories");
  }
  if (found == texts_.end()) return files_.stat(path);
  return base::FileStamp{.size = found->second.size(), .mode = kMode};
}

}  // namespace mtls::daemon::inputs
