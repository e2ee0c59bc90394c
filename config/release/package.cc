#include "config/release/package.h"

#include <algorithm>

namespace mtls::config::release {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// `CVE-YEAR-NUMBER` at the start of `text`; "": none.
std::string_view cve_at(std::string_view text) {
  constexpr std::size_t kYear = std::string_view("CVE-").size();
  constexpr std::size_t kNumber = std::string_view("CVE-2026-").size();
  if (text.size() <= kNumber || text[kNumber - 1] != '-') return {};
  const std::string_view year = text.substr(kYear, kNumber - kYear - 1);
  if (!std::all_of(year.begin(), year.end(), is_digit)) return {};
  const std::string_view number = text.substr(kNumber);
  const auto end = std::find_if_not(number.begin(), number.end(), is_digit);
  const auto length = static_cast<std::size_t>(end - number.begin());
  return length == 0 ? std::string_view{} : text.substr(0, kNumber + length);
}

std::vector<std::string> cves_in(std::string_view text) {
  std::vector<std::string> cves;
  for (std::size_t at = text.find("CVE-"); at != std::string_view::npos;
       at = text.find("CVE-", at + 1)) {
    if (const std::string_view cve = cve_at(text.substr(at)); !cve.empty()) cves.emplace_back(cve);
  }
  std::sort(cves.begin(), cves.end());
  cves.erase(std::unique(cves.begin(), cves.end()), cves.end());
  return cves;
}

// The value of a field of one paragraph; "": it has none.
std::string_view field(std::string_view paragraph, std::string_view name) {
  while (!paragraph.empty()) {
    const std::string_view line = paragraph.substr(0, paragraph.find('\n'));
    if (line.starts_with(name) && line.substr(name.size()).starts_with(": "))
      return line.substr(name.size() + 2);
    paragraph.remove_prefix(std::min(paragraph.size(), line.size() + 1));
  }
  return {};
}

}  // namespace

std::optional<Package> read_changelog(std::string_view text) {
  const std::string_view first = text.substr(0, text.find('\n'));
  const std::size_t open = first.find(" (");
  const std::size_t close = first.find(')');
  if (open == 0 || open == std::string_view::npos || close == std::string_view::npos ||
      close < open + 3)
    return std::nullopt;
  return Package{.name = std::string(first.substr(0, open)),
                 .version = std::string(first.substr(open + 2, close - open - 2)),
                 .mended = cves_in(text)};
}

std::optional<Package> read_dpkg_status(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    const std::size_t end = text.find("\n\n");
    const std::string_view paragraph = text.substr(0, end);
    if (field(paragraph, "Package") == name) {
      const std::string_view version = field(paragraph, "Version");
      if (version.empty() || !field(paragraph, "Status").ends_with(" installed"))
        return std::nullopt;
      return Package{.name = std::string(name), .version = std::string(version)};
    }
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 2);
  }
  return std::nullopt;
}

std::optional<Version> upstream_version(const Package& package) {
  std::string_view text = package.version;
  if (const std::size_t epoch = text.find(':'); epoch != std::string_view::npos)
    text.remove_prefix(epoch + 1);
  return parse_version(text.substr(0, text.find_first_not_of("0123456789.")));
}

std::optional<std::string> distribution_root(std::string_view binary) {
  constexpr std::string_view kBelowRoot = "/usr/sbin/nginx";
  if (!binary.ends_with(kBelowRoot)) return std::nullopt;
  return std::string(binary.substr(0, binary.size() - kBelowRoot.size()));
}

}  // namespace mtls::config::release
