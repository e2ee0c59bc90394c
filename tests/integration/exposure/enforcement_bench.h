// Many http server blocks in an optional mode in one nginx, and requests of clients without a
// verified certificate: which backends do they reach, and what does config/exposure predict? Knows
// no single case.
#pragma once

#include <map>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "config/resolve.h"
#include "config/syntax/parser.h"
#include "tests/integration/verdict/verdict_pki.h"
#include "tests/support/nginx_runner.h"
#include "tests/support/temp_dir.h"
#include "tests/support/wire/free_port.h"
#include "tests/support/wire/http_client.h"
#include "tests/support/wire/tls_client.h"

namespace mtls::testing {

/// The backends that requests reached: `A` to `H`, and `F` for files.
using Contents = std::set<std::string>;

/// The directives of a server block. `serve A;` becomes a proxy_pass to backend A, and `files;` a
/// root with some files.
struct GuardedServer {
  std::string text;
  std::string http = {};  // directives of http; each case must use its own variable names
  config::VerifyClient mode = config::VerifyClient::kOptional;
  bool listens_plain = false;  // on plain_port() too
};

/// Where one of many server blocks stands.
struct Standing {
  std::string listens;
  std::string name;
  std::string files;  // the directory behind `files;`
};

inline std::string tls_listen(std::uint16_t port) {
  return "listen 127.0.0.1:" + std::to_string(port) + " ssl; ";
}

inline std::string text_of(const GuardedServer& server, const Standing& where) {
  static const std::regex kServe("serve ([A-H]);");
  static const std::regex kFiles("files;");
  std::string text = std::regex_replace(server.text, kServe, "proxy_pass http://$1;");
  text = std::regex_replace(text, kFiles, "root \"" + where.files + "\";");
  return server.http + "\nserver { " + where.listens + "server_name " + where.name +
         "; ssl_verify_client " + std::string(word(server.mode)) + ";\n" + text + "\n}\n";
}

/// The upstreams A to H, all at one backend that answers with its name.
inline std::string backends_at(const std::string& address) {
  std::string text;
  for (char upstream = 'A'; upstream <= 'H'; ++upstream) {
    text += std::string("upstream ") + upstream + " { server " + address + "; }\n";
  }
  return text + "server { listen " + address + "; return 200 \"content $http_host\"; }\n";
}

class EnforcementBench {
 public:
  EnforcementBench();

  /// Returns the number by which to ask for the server.
  std::size_t add(const GuardedServer& server);
  void start();
  /// Runs `nginx -t`; returns "" when it accepts all of it.
  std::string complaint() const;
  void write() const;

  const config::TlsContext& ours(std::size_t index) const;
  Contents ours_open(std::size_t index) const;
  /// What is reached over all paths: without a certificate, by clients of an unknown CA (one of
  /// them with an empty subject), by one with an expired certificate, over plain HTTP, and by a
  /// request that nginx cannot read.
  Contents nginx_serves(std::size_t index, const std::set<std::string>& paths) const;

 private:
  void ask_doors(std::size_t index, const std::string& path, Contents& contents) const;
  std::string name(std::size_t index) const;
  std::string block(std::size_t index) const;
  std::string conf() const;
  void ask(std::size_t index, const std::string& path, const Minted* client,
           Contents& contents) const;

  const TempDir directory_;
  const std::uint16_t tls_port_ = free_port();
  const std::uint16_t backend_port_ = free_port();
  const std::uint16_t plain_port_ = free_port();
  Minted stranger_;       // forgiven by optional_no_ca
  Minted nameless_;       // forgiven too; its $ssl_client_s_dn is empty
  Minted late_stranger_;  // not forgiven, even by optional_no_ca
  std::vector<GuardedServer> servers_;
  std::optional<NginxRunner> nginx_;
  config::ResolvedConfig resolved_;
};

inline constexpr std::size_t kFirstServer = 3;  // the backend and the default servers come first
inline constexpr std::string_view kContent = "content ";

inline std::string content_in(const std::string& body) {
  const std::size_t at = body.find(kContent);
  return at == std::string::npos ? "" : body.substr(at + kContent.size(), 1);
}

inline void insert(Contents& contents, const std::string& content) {
  if (!content.empty()) contents.insert(content);
}

inline EnforcementBench::EnforcementBench()
    : stranger_(leaf(nullptr)),
      nameless_(leaf(nullptr, [](CertificateSpec& spec) { spec.subject.clear(); })),
      late_stranger_(leaf(nullptr, expired)) {
  const Minted own = leaf(nullptr, purpose("serverAuth"));
  directory_.write("server.pem", own.certificate_pem);
  directory_.write("server.key", own.key_pem);
  directory_.write("bundle.pem", authority("CN=Root").certificate_pem);
  for (const char* file : {"index.html", "f.txt", "a/f.txt", "a/index.html", "b/f.txt"}) {
    directory_.write(std::string("files/") + file, "content F");
  }
  directory_.write("files/e.html", "an error page");
}

inline std::size_t EnforcementBench::add(const GuardedServer& server) {
  servers_.push_back(server);
  return servers_.size() - 1;
}

inline std::string EnforcementBench::name(std::size_t index) const {
  return "s" + std::to_string(index) + ".test";
}

inline std::string EnforcementBench::block(std::size_t index) const {
  const std::string plain =
      servers_[index].listens_plain ? "listen 127.0.0.1:" + std::to_string(plain_port_) + "; " : "";
  return text_of(servers_[index], {.listens = tls_listen(tls_port_) + plain,
                                   .name = name(index),
                                   .files = directory_.path("files")});
}

inline std::string EnforcementBench::conf() const {
  const std::string backend = "127.0.0.1:" + std::to_string(backend_port_);
  std::string text =
      "access_log off; lingering_close off; server_names_hash_max_size 4096;\n"
      "map_hash_max_size 4096; variables_hash_max_size 8192; default_type text/plain;\n"
      "ssl_certificate server.pem; ssl_certificate_key server.key;\n"
      "ssl_client_certificate bundle.pem; large_client_header_buffers 4 8k;\n";
  text += backends_at(backend);
  text += "server { listen 127.0.0.1:" + std::to_string(tls_port_) +
          " ssl default_server; return 444; }\n";
  text += "server { listen 127.0.0.1:" + std::to_string(plain_port_) + "; return 444; }\n";
  for (std::size_t i = 0; i < servers_.size(); ++i) text += block(i);
  return nginx_http_conf(text);
}

inline void EnforcementBench::write() const { directory_.write("nginx.conf", conf()); }

inline std::string EnforcementBench::complaint() const {
  write();
  return NginxRunner::test(directory_).emerg;
}

inline void EnforcementBench::start() {
  write();
  nginx_.emplace(directory_);
  config::syntax::Document document;
  document.main = config::syntax::parse(conf(), {}).directives;
  document.files = {directory_.path("nginx.conf")};
  resolved_ = config::resolve(document, directory_.path("nginx.conf"), {});
}

inline const config::TlsContext& EnforcementBench::ours(std::size_t index) const {
  return resolved_.servers.at(index + kFirstServer);
}

inline Contents EnforcementBench::ours_open(std::size_t index) const {
  Contents contents;
  for (const config::Opening& opening : ours(index).openings) {
    const bool is_files = opening.content.starts_with("files");
    contents.insert(is_files ? "F" : opening.content.substr(std::string("backend ").size()));
  }
  return contents;
}

inline void EnforcementBench::ask(std::size_t index, const std::string& path, const Minted* client,
                                  Contents& contents) const {
  TlsRequest wanted{.port = tls_port_, .sni = name(index), .host = name(index), .path = path};
  if (client != nullptr) {
    wanted.client_chain_pem = client->certificate_pem;
    wanted.client_key_pem = client->key_pem;
  }
  insert(contents, content_in(request(wanted).body));
}

// Requests that nginx answers before it looks at the certificate (R9.22), other methods (R9.25),
// and the plain listen (R9.21).
inline void EnforcementBench::ask_doors(std::size_t index, const std::string& path,
                                        Contents& contents) const {
  const GuardedServer& server = servers_[index];
  const bool catches = server.text.find("error_page") != std::string::npos;
  TlsRequest wanted{.port = tls_port_, .sni = name(index), .host = name(index), .path = path};
  if (catches) {
    wanted.method = "TRACE";
    insert(contents, content_in(request(wanted).body));
    wanted.method = "GET";
    wanted.host = name(index) + "\r\nTransfer-Encoding: foo";
    insert(contents, content_in(request(wanted).body));
    wanted.host = name(index == 0 ? servers_.size() - 1 : index - 1);  // 421 when that one verifies
    insert(contents, content_in(request(wanted).body));
    wanted.host = name(index);
  }
  if (server.text.find("limit_except") != std::string::npos) {
    for (const char* method : {"POST", "PUT", "OPTIONS"}) {
      wanted.method = method;
      insert(contents, content_in(request(wanted).body));
    }
  }
  if (!server.listens_plain) return;
  const std::string plain =
      "GET " + path + " HTTP/1.1\r\nHost: " + name(index) + "\r\nConnection: close\r\n\r\n";
  insert(contents, content_in(mtls::testing::ask(plain_port_, plain).body));
}

inline Contents EnforcementBench::nginx_serves(std::size_t index,
                                               const std::set<std::string>& paths) const {
  Contents contents;
  for (const std::string& path : paths) {
    ask_doors(index, path, contents);
    ask(index, path, nullptr, contents);
    ask(index, path, &stranger_, contents);
    ask(index, path, &nameless_, contents);
    ask(index, path, &late_stranger_, contents);
  }
  const std::string host = name(index);
  const TlsRequest unreadable{
      .port = tls_port_, .sni = host, .host = host + "\r\nHost: twice", .path = "/"};
  insert(contents, content_in(request(unreadable).body));
  const std::string plain = "GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
  insert(contents, content_in(mtls::testing::ask(tls_port_, plain).body));
  return contents;
}

}  // namespace mtls::testing
