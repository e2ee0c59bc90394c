// A Site with one page of each kind, and a web server in front of it, for the web tests.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "daemon/web/http/site.h"
#include "daemon/web/server.h"

namespace mtls::testing {

/// Less than the kernel takes of an answer in one go where nobody limits the send buffer.
inline constexpr std::size_t kBigBytes = std::size_t{2} << 20U;

class TestSite final : public daemon::web::http::Site {
 public:
  void get(const daemon::web::http::PageRequest& request, Answer answer) override {
    if (request.path == "/later") {  // made on another thread
      std::thread([post = request.post, answer = std::move(answer),
                   page = page(request)]() mutable {
        post([answer = std::move(answer), page] { answer(page); });
      }).detach();
      return;
    }
    answer(page(request));
  }
  bool takes_post(std::string_view path) const override { return path == "/-/reload"; }
  daemon::web::http::Page post(std::string_view /*path*/) override {
    ++posts;
    return {200, "text/plain", {two_}};
  }

  std::atomic<int> posts{0};

 private:
  std::optional<daemon::web::http::Page> page(const daemon::web::http::PageRequest& request) {
    const std::string_view path = request.path;
    if (path == "/metrics")
      return daemon::web::http::Page{200, "text/plain; version=0.0.4", {one_, two_}};
    if (path == "/" || path == "/later")
      return daemon::web::http::Page{200, "text/html; charset=utf-8", {one_}};
    if (path == "/refreshing")
      return daemon::web::http::Page{.status = 200,
                                     .content_type = "text/html",
                                     .parts = {one_},
                                     .content_security_policy = "default-src 'self'",
                                     .refresh = std::chrono::seconds(7)};
    if (path == "/query")
      return daemon::web::http::Page{
          200, "text/plain", {daemon::web::http::body_part(std::string(request.query))}};
    if (path == "/empty") return daemon::web::http::Page{200, "text/plain", {}};
    if (path == "/-/ready") return daemon::web::http::Page{503, "text/plain", {one_}};
    if (path == "/packed")
      return daemon::web::http::Page{200, std::string(request.accept), {packed_, one_}};
    if (path == "/no-memory") throw std::bad_alloc();
    if (path == "/big") return daemon::web::http::Page{200, "text/plain", {big_}};
    return std::nullopt;
  }

  daemon::web::http::Part one_ = daemon::web::http::body_part("up 1\n");
  daemon::web::http::Part two_ = daemon::web::http::body_part("down 0\n");
  daemon::web::http::Part packed_ = daemon::web::http::deflated_body_part("packed 1\n");
  daemon::web::http::Part big_ = daemon::web::http::body_part(std::string(kBigBytes, 'x'));
};

/// On 127.0.0.1, any port. Throws when it does not start.
class TestServer {
 public:
  explicit TestServer(daemon::web::WebOptions options = {},
                      std::unique_ptr<daemon::web::auth::LiveWebConfig> config = nullptr) {
    options.listen_addresses = {"127.0.0.1:0"};
    auto started = daemon::web::WebServer::start(options, site, counts, std::move(config));
    if (!started) throw std::runtime_error(started.error().message);
    server = std::move(*started);
    const std::string address = server->addresses().front();
    port = static_cast<std::uint16_t>(std::atoi(address.substr(address.rfind(':') + 1).c_str()));
  }

  TestSite site;
  daemon::web::RequestCounts counts;
  std::unique_ptr<daemon::web::WebServer> server;
  std::uint16_t port = 0;
};

}  // namespace mtls::testing
