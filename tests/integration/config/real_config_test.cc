// Configurations from outside the project, judged by real nginx. Each directory in
// $MTLS_REAL_CONFIGS with an nginx.conf is one. $MTLS_REAL_NGINX is the binary to ask
// (/usr/sbin/nginx), and $MTLS_REAL_GLOBALS its -g (load_module ...).
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "audit/build.h"
#include "daemon/system/disk.h"
#include "tests/support/child_process.h"

namespace mtls::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kMaxBinaryBytes = std::size_t{128} << 20U;
constexpr milliseconds kSlow{1000};

std::string environment(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? otherwise : value;
}

std::string nginx_binary() { return environment("MTLS_REAL_NGINX", "/usr/sbin/nginx"); }

// What the project promises to recognise: syntax, context, shape, includes and TLS. Not in its
// scope: values of other directives, names that do not resolve, ports in use, modules that are not
// built in.
bool is_in_remit(const std::string& complaint) {
  static const std::regex kKnown(
      "unexpected |directive \"[^\"]*\" (is not terminated|has no opening)|"
      "invalid number of (arguments|the map|the geo)|too long parameter|invalid percent value|"
      "\"[^\"]*\" directive (is not allowed here|is specified too late|is duplicate)|"
      "no \"events\" section|invalid value .*it must be \"on\" or \"off\"|"
      "unknown \"[^\"]*\" variable|invalid variable name|the closing bracket in |"
      "open\\(\\) .*failed .* in |pread\\(\\) .*failed|"
      "\"(\\w+_)?ssl(_\\w+)?\" directive|cannot load certificate|SSL_|no \\w*ssl_|no \"\\w*ssl_",
      std::regex::optimize);
  return std::regex_search(complaint, kKnown, std::regex_constants::match_continuous);
}

// The text of -g.
std::string globals_of(const std::string& directory) {
  return "pid " + directory + "/nginx.pid; " + environment("MTLS_REAL_GLOBALS", "");
}

// The first complaint with its ` in FILE:LINE`; "" when nginx accepts.
std::string nginx_says(const std::string& directory) {
  ChildProcess nginx({.argv = {nginx_binary(), "-t", "-q", "-p", directory, "-c",
                               directory + "/nginx.conf", "-g", globals_of(directory)}});
  const auto code = nginx.wait(std::chrono::seconds{60});
  if (code == 0) return "";
  static const std::regex kLine("\\[(?:emerg|crit)\\] (?:\\d+#\\d+: )?(.*)");
  std::istringstream lines(nginx.standard_error());
  std::smatch found;
  for (std::string line; std::getline(lines, line);) {
    if (std::regex_search(line, found, kLine)) return found[1];
  }
  return "without a word, exit code " + std::to_string(code.value_or(-1));
}

std::vector<audit::NginxError> we_say(const std::string& directory,
                                      const config::NginxBuild& build) {
  daemon::system::Disk disk;
  const audit::Policy policy{.nginx_conf = directory + "/nginx.conf",
                             .build = build,
                             .nginx_globals = globals_of(directory),
                             .canaries = {},
                             .limits = {}};
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return audit::build({.policy = policy, .disk = disk, .now = now, .previous = {}, .changes = {}})
      ->nginx_errors();
}

// OpenSSL's words differ between its releases.
std::string comparable(const std::string& text) { return text.substr(0, text.find(" (SSL:")); }

struct Tally {
  int accepted = 0, refused = 0, in_remit = 0, same = 0, false_alarms = 0, missed = 0, other = 0;
  milliseconds slowest{0};
  std::string slowest_name;
};

void judge(const std::string& directory, const config::NginxBuild& build, Tally& tally) {
  const std::string nginx = nginx_says(directory);
  const auto begin = steady_clock::now();
  const auto errors = we_say(directory, build);
  const auto took = duration_cast<milliseconds>(steady_clock::now() - begin);
  if (took > tally.slowest) {
    tally.slowest = took;
    tally.slowest_name = directory;
  }
  const std::string ours = errors.empty() ? "" : errors.front().text();
  INFO(directory << "\n  nginx: " << nginx << "\n  ours:  " << ours);
  CHECK(took < kSlow);
  if (nginx.empty()) {
    ++tally.accepted;
    tally.false_alarms += ours.empty() ? 0 : 1;
    CHECK(ours.empty());
    return;
  }
  ++tally.refused;
  if (!is_in_remit(nginx)) return;
  ++tally.in_remit;
  const bool is_same = comparable(ours) == comparable(nginx);
  ++(is_same ? tally.same : ours.empty() ? tally.missed : tally.other);
  CHECK(comparable(ours) == comparable(nginx));
}

}  // namespace

TEST_CASE(
    "real configs: what nginx accepts is accepted, and what it refuses is refused at the same "
    "line") {
  const std::string root = environment("MTLS_REAL_CONFIGS", "");
  if (root.empty() || !fs::exists(nginx_binary())) {
    WARN("skipped: MTLS_REAL_CONFIGS names no directory of configurations, or there is no nginx");
    return;
  }
  daemon::system::Disk disk;
  const auto binary = disk.read(nginx_binary(), kMaxBinaryBytes);
  REQUIRE(binary);
  const config::NginxBuild build = config::read_build(binary->text());
  std::vector<std::string> directories;
  for (const auto& entry : fs::directory_iterator(root)) {
    if (fs::exists(entry.path() / "nginx.conf")) directories.push_back(entry.path().string());
  }
  std::sort(directories.begin(), directories.end());
  Tally tally;
  for (const std::string& directory : directories) judge(directory, build, tally);
  CHECK_FALSE(directories.empty());
  WARN(directories.size() << " configurations: " << tally.accepted << " accepted ("
                          << tally.false_alarms << " false alarms), " << tally.refused
                          << " refused, of these " << tally.in_remit << " in remit: " << tally.same
                          << " same complaint, " << tally.other << " another, " << tally.missed
                          << " missed; slowest " << tally.slowest.count()
                          << " ms: " << tally.slowest_name);
}

}  // namespace mtls::testing
