// `nginx -t` and audit::build() on the same configuration and files: both accept it, or both refuse
// it with the same first message. Knows how to ask both, not what is right.
#pragma once

#include <catch2/catch.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "audit/build.h"
#include "daemon/system/disk.h"
#include "pki/ssl/ssl_context.h"
#include "tests/integration/build_under_test.h"
#include "tests/integration/verdict/verdict_pki.h"
#include "tests/support/nginx_runner.h"
#include "tests/support/wire/free_port.h"

namespace mtls::testing {

/// A text of the configuration, as a test writes it.
struct RefusalRow {
  std::string what;         // the directives under test
  std::string expect = {};  // part of nginx's message; "": nginx accepts
};

class RefusalBench {
 public:
  RefusalBench() {
    policy.build = build_under_test();
    policy.nginx_conf = directory_.path("nginx.conf");
  }

  void file(const std::string& name, const std::string& text) const {
    directory_.write(name, text);
  }
  std::string path(const std::string& name) const { return directory_.path(name); }

  /// `what` inside one TLS server block of http; `around` goes beside that block.
  void http(const std::string& server, const std::string& around = "") {
    conf_ = nginx_http_conf(around + "\nserver { listen 127.0.0.1:" + port_ + " ssl;\n" + server +
                            "\n}");
  }
  void stream(const std::string& server, const std::string& listen = "ssl") {
    conf_ = load_module("stream") + "events {}\nstream {\nserver { listen 127.0.0.1:" + port_ +
            " " + listen + ";\nproxy_pass 127.0.0.1:1;\n" + server + "\n}\n}\n";
  }
  void mail(const std::string& server, const std::string& listen = "ssl") {
    conf_ = load_module("mail") +
            "events {}\nmail {\nauth_http 127.0.0.1:1/;\nserver { listen 127.0.0.1:" + port_ + " " +
            listen + ";\nprotocol imap;\n" + server + "\n}\n}\n";
  }
  /// The complete text.
  void conf(const std::string& text) { conf_ = text; }

  /// `expect`: part of nginx's message, "" when it accepts. It keeps both from agreeing on
  /// nonsense.
  void check(const std::string& expect) {
    const NginxTest nginx = check_agreement();
    if (!tables_are_of(policy.build)) return;
    CHECK((nginx.exit_code == 0) == expect.empty());
    CHECK(nginx.emerg.find(expect) != std::string::npos);
  }

  /// Checks that nginx's first message and ours are the same up to `(SSL:`.
  NginxTest check_agreement() {
    NginxTest nginx = ask();
    const auto ours = errors();
    const std::string theirs = words_of(nginx.emerg);
    const std::string first = ours.empty() ? "" : ours.front().text();
    INFO("nginx: " << theirs);
    INFO("ours:  " << first);
    CHECK((nginx.exit_code == 0) == ours.empty());
    CHECK(before_openssl(first) == before_openssl(theirs));
    ++asked;
    refused += theirs.empty() ? 0U : 1U;
    equal += !theirs.empty() && first == theirs ? 1U : 0U;
    return nginx;
  }

  std::vector<audit::NginxError> errors() {
    return audit::build(
               {.policy = policy, .disk = disk_, .now = now(), .previous = nullptr, .changes = {}})
        ->nginx_errors();
  }

  audit::Policy policy;
  std::size_t asked = 0;
  std::size_t refused = 0;
  std::size_t equal = 0;  // of these, the ones that are equal to the last word

  NginxTest ask() const {
    directory_.write("nginx.conf", conf_);
    return NginxRunner::test(directory_);
  }

 private:
  // `… [emerg] 12#12: MESSAGE`.
  static std::string words_of(const std::string& emerg) {
    constexpr std::string_view kLevel = "[emerg] ";
    const std::size_t at = emerg.find(kLevel);
    if (at == std::string::npos) return emerg;
    std::string words = emerg.substr(at + kLevel.size());
    const std::size_t process = words.find('#');
    const std::size_t colon = words.find(": ");
    if (process != std::string::npos && process < colon) words.erase(0, colon + 2);
    while (words.ends_with('\n')) words.pop_back();
    return words;
  }

  static std::string before_openssl(const std::string& message) {
    return message.substr(0, message.find("(SSL:"));
  }

  const TempDir directory_;
  daemon::system::Disk disk_;
  const std::string port_ = std::to_string(free_port());
  std::string conf_;
};

}  // namespace mtls::testing
