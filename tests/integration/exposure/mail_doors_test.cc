// Mail server blocks that demand client certificates: real nginx must ask its auth_http for a login
// without TLS exactly where we list a door, and judge clients after STARTTLS as it does behind
// `listen ... ssl` (R9.15, R9.21).
#include <catch2/catch.hpp>
#include <optional>
#include <vector>

#include "config/resolve.h"
#include "config/syntax/parser.h"
#include "tests/integration/build_under_test.h"
#include "tests/integration/config/nginx_modules.h"
#include "tests/support/wire/free_port.h"
#include "tests/support/wire/mail_client.h"

namespace mtls::testing {
namespace {

using config::Guard;

/// A server block with ssl_verify_client on. `open`: the directive that leaves it open.
struct Block {
  std::string protocol;
  std::string more;  // its directives; `tls` and `plain` stand for its two listens
  std::string open;  // "": it is closed
  bool is_smtp_without_login = false;
};

const std::vector<Block> kBlocks{
    {"imap", "tls", ""},
    {"imap", "plain starttls only;", ""},
    {"pop3", "plain starttls only;", ""},
    {"smtp", "plain starttls only;", ""},
    {"imap", "plain starttls on;", "starttls"},
    {"pop3", "plain starttls on;", "starttls"},
    {"smtp", "plain starttls on;", "starttls"},
    {"imap", "plain starttls ON;", "starttls"},
    {"imap", "tls plain", "listen"},
    {"imap", "tls plain starttls off;", "listen"},
    {"pop3", "tls plain starttls on;", "starttls"},
    {"smtp", "tls plain starttls only;", ""},
    // Without a login nginx does not look at starttls.
    {"smtp", "plain starttls only; smtp_auth none;", "smtp_auth", true},
    {"smtp", "plain starttls only; smtp_auth login None;", "smtp_auth", true},
    {"smtp", "plain starttls only; smtp_auth plain;", "", true},
    {"smtp", "tls smtp_auth none;", "", true},
    {"imap", "plain starttls only; smtp_auth none;", ""},
};

bool has_none(const Block& block) { return block.more.find("one;") != std::string::npos; }

struct Ports {
  std::uint16_t tls = free_port();
  std::uint16_t plain = free_port();
};

class MailBench {
 public:
  MailBench() {
    const std::string auth = std::to_string(free_port());
    text_ = load_module("mail") +
            nginx_http_conf("server { listen 127.0.0.1:" + auth +
                            "; location / { add_header Auth-Status "
                            "refused-by-auth; return 204; } }\n") +
            "mail { server_name mail.test; auth_http 127.0.0.1:" + auth +
            "/; ssl_certificate server.pem; ssl_certificate_key server.key;\n"
            "ssl_client_certificate ca.pem; ssl_verify_client on;\n";
    for (const Block& block : kBlocks) text_ += server(block);
    text_ += "}\n";
    directory_.write("ca.pem", ca_.certificate_pem);
    directory_.write("server.pem", server_.certificate_pem);
    directory_.write("server.key", server_.key_pem);
    directory_.write("nginx.conf", text_);
    auto parsed = config::syntax::parse(text_, base::FileId{0});
    REQUIRE(parsed.diagnostics.empty());
    document_ = {std::move(parsed.directives), {}, {directory_.path("nginx.conf")}};
    ours_ = config::resolve(document_, document_.files[0], build_under_test());
    nginx_.emplace(directory_);
  }

  /// The first server block is that of auth_http.
  const config::TlsContext& ours(std::size_t index) const { return ours_.servers.at(index + 1); }

  std::string says(std::size_t index, MailTls tls, const Minted* client = nullptr) const {
    const Block& block = kBlocks[index];
    MailLogin login{
        .port = tls == MailTls::kFromTheStart ? ports_[index].tls : ports_[index].plain,
        .protocol = block.protocol,
        .tls = tls,
        .without_login = block.is_smtp_without_login && (tls == MailTls::kNone || has_none(block))};
    if (client != nullptr) {
      login.client_chain_pem = client->certificate_pem;
      login.client_key_pem = client->key_pem;
    }
    return log_in(login);
  }

  const Minted& client() const { return client_; }
  const Minted& stranger() const { return stranger_; }

 private:
  std::string server(const Block& block) {
    const Ports& ports = ports_.emplace_back();
    std::string text = "server { protocol " + block.protocol + "; " + block.more + " }\n";
    const auto put = [&](const std::string& word, const std::string& listen) {
      const std::size_t at = text.find("; " + word);
      if (at != std::string::npos) text.replace(at + 2, word.size(), listen);
    };
    const auto on = [](std::uint16_t port) { return "listen 127.0.0.1:" + std::to_string(port); };
    put("tls", on(ports.tls) + " ssl;");
    put("plain", on(ports.plain) + ";");
    return text;
  }

  const TempDir directory_;
  Minted ca_ = authority("CN=CA");
  Minted client_ = leaf(&ca_);
  Minted stranger_ = leaf(nullptr);
  Minted server_ = leaf(nullptr, purpose("serverAuth"));
  std::vector<Ports> ports_;
  std::string text_;
  config::syntax::Document document_;
  config::ResolvedConfig ours_;
  std::optional<NginxRunner> nginx_;
};

bool was_asked(const std::string& answer) {
  return answer.find("refused-by-auth") != std::string::npos;
}

bool has_listen(const Block& block, const std::string& word) {
  return (" " + block.more).find(" " + word) != std::string::npos;
}

}  // namespace

TEST_CASE("mail: a login passes without TLS exactly where we list a door (R9.15, R9.21)") {
  if (modules_are_missing()) return;
  const MailBench bench;
  for (std::size_t i = 0; i < kBlocks.size(); ++i) {
    CAPTURE(kBlocks[i].protocol, kBlocks[i].more);
    const config::TlsContext& ours = bench.ours(i);
    const bool is_open = !kBlocks[i].open.empty();
    CHECK(ours.on_tls_socket);
    CHECK(ours.guard == (is_open ? Guard::kNone : Guard::kComplete));
    CHECK(ours.openings.size() == (is_open ? 1 : 0));
    if (is_open && !ours.openings.empty()) CHECK(ours.openings[0].content == kBlocks[i].open);
    if (has_listen(kBlocks[i], "plain")) CHECK(was_asked(bench.says(i, MailTls::kNone)) == is_open);
  }
}

TEST_CASE("mail: after STARTTLS clients are judged as behind listen ssl (R9.15)") {
  if (modules_are_missing()) return;
  const MailBench bench;
  std::size_t judged = 0;
  for (std::size_t i = 0; i < kBlocks.size(); ++i) {
    CAPTURE(kBlocks[i].protocol, kBlocks[i].more);
    const bool is_offered = bench.ours(i).starttls.value != config::Starttls::kOff;
    for (const MailTls tls : {MailTls::kFromTheStart, MailTls::kStarttls}) {
      const bool is_start = tls == MailTls::kFromTheStart;
      if (is_start ? !has_listen(kBlocks[i], "tls") : !is_offered) continue;
      CHECK(was_asked(bench.says(i, tls, &bench.client())));
      CHECK(bench.says(i, tls).find("No required SSL certificate") != std::string::npos);
      CHECK(bench.says(i, tls, &bench.stranger()).find("SSL certificate error") !=
            std::string::npos);
      ++judged;
    }
  }
  CHECK(judged > 15);
}

}  // namespace mtls::testing
