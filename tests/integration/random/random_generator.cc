#include "tests/integration/random/random_generator.h"
#include "tests/support/nginx_under_test.h"

#include <unistd.h>

#include <string>

#include "tests/integration/random/random_directives.h"

namespace mtls::testing {
namespace {

class Generator {
 public:
  Generator(Dice& dice, const RandomPorts& ports) : dice_(dice), ports_(ports) {}

  Nodes run() {
    const bool has_stream = dice_.percent(20) && access(nginx_module("stream").c_str(), R_OK) == 0;
    const bool has_mail = dice_.percent(10) && access(nginx_module("mail").c_str(), R_OK) == 0;
    Nodes main;
    if (has_stream) main.push_back(directive("load_module", {nginx_module("stream")}));
    if (has_mail) main.push_back(directive("load_module", {nginx_module("mail")}));
    main.push_back(directive("worker_processes", {"1"}));
    if (dice_.percent(20)) main.push_back(directive("env", {"LANG"}));
    main.push_back(block("events", {}, {directive("worker_connections", {"64"})}));
    if (has_mail && dice_.percent(50)) main.push_back(mail());
    main.push_back(http());
    if (has_stream) main.push_back(stream());
    if (has_mail && blocks_named(main, "mail").empty()) main.push_back(mail());
    return main;
  }

 private:
  Node http() {
    Nodes inside{map_of_pairs()};
    if (dice_.percent(30)) append(inside, client_verification(dice_, TlsModule::kHttp));
    if (dice_.percent(25)) append(inside, certificate_pair(dice_));
    if (dice_.percent(30)) append(inside, tls_trimmings(dice_, TlsModule::kHttp));
    if (dice_.percent(15)) append(inside, upstream_tls(dice_, "proxy_ssl"));
    if (dice_.percent(40)) append(inside, decoration());
    if (dice_.percent(20)) inside.push_back(backend());
    const std::size_t servers = dice_.between(1, 5);
    for (std::size_t i = 0; i < servers; ++i) inside.push_back(http_server());
    return block("http", {}, std::move(inside));
  }

  /// Defines `$pair_of_name`: names of certificate files, known only at the handshake.
  Node map_of_pairs() {
    return block(
        "map", {"$ssl_server_name", "$pair_of_name"},
        {directive("hostnames", {}), directive("default", {"plain"}), directive("a.test", {"rsa"}),
         directive("*.test", {"late"}), directive("~^(?<all>c.{1,6})$", {"chained"})});
  }

  /// Directives that are not about TLS, and words that test the tokenizer.
  Nodes decoration() {
    Nodes all{
        directive("log_format", {"odd", "'$remote_addr' \"${host}x\" {;}", "\\d\t# no comment\n"}),
        block("geo", {"$near"}, {directive("default", {"0"}), directive("127.0.0.0/8", {"1"})}),
        block("map", {"$host", "$odd"},
              {directive("default", {""}), directive("ssl_verify_client", {"on"}),
               directive("~^a{2}\\.test$", {"$host"}), directive("\\include", {"it's"}),
               directive("volatile", {})}),
        block("types", {}, {directive("text/html", {"html", "htm"})}),
        directive("server_tokens", {"OFF"}),
        directive("root", {"/nowhere/a b"})};
    Nodes some;
    for (Node& node : all) {
      if (dice_.percent(40)) some.push_back(std::move(node));
    }
    return some;
  }

  Node backend() {
    has_backend_ = true;
    return block(
        "upstream", {"backend"},
        {directive("server", {"127.0.0.1:9", "weight=2"}),
         directive("server", {"unix:/nowhere.sock", "backup"}), directive("keepalive", {"4"})});
  }

  Node http_server() {
    Nodes inside = listens();
    const std::size_t names = dice_.percent(15) ? 0 : dice_.between(1, 2);
    for (std::size_t i = 0; i < names; ++i)
      inside.push_back(directive("server_name", server_names()));
    if (dice_.percent(85)) append(inside, certificate_pair(dice_));
    if (dice_.percent(65)) append(inside, client_verification(dice_, TlsModule::kHttp));
    if (dice_.percent(30)) append(inside, tls_trimmings(dice_, TlsModule::kHttp));
    if (dice_.percent(10)) append(inside, upstream_tls(dice_, "proxy_ssl"));
    const std::size_t locations = dice_.percent(50) ? dice_.between(1, 2) : 0;
    for (std::size_t i = 0; i < locations; ++i)
      inside.push_back(location("/" + std::to_string(i), 0));
    if (dice_.percent(15)) {
      inside.push_back(
          block("if", {"($http_x_never", "=", "\"never\")"}, {directive("return", {"404"})}));
    }
    if (dice_.percent(10)) inside.push_back(directive("ssl_ocsp", {"off"}));
    if (dice_.percent(8)) inside.push_back(use_of_variable(dice_, TlsModule::kHttp));
    return block("server", {}, std::move(inside));
  }

  Nodes listens() {
    Nodes nodes;
    const std::size_t first = dice_.percent(70) ? 0 : dice_.below(ports_.http.size());
    nodes.push_back(listen(first));
    if (dice_.percent(25)) nodes.push_back(listen((first + 1) % ports_.http.size()));
    return nodes;
  }

  /// The last port usually speaks no TLS.
  Node listen(std::size_t which) {
    const std::string port = std::to_string(ports_.http[which]);
    const bool is_tls = dice_.percent(which + 1 == ports_.http.size() ? 15 : 92);
    std::vector<std::string> args{dice_.percent(70)
                                      ? "127.0.0.1:" + port
                                      : dice_.one_of({"", "*:", "0.0.0.0:", "127.0.0.2:"}) + port};
    if (is_tls) args.emplace_back("ssl");
    if (dice_.percent(12)) args.emplace_back(dice_.one_of({"default_server", "default"}));
    if (dice_.percent(10)) args.emplace_back("http2");
    if (dice_.percent(3)) args.emplace_back(dice_.one_of({"backlog=7", "reuseport", "bind"}));
    return directive("listen", std::move(args));
  }

  std::vector<std::string> server_names() {
    std::vector<std::string> names;
    const std::size_t count = dice_.between(1, 2);
    for (std::size_t i = 0; i < count; ++i) {
      names.emplace_back(dice_.one_of(
          {"a.test", "b.test", "A.Test", "c.test", "*.test", ".b.test", "a.*", "*.a.test",
           "~^c\\d?\\.test$", "~^(?<first>[a-c]{1})\\.", "", "_", "d.test.", "localhost"}));
    }
    return names;
  }

  Node location(const std::string& path, std::size_t depth) {
    const std::string family = dice_.one_of({"proxy_ssl", "proxy_ssl", "grpc_ssl", "uwsgi_ssl"});
    Nodes inside = upstream_tls(dice_, family);
    if (dice_.percent(85)) inside.push_back(pass(family));
    if (dice_.percent(8)) inside.push_back(use_of_variable(dice_, TlsModule::kHttp));
    if (depth == 0 && dice_.percent(25)) inside.push_back(location(path + "/in", 1));
    return block("location", {path}, std::move(inside));
  }

  Node pass(const std::string& family) {
    const std::string host = has_backend_ && dice_.percent(30)
                                 ? "backend"
                                 : dice_.one_of({"127.0.0.1:9", "localhost:9"});
    if (family == "grpc_ssl") {
      return directive("grpc_pass", {dice_.one_of({"grpcs://", "grpc://"}) + host});
    }
    if (family == "uwsgi_ssl") {
      return directive("uwsgi_pass", {dice_.one_of({"suwsgi://", "uwsgi://"}) + host});
    }
    return directive("proxy_pass",
                     {dice_.one_of({"https://", "https://", "http://", "$scheme://"}) + host});
  }

  Node stream() {
    Nodes inside;
    if (dice_.percent(30)) append(inside, certificate_pair_of_files());
    if (dice_.percent(20)) append(inside, client_verification(dice_, TlsModule::kStream));
    if (dice_.percent(20)) append(inside, tls_trimmings(dice_, TlsModule::kStream));
    const std::size_t servers = dice_.between(1, 2);
    for (std::size_t i = 0; i < servers; ++i) inside.push_back(stream_server(ports_.stream[i]));
    return block("stream", {}, std::move(inside));
  }

  /// `$pair_of_name` is a variable of http.
  Nodes certificate_pair_of_files() {
    for (;;) {
      Nodes pair = certificate_pair(dice_);
      if (pair.front().args.front().find('$') == std::string::npos) return pair;
    }
  }

  Node stream_server(std::uint16_t port) {
    Nodes inside;
    const std::string address = dice_.one_of({"127.0.0.1:", "", "*:"});
    inside.push_back(directive("listen", {address + std::to_string(port)}));
    if (dice_.percent(85)) inside.back().args.emplace_back("ssl");
    if (dice_.percent(85)) append(inside, certificate_pair_of_files());
    if (dice_.percent(80)) append(inside, client_verification(dice_, TlsModule::kStream));
    if (dice_.percent(30)) append(inside, tls_trimmings(dice_, TlsModule::kStream));
    if (dice_.percent(10)) append(inside, upstream_tls(dice_, "proxy_ssl"));
    if (dice_.percent(10)) inside.push_back(use_of_variable(dice_, TlsModule::kStream));
    inside.push_back(directive("proxy_pass", {"127.0.0.1:" + std::to_string(ports_.plain)}));
    return block("server", {}, std::move(inside));
  }

  Node mail() {
    Nodes inside{directive("auth_http", {"127.0.0.1:9/auth"})};
    if (dice_.percent(30)) append(inside, certificate_pair_of_files());
    if (dice_.percent(30)) append(inside, client_verification(dice_, TlsModule::kMail));
    Nodes server{directive("listen", {"127.0.0.1:" + std::to_string(ports_.mail)}),
                 directive("protocol", {dice_.one_of({"imap", "pop3", "smtp"})})};
    if (dice_.percent(70)) server.front().args.emplace_back("ssl");
    if (dice_.percent(20))
      server.push_back(directive("starttls", {dice_.one_of({"on", "only", "off"})}));
    if (dice_.percent(85)) append(server, certificate_pair_of_files());
    if (dice_.percent(70)) append(server, client_verification(dice_, TlsModule::kMail));
    if (dice_.percent(30)) append(server, tls_trimmings(dice_, TlsModule::kMail));
    inside.push_back(block("server", {}, std::move(server)));
    return block("mail", {}, std::move(inside));
  }

  Dice& dice_;
  const RandomPorts& ports_;
  bool has_backend_ = false;
};

}  // namespace

Nodes random_configuration(Dice& dice, const RandomPorts& ports) {
  return Generator(dice, ports).run();
}

}  // namespace mtls::testing
