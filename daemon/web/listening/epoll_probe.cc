#include "daemon/web/listening/epoll_probe.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <future>
#include <memory>
#include <thread>

namespace mtls::daemon::web::listening {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::milliseconds kDeadline{
    2000};  // ample for a thread that has nothing else to do
constexpr std::chrono::milliseconds kPause{1};
constexpr int kRounds = 3;

// Posts a task to the loop, which starts a timer there.
bool is_heard(asio::io_context& loop) {
  const auto timer = std::make_shared<asio::steady_timer>(loop);
  const auto heard = std::make_shared<std::promise<void>>();
  asio::post(loop, [timer, heard] {
    timer->expires_after(kPause);
    timer->async_wait([timer, heard](const boost::system::error_code&) { heard->set_value(); });
  });
  return heard->get_future().wait_for(kDeadline) == std::future_status::ready;
}

}  // namespace

// Only from the second round on is it certain that the thread sleeps when the task comes.
bool epoll_wakes(asio::io_context& loop) {
  auto work = asio::make_work_guard(loop);
  std::thread thread([&loop] { loop.run(); });
  for (int round = 0; round < kRounds; ++round) {
    if (!is_heard(loop)) {
      thread.detach();
      return false;
    }
    std::this_thread::sleep_for(kPause);
  }
  work.reset();
  thread.join();
  loop.restart();
  return true;
}

}  // namespace mtls::daemon::web::listening
