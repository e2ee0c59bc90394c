#include "tests/integration/random/random_bench.h"
#include "tests/integration/build_under_test.h"

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <stdexcept>

#include "tests/integration/verdict/verdict_pki.h"
#include "tests/support/child_process.h"
#include "tests/support/wire/free_port.h"

namespace mtls::testing {
namespace {

constexpr const char* kGlobals = "error_log test.log; pid nginx.pid;";

std::vector<std::string> command(const TempDir& directory, const char* mode) {
  return {nginx_under_test(),
          mode,
          "-q",
          "-p",
          directory.path(),
          "-c",
          directory.path("nginx.conf"),
          "-e",
          directory.path("test.log"),
          "-g",
          kGlobals};
}

/// `nginx: [emerg] MESSAGE`; warnings before it are not complaints.
std::string first_complaint(const std::string& standard_error) {
  std::istringstream lines(standard_error);
  for (std::string line; std::getline(lines, line);) {
    for (const std::string level : {"[emerg] ", "[alert] ", "[crit] "}) {
      const std::size_t at = line.find(level);
      if (at != std::string::npos) return line.substr(at + level.size());
    }
  }
  return "";
}

// The text from ` (SSL:` to the last parenthesis: OpenSSL's codes and texts.
std::string without_openssl(const std::string& text) {
  const std::size_t begin = text.find(" (SSL:");
  const std::size_t end = text.rfind(')');
  if (begin == std::string::npos || end == std::string::npos || end < begin) return text;
  return text.substr(0, begin) + text.substr(end + 1);
}

// The complaint without quoted text and without the location.
std::string shape(const std::string& text) {
  std::string out;
  bool is_quoted = false;
  for (const char c : text.substr(0, text.rfind(" in /"))) {
    if (c == '"') is_quoted = !is_quoted;
    if (!is_quoted) out += c;
  }
  return out;
}

}  // namespace

bool is_out_of_remit(const std::string& nginx) {
  // Complaints that need the content of a key, the resolver, values inside data blocks, or the
  // order of locations and of the servers' sockets.
  for (const std::string known :
       {"key values mismatch", "PEM_read_bio_PrivateKey() failed", "host not found in",
        "invalid network ", "conflicting parameter ", "number of the map parameters",
        "number of the geo parameters", "duplicate location ", " is outside location ",
        "invalid location modifier ", "no \"listen\" is defined for server",
        "no handler for server"}) {
    if (nginx.find(known) != std::string::npos) return true;
  }
  return false;
}

bool agree(const Complaints& complaints) {
  return without_openssl(complaints.nginx) == without_openssl(complaints.ours);
}

std::string kind_of(const Complaints& complaints) {
  return shape(complaints.nginx) + " | " + shape(complaints.ours);
}

RandomBench::RandomBench() {
  for (int i = 0; i < 3; ++i) ports_.http.push_back(free_port());
  for (int i = 0; i < 2; ++i) ports_.stream.push_back(free_port());
  ports_.mail = free_port();
  ports_.plain = free_port();
  clients_ = write_material(directory_);
  policy_.nginx_conf = directory_.path("nginx.conf");
  policy_.build = build_under_test();
  policy_.nginx_globals = kGlobals;
  for (const RandomClient& client : clients_) {
    policy_.canaries.push_back({.name = client.name,
                                .certificate = directory_.path("clients/" + client.name + ".pem"),
                                .expect = audit::Expect::kAccept,
                                .servers = {}});
  }
}

void RandomBench::write(const Files& files) {
  for (const auto& [name, text] : files_) std::filesystem::remove(directory_.path(name));
  for (const auto& [name, text] : files) directory_.write(name, text);
  files_ = files;
  keep();
}

// MTLS_RANDOM_KEEP names a directory that gets a copy of each tree, for other programs to read.
void RandomBench::keep() {
  const char* const directory = std::getenv("MTLS_RANDOM_KEEP");
  if (directory == nullptr) return;
  const std::filesystem::path copy = std::filesystem::path(directory) / std::to_string(++kept_);
  std::filesystem::copy(
      directory_.path(), copy,
      std::filesystem::copy_options::recursive | std::filesystem::copy_options::copy_symlinks);
}

Complaints RandomBench::complaints() {
  const std::vector<audit::NginxError> errors = evaluate()->nginx_errors();
  return {.nginx = nginx_says(), .ours = errors.empty() ? "" : errors.front().text()};
}

std::shared_ptr<const audit::Snapshot> RandomBench::evaluate() {
  return audit::build(
      {.policy = policy_, .disk = disk_, .now = now(), .previous = nullptr, .changes = {}});
}

Files RandomBench::dumped_by_nginx() const {
  ChildProcess nginx({.argv = command(directory_, "-T")});
  if (nginx.wait(std::chrono::seconds{20}) != 0) return {};
  const std::string head = "# configuration file " + directory_.path() + "/";
  Files files;
  std::string* file = nullptr;
  std::istringstream lines(nginx.standard_output());
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(head)) {
      file = &files[line.substr(head.size(), line.size() - head.size() - 1)];
    } else if (file != nullptr) {
      *file += line + "\n";
    }
  }
  return files;
}

std::string RandomBench::nginx_says() const {
  ChildProcess nginx({.argv = command(directory_, "-t")});
  const std::optional<int> code = nginx.wait(std::chrono::seconds{20});
  if (code == 0) return "";
  const std::string complaint = first_complaint(nginx.standard_error());
  return complaint.empty() ? "failed without a word: " + nginx.standard_error() : complaint;
}

}  // namespace mtls::testing
