#include "tests/support/http_load.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>

namespace mtls::testing {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// What Prometheus 2.42 sends.
const std::string kScrape =
    "GET /metrics HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Prometheus/2.42.0\r\n"
    "Accept: application/openmetrics-text;version=1.0.0,"
    "application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1\r\n"
    "Accept-Encoding: gzip\r\nConnection: close\r\n\r\n";
const std::string kSlowRequest = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";

// Whoever is slower than this does not come any more.
constexpr std::chrono::seconds kPatience{20};

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// The connection may be under way still; one that fails shows when it is used.
int connect_to(std::uint16_t port, int receive_buffer = 0) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (receive_buffer > 0) {
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  [[maybe_unused]] const int under_way =
      ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
  return fd;
}

bool send_all(int fd, const std::string& bytes) {
  return ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

/// Many scrapes driven by one epoll instance.
class Scraping {
 public:
  Scraping(std::uint16_t port, std::size_t count) : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    scrapes_.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      scrapes_[i].fd = connect_to(port);
      scrapes_[i].asked = send_all(scrapes_[i].fd, kScrape);  // else once it is connected
      epoll_event event{.events = scrapes_[i].asked ? EPOLLIN : EPOLLOUT, .data = {.u64 = i}};
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, scrapes_[i].fd, &event);
    }
  }
  ~Scraping() {
    for (const Scrape& scrape : scrapes_) {
      if (scrape.fd >= 0) ::close(scrape.fd);
    }
    ::close(epoll_);
  }
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
  struct Scrape {
    int fd = -1;
    bool asked = false;
    std::string begin;  // of the answer
    std::size_t received = 0;
  };

  // True: it has ended.
  bool advance(std::size_t index) {
    Scrape& scrape = scrapes_[index];
    if (!scrape.asked) {
      scrape.asked = true;
      epoll_event event{.events = EPOLLIN, .data = {.u64 = index}};
      ::epoll_ctl(epoll_, EPOLL_CTL_MOD, scrape.fd, &event);
      return send_all(scrape.fd, kScrape) ? false : end(scrape);
    }
    std::array<char, 65536> chunk{};
    const ssize_t n = ::recv(scrape.fd, chunk.data(), chunk.size(), 0);
    if (n < 0 && errno == EAGAIN) return false;
    if (n <= 0) return end(scrape, n == 0);
    if (scrape.begin.size() < kBeginBytes) {
      scrape.begin.append(chunk.data(), static_cast<std::size_t>(n));
    }
    scrape.received += static_cast<std::size_t>(n);
    return false;
  }

  bool end(Scrape& scrape, bool closed_well = false) {
    ::close(std::exchange(scrape.fd, -1));
    if (closed_well && is_whole(scrape)) {
      result_.milliseconds.push_back(milliseconds_since(start_));
    } else {
      ++result_.failed;
    }
    return true;
  }

  // Without a Content-Length (Go sends chunks) the end of the connection is all there is to see.
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
  enum class Kind { kIdle, kDripping, kSlow };
  Kind kind;
  int fd = -1;
  bool asked = false;
  Clock::time_point next{};  // drip, or connection
};

RudeClients::RudeClients(std::uint16_t port, const RudeMix& mix) : port_(port) {
  clients_.insert(clients_.end(), mix.idle, {Client::Kind::kIdle});
  clients_.insert(clients_.end(), mix.dripping, {Client::Kind::kDripping});
  clients_.insert(clients_.end(), mix.slow, {Client::Kind::kSlow});
  for (Client& client : clients_) tick(client);
  thread_ = std::thread([this] { run(); });
}

RudeClients::~RudeClients() {
  stopping_ = true;
  thread_.join();
  for (const Client& client : clients_) {
    if (client.fd >= 0) ::close(client.fd);
  }
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
  if (client.fd < 0) {
    if (now < client.next) return;
    const bool slow = client.kind == Client::Kind::kSlow;
    client.fd = connect_to(port_, slow ? kTinyBuffer : 0);
    client.asked = false;
    client.next = now;
  }
  if (client.kind == Client::Kind::kDripping && now >= client.next) {
    send_all(client.fd, client.asked ? "x" : "GET /metrics HTTP/1.1\r\nX: ");
    client.asked = true;
    client.next = now + 1s;
  }
  if (client.kind == Client::Kind::kSlow && !client.asked) {
    client.asked = send_all(client.fd, kSlowRequest);
  }
  std::array<char, kBytesPerTick> scratch{};
  const ssize_t n = ::recv(client.fd, scratch.data(), scratch.size(), 0);
  if (n > 0 || (n < 0 && (errno == EAGAIN || errno == ENOTCONN))) return;
  ::close(std::exchange(client.fd, -1));
  client.next = now + 1s;
  ++hung_up_on_;
}

double Scrapes::quantile(double share) const {
  if (milliseconds.empty()) return 0;
  const double rank = std::ceil(share * static_cast<double>(milliseconds.size()));
  return milliseconds.at(static_cast<std::size_t>(std::max(rank, 1.0)) - 1);
}

Scrapes scrape_for(std::uint16_t port, std::chrono::milliseconds span,
                   const std::function<void()>& between) {
  Scrapes all;
  const auto start = Clock::now();
  while (Clock::now() - start < span) {
    const Scrapes one = Scraping(port, 1).finish();
    all.failed += one.failed;
    all.milliseconds.insert(all.milliseconds.end(), one.milliseconds.begin(),
                            one.milliseconds.end());
    between();
    std::this_thread::sleep_for(20ms);
  }
  std::sort(all.milliseconds.begin(), all.milliseconds.end());
  return all;
}

Scrapes scrape_at_once(std::uint16_t port, std::size_t count) {
  return Scraping(port, count).finish();
}

std::size_t resident_kib(pid_t pid) {
  std::ifstream statm("/proc/" + std::to_string(pid) + "/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) / 1024;
}

}  // namespace mtls::testing
