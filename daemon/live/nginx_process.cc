#include "daemon/live/nginx_process.h"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <sstream>

namespace mtls::daemon {
namespace {

constexpr std::string_view kTitle = "nginx: master process ";
constexpr std::size_t kMaxTitleBytes = std::size_t{1} << 20U;

using Words = std::vector<std::string>;

Words words_of(std::string_view title) {
  std::string text(title.substr(0, title.find('\0')));
  std::istringstream in(std::move(text));
  Words words;
  for (std::string word; in >> word;) words.push_back(std::move(word));
  return words;
}

// A word that ngx_get_options() takes for options.
bool is_options(const std::string& word) {
  return word.size() > 1 && word[0] == '-' &&
         std::string_view("?hvVtTqpscge").find(word[1]) != std::string_view::npos;
}

// The rest of the word, or the next one; of -g all words up to the next option.
std::string value_at(const Words& words, std::size_t& at, std::size_t offset) {
  const char option = words[at][offset];
  std::string value = words[at].substr(offset + 1);
  if (value.empty() && at + 1 < words.size()) value = words[++at];
  while (option == 'g' && at + 1 < words.size() && !is_options(words[at + 1])) {
    value += " " + words[++at];
  }
  return value;
}

// ngx_get_options(), src/core/nginx.c: letters may stand together, the value in the same word.
void take_options(const Words& words, std::size_t& at, NginxMaster& master) {
  for (std::size_t i = 1; i < words[at].size(); ++i) {
    const char option = words[at][i];
    if (std::string_view("pscge").find(option) == std::string_view::npos) continue;
    const std::string value = value_at(words, at, i);
    if (option == 'p') master.prefix = value;
    if (option == 'c') master.conf = value;
    if (option == 'e') master.error_log = value;
    if (option == 'g') master.globals = value;
    return;
  }
}

// One in a container has another root. What we may not ask counts as ours.
bool has_our_root(const std::string& process) {
  struct stat theirs{};
  struct stat ours{};
  if (::stat((process + "/root/").c_str(), &theirs) != 0 || ::stat("/", &ours) != 0) return true;
  return theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino;
}

// -p is relative to where the master was started (R1.40).
bool make_absolute(std::optional<std::string>& prefix, const std::string& process) {
  if (!prefix || prefix->starts_with('/')) return true;
  std::error_code unreadable;
  const auto directory = std::filesystem::read_symlink(process + "/cwd", unreadable);
  if (unreadable) return false;
  prefix = (directory / *prefix).lexically_normal().string();
  return true;
}

}  // namespace

std::optional<NginxMaster> parse_master_title(std::string_view title) {
  if (!title.starts_with(kTitle)) return std::nullopt;
  const Words words = words_of(title.substr(kTitle.size()));
  NginxMaster master;
  for (std::size_t at = 1; at < words.size(); ++at) {  // words[0] is argv[0]
    if (words[at].starts_with('-')) take_options(words, at, master);
  }
  return master;
}

std::vector<NginxMaster> find_masters(base::FileSystem& disk, const std::string& root) {
  std::vector<NginxMaster> masters;
  const std::string proc = root + "/proc/";
  const auto titles = disk.glob(proc + "[0-9]*/cmdline");
  if (!titles) return masters;
  for (const std::string& path : *titles) {
    const auto title = disk.read(path, kMaxTitleBytes);
    auto master = title ? parse_master_title(title->text()) : std::nullopt;
    const std::string process = path.substr(0, path.rfind('/'));
    if (!master || !has_our_root(process) || !make_absolute(master->prefix, process)) continue;
    const char* const number = process.data() + proc.size();
    std::from_chars(number, process.data() + process.size(), master->pid);
    master->binary = process + "/exe";
    masters.push_back(std::move(*master));
  }
  std::sort(masters.begin(), masters.end(),
            [](const NginxMaster& a, const NginxMaster& b) { return a.pid < b.pid; });
  return masters;
}

}  // namespace mtls::daemon
