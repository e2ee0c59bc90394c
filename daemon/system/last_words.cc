#include "daemon/system/last_words.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>

namespace mtls::daemon::system {
namespace {

constexpr int kBroken = 3;

std::array<char, 512> last_line{};
std::atomic<std::size_t> length = 0;  // 0: no message is set

// Runs in the thread that called abort(3), whatever that holds: only what signal-safety(7) allows.
void write_last_line(int /*signal*/) {
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, last_line.data(), length);
  ::_exit(kBroken);
}

}  // namespace

void set_last_words(std::string_view line) {
  const std::size_t size = std::min(line.size(), last_line.size() - 1);
  std::copy_n(line.begin(), size, last_line.begin());
  last_line.at(size) = '\n';
  length = size + 1;
  std::signal(SIGABRT, write_last_line);
}

void no_last_words() {
  std::signal(SIGABRT, SIG_DFL);
  length = 0;
}

bool has_last_words() { return length > 0; }

}  // namespace mtls::daemon::system
