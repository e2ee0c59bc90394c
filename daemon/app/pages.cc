#include "daemon/app/pages.h"

#include <pthread.h>

#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>
#include <new>
#include <thread>

#include "daemon/settings/build_info.h"
#include "daemon/system/memory.h"
#include "reports/formats/formats.h"
#include "reports/status_page.h"

namespace mtls::daemon::app {

struct Pages::Shared {
  struct Question {
    Kind kind;
    web::http::Post post;  // only called under the mutex
    Done done;
  };
  using SharedSnapshot = std::shared_ptr<const audit::Snapshot>;

  explicit Shared(std::array<Make, 2> makers) : make(std::move(makers)) {}

  const std::array<Make, 2> make;
  std::mutex mutex;
  std::condition_variable changed;
  bool stopped = false;
  bool making = false;
  SharedSnapshot snapshot;
  std::array<web::http::Part, 2> pages;  // of `snapshot`, by Kind; nullptr: nobody has asked yet
  std::deque<Question> waiting;          // the first is being answered

  web::http::Part& page(Kind kind) { return pages.at(static_cast<std::size_t>(kind)); }

  web::http::Part made(Kind kind, const audit::Snapshot& of) const {
    const system::GivesUpWithoutMemory gives_up;
    try {
      return web::http::deflated_body_part(make.at(static_cast<std::size_t>(kind))(of));
    } catch (const std::bad_alloc&) {
      return nullptr;
    }
  }

  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return stopped || !waiting.empty(); });
      if (stopped) return;
      const Kind kind = waiting.front().kind;
      web::http::Part answer = page(kind);
      if (!answer) {
        SharedSnapshot of = snapshot;
        making = true;
        lock.unlock();
        answer = made(kind, *of);
        lock.lock();
        if (of == snapshot) page(kind) = answer;
        lock.unlock();
        of.reset();  // perhaps the last owner: nobody waits meanwhile
        lock.lock();
        making = false;
      }
      if (stopped) return;  // the questions were dropped
      Question question = std::move(waiting.front());
      waiting.pop_front();
      question.post([answer, done = std::move(question.done)] { done(answer); });
    }
  }
};

Pages::Pages(std::array<Make, 2> make) : shared_(std::make_shared<Shared>(std::move(make))) {
  std::thread([shared = shared_] {
    sigset_t all;  // signals are for the main thread
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
    ::pthread_setname_np(::pthread_self(), "pages");
    shared->work();
  }).detach();
}

void Pages::publish(std::shared_ptr<const audit::Snapshot> snapshot) {
  std::array<web::http::Part, 2> old;
  const std::lock_guard lock(shared_->mutex);
  std::swap(shared_->snapshot, snapshot);
  std::swap(shared_->pages, old);
}

bool Pages::is_ready() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->snapshot != nullptr;
}

void Pages::ask(Kind kind, const web::http::Post& post, Done done) {
  std::unique_lock lock(shared_->mutex);
  web::http::Part page = shared_->page(kind);
  if (!page && shared_->waiting.size() < kMaxWaiting) {
    shared_->waiting.push_back({.kind = kind, .post = post, .done = std::move(done)});
    shared_->changed.notify_one();
    return;
  }
  lock.unlock();
  done(std::move(page));
}

bool Pages::is_idle() const {
  const std::lock_guard lock(shared_->mutex);
  return !shared_->making;
}

void Pages::stop() {
  const std::lock_guard lock(shared_->mutex);
  shared_->stopped = true;
  shared_->waiting.clear();
  shared_->changed.notify_one();
}

std::array<Pages::Make, 2> page_makers(const std::string& telemetry_path) {
  const auto status = [telemetry_path](const audit::Snapshot& snapshot) {
    return reports::status_page(
        snapshot, {.version = settings::exporter_version(), .telemetry_path = telemetry_path});
  };
  // The same as that of `check --format json`.
  const auto check = [](const audit::Snapshot& snapshot) {
    const reports::Assessment assessment{.snapshot = snapshot};
    return reports::find_format(reports::formats::formats(), "json")
        ->render({.assessment = assessment,
                  .issues = reports::issues_of(assessment),
                  .accepted = reports::accepted_issues_of(assessment)});
  };
  return {status, check};
}

}  // namespace mtls::daemon::app
