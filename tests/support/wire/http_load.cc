#include "tests/support/wire/http_load.h"

#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>

namespace mtls::testing {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// The header that Prometheus 2.42 sends.
const std::string kScrape =
    "GET /metrics HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Prometheus/2.42.0\r\n"
    "Accept: application/openmetrics-text;version=1.0.0,"
    "application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1\r\n"
    "Accept-Encoding: gzip\r\nConnection: close\r\n\r\n";
const std::string kSlowRequest = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";

// A client that is slower than this counts as failed.
constexpr std::chrono::seconds kPatience{20};

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// Many scrapes, driven by one epoll instance.
class Scraping {
 public:
  Scraping(const LoadTarget& target, std::size_t count) : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    scrapes_.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      scrapes_[i].link = LoadLink(target);
      // Otherwise sent when the socket is ready.
      scrapes_[i].asked = scrapes_[i].link.send(kScrape) == State::kDone;
      epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {.u64 = i}};
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, scrapes_[i].link.fd(), &event);
    }
  }
  ~Scraping() { ::close(epoll_); }
  Scraping(const Scraping&) = delete;
  Scraping& operator=(const Scraping&) = delete;

  Scrapes finish() {
    std::size_t open = scrapes_.size();
    std::array<epoll_event, 64> events{};
    while (open > 0 && Clock::now() - start_ < kPatience) {
      const int n = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 100);
      for (int i = 0; i < n; ++i) {
        if (advance(events.at(static_cast<std::size_t>(i)).data.u64)) --open;
      }
    }
    result_.failed += open;
    std::sort(result_.milliseconds.begin(), result_.milliseconds.end());
    return std::move(result_);
  }

 private:
  using State = LoadLink::State;
  struct Scrape {
    LoadLink link;
    bool asked = false;
    std::string begin;  // begin of the answer
    std::size_t received = 0;
  };

  // Reads as far as possible without waiting. true: the answer is complete.
  bool advance(std::size_t index) {
    Scrape& scrape = scrapes_[index];
    if (!scrape.asked) {
      const State state = scrape.link.send(kScrape);
      if (state != State::kDone) return state == State::kLater ? false : end(scrape);
      scrape.asked = true;
    }
    std::array<char, 65536> chunk{};
    while (true) {
      const auto [state, n] = scrape.link.receive(chunk.data(), chunk.size());
      if (state == State::kLater) return false;
      if (state == State::kFailed || n == 0) return end(scrape, state == State::kDone);
      if (scrape.begin.size() < kBeginBytes) scrape.begin.append(chunk.data(), n);
      scrape.received += n;
    }
  }

  bool end(Scrape& scrape, bool closed_well = false) {
    scrape.link.close();
    if (closed_well && is_whole(scrape)) {
      result_.milliseconds.push_back(milliseconds_since(start_));
    } else {
      ++result_.failed;
    }
    return true;
  }

  // Without a Content-Length (Go sends chunks) only the end of the connection ends the answer.
  static bool is_whole(const Scrape& scrape) {
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    const std::size_t head = scrape.begin.find("\r\n\r\n");
    if (!scrape.begin.starts_with("HTTP/1.1 200 ") || head == std::string::npos) return false;
    const std::size_t length = scrape.begin.find(kLength);
    if (length > head) return true;
    const char* digits = scrape.begin.c_str() + length + kLength.size();
    return scrape.received == head + 4 + std::strtoull(digits, nullptr, 10);
  }

  static constexpr std::size_t kBeginBytes = 1024;
  int epoll_;
  Clock::time_point start_ = Clock::now();
  std::vector<Scrape> scrapes_;
  Scrapes result_;
};

}  // namespace

struct RudeClients::Client {
  enum class Kind { kIdle, kStalled, kDripping, kSlow };
  Kind kind;
  LoadLink link = {};
  bool begun = false;
  Clock::time_point next{};  // time of the next dripped byte or connection
};

RudeClients::RudeClients(const LoadTarget& target, const RudeMix& mix) : target_(target) {
  const auto add = [this](std::size_t count, Client::Kind kind) {
    for (std::size_t i = 0; i < count; ++i) clients_.push_back({.kind = kind});
  };
  add(mix.idle, Client::Kind::kIdle);
  add(mix.stalled, Client::Kind::kStalled);
  add(mix.dripping, Client::Kind::kDripping);
  add(mix.slow, Client::Kind::kSlow);
  for (Client& client : clients_) tick(client);
  thread_ = std::thread([this] { run(); });
}

RudeClients::~RudeClients() {
  stopping_ = true;
  thread_.join();
}

void RudeClients::run() {
  while (!stopping_) {
    for (Client& client : clients_) tick(client);
    std::this_thread::sleep_for(100ms);
  }
}

void RudeClients::tick(Client& client) {
  constexpr int kTinyBuffer = 4096;
  constexpr std::size_t kBytesPerTick = 100;
  const auto now = Clock::now();
  if (!client.link) {
    if (now < client.next) return;
    client.link = LoadLink(target_, client.kind == Client::Kind::kSlow ? kTinyBuffer : 0);
    client.begun = false;
    client.next = now + 1s;
  }
  if (!client.begun) {
    client.begun = begin(client);
    if (!client.begun && target_.transport == Transport::kTls) return;  // the handshake reads
  } else if (client.kind == Client::Kind::kDripping && now >= client.next) {
    client.link.send("x");
    client.next = now + 1s;
  }
  if (client.link.discard(kBytesPerTick)) return;
  client.link.close();
  client.next = now + 1s;
  ++hung_up_on_;
}

// A failed connection shows when it is read from.
bool RudeClients::begin(Client& client) {
  const auto step = [&client] {
    switch (client.kind) {
      case Client::Kind::kIdle: return client.link.shake_hands();
      case Client::Kind::kStalled: return client.link.greet();
      case Client::Kind::kDripping: return client.link.send("GET /metrics HTTP/1.1\r\nX: ");
      case Client::Kind::kSlow: break;
    }
    return client.link.send(kSlowRequest);
  };
  return step() != LoadLink::State::kLater;
}

double Scrapes::quantile(double share) const {
  if (milliseconds.empty()) return 0;
  const double rank = std::ceil(share * static_cast<double>(milliseconds.size()));
  return milliseconds.at(static_cast<std::size_t>(std::max(rank, 1.0)) - 1);
}

Scrapes scrape_for(const LoadTarget& target, std::chrono::milliseconds span,
                   const std::function<void()>& between) {
  Scrapes all;
  const auto start = Clock::now();
  while (Clock::now() - start < span) {
    const Scrapes one = Scraping(target, 1).finish();
    all.failed += one.failed;
    all.milliseconds.insert(all.milliseconds.end(), one.milliseconds.begin(),
                            one.milliseconds.end());
    between();
    std::this_thread::sleep_for(20ms);
  }
  std::sort(all.milliseconds.begin(), all.milliseconds.end());
  return all;
}

Scrapes scrape_at_once(const LoadTarget& target, std::size_t count) {
  return Scraping(target, count).finish();
}

void allow_many_descriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::size_t resident_kib(pid_t pid) {
  std::ifstream statm("/proc/" + std::to_string(pid) + "/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) / 1024;
}

}  // namespace mtls::testing
