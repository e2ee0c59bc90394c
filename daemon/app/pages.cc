#include "daemon/app/pages.h"

#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>
#include <new>
#include <thread>

#include "daemon/settings/build_info.h"
#include "daemon/settings/policy_source.h"
#include "daemon/system/memory.h"
#include "reports/formats/formats.h"
#include "reports/page/status_page.h"

namespace mtls::daemon::app {

struct Pages::Shared {
  struct Question {
    Key key;
    web::http::Post post;  // only called under the mutex
    Done done;
  };
  using SharedSnapshot = std::shared_ptr<const audit::Snapshot>;

  struct Kept {
    Key key;
    web::http::Part page;
  };

  explicit Shared(Makers makers) : make(std::move(makers)) {}

  const Makers make;
  std::mutex mutex;
  std::condition_variable changed;
  bool stopped = false;
  bool making = false;
  SharedSnapshot snapshot;
  std::deque<Kept> pages;        // of `snapshot`, the oldest first
  std::deque<Question> waiting;  // the first is being answered

  // nullptr: nobody has asked yet, or it is too long ago.
  web::http::Part page(const Key& key) const {
    const auto kept = std::ranges::find(pages, key, &Kept::key);
    return kept == pages.end() ? nullptr : kept->page;
  }

  // What is dropped: perhaps the last owner, so that the caller frees it without the mutex.
  std::deque<Kept> keep(const Key& key, const web::http::Part& page) {
    std::deque<Kept> dropped;
    pages.push_back({key, page});
    if (pages.size() > kMaxKept) {
      dropped.push_back(std::move(pages.front()));
      pages.pop_front();
    }
    return dropped;
  }

  web::http::Part made(const Key& key, const audit::Snapshot& of) const {
    const system::GivesUpWithoutMemory gives_up;
    try {
      return web::http::deflated_body_part(
          make.at(static_cast<std::size_t>(key.kind))(of, key.query));
    } catch (const std::bad_alloc&) {
      return nullptr;
    }
  }

  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return stopped || !waiting.empty(); });
      if (stopped) return;
      const Key key = waiting.front().key;
      web::http::Part answer = page(key);
      if (!answer) {
        SharedSnapshot of = snapshot;
        making = true;
        lock.unlock();
        answer = made(key, *of);
        lock.lock();
        std::deque<Kept> dropped;
        if (of == snapshot && answer) dropped = keep(key, answer);
        lock.unlock();
        dropped.clear();
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

Pages::Pages(Makers make) : shared_(std::make_shared<Shared>(std::move(make))) {
  std::thread([shared = shared_] {
    sigset_t all;  // signals are for the main thread
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
    ::pthread_setname_np(::pthread_self(), "pages");
    shared->work();
  }).detach();
}

void Pages::publish(std::shared_ptr<const audit::Snapshot> snapshot) {
  std::deque<Shared::Kept> old;
  const std::lock_guard lock(shared_->mutex);
  std::swap(shared_->snapshot, snapshot);
  std::swap(shared_->pages, old);
}

bool Pages::is_ready() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->snapshot != nullptr;
}

void Pages::ask(Key key, const web::http::Post& post, Done done) {
  std::unique_lock lock(shared_->mutex);
  web::http::Part page = shared_->page(key);
  if (!page && shared_->waiting.size() < kMaxWaiting) {
    shared_->waiting.push_back({.key = std::move(key), .post = post, .done = std::move(done)});
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

Pages::Makers page_makers(const std::string& telemetry_path) {
  const reports::page::PageLinks links{.version = std::string(settings::exporter_version()),
                                       .telemetry_path = telemetry_path,
                                       .host = settings::host_name()};
  const auto status = [links](const audit::Snapshot& snapshot, const std::string& query) {
    return reports::page::status_page(snapshot, links, reports::page::parse_query(query));
  };
  // The same as that of `check --format json`.
  const auto check = [](const audit::Snapshot& snapshot, const std::string&) {
    const reports::Assessment assessment{.snapshot = snapshot};
    return reports::find_format(reports::formats::formats(), "json")
        ->render({.assessment = assessment,
                  .issues = reports::issues_of(assessment),
                  .accepted = reports::accepted_issues_of(assessment)});
  };
  const auto explain = [links](const audit::Snapshot&, const std::string& question) {
    return reports::page::explain_page(links, question);
  };
  return {status, check, explain};
}

}  // namespace mtls::daemon::app
