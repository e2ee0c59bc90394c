#include "daemon/web/server.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <csignal>
#include <exception>
#include <functional>
#include <future>
#include <new>
#include <string_view>
#include <thread>

#include "daemon/system/process_metrics.h"
#include "daemon/web/auth/access_gate.h"
#include "daemon/web/connections.h"
#include "daemon/web/listener.h"
#include "daemon/web/listening/acceptor.h"
#include "daemon/web/listening/epoll_probe.h"
#include "daemon/web/listening/listen_address.h"

namespace mtls::daemon::web {
namespace {

constexpr std::chrono::milliseconds kStopDeadline{1500};

// Signals are for the main thread.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

// The other half of the remaining descriptors is for the files that the daemon is there to read.
Connections::Limits limits_of(const WebOptions& options, const auth::LiveWebConfig* config) {
  constexpr double kLeast = 4;
  Connections::Limits limits{.all = options.max_connections,
                             .per_peer = options.max_connections_per_peer,
                             .grace = options.eviction_grace,
                             .crowd = std::max(options.max_crowd, options.max_connections),
                             .handshakes = options.max_handshakes};
  if (config != nullptr && config->tls()) limits.begun = options.max_tls_sessions;
  const base::Result<system::ProcessMetrics> process = system::read_process_metrics();
  if (!process || process->max_fds < 0) return limits;
  const double half = std::max(kLeast, (process->max_fds - process->open_fds) / 2);
  limits.all = std::min(limits.all, static_cast<std::size_t>(half));
  limits.crowd = std::min(limits.crowd, static_cast<std::size_t>(half));
  return limits;
}

class BeastServer final : public WebServer {
 public:
  BeastServer(const WebOptions& options, http::Site& site, RequestCounts& counts,
              std::unique_ptr<auth::LiveWebConfig> config)
      : options_(options),
        connections_(limits_of(options_, config.get())),
        gate_(std::move(config), post_),
        handshakes_({.post = post_,
                     .post_later = [this](auto task) { run_later(std::move(task)); },
                     .has_room =
                         [this] {
                           return connections_.has_room_for_handshake(Connections::Clock::now());
                         }}),
        context_{options_, site, counts, connections_, gate_, handshakes_, post_} {}
  ~BeastServer() override { BeastServer::stop(); }

  base::Result<void> listen() {
    for (const int fd : options_.inherited_sockets) {
      if (auto added = add(listening::adopt(loop_, fd)); !added) return added;
    }
    if (!listeners_.empty()) return {};
    for (const std::string& text : options_.listen_addresses) {
      const base::Result<listening::ListenAddress> address = listening::parse_listen_address(text);
      if (!address) return tl::unexpected(address.error());
      if (auto added = add(listening::listen_on(loop_, *address)); !added) return added;
    }
    return {};
  }

  void run() {
    const SignalsBlocked blocked;  // a thread inherits the mask
    thread_ = std::thread([this] {
      ::pthread_setname_np(::pthread_self(), "web");
      serve();
      finished_.set_value();
    });
  }

  bool can_be_woken() { return listening::epoll_wakes(loop_); }

  std::vector<std::string> addresses() const override { return addresses_; }

  // Once the listeners are closed, the loop runs until the last session is done.
  void stop() override {
    if (!thread_.joinable()) return;
    boost::asio::post(loop_, [this] {
      for (const auto& listener : listeners_) listener->close();
      if (!connections_.stop(Connections::Clock::now())) return;
      stop_timer_.expires_after(Connections::kFresh);
      stop_timer_.async_wait([this](const auto& cancelled) {
        if (!cancelled) connections_.stop(Connections::Clock::now());
      });
    });
    finished_.get_future().wait_for(kStopDeadline);
    stopped_ = true;
    loop_.stop();
    thread_.join();
    gate_.stop();
  }

 private:
  base::Result<void> add(base::Result<listening::ListeningSocket> socket) {
    if (!socket) return tl::unexpected(socket.error());
    addresses_.push_back(listening::name_of(socket->acceptor));
    listeners_.push_back(std::make_unique<Listener>(std::move(*socket), context_));
    return {};
  }

  void run_later(std::function<void()> task) {
    constexpr std::chrono::milliseconds kLater{5};
    handshake_timer_.expires_after(kLater);
    handshake_timer_.async_wait([task = std::move(task)](const auto& cancelled) {
      if (!cancelled) task();
    });
  }

  // A step that gets no memory ends its own connection and no other (F13).
  void serve() {
    constexpr std::chrono::milliseconds kPause{10};
    while (true) {
      try {
        for (const auto& listener : listeners_) listener->accept_next();
        loop_.run();
        return;
      } catch (const std::bad_alloc&) {
        std::this_thread::sleep_for(kPause);
        loop_.restart();  // the loop has stopped if it waited for nothing else
        if (stopped_) loop_.stop();
      }
    }
  }

  const http::Post post_ = [this](std::function<void()> task) {
    boost::asio::post(loop_, std::move(task));
  };
  const WebOptions options_;
  Connections connections_;
  auth::AccessGate gate_;
  HandshakeQueue handshakes_;
  WebContext context_;
  boost::asio::io_context loop_{1};  // declared after what sessions use, because it destroys them
  boost::asio::steady_timer handshake_timer_{loop_};
  boost::asio::steady_timer stop_timer_{loop_};
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<std::string> addresses_;
  std::promise<void> finished_;
  std::atomic<bool> stopped_ = false;
  std::thread thread_;
};

}  // namespace

// The io_context and the thread throw when the process runs out of descriptors or threads.
base::Result<std::unique_ptr<WebServer>> WebServer::start(
    const WebOptions& options, http::Site& site, RequestCounts& counts,
    std::unique_ptr<auth::LiveWebConfig> config) try {
  auto server = std::make_unique<BeastServer>(options, site, counts, std::move(config));
  if (!server->can_be_woken()) {
    [[maybe_unused]] const auto* stays = server.release();  // leaked: a thread hangs in its loop
    return base::fail(base::ErrorCode::kUnreadable,
                      "cannot start the HTTP server: the kernel refuses entries in an epoll set "
                      "(raise MemoryMax= or fs.epoll.max_user_watches)");
  }
  if (base::Result<void> bound = server->listen(); !bound) return tl::unexpected(bound.error());
  server->run();
  return server;
} catch (const std::exception& error) {
  return base::fail(base::ErrorCode::kUnreadable,
                    std::string("cannot start the HTTP server: ") + error.what());
}

}  // namespace mtls::daemon::web
