#include "daemon/app/pages.h"

#include <catch2/catch.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>

using namespace mtls;
using namespace mtls::daemon;

namespace {

using app::Pages;

/// A thread that asks: runs what is posted when it waits.
class Asker {
 public:
  web::http::Post post() {
    return [this](std::function<void()> task) {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
      changed_.notify_one();
    };
  }
  void run_one() {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(lock, std::chrono::seconds(60), [this] { return !tasks_.empty(); }));
    const auto task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
};

/// Opened once.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_open_ = false;
};

std::shared_ptr<const audit::Snapshot> snapshot_of(std::uint64_t generation) {
  auto snapshot = std::make_shared<audit::Snapshot>();
  snapshot->generation = generation;
  return snapshot;
}

std::string joined(const web::http::BodyBytes& body) {
  std::string bytes;
  for (const auto& part : body) bytes += *part;
  return bytes;
}

std::string text_of(const web::http::Part& part) { return joined(web::http::plain_body({part})); }

}  // namespace

TEST_CASE("pages: nothing is made before somebody asks, and once for all who ask") {
  int made = 0;
  Asker asker;
  Pages pages({[&](const audit::Snapshot& of, const std::string&) {
                 ++made;
                 return "status " + std::to_string(of.generation);
               },
               [](const audit::Snapshot&, const std::string&) { return std::string("check"); },
               nullptr});
  CHECK_FALSE(pages.is_ready());
  pages.publish(snapshot_of(1));
  pages.publish(snapshot_of(2));
  CHECK(pages.is_ready());
  std::vector<std::string> answers;
  const auto note = [&](const web::http::Part& page) { answers.push_back(text_of(page)); };
  for (int i = 0; i < 3; ++i) pages.ask({Pages::Kind::kStatus}, asker.post(), note);
  for (int i = 0; i < 3; ++i) asker.run_one();
  pages.ask({Pages::Kind::kStatus}, asker.post(), note);  // is there already
  pages.ask({Pages::Kind::kCheck}, asker.post(), note);
  asker.run_one();
  CHECK(answers ==
        std::vector<std::string>{"status 2", "status 2", "status 2", "status 2", "check"});
  CHECK(made == 1);
}

TEST_CASE("pages: a new Snapshot has a new page") {
  Asker asker;
  const auto make = [](const audit::Snapshot& of, const std::string&) {
    return std::to_string(of.generation);
  };
  Pages pages({make, make, make});
  std::vector<std::string> answers;
  for (const std::uint64_t generation : {1U, 2U}) {
    pages.publish(snapshot_of(generation));
    pages.ask({Pages::Kind::kCheck}, asker.post(),
              [&](const web::http::Part& page) { answers.push_back(text_of(page)); });
    asker.run_one();
  }
  CHECK(answers == std::vector<std::string>{"1", "2"});
}

TEST_CASE("pages: whoever asks while too many wait is told so at once") {
  Asker asker;
  const auto gate = std::make_shared<Gate>();
  const auto begun = std::make_shared<Gate>();
  const auto make = [gate, begun](const audit::Snapshot&, const std::string&) {
    begun->open();
    gate->wait();
    return std::string("page");
  };
  Pages pages({make, make, make});
  pages.publish(snapshot_of(1));
  CHECK(pages.is_idle());
  std::size_t answered = 0;
  std::size_t refused = 0;
  const auto note = [&](const web::http::Part& page) { ++(page ? answered : refused); };
  for (std::size_t i = 0; i < Pages::kMaxWaiting + 3; ++i)
    pages.ask({Pages::Kind::kStatus}, asker.post(), note);
  CHECK(refused == 3);
  begun->wait();
  CHECK_FALSE(pages.is_idle());
  gate->open();
  for (std::size_t i = 0; i < Pages::kMaxWaiting; ++i) asker.run_one();
  CHECK(answered == Pages::kMaxWaiting);
}

TEST_CASE("pages: no memory for a page is no page, and the next who asks may have it") {
  Asker asker;
  const auto tries = std::make_shared<int>(0);
  const auto make = [tries](const audit::Snapshot&, const std::string&) -> std::string {
    if (++*tries == 1) throw std::bad_alloc();
    return "page";
  };
  Pages pages({make, make, make});
  pages.publish(snapshot_of(1));
  std::vector<bool> there;
  for (int i = 0; i < 2; ++i) {
    pages.ask({Pages::Kind::kStatus}, asker.post(),
              [&](const web::http::Part& page) { there.push_back(page != nullptr); });
    asker.run_one();
  }
  CHECK(there == std::vector<bool>{false, true});
}

TEST_CASE("pages: the end does not wait for a page that is being made, and nobody gets it") {
  const auto gate = std::make_shared<Gate>();
  Asker asker;
  {
    const auto make = [gate](const audit::Snapshot&, const std::string&) {
      gate->wait();
      return std::string("page");
    };
    Pages pages({make, make, make});
    pages.publish(snapshot_of(1));
    pages.ask({Pages::Kind::kStatus}, asker.post(),
              [](const web::http::Part&) { FAIL("answered"); });
  }
  gate->open();
}

TEST_CASE("pages: each query has a page of its own, and only so many are kept") {
  Asker asker;
  std::size_t made = 0;
  const auto make = [&made](const audit::Snapshot&, const std::string& query) {
    ++made;
    return "<" + query + ">";
  };
  Pages pages({make, make, make});
  pages.publish(snapshot_of(1));
  std::string answer;
  const auto ask = [&](const std::string& query) {
    const std::size_t before = made;
    bool is_there = false;
    pages.ask({Pages::Kind::kStatus, query}, asker.post(), [&](const web::http::Part& page) {
      answer = text_of(page);
      is_there = true;
    });
    if (!is_there) asker.run_one();
    CHECK(answer == "<" + query + ">");
    return made - before;
  };
  CHECK(ask("q=a") == 1);
  CHECK(ask("q=b") == 1);
  CHECK(ask("q=a") == 0);
  for (std::size_t i = 0; i < Pages::kMaxKept; ++i) CHECK(ask("page=" + std::to_string(i)) == 1);
  CHECK(ask("page=" + std::to_string(Pages::kMaxKept - 1)) == 0);
  CHECK(ask("q=a") == 1);
}
