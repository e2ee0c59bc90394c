#include "daemon/system/log/log_queue.h"

#include <poll.h>
#include <pthread.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/sink.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <exception>
#include <string_view>
#include <utility>

namespace mtls::daemon::system::log {
namespace {

constexpr int kWriteTimeoutMs = 200;  // for a slow reader; a stuck one is not waited for

// Used by the queue's thread only, except for dropped().
class DescriptorSink final : public spdlog::sinks::sink {
 public:
  explicit DescriptorSink(FileDescriptor out) : out_(std::move(out)) {}

  void log(const spdlog::details::log_msg& message) override {
    std::string line(message.payload.data(), message.payload.size());
    if (cut_) line.insert(0, 1, '\n');  // ends the half line before this one
    line += '\n';
    const std::size_t written = write(line);
    stuck_ = written < line.size();
    if (stuck_) dropped_.fetch_add(1, std::memory_order_relaxed);
    if (written > 0) cut_ = stuck_;
  }
  void flush() override {}
  void set_pattern(const std::string& /*pattern*/) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter> /*formatter*/) override {}

  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  // O_NONBLOCK would also change the terminal or pipe for everyone who shares it. So we ask first,
  // and write at most PIPE_BUF bytes at once: a pipe that polls as writable takes that whole.
  std::size_t write(std::string_view line) const {
    std::size_t done = 0;
    while (done < line.size() && is_writable()) {
      const std::string_view rest = line.substr(done, PIPE_BUF);
      const ssize_t n = ::write(out_.get(), rest.data(), rest.size());
      if (n < 0 && errno != EINTR) break;
      done += static_cast<std::size_t>(std::max<ssize_t>(n, 0));
    }
    return done;
  }

  bool is_writable() const {
    if (!out_) return false;
    pollfd ask{.fd = out_.get(), .events = POLLOUT, .revents = 0};
    return ::poll(&ask, 1, stuck_ ? 0 : kWriteTimeoutMs) > 0;
  }

  FileDescriptor out_;
  bool stuck_ = false;  // the last line was not written whole
  bool cut_ = false;    // the last bytes written were half a line
  std::atomic<std::uint64_t> dropped_{0};
};

// Signals are for the main thread. SIGPIPE goes to the thread that writes and stays pending here.
void block_signals() {
  ::pthread_setname_np(::pthread_self(), "log");
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
}

class SpdlogQueue final : public LogQueue {
 public:
  SpdlogQueue(FileDescriptor out, std::size_t capacity)
      : sink_(std::make_shared<DescriptorSink>(std::move(out))),
        pool_(std::make_shared<spdlog::details::thread_pool>(capacity, 1, block_signals)),
        logger_(std::make_shared<spdlog::async_logger>(
            "", sink_, pool_, spdlog::async_overflow_policy::overrun_oldest)) {
    // spdlog's default handler would write to stderr.
    logger_->set_error_handler([this](const std::string&) { failed_.fetch_add(1); });
  }

  // The line already contains the level; spdlog never filters `critical`.
  void push(std::string line) override { logger_->log(spdlog::level::critical, line); }

  std::uint64_t dropped() const override {
    return sink_->dropped() + failed_.load() + pool_->overrun_counter();
  }

 private:
  std::atomic<std::uint64_t> failed_{0};
  std::shared_ptr<DescriptorSink> sink_;
  std::shared_ptr<spdlog::details::thread_pool> pool_;
  std::shared_ptr<spdlog::async_logger> logger_;
};

}  // namespace

base::Result<std::unique_ptr<LogQueue>> LogQueue::start(FileDescriptor out,
                                                        std::size_t capacity) try {
  return std::make_unique<SpdlogQueue>(std::move(out), capacity);
} catch (const std::exception& error) {
  return base::fail(base::ErrorCode::kInternal,
                    std::string("cannot start the log thread: ") + error.what());
}

}  // namespace mtls::daemon::system::log
