#include "daemon/commands/progress.h"

#include <chrono>
#include <cstdio>
#include <string_view>
#include <system_error>

#include <unistd.h>

#include "daemon/commands/terminal.h"

namespace mtls::daemon::commands {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kErase = "\r\x1B[K";  // ECMA-48 EL: to the end of the line

void write(std::string_view text) {
  (void)std::fwrite(text.data(), 1, text.size(), stderr);
  (void)std::fflush(stderr);
}

}  // namespace

Progress::Progress(std::string step) : step_(std::move(step)) {
  if (!is_able_terminal(STDERR_FILENO)) return;
  try {
    writer_ = std::thread([this] { write_until_done(); });
  } catch (const std::system_error&) {
    writer_ = {};  // too many threads: the work matters, this does not
  }
}

Progress::~Progress() {
  if (!writer_.joinable()) return;
  {
    const std::scoped_lock lock(mutex_);
    is_over_ = true;
  }
  ended_.notify_one();
  writer_.join();
}

void Progress::now(std::string step) {
  const std::scoped_lock lock(mutex_);
  step_ = std::move(step);
}

void Progress::write_until_done() {
  std::unique_lock lock(mutex_);
  int seconds = 0;
  while (!ended_.wait_for(lock, 1s, [this] { return is_over_; })) {
    const std::string line = std::to_string(++seconds) + " s: " + step_;
    const std::size_t columns = terminal_columns(STDERR_FILENO);
    // One column stays free: a full line would become two, and only one is erased.
    write(std::string(kErase) + (columns > 1 ? line.substr(0, columns - 1) : line));
  }
  if (seconds > 0) write(kErase);
}

}  // namespace mtls::daemon::commands
