#include "tests/support/nginx_runner.h"

#include <unistd.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <stdexcept>

#include "tests/support/nginx_under_test.h"

namespace mtls::testing {
namespace {

using std::chrono::seconds;

/// nginx refuses a second `user` or `pid`, so -g must not repeat a directive that begins a line of
/// the file.
bool sets(const std::string& conf, const std::string& directive) {
  std::istringstream lines(conf);
  for (std::string line, word; std::getline(lines, line);) {
    if (std::istringstream(line) >> word && word == directive) return true;
  }
  return false;
}

std::vector<std::string> command(const TempDir& directory, const std::string& log) {
  const std::string conf = directory.read("nginx.conf");
  std::string global = "daemon off; error_log \"" + directory.path(log) + "\" info;";
  if (!sets(conf, "pid")) global += " pid \"" + directory.path("nginx.pid") + "\";";
  // The directory is closed to other users, and so it would be to workers that run as nobody.
  if (geteuid() == 0 && !sets(conf, "user")) global += " user root;";
  // -e: otherwise nginx would open the compiled-in log, perhaps in /var/log/nginx, before it reads
  // the configuration.
  return {nginx_under_test(),
          "-p",
          directory.path(),
          "-c",
          directory.path("nginx.conf"),
          "-e",
          directory.path(log),
          "-g",
          global};
}

std::string first_emerg(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("[emerg]") != std::string::npos) return line;
  }
  return "";
}

/// Counts by the master's notices `start worker process N` (ngx_spawn_process()) and `worker
/// process N exited …` (ngx_process_get_status()).
std::set<std::string> running_workers(const std::string& log) {
  constexpr std::string_view kNotice = "worker process ";
  std::set<std::string> workers;
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t at = line.find(kNotice);
    if (at == std::string::npos) continue;
    std::string worker;
    std::istringstream(line.substr(at + kNotice.size())) >> worker;
    if (line.find("start " + std::string(kNotice)) != std::string::npos) workers.insert(worker);
    if (line.find(worker + " exited") != std::string::npos) workers.erase(worker);
  }
  return workers;
}

bool shuts_down(const std::string& worker, const std::string& log) {
  return log.find(" " + worker + "#" + worker + ": gracefully shutting down") != std::string::npos;
}

}  // namespace

std::string nginx_http_conf(std::string_view servers) {
  std::ostringstream conf;
  conf << "worker_processes 1;\nevents {}\nhttp {" << kNginxHttpPaths << servers << "\n}\n";
  return conf.str();
}

bool NginxRunner::available() { return access(nginx_under_test().c_str(), X_OK) == 0; }

NginxTest NginxRunner::test(const TempDir& directory, std::chrono::seconds patience) {
  std::vector<std::string> argv = command(directory, "test.log");
  argv.emplace_back("-t");
  ChildProcess nginx({.argv = argv});
  const int exit_code = nginx.wait(patience).value();
  return {.exit_code = exit_code, .emerg = first_emerg(nginx.standard_error())};
}

// A master that is killed leaves its workers behind; it passes SIGTERM on to them.
NginxRunner::NginxRunner(const TempDir& directory)
    : directory_(directory),
      log_start_(directory.read("error.log").size()),
      master_({.argv = command(directory, "error.log"), .death_signal = SIGTERM}) {
  // ngx_master_process_cycle() starts workers after listen() and with SIGHUP already blocked. So
  // from the first worker's notice on, connections are accepted and signals are safe. No connection
  // for probing appears in the log.
  const bool settled = eventually(seconds{20}, [this] {
    return !running_workers(error_log()).empty() || master_.wait(seconds{0});
  });
  if (!settled || master_.wait(seconds{0})) {
    throw std::runtime_error("nginx did not start: " + master_.standard_error());
  }
}

void NginxRunner::reload() {
  const std::set<std::string> old = running_workers(error_log());
  const std::size_t mark = error_log().size();
  std::string news;
  master_.signal(SIGHUP);
  const bool settled = eventually(seconds{20}, [&] {
    news = error_log().substr(mark);
    return news.find("[emerg]") != std::string::npos ||
           std::ranges::all_of(old, [&](const auto& worker) { return shuts_down(worker, news); });
  });
  const std::string emerg = first_emerg(news);
  if (!settled || !emerg.empty()) throw std::runtime_error("nginx did not reload: " + emerg);
  // A worker closes its listening sockets right after that notice and soon exits. One that still
  // serves a connection may take longer, but accepts no more.
  eventually(seconds{1}, [&] {
    const std::set<std::string> now = running_workers(error_log());
    return std::ranges::none_of(old, [&](const auto& worker) { return now.contains(worker); });
  });
}

std::string NginxRunner::error_log() const {
  return directory_.read("error.log").substr(log_start_);
}

}  // namespace mtls::testing
